package date

import (
	"fmt"
	"regexp"
	"time"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/qty/decimal"
)

var monthPattern = regexp.MustCompile(`^(\d{4})(?:[-/.](\d{1,2})|年(\d{1,2})月|(\d{2}))$`)

// Month is a calendar month as yyyymm, such as 202106, and is stored as that integer. Zero means none.
type Month int32

// NewMonth returns the month, or an Invalid error when it does not exist or the year is out of range.
func NewMonth(year int, month time.Month) (Month, error) {
	if year < MinYear || year > MaxYear || month < 1 || month > 12 {
		return 0, errs.New(errs.Invalid, "date.month", "%d 年 %d 月不存在，年份应在 %d 到 %d 之间", year, month, MinYear, MaxYear)
	}
	return Month(year*100 + int(month)), nil
}

// ParseMonth reads 2021-06, 2021/6, 2021.6, 202106 or 2021年6月; anything else is an Invalid error with a
// Chinese sentence.
func ParseMonth(s string) (Month, error) {
	m := monthPattern.FindStringSubmatch(decimal.Fold(s))
	if m == nil {
		return 0, errs.New(errs.Invalid, "date.month_syntax", "“%s”不是月份，请写成 2021-06 这样", decimal.Clip(s))
	}
	return NewMonth(atoi(m[1]), time.Month(atoi(m[2]+m[3]+m[4]))) // only one of the three is matched
}

// Valid reports whether m is a month in range; arithmetic is only defined for valid months.
func (m Month) Valid() bool {
	_, err := NewMonth(m.Year(), m.Of())
	return err == nil
}

// Year returns the year.
func (m Month) Year() int { return int(m / 100) }

// Of returns the month of the year.
func (m Month) Of() time.Month { return time.Month(m % 100) }

// First returns the first day, or no date when m is not valid.
func (m Month) First() Date {
	if !m.Valid() {
		return Date{}
	}
	return Date{int16(m.Year()), uint8(m.Of()), 1}
}

// Last returns the last day, or no date when m is not valid.
func (m Month) Last() Date {
	if !m.Valid() {
		return Date{}
	}
	return Date{int16(m.Year()), uint8(m.Of()), uint8(daysIn(m.Year(), m.Of()))}
}

// Add returns the month n months later (earlier when negative), or 0 when m is not valid.
func (m Month) Add(n int) Month { return m.First().AddMonths(n).YearMonth() }

// Next returns the month after.
func (m Month) Next() Month { return m.Add(1) }

// Prev returns the month before.
func (m Month) Prev() Month { return m.Add(-1) }

// String returns "2021-06", or "" for none.
func (m Month) String() string {
	if m == 0 {
		return ""
	}
	return fmt.Sprintf("%04d-%02d", m.Year(), m.Of())
}

// Chinese returns "2021年6月", or "" for none.
func (m Month) Chinese() string {
	if m == 0 {
		return ""
	}
	return fmt.Sprintf("%d年%d月", m.Year(), m.Of())
}
