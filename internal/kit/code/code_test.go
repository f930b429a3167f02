package code

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/kit/errs"
)

func message(err error) string {
	if err == nil {
		return ""
	}
	return errs.Message(err)
}

// parserTest runs a parser over {input, wanted, part of the sentence}.
func parserTest(t *testing.T, parse func(string) (string, error), cases [][3]string) {
	t.Helper()
	for _, c := range cases {
		got, err := parse(c[0])
		if got != c[1] || (err == nil) != (c[2] == "") || !strings.Contains(message(err), c[2]) {
			t.Errorf("%q: %q, %v; want %q, %q", c[0], got, err, c[1], c[2])
		}
		if err != nil && !errs.Is(err, errs.Invalid) {
			t.Errorf("%q: kind %v", c[0], errs.KindOf(err))
		}
	}
}

func TestCreditCode(t *testing.T) {
	parserTest(t, CreditCode, [][3]string{
		{"91350100M000100Y43", "91350100M000100Y43", ""},
		{"91440300708461136T", "91440300708461136T", ""},
		{"12100000425006133D", "12100000425006133D", ""},
		{"N2321182MF0000013H", "N2321182MF0000013H", ""},
		{" ｎ2321182 ＭＦ00 0001 3h", "N2321182MF0000013H", ""},
		{"", "", "请填写统一社会信用代码"},
		{"N2321182MF0000013", "", "应为 18 位，现在是 17 位"},
		{"N2321182MF000001OH", "", "第 17 位“O”不对"},
		{"N232118XMF0000013H", "", "第 8 位“X”不对"},
		{"N2321182MF0000014H", "", "第 17 位是“4”，按第 9 至 16 位推算应为“3”"},
		{"N2321182MF0000013J", "", "第 18 位是“J”，按前 17 位推算应为“H”"},
		{"惠2321182MF0000013H", "", "第 1 位“惠”不对"},
	})
	for body, want := range map[string]byte{"M000100Y": '4', "D2143569": 'X'} {
		if got := orgCheck(body); got != want {
			t.Errorf("orgCheck(%s) = %c, want %c", body, got, want)
		}
	}
}

func TestMakeCreditCode(t *testing.T) {
	if got := MakeCreditCode("N2321182", "MF000001"); got != "N2321182MF0000013H" {
		t.Errorf("made %q", got)
	}
	for _, c := range [][2]string{{"", ""}, {"N232118X", "MF000001"}, {"N2321182", "MF00000O"}, {"N2321182", "MF"}} {
		if got := MakeCreditCode(c[0], c[1]); got != "" {
			t.Errorf("MakeCreditCode(%q, %q) = %q", c[0], c[1], got)
		}
	}
	for in, want := range map[string]Tier{
		"N1": TierGroup, "N2321182MF0000013H": TierVillage, "N3": TierTown, "N9": TierNone, "91": TierNone, "": TierNone,
	} {
		if CollectiveTier(in) != want || IsCollective(in) != (want != TierNone) {
			t.Errorf("%q: %s", in, CollectiveTier(in))
		}
	}
}

// Every made code is valid, and changing any one character of it is found out.
func TestCreditCodeProperties(t *testing.T) {
	char := rapid.SampledFrom([]byte(creditAlphabet))
	rapid.Check(t, func(t *rapid.T) {
		prefix := rapid.StringMatching(`[159NY][1239][0-9]{6}`).Draw(t, "prefix")
		org := string(rapid.SliceOfN(char, 8, 8).Draw(t, "org"))
		made := MakeCreditCode(prefix, org)
		if got, err := CreditCode(strings.ToLower(made)); err != nil || got != made {
			t.Fatalf("%s: %q, %v", made, got, err)
		}
		i := rapid.IntRange(0, 17).Draw(t, "i")
		b := []byte(made)
		b[i] = char.Filter(func(c byte) bool { return c != made[i] }).Draw(t, "c")
		if got, err := CreditCode(string(b)); err == nil {
			t.Fatalf("%s passes for %s", got, made)
		}
	})
}

