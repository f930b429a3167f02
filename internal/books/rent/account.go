package rent

import (
	_ "embed" // the accounts
	"encoding/csv"
	"strings"
	"sync"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/party"
)

// The bases of accounting: 权责发生制 books income when it is earned, 收付实现制 when it was received.
const (
	Accrual   = "accrual"
	OnReceipt = "receipt"
)

// Position is what the books hold of a tenant's standing, each on the normal side of its account.
type Position struct {
	Receivable, Prepaid, Income, Fee, Loss money.Fen
}

// minus is what has to be booked to come from o to p.
func (p Position) minus(o Position) Position {
	return Position{p.Receivable - o.Receivable, p.Prepaid - o.Prepaid, p.Income - o.Income, p.Fee - o.Fee, p.Loss - o.Loss}
}

func (p Position) plus(o Position) Position {
	return Position{p.Receivable + o.Receivable, p.Prepaid + o.Prepaid, p.Income + o.Income, p.Fee + o.Fee, p.Loss + o.Loss}
}

// Account is how a tenant stands on a contract. Earned is the rent that may be booked as income by now, Fees the late fees charged,
// Received the money, Lost what was written off. Deposit is held apart and owed back. Booked is what our vouchers and those of others
// make of it; Outside what of it others booked.
type Account struct {
	Contract, Party                       ids.ID
	Region                                string
	Earned, Fees, Received, Lost, Deposit money.Fen
	Booked                                Position
	OutIncome, OutReceivable              money.Fen

	fresh bool // not stored yet
}

// Target is what the books should hold. By accrual, what was earned and not received is owed to the village (112, 113), what was received
// before it was earned is owed by it (211, in the 2004 system 202). On receipt there is no receivable: what was received is income as far as it was billed.
// The sides always balance: received + receivable + loss = prepaid + income + fee.
func (a *Account) Target(basis string) Position {
	if basis == Accrual {
		net := a.Earned + a.Fees - a.Received - a.Lost
		return Position{max(net, 0), max(-net, 0), a.Earned, a.Fees, a.Lost}
	}
	income := min(a.Earned, a.Received)
	fee := max(0, min(a.Fees, a.Received-income))
	return Position{Prepaid: a.Received - income - fee, Income: income, Fee: fee}
}

//go:embed accounts.csv
var accountsCSV string

type accountKey struct{ use, kind, chart string }

// accountTable says by use, kind of contract and accounting system which account of the chart takes what.
var accountTable = sync.OnceValue(func() map[accountKey]string {
	rows, err := csv.NewReader(strings.NewReader(accountsCSV)).ReadAll()
	if err != nil {
		panic(err) // comes with the program
	}
	out := map[accountKey]string{}
	for _, r := range rows[1:] {
		out[accountKey{r[0], r[1], r[2]}] = r[3]
	}
	return out
})

// The uses of accounts.
const (
	useIncome     = "income"
	useReceivable = "receivable"
	useInside     = "inside" // what one of the village's own owes
	usePrepaid    = "prepaid"
	useDeposit    = "deposit"
	useFee        = "fee"
	useLoss       = "loss"
)

// accountsOf finds the accounts of books: the first in use at or below the one that the table names.
type accountsOf struct {
	chart string
	list  []ledger.Account
}

func (x *accountsOf) find(use, kind string) (string, error) {
	top := accountTable()[accountKey{use, kind, x.chart}]
	for i := range x.list {
		if a := &x.list[i]; strings.HasPrefix(a.Code, top) && a.Leaf && a.Active {
			return a.Code, nil
		}
	}
	return "", errs.New(errs.State, "rent.account", "账套里没有可用的科目 %s，请先在账套的科目里启用", top)
}

// owes is the use of the account on which a party's debt stands: groups of the village stand on 内部往来.
func owes(p *party.Party) string {
	if p != nil && (p.Kind == party.Group || p.Kind == party.Household) {
		return useInside
	}
	return useReceivable
}
