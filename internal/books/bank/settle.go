package bank

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/registry/audit"
)

// Settled says what recording results did. Skipped had the same result already; Unbooked says why vouchers could not be
// drafted, "" when they were or none was needed.
type Settled struct {
	OK, Failed, Skipped int
	Vouchers            []ids.ID
	Unbooked            string
}

// SettleFile records the results of a bank's result file. Rows that cannot be read are in the report, and then nothing is
// recorded.
func (s *Service) SettleFile(ctx context.Context, who access.Principal, tenant int64, id ids.ID, t *sheet.Table) (*Settled, *sheet.Report, error) {
	p, err := s.Payments.Get(ctx, who, tenant, id)
	if err != nil {
		return nil, nil, err
	}
	l, err := s.paymentLayout(ctx, s.env.DB.Read(), p)
	if err != nil {
		return nil, nil, err
	}
	list, rep, err := l.ReadResults(t)
	if err != nil || len(rep.Errors) > 0 {
		return nil, rep, err
	}
	if len(list) == 0 {
		return nil, nil, errs.New(errs.Invalid, "payment.no_results", "文件里没有付款结果；成功的字样应为 %s，失败的应为 %s", l.OKWords, l.BadWords)
	}
	done, err := s.settle(ctx, who, tenant, id, "结果文件", list)
	return done, rep, err
}

// SettleByStatement records as paid what StatementResults finds.
func (s *Service) SettleByStatement(ctx context.Context, who access.Principal, tenant int64, id ids.ID) (*Settled, error) {
	p, err := s.Payments.Get(ctx, who, tenant, id)
	if err != nil {
		return nil, err
	}
	list, err := s.StatementResults(ctx, s.env.DB.Read(), p)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, errs.New(errs.State, "payment.no_results", "对账单里没有找到能确认的付款；请先导入放款日以后的对账单")
	}
	return s.settle(ctx, who, tenant, id, "对账单", list)
}

// StatementResults finds the payments of a released batch on the statement of its account: money out of the amount, to the
// number or the name of the payee, within the window after the release, where only one line and one payment fit. What the
// bank gave back is left to a person.
func (s *Service) StatementResults(ctx context.Context, q db.Q, p *Payment) ([]Result, error) {
	if p.State != PayReleased {
		return nil, nil
	}
	r, err := RuleAt(ctx, q, p.Tenant, p.Region)
	if err != nil {
		return nil, err
	}
	pays, err := linesOfPayment(ctx, q, p.Tenant, p.ID)
	if err != nil {
		return nil, err
	}
	lines, err := linesBetween(ctx, q, p.Tenant, p.Account, p.ReleasedOn, p.ReleasedOn.AddDays(max(r.WindowDays, 1)))
	if err != nil {
		return nil, err
	}
	used, err := usedLines(ctx, q, p.Tenant, p.Account)
	if err != nil {
		return nil, err
	}
	fits := func(l *Line, x *PaymentLine) bool {
		return x.Result == ResultPending && l.Fen() == x.Amount.Neg() &&
			(l.NumberIndex != "" && l.NumberIndex == x.NumberIndex || l.NumberIndex == "" && foldName(l.Counterparty) == foldName(x.Payee) || strings.Contains(l.Description, x.No))
	}
	var out []Result
	for i := range pays {
		x := &pays[i]
		var found []*Line
		rivals := 0
		for j := range lines {
			if l := &lines[j]; !used[l.ID] && fits(l, x) && !givenBack(lines, l) {
				found = append(found, l)
				for k := range pays {
					if fits(l, &pays[k]) {
						rivals++
					}
				}
			}
		}
		if len(found) == 1 && rivals == 1 {
			l := found[0]
			out = append(out, Result{Line: x.No, OK: true, Day: l.Day, Serial: cmp.Or(l.Serial, l.No), bankLine: l})
		}
	}
	return out, nil
}

// givenBack reports whether money that went out came in again.
func givenBack(lines []Line, l *Line) bool {
	return slices.ContainsFunc(lines, func(o Line) bool {
		return o.Fen() == l.Fen().Neg() && !o.Day.Before(l.Day) && (o.NumberIndex != "" && o.NumberIndex == l.NumberIndex || foldName(o.Counterparty) == foldName(l.Counterparty))
	})
}

