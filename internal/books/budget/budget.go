// Package budget keeps the yearly budgets of books: lines over accounts, adopted by a resolution and amended by another
// (财务制度 第八条), and how far the year has come with them. Execution is what the ledger's balances moved, never a figure
// that somebody enters.
package budget

import (
	"context"
	"fmt"
	"strconv"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
)

// The states of a budget.
const (
	Draft    = "draft"
	Adopted  = "adopted"
	Replaced = "replaced"
	Dropped  = "dropped"
)

// Budget is one edition of the budget of books for a year. Edition counts from 1; Amends is the edition that it changes.
// WarnPercent is how much of an expense line may be spent before it is pointed out, 0 for never.
type Budget struct {
	db.Row
	No                string
	Books             ids.ID
	Year, Edition     int
	Amends            ids.ID
	Resolved          date.Date
	Meeting, Document string
	WarnPercent       int
}

// Machine: a budget is drafted, adopted by a resolution, and replaced when an amendment is adopted.
var Machine = &fsm.Machine{
	Name: "预算",
	States: []fsm.State{
		{Code: Draft, Label: "草案", Tone: "grey"}, {Code: Adopted, Label: "执行中", Tone: "green"}, {Code: Replaced, Label: "已调整", Tone: "grey", Side: true},
		{Code: Dropped, Label: "未通过", Tone: "red", Side: true},
	},
	Events: []fsm.Event{
		{Name: "adopt", Label: "决议通过", From: []string{Draft}, To: Adopted, Verb: "approve"},
		{Name: "drop", Label: "未通过", From: []string{Draft}, To: Dropped, Verb: "approve", Reason: true},
		{Name: "replace", Label: "由调整预算替代", From: []string{Adopted}, To: Replaced, Verb: derive},
	},
}

// derive is the verb of events that only other records bring about; no role but the system's has it.
const derive = "derive"

var table = &db.Table[Budget]{
	Name: "budget",
	Cols: []string{"no", "books_id", "year", "edition", "amends_id", "resolved_on", "meeting", "document", "warn_percent"},
	Row:  func(b *Budget) *db.Row { return &b.Row },
	Ptrs: func(b *Budget) []any {
		return []any{&b.No, &b.Books, &b.Year, &b.Edition, &b.Amends, &b.Resolved, &b.Meeting, &b.Document, &b.WarnPercent}
	},
}

// Budgets carries out the use cases.
type Budgets struct {
	env   *record.Env
	Heads *record.Noun[Budget]
	Lines *record.Noun[Line]
}

// The years that a budget may be for.
const (
	firstYear = 1978
	lastYear  = 2200
)

// New registers the nouns "budget" and "budget_line"; "books" must have been registered before.
func New(e *record.Env) *Budgets {
	s := &Budgets{env: e}
	s.Heads = record.Register(e, &record.Noun[Budget]{
		Kind: "budget", Label: "年度预算", Path: "/budgets", Icon: "report-money", Key: "no", Order: "-no",
		Intro: "每个账套每年一份收支预算，经成员（代表）会议决议后执行；年中调整另立一版，再经决议。",
		Table: table, Machine: Machine,
		Title:  func(b *Budget) string { return b.No + " " + b.Label() },
		Detail: func(b *Budget) string { return b.Document },
		Series: func(b *Budget) string { return "YS-" + strconv.Itoa(b.Year) },
		Fields: []field.Field[Budget]{
			field.NewText("no", "编号", func(b *Budget) *string { return &b.No }).Fix().List().Help("留空自动编号"),
			field.NewRef("books", "账套", "books", func(b *Budget) *ids.ID { return &b.Books }).Req().Fix().Show().Filter(),
			field.NewInt("year", "年度", firstYear, lastYear, func(b *Budget) *int { return &b.Year }).Req().Fix().List().Eg("2021"),
			field.NewInt("edition", "版次", 0, lastYear, func(b *Budget) *int { return &b.Edition }).Derived().List(),
			field.NewRef("amends", "调整自", "budget", func(b *Budget) *ids.ID { return &b.Amends }).Fix().Help("年中调整时填原预算的编号"),
			field.NewDay("resolved", "决议日期", func(b *Budget) *date.Date { return &b.Resolved }).Col("resolved_on").List(),
			field.NewText("meeting", "决议会议", func(b *Budget) *string { return &b.Meeting }).List().Eg("成员代表会议"),
			field.NewText("document", "决议文号", func(b *Budget) *string { return &b.Document }),
			field.NewInt("warn_percent", "执行预警线", 0, 100, func(b *Budget) *int { return &b.WarnPercent }).In("%").Help("支出执行到这个比例时提醒；0 为不提醒，超支总会标出"),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, b *Budget) error {
			if b.Books == 0 {
				return nil
			}
			k, err := ledger.BooksByID(ctx, q, tenant, b.Books)
			if err != nil {
				return err
			}
			b.Region = k.Region
			if b.Year < k.From.Year() || k.To != 0 && b.Year > k.To.Year() || b.Year < firstYear {
				return errs.OnField("year", "账套“%s”从 %s 起记账，没有 %d 年的账", k.Name, k.From, b.Year)
			}
			return nil
		},
		CheckTx: checkHead,
		Guards:  map[string]func(context.Context, *db.Tx, *Budget) error{"adopt": s.adopt},
		BeforeDelete: func(ctx context.Context, tx *db.Tx, b *Budget) error {
			n, err := lineTable.Count(ctx, tx, db.NewWhere(tx.Tenant).And("budget_id = ?", b.ID), 1)
			if err == nil && n > 0 {
				err = errs.New(errs.Conflict, "budget.lines", "预算里还有明细，请先删除明细，或改为办理“未通过”")
			}
			return err
		},
	})
	s.Lines = newLines(e)
	return s
}

