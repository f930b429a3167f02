package journal_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/books/journal"
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

const village = "321182103205"

var ctx = context.Background()

// world is a county with one village, in which there are as many groups with books as are wanted.
type world struct {
	t       testing.TB
	d       *db.DB
	tenant  int64
	l       *ledger.Ledger
	j       *journal.Service
	parties *record.Noun[party.Party]
	poster  access.Principal
	second  access.Principal
	payers  []ids.ID
	n       int
}

func newWorld(t testing.TB, d *db.DB) *world {
	t.Helper()
	w := &world{t: t, d: d}
	regions := region.New(d)
	must(t, regions.Save(ctx, []region.Region{
		{Code: "320000000000", Name: "江苏省", Level: "province"},
		{Code: "321100000000", Name: "镇江市", Level: "city"},
		{Code: "321182000000", Name: "扬中市", Level: "county"},
		{Code: "321182103000", Name: "八桥镇", Level: "town"},
		{Code: village, Name: "利民村", Level: "village"},
	}))
	tn, err := regions.TenantOf(ctx, village)
	must(t, err)
	w.tenant = tn.ID
	box, err := secret.NewBox(bytes.Repeat([]byte{7}, secret.KeySize))
	must(t, err)
	env := record.NewEnv(d, regions, box)
	w.parties = party.NewParties(env)
	w.l, w.j = ledger.New(env), journal.New(env)
	grant := []access.Grant{{Role: "town_accountant", Region: "321182103000"}}
	w.poster = access.Principal{ID: 12, Name: "会计老李", Grants: grant}
	w.second = access.Principal{ID: 14, Name: "会计小周", Grants: grant}
	for _, name := range []string{"示例机电厂", `甲;乙: "丙",[2021-13] \丁`, "𠮷田商行"} {
		w.payers = append(w.payers, w.party(name, party.Enterprise))
	}
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) party(name, kind string) ids.ID {
	w.t.Helper()
	p := &party.Party{Name: name, Kind: kind}
	p.Region = village
	id, err := w.parties.Create(ctx, access.System, w.tenant, "", p)
	must(w.t, err)
	return id
}

// books makes new books with sub-accounts whose names are full of what other programs take for structure.
func (w *world) books(name, chart string, from date.Month) *ledger.Books {
	w.t.Helper()
	w.n++
	of := w.party(fmt.Sprintf("第%d组%s", w.n, name), party.Group)
	id, err := w.l.Books.Create(ctx, access.System, w.tenant, "", &ledger.Books{Name: fmt.Sprintf("%d组账套%s", w.n, name), Party: of, Chart: chart, From: from})
	must(w.t, err)
	for code, name := range map[string]string{"10201": "基本户: (农行) ; *1234", "10202": "基本户： （农行） ； ＊1234", "11301": "[甲]|乙=丙@丁"} {
		must(w.t, w.l.AddAccount(ctx, access.System, w.tenant, id, code, name))
	}
	b, err := ledger.BooksByName(ctx, w.d.Read(), w.tenant, fmt.Sprintf("%d组账套%s", w.n, name))
	must(w.t, err)
	return b
}

var summaries = []string{
	"收租金", `付款 "急"; 见[附件] a:b`, "=1+1", "期初余额", "date:2021-99-99, x", "摘要|备注 (红)", `C:\账`, "第一行\n第二行", "𠮷田：退款", "'单引号",
}

