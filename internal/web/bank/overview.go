package bank

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"huicun/internal/books/bank"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/money"
	"huicun/internal/registry/record"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// mostAccounts is how many accounts are looked at together; a wider scope is asked to be narrowed.
const mostAccounts = 300

// standings looks at the accounts of the scope on the day that is looked at.
func (p *pages) standings(c *shell.Ctx) ([]bank.Standing, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, err
	}
	page, total, err := p.s.Accounts.List(c.Context(), c.Who, tenant, record.Filter{Scope: c.Scope, Page: db.Paging{Sort: "region", Limit: mostAccounts}})
	if err != nil {
		return nil, err
	}
	if total > mostAccounts {
		return nil, errs.New(errs.Invalid, "scope.wide", "这里有 %d 个银行账户，请在上方选一个镇或村再看", total)
	}
	var out []bank.Standing
	for i := range page.Items {
		st, err := p.s.StandingOf(c.Context(), p.read(), &page.Items[i], c.AsOf)
		if err != nil {
			return nil, err
		}
		out = append(out, *st)
	}
	return out, nil
}

// overview lists the accounts of the scope with what is to be done.
func (p *pages) overview(c *shell.Ctx) error {
	list, err := p.standings(c)
	if err != nil {
		return err
	}
	t := ui.Table{Caption: "银行账户", Unit: "元", Columns: []ui.Column{
		{Label: "银行账户"}, {Label: "账面余额", Align: ui.Right}, {Label: "银行余额", Align: ui.Right}, {Label: "对账单到", Nowrap: true}, {Label: "待核对"}, {Label: "未达账项"}, {Label: "未确认调节表"},
	}, Empty: &ui.EmptyView{Icon: "wallet", Title: "这里还没有银行账户", Text: "先登记账套的银行账户，再导入银行对账单。"}}
	if c.Who.CanSome(accountEdit) {
		t.Empty.Buttons = []ui.Button{{Label: "登记银行账户", Icon: "plus", Href: "/bank-accounts/new", Style: ui.Primary}}
	}
	var book, banked money.Fen
	open, late, waiting := 0, 0, 0
	for i := range list {
		st := &list[i]
		t.Rows = append(t.Rows, p.overviewRow(c, st))
		if st.Position != nil {
			book, banked = book+st.Position.Book, banked+st.Position.Bank
			waiting += len(st.Position.Items)
		}
		open, late = open+len(st.Open), late+st.Late
	}
	if len(list) > 1 {
		t.Foot = []ui.Cell{ui.T("合计"), signed(book), signed(banked), {Span: 4}}
	}
	v := c.PageOf("银行对账")
	v.Subtitle = c.ScopeName() + " · 截至 " + c.AsOf.String()
	v.Actions = ui.Buttons(ui.Button{Label: "银行账户", Icon: "wallet", Href: "/bank-accounts"}, ui.Button{Label: "未达账项账龄", Icon: "clock", Href: "/bank/ageing"}, ui.Button{Label: "余额调节表", Icon: "scale", Href: "/bank-reconciliations"})
	stats := []ui.StatView{
		{Label: "银行账户", Value: strconv.Itoa(len(list)), Unit: "个", Href: "/bank-accounts"},
		{Label: "未达账项", Value: strconv.Itoa(waiting), Unit: "笔", Href: "/bank/ageing"},
		{Label: "超期未达", Value: strconv.Itoa(late), Unit: "笔", Kind: warnKind(late, ui.Red), Href: "/bank/ageing"},
		{Label: "未确认的调节表", Value: strconv.Itoa(open), Unit: "月", Kind: warnKind(open, ui.Orange), Href: "/bank-reconciliations"},
	}
	return c.Page(v, overviewBody(stats, t))
}

func warnKind(n int, k ui.Kind) ui.Kind {
	if n == 0 {
		return ""
	}
	return k
}

