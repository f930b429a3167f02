package letting

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"huicun/internal/books/asset"
	"huicun/internal/books/contract"
	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/qty"
	"huicun/internal/registry/record"
)

// The ways to a price.
const (
	BasisLast       = "last"       // the rent of the last lease of the same units
	BasisNeighbours = "neighbours" // the median rent of like units nearby
	BasisAppraisal  = "appraisal"
	BasisOwn        = "own"
)

// Bases are the ways with their Chinese names.
var Bases = []field.Option{
	{Code: BasisLast, Label: "上一份租约的租金"}, {Code: BasisNeighbours, Label: "周边同类租金中位数"}, {Code: BasisAppraisal, Label: "评估报告"}, {Code: BasisOwn, Label: "集体自行测算"},
}

// perUnit is what one unit of measure has in a quantity.
const perUnit = 10_000

// Holding is what is let: units of one owner with their assets. Measure is what prices are compared by.
type Holding struct {
	Units   []asset.Unit
	Assets  map[ids.ID]*asset.Asset
	Kinds   []string
	Measure qty.Qty // the units' sum in ㎡ for areas, else in their own unit; zero when they cannot be added
	Area    qty.Qty // of what is measured by area
}

// LoadHolding reads units with their assets.
func LoadHolding(ctx context.Context, q db.Q, tenant int64, units []ids.ID) (*Holding, error) {
	h := &Holding{}
	if len(units) == 0 {
		return h, nil
	}
	var err error
	if h.Units, err = asset.GetUnits(ctx, q, tenant, units); err != nil {
		return nil, err
	}
	var list []ids.ID
	for _, u := range h.Units {
		list = append(list, u.Asset)
	}
	if h.Assets, err = asset.Named(ctx, q, tenant, list); err != nil {
		return nil, err
	}
	for _, u := range h.Units {
		if a := h.Assets[u.Asset]; a != nil && !slices.Contains(h.Kinds, a.Kind) {
			h.Kinds = append(h.Kinds, a.Kind)
		}
		if m := measure(u.Quantity); m.Unit == qty.M2 {
			if h.Area, err = addTo(h.Area, m); err != nil {
				return nil, err
			}
		}
	}
	h.Measure = total(h.Units)
	return h, nil
}

// measure brings areas to square metres and leaves other quantities as they are.
func measure(q qty.Qty) qty.Qty {
	if m, err := q.To(qty.M2); err == nil {
		return m
	}
	return q
}

func addTo(sum, q qty.Qty) (qty.Qty, error) {
	if sum.N == 0 {
		return q, nil
	}
	return qty.Add(sum, q)
}

// total is the sum of units that are measured alike; zero when they are not.
func total(units []asset.Unit) qty.Qty {
	var sum qty.Qty
	for _, u := range units {
		var err error
		if sum, err = addTo(sum, measure(u.Quantity)); err != nil {
			return qty.Qty{}
		}
	}
	return sum
}

// Comparable is a lease that a rent is compared with.
type Comparable struct {
	contract.Let
	Sum   qty.Qty   // of all its units
	Price money.Fen // a year of one unit of measure
}

// Comparison is what the rent of units can be compared with.
type Comparison struct {
	Measure    qty.Qty
	Last       *Comparable // the last lease that held one of the units
	LastAnnual money.Fen   // what its price comes to for the units
	Neighbours []Comparable
	Median     money.Fen // a year of one unit of measure
	Annual     money.Fen // what the median comes to for the units
	How        string    // how the neighbours were chosen
}

// lastYears is how far back the last lease of a unit is looked for.
const lastYears = 20

// Compare finds the last lease of the units and the leases of like units nearby: in the same town and of the same kinds
// of asset, binding on the day or within the rule's months before; when they are fewer than the rule wants, in the
// county.
func Compare(ctx context.Context, e *record.Env, q db.Q, tenant int64, region string, h *Holding, t Terms, day date.Date) (*Comparison, error) {
	c := &Comparison{Measure: h.Measure}
	if h.Measure.N == 0 {
		return c, nil
	}
	own, err := e.Regions.Ranges(ctx, region)
	if err != nil {
		return nil, err
	}
	past, err := contract.LetsSince(ctx, q, tenant, own, day.AddMonths(-12*lastYears), "")
	if err != nil {
		return nil, err
	}
	if c.Last, err = h.last(past, day); err != nil {
		return nil, err
	}
	if c.Last != nil {
		if c.LastAnnual, err = forAll(c.Last.Price, h.Measure); err != nil {
			return nil, err
		}
	}
	town := code.Parent(region)
	for _, place := range []string{town, code.Parent(town)} {
		if err := c.near(ctx, e, q, tenant, place, h, t, day); err != nil {
			return nil, err
		}
		if len(c.Neighbours) >= max(t.CompareMin, 1) {
			break
		}
	}
	if len(c.Neighbours) > 0 {
		c.Median = median(c.Neighbours)
		c.Annual, err = forAll(c.Median, h.Measure)
	}
	return c, err
}

