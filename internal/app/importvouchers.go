package app

import (
	"context"
	"io"

	"huicun/internal/books/ledger"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// VoucherImport steers ImportVouchers. The zero value posts all vouchers or none.
type VoucherImport struct {
	Batches  bool // each month of each books by itself
	DryRun   bool // say what is wrong and store nothing
	Progress func(what string, done, total int)
}

// ImportVouchers posts the vouchers of a file of any length into the county of a place; doing it again posts what is missing.
func (a *App) ImportVouchers(ctx context.Context, place, name string, r io.ReaderAt, size int64, opt VoucherImport) (record.ImportResult, error) {
	tn, err := a.Regions.TenantOf(ctx, place)
	if err != nil {
		return record.ImportResult{}, err
	}
	return a.Nouns.Ledger.ImportFile(ctx, access.System, tn.ID, name, r, size, ledger.ImportOptions{
		Batches: opt.Batches, DryRun: opt.DryRun, Progress: func(s ledger.ImportStage) { opt.Progress(s.String(), s.Done, s.Total) },
	})
}
