// Package chamber keeps the village chambers (村级商会、企业联合会) and their members. A chamber is an organisation
// of the register with an approval, a charter and a term of office; a village is covered while its chamber works.
package chamber

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// The states of a chamber; one that was renewed (new election) goes on working.
const (
	Preparing = "preparing"
	Approved  = "approved"
	Active    = "active"
	Renewed   = "renewed"
	Dissolved = "dissolved"
)

// Chamber is one chamber. EndedOn is the first day on which it works no more; TermTo is derived.
type Chamber struct {
	db.Row
	Name                 string
	Party                ids.ID
	ApprovalNo           string
	CharterOn            date.Date
	Dues                 string
	FoundedOn            date.Date
	TermYears            int
	TermTo               date.Date
	ApprovedOn, ActiveOn date.Date
	RenewedOn, EndedOn   date.Date
}

// Machine: prepared, approved, active, renewed at each election, dissolved.
var Machine = &fsm.Machine{
	Name: "商会",
	States: []fsm.State{
		{Code: Preparing, Label: "筹备", Tone: "grey"}, {Code: Approved, Label: "已批复", Tone: "azure"},
		{Code: Active, Label: "运行中", Tone: "green"}, {Code: Renewed, Label: "已换届", Tone: "green"},
		{Code: Dissolved, Label: "已解散", Tone: "grey"},
	},
	Events: []fsm.Event{
		{Name: "approve", Label: "批复", From: []string{Preparing}, To: Approved, Verb: "approve"},
		{Name: "activate", Label: "开始运行", From: []string{Approved}, To: Active, Verb: "edit"},
		{Name: "renew", Label: "换届", From: []string{Active, Renewed}, To: Renewed, Verb: "edit"},
		{Name: "dissolve", Label: "解散", From: []string{Preparing, Approved, Active, Renewed}, To: Dissolved, Verb: "approve", Reason: true},
	},
}

var chamberTable = &db.Table[Chamber]{
	Name: "chamber",
	Cols: []string{"name", "party_id", "approval_no", "charter_on", "dues", "founded_on", "term_years", "term_to",
		"approved_on", "active_on", "renewed_on", "ended_on"},
	Row: func(c *Chamber) *db.Row { return &c.Row },
	Ptrs: func(c *Chamber) []any {
		return []any{&c.Name, &c.Party, &c.ApprovalNo, &c.CharterOn, &c.Dues, &c.FoundedOn, &c.TermYears, &c.TermTo,
			&c.ApprovedOn, &c.ActiveOn, &c.RenewedOn, &c.EndedOn}
	},
}

// NewChambers describes the noun; a chamber belongs to the division of its organisation.
func NewChambers(e *record.Env) *record.Noun[Chamber] {
	return record.Register(e, &record.Noun[Chamber]{
		Kind: "chamber", Label: "商会（企业联合会）", Path: "/chambers", Icon: "affiliate", Key: "name", Order: "region",
		Intro: "各村商会（企业联合会）的筹备、批复、运行和换届。先在“单位”里登记商会，再在这里建档。",
		Table: chamberTable, Machine: Machine,
		Title:  func(c *Chamber) string { return c.Name },
		Detail: func(c *Chamber) string { return c.ApprovalNo },
		Fields: []field.Field[Chamber]{
			field.NewText("name", "商会名称", func(c *Chamber) *string { return &c.Name }).Req().List().Eg("示例村商会（企业联合会）"),
			field.NewRef("party", "商会单位", "party", func(c *Chamber) *ids.ID { return &c.Party }).Req().Fix().Help("“单位”里类别为商会（企业联合会）的那一条"),
			field.NewRegion("region", "所在村", func(c *Chamber) *string { return &c.Region }).Derived().List(),
			field.NewText("approval_no", "批复文号", func(c *Chamber) *string { return &c.ApprovalNo }).List(),
			field.NewDay("charter_on", "章程通过日期", func(c *Chamber) *date.Date { return &c.CharterOn }),
			field.NewText("dues", "会费办法", func(c *Chamber) *string { return &c.Dues }).Limit(500),
			field.NewDay("founded_on", "成立日期", func(c *Chamber) *date.Date { return &c.FoundedOn }),
			field.NewInt("term_years", "届期", 0, 10, func(c *Chamber) *int { return &c.TermYears }).In("年").Help("章程规定几年换届一次；0 为未规定"),
			field.NewDay("term_to", "本届到期", func(c *Chamber) *date.Date { return &c.TermTo }).Derived().List(),
			field.NewDay("approved_on", "批复日期", func(c *Chamber) *date.Date { return &c.ApprovedOn }).Stamp(),
			field.NewDay("active_on", "运行日期", func(c *Chamber) *date.Date { return &c.ActiveOn }).Stamp().List(),
			field.NewDay("renewed_on", "换届日期", func(c *Chamber) *date.Date { return &c.RenewedOn }).Stamp(),
			field.NewDay("ended_on", "终止日期", func(c *Chamber) *date.Date { return &c.EndedOn }).Stamp(),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, c *Chamber) error {
			c.setTerm()
			if c.Party == 0 {
				return nil
			}
			p, err := party.Get(ctx, q, tenant, c.Party)
			if err == nil {
				c.Region = p.Region
			}
			return err
		},
		Check:   checkChamber,
		CheckTx: checkChamberTx,
		Guards: map[string]func(context.Context, *db.Tx, *Chamber) error{
			"approve":  func(_ context.Context, tx *db.Tx, c *Chamber) error { stamp(tx, &c.ApprovedOn); return nil },
			"activate": guardActivate,
			"renew": func(_ context.Context, tx *db.Tx, c *Chamber) error {
				c.RenewedOn = today(tx)
				c.setTerm()
				return nil
			},
			"dissolve": func(_ context.Context, tx *db.Tx, c *Chamber) error { stamp(tx, &c.EndedOn); return nil },
		},
	})
}

