package risk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"huicun/internal/insight/overview"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// Service runs the rules and carries out what people do with alerts.
type Service struct {
	env     *record.Env
	over    *overview.Service
	Rules   *record.Noun[Rule]
	Related *record.Noun[Related]
	Alerts  *record.Noun[Alert]
}

// New registers the nouns; those whose records rules look at must have been registered before.
func New(e *record.Env) *Service {
	return &Service{env: e, Rules: NewRules(e), Related: NewRelated(e), Alerts: newAlerts(e)}
}

// Uses hands the service what tells it of arrears; call it before the first run.
func (s *Service) Uses(o *overview.Service) { s.over = o }

// atOnce is how many alerts one transaction writes.
const atOnce = 100

// maxTries is how often a part of a run is repeated when somebody else has just done the same.
const maxTries = 3

// Run looks through a place of a county on a day with all rules, and raises, changes, clears and reopens alerts. It does
// not go back behind a day that has been looked through.
func (s *Service) Run(ctx context.Context, who access.Principal, tenant int64, scope string, day date.Date, progress func(done, total int, what string)) (*Outcome, error) {
	v, err := s.view(ctx, tenant, scope, day)
	if err != nil {
		return nil, err
	}
	last, err := lastDay(ctx, v.q, tenant)
	if err != nil {
		return nil, err
	}
	if day.Before(last) {
		return nil, errs.New(errs.State, "risk.back", "已经按 %s 检查过，不能再按更早的 %s 检查；请把年度切换到最近一年", last, day)
	}
	o := &Outcome{Day: day, Scope: scope}
	for i := range formulas {
		f := &formulas[i]
		if progress != nil {
			progress(i, len(formulas), f.Name)
		}
		hits, err := v.find(ctx, f)
		if err != nil {
			return nil, err
		}
		if err := s.settle(ctx, who, v, f, hits, o); err != nil {
			return nil, err
		}
	}
	if err := s.escalate(ctx, who, v, o); err != nil {
		return nil, err
	}
	return o, s.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error { return saveRun(ctx, tx, o) })
}

func (s *Service) view(ctx context.Context, tenant int64, scope string, day date.Date) (*view, error) {
	ranges, err := s.env.Regions.Ranges(ctx, scope)
	if err != nil {
		return nil, err
	}
	q := s.env.ForTenant(tenant)
	rules, err := LoadRules(ctx, q, tenant, day)
	return &view{q: q, env: s.env, over: s.over, tenant: tenant, ranges: ranges, day: day, rules: rules}, err
}

// found is a hit with its colour and the rule that gave it.
type found struct {
	*Hit
	colour string
	rule   *Rule
}

// find measures with one formula; what is within its edges is left out.
func (v *view) find(ctx context.Context, f *Formula) ([]found, error) {
	v.f = f
	hits, err := f.find(ctx, v)
	if err != nil {
		return nil, fmt.Errorf("looking for %s: %w", f.Code, err)
	}
	var out []found
	for i := range hits {
		h := &hits[i]
		r := v.rule(h.Region)
		if r == nil {
			continue
		}
		if c := r.colour(f, h.Measure); c != "" {
			out = append(out, found{h, c, r})
		}
	}
	slices.SortStableFunc(out, func(a, b found) int { return strings.Compare(a.Region+a.Subject, b.Region+b.Subject) })
	return slices.CompactFunc(out, func(a, b found) bool { return a.Subject == b.Subject }), nil
}

// change is what a run does to one alert.
type change struct {
	a   *Alert
	hit *found // nil: no longer found
}

// settle compares what a formula found with the alerts that stand.
func (s *Service) settle(ctx context.Context, who access.Principal, v *view, f *Formula, hits []found, o *Outcome) error {
	o.Found += len(hits)
	for try := 1; ; try++ {
		err := s.settleOnce(ctx, who, v, f, hits, o)
		if !errs.Is(err, errs.Conflict) || try == maxTries {
			return err
		}
	}
}

