package property

import (
	"net/http"

	"huicun/internal/books/asset"
	"huicun/internal/kit/date"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// compare sets the cards beside the ledger on a day; without books it asks which.
func (p *pages) compare(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	id, err := ids.Parse(c.Query("books"))
	if err != nil {
		return p.choose(c, tenant, comparing)
	}
	b, err := p.l.Books.Get(c.Context(), c.Who, tenant, id)
	if err != nil {
		return err
	}
	v := compareView{Books: b.ID.String(), Day: c.AsOf.String()}
	status, day := http.StatusOK, c.AsOf
	if s := c.Query("day"); s != "" {
		v.Day = s
		if day, err = date.Parse(s); err != nil {
			v.Problem, status, day = shell.Sentence(err), http.StatusUnprocessableEntity, c.AsOf
		}
	}
	list, err := asset.Compare(c.Context(), p.read(), tenant, id, day)
	if err != nil {
		return err
	}
	v.Sums = sumTable(list, b.ID, day)
	for i := range list {
		if len(list[i].List) > 0 {
			v.Cards = append(v.Cards, cardsOf(&list[i]))
		}
		if list[i].Off() != 0 {
			v.Off++
		}
	}
	title := "卡账核对"
	view := c.PageOf(title, ui.Link{Label: "资产资源", Href: "/assets"}, ui.Link{Label: b.Name, Href: "/books/" + b.ID.String()}, ui.Link{Label: title})
	view.Subtitle = b.Name + "　" + day.Chinese()
	view.Actions = ui.PrintButton()
	return c.PageStatus(status, view, compareBody(v))
}

// sumTable compares account by account.
func sumTable(list []asset.Comparison, books ids.ID, day date.Date) ui.Table {
	t := ui.Table{Caption: "按科目核对", Unit: "元", Columns: []ui.Column{
		{Label: "科目"}, {Label: "卡片合计", Align: ui.Right}, {Label: "账面余额", Align: ui.Right}, {Label: "账面多（少为负）", Align: ui.Right}, {Label: "未记账凭证", Align: ui.Right}, {Label: "结果"},
	}, Empty: &ui.EmptyView{Icon: "scale", Title: "没有可以核对的内容", Text: "账上没有资产余额，也没有填好资产分类的卡片。", Buttons: []ui.Button{{Label: "看资产卡片", Href: "/assets"}}}}
	for i := range list {
		x := &list[i]
		r := ui.Row{Cells: []ui.Cell{
			ui.T(x.Account + " " + x.Name), ui.T(side(x.Cards)), ui.T(side(x.Ledger)), {Text: yuan(x.Off()), Strong: true}, ui.T(yuan(x.Waiting)), {Badge: &ui.BadgeView{Text: "相符", Kind: ui.Green}},
		}}
		if x.Off() != 0 {
			r.Kind, r.Cells[5].Badge = ui.Orange, &ui.BadgeView{Text: "不符", Kind: ui.Orange}
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}

// side writes what stands on an account: debits less credits.
func side(f money.Fen) string {
	switch {
	case f < 0:
		return "贷 " + f.Abs().String()
	case f > 0:
		return "借 " + f.String()
	}
	return "平"
}

// cardsOf lists the cards behind an account.
func cardsOf(x *asset.Comparison) ui.Table {
	t := ui.Table{Caption: x.Account + " " + x.Name, Unit: "元", Dense: true, Columns: []ui.Column{{Label: "资产编号", Nowrap: true}, {Label: "名称"}, {Label: "金额", Align: ui.Right}}}
	for _, l := range x.List {
		t.Rows = append(t.Rows, ui.Row{Href: "/assets/" + l.Asset.ID.String(), Cells: []ui.Cell{ui.T(l.Asset.No), ui.T(l.Asset.Name), ui.T(side(l.Fen))}})
	}
	t.Foot = []ui.Cell{{Text: "合计", Span: 2}, ui.T(side(x.Cards))}
	return t
}