// setTerm derives when the present officers' term ends.
func (c *Chamber) setTerm() {
	begun := c.RenewedOn
	if begun.IsZero() {
		begun = c.ActiveOn
	}
	c.TermTo = date.Date{}
	if c.TermYears > 0 && !begun.IsZero() {
		c.TermTo = begun.AddMonths(12 * c.TermYears).AddDays(-1)
	}
}

func checkChamber(c *Chamber) error {
	var l errs.List
	for _, r := range []struct {
		name, label string
		day         date.Date
		states      []string
	}{
		{"approved_on", "批复日期", c.ApprovedOn, []string{Approved, Active, Renewed}},
		{"active_on", "运行日期", c.ActiveOn, []string{Active, Renewed}},
		{"renewed_on", "换届日期", c.RenewedOn, []string{Renewed}},
		{"ended_on", "终止日期", c.EndedOn, []string{Dissolved}},
	} {
		for _, s := range r.states {
			if c.State == s && r.day.IsZero() {
				l.Add(r.name, "“%s”的商会须填写%s", Machine.State(s).Label, r.label)
			}
		}
	}
	notBefore(&l, "active_on", c.ActiveOn, "批复日期", c.ApprovedOn)
	notBefore(&l, "renewed_on", c.RenewedOn, "运行日期", c.ActiveOn)
	notBefore(&l, "ended_on", c.EndedOn, "运行日期", c.ActiveOn)
	return l.Err()
}

func checkChamberTx(ctx context.Context, tx *db.Tx, _, c *Chamber) error {
	p, err := party.Get(ctx, tx, tx.Tenant, c.Party)
	if err != nil {
		return err
	}
	if p.Kind != party.Chamber {
		return errs.OnField("party", "“%s”的类别是%s，不是商会（企业联合会）；请先在“单位”里登记商会", p.Name, field.LabelOf(party.Kinds, p.Kind))
	}
	n, err := chamberTable.Count(ctx, tx, db.NewWhere(tx.Tenant).And("party_id = ?", c.Party).And("id <> ?", c.ID), 1)
	switch {
	case err != nil:
		return err
	case n > 0:
		return errs.OnField("party", "“%s”已经建过档案", p.Name)
	case !c.works():
		return nil
	}
	return onlyOne(ctx, tx, c)
}

// works reports whether the chamber works now.
func (c *Chamber) works() bool { return c.State == Active || c.State == Renewed }

// onlyOne refuses a second working chamber of a place; the index chamber_region is the backstop.
func onlyOne(ctx context.Context, tx *db.Tx, c *Chamber) error {
	other, err := chamberTable.One(ctx, tx, db.NewWhere(tx.Tenant).And("region = ?", c.Region).And("id <> ?", c.ID).
		And("state IN ('active', 'renewed')"))
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return errs.OnField("party", "这个地方已有运行中的“%s”；一个村只设一个商会，请先解散原有的", other.Name)
}

func guardActivate(ctx context.Context, tx *db.Tx, c *Chamber) error {
	var l errs.List
	if c.CharterOn.IsZero() {
		l.Add("charter_on", "请先填写章程通过日期")
	}
	if c.Dues == "" {
		l.Add("dues", "请先填写会费办法（不收会费也请写明）")
	}
	if err := l.Err(); err != nil {
		return err
	}
	stamp(tx, &c.ActiveOn)
	led, err := memberTable.Count(ctx, tx, holding(db.NewWhere(tx.Tenant), c.ActiveOn).And("chamber_id = ?", c.ID).And("office = ?", President), 1)
	if err != nil {
		return err
	}
	if led == 0 {
		return errs.New(errs.State, "chamber.no_president", "还没有会长；请先在“会员”里登记会长")
	}
	c.setTerm()
	return onlyOne(ctx, tx, c)
}

func today(tx *db.Tx) date.Date { return date.Of(tx.Now()) }

// stamp fills in the day of an act that happens in the system itself.
func stamp(tx *db.Tx, d *date.Date) {
	if d.IsZero() {
		*d = today(tx)
	}
}

func notBefore(l *errs.List, name string, d date.Date, label string, earlier date.Date) {
	if !d.IsZero() && d.Before(earlier) {
		l.Add(name, "不能早于%s（%s）", label, earlier.Chinese())
	}
}
