package admin

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/region"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// levels from the top, as the divisions name them.
var levels = []string{"nation", "province", "city", "county", "town", "village"}

func levelsBelow(scope string) []string {
	at := slices.Index(levels, code.Level(scope).String())
	return levels[at+1:]
}

// shownLevels are the levels that the tree shows: a county whole, above it the two next ones.
func shownLevels(scope string) []string {
	below := levelsBelow(scope)
	if code.Level(scope) < code.TierCounty {
		return below[:min(2, len(below))]
	}
	return below
}

// maxFound bounds how many divisions a search shows.
const maxFound = 200

func regionList(c *shell.Ctx) error {
	scopes := c.Who.Narrow(permRegions, c.Scope)
	if len(scopes) == 0 {
		return c.Who.Require(permRegions, c.Scope)
	}
	q, level := c.Query("q"), c.Query("level")
	var list []region.Region
	for _, s := range scopes {
		found, err := divisions(c, s, q)
		if err != nil {
			return err
		}
		list = append(list, found...)
	}
	if level != "" {
		list = slices.DeleteFunc(list, func(r region.Region) bool { return r.Level != level })
	}
	successors, err := successorsOf(c, list)
	if err != nil {
		return err
	}
	t := ui.Table{Caption: "行政区划", Columns: []ui.Column{{Label: "名称"}, {Label: "代码", Nowrap: true}, {Label: "级别", Nowrap: true}, {Label: "类别"}, {Label: "启用日期", Nowrap: true}, {Label: "停用日期", Nowrap: true}, {Label: "状态"}}}
	flat := q != "" || level != ""
	top := code.TierVillage
	for _, r := range list {
		top = min(top, code.Level(r.Code))
	}
	for _, r := range list {
		t.Rows = append(t.Rows, regionRow(c, r, successors[r.Code], flat, int(code.Level(r.Code)-top)))
	}
	t.Empty = regionsEmpty(c, flat)
	v := c.PageOf("行政区划")
	v.Subtitle = c.ScopeName()
	v.Actions = ui.Buttons(regionActions(c)...)
	pager := ui.PagerView{Shown: len(list)}
	if q != "" && len(list) >= maxFound {
		pager.Total = "只列出前 " + strconv.Itoa(maxFound) + " 个，请把名称写得更全些。"
	}
	return c.Page(v, listBody(regionFilter(c, q, level), t, pager))
}

// divisions lists the divisions of a scope in code order, which puts each below its parent: those that were found,
// or the tree with the closed ones whose successors lie in it.
func divisions(c *shell.Ctx, scope, q string) ([]region.Region, error) {
	ctx, s := c.Context(), c.Shell.Regions
	if q != "" {
		list, err := s.Search(ctx, q, scope, maxFound)
		if full, cerr := code.Region(q); err == nil && cerr == nil && len(list) == 0 && code.Within(full, scope) {
			// A closed one is found by its code.
			if r, gerr := s.Get(ctx, full); gerr == nil {
				list = append(list, r)
			}
		}
		return list, err
	}
	var list []region.Region
	if r, err := s.Get(ctx, scope); err == nil {
		list = append(list, r)
	}
	for _, level := range shownLevels(scope) {
		below, err := s.Below(ctx, scope, level)
		if err != nil {
			return nil, err
		}
		list = append(list, below...)
	}
	closed, err := s.TakenOver(ctx, scope)
	if err != nil {
		return nil, err
	}
	for _, r := range closed {
		// One whose successor lies deeper than the tree goes is left out as that is.
		if slices.Contains(shownLevels(scope), r.Level) && !slices.ContainsFunc(list, func(o region.Region) bool { return o.Code == r.Code }) {
			list = append(list, r)
		}
	}
	slices.SortFunc(list, func(a, b region.Region) int { return strings.Compare(a.Code, b.Code) })
	return list, nil
}

// successorsOf names what the closed divisions of a list became.
func successorsOf(c *shell.Ctx, list []region.Region) (map[string]string, error) {
	out := map[string]string{}
	if !slices.ContainsFunc(list, func(r region.Region) bool { return !r.ValidTo.IsZero() }) {
		return out, nil
	}
	for _, r := range list {
		if !r.ValidTo.IsZero() {
			continue
		}
		old, err := c.Shell.Regions.Predecessors(c.Context(), r.Code)
		if err != nil {
			return nil, err
		}
		for _, o := range old {
			out[o.Code] = strings.TrimPrefix(out[o.Code]+"、"+r.Name, "、")
		}
	}
	return out, nil
}

