package indicator

import (
	"context"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/money"
	"huicun/internal/registry/record"
)

// Tier is one step of a ladder of village incomes (规模梯队). Inclusive says whether an income exactly at the
// boundary belongs to it.
type Tier struct {
	db.Row
	Set, Name string
	Lower     money.Fen
	Inclusive bool
	Tone      string
	From, To  date.Date
}

var tierTable = &db.Table[Tier]{
	Name: "tier",
	Cols: []string{"set_name", "name", "lower_fen", "inclusive", "tone", "valid_from", "valid_to"},
	Row:  func(t *Tier) *db.Row { return &t.Row },
	Ptrs: func(t *Tier) []any {
		return []any{&t.Set, &t.Name, &t.Lower, &t.Inclusive, &t.Tone, &t.From, &t.To}
	},
}

var tones = []field.Option{{Code: "red", Label: "红"}, {Code: "orange", Label: "橙"}, {Code: "green", Label: "绿"}, {Code: "azure", Label: "蓝"}, {Code: "grey", Label: "灰"}}

// NewTiers describes the noun.
func NewTiers(e *record.Env) *record.Noun[Tier] {
	return record.Register(e, &record.Noun[Tier]{
		Kind: "tier", Below: true, Label: "收入梯队", Path: "/tiers", Icon: "list-details", Key: "name", Order: "-lower_fen",
		Intro: "村级收入按规模分档的界线，可以按地区和年份调整。",
		Table: tierTable, Title: func(t *Tier) string { return t.Name },
		Fields: []field.Field[Tier]{
			field.NewText("name", "档次名称", func(t *Tier) *string { return &t.Name }).Req().List().Eg("500万元以上"),
			field.NewRegion("region", "适用地区", func(t *Tier) *string { return &t.Region }).Req().Show(),
			field.NewText("set", "梯队名称", func(t *Tier) *string { return &t.Set }).Req().Col("set_name").List().Eg("村级总收入"),
			field.NewMoney("lower", "下限", func(t *Tier) *money.Fen { return &t.Lower }).List(),
			field.NewBool("inclusive", "含下限", func(t *Tier) *bool { return &t.Inclusive }).List().Help("是：恰好等于下限也算；否：要超过下限"),
			field.NewEnum("tone", "颜色", tones, func(t *Tier) *string { return &t.Tone }),
			field.NewDay("from", "启用日期", func(t *Tier) *date.Date { return &t.From }).Req().Col("valid_from").List(),
			field.NewDay("to", "停用日期", func(t *Tier) *date.Date { return &t.To }).Col("valid_to").List(),
		},
		Check: func(t *Tier) error {
			if !t.To.IsZero() && t.To.Before(t.From) {
				return errs.OnField("to", "停用日期不能早于启用日期")
			}
			return nil
		},
	})
}

// TiersAt returns the ladder in force at a place on a day, highest first: its own, or that of the nearest place
// above.
func TiersAt(ctx context.Context, q db.Q, tenant int64, place string, on date.Date) ([]Tier, error) {
	for at := place; len(code.Prefix(at)) >= 6; at = code.Parent(at) {
		w := db.NewWhere(tenant).And("region = ?", at).And("valid_from <= ?", on).And("(valid_to = '' OR valid_to >= ?)", on)
		ts, err := tierTable.All(ctx, q, w, "lower_fen DESC, inclusive ASC, id")
		if err != nil || len(ts) > 0 {
			return ts, err
		}
	}
	return nil, nil
}

// Holds reports whether an amount is in the tier or above it.
func (t *Tier) Holds(v money.Fen) bool { return v > t.Lower || t.Inclusive && v == t.Lower }

// Ladder counts amounts by tier, highest first: Exclusive counts an amount in its highest tier only, Cumulative
// in every tier that it reaches; the last count is what reaches no tier.
func Ladder(tiers []Tier, amounts []money.Fen) (exclusive, cumulative []int) {
	exclusive, cumulative = make([]int, len(tiers)+1), make([]int, len(tiers)+1)
	for _, v := range amounts {
		top := len(tiers)
		for i := len(tiers) - 1; i >= 0; i-- {
			if tiers[i].Holds(v) {
				cumulative[i]++
				top = i
			}
		}
		exclusive[top]++
		if top == len(tiers) {
			cumulative[top]++
		}
	}
	return exclusive, cumulative
}
