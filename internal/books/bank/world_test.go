package bank_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"huicun/internal/books/bank"
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

const (
	town    = "321182103000"
	village = "321182103205"
)

var ctx = context.Background()

// world is a village collective with its books and one bank account behind 10201.
type world struct {
	t       testing.TB
	d       *db.DB
	env     *record.Env
	l       *ledger.Ledger
	s       *bank.Service
	parties *record.Noun[party.Party]
	tenant  int64
	books   ids.ID
	account ids.ID

	maker, checker, approver, releaser, stray access.Principal
}

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	w := &world{t: t, d: d}
	regions := region.New(d)
	w.ok(regions.Save(ctx, []region.Region{
		{Code: "320000000000", Name: "江苏省", Level: "province"}, {Code: "321100000000", Name: "镇江市", Level: "city"},
		{Code: "321182000000", Name: "扬中市", Level: "county"}, {Code: town, Name: "八桥镇", Level: "town"},
		{Code: village, Name: "永胜村", Level: "village"}, {Code: "321182103206", Name: "红旗村", Level: "village"},
	}))
	tn, err := regions.TenantOf(ctx, village)
	w.ok(err)
	w.tenant = tn.ID
	box, err := secret.NewBox(bytes.Repeat([]byte{7}, secret.KeySize))
	w.ok(err)
	w.env = record.NewEnv(d, regions, box)
	w.parties = party.NewParties(w.env)
	w.l = ledger.New(w.env)
	w.s = bank.New(w.env, w.l)
	coll := w.party("永胜村股份经济合作社", party.Collective)
	w.books, err = w.l.Books.Create(ctx, access.System, w.tenant, "", &ledger.Books{Name: "永胜村账套", Party: coll, Chart: ledger.Chart2004, From: 202101})
	w.ok(err)
	w.ok(w.l.AddAccount(ctx, access.System, w.tenant, w.books, "10201", "示例银行基本户"))
	w.ok(w.l.AddAccount(ctx, access.System, w.tenant, w.books, "10202", "示例银行专户"))
	w.account = w.addAccount("基本户", "10201", "32110000123456789", bank.Basic)
	person := func(id ids.ID, name, role, at string) access.Principal {
		return access.Principal{ID: id, Name: name, Grants: []access.Grant{{Role: role, Region: at}}}
	}
	w.maker = person(11, "报账员", "village_bookkeeper", village)
	w.checker = person(12, "代理会计", "town_accountant", town)
	w.approver = person(13, "书记", "town_secretary", town)
	w.releaser = person(14, "出纳", "town_cashier", town)
	w.stray = person(15, "外村报账员", "village_bookkeeper", "321182103206")
	return w
}

func each(t *testing.T, fn func(w *world)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		fn(w)
		w.clean()
	})
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// clean fails when anything is damaged.
func (w *world) clean() {
	w.t.Helper()
	for _, check := range []func(context.Context, db.Q, int64) ([]string, error){w.s.Check, ledger.Check} {
		found, err := check(ctx, w.d.Read(), w.tenant)
		w.ok(err)
		if len(found) > 0 {
			w.t.Fatalf("damaged: %s", strings.Join(found, "\n"))
		}
	}
}

func (w *world) party(name, kind string) ids.ID {
	w.t.Helper()
	p := &party.Party{Name: name, Kind: kind}
	p.Region = village
	id, err := w.parties.Create(ctx, access.System, w.tenant, "", p)
	w.ok(err)
	return id
}

// form makes the record of a noun from texts, as a form does.
func form[T any](w *world, n *record.Noun[T], in map[string]string) (*T, error) {
	w.t.Helper()
	v := new(T)
	return v, n.SetTexts(ctx, w.env.ForTenant(w.tenant), village, v, in)
}

func (w *world) tryAccount(name, code, number, kind, holder string) (ids.ID, error) {
	w.t.Helper()
	a, err := form(w, w.s.Accounts, map[string]string{
		"name": name, "books": "永胜村账套", "bank": "示例银行八桥支行", "holder": holder, "number": number, "kind": kind, "account": code, "opened": "2021-01-01",
	})
	if err != nil {
		return 0, err
	}
	return w.s.Accounts.Create(ctx, access.System, w.tenant, "", a)
}

