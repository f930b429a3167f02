package books

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"huicun/internal/books/asset"
	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// endingSoon is how many days before its end a contract is to be renewed or let anew.
const endingSoon = 90

// payment is one payment of the schedule with what was received for it.
type payment struct {
	contract.Charge
	Why      string // how it is counted
	Received money.Fen
	State    ui.BadgeView
}

// schedule is a contract's payments on the day that is looked at. What was received covers the oldest payment first;
// payments that fell due before the village's books begin are not counted, since their receipts are not in the books.
type schedule struct {
	list               []payment
	Total              money.Fen
	Due, Received      money.Fen
	Owed, Ahead        money.Fen
	Since              date.Date // when the oldest unpaid payment fell due
	Binding, HaveBooks bool
}

func (p *pages) schedule(c *shell.Ctx, ct *contract.Contract) (*schedule, error) {
	charges, err := contract.Charges(c.Context(), p.read(), c.Tenant, ct.ID)
	if err != nil {
		return nil, err
	}
	ranges, err := c.Shell.Regions.Ranges(c.Context(), ct.Region)
	if err != nil {
		return nil, err
	}
	first, err := ledger.FirstMonths(c.Context(), p.read(), c.Tenant, ranges)
	if err != nil {
		return nil, err
	}
	received, err := ledger.ReceivedByContract(c.Context(), p.read(), c.Tenant, ranges, c.AsOf)
	if err != nil {
		return nil, err
	}
	s := &schedule{Received: received[ct.ID], Binding: slices.Contains([]string{"signed", "active", "ended", "settled"}, ct.State), HaveBooks: first[ct.Region] != 0}
	s.allocate(charges, first[ct.Region].First(), c.AsOf, ct.State == "settled")
	return s, p.explain(c, ct, s)
}

// explain says of each payment how it is counted.
func (p *pages) explain(c *shell.Ctx, ct *contract.Contract, s *schedule) error {
	versions, err := contract.Versions(c.Context(), p.read(), c.Tenant, ct.ID)
	if err != nil {
		return err
	}
	list, err := contract.Payments(ct, versions)
	if err != nil {
		return err
	}
	for i := range min(len(list), len(s.list)) { // those beyond the schedule, which come last, have theirs
		s.list[i].Why = list[i].Why
	}
	return nil
}

// allocate covers the payments, the oldest first.
func (s *schedule) allocate(charges []contract.Charge, since, day date.Date, settled bool) {
	left := s.Received
	for _, ch := range charges { // a credit covers the oldest payments, as money does
		if ch.Amount < 0 && !ch.Due.Before(since) && !ch.Due.After(day) {
			left -= ch.Amount
		}
	}
	for _, ch := range charges {
		s.Total += ch.Amount
		x := payment{Charge: ch, Why: ch.Why}
		switch {
		case !s.Binding:
			x.State = ui.BadgeView{Text: "未生效", Kind: ui.Grey}
		case !s.HaveBooks:
			x.State = ui.BadgeView{Text: "没有账套", Kind: ui.Grey}
		case ch.Due.Before(since):
			x.State = ui.BadgeView{Text: "建账前", Kind: ui.Grey}
		default:
			x.Received = min(max(left, 0), max(ch.Amount, 0))
			left -= x.Received
			due := !ch.Due.After(day)
			if due {
				s.Due += ch.Amount
			}
			x.State = paymentState(&x, day, settled)
			if due && x.Received < ch.Amount && s.Since.IsZero() && !settled {
				s.Since = ch.Due
			}
		}
		s.list = append(s.list, x)
	}
	if s.Binding && s.HaveBooks && !settled {
		s.Owed = max(s.Due-s.Received, 0)
	}
	s.Ahead = max(s.Received-s.Due, 0)
}

