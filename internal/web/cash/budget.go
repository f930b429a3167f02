package cash

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huicun/internal/books/budget"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/record"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// executionView is how far a budget has been carried out.
type executionView struct {
	Card   ui.CardView
	Totals []ui.StatView
	Table  ui.Table
	Alerts []ui.AlertView
}

func executionButton(*shell.Ctx) []ui.Button {
	return []ui.Button{{Label: "执行情况", Icon: "chart-bar", Href: "/budgets/execution"}}
}

func (p *pages) budgetButtons(c *shell.Ctx, v *budget.Budget) []ui.Button {
	out := []ui.Button{{Label: "导出执行表", Icon: "download", Href: "/budgets/" + v.ID.String() + "/execution/export"}}
	return append(out, ui.Button{Label: "账套", Icon: "book-2", Href: p.href("books", v.Books)})
}

// upTo is the month up to which a year's execution is shown: that of the day that is looked at, within the year.
func upTo(c *shell.Ctx, year int) date.Month {
	last := date.Month(year*100 + 12)
	if m := c.AsOf.YearMonth(); m.Year() == year {
		return m
	}
	return last
}

// startPanel offers what an empty draft can begin with, and the amendment of a budget in force.
func (p *pages) startPanel(c *shell.Ctx, v *budget.Budget) (templ.Component, error) {
	if !c.Who.Can(budgetEdit, v.Region) {
		return nil, nil
	}
	base := "/budgets/" + v.ID.String()
	switch v.State {
	case budget.Adopted:
		return startBody("年中需要增减预算的，另立一版草案，修改明细后再经决议；通过后本版自动成为“已调整”。", ui.ConfirmView{
			ID: "amend", Button: ui.Button{Label: "调整预算", Icon: "versions"}, Title: "调整" + v.Label(), Text: "将以本版明细为底稿生成一份新的草案。", Action: base + "/amend", Submit: "生成草案",
		}), nil
	case budget.Draft:
		lines, err := budget.LinesOf(c.Context(), p.env.DB.Read(), c.Tenant, v.ID)
		if err != nil || len(lines) > 0 {
			return nil, err
		}
		start := func(id, label, text string) ui.ConfirmView {
			return ui.ConfirmView{
				ID: "start-" + id, Button: ui.Button{Label: label, Icon: "copy"}, Title: label, Text: text, Action: base + "/start", Submit: "生成明细", Hidden: []ui.Hidden{{Name: "from", Value: id}},
			}
		}
		return startBody("空白草案可以参照上年生成明细，再逐项修改；也可以在下面逐项新增，或到“预算明细”里从表格导入。",
			start("budget", "参照上年预算", "照抄上年执行中的预算，各项金额不变。"), start("actuals", "参照上年实际", "按上年各收入、支出科目的实际发生额生成，每个科目一项。")), nil
	}
	return nil, nil
}

// executionPanel compares a budget with the ledger.
func (p *pages) executionPanel(c *shell.Ctx, v *budget.Budget) (templ.Component, error) {
	x, err := budget.Execute(c.Context(), p.env.DB.Read(), c.Tenant, v.ID, upTo(c, v.Year))
	if err != nil {
		return nil, err
	}
	if len(x.Rows) == 0 {
		return nil, nil
	}
	return executionBody(p.execution(x)), nil
}

func (p *pages) execution(x *budget.Execution) executionView {
	v := executionView{Card: ui.CardView{Title: "执行情况", Sub: fmt.Sprintf("%d 年 1—%d 月，只计已记账的凭证，不含结转", x.To.Year(), int(x.To.Of())), Flush: true}}
	v.Table = ui.Table{Caption: "预算执行情况", Unit: "元", Columns: []ui.Column{
		{Label: "项目"}, {Label: "科目"}, {Label: "全年预算", Align: ui.Right}, {Label: "已执行", Align: ui.Right}, {Label: "完成", Width: "22%"}, {Label: "剩余（超出为负）", Align: ui.Right},
	}}
	quarters := x.Totals[budget.Income].Plan != [4]money.Fen{} || x.Totals[budget.Expense].Plan != [4]money.Fen{}
	if quarters {
		for _, q := range []string{"一季度", "二季度", "三季度", "四季度"} {
			v.Table.Columns = append(v.Table.Columns, ui.Column{Label: q, Align: ui.Right, HidePhone: true})
		}
	}
	entries := func(account string) string {
		return path("/reports/ledger", "books", x.Budget.Books.String(), "account", account, "year", strconv.Itoa(x.Budget.Year), "to", strconv.Itoa(int(x.To.Of())), "ordinary", "1")
	}
	for _, side := range []string{budget.Income, budget.Expense} {
		n := 0
		for i := range x.Rows {
			if r := &x.Rows[i]; r.Side == side {
				n++
				v.Table.Rows = append(v.Table.Rows, executedRow(x, r, quarters, entries))
				if r.Over {
					v.Alerts = append(v.Alerts, ui.AlertView{Kind: ui.Red, Title: r.Name, Text: fmt.Sprintf("支出 %s 元，超过预算 %s 元 %s 元。", r.Actual, r.Amount, r.Left().Abs()), Remedy: "控制支出，或按程序调整预算"})
				} else if r.Warn {
					v.Alerts = append(v.Alerts, ui.AlertView{Kind: ui.Orange, Title: r.Name, Text: fmt.Sprintf("已用预算的 %s，还剩 %s 元。", percent(r), r.Left())})
				}
			}
		}
		if n > 0 {
			row := executedRow(x, x.Totals[side], quarters, entries)
			row.Group = true
			v.Table.Rows = append(v.Table.Rows, row)
		}
		t := x.Totals[side]
		v.Totals = append(v.Totals, ui.StatView{Label: t.Name, Value: t.Actual.String(), Unit: "元", Sub: "预算 " + t.Amount.String() + " 元，完成 " + percent(t), Kind: overKind(t)})
	}
	return v
}

