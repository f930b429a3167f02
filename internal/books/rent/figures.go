package rent

import (
	"context"
	"slices"

	"huicun/internal/indicator"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// hundred is a whole in hundredths of a per cent.
const hundred = 100_00

// Figures are the slice's indicators.
func Figures() []indicator.Indicator {
	return []indicator.Indicator{
		{
			Code: "rent.due_year", Name: "本年应收合同款", Unit: indicator.Yuan, Mechanism: "books",
			Definition: "本年初至统计日到期、已按月计收的应收款项（租金、服务费等合同价款和滞纳金）之和。没有计收的月份不在内。",
			Eval:       indicator.SumOf(dueOfYear),
		},
		{
			Code: "rent.received_year", Name: "本年收到合同款", Unit: indicator.Yuan, Mechanism: "books",
			Definition: "本年初至统计日登记的合同收款（含押金抵租金和从账上认领的收款）减去退还，不问款项属于哪个时期；押金不计。",
			Eval:       indicator.SumOf(receivedOfYear),
		},
		{
			Code: "rent.open", Name: "到期未收合同款", Unit: indicator.Yuan, Mechanism: "books",
			Definition: "统计日以前到期、已按月计收的应收款项中，到统计日还没有收到也没有核销的部分。",
			Eval:       indicator.SumOf(openItemsOf(0)),
		},
		{
			Code: "rent.overdue", Name: "逾期合同款", Unit: indicator.Yuan, Mechanism: "books",
			Definition: "应收款项中，到统计日逾期超过“天数”（默认 30 天）还没有收到也没有核销的部分。",
			Params:     []indicator.Param{{Name: "days", Label: "天数", Default: "30"}},
			Eval:       indicator.SumOf(openItemsOf(overdueDays)),
		},
		{
			Code: "rent.collection_rate", Name: "租金收缴率", Unit: indicator.Ratio100, Mechanism: "books", Aggregate: indicator.Ratio,
			Definition: "本年初至统计日到期、已按月计收的应收款项中，到统计日已经收到的部分占全部的比例；已核销的坏账不算收到。",
			Eval:       collectionRate,
		},
	}
}

// overdueDays is from how many days on an item counts as overdue, unless the figure says otherwise.
const overdueDays = 30

func months(ctx context.Context, h db.Q, q indicator.Query) ([]Month, error) {
	return BoardBy(ctx, h, q.Tenant, q.Ranges, q.From(), q.To(), q.To())
}

func (m *Month) record(amount money.Fen) indicator.Record {
	return indicator.Record{Kind: "contract", ID: m.ID, No: m.Contract, Title: m.Name, Region: m.Region, Amount: int64(amount), Sample: m.Sample, Note: m.Debtor}
}

func dueOfYear(ctx context.Context, h db.Q, q indicator.Query) ([]indicator.Record, error) {
	list, err := months(ctx, h, q)
	out := make([]indicator.Record, len(list))
	for i := range list {
		out[i] = list[i].record(list[i].Due)
	}
	return out, err
}

func receivedOfYear(ctx context.Context, h db.Q, q indicator.Query) ([]indicator.Record, error) {
	list, err := receiptsBetween(ctx, h, q.Tenant, q.Ranges, q.From(), q.To())
	if err != nil {
		return nil, err
	}
	out := make([]indicator.Record, len(list))
	for i := range list {
		r := &list[i]
		fen := r.Amount
		if r.Kind == Refund {
			fen = -fen
		}
		out[i] = indicator.Record{Kind: KindReceipt, ID: r.ID, No: r.No, Title: r.Payer, Region: r.Region, Date: r.Date, Amount: int64(fen), Sample: r.Sample}
	}
	return out, nil
}

// openItemsOf lists what is open of items that are overdue by more than some days; with a default, the figure's parameter decides.
func openItemsOf(days int) indicator.Lister {
	return func(ctx context.Context, h db.Q, q indicator.Query) ([]indicator.Record, error) {
		least := days
		if days > 0 {
			n, err := parseDays(q.Param("days", ""), days)
			if err != nil {
				return nil, err
			}
			least = n
		}
		list, err := OpenOn(ctx, h, q.Tenant, q.Ranges, q.To())
		if err != nil {
			return nil, err
		}
		list = slices.DeleteFunc(list, func(o OpenItem) bool { return least > 0 && o.Days(q.To()) <= least })
		out := make([]indicator.Record, len(list))
		for i := range list {
			o := &list[i]
			out[i] = indicator.Record{Kind: KindItem, ID: o.ID, No: o.No, Title: o.Name, Region: o.Region, Date: o.Due, Amount: int64(o.Open), Sample: o.Sample, Note: o.Debtor}
		}
		return out, nil
	}
}

func collectionRate(ctx context.Context, h db.Q, q indicator.Query) (indicator.Result, error) {
	list, err := months(ctx, h, q)
	if err != nil {
		return indicator.Result{}, err
	}
	var r indicator.Result
	seen := map[ids.ID]bool{}
	for i := range list {
		m := &list[i]
		r.Num += int64(m.Covered)
		r.Den += int64(m.Due)
		r.Records = append(r.Records, m.record(m.Covered))
		seen[m.ID] = true
	}
	r.Count = len(seen)
	if r.Den > 0 {
		v, err := money.MulDiv(money.Fen(r.Num), hundred, r.Den, money.HalfUp)
		if err != nil {
			return r, err
		}
		r.Value, r.Forecast = int64(v), int64(v)
	}
	return r, nil
}
