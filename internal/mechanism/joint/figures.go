package joint

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/qty"
	"huicun/internal/mechanism/pairing"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// Figures are the joint projects' indicators.
func Figures(e *record.Env) []indicator.Indicator {
	f := figures{e}
	project := indicator.Param{Name: "project", Label: "项目编号"}
	one := []indicator.Param{project}
	return []indicator.Indicator{
		{
			Code: "joint.under_way", Name: "推进中的联建项目", Unit: indicator.Projects, Mechanism: "joint",
			Definition: "统计日处于“筹备中”或“实施中”的联建项目个数，按各步骤的日期判断：已到筹备日期，未到完成日期，也未到中止日期。意向、已商定未启动、已完成、已运营、已评价、已中止的不计。",
			Eval:       indicator.CountOf(f.underWay),
		},
		{
			Code: "joint.input_money", Name: "联建项目资金投入", Unit: indicator.Yuan, Mechanism: "joint", Params: one,
			Definition: "截至统计日联建项目各方到位的资金投入之和，按投入方列出；约定未到位的部分只计入预计数，已中止项目的不再预计。土地、场地、技术、人员投入不折价，不计。",
			Eval:       indicator.SumOf(f.inputs(Money)),
		},
		{
			Code: "joint.land", Name: "联建项目土地投入", Unit: indicator.Mu, Mechanism: "joint", Params: one,
			Definition: "截至统计日联建项目到位（流转、入股、自有）的土地投入面积之和，平方米按 1亩＝2000/3平方米 折算；约定未到位的只计入预计数。",
			Eval:       indicator.SumOf(f.inputs(Land)),
		},
		{
			Code: "joint.facilities", Name: "联建项目建成设施", Unit: indicator.Greenhouses, Mechanism: "joint",
			Params:     []indicator.Param{project, {Name: "facility", Label: "设施名称（开头）"}},
			Definition: "截至统计日联建项目已落实、以栋计量的设施数量，可限定名称的开头；待落实的只计入预计数，已取消的和以其他单位计量的设施不计。",
			Eval:       indicator.SumOf(f.facilities),
		},
		{
			Code: "joint.income_expected", Name: "联建项目每年稳定性收入", Unit: indicator.YuanYear, Mechanism: "joint",
			Params:     []indicator.Param{project, {Name: "from", Label: "起始年度"}},
			Definition: "从起始年度开始的稳定性收入的年额：每个项目取起始年度等于所给年度的首年记录，数值为截至统计日已实现的收入，预计数为截至统计日测算的全年收入（已实现超过测算的取已实现）。不给起始年度时，取统计年度的各条记录。测算日期在统计日之后的不计。",
			Eval:       indicator.SumOf(f.income),
		},
		{
			Code: "joint.resources", Name: "联建项目整合资源", Unit: indicator.Resources, Mechanism: "joint", Params: one,
			Definition: "截至统计日列入联建项目、未取消的资源处数。同时列出这些项目已完成的节点和未落实的需求备查，不计入数值。",
			Eval:       f.resources,
		},
		{
			Code: "joint.enterprises", Name: "联建项目参与企业", Unit: indicator.Enterprises, Mechanism: "joint", Params: one,
			Definition: "统计日已商定且未中止的联建项目中，当日在项目里的企业家数；同一企业担任多个角色、参与多个项目只计一次。意向项目和已中止项目不计，合作社、部门单位、党组织不计。",
			Eval:       indicator.CountOf(f.enterprises),
		},
	}
}

type figures struct{ env *record.Env }

// projects lists the projects that the question is about.
func (f figures) projects(ctx context.Context, q db.Q, query indicator.Query) ([]Project, error) {
	list, err := Existing(ctx, q, query.Tenant, query.Ranges, query.To())
	no := query.Param("project", "")
	return slices.DeleteFunc(list, func(p Project) bool { return no != "" && p.No != no }), err
}

// where narrows a child table to the projects that the question is about.
func (f figures) where(ctx context.Context, q db.Q, query indicator.Query) (*db.Where, error) {
	w := db.NewWhere(query.Tenant).Ranges("region", query.Ranges)
	no := query.Param("project", "")
	if no == "" {
		return w, nil
	}
	p, err := projectTable.One(ctx, q, db.NewWhere(query.Tenant).And("no = ?", no))
	if errs.Is(err, errs.NotFound) {
		return w.And("1 = 0"), nil
	}
	if err != nil {
		return nil, err
	}
	return w.And("project_id = ?", p.ID), nil
}

// of reads the projects of child records.
func (f figures) of(ctx context.Context, q db.Q, tenant int64, list []ids.ID) (map[ids.ID]*Project, error) {
	out := map[ids.ID]*Project{}
	list = slices.Compact(slices.Sorted(slices.Values(list)))
	for chunk := range slices.Chunk(list, perStatement) {
		ps, err := projectTable.All(ctx, q, db.In(db.NewWhere(tenant), "id", chunk), "id")
		if err != nil {
			return nil, err
		}
		for i := range ps {
			out[ps[i].ID] = &ps[i]
		}
	}
	return out, nil
}

