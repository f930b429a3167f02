package admin

import (
	"cmp"
	"slices"
	"strings"

	"huicun/internal/kit/code"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/audit"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

const (
	logBatch     = 500
	maxLogScan   = 5000 // entries looked through for one page of a kind
	maxExport    = 50_000
	maxTenants   = 40 // counties whose logs are read together
	shownChanges = 3  // further ones are folded
	maxCell      = 10_000
)

// logView is which part of the log is read: the logs of the counties within a scope, one kind, one actor.
type logView struct {
	c       *shell.Ctx
	tenants []int64
	ranges  [][2]string
	actor   string
	kind    string
}

// logEntry is an entry with the tenant whose log it is in.
type logEntry struct {
	audit.Entry
	tenant int64
}

func newLogView(c *shell.Ctx) (*logView, error) {
	v := &logView{c: c, actor: c.Query("q"), kind: c.Query("kind")}
	scopes := c.Who.Narrow(permAudit, c.Scope)
	if len(scopes) == 0 {
		return nil, c.Who.Require(permAudit, c.Scope)
	}
	for _, s := range scopes {
		ts, err := c.Shell.Regions.Tenants(c.Context(), s)
		if err != nil {
			return nil, err
		}
		for _, t := range ts {
			if !slices.Contains(v.tenants, t.ID) {
				v.tenants = append(v.tenants, t.ID)
			}
		}
		// What concerns no county, or was done before there was one, is in the log of tenant 0.
		if (code.Level(s) < code.TierCounty || len(ts) == 0) && !slices.Contains(v.tenants, 0) {
			v.tenants = append(v.tenants, 0)
		}
	}
	if len(v.tenants) > maxTenants {
		return nil, errs.New(errs.Invalid, "scope.wide", "这里的县太多，日志不能一起看；请先在上方选定一个市或县（市、区）")
	}
	var err error
	v.ranges, err = c.Shell.Regions.Ranges(c.Context(), scopes...)
	return v, err
}

// batch reads the newest entries before one, over all the logs.
func (v *logView) batch(before ids.ID, limit int) ([]logEntry, error) {
	var out []logEntry
	for _, t := range v.tenants {
		list, err := audit.List(v.c.Context(), v.c.Shell.Env.DB.Read(), t, v.ranges, v.actor, before, limit)
		if err != nil {
			return nil, err
		}
		for _, e := range list {
			out = append(out, logEntry{e, t})
		}
	}
	slices.SortFunc(out, func(x, y logEntry) int { return cmp.Compare(y.ID, x.ID) }) // ids rise in time
	return out[:min(len(out), limit)], nil
}

// page reads up to limit entries of the kind before one. next is where the next page begins, 0 at the end;
// partial says that the search was broken off there because too little was found.
func (v *logView) page(before ids.ID, limit int) (list []logEntry, next ids.ID, partial bool, err error) {
	size := logBatch
	if v.kind == "" {
		size = limit + 1
	}
	for scanned := 0; ; {
		batch, err := v.batch(before, size)
		if err != nil {
			return nil, 0, false, err
		}
		for _, e := range batch {
			if v.kind != "" && e.Kind != v.kind {
				continue
			}
			if len(list) == limit {
				return list, list[limit-1].ID, false, nil
			}
			list = append(list, e)
		}
		if len(batch) < size {
			return list, 0, false, nil
		}
		before = batch[len(batch)-1].ID
		if scanned += len(batch); scanned >= maxLogScan {
			return list, before, true, nil
		}
	}
}

func auditPage(c *shell.Ctx) error {
	v, err := newLogView(c)
	if err != nil {
		return err
	}
	before, _ := ids.Parse(c.Query("after"))
	list, next, partial, err := v.page(before, pageSize)
	if err != nil {
		return err
	}
	links, err := v.links(list)
	if err != nil {
		return err
	}
	t := ui.Table{Caption: "操作日志", Columns: []ui.Column{{Label: "时间", Nowrap: true}, {Label: "操作人", Nowrap: true}, {Label: "事项", Nowrap: true}, {Label: "对象"}, {Label: "改了什么", Width: "38%"}, {Label: "理由"}}}
	for i, e := range list {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: e.At.Format("2006-01-02 15:04:05")}, {Text: or(e.ActorName, "系统")}, {Badge: &ui.BadgeView{Text: e.Action, Kind: actionKind(e.Action)}},
			{Text: e.Title, Href: links[i], Sub: kindLabel(c, e.Kind) + " · " + placeName(c, e.Region)},
			changeCell(e.Changes), {Text: e.Reason},
		}})
	}
	active := v.actor != "" || v.kind != ""
	t.Empty = &ui.EmptyView{Icon: "history", Title: "这里还没有操作记录", Text: "谁在何时新建、修改、审核、删除了什么，都会自动记在这里，任何人都不能改动或删除。"}
	if active {
		t.Empty = &ui.EmptyView{Icon: "search", Title: "没有符合条件的记录", Text: "操作人要填完整的姓名；或清除条件看全部。", Buttons: []ui.Button{{Label: "清除条件", Href: "/audit"}}}
	}
	if partial && len(list) == 0 {
		t.Empty = &ui.EmptyView{Icon: "search", Title: "最近的记录里没有这一类", Text: "还可以继续找更早的记录。", Buttons: []ui.Button{{Label: "继续找更早的", Href: with(c, "after", next.String()), Style: ui.Primary}}}
	}
	pager := ui.PagerView{Shown: len(list)}
	if before != 0 {
		pager.FirstHref = with(c, "after", "")
	}
	if next != 0 {
		pager.NextHref = with(c, "after", next.String())
	}
	page := c.PageOf("操作日志")
	page.Subtitle = c.ScopeName()
	page.Actions = ui.Btn(ui.Button{Label: "导出", Icon: "download", Href: strings.Replace(with(c, "after", ""), "/audit", "/audit/export", 1)})
	return c.Page(page, listBody(v.filterBar(active), t, pager))
}

