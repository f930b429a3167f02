package contract

import (
	"context"
	"fmt"
	"slices"

	"huicun/internal/books/contract/schedule"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// lastBilled is the last payment of a contract's schedule that was billed, 0 for none.
func lastBilled(ctx context.Context, q db.Q, tenant int64, contract ids.ID) (int, error) {
	var seq int
	err := q.QueryRow(ctx, `SELECT COALESCE(MAX(seq), 0) FROM charge WHERE tenant_id = $1 AND contract_id = $2 AND billed AND origin = ''`, tenant, contract).Scan(&seq)
	return seq, err
}

// Binding lists the contracts of a collective that oblige the other side: signed, in force or ended and not settled, and begun by
// a day; by their numbers.
func Binding(ctx context.Context, q db.Q, tenant int64, partyA ids.ID, day date.Date) ([]Contract, error) {
	w := db.NewWhere(tenant).And("party_a_id = ?", partyA).And("state IN ('signed', 'active', 'ended')").And("from_date <= ?", day)
	return contractTable.All(ctx, q, w, "no")
}

// Unsigned counts the drafts of a collective whose term has begun by a day: they are not billed.
func Unsigned(ctx context.Context, q db.Q, tenant int64, partyA ids.ID, day date.Date) ([]Contract, error) {
	w := db.NewWhere(tenant).And("party_a_id = ?", partyA).And("state = 'draft'").And("from_date <= ?", day)
	return contractTable.All(ctx, q, w, "no")
}

// ChargesOf lists the payments of contracts in their order.
func ChargesOf(ctx context.Context, q db.Q, tenant int64, contracts []ids.ID) (map[ids.ID][]Charge, error) {
	type row struct {
		contract ids.ID
		Charge
	}
	out := map[ids.ID][]Charge{}
	for list := range slices.Chunk(contracts, perStatement) {
		w := db.In(db.NewWhere(tenant), "contract_id", list)
		rows, err := db.Collect(ctx, q, func(r *row) []any { return append([]any{&r.contract}, r.ptrs()...) },
			`SELECT contract_id, `+chargeCols+` FROM charge WHERE `+w.SQL()+` ORDER BY contract_id, seq`, w.Args()...)
		if err != nil {
			return nil, fmt.Errorf("reading schedules: %w", err)
		}
		for _, r := range rows {
			out[r.contract] = append(out[r.contract], r.Charge)
		}
	}
	return out, nil
}

// UnbilledUntil lists the payments of contracts that fall due up to a day and were not billed.
func UnbilledUntil(ctx context.Context, q db.Q, tenant int64, contracts []ids.ID, since, day date.Date) (map[ids.ID][]Charge, error) {
	type row struct {
		contract ids.ID
		Charge
	}
	out := map[ids.ID][]Charge{}
	for list := range slices.Chunk(contracts, perStatement) {
		w := db.In(db.NewWhere(tenant), "contract_id", list).And("billed = FALSE").And("due_on >= ?", since).And("due_on <= ?", day).And("amount_fen <> 0")
		rows, err := db.Collect(ctx, q, func(r *row) []any { return append([]any{&r.contract}, r.ptrs()...) },
			`SELECT contract_id, `+chargeCols+` FROM charge WHERE `+w.SQL()+` ORDER BY contract_id, due_on, seq`, w.Args()...)
		if err != nil {
			return nil, fmt.Errorf("reading payments to bill: %w", err)
		}
		for _, r := range rows {
			out[r.contract] = append(out[r.contract], r.Charge)
		}
	}
	return out, nil
}

// LockTerms holds contracts until the end of the transaction, so that nobody amends them while they are billed.
func LockTerms(ctx context.Context, tx *db.Tx, partyA ids.ID) error {
	return tx.Exec(ctx, `UPDATE contract SET updated_at = updated_at WHERE tenant_id = $1 AND party_a_id = $2`, tx.Tenant, partyA)
}

// SetBilled notes which payments of a contract were billed, or that they are no longer. What was billed is never made anew by an
// amendment.
func SetBilled(ctx context.Context, tx *db.Tx, billed bool, contract ids.ID, seqs []int) error {
	w := db.In(db.NewWhere(tx.Tenant).And("contract_id = ?", contract), "seq", seqs)
	args := append(w.Args(), billed)
	return tx.Exec(ctx, `UPDATE charge SET billed = `+db.Placeholders(len(args), 1)+` WHERE `+w.SQL(), args...)
}

// VersionsOf are the versions of contracts that were amended.
func VersionsOf(ctx context.Context, q db.Q, tenant int64, contracts []ids.ID) (map[ids.ID][]Version, error) {
	out := map[ids.ID][]Version{}
	for list := range slices.Chunk(contracts, perStatement) {
		some, err := versionsWhere(ctx, q, db.In(db.NewWhere(tenant), "contract_id", list))
		if err != nil {
			return nil, err
		}
		for id, v := range some {
			out[id] = v
		}
	}
	return out, nil
}

// EarnedUntil is what of a contract's schedule is for the time up to the end of a month (权责发生制); payments beyond the schedule are not in it.
func EarnedUntil(c *Contract, versions []Version, m date.Month) (money.Fen, error) {
	if !c.billable() {
		return 0, nil
	}
	var list []schedule.Accrual
	var err error
	if len(versions) > 0 {
		chain := make([]schedule.Version, len(versions))
		for i := range versions {
			t, err := versions[i].terms()
			if err != nil {
				return 0, err
			}
			chain[i] = schedule.Version{Terms: *t, Effective: versions[i].Effective, Made: versions[i].Made, Kept: versions[i].Kept}
		}
		list, err = schedule.Accruals(chain)
	} else {
		t, err1 := c.Terms()
		if err1 != nil {
			return 0, err1
		}
		list, err = schedule.Accruals([]schedule.Version{{Terms: *t}})
	}
	if err != nil {
		return 0, fmt.Errorf("accruing contract %s: %w", c.No, err)
	}
	sum := money.Fen(0)
	for _, a := range list {
		if a.Month > m {
			continue
		}
		if sum, err = money.Add(sum, a.Amount); err != nil {
			return 0, err
		}
	}
	return sum, nil
}

// BillUntil notes that the payments of contracts which fell due between two days are billed, as UnbilledUntil lists them.
func BillUntil(ctx context.Context, tx *db.Tx, contracts []ids.ID, since, day date.Date) error {
	for list := range slices.Chunk(contracts, perStatement) {
		w := db.In(db.NewWhere(tx.Tenant), "contract_id", list).And("billed = FALSE").And("due_on >= ?", since).And("due_on <= ?", day)
		if err := tx.Exec(ctx, `UPDATE charge SET billed = TRUE WHERE `+w.SQL(), w.Args()...); err != nil {
			return err
		}
	}
	return nil
}
