package attract

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/big"
	"slices"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/mechanism/policy"
	"huicun/internal/mechanism/policy/engine"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// The informants that policies tell apart.
const (
	fromTalent  = "社会人士"
	fromVillage = "村干部"
	fromOffice  = "公职人员"
	fromFirm    = "企业和商会"
)

var informants = []string{fromTalent, fromVillage, fromOffice, fromFirm}

// stageDays are the stages whose days a policy can ask for.
var stageDays = []struct{ state, label string }{
	{"reported", "报送"}, {"effective", "认定有效"}, {"signed", "签约"}, {"registered", "注册"}, {"started", "开工"}, {"completed", "竣工"},
	{"producing", "投产"}, {"at_capacity", "达效"},
}

// Subjects are leads and informants as policies see them: each lead with a stage or a result in the year, and each unit that
// reported a lead of them.
func Subjects(e *record.Env) []policy.SubjectKind {
	s := subjects{e}
	return []policy.SubjectKind{
		{Code: engine.OfLead, Values: leadValues(), Find: s.leads}, {Code: engine.OfInformant, Values: informantValues(), Find: s.informants},
	}
}

func leadValues() []policy.SubjectValue {
	out := []policy.SubjectValue{
		{Code: "lead.first_reported", Name: "首报信息", Type: "bool", Definition: "没有被认定为重复信息或不予认定"},
		{Code: "lead.informant", Name: "信息提供人身份", Type: "text", Texts: informants, Definition: "有推介乡贤的是社会人士；其余看报送单位：村、部门（镇、党组织）、企业（商会、合作社、农户）"},
		{Code: "lead.hosted_elsewhere", Name: "落在报送村以外", Type: "bool", Definition: "报送单位在一个村，拟落户地区不在这个村"},
		{Code: "lead.lost", Name: "项目流失", Type: "bool", Definition: "截至当日已认定流失"},
		{Code: "lead.total", Name: "计划总投资", Type: "money"}, {Code: "lead.fixed", Name: "计划固定资产投资", Type: "money"},
		{Code: "lead.fixed_paid", Name: "固定资产投入累计完成", Type: "money", Definition: "各年度截至当日最近一次填报的累计完成数之和"},
		{Code: "lead.fixed_paid_2y", Name: "签约后两年内固定资产投入", Type: "money", Definition: "只取签约日起满两年（含当日）以前填报的；没有签约为零"},
		{Code: "lead.capital", Name: "注册资本", Type: "money", Definition: "截至当日最近一次填报的完成数"},
		{Code: "lead.taxable_sales", Name: "当年纳税销售", Type: "money", Definition: "当年截至当日最近一次填报的累计完成数"},
		{Code: "lead.jobs", Name: "当年就业", Type: "number"},
		{Code: "lead.industry", Name: "行业", Type: "text"},
		{Code: "lead.source", Name: "信息来源", Type: "text", Texts: labels(Sources)},
	}
	for _, d := range stageDays {
		if d.state != "reported" {
			out = append(out, policy.SubjectValue{Code: "lead." + d.state, Name: "已" + d.label, Type: "bool", Definition: "截至当日已到这一步，重复、不予认定的除外"})
		}
		out = append(out, policy.SubjectValue{Code: "lead." + d.state + "_on", Name: d.label + "日期", Type: "date"})
	}
	return out
}

func informantValues() []policy.SubjectValue {
	out := []policy.SubjectValue{{Code: "informant.kind", Name: "报送单位类别", Type: "text", Texts: informants[1:], Definition: "按报送单位"}}
	for _, d := range stageDays {
		out = append(out, policy.SubjectValue{
			Code: "informant." + d.state, Name: "当年" + d.label + "的信息", Type: "number",
			Definition: "日期在当年 1 月 1 日至当日的条数；重复、不予认定的不计（报送数照计）",
		})
	}
	return append(out,
		policy.SubjectValue{Code: "informant.signed_total", Name: "当年签约项目计划总投资", Type: "money", Definition: "当年签约、截至当日没有流失的项目"},
		policy.SubjectValue{Code: "informant.fixed_paid", Name: "固定资产投入累计完成", Type: "money", Definition: "所报项目各年度累计完成数之和"})
}

