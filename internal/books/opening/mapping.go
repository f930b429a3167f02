package opening

import (
	"context"
	_ "embed" // the tables of the transition
	"encoding/csv"
	"slices"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/registry/record"
)

// SystemOther are the books of other software, whose accounts are known by their names alone.
const SystemOther = "other"

// Systems are what old books can follow, with their Chinese names.
var Systems = []field.Option{
	{Code: ledger.Chart2004, Label: "2004 年村集体经济组织会计制度"}, {Code: ledger.Chart2023, Label: "2023 年农村集体经济组织会计制度"}, {Code: SystemOther, Label: "其他（按科目名称对应）"},
}

// How a row finds its account.
const (
	Direct = "direct" // it follows from code and name
	Choose = "choose" // a purpose decides: a person chooses
	Record = "record" // a decision of the collective is needed: chosen with its reason
)

// Hows are the ways with their Chinese names.
var Hows = []field.Option{
	{Code: Direct, Label: "直接对应", Tone: "green"}, {Code: Choose, Label: "须选择", Tone: "orange"}, {Code: Record, Label: "须有决定记录", Tone: "red"},
}

// MapRule says which account of a new chart takes an account of old books (科目对照). Name and Sub hold words between bars,
// of which the account's and the sub-account's name contain one; Code is that of the account, "" where names decide.
type MapRule struct {
	db.Row
	No, System, Chart string
	Code, Name, Sub   string
	Target, Under     string
	How, Basis        string
	From, To          date.Date
}

var mapTable = &db.Table[MapRule]{
	Name: "account_map",
	Cols: []string{"no", "system", "chart", "code", "name", "sub", "target", "under", "how", "basis", "valid_from", "valid_to"},
	Row:  func(m *MapRule) *db.Row { return &m.Row },
	Ptrs: func(m *MapRule) []any {
		return []any{&m.No, &m.System, &m.Chart, &m.Code, &m.Name, &m.Sub, &m.Target, &m.Under, &m.How, &m.Basis, &m.From, &m.To}
	},
}

func newMaps(e *record.Env) *record.Noun[MapRule] {
	return record.Register(e, &record.Noun[MapRule]{
		Kind: "account_map", Below: true, Label: "科目对照", Path: "/account-maps", Icon: "versions", Key: "no", Order: "no",
		Intro:  "迁移旧账时旧科目转入哪个新科目。程序自带财会〔2023〕20号衔接所需的对照；本地另有做法、或旧软件自设的科目，在这里按地区增加，先于自带的对照。",
		Table:  mapTable,
		Title:  func(m *MapRule) string { return m.Code + " " + m.Name + " → " + m.Target },
		Series: func(*MapRule) string { return "KMDZ" },
		Fields: []field.Field[MapRule]{
			field.NewText("no", "编号", func(m *MapRule) *string { return &m.No }).Fix().List().Help("不填自动编号"),
			field.NewRegion("region", "适用地区", func(m *MapRule) *string { return &m.Region }).Req().Show(),
			field.NewEnum("system", "旧账制度", Systems, func(m *MapRule) *string { return &m.System }).Req().List().Filter(),
			field.NewEnum("chart", "新账制度", ledger.Charts, func(m *MapRule) *string { return &m.Chart }).Req().List().Filter(),
			field.NewText("code", "旧科目编码", func(m *MapRule) *string { return &m.Code }).List().Help("只看名称的不填").Eg("11501"),
			field.NewText("name", "旧科目名称", func(m *MapRule) *string { return &m.Name }).Req().List().Help("几种叫法之间用竖线隔开").Eg("应付款|应付款项"),
			field.NewText("sub", "明细名称含", func(m *MapRule) *string { return &m.Sub }).List().Help("只管名称含这些字的明细，用竖线隔开").Eg("承包|发包"),
			field.NewText("target", "新科目编码", func(m *MapRule) *string { return &m.Target }).Req().List().Eg("211"),
			field.NewText("under", "新明细名称", func(m *MapRule) *string { return &m.Under }).Help("转入新科目下的这个明细；不填则沿用旧明细"),
			field.NewEnum("how", "办法", Hows, func(m *MapRule) *string { return &m.How }).Req().List().Filter(),
			field.NewText("basis", "说明", func(m *MapRule) *string { return &m.Basis }).List(),
			field.NewDay("from", "启用日期", func(m *MapRule) *date.Date { return &m.From }).Req().Col("valid_from"),
			field.NewDay("to", "停用日期", func(m *MapRule) *date.Date { return &m.To }).Col("valid_to"),
		},
		Check: checkMap,
	})
}

