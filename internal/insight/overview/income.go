package overview

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/indicator"
	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/region"
)

const monthsAYear = 12

// addIncome adds the income of the year, of the same span a year before and of the last twelve months.
func (s *Service) addIncome(ctx context.Context, q db.Q, c *county, o *Overview, g *gather) error {
	living, err := s.env.Regions.VillagesIn(ctx, c.ranges)
	if err != nil {
		return err
	}
	g.living = append(g.living, living...)
	o.Living += len(living)

	spans, err := ledger.IncomeOfSpans(ctx, q, c.tenant, c.ranges, ledger.Span{Year: c.year, AsOf: c.day},
		ledger.Span{Year: c.year - 1, AsOf: c.day.AddMonths(-monthsAYear)}, ledger.Span{Year: c.year - 1, AsOf: date.Must(dayOfYear(c.year-1, "12-31"))})
	if err != nil {
		return err
	}
	now, before, whole := spans[0], spans[1], spans[2]
	for i := range now {
		b := &now[i]
		g.books[b.Region] = true
		g.income[b.Region] += b.Fen
		g.recent[b.Region] += b.Fen
		o.Income.Now += b.Fen
	}
	for i := range before {
		b := &before[i]
		g.before[b.Region] += b.Fen
		g.recent[b.Region] -= b.Fen
		o.Income.Before += b.Fen
		o.Income.Known = o.Income.Known || b.Fen != 0
	}
	for i := range whole {
		g.recent[whole[i].Region] += whole[i].Fen
	}
	return nil
}

// addStable adds a year of the stable contracts in force, by village and by source, and what of it is new.
func (s *Service) addStable(ctx context.Context, q db.Q, c *county, o *Overview, g *gather) error {
	parts, err := contract.StableTotals(ctx, q, c.tenant, c.ranges, c.day)
	if err != nil {
		return err
	}
	seen := map[ids.ID]bool{} // assets whose earlier income has been taken off
	for i := range parts {
		p := &parts[i]
		g.annual[p.Region] += p.Annual
		o.Stable.Now += p.Annual
		x := g.sources[p.Source]
		if x == nil {
			x = &Source{Code: p.Source}
			g.sources[p.Source] = x
		}
		x.Annual += p.Annual
		x.Contracts += p.Contracts
		o.New.add(p, seen)
	}
	before, err := contract.AnnualByRegion(ctx, q, c.tenant, c.ranges, c.day.AddMonths(-monthsAYear))
	if err != nil {
		return err
	}
	for village, fen := range before {
		g.annualBefore[village] += money.Fen(fen)
		o.Stable.Before += money.Fen(fen)
		o.Stable.Known = true
	}
	return nil
}

// newOrigins are how assets come about whose income is new.
var newOrigins = []string{"new", "revitalised"}

// add counts a part that is new: of services all, of assets that were built or revitalised what they bring beyond
// what they earned before.
func (n *NewStable) add(p *contract.StableTotal, seen map[ids.ID]bool) {
	if p.Source != contract.SourceService && !slices.Contains(newOrigins, p.Origin) {
		return
	}
	fen := p.Annual
	if p.Asset != 0 && !seen[p.Asset] {
		fen -= p.Prior
		seen[p.Asset] = true
	}
	n.Total += fen
	switch p.Source {
	case contract.SourceService:
		n.Service += fen
	case "workshop":
		n.Workshop += fen
	case "shop":
		n.Shop += fen
	default:
		n.Other += fen
	}
}

// newAssets are the parameters that choose the assets whose income is new.
func newAssets(kind string) map[string]string {
	p := map[string]string{"origin": strings.Join(newOrigins, "|")}
	if kind != "" {
		p["kind"] = kind
	}
	return p
}

func (s *Service) value(ctx context.Context, q db.Q, c *county, name string, params map[string]string) (int64, error) {
	in, err := s.cat.Get(name)
	if errs.Is(err, errs.NotFound) {
		return 0, nil // the slice is not wired
	}
	if err != nil {
		return 0, err
	}
	r, err := in.Eval(ctx, q, c.query(params))
	return r.Value, err
}

