package secretary

import (
	"context"
	"strconv"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
)

// NextStep is what a project's unit means to do next (下一步打算), always with a target that can be looked at
// later.
type NextStep struct {
	db.Row
	No             string
	Project        ids.ID
	Title, Content string
	Mechanism      string // may be ""
	Target         string
	Indicator      string // in which the target is measured; may be ""
	Stated         date.Date
	Year           int // in which it is to be carried out
}

var nextStepTable = &db.Table[NextStep]{
	Name: "secretary_next_step",
	Cols: []string{"no", "project_id", "title", "content", "mechanism", "target", "indicator", "stated_on", "year"},
	Row:  func(s *NextStep) *db.Row { return &s.Row },
	Ptrs: func(s *NextStep) []any {
		return []any{&s.No, &s.Project, &s.Title, &s.Content, &s.Mechanism, &s.Target, &s.Indicator, &s.Stated, &s.Year}
	},
}

// NewNextSteps describes the noun; a next step belongs to the division of its project.
func NewNextSteps(e *record.Env, cat Evaluator) *record.Noun[NextStep] {
	return record.Register(e, &record.Noun[NextStep]{
		Kind: "next_step", Label: "下一步打算", Path: "/next-steps", Icon: "arrow-right-circle", Key: "no", Order: "no",
		Intro:  "项目之后接着做什么：每一项都写明目标，便于来年对照。",
		Table:  nextStepTable,
		Title:  func(s *NextStep) string { return s.Title },
		Detail: func(s *NextStep) string { return s.No + " " + s.Target },
		Series: func(s *NextStep) string { return "SJXB-" + strconv.Itoa(max(s.Stated.Year(), 1978)) },
		Fields: []field.Field[NextStep]{
			field.NewText("no", "编号", func(s *NextStep) *string { return &s.No }).Req().Fix().List().Help("留空自动编号").Eg("SJXB-2021-0001"),
			field.NewRef("project", "书记项目", "project", func(s *NextStep) *ids.ID { return &s.Project }).Req().Fix().Show().Filter(),
			field.NewText("title", "工程（任务）", func(s *NextStep) *string { return &s.Title }).Req().List(),
			field.NewLong("content", "内容", func(s *NextStep) *string { return &s.Content }),
			field.NewEnum("mechanism", "机制", Mechanisms, func(s *NextStep) *string { return &s.Mechanism }).List().Filter(),
			field.NewText("target", "目标", func(s *NextStep) *string { return &s.Target }).Req().Show().Limit(400),
			field.NewEnum("indicator", "指标", cat.Options(), func(s *NextStep) *string { return &s.Indicator }).Help("能用指标衡量的，选一个指标"),
			field.NewDay("stated", "提出日期", func(s *NextStep) *date.Date { return &s.Stated }).Req().Col("stated_on").List(),
			field.NewInt("year", "实施年度", 0, 2200, func(s *NextStep) *int { return &s.Year }).List().Help("留空为提出的次年"),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, s *NextStep) (err error) {
			if s.Year == 0 && !s.Stated.IsZero() {
				s.Year = s.Stated.Year() + 1
			}
			s.Region, _, err = inherit(ctx, q, tenant, s.Project, s.Region)
			return err
		},
		Check: func(s *NextStep) error {
			var l errs.List
			if s.Indicator != "" {
				_, err := cat.Get(s.Indicator)
				l.Merge("indicator", err)
			}
			if s.Year < s.Stated.Year() {
				l.Add("year", "实施年度不能早于提出日期（%s）", s.Stated)
			}
			return l.Err()
		},
		CheckTx: func(_ context.Context, tx *db.Tx, _, s *NextStep) error {
			return notAhead(tx, dated{"stated", s.Stated})
		},
	})
}
