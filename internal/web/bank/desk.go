package bank

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"huicun/internal/books/bank"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// deskView is what the matching desk shows.
type deskView struct {
	Path, Month    string
	Months         []ui.Option
	May, MayDraft  bool
	Problem        string
	Reason         string
	Lines, Entries []deskItem
	Suggestions    []deskGroup
	Certain        int
	Matched        []deskGroup
	MatchedMore    int
	LineSum        string
	EntrySum       string
	Stats          []ui.StatView
	GapNote        string
	NoStatement    bool
	ImportHref     string
}

// deskItem is a line or an entry to be ticked. Fen is plain yuan, for the script that adds up.
type deskItem struct {
	Name, Value     string
	Checked         bool
	Day, Title, Sub string
	Amount, Fen     string
	Out             bool
	Href, DraftHref string
	Early           bool
}

type deskGroup struct {
	ID             string
	Score          int
	Reason         string
	Certain        bool
	Lines, Entries []deskItem
	Amount         string
	By             string
	Undo           *ui.ConfirmView
}

const (
	fieldLine  = "line"
	fieldEntry = "entry"
)

func entryValue(k bank.EntryKey) string { return k.Voucher.String() + "." + strconv.Itoa(k.LineNo) }

func (p *pages) desk(c *shell.Ctx) error { return p.deskPage(c, 200, nil) }

// until is the last day that the desk looks at: the month's.
func until(m date.Month) date.Date { return m.Last() }

// mostShown is how many lines and entries the desk lists on each side, and how many groups.
const mostShown = 300

func (p *pages) deskPage(c *shell.Ctx, status int, wrong error) error {
	a, err := p.account(c)
	if err != nil {
		return err
	}
	m := month(c)
	v := deskView{
		Path: accountPath(a.ID) + "/match", Month: m.String(), Months: months(c, m), May: c.Who.Can(lineEdit, a.Region), MayDraft: c.Who.Can(voucherEdit, a.Region),
		Reason: c.Form("reason"), ImportHref: accountPath(a.ID) + "/statement",
	}
	if wrong != nil {
		v.Problem = shell.Sentence(wrong)
	}
	page := c.PageOf("对账："+a.Name, crumbs(a, "对账")...)
	page.Actions = ui.Buttons(slices.DeleteFunc(p.accountButtons(c, a), func(b ui.Button) bool { return b.Label == "对账" })...)
	d, err := p.s.DeskAt(c.Context(), p.read(), a, until(m))
	if errs.Is(err, errs.State) {
		v.NoStatement, v.Problem = true, shell.Sentence(err)
		return c.PageStatus(status, page, deskBody(v))
	}
	if err != nil {
		return err
	}
	p.fillDesk(c, d, &v)
	matched, err := p.s.MatchesOf(c.Context(), p.read(), a, m.First(), m.Last())
	if err != nil {
		return err
	}
	for i := range matched {
		if i == mostShown {
			v.MatchedMore = len(matched) - i
			break
		}
		v.Matched = append(v.Matched, matchedGroup(&matched[i], &v))
	}
	return c.PageStatus(status, page, deskBody(v))
}

func (p *pages) fillDesk(c *shell.Ctx, d *bank.Desk, v *deskView) {
	ticked := map[string]bool{}
	for _, name := range []string{fieldLine, fieldEntry} {
		for _, x := range c.R.PostForm[name] {
			ticked[name+x] = true
		}
	}
	var sum money.Fen
	for i := range d.Lines {
		sum += d.Lines[i].Fen()
		if i < mostShown {
			v.Lines = append(v.Lines, lineItem(&d.Lines[i], ticked, v.MayDraft))
		}
	}
	v.LineSum, sum = sum.String(), 0
	for i := range d.Entries {
		sum += d.Entries[i].Fen
		if i < mostShown {
			v.Entries = append(v.Entries, entryItem(&d.Entries[i], ticked))
		}
	}
	v.EntrySum = sum.String()
	for i := range d.Suggestions {
		g := &d.Suggestions[i]
		if g.Certain {
			v.Certain++
		}
		if i < mostShown {
			v.Suggestions = append(v.Suggestions, groupView(g))
		}
	}
	v.Stats = []ui.StatView{
		{Label: "账面余额", Value: d.Book.String(), Unit: "元"}, {Label: "银行余额", Value: d.Bank.String(), Unit: "元", Sub: "对账单到 " + d.LastLine.String()},
		{Label: "待核对流水", Value: strconv.Itoa(len(d.Lines)), Unit: "笔"}, {Label: "待核对分录", Value: strconv.Itoa(len(d.Entries)), Unit: "笔"},
	}
	if s := gapText(d.Position); s != "" {
		v.GapNote = s
		if d.StartGap != 0 && d.Missing == 0 {
			v.GapNote += "；标“启用前”的分录是那时银行还没有入账的，核对上就能说明"
		}
	}
}

func lineItem(l *bank.Line, ticked map[string]bool, draft bool) deskItem {
	x := deskItem{
		Name: fieldLine, Value: l.ID.String(), Checked: ticked[fieldLine+l.ID.String()], Day: l.Day.String(), Title: or(l.Counterparty, or(l.Description, "（无摘要）")),
		Amount: l.Fen().String(), Fen: l.Fen().Plain(), Out: l.Fen() < 0, Href: "/bank-lines/" + l.ID.String(),
	}
	if l.Counterparty != "" {
		x.Sub = l.Description
	}
	if l.Serial != "" {
		x.Sub = strings.TrimSpace(x.Sub + " " + l.Serial)
	}
	if draft {
		x.DraftHref = "/bank-lines/" + l.ID.String() + "/voucher"
	}
	return x
}

