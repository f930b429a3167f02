package risk

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
)

// The kinds of event.
const (
	EventRaised    = "raised"
	EventRisen     = "risen"
	EventFallen    = "fallen"
	EventCleared   = "cleared"
	EventReplied   = "replied"
	EventReturned  = "returned"
	EventClosed    = "closed"
	EventReopened  = "reopened"
	EventEscalated = "escalated"
)

// Event is one step of an alert. At is in microseconds since 1970, UTC.
type Event struct {
	ID          ids.ID
	Alert       ids.ID
	Kind        string
	On          date.Date
	Colour      string
	MeasureText string
	Actor, Text string
	At          int64
}

// note writes what happened to an alert on a day.
func note(ctx context.Context, tx *db.Tx, a *Alert, kind string, day date.Date, text string) error {
	return tx.Exec(ctx, `INSERT INTO alert_event (tenant_id, id, alert_id, kind, on_date, colour, measure_text, actor, text, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		tx.Tenant, int64(tx.NewID()), int64(a.ID), kind, day, a.Colour, a.MeasureText, tx.ActorName, text, tx.Now().UnixMicro())
}

// EventsOf lists the steps of an alert, the first one first.
func EventsOf(ctx context.Context, q db.Q, tenant int64, alert ids.ID) ([]Event, error) {
	return db.Collect(ctx, q, func(e *Event) []any {
		return []any{&e.ID, &e.Alert, &e.Kind, &e.On, &e.Colour, &e.MeasureText, &e.Actor, &e.Text, &e.At}
	}, `SELECT id, alert_id, kind, on_date, colour, measure_text, actor, text, at FROM alert_event WHERE tenant_id = $1 AND alert_id = $2 ORDER BY id`, tenant, int64(alert))
}

// known reads the alerts of a formula in some places that a run has to look at, by their subject: of those on one subject
// the one that is open, else the last.
func known(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, code string) (map[string]*Alert, error) {
	list, err := alertTable.All(ctx, q, db.NewWhere(tenant).And("code = ?", code).Ranges("region", ranges), "id")
	out := make(map[string]*Alert, len(list))
	for i := range list {
		a := &list[i]
		if have := out[a.Subject]; have == nil || have.State == Closed {
			out[a.Subject] = a
		}
	}
	return out, err
}

// measured keeps what a run measured without a new version: nobody decided anything, and whoever writes an answer
// meanwhile is not refused for it.
func measured(ctx context.Context, tx *db.Tx, a *Alert) error {
	return tx.Exec(ctx, `UPDATE alert SET title = $3, why = $4, measure = $5, measure_text = $6, amount_fen = $7, seen_on = $8, detail = $9, owner = $10, reviewer = $11, escalate = $12
		WHERE tenant_id = $1 AND id = $2`, tx.Tenant, int64(a.ID), a.Title, a.Why, a.Measure, a.MeasureText, a.Amount, a.Seen, a.detail, a.Owner, a.Reviewer, a.Escalate)
}

// graded keeps what a run measured, with the colour, the due day and whether it holds.
func graded(ctx context.Context, tx *db.Tx, a *Alert) error {
	if err := measured(ctx, tx, a); err != nil {
		return err
	}
	return tx.Exec(ctx, `UPDATE alert SET colour = $3, due_on = $4, holds = $5, escalated_on = $6 WHERE tenant_id = $1 AND id = $2`, tx.Tenant, int64(a.ID), a.Colour, a.Due, a.Holds, a.Escalated)
}

// late lists the alerts of some places that nobody has answered in time and nobody was told of.
func late(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) ([]Alert, error) {
	return alertTable.All(ctx, q, db.NewWhere(tenant).Ranges("region", ranges).And("state IN ('open', 'returned')").And("due_on < ?", day).And("escalated_on = ''"), "id")
}

// Outcome is what came of a run.
type Outcome struct {
	ID                                                         ids.ID
	Day                                                        date.Date
	Scope, Actor                                               string
	Found, Raised, Risen, Fallen, Cleared, Reopened, Escalated int
	At                                                         int64
}

func saveRun(ctx context.Context, tx *db.Tx, o *Outcome) error {
	return tx.Exec(ctx, `INSERT INTO alert_run (tenant_id, id, on_date, scope, actor, found, raised, risen, fallen, cleared, reopened, escalated, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		tx.Tenant, int64(tx.NewID()), o.Day, o.Scope, tx.ActorName, o.Found, o.Raised, o.Risen, o.Fallen, o.Cleared, o.Reopened, o.Escalated, tx.Now().UnixMicro())
}

// Runs lists the last runs of a tenant, the newest first.
func Runs(ctx context.Context, q db.Q, tenant int64, limit int) ([]Outcome, error) {
	return db.Collect(ctx, q, func(o *Outcome) []any {
		return []any{&o.ID, &o.Day, &o.Scope, &o.Actor, &o.Found, &o.Raised, &o.Risen, &o.Fallen, &o.Cleared, &o.Reopened, &o.Escalated, &o.At}
	}, `SELECT id, on_date, scope, actor, found, raised, risen, fallen, cleared, reopened, escalated, at FROM alert_run WHERE tenant_id = $1 ORDER BY id DESC LIMIT $2`, tenant, limit)
}

// lastDay is the latest day that a tenant was looked through for, no date when it never was.
func lastDay(ctx context.Context, q db.Q, tenant int64) (date.Date, error) {
	var d date.Date
	err := q.QueryRow(ctx, `SELECT COALESCE(MAX(on_date), '') FROM alert_run WHERE tenant_id = $1`, tenant).Scan(&d)
	return d, err
}

// lockAlert holds an alert's row until the transaction ends, and reads it.
func lockAlert(ctx context.Context, tx *db.Tx, id ids.ID) (*Alert, error) {
	if err := tx.Exec(ctx, `UPDATE alert SET version = version WHERE tenant_id = $1 AND id = $2`, tx.Tenant, int64(id)); err != nil {
		return nil, err
	}
	return alertTable.Get(ctx, tx, tx.Tenant, id)
}
