package overview

import (
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huicun/internal/insight/board"
	"huicun/internal/insight/overview"
	"huicun/internal/kit/code"
	"huicun/internal/kit/money"
	"huicun/internal/mechanism/secretary"
	"huicun/internal/registry/access"
	"huicun/internal/web/ui"
)

// page is what the templates read.
type page struct {
	o        *overview.Overview
	who      access.Principal
	year     int
	narrowed bool
	others   []ui.Link
	begins   []overview.Begin
	rows     []board.Row
	cards    []templ.Component // of other slices
}

// delta is a change against last year; a fall of what should rise is bad.
func delta(s *ui.StatView, c overview.Compare) {
	pct, ok := c.Change()
	if !ok {
		return
	}
	s.DeltaUp, s.DeltaKind = pct >= 0, ui.Green
	if pct < 0 {
		s.DeltaKind = ui.Red
	}
	s.Delta = fixed(math.Abs(float64(pct))/100, 1) + "% 同比"
}

func (p *page) lineage(in string, params ...string) string {
	return lineage(in, p.o.Scope, p.year, params...)
}

func (p *page) stats() []ui.StatView {
	o := p.o
	income := ui.StatView{Label: "村级总收入", Lineage: p.lineage("ledger.village_income")}
	income.Value, income.Unit = wan(o.Income.Now)
	delta(&income, o.Income)
	if !o.Income.Known {
		income.Sub = "上年同期没有账，不作比较"
	}
	stable := ui.StatView{Label: "稳定性收入（年化）", Lineage: p.lineage("contract.stable_income")}
	stable.Value, stable.Unit = wan(o.Stable.Now)
	delta(&stable, o.Stable)
	if o.StableShare > 0 {
		stable.Sub = "占近12个月收入 " + percent(o.StableShare) + "%"
	}
	fresh := ui.StatView{Label: "新增稳定性收入", Lineage: p.lineage("overview.new_stable")}
	fresh.Value, fresh.Unit = wan(o.New.Total)
	fresh.Sub = fmt.Sprintf("厂房 %s · 商铺 %s · 服务 %s", wanNum(o.New.Workshop), wanNum(o.New.Shop), wanNum(o.New.Service))
	if o.New.Other != 0 {
		fresh.Sub += " · 其他 " + wanNum(o.New.Other)
	}
	owed := ui.StatView{Label: "应收未收", Lineage: p.lineage("overview.arrears"), Kind: ui.Red, Sub: fmt.Sprintf("%d 份逾期", len(o.Arrears))}
	owed.Value, owed.Unit = wan(o.Owed)
	if len(o.Arrears) == 0 {
		owed.Kind, owed.Sub = "", "到期款项都已收齐"
	} else if d := o.Arrears[0].Days; d > 0 {
		owed.Sub += fmt.Sprintf("，最长 %d 天", d)
	}
	return []ui.StatView{income, stable, fresh, owed, p.pairingStat(), p.requestStat()}
}

func (p *page) pairingStat() ui.StatView {
	s := ui.StatView{Label: "结对共建覆盖", Unit: "%", Value: "—"}
	least := int64(math.MaxInt64)
	var all, short []string
	for _, c := range p.o.Pairing {
		if c.Den == 0 {
			continue
		}
		if v := c.Percent(); v < least {
			least = v
			s.Value, s.Lineage = percent(v), p.lineage("pairing.coverage", "axis", c.Code)
		}
		all = append(all, axisShort(c))
		if c.Num < c.Den {
			short = append(short, fmt.Sprintf("%s %d/%d", axisShort(c), c.Num, c.Den))
		}
	}
	switch {
	case len(all) == 0:
		s.Unit, s.Sub = "", "还没有登记村"
	case len(short) == 0:
		s.Sub = strings.Join(all, "、") + "全覆盖"
	default:
		s.Kind, s.Sub = ui.Orange, strings.Join(short, " · ")
	}
	return s
}

// axisShort is the axis by whom the villages pair with.
func axisShort(c overview.Coverage) string {
	return strings.NewReplacer("村与部门共建", "部门", "村村结对", "村村", "村企共建", "村企").Replace(c.Label)
}

func (p *page) requestStat() ui.StatView {
	r := p.o.Requests
	s := ui.StatView{Label: "诉求按时办结", Unit: "%", Value: percent(r.Closed.Percent()), Lineage: p.lineage("casework.on_time")}
	s.Sub = fmt.Sprintf("到期 %d 件，按时 %d 件 · 在办 %d", r.Closed.Den, r.Closed.Num, r.Open)
	if r.Closed.Den == 0 {
		s.Value, s.Unit, s.Sub = "—", "", fmt.Sprintf("今年还没有到期的诉求 · 在办 %d", r.Open)
	}
	if r.Overdue > 0 {
		s.Sub += fmt.Sprintf(" · 超期 %d", r.Overdue)
	}
	return s
}

