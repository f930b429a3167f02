// Package letting gives open letting its pages: what is vacant, what each letting lacks for its next step, the price basis
// with its comparables, the ranking, and the public pages that anybody can read and print.
package letting

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huicun/internal/books/letting"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

const (
	view = "letting:" + access.View
	edit = "letting:" + access.Edit
)

type pages struct {
	env     *record.Env
	svc     *letting.Service
	parties *record.Noun[party.Party]
}

// Mount adds the pages.
func Mount(s *shell.Shell, set *resource.Set, svc *letting.Service, parties *record.Noun[party.Party]) {
	p := &pages{env: s.Env, svc: svc, parties: parties}
	resource.Mount(s, set, svc.Rules, resource.Options[letting.Rule]{})
	resource.Mount(s, set, svc.Thresholds, resource.Options[letting.Threshold]{})
	resource.Mount(s, set, svc.Lettings, resource.Options[letting.Letting]{
		Before: []resource.Panel[letting.Letting]{p.next}, Panels: []resource.Panel[letting.Letting]{p.basis, p.ranking},
		Actions: p.actions, ListActions: func(c *shell.Ctx) []ui.Button {
			return []ui.Button{{Label: "待招租", Icon: "building-store", Href: "/vacancies"}, {Label: "公开页", Icon: "external-link", Href: "/public/lettings?scope=" + c.Scope}}
		},
		Children: []resource.Child{
			{Kind: "letting_step", Field: "letting", Title: "民主决策（四议两公开）", While: []string{letting.Draft}},
			{Kind: "letting_bid", Field: "letting", Title: "报名和报价", While: []string{letting.Listed}},
			{Kind: "letting_objection", Field: "letting", Title: "结果异议", While: []string{letting.Publicised}},
			{Kind: "letting", Field: "again", Title: "再次招租", While: []string{letting.Failed}},
		},
	})
	resource.Mount(s, set, svc.Steps, resource.Options[letting.Step]{})
	resource.Mount(s, set, svc.Bids, resource.Options[letting.Bid]{})
	resource.Mount(s, set, svc.Objections, resource.Options[letting.Objection]{})
	s.Handle(
		shell.Route{Method: "GET", Pattern: "/vacancies", Perm: view, Fn: p.vacancies},
		shell.Route{Method: "POST", Pattern: "/lettings/{id}/contract", Perm: edit, Fn: p.draft},
		shell.Route{Method: "GET", Pattern: "/public/lettings", Perm: shell.Public, Fn: p.publicList},
		shell.Route{Method: "GET", Pattern: "/public/lettings/{tenant}/{id}", Perm: shell.Public, Fn: p.public},
	)
}

// actions are the buttons that lead elsewhere.
func (p *pages) actions(c *shell.Ctx, l *letting.Letting) []ui.Button {
	var out []ui.Button
	if !l.Listed.IsZero() {
		out = append(out, ui.Button{Label: "公告和结果页（可打印）", Icon: "external-link", Href: publicPath(l.Tenant, l.ID)})
	}
	if (l.State == letting.Failed || l.State == letting.Withdrawn) && c.Who.Can(edit, l.Region) {
		out = append(out, ui.Button{Label: "再次招租", Icon: "refresh", Href: p.again(c, l), Style: ui.Primary})
	}
	return out
}

// again leads to the form of a letting that repeats this one.
func (p *pages) again(c *shell.Ctx, l *letting.Letting) string {
	texts, err := p.svc.Lettings.Texts(c.Context(), p.env.ForTenant(l.Tenant), l)
	if err != nil {
		return "/lettings/new"
	}
	q := url.Values{"again": {l.No}}
	for _, name := range []string{"name", "owner", "units", "purpose", "sitting", "basis", "basis_year", "basis_note", "reserve", "months", "pay_months", "advance", "free_months", "deposit", "earnest", "conditions", "contact"} {
		q.Set(name, texts[name])
	}
	return "/lettings/new?" + q.Encode()
}

