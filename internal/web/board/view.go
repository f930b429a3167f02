package board

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huicun/internal/indicator"
	"huicun/internal/insight/board"
	"huicun/internal/kit/errs"
	"huicun/internal/mechanism/secretary"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// page is what the templates read.
type page struct {
	rows     []board.Row
	sum      board.Sum
	all      int
	filter   ui.FilterView
	tabs     []ui.Tab
	by       string
	records  string // address of the records behind a number, without the number
	issues   []board.Snapshot
	weights  map[string]int
	compared bool // with an issue before
	filtered bool
}

// weightsOf are the columns' weights in percent when all projects share them.
func weightsOf(rows []board.Row) map[string]int {
	out := map[string]int{}
	for i := range rows {
		for _, col := range board.Columns {
			w := col.Cell(&rows[i]).Weight
			if i > 0 && out[col.Code] != w {
				return nil
			}
			out[col.Code] = w
		}
	}
	return out
}

// percent writes hundredths of a percent with at most one decimal, rounded down.
func percent(hundredths int64) string {
	tenths := hundredths / 10
	s := strconv.FormatInt(tenths/10, 10)
	if r := tenths % 10; r != 0 {
		s += "." + strconv.FormatInt(max(r, -r), 10)
	}
	return s
}

func (p *page) stats() []ui.StatView {
	sum := p.sum
	count := func(n int) string { return strconv.Itoa(n) }
	late := ui.StatView{Label: "逾期里程碑", Value: count(sum.Late), Unit: "个", Sub: "应完成而未完成"}
	if sum.Late > 0 {
		late.Kind = ui.Red
	}
	light := func(label string, n int, kind ui.Kind, code, sub string) ui.StatView {
		s := ui.StatView{Label: label, Value: count(n), Unit: "个", Sub: sub, Href: "/board?light=" + code}
		if n > 0 {
			s.Kind = kind
		}
		return s
	}
	return []ui.StatView{
		{Label: "上榜项目", Value: count(sum.Projects), Unit: "个", Sub: "已启动的书记项目"},
		light("绿灯", sum.Green, ui.Green, board.Green, "按计划推进"), light("黄灯", sum.Yellow, ui.Orange, board.Yellow, "落后于计划"),
		light("红灯", sum.Red, ui.Red, board.Red, "严重落后"), late,
	}
}

func (p *page) table() ui.Table {
	t := ui.Table{
		Caption: "书记项目晾晒榜", Freeze: false,
		Columns: []ui.Column{{Label: "项目"}, {Label: "名次", Align: ui.Center, Nowrap: true}, {Label: "亮灯", Nowrap: true}},
		Empty:   p.empty(),
	}
	for _, col := range board.Columns {
		label := col.Label
		if w, ok := p.weights[col.Code]; ok && w > 0 {
			label += fmt.Sprintf("（占 %d%%）", w)
		}
		c := ui.Column{Label: label, Nowrap: true}
		if col.Code != secretary.CompareProgress {
			c.Align = ui.Right
		}
		t.Columns = append(t.Columns, c)
	}
	t.Columns = append(t.Columns, ui.Column{Label: "综合得分", Align: ui.Right, Nowrap: true})
	for i := range p.rows {
		t.Rows = append(t.Rows, p.row(&p.rows[i]))
	}
	return t
}

func (p *page) empty() *ui.EmptyView {
	if p.filtered && p.all > 0 {
		return &ui.EmptyView{Icon: "search", Title: "没有符合条件的项目", Text: "换个条件，或清除条件看全部。", Buttons: []ui.Button{{Label: "清除条件", Href: "/board"}}}
	}
	return &ui.EmptyView{Icon: "flag", Title: "还没有上榜的项目", Text: "书记项目立项并启动后自动上榜：填好里程碑、举措和目标，进度、举措和成效都按台账计算。",
		Buttons: []ui.Button{{Label: "去看书记项目", Href: "/projects"}}}
}

func (p *page) href(r *board.Row, col string) string {
	return p.records + "&project=" + r.ID.String() + "&col=" + col
}

