package calc_test

import (
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/kit/calc"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
)

func TestAmount(t *testing.T) {
	for text, want := range map[string]money.Fen{
		"1200*12+300": 1470000, "1,234.50": 123450, "1.005*100": 10050, "０．１＋０．２": 30, "-(2-5)": 300, "１２００×３": 360000, "100÷3": 3333,
		"12.5万": 12500000, "0.005*1": 1, "-0.005*1": -1, "2/3*3": 200, "1,000*2": 200000, " 3 + 4 ": 700, "(((1)))+1": 200, "￥5+￥5": 1000,
	} {
		if got, err := calc.Amount(text); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", text, got, err, want)
		}
	}
	for text, say := range map[string]string{
		"7/0": "除以 0", "1+": "没有写完", "alert(1)": "没有“alert”", "1+x": "不能有“x”", "9000000000000*2": "超出", "1..2+1": "不是数字", "(1+2": "没有写完", "1+2)": "看不懂", "": "",
		"1+" + strings.Repeat("(", 60) + "1" + strings.Repeat(")", 60): "括号太多", strings.Repeat("1+", 200) + "1": "太长", "1e5+1": "看不懂",
	} {
		if _, err := calc.Amount(text); err == nil || !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), say) {
			t.Errorf("%s: %v, want %q", text, err, say)
		}
	}
}

func TestFormula(t *testing.T) {
	e, err := calc.Parse("max(total - paid, 0) + min(total, paid, 5)")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(e.Names(), " "); got != "total paid" {
		t.Error(got)
	}
	got, err := e.Fen(func(name string) (money.Fen, error) {
		return map[string]money.Fen{"total": 1000, "paid": 1200}[name], nil
	})
	if err != nil || got != 500 {
		t.Error(got, err)
	}
}

// Sums of amounts are exact whatever the order, and a product by a whole number is that many additions.
func TestExact(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		fen := rapid.SliceOfN(rapid.Int64Range(-1e12, 1e12), 1, 8).Draw(r, "fen")
		var parts []string
		var sum int64
		for _, f := range fen {
			parts = append(parts, "("+money.Fen(f).Plain()+")")
			sum += f
		}
		text := strings.Join(parts, "+")
		if len(text) > 190 {
			return
		}
		if got, err := calc.Amount(text + "+0"); err != nil || int64(got) != sum {
			r.Fatalf("%s: %s %v", text, got, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"1200*12+300", "min(a,b)-(-2.5)", "１＋（２×３）", "((((", "max(", "1.2.3", "\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := calc.Parse(s)
		if err != nil {
			if !errs.Is(err, errs.Invalid) {
				t.Fatal(err)
			}
			return
		}
		if _, err := e.Value(func(string) (*big.Rat, error) { return big.NewRat(3, 7), nil }); err != nil && !errs.Is(err, errs.Invalid) {
			t.Fatal(err)
		}
		again, err := calc.Parse(e.String())
		if err != nil || again.String() != s {
			t.Fatal(again, err)
		}
	})
}
