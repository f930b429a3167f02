package ledger

import (
	"context"
	"fmt"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// Check looks for damage to a tenant's books and returns a sentence per problem: balances that are not the sum
// of the posted lines and the openings, vouchers that do not balance or do not add up to their total, gaps in numbers,
// lines that are not where their voucher is, vouchers that are not what was sealed when they were posted,
// receipts that are not marked as such.
func Check(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	var out []string
	for _, check := range []func(context.Context, db.Q, int64) ([]string, error){checkBalances, checkTotals, checkNumbers, checkPlaces, checkChains, checkFiles, checkCarries, checkReceipts} {
		found, err := check(ctx, q, tenant)
		if err != nil {
			return nil, fmt.Errorf("checking the books: %w", err)
		}
		out = append(out, found...)
	}
	return out, nil
}

type keyed struct {
	balanceKey
	movement
}

func keyedPtrs(k *keyed) []any {
	return []any{&k.books, &k.account, &k.month, &k.debit, &k.credit, &k.closingDebit, &k.closingCredit}
}

func checkBalances(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	lines, err := db.Collect(ctx, q, keyedPtrs, `SELECT l.books_id, l.account, l.month,
		CAST(SUM(l.debit_fen) AS BIGINT), CAST(SUM(l.credit_fen) AS BIGINT),
		CAST(SUM(CASE WHEN v.kind = '结转' THEN l.debit_fen ELSE 0 END) AS BIGINT),
		CAST(SUM(CASE WHEN v.kind = '结转' THEN l.credit_fen ELSE 0 END) AS BIGINT)
		FROM voucher_line l JOIN voucher v ON v.tenant_id = l.tenant_id AND v.id = l.voucher_id
		WHERE l.tenant_id = $1 AND v.tenant_id = $1 AND v.state = 'posted'
		GROUP BY l.books_id, l.account, l.month ORDER BY l.books_id, l.account, l.month`, tenant)
	if err != nil {
		return nil, err
	}
	kept, err := db.Collect(ctx, q, keyedPtrs, `SELECT books_id, account, month, debit_fen, credit_fen, closing_debit_fen, closing_credit_fen
		FROM balance WHERE tenant_id = $1 ORDER BY books_id, account, month`, tenant)
	if err != nil {
		return nil, err
	}
	opened, err := openingMovements(ctx, q, tenant)
	if err != nil {
		return nil, err
	}
	lines = append(lines, opened...)
	want := map[balanceKey]movement{}
	for _, l := range lines {
		want[l.balanceKey] = l.movement
	}
	var out []string
	for _, k := range kept {
		if k.movement != want[k.balanceKey] {
			out = append(out, fmt.Sprintf("账套 %s 科目 %s %s 的余额与分录不符：余额表借 %s、贷 %s，分录借 %s、贷 %s", k.books, k.account, k.month,
				money.Fen(k.debit), money.Fen(k.credit), money.Fen(want[k.balanceKey].debit), money.Fen(want[k.balanceKey].credit)))
		}
		delete(want, k.balanceKey)
	}
	for _, l := range lines {
		if m, left := want[l.balanceKey]; left && m != (movement{}) {
			out = append(out, fmt.Sprintf("账套 %s 科目 %s %s 有分录而没有余额", l.books, l.account, l.month))
		}
	}
	return out, nil
}

func checkTotals(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	type row struct {
		fullNo               string
		books                ids.ID
		total, debit, credit money.Fen
	}
	rows, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.fullNo, &r.books, &r.total, &r.debit, &r.credit} },
		`SELECT v.full_no, v.books_id, v.total_fen, CAST(COALESCE(SUM(l.debit_fen), 0) AS BIGINT), CAST(COALESCE(SUM(l.credit_fen), 0) AS BIGINT)
		FROM voucher v LEFT JOIN voucher_line l ON l.tenant_id = v.tenant_id AND l.voucher_id = v.id AND l.tenant_id = $1
		WHERE v.tenant_id = $1 GROUP BY v.id, v.full_no, v.books_id, v.total_fen
		HAVING COALESCE(SUM(l.debit_fen), 0) <> v.total_fen OR COALESCE(SUM(l.credit_fen), 0) <> v.total_fen ORDER BY v.id`, tenant)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range rows {
		out = append(out, fmt.Sprintf("账套 %s 凭证 %s 不平：金额 %s，借方合计 %s，贷方合计 %s", r.books, r.fullNo, r.total, r.debit, r.credit))
	}
	return out, nil
}

func checkNumbers(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	type row struct {
		books                ids.ID
		month                date.Month
		kind                 string
		last, n, least, most int64
	}
	ptrs := func(r *row) []any { return []any{&r.books, &r.month, &r.kind, &r.last, &r.n, &r.least, &r.most} }
	rows, err := db.Collect(ctx, q, ptrs,
		`SELECT s.books_id, s.month, s.kind, s.last_no, COUNT(v.id), COALESCE(MIN(v.no), 1), COALESCE(MAX(v.no), 0)
		FROM ledger_series s LEFT JOIN voucher v ON v.tenant_id = s.tenant_id AND v.tenant_id = $1 AND v.books_id = s.books_id
			AND v.month = s.month AND v.kind = s.kind AND v.no > 0
		WHERE s.tenant_id = $1 AND s.kind <> '草稿' GROUP BY s.books_id, s.month, s.kind, s.last_no ORDER BY s.books_id, s.month, s.kind`, tenant)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range rows {
		if r.n != r.last || r.least != 1 || r.most != r.last {
			out = append(out, fmt.Sprintf("账套 %s %s 的“%s”字凭证号不连续：已取到 %d 号，有 %d 张，最小 %d，最大 %d", r.books, r.month, r.kind, r.last, r.n, r.least, r.most))
		}
	}
	return out, nil
}

