package lease

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"huicun/internal/books/contract"
	"huicun/internal/books/contract/schedule"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// Buttons are what may be done to a contract, and its printed text.
func Buttons(e *record.Env) func(c *shell.Ctx, ct *contract.Contract) []ui.Button {
	return func(c *shell.Ctx, ct *contract.Contract) []ui.Button { return buttons(c, e, ct) }
}

func buttons(c *shell.Ctx, e *record.Env, ct *contract.Contract) []ui.Button {
	at := "/contracts/" + ct.ID.String()
	out := []ui.Button{{Label: "打印合同", Icon: "printer", Href: at + "/print"}}
	if !c.Who.Can(contractEdit, ct.Region) || ct.State == "draft" || ct.State == "void" {
		return out
	}
	if ct.State == "signed" || ct.State == "active" {
		if ct.Sublet == 0 {
			out = append(out, ui.Button{Label: "变更承租人", Icon: "users-group", Href: at + "/transfer"})
		}
		if ct.Kind == contract.Lease && ct.Sublet == 0 {
			out = append(out, ui.Button{Label: "登记转租", Icon: "link", Href: subletHref(c, e, ct)})
		}
		out = append(out, ui.Button{Label: "终止", Icon: "ban", Href: at + "/end"})
	}
	return append(out, ui.Button{Label: "续签", Icon: "refresh", Href: renewHref(c, e, ct)})
}

// ListButtons stand above the list of contracts.
func ListButtons(*shell.Ctx) []ui.Button {
	return []ui.Button{{Label: "到期续签", Icon: "calendar-due", Href: "/contract-renewals"}}
}

// keys are the natural keys of records; without them a form asks for them.
func keys(c *shell.Ctx, e *record.Env, kind string, list ...ids.ID) []string {
	out := make([]string, len(list))
	n, ok := e.Noun(kind)
	if !ok {
		return out
	}
	names, err := n.Names(c.Context(), e.DB.Read(), c.Tenant, list)
	for i := range list {
		if err == nil {
			out[i] = names[list[i]]
		}
	}
	return out
}

// newHref leads to the form of a new contract with some of its fields filled in.
func newHref(pairs ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	return "/contracts/new?" + q.Encode()
}

func renewHref(c *shell.Ctx, e *record.Env, ct *contract.Contract) string {
	who := keys(c, e, "party", ct.PartyA, ct.PartyB)
	return newHref("previous", ct.No, "name", ct.Name, "kind", ct.Kind, "from", ct.LastDay().AddDays(1).String(), "pay", ct.Pay.Plain(), "pay_months", strconv.Itoa(ct.PayMonths),
		"party_a", who[0], "party_b", who[1])
}

// subletHref begins the contract between the tenant and whom it sublets to.
func subletHref(c *shell.Ctx, e *record.Env, ct *contract.Contract) string {
	return newHref("sublet", ct.No, "name", ct.Name+"（转租）", "kind", ct.Kind, "to", ct.LastDay().String(), "pay_months", strconv.Itoa(ct.PayMonths),
		"party_a", keys(c, e, "party", ct.PartyB)[0])
}

// stepForm is a form of a step, as it was typed.
type stepForm struct {
	id      ids.ID
	version int64
	texts   map[string]string
	errs    map[string]string
	top     []ui.FieldError
}

func (f *stepForm) field(name, label string) ui.Field {
	return ui.Field{Name: name, Label: label, Value: f.texts[name], Error: f.errs[name], Required: true}
}

// wrong puts mistakes beside their fields; what is not the person's to mend is returned.
func (f *stepForm) wrong(err error, labels map[string]string) error {
	e := errs.As(err)
	if e == nil || e.Kind == errs.Internal || e.Kind == errs.NotFound || e.Kind == errs.Forbidden {
		return err
	}
	f.errs = map[string]string{}
	if len(e.Fields) == 0 {
		f.top = append(f.top, ui.FieldError{Text: e.Msg})
	}
	for _, x := range e.Fields {
		if labels[x.Name] == "" {
			f.top = append(f.top, ui.FieldError{Text: x.Msg})
			continue
		}
		f.errs[x.Name] = x.Msg
		f.top = append(f.top, ui.FieldError{Name: x.Name, Label: labels[x.Name], Text: x.Msg})
	}
	return nil
}

