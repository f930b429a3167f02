package risk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"huicun/internal/books/asset"
	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/books/rent"
	"huicun/internal/kit/date"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

func labels(opts []field.Option) []string {
	out := make([]string, len(opts))
	for i, o := range opts {
		out[i] = o.Label
	}
	return out
}

func leaseKinds() []string { return labels(contract.Kinds) }
func assetKinds() []string { return labels(asset.Kinds) }

// findRent finds contracts that owe; the open items of those that are billed by month are listed one by one.
func findRent(ctx context.Context, v *view) ([]Hit, error) {
	list, err := v.over.ArrearsIn(ctx, v.q, v.tenant, v.ranges, v.day)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	items, err := rent.OpenOn(ctx, v.q, v.tenant, v.ranges, v.day)
	open := map[ids.ID][]Ref{}
	for i := range items {
		x := &items[i]
		open[x.Contract] = append(open[x.Contract], Ref{Kind: "rent_item", ID: x.ID, Text: "应收 " + x.No + "，应于 " + x.Due.String() + " 付款", Value: "未收 " + x.Open.String() + " 元"})
	}
	var out []Hit
	for i := range list {
		a := &list[i]
		r := v.rule(a.Region)
		if r == nil || int64(a.Owed) <= r.number(v.f, "最低欠款") {
			continue
		}
		refs := []Ref{{Kind: "contract", ID: a.Contract, Text: a.No + " " + a.Name, Value: "欠 " + a.Owed.String() + " 元"}}
		out = append(out, Hit{
			Subject: on("contract", a.Contract), Region: a.Region, Title: a.No + " " + a.Name, Measure: int64(a.Days), Amount: a.Owed, Sample: a.Sample,
			Why: fmt.Sprintf("%s 欠 %s 元，最早一期应于 %s 付款，已逾期 %d 天。", a.Debtor, a.Owed, a.Since, a.Days),
			Detail: Detail{
				Facts: []Fact{{"承租人（乙方）", a.Debtor}, {"到期应收", a.Due.String() + " 元"}, {"已收", a.Received.String() + " 元"}, {"欠款", a.Owed.String() + " 元"}, {"最早欠款到期日", a.Since.String()}},
				Refs:  clip(append(refs, open[a.Contract]...)),
			},
		})
	}
	return out, err
}

// longAgo is before all contracts.
var longAgo = date.Must("1950-01-01")

func findEnding(ctx context.Context, v *view) ([]Hit, error) {
	ahead, ok := v.rules.widest(v.f)
	if !ok {
		return nil, nil
	}
	list, err := contract.Ending(ctx, v.q, v.tenant, v.ranges, longAgo, v.day.AddDays(int(ahead)))
	var out []Hit
	for i := range list {
		c := &list[i]
		left := c.LastDay().Sub(v.day)
		why := fmt.Sprintf("合同 %s 到期，还有 %d 天，没有续签或另行出租。", c.LastDay(), left)
		if left < 0 {
			why = fmt.Sprintf("合同已于 %s 到期，过期 %d 天仍在履行，没有续签、终止或另行出租。", c.LastDay(), -left)
		}
		out = append(out, Hit{
			Subject: on("contract", c.ID), Region: c.Region, Title: c.No + " " + c.Name, Measure: int64(left), Amount: c.Annual, Sample: c.Sample, Why: why,
			Detail: Detail{
				Facts: []Fact{{"合同种类", field.LabelOf(contract.Kinds, c.Kind)}, {"到期日期", c.LastDay().String()}, {"年化金额", c.Annual.String() + " 元"}},
				Refs:  []Ref{{Kind: "contract", ID: c.ID, Text: c.No + " " + c.Name, Value: c.Annual.String() + " 元/年"}},
			},
		})
	}
	return out, err
}

