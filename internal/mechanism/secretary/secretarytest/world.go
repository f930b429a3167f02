// Package secretarytest sets up a county with the demo's secretary projects and a catalogue whose indicators of
// other slices give fixed values, for the tests of secretary and of what stands on it.
package secretarytest

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/secret"
	"huicun/internal/kit/sheet"
	"huicun/internal/mechanism/secretary"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

// The places of the demo, and its day.
const (
	County    = "321182000000"
	Town      = "321182103000"
	Yongsheng = "321182103205"
	Hongguang = "321182103208"
)

// Day is the day on which the demo's records end.
var Day = date.Must("2021-11-10")

// World is a county with the nouns that secretary projects need.
type World struct {
	T          *testing.T
	DB         *db.DB
	Env        *record.Env
	Tenant     int64
	Cat        *indicator.Catalogue
	Values     map[string]int64 // of the stub indicators, by code and then "?" and a parameter's value
	Parties    *record.Noun[party.Party]
	Cycles     *record.Noun[secretary.Cycle]
	Criteria   *record.Noun[secretary.Criterion]
	Projects   *record.Noun[secretary.Project]
	Measures   *record.Noun[secretary.Measure]
	Milestones *record.Noun[secretary.Milestone]
	Targets    *record.Noun[secretary.Target]
	NextSteps  *record.Noun[secretary.NextStep]
}

// stubs are the indicators of other slices that the demo's targets and next steps name, with the parameter that
// tells their values apart.
var stubs = []struct {
	code, param string
	unit        indicator.Unit
}{
	{"asset.area", "kind", indicator.M2},
	{"contract.new_stable_income", "kind", indicator.YuanYear},
	{"chamber.coverage", "", indicator.Ratio100},
	{"pairing.coverage", "axis", indicator.Ratio100},
	{"joint.under_way", "", indicator.Projects},
	{"joint.facilities", "project", indicator.Greenhouses},
	{"joint.land", "project", indicator.Mu},
	{"joint.enterprises", "project", indicator.Enterprises},
	{"brand.sales", "brand", indicator.Yuan},
	{"casework.campaign_visits", "", indicator.Visits},
	{"ledger.village_income_min", "", indicator.Yuan},
}

// New sets up the places, the nouns and the catalogue; nothing is imported yet but the parties.
func New(t *testing.T, d *db.DB) *World {
	t.Helper()
	ctx := context.Background()
	box, err := secret.NewBox([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	regions := region.New(d)
	w := &World{T: t, DB: d, Env: record.NewEnv(d, regions, box), Cat: indicator.NewCatalogue(d, regions), Values: map[string]int64{}}
	if err := regions.Save(ctx, places(t)); err != nil {
		t.Fatal(err)
	}
	tenant, err := regions.TenantOf(ctx, County)
	if err != nil {
		t.Fatal(err)
	}
	w.Tenant = tenant.ID
	for _, s := range stubs {
		w.Cat.Add(indicator.Indicator{
			Code: s.code, Name: s.code, Unit: s.unit, Definition: "用于测试的固定值",
			Eval: func(_ context.Context, _ db.Q, q indicator.Query) (indicator.Result, error) {
				v := w.Values[s.code+"?"+q.Params[s.param]]
				return indicator.Result{Value: v, Forecast: v, Count: 1, Records: []indicator.Record{{Kind: "stub", No: s.code, Amount: v, Region: q.Scope}}}, nil
			},
		})
	}
	w.Cat.Add(secretary.Figures()...)
	w.Parties = party.NewParties(w.Env)
	w.Cycles = secretary.NewCycles(w.Env)
	w.Criteria = secretary.NewCriteria(w.Env)
	w.Projects = secretary.NewProjects(w.Env)
	w.Measures = secretary.NewMeasures(w.Env)
	w.Milestones = secretary.NewMilestones(w.Env)
	w.Targets = secretary.NewTargets(w.Env, w.Cat)
	w.NextSteps = secretary.NewNextSteps(w.Env, w.Cat)
	w.Import(w.Parties.Any(), "02-party.csv")
	w.Import(w.Parties.Any(), "02-party-secretary.csv")
	return w
}

// LoadDemo imports the demo's secretary projects.
func (w *World) LoadDemo() {
	w.T.Helper()
	w.Import(w.Cycles.Any(), "60-cycle.csv")
	w.Import(w.Criteria.Any(), "61-criterion.csv")
	w.Import(w.Projects.Any(), "62-project.csv")
	w.Import(w.Measures.Any(), "63-measure.csv")
	w.Import(w.Milestones.Any(), "64-milestone.csv")
	w.Import(w.Targets.Any(), "65-target.csv")
	w.Import(w.NextSteps.Any(), "66-next_step.csv")
}

// Import imports one of the demo's files and fails the test on the first wrong cell.
func (w *World) Import(n *record.Any, file string) record.ImportResult {
	w.T.Helper()
	res, err := n.ImportTable(context.Background(), access.System, w.Tenant, demo(w.T, file))
	if err != nil {
		w.T.Fatalf("%s: %v", file, err)
	}
	for _, e := range res.Report.Errors {
		w.T.Fatalf("%s, row %d, %s %q: %s", file, e.Row, e.Column, e.Value, e.Msg)
	}
	return res
}

// demo reads one of the demo's files from wherever in the tree the test runs.
func demo(t *testing.T, file string) *sheet.Table {
	t.Helper()
	dir := "."
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		dir = filepath.Join(dir, "..")
	}
	f, err := os.Open(filepath.Join(dir, "demo", "baqiao", file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	tab, err := sheet.Read(file, f, 0, sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return tab
}

func places(t *testing.T) []region.Region {
	t.Helper()
	tab := demo(t, "01-region.csv")
	levels := map[string]string{"省": "province", "地级市": "city", "县级市": "county", "村": "village"}
	var out []region.Region
	for _, r := range tab.Rows {
		level := levels[r[2]]
		if level == "" {
			level = "town"
		}
		out = append(out, region.Region{Code: r[0], Name: r[1], Level: level, Kind: r[2]})
	}
	return out
}