// next says what comes next and what it lacks.
func (p *pages) next(c *shell.Ctx, l *letting.Letting) (templ.Component, error) {
	d, err := letting.LoadDossier(c.Context(), p.env.DB.Read(), l, c.Today())
	if err != nil {
		return nil, err
	}
	v := nextView{Event: d.Next()}
	if v.Event == "" {
		return nil, nil
	}
	for _, e := range letting.Machine.Events {
		if e.Name == v.Event {
			v.Label = e.Label
		}
	}
	v.Missing = d.Missing(v.Event, c.Today())
	if l.State == letting.Listed && c.Today().After(l.Closes) && d.Few() {
		v.Label = "流标"
	}
	v.Need = field.LabelOf(letting.Levels, l.Level) + "；民主决策要走：" + l.Steps
	for _, kind := range d.Needs() {
		st := ui.Step{Label: field.LabelOf(letting.StepKinds, kind), State: ui.StepTodo}
		if s := d.Step(kind); s != nil {
			st.State, st.Sub = ui.StepDone, s.On.String()
			if s.Fails() != "" {
				st.State = ui.StepFailed
			}
		}
		v.Steps = append(v.Steps, st)
	}
	if l.State == letting.Awarded && len(v.Missing) == 0 && c.Who.Can(edit, l.Region) && c.Who.Can("contract:"+access.Edit, l.Region) {
		v.Draft = &ui.ConfirmView{
			ID: "draft", Button: ui.Button{Label: "起草合同", Icon: "file-text", Style: ui.Primary}, Title: "起草合同：" + l.Name,
			Text:   "按招租方案和成交结果起草租赁合同：" + l.From.String() + " 至 " + l.Until().String() + "，年租金 " + l.Price.String() + " 元，承租人 " + l.Winner + "。",
			Action: "/lettings/" + l.ID.String() + "/contract", Submit: "确认起草", Hidden: []ui.Hidden{{Name: "_key", Value: c.FormKey()}},
		}
	}
	return nextBody(v), nil
}

// draft drafts the contract.
func (p *pages) draft(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	id, err := c.ID()
	if err != nil {
		return err
	}
	if _, err := p.svc.Lettings.Get(c.Context(), c.Who, tenant, id); err != nil {
		return err
	}
	made, err := p.svc.Draft(c.Context(), c.Who, tenant, c.Form("_key"), id)
	if err != nil {
		return err
	}
	return c.Done("/contracts/"+made.String(), "合同已按成交结果起草，请核对后签订")
}

// basis shows what the price is compared with.
func (p *pages) basis(c *shell.Ctx, l *letting.Letting) (templ.Component, error) {
	q := p.env.DB.Read()
	h, err := letting.LoadHolding(c.Context(), q, l.Tenant, l.Units)
	if err != nil {
		return nil, err
	}
	d, err := letting.LoadDossier(c.Context(), q, l, c.Today())
	if err != nil {
		return nil, err
	}
	day := l.Listed
	if day.IsZero() {
		day = c.Today()
	}
	cmp, err := letting.Compare(c.Context(), p.env, q, l.Tenant, letting.Question{Region: l.Region, Holding: h, Terms: d.Terms, Day: day, Before: day, Own: letting.OwnUnits})
	if err != nil {
		return nil, err
	}
	v := basisView{
		Chosen: field.LabelOf(letting.Bases, l.Basis), Note: l.BasisNote, Annual: l.BasisYear.String(), Reserve: l.Reserve.String(),
		Low: d.Under(l.Reserve, l.BasisYear), Percent: strconv.Itoa(d.Terms.ReservePercent), Reason: l.ReserveReason, Measure: cmp.Measure.String(), Near: compared(c, cmp),
	}
	if len(cmp.Neighbours) > 0 && d.Under(l.Reserve, cmp.Annual) {
		v.Under = "底价低于周边同类租金中位数折算的 " + cmp.Annual.String() + " 元的 " + v.Percent + "%。"
	}
	return basisBody(v), nil
}