// accepted are the files that steps rest on.
const accepted = ".pdf,.jpg,.jpeg,.png,.ofd,.doc,.docx"

func (f *stepForm) files(label, help string, required bool) ui.Field {
	return ui.Field{Name: "file", Label: label, Help: help, Error: f.errs["file"], Required: required, Multiple: true, Accept: accepted, Wide: true}
}

// posted reads a form of a step and its files; none is no mistake yet.
func posted(c *shell.Ctx, names ...string) (*stepForm, contract.Step, error) {
	id, err := c.ID()
	if err != nil {
		return nil, contract.Step{}, err
	}
	files, err := resource.Uploads(c)
	if e := errs.As(err); err != nil && (e == nil || len(e.Fields) == 0) {
		return nil, contract.Step{}, err
	}
	f := &stepForm{id: id, texts: map[string]string{}}
	f.version, _ = strconv.ParseInt(c.Form("version"), 10, 64)
	for _, n := range names {
		f.texts[n] = c.Form(n)
	}
	return f, contract.Step{Contract: id, Version: f.version, Reason: f.texts["reason"], Files: files}, nil
}

// running reads the contract of the path for a form that only who may change it sees.
func (p *pages) running(c *shell.Ctx) (*contract.Contract, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, err
	}
	id, err := c.ID()
	if err != nil {
		return nil, err
	}
	ct, err := p.n.Contracts.Get(c.Context(), c.Who, tenant, id)
	if err != nil {
		return nil, err
	}
	return ct, c.Who.Require(contractEdit, ct.Region)
}

func crumbs(ct *contract.Contract, title string) []ui.Link {
	return []ui.Link{{Label: "合同", Href: "/contracts"}, {Label: ct.No, Href: "/contracts/" + ct.ID.String()}, {Label: title}}
}

// stepView is the page of a step.
type stepView struct {
	Note   string
	Now    []ui.Desc
	Form   ui.FormView
	F      *stepForm
	Party  ui.Field
	Cancel string
}

var transferLabels = map[string]string{"party_b": "新的承租人（乙方）", "effective": "变更生效日", "reason": "变更原因", "file": "决议或协议"}

func (p *pages) transferForm(c *shell.Ctx) error {
	ct, err := p.running(c)
	if err != nil {
		return err
	}
	return p.transferPage(c, http.StatusOK, ct, &stepForm{id: ct.ID, version: ct.Version, texts: map[string]string{}})
}

func (p *pages) transfer(c *shell.Ctx) error {
	ct, err := p.running(c)
	if err != nil {
		return err
	}
	f, step, err := posted(c, "party_b", "effective", "reason")
	if err != nil {
		return err
	}
	if err = p.doTransfer(c, f, step); err == nil {
		return c.Done("/contracts/"+f.id.String(), "承租人已变更，原承租人保留在条款版本里")
	}
	if e := f.wrong(err, transferLabels); e != nil {
		return e
	}
	return p.transferPage(c, shell.Status(err), ct, f)
}

func (p *pages) doTransfer(c *shell.Ctx, f *stepForm, step contract.Step) error {
	var l errs.List
	from, err := date.Parse(f.texts["effective"])
	if err != nil && f.texts["effective"] != "" {
		l.Merge("effective", err)
	}
	var to ids.ID
	if name := f.texts["party_b"]; name != "" {
		parties, ok := p.env.Noun("party")
		if !ok {
			return errs.New(errs.Internal, "lease.party", "no parties")
		}
		if to, err = parties.Lookup(c.Context(), p.env.ForTenant(c.Tenant), c.Tenant, name); errs.Is(err, errs.NotFound) {
			l.Add("party_b", "没有叫“%s”的单位；请先在“单位”里登记", name)
		} else if err != nil {
			return err
		}
	}
	if err := l.Err(); err != nil {
		return err
	}
	return p.n.Life.Transfer(c.Context(), c.Who, c.Tenant, step, to, from)
}

