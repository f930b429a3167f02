package casework

import (
	"context"
	"testing"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/mechanism/attract"
	"huicun/internal/mechanism/mechtest"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

const (
	town    = mechtest.Town
	village = "321182103201" // 幸福村
)

var day = mechtest.Day

// world is a county with its nouns and catalogue.
type world struct {
	*mechtest.World
	leads     *record.Noun[attract.Lead]
	slas      *record.Noun[SLA]
	campaigns *record.Noun[Campaign]
	visits    *record.Noun[Visit]
	requests  *record.Noun[Request]
	pairs     []indicator.Record // the agreements in force
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := &world{World: mechtest.New(t, d)}
	e := w.Env
	party.NewParties(e)
	w.leads = attract.NewLeads(e, party.NewPersons(e))
	w.slas, w.campaigns, w.visits, w.requests = NewSLAs(e), NewCampaigns(e), NewVisits(e), NewRequests(e)
	w.Cat.Add(Figures(func(context.Context, db.Q, int64, [][2]string, date.Date) ([]indicator.Record, error) {
		return w.pairs, nil
	})...)
	return w
}