func (p *pages) overviewRow(c *shell.Ctx, st *bank.Standing) ui.Row {
	a := &st.Account
	first := ui.Cell{Text: a.Name, Sub: c.RegionName(a.Region) + " · " + field.LabelOf(bank.AccountKinds, a.Kind)}
	if a.Sample {
		first.Badges = []ui.BadgeView{{Text: "示例", Kind: ui.Grey}}
	}
	r := ui.Row{Href: accountPath(a.ID), Cells: []ui.Cell{first}}
	if st.Position == nil {
		r.Cells = append(r.Cells, ui.Cell{}, ui.Cell{}, ui.Cell{Text: "还没有对账单", Muted: true})
		if c.Who.Can(importEdit, a.Region) {
			r.Cells[3].Href = accountPath(a.ID) + "/statement"
		}
		r.Cells = append(r.Cells, ui.Cell{}, ui.Cell{}, ui.Cell{})
		return r
	}
	x := st.Position
	r.Cells = append(r.Cells, signed(x.Book), signed(x.Bank), ui.T(x.LastLine.String()))
	toMatch := ui.Cell{Text: "已核对完", Muted: true}
	if n := len(x.Items); n > 0 {
		toMatch = ui.Cell{Text: count(n, "笔"), Href: accountPath(a.ID) + "/match"}
	}
	aged := ui.Cell{Text: "—", Muted: true}
	switch {
	case st.Late > 0:
		aged = ui.Cell{Text: fmt.Sprintf("%d 笔超过 %d 天", st.Late, st.Rule.LateDays), Kind: ui.Red, Href: "/bank/ageing"}
		r.Kind = ui.Red
	case st.Warn > 0:
		aged = ui.Cell{Text: fmt.Sprintf("%d 笔超过 %d 天", st.Warn, st.Rule.WarnDays), Kind: ui.Orange, Href: "/bank/ageing"}
		r.Kind = ui.Orange
	}
	months := ui.Cell{Text: "都已确认", Muted: true}
	if n := len(st.Open); n > 0 {
		months = ui.Cell{Text: count(n, "个月"), Sub: "从 " + st.Open[0].Chinese(), Href: accountPath(a.ID) + "/reconciliation?month=" + st.Open[0].String()}
	}
	r.Cells = append(r.Cells, toMatch, aged, months)
	return r
}

// ageing lists the items in transit of the scope, the oldest first.
func (p *pages) ageing(c *shell.Ctx) error {
	list, err := p.standings(c)
	if err != nil {
		return err
	}
	t := ui.Table{Caption: "未达账项", Unit: "元", Columns: []ui.Column{
		{Label: "日期", Nowrap: true}, {Label: "银行账户"}, {Label: "未达类型"}, {Label: "摘要"}, {Label: "凭证号（流水号）", Nowrap: true}, {Label: "金额", Align: ui.Right}, {Label: "天数", Align: ui.Right},
	}, Empty: &ui.EmptyView{Icon: "circle-check", Title: "没有未达账项", Text: "银行流水和账面都已核对。"}}
	var fresh, warn, late money.Fen
	type row struct {
		days int
		r    ui.Row
	}
	var rows []row
	for i := range list {
		st := &list[i]
		f, w, l := st.Buckets()
		fresh, warn, late = fresh+f, warn+w, late+l
		for _, x := range st.Items {
			r := ui.Row{Cells: []ui.Cell{
				ui.T(x.Day.String()), {Text: st.Account.Name, Href: accountPath(st.Account.ID) + "/match"}, ui.T(listLabel(x.List)), ui.T(x.Title), itemLink(&x.Item), ui.T(x.Fen.String()), ui.T(strconv.Itoa(x.Days)),
			}}
			switch {
			case x.Late:
				r.Kind = ui.Red
			case x.Warn:
				r.Kind = ui.Orange
			}
			rows = append(rows, row{x.Days, r})
		}
	}
	slices.SortStableFunc(rows, func(a, b row) int { return b.days - a.days })
	for _, r := range rows {
		t.Rows = append(t.Rows, r.r)
	}
	var stats []ui.StatView
	if len(list) > 0 {
		rule := list[0].Rule
		stats = []ui.StatView{
			{Label: fmt.Sprintf("%d 天以内", rule.WarnDays), Value: fresh.String(), Unit: "元"},
			{Label: fmt.Sprintf("%d 至 %d 天", rule.WarnDays+1, rule.LateDays), Value: warn.String(), Unit: "元", Kind: warnKind(int(min(warn, 1)), ui.Orange)},
			{Label: fmt.Sprintf("超过 %d 天", rule.LateDays), Value: late.String(), Unit: "元", Kind: warnKind(int(min(late, 1)), ui.Red)},
		}
	}
	v := c.PageOf("未达账项账龄", ui.Link{Label: "银行对账", Href: "/bank"}, ui.Link{Label: "账龄"})
	v.Subtitle = c.ScopeName() + " · 截至 " + c.AsOf.String()
	v.Actions = ui.PrintButton()
	return c.Page(v, overviewBody(stats, t))
}

