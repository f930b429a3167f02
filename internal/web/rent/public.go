package rent

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/books/contract"
	"huicun/internal/books/rent"
	"huicun/internal/kit/code"
	"huicun/internal/kit/field"
	"huicun/internal/kit/money"
	"huicun/internal/registry/region"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// publicPath is the page that everybody can read.
const publicPath = "/public/rents"

// shown is what a village's contracts come to.
type shown struct {
	list         []contract.Shown
	annual, owed money.Fen
	debts        int
	billed       bool
}

// public shows everybody what villages let, for how long and for how much, and what is owed to them in all: no names. A place shows it when its rules
// say so (出租和租金公开).
func (p *pages) public(c *shell.Ctx) error {
	scope, err := code.Region(c.Query("scope"))
	if err != nil {
		scope = region.Nation
	}
	counties, err := c.Shell.Regions.Tenants(c.Context(), scope)
	if err != nil {
		return err
	}
	v := ui.PublicPageView{Title: "集体出租和租金公开", Org: "村集体出租和租金", Home: publicPath, FooterNav: []ui.Link{{Label: "公开招租", Href: "/public/lettings?scope=" + scope}, {Label: "晒项目", Href: "/public"}}}
	if scope != region.Nation {
		v.Title = c.RegionName(scope) + "出租和租金公开"
		v.Crumbs = []ui.Link{{Label: "全部地区", Href: publicPath}, {Label: c.RegionName(scope)}}
	}
	if scope == region.Nation || len(counties) != 1 {
		t := ui.Table{Caption: "县（市、区）", Columns: []ui.Column{{Label: "县（市、区）"}}, Empty: &ui.EmptyView{Icon: "building-store", Title: "还没有地区公开", Text: "各村公开以后会列在这里。"}}
		for _, tn := range counties {
			t.Rows = append(t.Rows, ui.Row{Href: publicPath + "?scope=" + tn.Prefix + "000000", Cells: []ui.Cell{ui.T(tn.Name)}})
		}
		return c.Render(shell.Frame(ui.PublicPage(v), publicBody(publicView{Table: t, Title: "选择地区"})))
	}
	places, err := p.shownIn(c, counties[0].ID, scope)
	if err != nil {
		return err
	}
	if code.Level(scope) == code.TierVillage {
		return c.Render(shell.Frame(ui.PublicPage(v), publicBody(villageView(c, places[scope]))))
	}
	return c.Render(shell.Frame(ui.PublicPage(v), publicBody(placesView(c, places))))
}

// shownIn gathers what is shown by village; villages that do not show it are left out.
func (p *pages) shownIn(c *shell.Ctx, tenant int64, scope string) (map[string]*shown, error) {
	ranges, err := c.Shell.Regions.Ranges(c.Context(), scope)
	if err != nil {
		return nil, err
	}
	rules, err := rent.LoadRules(c.Context(), p.read(), tenant)
	if err != nil {
		return nil, err
	}
	today := c.Today()
	list, err := contract.ShownOn(c.Context(), p.read(), tenant, ranges, today)
	if err != nil {
		return nil, err
	}
	out := map[string]*shown{}
	for i := range list {
		x := &list[i]
		if rules.At(x.Region, "2023", today).Disclose != rent.Yes {
			continue
		}
		if out[x.Region] == nil {
			out[x.Region] = &shown{}
		}
		s := out[x.Region]
		s.list = append(s.list, *x)
		s.annual += x.Annual
	}
	owed, err := rent.OwedOn(c.Context(), p.read(), tenant, ranges, today)
	if err != nil {
		return nil, err
	}
	for _, o := range owed {
		if s := out[o.Region]; s != nil && o.Open > 0 && o.Since.Before(today) {
			s.owed += o.Open
			s.debts++
		}
	}
	billed, err := rent.BilledRegions(c.Context(), p.read(), tenant, ranges)
	for at := range billed {
		if s := out[at]; s != nil {
			s.billed = true
		}
	}
	return out, err
}

