// Package pairing keeps the agreements by which villages, enterprises and departments pair up (结对共建): who is
// on which side, what they agreed on, and from when to when it binds. Coverage on any day is computed from the
// dates kept here; nothing about it is typed in.
package pairing

import (
	"context"
	"strconv"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
)

// The axes: who pairs with whom.
const (
	VillageVillage    = "village"
	VillageEnterprise = "enterprise"
	VillageDepartment = "department"
	FirmDepartment    = "firm_department"
)

// Axes are the axes with their Chinese names.
var Axes = []field.Option{
	{Code: VillageVillage, Label: "村村结对"}, {Code: VillageEnterprise, Label: "村企共建"},
	{Code: VillageDepartment, Label: "村与部门共建"}, {Code: FirmDepartment, Label: "企业与部门共建"},
}

var cadences = []field.Option{
	{Code: "month", Label: "每月"}, {Code: "two_months", Label: "每两月"}, {Code: "quarter", Label: "每季度"},
	{Code: "half_year", Label: "每半年"}, {Code: "year", Label: "每年"}, {Code: "as_needed", Label: "按需召开"},
}

// The states of an agreement.
const (
	Draft    = "draft"
	Signed   = "signed"
	Bound    = "in_force"
	Reviewed = "reviewed"
	Renewed  = "renewed"
	Ended    = "ended"
	Void     = "void"
)

// Agreement is one pairing agreement. From and To are its term (To zero: until ended). The other dates count
// once the state has reached them; before that they are what people intend.
type Agreement struct {
	db.Row
	No, Name, Axis                            string
	SignedOn, From, To                        date.Date
	InForceOn, ReviewedOn, RenewedOn, EndedOn date.Date
	Cadence, Duties                           string
}

// Machine: what never was in force can be made void; what was in force can only be ended, so that a day in the
// past keeps the coverage it had.
var Machine = &fsm.Machine{
	Name: "结对协议",
	States: []fsm.State{
		{Code: Draft, Label: "草稿", Tone: "grey"}, {Code: Signed, Label: "已签订", Tone: "azure"},
		{Code: Bound, Label: "履行中", Tone: "green"}, {Code: Reviewed, Label: "已评议", Tone: "green"},
		{Code: Renewed, Label: "已续签", Tone: "green"}, {Code: Ended, Label: "已终止", Tone: "grey"},
		{Code: Void, Label: "已作废", Tone: "grey", Side: true},
	},
	Events: []fsm.Event{
		{Name: "sign", Label: "签订", From: []string{Draft}, To: Signed, Verb: "approve"},
		{Name: "enforce", Label: "生效", From: []string{Signed}, To: Bound, Verb: "approve"},
		{Name: "review", Label: "年度评议", From: []string{Bound, Reviewed, Renewed}, To: Reviewed, Verb: "edit", Reason: true},
		{Name: "renew", Label: "续签", From: []string{Bound, Reviewed, Renewed}, To: Renewed, Verb: "approve"},
		{Name: "end", Label: "终止", From: []string{Bound, Reviewed, Renewed}, To: Ended, Verb: "approve", Reason: true},
		{Name: "void", Label: "作废", From: []string{Draft, Signed}, To: Void, Verb: "approve", Reason: true},
	},
}

var agreementTable = &db.Table[Agreement]{
	Name: "agreement",
	Cols: []string{"no", "name", "axis", "signed_on", "from_date", "to_date", "in_force_on", "reviewed_on", "renewed_on", "ended_on", "cadence", "duties"},
	Row:  func(a *Agreement) *db.Row { return &a.Row },
	Ptrs: func(a *Agreement) []any {
		return []any{&a.No, &a.Name, &a.Axis, &a.SignedOn, &a.From, &a.To, &a.InForceOn, &a.ReviewedOn, &a.RenewedOn, &a.EndedOn, &a.Cadence, &a.Duties}
	},
}

