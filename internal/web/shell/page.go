package shell

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"huicun/internal/kit/code"
	"huicun/internal/kit/errs"
	"huicun/internal/registry/region"
	"huicun/internal/web/ui"
)

// PageOf returns the frame of a page: menu, scope, years, user, and a word from the page before.
func (c *Ctx) PageOf(title string, crumbs ...ui.Link) ui.PageView {
	v := ui.PageView{
		Title: title, Crumbs: crumbs, Menu: c.menu(), Path: c.R.URL.RequestURI(),
		User:              ui.User{Name: c.Who.Name, Role: c.Who.Titles(), Initial: initial(c.Who.Name)},
		SearchPlaceholder: "搜村、企业、合同、项目、凭证",
		Flash:             c.flash(),
	}
	c.scopeLinks(&v)
	now := c.Today().Year()
	for y := max(now, c.Year); y >= min(c.Year, now-6); y-- {
		v.Years = append(v.Years, ui.YearOption{Label: strconv.Itoa(y) + " 年", Value: strconv.Itoa(y), Active: y == c.Year})
	}
	return v
}

// Page renders a page with its body.
func (c *Ctx) Page(v ui.PageView, body templ.Component) error {
	return c.PageStatus(http.StatusOK, v, body)
}

// PageStatus renders a page with a status.
func (c *Ctx) PageStatus(status int, v ui.PageView, body templ.Component) error {
	return c.RenderStatus(status, Frame(ui.Page(v), body))
}

func (c *Ctx) menu() []ui.MenuGroup {
	var out []ui.MenuGroup
	for _, g := range c.Shell.Menu {
		vg := ui.MenuGroup{Title: g.Title}
		for _, it := range g.Items {
			if !can(c.Who, it.Perm) {
				continue
			}
			item := ui.MenuItem{Label: it.Label, Icon: it.Icon, Href: it.Path, Active: active(c.R.URL.Path, it.Path)}
			if it.Path == "/todo" && c.Shell.Todo != nil {
				if n, err := c.Shell.Todo(c); err == nil && n > 0 {
					item.Badge = strconv.Itoa(n)
				}
			}
			vg.Items = append(vg.Items, item)
		}
		if len(vg.Items) > 0 {
			out = append(out, vg)
		}
	}
	return out
}

func active(path, item string) bool {
	if item == "/" {
		return path == "/"
	}
	return path == item || len(path) > len(item) && path[:len(item)+1] == item+"/"
}

// scopeLinks shows where one stands: the places above that the person may see, and the places below and beside.
func (c *Ctx) scopeLinks(v *ui.PageView) {
	ctx, here := c.Context(), c.R.URL.RequestURI()
	link := func(r region.Region) ui.Link {
		return ui.Link{Label: r.Name, Href: ui.SwitchScope(r.Code, here), Active: r.Code == c.Scope}
	}
	if c.Scope == region.Nation {
		v.ScopeCrumbs = []ui.Link{{Label: "全国", Active: true}}
	}
	path, err := c.Shell.Regions.Path(ctx, c.Scope)
	if err != nil {
		path = []region.Region{{Code: c.Scope, Name: c.Scope}}
	}
	for _, r := range path {
		l := link(r)
		if !c.maySee(r.Code) {
			l.Href = ""
		}
		v.ScopeCrumbs = append(v.ScopeCrumbs, l)
	}
	for _, g := range []struct{ title, under string }{{"下级", c.Scope}, {"同级", code.Parent(c.Scope)}} {
		if g.under == "" {
			continue
		}
		list, err := c.Shell.Regions.Children(ctx, g.under)
		if err != nil {
			continue
		}
		group := ui.LinkGroup{Title: g.title}
		for _, r := range list {
			if c.maySee(r.Code) && r.Code != c.Scope {
				group.Links = append(group.Links, link(r))
			}
		}
		if len(group.Links) > 0 {
			v.ScopeOptions = append(v.ScopeOptions, group)
		}
	}
}

// RegionName names a place.
func (c *Ctx) RegionName(code string) string { return c.Shell.Regions.Name(c.Context(), code) }

// ScopeName names the place that is looked at.
func (c *Ctx) ScopeName() string {
	if c.Scope == region.Nation {
		return "全国"
	}
	return c.RegionName(c.Scope)
}

func initial(name string) string {
	for _, r := range name {
		return string(r)
	}
	return "惠"
}

var statusOf = map[errs.Kind]int{
	errs.Internal: http.StatusInternalServerError, errs.Invalid: http.StatusUnprocessableEntity, errs.NotFound: http.StatusNotFound,
	errs.Forbidden: http.StatusForbidden, errs.Unauthenticated: http.StatusUnauthorized, errs.Conflict: http.StatusConflict,
	errs.Stale: http.StatusConflict, errs.State: http.StatusConflict, errs.TooMany: http.StatusTooManyRequests, errs.Unavailable: http.StatusServiceUnavailable,
}

// Status returns the HTTP status of an error.
func Status(err error) int { return statusOf[errs.KindOf(err)] }

// fail shows an error: a login page to whom is not logged in, else a page that says what to do.
func (c *Ctx) fail(err error) {
	kind := errs.KindOf(err)
	switch {
	case err == errPasswordFirst: //nolint:errorlint // our own value
		_ = c.Redirect("/me/password")
		return
	case kind == errs.Unauthenticated && c.R.Method == http.MethodGet && !c.Partial():
		_ = c.Redirect("/login?to=" + url.QueryEscape(c.R.URL.RequestURI()))
		return
	}
	if kind == errs.Internal && c.Shell.Log != nil {
		c.Shell.Log.Error("request failed", "method", c.R.Method, "path", c.R.URL.Path, "err", err)
	}
	v := ui.ErrorView{Status: Status(err), Message: sentence(err)}
	if c.LoggedIn() && c.route.Perm != Public && !c.mustChange {
		v.Next = []ui.Link{{Label: "回到总览", Href: "/"}}
	}
	if c.Partial() {
		_ = c.RenderStatus(v.Status, ui.ErrorBody(v))
		return
	}
	if c.LoggedIn() && !c.AsOf.IsZero() { // without a day the frame's own counts cannot be asked for
		p := c.PageOf("出错了")
		p.HideTitle = true
		_ = c.PageStatus(v.Status, p, ui.ErrorBody(v))
		return
	}
	_ = c.RenderStatus(v.Status, ui.ErrorPage(v))
}

// sentence is what an error says to a person, with its fields when it was not a form's.
func sentence(err error) string {
	s := errs.Message(err)
	if e := errs.As(err); e != nil && e.Kind != errs.Internal && len(e.Fields) > 0 {
		s = ""
		for i, f := range e.Fields {
			if i > 0 {
				s += "；"
			}
			s += f.Msg
		}
	}
	return s
}

// Sentence is what an error says to a person in one line.
func Sentence(err error) string { return sentence(err) }
