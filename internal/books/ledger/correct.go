package ledger

import (
	"context"
	"fmt"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
)

// Two ways to put a posted voucher right, as 会计基础工作规范 第五十一条 gives them: a wrong account or text by a red copy
// (注销) and a blue one (订正), a wrong amount alone also by a voucher of the difference. Each makes drafts, which others
// review and post.

// originWhole is the origin of a blue copy of a voucher that was made for nothing else: the voucher that it takes the place of.
const originWhole = "voucher"

// madeFor is the record that a voucher was made for, which what undoes or corrects it is made for as well: what stands
// in the books for a record is then the sum of its vouchers, whatever has been put right by hand.
func (v *Voucher) madeFor() (origin string, id ids.ID) {
	if v.Origin == originWhole {
		return "", 0
	}
	return v.Origin, v.OriginID
}

// blue is a copy that takes the place of v.
func (v *Voucher) blue(on date.Date, reason string) *Voucher {
	b := &Voucher{Books: v.Books, Date: on, Corrects: v.ID, Whole: true, Attachments: v.Attachments, copied: true}
	if b.Origin, b.OriginID = v.madeFor(); b.Origin == "" {
		b.Origin, b.OriginID = originWhole, v.ID
	}
	b.Sample, b.Note = v.Sample, reason
	b.Lines = append(b.Lines, v.Lines...)
	return b
}

// named is how a correction names what it corrects: 2021年3月5日记-2021-03-0012号凭证.
func (v *Voucher) named() string { return v.Date.Chinese() + v.FullNo + "号凭证" }

// Correct drafts the red-letter reversal of a posted voucher and a blue draft with the same lines, for its maker to put
// right; it returns the blue one's id. What an account asks for now but did not then is asked for when the blue draft is
// changed or reviewed. key makes a double submission harmless.
func (l *Ledger) Correct(ctx context.Context, who access.Principal, tenant int64, key string, id ids.ID, on date.Date, reason string) (ids.ID, error) {
	return l.correcting(ctx, who, tenant, key, id, on, reason, []any{"correct"}, func(ctx context.Context, tx *db.Tx, v *Voucher) (ids.ID, error) {
		if err := undisturbed(ctx, tx, v); err != nil {
			return 0, err
		}
		red := v.reverse(on, reason)
		red.rename("注销" + v.named())
		if err := l.DraftTx(ctx, tx, who, red); err != nil {
			return 0, err
		}
		blue := v.blue(on, reason)
		blue.rename("订正" + v.named())
		err := l.DraftTx(ctx, tx, who, blue)
		return blue.ID, err
	})
}

// Difference drafts the voucher of what the right amounts, one for each line, differ from those that a posted voucher and
// its earlier differences come to (AmountsNow): more in blue, less in red. It returns the draft's id.
func (l *Ledger) Difference(ctx context.Context, who access.Principal, tenant int64, key string, id ids.ID, on date.Date, reason string, right []money.Fen) (ids.ID, error) {
	return l.correcting(ctx, who, tenant, key, id, on, reason, []any{"difference", right}, func(ctx context.Context, tx *db.Tx, v *Voucher) (ids.ID, error) {
		now, err := AmountsNow(ctx, tx, v)
		if err != nil {
			return 0, err
		}
		d, err := v.difference(on, reason, now, right)
		if err != nil {
			return 0, err
		}
		err = l.DraftTx(ctx, tx, who, d)
		return d.ID, err
	})
}

// correcting carries out a correction of a posted voucher once under its key, with its books locked.
func (l *Ledger) correcting(ctx context.Context, who access.Principal, tenant int64, key string, id ids.ID, on date.Date, reason string, what []any,
	fn func(ctx context.Context, tx *db.Tx, v *Voucher) (ids.ID, error),
) (ids.ID, error) {
	m := who.Meta(tenant)
	input, err := fingerprint(append(what, id, on, reason)...)
	if err != nil {
		return 0, err
	}
	m.Key, m.Input = key, input
	var made ids.ID
	err = l.env.DB.InTx(ctx, m, func(ctx context.Context, tx *db.Tx) error {
		v, err := l.open(ctx, tx, who, id, 0)
		if err != nil {
			return err
		}
		switch {
		case strings.TrimSpace(reason) == "":
			return errs.OnField("reason", "请说明订正的理由")
		case v.Kind == Closing:
			return errs.New(errs.State, "voucher.closing", "结转凭证不能订正；请反结账后重新结转")
		}
		if _, err := lockChain(ctx, tx, v.Books); err != nil {
			return err
		}
		if made, err = fn(ctx, tx, v); err != nil {
			return err
		}
		tx.SetResult(made.String())
		return nil
	})
	return replayed(made, err)
}

