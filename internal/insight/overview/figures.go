package overview

import (
	"context"
	"fmt"
	"slices"

	"huicun/internal/books/contract"
	"huicun/internal/indicator"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/registry/record"
)

// Figures are the indicators that are made of several slices. They read the catalogue that they are added to.
func Figures(e *record.Env, cat *indicator.Catalogue) []indicator.Indicator {
	s := &Service{env: e, cat: cat}
	return []indicator.Indicator{
		{
			Code: "overview.arrears", Name: "应收未收", Unit: indicator.Yuan, Mechanism: "books",
			Definition: "已签订、履行中和已终止未结清的合同，自本村账套启用之日起到统计日（含）应付的各期款项，减去截至统计日已记账凭证中登记在该合同名下的收款" +
				"（收入类科目和应收款、内部往来科目的贷方减借方，押金不计），大于零的部分之和。已按月计收的合同，以应收款项截至统计日的未收部分加上到期未计收的款项、减去预收计算。预收多收的合同不抵减其他合同；没有账套的村不计。",
			Eval: indicator.SumOf(s.listArrears),
		},
		{
			Code: "overview.stable_source", Name: "稳定性收入（按来源）", Unit: indicator.YuanYear, Mechanism: "books",
			Definition: "统计日正在履行、计入稳定性收入的合同的年化金额，按所租资产的类别和服务协议分列。一份合同租用几类资产的，按出租单元的数量分摊到分。",
			Params:     []indicator.Param{{Name: "source", Label: "来源"}},
			Eval:       indicator.SumOf(s.listSources),
		},
		{
			Code: "overview.new_stable", Name: "新增稳定性收入", Unit: indicator.YuanYear, Mechanism: "policy",
			Definition: "新建、盘活的资产上正在履行且计入稳定性收入的租赁合同的年化租金，减去这些资产新建、盘活之前的年收入；加上正在履行、计入稳定性收入的服务协议的年化金额。",
			Eval:       indicator.SumOf(s.listNew),
		},
	}
}

func (s *Service) listArrears(ctx context.Context, h db.Q, q indicator.Query) ([]indicator.Record, error) {
	list, err := s.arrears(ctx, h, &county{tenant: q.Tenant, scope: q.Scope, ranges: q.Ranges, year: q.Year, day: q.To()})
	if err != nil {
		return nil, err
	}
	out := make([]indicator.Record, len(list))
	for i := range list {
		a := &list[i]
		out[i] = indicator.Record{
			Kind: "contract", ID: a.Contract, No: a.No, Title: a.Name, Region: a.Region, Date: a.Since, Amount: int64(a.Owed), Sample: a.Sample,
			Note: fmt.Sprintf("%s，逾期 %d 天；应收 %s，已收 %s", a.Debtor, a.Days, a.Due, a.Received),
		}
	}
	return out, nil
}

func (s *Service) listSources(ctx context.Context, h db.Q, q indicator.Query) ([]indicator.Record, error) {
	want := q.Param("source", "")
	if want != "" && !slices.ContainsFunc(contract.Sources, func(o field.Option) bool { return o.Code == want }) {
		return nil, errs.New(errs.Invalid, "figure.params", "参数 source 没有“%s”这个选项", want)
	}
	parts, err := contract.StableBySource(ctx, h, q.Tenant, q.Ranges, q.To())
	if err != nil {
		return nil, err
	}
	var out []indicator.Record
	for i := range parts {
		p := &parts[i]
		if want != "" && p.Source != want {
			continue
		}
		out = append(out, indicator.Record{
			Kind: "contract", ID: p.Contract, No: p.No, Title: p.Name, Region: p.Region, Date: p.From, Amount: int64(p.Annual), Sample: p.Sample,
			Note: field.LabelOf(contract.Sources, p.Source),
		})
	}
	return out, nil
}

func (s *Service) listNew(ctx context.Context, h db.Q, q indicator.Query) ([]indicator.Record, error) {
	var out []indicator.Record
	for _, part := range []struct {
		code   string
		params map[string]string
	}{{"contract.new_stable_income", newAssets("")}, {"contract.service_income", nil}} {
		in, err := s.cat.Get(part.code)
		if err != nil {
			return nil, err
		}
		sub := q
		sub.Params = part.params
		r, err := in.Eval(ctx, h, sub)
		if err != nil {
			return nil, err
		}
		out = append(out, r.Records...)
	}
	return out, nil
}
