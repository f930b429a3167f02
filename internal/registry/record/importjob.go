package record

import (
	"context"
	"fmt"
	"io"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/jobs"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
)

// ImportKind is the kind of the jobs that import the records of a noun.
const ImportKind = "record_import"

// ImportParams are what such a job is told: the kind of the records. Its file is the sheet.
type ImportParams struct {
	Kind string `json:"kind"`
}

// imported is the checkpoint of an import: written in the transaction that saved the rows, it says that they are there.
type imported struct {
	Created, Updated, Same, Rows int
}

// ImportJob imports records in the background, all rows or none. who says who somebody is when the job runs: what they may
// do is judged then, not by what they were allowed when they sent the file.
func (e *Env) ImportJob(who func(ctx context.Context, id ids.ID) (access.Principal, error)) jobs.Kind {
	return jobs.Kind{Name: ImportKind, Run: func(ctx context.Context, r *jobs.Run) error {
		p, err := who(ctx, r.ActorID)
		if err != nil {
			return err
		}
		return e.runImport(ctx, p, r)
	}}
}

func (e *Env) runImport(ctx context.Context, who access.Principal, r *jobs.Run) error {
	var params ImportParams
	if err := r.Read(&params); err != nil {
		return err
	}
	n, ok := e.Noun(params.Kind)
	if !ok {
		return errs.New(errs.NotFound, "import.kind", "系统里没有这类记录了，请从列表页重新导入")
	}
	var done *imported
	if err := r.Before(&done); err != nil {
		return err
	}
	if done != nil { // saved, but the process ended before it could say so
		r.Finish(n.Path, "%s", done)
		return nil
	}
	file, size, err := r.File(ctx)
	if err != nil {
		return err
	}
	r.Progress("正在读文件", 0, 0)
	t, err := sheet.Read(r.FileName, io.NewSectionReader(file, 0, size), size, sheet.Options{})
	if err != nil {
		return err
	}
	res, err := n.ImportTableWith(ctx, who, r.Tenant, t, ImportOptions{
		Progress: r.Progress,
		Saved: func(ctx context.Context, tx *db.Tx, res *ImportResult) error {
			return r.Checkpoint(ctx, tx, imported{res.Created, res.Updated, res.Same, len(t.Rows)})
		},
	})
	if err != nil {
		return err
	}
	if wrong := len(res.Report.Errors) + res.Report.More; wrong > 0 {
		r.Finish("", "共 %d 处错误，没有保存任何一行；请改好后重新导入整个文件", wrong)
		return r.Mistakes(ctx, &res.Report)
	}
	r.Finish(n.Path, "%s", &imported{res.Created, res.Updated, res.Same, len(t.Rows)})
	return nil
}

// String says what came of an import.
func (i *imported) String() string {
	return fmt.Sprintf("读 %d 行，新建 %d 条，更新 %d 条，没有变化 %d 条", i.Rows, i.Created, i.Updated, i.Same)
}
