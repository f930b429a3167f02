package risk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"huicun/internal/books/bank"
	"huicun/internal/books/cash"
	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/party"
)

// payment is money that went to somebody, from whichever book it is known.
type payment struct {
	Ref
	region string
	party  ids.ID
	payee  string
	day    date.Date
	fen    money.Fen
	sample bool
	books  ids.ID
}

// payments lists what was paid from a day on: by vouchers that name a party, by banks, and out of petty cash. What has a
// voucher of its own counts once.
func (v *view) payments(ctx context.Context, from date.Date) ([]payment, error) {
	paid, err := ledger.PaidTo(ctx, v.q, v.tenant, v.ranges, from, v.day)
	if err != nil {
		return nil, err
	}
	banks, err := bank.PaidOut(ctx, v.q, v.tenant, v.ranges, from, v.day)
	if err != nil {
		return nil, err
	}
	petty, err := cash.SpentIn(ctx, v.q, v.tenant, v.ranges, from, v.day)
	if err != nil {
		return nil, err
	}
	var of []ids.ID
	for i := range paid {
		of = append(of, paid[i].Party)
	}
	for i := range banks {
		if banks[i].Party != 0 {
			of = append(of, banks[i].Party)
		}
	}
	names, err := v.names(ctx, "party", of)
	if err != nil {
		return nil, err
	}
	known := map[ids.ID]bool{} // vouchers that are counted by what they were made for
	var out []payment
	for i := range banks {
		p := &banks[i]
		known[p.Made], known[p.Voucher] = true, true
		out = append(out, payment{
			Ref:    Ref{Kind: "payment_line", ID: p.ID, Text: p.SettledOn.String() + " " + p.Payee + " " + p.Purpose, Value: p.Amount.String() + " 元"},
			region: p.Region, party: p.Party, payee: p.Payee, day: p.SettledOn, fen: p.Amount, sample: p.Sample,
		})
	}
	for i := range petty {
		p := &petty[i]
		known[p.Voucher] = true
		if p.Payee == "" {
			continue
		}
		out = append(out, payment{
			Ref:    Ref{Kind: "petty_entry", ID: p.ID, Text: p.Date.String() + " " + p.Payee + " " + p.Summary, Value: p.Amount.String() + " 元"},
			region: p.Region, payee: p.Payee, day: p.Date, fen: p.Amount, sample: p.Sample,
		})
	}
	for i := range paid {
		p := &paid[i]
		if known[p.Voucher] {
			continue
		}
		out = append(out, payment{
			Ref:    Ref{Kind: "voucher", ID: p.Voucher, Text: p.Date.String() + " " + p.FullNo + " " + p.Summary, Value: p.Fen.String() + " 元"},
			region: p.Region, party: p.Party, payee: names[p.Party], day: p.Date, fen: p.Fen, sample: p.Sample,
		})
	}
	slices.SortStableFunc(out, func(a, b payment) int { return a.day.Compare(b.day) })
	return out, nil
}

// interest is one with whom a village should not deal by itself: by name, by the parties that stand for them.
type interest struct {
	key, name, region, why string
	parties                map[ids.ID]bool
	ref                    Ref
	sample                 bool
}

// interests are the registered ones and the officers on record, with the firms in which they hold a role.
func (v *view) interests(ctx context.Context, from date.Date) ([]interest, error) {
	list, err := relatedOn(ctx, v.q, v.tenant, v.ranges, from, v.day)
	if err != nil {
		return nil, err
	}
	roles, err := party.RolesOn(ctx, v.q, v.tenant, v.day)
	if err != nil {
		return nil, err
	}
	firmsOf := func(same func(h *party.Held) bool) map[ids.ID]bool {
		out := map[ids.ID]bool{}
		for i := range roles {
			if h := &roles[i]; !h.Own && same(h) {
				out[h.Party] = true
			}
		}
		return out
	}
	var out []interest
	for i := range list {
		r := &list[i]
		x := interest{
			key: on("related_person", r.ID), name: r.Name, region: r.Region, sample: r.Sample, parties: map[ids.ID]bool{},
			why: r.Officer + "的" + field.LabelOf(Relations, r.Relation), ref: Ref{Kind: "related_person", ID: r.ID, Text: r.Name + "（" + r.Officer + "，" + field.LabelOf(Relations, r.Relation) + "）"},
		}
		if r.Relation == "self" {
			x.why = "村干部" + r.Officer
		}
		if r.IDIndex != "" {
			x.parties = firmsOf(func(h *party.Held) bool { return h.IDIndex == r.IDIndex })
		}
		if r.Party != 0 {
			x.parties[r.Party] = true
		}
		out = append(out, x)
	}
	seen := map[string]bool{}
	for i := range roles {
		h := &roles[i]
		key := on("person", h.Person) + "/" + h.Region
		if !h.Own || seen[key] || !within(h.Region, v.ranges) {
			continue
		}
		seen[key] = true
		out = append(out, interest{
			key: key, name: h.Name, region: h.Region, why: "村干部（" + h.Role + "）", ref: Ref{Kind: "person", ID: h.Person, Text: h.Name + "（" + h.Role + "）"},
			parties: firmsOf(func(o *party.Held) bool { return o.Person == h.Person }),
		})
	}
	return out, nil
}

func within(place string, ranges [][2]string) bool {
	return slices.ContainsFunc(ranges, func(r [2]string) bool { return place >= r[0] && place < r[1] })
}

