package work

import (
	"context"

	"huicun/internal/indicator"
	"huicun/internal/kit/db"
)

// Figures are the slice's indicators.
func Figures() []indicator.Indicator {
	return []indicator.Indicator{
		{
			Code: "work.orders", Name: "完成工单", Unit: indicator.None, Mechanism: "books",
			Definition: "本年到统计日完工的工单件数，不含取消的。", Eval: indicator.CountOf(done),
		},
		{
			Code: "work.value", Name: "工单金额", Unit: indicator.Yuan, Mechanism: "books",
			Definition: "本年到统计日完工并经客户确认的工单金额之和，已结算、未结算的都算。", Eval: indicator.SumOf(confirmed),
		},
		{
			Code: "work.on_time", Name: "工单按时完成率", Unit: indicator.Ratio100, Mechanism: "books", Aggregate: indicator.Ratio,
			Definition: "本年到统计日完工的工单中，完工日期不晚于要求完成日期的比例。", Eval: onTime,
		},
	}
}

func doneIn(q indicator.Query) *db.Where {
	return db.NewWhere(q.Tenant).Ranges("region", q.Ranges).And("done_on >= ?", q.From()).And("done_on <= ?", q.To()).And("state <> ?", OrderCancelled)
}

func records(list []Order) []indicator.Record {
	out := make([]indicator.Record, len(list))
	for i := range list {
		o := &list[i]
		out[i] = indicator.Record{Kind: "work_order", ID: o.ID, No: o.No, Title: o.Title, Region: o.Region, Date: o.Done, Amount: int64(o.Amount), Sample: o.Sample}
	}
	return out
}

func done(ctx context.Context, h db.Q, q indicator.Query) ([]indicator.Record, error) {
	list, err := orderTable.All(ctx, h, doneIn(q), "no")
	return records(list), err
}

func confirmed(ctx context.Context, h db.Q, q indicator.Query) ([]indicator.Record, error) {
	list, err := orderTable.All(ctx, h, doneIn(q).And("state IN ('confirmed', 'settled')"), "no")
	return records(list), err
}

func onTime(ctx context.Context, h db.Q, q indicator.Query) (indicator.Result, error) {
	list, err := orderTable.All(ctx, h, doneIn(q), "no")
	if err != nil {
		return indicator.Result{}, err
	}
	r := indicator.Result{Records: records(list), Den: int64(len(list)), Count: len(list)}
	for i := range list {
		if list[i].OnTime() {
			r.Num++
		}
	}
	r.Value = indicator.Percent(r.Num, r.Den)
	r.Forecast = r.Value
	return r, nil
}
