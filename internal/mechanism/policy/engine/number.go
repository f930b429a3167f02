package engine

import (
	"errors"
	"math/big"
	"strings"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
	"huicun/internal/kit/qty/decimal"
)

// maxBits bounds the numerator and the denominator of every number, so that no chain of products can grow without end.
const maxBits = 512

var (
	zero    = new(big.Rat)
	one     = big.NewRat(1, 1)
	hundred = big.NewRat(100, 1)
)

// errBig is what is said about a number beyond maxBits.
var errBig = errors.New("数值过大或小数位数过多，超出了可计算的范围")

func bounded(r *big.Rat) (*big.Rat, error) {
	if r.Num().BitLen() > maxBits || r.Denom().BitLen() > maxBits {
		return nil, errBig
	}
	return r, nil
}

// scales are what may stand after a number, the longer first.
var scales = []struct {
	suffix   string
	num, den int64
}{
	{"亿元", 1e8, 1}, {"万元", 1e4, 1}, {"亿", 1e8, 1}, {"万", 1e4, 1}, {"元", 1, 1}, {"分", 1, 1}, {"亩", 1, 1},
	{"%", 1, 100}, {"‰", 1, 1000},
}

// parseNumber reads an amount, a rate or a plain number exactly: "8万", "3,000元", "12%", "2‰", "1/3", "-0.5".
func parseNumber(text string) (*big.Rat, error) {
	t := decimal.Fold(text)
	if len(t) > 60 {
		return nil, errs.New(errs.Invalid, "policy.number", "“%s”太长，不是数", decimal.Clip(text))
	}
	scale := one
	for _, s := range scales {
		if cut, ok := strings.CutSuffix(t, s.suffix); ok {
			t, scale = cut, big.NewRat(s.num, s.den)
			break
		}
	}
	bad := errs.New(errs.Invalid, "policy.number", "“%s”不是数，请写成 8万、3000元、12%%、2‰ 或 1/3 这样", decimal.Clip(text))
	top, bottom, fraction := strings.Cut(t, "/")
	n, ok := plainNumber(top)
	if !ok {
		return nil, bad
	}
	if fraction {
		d, ok := plainNumber(bottom)
		if !ok {
			return nil, bad
		}
		if d.Sign() == 0 {
			return nil, errs.New(errs.Invalid, "policy.zero_divisor", "“%s”的除数是零", decimal.Clip(text))
		}
		n.Quo(n, d)
	}
	return bounded(n.Mul(n, scale))
}

const numberScale = 9

func plainNumber(s string) (*big.Rat, bool) {
	rest, neg := strings.CutPrefix(s, "-")
	n, err := decimal.Parse(rest, numberScale, 1<<63-1)
	if err != nil {
		return nil, false
	}
	r := new(big.Rat).SetFrac(new(big.Int).SetUint64(n), big.NewInt(1_000_000_000))
	if neg {
		r.Neg(r)
	}
	return r, true
}

// toFen rounds yuan to fen.
func toFen(yuan *big.Rat, mode money.Round) (money.Fen, error) {
	n := roundTo(yuan, big.NewRat(1, 100), mode)
	n.Mul(n, hundred)
	if !n.Num().IsInt64() {
		return 0, errBig
	}
	return money.Sum(money.Fen(n.Num().Int64()))
}

// fromFen is the amount in yuan.
func fromFen(f money.Fen) *big.Rat { return big.NewRat(int64(f), 100) }

// roundTo returns the multiple of unit that the mode gives; unit is positive.
func roundTo(v, unit *big.Rat, mode money.Round) *big.Rat {
	q := new(big.Rat).Quo(v, unit)
	neg := q.Sign() < 0
	q.Abs(q)
	n, rem := new(big.Int).QuoRem(q.Num(), q.Denom(), new(big.Int))
	if rem.Sign() > 0 && (mode == money.Up || mode == money.HalfUp && rem.Lsh(rem, 1).Cmp(q.Denom()) >= 0) {
		n.Add(n, big.NewInt(1))
	}
	if neg {
		n.Neg(n)
	}
	return q.Mul(q.SetInt(n), unit)
}

