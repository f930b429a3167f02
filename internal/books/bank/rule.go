package bank

import (
	"cmp"
	"context"

	"huicun/internal/kit/code"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/registry/record"
)

// Rule is what a place decides about its bank accounts, about matching and about payments. Days are calendar days,
// scores points of a hundred.
type Rule struct {
	db.Row
	Name string
	// OneBasic: books have one basic account (基本存款账户). HolderMatch: an account is in the name of the books' entity, so
	// that there is no personal one. ApproverApart: who approves a payment is not who checked it.
	OneBasic, HolderMatch, ApproverApart bool
	// DupDays is how far back a payment of the same amount to the same payee asks for a reason.
	DupDays int
	// WindowDays is how far a statement line and an entry may lie apart; EarlyDays how far before the first statement
	// entries are offered that the bank had not yet seen.
	WindowDays, EarlyDays                                     int
	AmountScore, DayScore, SerialScore, PartyScore, TextScore int
	// AutoScore is from where a match is certain, ShowScore from where it is suggested; GroupMost how many lines or
	// entries a sum may be made of.
	AutoScore, ShowScore, GroupMost int
	// WarnDays and LateDays are from when an item in transit is shown as a warning, and as overdue.
	WarnDays, LateDays int
}

var ruleTable = &db.Table[Rule]{
	Name: "bank_rule",
	Cols: []string{
		"name", "one_basic", "holder_match", "approver_apart", "dup_days", "window_days", "early_days", "amount_score", "day_score", "serial_score",
		"party_score", "text_score", "auto_score", "show_score", "group_most", "warn_days", "late_days",
	},
	Row: func(r *Rule) *db.Row { return &r.Row },
	Ptrs: func(r *Rule) []any {
		return []any{
			&r.Name, &r.OneBasic, &r.HolderMatch, &r.ApproverApart, &r.DupDays, &r.WindowDays, &r.EarlyDays, &r.AmountScore, &r.DayScore, &r.SerialScore,
			&r.PartyScore, &r.TextScore, &r.AutoScore, &r.ShowScore, &r.GroupMost, &r.WarnDays, &r.LateDays,
		}
	},
}

// most bounds days and scores that people enter.
const (
	mostDays  = 3660
	mostScore = 100
	mostGroup = 12
)

