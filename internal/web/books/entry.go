package books

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/calc"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/record"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

const (
	firstRows   = 6   // empty rows that a new voucher starts with
	moreRows    = 4   // rows that “再加几行” adds
	mostRows    = 520 // rows that a form may send
	mostBooks   = 500 // books that the choice lists
	cookieBooks = "hc_books"
)

// choices lists the books that the person may keep, within the place that is looked at.
func (p *pages) choices(c *shell.Ctx, tenant int64) ([]ledger.Books, error) {
	page, _, err := p.l.Books.List(c.Context(), c.Who, tenant, record.Filter{Scope: c.Scope, Page: db.Paging{Sort: "region", Limit: mostBooks}})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(page.Items, func(b ledger.Books) bool { return !c.Who.Can(voucherEdit, b.Region) }), nil
}

// takes reports whether books are kept in a month, for a sensible first choice; the ledger decides.
func takes(b *ledger.Books, m date.Month) bool {
	return b.From <= m && (b.To == 0 || m <= b.To) && (b.Chart != ledger.Chart2004 || m.Year() < 2024)
}

func (p *pages) newEntry(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	f := entry{Key: c.FormKey(), Date: c.AsOf.String(), Kind: ledger.Ordinary, Attachments: "0", Lines: make([]entryLine, firstRows)}
	if d, err := date.Parse(c.Query("date")); err == nil {
		f.Date = d.String()
	}
	list, err := p.choices(c, tenant)
	if err != nil {
		return err
	}
	if c.Query("copy") != "" {
		return p.copyEntry(c, tenant)
	}
	f.Books = p.firstBooks(c, list, f.Date)
	return p.entryPage(c, http.StatusOK, &f)
}

// firstBooks is the choice to start with: what the address says, the books used last, or the first that are kept then.
func (p *pages) firstBooks(c *shell.Ctx, list []ledger.Books, day string) string {
	want := []string{c.Query("books")}
	if ck, err := c.R.Cookie(cookieBooks); err == nil {
		want = append(want, ck.Value)
	}
	for _, id := range want {
		if slices.ContainsFunc(list, func(b ledger.Books) bool { return id != "" && b.ID.String() == id }) {
			return id
		}
	}
	d, err := date.Parse(day)
	if err != nil {
		return ""
	}
	for i := range list {
		if takes(&list[i], d.YearMonth()) {
			return list[i].ID.String()
		}
	}
	return ""
}

func (p *pages) editEntry(c *shell.Ctx) error {
	v, err := p.draft(c)
	if err != nil {
		return err
	}
	if v.State != ledger.Draft {
		return c.Redirect("/vouchers/" + v.ID.String())
	}
	f, err := p.entryOf(c, v)
	if err != nil {
		return err
	}
	if v.Corrects != 0 {
		return p.editCorrection(c, v, f)
	}
	return p.entryPage(c, http.StatusOK, f)
}

// editCorrection shows the form of a correction with what its accounts ask for by now beside the cells.
func (p *pages) editCorrection(c *shell.Ctx, v *ledger.Voucher, f *entry) error {
	f.Hint = "这是订正凭证的草稿，分录照原凭证填好；请改正后保存。"
	err := p.l.Wanting(c.Context(), v)
	if err == nil {
		return p.entryPage(c, http.StatusOK, f)
	}
	e := errs.As(err)
	if e == nil || !mendable(err) {
		return err
	}
	rows := make([]int, len(v.Lines))
	for i := range rows {
		rows[i] = i
	}
	f.Errs = map[string]string{}
	f.blame(e, rows)
	return p.again(c, f, http.StatusOK)
}

