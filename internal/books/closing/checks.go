package closing

import (
	"context"
	"strings"
	"time"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// ledgerChecks are the checks that the ledger alone answers, in the order of the list.
var ledgerChecks = []Checker{
	CheckFunc{Info{"waiting", "凭证全部记账", "没有记账的凭证不在账上；结账后这个月不能再记", Block}, checkWaiting},
	CheckFunc{Info{"earlier", "以前月份已结账", "按月结账，前面的月份先结", Block}, checkEarlier},
	CheckFunc{Info{"numbers", "凭证编号连续", "凭证按月按种类连续编号，断号说明凭证缺失", Block}, checkNumbers},
	CheckFunc{Info{"trial", "试算平衡", "借贷不平说明账已损坏", Block}, checkTrial},
	CheckFunc{Info{"zero", "待处理财产损溢已处理", "制度规定期末没有余额的科目要先结平", Block}, checkZero},
	CheckFunc{Info{"cash", "库存现金没有赤字", "现金不可能是负数：漏记收入、多记支出，或有人垫付没有入账", Block}, checkCash},
	CheckFunc{Info{"bank", "银行存款没有赤字", "账上透支一般是漏记收款或日期填错；请与对账单核对", Warn}, checkBank},
	CheckFunc{Info{"side", "余额方向正常", "余额在反方向，常是科目用错或挂错了户", Warn}, checkSides},
	CheckFunc{Info{"dims", "辅助核算填写完整", "没有填到户、到单位、到合同的分录，往来和出处查不下去", Warn}, checkDims},
	CheckFunc{Info{"depreciation", "折旧、摊销已计提", "有原值而这个期间没有计提", Warn}, checkDepreciation},
}

func checkWaiting(ctx context.Context, q db.Q, s Subject) ([]Finding, error) {
	list, err := ledger.Unposted(ctx, q, s.Tenant, s.Books.ID, s.Month, s.Month)
	return waiting(list), err
}

func waiting(list []ledger.Voucher) []Finding {
	out := make([]Finding, len(list))
	for i := range list {
		v := &list[i]
		todo := "待审核"
		if v.State == ledger.Reviewed {
			todo = "已审核，待记账"
		}
		out[i] = Found("/vouchers/"+v.ID.String(), "%s %s %s %s 元（%s）", v.FullNo, v.Date, v.Summary, v.Total, todo)
	}
	return out
}

func checkEarlier(ctx context.Context, q db.Q, s Subject) ([]Finding, error) {
	list, err := ledger.Periods(ctx, q, s.Tenant, s.Books.ID)
	if err != nil {
		return nil, err
	}
	var out []Finding
	for _, p := range list {
		if p.Month < s.Month && !p.Closed {
			out = append(out, Found(monthHref(s.Books.ID, p.Month), "%s 还没有结账", p.Month.Chinese()))
		}
	}
	return out, nil
}

// monthHref is the checklist of a month.
func monthHref(books ids.ID, m date.Month) string {
	return "/closing/" + books.String() + "?month=" + m.String()
}

func checkNumbers(ctx context.Context, q db.Q, s Subject) ([]Finding, error) {
	list, err := ledger.SeriesOf(ctx, q, s.Tenant, s.Books.ID, s.Month)
	if err != nil {
		return nil, err
	}
	var out []Finding
	for _, u := range list {
		if u.Count != u.Last {
			out = append(out, Found("/vouchers?books="+s.Books.ID.String(), "“%s”字凭证编到 %d 号，实有 %d 张；账可能已损坏，请联系系统管理员运行完整性检查", u.Kind, u.Last, u.Count))
		}
	}
	return out, nil
}

// trial is the trial balance of the month; sub-accounts stand below the accounts that they make up.
func trial(ctx context.Context, q db.Q, s *Subject) ([]ledger.TrialRow, error) {
	return ledger.TrialBalance(ctx, q, s.Tenant, s.Books.ID, s.Month, s.Month)
}

func checkTrial(ctx context.Context, q db.Q, s Subject) ([]Finding, error) {
	rows, err := trial(ctx, q, &s)
	if err != nil {
		return nil, err
	}
	var opening, moved []money.Fen
	for i := range rows {
		if r := &rows[i]; r.Level == 1 {
			opening, moved = append(opening, r.Opening), append(moved, r.Debit-r.Credit)
		}
	}
	var out []Finding
	for _, part := range []struct {
		name string
		list []money.Fen
	}{{"期初余额", opening}, {"本期发生额", moved}} {
		sum, err := money.Sum(part.list...)
		if err != nil {
			return nil, err
		}
		if sum != 0 {
			out = append(out, Found(s.BooksHref(), "%s借贷相差 %s 元；账可能已损坏，请联系系统管理员运行完整性检查", part.name, sum.Abs()))
		}
	}
	return out, nil
}

// balance says what stands on an account and on which side.
func balance(f money.Fen) string {
	if f < 0 {
		return "贷方余额 " + f.Abs().String() + " 元"
	}
	return "借方余额 " + f.String() + " 元"
}

// accountHref is the subsidiary ledger of an account.
func accountHref(books ids.ID, code string) string {
	return "/reports/ledger?books=" + books.String() + "&account=" + code
}

func checkZero(ctx context.Context, q db.Q, s Subject) ([]Finding, error) {
	rows, err := trial(ctx, q, &s)
	if err != nil {
		return nil, err
	}
	var out []Finding
	for i := range rows {
		if r := &rows[i]; r.Zero == ledger.ZeroMonth && r.Leaf && r.Ending != 0 {
			out = append(out, Found(entryHref(&s), "%s %s 有%s，请查明原因报批，转入其他收入、其他支出或应收款", r.Code, r.Name, balance(r.Ending)))
		}
	}
	return out, nil
}

// entryHref is the entry of a voucher on the last day of the month.
func entryHref(s *Subject) string {
	return "/vouchers/new?books=" + s.Books.ID.String() + "&date=" + s.Month.Last().String()
}

const (
	cashOnHand = "101"
	cashAtBank = "102"
)

func checkCash(ctx context.Context, q db.Q, s Subject) ([]Finding, error) {
	return belowZero(ctx, q, &s, cashOnHand)
}

func checkBank(ctx context.Context, q db.Q, s Subject) ([]Finding, error) {
	return belowZero(ctx, q, &s, cashAtBank)
}

// belowZero finds the first day on which an account of cash ends below zero, account by account.
func belowZero(ctx context.Context, q db.Q, s *Subject, under string) ([]Finding, error) {
	standing, err := ledger.EndingsOf(ctx, q, s.Tenant, s.Books.ID, before(s.Month))
	if err != nil {
		return nil, err
	}
	moves, err := ledger.CashDays(ctx, q, s.Tenant, s.Books.ID, s.Month)
	if err != nil {
		return nil, err
	}
	accounts, err := ledger.Accounts(ctx, q, s.Tenant, s.Books.ID)
	if err != nil {
		return nil, err
	}
	var out []Finding
	for _, a := range accounts {
		if !strings.HasPrefix(a.Code, under) {
			continue
		}
		fen, day := money.Fen(0), s.Month.First()
		for _, e := range standing {
			if e.Account == a.Code {
				fen = e.Fen
			}
		}
		for _, m := range moves {
			if m.Account != a.Code || fen < 0 {
				continue
			}
			fen, day = fen+m.Fen, m.Day
		}
		if fen < 0 {
			out = append(out, Found(accountHref(s.Books.ID, a.Code), "%s %s 在 %s 日终为 %s 元", a.Code, a.Name, day, fen))
		}
	}
	return out, nil
}

// before is the month before one, or the pseudo month at which a year's openings stand.
func before(m date.Month) date.Month { return m - 1 }

func checkSides(ctx context.Context, q db.Q, s Subject) ([]Finding, error) {
	rows, err := trial(ctx, q, &s)
	if err != nil {
		return nil, err
	}
	var out []Finding
	for i := range rows {
		r := &rows[i]
		wrong := r.Direction == "debit" && r.Ending < 0 || r.Direction == "credit" && r.Ending > 0
		if wrong && r.Leaf && !ledger.IsCash(r.Code) {
			out = append(out, Found(accountHref(s.Books.ID, r.Code), "%s %s 应在%s，现为%s", r.Code, r.Name, sideName[r.Direction], balance(r.Ending)))
		}
	}
	return out, nil
}

var sideName = map[string]string{"debit": "借方", "credit": "贷方"}

func checkDims(ctx context.Context, q db.Q, s Subject) ([]Finding, error) {
	bare, err := ledger.BareLines(ctx, q, s.Tenant, s.Books.ID, s.Month)
	if err != nil || len(bare) == 0 {
		return nil, err
	}
	accounts, err := ledger.Accounts(ctx, q, s.Tenant, s.Books.ID)
	if err != nil {
		return nil, err
	}
	var out []Finding
	for _, b := range bare {
		for _, a := range accounts {
			if a.Code != b.Account {
				continue
			}
			rules, err := ledger.ParseDims(a.Dims)
			if err != nil {
				return nil, err
			}
			if len(rules) > 0 {
				out = append(out, Found("/vouchers/"+b.Voucher.String(), "%s %s 有 %d 笔没有填%s", a.Code, a.Name, b.Lines, strings.TrimSuffix(rules[0].Label(), "（必填）")))
			}
		}
	}
	return out, nil
}

// wearing are the accounts that are written down with the account that takes it: monthly under the 2023 system, at
// least once a year under that of 2004, which allowed it (§1.4 of the 2004 system on 累计折旧).
var wearing = map[string][]struct{ cost, written string }{
	ledger.Chart2004: {{"151", "152"}},
	ledger.Chart2023: {{"151", "152"}, {"132", "133"}, {"161", "162"}},
}

func checkDepreciation(ctx context.Context, q db.Q, s Subject) ([]Finding, error) {
	from, when := s.Month, "这个月"
	if s.Books.Chart == ledger.Chart2004 {
		if s.Month.Of() != time.December {
			return nil, nil
		}
		from, when = january(s.Month.Year()), "这一年"
	}
	rows, err := trial(ctx, q, &s)
	if err != nil {
		return nil, err
	}
	var out []Finding
	for _, w := range wearing[s.Books.Chart] {
		i := find(rows, w.cost)
		if i < 0 || rows[i].Ending <= 0 {
			continue
		}
		net := rows[i].Ending
		if j := find(rows, w.written); j >= 0 {
			net += rows[j].Ending
		}
		if net <= 0 { // written down wholly
			continue
		}
		_, credit, err := ledger.MovedOn(ctx, q, s.Tenant, s.Books.ID, w.written, from, s.Month)
		if err != nil {
			return nil, err
		}
		if credit == 0 {
			out = append(out, Found(entryHref(&s), "%s %s 原值 %s 元，%s没有计提折旧或摊销", rows[i].Code, rows[i].Name, rows[i].Ending, when))
		}
	}
	return out, nil
}

// find is the row of an account, or -1.
func find(rows []ledger.TrialRow, code string) int {
	for i := range rows {
		if rows[i].Code == code {
			return i
		}
	}
	return -1
}
