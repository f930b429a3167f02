package asset

import (
	"huicun/internal/books/closing"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/money"
)

// What an asset is for (农村集体经济组织法 第三十六条、第四十条).
const (
	Operating    = "operating"
	NonOperating = "nonoperating"
	Welfare      = "welfare"
	Resource     = "resource"
)

// Natures are the natures with their Chinese names.
var Natures = []field.Option{
	{Code: Operating, Label: "经营性"}, {Code: NonOperating, Label: "非经营性"}, {Code: Welfare, Label: "公益性"}, {Code: Resource, Label: "资源性"},
}

// The ways of depreciating.
const (
	NoMethod = "none"
	Straight = "straight"
)

// Methods are the ways of depreciating with their Chinese names.
var Methods = []field.Option{{Code: Straight, Label: "年限平均法"}, {Code: NoMethod, Label: "不计提"}}

// Charges say which expense bears the depreciation.
var Charges = []field.Option{
	{Code: "operating", Label: "经营支出"}, {Code: "admin", Label: "管理费用"}, {Code: "welfare", Label: "公益支出"}, {Code: "production", Label: "生产（劳务）成本"},
}

// Nominal is the value at which an asset is entered whose cost nobody knows (名义金额); it is never depreciated.
const Nominal = money.Yuan

// Card is what an asset's card (资产卡片) says beside its name and place. Life counts months, Residual 1/100 of a per cent.
// Prior is what had been depreciated up to PriorTo when the card was made; Accumulated is that and what the runs since added.
type Card struct {
	Class, Nature, Land string
	Aided, Nominal      bool
	Funding, Project    string
	Acquired            date.Date
	Way, Method, Charge string
	Life, Residual      int
	Prior               money.Fen
	PriorTo             date.Date
	Accumulated         money.Fen
	Keeper              string
	Retired             date.Date
}

var cardCols = []string{
	"class", "nature", "land_class", "aided", "nominal", "funding", "project", "acquired_on", "way", "method", "charge", "life_months", "residual_rate",
	"prior_fen", "prior_to", "accumulated_fen", "keeper", "retired_on",
}

func (c *Card) ptrs() []any {
	return []any{
		&c.Class, &c.Nature, &c.Land, &c.Aided, &c.Nominal, &c.Funding, &c.Project, &c.Acquired, &c.Way, &c.Method, &c.Charge, &c.Life, &c.Residual,
		&c.Prior, &c.PriorTo, &c.Accumulated, &c.Keeper, &c.Retired,
	}
}

// maxLife bounds a life in months: a hundred years.
const maxLife = 1200

func cardFields() []field.Field[Asset] {
	return []field.Field[Asset]{
		ClassField(func(a *Asset) *string { return &a.Class }).Filter().Help("三级分类，决定记入哪个科目；也可填编码或名称").Eg("厂房"),
		field.NewEnum("nature", "资产性质", Natures, func(a *Asset) *string { return &a.Nature }).Filter(),
		field.NewBool("aided", "帮扶项目资产", func(a *Asset) *bool { return &a.Aided }).Filter().Help("用扶贫、衔接资金形成的资产，单独管理和公示"),
		field.NewEnum("funding", "资金来源", Fundings, func(a *Asset) *string { return &a.Funding }).Filter(),
		field.NewText("project", "形成项目", func(a *Asset) *string { return &a.Project }).Help("形成这项资产的项目名称或批文"),
		landField(func(a *Asset) *string { return &a.Land }).Help("土地和水面填写，按 " + LandEdition),
		field.NewDay("acquired", "取得日期", func(a *Asset) *date.Date { return &a.Acquired }).Col("acquired_on"),
		field.NewEnum("way", "取得方式", Ways, func(a *Asset) *string { return &a.Way }),
		field.NewBool("nominal", "名义金额入账", func(a *Asset) *bool { return &a.Nominal }).Help("价值无法取得、按 1 元入账的资产，不计提折旧"),
		field.NewEnum("method", "折旧方法", Methods, func(a *Asset) *string { return &a.Method }).Help("不选时按资产分类带出方法、年限和残值率"),
		field.NewInt("life", "使用年限", 0, maxLife, func(a *Asset) *int { return &a.Life }).Col("life_months").In("月").Help("如 20 年填 240"),
		closing.RateField("residual", "净残值率", func(a *Asset) *int { return &a.Residual }).Col("residual_rate").Help("如 5"),
		field.NewEnum("charge", "折旧记入", Charges, func(a *Asset) *string { return &a.Charge }).Help("不选时经营性的记经营支出，公益性的记公益支出，其余记管理费用"),
		field.NewMoney("prior", "建卡前已提折旧", func(a *Asset) *money.Fen { return &a.Prior }).Help("旧账里已经提过的折旧（摊销）"),
		field.NewDay("prior_to", "已提折旧截至", func(a *Asset) *date.Date { return &a.PriorTo }).Help("建卡前的折旧提到哪个月，填那个月的任意一天"),
		field.NewMoney("accumulated", "累计折旧", func(a *Asset) *money.Fen { return &a.Accumulated }).Derived().Help("建卡前已提的和以后每月计提的合计"),
		field.NewText("keeper", "保管人", func(a *Asset) *string { return &a.Keeper }),
		field.NewDay("retired", "处置日期", func(a *Asset) *date.Date { return &a.Retired }).Col("retired_on").Stamp(),
	}
}

