package books

import (
	"cmp"
	"slices"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// Children finds the vouchers behind a record of a figure's lineage.
type Children struct{ p *pages }

// NewChildren returns it.
func NewChildren(s *shell.Shell, l *ledger.Ledger) *Children {
	return &Children{&pages{env: s.Env, l: l}}
}

// maxChildren is how many vouchers are listed behind one record.
const maxChildren = 100

// dimensionOf names the dimension of a line that a kind of record is.
var dimensionOf = map[string]string{"party": "party", "contract": "contract", "asset": "asset", "joint": "project"}

// Has says for which kinds there can be vouchers.
func (ch *Children) Has(kind string) bool { return kind == "books" || dimensionOf[kind] != "" }

// Of lists the posted vouchers behind a record up to the day that is looked at, as far as the person may see them:
// the lines that belong to it, newest first; for books the year's income, largest first.
func (ch *Children) Of(c *shell.Ctx, kind string, id ids.ID) ([]ui.LineageChild, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, err
	}
	if kind == "books" {
		return ch.p.incomeVouchers(c, tenant, id)
	}
	dim := dimensionOf[kind]
	if dim == "" {
		return nil, nil
	}
	list, err := ledger.LinesOf(c.Context(), ch.p.read(), tenant, dim, id)
	if err != nil {
		return nil, err
	}
	var out []ui.LineageChild
	for _, e := range slices.Backward(list) {
		if len(out) == maxChildren {
			break
		}
		if e.Date.After(c.AsOf) || !c.Who.Can(voucherView, e.Region) {
			continue
		}
		side, fen := "借", e.Debit
		if fen == 0 {
			side, fen = "贷", e.Credit
		}
		out = append(out, child(&e, e.Summary+" · "+side+" "+e.AccountName, fen))
	}
	return out, nil
}

func child(e *ledger.Entry, title string, fen money.Fen) ui.LineageChild {
	v := ui.LineageChild{Date: e.Date.String(), Title: title, Amount: fen.String(), No: e.FullNo, Href: "/vouchers/" + e.Voucher.String()}
	if e.Sample {
		v.Badge = &ui.BadgeView{Text: "示例", Kind: ui.Grey}
	}
	return v
}

// incomeVouchers lists what books took in during the year, the largest vouchers first.
func (p *pages) incomeVouchers(c *shell.Ctx, tenant int64, id ids.ID) ([]ui.LineageChild, error) {
	b, err := p.l.Books.Get(c.Context(), c.Who, tenant, id)
	if err != nil {
		return nil, err
	}
	if err := c.Who.Require(voucherView, b.Region); err != nil {
		return nil, err
	}
	ch, err := p.chart(c, id, 0)
	if err != nil {
		return nil, err
	}
	seen := map[ids.ID]bool{}
	var list []ledger.Voucher
	for _, a := range ch.list {
		if a.Class != ledger.Income || len(a.Code) != 3 {
			continue
		}
		found, err := ledger.VouchersOf(c.Context(), p.read(), tenant, id, a.Code, c.Year)
		if err != nil {
			return nil, err
		}
		for _, v := range found {
			if !seen[v.ID] && v.Kind != ledger.Closing && !v.Date.After(c.AsOf) {
				seen[v.ID] = true
				list = append(list, v)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b ledger.Voucher) int { return cmp.Compare(b.Total.Abs(), a.Total.Abs()) })
	type taken struct {
		fen money.Fen
		e   ledger.Entry
	}
	var all []taken
	for _, v := range list[:min(len(list), maxChildren)] {
		lines, err := ledger.LinesOfVoucher(c.Context(), p.read(), tenant, v.ID)
		if err != nil {
			return nil, err
		}
		var t taken
		for _, e := range lines {
			if a, ok := ch.get(e.Account); ok && a.Class == ledger.Income {
				t.fen += e.Credit - e.Debit
				t.e = e
			}
		}
		all = append(all, t)
	}
	slices.SortStableFunc(all, func(a, b taken) int { return cmp.Compare(b.fen, a.fen) })
	out := make([]ui.LineageChild, len(all))
	for i := range all {
		out[i] = child(&all[i].e, all[i].e.Summary, all[i].fen)
	}
	return out, nil
}
