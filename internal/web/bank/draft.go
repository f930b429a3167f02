package bank

import (
	"net/http"
	"slices"
	"strings"

	"huicun/internal/books/bank"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// draftView is the form of a voucher for a statement line.
type draftView struct {
	Action, Cancel string
	Key            string
	Books          string
	Line           []ui.Desc
	Guesses        []guessView
	Fields         []ui.Field // text and combo boxes, in order
	Dims           []ui.Field
	DimsOpen       bool
	Errors         []ui.FieldError
	In             bool
}

type guessView struct {
	Label, Reason, Href string
}

// line reads the statement line of the path with its account.
func (p *pages) line(c *shell.Ctx) (*bank.Line, *bank.Account, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, nil, err
	}
	id, err := c.ID()
	if err != nil {
		return nil, nil, err
	}
	l, err := p.s.Lines.Get(c.Context(), c.Who, tenant, id)
	if err != nil {
		return nil, nil, err
	}
	a, err := p.s.Accounts.Get(c.Context(), c.Who, tenant, l.Account)
	return l, a, err
}

func (p *pages) draftForm(c *shell.Ctx) error {
	l, a, err := p.line(c)
	if err != nil {
		return err
	}
	in := map[string]string{"date": l.Day.String(), "summary": summaryOf(l), "account": c.Query("account")}
	for i := range ledger.Dimensions {
		in[ledger.Dimensions[i].Name] = c.Query(ledger.Dimensions[i].Name)
	}
	guesses, err := p.s.GuessesFor(c.Context(), p.read(), a, l)
	if err != nil {
		return err
	}
	if len(guesses) > 0 && in["account"] == "" {
		p.guessed(c, in, guesses[0])
	}
	return p.draftPage(c, http.StatusOK, l, a, in, guesses, nil)
}

// summaryOf proposes what the voucher says.
func summaryOf(l *bank.Line) string {
	s := "收"
	if l.Fen() < 0 {
		s = "付"
	}
	return s + l.Counterparty + l.Description
}

// guessed fills a guess into the form.
func (p *pages) guessed(c *shell.Ctx, in map[string]string, g bank.Guess) {
	in["account"] = g.Account
	for kind, x := range map[string]struct {
		name string
		id   ids.ID
	}{"party": {"party", g.Party}, "contract": {"contract", g.Contract}, "joint": {"project", g.Project}, "member": {"member", g.Member}} {
		if x.id != 0 {
			in[x.name] = p.names(c, kind, []ids.ID{x.id})[x.id]
		}
	}
}

func (p *pages) draftPage(c *shell.Ctx, status int, l *bank.Line, a *bank.Account, in map[string]string, guesses []bank.Guess, err error) error {
	path := "/bank-lines/" + l.ID.String() + "/voucher"
	v := draftView{Action: path, Cancel: deskPath(a.ID, l.Day.YearMonth()), Key: or(c.Form("_key"), c.FormKey()), Books: a.Books.String(), In: l.Fen() > 0}
	v.Line = []ui.Desc{
		{Label: "银行账户", Value: a.Name, Href: accountPath(a.ID)}, {Label: "交易日期", Value: l.Day.String()}, {Label: map[bool]string{true: "收入", false: "支出"}[v.In], Value: l.Fen().Abs().String() + " 元", Strong: true},
		{Label: "对方户名", Value: l.Counterparty}, {Label: "摘要", Value: l.Description}, {Label: "流水号", Value: l.Serial},
	}
	for _, g := range guesses {
		v.Guesses = append(v.Guesses, guessView{Label: g.Account + " " + g.AccountName, Reason: g.Reason, Href: path + "?account=" + g.Account})
	}
	wrong, top := fieldErrors(err, func(name string) bool {
		return slices.Contains([]string{"date", "summary", "account"}, name) || ledger.DimensionNamed(name) != nil
	})
	v.Errors = top
	other := "贷方科目"
	if !v.In {
		other = "借方科目"
	}
	v.Fields = []ui.Field{
		{Name: "date", Label: "凭证日期", Value: in["date"], Error: wrong["date"], Required: true, Type: "date"},
		{Name: "summary", Label: "摘要", Value: in["summary"], Error: wrong["summary"], Required: true, MaxLength: 200},
		{Name: "account", Label: other, Value: in["account"], Error: wrong["account"], Required: true, Ref: "/ledger/accounts", With: []string{"books", "date"}, Help: "输入编码、名称或拼音；由您选定"},
	}
	for i := range ledger.Dimensions {
		d := &ledger.Dimensions[i]
		if _, ok := p.env.Noun(d.Kind); ok {
			v.Dims = append(v.Dims, ui.Field{Name: d.Name, Label: d.Label, Value: in[d.Name], Error: wrong[d.Name], Ref: d.Kind})
			v.DimsOpen = v.DimsOpen || in[d.Name] != "" || wrong[d.Name] != ""
		}
	}
	page := c.PageOf("由流水填制凭证", ui.Link{Label: "银行对账", Href: "/bank"}, ui.Link{Label: a.Name, Href: accountPath(a.ID)}, ui.Link{Label: l.No, Href: "/bank-lines/" + l.ID.String()}, ui.Link{Label: "填制凭证"})
	return c.PageStatus(status, page, draftBody(v))
}

