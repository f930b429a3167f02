package attract

import (
	"context"
	"slices"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
)

// Figures are the indicators of leads and temporary Party bodies.
func Figures() []indicator.Indicator {
	source := indicator.Param{Name: "source", Label: "信息来源", Default: "全部"}
	return []indicator.Indicator{
		{
			Code: "attract.taxable_sales", Name: "落户项目全年纳税销售", Unit: indicator.Yuan, Mechanism: "service", Params: []indicator.Param{source},
			Definition: "截至当日已签约且未流失的项目，当年“纳税销售”实绩之和。每个项目取当日及以前最近一次填报：已实现数为累计完成数，" +
				"预计数取全年预计与累计完成两者中较大的。未签约、已流失的项目和其他类别的实绩不计。",
			Eval: indicator.SumOf(taxableSales),
		},
		{
			Code: "attract.leads", Name: "项目信息", Unit: indicator.Leads, Mechanism: "service",
			Params: []indicator.Param{{Name: "stage", Label: "所处阶段", Default: "在推进"}, source},
			Definition: "截至当日处于指定阶段的项目信息条数，阶段按各阶段日期推算。未指定阶段的，计认定有效以后、投产以前的全部信息（含暂停推进）；" +
				"重复、不予认定和流失的不计。",
			Eval: indicator.CountOf(leadsAtStage),
		},
		{
			Code: "attract.effective", Name: "认定有效项目信息", Unit: indicator.Leads, Mechanism: "service", Params: []indicator.Param{source},
			Definition: "当年1月1日至当日认定有效的项目信息条数，以认定有效日期为准；以后流失的照计，重复和不予认定的不计。",
			Eval: indicator.CountOf(leadsBy(func(l *Lead, q indicator.Query) (date.Date, bool) {
				return l.EffectiveOn, true
			})),
		},
		{
			Code: "attract.landed", Name: "落户项目", Unit: indicator.Projects, Mechanism: "service", Params: []indicator.Param{source},
			Definition: "当年1月1日至当日签约的项目个数，以签约日期为准；截至当日已流失的不计。",
			Eval: indicator.CountOf(leadsBy(func(l *Lead, q indicator.Query) (date.Date, bool) {
				return l.SignedOn, l.SignedBy(q.To())
			})),
		},
		{
			Code: "attract.party_bodies", Name: "临时党组织", Unit: indicator.Bodies, Mechanism: "service",
			Params: []indicator.Param{{Name: "purpose", Label: "用途", Default: "全部"}},
			Definition: "当日运行中的临时党支部、临时党小组个数：已成立（经批准）且尚未并入或撤销。所列记录包括这些组织和它们当年1月1日至当日的会议，" +
				"会议不计入个数。",
			Eval: indicator.SumOf(partyBodies),
		},
	}
}

// choice reads a parameter that may be a code or its Chinese name; "" and the word in all mean no choice.
func choice(query indicator.Query, name, all string, opts []field.Option) (string, error) {
	v := query.Param(name, all)
	if v == all {
		return "", nil
	}
	for _, o := range opts {
		if o.Code == v || o.Label == v {
			return o.Code, nil
		}
	}
	return "", errs.New(errs.Invalid, "figure.params", "参数 %s 没有“%s”这个选项", name, v)
}

// leadsFor lists the leads that a query's scope, day and source leave.
func leadsFor(ctx context.Context, q db.Q, query indicator.Query) ([]Lead, error) {
	source, err := choice(query, "source", "全部", Sources)
	if err != nil {
		return nil, err
	}
	leads, err := LeadsIn(ctx, q, query.Tenant, query.Ranges, query.To())
	if err != nil || source == "" {
		return leads, err
	}
	return slices.DeleteFunc(leads, func(l Lead) bool { return l.Source != source }), nil
}

func (l *Lead) record(on date.Date, note string) indicator.Record {
	return indicator.Record{Kind: "lead", ID: l.ID, No: l.No, Title: l.Name, Region: l.Region, Date: on, Sample: l.Sample, Note: note}
}

