// Package mechtest has the county in which the mechanisms' slices are tested, and short ways to fill and ask it.
package mechtest

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/secret"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

// Town is the code of the town of the tests, 八桥镇.
const Town = "321182103000"

// Day is the day of the tests.
var Day = date.Must("2021-11-10")

// World is a county with its nouns and catalogue.
type World struct {
	T      *testing.T
	Env    *record.Env
	Tenant int64
	Cat    *indicator.Catalogue
}

// New makes a county of one town and its nine villages, without nouns.
func New(t *testing.T, d *db.DB) *World {
	t.Helper()
	regions := region.New(d)
	places := []region.Region{
		{Code: "320000000000", Name: "江苏省", Level: "province"}, {Code: "321100000000", Name: "镇江市", Level: "city"},
		{Code: "321182000000", Name: "扬中市", Level: "county"}, {Code: Town, Name: "八桥镇", Level: "town"},
	}
	for name, c := range map[string]int{"长胜村": 200, "幸福村": 201, "利民村": 202, "八桥村": 203, "永胜村": 205, "红旗村": 206, "红光村": 208, "万福村": 209, "永兴村": 211} {
		places = append(places, region.Region{Code: "321182103" + strconv.Itoa(c), Name: name, Level: "village"})
	}
	if err := regions.Save(t.Context(), places); err != nil {
		t.Fatal(err)
	}
	tenant, err := regions.TenantOf(t.Context(), Town)
	if err != nil {
		t.Fatal(err)
	}
	box, err := secret.NewBox([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	return &World{T: t, Env: record.NewEnv(d, regions, box), Tenant: tenant.ID, Cat: indicator.NewCatalogue(d, regions)}
}

// Load imports demo files; the kind is the part of the name between the number and the next dash.
func (w *World) Load(files ...string) {
	w.T.Helper()
	for _, name := range files {
		res := w.ImportFile(name)
		for _, e := range res.Report.Errors {
			w.T.Errorf("%s: %+v", name, e)
		}
		if res.Created == 0 {
			w.T.Fatalf("%s: nothing imported", name)
		}
	}
}

// ImportFile imports a demo file.
func (w *World) ImportFile(name string) record.ImportResult {
	w.T.Helper()
	f, err := os.Open(filepath.Join("..", "..", "..", "demo", "baqiao", name+".csv"))
	if err != nil {
		w.T.Fatal(err)
	}
	defer f.Close()
	table, err := sheet.Read(name+".csv", f, 0, sheet.Options{})
	if err != nil {
		w.T.Fatal(err)
	}
	kind := kindOf(name)
	n, ok := w.Env.Noun(kind)
	if !ok {
		w.T.Fatalf("no noun %s", kind)
	}
	res, err := n.ImportTable(w.T.Context(), access.System, w.Tenant, table)
	if err != nil {
		w.T.Fatalf("%s: %v", name, err)
	}
	return res
}

func kindOf(name string) string {
	kind, _, _ := strings.Cut(name[3:], "-")
	return kind
}

// Eval computes an indicator, of the town when no scope is named.
func (w *World) Eval(code string, year int, asOf date.Date, params map[string]string, scopes ...string) indicator.Result {
	w.T.Helper()
	if len(scopes) == 0 {
		scopes = []string{Town}
	}
	r, err := w.Cat.Eval(w.T.Context(), indicator.Ask{Code: code, Scopes: scopes, Year: year, AsOf: asOf, Params: params})
	if err != nil {
		w.T.Fatalf("%s: %v", code, err)
	}
	return r
}

// ByKey reads a record that must exist.
func ByKey[T any](w *World, n *record.Noun[T], key string) *T {
	w.T.Helper()
	v, err := n.ByKey(w.T.Context(), w.Env.DB.Read(), w.Tenant, key)
	if err != nil {
		w.T.Fatalf("%s: %v", key, err)
	}
	return v
}

// Set changes fields by their texts.
func Set[T any](w *World, n *record.Noun[T], key string, in map[string]string) error {
	w.T.Helper()
	v, err := n.Get(w.T.Context(), access.System, w.Tenant, n.Row(ByKey(w, n, key)).ID)
	if err != nil {
		return err
	}
	if err := n.SetTexts(w.T.Context(), w.Env.ForTenant(w.Tenant), n.Row(v).Region, v, in); err != nil {
		return err
	}
	return n.Update(w.T.Context(), access.System, w.Tenant, v)
}

// Add creates a record from texts.
func Add[T any](w *World, n *record.Noun[T], in map[string]string) (*T, error) {
	w.T.Helper()
	v := new(T)
	if err := n.SetTexts(w.T.Context(), w.Env.ForTenant(w.Tenant), Town, v, in); err != nil {
		return nil, err
	}
	_, err := n.Create(w.T.Context(), access.System, w.Tenant, "", v)
	return v, err
}

// MustAdd is Add that must succeed.
func MustAdd[T any](w *World, n *record.Noun[T], in map[string]string) *T {
	w.T.Helper()
	v, err := Add(w, n, in)
	if err != nil {
		w.T.Fatalf("adding %v: %v", in, err)
	}
	return v
}

// Do fires an event on a record.
func Do[T any](w *World, n *record.Noun[T], key, event string) error {
	w.T.Helper()
	return n.Do(w.T.Context(), access.System, w.Tenant, n.Row(ByKey(w, n, key)).ID, 0, event, "测试")
}

// MustDo fires events that must be taken.
func MustDo[T any](w *World, n *record.Noun[T], key string, events ...string) {
	w.T.Helper()
	for _, e := range events {
		if err := Do(w, n, key, e); err != nil {
			w.T.Fatalf("%s %s: %v", key, e, err)
		}
	}
}

// Refused wants an error on a field ("" for a sentence of its own) whose words contain msg.
func Refused(t *testing.T, err error, name, msg string) {
	t.Helper()
	e := errs.As(err)
	if e == nil {
		t.Errorf("want a refusal with %q, got %v", msg, err)
		return
	}
	if name == "" && strings.Contains(e.Msg, msg) {
		return
	}
	for _, f := range e.Fields {
		if f.Name == name && strings.Contains(f.Msg, msg) {
			return
		}
	}
	t.Errorf("want %s: …%s…, got %v", name, msg, err)
}
