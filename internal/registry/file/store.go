package file

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
)

// pieceSize is how much of a file one row holds, in bytes.
const pieceSize = 256 << 10

func digest(hashes []string) string {
	slices.Sort(hashes)
	sum := sha256.Sum256([]byte(strings.Join(hashes, "\n")))
	return hex.EncodeToString(sum[:])
}

const columns = `id, kind, record_id, hash, name, ext, size, invoice_code, invoice_no, at, by_name`

func ptrs(a *Attachment) []any {
	return []any{&a.ID, &a.Kind, &a.Record, &a.Hash, &a.Name, &a.Ext, &a.Size, &a.Invoice.Code, &a.Invoice.No, &a.At, &a.By}
}

func attachments(ctx context.Context, q db.Q, w *db.Where) ([]Attachment, error) {
	return db.Collect(ctx, q, ptrs, `SELECT `+columns+` FROM attachment WHERE `+w.SQL()+` ORDER BY id`, w.Args()...)
}

func one(ctx context.Context, q db.Q, tenant int64, id ids.ID) (*Attachment, error) {
	list, err := attachments(ctx, q, db.NewWhere(tenant).And("id = ?", id))
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, errs.New(errs.NotFound, "file.none", "没有找到这个附件，可能已被移除")
	}
	return &list[0], nil
}

func insert(ctx context.Context, tx *db.Tx, a *Attachment) error {
	return tx.Exec(ctx, `INSERT INTO attachment (tenant_id, `+columns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		tx.Tenant, a.ID, a.Kind, a.Record, a.Hash, a.Name, a.Ext, a.Size, a.Invoice.Code, a.Invoice.No, a.At, a.By)
}

// keep stores a content, or counts one more attachment of one that is there; the row is locked from here on.
func keep(ctx context.Context, tx *db.Tx, hash string, data []byte) error {
	var refs int
	err := tx.QueryRow(ctx, `INSERT INTO file_blob (tenant_id, hash, size, refs) VALUES ($1, $2, $3, 1)
		ON CONFLICT (tenant_id, hash) DO UPDATE SET refs = file_blob.refs + 1 RETURNING refs`, tx.Tenant, hash, len(data)).Scan(&refs)
	if err != nil || refs > 1 {
		return err
	}
	seq := 0
	for piece := range slices.Chunk(data, pieceSize) {
		if err := tx.Exec(ctx, `INSERT INTO file_chunk (tenant_id, hash, seq, data) VALUES ($1, $2, $3, $4)`, tx.Tenant, hash, seq, piece); err != nil {
			return err
		}
		seq++
	}
	return nil
}

// remove takes an attachment away, and its content when it was the last one.
func remove(ctx context.Context, tx *db.Tx, a *Attachment) error {
	var refs int
	if err := tx.QueryRow(ctx, `UPDATE file_blob SET refs = refs - 1 WHERE tenant_id = $1 AND hash = $2 RETURNING refs`, tx.Tenant, a.Hash).Scan(&refs); err != nil {
		return fmt.Errorf("counting the attachments of a file: %w", err)
	}
	n, err := tx.ExecN(ctx, `DELETE FROM attachment WHERE tenant_id = $1 AND id = $2`, tx.Tenant, a.ID)
	switch {
	case err != nil:
		return err
	case n == 0:
		return errs.New(errs.NotFound, "file.none", "没有找到这个附件，可能已被移除")
	case refs > 0:
		return nil
	}
	if err := tx.Exec(ctx, `DELETE FROM file_chunk WHERE tenant_id = $1 AND hash = $2`, tx.Tenant, a.Hash); err != nil {
		return err
	}
	return tx.Exec(ctx, `DELETE FROM file_blob WHERE tenant_id = $1 AND hash = $2`, tx.Tenant, a.Hash)
}

// Pieces reads a content piece by piece, in order.
func Pieces(ctx context.Context, q db.Q, tenant int64, hash string, fn func([]byte) error) error {
	for seq := 0; ; seq++ {
		var data []byte
		err := q.QueryRow(ctx, `SELECT data FROM file_chunk WHERE tenant_id = $1 AND hash = $2 AND seq = $3`, tenant, hash, seq).Scan(&data)
		if errors.Is(err, db.ErrNoRows) {
			return nil
		}
		if err == nil {
			err = fn(data)
		}
		if err != nil {
			return err
		}
	}
}

// Check looks for damage to a tenant's files and returns a sentence per problem: contents that are not what their hash
// says, and counts of attachments that are wrong.
func Check(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	type blob struct {
		hash       string
		size       int64
		refs, real int64
	}
	list, err := db.Collect(ctx, q, func(b *blob) []any { return []any{&b.hash, &b.size, &b.refs, &b.real} },
		`SELECT b.hash, b.size, b.refs, COUNT(a.id) FROM file_blob b
		LEFT JOIN attachment a ON a.tenant_id = b.tenant_id AND a.tenant_id = $1 AND a.hash = b.hash
		WHERE b.tenant_id = $1 GROUP BY b.hash, b.size, b.refs ORDER BY b.hash`, tenant)
	if err != nil {
		return nil, fmt.Errorf("checking the files: %w", err)
	}
	var out []string
	for _, b := range list {
		sum, size := sha256.New(), int64(0)
		err := Pieces(ctx, q, tenant, b.hash, func(piece []byte) error {
			size += int64(len(piece))
			_, err := sum.Write(piece)
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("reading a file: %w", err)
		}
		if size != b.size || hex.EncodeToString(sum.Sum(nil)) != b.hash {
			out = append(out, fmt.Sprintf("附件 %.12s… 的内容与校验值不符，可能已损坏（应有 %d 字节，实有 %d 字节）", b.hash, b.size, size))
		}
		if b.refs != b.real || b.real == 0 {
			out = append(out, fmt.Sprintf("附件 %.12s… 的引用数不符：记为 %d，实为 %d", b.hash, b.refs, b.real))
		}
	}
	return out, nil
}