func labels(opts []field.Option) []string {
	var out []string
	for _, o := range opts {
		out = append(out, o.Label)
	}
	return out
}

type subjects struct{ env *record.Env }

// file is a lead with who reported it and its latest facts by kind and year.
type file struct {
	*Lead
	reporter party.Party
	facts    map[string]map[int]Fact
	all      []Fact
}

// files reads the leads that moved in a year, with everything that values are made of, in three statements.
func (s subjects) files(ctx context.Context, tenant int64, ranges [][2]string, year int, day date.Date) ([]file, error) {
	q := s.env.DB.Read()
	leads, err := LeadsIn(ctx, q, tenant, ranges, day)
	if err != nil {
		return nil, err
	}
	facts, err := factsUpTo(ctx, q, tenant, ranges, day)
	if err != nil {
		return nil, err
	}
	byLead := map[ids.ID][]Fact{}
	for _, f := range facts {
		byLead[f.Lead] = append(byLead[f.Lead], f)
	}
	reporters := map[ids.ID]bool{}
	var out []file
	for i := range leads {
		l := &leads[i]
		if l.movedIn(year, day) || slices.ContainsFunc(byLead[l.ID], func(f Fact) bool { return f.Year == year }) {
			out = append(out, file{Lead: l, facts: latest(byLead[l.ID]), all: byLead[l.ID]})
			reporters[l.Reporter] = true
		}
	}
	parties, err := party.ByID(ctx, q, tenant, slices.Sorted(maps.Keys(reporters)))
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].reporter = parties[out[i].Reporter]
	}
	return out, nil
}

// movedIn reports whether the lead entered a stage in a year, up to a day.
func (l *Lead) movedIn(year int, day date.Date) bool {
	return slices.ContainsFunc(path, func(s step) bool { d := *s.at(l); return d.Year() == year && !d.After(day) })
}

// factsUpTo lists the facts of a scope that were reported by a day, the earliest first.
func factsUpTo(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) ([]Fact, error) {
	return factTable.All(ctx, q, record.Where(tenant, ranges).And("on_date <= ?", day), "on_date, id")
}

// latest keeps the last fact of each kind and year.
func latest(facts []Fact) map[string]map[int]Fact {
	out := map[string]map[int]Fact{}
	for _, f := range facts {
		if out[f.Kind] == nil {
			out[f.Kind] = map[int]Fact{}
		}
		out[f.Kind][f.Year] = f
	}
	return out
}

// realised adds up what facts of a kind came to, by year.
func realised(facts map[int]Fact) (money.Fen, []engine.Tag, error) {
	var sum money.Fen
	var tags []engine.Tag
	for _, y := range slices.Sorted(maps.Keys(facts)) {
		f := facts[y]
		var err error
		if sum, err = money.Add(sum, f.Realised); err != nil {
			return 0, nil, fmt.Errorf("adding up the results of a lead: %w", err)
		}
		tags = append(tags, engine.Tag{Kind: "lead_fact", No: f.No, Title: fmt.Sprintf("%d 年%s，%s填报", f.Year, field.LabelOf(FactKinds, f.Kind), f.On.Chinese())})
	}
	return sum, tags, nil
}

