package ledger

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// Flow is what posted lines moved on one account: of a contract, or of a division. Before marks what lies before the first
// day asked for, Opening opening balances (as debits), Money lines of vouchers that move cash or bank; closing entries are
// left out.
type Flow struct {
	Contract      ids.ID
	Region        string
	Chart         string
	Account       string
	Before, Money bool
	Opening       bool
	Debit, Credit money.Fen
}

// moves tells whether a line's voucher moves cash or bank.
var moves = `EXISTS (SELECT 1 FROM voucher_line m WHERE m.tenant_id = $1 AND m.voucher_id = l.voucher_id
	AND substr(m.account, 1, 3) IN ('` + strings.Join(cashAccounts, "', '") + `'))`

// ContractFlows adds up what was posted on contracts up to a day, by account: before the day from and since.
func ContractFlows(ctx context.Context, q db.Q, tenant int64, contracts []ids.ID, from, to date.Date) ([]Flow, error) {
	var out []Flow
	for some := range slices.Chunk(contracts, perStatement) {
		w := db.In(db.NewWhere(tenant).And("v.tenant_id = ?", tenant).And("k.tenant_id = ?", tenant), "l.contract_id", some).
			And("l.posted").And("v.kind <> ?", Closing).And("v.on_date <= ?", to)
		cond, args := strings.Replace(w.SQL(), "tenant_id = $1", "l.tenant_id = $1", 1), append(w.Args(), from)
		rows, err := db.Collect(ctx, q, func(f *Flow) []any {
			return []any{&f.Contract, &f.Region, &f.Chart, &f.Account, &f.Before, &f.Money, &f.Debit, &f.Credit}
		}, `SELECT l.contract_id, l.region, k.chart, l.account, v.on_date < `+fmt.Sprintf("$%d", len(args))+`, `+moves+`,
				CAST(SUM(l.debit_fen) AS BIGINT), CAST(SUM(l.credit_fen) AS BIGINT)
			FROM voucher_line l
			JOIN voucher v ON v.id = l.voucher_id
			JOIN ledger_books k ON k.id = l.books_id
			WHERE `+cond+` GROUP BY 1, 2, 3, 4, 5, 6`, args...)
		if err != nil {
			return nil, fmt.Errorf("adding up what was posted on contracts: %w", err)
		}
		out = append(out, rows...)
		opened, err := openedOn(ctx, q, tenant, some, to)
		if err != nil {
			return nil, err
		}
		out = append(out, opened...)
	}
	return out, nil
}

// openedOn lists the opening balances of contracts in books that began by a day and took over no other books of ours, whose
// lines say the same.
func openedOn(ctx context.Context, q db.Q, tenant int64, contracts []ids.ID, to date.Date) ([]Flow, error) {
	w := db.In(db.NewWhere(tenant).And("k.tenant_id = ?", tenant), "o.contract_id", contracts).And("k.from_month <= ?", to.YearMonth()).
		And("NOT EXISTS (SELECT 1 FROM ledger_books b WHERE b.tenant_id = ? AND b.party_id = k.party_id AND b.to_month <> 0 AND b.to_month < k.from_month)", tenant)
	cond := strings.Replace(w.SQL(), "tenant_id = $1", "o.tenant_id = $1", 1)
	rows, err := db.Collect(ctx, q, func(f *Flow) []any {
		f.Before, f.Opening = true, true
		return []any{&f.Contract, &f.Region, &f.Chart, &f.Account, &f.Debit}
	}, `SELECT o.contract_id, k.region, k.chart, o.account, CAST(SUM(o.opening_fen + o.debit_fen - o.credit_fen) AS BIGINT)
		FROM ledger_opening o JOIN ledger_books k ON k.id = o.books_id WHERE `+cond+` GROUP BY 1, 2, 3, 4`, w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("reading opening balances of contracts: %w", err)
	}
	return rows, nil
}

// AccountFlows adds up what was posted from from to to on accounts of collectives' books, tops by chart being the first
// three digits, by division and account. Contract is 0 for lines without one and 1 for the others, added up together.
func AccountFlows(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, tops map[string][]string, from, to date.Date) ([]Flow, error) {
	var out []Flow
	for _, chart := range []string{Chart2004, Chart2023} {
		if len(tops[chart]) == 0 {
			continue
		}
		w := db.NewWhere(tenant).Ranges("k.region", ranges).And("l.tenant_id = ?", tenant).And("v.tenant_id = ?", tenant).And("k.entity = ?", EntityCollective).And("k.chart = ?", chart).
			And("l.account >= ?", slices.Min(tops[chart])).And("l.account < ?", slices.Max(tops[chart])+":")
		db.In(w, "substr(l.account, 1, 3)", tops[chart]).And("l.month >= ?", from.YearMonth()).And("l.month <= ?", to.YearMonth()).
			And("l.posted").And("v.kind <> ?", Closing).And("v.on_date >= ?", from).And("v.on_date <= ?", to)
		cond := strings.Replace(w.SQL(), "tenant_id = $1", "k.tenant_id = $1", 1)
		rows, err := db.Collect(ctx, q, func(f *Flow) []any {
			f.Chart = chart
			return []any{&f.Region, &f.Account, &f.Contract, &f.Money, &f.Debit, &f.Credit}
		}, `SELECT k.region, l.account, CASE WHEN l.contract_id IS NULL THEN 0 ELSE 1 END, `+moves+`, CAST(SUM(l.debit_fen) AS BIGINT), CAST(SUM(l.credit_fen) AS BIGINT)
			FROM ledger_books k CROSS JOIN voucher_line l CROSS JOIN voucher v
			WHERE `+cond+` AND l.books_id = k.id AND v.id = l.voucher_id GROUP BY 1, 2, 3, 4`, w.Args()...)
		if err != nil {
			return nil, fmt.Errorf("adding up what was posted on accounts: %w", err)
		}
		out = append(out, rows...)
	}
	return out, nil
}

// PaidContracts lists the contracts of a scope of which something was received from a day to another (ReceivedByContract).
func PaidContracts(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, from, to date.Date) ([]ids.ID, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges).And("received_on <> ''").And("received_on >= ?", from).And("received_on <= ?", to)
	list, err := db.Collect(ctx, q, func(id *ids.ID) []any { return []any{id} },
		`SELECT DISTINCT contract_id FROM voucher_line WHERE `+w.SQL(), w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("listing contracts that were paid: %w", err)
	}
	return list, nil
}

// AccountsKept tells which accounts some books of a scope keep, each as system and code ("2023 50101").
func AccountsKept(ctx context.Context, q db.Q, tenant int64, ranges [][2]string) (map[string]bool, error) {
	w := db.NewWhere(tenant).Ranges("k.region", ranges).And("a.tenant_id = ?", tenant)
	cond := strings.Replace(w.SQL(), "tenant_id = $1", "k.tenant_id = $1", 1)
	list, err := db.Collect(ctx, q, func(s *string) []any { return []any{s} },
		`SELECT DISTINCT k.chart || ' ' || a.code FROM ledger_books k JOIN ledger_account a ON a.books_id = k.id WHERE `+cond, w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("listing the accounts of books: %w", err)
	}
	out := make(map[string]bool, len(list))
	for _, s := range list {
		out[s] = true
	}
	return out, nil
}
