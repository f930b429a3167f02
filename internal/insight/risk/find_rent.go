package risk

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"huicun/internal/books/asset"
	"huicun/internal/books/contract"
	"huicun/internal/books/letting"
	"huicun/internal/kit/code"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// rentIn is the place of a level around a village.
func rentIn(region, level string) string {
	switch level {
	case "村":
		return region
	case "镇":
		return code.Parent(region)
	}
	return code.Parent(code.Parent(region))
}

// base is what a rent is compared with.
type base struct {
	what, how string
	price     money.Fen
	with      []*contract.Rent
	near      contract.Neighbours
}

// findLowRent compares each rent with what the same units fetched before, and with the median of its neighbours of the same
// kind; the lower share counts.
func findLowRent(ctx context.Context, v *view) ([]Hit, error) {
	lets, err := v.allLets(ctx)
	if err != nil {
		return nil, err
	}
	all := contract.Rents(slices.DeleteFunc(slices.Clone(lets), func(l contract.Let) bool { return !slices.Contains(contract.RentKinds, l.Kind) }))
	market := contract.NewMarket(all, v.day, 0)
	byUnit := map[ids.ID][]*contract.Rent{}
	for i := range all {
		for _, u := range all[i].Units {
			byUnit[u] = append(byUnit[u], &all[i])
		}
	}
	var out []Hit
	for i := range all {
		x := &all[i]
		r := v.rule(x.Region)
		if r == nil || x.Until.Before(v.day) {
			continue
		}
		least, best := int64(mostShare), base{}
		if prev := before(byUnit[x.Units[0]], x); prev != nil {
			least, best = share(x.Price, prev.Price), base{what: "上期租金", how: "同样的出租单元上一份合同的租金", price: prev.Price, with: []*contract.Rent{prev}}
		}
		level := r.text("参照范围")
		near := market.Near(rentIn(x.Region, level), []string{x.AssetKind}, x.Sum.Unit, x)
		if int64(near.Len()) >= max(1, r.number(v.f, "最少参照")) {
			if s := share(x.Price, near.Median()); s < least {
				least, best = s, base{what: fmt.Sprintf("同%s同类 %d 份合同的中位数", level, near.Len()), price: near.Median(), near: near}
			}
		}
		if best.price == 0 || r.colour(v.f, least) == "" {
			continue
		}
		if best.how == "" {
			best.how = best.near.How(v.env.Regions.Name(ctx, rentIn(x.Region, level)), "本合同")
		}
		out = append(out, lowHit(x, least, &best))
	}
	return out, nil
}

// before is the contract that let the same units last before another began, nil when there is none. The list is in the
// order of beginnings.
func before(list []*contract.Rent, of *contract.Rent) *contract.Rent {
	var out *contract.Rent
	for _, x := range list {
		if x.From.Before(of.From) && x.Sum.Unit == of.Sum.Unit && slices.Equal(x.Units, of.Units) {
			out = x
		}
	}
	return out
}

// shownNear is how many neighbours are listed: of more, those around the median.
const shownNear = maxRefs - 1

// listed are the contracts that an explanation lists, and what they are.
func (b *base) listed() ([]*contract.Rent, string) {
	n := b.near.Len()
	switch {
	case b.with != nil:
		return b.with, "参照合同"
	case n <= shownNear:
		return b.near.All(), "参照合同（按租金由低到高）"
	}
	from := (n - shownNear) / 2
	out := make([]*contract.Rent, shownNear)
	for i := range out {
		out[i] = b.near.At(from + i)
	}
	return out, fmt.Sprintf("参照合同（共 %d 份，列出居中的 %d 份，按租金由低到高）", n, shownNear)
}

func lowHit(x *contract.Rent, s int64, b *base) Hit {
	unit := x.Sum.Unit.Label()
	per := "元/" + unit + "·年"
	with, head := b.listed()
	h := Hit{
		Subject: on("contract", x.Contract), Region: x.Region, Title: x.No + " " + x.Name, Measure: s, Amount: x.Annual, Sample: x.Sample,
		Why: fmt.Sprintf("每%s每年租金 %s 元，%s为 %s 元，只有它的 %s。", unit, x.Price, b.what, b.price, Percent.Text(s)),
		Detail: Detail{RefHead: head, Facts: []Fact{
			{"类别", field.LabelOf(asset.Kinds, x.AssetKind)}, {"面积（数量）", x.Sum.String()}, {"年租金", x.Annual.String() + " 元"}, {"单位租金", x.Price.String() + " " + per},
			{"参照", b.what}, {"参照租金", b.price.String() + " " + per}, {"比例", Percent.Text(s)}, {"参照怎么选的", b.how},
		}},
	}
	h.Refs = append(h.Refs, Ref{Kind: "contract", ID: x.Contract, Text: "本合同 " + x.No + " " + x.Name, Value: x.Price.String() + " " + per})
	for _, o := range with {
		h.Refs = append(h.Refs, Ref{Kind: "contract", ID: o.Contract, Text: o.No + " " + o.Name + "（" + o.Sum.String() + "）", Value: o.Price.String() + " " + per})
	}
	return h
}