func newRules(e *record.Env) *record.Noun[Rule] {
	days := func(name, label, help string, p func(*Rule) *int) field.Field[Rule] {
		return field.NewInt(name, label, 0, mostDays, p).In("天").Help(help)
	}
	score := func(name, label, help string, p func(*Rule) *int) field.Field[Rule] {
		return field.NewInt(name, label, 0, mostScore, p).In("分").Help(help)
	}
	return record.Register(e, &record.Noun[Rule]{
		Kind: "bank_rule", Below: true, Label: "银行与付款规则", Path: "/bank-rules", Icon: "settings", Key: "name", Order: "name",
		Intro: "银行账户、对账和付款的规则；各地可以自定，没有自定的用上级的，都没有时用系统默认的。",
		Table: ruleTable,
		Title: func(r *Rule) string { return r.Name },
		Fields: []field.Field[Rule]{
			field.NewText("name", "名称", func(r *Rule) *string { return &r.Name }).Req().List().Eg("八桥镇银行与付款规则"),
			field.NewRegion("region", "适用地区", func(r *Rule) *string { return &r.Region }).Req().Show(),
			field.NewBool("one_basic", "一个账套只设一个基本户", func(r *Rule) *bool { return &r.OneBasic }).List(),
			field.NewBool("holder_match", "户名须与账套单位一致", func(r *Rule) *bool { return &r.HolderMatch }).List().Help("防止公款存入个人账户"),
			field.NewBool("approver_apart", "付款审批人须与复核人不同", func(r *Rule) *bool { return &r.ApproverApart }).Help("制单人、复核人、放款人在任何情况下都须是三个人"),
			days("dup_days", "重复付款检查", "往前多少天内同一收款人、同一金额的付款须说明理由", func(r *Rule) *int { return &r.DupDays }).List(),
			days("window_days", "对账日期窗口", "银行流水与分录的日期相差不超过多少天才可能是同一笔", func(r *Rule) *int { return &r.WindowDays }).List(),
			days("early_days", "启用前分录", "首份对账单之前多少天内的分录也可拿来核对", func(r *Rule) *int { return &r.EarlyDays }),
			score("amount_score", "金额相同得分", "", func(r *Rule) *int { return &r.AmountScore }),
			score("day_score", "日期相同得分", "日期相差越多得分越少", func(r *Rule) *int { return &r.DayScore }),
			score("serial_score", "流水号相符得分", "", func(r *Rule) *int { return &r.SerialScore }),
			score("party_score", "对方户名相符得分", "", func(r *Rule) *int { return &r.PartyScore }),
			score("text_score", "摘要相近得分", "", func(r *Rule) *int { return &r.TextScore }),
			score("auto_score", "自动核对分数线", "达到这个分数且只有一种可能时自动核对", func(r *Rule) *int { return &r.AutoScore }).List(),
			score("show_score", "建议分数线", "达到这个分数才作为建议列出", func(r *Rule) *int { return &r.ShowScore }).List(),
			field.NewInt("group_most", "合并核对最多笔数", 2, mostGroup, func(r *Rule) *int { return &r.GroupMost }).In("笔").Help("一笔对多笔时最多由几笔合成"),
			days("warn_days", "未达账项提醒", "未达账项超过多少天提醒", func(r *Rule) *int { return &r.WarnDays }).List(),
			days("late_days", "未达账项超期", "未达账项超过多少天算超期", func(r *Rule) *int { return &r.LateDays }).List(),
		},
		Prepare: func(_ context.Context, _ db.Q, _ int64, r *Rule) error {
			if r.AmountScore+r.DayScore+r.SerialScore+r.PartyScore+r.TextScore == 0 { // a rule that says nothing of matching
				d := &defaultRule
				r.AmountScore, r.DayScore, r.SerialScore, r.PartyScore, r.TextScore = d.AmountScore, d.DayScore, d.SerialScore, d.PartyScore, d.TextScore
				r.WindowDays, r.AutoScore, r.ShowScore, r.GroupMost = cmp.Or(r.WindowDays, d.WindowDays), cmp.Or(r.AutoScore, d.AutoScore), cmp.Or(r.ShowScore, d.ShowScore), cmp.Or(r.GroupMost, d.GroupMost)
			}
			return nil
		},
		Check: func(r *Rule) error {
			var l errs.List
			if r.LateDays < r.WarnDays {
				l.Add("late_days", "超期的天数不能少于提醒的天数（%d 天）", r.WarnDays)
			}
			if r.AutoScore < r.ShowScore {
				l.Add("auto_score", "自动核对分数线不能低于建议分数线（%d 分）", r.ShowScore)
			}
			if r.GroupMost < 2 {
				l.Add("group_most", "应在 2 到 %d 之间", mostGroup)
			}
			return l.Err()
		},
		CheckTx: func(ctx context.Context, tx *db.Tx, _, r *Rule) error {
			n, err := ruleTable.Count(ctx, tx, db.NewWhere(tx.Tenant).And("region = ?", r.Region).And("id <> ?", r.ID), 1)
			if err == nil && n > 0 {
				return errs.OnField("region", "这个地区已经有规则，请直接修改它")
			}
			return err
		},
	})
}

// RuleAt returns the rule that a place goes by: its own, that of the nearest place above, or what comes with the program.
func RuleAt(ctx context.Context, q db.Q, tenant int64, place string) (*Rule, error) {
	var chain []string
	for c := place; len(code.Prefix(c)) >= 6; c = code.Parent(c) {
		chain = append(chain, c)
	}
	if len(chain) > 0 {
		list, err := ruleTable.All(ctx, q, db.In(db.NewWhere(tenant), "region", chain), "region")
		if err != nil {
			return nil, err
		}
		for _, c := range chain {
			for i := range list {
				if list[i].Region == c {
					return &list[i], nil
				}
			}
		}
	}
	r := defaultRule
	return &r, nil
}