// Label says which budget it is: 2021 年预算（第 2 版）.
func (b *Budget) Label() string {
	if b.Edition <= 1 {
		return fmt.Sprintf("%d 年预算", b.Year)
	}
	return fmt.Sprintf("%d 年预算（第 %d 版）", b.Year, b.Edition)
}

// checkHead counts the editions of a year, and keeps what was adopted as it was adopted.
func checkHead(ctx context.Context, tx *db.Tx, old, b *Budget) error {
	if old != nil {
		b.Edition = old.Edition
		if old.State != Draft && (b.Resolved != old.Resolved || b.Meeting != old.Meeting || b.Document != old.Document) {
			return errs.OnField("resolved", "预算已经决议，决议的日期、会议和文号不能再改")
		}
		return nil
	}
	if b.State == Replaced {
		return errs.New(errs.Invalid, "budget.state", "预算在调整预算通过时自动成为“已调整”，不能直接登记")
	}
	if b.State == Adopted {
		if err := resolved(b); err != nil {
			return err
		}
	}
	if err := lockBooks(ctx, tx, b.Books); err != nil {
		return err
	}
	editions, err := Editions(ctx, tx, tx.Tenant, b.Books, b.Year)
	if err != nil {
		return err
	}
	b.Edition = 1
	amends := b.Amends == 0
	for i := range editions {
		b.Edition = max(b.Edition, editions[i].Edition+1)
		amends = amends || editions[i].ID == b.Amends
		if b.State == Adopted && editions[i].State == Adopted {
			return errs.New(errs.Conflict, "budget.in_force", "这一年已有执行中的预算 %s，调整请另立草案并办理决议", editions[i].No)
		}
	}
	if !amends {
		return errs.OnField("amends", "只能调整同一账套、同一年度的预算")
	}
	return nil
}

func resolved(b *Budget) error {
	var l errs.List
	for _, f := range []struct {
		name, text, what string
	}{{"resolved", b.Resolved.String(), "决议日期"}, {"meeting", b.Meeting, "决议会议"}, {"document", b.Document, "决议文号"}} {
		if f.text == "" {
			l.Add(f.name, "请先在“修改”里填写%s", f.what)
		}
	}
	return l.Err()
}

// adopt puts a budget in force and the one before out of force.
func (s *Budgets) adopt(ctx context.Context, tx *db.Tx, b *Budget) error {
	if err := resolved(b); err != nil {
		return err
	}
	if err := lockBooks(ctx, tx, b.Books); err != nil {
		return err
	}
	lines, err := LinesOf(ctx, tx, tx.Tenant, b.ID)
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		return errs.New(errs.State, "budget.empty", "预算里还没有明细，请先编制收入和支出")
	}
	editions, err := Editions(ctx, tx, tx.Tenant, b.Books, b.Year)
	if err != nil {
		return err
	}
	for i := range editions {
		if o := &editions[i]; o.State == Adopted && o.ID != b.ID {
			if o.Resolved.After(b.Resolved) {
				return errs.OnField("resolved", "决议日期不能早于原预算 %s 的决议日期（%s）", o.No, o.Resolved)
			}
			if err := s.Heads.DoTx(ctx, tx, actor(tx), o, "replace", ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// Editions lists the budgets of books for a year, the first first.
func Editions(ctx context.Context, q db.Q, tenant int64, books ids.ID, year int) ([]Budget, error) {
	return table.All(ctx, q, db.NewWhere(tenant).And("books_id = ?", books).And("year = ?", year), "edition")
}

// InForce returns the budget of books that holds for a year, nil when none was adopted.
func InForce(ctx context.Context, q db.Q, tenant int64, books ids.ID, year int) (*Budget, error) {
	b, err := table.One(ctx, q, db.NewWhere(tenant).And("books_id = ?", books).And("year = ?", year).And("state = ?", Adopted))
	if errs.Is(err, errs.NotFound) {
		return nil, nil
	}
	return b, err
}
