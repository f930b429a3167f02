package closing

import (
	"context"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/registry/record"
)

// Rule says for a place what a check does to the closing (结账检查规则).
type Rule struct {
	db.Row
	No, Code string
	Level    string
	Basis    string
	From, To date.Date
}

// Levels are the levels with their Chinese names.
var Levels = []field.Option{
	{Code: string(Block), Label: "不通过不能结账", Tone: "red"}, {Code: string(Warn), Label: "提示", Tone: "orange"}, {Code: string(Off), Label: "不检查", Tone: "grey"},
}

var ruleTable = &db.Table[Rule]{
	Name: "close_rule",
	Cols: []string{"no", "code", "level", "basis", "valid_from", "valid_to"},
	Row:  func(r *Rule) *db.Row { return &r.Row },
	Ptrs: func(r *Rule) []any { return []any{&r.No, &r.Code, &r.Level, &r.Basis, &r.From, &r.To} },
}

func newRules(e *record.Env, checks []Checker) *record.Noun[Rule] {
	var opts []field.Option
	for _, c := range checks {
		opts = append(opts, field.Option{Code: c.Info().Code, Label: c.Info().Label})
	}
	return record.Register(e, &record.Noun[Rule]{
		Kind: "close_rule", Below: true, Label: "结账检查规则", Path: "/close-rules", Icon: "list-check", Key: "no", Order: "no",
		Intro: "每项结账检查都有默认要求；本地要求不同的在这里按地区和日期设定：不通过不能结账、只提示，或不检查。",
		Table: ruleTable,
		Title: func(r *Rule) string { return field.LabelOf(opts, r.Code) + "：" + field.LabelOf(Levels, r.Level) },
		Series: func(*Rule) string {
			return "JZGZ"
		},
		Fields: []field.Field[Rule]{
			field.NewText("no", "编号", func(r *Rule) *string { return &r.No }).Fix().List().Help("不填自动编号"),
			field.NewRegion("region", "适用地区", func(r *Rule) *string { return &r.Region }).Req().Show(),
			field.NewEnum("code", "检查项目", opts, func(r *Rule) *string { return &r.Code }).Req().List().Filter(),
			field.NewEnum("level", "要求", Levels, func(r *Rule) *string { return &r.Level }).Req().List().Filter(),
			field.NewText("basis", "依据", func(r *Rule) *string { return &r.Basis }).List(),
			field.NewDay("from", "启用日期", func(r *Rule) *date.Date { return &r.From }).Req().Col("valid_from").List(),
			field.NewDay("to", "停用日期", func(r *Rule) *date.Date { return &r.To }).Col("valid_to").List(),
		},
		Check: func(r *Rule) error { return datesInOrder(r.From, r.To) },
		CheckTx: func(ctx context.Context, tx *db.Tx, _, r *Rule) error {
			others, err := ruleTable.All(ctx, tx, overlapping(tx.Tenant, r.Region, r.From, r.To).And("code = ?", r.Code).And("id <> ?", r.ID), "id")
			if err != nil || len(others) == 0 {
				return err
			}
			return errs.OnField("from", "这个地区的同一项目已有规则 %s（%s 起），日期重叠；请先给它填停用日期", others[0].No, others[0].From)
		},
	})
}

func datesInOrder(from, to date.Date) error {
	if !to.IsZero() && to.Before(from) {
		return errs.OnField("to", "停用日期不能早于启用日期（%s）", from)
	}
	return nil
}

// overlapping chooses the rules of exactly one place that are in force on some day of a time (to none: without end).
func overlapping(tenant int64, region string, from, to date.Date) *db.Where {
	w := db.NewWhere(tenant).And("region = ?", region).And("(valid_to = '' OR valid_to >= ?)", from)
	if !to.IsZero() {
		w.And("valid_from <= ?", to)
	}
	return w
}

// inForce chooses the rules of exactly one place that hold on a day.
func inForce(tenant int64, region string, on date.Date) *db.Where {
	return db.NewWhere(tenant).And("region = ?", region).And("valid_from <= ?", on).And("(valid_to = '' OR valid_to >= ?)", on)
}

// levelsAt are the levels set for a place on a day: its own, else those of the nearest place above, check by check.
func levelsAt(ctx context.Context, q db.Q, tenant int64, place string, on date.Date) (map[string]Level, error) {
	out := map[string]Level{}
	for at := place; len(code.Prefix(at)) >= countyDigits; at = code.Parent(at) {
		list, err := ruleTable.All(ctx, q, inForce(tenant, at, on), "id")
		if err != nil {
			return nil, err
		}
		for i := range list {
			if _, nearer := out[list[i].Code]; !nearer {
				out[list[i].Code] = Level(list[i].Level)
			}
		}
	}
	return out, nil
}

// countyDigits is how long the code of a county is: rules of larger places belong to no county's data.
const countyDigits = 6