// addLadder lists the villages and puts them on the ladder of the place.
func (s *Service) addLadder(ctx context.Context, q db.Q, parts []county, o *Overview, g *gather) error {
	var recent, held money.Fen
	for place, fen := range g.recent {
		recent += max(fen, 0)
		held += min(g.annual[place], max(fen, 0))
	}
	o.StableShare = indicator.Percent(int64(held), int64(recent))

	tiers, err := s.tiers(ctx, q, parts, o, g)
	if err != nil {
		return err
	}
	var amounts []money.Fen
	for _, v := range s.places(ctx, g) {
		v.Income, v.Annual, v.Books = g.income[v.Code], g.annual[v.Code], g.books[v.Code]
		v.Stable = max(0, min(v.Annual, v.Income))
		v.Tier = slices.IndexFunc(tiers, func(t indicator.Tier) bool { return t.Holds(v.Income) })
		if v.Books {
			amounts = append(amounts, v.Income)
		}
		o.Villages = append(o.Villages, v)
	}
	slices.SortStableFunc(o.Villages, func(a, b Village) int {
		if a.Books != b.Books {
			return cmp.Compare(orderOf(a.Books), orderOf(b.Books))
		}
		return cmp.Or(cmp.Compare(b.Income, a.Income), cmp.Compare(a.Code, b.Code))
	})
	exclusive, cumulative := indicator.Ladder(tiers, amounts)
	for i := range tiers {
		o.Ladder = append(o.Ladder, Step{Tier: tiers[i], Exclusive: exclusive[i], Cumulative: cumulative[i]})
	}
	o.Below = exclusive[len(tiers)]
	return nil
}

func orderOf(books bool) int {
	if books {
		return 0
	}
	return 1
}

// places are the living villages, and other places that have books (a town's own, a village since merged).
func (s *Service) places(ctx context.Context, g *gather) []Village {
	var out []Village
	seen := map[string]bool{}
	for _, r := range g.living {
		out = append(out, Village{Code: r.Code, Name: r.Name})
		seen[r.Code] = true
	}
	var rest []string
	for place := range g.books {
		if !seen[place] {
			rest = append(rest, place)
		}
	}
	slices.Sort(rest)
	for _, place := range rest {
		out = append(out, Village{Code: place, Name: s.env.Regions.Name(ctx, place)})
	}
	return out
}

// maxTowns bounds how many towns are asked for their ladder.
const maxTowns = 60

// tiers finds the ladder of the place: its own or that of a place above; else, above a town, the one that all its
// towns with books share. None when they differ or the place spans several counties.
func (s *Service) tiers(ctx context.Context, q db.Q, parts []county, o *Overview, g *gather) ([]indicator.Tier, error) {
	if len(parts) != 1 {
		return nil, nil
	}
	tenant := parts[0].tenant
	tiers, err := indicator.TiersAt(ctx, q, tenant, o.Scope, o.AsOf)
	if err != nil || len(tiers) > 0 || o.Level >= code.TierTown {
		return tiers, err
	}
	var towns []string
	for place := range g.books {
		t := place
		for code.Level(t) > code.TierTown {
			t = code.Parent(t)
		}
		if !slices.Contains(towns, t) {
			towns = append(towns, t)
		}
	}
	if len(towns) > maxTowns {
		return nil, nil
	}
	for _, t := range towns {
		own, err := indicator.TiersAt(ctx, q, tenant, t, o.AsOf)
		if err != nil {
			return nil, err
		}
		if tiers != nil && !slices.EqualFunc(tiers, own, func(a, b indicator.Tier) bool { return a.Lower == b.Lower && a.Inclusive == b.Inclusive }) {
			return nil, nil
		}
		tiers = own
		if tiers == nil {
			return nil, nil
		}
	}
	return tiers, nil
}

// addPlaces compares the places one level below.
func (s *Service) addPlaces(ctx context.Context, o *Overview, g *gather) error {
	children, err := s.env.Regions.Children(ctx, o.Scope)
	if err != nil {
		return err
	}
	for _, r := range children {
		o.Places = append(o.Places, o.place(r, g))
	}
	slices.SortStableFunc(o.Places, func(a, b Place) int { return cmp.Compare(b.Income.Now, a.Income.Now) })
	return nil
}

func (o *Overview) place(r region.Region, g *gather) Place {
	p := Place{Code: r.Code, Name: r.Name}
	for _, v := range g.living {
		if code.Within(v.Code, r.Code) {
			p.Villages++
		}
	}
	sum := func(m map[string]money.Fen) (fen money.Fen, known bool) {
		for place, x := range m {
			if code.Within(place, r.Code) {
				fen += x
				known = known || x != 0
			}
		}
		return fen, known
	}
	p.Income.Now, _ = sum(g.income)
	p.Income.Before, p.Income.Known = sum(g.before)
	p.Stable.Now, _ = sum(g.annual)
	p.Stable.Before, p.Stable.Known = sum(g.annualBefore)
	for _, c := range append(slices.Clone(o.Pairing), o.Chambers) {
		missing := 0
		for _, v := range c.Missing {
			if code.Within(v.Code, r.Code) {
				missing++
			}
		}
		p.Coverage = append(p.Coverage, Coverage{Code: c.Code, Label: c.Label, Num: p.Villages - missing, Den: p.Villages})
	}
	for i := range o.Attention {
		if code.Within(o.Attention[i].Region, r.Code) {
			p.Attention++
			if o.Attention[i].Tone == toneRed {
				p.Overdue++
			}
		}
	}
	return p
}
