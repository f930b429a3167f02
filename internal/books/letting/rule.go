package letting

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"huicun/internal/books/asset"
	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/money"
	"huicun/internal/kit/qty"
	"huicun/internal/registry/record"
)

// Rule is how a place lets from a day on (招租规则). It holds below the place too; what is 0 or empty in it is settled by
// the places above, and by nobody when they are silent as well.
type Rule struct {
	db.Row
	Name string
	From date.Date
	Terms
}

// Terms are what a rule settles. Times are in days unless the name says otherwise; 0 means no limit.
type Terms struct {
	VacancyDays    int    // units whose lease ends within these days are shown as soon vacant
	NoticeDays     int    // how long a resolution is publicised
	ListDays       int    // how long a listing stands before it closes
	ResultDays     int    // how long a result is publicised
	ReservePercent int    // share of the basis below which a reserve price needs a reason
	MinBidders     int    // fewer bids fail the letting …
	FailedTimes    int    // … until it has failed so often; then one bidder is negotiated with. 0: never
	CompareMonths  int    // neighbours' leases that ended within these months are compared too
	CompareMin     int    // fewer comparables in the town widen the search to the county
	Tie            string // first, draw
	Sitting        string // none, equal, match
}

// How equal offers are told apart, and what the sitting tenant's priority is worth.
const (
	TieFirst     = "first" // who handed in earlier
	TieDraw      = "draw"  // by lot
	SittingNone  = "none"
	SittingEqual = "equal" // goes first among equal offers: Civil Code art. 734
	SittingMatch = "match" // may take the highest offer over
)

var (
	ties     = []field.Option{{Code: TieFirst, Label: "先递交者优先"}, {Code: TieDraw, Label: "抽签"}}
	sittings = []field.Option{{Code: SittingEqual, Label: "同价时优先"}, {Code: SittingMatch, Label: "可按最高价优先承租"}, {Code: SittingNone, Label: "不优先"}}
)

var ruleTable = &db.Table[Rule]{
	Name: "letting_rule",
	Cols: []string{"name", "from_date", "vacancy_days", "notice_days", "list_days", "result_days", "reserve_percent", "min_bidders", "failed_times", "compare_months", "compare_min", "tie", "sitting"},
	Row:  func(r *Rule) *db.Row { return &r.Row },
	Ptrs: func(r *Rule) []any {
		return []any{&r.Name, &r.From, &r.VacancyDays, &r.NoticeDays, &r.ListDays, &r.ResultDays, &r.ReservePercent, &r.MinBidders, &r.FailedTimes, &r.CompareMonths, &r.CompareMin, &r.Tie, &r.Sitting}
	},
}

func newRules(e *record.Env) *record.Noun[Rule] {
	days := func(name, label string, p func(*Rule) *int) field.Field[Rule] {
		return field.NewInt(name, label, 0, 366, p).In("天")
	}
	return record.Register(e, &record.Noun[Rule]{
		Kind: "letting_rule", Label: "招租规则", Path: "/letting-rules", Icon: "scale", Key: "name", Order: "region", Below: true,
		Intro:  "公示天数、公告天数、底价与参考价的比例、报名人数、同价和原承租人优先的办法。镇里定的各村都执行；某村另有规定的，为那个村单独登记一条。",
		Table:  ruleTable,
		Title:  func(r *Rule) string { return r.Name },
		Detail: func(r *Rule) string { return r.From.Chinese() + "起执行" },
		Fields: []field.Field[Rule]{
			field.NewText("name", "名称", func(r *Rule) *string { return &r.Name }).Req().List().Eg("八桥镇村集体资产公开招租办法"),
			field.NewRegion("region", "适用地区", func(r *Rule) *string { return &r.Region }).Req().List(),
			field.NewDay("from", "执行日期", func(r *Rule) *date.Date { return &r.From }).Req().Col("from_date").List(),
			days("vacancy_days", "到期前提示", func(r *Rule) *int { return &r.VacancyDays }).Help("租约在这些天内到期的单元列入待招租；以下各项留空或填 0，表示按上级地区的规则"),
			days("notice_days", "决议公开天数", func(r *Rule) *int { return &r.NoticeDays }).List(),
			days("list_days", "公告天数", func(r *Rule) *int { return &r.ListDays }).List().Help("从发布次日起算，报名截止不得早于这么多天"),
			days("result_days", "结果公示天数", func(r *Rule) *int { return &r.ResultDays }).List(),
			field.NewInt("reserve_percent", "底价不低于参考价的", 0, 200, func(r *Rule) *int { return &r.ReservePercent }).In("%").List().Help("低于这个比例的，要写明理由"),
			field.NewInt("min_bidders", "最少报名人数", 0, 20, func(r *Rule) *int { return &r.MinBidders }).In("家").List().Help("不足的作流标处理"),
			field.NewInt("failed_times", "流标几次后可协商", 0, 20, func(r *Rule) *int { return &r.FailedTimes }).In("次").Help("流标满这么多次后，只有一家报名也可以协商成交；0 为不允许"),
			field.NewInt("compare_months", "可比租约的年限", 0, 240, func(r *Rule) *int { return &r.CompareMonths }).In("月").Help("周边租约在这些月内履行过的都作比较；0 为只比现在履行的"),
			field.NewInt("compare_min", "可比租约最少", 0, 50, func(r *Rule) *int { return &r.CompareMin }).In("份").Help("同镇不足这么多份时扩大到全县（市、区）"),
			field.NewEnum("tie", "报价相同时", ties, func(r *Rule) *string { return &r.Tie }),
			field.NewEnum("sitting", "原承租人优先", sittings, func(r *Rule) *string { return &r.Sitting }),
		},
	})
}

