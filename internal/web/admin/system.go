package admin

import (
	"strconv"

	"huicun/internal/kit/errs"
	"huicun/internal/registry/access"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// engines names the databases for people.
var engines = map[string]string{"sqlite": "内置数据库（SQLite），数据在一个文件里", "postgres": "数据库服务器（PostgreSQL）"}

func systemPage(c *shell.Ctx) error {
	d := c.Shell.Env.DB
	schema, err := d.SchemaVersion(c.Context())
	if err != nil {
		return err
	}
	tenants, err := c.Shell.Regions.Tenants(c.Context(), c.Scope)
	if err != nil {
		return err
	}
	if len(tenants) > maxTenants {
		return errs.New(errs.Invalid, "scope.wide", "这里的县太多，不能一起统计；请先在上方选定一个市或县（市、区）")
	}
	where := "还没有县（市、区）的数据；请先导入行政区划"
	switch len(tenants) {
	case 0:
	case 1:
		where = tenants[0].Name + "（全县合计）"
	default:
		where = c.ScopeName() + "，" + strconv.Itoa(len(tenants)) + " 个县（市、区）合计"
	}
	t := ui.Table{Caption: "各类记录", Columns: []ui.Column{{Label: "类别"}, {Label: "条数", Align: ui.Right}}}
	total := 0
	for _, n := range c.Shell.Env.Nouns() {
		in, count := n.Info(), 0
		for _, tn := range tenants {
			k, err := n.Count(c.Context(), tn.ID)
			if err != nil {
				return err
			}
			count += k
		}
		total += count
		name := ui.Cell{Text: in.Label}
		if c.Who.CanSome(in.Kind + ":" + access.View) {
			name.Href = in.Path
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{name, {Text: thousands(count), Muted: count == 0}}})
	}
	if len(t.Rows) > 0 {
		t.Foot = []ui.Cell{{Text: "合计", Strong: true}, {Text: thousands(total), Strong: true}}
	}
	t.Empty = &ui.EmptyView{Icon: "database", Title: "没有登记任何类别", Text: "安装不完整，请联系系统维护人员。"}
	descs := []ui.Desc{
		{Label: "数据库", Value: or(engines[string(d.Dialect())], "其他数据库")},
		{Label: "表结构版本", Value: "第 " + strconv.FormatInt(schema, 10) + " 版"},
		{Label: "服务器时间", Value: c.Shell.Clock().Format(minute), Sub: "北京时间"},
		{Label: "统计范围", Value: where},
	}
	return c.Page(c.PageOf("系统信息"), systemBody(descs, t))
}

// thousands puts separators into a count.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