// near gathers the comparables of a place.
func (c *Comparison) near(ctx context.Context, e *record.Env, q db.Q, tenant int64, place string, h *Holding, t Terms, day date.Date) error {
	ranges, err := e.Regions.Ranges(ctx, place)
	if err != nil {
		return err
	}
	c.Neighbours = nil
	names := ""
	for _, kind := range h.Kinds {
		lets, err := contract.LetsSince(ctx, q, tenant, ranges, day.AddMonths(-t.CompareMonths), kind)
		if err != nil {
			return err
		}
		names += "、" + field.LabelOf(asset.Kinds, kind)
		for _, cand := range gather(lets) {
			if !cand.From.After(day) && cand.Sum.Unit == h.Measure.Unit && cand.Price > 0 && !h.holds(cand.Unit) {
				c.Neighbours = append(c.Neighbours, cand)
			}
		}
	}
	slices.SortFunc(c.Neighbours, func(a, b Comparable) int { return cmp.Or(cmp.Compare(a.Price, b.Price), cmp.Compare(a.No, b.No)) })
	when := day.Chinese() + "履行中"
	if t.CompareMonths > 0 {
		when = day.Chinese() + "前 " + strconv.Itoa(t.CompareMonths) + " 个月内履行过"
	}
	c.How = fmt.Sprintf("%s范围内、类别为%s、%s的租赁合同 %d 份（不含本次出租的单元），按年租金÷数量排序取中位数", e.Regions.Name(ctx, place), names[len("、"):], when, len(c.Neighbours))
	return nil
}

func (h *Holding) holds(unit ids.ID) bool {
	return slices.ContainsFunc(h.Units, func(u asset.Unit) bool { return u.ID == unit })
}

// last is the lease over one of the units that ended, or ends, latest.
func (h *Holding) last(lets []contract.Let, day date.Date) (*Comparable, error) {
	held := map[ids.ID]bool{}
	for _, l := range lets {
		if h.holds(l.Unit) && !l.From.After(day) {
			held[l.Contract] = true
		}
	}
	var best *Comparable
	for _, c := range gather(lets) {
		if held[c.Contract] && c.Sum.Unit == h.Measure.Unit && (best == nil || c.Until.After(best.Until)) {
			best = &c
		}
	}
	return best, nil
}

// gather makes one comparable of each lease; those whose units cannot be added are left out.
func gather(lets []contract.Let) []Comparable {
	var out []Comparable
	for i := 0; i < len(lets); {
		c := Comparable{Let: lets[i]}
		ok := true
		for ; i < len(lets) && lets[i].Contract == c.Contract; i++ {
			sum, err := addTo(c.Sum, measure(lets[i].Quantity))
			ok, c.Sum = ok && err == nil, sum
		}
		if !ok || c.Sum.N == 0 {
			continue
		}
		p, err := money.MulDiv(c.Annual, perUnit, c.Sum.N, money.HalfUp)
		if err != nil {
			continue
		}
		c.Price = p
		out = append(out, c)
	}
	return out
}

// forAll is what a price for one unit of measure comes to for a quantity.
func forAll(price money.Fen, q qty.Qty) (money.Fen, error) {
	return money.MulDiv(price, q.N, perUnit, money.HalfUp)
}

// median is the middle price, or the mean of the two in the middle. The list is in order.
func median(list []Comparable) money.Fen {
	n := len(list)
	if n%2 == 1 {
		return list[n/2].Price
	}
	a, b := list[n/2-1].Price, list[n/2].Price
	return a + (b-a)/2
}

// settleBasis computes the price basis where it is computed, and writes how.
func settleBasis(l *Letting, c *Comparison) error {
	switch l.Basis {
	case BasisLast:
		if c.Last == nil {
			return errs.OnField("basis", "这些单元没有上一份租约可比，请改用别的定价依据")
		}
		l.BasisYear = c.LastAnnual
		l.BasisNote = fmt.Sprintf("上一份租约 %s（%s 至 %s）年租金 %s 元，折合每%s每年 %s 元", c.Last.No, c.Last.From, c.Last.Until, c.Last.Annual, c.Measure.Unit.Label(), c.Last.Price)
	case BasisNeighbours:
		if len(c.Neighbours) == 0 {
			return errs.OnField("basis", "周边没有同类租约可比，请改用别的定价依据")
		}
		l.BasisYear = c.Annual
		l.BasisNote = fmt.Sprintf("%s：每%s每年 %s 元", c.How, c.Measure.Unit.Label(), c.Median)
	}
	return nil
}

// below reports whether an amount lies below the share of the basis that the rule sets.
func below(amount, basis money.Fen, percent int) bool {
	least, err := money.MulDiv(basis, int64(percent), 100, money.HalfUp)
	return err == nil && amount < least
}
