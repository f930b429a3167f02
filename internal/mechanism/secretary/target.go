package secretary

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/indicator"
	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

// Evaluator is what targets need of the indicator catalogue.
type Evaluator = indicator.Evaluator

// Target is a goal for an indicator. Its value is computed and never stored. Baseline and Goal are decimal
// text in the indicator's unit (yuan, not fen); Goal may lie below Baseline where less is better.
type Target struct {
	db.Row
	No                      string
	Project                 ids.ID
	Name, Indicator, Params string
	Scopes                  string // codes or names of places; "" is the project's region
	Baseline, Goal          string
	Due                     date.Date
	Weight                  int

	year int // of the project, for the number
}

var targetTable = &db.Table[Target]{
	Name: "secretary_target",
	Cols: []string{"no", "project_id", "name", "indicator", "params", "scopes", "baseline", "goal", "due", "weight"},
	Row:  func(t *Target) *db.Row { return &t.Row },
	Ptrs: func(t *Target) []any {
		return []any{&t.No, &t.Project, &t.Name, &t.Indicator, &t.Params, &t.Scopes, &t.Baseline, &t.Goal, &t.Due, &t.Weight}
	},
}

// NewTargets describes the noun; a target belongs to the division of its project.
func NewTargets(e *record.Env, cat Evaluator) *record.Noun[Target] {
	unit := field.NewText[Target]("unit", "单位", nil).Derived().Show()
	unit.Column, unit.Sortable = "", false
	unit.Get = func(t *Target) string {
		in, err := cat.Get(t.Indicator)
		if err != nil {
			return ""
		}
		return in.Unit.Label()
	}
	return record.Register(e, &record.Noun[Target]{
		Kind: "target", Label: "项目目标", Path: "/targets", Icon: "target-arrow", Key: "no", Order: "no",
		Intro:  "项目要达到的数字：选定指标、基期值和目标值，当前值由系统按台账计算，不能手工填报。",
		Table:  targetTable,
		Title:  func(t *Target) string { return t.Name },
		Detail: func(t *Target) string { return t.No + " " + t.Indicator },
		Series: func(t *Target) string { return "SJMB-" + strconv.Itoa(t.year) },
		Fields: []field.Field[Target]{
			field.NewText("no", "目标编号", func(t *Target) *string { return &t.No }).Req().Fix().List().Help("留空自动编号").Eg("SJMB-2021-0001"),
			field.NewRef("project", "书记项目", "project", func(t *Target) *ids.ID { return &t.Project }).Req().Fix().Show().Filter(),
			field.NewText("name", "目标", func(t *Target) *string { return &t.Name }).Req().List(),
			field.NewEnum("indicator", "指标", cat.Options(), func(t *Target) *string { return &t.Indicator }).Req().Show(),
			field.NewText("params", "参数", func(t *Target) *string { return &t.Params }).Help("写成 名称=值；多个之间用分号隔开").Limit(1000),
			field.NewText("scopes", "取数范围", func(t *Target) *string { return &t.Scopes }).Help("村名或 12 位代码，用顿号分隔；留空为项目所属地区").Limit(1000),
			unit,
			field.NewText("baseline", "基期值", func(t *Target) *string { return &t.Baseline }).Help("按指标的单位填写数字，留空为 0").Show(),
			field.NewText("goal", "目标值", func(t *Target) *string { return &t.Goal }).Req().Help("按指标的单位填写数字，金额以元为单位").Show(),
			field.NewDay("due", "应达到日期", func(t *Target) *date.Date { return &t.Due }).Req().List(),
			field.NewInt("weight", "权重", 0, maxWeight, func(t *Target) *int { return &t.Weight }).List().Help("在本项目各目标中的份量，留空为 1"),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, t *Target) (err error) {
			t.Weight = max(t.Weight, 1)
			t.Region, t.year, err = inherit(ctx, q, tenant, t.Project, t.Region)
			return err
		},
		Check: func(t *Target) error { return checkTarget(cat, t) },
		CheckTx: func(ctx context.Context, tx *db.Tx, old, t *Target) error {
			return checkTargetTx(ctx, tx, e.Regions, old, t)
		},
		BeforeDelete: func(ctx context.Context, tx *db.Tx, t *Target) error { return planFixed(ctx, tx, t.Project) },
	})
}

// checkTarget also brings both values to their canonical text.
func checkTarget(cat Evaluator, t *Target) error {
	var l errs.List
	_, err := indicator.ParseParams(t.Params)
	l.Merge("params", err)
	in, err := cat.Get(t.Indicator)
	if err != nil {
		l.Merge("indicator", err)
		return l.Err()
	}
	l.Merge("goal", in.SettleGoal(&t.Baseline, &t.Goal))
	return l.Err()
}

func checkTargetTx(ctx context.Context, tx *db.Tx, regions *region.Service, old, t *Target) error {
	var l errs.List
	if _, err := t.Places(ctx, regions); !l.Merge("scopes", err) {
		return err
	}
	if old == nil {
		return l.Err()
	}
	changed := ""
	switch {
	case old.Goal != t.Goal:
		changed = "goal"
	case old.Baseline != t.Baseline:
		changed = "baseline"
	case old.Indicator != t.Indicator:
		changed = "indicator"
	case old.Params != t.Params:
		changed = "params"
	case old.Scopes != t.Scopes:
		changed = "scopes"
	case old.Due != t.Due:
		changed = "due"
	case old.Weight != t.Weight:
		changed = "weight"
	}
	if changed != "" {
		if err := planFixed(ctx, tx, t.Project); !l.Merge(changed, err) {
			return err
		}
	}
	return l.Err()
}

// Places resolves the places that the target is evaluated over; they must lie within the project's region, so
// that nobody claims another's results.
func (t *Target) Places(ctx context.Context, regions *region.Service) ([]string, error) {
	var out []string
	for part := range strings.FieldsFuncSeq(t.Scopes, func(r rune) bool { return strings.ContainsRune("、,，;； \n", r) }) {
		r, err := regions.Resolve(ctx, part, t.Region)
		if err != nil {
			return nil, err
		}
		if !code.Within(r.Code, t.Region) {
			return nil, errs.New(errs.Invalid, "target.scope", "“%s”不在项目所属地区之内", part)
		}
		if !slices.Contains(out, r.Code) {
			out = append(out, r.Code)
		}
	}
	if len(out) == 0 {
		return []string{t.Region}, nil
	}
	return out, nil
}
