package ledger

import (
	"context"
	"fmt"

	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/jobs"
	"huicun/internal/registry/access"
)

// ImportKind is the kind of the jobs that import vouchers.
const ImportKind = "voucher_import"

// ImportParams are what such a job is told. Its file is the sheet; its checkpoint is an ImportState.
type ImportParams struct {
	Batches bool `json:"batches"` // months of books one after the other, else all or nothing
}

// ImportJob imports vouchers in the background. who says who somebody is when the job runs: what they may do is judged
// then, not by what they were allowed when they sent the file.
func (l *Ledger) ImportJob(who func(ctx context.Context, id ids.ID) (access.Principal, error)) jobs.Kind {
	return jobs.Kind{Name: ImportKind, Run: func(ctx context.Context, r *jobs.Run) error {
		p, err := who(ctx, r.ActorID)
		if err != nil {
			return err
		}
		return l.runImport(ctx, p, r)
	}}
}

func (l *Ledger) runImport(ctx context.Context, who access.Principal, r *jobs.Run) error {
	var params ImportParams
	if err := r.Read(&params); err != nil {
		return err
	}
	opt := ImportOptions{
		Batches: params.Batches, File: r.FileName,
		Progress: func(s ImportStage) { r.Progress(s.String(), s.Done, s.Total) },
		Saved:    func(ctx context.Context, tx *db.Tx, s ImportState) error { return r.Checkpoint(ctx, tx, s) },
	}
	if err := r.Before(&opt.Before); err != nil {
		return err
	}
	if !params.Batches {
		// A checkpoint of all at once says that the process ended just after its last step: doing it again finds all there.
		opt.Before = ImportState{}
	}
	file, size, err := r.File(ctx)
	if err != nil {
		return err
	}
	res, err := l.ImportFile(ctx, who, r.Tenant, r.FileName, file, size, opt)
	if err != nil {
		return err
	}
	if err := r.Mistakes(ctx, &res.Report); err != nil {
		return err
	}
	said := fmt.Sprintf("读 %d 行，记账 %d 张凭证，已有 %d 张未变", res.Report.Rows, res.Created, res.Same)
	switch wrong := len(res.Report.Errors) + res.Report.More; {
	case wrong == 0:
		r.Finish("", "%s", said)
	case params.Batches:
		r.Finish("", "%s；有错的月份没有记账，共 %d 处错误，请改好后重新导入整个文件，已记账的不会重复", said, wrong)
	default:
		r.Finish("", "共 %d 处错误，一张凭证也没有记账；请改好后重新导入", wrong)
	}
	return nil
}

// String says in Chinese what an import is doing.
func (s ImportStage) String() string {
	if s.Posting {
		return "正在检查和记账"
	}
	return "正在读文件"
}