// entryOf is the form of a voucher as it stands.
func (p *pages) entryOf(c *shell.Ctx, v *ledger.Voucher) (*entry, error) {
	f := &entry{
		ID: v.ID, Version: v.Version, Key: c.FormKey(), Title: v.FullNo, Books: v.Books.String(), Date: v.Date.String(), Kind: v.Kind, Attachments: strconv.Itoa(v.Attachments),
	}
	names := make([]map[ids.ID]string, len(ledger.Dimensions))
	for d := range ledger.Dimensions {
		var want []ids.ID
		for i := range v.Lines {
			if id := *ledger.Dimensions[d].At(&v.Lines[i]); id != 0 {
				want = append(want, id)
			}
		}
		var err error
		if names[d], err = p.names(c, ledger.Dimensions[d].Kind, want); err != nil {
			return nil, err
		}
	}
	for i := range v.Lines {
		x := &v.Lines[i]
		l := entryLine{Summary: x.Summary, Account: x.Account, Debit: plain(x.Debit), Credit: plain(x.Credit)}
		if l.Summary == "" {
			l.Summary = v.Summary
		}
		for d := range ledger.Dimensions {
			l.Dims[d] = names[d][*ledger.Dimensions[d].At(x)]
		}
		f.Lines = append(f.Lines, l)
	}
	f.pad(1)
	return f, nil
}

func (p *pages) saveNew(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	f := typed(c)
	return p.save(c, tenant, &f, &ledger.Voucher{})
}

func (p *pages) saveEdit(c *shell.Ctx) error {
	v, err := p.draft(c)
	if err != nil {
		return err
	}
	f := typed(c)
	f.ID, f.Title, f.Books = v.ID, v.FullNo, v.Books.String()
	now := v.Version
	v.Version = f.Version
	err = p.save(c, c.Tenant, &f, v)
	if errs.Is(err, errs.Stale) {
		f.Version = now
		f.Top = []ui.FieldError{{Text: "别人先保存了这张草稿。请先打开凭证看看现在的内容；再点“保存草稿”，将以您填写的为准。"}}
		return p.entryPage(c, http.StatusConflict, &f)
	}
	return err
}

// save stores the draft, or shows the form again with everything that was typed and what is wrong beside it.
func (p *pages) save(c *shell.Ctx, tenant int64, f *entry, v *ledger.Voucher) error {
	if c.Form("more") != "" {
		f.pad(moreRows)
		return p.entryPage(c, http.StatusOK, f)
	}
	rows, err := p.fill(c, tenant, f, v)
	if err != nil {
		return err
	}
	if len(f.Errs) > 0 {
		return p.again(c, f, http.StatusUnprocessableEntity)
	}
	id, err := p.l.SaveDraft(c.Context(), c.Who, tenant, f.Key, v)
	if err != nil {
		e := errs.As(err)
		if e == nil || e.Kind == errs.Stale || !mendable(err) {
			return err
		}
		f.blame(e, rows)
		f.Key = c.FormKey()
		return p.again(c, f, shell.Status(err))
	}
	c.SetCookie(cookieBooks, f.Books, rememberBooks)
	if c.Form("next") != "" {
		return c.Done("/vouchers/new?books="+f.Books+"&date="+f.Date, "已保存草稿，请接着填下一张")
	}
	return c.Done("/vouchers/"+id.String(), "已保存草稿，请由他人审核")
}

func (p *pages) again(c *shell.Ctx, f *entry, status int) error {
	f.pad(1)
	add := func(name, label string) {
		if msg := f.Errs[name]; msg != "" {
			f.Top = append(f.Top, ui.FieldError{Name: name, Label: label, Text: msg})
		}
	}
	add("books", "账套")
	add("date", "日期")
	add("kind", "凭证字")
	add("attachments", "附单据")
	inputs := [][2]string{{"summary", "摘要"}, {"account", "科目"}, {"debit", "借方"}, {"credit", "贷方"}}
	for _, d := range ledger.Dimensions {
		inputs = append(inputs, [2]string{d.Name, d.Label})
	}
	for i := range f.Lines {
		for _, in := range inputs {
			add(lineName(i, in[0]), fmt.Sprintf("第 %d 行%s", i+1, in[1]))
		}
	}
	return p.entryPage(c, status, f)
}

// entryPage shows the form.
func (p *pages) entryPage(c *shell.Ctx, status int, f *entry) error {
	list, err := p.choices(c, c.Tenant)
	if err != nil {
		return err
	}
	title := "填制凭证"
	crumbs := []ui.Link{{Label: "凭证", Href: "/vouchers"}}
	if f.ID != 0 {
		title = "修改草稿"
		crumbs = append(crumbs, ui.Link{Label: f.Title, Href: f.cancel()})
	}
	view := c.PageOf(title, append(crumbs, ui.Link{Label: title})...)
	if len(list) == 0 && f.ID == 0 {
		return c.PageStatus(status, view, noBooksBody(c.Who.CanSome(booksEdit)))
	}
	for i := range list {
		b := &list[i]
		f.Choices = append(f.Choices, ui.Option{Value: b.ID.String(), Label: b.Name, Selected: b.ID.String() == f.Books})
	}
	if err := p.decorate(c, f); err != nil {
		return err
	}
	if f.ID == 0 {
		view.Actions = ui.Buttons(p.entryButtons(c, f)...)
	}
	return c.PageStatus(status, view, entryBody(f))
}