// undisturbed refuses to undo a voucher as it was when it is undone already, or when corrections build on it: these go first.
func undisturbed(ctx context.Context, q db.Q, v *Voucher) error {
	by, err := ReversalOf(ctx, q, v.Tenant, v.ID)
	switch {
	case err != nil:
		return err
	case by != 0:
		return errReversed()
	}
	list, err := correctionsThatHold(ctx, q, v.Tenant, v.ID)
	if err != nil || len(list) == 0 {
		return err
	}
	if c := list[0]; c.State != Posted {
		return errs.New(errs.Conflict, "voucher.corrected", "这张凭证已有订正凭证的草稿 %s；请先删除它", c.FullNo)
	}
	return errs.New(errs.Conflict, "voucher.corrected", "这张凭证已由 %s 订正；请先冲销那张凭证", list[0].FullNo)
}

func errReversed() error {
	return errs.New(errs.Conflict, "voucher.reversed", "这张凭证已经冲销过了，或已有待审核的冲销凭证")
}

// rename gives a voucher and all its lines a summary that names what it is about, before their own words.
func (v *Voucher) rename(about string) {
	v.Summary = cut(about)
	for i := range v.Lines {
		v.Lines[i].Summary = cut(about + "：" + strings.TrimPrefix(v.Lines[i].Summary, "冲销 "))
	}
}

// place is where an amount stands: one side of an account, with all that the line belongs to.
type place struct {
	of    Line // without its words and amounts
	debit bool
}

// placed tells a line's place from its amount.
func (l Line) placed() (place, money.Fen) {
	fen, debit := l.Debit+l.Credit, l.Debit != 0
	l.Summary, l.Debit, l.Credit = "", 0, 0
	return place{l, debit}, fen
}

// sums adds up vouchers by place.
func sums(list ...*Voucher) map[place]money.Fen {
	out := map[place]money.Fen{}
	for _, v := range list {
		for _, x := range v.Lines {
			at, fen := x.placed()
			out[at] += fen
		}
	}
	return out
}

// AmountsNow returns what each line of a posted voucher comes to with the differences that were drafted or posted since. What
// differences put where several lines stand goes to the first of them that it fits.
func AmountsNow(ctx context.Context, q db.Q, v *Voucher) ([]money.Fen, error) {
	list, err := correctionsThatHold(ctx, q, v.Tenant, v.ID)
	if err != nil {
		return nil, err
	}
	more := sums(list...)
	out := make([]money.Fen, len(v.Lines))
	for i, x := range v.Lines {
		at, fen := x.placed()
		add := max(more[at], -fen)
		out[i], more[at] = fen+add, more[at]-add
	}
	return out, nil
}

// difference is the voucher of what right differs from now, the amounts of v's lines.
func (v *Voucher) difference(on date.Date, reason string, now, right []money.Fen) (*Voucher, error) {
	if len(right) != len(v.Lines) {
		return nil, errs.New(errs.Invalid, "voucher.amounts", "请逐行填写正确的金额")
	}
	d := &Voucher{Books: v.Books, Date: on, Corrects: v.ID}
	d.Origin, d.OriginID = v.madeFor()
	d.Sample, d.Note = v.Sample, reason
	more := false
	for i, x := range v.Lines {
		if right[i] < 0 {
			return nil, errs.OnField(amountField(i), "正确的金额不能为负数；整笔记错的请用红蓝字订正")
		}
		diff := right[i] - now[i]
		if diff == 0 {
			continue
		}
		more = more || diff > 0
		if x.Debit != 0 {
			x.Debit = diff
		} else {
			x.Credit = diff
		}
		d.Lines = append(d.Lines, x)
	}
	if len(d.Lines) == 0 {
		return nil, errs.New(errs.Invalid, "voucher.same", "正确的金额与原来的一样，没有差额可订正")
	}
	verb := "冲减"
	if more {
		verb = "补充"
	}
	d.rename(verb + v.named() + "差额")
	return d, nil
}

