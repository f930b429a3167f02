package schedule

import (
	"slices"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
)

// The names of the fields that mistakes are told beside.
const (
	FieldFrom, FieldTo, FieldEnded          = "from", "to", "ended"
	FieldStep, FieldCalendar, FieldPay      = "pay_months", "anchor", "pay"
	FieldDueDay, FieldPrepay, FieldFreeHead = "due_day", "prepay", "free_months"
	FieldFree, FieldFixed, FieldRates       = "free_spans", "fixed", "rates"
	FieldPrice, FieldQuantity               = "price", "price_quantity"
	FieldEvery, FieldPercent, FieldAmount   = "rise_months", "rise_percent", "rise_amount"
)

// Check tells what in the terms contradicts itself; all mistakes at once.
func (t *Terms) Check() error {
	var l errs.List
	if t.From.IsZero() || t.To.IsZero() || t.To.Before(t.From) {
		l.Add(FieldTo, "到期日期不能早于起始日期（%s）", t.From)
		return l.Err()
	}
	if !t.Ended.IsZero() && (t.Ended.Before(t.From) || t.Ended.After(t.To)) {
		l.Add(FieldEnded, "提前终止日期应在合同期限之内")
	}
	if t.FreeHead > 0 && t.From.AddMonths(t.FreeHead).After(t.To) {
		l.Add(FieldFreeHead, "免租期不能超过合同期限")
	}
	t.checkSteps(&l)
	t.checkFree(&l)
	t.checkFixed(&l)
	t.checkPrice(&l)
	t.checkRates(&l)
	t.checkEscalation(&l)
	return l.Err()
}

func (t *Terms) checkSteps(l *errs.List) {
	if t.Step < 0 || t.Step > longest {
		l.Add(FieldStep, "付款周期应在 0 至 %d 个月之间", longest)
	}
	if t.Calendar && (t.Step == 0 || t.Step < 12 && 12%t.Step != 0 || t.Step > 12 && t.Step%12 != 0) {
		l.Add(FieldCalendar, "按自然期付款，周期要能整除一年（1、2、3、4、6、12 个月）或是整年")
	}
	if t.DueDay < 0 || t.DueDay > 31 {
		l.Add(FieldDueDay, "付款日应是 1 至 31 日")
	}
	if t.DueDay > 0 && t.DueDays != 0 {
		l.Add(FieldDueDay, "付款日和推后（提前）天数只能填一个")
	}
	if t.Prepay > 0 && (t.Step == 0 || len(t.Fixed) > 0) {
		l.Add(FieldPrepay, "预付只用于按周期付款的合同")
	}
}

func (t *Terms) checkFree(l *errs.List) {
	if len(t.Free) > 0 && (t.Step == 0 || len(t.Fixed) > 0) {
		l.Add(FieldFree, "免租时段只用于按周期付款的合同")
		return
	}
	spans := sortedSpans(t.Free)
	for i, s := range spans {
		switch {
		case s.To.Before(s.From):
			l.Add(FieldFree, "免租时段 %s 至 %s 首尾颠倒", s.From, s.To)
		case s.From.Before(t.From) || s.To.After(t.To):
			l.Add(FieldFree, "免租时段 %s 至 %s 不在合同期限之内", s.From, s.To)
		case i > 0 && !s.From.After(spans[i-1].To):
			l.Add(FieldFree, "免租时段 %s 至 %s 与 %s 至 %s 重叠", s.From, s.To, spans[i-1].From, spans[i-1].To)
		default:
			continue
		}
		return
	}
}

func sortedSpans(list []Span) []Span {
	out := slices.Clone(list)
	slices.SortFunc(out, func(a, b Span) int { return a.From.Compare(b.From) })
	return out
}

func (t *Terms) checkFixed(l *errs.List) {
	for i, f := range t.Fixed {
		switch {
		case i == 0 && f.From != t.From:
			l.Add(FieldFixed, "付款表的第一行应从合同的起始日期 %s 起", t.From)
		case i > 0 && !f.From.After(t.Fixed[i-1].From):
			l.Add(FieldFixed, "付款表各行的起始日应一行比一行晚（%s）", f.From)
		case f.From.After(t.To):
			l.Add(FieldFixed, "付款表的 %s 在合同到期之后", f.From)
		case f.Due.IsZero():
			l.Add(FieldFixed, "付款表 %s 一行没有写付款日期", f.From)
		case f.Amount < 0:
			l.Add(FieldFixed, "付款表 %s 一行的金额不能是负数", f.From)
		default:
			continue
		}
		return
	}
}

func (t *Terms) checkPrice(l *errs.List) {
	if t.Pay < 0 {
		l.Add(FieldPay, "每期金额不能是负数")
	}
	p := t.Price
	if p.Months == 0 {
		return
	}
	if p.Months < 0 || p.Fen < 0 {
		l.Add(FieldPrice, "单价不能是负数")
	}
	if p.Quantity.N <= 0 {
		l.Add(FieldQuantity, "按单价计租要写明计价数量")
	}
	if t.Step == 0 {
		l.Add(FieldStep, "按单价计租要写明付款周期")
	}
}

func (t *Terms) checkRates(l *errs.List) {
	if len(t.Rates) == 0 {
		return
	}
	if t.Step == 0 || len(t.Fixed) > 0 || t.Escalate.Every > 0 {
		l.Add(FieldRates, "分段租金只用于按周期付款的合同，且不能再填递增")
		return
	}
	for i, r := range t.Rates {
		switch {
		case i > 0 && !r.From.After(t.Rates[i-1].From):
			l.Add(FieldRates, "分段租金的起始日应一行比一行晚（%s）", r.From)
		case r.From.Before(t.From) || r.From.After(t.To):
			l.Add(FieldRates, "分段租金的 %s 不在合同期限之内", r.From)
		case r.Pay < 0:
			l.Add(FieldRates, "分段租金 %s 起的金额不能是负数", r.From)
		default:
			continue
		}
		return
	}
}

func (t *Terms) checkEscalation(l *errs.List) {
	e := t.Escalate
	if e.Every == 0 {
		if e.Percent != 0 || e.Amount != 0 || e.First != 0 {
			l.Add(FieldEvery, "请填写每几个月递增一次")
		}
		return
	}
	if e.Every < 0 || e.First < 0 {
		l.Add(FieldEvery, "递增的间隔不能是负数")
	}
	if t.Step == 0 || len(t.Fixed) > 0 {
		l.Add(FieldEvery, "递增只用于按周期付款的合同")
	}
	if (e.Percent == 0) == (e.Amount == 0) {
		l.Add(FieldPercent, "递增比例和递增金额填一个")
	}
	if e.Unit != 0 && e.Unit != 1 && e.Unit != 100 && e.Unit != 1000 {
		l.Add(FieldAmount, "递增后的租金可取整到分、元、十元")
	}
}

// tooMuch is the mistake of an amount that leaves what the program can record.
func tooMuch() error {
	return errs.OnField(FieldPay, "按这些条款算出的金额超出了系统能记录的范围（%s 元）", money.Max)
}
