package schedule

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
	"huicun/internal/kit/qty"
)

// price is what a whole period costs from a day on, and why.
type price struct {
	from date.Date
	pay  money.Fen
	why  string
}

// piece is a part of a period with one price.
type piece struct {
	from, to date.Date
	price
	free bool
}

// period is one step of billing: whole is its full time, of which from..to is billed.
type period struct {
	whole    Span
	from, to date.Date
	pieces   []piece
	by       Prorate
	steps    int // months of the whole; 0 when it is of no step
	due      date.Date
}

// at is the position of the beginning of a day in the period's own measure.
func (p *period) at(d date.Date) int64 {
	switch p.by {
	case By360:
		return int64(360*d.Year() + 30*int(d.Month()) + min(d.Day(), 30))
	case ByMonths:
		n := int64(0)
		for (p.steps == 0 || int(n) < p.steps) && p.whole.From.AddMonths(int(n)).Before(d) {
			n++
		}
		return n
	default:
		return int64(d.Sub(p.whole.From))
	}
}

func (p *period) weight(from, to date.Date) int64 { return p.at(to.AddDays(1)) - p.at(from) }

// Bounds below which cum is counted in machine words: amounts to ten milliards of yuan, and weights of some hundred pieces.
const (
	smallPay    = 1 << 40
	smallWeight = 1 << 14
	smallPieces = 1 << 6
)

// small is cum in machine words; false where they might not do.
func (p *period) small(d date.Date, whole int64) (money.Fen, bool) {
	if len(p.pieces) > smallPieces || whole > smallWeight || whole <= 0 {
		return 0, false
	}
	sum := int64(0)
	for i := range p.pieces {
		x := &p.pieces[i]
		if x.free || x.from.After(d) {
			continue
		}
		end := x.to
		if d.Before(end) {
			end = d
		}
		w := p.weight(x.from, end)
		if x.pay < 0 || x.pay > smallPay || w > smallWeight {
			return 0, false
		}
		sum += int64(x.pay) * w
	}
	return money.Fen((2*sum + whole) / (2 * whole)), true
}

// cum is what of the period's price has come up by the end of a day, rounded once.
func (p *period) cum(d date.Date) (money.Fen, error) {
	whole := p.weight(p.whole.From, p.whole.To)
	if fen, ok := p.small(d, whole); ok {
		return fen, nil
	}
	sum := new(big.Int)
	for i := range p.pieces {
		x := &p.pieces[i]
		if x.free || x.from.After(d) {
			continue
		}
		end := x.to
		if d.Before(end) {
			end = d
		}
		sum.Add(sum, new(big.Int).Mul(big.NewInt(int64(x.pay)), big.NewInt(p.weight(x.from, end))))
	}
	return rounded(sum, big.NewInt(whole), 1)
}

// between is what the period's days from a to b cost; nothing of days that lie outside it.
func (p *period) between(a, b date.Date) (money.Fen, error) {
	if a.Before(p.from) {
		a = p.from
	}
	if b.After(p.to) {
		b = p.to
	}
	if b.Before(a) {
		return 0, nil
	}
	until, err := p.cum(b)
	if err != nil {
		return 0, err
	}
	before, err := p.cum(a.AddDays(-1))
	return until - before, err
}

// rounded is num/den in multiples of unit, half up; both are not negative and den is not zero.
func rounded(num, den *big.Int, unit int64) (money.Fen, error) {
	d := new(big.Int).Mul(den, big.NewInt(unit))
	n := new(big.Int).Add(new(big.Int).Lsh(num, 1), d)
	n.Quo(n, new(big.Int).Lsh(d, 1))
	n.Mul(n, big.NewInt(unit))
	if !n.IsInt64() || n.Int64() > int64(money.Max) {
		return 0, tooMuch()
	}
	return money.Fen(n.Int64()), nil
}

