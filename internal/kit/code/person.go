package code

import (
	"strings"
	"time"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
)

var citizenWeights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

// Citizen returns an 18-digit citizen identity number (GB 11643-1999) in its normal form, with a capital X.
// An Invalid error says whether the length, the digits, the date of birth or the check digit is wrong.
func Citizen(s string) (string, error) {
	t := normal(s)
	const kind = "code.citizen"
	if err := needLength(kind, "身份证号", t, 18, 18); err != nil {
		return "", err
	}
	for i, r := range []rune(t) {
		if (r < '0' || r > '9') && (i < 17 || r != 'X') {
			return "", invalid(kind, "身份证号第 %d 位“%c”不对，前 17 位只能是数字，末位可以是 X", i+1, r)
		}
	}
	// No province code begins with 0; a leading zero is a spreadsheet's padding.
	if t[0] == '0' {
		return "", invalid(kind, "身份证号第 1 位不能是 0")
	}
	if _, err := birth(t); err != nil {
		return "", errs.Wrap(err, errs.Invalid, kind, "身份证号第 7 至 14 位是出生日期，但 %s-%s-%s 这一天不存在", t[6:10], t[10:12], t[12:14])
	}
	sum := 0
	for i, w := range citizenWeights {
		sum += w * int(t[i]-'0')
	}
	if want := "10X98765432"[sum%11]; t[17] != want {
		return "", invalid(kind, "身份证号末位是“%c”，按前 17 位推算应为“%c”，请核对各位", t[17], want)
	}
	return t, nil
}

// birth reads the date of birth of a number of 18 characters whose first 17 are digits.
func birth(t string) (date.Date, error) {
	n := 0
	for _, c := range []byte(t[6:14]) {
		n = n*10 + int(c-'0')
	}
	return date.New(n/10000, time.Month(n/100%100), n%100)
}

// MaskCitizen hides the date of birth and what follows, all but the last four: "110105********002X". Text
// that is not 18 digits long is hidden whole.
func MaskCitizen(s string) string {
	return keep(s, len(s) == 18 && digits(s[:17]), 6, 4)
}

// Mobile returns a mainland mobile number as 11 digits; +86, spaces and hyphens are dropped. Anything not
// beginning with 13 to 19 is an Invalid error.
func Mobile(s string) (string, error) {
	t := strings.TrimPrefix(strings.ReplaceAll(normal(s), "-", ""), "+86")
	const kind = "code.mobile"
	if err := needLength(kind, "手机号", t, 11, 11); err != nil {
		return "", err
	}
	if !digits(t) {
		return "", invalid(kind, "手机号只能是数字")
	}
	if t[0] != '1' || t[1] < '3' {
		return "", invalid(kind, "手机号应以 13 至 19 开头，现在是 %s", t[:2])
	}
	return t, nil
}

// MaskMobile hides the middle four digits: "138****0000". Text that is not 11 digits long is hidden whole.
func MaskMobile(s string) string { return keep(s, len(s) == 11 && digits(s), 3, 4) }

// BankCard returns a bank card number of 12 to 19 digits (GB/T 19584) without spaces and hyphens, after
// checking its last digit (Luhn, ISO/IEC 7812-1). Accounts of organisations have no such digit: this is for
// cards only.
func BankCard(s string) (string, error) {
	t := strings.ReplaceAll(normal(s), "-", "")
	const kind = "code.bank_card"
	if err := needLength(kind, "银行卡号", t, 12, 19); err != nil {
		return "", err
	}
	if !digits(t) {
		return "", invalid(kind, "银行卡号只能是数字")
	}
	if want := luhn(t[:len(t)-1]); t[len(t)-1] != want {
		return "", invalid(kind, "银行卡号末位是“%c”，按前面各位推算应为“%c”，请核对各位", t[len(t)-1], want)
	}
	return t, nil
}

// luhn returns the check digit for the digits before it.
func luhn(s string) byte {
	sum := 0
	for i := range len(s) {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 0 { // every second digit from the right, the check digit being the first
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return byte('0' + (10-sum%10)%10)
}

// MaskBankCard hides all but the last four digits: "************1234". Text that is not 12 to 19 digits is
// hidden whole.
func MaskBankCard(s string) string {
	return keep(s, len(s) >= 12 && len(s) <= 19 && digits(s), 0, 4)
}
