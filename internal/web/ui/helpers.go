package ui

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

func itoa(n int) string { return strconv.Itoa(n) }

// percent is a CSS width, held between 0 and 100.
func percent(v float64) string {
	return strconv.FormatFloat(min(max(v, 0), 100), 'f', 2, 64) + "%"
}

// drawerAttrs make a link open in the drawer. Without script it is a plain link to the same content as a page.
func drawerAttrs(href string) templ.Attributes {
	return templ.Attributes{"href": href, "hx-get": href, "hx-target": "#drawer-body", "hx-swap": "innerHTML", "hx-sync": "#drawer-body:replace"}
}

// DrawerAttrs are the attributes of a link that opens href in the drawer, for pages that write their own link.
func DrawerAttrs(href string) templ.Attributes { return drawerAttrs(href) }

func (b BarListView) max() float64 {
	if b.Max > 0 {
		return b.Max
	}
	m := 0.0
	for _, bar := range b.Bars {
		m = max(m, bar.total())
	}
	for _, x := range b.Boundaries {
		m = max(m, x.Value)
	}
	if m == 0 {
		return 1
	}
	return m * 1.02
}

func (b Bar) total() float64 {
	t := 0.0
	for _, s := range b.Segments {
		t += max(s.Value, 0)
	}
	return t
}

func shade(n int) string {
	if n < 1 || n > 4 {
		n = 1
	}
	return "shade-" + itoa(n)
}

func (c Column) class() string {
	return strings.Join(strings.Fields(join(
		when(c.Align != Left, "ta-"+string(c.Align)), when(c.HidePhone, "hide-phone"), when(c.NoPrint, "no-print"), when(c.Nowrap, "nowrap"),
	)), " ")
}

func (c Column) ariaSort() string {
	switch c.Sorted {
	case "asc":
		return "ascending"
	case "desc":
		return "descending"
	}
	return "none"
}

func (c Column) sortIcon() string {
	switch c.Sorted {
	case "asc":
		return "chevron-up"
	case "desc":
		return "chevron-down"
	}
	return "selector"
}

func (c Cell) class() string {
	return join(when(c.Kind != "", "tx-"+string(c.Kind)), when(c.Muted, "muted"), when(c.Strong, "strong"))
}

func (c Cell) empty() bool {
	return c.Text == "" && c.Sub == "" && c.Content == nil && c.Badge == nil && len(c.Badges) == 0
}

func (r Row) class() string {
	return join(when(r.Kind != "", "row-"+string(r.Kind)), when(r.Group, "row-group"))
}

// column is the heading above a cell, counting the columns earlier cells span.
func (t Table) column(cells []Cell, i int) Column {
	at := 0
	for _, c := range cells[:i] {
		at += max(c.Span, 1)
	}
	if at < len(t.Columns) {
		return t.Columns[at]
	}
	return Column{}
}

func when(on bool, s string) string {
	if on {
		return s
	}
	return ""
}

func join(parts ...string) string { return strings.Join(strings.Fields(strings.Join(parts, " ")), " ") }

func (b Button) class() string {
	switch b.Style {
	case Primary:
		return "btn btn-primary"
	case Danger:
		return "btn btn-outline-danger"
	case Ghost:
		return "btn btn-ghost"
	}
	return "btn"
}

func (e ErrorView) title() string {
	if e.Title != "" {
		return e.Title
	}
	switch e.Status {
	case 403:
		return "这里您还不能看"
	case 404:
		return "没有找到这个页面"
	case 429:
		return "操作太快了"
	case 500:
		return "系统出了点问题"
	case 503:
		return "系统正在维护"
	}
	return "没能完成这一步"
}

func (e ErrorView) message() string {
	if e.Message != "" {
		return e.Message
	}
	switch e.Status {
	case 403:
		return "您的岗位没有这项权限,或者这条记录属于别的村镇。需要查看的话,请联系本级管理员给您的岗位授权。"
	case 404:
		return "地址可能写错了,记录可能已被撤销或搬到了别处。可以用上方的搜索找一找,或从首页重新进入。"
	case 429:
		return "短时间内请求太多,请稍等一分钟再试。"
	case 500:
		return "刚才的操作没有保存成功,您可以返回上一页再试一次。如果还是不行,请把下面的编号告诉管理员。"
	case 503:
		return "几分钟后再来即可,已经保存的数据不受影响。"
	}
	return "请返回上一页检查后再试。"
}

func (e ErrorView) icon() string {
	switch e.Status {
	case 403:
		return "lock"
	case 404:
		return "map-pin"
	}
	return "alert-triangle"
}

func (e ErrorView) next() []Link {
	if len(e.Next) > 0 {
		return e.Next
	}
	return []Link{{Label: "回到首页", Href: "/", Icon: "home"}}
}

func (l LineageView) id() string {
	if l.ID != "" {
		return l.ID
	}
	return "lineage"
}

func (l LineageView) childID(i int) string { return fmt.Sprintf("%s-child-%d", l.id(), i) }

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

// emptyOption is the select's first line when nothing has been chosen.
func (f Field) needsEmptyOption() bool {
	for _, o := range f.Options {
		if o.Value == "" {
			return false
		}
	}
	return true
}

// selected tells whether an option is the chosen one: by its own flag, or by the field's value.
func (f Field) selected(o Option) bool { return o.Selected || (f.Value != "" && o.Value == f.Value) }

func htmxConfig() string {
	// Server faults are reported by a toast, never swapped into a row; 401 reloads, which leads to the login page.
	return `{"noSwap":[204,304,401,"5xx"],"history":false,"defaultTimeout":30000}`
}

func (p PageView) printHead() PrintView {
	if p.Print != nil {
		return *p.Print
	}
	return PrintView{Title: p.Title, Org: p.scope(), By: p.User.Name}
}

func joinComma(list []string) string { return strings.Join(list, ",") }
