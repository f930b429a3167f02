// Package contract keeps the contracts of collectives with their payment schedules: what is owed when, what a year of
// it comes to, and whether it counts as stable income (稳定性收入). Terms that change after the signing are a new version
// that holds from a day on; what was billed before is never rewritten.
package contract

import (
	"context"
	"slices"
	"strconv"

	"huicun/internal/books/asset"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// The kinds of contract.
const (
	Lease    = "lease"
	Land     = "land"
	Service  = "service"
	Joint    = "joint"
	Dividend = "dividend"
)

// Kinds are the kinds with their Chinese names.
var Kinds = []field.Option{
	{Code: Lease, Label: "租赁合同"},
	{Code: Land, Label: "土地流转合同"},
	{Code: Service, Label: "服务协议"},
	{Code: Joint, Label: "联合经营协议"},
	{Code: Dividend, Label: "入股分红协议"},
}

// maxYears is how long a lease may run: Civil Code art. 705; what is longer is void for the excess.
const maxYears = 20

// longestYears is how long any contract may run: as long as land of the longest kind is contracted out, and as far as
// a schedule reaches.
const longestYears = 70

// Contract is a contract of a collective (party A) with somebody (party B). Pay is what is paid every PayMonths (0:
// once); Annual is a year of it, derived. Ended is the last day after an early end, Effective the day from which the
// terms as they stand hold, once they were amended. Previous is the contract that this one renews (续签), Sublet the one
// whose tenant sublets (转租): then party A is that tenant, and the collective has no claim under it.
type Contract struct {
	db.Row
	No, Name, Kind   string
	PartyA, PartyB   ids.ID
	Content          string
	Signed, From, To date.Date
	Ended            date.Date
	FreeMonths       int
	Pay              money.Fen
	PayMonths        int
	Advance          bool
	Deposit          money.Fen
	Annual           money.Fen
	Stable           bool
	Brand, Project   ids.ID
	Units            []ids.ID // kept in contract_unit
	FileNo           string   // 备案号
	Effective        date.Date
	Previous, Sublet ids.ID
	More             More
}

// Machine: arrears outlive the contract, so ended and settled are two states.
var Machine = &fsm.Machine{
	Name: "合同",
	States: []fsm.State{
		{Code: "draft", Label: "草拟", Tone: "grey"}, {Code: "signed", Label: "已签订", Tone: "azure"}, {Code: "active", Label: "履行中", Tone: "green"},
		{Code: "ended", Label: "已终止", Tone: "orange"}, {Code: "settled", Label: "已结清", Tone: "grey"}, {Code: "void", Label: "作废", Tone: "grey", Side: true},
	},
	Events: []fsm.Event{
		{Name: "sign", Label: "签订", From: []string{"draft"}, To: "signed", Verb: "edit"},
		{Name: "start", Label: "开始履行", From: []string{"signed"}, To: "active", Verb: "edit"},
		{Name: "end", Label: "终止", From: []string{"active", "signed"}, To: "ended", Verb: "edit", Reason: true},
		{Name: "settle", Label: "结清", From: []string{"ended"}, To: "settled", Verb: "edit"},
		{Name: "cancel", Label: "作废", From: []string{"draft"}, To: "void", Verb: "edit", Reason: true},
	},
}

var contractTable = &db.Table[Contract]{
	Name: "contract",
	Cols: []string{"no", "name", "kind", "party_a_id", "party_b_id", "content", "signed_on", "from_date", "to_date", "ended_on", "free_months",
		"pay_fen", "pay_months", "pay_advance", "deposit_fen", "annual_fen", "stable", "brand_id", "project_id",
		"file_no", "effective_on", "previous_id", "sublet_id",
		"anchor", "due_days", "due_day", "prorate", "prepay_months", "price_fen", "price_per", "price_quantity", "price_unit",
		"rise_months", "rise_first", "rise_percent", "rise_of_base", "rise_amount_fen", "rise_unit", "free_spans", "rates", "fixed_list", "share_percent", "share_days"},
	Row: func(c *Contract) *db.Row { return &c.Row },
	Ptrs: func(c *Contract) []any {
		m := &c.More
		return []any{&c.No, &c.Name, &c.Kind, &c.PartyA, &c.PartyB, &c.Content, &c.Signed, &c.From, &c.To, &c.Ended, &c.FreeMonths,
			&c.Pay, &c.PayMonths, &c.Advance, &c.Deposit, &c.Annual, &c.Stable, &c.Brand, &c.Project,
			&c.FileNo, &c.Effective, &c.Previous, &c.Sublet,
			&m.Anchor, &m.DueDays, &m.DueDay, &m.Prorate, &m.Prepay, &m.Price, &m.PricePer, &m.Quantity.N, &m.Quantity.Unit,
			&m.RiseMonths, &m.RiseFirst, &m.RisePercent, &m.RiseOfBase, &m.RiseAmount, &m.RiseUnit, &m.FreeSpans, &m.Rates, &m.Fixed, &m.SharePercent, &m.ShareDays}
	},
}

// NewContracts describes the noun; a contract belongs to the division of party A.
func NewContracts(e *record.Env) *record.Noun[Contract] {
	return record.Register(e, &record.Noun[Contract]{
		Kind: "contract", Label: "合同", Path: "/contracts", Icon: "file-text", Key: "no", Order: "-no",
		Intro: "租赁、土地流转、服务、联合经营、入股分红：填好期限和付款方式，系统自动排出收款计划。",
		Table: contractTable, Machine: Machine,
		Title:   func(c *Contract) string { return c.No + " " + c.Name },
		Detail:  func(c *Contract) string { return field.LabelOf(Kinds, c.Kind) + " " + c.Content },
		Series:  func(c *Contract) string { return "HT-" + strconv.Itoa(max(c.From.Year(), 1978)) },
		Fields:  contractFields(),
		Prepare: prepare, Check: check, CheckTx: checkTx,
		After: saveDependents, Load: load,
		Guards: map[string]func(context.Context, *db.Tx, *Contract) error{
			"sign": func(_ context.Context, _ *db.Tx, c *Contract) error {
				if c.Signed.IsZero() {
					return errs.OnField("signed", "请先在“修改”里填写签订日期")
				}
				return nil
			},
			"start": func(_ context.Context, tx *db.Tx, c *Contract) error {
				if today := date.Of(tx.Now()); today.Before(c.From) {
					return errs.New(errs.State, "contract.early", "合同 %s 才起租（生效），还不能开始履行", c.From.Chinese())
				}
				return nil
			},
			"end": func(_ context.Context, tx *db.Tx, c *Contract) error {
				if today := date.Of(tx.Now()); c.Ended.IsZero() && today.Before(c.To) {
					return endOn(c, today)
				}
				return nil
			},
		},
	})
}

// endOn ends a contract early; from the day after nothing is owed.
func endOn(c *Contract, day date.Date) error {
	if day.Before(c.From) {
		return errs.New(errs.State, "contract.not_begun", "合同 %s 才起租（生效），还没有开始；请先在“修改”里填写提前终止日期", c.From.Chinese())
	}
	next := day.AddDays(1)
	if next.Before(c.Effective) {
		return errs.New(errs.State, "contract.amended", "合同有 %s 起生效的变更，请先在“修改”里填写提前终止日期和变更生效日", c.Effective.Chinese())
	}
	c.Ended, c.Effective = day, next
	return nil
}

func contractFields() []field.Field[Contract] {
	head := []field.Field[Contract]{
		field.NewText("no", "合同编号", func(c *Contract) *string { return &c.No }).Req().List().Fix().Help("留空自动编号").Eg("HT-2021-0001"),
		field.NewText("name", "合同名称", func(c *Contract) *string { return &c.Name }).Req().List(),
		field.NewEnum("kind", "种类", Kinds, func(c *Contract) *string { return &c.Kind }).Req().Fix().List().Filter(),
		field.NewRef("party_a", "甲方（集体）", "party", func(c *Contract) *ids.ID { return &c.PartyA }).Req().Fix().Show(),
		field.NewRef("party_b", "乙方", "party", func(c *Contract) *ids.ID { return &c.PartyB }).Req().Show(),
		field.NewRefs("units", "出租单元", "asset_unit", func(c *Contract) *[]ids.ID { return &c.Units }).Help("租赁合同必填，土地流转、联合经营可填；多个之间用顿号分隔"),
		field.NewLong("content", "内容（用途）", func(c *Contract) *string { return &c.Content }),
		field.NewDay("signed", "签订日期", func(c *Contract) *date.Date { return &c.Signed }).Col("signed_on"),
		field.NewDay("from", "起始日期", func(c *Contract) *date.Date { return &c.From }).Req().Col("from_date").List(),
		field.NewDay("to", "到期日期", func(c *Contract) *date.Date { return &c.To }).Req().Col("to_date").List(),
		field.NewDay("ended", "提前终止日期", func(c *Contract) *date.Date { return &c.Ended }).Col("ended_on"),
		field.NewInt("free_months", "免租期", 0, 60, func(c *Contract) *int { return &c.FreeMonths }).In("月"),
		field.NewMoney("pay", "每期金额", func(c *Contract) *money.Fen { return &c.Pay }).List().Help("按单价计租、按付款表付款时留空"),
		field.NewInt("pay_months", "付款周期", 0, 120, func(c *Contract) *int { return &c.PayMonths }).In("月").Help("每几个月付一次：12 为年付，3 为季付；0 为一次付清"),
		field.NewBool("advance", "先付后用", func(c *Contract) *bool { return &c.Advance }).Col("pay_advance"),
		field.NewMoney("deposit", "押金（保证金）", func(c *Contract) *money.Fen { return &c.Deposit }),
		field.NewMoney("annual", "年化金额", func(c *Contract) *money.Fen { return &c.Annual }).Derived().List(),
		field.NewBool("stable", "计入稳定性收入", func(c *Contract) *bool { return &c.Stable }).List().Filter(),
		field.NewText("file_no", "备案号", func(c *Contract) *string { return &c.FileNo }).Limit(60),
		field.NewRef("brand", "服务品牌", "brand", func(c *Contract) *ids.ID { return &c.Brand }).Help("以品牌名义提供的服务，如“尚务通”"),
		field.NewRef("project", "联建项目", "joint", func(c *Contract) *ids.ID { return &c.Project }),
	}
	return append(head, termFields()...)
}

func prepare(ctx context.Context, q db.Q, tenant int64, c *Contract) error {
	if c.PartyA != 0 {
		p, err := party.Get(ctx, q, tenant, c.PartyA)
		if err != nil {
			return err
		}
		c.Region = p.Region
	}
	if c.Sublet != 0 {
		head, err := Get(ctx, q, tenant, c.Sublet)
		if err != nil {
			return err
		}
		c.Region = head.Region
	}
	slices.Sort(c.Units)
	if err := settleTerms(ctx, q, tenant, c); err != nil {
		return err
	}
	return deriveAnnual(c)
}

// deriveAnnual works out what a year of the contract comes to; nothing for what is paid once.
func deriveAnnual(c *Contract) error {
	c.Annual = 0
	if c.More.Fixed != "" {
		return annualOfList(c)
	}
	if c.PayMonths == 0 {
		return nil
	}
	a, err := money.MulDiv(c.Pay, 12, int64(c.PayMonths), money.HalfUp)
	if err != nil {
		return errs.OnField("pay", "%s", errs.Message(err))
	}
	c.Annual = a
	return nil
}

func check(c *Contract) error {
	var l errs.List
	if c.To.Before(c.From) {
		l.Add("to", "到期日期不能早于起始日期（%s）", c.From)
	}
	if c.Kind == Lease && len(c.Units) == 0 {
		l.Add("units", "租赁合同要写明出租单元")
	}
	if (c.Kind == Service || c.Kind == Dividend) && len(c.Units) > 0 {
		l.Add("units", "%s不涉及出租单元，请清空", field.LabelOf(Kinds, c.Kind))
	}
	if c.Kind == Lease && !c.To.Before(c.From.AddMonths(12*maxYears)) {
		l.Add("to", "租赁期限不得超过二十年，超过部分无效（民法典第七百零五条）")
	}
	if c.Kind != Lease && !c.To.Before(c.From.AddMonths(12*longestYears)) {
		l.Add("to", "合同期限不得超过七十年")
	}
	if c.PartyA == c.PartyB && c.PartyA != 0 {
		l.Add("party_b", "甲乙双方不能是同一单位")
	}
	if !c.Ended.IsZero() && (c.Ended.Before(c.From) || c.Ended.After(c.To)) {
		l.Add("ended", "提前终止日期应在合同期限之内")
	}
	if !c.From.AddMonths(c.FreeMonths).Before(c.To.AddDays(1)) && c.FreeMonths > 0 {
		l.Add("free_months", "免租期不能超过合同期限")
	}
	if c.Pay == 0 && c.More.Fixed == "" && c.More.Price == 0 && c.More.SharePercent == 0 {
		l.Add("pay", "请填写每期金额")
	}
	if c.More.SharePercent < 0 {
		l.Add("share_percent", "营业额分成不能是负数")
	}
	if c.Stable && c.Sublet != 0 {
		l.Add("stable", "转租的租金归承租人，不是集体的收入，不能计入稳定性收入")
	}
	if c.Stable && c.PayMonths == 0 && c.More.Fixed == "" {
		l.Add("stable", "一次付清的款项不是每年都有的收入，不能计入稳定性收入")
	}
	if err := l.Err(); err != nil {
		return err
	}
	_, err := Schedule(c)
	return err
}

// last is the last day on which the contract binds.
func (c *Contract) last() date.Date {
	if !c.Ended.IsZero() && c.Ended.Before(c.To) {
		return c.Ended
	}
	return c.To
}

// checkUnits refuses a lease of a unit that another contract holds in an overlapping term. The units' rows are
// locked first, so that of two people at once the second is refused.
func checkUnits(ctx context.Context, tx *db.Tx, _, c *Contract) error {
	if len(c.Units) == 0 {
		return nil
	}
	if err := asset.LockUnits(ctx, tx, c.Units); err != nil {
		return err
	}
	units, err := asset.GetUnits(ctx, tx, tx.Tenant, c.Units)
	if err != nil {
		return err
	}
	for _, u := range units {
		if u.Region != c.Region {
			return errs.OnField("units", "单元 %s 不属于甲方所在的村", u.No)
		}
	}
	others, err := overlapping(ctx, tx, tx.Tenant, c)
	if err != nil || len(others) == 0 {
		return err
	}
	o := others[0]
	return errs.OnField("units", "单元 %s 在 %s 至 %s 已由合同 %s 租出，期限重叠", o.Unit, o.From, o.To, o.No)
}

func saveDependents(ctx context.Context, tx *db.Tx, old, c *Contract) error {
	if old != nil && !slices.Equal(old.Units, c.Units) {
		if err := deleteUnits(ctx, tx, c.ID); err != nil {
			return err
		}
	}
	if old == nil || !slices.Equal(old.Units, c.Units) {
		if err := insertUnits(ctx, tx, c.ID, c.Units); err != nil {
			return err
		}
	}
	if old != nil && sameTerms(old, c) {
		return nil
	}
	if old != nil && binds(old) {
		return amend(ctx, tx, old, c)
	}
	charges, err := Schedule(c)
	if err != nil {
		return err
	}
	if old != nil {
		if err := deleteCharges(ctx, tx, c.ID, 0); err != nil {
			return err
		}
	}
	return insertCharges(ctx, tx, c.ID, charges)
}

func load(ctx context.Context, q db.Q, c *Contract) error {
	units, err := unitIDs(ctx, q, c.Tenant, c.ID)
	c.Units = units
	return err
}

// Get reads one contract without its units.
func Get(ctx context.Context, q db.Q, tenant int64, id ids.ID) (*Contract, error) {
	return contractTable.Get(ctx, q, tenant, id)
}
