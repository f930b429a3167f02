package money

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/kit/errs"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		in   string
		want Fen
		code string // of the error, "" for none
	}{
		{"1,234.56", 123456, ""},
		{"1234.5", 123450, ""},
		{" 66000 元", 6600000, ""},
		{"￥１，２３４．５６", 123456, ""},
		{"¥-5", -500, ""},
		{"-¥5", -500, ""},
		{"－5.00", -500, ""},
		{"−5", -500, ""},
		{"12.5万", 12500000, ""},
		{"12.5 万元", 12500000, ""},
		{"12.345678万", 12345678, ""},
		{"1.2亿", 12000000000, ""},
		{"1.2亿元", 12000000000, ""},
		{"66000.0000", 6600000, ""},
		{"9万亿", 0, "money.syntax"},
		{"90000亿", Max, ""},
		{"-9,000,000,000,000.00", Min, ""},
		{"-0", 0, ""},
		{"9,000,000,000,000.01", 0, "money.range"},
		{"99999999999999999999999999", 0, "money.range"},
		{"1.234", 0, "money.precision"},
		{"12.3456789万", 0, "money.precision"},
		{"1,23", 0, "money.grouping"},
		{"", 0, "money.empty"},
		{"　 ", 0, "money.empty"},
		{"元", 0, "money.syntax"},
		{"--5", 0, "money.syntax"},
		{"-¥-5", 0, "money.syntax"},
		{"五元", 0, "money.syntax"},
		{"1e5", 0, "money.syntax"},
		{"0x10", 0, "money.syntax"},
	} {
		got, err := Parse(c.in)
		code := ""
		if e := errs.As(err); e != nil {
			code = e.Code
		}
		if got != c.want || code != c.code {
			t.Errorf("Parse(%q) = %d, %v; want %d, %q", c.in, got, err, c.want, c.code)
		}
	}
}

func TestText(t *testing.T) {
	for _, c := range []struct {
		f                  Fen
		text, plain, inWan string
	}{
		{0, "0.00", "0.00", "0"},
		{-5, "-0.05", "-0.05", "0"},
		{123456, "1,234.56", "1234.56", "0.12"},
		{110860000, "1,108,600.00", "1108600.00", "110.86"},
		{6600000, "66,000.00", "66000.00", "6.6"},
		{-1234567890123, "-12,345,678,901.23", "-12345678901.23", "-1,234,567.89"},
		{5000, "50.00", "50.00", "0.01"},
		{math.MinInt64, "-92,233,720,368,547,758.08", "-92233720368547758.08", "-9,223,372,036,854.78"},
	} {
		if c.f.String() != c.text || c.f.Plain() != c.plain || c.f.Wan() != c.inWan {
			t.Errorf("%d: %q %q %q", int64(c.f), c.f.String(), c.f.Plain(), c.f.Wan())
		}
	}
}

func TestCapital(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"0", "零元整"},
		{"66000", "陆万陆仟元整"},
		{"105.30", "壹佰零伍元叁角"},
		{"-105.30", "负壹佰零伍元叁角"},
		{"0.05", "伍分"},
		{"0.53", "伍角叁分"},
		{"1", "壹元整"},
		{"10", "壹拾元整"},
		// The examples of the rule itself.
		{"1409.50", "壹仟肆佰零玖元伍角"},
		{"6007.14", "陆仟零柒元壹角肆分"},
		{"1680.32", "壹仟陆佰捌拾元零叁角贰分"},
		{"107000.53", "壹拾万柒仟元零伍角叁分"},
		{"16409.02", "壹万陆仟肆佰零玖元零贰分"},
		{"325.04", "叁佰贰拾伍元零肆分"},
		{"100000", "壹拾万元整"},
		{"1000001", "壹佰万零壹元整"},
		{"100005000", "壹亿零伍仟元整"},
		{"105000000", "壹亿零伍佰万元整"},
		{"1108600", "壹佰壹拾万捌仟陆佰元整"},
		{"20030004", "贰仟零叁万零肆元整"},
		{"9000000000000", "玖万亿元整"},
		{"1000000000001", "壹万亿零壹元整"},
	} {
		f, err := Parse(c.in)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.Capital(); got != c.want {
			t.Errorf("Capital(%s) = %s, want %s", c.in, got, c.want)
		}
	}
}

// Both notations read back as the same amount, and capitals never double or leave a stray 零.
func TestTextRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := amount().Draw(t, "f")
		for _, s := range []string{f.String(), f.Plain(), f.Plain() + "元", "￥" + f.String()} {
			if got, err := Parse(s); err != nil || got != f {
				t.Fatalf("Parse(%q) = %d, %v; want %d", s, got, err, f)
			}
		}
		if c := f.Capital(); strings.Contains(c, "零零") || f.Abs() >= Yuan && strings.Contains(c, "零元") {
			t.Fatalf("Capital(%s) = %s", f, c)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"1,234.56", "￥１２.5万元", "-1.2亿", "1.234", "", "元"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := Parse(s)
		if err != nil {
			if !errs.Is(err, errs.Invalid) {
				t.Fatalf("Parse(%q): %v", s, err)
			}
			return
		}
		if again, err := Parse(v.String()); err != nil || again != v {
			t.Fatalf("Parse(%q) = %s, which reads as %s, %v", s, v, again, err)
		}
	})
}
