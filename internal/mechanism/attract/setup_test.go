package attract

import (
	"testing"

	"huicun/internal/kit/db"
	"huicun/internal/mechanism/mechtest"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

const (
	town    = mechtest.Town
	village = "321182103211" // 永兴村
)

var day = mechtest.Day

// world is a county with its nouns and catalogue.
type world struct {
	*mechtest.World
	leads    *record.Noun[Lead]
	facts    *record.Noun[Fact]
	bodies   *record.Noun[Body]
	meetings *record.Noun[Meeting]
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := &world{World: mechtest.New(t, d)}
	e := w.Env
	party.NewParties(e)
	w.leads = NewLeads(e, party.NewPersons(e))
	w.facts, w.bodies = NewFacts(e, w.leads), NewBodies(e)
	w.meetings = NewMeetings(e, w.bodies)
	w.Cat.Add(Figures()...)
	return w
}
