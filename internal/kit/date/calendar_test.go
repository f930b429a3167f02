package date

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/kit/errs"
)

func TestChina(t *testing.T) {
	c := China()
	for y := 2020; y <= 2026; y++ {
		if !c.Covers(y) {
			t.Errorf("%d is not covered", y)
		}
	}
	if c.Covers(2019) || c.Covers(2027) {
		t.Error("covers a year without data")
	}
	for _, tc := range []struct {
		day  string
		work bool
	}{
		{"2020-01-31", false}, // the holiday was extended
		{"2020-02-03", true},
		{"2021-02-20", true}, // a Saturday made up for
		{"2021-10-07", false},
		{"2021-10-08", true},
		{"2021-10-09", true},
		{"2021-11-10", true},
		{"2021-11-13", false},
		{"2022-12-31", false}, // listed by the notice for 2023
		{"2026-01-04", true},
		{"2019-10-01", true}, // no data: a plain Tuesday
		{"2019-10-05", false},
	} {
		if got := c.IsWorkday(Must(tc.day)); got != tc.work {
			t.Errorf("IsWorkday(%s) = %v", tc.day, got)
		}
	}
	if c.IsWorkday(Date{}) || c.Name(Must("2021-02-07")) != "春节调休" || c.Name(Must("2021-02-08")) != "" {
		t.Error("zero date or names")
	}
	// Days made up for are always on a weekend; anything else is a slip in the data.
	for d, e := range c.days {
		if w := d.Weekday(); e.work && w != 0 && w != 6 {
			t.Errorf("%s is made up for on a %s", d, w)
		}
	}
}

func TestAddWorkdays(t *testing.T) {
	c := China()
	for _, tc := range []struct {
		from string
		n    int
		want string
	}{
		{"2021-09-30", 1, "2021-10-08"},
		{"2021-09-30", 2, "2021-10-09"},
		{"2021-09-30", 3, "2021-10-11"},
		{"2021-10-03", -1, "2021-09-30"},
		{"2021-10-03", 0, "2021-10-03"},
		{"2021-11-12", 5, "2021-11-19"},
		{"9999-12-30", 100, "9999-12-31"},
	} {
		if got := c.AddWorkdays(Must(tc.from), tc.n); got.String() != tc.want {
			t.Errorf("AddWorkdays(%s, %d) = %s, want %s", tc.from, tc.n, got, tc.want)
		}
	}
	if !c.AddWorkdays(Date{}, 5).IsZero() || c.WorkdaysBetween(Date{}, Must("2021-01-01")) != 0 {
		t.Error("no date")
	}
}

func TestWorkdaysProperties(t *testing.T) {
	c := China()
	rapid.Check(t, func(t *rapid.T) {
		d := Must("2019-06-01").AddDays(rapid.IntRange(0, 3000).Draw(t, "d"))
		n := rapid.IntRange(1, 300).Draw(t, "n")
		end := c.AddWorkdays(d, n)
		if !c.IsWorkday(end) || c.WorkdaysBetween(d, end) != n || c.WorkdaysBetween(end, d) != -n {
			t.Fatalf("%s + %d = %s", d, n, end)
		}
	})
}

func TestLoadCalendar(t *testing.T) {
	for _, c := range []struct{ in, msg string }{
		{"\ufeffdate,kind,name\n2030-01-01,holiday,元旦\n", ""},
		{"2030-01-01,holiday,元旦\n", ""},
		{"date,kind,name\n# note\n2030-02-30,holiday,元旦\n", "节假日文件第 3 行：2030-02-30 这一天不存在"},
		{"2030-01-01,off,元旦\n", "节假日文件第 1 行：类别应为 holiday（放假）或 workday（上班）"},
		{"2030-01-01,holiday,a\n2030-01-01,holiday,b\n", "节假日文件第 2 行：2030-01-01 重复了"},
		{"2030-01-01,holiday\n", "节假日文件格式不对，每行应为“日期,类别,名称”三项"},
	} {
		cal, err := LoadCalendar(strings.NewReader(c.in))
		if err == nil {
			if c.msg != "" || !cal.Covers(2030) || cal.IsWorkday(Must("2030-01-01")) {
				t.Errorf("LoadCalendar(%q) accepted", c.in)
			}
		} else if errs.Message(err) != c.msg || !errs.Is(err, errs.Invalid) {
			t.Errorf("LoadCalendar(%q): %v", c.in, err)
		}
	}
}

func FuzzLoadCalendar(f *testing.F) {
	f.Add("date,kind,name\n2030-01-01,holiday,元旦\n")
	f.Add("\"")
	f.Fuzz(func(t *testing.T, s string) {
		if _, err := LoadCalendar(strings.NewReader(s)); err != nil && !errs.Is(err, errs.Invalid) {
			t.Fatal(err)
		}
	})
}
