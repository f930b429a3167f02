package admin

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huicun/internal/kit/errs"
	"huicun/internal/registry/access"
	"huicun/internal/registry/account"
	"huicun/internal/registry/region"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// grantable lists the roles that can be given to people.
func grantable() []access.Role {
	return slices.DeleteFunc(slices.Clone(access.Roles), func(r access.Role) bool { return r.Code == access.System.Grants[0].Role })
}

// grantRow is one line of the form of roles, as it was typed. Had marks a role that the account has already.
type grantRow struct {
	Role, Place, Hint     string
	Had                   bool
	RoleError, PlaceError string
}

const (
	emptyRows    = 3  // always offered, so that roles can be added without script
	maxGrantRows = 60 // of one form
)

// form is what the forms of accounts show: as typed, and what is wrong with it.
type form struct {
	login, name, phone string
	rows               []grantRow
	version            int64
	problems           map[string]string
	top                []ui.FieldError
	now                string // what somebody else saved meanwhile
}

func (f *form) bad() bool {
	return len(f.problems) > 0 || len(f.top) > 0 || slices.ContainsFunc(f.rows, func(r grantRow) bool { return r.RoleError != "" || r.PlaceError != "" })
}

// take sorts a use case's error to its fields. It returns the error when it is not for the person to mend.
func (f *form) take(err error) error {
	e := errs.As(err)
	if e == nil || e.Kind == errs.Internal || e.Kind == errs.NotFound {
		return err
	}
	if len(e.Fields) == 0 {
		f.top = append(f.top, ui.FieldError{Text: e.Msg})
	}
	for _, fe := range e.Fields {
		if fe.Name == "grants" {
			f.top = append(f.top, ui.FieldError{Text: fe.Msg})
			continue
		}
		if f.problems == nil {
			f.problems = map[string]string{}
		}
		f.problems[fe.Name] = fe.Msg
	}
	return nil
}

func (f *form) summary() []ui.FieldError {
	out := slices.Clone(f.top)
	for _, n := range []struct{ name, label string }{{"login", "登录名"}, {"name", "姓名"}, {"phone", "手机"}} {
		if msg := f.problems[n.name]; msg != "" {
			out = append(out, ui.FieldError{Name: n.name, Label: n.label, Text: msg})
		}
	}
	for i, r := range f.rows {
		n := strconv.Itoa(i)
		if r.RoleError != "" {
			out = append(out, ui.FieldError{Name: "role." + n, Label: "第 " + strconv.Itoa(i+1) + " 行角色", Text: r.RoleError})
		}
		if r.PlaceError != "" {
			out = append(out, ui.FieldError{Name: "place." + n, Label: "第 " + strconv.Itoa(i+1) + " 行范围", Text: r.PlaceError})
		}
	}
	return out
}

// rowInputs are the inputs of one line; they stand in a table-like grid and so carry their own labels.
func rowInputs(i int, r grantRow) []templ.Component {
	n := strconv.Itoa(i)
	role := ui.Field{Name: "role." + n, Label: "角色", Value: r.Role, Error: r.RoleError, Placeholder: "请选择角色"}
	if r.Had {
		role.Placeholder = "（收回这个角色）"
	}
	for _, g := range grantable() {
		role.Options = append(role.Options, ui.Option{Value: g.Code, Label: g.Title})
	}
	place := ui.Field{Name: "place." + n, Label: "范围", Value: r.Place, Error: r.PlaceError, Ref: "region", Hint: r.Hint, Placeholder: "县、镇或村的名称，或 12 位代码"}
	return []templ.Component{ui.SelectField(role), ui.ComboField(place)}
}

// storedRows fills the form with the roles that who may take away, and the rest as words.
func storedRows(c *shell.Ctx, grants []access.Grant) (rows []grantRow, fixed []access.Grant) {
	for _, g := range grants {
		if !c.Who.Can(permAccountsEdit, g.Region) {
			fixed = append(fixed, g)
			continue
		}
		rows = append(rows, grantRow{Role: g.Role, Place: placeText(c, g.Region), Hint: placePath(c, g.Region), Had: true})
	}
	return rows, fixed
}

