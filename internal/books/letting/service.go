package letting

import (
	"context"

	"huicun/internal/books/contract"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// Service has the slice's nouns and the use cases that are more than an event.
type Service struct {
	env       *record.Env
	contracts *record.Noun[contract.Contract]

	Rules      *record.Noun[Rule]
	Thresholds *record.Noun[Threshold]
	Lettings   *record.Noun[Letting]
	Steps      *record.Noun[Step]
	Bids       *record.Noun[Bid]
	Objections *record.Noun[Objection]
}

// New registers the nouns.
func New(e *record.Env, contracts *record.Noun[contract.Contract]) *Service {
	s := &Service{env: e, contracts: contracts}
	s.Rules, s.Thresholds = newRules(e), newThresholds(e)
	s.Lettings = newLettings(e, s)
	s.Steps, s.Bids, s.Objections = newSteps(e), newBids(e), newObjections(e)
	return s
}

func (s *Service) today() date.Date { return date.Today(s.env.DB.Clock()) }

// guards refuse an event with what is missing, and fill in what the event settles.
func (s *Service) guards() map[string]func(context.Context, *db.Tx, *Letting) error {
	out := map[string]func(context.Context, *db.Tx, *Letting) error{}
	for _, e := range Machine.Events {
		out[e.Name] = func(ctx context.Context, tx *db.Tx, l *Letting) error {
			if _, err := lock(ctx, tx, l.ID); err != nil {
				return err
			}
			today := date.Of(tx.Now())
			d, err := LoadDossier(ctx, tx, l, today)
			if err != nil {
				return err
			}
			if err := refused(d.Missing(e.Name, today)); err != nil {
				return err
			}
			return s.settle(ctx, tx, d, e.Name, today)
		}
	}
	return out
}

// settle carries out what an event means beyond the state.
func (s *Service) settle(ctx context.Context, tx *db.Tx, d *Dossier, event string, today date.Date) error {
	l := d.Letting
	switch event {
	case "decide":
		return s.derive(ctx, tx, tx.Tenant, l) // the rules may have changed since it was saved
	case "approve":
		if tx.ActorID != 0 && tx.ActorID == l.CreatedBy {
			return errs.New(errs.Forbidden, "letting.self", "招租方案由您拟定，要由别人审批")
		}
		l.TownOn = today
	case "return":
		l.TownOn = date.Date{}
	case "list":
		l.Listed = today
	case "open":
		return s.open(ctx, tx, d, today)
	case "publicise":
		return s.publicise(ctx, tx, d, today)
	case "reopen":
		l.Result, l.Winner, l.Price = date.Date{}, "", 0
		return s.judge(ctx, tx, d, nil, false)
	case "fail", "withdraw":
		l.Closed, l.ClosedWhy = today, record.Reason(ctx)
	}
	return nil
}

// open writes the amounts of all bids at once.
func (s *Service) open(ctx context.Context, tx *db.Tx, d *Dossier, today date.Date) error {
	for i := range d.Bids {
		b := &d.Bids[i]
		amount, err := reveal(s.env, b)
		if err != nil {
			return err
		}
		if amount != 0 {
			b.Offer = amount
		}
	}
	d.Opened, d.Way = today, "bid"
	if len(d.Standing()) < d.Terms.MinBidders || len(d.Standing()) == 1 {
		d.Way = "talk"
	}
	list, _ := Rank(d.Offers(), d.Terms)
	return s.judge(ctx, tx, d, list, false)
}

// publicise names the first of the ranking.
func (s *Service) publicise(ctx context.Context, tx *db.Tx, d *Dossier, today date.Date) error {
	list, _ := Rank(d.Offers(), d.Terms)
	best := list[0]
	for _, b := range d.Bids {
		if b.ID == best.Bid {
			d.Winner = b.Name
		}
	}
	d.Price, d.Result = best.Amount, today
	return s.judge(ctx, tx, d, list, true)
}

// judge stores the bids with their places; won marks the first.
func (s *Service) judge(ctx context.Context, tx *db.Tx, d *Dossier, list []Ranked, won bool) error {
	places := map[ids.ID]int{}
	for _, r := range list {
		places[r.Bid] = r.Place
	}
	for i := range d.Bids {
		b := &d.Bids[i]
		b.Place = places[b.ID]
		b.Won = won && b.Place == 1
		if err := bidTable.Update(ctx, tx, b); err != nil {
			return err
		}
	}
	return nil
}

// Draft drafts the contract that follows from a letting and links both; it returns the contract's id. key makes a double
// submission harmless.
func (s *Service) Draft(ctx context.Context, who access.Principal, tenant int64, key string, id ids.ID) (ids.ID, error) {
	m := who.Meta(tenant)
	m.Key, m.Input = key, id.String()
	var made ids.ID
	err := s.env.DB.InTx(ctx, m, func(ctx context.Context, tx *db.Tx) error {
		if _, err := lock(ctx, tx, id); err != nil {
			return err
		}
		l, err := Get(ctx, tx, tenant, id)
		if err != nil {
			return err
		}
		if err := who.Require(s.Lettings.Perm(access.Edit), l.Region); err != nil {
			return err
		}
		if _, err := Machine.Fire(l.State, drafted); err != nil {
			return err
		}
		d, err := LoadDossier(ctx, tx, l, date.Of(tx.Now()))
		if err != nil {
			return err
		}
		if err := refused(d.Missing(drafted, date.Of(tx.Now()))); err != nil {
			return err
		}
		c, err := l.lease(d.Won().Party)
		if err != nil {
			return err
		}
		if err := s.contracts.CreateTx(ctx, tx, who, c); err != nil {
			return err
		}
		l.Contract, made = c.ID, c.ID
		tx.SetResult(made.String())
		// Nobody else has the event's permission: it never happens without the contract.
		return s.Lettings.DoTx(ctx, tx, access.System, l, drafted, "")
	})
	if first, ok := db.Replayed(err); ok {
		return ids.Parse(first)
	}
	return made, err
}
