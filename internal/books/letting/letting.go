// Package letting lets what collectives own in the open (公开招租): from a vacant unit over the price basis, the decision, the
// listing, sealed bids and their opening to the publicised result and the draft of the contract. Which steps a letting
// needs, how long things stand publicised and how equal bids are told apart are data of a place.
package letting

import (
	"context"
	"slices"
	"strconv"

	"huicun/internal/books/asset"
	"huicun/internal/books/contract"
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

// Letting is one letting of one or several units. Amounts of rent are for a year of all units.
type Letting struct {
	db.Row
	No, Name string
	Owner    ids.ID
	Units    []ids.ID // kept in letting_unit
	Purpose  string
	Sitting  ids.ID // the sitting tenant who claims priority

	Basis         string
	BasisYear     money.Fen
	BasisNote     string
	Reserve       money.Fen
	ReserveReason string

	From              date.Date
	Months, PayMonths int
	Advance           bool
	FreeMonths        int
	Deposit, Earnest  money.Fen
	Conditions        string
	Contact           string
	Closes            date.Date // the last day on which bids are taken
	ExtendedWhy       string
	ExchangeNo        string
	Again             ids.ID // the failed letting that this one repeats

	// What follows from the above and the rules.
	Level, Steps string
	Round        int

	stamps
}

// stamps are filled in by the events.
type stamps struct {
	TownOn    date.Date
	TownNo    string
	Listed    date.Date
	Opened    date.Date
	Way       string // bid, talk
	Result    date.Date
	Winner    string
	Price     money.Fen
	Closed    date.Date // failed or withdrawn
	ClosedWhy string
	Contract  ids.ID
}

// The states.
const (
	Draft      = "draft"
	Decided    = "decided"
	Approved   = "approved"
	Listed     = "listed"
	Opened     = "opened"
	Publicised = "publicised"
	Awarded    = "awarded"
	Contracted = "contracted"
	Failed     = "failed"
	Withdrawn  = "withdrawn"
	Void       = "void"
)

// drafted is the event of drafting the contract; only Service.Draft fires it.
const drafted = "contract"

// Machine is the way of a letting.
var Machine = &fsm.Machine{
	Name: "公开招租",
	States: []fsm.State{
		{Code: Draft, Label: "拟定方案", Tone: "grey"}, {Code: Decided, Label: "村已决议", Tone: "azure"}, {Code: Approved, Label: "镇已批准", Tone: "azure"},
		{Code: Listed, Label: "公告中", Tone: "orange"}, {Code: Opened, Label: "已开标", Tone: "azure"}, {Code: Publicised, Label: "结果公示", Tone: "orange"},
		{Code: Awarded, Label: "成交", Tone: "green"}, {Code: Contracted, Label: "已起草合同", Tone: "green"},
		{Code: Failed, Label: "流标", Tone: "red", Side: true}, {Code: Withdrawn, Label: "已撤回", Tone: "grey", Side: true}, {Code: Void, Label: "作废", Tone: "grey", Side: true},
	},
	Events: []fsm.Event{
		{Name: "decide", Label: "完成民主决策", From: []string{Draft}, To: Decided, Verb: "edit"},
		{Name: "approve", Label: "镇审批同意", From: []string{Decided}, To: Approved, Verb: "approve"},
		{Name: "return", Label: "退回重拟", From: []string{Decided, Approved}, To: Draft, Verb: "approve", Reason: true},
		{Name: "list", Label: "发布公告", From: []string{Decided, Approved}, To: Listed, Verb: "edit"},
		{Name: "open", Label: "开标", From: []string{Listed}, To: Opened, Verb: "edit"},
		{Name: "fail", Label: "流标", From: []string{Listed, Opened}, To: Failed, Verb: "edit", Reason: true},
		{Name: "withdraw", Label: "撤回公告", From: []string{Listed}, To: Withdrawn, Verb: "approve", Reason: true},
		{Name: "publicise", Label: "公示结果", From: []string{Opened}, To: Publicised, Verb: "edit"},
		{Name: "reopen", Label: "异议成立，重新评定", From: []string{Publicised}, To: Opened, Verb: "approve", Reason: true},
		{Name: "award", Label: "确认成交", From: []string{Publicised}, To: Awarded, Verb: "edit"},
		{Name: drafted, Label: "起草合同", From: []string{Awarded}, To: Contracted, Verb: "draft"},
		{Name: "cancel", Label: "作废", From: []string{Draft, Decided, Approved}, To: Void, Verb: "edit", Reason: true},
	},
}

var lettingTable = &db.Table[Letting]{
	Name: "letting",
	Cols: []string{
		"no", "name", "owner_id", "purpose", "sitting_id", "basis", "basis_fen", "basis_note", "reserve_fen", "reserve_reason",
		"from_date", "months", "pay_months", "advance", "free_months", "deposit_fen", "earnest_fen", "conditions", "contact", "closes_on", "extended_why", "exchange_no", "again_id",
		"level", "steps", "round", "town_on", "town_no", "listed_on", "opened_on", "way", "result_on", "winner", "price_fen", "closed_on", "closed_why", "contract_id",
	},
	Row: func(l *Letting) *db.Row { return &l.Row },
	Ptrs: func(l *Letting) []any {
		return []any{
			&l.No, &l.Name, &l.Owner, &l.Purpose, &l.Sitting, &l.Basis, &l.BasisYear, &l.BasisNote, &l.Reserve, &l.ReserveReason,
			&l.From, &l.Months, &l.PayMonths, &l.Advance, &l.FreeMonths, &l.Deposit, &l.Earnest, &l.Conditions, &l.Contact, &l.Closes, &l.ExtendedWhy, &l.ExchangeNo, &l.Again,
			&l.Level, &l.Steps, &l.Round, &l.TownOn, &l.TownNo, &l.Listed, &l.Opened, &l.Way, &l.Result, &l.Winner, &l.Price, &l.Closed, &l.ClosedWhy, &l.Contract,
		}
	},
}

var ways = []field.Option{{Code: "bid", Label: "竞价"}, {Code: "talk", Label: "协商"}}

func newLettings(e *record.Env, s *Service) *record.Noun[Letting] {
	return record.Register(e, &record.Noun[Letting]{
		Kind: "letting", Label: "公开招租", Path: "/lettings", Icon: "speakerphone", Key: "no", Order: "-no",
		Intro: "从待招租的单元发起：定底价、走民主决策、发布公告、收报价、开标、公示结果，最后起草合同。每一步缺什么，页面上都会写明。",
		Table: lettingTable, Machine: Machine,
		Title:   func(l *Letting) string { return l.No + " " + l.Name },
		Detail:  func(l *Letting) string { return l.Purpose + " " + l.Winner },
		Series:  func(l *Letting) string { return "ZZ-" + strconv.Itoa(max(l.From.Year(), 1978)) },
		Fields:  lettingFields(),
		Prepare: s.prepare, Check: checkLetting, CheckTx: s.checkTx,
		After: func(ctx context.Context, tx *db.Tx, old, l *Letting) error {
			if old != nil && slices.Equal(old.Units, l.Units) {
				return nil
			}
			return storeUnits(ctx, tx, l.ID, l.Units)
		},
		Load: func(ctx context.Context, q db.Q, l *Letting) (err error) {
			l.Units, err = unitIDs(ctx, q, l.Tenant, l.ID)
			return err
		},
		Guards: s.guards(),
	})
}

func lettingFields() []field.Field[Letting] {
	return []field.Field[Letting]{
		field.NewText("no", "招租编号", func(l *Letting) *string { return &l.No }).Req().Fix().List().Help("留空自动编号").Eg("ZZ-2021-0001"),
		field.NewText("name", "名称", func(l *Letting) *string { return &l.Name }).Req().List().Eg("长胜标准厂房一号公开招租"),
		field.NewRef("owner", "出租方（集体）", "party", func(l *Letting) *ids.ID { return &l.Owner }).Req().Fix().Show(),
		field.NewRefs("units", "出租单元", "asset_unit", func(l *Letting) *[]ids.ID { return &l.Units }).Req(),
		field.NewText("purpose", "用途", func(l *Letting) *string { return &l.Purpose }).Req().Eg("工业生产，不得从事危险化学品经营"),
		field.NewRef("sitting", "原承租人", "party", func(l *Letting) *ids.ID { return &l.Sitting }).Help("主张优先承租权的填写；优先的办法按招租规则"),
		field.NewEnum("basis", "定价依据", Bases, func(l *Letting) *string { return &l.Basis }).Req().Show(),
		field.NewMoney("basis_year", "参考年租金", func(l *Letting) *money.Fen { return &l.BasisYear }).Col("basis_fen").Help("按上一份租约、周边租金定价的由系统算出；评估、自行测算的在这里填写"),
		field.NewLong("basis_note", "依据说明", func(l *Letting) *string { return &l.BasisNote }).Limit(1000).Help("评估报告的机构和文号，或测算的办法；评估报告作为附件上传"),
		field.NewMoney("reserve", "底价（年租金）", func(l *Letting) *money.Fen { return &l.Reserve }).Req().List(),
		field.NewText("reserve_reason", "底价偏低的理由", func(l *Letting) *string { return &l.ReserveReason }).Help("低于招租规则的比例时必填"),
		field.NewDay("from", "拟起租日", func(l *Letting) *date.Date { return &l.From }).Req().Col("from_date").List(),
		field.NewInt("months", "租期", 1, 240, func(l *Letting) *int { return &l.Months }).In("月"),
		field.NewInt("pay_months", "付款周期", 1, 120, func(l *Letting) *int { return &l.PayMonths }).In("月").Help("每几个月付一次：12 为年付，3 为季付"),
		field.NewBool("advance", "先付后用", func(l *Letting) *bool { return &l.Advance }),
		field.NewInt("free_months", "免租期", 0, 60, func(l *Letting) *int { return &l.FreeMonths }).In("月"),
		field.NewMoney("deposit", "履约押金", func(l *Letting) *money.Fen { return &l.Deposit }),
		field.NewMoney("earnest", "竞租保证金", func(l *Letting) *money.Fen { return &l.Earnest }),
		field.NewLong("conditions", "竞租条件", func(l *Letting) *string { return &l.Conditions }).Help("对承租人的资格要求；写进公告"),
		field.NewText("contact", "报名地点和咨询方式", func(l *Letting) *string { return &l.Contact }).Help("写进公告；留村办公电话，不留个人手机号"),
		field.NewDay("closes", "报名截止日", func(l *Letting) *date.Date { return &l.Closes }).Col("closes_on").List(),
		field.NewText("extended_why", "延期原因", func(l *Letting) *string { return &l.ExtendedWhy }).Help("公告发布以后推迟截止日的，写明原因"),
		field.NewText("exchange_no", "产权交易受理号", func(l *Letting) *string { return &l.ExchangeNo }).Limit(60).Help("须进场交易的，发布公告前填写"),
		field.NewText("town_no", "镇批复文号", func(l *Letting) *string { return &l.TownNo }).Limit(60),
		field.NewRef("again", "上次招租", "letting", func(l *Letting) *ids.ID { return &l.Again }).Fix().Filter().Help("流标后再次招租的填写"),
		field.NewInt("round", "第几次", 0, 1000, func(l *Letting) *int { return &l.Round }).Derived(),
		field.NewEnum("level", "由谁决定", Levels, func(l *Letting) *string { return &l.Level }).Derived().Show(),
		field.NewText("steps", "民主决策步骤", func(l *Letting) *string { return &l.Steps }).Derived(),
		field.NewDay("town_on", "镇批准日期", func(l *Letting) *date.Date { return &l.TownOn }).Stamp(),
		field.NewDay("listed", "公告日期", func(l *Letting) *date.Date { return &l.Listed }).Col("listed_on").Stamp(),
		field.NewDay("opened", "开标日期", func(l *Letting) *date.Date { return &l.Opened }).Col("opened_on").Stamp(),
		field.NewEnum("way", "成交方式", ways, func(l *Letting) *string { return &l.Way }).Stamp(),
		field.NewDay("result", "结果公示日期", func(l *Letting) *date.Date { return &l.Result }).Col("result_on").Stamp(),
		field.NewText("winner", "成交人", func(l *Letting) *string { return &l.Winner }).Stamp(),
		field.NewMoney("price", "成交年租金", func(l *Letting) *money.Fen { return &l.Price }).Stamp().List(),
		field.NewDay("closed", "流标（撤回）日期", func(l *Letting) *date.Date { return &l.Closed }).Col("closed_on").Stamp(),
		field.NewText("closed_why", "流标（撤回）原因", func(l *Letting) *string { return &l.ClosedWhy }).Stamp().Limit(4000),
		field.NewRef("contract", "租赁合同", "contract", func(l *Letting) *ids.ID { return &l.Contract }).Stamp().Filter(),
	}
}

// prepare takes the place from the owner and, while the plan can still change, works out price basis, level and steps.
func (s *Service) prepare(ctx context.Context, q db.Q, tenant int64, l *Letting) error {
	if l.Owner == 0 {
		return nil
	}
	p, err := party.Get(ctx, q, tenant, l.Owner)
	if err != nil {
		return err
	}
	l.Region = p.Region
	slices.Sort(l.Units)
	if l.Months == 0 {
		l.Months = 12
	}
	if l.PayMonths == 0 {
		l.PayMonths = 12
	}
	l.Round = 1
	if l.Again != 0 {
		prev, err := lettingTable.Get(ctx, q, tenant, l.Again)
		if err != nil {
			return err
		}
		l.Round = prev.Round + 1
	}
	if l.open() || l.Level == "" {
		return s.derive(ctx, q, tenant, l)
	}
	return nil
}

// open reports whether the plan can still change.
func (l *Letting) open() bool { return l.State == Draft || l.State == "" }

func (s *Service) derive(ctx context.Context, q db.Q, tenant int64, l *Letting) error {
	h, err := LoadHolding(ctx, q, tenant, l.Units)
	if err != nil {
		return err
	}
	rules, err := LoadRules(ctx, q, tenant)
	if err != nil {
		return err
	}
	day := s.today()
	if l.open() && (l.Basis == BasisLast || l.Basis == BasisNeighbours) {
		c, err := Compare(ctx, s.env, q, tenant, Question{Region: l.Region, Holding: h, Terms: rules.At(l.Region, day), Day: day, Before: day, Own: OwnUnits})
		if err != nil {
			return err
		}
		if err := settleBasis(l, c); err != nil {
			return err
		}
	}
	need := rules.Need(l.Region, day, Size{Kinds: h.Kinds, Annual: l.Reserve, Months: l.Months, Area: h.Area})
	l.Level, l.Steps = need.Level, stepNames(need.Steps)
	return nil
}

func checkLetting(l *Letting) error {
	var e errs.List
	if l.BasisYear == 0 && l.Basis != "" {
		e.Add("basis_year", "请填写参考年租金")
	}
	if (l.Basis == BasisAppraisal || l.Basis == BasisOwn) && l.BasisNote == "" {
		e.Add("basis_note", "请写明评估报告的机构和文号，或测算的办法")
	}
	if l.FreeMonths >= l.Months {
		e.Add("free_months", "免租期应短于租期（%d 个月）", l.Months)
	}
	if l.PayMonths > l.Months {
		e.Add("pay_months", "付款周期不能长于租期（%d 个月）", l.Months)
	}
	if l.Again != 0 && l.Again == l.ID {
		e.Add("again", "上次招租不能是它自己")
	}
	return e.Err()
}

func (s *Service) checkTx(ctx context.Context, tx *db.Tx, old, l *Letting) error {
	byHand := tx.ActorID != 0 // the operator's commands bring in what happened before
	if byHand && old == nil && l.State != Draft {
		return errs.New(errs.Invalid, "letting.new", "新的招租从“%s”开始", Machine.State(Draft).Label)
	}
	was := stamps{}
	if old != nil {
		was = old.stamps
	}
	now := l.stamps
	was.TownNo, now.TownNo = "", "" // entered by hand
	if byHand && was != now {
		return errs.OnField("listed", "公告、开标、公示、成交的日期和结果由各步操作自动填写，不能手工填写")
	}
	if err := s.checkUnits(ctx, tx, l); err != nil {
		return err
	}
	if old == nil {
		return s.checkAgain(ctx, tx, l)
	}
	if !byHand || old.open() {
		return nil
	}
	return changedAfter(date.Of(tx.Now()), old, l)
}

// changedAfter refuses what can no longer change after the decision.
func changedAfter(today date.Date, old, l *Letting) error {
	keep := *l
	keep.Row, keep.Closes, keep.ExtendedWhy, keep.ExchangeNo, keep.TownNo, keep.Contact = old.Row, old.Closes, old.ExtendedWhy, old.ExchangeNo, old.TownNo, old.Contact
	keep.Units = nil
	was := *old
	was.Units = nil
	if !slices.Equal(old.Units, l.Units) || !equal(&keep, &was) {
		return errs.New(errs.State, "letting.fixed", "方案已经过民主决策，只能改报名截止日、联系方式和文号；要改别的内容，请先退回重拟")
	}
	switch {
	case old.State == Decided || old.State == Approved || old.Closes == l.Closes:
		return nil
	case old.State != Listed:
		return errs.OnField("closes", "公告已经结束，报名截止日不能再改")
	case today.After(old.Closes):
		return errs.OnField("closes", "报名已于 %s 截止，不能再延期", old.Closes)
	case l.Closes.Before(old.Closes):
		return errs.OnField("closes", "公告已经发布，报名截止日只能推后（原为 %s）", old.Closes)
	case l.ExtendedWhy == "" || l.ExtendedWhy == old.ExtendedWhy:
		return errs.OnField("extended_why", "请写明这次延期的原因")
	}
	return nil
}

// equal compares lettings without their units.
func equal(a, b *Letting) bool {
	for i, p := range lettingTable.Ptrs(a) {
		if !same(p, lettingTable.Ptrs(b)[i]) {
			return false
		}
	}
	return true
}

func same(a, b any) bool {
	switch a := a.(type) {
	case *string:
		return *a == *b.(*string)
	case *ids.ID:
		return *a == *b.(*ids.ID)
	case *money.Fen:
		return *a == *b.(*money.Fen)
	case *date.Date:
		return *a == *b.(*date.Date)
	case *int:
		return *a == *b.(*int)
	case *bool:
		return *a == *b.(*bool)
	}
	return false
}

// checkUnits wants the units to be the owner's and in no other letting. Their rows are locked, so that of two people at
// once the second is refused.
func (s *Service) checkUnits(ctx context.Context, tx *db.Tx, l *Letting) error {
	if err := asset.LockUnits(ctx, tx, l.Units); err != nil {
		return err
	}
	units, err := asset.GetUnits(ctx, tx, tx.Tenant, l.Units)
	if err != nil {
		return err
	}
	for _, u := range units {
		if u.Region != l.Region {
			return errs.OnField("units", "单元 %s 不属于出租方所在的村", u.No)
		}
	}
	if !going(l.State) {
		return nil
	}
	others, err := goingOver(ctx, tx, tx.Tenant, l.Units)
	if err != nil {
		return err
	}
	for _, o := range others {
		if o.Letting != l.ID {
			return errs.OnField("units", "单元 %s 正在招租（%s），一个单元同时只招租一次", o.Unit, o.No)
		}
	}
	return nil
}

// going reports whether a letting in the state is under way, so that its units are taken.
func going(state string) bool {
	return !slices.Contains([]string{Contracted, Failed, Withdrawn, Void}, state)
}

func (s *Service) checkAgain(ctx context.Context, tx *db.Tx, l *Letting) error {
	if l.Again == 0 {
		return nil
	}
	prev, err := lettingTable.Get(ctx, tx, tx.Tenant, l.Again)
	if err != nil {
		return err
	}
	if prev.State != Failed && prev.State != Withdrawn {
		return errs.OnField("again", "%s 没有流标，不用再次招租", prev.No)
	}
	if prev.Region != l.Region {
		return errs.OnField("again", "%s 不是这个村的招租", prev.No)
	}
	return nil
}

// Get reads one letting with its units.
func Get(ctx context.Context, q db.Q, tenant int64, id ids.ID) (*Letting, error) {
	l, err := lettingTable.Get(ctx, q, tenant, id)
	if err != nil {
		return nil, err
	}
	l.Units, err = unitIDs(ctx, q, tenant, id)
	return l, err
}

// Until is the last day of the lease that is offered.
func (l *Letting) Until() date.Date { return l.From.AddMonths(l.Months).AddDays(-1) }

// lease is the contract that follows from the letting.
func (l *Letting) lease(to ids.ID) (*contract.Contract, error) {
	pay, err := money.MulDiv(l.Price, int64(l.PayMonths), 12, money.HalfUp)
	if err != nil {
		return nil, errs.New(errs.Invalid, "letting.pay", "%s", errs.Message(err))
	}
	c := &contract.Contract{
		Name: l.Name + "租赁合同", Kind: contract.Lease, PartyA: l.Owner, PartyB: to, Units: slices.Clone(l.Units), Content: l.Purpose,
		From: l.From, To: l.Until(), FreeMonths: l.FreeMonths, Pay: pay, PayMonths: l.PayMonths, Advance: l.Advance, Deposit: l.Deposit, Stable: l.Months >= 12,
	}
	c.State, c.Sample, c.Region = contract.Machine.Initial(), l.Sample, l.Region
	c.Note = "由公开招租 " + l.No + " 起草"
	return c, nil
}
