package journal_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"huicun/internal/books/journal"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/charset"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/money"
)

func verify(t *testing.T, data []byte) *journal.Verdict {
	t.Helper()
	v, err := journal.Verify(bytes.NewReader(data), int64(len(data)))
	must(t, err)
	return v
}

func TestPackage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		books := w.random()
		for _, gbk := range []bool{false, true} {
			for _, when := range []string{"2021", "2021-03..2021-09"} {
				p := period(when)
				path, res := w.export(journal.Request{Scope: village, Period: p, Format: journal.GBT24589, GBK: gbk, Maker: "1.0"}, "package.zip")
				data, err := os.ReadFile(path)
				must(t, err)
				v := verify(t, data)
				if len(v.Problems) > 0 {
					t.Fatalf("%s, GBK %v: %s", when, gbk, strings.Join(v.Problems, "\n"))
				}
				if v.Vouchers != res.Vouchers || v.Lines != res.Lines || v.Files != res.Books {
					t.Errorf("verified %+v of %+v", v, res)
				}
				byID := map[string]journal.ManifestFile{}
				var debit money.Fen
				for _, f := range v.Manifest.Files {
					byID[f.Number] = f
					fen, err := money.Parse(f.Debit)
					must(t, err)
					debit += fen
				}
				if debit != res.Debit {
					t.Errorf("debits %s, wrote %s", debit, res.Debit)
				}
				for _, b := range books {
					from, to := b.Months(p.From, p.To)
					w.comparePackage(t, b, from, to, byID[b.ID.String()])
				}
			}
		}
	})
}

// comparePackage compares the sums of a file with the trial balance.
func (w *world) comparePackage(t *testing.T, b *ledger.Books, from, to date.Month, f journal.ManifestFile) {
	t.Helper()
	if from > to {
		if f.Number != "" {
			t.Errorf("%s is not in the period", b.Name)
		}
		return
	}
	rows, err := ledger.TrialBalance(ctx, w.d.Read(), w.tenant, b.ID, from, to)
	must(t, err)
	var debit, credit, opening, ending money.Fen
	for _, r := range rows {
		if r.Level == 1 {
			debit, credit = debit+r.Debit, credit+r.Credit
			opening, ending = opening+max(r.Opening, 0), ending+max(r.Ending, 0)
		}
	}
	got := strings.Join([]string{f.Debit, f.Credit, f.Opening, f.Ending}, " ")
	if want := strings.Join([]string{debit.Plain(), credit.Plain(), opening.Plain(), ending.Plain()}, " "); got != want {
		t.Errorf("%s: %s, the trial balance says %s", b.Name, got, want)
	}
}

// parts unpacks a package, and pack puts it together again with digests as they should be.
func parts(t *testing.T, data []byte) map[string][]byte {
	t.Helper()
	zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	must(t, err)
	out := map[string][]byte{}
	for _, f := range zr.File {
		rc, err := f.Open()
		must(t, err)
		b, err := io.ReadAll(rc)
		must(t, err)
		out[f.Name] = b
	}
	return out
}

func pack(t *testing.T, files map[string][]byte, reseal bool) []byte {
	t.Helper()
	if reseal {
		var m journal.Manifest
		must(t, json.Unmarshal(files["manifest.json"], &m))
		for i := range m.Files {
			f := &m.Files[i]
			sum := sha256.Sum256(files[f.Name])
			f.SHA256, f.Bytes = hex.EncodeToString(sum[:]), int64(len(files[f.Name]))
		}
		b, err := json.Marshal(m)
		must(t, err)
		files["manifest.json"] = b
	}
	var buf bytes.Buffer
	zw := zip.NewWriter(&buf)
	for name, b := range files {
		f, err := zw.Create(name)
		must(t, err)
		_, err = f.Write(b)
		must(t, err)
	}
	must(t, zw.Close())
	return buf.Bytes()
}

// smallPackage is one books with two vouchers in March and one in May.
func smallPackage(t *testing.T, gbk bool) (data []byte, name string) {
	w := newWorld(t, dbtest.SQLite(t))
	b := w.books("", ledger.Chart2004, 202101)
	must(t, w.l.SetOpenings(ctx, w.poster, w.tenant, b.ID, []ledger.Opening{
		{Line: ledger.Line{Account: "101"}, Opening: 500}, {Line: ledger.Line{Account: "301"}, Opening: -500},
	}))
	for _, day := range []string{"2021-03-01", "2021-03-02", "2021-05-02"} {
		v := &ledger.Voucher{Books: b.ID, Date: date.Must(day), Summary: "𠮷田租金 <&>", Lines: []ledger.Line{
			{Account: "10201", Debit: 700, Party: w.payers[2]}, {Account: "501", Credit: 700},
		}}
		must(t, w.d.InTx(ctx, w.poster.Meta(w.tenant), func(ctx context.Context, tx *db.Tx) error { return w.l.PostTx(ctx, tx, w.poster, v) }))
	}
	path, _ := w.export(journal.Request{Books: b.Name, Period: period("2021"), Format: journal.GBT24589, GBK: gbk}, "p.zip")
	data, err := os.ReadFile(path)
	must(t, err)
	return data, "books-" + b.ID.String() + "-2021.xml"
}

