package date

import (
	"database/sql/driver"
	"regexp"
	"strconv"
	"time"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/qty/decimal"
)

var (
	// Group 2 is the first separator; the second must be the same, which RE2 cannot say, so it is checked.
	datePattern = regexp.MustCompile(`^(\d{4})([-/.])(\d{1,2})([-/.])(\d{1,2})$`)
	chinese     = regexp.MustCompile(`^(\d{4})年(\d{1,2})月(\d{1,2})[日号]$`)
	compact     = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})$`)
)

// atoi reads at most four digits that a pattern has matched already.
func atoi(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// Parse reads 2021-11-10, 2021/11/10, 2021.11.10, 2021年11月10日 or 20211110; single-digit months and days
// and full-width digits are accepted. Anything else, and a day that does not exist, is an Invalid error with
// a Chinese sentence. An empty text is an error too: whether a date may be left out is the caller's to say.
func Parse(s string) (Date, error) {
	if plainPattern(s) {
		return New(int(s[0]-'0')*1000+int(s[1]-'0')*100+int(s[2]-'0')*10+int(s[3]-'0'),
			time.Month(int(s[5]-'0')*10+int(s[6]-'0')), int(s[8]-'0')*10+int(s[9]-'0'))
	}
	t := decimal.Fold(s)
	if t == "" {
		return Date{}, errs.New(errs.Invalid, "date.empty", "请填写日期")
	}
	if m := datePattern.FindStringSubmatch(t); m != nil && m[2] == m[4] {
		return New(atoi(m[1]), time.Month(atoi(m[3])), atoi(m[5]))
	}
	for _, p := range [...]*regexp.Regexp{chinese, compact} {
		if m := p.FindStringSubmatch(t); m != nil {
			return New(atoi(m[1]), time.Month(atoi(m[2])), atoi(m[3]))
		}
	}
	return Date{}, errs.New(errs.Invalid, "date.syntax", "“%s”不是日期，请写成 2021-11-10 这样（年份写四位）", decimal.Clip(s))
}

// plainPattern tells the form in which dates are stored, which is read some hundred thousand times in a row.
func plainPattern(s string) bool {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return false
	}
	for i := range len(s) {
		if i != 4 && i != 7 && (s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return true
}

// Scan reads a stored date: empty text or NULL is no date. What does not read as a date is a defect (Internal).
func (d *Date) Scan(src any) error {
	var s string
	switch v := src.(type) {
	case nil:
	case string:
		s = v
	case []byte:
		s = string(v)
	default:
		return errs.New(errs.Internal, "date.scan", "库中的日期类型不对：%T", src)
	}
	if err := d.UnmarshalText([]byte(s)); err != nil {
		return errs.Wrap(err, errs.Internal, "date.scan", "库中的日期读不出来")
	}
	return nil
}

// Value stores the date as 'YYYY-MM-DD' and no date as the empty string, so that columns are TEXT,
// never NULL, and sort as text.
func (d Date) Value() (driver.Value, error) { return d.String(), nil }

// MarshalText writes "2021-11-10", or nothing for no date; encoding/json uses it.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what Parse reads, and nothing as no date; on an error d is unchanged.
func (d *Date) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*d = Date{}
		return nil
	}
	v, err := Parse(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}
