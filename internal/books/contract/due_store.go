package contract

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/books/asset"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// Due is what had fallen due of a contract by a day.
type Due struct {
	Contract ids.ID
	Region   string
	Sum      money.Fen
}

// perStatement bounds how many ids or divisions one statement names.
const perStatement = 500

// DueUntil adds up, for each contract that is signed, in force or ended but not settled, the payments that fell
// due up to a day and were not billed; what was billed is an open item (books/rent). since gives for each division the first day that counts (since when its receipts are in the
// books); divisions without one are left out. It takes one statement per distinct first day.
func DueUntil(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, since map[string]date.Date, day date.Date) ([]Due, error) {
	places := map[date.Date][]string{}
	for _, region := range slices.Sorted(maps.Keys(since)) {
		places[since[region]] = append(places[since[region]], region)
	}
	var out []Due
	for _, first := range slices.SortedFunc(maps.Keys(places), date.Date.Compare) {
		for list := range slices.Chunk(places[first], perStatement) {
			rows, err := dueUntil(ctx, q, tenant, ranges, list, first, day)
			if err != nil {
				return nil, fmt.Errorf("adding up payments due: %w", err)
			}
			out = append(out, rows...)
		}
	}
	return out, nil
}

func dueUntil(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, regions []string, first, day date.Date) ([]Due, error) {
	inside := slices.DeleteFunc(slices.Clone(regions), func(c string) bool {
		return !slices.ContainsFunc(ranges, func(r [2]string) bool { return c >= r[0] && c < r[1] })
	})
	w := db.In(db.NewWhere(tenant), "c.region", inside).And("c.state IN ('signed', 'active', 'ended')").And("c.from_date <= ?", day)
	n := len(w.Args())
	return db.Collect(ctx, q, func(d *Due) []any { return []any{&d.Contract, &d.Region, &d.Sum} },
		`SELECT id, region, CAST(due AS BIGINT) FROM (SELECT c.id, c.region, (SELECT SUM(h.amount_fen) FROM charge h
				WHERE h.tenant_id = c.tenant_id AND h.contract_id = c.id AND h.billed = FALSE AND h.due_on >= $`+strconv.Itoa(n+1)+` AND h.due_on <= $`+strconv.Itoa(n+2)+`) AS due
			FROM contract c WHERE `+onBoth(w, "c")+`) AS x WHERE due <> 0`, append(w.Args(), first, day)...)
}

// ByIDs reads contracts by their ids.
func ByIDs(ctx context.Context, q db.Q, tenant int64, list []ids.ID) (map[ids.ID]*Contract, error) {
	out := make(map[ids.ID]*Contract, len(list))
	for some := range slices.Chunk(list, perStatement) {
		found, err := contractTable.All(ctx, q, db.In(db.NewWhere(tenant), "id", some), "no")
		if err != nil {
			return nil, err
		}
		for i := range found {
			out[found[i].ID] = &found[i]
		}
	}
	return out, nil
}

// onBoth puts the tenant of w on every joined table.
func onBoth(w *db.Where, aliases ...string) string {
	each := make([]string, len(aliases))
	for i, a := range aliases {
		each[i] = a + ".tenant_id = $1"
	}
	return strings.Replace(w.SQL(), "tenant_id = $1", strings.Join(each, " AND "), 1)
}

// ChargesUntil lists the payments of contracts that fell due up to a day, oldest first.
func ChargesUntil(ctx context.Context, q db.Q, tenant int64, contracts []ids.ID, day date.Date) (map[ids.ID][]Charge, error) {
	type row struct {
		Charge
		contract ids.ID
	}
	out := map[ids.ID][]Charge{}
	for list := range slices.Chunk(contracts, perStatement) {
		w := db.In(db.NewWhere(tenant), "contract_id", list).And("due_on <= ?", day)
		rows, err := db.Collect(ctx, q, func(r *row) []any { return append([]any{&r.contract}, r.ptrs()...) },
			`SELECT contract_id, `+chargeCols+` FROM charge WHERE `+w.SQL()+` ORDER BY due_on, seq`, w.Args()...)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			out[r.contract] = append(out[r.contract], r.Charge)
		}
	}
	return out, nil
}

