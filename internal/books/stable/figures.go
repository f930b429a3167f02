package stable

import (
	"context"

	"huicun/internal/books/contract"
	"huicun/internal/indicator"
	"huicun/internal/kit/db"
	"huicun/internal/kit/field"
	"huicun/internal/kit/money"
)

// Figures are the slice's indicators.
func (s *Service) Figures() []indicator.Indicator {
	return []indicator.Indicator{
		{
			Code: "stable.contracted", Name: "稳定性收入（本年合同额）", Unit: indicator.Yuan, Mechanism: "books",
			Definition: "统计日的稳定性收入口径内的合同，按条款逐日分摊、归属本年一月一日至十二月三十一日的金额；年内起租、到期、免租、递增都已计算在内。",
			Eval:       indicator.SumOf(s.lineOf(Within)),
		},
		{
			Code: "stable.accrued", Name: "稳定性收入（本年应计）", Unit: indicator.Yuan, Mechanism: "books",
			Definition: "本年一月一日至统计日已记账的凭证中，记在口径内合同名下的收入，加口径规定直接计入的收入，减口径规定扣除的支出。结转凭证不计。",
			Eval:       indicator.SumOf(s.lineOf(Accrued)),
		},
		{
			Code: "stable.received", Name: "稳定性收入（本年实收）", Unit: indicator.Yuan, Mechanism: "books",
			Definition: "本年一月一日至统计日，口径内合同经现金、银行收到的款项：收回以前年度的欠款、预收的款项计入，核销、抵扣等没有收到钱的不计，押金不计。",
			Eval:       indicator.SumOf(s.lineOf(Received)),
		},
		{
			Code: "stable.added", Name: "本年新增稳定性收入", Unit: indicator.YuanYear, Mechanism: "books",
			Definition: "统计日与上年末相比，新签合同的年化金额，加续签、变更增加的年化金额。",
			Eval:       indicator.SumOf(s.changed(func(c *Changes) []Change { return c.Added }, 1)),
		},
		{
			Code: "stable.lost", Name: "本年减少稳定性收入", Unit: indicator.YuanYear, Mechanism: "books",
			Definition: "统计日与上年末相比，到期未续、提前终止的合同的年化金额，加续签、变更减少的年化金额。",
			Eval:       indicator.SumOf(s.changed(func(c *Changes) []Change { return c.Lost }, -1)),
		},
		{
			Code: "stable.at_risk", Name: "十二个月内到期的稳定性收入", Unit: indicator.YuanYear, Mechanism: "books",
			Definition: "统计日正在履行的口径内合同中，十二个月内到期、尚没有续签或接租合同的，其年化金额之和。",
			Eval:       indicator.SumOf(s.risks),
		},
	}
}

// recordOf names a contract with an amount.
func recordOf(c *contract.Contract, fen money.Fen) indicator.Record {
	r := contract.Record(c)
	r.Amount = int64(fen)
	return r
}

// lineOf lists the contracts that make a line of the reconciliation; what counts without a contract stands by village.
func (s *Service) lineOf(line Line) indicator.Lister {
	return func(ctx context.Context, q db.Q, query indicator.Query) ([]indicator.Record, error) {
		y, err := s.Of(ctx, q, query.Tenant, query.Ranges, PeriodOf(query.Year, query.To()))
		if err != nil {
			return nil, err
		}
		var out []indicator.Record
		for i := range y.Items {
			if fen := y.Items[i].Amounts[line]; fen != 0 {
				out = append(out, recordOf(y.Items[i].Contract, fen))
			}
		}
		for _, place := range y.places() {
			if fen := y.Direct[place][line]; fen != 0 {
				out = append(out, indicator.Record{Kind: "region", No: place, Title: s.env.Regions.Name(ctx, place), Region: place, Amount: int64(fen), Note: "不挂合同、按口径直接计入"})
			}
		}
		return out, nil
	}
}

func (s *Service) changed(of func(*Changes) []Change, sign money.Fen) indicator.Lister {
	return func(ctx context.Context, q db.Q, query indicator.Query) ([]indicator.Record, error) {
		c, err := s.Changes(ctx, q, query.Tenant, query.Ranges, PeriodOf(query.Year, query.To()))
		if err != nil {
			return nil, err
		}
		var out []indicator.Record
		for _, x := range of(c) {
			r := recordOf(x.Contract, sign*x.By)
			r.Note = field.LabelOf(ChangeKinds, x.Kind)
			out = append(out, r)
		}
		return out, nil
	}
}

func (s *Service) risks(ctx context.Context, q db.Q, query indicator.Query) ([]indicator.Record, error) {
	c, err := s.Changes(ctx, q, query.Tenant, query.Ranges, PeriodOf(query.Year, query.To()))
	if err != nil {
		return nil, err
	}
	var out []indicator.Record
	for _, x := range c.AtRisk {
		r := recordOf(x.Contract, x.Annual)
		r.Note = x.Last.Chinese() + "到期"
		out = append(out, r)
	}
	return out, nil
}
