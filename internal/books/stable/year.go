package stable

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/books/rent"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// Item is a contract that counts, with its reconciliation.
type Item struct {
	Contract *contract.Contract
	Amounts
}

// Loose is what stands on a village's accounts of income and belongs to no contract that counts: Direct counts all the
// same, Uncounted is of contracts that do not count, Bare names no contract. Total is all that was posted on the accounts.
type Loose struct{ Total, Counted, Direct, Uncounted, Bare money.Fen }

// Year is a year of stable income in a scope.
type Year struct {
	Period
	Items []Item // by number
	// Direct is what counts without a contract, Loose how the accounts of income are made up; both by village.
	Direct map[string]*Amounts
	Loose  map[string]*Loose
	// Definitions are those that were used.
	Definitions []*Definition
	weights     map[ids.ID][]contract.Weight
}

// reader reads what the ways of counting have in common.
type reader struct {
	q      db.Q
	tenant int64
	ranges [][2]string
	defs   *definitions
}

func newReader(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) (*reader, error) {
	defs, err := definitionsOn(ctx, q, tenant, day)
	return &reader{q, tenant, ranges, defs}, err
}

// counted lists the contracts that bind on some day of a time and count, laid out, by number.
func (r *reader) counted(ctx context.Context, from, to date.Date) ([]*terms, error) {
	list, err := contract.BindingBetween(ctx, r.q, r.tenant, r.ranges, from, to)
	if err != nil {
		return nil, err
	}
	all := make([]*contract.Contract, len(list))
	for i := range list {
		all[i] = &list[i]
	}
	return r.layOut(ctx, all)
}

