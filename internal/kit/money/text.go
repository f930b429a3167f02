package money

import (
	"errors"
	"strings"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/qty/decimal"
)

// Parse reads an amount in yuan as a person writes it: "1,234.56", "￥１，２３４", "66000元", "12.5万",
// "1.2亿元", each with an optional minus. It never guesses: more decimals than a fen, separators in the wrong
// place, an empty text or an amount beyond Min..Max is an Invalid error with a Chinese sentence.
func Parse(s string) (Fen, error) {
	t := decimal.Fold(s)
	if t == "" {
		return 0, errs.New(errs.Invalid, "money.empty", "请填写金额")
	}
	neg, t := sign(t)
	t = strings.TrimPrefix(t, "¥")
	// The minus may stand on either side of the sign of the currency, but only once.
	if !neg {
		neg, t = sign(t)
	}
	t = strings.TrimSuffix(t, "元")
	scale := 2
	if u, ok := strings.CutSuffix(t, "亿"); ok {
		t, scale = u, 2+8
	} else if u, ok := strings.CutSuffix(t, "万"); ok {
		t, scale = u, 2+4
	}
	n, err := decimal.Parse(t, scale, uint64(Max))
	switch {
	case err == nil:
		return inRange(n, neg)
	case errors.Is(err, decimal.ErrPrecision):
		return 0, errs.New(errs.Invalid, "money.precision", "金额“%s”的小数太多，最多精确到分（两位小数）", decimal.Clip(s))
	case errors.Is(err, decimal.ErrGrouping):
		return 0, errs.New(errs.Invalid, "money.grouping", "金额“%s”的逗号位置不对，应每三位一个，如 1,234.56", decimal.Clip(s))
	case errors.Is(err, decimal.ErrRange):
		return inRange(1<<64-1, neg)
	}
	return 0, errs.New(errs.Invalid, "money.syntax", "“%s”不是金额，请写成 1234.56 或 12.5万 这样", decimal.Clip(s))
}

// sign cuts a leading minus: ASCII, or the mathematical one that word processors put in its place.
func sign(s string) (bool, string) {
	for _, m := range [...]string{"-", "−"} {
		if t, ok := strings.CutPrefix(s, m); ok {
			return true, t
		}
	}
	return false, s
}

// String returns yuan with thousands separators and two decimals: "1,234.56".
func (f Fen) String() string { return format(int64(f), 2, 2, true) }

// Plain returns yuan with two decimals and no separators, "1234.56": for CSV files and form fields.
func (f Fen) Plain() string { return format(int64(f), 2, 2, false) }

// Wan returns 万元 with thousands separators and at most two decimals, trailing zeros trimmed: "110.86".
// It rounds (halves away from zero) and is for reading only.
func (f Fen) Wan() string {
	const step = 10_000 // 0.01 万元 in fen
	m, neg := decimal.Magnitude(int64(f))
	n := int64((m + step/2) / step)
	if neg {
		n = -n
	}
	return format(n, 2, 0, true)
}

// format writes a signed scaled integer; zero has no sign.
func format(n int64, scale, minDecimals int, grouped bool) string {
	m, neg := decimal.Magnitude(n)
	text := decimal.Format(m, scale, minDecimals, grouped)
	if neg {
		return "-" + text
	}
	return text
}
