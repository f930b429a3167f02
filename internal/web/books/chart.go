package books

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/errs"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// accountEdit is the page of one account of books.
type accountEdit struct {
	Action, Back string
	Inputs       []templ.Component
	Top          []ui.FieldError
}

func (p *pages) mountChart(s *shell.Shell) {
	s.Handle(
		shell.Route{Method: "GET", Pattern: "/books/{id}/accounts/{code}", Perm: booksEdit, Fn: p.accountPage},
		shell.Route{Method: "POST", Pattern: "/books/{id}/accounts/{code}", Perm: booksEdit, Fn: p.saveAccount},
		shell.Route{Method: "GET", Pattern: "/books/{id}/accounts/export", Perm: booksView, Fn: p.exportAccounts},
		shell.Route{Method: "GET", Pattern: "/books/{id}/accounts/import", Perm: booksEdit, Fn: p.importAccountsForm},
		shell.Route{Method: "POST", Pattern: "/books/{id}/accounts/import", Perm: booksEdit, Fn: p.importAccounts},
	)
}

// partner names the choices for whom a line is with: parties and members in one, since an account asks for either.
const partner = "partner"

// dimChoices are the choices of each pick list of an account, as ParseDims reads them.
var dimChoices = map[string][]string{
	partner:    {"", "party", "party!", "member", "member!", "member/party", "member/party!"},
	"contract": {"", "contract", "contract!"}, "asset": {"", "asset", "asset!"}, "project": {"", "project", "project!"},
}

// dimLists are the pick lists in order.
var dimLists = [][2]string{{partner, "往来对象"}, {"contract", "合同"}, {"asset", "资产"}, {"project", "联建项目"}}

// splitDims tells the rules of an account apart by pick list; other are the rules that no list has.
func splitDims(dims string) (chosen map[string]string, other []string) {
	chosen = map[string]string{}
	for _, word := range strings.Fields(dims) {
		list := strings.TrimSuffix(word, "!")
		if word := strings.TrimSuffix(word, "!"); word == "party" || word == "member" || word == "member/party" || word == "party/member" {
			list = partner
		}
		if _, ok := dimChoices[list]; ok && chosen[list] == "" {
			chosen[list] = strings.Replace(word, "party/member", "member/party", 1)
		} else {
			other = append(other, word)
		}
	}
	return chosen, other
}

func (p *pages) accountOf(c *shell.Ctx) (*ledger.Books, ledger.Account, error) {
	b, err := p.booksOf(c)
	if err != nil {
		return nil, ledger.Account{}, err
	}
	if err := c.Who.Require(booksEdit, b.Region); err != nil {
		return nil, ledger.Account{}, err
	}
	ch, err := p.chart(c, b.ID, 0)
	if err != nil {
		return nil, ledger.Account{}, err
	}
	a, ok := ch.get(c.R.PathValue("code"))
	if !ok {
		return nil, a, errs.New(errs.NotFound, "account.none", "账套里没有这个科目；请检查地址")
	}
	return b, a, nil
}

func (p *pages) accountPage(c *shell.Ctx) error {
	b, a, err := p.accountOf(c)
	if err != nil {
		return err
	}
	return p.showAccount(c, http.StatusOK, b, a, nil)
}

func (p *pages) showAccount(c *shell.Ctx, status int, b *ledger.Books, a ledger.Account, problem *errs.Error) error {
	back := "/books/" + b.ID.String() + "/accounts"
	f := accountEdit{Action: back + "/" + a.Code, Back: back}
	wrong := map[string]string{}
	if problem != nil {
		for _, fe := range problem.Fields {
			wrong[fe.Name] = fe.Msg
			f.Top = append(f.Top, ui.FieldError{Name: fe.Name, Text: fe.Msg})
		}
		if len(problem.Fields) == 0 {
			f.Top = append(f.Top, ui.FieldError{Text: problem.Msg})
		}
	}
	name := ui.Field{Name: "name", Label: "科目名称", Value: a.Name, Required: true, MaxLength: 50, Error: wrong["name"]}
	if len(a.Code) == 3 {
		name.ReadOnly, name.Help = true, "一级科目的名称由会计制度规定"
	}
	f.Inputs = append(f.Inputs, ui.TextField(name))
	chosen, other := splitDims(a.Dims)
	for _, list := range dimLists {
		in := ui.Field{Name: list[0], Label: list[1] + "（辅助核算）", Error: wrong["dims"]}
		for _, rule := range dimChoices[list[0]] {
			in.Options = append(in.Options, ui.Option{Value: rule, Label: dimLabel(rule), Selected: rule == chosen[list[0]]})
		}
		f.Inputs = append(f.Inputs, ui.SelectField(in))
	}
	if len(other) > 0 {
		f.Inputs = append(f.Inputs, ui.TextField(ui.Field{Name: "kept", Label: "另有的辅助核算", Value: ledger.DimsText(strings.Join(other, " ")), ReadOnly: true}))
	}
	f.Inputs = append(f.Inputs, ui.CheckboxField(ui.Field{Name: "active", Label: "在用（可以记账）", Checked: a.Active, Error: wrong["active"]}))
	page := c.PageOf(a.Code+" "+a.Name, ui.Link{Label: "账套", Href: "/books"}, ui.Link{Label: b.Name, Href: "/books/" + b.ID.String()}, ui.Link{Label: "科目表", Href: back}, ui.Link{Label: a.Code})
	return c.PageStatus(status, page, accountBody(f))
}

