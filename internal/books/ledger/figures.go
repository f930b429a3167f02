package ledger

import (
	"context"
	"slices"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

const incomeDefinition = "账套当年 1 月 1 日至统计日已记账凭证中，收入类科目的贷方发生额减借方发生额：2004 年制度为 501 经营收入、511 发包及上交收入、" +
	"521 农业税附加返还收入、522 补助收入、531 其他收入、561 投资收益，2023 年制度为 501 经营收入、502 投资收益、503 补助收入、504 其他收入，" +
	"均含明细科目。红字冲销冲减当期收入；期末结转收益的凭证不计；未记账的凭证不计；应收未收的收入按权责发生制计入。"

// Figures are the ledger's indicators.
func Figures(e *record.Env, regions *region.Service) []indicator.Indicator {
	f := figures{e, regions}
	return []indicator.Indicator{
		{
			Code: "ledger.village_income", Name: "村级总收入", Unit: indicator.Yuan, Mechanism: "books",
			Definition: "各村集体经济组织账套的总收入之和。" + incomeDefinition,
			Eval:       indicator.SumOf(f.byBooks(IncomeOf)),
		},
		{
			Code: "ledger.village_income_min", Name: "村级总收入最低的村", Unit: indicator.Yuan, Mechanism: "books",
			Definition: "统计年度建有账套的村中，村级总收入最少的一个村的金额；同村有几个账套的合并计算，没有账套的村不参加比较。" + incomeDefinition,
			Aggregate:  indicator.Least,
			Eval:       indicator.LeastOf(f.byVillage),
		},
		{
			Code: "ledger.tier_count", Name: "村级总收入达到档次的村", Unit: indicator.Villages, Mechanism: "books",
			Definition: "统计年度建有账套的村中，村级总收入在下限与上限之间的村数；是否含下限、含上限由参数指定，不填的一端不限，同村有几个账套的合并计算。" + incomeDefinition,
			Params: []indicator.Param{
				{Name: "lower", Label: "下限（元）"},
				{Name: "lower_inclusive", Label: "含下限", Default: "是"},
				{Name: "upper", Label: "上限（元）"},
				{Name: "upper_inclusive", Label: "含上限", Default: "否"},
			},
			Eval: indicator.SumOf(f.tier),
		},
		{
			Code: "ledger.operating_income", Name: "经营性收入", Unit: indicator.Yuan, Mechanism: "books",
			Definition: "各村集体经济组织账套当年 1 月 1 日至统计日已记账凭证中，经营性收入科目的贷方发生额减借方发生额：2004 年制度为 501 经营收入、" +
				"511 发包及上交收入、561 投资收益，2023 年制度为 501 经营收入、502 投资收益，均含明细科目。补助收入、农业税附加返还收入、其他收入不计；" +
				"红字冲销冲减当期收入；期末结转收益的凭证和未记账的凭证不计。",
			Eval: indicator.SumOf(f.byBooks(OperatingIncomeOf)),
		},
	}
}

type figures struct {
	env     *record.Env
	regions *region.Service
}

type incomeFunc = func(context.Context, db.Q, int64, [][2]string, int, date.Date) ([]BooksIncome, error)

// byBooks lists one record per books, under the name of its party.
func (f figures) byBooks(income incomeFunc) indicator.Lister {
	return func(ctx context.Context, h db.Q, q indicator.Query) ([]indicator.Record, error) {
		list, err := income(ctx, h, q.Tenant, q.Ranges, q.Year, q.To())
		if err != nil {
			return nil, err
		}
		parties := make([]ids.ID, 0, len(list))
		for i := range list {
			parties = append(parties, list[i].Party)
		}
		names := map[ids.ID]string{}
		if n, ok := f.env.Noun("party"); ok {
			if names, err = n.Names(ctx, h, q.Tenant, parties); err != nil {
				return nil, err
			}
		}
		out := make([]indicator.Record, len(list))
		for i := range list {
			b := &list[i]
			out[i] = indicator.Record{
				Kind: "books", ID: b.Books, No: b.Name, Title: names[b.Party], Region: b.Region, Date: q.To(), Amount: int64(b.Fen), Sample: b.Sample,
			}
		}
		return out, nil
	}
}

// byVillage lists one record per village that has books, with the sum of its books.
func (f figures) byVillage(ctx context.Context, h db.Q, q indicator.Query) ([]indicator.Record, error) {
	list, err := f.byBooks(IncomeOf)(ctx, h, q)
	if err != nil {
		return nil, err
	}
	var out []indicator.Record
	for _, r := range list {
		if i := slices.IndexFunc(out, func(x indicator.Record) bool { return x.Region == r.Region }); i >= 0 {
			out[i].Amount += r.Amount
			out[i].Title = f.regions.Name(ctx, r.Region)
			continue
		}
		out = append(out, r)
	}
	return out, nil
}

// tier lists the villages whose income lies within the bounds; each counts one.
func (f figures) tier(ctx context.Context, h db.Q, q indicator.Query) ([]indicator.Record, error) {
	within, err := bounds(q)
	if err != nil {
		return nil, err
	}
	list, err := f.byVillage(ctx, h, q)
	if err != nil {
		return nil, err
	}
	var out []indicator.Record
	for _, r := range list {
		fen := money.Fen(r.Amount)
		if !within(fen) {
			continue
		}
		r.Amount, r.Note = 1, "总收入 "+fen.String()+" 元"
		out = append(out, r)
	}
	return out, nil
}

// bounds reads the parameters of a tier.
func bounds(q indicator.Query) (func(money.Fen) bool, error) {
	low, lowGiven, err := bound(q, "lower")
	if err != nil {
		return nil, err
	}
	high, highGiven, err := bound(q, "upper")
	if err != nil {
		return nil, err
	}
	withLow, withHigh := q.Param("lower_inclusive", "是") == "是", q.Param("upper_inclusive", "否") == "是"
	return func(v money.Fen) bool {
		if lowGiven && (v < low || v == low && !withLow) {
			return false
		}
		return !highGiven || v < high || v == high && withHigh
	}, nil
}

func bound(q indicator.Query, name string) (money.Fen, bool, error) {
	text := q.Param(name, "")
	if text == "" {
		return 0, false, nil
	}
	fen, err := money.Parse(text)
	if err != nil {
		return 0, false, errs.OnField(name, "%s", errs.Message(err))
	}
	return fen, true, nil
}