func overKind(r *budget.Executed) ui.Kind {
	if r.Over {
		return ui.Red
	}
	return ""
}

// percent says how much of an amount was reached.
func percent(r *budget.Executed) string {
	p, ok := r.Percent()
	if !ok {
		return "—"
	}
	return fmt.Sprintf("%.1f%%", p)
}

// bar is the progress of a row: red over budget, orange where it is to be watched.
func bar(r *budget.Executed) templ.Component {
	p, ok := r.Percent()
	if !ok {
		return nil
	}
	v := ui.ProgressView{Percent: p, Label: r.Name + "完成进度", Text: percent(r)}
	switch {
	case r.Over:
		v.Kind = ui.Red
	case r.Warn:
		v.Kind = ui.Orange
	case r.Side == budget.Income:
		v.Kind = ui.Green
	default:
		v.Kind = ui.Azure
	}
	return ui.Progress(v)
}

// executedRow shows a row; entries says where an account's entries are listed.
func executedRow(x *budget.Execution, r *budget.Executed, quarters bool, entries func(account string) string) ui.Row {
	left := ui.Cell{Text: r.Left().String()}
	if r.Over {
		left.Kind = ui.Red
	}
	actual, accounts := ui.T(r.Actual.String()), ui.Cell{}
	codes := r.Codes()
	for _, code := range codes {
		accounts.Badges = append(accounts.Badges, ui.BadgeView{Text: x.Account(code), Kind: ui.Grey, Href: entries(code)})
	}
	if len(codes) == 1 {
		actual.Href = entries(codes[0])
	}
	row := ui.Row{Cells: []ui.Cell{ui.T(r.Name), accounts, ui.T(yuan(r.Amount)), actual, {Content: bar(r)}, left}}
	if r.Line != nil {
		row.Href = "/budget-lines/" + r.Line.ID.String()
	}
	if quarters {
		for i, q := range r.Quarters {
			cell := ui.Cell{Text: q.String()}
			if r.Plan[i] != 0 {
				cell.Sub = "预算 " + r.Plan[i].String()
				if r.Side == budget.Expense && q > r.Plan[i] {
					cell.Kind = ui.Red
				}
			}
			row.Cells = append(row.Cells, cell)
		}
	}
	if r.Over {
		row.Kind = ui.Red
	}
	return row
}

// read reads the budget of the path that the person may see.
func (p *pages) read(c *shell.Ctx) (*budget.Budget, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, err
	}
	id, err := c.ID()
	if err != nil {
		return nil, err
	}
	return p.b.Heads.Get(c.Context(), c.Who, tenant, id)
}

func (p *pages) exportExecution(c *shell.Ctx) error {
	b, err := p.read(c)
	if err != nil {
		return err
	}
	x, err := budget.Execute(c.Context(), p.env.DB.Read(), c.Tenant, b.ID, upTo(c, b.Year))
	if err != nil {
		return err
	}
	header := []sheet.Column{{Title: "收支"}, {Title: "项目"}, {Title: "科目"}}
	for _, title := range []string{"全年预算（元）", "已执行（元）", "剩余（元）", "一季度（元）", "二季度（元）", "三季度（元）", "四季度（元）"} {
		header = append(header, sheet.Column{Title: title, Kind: sheet.Money})
	}
	header = append(header, sheet.Column{Title: "完成"}, sheet.Column{Title: "提示"})
	return resource.WriteSheet(c, fmt.Sprintf("%s执行表 1—%d月", b.Label(), int(x.To.Of())), c.Query("format"), header, func(yield func([]string, error) bool) {
		rows := append(x.Rows, *x.Totals[budget.Income], *x.Totals[budget.Expense])
		for i := range rows {
			r := &rows[i]
			var accounts []string
			for _, code := range r.Codes() {
				accounts = append(accounts, x.Account(code))
			}
			row := []string{map[string]string{budget.Income: "收入", budget.Expense: "支出"}[r.Side], r.Name, strings.Join(accounts, "、"), r.Amount.Plain(), r.Actual.Plain(), r.Left().Plain()}
			for _, q := range r.Quarters {
				row = append(row, q.Plain())
			}
			hint := ""
			if r.Over {
				hint = "超预算"
			}
			if !yield(append(row, percent(r), hint), nil) {
				return
			}
		}
	})
}