func checkMap(m *MapRule) error {
	var l errs.List
	if !m.To.IsZero() && m.To.Before(m.From) {
		l.Add("to", "停用日期不能早于启用日期（%s）", m.From)
	}
	if !slices.ContainsFunc(ledger.Chart(m.Chart), func(a ledger.Account) bool { return a.Code == m.Target }) {
		l.Add("target", "%s 年制度没有一级科目 %s", m.Chart, m.Target)
	}
	if strings.Trim(m.Code, "0123456789") != "" {
		l.Add("code", "科目编码只能是数字")
	}
	return l.Err()
}

//go:embed map.csv
var mapCSV string

// embedded are the tables that come with the program, and every account of a chart to itself.
var embedded = readMaps(mapCSV)

func readMaps(text string) []MapRule {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		panic("opening: map: " + err.Error())
	}
	var out []MapRule
	for _, r := range rows[1:] {
		out = append(out, MapRule{System: r[0], Chart: r[1], Code: r[2], Name: r[3], Sub: r[4], Target: r[5], Under: r[6], How: r[7], Basis: r[8]})
	}
	for _, c := range ledger.Charts {
		for _, a := range ledger.Chart(c.Code) {
			out = append(out, MapRule{System: c.Code, Chart: c.Code, Code: a.Code, Name: a.Name, Target: a.Code, How: Direct})
			out = append(out, MapRule{System: SystemOther, Chart: c.Code, Name: a.Name, Target: a.Code, How: Direct})
		}
	}
	return out
}

// mapper finds accounts by the rules of one place, nearest first.
type mapper struct {
	system, chart string
	rules         []MapRule
}

// mapperFor reads the rules that hold for a place on a day.
func mapperFor(ctx context.Context, q db.Q, tenant int64, place string, on date.Date, system, chart string) (*mapper, error) {
	m := &mapper{system: system, chart: chart}
	add := func(list []MapRule) {
		for _, r := range list {
			if r.System == system && r.Chart == chart {
				m.rules = append(m.rules, r)
			}
		}
	}
	for at := place; len(code.Prefix(at)) >= countyDigits; at = code.Parent(at) {
		w := db.NewWhere(tenant).And("region = ?", at).And("valid_from <= ?", on).And("(valid_to = '' OR valid_to >= ?)", on)
		list, err := mapTable.All(ctx, q, w, "id")
		if err != nil {
			return nil, err
		}
		slices.SortStableFunc(list, func(a, b MapRule) int { return specific(&b) - specific(&a) })
		add(list)
	}
	add(embedded)
	return m, nil
}

const countyDigits = 6

// specific orders the rules of one place: longer codes first, then those for certain sub-accounts.
func specific(r *MapRule) int {
	n := 2 * len(r.Code)
	if r.Sub != "" {
		n++
	}
	return n
}

// words reports whether a text contains one of the words between bars; no words, anything.
func words(list, text string) bool {
	return list == "" || slices.ContainsFunc(strings.Split(list, "|"), func(w string) bool { return w != "" && strings.Contains(text, w) })
}

// named reports whether an account has one of the names between bars.
func named(list, name string) bool {
	return slices.ContainsFunc(strings.Split(list, "|"), func(w string) bool { return sameName(w, name) })
}

// find returns the rule for a row; clash says that its code and its name belong to different accounts, so that the rule
// is only what the name suggests.
func (m *mapper) find(r *SourceRow) (rule *MapRule, clash bool) {
	below := strings.Join(r.Path[1:], " ")
	byCode, byName := -1, -1
	for i := range m.rules {
		x := &m.rules[i]
		if !words(x.Sub, below) {
			continue
		}
		// A code of the chart names its top account; a longer one, of a county's own table, names the sub-account.
		codeFits := x.Code != "" && strings.HasPrefix(r.Code, x.Code)
		nameFits := named(x.Name, r.Top()) || len(x.Code) > topDigits && words(x.Name, strings.Join(r.Path, " "))
		switch {
		case (codeFits || x.Code == "") && nameFits:
			return x, false
		case codeFits && byCode < 0:
			byCode = i
		case nameFits && byName < 0:
			byName = i
		}
	}
	switch {
	case byName >= 0:
		return &m.rules[byName], true
	case byCode >= 0:
		return &m.rules[byCode], true
	}
	return nil, false
}

const topDigits = 3