func entryItem(e *bank.Entry, ticked map[string]bool) deskItem {
	v := entryValue(e.Key())
	return deskItem{
		Name: fieldEntry, Value: v, Checked: ticked[fieldEntry+v], Day: e.Date.String(), Title: e.Summary, Sub: strings.TrimSpace(e.FullNo + " " + e.PartyName),
		Amount: e.Fen.String(), Fen: e.Fen.Plain(), Out: e.Fen < 0, Href: "/vouchers/" + e.Voucher.String(), Early: e.Early,
	}
}

func groupView(g *bank.Group) deskGroup {
	out := deskGroup{Score: g.Score, Reason: g.Reason, Certain: g.Certain}
	for i := range g.Lines {
		out.Lines = append(out.Lines, lineItem(&g.Lines[i], nil, false))
	}
	for i := range g.Entries {
		out.Entries = append(out.Entries, entryItem(&g.Entries[i], nil))
	}
	if fen, _, err := g.Sums(); err == nil {
		out.Amount = fen.String()
	}
	return out
}

func matchedGroup(m *bank.Matched, v *deskView) deskGroup {
	g := groupView(&m.Group)
	g.By = bank.MatchKinds[m.Kind] + " · " + m.By + " " + time.UnixMicro(m.At).In(date.Shanghai).Format("2006-01-02")
	if v.May {
		g.Undo = &ui.ConfirmView{
			ID: "undo-" + m.ID.String(), Button: ui.Button{Label: "取消核对", Style: ui.Ghost}, Title: "取消核对", Text: "流水和分录将回到待核对；谁在何时为何取消会记入历史。",
			Action: v.Path + "/undo", Submit: "确认取消", AskReason: true, ReasonRequired: true, Hidden: []ui.Hidden{{Name: "match", Value: m.ID.String()}, {Name: "month", Value: v.Month}},
		}
	}
	return g
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

// picked reads the ticked lines and entries.
func picked(c *shell.Ctx) (lines []ids.ID, entries []bank.EntryKey, err error) {
	bad := errs.New(errs.Invalid, "match.form", "勾选的内容读不出来，请刷新页面")
	for _, s := range c.R.PostForm[fieldLine] {
		id, err := ids.Parse(s)
		if err != nil {
			return nil, nil, bad
		}
		lines = append(lines, id)
	}
	for _, s := range c.R.PostForm[fieldEntry] {
		voucher, no, _ := strings.Cut(s, ".")
		id, err := ids.Parse(voucher)
		n, nerr := strconv.Atoi(no)
		if err != nil || nerr != nil {
			return nil, nil, bad
		}
		entries = append(entries, bank.EntryKey{Voucher: id, LineNo: n})
	}
	return lines, entries, nil
}

func deskPath(id ids.ID, m date.Month) string {
	return accountPath(id) + "/match?" + url.Values{"month": {m.String()}}.Encode()
}

func (p *pages) match(c *shell.Ctx) error {
	a, err := p.account(c)
	if err != nil {
		return err
	}
	m := monthPosted(c)
	lines, entries, err := picked(c)
	if err == nil {
		err = p.s.Match(c.Context(), c.Who, c.Tenant, a.ID, until(m), lines, entries, c.Form("reason"))
	}
	if err != nil {
		if !mendable(err) {
			return err
		}
		return p.deskPage(c, shell.Status(err), err)
	}
	return c.Done(deskPath(a.ID, m), "已核对 %d 笔", len(lines)+len(entries))
}

// monthPosted is the month of a posted form; it makes the form's values readable.
func monthPosted(c *shell.Ctx) date.Month {
	_ = c.Form("month") // parses the form
	return month(c)
}

func (p *pages) auto(c *shell.Ctx) error {
	a, err := p.account(c)
	if err != nil {
		return err
	}
	m := monthPosted(c)
	n, err := p.s.AutoMatch(c.Context(), c.Who, c.Tenant, a.ID, until(m))
	if err != nil {
		return problem(c, err, "对账", deskPath(a.ID, m), crumbs(a, "对账")...)
	}
	if n == 0 {
		return c.Done(deskPath(a.ID, m), "没有把握十足的，请人工核对")
	}
	return c.Done(deskPath(a.ID, m), "自动核对了 %d 组", n)
}

func (p *pages) undo(c *shell.Ctx) error {
	a, err := p.account(c)
	if err != nil {
		return err
	}
	m := monthPosted(c)
	id, err := ids.Parse(c.Form("match"))
	if err != nil {
		return errs.Wrap(err, errs.NotFound, "match", "这组核对已被取消，请刷新页面")
	}
	if err := p.s.Unmatch(c.Context(), c.Who, c.Tenant, id, c.Form("reason")); err != nil {
		return problem(c, err, "取消核对", deskPath(a.ID, m), crumbs(a, "对账")...)
	}
	return c.Done(deskPath(a.ID, m), "已取消核对")
}

// linePanel leads from a statement line to what is done with it.
func (p *pages) linePanel(c *shell.Ctx, l *bank.Line) (templ.Component, error) {
	buttons := []ui.Button{{Label: "去对账", Icon: "checklist", Href: deskPath(l.Account, l.Day.YearMonth())}}
	if c.Who.Can(voucherEdit, l.Region) {
		buttons = append(buttons, ui.Button{Label: "填制凭证", Icon: "plus", Href: "/bank-lines/" + l.ID.String() + "/voucher"})
	}
	return buttonsBody(fmt.Sprintf("这是银行对账单里 %s 的一笔，导入后不能修改。", l.Day), buttons), nil
}
