// Package statement makes the statements and ledgers of books from their balances: trial balance, income and expense
// in detail, balance sheet, income and distribution, annual statistics, general and subsidiary ledgers, day books.
//
// The forms of an accounting system are layouts: rows with formulas over accounts, as data with a version and a first
// month, which a county can replace. A layout's formulas are proved against the chart when it is read, so that a
// balance sheet in force balances whenever the books do. Statements read balances and so cost the number of accounts;
// only two-sided accounts (内部往来) and the year's distribution look at the lines on those accounts.
//
// A sheet is made of books of one accounting system and one kind of entity. Others are consolidated apart: the same
// code means different accounts in the two systems, and collective and village committee keep their money apart.
package statement

import (
	"context"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/party"
	"huicun/internal/registry/region"
)

// Budget supplies what was budgeted for a year: amounts by account code, of all the given books together. An account
// without a budget has no entry; amounts stand on the account's usual side.
type Budget interface {
	Budgeted(ctx context.Context, q db.Q, tenant int64, books []ids.ID, year int) (map[string]money.Fen, error)
}

// Service makes statements. It only reads.
type Service struct {
	q       db.Q
	regions *region.Service
	budget  Budget
}

// New returns the service; budget may be nil.
func New(d *db.DB, regions *region.Service, budget Budget) *Service {
	return &Service{q: d.Read(), regions: regions, budget: budget}
}

// Query says of which books and period a report is: one books, or all of some places.
type Query struct {
	Tenant int64
	Books  ids.ID
	Scopes []string // division codes
	Title  string   // what the places are called together
	Period Period
}

// Set are books of one accounting system that a sheet is made of.
type Set struct {
	Tenant int64
	Chart  string
	Entity string // collectives, village committees or groups: their books are never added together
	Books  []ledger.Books
	Org    string // whose sheet it is
	Single bool   // one books was asked for: sub-accounts are shown
}

func (s *Set) ids() []ids.ID {
	out := make([]ids.ID, len(s.Books))
	for i := range s.Books {
		out[i] = s.Books[i].ID
	}
	return out
}

// Found are the books of a query, by accounting system, and the villages that have none in the period.
type Found struct {
	Sets    []Set
	Missing []region.Region
}

// Find lists the books of a query. None at all is NotFound with what to do.
func (s *Service) Find(ctx context.Context, q Query) (*Found, error) {
	if err := q.Period.Check(); err != nil {
		return nil, err
	}
	if q.Books != 0 {
		return s.findOne(ctx, q)
	}
	ranges, err := s.regions.Ranges(ctx, q.Scopes...)
	if err != nil {
		return nil, err
	}
	list, err := ledger.BooksIn(ctx, s.q, q.Tenant, ranges, q.Period.From, q.Period.To)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, errs.New(errs.NotFound, "report.no_books", "%s在 %s 没有账套；请先在“账套”里新建，或换一个期间", q.Title, q.Period.Chinese())
	}
	out := &Found{}
	for _, e := range ledger.Entities {
		for _, c := range ledger.Charts {
			set := Set{Tenant: q.Tenant, Chart: c.Code, Entity: e.Code, Org: q.Title + e.Label + "合并"}
			for _, b := range list {
				if b.Chart == c.Code && b.Entity == e.Code {
					set.Books = append(set.Books, b)
				}
			}
			if len(set.Books) > 0 {
				out.Sets = append(out.Sets, set)
			}
		}
	}
	out.Missing, err = s.missing(ctx, ranges, list)
	return out, err
}

func (s *Service) findOne(ctx context.Context, q Query) (*Found, error) {
	b, err := ledger.BooksByID(ctx, s.q, q.Tenant, q.Books)
	if err != nil {
		return nil, err
	}
	if b.From > q.Period.To || b.To != 0 && b.To < q.Period.From {
		return nil, errs.New(errs.NotFound, "report.not_kept", "账套“%s”从 %s 起记账，没有 %s 的账", b.Name, b.From, q.Period.Chinese())
	}
	p, err := party.Get(ctx, s.q, q.Tenant, b.Party)
	if err != nil {
		return nil, err
	}
	return &Found{Sets: []Set{{Tenant: q.Tenant, Chart: b.Chart, Entity: b.Entity, Books: []ledger.Books{*b}, Org: p.Name, Single: true}}}, nil
}

// missing lists the villages of places whose collective keeps none of the books.
func (s *Service) missing(ctx context.Context, ranges [][2]string, list []ledger.Books) ([]region.Region, error) {
	villages, err := s.regions.VillagesIn(ctx, ranges)
	if err != nil {
		return nil, err
	}
	has := map[string]bool{}
	for i := range list {
		has[list[i].Region] = has[list[i].Region] || list[i].Entity == ledger.EntityCollective
	}
	var out []region.Region
	for _, v := range villages {
		if !has[v.Code] {
			out = append(out, v)
		}
	}
	return out, nil
}