func (p *pages) transferPage(c *shell.Ctx, status int, ct *contract.Contract, f *stepForm) error {
	const title = "变更承租人"
	at := "/contracts/" + ct.ID.String()
	v := stepView{
		Note: "承租人把合同整体转给他人，要经集体同意（民法典第五百五十五条）。从生效日起由新的承租人履行，收款计划不变；此前的款项仍由原承租人付清。",
		Now: []ui.Desc{
			{Label: "合同", Value: ct.No + " " + ct.Name}, {Label: "现在的承租人（乙方）", Value: keys(c, p.env, "party", ct.PartyB)[0], Strong: true},
			{Label: "期限", Value: ct.From.String() + " 至 " + ct.LastDay().String()},
		},
		Form: ui.FormView{ID: "transfer", Action: at + "/transfer", Upload: true, Errors: f.top, Hidden: []ui.Hidden{{Name: "version", Value: strconv.FormatInt(f.version, 10)}}},
		F:    f, Cancel: at, Party: f.field("party_b", transferLabels["party_b"]),
	}
	v.Party.Ref = "party"
	page := c.PageOf(title, crumbs(ct, title)...)
	return c.PageStatus(status, page, transferBody(v))
}

// endView is the page on which a contract is ended: first the day, then what is to be settled, then the confirmation.
type endView struct {
	Day      ui.Field
	Action   string
	Hidden   []ui.Hidden
	F        *stepForm
	Form     ui.FormView
	S        *contract.Settlement
	Sums     []ui.Desc
	Table    ui.Table
	Cancel   string
	Sentence string
}

var endLabels = map[string]string{"day": "终止日期", "reason": "终止原因", "file": "解除协议、通知或决议"}

func (p *pages) endForm(c *shell.Ctx) error {
	ct, err := p.running(c)
	if err != nil {
		return err
	}
	f := &stepForm{id: ct.ID, version: ct.Version, texts: map[string]string{"day": c.Query("day"), "reason": c.Query("reason")}}
	if f.texts["day"] == "" {
		f.texts["day"] = ct.LastDay().String()
		if today := c.Today(); today.Before(ct.LastDay()) {
			f.texts["day"] = today.String()
		}
	}
	return p.endPage(c, http.StatusOK, ct, f)
}

func (p *pages) end(c *shell.Ctx) error {
	ct, err := p.running(c)
	if err != nil {
		return err
	}
	f, step, err := posted(c, "day", "reason")
	if err != nil {
		return err
	}
	on, err := date.Parse(f.texts["day"])
	if err != nil {
		err = errs.OnField("day", "%s", errs.Message(err))
	} else {
		err = p.n.Life.Terminate(c.Context(), c.Who, c.Tenant, step, on)
	}
	if err == nil {
		if on.After(c.Today()) {
			return c.Done("/contracts/"+f.id.String(), "已登记：合同到 %s 提前终止，到时请再办理终止", on.Chinese())
		}
		return c.Done("/contracts/"+f.id.String(), "合同已终止，欠款、退款继续留在账上，结清后再办“结清”")
	}
	if e := f.wrong(err, endLabels); e != nil {
		return e
	}
	return p.endPage(c, shell.Status(err), ct, f)
}

