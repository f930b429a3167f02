package policy

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/indicator"
	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/mechanism/policy/engine"
	"huicun/internal/registry/record"
)

// Figures are the policy slice's indicators.
func Figures(e *record.Env) []indicator.Indicator {
	f := figures{e}
	which := indicator.Param{Name: "policy", Label: "政策名称"}
	purpose := indicator.Param{Name: "purpose", Label: "奖励事项"}
	return []indicator.Indicator{
		{
			Code: "policy.award_paid", Name: "累计发放奖励资金", Unit: indicator.Yuan, Mechanism: "policy",
			Definition: "发放日期在统计年度及其前几年（共 years 年）之内、且不晚于统计日的奖励金额之和，状态为已发放或已归档。" +
				"给定政策名称时，计入该政策及其同一类别（“其他”类只计该政策本身及其替代沿革）的奖励。公示、批准而未发放的，退回、否决的，到统计日已追回的，都不计；部分追回的按追回后的余额计。",
			Params: []indicator.Param{{Name: "years", Label: "年数", Default: "1"}, which, purpose},
			Eval:   indicator.SumOf(f.awardPaid),
		},
		{
			Code: "policy.award_year", Name: "本年发放奖励资金", Unit: indicator.Yuan, Mechanism: "policy",
			Definition: "发放日期在统计年度之内、且不晚于统计日的奖励金额之和，口径同累计发放奖励资金。按发放日期而不是奖励年度归年。",
			Params:     []indicator.Param{which, purpose},
			Eval: indicator.SumOf(func(ctx context.Context, h db.Q, q indicator.Query) ([]indicator.Record, error) {
				return f.paidFrom(ctx, h, q, q.Year)
			}),
		},
		{
			Code: "policy.points", Name: "考核得分", Unit: indicator.Points, Mechanism: "policy",
			Definition: "计分的政策在奖励年度为统计年度的核算批次里，到统计日已批准（含已归档）的得分之和，逐单取到百分之一分。没有批准的、否决和退回的不计。",
			Params:     []indicator.Param{which},
			Eval:       indicator.SumOf(f.points),
		},
		{
			Code: "policy.in_force", Name: "施行中的政策", Unit: indicator.Policies, Mechanism: "policy",
			Definition: "统计日施行中（已到施行日期，未暂停、未失效）并且有有效版本的政策项数，含上级地区发布、适用于本地的政策。记录中列出政策、当日有效的版本，以及统计日前据此发放的奖励。",
			Params:     []indicator.Param{which},
			Eval:       f.inForce,
		},
	}
}

type figures struct{ env *record.Env }

func (f figures) awardPaid(ctx context.Context, h db.Q, q indicator.Query) ([]indicator.Record, error) {
	years, err := strconv.Atoi(q.Param("years", "1"))
	if err != nil || years < 1 || years > 100 {
		return nil, errs.New(errs.Invalid, "policy.years", "参数 years 应为 1 到 100 的整数")
	}
	return f.paidFrom(ctx, h, q, q.Year-years+1)
}

// paidFrom lists the awards paid from the first day of a year to the day that is asked about.
func (f figures) paidFrom(ctx context.Context, h db.Q, q indicator.Query, year int) ([]indicator.Record, error) {
	first, err := date.New(max(year, date.MinYear), 1, 1)
	if err != nil {
		return nil, err
	}
	w := awardsPaid(record.Where(q.Tenant, q.Ranges), first, q.To())
	if title := q.Param("policy", ""); title != "" {
		family, err := familyOf(ctx, h, q.Tenant, title)
		if err != nil {
			return nil, err
		}
		db.In(w, "policy_id", family)
	}
	if p := q.Param("purpose", ""); p != "" {
		w.And("purpose = ?", purposeCode(p))
	}
	return f.awards(ctx, h, q.Tenant, w, q.To())
}