func taxableSales(ctx context.Context, q db.Q, query indicator.Query) ([]indicator.Record, error) {
	leads, err := leadsFor(ctx, q, query)
	if err != nil {
		return nil, err
	}
	facts, err := FactsOn(ctx, q, query.Tenant, query.Ranges, TaxableSales, query.Year, query.AsOf)
	if err != nil {
		return nil, err
	}
	var out []indicator.Record
	for i := range leads {
		f, ok := facts[leads[i].ID]
		if !ok || !leads[i].SignedBy(query.To()) {
			continue
		}
		r := indicator.Record{
			Kind: "lead_fact", ID: f.ID, No: f.No, Title: leads[i].No + " " + leads[i].Name, Region: f.Region, Date: f.On,
			Amount: int64(f.Realised), Sample: f.Sample, Note: "累计完成",
		}
		if r.Amount > 0 {
			out = append(out, r)
		}
		if rest := f.Expected - f.Realised; rest > 0 {
			r.Amount, r.Forecast, r.Note = int64(rest), true, "年内预计再完成"
			out = append(out, r)
		}
	}
	return out, nil
}

func leadsAtStage(ctx context.Context, q db.Q, query indicator.Query) ([]indicator.Record, error) {
	var opts []field.Option
	for _, s := range Machine.States {
		opts = append(opts, field.Option{Code: s.Code, Label: s.Label})
	}
	stage, err := choice(query, "stage", "在推进", opts)
	if err != nil {
		return nil, err
	}
	leads, err := leadsFor(ctx, q, query)
	if err != nil {
		return nil, err
	}
	var out []indicator.Record
	for i := range leads {
		l := &leads[i]
		at := l.StageOn(query.To())
		if at == stage || stage == "" && UnderWay(at) {
			out = append(out, l.record(l.ReportedOn, Machine.State(at).Label))
		}
	}
	return out, nil
}

// leadsBy lists the leads whose date, as pick gives it, lies in the query's year up to its day.
func leadsBy(pick func(*Lead, indicator.Query) (date.Date, bool)) indicator.Lister {
	return func(ctx context.Context, q db.Q, query indicator.Query) ([]indicator.Record, error) {
		leads, err := leadsFor(ctx, q, query)
		if err != nil {
			return nil, err
		}
		var out []indicator.Record
		for i := range leads {
			l := &leads[i]
			on, ok := pick(l, query)
			if ok && !on.IsZero() && !on.Before(query.From()) && !on.After(query.To()) {
				out = append(out, l.record(on, Machine.State(l.StageOn(query.To())).Label))
			}
		}
		return out, nil
	}
}

func partyBodies(ctx context.Context, q db.Q, query indicator.Query) ([]indicator.Record, error) {
	purpose, err := choice(query, "purpose", "全部", Purposes)
	if err != nil {
		return nil, err
	}
	bodies, err := BodiesOn(ctx, q, query.Tenant, query.Ranges, purpose, query.To())
	if err != nil {
		return nil, err
	}
	meetings, err := meetingsOf(ctx, q, query.Tenant, bodies, query.From(), query.To())
	if err != nil {
		return nil, err
	}
	var out []indicator.Record
	for _, b := range bodies {
		out = append(out, indicator.Record{
			Kind: "party_body", ID: b.ID, No: b.ApprovalNo, Title: b.Name, Region: b.Region, Date: b.ActiveOn, Amount: 1, Sample: b.Sample,
			Note: field.LabelOf(BodyKinds, b.Kind),
		})
		for _, m := range meetings {
			if m.Body == b.ID {
				out = append(out, indicator.Record{
					Kind: "body_meeting", ID: m.ID, No: m.No, Title: m.Agenda, Region: m.Region, Date: m.On, Sample: m.Sample, Note: "会议",
				})
			}
		}
	}
	return out, nil
}
