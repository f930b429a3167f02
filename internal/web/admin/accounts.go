package admin

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/kit/code"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/search"
	"huicun/internal/registry/access"
	"huicun/internal/registry/account"
	"huicun/internal/registry/audit"
	"huicun/internal/registry/region"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

const (
	pageSize     = 50
	scanBatch    = 200
	maxScanned   = 4000 // accounts looked through for one page of a filtered list
	historyLimit = 50
)

// accountFilter is what the list of accounts is narrowed by.
type accountFilter struct{ text, role, state string }

func (f accountFilter) active() bool { return f != accountFilter{} }

func (f accountFilter) matches(a *account.Account) bool {
	if f.role != "" && !slices.ContainsFunc(a.Grants, func(g access.Grant) bool { return g.Role == f.role }) {
		return false
	}
	switch {
	case f.state == "disabled" && !a.Disabled, f.state == "must" && !a.MustChange, f.state == "ok" && (a.Disabled || a.MustChange):
		return false
	case f.text == "" || strings.Contains(a.Login, search.Fold(f.text)):
		return true
	}
	have := search.Terms(a.Name)
	for _, t := range search.QueryTerms(f.text) {
		if !slices.Contains(have, t) {
			return false
		}
	}
	return true
}

var accountStates = []ui.Option{{Value: "", Label: "全部"}, {Value: "ok", Label: "正常"}, {Value: "must", Label: "须改密码"}, {Value: "disabled", Label: "停用"}}

func accountList(c *shell.Ctx) error {
	f := accountFilter{text: c.Query("q"), role: c.Query("role"), state: c.Query("state")}
	list, next, err := findAccounts(c, f, c.Query("after"))
	if err != nil {
		return err
	}
	t := ui.Table{Caption: "账号", Columns: []ui.Column{{Label: "登录名"}, {Label: "姓名"}, {Label: "角色与范围", Width: "45%"}, {Label: "状态"}, {Label: "建立日期", Nowrap: true, HidePhone: true}}}
	for i := range list {
		a := &list[i]
		t.Rows = append(t.Rows, ui.Row{Href: "/accounts/" + a.ID.String(), Cells: []ui.Cell{
			{Text: a.Login}, {Text: a.Name}, {Content: grantLines(grantViews(c, a.Grants))}, {Badges: stateBadges(a)},
			{Text: a.CreatedAt.Format("2006-01-02"), Muted: true},
		}})
	}
	canEdit := c.Who.CanSome(permAccountsEdit)
	t.Empty = &ui.EmptyView{Icon: "user", Title: "这里还没有账号", Text: "为镇会计、村报账员、联络员各建一个账号，各授各的角色；不要几个人共用一个账号。"}
	if canEdit {
		t.Empty.Buttons = []ui.Button{{Label: "新建账号", Icon: "plus", Href: "/accounts/new", Style: ui.Primary}}
	}
	if f.active() {
		t.Empty = &ui.EmptyView{Icon: "search", Title: "没有符合条件的账号", Text: "换个条件，或清除条件看全部。", Buttons: []ui.Button{{Label: "清除条件", Href: "/accounts"}}}
	}
	pager := ui.PagerView{Shown: len(list)}
	if c.Query("after") != "" {
		pager.FirstHref = with(c, "after", "")
	}
	if next != "" {
		pager.NextHref = with(c, "after", next)
	}
	v := c.PageOf("账号")
	v.Subtitle = c.ScopeName()
	if canEdit {
		v.Actions = ui.Btn(ui.Button{Label: "新建账号", Icon: "plus", Href: "/accounts/new", Style: ui.Primary})
	}
	return c.Page(v, listBody(accountFilterBar(f), t, pager))
}

// findAccounts returns a page of matching accounts, and after which login name the next one begins, if any.
func findAccounts(c *shell.Ctx, f accountFilter, after string) (list []account.Account, next string, err error) {
	for scanned := 0; ; {
		batch, err := c.Shell.Accounts.List(c.Context(), c.Who, c.Scope, after, scanBatch)
		if err != nil {
			return nil, "", err
		}
		for i := range batch {
			if !f.matches(&batch[i]) {
				continue
			}
			if len(list) == pageSize {
				return list, list[pageSize-1].Login, nil
			}
			list = append(list, batch[i])
		}
		if len(batch) < scanBatch {
			return list, "", nil
		}
		after = batch[len(batch)-1].Login
		if scanned += len(batch); scanned >= maxScanned {
			return list, after, nil
		}
	}
}

