package asset

import (
	"context"
	"fmt"
	"slices"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// lockAsset holds the asset's row until the end of the transaction, so that two people adding units at once
// cannot both fit.
func lockAsset(ctx context.Context, tx *db.Tx, id ids.ID) error {
	return tx.Exec(ctx, `UPDATE asset SET updated_at = updated_at WHERE tenant_id = $1 AND id = $2`, tx.Tenant, id)
}

// LockUnits holds units' rows until the end of the transaction, in id order; contracts check overlaps under it.
func LockUnits(ctx context.Context, tx *db.Tx, list []ids.ID) error {
	for _, id := range list {
		if err := tx.Exec(ctx, `UPDATE asset_unit SET updated_at = updated_at WHERE tenant_id = $1 AND id = $2`, tx.Tenant, id); err != nil {
			return err
		}
	}
	return nil
}

// Named reads assets by id.
func Named(ctx context.Context, q db.Q, tenant int64, list []ids.ID) (map[ids.ID]*Asset, error) {
	out := make(map[ids.ID]*Asset, len(list))
	for chunk := range slices.Chunk(list, mostNamed) {
		some, err := assetTable.All(ctx, q, db.In(db.NewWhere(tenant), "id", chunk), "no")
		if err != nil {
			return nil, err
		}
		for i := range some {
			out[some[i].ID] = &some[i]
		}
	}
	return out, nil
}

// mostNamed bounds how many ids one statement names.
const mostNamed = 500

// LockCards holds the cards of an owner until the end of the transaction, so that none changes while a run is worked out.
func LockCards(ctx context.Context, tx *db.Tx, owner ids.ID) error {
	return tx.Exec(ctx, `UPDATE asset SET updated_at = updated_at WHERE tenant_id = $1 AND owner_id = $2`, tx.Tenant, owner)
}

// standing are the runs of books that were not taken back, in the order of their months, without lines.
func standing(ctx context.Context, q db.Q, tenant int64, books ids.ID) ([]Run, error) {
	return runTable.All(ctx, q, db.NewWhere(tenant).And("books_id = ?", books).And("state = ?", RunDone), "month, id")
}

// LastRuns are by books the last months that were run.
func LastRuns(ctx context.Context, q db.Q, tenant int64) (map[ids.ID]date.Month, error) {
	type last struct {
		books ids.ID
		month date.Month
	}
	list, err := db.Collect(ctx, q, func(l *last) []any { return []any{&l.books, &l.month} },
		`SELECT books_id, MAX(month) FROM depreciation WHERE tenant_id = $1 AND state = 'done' GROUP BY books_id`, tenant)
	out := map[ids.ID]date.Month{}
	for _, l := range list {
		out[l.books] = l.month
	}
	return out, err
}

func loadRun(ctx context.Context, q db.Q, r *Run) error {
	var err error
	r.Lines, err = db.Collect(ctx, q, func(l *RunLine) []any { return []any{&l.Asset, &l.Fen, &l.After, &l.Charge, &l.Account} },
		`SELECT asset_id, fen, after_fen, charge, account FROM depreciation_line WHERE tenant_id = $1 AND run_id = $2 ORDER BY line_no`, r.Tenant, r.ID)
	return err
}

func insertRunLines(ctx context.Context, tx *db.Tx, r *Run) error {
	rows := make([][]any, len(r.Lines))
	for i := range r.Lines {
		l := &r.Lines[i]
		rows[i] = []any{tx.Tenant, r.ID, i + 1, l.Asset, l.Fen, l.After, l.Charge, l.Account}
	}
	return tx.InsertRows(ctx, `INSERT INTO depreciation_line (tenant_id, run_id, line_no, asset_id, fen, after_fen, charge, account) VALUES `, "", rows)
}

// addRun adds what a run took to its cards, or takes it off (sign -1); the cards' versions rise, so that nobody saves an
// older state over it.
func addRun(ctx context.Context, tx *db.Tx, run ids.ID, sign int) error {
	return tx.Exec(ctx, `UPDATE asset SET accumulated_fen = asset.accumulated_fen + $3 * l.fen, version = asset.version + 1
		FROM depreciation_line l WHERE asset.tenant_id = $1 AND l.tenant_id = $1 AND l.run_id = $2 AND l.asset_id = asset.id`, tx.Tenant, run, sign)
}

func setRunVoucher(ctx context.Context, tx *db.Tx, run, voucher ids.ID) error {
	return tx.Exec(ctx, `UPDATE depreciation SET voucher_id = $3 WHERE tenant_id = $1 AND id = $2`, tx.Tenant, run, voucher)
}

// CardRun is what one run took from a card.
type CardRun struct {
	Run        ids.ID
	No, State  string
	Month      date.Month
	Fen, After money.Fen
}

func runsOfCard(ctx context.Context, q db.Q, tenant int64, asset ids.ID) ([]CardRun, error) {
	return db.Collect(ctx, q, func(r *CardRun) []any { return []any{&r.Run, &r.No, &r.State, &r.Month, &r.Fen, &r.After} },
		`SELECT r.id, r.no, r.state, r.month, l.fen, l.after_fen FROM depreciation_line l
		JOIN depreciation r ON r.tenant_id = l.tenant_id AND r.id = l.run_id
		WHERE l.tenant_id = $1 AND r.tenant_id = $1 AND l.asset_id = $2 ORDER BY r.month DESC, r.id DESC`, tenant, asset)
}

// Check looks for damage: what a card was depreciated to that is not what it began with and what the standing runs and changes took, and
// runs that do not sum to their lines. It returns a sentence per problem.
func Check(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	type off struct {
		no        string
		have, sum money.Fen
	}
	read := func(o *off) []any { return []any{&o.no, &o.have, &o.sum} }
	cards, err := db.Collect(ctx, q, read, `SELECT a.no, a.accumulated_fen, CAST(a.prior_fen + COALESCE(s.fen, 0) + COALESCE(c.fen, 0) AS BIGINT)
		FROM asset a LEFT JOIN (SELECT l.tenant_id, l.asset_id, SUM(l.fen) AS fen FROM depreciation_line l
			JOIN depreciation r ON r.tenant_id = l.tenant_id AND r.id = l.run_id
			WHERE l.tenant_id = $1 AND r.tenant_id = $1 AND r.state = 'done' GROUP BY l.tenant_id, l.asset_id) s
		ON s.tenant_id = a.tenant_id AND s.asset_id = a.id
		LEFT JOIN (SELECT tenant_id, asset_id, SUM(accumulated_fen) AS fen FROM asset_change
			WHERE tenant_id = $1 AND state = 'done' GROUP BY tenant_id, asset_id) c
		ON c.tenant_id = a.tenant_id AND c.asset_id = a.id
		WHERE a.tenant_id = $1 AND a.accumulated_fen <> a.prior_fen + COALESCE(s.fen, 0) + COALESCE(c.fen, 0) ORDER BY a.no`, tenant)
	if err != nil {
		return nil, err
	}
	runs, err := db.Collect(ctx, q, read, `SELECT r.no, r.total_fen, CAST(COALESCE(SUM(l.fen), 0) AS BIGINT)
		FROM depreciation r LEFT JOIN depreciation_line l ON l.tenant_id = r.tenant_id AND l.run_id = r.id
		WHERE r.tenant_id = $1 GROUP BY r.id, r.no, r.total_fen HAVING r.total_fen <> COALESCE(SUM(l.fen), 0) ORDER BY r.no`, tenant)
	var out []string
	for _, o := range cards {
		out = append(out, fmt.Sprintf("资产卡片 %s 的累计折旧 %s 元，按建卡前已提、各月计提和变动应为 %s 元", o.no, o.have, o.sum))
	}
	for _, o := range runs {
		out = append(out, fmt.Sprintf("计提折旧 %s 的折旧额 %s 元，各卡片合计 %s 元", o.no, o.have, o.sum))
	}
	return out, err
}

// takenAfter is by card what standing runs took in months after one.
func takenAfter(ctx context.Context, q db.Q, tenant int64, m date.Month) (map[ids.ID]money.Fen, error) {
	list, err := db.Collect(ctx, q, func(l *RunLine) []any { return []any{&l.Asset, &l.Fen} }, `SELECT l.asset_id, CAST(SUM(l.fen) AS BIGINT)
		FROM depreciation r JOIN depreciation_line l ON l.tenant_id = r.tenant_id AND l.run_id = r.id
		WHERE r.tenant_id = $1 AND l.tenant_id = $1 AND r.state = 'done' AND r.month > $2 GROUP BY l.asset_id`, tenant, m)
	out := make(map[ids.ID]money.Fen, len(list))
	for _, l := range list {
		out[l.Asset] = l.Fen
	}
	return out, err
}

// changedAfter is by card what standing changes after a day brought: cost, what was depreciated, quantity, and the class that it
// had on the day where it was turned since (ClassWas, with Class the one it was turned to).
func changedAfter(ctx context.Context, q db.Q, tenant int64, day date.Date) (map[ids.ID]Change, error) {
	list, err := db.Collect(ctx, q, func(c *Change) []any { return []any{&c.Asset, &c.Cost, &c.Accumulated, &c.Quantity.N} },
		`SELECT asset_id, CAST(SUM(cost_fen) AS BIGINT), CAST(SUM(accumulated_fen) AS BIGINT), CAST(SUM(quantity) AS BIGINT)
		FROM asset_change WHERE tenant_id = $1 AND state = 'done' AND on_date > $2 GROUP BY asset_id`, tenant, day)
	if err != nil {
		return nil, err
	}
	out := make(map[ids.ID]Change, len(list))
	for _, c := range list {
		out[c.Asset] = c
	}
	turned, err := db.Collect(ctx, q, func(c *Change) []any { return []any{&c.Asset, &c.Class, &c.ClassWas} },
		`SELECT asset_id, class, class_was FROM asset_change WHERE tenant_id = $1 AND state = 'done' AND on_date > $2 AND class <> '' ORDER BY on_date DESC, id DESC`, tenant, day)
	for _, t := range turned { // the earliest comes last and stays
		c := out[t.Asset]
		c.Class, c.ClassWas = t.Class, t.ClassWas
		out[t.Asset] = c
	}
	return out, err
}

// moveUnit gives a unit to another asset; the version rises, so that nobody saves an older state over it.
func moveUnit(ctx context.Context, tx *db.Tx, unit, to ids.ID) error {
	return tx.Exec(ctx, `UPDATE asset_unit SET asset_id = $3, version = version + 1 WHERE tenant_id = $1 AND id = $2`, tx.Tenant, unit, to)
}

// Owner is a unit that has cards, and how many.
type Owner struct {
	Party ids.ID
	Cards int
}

// Owners are the units in code ranges that have cards which are not disposed of, by id.
func Owners(ctx context.Context, q db.Q, tenant int64, ranges [][2]string) ([]Owner, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges).And("state <> ?", "retired")
	return db.Collect(ctx, q, func(o *Owner) []any { return []any{&o.Party, &o.Cards} },
		`SELECT owner_id, COUNT(*) FROM asset WHERE `+w.SQL()+` GROUP BY owner_id ORDER BY owner_id`, w.Args()...)
}
