package stable

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"huicun/internal/books/contract"
	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/money"
	"huicun/internal/registry/record"
)

// Renewal is what a place assumes of contracts that run out (续租假设): which share of them is let again, after how many
// idle months, at what change of the price in per cent. An empty kind or source stands for all.
type Renewal struct {
	db.Row
	No, Kind, Source       string
	Share, Vacancy, Change int
	Basis                  string
	From, To               date.Date
}

// Words says the assumption in Chinese.
func (r *Renewal) Words() string {
	s := fmt.Sprintf("%d%% 续租", r.Share)
	if r.Share == 0 {
		return "不续租"
	}
	if r.Vacancy > 0 {
		s += fmt.Sprintf("，空置 %d 个月", r.Vacancy)
	}
	switch {
	case r.Change > 0:
		s += fmt.Sprintf("，租金上浮 %d%%", r.Change)
	case r.Change < 0:
		s += fmt.Sprintf("，租金下浮 %d%%", -r.Change)
	default:
		s += "，租金不变"
	}
	return s
}

// Scope says in Chinese which contracts the assumption is about.
func (r *Renewal) Scope() string {
	switch {
	case r.Kind == "" && r.Source == "":
		return "全部合同"
	case r.Source == "":
		return field.LabelOf(contract.Kinds, r.Kind)
	case r.Kind == "":
		return field.LabelOf(contract.Sources, r.Source)
	}
	return field.LabelOf(contract.Kinds, r.Kind) + "（" + field.LabelOf(contract.Sources, r.Source) + "）"
}

var renewalTable = &db.Table[Renewal]{
	Name: "renewal_rule",
	Cols: []string{"no", "kind", "source", "share", "vacancy", "change", "basis", "valid_from", "valid_to"},
	Row:  func(r *Renewal) *db.Row { return &r.Row },
	Ptrs: func(r *Renewal) []any {
		return []any{&r.No, &r.Kind, &r.Source, &r.Share, &r.Vacancy, &r.Change, &r.Basis, &r.From, &r.To}
	},
}

// Bounds of what may be assumed.
const (
	mostPercent = 100
	mostIdle    = 60
)

func newRenewals(e *record.Env) *record.Noun[Renewal] {
	change := field.NewText("change", "租金变动", func(*Renewal) *string { return new(string) }).In("%").List().Eg("-5").Help("续租租金比到期时的租金高（低）百分之几；不变填 0")
	change.Get = func(r *Renewal) string { return strconv.Itoa(r.Change) }
	change.Set = func(r *Renewal, s string) error {
		if s == "" {
			r.Change = 0
			return nil
		}
		n, err := strconv.Atoi(s)
		if err != nil || n < -mostPercent || n > mostPercent {
			return errs.OnField("change", "“%s”不是 -100 到 100 之间的整数", s)
		}
		r.Change = n
		return nil
	}
	return record.Register(e, &record.Noun[Renewal]{
		Kind: "renewal_rule", Below: true, Label: "续租假设", Path: "/renewal-rules", Icon: "refresh", Key: "no", Order: "no",
		Intro: "预测稳定性收入时，到期的合同会有多少续租、空置多久、租金怎样变，由这里的假设决定。没有登记假设的，按到期不续计算。",
		Table: renewalTable,
		Title: func(r *Renewal) string { return r.Scope() + "：" + r.Words() },
		Series: func(*Renewal) string {
			return "XZJS"
		},
		Fields: []field.Field[Renewal]{
			field.NewText("no", "编号", func(r *Renewal) *string { return &r.No }).Fix().List().Help("不填自动编号"),
			field.NewRegion("region", "适用地区", func(r *Renewal) *string { return &r.Region }).Req().Show(),
			field.NewEnum("kind", "合同种类", contract.Kinds, func(r *Renewal) *string { return &r.Kind }).List().Filter().Help("不选为全部"),
			field.NewEnum("source", "来源", contract.Sources, func(r *Renewal) *string { return &r.Source }).List().Help("出租的资产类别；不选为全部"),
			field.NewInt("share", "续租比例", 0, mostPercent, func(r *Renewal) *int { return &r.Share }).In("%").List(),
			field.NewInt("vacancy", "空置", 0, mostIdle, func(r *Renewal) *int { return &r.Vacancy }).In("月").List(),
			change,
			field.NewText("basis", "依据", func(r *Renewal) *string { return &r.Basis }).Req().List().Eg("近三年到期合同续签情况"),
			field.NewDay("from", "启用日期", func(r *Renewal) *date.Date { return &r.From }).Req().Col("valid_from").List(),
			field.NewDay("to", "停用日期", func(r *Renewal) *date.Date { return &r.To }).Col("valid_to").List(),
		},
		Check: func(r *Renewal) error {
			if !r.To.IsZero() && r.To.Before(r.From) {
				return errs.OnField("to", "停用日期不能早于启用日期（%s）", r.From)
			}
			return nil
		},
		CheckTx: func(ctx context.Context, tx *db.Tx, _, r *Renewal) error {
			w := db.NewWhere(tx.Tenant).And("region = ?", r.Region).And("kind = ?", r.Kind).And("source = ?", r.Source).And("id <> ?", r.ID).And("(valid_to = '' OR valid_to >= ?)", r.From)
			if !r.To.IsZero() {
				w.And("valid_from <= ?", r.To)
			}
			others, err := renewalTable.All(ctx, tx, w, "id")
			if err != nil || len(others) == 0 {
				return err
			}
			return errs.OnField("from", "这个地区同样范围的假设已有 %s（%s 起），日期重叠；请先给它填停用日期", others[0].No, others[0].From)
		},
	})
}

