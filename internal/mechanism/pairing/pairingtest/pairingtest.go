// Package pairingtest sets up Baqiao's places, parties and agreements for the tests of pairing and of what
// builds on it.
package pairingtest

import (
	"context"
	"strings"
	"testing"

	"huicun/demo"
	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/secret"
	"huicun/internal/kit/sheet"
	"huicun/internal/mechanism/pairing"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

// Town is 八桥镇.
const Town = "321182103000"

// Villages are the nine villages with their codes.
var Villages = map[string]string{
	"长胜村": "321182103200", "幸福村": "321182103201", "利民村": "321182103202", "八桥村": "321182103203", "永胜村": "321182103205",
	"红旗村": "321182103206", "红光村": "321182103208", "万福村": "321182103209", "永兴村": "321182103211",
}

// Today is the day that the tests' clock stands at.
var Today = date.Must("2021-11-10")

// World is Baqiao with empty books.
type World struct {
	DB         *db.DB
	Env        *record.Env
	Tenant     int64
	Cat        *indicator.Catalogue
	Parties    *record.Noun[party.Party]
	Agreements *record.Noun[pairing.Agreement]
	Members    *record.Noun[pairing.Member]
	Items      *record.Noun[pairing.Item]
}

// New sets the places up and registers the nouns.
func New(t testing.TB, d *db.DB) *World {
	t.Helper()
	regions := region.New(d)
	places := []region.Region{
		{Code: "320000000000", Name: "江苏省", Level: "province"}, {Code: "321100000000", Name: "镇江市", Level: "city"},
		{Code: "321182000000", Name: "扬中市", Level: "county"}, {Code: Town, Name: "八桥镇", Level: "town"},
	}
	for name, c := range Villages {
		places = append(places, region.Region{Code: c, Name: name, Level: "village"})
	}
	must(t, regions.Save(t.Context(), places))
	tenant, err := regions.TenantOf(t.Context(), Town)
	must(t, err)
	box, err := secret.NewBox([]byte("0123456789abcdef0123456789abcdef"))
	must(t, err)
	e := record.NewEnv(d, regions, box)
	w := &World{
		DB: d, Env: e, Tenant: tenant.ID, Cat: indicator.NewCatalogue(d, regions),
		Parties: party.NewParties(e), Agreements: pairing.NewAgreements(e), Members: pairing.NewParties(e), Items: pairing.NewItems(e),
	}
	w.Cat.Add(pairing.Figures(e)...)
	return w
}

// Demo imports files of demo/baqiao, each by the kind given after its name; any error ends the test.
func (w *World) Demo(t testing.TB, files ...[2]string) {
	t.Helper()
	for _, f := range files {
		data, err := demo.Baqiao.Open("baqiao/" + f[0])
		must(t, err)
		tab, err := sheet.Read(f[0], data, 0, sheet.Options{})
		_ = data.Close()
		must(t, err)
		n, ok := w.Env.Noun(f[1])
		if !ok {
			t.Fatalf("no noun %s", f[1])
		}
		res, err := n.ImportTable(t.Context(), access.System, w.Tenant, tab)
		must(t, err)
		for _, e := range res.Report.Errors {
			t.Errorf("%s row %d %s %q: %s", f[0], e.Row, e.Column, e.Value, e.Msg)
		}
		if t.Failed() {
			t.FailNow()
		}
	}
}

// Files are the demo's parties and agreements, in order.
var Files = [][2]string{
	{"02-party.csv", "party"}, {"02-party-pairing.csv", "party"},
	{"40-agreement.csv", "agreement"}, {"41-agreement_party.csv", "agreement_party"}, {"42-agreement_item.csv", "agreement_item"},
}

// Eval evaluates an indicator over places given by village name ("" is the town) on a day.
func (w *World) Eval(t testing.TB, code, day string, params map[string]string, places ...string) indicator.Result {
	t.Helper()
	r, err := w.eval(t, code, day, params, places)
	must(t, err)
	return r
}

// EvalErr is Eval for a question that is refused.
func (w *World) EvalErr(t testing.TB, code, day string, params map[string]string, places ...string) error {
	t.Helper()
	_, err := w.eval(t, code, day, params, places)
	return err
}

func (w *World) eval(t testing.TB, code, day string, params map[string]string, places []string) (indicator.Result, error) {
	scopes := []string{}
	for _, p := range places {
		scopes = append(scopes, Villages[p])
	}
	if len(scopes) == 0 {
		scopes = []string{Town}
	}
	d := date.Must(day)
	return w.Cat.Eval(t.Context(), indicator.Ask{Code: code, Scopes: scopes, Year: d.Year(), AsOf: d, Params: params})
}

// ID finds a record by its natural key.
func (w *World) ID(t testing.TB, kind, key string) ids.ID {
	t.Helper()
	n, ok := w.Env.Noun(kind)
	if !ok {
		t.Fatalf("no noun %s", kind)
	}
	id, err := n.Lookup(t.Context(), w.Env.DB.Read(), w.Tenant, key)
	must(t, err)
	return id
}

// Set changes a record by field texts; a nil error means it was saved.
func Set[T any](t testing.TB, w *World, n *record.Noun[T], key string, in map[string]string) error {
	t.Helper()
	ctx := t.Context()
	v, err := n.Get(ctx, access.System, w.Tenant, w.ID(t, n.Kind, key))
	must(t, err)
	must(t, n.SetTexts(ctx, w.Env.ForTenant(w.Tenant), "", v, in))
	return n.Update(ctx, access.System, w.Tenant, v)
}

// Create makes a record from field texts and returns its key.
func Create[T any](t testing.TB, w *World, n *record.Noun[T], in map[string]string) (string, error) {
	t.Helper()
	ctx := t.Context()
	v := new(T)
	if err := n.SetTexts(ctx, w.Env.ForTenant(w.Tenant), "", v, in); err != nil {
		return "", err
	}
	if _, err := n.Create(ctx, access.System, w.Tenant, "", v); err != nil {
		return "", err
	}
	return n.KeyOf(v), nil
}

// Do carries out an event.
func Do[T any](t testing.TB, w *World, n *record.Noun[T], key, event, reason string) error {
	t.Helper()
	return n.Do(t.Context(), access.System, w.Tenant, w.ID(t, n.Kind, key), 0, event, reason)
}

// Says checks that an error speaks of a field ("" for none) with a sentence that holds the words.
func Says(t testing.TB, err error, field, words string) {
	t.Helper()
	e := errs.As(err)
	if e == nil {
		t.Fatalf("error = %v, want one about %s %q", err, field, words)
	}
	got := e.Msg
	if field != "" {
		if len(e.Fields) == 0 || e.Fields[0].Name != field {
			t.Fatalf("fields = %v (%s), want one about %s", e.Fields, e.Msg, field)
		}
		got = e.Fields[0].Msg
	}
	if !strings.Contains(got, words) {
		t.Errorf("sentence = %q, want one with %q", got, words)
	}
}

// Q is a read handle.
func (w *World) Q() db.Q { return w.DB.Read() }

// Ranges are the code ranges of a place.
func (w *World) Ranges(ctx context.Context, t testing.TB, place string) [][2]string {
	t.Helper()
	r, err := w.Env.Regions.Ranges(ctx, place)
	must(t, err)
	return r
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