func accountFilterBar(f accountFilter) ui.FilterView {
	v := ui.FilterView{Action: "/accounts", Q: f.text, QLabel: "登录名、姓名、拼音", Active: f.active(), ResetHref: "/accounts"}
	roles := ui.FilterSelect{Name: "role", Label: "角色", Options: []ui.Option{{Value: "", Label: "全部"}}}
	for _, r := range grantable() {
		roles.Options = append(roles.Options, ui.Option{Value: r.Code, Label: r.Title, Selected: r.Code == f.role})
	}
	states := ui.FilterSelect{Name: "state", Label: "状态"}
	for _, o := range accountStates {
		o.Selected = o.Value == f.state
		states.Options = append(states.Options, o)
	}
	v.Selects = []ui.FilterSelect{roles, states}
	return v
}

func stateBadges(a *account.Account) []ui.BadgeView {
	var out []ui.BadgeView
	if a.Disabled {
		out = append(out, ui.BadgeView{Text: "停用", Kind: ui.Grey})
	}
	if a.MustChange {
		out = append(out, ui.BadgeView{Text: "须改密码", Kind: ui.Orange})
	}
	if len(out) == 0 {
		out = append(out, ui.BadgeView{Text: "正常", Kind: ui.Green})
	}
	if a.Demo {
		out = append(out, ui.BadgeView{Text: "示例", Kind: ui.Azure})
	}
	return out
}

// grantView is a role at a place, in words.
type grantView struct{ Role, Place, Path string }

func grantViews(c *shell.Ctx, grants []access.Grant) []grantView {
	var out []grantView
	for _, g := range grants {
		v := grantView{Role: "（已取消的角色）", Place: placeName(c, g.Region), Path: placePath(c, g.Region)}
		if r, ok := access.RoleOf(g.Role); ok {
			v.Role = r.Title
		}
		out = append(out, v)
	}
	return out
}

// placePath names a place with all above it: 江苏省 镇江市 扬中市 八桥镇.
func placePath(c *shell.Ctx, code string) string {
	path, err := c.Shell.Regions.Path(c.Context(), code)
	if err != nil || len(path) == 0 {
		return placeName(c, code)
	}
	names := make([]string, len(path))
	for i, r := range path {
		names[i] = r.Name
	}
	return strings.Join(names, " ")
}

// getAccount reads the account of the path.
func getAccount(c *shell.Ctx) (*account.Account, error) {
	id, err := c.ID()
	if err != nil {
		return nil, err
	}
	return c.Shell.Accounts.Get(c.Context(), c.Who, id)
}

// administers reports whether who may change the account as a whole: every place of it is who's to administer.
func administers(who access.Principal, a *account.Account) bool {
	if len(a.Grants) == 0 {
		return who.Can(permAccountsEdit, region.Nation)
	}
	return !slices.ContainsFunc(a.Grants, func(g access.Grant) bool { return !who.Can(permAccountsEdit, g.Region) })
}

func showAccount(c *shell.Ctx) error {
	a, err := getAccount(c)
	if err != nil {
		return err
	}
	return accountPage(c, a, http.StatusOK, "")
}

// again shows the account as it now is with what went wrong on top, when that is for the person to mend.
func again(c *shell.Ctx, id ids.ID, err error) error {
	switch errs.KindOf(err) {
	case errs.Invalid, errs.State, errs.Conflict, errs.Stale:
	default:
		return err
	}
	a, gerr := c.Shell.Accounts.Get(c.Context(), c.Who, id)
	if gerr != nil {
		return err
	}
	return accountPage(c, a, shell.Status(err), shell.Sentence(err))
}

func accountPage(c *shell.Ctx, a *account.Account, status int, problem string) error {
	whole, self := administers(c.Who, a), a.ID == c.Who.ID
	d := accountView{Problem: problem, Descs: []ui.Desc{
		{Label: "登录名", Value: a.Login}, {Label: "姓名", Value: a.Name}, {Label: "手机", Value: code.MaskMobile(a.Phone)},
		{Label: "状态", Content: badges(stateBadges(a))},
		{Label: "建立", Value: a.CreatedAt.Format(minute)}, {Label: "最近修改", Value: a.UpdatedAt.Format(minute)},
	}}
	path := "/accounts/" + a.ID.String()
	switch {
	case self:
		d.Note = "这是您自己的账号：改密码请到“我的账号”；角色、停用由另一位管理员办理。"
	case !whole:
		d.Note = "这个账号在您管理范围以外也有角色：您只能增减范围以内的角色，停用和重置密码请由上级管理员办理。"
	default:
		d.Confirms = accountConfirms(a, path)
	}
	canGrant := !self && c.Who.CanSome(permAccountsEdit)
	d.Grants = grantTable(c, a)
	if canGrant {
		d.GrantTools = ui.Btn(ui.Button{Label: "调整角色", Icon: "key", Href: path + "/grants"})
	}
	if whole || self {
		sessions, err := c.Shell.Accounts.Sessions(c.Context(), c.Who, a.ID)
		if err != nil {
			return err
		}
		d.ShowSessions, d.Sessions = true, sessionTable(a, sessions, path)
		if len(sessions) > 1 && !self {
			d.RevokeAll = &ui.ConfirmView{
				ID: "revoke-all", Button: ui.Button{Label: "全部下线", Icon: "logout"}, Title: "让这个账号的所有设备下线？", Text: "每台设备都要重新登录，没有保存的内容会丢失。",
				Action: path + "/sessions/revoke", Submit: "全部下线", Danger: true,
			}
		}
	}
	history, err := accountHistory(c, a)
	if err != nil {
		return err
	}
	d.History = resource.Events(history)
	v := c.PageOf(a.Name, ui.Link{Label: "账号", Href: "/accounts"}, ui.Link{Label: a.Login})
	if whole {
		v.Actions = ui.Btn(ui.Button{Label: "修改", Icon: "edit", Href: path + "/edit", Style: ui.Primary})
	}
	return c.PageStatus(status, v, accountBody(d))
}