// Whether a contract that renews another needs a letting of its own.
const (
	renewalsSpared = "不计"
	renewalsCount  = "计入"
)

// findUnlisted finds contracts that were signed without a letting in the open.
func findUnlisted(ctx context.Context, v *view) ([]Hit, error) {
	list, err := letting.WithoutLetting(ctx, v.q, v.tenant, v.ranges, v.day.AddDays(-int(v.rules.most(v.f, "回看天数"))), v.day)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	tenants := make([]ids.ID, len(list))
	for i := range list {
		tenants[i] = list[i].Tenant
	}
	names, err := v.names(ctx, "party", tenants)
	var out []Hit
	for i := range list {
		l := &list[i]
		r := v.rule(l.Region)
		if r == nil || l.Signed.Before(v.day.AddDays(-int(r.number(v.f, "回看天数")))) || l.Previous != 0 && r.text("续签") != renewalsCount {
			continue
		}
		out = append(out, Hit{
			Subject: on("contract", l.Contract), Region: l.Region, Title: l.No + " " + l.Name, Measure: int64(l.Annual), Amount: l.Annual, Sample: l.Sample,
			Why: fmt.Sprintf("合同于 %s 签订，年租金 %s 元，没有对应的招租公告和结果公示。", l.Signed, l.Annual),
			Detail: Detail{
				Facts: []Fact{
					{"合同种类", field.LabelOf(contract.Kinds, l.Kind)}, {"签订日期", l.Signed.String()}, {"租期", l.From.String() + " 至 " + l.Until.String()}, {"承租人（乙方）", names[l.Tenant]},
					{"年租金", l.Annual.String() + " 元"}, {"应有的材料", "集体决议、招租公告、报价和结果公示，或不需要公开招租的依据"},
				},
				Refs: []Ref{{Kind: "contract", ID: l.Contract, Text: l.No + " " + l.Name, Value: l.Annual.String() + " 元/年"}, {Kind: "asset", ID: l.Asset, Text: l.AssetName}},
			},
		})
	}
	return out, err
}

// findBelowBasis finds lettings whose price lies below the share of the price basis that the place's own rule for letting
// sets; places without such a rule have none.
func findBelowBasis(ctx context.Context, v *view) ([]Hit, error) {
	list, err := letting.BelowBasis(ctx, v.q, v.tenant, v.ranges, v.day)
	var out []Hit
	for i := range list {
		l := &list[i]
		r := v.rule(l.Region)
		if r == nil || l.Listed.After(v.day) || !l.Listed.IsZero() && l.Listed.Before(v.day.AddDays(-int(r.number(v.f, "回看天数")))) {
			continue
		}
		price, what := l.Reserve, "底价"
		if l.Price != 0 {
			price, what = l.Price, "成交价"
		}
		s := share(price, l.BasisYear)
		h := Hit{
			Subject: on("letting", l.ID), Region: l.Region, Title: l.No + " " + l.Name, Measure: s, Amount: l.BasisYear - price, Sample: l.Sample,
			Why: fmt.Sprintf("%s %s 元/年，参考年租金 %s 元，只有它的 %s。", what, price, l.BasisYear, Percent.Text(s)),
			Detail: Detail{
				Facts: []Fact{
					{"招租进度", letting.Machine.State(l.State).Label}, {"定价依据", field.LabelOf(letting.Bases, l.Basis)}, {"依据说明", l.BasisNote}, {"参考年租金", l.BasisYear.String() + " 元"},
					{what, price.String() + " 元"}, {"低于参考价的理由", cmp.Or(l.ReserveReason, "没有写明")},
				},
				Refs: []Ref{{Kind: "letting", ID: l.ID, Text: l.No + " " + l.Name, Value: price.String() + " 元/年"}},
			},
		}
		if l.Contract != 0 {
			h.Refs = append(h.Refs, Ref{Kind: "contract", ID: l.Contract, Text: "据此签订的合同"})
		}
		out = append(out, h)
	}
	return out, err
}
