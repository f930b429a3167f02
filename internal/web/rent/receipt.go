package rent

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/books/rent"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// entered are the fields of the form, in their order.
var entered = []string{"contract", "party", "kind", "date", "amount", "method", "payer", "slip", "account", "line", "note"}

var labels = map[string]string{
	"contract": "合同", "party": "付款方", "kind": "种类", "date": "日期", "amount": "金额", "method": "方式", "payer": "交款人", "slip": "收据（回单）号", "account": "入账科目", "line": "银行流水", "note": "备注",
}

// receiptForm is the form of a new receipt; a contract, an item or a statement line can be given.
func (p *pages) receiptForm(c *shell.Ctx) error {
	in := map[string]string{"date": c.AsOf.String(), "kind": rent.Rent, "method": rent.ByBank}
	for _, name := range entered {
		if v := c.Query(name); v != "" {
			in[name] = v
		}
	}
	var chosen []string
	if v := c.Query("item"); v != "" {
		chosen = []string{v}
	}
	return p.receiptPage(c, http.StatusOK, in, chosen, c.FormKey(), nil)
}

func (p *pages) receive(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	texts := map[string]string{}
	for _, name := range entered {
		texts[name] = c.Form(name)
	}
	chosen := c.R.PostForm["item"]
	in, err := p.parse(c, tenant, texts, chosen)
	var made ids.ID
	if err == nil {
		made, err = p.s.Receive(c.Context(), c.Who, tenant, c.Form("_key"), in)
	}
	switch {
	case err != nil && mendable(err):
		return p.receiptPage(c, statusOf(err), texts, chosen, c.FormKey(), err)
	case err != nil:
		return err
	}
	return c.Done("/rent-receipts/"+made.String(), "收款已登记，凭证已生成，待审核")
}

// parse reads the form; all mistakes are told at once.
func (p *pages) parse(c *shell.Ctx, tenant int64, texts map[string]string, chosen []string) (rent.Input, error) {
	in := rent.Input{Kind: texts["kind"], Method: texts["method"], Payer: field.Clean(texts["payer"], false), Slip: field.Clean(texts["slip"], false), Account: field.Clean(texts["account"], false), Note: field.Clean(texts["note"], true)}
	in.Account, _, _ = strings.Cut(in.Account, " ")
	var wrong errs.List
	var err error
	if in.Date, err = date.Parse(texts["date"]); err != nil {
		wrong.Add("date", "%s", errs.Message(err))
	}
	if in.Amount, err = money.Parse(texts["amount"]); err != nil {
		wrong.Add("amount", "%s", errs.Message(err))
	}
	for name, to := range map[string]struct {
		kind string
		id   *ids.ID
	}{"contract": {"contract", &in.Contract}, "party": {"party", &in.Party}, "line": {"bank_line", &in.Line}} {
		text := field.Clean(texts[name], false)
		n, ok := p.env.Noun(to.kind)
		if text == "" || !ok {
			continue
		}
		if *to.id, err = n.Lookup(c.Context(), p.read(), tenant, text); errs.Is(err, errs.NotFound) {
			wrong.Add(name, "没有找到“%s”", text)
		} else if err != nil {
			return in, err
		}
	}
	if in.Contract == 0 && texts["contract"] == "" {
		wrong.Add("contract", "请填写合同")
	}
	for _, s := range chosen {
		if id, err := ids.Parse(s); err == nil {
			in.Items = append(in.Items, id)
		}
	}
	return in, wrong.Err()
}

func (p *pages) receiptPage(c *shell.Ctx, status int, in map[string]string, chosen []string, key string, wrong error) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	v := formView{Action: "/rent-receipts/new", Key: key}
	mistakes := map[string]string{}
	if e := errs.As(wrong); e != nil {
		if len(e.Fields) == 0 {
			v.Errors = append(v.Errors, ui.FieldError{Text: shell.Sentence(wrong)})
		}
		for _, f := range e.Fields {
			mistakes[f.Name] = f.Msg
			fe := ui.FieldError{Text: f.Msg}
			if labels[f.Name] != "" {
				fe.Name, fe.Label = f.Name, labels[f.Name]
			}
			v.Errors = append(v.Errors, fe)
		}
	}
	if err := p.known(c, tenant, in, chosen, &v); err != nil {
		return err
	}
	options := func(list []field.Option, value string) []ui.Option {
		var out []ui.Option
		for _, o := range list {
			out = append(out, ui.Option{Value: o.Code, Label: o.Label, Selected: o.Code == value})
		}
		return out
	}
	f := func(name, kind string) ui.Field {
		return ui.Field{Name: name, Label: labels[name], Value: in[name], Error: mistakes[name], Type: kind}
	}
	add := func(x ui.Field) { v.Fields = append(v.Fields, x) }
	x := f("contract", "")
	x.Ref, x.Required, x.Help = "contract", true, "输入合同编号或名称"
	add(x)
	if len(v.Payers) > 1 {
		x = f("party", "select")
		x.Options, x.Help = v.Payers, "合同换过承租人：以前的欠款由原承租人付"
		add(x)
	}
	x = f("kind", "select")
	x.Options = options(rent.EntryKinds, in["kind"])
	add(x)
	x = f("date", "date")
	x.Required = true
	add(x)
	x = f("amount", "money")
	x.Required = true
	add(x)
	x = f("method", "select")
	x.Options = options(rent.Methods, in["method"])
	add(x)
	add(f("payer", ""))
	add(f("slip", ""))
	x = f("account", "")
	x.Help = "不填：现金记库存现金，转账记银行存款的第一个明细"
	add(x)
	x = f("line", "")
	x.Ref, x.Help = "bank_line", "由银行流水登记时填写；一笔流水登记一次"
	add(x)
	add(f("note", ""))
	page := c.PageOf("登记收款", ui.Link{Label: "合同收款", Href: "/rent-receipts"}, ui.Link{Label: "登记收款"})
	page.Subtitle = c.ScopeName()
	return c.PageStatus(status, page, receiptBody(v))
}

