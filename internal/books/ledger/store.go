package ledger

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// perStatement is how many rows one statement names.
const perStatement = 100

// condition puts the tenant of w on every joined table.
func condition(w *db.Where, aliases ...string) string {
	each := make([]string, len(aliases))
	for i, a := range aliases {
		each[i] = a + ".tenant_id = $1"
	}
	return strings.Replace(w.SQL(), "tenant_id = $1", strings.Join(each, " AND "), 1)
}

// lockParty holds a party's row, so that books for it are made one after the other.
func lockParty(ctx context.Context, tx *db.Tx, id ids.ID) error {
	return tx.Exec(ctx, `UPDATE party SET version = version WHERE tenant_id = $1 AND id = $2`, tx.Tenant, id)
}

// lockChain locks books against everybody else who posts, opens or closes in them, and reads the end of their chain.
func lockChain(ctx context.Context, tx *db.Tx, books ids.ID) (*chain, error) {
	var c chain
	err := tx.QueryRow(ctx, `UPDATE ledger_chain SET seq = seq WHERE tenant_id = $1 AND books_id = $2 RETURNING seq, head`, tx.Tenant, books).
		Scan(&c.seq, &c.head)
	if errors.Is(err, db.ErrNoRows) {
		return nil, hidden()
	}
	return &c, err
}

func saveChain(ctx context.Context, tx *db.Tx, books ids.ID, c *chain) error {
	return tx.Exec(ctx, `UPDATE ledger_chain SET seq = $3, head = $4 WHERE tenant_id = $1 AND books_id = $2`, tx.Tenant, books, c.seq, c.head)
}

func insertChain(ctx context.Context, tx *db.Tx, books ids.ID) error {
	return tx.Exec(ctx, `INSERT INTO ledger_chain (tenant_id, books_id, seq, head) VALUES ($1, $2, 0, '')`, tx.Tenant, books)
}

// lockBooks locks books and reads them.
func lockBooks(ctx context.Context, tx *db.Tx, id ids.ID) (*Books, error) {
	if _, err := lockChain(ctx, tx, id); err != nil {
		return nil, err
	}
	return booksTable.Get(ctx, tx, tx.Tenant, id)
}

// usedMonths returns the first and the last month with vouchers or a closed period, 0 for none.
func usedMonths(ctx context.Context, q db.Q, tenant int64, books ids.ID) (first, last date.Month, err error) {
	err = q.QueryRow(ctx, `SELECT COALESCE(MIN(month), 0), COALESCE(MAX(month), 0) FROM (
			SELECT month FROM voucher WHERE tenant_id = $1 AND books_id = $2
			UNION SELECT month FROM ledger_period WHERE tenant_id = $1 AND books_id = $2 AND state = 'closed'
		) AS used`, tenant, books).Scan(&first, &last)
	return first, last, err
}

// moveRegion puts what hangs on books in another division.
func moveRegion(ctx context.Context, tx *db.Tx, books ids.ID, region string) error {
	for _, s := range []string{
		`UPDATE voucher SET region = $3 WHERE tenant_id = $1 AND books_id = $2`,
		`UPDATE voucher_line SET region = $3 WHERE tenant_id = $1 AND books_id = $2`,
		`UPDATE balance SET region = $3 WHERE tenant_id = $1 AND books_id = $2`,
	} {
		if err := tx.Exec(ctx, s, tx.Tenant, books, region); err != nil {
			return err
		}
	}
	return nil
}

func deleteDependents(ctx context.Context, tx *db.Tx, books ids.ID) error {
	for _, s := range []string{
		`DELETE FROM ledger_opening WHERE tenant_id = $1 AND books_id = $2`,
		`DELETE FROM balance WHERE tenant_id = $1 AND books_id = $2`,
		`DELETE FROM ledger_carry WHERE tenant_id = $1 AND books_id = $2`,
		`DELETE FROM ledger_period WHERE tenant_id = $1 AND books_id = $2`,
		`DELETE FROM ledger_series WHERE tenant_id = $1 AND books_id = $2`,
		`DELETE FROM ledger_chain WHERE tenant_id = $1 AND books_id = $2`,
		`DELETE FROM ledger_account WHERE tenant_id = $1 AND books_id = $2`,
	} {
		if err := tx.Exec(ctx, s, tx.Tenant, books); err != nil {
			return err
		}
	}
	return nil
}

