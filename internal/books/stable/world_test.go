package stable

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"huicun/internal/books/asset"
	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

const (
	village = "321182103205"
	other   = "321182103206"
)

// world is a village with books of the 2023 system from 2024, and a second one without any.
type world struct {
	t         testing.TB
	ctx       context.Context
	d         *db.DB
	env       *record.Env
	tenant    int64
	l         *ledger.Ledger
	s         *Service
	assets    *record.Noun[asset.Asset]
	units     *record.Noun[asset.Unit]
	contracts *record.Noun[contract.Contract]
	parties   *record.Noun[party.Party]
	books     ids.ID
}

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	w := &world{t: t, ctx: t.Context(), d: d}
	regions := region.New(d)
	w.ok(regions.Save(w.ctx, []region.Region{
		{Code: "321182000000", Name: "扬中市", Level: "county"}, {Code: "321182103000", Name: "八桥镇", Level: "town"},
		{Code: village, Name: "永胜村", Level: "village"}, {Code: other, Name: "红旗村", Level: "village"},
	}))
	tn, err := regions.TenantOf(w.ctx, village)
	w.ok(err)
	w.tenant = tn.ID
	box, err := secret.NewBox([]byte("0123456789abcdef0123456789abcdef"))
	w.ok(err)
	w.env = record.NewEnv(d, regions, box)
	w.parties, w.l = party.NewParties(w.env), ledger.New(w.env)
	w.assets, w.units, w.contracts = asset.NewAssets(w.env), asset.NewUnits(w.env), contract.NewContracts(w.env)
	w.s = New(w.env)
	coll := add(w, w.parties, "name", "合作社", "kind", "集体经济组织", "region", "永胜村")
	add(w, w.parties, "name", "一厂", "kind", "企业", "region", "永胜村")
	add(w, w.assets, "name", "厂房", "owner", "合作社", "kind", "厂房", "origin", "新建", "quantity", "1000平方米")
	add(w, w.assets, "name", "门面", "owner", "合作社", "kind", "商铺", "origin", "原有", "quantity", "300平方米")
	for i := range 7 {
		add(w, w.units, "no", fmt.Sprintf("U%d", i+1), "asset", fmt.Sprintf("ZC-000%d", 1+i/4), "name", "单元", "quantity", "100平方米")
	}
	w.books, err = w.l.Books.Create(w.ctx, access.System, w.tenant, "", &ledger.Books{Name: "永胜村账套", Party: coll, Chart: ledger.Chart2023, From: 202401})
	w.ok(err)
	return w
}

func each(t *testing.T, fn func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(newWorld(t, d)) })
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func create[T any](w *world, n *record.Noun[T], pairs ...string) (ids.ID, error) {
	v, texts := new(T), map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		texts[pairs[i]] = pairs[i+1]
	}
	if err := n.SetTexts(w.ctx, w.env.ForTenant(w.tenant), village, v, texts); err != nil {
		return 0, err
	}
	return n.Create(w.ctx, access.System, w.tenant, "", v)
}

func add[T any](w *world, n *record.Noun[T], pairs ...string) ids.ID {
	w.t.Helper()
	id, err := create(w, n, pairs...)
	w.ok(err)
	return id
}

// let signs a contract and begins it.
func (w *world) let(name, from, to string, more ...string) ids.ID {
	w.t.Helper()
	id := add(w, w.contracts, append([]string{
		"name", name, "kind", "租赁合同", "party_a", "合作社", "party_b", "一厂", "signed", from, "from", from, "to", to, "pay_months", "12", "advance", "是", "stable", "是",
	}, more...)...)
	w.ok(w.contracts.Do(w.ctx, access.System, w.tenant, id, 0, "sign", ""))
	return id
}

// post posts a voucher of pairs: account and amount in yuan, "102 +500" a debit, "501 -500" a credit; lines with a star
// name the contract.
func (w *world) post(day string, of ids.ID, lines ...string) *ledger.Voucher {
	w.t.Helper()
	v := &ledger.Voucher{Books: w.books, Date: date.Must(day), Kind: ledger.Ordinary, Summary: "试"}
	for _, text := range lines {
		named := strings.HasSuffix(text, "*")
		parts := strings.Fields(strings.TrimSuffix(text, "*"))
		fen, err := money.Parse(strings.TrimLeft(parts[1], "+-"))
		w.ok(err)
		x := ledger.Line{Account: parts[0], Party: w.tenantID()}
		if named {
			x.Contract = of
		}
		if parts[1][0] == '-' {
			x.Credit = fen
		} else {
			x.Debit = fen
		}
		v.Lines = append(v.Lines, x)
	}
	w.ok(w.d.InTx(w.ctx, access.System.Meta(w.tenant), func(ctx context.Context, tx *db.Tx) error { return w.l.PostTx(ctx, tx, access.System, v) }))
	return v
}

// tenantID is the party that rents everything.
func (w *world) tenantID() ids.ID {
	id, err := w.parties.Any().Lookup(w.ctx, w.d.Read(), w.tenant, "一厂")
	w.ok(err)
	return id
}

func (w *world) ranges() [][2]string { return [][2]string{{"321182", "321183"}} }

func (w *world) year(year int, day string) *Year {
	w.t.Helper()
	y, err := w.s.Of(w.ctx, w.d.Read(), w.tenant, w.ranges(), PeriodOf(year, date.Must(day)))
	w.ok(err)
	return y
}

func refused(t testing.TB, err error, field, says string) {
	t.Helper()
	e := errs.As(err)
	if e == nil || !strings.Contains(fmt.Sprint(e.Fields), says) || !strings.Contains(fmt.Sprint(e.Fields), field) {
		t.Errorf("%v, want %s: %s", err, field, says)
	}
}
