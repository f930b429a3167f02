package joint

import (
	"context"
	"strconv"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/record"
)

// Income is a project's stable income of one year: expected, as estimated on a day, and received by a day.
// FromYear is the year in which this income begins (2022年起每年 …); its later years are records of their own.
type Income struct {
	db.Row
	No             string
	Project        ids.ID
	Year, FromYear int
	Expected       money.Fen
	EstimatedOn    date.Date
	Realised       money.Fen
	RealisedOn     date.Date
}

var incomeTable = &db.Table[Income]{
	Name: "joint_income",
	Cols: []string{"no", "project_id", "year", "from_year", "expected_fen", "estimated_on", "realised_fen", "realised_on"},
	Row:  func(i *Income) *db.Row { return &i.Row },
	Ptrs: func(i *Income) []any {
		return []any{&i.No, &i.Project, &i.Year, &i.FromYear, &i.Expected, &i.EstimatedOn, &i.Realised, &i.RealisedOn}
	},
}

// The years that an income may be of.
const (
	firstYear = 1978
	lastYear  = 2200
)

// NewIncomes describes the noun; an income belongs to the division of its project.
func NewIncomes(e *record.Env) *record.Noun[Income] {
	return record.Register(e, &record.Noun[Income]{
		Kind: "joint_income", Label: "项目收益", Path: "/joint-incomes", Icon: "trending-up", Key: "no", Order: "no",
		Intro:  "联建项目每年给村里带来的稳定性收入，预计数与实现数分开登记。",
		Table:  incomeTable,
		Title:  func(i *Income) string { return i.No + " " + strconv.Itoa(i.Year) + "年" },
		Series: func(*Income) string { return "LJS" },
		Fields: []field.Field[Income]{
			field.NewText("no", "收益编号", func(i *Income) *string { return &i.No }).Req().List().Help("留空自动编号"),
			field.NewRef("project", "联建项目", "joint", func(i *Income) *ids.ID { return &i.Project }).Req().Fix().Show().Filter(),
			field.NewInt("year", "年度", firstYear, lastYear, func(i *Income) *int { return &i.Year }).List().Filter(),
			field.NewInt("from_year", "起始年度", firstYear, lastYear, func(i *Income) *int { return &i.FromYear }).List().Help("这项收入从哪一年开始；留空同年度"),
			field.NewMoney("expected", "预计年稳定性收入", func(i *Income) *money.Fen { return &i.Expected }).List(),
			field.NewDay("estimated_on", "测算日期", func(i *Income) *date.Date { return &i.EstimatedOn }).Req(),
			field.NewMoney("realised", "已实现收入", func(i *Income) *money.Fen { return &i.Realised }).List(),
			field.NewDay("realised_on", "实现截止日期", func(i *Income) *date.Date { return &i.RealisedOn }).List().Help("已实现收入统计到哪一天"),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, i *Income) error {
			if i.FromYear == 0 {
				i.FromYear = i.Year
			}
			return inherit(ctx, q, tenant, i.Project, &i.Row)
		},
		Check: checkIncome,
		CheckTx: func(ctx context.Context, tx *db.Tx, _, i *Income) error {
			w := db.NewWhere(tx.Tenant).And("project_id = ?", i.Project).And("year = ?", i.Year).And("from_year = ?", i.FromYear).And("id <> ?", i.ID)
			n, err := incomeTable.Count(ctx, tx, w, 1)
			if err == nil && n > 0 {
				err = errs.OnField("year", "这个项目 %d 年度（%d 年起）的收益已经登记，请直接修改那一条", i.Year, i.FromYear)
			}
			return err
		},
	})
}

func checkIncome(i *Income) error {
	var l errs.List
	if i.Year == 0 {
		l.Add("year", "请填写年度")
	}
	if i.FromYear > i.Year {
		l.Add("from_year", "起始年度不能晚于年度 %d", i.Year)
	}
	if i.Expected == 0 && i.Realised == 0 {
		l.Add("expected", "请填写预计年稳定性收入或已实现收入")
	}
	if i.Realised > 0 && i.RealisedOn.IsZero() {
		l.Add("realised_on", "已有实现的收入，请填写统计到哪一天")
	}
	if i.Realised > 0 && !i.RealisedOn.IsZero() && i.RealisedOn.Year() < i.Year {
		l.Add("realised_on", "%d 年度的收入不会在 %s 之前实现", i.Year, i.RealisedOn)
	}
	return l.Err()
}

// parts are an income's amounts on a day: received, and still expected beyond that.
func (i *Income) parts(day date.Date) (received, due int64) {
	if !i.RealisedOn.IsZero() && !i.RealisedOn.After(day) {
		received = int64(i.Realised)
	}
	if !i.EstimatedOn.After(day) {
		due = max(0, int64(i.Expected)-received)
	}
	return received, due
}