func paymentState(x *payment, day date.Date, settled bool) ui.BadgeView {
	late := day.Sub(x.Due)
	switch {
	case x.Amount < 0:
		return ui.BadgeView{Text: "退回或抵扣", Kind: ui.Azure}
	case x.Amount == 0:
		return ui.BadgeView{Text: "免租", Kind: ui.Grey}
	case x.Received == x.Amount:
		return ui.BadgeView{Text: "已收", Kind: ui.Green}
	case settled:
		return ui.BadgeView{Text: "已结清", Kind: ui.Grey}
	case x.Due.After(day) && x.Received > 0:
		return ui.BadgeView{Text: "预收一部分", Kind: ui.Azure}
	case x.Due.After(day):
		return ui.BadgeView{Text: "未到期", Kind: ui.Grey}
	case late == 0:
		return ui.BadgeView{Text: "今天到期", Kind: ui.Orange}
	case x.Received > 0:
		return ui.BadgeView{Text: fmt.Sprintf("部分 · 逾期 %d 天", late), Kind: ui.Red}
	}
	return ui.BadgeView{Text: fmt.Sprintf("逾期 %d 天", late), Kind: ui.Red}
}

// contractAlerts warn of arrears, and of a term that runs out.
func (p *pages) contractAlerts(c *shell.Ctx, ct *contract.Contract) (templ.Component, error) {
	if !slices.Contains([]string{"signed", "active", "ended"}, ct.State) {
		return nil, nil
	}
	var list []ui.AlertView
	if c.Who.Can(voucherView, ct.Region) {
		s, err := p.schedule(c, ct)
		if err != nil {
			return nil, err
		}
		if s.Owed > 0 {
			a := ui.AlertView{
				Kind: ui.Red, Title: "欠款 " + s.Owed.String() + " 元", Text: fmt.Sprintf("最早一笔 %s 到期，已逾期 %d 天。", s.Since.Chinese(), c.AsOf.Sub(s.Since)),
				Sub: "截至 " + c.AsOf.Chinese() + " 应收 " + s.Due.String() + " 元，已收 " + s.Received.String() + " 元",
			}
			if _, ok := p.env.Noun("rent_receipt"); ok && c.Who.Can("rent_receipt:edit", ct.Region) {
				a.Remedy, a.RemedyHref = "登记收款", "/rent-receipts/new?contract="+url.QueryEscape(ct.No)
			}
			list = append(list, a)
		}
	}
	left := ct.LastDay().Sub(c.AsOf)
	switch {
	case ct.State == "ended":
	case left < 0:
		list = append(list, ui.AlertView{Kind: ui.Orange, Title: "合同已到期", Text: ct.LastDay().Chinese() + "到期，还没有办理终止；请续签或收回后终止。"})
	case left <= endingSoon:
		list = append(list, ui.AlertView{Kind: ui.Orange, Title: "合同即将到期", Text: fmt.Sprintf("%s到期，还有 %d 天；请提前商定续租，或公开招租。", ct.LastDay().Chinese(), left)})
	}
	if len(list) == 0 {
		return nil, nil
	}
	return alertsBody(list), nil
}

// termPanel draws where the contract stands in its term.
func (p *pages) termPanel(c *shell.Ctx, ct *contract.Contract) (templ.Component, error) {
	day, end := c.AsOf, ct.LastDay()
	total := end.Sub(ct.From) + 1
	gone := min(max(day.Sub(ct.From)+1, 0), total)
	v := termView{Percent: float64(gone) / float64(max(total, 1)) * 100, Text: fmt.Sprintf("已过 %d 天，共 %d 天", gone, total)}
	if months, days := date.MonthsBetween(day, end.AddDays(1)); !day.After(end) && !day.Before(ct.From) {
		v.Text = fmt.Sprintf("已履行 %.0f%%，还剩 %d 年 %d 个月 %d 天", v.Percent, months/12, months%12, days)
	}
	add := func(label string, d date.Date) {
		if d.IsZero() {
			return
		}
		st := ui.StepTodo
		if !d.After(day) {
			st = ui.StepDone
		}
		v.Steps = append(v.Steps, ui.Step{Label: label, State: st, Sub: d.String()})
	}
	add("签订", ct.Signed)
	add("起始", ct.From)
	if ct.FreeMonths > 0 {
		add("免租期满", ct.From.AddMonths(ct.FreeMonths))
	}
	if ct.LastDay() == ct.To {
		add("到期", ct.To)
	} else {
		add("提前终止", ct.LastDay())
	}
	if left := end.Sub(day); left >= 0 && left <= endingSoon {
		v.Kind = ui.Orange
	}
	return termBody(v), nil
}