// Scenario says which renewals a forecast assumes.
type Scenario string

// The scenarios.
const (
	NoRenewal Scenario = "none" // what runs out is over
	SameRent  Scenario = "same" // all is let again at once at the same price
	ByRules   Scenario = "rules"
)

// Scenarios are the scenarios with their Chinese names.
var Scenarios = []field.Option{{Code: string(NoRenewal), Label: "到期不续"}, {Code: string(SameRent), Label: "全部按原租金续租"}, {Code: string(ByRules), Label: "按登记的续租假设"}}

// renewals finds what is assumed of a contract.
type renewals struct {
	scenario Scenario
	byPlace  map[string][]Renewal
	used     map[*Renewal]bool
}

func renewalsOn(ctx context.Context, q db.Q, tenant int64, s Scenario, day date.Date) (*renewals, error) {
	out := &renewals{scenario: s, byPlace: map[string][]Renewal{}, used: map[*Renewal]bool{}}
	if s != ByRules {
		return out, nil
	}
	list, err := renewalTable.All(ctx, q, db.NewWhere(tenant).And("valid_from <= ?", day).And("(valid_to = '' OR valid_to >= ?)", day), "no")
	if err != nil {
		return nil, fmt.Errorf("reading renewal rules: %w", err)
	}
	for i := range list {
		out.byPlace[list[i].Region] = append(out.byPlace[list[i].Region], list[i])
	}
	return out, nil
}

// allRenew is what SameRent assumes, noneRenews what is assumed where nobody says.
var (
	allRenew   = &Renewal{Share: mostPercent}
	noneRenews = &Renewal{}
)

// of is what is assumed of a contract's kind and source at a place: the nearest place that says something, and there what
// names both, then the kind, then the source, then all.
func (x *renewals) of(place, kind, source string) *Renewal {
	switch x.scenario {
	case NoRenewal:
		return noneRenews
	case SameRent:
		return allRenew
	}
	for at := place; len(code.Prefix(at)) >= countyDigits; at = code.Parent(at) {
		list := x.byPlace[at]
		for _, want := range [][2]string{{kind, source}, {kind, ""}, {"", source}, {"", ""}} {
			if i := slices.IndexFunc(list, func(r Renewal) bool { return r.Kind == want[0] && r.Source == want[1] }); i >= 0 {
				x.used[&list[i]] = true
				return &list[i]
			}
		}
	}
	return noneRenews
}

// from is the first day of the next contract, after a last one.
func (r *Renewal) from(last date.Date) date.Date { return last.AddDays(1).AddMonths(r.Vacancy) }

// yearly is a year of what is let again, of a year's price at the end.
func (r *Renewal) yearly(price money.Fen) (money.Fen, error) {
	return money.MulDiv(price, int64(r.Share)*int64(mostPercent+r.Change), mostPercent*mostPercent, money.HalfUp)
}
