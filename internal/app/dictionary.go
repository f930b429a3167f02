package app

import (
	"fmt"
	"strings"

	"huicun/internal/registry/record"
)

// floor is a part of the dictionary: the kinds of record of one floor, under its title.
type floor struct {
	title string
	kinds []string
}

// floors groups the kinds as the code does; the dictionary puts a kind that no floor names at the end.
var floors = []floor{
	{"登记：谁、在哪里", []string{"party", "person", "person_role"}},
	{"账务：资产的清查、变动和处置", []string{"asset_change", "stocktake", "stocktake_line", "disposal", "asset_rule", "asset_funding", "village_outline", "asset_alteration"}},
	{"账务：账、资产、合同", []string{"books", "voucher", "entry_template", "recurring", "check_item", "file_type", "layout", "asset", "asset_unit", "asset_certificate", "depreciation", "contract", "stable_definition", "renewal_rule", "turnover", "contract_template", "work_order", "work_settlement", "member"}},
	{"一村一策", []string{"plan", "plan_measure", "plan_item", "plan_target", "plan_review"}},
	{"公开招租", []string{"letting_rule", "letting_threshold", "letting", "letting_step", "letting_bid", "letting_objection"}},
	{"建账、结账与收益分配", []string{"close_rule", "year_end", "distribution_rule", "distribution", "account_map", "migration"}},
	{"资金与预算", []string{
		"receipt_book", "receipt", "cash_deposit", "petty_cash", "petty_entry", "advance", "advance_entry", "cash_count", "fund_rule", "budget", "budget_line",
	}},
	{"应收与收款", []string{"rent_rule", "rent_run", "rent_item", "rent_receipt", "rent_writeoff", "rent_promise", "rent_notice"}},
	{"银行与付款", []string{
		"bank_account", "bank_import", "bank_line", "bank_reconciliation", "payment", "payment_line", "bank_rule", "bank_layout", "payment_layout",
	}},
	{"政策机制", []string{"policy", "policy_version", "award", "award_round", "award_line", "award_payment", "award_objection", "chamber", "chamber_member", "brand", "product", "event", "sale"}},
	{"联建机制", []string{"agreement", "agreement_party", "agreement_item", "joint", "joint_party", "joint_input", "joint_item", "joint_milestone", "joint_income"}},
	{"服务机制", []string{"lead", "lead_fact", "party_body", "body_meeting", "sla", "campaign", "visit", "request"}},
	{"书记项目", []string{"cycle", "criterion", "project", "measure", "milestone", "target", "next_step"}},
	{"数字、看板与公开", []string{"figure", "tier", "light_rule", "board", "showcase"}},
	{"预警", []string{"alert", "risk_rule", "related_person"}},
}

const dictionaryHead = `# 数据字典

本文由程序按各类记录的定义生成，请勿手工修改；更新方法：

    go test ./internal/app -run Dictionary -update

每类记录都有以下公共内容：所属地区（12 位区划代码）、版本号（防止两人同时修改互相覆盖）、
建立与修改的时间和人员、是否示例数据、备注（最多 4000 字）。有状态的记录只能通过所列操作改变状态。
“种类”一栏的代码用于命令行的导入和导出；表格的列名就是字段名，带单位的写作“字段（单位）”。
`

// Dictionary describes every kind of record with its fields and states, in Chinese Markdown.
func (a *App) Dictionary() string {
	var b strings.Builder
	b.WriteString(dictionaryHead)
	seen := map[string]bool{}
	for _, f := range floors {
		fmt.Fprintf(&b, "\n## %s\n", f.title)
		for _, kind := range f.kinds {
			if n, ok := a.Env.Noun(kind); ok {
				a.describe(&b, n.Info())
				seen[kind] = true
			}
		}
	}
	var rest []record.Info
	for _, n := range a.Env.Nouns() {
		if in := n.Info(); !seen[in.Kind] {
			rest = append(rest, in)
		}
	}
	if len(rest) > 0 {
		b.WriteString("\n## 其他\n")
	}
	for _, in := range rest {
		a.describe(&b, in)
	}
	return b.String()
}

func (a *App) describe(b *strings.Builder, in record.Info) {
	fmt.Fprintf(b, "\n### %s\n\n种类 `%s`，页面 `%s`。%s\n\n| 字段 | 名称 | 类型 | 填写 | 说明 |\n|---|---|---|---|---|\n", in.Label, in.Kind, in.Path, in.Intro)
	for _, c := range in.Columns {
		fmt.Fprintf(b, "| `%s` | %s | %s | %s | %s |\n", c.Name, cellText(c.Label), a.typeOf(c), entered(c), cellText(explained(c)))
	}
	if in.Machine != nil {
		fmt.Fprintf(b, "\n状态：\n\n```mermaid\n%s```\n", in.Machine.Mermaid())
	}
}

func (a *App) typeOf(c record.ColumnInfo) string {
	if c.RefTo == "" {
		return c.Kind
	}
	return c.Kind + "：" + a.KindLabel(c.RefTo)
}

func entered(c record.ColumnInfo) string {
	var out []string
	switch {
	case c.ReadOnly:
		out = append(out, "自动得出")
	case c.Required:
		out = append(out, "必填")
	}
	if c.Fixed {
		out = append(out, "建立后不能更改")
	}
	return strings.Join(out, "，")
}

// mostOptions is how many choices a cell names; a longer list is the catalogue's or another table's.
const mostOptions = 30

func explained(c record.ColumnInfo) string {
	var out []string
	if c.Help != "" {
		out = append(out, c.Help)
	}
	switch n := len(c.Options); {
	case n > mostOptions:
		out = append(out, fmt.Sprintf("共 %d 项，见页面上的选择列表", n))
	case n > 0:
		labels := make([]string, n)
		for i, o := range c.Options {
			labels[i] = o.Label + "（" + o.Code + "）"
		}
		out = append(out, "可选："+strings.Join(labels, "、"))
	}
	if c.Example != "" {
		out = append(out, "例："+c.Example)
	}
	return strings.Join(out, "。")
}

// cellText keeps a text within its cell.
func cellText(s string) string {
	return strings.NewReplacer("|", "\\|", "\n", " ").Replace(s)
}