func insertAccounts(ctx context.Context, tx *db.Tx, books ids.ID, list []Account) error {
	rows := make([][]any, len(list))
	for i := range list {
		a := &list[i]
		rows[i] = []any{tx.Tenant, books, a.Code, a.Name, a.Class, a.Direction, a.Leaf, searchText(a), a.Zero, a.Dims, a.Active}
	}
	return tx.InsertRows(ctx, `INSERT INTO ledger_account (tenant_id, books_id, code, name, class, direction, leaf, search, zero, dims, active) VALUES `, "", rows)
}

func markParent(ctx context.Context, tx *db.Tx, books ids.ID, code string) error {
	return tx.Exec(ctx, `UPDATE ledger_account SET leaf = $4 WHERE tenant_id = $1 AND books_id = $2 AND code = $3`, tx.Tenant, books, code, false)
}

func updateAccount(ctx context.Context, tx *db.Tx, books ids.ID, a *Account) error {
	return tx.Exec(ctx, `UPDATE ledger_account SET name = $4, search = $5, dims = $6, active = $7 WHERE tenant_id = $1 AND books_id = $2 AND code = $3`,
		tx.Tenant, books, a.Code, a.Name, searchText(a), a.Dims, a.Active)
}

const accountColumns = `code, name, class, direction, leaf, zero, dims, active`

func accountPtrs(a *Account) []any {
	return []any{&a.Code, &a.Name, &a.Class, &a.Direction, &a.Leaf, &a.Zero, &a.Dims, &a.Active}
}

// Accounts lists the accounts of books by code.
func Accounts(ctx context.Context, q db.Q, tenant int64, books ids.ID) ([]Account, error) {
	return db.Collect(ctx, q, accountPtrs, `SELECT `+accountColumns+` FROM ledger_account
		WHERE tenant_id = $1 AND books_id = $2 ORDER BY code`, tenant, books)
}

// takeNumbers takes n numbers of a kind in a month and returns the last. The books are locked.
func takeNumbers(ctx context.Context, tx *db.Tx, books ids.ID, month date.Month, kind string, n int) (int64, error) {
	var last int64
	err := tx.QueryRow(ctx, `INSERT INTO ledger_series (tenant_id, books_id, month, kind, last_no) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant_id, books_id, month, kind) DO UPDATE SET last_no = ledger_series.last_no + excluded.last_no RETURNING last_no`,
		tx.Tenant, books, month, kind, n).Scan(&last)
	return last, err
}

// periodState is a month's state, "" when it was never opened.
func periodState(ctx context.Context, tx *db.Tx, books ids.ID, month date.Month) (string, error) {
	var state string
	err := tx.QueryRow(ctx, `SELECT state FROM ledger_period WHERE tenant_id = $1 AND books_id = $2 AND month = $3`, tx.Tenant, books, month).Scan(&state)
	if errors.Is(err, db.ErrNoRows) {
		return "", nil
	}
	return state, err
}

func openPeriod(ctx context.Context, tx *db.Tx, books ids.ID, month date.Month) error {
	return tx.Exec(ctx, `INSERT INTO ledger_period (tenant_id, books_id, month, state, closed_at, closed_by)
		VALUES ($1, $2, $3, 'open', 0, '') ON CONFLICT (tenant_id, books_id, month) DO NOTHING`, tx.Tenant, books, month)
}

// closePeriod closes a month, also one that was never opened, and reports whether it was open.
func closePeriod(ctx context.Context, tx *db.Tx, books ids.ID, month date.Month) (bool, error) {
	n, err := tx.ExecN(ctx, `INSERT INTO ledger_period (tenant_id, books_id, month, state, closed_at, closed_by)
		VALUES ($1, $2, $3, 'closed', $4, $5) ON CONFLICT (tenant_id, books_id, month) DO UPDATE
		SET state = 'closed', closed_at = excluded.closed_at, closed_by = excluded.closed_by
		WHERE ledger_period.state = 'open'`, tx.Tenant, books, month, tx.Now().UnixMicro(), tx.ActorName)
	return n == 1, err
}

func reopenPeriod(ctx context.Context, tx *db.Tx, books ids.ID, month date.Month) (bool, error) {
	n, err := tx.ExecN(ctx, `UPDATE ledger_period SET state = 'open', closed_at = 0, closed_by = ''
		WHERE tenant_id = $1 AND books_id = $2 AND month = $3 AND state = 'closed'`, tx.Tenant, books, month)
	return n == 1, err
}

