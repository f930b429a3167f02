package party

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
)

// Role is a dated role of a person in a party (理事长, 报账员, 会长, 联络员 …).
type Role struct {
	db.Row
	No       string
	Person   ids.ID
	Party    ids.ID
	Role     string
	From, To date.Date
}

var roleTable = &db.Table[Role]{
	Name: "person_role",
	Cols: []string{"no", "person_id", "party_id", "role", "from_date", "to_date"},
	Row:  func(r *Role) *db.Row { return &r.Row },
	Ptrs: func(r *Role) []any { return []any{&r.No, &r.Person, &r.Party, &r.Role, &r.From, &r.To} },
}

// NewRoles describes the noun; a role belongs to the division of the party that it is held in.
func NewRoles(e *record.Env) *record.Noun[Role] {
	return record.Register(e, &record.Noun[Role]{
		Kind: "person_role", Label: "任职", Path: "/person-roles", Icon: "certificate", Key: "no", Order: "no",
		Intro:  "谁在哪个单位担任什么职务，从何时到何时。",
		Table:  roleTable,
		Title:  func(r *Role) string { return r.No + " " + r.Role },
		Series: func(*Role) string { return "RZ" },
		Fields: []field.Field[Role]{
			field.NewText("no", "任职编号", func(r *Role) *string { return &r.No }).Req().List().Help("留空自动编号"),
			field.NewRef("person", "人员", "person", func(r *Role) *ids.ID { return &r.Person }).Req().Fix().Show(),
			field.NewRef("party", "单位", "party", func(r *Role) *ids.ID { return &r.Party }).Req().Fix().Show(),
			field.NewText("role", "职务", func(r *Role) *string { return &r.Role }).Req().List(),
			field.NewDay("from", "开始日期", func(r *Role) *date.Date { return &r.From }).Req().Col("from_date").List(),
			field.NewDay("to", "结束日期", func(r *Role) *date.Date { return &r.To }).Col("to_date").List(),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, r *Role) error {
			if r.Party == 0 {
				return nil
			}
			p, err := Get(ctx, q, tenant, r.Party)
			if err == nil {
				r.Region = p.Region
			}
			return err
		},
		Check: func(r *Role) error {
			if !r.To.IsZero() && r.To.Before(r.From) {
				return errs.OnField("to", "结束日期不能早于开始日期")
			}
			return nil
		},
	})
}
