package chamber

import (
	"context"

	"huicun/internal/indicator"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
)

// Figures are the chamber slice's indicators.
func Figures(e *record.Env) []indicator.Indicator {
	f := figures{e}
	return []indicator.Indicator{
		{
			Code: "chamber.coverage", Name: "村级商会覆盖率", Unit: indicator.Ratio100, Mechanism: "policy", Aggregate: indicator.Ratio,
			Definition: "统计日有运行中（含已换届）的商会（企业联合会）的村数 ÷ 村数。已到运行日期、未到终止日期的才算；筹备和只获批复的不算。一村多个只算一个，镇级商会不算。",
			Eval:       indicator.CoverageOf(e.Regions, f.working),
		},
		{
			Code: "chamber.members", Name: "商会会员", Unit: indicator.Bodies, Mechanism: "policy",
			Definition: "统计日在运行中的商会里在任的会员数，单位会员和个人会员各算一个。可限定商会名称（chamber）、职务（office）、会员种类（kind：firm 单位、person 个人）。",
			Params:     []indicator.Param{{Name: "chamber", Label: "商会名称"}, {Name: "office", Label: "职务"}, {Name: "kind", Label: "会员种类"}},
			Eval:       indicator.CountOf(f.members),
		},
	}
}

type figures struct{ env *record.Env }

func (f figures) working(ctx context.Context, h db.Q, q indicator.Query) ([]indicator.Record, error) {
	found, err := WorkingOn(ctx, h, q.Tenant, q.Ranges, q.To())
	if err != nil {
		return nil, err
	}
	out := make([]indicator.Record, len(found))
	for i := range found {
		c := &found[i]
		out[i] = indicator.Record{
			Kind: "chamber", ID: c.ID, No: c.Name, Title: c.Name, Region: c.Region, Date: c.ActiveOn, Amount: 1, Sample: c.Sample,
		}
		if !c.TermTo.IsZero() && c.TermTo.Before(q.To()) {
			out[i].Note = "本届已于" + c.TermTo.Chinese() + "到期，尚未换届"
		}
	}
	return out, nil
}

func (f figures) members(ctx context.Context, h db.Q, q indicator.Query) ([]indicator.Record, error) {
	w := ofWorking(holding(record.Where(q.Tenant, q.Ranges), q.To()), q.Tenant, q.To())
	if name := q.Param("chamber", ""); name != "" {
		named(w, q.Tenant, name)
	}
	if office := q.Param("office", ""); office != "" {
		for _, o := range Offices {
			if o.Label == office {
				office = o.Code
			}
		}
		w.And("office = ?", office)
	}
	switch kind := q.Param("kind", ""); kind {
	case "":
	case "firm":
		w.And("firm_id IS NOT NULL")
	case "person":
		w.And("person_id IS NOT NULL")
	default:
		return nil, errs.New(errs.Invalid, "chamber.kind", "参数 kind 应为 firm（单位）或 person（个人），不是“%s”", kind)
	}
	found, err := memberTable.All(ctx, h, w, "region, no")
	if err != nil {
		return nil, err
	}
	firms, err := f.names(ctx, h, q.Tenant, "party", found, func(m *Member) ids.ID { return m.Firm })
	if err != nil {
		return nil, err
	}
	persons, err := f.names(ctx, h, q.Tenant, "person", found, func(m *Member) ids.ID { return m.Person })
	if err != nil {
		return nil, err
	}
	out := make([]indicator.Record, len(found))
	for i := range found {
		m := &found[i]
		out[i] = indicator.Record{
			Kind: "chamber_member", ID: m.ID, No: m.No, Region: m.Region, Date: m.From, Amount: 1, Sample: m.Sample,
			Title: firms[m.Firm] + persons[m.Person] + " " + field.LabelOf(Offices, m.Office),
		}
	}
	return out, nil
}

func (f figures) names(ctx context.Context, h db.Q, tenant int64, kind string, list []Member, pick func(*Member) ids.ID) (map[ids.ID]string, error) {
	n, ok := f.env.Noun(kind)
	if !ok {
		return nil, errs.New(errs.Internal, "chamber.kind", "no noun %s", kind)
	}
	seen := map[ids.ID]bool{0: true}
	var want []ids.ID
	for i := range list {
		if id := pick(&list[i]); !seen[id] {
			seen[id] = true
			want = append(want, id)
		}
	}
	return n.Names(ctx, h, tenant, want)
}