// points lists the lines of rounds over points that were approved by the day that is asked about.
func (f figures) points(ctx context.Context, h db.Q, q indicator.Query) ([]indicator.Record, error) {
	w := db.NewWhere(q.Tenant).And("round_year = ?", q.Year).And("unit <> ?", engine.Yuan)
	if title := q.Param("policy", ""); title != "" {
		family, err := familyOf(ctx, h, q.Tenant, title)
		if err != nil {
			return nil, err
		}
		db.In(w, "policy_id", family)
	}
	rounds, err := roundTable.All(ctx, h, w, "no")
	if err != nil || len(rounds) == 0 {
		return nil, err
	}
	of := make([]ids.ID, len(rounds))
	for i := range rounds {
		of[i] = rounds[i].ID
	}
	in := db.In(record.Where(q.Tenant, q.Ranges), "round_id", of)
	lines, err := lineTable.All(ctx, h, in.And("approved_on <> ''").And("approved_on <= ?", q.To()).And("points <> ''").And("state IN ('approved', 'filed')"), "approved_on, no")
	if err != nil {
		return nil, err
	}
	out := make([]indicator.Record, len(lines))
	for i := range lines {
		l := &lines[i]
		out[i] = indicator.Record{
			Kind: KindLine, ID: l.ID, No: l.No, Region: l.Region, Date: l.ApprovedOn, Amount: l.hundredths(), Sample: l.Sample, Title: strings.TrimSpace(l.Name + " " + l.PlaceText()),
		}
	}
	return out, nil
}

func (f figures) awards(ctx context.Context, h db.Q, tenant int64, w *db.Where, to date.Date) ([]indicator.Record, error) {
	found, err := awardTable.All(ctx, h, w, "paid_on, no")
	if err != nil {
		return nil, err
	}
	back, err := gotBack(ctx, h, tenant, idsOf(found), to)
	if err != nil {
		return nil, err
	}
	names := map[ids.ID]string{}
	for kind, pick := range map[string]func(*Award) ids.ID{
		"party":  func(a *Award) ids.ID { return a.Party },
		"person": func(a *Award) ids.ID { return a.Person },
	} {
		if err := f.addNames(ctx, h, tenant, kind, found, pick, names); err != nil {
			return nil, err
		}
	}
	out := make([]indicator.Record, len(found))
	for i := range found {
		a := &found[i]
		out[i] = indicator.Record{
			Kind: "award", ID: a.ID, No: a.No, Region: a.Region, Date: a.PaidOn, Amount: int64(a.Amount - back[a.ID]), Sample: a.Sample,
			Title: names[a.Party] + names[a.Person] + " " + strconv.Itoa(a.Year) + "年" + field.LabelOf(Purposes, a.Purpose),
		}
		if b := back[a.ID]; b > 0 {
			out[i].Note = "已部分追回 " + b.String() + " 元"
		}
	}
	return out, nil
}

// addNames looks up the payees of one kind; a payee that there is none of is named "".
func (f figures) addNames(ctx context.Context, h db.Q, tenant int64, kind string, list []Award, pick func(*Award) ids.ID, names map[ids.ID]string) error {
	var want []ids.ID
	seen := map[ids.ID]bool{0: true}
	for i := range list {
		if id := pick(&list[i]); !seen[id] {
			seen[id] = true
			want = append(want, id)
		}
	}
	n, ok := f.env.Noun(kind)
	if !ok {
		return errs.New(errs.Internal, "policy.kind", "no noun %s", kind)
	}
	got, err := n.Names(ctx, h, tenant, want)
	for id, name := range got {
		names[id] = name
	}
	return err
}

