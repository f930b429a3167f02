package letting

import (
	"context"
	"fmt"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
)

// lock holds a letting until the transaction ends and reads it: bids, votes and objections are judged under it.
func lock(ctx context.Context, tx *db.Tx, id ids.ID) (*Letting, error) {
	n, err := tx.ExecN(ctx, `UPDATE letting SET version = version WHERE tenant_id = $1 AND id = $2`, tx.Tenant, id)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, errs.New(errs.NotFound, "letting.gone", "没有这次招租，可能已被删除")
	}
	return lettingTable.Get(ctx, tx, tx.Tenant, id)
}

// placeOf is the division of a letting, for what belongs to it; have when none is named yet.
func placeOf(ctx context.Context, q db.Q, tenant int64, letting ids.ID, have string) (string, error) {
	if letting == 0 {
		return have, nil
	}
	l, err := lettingTable.Get(ctx, q, tenant, letting)
	if err != nil {
		return have, err
	}
	return l.Region, nil
}

func unitIDs(ctx context.Context, q db.Q, tenant int64, letting ids.ID) ([]ids.ID, error) {
	return db.Collect(ctx, q, func(id *ids.ID) []any { return []any{id} },
		`SELECT unit_id FROM letting_unit WHERE tenant_id = $1 AND letting_id = $2 ORDER BY unit_id`, tenant, letting)
}

func storeUnits(ctx context.Context, tx *db.Tx, letting ids.ID, units []ids.ID) error {
	if err := tx.Exec(ctx, `DELETE FROM letting_unit WHERE tenant_id = $1 AND letting_id = $2`, tx.Tenant, letting); err != nil {
		return err
	}
	rows := make([][]any, len(units))
	for i, u := range units {
		rows[i] = []any{tx.Tenant, letting, u}
	}
	return tx.InsertRows(ctx, `INSERT INTO letting_unit (tenant_id, letting_id, unit_id) VALUES `, "", rows)
}

// Going is a letting under way over a unit.
type Going struct {
	Letting           ids.ID
	No, Unit, Ongoing string // Ongoing is the state
	UnitID            ids.ID
}

// goingOver lists the lettings under way over any of the units.
func goingOver(ctx context.Context, q db.Q, tenant int64, units []ids.ID) ([]Going, error) {
	w := db.NewWhere(tenant).And("x.tenant_id = ?", tenant).And("u.tenant_id = ?", tenant)
	db.In(w, "x.unit_id", units)
	return goingWhere(ctx, q, w)
}

// goingIn lists the lettings under way in code ranges, a row for each unit.
func goingIn(ctx context.Context, q db.Q, tenant int64, ranges [][2]string) ([]Going, error) {
	return goingWhere(ctx, q, db.NewWhere(tenant).Ranges("l.region", ranges).And("x.tenant_id = ?", tenant).And("u.tenant_id = ?", tenant))
}

func goingWhere(ctx context.Context, q db.Q, w *db.Where) ([]Going, error) {
	w.And("l.state NOT IN ('contracted', 'failed', 'withdrawn', 'void')")
	cond := strings.Replace(w.SQL(), "tenant_id = $1", "l.tenant_id = $1", 1)
	list, err := db.Collect(ctx, q, func(g *Going) []any { return []any{&g.Letting, &g.No, &g.Unit, &g.UnitID, &g.Ongoing} },
		`SELECT l.id, l.no, u.no, u.id, l.state FROM letting l
		JOIN letting_unit x ON x.tenant_id = l.tenant_id AND x.letting_id = l.id
		JOIN asset_unit u ON u.tenant_id = x.tenant_id AND u.id = x.unit_id
		WHERE `+cond+` ORDER BY l.no, u.no`, w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("finding lettings over units: %w", err)
	}
	return list, nil
}

// StepsOf lists a letting's steps by their day.
func StepsOf(ctx context.Context, q db.Q, tenant int64, letting ids.ID) ([]Step, error) {
	return stepTable.All(ctx, q, db.NewWhere(tenant).And("letting_id = ?", letting), "held_on, no")
}

// BidsOf lists a letting's bids as they came in.
func BidsOf(ctx context.Context, q db.Q, tenant int64, letting ids.ID) ([]Bid, error) {
	return bidTable.All(ctx, q, db.NewWhere(tenant).And("letting_id = ?", letting), "received_on, received_at, no")
}

// ObjectionsOf lists the objections to a letting's result.
func ObjectionsOf(ctx context.Context, q db.Q, tenant int64, letting ids.ID) ([]Objection, error) {
	return objectionTable.All(ctx, q, db.NewWhere(tenant).And("letting_id = ?", letting), "raised_on, no")
}

// shown are the states in which a letting can be seen by everybody.
var shown = []string{Listed, Opened, Publicised, Awarded, Contracted, Failed, Withdrawn}

// PublicList lists what is, or was, publicly listed in code ranges, the newest first, up to limit.
func PublicList(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, limit int) ([]Letting, error) {
	w := record.Where(tenant, ranges)
	db.In(w, "state", shown)
	list, err := lettingTable.Page(ctx, q, w, db.Paging{Sort: "listed_on", Desc: true, Limit: limit})
	return list.Items, err
}

// contractsLet lists the contracts in code ranges that came from lettings.
func contractsLet(ctx context.Context, q db.Q, tenant int64, ranges [][2]string) (map[ids.ID]bool, error) {
	w := record.Where(tenant, ranges).And("contract_id IS NOT NULL")
	list, err := db.Collect(ctx, q, func(id *ids.ID) []any { return []any{id} }, `SELECT contract_id FROM letting WHERE `+w.SQL(), w.Args()...)
	out := make(map[ids.ID]bool, len(list))
	for _, id := range list {
		out[id] = true
	}
	return out, err
}

// agreed lists the lettings in code ranges whose result was publicised from a day to a day and stands.
func agreed(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, from, to date.Date) ([]Letting, error) {
	w := record.Where(tenant, ranges).And("result_on >= ?", from).And("result_on <= ?", to)
	return lettingTable.All(ctx, q, db.In(w, "state", []string{Awarded, Contracted}), "no")
}

// underWay lists the lettings in code ranges that were decided and are not over.
func underWay(ctx context.Context, q db.Q, tenant int64, ranges [][2]string) ([]Letting, error) {
	w := record.Where(tenant, ranges).And("state NOT IN ('failed', 'withdrawn', 'void')")
	return lettingTable.All(ctx, q, w, "no")
}