func (w *world) addAccount(name, code, number, kind string) ids.ID {
	w.t.Helper()
	id, err := w.tryAccount(name, code, number, kind, "永胜村股份经济合作社")
	w.ok(err)
	return id
}

// acc reads the bank account.
func (w *world) acc() *bank.Account {
	w.t.Helper()
	a, err := w.s.Accounts.Get(ctx, access.System, w.tenant, w.account)
	w.ok(err)
	return a
}

// book posts a voucher: yuan into the bank (out of it when negative) against an account.
func (w *world) book(day string, yuan int64, account, summary string, who ids.ID) *ledger.Voucher {
	w.t.Helper()
	v := &ledger.Voucher{Books: w.books, Date: date.Must(day), Summary: summary}
	fen := money.Fen(yuan) * money.Yuan
	if yuan > 0 {
		v.Lines = []ledger.Line{{Account: "10201", Debit: fen, Party: who}, {Account: account, Credit: fen, Party: who}}
	} else {
		v.Lines = []ledger.Line{{Account: account, Debit: -fen, Party: who}, {Account: "10201", Credit: -fen, Party: who}}
	}
	w.ok(w.d.InTx(ctx, access.System.Meta(w.tenant), func(ctx context.Context, tx *db.Tx) error {
		return w.l.PostTx(ctx, tx, access.System, v)
	}))
	return v
}

// row is a line of a statement file: day, yuan in (out when negative), counterparty, text, serial.
type row struct {
	day    string
	yuan   int64
	who    string
	text   string
	serial string
}

// csvOf writes a statement with balances from an opening.
func csvOf(opening int64, rows ...row) string {
	var b strings.Builder
	b.WriteString("交易日期,收入,支出,余额,交易流水号,对方户名,对方账号,摘要\n")
	for _, r := range rows {
		opening += r.yuan
		in, out := "", ""
		if r.yuan > 0 {
			in = fmt.Sprintf("%d.00", r.yuan)
		} else {
			out = fmt.Sprintf("%d.00", -r.yuan)
		}
		fmt.Fprintf(&b, "%s,%s,%s,%d.00,%s,%s,,%s\n", r.day, in, out, opening, r.serial, r.who, r.text)
	}
	return b.String()
}

// read parses a statement file as the page does.
func (w *world) read(name string, data []byte) (*bank.Statement, bank.Source) {
	w.t.Helper()
	layouts, err := bank.AllLayouts(ctx, w.d.Read(), w.tenant, village)
	w.ok(err)
	t, l, err := bank.ReadFile(name, bytes.NewReader(data), int64(len(data)), layouts)
	w.ok(err)
	st, err := bank.ParseStatement(t, &l)
	w.ok(err)
	sum := sha256.Sum256(data)
	return st, bank.Source{FileName: name, FileHash: hex.EncodeToString(sum[:]), Layout: l.Name}
}

func (w *world) tryImport(text string, accept bool) (*bank.Import, error) {
	w.t.Helper()
	st, src := w.read("对账单.csv", []byte(text))
	return w.s.ImportStatement(ctx, w.maker, w.tenant, w.account, src, st, accept)
}

func (w *world) load(opening int64, rows ...row) *bank.Import {
	w.t.Helper()
	i, err := w.tryImport(csvOf(opening, rows...), false)
	w.ok(err)
	return i
}

func (w *world) desk(until string) *bank.Desk {
	w.t.Helper()
	d, err := w.s.DeskAt(ctx, w.d.Read(), w.acc(), date.Must(until))
	w.ok(err)
	return d
}

func (w *world) position(day string) *bank.Position {
	w.t.Helper()
	p, err := w.s.PositionAt(ctx, w.d.Read(), w.acc(), date.Must(day))
	w.ok(err)
	return p
}

// refused checks the kind of an error and what it says.
func refused(t testing.TB, err error, kind errs.Kind, says string) {
	t.Helper()
	e := errs.As(err)
	if e == nil || e.Kind != kind {
		t.Fatalf("got %v, want an error of kind %s", err, kind)
	}
	if !strings.Contains(e.Error(), says) {
		t.Fatalf("%q does not say %q", e.Error(), says)
	}
}