// openBefore returns the first open month before one, 0 for none.
func openBefore(ctx context.Context, tx *db.Tx, books ids.ID, month date.Month) (date.Month, error) {
	var m date.Month
	err := tx.QueryRow(ctx, `SELECT COALESCE(MIN(month), 0) FROM ledger_period
		WHERE tenant_id = $1 AND books_id = $2 AND state = 'open' AND month < $3`, tx.Tenant, books, month).Scan(&m)
	return m, err
}

// lastClosed returns the last closed month, 0 for none.
func lastClosed(ctx context.Context, tx *db.Tx, books ids.ID) (date.Month, error) {
	var m date.Month
	err := tx.QueryRow(ctx, `SELECT COALESCE(MAX(month), 0) FROM ledger_period
		WHERE tenant_id = $1 AND books_id = $2 AND state = 'closed'`, tx.Tenant, books).Scan(&m)
	return m, err
}

func pending(ctx context.Context, tx *db.Tx, books ids.ID, month date.Month) (int, error) {
	var n int
	err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM voucher
		WHERE tenant_id = $1 AND books_id = $2 AND month = $3 AND state <> 'posted'`, tx.Tenant, books, month).Scan(&n)
	return n, err
}

// Periods lists the months of books that were opened or closed, oldest first.
func Periods(ctx context.Context, q db.Q, tenant int64, books ids.ID) ([]Period, error) {
	type row struct {
		Period
		state string
	}
	rows, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.Month, &r.state, &r.Posted, &r.ClosedAt, &r.ClosedBy} },
		`SELECT p.month, p.state, CAST(COALESCE(SUM(s.last_no), 0) AS BIGINT), p.closed_at, p.closed_by FROM ledger_period p
		LEFT JOIN ledger_series s ON s.tenant_id = p.tenant_id AND s.tenant_id = $1 AND s.books_id = p.books_id AND s.month = p.month AND s.kind <> '草稿'
		WHERE p.tenant_id = $1 AND p.books_id = $2 GROUP BY p.month, p.state, p.closed_at, p.closed_by ORDER BY p.month`, tenant, books)
	if err != nil {
		return nil, err
	}
	out := make([]Period, len(rows))
	for i, r := range rows {
		out[i] = r.Period
		out[i].Closed = r.state == periodClosed
	}
	return out, nil
}

// insertVouchers stores new vouchers with their lines; ids and states are set.
func insertVouchers(ctx context.Context, tx *db.Tx, list []*Voucher) error {
	if err := voucherTable.InsertAll(ctx, tx, list); err != nil {
		return explain(err)
	}
	var lines [][]any
	for _, v := range list {
		lines = append(lines, lineRows(v)...)
	}
	return insertLines(ctx, tx, lines)
}

// link is an id as it is stored, NULL for none.
func link(id ids.ID) any {
	if id == 0 {
		return nil
	}
	return int64(id)
}

// explain words what only two people at once can bring about.
func explain(err error) error {
	switch {
	case db.Violated(err, "voucher_reverses_id"):
		return errs.Wrap(err, errs.Conflict, "voucher.reversed", "这张凭证已经冲销过了")
	case db.Violated(err, "voucher_books_id_source_no"):
		return errs.Wrap(err, errs.Conflict, "voucher.source", "账套里已有相同凭证来源号的凭证")
	}
	return err
}

func lineRows(v *Voucher) [][]any {
	out := make([][]any, len(v.Lines))
	for i := range v.Lines {
		x := &v.Lines[i]
		out[i] = []any{
			v.Tenant, int64(v.ID), int64(i + 1), int64(v.Books), int64(v.Month), v.State == Posted, v.Region, x.Summary, x.Account,
			int64(x.Debit), int64(x.Credit), link(x.Party), link(x.Contract), link(x.Asset), link(x.Project), link(x.Member), "",
		}
		if v.State == Posted && i < len(v.receipts) && v.receipts[i] {
			out[i][len(out[i])-1] = v.Date.String()
		}
	}
	return out
}

func insertLines(ctx context.Context, tx *db.Tx, rows [][]any) error {
	return tx.InsertRows(ctx, `INSERT INTO voucher_line (tenant_id, voucher_id, line_no, books_id, month, posted, region, summary, account, debit_fen,
		credit_fen, party_id, contract_id, asset_id, project_id, member_id, received_on) VALUES `, "", rows)
}

// deleteLines removes the lines of a draft; those of a posted voucher stay whatever is asked.
func deleteLines(ctx context.Context, tx *db.Tx, voucher ids.ID) error {
	return tx.Exec(ctx, `DELETE FROM voucher_line WHERE tenant_id = $1 AND voucher_id = $2 AND NOT posted`, tx.Tenant, voucher)
}

// markPosted lets the lines of vouchers count, and dates those that are receipts.
func markPosted(ctx context.Context, tx *db.Tx, list []*Voucher) error {
	named := make([]ids.ID, len(list))
	for i, v := range list {
		named[i] = v.ID
	}
	for chunk := range slices.Chunk(named, 5*perStatement) {
		w := db.In(db.NewWhere(tx.Tenant), "voucher_id", chunk)
		args := append(w.Args(), true)
		if err := tx.Exec(ctx, `UPDATE voucher_line SET posted = $`+strconv.Itoa(len(args))+` WHERE `+w.SQL(), args...); err != nil {
			return err
		}
	}
	for _, v := range list {
		lines := v.receiptLines()
		if len(lines) == 0 {
			continue
		}
		args := []any{tx.Tenant, v.ID, v.Date}
		for _, no := range lines {
			args = append(args, no)
		}
		err := tx.Exec(ctx, `UPDATE voucher_line SET received_on = $3 WHERE tenant_id = $1 AND voucher_id = $2
			AND line_no IN (`+db.Placeholders(4, len(lines))+`)`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// receiptLines are the numbers of the lines that are receipts.
func (v *Voucher) receiptLines() []int {
	var out []int
	for i, yes := range v.receipts {
		if yes {
			out = append(out, i+1)
		}
	}
	return out
}

// balanceKey is a row of balances.
type balanceKey struct {
	books   ids.ID
	account string
	month   date.Month
}

// movement is what a row of balances holds; the closing part is by closing entries.
type movement struct{ debit, credit, closingDebit, closingCredit int64 }

func (m *movement) add(x *Line, kind string) {
	m.debit += int64(x.Debit)
	m.credit += int64(x.Credit)
	if kind == Closing {
		m.closingDebit += int64(x.Debit)
		m.closingCredit += int64(x.Credit)
	}
}

// addBalances adds the vouchers' lines to the balances, one row per key and the keys in order.
func addBalances(ctx context.Context, tx *db.Tx, list []*Voucher) error {
	sums, region := map[balanceKey]*movement{}, map[ids.ID]string{}
	var keys []balanceKey
	for _, v := range list {
		region[v.Books] = v.Region
		for i := range v.Lines {
			k := balanceKey{v.Books, v.Lines[i].Account, v.Month}
			if sums[k] == nil {
				sums[k] = &movement{}
				keys = append(keys, k)
			}
			sums[k].add(&v.Lines[i], v.Kind)
			if m := sums[k]; max(m.debit, -m.debit, m.credit, -m.credit) > int64(money.Max) {
				return errs.New(errs.Invalid, "ledger.range", "科目 %s 在 %s 的发生额超出了系统能记录的范围（正负 9 万亿元）", k.account, k.month)
			}
		}
	}
	slices.SortFunc(keys, func(a, b balanceKey) int {
		return cmp.Or(cmp.Compare(a.books, b.books), strings.Compare(a.account, b.account), cmp.Compare(a.month, b.month))
	})
	rows := make([][]any, len(keys))
	for i, k := range keys {
		m := sums[k]
		rows[i] = []any{tx.Tenant, k.books, k.account, k.month, region[k.books], m.debit, m.credit, m.closingDebit, m.closingCredit}
	}
	err := tx.InsertRows(ctx, `INSERT INTO balance (tenant_id, books_id, account, month, region, debit_fen, credit_fen, closing_debit_fen, closing_credit_fen) VALUES `,
		` ON CONFLICT (tenant_id, books_id, account, month) DO UPDATE SET
		debit_fen = balance.debit_fen + excluded.debit_fen, credit_fen = balance.credit_fen + excluded.credit_fen,
		closing_debit_fen = balance.closing_debit_fen + excluded.closing_debit_fen,
		closing_credit_fen = balance.closing_credit_fen + excluded.closing_credit_fen`, rows)
	if db.Violated(err, "balance_in_range") {
		return errs.Wrap(err, errs.Invalid, "ledger.range", "科目当月的发生额合计超出了系统能记录的范围")
	}
	if err != nil {
		return err
	}
	return addCarries(ctx, tx, sums)
}

// loadLines reads the lines of vouchers.
func loadLines(ctx context.Context, q db.Q, tenant int64, list []*Voucher) error {
	byID := map[ids.ID]*Voucher{}
	for _, v := range list {
		v.Lines = nil
		byID[v.ID] = v
	}
	type row struct {
		Line
		voucher ids.ID
	}
	for chunk := range slices.Chunk(list, 5*perStatement) {
		named := make([]ids.ID, len(chunk))
		for i, v := range chunk {
			named[i] = v.ID
		}
		w := db.In(db.NewWhere(tenant), "voucher_id", named)
		rows, err := db.Collect(ctx, q, func(r *row) []any { return append([]any{&r.voucher}, linePtrs(&r.Line)...) },
			`SELECT voucher_id, summary, account, debit_fen, credit_fen, party_id, contract_id, asset_id, project_id, member_id FROM voucher_line
			WHERE `+w.SQL()+` ORDER BY voucher_id, line_no`, w.Args()...)
		if err != nil {
			return err
		}
		for i := range rows {
			v := byID[rows[i].voucher]
			v.Lines = append(v.Lines, rows[i].Line)
		}
	}
	return nil
}

func linePtrs(l *Line) []any {
	return []any{&l.Summary, &l.Account, &l.Debit, &l.Credit, &l.Party, &l.Contract, &l.Asset, &l.Project, &l.Member}
}

// get reads a voucher with its lines.
func get(ctx context.Context, q db.Q, tenant int64, id ids.ID) (*Voucher, error) {
	v, err := voucherTable.Get(ctx, q, tenant, id)
	if err != nil {
		return nil, err
	}
	return v, loadLines(ctx, q, tenant, []*Voucher{v})
}

// vouchersOf reads vouchers with their lines.
func vouchersOf(ctx context.Context, q *db.Tx, list []ids.ID) ([]Voucher, error) {
	found, err := voucherTable.All(ctx, q, db.In(db.NewWhere(q.Tenant), "id", list), "id")
	if err != nil {
		return nil, err
	}
	all := make([]*Voucher, len(found))
	for i := range found {
		all[i] = &found[i]
	}
	return found, loadLines(ctx, q, q.Tenant, all)
}

// ReversalOf returns the voucher that reversed one, 0 when none did.
func ReversalOf(ctx context.Context, q db.Q, tenant int64, id ids.ID) (ids.ID, error) {
	var by ids.ID
	err := q.QueryRow(ctx, `SELECT id FROM voucher WHERE tenant_id = $1 AND reverses_id = $2`, tenant, id).Scan(&by)
	if errors.Is(err, db.ErrNoRows) {
		return 0, nil
	}
	return by, err
}

// bySource reads the vouchers of books that are known by source numbers, with their lines. A voucher that was
// not imported is known by its number.
func bySource(ctx context.Context, q *db.Tx, books ids.ID, sources []string) ([]*Voucher, error) {
	var out []*Voucher
	slices.Sort(sources)
	for chunk := range slices.Chunk(slices.Compact(sources), 5*perStatement) {
		w := db.In(db.NewWhere(q.Tenant).And("books_id = ?", books).And("source_no <> ''"), "source_no", chunk) // as the index says it
		imported, err := voucherTable.All(ctx, q, w, "id")
		if err != nil {
			return nil, err
		}
		// A voucher that was not imported is known by its number; what cannot be one is not looked for.
		var own []Voucher
		if numbers := filtered(chunk, ownNumber.MatchString); len(numbers) > 0 {
			w = db.In(db.NewWhere(q.Tenant).And("books_id = ?", books).And("source_no = ''"), "full_no", numbers)
			if own, err = voucherTable.All(ctx, q, w, "id"); err != nil {
				return nil, err
			}
		}
		for _, list := range [][]Voucher{own, imported} { // where both bear a number, the imported one counts
			for i := range list {
				out = append(out, &list[i])
			}
		}
	}
	return out, loadLines(ctx, q, q.Tenant, out)
}

func filtered(list []string, keep func(string) bool) []string {
	var out []string
	for _, s := range list {
		if keep(s) {
			out = append(out, s)
		}
	}
	return out
}