// Salvage is what is left when the life is over (净残值), rounded to the fen.
func (a *Asset) Salvage() (money.Fen, error) {
	return money.MulDiv(a.Cost, int64(a.Residual), wholeRate, money.HalfUp)
}

// Net is what the asset stands at in the ledger: its cost without what was depreciated.
func (a *Asset) Net() money.Fen { return a.Cost - a.Accumulated }

// wholeRate is 100% in 1/100 of a per cent.
const wholeRate = 10_000

// propose fills in what follows from the class and was left open.
func (a *Asset) propose() {
	c := ClassOf(a.Class)
	if c == nil {
		return
	}
	if a.Nature == "" && c.Group == "resource" {
		a.Nature = Resource
	}
	if a.Method == "" {
		a.Method = NoMethod
		if Depreciated(a.Class) && !a.Nominal && (a.Life > 0 || c.Life > 0) {
			a.Method = Straight
			if a.Residual == 0 {
				a.Residual = c.Residual
			}
		}
	}
	if a.Method != Straight {
		return
	}
	if a.Life == 0 {
		a.Life = c.Life
	}
	if a.Charge == "" {
		a.Charge = map[string]string{Operating: "operating", Welfare: "welfare"}[a.Nature]
		if a.Charge == "" {
			a.Charge = "admin"
		}
	}
}

// Valid refuses a card whose values do not go together, with what is wrong beside the fields.
func (a *Asset) Valid() error { return checkCard(a) }

// checkCard enforces what a card's values must keep to among themselves.
func checkCard(a *Asset) error {
	var l errs.List
	if !a.Acquired.IsZero() && !a.ReadyOn.IsZero() && a.ReadyOn.Before(a.Acquired) {
		l.Add("ready_on", "投用日期不能早于取得日期（%s）", a.Acquired)
	}
	if !a.Retired.IsZero() && !a.ReadyOn.IsZero() && a.Retired.Before(a.ReadyOn) {
		l.Add("retired", "处置日期不能早于投用日期（%s）", a.ReadyOn)
	}
	if a.Nominal && a.Cost != Nominal {
		l.Add("cost", "按名义金额入账的资产，原值应为 %s 元", Nominal)
	}
	if a.Nominal && a.Method == Straight {
		l.Add("method", "按名义金额入账的资产不计提折旧，请选“不计提”")
	}
	if c := ClassOf(a.Class); c != nil && (c.Group == "resource") != (a.Nature == Resource) && a.Nature != "" {
		l.Add("nature", "资产分类是“%s”，资产性质应%s“资源性”", c.Path(), map[bool]string{true: "为", false: "不是"}[c.Group == "resource"])
	}
	if a.Method == Straight {
		switch {
		case a.Class == "":
			l.Add("class", "计提折旧的资产请填写资产分类，它决定折旧记入哪个科目")
		case !Depreciated(a.Class):
			l.Add("method", "“%s”不计提折旧", ClassOf(a.Class).Path())
		}
		if a.Life == 0 {
			l.Add("life", "请填写使用年限（月）")
		}
	}
	if a.Prior > 0 && a.PriorTo.IsZero() {
		l.Add("prior_to", "请填写建卡前的折旧提到哪个月")
	}
	return l.Err()
}

// carry keeps what the runs and the changes added to what a card was depreciated before, and refuses a cost below it.
func (a *Asset) carry(old *Asset) error {
	ran := money.Fen(0)
	if old != nil {
		ran = old.Accumulated - old.Prior
	}
	var l errs.List
	if ran == 0 {
		salvage, err := a.Salvage()
		if err != nil {
			return err
		}
		if a.Accumulated = a.Prior; a.Prior > a.Cost-salvage {
			l.Add("prior", "已提折旧不能超过原值减净残值（%s 元）", a.Cost-salvage)
		}
		return l.Err()
	}
	if a.Prior != old.Prior || a.PriorTo != old.PriorTo {
		l.Add("prior", "这张卡片已经按月计提过折旧，建卡前的折旧不能再改；有误请先撤销计提")
	}
	a.Accumulated = a.Prior + ran
	salvage, err := a.Salvage()
	if err != nil {
		return err
	}
	if a.Accumulated > a.Cost-salvage+rounding {
		l.Add("cost", "原值减净残值（%s 元）不能低于已提折旧（%s 元）", a.Cost-salvage, a.Accumulated)
	}
	return l.Err()
}