// findOverTerm measures by how many days a contract outlasts what it may: the longest lease (民法典 第七百零五条), and for
// land the time for which it was itself contracted out.
func findOverTerm(ctx context.Context, v *view) ([]Hit, error) {
	list, err := contract.BoundSince(ctx, v.q, v.tenant, v.ranges, v.day, v.day)
	var out []Hit
	for i := range list {
		c := &list[i]
		r := v.rule(c.Region)
		if r == nil {
			continue
		}
		limit, why := date.Date{}, ""
		if r.includes("适用种类", field.LabelOf(contract.Kinds, c.Kind)) {
			years := int(r.number(v.f, "租期上限"))
			limit, why = c.From.AddMonths(12*years).AddDays(-1), fmt.Sprintf("租期上限 %d 年", years)
		}
		if until, err := date.Parse(r.text("土地剩余期限至")); err == nil && c.Kind == contract.Land && (limit.IsZero() || until.Before(limit)) {
			limit, why = until, "土地剩余期限至 "+until.String()
		}
		over := c.LastDay().Sub(limit)
		if limit.IsZero() || over <= 0 {
			continue
		}
		out = append(out, Hit{
			Subject: on("contract", c.ID), Region: c.Region, Title: c.No + " " + c.Name, Measure: int64(over), Amount: c.Annual, Sample: c.Sample,
			Why: fmt.Sprintf("合同自 %s 至 %s，%s，超出 %d 天；超出部分可能无效。", c.From, c.LastDay(), why, over),
			Detail: Detail{
				Facts: []Fact{{"合同种类", field.LabelOf(contract.Kinds, c.Kind)}, {"起始日期", c.From.String()}, {"到期日期", c.LastDay().String()}, {"允许至", limit.String()}, {"限制", why}},
				Refs:  []Ref{{Kind: "contract", ID: c.ID, Text: c.No + " " + c.Name}},
			},
		})
	}
	return out, err
}

// rented is a contract over units of one kind and one unit of area.
type rented struct {
	contract.Tenure
	units []ids.ID
	rate  money.Fen // a year for one unit of area
}

// perUnit is the scale of a quantity.
const perUnit = 10_000

// rentedOf gathers the units of leases by contract; those over several kinds or units of area cannot be compared and are
// left out.
func rentedOf(list []contract.Tenure) []rented {
	var out []rented
	at := map[ids.ID]int{}
	mixed := map[ids.ID]bool{}
	for i := range list {
		l := list[i]
		if l.Kind != contract.Lease && l.Kind != contract.Land || l.Annual == 0 {
			continue
		}
		j, ok := at[l.Contract]
		if !ok {
			at[l.Contract] = len(out)
			out = append(out, rented{Tenure: l, units: []ids.ID{l.Unit}})
			continue
		}
		x := &out[j]
		if x.Use != l.Use || x.Quantity.Unit != l.Quantity.Unit {
			mixed[l.Contract] = true
			continue
		}
		x.Quantity.N += l.Quantity.N
		x.units = append(x.units, l.Unit)
	}
	for i := range out {
		if x := &out[i]; x.Quantity.N > 0 {
			rate, err := money.MulDiv(x.Annual, perUnit, x.Quantity.N, money.HalfUp)
			if err != nil {
				mixed[x.Contract] = true
			}
			x.rate = rate
		}
	}
	return slices.DeleteFunc(out, func(x rented) bool { return mixed[x.Contract] || x.rate == 0 })
}

// around is where a contract's neighbours are looked for.
func around(region, level string) string {
	n := map[string]int{"村": 12, "镇": 9, "县": 6}[level]
	return region[:max(n, countyDigits)]
}

// median of amounts that are in order; of two in the middle the lower half.
func median(list []money.Fen) money.Fen {
	if n := len(list); n%2 == 1 {
		return list[n/2]
	}
	return (list[len(list)/2-1] + list[len(list)/2]) / 2
}

