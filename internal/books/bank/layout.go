package bank

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"huicun/internal/kit/code"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/registry/record"
)

// Layout says how a bank's statement file is read: the titles of its columns, the row that they stand in (0: found by
// the titles), how days are written ("" for the usual ways), what marks rows that are no movements, and which words of a
// direction column mean money out and in.
type Layout struct {
	db.Row
	Name                                      string
	HeaderRow                                 int
	DateFormat                                string
	SkipWords, OutWords, InWords              string
	Day, In, Out, Amount, Flag, Balance       string
	Serial, Counterparty, Number, Description string
}

// Target is what a column of a statement can hold.
type Target struct {
	Name, Label, Help string
	at                func(*Layout) *string
}

// At returns where a layout keeps the title of the target's column.
func (t *Target) At(l *Layout) *string { return t.at(l) }

// Targets are all that a statement line can say.
var Targets = []Target{
	{"day", "交易日期", "必填", func(l *Layout) *string { return &l.Day }},
	{"in", "收入金额", "多为“贷方发生额”", func(l *Layout) *string { return &l.In }},
	{"out", "支出金额", "多为“借方发生额”", func(l *Layout) *string { return &l.Out }},
	{"amount", "一列金额", "收支在同一列时选它", func(l *Layout) *string { return &l.Amount }},
	{"flag", "收支标志", "与“一列金额”同用；没有时看正负号", func(l *Layout) *string { return &l.Flag }},
	{"balance", "余额", "用来逐行核对", func(l *Layout) *string { return &l.Balance }},
	{"serial", "流水号", "", func(l *Layout) *string { return &l.Serial }},
	{"counterparty", "对方户名", "", func(l *Layout) *string { return &l.Counterparty }},
	{"number", "对方账号", "加密保存", func(l *Layout) *string { return &l.Number }},
	{"text", "摘要", "", func(l *Layout) *string { return &l.Description }},
}

var layoutTable = &db.Table[Layout]{
	Name: "bank_layout",
	Cols: []string{
		"name", "header_row", "date_format", "skip_words", "out_words", "in_words", "col_day", "col_in", "col_out", "col_amount", "col_flag", "col_balance",
		"col_serial", "col_counterparty", "col_number", "col_text",
	},
	Row: func(l *Layout) *db.Row { return &l.Row },
	Ptrs: func(l *Layout) []any {
		return []any{
			&l.Name, &l.HeaderRow, &l.DateFormat, &l.SkipWords, &l.OutWords, &l.InWords, &l.Day, &l.In, &l.Out, &l.Amount, &l.Flag, &l.Balance,
			&l.Serial, &l.Counterparty, &l.Number, &l.Description,
		}
	},
}

// mostHeader is how far down a header may stand.
const mostHeader = 30

func newLayouts(e *record.Env) *record.Noun[Layout] {
	fields := []field.Field[Layout]{
		field.NewText("name", "格式名称", func(l *Layout) *string { return &l.Name }).Req().List().Eg("示例银行企业网银明细"),
		field.NewRegion("region", "适用地区", func(l *Layout) *string { return &l.Region }).Req().Show(),
		field.NewInt("header_row", "表头所在行", 0, mostHeader, func(l *Layout) *int { return &l.HeaderRow }).Help("填 0 表示按列名自动找"),
		field.NewText("date_format", "日期写法", func(l *Layout) *string { return &l.DateFormat }).Limit(20).Help("年月日各写成 年年年年、月月、日日，如 日日/月月/年年年年；一般写法不用填"),
		field.NewText("skip_words", "不是流水的行", func(l *Layout) *string { return &l.SkipWords }).Help("第一格有这些字的行不读，用顿号分隔，如 合计、本页小计"),
		field.NewText("out_words", "支出标志", func(l *Layout) *string { return &l.OutWords }).Help("收支标志列里表示支出的字，用顿号分隔，如 借、支"),
		field.NewText("in_words", "收入标志", func(l *Layout) *string { return &l.InWords }).Help("收支标志列里表示收入的字，用顿号分隔，如 贷、收"),
	}
	for i := range Targets {
		t := &Targets[i]
		f := field.NewText("col_"+t.Name, t.Label+"的列名", t.at).Limit(100).Help(strings.TrimPrefix(t.Help, "必填"))
		if t.Name == "day" {
			f = f.Req()
		}
		fields = append(fields, f)
	}
	return record.Register(e, &record.Noun[Layout]{
		Kind: "bank_layout", Below: true, Label: "对账单格式", Path: "/bank-layouts", Icon: "file-spreadsheet", Key: "name", Order: "name",
		Intro:  "各家银行的对账单列名不同；导入时对好列名后可存为格式，下次按列名自动选用。",
		Table:  layoutTable,
		Title:  func(l *Layout) string { return l.Name },
		Fields: fields,
		Check:  func(l *Layout) error { return l.Check() },
	})
}