func (p *pages) endPage(c *shell.Ctx, status int, ct *contract.Contract, f *stepForm) error {
	const title = "终止合同"
	at := "/contracts/" + ct.ID.String()
	v := endView{F: f, Action: at + "/end", Cancel: at, Day: f.field("day", endLabels["day"])}
	if f.texts["reason"] != "" { // what was typed stays while the day is looked for
		v.Hidden = []ui.Hidden{{Name: "reason", Value: f.texts["reason"]}}
	}
	v.Day.Help = "合同的最后一天；从第二天起不再计租"
	on, err := date.Parse(f.texts["day"])
	if err == nil {
		_, v.S, err = p.n.Life.Settlement(c.Context(), c.Who, c.Tenant, ct.ID, on, c.Today())
	}
	if err != nil {
		if f.errs["day"] == "" {
			if e := f.wrong(err, endLabels); e != nil {
				return e
			}
			v.Day.Error = f.errs["day"]
			status = max(status, shell.Status(err))
		}
		v.S = nil
	}
	v.Form = ui.FormView{ID: "end", Action: at + "/end", Upload: true, Errors: f.top, Hidden: []ui.Hidden{{Name: "version", Value: strconv.FormatInt(f.version, 10)}, {Name: "day", Value: f.texts["day"]}}}
	if v.S != nil {
		v.Sums, v.Table, v.Sentence = settlementSums(v.S), settlementTable(v.S.Payments), sentence(v.S)
	}
	return c.PageStatus(status, c.PageOf(title, crumbs(ct, title)...), endBody(v))
}

// sentence says in one line what is settled.
func sentence(s *contract.Settlement) string {
	switch {
	case !s.HaveBooks:
		return "这个村还没有账套，已收的款项不在账上，请另行核对后结清。"
	case s.Refund > 0 && s.Deposit > 0:
		return fmt.Sprintf("应退承租人：多收的 %s 元，押金 %s 元（扣除损坏等以后）。", s.Refund, s.Deposit)
	case s.Refund > 0:
		return fmt.Sprintf("应退承租人多收的 %s 元。", s.Refund)
	case s.Owed > 0 && s.FromDeposit > 0:
		return fmt.Sprintf("承租人还欠 %s 元；双方同意的，可用押金抵 %s 元，余下 %s 元、退押金 %s 元。", s.Owed, s.FromDeposit, s.Owed-s.FromDeposit, s.Deposit-s.FromDeposit)
	case s.Owed > 0:
		return fmt.Sprintf("承租人还欠 %s 元，终止后继续催收。", s.Owed)
	case s.Deposit > 0:
		return fmt.Sprintf("租金两清；应退押金 %s 元（扣除损坏等以后）。", s.Deposit)
	}
	return "租金两清，没有要退、要补的款项。"
}

func settlementSums(s *contract.Settlement) []ui.Desc {
	out := []ui.Desc{{Label: "算到终止日的应收", Value: s.Due.String() + " 元"}, {Label: "已收", Value: s.Received.String() + " 元"}}
	add := func(label string, text string, kind ui.Kind) {
		out = append(out, ui.Desc{Label: label, Value: text, Strong: true, Kind: kind})
	}
	if s.Owed > 0 {
		add("承租人还欠", s.Owed.String()+" 元", ui.Red)
	}
	if s.Refund > 0 {
		add("多收应退", s.Refund.String()+" 元", ui.Orange)
	}
	if s.Deposit > 0 {
		out = append(out, ui.Desc{Label: "押金", Value: s.Deposit.String() + " 元"})
	}
	if s.Credit > 0 {
		out = append(out, ui.Desc{Label: "已计收、退回或抵扣", Value: s.Credit.String() + " 元"})
	}
	if s.Dropped > 0 {
		out = append(out, ui.Desc{Label: "以后不再收", Value: fmt.Sprintf("%d 期，%s 元", s.Dropped, s.DroppedFen)})
	}
	return out
}

