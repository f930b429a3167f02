// Package shell is what every page stands in: routes with their permissions, the session, the scope and year in
// which one looks, the menu, and errors as friendly pages. A handler cannot be reached without passing through
// it, so that no page can forget to check who asks.
package shell

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/geo"
	"huicun/internal/registry/access"
	"huicun/internal/registry/account"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

// Self is the permission of pages that anybody who is logged in may open.
const Self = "self"

// Public is the permission of pages without login.
const Public = "public"

// Handler answers a request; the error it returns is shown as a page.
type Handler func(c *Ctx) error

// Route is one entry of the route table. Perm is a permission ("contract:view"), Self or Public.
type Route struct {
	Method, Pattern, Perm string
	Fn                    Handler
}

// MenuItem is a link of the menu, shown to whom Perm allows somewhere.
type MenuItem struct{ Label, Icon, Path, Perm string }

// MenuGroup is a part of the menu.
type MenuGroup struct {
	Title string
	Items []MenuItem
}

// Shell holds what pages share. Fields are set once, before Handler is called.
type Shell struct {
	Env      *record.Env
	Accounts *account.Service
	Regions  *region.Service
	Figures  *indicator.Book
	Menu     []MenuGroup
	Clock    date.Clock
	Log      *slog.Logger
	// LatestDay is the last day that a tenant's books reach, or no date. Its year is shown first.
	LatestDay func(ctx context.Context, tenant int64) (date.Date, error)
	// Todo counts what waits for a person, for the badge in the menu.
	Todo func(c *Ctx) (int, error)
	// Secure marks cookies for https only.
	Secure bool
	// Map is the map service whose pictures lie below maps; none mostly.
	Map geo.Service

	routes  []Route
	latest  latestDays
	limiter limiter
}

// Handle adds routes. A route without a permission is a defect found at start-up.
func (s *Shell) Handle(routes ...Route) {
	for _, r := range routes {
		if r.Perm == "" || r.Fn == nil || r.Method == "" {
			panic("shell: route " + r.Pattern + " is incomplete")
		}
		s.routes = append(s.routes, r)
	}
}

// Routes lists the route table, for the test that walks it as every role.
func (s *Shell) Routes() []Route { return slices.Clone(s.routes) }

// Handler builds the HTTP handler.
func (s *Shell) Handler() http.Handler {
	mux := http.NewServeMux()
	for _, r := range s.routes {
		mux.Handle(r.Method+" "+r.Pattern, s.serve(r))
	}
	mux.Handle("/", s.serve(Route{Method: "GET", Pattern: "/", Perm: Public, Fn: func(c *Ctx) error {
		return errs.New(errs.NotFound, "page.unknown", "没有这个页面；请检查地址，或从菜单进入")
	}}))
	return s.recoverer(headers(s.Map.Origin(), http.NewCrossOriginProtection().Handler(mux)))
}

func (s *Shell) serve(r Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		c := &Ctx{W: w, R: req, Shell: s, route: r}
		started := s.Clock()
		err := c.begin()
		if err == nil {
			err = c.allow()
		}
		if err == nil {
			err = r.Fn(c)
		}
		if err != nil {
			c.fail(err)
		}
		if s.Log != nil {
			s.Log.Debug("request", "method", req.Method, "path", req.URL.Path, "took", s.Clock().Sub(started))
		}
	})
}

// allow is the one check that every route passes.
func (c *Ctx) allow() error {
	switch {
	case c.route.Perm == Public:
		return nil
	case !c.LoggedIn():
		return errs.New(errs.Unauthenticated, "login", "请先登录")
	case c.mustChange && c.R.URL.Path != "/me/password" && c.R.URL.Path != "/logout":
		return errPasswordFirst
	case c.route.Perm == Self:
		return nil
	case !c.Who.CanSome(c.route.Perm):
		return errs.New(errs.Forbidden, "forbidden", "您没有打开这个页面的权限；如确需办理，请联系镇管理员授权")
	}
	return nil
}

var errPasswordFirst = errs.New(errs.Unauthenticated, "password.first", "请先修改初始密码")

// headers sets what every answer carries. Pages are never cached by a shared computer; pictures come from here and, when
// there is a map service, from its one host.
func headers(pictures string, next http.Handler) http.Handler {
	policy := "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src " + strings.TrimSpace("'self' data: "+pictures) +
		"; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		h.Set("Vary", "HX-Request, Cookie")
		next.ServeHTTP(w, r)
	})
}

// recoverer turns a panic into a 500 page and a log line.
func (s *Shell) recoverer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler { //nolint:errorlint // the sentinel itself is panicked
				panic(p)
			}
			if s.Log != nil {
				s.Log.Error("panic", "path", r.URL.Path, "panic", p, "stack", stack())
			}
			c := &Ctx{W: w, R: r, Shell: s}
			c.fail(errs.New(errs.Internal, "panic", "panic"))
		}()
		next.ServeHTTP(w, r)
	})
}

// latestTTL is how long the answer to "how far do the books reach" is kept.
const latestTTL = time.Minute

// can reports whether who may do it anywhere; the menu shows nothing else.
func can(who access.Principal, perm string) bool { return perm == Self || who.CanSome(perm) }
