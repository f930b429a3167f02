// Package audit is the append-only log of changes: who, when, what, before and after, and the reason. Nothing
// in the code updates or deletes a row.
package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
)

// Change is one field's text before and after, under its Chinese label.
type Change struct {
	Label  string `json:"label"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// Entry is one line of the log. Action is the Chinese name of what was done: 新建, 修改, 签订 …
type Entry struct {
	ID        ids.ID
	At        time.Time
	ActorID   ids.ID
	ActorName string
	Action    string
	Kind      string
	RecordID  ids.ID
	Title     string
	Region    string
	Changes   []Change
	Reason    string
}

// Write appends entries within the transaction whose changes they record.
func Write(ctx context.Context, tx *db.Tx, list ...Entry) error {
	rows := make([]row, len(list))
	for i := range list {
		before, after := map[string]string{}, map[string]string{}
		var order []string
		for _, c := range list[i].Changes {
			before[c.Label], after[c.Label] = c.Before, c.After
			order = append(order, c.Label)
		}
		b, err := json.Marshal(before)
		if err != nil {
			return fmt.Errorf("writing the audit log: %w", err)
		}
		a, err := json.Marshal(struct {
			Order []string          `json:"order"`
			Text  map[string]string `json:"text"`
		}{order, after})
		if err != nil {
			return fmt.Errorf("writing the audit log: %w", err)
		}
		rows[i] = row{Entry: list[i], before: string(b), after: string(a)}
	}
	return insert(ctx, tx, rows)
}

// Of returns a record's history, newest first.
func Of(ctx context.Context, q db.Q, tenant int64, kind string, id ids.ID, limit int) ([]Entry, error) {
	w := db.NewWhere(tenant).And("kind = ?", kind).And("record_id = ?", id)
	return list(ctx, q, w, limit)
}

// List returns the newest entries within code ranges, older than the entry before (0 for the newest of all).
func List(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, actor string, before ids.ID, limit int) ([]Entry, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges)
	if actor != "" {
		w.And("actor_name = ?", actor)
	}
	if before != 0 {
		w.And("id < ?", before)
	}
	return list(ctx, q, w, limit)
}

func decode(before, after string) []Change {
	var b map[string]string
	var a struct {
		Order []string
		Text  map[string]string
	}
	if json.Unmarshal([]byte(before), &b) != nil || json.Unmarshal([]byte(after), &a) != nil {
		return nil
	}
	var out []Change
	for _, l := range a.Order {
		out = append(out, Change{l, b[l], a.Text[l]})
	}
	return out
}

func at(micros int64) time.Time { return time.UnixMicro(micros).In(date.Shanghai) }
