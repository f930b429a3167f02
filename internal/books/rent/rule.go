package rent

import (
	"context"
	_ "embed" // what holds where no rule does
	"encoding/csv"
	"strconv"
	"strings"
	"sync"

	"huicun/internal/books/cash"
	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/money"
	"huicun/internal/registry/record"
)

// Bases are the bases of accounting with their Chinese names.
var Bases = []field.Option{{Code: Accrual, Label: "权责发生制（按月确认）"}, {Code: OnReceipt, Label: "收付实现制（收到时确认）"}}

// Rule is what a place settles about rent from a day on (应收租金规则). It holds below the place too; what is empty in it is settled by the
// places above, and at last by what comes with the program.
type Rule struct {
	db.Row
	Name string
	From date.Date
	Terms
}

// Terms are what a rule settles. SpreadMonths is from how many months on a payment is spread over the time that it is for, whatever the basis:
// rent for years is not to be distributed at once. LateRate is in millionths a day, LateCap in hundredths of a per cent of the item, 0 for none.
type Terms struct {
	Basis               string
	SpreadMonths        int
	Bands               string // where the columns of the ageing end: "30、90"
	LateRate, LateGrace int
	LateCap             int
	Letter              string // of dunning letters, with {places}
	Disclose            string // whether everybody may see what is let and to what rent: Yes or No
}

// Whether something is settled so.
const (
	Yes = "yes"
	No  = "no"
)

var yesNo = []field.Option{{Code: Yes, Label: "公开"}, {Code: No, Label: "不公开"}}

var ruleTable = &db.Table[Rule]{
	Name: KindRule,
	Cols: []string{"name", "from_date", "basis", "spread_months", "bands", "late_rate", "late_grace", "late_cap", "letter", "disclose"},
	Row:  func(r *Rule) *db.Row { return &r.Row },
	Ptrs: func(r *Rule) []any {
		return []any{&r.Name, &r.From, &r.Basis, &r.SpreadMonths, &r.Bands, &r.LateRate, &r.LateGrace, &r.LateCap, &r.Letter, &r.Disclose}
	},
}

// mostGrace bounds the days of grace, mostSpread the months.
const (
	mostGrace  = 366
	mostSpread = 120
)

// hundredths describes a number with two decimals that is kept as a whole number of hundredths.
func hundredths(name, label, unit string, most int, p func(*Rule) *int) field.Field[Rule] {
	f := field.NewText[Rule](name, label, func(*Rule) *string { return new(string) }).In(unit)
	f.Get = func(r *Rule) string {
		if *p(r) == 0 {
			return ""
		}
		return strings.TrimSuffix(strings.TrimSuffix(money.Fen(*p(r)).Plain(), "0"), ".0")
	}
	f.Set = func(r *Rule, s string) error {
		if s = strings.TrimSpace(s); s == "" {
			*p(r) = 0
			return nil
		}
		n, err := money.Parse(s)
		if err != nil || n < 0 || int64(n) > int64(most) {
			return errs.OnField(name, "“%s”不是 0 到 %d 之间、最多两位小数的数", s, most/100)
		}
		*p(r) = int(n)
		return nil
	}
	return f
}