func (p *pages) draft(c *shell.Ctx) error {
	l, a, err := p.line(c)
	if err != nil {
		return err
	}
	in := map[string]string{"date": c.Form("date"), "summary": c.Form("summary"), "account": c.Form("account")}
	d := bank.DraftInput{Summary: in["summary"]}
	var wrong errs.List
	if in["account"] == "" {
		wrong.Add("account", "请填写科目")
	}
	if d.Date, err = date.Parse(in["date"]); err != nil {
		wrong.Merge("date", errs.OnField("date", "%s", errs.Message(err)))
	}
	d.Account = code(in["account"])
	for i := range ledger.Dimensions {
		x := &ledger.Dimensions[i]
		in[x.Name] = c.Form(x.Name)
		n, ok := p.env.Noun(x.Kind)
		if in[x.Name] == "" || !ok {
			continue
		}
		id, err := n.Lookup(c.Context(), p.read(), c.Tenant, in[x.Name])
		if errs.Is(err, errs.NotFound) {
			wrong.Add(x.Name, "没有找到%s“%s”，请从提示中选择", x.Label, in[x.Name])
		} else if err != nil {
			return err
		}
		*map[string]*ids.ID{"party": &d.Party, "contract": &d.Contract, "asset": &d.Asset, "project": &d.Project, "member": &d.Member}[x.Name] = id
	}
	var made ids.ID
	if err = wrong.Err(); err == nil {
		made, err = p.s.DraftFor(c.Context(), c.Who, c.Tenant, c.Form("_key"), l.ID, d)
	}
	if err == nil {
		return c.Done("/vouchers/"+made.String(), "已填好凭证草稿，由他人审核、记账后，在对账页面点“自动核对”即可对上")
	}
	if !mendable(err) {
		return err
	}
	guesses, gerr := p.s.GuessesFor(c.Context(), p.read(), a, l)
	if gerr != nil {
		return gerr
	}
	return p.draftPage(c, shell.Status(err), l, a, in, guesses, ofLine(err))
}

// ofLine names the voucher's fields as this form does: what is wrong with its one other line stands beside its input.
func ofLine(err error) error {
	e := errs.As(err)
	if e == nil {
		return err
	}
	out := *e
	out.Fields = nil
	for _, f := range e.Fields {
		for _, prefix := range []string{"lines[0].", "lines[1]."} {
			if rest, ok := strings.CutPrefix(f.Name, prefix); ok {
				f.Name = rest
			}
		}
		out.Fields = append(out.Fields, f)
	}
	return &out
}

// code is the code of an account that was chosen with its name.
func code(s string) string {
	for i, r := range s {
		if r < '0' || r > '9' {
			return s[:i]
		}
	}
	return s
}
