package ledger

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// The limits of a voucher.
const (
	maxLines       = 500
	maxSummary     = 200
	maxAttachments = 9999
)

// chartOf are the accounts of books by code.
type chartOf map[string]*Account

func loadChart(ctx context.Context, q db.Q, tenant int64, books ids.ID) (chartOf, error) {
	list, err := Accounts(ctx, q, tenant, books)
	if err != nil {
		return nil, err
	}
	return byCode(list), nil
}

func byCode(list []Account) chartOf {
	out := make(chartOf, len(list))
	for i := range list {
		out[list[i].Code] = &list[i]
	}
	return out
}

// lineField names an input of a line, counted from 0: lines[2].debit.
func lineField(i int, name string) string { return "lines[" + strconv.Itoa(i) + "]." + name }

// settle derives what follows from a voucher's lines and date, and checks every rule that needs the books and
// their accounts only. Whether the month is open is for the posting to say.
func settle(b *Books, chart chartOf, v *Voucher) error {
	var l errs.List
	v.Region, v.Month = b.Region, 0
	v.settleKind(b, &l)
	if v.Date.IsZero() {
		l.Add("date", "请填写日期")
	} else {
		v.Month = v.Date.YearMonth()
		if err := b.takes(v.Month); err != nil {
			l.Add("date", "%s", errs.Message(err))
		}
	}
	if v.Attachments < 0 || v.Attachments > maxAttachments {
		l.Add("attachments", "附件张数应在 0 到 %d 之间", maxAttachments)
	}
	v.settleSummaries(&l)
	switch {
	case len(v.Lines) < 2:
		l.Add("lines", "凭证至少要有两行分录")
	case len(v.Lines) > maxLines:
		l.Add("lines", "一张凭证最多 %d 行分录，现有 %d 行；请分成几张", maxLines, len(v.Lines))
		return l.Err()
	}
	v.receipts = make([]bool, len(v.Lines))
	for i := range v.Lines {
		checkAccount(b, chart, v, i, &l)
		v.checkSides(i, &l)
		v.receipts[i] = v.receipt(chart[v.Lines[i].Account], &v.Lines[i])
	}
	v.settleTotal(&l)
	return l.Err()
}

// settleKind derives the kind; one that was given and is another is refused.
func (v *Voucher) settleKind(b *Books, l *errs.List) {
	given := v.Kind
	v.Kind = v.kindFor(b)
	switch {
	case given == "" || given == Ordinary || given == v.Kind:
	case field.LabelOf(Kinds, given) == given:
		l.Add("kind", "没有“%s”这种凭证；可填：记、收、付、转、结转", given)
	case b.Series != SeriesThree:
		l.Add("kind", "账套的凭证统一编号，种类应为“记”或“结转”，不能是“%s”", given)
	default:
		l.Add("kind", "分录里库存现金、银行存款的收付与种类“%s”不符，应为“%s”", given, v.Kind)
	}
}

// receipt reports whether a line counts as received on its contract: on accounts of income, and on those that a debt was
// booked to before (应收款, 内部往来). Closing entries move what was received before.
func (v *Voucher) receipt(a *Account, x *Line) bool {
	return a != nil && x.Contract != 0 && v.Kind != Closing && (a.Class == Income || strings.HasPrefix(a.Code, "112") || strings.HasPrefix(a.Code, "113"))
}

// settleSummaries fills the heading's summary from the first line that has one, and empty lines from the heading.
func (v *Voucher) settleSummaries(l *errs.List) {
	v.Summary = plain(v.Summary)
	for i := range v.Lines {
		s := plain(v.Lines[i].Summary)
		v.Lines[i].Summary = s
		if v.Summary == "" {
			v.Summary = s
		}
		if n := utf8.RuneCountInString(s); n > maxSummary {
			l.Add(lineField(i, "summary"), "摘要最多 %d 个字，现有 %d 个字", maxSummary, n)
		}
	}
	if v.Summary == "" {
		l.Add("summary", "请填写摘要")
	} else if n := utf8.RuneCountInString(v.Summary); n > maxSummary {
		l.Add("summary", "摘要最多 %d 个字，现有 %d 个字", maxSummary, n)
	}
	for i := range v.Lines {
		if v.Lines[i].Summary == "" {
			v.Lines[i].Summary = v.Summary
		}
	}
}

