package statement

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/books/statement"
	"huicun/internal/kit/errs"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// perPage is how many entries a screen of a ledger shows.
const perPage = 100

// ledgerAsk is a ledger that is asked for, with its account and those that could be chosen.
type ledgerAsk struct {
	statement.LedgerQuery
	account  *ledger.Account
	accounts []ledger.Account
	who      string // to whose name, for the details of a two-sided account
}

// ledgerQuery reads which account's ledger is asked for; without one it is the first that moved.
func (p *pages) ledgerQuery(c *shell.Ctx, a *ask) (*ledgerAsk, error) {
	if len(a.found.Sets) != 1 || len(a.found.Sets[0].Books) != 1 {
		return nil, errs.New(errs.Invalid, "report.one_books", "请先选定一个账套")
	}
	b := &a.found.Sets[0].Books[0]
	l := &ledgerAsk{}
	var err error
	if l.accounts, err = p.moved(c, a, b); err != nil {
		return nil, err
	}
	code := a.opts.Account
	if code == "" && len(l.accounts) > 0 {
		code = l.accounts[0].Code
	}
	if code == "" {
		return nil, nil
	}
	if l.account, err = p.s.AccountOf(c.Context(), a.query.Tenant, b.ID, code); err != nil {
		return nil, err
	}
	a.opts.Account = code
	l.LedgerQuery = statement.LedgerQuery{
		Tenant: a.query.Tenant, Period: a.query.Period, Limit: perPage, Daily: a.kind.Code == statement.Journal,
		EntryFilter: ledger.EntryFilter{Books: b.ID, Account: code, Ordinary: c.Query("ordinary") != ""},
	}
	if l.Holder, err = parseHolder(c.Query("holder")); err != nil {
		return nil, err
	}
	if l.Holder != nil {
		names, err := p.holders(c, []statement.Piece{{Holder: l.Holder}})
		if err != nil {
			return nil, err
		}
		l.who = names[*l.Holder]
	}
	l.After, err = parseAfter(c.Query("after"))
	return l, err
}

// moved lists the accounts of books that have a balance or moved, sub-accounts under theirs; for day books those that
// the layout names.
func (p *pages) moved(c *shell.Ctx, a *ask, b *ledger.Books) ([]ledger.Account, error) {
	sums, err := ledger.Sums(c.Context(), p.read(), a.query.Tenant, ledger.SumsQuery{Books: ledgerIDs(&a.found.Sets[0]), From: a.query.Period.From, To: a.query.Period.To})
	if err != nil {
		return nil, err
	}
	list, err := ledger.Accounts(c.Context(), p.read(), a.query.Tenant, b.ID)
	if err != nil {
		return nil, err
	}
	form, err := p.s.LayoutFor(c.Context(), a.query.Tenant, statement.LedgerForm, b.Chart, a.query.Period)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(x ledger.Account) bool {
		if a.kind.Code == statement.Journal && !slices.ContainsFunc(form.Pages.Journals, func(j string) bool { return strings.HasPrefix(x.Code, j) }) {
			return true
		}
		return !slices.ContainsFunc(sums, func(s ledger.AccountSum) bool { return strings.HasPrefix(s.Account, x.Code) })
	}), nil
}

// ledgerView is a page of a ledger.
type ledgerView struct {
	Title, Org, Period, Note string
	Problem                  *ui.EmptyView
	Lines                    []ledgerLine
	First, Next              string
	Entries                  int
	Accounts                 string // the title of the column of accounts, "" without it
}

// contraTitle heads the accounts of the other side in day books.
const contraTitle = "对方科目"

type ledgerLine struct {
	Date, No, Summary, Account, Debit, Credit, Side, Balance string
	Href, Style                                              string
	RedDebit, RedCredit                                      bool
}

