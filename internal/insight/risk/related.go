package risk

import (
	"context"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// Related is a person or firm with an interest (利害关系人): an officer, an officer's near relative, or a firm that one of
// them controls. The citizen number is sealed; its index finds the same person among those on record.
type Related struct {
	db.Row
	No, Name, Officer, Relation string
	Party                       ids.ID
	IDSealed, IDIndex           string
	From, To                    date.Date
}

// Relations are the ways of being related (农村集体经济组织法 第三十五条).
var Relations = []field.Option{
	{Code: "self", Label: "本人"}, {Code: "spouse", Label: "配偶"}, {Code: "parent", Label: "父母"}, {Code: "child", Label: "子女及其配偶"},
	{Code: "sibling", Label: "兄弟姐妹"}, {Code: "other", Label: "其他近亲属"}, {Code: "firm", Label: "控制的企业"},
}

var relatedTable = &db.Table[Related]{
	Name: "related_person",
	Cols: []string{"no", "name", "officer", "relation", "party_id", "id_no_sealed", "id_no_index", "from_date", "to_date"},
	Row:  func(r *Related) *db.Row { return &r.Row },
	Ptrs: func(r *Related) []any {
		return []any{&r.No, &r.Name, &r.Officer, &r.Relation, &r.Party, &r.IDSealed, &r.IDIndex, &r.From, &r.To}
	},
}

// NewRelated describes the noun.
func NewRelated(e *record.Env) *record.Noun[Related] {
	idNo := field.NewSealed("id_no", "公民身份号码", func(r *Related) *string { return &r.IDSealed }).Help("加密保存，只显示首尾；填了可查出他（她）任职的单位")
	idNo.Set = func(r *Related, s string) error {
		c, err := code.Citizen(s)
		if err != nil {
			return errs.OnField("id_no", "%s", errs.Message(err))
		}
		r.IDIndex = party.CitizenIndex(e.Box, c)
		return nil
	}
	return record.Register(e, &record.Noun[Related]{
		Kind: "related_person", Label: "利害关系人", Path: "/related-persons", Icon: "users-group", Key: "no", Order: "region",
		Intro:  "登记村干部及其近亲属、由他们控制的企业。本村与他们签合同、付款时会预警，提醒按规定回避和公开。",
		Table:  relatedTable,
		Title:  func(r *Related) string { return r.Name },
		Detail: func(r *Related) string { return r.No + " " + r.Officer + " " + field.LabelOf(Relations, r.Relation) },
		Series: func(*Related) string { return "GX" },
		Fields: []field.Field[Related]{
			field.NewText("no", "编号", func(r *Related) *string { return &r.No }).Fix().List().Help("留空自动编号"),
			field.NewText("name", "姓名（名称）", func(r *Related) *string { return &r.Name }).Req().List(),
			field.NewRegion("region", "所在村", func(r *Related) *string { return &r.Region }).Req().List(),
			field.NewText("officer", "村干部", func(r *Related) *string { return &r.Officer }).Req().List().Help("姓名和职务"),
			field.NewEnum("relation", "关系", Relations, func(r *Related) *string { return &r.Relation }).Req().List().Filter(),
			field.NewRef("party", "单位", "party", func(r *Related) *ids.ID { return &r.Party }).Show().Help("控制的企业，或以农户（个体）登记的本人"),
			idNo,
			field.NewDay("from", "起始日期", func(r *Related) *date.Date { return &r.From }).Req().Col("from_date").List(),
			field.NewDay("to", "结束日期", func(r *Related) *date.Date { return &r.To }).Col("to_date").Help("不再担任村干部的日期"),
		},
		Check: func(r *Related) error {
			if r.IDSealed == "" {
				r.IDIndex = ""
			}
			if !r.To.IsZero() && r.To.Before(r.From) {
				return errs.OnField("to", "结束日期不能早于起始日期（%s）", r.From)
			}
			return nil
		},
	})
}

// relatedOn lists who is related in some places on some day from one day to another.
func relatedOn(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, from, to date.Date) ([]Related, error) {
	return relatedTable.All(ctx, q, db.NewWhere(tenant).Ranges("region", ranges).And("from_date <= ?", to).And("(to_date = '' OR to_date >= ?)", from), "region, no")
}