func (p *pages) schedulePanel(c *shell.Ctx, ct *contract.Contract) (templ.Component, error) {
	s, err := p.schedule(c, ct)
	if err != nil {
		return nil, err
	}
	t := ui.Table{Caption: "收款计划", Unit: "元", Dense: true, Columns: []ui.Column{
		{Label: "期次"}, {Label: "所属期间"}, {Label: "应付日期"}, {Label: "应收", Align: ui.Right}, {Label: "已收", Align: ui.Right}, {Label: "状态"}, {Label: "计算过程"},
	}, Empty: &ui.EmptyView{Icon: "calendar-due", Title: "没有收款计划", Text: "填好每期金额和付款周期，系统自动排出。"}}
	may := c.Who.Can(voucherView, ct.Region)
	for _, x := range s.list {
		r := ui.Row{Cells: []ui.Cell{
			ui.T(x.Label()), ui.T(x.From.String() + " 至 " + x.To.String()), ui.T(x.Due.String()), ui.T(x.Amount.String()), {Text: amount(x.Received)}, {Badge: &x.State}, {Text: x.Why, Muted: true},
		}}
		if x.State.Kind == ui.Red {
			r.Kind = ui.Red
		}
		if !may {
			r.Cells[4], r.Cells[5] = ui.Cell{}, ui.Cell{}
		}
		t.Rows = append(t.Rows, r)
	}
	v := scheduleView{Table: t, Sub: "截至 " + c.AsOf.Chinese(), Line: s.timeline(ct, c.AsOf, may)}
	if len(s.list) > 0 {
		t.Foot = []ui.Cell{{Text: "合计", Span: 3}, ui.T(s.Total.String()), {}, {}, {}}
		v.Table = t
	}
	if may && s.Binding && s.HaveBooks {
		owed := ui.Desc{Label: "欠款", Value: s.Owed.String() + " 元", Strong: true}
		if s.Owed > 0 {
			owed.Kind = ui.Red
		}
		v.Totals = []ui.Desc{{Label: "应收（已到期）", Value: s.Due.String() + " 元"}, {Label: "已收", Value: s.Received.String() + " 元"}, owed}
		if s.Ahead > 0 {
			v.Totals = append(v.Totals, ui.Desc{Label: "预收", Value: s.Ahead.String() + " 元"})
		}
	}
	return scheduleBody(v), nil
}

func (p *pages) contractVouchers(c *shell.Ctx, ct *contract.Contract) (templ.Component, error) {
	return p.vouchersOf(c, "contract", "本合同的凭证", ct.ID, ct.Region)
}

func (p *pages) assetVouchers(c *shell.Ctx, a *asset.Asset) (templ.Component, error) {
	return p.vouchersOf(c, "asset", "本资产的凭证", a.ID, a.Region)
}

func (p *pages) vouchersOf(c *shell.Ctx, dim, title string, id ids.ID, region string) (templ.Component, error) {
	if !c.Who.Can(voucherView, region) {
		return nil, nil
	}
	list, err := ledger.LinesOf(c.Context(), p.read(), c.Tenant, dim, id)
	if err != nil {
		return nil, err
	}
	return p.entries(c, title, list), nil
}

// inForce reports whether a contract of the collective binds on a day; what a tenant sublets is none.
func inForce(ct *contract.Contract, day date.Date) bool {
	return ct.Sublet == 0 && slices.Contains([]string{"signed", "active", "ended", "settled"}, ct.State) && !ct.From.After(day) && !ct.LastDay().Before(day)
}

