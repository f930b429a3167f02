package secretary

import (
	"context"
	"strconv"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
)

// The kinds of criterion: what a topic is chosen by, and what projects are compared by.
const (
	KindCriterion  = "criterion"
	KindComparison = "comparison"
)

// The comparisons that the board can compute.
const (
	CompareProgress = "progress" // 比进度
	CompareMeasures = "measures" // 比举措
	CompareResults  = "results"  // 比成效
)

var (
	criterionKinds = []field.Option{{Code: KindCriterion, Label: "选题原则", Tone: "azure"}, {Code: KindComparison, Label: "比较维度", Tone: "green"}}
	comparisons    = []field.Option{{Code: CompareProgress, Label: "比进度"}, {Code: CompareMeasures, Label: "比举措"}, {Code: CompareResults, Label: "比成效"}}
)

// Criterion is a principle for choosing topics, or a comparison with its weight in percent.
type Criterion struct {
	db.Row
	No          string
	Cycle       ids.ID
	Kind, Name  string
	Explanation string
	Code        string // of a comparison: what the board computes
	Weight      int

	year int // of the cycle, for the number
}

var criterionTable = &db.Table[Criterion]{
	Name: "secretary_criterion",
	Cols: []string{"no", "cycle_id", "kind", "name", "explanation", "code", "weight"},
	Row:  func(c *Criterion) *db.Row { return &c.Row },
	Ptrs: func(c *Criterion) []any {
		return []any{&c.No, &c.Cycle, &c.Kind, &c.Name, &c.Explanation, &c.Code, &c.Weight}
	},
}

// NewCriteria describes the noun.
func NewCriteria(e *record.Env) *record.Noun[Criterion] {
	return record.Register(e, &record.Noun[Criterion]{
		Kind: "criterion", Below: true, Label: "原则与维度", Path: "/criteria", Icon: "checklist", Key: "no", Order: "no",
		Intro:  "书记项目的选题原则（如切口小、难度大）和晾晒时的比较维度（比进度、比举措、比成效）。",
		Table:  criterionTable,
		Title:  func(c *Criterion) string { return c.Name },
		Detail: func(c *Criterion) string { return field.LabelOf(criterionKinds, c.Kind) + " " + c.Explanation },
		Series: func(c *Criterion) string { return "SJYZ-" + strconv.Itoa(c.year) },
		Fields: []field.Field[Criterion]{
			field.NewText("no", "编号", func(c *Criterion) *string { return &c.No }).Req().Fix().List().Help("留空自动编号").Eg("SJYZ-2021-0001"),
			field.NewRef("cycle", "年度计划", "cycle", func(c *Criterion) *ids.ID { return &c.Cycle }).Req().Fix().Show().Filter(),
			field.NewEnum("kind", "种类", criterionKinds, func(c *Criterion) *string { return &c.Kind }).Req().Fix().List().Filter(),
			field.NewText("name", "名称", func(c *Criterion) *string { return &c.Name }).Req().List().Eg("切口小"),
			field.NewLong("explanation", "说明", func(c *Criterion) *string { return &c.Explanation }),
			field.NewEnum("code", "比较内容", comparisons, func(c *Criterion) *string { return &c.Code }).List().Help("比较维度必选，由系统按记录计算"),
			field.NewInt("weight", "权重", 0, 100, func(c *Criterion) *int { return &c.Weight }).In("%").List().Help("比较维度必填，各维度合计 100%"),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, c *Criterion) error {
			if c.Cycle == 0 {
				return nil
			}
			y, err := cycleTable.Get(ctx, q, tenant, c.Cycle)
			if err == nil {
				c.Region, c.year = y.Region, y.Year
			}
			return err
		},
		Check: func(c *Criterion) error {
			var l errs.List
			switch {
			case c.Kind == KindCriterion && c.Code != "":
				l.Add("code", "选题原则不参加比较，请留空")
			case c.Kind == KindComparison && c.Code == "":
				l.Add("code", "请选择比较内容")
			}
			switch {
			case c.Kind == KindCriterion && c.Weight != 0:
				l.Add("weight", "选题原则不设权重，请留空")
			case c.Kind == KindComparison && c.Weight == 0:
				l.Add("weight", "请填写权重")
			}
			return l.Err()
		},
		CheckTx: checkCriterion, BeforeDelete: stillPlanned,
	})
}

func checkCriterion(ctx context.Context, tx *db.Tx, old, c *Criterion) error {
	if err := lockCycle(ctx, tx, c.Cycle); err != nil {
		return err
	}
	list, err := CriteriaOf(ctx, tx, tx.Tenant, []ids.ID{c.Cycle})
	if err != nil {
		return err
	}
	var l errs.List
	sum := c.Weight
	for _, x := range list {
		if x.ID == c.ID {
			continue
		}
		sum += x.Weight
		if x.Kind == c.Kind && x.Name == c.Name {
			l.Add("name", "这个年度计划里已经有“%s”", c.Name)
		}
		if c.Code != "" && x.Code == c.Code {
			l.Add("code", "“%s”已经比较这项内容，一项内容只能设一个维度", x.Name)
		}
	}
	if c.Kind == KindComparison && sum > 100 {
		l.Add("weight", "各比较维度的权重合计不能超过 100%%，加上这一项是 %d%%", sum)
	}
	if old != nil && (old.Weight != c.Weight || old.Code != c.Code) {
		if err := stillPlanned(ctx, tx, old); !l.Merge("weight", err) {
			return err
		}
	}
	return l.Err()
}

// stillPlanned refuses to change the yardstick once applications are open.
func stillPlanned(ctx context.Context, tx *db.Tx, c *Criterion) error {
	y, err := cycleTable.Get(ctx, tx, tx.Tenant, c.Cycle)
	if err != nil {
		return err
	}
	if y.State != CyclePlanned {
		return errs.New(errs.State, "criterion.fixed", "“%s”已经开放申报，原则、维度和权重不能再改；请在下一年度调整", y.Name)
	}
	return nil
}