// Threshold says from which size on a letting needs which steps and whose decision (分级限额). All conditions that it
// gives must be met.
type Threshold struct {
	db.Row
	Name   string
	From   date.Date
	Kind   string // of the asset; "" is any
	Annual money.Fen
	Months int
	Area   qty.Qty
	Level  string
	Steps  string // their names, separated by 、
}

// The levels of decision, the lowest first.
const (
	ByVillage  = "village"
	ByTown     = "town"
	ByExchange = "exchange" // the town approves, and the letting goes through the rural property exchange
)

// Levels are the levels with their Chinese names.
var Levels = []field.Option{{Code: ByVillage, Label: "村自行决定"}, {Code: ByTown, Label: "镇审批"}, {Code: ByExchange, Label: "镇审批并进场交易"}}

var thresholdTable = &db.Table[Threshold]{
	Name: "letting_threshold",
	Cols: []string{"name", "from_date", "kind", "annual_fen", "months", "area", "unit", "level", "steps"},
	Row:  func(t *Threshold) *db.Row { return &t.Row },
	Ptrs: func(t *Threshold) []any {
		return []any{&t.Name, &t.From, &t.Kind, &t.Annual, &t.Months, &t.Area.N, &t.Area.Unit, &t.Level, &t.Steps}
	},
}

func newThresholds(e *record.Env) *record.Noun[Threshold] {
	return record.Register(e, &record.Noun[Threshold]{
		Kind: "letting_threshold", Label: "招租分级限额", Path: "/letting-thresholds", Icon: "scale", Key: "name", Order: "region", Below: true,
		Intro:  "达到多大的年租金、租期、面积，要走哪些民主决策步骤、由谁决定。上级地区的限额下级都执行，各条取最严的。没有任何限额时，四议两公开的步骤都要走。",
		Table:  thresholdTable,
		Title:  func(t *Threshold) string { return t.Name },
		Detail: func(t *Threshold) string { return field.LabelOf(Levels, t.Level) },
		Fields: []field.Field[Threshold]{
			field.NewText("name", "名称", func(t *Threshold) *string { return &t.Name }).Req().List().Eg("八桥镇：年租金 10 万元以上"),
			field.NewRegion("region", "适用地区", func(t *Threshold) *string { return &t.Region }).Req().List(),
			field.NewDay("from", "执行日期", func(t *Threshold) *date.Date { return &t.From }).Req().Col("from_date").List(),
			field.NewEnum("kind", "资产类别", asset.Kinds, func(t *Threshold) *string { return &t.Kind }).List().Filter().Help("留空为各类"),
			field.NewMoney("annual", "年租金达到", func(t *Threshold) *money.Fen { return &t.Annual }).List().Help("以下三项填了的都达到才适用；都不填为一律适用"),
			field.NewInt("months", "租期达到", 0, 240, func(t *Threshold) *int { return &t.Months }).In("月").List(),
			field.NewAmount("area", "面积达到", qty.M2, func(t *Threshold) *qty.Qty { return &t.Area }).List(),
			field.NewEnum("level", "由谁决定", Levels, func(t *Threshold) *string { return &t.Level }).Req().List().Filter(),
			field.NewText("steps", "民主决策步骤", func(t *Threshold) *string { return &t.Steps }).Req().List().Help("用顿号分隔：" + stepNames(allSteps)).Eg("两委会商议、决议公开"),
		},
		Check: func(t *Threshold) error {
			list, err := parseSteps(t.Steps)
			if err == nil {
				t.Steps = stepNames(list)
			}
			return err
		},
	})
}

