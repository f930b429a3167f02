package rent

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"huicun/internal/books/cash"
	"huicun/internal/books/rent"
	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// sum is a row of the board.
type sum struct {
	due, covered, lost, open money.Fen
	contracts, outstanding   int
}

func (s *sum) add(m *rent.Month) {
	s.due += m.Due
	s.covered += m.Covered
	s.lost += m.Lost
	s.open += m.Open()
	s.contracts++
	if m.Open() > 0 {
		s.outstanding++
	}
}

// rate is the share that was covered, in per cent with one decimal.
func (s *sum) rate() string {
	if s.due <= 0 {
		return "—"
	}
	n, err := money.MulDiv(s.covered, 1000, int64(s.due), money.HalfUp)
	if err != nil {
		return "—"
	}
	return strconv.FormatInt(int64(n)/10, 10) + "." + strconv.FormatInt(int64(n)%10, 10) + "%"
}

func (s *sum) cells(first ui.Cell, rest ...ui.Cell) []ui.Cell {
	return append(append([]ui.Cell{first}, rest...), ui.T(s.due.String()), ui.T(yuan(s.covered)), openCell(s.open), ui.T(s.rate()))
}

func openCell(f money.Fen) ui.Cell {
	c := ui.Cell{Text: yuan(f), Strong: f > 0}
	if f > 0 {
		c.Kind = ui.Orange
	}
	return c
}

// board shows what fell due in a month by village, and within one village by contract.
func (p *pages) board(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	m, err := date.ParseMonth(c.Query("month"))
	if err != nil {
		m = c.AsOf.YearMonth()
	}
	ranges, err := p.ranges(c, itemView)
	if err != nil {
		return err
	}
	list, err := rent.BoardBy(c.Context(), p.read(), tenant, ranges, m.First(), m.Last(), c.AsOf)
	if err != nil {
		return err
	}
	received, err := rent.ReceivedBetween(c.Context(), p.read(), tenant, ranges, m.First(), m.Last())
	if err != nil {
		return err
	}
	var all sum
	var in money.Fen
	places := map[string]*sum{}
	for i := range list {
		x := &list[i]
		all.add(x)
		if places[x.Region] == nil {
			places[x.Region] = &sum{}
		}
		places[x.Region].add(x)
	}
	for _, fen := range received {
		in += fen
	}
	v := boardView{Month: m.String(), Months: monthOptions(m), Stats: []ui.StatView{
		{Label: "本月应收", Value: all.due.String(), Unit: "元"}, {Label: "其中已收", Value: all.covered.String(), Unit: "元", Sub: "收缴率 " + all.rate()},
		{Label: "未收", Value: all.open.String(), Unit: "元", Kind: kindOf(all.open), Sub: strconv.Itoa(all.outstanding) + " 份合同"},
		{Label: "本月收到", Value: in.String(), Unit: "元", Sub: "含收以前月份的和预收"},
	}}
	if code.Level(c.Scope) != code.TierVillage {
		v.Tables = append(v.Tables, titled{"各村", "点村名看每份合同", p.places(c, m, places, &all)})
	}
	if code.Level(c.Scope) == code.TierVillage || len(places) == 1 || c.Query("all") != "" {
		v.Tables = append(v.Tables, titled{"各合同", "", contractTable(c, list, &all)})
	}
	page := c.PageOf("应收看板", ui.Link{Label: "应收看板"})
	page.Subtitle = c.ScopeName() + "　" + m.Chinese()
	page.Actions = ui.Buttons(ui.Button{Label: "登记收款", Icon: "plus", Href: "/rent-receipts/new", Style: ui.Primary}, ui.Button{Label: "按月计收", Icon: "calculator", Href: path("/rent-runs/new", "month", m.String())}, ui.Button{Label: "账龄", Icon: "clock", Href: "/rent-ageing"})
	return c.Page(page, boardBody(v))
}