func (p *page) row(r *board.Row) ui.Row {
	light := board.Lights[r.Light]
	name := ui.Cell{Text: r.Name, Href: "/projects/" + r.ID.String(), Sub: strings.Join(nonEmpty(r.Unit, r.Lead, r.Class), " · ")}
	row := ui.Row{ID: r.No, Cells: []ui.Cell{
		name, {Content: rankCell(strconv.Itoa(r.Rank), p.change(r))},
		{Badge: &ui.BadgeView{Text: light.Label, Kind: ui.Kind(light.Tone)}, Sub: lagText(r)},
		{Content: progressCell(progressView{
			Href: p.href(r, secretary.CompareProgress), Text: percent(r.Progress.Percent) + "%", Rank: rankText(r.Progress.Rank),
			Bar:     ui.ProgressView{Percent: float64(r.Progress.Percent) / 100, Kind: ui.Kind(light.Tone), Label: r.Name + "进度"},
			Planned: "计划 " + percent(r.Planned) + "%", Late: len(r.Late),
		})},
		{Text: fmt.Sprintf("%d/%d", r.Measures.Num, r.Measures.Den), Lineage: p.href(r, secretary.CompareMeasures), Sub: rankText(r.Measures.Rank) + fmt.Sprintf("，有佐证 %d", r.Evidenced)},
		{Text: percent(r.Results.Percent) + "%", Lineage: p.href(r, secretary.CompareResults), Sub: rankText(r.Results.Rank) + fmt.Sprintf("，%d 个目标", len(r.Lines))},
		{Text: percent(r.Score), Strong: true},
	}}
	if r.Light == board.Red {
		row.Kind = ui.Red
	}
	return row
}