// ranking shows the opened bids in their order.
func (p *pages) ranking(c *shell.Ctx, l *letting.Letting) (templ.Component, error) {
	if l.Opened.IsZero() {
		return nil, nil
	}
	d, err := letting.LoadDossier(c.Context(), p.env.DB.Read(), l, c.Today())
	if err != nil {
		return nil, err
	}
	bids := map[ids.ID]*letting.Bid{}
	for i := range d.Bids {
		bids[d.Bids[i].ID] = &d.Bids[i]
	}
	list, tied := letting.Rank(d.Offers(), d.Terms)
	t := ui.Table{Caption: "开标排名", Unit: "元", Columns: []ui.Column{{Label: "名次"}, {Label: "竞租人"}, {Label: "开标报价", Align: ui.Right}, {Label: "说明"}}}
	for _, r := range list {
		b := bids[r.Bid]
		row := ui.Row{Href: "/letting-bids/" + b.ID.String(), Cells: []ui.Cell{ui.T(strconv.Itoa(r.Place)), ui.T(b.Name), ui.T(b.Offer.String()), ui.T(r.Why)}}
		switch {
		case r.Out:
			row.Cells[0], row.Cells[3] = ui.Cell{Text: "取消资格", Muted: true}, ui.T(b.Out)
		case b.Won:
			row.Cells[0].Badge = &ui.BadgeView{Text: "成交", Kind: ui.Green}
		}
		if r.Sitting {
			row.Cells[1].Sub = "原承租人"
		}
		t.Rows = append(t.Rows, row)
	}
	return rankingBody(t, len(tied)), nil
}

const mostVacancyDays = 730

// vacancies lists what is vacant or soon will be.
func (p *pages) vacancies(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	q := p.env.DB.Read()
	rules, err := letting.LoadRules(c.Context(), q, tenant)
	if err != nil {
		return err
	}
	days := rules.At(c.Scope, c.AsOf).VacancyDays
	if n, err := strconv.Atoi(c.Query("days")); err == nil && n >= 0 && n <= mostVacancyDays {
		days = n
	}
	ranges, err := c.Shell.Regions.Ranges(c.Context(), c.Who.Narrow(view, c.Scope)...)
	if err != nil {
		return err
	}
	list, err := letting.Vacancies(c.Context(), q, tenant, ranges, c.AsOf, days)
	if err != nil {
		return err
	}
	t := ui.Table{Caption: "待招租的单元", Columns: []ui.Column{{Label: "单元"}, {Label: "地区"}, {Label: "数量", Align: ui.Right}, {Label: "状况"}, {Label: "上一份租约"}, {Label: "招租", NoPrint: true}}}
	t.Empty = &ui.EmptyView{Icon: "building-store", Title: "没有空置或即将到期的单元", Text: "还没有划分出租单元的，先在资产资源里划分。", Buttons: []ui.Button{{Label: "看资产资源", Href: "/assets"}}}
	idle := 0
	for i := range list {
		v := &list[i]
		row := ui.Row{Href: "/asset-units/" + v.Unit.ID.String(), Cells: []ui.Cell{
			{Text: v.Unit.Name, Sub: v.Unit.No + " · " + v.Asset.Name}, ui.T(c.RegionName(v.Unit.Region)), ui.T(v.Unit.Quantity.String()), p.standing(c, v), lastCell(v), p.start(c, v),
		}}
		if v.Ends.IsZero() {
			idle++
		}
		t.Rows = append(t.Rows, row)
	}
	view := c.PageOf("待招租")
	view.Subtitle = c.ScopeName() + "，截至 " + c.AsOf.String()
	view.Actions = ui.Buttons(ui.Button{Label: "公开招租", Icon: "speakerphone", Href: "/lettings"})
	return c.Page(view, vacancyBody(t, idle, len(list)-idle, days, dayOptions(days)))
}