// known fills in what is known of the contract that was chosen; without one, the statement lines that may be receipts.
func (p *pages) known(c *shell.Ctx, tenant int64, in map[string]string, chosen []string, v *formView) error {
	n, ok := p.env.Noun("contract")
	if in["contract"] == "" || !ok {
		return p.proposals(c, tenant, v)
	}
	id, err := n.Lookup(c.Context(), p.read(), tenant, in["contract"])
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	ct, err := contract.Get(c.Context(), p.read(), tenant, id)
	if err != nil || !c.Who.Can(receiptEdit, ct.Region) {
		return err
	}
	items, err := rent.ItemsOf(c.Context(), p.read(), tenant, id, 0)
	if err != nil {
		return err
	}
	who, name, err := p.payer(c, ct, in, items, chosen, v)
	if err != nil {
		return err
	}
	items = slices.DeleteFunc(items, func(x rent.Item) bool { return x.Party != who })
	accounts, err := rent.AccountsOf(c.Context(), p.read(), tenant, id, who)
	if err != nil {
		return err
	}
	in["payer"] = cmp.Or(in["payer"], name)
	var open money.Fen
	v.Open = ui.Table{Caption: "未付清的款项", Unit: "元", Columns: []ui.Column{{Label: "选"}, {Label: "编号", Nowrap: true}, {Label: "所属期"}, {Label: "到期日"}, right("应收"), right("未收")}}
	for i := range items {
		x := &items[i]
		if x.Open() <= 0 {
			continue
		}
		open += x.Open()
		v.Open.Rows = append(v.Open.Rows, ui.Row{Cells: []ui.Cell{
			{Content: pick(x.ID.String(), slices.Contains(chosen, x.ID.String()))}, ui.T(x.No), ui.T(x.Title()), ui.T(x.Due.String()), ui.T(x.Amount.String()), openCell(x.Open()),
		}})
		if in["amount"] == "" && slices.Contains(chosen, x.ID.String()) {
			in["amount"] = x.Open().Plain()
		}
	}
	var held, deposit money.Fen
	receipts, err := rent.ReceiptsOf(c.Context(), p.read(), tenant, id, who)
	if err != nil {
		return err
	}
	for i := range receipts {
		held += receipts[i].Held()
	}
	for _, a := range accounts {
		deposit += a.Deposit
	}
	v.Facts = []ui.Desc{
		{Label: "合同", Value: ct.No + " " + ct.Name, Href: "/contracts/" + id.String()}, {Label: "付款方", Value: name, Href: path("/rent-statement", "party", name)},
		{Label: "未付清", Value: open.String() + " 元", Strong: true}, {Label: "预收", Value: held.String() + " 元"}, {Label: "已收押金", Value: deposit.String() + " 元", Sub: "合同约定 " + ct.Deposit.String() + " 元"},
	}
	return nil
}

// payer settles who pays: who was chosen, else the debtor of the chosen item, else party B of the day. Of a contract that changed hands the form
// offers all who may pay.
func (p *pages) payer(c *shell.Ctx, ct *contract.Contract, in map[string]string, items []rent.Item, chosen []string, v *formView) (ids.ID, string, error) {
	all, tenancies, err := rent.Payers(c.Context(), p.read(), ct)
	if err != nil {
		return 0, "", err
	}
	names, err := p.names(c.Context(), c.Tenant, "party", slices.Clone(all))
	if err != nil {
		return 0, "", err
	}
	day, err := date.Parse(in["date"])
	if err != nil {
		day = c.AsOf
	}
	who := contract.TenantOn(tenancies, day)
	for i := range items {
		if slices.Contains(chosen, items[i].ID.String()) {
			who = items[i].Party
			break
		}
	}
	for _, id := range all {
		if in["party"] != "" && names[id] == in["party"] {
			who = id
		}
	}
	for _, id := range all {
		v.Payers = append(v.Payers, ui.Option{Value: names[id], Label: names[id], Selected: id == who})
	}
	return who, names[who], nil
}

