package casework

import (
	"context"
	"slices"

	"huicun/internal/indicator"
	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/mechanism/attract"
	"huicun/internal/registry/record"
)

// Agreements lists the village-department agreements in force in a scope on a day, each as a record with the
// division that it holds in. The pairing mechanism gives it; the application wires it.
type Agreements func(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) ([]indicator.Record, error)

// Figures are the indicators of visits and requests. agreements may be nil: then no agreement is in force.
func Figures(agreements Agreements) []indicator.Indicator {
	class := indicator.Param{Name: "class", Label: "诉求类别", Default: "全部"}
	return []indicator.Indicator{
		{
			Code: "casework.on_time", Name: "诉求按期办结率", Unit: indicator.Ratio100, Mechanism: "service", Params: []indicator.Param{class},
			Aggregate: indicator.Ratio,
			Definition: "分母为应办结日期在当年1月1日至当日之间的诉求（不含不予受理和撤回的），分子为其中在应办结日期及以前办结的。" +
				"应办结日期自提出次日起按工作日计算，经同意延期的按延期后的日期；重办的以最后一次办结为准。",
			Eval: ratioOf(onTime),
		},
		{
			Code: "casework.satisfaction", Name: "诉求满意率", Unit: indicator.Ratio100, Mechanism: "service", Params: []indicator.Param{class},
			Aggregate: indicator.Ratio,
			Definition: "分母为当年1月1日至当日提出、企业已作出评价的诉求，分子为其中评价“满意”和“基本满意”的；" +
				"不满意而正在重办的计入分母。",
			Eval: ratioOf(rated),
		},
		{
			Code: "casework.requests", Name: "企业诉求", Unit: indicator.Cases, Mechanism: "service", Params: []indicator.Param{class},
			Definition: "当年1月1日至当日提出的诉求件数，以提出日期为准，含不予受理和撤回的。",
			Eval:       indicator.CountOf(raised),
		},
		{
			Code: "casework.overdue", Name: "逾期未办结诉求", Unit: indicator.Cases, Mechanism: "service", Params: []indicator.Param{class},
			Definition: "当日仍在办理、且已超过应办结日期的诉求件数，不论何时提出；不予受理和撤回的不计。",
			Eval:       indicator.CountOf(overdue),
		},
		{
			Code: "casework.solved_for_leads", Name: "为项目解决的难题", Unit: indicator.Cases, Mechanism: "service",
			Params: []indicator.Param{{Name: "industry", Label: "项目行业", Default: "全部"}},
			Definition: "当年1月1日至当日办结、企业评价“满意”或“基本满意”的诉求中，关联到指定行业招引项目的件数，以最后一次办结日期为准；" +
				"未关联项目的诉求不计。",
			Eval: indicator.CountOf(solvedForLeads),
		},
		{
			Code: "casework.campaign_visits", Name: "专项活动走访", Unit: indicator.Visits, Mechanism: "service",
			Params: []indicator.Param{{Name: "campaign", Label: "走访活动", Default: "全部"}},
			Definition: "当年1月1日至当日在走访活动（“走听转办”“惠企温暖行”等）中完成的走访次数，计划中和已取消的不计。" +
				"所列记录还包括这些活动和走访中提出的诉求，它们不计入次数。",
			Eval: indicator.SumOf(campaignVisits),
		},
		{
			Code: "casework.department_help", Name: "部门共建帮办诉求", Unit: indicator.Cases, Mechanism: "service", Params: []indicator.Param{class},
			Definition: "当日有村与部门共建协议生效的地方，当年1月1日至当日提出、已交办牵头单位的指定类别诉求件数；" +
				"不予受理和撤回的不计。所列记录还包括这些诉求所在地的协议，它们不计入件数；没有生效协议的，为 0。",
			Eval: indicator.SumOf(departmentHelp(agreements)),
		},
	}
}

// choice reads a parameter that may be a code or its Chinese name; "" and 全部 mean any.
func choice(query indicator.Query, name string, opts []field.Option) (string, error) {
	v := query.Param(name, "全部")
	if v == "全部" {
		return "", nil
	}
	for _, o := range opts {
		if o.Code == v || o.Label == v {
			return o.Code, nil
		}
	}
	return "", errs.New(errs.Invalid, "figure.params", "参数 %s 没有“%s”这个选项", name, v)
}

// requestsFor lists the requests raised up to the query's day, of the class that it asks for.
func requestsFor(ctx context.Context, q db.Q, query indicator.Query) ([]Request, error) {
	class, err := choice(query, "class", Classes)
	if err != nil {
		return nil, err
	}
	all, err := requestsUntil(ctx, q, query.Tenant, query.Ranges, query.To())
	if err != nil || class == "" {
		return all, err
	}
	return slices.DeleteFunc(all, func(r Request) bool { return r.Class != class }), nil
}

// ratioOf evaluates to the share of a list whose amount is 1.
func ratioOf(list indicator.Lister) func(context.Context, db.Q, indicator.Query) (indicator.Result, error) {
	return func(ctx context.Context, q db.Q, query indicator.Query) (indicator.Result, error) {
		recs, err := list(ctx, q, query)
		if err != nil {
			return indicator.Result{}, err
		}
		r := indicator.Result{Records: recs, Count: len(recs), Den: int64(len(recs))}
		for _, x := range recs {
			r.Num += x.Amount
		}
		r.Value = indicator.Percent(r.Num, r.Den)
		r.Forecast = r.Value
		return r, nil
	}
}

// pick lists the requests that choose returns a record for.
func pick(ctx context.Context, q db.Q, query indicator.Query, choose func(*Request) (indicator.Record, bool)) ([]indicator.Record, error) {
	all, err := requestsFor(ctx, q, query)
	if err != nil {
		return nil, err
	}
	var out []indicator.Record
	for i := range all {
		if rec, ok := choose(&all[i]); ok {
			out = append(out, rec)
		}
	}
	return out, nil
}

