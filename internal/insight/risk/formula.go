package risk

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/money"
)

// Unit is what a measure counts.
type Unit string

// The units: whole days, months, years and occurrences; 1/100 of a per cent; fen.
const (
	Days    Unit = "天"
	Months  Unit = "个月"
	Years   Unit = "年"
	Times   Unit = "次"
	Percent Unit = "%"
	Yuan    Unit = "元"
)

// Text writes a measure with its unit.
func (u Unit) Text(v int64) string {
	switch u {
	case Percent:
		return strings.TrimSuffix(strings.TrimRight(money.Fen(v).Plain(), "0"), ".") + "%"
	case Yuan:
		return money.Fen(v).String() + " 元"
	}
	return strconv.FormatInt(v, 10) + " " + string(u)
}

// parse reads an edge as people write it: 90, 69.99, 5000.
func (u Unit) parse(s string) (int64, error) {
	s = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(s), string(u)))
	if u == Percent || u == Yuan {
		v, err := money.Parse(s)
		if err != nil || v < 0 {
			return 0, errs.New(errs.Invalid, "risk.edge", "应为不小于 0 的数，最多两位小数")
		}
		return int64(v), nil
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || n > maxCount {
		return 0, errs.New(errs.Invalid, "risk.edge", "应为 0 到 %d 的整数", maxCount)
	}
	return n, nil
}

// maxCount bounds edges and parameters that count something.
const maxCount = 100_000

// Test says which side of an edge is the bad one.
type Test string

// The tests with how they are read: overdue days rise, days left and rents fall.
const (
	AtLeast Test = "达到"
	AtMost  Test = "不超过"
	Below   Test = "低于"
)

// met reports whether a measure has reached an edge.
func (t Test) met(v, edge int64) bool {
	switch t {
	case AtMost:
		return v <= edge
	case Below:
		return v < edge
	}
	return v >= edge
}

// worse reports whether edge b is on the worse side of edge a.
func (t Test) worse(a, b int64) bool {
	if t == AtLeast {
		return b > a
	}
	return b < a
}

// Param is a parameter of a formula. Choices are the words that it may be; none: it counts Unit.
type Param struct {
	Name    string // in Chinese, as rules write it
	Unit    Unit
	Default string
	Choices []string
	Day     bool // a date
}

// check reports a value that the parameter cannot have.
func (p *Param) check(s string) error {
	switch {
	case len(p.Choices) > 0:
		for _, part := range strings.Split(s, "、") {
			if !slices.Contains(p.Choices, part) {
				return errs.New(errs.Invalid, "risk.param", "“%s”只能是 %s", p.Name, strings.Join(p.Choices, "、"))
			}
		}
		return nil
	case p.Day:
		if s == "" {
			return nil
		}
		_, err := date.Parse(s)
		return err
	}
	if _, err := p.Unit.parse(s); err != nil {
		return errs.New(errs.Invalid, "risk.param", "“%s”%s", p.Name, errs.Message(err))
	}
	return nil
}

// Formula is a way of measuring something about records.
type Formula struct {
	Code, Name string
	Measure    string // what is measured: 逾期天数
	Unit       Unit
	Test       Test
	Params     []Param
	find       func(ctx context.Context, v *view) ([]Hit, error)
}

// param returns a parameter by its name, or nil.
func (f *Formula) param(name string) *Param {
	for i := range f.Params {
		if f.Params[i].Name == name {
			return &f.Params[i]
		}
	}
	return nil
}

// About says how the formula measures, for the page of its rule.
func (f *Formula) About() string {
	s := f.Measure + "（" + string(f.Unit) + "）" + string(f.Test) + "界限时预警"
	if len(f.Params) == 0 {
		return s
	}
	names := make([]string, len(f.Params))
	for i, p := range f.Params {
		names[i] = p.Name + "=" + p.Default
	}
	return s + "；参数：" + strings.Join(names, "；")
}

// FormulaOf returns a formula by its code, or nil.
func FormulaOf(code string) *Formula {
	for i := range formulas {
		if formulas[i].Code == code {
			return &formulas[i]
		}
	}
	return nil
}

// Formulas are the formulas as choices, in the order in which they are shown.
func Formulas() []field.Option {
	out := make([]field.Option, len(formulas))
	for i := range formulas {
		out[i] = field.Option{Code: formulas[i].Code, Label: formulas[i].Name}
	}
	return out
}

// formulas is filled by init, since finders look formulas up themselves.
var formulas []Formula

