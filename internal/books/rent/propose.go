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
	Contract, Item   ids.ID
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
	p := &Proposal{Line: *l, Contract: o.Contract, Item: o.ID, ContractNo: o.ContractNo, Name: o.Name}
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

// claimed is a statement line that a receipt is of, with its account.
type claimed struct {
	line    *bank.Line
	account *bank.Account
}

// claim holds a statement line, before the books are locked as everybody does who books one; what is wrong with it is said beside it.
func claim(ctx context.Context, tx *db.Tx, line ids.ID) (*claimed, error) {
	if line == 0 {
		return nil, nil
	}
	l, a, err := bank.ClaimLine(ctx, tx, line)
	switch errs.KindOf(err) {
	case errs.State, errs.Conflict:
		return nil, errs.OnField("line", "%s", errs.Message(err))
	}
	return &claimed{l, a}, err
}

// check makes sure that a receipt is what its statement line says, and takes the cash account from it.
func (x *claimed) check(r *Receipt, c *contract.Contract) error {
	if x == nil {
		return nil
	}
	switch {
	case r.Kind != Rent && r.Kind != Deposit || r.Method != ByBank:
		return errs.OnField("line", "银行流水只用于以转账收的租金或押金")
	case x.line.Region != c.Region || x.account.Books != r.Books:
		return errs.OnField("line", "这笔流水不是这个账套银行账户的")
	case x.line.In != r.Amount:
		return errs.OnField("amount", "与银行流水的收入 %s 元不同", x.line.In)
	}
	if r.Account != "" && r.Account != x.account.Ledger {
		return errs.OnField("account", "这笔流水的账户记在 %s", x.account.Ledger)
	}
	r.Account = x.account.Ledger
	return nil
}

// Connect lets the bank's pages know which statement lines are receipts here.
func (s *Service) Connect(b *bank.Service) {
	b.TakenBy = func(ctx context.Context, q db.Q, tenant int64, line ids.ID) (string, error) {
		list, err := receiptTable.All(ctx, q, db.NewWhere(tenant).And("bank_line_id = ?", line).And("state = 'done'"), "id")
		if err != nil || len(list) == 0 {
			return "", err
		}
		return "合同收款 " + list[0].No, nil
	}
}