// year posts a random year into books: openings, vouchers in any month, reversals, closing entries.
func (w *world) year(rt *rapid.T, b *ledger.Books) {
	codes := []string{"101", "10201", "10202", "11301", "151", "301", "501", "511"}
	fen := func(label string) money.Fen { return money.Fen(rapid.Int64Range(1, 1e9).Draw(rt, label)) }
	if rapid.Bool().Draw(rt, "opened") {
		a, c := fen("cash"), fen("bank")
		must(w.t, w.l.SetOpenings(ctx, w.poster, w.tenant, b.ID, []ledger.Opening{
			{Line: ledger.Line{Account: "101"}, Opening: a},
			{Line: ledger.Line{Account: "10201", Party: w.payers[0]}, Opening: c},
			{Line: ledger.Line{Account: "10201", Party: w.payers[1]}, Opening: -c / 2},
			{Line: ledger.Line{Account: "301"}, Opening: -a - c + c/2},
		}))
	}
	var posted []ids.ID
	last := b.From.First()
	for range rapid.IntRange(0, 8).Draw(rt, "vouchers") {
		if len(posted) > 0 && rapid.IntRange(0, 4).Draw(rt, "reverse") == 0 {
			id := posted[0]
			posted = posted[1:]
			r, err := w.l.Reverse(ctx, w.poster, w.tenant, "", id, date.Must("2021-12-30"), "记错; [x]")
			must(w.t, err)
			must(w.t, w.l.Review(ctx, w.second, w.tenant, r, 1))
			must(w.t, w.l.Post(ctx, w.poster, w.tenant, r, 2))
			continue
		}
		v := &ledger.Voucher{
			Books: b.ID, Summary: rapid.SampledFrom(summaries).Draw(rt, "summary"), Date: last.AddDays(rapid.IntRange(0, 160).Draw(rt, "day")),
			Kind: rapid.SampledFrom([]string{"", "", ledger.Closing}).Draw(rt, "kind"), Attachments: rapid.IntRange(0, 3).Draw(rt, "attachments"),
		}
		var sum money.Fen
		for range rapid.IntRange(1, 3).Draw(rt, "lines") {
			f := fen("fen")
			sum += f
			x := ledger.Line{Account: rapid.SampledFrom(codes).Draw(rt, "account"), Debit: f, Summary: rapid.SampledFrom(summaries).Draw(rt, "line")}
			if rapid.Bool().Draw(rt, "named") {
				x.Party = rapid.SampledFrom(w.payers).Draw(rt, "party")
			}
			v.Lines = append(v.Lines, x)
		}
		v.Lines = append(v.Lines, ledger.Line{Account: rapid.SampledFrom(codes).Draw(rt, "account"), Credit: sum, Party: w.payers[0]})
		must(w.t, w.d.InTx(ctx, w.poster.Meta(w.tenant), func(ctx context.Context, tx *db.Tx) error { return w.l.PostTx(ctx, tx, w.poster, v) }))
		posted = append(posted, v.ID)
	}
}

// random fills many books with random years and returns them.
func (w *world) random() []*ledger.Books {
	w.t.Helper()
	var out []*ledger.Books
	starts := []date.Month{202101, 202101, 202107, 202012}
	names := []string{"", "（甲）", " [乙] : x", ";丙", "＊丁"}
	rapid.Check(w.t, func(rt *rapid.T) {
		if len(out) >= 25 { // enough, and making books takes time
			return
		}
		b := w.books(names[w.n%len(names)], ledger.Chart2004, starts[w.n%len(starts)])
		w.year(rt, b)
		out = append(out, b)
	})
	problems, err := ledger.Check(ctx, w.d.Read(), w.tenant)
	must(w.t, err)
	if len(problems) > 0 {
		w.t.Fatalf("the books are damaged: %v", problems)
	}
	return out
}

func period(s string) statement.Period {
	p, err := statement.ParsePeriod(s)
	if err != nil {
		panic(err)
	}
	return p
}

// export writes an export to a file of the test's folder.
func (w *world) export(r journal.Request, name string) (string, journal.Result) {
	w.t.Helper()
	path := filepath.Join(w.t.TempDir(), name)
	f, err := os.Create(path)
	must(w.t, err)
	defer f.Close()
	res, err := w.j.Export(ctx, w.poster, w.tenant, r, f)
	must(w.t, err)
	return path, res
}

// run runs a program that the tests need and returns what it prints.
func run(t testing.TB, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Fatalf("%s is not installed: run the tests through `make test`, or scripts/test-setup.sh once", name)
	}
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "LANG=C.UTF-8", "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, head(string(out)))
	}
	return string(out)
}

func head(s string) string {
	lines := strings.Split(s, "\n")
	return strings.Join(lines[:min(len(lines), 30)], "\n")
}

// codeOf is the code in the last part of a plain-text account's name.
func codeOf(account string) string {
	last := account[strings.LastIndex(account, ":")+1:]
	return last[:strings.IndexAny(last+" ", " -")]
}

// compareTrial compares what another program makes of each account itself with the trial balance of books.
func (w *world) compareTrial(b *ledger.Books, what string, from, to date.Month, got map[string]money.Fen, want func(ledger.TrialRow) money.Fen) {
	w.t.Helper()
	rows, err := ledger.TrialBalance(ctx, w.d.Read(), w.tenant, b.ID, from, to)
	must(w.t, err)
	seen := map[string]bool{}
	for _, r := range rows {
		seen[r.Code] = true
		var sum money.Fen
		for code, fen := range got {
			if strings.HasPrefix(code, r.Code) {
				sum += fen
			}
		}
		if sum != want(r) {
			w.t.Errorf("%s %s: account %s comes to %s, the trial balance says %s", what, b.Name, r.Code, sum, want(r))
		}
	}
	for _, code := range slices.Sorted(keys(got)) {
		if got[code] != 0 && !seen[code] {
			w.t.Errorf("%s %s: account %s has %s and is not in the trial balance", what, b.Name, code, got[code])
		}
	}
}

func keys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
