// Package joint keeps the projects that villages carry out together with enterprises and departments (联建项目):
// who takes part, who puts in what, the milestones, and the income that the village expects and receives. What
// was agreed and what has come in stand apart everywhere, and each step of a project's life keeps its date, so
// that every figure can be asked for any day.
package joint

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/mechanism/pairing"
	"huicun/internal/registry/record"
)

// Works are the fields of work that a project belongs to.
var Works = []field.Option{
	{Code: "farm_sales", Label: "农产品营销"}, {Code: "labour", Label: "劳务外包"}, {Code: "property", Label: "物业服务"},
	{Code: "business", Label: "业务合作"}, {Code: "greenhouse", Label: "设施农业"}, {Code: "tourism", Label: "文旅"},
	{Code: "ecommerce", Label: "电商"}, {Code: "other", Label: "其他"},
}

// Project is one joint project. The dates from AgreedOn on count once the state has reached them; before that
// they are what people intend.
type Project struct {
	db.Row
	No, Name                                                                     string
	Agreement                                                                    ids.ID
	Work, Goal                                                                   string
	PlannedFrom, PlannedTo                                                       date.Date
	ProposedOn, AgreedOn, PreparedOn, StartedOn, DoneOn, OperatedOn, EvaluatedOn date.Date
	StoppedOn                                                                    date.Date
}

var projectTable = &db.Table[Project]{
	Name: "joint",
	Cols: []string{"no", "name", "agreement_id", "field", "goal", "planned_from", "planned_to", "proposed_on", "agreed_on",
		"prepared_on", "started_on", "done_on", "operated_on", "evaluated_on", "stopped_on"},
	Row: func(p *Project) *db.Row { return &p.Row },
	Ptrs: func(p *Project) []any {
		return []any{&p.No, &p.Name, &p.Agreement, &p.Work, &p.Goal, &p.PlannedFrom, &p.PlannedTo, &p.ProposedOn, &p.AgreedOn,
			&p.PreparedOn, &p.StartedOn, &p.DoneOn, &p.OperatedOn, &p.EvaluatedOn, &p.StoppedOn}
	},
}

// NewProjects describes the noun.
func NewProjects(e *record.Env) *record.Noun[Project] {
	const auto = "留空则以办理当天为准"
	return record.Register(e, &record.Noun[Project]{
		Kind: "joint", Label: "联建项目", Path: "/joint-projects", Icon: "building-factory-2", Key: "no", Order: "-no",
		Intro: "村与企业、部门共同实施的项目：谁出资、出地、出技术，进展到哪一步，预计和实际带来多少收入。",
		Table: projectTable, Machine: Machine,
		Title:  func(p *Project) string { return p.Name },
		Detail: func(p *Project) string { return p.No + " " + field.LabelOf(Works, p.Work) },
		Series: func(p *Project) string { return "LJ-" + strconv.Itoa(p.ProposedOn.Year()) },
		Fields: []field.Field[Project]{
			field.NewText("no", "项目编号", func(p *Project) *string { return &p.No }).Req().List().Help("留空自动编号").Eg("LJ-2021-0001"),
			field.NewText("name", "项目名称", func(p *Project) *string { return &p.Name }).Req().List().Eg("示例村连体大棚项目"),
			field.NewRegion("region", "所属村", func(p *Project) *string { return &p.Region }).Req().Fix().List(),
			field.NewRef("agreement", "结对协议", "agreement", func(p *Project) *ids.ID { return &p.Agreement }).Show(),
			field.NewEnum("field", "合作领域", Works, func(p *Project) *string { return &p.Work }).Req().List().Filter(),
			field.NewLong("goal", "目标", func(p *Project) *string { return &p.Goal }),
			field.NewDay("planned_from", "计划开始", func(p *Project) *date.Date { return &p.PlannedFrom }),
			field.NewDay("planned_to", "计划完成", func(p *Project) *date.Date { return &p.PlannedTo }).List(),
			field.NewDay("proposed_on", "提出日期", func(p *Project) *date.Date { return &p.ProposedOn }).Req(),
			field.NewDay("agreed_on", "商定日期", func(p *Project) *date.Date { return &p.AgreedOn }).Stamp().Help(auto),
			field.NewDay("prepared_on", "筹备日期", func(p *Project) *date.Date { return &p.PreparedOn }).Stamp().Help(auto + "；从这一天起算稳步推进"),
			field.NewDay("started_on", "开工日期", func(p *Project) *date.Date { return &p.StartedOn }).Stamp().List().Help(auto),
			field.NewDay("done_on", "完成日期", func(p *Project) *date.Date { return &p.DoneOn }).Stamp().Help(auto + "；从这一天起不再算推进中"),
			field.NewDay("operated_on", "投入运营日期", func(p *Project) *date.Date { return &p.OperatedOn }).Stamp().Help(auto),
			field.NewDay("evaluated_on", "评价日期", func(p *Project) *date.Date { return &p.EvaluatedOn }).Stamp().Help(auto),
			field.NewDay("stopped_on", "中止日期", func(p *Project) *date.Date { return &p.StoppedOn }).Stamp().Help(auto),
		},
		Check: checkProject,
		CheckTx: func(ctx context.Context, tx *db.Tx, old, p *Project) error {
			if p.Agreement == 0 || old != nil && old.Agreement == p.Agreement {
				return nil
			}
			return checkAgreement(ctx, tx, e, p)
		},
		Guards: guards(),
	})
}

