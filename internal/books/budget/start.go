package budget

import (
	"context"
	"slices"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
)

// Amend drafts the next edition of a budget in force, with its lines, and returns its id.
func (s *Budgets) Amend(ctx context.Context, who access.Principal, tenant int64, id ids.ID) (ids.ID, error) {
	var made ids.ID
	err := s.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		b, err := table.Get(ctx, tx, tenant, id)
		if err != nil {
			return err
		}
		if b.State != Adopted {
			return errs.New(errs.State, "budget.not_in_force", "预算现在是“%s”，只有执行中的预算才能调整", Machine.State(b.State).Label)
		}
		editions, err := Editions(ctx, tx, tenant, b.Books, b.Year)
		if err != nil {
			return err
		}
		for i := range editions {
			if editions[i].State == Draft {
				return errs.New(errs.Conflict, "budget.drafted", "已有草案 %s，请在它上面修改", editions[i].No)
			}
		}
		n := &Budget{Books: b.Books, Year: b.Year, Amends: b.ID, WarnPercent: b.WarnPercent}
		n.State, n.Sample = Draft, b.Sample
		if err := s.Heads.CreateTx(ctx, tx, who, n); err != nil {
			return err
		}
		made = n.ID
		return s.copyLines(ctx, tx, who, b.ID, n.ID)
	})
	return made, err
}

func (s *Budgets) copyLines(ctx context.Context, tx *db.Tx, who access.Principal, from, to ids.ID) error {
	lines, err := LinesOf(ctx, tx, tx.Tenant, from)
	if err != nil {
		return err
	}
	for i := range lines {
		l := &Line{Budget: to, Name: lines[i].Name, Side: lines[i].Side, Accounts: lines[i].Accounts, Amount: lines[i].Amount, Quarters: lines[i].Quarters}
		l.Sample, l.Note = lines[i].Sample, lines[i].Note
		if err := s.Lines.CreateTx(ctx, tx, who, l); err != nil {
			return err
		}
	}
	return nil
}

// StartFromBudget fills an empty draft with the lines of the last year's budget.
func (s *Budgets) StartFromBudget(ctx context.Context, who access.Principal, tenant int64, id ids.ID) error {
	return s.start(ctx, who, tenant, id, func(ctx context.Context, tx *db.Tx, b *Budget, last *ledger.Books) error {
		old, err := InForce(ctx, tx, tenant, last.ID, b.Year-1)
		if err != nil {
			return err
		}
		if old == nil {
			return errNothing(b.Year-1, "预算")
		}
		return s.copyLines(ctx, tx, who, old.ID, b.ID)
	})
}

// StartFromActuals fills an empty draft with what moved on each income and expense account in the year before.
func (s *Budgets) StartFromActuals(ctx context.Context, who access.Principal, tenant int64, id ids.ID) error {
	return s.start(ctx, who, tenant, id, func(ctx context.Context, tx *db.Tx, b *Budget, last *ledger.Books) error {
		accounts, err := ledger.Accounts(ctx, tx, tenant, last.ID)
		if err != nil {
			return err
		}
		moves, err := ledger.OrdinaryMoves(ctx, tx, tenant, last.ID, b.Year-1, date.Month((b.Year-1)*100+12))
		if err != nil {
			return err
		}
		sums := map[string]money.Fen{}
		for _, m := range moves {
			sums[m.Account] += m.Fen
		}
		made := 0
		for _, a := range accounts {
			side, fen := Expense, sums[a.Code]
			if a.Class == ledger.Income {
				side, fen = Income, -fen
			}
			if a.Class != ledger.Income && a.Class != ledger.Expense || fen <= 0 {
				continue
			}
			made++
			l := &Line{Budget: b.ID, Name: a.Name, Side: side, Accounts: a.Code, Amount: fen}
			l.Sample = b.Sample
			if err := s.Lines.CreateTx(ctx, tx, who, l); err != nil {
				return err
			}
		}
		if made == 0 {
			return errNothing(b.Year-1, "收支")
		}
		return nil
	})
}

func (s *Budgets) start(ctx context.Context, who access.Principal, tenant int64, id ids.ID, fill func(context.Context, *db.Tx, *Budget, *ledger.Books) error) error {
	return s.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		if err := drafted(ctx, tx, id); err != nil {
			return err
		}
		b, err := table.Get(ctx, tx, tenant, id)
		if err != nil {
			return err
		}
		if err := who.Require("budget:"+access.Edit, b.Region); err != nil {
			return err
		}
		lines, err := LinesOf(ctx, tx, tenant, id)
		if err != nil {
			return err
		}
		if len(lines) > 0 {
			return errs.New(errs.State, "budget.begun", "草案里已有 %d 项明细，参照上年只能用于空白草案", len(lines))
		}
		last, err := lastBooks(ctx, tx, b)
		if err != nil {
			return err
		}
		return fill(ctx, tx, b, last)
	})
}

// lastBooks are the books in which the same unit's accounts of the year before stand.
func lastBooks(ctx context.Context, tx *db.Tx, b *Budget) (*ledger.Books, error) {
	now, err := ledger.BooksByID(ctx, tx, tx.Tenant, b.Books)
	if err != nil {
		return nil, err
	}
	list, err := ledger.BooksOf(ctx, tx, tx.Tenant, now.Party)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(k ledger.Books) bool {
		return k.From.Year() <= b.Year-1 && (k.To == 0 || k.To.Year() >= b.Year-1) && (k.ID == now.ID || k.From < now.From)
	})
	if i < 0 {
		return nil, errNothing(b.Year-1, "账")
	}
	if list[i].Chart != now.Chart {
		return nil, errs.New(errs.State, "budget.chart", "上年的账套采用另一种会计制度，同一编码的科目含义不同，不能直接参照；请对照后录入明细")
	}
	return &list[i], nil
}
