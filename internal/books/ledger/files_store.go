package ledger

import (
	"context"
	"fmt"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/file"
)

const fileKind = "voucher"

// FileRule says how the files of vouchers behave: they change while the voucher is a draft, whoever has it open for review
// is told that it has changed, and the count of attachments is that of the files.
func FileRule() file.Rule {
	return file.Rule{
		Locked: func(ctx context.Context, q db.Q, tenant int64, id ids.ID) (string, error) {
			v, err := voucherTable.Get(ctx, q, tenant, id)
			if err != nil || v.State == Draft {
				return "", err
			}
			return filesLocked(v.State), nil
		},
		Lock: func(ctx context.Context, tx *db.Tx, id ids.ID) error {
			n, err := tx.ExecN(ctx, `UPDATE voucher SET version = version + 1 WHERE tenant_id = $1 AND id = $2 AND state = 'draft'`, tx.Tenant, id)
			if err != nil || n == 1 {
				return err
			}
			v, err := voucherTable.Get(ctx, tx, tx.Tenant, id)
			if err != nil {
				return err
			}
			return errs.New(errs.State, "voucher.files", "%s", filesLocked(v.State))
		},
		Changed: func(ctx context.Context, tx *db.Tx, id ids.ID, n int) error {
			return tx.Exec(ctx, `UPDATE voucher SET attachments = $3 WHERE tenant_id = $1 AND id = $2`, tx.Tenant, id, n)
		},
	}
}

func filesLocked(state string) string {
	if state == Posted {
		return "凭证已记账，附件随凭证保存，不能再增减"
	}
	return "凭证已审核，附件不能再增减；确需补充的，请先退回"
}

// countFiles keeps the count of attachments at that of the files, where there are any.
func countFiles(ctx context.Context, q db.Q, v *Voucher) error {
	list, err := file.Of(ctx, q, v.Tenant, fileKind, v.ID)
	if len(list) > 0 {
		v.Attachments = len(list)
	}
	return err
}

// sealFiles takes the digests of vouchers' files as they are posted.
func sealFiles(ctx context.Context, tx *db.Tx, list []*Voucher) error {
	named := make([]ids.ID, len(list))
	for i, v := range list {
		named[i] = v.ID
	}
	files, err := file.OfAll(ctx, tx, tx.Tenant, fileKind, named)
	if err != nil {
		return err
	}
	for _, v := range list {
		v.Files = file.Digest(files[v.ID])
	}
	return nil
}

// checkFiles compares the files of posted vouchers with the digests that were sealed.
func checkFiles(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	type row struct {
		id     ids.ID
		fullNo string
		files  string
	}
	rows, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.id, &r.fullNo, &r.files} },
		`SELECT v.id, v.full_no, v.files FROM voucher v WHERE v.tenant_id = $1 AND v.state = 'posted' AND (v.files <> '' OR EXISTS
			(SELECT 1 FROM attachment a WHERE a.tenant_id = $1 AND a.kind = 'voucher' AND a.record_id = v.id)) ORDER BY v.id`, tenant)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, r := range rows {
		list, err := file.Of(ctx, q, tenant, fileKind, r.id)
		if err != nil {
			return nil, err
		}
		if file.Digest(list) != r.files {
			out = append(out, fmt.Sprintf("凭证 %s 的附件与记账时不符：记账后增减或换过附件", r.fullNo))
		}
	}
	return out, nil
}
