package chamber

import (
	"testing"

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
	parties  *record.Noun[party.Party]
	chambers *record.Noun[Chamber]
	members  *record.Noun[Member]
}

func newWorld(t *testing.T, d *db.DB) *world {
	t.Helper()
	w := &world{World: mechtest.New(t, d)}
	e := w.Env
	w.parties = party.NewParties(e)
	party.NewPersons(e)
	w.chambers, w.members = NewChambers(e), NewMembers(e)
	w.Cat.Add(Figures(e)...)
	return w
}
