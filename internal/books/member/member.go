// Package member keeps the member households (成员户) of collectives, as far as the books need them: 内部往来 is kept
// by household.
package member

import (
	"context"
	"strconv"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// Member is one household of a collective. Persons is how many of it are members.
type Member struct {
	db.Row
	No, Name     string
	Collective   ids.ID
	Persons      int
	Joined, Left date.Date
}

var table = &db.Table[Member]{
	Name: "member",
	Cols: []string{"no", "name", "collective_id", "persons", "joined_on", "left_on"},
	Row:  func(m *Member) *db.Row { return &m.Row },
	Ptrs: func(m *Member) []any {
		return []any{&m.No, &m.Name, &m.Collective, &m.Persons, &m.Joined, &m.Left}
	},
}

// maxPersons bounds the size of a household.
const maxPersons = 99

// townAndVillage is where the digits of town and village begin in a division's code.
const townAndVillage = 6

// New describes the noun; "party" must have been registered before.
func New(e *record.Env) *record.Noun[Member] {
	return record.Register(e, &record.Noun[Member]{
		Kind: "member", Label: "成员户", Path: "/members", Icon: "users-group", Key: "no", Order: "no",
		Intro:  "集体经济组织的成员以户登记，内部往来按户核算。",
		Table:  table,
		Title:  func(m *Member) string { return m.Name },
		Detail: func(m *Member) string { return m.No + " " + strconv.Itoa(m.Persons) + " 人" },
		Series: func(m *Member) string { return "CY-" + m.Region[townAndVillage:] },
		Fields: []field.Field[Member]{
			field.NewText("no", "户编号", func(m *Member) *string { return &m.No }).Fix().List().Help("不填自动编号").Eg("CY-103205-0001"),
			field.NewText("name", "户名", func(m *Member) *string { return &m.Name }).Req().List().Eg("张某某户"),
			field.NewRef("collective", "集体经济组织", "party", func(m *Member) *ids.ID { return &m.Collective }).Req().Fix().Show().Filter(),
			field.NewInt("persons", "成员人数", 0, maxPersons, func(m *Member) *int { return &m.Persons }).In("人").List(),
			field.NewDay("joined", "取得成员身份日期", func(m *Member) *date.Date { return &m.Joined }).Col("joined_on").List(),
			field.NewDay("left", "丧失成员身份日期", func(m *Member) *date.Date { return &m.Left }).Col("left_on"),
		},
		Prepare: prepare, Check: check,
	})
}

// prepare puts a household in the division of its collective.
func prepare(ctx context.Context, q db.Q, tenant int64, m *Member) error {
	if m.Collective == 0 {
		return nil
	}
	p, err := party.Get(ctx, q, tenant, m.Collective)
	if err != nil {
		return err
	}
	if p.Kind != party.Collective && p.Kind != party.Group {
		return errs.OnField("collective", "“%s”不是集体经济组织", p.Name)
	}
	m.Region = p.Region
	return nil
}

func check(m *Member) error {
	if !m.Left.IsZero() && m.Left.Before(m.Joined) {
		return errs.OnField("left", "不能早于取得成员身份的日期（%s）", m.Joined)
	}
	return nil
}

// Of lists the households of a collective that are its members on a day, by number.
func Of(ctx context.Context, q db.Q, tenant int64, collective ids.ID, on date.Date) ([]Member, error) {
	w := db.NewWhere(tenant).And("collective_id = ?", collective).And("joined_on <= ?", on).And("(left_on = '' OR left_on > ?)", on)
	return table.All(ctx, q, w, "no, id")
}

// Named finds a household of a collective by its name or number; 0 when there is none.
func Named(ctx context.Context, q db.Q, tenant int64, collective ids.ID, name string) (ids.ID, error) {
	list, err := table.All(ctx, q, db.NewWhere(tenant).And("collective_id = ?", collective).And("(name = ? OR no = ?)", name, name), "no, id")
	if err != nil || len(list) == 0 {
		return 0, err
	}
	return list[0].ID, nil
}
