package date

import (
	"encoding/json"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huicun/internal/kit/errs"
)

// someDate draws days between 1900 and 2200.
func someDate() *rapid.Generator[Date] {
	return rapid.Map(rapid.IntRange(0, 109_000), func(n int) Date { return Must("1900-01-01").AddDays(n) })
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ in, want, msg string }{
		{"2021-11-10", "2021-11-10", ""},
		{"2021/11/10", "2021-11-10", ""},
		{"2021.1.5", "2021-01-05", ""},
		{"2021年11月10日", "2021-11-10", ""},
		{" ２０２１ 年 1月 5 号 ", "2021-01-05", ""},
		{"20211110", "2021-11-10", ""},
		{"2020-02-29", "2020-02-29", ""},
		{"2021-02-30", "", "2021-02-30 这一天不存在"},
		{"2021-02-29", "", "2021-02-29 这一天不存在"},
		{"2021-13-01", "", "2021-13-01 这一天不存在"},
		{"20210100", "", "2021-01-00 这一天不存在"},
		{"0021-11-10", "", "年份应在 1800 到 9999 之间"},
		{"", "", "请填写日期"},
		{"21-11-10", "", "“21-11-10”不是日期，请写成 2021-11-10 这样（年份写四位）"},
		{"2021-11/10", "", "“2021-11/10”不是日期，请写成 2021-11-10 这样（年份写四位）"},
		{"2021年11月10", "", "“2021年11月10”不是日期，请写成 2021-11-10 这样（年份写四位）"},
	} {
		d, err := Parse(c.in)
		msg := ""
		if err != nil {
			msg = errs.Message(err)
		}
		if d.String() != c.want || msg != c.msg {
			t.Errorf("Parse(%q) = %s, %q; want %s, %q", c.in, d, msg, c.want, c.msg)
		}
	}
}

func TestAddMonths(t *testing.T) {
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2021-01-31", 1, "2021-02-28"},
		{"2021-01-31", 2, "2021-03-31"},
		{"2020-01-31", 1, "2020-02-29"},
		{"2020-02-29", 12, "2021-02-28"},
		{"2021-03-31", -1, "2021-02-28"},
		{"2021-01-15", -13, "2019-12-15"},
		{"9999-11-30", 5, "9999-12-31"},
		{"1800-02-03", -5, "1800-01-01"},
	} {
		if got := Must(c.from).AddMonths(c.n); got.String() != c.want {
			t.Errorf("%s + %d months = %s, want %s", c.from, c.n, got, c.want)
		}
	}
}

func TestMonthsBetween(t *testing.T) {
	for _, c := range []struct {
		a, b         string
		months, days int
	}{
		{"2021-06-01", "2024-06-01", 36, 0},
		{"2021-06-01", "2024-05-31", 35, 30},
		{"2021-01-31", "2021-02-28", 1, 0},
		{"2021-01-31", "2021-03-30", 1, 30},
		{"2021-03-30", "2021-01-31", -1, -30},
		{"2021-06-01", "2021-06-01", 0, 0},
	} {
		if m, d := MonthsBetween(Must(c.a), Must(c.b)); m != c.months || d != c.days {
			t.Errorf("MonthsBetween(%s, %s) = %d, %d", c.a, c.b, m, d)
		}
	}
	if m, d := MonthsBetween(Date{}, Must("2021-01-01")); m != 0 || d != 0 {
		t.Errorf("no date: %d, %d", m, d)
	}
}

func TestZero(t *testing.T) {
	var z Date
	d := Must("2021-11-10")
	if !z.IsZero() || z.String() != "" || z.Chinese() != "" || z.AddDays(3) != z || z.AddMonths(3) != z ||
		z.EndOfMonth() != z || !z.Before(d) || z.Sub(d) != 0 || z.YearMonth() != 0 || Of(time.Time{}) != z {
		t.Error("the zero date is not inert")
	}
}

func TestOfShanghai(t *testing.T) {
	at := time.Date(2021, 11, 9, 16, 0, 0, 0, time.UTC) // midnight in China
	if got := Today(Fixed(at)); got != Must("2021-11-10") {
		t.Errorf("Today = %s", got)
	}
	if got := Today(Fixed(at.Add(-time.Second))); got != Must("2021-11-09") {
		t.Errorf("Today = %s", got)
	}
	if Today(System).Year() < 2021 {
		t.Error("the system clock is not set")
	}
}

