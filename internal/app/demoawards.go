package app

import (
	"context"
	"fmt"
	"slices"

	"huicun/internal/kit/date"
	"huicun/internal/kit/ids"
	"huicun/internal/mechanism/policy"
	"huicun/internal/mechanism/policy/engine"
	"huicun/internal/registry/access"
)

// demoRound is one round of the demo, worked out from its records as they stood on a day.
type demoRound struct {
	version, purpose string
	asOf             date.Date
	only             []demoSubject // all when left out
	steps            []policy.StepIn
	paid             date.Date // zero: nothing yet
}

// demoSubject is a subject with what people entered and decided.
type demoSubject struct {
	no      string
	entered map[string]string
	info    string // yuan, decided within the policy's range
	why     string
}

// reviewed are the steps of the township's own procedure.
func reviewed(review, publish, approve string) []policy.StepIn {
	out := []policy.StepIn{{Event: engine.StepReview, On: date.Must(review), Text: "示例：同意"}, {Event: engine.StepPublish, On: date.Must(publish)}}
	if approve != "" {
		out = append(out, policy.StepIn{Event: "approve", On: date.Must(approve), No: "八桥镇党委会纪要（示例）"})
	}
	return out
}

// demoRounds are the information rewards of the year's first months, paid; the landing rewards of two projects, being
// published; and the points of those who reported projects, approved.
var demoRounds = []demoRound{
	{
		version: "BB-2021-0002", purpose: "information", asOf: date.Must("2021-08-31"), paid: date.Must("2021-09-15"), steps: reviewed("2021-09-01", "2021-09-02", "2021-09-10"),
		only: []demoSubject{
			{no: "XM-2020-0001", info: "3000", why: "示例：信息完整，一次对接成功"}, {no: "XM-2020-0002", info: "3000", why: "示例：信息完整，一次对接成功"},
			{no: "XM-2021-0003", info: "2000", why: "示例：首报，协助洽谈"}, {no: "XM-2021-0006", info: "1000", why: "示例：首报"},
		},
	},
	{
		version: "BB-2021-0002", purpose: "landing", asOf: date.Must("2021-11-05"), steps: reviewed("2021-11-05", "2021-11-05", ""),
		only: []demoSubject{
			{no: "XM-2021-0001", entered: map[string]string{"land_price": "800万"}, info: "3000", why: "示例：信息完整，一次对接成功"}, {no: "XM-2021-0002", info: "2000", why: "示例：首报，协助洽谈"},
		},
	},
	{version: "BB-2021-0003", purpose: "information", asOf: date.Must("2021-10-31"), steps: reviewed("2021-11-01", "2021-11-02", "2021-11-08")},
}

// demoAwards makes the demo's rounds of awards under its sample policies; once.
func (a *App) demoAwards(ctx context.Context, tenant int64) error {
	if n, err := a.Nouns.Runs.Rounds.Count(ctx, tenant); err != nil || n > 0 {
		return err
	}
	for i := range demoRounds {
		if err := a.demoRound(ctx, tenant, &demoRounds[i]); err != nil {
			return fmt.Errorf("the demo's round %d of awards: %w", i+1, err)
		}
	}
	return nil
}

func (a *App) demoRound(ctx context.Context, tenant int64, x *demoRound) error {
	v, err := a.Nouns.Versions.ByKey(ctx, a.DB.Read(), tenant, x.version)
	if err != nil {
		return err
	}
	p, err := v.Compile()
	if err != nil {
		return err
	}
	in := policy.FreezeIn{
		Version: v.ID, Region: demoTown, Year: demoYear, Purpose: x.purpose, Days: v.PublicityDays, Direct: true, Sample: true, Note: "示例：按示例条文核算，不是正式的奖励",
	}
	if in.Subjects, err = a.demoSubjects(ctx, tenant, p, x); err != nil {
		return err
	}
	round, err := a.Nouns.Runs.Freeze(ctx, access.System, tenant, "", in)
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
	for _, step := range x.steps {
		step.Round, step.Lines = round, list
		if err := a.Nouns.Runs.Step(ctx, access.System, tenant, "", step); err != nil {
			return err
		}
	}
	if x.paid.IsZero() {
		return nil
	}
	return a.demoPay(ctx, tenant, list, x.paid)
}

// demoSubjects finds the subjects with their values, and adds what people entered and decided.
func (a *App) demoSubjects(ctx context.Context, tenant int64, p *engine.Policy, x *demoRound) ([]policy.FreezeSubject, error) {
	found, err := a.Nouns.PolicySources.Subjects(ctx, tenant, p, demoTown, demoYear, x.asOf)
	if err != nil {
		return nil, err
	}
	var out []policy.FreezeSubject
	for _, s := range found {
		f := policy.FreezeSubject{Kind: s.Kind, Subject: s.ID, Region: s.Region, Name: s.Name, Party: s.PayeeParty, Person: s.PayeePerson, Inputs: s.Inputs}
		if len(x.only) == 0 {
			out = append(out, f)
			continue
		}
		i, err := a.demoIndex(ctx, tenant, x.only, s.ID)
		if err != nil {
			return nil, err
		}
		if i < 0 {
			continue
		}
		if err := enterDemo(p, &f, &x.only[i]); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// demoIndex is which of the named leads an id is, -1 when none.
func (a *App) demoIndex(ctx context.Context, tenant int64, list []demoSubject, id ids.ID) (int, error) {
	for i := range list {
		l, err := a.Nouns.Leads.ByKey(ctx, a.DB.Read(), tenant, list[i].no)
		if err != nil {
			return -1, err
		}
		if l.ID == id {
			return i, nil
		}
	}
	return -1, nil
}

func enterDemo(p *engine.Policy, f *policy.FreezeSubject, x *demoSubject) error {
	const who = "镇招商专班（示例）"
	for name, text := range x.entered {
		value, err := p.ParseValue(name, text)
		if err != nil {
			return err
		}
		value.From = who + "填报"
		f.Inputs.Values[name] = value
		at := slices.IndexFunc(p.Doc.Inputs, func(in engine.Input) bool { return in.Name == name })
		f.Edits = append(f.Edits, policy.Edit{Input: name, Label: p.Doc.Inputs[at].Label, Now: text, By: who, Why: "示例：土地出让合同"})
	}
	amount, err := engine.ParseNumber(x.info)
	if err != nil {
		return err
	}
	f.Inputs.Decisions = map[string]engine.Decision{"info": {Amount: amount, Reason: x.why}}
	return nil
}

// demoPay pays the instalments of lines that are due.
func (a *App) demoPay(ctx context.Context, tenant int64, lines []ids.ID, on date.Date) error {
	for _, l := range lines {
		dues, err := policy.DuesOf(ctx, a.DB.Read(), tenant, l)
		if err != nil {
			return err
		}
		for _, d := range dues {
			if !d.Ready {
				continue
			}
			if _, err := a.Nouns.Runs.Pay(ctx, access.System, tenant, "", policy.PayIn{Line: l, Due: d.Seq, On: on, DocNo: "八桥镇财政拨款单（示例）"}); err != nil {
				return err
			}
		}
	}
	return nil
}