func (s *Service) settleOnce(ctx context.Context, who access.Principal, v *view, f *Formula, hits []found, o *Outcome) error {
	have, err := known(ctx, v.q, v.tenant, v.ranges, f.Code)
	if err != nil {
		return err
	}
	var todo []change
	seen := map[string]bool{}
	for i := range hits {
		h := &hits[i]
		seen[h.Subject] = true
		todo = append(todo, change{a: have[h.Subject], hit: h})
	}
	var gone []*Alert
	for _, a := range have {
		if !seen[a.Subject] && (a.State != Closed || a.Holds) && !(a.State == Cleared && v.rules.At(a.Region, f.Code) != nil) {
			gone = append(gone, a)
		}
	}
	slices.SortFunc(gone, func(a, b *Alert) int { return strings.Compare(a.No, b.No) })
	for _, a := range gone {
		todo = append(todo, change{a: a})
	}
	for some := range slices.Chunk(todo, atOnce) {
		count := *o
		err := s.env.DB.InTx(ctx, who.Meta(v.tenant), func(ctx context.Context, tx *db.Tx) error {
			count = *o
			for i := range some {
				if err := s.apply(ctx, tx, v, f, &some[i], &count); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("writing alerts of %s: %w", f.Code, err)
		}
		*o = count
	}
	return nil
}

// apply carries one change out. The alert is read again: somebody may have answered it meanwhile.
func (s *Service) apply(ctx context.Context, tx *db.Tx, v *view, f *Formula, c *change, o *Outcome) error {
	if c.a == nil {
		return s.raise(ctx, tx, v, f, c.hit, o)
	}
	a, err := alertTable.Get(ctx, tx, v.tenant, c.a.ID)
	if err != nil {
		return err
	}
	if c.hit == nil {
		return s.gone(ctx, tx, v, f, a, o)
	}
	return s.again(ctx, tx, v, f, a, c.hit, o)
}

func (a *Alert) take(r *Rule) { a.Owner, a.Reviewer, a.Escalate = r.Owner, r.Reviewer, r.Escalate }

func (s *Service) raise(ctx context.Context, tx *db.Tx, v *view, f *Formula, h *found, o *Outcome) error {
	a := &Alert{Code: f.Code, Subject: h.Subject, Raised: v.day, Due: h.rule.due(h.colour, v.day)}
	a.Region, a.State, a.Sample = h.Region, Open, h.Sample
	a.take(h.rule)
	if err := a.set(h.Hit, f, h.colour, v.day); err != nil {
		return err
	}
	if err := s.Alerts.CreateTx(ctx, tx, access.System, a); err != nil {
		return err
	}
	o.Raised++
	return note(ctx, tx, a, EventRaised, v.day, h.Why)
}

// again keeps what was found once more.
func (s *Service) again(ctx context.Context, tx *db.Tx, v *view, f *Formula, a *Alert, h *found, o *Outcome) error {
	was, before, held := *a, grade(a.Colour), a.Holds
	a.take(h.rule)
	if err := a.set(h.Hit, f, h.colour, v.day); err != nil {
		return err
	}
	now := grade(a.Colour)
	switch {
	case a.State == Closed && held && now <= grade(a.ClosedColour):
		// It was looked at and let be; only what is worse than that comes up again.
		return graded(ctx, tx, a)
	case a.State == Closed:
		text := "情形再次出现：" + h.Why
		if held {
			text = "销号以后情形加重：" + h.Why
		}
		o.Reopened++
		return s.recur(ctx, tx, v, a, h, text)
	case a.State == Cleared:
		o.Reopened++
		return s.recur(ctx, tx, v, a, h, "确认消除之前情形再次出现："+h.Why)
	case now > before:
		if due := h.rule.due(a.Colour, v.day); due.Before(a.Due) || a.Due.Before(v.day) {
			a.Due, a.Escalated = due, date.Date{}
		}
		o.Risen++
		if err := graded(ctx, tx, a); err != nil {
			return err
		}
		return note(ctx, tx, a, EventRisen, v.day, h.Why)
	case now < before:
		o.Fallen++
		if err := graded(ctx, tx, a); err != nil {
			return err
		}
		return note(ctx, tx, a, EventFallen, v.day, h.Why)
	case was.Why == a.Why && was.detail == a.detail && was.Seen == a.Seen && was.Title == a.Title && was.Owner == a.Owner && was.Reviewer == a.Reviewer && was.Escalate == a.Escalate:
		return nil
	}
	return measured(ctx, tx, a)
}

// recur opens an alert again with a new term.
func (s *Service) recur(ctx context.Context, tx *db.Tx, v *view, a *Alert, h *found, text string) error {
	a.Due, a.Escalated, a.Reopened = h.rule.due(a.Colour, v.day), date.Date{}, a.Reopened+1
	a.forget()
	if err := s.Alerts.DoTx(ctx, tx, access.System, a, "recur", text); err != nil {
		return err
	}
	return note(ctx, tx, a, EventReopened, v.day, text)
}

// forget takes the answer and the closing off an alert that is open again; they stay among its events.
func (a *Alert) forget() {
	a.Reply, a.Replier, a.ReplierID, a.Replied = "", "", 0, date.Date{}
	a.ClosedOn, a.ClosedColour, a.Outcome = date.Date{}, "", ""
}

// gone keeps that an alert was not found any more.
func (s *Service) gone(ctx context.Context, tx *db.Tx, v *view, f *Formula, a *Alert, o *Outcome) error {
	r := v.rules.At(a.Region, f.Code)
	text := "到 " + v.day.String() + "，“" + f.Name + "”的情形已不存在（上次为 " + a.MeasureText + "）"
	if r == nil {
		text = "“" + f.Name + "”的预警规则在这个地区已停用"
	}
	a.Holds = false
	switch {
	case a.State == Closed:
		if err := graded(ctx, tx, a); err != nil {
			return err
		}
		return note(ctx, tx, a, EventCleared, v.day, text)
	case r != nil && r.Clears == ClearConfirm:
		if err := s.Alerts.DoTx(ctx, tx, access.System, a, "lapse", text); err != nil {
			return err
		}
		o.Cleared++
		return note(ctx, tx, a, EventCleared, v.day, text)
	}
	a.ClosedOn, a.ClosedColour, a.Outcome = v.day, a.Colour, text
	if err := s.Alerts.DoTx(ctx, tx, access.System, a, "expire", text); err != nil {
		return err
	}
	o.Cleared++
	return note(ctx, tx, a, EventClosed, v.day, text)
}

// escalate tells those above of what was not answered in time, once for each term.
func (s *Service) escalate(ctx context.Context, who access.Principal, v *view, o *Outcome) error {
	list, err := late(ctx, v.q, v.tenant, v.ranges, v.day)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(list, atOnce) {
		n := 0
		err := s.env.DB.InTx(ctx, who.Meta(v.tenant), func(ctx context.Context, tx *db.Tx) error {
			n = 0
			for i := range some {
				a, err := alertTable.Get(ctx, tx, v.tenant, some[i].ID)
				if err != nil {
					return err
				}
				if !a.Late(v.day) || !a.Escalated.IsZero() {
					continue
				}
				a.Escalated = v.day
				n++
				if err := graded(ctx, tx, a); err != nil {
					return err
				}
				role, _ := access.RoleOf(a.Escalate)
				if err := note(ctx, tx, a, EventEscalated, v.day, "应于 "+a.Due.String()+" 答复，逾期未答复，上报"+role.Title); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		o.Escalated += n
	}
	return nil
}

// Trial is what a rule would raise.
type Trial struct {
	Region, Title, Colour, MeasureText, Why string
}

// Try says what a rule that is not saved yet would raise today at its place and below.
func (s *Service) Try(ctx context.Context, tenant int64, r *Rule, day date.Date) ([]Trial, error) {
	v, err := s.view(ctx, tenant, r.Region, day)
	if err != nil {
		return nil, err
	}
	rule := *r
	if err := v.rules.put(&rule); err != nil {
		return nil, err
	}
	f := FormulaOf(r.Code)
	list, err := v.find(ctx, f)
	out := make([]Trial, 0, len(list))
	for _, h := range list {
		if h.rule == &rule {
			out = append(out, Trial{h.Region, h.Title, h.colour, f.Unit.Text(h.Measure), h.Why})
		}
	}
	slices.SortStableFunc(out, func(a, b Trial) int { return grade(b.Colour) - grade(a.Colour) })
	return out, err
}
