package rent

import (
	"context"
	"strings"

	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/record"
)

// Remains is what stands between a contract and its being settled (结清): what is still open, owed back to tenants or held for them, the
// deposits, and what was never billed though the books are billed. All tenants of the contract count.
type Remains struct {
	Open, Credit, Held, Deposit, Unbilled money.Fen
	Payments                              int // that were not billed
	Items                                 []Item
}

// None reports whether nothing remains.
func (r *Remains) None() bool {
	return r.Open == 0 && r.Credit == 0 && r.Held == 0 && r.Deposit == 0 && r.Payments == 0
}

// Text says what remains and what is to be done about it.
func (r *Remains) Text() string {
	var parts []string
	for _, x := range []struct {
		fen  money.Fen
		text string
	}{
		{r.Open, "应收款项未收 {} 元，请收款或经审批核销"}, {r.Credit, "应退承租人 {} 元，请退还或抵扣"}, {r.Held, "预收（多收）{} 元，请退还"}, {r.Deposit, "押金 {} 元，请退还或抵租金"},
	} {
		if x.fen != 0 {
			parts = append(parts, strings.ReplaceAll(x.text, "{}", x.fen.String()))
		}
	}
	if r.Payments > 0 {
		parts = append(parts, "还有没有计收的款项 "+r.Unbilled.String()+" 元，请先按月计收")
	}
	return strings.Join(parts, "；")
}

// lastOfDays is later than any payment.
var lastOfDays = date.Must("9999-12-31")

// RemainsOf works out what remains of a contract.
func RemainsOf(ctx context.Context, q db.Q, c *contract.Contract) (*Remains, error) {
	var r Remains
	items, err := ItemsOf(ctx, q, c.Tenant, c.ID, 0)
	if err != nil {
		return nil, err
	}
	for i := range items {
		switch open := items[i].Open(); {
		case open > 0:
			r.Open += open
			r.Items = append(r.Items, items[i])
		case open < 0:
			r.Credit -= open
		}
	}
	receipts, err := ReceiptsOf(ctx, q, c.Tenant, c.ID, 0)
	if err != nil {
		return nil, err
	}
	for i := range receipts {
		r.Held += receipts[i].Held()
	}
	accounts, err := AccountsOf(ctx, q, c.Tenant, c.ID, 0)
	if err != nil {
		return nil, err
	}
	for _, a := range accounts {
		r.Deposit += a.Deposit
	}
	return &r, r.unbilled(ctx, q, c)
}

// unbilled adds up what is left to bill, when the books of the collective are billed.
func (r *Remains) unbilled(ctx context.Context, q db.Q, c *contract.Contract) error {
	books, err := ledger.BooksOf(ctx, q, c.Tenant, c.PartyA)
	if err != nil || len(books) == 0 {
		return err
	}
	since, billed := books[0].From.First(), false
	for i := range books {
		since = earlier(since, books[i].From.First())
		runs, err := standing(ctx, q, c.Tenant, books[i].ID)
		if err != nil {
			return err
		}
		billed = billed || len(runs) > 0
	}
	if !billed {
		return nil
	}
	list, err := contract.UnbilledUntil(ctx, q, c.Tenant, []ids.ID{c.ID}, since, lastOfDays)
	for _, ch := range list[c.ID] {
		r.Payments++
		r.Unbilled += ch.Amount
	}
	return err
}

// guardSettling refuses to settle a contract of which something remains.
func (s *Service) guardSettling(e *record.Env) {
	n, ok := record.Of[contract.Contract](e, "contract")
	if !ok {
		return
	}
	n.Guards["settle"] = func(ctx context.Context, tx *db.Tx, c *contract.Contract) error {
		if err := contract.LockTerms(ctx, tx, c.PartyA); err != nil { // nobody bills it meanwhile
			return err
		}
		r, err := RemainsOf(ctx, tx, c)
		if err != nil || r.None() {
			return err
		}
		return errs.New(errs.State, "contract.unsettled", "合同 %s 还不能结清：%s", c.No, r.Text())
	}
}
