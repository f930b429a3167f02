// Package qty holds quantities as exact scaled integers together with their unit, so that square metres are
// never added to mu and no quantity is kept as a floating-point number.
package qty

import (
	"errors"
	"math/bits"
	"strings"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/qty/decimal"
)

// Scale is the number of decimals kept, and One is a quantity of 1 in steps of 10^-Scale.
const (
	Scale       = 4
	One   int64 = 10_000
)

// Max is the largest N: 9,000,000,000,000 units.
const Max int64 = 9_000_000_000_000 * One

// Qty is a quantity: N is in 1/10000 of the unit and is stored as an integer next to the unit's code. Its
// zero value is none of nothing. Quantities made by this package are never negative.
type Qty struct {
	N    int64
	Unit Unit
}

// New returns a whole number of units, or an Invalid error when it is negative, too large or without a unit
// that is known.
func New(n int64, u Unit) (Qty, error) {
	if n > Max/One {
		return Qty{}, errRange()
	}
	return check(max(n, -1)*One, u)
}

func errRange() error {
	return errs.New(errs.Invalid, "qty.range", "数量超出了系统能记录的范围（9 万亿）")
}

func check(n int64, u Unit) (Qty, error) {
	switch {
	case !u.Valid():
		return Qty{}, errs.New(errs.Invalid, "qty.unit", "不认识单位“%s”", decimal.Clip(string(u)))
	case n < 0:
		return Qty{}, errs.New(errs.Invalid, "qty.negative", "数量不能是负数")
	case n > Max:
		return Qty{}, errRange()
	}
	return Qty{n, u}, nil
}

// Parse reads "10600平方米", "10.5 亩" or, when def is a unit, a bare "10,600" in that unit; a unit in the text
// wins over def. More than four decimals, a negative number, an unknown or missing unit, an empty text or too
// large a number is an Invalid error with a Chinese sentence.
func Parse(s string, def Unit) (Qty, error) {
	t := decimal.Fold(s)
	if t == "" {
		return Qty{}, errs.New(errs.Invalid, "qty.empty", "请填写数量")
	}
	if strings.HasPrefix(t, "-") || strings.HasPrefix(t, "−") {
		return Qty{}, errs.New(errs.Invalid, "qty.negative", "数量不能是负数")
	}
	// The unit is all that follows the number; "m2" ends in a digit, so the cut is made from the left.
	end := strings.IndexFunc(t, func(r rune) bool { return (r < '0' || r > '9') && r != '.' && r != ',' })
	u := def
	if end >= 0 {
		var err error
		if u, err = ParseUnit(t[end:]); err != nil {
			return Qty{}, err
		}
		t = t[:end]
	}
	if u == None {
		return Qty{}, errs.New(errs.Invalid, "qty.no_unit", "“%s”没有写单位", decimal.Clip(s))
	}
	n, err := decimal.Parse(t, Scale, uint64(Max))
	switch {
	case err == nil:
		return check(int64(n), u)
	case errors.Is(err, decimal.ErrPrecision):
		return Qty{}, errs.New(errs.Invalid, "qty.precision", "数量“%s”的小数太多，最多四位小数", decimal.Clip(s))
	case errors.Is(err, decimal.ErrGrouping):
		return Qty{}, errs.New(errs.Invalid, "qty.grouping", "数量“%s”的逗号位置不对，应每三位一个，如 10,600", decimal.Clip(s))
	case errors.Is(err, decimal.ErrRange):
		return Qty{}, errRange()
	}
	return Qty{}, errs.New(errs.Invalid, "qty.syntax", "“%s”不是数量，请写成 10600 或 10.5亩 这样", decimal.Clip(s))
}

// same returns an Invalid error when the two are in different units.
func same(a, b Qty) error {
	if a.Unit != b.Unit {
		return errs.New(errs.Invalid, "qty.mixed", "单位不同（%s 与 %s），不能直接相加减", a.Unit.Label(), b.Unit.Label())
	}
	return nil
}

// Add returns a+b, or an Invalid error when the units differ or the sum is negative or beyond Max.
func Add(a, b Qty) (Qty, error) {
	if err := same(a, b); err != nil {
		return Qty{}, err
	}
	sum := a.N + b.N
	if a.N > 0 && b.N > 0 && sum < 0 {
		return Qty{}, errRange() // wrapped round: only possible with an N not made here
	}
	if a.N < 0 && b.N < 0 {
		sum = -1
	}
	return check(sum, a.Unit)
}

// Sub returns a-b, or an Invalid error when the units differ or there is less than b.
func Sub(a, b Qty) (Qty, error) {
	if err := same(a, b); err != nil {
		return Qty{}, err
	}
	if a.N < b.N {
		return Qty{}, errs.New(errs.Invalid, "qty.short", "数量不够减：只有 %s，要减 %s", a, b)
	}
	return check(a.N-b.N, a.Unit)
}

// To returns the quantity in another unit, rounded half up at the fourth decimal. Mu and square metres are
// converted by the exact 1 亩 = 2000/3 ㎡ (60 square zhang of 10/3 m; the State Council's 1984 order on legal
// units, 国发〔1984〕28号); any other pair of different units is an Invalid error.
func (q Qty) To(u Unit) (Qty, error) {
	if _, err := check(q.N, q.Unit); err != nil {
		return Qty{}, err
	}
	var num, den uint64
	switch {
	case q.Unit == u:
		return q, nil
	case q.Unit == Mu && u == M2:
		num, den = 2000, 3
	case q.Unit == M2 && u == Mu:
		num, den = 3, 2000
	default:
		return Qty{}, errs.New(errs.Invalid, "qty.convert", "%s 不能换算成 %s", q.Unit.Label(), u.Label())
	}
	hi, lo := bits.Mul64(uint64(q.N), num)
	if hi >= den {
		return Qty{}, errRange()
	}
	n, rem := bits.Div64(hi, lo, den)
	if rem >= den-rem {
		n++
	}
	if n > uint64(Max) {
		return Qty{}, errRange()
	}
	return Qty{int64(n), u}, nil
}

// Num returns the number without the unit, with thousands separators and no trailing zeros: "10,600.5".
func (q Qty) Num() string { return q.format(true) }

// Plain returns the number without unit or separators, "10600.5": for CSV files and form fields.
func (q Qty) Plain() string { return q.format(false) }

func (q Qty) format(grouped bool) string {
	m, neg := decimal.Magnitude(q.N)
	text := decimal.Format(m, Scale, 0, grouped)
	if neg {
		return "-" + text
	}
	return text
}

// String returns the number and the unit's label: "10,600 ㎡".
func (q Qty) String() string {
	if q.Unit == None {
		return q.Num()
	}
	return q.Num() + " " + q.Unit.Label()
}