// tally is a count with its bar, for states and stages.
type tally struct {
	Label, Text, Href string
	Percent           float64
	Rest              float64 // what is still expected
	Kind              ui.Kind
}

func (p *page) joints() []tally {
	var out []tally
	most := 1
	for _, s := range p.o.Joint {
		most = max(most, s.N)
	}
	for _, s := range p.o.Joint {
		if s.N == 0 {
			continue
		}
		out = append(out, tally{
			Label: s.Label, Text: fmt.Sprintf("%d 个", s.N), Kind: ui.Kind(s.Tone), Percent: float64(s.N) * 100 / float64(most),
			Href: "/joint-projects?state=" + s.State + "&scope=" + p.o.Scope,
		})
	}
	return out
}

// funnel lists the leads by stage; what ended without a project is left to the list of leads.
func (p *page) funnel() []tally {
	var out []tally
	most := 1
	for _, s := range p.o.Leads {
		most = max(most, s.Count)
	}
	for _, s := range p.o.Leads {
		if s.Count == 0 || s.Tone == string(ui.Grey) {
			continue
		}
		t := tally{
			Label: s.Label, Text: fmt.Sprintf("%d 条", s.Count), Kind: ui.Kind(s.Tone), Percent: float64(s.Count) * 100 / float64(most),
			Href: p.lineage("attract.leads", "stage", s.Code),
		}
		if s.Total > 0 {
			t.Text += "，" + wanText(s.Total)
		}
		out = append(out, t)
	}
	return out
}

// ended counts the leads that came to nothing, by state.
func (p *page) ended() string {
	var parts []string
	for _, s := range p.o.Leads {
		if s.Count > 0 && s.Tone == string(ui.Grey) {
			parts = append(parts, fmt.Sprintf("%s %d 条", s.Label, s.Count))
		}
	}
	return strings.Join(parts, "，")
}

func (p *page) newParts() []tally {
	n := p.o.New
	var out []tally
	for _, x := range []struct {
		label string
		fen   money.Fen
		href  string
	}{
		{"厂房", n.Workshop, p.lineage("contract.new_stable_income", "kind", "workshop", "origin", "new|revitalised")},
		{"商铺", n.Shop, p.lineage("contract.new_stable_income", "kind", "shop", "origin", "new|revitalised")},
		{"服务协议", n.Service, p.lineage("contract.service_income")},
		{"其他资产", n.Other, p.lineage("contract.new_stable_income", "origin", "new|revitalised")},
	} {
		if x.fen == 0 {
			continue
		}
		out = append(out, tally{
			Label: x.label, Text: wanText(x.fen) + "/年", Href: x.href, Percent: float64(max(x.fen, 0)) * 100 / float64(max(n.Total, 1)),
		})
	}
	return out
}

// shownBrands is how many brands are listed, those that sell most.
const shownBrands = 5

func (p *page) brands() []tally {
	var out []tally
	most := money.Fen(1)
	for _, b := range p.o.Brands {
		most = max(most, b.Actual+b.Expected)
	}
	for _, b := range p.o.Brands[:min(len(p.o.Brands), shownBrands)] {
		t := tally{
			Label: b.Name, Text: wanText(b.Actual), Href: lineage("brand.sales", b.Region, p.year, "brand", b.Name),
			Percent: float64(b.Actual) * 100 / float64(most), Rest: float64(b.Expected) * 100 / float64(most),
		}
		if b.Expected > 0 {
			t.Text += "（" + wanNum(b.Actual+b.Expected) + "）"
		}
		out = append(out, t)
	}
	return out
}

// shownProjects and shownAlerts are how many the first page lists.
const (
	shownProjects = 6
	shownAlerts   = 7
)

func (p *page) projectTable() ui.Table {
	t := ui.Table{
		Caption: "书记项目",
		Columns: []ui.Column{{Label: "项目"}, {Label: "比进度", Width: "30%"}, {Label: "比举措", Align: ui.Right, Nowrap: true}, {Label: "比成效", Align: ui.Right, Nowrap: true}},
		Empty: &ui.EmptyView{Icon: "flag", Title: "还没有启动的书记项目", Text: "书记领题、立项启动后，这里自动比进度、比举措、比成效。",
			Buttons: []ui.Button{{Label: "去看书记项目", Href: "/projects"}}},
	}
	for i := range p.rows[:min(len(p.rows), shownProjects)] {
		r := &p.rows[i]
		light := board.Lights[r.Light]
		kind := ui.Kind(light.Tone)
		text := percent(r.Progress.Percent) + "%"
		if r.Lag > 0 && r.Light != board.Green && r.Light != "" {
			text += "，落后 " + percent(r.Lag) + " 个百分点"
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: r.Name, Href: "/projects/" + r.ID.String(), Sub: r.Unit},
			{Content: ui.Progress(ui.ProgressView{Percent: float64(r.Progress.Percent) / 100, Kind: kind, Text: text, Label: r.Name})},
			{Text: fmt.Sprintf("%d/%d", r.Measures.Num, r.Measures.Den), Lineage: p.records(r, secretary.CompareMeasures)},
			{Text: percent(r.Results.Percent) + "%", Lineage: p.records(r, secretary.CompareResults)},
		}})
	}
	return t
}