func withEmpty(rows []grantRow) []grantRow {
	n := 0
	for _, r := range rows {
		if r == (grantRow{}) {
			n++
		}
	}
	for ; n < emptyRows; n++ {
		rows = append(rows, grantRow{})
	}
	return rows
}

// placeText is how a place is typed: by its name where that is clear, else by its code.
func placeText(c *shell.Ctx, code string) string {
	if code == region.Nation {
		return "全国"
	}
	name := c.RegionName(code)
	if got, err := resolvePlace(c, name); err == nil && got == code {
		return name
	}
	return code
}

// resolvePlace finds the place that was typed, by name where the person administers, or by code anywhere.
func resolvePlace(c *shell.Ctx, text string) (string, error) {
	text = strings.TrimSpace(text)
	if text == "全国" {
		return region.Nation, nil
	}
	var last error
	for _, scope := range append(c.Who.Narrow(permAccountsEdit, shell.CountyOf(c.Scope)), c.Who.Narrow(permAccountsEdit, region.Nation)...) {
		r, err := c.Shell.Regions.Resolve(c.Context(), text, scope)
		if err == nil {
			return r.Code, nil
		}
		if errs.KindOf(err) == errs.Internal {
			return "", err
		}
		if e := errs.As(last); e == nil || e.Code != "region.ambiguous" {
			last = err
		}
	}
	if last == nil {
		last = errs.New(errs.Forbidden, "forbidden", "您没有可以授权的范围")
	}
	return "", last
}

// typedRows reads the lines of the form and the grants that they mean. Lines without a role are left out: an
// existing one is taken away by choosing none.
func typedRows(c *shell.Ctx) (rows []grantRow, grants []access.Grant, err error) {
	for i := range maxGrantRows {
		n := strconv.Itoa(i)
		if _, sent := c.R.PostForm["role."+n]; !sent {
			break
		}
		r := grantRow{Role: c.Form("role." + n), Place: strings.TrimSpace(c.Form("place." + n)), Had: c.Form("had."+n) != ""}
		switch {
		case r.Role == "" && r.Place != "" && !r.Had:
			r.RoleError = "请选择角色；不要这一行就把范围清空"
		case r.Role != "" && r.Place == "":
			r.PlaceError = "请填写这个角色管到哪里"
		case r.Role != "":
			place, perr := resolvePlace(c, r.Place)
			if perr == nil && c.Who.Require(permAccountsEdit, place) != nil {
				perr = errs.New(errs.Forbidden, "forbidden", "“%s”不在您的管理范围内，不能在那里授权", r.Place)
			}
			if perr != nil {
				if errs.Is(perr, errs.Internal) {
					return nil, nil, perr
				}
				r.PlaceError = errs.Message(perr)
				break
			}
			r.Hint = placePath(c, place)
			grants = append(grants, access.Grant{Role: r.Role, Region: place})
		}
		rows = append(rows, r)
	}
	return rows, grants, nil
}

func newAccountForm(c *shell.Ctx) error {
	return accountFormPage(c, http.StatusOK, form{rows: []grantRow{{Place: newPlace(c)}}})
}

// newPlace proposes where one looks at, when one administers it.
func newPlace(c *shell.Ctx) string {
	if c.Who.Can(permAccountsEdit, c.Scope) {
		return placeText(c, c.Scope)
	}
	return ""
}

func accountFormPage(c *shell.Ctx, status int, f form) error {
	f.rows = withEmpty(f.rows)
	v := c.PageOf("新建账号", ui.Link{Label: "账号", Href: "/accounts"}, ui.Link{Label: "新建"})
	return c.PageStatus(status, v, accountForm(ui.FormView{ID: "account", Action: "/accounts", Errors: f.summary()}, f, "/accounts"))
}

func createAccount(c *shell.Ctx) error {
	f := form{login: c.Form("login"), name: c.Form("name"), phone: c.Form("phone")}
	rows, grants, err := typedRows(c)
	if err != nil {
		return err
	}
	f.rows = rows
	if f.bad() {
		return accountFormPage(c, http.StatusUnprocessableEntity, f)
	}
	a, password, err := c.Shell.Accounts.Create(c.Context(), c.Who, account.NewAccount{Login: f.login, Name: f.name, Phone: f.phone, Grants: grants})
	if err != nil {
		if err := f.take(err); err != nil {
			return err
		}
		return accountFormPage(c, shell.Status(err), f)
	}
	return passwordPage(c, a, password, "账号已建立")
}

