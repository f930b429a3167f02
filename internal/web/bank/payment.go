package bank

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"huicun/internal/books/bank"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// sendView is the panel of a released batch: how it went out, and its results.
type sendView struct {
	Descs           []ui.Desc
	Problem         string
	Path            string
	File            bool // the file can be downloaded
	Resend, Query   bool
	Results         bool
	Found           int // on the statement
	Book, Retry     bool
	RetryKey, Today string
	RetryN          int
	Checks          []ui.BadgeView
	Released        bool
}

// payeesView lists the payments of a batch, with a form for one more.
type payeesView struct {
	Table   ui.Table
	Card    ui.CardView
	Dups    []string
	Add     *addView
	ImpHref string
}

type addView struct {
	Action string
	Key    string
	Books  string
	Fields []ui.Field
	Errors []ui.FieldError
}

// paymentOf reads the batch of the path.
func (p *pages) paymentOf(c *shell.Ctx) (*bank.Payment, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, err
	}
	id, err := c.ID()
	if err != nil {
		return nil, err
	}
	return p.s.Payments.Get(c.Context(), c.Who, tenant, id)
}

func paymentPath(id ids.ID) string { return "/payments/" + id.String() }

// sendPanel shows how a batch went out and what is to be done with it.
func (p *pages) sendPanel(c *shell.Ctx, x *bank.Payment) (templ.Component, error) {
	if x.State != bank.PayReleased && x.State != bank.PaySettled {
		return p.dutiesNote(c, x)
	}
	lines, err := bank.LinesOf(c.Context(), p.read(), c.Tenant, x.ID)
	if err != nil {
		return nil, err
	}
	v := sendView{Path: paymentPath(x.ID), Problem: x.SendText, Released: x.State == bank.PayReleased, Today: c.Today().String(), RetryKey: c.FormKey()}
	state := ui.BadgeView{Text: x.SendState, Kind: ui.Grey}
	for _, o := range bank.SendStates {
		if o.Code == x.SendState {
			state = ui.BadgeView{Text: o.Label, Kind: ui.Kind(o.Tone)}
		}
	}
	ok, failed, unbooked := 0, 0, 0
	for i := range lines {
		switch l := &lines[i]; l.Result {
		case bank.ResultSuccess:
			ok++
			if l.Made == 0 && l.Voucher == 0 {
				unbooked++
			}
		case bank.ResultFailed:
			failed++
		}
	}
	v.Descs = []ui.Desc{
		{Label: "送达", Badge: &state, Sub: time.UnixMicro(x.SendAt).In(date.Shanghai).Format("2006-01-02 15:04")}, {Label: "控制合计", Value: x.Control, Strong: true},
		{Label: "付款结果", Value: fmt.Sprintf("成功 %d 笔，失败 %d 笔，待付 %d 笔", ok, failed, len(lines)-ok-failed)},
	}
	if c.Who.Can(paymentRelease, x.Region) {
		v.File = x.SendState == bank.SendSent && v.Released
		v.Resend = v.Released && x.SendState == bank.SendRefused
		v.Query = v.Released && !v.Resend
		v.Results = v.Released && x.SendState != bank.SendRefused
		v.Book = unbooked > 0
		found, err := p.s.StatementResults(c.Context(), p.read(), x)
		if err != nil {
			return nil, err
		}
		v.Found = len(found)
	}
	if unbooked > 0 {
		v.Problem = strings.TrimSpace(v.Problem + " 有 " + strconv.Itoa(unbooked) + " 笔付款成功而还没有生成凭证（如当月已结账），处理后请点“生成凭证”。")
	}
	v.RetryN = failed
	v.Retry = failed > 0 && c.Who.Can(paymentEdit, x.Region)
	return sendBody(v), nil
}