func newRules(e *record.Env) *record.Noun[Rule] {
	return record.Register(e, &record.Noun[Rule]{
		Kind: KindRule, Label: "应收租金规则", Path: "/rent-rules", Icon: "scale", Key: "name", Order: "region", Below: true,
		Intro:  "租金按什么基础入账、账龄怎么分段、滞纳金怎么算、催款通知书怎么写。镇里定的各村都执行；某村另有规定的，为那个村单独登记一条。",
		Table:  ruleTable,
		Title:  func(r *Rule) string { return r.Name },
		Detail: func(r *Rule) string { return r.From.Chinese() + "起执行" },
		Fields: []field.Field[Rule]{
			field.NewText("name", "名称", func(r *Rule) *string { return &r.Name }).Req().List().Eg("八桥镇应收租金规则"),
			field.NewRegion("region", "适用地区", func(r *Rule) *string { return &r.Region }).Req().List(),
			field.NewDay("from", "执行日期", func(r *Rule) *date.Date { return &r.From }).Req().Col("from_date").List().Help("从这一天起执行，直到同一地区有更晚的规则"),
			field.NewEnum("basis", "记账基础", Bases, func(r *Rule) *string { return &r.Basis }).Show().Help("以下各项留空或填 0，表示按上级地区的规则；上级也没有的按系统自带的"),
			field.NewInt("spread_months", "分期确认的月数", 0, mostSpread, func(r *Rule) *int { return &r.SpreadMonths }).In("月").Help("一次付款所管时间超过这个月数的，无论哪种基础都按月分摊确认收入，不一次分配"),
			field.NewText("bands", "账龄分段", func(r *Rule) *string { return &r.Bands }).Show().Help("账龄表按逾期天数分段，如 30、90、180、365").Eg("30、90、180、365"),
			hundredths("late_rate", "滞纳金每日", "‱（万分之）", 100_00, func(r *Rule) *int { return &r.LateRate }).Help("按未付金额和逾期天数计算；不收填 0").Eg("5"),
			field.NewInt("late_grace", "滞纳金宽限", 0, mostGrace, func(r *Rule) *int { return &r.LateGrace }).In("天").Help("逾期不超过这个天数的不收"),
			hundredths("late_cap", "滞纳金上限", "%（占该笔应收）", 100_00, func(r *Rule) *int { return &r.LateCap }).Help("不设上限填 0").Eg("30"),
			field.NewLong("letter", "催款通知书", func(r *Rule) *string { return &r.Letter }).Help("可用：{对方}{单位}{日期}{金额}{大写}{笔数}{最早到期}{期限}{明细}；留空用系统自带的文本"),
			field.NewEnum("disclose", "出租和租金公开", yesNo, func(r *Rule) *string { return &r.Disclose }).Help("公开的村，任何人不登录就能看到出租内容、期限、租金和到期未收合计，不列承租人；都没有规定的不公开"),
		},
		Check: func(r *Rule) error {
			_, err := cash.ParseBands(r.Bands)
			return err
		},
	})
}

// Rules are all rules of a tenant.
type Rules []Rule

// LoadRules reads the rules of a tenant; they are few.
func LoadRules(ctx context.Context, q db.Q, tenant int64) (Rules, error) {
	return ruleTable.All(ctx, q, db.NewWhere(tenant), "from_date, id")
}

// At returns what holds for books of an accounting system in a division on a day: the latest rule of the division itself, completed by
// those of the places above it and by what comes with the program.
func (rs Rules) At(region, chart string, day date.Date) Terms {
	var t Terms
	for at := region; at != ""; at = code.Parent(at) {
		i := -1
		for j := range rs {
			if rs[j].Region == at && !rs[j].From.After(day) && (i < 0 || !rs[j].From.Before(rs[i].From)) {
				i = j
			}
		}
		if i >= 0 {
			t.complete(&rs[i].Terms)
		}
	}
	d := defaults()[chart]
	d.Letter, d.Disclose = letterText, No
	t.complete(&d)
	return t
}

// complete takes what is not settled yet from the terms of a place above; the parts of the late fee belong together.
func (t *Terms) complete(o *Terms) {
	if t.Basis == "" {
		t.Basis = o.Basis
	}
	if t.SpreadMonths == 0 {
		t.SpreadMonths = o.SpreadMonths
	}
	if t.Bands == "" {
		t.Bands = o.Bands
	}
	if t.LateRate == 0 {
		t.LateRate, t.LateGrace, t.LateCap = o.LateRate, o.LateGrace, o.LateCap
	}
	if t.Letter == "" {
		t.Letter = o.Letter
	}
	if t.Disclose == "" {
		t.Disclose = o.Disclose
	}
}

//go:embed defaults.csv
var defaultsCSV string

//go:embed letter.txt
var letterText string

// defaults are by accounting system what holds where no rule does.
var defaults = sync.OnceValue(func() map[string]Terms {
	rows, err := csv.NewReader(strings.NewReader(defaultsCSV)).ReadAll()
	if err != nil {
		panic(err) // comes with the program
	}
	out := map[string]Terms{}
	for _, r := range rows[1:] {
		n, err := strconv.Atoi(r[2])
		if err != nil {
			panic(err)
		}
		out[r[0]] = Terms{Basis: r[1], SpreadMonths: n, Bands: r[3]}
	}
	return out
})

// parseDays reads a number of days; an empty text is the default.
func parseDays(s string, def int) (int, error) {
	if s == "" {
		return def, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > mostDays {
		return 0, errs.New(errs.Invalid, "figure.params", "天数应是 0 到 %d 的整数", mostDays)
	}
	return n, nil
}

// mostDays bounds the days that a figure may ask for.
const mostDays = 36500