// NewAgreements describes the noun.
func NewAgreements(e *record.Env) *record.Noun[Agreement] {
	return record.Register(e, &record.Noun[Agreement]{
		Kind: "agreement", Label: "结对协议", Path: "/agreements", Icon: "heart-handshake", Key: "no", Order: "-no",
		Intro: "村与村、村与企业、村与部门的结对共建协议在这里登记，覆盖率按履行中的协议自动计算。",
		Table: agreementTable, Machine: Machine,
		Title:  func(a *Agreement) string { return a.Name },
		Detail: func(a *Agreement) string { return a.No + " " + field.LabelOf(Axes, a.Axis) },
		Series: func(a *Agreement) string { return "GJ-" + strconv.Itoa(a.year()) },
		Fields: []field.Field[Agreement]{
			field.NewText("no", "协议编号", func(a *Agreement) *string { return &a.No }).Req().List().Help("留空自动编号").Eg("GJ-2021-0001"),
			field.NewText("name", "协议名称", func(a *Agreement) *string { return &a.Name }).Req().List().Eg("示例村与示例公司党建结对共建协议"),
			field.NewEnum("axis", "结对类型", Axes, func(a *Agreement) *string { return &a.Axis }).Req().Fix().List().Filter(),
			field.NewRegion("region", "所属村", func(a *Agreement) *string { return &a.Region }).Req().Fix().List().Help("企业与部门共建可填镇"),
			field.NewDay("from", "协议期自", func(a *Agreement) *date.Date { return &a.From }).Req().Col("from_date").List(),
			field.NewDay("to", "协议期至", func(a *Agreement) *date.Date { return &a.To }).Col("to_date").List().Help("留空为长期，到终止为止"),
			field.NewDay("signed_on", "签订日期", func(a *Agreement) *date.Date { return &a.SignedOn }).Help("留空则以点“签订”的当天为准"),
			field.NewDay("in_force_on", "生效日期", func(a *Agreement) *date.Date { return &a.InForceOn }).Stamp().List().Help("留空则以点“生效”的当天为准；覆盖率从这一天起算"),
			field.NewDay("reviewed_on", "最近评议日期", func(a *Agreement) *date.Date { return &a.ReviewedOn }).Stamp(),
			field.NewDay("renewed_on", "续签日期", func(a *Agreement) *date.Date { return &a.RenewedOn }).Stamp(),
			field.NewDay("ended_on", "终止日期", func(a *Agreement) *date.Date { return &a.EndedOn }).Stamp().Help("从这一天起不再计入覆盖"),
			field.NewEnum("cadence", "联席会议周期", cadences, func(a *Agreement) *string { return &a.Cadence }),
			field.NewLong("duties", "双方职责", func(a *Agreement) *string { return &a.Duties }),
		},
		Check:  checkAgreement,
		Guards: agreementGuards(),
	})
}

func (a *Agreement) year() int {
	if !a.SignedOn.IsZero() {
		return a.SignedOn.Year()
	}
	return a.From.Year()
}

// passed reports whether the agreement has come to a state; signed and in force stay passed in what follows.
func (a *Agreement) passed(state string) bool {
	switch state {
	case Signed:
		return a.State != Draft && a.State != Void
	case Bound:
		return a.State != Draft && a.State != Void && a.State != Signed
	}
	return a.State == state
}

// InForce reports whether the agreement binds on a day: in force since then or before, its term not run out and
// not ended.
func (a *Agreement) InForce(day date.Date) bool {
	return a.passed(Bound) && !a.InForceOn.After(day) && (a.To.IsZero() || !a.To.Before(day)) &&
		(a.State != Ended || a.EndedOn.After(day))
}

func checkAgreement(a *Agreement) error {
	var l errs.List
	switch level := code.Level(a.Region); {
	case a.Axis != FirmDepartment && level != code.TierVillage:
		l.Add("region", "%s的协议要登记在村上，请填村名", field.LabelOf(Axes, a.Axis))
	case level < code.TierTown:
		l.Add("region", "企业与部门共建的协议应登记在村或镇上")
	}
	if !a.To.IsZero() && a.To.Before(a.From) {
		l.Add("to", "协议期止日不能早于起日 %s", a.From)
	}
	a.checkDates(&l)
	return l.Err()
}

