// Package home is what belongs to no noun: logging in and out, one's own account, switching scope and year,
// the global search, suggestions for link fields, the to-do list and the lineage of figures.
package home

import (
	"net/http"

	"huicun/internal/kit/code"
	"huicun/internal/kit/errs"
	"huicun/internal/registry/region"
	"huicun/internal/web/assets"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// Mount adds the routes. children says what lies behind a record of a figure's lineage.
func Mount(s *shell.Shell, children Children, todo TodoList) {
	h := &handlers{children: children, todo: todo}
	s.Handle(
		shell.Route{Method: "GET", Pattern: assets.Prefix, Perm: shell.Public, Fn: func(c *shell.Ctx) error {
			assets.Handler().ServeHTTP(c.W, c.R)
			return nil
		}},
		shell.Route{Method: "GET", Pattern: "/healthz", Perm: shell.Public, Fn: health},
		shell.Route{Method: "GET", Pattern: "/login", Perm: shell.Public, Fn: loginForm},
		shell.Route{Method: "POST", Pattern: "/login", Perm: shell.Public, Fn: login},
		shell.Route{Method: "POST", Pattern: "/logout", Perm: shell.Self, Fn: logout},
		shell.Route{Method: "GET", Pattern: "/me", Perm: shell.Self, Fn: me},
		shell.Route{Method: "GET", Pattern: "/me/password", Perm: shell.Self, Fn: passwordForm},
		shell.Route{Method: "POST", Pattern: "/me/password", Perm: shell.Self, Fn: changePassword},
		shell.Route{Method: "POST", Pattern: "/me/sessions/revoke", Perm: shell.Self, Fn: revoke},
		shell.Route{Method: "GET", Pattern: "/switch", Perm: shell.Self, Fn: switchTo},
		shell.Route{Method: "GET", Pattern: "/search", Perm: shell.Self, Fn: searchPage},
		shell.Route{Method: "GET", Pattern: "/search/suggest", Perm: shell.Self, Fn: suggest},
		shell.Route{Method: "GET", Pattern: "/ref/{kind}", Perm: shell.Self, Fn: ref},
		shell.Route{Method: "GET", Pattern: "/todo", Perm: shell.Self, Fn: h.todoPage},
		shell.Route{Method: "GET", Pattern: "/lineage", Perm: shell.Self, Fn: h.lineage},
		shell.Route{Method: "GET", Pattern: "/lineage/children", Perm: shell.Self, Fn: h.lineageChildren},
		shell.Route{Method: "GET", Pattern: "/lineage/export", Perm: shell.Self, Fn: h.lineageExport},
		shell.Route{Method: "GET", Pattern: "/catalogue", Perm: "figure:view", Fn: catalogue},
	)
}

type handlers struct {
	children Children
	todo     TodoList
}

func health(c *shell.Ctx) error {
	if err := c.Shell.Env.DB.Ping(c.Context()); err != nil {
		return err
	}
	c.W.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := c.W.Write([]byte("ok\n"))
	return err
}

func loginForm(c *shell.Ctx) error {
	if c.LoggedIn() {
		return c.Redirect("/")
	}
	return c.Render(ui.Login(ui.LoginView{To: c.Query("to")}))
}

func login(c *shell.Ctx) error {
	name := c.Form("username")
	view := ui.LoginView{Username: name, To: c.Form("to")}
	if !c.Shell.Allow(c.Address()) {
		view.Error = "尝试得太频繁了，请稍候再试"
		return c.RenderStatus(http.StatusTooManyRequests, ui.Login(view))
	}
	token, err := c.Shell.Accounts.Login(c.Context(), name, c.Form("password"), c.Address(), c.R.UserAgent())
	if err != nil {
		if errs.KindOf(err) == errs.Internal {
			return err
		}
		view.Error = errs.Message(err)
		return c.RenderStatus(shell.Status(err), ui.Login(view))
	}
	c.SetSession(token)
	return c.Redirect(c.Form("to"))
}

func logout(c *shell.Ctx) error {
	if err := c.Shell.Accounts.Logout(c.Context(), c.Token()); err != nil {
		return err
	}
	c.SetSession("")
	return c.Redirect("/login")
}

func me(c *shell.Ctx) error {
	a, err := c.Shell.Accounts.Get(c.Context(), c.Who, c.Who.ID)
	if err != nil {
		return err
	}
	sessions, err := c.Shell.Accounts.Sessions(c.Context(), c.Who, c.Who.ID)
	if err != nil {
		return err
	}
	descs := []ui.Desc{{Label: "账号", Value: a.Login}, {Label: "姓名", Value: a.Name}, {Label: "角色", Value: c.Who.Titles()}}
	for _, g := range a.Grants {
		place := "全国"
		if g.Region != region.Nation {
			place = c.RegionName(g.Region)
		}
		descs = append(descs, ui.Desc{Label: "权限范围", Value: place})
	}
	t := ui.Table{Caption: "登录设备", Columns: []ui.Column{{Label: "设备"}, {Label: "地址"}, {Label: "登录时间"}, {Label: "最近使用"}, {Label: ""}}}
	for _, s := range sessions {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			ui.T(device(s.Device)), ui.T(s.Address), ui.T(s.CreatedAt.Format("2006-01-02 15:04")), ui.T(s.SeenAt.Format("2006-01-02 15:04")),
			{Content: ui.Confirm(ui.ConfirmView{
				ID: "end-" + s.ID[:8], Button: ui.Button{Label: "下线"}, Title: "让这台设备下线？", Text: "那台设备需要重新登录。",
				Action: "/me/sessions/revoke", Submit: "下线", Hidden: []ui.Hidden{{Name: "session", Value: s.ID}},
			})},
		}})
	}
	v := c.PageOf("我的账号")
	v.Actions = ui.Btn(ui.Button{Label: "修改密码", Icon: "key", Href: "/me/password", Style: ui.Primary})
	return c.Page(v, mePage(descs, t))
}

