package stable

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"huicun/internal/books/contract"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// Change is what a contract brought to a year's stable income or took from it: a year of it before and after, and By, the
// difference. Previous is the contract that it renews, if any.
type Change struct {
	Kind               string
	Contract, Previous *contract.Contract
	Before, After, By  money.Fen
}

// The kinds of change.
const (
	ChangeNew        = "new"
	ChangeRenewed    = "renewed"
	ChangeAmended    = "amended"
	ChangeExpired    = "expired"
	ChangeTerminated = "terminated"
)

// ChangeKinds are the kinds with their Chinese names.
var ChangeKinds = []field.Option{
	{Code: ChangeNew, Label: "新签"}, {Code: ChangeRenewed, Label: "续签（接租）"}, {Code: ChangeAmended, Label: "变更"},
	{Code: ChangeExpired, Label: "到期"}, {Code: ChangeTerminated, Label: "提前终止"},
}

// Risk is a contract in force that runs out soon and that nothing follows.
type Risk struct {
	Contract *contract.Contract
	Last     date.Date
	Annual   money.Fen
}

// Changes are how a year of stable income became another: Opening is a year of the contracts in force when the year
// began, Closing on the day; Opening + Σ Added + Σ Lost = Closing. AtRisk are those that run out within a year.
type Changes struct {
	Period
	Opening, Closing money.Fen
	Added, Lost      []Change // Lost are negative; the largest first
	Same             int      // contracts that were renewed at the same amount
	AtRisk           []Risk   // the first to run out first
}

// riskMonths is how far ahead contracts that run out are at risk.
const riskMonths = 12

// Changes tells what came and went in the year up to the day.
func (s *Service) Changes(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, p Period) (*Changes, error) {
	r, err := newReader(ctx, q, tenant, ranges, p.Day)
	if err != nil {
		return nil, err
	}
	list, err := r.counted(ctx, p.From.AddDays(-1), p.Day)
	if err != nil {
		return nil, err
	}
	next, err := contract.Successors(ctx, q, tenant, ranges)
	if err != nil {
		return nil, err
	}
	return changes(list, next, p)
}

func changes(list []*terms, next map[ids.ID]ids.ID, p Period) (*Changes, error) {
	out := &Changes{Period: p}
	var came []*Change
	byID := map[ids.ID]*Change{}
	var went []*Change
	for _, t := range list {
		before, err := t.annualOn(p.From.AddDays(-1))
		if err != nil {
			return nil, err
		}
		after, err := t.annualOn(p.Day)
		if err != nil {
			return nil, err
		}
		out.Opening += before
		out.Closing += after
		was, is := t.binds(p.From.AddDays(-1)), t.binds(p.Day)
		x := &Change{Contract: t.c, Before: before, After: after}
		switch {
		case was && is && before != after:
			x.Kind, x.By = ChangeAmended, after-before
			out.put(x)
		case is && !was:
			x.Kind, x.By = ChangeNew, after
			came, byID[t.c.ID] = append(came, x), x
		case was && !is:
			x.Kind, x.By = ChangeExpired, -before
			if t.c.LastDay().Before(t.c.To) {
				x.Kind = ChangeTerminated
			}
			went = append(went, x)
		}
		if _, followed := next[t.c.ID]; is && !followed && after != 0 && !t.c.LastDay().After(p.Day.AddMonths(riskMonths)) {
			out.AtRisk = append(out.AtRisk, Risk{t.c, t.c.LastDay(), after})
		}
	}
	for _, x := range went { // who renews a contract takes its amount over
		n := byID[next[x.Contract.ID]]
		if n == nil {
			out.put(x)
			continue
		}
		n.Kind, n.Previous = ChangeRenewed, x.Contract
		n.Before += x.Before
		n.By -= x.Before
	}
	for _, x := range came {
		out.put(x)
	}
	order := func(a, b Change) int {
		return cmp.Or(cmp.Compare(b.By.Abs(), a.By.Abs()), strings.Compare(a.Contract.No, b.Contract.No))
	}
	slices.SortFunc(out.Added, order)
	slices.SortFunc(out.Lost, order)
	slices.SortFunc(out.AtRisk, func(a, b Risk) int {
		return cmp.Or(a.Last.Compare(b.Last), strings.Compare(a.Contract.No, b.Contract.No))
	})
	return out, nil
}

func (c *Changes) put(x *Change) {
	switch {
	case x.By > 0:
		c.Added = append(c.Added, *x)
	case x.By < 0:
		c.Lost = append(c.Lost, *x)
	default:
		c.Same++
	}
}

// Sums are what was added, what was lost (negative) and what is at risk.
func (c *Changes) Sums() (added, lost, risk money.Fen) {
	for i := range c.Added {
		added += c.Added[i].By
	}
	for i := range c.Lost {
		lost += c.Lost[i].By
	}
	for i := range c.AtRisk {
		risk += c.AtRisk[i].Annual
	}
	return added, lost, risk
}