// layOut keeps the contracts that count and lays their terms out.
func (r *reader) layOut(ctx context.Context, all []*contract.Contract) ([]*terms, error) {
	all = slices.DeleteFunc(all, func(c *contract.Contract) bool { return !r.defs.at(c.Region).Counts(c) })
	var amended []ids.ID
	for _, c := range all {
		if !c.Effective.IsZero() {
			amended = append(amended, c.ID)
		}
	}
	versions, err := contract.VersionsOf(ctx, r.q, r.tenant, amended)
	if err != nil {
		return nil, err
	}
	out := make([]*terms, len(all))
	for i, c := range all {
		if out[i], err = layOut(c, versions[c.ID]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// paidBefore adds the contracts that ended before the year and of which something was received in it.
func (r *reader) paidBefore(ctx context.Context, list []*terms, p Period) ([]*terms, error) {
	paid, err := ledger.PaidContracts(ctx, r.q, r.tenant, r.ranges, p.From, p.Day)
	if err != nil {
		return nil, err
	}
	have := make(map[ids.ID]bool, len(list))
	for _, t := range list {
		have[t.c.ID] = true
	}
	paid = slices.DeleteFunc(paid, func(id ids.ID) bool { return have[id] })
	more, err := contract.ByIDs(ctx, r.q, r.tenant, paid)
	if err != nil {
		return nil, err
	}
	var ended []*contract.Contract
	for _, c := range more {
		if c.LastDay().Before(p.From) {
			ended = append(ended, c)
		}
	}
	old, err := r.layOut(ctx, ended)
	if err != nil {
		return nil, err
	}
	list = append(list, old...)
	slices.SortFunc(list, func(a, b *terms) int { return cmp.Or(strings.Compare(a.c.No, b.c.No), cmp.Compare(a.c.ID, b.c.ID)) })
	return list, nil
}

// Of counts a year up to a day.
func (s *Service) Of(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, p Period) (*Year, error) {
	r, err := newReader(ctx, q, tenant, ranges, p.Day)
	if err != nil {
		return nil, err
	}
	return s.count(ctx, r, p)
}

func (s *Service) count(ctx context.Context, r *reader, p Period) (*Year, error) {
	list, err := r.counted(ctx, p.From, p.To)
	if err != nil {
		return nil, err
	}
	if list, err = r.paidBefore(ctx, list, p); err != nil {
		return nil, err
	}
	y := &Year{Period: p, Items: make([]Item, len(list)), Direct: map[string]*Amounts{}, Loose: map[string]*Loose{}}
	if err := r.reconcile(ctx, y, list); err != nil {
		return nil, err
	}
	if err := r.loose(ctx, y); err != nil {
		return nil, err
	}
	y.weights, err = weightsOf(ctx, r.q, r.tenant, list)
	y.Definitions = r.defs.all()
	return y, err
}

// reconcile fills in the items.
func (r *reader) reconcile(ctx context.Context, y *Year, list []*terms) error {
	months, err := ledger.FirstMonths(ctx, r.q, r.tenant, r.ranges)
	if err != nil {
		return err
	}
	since := make(map[string]date.Date, len(months))
	for place, m := range months {
		since[place] = m.First()
	}
	due, err := contract.DueUntil(ctx, r.q, r.tenant, r.ranges, since, y.Day)
	if err != nil {
		return err
	}
	fell := make(map[ids.ID]money.Fen, len(due))
	for _, d := range due {
		fell[d.Contract] = d.Sum
	}
	covered, err := contract.CoveredBefore(ctx, r.q, r.tenant, r.ranges, since)
	if err != nil {
		return err
	}
	posted, err := r.posted(ctx, list, y.Period)
	if err != nil {
		return err
	}
	for i, t := range list {
		it := &y.Items[i]
		it.Contract = t.c
		if err := t.contracted(&it.Amounts, y.Period); err != nil {
			return err
		}
		l := posted[t.c.ID]
		if l == nil {
			l = &Posted{}
		}
		x, err := t.accrual(y.Period, l.since(since[t.c.Region], covered[t.c.ID]), fell[t.c.ID])
		if err != nil {
			return err
		}
		if t.c.State == "settled" { // what it owed is past asking for
			x.due = x.before + x.toDate
		}
		book(&it.Amounts, x, l)
	}
	return nil
}

// posted reads what the ledger says of contracts.
func (r *reader) posted(ctx context.Context, list []*terms, p Period) (map[ids.ID]*Posted, error) {
	places := make(map[ids.ID]string, len(list))
	want := make([]ids.ID, len(list))
	for i, t := range list {
		want[i], places[t.c.ID] = t.c.ID, t.c.Region
	}
	flows, err := ledger.ContractFlows(ctx, r.q, r.tenant, want, p.From, p.Day)
	if err != nil {
		return nil, err
	}
	out := make(map[ids.ID]*Posted, len(list))
	for i := range flows {
		f := &flows[i]
		l := out[f.Contract]
		if l == nil {
			l = &Posted{}
			out[f.Contract] = l
		}
		l.take(f, r.defs.at(places[f.Contract]).by.of(f.Chart, f.Account))
	}
	return out, r.withoutDeposits(ctx, out, places, p)
}

// withoutDeposits takes off what tenants' deposits moved, which may stand on the account of payments taken ahead.
func (r *reader) withoutDeposits(ctx context.Context, out map[ids.ID]*Posted, places map[ids.ID]string, p Period) error {
	deposits, err := rent.DepositFlows(ctx, r.q, r.tenant, r.ranges, p.From, p.Day)
	if err != nil {
		return err
	}
	for i := range deposits {
		f := &deposits[i]
		if l := out[f.Contract]; l != nil {
			f.Debit, f.Credit = f.Debit.Neg(), f.Credit.Neg()
			l.take(f, r.defs.at(places[f.Contract]).by.of(f.Chart, f.Account))
		}
	}
	return nil
}

// take counts a flow on an account of a use.
func (l *Posted) take(f *ledger.Flow, use Use) {
	net := f.Credit - f.Debit
	switch {
	case use == UseReceivable && f.Before:
		l.OwedBefore -= net
		l.Owed -= net
		return
	case use == UseHeld && f.Before:
		l.HeldBefore += net
		l.Held += net
		l.Carried = l.Carried || f.Opening && net != 0
		return
	case f.Before:
		if use == UseIncome && !f.Opening {
			l.IncomeBefore += net
		}
		return
	case use == UseReceivable:
		l.Owed -= net
		l.Collected += f.Credit
	case use == UseHeld:
		l.Held += net
		l.Released += f.Debit
	case use == UseIncome:
		l.Income += net
	case use == UseDeduct:
		l.Deducted += net
	case isIncome(f.Chart, f.Account):
		l.Other += net
	default:
		return
	}
	if f.Money {
		l.Cash += net
	} else {
		l.NonCash += net
	}
}

// loose tells apart what stands on the accounts of income.
func (r *reader) loose(ctx context.Context, y *Year) error {
	tops := map[string][]string{}
	for _, d := range append(slices.Collect(maps.Values(r.defs.byPlace)), r.defs.builtIn) {
		for chart, list := range d.by.tops() {
			tops[chart] = append(tops[chart], list...)
		}
	}
	for chart := range tops {
		slices.Sort(tops[chart])
		tops[chart] = slices.Compact(tops[chart])
	}
	flows, err := ledger.AccountFlows(ctx, r.q, r.tenant, r.ranges, tops, y.From, y.Day)
	if err != nil {
		return err
	}
	for i := range flows {
		f := &flows[i]
		use := r.defs.at(f.Region).by.of(f.Chart, f.Account)
		if use != UseIncome && use != UseDirect {
			continue
		}
		net := f.Credit - f.Debit
		l := y.looseOf(f.Region)
		l.Total += net
		switch {
		case f.Contract != 0:
			l.Uncounted += net // less what counts, below
		case use == UseDirect:
			l.Direct += net
			y.direct(f, net)
		default:
			l.Bare += net
		}
	}
	for i := range y.Items {
		it := &y.Items[i]
		if income := it.Amounts[Accrued] - it.Amounts[Deducted]; income != 0 {
			l := y.looseOf(it.Contract.Region)
			l.Counted += income
			l.Uncounted -= income
		}
	}
	return nil
}

func (y *Year) looseOf(place string) *Loose {
	l := y.Loose[place]
	if l == nil {
		l = &Loose{}
		y.Loose[place] = l
	}
	return l
}

// direct counts income that names no contract and counts by its account.
func (y *Year) direct(f *ledger.Flow, net money.Fen) {
	a := y.Direct[f.Region]
	if a == nil {
		a = &Amounts{}
		y.Direct[f.Region] = a
	}
	a[Direct] += net
	a[Accrued] += net
	if f.Money {
		a[Received] += net
	} else {
		a[NonCash] -= net
	}
}

// weightsOf reads what contracts let.
func weightsOf(ctx context.Context, q db.Q, tenant int64, list []*terms) (map[ids.ID][]contract.Weight, error) {
	var want []ids.ID
	for _, t := range list {
		if t.c.Kind != contract.Service && t.c.Kind != contract.Dividend {
			want = append(want, t.c.ID)
		}
	}
	return contract.SourceWeights(ctx, q, tenant, want)
}

// SourceOther is the source of a contract that lets nothing and is no service.
const SourceOther = "other"

// sourceOf is where most of a contract comes from.
func sourceOf(c *contract.Contract, weights []contract.Weight) string {
	if c.Kind == contract.Service {
		return contract.SourceService
	}
	best := contract.Weight{Source: SourceOther}
	for _, w := range weights {
		if w.Of > best.Of {
			best = w
		}
	}
	return best.Source
}

// places are the villages where something counts without a contract, in order.
func (y *Year) places() []string { return slices.Sorted(maps.Keys(y.Direct)) }

// Sum adds up all of the scope.
func (y *Year) Sum() (Amounts, error) {
	all, err := y.ByPlace(func(string) string { return "" })
	if a := all[""]; a != nil {
		return *a, err
	}
	return Amounts{}, err
}

// ByPlace adds up by what place makes of a village.
func (y *Year) ByPlace(place func(string) string) (map[string]*Amounts, error) {
	out := map[string]*Amounts{}
	add := func(village string, a *Amounts) error {
		k := place(village)
		if out[k] == nil {
			out[k] = &Amounts{}
		}
		return out[k].Add(a)
	}
	for i := range y.Items {
		if err := add(y.Items[i].Contract.Region, &y.Items[i].Amounts); err != nil {
			return nil, err
		}
	}
	for village, a := range y.Direct {
		if err := add(village, a); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// SourceSum is what comes from one source.
type SourceSum struct {
	Source    string
	Contracts int
	Amounts
}

// SourceDirect is the source of what counts without a contract.
const SourceDirect = "direct"

// parts are the shares of an item by source; one over assets of several kinds is split by their quantities, to the fen.
func (y *Year) parts(it *Item) (map[string]*Amounts, error) {
	weights := y.weights[it.Contract.ID]
	if len(weights) < 2 || it.Contract.Kind == contract.Service {
		return map[string]*Amounts{sourceOf(it.Contract, weights): &it.Amounts}, nil
	}
	by := make([]int64, len(weights))
	out := make(map[string]*Amounts, len(weights))
	for j, w := range weights {
		by[j] = w.Of
		out[w.Source] = &Amounts{}
	}
	for line := range it.Amounts {
		list, err := money.Split(it.Amounts[line], by)
		if err != nil {
			return nil, err
		}
		for j, fen := range list {
			out[weights[j].Source][line] += fen
		}
	}
	return out, nil
}

// Narrow is the year with what comes from one source alone.
func (y *Year) Narrow(source string) (*Year, error) {
	out := &Year{Period: y.Period, Direct: map[string]*Amounts{}, Loose: y.Loose, Definitions: y.Definitions, weights: y.weights}
	if source == SourceDirect {
		out.Direct = y.Direct
	}
	for i := range y.Items {
		parts, err := y.parts(&y.Items[i])
		if err != nil {
			return nil, err
		}
		if a := parts[source]; a != nil {
			out.Items = append(out.Items, Item{y.Items[i].Contract, *a})
		}
	}
	return out, nil
}

// BySource adds up by source; a contract over assets of several kinds is split by their quantities, to the fen.
func (y *Year) BySource() ([]SourceSum, error) {
	sums := map[string]*SourceSum{}
	add := func(source string, contracts int, a *Amounts) error {
		if sums[source] == nil {
			sums[source] = &SourceSum{Source: source}
		}
		sums[source].Contracts += contracts
		return sums[source].Add(a)
	}
	for i := range y.Items {
		parts, err := y.parts(&y.Items[i])
		if err != nil {
			return nil, err
		}
		for source, a := range parts {
			if err := add(source, 1, a); err != nil {
				return nil, err
			}
		}
	}
	for _, a := range y.Direct {
		if err := add(SourceDirect, 0, a); err != nil {
			return nil, err
		}
	}
	var out []SourceSum
	for _, s := range sums {
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b SourceSum) int {
		return cmp.Or(cmp.Compare(b.Amounts[Annual], a.Amounts[Annual]), strings.Compare(a.Source, b.Source))
	})
	return out, nil
}