// Ending lists the signed contracts whose last day lies between two days, both included, and whose units nobody
// has leased for afterwards; by their last day.
func Ending(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, from, to date.Date) ([]Contract, error) {
	const last = "CASE WHEN ended_on = '' THEN to_date ELSE ended_on END"
	w := db.NewWhere(tenant).Ranges("region", ranges).And("state IN ('signed', 'active')").And(last+" >= ?", from).And(last+" <= ?", to).
		And(`NOT EXISTS (SELECT 1 FROM contract_unit x
			JOIN contract_unit y ON y.tenant_id = x.tenant_id AND y.unit_id = x.unit_id AND y.contract_id <> x.contract_id
			JOIN contract n ON n.tenant_id = y.tenant_id AND n.id = y.contract_id
			WHERE x.tenant_id = ? AND x.contract_id = contract.id AND n.state <> 'void' AND n.sublet_id IS NULL AND n.from_date > contract.from_date)`, tenant).And("sublet_id IS NULL")
	return contractTable.All(ctx, q, w, last+", no")
}

// LastDay is the last day on which the contract binds.
func (c *Contract) LastDay() date.Date { return c.last() }

// SourceService is the source of stable income that service contracts are.
const SourceService = "service"

// Sources are the sources of stable income: the kinds of asset that are let, and services.
var Sources = append(slices.Clone(asset.Kinds), field.Option{Code: SourceService, Label: "服务协议"})

// SourcePart is the part of a contract's yearly amount that comes from one unit let, or all of it for a service.
// Asset, Origin and Prior are the unit's asset, how it came to be let and what it earned a year before that.
type SourcePart struct {
	Contract ids.ID
	No, Name string
	Region   string
	From     date.Date
	Sample   bool
	Source   string
	Annual   money.Fen
	Asset    ids.ID
	Origin   string
	Prior    money.Fen
}

// StableBySource splits the yearly amounts of the stable contracts in force on a day by where they come from: a
// lease by the quantities of its units, to the fen.
func StableBySource(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) ([]SourcePart, error) {
	return sourceParts(ctx, q, stableOn(tenant, ranges, day))
}

func stableOn(tenant int64, ranges [][2]string, day date.Date) *db.Where {
	return inForce(db.NewWhere(tenant).Ranges("c.region", ranges), "c.", day).And("c.stable = ?", true)
}

// Where the yearly amount of a contract comes from, unit by unit.
const (
	fromUnits = ` FROM contract c
		LEFT JOIN contract_unit x ON x.tenant_id = c.tenant_id AND x.contract_id = c.id
		LEFT JOIN asset_unit u ON u.tenant_id = x.tenant_id AND u.id = x.unit_id
		LEFT JOIN asset a ON a.tenant_id = u.tenant_id AND a.id = u.asset_id`
	sourceOf = `CASE WHEN c.kind = 'service' THEN 'service' ELSE COALESCE(a.kind, 'other') END`
	units    = `(SELECT COUNT(*) FROM contract_unit y WHERE y.tenant_id = c.tenant_id AND y.contract_id = c.id)`
)

