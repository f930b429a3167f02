package casework

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/secret"
	"huicun/internal/kit/sheet"
	"huicun/internal/mechanism/attract"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

const (
	town    = "321182103000"
	village = "321182103201" // 幸福村
)

var day = date.Must("2021-11-10")

// world is a county with its nouns and catalogue.
type world struct {
	t         *testing.T
	env       *record.Env
	tenant    int64
	cat       *indicator.Catalogue
	leads     *record.Noun[attract.Lead]
	slas      *record.Noun[SLA]
	campaigns *record.Noun[Campaign]
	visits    *record.Noun[Visit]
	requests  *record.Noun[Request]
	pairs     []indicator.Record // the agreements in force
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	regions := region.New(d)
	places := []region.Region{
		{Code: "320000000000", Name: "江苏省", Level: "province"}, {Code: "321100000000", Name: "镇江市", Level: "city"},
		{Code: "321182000000", Name: "扬中市", Level: "county"}, {Code: town, Name: "八桥镇", Level: "town"},
	}
	for name, c := range map[string]int{"长胜村": 200, "幸福村": 201, "利民村": 202, "八桥村": 203, "永胜村": 205, "红旗村": 206, "红光村": 208, "万福村": 209, "永兴村": 211} {
		places = append(places, region.Region{Code: "321182103" + strconv.Itoa(c), Name: name, Level: "village"})
	}
	if err := regions.Save(t.Context(), places); err != nil {
		t.Fatal(err)
	}
	tenant, err := regions.TenantOf(t.Context(), town)
	if err != nil {
		t.Fatal(err)
	}
	box, err := secret.NewBox([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	e := record.NewEnv(d, regions, box)
	w := &world{t: t, env: e, tenant: tenant.ID, cat: indicator.NewCatalogue(d, regions)}
	party.NewParties(e)
	w.leads = attract.NewLeads(e, party.NewPersons(e))
	w.slas, w.campaigns, w.visits, w.requests = NewSLAs(e), NewCampaigns(e), NewVisits(e), NewRequests(e)
	w.cat.Add(Figures(func(context.Context, db.Q, int64, [][2]string, date.Date) ([]indicator.Record, error) {
		return w.pairs, nil
	})...)
	return w
}

// load imports demo files; the kind is the part of the name between the number and the next dash.
func (w *world) load(files ...string) {
	w.t.Helper()
	for _, name := range files {
		res := w.importFile(name)
		for _, e := range res.Report.Errors {
			w.t.Errorf("%s: %+v", name, e)
		}
		if res.Created == 0 {
			w.t.Fatalf("%s: nothing imported", name)
		}
	}
}

func (w *world) importFile(name string) record.ImportResult {
	w.t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "..", "demo", "baqiao", name+".csv"))
	if err != nil {
		w.t.Fatal(err)
	}
	defer f.Close()
	table, err := sheet.Read(name+".csv", f, 0, sheet.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	kind := kindOf(name)
	n, ok := w.env.Noun(kind)
	if !ok {
		w.t.Fatalf("no noun %s", kind)
	}
	res, err := n.ImportTable(w.t.Context(), access.System, w.tenant, table)
	if err != nil {
		w.t.Fatalf("%s: %v", name, err)
	}
	return res
}

func kindOf(name string) string {
	kind, _, _ := strings.Cut(name[3:], "-")
	return kind
}

func (w *world) eval(code string, year int, asOf date.Date, params map[string]string, scopes ...string) indicator.Result {
	w.t.Helper()
	if len(scopes) == 0 {
		scopes = []string{town}
	}
	r, err := w.cat.Eval(w.t.Context(), indicator.Ask{Code: code, Scopes: scopes, Year: year, AsOf: asOf, Params: params})
	if err != nil {
		w.t.Fatalf("%s: %v", code, err)
	}
	return r
}

// byKey reads a record that must exist.
func byKey[T any](w *world, n *record.Noun[T], key string) *T {
	w.t.Helper()
	v, err := n.ByKey(w.t.Context(), w.env.DB.Read(), w.tenant, key)
	if err != nil {
		w.t.Fatalf("%s: %v", key, err)
	}
	return v
}

// set changes fields by their texts.
func set[T any](w *world, n *record.Noun[T], key string, in map[string]string) error {
	w.t.Helper()
	v, err := n.Get(w.t.Context(), access.System, w.tenant, n.Row(byKey(w, n, key)).ID)
	if err != nil {
		return err
	}
	if err := n.SetTexts(w.t.Context(), w.env.ForTenant(w.tenant), n.Row(v).Region, v, in); err != nil {
		return err
	}
	return n.Update(w.t.Context(), access.System, w.tenant, v)
}

// add creates a record from texts.
func add[T any](w *world, n *record.Noun[T], in map[string]string) (*T, error) {
	w.t.Helper()
	v := new(T)
	if err := n.SetTexts(w.t.Context(), w.env.ForTenant(w.tenant), town, v, in); err != nil {
		return nil, err
	}
	_, err := n.Create(w.t.Context(), access.System, w.tenant, "", v)
	return v, err
}

func mustAdd[T any](w *world, n *record.Noun[T], in map[string]string) *T {
	w.t.Helper()
	v, err := add(w, n, in)
	if err != nil {
		w.t.Fatalf("adding %v: %v", in, err)
	}
	return v
}

// do fires an event on a record.
func do[T any](w *world, n *record.Noun[T], key, event string) error {
	w.t.Helper()
	return n.Do(w.t.Context(), access.System, w.tenant, n.Row(byKey(w, n, key)).ID, 0, event, "测试")
}

func mustDo[T any](w *world, n *record.Noun[T], key string, events ...string) {
	w.t.Helper()
	for _, e := range events {
		if err := do(w, n, key, e); err != nil {
			w.t.Fatalf("%s %s: %v", key, e, err)
		}
	}
}

// refused wants an error on a field ("" for a sentence of its own) whose words contain msg.
func refused(t *testing.T, err error, name, msg string) {
	t.Helper()
	e := errs.As(err)
	if e == nil {
		t.Errorf("want a refusal with %q, got %v", msg, err)
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
	t.Errorf("want %s: …%s…, got %v", name, msg, err)
}