func versionOf(a *account.Account) []ui.Hidden {
	return []ui.Hidden{{Name: "version", Value: strconv.FormatInt(a.Version, 10)}}
}

func accountConfirms(a *account.Account, path string) []ui.ConfirmView {
	reset := ui.ConfirmView{
		ID: "reset-password", Button: ui.Button{Label: "重置密码", Icon: "key"}, Title: "重置“" + a.Name + "”的密码？",
		Text:   "会生成一个一次性密码，只显示一次。原密码立即失效，所有设备下线，锁定解除；本人登录后必须先改密码。请先核实是本人提出的。",
		Action: path + "/password", Submit: "重置密码", Danger: true, Hidden: versionOf(a),
	}
	state := ui.ConfirmView{
		ID: "set-state", Button: ui.Button{Label: "停用", Icon: "ban", Style: ui.Danger}, Title: "停用“" + a.Name + "”的账号？",
		Text:   "停用后不能登录，正在使用的设备立即下线；经手的记录和历史都保留。以后可以重新启用。",
		Action: path + "/state", Submit: "停用", Danger: true, Hidden: append(versionOf(a), ui.Hidden{Name: "to", Value: "disabled"}),
	}
	if a.Disabled {
		state.Button, state.Title = ui.Button{Label: "启用", Icon: "circle-check"}, "重新启用“"+a.Name+"”的账号？"
		state.Text = "启用后用原密码即可登录，角色与停用前相同；请先看看下面的角色是否还合适。"
		state.Submit, state.Danger, state.Hidden = "启用", false, append(versionOf(a), ui.Hidden{Name: "to", Value: "enabled"})
	}
	return []ui.ConfirmView{reset, state}
}

func grantTable(c *shell.Ctx, a *account.Account) ui.Table {
	t := ui.Table{Caption: "角色", Columns: []ui.Column{{Label: "角色"}, {Label: "范围"}}}
	for _, g := range grantViews(c, a.Grants) {
		cell := ui.Cell{Text: g.Place}
		if g.Path != g.Place {
			cell.Sub = g.Path
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: g.Role, Strong: true}, cell}})
	}
	t.Empty = &ui.EmptyView{Icon: "key", Title: "没有角色", Text: "没有角色的账号登录后什么也看不到。"}
	return t
}

func sessionTable(a *account.Account, list []account.Session, path string) ui.Table {
	t := ui.Table{Caption: "登录设备", Columns: []ui.Column{{Label: "设备"}, {Label: "地址"}, {Label: "登录时间"}, {Label: "最近使用"}, {Label: "操作", NoPrint: true}}}
	for _, s := range list {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{Text: device(s.Device)}, {Text: s.Address}, {Text: s.CreatedAt.Format(minute)}, {Text: s.SeenAt.Format(minute)},
			{Content: inCell(ui.Confirm(ui.ConfirmView{
				ID: "end-" + s.ID[:8], Button: ui.Button{Label: "下线"}, Title: "让这台设备下线？", Text: "那台设备需要重新登录，没有保存的内容会丢失。",
				Action: path + "/sessions/revoke", Submit: "下线", Hidden: []ui.Hidden{{Name: "session", Value: s.ID}},
			}))},
		}})
	}
	t.Empty = &ui.EmptyView{Icon: "device-desktop", Title: a.Name + "现在没有登录", Text: "登录后，这里列出在用的设备，可以逐台让它下线。"}
	return t
}