type publicView struct {
	Title, Sub, Note string
	Stats            []ui.StatView
	Table            ui.Table
}

// owedText is what is owed to a village; without billing nobody can say.
func (s *shown) owedText() string {
	if !s.billed {
		return "没有按月登记"
	}
	return s.owed.String()
}

func placesView(c *shell.Ctx, places map[string]*shown) publicView {
	v := publicView{Title: "各村", Sub: "点村名看每一项", Note: note}
	v.Table = ui.Table{
		Caption: "各村出租和服务合同", Unit: "元", Columns: []ui.Column{{Label: "村"}, right("履行中（份）"), right("一年租金、服务费"), right("到期未收")},
		Empty: &ui.EmptyView{Icon: "building-store", Title: "这里还没有公开", Text: "村集体公开出租和租金以后会列在这里。"},
	}
	var all shown
	n := 0
	for _, at := range slices.Sorted(maps.Keys(places)) {
		s := places[at]
		v.Table.Rows = append(v.Table.Rows, ui.Row{Href: publicPath + "?scope=" + at, Cells: []ui.Cell{ui.T(c.RegionName(at)), ui.T(strconv.Itoa(len(s.list))), ui.T(s.annual.String()), ui.T(s.owedText())}})
		all.annual, all.owed, all.billed = all.annual+s.annual, all.owed+s.owed, all.billed || s.billed
		n += len(s.list)
	}
	if len(places) > 0 {
		v.Table.Foot = []ui.Cell{ui.T("合计"), ui.T(strconv.Itoa(n)), ui.T(all.annual.String()), ui.T(all.owedText())}
	}
	owed := ui.StatView{Label: "到期未收", Value: all.owedText()}
	if all.billed {
		owed.Unit = "元"
	}
	v.Stats = []ui.StatView{{Label: "公开的村", Value: strconv.Itoa(len(places)), Unit: "个"}, {Label: "一年租金、服务费", Value: all.annual.String(), Unit: "元"}, owed}
	return v
}

// note says what the numbers are.
const note = "只列履行中的合同；一次付清的不计入一年的数。到期未收是已过付款日还没有收到的款，不列承租人姓名。对内容有疑问的，可向村集体或镇政府查询合同原件。"

func villageView(c *shell.Ctx, s *shown) publicView {
	if s == nil {
		s = &shown{}
	}
	v := publicView{Title: "出租和服务合同", Sub: "截至 " + c.Today().Chinese(), Note: note}
	v.Table = ui.Table{
		Caption: "出租和服务合同", Unit: "元", Columns: []ui.Column{{Label: "内容"}, {Label: "种类"}, {Label: "期限"}, right("一年租金、服务费")},
		Empty: &ui.EmptyView{Icon: "building-store", Title: "没有公开的合同", Text: "这个村现在没有履行中的合同，或还没有公开。"},
	}
	for i := range s.list {
		x := &s.list[i]
		what, kind := strings.Join(x.Things, "、"), field.LabelOf(contract.Kinds, x.Kind)
		if what == "" {
			what = kind
		}
		annual := "一次付清"
		if x.Annual != 0 {
			annual = x.Annual.String()
		}
		v.Table.Rows = append(v.Table.Rows, ui.Row{Cells: []ui.Cell{ui.T(what), ui.T(kind), ui.T(x.From.String() + " 至 " + x.Until.String()), ui.T(annual)}})
	}
	if len(s.list) > 0 {
		v.Table.Foot = []ui.Cell{{Text: "合计", Span: 3}, ui.T(s.annual.String())}
		owed := ui.StatView{Label: "到期未收", Value: s.owedText(), Sub: "涉及 " + strconv.Itoa(s.debts) + " 份合同"}
		if s.billed {
			owed.Unit = "元"
		} else {
			owed.Sub = ""
		}
		v.Stats = []ui.StatView{{Label: "履行中的合同", Value: strconv.Itoa(len(s.list)), Unit: "份"}, {Label: "一年租金、服务费", Value: s.annual.String(), Unit: "元"}, owed}
	}
	return v
}
