package budget

import (
	"context"
	"slices"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/record"
)

// The sides of a line.
const (
	Income  = "income"
	Expense = "expense"
)

// Sides are the sides with their Chinese names.
var Sides = []field.Option{{Code: Income, Label: "收入", Tone: "green"}, {Code: Expense, Label: "支出", Tone: "azure"}}

// Line is one line of a budget: the amount of a year for one account or a group of accounts, with all below them.
// Quarters add up to the amount, or are all 0.
type Line struct {
	db.Row
	No       string
	Budget   ids.ID
	Name     string
	Side     string
	Accounts string // codes with 、 between
	Amount   money.Fen
	Quarters [4]money.Fen
}

// Codes are the accounts of the line.
func (l *Line) Codes() []string {
	return strings.FieldsFunc(l.Accounts, func(r rune) bool { return strings.ContainsRune("、,，;； ", r) })
}

var lineTable = &db.Table[Line]{
	Name: "budget_line",
	Cols: []string{"no", "budget_id", "name", "side", "accounts", "amount_fen", "q1_fen", "q2_fen", "q3_fen", "q4_fen"},
	Row:  func(l *Line) *db.Row { return &l.Row },
	Ptrs: func(l *Line) []any {
		q := &l.Quarters
		return []any{&l.No, &l.Budget, &l.Name, &l.Side, &l.Accounts, &l.Amount, &q[0], &q[1], &q[2], &q[3]}
	},
}

func quarter(name, label string, i int) field.Field[Line] {
	return field.NewMoney(name, label, func(l *Line) *money.Fen { return &l.Quarters[i] })
}

func newLines(e *record.Env) *record.Noun[Line] {
	return record.Register(e, &record.Noun[Line]{
		Kind: "budget_line", Label: "预算明细", Path: "/budget-lines", Icon: "list-details", Key: "no", Order: "no",
		Intro:  "预算的每一项收入或支出，对应一个或几个会计科目；执行数由账簿自动得出。",
		Table:  lineTable,
		Title:  func(l *Line) string { return l.Name },
		Detail: func(l *Line) string { return l.Accounts + " " + l.Amount.String() + " 元" },
		Series: func(*Line) string { return "YSMX" },
		Fields: []field.Field[Line]{
			field.NewText("no", "编号", func(l *Line) *string { return &l.No }).Fix().List().Help("留空自动编号"),
			field.NewRef("budget", "预算", "budget", func(l *Line) *ids.ID { return &l.Budget }).Req().Fix().Show().Filter(),
			field.NewEnum("side", "收支", Sides, func(l *Line) *string { return &l.Side }).Req().List().Filter(),
			field.NewText("name", "项目", func(l *Line) *string { return &l.Name }).Req().List().Limit(50).Eg("管理费用"),
			field.NewText("accounts", "会计科目", func(l *Line) *string { return &l.Accounts }).Req().List().Help("科目编码或名称；几个科目合编一项的用顿号分隔。含其明细科目").Eg("541"),
			field.NewMoney("amount", "全年预算", func(l *Line) *money.Fen { return &l.Amount }).Req().List(),
			quarter("q1", "一季度", 0).Help("分季度编制的填写，四个季度之和应等于全年；不分的都留空"),
			quarter("q2", "二季度", 1), quarter("q3", "三季度", 2), quarter("q4", "四季度", 3),
		},
		Prepare: prepareLine, Check: checkLine, CheckTx: checkLineTx,
		BeforeDelete: func(ctx context.Context, tx *db.Tx, l *Line) error { return drafted(ctx, tx, l.Budget) },
	})
}

// prepareLine puts a line where its budget is, and turns names of accounts into codes.
func prepareLine(ctx context.Context, q db.Q, tenant int64, l *Line) error {
	if l.Budget == 0 {
		return nil
	}
	b, err := table.Get(ctx, q, tenant, l.Budget)
	if err != nil {
		return err
	}
	l.Region = b.Region
	list, err := ledger.Accounts(ctx, q, tenant, b.Books)
	if err != nil {
		return err
	}
	codes := l.Codes()
	for i, c := range codes {
		a := find(list, c)
		if a == nil {
			return errs.OnField("accounts", "账套里没有科目“%s”", c)
		}
		codes[i] = a.Code
		if want := map[string]string{ledger.Income: Income, ledger.Expense: Expense}[a.Class]; want != "" && l.Side != "" && want != l.Side {
			return errs.OnField("accounts", "科目 %s %s 是%s类科目，与“收支”不符", a.Code, a.Name, ledger.ClassLabels[a.Class])
		}
	}
	l.Accounts = strings.Join(codes, "、")
	return nil
}

func find(list []ledger.Account, text string) *ledger.Account {
	i := slices.IndexFunc(list, func(a ledger.Account) bool { return a.Code == text || a.Name == text })
	if i < 0 {
		return nil
	}
	return &list[i]
}

func checkLine(l *Line) error {
	sum, err := money.Sum(l.Quarters[:]...)
	if err != nil {
		return errs.OnField("q1", "%s", errs.Message(err))
	}
	if sum != 0 && sum != l.Amount {
		return errs.OnField("q4", "四个季度之和 %s 元，与全年预算 %s 元不符", sum, l.Amount)
	}
	return overlap("accounts", "", l.Codes(), l.Codes(), true)
}

// overlap refuses accounts that stand, with those below them, in two places: nothing is budgeted twice.
func overlap(field, other string, codes, others []string, same bool) error {
	for i, a := range codes {
		for j, b := range others {
			if same && i == j || !strings.HasPrefix(a, b) && !strings.HasPrefix(b, a) {
				continue
			}
			if same {
				return errs.OnField(field, "科目 %s 与 %s 重复", a, b)
			}
			return errs.OnField(field, "科目 %s 已编入“%s”（%s），同一科目不能编两次", a, other, b)
		}
	}
	return nil
}

func checkLineTx(ctx context.Context, tx *db.Tx, _, l *Line) error {
	if err := drafted(ctx, tx, l.Budget); err != nil {
		// Budgets of earlier years are taken over as adopted, with their lines.
		if !errs.Is(err, errs.State) || tx.ActorID != 0 {
			return err
		}
	}
	lines, err := LinesOf(ctx, tx, tx.Tenant, l.Budget)
	if err != nil {
		return err
	}
	for i := range lines {
		if o := &lines[i]; o.ID != l.ID {
			if err := overlap("accounts", o.Name, l.Codes(), o.Codes(), false); err != nil {
				return err
			}
		}
	}
	return nil
}

// drafted locks a budget and makes sure that it can still change.
func drafted(ctx context.Context, tx *db.Tx, id ids.ID) error {
	if err := lockHead(ctx, tx, id); err != nil {
		return err
	}
	b, err := table.Get(ctx, tx, tx.Tenant, id)
	if err != nil {
		return err
	}
	if b.State != Draft {
		return errs.New(errs.State, "budget.fixed", "预算 %s 现在是“%s”，明细不能再改；调整请用“调整预算”另立一版", b.No, Machine.State(b.State).Label)
	}
	return nil
}

// LinesOf lists the lines of a budget, income first.
func LinesOf(ctx context.Context, q db.Q, tenant int64, budget ids.ID) ([]Line, error) {
	list, err := lineTable.All(ctx, q, db.NewWhere(tenant).And("budget_id = ?", budget), "accounts, no")
	slices.SortStableFunc(list, func(a, b Line) int { return strings.Compare(b.Side, a.Side) })
	return list, err
}
