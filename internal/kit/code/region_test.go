package code

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestRegion(t *testing.T) {
	parserTest(t, Region, [][3]string{
		{"32", "320000000000", ""},
		{"3211", "321100000000", ""},
		{"321182", "321182000000", ""},
		{"321182103", "321182103000", ""},
		{"321182 103 205", "321182103205", ""},
		{"３２", "320000000000", ""},
		{"441900003000", "441900003000", ""},
		{Nation, Nation, ""},
		{"", "", "请填写区划代码"},
		{"321", "", "现在是 3 位"},
		{"32118x", "", "只能是数字"},
		{"001182", "", "前两位（省）不能是 00"},
	})
}

func TestRegionParts(t *testing.T) {
	for _, c := range []struct {
		code           string
		tier           Tier
		parent, prefix string
		lo, hi         string
	}{
		{Nation, TierNation, "", "", Nation, "a"},
		{"320000000000", TierProvince, Nation, "32", "320000000000", "33"},
		{"321100000000", TierCity, "320000000000", "3211", "321100000000", "3212"},
		{"321182000000", TierCounty, "321100000000", "321182", "321182000000", "321183"},
		{"321182103000", TierTown, "321182000000", "321182103", "321182103000", "321182104"},
		{"321182103205", TierVillage, "321182103000", "321182103205", "321182103205", "321182103206"},
		{"321182999000", TierTown, "321182000000", "321182999", "321182999000", "321183000"},
		{"441900003000", TierTown, "441900000000", "441900003", "441900003000", "441900004"},
		{"990000000000", TierProvince, Nation, "99", "990000000000", "a"},
		{"", TierNone, "", "", "", ""},
		{"3211", TierNone, "", "", "", ""},
		{"32118210320x", TierNone, "", "", "", ""},
	} {
		lo, hi := Range(c.code)
		if Level(c.code) != c.tier || Parent(c.code) != c.parent || Prefix(c.code) != c.prefix || lo != c.lo || hi != c.hi {
			t.Errorf("%q: %s %q %q %q %q", c.code, Level(c.code), Parent(c.code), Prefix(c.code), lo, hi)
		}
	}
	if TierVillage.String() != "village" || TierVillage.Chinese() != "村级" || TierNone.String() != "" || TierGroup.Chinese() != "组级" {
		t.Error("names of tiers")
	}
}

// What is not a code must never widen what somebody may see.
func TestWithinIsClosed(t *testing.T) {
	for _, c := range [][2]string{{"321182103205", ""}, {"", Nation}, {"321182103205", "32"}, {"", ""}} {
		if Within(c[0], c[1]) {
			t.Errorf("Within(%q, %q)", c[0], c[1])
		}
	}
	if lo, hi := Range("32"); lo < hi {
		t.Errorf("Range of a bare prefix selects %q to %q", lo, hi)
	}
}

// Range, Within and the chain of parents agree about what lies where.
func TestRegionProperties(t *testing.T) {
	// Few digits, so that codes often share prefixes and carry.
	gen := rapid.StringMatching(`[19]{2}[09]{2}[089]{2}[09]{3}[0189]{3}`)
	rapid.Check(t, func(t *rapid.T) {
		code := gen.Draw(t, "code")
		scope := gen.Draw(t, "scope")
		if rapid.Bool().Draw(t, "related") {
			scope = code[:rapid.SampledFrom(tierWidth[1:]).Draw(t, "width")]
			scope += strings.Repeat("0", 12-len(scope))
		}
		lo, hi := Range(scope)
		inRange := lo <= code && code < hi
		above := false
		for up := code; up != ""; up = Parent(up) {
			above = above || up == scope
		}
		if inRange != above || Within(code, scope) != above {
			t.Fatalf("%s in %s: range %v, within %v, parents %v", code, scope, inRange, Within(code, scope), above)
		}
		if p := Parent(code); p != "" && Level(p) >= Level(code) {
			t.Fatalf("parent %s of %s is no higher", p, code)
		}
	})
}

func TestChain(t *testing.T) {
	if got := fmt.Sprint(Chain("321182103205")); got != "[321182103205 321182103000 321182000000 321100000000 320000000000]" {
		t.Error(got)
	}
	if got := Chain("3211"); got != nil {
		t.Error(got)
	}
}