// dutiesNote says who may do the next step.
func (p *pages) dutiesNote(_ *shell.Ctx, x *bank.Payment) (templ.Component, error) {
	text := map[string]string{
		bank.PayDraft:     "草稿：由制单人（" + x.Maker + "）添加收款人和金额，核对后提交复核。",
		bank.PaySubmitted: "待复核：由制单人（" + x.Maker + "）以外的人逐笔核对收款人、账号首尾和金额。",
		bank.PayChecked:   "待审批：审批通过后，收款人和金额不能再改。",
		bank.PayApproved:  "待放款：由制单人（" + x.Maker + "）和复核人（" + x.Checker + "）以外的人放款。放款后生成付款文件，只送银行一次。",
	}[x.State]
	if text == "" {
		return nil, nil
	}
	return noticeBody(ui.Azure, text), nil
}

// payeesPanel lists the payments of a batch.
func (p *pages) payeesPanel(c *shell.Ctx, x *bank.Payment) (templ.Component, error) {
	return p.payees(c, x, nil, nil)
}

func (p *pages) payees(c *shell.Ctx, x *bank.Payment, typed map[string]string, wrong error) (templ.Component, error) {
	lines, err := bank.LinesOf(c.Context(), p.read(), c.Tenant, x.ID)
	if err != nil {
		return nil, err
	}
	dups := map[ids.ID]bank.Twin{}
	if x.State != bank.PaySettled && x.State != bank.PayVoid && x.State != bank.PayReleased {
		found, err := p.s.Duplicates(c.Context(), p.read(), x)
		if err != nil {
			return nil, err
		}
		for _, t := range found {
			dups[t.Line] = t
		}
	}
	v := payeesView{Card: ui.CardView{Title: "付款明细", Sub: count(len(lines), "笔"), Flush: true}}
	v.Table = ui.Table{Caption: "付款明细", Unit: "元", Columns: []ui.Column{
		{Label: "收款人"}, {Label: "收款账号", Nowrap: true}, {Label: "金额", Align: ui.Right}, {Label: "用途"}, {Label: "入账科目", Nowrap: true}, {Label: "结果"}, {Label: "凭证", Nowrap: true},
	}, Empty: &ui.EmptyView{Icon: "users-group", Title: "还没有付款明细", Text: "在下面逐笔添加，或从表格导入。"}}
	vouchers := p.names(c, "voucher", madeOf(lines))
	accounts, err := p.accountNames(c, x)
	if err != nil {
		return nil, err
	}
	for i := range lines {
		row, err := p.payeeRow(c, &lines[i], dups, vouchers, accounts)
		if err != nil {
			return nil, err
		}
		if t, ok := dups[lines[i].ID]; ok {
			v.Dups = append(v.Dups, fmt.Sprintf("%s（%s 元）与 %s 的批次 %s 收款人、金额相同", lines[i].Payee, lines[i].Amount, t.PlanOn, t.Batch))
		}
		v.Table.Rows = append(v.Table.Rows, row)
	}
	if len(lines) > 0 {
		v.Table.Foot = []ui.Cell{{Text: "合计", Sub: x.Total.Capital(), Span: 2}, {Text: x.Total.String()}, {Span: 4}}
	}
	if x.State == bank.PayDraft && c.Who.ID == x.MakerID && c.Who.Can(paymentEdit, x.Region) {
		if v.Add, err = p.addForm(c, x, typed, wrong); err != nil {
			return nil, err
		}
		v.ImpHref = "/payment-lines/import"
	}
	return payeesBody(v), nil
}

// accountNames are the names of the accounts of the books that a batch is paid from, by code.
func (p *pages) accountNames(c *shell.Ctx, x *bank.Payment) (map[string]string, error) {
	a, err := p.s.Accounts.Get(c.Context(), c.Who, c.Tenant, x.Account)
	if err != nil {
		return nil, err
	}
	return p.accountsOf(c, a.Books)
}

// accountsOf are the names of the accounts of books, by code.
func (p *pages) accountsOf(c *shell.Ctx, books ids.ID) (map[string]string, error) {
	list, err := ledger.Accounts(c.Context(), p.read(), c.Tenant, books)
	out := make(map[string]string, len(list))
	for _, a := range list {
		out[a.Code] = a.Name
	}
	return out, err
}

