// Package decimal reads and writes non-floating decimal text as scaled integers.
//
// It is the one place that knows how a person may write a number (thousands separators, full-width digits);
// the packages for money and quantities put their own limits and sentences on top.
package decimal

import (
	"errors"
	"math/bits"
	"strings"

	"golang.org/x/text/width"
)

// The ways in which a text is not an acceptable number; callers turn them into sentences for people.
var (
	ErrSyntax    = errors.New("decimal: not a number")
	ErrGrouping  = errors.New("decimal: thousands separators are not every three digits")
	ErrPrecision = errors.New("decimal: more decimals than the scale holds")
	ErrRange     = errors.New("decimal: larger than the limit")
)

// Fold makes full-width digits, punctuation and signs half-width and drops all white space, so that text
// typed with a Chinese input method or copied from a document reads like plain ASCII.
func Fold(s string) string {
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] > ' ' && s[i] < 0x7f
	}
	if plain {
		return s
	}
	return strings.Join(strings.Fields(width.Fold.String(s)), "")
}

// Parse reads unsigned text such as "1,234.56", already folded, as an integer scaled by 10^scale. Decimals
// beyond the scale must be zero ("66000.0000" is exact, and spreadsheets write it). It returns ErrSyntax,
// ErrGrouping, ErrPrecision, or ErrRange when the result would exceed limit.
func Parse(s string, scale int, limit uint64) (uint64, error) {
	whole, frac, dotted := strings.Cut(s, ".")
	if whole == "" || dotted && frac == "" {
		return 0, ErrSyntax
	}
	digits, err := ungroup(whole)
	if err != nil {
		return 0, err
	}
	if !allDigits(frac) {
		return 0, ErrSyntax
	}
	// Only zeros may be cut: dropping anything else would change the value silently.
	if len(frac) > scale {
		if strings.Trim(frac[scale:], "0") != "" {
			return 0, ErrPrecision
		}
		frac = frac[:scale]
	}
	var n uint64
	for _, c := range []byte(digits + frac + strings.Repeat("0", scale-len(frac))) {
		hi, lo := bits.Mul64(n, 10)
		sum, carry := bits.Add64(lo, uint64(c-'0'), 0)
		if hi != 0 || carry != 0 || sum > limit {
			return 0, ErrRange
		}
		n = sum
	}
	return n, nil
}

// ungroup removes thousands separators. They must be every three digits: "1,23" is more likely a slip of
// "1.23" than of "123", and a guess would be wrong by a factor of a hundred.
func ungroup(s string) (string, error) {
	groups := strings.Split(s, ",")
	for i, g := range groups {
		if !allDigits(g) {
			return "", ErrSyntax
		}
		if len(groups) > 1 && (i == 0 && (g == "" || len(g) > 3) || i > 0 && len(g) != 3) {
			return "", ErrGrouping
		}
	}
	return strings.Join(groups, ""), nil
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// Format writes n, scaled by 10^scale, with at least minDecimals decimals (further trailing zeros are
// trimmed) and, when grouped, a comma every three digits.
func Format(n uint64, scale, minDecimals int, grouped bool) string {
	var buf [64]byte
	i := len(buf)
	dot := false
	for pos := 0; n > 0 || pos <= scale; pos++ {
		d := byte(n % 10)
		n /= 10
		if pos < scale {
			// A zero is dropped only while nothing stands to its right.
			if d == 0 && !dot && pos < scale-minDecimals {
				continue
			}
			dot = true
			i--
			buf[i] = '0' + d
			continue
		}
		if pos == scale && dot {
			i--
			buf[i] = '.'
		}
		if grouped && pos > scale && (pos-scale)%3 == 0 {
			i--
			buf[i] = ','
		}
		i--
		buf[i] = '0' + d
	}
	return string(buf[i:])
}

// Magnitude returns |n| and whether n is negative; unlike negation it is right for the smallest int64 too.
func Magnitude(n int64) (uint64, bool) {
	if n < 0 {
		return -uint64(n), true
	}
	return uint64(n), false
}

// Clip shortens text for use inside a sentence, so that a pasted page does not become the error message.
func Clip(s string) string {
	const most = 24
	n := 0
	for i := range s {
		if n == most {
			return s[:i] + "…"
		}
		n++
	}
	return s
}