func checkAccount(b *Books, chart chartOf, v *Voucher, i int, l *errs.List) {
	code := v.Lines[i].Account
	a := chart[code]
	// A reversal repeats its original, and closing entries clear what an account took before it was divided.
	fresh := v.Reverses == 0 && v.Kind != Closing && !v.copied
	switch {
	case code == "":
		l.Add(lineField(i, "account"), "请填写科目")
	case a == nil:
		l.Add(lineField(i, "account"), "账套采用 %s 年制度，没有科目 %s", b.Chart, code)
	case !a.Leaf && fresh:
		l.Add(lineField(i, "account"), "科目 %s %s 已设明细科目，请选用%s", code, a.Name, below(chart, code))
	case !a.Active && fresh:
		l.Add(lineField(i, "account"), "科目 %s %s 已停用，请选用别的科目", code, a.Name)
	case fresh:
		if r, lacks := missing(a, &v.Lines[i]); lacks {
			l.Add(lineField(i, r.AnyOf[0]), "科目 %s %s 要求填写%s", code, a.Name, strings.TrimSuffix(r.Label(), "（必填）"))
		}
	}
}

// below gives an example of the accounts under one.
func below(chart chartOf, code string) string {
	for _, c := range slices.Sorted(maps.Keys(chart)) {
		if c != code && strings.HasPrefix(c, code) && chart[c].Leaf {
			return "明细科目，如 " + c + " " + chart[c].Name
		}
	}
	return "明细科目"
}

func (v *Voucher) checkSides(i int, l *errs.List) {
	x := &v.Lines[i]
	for _, side := range []struct {
		name string
		fen  money.Fen
	}{{"debit", x.Debit}, {"credit", x.Credit}} {
		switch {
		case side.fen > money.Max || side.fen < money.Min:
			l.Add(lineField(i, side.name), "金额超出了系统能记录的范围（正负 9 万亿元）")
		case side.fen < 0 && v.Reverses == 0 && v.Corrects == 0: // what a correction takes off is checkCorrection's
			l.Add(lineField(i, side.name), "金额不能为负数；更正已记账的凭证请用“冲销”")
		}
	}
	switch {
	case x.Debit == 0 && x.Credit == 0:
		l.Add(lineField(i, "debit"), "请填写借方或贷方金额")
	case x.Debit != 0 && x.Credit != 0:
		l.Add(lineField(i, "credit"), "一行只能填借方或贷方，不能两边都填")
	}
}

func (v *Voucher) settleTotal(l *errs.List) {
	debits, credits := make([]money.Fen, len(v.Lines)), make([]money.Fen, len(v.Lines))
	for i := range v.Lines {
		debits[i], credits[i] = v.Lines[i].Debit, v.Lines[i].Credit
	}
	d, err := money.Sum(debits...)
	if err != nil {
		l.Add("lines", "借方合计%s", errs.Message(err))
		return
	}
	c, err := money.Sum(credits...)
	if err != nil {
		l.Add("lines", "贷方合计%s", errs.Message(err))
		return
	}
	if d != c {
		l.Add("lines", "借贷不平，相差 %s 元", (d - c).Abs())
	}
	v.Total = d
}

// MadeBy reports whether a person made a voucher.
func (v *Voucher) MadeBy(who ids.ID, name string) bool {
	return v.MakerID == 0 && v.Maker == name || who != 0 && (v.MakerID == who || v.CreatedBy == who)
}

// reviewable refuses that a person reviews what he or she made.
func reviewable(v *Voucher, who ids.ID, name string) error {
	if v.MadeBy(who, name) {
		return errs.New(errs.Forbidden, "voucher.own", "审核人不能是制单人（%s），请由他人审核", v.Maker)
	}
	return nil
}

// postable refuses that a person posts what he or she made or reviewed, where the books keep three persons apart.
func postable(b *Books, v *Voucher, who ids.ID, name string) error {
	if b.Duties == DutiesThree && (v.MadeBy(who, name) || v.Reviewer == name) {
		return errs.New(errs.Forbidden, "voucher.own", "账套“%s”要求制单、审核、记账三人分离，这张凭证由 %s 制单、%s 审核，请由别人记账", b.Name, v.Maker, v.Reviewer)
	}
	return nil
}

// reverse returns the red-letter voucher that undoes v: the same lines with the opposite sign.
func (v *Voucher) reverse(on date.Date, reason string) *Voucher {
	r := &Voucher{Books: v.Books, Kind: v.Kind, Date: on, Reverses: v.ID}
	r.Origin, r.OriginID = v.madeFor()
	r.Sample, r.Note = v.Sample, reason
	r.Summary = cut("冲销 " + v.FullNo + " " + v.Summary)
	for _, x := range v.Lines {
		x.Summary, x.Debit, x.Credit = cut("冲销 "+x.Summary), x.Debit.Neg(), x.Credit.Neg()
		r.Lines = append(r.Lines, x)
	}
	return r
}

func cut(s string) string {
	if r := []rune(s); len(r) > maxSummary {
		return string(r[:maxSummary])
	}
	return s
}

// plain trims a text and keeps control characters out of what is stored.
func plain(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case r < 0x20 || r == 0x7f || r == 0xfeff || r == utf8.RuneError:
			return -1
		}
		return r
	}, s))
}
