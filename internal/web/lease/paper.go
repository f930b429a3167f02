package lease

import (
	"strconv"

	"github.com/a-h/templ"

	"huicun/internal/books/contract"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// paperView is a contract as it is printed, and the choice of what it is printed from.
type paperView struct {
	Action string
	Choose []ui.Option
	Draft  bool
	No     string
	FileNo string
	Blocks []contract.Block
	Annex  bool
	Name   string
	Table  ui.Table
	Total  string
}

// print shows a contract in the text of a template: the nearest place's latest, or the one that was chosen.
func (p *pages) print(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	id, err := c.ID()
	if err != nil {
		return err
	}
	ct, err := p.n.Contracts.Get(c.Context(), c.Who, tenant, id)
	if err != nil {
		return err
	}
	list, err := contract.TemplatesFor(c.Context(), p.read(), tenant, ct.Region, ct.Kind, c.Today())
	if err != nil {
		return err
	}
	at := "/contracts/" + id.String()
	page := c.PageOf("打印合同", ui.Link{Label: "合同", Href: "/contracts"}, ui.Link{Label: ct.No, Href: at}, ui.Link{Label: "打印合同"})
	if len(list) == 0 {
		e := ui.EmptyView{Icon: "file-text", Title: "还没有这种合同的范本", Text: "请镇代理会计或县里先写好范本，再来打印。"}
		if c.Who.CanSome("contract_template:edit") {
			e.Text, e.Buttons = "先写一份范本，占位符由系统按合同填好。", []ui.Button{{Label: "新建合同范本", Icon: "plus", Href: "/contract-templates/new?kind=" + ct.Kind, Style: ui.Primary}}
		}
		return c.Page(page, ui.EmptyState(e))
	}
	use := &list[0]
	if chosen, err := ids.Parse(c.Query("template")); err == nil {
		use = nil
		for i := range list {
			if list[i].ID == chosen {
				use = &list[i]
			}
		}
		if use == nil {
			return errs.New(errs.NotFound, "paper.template", "没有这份范本，或它不用于这种合同")
		}
	}
	v := paperView{Action: at + "/print", No: ct.No, FileNo: ct.FileNo, Name: ct.Name, Draft: ct.State == "draft" || ct.State == "void"}
	for i := range list {
		v.Choose = append(v.Choose, ui.Option{Value: list[i].ID.String(), Label: list[i].Name, Selected: &list[i] == use})
	}
	paper, err := contract.Print(c.Context(), p.read(), tenant, ct, use)
	if err != nil {
		return err
	}
	v.Blocks, v.Annex, v.Total = paper.Blocks, paper.Annexed && len(paper.Payments) > 0, paper.Total.Capital()
	v.Table = ui.Table{Caption: "收款计划", KeepGrid: true, Columns: []ui.Column{{Label: "期次", Nowrap: true}, {Label: "所属期间"}, {Label: "应付日期", Nowrap: true}, {Label: "金额（元）", Align: ui.Right}}}
	for _, x := range paper.Payments {
		v.Table.Rows = append(v.Table.Rows, ui.Row{Cells: []ui.Cell{
			ui.T(strconv.Itoa(x.Seq)), ui.T(x.From.String() + " 至 " + x.To.String()), ui.T(x.Due.String()), ui.T(x.Amount.String()),
		}})
	}
	v.Table.Foot = []ui.Cell{{Text: "合计", Span: 3}, ui.T(paper.Total.String())}
	page.Actions = ui.PrintButton()
	return c.Page(page, paperBody(v))
}

// placeholders lists what a template may have filled in.
func (p *pages) placeholders(*shell.Ctx, *contract.Template) (templ.Component, error) {
	t := ui.Table{Caption: "占位符", Dense: true, Columns: []ui.Column{{Label: "写法", Nowrap: true}, {Label: "说明"}}}
	for _, x := range contract.Placeholders {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T("{{" + x.Name + "}}"), {Text: x.Help, Muted: true}}})
	}
	return resource.TableCard(ui.CardView{Title: "可以用的占位符", Sub: "打印时按合同填好；没有填的内容印成空白线", Flush: true}, t), nil
}
