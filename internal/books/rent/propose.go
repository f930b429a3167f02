package rent

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"huicun/internal/books/bank"
	"huicun/internal/books/contract"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// Proposal is a statement line that may be a receipt on a contract, and why.
type Proposal struct {
	Line             bank.Line
	Contract         ids.ID
	ContractNo, Name string
	Reason           string
	score            int
}

// What speaks for a proposal. Only their order matters.
const (
	byNumber = 8 // the contract's number in the text
	byName   = 4 // the payer's name
	byItem   = 2 // the amount of an open item
	byTotal  = 1 // the amount of all of them
)

// lookBack is how many days of statement lines are proposed from.
const lookBack = 180

// Proposals lists statement lines that no record explains yet and that may pay open items, the likeliest first.
func (s *Service) Proposals(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date, most int) ([]Proposal, error) {
	lines, err := bank.Unmatched(ctx, q, tenant, ranges, day.AddDays(-lookBack), day)
	if err != nil || len(lines) == 0 {
		return nil, err
	}
	open, err := OpenOn(ctx, q, tenant, ranges, day)
	if err != nil {
		return nil, err
	}
	taken, err := linesTaken(ctx, q, tenant, ranges)
	if err != nil {
		return nil, err
	}
	sums := map[ids.ID]money.Fen{}
	for i := range open {
		sums[open[i].Contract] += open[i].Open
	}
	var out []Proposal
	for i := range lines {
		if taken[lines[i].ID] {
			continue
		}
		var best *Proposal
		for j := range open {
			o := &open[j]
			if o.Region != lines[i].Region || o.Open <= 0 {
				continue
			}
			if p := judge(&lines[i], o, sums[o.Contract]); p != nil && (best == nil || p.score > best.score) {
				best = p
			}
		}
		if best != nil {
			out = append(out, *best)
		}
	}
	slices.SortStableFunc(out, func(a, b Proposal) int { return cmp.Compare(b.score, a.score) })
	return out[:min(len(out), most)], nil
}

// judge weighs a line against an open item; an amount alone must be that of an item.
func judge(l *bank.Line, o *OpenItem, total money.Fen) *Proposal {
	p := &Proposal{Line: *l, Contract: o.Contract, ContractNo: o.ContractNo, Name: o.Name}
	var why []string
	if strings.Contains(l.Description, o.ContractNo) {
		p.score += byNumber
		why = append(why, "摘要里有合同编号")
	}
	if bank.SameName(l.Counterparty, o.Debtor) {
		p.score += byName
		why = append(why, "对方户名与付款方相符")
	}
	switch l.In {
	case o.Open:
		p.score += byItem
		why = append(why, "金额与应收 "+o.No+" 相同")
	case total:
		p.score += byTotal
		why = append(why, "金额与合同未付合计相同")
	}
	if p.score < byItem {
		return nil
	}
	p.Reason = strings.Join(why, "；")
	return p
}

// checkLine makes sure that a receipt is what its statement line says, and takes the cash account from it.
func checkLine(ctx context.Context, tx *db.Tx, r *Receipt, c *contract.Contract) error {
	if r.Line == 0 {
		return nil
	}
	l, a, err := bank.LineOf(ctx, tx, tx.Tenant, r.Line)
	switch {
	case err != nil:
		return err
	case r.Kind != Rent && r.Kind != Deposit || r.Method != ByBank:
		return errs.OnField("line", "银行流水只用于以转账收的租金或押金")
	case l.Region != c.Region || a.Books != r.Books:
		return errs.OnField("line", "这笔流水不是这个账套银行账户的")
	case l.In != r.Amount:
		return errs.OnField("amount", "与银行流水的收入 %s 元不同", l.In)
	}
	if r.Account != "" && r.Account != a.Ledger {
		return errs.OnField("account", "这笔流水的账户记在 %s", a.Ledger)
	}
	r.Account = a.Ledger
	return nil
}