func listLabel(code string) string {
	for _, l := range bank.ItemLists {
		if l.Code == code {
			return l.Label
		}
	}
	return code
}

// itemLink leads to the line or the voucher of an item.
func itemLink(x *bank.Item) ui.Cell {
	c := ui.Cell{Text: x.DocNo}
	switch {
	case x.Line != 0:
		c.Href = "/bank-lines/" + x.Line.String()
	case x.Voucher != 0:
		c.Href = "/vouchers/" + x.Voucher.String()
	}
	return c
}

func (p *pages) accountButtons(c *shell.Ctx, a *bank.Account) []ui.Button {
	var out []ui.Button
	if c.Who.Can(importEdit, a.Region) {
		out = append(out, ui.Button{Label: "导入对账单", Icon: "upload", Href: accountPath(a.ID) + "/statement"})
	}
	if c.Who.Can(lineView, a.Region) {
		out = append(out, ui.Button{Label: "对账", Icon: "checklist", Href: accountPath(a.ID) + "/match"})
	}
	if c.Who.Can(reconView, a.Region) {
		out = append(out, ui.Button{Label: "余额调节表", Icon: "scale", Href: accountPath(a.ID) + "/reconciliation"})
	}
	return out
}

// standingPanel shows how the account stands.
func (p *pages) standingPanel(c *shell.Ctx, a *bank.Account) (templ.Component, error) {
	st, err := p.s.StandingOf(c.Context(), p.read(), a, c.AsOf)
	if err != nil {
		return nil, err
	}
	if st.Position == nil {
		return noticeBody(ui.Azure, "这个账户到 "+c.AsOf.String()+" 还没有对账单。导入银行对账单后，就能逐笔核对、编制余额调节表。"), nil
	}
	x := st.Position
	stats := []ui.StatView{
		{Label: "账面余额", Value: x.Book.String(), Unit: "元", Sub: "截至 " + c.AsOf.String()},
		{Label: "银行余额", Value: x.Bank.String(), Unit: "元", Sub: "对账单到 " + x.LastLine.String()},
		{Label: "未达账项", Value: strconv.Itoa(len(x.Items)), Unit: "笔", Href: accountPath(a.ID) + "/match"},
		{Label: "调节后相差", Value: x.Difference().Abs().String(), Unit: "元", Kind: warnKind(int(min(x.Difference().Abs(), 1)), ui.Red), Sub: gapText(x)},
	}
	return statsBody(stats), nil
}

// gapText says where a difference comes from.
func gapText(x *bank.Position) string {
	switch {
	case x.Missing != 0:
		return "对账单缺了一段，缺 " + x.Missing.Abs().String() + " 元"
	case x.StartGap != 0:
		return "启用对账时账面与银行就相差 " + x.StartGap.Abs().String() + " 元"
	}
	return ""
}