// records is the address of what is behind a number of the board.
func (p *page) records(r *board.Row, col string) string {
	return "/board/records?" + url.Values{"scope": {p.o.Scope}, "year": {strconv.Itoa(p.year)}, "project": {r.ID.String()}, "col": {col}}.Encode()
}

func (p *page) places() ui.Table {
	t := ui.Table{
		Caption: "下级比较", Unit: "万元",
		Columns: []ui.Column{{Label: "地区"}, {Label: "村", Align: ui.Right}, {Label: "村级总收入", Align: ui.Right}, {Label: "同比", Align: ui.Right}, {Label: "稳定性收入", Align: ui.Right}},
	}
	for _, c := range p.o.Pairing {
		t.Columns = append(t.Columns, ui.Column{Label: axisShort(c), Align: ui.Right})
	}
	t.Columns = append(t.Columns, ui.Column{Label: "商会", Align: ui.Right}, ui.Column{Label: "需要关注", Align: ui.Right})
	for _, x := range p.o.Places {
		t.Rows = append(t.Rows, ui.Row{Cells: p.placeCells(x)})
	}
	return t
}

func (p *page) placeCells(x overview.Place) []ui.Cell {
	change := orNone(false, ui.Cell{})
	if pct, ok := x.Income.Change(); ok {
		change = ui.Cell{Text: fmt.Sprintf("%+.1f%%", float64(pct)/100), Kind: ui.Green}
		if pct < 0 {
			change.Kind = ui.Red
		}
	}
	cells := []ui.Cell{
		{Text: x.Name, Href: ui.SwitchScope(x.Code, "/")}, orNone(x.Villages != 0, ui.T(strconv.Itoa(x.Villages))),
		orNone(x.Income.Now != 0, ui.Cell{Text: wanNum(x.Income.Now), Lineage: lineage("ledger.village_income", x.Code, p.year)}), change,
		orNone(x.Stable.Now != 0, ui.Cell{Text: wanNum(x.Stable.Now), Lineage: lineage("contract.stable_income", x.Code, p.year)}),
	}
	for i, c := range x.Coverage {
		in, params := "pairing.coverage", []string{"axis", c.Code}
		if i == len(x.Coverage)-1 {
			in, params = "chamber.coverage", nil
		}
		cell := ui.Cell{Text: fmt.Sprintf("%d/%d", c.Num, c.Den), Lineage: lineage(in, x.Code, p.year, params...)}
		switch {
		case c.Den == 0:
			cell = orNone(false, cell)
		case c.Num < c.Den:
			cell.Kind = ui.Orange
		}
		cells = append(cells, cell)
	}
	last := orNone(false, ui.Cell{})
	if x.Attention > 0 {
		last = ui.Cell{Text: strconv.Itoa(x.Attention), Href: "/attention?scope=" + x.Code}
		if x.Overdue > 0 {
			last.Badge = &ui.BadgeView{Text: fmt.Sprintf("逾期 %d", x.Overdue), Kind: ui.Red}
		}
	}
	return append(cells, last)
}

// orNone is a cell, or an empty one where there is nothing to show: on a phone that leaves the line out.
func orNone(there bool, c ui.Cell) ui.Cell {
	if there {
		return c
	}
	return ui.Cell{}
}

func (p *page) beginRows() ui.Table {
	t := ui.Table{Caption: "先录什么", Columns: []ui.Column{{Label: "步骤"}, {Label: "说明"}, {Label: "进展", Nowrap: true}}}
	next := true
	for i, b := range p.begins {
		first := ui.Cell{Text: fmt.Sprintf("%d. %s", i+1, b.Label), Strong: true}
		state := ui.Cell{Badge: &ui.BadgeView{Text: "已有", Kind: ui.Green}}
		if !b.Done {
			state = ui.Cell{Badge: &ui.BadgeView{Text: "未录", Kind: ui.Grey}}
			if next {
				state.Badge = &ui.BadgeView{Text: "从这里开始", Kind: ui.Azure}
			}
			next = false
		}
		if b.Allowed || b.Done && b.Kind != "region" {
			first.Href = b.Path
		} else if !b.Done {
			state.Sub = "请有权限的人员录入"
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{first, {Text: b.Why, Muted: true}, state}})
	}
	return t
}

// tallyAttrs open a lineage in the drawer and anything else as a page.
func tallyAttrs(href string) templ.Attributes {
	if strings.HasPrefix(href, "/lineage") {
		a := ui.DrawerAttrs(href)
		a["class"] = "figure-ref"
		return a
	}
	return templ.Attributes{"href": href}
}

// wide reports whether the scope lies above a town.
func (p *page) wide() bool { return p.o.Level < code.TierTown }

func (p *page) body() templ.Component { return overviewBody(p) }
