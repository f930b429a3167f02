package risk

import (
	"context"
	"fmt"

	"huicun/internal/books/asset"
	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/books/rent"
	"huicun/internal/kit/date"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
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
	if err != nil {
		return nil, err
	}
	prepaid, err := rent.PrepaidOf(ctx, v.q, v.tenant, v.ranges) // stands on the same accounts
	var out []Hit
	for i := range list {
		c := &list[i]
		fen := held[c.ID] - prepaid[c.ID]
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
	last := map[ids.ID]*contract.Let{} // the last contract of an asset
	for i := range lets {
		if l := &lets[i]; last[l.Asset] == nil || last[l.Asset].Until.Before(l.Until) {
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
			if !l.Until.Before(v.day) {
				continue
			}
			if since.Before(l.Until) {
				since, what = l.Until, "上一份合同终止"
			}
			h.Refs = append(h.Refs, Ref{Kind: "contract", ID: l.Contract, Text: "上一份合同 " + l.No + " " + l.Name, Value: "至 " + l.Until.String()})
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
