// Package date holds civil dates, months and working days, and the only clock of the project.
//
// A date has no time and no zone: what is due on the 10th is due on the 10th. Only Of turns an instant into a
// date, and it does so in China Standard Time.
package date

import (
	"cmp"
	"fmt"
	"time"

	"huicun/internal/kit/errs"
)

// MinYear and MaxYear bound what is accepted as a date: before MinYear it is a slip of the pen, and dates
// after MaxYear do not fit the four digits of the stored form. Arithmetic stops at the first and last day of
// the range instead of leaving it.
const (
	MinYear = 1800
	MaxYear = 9999
)

// Date is a day of the Gregorian calendar. Its zero value means "no date": it comes before every date, is
// stored as the empty string and shown as one. Dates are comparable with == and may be map keys.
type Date struct {
	y    int16
	m, d uint8
}

// New returns the date, or an Invalid error when there is no such day or the year is out of range.
func New(year int, month time.Month, day int) (Date, error) {
	if year < MinYear || year > MaxYear {
		return Date{}, errs.New(errs.Invalid, "date.year", "年份应在 %d 到 %d 之间", MinYear, MaxYear)
	}
	if month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return Date{}, errs.New(errs.Invalid, "date.nonexistent", "%04d-%02d-%02d 这一天不存在", year, month, day)
	}
	return Date{int16(year), uint8(month), uint8(day)}, nil
}

// Must is Parse for dates written in the program; it panics on a bad one and is not for input.
func Must(s string) Date {
	d, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

// Of returns the day it was in China at the instant t; the zero time gives the zero date.
func Of(t time.Time) Date {
	if t.IsZero() {
		return Date{}
	}
	return clamp(t.In(Shanghai))
}

// clamp takes the day from t, pulled into the range.
func clamp(t time.Time) Date {
	switch y, m, d := t.Date(); {
	case y < MinYear:
		return Date{MinYear, 1, 1}
	case y > MaxYear:
		return Date{MaxYear, 12, 31}
	default:
		return Date{int16(y), uint8(m), uint8(d)}
	}
}

// utc is midnight UTC of the date: a day count free of any zone.
func (d Date) utc() time.Time {
	return time.Date(int(d.y), time.Month(d.m), int(d.d), 0, 0, 0, 0, time.UTC)
}

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// IsZero reports whether there is no date.
func (d Date) IsZero() bool { return d == Date{} }

// Year returns the year, 0 for no date.
func (d Date) Year() int { return int(d.y) }

// Month returns the month of the year, 0 for no date; for the period of bookkeeping see YearMonth.
func (d Date) Month() time.Month { return time.Month(d.m) }

// Day returns the day of the month, 0 for no date.
func (d Date) Day() int { return int(d.d) }

// Weekday returns the day of the week; it means nothing for the zero date.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// YearMonth returns the month the date lies in, the zero Month for no date.
func (d Date) YearMonth() Month { return Month(int(d.y)*100 + int(d.m)) }

// Compare returns -1, 0 or +1 as d is before, the same as or after o; no date is before every date.
func (d Date) Compare(o Date) int { return cmp.Compare(d.packed(), o.packed()) }

func (d Date) packed() int { return int(d.y)<<9 | int(d.m)<<5 | int(d.d) }

// Before reports whether d is earlier than o.
func (d Date) Before(o Date) bool { return d.packed() < o.packed() }

// After reports whether d is later than o.
func (d Date) After(o Date) bool { return d.packed() > o.packed() }

// AddDays returns the date n days later (earlier when negative); no date stays no date.
func (d Date) AddDays(n int) Date {
	if d.IsZero() {
		return d
	}
	// The bound keeps the day number within what the time package computes with; it exceeds the range.
	const most = 366 * (MaxYear - MinYear + 1)
	return clamp(d.utc().AddDate(0, 0, min(max(n, -most), most)))
}

// AddMonths returns the same day n months later (earlier when negative), or the last day of that month when
// it is too short. Count from the first date each time ("anchored"): 31 January, then 28 February, then
// 31 March; stepping from the result before would stay on the 28th for ever.
func (d Date) AddMonths(n int) Date {
	if d.IsZero() {
		return d
	}
	const most = 12 * (MaxYear - MinYear + 1)
	months := int(d.y)*12 + int(d.m) - 1 + min(max(n, -most), most)
	year, month := months/12, time.Month(months%12+1)
	switch {
	case year < MinYear:
		return Date{MinYear, 1, 1}
	case year > MaxYear:
		return Date{MaxYear, 12, 31}
	}
	return Date{int16(year), uint8(month), uint8(min(int(d.d), daysIn(year, month)))}
}

// EndOfMonth returns the last day of the date's month; no date stays no date.
func (d Date) EndOfMonth() Date { return d.YearMonth().Last() }

// Sub returns the days from o to d, negative when d is earlier; with no date on either side it is 0.
func (d Date) Sub(o Date) int {
	if d.IsZero() || o.IsZero() {
		return 0
	}
	return int((d.utc().Unix() - o.utc().Unix()) / 86400)
}

// MonthsBetween returns the whole months from a to b and the days left over, counted from a:
// a.AddMonths(months).AddDays(days) is b. The end is exclusive: 2021-06-01 to 2024-06-01 is 36 months, so a
// span whose last day is included is measured to the day after. When b is earlier both are negative, as
// measured from b. With no date on either side both are 0.
func MonthsBetween(a, b Date) (months, days int) {
	if a.IsZero() || b.IsZero() {
		return 0, 0
	}
	if b.Before(a) {
		months, days = MonthsBetween(b, a)
		return -months, -days
	}
	months = (int(b.y)-int(a.y))*12 + int(b.m) - int(a.m)
	if a.AddMonths(months).After(b) {
		months--
	}
	return months, b.Sub(a.AddMonths(months))
}

// String returns the stored and international form, "2021-11-10", or "" for no date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.y, d.m, d.d)
}

// Chinese returns the form for documents, "2021年11月10日", or "" for no date.
func (d Date) Chinese() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%d年%d月%d日", d.y, d.m, d.d)
}
