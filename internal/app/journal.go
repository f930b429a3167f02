package app

import (
	"context"
	"io"

	"huicun/internal/books/journal"
	"huicun/internal/books/ledger"
	"huicun/internal/books/statement"
	"huicun/internal/kit/code"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/registry/access"
	"huicun/internal/registry/region"
)

// JournalArgs say which books are taken out and how: those of a place, or one by its name in whichever county it is.
type JournalArgs struct {
	Scope, Books, Period, Format string
	GBK                          bool
}

// ExportJournal writes books for an operator at the command line.
func (a *App) ExportJournal(ctx context.Context, w io.Writer, args JournalArgs) (journal.Result, error) {
	r := journal.Request{Books: args.Books, Format: args.Format, GBK: args.GBK, Maker: a.version}
	var err error
	if r.Period, err = statement.ParsePeriod(args.Period); err != nil {
		return journal.Result{}, err
	}
	if r.Books != "" {
		tenant, _, err := booksAnywhere(ctx, a.DB.Read(), a.Regions, r.Books)
		if err != nil {
			return journal.Result{}, err
		}
		return a.Journal.Export(ctx, access.System, tenant, r, w)
	}
	if r.Scope, err = code.Region(args.Scope); err != nil {
		return journal.Result{}, errs.Wrap(err, errs.Invalid, "export.scope", "请用 --scope 给出区划代码，或用 --books 给出账套名称")
	}
	tn, err := a.Regions.TenantOf(ctx, r.Scope)
	if err != nil {
		return journal.Result{}, err
	}
	return a.Journal.Export(ctx, access.System, tn.ID, r, w)
}

// VerifyPackage recomputes what a package of books says of itself; it needs no database.
func VerifyPackage(r io.ReaderAt, size int64) (*journal.Verdict, error) {
	return journal.Verify(r, size)
}

// booksAnywhere finds books by their name in whichever county they are.
func booksAnywhere(ctx context.Context, q db.Q, regions *region.Service, name string) (tenant int64, found *ledger.Books, err error) {
	tenants, err := regions.Tenants(ctx, code.Nation)
	if err != nil {
		return 0, nil, err
	}
	for _, t := range tenants {
		b, err := ledger.BooksByName(ctx, q, t.ID, name)
		switch {
		case errs.Is(err, errs.NotFound):
			continue
		case err != nil:
			return 0, nil, err
		case found != nil:
			return 0, nil, errs.New(errs.Invalid, "books.several", "不止一个县有账套“%s”，请改用 --scope 指定村的区划代码", name)
		}
		tenant, found = t.ID, b
	}
	if found == nil {
		return 0, nil, errs.New(errs.NotFound, "books.unknown", "没有名为“%s”的账套；账套名称见“账套”页面", name)
	}
	return tenant, found, nil
}