// device shortens a browser's long name to what a person recognises.
func device(agent string) string {
	for _, d := range []struct{ mark, name string }{
		{"MicroMessenger", "微信"}, {"DingTalk", "钉钉"}, {"iPhone", "苹果手机"}, {"iPad", "苹果平板"}, {"Android", "安卓手机"},
		{"Windows", "视窗电脑"}, {"Macintosh", "苹果电脑"}, {"Linux", "国产系统或其他电脑"},
	} {
		if strings.Contains(agent, d.mark) {
			return d.name
		}
	}
	return "其他设备"
}

// accountHistory reads an account's entries in the logs of the places that the reader administers; what was noted
// in several counties is shown once.
func accountHistory(c *shell.Ctx, a *account.Account) ([]audit.Entry, error) {
	tenants := []int64{c.Tenant}
	for _, g := range slices.Concat(a.Grants, c.Who.Grants) {
		if !c.Who.Can(permAccounts, g.Region) {
			continue
		}
		ts, err := c.Shell.Regions.Tenants(c.Context(), g.Region)
		if err != nil {
			return nil, err
		}
		t := int64(0)
		if len(ts) > 0 {
			t = ts[0].ID
		}
		if !slices.Contains(tenants, t) {
			tenants = append(tenants, t)
		}
	}
	var out []audit.Entry
	for _, t := range tenants {
		list, err := audit.Of(c.Context(), c.Shell.Env.DB.Read(), t, "account", a.ID, historyLimit)
		if err != nil {
			return nil, err
		}
		for _, e := range list {
			if !slices.ContainsFunc(out, func(o audit.Entry) bool { return o.At.Equal(e.At) && o.Action == e.Action && o.ActorID == e.ActorID }) {
				out = append(out, e)
			}
		}
	}
	slices.SortFunc(out, func(x, y audit.Entry) int { return cmp.Compare(y.ID, x.ID) }) // ids rise in time
	return out[:min(len(out), historyLimit)], nil
}

// posted reads the account of the path and the version that its form was filled at.
func posted(c *shell.Ctx) (*account.Account, int64, error) {
	a, err := getAccount(c)
	if err != nil {
		return nil, 0, err
	}
	version, err := strconv.ParseInt(c.Form("version"), 10, 64)
	if err != nil {
		return nil, 0, errs.Wrap(err, errs.Invalid, "form.version", "表单不完整，请刷新页面后重试")
	}
	return a, version, nil
}

var errMoved = errs.New(errs.Stale, "stale", "这个账号刚刚被改过，这一步没有办理；请看过最新内容后再试")

// resetPassword answers with the one-time password itself: it must never be in an address, a cookie or a log. The
// version makes sending the form twice harmless.
func resetPassword(c *shell.Ctx) error {
	a, version, err := posted(c)
	if err != nil {
		return err
	}
	if a.Version != version {
		return again(c, a.ID, errMoved)
	}
	password, err := c.Shell.Accounts.ResetPassword(c.Context(), c.Who, a.ID)
	if err != nil {
		return again(c, a.ID, err)
	}
	return passwordPage(c, a, password, "密码已重置")
}

func passwordPage(c *shell.Ctx, a *account.Account, password, title string) error {
	v := c.PageOf(title, ui.Link{Label: "账号", Href: "/accounts"}, ui.Link{Label: a.Login, Href: "/accounts/" + a.ID.String()}, ui.Link{Label: title})
	return c.Page(v, passwordBody(a.Login, a.Name, password, "/accounts/"+a.ID.String()))
}

func setState(c *shell.Ctx) error {
	a, version, err := posted(c)
	if err != nil {
		return err
	}
	to := c.Form("to")
	if to != "disabled" && to != "enabled" {
		return errs.New(errs.Invalid, "form.state", "表单不完整，请刷新页面后重试")
	}
	in := *a
	in.Version, in.Disabled = version, to == "disabled"
	if err := c.Shell.Accounts.Update(c.Context(), c.Who, in); err != nil {
		return again(c, a.ID, err)
	}
	word := "启用"
	if in.Disabled {
		word = "停用"
	}
	return c.Done("/accounts/"+a.ID.String(), "已%s“%s”的账号", word, a.Name)
}

func revokeSession(c *shell.Ctx) error {
	a, err := getAccount(c)
	if err != nil {
		return err
	}
	if err := c.Shell.Accounts.Revoke(c.Context(), c.Who, a.ID, c.Form("session")); err != nil {
		return again(c, a.ID, err)
	}
	return c.Done("/accounts/"+a.ID.String(), "已下线")
}

// with returns this page's address with one parameter set, or removed when the value is "".
func with(c *shell.Ctx, name, value string) string {
	u := *c.R.URL
	q := u.Query()
	q.Del(name)
	if value != "" {
		q.Set(name, value)
	}
	u.RawQuery = q.Encode()
	return u.RequestURI()
}