func kindOf(open money.Fen) ui.Kind {
	if open > 0 {
		return ui.Orange
	}
	return ""
}

func noItems() *ui.EmptyView {
	return &ui.EmptyView{Icon: "calculator", Title: "这个月还没有应收款项", Text: "先按月计收，到期的租金、服务费就列在这里。", Buttons: []ui.Button{{Label: "按月计收", Href: "/rent-runs/new"}}}
}

func (p *pages) places(c *shell.Ctx, m date.Month, places map[string]*sum, all *sum) ui.Table {
	t := ui.Table{Caption: "各村应收", Unit: "元", Columns: []ui.Column{{Label: "村"}, right("合同"), right("应收"), right("已收"), right("未收"), right("收缴率")}, Empty: noItems()}
	for _, at := range slices.Sorted(maps.Keys(places)) {
		s := places[at]
		t.Rows = append(t.Rows, ui.Row{Href: ui.SwitchScope(at, path("/rent", "month", m.String())), Cells: s.cells(ui.T(c.RegionName(at)), ui.T(strconv.Itoa(s.contracts)))})
	}
	if len(t.Rows) > 0 {
		t.Foot = all.cells(ui.T("合计"), ui.T(strconv.Itoa(all.contracts)))
	}
	return t
}

func contractTable(c *shell.Ctx, list []rent.Month, all *sum) ui.Table {
	t := ui.Table{Caption: "各合同应收", Unit: "元", Columns: []ui.Column{{Label: "合同"}, {Label: "付款方"}, right("应收"), right("已收"), right("未收"), right("收缴率")}, Empty: noItems()}
	for i := range list {
		x := &list[i]
		var s sum
		s.add(x)
		r := ui.Row{Href: path("/rent-items", "contract", x.Contract), Cells: s.cells(ui.Cell{Text: x.Contract, Sub: x.Name}, ui.T(x.Debtor))}
		if x.Sample {
			r.Cells[0].Badge = &ui.BadgeView{Text: "示例", Kind: ui.Grey}
		}
		t.Rows = append(t.Rows, r)
	}
	if len(t.Rows) > 0 {
		t.Foot = all.cells(ui.T("合计"), ui.T(""))
	}
	return t
}