// base is what a whole period costs at first.
func (t *Terms) base() (price, error) {
	if t.Price.Months == 0 {
		return price{t.From, t.Pay, ""}, nil
	}
	num := new(big.Int).Mul(big.NewInt(int64(t.Price.Fen)), big.NewInt(t.Price.Quantity.N))
	num.Mul(num, big.NewInt(int64(t.Step)))
	pay, err := rounded(num, new(big.Int).Mul(big.NewInt(qty.One), big.NewInt(int64(t.Price.Months))), 1)
	every := map[int]string{1: "月", 12: "年"}[t.Price.Months]
	if every == "" {
		every = fmt.Sprintf("%d 个月", t.Price.Months)
	}
	return price{t.From, pay, fmt.Sprintf("%s 元/%s·%s × %s × %d 个月", t.Price.Fen, t.Price.Quantity.Unit.Label(), every, t.Price.Quantity, t.Step)}, err
}

// PeriodPrice is what a whole period costs at first.
func (t *Terms) PeriodPrice() (money.Fen, error) {
	p, err := t.base()
	return p.pay, err
}

func (t *Terms) unit() int64 { return max(t.Escalate.Unit, 1) }

// prices lists what a whole period costs, from the first day on.
func (t *Terms) prices() ([]price, error) {
	first, err := t.base()
	if err != nil {
		return nil, err
	}
	out := []price{first}
	for _, r := range t.Rates {
		if r.From == t.From {
			out = out[:0]
		}
		out = append(out, price{r.From, r.Pay, "分段租金"})
	}
	e := t.Escalate
	if e.Every == 0 {
		return out, nil
	}
	start := e.First
	if start == 0 {
		start = e.Every
	}
	for k := 1; k <= longest; k++ {
		from := t.From.AddMonths(start + (k-1)*e.Every)
		if from.After(t.Last()) {
			break
		}
		pay, err := t.raised(first.pay, out[len(out)-1].pay, k)
		if err != nil {
			return nil, err
		}
		out = append(out, price{from, pay, t.raisedWhy(k)})
	}
	return out, nil
}

// raised is the price after the k-th raise.
func (t *Terms) raised(first, before money.Fen, k int) (money.Fen, error) {
	e := t.Escalate
	num, den := new(big.Int), big.NewInt(perCent)
	switch {
	case e.Amount != 0:
		num.Mul(big.NewInt(int64(e.Amount)), big.NewInt(int64(k)))
		num.Add(num, big.NewInt(int64(first)))
		den.SetInt64(1)
	case e.OfBase:
		num.Add(big.NewInt(perCent), new(big.Int).Mul(big.NewInt(e.Percent), big.NewInt(int64(k))))
		num.Mul(num, big.NewInt(int64(first)))
	default:
		num.Mul(big.NewInt(int64(before)), big.NewInt(perCent+e.Percent))
	}
	if num.Sign() < 0 {
		name := FieldPercent
		if e.Amount != 0 {
			name = FieldAmount
		}
		return 0, errs.OnField(name, "第 %d 次调整后租金成了负数，请改小递减的幅度或次数", k)
	}
	return rounded(num, den, t.unit())
}

func (t *Terms) raisedWhy(k int) string {
	e := t.Escalate
	switch {
	case e.Amount != 0:
		return fmt.Sprintf("第 %d 次递增，每次 %s 元", k, e.Amount)
	case e.OfBase:
		return fmt.Sprintf("第 %d 次递增，每次为基础租金的 %s%%", k, Percent(e.Percent))
	default:
		return fmt.Sprintf("第 %d 次递增 %s%%", k, Percent(e.Percent))
	}
}

