package books

import (
	"net/http"
	"time"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// rememberBooks is how long a browser remembers the books used last.
const rememberBooks = 365 * 24 * time.Hour

// accountLimit is how many accounts are suggested.
const accountLimit = 12

// suggestAccounts answers an account field with accounts by code, name or pinyin, each with its balance.
func (p *pages) suggestAccounts(c *shell.Ctx) error {
	type item struct {
		Value string `json:"value"`
		Label string `json:"label"`
		Hint  string `json:"hint,omitempty"`
	}
	out := []item{}
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	id, err := ids.Parse(c.Query("books"))
	if err != nil {
		return c.JSON(out) // no books chosen yet
	}
	b, err := p.l.Books.Get(c.Context(), c.Who, tenant, id)
	if err != nil {
		return err
	}
	if err := c.Who.Require(voucherEdit, b.Region); err != nil {
		return err
	}
	month := c.AsOf.YearMonth()
	if d, err := date.Parse(c.Query("date")); err == nil {
		month = d.YearMonth()
	}
	ch, err := p.chart(c, id, month)
	if err != nil {
		return err
	}
	found, err := ledger.SuggestAccounts(c.Context(), p.read(), tenant, id, c.Query("q"), accountLimit)
	if err != nil {
		return err
	}
	if a, ok := ch.get(c.Query("q")); ok && a.Leaf { // the exact code comes first
		found = append([]ledger.Account{a}, found...)
	}
	for i, a := range found {
		if i > 0 && a.Code == found[0].Code {
			continue
		}
		out = append(out, item{a.Code, ch.path(a.Code), ch.balance(a.Code)})
	}
	return c.JSON(out)
}

// accountForm is the form of a new sub-account.
type accountForm struct{ Code, Name string }

func (p *pages) booksOf(c *shell.Ctx) (*ledger.Books, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, err
	}
	id, err := c.ID()
	if err != nil {
		return nil, err
	}
	return p.l.Books.Get(c.Context(), c.Who, tenant, id)
}

func (p *pages) accountsPage(c *shell.Ctx) error {
	b, err := p.booksOf(c)
	if err != nil {
		return err
	}
	return p.accounts(c, http.StatusOK, b, accountForm{Code: c.Query("under")}, nil)
}

func (p *pages) accounts(c *shell.Ctx, status int, b *ledger.Books, f accountForm, problem *errs.Error) error {
	ch, err := p.chart(c, b.ID, c.AsOf.YearMonth())
	if err != nil {
		return err
	}
	t := ui.Table{Caption: "科目表", Dense: true, Unit: "元", Columns: []ui.Column{{Label: "科目"}, {Label: "类别", HidePhone: true}, {Label: "余额方向", HidePhone: true}, {Label: "辅助核算", HidePhone: true}, {Label: c.AsOf.YearMonth().Chinese() + "末余额", Align: ui.Right}}}
	for _, a := range ch.list {
		r := ui.Row{Group: !a.Leaf, Cells: []ui.Cell{
			ui.T(a.Code + " " + ch.path(a.Code)), {Text: ledger.ClassLabels[a.Class], Muted: true}, {Text: directions[a.Direction], Muted: true}, ui.T(ledger.DimsText(a.Dims)), {Text: side(ch.ending[a.Code])},
		}}
		if !a.Leaf {
			r.Cells[0].Sub = "已设明细科目，分录记在明细上"
		}
		if !a.Active {
			r.Cells[0].Badges = append(r.Cells[0].Badges, ui.BadgeView{Text: "停用", Kind: ui.Grey})
		}
		if c.Who.Can(booksEdit, b.Region) {
			r.Href = "/books/" + b.ID.String() + "/accounts/" + a.Code
		}
		t.Rows = append(t.Rows, r)
	}
	v := accountsView{Action: "/books/" + b.ID.String() + "/accounts", Form: f, Table: t, May: c.Who.Can(booksEdit, b.Region), Errs: map[string]string{}}
	if problem != nil {
		labels := map[string]string{"code": "科目编码", "name": "科目名称"}
		for _, fe := range problem.Fields {
			v.Errs[fe.Name] = fe.Msg
			v.Top = append(v.Top, ui.FieldError{Name: fe.Name, Label: labels[fe.Name], Text: fe.Msg})
		}
		if len(problem.Fields) == 0 {
			v.Top = append(v.Top, ui.FieldError{Text: problem.Msg})
		}
	}
	page := c.PageOf("科目表", ui.Link{Label: "账套", Href: "/books"}, ui.Link{Label: b.Name, Href: "/books/" + b.ID.String()}, ui.Link{Label: "科目表"})
	page.Subtitle = b.Name
	buttons := []ui.Button{{Label: "导出", Icon: "download", Href: v.Action + "/export"}}
	if v.May {
		buttons = append(buttons, ui.Button{Label: "从表格导入", Icon: "upload", Href: v.Action + "/import"})
	}
	page.Actions = ui.Buttons(buttons...)
	return c.PageStatus(status, page, accountsBody(v))
}

var directions = map[string]string{"debit": "借", "credit": "贷", "both": "借或贷"}

func (p *pages) addAccount(c *shell.Ctx) error {
	b, err := p.booksOf(c)
	if err != nil {
		return err
	}
	f := accountForm{Code: c.Form("code"), Name: c.Form("name")}
	if err := p.l.AddAccount(c.Context(), c.Who, c.Tenant, b.ID, f.Code, f.Name); err != nil {
		if e := errs.As(err); e != nil && mendable(err) {
			return p.accounts(c, shell.Status(err), b, f, e)
		}
		return err
	}
	return c.Done("/books/"+b.ID.String()+"/accounts", "已增设科目 %s %s", f.Code, f.Name)
}
