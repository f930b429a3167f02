// Package overview shows a place at a glance: its villages' income and what it is made of, how far the three
// mechanisms reach, the secretaries' projects and what needs attention. Every number opens the records that it
// comes from.
package overview

import (
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/a-h/templ"

	"huicun/internal/insight/board"
	"huicun/internal/insight/overview"
	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/region"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

const perm = "overview:" + access.View

// Card is a card of another slice on the overview of a place; a nil component is left out.
type Card func(c *shell.Ctx, scope string) (templ.Component, error)

// Mount adds the routes. boards computes the secretaries' projects; nil leaves them out.
func Mount(s *shell.Shell, svc *overview.Service, boards *board.Service, cards ...Card) {
	h := &handlers{svc: svc, boards: boards, cards: cards}
	s.Handle(
		shell.Route{Method: "GET", Pattern: "/{$}", Perm: perm, Fn: h.page},
		shell.Route{Method: "GET", Pattern: "/attention", Perm: perm, Fn: h.attention},
	)
}

// Todo gives what waits for a person on the day that is looked at, for the to-do page.
func Todo(svc *overview.Service) func(c *shell.Ctx) ([]ui.AlertView, error) {
	return func(c *shell.Ctx) ([]ui.AlertView, error) {
		list, err := svc.Attention(c.Context(), c.Who, c.Scope, c.AsOf)
		if err != nil {
			return nil, err
		}
		return alerts(list), nil
	}
}

// countTTL is how long the badge's count is kept: it stands on every page, and finding it reads much.
const countTTL = time.Minute

// counted is one person's count for one place and day.
type counted struct {
	n  int
	at time.Time
}

type countKey struct {
	who   ids.ID
	scope string
	day   date.Date
}

// maxCounts bounds the cache; it is emptied rather than weeded.
const maxCounts = 10_000

// TodoCount counts what waits for a person, for the badge in the menu; it may be a minute old.
func TodoCount(svc *overview.Service) func(c *shell.Ctx) (int, error) {
	var mu sync.Mutex
	seen := map[countKey]counted{}
	return func(c *shell.Ctx) (int, error) {
		k, now := countKey{c.Who.ID, c.Scope, c.AsOf}, c.Shell.Clock()
		mu.Lock()
		have, ok := seen[k]
		mu.Unlock()
		if ok && now.Sub(have.at) < countTTL {
			return have.n, nil
		}
		list, err := svc.Attention(c.Context(), c.Who, c.Scope, c.AsOf)
		if err != nil {
			return 0, err
		}
		mu.Lock()
		defer mu.Unlock()
		if len(seen) >= maxCounts {
			clear(seen)
		}
		seen[k] = counted{len(list), now}
		return len(list), nil
	}
}

type handlers struct {
	svc    *overview.Service
	boards *board.Service
	cards  []Card
}

func (h *handlers) page(c *shell.Ctx) error {
	if !c.Who.CanSome("figure:" + access.View) {
		v := c.PageOf("总览")
		v.HideTitle = true
		return c.Page(v, adminBody(adminLinks(c)))
	}
	scope, others := h.scope(c)
	o, err := h.svc.Of(c.Context(), scope, c.Year, c.AsOf)
	if err != nil {
		return err
	}
	v := c.PageOf("总览")
	v.Subtitle = o.Name + " · " + strconv.Itoa(c.Year) + " 年 · 截至 " + c.AsOf.String()
	v.Print = &ui.PrintView{
		Title: o.Name + "村级集体经济总览", Period: strconv.Itoa(c.Year) + " 年，截至 " + c.AsOf.Chinese(), By: c.Who.Name, At: c.Today().String(),
	}
	v.Actions = ui.PrintButton()
	p := &page{o: o, who: c.Who, year: c.Year, narrowed: scope != c.Scope, others: others}
	if p.begins, err = h.begins(c, o, scope); err != nil {
		return err
	}
	if p.rows, err = h.projects(c, scope); err != nil {
		return err
	}
	for _, card := range h.cards {
		comp, err := card(c, scope)
		if err != nil {
			return err
		}
		if comp != nil {
			p.cards = append(p.cards, comp)
		}
	}
	return c.Page(v, p.body())
}

// scope is the place to show: the one that is looked at when the person may, else the first that they may below it,
// with the others as links.
func (h *handlers) scope(c *shell.Ctx) (string, []ui.Link) {
	may := c.Who.Narrow(perm, c.Scope)
	if len(may) == 0 || slices.Contains(may, c.Scope) {
		return c.Scope, nil
	}
	var links []ui.Link
	for _, place := range may {
		links = append(links, ui.Link{Label: c.RegionName(place), Href: ui.SwitchScope(place, "/")})
	}
	return may[0], links
}

// begins says what to enter first, as long as the books or the contracts are missing.
func (h *handlers) begins(c *shell.Ctx, o *overview.Overview, scope string) ([]overview.Begin, error) {
	if c.Tenant == 0 || code.Level(scope) < code.TierCounty || o.Income.Now != 0 && o.Stable.Now != 0 {
		return nil, nil
	}
	return h.svc.Begins(c.Context(), c.Who, c.Tenant, scope)
}

func (h *handlers) projects(c *shell.Ctx, scope string) ([]board.Row, error) {
	if h.boards == nil || c.Tenant == 0 || !c.Who.Can("board:"+access.View, scope) {
		return nil, nil
	}
	return h.boards.Rows(c.Context(), c.Tenant, scope, c.Year, c.AsOf)
}

func (h *handlers) attention(c *shell.Ctx) error {
	v := c.PageOf("需要关注", ui.Link{Label: "总览", Href: "/"})
	scope, _ := h.scope(c)
	v.Subtitle = c.RegionName(scope) + " · 截至 " + c.AsOf.String()
	if scope == region.Nation {
		v.Subtitle = "全国 · 截至 " + c.AsOf.String()
	}
	v.Actions = ui.PrintButton()
	o, err := h.svc.Of(c.Context(), scope, c.Year, c.AsOf)
	if err != nil {
		return err
	}
	all := overview.Visible(c.Who, o.Attention)
	kind := c.Query("kind")
	return c.Page(v, attentionBody(attentionTabs(all, kind), alerts(slices.DeleteFunc(all, func(it overview.Item) bool {
		return kind != "" && it.Code != kind
	}))))
}

// lineage is the address of an indicator's lineage; params are name, value, name, value …
func lineage(in, scope string, year int, params ...string) string {
	q := url.Values{"in": {in}, "scope": {scope}, "year": {strconv.Itoa(year)}}
	for i := 0; i+1 < len(params); i += 2 {
		if params[i+1] != "" {
			q.Set("p."+params[i], params[i+1])
		}
	}
	return "/lineage?" + q.Encode()
}

func adminLinks(c *shell.Ctx) []ui.Button {
	var out []ui.Button
	for _, l := range []struct{ perm, label, icon, href string }{
		{"account:" + access.View, "账号与权限", "key", "/accounts"}, {"region:" + access.View, "行政区划", "map-pin", "/regions"},
		{"audit:" + access.View, "操作日志", "history", "/audit"}, {"account:" + access.View, "系统", "settings", "/system"},
	} {
		if c.Who.CanSome(l.perm) {
			out = append(out, ui.Button{Label: l.label, Icon: l.icon, Href: l.href})
		}
	}
	return out
}