// settle records results of a released batch: each payment's once, all or none. A result that contradicts the one on
// record is refused. Successes are booked by a draft voucher, once; the batch is settled when all have a result.
func (s *Service) settle(ctx context.Context, who access.Principal, tenant int64, id ids.ID, source string, results []Result) (*Settled, error) {
	var out *Settled
	err := s.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		out = &Settled{}
		p, err := s.payment(ctx, tx, who, id, access.Release)
		if err != nil {
			return err
		}
		if p.State != PayReleased && p.State != PaySettled {
			return errs.New(errs.State, "payment.not_released", "付款批次 %s 现在是“%s”，还没有放款，不会有付款结果", p.No, PaymentMachine.State(p.State).Label)
		}
		if err := s.record(ctx, tx, p, results, out); err != nil {
			return err
		}
		if out.OK+out.Failed > 0 {
			if err := audit.Write(ctx, tx, audit.Entry{
				Action: "登记付款结果", Kind: "payment", RecordID: p.ID, Title: s.Payments.Title(p), Region: p.Region, Reason: "依据" + source,
				Changes: []audit.Change{{Label: "结果", After: fmt.Sprintf("成功 %d 笔，失败 %d 笔", out.OK, out.Failed)}},
			}); err != nil {
				return err
			}
		}
		if err := s.book(ctx, tx, who, p, out); err != nil {
			return err
		}
		left, err := pendingLines(ctx, tx, p.ID)
		if err != nil || left > 0 || p.State != PayReleased {
			return err
		}
		if p.SendState != SendSent { // results prove that it arrived
			p.SendState, p.SendText = SendSent, "由付款结果得知银行已收到"
		}
		return s.Payments.DoTx(ctx, tx, byResult(who), p, "settle", "")
	})
	return out, err
}

// byResult lets what follows from a bank's answer be done in the name of who recorded it: the draft of a voucher, which
// others review, and the end of the batch.
func byResult(who access.Principal) access.Principal {
	return access.Principal{ID: who.ID, Login: who.Login, Name: who.Name, Grants: access.System.Grants}
}

// record stores each result once.
func (s *Service) record(ctx context.Context, tx *db.Tx, p *Payment, results []Result, out *Settled) error {
	lines, err := linesOfPayment(ctx, tx, tx.Tenant, p.ID)
	if err != nil {
		return err
	}
	byNo := map[string]*PaymentLine{}
	for i := range lines {
		byNo[lines[i].No] = &lines[i]
	}
	for i := range results {
		r := &results[i]
		l := byNo[r.Line]
		if l == nil {
			return errs.New(errs.Invalid, "payment.result_unknown", "批次 %s 里没有明细号 %s，请核对是不是这个批次的结果", p.No, r.Line)
		}
		want := ResultFailed
		if r.OK {
			want = ResultSuccess
		}
		if l.Result == want {
			out.Skipped++
			continue
		}
		if l.Result != ResultPending {
			return contradicts(l, want)
		}
		l.Result, l.ResultText, l.SettledOn, l.Serial = want, clip(r.Text), r.Day, clip(r.Serial)
		if l.SettledOn.IsZero() {
			l.SettledOn = today(tx)
		}
		if l.SettledOn.After(today(tx)) || l.SettledOn.Before(p.ReleasedOn) {
			return errs.New(errs.Invalid, "payment.result_day", "%s 的付款日期 %s 应在放款日（%s）到今天之间", l.No, l.SettledOn, p.ReleasedOn)
		}
		if r.bankLine != nil {
			l.BankLine = r.bankLine.ID
		}
		done, err := settleLine(ctx, tx, l)
		if errs.Is(err, errs.Conflict) {
			return errs.Wrap(err, errs.Conflict, "payment.line_used", "对账单的同一笔流水刚刚用于另一笔付款，请重试")
		}
		if err != nil {
			return err
		}
		switch {
		case !done:
			out.Skipped++
		case r.OK:
			out.OK++
		default:
			out.Failed++
		}
	}
	return nil
}

