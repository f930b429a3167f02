package risk

import (
	"context"
	"slices"

	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/insight/overview"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/record"
)

// view is what finders see: one county's data in some places on a day, and the rules. What several of them read is read
// once.
type view struct {
	q      db.Q
	env    *record.Env
	over   *overview.Service
	tenant int64
	ranges [][2]string
	day    date.Date
	rules  *RuleSet

	f       *Formula // whose turn it is
	books   []ledger.Books
	byBooks map[ids.ID]*ledger.Books
	sums    []ledger.AccountSum
	lets    []contract.Let
	haveLet bool
}

// rule is the rule of the formula at hand in a division; nil when it is off there.
func (v *view) rule(region string) *Rule { return v.rules.At(region, v.f.Code) }

// allBooks are the books that are kept in the month of the day.
func (v *view) allBooks(ctx context.Context) ([]ledger.Books, error) {
	if v.byBooks != nil {
		return v.books, nil
	}
	m := v.day.YearMonth()
	list, err := ledger.BooksIn(ctx, v.q, v.tenant, v.ranges, m, m)
	if err != nil {
		return nil, err
	}
	v.books, v.byBooks = list, map[ids.ID]*ledger.Books{}
	for i := range list {
		v.byBooks[list[i].ID] = &list[i]
	}
	return list, nil
}

// booksIDs are the ids of allBooks.
func (v *view) booksIDs(ctx context.Context) ([]ids.ID, error) {
	list, err := v.allBooks(ctx)
	out := make([]ids.ID, len(list))
	for i := range list {
		out[i] = list[i].ID
	}
	return out, err
}

// balances are what stands on the accounts of allBooks at the end of the day's month.
func (v *view) balances(ctx context.Context) ([]ledger.AccountSum, error) {
	if v.sums != nil {
		return v.sums, nil
	}
	list, err := v.booksIDs(ctx)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	m := v.day.YearMonth()
	v.sums, err = ledger.Sums(ctx, v.q, v.tenant, ledger.SumsQuery{Books: list, From: m, To: m})
	return v.sums, err
}

// ending is what stands on an account at the end of the period, debits less credits.
func ending(s *ledger.AccountSum) money.Fen { return s.Opening + s.Before.Net() + s.Period.Net() }

// allLets are the units of all contracts that began by the day.
func (v *view) allLets(ctx context.Context) ([]contract.Let, error) {
	if v.haveLet {
		return v.lets, nil
	}
	list, err := contract.Lets(ctx, v.q, v.tenant, v.ranges, contract.LetFilter{By: v.day})
	v.lets, v.haveLet = list, err == nil
	return list, err
}

// names are the natural keys of records of a kind.
func (v *view) names(ctx context.Context, kind string, list []ids.ID) (map[ids.ID]string, error) {
	n, ok := v.env.Noun(kind)
	if !ok || len(list) == 0 {
		return map[ids.ID]string{}, nil
	}
	slices.Sort(list)
	list = slices.Compact(list)
	out := make(map[ids.ID]string, len(list))
	for some := range slices.Chunk(list, namesAtOnce) {
		m, err := n.Names(ctx, v.q, v.tenant, some)
		if err != nil {
			return nil, err
		}
		for id, name := range m {
			out[id] = name
		}
	}
	return out, nil
}

// namesAtOnce is how many names one statement reads.
const namesAtOnce = 500

// share is a part of a whole in 1/100 of a per cent, rounded down; it is at most what a measure can hold.
func share(part, whole money.Fen) int64 {
	if whole <= 0 {
		return 0
	}
	v, err := money.MulDiv(part, wholeShare, int64(whole), money.Down)
	if err != nil {
		return mostShare
	}
	return int64(v)
}

const (
	wholeShare = 10_000
	mostShare  = 100_000 * wholeShare
)
