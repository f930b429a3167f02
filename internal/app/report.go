package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"huicun/internal/books/budget"
	"huicun/internal/books/ledger"
	"huicun/internal/books/statement"
	"huicun/internal/kit/code"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/region"
	"huicun/migrations"
)

// Reports makes reports from a database that is opened for reading alone: no migration, no pages, no catalogue. It is
// what the command line uses, where a report is a whole process.
type Reports struct {
	db      *db.DB
	regions *region.Service
	s       *statement.Service
}

// OpenReports opens the database for reports. Close it after use.
func OpenReports(ctx context.Context, cfg Config) (*Reports, error) {
	d, err := db.OpenReader(ctx, db.Config{DataDir: cfg.DataDir, URL: cfg.Database, Migrations: migrations.FS, Clock: cfg.Clock})
	if err != nil {
		return nil, err
	}
	r := &Reports{db: d, regions: region.New(d)}
	r.s = statement.New(d, r.regions, budget.Source{})
	return r, nil
}

// Close closes the database.
func (r *Reports) Close() error { return r.db.Close() }

// ReportArgs say which report is asked for: of books by name, or of all books of a place.
type ReportArgs struct {
	Books, Scope, Period, Kind, Account string
	Compare                             bool
}

// Run makes the report: a sheet for each accounting system and kind of entity.
func (r *Reports) Run(ctx context.Context, a ReportArgs) ([]*statement.Sheet, error) {
	q, err := r.query(ctx, a)
	if err != nil {
		return nil, err
	}
	if a.Kind != statement.Ledger && a.Kind != statement.Journal {
		list, _, err := r.s.Sheets(ctx, q, a.Kind, statement.Options{Compare: a.Compare, Account: a.Account})
		return list, err
	}
	found, err := r.s.Find(ctx, q)
	if err != nil {
		return nil, err
	}
	set := &found.Sets[0]
	switch {
	case len(found.Sets) > 1 || len(set.Books) > 1:
		return nil, errs.New(errs.Invalid, "report.one_books", "明细账和日记账只按一个账套打印，请用 --books 指定账套")
	case a.Account == "":
		return nil, errs.New(errs.Invalid, "report.account", "请用 --account 指定科目，如 --account 102")
	}
	books := set.Books[0].ID
	if _, err := r.s.AccountOf(ctx, q.Tenant, books, a.Account); err != nil {
		return nil, err
	}
	page, err := r.s.Whole(ctx, statement.LedgerQuery{
		Tenant: q.Tenant, Period: q.Period, Daily: a.Kind == statement.Journal, EntryFilter: ledger.EntryFilter{Books: books, Account: a.Account},
	})
	if err != nil {
		return nil, err
	}
	return []*statement.Sheet{statement.LedgerSheet(set, q.Period, a.Kind, page.Lines)}, nil
}

func (r *Reports) query(ctx context.Context, a ReportArgs) (statement.Query, error) {
	var q statement.Query
	var err error
	if q.Period, err = statement.ParsePeriod(a.Period); err != nil {
		return q, err
	}
	if a.Books != "" {
		tenant, b, err := booksAnywhere(ctx, r.db.Read(), r.regions, a.Books)
		if err == nil {
			q.Tenant, q.Books = tenant, b.ID
		}
		return q, err
	}
	place, err := code.Region(a.Scope)
	if err != nil {
		return q, errs.Wrap(err, errs.Invalid, "report.scope", "请用 --scope 给出区划代码，或用 --books 给出账套名称")
	}
	tn, err := r.regions.TenantOf(ctx, place)
	if err != nil {
		return q, err
	}
	q.Tenant, q.Scopes, q.Title = tn.ID, []string{place}, r.regions.Name(ctx, place)
	return q, nil
}

// WriteReport writes sheets as table, csv, json or xlsx. A file of rows holds one sheet.
func WriteReport(w io.Writer, sheets []*statement.Sheet, format string) error {
	switch format {
	case "json":
		out := make([]statement.JSONSheet, len(sheets))
		for i, s := range sheets {
			out[i] = s.JSON()
		}
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(out)
	case "csv", "xlsx":
		if len(sheets) > 1 {
			return errs.New(errs.Invalid, "report.several", "这里有会计制度或核算主体不同的账套，要分成 %d 张表；请缩小地区，或用 --books 指定账套", len(sheets))
		}
		if format == "xlsx" {
			return sheets[0].WriteXLSX(w)
		}
		header, rows := sheets[0].File()
		return sheet.WriteCSV(w, header, rows)
	}
	for i, s := range sheets {
		if i > 0 {
			fmt.Fprintln(w)
		}
		if _, err := io.WriteString(w, s.Draw()); err != nil {
			return err
		}
	}
	return nil
}
