package risk

import (
	"context"
	_ "embed" // the built-in rules
	"encoding/csv"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// The colours, mildest first: 蓝 to notice, 黄 to handle in time, 红 to escalate.
const (
	Blue   = "blue"
	Yellow = "yellow"
	Red    = "red"
)

// Colours are the colours with their Chinese names.
var Colours = []field.Option{{Code: Blue, Label: "蓝", Tone: "azure"}, {Code: Yellow, Label: "黄", Tone: "orange"}, {Code: Red, Label: "红", Tone: "red"}}

// grade orders the colours; "" is below all.
func grade(colour string) int {
	return slices.IndexFunc(Colours, func(o field.Option) bool { return o.Code == colour })
}

// What becomes of an alert when its measure is back to normal.
const (
	ClearConfirm = "confirm"
	ClearClose   = "close"
)

// Clears are these with their Chinese names.
var Clears = []field.Option{{Code: ClearConfirm, Label: "由审核人确认后销号"}, {Code: ClearClose, Label: "自动销号并写明原因"}}

// Rule is what a place makes of a formula from a day on (预警规则). Edges are as people write them, in the formula's unit;
// "" leaves the colour out. The days are working days to answer. Owner, Reviewer and Escalate are roles.
type Rule struct {
	db.Row
	No, Code, Name            string
	From, To                  date.Date
	Off                       bool
	Params                    string // 名称=值；名称=值
	Edges                     [3]string
	Days                      [3]int
	Owner, Reviewer, Escalate string
	Clears                    string
	Basis                     string

	edges  [3]int64
	has    [3]bool
	params map[string]string
}

var ruleTable = &db.Table[Rule]{
	Name: "risk_rule",
	Cols: []string{"no", "code", "name", "valid_from", "valid_to", "inactive", "params", "blue", "yellow", "red", "blue_days", "yellow_days", "red_days",
		"owner", "reviewer", "escalate", "clears", "basis"},
	Row: func(r *Rule) *db.Row { return &r.Row },
	Ptrs: func(r *Rule) []any {
		return []any{&r.No, &r.Code, &r.Name, &r.From, &r.To, &r.Off, &r.Params, &r.Edges[0], &r.Edges[1], &r.Edges[2], &r.Days[0], &r.Days[1], &r.Days[2],
			&r.Owner, &r.Reviewer, &r.Escalate, &r.Clears, &r.Basis}
	},
}

// Roles are the roles that answer for alerts.
func Roles() []field.Option {
	var out []field.Option
	for _, code := range []string{"village_bookkeeper", "town_accountant", "liaison", "town_secretary", "county_supervisor"} {
		if r, ok := access.RoleOf(code); ok {
			out = append(out, field.Option{Code: r.Code, Label: r.Title})
		}
	}
	return out
}

// longest is how many working days a rule may give, and how long its texts may be.
const (
	longest  = 365
	maxParam = 300
)

// NewRules describes the noun.
func NewRules(e *record.Env) *record.Noun[Rule] {
	edge := func(i int, name, label string) field.Field[Rule] {
		return field.NewText(name, label+"界限", func(r *Rule) *string { return &r.Edges[i] }).Limit(20).Show().Help("不填表示没有这一档")
	}
	days := func(i int, name, label string) field.Field[Rule] {
		return field.NewInt(name, label+"答复期限", 0, longest, func(r *Rule) *int { return &r.Days[i] }).In("个工作日")
	}
	roles := Roles()
	return record.Register(e, &record.Noun[Rule]{
		Kind: "risk_rule", Below: true, Label: "预警规则", Path: "/risk-rules", Icon: "traffic-lights", Key: "no", Order: "code",
		Intro: "系统内置了各项预警的界限；本地要求不同的，在这里按地区和日期另立规则，优先于内置的和上级地区的。保存前可先“预览”，看看今天会预警什么。",
		Table: ruleTable,
		Title: func(r *Rule) string { return r.Name }, Detail: func(r *Rule) string { return r.No + " " + field.LabelOf(Formulas(), r.Code) },
		Series: func(*Rule) string { return "YJGZ" },
		Fields: []field.Field[Rule]{
			field.NewText("no", "编号", func(r *Rule) *string { return &r.No }).Fix().List().Help("不填自动编号"),
			field.NewEnum("code", "预警项目", Formulas(), func(r *Rule) *string { return &r.Code }).Req().Fix().List().Filter(),
			field.NewText("name", "规则名称", func(r *Rule) *string { return &r.Name }).Req().List(),
			field.NewRegion("region", "适用地区", func(r *Rule) *string { return &r.Region }).Req().Show(),
			field.NewDay("from", "启用日期", func(r *Rule) *date.Date { return &r.From }).Req().Col("valid_from").List(),
			field.NewDay("to", "停用日期", func(r *Rule) *date.Date { return &r.To }).Col("valid_to"),
			field.NewBool("off", "不做这项预警", func(r *Rule) *bool { return &r.Off }).Col("inactive").List().Help("选“是”表示这个地区不做这项预警"),
			field.NewText("params", "参数", func(r *Rule) *string { return &r.Params }).Limit(maxParam).Help("名称=值，多个之间用分号分隔；不填的用默认值"),
			edge(0, "blue", "蓝色"), edge(1, "yellow", "黄色"), edge(2, "red", "红色"),
			days(0, "blue_days", "蓝色"), days(1, "yellow_days", "黄色"), days(2, "red_days", "红色"),
			field.NewEnum("owner", "责任人", roles, func(r *Rule) *string { return &r.Owner }).Req().Help("由当地担任这一角色的人答复"),
			field.NewEnum("reviewer", "审核人", roles, func(r *Rule) *string { return &r.Reviewer }).Req(),
			field.NewEnum("escalate", "逾期上报", roles, func(r *Rule) *string { return &r.Escalate }).Req().Help("到期没有答复的，报给担任这一角色的人"),
			field.NewEnum("clears", "指标恢复正常后", Clears, func(r *Rule) *string { return &r.Clears }).Req(),
			field.NewText("basis", "依据", func(r *Rule) *string { return &r.Basis }),
		},
		Check: checkRule,
		CheckTx: func(ctx context.Context, tx *db.Tx, _, r *Rule) error {
			w := db.NewWhere(tx.Tenant).And("region = ?", r.Region).And("code = ?", r.Code).And("id <> ?", r.ID).And("(valid_to = '' OR valid_to >= ?)", r.From)
			if !r.To.IsZero() {
				w.And("valid_from <= ?", r.To)
			}
			others, err := ruleTable.All(ctx, tx, w, "id")
			if err != nil || len(others) == 0 {
				return err
			}
			return errs.OnField("from", "这个地区的同一项目已有规则 %s（%s 起），日期重叠；请先给它填停用日期", others[0].No, others[0].From)
		},
	})
}

func checkRule(r *Rule) error {
	var l errs.List
	if !r.To.IsZero() && r.To.Before(r.From) {
		l.Add("to", "停用日期不能早于启用日期（%s）", r.From)
	}
	if r.Owner == r.Reviewer && r.Owner != "" {
		l.Add("reviewer", "审核人应与责任人不同")
	}
	l.Merge("params", r.compile())
	return l.Err()
}

var (
	edgeNames  = [3]string{"blue", "yellow", "red"}
	edgeLabels = [3]string{"蓝色", "黄色", "红色"}
)

// compile reads edges and parameters; mistakes are reported beside their fields.
func (r *Rule) compile() error {
	f := FormulaOf(r.Code)
	if f == nil {
		return errs.OnField("code", "没有这项预警")
	}
	var l errs.List
	last, any := -1, false
	for i, s := range r.Edges {
		r.has[i], r.edges[i] = false, 0
		if strings.TrimSpace(s) == "" {
			continue
		}
		v, err := f.Unit.parse(s)
		if err != nil {
			l.Add(edgeNames[i], "%s界限%s", edgeLabels[i], errs.Message(err))
			continue
		}
		if last >= 0 && !f.Test.worse(r.edges[last], v) {
			l.Add(edgeNames[i], "%s界限应比%s更严重：%s的界限越%s越严重", edgeLabels[i], edgeLabels[last], f.Measure, map[bool]string{true: "大", false: "小"}[f.Test == AtLeast])
		}
		r.has[i], r.edges[i], last, any = true, v, i, true
	}
	if !any && l.Err() == nil && !r.Off {
		l.Add("red", "请至少填写一档界限；不做这项预警的，请在“不做这项预警”里选“是”")
	}
	l.Merge("params", r.readParams(f))
	return l.Err()
}

func (r *Rule) readParams(f *Formula) error {
	r.params = map[string]string{}
	for _, p := range f.Params {
		r.params[p.Name] = p.Default
	}
	for _, part := range strings.FieldsFunc(r.Params, func(c rune) bool { return strings.ContainsRune("；;\n", c) }) {
		name, value, ok := strings.Cut(strings.ReplaceAll(part, "＝", "="), "=")
		if name = strings.TrimSpace(name); name == "" && !ok {
			continue
		}
		if !ok {
			return errs.OnField("params", "“%s”应写成 名称=值", strings.TrimSpace(part))
		}
		p := f.param(name)
		if p == nil {
			return errs.OnField("params", "“%s”没有“%s”这个参数；%s", f.Name, name, f.known())
		}
		value = strings.TrimSpace(value)
		if err := p.check(value); err != nil {
			return errs.OnField("params", "%s", errs.Message(err))
		}
		r.params[name] = value
	}
	return nil
}

func (f *Formula) known() string {
	if len(f.Params) == 0 {
		return "这一项没有参数"
	}
	names := make([]string, len(f.Params))
	for i := range f.Params {
		names[i] = f.Params[i].Name
	}
	return "可用的有：" + strings.Join(names, "、")
}

// colour is the worst colour whose edge a measure has reached, "" for none.
func (r *Rule) colour(f *Formula, v int64) string {
	for i := len(r.edges) - 1; i >= 0; i-- {
		if r.has[i] && f.Test.met(v, r.edges[i]) {
			return Colours[i].Code
		}
	}
	return ""
}

// due is the day by which an alert that turned a colour on a day is to be answered.
func (r *Rule) due(colour string, on date.Date) date.Date {
	return date.China().AddWorkdays(on, r.Days[max(grade(colour), 0)])
}

// number is a parameter that counts; text is one of words.
func (r *Rule) number(f *Formula, name string) int64 {
	v, _ := f.param(name).Unit.parse(r.params[name]) // checked when it was compiled
	return v
}

func (r *Rule) text(name string) string { return r.params[name] }

func (r *Rule) includes(name, choice string) bool {
	return slices.Contains(strings.Split(r.params[name], "、"), choice)
}

//go:embed rules.csv
var rulesCSV string

// builtIn are the rules that come with the program.
var builtIn = func() []Rule {
	rows, err := csv.NewReader(strings.NewReader(rulesCSV)).ReadAll()
	if err != nil {
		panic("risk: rules.csv: " + err.Error())
	}
	var out []Rule
	for _, x := range rows[1:] {
		r := Rule{Code: x[0], From: date.Must(x[1]), Params: x[2], Edges: [3]string{x[3], x[4], x[5]}, Owner: x[9], Reviewer: x[10], Escalate: x[11], Clears: x[12], Basis: x[13]}
		for i := range r.Days {
			if r.Days[i], err = strconv.Atoi(x[6+i]); err != nil {
				panic("risk: rules.csv: " + err.Error())
			}
		}
		out = append(out, r)
	}
	return out
}()
