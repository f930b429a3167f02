package bank_test

import (
	"context"
	"strings"
	"testing"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/registry/access"
)

// damage changes the database behind the program's back.
func (w *world) damage(sql string) {
	w.t.Helper()
	w.ok(w.d.InTx(ctx, access.System.Meta(w.tenant), func(ctx context.Context, tx *db.Tx) error { return tx.Exec(ctx, sql, w.tenant) }))
}

// TestCheckFindsDamage: what is changed behind the program's back is found, and a payment that is no longer what was
// approved does not go out.
func TestCheckFindsDamage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.book("2021-03-01", 100, "511", "收款", 0)
		w.load(0, row{"2021-03-01", 100, "甲", "收款", "1"}, row{"2021-03-02", 50, "乙", "", "2"})
		desk := w.desk("2021-03-31")
		w.ok(w.s.Match(ctx, w.maker, w.tenant, w.account, date.Must("2021-03-31"), lineIDs(desk.Lines[:1]), keysOf(desk.Entries), ""))
		_, err := w.s.Prepare(ctx, w.maker, w.tenant, w.account, 202103)
		w.ok(err)
		p := w.approved(payees[0])
		w.clean()
		for _, c := range []struct{ sql, back, says string }{
			{`UPDATE bank_line SET counterparty = '丙' WHERE tenant_id = $1 AND serial = '1'`, `UPDATE bank_line SET counterparty = '甲' WHERE tenant_id = $1 AND serial = '1'`, "导入后被改动过"},
			{`UPDATE bank_line SET balance_fen = 1 WHERE tenant_id = $1 AND serial = '2'`, `UPDATE bank_line SET balance_fen = 15000 WHERE tenant_id = $1 AND serial = '2'`, "与前面的流水不符"},
			{`UPDATE bank_match_entry SET fen = 1 WHERE tenant_id = $1`, `UPDATE bank_match_entry SET fen = 10000 WHERE tenant_id = $1`, "两边不等"},
			{`UPDATE bank_reconciliation SET book_adjusted_fen = 1 WHERE tenant_id = $1`, `UPDATE bank_reconciliation SET book_adjusted_fen = 15000 WHERE tenant_id = $1`, "调节后余额不符"},
			{`UPDATE payment_line SET payee = '王五' WHERE tenant_id = $1`, `UPDATE payment_line SET payee = '张三（示例）' WHERE tenant_id = $1`, "审批后收款人或金额被改动过"},
			{`UPDATE payment_line SET number_index = 'x' WHERE tenant_id = $1`, ``, "收款账号与其索引不符"},
		} {
			w.damage(c.sql)
			found, err := w.s.Check(ctx, d.Read(), w.tenant)
			w.ok(err)
			if !strings.Contains(strings.Join(found, "\n"), c.says) {
				t.Errorf("%s: found %q", c.sql, found)
			}
			if c.back != "" {
				w.damage(c.back)
				w.clean()
			}
		}
		_, err = w.s.Release(ctx, w.releaser, w.tenant, p.ID, 0)
		refused(t, err, errs.State, "与审批时不一致")
	})
}