func onTime(ctx context.Context, q db.Q, query indicator.Query) ([]indicator.Record, error) {
	return pick(ctx, q, query, func(r *Request) (indicator.Record, bool) {
		var t Timely
		t.judge(r, query.From(), query.To())
		note := "未按期办结"
		if t.Closed.Num == 1 {
			note = "按期办结"
		}
		return r.record(r.DueOn, int64(t.Closed.Num), note), t.Closed.Den == 1
	})
}

func rated(ctx context.Context, q db.Q, query indicator.Query) ([]indicator.Record, error) {
	return pick(ctx, q, query, func(r *Request) (indicator.Record, bool) {
		var t Timely
		t.judge(r, query.From(), query.To())
		return r.record(r.RaisedOn, int64(t.Satisfied.Num), field.LabelOf(Satisfactions, r.Satisfaction)), t.Satisfied.Den == 1
	})
}

func raised(ctx context.Context, q db.Q, query indicator.Query) ([]indicator.Record, error) {
	return pick(ctx, q, query, func(r *Request) (indicator.Record, bool) {
		return r.record(r.RaisedOn, 1, ""), !r.RaisedOn.Before(query.From())
	})
}

func overdue(ctx context.Context, q db.Q, query indicator.Query) ([]indicator.Record, error) {
	return pick(ctx, q, query, func(r *Request) (indicator.Record, bool) {
		return r.record(r.DueOn, 1, "应于 "+r.DueOn.String()+" 办结"), r.OverdueOn(query.To())
	})
}

func solvedForLeads(ctx context.Context, q db.Q, query indicator.Query) ([]indicator.Record, error) {
	industry := query.Param("industry", "全部")
	if industry == "全部" {
		industry = ""
	}
	leads, err := attract.LeadsOfIndustry(ctx, q, query.Tenant, industry)
	if err != nil {
		return nil, err
	}
	return pick(ctx, q, query, func(r *Request) (indicator.Record, bool) {
		lead, ok := leads[r.Lead]
		ok = ok && !r.ClosedOn.Before(query.From()) && r.doneBy(r.ClosedOn, query.To()) && (r.Satisfaction == Satisfied || r.Satisfaction == Basic)
		return r.record(r.ClosedOn, 1, lead.Name+"，"+field.LabelOf(Satisfactions, r.Satisfaction)), ok
	})
}

func campaignVisits(ctx context.Context, q db.Q, query indicator.Query) ([]indicator.Record, error) {
	campaigns, err := campaignTable.All(ctx, q, db.NewWhere(query.Tenant), "from_date, name")
	if err != nil {
		return nil, err
	}
	w := record.Where(query.Tenant, query.Ranges).And("state = ?", "done").And("campaign_id IS NOT NULL").
		And("on_date >= ?", query.From()).And("on_date <= ?", query.To())
	visits, err := visitTable.All(ctx, q, w, "on_date, no")
	if err != nil {
		return nil, err
	}
	raised := map[ids.ID][]indicator.Record{}
	requests, err := requestsUntil(ctx, q, query.Tenant, query.Ranges, query.To())
	if err != nil {
		return nil, err
	}
	for i := range requests {
		r := &requests[i]
		raised[r.Visit] = append(raised[r.Visit], r.record(r.RaisedOn, 0, "走访中提出的诉求"))
	}
	want := query.Param("campaign", "全部")
	var out []indicator.Record
	for i := range campaigns {
		c := &campaigns[i]
		if want == "全部" || want == c.Name {
			out = append(out, c.records(visits, raised)...)
		}
	}
	return out, nil
}

// records lists a campaign that has visits, its visits and the requests raised in them.
func (c *Campaign) records(visits []Visit, raised map[ids.ID][]indicator.Record) []indicator.Record {
	var out []indicator.Record
	for _, v := range visits {
		if v.Campaign != c.ID {
			continue
		}
		if out == nil {
			out = append(out, indicator.Record{
				Kind: "campaign", ID: c.ID, No: c.Name, Title: c.Name, Region: c.Region, Date: c.From, Sample: c.Sample, Note: "走访活动",
			})
		}
		out = append(out, indicator.Record{
			Kind: "visit", ID: v.ID, No: v.No, Title: v.OfficerRole + "走访", Region: v.Region, Date: v.On, Amount: 1, Sample: v.Sample, Note: c.Name,
		})
		out = append(out, raised[v.ID]...)
	}
	return out
}

func departmentHelp(agreements Agreements) indicator.Lister {
	return func(ctx context.Context, q db.Q, query indicator.Query) ([]indicator.Record, error) {
		if agreements == nil {
			return nil, nil
		}
		found, err := agreements(ctx, q, query.Tenant, query.Ranges, query.To())
		if err != nil {
			return nil, err
		}
		helped, err := pick(ctx, q, query, func(r *Request) (indicator.Record, bool) {
			ok := !r.RaisedOn.Before(query.From()) && r.doneBy(r.AssignedOn, query.To()) && !r.doneBy(r.EndedOn, query.To()) &&
				slices.ContainsFunc(found, func(a indicator.Record) bool { return code.Within(r.Region, a.Region) })
			return r.record(r.RaisedOn, 1, "已交办"), ok
		})
		if err != nil || len(helped) == 0 {
			return nil, err
		}
		var out []indicator.Record
		for _, a := range found {
			if slices.ContainsFunc(helped, func(r indicator.Record) bool { return code.Within(r.Region, a.Region) }) {
				a.Amount, a.Forecast = 0, false
				out = append(out, a)
			}
		}
		return append(out, helped...), nil
	}
}
