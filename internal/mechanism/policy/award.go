package policy

import (
	"context"
	"fmt"
	"slices"

	"huicun/internal/kit/code"
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

// Purposes are what awards are given for.
var Purposes = []field.Option{
	{Code: "attract", Label: "项目招引"}, {Code: "stable_income", Label: "稳定性增收"}, {Code: "brand", Label: "品牌创建"},
	{Code: "information", Label: "信息奖励"}, {Code: "landing", Label: "落地奖励"}, {Code: "combined", Label: "综合奖励"}, {Code: "other", Label: "其他"},
}

// The states of an award.
const (
	Computed      = "computed"
	Published     = "published"
	AwardApproved = "approved"
	Paid          = "paid"
	Filed         = "filed"
	Returned      = "returned"
	Vetoed        = "vetoed"
	ClawedBack    = "clawed_back"
)

// Award is one sum for one organisation or person in one year.
type Award struct {
	db.Row
	No                 string
	Policy, Version    ids.ID
	Year               int
	Party, Person      ids.ID
	Purpose            string
	Amount             money.Fen
	PublishedOn        date.Date
	ApprovedOn, PaidOn date.Date
	ClawedBackOn       date.Date
	VoucherNo          string
	// Line and Payment are those of the run that made the award; zero for one that was entered by hand.
	Line, Payment ids.ID

	ours bool // a payment or a claw-back of its run changes it
}

// AwardMachine: computed, published, approved, paid, filed; sent back or vetoed on the way; got back when false.
var AwardMachine = &fsm.Machine{
	Name: "奖励",
	States: []fsm.State{
		{Code: Computed, Label: "已核算", Tone: "grey"}, {Code: Published, Label: "公示中", Tone: "azure"},
		{Code: AwardApproved, Label: "已批准", Tone: "azure"}, {Code: Paid, Label: "已发放", Tone: "green"},
		{Code: Filed, Label: "已归档", Tone: "green"}, {Code: Returned, Label: "退回重核", Tone: "orange", Side: true},
		{Code: Vetoed, Label: "已否决", Tone: "red", Side: true}, {Code: ClawedBack, Label: "已追回", Tone: "red", Side: true},
	},
	Events: []fsm.Event{
		{Name: "publish", Label: "公示", From: []string{Computed}, To: Published, Verb: "approve"},
		{Name: "approve", Label: "批准", From: []string{Published}, To: AwardApproved, Verb: "approve"},
		{Name: "pay", Label: "发放", From: []string{AwardApproved}, To: Paid, Verb: "edit"},
		{Name: "file", Label: "归档", From: []string{Paid}, To: Filed, Verb: "edit"},
		{Name: "return", Label: "退回重核", From: []string{Published, AwardApproved}, To: Returned, Verb: "approve", Reason: true},
		{Name: "recompute", Label: "重新核算", From: []string{Returned}, To: Computed, Verb: "edit"},
		{Name: "veto", Label: "否决", From: []string{Computed, Published, AwardApproved, Returned}, To: Vetoed, Verb: "approve", Reason: true},
		{Name: "claw_back", Label: "追回", From: []string{Paid, Filed}, To: ClawedBack, Verb: "approve", Reason: true},
	},
}

var awardTable = &db.Table[Award]{
	Name: "award",
	Cols: []string{"no", "policy_id", "version_id", "award_year", "payee_party_id", "payee_person_id", "purpose", "amount_fen",
		"published_on", "approved_on", "paid_on", "clawed_back_on", "voucher_no", "line_id", "payment_id"},
	Row: func(a *Award) *db.Row { return &a.Row },
	Ptrs: func(a *Award) []any {
		return []any{&a.No, &a.Policy, &a.Version, &a.Year, &a.Party, &a.Person, &a.Purpose, &a.Amount,
			&a.PublishedOn, &a.ApprovedOn, &a.PaidOn, &a.ClawedBackOn, &a.VoucherNo, &a.Line, &a.Payment}
	},
}

// NewAwards describes the noun.
func NewAwards(e *record.Env) *record.Noun[Award] {
	return record.Register(e, &record.Noun[Award]{
		Kind: "award", Label: "奖励", Path: "/awards", Icon: "award", Key: "no", Order: "-no",
		Intro: "按政策给村集体、企业或个人的奖励：核算、公示、批准、发放、归档。",
		Table: awardTable, Machine: AwardMachine,
		Title: func(a *Award) string {
			return fmt.Sprintf("%s %d年%s", a.No, a.Year, field.LabelOf(Purposes, a.Purpose))
		},
		Detail: func(a *Award) string { return a.Amount.String() + "元 " + a.VoucherNo },
		Series: func(a *Award) string { return "JL-" + yearText(a.Year) },
		Fields: []field.Field[Award]{
			field.NewText("no", "奖励编号", func(a *Award) *string { return &a.No }).Req().List().Help("留空自动编号"),
			field.NewRef("policy", "政策", "policy", func(a *Award) *ids.ID { return &a.Policy }).Req().Fix().Show(),
			field.NewRef("version", "政策版本", "policy_version", func(a *Award) *ids.ID { return &a.Version }).Help("留空取奖励年度有效的版本"),
			field.NewInt("year", "奖励年度", 1978, 2200, func(a *Award) *int { return &a.Year }).Req().Col("award_year").List().Filter(),
			field.NewRef("party", "领奖单位", "party", func(a *Award) *ids.ID { return &a.Party }).Col("payee_party_id").Show().Help("单位和人员只填一个"),
			field.NewRef("person", "领奖人员", "person", func(a *Award) *ids.ID { return &a.Person }).Col("payee_person_id").Show(),
			field.NewRegion("region", "所属地区", func(a *Award) *string { return &a.Region }).Req().List().Help("留空取领奖单位所在地区"),
			field.NewEnum("purpose", "奖励事项", Purposes, func(a *Award) *string { return &a.Purpose }).Req().List().Filter(),
			field.NewMoney("amount", "金额", func(a *Award) *money.Fen { return &a.Amount }).Req().List(),
			field.NewDay("published_on", "公示日期", func(a *Award) *date.Date { return &a.PublishedOn }).Stamp(),
			field.NewDay("approved_on", "批准日期", func(a *Award) *date.Date { return &a.ApprovedOn }).Stamp(),
			field.NewDay("paid_on", "发放日期", func(a *Award) *date.Date { return &a.PaidOn }).List(),
			field.NewDay("clawed_back_on", "追回日期", func(a *Award) *date.Date { return &a.ClawedBackOn }).Stamp(),
			field.NewText("voucher_no", "记账凭证号", func(a *Award) *string { return &a.VoucherNo }),
			field.NewRef("line", "核算单", KindLine, func(a *Award) *ids.ID { return &a.Line }).Derived().Filter(),
			field.NewRef("payment", "兑付记录", KindPayment, func(a *Award) *ids.ID { return &a.Payment }).Derived(),
		},
		Prepare: prepareAward,
		Check:   checkAward,
		CheckTx: checkAwardTx,
		Guards: map[string]func(context.Context, *db.Tx, *Award) error{
			"publish":   func(_ context.Context, tx *db.Tx, a *Award) error { stamp(tx, &a.PublishedOn); return nil },
			"approve":   guardAwardApprove,
			"pay":       guardPay,
			"recompute": reopen,
			"claw_back": func(_ context.Context, tx *db.Tx, a *Award) error {
				stamp(tx, &a.ClawedBackOn)
				return a.byHand()
			},
		},
	})
}

// prepareAward takes the place from the payee and the version from the year.
func prepareAward(ctx context.Context, q db.Q, tenant int64, a *Award) error {
	if a.Region == "" && a.Party != 0 {
		p, err := party.Get(ctx, q, tenant, a.Party)
		if err != nil {
			return err
		}
		a.Region = p.Region
	}
	if a.Version != 0 || a.Policy == 0 || a.Year == 0 {
		return nil
	}
	all, err := versionTable.All(ctx, q, db.NewWhere(tenant).And("policy_id = ?", a.Policy), "from_date DESC")
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(v Version) bool { return v.holdsIn(a.Year) })
	if i < 0 {
		return errs.OnField("year", "这项政策在 %d 年没有有效的版本，不能据此奖励；请先核对政策版本的起止日期", a.Year)
	}
	a.Version = all[i].ID
	return nil
}

