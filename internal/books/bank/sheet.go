package bank

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// colAccount and colSample are the columns of a sheet of statement lines that stand beside those of ourLayout.
const (
	colAccount = "银行账户"
	colSample  = "示例"
)

// ourLayout reads the sheets that ImportLines takes.
var ourLayout = Layout{
	Name: "流水导入表", Day: "交易日期", In: "收入（元）", Out: "支出（元）", Balance: "余额（元）", Serial: "银行流水号", Counterparty: "对方户名", Number: "对方账号", Description: "摘要",
}

// ImportLines stores a sheet of statement lines of any number of accounts, all or none: for the command line and the demo,
// where there is nobody to match columns. Lines that are there already are left as they are.
func (s *Service) ImportLines(ctx context.Context, who access.Principal, tenant int64, t *sheet.Table) (record.ImportResult, error) {
	at := t.Col(colAccount)
	if at < 0 {
		return record.ImportResult{}, errs.New(errs.Invalid, "import.header", "缺少列“%s”", colAccount)
	}
	var names []string
	parts := map[string]*sheet.Table{}
	sample := map[string]bool{}
	for i, row := range t.Rows {
		n := strings.TrimSpace(row[at])
		if parts[n] == nil {
			names = append(names, n)
			parts[n] = &sheet.Table{Name: t.Name, Header: t.Header, HeaderRow: t.HeaderRow}
		}
		parts[n].Rows, parts[n].RowNo = append(parts[n].Rows, row), append(parts[n].RowNo, t.RowNo[i])
		if c := t.Col(colSample); c >= 0 && row[c] == "是" {
			sample[n] = true
		}
	}
	var res record.ImportResult
	err := s.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		res = record.ImportResult{Report: sheet.Report{Rows: len(t.Rows)}}
		for _, n := range names {
			if err := s.importPart(ctx, tx, who, n, parts[n], sample[n], &res); err != nil {
				return err
			}
		}
		if len(res.Report.Errors) > 0 {
			return errUndo
		}
		return nil
	})
	if errs.Is(err, errs.Invalid) && len(res.Report.Errors) > 0 {
		res.Created, res.Same = 0, 0
		return res, nil
	}
	return res, err
}

// errUndo ends a transaction whose mistakes are in a report.
var errUndo = errs.New(errs.Invalid, "import.undo", "有错误，没有保存")

// importPart stores one account's lines, or reports what is wrong with them.
func (s *Service) importPart(ctx context.Context, tx *db.Tx, who access.Principal, name string, t *sheet.Table, sample bool, res *record.ImportResult) error {
	fail := func(err error) error {
		e := errs.As(err)
		if e == nil || e.Kind == errs.Internal || e.Kind == errs.Unavailable {
			return err
		}
		res.Report.Add(t.RowNo[0], colAccount, name, "%s", refusal(e))
		return nil
	}
	found, err := s.Accounts.ByKey(ctx, tx, tx.Tenant, name)
	if errs.Is(err, errs.NotFound) {
		return fail(errs.New(errs.Invalid, "import.account", "没有这个银行账户，请先登记"))
	}
	if err != nil {
		return err
	}
	l := ourLayout
	if !slices.Contains(t.Header, l.Number) {
		l.Number = ""
	}
	st, err := ParseStatement(t, &l)
	if err != nil {
		return fail(err)
	}
	if len(st.Report.Errors) > 0 {
		res.Report.Errors = append(res.Report.Errors, st.Report.Errors...)
		return nil
	}
	src := Source{FileName: t.Name, Layout: l.Name, Sample: sample}
	made, known, err := s.importTx(ctx, tx, who, found.ID, src, st, false)
	switch e := errs.As(err); {
	case e != nil && e.Code == "statement.known":
		res.Same += len(st.Lines)
		return nil
	case err != nil:
		return fail(fmt.Errorf("importing a statement: %w", err))
	}
	res.Created, res.Same = res.Created+made.Count, res.Same+known
	return nil
}
