package pairing

import (
	"context"
	"slices"
	"strings"

	"huicun/internal/indicator"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// Figures are the pairing slice's indicators.
func Figures(e *record.Env) []indicator.Indicator {
	f := figures{e}
	axis := indicator.Param{Name: "axis", Label: "结对类型"}
	one := axis
	one.Default = VillageVillage
	return []indicator.Indicator{
		{
			Code: "pairing.coverage", Name: "结对共建覆盖率", Unit: indicator.Ratio100, Mechanism: "joint", Aggregate: indicator.Ratio,
			Definition: "统计日有至少一份履行中的该类型结对协议的村，占现存村（社区）的比例。村的集体经济组织、村（居）民委员会或党组织是参与方，或协议登记在该村的，算该村已覆盖；村村结对的各村都算。已签订未生效、协议期满未续签、已终止、已作废的协议不计。",
			Params:     []indicator.Param{one},
			Eval:       indicator.CoverageOf(e.Regions, f.coverage),
		},
		{
			Code: "pairing.agreements", Name: "履行中的结对协议", Unit: indicator.Contracts, Mechanism: "joint",
			Definition: "统计日履行中的结对协议份数，可限定结对类型；一份协议只计一次，协议登记在范围内的村或范围内的村是参与方的都计。已签订未生效、协议期满未续签、已终止、已作废的不计。",
			Params:     []indicator.Param{axis},
			Eval:       indicator.CountOf(f.agreements),
		},
		{
			Code: "pairing.elements", Name: "共建方面", Unit: indicator.Elements, Mechanism: "joint",
			Definition: "统计日履行中的结对协议里，截至当日已约定的“共建方面”条数，可限定参与方名称。资源清单、需求清单和职责不计。",
			Params:     []indicator.Param{{Name: "party", Label: "参与方"}},
			Eval:       indicator.CountOf(f.elements),
		},
		{
			Code: "pairing.enterprises", Name: "结对企业", Unit: indicator.Enterprises, Mechanism: "joint",
			Definition: "统计日履行中的村企共建协议里，当日在协议中的企业家数；同一企业签有多份协议只计一次。合作社、商会、农户不计。",
			Eval:       indicator.CountOf(f.enterprises),
		},
	}
}

type figures struct{ env *record.Env }

func (f figures) pairs(ctx context.Context, q db.Q, query indicator.Query, axis string) ([]pair, error) {
	if axis != "" && !slices.ContainsFunc(Axes, func(o field.Option) bool { return o.Code == axis }) {
		return nil, errs.New(errs.Invalid, "pairing.axis", "没有“%s”这种结对类型；可填 village、enterprise、department、firm_department", axis)
	}
	return pairs(ctx, q, f.env, query.Tenant, query.Ranges, axis, query.To())
}

// recordOf names an agreement in a figure's lineage, for one of the villages that it covers.
func recordOf(a *Agreement, village string) indicator.Record {
	return indicator.Record{
		Kind: "agreement", ID: a.ID, No: a.No, Title: a.Name, Region: village, Date: a.InForceOn, Amount: 1,
		Sample: a.Sample, Note: field.LabelOf(Axes, a.Axis),
	}
}

// coverage lists each agreement once for each village within the scope that it covers.
func (f figures) coverage(ctx context.Context, q db.Q, query indicator.Query) ([]indicator.Record, error) {
	list, err := f.pairs(ctx, q, query, query.Param("axis", VillageVillage))
	if err != nil {
		return nil, err
	}
	var out []indicator.Record
	for i := range list {
		for _, v := range list[i].villages {
			if within(v, query.Ranges) {
				out = append(out, recordOf(&list[i].Agreement, v))
			}
		}
	}
	slices.SortStableFunc(out, func(a, b indicator.Record) int { return strings.Compare(a.Region, b.Region) })
	return out, nil
}

func (f figures) agreements(ctx context.Context, q db.Q, query indicator.Query) ([]indicator.Record, error) {
	list, err := f.pairs(ctx, q, query, query.Param("axis", ""))
	if err != nil {
		return nil, err
	}
	out := make([]indicator.Record, len(list))
	for i := range list {
		out[i] = recordOf(&list[i].Agreement, list[i].Region)
	}
	return out, nil
}

func (f figures) elements(ctx context.Context, q db.Q, query indicator.Query) ([]indicator.Record, error) {
	list, err := f.pairs(ctx, q, query, "")
	if err != nil {
		return nil, err
	}
	agreements := map[ids.ID]*Agreement{}
	var want []ids.ID
	for i := range list {
		name := query.Param("party", "")
		if name == "" || slices.ContainsFunc(list[i].members, func(p party.Party) bool { return named(&p, name) }) {
			agreements[list[i].ID] = &list[i].Agreement
			want = append(want, list[i].ID)
		}
	}
	var out []indicator.Record
	for chunk := range slices.Chunk(want, perStatement) {
		w := db.In(db.NewWhere(query.Tenant), "agreement_id", chunk).And("kind = ?", Element).And("agreed_on <= ?", query.To())
		items, err := itemTable.All(ctx, q, w, "no")
		if err != nil {
			return nil, err
		}
		for _, it := range items {
			a := agreements[it.Agreement]
			r := indicator.Record{
				Kind: "agreement_item", ID: it.ID, No: it.No, Title: it.Title, Region: it.Region, Date: it.AgreedOn,
				Sample: it.Sample, Note: a.No + " " + a.Name,
			}
			if r.Date.IsZero() {
				r.Date = a.InForceOn
			}
			out = append(out, r)
		}
	}
	return out, nil
}

// enterprises lists each enterprise once, with the numbers of its agreements.
func (f figures) enterprises(ctx context.Context, q db.Q, query indicator.Query) ([]indicator.Record, error) {
	list, err := f.pairs(ctx, q, query, VillageEnterprise)
	if err != nil {
		return nil, err
	}
	var out []indicator.Record
	at := map[ids.ID]int{}
	for i := range list {
		for _, p := range list[i].members {
			if p.Kind != party.Enterprise {
				continue
			}
			if j, ok := at[p.ID]; ok {
				out[j].Note += "、" + list[i].No
				continue
			}
			at[p.ID] = len(out)
			out = append(out, indicator.Record{
				Kind: "party", ID: p.ID, No: p.Name, Title: p.Name, Region: list[i].Region, Date: list[i].InForceOn,
				Sample: p.Sample || list[i].Sample, Note: list[i].No,
			})
		}
	}
	return out, nil
}
