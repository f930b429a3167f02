package cash

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// The kinds of open item.
const (
	OpenBook    = "book"    // a receipt book that is not settled
	OpenHeld    = "held"    // cash that was received and not banked
	OpenLimit   = "limit"   // cash on hand over the limit
	OpenPetty   = "petty"   // petty cash that is not accounted for
	OpenAdvance = "advance" // an advance that is not settled
)

// OpenLabels are the kinds in Chinese, in the order in which they are shown.
var OpenLabels = []struct{ Code, Label string }{
	{OpenBook, "未缴销收据本"}, {OpenHeld, "未送存现金"}, {OpenLimit, "库存现金超限额"}, {OpenPetty, "未报账备用金"}, {OpenAdvance, "未结清借支"},
}

// Item is something about a unit's cash that is open on a day: since Since, Age days ago. Over says in Chinese which rule
// it breaks, "" when it is within the rules. Record and ID are the noun and the record that it is about; nothing for the
// cash of a unit as a whole.
type Item struct {
	Kind   string
	Record string
	ID     ids.ID
	Party  ids.ID
	Region string
	Name   string // what: 收据本 2021-015
	Who    string // in whose hands
	Since  date.Date
	Due    date.Date // no date when no rule says
	Age    int       // days
	Amount money.Fen
	Over   string
	Sample bool
}

// Open lists what is open about the cash of the unit that keeps books, at the end of a day, the oldest first. The month's
// closing and the alerts read it; what breaks a rule has Over.
func Open(ctx context.Context, q db.Q, tenant int64, books ids.ID, day date.Date) ([]Item, error) {
	b, err := ledger.BooksByID(ctx, q, tenant, books)
	if err != nil {
		return nil, err
	}
	return open(ctx, q, tenant, day, scope{party: b.Party, region: b.Region})
}

// OpenIn is Open for all units of some places.
func OpenIn(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) ([]Item, error) {
	return open(ctx, q, tenant, day, scope{ranges: ranges})
}

// scope is one unit, or all of some places.
type scope struct {
	party  ids.ID
	region string
	ranges [][2]string
}

func (s scope) where(tenant int64) *db.Where {
	if s.party != 0 {
		return db.NewWhere(tenant).And("party_id = ?", s.party)
	}
	return db.NewWhere(tenant).Ranges("region", s.ranges)
}

func open(ctx context.Context, q db.Q, tenant int64, day date.Date, s scope) ([]Item, error) {
	rules, err := LoadRules(ctx, q, tenant)
	if err != nil {
		return nil, err
	}
	o := &opener{q: q, tenant: tenant, day: day, s: s, rules: rules}
	for _, part := range []func(context.Context) error{o.books, o.held, o.limits, o.petty, o.advances} {
		if err := part(ctx); err != nil {
			return nil, fmt.Errorf("listing open cash: %w", err)
		}
	}
	slices.SortStableFunc(o.items, func(a, b Item) int {
		return cmp.Or(cmp.Compare(order(a.Kind), order(b.Kind)), cmp.Compare(b.Age, a.Age), cmp.Compare(a.Region, b.Region))
	})
	return o.items, nil
}

func order(kind string) int {
	return slices.IndexFunc(OpenLabels, func(l struct{ Code, Label string }) bool { return l.Code == kind })
}

type opener struct {
	q      db.Q
	tenant int64
	day    date.Date
	s      scope
	rules  Rules
	items  []Item
}

func (o *opener) terms(region string) Terms { return o.rules.At(region, o.day) }

func (o *opener) add(it Item) {
	it.Age = o.day.Sub(it.Since)
	o.items = append(o.items, it)
}

// late says that a time is over, where a rule names one.
func (o *opener) late(since date.Date, allowed int, what string) (date.Date, string) {
	if allowed == 0 {
		return date.Date{}, ""
	}
	due := since.AddDays(allowed)
	if over := o.day.Sub(due); over > 0 {
		return due, fmt.Sprintf("%s，超过规定的 %d 天已 %d 天", what, allowed, over)
	}
	return due, ""
}

func (o *opener) books(ctx context.Context) error {
	w := o.s.where(o.tenant).And("state <> 'stock'").And("issued_on <> '' AND issued_on <= ?", o.day).And("(settled_on = '' OR settled_on > ?)", o.day)
	list, err := bookTable.All(ctx, o.q, w, "issued_on, no")
	for i := range list {
		b := &list[i]
		it := Item{Kind: OpenBook, Record: "receipt_book", ID: b.ID, Party: b.Party, Region: b.Region, Name: "收据本 " + b.No, Who: b.Holder, Since: b.Issued, Sample: b.Sample}
		it.Due, it.Over = o.late(b.Issued, o.terms(b.Region).BookDays, "领用后没有缴销")
		if b.State == BookLost {
			it.Over = "收据本遗失，尚未处理"
		}
		o.add(it)
	}
	return err
}