func init() {
	yuan := func(name, def string) Param { return Param{Name: name, Unit: Yuan, Default: def} }
	days := func(name, def string) Param { return Param{Name: name, Unit: Days, Default: def} }
	formulas = []Formula{
		{Code: "rent_overdue", Name: "租金逾期", Measure: "最早一期逾期天数", Unit: Days, Test: AtLeast, Params: []Param{yuan("最低欠款", "0")}, find: findRent},
		{Code: "contract_ending", Name: "合同到期", Measure: "距到期天数", Unit: Days, Test: AtMost, find: findEnding},
		{Code: "over_term", Name: "合同超期限", Measure: "超出允许期限的天数", Unit: Days, Test: AtLeast, Params: []Param{
			{Name: "租期上限", Unit: Years, Default: "20"}, {Name: "适用种类", Choices: leaseKinds(), Default: "租赁合同"}, {Name: "土地剩余期限至", Day: true},
		}, find: findOverTerm},
		{Code: "low_rent", Name: "租金偏低", Measure: "与参照租金之比", Unit: Percent, Test: Below, Params: []Param{
			{Name: "参照范围", Choices: []string{"村", "镇", "县"}, Default: "镇"}, {Name: "最少参照", Unit: Times, Default: "3"},
		}, find: findLowRent},
		{Code: "unlisted", Name: "未公开招租", Measure: "合同年租金", Unit: Yuan, Test: AtLeast, Params: []Param{
			days("回看天数", "365"), {Name: "续签", Choices: []string{renewalsSpared, renewalsCount}, Default: renewalsSpared},
		}, find: findUnlisted},
		{Code: "below_basis", Name: "招租价低于参考价", Measure: "底价（成交价）与参考租金之比", Unit: Percent, Test: Below, Params: []Param{days("回看天数", "365")}, find: findBelowBasis},
		{Code: "debt_ratio", Name: "资产负债率偏高", Measure: "资产负债率", Unit: Percent, Test: AtLeast, find: findDebt},
		{Code: "cards_off", Name: "资产卡片与账不符", Measure: "连续不符月数", Unit: Months, Test: AtLeast, find: findCards},
		{Code: "book_open", Name: "收据本未缴销", Measure: "超过缴销期限天数", Unit: Days, Test: AtLeast, find: findReceiptBooks},
		{Code: "cash_held", Name: "现金超限额（未送存）", Measure: "持续天数", Unit: Days, Test: AtLeast, find: findCash},
		{Code: "advance_open", Name: "备用金、借支未结清", Measure: "未结清天数", Unit: Days, Test: AtLeast, Params: []Param{yuan("最低余额", "0")}, find: findAdvances},
		{Code: "budget_over", Name: "预算超支", Measure: "已支出占预算", Unit: Percent, Test: AtLeast, find: findBudget},
		{Code: "related_party", Name: "利害关系人交易", Measure: "涉及笔数", Unit: Times, Test: AtLeast, Params: []Param{days("回看天数", "365")}, find: findRelated},
		{Code: "split_purchase", Name: "化整为零", Measure: "合计与审批起点之比", Unit: Percent, Test: AtLeast, Params: []Param{
			yuan("审批起点", "5000"), days("时间跨度", "30"), days("回看天数", "90"),
		}, find: findSplit},
		{Code: "dormant", Name: "往来长期挂账", Measure: "没有变动的天数", Unit: Days, Test: AtLeast, Params: []Param{yuan("最低余额", "1000")}, find: findDormant},
		{Code: "no_income", Name: "经营收入薄弱", Measure: "连续低于标准的年数", Unit: Years, Test: AtLeast, Params: []Param{yuan("年经营收入标准", "50000")}, find: findNoIncome},
		{Code: "month_open", Name: "月份未结账", Measure: "月末后天数", Unit: Days, Test: AtLeast, find: findOpenMonths},
		{Code: "unreconciled", Name: "银行未对账", Measure: "距上次对账截止日天数", Unit: Days, Test: AtLeast, find: findUnreconciled},
		{Code: "uncovered", Name: "分配没有可分配收益", Measure: "超分配金额", Unit: Yuan, Test: AtLeast, find: findUncovered},
		{Code: "asset_idle", Name: "经营性资产闲置", Measure: "闲置天数", Unit: Days, Test: AtLeast, Params: []Param{
			{Name: "未填性质的类别", Choices: assetKinds(), Default: "厂房、商铺"},
		}, find: findIdle},
		{Code: "grant_unspent", Name: "专项资金滞留", Measure: "最早一笔结存天数", Unit: Days, Test: AtLeast, Params: []Param{yuan("最低余额", "1000")}, find: findGrants},
		{Code: "cert_ending", Name: "权属证书到期", Measure: "距到期天数", Unit: Days, Test: AtMost, find: findCertificates},
		{Code: "deposit_kept", Name: "押金未退", Measure: "合同终止后天数", Unit: Days, Test: AtLeast, find: findDeposits},
	}
}
