package rent

import (
	"context"
	"fmt"
	"slices"

	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/party"
)

// work is one transaction on the rent of books.
type work struct {
	s        *Service
	tx       *db.Tx
	books    *ledger.Books
	terms    Terms
	accounts accountsOf
	parties  map[ids.ID]*party.Party
}

// work reads what every event needs: the terms on the day and the accounts of the books, which are locked.
func (s *Service) work(ctx context.Context, tx *db.Tx, b *ledger.Books, day date.Date) (*work, error) {
	rules, err := LoadRules(ctx, tx, tx.Tenant)
	if err != nil {
		return nil, err
	}
	list, err := ledger.Accounts(ctx, tx, tx.Tenant, b.ID)
	if err != nil {
		return nil, err
	}
	return &work{s: s, tx: tx, books: b, terms: rules.At(b.Region, b.Chart, day), accounts: accountsOf{b.Chart, list}, parties: map[ids.ID]*party.Party{}}, nil
}

// account reads how a tenant stands on a contract; a new one stands at nothing.
func (w *work) account(ctx context.Context, c, p ids.ID, region string) (*Account, error) {
	list, err := accountsWhere(ctx, w.tx, db.NewWhere(w.tx.Tenant).And("contract_id = ?", c).And("party_id = ?", p))
	if err != nil {
		return nil, err
	}
	if len(list) > 0 {
		return list[0], nil
	}
	return &Account{Contract: c, Party: p, Region: region, fresh: true}, nil
}

// change is what an event moves: the account as it should be, cash and deposit that move with it.
type change struct {
	account       *Account
	contract      *contract.Contract
	earned        money.Fen // by which Earned was moved
	bank, deposit money.Fen
	into          string // the cash account
}

// linesPerVoucher bounds what one voucher of a run carries; a ledger takes 500.
const linesPerVoucher = 480

// book stores the accounts and drafts vouchers of what the ledger does not hold yet, under the record that it is made for.
func (w *work) book(ctx context.Context, source ids.ID, origin string, day date.Date, summary string, sample bool, list []*change) error {
	var lines []ledger.Line
	var postings []posting
	flush := func() error {
		if len(lines) == 0 {
			return nil
		}
		v := &ledger.Voucher{Books: w.books.ID, Date: day, Summary: summary, Origin: origin, OriginID: source, Lines: lines}
		v.Sample = sample
		lines = nil
		if err := w.s.ledger.DraftTx(ctx, w.tx, actor(w.tx), v); err != nil {
			return explain(err)
		}
		return insertVoucher(ctx, w.tx, source, v.ID)
	}
	for _, x := range list {
		d := x.account.Target(w.terms.Basis).minus(x.account.Booked)
		more, err := w.lines(ctx, x, d)
		if err != nil {
			return err
		}
		if len(lines)+len(more) > linesPerVoucher {
			if err := flush(); err != nil {
				return err
			}
		}
		lines = append(lines, more...)
		x.account.Booked = x.account.Booked.plus(d)
		if d != (Position{}) || x.earned != 0 {
			postings = append(postings, posting{x.account.Contract, x.account.Party, x.earned, d})
		}
	}
	if err := flush(); err != nil {
		return err
	}
	accounts := make([]*Account, len(list))
	for i := range list {
		accounts[i] = list[i].account
	}
	if err := saveAccounts(ctx, w.tx, accounts); err != nil {
		return err
	}
	return insertPostings(ctx, w.tx, source, postings)
}

// explain says what the ledger refuses about lines as a whole: they are not entered here.
func explain(err error) error {
	e := errs.As(err)
	if e == nil || len(e.Fields) == 0 {
		return err
	}
	text := ""
	for _, f := range e.Fields {
		if f.Name == "date" {
			return errs.OnField("date", "%s", f.Msg)
		}
		if text == "" {
			text = f.Msg
		}
	}
	return errs.New(errs.State, "rent.voucher", "凭证没有通过检查：%s", text)
}

