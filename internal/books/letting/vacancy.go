package letting

import (
	"cmp"
	"context"
	"slices"

	"huicun/internal/books/asset"
	"huicun/internal/books/contract"
	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
)

// Vacancy is a unit that is vacant, or soon will be. Since is the day after the last lease, none when there never was one;
// Ends is the last day of the lease that binds now.
type Vacancy struct {
	Unit        asset.Unit
	Asset       asset.Asset
	Since, Ends date.Date
	Last        *contract.Let // the last lease
	Letting     *Going        // the letting under way
}

// Vacancies lists the units in code ranges that are vacant on a day, and those whose lease ends within some days without
// another to follow; what is being built or was disposed of is left out. The longest vacant come first.
func Vacancies(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date, within int) ([]Vacancy, error) {
	lets, err := contract.Lets(ctx, q, tenant, ranges, contract.LetFilter{Since: day.AddMonths(-12 * lastYears)})
	if err != nil {
		return nil, err
	}
	last := map[ids.ID]*contract.Let{}
	for i := range lets {
		l := &lets[i]
		if have := last[l.Unit]; have == nil || l.Until.After(have.Until) {
			last[l.Unit] = l
		}
	}
	units, err := asset.UnitsWhere(ctx, q, record.Where(tenant, ranges))
	if err != nil {
		return nil, err
	}
	var want []asset.Unit
	var of []ids.ID
	for _, u := range units {
		if l := last[u.ID]; l == nil || !l.Until.After(day.AddDays(within)) {
			want, of = append(want, u), append(of, u.Asset)
		}
	}
	assets, err := asset.Named(ctx, q, tenant, of)
	if err != nil {
		return nil, err
	}
	under, err := goingIn(ctx, q, tenant, ranges)
	if err != nil {
		return nil, err
	}
	var out []Vacancy
	for _, u := range want {
		a := assets[u.Asset]
		if a == nil || a.State == "retired" || a.State == "building" {
			continue
		}
		v := Vacancy{Unit: u, Asset: *a, Last: last[u.ID]}
		switch {
		case v.Last == nil:
		case v.Last.Until.Before(day):
			v.Since = v.Last.Until.AddDays(1)
		default:
			v.Ends = v.Last.Until
		}
		if i := slices.IndexFunc(under, func(g Going) bool { return g.UnitID == u.ID }); i >= 0 {
			v.Letting = &under[i]
		}
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b Vacancy) int {
		return cmp.Or(a.Ends.Compare(b.Ends), a.Since.Compare(b.Since), cmp.Compare(a.Unit.No, b.Unit.No))
	})
	return out, nil
}

// WithoutLetting lists the leases and transfers of land in code ranges that were signed from a day to a day and came from no
// letting, a row each: for alerts.
func WithoutLetting(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, since, by date.Date) ([]contract.Let, error) {
	lets, err := contract.Lets(ctx, q, tenant, ranges, contract.LetFilter{Since: since, Kinds: contract.RentKinds})
	if err != nil {
		return nil, err
	}
	have, err := contractsLet(ctx, q, tenant, ranges)
	if err != nil {
		return nil, err
	}
	var out []contract.Let
	for i := range lets {
		l := &lets[i]
		if have[l.Contract] || l.Signed.Before(since) || l.Signed.After(by) {
			continue
		}
		have[l.Contract] = true // once
		out = append(out, *l)
	}
	return out, nil
}

// BelowBasis lists the lettings in code ranges that are not over badly and whose price, or reserve price while there is no
// price, lies below the share of the basis that the place's rule sets on a day: for alerts.
func BelowBasis(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) ([]Letting, error) {
	list, err := underWay(ctx, q, tenant, ranges)
	if err != nil {
		return nil, err
	}
	rules, err := LoadRules(ctx, q, tenant)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(l Letting) bool {
		return !below(cmp.Or(l.Price, l.Reserve), l.BasisYear, rules.At(l.Region, day).ReservePercent)
	}), nil
}

// Figures are the slice's indicators.
func Figures() []indicator.Indicator {
	list := func(ctx context.Context, q db.Q, query indicator.Query) ([]indicator.Record, error) {
		lets, err := agreed(ctx, q, query.Tenant, query.Ranges, query.From(), query.To())
		var out []indicator.Record
		for i := range lets {
			l := &lets[i]
			out = append(out, indicator.Record{Kind: "letting", ID: l.ID, No: l.No, Title: l.Name, Region: l.Region, Date: l.Result, Amount: int64(l.Price), Sample: l.Sample})
		}
		return out, err
	}
	return []indicator.Indicator{
		{
			Code: "letting.agreed", Name: "公开招租成交", Unit: indicator.Cases, Mechanism: "books",
			Definition: "本年内公示结果、截至统计日已确认成交的公开招租次数；流标、撤回的不计。",
			Eval:       indicator.CountOf(list),
		},
		{
			Code: "letting.rent", Name: "公开招租成交年租金", Unit: indicator.Yuan, Mechanism: "books",
			Definition: "本年内公示结果、截至统计日已确认成交的公开招租的成交年租金之和。",
			Eval:       indicator.SumOf(list),
		},
	}
}
