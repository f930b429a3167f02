package letting

import (
	"slices"
	"strconv"

	"huicun/internal/books/letting"
	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/party"
	"huicun/internal/registry/region"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// The bounds of the public list: from how many counties on it asks to choose one, and how many lettings of one it shows.
const (
	manyCounties = 20
	perCounty    = 200
)

func (p *pages) publicList(c *shell.Ctx) error {
	scope, err := code.Region(c.Query("scope"))
	if err != nil {
		scope = region.Nation
	}
	counties, err := c.Shell.Regions.Tenants(c.Context(), scope)
	if err != nil {
		return err
	}
	v := ui.PublicPageView{Title: "公开招租", Org: "农村集体资产公开招租", Home: "/public/lettings", FooterNav: []ui.Link{{Label: "晒项目", Href: "/public"}, {Label: "一村一策", Href: "/public/plans"}}}
	if scope != region.Nation {
		v.Title = c.RegionName(scope) + "公开招租"
		v.Crumbs = []ui.Link{{Label: "全部地区", Href: "/public/lettings"}, {Label: c.RegionName(scope)}}
	}
	t := ui.Table{Caption: "招租公告", Columns: []ui.Column{{Label: "公告"}, {Label: "地区"}, {Label: "底价（元/年）", Align: ui.Right}, {Label: "报名截止", Nowrap: true}, {Label: "状态"}}}
	t.Empty = &ui.EmptyView{Icon: "speakerphone", Title: "现在没有招租公告", Text: "公告发布以后会列在这里。"}
	if len(counties) > manyCounties {
		t = ui.Table{Caption: "县（市、区）", Columns: []ui.Column{{Label: "县（市、区）"}}}
		for _, tn := range counties {
			t.Rows = append(t.Rows, ui.Row{Href: "/public/lettings?scope=" + tn.Prefix + "000000", Cells: []ui.Cell{ui.T(tn.Name)}})
		}
		return c.Render(shell.Frame(ui.PublicPage(v), publicListBody(t)))
	}
	ranges, err := c.Shell.Regions.Ranges(c.Context(), scope)
	if err != nil {
		return err
	}
	for _, tn := range counties {
		list, err := letting.PublicList(c.Context(), p.env.DB.Read(), tn.ID, ranges, perCounty)
		if err != nil {
			return err
		}
		for i := range list {
			l := &list[i]
			t.Rows = append(t.Rows, ui.Row{Href: publicPath(tn.ID, l.ID), Cells: []ui.Cell{
				{Text: l.Name, Sub: l.No + " · " + l.Listed.String() + " 发布"}, ui.T(c.RegionName(l.Region)), ui.T(l.Reserve.String()), ui.T(l.Closes.String()), {Badge: publicState(l, c.Today())},
			}})
		}
	}
	return c.Render(shell.Frame(ui.PublicPage(v), publicListBody(t)))
}

// publicState is a letting's state as everybody sees it.
func publicState(l *letting.Letting, today date.Date) *ui.BadgeView {
	st := letting.Machine.State(l.State)
	b := &ui.BadgeView{Text: st.Label, Kind: ui.Kind(st.Tone)}
	switch {
	case l.State == letting.Listed && today.After(l.Closes):
		b.Text, b.Kind = "报名已截止", ui.Grey
	case l.State == letting.Listed:
		b.Text = "还有 " + strconv.Itoa(l.Closes.Sub(today)+1) + " 天截止"
	case l.State == letting.Contracted:
		b.Text = "成交"
	}
	return b
}

// public shows one letting to everybody: the listing while it stands, then the result.
func (p *pages) public(c *shell.Ctx) error {
	tenant, err := strconv.ParseInt(c.R.PathValue("tenant"), 10, 64)
	if err != nil || tenant <= 0 {
		return errNotPublic
	}
	id, err := ids.Parse(c.R.PathValue("id"))
	if err != nil {
		return errNotPublic
	}
	q := p.env.DB.Read()
	l, err := letting.Get(c.Context(), q, tenant, id)
	if err != nil || l.Listed.IsZero() {
		return errNotPublic
	}
	v, err := p.notice(c, l)
	if err != nil {
		return err
	}
	name := c.RegionName(l.Region)
	page := ui.PublicPageView{
		Title: l.Name, Org: name + " · 公开招租", Home: "/public/lettings?scope=" + l.Region,
		Crumbs:     []ui.Link{{Label: "公开招租", Href: "/public/lettings?scope=" + l.Region}, {Label: l.No}},
		FooterNote: "对公告或结果有异议的，请在公示期内向村集体或镇政府提出，并留下联系方式。",
	}
	return c.Render(shell.Frame(ui.PublicPage(page), noticeBody(v)))
}

func (p *pages) notice(c *shell.Ctx, l *letting.Letting) (noticeView, error) {
	ctx, q := c.Context(), p.env.DB.Read()
	v := noticeView{L: l, State: *publicState(l, c.Today()), Listing: strconv.Itoa(l.Closes.Sub(l.Listed))}
	h, err := letting.LoadHolding(ctx, q, l.Tenant, l.Units)
	if err != nil {
		return v, err
	}
	v.Units = ui.Table{Caption: "出租标的", Columns: []ui.Column{{Label: "标的"}, {Label: "数量", Align: ui.Right}, {Label: "位置"}}}
	for _, u := range h.Units {
		place := ""
		if a := h.Assets[u.Asset]; a != nil {
			place = a.Address
		}
		v.Units.Rows = append(v.Units.Rows, ui.Row{Cells: []ui.Cell{ui.T(u.Name), ui.T(u.Quantity.String()), ui.T(place)}})
	}
	owner, err := party.Get(ctx, q, l.Tenant, l.Owner)
	if err != nil {
		return v, err
	}
	v.Owner = owner.Name
	d, err := letting.LoadDossier(ctx, q, l, c.Today())
	if err != nil {
		return v, err
	}
	for _, s := range d.Steps {
		text := s.On.String()
		if s.Due > 0 {
			text += "，应到 " + strconv.Itoa(s.Due) + " 人，实到 " + strconv.Itoa(s.Present) + " 人，同意 " + strconv.Itoa(s.Agree) + " 人"
		}
		if !s.Until.IsZero() {
			text += " 至 " + s.Until.String()
		}
		v.Decision = append(v.Decision, ui.Desc{Label: field.LabelOf(letting.StepKinds, s.Step), Value: text})
	}
	v.Terms = terms(l, v.Owner)
	public := slices.Contains([]string{letting.Publicised, letting.Awarded, letting.Contracted}, l.State)
	if won := d.Won(); public && won != nil {
		kind := ""
		if won.Party != 0 {
			w, err := party.Get(ctx, q, l.Tenant, won.Party)
			if err != nil {
				return v, err
			}
			kind = w.Kind
		}
		v.Result = []ui.Desc{
			{Label: "成交人", Value: masked(won.Name, kind), Strong: true}, {Label: "成交年租金", Value: l.Price.String() + " 元", Strong: true}, {Label: "报名家数", Value: strconv.Itoa(len(d.Bids)) + " 家"},
			{Label: "开标日期", Value: l.Opened.String()}, {Label: "结果公示", Value: l.Result.String() + " 至 " + l.Result.AddDays(d.Terms.ResultDays).String()},
		}
	}
	return v, nil
}

func terms(l *letting.Letting, owner string) []ui.Desc {
	return []ui.Desc{
		{Label: "出租方", Value: owner}, {Label: "用途", Value: l.Purpose},
		{Label: "租期", Value: strconv.Itoa(l.Months) + " 个月，" + l.From.String() + " 至 " + l.Until().String()}, {Label: "免租期", Value: months(l.FreeMonths)},
		{Label: "底价（年租金）", Value: l.Reserve.String() + " 元", Strong: true}, {Label: "付款", Value: paying(l)},
		{Label: "履约押金", Value: l.Deposit.String() + " 元"}, {Label: "竞租保证金", Value: l.Earnest.String() + " 元"},
		{Label: "竞租条件", Value: l.Conditions, Wide: true}, {Label: "报名地点和咨询方式", Value: l.Contact, Wide: true},
	}
}

func months(n int) string {
	if n == 0 {
		return "无"
	}
	return strconv.Itoa(n) + " 个月"
}

func paying(l *letting.Letting) string {
	when := "后付"
	if l.Advance {
		when = "先付后用"
	}
	return "每 " + strconv.Itoa(l.PayMonths) + " 个月付一次，" + when
}