func contradicts(l *PaymentLine, want string) error {
	label := func(code string) string {
		for _, o := range Results {
			if o.Code == code {
				return o.Label
			}
		}
		return code
	}
	return errs.New(errs.Conflict, "payment.contradiction", "%s（%s，%s 元）已登记为“%s”，这次的结果却是“%s”；请先向银行核实", l.No, l.Payee, l.Amount, label(l.Result), label(want))
}

// mostBooked is how many payments one voucher books, two lines each.
const mostBooked = 200

// book drafts the vouchers for payments that succeeded and have none: one per day. When the books refuse (a closed month,
// an account that needs more), the results stand all the same, and Book tries again later.
func (s *Service) book(ctx context.Context, tx *db.Tx, who access.Principal, p *Payment, out *Settled) error {
	lines, err := linesOfPayment(ctx, tx, tx.Tenant, p.ID)
	if err != nil {
		return err
	}
	byDay := map[date.Date][]PaymentLine{}
	var days []date.Date
	for _, l := range lines {
		if l.Result != ResultSuccess || l.Made != 0 || l.Voucher != 0 {
			continue
		}
		if byDay[l.SettledOn] == nil {
			days = append(days, l.SettledOn)
		}
		byDay[l.SettledOn] = append(byDay[l.SettledOn], l)
	}
	if len(days) == 0 {
		return nil
	}
	a, err := accountTable.Get(ctx, tx, tx.Tenant, p.Account)
	if err != nil {
		return err
	}
	slices.SortFunc(days, date.Date.Compare)
	err = tx.Savepoint(ctx, func() error {
		for _, d := range days {
			for some := range slices.Chunk(byDay[d], mostBooked) {
				v := payVoucher(p, a, d, some)
				if err := s.ledger.DraftTx(ctx, tx, byResult(who), v); err != nil {
					return err
				}
				out.Vouchers = append(out.Vouchers, v.ID)
				for i := range some {
					if err := bookLine(ctx, tx, some[i].ID, v.ID); err != nil {
						return err
					}
				}
			}
		}
		return nil
	})
	if e := errs.As(err); e != nil && e.Kind != errs.Internal && e.Kind != errs.Unavailable {
		out.Vouchers, out.Unbooked = nil, refusal(e)
		return nil
	}
	return err
}

// refusal is what an error says, with the first of its fields.
func refusal(e *errs.Error) string {
	if len(e.Fields) > 0 {
		return e.Fields[0].Msg
	}
	return e.Msg
}

// payVoucher is the voucher for payments of one day: each debits what it was for and credits the bank, so that the entry
// and the statement line can be compared.
func payVoucher(p *Payment, a *Account, day date.Date, lines []PaymentLine) *ledger.Voucher {
	v := &ledger.Voucher{Books: a.Books, Date: day, Summary: clip("付 " + p.Title), Attachments: len(lines), Origin: OriginPayment, OriginID: p.ID}
	v.Sample, v.Note = p.Sample, "付款批次 "+p.No
	for i := range lines {
		l := &lines[i]
		text := clip("付" + l.Payee + " " + l.Purpose)
		party := l.Party
		credit := text
		if l.Serial != "" {
			credit = clip(text + "（流水号 " + l.Serial + "）")
		}
		v.Lines = append(v.Lines,
			ledger.Line{Summary: text, Account: l.Account, Debit: l.Amount, Party: party, Member: l.Member, Contract: l.Contract, Project: l.Project},
			ledger.Line{Summary: credit, Account: a.Ledger, Credit: l.Amount, Party: party})
	}
	return v
}

// Book drafts the vouchers that could not be drafted when the results came.
func (s *Service) Book(ctx context.Context, who access.Principal, tenant int64, id ids.ID) (*Settled, error) {
	var out *Settled
	err := s.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		out = &Settled{}
		p, err := s.payment(ctx, tx, who, id, access.Release)
		if err != nil {
			return err
		}
		return s.book(ctx, tx, who, p, out)
	})
	return out, err
}