// amountField names the input for the right amount of a line.
func amountField(i int) string { return fmt.Sprintf("right[%d]", i) }

// checkCorrection refuses what cannot be corrected, and differences that together take off more than there is.
func checkCorrection(ctx context.Context, q db.Q, tenant int64, c *Voucher) error {
	v, err := get(ctx, q, tenant, c.Corrects)
	if err != nil {
		return err
	}
	switch {
	case v.State != Posted:
		return errs.New(errs.State, "voucher.not_posted", "凭证还没有记账，不需要订正；请直接退回修改")
	case v.Reverses != 0:
		return errs.New(errs.State, "voucher.is_reversal", "冲销凭证不能订正；请订正原来的凭证，或重新填制")
	case v.Corrects != 0 && !v.Whole:
		return errs.New(errs.State, "voucher.is_difference", "差额凭证不能再订正；请冲销它，再从原凭证订正")
	case c.Books != v.Books:
		return errs.OnField("books", "订正凭证应与原凭证 %s 在同一个账套", v.FullNo)
	case c.Date.Before(v.Date) && !c.Date.IsZero():
		return errs.OnField("date", "订正日期不能早于原凭证的日期（%s）", v.Date)
	case c.Total == 0:
		return errs.OnField("lines", "各行差额互相抵消，合计为零；换科目的请用红蓝字订正")
	case c.Whole:
		return c.checkPositive()
	}
	return checkDifference(ctx, q, c, v)
}

// checkDifference refuses a difference from what has been undone, and one that takes off more than there is.
func checkDifference(ctx context.Context, q db.Q, c, v *Voucher) error {
	by, err := ReversalOf(ctx, q, v.Tenant, v.ID)
	switch {
	case err != nil:
		return err
	case by != 0:
		return errs.New(errs.Conflict, "voucher.reversed", "原凭证 %s 已经冲销，或已有待审核的冲销凭证，不能再订正差额", v.FullNo)
	}
	others, err := correctionsThatHold(ctx, q, v.Tenant, v.ID)
	if err != nil {
		return err
	}
	list := []*Voucher{v, c}
	for _, o := range others {
		if o.ID != c.ID {
			list = append(list, o)
		}
	}
	left := sums(list...)
	var l errs.List
	for i, x := range c.Lines {
		if at, fen := x.placed(); fen < 0 && left[at] < 0 {
			l.Add(lineField(i, map[bool]string{true: "debit", false: "credit"}[at.debit]), "红字只能冲减原凭证 %s 里同一科目、同一方向、同一往来的金额，连同已有的差额凭证不能多于它", v.FullNo)
		}
	}
	return l.Err()
}

// checkPositive refuses amounts below zero.
func (v *Voucher) checkPositive() error {
	var l errs.List
	for i, x := range v.Lines {
		if x.Debit < 0 || x.Credit < 0 {
			l.Add(lineField(i, map[bool]string{true: "debit", false: "credit"}[x.Debit < 0]), "蓝字订正凭证的金额不能为负数")
		}
	}
	return l.Err()
}

// checkTurn refuses to post the blue copy before the red one: until then the entry would count twice.
func checkTurn(ctx context.Context, q db.Q, v *Voucher) error {
	if !v.Whole {
		return nil
	}
	by, err := ReversalOf(ctx, q, v.Tenant, v.Corrects)
	switch {
	case err != nil:
		return err
	case by == 0:
		return errs.New(errs.State, "voucher.red_missing", "原凭证没有红字注销凭证，不能记这张订正凭证；请退回并删除它，重新订正")
	}
	red, err := voucherTable.Get(ctx, q, v.Tenant, by)
	if err != nil || red.State == Posted {
		return err
	}
	return errs.New(errs.State, "voucher.red_first", "请先把红字注销凭证 %s 记账，再记这张订正凭证", red.FullNo)
}

// Wanting says what a stored draft lacks as the accounts are now, nil when nothing does: a correction takes over its lines
// as they were.
func (l *Ledger) Wanting(ctx context.Context, v *Voucher) error {
	q := l.env.DB.Read()
	b, err := booksTable.Get(ctx, q, v.Tenant, v.Books)
	if err != nil {
		return err
	}
	w := *v
	w.Lines = append([]Line(nil), v.Lines...)
	return l.check(ctx, q, b, &w)
}