func TestPackageText(t *testing.T) {
	for _, gbk := range []bool{false, true} {
		data, name := smallPackage(t, gbk)
		d := xml.NewDecoder(bytes.NewReader(parts(t, data)[name]))
		d.CharsetReader = charset.Reader
		var all strings.Builder
		for {
			tok, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			must(t, err)
			if s, ok := tok.(xml.CharData); ok {
				all.Write(s)
			}
		}
		for _, want := range []string{"𠮷田租金 <&>", "𠮷田商行", "2004 年制度", "记-2021-03-0002"} {
			if !strings.Contains(all.String(), want) {
				t.Errorf("GBK %v: %q is lost", gbk, want)
			}
		}
		if text := string(parts(t, data)[name]); gbk == strings.Contains(text, "租金") || gbk != strings.Contains(text, `encoding="GBK"`) {
			t.Errorf("GBK %v: the encoding is another", gbk)
		}
	}
}

// Whatever is changed in a package shows, also when the digests are made to match.
func TestTampering(t *testing.T) {
	data, name := smallPackage(t, false)
	if v := verify(t, data); len(v.Problems) > 0 || v.Vouchers != 3 {
		t.Fatalf("%+v", v)
	}
	replace := func(old, by string, n int) func(map[string][]byte) {
		return func(f map[string][]byte) {
			s := string(f[name])
			if !strings.Contains(s, old) {
				t.Fatalf("no %q", old)
			}
			f[name] = []byte(strings.Replace(s, old, by, n))
		}
	}
	cut := func(pattern string) func(map[string][]byte) {
		return func(f map[string][]byte) {
			re := regexp.MustCompile(pattern)
			loc := re.FindIndex(f[name])
			if loc == nil {
				t.Fatalf("no %q", pattern)
			}
			f[name] = append(append([]byte{}, f[name][:loc[0]]...), f[name][loc[1]:]...)
		}
	}
	for says, change := range map[string]func(map[string][]byte){
		"SHA-256与清单不符": replace("租金", "租钱", 1),
		"缺少清单所列的文件":    func(f map[string][]byte) { delete(f, name) },
		"不在清单里":        func(f map[string][]byte) { f["x.xml"] = []byte("<x/>") },
		"不是完整的 XML":    func(f map[string][]byte) { f[name] = f[name][:len(f[name])-20] },
	} {
		files := parts(t, data)
		change(files)
		if v := verify(t, pack(t, files, false)); !strings.Contains(strings.Join(v.Problems, "\n"), says) {
			t.Errorf("want %q in %v", says, v.Problems)
		}
	}
	for says, change := range map[string]func(map[string][]byte){
		"借贷不平":        replace("<借方本币金额>7.00<", "<借方本币金额>8.00<", 1),
		"与凭证":         replace("<借方本币发生额>14.00<", "<借方本币发生额>15.00<", 2),
		"不等于期初余额加发生额": replace("<期末本币余额>14.00<", "<期末本币余额>20.00<", -1),
		"不连续":         cut(`(?s)<记账凭证><记账凭证日期>2021-03-01.*?行号>1.*?</记账凭证>\n<记账凭证>.*?</记账凭证>\n`),
		"没有第 1 行":     cut(`<记账凭证>.*?</记账凭证>\n`),
		"没有这个科目":      cut(`<会计科目><科目编号>301<.*?</会计科目>\n`),
		"用了没有的科目":     cut(`<会计科目><科目编号>501<.*?</会计科目>\n`),
		"上级科目":        replace("<上级科目编号>102<", "<上级科目编号>10201<", 1),
		"无法识别":        replace("<贷方本币金额>7.00<", "<贷方本币金额>七<", 1),
		"余额方向":        replace("<期初余额方向>借<", "<期初余额方向>中<", 1),
		"会计年度与清单不符":   replace("<会计年度>2021</会计年度><标准", "<会计年度>2022</会计年度><标准", 1),
		"有凭证":         cut(`<科目余额及发生额><科目编号>501</科目编号><会计年度>2021</会计年度><会计期间号>05.*?</科目余额及发生额>\n`),
		"上期期末余额":      cut(`<科目余额及发生额><科目编号>501</科目编号><会计年度>2021</会计年度><会计期间号>03.*?</科目余额及发生额>\n`),
	} {
		files := parts(t, data)
		change(files)
		if v := verify(t, pack(t, files, true)); !strings.Contains(strings.Join(v.Problems, "\n"), says) {
			t.Errorf("want %q in %v", says, strings.Join(v.Problems, "\n"))
		}
	}
	if _, err := journal.Verify(strings.NewReader("PK"), 2); err == nil {
		t.Error("not a zip")
	}
}

func FuzzVerify(f *testing.F) {
	f.Add([]byte(`<会计核算数据><会计科目><科目编号>1</科目编号><上级科目编号>1</上级科目编号></会计科目><记账凭证><科目编号>1</科目编号></记账凭证></会计核算数据>`))
	f.Add([]byte(`<?xml version="1.0" encoding="GBK"?><x><科目余额及发生额/></x>`))
	f.Fuzz(func(t *testing.T, file []byte) {
		m, err := json.Marshal(journal.Manifest{Files: []journal.ManifestFile{{Name: "a.xml"}}})
		must(t, err)
		v := verify(t, pack(t, map[string][]byte{"manifest.json": m, "a.xml": file}, false))
		if len(v.Problems) == 0 {
			t.Error("nothing is wrong with an empty digest")
		}
	})
}