func checkAward(a *Award) error {
	var l errs.List
	switch {
	case a.Party == 0 && a.Person == 0:
		l.Add("party", "请填写领奖单位或领奖人员")
	case a.Party != 0 && a.Person != 0:
		l.Add("person", "领奖单位和领奖人员只能填一个")
	}
	if a.Year == 0 {
		l.Add("year", "请填写奖励年度")
	}
	need(&l, a.State, []string{Published, AwardApproved, Paid, Filed, ClawedBack}, "published_on", "公示日期", a.PublishedOn)
	need(&l, a.State, []string{AwardApproved, Paid, Filed, ClawedBack}, "approved_on", "批准日期", a.ApprovedOn)
	need(&l, a.State, []string{Paid, Filed, ClawedBack}, "paid_on", "发放日期", a.PaidOn)
	need(&l, a.State, []string{ClawedBack}, "clawed_back_on", "追回日期", a.ClawedBackOn)
	notBefore(&l, "approved_on", a.ApprovedOn, "公示日期", a.PublishedOn)
	notBefore(&l, "paid_on", a.PaidOn, "批准日期", a.ApprovedOn)
	notBefore(&l, "clawed_back_on", a.ClawedBackOn, "发放日期", a.PaidOn)
	return l.Err()
}

// settled is what people have been told, which may no longer change once an award is published.
type settled struct {
	version, party, person ids.ID
	year                   int
	purpose, region        string
	amount                 money.Fen
}

