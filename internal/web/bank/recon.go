package bank

import (
	"net/url"

	"github.com/a-h/templ"

	"huicun/internal/books/bank"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/sheet"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// reconPaper is the reconciliation statement on paper.
type reconPaper struct {
	Path, Month         string
	Months              []ui.Option
	Account, Bank       string
	Holder, Number      string
	Period              string
	Book, Banked        string
	BookAdjusted        string
	BankAdjusted        string
	Left, Right         []reconList
	Equal               bool
	Difference          string
	Gap                 string
	State               *ui.BadgeView
	Preparer, Confirmer string
	PreparedOn          string
	ConfirmedOn         string
	Live                bool // as it stands now, not as it was prepared
	Changed             bool // since it was prepared
	Problem             string
	NoStatement         bool
	Prepare             *ui.ConfirmView
	Confirms            []ui.ConfirmView
	ImportHref          string
	Sample              bool
}

// reconList is one of the four lists with its sign.
type reconList struct {
	Sign, Label string
	Sum         string
	Items       []reconItem
}

type reconItem struct{ Day, Title, No, Href, Amount string }

func (p *pages) recon(c *shell.Ctx) error { return p.reconPage(c, 200, nil) }

func reconPath(id ids.ID, m date.Month) string {
	return accountPath(id) + "/reconciliation?" + url.Values{"month": {m.String()}}.Encode()
}

func (p *pages) reconPage(c *shell.Ctx, status int, wrong error) error {
	a, err := p.account(c)
	if err != nil {
		return err
	}
	m := month(c)
	v, err := p.reconView(c, a, m)
	if err != nil {
		return err
	}
	if wrong != nil {
		v.Problem = shell.Sentence(wrong)
	}
	page := c.PageOf("银行存款余额调节表", crumbs(a, "余额调节表")...)
	page.Subtitle = m.Chinese()
	page.Print = &ui.PrintView{Title: "银行存款余额调节表", Org: v.Holder, Period: m.Last().Chinese(), Unit: "元", By: c.Who.Name}
	if !v.NoStatement {
		page.Actions = ui.Buttons(ui.Button{Label: "对账", Icon: "checklist", Href: deskPath(a.ID, m)}, ui.Button{Label: "导出", Icon: "download", Href: accountPath(a.ID) + "/reconciliation/export?month=" + m.String()}, ui.Button{Label: "打印", Icon: "printer", Attrs: templ.Attributes{"data-print": true, "type": "button"}})
	}
	return c.PageStatus(status, page, reconPageBody(v))
}

// reconView gathers the statement of a month: as it was prepared, or as it stands now when it was not.
func (p *pages) reconView(c *shell.Ctx, a *bank.Account, m date.Month) (reconPaper, error) {
	v := reconPaper{Path: accountPath(a.ID) + "/reconciliation", Month: m.String(), Months: months(c, m), Account: a.Name, Bank: a.Bank, Holder: a.Holder, Period: m.Last().Chinese(), ImportHref: accountPath(a.ID) + "/statement", Sample: a.Sample}
	texts, err := p.s.Accounts.Texts(c.Context(), p.env.ForTenant(c.Tenant), a)
	if err != nil {
		return v, err
	}
	v.Number = texts["number"]
	now, err := p.s.PositionAt(c.Context(), p.read(), a, m.Last())
	if errs.Is(err, errs.State) {
		v.NoStatement, v.Problem = true, shell.Sentence(err)
		return v, nil
	}
	if err != nil {
		return v, err
	}
	r, err := bank.ReconciliationOf(c.Context(), p.read(), c.Tenant, a.ID, m)
	if err != nil {
		return v, err
	}
	if r == nil || r.State == bank.Returned {
		v.Live = true
		v.figures(now.Book, now.Bank, now.BookAdjusted, now.BankAdjusted, now.Items)
		v.Gap = gapText(now)
	} else {
		v.figures(r.Book, r.Bank, r.BookAdjusted, r.BankAdjusted, r.Items)
		v.Changed = now.Book != r.Book || now.Bank != r.Bank || now.BookAdjusted != r.BookAdjusted || len(now.Items) != len(r.Items)
	}
	if r != nil {
		s := bank.ReconciliationMachine.State(r.State)
		v.State = &ui.BadgeView{Text: s.Label, Kind: ui.Kind(s.Tone)}
		v.Preparer, v.PreparedOn, v.Confirmer, v.ConfirmedOn = r.Preparer, r.PreparedOn.String(), r.Confirmer, r.ConfirmedOn.String()
	}
	p.reconSteps(c, a, r, &v)
	return v, nil
}

func (v *reconPaper) figures(book, banked, bookAdjusted, bankAdjusted money.Fen, items []bank.Item) {
	v.Book, v.Banked, v.BookAdjusted, v.BankAdjusted = book.String(), banked.String(), bookAdjusted.String(), bankAdjusted.String()
	v.Equal, v.Difference = bookAdjusted == bankAdjusted, (bookAdjusted - bankAdjusted).Abs().String()
	v.Left = []reconList{listOf("加", bank.BankIn, items), listOf("减", bank.BankOut, items)}
	v.Right = []reconList{listOf("加", bank.BookIn, items), listOf("减", bank.BookOut, items)}
}

func listOf(sign, list string, items []bank.Item) reconList {
	out := reconList{Sign: sign, Label: listLabel(list)}
	var sum money.Fen
	for i := range items {
		x := &items[i]
		if x.List != list {
			continue
		}
		sum += x.Fen
		out.Items = append(out.Items, reconItem{Day: x.Day.String(), Title: x.Title, No: x.DocNo, Href: itemLink(x).Href, Amount: x.Fen.String()})
	}
	out.Sum = sum.String()
	return out
}

// reconSteps are what the person may do with the month now.
func (p *pages) reconSteps(c *shell.Ctx, a *bank.Account, r *bank.Reconciliation, v *reconPaper) {
	hidden := []ui.Hidden{{Name: "month", Value: v.Month}}
	if c.Who.Can(reconEdit, a.Region) && (r == nil || r.State != bank.Confirmed) {
		label := "编制余额调节表"
		if r != nil {
			label = "重新编制"
		}
		v.Prepare = &ui.ConfirmView{
			ID: "prepare", Button: ui.Button{Label: label, Icon: "edit", Style: ui.Primary}, Title: label, Text: "按现在的账面、对账单和核对情况编制" + v.Period + "的余额调节表，由另一人确认。",
			Action: v.Path, Submit: "确认编制", Hidden: hidden,
		}
	}
	if r == nil || !c.Who.Can(reconApprove, a.Region) {
		return
	}
	base := "/bank-reconciliations/" + r.ID.String()
	if r.State == bank.Prepared {
		v.Confirms = append(v.Confirms, ui.ConfirmView{
			ID: "confirm", Button: ui.Button{Label: "确认", Icon: "check", Style: ui.Primary}, Title: "确认余额调节表", Text: "确认人不能是编制人；确认后这个月的流水和核对不能再改。", Action: base + "/confirm", Submit: "确认无误",
		})
	}
	if r.State != bank.Returned {
		v.Confirms = append(v.Confirms, ui.ConfirmView{
			ID: "return", Button: ui.Button{Label: "退回", Icon: "arrow-back-up"}, Title: "退回余额调节表", Action: base + "/return", Submit: "确认退回", AskReason: true, ReasonRequired: true,
		})
	}
}

func (p *pages) prepare(c *shell.Ctx) error {
	a, err := p.account(c)
	if err != nil {
		return err
	}
	m := monthPosted(c)
	if _, err := p.s.Prepare(c.Context(), c.Who, c.Tenant, a.ID, m); err != nil {
		if !mendable(err) {
			return err
		}
		return p.reconPage(c, shell.Status(err), err)
	}
	return c.Done(reconPath(a.ID, m), "已编制，请由另一人确认")
}

// reconEvent confirms or returns a reconciliation.
func (p *pages) reconEvent(event, done string) shell.Handler {
	return func(c *shell.Ctx) error {
		tenant, err := c.NeedTenant()
		if err != nil {
			return err
		}
		id, err := c.ID()
		if err != nil {
			return err
		}
		r, err := p.s.Reconciliations.Get(c.Context(), c.Who, tenant, id)
		if err != nil {
			return err
		}
		back := reconPath(r.Account, r.Month)
		if err := p.s.Reconciliations.Do(c.Context(), c.Who, tenant, id, 0, event, c.Form("reason")); err != nil {
			return problem(c, err, "余额调节表", back, ui.Link{Label: "余额调节表", Href: back})
		}
		return c.Done(back, "%s", done)
	}
}

// reconPanel shows the statement on the reconciliation's own page.
func (p *pages) reconPanel(c *shell.Ctx, r *bank.Reconciliation) (templ.Component, error) {
	a, err := p.s.Accounts.Get(c.Context(), c.Who, c.Tenant, r.Account)
	if err != nil {
		return nil, err
	}
	v, err := p.reconView(c, a, r.Month)
	if err != nil {
		return nil, err
	}
	return reconSheet(v), nil
}

// reconExport writes the statement as a sheet.
func (p *pages) reconExport(c *shell.Ctx) error {
	a, err := p.account(c)
	if err != nil {
		return err
	}
	m := month(c)
	v, err := p.reconView(c, a, m)
	if err != nil {
		return err
	}
	if v.NoStatement {
		return errs.New(errs.NotFound, "bank.no_statement", "%s", v.Problem)
	}
	header := []sheet.Column{{Title: "项目", Width: 26}, {Title: "日期", Kind: sheet.Date}, {Title: "摘要", Width: 40}, {Title: "凭证号（流水号）", Width: 20}, {Title: "金额（元）", Kind: sheet.Money}}
	rows := v.rows()
	return resource.WriteSheet(c, "余额调节表 "+v.Account+" "+m.String(), c.Query("format"), header, func(yield func([]string, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	})
}

// rows are the statement line by line.
func (v *reconPaper) rows() [][]string {
	state := "未编制"
	if v.State != nil {
		state = v.State.Text
	}
	out := [][]string{{"户名", "", v.Holder, "", ""}, {"开户银行及账号", "", v.Bank, v.Number, ""}, {"截至", "", v.Period, state, ""}}
	for _, side := range []struct {
		name, balance, adjusted string
		lists                   []reconList
	}{{"单位账面余额", v.Book, v.BookAdjusted, v.Left}, {"银行对账单余额", v.Banked, v.BankAdjusted, v.Right}} {
		out = append(out, []string{side.name, "", "", "", plain(side.balance)})
		for _, l := range side.lists {
			out = append(out, []string{l.Sign + "：" + l.Label, "", "", "", plain(l.Sum)})
			for _, x := range l.Items {
				out = append(out, []string{"", x.Day, x.Title, x.No, plain(x.Amount)})
			}
		}
		out = append(out, []string{"调节后余额", "", "", "", plain(side.adjusted)})
	}
	return append(out, []string{"调节后相差", "", v.Gap, "", plain(v.Difference)}, []string{"编制人", v.PreparedOn, v.Preparer, "", ""}, []string{"确认人", v.ConfirmedOn, v.Confirmer, "", ""})
}

// plain takes the separators out of an amount, as cells want it.
func plain(s string) string {
	f, err := money.Parse(s)
	if err != nil {
		return s
	}
	return f.Plain()
}
