package code

import "strings"

// creditAlphabet gives each character its value; I, O, S, V and Z are left out as easily misread.
const creditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// orgAlphabet gives the characters of an organisation code their values.
const orgAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

var (
	creditWeights = [17]int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28} // 3^i mod 31
	orgWeights    = [8]int{3, 7, 9, 10, 5, 8, 4, 2}
)

// CreditCode returns a unified social credit code in its normal form: half-width capitals without spaces. It
// checks the alphabet, the six digits of the region, the check digit (GB 32100-2015) and the one of the
// organisation code inside, positions 9 to 17 (GB 11714-1997). An Invalid error names the position at fault
// and, for a check digit, what the others make it.
func CreditCode(s string) (string, error) {
	t := normal(s)
	const kind = "code.credit"
	if err := needLength(kind, "统一社会信用代码", t, 18, 18); err != nil {
		return "", err
	}
	for i, r := range []rune(t) {
		switch {
		case !strings.ContainsRune(creditAlphabet, r):
			return "", invalid(kind, "统一社会信用代码第 %d 位“%c”不对，只能用数字和除 I、O、S、V、Z 以外的大写字母", i+1, r)
		case i >= 2 && i < 8 && r > '9':
			return "", invalid(kind, "统一社会信用代码第 %d 位“%c”不对，第 3 至 8 位（登记机关所在地）只能是数字", i+1, r)
		}
	}
	// The inner digit first: when it is wrong, the outer one is computed from a wrong digit and misleads.
	if want := orgCheck(t[8:16]); t[16] != want {
		return "", invalid(kind, "统一社会信用代码第 17 位是“%c”，按第 9 至 16 位推算应为“%c”，请核对第 9 至 17 位", t[16], want)
	}
	if want := creditCheck(t[:17]); t[17] != want {
		return "", invalid(kind, "统一社会信用代码第 18 位是“%c”，按前 17 位推算应为“%c”，请核对各位", t[17], want)
	}
	return t, nil
}

// creditCheck returns the 18th character for 17 of the alphabet.
func creditCheck(s string) byte {
	sum := 0
	for i, w := range creditWeights {
		sum += w * strings.IndexByte(creditAlphabet, s[i])
	}
	return creditAlphabet[(31-sum%31)%31]
}

// orgCheck returns the ninth character of an organisation code for its first eight.
func orgCheck(s string) byte {
	sum := 0
	for i, w := range orgWeights {
		sum += w * strings.IndexByte(orgAlphabet, s[i])
	}
	return "0X987654321"[sum%11] // 11 − sum mod 11, with 10 written X and 11 written 0
}

// MakeCreditCode completes the first eight characters (authority, kind, region) and the first eight of the
// organisation code with both check digits, for fictitious organisations. It returns "" when the two cannot
// make a valid code: wrong lengths or characters, or letters in the region.
func MakeCreditCode(prefix8, org8 string) string {
	if len(prefix8) != 8 || len(org8) != 8 || strings.Trim(prefix8+org8, creditAlphabet) != "" {
		return ""
	}
	body := prefix8 + org8 + string(orgCheck(org8))
	made, err := CreditCode(body + string(creditCheck(body)))
	if err != nil {
		return ""
	}
	return made
}

// IsCollective reports whether the code is one given by the agricultural authorities to a rural collective
// economic organisation: N1, N2 or N3. It reads only the first two characters; the code is taken as valid.
func IsCollective(code string) bool { return CollectiveTier(code) != TierNone }

// CollectiveTier returns the tier of a rural collective economic organisation from its code: N1 group, N2
// village, N3 town; TierNone for any other.
func CollectiveTier(code string) Tier {
	switch {
	case strings.HasPrefix(code, "N1"):
		return TierGroup
	case strings.HasPrefix(code, "N2"):
		return TierVillage
	case strings.HasPrefix(code, "N3"):
		return TierTown
	}
	return TierNone
}
