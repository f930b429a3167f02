package rent

import (
	"context"
	"fmt"
	"slices"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/find"
)

// perStatement bounds how many ids one statement names.
const perStatement = 500

// posting is what a record changed on an account.
type posting struct {
	contract, party ids.ID
	earned          money.Fen
	Position
}

const accountColumns = `contract_id, party_id, region, earned_fen, fee_fen, received_fen, lost_fen, deposit_fen, booked_receivable_fen, booked_prepaid_fen,
	booked_income_fen, booked_fee_fen, booked_loss_fen, outside_income_fen, outside_receivable_fen`

func accountsWhere(ctx context.Context, q db.Q, w *db.Where) ([]*Account, error) {
	list, err := db.Collect(ctx, q, func(a *Account) []any {
		b := &a.Booked
		return []any{
			&a.Contract, &a.Party, &a.Region, &a.Earned, &a.Fees, &a.Received, &a.Lost, &a.Deposit, &b.Receivable, &b.Prepaid,
			&b.Income, &b.Fee, &b.Loss, &a.OutIncome, &a.OutReceivable,
		}
	}, `SELECT `+accountColumns+` FROM rent_account WHERE `+w.SQL()+` ORDER BY contract_id, party_id`, w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("reading accounts of tenants: %w", err)
	}
	out := make([]*Account, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out, nil
}

// saveAccounts stores accounts, each once.
func saveAccounts(ctx context.Context, tx *db.Tx, list []*Account) error {
	rows := make([][]any, 0, len(list))
	for _, a := range list {
		b := &a.Booked
		rows = append(rows, []any{
			tx.Tenant, a.Contract, a.Party, a.Region, a.Earned, a.Fees, a.Received, a.Lost, a.Deposit, b.Receivable, b.Prepaid,
			b.Income, b.Fee, b.Loss, a.OutIncome, a.OutReceivable,
		})
		a.fresh = false
	}
	return tx.InsertRows(ctx, `INSERT INTO rent_account (tenant_id, `+accountColumns+`) VALUES `, ` ON CONFLICT (tenant_id, contract_id, party_id) DO UPDATE SET
		region = excluded.region, earned_fen = excluded.earned_fen, fee_fen = excluded.fee_fen, received_fen = excluded.received_fen, lost_fen = excluded.lost_fen,
		deposit_fen = excluded.deposit_fen, booked_receivable_fen = excluded.booked_receivable_fen, booked_prepaid_fen = excluded.booked_prepaid_fen,
		booked_income_fen = excluded.booked_income_fen, booked_fee_fen = excluded.booked_fee_fen, booked_loss_fen = excluded.booked_loss_fen,
		outside_income_fen = excluded.outside_income_fen, outside_receivable_fen = excluded.outside_receivable_fen`, rows)
}

func insertPostings(ctx context.Context, tx *db.Tx, source ids.ID, list []posting) error {
	rows := make([][]any, len(list))
	for i := range list {
		p := &list[i]
		rows[i] = []any{tx.Tenant, source, p.contract, p.party, p.earned, p.Receivable, p.Prepaid, p.Income, p.Fee, p.Loss}
	}
	return tx.InsertRows(ctx, `INSERT INTO rent_posting (tenant_id, source_id, contract_id, party_id, earned_fen, receivable_fen, prepaid_fen, income_fen, fee_fen, loss_fen) VALUES `,
		` ON CONFLICT (tenant_id, source_id, contract_id, party_id) DO UPDATE SET earned_fen = rent_posting.earned_fen + excluded.earned_fen,
		receivable_fen = rent_posting.receivable_fen + excluded.receivable_fen, prepaid_fen = rent_posting.prepaid_fen + excluded.prepaid_fen,
		income_fen = rent_posting.income_fen + excluded.income_fen, fee_fen = rent_posting.fee_fen + excluded.fee_fen, loss_fen = rent_posting.loss_fen + excluded.loss_fen`, rows)
}

func postingsOf(ctx context.Context, q db.Q, tenant int64, source ids.ID) ([]posting, error) {
	return db.Collect(ctx, q, func(p *posting) []any {
		return []any{&p.contract, &p.party, &p.earned, &p.Receivable, &p.Prepaid, &p.Income, &p.Fee, &p.Loss}
	}, `SELECT contract_id, party_id, earned_fen, receivable_fen, prepaid_fen, income_fen, fee_fen, loss_fen FROM rent_posting
		WHERE tenant_id = $1 AND source_id = $2 ORDER BY contract_id, party_id`, tenant, source)
}

func deletePostings(ctx context.Context, tx *db.Tx, source ids.ID) error {
	return tx.Exec(ctx, `DELETE FROM rent_posting WHERE tenant_id = $1 AND source_id = $2`, tx.Tenant, source)
}

func insertVoucher(ctx context.Context, tx *db.Tx, source, voucher ids.ID) error {
	return tx.Exec(ctx, `INSERT INTO rent_voucher (tenant_id, source_id, voucher_id) VALUES ($1, $2, $3)
		ON CONFLICT (tenant_id, source_id, voucher_id) DO NOTHING`, tx.Tenant, source, voucher)
}

func deleteVoucher(ctx context.Context, tx *db.Tx, source, voucher ids.ID) error {
	return tx.Exec(ctx, `DELETE FROM rent_voucher WHERE tenant_id = $1 AND source_id = $2 AND voucher_id = $3`, tx.Tenant, source, voucher)
}

func vouchersOf(ctx context.Context, q db.Q, tenant int64, source ids.ID) ([]ids.ID, error) {
	return db.Collect(ctx, q, func(id *ids.ID) []any { return []any{id} },
		`SELECT voucher_id FROM rent_voucher WHERE tenant_id = $1 AND source_id = $2 ORDER BY voucher_id`, tenant, source)
}

// Allocation is a part of a source that covers an item.
type Allocation struct {
	Source, Item, Contract ids.ID
	Date                   date.Date
	Fen                    money.Fen
}

func allocations(ctx context.Context, q db.Q, w *db.Where) ([]Allocation, error) {
	return db.Collect(ctx, q, func(a *Allocation) []any { return []any{&a.Source, &a.Item, &a.Contract, &a.Date, &a.Fen} },
		`SELECT source_id, item_id, contract_id, on_date, fen FROM rent_allocation WHERE `+w.SQL()+` ORDER BY on_date, source_id, item_id`, w.Args()...)
}

// allocationsOf lists what covers an item, allocationsBy what a source covers.
func allocationsOf(ctx context.Context, q db.Q, tenant int64, item ids.ID) ([]Allocation, error) {
	return allocations(ctx, q, db.NewWhere(tenant).And("item_id = ?", item))
}

func allocationsBy(ctx context.Context, q db.Q, tenant int64, source ids.ID) ([]Allocation, error) {
	return allocations(ctx, q, db.NewWhere(tenant).And("source_id = ?", source))
}

func putAllocation(ctx context.Context, tx *db.Tx, source, item, contract ids.ID, on date.Date, fen money.Fen) error {
	return tx.Exec(ctx, `INSERT INTO rent_allocation (tenant_id, source_id, item_id, on_date, contract_id, fen) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (tenant_id, source_id, item_id, on_date) DO UPDATE SET fen = rent_allocation.fen + excluded.fen`, tx.Tenant, source, item, on, contract, fen)
}

func deleteAllocations(ctx context.Context, tx *db.Tx, column string, id ids.ID) error {
	return tx.Exec(ctx, `DELETE FROM rent_allocation WHERE tenant_id = $1 AND `+column+` = $2`, tx.Tenant, id)
}

// saveItem stores what covers an item.
func saveItem(ctx context.Context, tx *db.Tx, i *Item) error {
	n, err := tx.ExecN(ctx, `UPDATE rent_item SET settled_fen = $3, lost_fen = $4, cleared_on = $5, state = $6, version = version + 1, updated_at = $7, updated_by = $8
		WHERE tenant_id = $1 AND id = $2`, tx.Tenant, i.ID, i.Settled, i.Lost, i.Cleared, i.State, tx.Now().UnixMicro(), tx.ActorID)
	if err == nil && n == 0 {
		return errs.New(errs.Internal, "rent.item", "item %s is gone", i.ID)
	}
	return err
}

func setAllocated(ctx context.Context, tx *db.Tx, r *Receipt) error {
	return tx.Exec(ctx, `UPDATE rent_receipt SET allocated_fen = $3 WHERE tenant_id = $1 AND id = $2`, tx.Tenant, r.ID, r.Allocated)
}

func addAllocated(ctx context.Context, tx *db.Tx, receipt ids.ID, fen money.Fen) error {
	return tx.Exec(ctx, `UPDATE rent_receipt SET allocated_fen = allocated_fen + $3 WHERE tenant_id = $1 AND id = $2`, tx.Tenant, receipt, fen)
}

func pointers[T any](list []T, err error) ([]*T, error) {
	out := make([]*T, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out, err
}

// openOf lists the open items of a tenant on a contract, the oldest first.
func openOf(ctx context.Context, q db.Q, tenant int64, contract, party ids.ID) ([]*Item, error) {
	w := db.NewWhere(tenant).And("contract_id = ?", contract).And("party_id = ?", party).And("cleared_on = ''")
	return pointers(itemTable.All(ctx, q, w, "due_on, no"))
}

func itemsByID(ctx context.Context, q db.Q, tenant int64, list []ids.ID) (map[ids.ID]*Item, error) {
	out := map[ids.ID]*Item{}
	for some := range slices.Chunk(list, perStatement) {
		found, err := pointers(itemTable.All(ctx, q, db.In(db.NewWhere(tenant), "id", some), "no"))
		if err != nil {
			return nil, err
		}
		for _, i := range found {
			out[i.ID] = i
		}
	}
	return out, nil
}

// heldOf lists the receipts of a tenant on a contract that hold something, the oldest first.
func heldOf(ctx context.Context, q db.Q, tenant int64, contract, party ids.ID) ([]*Receipt, error) {
	w := db.NewWhere(tenant).And("contract_id = ?", contract).And("party_id = ?", party).And("state = 'done'").
		And("kind IN ('rent', 'offset', 'booked')").And("allocated_fen < amount_fen")
	return pointers(receiptTable.All(ctx, q, w, "on_date, id"))
}

// bookedOf lists what was taken over from the ledger for a tenant on a contract, the newest first.
func bookedOf(ctx context.Context, q db.Q, tenant int64, contract, party ids.ID) ([]*Receipt, error) {
	w := db.NewWhere(tenant).And("contract_id = ?", contract).And("party_id = ?", party).And("state = 'done'").And("kind = 'booked'")
	return pointers(receiptTable.All(ctx, q, w, "on_date DESC, id DESC"))
}

// restive are the tenants on contracts for whom something is held or a credit is open.
func restive(ctx context.Context, q db.Q, tenant int64, books ids.ID) (map[[2]ids.ID]bool, error) {
	type key struct{ contract, party ids.ID }
	list, err := db.Collect(ctx, q, func(k *key) []any { return []any{&k.contract, &k.party} },
		`SELECT contract_id, party_id FROM rent_receipt WHERE tenant_id = $1 AND books_id = $2 AND state = 'done' AND kind IN ('rent', 'offset', 'booked') AND allocated_fen < amount_fen
		UNION SELECT contract_id, party_id FROM rent_item WHERE tenant_id = $1 AND books_id = $2 AND cleared_on = '' AND amount_fen < 0`, tenant, books)
	out := make(map[[2]ids.ID]bool, len(list))
	for _, k := range list {
		out[[2]ids.ID{k.contract, k.party}] = true
	}
	return out, err
}

// billedSums add up the rent that was billed by contract and tenant.
func billedSums(ctx context.Context, q db.Q, tenant int64, contracts []ids.ID) (map[ids.ID]map[ids.ID]money.Fen, error) {
	type row struct {
		contract, party ids.ID
		fen             money.Fen
	}
	out := map[ids.ID]map[ids.ID]money.Fen{}
	for some := range slices.Chunk(contracts, perStatement) {
		w := db.In(db.NewWhere(tenant), "contract_id", some).And("kind = 'rent'").And("state <> 'void'")
		rows, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.contract, &r.party, &r.fen} },
			`SELECT contract_id, party_id, CAST(SUM(amount_fen) AS BIGINT) FROM rent_item WHERE `+w.SQL()+` GROUP BY contract_id, party_id`, w.Args()...)
		if err != nil {
			return nil, fmt.Errorf("adding up what was billed: %w", err)
		}
		for _, r := range rows {
			if out[r.contract] == nil {
				out[r.contract] = map[ids.ID]money.Fen{}
			}
			out[r.contract][r.party] = r.fen
		}
	}
	return out, nil
}

