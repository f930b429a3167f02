package shell

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/a-h/templ"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
	"huicun/internal/registry/region"
	"huicun/internal/web/ui"
)

const (
	cookieSession = "hc_session"
	cookieScope   = "hc_scope"
	cookieYear    = "hc_year"
	cookieFlash   = "hc_flash"
)

// Ctx is one request: who asks, where and at which year they look.
type Ctx struct {
	W     http.ResponseWriter
	R     *http.Request
	Shell *Shell
	Who   access.Principal
	// Scope is the place that is looked at, Tenant the county's data it lies in (0 above a county with several).
	Scope  string
	Tenant int64
	Year   int
	// AsOf is the day up to which records count: today in this year, the last day of an earlier one.
	AsOf date.Date

	route      Route
	token      string
	mustChange bool
}

// Context returns the request's context.
func (c *Ctx) Context() context.Context { return c.R.Context() }

// LoggedIn reports whether somebody is logged in.
func (c *Ctx) LoggedIn() bool { return c.token != "" }

// Token is the session's token.
func (c *Ctx) Token() string { return c.token }

// Today is the civil date in Shanghai.
func (c *Ctx) Today() date.Date { return date.Today(c.Shell.Clock) }

func (c *Ctx) begin() error {
	if ck, err := c.R.Cookie(cookieSession); err == nil && ck.Value != "" {
		who, sess, err := c.Shell.Accounts.Session(c.Context(), ck.Value)
		switch {
		case err == nil:
			c.Who, c.token, c.mustChange = who, ck.Value, sess.MustChange
		case !errs.Is(err, errs.Unauthenticated):
			return err
		}
	}
	if c.route.Perm == Public || !c.LoggedIn() {
		return nil
	}
	return c.look()
}

// look settles the scope and the year: from the query, else the cookies, else where the person's first role is.
func (c *Ctx) look() error {
	scope := c.R.URL.Query().Get("scope")
	if scope == "" {
		scope = c.cookie(cookieScope)
	}
	full, err := code.Region(scope)
	if scope == region.Nation {
		full, err = scope, nil
	}
	if err != nil || !c.maySee(full) {
		full = c.home()
	}
	c.Scope = full
	ts, err := c.Shell.Regions.Tenants(c.Context(), full)
	if err != nil {
		return err
	}
	if len(ts) == 1 {
		c.Tenant = ts[0].ID
	}
	latest, err := c.latestDay()
	if err != nil {
		return err
	}
	year, _ := strconv.Atoi(or(c.R.URL.Query().Get("year"), c.cookie(cookieYear)))
	if year < 1978 || year > 2200 {
		if year = latest.Year(); latest.IsZero() {
			year = c.Today().Year()
		}
	}
	c.Year = year
	c.AsOf = c.asOf(latest)
	return nil
}

// maySee reports whether a place is within, or above, some place that the person has a role at.
func (c *Ctx) maySee(scope string) bool {
	for _, g := range c.Who.Grants {
		if code.Within(scope, g.Region) || code.Within(g.Region, scope) {
			return true
		}
	}
	return false
}

// home is the place of the person's first role.
func (c *Ctx) home() string {
	if len(c.Who.Grants) > 0 {
		return c.Who.Grants[0].Region
	}
	return region.Nation
}

// latestDays caches how far tenants' books reach.
type latestDays struct {
	mu   sync.Mutex
	seen map[int64]latestDay
}

type latestDay struct {
	day date.Date
	at  time.Time
}

// latestDay is the last day that the tenant's books reach, or no date.
func (c *Ctx) latestDay() (date.Date, error) {
	if c.Shell.LatestDay == nil || c.Tenant == 0 {
		return date.Date{}, nil
	}
	now := c.Shell.Clock()
	l := &c.Shell.latest
	l.mu.Lock()
	defer l.mu.Unlock()
	if have, ok := l.seen[c.Tenant]; ok && now.Sub(have.at) < latestTTL {
		return have.day, nil
	}
	day, err := c.Shell.LatestDay(c.Context(), c.Tenant)
	if err != nil {
		return date.Date{}, err
	}
	if l.seen == nil {
		l.seen = map[int64]latestDay{}
	}
	l.seen[c.Tenant] = latestDay{day, now}
	return day, nil
}

// asOf is the day up to which a year's records count: today in this year, else the year's last day; in a past year
// whose books stop before December the last day that they reach, since nothing is known of what came after.
func (c *Ctx) asOf(latest date.Date) date.Date {
	end := date.Must(fmt.Sprintf("%04d-12-31", c.Year))
	today := c.Today()
	switch {
	case today.Before(end):
		return today
	case latest.Year() == c.Year && latest.Month() < time.December:
		return latest
	}
	return end
}

// NeedTenant returns the tenant, or an error that asks to choose a county.
func (c *Ctx) NeedTenant() (int64, error) {
	if c.Tenant == 0 {
		return 0, errs.New(errs.Invalid, "scope.wide", "这里要看具体的记录，请先在上方选定一个县（市、区）或镇、村")
	}
	return c.Tenant, nil
}

// ID reads the {id} of the path; what is no id is not found.
func (c *Ctx) ID() (ids.ID, error) {
	id, err := ids.Parse(c.R.PathValue("id"))
	if err != nil {
		return 0, errs.Wrap(err, errs.NotFound, "id", "没有找到这条记录；请检查地址")
	}
	return id, nil
}

// Query returns a trimmed query parameter.
func (c *Ctx) Query(name string) string {
	return strings.TrimSpace(storable(c.R.URL.Query().Get(name)))
}