// monthsPanel lists the year's months with their reconciliations.
func (p *pages) monthsPanel(c *shell.Ctx, a *bank.Account) (templ.Component, error) {
	t := ui.Table{Caption: "余额调节表", Dense: true, Columns: []ui.Column{{Label: "月份", Nowrap: true}, {Label: "状态"}, {Label: "账面余额", Align: ui.Right}, {Label: "银行余额", Align: ui.Right}, {Label: "未达", Align: ui.Right}, {Label: "编制"}, {Label: "确认"}}}
	for _, m := range yearMonths(c) {
		if a.Opened.After(m.Last()) || !a.Closed.IsZero() && a.Closed.Before(m.First()) {
			continue
		}
		r, err := bank.ReconciliationOf(c.Context(), p.read(), c.Tenant, a.ID, m)
		if err != nil {
			return nil, err
		}
		row := ui.Row{Href: accountPath(a.ID) + "/reconciliation?month=" + m.String(), Cells: []ui.Cell{ui.T(m.Chinese()), {Text: "未编制", Muted: true}, {}, {}, {}, {}, {}}}
		if r != nil {
			s := bank.ReconciliationMachine.State(r.State)
			row.Cells = []ui.Cell{ui.T(m.Chinese()), {Badge: &ui.BadgeView{Text: s.Label, Kind: ui.Kind(s.Tone)}}, signed(r.Book), signed(r.Bank), ui.T(strconv.Itoa(r.Count)), ui.T(r.Preparer), ui.T(r.Confirmer)}
		}
		t.Rows = append(t.Rows, row)
	}
	if len(t.Rows) == 0 {
		return nil, nil
	}
	return resource.TableCard(ui.CardView{Title: "余额调节表", Sub: strconv.Itoa(c.Year) + " 年", Flush: true}, t), nil
}

// importsPanel lists the account's latest imports.
func (p *pages) importsPanel(c *shell.Ctx, a *bank.Account) (templ.Component, error) {
	page, total, err := p.s.Imports.List(c.Context(), c.Who, c.Tenant, record.Filter{Scope: a.Region, Eq: map[string]string{"account": a.ID.String()}, Page: db.Paging{Sort: "last_on", Desc: true, Limit: 12}})
	if err != nil {
		return nil, err
	}
	t := ui.Table{Caption: "对账单", Unit: "元", Columns: []ui.Column{{Label: "导入号", Nowrap: true}, {Label: "起止日期"}, {Label: "行数", Align: ui.Right}, {Label: "收入", Align: ui.Right}, {Label: "支出", Align: ui.Right}, {Label: "期末余额", Align: ui.Right}, {Label: "导入人"}, {Label: "状态"}},
		Empty: &ui.EmptyView{Icon: "upload", Title: "还没有导入对账单", Text: "从网银下载明细（表格或文本），在这里导入。"}}
	for i := range page.Items {
		x := &page.Items[i]
		s := bank.ImportMachine.State(x.State)
		t.Rows = append(t.Rows, ui.Row{Href: "/bank-imports/" + x.ID.String(), Cells: []ui.Cell{
			ui.T(x.No), {Text: x.First.String() + " 至 " + x.Last.String(), Sub: x.FileName}, {Text: strconv.Itoa(x.Count), Href: "/bank-lines?import=" + x.ID.String()}, ui.T(amountText(x.In)), ui.T(amountText(x.Out)), signed(x.Closing), ui.T(x.Importer), {Badge: &ui.BadgeView{Text: s.Label, Kind: ui.Kind(s.Tone)}},
		}})
	}
	card := ui.CardView{Title: "对账单", Sub: count(total, "次"), Flush: true, More: &ui.Link{Label: "全部流水", Href: "/bank-lines?account=" + a.ID.String()}}
	return resource.TableCard(card, t), nil
}
