package pairing

import (
	"context"
	"slices"
	"strings"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// The sides of an agreement.
const (
	Own   = "own"
	Other = "other"
)

var sides = []field.Option{{Code: Own, Label: "村方"}, {Code: Other, Label: "对方"}}

// Member is one party of an agreement, from JoinedOn (zero: from the beginning) until the day before LeftOn.
type Member struct {
	db.Row
	No               string
	Agreement, Party ids.ID
	Side, PartyOrg   string
	JoinedOn, LeftOn date.Date
}

var memberTable = &db.Table[Member]{
	Name: "agreement_party",
	Cols: []string{"no", "agreement_id", "party_id", "side", "party_org", "joined_on", "left_on"},
	Row:  func(m *Member) *db.Row { return &m.Row },
	Ptrs: func(m *Member) []any {
		return []any{&m.No, &m.Agreement, &m.Party, &m.Side, &m.PartyOrg, &m.JoinedOn, &m.LeftOn}
	},
}

// villageKinds are the organisations that act for a village.
var villageKinds = []string{party.Collective, party.Committee, party.PartyOrg}

// mayJoin says which kinds of party stand on which side of each axis.
var mayJoin = map[string]map[string][]string{
	VillageVillage:    {Own: villageKinds, Other: villageKinds},
	VillageEnterprise: {Own: villageKinds, Other: {party.Enterprise, party.Coop, party.Chamber, party.Household}},
	VillageDepartment: {Own: villageKinds, Other: {party.Department, party.Government, party.PartyOrg}},
	FirmDepartment:    {Own: {party.Enterprise, party.Coop}, Other: {party.Department, party.Government, party.PartyOrg}},
}

// NewParties describes the noun; a party belongs to the division of its agreement.
func NewParties(e *record.Env) *record.Noun[Member] {
	return record.Register(e, &record.Noun[Member]{
		Kind: "agreement_party", Label: "协议参与方", Path: "/agreement-parties", Icon: "users-group", Key: "no", Order: "no",
		Intro:  "结对协议的各方：村方和对方各至少一个，才能签订。",
		Table:  memberTable,
		Title:  func(m *Member) string { return strings.TrimSpace(m.No + " " + m.PartyOrg) },
		Series: func(*Member) string { return "GJF" },
		Fields: []field.Field[Member]{
			field.NewText("no", "参与方编号", func(m *Member) *string { return &m.No }).Req().List().Help("留空自动编号"),
			field.NewRef("agreement", "结对协议", "agreement", func(m *Member) *ids.ID { return &m.Agreement }).Req().Fix().Show().Filter(),
			field.NewRef("party", "参与方", "party", func(m *Member) *ids.ID { return &m.Party }).Req().Fix().Show().Filter(),
			field.NewEnum("side", "哪一方", sides, func(m *Member) *string { return &m.Side }).Req().Fix().List().Filter().Help("企业与部门共建时，企业填“村方”一侧"),
			field.NewText("party_org", "党组织", func(m *Member) *string { return &m.PartyOrg }).List().Eg("中共示例公司支部委员会"),
			field.NewDay("joined_on", "加入日期", func(m *Member) *date.Date { return &m.JoinedOn }).Help("留空为协议生效时加入"),
			field.NewDay("left_on", "退出日期", func(m *Member) *date.Date { return &m.LeftOn }).Help("从这一天起不再算作参与方"),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, m *Member) error {
			return inherit(ctx, q, tenant, m.Agreement, &m.Row)
		},
		Check: func(m *Member) error {
			if !m.LeftOn.IsZero() && m.LeftOn.Before(m.JoinedOn) {
				return errs.OnField("left_on", "退出日期不能早于加入日期")
			}
			return nil
		},
		CheckTx: checkMember,
		BeforeDelete: func(ctx context.Context, tx *db.Tx, m *Member) error {
			a, err := Get(ctx, tx, tx.Tenant, m.Agreement)
			if err == nil && a.State != Draft {
				err = errs.New(errs.State, "agreement_party.signed", "协议“%s”已经签订，不能删除参与方；如有退出，请填写退出日期", a.Name)
			}
			return err
		},
	})
}

// inherit gives a child its agreement's division.
func inherit(ctx context.Context, q db.Q, tenant int64, agreement ids.ID, row *db.Row) error {
	if agreement == 0 {
		return nil
	}
	a, err := Get(ctx, q, tenant, agreement)
	if err == nil {
		row.Region = a.Region
	}
	return err
}

// checkMember refuses a party on the wrong side, from another village, or twice.
func checkMember(ctx context.Context, tx *db.Tx, old, m *Member) error {
	if old != nil {
		return nil // agreement, party and side are fixed
	}
	a, err := Get(ctx, tx, tx.Tenant, m.Agreement)
	if err != nil {
		return err
	}
	p, err := party.Get(ctx, tx, tx.Tenant, m.Party)
	if err != nil {
		return err
	}
	n, err := memberTable.Count(ctx, tx, db.NewWhere(tx.Tenant).And("agreement_id = ?", m.Agreement).And("party_id = ?", m.Party), 1)
	if err != nil {
		return err
	}
	kinds := mayJoin[a.Axis][m.Side]
	switch {
	case n > 0:
		return errs.OnField("party", "“%s”已经是这份协议的参与方", p.Name)
	case !slices.Contains(kinds, p.Kind):
		return errs.OnField("party", "“%s”是%s；%s协议的%s应为%s", p.Name, field.LabelOf(party.Kinds, p.Kind),
			field.LabelOf(Axes, a.Axis), field.LabelOf(sides, m.Side), kindLabels(kinds))
	case a.Axis != FirmDepartment && m.Side == Own && p.Region != a.Region:
		return errs.OnField("party", "村方应是协议所属村的组织，“%s”属于别的地区", p.Name)
	case a.Axis == VillageVillage && m.Side == Other && code.Level(p.Region) != code.TierVillage:
		return errs.OnField("party", "村村结对的对方应是另一个村的组织，“%s”不在村一级", p.Name)
	case a.Axis == VillageVillage && m.Side == Other && p.Region == a.Region:
		return errs.OnField("party", "“%s”与村方同属一个村，请选择另一个村的组织", p.Name)
	}
	return nil
}

func kindLabels(kinds []string) string {
	var out []string
	for _, k := range kinds {
		out = append(out, field.LabelOf(party.Kinds, k))
	}
	return strings.Join(out, "、")
}

// bothSides refuses to sign an agreement that lacks a side.
func bothSides(ctx context.Context, tx *db.Tx, agreement ids.ID) error {
	ms, err := memberTable.All(ctx, tx, db.NewWhere(tx.Tenant).And("agreement_id = ?", agreement), "no")
	if err != nil {
		return err
	}
	for _, side := range sides {
		if !slices.ContainsFunc(ms, func(m Member) bool { return m.Side == side.Code }) {
			return errs.New(errs.State, "agreement.one_sided", "协议还没有%s，不能签订；请先在“协议参与方”里把双方都登记上", side.Label)
		}
	}
	return nil
}

// On reports whether the party takes part on a day on which its agreement is in force.
func (m *Member) On(day date.Date) bool {
	return !m.JoinedOn.After(day) && (m.LeftOn.IsZero() || m.LeftOn.After(day))
}