// leases reads the contracts of units, by unit and the latest first, and the names of their tenants.
func (p *pages) leases(c *shell.Ctx, units []asset.Unit) (map[ids.ID][]*contract.Contract, map[ids.ID]string, error) {
	out := map[ids.ID][]*contract.Contract{}
	seen := map[ids.ID]*contract.Contract{}
	var tenants []ids.ID
	for i := range units {
		list, err := contract.OfUnit(c.Context(), p.read(), c.Tenant, units[i].ID)
		if err != nil {
			return nil, nil, err
		}
		for _, id := range list {
			if seen[id] == nil {
				ct, err := contract.Get(c.Context(), p.read(), c.Tenant, id)
				if err != nil {
					return nil, nil, err
				}
				seen[id] = ct
				tenants = append(tenants, ct.PartyB)
			}
			out[units[i].ID] = append(out[units[i].ID], seen[id])
		}
		slices.SortStableFunc(out[units[i].ID], func(a, b *contract.Contract) int { return b.From.Compare(a.From) })
	}
	names, err := p.names(c, "party", distinct(tenants))
	return out, names, err
}

// unitsPanel shows an asset's units with who leases them on the day that is looked at.
func (p *pages) unitsPanel(c *shell.Ctx, a *asset.Asset) (templ.Component, error) {
	units, err := asset.UnitsOf(c.Context(), p.read(), c.Tenant, a.ID)
	if err != nil {
		return nil, err
	}
	leases, names, err := p.leases(c, units)
	if err != nil {
		return nil, err
	}
	may := c.Who.Can("contract:view", a.Region)
	t := ui.Table{Caption: "出租单元", Columns: []ui.Column{
		{Label: "单元"}, {Label: "名称"}, {Label: "面积（数量）", Align: ui.Right}, {Label: "现承租人"}, {Label: "合同"}, {Label: "年租金（元）", Align: ui.Right}, {Label: "租至"}, {Label: "状态"},
	}, Empty: &ui.EmptyView{Icon: "building-store", Title: "还没有出租单元", Text: "把资产分成可以单独出租的单元；整体出租的资产也要有一个单元。"}}
	vacant := 0
	for i := range units {
		u := &units[i]
		r := ui.Row{Href: "/asset-units/" + u.ID.String(), Cells: []ui.Cell{ui.T(u.No), ui.T(u.Name), ui.T(u.Quantity.String()), {}, {}, {}, {}, {}}}
		at := slices.IndexFunc(leases[u.ID], func(ct *contract.Contract) bool { return inForce(ct, c.AsOf) })
		switch {
		case at < 0:
			vacant++
			r.Kind = ui.Orange
			r.Cells[7].Badge = &ui.BadgeView{Text: "空置", Kind: ui.Orange}
			if a.State == "retired" {
				r.Kind, r.Cells[7].Badge = "", &ui.BadgeView{Text: "已处置", Kind: ui.Grey}
			}
		case may:
			ct := leases[u.ID][at]
			r.Cells[3] = ui.Cell{Text: names[ct.PartyB], Href: p.href("party", ct.PartyB)}
			r.Cells[4] = ui.Cell{Text: ct.No, Href: p.href("contract", ct.ID)}
			r.Cells[5] = ui.Cell{Text: amount(ct.Annual)}
			if len(p.unitsIn(leases, ct)) > 1 {
				r.Cells[5].Sub = "与其他单元合计"
			}
			r.Cells[6] = ui.T(ct.LastDay().String())
			fallthrough
		default:
			r.Cells[7].Badge = &ui.BadgeView{Text: "在租", Kind: ui.Green}
			if left := leases[u.ID][at].LastDay().Sub(c.AsOf); left <= endingSoon {
				r.Cells[7].Badge = &ui.BadgeView{Text: fmt.Sprintf("%d 天后到期", left), Kind: ui.Orange}
			}
		}
		t.Rows = append(t.Rows, r)
	}
	card := ui.CardView{Title: "出租单元", Sub: joinText(strconv.Itoa(len(units))+" 个", vacancy(vacant, len(units)), "截至 "+c.AsOf.Chinese()), Flush: true}
	if c.Who.Can("asset_unit:edit", a.Region) {
		card.Tools = ui.Btn(ui.Button{Label: "新增单元", Icon: "plus", Href: "/asset-units/new?asset=" + a.No})
	}
	return resource.TableCard(card, t), nil
}