// standing are the runs of books that were not taken back, by month.
func standing(ctx context.Context, q db.Q, tenant int64, books ids.ID) ([]Run, error) {
	return runTable.All(ctx, q, db.NewWhere(tenant).And("books_id = ?", books).And("state = 'done'"), "month, id")
}

// LastRuns are by books the last months that were billed.
func LastRuns(ctx context.Context, q db.Q, tenant int64) (map[ids.ID]date.Month, error) {
	type last struct {
		books ids.ID
		month date.Month
	}
	list, err := db.Collect(ctx, q, func(l *last) []any { return []any{&l.books, &l.month} },
		`SELECT books_id, MAX(month) FROM rent_run WHERE tenant_id = $1 AND state = 'done' GROUP BY books_id`, tenant)
	out := make(map[ids.ID]date.Month, len(list))
	for _, l := range list {
		out[l.books] = l.month
	}
	return out, err
}

func itemsOfRun(ctx context.Context, q db.Q, tenant int64, run ids.ID) ([]*Item, error) {
	return pointers(itemTable.All(ctx, q, db.NewWhere(tenant).And("run_id = ?", run), "contract_id, charge_seq"))
}

func deleteItem(ctx context.Context, tx *db.Tx, i *Item) error {
	if err := tx.Exec(ctx, `DELETE FROM rent_item WHERE tenant_id = $1 AND id = $2`, tx.Tenant, i.ID); err != nil {
		return err
	}
	return find.Remove(ctx, tx, i.ID)
}

