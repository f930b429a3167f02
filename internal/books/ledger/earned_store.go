package ledger

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/big"
	"slices"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// Earned is what one income account of a collective's books took in: what was booked as income, and what of it came in as
// money (cash, bank) in the span.
type Earned struct {
	Books            ids.ID
	Region           string
	Account, Name    string
	Amount, Received money.Fen
}

// EarnedIn lists the income accounts of collectives' books with what each took in from one day to another, both included,
// in posted vouchers; closing entries do not count. A voucher that books income against money and other things
// (a receivable) counts as received by the share of the money. What comes in later for a receivable counts on the day it
// does, under the account on which the same contract earned, or without one under the first income account.
func EarnedIn(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, from, to date.Date) ([]Earned, error) {
	lines, err := earningLines(ctx, q, tenant, ranges, from, to)
	if err != nil {
		return nil, fmt.Errorf("reading what was earned: %w", err)
	}
	e := earning{sums: map[earnedKey]*Earned{}, byContract: map[ids.ID]string{}}
	for _, l := range lines {
		if l.income && l.contract != 0 {
			e.byContract[l.contract] = l.account
		}
	}
	e.vouchers(lines)
	out := make([]Earned, 0, len(e.sums))
	for _, k := range slices.SortedFunc(maps.Keys(e.sums), func(a, b earnedKey) int {
		return cmp.Or(cmp.Compare(e.sums[a].Region, e.sums[b].Region), cmp.Compare(a.books, b.books), cmp.Compare(a.account, b.account))
	}) {
		out = append(out, *e.sums[k])
	}
	return out, nil
}

type earnedKey struct {
	books   ids.ID
	account string
}

// earning adds lines up, voucher by voucher.
type earning struct {
	sums       map[earnedKey]*Earned
	byContract map[ids.ID]string
}

// earningLine is a line on an income account, a receivable or money. Total is its voucher's.
type earningLine struct {
	voucher, books, contract ids.ID
	region, account, name    string
	chart                    string
	debit, credit, total     money.Fen
	income                   bool
}

// vouchers goes through the lines, which come voucher by voucher.
func (e *earning) vouchers(lines []earningLine) {
	for start := 0; start < len(lines); {
		end := start
		for end < len(lines) && lines[end].voucher == lines[start].voucher {
			end++
		}
		e.voucher(lines[start:end])
		start = end
	}
}

func (e *earning) voucher(lines []earningLine) {
	var cash money.Fen
	for _, l := range lines {
		if IsCash(l.account) {
			cash += l.debit - l.credit
		}
	}
	for _, l := range lines {
		net := l.credit - l.debit
		switch {
		case l.income:
			s := e.sum(l, l.account, l.name)
			s.Amount += net
			s.Received += share(net, cash, l.total)
		case cash != 0 && (cash > 0) == (net > 0) && (top(l.account) == "112" || top(l.account) == "113"):
			account := e.byContract[l.contract]
			if account == "" {
				account = operatingIncome[l.chart][0]
			}
			e.sum(l, account, "").Received += share(net, cash, l.total)
		}
	}
}

func (e *earning) sum(l earningLine, account, name string) *Earned {
	k := earnedKey{l.books, account}
	s := e.sums[k]
	if s == nil {
		s = &Earned{Books: l.books, Region: l.region, Account: account}
		e.sums[k] = s
	}
	s.Name = cmp.Or(s.Name, name)
	return s
}

// top is the account of the first level.
func top(account string) string { return account[:min(3, len(account))] }

// share is the part of net that money stands for, rounded down to the fen; all of it where nothing else does.
func share(net, cash, total money.Fen) money.Fen {
	if total < 0 { // a red-letter voucher
		cash, total = -cash, -total
	}
	if cash >= total {
		return net
	}
	if cash <= 0 || total <= 0 {
		return 0
	}
	n := new(big.Int).Mul(big.NewInt(int64(net)), big.NewInt(int64(cash)))
	return money.Fen(n.Quo(n, big.NewInt(int64(total))).Int64())
}

func earningLines(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, from, to date.Date) ([]earningLine, error) {
	w := db.NewWhere(tenant).Ranges("v.region", ranges).And("v.month >= ?", from.YearMonth()).And("v.month <= ?", to.YearMonth()).
		And("v.on_date >= ?", from).And("v.on_date <= ?", to).And("v.state = ?", Posted).And("v.kind <> ?", Closing).And("b.entity = ?", EntityCollective)
	codes := slices.Concat(allIncome.codes(), cashAccounts, []string{"112", "113"})
	db.In(w, "substr(l.account, 1, 3)", codes)
	out, err := db.Collect(ctx, q, func(l *earningLine) []any {
		return []any{&l.voucher, &l.books, &l.contract, &l.region, &l.account, &l.name, &l.chart, &l.debit, &l.credit, &l.total}
	}, `SELECT l.voucher_id, l.books_id, l.contract_id, v.region, l.account, a.name, b.chart, l.debit_fen, l.credit_fen, v.total_fen
		FROM ledger_books b JOIN voucher v ON v.tenant_id = b.tenant_id AND v.books_id = b.id
		JOIN voucher_line l ON l.tenant_id = v.tenant_id AND l.voucher_id = v.id
		JOIN ledger_account a ON a.tenant_id = l.tenant_id AND a.books_id = l.books_id AND a.code = l.account
		WHERE `+condition(w, "b", "v", "l", "a")+` ORDER BY l.voucher_id, l.line_no`, w.Args()...)
	for i := range out {
		out[i].income = slices.Contains(allIncome[out[i].chart], top(out[i].account))
	}
	return out, err
}
