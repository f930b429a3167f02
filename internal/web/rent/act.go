package rent

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"huicun/internal/books/rent"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

const (
	itemEdit   = rent.KindItem + ":" + access.Edit
	noticeEdit = rent.KindNotice + ":" + access.Edit
)

// noticeDays is what the form proposes as the time to pay.
const noticeDays = 15

type feeView struct {
	Facts  []ui.Desc
	Action string
	Hidden []ui.Hidden
	Due    string
}

// feePanel shows what the rule makes of an overdue item, and lets who may charge it.
func (p *pages) feePanel(c *shell.Ctx, i *rent.Item) (templ.Component, error) {
	if i.Kind != rent.ItemRent || i.Amount <= 0 {
		return nil, nil
	}
	f, err := p.s.FeeOn(c.Context(), p.read(), c.Tenant, i, c.Today())
	if err != nil || f.Terms.LateRate == 0 || f.Sum == 0 {
		return nil, err
	}
	v := feeView{Action: "/rent-items/" + i.ID.String() + "/fee", Hidden: []ui.Hidden{{Name: "_key", Value: c.FormKey()}, {Name: "seen", Value: f.Due.Plain()}}}
	v.Facts = []ui.Desc{
		{Label: "逾期", Value: strconv.Itoa(f.Days) + " 天", Sub: "宽限 " + strconv.Itoa(f.Terms.LateGrace) + " 天"},
		{Label: "按规则计算", Value: f.Sum.String() + " 元", Sub: "每日万分之 " + money.Fen(f.Terms.LateRate).Plain()},
		{Label: "已加收", Value: f.Charged.String() + " 元"}, {Label: "可加收", Value: f.Due.String() + " 元", Strong: true},
	}
	if f.Cap > 0 {
		v.Facts = append(v.Facts, ui.Desc{Label: "上限", Value: f.Cap.String() + " 元"})
	}
	if f.Due > 0 && c.Who.Can(itemEdit, i.Region) {
		v.Due = f.Due.String()
	}
	return feeBody(v), nil
}

// chargeFee charges the late fee that was shown.
func (p *pages) chargeFee(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	id, err := c.ID()
	if err != nil {
		return err
	}
	seen, err := money.Parse(c.Form("seen"))
	if err != nil {
		return errs.OnField("seen", "%s", errs.Message(err))
	}
	made, err := p.s.ChargeFee(c.Context(), c.Who, tenant, c.Form("_key"), id, c.Today(), seen)
	switch {
	case err != nil && mendable(err):
		title := "加收滞纳金"
		return c.PageStatus(statusOf(err), c.PageOf(title, ui.Link{Label: "应收款项", Href: "/rent-items"}, ui.Link{Label: title}), problemBody(shell.Sentence(err), "/rent-items/"+id.String()))
	case err != nil:
		return err
	}
	return c.Done("/rent-items/"+made.String(), "滞纳金已列为应收款项")
}

type dunView struct {
	Table   ui.Table
	Key     string
	Days    ui.Field
	Problem string
}

// dunForm lists who is overdue, to choose whom to write to.
func (p *pages) dunForm(c *shell.Ctx) error {
	return p.dunPage(c, http.StatusOK, strconv.Itoa(noticeDays), nil)
}

func (p *pages) dunPage(c *shell.Ctx, status int, days string, wrong error) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	ranges, err := p.ranges(c, noticeEdit)
	if err != nil {
		return err
	}
	list, err := rent.OpenOn(c.Context(), p.read(), tenant, ranges, c.AsOf)
	if err != nil {
		return err
	}
	v := dunView{Key: c.FormKey(), Days: ui.Field{Name: "days", Label: "限期付款", Value: days, Unit: "天", Required: true, Min: "1", Max: "90"}}
	if wrong != nil {
		v.Problem = shell.Sentence(wrong)
	}
	v.Table = ui.Table{
		Caption: "逾期的付款方", Unit: "元", Columns: []ui.Column{{Label: "选"}, {Label: "付款方"}, {Label: "村"}, right("款项（笔）"), right("最长逾期（天）"), right("未收")},
		Empty: &ui.EmptyView{Icon: "check", Title: "没有逾期的付款方", Text: "到期没有收到的款项出现以后，在这里生成催款通知书。"},
	}
	type row struct {
		debtor, region string
		party          ids.ID
		count, days    int
		open           money.Fen
	}
	var rows []*row
	at := map[string]*row{}
	for i := range list {
		o := &list[i]
		n := o.Days(c.AsOf)
		if n <= 0 {
			continue
		}
		key := o.Region + o.Party.String()
		r := at[key]
		if r == nil {
			r = &row{debtor: o.Debtor, region: o.Region, party: o.Party}
			at[key], rows = r, append(rows, r)
		}
		r.count++
		r.days = max(r.days, n)
		r.open += o.Open
	}
	for _, r := range rows {
		v.Table.Rows = append(v.Table.Rows, ui.Row{Cells: []ui.Cell{
			{Content: pickParty(r.party.String())}, {Text: r.debtor, Href: path("/rent-statement", "party", r.debtor)}, ui.T(c.RegionName(r.region)), ui.T(strconv.Itoa(r.count)), ui.T(strconv.Itoa(r.days)), openCell(r.open),
		}})
	}
	page := c.PageOf("生成催款通知书", ui.Link{Label: "催款通知书", Href: "/rent-notices"}, ui.Link{Label: "生成"})
	page.Subtitle = c.ScopeName() + "　截至 " + c.AsOf.Chinese()
	return c.PageStatus(status, page, dunBody(v))
}

// dun writes the letters.
func (p *pages) dun(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	ranges, err := p.ranges(c, noticeEdit)
	if err != nil {
		return err
	}
	days, err := strconv.Atoi(c.Form("days"))
	if err != nil {
		return p.dunPage(c, http.StatusUnprocessableEntity, c.Form("days"), errs.OnField("days", "限期应是整数天数"))
	}
	var parties []ids.ID
	for _, s := range c.R.PostForm["party"] {
		if id, err := ids.Parse(s); err == nil {
			parties = append(parties, id)
		}
	}
	n, err := p.s.Dun(c.Context(), c.Who, tenant, c.Form("_key"), ranges, parties, c.AsOf, days)
	switch {
	case err != nil && mendable(err):
		return p.dunPage(c, statusOf(err), c.Form("days"), err)
	case err != nil:
		return err
	}
	return c.Done("/rent-notices", "已生成 %d 份催款通知书", n)
}

// letterPanel is a letter as it is printed.
func (p *pages) letterPanel(c *shell.Ctx, n *rent.Notice) (templ.Component, error) {
	units, err := p.names(c.Context(), c.Tenant, "party", []ids.ID{n.Unit})
	if err != nil {
		return nil, err
	}
	return letterBody(n.No, n.Body, units[n.Unit], n.Date.Chinese(), n.Sample), nil
}
