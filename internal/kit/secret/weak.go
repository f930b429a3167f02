package secret

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"huicun/internal/kit/errs"
)

// MinPassword is the fewest characters a password may have.
const MinPassword = 10

// common are stems of the passwords tried first; a password that is one of them, give or take digits and signs
// at its ends, is refused.
var common = map[string]bool{}

func init() {
	for s := range strings.FieldsSeq(`password passw0rd p@ssword p@ssw0rd mypassword qwerty qwertyui qwertyuiop qwert asdfgh
		asdfghjkl asdf zxcvbn zxcvbnm 1qaz2wsx 1q2w3e4r 1q2w3e4r5t q1w2e3r4 qazwsx qazwsxedc admin administrator root
		user test guest welcome letmein iloveyou woaini woaini1314 wo4aini 5201314 abc abcd abcde abcdef abcdefg
		abcdefgh abc123 abcd1234 a123456 aa123456 changeme default secret login master monkey dragon huicun mima
		administratoradmin superman qweasd qweasdzxc qwer qwer1234 asd aini zhongguo china woshishui buzhidao`) {
		common[s] = true
	}
}

// WeakPassword returns nil for a password that may be used, else an errs.Invalid error whose sentence says what to
// change: at least MinPassword characters, of more than one class (digits, lower case, upper case, others), five
// of them different, without the user name, and not one of the most common.
func WeakPassword(pw, userName string) error {
	weak := func(format string, args ...any) error {
		return errs.New(errs.Invalid, "password.weak", format, args...)
	}
	pw = norm.NFKC.String(pw)
	low, user := strings.ToLower(pw), strings.ToLower(strings.TrimSpace(norm.NFKC.String(userName)))
	classes, distinct := map[int]bool{}, map[rune]bool{}
	for _, r := range pw {
		classes[class(r)], distinct[r] = true, true
	}
	stem := strings.TrimFunc(low, func(r rune) bool { return class(r) == other })
	switch {
	case len(pw) > MaxPassword:
		return weak("密码太长，最多 %d 个字节", MaxPassword)
	case utf8.RuneCountInString(pw) < MinPassword:
		return weak("密码至少要有 %d 个字符", MinPassword)
	case len(classes) < 2:
		return weak("密码不能只用一类字符，请把数字、小写字母、大写字母、符号混合使用")
	case len(distinct) < 5:
		return weak("密码里重复的字符太多，请换一个")
	case utf8.RuneCountInString(user) >= 2 && strings.Contains(low, user):
		return weak("密码里不能含有用户名")
	case common[stem] || common[strings.Trim(stem, "0123456789")] || common[strings.TrimFunc(low, notLetter)]:
		return weak("这个密码太常见，容易被猜到，请换一个")
	}
	return nil
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

const other = 3

func class(r rune) int {
	switch {
	case unicode.IsDigit(r):
		return 0
	case unicode.IsLower(r):
		return 1
	case unicode.IsUpper(r):
		return 2
	}
	return other
}
