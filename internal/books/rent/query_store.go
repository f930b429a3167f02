package rent

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// OpenItem is what of an item is open on a day, with the names that people know it by. Open is negative for a credit.
type OpenItem struct {
	ID                 ids.ID
	No, Region, Kind   string
	Contract           ids.ID
	ContractNo, Name   string
	Party              ids.ID
	Debtor             string
	From, To, Due      date.Date
	Amount, Open, Lost money.Fen
	Sample             bool
}

// Days is how long the item is overdue on a day; 0 or less before it is.
func (o *OpenItem) Days(day date.Date) int { return day.Sub(o.Due) }

// on puts the tenant of w on joined tables.
func on(w *db.Where, aliases ...string) string {
	each := make([]string, len(aliases))
	for i, a := range aliases {
		each[i] = a + ".tenant_id = $1"
	}
	return strings.Replace(w.SQL(), "tenant_id = $1", strings.Join(each, " AND "), 1)
}

// openWhere narrows to items that fell due by a day and were not covered then. It returns the place of the day among the arguments.
func openWhere(tenant int64, ranges [][2]string, day date.Date) (*db.Where, string) {
	w := db.NewWhere(tenant).Ranges("i.region", ranges).And("(i.cleared_on = '' OR i.cleared_on > ?)", day).And("i.due_on <= ?", day)
	return w, "$" + strconv.Itoa(len(w.Args()))
}

// covered is what covers item i up to the day at a place among the arguments, write-offs included.
func covered(day string) string {
	return `COALESCE((SELECT SUM(a.fen) FROM rent_allocation a WHERE a.tenant_id = $1 AND a.item_id = i.id AND a.on_date <= ` + day + `), 0)`
}

// OpenOn lists the items within ranges of divisions that fell due by a day and were not covered then, the oldest first.
func OpenOn(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) ([]OpenItem, error) {
	w, at := openWhere(tenant, ranges, day)
	return openItems(ctx, q, w, at)
}

// OpenOfParty is OpenOn for one tenant, whatever the day at which items fall due.
func OpenOfParty(ctx context.Context, q db.Q, tenant int64, party ids.ID, day date.Date) ([]OpenItem, error) {
	w := db.NewWhere(tenant).And("i.party_id = ?", party).And("(i.cleared_on = '' OR i.cleared_on > ?)", day)
	return openItems(ctx, q, w, "$"+strconv.Itoa(len(w.Args())))
}

func openItems(ctx context.Context, q db.Q, w *db.Where, at string) ([]OpenItem, error) {
	list, err := db.Collect(ctx, q, func(o *OpenItem) []any {
		return []any{
			&o.ID, &o.No, &o.Region, &o.Kind, &o.Contract, &o.ContractNo, &o.Name, &o.Party, &o.Debtor, &o.From, &o.To, &o.Due, &o.Amount, &o.Open, &o.Lost, &o.Sample,
		}
	}, `SELECT i.id, i.no, i.region, i.kind, i.contract_id, c.no, c.name, i.party_id, p.name, i.from_date, i.to_date, i.due_on, i.amount_fen,
			CAST(i.amount_fen - `+covered(at)+` AS BIGINT), i.lost_fen, i.sample
		FROM rent_item i JOIN contract c ON c.tenant_id = i.tenant_id AND c.id = i.contract_id JOIN party p ON p.tenant_id = i.tenant_id AND p.id = i.party_id
		WHERE `+on(w, "i", "c", "p")+` ORDER BY i.due_on, i.no`, w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("listing open items: %w", err)
	}
	return list, nil
}

// Owed is what a contract owes on a day by its items.
type Owed struct {
	Contract  ids.ID
	Region    string
	Due, Open money.Fen // what its open items came to, and what of them is open
	Since     date.Date // when the oldest of them fell due
	Count     int
}

