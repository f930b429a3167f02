package asset

import (
	"context"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/field"
	"huicun/internal/kit/money"
	"huicun/internal/registry/record"
)

// Rule is what a place settles about property from a day on (资产管理规则). It holds below the place too; what is 0 in it is
// settled by the places above, and by nobody when they are silent as well.
type Rule struct {
	db.Row
	Name string
	From date.Date
	Terms
}

// Terms are what a rule settles: how many days a disposal is published, from which book value on an asset is appraised
// before it is disposed of, after how many days without a contract it counts as idle, and how many days before its end a
// certificate is pointed out.
type Terms struct {
	PublishDays     int
	ValueFrom       money.Fen
	IdleDays        int
	CertificateDays int
	// ApproveFrom is the value from which on another person approves an alteration of a card.
	ApproveFrom money.Fen
}

var ruleTable = &db.Table[Rule]{
	Name: "asset_rule",
	Cols: []string{"name", "from_date", "publish_days", "value_from_fen", "idle_days", "certificate_days", "approve_from_fen"},
	Row:  func(r *Rule) *db.Row { return &r.Row },
	Ptrs: func(r *Rule) []any {
		return []any{&r.Name, &r.From, &r.PublishDays, &r.ValueFrom, &r.IdleDays, &r.CertificateDays, &r.ApproveFrom}
	},
}

// mostDays bounds the times that a rule may name.
const mostDays = 3660

// NewRules describes the noun "asset_rule".
func NewRules(e *record.Env) *record.Noun[Rule] {
	return record.Register(e, &record.Noun[Rule]{
		Kind: "asset_rule", Label: "资产管理规则", Path: "/asset-rules", Icon: "scale", Key: "name", Order: "region", Below: true,
		Intro:  "处置公示、评估和闲置的期限与标准。镇里定的各村都执行；某村另有规定的，为那个村单独登记一条。",
		Table:  ruleTable,
		Title:  func(r *Rule) string { return r.Name },
		Detail: func(r *Rule) string { return r.From.Chinese() + "起执行" },
		Fields: []field.Field[Rule]{
			field.NewText("name", "名称", func(r *Rule) *string { return &r.Name }).Req().List().Eg("八桥镇村级资产管理规定"),
			field.NewRegion("region", "适用地区", func(r *Rule) *string { return &r.Region }).Req().List(),
			field.NewDay("from", "执行日期", func(r *Rule) *date.Date { return &r.From }).Req().Col("from_date").List().Help("从这一天起执行，直到同一地区有更晚的规则"),
			field.NewInt("publish_days", "处置公示天数", 0, mostDays, func(r *Rule) *int { return &r.PublishDays }).In("天").List().Help("以下各项留空或填 0，表示按上级地区的规则；上级也没有的不作要求"),
			field.NewMoney("value_from", "处置前评估的起点", func(r *Rule) *money.Fen { return &r.ValueFrom }).Col("value_from_fen").List().Help("净值达到这个数的资产，处置前应当评估"),
			field.NewInt("idle_days", "闲置天数", 0, mostDays, func(r *Rule) *int { return &r.IdleDays }).In("天").List().Help("没有合同、没有自用超过这个天数的，列入闲置清单"),
			field.NewInt("certificate_days", "证书到期提醒", 0, mostDays, func(r *Rule) *int { return &r.CertificateDays }).In("天").List().Help("到期前多少天列入提醒"),
			field.NewMoney("approve_from", "变动审批的起点", func(r *Rule) *money.Fen { return &r.ApproveFrom }).Help("改扩建、评估、拆分、合并等变动涉及的价值达到这个数的，须由他人批准"),
		},
	})
}

// TermsAt is what holds at a place on a day: the latest rule of the place, completed by those of the places above it.
func TermsAt(ctx context.Context, q db.Q, tenant int64, place string, day date.Date) (Terms, error) {
	list, err := ruleTable.All(ctx, q, db.NewWhere(tenant), "region DESC, from_date DESC, id DESC")
	var t Terms
	seen := map[string]bool{}
	for i := range list {
		r := &list[i]
		if r.From.After(day) || seen[r.Region] || !code.Within(place, r.Region) {
			continue
		}
		seen[r.Region] = true
		fill(&t.PublishDays, r.PublishDays)
		fill(&t.ValueFrom, r.ValueFrom)
		fill(&t.IdleDays, r.IdleDays)
		fill(&t.CertificateDays, r.CertificateDays)
		fill(&t.ApproveFrom, r.ApproveFrom)
	}
	return t, err
}

// fill takes a value over where none stands yet; nearer places come first, since their codes are the longer prefixes.
func fill[N int | money.Fen](to *N, v N) {
	if *to == 0 {
		*to = v
	}
}