func (v *logView) filterBar(active bool) ui.FilterView {
	kinds := ui.FilterSelect{Name: "kind", Label: "类别", Options: []ui.Option{{Value: "", Label: "全部"}, {Value: "account", Label: "账号/登录"}, {Value: "region", Label: "行政区划"}}}
	for _, n := range v.c.Shell.Env.Nouns() {
		in := n.Info()
		kinds.Options = append(kinds.Options, ui.Option{Value: in.Kind, Label: in.Label})
	}
	for i := range kinds.Options {
		kinds.Options[i].Selected = kinds.Options[i].Value == v.kind
	}
	return ui.FilterView{Action: "/audit", Q: v.actor, QLabel: "操作人的完整姓名", Selects: []ui.FilterSelect{kinds}, Active: active, ResetHref: "/audit"}
}

// kindLabel names a kind of record in Chinese.
func kindLabel(c *shell.Ctx, kind string) string {
	if n, ok := c.Shell.Env.Noun(kind); ok {
		return n.Info().Label
	}
	switch kind {
	case "account":
		return "账号/登录"
	case "region":
		return "行政区划"
	}
	return "其他"
}

func actionKind(action string) ui.Kind {
	switch action {
	case "删除", "锁定", "停用", "作废", "强制下线":
		return ui.Orange
	case "新建", "登录":
		return ui.Grey
	}
	return ui.Azure
}

// links returns the address of each entry's record, "" when it is gone or not the reader's to see.
func (v *logView) links(list []logEntry) ([]string, error) {
	type group struct {
		tenant int64
		kind   string
	}
	wanted := map[group][]ids.ID{}
	for _, e := range list {
		if _, ok := v.c.Shell.Env.Noun(e.Kind); ok && v.c.Who.Can(e.Kind+":view", e.Region) {
			g := group{e.tenant, e.Kind}
			if !slices.Contains(wanted[g], e.RecordID) {
				wanted[g] = append(wanted[g], e.RecordID)
			}
		}
	}
	there := map[ids.ID]bool{}
	for g, want := range wanted {
		n, _ := v.c.Shell.Env.Noun(g.kind)
		names, err := n.Names(v.c.Context(), v.c.Shell.Env.DB.Read(), g.tenant, want)
		if err != nil {
			return nil, err
		}
		for id := range names {
			there[id] = true
		}
	}
	out := make([]string, len(list))
	for i, e := range list {
		n, ok := v.c.Shell.Env.Noun(e.Kind)
		switch {
		case ok && there[e.RecordID]:
			out[i] = n.Info().Path + "/" + e.RecordID.String()
			if e.tenant != v.c.Tenant { // a record is read within its county
				out[i] += "?scope=" + shell.CountyOf(e.Region)
			}
		case e.Kind == "account" && v.c.Who.Can(permAccounts, e.Region):
			out[i] = "/accounts/" + e.RecordID.String()
		case e.Kind == "region" && v.c.Who.Can(permRegions, e.Region):
			out[i] = "/regions?q=" + e.Region
		}
	}
	return out, nil
}

func changeCell(list []audit.Change) ui.Cell {
	if len(list) == 0 {
		return ui.Cell{}
	}
	return ui.Cell{Content: changeList(list)}
}

func changeText(ch audit.Change) string {
	switch {
	case ch.Before == "":
		return ch.Label + "：" + ch.After
	case ch.After == "":
		return ch.Label + "：" + ch.Before + " → （空）"
	}
	return ch.Label + "：" + ch.Before + " → " + ch.After
}

func auditExport(c *shell.Ctx) error {
	v, err := newLogView(c)
	if err != nil {
		return err
	}
	header := []sheet.Column{
		{Title: "时间", Width: 20}, {Title: "操作人", Width: 14}, {Title: "事项", Width: 14}, {Title: "类别", Width: 14}, {Title: "对象", Width: 36},
		{Title: "地区", Width: 16}, {Title: "改了什么", Width: 60}, {Title: "理由", Width: 30},
	}
	return resource.WriteSheet(c, "操作日志 "+c.ScopeName()+" "+c.Today().String(), c.Query("format"), header, v.rows)
}

// rows gives the newest entries for the export; a last line says when there are more than it holds.
func (v *logView) rows(yield func([]string, error) bool) {
	var before ids.ID
	for n := 0; ; {
		batch, err := v.batch(before, logBatch)
		if err != nil {
			yield(nil, err)
			return
		}
		for _, e := range batch {
			if v.kind != "" && e.Kind != v.kind {
				continue
			}
			if n == maxExport {
				yield([]string{"这个文件只有最近的 5 万条，更早的没有导出；请选定更小的范围、类别或操作人再导出"}, nil)
				return
			}
			n++
			if !yield(v.row(e), nil) {
				return
			}
		}
		if len(batch) < logBatch {
			return
		}
		before = batch[len(batch)-1].ID
	}
}

func (v *logView) row(e logEntry) []string {
	var changes []string
	for _, ch := range e.Changes {
		changes = append(changes, changeText(ch))
	}
	return []string{
		e.At.Format("2006-01-02 15:04:05"), or(e.ActorName, "系统"), e.Action, kindLabel(v.c, e.Kind), e.Title, placeName(v.c, e.Region),
		clip(strings.Join(changes, "\n")), clip(e.Reason),
	}
}

// clip keeps a text within what a cell of a sheet holds.
func clip(s string) string {
	if r := []rune(s); len(r) > maxCell {
		return string(r[:maxCell]) + "……（太长，没有写全，请在网页上查看）"
	}
	return s
}
