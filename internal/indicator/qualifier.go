package indicator

import (
	"strconv"
	"strings"
)

// Qualifier says how a published number stands to the exact value.
type Qualifier string

// The qualifiers, as the expectations file names them; Over is 余 (a little more), AtLeast is 以上 (no upper end).
const (
	Exact        Qualifier = "exact"
	About        Qualifier = "about"
	Over         Qualifier = "over"
	AtLeast      Qualifier = "at_least"
	Nearly       Qualifier = "nearly"
	Forecast     Qualifier = "forecast"
	OverForecast Qualifier = "over, forecast"
	TrendUp      Qualifier = "trend"
	Exist        Qualifier = "exists"
)

// Qualifiers are all of them with their Chinese marks.
var Qualifiers = []struct {
	Code  Qualifier
	Label string
}{
	{Exact, "准确"}, {About, "约"}, {Over, "余"}, {AtLeast, "以上"}, {Nearly, "近"}, {Forecast, "预计"},
	{OverForecast, "预计·余"}, {TrendUp, "趋势"}, {Exist, "有记录"},
}

// Label is the qualifier's Chinese mark.
func (q Qualifier) Label() string {
	for _, x := range Qualifiers {
		if x.Code == q {
			return x.Label
		}
	}
	return string(q)
}

// Forecasts reports whether the qualifier speaks of something that has not happened yet.
func (q Qualifier) Forecasts() bool { return q == Forecast || q == OverForecast }

// digits is how many leading digits a rounded wording keeps when a figure does not say: 近 rounds up to one
// (9,870,000 → 近1000万), the others down to two (1,108,600 → 110余万).
func (q Qualifier) digits() int {
	if q == Nearly {
		return 1
	}
	return 2
}

// Word writes a result the way people read it: 近1000万元, 110余万元, 预计突破200万元, 全覆盖, 10,600平方米.
// digits of 0 takes the qualifier's own rounding. For an existence there is no number to write.
func (q Qualifier) Word(u Unit, r Result, digits int) string {
	if digits <= 0 {
		digits = q.digits()
	}
	v := r.Value
	if q.Forecasts() {
		v = r.Forecast
	}
	switch q {
	case Exist:
		if r.Count > 0 {
			return "已有 " + strconv.Itoa(r.Count) + " 项记录"
		}
		return "暂无记录"
	case TrendUp:
		if Falling(r.Series) {
			return "有所回落"
		}
		return "持续畅销"
	case Nearly:
		return "近" + round(u, up(v, digits), "")
	case About:
		return "约" + round(u, half(v, digits), "")
	case Over:
		return round(u, down(v, digits), "余")
	case AtLeast:
		return round(u, down(v, digits), "") + "以上"
	case OverForecast:
		return "预计" + round(u, down(v, digits), "余")
	case Forecast:
		return "预计突破" + round(u, down(v, digits), "")
	}
	if u == Ratio100 {
		return u.Exact(v) + "%"
	}
	return round(u, v, "")
}

// Falling reports whether a trend's last value is below the one before it.
func Falling(s []Point) bool { return len(s) < 2 || s[len(s)-1].Value < s[len(s)-2].Value }

// round writes a value in 亿, 万 or the bare unit, with 余 between number and unit. It drops nothing: what is no whole
// number of 万 is not written in 亿, and what is no whole number of yuan not in 万.
func round(u Unit, v int64, mark string) string {
	if u != Yuan && u != YuanYear {
		return u.Exact(v) + mark + u.Label()
	}
	switch {
	case v >= 1e8*100 && v%1e6 == 0:
		return tenThousandths(v/1e6) + mark + "亿元"
	case v >= 1e4*100 && v%100 == 0:
		return tenThousandths(v/100) + mark + "万元"
	}
	return u.Plain(v) + mark + "元"
}

// tenThousandths writes a number of ten-thousandths as a decimal.
func tenThousandths(n int64) string {
	rest := strconv.FormatInt(n%1e4, 10)
	return trimZeros(strconv.FormatInt(n/1e4, 10) + "." + strings.Repeat("0", 4-len(rest)) + rest)
}

// step is the weight of the last of the leading digits: 1,108,600 with two digits → 100,000.
func step(v int64, digits int) int64 {
	s := int64(1)
	for x := v; x >= pow10(digits); x /= 10 {
		s *= 10
	}
	return s
}

func pow10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

func down(v int64, digits int) int64 { s := step(v, digits); return v / s * s }

func up(v int64, digits int) int64 {
	s := step(v, digits)
	return (v + s - 1) / s * s
}

func half(v int64, digits int) int64 { s := step(v, digits); return (v + s/2) / s * s }

// lastStep is the weight of the last digit that a round number writes: 800,000 → 100,000.
func lastStep(v int64) int64 {
	if v == 0 {
		return 1
	}
	s := int64(1)
	for v%10 == 0 {
		v /= 10
		s *= 10
	}
	return s
}

// Meets compares a result with a published value of a qualifier and says in Chinese why it does not hold; ""
// means that it does. within says whether an Over has an upper end (余) or not (以上).
func (q Qualifier) Meets(u Unit, r Result, published int64, within bool) string {
	short := func(v int64) string { return u.Exact(v) + u.Label() }
	switch q {
	case Exact:
		if r.Value != published {
			return "应为 " + short(published) + "，实为 " + short(r.Value)
		}
	case Nearly:
		if r.Value >= published || r.Value*10 < published*9 {
			return "应在 " + short(published) + " 的九成以上且不足，实为 " + short(r.Value)
		}
	case About:
		if r.Value*10 < published*9 || r.Value*10 > published*11 {
			return "应在 " + short(published) + " 上下一成以内，实为 " + short(r.Value)
		}
	case Over, AtLeast:
		return over(u, r.Value, published, within && q == Over)
	case Forecast:
		if r.Forecast < published {
			return "预计应达到 " + short(published) + "，实为 " + short(r.Forecast)
		}
	case OverForecast:
		return over(u, r.Forecast, published, within)
	case TrendUp:
		if r.Count == 0 || Falling(r.Series) {
			return "最近一期低于前一期，或没有记录"
		}
	case Exist:
		if r.Count == 0 {
			return "没有一条记录"
		}
	}
	return ""
}

func over(u Unit, v, published int64, within bool) string {
	switch {
	case v < published:
		return "应不低于 " + u.Exact(published) + u.Label() + "，实为 " + u.Exact(v) + u.Label()
	case within && v >= published+lastStep(published):
		return "超出了“余”的范围（应低于 " + u.Exact(published+lastStep(published)) + u.Label() + "），实为 " + u.Exact(v) + u.Label()
	}
	return ""
}
