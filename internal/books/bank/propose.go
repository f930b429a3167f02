package bank

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
)

// What vouchers of this package are made for.
const (
	OriginLine    = "bank_line"
	OriginPayment = "payment"
)

// Guess is what a voucher for a statement line could be booked on, by what was done with earlier lines like it.
type Guess struct {
	Account, AccountName string
	Party, Contract      ids.ID
	Project, Member      ids.ID
	Count                int // how many earlier lines say so
	Reason               string
}

// How far back guesses look, and how many are made.
const (
	mostAlike   = 60
	mostGuesses = 4
)

// GuessesFor lists what the voucher for a line could be booked on, the likeliest first.
func (s *Service) GuessesFor(ctx context.Context, q db.Q, a *Account, l *Line) ([]Guess, error) {
	rows, err := alike(ctx, q, a.Tenant, l, mostAlike)
	if err != nil {
		return nil, err
	}
	var vouchers []ids.ID
	for _, r := range rows {
		if !slices.Contains(vouchers, r.voucher) {
			vouchers = append(vouchers, r.voucher)
		}
	}
	var out []Guess
	if len(vouchers) > 0 {
		entries, err := ledger.OthersOf(ctx, q, a.Tenant, a.Ledger, vouchers)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			out = count(out, e)
		}
	}
	slices.SortStableFunc(out, func(x, y Guess) int { return cmp.Compare(y.Count, x.Count) })
	out = out[:min(len(out), mostGuesses)]
	what := "同一摘要"
	if l.Counterparty != "" {
		what = "同一对方"
	}
	for i := range out {
		out[i].Reason = fmt.Sprintf("以前有 %d 笔%s的流水记在这里", out[i].Count, what)
	}
	return out, nil
}

// count adds an entry to the guess of its account; what it belongs to is kept while all agree.
func count(list []Guess, e ledger.Entry) []Guess {
	i := slices.IndexFunc(list, func(g Guess) bool { return g.Account == e.Account })
	if i < 0 {
		return append(list, Guess{Account: e.Account, AccountName: e.AccountName, Party: e.Party, Contract: e.Contract, Project: e.Project, Member: e.Member, Count: 1})
	}
	g := &list[i]
	g.Count++
	for _, p := range []struct {
		have *ids.ID
		want ids.ID
	}{{&g.Party, e.Party}, {&g.Contract, e.Contract}, {&g.Project, e.Project}, {&g.Member, e.Member}} {
		if *p.have != p.want {
			*p.have = 0
		}
	}
	return list
}

// DraftInput is what a person settles about the voucher for a line; the day is the line's unless given.
type DraftInput struct {
	Summary, Account                        string
	Date                                    date.Date
	Party, Contract, Asset, Project, Member ids.ID
}

// DraftFor drafts the voucher for a statement line that the books lack: the bank account against the account that the
// person chose. A line gets one voucher. It returns the voucher's id.
func (s *Service) DraftFor(ctx context.Context, who access.Principal, tenant int64, key string, line ids.ID, in DraftInput) (ids.ID, error) {
	m := who.Meta(tenant)
	m.Key, m.Input = key, fmt.Sprintf("draft %s %+v", line, in)
	var id ids.ID
	err := s.env.DB.InTx(ctx, m, func(ctx context.Context, tx *db.Tx) error {
		l, err := lineTable.Get(ctx, tx, tenant, line)
		if err != nil {
			return err
		}
		a, err := s.account(ctx, tx, who, l.Account, "voucher:"+access.Edit)
		if err != nil {
			return err
		}
		if err := unbooked(ctx, tx, line); err != nil {
			return err
		}
		if s.TakenBy != nil {
			by, err := s.TakenBy(ctx, tx, tenant, line)
			if err != nil {
				return err
			}
			if by != "" {
				return errs.New(errs.Conflict, "bank_line.taken", "这笔流水已登记为%s，凭证已经生成，不需要再填", by)
			}
		}
		if in.Account == a.Ledger {
			return errs.OnField("account", "对方科目不能是这个账户自己的科目 %s", a.Ledger)
		}
		v := l.voucher(a, in)
		if err := s.ledger.DraftTx(ctx, tx, who, v); err != nil {
			return err
		}
		id = v.ID
		tx.SetResult(id.String())
		return nil
	})
	if first, ok := db.Replayed(err); ok {
		return ids.Parse(first)
	}
	return id, err
}

// unbooked refuses a line that was matched, or that a voucher was drafted for.
func unbooked(ctx context.Context, tx *db.Tx, line ids.ID) error {
	taken, err := matchedLines(ctx, tx, tx.Tenant, []ids.ID{line})
	if err != nil {
		return err
	}
	made, err := ledger.MadeFor(ctx, tx, tx.Tenant, OriginLine, line)
	switch {
	case err != nil:
		return err
	case len(taken) > 0:
		return errs.New(errs.State, "bank_line.matched", "这笔流水已经核对，不需要再填凭证")
	case made != 0:
		return errs.New(errs.Conflict, "bank_line.drafted", "这笔流水已经填过凭证，请打开那张凭证审核、记账")
	}
	return nil
}

// ClaimLine holds a statement line for a record of another slice that books it, and refuses one that is booked already. Who may do this is the
// caller's to judge. It reads the line and its account.
func ClaimLine(ctx context.Context, tx *db.Tx, id ids.ID) (*Line, *Account, error) {
	l, err := lineTable.Get(ctx, tx, tx.Tenant, id)
	if err != nil {
		return nil, nil, err
	}
	a, err := lockAccount(ctx, tx, l.Account)
	if err != nil {
		return nil, nil, err
	}
	return l, a, unbooked(ctx, tx, id)
}

// voucher is the voucher for a line: money in is a debit of the bank, money out a credit.
func (l *Line) voucher(a *Account, in DraftInput) *ledger.Voucher {
	v := &ledger.Voucher{Books: a.Books, Date: in.Date, Summary: in.Summary, Attachments: 1, Origin: OriginLine, OriginID: l.ID}
	if v.Date.IsZero() {
		v.Date = l.Day
	}
	v.Sample = l.Sample
	if l.Serial != "" {
		v.Note = "银行流水号 " + l.Serial
	}
	fen := l.Fen().Abs()
	bank := ledger.Line{Account: a.Ledger, Debit: fen}
	other := ledger.Line{Account: in.Account, Credit: fen, Party: in.Party, Contract: in.Contract, Asset: in.Asset, Project: in.Project, Member: in.Member}
	if l.Fen() > 0 {
		v.Lines = []ledger.Line{bank, other}
		return v
	}
	bank.Debit, bank.Credit = 0, fen
	other.Credit, other.Debit = 0, fen
	v.Lines = []ledger.Line{other, bank}
	return v
}