func TestStored(t *testing.T) {
	d := Must("2021-11-10")
	for _, src := range []any{"2021-11-10", []byte("2021-11-10")} {
		var got Date
		if err := got.Scan(src); err != nil || got != d {
			t.Errorf("Scan(%v) = %s, %v", src, got, err)
		}
	}
	for _, src := range []any{nil, "", []byte{}} {
		got := d
		if err := got.Scan(src); err != nil || !got.IsZero() {
			t.Errorf("Scan(%v) = %s, %v", src, got, err)
		}
	}
	for _, src := range []any{"nonsense", 5} {
		if err := new(Date).Scan(src); !errs.Is(err, errs.Internal) {
			t.Errorf("Scan(%v): %v", src, err)
		}
	}
	if v, err := d.Value(); v != "2021-11-10" || err != nil {
		t.Errorf("Value = %v, %v", v, err)
	}
	if v, err := (Date{}).Value(); v != "" || err != nil {
		t.Errorf("Value = %v, %v", v, err)
	}
	type doc struct{ A, B Date }
	b, err := json.Marshal(doc{A: d})
	if string(b) != `{"A":"2021-11-10","B":""}` || err != nil {
		t.Errorf("json = %s, %v", b, err)
	}
	var back doc
	if err := json.Unmarshal(b, &back); err != nil || back.A != d || !back.B.IsZero() {
		t.Errorf("json back = %v, %v", back, err)
	}
}

func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := someDate().Draw(t, "a"), someDate().Draw(t, "b")
		if got := a.AddDays(b.Sub(a)); got != b {
			t.Fatalf("AddDays(Sub) = %s", got)
		}
		if sign(b.Sub(a)) != b.Compare(a) || a.Before(b) != (a.Compare(b) < 0) || a.After(b) != (a.Compare(b) > 0) {
			t.Fatal("the orders disagree")
		}
		for _, s := range []string{a.String(), a.Chinese()} {
			if got, err := Parse(s); err != nil || got != a {
				t.Fatalf("Parse(%q) = %s, %v", s, got, err)
			}
		}
		if b.Before(a) {
			a, b = b, a
		}
		m, d := MonthsBetween(a, b)
		if got := a.AddMonths(m).AddDays(d); got != b || d < 0 || d > 30 || a.AddMonths(m+1).Compare(b) <= 0 {
			t.Fatalf("%d months and %d days give %s", m, d, got)
		}
	})
}

func sign(n int) int {
	return min(max(n, -1), 1)
}

func TestMonth(t *testing.T) {
	for _, s := range []string{"2021-06", "2021/6", "2021.06", "202106", "2021年6月", "２０２１-６"} {
		if m, err := ParseMonth(s); err != nil || m != 202106 {
			t.Errorf("ParseMonth(%q) = %d, %v", s, m, err)
		}
	}
	for _, s := range []string{"", "2021", "2021-13", "2021-00", "20216", "0021-06", "2021-6月"} {
		if m, err := ParseMonth(s); !errs.Is(err, errs.Invalid) || m != 0 {
			t.Errorf("ParseMonth(%q) = %d, %v", s, m, err)
		}
	}
	m := Month(202112)
	if m.Next() != 202201 || m.Prev() != 202111 || m.Add(-12) != 202012 || m.First() != Must("2021-12-01") ||
		m.Last() != Must("2021-12-31") || m.String() != "2021-12" || m.Chinese() != "2021年12月" || !m.Valid() {
		t.Error("month arithmetic")
	}
	if Month(202113).Valid() || Month(0).Valid() || !Month(0).First().IsZero() || Month(0).String() != "" {
		t.Error("invalid months")
	}
	if Must("2024-02-10").EndOfMonth() != Must("2024-02-29") || Must("2024-02-10").YearMonth() != 202402 {
		t.Error("a date's month")
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"2021-11-10", "2021年1月5日", "20210230", "", "９９９９.12.31"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := Parse(s); err == nil && (d.IsZero() || Must(d.String()) != d) || err != nil && !errs.Is(err, errs.Invalid) {
			t.Fatalf("Parse(%q) = %s, %v", s, d, err)
		}
	})
}

func FuzzParseMonth(f *testing.F) {
	for _, s := range []string{"2021-06", "2021年6月", "202113", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if m, err := ParseMonth(s); err == nil != m.Valid() || err != nil && !errs.Is(err, errs.Invalid) {
			t.Fatalf("ParseMonth(%q) = %d, %v", s, m, err)
		}
	})
}