// stepNames writes steps by their names.
func stepNames(list []string) string {
	var out []string
	for _, s := range list {
		out = append(out, field.LabelOf(StepKinds, s))
	}
	return strings.Join(out, "、")
}

// parseSteps reads the names of steps, in their order.
func parseSteps(text string) ([]string, error) {
	var out []string
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("、,，;； \n", r) }) {
		i := slices.IndexFunc(StepKinds, func(o field.Option) bool { return o.Label == part || o.Code == part })
		if i < 0 {
			return nil, errs.OnField("steps", "没有“%s”这个步骤，可填：%s", part, stepNames(allSteps))
		}
		if !slices.Contains(out, StepKinds[i].Code) {
			out = append(out, StepKinds[i].Code)
		}
	}
	slices.SortFunc(out, func(a, b string) int { return cmp.Compare(slices.Index(allSteps, a), slices.Index(allSteps, b)) })
	return out, nil
}

// Rules are the rules and thresholds of a tenant; they are few.
type Rules struct {
	rules      []Rule
	thresholds []Threshold
}

// LoadRules reads them.
func LoadRules(ctx context.Context, q db.Q, tenant int64) (*Rules, error) {
	rules, err := ruleTable.All(ctx, q, db.NewWhere(tenant), "from_date, id")
	if err != nil {
		return nil, err
	}
	ths, err := thresholdTable.All(ctx, q, db.NewWhere(tenant), "from_date, id")
	return &Rules{rules, ths}, err
}

// At returns what holds in a division on a day: the latest rule of the division itself, completed by those of the
// places above it.
func (rs *Rules) At(region string, day date.Date) Terms {
	var t Terms
	for at := region; at != ""; at = code.Parent(at) {
		var last *Rule
		for i := range rs.rules {
			if r := &rs.rules[i]; r.Region == at && !r.From.After(day) {
				last = r // they are in the order of their days
			}
		}
		if last != nil {
			t.complete(&last.Terms)
		}
	}
	t.Tie, t.Sitting = cmp.Or(t.Tie, TieFirst), cmp.Or(t.Sitting, SittingEqual)
	return t
}

// complete takes what is not settled yet from the terms of a place above.
func (t *Terms) complete(o *Terms) {
	for _, p := range [][2]*int{
		{&t.VacancyDays, &o.VacancyDays}, {&t.NoticeDays, &o.NoticeDays}, {&t.ListDays, &o.ListDays}, {&t.ResultDays, &o.ResultDays}, {&t.ReservePercent, &o.ReservePercent},
		{&t.MinBidders, &o.MinBidders}, {&t.FailedTimes, &o.FailedTimes}, {&t.CompareMonths, &o.CompareMonths}, {&t.CompareMin, &o.CompareMin},
	} {
		if *p[0] == 0 {
			*p[0] = *p[1]
		}
	}
	t.Tie, t.Sitting = cmp.Or(t.Tie, o.Tie), cmp.Or(t.Sitting, o.Sitting)
}

// Size is what thresholds look at: the yearly reserve price, the term and the area of what is let.
type Size struct {
	Kinds  []string // of the assets
	Annual money.Fen
	Months int
	Area   qty.Qty // of what is measured by area
}

// Need is what a letting of some size needs.
type Need struct {
	Level string
	Steps []string
	Why   []string // the thresholds that ask for it
}

// Need works out the strictest of what the thresholds of a division and the places above it ask for on a day. Without any
// that applies, a letting takes all steps.
func (rs *Rules) Need(region string, day date.Date, s Size) Need {
	n := Need{Level: ByVillage}
	for i := range rs.thresholds {
		t := &rs.thresholds[i]
		if t.From.After(day) || !code.Within(region, t.Region) || !t.met(s) {
			continue
		}
		if levelOf(t.Level) > levelOf(n.Level) {
			n.Level = t.Level
		}
		steps, _ := parseSteps(t.Steps) // was checked when it was saved
		n.Steps = append(n.Steps, steps...)
		n.Why = append(n.Why, t.Name)
	}
	if len(n.Why) == 0 {
		n.Steps = allSteps
		return n
	}
	n.Steps, _ = parseSteps(strings.Join(n.Steps, "、"))
	return n
}

func levelOf(l string) int {
	return slices.IndexFunc(Levels, func(o field.Option) bool { return o.Code == l })
}

func (t *Threshold) met(s Size) bool {
	if t.Kind != "" && !slices.Contains(s.Kinds, t.Kind) {
		return false
	}
	if s.Annual < t.Annual || s.Months < t.Months {
		return false
	}
	if t.Area.N == 0 {
		return true
	}
	least, err := t.Area.To(qty.M2)
	have, err2 := s.Area.To(qty.M2)
	return err == nil && err2 == nil && have.N >= least.N
}
