package contract

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"huicun/internal/books/asset"
	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/qty"
)

// Rent is a contract with what one unit of measure costs a year: by this rents are compared wherever they are.
type Rent struct {
	Let             // over its first unit
	Units []ids.ID  // all of its units, in order
	Sum   qty.Qty   // of all its units, as Measure has it
	Price money.Fen // a year of one unit of measure
}

// byMu are the kinds of asset whose rents people tell by the mu; other areas are told by the square metre.
var byMu = []string{"land", "water", "greenhouse"}

// perUnit is what one unit of measure has in a quantity.
const perUnit = qty.One

// Measure brings the quantity of an asset of a kind to the unit by which its rents are compared; what is no area stays.
func Measure(kind string, q qty.Qty) qty.Qty {
	to := qty.M2
	if slices.Contains(byMu, kind) {
		to = qty.Mu
	}
	if m, err := q.To(to); err == nil {
		return m
	}
	return q
}

// RentFor is what a price for one unit of measure comes to for a quantity.
func RentFor(price money.Fen, q qty.Qty) (money.Fen, error) {
	return money.MulDiv(price, q.N, perUnit, money.HalfUp)
}

// PriceOf is what one unit of measure costs when the whole costs so much; 0 for none of it.
func PriceOf(annual money.Fen, q qty.Qty) money.Fen {
	if q.N <= 0 {
		return 0
	}
	p, err := money.MulDiv(annual, perUnit, q.N, money.HalfUp)
	if err != nil {
		return 0
	}
	return p
}

// Rents makes one rent of each contract, in the order of the list. What cannot be compared is left out: contracts over
// assets of several kinds or units of measure, and those that cost nothing.
func Rents(lets []Let) []Rent {
	var out []Rent
	at := map[ids.ID]int{}
	mixed := map[ids.ID]bool{}
	for i := range lets {
		l := &lets[i]
		m := Measure(l.AssetKind, l.Quantity)
		j, ok := at[l.Contract]
		if !ok {
			at[l.Contract] = len(out)
			out = append(out, Rent{Let: *l, Units: []ids.ID{l.Unit}, Sum: m})
			continue
		}
		r := &out[j]
		sum, err := qty.Add(r.Sum, m)
		if err != nil || r.AssetKind != l.AssetKind {
			mixed[l.Contract] = true
			continue
		}
		r.Sum, r.Units = sum, append(r.Units, l.Unit)
	}
	for i := range out {
		slices.Sort(out[i].Units)
		out[i].Price = PriceOf(out[i].Annual, out[i].Sum)
	}
	return slices.DeleteFunc(out, func(r Rent) bool { return mixed[r.Contract] || r.Price == 0 })
}

// Holds reports whether the contract is over one of some units.
func (r *Rent) Holds(units []ids.ID) bool {
	return slices.ContainsFunc(r.Units, func(id ids.ID) bool { return slices.Contains(units, id) })
}

// Market are the rents of a time in the order of their prices, by place, kind of asset and unit of measure.
type Market struct {
	groups map[marketKey][]*Rent
	when   string
}

type marketKey struct {
	place, kind string // the place by the digits that its codes begin with
	unit        qty.Unit
}

// marketTiers is how far around a rent is a neighbour: of its village, its town and its county.
const marketTiers = 3

// NewMarket keeps the rents that bind on a day, or that bound within some months before it.
func NewMarket(rents []Rent, day date.Date, months int) *Market {
	m := &Market{groups: map[marketKey][]*Rent{}, when: day.Chinese() + "履行中"}
	if months > 0 {
		m.when = fmt.Sprintf("%s前 %d 个月内履行过", day.Chinese(), months)
	}
	since := day.AddMonths(-months)
	for i := range rents {
		r := &rents[i]
		if r.From.After(day) || r.Until.Before(since) {
			continue
		}
		place := r.Region
		for range marketTiers {
			k := marketKey{code.Prefix(place), r.AssetKind, r.Sum.Unit}
			m.groups[k] = append(m.groups[k], r)
			place = code.Parent(place)
		}
	}
	for _, list := range m.groups {
		slices.SortFunc(list, byPrice)
	}
	return m
}

func byPrice(a, b *Rent) int {
	return cmp.Or(cmp.Compare(a.Price, b.Price), strings.Compare(a.No, b.No), cmp.Compare(a.Contract, b.Contract))
}

// Neighbours are the rents that one is compared with, in the order of their prices.
type Neighbours struct {
	list  []*Rent
	skip  []int // places in the list of what is compared itself, in order
	kinds []string
	when  string
}

// Near are the rents of a place over assets of some kinds in a unit of measure, without those that are compared
// themselves, which are of the market too or belong to none.
func (m *Market) Near(place string, kinds []string, unit qty.Unit, without ...*Rent) Neighbours {
	n := Neighbours{kinds: kinds, when: m.when}
	for i, kind := range kinds {
		list := m.groups[marketKey{code.Prefix(place), kind, unit}]
		if i == 0 {
			n.list = list // shared; it is not changed
			continue
		}
		n.list = slices.Concat(n.list, list)
		slices.SortFunc(n.list, byPrice)
	}
	for _, r := range without {
		if i, ok := slices.BinarySearchFunc(n.list, r, byPrice); ok {
			n.skip = append(n.skip, i)
		}
	}
	slices.Sort(n.skip)
	n.skip = slices.Compact(n.skip)
	return n
}

// Len is how many there are.
func (n *Neighbours) Len() int { return len(n.list) - len(n.skip) }

// At is the i-th of them.
func (n *Neighbours) At(i int) *Rent {
	for _, s := range n.skip {
		if s <= i {
			i++
		}
	}
	return n.list[i]
}

// All lists them.
func (n *Neighbours) All() []*Rent {
	out := make([]*Rent, n.Len())
	for i := range out {
		out[i] = n.At(i)
	}
	return out
}

// Median is the price in the middle, of two in the middle the lower half of their sum; 0 when there is none.
func (n *Neighbours) Median() money.Fen {
	k := n.Len()
	if k == 0 {
		return 0
	}
	a, b := n.At((k-1)/2).Price, n.At(k/2).Price
	return a + (b-a)/2
}

// How says in Chinese how they were chosen: place is the name of where, own what is compared.
func (n *Neighbours) How(place, own string) string {
	names := make([]string, len(n.kinds))
	for i, k := range n.kinds {
		names[i] = field.LabelOf(asset.Kinds, k)
	}
	return fmt.Sprintf("%s范围内、类别为%s、%s的租赁和土地流转合同 %d 份（不含%s），按年租金÷数量由低到高排，取中位数", place, strings.Join(names, "、"), n.when, n.Len(), own)
}