// lines are the entries of a change.
func (w *work) lines(ctx context.Context, x *change, d Position) ([]ledger.Line, error) {
	p, err := w.party(ctx, x.account.Party)
	if err != nil {
		return nil, err
	}
	var out []ledger.Line
	add := func(account string, debit, credit money.Fen) {
		if debit < 0 || credit < 0 { // the other side, not a red figure
			debit, credit = credit.Neg(), debit.Neg()
		}
		if debit != 0 || credit != 0 {
			out = append(out, ledger.Line{Account: account, Debit: debit, Credit: credit, Party: x.account.Party, Contract: x.account.Contract})
		}
	}
	if x.bank != 0 {
		add(x.into, x.bank, 0)
		out[0].Contract, out[0].Party = 0, 0
	}
	owed := owes(p)
	if p != nil && p.Region != w.books.Region {
		owed = useReceivable
	}
	for _, part := range []struct {
		use           string
		debit, credit money.Fen
	}{
		{owed, d.Receivable, 0}, {useLoss, d.Loss, 0}, {usePrepaid, 0, d.Prepaid}, {useDeposit, 0, x.deposit}, {useIncome, 0, d.Income}, {useFee, 0, d.Fee},
	} {
		if part.debit == 0 && part.credit == 0 {
			continue
		}
		kind := ""
		if part.use == useIncome {
			kind = x.contract.Kind
		}
		code, err := w.accounts.find(part.use, kind)
		if err != nil {
			return nil, err
		}
		add(code, part.debit, part.credit)
	}
	return out, nil
}

func (w *work) party(ctx context.Context, id ids.ID) (*party.Party, error) {
	if p, ok := w.parties[id]; ok {
		return p, nil
	}
	p, err := party.Get(ctx, w.tx, w.tx.Tenant, id)
	w.parties[id] = p
	return p, err
}

// cover lets a receipt pay items in their order.
func (w *work) cover(ctx context.Context, r *Receipt, items []*Item) error {
	list, _ := allocate(r.Amount-r.Allocated, items)
	return w.keep(ctx, r, list)
}

// keep stores what a receipt covers.
func (w *work) keep(ctx context.Context, r *Receipt, list []cover) error {
	for _, x := range list {
		x.item.put(x.fen, r.Date)
		r.Allocated += x.fen
		if err := putAllocation(ctx, w.tx, r.ID, x.item.ID, r.Contract, r.Date, x.fen); err != nil {
			return err
		}
		if err := saveItem(ctx, w.tx, x.item); err != nil {
			return err
		}
	}
	return setAllocated(ctx, w.tx, r)
}

// uncover takes back what a receipt covers, or what a refund took from receipts.
func (w *work) uncover(ctx context.Context, r *Receipt) error {
	if r.Kind == Refund {
		list, err := allocationsOf(ctx, w.tx, w.tx.Tenant, r.ID)
		if err != nil {
			return err
		}
		for _, x := range list {
			if err := addAllocated(ctx, w.tx, x.Source, -x.Fen); err != nil {
				return err
			}
		}
		return deleteAllocations(ctx, w.tx, "item_id", r.ID)
	}
	if !r.pays() {
		return nil
	}
	list, err := allocationsBy(ctx, w.tx, w.tx.Tenant, r.ID)
	if err != nil {
		return err
	}
	items, err := itemsByID(ctx, w.tx, w.tx.Tenant, sources(list, func(x *Allocation) ids.ID { return x.Item }))
	if err != nil {
		return err
	}
	for i := range list {
		item := items[list[i].Item]
		if item == nil {
			return errs.New(errs.State, "rent.refunded", "这笔收款的一部分已经退还，请先作废那笔退款")
		}
		item.put(-list[i].Fen, date.Date{})
		if err := saveItem(ctx, w.tx, item); err != nil {
			return err
		}
	}
	r.Allocated = 0
	if err := setAllocated(ctx, w.tx, r); err != nil {
		return err
	}
	return deleteAllocations(ctx, w.tx, "source_id", r.ID)
}

func sources(list []Allocation, of func(*Allocation) ids.ID) []ids.ID {
	out := make([]ids.ID, len(list))
	for i := range list {
		out[i] = of(&list[i])
	}
	return out
}

