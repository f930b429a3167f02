package statement

import (
	"strconv"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
)

// Period is a run of months within one year.
type Period struct{ From, To date.Month }

// YearOf is a whole year.
func YearOf(year int) Period {
	return Period{date.Month(year*100 + 1), date.Month(year*100 + 12)}
}

// ParsePeriod reads "2021", "2021-06" or "2021-01..2021-06"; an error is Invalid with a Chinese sentence.
func ParsePeriod(s string) (Period, error) {
	s = strings.TrimSpace(s)
	if y, err := strconv.Atoi(s); err == nil && len(s) == 4 && y >= 1978 && y <= 2200 {
		return YearOf(y), nil
	}
	first, last, ranged := strings.Cut(s, "..")
	if !ranged {
		last = first
	}
	var p Period
	var err error
	if p.From, err = date.ParseMonth(first); err == nil {
		p.To, err = date.ParseMonth(last)
	}
	if err != nil {
		return p, errs.OnField("period", "期间“%s”应写成 2021、2021-06 或 2021-01..2021-06", s)
	}
	return p, p.Check()
}

// Check refuses a period that runs backwards or over a year's end.
func (p Period) Check() error {
	switch {
	case !p.From.Valid() || !p.To.Valid():
		return errs.OnField("period", "请填写期间")
	case p.From > p.To:
		return errs.OnField("period", "期间的起始月份不能晚于截止月份")
	case p.From.Year() != p.To.Year():
		return errs.OnField("period", "期间应在同一个会计年度之内")
	}
	return nil
}

// Year is the year that the period lies in.
func (p Period) Year() int { return p.To.Year() }

// YearToDate is the period from the year's first month.
func (p Period) YearToDate() Period { return Period{date.Month(p.Year()*100 + 1), p.To} }

// LastYear is the same period a year earlier.
func (p Period) LastYear() Period { return Period{p.From - 100, p.To - 100} }

// WholeYear reports whether the period is a whole year.
func (p Period) WholeYear() bool { return p == YearOf(p.Year()) }

// String is the form that ParsePeriod reads.
func (p Period) String() string {
	switch {
	case p.WholeYear():
		return strconv.Itoa(p.Year())
	case p.From == p.To:
		return p.To.String()
	}
	return p.From.String() + ".." + p.To.String()
}

// Chinese is the period in words: 2021年度, 2021年6月, 2021年1月至6月.
func (p Period) Chinese() string {
	switch {
	case p.WholeYear():
		return strconv.Itoa(p.Year()) + "年度"
	case p.From == p.To:
		return p.To.Chinese()
	}
	return p.From.Chinese() + "至" + strconv.Itoa(int(p.To.Of())) + "月"
}