// act carries out something on the budget of the path and goes to where it leads.
func (p *pages) act(c *shell.Ctx, do func(b *budget.Budget) (to ids.ID, done string, err error)) error {
	b, err := p.read(c)
	if err != nil {
		return err
	}
	to, done, err := do(b)
	if err == nil {
		return c.Done("/budgets/"+to.String(), "%s", done)
	}
	if e := errs.As(err); e == nil || e.Kind == errs.Internal || e.Kind == errs.Forbidden {
		return err
	}
	page := c.PageOf(b.Label(), ui.Link{Label: "年度预算", Href: "/budgets"}, ui.Link{Label: b.No, Href: "/budgets/" + b.ID.String()})
	return c.PageStatus(shell.Status(err), page, problemBody(shell.Sentence(err), "/budgets/"+b.ID.String()))
}

func (p *pages) amend(c *shell.Ctx) error {
	return p.act(c, func(b *budget.Budget) (ids.ID, string, error) {
		id, err := p.b.Amend(c.Context(), c.Who, c.Tenant, b.ID)
		return id, "已生成调整草案，请修改明细后办理决议", err
	})
}

func (p *pages) start(c *shell.Ctx) error {
	return p.act(c, func(b *budget.Budget) (ids.ID, string, error) {
		from := p.b.StartFromBudget
		if c.Form("from") == "actuals" {
			from = p.b.StartFromActuals
		}
		return b.ID, "已生成明细，请逐项核对修改", from(c.Context(), c.Who, c.Tenant, b.ID)
	})
}

// mostBudgets bounds the budgets of a year on one page.
const mostBudgets = 500

// executions lists the budgets in force of the year that is looked at, within the place.
func (p *pages) executions(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	page, _, err := p.b.Heads.List(c.Context(), c.Who, tenant, record.Filter{Scope: c.Scope, Eq: map[string]string{"state": budget.Adopted}, Page: db.Paging{Sort: "region", Limit: mostBudgets}})
	if err != nil {
		return err
	}
	var books []ids.ID
	for i := range page.Items {
		books = append(books, page.Items[i].Books)
	}
	names, err := p.names(c.Context(), tenant, "books", books)
	if err != nil {
		return err
	}
	t := ui.Table{Caption: "预算执行情况", Unit: "元", Columns: []ui.Column{
		{Label: "账套"}, {Label: "收入预算", Align: ui.Right}, {Label: "收入执行", Align: ui.Right}, {Label: "完成", Width: "16%"},
		{Label: "支出预算", Align: ui.Right}, {Label: "支出执行", Align: ui.Right}, {Label: "完成", Width: "16%"}, {Label: "超支项目"},
	}, Empty: &ui.EmptyView{
		Icon: "report-money", Title: fmt.Sprintf("%d 年还没有执行中的预算", c.Year), Text: "编制预算、经决议通过后，这里对照账簿显示执行进度。",
		Buttons: []ui.Button{{Label: "年度预算", Href: "/budgets"}},
	}}
	for i := range page.Items {
		b := &page.Items[i]
		if b.Year != c.Year {
			continue
		}
		x, err := budget.Execute(c.Context(), p.env.DB.Read(), tenant, b.ID, upTo(c, b.Year))
		if err != nil {
			return err
		}
		over := ""
		for j := range x.Rows {
			if x.Rows[j].Over {
				over += "、" + x.Rows[j].Name
			}
		}
		row := ui.Row{Href: "/budgets/" + b.ID.String(), Cells: []ui.Cell{{Text: names[b.Books]}}}
		for _, side := range []string{budget.Income, budget.Expense} {
			s := x.Totals[side]
			row.Cells = append(row.Cells, ui.T(s.Amount.String()), ui.T(s.Actual.String()), ui.Cell{Content: bar(s)})
		}
		cell := ui.Cell{Kind: ui.Red}
		if over != "" {
			cell.Text, row.Kind = over[len("、"):], ui.Red
		}
		row.Cells = append(row.Cells, cell)
		t.Rows = append(t.Rows, row)
	}
	v := c.PageOf("预算执行情况", ui.Link{Label: "年度预算", Href: "/budgets"}, ui.Link{Label: "执行情况"})
	v.Subtitle = fmt.Sprintf("%s · %d 年 1—%d 月", c.ScopeName(), c.Year, int(upTo(c, c.Year).Of()))
	v.Actions = ui.PrintButton()
	return c.Page(v, executionsBody(t))
}