func TestCitizen(t *testing.T) {
	parserTest(t, Citizen, [][3]string{
		{"11010519491231002X", "11010519491231002X", ""},
		{"440524188001010014", "440524188001010014", ""},
		{"110105 19491231 002x", "11010519491231002X", ""},
		{"１１０１０５19491231002X", "11010519491231002X", ""},
		{"", "", "请填写身份证号"},
		{"110105491231002", "", "应为 18 位，现在是 15 位"},
		{"1101051949123100X2", "", "第 17 位“X”不对"},
		{"010105194912310020", "", "第 1 位不能是 0"},
		{"110105194902300021", "", "1949-02-30 这一天不存在"},
		{"110105194912310021", "", "末位是“1”，按前 17 位推算应为“X”"},
	})
	for in, want := range map[string]string{
		"11010519491231002X": "110105********002X",
		"12345":              "*****",
		"":                   "",
		"张三张三张三":             "******", // 18 bytes, but no number
	} {
		if got := MaskCitizen(in); got != want {
			t.Errorf("MaskCitizen(%q) = %q", in, got)
		}
	}
}

func TestMobileAndCard(t *testing.T) {
	parserTest(t, Mobile, [][3]string{
		{"13800000000", "13800000000", ""},
		{"+86 199-0000-0000", "19900000000", ""},
		{"１３８００００００００", "13800000000", ""},
		{"12800000000", "", "应以 13 至 19 开头"},
		{"23800000000", "", "应以 13 至 19 开头"},
		{"1380000000", "", "应为 11 位，现在是 10 位"},
		{"1380000000a", "", "只能是数字"},
		{"", "", "请填写手机号"},
	})
	parserTest(t, BankCard, [][3]string{
		{"6222 0000 0000 0000", "", "末位是“0”，按前面各位推算应为"},
		{"4111-1111-1111-1111", "4111111111111111", ""},
		{"79927398713", "", "应为 12 至 19 位"},
		{"799273987132", "", "应为“8”"},
		{"799273987138", "799273987138", ""},
		{"6011000990139424", "6011000990139424", ""},
		{"4111x11111111111", "", "只能是数字"},
		{"", "", "请填写银行卡号"},
	})
	if got := MaskMobile("13800000000"); got != "138****0000" {
		t.Error(got)
	}
	if got := MaskMobile("0511-1234567"); got != strings.Repeat("*", 12) {
		t.Error(got)
	}
	if got := MaskBankCard("4111111111111234"); got != "************1234" {
		t.Error(got)
	}
	if got := MaskBankCard("1234"); got != "****" {
		t.Error(got)
	}
}

func FuzzCreditCode(f *testing.F) { fuzz(f, CreditCode, "N2321182MF0000013H", "ｎ2321182MF0000013H") }
func FuzzCitizen(f *testing.F)    { fuzz(f, Citizen, "11010519491231002x", "440524188001010014") }
func FuzzMobile(f *testing.F) {
	fuzz(f, Mobile, "+86 138-0000-0000", "惠惠惠惠惠惠惠惠惠惠惠")
}
func FuzzBankCard(f *testing.F) { fuzz(f, BankCard, "4111 1111 1111 1111", "") }
func FuzzRegion(f *testing.F)   { fuzz(f, Region, "321182103205", "32") }

// fuzz checks that a parser only fails as Invalid and that its normal form is stable.
func fuzz(f *testing.F, parse func(string) (string, error), seeds ...string) {
	for _, s := range seeds {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := parse(s)
		if err != nil {
			if !errs.Is(err, errs.Invalid) {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		if again, err := parse(got); err != nil || again != got {
			t.Fatalf("%q gives %q gives %q, %v", s, got, again, err)
		}
		// The masks must take whatever is stored.
		_, _, _ = MaskCitizen(s), MaskMobile(s), MaskBankCard(s)
	})
}
