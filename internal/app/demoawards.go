package app

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/ids"
	"huicun/internal/mechanism/policy"
	"huicun/internal/mechanism/policy/engine"
	"huicun/internal/registry/access"
)

// demoRewards are the demo's projects with a reward for information and landing that is being published: what the township
// found about each.
var demoRewards = []struct {
	lead   string
	values map[string]string
	info   string // yuan, decided within the policy's range
	why    string
}{
	{"XM-2021-0001", map[string]string{"informant_kind": "社会人士", "fixed_assets": "6000万", "land_price": "800万", "producing": "是"}, "3000", "示例：信息完整，一次对接成功"},
	{"XM-2021-0002", map[string]string{"informant_kind": "村干部", "fixed_assets": "4200万", "land_price": "0", "producing": "是"}, "2000", "示例：首报，协助洽谈"},
}

// demoAwards makes a round of awards under the demo's policy on project information, up to its publication; once.
func (a *App) demoAwards(ctx context.Context, tenant int64) error {
	runs := a.Nouns.Runs
	if n, err := runs.Rounds.Count(ctx, tenant); err != nil || n > 0 {
		return err
	}
	v, err := a.Nouns.Versions.ByKey(ctx, a.DB.Read(), tenant, "BB-2021-0002")
	if err != nil {
		return err
	}
	p, err := v.Compile()
	if err != nil {
		return err
	}
	in := policy.FreezeIn{Version: v.ID, Region: demoTown, Year: demoYear, Purpose: "landing", Days: v.PublicityDays, Sample: true, Note: "示例：按示例条文核算，不是正式的奖励"}
	for _, x := range demoRewards {
		l, err := a.Nouns.Leads.ByKey(ctx, a.DB.Read(), tenant, x.lead)
		if err != nil {
			return err
		}
		s := policy.FreezeSubject{Kind: "lead", Subject: l.ID, Region: l.Region, Name: l.Name, Inputs: &engine.Inputs{Subject: l.Name, Values: map[string]engine.Value{}, Decisions: map[string]engine.Decision{}}}
		all := map[string]string{"first_reported": "是", "effective": "是", "signed": "是", "started": "是"}
		for name, text := range x.values {
			all[name] = text
		}
		for name, text := range all {
			value, err := p.ParseValue(name, text)
			if err != nil {
				return err
			}
			value.From = "镇招商专班填报（示例）"
			s.Inputs.Values[name] = value
		}
		amount, err := engine.ParseNumber(x.info)
		if err != nil {
			return err
		}
		s.Inputs.Decisions["info"] = engine.Decision{Amount: amount, Reason: x.why}
		in.Subjects = append(in.Subjects, s)
	}
	round, err := runs.Freeze(ctx, access.System, tenant, "", in)
	if err != nil {
		return err
	}
	lines, err := policy.LinesOf(ctx, a.DB.Read(), tenant, round)
	if err != nil {
		return err
	}
	var list []ids.ID
	for i := range lines {
		list = append(list, lines[i].ID)
	}
	for _, step := range []policy.StepIn{
		{Event: engine.StepPlan, On: date.Must("2021-10-18"), Text: "示例：奖励归信息提供人，签约、开工、投产分期兑付"}, {Event: engine.StepVote, On: date.Must("2021-10-22"), Due: 45, Present: 41, Agree: 39},
		{Event: engine.StepReview, On: date.Must("2021-10-28"), Text: "示例：同意"}, {Event: engine.StepPublish, On: date.Must("2021-11-05")},
	} {
		step.Round, step.Lines = round, list
		if err := runs.Step(ctx, access.System, tenant, "", step); err != nil {
			return err
		}
	}
	return nil
}
