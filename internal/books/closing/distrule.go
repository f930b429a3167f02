package closing

import (
	"cmp"
	"context"
	_ "embed" // the rules of the country
	"encoding/csv"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/registry/record"
)

// wholeRate is 100 % in the unit of rates, 1/100 of a per cent.
const wholeRate = 10_000

// DistRule says what a distribution keeps to in a place (收益分配规则): the least part of the income that is kept as
// 公积公益金, in 1/100 of a per cent; for how many days the plan is published before the meeting; which part of all who
// may vote must agree. A charter is such a rule of one village.
type DistRule struct {
	db.Row
	Name              string
	ReserveRate       int
	PublishDays       int
	AgreeNum, AgreeOf int
	Basis             string
	From, To          date.Date
}

var distRuleTable = &db.Table[DistRule]{
	Name: "distribution_rule",
	Cols: []string{"name", "reserve_rate", "publish_days", "agree_num", "agree_den", "basis", "valid_from", "valid_to"},
	Row:  func(r *DistRule) *db.Row { return &r.Row },
	Ptrs: func(r *DistRule) []any {
		return []any{&r.Name, &r.ReserveRate, &r.PublishDays, &r.AgreeNum, &r.AgreeOf, &r.Basis, &r.From, &r.To}
	},
}

func newDistRules(e *record.Env) *record.Noun[DistRule] {
	return record.Register(e, &record.Noun[DistRule]{
		Kind: "distribution_rule", Below: true, Label: "收益分配规则", Path: "/distribution-rules", Icon: "scale", Key: "name", Order: "region",
		Intro: "各地和各村章程对收益分配的要求：公积公益金至少提多少、方案会前公示几天、多少人同意才算通过；没有设定的按国家规定。",
		Table: distRuleTable,
		Title: func(r *DistRule) string { return r.Name },
		Fields: []field.Field[DistRule]{
			field.NewText("name", "名称", func(r *DistRule) *string { return &r.Name }).Req().List().Eg("示例村章程"),
			field.NewRegion("region", "适用地区", func(r *DistRule) *string { return &r.Region }).Req().Show(),
			RateField("reserve_rate", "公积公益金最低提取比例", func(r *DistRule) *int { return &r.ReserveRate }).List(),
			field.NewInt("publish_days", "会前公示天数", 0, 365, func(r *DistRule) *int { return &r.PublishDays }).In("天").List(),
			field.NewInt("agree_num", "同意人数至少（分子）", 0, 100, func(r *DistRule) *int { return &r.AgreeNum }).Help("三分之二填 2 和 3"),
			field.NewInt("agree_of", "占应到人数（分母）", 1, 100, func(r *DistRule) *int { return &r.AgreeOf }).Col("agree_den"),
			field.NewText("basis", "依据", func(r *DistRule) *string { return &r.Basis }).Req().List(),
			field.NewDay("from", "启用日期", func(r *DistRule) *date.Date { return &r.From }).Req().Col("valid_from").List(),
			field.NewDay("to", "停用日期", func(r *DistRule) *date.Date { return &r.To }).Col("valid_to").List(),
		},
		Check: func(r *DistRule) error {
			if r.AgreeNum > r.AgreeOf {
				return errs.OnField("agree_num", "分子不能大于分母")
			}
			return datesInOrder(r.From, r.To)
		},
		CheckTx: func(ctx context.Context, tx *db.Tx, _, r *DistRule) error {
			others, err := distRuleTable.All(ctx, tx, overlapping(tx.Tenant, r.Region, r.From, r.To).And("id <> ?", r.ID), "id")
			if err != nil || len(others) == 0 {
				return err
			}
			return errs.OnField("from", "这个地区已有规则“%s”（%s 起），日期重叠；请先给它填停用日期", others[0].Name, others[0].From)
		},
	})
}

// RateField is a percentage with up to two decimals, kept in 1/100 of a per cent.
func RateField[T any](name, label string, p func(*T) *int) field.Field[T] {
	f := field.NewInt(name, label, 0, wholeRate, p).In("%").Help("如 30 或 12.5")
	f.Get = func(v *T) string { return RateText(*p(v)) }
	f.Set = func(v *T, s string) error {
		r, err := ParseRate(s)
		if err != nil {
			return errs.OnField(name, "%s", errs.Message(err))
		}
		*p(v) = r
		return nil
	}
	return f
}

// RateText writes a rate in per cent: 3000 is "30", 1250 is "12.5".
func RateText(r int) string {
	return strings.TrimSuffix(strings.TrimRight(strconv.Itoa(r/100)+"."+strconv.Itoa(100 + r%100)[1:], "0"), ".")
}

// ParseRate reads a percentage: "30", "12.5", "12.5%"; empty is 0.
func ParseRate(s string) (int, error) {
	bad := errs.New(errs.Invalid, "rate", "“%s”不是百分比，请写成 30 或 12.5，最多两位小数，不超过 100", s)
	s = strings.TrimSpace(strings.TrimRight(strings.TrimSpace(s), "%％"))
	if s == "" {
		return 0, nil
	}
	whole, part, _ := strings.Cut(s, ".")
	if len(part) > 2 || len(whole) > 3 || whole == "" || strings.Trim(whole+part, "0123456789") != "" {
		return 0, bad
	}
	n, err := strconv.Atoi(whole + (part + "00")[:2])
	if err != nil || n > wholeRate {
		return 0, bad
	}
	return n, nil
}

//go:embed rules.csv
var distRulesCSV string

// national are the rules that hold where a county has set none: of the country, and samples of provinces.
var national = readDistRules(distRulesCSV)

func readDistRules(text string) []DistRule {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		panic("closing: rules: " + err.Error())
	}
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil {
			panic("closing: rules: " + err.Error())
		}
		return n
	}
	var out []DistRule
	for _, r := range rows[1:] {
		d := DistRule{
			Name: r[1], ReserveRate: number(r[2]), PublishDays: number(r[3]), AgreeNum: number(r[4]), AgreeOf: number(r[5]), Basis: r[6], From: date.Must(r[7]),
		}
		if r[8] != "" {
			d.To = date.Must(r[8])
		}
		d.Region, d.Sample = r[0], r[9] != ""
		out = append(out, d)
	}
	slices.SortStableFunc(out, func(a, b DistRule) int { return cmp.Compare(len(b.Region), len(a.Region)) })
	return out
}

// RuleAt is the rule on distributions that holds for a place on a day: its own, that of the nearest place above in the
// county, else the province's or the country's.
func RuleAt(ctx context.Context, q db.Q, tenant int64, place string, on date.Date) (*DistRule, error) {
	for at := place; len(code.Prefix(at)) >= countyDigits; at = code.Parent(at) {
		list, err := distRuleTable.All(ctx, q, inForce(tenant, at, on), "id")
		if err != nil {
			return nil, err
		}
		if len(list) > 0 {
			return &list[0], nil
		}
	}
	for i := range national {
		r := national[i]
		if strings.HasPrefix(place, r.Region) && !on.Before(r.From) && (r.To.IsZero() || !on.After(r.To)) {
			return &r, nil
		}
	}
	return nil, errs.New(errs.Invalid, "distribution.rule", "没有 %s 适用的收益分配规则，请在“收益分配规则”里设定", on)
}
