// Package ledger keeps the books: accounts by accounting system, periods, vouchers and the balances that every
// statement reads.
//
// A voucher is drafted, reviewed by another person and posted; what is posted never changes, a mistake is undone
// by a reversal (红字冲销). Posting takes the number from the period's row, stores the lines and adds to the
// balances in one transaction, so that balances always equal the posted lines and numbers have no gaps.
package ledger

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// Ledger carries out the use cases. Books and Vouchers are its nouns; vouchers are written only by the methods
// here, their noun serves lists, links and search.
type Ledger struct {
	env      *record.Env
	Books    *record.Noun[Books]
	Vouchers *record.Noun[Voucher]
	Checks   *record.Noun[CheckItem]
}

// New registers the nouns "books", "voucher" and "check_item"; "party" must have been registered before.
func New(e *record.Env) *Ledger {
	return &Ledger{env: e, Books: newBooks(e), Vouchers: newVouchers(e), Checks: newCheckItems(e)}
}

func hidden() error {
	return errs.New(errs.NotFound, "not_found", "没有找到这条记录，可能已被删除，或不在您的权限范围内")
}

// booksFor reads books and makes sure that who may do something with vouchers in them.
func booksFor(ctx context.Context, q db.Q, who access.Principal, tenant int64, id ids.ID, perm string) (*Books, error) {
	b, err := booksTable.Get(ctx, q, tenant, id)
	if err != nil {
		return nil, err
	}
	return b, who.Require(perm, b.Region)
}

// GetBooks reads books.
func GetBooks(ctx context.Context, q db.Q, tenant int64, id ids.ID) (*Books, error) {
	return booksTable.Get(ctx, q, tenant, id)
}

// BooksOf lists the books of a party, oldest first.
func BooksOf(ctx context.Context, q db.Q, tenant int64, party ids.ID) ([]Books, error) {
	return booksTable.All(ctx, q, db.NewWhere(tenant).And("party_id = ?", party), "from_month, id")
}

// BooksAt returns the books of a party that take a month, or NotFound with what to do.
func BooksAt(ctx context.Context, q db.Q, tenant int64, party ids.ID, month date.Month) (*Books, error) {
	list, err := BooksOf(ctx, q, tenant, party)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].takes(month) == nil {
			return &list[i], nil
		}
	}
	return nil, errs.New(errs.NotFound, "ledger.no_books", "这个单位没有 %s 的账套，请先在“账套”里新建", month)
}