// OwedOn adds up OpenOn by contract.
func OwedOn(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) ([]Owed, error) {
	w, at := openWhere(tenant, ranges, day)
	list, err := db.Collect(ctx, q, func(o *Owed) []any {
		return []any{&o.Contract, &o.Region, &o.Due, &o.Open, &o.Since, &o.Count}
	}, `SELECT i.contract_id, i.region, CAST(SUM(i.amount_fen) AS BIGINT), CAST(SUM(i.amount_fen - `+covered(at)+`) AS BIGINT), MIN(i.due_on), COUNT(*)
		FROM rent_item i WHERE `+on(w, "i")+` GROUP BY i.contract_id, i.region`, w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("adding up open items: %w", err)
	}
	return list, nil
}

// ReceivedBetween adds up by contract the money that was received from one day to another, both included: rent, deposits set against it and what
// was taken over from the ledger, less refunds. Deposits are not received.
func ReceivedBetween(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, from, to date.Date) (map[ids.ID]money.Fen, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges).And("state = 'done'").And("kind IN ('rent', 'offset', 'booked', 'refund')").And("on_date >= ?", from).And("on_date <= ?", to)
	type row struct {
		contract ids.ID
		fen      money.Fen
	}
	rows, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.contract, &r.fen} },
		`SELECT contract_id, CAST(SUM(CASE WHEN kind = 'refund' THEN -amount_fen ELSE amount_fen END) AS BIGINT) FROM rent_receipt
		WHERE `+w.SQL()+` GROUP BY contract_id`, w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("adding up receipts: %w", err)
	}
	out := make(map[ids.ID]money.Fen, len(rows))
	for _, r := range rows {
		out[r.contract] = r.fen
	}
	return out, nil
}

// HeldOn adds up by contract what receipts of up to a day hold beyond what they cover now.
func HeldOn(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) (map[ids.ID]money.Fen, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges).And("state = 'done'").And("kind IN ('rent', 'offset', 'booked')").And("allocated_fen < amount_fen").And("on_date <= ?", day)
	type row struct {
		contract ids.ID
		fen      money.Fen
	}
	rows, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.contract, &r.fen} },
		`SELECT contract_id, CAST(SUM(amount_fen - allocated_fen) AS BIGINT) FROM rent_receipt WHERE `+w.SQL()+` GROUP BY contract_id`, w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("adding up what is held: %w", err)
	}
	out := make(map[ids.ID]money.Fen, len(rows))
	for _, r := range rows {
		out[r.contract] = r.fen
	}
	return out, nil
}

// PrepaidOf adds up by contract what the books hold of rent that was taken ahead, for the contracts within ranges that are billed here.
func PrepaidOf(ctx context.Context, q db.Q, tenant int64, ranges [][2]string) (map[ids.ID]money.Fen, error) {
	list, err := accountsWhere(ctx, q, db.NewWhere(tenant).Ranges("region", ranges).And("booked_prepaid_fen <> 0"))
	out := make(map[ids.ID]money.Fen, len(list))
	for _, a := range list {
		out[a.Contract] += a.Booked.Prepaid
	}
	return out, err
}

// Billed are the contracts within ranges that have been billed here, so that their items say what they owe.
func Billed(ctx context.Context, q db.Q, tenant int64, ranges [][2]string) (map[ids.ID]bool, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges)
	list, err := db.Collect(ctx, q, func(id *ids.ID) []any { return []any{id} }, `SELECT DISTINCT contract_id FROM rent_account WHERE `+w.SQL(), w.Args()...)
	out := make(map[ids.ID]bool, len(list))
	for _, id := range list {
		out[id] = true
	}
	return out, err
}

// BilledRegions are the divisions within ranges whose books have been billed.
func BilledRegions(ctx context.Context, q db.Q, tenant int64, ranges [][2]string) (map[string]bool, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges).And("state = 'done'")
	list, err := db.Collect(ctx, q, func(at *string) []any { return []any{at} }, `SELECT DISTINCT region FROM rent_run WHERE `+w.SQL(), w.Args()...)
	out := make(map[string]bool, len(list))
	for _, at := range list {
		out[at] = true
	}
	return out, err
}

// AccountsOf are the accounts of a contract, or of a tenant.
func AccountsOf(ctx context.Context, q db.Q, tenant int64, contract, party ids.ID) ([]*Account, error) {
	w := db.NewWhere(tenant)
	if contract != 0 {
		w.And("contract_id = ?", contract)
	}
	if party != 0 {
		w.And("party_id = ?", party)
	}
	return accountsWhere(ctx, q, w)
}