// Form returns a posted value.
func (c *Ctx) Form(name string) string { return storable(c.R.PostFormValue(name)) }

// storable drops what no database keeps as text: NUL, and bytes that are no UTF-8.
func storable(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "")
}

// FormKey returns a fresh key for a form, which makes a double submission harmless.
func (c *Ctx) FormKey() string { return secret.Token()[:22] }

func (c *Ctx) cookie(name string) string {
	if ck, err := c.R.Cookie(name); err == nil {
		return ck.Value
	}
	return ""
}

// SetCookie sets a cookie of this site; an empty value removes it.
func (c *Ctx) SetCookie(name, value string, maxAge time.Duration) {
	age := int(maxAge.Seconds())
	if value == "" {
		age = -1
	}
	http.SetCookie(c.W, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: age, HttpOnly: true,
		Secure: c.Shell.Secure || c.R.TLS != nil, SameSite: http.SameSiteLaxMode,
	})
}

// Redirect goes to a page of ours after a form was taken; anything else goes home.
func (c *Ctx) Redirect(to string) error {
	if !local(to) {
		to = "/"
	}
	http.Redirect(c.W, c.R, to, http.StatusSeeOther)
	return nil
}

// local reports whether an address stays on this site.
func local(to string) bool {
	u, err := url.Parse(to)
	return err == nil && u.Scheme == "" && u.Host == "" && strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//") && !strings.HasPrefix(to, "/\\")
}

// Done redirects with a word of success shown on the next page.
func (c *Ctx) Done(to, format string, args ...any) error {
	b, err := json.Marshal(ui.FlashView{Kind: ui.Green, Text: fmt.Sprintf(format, args...)})
	if err == nil {
		c.SetCookie(cookieFlash, base64.RawURLEncoding.EncodeToString(b), time.Minute)
	}
	return c.Redirect(to)
}

func (c *Ctx) flash() *ui.FlashView {
	v := c.cookie(cookieFlash)
	if v == "" {
		return nil
	}
	c.SetCookie(cookieFlash, "", 0)
	b, err := base64.RawURLEncoding.DecodeString(v)
	var f ui.FlashView
	if err != nil || json.Unmarshal(b, &f) != nil {
		return nil
	}
	return &f
}

// Render writes a component with status 200.
func (c *Ctx) Render(comp templ.Component) error { return c.RenderStatus(http.StatusOK, comp) }

// RenderStatus writes a component with a status.
func (c *Ctx) RenderStatus(status int, comp templ.Component) error {
	var b strings.Builder
	if err := comp.Render(c.Context(), &b); err != nil {
		return fmt.Errorf("rendering: %w", err)
	}
	c.W.Header().Set("Content-Type", "text/html; charset=utf-8")
	c.W.WriteHeader(status)
	_, err := c.W.Write([]byte(b.String()))
	if err != nil && c.Shell.Log != nil {
		c.Shell.Log.Debug("client went away", "err", err)
	}
	return nil
}

// JSON writes a value as JSON.
func (c *Ctx) JSON(v any) error {
	c.W.Header().Set("Content-Type", "application/json; charset=utf-8")
	return json.NewEncoder(c.W).Encode(v)
}

// File sets the headers of a download.
func (c *Ctx) File(name, contentType string) {
	c.W.Header().Set("Content-Type", contentType)
	c.W.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(name))
}

// Partial reports whether htmx asks for a fragment rather than a page.
func (c *Ctx) Partial() bool { return c.R.Header.Get("HX-Request") == "true" }

// Address is the client's address, without port.
func (c *Ctx) Address() string {
	host, _, err := net.SplitHostPort(c.R.RemoteAddr)
	if err != nil {
		return c.R.RemoteAddr
	}
	return host
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func stack() string { return string(debug.Stack()) }

// sessionCookieAge outlives the absolute limit of a session, which the server keeps.
const sessionCookieAge = 24 * time.Hour

// placeAge is how long a browser remembers the scope and year.
const placeAge = 365 * 24 * time.Hour

// SetSession keeps a session's token in the browser; "" forgets it.
func (c *Ctx) SetSession(token string) { c.SetCookie(cookieSession, token, sessionCookieAge) }

// SetPlace remembers the scope that is looked at.
func (c *Ctx) SetPlace(region string) { c.SetCookie(cookieScope, region, placeAge) }

// SetYear remembers the year that is looked at.
func (c *Ctx) SetYear(year string) { c.SetCookie(cookieYear, year, placeAge) }

// MustChange reports whether the person has to change the password first.
func (c *Ctx) MustChange() bool { return c.mustChange }

// MaySee reports whether a place is within, or above, some place that the person has a role at.
func (c *Ctx) MaySee(scope string) bool { return c.maySee(scope) }

// WithoutPlace removes scope and year from an address, so that a switch takes effect.
func WithoutPlace(to string) string {
	u, err := url.Parse(to)
	if err != nil {
		return "/"
	}
	q := u.Query()
	q.Del("scope")
	q.Del("year")
	q.Del("after")
	u.RawQuery = q.Encode()
	return u.String()
}

// CountyOf widens a scope to its county; scopes above a county stay.
func CountyOf(scope string) string {
	if len(scope) == 12 && scope[4:6] != "00" {
		return scope[:6] + "000000"
	}
	return scope
}

// Allow reports whether an address may knock again now.
func (s *Shell) Allow(address string) bool { return s.limiter.allow(address, s.Clock()) }
