package attract

import (
	"context"
	"fmt"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
)

// Meeting is a meeting of a temporary Party body: reports heard, information judged, what was concluded.
type Meeting struct {
	db.Row
	No                  string
	Body                ids.ID
	On                  date.Date
	Place               string
	Attendance          int
	Agenda, Conclusions string
}

var meetingTable = &db.Table[Meeting]{
	Name: "body_meeting",
	Cols: []string{"no", "body_id", "on_date", "place", "attendance", "agenda", "conclusions"},
	Row:  func(m *Meeting) *db.Row { return &m.Row },
	Ptrs: func(m *Meeting) []any {
		return []any{&m.No, &m.Body, &m.On, &m.Place, &m.Attendance, &m.Agenda, &m.Conclusions}
	},
}

// NewMeetings describes the noun; meetings lie where their body lies and follow it.
func NewMeetings(e *record.Env, bodies *record.Noun[Body]) *record.Noun[Meeting] {
	n := record.Register(e, &record.Noun[Meeting]{
		Kind: "body_meeting", Label: "临时党组织会议", Path: "/body-meetings", Icon: "notes", Key: "no", Order: "-on_date",
		Intro:  "记录临时党组织听取汇报、分析研判项目信息的会议和形成的结论。",
		Table:  meetingTable,
		Title:  func(m *Meeting) string { return m.No + " " + m.On.Chinese() + "会议" },
		Detail: func(m *Meeting) string { return m.Agenda },
		Series: func(m *Meeting) string { return fmt.Sprintf("HY-%d", m.On.Year()) },
		Fields: []field.Field[Meeting]{
			field.NewText("no", "会议编号", func(m *Meeting) *string { return &m.No }).Req().List().Help("留空自动编号"),
			field.NewRef("body", "临时党组织", "party_body", func(m *Meeting) *ids.ID { return &m.Body }).Req().Fix().Show(),
			field.NewDay("on_date", "会议日期", func(m *Meeting) *date.Date { return &m.On }).Req().List(),
			field.NewText("place", "地点", func(m *Meeting) *string { return &m.Place }),
			field.NewInt("attendance", "参会人数", 0, 10_000, func(m *Meeting) *int { return &m.Attendance }).In("人"),
			field.NewLong("agenda", "议题", func(m *Meeting) *string { return &m.Agenda }).Req().Show(),
			field.NewLong("conclusions", "会议结论", func(m *Meeting) *string { return &m.Conclusions }),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, m *Meeting) error {
			if m.Body == 0 {
				return nil
			}
			b, err := bodyTable.Get(ctx, q, tenant, m.Body)
			if err == nil {
				m.Region = b.Region
			}
			return err
		},
		CheckTx: checkMeetingTx,
	})
	bodies.After = func(ctx context.Context, tx *db.Tx, old, b *Body) error {
		if old == nil || old.Region == b.Region {
			return nil
		}
		return follow(ctx, tx, n, "body_id", b.ID)
	}
	return n
}

func checkMeetingTx(ctx context.Context, tx *db.Tx, _, m *Meeting) error {
	b, err := bodyTable.Get(ctx, tx, tx.Tenant, m.Body)
	if err != nil {
		return err
	}
	today := date.Of(tx.Now())
	switch {
	case b.State == "proposed" || b.ApprovedOn.IsZero():
		return errs.OnField("body", "“%s”还没有批准，批准后才能登记会议", b.Name)
	case m.On.Before(b.ApprovedOn):
		return errs.OnField("on_date", "会议日期不能早于临时党组织的批准日期 %s", b.ApprovedOn)
	case !b.EndedOn.IsZero() && m.On.After(b.EndedOn):
		return errs.OnField("on_date", "临时党组织已于 %s 终止，会议日期不能在这之后", b.EndedOn)
	case m.On.After(today):
		return errs.OnField("on_date", "会议召开后再登记，不能晚于今天（%s）", today)
	}
	return nil
}
