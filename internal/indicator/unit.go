package indicator

import (
	"strconv"
	"strings"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
	"huicun/internal/kit/qty"
)

// Unit says what an indicator's int64 means and how it is written.
type Unit string

// The units. Values are fen for Yuan and YuanYear, hundredths of a percent for Ratio100, ten-thousandths for
// areas, and plain counts for the rest.
const (
	Yuan     Unit = "yuan"
	YuanYear Unit = "yuan/year"
	Ratio100 Unit = "%"
	M2       Unit = "m2"
	Mu       Unit = "mu"
	None     Unit = ""

	// Counts, by what is counted.
	Shops       Unit = "shops"
	Projects    Unit = "projects"
	Greenhouses Unit = "greenhouses"
	Elements    Unit = "elements"
	Resources   Unit = "resources"
	Enterprises Unit = "enterprises"
	Villages    Unit = "villages"
	Criteria    Unit = "criteria"
	Comparisons Unit = "comparisons"
	Programmes  Unit = "programmes"
	Cases       Unit = "cases"
	Persons     Unit = "persons"
	Contracts   Unit = "contracts"
	Bodies      Unit = "bodies"
	Visits      Unit = "visits"
	Leads       Unit = "leads"
	Policies    Unit = "policies"
	Events      Unit = "events"
	Points      Unit = "points" // of an appraisal, in hundredths
)

var unitLabels = map[Unit]string{
	Yuan: "元", YuanYear: "元/年", Ratio100: "%", M2: "平方米", Mu: "亩", None: "",
	Shops: "间", Projects: "个", Greenhouses: "栋", Elements: "个方面", Resources: "处", Enterprises: "家", Villages: "个村",
	Criteria: "条", Comparisons: "项", Programmes: "项", Cases: "件", Persons: "人", Contracts: "份", Bodies: "个",
	Visits: "次", Leads: "条", Policies: "项", Events: "场", Points: "分",
}

// Label is the unit in Chinese.
func (u Unit) Label() string {
	if l, ok := unitLabels[u]; ok {
		return l
	}
	return string(u)
}

// Known reports whether the unit exists.
func (u Unit) Known() bool { _, ok := unitLabels[u]; return ok }

// scale is how many of the stored integer make one of the unit.
func (u Unit) scale() int64 {
	switch u {
	case Yuan, YuanYear, Ratio100, Points:
		return 100
	case M2, Mu:
		return qty.One
	}
	return 1
}

// Exact writes a value exactly, with separators and without the unit: 1,108,600.00 or 10,600.
func (u Unit) Exact(v int64) string {
	switch u {
	case Yuan, YuanYear:
		return money.Fen(v).String()
	case M2, Mu:
		return qty.Qty{N: v, Unit: qty.M2}.Num()
	case Ratio100, Points:
		return trimZeros(strconv.FormatInt(v/100, 10) + "." + pad2(v%100))
	}
	return thousands(strconv.FormatInt(v, 10))
}

// Plain writes a value for CSV and JSON: no separators, in the unit (yuan, not fen).
func (u Unit) Plain(v int64) string { return strings.ReplaceAll(trimZeros(u.Exact(v)), ",", "") }

// Short writes a value for an overview: money in 万元 (亿元 from one hundred million), the rest exactly. It
// returns the number and its unit apart.
func (u Unit) Short(v int64) (num, unit string) {
	if u != Yuan && u != YuanYear {
		return u.Exact(v), u.Label()
	}
	per := strings.TrimPrefix(u.Label(), "元")
	switch a := money.Fen(v).Abs(); {
	case a >= 1e8*money.Yuan:
		return trimZeros(money.Fen(v / 1e4).Wan()), "亿元" + per
	case a >= 1e4*money.Yuan || a == 0:
		return money.Fen(v).Wan(), "万元" + per
	}
	return trimZeros(money.Fen(v).String()), "元" + per
}

// ParsePlain reads a value written in the unit ("1100000" yuan → fen). Decimals that the unit does not hold (half
// a shop) are Invalid.
func (u Unit) ParsePlain(s string) (int64, error) {
	f, err := money.Parse(s)
	if err != nil {
		return 0, err
	}
	n := int64(f) * u.scale() // money.Max times the largest scale still fits
	if n%100 != 0 {
		return 0, errs.New(errs.Invalid, "indicator.whole", "“%s”应填整数", s)
	}
	return n / 100, nil
}

func pad2(n int64) string {
	if n < 0 {
		n = -n
	}
	if n < 10 {
		return "0" + strconv.FormatInt(n, 10)
	}
	return strconv.FormatInt(n, 10)
}

func trimZeros(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

func thousands(s string) string {
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if neg {
		return "-" + s
	}
	return s
}
