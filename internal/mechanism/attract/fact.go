package attract

import (
	"context"
	"fmt"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// The kinds of result.
const (
	FixedAssets  = "fixed_assets"
	TaxableSales = "taxable_sales"
	Capital      = "capital"
	Jobs         = "jobs"
)

// FactKinds are the kinds of result with their Chinese names.
var FactKinds = []field.Option{
	{Code: FixedAssets, Label: "固定资产投入"}, {Code: TaxableSales, Label: "纳税销售"}, {Code: Capital, Label: "注册资本"}, {Code: Jobs, Label: "就业"},
}

// Fact is what a lead came to in a year as reported on a day: the expectation for the whole year and what has
// been realised since its beginning. The latest fact up to a day speaks for the year. Jobs are counted in
// persons, everything else in money.
type Fact struct {
	db.Row
	No                         string
	Lead                       ids.ID
	Year                       int
	Kind                       string
	Expected, Realised         money.Fen
	ExpectedJobs, RealisedJobs int
	Evidence                   string
	On                         date.Date
}

var factTable = &db.Table[Fact]{
	Name: "lead_fact",
	Cols: []string{"no", "lead_id", "year", "kind", "expected_fen", "realised_fen", "expected_jobs", "realised_jobs", "evidence", "on_date"},
	Row:  func(f *Fact) *db.Row { return &f.Row },
	Ptrs: func(f *Fact) []any {
		return []any{&f.No, &f.Lead, &f.Year, &f.Kind, &f.Expected, &f.Realised, &f.ExpectedJobs, &f.RealisedJobs, &f.Evidence, &f.On}
	},
}

// NewFacts describes the noun; facts lie where their lead lies and follow it.
func NewFacts(e *record.Env, leads *record.Noun[Lead]) *record.Noun[Fact] {
	n := record.Register(e, &record.Noun[Fact]{
		Kind: "lead_fact", Label: "项目实绩", Path: "/lead-facts", Icon: "chart-line", Key: "no", Order: "-on_date",
		Intro:  "按年度填报落户项目的投入、纳税销售、注册资本和就业，预计数和累计完成数分开填写。",
		Table:  factTable,
		Title:  func(f *Fact) string { return fmt.Sprintf("%s %d年%s", f.No, f.Year, field.LabelOf(FactKinds, f.Kind)) },
		Series: func(f *Fact) string { return fmt.Sprintf("SJ-%d", f.Year) },
		Fields: []field.Field[Fact]{
			field.NewText("no", "实绩编号", func(f *Fact) *string { return &f.No }).Req().List().Help("留空自动编号"),
			field.NewRef("lead", "项目", "lead", func(f *Fact) *ids.ID { return &f.Lead }).Req().Fix().Show(),
			field.NewInt("year", "年度", 1978, 2200, func(f *Fact) *int { return &f.Year }).Req().List().Filter().Eg("2021"),
			field.NewEnum("kind", "实绩类别", FactKinds, func(f *Fact) *string { return &f.Kind }).Req().List().Filter(),
			field.NewMoney("expected", "全年预计", func(f *Fact) *money.Fen { return &f.Expected }).List(),
			field.NewMoney("realised", "累计完成", func(f *Fact) *money.Fen { return &f.Realised }).List().Help("自年初到填报日的累计数"),
			field.NewInt("expected_jobs", "预计就业", 0, 1_000_000, func(f *Fact) *int { return &f.ExpectedJobs }).In("人"),
			field.NewInt("realised_jobs", "实际就业", 0, 1_000_000, func(f *Fact) *int { return &f.RealisedJobs }).In("人"),
			field.NewLong("evidence", "佐证材料", func(f *Fact) *string { return &f.Evidence }).Help("申报表、发票、统计入库等"),
			field.NewDay("on_date", "填报日期", func(f *Fact) *date.Date { return &f.On }).Req().List(),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, f *Fact) error {
			if f.Lead == 0 {
				return nil
			}
			l, err := leadTable.Get(ctx, q, tenant, f.Lead)
			if err == nil {
				f.Region = l.Region
			}
			return err
		},
		Check:   checkFact,
		CheckTx: checkFactTx,
	})
	leads.After = func(ctx context.Context, tx *db.Tx, old, l *Lead) error {
		if old == nil || old.Region == l.Region {
			return nil
		}
		return follow(ctx, tx, n, "lead_id", l.ID)
	}
	return n
}

// follow saves the children of a record again, so that they take over its new division.
func follow[T any](ctx context.Context, tx *db.Tx, n *record.Noun[T], column string, parent ids.ID) error {
	children, err := n.Table.All(ctx, tx, db.NewWhere(tx.Tenant).And(column+" = ?", parent), "id")
	if err != nil {
		return err
	}
	for i := range children {
		if err := n.UpdateTx(ctx, tx, access.System, &children[i]); err != nil {
			return err
		}
	}
	return nil
}

func checkFact(f *Fact) error {
	var l errs.List
	if f.Year < 1978 {
		l.Add("year", "请填写年度")
	}
	if f.Kind == Jobs {
		if f.Expected != 0 || f.Realised != 0 {
			l.Add("realised", "就业按人数填写，不填金额")
		}
	} else if f.ExpectedJobs != 0 || f.RealisedJobs != 0 {
		l.Add("realised_jobs", "只有“就业”填写人数")
	}
	realised := f.Realised != 0 || f.RealisedJobs != 0
	if !realised && f.Expected == 0 && f.ExpectedJobs == 0 {
		l.Add("expected", "预计数和完成数至少填写一项")
	}
	if realised && f.Evidence == "" {
		l.Add("evidence", "填写完成数的，请写明佐证材料")
	}
	if realised && f.On.Year() < f.Year {
		l.Add("realised", "填报日期在 %d 年以前，还不会有完成数；请填在“全年预计”", f.Year)
	}
	return l.Err()
}

func checkFactTx(ctx context.Context, tx *db.Tx, _, f *Fact) error {
	var l errs.List
	if today := date.Of(tx.Now()); f.On.After(today) {
		l.Add("on_date", "不能晚于今天（%s）", today)
	}
	lead, err := leadTable.Get(ctx, tx, tx.Tenant, f.Lead)
	if err != nil {
		return err
	}
	if f.On.Before(lead.ReportedOn) {
		l.Add("on_date", "不能早于项目的报送日期 %s", lead.ReportedOn)
	}
	other, err := factTable.One(ctx, tx, db.NewWhere(tx.Tenant).And("lead_id = ?", f.Lead).And("year = ?", f.Year).
		And("kind = ?", f.Kind).And("on_date = ?", f.On).And("id <> ?", f.ID))
	switch {
	case err == nil:
		l.Add("on_date", "这一天已填报过同一项目、年度和类别的实绩（%s），请直接修改那一条", other.No)
	case !errs.Is(err, errs.NotFound):
		return err
	}
	return l.Err()
}