func editAccountForm(c *shell.Ctx) error {
	a, err := getAccount(c)
	if err != nil {
		return err
	}
	if !administers(c.Who, a) {
		return errs.New(errs.Forbidden, "forbidden", "这个账号在您管理范围以外也有角色，请由上级管理员修改")
	}
	return editPage(c, a, http.StatusOK, form{name: a.Name, phone: a.Phone, version: a.Version})
}

func editPage(c *shell.Ctx, a *account.Account, status int, f form) error {
	path := "/accounts/" + a.ID.String()
	v := c.PageOf("修改账号", ui.Link{Label: "账号", Href: "/accounts"}, ui.Link{Label: a.Login, Href: path}, ui.Link{Label: "修改"})
	fv := ui.FormView{ID: "account", Action: path, Errors: f.summary(), Hidden: []ui.Hidden{{Name: "version", Value: strconv.FormatInt(f.version, 10)}}}
	return c.PageStatus(status, v, editForm(fv, a.Login, f, path))
}

func updateAccount(c *shell.Ctx) error {
	a, version, err := posted(c)
	if err != nil {
		return err
	}
	f := form{name: c.Form("name"), phone: c.Form("phone"), version: version}
	in := *a
	in.Name, in.Phone, in.Version = f.name, f.phone, version
	err = c.Shell.Accounts.Update(c.Context(), c.Who, in)
	if err == nil {
		return c.Done("/accounts/"+a.ID.String(), "已保存")
	}
	status := shell.Status(err)
	if errs.Is(err, errs.Stale) {
		f.version, f.now = a.Version, "姓名："+a.Name+"；手机："+or(a.Phone, "（空）")
	}
	if errs.Is(err, errs.Forbidden) {
		return err
	}
	if err := f.take(err); err != nil {
		return err
	}
	return editPage(c, a, status, f)
}

func grantsForm(c *shell.Ctx) error {
	a, err := getAccount(c)
	if err != nil {
		return err
	}
	if a.ID == c.Who.ID {
		return errs.New(errs.Forbidden, "account.self", "不能改动自己的角色；请由另一位管理员办理")
	}
	rows, _ := storedRows(c, a.Grants)
	return grantsPage(c, a, http.StatusOK, form{rows: rows, version: a.Version})
}

func grantsPage(c *shell.Ctx, a *account.Account, status int, f form) error {
	f.rows = withEmpty(f.rows)
	_, fixed := storedRows(c, a.Grants)
	path := "/accounts/" + a.ID.String()
	v := c.PageOf("调整角色", ui.Link{Label: "账号", Href: "/accounts"}, ui.Link{Label: a.Login, Href: path}, ui.Link{Label: "角色"})
	v.Subtitle = a.Name
	fv := ui.FormView{ID: "grants", Action: path + "/grants", Errors: f.summary(), Hidden: []ui.Hidden{{Name: "version", Value: strconv.FormatInt(f.version, 10)}}}
	return c.PageStatus(status, v, grantForm(fv, f, grantViews(c, fixed), path))
}

func setGrants(c *shell.Ctx) error {
	a, version, err := posted(c)
	if err != nil {
		return err
	}
	f := form{version: version}
	rows, grants, err := typedRows(c)
	if err != nil {
		return err
	}
	f.rows = rows
	if f.bad() {
		return grantsPage(c, a, http.StatusUnprocessableEntity, f)
	}
	_, fixed := storedRows(c, a.Grants) // not this administrator's to take away
	err = c.Shell.Accounts.SetGrants(c.Context(), c.Who, a.ID, version, append(grants, fixed...))
	if err == nil {
		return c.Done("/accounts/"+a.ID.String(), "角色已调整，下一次点击就生效")
	}
	status := shell.Status(err)
	if errs.Is(err, errs.Stale) {
		f.version = a.Version
		var now []string
		for _, g := range grantViews(c, a.Grants) {
			now = append(now, g.Place+" "+g.Role)
		}
		f.now = strings.Join(now, "、")
	}
	if errs.Is(err, errs.Forbidden) {
		return err
	}
	if err := f.take(err); err != nil {
		return err
	}
	return grantsPage(c, a, status, f)
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
