package cash

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
	"huicun/internal/kit/money"
	"huicun/internal/registry/record"
)

// Rule is what a place settles about cash from a day on (资金管理规则). It holds below the place too; what is 0 or empty
// in it is settled by the places above, and by nobody when they are silent as well.
type Rule struct {
	db.Row
	Name string
	From date.Date
	Terms
}

// Terms are what a rule settles; 0 means no limit. Amounts in fen, times in days.
type Terms struct {
	CashLimit   money.Fen // cash on hand (库存现金限额)
	BankDays    int       // within how many days cash that was received goes to the bank
	PettyLimit  money.Fen // petty cash
	PettySingle money.Fen // one payment out of petty cash
	PettyDays   int       // within how many days petty cash is accounted for
	AdvanceDays int       // when an advance is due, where it does not say itself
	BookDays    int       // how long a receipt book may stay unsettled while a new one is wanted
	Bands       string    // where the columns of an ageing end: "30、60、90"
}

var ruleTable = &db.Table[Rule]{
	Name: "fund_rule",
	Cols: []string{"name", "from_date", "cash_limit_fen", "bank_days", "petty_limit_fen", "petty_single_fen", "petty_days", "advance_days", "book_days", "bands"},
	Row:  func(r *Rule) *db.Row { return &r.Row },
	Ptrs: func(r *Rule) []any {
		return []any{&r.Name, &r.From, &r.CashLimit, &r.BankDays, &r.PettyLimit, &r.PettySingle, &r.PettyDays, &r.AdvanceDays, &r.BookDays, &r.Bands}
	},
}

// mostDays bounds the times that a rule may name.
const mostDays = 3660

func days(name, label string, p func(*Rule) *int) field.Field[Rule] {
	return field.NewInt(name, label, 0, mostDays, p).In("天").List()
}

func newRules(e *record.Env) *record.Noun[Rule] {
	return record.Register(e, &record.Noun[Rule]{
		Kind: "fund_rule", Label: "资金管理规则", Path: "/fund-rules", Icon: "scale", Key: "name", Order: "region", Below: true,
		Intro:  "库存现金、备用金、借支和收据的限额与期限。镇里定的各村都执行；某村另有规定的，为那个村单独登记一条。",
		Table:  ruleTable,
		Title:  func(r *Rule) string { return r.Name },
		Detail: func(r *Rule) string { return r.From.Chinese() + "起执行" },
		Fields: []field.Field[Rule]{
			field.NewText("name", "名称", func(r *Rule) *string { return &r.Name }).Req().List().Eg("八桥镇村级资金管理规定"),
			field.NewRegion("region", "适用地区", func(r *Rule) *string { return &r.Region }).Req().List(),
			field.NewDay("from", "执行日期", func(r *Rule) *date.Date { return &r.From }).Req().Col("from_date").List().Help("从这一天起执行，直到同一地区有更晚的规则"),
			field.NewMoney("cash_limit", "库存现金限额", func(r *Rule) *money.Fen { return &r.CashLimit }).List().Help("以下各项留空或填 0，表示按上级地区的规则；上级也没有的不作限制"),
			days("bank_days", "现金收入送存期限", func(r *Rule) *int { return &r.BankDays }).Help("收到现金后几天内存入银行"),
			field.NewMoney("petty_limit", "备用金限额", func(r *Rule) *money.Fen { return &r.PettyLimit }).List(),
			field.NewMoney("petty_single", "备用金单笔支付上限", func(r *Rule) *money.Fen { return &r.PettySingle }).List().Help("超过的改由银行转账支付"),
			days("petty_days", "备用金报账期限", func(r *Rule) *int { return &r.PettyDays }),
			days("advance_days", "借支归还期限", func(r *Rule) *int { return &r.AdvanceDays }).Help("借支单没有写明归还日期时使用"),
			days("book_days", "收据缴销期限", func(r *Rule) *int { return &r.BookDays }).Help("旧收据本领用超过这个天数还没有缴销的，不得领用新本"),
			field.NewText("bands", "账龄分段", func(r *Rule) *string { return &r.Bands }).Help("账龄表按这些天数分段，如 30、60、90").Eg("30、60、90"),
		},
		Check: func(r *Rule) error {
			if _, err := ParseBands(r.Bands); err != nil {
				return err
			}
			if r.PettySingle > r.PettyLimit && r.PettyLimit > 0 {
				return errs.OnField("petty_single", "单笔支付上限不能高于备用金限额（%s 元）", r.PettyLimit)
			}
			return nil
		},
	})
}

// mostBands is how many columns an ageing may have beside the last.
const mostBands = 6

// ParseBands reads where the columns of an ageing end, as rising numbers of days.
func ParseBands(s string) ([]int, error) {
	var out []int
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、,，;； ", r) }) {
		n, err := strconv.Atoi(part)
		if err != nil || n < 1 || n > mostDays || len(out) > 0 && n <= out[len(out)-1] || len(out) == mostBands {
			return nil, errs.OnField("bands", "账龄分段应是由小到大的天数，最多 %d 段，如 30、60、90", mostBands)
		}
		out = append(out, n)
	}
	return out, nil
}

// Rules are all rules of a tenant.
type Rules []Rule

// LoadRules reads the rules of a tenant; they are few.
func LoadRules(ctx context.Context, q db.Q, tenant int64) (Rules, error) {
	return ruleTable.All(ctx, q, db.NewWhere(tenant), "from_date, id")
}

// At returns what holds in a division on a day: the latest rule of the division itself, completed by those of the
// places above it.
func (rs Rules) At(region string, day date.Date) Terms {
	var t Terms
	for at := region; at != ""; at = code.Parent(at) {
		i := -1
		for j := range rs {
			if rs[j].Region == at && !rs[j].From.After(day) && (i < 0 || !rs[j].From.Before(rs[i].From)) {
				i = j
			}
		}
		if i >= 0 {
			t.complete(rs[i].Terms)
		}
	}
	return t
}

// complete takes what is not settled yet from the terms of a place above.
func (t *Terms) complete(o Terms) {
	for _, p := range [][2]*money.Fen{{&t.CashLimit, &o.CashLimit}, {&t.PettyLimit, &o.PettyLimit}, {&t.PettySingle, &o.PettySingle}} {
		if *p[0] == 0 {
			*p[0] = *p[1]
		}
	}
	for _, p := range [][2]*int{{&t.BankDays, &o.BankDays}, {&t.PettyDays, &o.PettyDays}, {&t.AdvanceDays, &o.AdvanceDays}, {&t.BookDays, &o.BookDays}} {
		if *p[0] == 0 {
			*p[0] = *p[1]
		}
	}
	if t.Bands == "" {
		t.Bands = o.Bands
	}
}

// Band says in which column of an ageing an age of some days stands: 0 is the first.
func Band(bands []int, age int) int {
	i, _ := slices.BinarySearch(bands, age)
	return i
}

// termsAt returns what holds in a division on a day.
func termsAt(ctx context.Context, q db.Q, tenant int64, region string, day date.Date) (Terms, error) {
	rs, err := LoadRules(ctx, q, tenant)
	return rs.At(region, day), err
}
