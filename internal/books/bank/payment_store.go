package bank

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
)

// lockPayment holds a batch's row, so that what is done to it comes one after the other, and reads it.
func lockPayment(ctx context.Context, tx *db.Tx, id ids.ID) (*Payment, error) {
	n, err := tx.ExecN(ctx, `UPDATE payment SET version = version WHERE tenant_id = $1 AND id = $2`, tx.Tenant, id)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, hidden()
	}
	return paymentTable.Get(ctx, tx, tx.Tenant, id)
}

// linesOfPayment lists the payments of a batch.
func linesOfPayment(ctx context.Context, q db.Q, tenant int64, batch ids.ID) ([]PaymentLine, error) {
	return paymentLineTable.All(ctx, q, db.NewWhere(tenant).And("batch_id = ?", batch), "no, id")
}

// refreshTotals adds up a batch in its draft.
func refreshTotals(ctx context.Context, tx *db.Tx, batch ids.ID) error {
	return tx.Exec(ctx, `UPDATE payment SET total_fen = t.fen, line_count = t.n FROM (
			SELECT CAST(COALESCE(SUM(amount_fen), 0) AS BIGINT) AS fen, COUNT(*) AS n FROM payment_line WHERE tenant_id = $1 AND batch_id = $2
		) AS t WHERE payment.tenant_id = $1 AND payment.id = $2`, tx.Tenant, batch)
}

// lowerTotals takes a payment that is about to be deleted out of its batch's totals.
func lowerTotals(ctx context.Context, tx *db.Tx, l *PaymentLine) error {
	return tx.Exec(ctx, `UPDATE payment SET total_fen = total_fen - $3, line_count = line_count - 1 WHERE tenant_id = $1 AND id = $2`, tx.Tenant, l.Batch, l.Amount)
}

// pendingLines counts the payments of a batch without a result.
func pendingLines(ctx context.Context, tx *db.Tx, batch ids.ID) (int, error) {
	return paymentLineTable.Count(ctx, tx, db.NewWhere(tx.Tenant).And("batch_id = ?", batch).And("result = ?", ResultPending), 0)
}

// failedLines lists the failed payments of a batch that were not repeated.
func failedLines(ctx context.Context, tx *db.Tx, batch ids.ID) ([]PaymentLine, error) {
	w := db.NewWhere(tx.Tenant).And("batch_id = ?", batch).And("result = ?", ResultFailed).
		And("NOT EXISTS (SELECT 1 FROM payment_line r WHERE r.tenant_id = ? AND r.retry_of_id = payment_line.id)", tx.Tenant)
	return paymentLineTable.All(ctx, tx, w, "no, id")
}

// twins lists earlier payments of the same books that equal one in payee and amount.
func twins(ctx context.Context, q db.Q, p *Payment, books ids.ID, l *PaymentLine, from, to date.Date) ([]Twin, error) {
	out, err := db.Collect(ctx, q, func(t *Twin) []any { return []any{&t.No, &t.Payee, &t.Amount, &t.Batch, &t.BatchID, &t.PlanOn} },
		`SELECT x.no, x.payee, x.amount_fen, b.no, b.id, b.plan_on FROM payment_line x
		JOIN payment b ON b.tenant_id = x.tenant_id AND b.id = x.batch_id
		JOIN bank_account a ON a.tenant_id = b.tenant_id AND a.id = b.account_id
		WHERE x.tenant_id = $1 AND b.tenant_id = $1 AND a.tenant_id = $1 AND a.books_id = $2 AND x.amount_fen = $3 AND (x.number_index = $4 OR x.payee = $5)
		AND b.id <> $6 AND b.state <> 'void' AND b.state <> 'draft' AND x.result <> 'failed' AND b.plan_on >= $7 AND b.plan_on <= $8
		ORDER BY b.plan_on DESC, x.id DESC LIMIT 3`, p.Tenant, books, l.Amount, l.NumberIndex, l.Payee, p.ID, from, to)
	for i := range out {
		out[i].Line = l.ID
	}
	return out, err
}

// settleLine records the result of a payment that has none, and reports whether it had none.
func settleLine(ctx context.Context, tx *db.Tx, l *PaymentLine) (bool, error) {
	n, err := tx.ExecN(ctx, `UPDATE payment_line SET result = $3, result_text = $4, settled_on = $5, serial = $6, bank_line_id = $9,
		version = version + 1, updated_at = $7, updated_by = $8
		WHERE tenant_id = $1 AND id = $2 AND result = 'pending'`,
		tx.Tenant, l.ID, l.Result, l.ResultText, l.SettledOn, l.Serial, tx.Now().UnixMicro(), int64(tx.ActorID), l.BankLine)
	return n == 1, err
}

// bookLine notes the voucher that was drafted for a payment.
func bookLine(ctx context.Context, tx *db.Tx, line, voucher ids.ID) error {
	return tx.Exec(ctx, `UPDATE payment_line SET made_id = $3 WHERE tenant_id = $1 AND id = $2 AND made_id IS NULL`, tx.Tenant, line, voucher)
}

// claimSend says that a batch is being handed over again, unless somebody else has just said so: from states that are
// certain not to be under way.
func claimSend(ctx context.Context, tx *db.Tx, id ids.ID, tries int) (bool, error) {
	n, err := tx.ExecN(ctx, `UPDATE payment SET send_state = 'sending', send_tries = send_tries + 1, send_at = $4, version = version + 1
		WHERE tenant_id = $1 AND id = $2 AND state = 'released' AND send_state = 'refused' AND send_tries = $3`, tx.Tenant, id, tries, tx.Now().UnixMicro())
	return n == 1, err
}

// noteSend records what handing over came to, of the try that is under way.
func noteSend(ctx context.Context, tx *db.Tx, id ids.ID, tries int, state, ref, control, text string) (bool, error) {
	n, err := tx.ExecN(ctx, `UPDATE payment SET send_state = $4, send_ref = $5, send_control = $6, send_text = $7, version = version + 1
		WHERE tenant_id = $1 AND id = $2 AND send_tries = $3 AND send_state <> 'sent'`, tx.Tenant, id, tries, state, ref, control, text)
	return n == 1, err
}

// usedLines are the statement lines of an account that payments are already known by.
func usedLines(ctx context.Context, q db.Q, tenant int64, account ids.ID) (map[ids.ID]bool, error) {
	list, err := db.Collect(ctx, q, func(id *ids.ID) []any { return []any{id} },
		`SELECT x.bank_line_id FROM payment_line x JOIN payment b ON b.tenant_id = x.tenant_id AND b.id = x.batch_id
		WHERE x.tenant_id = $1 AND b.tenant_id = $1 AND b.account_id = $2 AND x.bank_line_id IS NOT NULL`, tenant, account)
	out := make(map[ids.ID]bool, len(list))
	for _, id := range list {
		out[id] = true
	}
	return out, err
}
