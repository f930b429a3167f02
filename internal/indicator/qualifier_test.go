package indicator

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/kit/money"
)

// yuan is a result of so many yuan.
func yuan(v float64) Result {
	f := int64(v * 100)
	return Result{Value: f, Forecast: f, Count: 1}
}

func TestWord(t *testing.T) {
	for _, c := range []struct {
		q      Qualifier
		u      Unit
		r      Result
		digits int
		want   string
	}{
		{Nearly, Yuan, yuan(9_862_000), 0, "近1000万元"}, {Nearly, Yuan, yuan(10_000_000), 0, "近1000万元"}, {Nearly, Yuan, yuan(98_000), 0, "近10万元"},
		{Nearly, Yuan, yuan(9_862_000), 2, "近990万元"}, {Nearly, Yuan, yuan(999), 0, "近1000元"}, {Nearly, Shops, Result{Value: 29}, 0, "近30间"},
		{Over, YuanYear, yuan(1_108_600), 0, "110余万元"}, {Over, YuanYear, yuan(805_000), 0, "80余万元"}, {Over, YuanYear, yuan(805_000), 1, "80余万元"}, {Over, Yuan, yuan(1_108_600), 3, "110余万元"},
		{Over, Yuan, yuan(1_118_600), 3, "111余万元"}, {Over, Yuan, yuan(423_300_000), 0, "4.2余亿元"}, {Over, Yuan, yuan(1_234), 0, "1200余元"}, {Over, Shops, Result{Value: 29}, 1, "20余间"},
		{AtLeast, Yuan, yuan(1_530_000), 0, "150万元以上"}, {AtLeast, Yuan, yuan(1_500_000), 0, "150万元以上"},
		{About, Yuan, yuan(1_449_999), 0, "约140万元"}, {About, Yuan, yuan(1_450_000), 0, "约150万元"}, {About, Yuan, yuan(99_500), 0, "约10万元"},
		{Forecast, Yuan, Result{Value: 1, Forecast: 42_330_000_000}, 0, "预计突破4.2亿元"}, {OverForecast, YuanYear, Result{Forecast: 20_600_000}, 0, "预计20余万元"},
		{Exact, Yuan, yuan(500_000), 0, "50万元"}, {Exact, Yuan, yuan(3_309_330), 0, "330.933万元"}, {Exact, Yuan, yuan(368_625), 0, "36.8625万元"}, {Exact, Yuan, yuan(328_100_000), 0, "3.281亿元"},
		{Exact, Yuan, yuan(328_100_001), 0, "32810.0001万元"}, {Exact, Yuan, yuan(12_345.67), 0, "12345.67元"}, {Exact, Yuan, yuan(9_999.5), 0, "9999.5元"}, {Exact, Yuan, yuan(0), 0, "0元"},
		{Exact, Yuan, yuan(-12_000), 0, "-12000元"}, {Exact, M2, Result{Value: 106_000_000}, 0, "10,600平方米"}, {Exact, Mu, Result{Value: 105_000}, 0, "10.5亩"}, {Exact, Shops, Result{Value: 6}, 0, "6间"},
		{Exact, Ratio100, Result{Value: 10_000}, 0, "100%"}, {Exact, Ratio100, Result{Value: 8_888}, 0, "88.88%"}, {Exact, Ratio100, Result{Value: 5}, 0, "0.05%"},
		{Exist, Cases, Result{Count: 4, Value: 3}, 0, "已有 4 项记录"}, {Exist, Cases, Result{}, 0, "暂无记录"},
		{TrendUp, Yuan, Result{Series: []Point{{"2020", 5}, {"2021", 5}}}, 0, "持续畅销"}, {TrendUp, Yuan, Result{Series: []Point{{"2020", 5}, {"2021", 4}}}, 0, "有所回落"}, {TrendUp, Yuan, Result{}, 0, "有所回落"},
	} {
		if got := c.q.Word(c.u, c.r, c.digits); got != c.want {
			t.Errorf("%s of %+v in %s with %d digits is %q, want %q", c.q, c.r, c.u, c.digits, got, c.want)
		}
	}
}

// TestExactWordingIsExact: an exact wording drops no fen.
func TestExactWordingIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Int64Range(0, int64(money.Max)).Draw(t, "fen")
		s := Exact.Word(Yuan, Result{Value: v}, 0)
		back, err := money.Parse(strings.ReplaceAll(s, "亿元", "亿"))
		if err != nil || int64(back) != v {
			t.Fatalf("%d fen is written %s, which is %d (%v)", v, s, back, err)
		}
	})
}

// TestRoundingStaysOnItsSide: 余 and 以上 never say more than there is, 近 never less, 约 by at most half a step.
func TestRoundingStaysOnItsSide(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Int64Range(0, int64(money.Max)).Draw(t, "value")
		n := rapid.IntRange(1, 9).Draw(t, "digits")
		s := step(v, n)
		if d := down(v, n); d > v || v-d >= s || d%s != 0 {
			t.Fatalf("down %d", d)
		}
		if u := up(v, n); u < v || u-v >= s || u%s != 0 {
			t.Fatalf("up %d", u)
		}
		if h := half(v, n); h-v > s/2+1 || v-h > s/2+1 {
			t.Fatalf("half %d", h)
		}
		if got := (Over).Meets(Yuan, Result{Value: v}, down(v, n), false); got != "" {
			t.Fatalf("what 余 writes is not met: %s", got)
		}
	})
}