// findLowRent compares each rent with what the same units fetched before, and with the median of its neighbours of the same
// kind; the lower share counts.
func findLowRent(ctx context.Context, v *view) ([]Hit, error) {
	lets, err := v.allLets(ctx)
	if err != nil {
		return nil, err
	}
	all := rentedOf(lets) // the earliest first
	byUnit := map[ids.ID][]int{}
	groups := map[string][]int{}
	for i := range all {
		x := &all[i]
		for _, u := range x.units {
			byUnit[u] = append(byUnit[u], i)
		}
		if !x.Last.Before(v.day) {
			for _, level := range []string{"村", "镇", "县"} {
				key := level + around(x.Region, level) + x.Use + string(x.Quantity.Unit)
				groups[key] = append(groups[key], i)
			}
		}
	}
	var out []Hit
	for i := range all {
		x := &all[i]
		r := v.rule(x.Region)
		if r == nil || x.Last.Before(v.day) {
			continue
		}
		var best *Hit
		if prev := before(all, byUnit, i); prev != nil {
			best = lowHit(v, x, prev.rate, "上期租金", []*rented{prev})
		}
		level := r.text("参照范围")
		var near []*rented
		for _, j := range groups[level+around(x.Region, level)+x.Use+string(x.Quantity.Unit)] {
			if j != i {
				near = append(near, &all[j])
			}
		}
		if int64(len(near)) >= max(1, r.number(v.f, "最少参照")) {
			slices.SortFunc(near, func(a, b *rented) int { return cmp.Or(cmp.Compare(a.rate, b.rate), strings.Compare(a.No, b.No)) })
			rates := make([]money.Fen, len(near))
			for k := range near {
				rates[k] = near[k].rate
			}
			if h := lowHit(v, x, median(rates), fmt.Sprintf("同%s同类 %d 份合同的中位数", level, len(near)), near); best == nil || h.Measure < best.Measure {
				best = h
			}
		}
		if best != nil && r.colour(v.f, best.Measure) != "" {
			out = append(out, *best)
		}
	}
	return out, nil
}

// before is the contract that let the same units last before another began, nil when there is none.
func before(all []rented, byUnit map[ids.ID][]int, i int) *rented {
	var out *rented
	for _, j := range byUnit[all[i].units[0]] {
		x := &all[j]
		if x.Contract != all[i].Contract && x.From.Before(all[i].From) && slices.Equal(x.units, all[i].units) && (out == nil || out.From.Before(x.From)) {
			out = x
		}
	}
	return out
}

func lowHit(v *view, x *rented, base money.Fen, what string, with []*rented) *Hit {
	per := "元/" + x.Quantity.Unit.Label() + "·年"
	s := share(x.rate, base)
	h := &Hit{
		Subject: on("contract", x.Contract), Region: x.Region, Title: x.No + " " + x.Name, Measure: s, Amount: x.Annual, Sample: x.Sample,
		Why: fmt.Sprintf("每%s每年租金 %s 元，%s为 %s 元，只有它的 %s。", x.Quantity.Unit.Label(), x.rate, what, base, Percent.Text(s)),
		Detail: Detail{RefHead: "参照合同（按租金由低到高）", Facts: []Fact{
			{"类别", field.LabelOf(asset.Kinds, x.Use)}, {"面积（数量）", x.Quantity.String()}, {"年租金", x.Annual.String() + " 元"}, {"单位租金", x.rate.String() + " " + per},
			{"参照", what}, {"参照租金", base.String() + " " + per}, {"比例", Percent.Text(s)},
		}},
	}
	h.Refs = append(h.Refs, Ref{Kind: "contract", ID: x.Contract, Text: "本合同 " + x.No + " " + x.Name, Value: x.rate.String() + " " + per})
	for _, o := range with {
		h.Refs = append(h.Refs, Ref{Kind: "contract", ID: o.Contract, Text: o.No + " " + o.Name + "（" + o.Quantity.String() + "）", Value: o.rate.String() + " " + per})
	}
	h.Refs = clip(h.Refs)
	return h
}

// findDeposits finds deposits that the ledger still holds after a contract has ended.
func findDeposits(ctx context.Context, v *view) ([]Hit, error) {
	list, err := contract.DepositsOver(ctx, v.q, v.tenant, v.ranges, v.day)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	of := make([]ids.ID, len(list))
	for i := range list {
		of[i] = list[i].ID
	}
	held, err := ledger.HeldFor(ctx, v.q, v.tenant, of, v.day.YearMonth())
	var out []Hit
	for i := range list {
		c := &list[i]
		fen := held[c.ID]
		if fen <= 0 {
			continue
		}
		days := v.day.Sub(c.LastDay())
		out = append(out, Hit{
			Subject: on("contract", c.ID), Region: c.Region, Title: c.No + " " + c.Name, Measure: int64(days), Amount: fen, Sample: c.Sample,
			Why: fmt.Sprintf("合同已于 %s 终止 %d 天，账上还挂着这份合同的押金 %s 元，没有退还或抵扣。", c.LastDay(), days, fen),
			Detail: Detail{
				Facts: []Fact{{"终止日期", c.LastDay().String()}, {"约定押金", c.Deposit.String() + " 元"}, {"账上结存", fen.String() + " 元"}},
				Refs:  []Ref{{Kind: "contract", ID: c.ID, Text: c.No + " " + c.Name, Value: fen.String() + " 元"}},
			},
		})
	}
	return out, err
}

