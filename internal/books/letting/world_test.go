package letting

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"huicun/internal/books/asset"
	"huicun/internal/books/contract"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
	"huicun/migrations"
)

const (
	town    = "321182103000"
	village = "321182103205" // 永胜村
	next    = "321182103206" // 红旗村
)

// world is two villages with workshops, a clerk and a town secretary, on a day that can be moved.
type world struct {
	*testing.T
	env           *record.Env
	tenant        int64
	now           time.Time
	svc           *Service
	parties       *record.Noun[party.Party]
	contracts     *record.Noun[contract.Contract]
	clerk, leader access.Principal
	leases        int
}

func (w *world) day(s string) {
	d := date.Must(s)
	w.now = time.Date(d.Year(), d.Month(), d.Day(), 10, 0, 0, 0, date.Shanghai)
}

// each runs fn on both engines.
func each(t *testing.T, fn func(w *world)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { fn(newWorld(t, db.Config{DataDir: t.TempDir()})) })
	t.Run("postgres", func(t *testing.T) { fn(newWorld(t, db.Config{URL: dbtest.PostgresURL(t)})) })
}

func newWorld(t *testing.T, cfg db.Config) *world {
	t.Helper()
	w := &world{T: t}
	w.day("2021-11-10")
	cfg.Migrations, cfg.Classes, cfg.Clock = migrations.FS, migrations.Classes, func() time.Time { return w.now }
	d, err := db.Open(context.Background(), cfg)
	w.ok(err)
	t.Cleanup(func() { _ = d.Close() })
	regions := region.New(d)
	w.ok(regions.Save(t.Context(), []region.Region{
		{Code: "321182000000", Name: "扬中市", Level: "county"}, {Code: town, Name: "八桥镇", Level: "town"},
		{Code: village, Name: "永胜村", Level: "village"}, {Code: next, Name: "红旗村", Level: "village"},
	}))
	tn, err := regions.TenantOf(t.Context(), town)
	w.ok(err)
	w.tenant = tn.ID
	box, err := secret.NewBox([]byte("0123456789abcdef0123456789abcdef"))
	w.ok(err)
	w.env = record.NewEnv(d, regions, box)
	w.parties = party.NewParties(w.env)
	assets, units := asset.NewAssets(w.env), asset.NewUnits(w.env)
	w.contracts = contract.NewContracts(w.env)
	w.svc = New(w.env, w.contracts)
	w.clerk = access.Principal{ID: 11, Name: "永胜村报账员", Grants: []access.Grant{{Role: "village_bookkeeper", Region: village}}}
	w.leader = access.Principal{ID: 12, Name: "镇党委书记", Grants: []access.Grant{{Role: "town_secretary", Region: town}}}
	for _, p := range []string{"永胜合作社|集体经济组织|永胜村", "红旗合作社|集体经济组织|红旗村", "一厂|企业|永胜村", "二厂|企业|红旗村", "三厂|企业|红旗村"} {
		f := strings.Split(p, "|")
		add(w, w.parties, "name", f[0], "kind", f[1], "region", f[2])
	}
	for i, a := range []string{"永胜合作社|永胜厂房", "红旗合作社|红旗厂房"} {
		f := strings.Split(a, "|")
		add(w, assets, "name", f[1], "owner", f[0], "kind", "厂房", "origin", "新建", "quantity", "10000平方米", "state", "ready")
		for j := range 4 {
			add(w, units, "no", fmt.Sprintf("%c%d", 'Y'-i*7, j+1), "asset", fmt.Sprintf("ZC-%04d", i+1), "name", fmt.Sprintf("%s%d号", f[1], j+1), "quantity", "1000平方米")
		}
	}
	return w
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func texts(pairs []string) map[string]string {
	m := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

// try makes a record as somebody.
func try[T any](w *world, who access.Principal, n *record.Noun[T], pairs ...string) (*T, error) {
	v := new(T)
	if err := n.SetTexts(w.Context(), w.env.ForTenant(w.tenant), town, v, texts(pairs)); err != nil {
		return nil, err
	}
	_, err := n.Create(w.Context(), who, w.tenant, "", v)
	return v, err
}

func add[T any](w *world, n *record.Noun[T], pairs ...string) *T {
	w.Helper()
	v, err := try(w, access.System, n, pairs...)
	w.ok(err)
	return v
}

// set changes a record as somebody.
func set[T any](w *world, who access.Principal, n *record.Noun[T], id ids.ID, pairs ...string) error {
	v, err := n.Get(w.Context(), who, w.tenant, id)
	if err != nil {
		return err
	}
	if err := n.SetTexts(w.Context(), w.env.ForTenant(w.tenant), town, v, texts(pairs)); err != nil {
		return err
	}
	return n.Update(w.Context(), who, w.tenant, v)
}

func (w *world) do(who access.Principal, l *Letting, event string) error {
	return w.svc.Lettings.Do(w.Context(), who, w.tenant, l.ID, 0, event, "测试的理由")
}

func (w *world) must(who access.Principal, l *Letting, events ...string) {
	w.Helper()
	for _, e := range events {
		if err := w.do(who, l, e); err != nil {
			w.Fatalf("%s: %v", e, err)
		}
	}
}

func (w *world) read(l *Letting) *Letting {
	w.Helper()
	got, err := Get(w.Context(), w.env.DB.Read(), w.tenant, l.ID)
	w.ok(err)
	return got
}

// refused wants an error on a field ("" for a sentence of its own) whose words contain msg.
func (w *world) refused(err error, name, msg string) {
	w.Helper()
	e := errs.As(err)
	if e == nil {
		w.Errorf("want a refusal with %q, got %v", msg, err)
		return
	}
	if name == "" && strings.Contains(e.Msg, msg) {
		return
	}
	for _, f := range e.Fields {
		if f.Name == name && strings.Contains(f.Msg, msg) {
			return
		}
	}
	w.Errorf("want %s: …%s…, got %v", name, msg, err)
}

// rules of the town: all steps from 20,000 yuan on, the town's approval from 100,000, the exchange from 500,000.
func (w *world) rules(more ...string) {
	w.Helper()
	add(w, w.svc.Rules, append([]string{
		"name", "八桥镇招租办法", "region", "八桥镇", "from", "2021-01-01", "vacancy_days", "90", "notice_days", "3", "list_days", "7", "result_days", "5", "reserve_percent", "90",
		"min_bidders", "2", "failed_times", "1", "compare_months", "36", "compare_min", "2", "tie", "先递交者优先", "sitting", "同价时优先",
	}, more...)...)
	for _, t := range []string{"小额|0|村自行决定|两委会商议、决议公开", "一般|20000|村自行决定|村党组织提议、两委会商议、党员大会审议、成员（代表）会议决议、决议公开", "大额|100000|镇审批|决议公开", "特大|500000|镇审批并进场交易|决议公开"} {
		f := strings.Split(t, "|")
		add(w, w.svc.Thresholds, "name", f[0], "region", "八桥镇", "from", "2021-01-01", "annual", f[1], "level", f[2], "steps", f[3])
	}
}

func (w *world) lease(unit, owner, tenant, from, to, pay string) {
	w.Helper()
	w.leases++
	c := &contract.Contract{}
	w.ok(w.contracts.SetTexts(w.Context(), w.env.ForTenant(w.tenant), town, c, texts([]string{
		"no", fmt.Sprintf("HT-%04d", w.leases), "name", "租赁", "kind", "租赁合同", "party_a", owner, "party_b", tenant, "units", unit, "signed", from, "from", from, "to", to, "pay", pay, "pay_months", "12",
	})))
	id, err := w.contracts.Create(w.Context(), access.System, w.tenant, "", c)
	w.ok(err)
	w.ok(w.contracts.Do(w.Context(), access.System, w.tenant, id, 0, "sign", ""))
}

// plan is a letting of 永胜's first unit.
func (w *world) plan(pairs ...string) (*Letting, error) {
	return try(w, w.clerk, w.svc.Lettings, append([]string{
		"name", "永胜厂房1号", "owner", "永胜合作社", "units", "Y1", "purpose", "工业生产", "basis", "集体自行测算", "basis_year", "120000", "basis_note", "参照邻村", "reserve", "120000",
		"from", "2022-01-01", "months", "36", "pay_months", "6", "advance", "是", "deposit", "20000", "contact", "永胜村村委会，0511-8800000",
	}, pairs...)...)
}

// decide records all steps and fires the event.
func (w *world) decide(l *Letting) {
	w.Helper()
	for _, s := range [][]string{
		{"step", "村党组织提议", "on", "2021-11-01"},
		{"step", "两委会商议", "on", "2021-11-02", "due", "7", "present", "7", "agree", "7"},
		{"step", "党员大会审议", "on", "2021-11-03", "due", "60", "present", "50", "agree", "45", "against", "3", "abstain", "2"},
		{"step", "成员（代表）会议决议", "on", "2021-11-04", "due", "45", "present", "40", "agree", "36", "against", "4"},
		{"step", "决议公开", "on", "2021-11-05", "until", "2021-11-08"},
	} {
		_, err := try(w, w.clerk, w.svc.Steps, append(s, "letting", l.No)...)
		w.ok(err)
	}
	w.must(w.clerk, l, "decide")
}

// listed is a letting that stands listed from 2021-11-10 to 2021-11-17.
func (w *world) listed(pairs ...string) *Letting {
	w.Helper()
	l, err := w.plan(append([]string{"closes", "2021-11-17"}, pairs...)...)
	w.ok(err)
	w.decide(l)
	if w.read(l).Level != ByVillage {
		w.must(w.leader, l, "approve")
	}
	w.must(w.clerk, l, "list")
	return l
}

func (w *world) bid(l *Letting, pairs ...string) (*Bid, error) {
	return try(w, w.clerk, w.svc.Bids, append([]string{"letting", l.No, "phone", "13800000001"}, pairs...)...)
}