// familyOf lists the policies whose awards belong together with those of a title.
func familyOf(ctx context.Context, h db.Q, tenant int64, title string) ([]ids.ID, error) {
	title = bare(title)
	all, err := policyTable.All(ctx, h, db.NewWhere(tenant), "id")
	if err != nil {
		return nil, err
	}
	in := map[ids.ID]bool{}
	families := map[string]bool{}
	for i := range all {
		p := &all[i]
		switch {
		case p.Title == title || p.No == title:
			in[p.ID] = true
			if p.Family != Other {
				families[p.Family] = true
			}
		case p.Family == title || field.LabelOf(Families, p.Family) == title:
			families[p.Family] = true
		}
	}
	for grew := true; grew; {
		grew = false
		for i := range all {
			p := &all[i]
			if !in[p.ID] && (families[p.Family] || in[p.SupersededBy]) {
				in[p.ID], grew = true, true
			}
			if next := p.SupersededBy; next != 0 && in[p.ID] && !in[next] {
				in[next], grew = true, true
			}
		}
	}
	var out []ids.ID
	for i := range all {
		if in[all[i].ID] {
			out = append(out, all[i].ID)
		}
	}
	return out, nil
}

func purposeCode(text string) string {
	i := slices.IndexFunc(Purposes, func(o field.Option) bool { return o.Label == text })
	if i < 0 {
		return text
	}
	return Purposes[i].Code
}

func (f figures) inForce(ctx context.Context, h db.Q, q indicator.Query) (indicator.Result, error) {
	list, err := HoldingOn(ctx, h, q.Tenant, q.Scope, q.Ranges, q.To())
	if err != nil {
		return indicator.Result{}, err
	}
	var out indicator.Result
	title := bare(q.Param("policy", ""))
	for i := range list {
		p := &list[i].Policy
		if title != "" && p.Title != title && p.No != title {
			continue
		}
		out.Value++
		out.Records = append(out.Records, indicator.Record{
			Kind: "policy", ID: p.ID, No: p.No, Title: "《" + p.Title + "》", Region: p.Region, Date: p.InForceOn, Amount: 1, Sample: p.Sample,
		})
		for _, v := range list[i].Versions {
			out.Records = append(out.Records, indicator.Record{
				Kind: "policy_version", ID: v.ID, No: v.No, Title: "第" + strconv.Itoa(v.VersionNo) + "版：" + v.Assessments,
				Region: v.Region, Date: v.From, Sample: v.Sample, Note: "当日有效的版本",
			})
		}
		w := awardsPaid(record.Where(q.Tenant, q.Ranges).And("policy_id = ?", p.ID), date.Date{}, q.To())
		awards, err := f.awards(ctx, h, q.Tenant, w, q.To())
		if err != nil {
			return indicator.Result{}, err
		}
		for _, a := range awards {
			a.Note, a.Amount = "已发放 "+indicator.Yuan.Exact(a.Amount)+" 元", 0
			out.Records = append(out.Records, a)
		}
	}
	out.Forecast, out.Count = out.Value, len(out.Records)
	return out, nil
}

// Holding is a policy in force on a day with its versions that were valid then.
type Holding struct {
	Policy   Policy
	Versions []Version
}

// HoldingOn lists the policies in force on a day that were made within the ranges or for a division above the
// scope, each with at least one version valid on the day.
func HoldingOn(ctx context.Context, h db.Q, tenant int64, scope string, ranges [][2]string, day date.Date) ([]Holding, error) {
	places := append([][2]string{}, ranges...)
	for up := code.Parent(scope); up != ""; up = code.Parent(up) {
		places = append(places, [2]string{up, up + "0"}) // the division itself and nothing below it
	}
	found, err := policyTable.All(ctx, h, db.NewWhere(tenant).Ranges("region", places).And("in_force_on <> ''").And("in_force_on <= ?", day), "in_force_on, no")
	if err != nil {
		return nil, err
	}
	var out []Holding
	for i := range found {
		if !found[i].HoldsOn(day) {
			continue
		}
		versions, err := versionTable.All(ctx, h, db.NewWhere(tenant).And("policy_id = ?", found[i].ID), "version_no")
		if err != nil {
			return nil, err
		}
		versions = slices.DeleteFunc(versions, func(v Version) bool { return !v.HoldsOn(day) })
		if len(versions) > 0 {
			out = append(out, Holding{found[i], versions})
		}
	}
	return out, nil
}
