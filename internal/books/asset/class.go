package asset

import (
	_ "embed" // the classes
	"encoding/csv"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/field"
)

// Class is a class of asset in three levels (01 固定资产, 0101 房屋, 010101 厂房). Life (months) and Residual (1/100 of a
// per cent) are proposed to new cards: the shortest lives of 企业所得税法实施条例 第六十条、第六十四条、第六十七条, and the
// residual of 5% of 村集体经济组织会计制度; the card decides.
type Class struct {
	Code, Name, Group string
	Life, Residual    int
}

// Path names a class with those above it: 固定资产／房屋／厂房.
func (c *Class) Path() string {
	var parts []string
	for n := 2; n <= len(c.Code); n += 2 {
		if up := ClassOf(c.Code[:n]); up != nil {
			parts = append(parts, up.Name)
		}
	}
	return strings.Join(parts, "／")
}

// classDigits is the length of the codes of the third level, which cards take.
const classDigits = 6

// Group says for one accounting system where the assets of some classes stand in the ledger: the account of their cost and
// that of what was depreciated, "" when they are not depreciated (the same account twice: written off directly). Depreciation
// begins Start months after the month of coming into use and ends Stop months after the month of leaving it. Checked says that
// these months were compared with the text of the accounting system or its sources: those of fixed assets were; the text of
// 财会〔2023〕14号 on intangible and biological assets was not at hand, so theirs follow the enterprises' standards.
type Group struct {
	Code, Name, Chart string
	Cost, Accumulated string
	Start, Stop       int
	Checked           bool
}

// LandEdition is the edition of the land classes, in force from LandFrom. Codes, names and the roll-up to 农用地, 建设用地 and
// 未利用地 were compared with public listings of the standard; the text of the standard itself was not at hand.
const LandEdition = "GB/T 21010-2017"

// LandFrom is the day from which the edition is in force.
var LandFrom = date.Must("2017-11-01")

// Land is one land class of 土地利用现状分类: 0103 旱地. Use is its place among 农用地, 建设用地 and 未利用地, "" on the first level.
type Land struct{ Code, Name, Use string }

var (
	//go:embed classes.csv
	classesCSV string
	//go:embed groups.csv
	groupsCSV string
	//go:embed charges.csv
	chargesCSV string
	//go:embed funding.csv
	fundingCSV string
	//go:embed ways.csv
	waysCSV string
	//go:embed land.csv
	landCSV string
	//go:embed outcomes.csv
	outcomesCSV string

	// Classes are the classes in the order of their codes.
	Classes = rows(classesCSV, func(r []string) Class { return Class{r[0], r[1], r[2], number(r[3]), number(r[4])} })
	// Groups are the places of classes in the ledger, by accounting system.
	Groups = rows(groupsCSV, func(r []string) Group {
		return Group{r[0], r[1], r[2], r[3], r[4], number(r[5]), number(r[6]), r[7] == "yes"}
	})
	// Lands are the land classes in the order of their codes.
	Lands = rows(landCSV, func(r []string) Land { return Land{r[0], r[1], r[2]} })
	// Fundings are where the money for an asset came from.
	Fundings = rows(fundingCSV, option)
	// Ways are how an asset was acquired.
	Ways = rows(waysCSV, option)

	outcomes = rows(outcomesCSV, func(r []string) Outcome { return Outcome{r[0], r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9]} })

	charges = rows(chargesCSV, func(r []string) [3]string { return [3]string{r[0], r[1], r[2]} })
)

func rows[T any](text string, read func([]string) T) []T {
	list, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		panic("asset: embedded table: " + err.Error())
	}
	var out []T
	for _, r := range list[1:] {
		out = append(out, read(r))
	}
	return out
}

func number(s string) int {
	if s == "" {
		return 0
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		panic("asset: embedded table: " + err.Error())
	}
	return n
}

func option(r []string) field.Option { return field.Option{Code: r[0], Label: r[1]} }

// ClassOf returns a class of any level by its code, nil when there is none.
func ClassOf(code string) *Class {
	if i := slices.IndexFunc(Classes, func(c Class) bool { return c.Code == code }); i >= 0 {
		return &Classes[i]
	}
	return nil
}

// GroupOf says where the assets of a class stand in the ledgers of an accounting system; nil for an unknown class.
func GroupOf(class, chart string) *Group {
	c := ClassOf(class)
	if c == nil {
		return nil
	}
	if i := slices.IndexFunc(Groups, func(g Group) bool { return g.Code == c.Group && g.Chart == chart }); i >= 0 {
		return &Groups[i]
	}
	return nil
}

// chargeAccount is the account that bears a charge in an accounting system.
func chargeAccount(charge, chart string) string {
	for _, c := range charges {
		if c[0] == charge && c[1] == chart {
			return c[2]
		}
	}
	return ""
}

// Depreciated reports whether assets of a class are depreciated: in every accounting system the same.
func Depreciated(class string) bool {
	c := ClassOf(class)
	return c != nil && slices.ContainsFunc(Groups, func(g Group) bool { return g.Code == c.Group && g.Accumulated != "" })
}

// coded is an Enum over a coded table, whose labels carry the code: people and sheets may give either, or the name alone
// where it is the only one of that name.
func coded[T any](name, label string, opts []field.Option, names map[string]string, p func(*T) *string) field.Field[T] {
	f := field.NewEnum(name, label, opts, p)
	set := f.Set
	f.Set = func(v *T, s string) error {
		if code := names[strings.TrimSpace(s)]; code != "" {
			s = code
		}
		return set(v, s)
	}
	return f
}

// ClassField describes a class of asset, of the third level.
func ClassField[T any](p func(*T) *string) field.Field[T] {
	var opts []field.Option
	names := map[string]string{}
	for i := range Classes {
		if c := &Classes[i]; len(c.Code) == classDigits {
			opts = append(opts, field.Option{Code: c.Code, Label: c.Path()})
			names[c.Name] = c.Code
		}
	}
	return coded("class", "资产分类", opts, names, p)
}

func landField(p func(*Asset) *string) field.Field[Asset] {
	var opts []field.Option
	names := map[string]string{}
	for _, l := range Lands {
		if l.Use != "" {
			opts = append(opts, field.Option{Code: l.Code, Label: l.Code + " " + l.Name})
			names[l.Name] = l.Code
		}
	}
	return coded("land_class", "地类", opts, names, p)
}