// An interval is a band's reach; a nil end is infinite.
type interval struct {
	from, to     *big.Rat
	fromIn, toIn bool
}

func (i interval) has(v *big.Rat) bool { return !i.above(v) && !i.below(v) }

// above reports whether the interval lies above v.
func (i interval) above(v *big.Rat) bool {
	if i.from == nil {
		return false
	}
	c := v.Cmp(i.from)
	return c < 0 || c == 0 && !i.fromIn
}

// below reports whether the interval lies below v.
func (i interval) below(v *big.Rat) bool {
	if i.to == nil {
		return false
	}
	c := v.Cmp(i.to)
	return c > 0 || c == 0 && !i.toIn
}

var edgeMarks = strings.NewReplacer("（", "(", "）", ")", "【", "[", "】", "]", "，", ",", "；", ";")

// parseInterval reads "[3万, 10万)" and "[30万, +∞)"; the thousands separator is not allowed inside.
func parseInterval(text string) (interval, error) {
	var i interval
	t := strings.TrimSpace(edgeMarks.Replace(text))
	bad := errs.New(errs.Invalid, "policy.interval", "“%s”不是区间，请写成 [3万, 10万) 这样：方括号表示含本数，圆括号表示不含，没有上限写 +∞", decimal.Clip(text))
	if len(t) < 3 || !strings.ContainsAny(t[:1], "[(") || !strings.ContainsAny(t[len(t)-1:], "])") {
		return i, bad
	}
	i.fromIn, i.toIn = t[0] == '[', t[len(t)-1] == ']'
	a, b, ok := strings.Cut(t[1:len(t)-1], ",")
	if !ok || strings.Contains(b, ",") {
		return i, bad
	}
	var err error
	if i.from, err = parseEnd(a, "-∞"); err == nil {
		i.to, err = parseEnd(b, "+∞")
	}
	switch {
	case err != nil:
		return i, err
	case i.from == nil && i.fromIn || i.to == nil && i.toIn:
		return i, errs.New(errs.Invalid, "policy.interval", "区间“%s”没有尽头的一端要用圆括号", decimal.Clip(text))
	case i.from != nil && i.to != nil && (i.from.Cmp(i.to) > 0 || i.from.Cmp(i.to) == 0 && !(i.fromIn && i.toIn)):
		return i, errs.New(errs.Invalid, "policy.interval_empty", "区间“%s”是空的，这一档永远不会用到；请检查上下限", decimal.Clip(text))
	}
	return i, nil
}

func parseEnd(text, infinite string) (*big.Rat, error) {
	if t := strings.TrimSpace(text); t == infinite || t == "∞" && infinite == "+∞" {
		return nil, nil
	}
	return parseNumber(text)
}

// show writes a value with its unit for a reader: yuan grouped and to the fen (more decimals are cut with …), rates in
// per cent.
func show(v *big.Rat, unit string) string {
	switch unit {
	case "", "元":
		return decimalText(v, 2) + " 元"
	case "%":
		return decimalText(new(big.Rat).Mul(v, hundred), 0) + "%"
	}
	return decimalText(v, 0) + " " + unit
}

// decimalText writes up to six decimals, at least the given number, and an ellipsis when digits are left out.
func decimalText(v *big.Rat, least int) string {
	const most = 6
	scaled := roundTo(v, big.NewRat(1, 1_000_000), money.Down)
	exact := scaled.Cmp(v) == 0
	n := new(big.Int).Abs(scaled.Mul(scaled, big.NewRat(1_000_000, 1)).Num())
	text := v.FloatString(most)
	if n.IsUint64() {
		text = decimal.Format(n.Uint64(), most, least, true)
		if v.Sign() < 0 && n.Sign() != 0 {
			text = "-" + text
		}
	}
	if !exact {
		text += "…"
	}
	return text
}
