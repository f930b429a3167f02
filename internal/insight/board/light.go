package board

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/registry/record"
)

// The lights.
const (
	Green  = "green"
	Yellow = "yellow"
	Red    = "red"
)

// LightRule says how many percentage points a project may lie behind its plan before its light turns: more than
// YellowLag is yellow, more than RedLag red.
type LightRule struct {
	db.Row
	Name              string
	YellowLag, RedLag int
	From, To          date.Date
}

var lightTable = &db.Table[LightRule]{
	Name: "light_rule",
	Cols: []string{"name", "yellow_lag", "red_lag", "valid_from", "valid_to"},
	Row:  func(r *LightRule) *db.Row { return &r.Row },
	Ptrs: func(r *LightRule) []any { return []any{&r.Name, &r.YellowLag, &r.RedLag, &r.From, &r.To} },
}

// NewLightRules describes the noun.
func NewLightRules(e *record.Env) *record.Noun[LightRule] {
	return record.Register(e, &record.Noun[LightRule]{
		Kind: "light_rule", Below: true, Label: "亮灯规则", Path: "/light-rules", Icon: "traffic-lights", Key: "name", Order: "name",
		Intro: "项目进度落后计划多少个百分点亮黄灯、红灯；各地可以自定，没有自定的用上级的。",
		Table: lightTable,
		Title: func(r *LightRule) string { return r.Name },
		Fields: []field.Field[LightRule]{
			field.NewText("name", "名称", func(r *LightRule) *string { return &r.Name }).Req().List().Eg("书记项目进度亮灯"),
			field.NewRegion("region", "适用地区", func(r *LightRule) *string { return &r.Region }).Req().Show(),
			field.NewInt("yellow", "黄灯界限", 0, 100, func(r *LightRule) *int { return &r.YellowLag }).Req().In("百分点").Col("yellow_lag").List().Help("落后计划超过这个数亮黄灯"),
			field.NewInt("red", "红灯界限", 0, 100, func(r *LightRule) *int { return &r.RedLag }).Req().In("百分点").Col("red_lag").List().Help("落后计划超过这个数亮红灯"),
			field.NewDay("from", "启用日期", func(r *LightRule) *date.Date { return &r.From }).Req().Col("valid_from").List(),
			field.NewDay("to", "停用日期", func(r *LightRule) *date.Date { return &r.To }).Col("valid_to").List(),
		},
		Check: func(r *LightRule) error {
			var l errs.List
			if r.RedLag <= r.YellowLag {
				l.Add("red", "红灯界限要大于黄灯界限（%d 个百分点）", r.YellowLag)
			}
			if !r.To.IsZero() && r.To.Before(r.From) {
				l.Add("to", "停用日期不能早于启用日期")
			}
			return l.Err()
		},
		CheckTx: func(ctx context.Context, tx *db.Tx, _, r *LightRule) error {
			other, err := overlapping(ctx, tx, tx.Tenant, r)
			if err != nil || other == nil {
				return err
			}
			return errs.OnField("from", "同一地区的“%s”在这段时间也有效；请先给它填上停用日期", other.Name)
		},
	})
}

// Light is the light for a lag in hundredths of a percentage point; without a rule there is none.
func (r *LightRule) Light(lag int64) string {
	switch {
	case r == nil:
		return ""
	case lag > int64(r.RedLag)*100:
		return Red
	case lag > int64(r.YellowLag)*100:
		return Yellow
	}
	return Green
}

// RuleAt returns the rule that a place's board goes by on a day: its own, or that of the nearest place above; nil
// when there is none.
func (s *Service) RuleAt(ctx context.Context, tenant int64, place string, day date.Date) (*LightRule, error) {
	return ruleAt(ctx, s.env.DB.Read(), tenant, place, day)
}
