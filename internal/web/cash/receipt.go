package cash

import (
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"huicun/internal/books/cash"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// paper is a receipt as it is printed.
type paper struct {
	No, Date, Payer, Summary, Capital, Amount, Method, Unit, Collector string
	Void                                                               string
	Sample                                                             bool
	Links                                                              []ui.Link
}

func (p *pages) paperPanel(c *shell.Ctx, r *cash.Receipt) (templ.Component, error) {
	units, err := p.names(c.Context(), c.Tenant, "party", []ids.ID{r.Party})
	if err != nil {
		return nil, err
	}
	v := paper{
		No: r.No, Date: r.Date.Chinese(), Payer: r.Payer, Summary: r.Summary, Capital: r.Amount.Capital(), Amount: r.Amount.String(), Method: methodLabel(r.Method),
		Unit: units[r.Party], Collector: r.Collector, Sample: r.Sample,
	}
	if r.State == cash.ReceiptVoid {
		v.Void = r.VoidReason
	}
	return paperBody(v), nil
}

// writing is the form of a new receipt.
type writing struct {
	texts map[string]string
	errs  map[string]string
	top   []ui.FieldError
	key   string
}

// mostBooks bounds the books that a person may choose from.
const mostBooks = 200

// issued lists the books in which the person may write, within the place that is looked at.
func (p *pages) issued(c *shell.Ctx, tenant int64) ([]cash.Book, error) {
	page, _, err := p.c.Books.List(c.Context(), c.Who, tenant, record.Filter{Scope: c.Scope, Eq: map[string]string{"state": cash.BookIssued}, Page: db.Paging{Sort: "no", Limit: mostBooks}})
	if err != nil {
		return nil, err
	}
	list := slices.DeleteFunc(page.Items, func(b cash.Book) bool { return !c.Who.Can(receiptEdit, b.Region) })
	for i := range list {
		b, err := p.c.Books.Get(c.Context(), c.Who, tenant, list[i].ID)
		if err != nil {
			return nil, err
		}
		list[i] = *b
	}
	return slices.DeleteFunc(list, func(b cash.Book) bool { return b.Next() == "" }), nil
}

func (p *pages) writeForm(c *shell.Ctx) error {
	f := writing{texts: map[string]string{"date": c.AsOf.String(), "method": cash.Cashed}, key: c.FormKey()}
	for _, name := range []string{"book", "payer", "summary", "amount", "account", "contract", "method"} {
		if v := c.Query(name); v != "" {
			f.texts[name] = v
		}
	}
	return p.writePage(c, http.StatusOK, f)
}

// written are the fields of the form, in their order.
var written = []string{"book", "date", "payer", "summary", "amount", "method", "account", "into", "contract", "payer_party", "collector"}

func (p *pages) write(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	f := writing{texts: map[string]string{}, errs: map[string]string{}, key: c.Form("_key")}
	if len(f.key) < 16 || len(f.key) > 64 {
		f.key = c.FormKey()
	}
	for _, name := range written {
		f.texts[name] = c.Form(name)
	}
	r := new(cash.Receipt)
	err = p.c.Receipts.SetTexts(c.Context(), p.env.ForTenant(tenant), c.Scope, r, f.texts)
	var id ids.ID
	if err == nil {
		r.Note = c.Form("note")
		id, err = p.c.Receipts.Create(c.Context(), c.Who, tenant, f.key, r)
	}
	if err == nil {
		return c.Done("/receipts/"+id.String(), "收据已开具，凭证已生成，待镇代理会计审核")
	}
	e := errs.As(err)
	if e == nil || e.Kind == errs.Internal || e.Kind == errs.NotFound {
		return err
	}
	if len(e.Fields) == 0 {
		f.top = append(f.top, ui.FieldError{Text: e.Msg})
	}
	for _, fe := range e.Fields {
		if !slices.Contains(written, fe.Name) {
			f.top = append(f.top, ui.FieldError{Text: fe.Msg})
			continue
		}
		f.errs[fe.Name] = fe.Msg
		f.top = append(f.top, ui.FieldError{Name: fe.Name, Label: label(p.c.Receipts.Fields, fe.Name), Text: fe.Msg})
	}
	return p.writePage(c, shell.Status(err), f)
}

func label(fields []field.Field[cash.Receipt], name string) string {
	for i := range fields {
		if fields[i].Name == name {
			return fields[i].Label
		}
	}
	return ""
}

// write page: the book with its next number first, what is asked of everybody next, the rest folded away.
func (p *pages) writePage(c *shell.Ctx, status int, f writing) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	books, err := p.issued(c, tenant)
	if err != nil {
		return err
	}
	page := c.PageOf("开收据", ui.Link{Label: "收据", Href: "/receipts"}, ui.Link{Label: "开收据"})
	if len(books) == 0 {
		return c.PageStatus(status, page, ui.EmptyState(ui.EmptyView{
			Icon: "receipt", Title: "没有使用中的收据本", Text: "收据本由镇里登记、发放；领用后才能开收据。", Buttons: []ui.Button{{Label: "看收据本", Href: "/receipt-books"}},
		}))
	}
	book := &books[0]
	if i := slices.IndexFunc(books, func(b cash.Book) bool { return b.No == f.texts["book"] }); i >= 0 {
		book = &books[i]
	}
	f.texts["book"] = book.No
	day, err := date.Parse(f.texts["date"])
	if err != nil {
		day = c.AsOf
	}
	accounts, err := p.accounts(c, tenant, book.Party, day)
	if err != nil {
		return err
	}
	v := writeView{Form: ui.FormView{ID: "receipt", Action: "/receipts/write", Errors: f.top, Hidden: []ui.Hidden{{Name: "_key", Value: f.key}}}, Next: book.Next(), Left: book.Left()}
	in := func(name string) ui.Field {
		fd := p.c.Receipts.Fields[slices.IndexFunc(p.c.Receipts.Fields, func(x field.Field[cash.Receipt]) bool { return x.Name == name })]
		return ui.Field{Name: name, Label: fd.Label, Value: f.texts[name], Help: fd.Note, Error: f.errs[name], Required: fd.Required, MaxLength: fd.Max, Placeholder: fd.Example}
	}
	b := in("book")
	for i := range books {
		b.Options = append(b.Options, ui.Option{Value: books[i].No, Label: books[i].No + "（下一号 " + books[i].Next() + "）", Selected: books[i].No == book.No})
	}
	method := in("method")
	for _, m := range cash.Methods {
		method.Options = append(method.Options, ui.Option{Value: m.Code, Label: m.Label, Selected: f.texts["method"] == m.Code || f.texts["method"] == m.Label})
	}
	account := in("account")
	account.Options, account.Help = choices(accounts, f.texts["account"], func(a ledger.Account) bool { return !ledger.IsCash(a.Code) && a.Class != ledger.Expense }), "这笔钱是什么收入，或抵哪一笔往来"
	account.Placeholder = ""
	into := in("into")
	into.Options, into.Placeholder = choices(accounts, f.texts["into"], func(a ledger.Account) bool { return ledger.IsCash(a.Code) }), "按收款方式自动选择"
	contract, payer := in("contract"), in("payer_party")
	contract.Ref, payer.Ref = "contract", "party"
	v.Main = []templ.Component{
		ui.SelectField(b), ui.DateField(in("date")), ui.TextField(in("payer")), ui.TextField(in("summary")), ui.MoneyField(in("amount")), ui.RadioGroup(method), ui.SelectField(account),
	}
	v.More = []templ.Component{ui.ComboField(contract), ui.ComboField(payer), ui.SelectField(into), ui.TextField(in("collector"))}
	for _, name := range []string{"contract", "payer_party", "into", "collector"} {
		v.Open = v.Open || f.texts[name] != "" || f.errs[name] != ""
	}
	return c.PageStatus(status, page, writeBody(v))
}

// accounts are those of the books of a unit in which an entry of the day would stand; none when there are no such books.
func (p *pages) accounts(c *shell.Ctx, tenant int64, unit ids.ID, day date.Date) ([]ledger.Account, error) {
	books, err := ledger.BooksAt(c.Context(), p.env.DB.Read(), tenant, unit, day.YearMonth())
	if errs.Is(err, errs.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return ledger.Accounts(c.Context(), p.env.DB.Read(), tenant, books.ID)
}

// choices are the accounts that take entries and satisfy a condition: income first, then what is owed and the rest.
func choices(list []ledger.Account, chosen string, ok func(ledger.Account) bool) []ui.Option {
	var income, rest []ui.Option
	for _, a := range list {
		if !a.Leaf || !a.Active || !ok(a) {
			continue
		}
		o := ui.Option{Value: a.Code, Label: a.Code + " " + a.Name, Selected: chosen == a.Code || strings.HasPrefix(chosen, a.Code+" ") || chosen == a.Name}
		if a.Class == ledger.Income {
			income = append(income, o)
			continue
		}
		rest = append(rest, o)
	}
	return append(income, rest...)
}