func dimLabel(rule string) string {
	if rule == "" {
		return "不用"
	}
	text := ledger.DimsText(rule)
	if !strings.HasSuffix(rule, "!") {
		text += "（选填）"
	}
	return text
}

func (p *pages) saveAccount(c *shell.Ctx) error {
	b, a, err := p.accountOf(c)
	if err != nil {
		return err
	}
	_, rules := splitDims(a.Dims)
	for _, list := range dimLists {
		if rule := c.Form(list[0]); rule != "" {
			rules = append(rules, rule)
		}
	}
	old := a
	a.Dims, a.Active = strings.Join(rules, " "), c.Form("active") != ""
	if a.Name = c.Form("name"); len(a.Code) == 3 {
		a.Name = old.Name
	}
	if err := p.l.EditAccount(c.Context(), c.Who, c.Tenant, b.ID, a.Code, a.Name, a.Dims, a.Active); err != nil {
		if !mendable(err) {
			return err
		}
		return p.showAccount(c, statusOf(err), b, a, errs.As(err))
	}
	return c.Done("/books/"+b.ID.String()+"/accounts", "已保存科目 %s %s", a.Code, a.Name)
}

func (p *pages) exportAccounts(c *shell.Ctx) error {
	b, err := p.booksOf(c)
	if err != nil {
		return err
	}
	ch, err := p.chart(c, b.ID, 0)
	if err != nil {
		return err
	}
	return resource.WriteSheet(c, "科目表", c.Query("format"), ledger.AccountColumns(), ledger.AccountRows(ch.list))
}

func (p *pages) importAccountsForm(c *shell.Ctx) error {
	b, err := p.booksOf(c)
	if err != nil {
		return err
	}
	return p.accountSheet(c, http.StatusOK, b, nil)
}

func (p *pages) accountSheet(c *shell.Ctx, status int, b *ledger.Books, wrong []ui.Row) error {
	back := "/books/" + b.ID.String() + "/accounts"
	page := c.PageOf("导入科目", ui.Link{Label: "账套", Href: "/books"}, ui.Link{Label: b.Name, Href: "/books/" + b.ID.String()}, ui.Link{Label: "科目表", Href: back}, ui.Link{Label: "导入"})
	return c.PageStatus(status, page, accountSheet(back+"/import", back+"/export", wrong))
}

func (p *pages) importAccounts(c *shell.Ctx) error {
	b, err := p.booksOf(c)
	if err != nil {
		return err
	}
	t, err := resource.ReadUpload(c, "file")
	if err == nil {
		res, ierr := p.l.ImportAccounts(c.Context(), c.Who, c.Tenant, b.ID, t)
		if ierr == nil && len(res.Report.Errors) == 0 {
			return c.Done("/books/"+b.ID.String()+"/accounts", "导入完成：增设 %d 个，修改 %d 个，没有变化 %d 个", res.Created, res.Updated, res.Same)
		}
		if err = ierr; err == nil {
			var rows []ui.Row
			for _, e := range res.Report.Errors {
				rows = append(rows, ui.Row{Cells: []ui.Cell{ui.T("第 " + strconv.Itoa(e.Row) + " 行"), ui.T(e.Column), ui.T(e.Value), ui.T(e.Msg)}})
			}
			return p.accountSheet(c, http.StatusUnprocessableEntity, b, rows)
		}
	}
	if !mendable(err) {
		return err
	}
	return p.accountSheet(c, statusOf(err), b, []ui.Row{{Cells: []ui.Cell{ui.T(""), ui.T(""), ui.T(""), ui.T(shell.Sentence(err))}}})
}
