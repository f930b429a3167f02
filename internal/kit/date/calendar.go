package date

import (
	_ "embed"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"sync"
	"time"

	"huicun/internal/kit/errs"
)

// holidaysCN holds the State Council's published arrangements for 2020 to 2026. A later year is announced
// each autumn; until its rows are added, or a replacement file is loaded, its weeks are plain.
//
//go:embed holidays_cn.csv
var holidaysCN string

// Calendar knows which days are worked. A day it has no entry for is worked from Monday to Friday, so years
// without data work too. It is read-only after loading and safe for concurrent use.
type Calendar struct{ days map[Date]entry }

type entry struct {
	work bool
	name string
}

// China returns the calendar of the embedded arrangements.
var China = sync.OnceValue(func() *Calendar {
	c, err := LoadCalendar(strings.NewReader(holidaysCN))
	if err != nil {
		panic(err) // the embedded file is part of the program and under test
	}
	return c
})

// LoadCalendar reads CSV with the header date,kind,name, where kind is holiday or workday and lines starting
// with # are comments. A bad line, or a day given twice, is an Invalid error naming the line.
func LoadCalendar(r io.Reader) (*Calendar, error) {
	in := csv.NewReader(r)
	in.Comment, in.FieldsPerRecord, in.TrimLeadingSpace = '#', 3, true
	c := &Calendar{days: map[Date]entry{}}
	for first := true; ; first = false {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			return c, nil
		}
		if err != nil {
			return nil, errs.Wrap(err, errs.Invalid, "date.calendar", "节假日文件格式不对，每行应为“日期,类别,名称”三项")
		}
		if first && strings.TrimPrefix(row[0], "\ufeff") == "date" { // spreadsheets put a byte order mark
			continue
		}
		if err := c.add(row); err != nil {
			line, _ := in.FieldPos(0)
			return nil, errs.Wrap(err, errs.Invalid, "date.calendar", "节假日文件第 %d 行：%s", line, errs.Message(err))
		}
	}
}

func (c *Calendar) add(row []string) error {
	d, err := Parse(row[0])
	if err != nil {
		return err
	}
	if row[1] != "holiday" && row[1] != "workday" {
		return errs.New(errs.Invalid, "date.calendar_kind", "类别应为 holiday（放假）或 workday（上班）")
	}
	if _, ok := c.days[d]; ok {
		return errs.New(errs.Invalid, "date.calendar_twice", "%s 重复了", d)
	}
	c.days[d] = entry{row[1] == "workday", row[2]}
	return nil
}

// Covers reports whether the year's arrangement is loaded. New Year's Day is a holiday in every one, whereas
// the days around it may be listed by the neighbouring year.
func (c *Calendar) Covers(year int) bool {
	_, ok := c.days[Date{int16(year), 1, 1}]
	return ok
}

// Name returns why the day differs from the plain week, such as "春节" or "春节调休"; "" when it does not.
func (c *Calendar) Name(d Date) string { return c.days[d].name }

// IsWorkday reports whether the day is worked; no date is not.
func (c *Calendar) IsWorkday(d Date) bool {
	if e, ok := c.days[d]; ok {
		return e.work
	}
	w := d.Weekday()
	return !d.IsZero() && w != time.Saturday && w != time.Sunday
}

// AddWorkdays returns the n-th working day after d, or before it when n is negative; d itself, worked or not,
// is not counted (《民法典》 article 201: the day a period starts is not counted in). With n of 0 it is d.
func (c *Calendar) AddWorkdays(d Date, n int) Date {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		next := d.AddDays(step)
		if next == d {
			return d // no date, or the end of the range
		}
		if d = next; c.IsWorkday(d) {
			n--
		}
	}
	return d
}

// WorkdaysBetween returns the working days after a up to and including b, so that it undoes AddWorkdays; when
// b is earlier it is minus the count from b to a. With no date on either side it is 0.
func (c *Calendar) WorkdaysBetween(a, b Date) int {
	if a.IsZero() || b.IsZero() {
		return 0
	}
	if b.Before(a) {
		return -c.WorkdaysBetween(b, a)
	}
	n := 0
	for a.Before(b) {
		if a = a.AddDays(1); c.IsWorkday(a) {
			n++
		}
	}
	return n
}