func TestMeets(t *testing.T) {
	const wan = 1_000_000 // 1 万元 in fen
	for _, c := range []struct {
		q         Qualifier
		v         int64
		published int64
		within    bool
		want      bool
	}{
		{Exact, 100, 100, true, true}, {Exact, 101, 100, true, false}, {Exact, 99, 100, true, false},
		{Nearly, 90 * wan, 100 * wan, true, true}, {Nearly, 90*wan - 1, 100 * wan, true, false}, {Nearly, 100*wan - 1, 100 * wan, true, true}, {Nearly, 100 * wan, 100 * wan, true, false},
		{About, 90 * wan, 100 * wan, true, true}, {About, 90*wan - 1, 100 * wan, true, false}, {About, 110 * wan, 100 * wan, true, true}, {About, 110*wan + 1, 100 * wan, true, false},
		{Over, 110 * wan, 110 * wan, true, true}, {Over, 110*wan - 1, 110 * wan, true, false}, {Over, 120*wan - 1, 110 * wan, true, true}, {Over, 120 * wan, 110 * wan, true, false},
		{Over, 80 * wan, 80 * wan, true, true}, {Over, 90*wan - 1, 80 * wan, true, true}, {Over, 90 * wan, 80 * wan, true, false}, {Over, 900 * wan, 80 * wan, false, true},
		{Over, 25, 20, true, true}, {Over, 30, 20, true, false},
		{AtLeast, 150 * wan, 150 * wan, true, true}, {AtLeast, 900 * wan, 150 * wan, true, true}, {AtLeast, 150*wan - 1, 150 * wan, true, false},
	} {
		got := c.q.Meets(Yuan, Result{Value: c.v, Forecast: -1, Count: 1}, c.published, c.within)
		if (got == "") != c.want {
			t.Errorf("%s %d for %d (within %v): %q", c.q, c.v, c.published, c.within, got)
		}
	}
	for _, c := range []struct {
		q    Qualifier
		r    Result
		pub  int64
		want string
	}{
		{Forecast, Result{Value: 1, Forecast: 200 * wan}, 200 * wan, ""}, {Forecast, Result{Value: 300 * wan, Forecast: 200*wan - 1}, 200 * wan, "预计应达到 2,000,000.00元，实为 1,999,999.99元"},
		{OverForecast, Result{Forecast: 20 * wan}, 20 * wan, ""}, {OverForecast, Result{Forecast: 30 * wan}, 20 * wan, "超出了“余”的范围（应低于 300,000.00元），实为 300,000.00元"},
		{TrendUp, Result{Count: 2, Series: []Point{{"1", 1}, {"2", 2}}}, 0, ""}, {TrendUp, Result{Count: 2, Series: []Point{{"1", 2}, {"2", 1}}}, 0, "最近一期低于前一期，或没有记录"}, {TrendUp, Result{}, 0, "最近一期低于前一期，或没有记录"},
		{Exist, Result{Count: 1}, 0, ""}, {Exist, Result{}, 0, "没有一条记录"},
		{Exact, Result{Value: 3}, 2, "应为 0.02元，实为 0.03元"},
	} {
		if got := c.q.Meets(Yuan, c.r, c.pub, true); got != c.want {
			t.Errorf("%s %+v for %d: %q, want %q", c.q, c.r, c.pub, got, c.want)
		}
	}
}

func TestQualifiers(t *testing.T) {
	for _, q := range Qualifiers {
		if q.Code.Label() != q.Label || q.Label == "" {
			t.Error(q)
		}
	}
	if Qualifier("nonsense").Label() != "nonsense" || !Forecast.Forecasts() || !OverForecast.Forecasts() || Over.Forecasts() {
		t.Error("labels or forecasts")
	}
}

func TestUnits(t *testing.T) {
	for _, c := range []struct {
		u           Unit
		v           int64
		exact, text string
	}{
		{Yuan, 110_860_000, "1,108,600.00", "1108600"}, {Yuan, 1, "0.01", "0.01"}, {Yuan, -150, "-1.50", "-1.5"}, {M2, 106_000_000, "10,600", "10600"}, {Mu, 105_000, "10.5", "10.5"},
		{Ratio100, 10_000, "100", "100"}, {Ratio100, 8_880, "88.8", "88.8"}, {Shops, 1_234_567, "1,234,567", "1234567"}, {Villages, 0, "0", "0"}, {Cases, -5, "-5", "-5"},
	} {
		if got := c.u.Exact(c.v); got != c.exact {
			t.Errorf("%s %d is %q, want %q", c.u, c.v, got, c.exact)
		}
		if got := c.u.Plain(c.v); got != c.text {
			t.Errorf("%s %d is %q, want %q", c.u, c.v, got, c.text)
		}
		if back, err := c.u.ParsePlain(c.text); err != nil || back != c.v {
			t.Errorf("%s %q reads %d, want %d (%v)", c.u, c.text, back, c.v, err)
		}
	}
	for _, c := range []struct {
		u       Unit
		v       int64
		num, in string
	}{{Yuan, 100_000_000_00, "1", "亿元"}, {Yuan, 1_108_600_00, "110.86", "万元"}, {YuanYear, 1_108_600_00, "110.86", "万元/年"}, {Yuan, 999_900, "9,999", "元"}, {Shops, 6, "6", "间"}} {
		if num, in := c.u.Short(c.v); num != c.num || in != c.in {
			t.Errorf("%s %d is short %s %s, want %s %s", c.u, c.v, num, in, c.num, c.in)
		}
	}
	for _, s := range []string{"0.5", "一", "1.2.3", "=1"} {
		if v, err := Shops.ParsePlain(s); err == nil {
			t.Errorf("%q shops are %d", s, v)
		}
	}
	if Unit("nonsense").Known() || !Mu.Known() || Unit("nonsense").Label() != "nonsense" {
		t.Error("known units")
	}
}