func vacancy(vacant, units int) string {
	switch {
	case units == 0:
		return ""
	case vacant == 0:
		return "全部在租"
	}
	return "空置 " + strconv.Itoa(vacant) + " 个"
}

// unitsIn are the units among those read that a contract holds.
func (p *pages) unitsIn(leases map[ids.ID][]*contract.Contract, ct *contract.Contract) []ids.ID {
	var out []ids.ID
	for unit, list := range leases {
		if slices.Contains(list, ct) {
			out = append(out, unit)
		}
	}
	return out
}

// earlierPanel lists the contracts of an asset's units that do not bind on the day: earlier ones, and what is to come.
func (p *pages) earlierPanel(c *shell.Ctx, a *asset.Asset) (templ.Component, error) {
	if !c.Who.Can("contract:view", a.Region) {
		return nil, nil
	}
	units, err := asset.UnitsOf(c.Context(), p.read(), c.Tenant, a.ID)
	if err != nil {
		return nil, err
	}
	leases, names, err := p.leases(c, units)
	if err != nil {
		return nil, err
	}
	seen := map[ids.ID]bool{}
	var list []*contract.Contract
	for _, u := range units {
		for _, ct := range leases[u.ID] {
			if !seen[ct.ID] && ct.Sublet == 0 && !inForce(ct, c.AsOf) {
				seen[ct.ID] = true
				list = append(list, ct)
			}
		}
	}
	if len(list) == 0 {
		return nil, nil
	}
	slices.SortStableFunc(list, func(a, b *contract.Contract) int { return cmp.Or(b.From.Compare(a.From), cmp.Compare(b.No, a.No)) })
	return resource.TableCard(ui.CardView{Title: "以往和将来的合同", Sub: strconv.Itoa(len(list)) + " 份", Flush: true}, p.contractTable(list, names)), nil
}

// unitContracts lists the contracts of a unit.
func (p *pages) unitContracts(c *shell.Ctx, u *asset.Unit) (templ.Component, error) {
	if !c.Who.Can("contract:view", u.Region) {
		return nil, nil
	}
	leases, names, err := p.leases(c, []asset.Unit{*u})
	if err != nil {
		return nil, err
	}
	list := leases[u.ID]
	t := p.contractTable(list, names)
	t.Empty = &ui.EmptyView{Icon: "file-text", Title: "还没有租过", Text: "签订租赁合同时在“出租单元”里填上它的编号。"}
	if c.Who.Can("contract:edit", u.Region) {
		t.Empty.Buttons = []ui.Button{{Label: "新建合同", Icon: "plus", Href: "/contracts/new?units=" + u.No}}
	}
	state := "空置"
	if slices.ContainsFunc(list, func(ct *contract.Contract) bool { return inForce(ct, c.AsOf) }) {
		state = "在租"
	}
	return resource.TableCard(ui.CardView{Title: "合同", Sub: c.AsOf.Chinese() + state, Flush: true}, t), nil
}

func (p *pages) contractTable(list []*contract.Contract, names map[ids.ID]string) ui.Table {
	t := ui.Table{Caption: "合同", Columns: []ui.Column{{Label: "合同编号"}, {Label: "名称"}, {Label: "承租人"}, {Label: "期限"}, {Label: "年化金额（元）", Align: ui.Right}, {Label: "状态"}}}
	for _, ct := range list {
		s := contract.Machine.State(ct.State)
		t.Rows = append(t.Rows, ui.Row{Href: "/contracts/" + ct.ID.String(), Cells: []ui.Cell{
			ui.T(ct.No), ui.T(ct.Name),
			{Text: names[ct.PartyB], Href: p.href("party", ct.PartyB)},
			ui.T(ct.From.String() + " 至 " + ct.LastDay().String()), ui.T(amount(ct.Annual)),
			{Badge: &ui.BadgeView{Text: s.Label, Kind: ui.Kind(s.Tone)}},
		}})
	}
	return t
}