// chainPage is how many vouchers the check of the chains reads at a time.
const chainPage = 2000

// checkChains walks every chain from its first voucher and compares each hash, and the end, with what is stored.
func checkChains(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	type end struct {
		books ids.ID
		chain
	}
	ends, err := db.Collect(ctx, q, func(e *end) []any { return []any{&e.books, &e.seq, &e.head} },
		`SELECT books_id, seq, head FROM ledger_chain WHERE tenant_id = $1 ORDER BY books_id`, tenant)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range ends {
		found, err := checkChain(ctx, q, tenant, e.books, e.chain)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

func checkChain(ctx context.Context, q db.Q, tenant int64, books ids.ID, end chain) ([]string, error) {
	var out []string
	c := chain{}
	for {
		w := db.NewWhere(tenant).And("books_id = ?", books).And("state = ?", Posted).And("chain_seq > ?", c.seq)
		page, err := voucherTable.Page(ctx, q, w, db.Paging{Sort: "chain_seq", Limit: chainPage})
		if err != nil {
			return nil, err
		}
		list := make([]*Voucher, len(page.Items))
		for i := range page.Items {
			list[i] = &page.Items[i]
		}
		if err := loadLines(ctx, q, tenant, list); err != nil {
			return nil, err
		}
		for _, v := range list {
			switch {
			case v.Seq != c.seq+1:
				out = append(out, fmt.Sprintf("账套 %s 的凭证链断了：第 %d 张之后是第 %d 张（%s）", books, c.seq, v.Seq, v.FullNo))
			case v.Hash != digest(c.head, v):
				out = append(out, fmt.Sprintf("凭证 %s（账套 %s）记账后被改动过：校验值不符", v.FullNo, books))
			}
			c = chain{v.Seq, v.Hash}
		}
		if page.Next == "" {
			break
		}
	}
	if c != end {
		out = append(out, fmt.Sprintf("账套 %s 的凭证链末端不符：应有 %d 张，实有 %d 张，或最后一张的校验值不符", books, end.seq, c.seq))
	}
	return out, nil
}

func checkPlaces(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	type row struct {
		fullNo string
		n      int
	}
	rows, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.fullNo, &r.n} },
		`SELECT v.full_no, COUNT(*) FROM voucher v
		JOIN voucher_line l ON l.tenant_id = v.tenant_id AND l.voucher_id = v.id
		JOIN ledger_books k ON k.tenant_id = v.tenant_id AND k.id = v.books_id
		LEFT JOIN ledger_period p ON p.tenant_id = v.tenant_id AND p.tenant_id = $1 AND p.books_id = v.books_id AND p.month = v.month
		WHERE v.tenant_id = $1 AND l.tenant_id = $1 AND k.tenant_id = $1 AND (l.books_id <> v.books_id OR l.month <> v.month OR l.region <> v.region
			OR v.region <> k.region OR l.posted <> (v.state = 'posted') OR (v.state = 'posted') <> (v.no > 0) OR (v.state = 'posted') <> (v.chain_seq > 0) OR p.month IS NULL)
		GROUP BY v.id, v.full_no ORDER BY v.id`, tenant)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range rows {
		out = append(out, fmt.Sprintf("凭证 %s 有 %d 行分录与凭证的账套、月份、地区或记账状态不一致，或所在月份没有开账", r.fullNo, r.n))
	}
	return out, nil
}

// checkReceipts compares what is marked as received on contracts with what the lines and their vouchers say.
func checkReceipts(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	list, err := db.Collect(ctx, q, func(s *string) []any { return []any{s} }, `SELECT DISTINCT v.full_no FROM voucher_line l
		JOIN voucher v ON v.tenant_id = l.tenant_id AND v.id = l.voucher_id
		JOIN ledger_account a ON a.tenant_id = l.tenant_id AND a.books_id = l.books_id AND a.code = l.account
		WHERE l.tenant_id = $1 AND v.tenant_id = $1 AND a.tenant_id = $1 AND (l.contract_id IS NOT NULL OR l.received_on <> '')
		AND l.received_on <> CASE WHEN l.contract_id IS NOT NULL AND v.state = 'posted' AND v.kind <> '结转'
			AND (a.class = 'income' OR substr(a.code, 1, 3) IN ('112', '113')) THEN v.on_date ELSE '' END
		ORDER BY v.full_no`, tenant)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, no := range list {
		out = append(out, fmt.Sprintf("凭证 %s 的分录上，合同收款的标记与凭证不符", no))
	}
	return out, nil
}
