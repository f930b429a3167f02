package closing

import (
	"context"
	"slices"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
)

// Close runs the checklist on a month and closes it in the same transaction, so that nothing can come in between. What
// stops it is the error; what is only pointed out is kept in the log of closings.
func (s *Service) Close(ctx context.Context, who access.Principal, tenant int64, books ids.ID, month date.Month) error {
	return s.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		b, err := ledger.LockBooks(ctx, tx, books)
		if err != nil {
			return err
		}
		if err := who.Require("books:"+access.Post, b.Region); err != nil {
			return err
		}
		if !month.Valid() {
			return errs.OnField("month", "请填写月份")
		}
		if err := b.Takes(month); err != nil {
			return err
		}
		next, err := nextToClose(ctx, tx, tenant, b)
		switch {
		case err != nil:
			return err
		case month < next:
			return state("period.closed", "%s 已经结账", month)
		case month > next:
			return state("period.earlier_open", "%s 还没有结账，请按月份先后结账", next)
		}
		l, err := s.run(ctx, tx, tenant, b, month, s.checks)
		if err != nil {
			return err
		}
		if l.Blocked() {
			return refuse(l)
		}
		return s.l.ClosePeriodTx(ctx, tx, who, books, month, l.note())
	})
}

// refuse says what stops a closing.
func refuse(l *List) error {
	text := ""
	for i := range l.Results {
		if r := &l.Results[i]; r.State == Blocking {
			if text != "" {
				text += "；"
			}
			text += r.Label + "：" + r.Findings[0].Text
		}
	}
	return state("period.blocked", "%s 还不能结账。%s", l.Month.Chinese(), text)
}

// Reopen opens a closed month again, the latest first, with its reason. What the year end and the distribution posted
// is undone before their December is opened.
func (s *Service) Reopen(ctx context.Context, who access.Principal, tenant int64, books ids.ID, month date.Month, reason string) error {
	return s.l.ReopenPeriod(ctx, who, tenant, books, month, reason)
}

// nextToClose is the month of books that is closed next: the one after the last closed one, or the first.
func nextToClose(ctx context.Context, q db.Q, tenant int64, b *ledger.Books) (date.Month, error) {
	list, err := ledger.Periods(ctx, q, tenant, b.ID)
	if err != nil {
		return 0, err
	}
	next := b.From
	for _, p := range list {
		if p.Closed && p.Month >= next {
			next = p.Month.Next()
		}
	}
	return next, nil
}

// Glance is where books stand in the work of closing.
type Glance struct {
	Books ledger.Books
	Last  date.Month // closed last, 0 for none
	Next  date.Month // to be closed next, 0 when the books have ended
	List  *List      // of Next; nil when there is none or it is not yet over
}

// Ready reports whether the next month could be closed now.
func (g *Glance) Ready() bool { return g.List != nil && !g.List.Blocked() }

// Overview shows for books where they stand, up to a month: later ones need no closing yet.
func (s *Service) Overview(ctx context.Context, tenant int64, books []ledger.Books, upTo date.Month) ([]Glance, error) {
	q := s.env.DB.Read()
	out := make([]Glance, len(books))
	for i := range books {
		g := &out[i]
		g.Books = books[i]
		next, err := nextToClose(ctx, q, tenant, &books[i])
		if err != nil {
			return nil, err
		}
		if next > books[i].From {
			g.Last = next.Prev()
		}
		if books[i].Takes(next) != nil {
			continue
		}
		g.Next = next
		if next > upTo {
			continue
		}
		if g.List, err = s.run(ctx, q, tenant, &books[i], next, s.checks); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Closed says what came of closing one of many books: the months that were closed, and why it went no further.
type Closed struct {
	Books  ledger.Books
	Months []date.Month
	Err    error // the person's to read; nil when all went through
}

// CloseAll closes what can be closed of books up to a month, each of them by itself: what stops one leaves the others
// alone. Errors that are not a person's to mend end it.
func (s *Service) CloseAll(ctx context.Context, who access.Principal, tenant int64, books []ids.ID, upTo date.Month) ([]Closed, error) {
	var out []Closed
	for _, id := range slices.Compact(slices.Clone(books)) {
		b, err := s.l.Books.Get(ctx, who, tenant, id)
		if err != nil {
			return out, err
		}
		c := Closed{Books: *b}
		for {
			next, err := nextToClose(ctx, s.env.DB.Read(), tenant, b)
			if err != nil {
				return out, err
			}
			if next > upTo || b.Takes(next) != nil {
				break
			}
			if err := s.Close(ctx, who, tenant, id, next); err != nil {
				if k := errs.KindOf(err); k == errs.Internal || k == errs.Unavailable {
					return out, err
				}
				c.Err = err
				break
			}
			c.Months = append(c.Months, next)
		}
		out = append(out, c)
	}
	return out, nil
}
