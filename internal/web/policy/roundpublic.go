package policy

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/sheet"
	"huicun/internal/mechanism/policy"
	"huicun/internal/registry/region"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

func publicAwards(tenant int64, round ids.ID) string {
	return "/public/awards/" + strconv.FormatInt(tenant, 10) + "/" + round.String()
}

var errNotPublic = errs.New(errs.NotFound, "award.not_public", "没有找到这份公示；可能还没有发布，或地址有误")

// tableRows are a round's lines as the award table has them.
func (p *runPages) tableRows(c *shell.Ctx, r *policy.Round) (head []sheet.Column, rows [][]string, err error) {
	lines, err := p.seen(c, r)
	if err != nil {
		return nil, nil, err
	}
	cols := resultCols(r, lines)
	head = []sheet.Column{{Title: "序号", Width: 6, Kind: sheet.Number}, {Title: "对象", Width: 18}, {Title: "核算单号", Width: 18}}
	total := []string{"", "合计", ""}
	for k := range cols {
		head, total = append(head, cols[k].sheetColumn()), append(total, cols[k].total(lines))
	}
	head, total = append(head, sheet.Column{Title: "状态", Width: 10}, sheet.Column{Title: "说明", Width: 30}), append(total, "", "")
	for i := range lines {
		l := &lines[i]
		row := []string{strconv.Itoa(i + 1), l.Name, l.No}
		for k := range cols {
			if cols[k].fen != nil {
				row = append(row, cols[k].fen(l).Plain())
			} else {
				row = append(row, cols[k].text(l))
			}
		}
		rows = append(rows, append(row, stateOf(l), l.Remark()))
	}
	rows = append(rows, total)
	return head, rows, nil
}

// heads are the lines above an award table.
func (p *runPages) heads(c *shell.Ctx, r *policy.Round) ([]string, string, error) {
	v, err := policy.VersionOf(c.Context(), p.env.DB.Read(), r.Tenant, r.Version)
	if err != nil {
		return nil, "", err
	}
	doc, err := v.Compile()
	if err != nil {
		return nil, "", err
	}
	title := fmt.Sprintf("%d 年《%s》奖励核算汇总表", r.Year, doc.Doc.Title)
	out := []string{"范围：" + c.RegionName(r.Region) + "　批次：" + r.No + "　政策版本：第 " + strconv.Itoa(v.VersionNo) + " 版", "程序：" + policy.StepsText(r.Steps())}
	if r.Budget > 0 {
		out = append(out, "预算："+r.Budget.String()+" 元")
	}
	if r.Sample {
		out = append(out, "示例，不是正式的奖励")
	}
	return out, title, nil
}

// table is the award table on paper.
func (p *runPages) table(c *shell.Ctx) error {
	r, err := p.round(c)
	if err != nil {
		return err
	}
	heads, title, err := p.heads(c, r)
	if err != nil {
		return err
	}
	head, rows, err := p.tableRows(c, r)
	if err != nil {
		return err
	}
	t := ui.Table{Caption: title, Dense: true, KeepGrid: true}
	for _, h := range head {
		col := ui.Column{Label: h.Title}
		if h.Kind == sheet.Money {
			col.Align = ui.Right
		}
		t.Columns = append(t.Columns, col)
	}
	for i, row := range rows {
		out := ui.Row{Group: i == len(rows)-1}
		for _, text := range row {
			out.Cells = append(out.Cells, ui.T(text))
		}
		t.Rows = append(t.Rows, out)
	}
	page := c.PageOf(title, ui.Link{Label: "核算批次", Href: "/award-rounds"}, ui.Link{Label: r.No, Href: roundPath(r)}, ui.Link{Label: "汇总表"})
	page.Actions = ui.Buttons(ui.Button{Label: "下载", Icon: "download", Href: roundPath(r) + "/table.xlsx"})
	return c.Page(page, awardTable(heads, t))
}