// dayOptions are how far ahead one looks for leases that end.
func dayOptions(days int) []ui.Option {
	list := []int{0, 30, 60, 90, 180, 365, mostVacancyDays}
	if !slices.Contains(list, days) {
		list = append(list, days)
		slices.Sort(list)
	}
	var out []ui.Option
	for _, n := range list {
		label := strconv.Itoa(n) + " 天内到期的也列出"
		if n == 0 {
			label = "只列空置的"
		}
		out = append(out, ui.Option{Value: strconv.Itoa(n), Label: label, Selected: n == days})
	}
	return out
}

func (p *pages) standing(c *shell.Ctx, v *letting.Vacancy) ui.Cell {
	switch {
	case !v.Ends.IsZero():
		return ui.Cell{Badge: &ui.BadgeView{Text: v.Ends.String() + " 到期", Kind: ui.Orange}, Sub: "还有 " + strconv.Itoa(v.Ends.Sub(c.AsOf)) + " 天"}
	case v.Since.IsZero():
		return ui.Cell{Badge: &ui.BadgeView{Text: "没有租出过", Kind: ui.Red}}
	}
	return ui.Cell{Badge: &ui.BadgeView{Text: "空置", Kind: ui.Red}, Sub: v.Since.String() + " 起，" + strconv.Itoa(c.AsOf.Sub(v.Since)) + " 天"}
}

func lastCell(v *letting.Vacancy) ui.Cell {
	if v.Last == nil {
		return ui.Cell{Text: "无", Muted: true}
	}
	return ui.Cell{Text: v.Last.No, Href: "/contracts/" + v.Last.Contract.String(), Sub: "年租金 " + v.Last.Annual.String() + " 元"}
}

// start leads to the letting under way, or to the form of a new one.
func (p *pages) start(c *shell.Ctx, v *letting.Vacancy) ui.Cell {
	if g := v.Letting; g != nil {
		return ui.Cell{Text: g.No, Href: "/lettings/" + g.Letting.String(), Sub: letting.Machine.State(g.Ongoing).Label}
	}
	if !c.Who.Can(edit, v.Unit.Region) {
		return ui.Cell{Text: "未发起", Muted: true}
	}
	q := url.Values{"units": {v.Unit.No}, "name": {v.Unit.Name + "公开招租"}, "basis": {field.LabelOf(letting.Bases, letting.BasisNeighbours)}}
	names, err := p.parties.Names(c.Context(), p.env.ForTenant(c.Tenant), c.Tenant, parts(v))
	if err == nil {
		q.Set("owner", names[v.Asset.Owner])
		if v.Last != nil {
			q.Set("basis", field.LabelOf(letting.Bases, letting.BasisLast))
			q.Set("sitting", names[v.Last.Tenant])
		}
	}
	if !v.Ends.IsZero() {
		q.Set("from", v.Ends.AddDays(1).String())
	}
	return ui.Cell{Content: ui.Btn(ui.Button{Label: "发起招租", Icon: "plus", Href: "/lettings/new?" + q.Encode()})}
}

func parts(v *letting.Vacancy) []ids.ID {
	if v.Last == nil {
		return []ids.ID{v.Asset.Owner}
	}
	return []ids.ID{v.Asset.Owner, v.Last.Tenant}
}

func publicPath(tenant int64, id ids.ID) string {
	return "/public/lettings/" + strconv.FormatInt(tenant, 10) + "/" + id.String()
}

// masked hides all but the first character of a person's name; organisations are named in full.
func masked(name string, kind string) string {
	if kind != "" && kind != party.Household {
		return name
	}
	r := []rune(name)
	if len(r) < 2 {
		return name
	}
	return string(r[:1]) + strings.Repeat("某", min(len(r)-1, 2))
}

var errNotPublic = errs.New(errs.NotFound, "letting.public", "没有这份公告；请检查地址")
