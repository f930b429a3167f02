package joint

import (
	"context"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
)

var roles = []field.Option{
	{Code: "host", Label: "主办"}, {Code: "partner", Label: "合作"}, {Code: "coordinator", Label: "协调"}, {Code: "funder", Label: "出资"},
}

// Member is one party of a project in one role, from JoinedOn (zero: from the beginning) until the day before
// LeftOn.
type Member struct {
	db.Row
	No               string
	Project, Party   ids.ID
	Role             string
	JoinedOn, LeftOn date.Date
}

var memberTable = &db.Table[Member]{
	Name: "joint_party",
	Cols: []string{"no", "project_id", "party_id", "role", "joined_on", "left_on"},
	Row:  func(m *Member) *db.Row { return &m.Row },
	Ptrs: func(m *Member) []any {
		return []any{&m.No, &m.Project, &m.Party, &m.Role, &m.JoinedOn, &m.LeftOn}
	},
}

// NewParties describes the noun; a party belongs to the division of its project.
func NewParties(e *record.Env) *record.Noun[Member] {
	return record.Register(e, &record.Noun[Member]{
		Kind: "joint_party", Label: "项目参与方", Path: "/joint-parties", Icon: "users-group", Key: "no", Order: "no",
		Intro:  "联建项目由谁主办、谁合作、谁协调、谁出资。",
		Table:  memberTable,
		Title:  func(m *Member) string { return m.No + " " + field.LabelOf(roles, m.Role) },
		Series: func(*Member) string { return "LJF" },
		Fields: []field.Field[Member]{
			field.NewText("no", "参与方编号", func(m *Member) *string { return &m.No }).Req().List().Help("留空自动编号"),
			field.NewRef("project", "联建项目", "joint", func(m *Member) *ids.ID { return &m.Project }).Req().Fix().Show().Filter(),
			field.NewRef("party", "参与方", "party", func(m *Member) *ids.ID { return &m.Party }).Req().Fix().Show().Filter(),
			field.NewEnum("role", "角色", roles, func(m *Member) *string { return &m.Role }).Req().List().Filter(),
			field.NewDay("joined_on", "加入日期", func(m *Member) *date.Date { return &m.JoinedOn }).Help("留空为项目提出时加入"),
			field.NewDay("left_on", "退出日期", func(m *Member) *date.Date { return &m.LeftOn }).Help("从这一天起不再算作参与方"),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, m *Member) error {
			return inherit(ctx, q, tenant, m.Project, &m.Row)
		},
		Check: func(m *Member) error {
			if !m.LeftOn.IsZero() && m.LeftOn.Before(m.JoinedOn) {
				return errs.OnField("left_on", "退出日期不能早于加入日期")
			}
			return nil
		},
		CheckTx: func(ctx context.Context, tx *db.Tx, _, m *Member) error {
			n, err := memberTable.Count(ctx, tx, membership(tx.Tenant, m.Project, m.Party).And("role = ?", m.Role).And("id <> ?", m.ID), 1)
			if err == nil && n > 0 {
				err = errs.OnField("party", "这个单位已经是项目的%s方", field.LabelOf(roles, m.Role))
			}
			return err
		},
		BeforeDelete: keepPayer,
	})
}

func membership(tenant int64, project, party ids.ID) *db.Where {
	return db.NewWhere(tenant).And("project_id = ?", project).And("party_id = ?", party)
}

// keepPayer refuses to remove a party's last role while inputs name it as the payer.
func keepPayer(ctx context.Context, tx *db.Tx, m *Member) error {
	n, err := memberTable.Count(ctx, tx, membership(tx.Tenant, m.Project, m.Party), 2)
	if err != nil || n > 1 {
		return err
	}
	paid, err := inputTable.Count(ctx, tx, db.NewWhere(tx.Tenant).And("project_id = ?", m.Project).And("payer_id = ?", m.Party), 1)
	if err == nil && paid > 0 {
		err = errs.New(errs.State, "joint_party.pays", "这个单位在项目里有投入记录，不能删除；请先处理它的投入，或填写退出日期")
	}
	return err
}

// On reports whether the party takes part on a day.
func (m *Member) On(day date.Date) bool {
	return !m.JoinedOn.After(day) && (m.LeftOn.IsZero() || m.LeftOn.After(day))
}

// openMilestones lists the titles of a project's milestones that are not done.
func openMilestones(ctx context.Context, tx *db.Tx, project ids.ID) ([]string, error) {
	ms, err := milestoneTable.All(ctx, tx, db.NewWhere(tx.Tenant).And("project_id = ?", project).And("state <> ?", Done), "due, no")
	out := make([]string, 0, len(ms))
	for _, m := range ms {
		out = append(out, strings.TrimSpace(m.Title))
	}
	return out, err
}