// Check says what a layout lacks to read a statement; the fields are those of the noun.
func (l *Layout) Check() error {
	var wrong errs.List
	if l.Day == "" {
		wrong.Add("col_day", "请选择交易日期的列")
	}
	switch {
	case l.Amount == "" && l.In == "" && l.Out == "":
		wrong.Add("col_in", "请选择金额的列：收入和支出各一列，或收支合在一列")
	case l.Amount != "" && (l.In != "" || l.Out != ""):
		wrong.Add("col_amount", "收支合在一列时，不要再选收入金额和支出金额")
	case l.Amount == "" && (l.In == "" || l.Out == ""):
		wrong.Add("col_in", "收入金额和支出金额应各选一列")
	}
	if l.Flag != "" && l.Amount == "" {
		wrong.Add("col_flag", "收支标志要与“一列金额”同用")
	}
	if l.Flag != "" && (l.OutWords == "" || l.InWords == "") {
		wrong.Add("out_words", "请填写收支标志里哪些字表示支出、哪些字表示收入")
	}
	seen := map[string]string{}
	for i := range Targets {
		title := *Targets[i].at(l)
		if title == "" {
			continue
		}
		if first, dup := seen[title]; dup {
			wrong.Add("col_"+Targets[i].Name, "列“%s”已用作%s", title, first)
		}
		seen[title] = Targets[i].Label
	}
	if l.DateFormat != "" {
		if _, err := compileDate(l.DateFormat); err != nil {
			wrong.Merge("date_format", errs.OnField("date_format", "%s", errs.Message(err)))
		}
	}
	return wrong.Err()
}

// fits counts how many columns of the layout are in a header; -1 when one is missing.
func (l *Layout) fits(header []string) int {
	n := 0
	for i := range Targets {
		title := *Targets[i].at(l)
		if title == "" {
			continue
		}
		if !slices.Contains(header, title) {
			return -1
		}
		n++
	}
	return n
}

// AllLayouts lists the layouts that hold at a place, those of the place and above first, then what comes with the program.
func AllLayouts(ctx context.Context, q db.Q, tenant int64, place string) ([]Layout, error) {
	list, err := layoutTable.All(ctx, q, db.NewWhere(tenant), "name")
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(l Layout) bool { return !covers(l.Region, place) })
	return append(list, builtinLayouts...), nil
}

// Propose chooses how to read a header: the saved layout that uses the most of its columns, else what the titles say. The
// layout returned has no name when it was put together from the titles.
func Propose(layouts []Layout, header []string) Layout {
	var best *Layout
	most := 0
	for i := range layouts {
		if n := layouts[i].fits(header); n > most {
			best, most = &layouts[i], n
		}
	}
	guessed := guess(header)
	if best == nil {
		return guessed
	}
	out := *best
	used := map[string]bool{}
	for i := range Targets {
		used[*Targets[i].at(&out)] = true
	}
	// What the layout leaves open and the titles say is taken along: a counterparty that one bank's file has and another's lacks.
	for i := range Targets {
		t := &Targets[i]
		if p := t.at(&out); *p == "" && !slices.Contains([]string{"in", "out", "amount", "flag"}, t.Name) && !used[*t.at(&guessed)] {
			*p = *t.at(&guessed)
		}
	}
	return out
}

// guess reads a header by the titles that are known.
func guess(header []string) Layout {
	var l Layout
	for _, title := range header {
		name, ok := knownTitles[title]
		if !ok {
			continue
		}
		i := slices.IndexFunc(Targets, func(t Target) bool { return t.Name == name })
		if p := Targets[i].at(&l); *p == "" {
			*p = title
		}
	}
	if l.In != "" && l.Out != "" {
		l.Amount, l.Flag = "", ""
	} else if l.Amount != "" {
		l.In, l.Out = "", ""
	}
	if l.Flag != "" {
		i := slices.IndexFunc(builtinLayouts, func(b Layout) bool { return b.Flag != "" })
		l.OutWords, l.InWords = builtinLayouts[i].OutWords, builtinLayouts[i].InWords
	}
	l.SkipWords = builtinLayouts[0].SkipWords
	return l
}

// covers reports whether a place lies in another.
func covers(above, place string) bool { return code.Within(place, above) }

// words splits a list of words.
func words(s string) []string {
	out := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、,，;； \n", r) })
	slices.SortFunc(out, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	return out
}