// mostProposals is how many statement lines the form proposes.
const mostProposals = 12

// proposals lists statement lines that may be receipts on contracts.
func (p *pages) proposals(c *shell.Ctx, tenant int64, v *formView) error {
	ranges, err := p.ranges(c, receiptEdit)
	if err != nil {
		return err
	}
	list, err := p.s.Proposals(c.Context(), p.read(), tenant, ranges, c.AsOf, mostProposals)
	if err != nil {
		return err
	}
	v.Lines = ui.Table{Caption: "可能的收款", Unit: "元", Columns: []ui.Column{{Label: "日期"}, {Label: "对方户名"}, {Label: "摘要"}, right("金额"), {Label: "可能是"}}}
	for i := range list {
		x := &list[i]
		row := ui.Row{Cells: []ui.Cell{ui.T(x.Line.Day.String()), ui.T(x.Line.Counterparty), ui.T(x.Line.Description), ui.T(x.Line.In.String()), {Text: x.ContractNo + " " + x.Name, Sub: x.Reason}}}
		row.Href = path("/rent-receipts/new", "contract", x.ContractNo, "item", x.Item.String(), "line", x.Line.No, "amount", x.Line.In.Plain(), "date", x.Line.Day.String(), "payer", x.Line.Counterparty, "slip", x.Line.Serial)
		v.Lines.Rows = append(v.Lines.Rows, row)
	}
	return nil
}

// receiptTools lists the vouchers of a receipt.
func (p *pages) receiptTools(c *shell.Ctx, r *rent.Receipt) (templ.Component, error) {
	return p.vouchers(c, r.ID)
}

// accountName says beside the code what the account is called.
func (p *pages) accountName(c *shell.Ctx, r *rent.Receipt) (map[string]string, error) {
	list, err := ledger.Accounts(c.Context(), p.read(), c.Tenant, r.Books)
	for i := range list {
		if list[i].Code == r.Account {
			return map[string]string{"account": list[i].Name}, err
		}
	}
	return nil, err
}

// coveredPanel lists what a receipt covers.
func (p *pages) coveredPanel(c *shell.Ctx, r *rent.Receipt) (templ.Component, error) {
	list, err := rent.CoveredBy(c.Context(), p.read(), c.Tenant, r.ID)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return p.coverTable(c, "核销的应收款项", list, func(a *rent.Allocation) ids.ID { return a.Item })
}

// coversPanel lists what covers an item.
func (p *pages) coversPanel(c *shell.Ctx, i *rent.Item) (templ.Component, error) {
	list, err := rent.CoversOf(c.Context(), p.read(), c.Tenant, i.ID)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return p.coverTable(c, "由哪些收款核销", list, func(a *rent.Allocation) ids.ID { return a.Source })
}

func (p *pages) coverTable(c *shell.Ctx, title string, list []rent.Allocation, of func(*rent.Allocation) ids.ID) (templ.Component, error) {
	t := ui.Table{Caption: title, Unit: "元", Columns: []ui.Column{{Label: "记录"}, {Label: "日期"}, right("金额")}}
	var all []ids.ID
	for i := range list {
		all = append(all, of(&list[i]))
	}
	label, href := map[ids.ID]string{}, map[ids.ID]string{}
	for _, kind := range []string{rent.KindItem, rent.KindReceipt, rent.KindWriteoff} {
		names, err := p.names(c.Context(), c.Tenant, kind, slices.Clone(all))
		if err != nil {
			return nil, err
		}
		n, ok := p.env.Noun(kind)
		if !ok {
			continue
		}
		for id, name := range names {
			label[id], href[id] = n.Info().Label+" "+name, n.Info().Path+"/"+id.String()
		}
	}
	for i := range list {
		x := &list[i]
		t.Rows = append(t.Rows, ui.Row{Href: href[of(x)], Cells: []ui.Cell{ui.T(label[of(x)]), ui.T(x.Date.String()), ui.T(x.Fen.String())}})
	}
	return card(title, strconv.Itoa(len(list))+" 笔", t), nil
}

// itemButtons lets an open item be received.
func (p *pages) itemButtons(c *shell.Ctx, i *rent.Item) []ui.Button {
	names, err := p.names(c.Context(), c.Tenant, "contract", []ids.ID{i.Contract})
	if err != nil || i.Open() <= 0 || !c.Who.Can(receiptEdit, i.Region) {
		return nil
	}
	return []ui.Button{{Label: "登记收款", Icon: "plus", Href: path("/rent-receipts/new", "contract", names[i.Contract], "item", i.ID.String()), Style: ui.Primary}}
}