// parts are a child record's two lines in a lineage: what has happened, and what is still expected. Nothing more
// is expected of a project that was stopped by the day.
func parts(r indicator.Record, p *Project, query indicator.Query, came, due int64, dueOn date.Date, dueNote string) []indicator.Record {
	var out []indicator.Record
	r.Note = p.No + " " + p.Name
	if came > 0 {
		r.Amount = came
		out = append(out, r)
	}
	if due > 0 && p.StateOn(query.To()) != Stopped {
		r.Amount, r.Forecast, r.Date, r.Note = due, true, dueOn, r.Note+"，"+dueNote
		out = append(out, r)
	}
	return out
}

func (f figures) underWay(ctx context.Context, q db.Q, query indicator.Query) ([]indicator.Record, error) {
	list, err := UnderWay(ctx, q, query.Tenant, query.Ranges, query.To())
	out := make([]indicator.Record, len(list))
	for i := range list {
		p := &list[i]
		out[i] = indicator.Record{
			Kind: "joint", ID: p.ID, No: p.No, Title: p.Name, Region: p.Region, Date: p.PreparedOn, Sample: p.Sample,
			Note: field.LabelOf(Works, p.Work) + "，" + Machine.State(p.StateOn(query.To())).Label,
		}
	}
	return out, err
}

// inputs lists the inputs of a kind by payer: what has come in, and what is still to come as a forecast.
func (f figures) inputs(kind string) indicator.Lister {
	return func(ctx context.Context, q db.Q, query indicator.Query) ([]indicator.Record, error) {
		w, err := f.where(ctx, q, query)
		if err != nil {
			return nil, err
		}
		list, err := inputTable.All(ctx, q, w.And("kind = ?", kind), "no")
		if err != nil {
			return nil, err
		}
		payers, projects := make([]ids.ID, len(list)), make([]ids.ID, len(list))
		for i := range list {
			payers[i], projects[i] = list[i].Payer, list[i].Project
		}
		names, err := pairing.Parties(ctx, q, f.env, query.Tenant, payers)
		if err != nil {
			return nil, err
		}
		of, err := f.of(ctx, q, query.Tenant, projects)
		if err != nil {
			return nil, err
		}
		var out []indicator.Record
		for i := range list {
			in := &list[i]
			payer := names[in.Payer]
			came, due := in.parts(query.To())
			r := indicator.Record{
				Kind: "joint_input", ID: in.ID, No: in.No, Title: strings.TrimSpace(payer.Short() + " " + in.Content),
				Region: in.Region, Date: in.OnDate, Sample: in.Sample,
			}
			out = append(out, parts(r, of[in.Project], query, came, due, in.AgreedOn, "约定未到位")...)
		}
		return out, nil
	}
}

func (f figures) items(ctx context.Context, q db.Q, query indicator.Query, kind string) ([]Item, error) {
	w, err := f.where(ctx, q, query)
	if err != nil {
		return nil, err
	}
	return itemTable.All(ctx, q, w.And("kind = ?", kind).And("listed_on <= ?", query.To()), "no")
}

func itemRecord(i *Item) indicator.Record {
	return indicator.Record{Kind: "joint_item", ID: i.ID, No: i.No, Title: i.Name, Region: i.Region, Date: i.ListedOn, Sample: i.Sample}
}

func (f figures) facilities(ctx context.Context, q db.Q, query indicator.Query) ([]indicator.Record, error) {
	list, err := f.items(ctx, q, query, Facility)
	if err != nil {
		return nil, err
	}
	var out []indicator.Record
	for i := range list {
		it := &list[i]
		state := it.StateOn(query.To())
		if it.Quantity.Unit != qty.Dong || state == ItemDropped || !strings.HasPrefix(it.Name, query.Param("facility", "")) {
			continue
		}
		r := itemRecord(it)
		r.Amount, r.Forecast, r.Note = it.Quantity.N/qty.One, state != ItemSettled, ItemMachine.State(state).Label
		if !r.Forecast {
			r.Date = it.ClosedOn
		}
		out = append(out, r)
	}
	return out, nil
}

