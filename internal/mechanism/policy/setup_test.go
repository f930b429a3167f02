package policy

import (
	"testing"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/db"
	"huicun/internal/mechanism/mechtest"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

const (
	town    = mechtest.Town
	village = "321182103203" // 八桥村
)

var day = mechtest.Day

// world is a county with its nouns and catalogue.
type world struct {
	*mechtest.World
	policies *record.Noun[Policy]
	versions *record.Noun[Version]
	awards   *record.Noun[Award]
	ledger   *ledger.Ledger
	runs     *Runs
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := &world{World: mechtest.New(t, d)}
	e := w.Env
	party.NewParties(e)
	party.NewPersons(e)
	w.policies, w.versions, w.awards = NewPolicies(e), NewVersions(e, NewSources(e, w.Cat)), NewAwards(e)
	w.ledger = ledger.New(e)
	w.runs = NewRuns(e, w.ledger, w.awards)
	w.Cat.Add(Figures(e)...)
	w.Cat.Add(ledger.Figures(e, e.Regions)...)
	return w
}
