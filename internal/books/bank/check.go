package bank

import (
	"context"
	"fmt"
	"slices"

	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// Check looks for damage to a tenant's bank records and returns a sentence per problem: statement lines that are not what
// was imported, or whose balances do not follow; matches whose sides are not equal or whose entries changed;
// reconciliations that do not add up; payments that are not what was approved, by the same person twice, or whose results
// and vouchers do not fit; account numbers that are not those by which they are found.
func (s *Service) Check(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	var out []string
	for _, check := range []func(context.Context, db.Q, int64) ([]string, error){
		s.checkStatements, checkMatches, checkReconciliations, s.checkPayments, s.checkAccounts,
	} {
		found, err := check(ctx, q, tenant)
		if err != nil {
			return nil, fmt.Errorf("checking the bank records: %w", err)
		}
		out = append(out, found...)
	}
	return out, nil
}

func (s *Service) checkStatements(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	imports, err := importTable.All(ctx, q, db.NewWhere(tenant), "no")
	if err != nil {
		return nil, err
	}
	var out []string
	for i := range imports {
		x := &imports[i]
		lines, err := lineTable.All(ctx, q, db.NewWhere(tenant).And("import_id = ?", x.ID), "no")
		if err != nil {
			return nil, err
		}
		if x.State == ImportWithdrawn {
			if len(lines) > 0 {
				out = append(out, fmt.Sprintf("对账单导入 %s 已撤销，却还有 %d 行流水", x.No, len(lines)))
			}
			continue
		}
		out = append(out, s.checkImport(x, lines)...)
	}
	return out, nil
}

// checkImport verifies the lines of one import: each by its hash, all by their count and sums, and where no line of the
// file had been there before, by the balances.
func (s *Service) checkImport(x *Import, lines []Line) []string {
	var out []string
	var in, paid money.Fen
	balance := x.Opening
	for i := range lines {
		l := &lines[i]
		in, paid = in+l.In, paid+l.Out
		balance += l.Fen()
		if !l.genuine(len(lines)) {
			out = append(out, fmt.Sprintf("银行流水 %s 导入后被改动过：校验值不符", l.No))
		}
		if x.Known == 0 && l.Balance != balance {
			out = append(out, fmt.Sprintf("银行流水 %s 的余额 %s 与前面的流水不符，应为 %s", l.No, l.Balance, balance))
			balance = l.Balance
		}
		if l.NumberSealed != "" {
			if n, err := s.open(l.NumberSealed, "bank_line.number"); err != nil || s.env.Box.Index(n, numberContext) != l.NumberIndex {
				out = append(out, fmt.Sprintf("银行流水 %s 的对方账号与其索引不符", l.No))
			}
		}
	}
	if len(lines) != x.Count || in != x.In || paid != x.Out {
		out = append(out, fmt.Sprintf("对账单导入 %s 记有 %d 行、收入 %s、支出 %s，实有 %d 行、收入 %s、支出 %s", x.No, x.Count, x.In, x.Out, len(lines), in, paid))
	}
	return out
}

// genuine reports whether a line is what its hash was made of: the how-many-eth of its like, with its balance or without.
func (l *Line) genuine(most int) bool {
	p := Parsed{Day: l.Day, In: l.In, Out: l.Out, Balance: l.Balance, Serial: l.Serial, Counterparty: l.Counterparty, Description: l.Description}
	for _, p.HasBalance = range []bool{true, false} {
		for nth := range max(most, 20) {
			if fingerprint(l.Account, &p, l.NumberIndex, nth+1) == l.Hash {
				return true
			}
		}
	}
	return false
}

func checkMatches(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	var out []string
	sums, err := matchSums(ctx, q, tenant)
	if err != nil {
		return nil, err
	}
	for _, m := range sums {
		switch {
		case m.lines+m.entries < 2:
			out = append(out, fmt.Sprintf("核对 %s 只有 %d 笔", m.id, m.lines+m.entries))
		case m.bank != m.books:
			out = append(out, fmt.Sprintf("核对 %s 两边不等：流水 %s，分录 %s", m.id, m.bank, m.books))
		}
	}
	changed, err := changedEntries(ctx, q, tenant)
	for _, no := range changed {
		out = append(out, fmt.Sprintf("核对过的凭证 %s 的分录与核对时不一致，或已不是记账凭证", no))
	}
	return out, err
}

func checkReconciliations(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	list, err := reconciliationTable.All(ctx, q, db.NewWhere(tenant), "no")
	if err != nil {
		return nil, err
	}
	var out []string
	for i := range list {
		r := &list[i]
		if r.Items, err = reconciliationItems(ctx, q, tenant, r.ID); err != nil {
			return nil, err
		}
		p := Position{Book: r.Book, Bank: r.Bank, Items: slices.Clone(r.Items)}
		if err := p.adjust(); err != nil {
			return nil, err
		}
		switch {
		case p.BookAdjusted != r.BookAdjusted || p.BankAdjusted != r.BankAdjusted || len(r.Items) != r.Count:
			out = append(out, fmt.Sprintf("余额调节表 %s 的未达账项与调节后余额不符", r.No))
		case r.State == Confirmed && r.Difference() != 0:
			out = append(out, fmt.Sprintf("余额调节表 %s 已确认，调节后余额却不相等", r.No))
		case r.State == Confirmed && (r.ConfirmerID != 0 && r.ConfirmerID == r.PreparerID || r.Confirmer == ""):
			out = append(out, fmt.Sprintf("余额调节表 %s 不是由编制人以外的人确认的", r.No))
		}
	}
	return out, nil
}

func (s *Service) checkPayments(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	list, err := paymentTable.All(ctx, q, db.NewWhere(tenant), "no")
	if err != nil {
		return nil, err
	}
	var out []string
	for i := range list {
		p := &list[i]
		lines, err := linesOfPayment(ctx, q, tenant, p.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, checkPayment(p, lines)...)
		for j := range lines {
			l := &lines[j]
			if n, err := s.open(l.NumberSealed, "payment_line.number"); err != nil || s.env.Box.Index(n, numberContext) != l.NumberIndex {
				out = append(out, fmt.Sprintf("付款明细 %s 的收款账号与其索引不符", l.No))
			}
		}
	}
	return out, nil
}

func checkPayment(p *Payment, lines []PaymentLine) []string {
	var out []string
	sum := Payment{}
	if err := sum.totals(lines); err != nil || sum.Total != p.Total || sum.Count != p.Count {
		out = append(out, fmt.Sprintf("付款批次 %s 记有 %d 笔 %s 元，明细有 %d 笔 %s 元", p.No, p.Count, p.Total, sum.Count, sum.Total))
	}
	let := p.State == PayReleased || p.State == PaySettled
	if (p.State == PayApproved || let) && freeze(p, lines) != p.Hash {
		out = append(out, fmt.Sprintf("付款批次 %s 审批后收款人或金额被改动过：校验值不符", p.No))
	}
	if let && (p.MakerID == p.CheckerID || p.MakerID == p.ReleaserID || p.CheckerID == p.ReleaserID) {
		out = append(out, fmt.Sprintf("付款批次 %s 的制单人、复核人、放款人不是三个人", p.No))
	}
	if let != (p.SendKey != "") {
		out = append(out, fmt.Sprintf("付款批次 %s 的放款状态与发送记录不符", p.No))
	}
	for i := range lines {
		l := &lines[i]
		switch {
		case l.Result != ResultPending && !let:
			out = append(out, fmt.Sprintf("付款明细 %s 还没有放款，却有付款结果", l.No))
		case l.Result == ResultPending && p.State == PaySettled:
			out = append(out, fmt.Sprintf("付款批次 %s 已办结，明细 %s 却没有付款结果", p.No, l.No))
		case l.Made != 0 && (l.Result != ResultSuccess || l.Voucher != 0):
			out = append(out, fmt.Sprintf("付款明细 %s 没有付款成功，或已有凭证，却又生成了凭证", l.No))
		}
	}
	return out
}

func (s *Service) checkAccounts(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	list, err := accountTable.All(ctx, q, db.NewWhere(tenant), "name")
	if err != nil {
		return nil, err
	}
	var out []string
	for i := range list {
		a := &list[i]
		if n, err := s.open(a.NumberSealed, "bank_account.number"); err != nil || s.env.Box.Index(n, numberContext) != a.NumberIndex {
			out = append(out, fmt.Sprintf("银行账户“%s”的账号与其索引不符", a.Name))
		}
	}
	return out, nil
}

// matchSum is a match with what its sides add up to.
type matchSum struct {
	id             ids.ID
	lines, entries int
	bank, books    money.Fen
}