func nonEmpty(list ...string) []string {
	var out []string
	for _, s := range list {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

func rankText(n int) string { return "第 " + strconv.Itoa(n) }

func lagText(r *board.Row) string {
	switch {
	case r.Lag > 0:
		return "落后 " + percent(r.Lag) + " 个百分点"
	case r.Lag < 0:
		return "超前 " + percent(-r.Lag) + " 个百分点"
	}
	return "与计划持平"
}

// move is how a rank changed since the last issue.
type move struct {
	Text, Icon, Title string
	Kind              ui.Kind
}

func (p *page) change(r *board.Row) move {
	up, known := r.Change()
	switch {
	case !p.compared:
		return move{}
	case !known:
		return move{Text: "新", Title: "上一期不在榜上", Kind: ui.Azure}
	case up > 0:
		return move{Text: strconv.Itoa(up), Icon: "arrow-up", Title: fmt.Sprintf("比上一期上升 %d 位", up), Kind: ui.Green}
	case up < 0:
		return move{Text: strconv.Itoa(-up), Icon: "arrow-down", Title: fmt.Sprintf("比上一期下降 %d 位", -up), Kind: ui.Red}
	}
	return move{Text: "平", Title: "与上一期相同", Kind: ui.Grey}
}

type progressView struct {
	Href, Text, Rank, Planned string
	Late                      int
	Bar                       ui.ProgressView
}

func (p *page) issueTable() ui.Table {
	t := ui.Table{Caption: "往期榜单", Columns: []ui.Column{{Label: "期次"}, {Label: "截至"}, {Label: "项目", Align: ui.Right}, {Label: "发布人"}}}
	for i := range p.issues {
		s := &p.issues[i]
		t.Rows = append(t.Rows, ui.Row{Href: "/board/snapshots/" + s.ID.String(), Cells: []ui.Cell{
			{Text: fmt.Sprintf("第 %d 期", s.Issue()), Sub: s.No}, ui.T(s.Day.String()), ui.T(strconv.Itoa(s.Projects)), ui.T(s.By),
		}})
	}
	return t
}

func actions(mayIssue bool, c *shell.Ctx, scope string) templ.Component {
	if !mayIssue {
		return ui.PrintButton()
	}
	return templ.Join(ui.Confirm(ui.ConfirmView{
		ID: "issue", Button: ui.Button{Label: "发布本期", Icon: "speakerphone", Style: ui.Primary}, Title: "发布本期榜单？",
		Text:   fmt.Sprintf("按截至 %s 的台账，把%s的榜单原样存为新的一期；发布后不能更改和删除，下一期与它比名次。", c.AsOf.Chinese(), c.RegionName(scope)),
		Action: "/board/snapshots", Submit: "发布", Hidden: []ui.Hidden{{Name: "scope", Value: scope}},
	}), ui.PrintButton())
}

// lineageOf is what is behind one number of a row.
func lineageOf(c *shell.Ctx, r *board.Row, col string) (ui.LineageView, error) {
	v := ui.LineageView{Scope: r.Place, Period: strconv.Itoa(c.Year) + " 年", Unit: "%"}
	switch col {
	case secretary.CompareProgress:
		v.Title, v.Value = r.Name+"：进度", percent(r.Progress.Percent)
		v.Definition = "到截至日已完成里程碑的权重 ÷ 全部里程碑的权重。"
		v.Note = fmt.Sprintf("已完成权重 %d，共 %d；按计划应到 %s%%，%s", r.Progress.Num, r.Progress.Den, percent(r.Planned), lagText(r))
		v.RowLabel, v.AmountLabel = "里程碑", "权重"
		for _, x := range r.Progress.Records {
			v.Rows = append(v.Rows, lineageRow(c, x, strconv.FormatInt(x.Amount, 10), &ui.BadgeView{Text: "已完成", Kind: ui.Green}))
		}
		for _, x := range r.Late {
			v.Rows = append(v.Rows, lineageRow(c, x, strconv.FormatInt(x.Amount, 10), &ui.BadgeView{Text: x.Note, Kind: ui.Red}))
		}
	case secretary.CompareMeasures:
		v.Title, v.Value, v.Unit = r.Name+"：举措", fmt.Sprintf("%d/%d", r.Measures.Num, r.Measures.Den), "条"
		v.Definition = "到截至日已办结的举措条数 ÷ 全部举措条数，已终止的不计。"
		v.Note = fmt.Sprintf("办结的举措中有佐证材料的 %d 条", r.Evidenced)
		v.RowLabel, v.AmountLabel = "已办结的举措", ""
		for _, x := range r.Measures.Records {
			badge := &ui.BadgeView{Text: "有佐证", Kind: ui.Green}
			if strings.TrimSpace(x.Note) == "" {
				badge = &ui.BadgeView{Text: "缺佐证", Kind: ui.Orange}
			}
			v.Rows = append(v.Rows, lineageRow(c, x, "", badge))
		}
	case secretary.CompareResults:
		v.Title, v.Value = r.Name+"：成效", percent(r.Results.Percent)
		v.Definition = "各目标的达成程度按权重加权平均；每个目标的达成程度是现值从基数走到目标值的比例，最多算 100%。现值由指标按台账计算，不能填报。"
		v.RowLabel, v.AmountLabel = "目标", "达成"
		for i := range r.Lines {
			v.Rows = append(v.Rows, resultRow(c, r, i))
		}
	default:
		return v, errs.New(errs.NotFound, "board.column", "榜上没有这一列")
	}
	return v, nil
}

func lineageRow(c *shell.Ctx, x indicator.Record, amount string, badge *ui.BadgeView) ui.LineageRow {
	row := ui.LineageRow{No: x.No, Title: x.Title, Date: x.Date.String(), Amount: amount, Badge: badge}
	if n, ok := c.Shell.Env.Noun(x.Kind); ok && x.ID != 0 {
		row.Href = n.Info().Path + "/" + x.ID.String()
	}
	return row
}

// short writes a value with its unit for a glance.
func short(u indicator.Unit, v int64) string {
	n, unit := u.Short(v)
	if u == indicator.Ratio100 {
		return n + unit
	}
	return strings.TrimSpace(n + " " + unit)
}

func resultRow(c *shell.Ctx, r *board.Row, i int) ui.LineageRow {
	l := &r.Lines[i]
	badge := &ui.BadgeView{Text: fmt.Sprintf("%s → %s，现值 %s", short(l.Unit, l.Baseline), short(l.Unit, l.Goal), short(l.Unit, l.Value)), Kind: ui.Grey}
	if l.Problem != "" {
		badge = &ui.BadgeView{Text: l.Problem, Kind: ui.Orange}
	}
	row := lineageRow(c, l.Target, percent(l.Percent)+"%", badge)
	row.Date = ""
	row.Org = fmt.Sprintf("权重 %d", l.Weight)
	if len(l.Records) > 0 {
		q := c.R.URL.Query()
		q.Set("line", strconv.Itoa(i))
		q.Del("col")
		row.ChildHref = c.R.URL.Path + "?" + q.Encode()
	}
	return row
}

// shownChildren is how many records behind a target are listed.
const shownChildren = 50

func lineChildren(c *shell.Ctx, l *board.Line) []ui.LineageChild {
	var out []ui.LineageChild
	for _, x := range l.Records[:min(len(l.Records), shownChildren)] {
		child := ui.LineageChild{Date: x.Date.String(), Title: x.Title, No: x.No}
		if x.Amount != 0 {
			child.Amount = l.Unit.Exact(x.Amount)
		}
		if x.Forecast {
			child.Badge = &ui.BadgeView{Text: "预计", Kind: ui.Azure}
		}
		if n, ok := c.Shell.Env.Noun(x.Kind); ok && x.ID != 0 {
			child.Href = n.Info().Path + "/" + x.ID.String()
		}
		if child.No == child.Title {
			child.No = ""
		}
		out = append(out, child)
	}
	return out
}
