package letting

import (
	"context"
	"fmt"
	"slices"

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

// Holding is what is let: units of one owner with their assets. Measure is what prices are compared by.
type Holding struct {
	Units   []asset.Unit
	Assets  map[ids.ID]*asset.Asset
	Kinds   []string
	Measure qty.Qty // the units' sum as contract.Measure has it; zero when they cannot be added
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
		if m, err := u.Quantity.To(qty.M2); err == nil {
			if h.Area, err = addTo(h.Area, m); err != nil {
				return nil, err
			}
		}
	}
	h.Measure = h.total()
	return h, nil
}

func addTo(sum, q qty.Qty) (qty.Qty, error) {
	if sum.N == 0 {
		return q, nil
	}
	return qty.Add(sum, q)
}

// total is the sum of the units as prices are compared by; zero when they are not measured alike.
func (h *Holding) total() qty.Qty {
	var sum qty.Qty
	for _, u := range h.Units {
		kind := ""
		if a := h.Assets[u.Asset]; a != nil {
			kind = a.Kind
		}
		var err error
		if sum, err = addTo(sum, contract.Measure(kind, u.Quantity)); err != nil {
			return qty.Qty{}
		}
	}
	return sum
}

// Comparison is what the rent of units can be compared with.
type Comparison struct {
	Measure    qty.Qty
	Last       *contract.Rent // the last contract over one of the units
	LastAnnual money.Fen      // what its price comes to for the units
	Neighbours []*contract.Rent
	Median     money.Fen // a year of one unit of measure
	Annual     money.Fen // what the median comes to for the units
	How        string    // how the neighbours were chosen
}

// lastYears is how far back the last lease of a unit is looked for.
const lastYears = 20

// OwnUnits says what a letting's comparison leaves out.
const OwnUnits = "本次出租的单元"

// Question is what a rent is asked for: of which units, on which day, by which rules; what began after Before is no last
// rent of them.
type Question struct {
	Region      string
	Holding     *Holding
	Terms       Terms
	Day, Before date.Date
	Own         string // what is compared, in Chinese
}

// Compare finds the last contract of the units and the rents of like units nearby: in the same town and of the same kinds
// of asset, binding on the day or within the rule's months before; when they are fewer than the rule wants, in the
// county.
func Compare(ctx context.Context, e *record.Env, q db.Q, tenant int64, ask Question) (*Comparison, error) {
	h := ask.Holding
	c := &Comparison{Measure: h.Measure}
	if h.Measure.N == 0 {
		return c, nil
	}
	own, err := e.Regions.Ranges(ctx, ask.Region)
	if err != nil {
		return nil, err
	}
	past, err := contract.Lets(ctx, q, tenant, own, contract.LetFilter{Since: ask.Day.AddMonths(-12 * lastYears), By: ask.Before, Kinds: contract.RentKinds})
	if err != nil {
		return nil, err
	}
	if c.Last = h.last(contract.Rents(past)); c.Last != nil {
		if c.LastAnnual, err = contract.RentFor(c.Last.Price, h.Measure); err != nil {
			return nil, err
		}
	}
	town := code.Parent(ask.Region)
	for _, place := range []string{town, code.Parent(town)} {
		if err := c.near(ctx, e, q, tenant, place, ask); err != nil {
			return nil, err
		}
		if len(c.Neighbours) >= max(ask.Terms.CompareMin, 1) {
			break
		}
	}
	if len(c.Neighbours) > 0 {
		c.Annual, err = contract.RentFor(c.Median, h.Measure)
	}
	return c, err
}

// near gathers the comparables of a place.
func (c *Comparison) near(ctx context.Context, e *record.Env, q db.Q, tenant int64, place string, ask Question) error {
	ranges, err := e.Regions.Ranges(ctx, place)
	if err != nil {
		return err
	}
	months := ask.Terms.CompareMonths
	lets, err := contract.Lets(ctx, q, tenant, ranges, contract.LetFilter{Since: ask.Day.AddMonths(-months), By: ask.Day, Kinds: contract.RentKinds})
	if err != nil {
		return err
	}
	rents := contract.Rents(lets)
	var own []*contract.Rent
	for i := range rents {
		if rents[i].Holds(ask.Holding.ids()) {
			own = append(own, &rents[i])
		}
	}
	n := contract.NewMarket(rents, ask.Day, months).Near(place, ask.Holding.Kinds, ask.Holding.Measure.Unit, own...)
	c.Neighbours, c.Median, c.How = n.All(), n.Median(), n.How(e.Regions.Name(ctx, place), ask.Own)
	return nil
}

// ids are the ids of the units.
func (h *Holding) ids() []ids.ID {
	out := make([]ids.ID, len(h.Units))
	for i := range h.Units {
		out[i] = h.Units[i].ID
	}
	return out
}

// last is the rent over one of the units that ended, or ends, latest.
func (h *Holding) last(rents []contract.Rent) *contract.Rent {
	var best *contract.Rent
	for i := range rents {
		if r := &rents[i]; r.Sum.Unit == h.Measure.Unit && (best == nil || r.Until.After(best.Until)) && r.Holds(h.ids()) {
			best = r
		}
	}
	return best
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
