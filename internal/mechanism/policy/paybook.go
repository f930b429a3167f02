package policy

import (
	"context"
	_ "embed" // the accounts
	"encoding/csv"
	"strings"
	"sync"

	"huicun/internal/books/asset"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

//go:embed pay_accounts.csv
var payAccountsCSV string

// The uses of accounts: 银行存款, the grant that a village receives (补助收入), what it pays to persons (管理费用), and what the payer
// spends (其他支出).
const (
	useBank   = "bank"
	useGrant  = "grant"
	usePerson = "person"
	usePayer  = "payer"
)

// payAccounts says by use and accounting system which account of the chart takes what.
var payAccounts = sync.OnceValue(func() map[[2]string]string {
	rows, err := csv.NewReader(strings.NewReader(payAccountsCSV)).ReadAll()
	if err != nil {
		panic(err) // comes with the program
	}
	out := map[[2]string]string{}
	for _, r := range rows[1:] {
		out[[2]string{r[0], r[1]}] = r[2]
	}
	return out
})

// flow is one payment as the books of the village see it: what comes to it from outside, and what it pays on to persons and
// others. Both are negative when money goes back.
type flow struct {
	what    string
	outside money.Fen
	onward  money.Fen
}

// flowOf is the flow of a payment of which onward goes to others than the village. Where the payers pay these themselves, only
// what the village bears of it goes through its books.
func flowOf(r *Round, what string, pay *Payment, onward money.Fen) (flow, error) {
	f := flow{what: what, outside: pay.Amount - pay.Own, onward: onward}
	if r.Direct {
		cut, err := shares(onward, []money.Fen{f.outside, pay.Own})
		if err != nil {
			return f, err
		}
		f.outside, f.onward = f.outside-cut[0], cut[1]
	}
	if pay.Kind == PayBack {
		f.outside, f.onward = -f.outside, -f.onward
	}
	return f, nil
}

// entry is one line before its account is looked up in the books.
type entry struct {
	use, summary  string
	debit, credit money.Fen
}

// turn gives an entry below zero its other side.
func (e entry) turn() entry {
	if e.debit < 0 || e.credit < 0 {
		e.debit, e.credit = -e.credit, -e.debit
	}
	return e
}

// villageEntries are the lines in the books of the village: the whole of what comes from outside is a grant, what goes to
// persons is its expense, whatever shares the two bear.
func villageEntries(f flow) []entry {
	var out []entry
	if f.outside != 0 {
		out = append(out, entry{useBank, "收到" + f.what, f.outside, 0}, entry{useGrant, "收到" + f.what, 0, f.outside})
	}
	if f.onward != 0 {
		out = append(out, entry{usePerson, "发放" + f.what, f.onward, 0}, entry{useBank, "发放" + f.what, 0, f.onward})
	}
	return out
}

// payerEntries are the lines in the books of a payer; amount is negative when it gets money back.
func payerEntries(what string, amount money.Fen) []entry {
	if amount == 0 {
		return nil
	}
	return []entry{{usePayer, "拨付" + what, amount, 0}, {useBank, "拨付" + what, 0, amount}}
}

// draft makes the draft of a voucher in the books that a party keeps here on a day; 0 when it keeps none, or there is nothing
// to book. What is drafted bears the payment as its origin.
func (s *Runs) draft(ctx context.Context, tx *db.Tx, owner ids.ID, on date.Date, pay *Payment, summary string, list []entry) (ids.ID, error) {
	if owner == 0 || len(list) == 0 {
		return 0, nil
	}
	b, err := ledger.BooksAt(ctx, tx, tx.Tenant, owner, on.YearMonth())
	if errs.Is(err, errs.NotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	accounts, err := ledger.Accounts(ctx, tx, tx.Tenant, b.ID)
	if err != nil {
		return 0, err
	}
	v := &ledger.Voucher{Books: b.ID, Date: on, Summary: summary, Origin: KindPayment, OriginID: pay.ID}
	v.Sample = pay.Sample
	for _, e := range list {
		e = e.turn()
		account, err := asset.Leaf(accounts, payAccounts()[[2]string{e.use, b.Chart}])
		if err != nil {
			return 0, err
		}
		v.Lines = append(v.Lines, ledger.Line{Summary: e.summary, Account: account, Debit: e.debit, Credit: e.credit})
	}
	err = s.ledger.DraftTx(ctx, tx, actor(tx), v)
	return v.ID, err
}
