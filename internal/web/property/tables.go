package property

import (
	"cmp"
	"strconv"

	"github.com/a-h/templ"

	"huicun/internal/books/asset"
	"huicun/internal/kit/date"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// nearMonths is how many months before and after one the page leads to.
const nearMonths = 6

func monthOptions(m date.Month) []ui.Option {
	var out []ui.Option
	for i := -nearMonths; i <= nearMonths; i++ {
		x := m.Add(i)
		out = append(out, ui.Option{Value: x.String(), Label: x.Chinese(), Selected: i == 0})
	}
	return out
}

func yuan(f money.Fen) string {
	if f == 0 {
		return ""
	}
	return f.String()
}

// cardTable is a plan card by card.
func cardTable(p *asset.Plan, names map[string]string) ui.Table {
	t := ui.Table{Caption: "按卡片", Unit: "元", Dense: true, Columns: []ui.Column{
		{Label: "资产编号", Nowrap: true}, {Label: "名称"}, {Label: "原值", Align: ui.Right}, {Label: "净残值率", Align: ui.Right}, {Label: "使用年限（月）", Align: ui.Right},
		{Label: "剩余月数", Align: ui.Right}, {Label: "本月折旧", Align: ui.Right}, {Label: "提后累计", Align: ui.Right}, {Label: "提后净值", Align: ui.Right}, {Label: "折旧记入"},
	}, Empty: &ui.EmptyView{Icon: "calculator", Title: "这个月没有要计提的卡片", Text: "在资产卡片里填好资产分类、原值、投用日期和使用年限，就会按月计提。", Buttons: []ui.Button{{Label: "看资产卡片", Href: "/assets"}}}}
	for _, l := range p.Lines {
		a := l.Asset
		t.Rows = append(t.Rows, ui.Row{Href: "/assets/" + a.ID.String(), Cells: []ui.Cell{
			ui.T(a.No), ui.T(a.Name), ui.T(a.Cost.String()), ui.T(rate(a.Residual)), ui.T(strconv.Itoa(a.Life)), ui.T(strconv.Itoa(l.Left - 1)),
			{Text: l.Fen.String(), Strong: true}, ui.T((a.Accumulated + l.Fen).String()), ui.T((a.Net() - l.Fen).String()), ui.T(names[l.Charge]),
		}})
	}
	if len(p.Lines) > 0 {
		t.Foot = []ui.Cell{{Text: "合计", Span: 6}, ui.T(p.Total.String()), {}, {}, {}}
	}
	return t
}

// rate writes 1/100 of a per cent.
func rate(r int) string {
	return money.Fen(r).String() + "%"
}

// postingTable is a plan account by account.
func postingTable(p *asset.Plan, names map[string]string) ui.Table {
	t := ui.Table{Caption: "按科目", Unit: "元", Dense: true, Columns: []ui.Column{{Label: "科目"}, {Label: "借方", Align: ui.Right}, {Label: "贷方", Align: ui.Right}}}
	var debit, credit money.Fen
	for _, x := range p.Postings {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(cmp.Or(names[x.Account], x.Account)), ui.T(yuan(x.Debit)), ui.T(yuan(x.Credit))}})
		debit, credit = debit+x.Debit, credit+x.Credit
	}
	if len(p.Postings) > 0 {
		t.Foot = []ui.Cell{ui.T("合计"), ui.T(debit.String()), ui.T(credit.String())}
	}
	return t
}

func sparedTable(p *asset.Plan) ui.Table {
	t := ui.Table{Caption: "没有计提的卡片", Dense: true, Columns: []ui.Column{{Label: "资产编号", Nowrap: true}, {Label: "名称"}, {Label: "原值（元）", Align: ui.Right}, {Label: "原因"}}}
	for _, s := range p.Spared {
		t.Rows = append(t.Rows, ui.Row{Href: "/assets/" + s.Asset.ID.String(), Cells: []ui.Cell{ui.T(s.Asset.No), ui.T(s.Asset.Name), ui.T(s.Asset.Cost.String()), ui.T(s.Why)}})
	}
	return t
}

// choiceFields ask which account takes an entry, where the books have divided that of the chart.
func choiceFields(p *asset.Plan) []ui.Field {
	var out []ui.Field
	for _, x := range p.Postings {
		if len(x.Choices) < 2 {
			continue
		}
		f := ui.Field{Name: "account." + x.Top, Label: "科目 " + x.Top + " 记入哪个明细"}
		for _, a := range x.Choices {
			f.Options = append(f.Options, ui.Option{Value: a.Code, Label: a.Code + " " + a.Name, Selected: a.Code == x.Account})
		}
		out = append(out, f)
	}
	return out
}

// runLines shows what a run took from each card.
func (p *pages) runLines(c *shell.Ctx, r *asset.Run) (templ.Component, error) {
	list := make([]ids.ID, len(r.Lines))
	for i := range r.Lines {
		list[i] = r.Lines[i].Asset
	}
	cards, err := asset.Named(c.Context(), p.read(), c.Tenant, list)
	if err != nil {
		return nil, err
	}
	names, err := p.accountNames(c, r.Books)
	if err != nil {
		return nil, err
	}
	t := ui.Table{Caption: "各卡片折旧", Unit: "元", Dense: true, Columns: []ui.Column{
		{Label: "资产编号", Nowrap: true}, {Label: "名称"}, {Label: "本月折旧", Align: ui.Right}, {Label: "提后累计", Align: ui.Right}, {Label: "折旧记入"}, {Label: "累计记入"},
	}, Foot: []ui.Cell{{Text: "合计", Span: 2}, ui.T(r.Total.String()), {}, {}, {}}}
	for i := range r.Lines {
		l := &r.Lines[i]
		a := cards[l.Asset]
		t.Rows = append(t.Rows, ui.Row{Href: "/assets/" + l.Asset.String(), Cells: []ui.Cell{
			ui.T(a.No), ui.T(a.Name), {Text: l.Fen.String(), Strong: true}, ui.T(l.After.String()), ui.T(names[l.Charge]), ui.T(names[l.Account]),
		}})
	}
	return resource.TableCard(ui.CardView{Title: "各卡片折旧", Sub: strconv.Itoa(len(r.Lines)) + " 张", Flush: true}, t), nil
}

// some writes a count, nothing for none.
func some(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