// giveBack takes a refund from what receipts hold, the oldest first.
func (w *work) giveBack(ctx context.Context, r *Receipt) error {
	held, err := heldOf(ctx, w.tx, w.tx.Tenant, r.Contract, r.Party)
	if err != nil {
		return err
	}
	left := r.Amount
	for _, h := range held {
		part := min(left, h.Held())
		if part <= 0 {
			continue
		}
		left -= part
		if err := addAllocated(ctx, w.tx, h.ID, part); err != nil {
			return err
		}
		if err := putAllocation(ctx, w.tx, h.ID, r.ID, r.Contract, r.Date, part); err != nil {
			return err
		}
	}
	if left > 0 {
		return errs.OnField("amount", "预收只有 %s 元，不能退还 %s 元", r.Amount-left, r.Amount)
	}
	r.Allocated = r.Amount
	return setAllocated(ctx, w.tx, r)
}

// spend lets what is held, and credits, pay the open items of a tenant on a contract.
func (w *work) spend(ctx context.Context, c, p ids.ID) error {
	items, err := openOf(ctx, w.tx, w.tx.Tenant, c, p)
	if err != nil {
		return err
	}
	credits := slices.DeleteFunc(slices.Clone(items), func(i *Item) bool { return i.Amount > 0 })
	items = slices.DeleteFunc(items, func(i *Item) bool { return i.Amount < 0 })
	for _, credit := range credits {
		list, _ := allocate(-credit.Open(), items)
		for _, x := range list {
			x.item.put(x.fen, credit.Due)
			credit.put(-x.fen, credit.Due)
			if err := putAllocation(ctx, w.tx, credit.ID, x.item.ID, c, credit.Due, x.fen); err != nil {
				return err
			}
			if err := putAllocation(ctx, w.tx, x.item.ID, credit.ID, c, credit.Due, -x.fen); err != nil {
				return err
			}
			if err := saveItem(ctx, w.tx, x.item); err != nil {
				return err
			}
		}
		if len(list) > 0 {
			if err := saveItem(ctx, w.tx, credit); err != nil {
				return err
			}
		}
	}
	held, err := heldOf(ctx, w.tx, w.tx.Tenant, c, p)
	if err != nil {
		return err
	}
	for _, r := range held {
		if err := w.cover(ctx, r, items); err != nil {
			return err
		}
	}
	return nil
}

// takeBack withdraws the vouchers of a record and takes what it booked off the accounts.
func (w *work) takeBack(ctx context.Context, source ids.ID, accounts []*Account, reason string) error {
	list, err := postingsOf(ctx, w.tx, w.tx.Tenant, source)
	if err != nil {
		return err
	}
	for _, x := range list {
		i := slices.IndexFunc(accounts, func(a *Account) bool { return a.Contract == x.contract && a.Party == x.party })
		if i < 0 {
			return errs.New(errs.Internal, "rent.account", "no account of contract %s for party %s", x.contract, x.party)
		}
		accounts[i].Booked = accounts[i].Booked.minus(x.Position)
		accounts[i].Earned -= x.earned
	}
	if err := deletePostings(ctx, w.tx, source); err != nil {
		return err
	}
	vouchers, err := vouchersOf(ctx, w.tx, w.tx.Tenant, source)
	if err != nil {
		return err
	}
	for _, v := range vouchers {
		_, err := w.s.ledger.WithdrawTx(ctx, w.tx, actor(w.tx), v, w.dayFor(date.Date{}), reason, func() error {
			return deleteVoucher(ctx, w.tx, source, v)
		})
		if err != nil {
			return fmt.Errorf("withdrawing the voucher: %w", err)
		}
		by, err := ledger.ReversalOf(ctx, w.tx, w.tx.Tenant, v) // drafted now, or by a person before
		if err != nil || by == 0 {
			if err != nil {
				return err
			}
			continue
		}
		if err := insertVoucher(ctx, w.tx, source, by); err != nil {
			return err
		}
	}
	return nil
}

// dayFor is today, or a day of the books when they do not take today.
func (w *work) dayFor(else_ date.Date) date.Date {
	today := date.Of(w.tx.Now())
	if w.books.Takes(today.YearMonth()) == nil || else_.IsZero() {
		return today
	}
	return else_
}