func settledOf(a *Award) settled {
	return settled{a.Version, a.Party, a.Person, a.Year, a.Purpose, a.Region, a.Amount}
}

// acts are the days on which published, approved, paid and got back happened.
func actsOf(a *Award) [4]date.Date {
	return [4]date.Date{a.PublishedOn, a.ApprovedOn, a.PaidOn, a.ClawedBackOn}
}

// byHand refuses what is done on the award's line instead.
func (a *Award) byHand() error {
	if a.Line == 0 || a.ours {
		return nil
	}
	return errs.New(errs.State, "award.of_run", "这笔奖励由核算单发放；要更改、追回的，请在核算单里办理")
}

func checkAwardTx(ctx context.Context, tx *db.Tx, old, a *Award) error {
	if err := a.byHand(); err != nil {
		return err
	}
	if old != nil && old.State != Computed && old.State != Returned && settledOf(old) != settledOf(a) {
		return errs.New(errs.State, "award.published", "这笔奖励已是“%s”，不能再改领奖人、事项和金额；如有异议，请退回重核", AwardMachine.State(old.State).Label)
	}
	if old != nil && (old.State == Paid || old.State == Filed || old.State == ClawedBack) && actsOf(old) != actsOf(a) {
		return errs.New(errs.State, "award.paid", "这笔奖励已经发放，不能再改公示、批准、发放和追回日期")
	}
	p, err := policyTable.Get(ctx, tx, tx.Tenant, a.Policy)
	if err != nil {
		return err
	}
	v, err := versionTable.Get(ctx, tx, tx.Tenant, a.Version)
	if err != nil {
		return err
	}
	var l errs.List
	if !slices.Contains(enacted, p.State) {
		l.Add("policy", "《%s》现在是“%s”，施行后才能据此奖励", p.Title, Machine.State(p.State).Label)
	}
	switch {
	case v.Policy != p.ID:
		l.Add("version", "这个版本不是《%s》的版本", p.Title)
	case !v.holdsIn(a.Year):
		l.Add("version", "第 %d 版（%s）在 %d 年没有效力", v.VersionNo, v.span(), a.Year)
	}
	if !code.Within(a.Region, p.Region) {
		l.Add("region", "不在《%s》的适用范围内", p.Title)
	}
	if ready := a.PublishedOn.AddDays(v.PublicityDays); !a.ApprovedOn.IsZero() && a.ApprovedOn.Before(ready) {
		l.Add("approved_on", "公示须满 %d 天，不能早于%s", v.PublicityDays, ready.Chinese())
	}
	for i, f := range []string{"published_on", "approved_on", "paid_on", "clawed_back_on"} {
		if actsOf(a)[i].After(today(tx)) {
			l.Add(f, "日期还没有到")
		}
	}
	return l.Err()
}

func guardAwardApprove(ctx context.Context, tx *db.Tx, a *Award) error {
	v, err := versionTable.Get(ctx, tx, tx.Tenant, a.Version)
	if err != nil {
		return err
	}
	if ready := a.PublishedOn.AddDays(v.PublicityDays); today(tx).Before(ready) {
		return errs.New(errs.State, "award.publicity", "公示须满 %d 天，%s起才能批准", v.PublicityDays, ready.Chinese())
	}
	stamp(tx, &a.ApprovedOn)
	return nil
}

// guardPay: the money leaves through the bank, so the day is entered, not stamped.
func guardPay(_ context.Context, tx *db.Tx, a *Award) error {
	switch {
	case a.PaidOn.IsZero():
		return errs.OnField("paid_on", "请先填写发放日期")
	case a.PaidOn.Before(a.ApprovedOn):
		return errs.OnField("paid_on", "不能早于批准日期（%s）", a.ApprovedOn.Chinese())
	case a.PaidOn.After(today(tx)):
		return errs.OnField("paid_on", "日期还没有到")
	}
	return nil
}

// reopen clears the days of what is to be done again.
func reopen(_ context.Context, _ *db.Tx, a *Award) error {
	a.PublishedOn, a.ApprovedOn, a.PaidOn = date.Date{}, date.Date{}, date.Date{}
	return nil
}
