package template

import (
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/money"
)

// TestEveryTemplateBalances makes entries of every template out of random answers: what is not refused balances, has no
// negative and no empty line.
func TestEveryTemplateBalances(t *testing.T) {
	for _, x := range Builtin() {
		if err := x.Check(); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		rnd := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "a"), rapid.Uint64().Draw(r, "b")))
		for _, x := range Builtin() {
			v := x.random(rnd)
			made, err := x.make(v)
			if err != nil {
				if !x.refuses(v) {
					r.Fatalf("%s: %v", x.Code, err)
				}
				continue
			}
			var debit, credit money.Fen
			for _, l := range made.Lines {
				if l.Debit < 0 || l.Credit < 0 || (l.Debit == 0) == (l.Credit == 0) {
					r.Fatalf("%s: %+v", x.Code, l)
				}
				debit, credit = debit+l.Debit, credit+l.Credit
			}
			if debit != credit || debit == 0 {
				r.Fatalf("%s: %s %s", x.Code, debit, credit)
			}
		}
	})
}

// TestShares divides an amount over years: all years together are the amount, and releases match what was kept back.
func TestShares(t *testing.T) {
	for _, c := range []struct {
		fen      money.Fen
		from, to string
		year     int
		want     money.Fen
	}{
		{10000000, "2024-07-01", "2027-06-30", 2024, 1666667}, // 6 of 36 months; the fen left over goes to the largest fraction
		{10000000, "2024-07-01", "2027-06-30", 2025, 3333333},
		{10000000, "2024-01-01", "2024-12-31", 2024, 10000000},
		{36600, "2024-01-15", "2025-01-14", 2024, 35200}, // 352 of 366 days
		{36600, "2024-01-15", "2025-01-14", 2025, 1400},
		{100, "2024-07-01", "2027-06-30", 2030, 0},
	} {
		got, err := share(c.fen, date.Must(c.from), date.Must(c.to), c.year, false)
		if err != nil || got != c.want {
			t.Errorf("%+v: %s %v", c, got, err)
		}
	}
	if _, err := share(100, date.Must("2024-01-01"), date.Must("2124-01-01"), 2024, false); err == nil {
		t.Error("a century was taken")
	}
	rapid.Check(t, func(r *rapid.T) {
		fen := money.Fen(rapid.Int64Range(0, 1e13).Draw(r, "fen"))
		from := date.Must("2024-01-01").AddDays(rapid.IntRange(0, 2000).Draw(r, "from"))
		to := from.AddDays(rapid.IntRange(0, 5000).Draw(r, "days"))
		if rapid.Bool().Draw(r, "months") {
			from, to = from.YearMonth().First(), to.EndOfMonth()
		}
		var sum money.Fen
		for y := from.Year(); y <= to.Year(); y++ {
			part, err := share(fen, from, to, y, false)
			if err != nil {
				r.Fatal(err)
			}
			sum += part
			if upto, _ := share(fen, from, to, y, true); upto != sum {
				r.Fatalf("up to %d: %s, want %s", y, upto, sum)
			}
		}
		if sum != fen {
			r.Fatalf("%s of %s", sum, fen)
		}
	})
}

func TestRefusesWhatCannotBalance(t *testing.T) {
	body := func(lines string) string {
		return "templates:\n- code: own-one\n  group: 试\n  name: 试\n  summary: 试{what}\n  ask:\n  - {name: a, label: 甲, type: money}\n  - {name: b, label: 乙, type: money, optional: true}\n" +
			"  - {name: what, label: 什么, type: text}\n  - {name: pay, label: 钱, type: cash}\n  entries:\n  - lines:\n" + lines
	}
	good := "    - {debit: $pay, amount: a}\n    - {credit: \"2023:501 2004:511\", amount: rest}\n"
	if _, err := Parse([]byte(body(good))); err != nil {
		t.Fatal(err)
	}
	for lines, say := range map[string]string{
		"    - {debit: $pay, amount: a}\n    - {credit: \"2023:501\", amount: b}\n":                                         "借贷不平",
		"    - {debit: $pay, amount: a - b}\n    - {credit: \"2023:501\", amount: a - b}\n":                                 "负数",
		"    - {debit: $pay, amount: a/3}\n    - {debit: $pay, amount: a/3}\n    - {credit: \"2023:501\", amount: a*2/3}\n": "借贷不平",
		"    - {debit: $pay, amount: a}\n":                                                        "一借一贷",
		"    - {debit: $pay, amount: rest}\n    - {credit: \"2023:501\", amount: rest}\n":         "最多有一行",
		"    - {debit: $pay, amount: a}\n    - {credit: \"2023:999\", amount: a}\n":               "没有一级科目 999",
		"    - {debit: $pay, amount: a}\n    - {credit: \"501\", amount: a}\n":                    "应写成",
		"    - {debit: $who, amount: a}\n    - {credit: \"2023:501\", amount: a}\n":               "选科目的问题",
		"    - {debit: $pay, amount: c}\n    - {credit: \"2023:501\", amount: a}\n":               "不是问到的金额",
		"    - {debit: $pay, amount: a, with: [what]}\n    - {credit: \"2023:501\", amount: a}\n": "辅助核算",
		"    - {debit: $pay, amount: 1+}\n    - {credit: \"2023:501\", amount: a}\n":              "没有写完",
		"    - {debit: $pay, amount: a, nonsense: 1}\n":                                           "不认识",
	} {
		_, err := Parse([]byte(body(lines)))
		if err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%s: %v, want %q", lines, err, say)
		}
	}
	for _, bomb := range []string{"a: &a [x]\ntemplates: *a", "templates: [" + strings.Repeat("x", maxYAML) + "]"} {
		if _, err := Parse([]byte(bomb)); err == nil || !strings.Contains(err.Error(), "引用") && !strings.Contains(err.Error(), "超过") {
			t.Error(err)
		}
	}
}

// TestWrittenAsRead writes our templates as the file that a county edits, and reads the same back.
func TestWrittenAsRead(t *testing.T) {
	text, err := Write(Builtin())
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	second, err := Write(again)
	if err != nil || string(second) != string(text) {
		t.Error("a template changed on its way", err)
	}
	for _, x := range again {
		if !x.For(ledger.Chart2023) && !x.For(ledger.Chart2004) {
			t.Error(x.Code)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("templates:\n- code: a-b\n")
	f.Add(string(embedded[:2000]))
	f.Add("templates: [{entries: [{lines: [{amount: max(}]}]}]")
	f.Fuzz(func(t *testing.T, s string) {
		if list, err := Parse([]byte(s)); err == nil {
			if _, err := Write(list); err != nil {
				t.Fatal(err)
			}
		}
	})
}