func settlementTable(list []schedule.Payment) ui.Table {
	t := ui.Table{Caption: "终止后的收款计划", Unit: "元", Dense: true, Columns: []ui.Column{
		{Label: "期次", Nowrap: true}, {Label: "所属期间"}, {Label: "应付日期", Nowrap: true}, {Label: "应收", Align: ui.Right}, {Label: "计算过程"},
	}, Empty: &ui.EmptyView{Icon: "calendar-due", Title: "没有收款计划", Text: "到终止日没有要收的款项。"}}
	for _, x := range list {
		r := ui.Row{Cells: []ui.Cell{
			ui.T("第 " + strconv.Itoa(x.Seq) + " 期"), ui.T(x.From.String() + " 至 " + x.To.String()), ui.T(x.Due.String()), ui.T(x.Amount.String()), {Text: x.Why, Muted: true},
		}}
		if x.Adjusts {
			r.Kind = ui.Orange
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}

// The spans of days before their end that the list of renewals offers.
var spans = []int{30, 60, 90, 180, 365}

const (
	usualSpan = 90
	longPast  = 3650 // days that a contract may have run over its end and still be listed
)

// renewals lists the contracts that run out, or have run over their end, by their last day.
func (p *pages) renewals(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	days, err := strconv.Atoi(c.Query("days"))
	if err != nil || !slices.Contains(spans, days) {
		days = usualSpan
	}
	ranges, err := c.Shell.Regions.Ranges(c.Context(), c.Scope)
	if err != nil {
		return err
	}
	list, err := contract.Ending(c.Context(), p.read(), tenant, ranges, c.AsOf.AddDays(-longPast), c.AsOf.AddDays(days))
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(ct contract.Contract) bool { return !c.Who.Can("contract:"+access.View, ct.Region) })
	sel := ui.FilterSelect{Name: "days", Label: "到期时间"}
	for _, n := range spans {
		sel.Options = append(sel.Options, ui.Option{Value: strconv.Itoa(n), Label: strconv.Itoa(n) + " 天以内", Selected: n == days})
	}
	tenants := make([]ids.ID, len(list))
	for i := range list {
		tenants[i] = list[i].PartyB
	}
	names := keys(c, p.env, "party", tenants...)
	t := ui.Table{Caption: "到期续签", Columns: []ui.Column{
		{Label: "合同编号", Nowrap: true}, {Label: "名称"}, {Label: "村"}, {Label: "承租人"}, {Label: "到期日期", Nowrap: true}, {Label: "还有", Nowrap: true}, {Label: "年化金额（元）", Align: ui.Right}, {Label: "办理", NoPrint: true},
	}, Empty: &ui.EmptyView{Icon: "calendar-due", Title: "这段时间没有到期的合同", Text: "换一个时间范围，或在上方换一个地区。"}}
	for i := range list {
		ct := &list[i]
		left := ct.LastDay().Sub(c.AsOf)
		badge := ui.BadgeView{Text: strconv.Itoa(left) + " 天", Kind: ui.Orange}
		kind := ui.Kind("")
		if left < 0 {
			badge, kind = ui.BadgeView{Text: "已过 " + strconv.Itoa(-left) + " 天", Kind: ui.Red}, ui.Red
		}
		row := ui.Row{Kind: kind, Cells: []ui.Cell{
			{Text: ct.No, Href: "/contracts/" + ct.ID.String()}, ui.T(ct.Name), ui.T(c.RegionName(ct.Region)), ui.T(names[i]), ui.T(ct.LastDay().String()), {Badge: &badge}, ui.T(ct.Annual.String()), {},
		}}
		if c.Who.Can(contractEdit, ct.Region) {
			row.Cells[7] = ui.Cell{Text: "续签", Href: renewHref(c, p.env, ct)}
		}
		t.Rows = append(t.Rows, row)
	}
	page := c.PageOf("到期续签", ui.Link{Label: "合同", Href: "/contracts"}, ui.Link{Label: "到期续签"})
	page.Subtitle = c.ScopeName() + "　截至 " + c.AsOf.Chinese()
	page.Actions = ui.PrintButton()
	return c.Page(page, renewalsBody(ui.FilterView{Action: "/contract-renewals", NoQ: true, Selects: []ui.FilterSelect{sel}}, t))
}