// findRelated finds contracts and payments of a village with those who have an interest there.
func findRelated(ctx context.Context, v *view) ([]Hit, error) {
	from := v.day.AddDays(-int(v.rules.most(v.f, "回看天数")))
	people, err := v.interests(ctx, from)
	if err != nil || len(people) == 0 {
		return nil, err
	}
	paid, err := v.payments(ctx, from)
	if err != nil {
		return nil, err
	}
	contracts, err := contract.BoundSince(ctx, v.q, v.tenant, v.ranges, from, v.day)
	if err != nil {
		return nil, err
	}
	var of []ids.ID
	for i := range contracts {
		of = append(of, contracts[i].PartyB)
	}
	names, err := v.names(ctx, "party", of)
	if err != nil {
		return nil, err
	}
	deals := map[string][]payment{} // by village
	for i := range contracts {
		c := &contracts[i]
		deals[c.Region] = append(deals[c.Region], payment{
			Ref:    Ref{Kind: "contract", ID: c.ID, Text: "合同 " + c.No + " " + c.Name, Value: c.Annual.String() + " 元/年"},
			region: c.Region, party: c.PartyB, payee: names[c.PartyB], day: v.day, fen: c.Annual, sample: c.Sample,
		})
	}
	for _, p := range paid {
		deals[p.region] = append(deals[p.region], p)
	}
	var out []Hit
	for i := range people {
		x := &people[i]
		r := v.rule(x.region)
		if r == nil {
			continue
		}
		since := v.day.AddDays(-int(r.number(v.f, "回看天数")))
		h := Hit{Subject: x.key, Region: x.region, Title: x.name, Sample: x.sample, Detail: Detail{RefHead: "涉及的合同和付款", Refs: []Ref{x.ref}}}
		for place, list := range deals {
			if !code.Within(place, x.region) {
				continue
			}
			for _, p := range list {
				if p.day.Before(since) || p.payee != x.name && !x.parties[p.party] {
					continue
				}
				h.Measure++
				h.Amount += p.fen
				h.Refs = append(h.Refs, p.Ref)
			}
		}
		if h.Measure == 0 {
			continue
		}
		h.Why = fmt.Sprintf("%s（%s）与本村有 %d 笔合同或付款，合计 %s 元。请附回避记录和集体决议。", x.name, x.why, h.Measure, h.Amount)
		h.Facts = []Fact{{"利害关系人", x.name}, {"关系", x.why}, {"笔数", Times.Text(h.Measure)}, {"金额合计", h.Amount.String() + " 元"}}
		h.Refs = clip(h.Refs)
		out = append(out, h)
	}
	return out, nil
}

// findSplit finds payments to one payee that each stay below what has to be approved higher up, and together do not, within
// some days.
func findSplit(ctx context.Context, v *view) ([]Hit, error) {
	from := v.day.AddDays(-int(v.rules.most(v.f, "回看天数")))
	list, err := v.payments(ctx, from)
	if err != nil {
		return nil, err
	}
	groups := map[[2]string][]payment{}
	var keys [][2]string
	for _, p := range list {
		r := v.rule(p.region)
		if r == nil || int64(p.fen) >= r.number(v.f, "审批起点") || p.day.Before(v.day.AddDays(-int(r.number(v.f, "回看天数")))) {
			continue
		}
		k := [2]string{p.region, strings.TrimSpace(p.payee)}
		if k[1] == "" {
			continue
		}
		if groups[k] == nil {
			keys = append(keys, k)
		}
		groups[k] = append(groups[k], p)
	}
	var out []Hit
	for _, k := range keys {
		r := v.rule(k[0])
		tier, span := money.Fen(r.number(v.f, "审批起点")), int(r.number(v.f, "时间跨度"))
		some, sum := densest(groups[k], span)
		if len(some) < 2 || sum <= tier {
			continue
		}
		measure := share(sum, tier)
		h := Hit{
			Subject: "payee:" + k[0] + "/" + k[1], Region: k[0], Title: k[1], Measure: measure, Amount: sum,
			Why: fmt.Sprintf("%s 至 %s 付给 %s %d 笔，每笔都不到 %s 元，合计 %s 元，是审批起点的 %s。", some[0].day, some[len(some)-1].day, k[1], len(some), tier, sum, Percent.Text(measure)),
			Detail: Detail{RefHead: "各笔付款", Facts: []Fact{
				{"收款人", k[1]}, {"笔数", fmt.Sprintf("%d 笔", len(some))}, {"合计", sum.String() + " 元"}, {"审批起点", tier.String() + " 元"}, {"时间跨度", fmt.Sprintf("%d 天之内", span)},
			}},
		}
		for _, p := range some {
			h.Refs = append(h.Refs, p.Ref)
			h.Sample = h.Sample || p.sample
		}
		h.Refs = clip(h.Refs)
		out = append(out, h)
	}
	return out, nil
}

// densest returns the payments within so many days of one of them that sum to the most; the list is in the order of days.
func densest(list []payment, span int) (best []payment, most money.Fen) {
	from, sum := 0, money.Fen(0)
	for to := range list {
		sum += list[to].fen
		for list[to].day.Sub(list[from].day) >= span && from < to {
			sum -= list[from].fen
			from++
		}
		if sum > most {
			best, most = list[from:to+1], sum
		}
	}
	return best, most
}