func (o *opener) held(ctx context.Context) error {
	list, err := heldBy(ctx, o.q, o.tenant, o.s.where(o.tenant), o.day)
	for _, h := range list {
		it := Item{Kind: OpenHeld, Party: h.party, Region: h.region, Name: fmt.Sprintf("现金收据 %d 份", h.count), Since: h.first, Amount: h.fen}
		it.Due, it.Over = o.late(h.first, o.terms(h.region).BankDays, "收到现金没有送存银行")
		o.add(it)
	}
	return err
}

// limits finds the units with more cash on hand than they may hold, and since when.
func (o *opener) limits(ctx context.Context) error {
	ranges := o.s.ranges
	if o.s.party != 0 {
		ranges = [][2]string{{o.s.region, o.s.region + "0"}}
	}
	standing, err := ledger.StandingsIn(ctx, o.q, o.tenant, ranges, cashOnHand, o.day)
	if err != nil {
		return err
	}
	units := map[ids.ID]money.Fen{} // a unit's cash goes on from one set of books to the next
	last := map[ids.ID]*ledger.Books{}
	for id, fen := range standing {
		b, err := ledger.BooksByID(ctx, o.q, o.tenant, id)
		if err != nil {
			return err
		}
		if fen == 0 || o.s.party != 0 && b.Party != o.s.party || b.From > o.day.YearMonth() {
			continue
		}
		if l := last[b.Party]; l == nil || l.From < b.From {
			last[b.Party], units[b.Party] = b, fen
		}
	}
	for unit, fen := range units {
		b := last[unit]
		limit := o.terms(b.Region).CashLimit
		if limit == 0 || fen <= limit {
			continue
		}
		since, err := o.overSince(ctx, b.ID, fen, limit)
		if err != nil {
			return err
		}
		o.add(Item{
			Kind: OpenLimit, Party: unit, Region: b.Region, Name: "库存现金", Since: since, Amount: fen, Sample: b.Sample,
			Over: fmt.Sprintf("库存现金 %s 元，超过限额 %s 元", fen, limit),
		})
	}
	return nil
}

// overSince walks back from the day to the first of the days on which the cash has been over the limit.
func (o *opener) overSince(ctx context.Context, books ids.ID, fen, limit money.Fen) (date.Date, error) {
	since := o.day
	moves, err := ledger.DayMoves(ctx, o.q, o.tenant, books, cashOnHand, o.day)
	for _, m := range moves {
		if fen <= limit {
			break
		}
		since = m.Day
		fen -= m.Fen
	}
	return since, err
}

func (o *opener) petty(ctx context.Context) error {
	list, err := pettyTable.All(ctx, o.q, o.s.where(o.tenant).And("opened_on <= ?", o.day), "no")
	if err != nil {
		return err
	}
	moves, err := movements(ctx, o.q, "petty_entry", "petty_id", o.s.where(o.tenant), o.day)
	for i := range list {
		p := &list[i]
		balance, since := oldest(moves, p.ID)
		if balance == 0 {
			continue
		}
		t := o.terms(p.Region)
		it := Item{Kind: OpenPetty, Record: "petty_cash", ID: p.ID, Party: p.Party, Region: p.Region, Name: "备用金 " + p.No, Who: p.Holder, Since: since, Amount: balance, Sample: p.Sample}
		it.Due, it.Over = o.late(since, t.PettyDays, "备用金没有报账")
		if t.PettyLimit > 0 && balance > t.PettyLimit {
			it.Over = fmt.Sprintf("备用金余额 %s 元，超过限额 %s 元", balance, t.PettyLimit)
		}
		o.add(it)
	}
	return err
}

// oldest returns the balance of petty cash and the day of the oldest advance that is not accounted for: what comes back
// settles the oldest advances first.
func oldest(moves []movement, parent ids.ID) (money.Fen, date.Date) {
	var out, back money.Fen
	for _, m := range moves {
		switch {
		case m.parent != parent:
		case m.kind == TopUp:
			out += m.fen
		default:
			back += m.fen
		}
	}
	balance := out - back
	for _, m := range moves {
		if m.parent != parent || m.kind != TopUp {
			continue
		}
		if back < m.fen {
			return balance, m.day
		}
		back -= m.fen
	}
	return balance, date.Date{}
}

func (o *opener) advances(ctx context.Context) error {
	list, err := advanceTable.All(ctx, o.q, o.s.where(o.tenant).And("paid_on <> '' AND paid_on <= ?", o.day), "no")
	if err != nil {
		return err
	}
	moves, err := movements(ctx, o.q, "advance_entry", "advance_id", o.s.where(o.tenant), o.day)
	back := map[ids.ID]money.Fen{}
	for _, m := range moves {
		back[m.parent] += m.fen
	}
	for i := range list {
		a := &list[i]
		left := a.Amount - back[a.ID]
		if left == 0 {
			continue
		}
		it := Item{
			Kind: OpenAdvance, Record: "advance", ID: a.ID, Party: a.Party, Region: a.Region, Name: "借支 " + a.No + " " + a.Purpose, Who: a.Borrower,
			Since: a.Paid, Due: a.Due, Amount: left, Sample: a.Sample,
		}
		if late := o.day.Sub(a.Due); late > 0 {
			it.Over = fmt.Sprintf("应于 %s 归还，已逾期 %d 天", a.Due, late)
		}
		o.add(it)
	}
	return err
}