// decorate adds what is worked out from the texts: the accounts' names and balances, the totals.
func (p *pages) decorate(c *shell.Ctx, f *entry) error {
	books, err := ids.Parse(f.Books)
	if err == nil {
		names, err := p.names(c, "books", []ids.ID{books})
		if err != nil {
			return err
		}
		f.BooksName = names[books]
		month := c.AsOf.YearMonth()
		if d, err := date.Parse(f.Date); err == nil {
			month = d.YearMonth()
		}
		ch, err := p.chart(c, books, month)
		if err != nil {
			return err
		}
		for i := range f.Lines {
			if code := f.Lines[i].Account; code != "" && ch.path(code) != "" {
				if _, ok := ch.get(code); ok {
					f.Lines[i].Hint = ch.path(code) + "　" + ch.balance(code)
				}
			}
		}
	}
	var debit, credit money.Fen
	for i := range f.Lines {
		if d, err := calc.Amount(f.Lines[i].Debit); err == nil {
			debit += d
		}
		if d, err := calc.Amount(f.Lines[i].Credit); err == nil {
			credit += d
		}
	}
	f.Debit, f.Credit, f.Balanced = debit.String(), credit.String(), debit == credit && debit != 0
	switch {
	case f.Balanced:
		f.Capital = debit.Capital()
	case debit > credit:
		f.Diff = "差额：贷方少 " + (debit - credit).String()
	case debit < credit:
		f.Diff = "差额：借方少 " + (credit - debit).String()
	}
	return nil
}

// entryButtons are the other ways to a voucher.
func (p *pages) entryButtons(c *shell.Ctx, f *entry) []ui.Button {
	out := []ui.Button{{Label: "用模板填制", Icon: "list-details", Href: "/voucher-templates?books=" + f.Books}}
	if d, err := date.Parse(f.Date); err == nil && f.Books != "" {
		last := d.YearMonth().Prev()
		out = append(out, ui.Button{Label: "复制上月凭证", Icon: "copy", Href: "/vouchers/search?books=" + f.Books + "&from=" + last.First().String() + "&to=" + last.Last().String()})
	}
	if c.Who.CanSome(voucherPost) {
		out = append(out, ui.Button{Label: "从表格导入", Icon: "upload", Href: "/vouchers/import"})
	}
	return out
}

// copyEntry shows a new voucher with the lines of another one, on the day that is looked at.
func (p *pages) copyEntry(c *shell.Ctx, tenant int64) error {
	id, err := ids.Parse(c.Query("copy"))
	if err != nil {
		return errs.Wrap(err, errs.NotFound, "id", "没有找到要复制的凭证；请检查地址")
	}
	v, err := p.l.Get(c.Context(), c.Who, tenant, id)
	if err != nil {
		return err
	}
	if err := c.Who.Require(voucherEdit, v.Region); err != nil {
		return err
	}
	hint := "已复制 " + v.FullNo + " 的分录，请改好日期、摘要和金额后保存。"
	for i := range v.Lines { // a red-letter voucher is copied as what it undid
		if x := &v.Lines[i]; v.Reverses != 0 {
			x.Debit, x.Credit = x.Debit.Neg(), x.Credit.Neg()
		}
	}
	v.Attachments, v.Date = 0, p.entryDay(c, v)
	return p.proposed(c, v, hint)
}

// entryDay is the day of a copy: the one of the address, or the same day of the month that is looked at.
func (p *pages) entryDay(c *shell.Ctx, v *ledger.Voucher) date.Date {
	if d, err := date.Parse(c.Query("date")); err == nil {
		return d
	}
	m := c.AsOf.YearMonth()
	return m.First().AddDays(min(v.Date.Day(), m.Last().Day()) - 1)
}
