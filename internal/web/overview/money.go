package overview

import (
	"math"
	"strconv"
	"strings"

	"huicun/internal/indicator"
	"huicun/internal/kit/money"
)

const (
	tenThousand = 1e4 * money.Yuan
	million     = 1e6 * money.Yuan
	tenMillion  = 1e7 * money.Yuan
	hundredMil  = 1e8 * money.Yuan
)

// wan writes money for a glance: in 亿元 or 万元 with fewer decimals the larger it is, in 元 below ten thousand.
func wan(f money.Fen) (num, unit string) {
	switch a := f.Abs(); {
	case a >= hundredMil:
		return fixed(float64(f)/float64(hundredMil), 2), "亿元"
	case a >= tenMillion:
		return fixed(float64(f)/float64(tenThousand), 0), "万元"
	case a >= million:
		return fixed(float64(f)/float64(tenThousand), 1), "万元"
	case a >= tenThousand || a == 0:
		return fixed(float64(f)/float64(tenThousand), 2), "万元"
	}
	return indicator.Yuan.Short(int64(f))
}

// wanNum is wan in 万元 without the unit, for parts named together.
func wanNum(f money.Fen) string {
	decimals := 2
	switch a := f.Abs(); {
	case a >= tenMillion:
		decimals = 0
	case a >= 10*tenThousand:
		decimals = 1
	}
	return fixed(float64(f)/float64(tenThousand), decimals)
}

func wanText(f money.Fen) string {
	n, u := wan(f)
	return n + " " + u
}

// fixed writes a number with at most so many decimals, without trailing zeros and with separators.
func fixed(v float64, decimals int) string {
	s := strconv.FormatFloat(math.Abs(v), 'f', decimals, 64)
	whole, frac, _ := strings.Cut(s, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if frac = strings.TrimRight(frac, "0"); frac != "" {
		whole += "." + frac
	}
	if v < 0 && strings.Trim(whole, "0.,") != "" {
		return "-" + whole
	}
	return whole
}

func inWan(f money.Fen) float64 { return float64(f) / float64(tenThousand) }

// percent writes hundredths of a percent with at most one decimal, rounded down so that 100 means all.
func percent(hundredths int64) string {
	return fixed(math.Floor(float64(hundredths)/10)/10, 1)
}
