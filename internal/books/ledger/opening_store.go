package ledger

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

const openingColumns = `account, opening_fen, debit_fen, credit_fen, party_id, contract_id, asset_id, project_id, member_id`

func openingPtrs(o *Opening) []any {
	return []any{&o.Account, &o.Opening, &o.Debit, &o.Credit, &o.Party, &o.Contract, &o.Asset, &o.Project, &o.Member}
}

// OpeningsOf lists the opening balances of books in the order in which they were entered.
func OpeningsOf(ctx context.Context, q db.Q, tenant int64, books ids.ID) ([]Opening, error) {
	return db.Collect(ctx, q, openingPtrs, `SELECT `+openingColumns+` FROM ledger_opening
		WHERE tenant_id = $1 AND books_id = $2 ORDER BY line_no`, tenant, books)
}

// hasOpening reports whether books have opening balances.
func hasOpening(ctx context.Context, q db.Q, tenant int64, books ids.ID) (bool, error) {
	var n int
	err := q.QueryRow(ctx, `SELECT COUNT(*) FROM ledger_opening WHERE tenant_id = $1 AND books_id = $2`, tenant, books).Scan(&n)
	return n > 0, err
}

// replaceOpenings stores the openings, and their sums by account as balances before the books' first month.
func replaceOpenings(ctx context.Context, tx *db.Tx, b *Books, list []Opening) error {
	if err := tx.Exec(ctx, `DELETE FROM ledger_opening WHERE tenant_id = $1 AND books_id = $2`, tx.Tenant, b.ID); err != nil {
		return err
	}
	if err := tx.Exec(ctx, `DELETE FROM balance WHERE tenant_id = $1 AND books_id = $2 AND month < $3`, tx.Tenant, b.ID, b.From); err != nil {
		return err
	}
	rows := make([][]any, len(list))
	for i := range list {
		o := &list[i]
		rows[i] = []any{tx.Tenant, b.ID, i + 1, o.Account, o.Opening, o.Debit, o.Credit, o.Party, o.Contract, o.Asset, o.Project, o.Member}
	}
	if err := tx.InsertRows(ctx, `INSERT INTO ledger_opening (tenant_id, books_id, line_no, `+openingColumns+`) VALUES `, "", rows); err != nil {
		return err
	}
	var balances [][]any
	for _, k := range openingBalances(b, list) {
		balances = append(balances, []any{tx.Tenant, b.ID, k.account, k.month, b.Region, k.debit, k.credit, 0, 0})
	}
	err := tx.InsertRows(ctx, `INSERT INTO balance (tenant_id, books_id, account, month, region, debit_fen, credit_fen, closing_debit_fen, closing_credit_fen) VALUES `,
		"", balances)
	if err != nil {
		return err
	}
	return recarry(ctx, tx, b.ID)
}

// openingBalances are the rows of balances that openings make, in the order of their keys.
func openingBalances(b *Books, list []Opening) []keyed {
	sums := map[balanceKey]*movement{}
	add := func(account string, month date.Month, debit, credit money.Fen) {
		if debit == 0 && credit == 0 {
			return
		}
		k := balanceKey{b.ID, account, month}
		if sums[k] == nil {
			sums[k] = &movement{}
		}
		sums[k].debit += int64(debit)
		sums[k].credit += int64(credit)
	}
	for i := range list {
		o := &list[i]
		add(o.Account, openingMonth(b), max(o.Opening, 0), max(-o.Opening, 0))
		add(o.Account, soFarMonth(b), o.Debit, o.Credit)
	}
	out := make([]keyed, 0, len(sums))
	for k, m := range sums {
		out = append(out, keyed{k, *m})
	}
	slices.SortFunc(out, func(a, b keyed) int {
		return cmp.Or(strings.Compare(a.account, b.account), cmp.Compare(a.month, b.month))
	})
	return out
}

// openingMovements are the balances that all openings of a tenant make.
func openingMovements(ctx context.Context, q db.Q, tenant int64) ([]keyed, error) {
	list, err := booksTable.All(ctx, q, db.NewWhere(tenant), "id")
	if err != nil {
		return nil, err
	}
	var out []keyed
	for i := range list {
		openings, err := OpeningsOf(ctx, q, tenant, list[i].ID)
		if err != nil {
			return nil, err
		}
		out = append(out, openingBalances(&list[i], openings)...)
	}
	return out, nil
}

// standing is what stands on an account now, debits less credits.
func standing(ctx context.Context, q *db.Tx, books ids.ID, account string) (money.Fen, error) {
	var fen money.Fen
	err := q.QueryRow(ctx, `SELECT CAST(COALESCE(SUM(debit_fen - credit_fen), 0) AS BIGINT) FROM balance
		WHERE tenant_id = $1 AND books_id = $2 AND account = $3`, q.Tenant, books, account).Scan(&fen)
	return fen, err
}