// leads are the leads of a year as subjects of a policy.
func (s subjects) leads(ctx context.Context, tenant int64, ranges [][2]string, year int, day date.Date) ([]policy.Found, error) {
	files, err := s.files(ctx, tenant, ranges, year, day)
	if err != nil {
		return nil, err
	}
	out := make([]policy.Found, len(files))
	for i := range files {
		f := &files[i]
		out[i] = policy.Found{ID: f.ID, Region: f.Region, Name: f.No + " " + f.Name, Party: f.Reporter}
		if f.Talent != 0 {
			out[i].Party, out[i].Person = 0, f.Talent
		}
		if out[i].Values, err = f.values(year, day); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// values are what a policy may ask of a lead on a day.
func (f *file) values(year int, day date.Date) (map[string]engine.Value, error) {
	tag := engine.Tag{Kind: "lead", No: f.No, Title: f.Name}
	own := func(v engine.Value, from string) engine.Value {
		v.From, v.Tags = from, []engine.Tag{tag}
		return v
	}
	now := f.StageOn(day)
	void := now == "duplicate" || now == "rejected"
	stage := "项目信息，截至" + day.Chinese() + "“" + Machine.State(now).Label + "”"
	out := map[string]engine.Value{
		"lead.first_reported":   own(engine.Value{Bool: !void}, stage),
		"lead.lost":             own(engine.Value{Bool: now == "lost"}, stage),
		"lead.informant":        own(engine.Value{Text: f.informant()}, "报送单位"+f.reporter.Name),
		"lead.hosted_elsewhere": own(engine.Value{Bool: f.hostedElsewhere()}, "报送单位"+f.reporter.Name),
		"lead.total":            own(engine.Money(f.Total), "项目信息"),
		"lead.fixed":            own(engine.Money(f.Fixed), "项目信息"),
		"lead.industry":         own(engine.Value{Text: f.Industry}, "项目信息"),
		"lead.source":           own(engine.Value{Text: field.LabelOf(Sources, f.Source)}, "项目信息"),
		"lead.jobs":             f.jobs(year),
	}
	for _, d := range stageDays {
		on := *path[rank(d.state)].at(f.Lead)
		passed := !on.IsZero() && !on.After(day) && !void
		if !passed {
			on = date.Date{}
		}
		out["lead."+d.state] = own(engine.Value{Bool: passed}, stage)
		out["lead."+d.state+"_on"] = own(engine.Value{Date: on}, "项目信息")
	}
	for code, facts := range map[string]map[int]Fact{
		"lead.fixed_paid": f.facts[FixedAssets], "lead.capital": lastYear(f.facts[Capital]), "lead.taxable_sales": ofYear(f.facts[TaxableSales], year),
		"lead.fixed_paid_2y": f.withinTwoYears(),
	} {
		sum, tags, err := realised(facts)
		if err != nil {
			return nil, err
		}
		v := engine.Money(sum)
		v.From, v.Tags = "项目实绩", tags
		out[code] = v
	}
	return out, nil
}

// informant says who gave the information, as policies tell them apart.
func (f *file) informant() string {
	if f.Talent != 0 {
		return fromTalent
	}
	return unitKind(f.reporter)
}

func unitKind(p party.Party) string {
	switch p.Kind {
	case party.Committee, party.Collective, party.Group:
		return fromVillage
	case party.PartyOrg:
		if code.Level(p.Region) == code.TierVillage {
			return fromVillage
		}
		return fromOffice
	case party.Government, party.Department:
		return fromOffice
	}
	return fromFirm
}

// hostedElsewhere reports whether a village reported the lead and it goes to another place.
func (f *file) hostedElsewhere() bool {
	return code.Level(f.reporter.Region) == code.TierVillage && f.reporter.Region != f.Region
}

func (f *file) jobs(year int) engine.Value {
	v := engine.Value{Num: new(big.Rat), From: "项目实绩"}
	if fact, ok := f.facts[Jobs][year]; ok {
		v.Num.SetInt64(int64(fact.RealisedJobs))
		v.Tags = []engine.Tag{{Kind: "lead_fact", No: fact.No, Title: "就业，" + fact.On.Chinese() + "填报"}}
	}
	return v
}

// withinTwoYears are the latest facts about fixed assets that were reported within two years of signing.
func (f *file) withinTwoYears() map[int]Fact {
	if f.SignedOn.IsZero() {
		return nil
	}
	end := f.SignedOn.AddMonths(24)
	return latest(slices.DeleteFunc(slices.Clone(f.all), func(x Fact) bool { return x.Kind != FixedAssets || x.On.After(end) }))[FixedAssets]
}

// lastYear keeps the facts of the last year alone: a registered capital is not added up.
func lastYear(facts map[int]Fact) map[int]Fact {
	if len(facts) == 0 {
		return nil
	}
	return ofYear(facts, slices.Max(slices.Collect(maps.Keys(facts))))
}

func ofYear(facts map[int]Fact, year int) map[int]Fact {
	if f, ok := facts[year]; ok {
		return map[int]Fact{year: f}
	}
	return nil
}

// informants are the units that reported the leads of a year, with what their leads came to.
func (s subjects) informants(ctx context.Context, tenant int64, ranges [][2]string, year int, day date.Date) ([]policy.Found, error) {
	files, err := s.files(ctx, tenant, ranges, year, day)
	if err != nil {
		return nil, err
	}
	byUnit := map[ids.ID][]file{}
	for _, f := range files {
		byUnit[f.Reporter] = append(byUnit[f.Reporter], f)
	}
	var out []policy.Found
	for id, list := range byUnit {
		values, err := unitValues(list, year, day)
		if err != nil {
			return nil, err
		}
		p := list[0].reporter
		out = append(out, policy.Found{ID: id, Region: p.Region, Name: p.Name, Party: id, Values: values})
	}
	slices.SortFunc(out, func(a, b policy.Found) int {
		return cmp.Or(cmp.Compare(a.Region, b.Region), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return out, nil
}

func unitValues(list []file, year int, day date.Date) (map[string]engine.Value, error) {
	out := map[string]engine.Value{"informant.kind": {Text: unitKind(list[0].reporter), From: "单位“" + list[0].reporter.Name + "”"}}
	for _, d := range stageDays {
		v := engine.Value{Num: new(big.Rat), From: fmt.Sprintf("项目信息，%d 年截至%s", year, day.Chinese())}
		for _, f := range list {
			if f.counts(d.state, year, day) {
				v.Num.Add(v.Num, big.NewRat(1, 1))
				v.Tags = append(v.Tags, engine.Tag{Kind: "lead", No: f.No, Title: f.Name})
			}
		}
		out["informant."+d.state] = v
	}
	var signed, paid money.Fen
	var signedTags, paidTags []engine.Tag
	for _, f := range list {
		var err error
		if f.counts("signed", year, day) && f.SignedBy(day) {
			if signed, err = money.Add(signed, f.Total); err != nil {
				return nil, fmt.Errorf("adding up the investment of an informant's leads: %w", err)
			}
			signedTags = append(signedTags, engine.Tag{Kind: "lead", No: f.No, Title: f.Name})
		}
		sum, tags, err := realised(f.facts[FixedAssets])
		if err != nil {
			return nil, err
		}
		if paid, err = money.Add(paid, sum); err != nil {
			return nil, fmt.Errorf("adding up what an informant's leads came to: %w", err)
		}
		paidTags = append(paidTags, tags...)
	}
	total, fixed := engine.Money(signed), engine.Money(paid)
	total.From, total.Tags, fixed.From, fixed.Tags = "项目信息", signedTags, "项目实绩", paidTags
	out["informant.signed_total"], out["informant.fixed_paid"] = total, fixed
	return out, nil
}

// counts reports whether a lead entered a stage in a year, up to a day; what is void counts as reported alone.
func (f *file) counts(state string, year int, day date.Date) bool {
	if at := f.StageOn(day); state != "reported" && (at == "duplicate" || at == "rejected") {
		return false
	}
	on := *path[rank(state)].at(f.Lead)
	return on.Year() == year && !on.After(day)
}
