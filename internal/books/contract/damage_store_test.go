package contract

import (
	"context"

	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
)

// damages are what Check must find; $2 is the first contract, $3 the second, which follows it on the same unit.
var damages = []struct{ name, statement, want string }{
	{"amount", `UPDATE charge SET amount_fen = amount_fen + 1 WHERE tenant_id = $1 AND contract_id = $2 AND seq = 3 AND contract_id <> $3`, "第 3 期的收款计划与条款不符"},
	{"day", `UPDATE charge SET due_on = '2021-01-02' WHERE tenant_id = $1 AND contract_id = $2 AND seq = 1 AND contract_id <> $3`, "第 1 期的收款计划与条款不符"},
	{"missing", `DELETE FROM charge WHERE tenant_id = $1 AND contract_id = $2 AND seq = 4 AND contract_id <> $3`, "有 3 期，按条款应为 4 期"},
	{"annual", `UPDATE contract SET annual_fen = 0 WHERE tenant_id = $1 AND id = $2 AND id <> $3`, "年化金额与条款不符"},
	{"twice", `UPDATE contract SET from_date = '2021-06-01' WHERE tenant_id = $1 AND id = $3 AND id <> $2`, "单元 U1 同时由合同"},
}

func (w *world) spoil(statement string, first, second ids.ID) {
	w.t.Helper()
	err := w.env.DB.InTx(w.t.Context(), db.Meta{Tenant: w.tenant}, func(ctx context.Context, tx *db.Tx) error {
		return tx.Exec(ctx, statement, w.tenant, int64(first), int64(second))
	})
	if err != nil {
		w.t.Fatal(err)
	}
}