// ageing lists what is open by how long it has been overdue, by village and by tenant.
func (p *pages) ageing(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	ranges, err := p.ranges(c, itemView)
	if err != nil {
		return err
	}
	list, err := rent.OpenOn(c.Context(), p.read(), tenant, ranges, c.AsOf)
	if err != nil {
		return err
	}
	rules, err := rent.LoadRules(c.Context(), p.read(), tenant)
	if err != nil {
		return err
	}
	bands, err := cash.ParseBands(rules.At(c.Scope, "2023", c.AsOf).Bands)
	if err != nil {
		return err
	}
	byPlace, byParty := map[string][]money.Fen{}, map[ids.ID][]money.Fen{}
	debtor := map[ids.ID]string{}
	all := make([]money.Fen, len(bands)+2)
	put := func(to []money.Fen, o *rent.OpenItem) []money.Fen {
		if to == nil {
			to = make([]money.Fen, len(bands)+2)
		}
		to[cash.Band(bands, o.Days(c.AsOf))] += o.Open
		to[len(to)-1] += o.Open
		return to
	}
	oldest := 0
	for i := range list {
		o := &list[i]
		byPlace[o.Region], byParty[o.Party], all = put(byPlace[o.Region], o), put(byParty[o.Party], o), put(all, o)
		debtor[o.Party] = o.Debtor
		oldest = max(oldest, o.Days(c.AsOf))
	}
	columns := func(first string) []ui.Column {
		out := []ui.Column{{Label: first}}
		from := 0
		for _, b := range bands {
			out = append(out, right(strconv.Itoa(from)+"—"+strconv.Itoa(b)+" 天"))
			from = b + 1
		}
		return append(out, right(strconv.Itoa(from)+" 天以上"), right("合计"))
	}
	cells := func(first ui.Cell, sums []money.Fen) []ui.Cell {
		out := []ui.Cell{first}
		for _, f := range sums {
			out = append(out, ui.T(yuan(f)))
		}
		return out
	}
	empty := &ui.EmptyView{Icon: "check", Title: "没有到期未收的款项", Text: "按月计收以后，到期没有收到的款项列在这里。", Buttons: []ui.Button{{Label: "按月计收", Href: "/rent-runs/new"}}}
	var tables []titled
	if code.Level(c.Scope) != code.TierVillage {
		t := ui.Table{Caption: "各村账龄", Unit: "元", Columns: columns("村"), Empty: empty, KeepGrid: true, Freeze: true}
		for _, at := range slices.Sorted(maps.Keys(byPlace)) {
			t.Rows = append(t.Rows, ui.Row{Href: ui.SwitchScope(at, "/rent-ageing"), Cells: cells(ui.T(c.RegionName(at)), byPlace[at])})
		}
		if len(t.Rows) > 0 {
			t.Foot = cells(ui.T("合计"), all)
		}
		tables = append(tables, titled{"各村账龄", "按逾期天数", t})
	}
	t := ui.Table{Caption: "各付款方账龄", Unit: "元", Columns: columns("付款方"), Empty: empty, KeepGrid: true, Freeze: true}
	parties := make([]ids.ID, 0, len(byParty))
	for id := range byParty {
		parties = append(parties, id)
	}
	last := len(bands) + 1
	slices.SortFunc(parties, func(a, b ids.ID) int {
		return cmp.Or(cmp.Compare(byParty[b][last], byParty[a][last]), cmp.Compare(debtor[a], debtor[b]), cmp.Compare(a, b))
	})
	for _, id := range parties {
		t.Rows = append(t.Rows, ui.Row{Href: path("/rent-statement", "party", debtor[id]), Cells: cells(ui.T(debtor[id]), byParty[id])})
	}
	if len(t.Rows) > 0 {
		t.Foot = cells(ui.T("合计"), all)
	}
	tables = append(tables, titled{"各付款方账龄", "点开看对账单", t}, titled{"到期未收的款项", strconv.Itoa(len(list)) + " 笔", openTable(list, c.AsOf)})
	stats := []ui.StatView{
		{Label: "到期未收", Value: all[last].String(), Unit: "元", Kind: kindOf(all[last])}, {Label: "款项", Value: strconv.Itoa(len(list)), Unit: "笔"},
		{Label: "付款方", Value: strconv.Itoa(len(parties)), Unit: "个"}, {Label: "最长逾期", Value: strconv.Itoa(oldest), Unit: "天"},
	}
	page := c.PageOf("账龄", ui.Link{Label: "应收看板", Href: "/rent"}, ui.Link{Label: "账龄"})
	page.Subtitle = c.ScopeName() + "　截至 " + c.AsOf.Chinese()
	page.Actions = ui.PrintButton()
	return c.Page(page, ageingBody(stats, tables))
}

// openTable lists open items.
func openTable(list []rent.OpenItem, day date.Date) ui.Table {
	t := ui.Table{Caption: "到期未收的款项", Unit: "元", Columns: []ui.Column{{Label: "应收"}, {Label: "合同"}, {Label: "付款方"}, {Label: "到期日"}, right("逾期天数"), right("应收"), right("未收")}}
	for i := range list {
		o := &list[i]
		days := ""
		if n := o.Days(day); n > 0 {
			days = strconv.Itoa(n)
		}
		t.Rows = append(t.Rows, ui.Row{Href: "/rent-items/" + o.ID.String(), Cells: []ui.Cell{
			ui.T(o.No), {Text: o.ContractNo, Sub: o.Name}, ui.T(o.Debtor), ui.T(o.Due.String()), ui.T(days), ui.T(o.Amount.String()), openCell(o.Open),
		}})
	}
	return t
}
