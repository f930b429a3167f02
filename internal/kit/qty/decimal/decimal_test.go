package decimal

import (
	"errors"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		in    string
		scale int
		want  uint64
		err   error
	}{
		{"0", 2, 0, nil},
		{"1,234.56", 2, 123456, nil},
		{"1234.5", 2, 123450, nil},
		{"007", 0, 7, nil},
		{"1.2300", 2, 123, nil},
		{"1,234,567", 0, 1234567, nil},
		{"", 2, 0, ErrSyntax},
		{".5", 2, 0, ErrSyntax},
		{"5.", 2, 0, ErrSyntax},
		{"1.2.3", 2, 0, ErrSyntax},
		{"-1", 2, 0, ErrSyntax},
		{"1e3", 2, 0, ErrSyntax},
		{"1,23", 2, 0, ErrGrouping},
		{",123", 2, 0, ErrGrouping},
		{"1234,567", 2, 0, ErrGrouping},
		{"1,234.5,6", 2, 0, ErrSyntax},
		{"1.234", 2, 0, ErrPrecision},
		{"99999999999999999999", 2, 0, ErrRange},
		{"18446744073709551616", 0, 0, ErrRange},
		{"18446744073709551615", 0, math.MaxUint64, nil},
	} {
		got, err := Parse(c.in, c.scale, math.MaxUint64)
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("Parse(%q, %d) = %d, %v; want %d, %v", c.in, c.scale, got, err, c.want, c.err)
		}
	}
}

func TestFormat(t *testing.T) {
	for _, c := range []struct {
		n          uint64
		scale, min int
		grouped    bool
		want       string
	}{
		{0, 2, 2, true, "0.00"},
		{0, 4, 0, true, "0"},
		{5, 2, 2, true, "0.05"},
		{123456, 2, 2, true, "1,234.56"},
		{100000, 2, 2, false, "1000.00"},
		{106000000, 4, 0, true, "10,600"},
		{105000, 4, 0, true, "10.5"},
		{100010, 4, 0, true, "10.001"},
		{math.MaxUint64, 0, 0, true, "18,446,744,073,709,551,615"},
	} {
		if got := Format(c.n, c.scale, c.min, c.grouped); got != c.want {
			t.Errorf("Format(%d, %d, %d, %v) = %q, want %q", c.n, c.scale, c.min, c.grouped, got, c.want)
		}
	}
}

// What is written is read back as the same number, however it is written.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Uint64().Draw(t, "n")
		scale := rapid.IntRange(0, 8).Draw(t, "scale")
		text := Format(n, scale, rapid.IntRange(0, scale).Draw(t, "min"), rapid.Bool().Draw(t, "grouped"))
		if got, err := Parse(text, scale, math.MaxUint64); err != nil || got != n {
			t.Fatalf("%q read as %d, %v; want %d", text, got, err, n)
		}
	})
}

func TestFoldMagnitudeClip(t *testing.T) {
	if got := Fold(" １，２３４．５　万元 ￥"); got != "1,234.5万元¥" {
		t.Errorf("Fold = %q", got)
	}
	if m, neg := Magnitude(math.MinInt64); m != 1<<63 || !neg {
		t.Errorf("Magnitude(min) = %d, %v", m, neg)
	}
	if got := Clip(strings.Repeat("字", 30)); got != strings.Repeat("字", 24)+"…" {
		t.Errorf("Clip = %q", got)
	}
	if got := Clip("短"); got != "短" {
		t.Errorf("Clip = %q", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"1,234.56", "00.10", "1,23", "."} {
		f.Add(s, uint8(2))
	}
	f.Fuzz(func(t *testing.T, s string, scale uint8) {
		places := int(scale % 11)
		n, err := Parse(s, places, math.MaxInt64)
		if err == nil {
			if again, err := Parse(Format(n, places, 0, true), places, math.MaxInt64); err != nil || again != n {
				t.Fatalf("Parse(%q) = %d, then %d, %v", s, n, again, err)
			}
		}
	})
}
