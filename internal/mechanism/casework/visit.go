package casework

import (
	"context"
	"fmt"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// Visit is a visit to a firm by an officer of a unit.
type Visit struct {
	db.Row
	No                string
	Campaign, Officer ids.ID
	OfficerRole       string
	Firm              ids.ID
	On                date.Date
	Place, Notes      string
}

// VisitMachine is the life of a visit; only a visit that was made counts.
var VisitMachine = &fsm.Machine{
	Name: "走访",
	States: []fsm.State{
		{Code: "planned", Label: "计划中", Tone: "azure"}, {Code: "done", Label: "已走访", Tone: "green"}, {Code: "cancelled", Label: "已取消", Tone: "grey", Side: true},
	},
	Events: []fsm.Event{
		{Name: "done", Label: "完成走访", From: []string{"planned"}, To: "done", Verb: "edit"},
		{Name: "cancel", Label: "取消走访", From: []string{"planned"}, To: "cancelled", Verb: "edit", Reason: true},
	},
}

var visitTable = &db.Table[Visit]{
	Name: "visit",
	Cols: []string{"no", "campaign_id", "officer_id", "officer_role", "firm_id", "on_date", "place", "notes"},
	Row:  func(v *Visit) *db.Row { return &v.Row },
	Ptrs: func(v *Visit) []any {
		return []any{&v.No, &v.Campaign, &v.Officer, &v.OfficerRole, &v.Firm, &v.On, &v.Place, &v.Notes}
	},
}

// NewVisits describes the noun; a visit lies where the firm lies unless a place is given.
func NewVisits(e *record.Env) *record.Noun[Visit] {
	return record.Register(e, &record.Noun[Visit]{
		Kind: "visit", Label: "走访", Path: "/visits", Icon: "walk", Key: "no", Order: "-on_date",
		Intro: "登记谁在哪天走访了哪家企业、听到了什么，再把企业的诉求逐条登记。",
		Table: visitTable, Machine: VisitMachine,
		Title:  func(v *Visit) string { return v.No + " " + v.On.Chinese() + "走访" },
		Detail: func(v *Visit) string { return v.OfficerRole + " " + v.Place },
		Series: func(v *Visit) string { return fmt.Sprintf("ZF-%d", v.On.Year()) },
		Fields: []field.Field[Visit]{
			field.NewText("no", "走访编号", func(v *Visit) *string { return &v.No }).Req().List().Help("留空自动编号"),
			field.NewRef("campaign", "走访活动", "campaign", func(v *Visit) *ids.ID { return &v.Campaign }).Show(),
			field.NewRef("officer", "走访单位", "party", func(v *Visit) *ids.ID { return &v.Officer }).Req().Show(),
			field.NewText("officer_role", "走访人（职务）", func(v *Visit) *string { return &v.OfficerRole }).Req(),
			field.NewRef("firm", "走访企业", "party", func(v *Visit) *ids.ID { return &v.Firm }).Req().Show(),
			field.NewRegion("region", "所在地区", func(v *Visit) *string { return &v.Region }).List().Help("留空取企业所在地区"),
			field.NewDay("on_date", "走访日期", func(v *Visit) *date.Date { return &v.On }).Req().List(),
			field.NewText("place", "地点", func(v *Visit) *string { return &v.Place }),
			field.NewLong("notes", "走访记录", func(v *Visit) *string { return &v.Notes }),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, v *Visit) (err error) {
			v.Region, err = placeOf(ctx, q, tenant, v.Region, v.Firm)
			return err
		},
		Check: func(v *Visit) error {
			if v.State == "done" && v.Notes == "" {
				return errs.OnField("notes", "已走访的请填写走访记录")
			}
			return nil
		},
		CheckTx: checkVisitTx,
		Guards: map[string]func(context.Context, *db.Tx, *Visit) error{
			"done": func(_ context.Context, tx *db.Tx, v *Visit) error {
				if v.Notes == "" {
					return errs.OnField("notes", "完成走访前，请先填写走访记录")
				}
				return notAfterToday("on_date", v.On, tx)
			},
		},
	})
}

// placeOf gives a record without a division that of its firm.
func placeOf(ctx context.Context, q db.Q, tenant int64, region string, firm ids.ID) (string, error) {
	if region != "" || firm == 0 {
		return region, nil
	}
	p, err := party.Get(ctx, q, tenant, firm)
	if err != nil {
		return "", err
	}
	return p.Region, nil
}

func notAfterToday(name string, d date.Date, tx *db.Tx) error {
	if today := date.Of(tx.Now()); d.After(today) {
		return errs.OnField(name, "不能晚于今天（%s）", today)
	}
	return nil
}

func checkVisitTx(ctx context.Context, tx *db.Tx, _, v *Visit) error {
	var l errs.List
	if v.State == "done" {
		l.Merge("on_date", notAfterToday("on_date", v.On, tx))
	}
	if v.Campaign != 0 {
		c, err := campaignTable.Get(ctx, tx, tx.Tenant, v.Campaign)
		if err != nil {
			return err
		}
		if v.On.Before(c.From) || !c.To.IsZero() && v.On.After(c.To) {
			l.Add("on_date", "不在活动期间内（%s 至 %s）", c.From, c.To)
		}
		if !code.Within(v.Region, c.Region) {
			l.Add("campaign", "“%s”不在这个地区开展", c.Name)
		}
	}
	return l.Err()
}