// tableFile is the award table as a workbook.
func (p *runPages) tableFile(c *shell.Ctx) error {
	r, err := p.round(c)
	if err != nil {
		return err
	}
	heads, title, err := p.heads(c, r)
	if err != nil {
		return err
	}
	head, rows, err := p.tableRows(c, r)
	if err != nil {
		return err
	}
	var all iter.Seq2[[]string, error] = func(yield func([]string, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
	}
	c.File(r.No+" 核算汇总表.xlsx", resource.XLSX)
	return sheet.WritePaper(c.W, "核算汇总表", sheet.Paper{
		Title: title, Lines: heads, Foot: []string{"制表：　　　　　　审核：　　　　　　批准：　　　　　　日期："}, Landscape: true, Strong: func(n int) bool { return n == len(rows)-1 },
	}, head, all)
}

// perPlace is how many rounds of a county the public list shows.
const perPlace = 100

// publicList lists the published rounds of a place for everybody.
func (p *runPages) publicList(c *shell.Ctx) error {
	scope, err := code.Region(c.Query("scope"))
	if err != nil {
		scope = region.Nation
	}
	counties, err := c.Shell.Regions.Tenants(c.Context(), scope)
	if err != nil {
		return err
	}
	v := ui.PublicPageView{Title: "奖励公示", Org: "村集体经济奖励公示", Home: "/public/awards", FooterNav: []ui.Link{{Label: "晒项目", Href: "/public"}, {Label: "公开招租", Href: "/public/lettings"}}}
	if scope != region.Nation {
		v.Title = c.RegionName(scope) + "奖励公示"
	}
	t := ui.Table{Caption: "奖励公示", Columns: []ui.Column{{Label: "公示"}, {Label: "地区"}, {Label: "年度"}}, Empty: &ui.EmptyView{Icon: "speakerphone", Title: "现在没有公示", Text: "奖励公示以后会列在这里。"}}
	if len(counties) > 20 {
		t = ui.Table{Caption: "县（市、区）", Columns: []ui.Column{{Label: "县（市、区）"}}}
		for _, tn := range counties {
			t.Rows = append(t.Rows, ui.Row{Href: "/public/awards?scope=" + tn.Prefix + "000000", Cells: []ui.Cell{ui.T(tn.Name)}})
		}
		return c.Render(shell.Frame(ui.PublicPage(v), publicRoundsBody(t)))
	}
	ranges, err := c.Shell.Regions.Ranges(c.Context(), scope)
	if err != nil {
		return err
	}
	for _, tn := range counties {
		list, err := policy.PublicRounds(c.Context(), p.env.DB.Read(), tn.ID, ranges, perPlace)
		if err != nil {
			return err
		}
		for i := range list {
			r := &list[i]
			_, title, err := p.heads(c, r)
			if err != nil {
				return err
			}
			t.Rows = append(t.Rows, ui.Row{Href: publicAwards(tn.ID, r.ID), Cells: []ui.Cell{{Text: publicTitle(title), Sub: r.No}, ui.T(c.RegionName(r.Region)), ui.T(strconv.Itoa(r.Year) + " 年")}})
		}
	}
	return c.Render(shell.Frame(ui.PublicPage(v), publicRoundsBody(t)))
}

// public shows the published lines of a round to everybody: who gets how much, persons by their family names.
func (p *runPages) public(c *shell.Ctx) error {
	tenant, err := strconv.ParseInt(c.R.PathValue("tenant"), 10, 64)
	if err != nil || tenant <= 0 {
		return errNotPublic
	}
	id, err := ids.Parse(c.R.PathValue("id"))
	if err != nil {
		return errNotPublic
	}
	q := p.env.DB.Read()
	r, err := policy.RoundOf(c.Context(), q, tenant, id)
	if err != nil {
		return errNotPublic
	}
	lines, err := policy.PublicLines(c.Context(), q, tenant, id)
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		return errNotPublic
	}
	_, title, err := p.heads(c, r)
	if err != nil {
		return err
	}
	title = publicTitle(title)
	cols := slices.DeleteFunc(resultCols(r, lines), func(k resultCol) bool { return !k.public })
	t := ui.Table{Caption: title, Columns: []ui.Column{{Label: "对象"}}}
	for k := range cols {
		if t.Columns = append(t.Columns, cols[k].column()); cols[k].fen != nil {
			t.Unit = "元"
		}
	}
	if t.Unit != "" {
		t.Columns = append(t.Columns, ui.Column{Label: "领奖人"})
	}
	t.Columns = append(t.Columns, ui.Column{Label: "公示期"}, ui.Column{Label: "状态"})
	open := false
	for i := range lines {
		l := &lines[i]
		payees, err := p.publicPayees(c, l)
		if err != nil {
			return err
		}
		badge := &ui.BadgeView{Text: "公示期满", Kind: ui.Grey}
		switch {
		case l.State == policy.Published && !c.Today().After(l.PublishedTo):
			badge, open = &ui.BadgeView{Text: "公示中", Kind: ui.Orange}, true
		case l.State != policy.Published:
			badge = stateBadge(l)
		}
		row := []ui.Cell{{Text: l.Name, Strong: true}}
		for k := range cols {
			row = append(row, cols[k].cell(l))
		}
		if t.Unit != "" {
			row = append(row, ui.T(payees))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: append(row, ui.T(span(l.PublishedOn, l.PublishedTo)), ui.Cell{Badge: badge})})
	}
	intro := []string{"对公示有异议的，请在公示期内向本村村务监督委员会或镇政府提出，写明事实，留下联系方式；提出人的姓名不公开，答复以后才批准。", "每笔奖励怎样算出来，可以到村里查看奖励核算单。"}
	if !open {
		intro = append([]string{"公示期已满。"}, intro...)
	}
	name := c.RegionName(r.Region)
	page := ui.PublicPageView{Title: title, Org: name + " · 奖励公示", Home: "/public/awards?scope=" + r.Region, Crumbs: []ui.Link{{Label: "奖励公示", Href: "/public/awards?scope=" + r.Region}, {Label: r.No}}}
	if r.Sample {
		page.FooterNote = "示例，不是正式的奖励"
	}
	return c.Render(shell.Frame(ui.PublicPage(page), publicRoundBody(intro, t)))
}

// publicTitle is the award table's title as a publication.
func publicTitle(title string) string {
	return strings.Replace(title, "奖励核算汇总表", "奖励公示", 1)
}

func span(from, to date.Date) string {
	if from.IsZero() {
		return ""
	}
	return from.String() + " 至 " + to.String()
}

// publicPayees names the payees of a line with their amounts; of persons only the family name.
func (p *runPages) publicPayees(c *shell.Ctx, l *policy.Line) (string, error) {
	list, err := policy.PayeesOf(c.Context(), p.env.DB.Read(), l.Tenant, l.ID)
	if err != nil {
		return "", err
	}
	var out []string
	for i := range list {
		k := &list[i]
		text := k.To
		switch {
		case k.Person != 0:
			names, err := p.personNames(c, l.Tenant, []ids.ID{k.Person}, true)
			if err != nil {
				return "", err
			}
			text += " " + names[k.Person]
		case k.Name != "":
			text += " " + masked(k.Name)
		}
		out = append(out, text+" "+k.Amount.String())
	}
	return strings.Join(out, "；"), nil
}
