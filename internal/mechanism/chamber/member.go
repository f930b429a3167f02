package chamber

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// President is the office that a working chamber must have, and only once at a time.
const President = "president"

// Offices are the offices in a chamber.
var Offices = []field.Option{
	{Code: President, Label: "会长"}, {Code: "vice_president", Label: "副会长"}, {Code: "secretary", Label: "秘书长"},
	{Code: "director", Label: "理事"}, {Code: "member", Label: "会员"},
}

// Member is a firm or a person in a chamber, in one office from one day to another, both included.
type Member struct {
	db.Row
	No           string
	Chamber      ids.ID
	Firm, Person ids.ID
	Office       string
	From, To     date.Date
}

var memberTable = &db.Table[Member]{
	Name: "chamber_member",
	Cols: []string{"no", "chamber_id", "firm_id", "person_id", "office", "from_date", "to_date"},
	Row:  func(m *Member) *db.Row { return &m.Row },
	Ptrs: func(m *Member) []any { return []any{&m.No, &m.Chamber, &m.Firm, &m.Person, &m.Office, &m.From, &m.To} },
}

// NewMembers describes the noun; a member belongs to the division of the chamber.
func NewMembers(e *record.Env) *record.Noun[Member] {
	return record.Register(e, &record.Noun[Member]{
		Kind: "chamber_member", Label: "商会会员", Path: "/chamber-members", Icon: "users-group", Key: "no", Order: "no",
		Intro:  "哪些企业和乡贤是商会会员，担任什么职务，从何时到何时。",
		Table:  memberTable,
		Title:  func(m *Member) string { return m.No + " " + field.LabelOf(Offices, m.Office) },
		Series: func(*Member) string { return "SHY" },
		Fields: []field.Field[Member]{
			field.NewText("no", "会员编号", func(m *Member) *string { return &m.No }).Req().List().Help("留空自动编号"),
			field.NewRef("chamber", "商会", "chamber", func(m *Member) *ids.ID { return &m.Chamber }).Req().Fix().Show(),
			field.NewRef("firm", "会员单位", "party", func(m *Member) *ids.ID { return &m.Firm }).Show().Help("单位和个人只填一个"),
			field.NewRef("person", "会员个人", "person", func(m *Member) *ids.ID { return &m.Person }).Show().Help("填人员编号"),
			field.NewEnum("office", "职务", Offices, func(m *Member) *string { return &m.Office }).Req().List().Filter(),
			field.NewDay("from", "开始日期", func(m *Member) *date.Date { return &m.From }).Req().Col("from_date").List(),
			field.NewDay("to", "结束日期", func(m *Member) *date.Date { return &m.To }).Col("to_date").List().Help("含当日；在任的留空"),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, m *Member) error {
			if m.Chamber == 0 {
				return nil
			}
			c, err := chamberTable.Get(ctx, q, tenant, m.Chamber)
			if err == nil {
				m.Region = c.Region
			}
			return err
		},
		Check: func(m *Member) error {
			var l errs.List
			switch {
			case m.Firm == 0 && m.Person == 0:
				l.Add("firm", "请填写会员单位或会员个人")
			case m.Firm != 0 && m.Person != 0:
				l.Add("person", "会员单位和会员个人只能填一个")
			}
			notBefore(&l, "to", m.To, "开始日期", m.From)
			return l.Err()
		},
		CheckTx: checkMemberTx,
	})
}

func checkMemberTx(ctx context.Context, tx *db.Tx, _, m *Member) error {
	c, err := lockChamber(ctx, tx, m.Chamber)
	if err != nil {
		return err
	}
	if c.State == Dissolved && (m.To.IsZero() || m.To.After(c.EndedOn)) {
		return errs.OnField("to", "商会已于%s解散，结束日期不能更晚", c.EndedOn.Chinese())
	}
	if m.Firm != 0 {
		p, err := party.Get(ctx, tx, tx.Tenant, m.Firm)
		if err != nil {
			return err
		}
		if p.Kind != party.Enterprise && p.Kind != party.Coop && p.Kind != party.Household {
			return errs.OnField("firm", "“%s”是%s，会员单位应是企业、合作社或农户（个体）", p.Name, field.LabelOf(party.Kinds, p.Kind))
		}
	}
	col, name, id := "firm_id", "firm", m.Firm
	if m.Person != 0 {
		col, name, id = "person_id", "person", m.Person
	}
	other, err := clash(ctx, tx, m, col+" = ?", id)
	if err != nil {
		return err
	}
	if other != nil {
		return errs.OnField(name, "在此期间已是会员（%s）；换职务时请先填写那一条的结束日期", other.No)
	}
	if m.Office != President {
		return nil
	}
	if other, err = clash(ctx, tx, m, "office = ?", President); err == nil && other != nil {
		return errs.OnField("office", "在此期间已有会长（%s）；请先填写其结束日期", other.No)
	}
	return err
}

// clash finds another membership of the chamber whose days meet m's; nil when there is none.
func clash(ctx context.Context, tx *db.Tx, m *Member, cond string, arg any) (*Member, error) {
	w := db.NewWhere(tx.Tenant).And("chamber_id = ?", m.Chamber).And("id <> ?", m.ID).And(cond, arg).
		And("(to_date = '' OR to_date >= ?)", m.From)
	if !m.To.IsZero() {
		w.And("from_date <= ?", m.To)
	}
	other, err := memberTable.One(ctx, tx, w)
	if errs.Is(err, errs.NotFound) {
		return nil, nil
	}
	return other, err
}

// holding narrows to memberships that hold on a day.
func holding(w *db.Where, day date.Date) *db.Where {
	return w.And("from_date <= ?", day).And("(to_date = '' OR to_date >= ?)", day)
}
