package contract

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
)

// beyondSchedule is what the numbers of payments begin after that no terms give: no schedule has as many.
const beyondSchedule = 10_000

const chargeCols = `seq, from_date, to_date, due_on, amount_fen, origin, source_id, why`

func (c *Charge) ptrs() []any {
	return []any{&c.Seq, &c.From, &c.To, &c.Due, &c.Amount, &c.Origin, &c.Source, &c.Why}
}

// AddCharge adds a payment that the contract's terms do not give: what a share of turnover or a settlement calls for.
// Origin and Source name the record, which can call for one; Seq is set. It falls due and is counted like the others, and
// nothing rewrites it: what was wrong is set right by another charge, which may be negative.
func AddCharge(ctx context.Context, tx *db.Tx, contract ids.ID, ch *Charge) error {
	if ch.Origin == "" || ch.Source == 0 {
		return errs.New(errs.Internal, "contract.charge", "a charge beyond the schedule without its record")
	}
	if err := lockBinding(ctx, tx, contract); err != nil {
		return err
	}
	var last int
	err := tx.QueryRow(ctx, `SELECT CAST(COALESCE(MAX(seq), 0) AS BIGINT) FROM charge WHERE tenant_id = $1 AND contract_id = $2`, tx.Tenant, contract).Scan(&last)
	if err != nil {
		return fmt.Errorf("numbering a charge: %w", err)
	}
	ch.Seq = max(last, beyondSchedule) + 1
	return insertCharges(ctx, tx, contract, []Charge{*ch})
}

// lockBinding holds a contract under which money can be asked for.
func lockBinding(ctx context.Context, tx *db.Tx, contract ids.ID) error {
	n, err := tx.ExecN(ctx, `UPDATE contract SET version = version WHERE tenant_id = $1 AND id = $2 AND state IN ('signed', 'active', 'ended')`, tx.Tenant, contract)
	if err != nil {
		return fmt.Errorf("locking a contract to charge: %w", err)
	}
	if n == 0 {
		return errs.New(errs.State, "contract.not_binding", "合同还没有签订，或已经结清、作废，不能再计收款项")
	}
	return nil
}

// ChargeOf finds the payment that a record called for, with its contract; NotFound when it called for none.
func ChargeOf(ctx context.Context, q db.Q, tenant int64, origin string, source ids.ID) (contract ids.ID, ch Charge, err error) {
	err = q.QueryRow(ctx, `SELECT contract_id, `+chargeCols+` FROM charge WHERE tenant_id = $1 AND origin = $2 AND source_id = $3`, tenant, origin, source).
		Scan(append([]any{&contract}, ch.ptrs()...)...)
	if errors.Is(err, db.ErrNoRows) {
		err = errs.New(errs.NotFound, "contract.charge", "没有计收款项")
	}
	return contract, ch, err
}

// deleteCharges takes a schedule back but for its first payments.
func deleteCharges(ctx context.Context, tx *db.Tx, contract ids.ID, keep int) error {
	return tx.Exec(ctx, `DELETE FROM charge WHERE tenant_id = $1 AND contract_id = $2 AND seq > $3 AND origin = ''`, tx.Tenant, contract, keep)
}

func insertCharges(ctx context.Context, tx *db.Tx, contract ids.ID, list []Charge) error {
	rows := make([][]any, len(list))
	for i, ch := range list {
		rows[i] = []any{tx.Tenant, contract, ch.Seq, ch.From, ch.To, ch.Due, int64(ch.Amount), ch.Origin, ch.Source, ch.Why}
	}
	return tx.InsertRows(ctx, `INSERT INTO charge (tenant_id, contract_id, seq, from_date, to_date, due_on, amount_fen, origin, source_id, why) VALUES `, "", rows)
}

// Charges lists what is to be paid under a contract: its schedule, then what was charged beyond it.
func Charges(ctx context.Context, q db.Q, tenant int64, contract ids.ID) ([]Charge, error) {
	return db.Collect(ctx, q, (*Charge).ptrs, `SELECT `+chargeCols+` FROM charge WHERE tenant_id = $1 AND contract_id = $2 ORDER BY seq`, tenant, contract)
}

// scheduled lists the stored schedule alone.
func scheduled(ctx context.Context, q db.Q, tenant int64, contract ids.ID) ([]Charge, error) {
	return db.Collect(ctx, q, (*Charge).ptrs, `SELECT `+chargeCols+` FROM charge WHERE tenant_id = $1 AND contract_id = $2 AND origin = '' ORDER BY seq`, tenant, contract)
}

// Beyond counts a payment among those beyond the schedule, from 1; 0 for one of the schedule.
func (c *Charge) Beyond() int { return max(c.Seq-beyondSchedule, 0) }

// Label is what people call a payment: 第 3 期, 另计 1.
func (c *Charge) Label() string {
	if n := c.Beyond(); n > 0 {
		return "另计 " + strconv.Itoa(n)
	}
	return "第 " + strconv.Itoa(c.Seq) + " 期"
}
