package statement_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"huicun/internal/books/ledger"
	"huicun/internal/books/statement"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

const (
	town    = "321182103000"
	village = "321182103205"
	other   = "321182103206"
)

var ctx = context.Background()

// world is a county with two villages' books of either system.
type world struct {
	t       testing.TB
	d       *db.DB
	env     *record.Env
	regions *region.Service
	l       *ledger.Ledger
	parties *record.Noun[party.Party]
	layouts *record.Noun[statement.Stored]
	s       *statement.Service
	tenant  int64
}

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	w := &world{t: t, d: d, regions: region.New(d)}
	must(t, w.regions.Save(ctx, []region.Region{
		{Code: "320000000000", Name: "江苏省", Level: "province"},
		{Code: "321100000000", Name: "镇江市", Level: "city"},
		{Code: "321182000000", Name: "扬中市", Level: "county"},
		{Code: town, Name: "八桥镇", Level: "town"},
		{Code: village, Name: "利民村", Level: "village"},
		{Code: other, Name: "红旗村", Level: "village"},
		{Code: "321182103208", Name: "红光村", Level: "village"},
	}))
	tn, err := w.regions.TenantOf(ctx, village)
	must(t, err)
	w.tenant = tn.ID
	box, err := secret.NewBox(bytes.Repeat([]byte{7}, secret.KeySize))
	must(t, err)
	w.env = record.NewEnv(d, w.regions, box)
	w.parties = party.NewParties(w.env)
	w.l = ledger.New(w.env)
	w.layouts = statement.NewLayouts(w.env)
	w.s = statement.New(d, w.regions, nil)
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) party(name, kind, at string) ids.ID {
	w.t.Helper()
	p := &party.Party{Name: name, Kind: kind}
	p.Region = at
	id, err := w.parties.Create(ctx, access.System, w.tenant, "", p)
	must(w.t, err)
	return id
}

func (w *world) books(name, at, chart string, from date.Month) ids.ID {
	w.t.Helper()
	return w.booksOf(party.Collective, name, at, chart, from)
}

func (w *world) booksOf(kind, name, at, chart string, from date.Month) ids.ID {
	w.t.Helper()
	id, err := w.l.Books.Create(ctx, access.System, w.tenant, "", &ledger.Books{Name: name, Party: w.party(name+"单位", kind, at), Chart: chart, From: from})
	must(w.t, err)
	return id
}

// post makes and posts a voucher from lines such as "102 +1000", "501 -1000" (yuan; + is debit), "113@12 +5" with a party.
func (w *world) post(books ids.ID, day, kind string, lines ...string) *ledger.Voucher {
	w.t.Helper()
	v := &ledger.Voucher{Books: books, Date: date.Must(day), Kind: kind, Summary: "记账"}
	for _, s := range lines {
		account, amount, ok := strings.Cut(s, " ")
		code, who, _ := strings.Cut(account, "@")
		fen, err := money.Parse(strings.TrimPrefix(amount, "+"))
		if !ok || err != nil {
			w.t.Fatalf("line %q: %v", s, err)
		}
		x := ledger.Line{Account: code}
		if who != "" {
			x.Party, err = ids.Parse(who)
			must(w.t, err)
		}
		if fen > 0 {
			x.Debit = fen
		} else {
			x.Credit = -fen
		}
		v.Lines = append(v.Lines, x)
	}
	w.put(v)
	return v
}

func (w *world) put(v *ledger.Voucher) {
	w.t.Helper()
	must(w.t, w.d.InTx(ctx, access.System.Meta(w.tenant), func(ctx context.Context, tx *db.Tx) error {
		return w.l.PostTx(ctx, tx, access.System, v)
	}))
}

func (w *world) reverse(v *ledger.Voucher, day string) {
	w.t.Helper()
	r := &ledger.Voucher{Books: v.Books, Kind: v.Kind, Date: date.Must(day), Reverses: v.ID, Summary: "冲销"}
	for _, x := range v.Lines {
		x.Debit, x.Credit = -x.Debit, -x.Credit
		r.Lines = append(r.Lines, x)
	}
	w.put(r)
}

func period(t testing.TB, s string) statement.Period {
	t.Helper()
	p, err := statement.ParsePeriod(s)
	must(t, err)
	return p
}

func (w *world) one(books ids.ID, p, kind string, o statement.Options) *statement.Sheet {
	w.t.Helper()
	list, _, err := w.s.Sheets(ctx, statement.Query{Tenant: w.tenant, Books: books, Period: period(w.t, p)}, kind, o)
	must(w.t, err)
	if len(list) != 1 {
		w.t.Fatalf("%d sheets", len(list))
	}
	return list[0]
}

// cell is a form's number by line and column, or an account's by code.
func cell(t testing.TB, s *statement.Sheet, no string, col int) money.Fen {
	t.Helper()
	for _, r := range s.Rows {
		if r.Line == no || r.Code == no {
			return r.Cells[col].Fen
		}
	}
	t.Fatalf("%s has no row %s:\n%s", s.Title, no, s.Draw())
	return 0
}

func yuan(s string) money.Fen {
	f, err := money.Parse(s)
	if err != nil {
		panic(err)
	}
	return f
}

func wantCells(t testing.TB, s *statement.Sheet, want map[string]string) {
	t.Helper()
	for no, amounts := range want {
		for i, a := range strings.Fields(amounts) {
			if i < 2 && s.Columns[0].Label == "年初数" { // what is wanted has the year's end first on all sheets
				i = 1 - i
			}
			if got := cell(t, s, no, i); a != "-" && got != yuan(a) {
				t.Errorf("%s row %s column %d is %s, want %s", s.Title, no, i+1, got, a)
			}
		}
	}
}

func wantChecks(t testing.TB, s *statement.Sheet) {
	t.Helper()
	if len(s.Checks) == 0 {
		t.Errorf("%s has no checks", s.Title)
	}
	for _, c := range s.Checks {
		if !c.OK() {
			t.Errorf("%s: %s\n%s", s.Title, c, s.Draw())
		}
	}
}

type idOf = ids.ID

func systemOf() access.Principal { return access.System }