func (p *pages) ledgerPage(c *shell.Ctx, a *ask, v ui.PageView) error {
	filter := p.filter(a, "/reports/"+a.kind.Code)
	l, err := p.ledgerQuery(c, a)
	if err != nil {
		return err
	}
	if l == nil {
		return c.Page(v, emptyBody(filter, ui.EmptyView{Icon: "notes", Title: a.query.Period.Chinese() + "没有发生额和余额", Text: "换一个期间或账套；凭证记账后就登记在这里。"}))
	}
	page, err := p.s.Page(c.Context(), l.LedgerQuery)
	if err != nil {
		return err
	}
	sel := ui.FilterSelect{Name: "account", Label: "科目"}
	known := false
	for _, x := range l.accounts {
		known = known || x.Code == l.account.Code
		sel.Options = append(sel.Options, ui.Option{Value: x.Code, Label: x.Code + " " + x.Name, Selected: x.Code == l.account.Code})
	}
	if !known {
		sel.Options = append(sel.Options, ui.Option{Value: l.account.Code, Label: l.account.Code + " " + l.account.Name, Selected: true})
	}
	filter.Selects = slices.Insert(filter.Selects, 1, sel)
	out := ledgerView{
		Title: l.account.Code + " " + l.account.Name + " " + a.kind.Label, Org: a.found.Sets[0].Org, Period: a.query.Period.Chinese(), Entries: page.Entries,
		Lines: ledgerLines(page.Lines),
	}
	switch {
	case l.Daily:
		out.Accounts = contraTitle
	case !l.account.Leaf:
		out.Accounts = "明细科目"
	}
	if l.who != "" {
		out.Note = "只列 " + l.who + " 的分录。"
	}
	if l.Ordinary {
		out.Note += "不含结转凭证。"
	}
	more := []string{"account", l.account.Code, "holder", c.Query("holder"), "ordinary", c.Query("ordinary")}
	if page.Next != nil {
		out.Next = a.href(a.kind.Code, "", append(more, "after", afterText(*page.Next))...)
	}
	if l.After != nil {
		out.First = a.href(a.kind.Code, "", more...)
	}
	v.Title = out.Title
	v.Actions = ui.Buttons(
		ui.Button{Label: "导出", Icon: "download", Href: a.href(a.kind.Code, "export", more...)},
		ui.Button{Label: "装订打印", Icon: "book-2", Href: a.href(a.kind.Code, "sewn", "account", l.account.Code)},
		ui.Button{Label: "打印本页", Icon: "printer", Attrs: map[string]any{"data-print": true, "type": "button"}},
	)
	return c.Page(v, ledgerBody(filter, out))
}

func ledgerLines(lines []statement.Line) []ledgerLine {
	out := make([]ledgerLine, len(lines))
	for i := range lines {
		x := &lines[i]
		l := ledgerLine{Summary: x.Label, Debit: blank(x.Debit), Credit: blank(x.Credit), Side: statement.Side(x.Balance), Balance: x.Balance.Abs().String(), RedDebit: x.Debit < 0, RedCredit: x.Credit < 0}
		switch x.Kind {
		case statement.EntryLine:
			e := &x.Entry
			l.Date, l.No, l.Summary, l.Account, l.Href = e.Date.String(), e.FullNo, e.Summary, e.Account+" "+e.AccountName, "/vouchers/"+e.Voucher.String()
			if x.Contra != "" {
				l.Account = x.Contra
			}
		case statement.MonthLine, statement.DayLine:
			l.Style = "lg-month"
		case statement.YearLine:
			l.Style = "lg-year"
		default:
			l.Style = "lg-over"
		}
		out[i] = l
	}
	return out
}

func afterText(k ledger.EntryKey) string {
	b, err := json.Marshal([]string{k.Date.String(), k.FullNo, k.Voucher.String(), strconv.Itoa(k.Line)})
	if err != nil {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseAfter(s string) (*ledger.EntryKey, error) {
	if s == "" {
		return nil, nil
	}
	wrong := errs.New(errs.Invalid, "page.cursor", "翻页地址不对；请回到第一页")
	b, err := base64.RawURLEncoding.DecodeString(s)
	var parts []string
	if err != nil || json.Unmarshal(b, &parts) != nil || len(parts) != 4 {
		return nil, wrong
	}
	k := &ledger.EntryKey{FullNo: parts[1]}
	if k.Date.UnmarshalText([]byte(parts[0])) != nil || k.Voucher.UnmarshalText([]byte(parts[2])) != nil || k.Date.IsZero() {
		return nil, wrong
	}
	if k.Line, err = strconv.Atoi(parts[3]); err != nil {
		return nil, wrong
	}
	return k, nil
}
