package code

import "strings"

// Nation is the code of the whole country, the scope that holds every region.
const Nation = "000000000000"

// Tier is a level of administration, wider tiers being smaller; its zero value is none.
type Tier uint8

// The tiers. Division codes go down to the village; the group occurs only in organisations.
const (
	TierNone Tier = iota
	TierNation
	TierProvince
	TierCity
	TierCounty
	TierTown
	TierVillage
	TierGroup
)

var (
	tierNames   = [...]string{"", "nation", "province", "city", "county", "town", "village", "group"}
	tierChinese = [...]string{"", "全国", "省级", "市级", "县级", "乡镇级", "村级", "组级"}
	// tierWidth is how many digits of a code name a region of the tier.
	tierWidth = [...]int{0, 0, 2, 4, 6, 9, 12}
)

// String returns the tier's stable English name, "" for none.
func (t Tier) String() string { return tierNames[t] }

// Chinese returns the tier's name for people, such as "村级", "" for none.
func (t Tier) Chinese() string { return tierChinese[t] }

// Region returns a statistical division code (统计用区划代码, 国统字〔2009〕91号) of 12 digits. A prefix of 2, 4, 6
// or 9 digits, the usual way to write a province, city, county or town, is padded with zeros. It checks the
// form only: whether there is such a place is for the list of regions to say. Errors are Invalid.
func Region(s string) (string, error) {
	t := normal(s)
	const kind = "code.region"
	if t == "" {
		return "", invalid(kind, "请填写区划代码")
	}
	if !digits(t) {
		return "", invalid(kind, "区划代码只能是数字")
	}
	switch len(t) {
	case 2, 4, 6, 9, 12:
		t += Nation[len(t):]
	default:
		return "", invalid(kind, "区划代码应为 12 位，或省 2 位、市 4 位、县 6 位、乡镇 9 位，现在是 %d 位", len(t))
	}
	// Only a missing province is refused: cities without counties (Dongguan, 441900003000) are real.
	if t != Nation && t[:2] == "00" {
		return "", invalid(kind, "区划代码前两位（省）不能是 00")
	}
	return t, nil
}

// Level returns the tier of a 12-digit code from its trailing zeros, or TierNone for anything else.
func Level(code string) Tier {
	if len(code) != 12 || !digits(code) {
		return TierNone
	}
	for t := TierVillage; t > TierNation; t-- {
		if strings.Trim(code[tierWidth[t-1]:tierWidth[t]], "0") != "" {
			return t
		}
	}
	return TierNation
}

// Parent returns the 12-digit code of the region the code lies directly in: the town of a village, the city
// of a town where there is no county between, Nation for a province; "" for Nation or anything else.
func Parent(code string) string {
	t := Level(code)
	if t <= TierNation {
		return ""
	}
	w := tierWidth[t-1]
	return code[:w] + Nation[w:]
}

// Chain returns the code and those of the regions above it, the nearest first, without Nation; none for anything that is
// not a 12-digit code.
func Chain(code string) []string {
	var out []string
	for ; Level(code) > TierNation; code = Parent(code) {
		out = append(out, code)
	}
	return out
}

// Prefix returns the digits that all codes in the region begin with: 32, 3211, 321182, 321182103 or the
// whole. It is "" for Nation and for anything that is not a 12-digit code, so it must not be used alone to
// decide what somebody may see; Within and Range are safe for that.
func Prefix(code string) string { return code[:min(len(code), tierWidth[Level(code)])] }

// Range returns bounds such that lo <= c AND c < hi, compared as text, holds for the codes c of the region
// and of all below it, and no others. For anything that is not a 12-digit code the bounds hold for nothing.
func Range(code string) (lo, hi string) {
	t := Level(code)
	if t == TierNone {
		return "", ""
	}
	next := []byte(Prefix(code))
	for i := len(next) - 1; i >= 0; i-- {
		if next[i] < '9' {
			next[i]++
			return code, string(next)
		}
		next[i] = '0'
	}
	// Nothing of the same length is higher; a letter sorts after all digits in every collation.
	return code, "a"
}

// Within reports whether code is scope or lies below it; false when either is not a 12-digit code.
func Within(code, scope string) bool {
	return Level(code) != TierNone && Level(scope) != TierNone && strings.HasPrefix(code, Prefix(scope))
}