func sourceParts(ctx context.Context, q db.Q, w *db.Where) ([]SourcePart, error) {
	type row struct {
		SourcePart
		quantity int64
		unitNo   string
	}
	rows, err := db.Collect(ctx, q, func(r *row) []any {
		return []any{&r.Contract, &r.No, &r.Name, &r.Region, &r.From, &r.Sample, &r.Annual, &r.Source, &r.Asset, &r.Origin, &r.Prior, &r.quantity, &r.unitNo}
	}, `SELECT c.id, c.no, c.name, c.region, c.from_date, c.sample, c.annual_fen, `+sourceOf+`,
			a.id, COALESCE(a.origin, ''), COALESCE(a.prior_income_fen, 0), COALESCE(u.quantity, 1), COALESCE(u.no, '')`+fromUnits+`
		WHERE `+onBoth(w, "c"), w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("splitting stable income by source: %w", err)
	}
	slices.SortFunc(rows, func(a, b row) int {
		return cmp.Or(strings.Compare(a.No, b.No), cmp.Compare(a.Contract, b.Contract), strings.Compare(a.unitNo, b.unitNo))
	})
	out := make([]SourcePart, 0, len(rows))
	for from := 0; from < len(rows); {
		to := from + 1
		for to < len(rows) && rows[to].Contract == rows[from].Contract {
			to++
		}
		weights := make([]int64, to-from)
		for i := range weights {
			weights[i] = rows[from+i].quantity
		}
		parts, err := money.Split(rows[from].Annual, weights)
		if err != nil {
			return nil, err
		}
		for i, fen := range parts {
			p := rows[from+i].SourcePart
			p.Annual = fen
			out = append(out, p)
		}
		from = to
	}
	return out, nil
}

// StableTotal adds up the parts of a division that are alike: Contracts is how many contracts they are of, each counted
// once for a source. Parts from an asset that earned something before it came to be let stand by themselves, with that
// asset and what it earned; elsewhere Asset is zero.
type StableTotal struct {
	Region, Source, Origin string
	Asset                  ids.ID
	Prior                  money.Fen
	Contracts              int
	Annual                 money.Fen
}

// StableTotals adds up what StableBySource lists. Contracts over one unit, which nearly all are, are added up by the
// database.
func StableTotals(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) ([]StableTotal, error) {
	w := stableOn(tenant, ranges, day).And("c.kind = ?", Service)
	out, err := db.Collect(ctx, q, func(t *StableTotal) []any {
		t.Source = SourceService
		return []any{&t.Region, &t.Contracts, &t.Annual}
	}, `SELECT c.region, COUNT(*), CAST(SUM(c.annual_fen) AS BIGINT) FROM contract c WHERE `+onBoth(w, "c")+` GROUP BY c.region`, w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("adding up service income: %w", err)
	}
	type row struct {
		StableTotal
		several ids.ID // a contract over several units, to be split
	}
	w = stableOn(tenant, ranges, day).And("c.kind <> ?", Service)
	rows, err := db.Collect(ctx, q, func(r *row) []any {
		return []any{&r.Region, &r.Source, &r.Origin, &r.Asset, &r.Prior, &r.several, &r.Contracts, &r.Annual}
	}, `SELECT c.region, `+sourceOf+`, COALESCE(a.origin, ''), CASE WHEN a.prior_income_fen <> 0 THEN a.id END, COALESCE(a.prior_income_fen, 0),
			CASE WHEN `+units+` > 1 THEN c.id END, COUNT(*), CAST(SUM(c.annual_fen) AS BIGINT)`+fromUnits+`
		WHERE `+onBoth(w, "c")+` GROUP BY 1, 2, 3, 4, 5, 6`, w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("adding up stable income: %w", err)
	}
	var several []ids.ID
	for i := range rows {
		if r := &rows[i]; r.several == 0 {
			out = append(out, r.StableTotal)
		} else {
			several = append(several, r.several)
		}
	}
	slices.Sort(several)
	var parts []SourcePart
	for some := range slices.Chunk(slices.Compact(several), perStatement) {
		list, err := sourceParts(ctx, q, db.In(stableOn(tenant, ranges, day), "c.id", some))
		if err != nil {
			return nil, err
		}
		parts = append(parts, list...)
	}
	counted := map[string]ids.ID{} // the last contract counted for a source
	for i := range parts {
		p := &parts[i]
		t := StableTotal{Region: p.Region, Source: p.Source, Origin: p.Origin, Annual: p.Annual}
		if p.Prior != 0 {
			t.Asset, t.Prior = p.Asset, p.Prior
		}
		if counted[p.Source] != p.Contract {
			counted[p.Source], t.Contracts = p.Contract, 1
		}
		out = append(out, t)
	}
	return out, nil
}
