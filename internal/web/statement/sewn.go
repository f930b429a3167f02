package statement

import (
	"strconv"

	"huicun/internal/books/ledger"
	"huicun/internal/books/statement"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// maxSewn is how many printed pages one binding may have.
const maxSewn = 600

// sewnView is a ledger to be printed and sewn: cover, contents, then every account's pages.
type sewnView struct {
	Title, Org, Chart, Period, From string
	Contents                        []contentLine
	Pages                           []sewnPage
	Rows                            int
}

type contentLine struct {
	Code, Name string
	Page, Last int
}

type sewnPage struct {
	Title    string
	No       int
	Lines    []ledgerLine
	Accounts string // the title of the column of accounts, "" without it
	Blank    []int  // empty rows that fill the page, to be crossed out by hand
}

// sewn lays out a ledger of a whole period in printed pages: of one account or of all that moved.
func (p *pages) sewn(c *shell.Ctx) error {
	a, err := p.ask(c)
	if err != nil {
		return err
	}
	if a.found, err = p.s.Find(c.Context(), a.query); err != nil {
		return err
	}
	set := &a.found.Sets[0]
	if len(a.found.Sets) != 1 || !set.Single {
		return errs.New(errs.Invalid, "report.one_books", "账簿按账套装订，请先选定一个账套")
	}
	if !a.ofOne() && a.kind.Code != statement.General {
		return errs.New(errs.NotFound, "page.unknown", "这种报表不装订；请用“打印”")
	}
	b := &set.Books[0]
	form, err := p.s.LayoutFor(c.Context(), a.query.Tenant, statement.LedgerForm, set.Chart, a.query.Period)
	if err != nil {
		return err
	}
	v := sewnView{
		Title: a.kind.Label, Org: set.Org, Chart: field.LabelOf(ledger.Charts, set.Chart), Period: a.query.Period.Chinese(), From: a.query.Period.From.First().Chinese(), Rows: form.Pages.Rows,
	}
	accounts, err := p.moved(c, a, b)
	if err != nil {
		return err
	}
	for _, acc := range accounts {
		if a.opts.Account != "" && acc.Code != a.opts.Account || a.opts.Account == "" && !bound(a, &acc, accounts) {
			continue
		}
		if err := p.sewAccount(c, a, b, form, &acc, &v); err != nil {
			return err
		}
	}
	if len(v.Pages) == 0 {
		return errs.New(errs.NotFound, "report.empty", "%s没有可以装订的账页", a.query.Period.Chinese())
	}
	view := c.PageOf(a.kind.Label+"装订", ui.Link{Label: "报表与账簿", Href: "/reports"}, ui.Link{Label: a.kind.Label, Href: a.href(a.kind.Code, "", "account", a.opts.Account)}, ui.Link{Label: "装订打印"})
	view.Subtitle = v.Org + " " + v.Period + " 共 " + strconv.Itoa(len(v.Pages)) + " 页"
	view.Actions = ui.Buttons(ui.Button{Label: "打印", Icon: "printer", Style: ui.Primary, Attrs: map[string]any{"data-print": true, "type": "button"}})
	return c.Page(view, sewnBody(v))
}

// bound reports whether an account has a part of its own in a binding: accounts of level 1 in a general ledger, those
// that take entries in the others.
func bound(a *ask, x *ledger.Account, all []ledger.Account) bool {
	if a.kind.Code == statement.General {
		return len(x.Code) == 3
	}
	for i := range all {
		if c := all[i].Code; len(c) > len(x.Code) && c[:len(x.Code)] == x.Code {
			return false
		}
	}
	return true
}

func (p *pages) sewAccount(c *shell.Ctx, a *ask, b *ledger.Books, form *statement.Layout, acc *ledger.Account, v *sewnView) error {
	q := statement.LedgerQuery{
		Tenant: a.query.Tenant, Period: a.query.Period, Daily: a.kind.Code == statement.Journal, EntryFilter: ledger.EntryFilter{Books: b.ID, Account: acc.Code},
	}
	page, err := p.s.Whole(c.Context(), q)
	if err != nil {
		return err
	}
	lines := page.Lines
	if a.kind.Code == statement.General { // of a month only its totals
		lines = lines[:0:0]
		for _, l := range page.Lines {
			if l.Kind != statement.EntryLine {
				lines = append(lines, l)
			}
		}
	}
	byMonth := form.Pages.LedgerByMonth
	if q.Daily {
		byMonth = form.Pages.JournalByMonth
	}
	first := len(v.Pages) + 1
	for _, sheet := range statement.Sheaf(lines, form.Pages.Rows, byMonth) {
		if len(v.Pages) >= maxSewn {
			return errs.New(errs.Invalid, "report.too_long", "超过 %d 页，请按科目或较短的期间分册装订", maxSewn)
		}
		s := sewnPage{Title: acc.Code + " " + acc.Name, No: len(v.Pages) + 1, Lines: ledgerLines(sheet)}
		if q.Daily {
			s.Accounts = contraTitle
		}
		for i := len(s.Lines); i < form.Pages.Rows; i++ {
			s.Blank = append(s.Blank, i)
		}
		v.Pages = append(v.Pages, s)
	}
	v.Contents = append(v.Contents, contentLine{acc.Code, acc.Name, first, len(v.Pages)})
	return nil
}