// Percent writes hundredths of a per cent: 550 is "5.5".
func Percent(n int64) string {
	s := fmt.Sprintf("%d.%02d", n/100, max(n, -n)%100)
	if n < 0 && n > -100 {
		s = "-" + s
	}
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// periods lays out the billing periods up to the last day.
func (t *Terms) periods() ([]period, error) {
	prices, err := t.prices()
	if err != nil {
		return nil, err
	}
	var out []period
	for _, w := range t.grid() {
		p := period{whole: w.Span, from: w.From, to: w.To, by: t.Prorate, steps: t.Step}
		if begin := t.begin(); p.from.Before(begin) {
			p.from = begin
		}
		if last := t.Last(); p.to.After(last) {
			p.to = last
		}
		p.due = w.due
		if w.due.IsZero() {
			p.due = t.due(p.from, p.to)
		}
		if p.weight(p.whole.From, p.whole.To) == 0 { // the 31st alone, in months of 30 days
			p.by = ByDays
		}
		if w.fixed {
			p.pieces = []piece{{p.whole.From, p.whole.To, price{pay: w.amount}, false}}
		} else {
			p.pieces = t.cutUp(p.from, p.to, prices)
		}
		out = append(out, p)
	}
	return out, nil
}

// cell is a whole period of the grid; a fixed one has its own amount, and perhaps its own due day.
type cell struct {
	Span
	due    date.Date
	amount money.Fen
	fixed  bool
}

// grid lists the whole periods that meet the billed time.
func (t *Terms) grid() []cell {
	begin, last := t.begin(), t.Last()
	if last.Before(begin) {
		return nil
	}
	switch {
	case len(t.Fixed) > 0:
		return t.fixedGrid(last)
	case t.Step == 0: // paid once, whenever it ends
		if last.Before(t.From.AddMonths(t.FreeHead)) {
			return nil
		}
		return []cell{{Span: Span{t.From, last}, amount: t.Pay, fixed: true}}
	}
	origin := begin
	if t.Calendar {
		months := (int(begin.Month()) - 1) / t.Step * t.Step
		origin = date.Must(fmt.Sprintf("%04d-01-01", begin.Year())).AddMonths(months)
	}
	var out []cell
	for k := range longest + 1 {
		from := origin.AddMonths(k * t.Step)
		if from.After(last) {
			break
		}
		to := origin.AddMonths((k + 1) * t.Step).AddDays(-1)
		if to.Before(from) { // at the end of the range of dates
			break
		}
		out = append(out, cell{Span: Span{from, to}})
	}
	return out
}

func (t *Terms) fixedGrid(last date.Date) []cell {
	var out []cell
	for i, f := range t.Fixed {
		if f.From.After(last) {
			break
		}
		to := t.To
		if i+1 < len(t.Fixed) {
			to = t.Fixed[i+1].From.AddDays(-1)
		}
		out = append(out, cell{Span: Span{f.From, to}, due: f.Due, amount: f.Amount, fixed: true})
	}
	return out
}

// due is the day on which the payment for from..to falls due.
func (t *Terms) due(from, to date.Date) date.Date {
	d := to
	if t.Advance {
		d = from
	}
	if t.DueDay == 0 {
		return d.AddDays(t.DueDays)
	}
	on := func(m date.Month) date.Date {
		day := m.First().AddDays(t.DueDay - 1)
		if day.After(m.Last()) {
			return m.Last()
		}
		return day
	}
	if day := on(d.YearMonth()); !day.Before(d) {
		return day
	}
	return on(d.YearMonth().Next())
}

// cutUp divides from..to where the price changes and where it is rent-free.
func (t *Terms) cutUp(from, to date.Date, prices []price) []piece {
	cuts := []date.Date{from}
	add := func(d date.Date) {
		if d.After(from) && !d.After(to) {
			cuts = append(cuts, d)
		}
	}
	for _, r := range prices {
		add(r.from)
	}
	for _, s := range t.Free {
		add(s.From)
		add(s.To.AddDays(1))
	}
	slices.SortFunc(cuts, date.Date.Compare)
	cuts = slices.Compact(cuts)
	out := make([]piece, len(cuts))
	for i, d := range cuts {
		end := to
		if i+1 < len(cuts) {
			end = cuts[i+1].AddDays(-1)
		}
		x := piece{from: d, to: end, price: prices[0]}
		for _, r := range prices {
			if !r.from.After(d) {
				x.price = r
			}
		}
		x.free = slices.ContainsFunc(t.Free, func(s Span) bool { return !d.Before(s.From) && !d.After(s.To) })
		out[i] = x
	}
	return out
}