func regionRow(c *shell.Ctx, r region.Region, successor string, flat bool, depth int) ui.Row {
	name := ui.Cell{Text: r.Name, Href: ui.SwitchScope(r.Code, "/regions")}
	if flat {
		if path := strings.TrimSuffix(placePath(c, r.Code), " "+r.Name); path != r.Name {
			name.Sub = path
		}
	}
	closed := !r.ValidTo.IsZero()
	state := ui.BadgeView{Text: "在用", Kind: ui.Green}
	cell := ui.Cell{Badge: &state}
	if closed {
		state = ui.BadgeView{Text: "已停用", Kind: ui.Grey}
		name.Href, name.Muted = "", true
		if successor != "" {
			cell.Sub = "并入或改为 " + successor
		}
	}
	row := ui.Row{Group: !flat && code.Level(r.Code) < code.TierVillage, Cells: []ui.Cell{
		name, ui.T(r.Code), ui.T(region.LevelLabels[r.Level]), ui.T(r.Kind), ui.T(r.ValidFrom.String()), ui.T(r.ValidTo.String()), cell,
	}}
	if !flat {
		row.Cells[0] = ui.Cell{Content: indented(name, depth)}
	}
	return row
}

func regionsEmpty(c *shell.Ctx, filtered bool) *ui.EmptyView {
	if filtered {
		return &ui.EmptyView{Icon: "search", Title: "没有找到这样的区划", Text: "停用的区划请用 12 位代码查找；或清除条件看全部。", Buttons: []ui.Button{{Label: "清除条件", Href: "/regions"}}}
	}
	e := &ui.EmptyView{Icon: "map", Title: "还没有导入行政区划", Text: "先从表格导入省、市、县、镇、村；有了区划，才能设账号、建台账。"}
	if c.Who.CanSome(region.PermEdit) {
		e.Buttons = []ui.Button{{Label: "从表格导入", Icon: "upload", Href: "/regions/import", Style: ui.Primary}}
	}
	return e
}

func regionActions(c *shell.Ctx) []ui.Button {
	out := []ui.Button{}
	if c.Who.CanSome(region.PermEdit) {
		out = append(out, ui.Button{Label: "导入", Icon: "upload", Href: "/regions/import", Style: ui.Primary}, ui.Button{Label: "区划变更", Icon: "refresh", Href: "/regions/change"})
	}
	return append(out, ui.Button{Label: "导出", Icon: "download", Href: "/regions/export"})
}

func regionFilter(c *shell.Ctx, q, level string) ui.FilterView {
	v := ui.FilterView{Action: "/regions", Q: q, QLabel: "名称，或代码的开头几位", Active: q != "" || level != "", ResetHref: "/regions"}
	sel := ui.FilterSelect{Name: "level", Label: "级别", Options: []ui.Option{{Value: "", Label: "全部"}}}
	for _, l := range shownLevels(c.Scope) {
		sel.Options = append(sel.Options, ui.Option{Value: l, Label: region.LevelLabels[l], Selected: l == level})
	}
	if len(sel.Options) > 2 {
		v.Selects = []ui.FilterSelect{sel}
	}
	return v
}

// regionExport writes the divisions in the columns that an import takes: all below, level by level.
func regionExport(c *shell.Ctx) error {
	scopes := c.Who.Narrow(permRegions, c.Scope)
	if len(scopes) == 0 {
		return c.Who.Require(permRegions, c.Scope)
	}
	rows := func(yield func([]string, error) bool) {
		for _, s := range scopes {
			if r, err := c.Shell.Regions.Get(c.Context(), s); err == nil && !yield(region.SheetRow(r), nil) {
				return
			}
			for _, level := range levelsBelow(s) {
				list, err := c.Shell.Regions.Below(c.Context(), s, level)
				if err != nil {
					yield(nil, err)
					return
				}
				for _, r := range list {
					if !yield(region.SheetRow(r), nil) {
						return
					}
				}
			}
		}
	}
	return resource.WriteSheet(c, "行政区划 "+c.ScopeName(), c.Query("format"), region.SheetHeader(), rows)
}

