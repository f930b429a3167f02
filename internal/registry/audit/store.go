package audit

import (
	"context"
	"strconv"

	"huicun/internal/kit/db"
)

// row is an entry as it is stored.
type row struct {
	Entry
	at            int64
	before, after string
}

func insert(ctx context.Context, tx *db.Tx, list []row) error {
	rows := make([][]any, len(list))
	for i := range list {
		e := &list[i]
		rows[i] = []any{
			tx.Tenant, tx.NewID(), tx.Now().UnixMicro(), int64(tx.ActorID), tx.ActorName, e.Action, e.Kind, int64(e.RecordID), e.Title, e.Region,
			e.before, e.after, e.Reason,
		}
	}
	return tx.InsertRows(ctx, `INSERT INTO audit_log (tenant_id, id, at, actor_id, actor_name, action, kind, record_id, title, region, before_json, after_json, reason)
		VALUES `, "", rows)
}

func list(ctx context.Context, q db.Q, w *db.Where, limit int) ([]Entry, error) {
	rows, err := db.Collect(ctx, q, func(r *row) []any {
		return []any{&r.ID, &r.at, &r.ActorID, &r.ActorName, &r.Action, &r.Kind, &r.RecordID, &r.Title, &r.Region, &r.before, &r.after, &r.Reason}
	}, `SELECT id, at, actor_id, actor_name, action, kind, record_id, title, region, before_json, after_json, reason
		FROM audit_log WHERE `+w.SQL()+` ORDER BY id DESC LIMIT `+strconv.Itoa(limit), w.Args()...)
	if err != nil {
		return nil, err
	}
	out := make([]Entry, len(rows))
	for i, r := range rows {
		r.Entry.At, r.Entry.Changes = at(r.at), decode(r.before, r.after)
		out[i] = r.Entry
	}
	return out, nil
}