func (f figures) income(ctx context.Context, q db.Q, query indicator.Query) ([]indicator.Record, error) {
	w, err := f.where(ctx, q, query)
	if err != nil {
		return nil, err
	}
	from := query.Param("from", "")
	if from == "" {
		w.And("year = ?", query.Year)
	} else {
		year, err := strconv.Atoi(from)
		if err != nil {
			return nil, errs.New(errs.Invalid, "joint.from", "起始年度“%s”应写成 2022 这样的四位年份", from)
		}
		w.And("from_year = ?", year)
	}
	list, err := incomeTable.All(ctx, q, w, "year, no")
	if err != nil {
		return nil, err
	}
	var projects []ids.ID
	for i := range list {
		projects = append(projects, list[i].Project)
	}
	of, err := f.of(ctx, q, query.Tenant, projects)
	if err != nil {
		return nil, err
	}
	first := map[ids.ID]bool{}
	var out []indicator.Record
	for i := range list {
		in := &list[i]
		if from != "" && first[in.Project] {
			continue // the income's later years
		}
		first[in.Project] = true
		received, due := in.parts(query.To())
		r := indicator.Record{
			Kind: "joint_income", ID: in.ID, No: in.No, Title: strconv.Itoa(in.Year) + "年稳定性收入", Region: in.Region,
			Date: in.RealisedOn, Sample: in.Sample,
		}
		out = append(out, parts(r, of[in.Project], query, received, due, in.EstimatedOn, "预计")...)
	}
	return out, nil
}

// resources counts the resources, and lists beside them what was done and what is still looked for.
func (f figures) resources(ctx context.Context, q db.Q, query indicator.Query) (indicator.Result, error) {
	list, err := f.items(ctx, q, query, Resource)
	if err != nil {
		return indicator.Result{}, err
	}
	var out indicator.Result
	of := map[ids.ID]bool{}
	for i := range list {
		if list[i].StateOn(query.To()) == ItemDropped {
			continue
		}
		r := itemRecord(&list[i])
		r.Amount, r.Note = 1, "资源"
		out.Records = append(out.Records, r)
		of[list[i].Project] = true
	}
	out.Count = len(out.Records)
	out.Value, out.Forecast = int64(out.Count), int64(out.Count)
	beside, err := f.besides(ctx, q, query, of)
	out.Records = append(out.Records, beside...)
	return out, err
}

// besides lists the done milestones and the open needs of projects; they count nothing.
func (f figures) besides(ctx context.Context, q db.Q, query indicator.Query, of map[ids.ID]bool) ([]indicator.Record, error) {
	w, err := f.where(ctx, q, query)
	if err != nil {
		return nil, err
	}
	ms, err := milestoneTable.All(ctx, q, w.And("state = ?", Done).And("done_on <= ?", query.To()), "done_on, no")
	if err != nil {
		return nil, err
	}
	var out []indicator.Record
	for _, m := range ms {
		if of[m.Project] {
			out = append(out, indicator.Record{
				Kind: "joint_milestone", ID: m.ID, No: m.No, Title: m.Title, Region: m.Region, Date: m.DoneOn, Sample: m.Sample, Note: "节点已完成，不计数",
			})
		}
	}
	needs, err := f.items(ctx, q, query, Need)
	for i := range needs {
		if of[needs[i].Project] && needs[i].StateOn(query.To()) == ItemOpen {
			r := itemRecord(&needs[i])
			r.Note = "需求待落实，不计数"
			out = append(out, r)
		}
	}
	return out, err
}

// enterprises lists each enterprise once, with the numbers of its projects.
func (f figures) enterprises(ctx context.Context, q db.Q, query indicator.Query) ([]indicator.Record, error) {
	projects, err := f.projects(ctx, q, query)
	if err != nil {
		return nil, err
	}
	live := map[ids.ID]*Project{}
	var want []ids.ID
	for i := range projects {
		if s := projects[i].StateOn(query.To()); s != Idea && s != Stopped {
			live[projects[i].ID] = &projects[i]
			want = append(want, projects[i].ID)
		}
	}
	var ms []Member
	for chunk := range slices.Chunk(want, perStatement) {
		part, err := memberTable.All(ctx, q, db.In(db.NewWhere(query.Tenant), "project_id", chunk), "no")
		if err != nil {
			return nil, err
		}
		ms = append(ms, part...)
	}
	who := make([]ids.ID, len(ms))
	for i := range ms {
		who[i] = ms[i].Party
	}
	parties, err := pairing.Parties(ctx, q, f.env, query.Tenant, who)
	if err != nil {
		return nil, err
	}
	var out []indicator.Record
	at := map[ids.ID]int{}
	for i := range ms {
		p, pr := parties[ms[i].Party], live[ms[i].Project]
		if p.Kind != party.Enterprise || !ms[i].On(query.To()) {
			continue
		}
		if j, ok := at[p.ID]; ok {
			if !strings.Contains(out[j].Note, pr.No) {
				out[j].Note += "、" + pr.No
			}
			continue
		}
		at[p.ID] = len(out)
		out = append(out, indicator.Record{
			Kind: "party", ID: p.ID, No: p.Name, Title: p.Name, Region: pr.Region, Date: pr.AgreedOn,
			Sample: p.Sample || pr.Sample, Note: pr.No,
		})
	}
	return out, nil
}