// regionImport is how divisions are imported.
func regionImport() resource.Import {
	return resource.Import{
		Label: "行政区划", Path: "/regions", Perm: region.PermEdit, Template: "/regions/template",
		Fill: "按列填写。", Links: []ui.Link{{Label: "纯文本格式的模板", Href: "/regions/template?format=csv"}, {Label: "导出现有的区划，改好再传", Href: "/regions/export"}},
		Send: "代码已有的更新，没有的新增；", Whole: "一行", Columns: regionColumns, Header: region.SheetHeader,
		Save: func(c *shell.Ctx, t *sheet.Table) (resource.Imported, error) {
			res, rep, err := c.Shell.Regions.Import(c.Context(), c.Who, t)
			if err != nil {
				return resource.Imported{}, err
			}
			return resource.Done(rep, "新增 %d 个，更新 %d 个，没有变化 %d 个", res.Created, res.Updated, res.Same), nil
		},
	}
}

func regionColumns() ui.Table {
	t := ui.Table{Caption: "各列怎么填", Columns: []ui.Column{{Label: "列", Nowrap: true}, {Label: "必填", Nowrap: true}, {Label: "说明"}}}
	for _, r := range [][3]string{
		{"代码", "必填", "12 位统计用区划代码；省、市、县、镇也可只写前 2、4、6、9 位。级别由代码得出，上级必须在同一文件里或已经导入过"},
		{"名称", "必填", "全称，例如：八桥镇、利民村"},
		{"类别", "", "例如：县级市、市辖区、镇、街道、开发区、村、社区"},
		{"启用日期", "", "例如 2021-01-01；一直都有的可以不填"},
		{"停用日期", "", "仍在用的不填；撤并、更名的请用“区划变更”登记，才知道由谁承接"},
	} {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(r[0]), ui.T(r[1]), ui.T(r[2])}})
	}
	return t
}

// changeForm is the form of a change of divisions, as typed.
type changeForm struct {
	old, successor, on, reason string
	problems                   map[string]string
}

func regionChangeForm(c *shell.Ctx) error {
	f := changeForm{old: c.Query("old"), on: c.Today().String()}
	return changePage(c, http.StatusOK, f)
}

func changePage(c *shell.Ctx, status int, f changeForm) error {
	fv := ui.FormView{ID: "change", Action: "/regions/change"}
	for _, n := range []struct{ name, label string }{{"old", "原区划"}, {"successor", "并入或改为"}, {"on", "变更日期"}, {"reason", "依据"}} {
		if msg := f.problems[n.name]; msg != "" {
			fv.Errors = append(fv.Errors, ui.FieldError{Name: n.name, Label: n.label, Text: msg})
		}
	}
	page := c.PageOf("区划变更", ui.Link{Label: "行政区划", Href: "/regions"}, ui.Link{Label: "区划变更"})
	return c.PageStatus(status, page, changeBody(fv, f))
}

func regionChange(c *shell.Ctx) error {
	f := changeForm{old: c.Form("old"), successor: c.Form("successor"), on: c.Form("on"), reason: c.Form("reason")}
	var l errs.List
	ch := region.Change{Reason: f.reason}
	for _, p := range []struct {
		name, text string
		to         *string
	}{{"old", f.old, &ch.Old}, {"successor", f.successor, &ch.Successor}} {
		if strings.TrimSpace(p.text) == "" {
			l.Add(p.name, "请填写区划的名称或 12 位代码")
			continue
		}
		r, err := c.Shell.Regions.Resolve(c.Context(), strings.TrimSpace(p.text), shell.CountyOf(c.Scope))
		if errs.Is(err, errs.Internal) {
			return err
		}
		if err != nil {
			l.Add(p.name, "%s", errs.Message(err))
			continue
		}
		*p.to = r.Code
	}
	if strings.TrimSpace(f.on) != "" {
		d, err := date.Parse(f.on)
		if err != nil {
			l.Merge("on", err)
		}
		ch.On = d
	}
	err := l.Err()
	if err == nil {
		err = c.Shell.Regions.Record(c.Context(), c.Who, ch)
	}
	if e := errs.As(err); err != nil && e != nil && len(e.Fields) > 0 {
		f.problems = map[string]string{}
		for _, fe := range e.Fields {
			f.problems[fe.Name] = fe.Msg
		}
		return changePage(c, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	return c.Done("/regions", "已登记：“%s”停用，并入或改为“%s”", c.RegionName(ch.Old), c.RegionName(ch.Successor))
}
