package qty

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/kit/errs"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		in   string
		def  Unit
		want string
		code string
	}{
		{"10600平方米", None, "10,600 ㎡", ""},
		{"10.5 亩", M2, "10.5 亩", ""},
		{"10,600", M2, "10,600 ㎡", ""},
		{"１２．５０００㎡", None, "12.5 ㎡", ""},
		{"3M2", None, "3 ㎡", ""},
		{"3 m²", None, "3 ㎡", ""},
		{"0.0001公里", None, "0.0001 公里", ""},
		{"7幢", None, "7 栋", ""},
		{"9000000000000", Ge, "9,000,000,000,000 个", ""},
		{"9000000000000.0001", Ge, "", "qty.range"},
		{"", M2, "", "qty.empty"},
		{"5", None, "", "qty.no_unit"},
		{"5", "furlong", "", "qty.unit"},
		{"5 furlong", M2, "", "qty.unit"},
		{"平方米", None, "", "qty.syntax"},
		{"-5亩", None, "", "qty.negative"},
		{"1.23456亩", None, "", "qty.precision"},
		{"1,06亩", None, "", "qty.grouping"},
		{"1..2", M2, "", "qty.syntax"},
	} {
		q, err := Parse(c.in, c.def)
		code := ""
		if e := errs.As(err); e != nil {
			code = e.Code
		}
		if code != c.code || err == nil && q.String() != c.want {
			t.Errorf("Parse(%q, %q) = %s, %v", c.in, c.def, q, err)
		}
	}
}

func TestAddSub(t *testing.T) {
	big := Qty{Max, Mu}
	for _, c := range []struct {
		a, b Qty
		sum  int64 // -1 for an error
		diff int64
	}{
		{Qty{3, Mu}, Qty{2, Mu}, 5, 1},
		{Qty{2, Mu}, Qty{3, Mu}, 5, -1},
		{Qty{2, Mu}, Qty{2, M2}, -1, -1},
		{big, Qty{1, Mu}, -1, Max - 1},
		{Qty{math.MaxInt64, Mu}, Qty{math.MaxInt64, Mu}, -1, 0},
		{Qty{math.MinInt64, Mu}, Qty{math.MinInt64, Mu}, -1, 0},
		{Qty{}, Qty{}, -1, -1},
	} {
		sum, err := Add(c.a, c.b)
		if (err == nil) != (c.sum >= 0) || err == nil && sum.N != c.sum {
			t.Errorf("%s + %s = %s, %v", c.a, c.b, sum, err)
		}
		diff, err := Sub(c.a, c.b)
		if (err == nil) != (c.diff >= 0) || err == nil && diff.N != c.diff {
			t.Errorf("%s - %s = %s, %v", c.a, c.b, diff, err)
		}
	}
}

func TestNew(t *testing.T) {
	if q, err := New(12, Jian); err != nil || q.String() != "12 间" || q.Plain() != "12" {
		t.Errorf("New = %s, %v", q, err)
	}
	for _, n := range []int64{-1, math.MinInt64, math.MaxInt64, Max/One + 1} {
		if q, err := New(n, Ge); !errs.Is(err, errs.Invalid) {
			t.Errorf("New(%d) = %s, %v", n, q, err)
		}
	}
}

func TestTo(t *testing.T) {
	for _, c := range []struct {
		in   string
		to   Unit
		want string
	}{
		{"1亩", M2, "666.6667 ㎡"},
		{"3亩", M2, "2,000 ㎡"},
		{"10600㎡", Mu, "15.9 亩"},
		{"1㎡", Mu, "0.0015 亩"},
		{"5㎡", M2, "5 ㎡"},
		{"5㎡", Ge, ""},
		{"9000000000000亩", M2, ""},
	} {
		q, err := Parse(c.in, None)
		if err != nil {
			t.Fatal(err)
		}
		got, err := q.To(c.to)
		if (err == nil) != (c.want != "") || err == nil && got.String() != c.want {
			t.Errorf("%s in %s = %s, %v", c.in, c.to, got, err)
		}
	}
	if _, err := (Qty{-1, Mu}).To(M2); !errs.Is(err, errs.Invalid) {
		t.Error("a negative quantity was converted")
	}
}

func TestUnits(t *testing.T) {
	for _, u := range Units() {
		if !u.Valid() {
			t.Errorf("%s is not valid", u)
		}
		if got, err := ParseUnit(u.Label()); err != nil || got != u {
			t.Errorf("label of %s reads as %s, %v", u, got, err)
		}
	}
	if None.Valid() || Unit("平方米").Valid() || Unit("x").Label() != "x" {
		t.Error("unknown units")
	}
}

// Text reads back as the same quantity, and mu survive the way to square metres and back.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := Qty{rapid.Int64Range(0, Max).Draw(t, "n"), rapid.SampledFrom(Units()).Draw(t, "unit")}
		if got, err := Parse(q.String(), None); err != nil || got != q {
			t.Fatalf("Parse(%s) = %v, %v", q, got, err)
		}
		if got, err := Parse(q.Plain(), q.Unit); err != nil || got != q {
			t.Fatalf("Parse(%s) = %v, %v", q.Plain(), got, err)
		}
		area := Qty{q.N / 1000, Mu}
		m2, err := area.To(M2)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := m2.To(Mu); err != nil || back != area {
			t.Fatalf("%s is %s is %s", area, m2, back)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"10600平方米", "10.5 亩", "3m2", "1,06", "-1", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		q, err := Parse(s, M2)
		if err != nil {
			if !errs.Is(err, errs.Invalid) {
				t.Fatalf("Parse(%q): %v", s, err)
			}
			return
		}
		if again, err := Parse(q.String(), None); err != nil || again != q {
			t.Fatalf("Parse(%q) = %s, which reads as %v, %v", s, q, again, err)
		}
	})
}