// checkDates asks for the dates of the states that have been reached, in their order.
func (a *Agreement) checkDates(l *errs.List) {
	for _, d := range []struct {
		state, name, label string
		on, after          date.Date
		what               string
	}{
		{Signed, "signed_on", "签订日期", a.SignedOn, date.Date{}, ""},
		{Bound, "in_force_on", "生效日期", a.InForceOn, a.SignedOn, "签订日期"},
		{Reviewed, "reviewed_on", "最近评议日期", a.ReviewedOn, a.InForceOn, "生效日期"},
		{Renewed, "renewed_on", "续签日期", a.RenewedOn, a.InForceOn, "生效日期"},
		{Ended, "ended_on", "终止日期", a.EndedOn, a.InForceOn, "生效日期"},
	} {
		switch {
		case !a.passed(d.state):
		case d.on.IsZero():
			l.Add(d.name, "协议已是“%s”，请填写%s", Machine.State(a.State).Label, d.label)
		case d.on.Before(d.after):
			l.Add(d.name, "%s不能早于%s %s", d.label, d.what, d.after)
		}
	}
}

type guardFunc = func(ctx context.Context, tx *db.Tx, a *Agreement) error

func agreementGuards() map[string]guardFunc {
	return map[string]guardFunc{
		"sign": func(ctx context.Context, tx *db.Tx, a *Agreement) error {
			if err := bothSides(ctx, tx, a.ID); err != nil {
				return err
			}
			return a.enter(tx, Signed, "signed_on", "签订日期", &a.SignedOn)
		},
		"enforce": func(ctx context.Context, tx *db.Tx, a *Agreement) error {
			n, err := itemTable.Count(ctx, tx, db.In(db.NewWhere(tx.Tenant).And("agreement_id = ?", a.ID), "kind", []string{Element, Need}), 1)
			if err != nil {
				return err
			}
			if n == 0 {
				return errs.New(errs.State, "agreement.empty", "协议还没有共建方面或需求，不能生效；请先在“共建事项”里至少登记一项")
			}
			return a.enter(tx, Bound, "in_force_on", "生效日期", &a.InForceOn)
		},
		"review": func(_ context.Context, tx *db.Tx, a *Agreement) error {
			a.ReviewedOn = date.Of(tx.Now())
			return nil
		},
		"renew": func(_ context.Context, tx *db.Tx, a *Agreement) error {
			if today := date.Of(tx.Now()); !a.To.IsZero() && !a.To.After(today) {
				return errs.OnField("to", "协议期至 %s，已经到期；请先改为续签后的止日，再点“续签”", a.To)
			}
			a.RenewedOn = date.Of(tx.Now())
			return nil
		},
		"end": func(_ context.Context, tx *db.Tx, a *Agreement) error {
			return a.enter(tx, Ended, "ended_on", "终止日期", &a.EndedOn)
		},
	}
}

// enter dates the step into a state: the day that was filled in, or today. A day still to come is refused, since
// the step is being taken now.
func (a *Agreement) enter(tx *db.Tx, state, name, label string, on *date.Date) error {
	today := date.Of(tx.Now())
	if on.IsZero() {
		*on = today
	}
	if on.After(today) && state != Bound {
		return errs.OnField(name, "%s %s 还没有到；请改为实际日期，或到那天再办理", label, on.String())
	}
	was := a.State
	a.State = state
	var l errs.List
	a.checkDates(&l)
	a.State = was
	return l.Err()
}

// Get reads one agreement.
func Get(ctx context.Context, q db.Q, tenant int64, id ids.ID) (*Agreement, error) {
	return agreementTable.Get(ctx, q, tenant, id)
}