// Month is what of a division's contracts fell due in a month, what of it was covered by the end of a day and what is open.
type Month struct {
	Region, Contract   string
	ID, Party          ids.ID
	Name, Debtor       string
	Due, Covered       money.Fen
	Lost, Before       money.Fen // written off of it; open from earlier months
	Received           money.Fen // money that came in within the month
	Count, Outstanding int
	Sample             bool
}

// Open is what is open of the month.
func (m *Month) Open() money.Fen { return m.Due - m.Covered - m.Lost }

// BoardBy adds up a month by contract: items that fell due in it, covered as of a day.
func BoardBy(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, from, to, day date.Date) ([]Month, error) {
	w := db.NewWhere(tenant).Ranges("i.region", ranges).And("i.due_on >= ?", from).And("i.due_on <= ?", to)
	args := append(w.Args(), day)
	return db.Collect(ctx, q, func(m *Month) []any {
		return []any{&m.Region, &m.ID, &m.Contract, &m.Name, &m.Party, &m.Debtor, &m.Due, &m.Covered, &m.Lost, &m.Count, &m.Outstanding, &m.Sample}
	}, `SELECT i.region, c.id, c.no, c.name, p.id, p.name, CAST(SUM(i.amount_fen) AS BIGINT), CAST(SUM(`+covered("$"+strconv.Itoa(len(args)))+` - i.lost_fen) AS BIGINT),
			CAST(SUM(i.lost_fen) AS BIGINT), COUNT(*), SUM(CASE WHEN i.cleared_on = '' THEN 1 ELSE 0 END), i.sample
		FROM rent_item i JOIN contract c ON c.tenant_id = i.tenant_id AND c.id = i.contract_id JOIN party p ON p.tenant_id = i.tenant_id AND p.id = i.party_id
		WHERE `+on(w, "i", "c", "p")+` GROUP BY i.region, c.id, c.no, c.name, p.id, p.name, i.sample ORDER BY i.region, c.no, p.name`, args...)
}

// ReceiptsOf lists the receipts of a tenant, or of a contract, by day.
func ReceiptsOf(ctx context.Context, q db.Q, tenant int64, contract, party ids.ID) ([]Receipt, error) {
	w := db.NewWhere(tenant)
	if contract != 0 {
		w.And("contract_id = ?", contract)
	}
	if party != 0 {
		w.And("party_id = ?", party)
	}
	return receiptTable.All(ctx, q, w, "on_date, id")
}

// ItemsOf lists the items of a tenant, or of a contract, by due day.
func ItemsOf(ctx context.Context, q db.Q, tenant int64, contract, party ids.ID) ([]Item, error) {
	w := db.NewWhere(tenant)
	if contract != 0 {
		w.And("contract_id = ?", contract)
	}
	if party != 0 {
		w.And("party_id = ?", party)
	}
	return itemTable.All(ctx, q, w, "due_on, no")
}

// CoversOf lists what covers an item; CoveredBy what a receipt covers.
func CoversOf(ctx context.Context, q db.Q, tenant int64, item ids.ID) ([]Allocation, error) {
	return allocationsOf(ctx, q, tenant, item)
}

// CoveredBy lists what a receipt covers.
func CoveredBy(ctx context.Context, q db.Q, tenant int64, source ids.ID) ([]Allocation, error) {
	return allocationsBy(ctx, q, tenant, source)
}

// VouchersOf lists the vouchers that a run, a receipt or an act drafted.
func VouchersOf(ctx context.Context, q db.Q, tenant int64, source ids.ID) ([]ids.ID, error) {
	return vouchersOf(ctx, q, tenant, source)
}

// receiptsBetween lists the receipts that ReceivedBetween adds up.
func receiptsBetween(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, from, to date.Date) ([]Receipt, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges).And("state = 'done'").And("kind IN ('rent', 'offset', 'booked', 'refund')").And("on_date >= ?", from).And("on_date <= ?", to)
	return receiptTable.All(ctx, q, w, "on_date, id")
}