func madeOf(lines []bank.PaymentLine) []ids.ID {
	var out []ids.ID
	for i := range lines {
		for _, id := range []ids.ID{lines[i].Made, lines[i].Voucher} {
			if id != 0 && !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return out
}

func (p *pages) payeeRow(c *shell.Ctx, l *bank.PaymentLine, dups map[ids.ID]bank.Twin, vouchers map[ids.ID]string, accounts map[string]string) (ui.Row, error) {
	texts, err := p.s.PaymentLines.Texts(c.Context(), p.env.ForTenant(c.Tenant), l)
	if err != nil {
		return ui.Row{}, err
	}
	first := ui.Cell{Text: l.Payee, Sub: l.No}
	if _, ok := dups[l.ID]; ok {
		first.Badges = []ui.BadgeView{{Text: "可能重复", Kind: ui.Orange}}
		if l.DupReason != "" {
			first.Badges[0] = ui.BadgeView{Text: "已说明", Kind: ui.Azure}
			first.Sub += " · " + l.DupReason
		}
	}
	result := ui.Cell{Text: "待付", Muted: true}
	for _, o := range bank.Results {
		if o.Code == l.Result && o.Tone != "" {
			result = ui.Cell{Badge: &ui.BadgeView{Text: o.Label, Kind: ui.Kind(o.Tone)}, Sub: strings.TrimSpace(l.SettledOn.String() + " " + l.ResultText)}
		}
	}
	voucher := ui.Cell{}
	for _, id := range []ids.ID{l.Made, l.Voucher} {
		if id != 0 {
			voucher = ui.Cell{Text: vouchers[id], Href: "/vouchers/" + id.String()}
		}
	}
	r := ui.Row{Href: "/payment-lines/" + l.ID.String(), Cells: []ui.Cell{first, {Text: texts["number"], Sub: l.Bank}, ui.T(l.Amount.String()), ui.T(l.Purpose), ui.T(strings.TrimSpace(l.Account + " " + accounts[l.Account])), result, voucher}}
	if l.Result == bank.ResultFailed {
		r.Kind = ui.Red
	}
	return r, nil
}

// addNames are the inputs for one more payment.
var addNames = []string{"payee", "number", "bank", "amount", "purpose", "account", "dup_reason"}

func (p *pages) addForm(c *shell.Ctx, x *bank.Payment, typed map[string]string, err error) (*addView, error) {
	a, aerr := p.s.Accounts.Get(c.Context(), c.Who, c.Tenant, x.Account)
	if aerr != nil {
		return nil, aerr
	}
	wrong, top := fieldErrors(err, func(name string) bool { return slices.Contains(addNames, name) })
	f := &addView{Action: paymentPath(x.ID) + "/payees", Key: c.FormKey(), Books: a.Books.String(), Errors: top}
	for _, u := range []ui.Field{
		{Name: "payee", Label: "收款人", Required: true, MaxLength: 100, Help: "收款账户的户名"},
		{Name: "number", Label: "收款账号", Required: true, MaxLength: 40},
		{Name: "bank", Label: "收款开户行", MaxLength: 100},
		{Name: "amount", Label: "金额", Required: true},
		{Name: "purpose", Label: "用途", Required: true, MaxLength: 60},
		{Name: "account", Label: "入账科目", Required: true, Ref: "/ledger/accounts", With: []string{"books", "date"}},
		{Name: "dup_reason", Label: "重复付款说明", MaxLength: 200, Help: "与近期付款相同时说明理由"},
	} {
		u.Value, u.Error = typed[u.Name], wrong[u.Name]
		f.Fields = append(f.Fields, u)
	}
	return f, nil
}

// addPayee adds one payment to a draft.
func (p *pages) addPayee(c *shell.Ctx) error {
	x, err := p.paymentOf(c)
	if err != nil {
		return err
	}
	in := map[string]string{"batch": x.No}
	for _, name := range addNames {
		in[name] = c.Form(name)
	}
	in["account"] = code(strings.TrimSpace(in["account"]))
	l := new(bank.PaymentLine)
	err = p.s.PaymentLines.SetTexts(c.Context(), p.env.ForTenant(c.Tenant), c.Scope, l, in)
	if err == nil {
		_, err = p.s.PaymentLines.Create(c.Context(), c.Who, c.Tenant, c.Form("_key"), l)
	}
	if err == nil {
		return c.Done(paymentPath(x.ID)+"#add", "已添加 %s %s 元", l.Payee, l.Amount)
	}
	if !errs.Is(err, errs.Invalid) {
		return problem(c, err, "付款明细", paymentPath(x.ID), ui.Link{Label: "付款批次", Href: "/payments"})
	}
	body, berr := p.payees(c, x, in, err)
	if berr != nil {
		return berr
	}
	page := c.PageOf(x.No+" "+x.Title, ui.Link{Label: "付款批次", Href: "/payments"}, ui.Link{Label: x.No, Href: paymentPath(x.ID)})
	return c.PageStatus(shell.Status(err), page, body)
}

func (p *pages) payeeButtons(_ *shell.Ctx, l *bank.PaymentLine) []ui.Button {
	out := []ui.Button{{Label: "回到付款批次", Icon: "arrow-left", Href: paymentPath(l.Batch)}}
	if l.Result == bank.ResultSuccess {
		out = append(out, ui.Button{Label: "银行回单", Icon: "download", Href: "/payment-lines/" + l.ID.String() + "/receipt"})
	}
	return out
}

// payeeAccount names the account that a payment is booked on.
func (p *pages) payeeAccount(c *shell.Ctx, l *bank.PaymentLine) (map[string]string, error) {
	x, err := p.s.Payments.Get(c.Context(), c.Who, c.Tenant, l.Batch)
	if err != nil {
		return nil, err
	}
	names, err := p.accountNames(c, x)
	return map[string]string{"account": names[l.Account]}, err
}

// payeeLocked reports whether a payment's batch is with others than its maker, or gone.
func (p *pages) payeeLocked(c *shell.Ctx, l *bank.PaymentLine) (bool, error) {
	x, err := p.s.Payments.Get(c.Context(), c.Who, c.Tenant, l.Batch)
	return err != nil || x.State != bank.PayDraft || c.Who.ID != x.MakerID, err
}

// receipt answers with the bank's receipt for a payment.
func (p *pages) receipt(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	id, err := c.ID()
	if err != nil {
		return err
	}
	r, err := p.s.Receipt(c.Context(), c.Who, tenant, id)
	if err != nil {
		return problem(c, err, "银行回单", "/payment-lines/"+id.String(), ui.Link{Label: "付款批次", Href: "/payments"})
	}
	c.File(r.Name, r.Type)
	_, err = c.W.Write(r.Data)
	return err
}

// said says what handing over came to.
func (p *pages) said(c *shell.Ctx, x *bank.Payment, err error) error {
	id, perr := c.ID()
	if perr != nil {
		return perr
	}
	if err != nil {
		return problem(c, err, "付款批次", paymentPath(id), ui.Link{Label: "付款批次", Href: "/payments"})
	}
	switch {
	case x.State == bank.PaySettled:
		return c.Done(paymentPath(id), "全部付款已有结果，批次已办结")
	case x.SendState == bank.SendSent:
		return c.Done(paymentPath(id), "银行侧已接收，等待付款结果")
	case x.SendState == bank.SendRefused:
		return problem(c, errs.New(errs.State, "payment.refused", "没有发送成功：%s。付款没有发生，可以重新发送", or(x.SendText, "银行没有接收")), "付款批次", paymentPath(id), ui.Link{Label: "付款批次", Href: "/payments"})
	}
	return problem(c, errs.New(errs.State, "payment.unknown", "%s", or(x.SendText, "结果不明，请稍后查询，不要另行付款")), "付款批次", paymentPath(id), ui.Link{Label: "付款批次", Href: "/payments"})
}

func (p *pages) release(c *shell.Ctx) error {
	x, err := p.paymentOf(c)
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(c.Form("version"), 10, 64)
	done, err := p.s.Release(c.Context(), c.Who, c.Tenant, x.ID, version)
	return p.said(c, done, err)
}

func (p *pages) resend(c *shell.Ctx) error {
	x, err := p.paymentOf(c)
	if err != nil {
		return err
	}
	done, err := p.s.Resend(c.Context(), c.Who, c.Tenant, x.ID)
	return p.said(c, done, err)
}

func (p *pages) query(c *shell.Ctx) error {
	x, err := p.paymentOf(c)
	if err != nil {
		return err
	}
	done, err := p.s.QuerySend(c.Context(), c.Who, c.Tenant, x.ID)
	return p.said(c, done, err)
}

// paymentFile answers with the file for the bank.
func (p *pages) paymentFile(c *shell.Ctx) error {
	x, err := p.paymentOf(c)
	if err != nil {
		return err
	}
	name, data, err := p.s.PaymentFile(c.Context(), c.Who, c.Tenant, x.ID)
	if err != nil {
		return problem(c, err, "付款文件", paymentPath(x.ID), ui.Link{Label: "付款批次", Href: "/payments"})
	}
	c.File(name, "text/csv")
	_, err = c.W.Write(data)
	return err
}

// results takes a bank's result file.
func (p *pages) results(c *shell.Ctx) error {
	x, err := p.paymentOf(c)
	if err != nil {
		return err
	}
	t, err := resource.ReadUpload(c, "file")
	if err != nil {
		return problem(c, err, "付款结果", paymentPath(x.ID))
	}
	done, rep, err := p.s.SettleFile(c.Context(), c.Who, c.Tenant, x.ID, t)
	if err != nil {
		return problem(c, err, "付款结果", paymentPath(x.ID))
	}
	if len(rep.Errors) > 0 {
		e := rep.Errors[0]
		return problem(c, errs.New(errs.Invalid, "payment.results", "结果文件有 %d 处读不出来，没有登记任何一笔；第 %d 行“%s”（%s）：%s", len(rep.Errors), e.Row, e.Column, e.Value, e.Msg), "付款结果", paymentPath(x.ID))
	}
	return p.recorded(c, x, done)
}

// fromStatement records what the statement shows as paid.
func (p *pages) fromStatement(c *shell.Ctx) error {
	x, err := p.paymentOf(c)
	if err != nil {
		return err
	}
	done, err := p.s.SettleByStatement(c.Context(), c.Who, c.Tenant, x.ID)
	if err != nil {
		return problem(c, err, "付款结果", paymentPath(x.ID))
	}
	return p.recorded(c, x, done)
}

func (p *pages) recorded(c *shell.Ctx, x *bank.Payment, done *bank.Settled) error {
	text := fmt.Sprintf("登记了成功 %d 笔、失败 %d 笔", done.OK, done.Failed)
	if n := len(done.Vouchers); n > 0 {
		text += fmt.Sprintf("，生成凭证草稿 %d 张", n)
	}
	if done.Unbooked != "" {
		text += "；凭证没有生成：" + done.Unbooked
	}
	return c.Done(paymentPath(x.ID), "%s", text)
}

func (p *pages) book(c *shell.Ctx) error {
	x, err := p.paymentOf(c)
	if err != nil {
		return err
	}
	done, err := p.s.Book(c.Context(), c.Who, c.Tenant, x.ID)
	if err == nil && done.Unbooked != "" {
		err = errs.New(errs.State, "payment.unbooked", "凭证没有生成：%s", done.Unbooked)
	}
	if err != nil {
		return problem(c, err, "生成凭证", paymentPath(x.ID))
	}
	return c.Done(paymentPath(x.ID), "生成凭证草稿 %d 张，请由他人审核、记账", len(done.Vouchers))
}

func (p *pages) retry(c *shell.Ctx) error {
	x, err := p.paymentOf(c)
	if err != nil {
		return err
	}
	day, err := date.Parse(c.Form("plan_on"))
	if err != nil {
		return problem(c, err, "重付", paymentPath(x.ID))
	}
	id, err := p.s.RetryFailed(c.Context(), c.Who, c.Tenant, c.Form("_key"), x.ID, day)
	if err != nil {
		return problem(c, err, "重付", paymentPath(x.ID))
	}
	return c.Done(paymentPath(id), "已把失败的明细另制一批，核对账号后提交")
}