func findIdle(ctx context.Context, v *view) ([]Hit, error) {
	list, err := asset.OperatingIn(ctx, v.q, v.tenant, v.ranges)
	if err != nil {
		return nil, err
	}
	lets, err := v.allLets(ctx)
	if err != nil {
		return nil, err
	}
	last := map[ids.ID]*contract.Tenure{} // the last contract of an asset
	for i := range lets {
		if l := &lets[i]; last[l.Asset] == nil || last[l.Asset].Last.Before(l.Last) {
			last[l.Asset] = l
		}
	}
	var out []Hit
	for i := range list {
		a := &list[i]
		r := v.rule(a.Region)
		if r == nil || a.Nature == "" && !r.includes("未填性质的类别", field.LabelOf(asset.Kinds, a.Kind)) {
			continue
		}
		since, what := a.ReadyOn, "投用"
		if since.IsZero() {
			since, what = a.Acquired, "取得"
		}
		h := Hit{Subject: on("asset", a.ID), Region: a.Region, Title: a.No + " " + a.Name, Amount: a.Cost, Sample: a.Sample}
		h.Refs = []Ref{{Kind: "asset", ID: a.ID, Text: a.No + " " + a.Name, Value: a.Quantity.String()}}
		if l := last[a.ID]; l != nil {
			if !l.Last.Before(v.day) {
				continue
			}
			if since.Before(l.Last) {
				since, what = l.Last, "上一份合同终止"
			}
			h.Refs = append(h.Refs, Ref{Kind: "contract", ID: l.Contract, Text: "上一份合同 " + l.No + " " + l.Name, Value: "至 " + l.Last.String()})
		}
		if since.IsZero() || since.After(v.day) {
			continue
		}
		days := v.day.Sub(since)
		h.Measure = int64(days)
		h.Why = fmt.Sprintf("自 %s %s以来没有出租，也没有登记别的用途，已闲置 %d 天。", since, what, days)
		h.Facts = []Fact{{"类别", field.LabelOf(asset.Kinds, a.Kind)}, {"数量", a.Quantity.String()}, {"原值", a.Cost.String() + " 元"}, {"闲置起算日", since.String() + "（" + what + "）"}}
		out = append(out, h)
	}
	return out, nil
}

func findCertificates(ctx context.Context, v *view) ([]Hit, error) {
	ahead, ok := v.rules.widest(v.f)
	if !ok {
		return nil, nil
	}
	list, err := asset.CertificatesUntil(ctx, v.q, v.tenant, v.ranges, v.day.AddDays(int(ahead)))
	if err != nil {
		return nil, err
	}
	var of []ids.ID
	for i := range list {
		of = append(of, list[i].Asset)
	}
	names, err := v.names(ctx, "asset", of)
	var out []Hit
	for i := range list {
		c := &list[i]
		left := c.ValidTo.Sub(v.day)
		why := fmt.Sprintf("证书有效期至 %s，还有 %d 天。", c.ValidTo, left)
		if left < 0 {
			why = fmt.Sprintf("证书已于 %s 到期，过期 %d 天。", c.ValidTo, -left)
		}
		kind := field.LabelOf(asset.CertificateKinds, c.Kind)
		out = append(out, Hit{
			Subject: on("asset_certificate", c.ID), Region: c.Region, Title: kind + " " + c.No, Measure: int64(left), Sample: c.Sample, Why: why,
			Detail: Detail{
				Facts: []Fact{{"证书种类", kind}, {"权利人", c.Holder}, {"有效期至", c.ValidTo.String()}},
				Refs:  []Ref{{Kind: "asset_certificate", ID: c.ID, Text: kind + " " + c.No}, {Kind: "asset", ID: c.Asset, Text: names[c.Asset]}},
			},
		})
	}
	return out, err
}