// dependents counts the late fees and other items that hang on the items of a run.
func dependents(ctx context.Context, q db.Q, tenant int64, run ids.ID) (int, error) {
	var n int
	err := q.QueryRow(ctx, `SELECT COUNT(*) FROM rent_item f JOIN rent_item i ON i.tenant_id = f.tenant_id AND i.id = f.of_item_id
		WHERE f.tenant_id = $1 AND i.tenant_id = $1 AND i.run_id = $2`, tenant, run).Scan(&n)
	return n, err
}

// voidBooked marks a taken-over receipt as void.
func voidBooked(ctx context.Context, tx *db.Tx, r *Receipt) error {
	return tx.Exec(ctx, `UPDATE rent_receipt SET state = 'void', version = version + 1 WHERE tenant_id = $1 AND id = $2`, tx.Tenant, r.ID)
}

// linesTaken are the statement lines that a standing receipt is of.
func linesTaken(ctx context.Context, q db.Q, tenant int64, ranges [][2]string) (map[ids.ID]bool, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges).And("bank_line_id IS NOT NULL").And("state = 'done'")
	list, err := db.Collect(ctx, q, func(id *ids.ID) []any { return []any{id} }, `SELECT bank_line_id FROM rent_receipt WHERE `+w.SQL(), w.Args()...)
	out := make(map[ids.ID]bool, len(list))
	for _, id := range list {
		out[id] = true
	}
	return out, err
}

// feesOf adds up the late fees of an item that were charged, and counts them.
func feesOf(ctx context.Context, q db.Q, tenant int64, item ids.ID) (fen money.Fen, count int, err error) {
	err = q.QueryRow(ctx, `SELECT CAST(COALESCE(SUM(amount_fen), 0) AS BIGINT), COUNT(*) FROM rent_item WHERE tenant_id = $1 AND of_item_id = $2`, tenant, item).Scan(&fen, &count)
	return fen, count, err
}
