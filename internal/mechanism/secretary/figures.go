package secretary

import (
	"context"

	"huicun/internal/indicator"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
)

// Figures are the secretary slice's indicators.
func Figures() []indicator.Indicator {
	return []indicator.Indicator{
		{
			Code: "secretary.criteria", Name: "书记项目选题原则", Unit: indicator.Criteria, Mechanism: "cycle",
			Definition: "当年度、统计日前已开放申报的书记项目年度计划所列的选题原则条数。年度计划覆盖其实施地区及其下的所有镇、村，因此镇、村取数时计入上级的年度计划；比较维度不计。",
			Eval:       indicator.CountOf(criteriaOf(KindCriterion)),
		},
		{
			Code: "secretary.comparisons", Name: "集中晾晒的比较维度", Unit: indicator.Comparisons, Mechanism: "cycle",
			Definition: "当年度、统计日前已开放申报的书记项目年度计划所列的比较维度项数（榜单的列）。覆盖范围同选题原则；选题原则不计。",
			Eval:       indicator.CountOf(criteriaOf(KindComparison)),
		},
		{
			Code: "secretary.next_steps", Name: "下一步实施的工程", Unit: indicator.Programmes, Mechanism: "cycle",
			Definition: "范围内的书记项目在当年内、统计日（含）前提出的下一步打算项数，每一项都写有目标。按提出日期计，不论哪年实施。",
			Eval:       indicator.CountOf(nextSteps),
		},
		{
			Code: "secretary.projects", Name: "正在实施的书记项目", Unit: indicator.Projects, Mechanism: "cycle",
			Definition: "统计日已启动、尚未结项（结转）的书记项目个数，按启动日期和结项日期判断；草稿、申报和评审中的不计。",
			Eval:       indicator.CountOf(running),
		},
		{
			Code: "secretary.progress", Name: "书记项目总体进度", Unit: indicator.Ratio100, Mechanism: "cycle", Aggregate: indicator.Ratio,
			Definition: "统计日正在实施的书记项目中，完成日期不晚于统计日的里程碑权重之和，占全部里程碑权重之和的比例。",
			Eval:       evalProgress,
		},
		{
			Code: "secretary.measures_done", Name: "书记项目办结举措", Unit: indicator.Programmes, Mechanism: "cycle",
			Definition: "范围内的书记项目在当年内、统计日（含）前办结的举措条数，按办结日期计；终止的不计。",
			Eval:       indicator.CountOf(doneMeasures),
		},
	}
}

// criteriaOf lists the criteria of a kind, of the cycles over the scope.
func criteriaOf(kind string) indicator.Lister {
	return func(ctx context.Context, h db.Q, q indicator.Query) ([]indicator.Record, error) {
		cycles, err := CyclesOver(ctx, h, q.Tenant, q.Ranges, q.Year, q.To())
		if err != nil {
			return nil, err
		}
		opened := map[ids.ID]*Cycle{}
		var list []ids.ID
		for i := range cycles {
			opened[cycles[i].ID] = &cycles[i]
			list = append(list, cycles[i].ID)
		}
		found, err := CriteriaOf(ctx, h, q.Tenant, list)
		if err != nil {
			return nil, err
		}
		var out []indicator.Record
		for i := range found {
			c := &found[i]
			if c.Kind != kind {
				continue
			}
			out = append(out, indicator.Record{
				Kind: "criterion", ID: c.ID, No: c.No, Title: c.Name, Region: c.Region, Date: opened[c.Cycle].Opened,
				Sample: c.Sample, Note: opened[c.Cycle].Name,
			})
		}
		return out, nil
	}
}

func nextSteps(ctx context.Context, h db.Q, q indicator.Query) ([]indicator.Record, error) {
	found, err := nextStepsStated(ctx, h, q.Tenant, q.Ranges, q.From(), q.To())
	if err != nil {
		return nil, err
	}
	out := make([]indicator.Record, len(found))
	for i := range found {
		s := &found[i]
		out[i] = indicator.Record{Kind: "next_step", ID: s.ID, No: s.No, Title: s.Title, Region: s.Region, Date: s.Stated, Sample: s.Sample, Note: s.Target}
	}
	return out, nil
}

// Record names a project in a figure's lineage.
func (p *Project) Record() indicator.Record {
	return indicator.Record{Kind: "project", ID: p.ID, No: p.No, Title: p.Name, Region: p.Region, Date: p.Started, Amount: 1, Sample: p.Sample}
}

// Record names a milestone in a figure's lineage, with its weight.
func (m *Milestone) Record() indicator.Record {
	return indicator.Record{Kind: "milestone", ID: m.ID, No: m.No, Title: m.Title, Region: m.Region, Date: m.DoneOn, Amount: int64(m.Weight), Sample: m.Sample}
}

// Record names a measure in a figure's lineage, with its evidence.
func (m *Measure) Record() indicator.Record {
	return indicator.Record{Kind: "measure", ID: m.ID, No: m.No, Title: m.Title, Region: m.Region, Date: m.DoneOn, Amount: 1, Sample: m.Sample, Note: m.Evidence}
}

// Record names a target in a figure's lineage, with what it has achieved in hundredths of a percent.
func (o *Outcome) Record() indicator.Record {
	t := &o.Target
	return indicator.Record{Kind: "target", ID: t.ID, No: t.No, Title: t.Name, Region: t.Region, Date: t.Due, Amount: o.Percent, Sample: t.Sample, Note: o.Problem}
}

func running(ctx context.Context, h db.Q, q indicator.Query) ([]indicator.Record, error) {
	found, err := projectsRunning(ctx, h, q.Tenant, q.Ranges, q.To())
	if err != nil {
		return nil, err
	}
	out := make([]indicator.Record, len(found))
	for i := range found {
		out[i] = found[i].Record()
	}
	return out, nil
}

func doneMeasures(ctx context.Context, h db.Q, q indicator.Query) ([]indicator.Record, error) {
	found, err := measuresDone(ctx, h, q.Tenant, q.Ranges, q.From(), q.To())
	if err != nil {
		return nil, err
	}
	out := make([]indicator.Record, len(found))
	for i := range found {
		out[i] = found[i].Record()
	}
	return out, nil
}

// evalProgress lists the milestones reached as the records and the others as missing.
func evalProgress(ctx context.Context, h db.Q, q indicator.Query) (indicator.Result, error) {
	projects, err := projectsRunning(ctx, h, q.Tenant, q.Ranges, q.To())
	if err != nil {
		return indicator.Result{}, err
	}
	list := make([]ids.ID, len(projects))
	for i := range projects {
		list[i] = projects[i].ID
	}
	found, err := MilestonesOf(ctx, h, q.Tenant, list)
	if err != nil {
		return indicator.Result{}, err
	}
	s := Progress(found, q.To())
	r := indicator.Result{Num: s.Num, Den: s.Den, Value: s.Percent(), Forecast: s.Percent()}
	for i := range found {
		if found[i].Done(q.To()) {
			r.Records = append(r.Records, found[i].Record())
			continue
		}
		rec := found[i].Record()
		rec.Date = found[i].Due
		r.Missing = append(r.Missing, rec)
	}
	r.Count = len(r.Records)
	return r, nil
}