func checkProject(p *Project) error {
	var l errs.List
	if code.Level(p.Region) < code.TierTown {
		l.Add("region", "联建项目应登记在村（社区）或镇上")
	}
	if !p.PlannedTo.IsZero() && p.PlannedTo.Before(p.PlannedFrom) {
		l.Add("planned_to", "计划完成日期不能早于计划开始日期 %s", p.PlannedFrom)
	}
	p.checkSteps(&l)
	return l.Err()
}

// checkAgreement accepts a signed agreement of the project's own village.
func checkAgreement(ctx context.Context, tx *db.Tx, e *record.Env, p *Project) error {
	a, err := pairing.Get(ctx, tx, tx.Tenant, p.Agreement)
	if err != nil {
		return err
	}
	if a.State == pairing.Draft || a.State == pairing.Void {
		return errs.OnField("agreement", "协议“%s”还是“%s”，请选择已签订的协议", a.Name, pairing.Machine.State(a.State).Label)
	}
	vs, err := pairing.Villages(ctx, tx, e, a, date.Of(tx.Now()))
	if err != nil {
		return err
	}
	if !code.Within(p.Region, a.Region) && !slices.Contains(vs, p.Region) {
		return errs.OnField("agreement", "协议“%s”的参与方里没有这个村，请选择本村的协议", a.Name)
	}
	return nil
}

type guardFunc = func(ctx context.Context, tx *db.Tx, p *Project) error

func guards() map[string]guardFunc {
	g := map[string]guardFunc{
		"start": func(ctx context.Context, tx *db.Tx, p *Project) error {
			w := func() *db.Where { return db.NewWhere(tx.Tenant).And("project_id = ?", p.ID) }
			n, err := inputTable.Count(ctx, tx, w(), 1)
			if err != nil {
				return err
			}
			m, err := milestoneTable.Count(ctx, tx, w(), 1)
			if err == nil && n+m == 0 {
				err = errs.New(errs.State, "joint.nothing_planned", "项目还没有登记投入，也没有节点，不能开工；请先在“项目投入”或“项目节点”里至少登记一项")
			}
			return err
		},
		"finish": func(ctx context.Context, tx *db.Tx, p *Project) error {
			open, err := openMilestones(ctx, tx, p.ID)
			if err == nil && len(open) > 0 {
				err = errs.New(errs.State, "joint.milestones_open", "还有 %d 个节点没有完成（%s）；请先完成节点，或选“带未完节点完成”并说明理由", len(open), strings.Join(open, "、"))
			}
			return err
		},
		"stop": func(_ context.Context, tx *db.Tx, p *Project) error { return p.stop(date.Of(tx.Now())) },
	}
	for i, s := range steps {
		for _, event := range s.events {
			first := g[event]
			g[event] = func(ctx context.Context, tx *db.Tx, p *Project) error {
				if first != nil {
					if err := first(ctx, tx, p); err != nil {
						return err
					}
				}
				return p.enter(i, date.Of(tx.Now()))
			}
		}
	}
	return g
}

// Get reads one project.
func Get(ctx context.Context, q db.Q, tenant int64, id ids.ID) (*Project, error) {
	return projectTable.Get(ctx, q, tenant, id)
}

// inherit gives a child its project's division.
func inherit(ctx context.Context, q db.Q, tenant int64, project ids.ID, row *db.Row) error {
	if project == 0 {
		return nil
	}
	p, err := Get(ctx, q, tenant, project)
	if err == nil {
		row.Region = p.Region
	}
	return err
}