// device shortens a browser's long name to what a person recognises.
func device(agent string) string {
	for _, d := range []struct{ mark, name string }{
		{"MicroMessenger", "微信"}, {"DingTalk", "钉钉"}, {"iPhone", "苹果手机"}, {"Android", "安卓手机"}, {"Windows", "Windows 电脑"},
		{"Macintosh", "苹果电脑"}, {"Linux", "Linux 电脑"},
	} {
		if contains(agent, d.mark) {
			return d.name
		}
	}
	return "其他设备"
}

func revoke(c *shell.Ctx) error {
	if err := c.Shell.Accounts.Revoke(c.Context(), c.Who, c.Who.ID, c.Form("session")); err != nil {
		return err
	}
	return c.Done("/me", "已下线")
}

func passwordForm(c *shell.Ctx) error { return passwordPage(c, http.StatusOK, nil) }

func passwordPage(c *shell.Ctx, status int, problems map[string]string) error {
	body := passwordBody(problems)
	if c.MustChange() {
		return c.RenderStatus(status, shell.Frame(ui.Bare(ui.BareView{Title: "修改密码"}), body))
	}
	return c.PageStatus(status, c.PageOf("修改密码", ui.Link{Label: "我的账号", Href: "/me"}), body)
}

func changePassword(c *shell.Ctx) error {
	problems := map[string]string{}
	err := errs.OnField("again", "两次输入的新密码不一致")
	if c.Form("password") == c.Form("again") {
		e := c.Shell.Accounts.ChangePassword(c.Context(), c.Who, c.Token(), c.Form("old"), c.Form("password"))
		if e == nil {
			return c.Done("/", "密码已修改")
		}
		if err = errs.As(e); err == nil || err.Kind == errs.Internal {
			return e
		}
	}
	for _, f := range err.Fields {
		problems[f.Name] = f.Msg
	}
	if len(err.Fields) == 0 {
		problems["old"] = err.Msg
	}
	return passwordPage(c, http.StatusUnprocessableEntity, problems)
}

// switchTo keeps the scope and year that one looks at, and goes back to the page.
func switchTo(c *shell.Ctx) error {
	if s := c.Query("scope"); s != "" {
		full, err := code.Region(s)
		if s == region.Nation {
			full, err = s, nil
		}
		if err != nil {
			return errs.New(errs.Invalid, "switch.scope", "没有这个地区")
		}
		c.SetPlace(full)
	}
	if y := c.Query("year"); y != "" {
		c.SetYear(y)
	}
	return c.Redirect(shell.WithoutPlace(c.Query("to")))
}
