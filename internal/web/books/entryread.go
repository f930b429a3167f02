package books

import (
	"strconv"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/calc"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/web/shell"
)

// draft reads the voucher of the path, which the person must be allowed to change.
func (p *pages) draft(c *shell.Ctx) (*ledger.Voucher, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, err
	}
	id, err := c.ID()
	if err != nil {
		return nil, err
	}
	v, err := p.l.Get(c.Context(), c.Who, tenant, id)
	if err != nil {
		return nil, err
	}
	return v, c.Who.Require(voucherEdit, v.Region)
}

// fill reads the texts into the voucher and returns the row in the form of each of its lines. What cannot be read is
// noted in f.Errs.
func (p *pages) fill(c *shell.Ctx, tenant int64, f *entry, v *ledger.Voucher) ([]int, error) {
	v.Kind, v.Lines, v.Summary = f.Kind, nil, ""
	id, err := ids.Parse(f.Books)
	if err != nil {
		f.Errs["books"] = "请选择账套"
		return nil, nil
	}
	v.Books = id
	b, err := p.l.Books.Get(c.Context(), c.Who, tenant, id)
	if err != nil {
		return nil, err
	}
	if err := c.Who.Require(voucherEdit, b.Region); err != nil {
		return nil, err
	}
	if v.Date, err = date.Parse(f.Date); err != nil {
		f.Errs["date"] = errs.Message(err)
	}
	v.Attachments = 0
	if f.Attachments != "" {
		if v.Attachments, err = strconv.Atoi(f.Attachments); err != nil {
			f.Errs["attachments"] = "请填写张数，如 2"
		}
	}
	ch, err := p.chart(c, id, 0)
	if err != nil {
		return nil, err
	}
	var rows []int
	for i := range f.Lines {
		if f.Lines[i].empty() {
			continue
		}
		x, err := p.fillLine(c, tenant, f, i, v.Books, ch)
		if err != nil {
			return nil, err
		}
		v.Lines = append(v.Lines, x)
		rows = append(rows, i)
	}
	return rows, nil
}

func (p *pages) fillLine(c *shell.Ctx, tenant int64, f *entry, i int, books ids.ID, ch *chart) (ledger.Line, error) {
	in := &f.Lines[i]
	x := ledger.Line{Summary: in.Summary}
	code, err := p.resolve(c, tenant, books, ch, in.Account)
	if err != nil {
		return x, err
	}
	in.Account, x.Account = code, code
	for _, side := range []struct {
		name, text string
		to         *money.Fen
	}{{"debit", in.Debit, &x.Debit}, {"credit", in.Credit, &x.Credit}} {
		if side.text == "" {
			continue
		}
		if *side.to, err = calc.Amount(side.text); err != nil {
			f.Errs[lineName(i, side.name)] = errs.Message(err)
		}
	}
	for d := range ledger.Dimensions {
		text := in.Dims[d]
		if text == "" {
			continue
		}
		n, ok := p.env.Noun(ledger.Dimensions[d].Kind)
		if !ok {
			f.Errs[lineName(i, ledger.Dimensions[d].Name)] = "这里还没有登记" + ledger.Dimensions[d].Label + "，请清空"
			continue
		}
		id, err := n.Lookup(c.Context(), p.read(), tenant, text)
		switch {
		case errs.Is(err, errs.NotFound):
			f.Errs[lineName(i, ledger.Dimensions[d].Name)] = "没有找到" + n.Info().Label + "“" + text + "”，请从候选中选择，或先登记"
		case err != nil:
			return x, err
		}
		*ledger.Dimensions[d].At(&x) = id
	}
	return x, nil
}

// resolve finds the account that a text means: its code, its name, or the only one that matches. What means none is
// left as typed, for the ledger to refuse.
func (p *pages) resolve(c *shell.Ctx, tenant int64, books ids.ID, ch *chart, text string) (string, error) {
	if _, ok := ch.get(text); ok || text == "" {
		return text, nil
	}
	first, _, _ := strings.Cut(text, " ") // “102 银行存款”
	if _, ok := ch.get(first); ok {
		return first, nil
	}
	found, err := ledger.SuggestAccounts(c.Context(), p.read(), tenant, books, text, 2)
	if err != nil {
		return "", err
	}
	for _, a := range found {
		if a.Name == text || len(found) == 1 && strings.Trim(text, "0123456789") != "" {
			return a.Code, nil
		}
	}
	return text, nil
}
