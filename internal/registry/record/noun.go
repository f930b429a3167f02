// Package record is the common life of a business record: it is described once (fields, state machine, rules)
// and then made, changed, moved between states, listed, imported, exported and searched through one set of use
// cases that check access, keep versions, write the audit log and the search index, all in one transaction.
package record

import (
	"context"

	"huicun/internal/kit/db"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/registry/find"
)

// Noun describes one kind of record. Slices build one each; the hooks are optional and run inside the transaction.
// Its methods only give records their type: what they do stands in Any, compiled once for all nouns.
type Noun[T any] struct {
	Kind  string // stable: "contract"
	Label string // 合同
	Path  string // where its pages are: /contracts
	Icon  string
	Intro string // what it is for, shown on an empty list

	Table   *db.Table[T]
	Fields  []field.Field[T]
	Machine *fsm.Machine // nil: records have no states
	Key     string       // the field that names a record in imports and links: "no" or "name"
	Order   string       // default sort column; "-" in front for descending
	Title   func(*T) string
	Detail  func(*T) string // one line more for search and suggestions; may be nil
	// Below says that a record holds for every place below its own and may be seen from there: policies, cycles, tiers.
	Below bool
	// Kept says in Chinese why records are never deleted and what to do instead; "" when first drafts can be.
	Kept string
	// Series gives the document number series of a record without a number ("HT-2021" → HT-2021-0007); nil
	// when people give the numbers.
	Series func(*T) string

	// Docs says how records are found where title and detail do not say it all; nil mostly.
	Docs func(ctx context.Context, q db.Q, list []*T) ([]find.Doc, error)

	// Prepare derives values (region from the owner, yearly amounts) before Check; it may read.
	Prepare func(ctx context.Context, q db.Q, tenant int64, v *T) error
	// Check enforces rules over one record; fields of the returned error are shown beside the inputs.
	Check func(v *T) error
	// CheckTx enforces rules against other records; old is nil for a new one.
	CheckTx func(ctx context.Context, tx *db.Tx, old, v *T) error
	// After keeps dependent rows (schedules, links) with the record.
	After func(ctx context.Context, tx *db.Tx, old, v *T) error
	// Load reads dependent values after a record was read one at a time (links for Refs fields).
	Load func(ctx context.Context, q db.Q, v *T) error
	// Guards refuse an event of the machine with a reason.
	Guards map[string]func(ctx context.Context, tx *db.Tx, v *T) error
	// BeforeDelete removes dependent rows or refuses.
	BeforeDelete func(ctx context.Context, tx *db.Tx, v *T) error

	any *Any // set by Register
}

// Any returns the noun without its type.
func (n *Noun[T]) Any() *Any { return n.any }

// Env returns the environment that the noun is registered in.
func (n *Noun[T]) Env() *Env { return n.any.env }

// Info describes the noun.
func (n *Noun[T]) Info() Info { return n.any.Info() }

// Perm returns the noun's permission for a verb.
func (n *Noun[T]) Perm(verb string) string { return n.Kind + ":" + verb }

// Row returns a record's common columns.
func (n *Noun[T]) Row(v *T) *db.Row { return n.Table.Row(v) }

// KeyOf returns a record's natural key as text.
func (n *Noun[T]) KeyOf(v *T) string { return n.any.KeyOf(n.item(v)) }

// item is a record without its type.
func (n *Noun[T]) item(v *T) Item { return Item{n.Table.Row(v), v} }

// typed gives a record its type back.
func typed[T any](it Item, err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	return it.V.(*T), nil
}

// Get reads a record that who may see, with its dependent values.
func (n *Noun[T]) Get(ctx context.Context, who access.Principal, tenant int64, id ids.ID) (*T, error) {
	return typed[T](n.any.Get(ctx, who, tenant, id))
}

// ByKey reads a record by its natural key.
func (n *Noun[T]) ByKey(ctx context.Context, q db.Q, tenant int64, key string) (*T, error) {
	return typed[T](n.any.ByKey(ctx, q, tenant, key))
}

// Lookup finds a record by its natural key; NotFound when there is none.
func (n *Noun[T]) Lookup(ctx context.Context, q db.Q, tenant int64, key string) (ids.ID, error) {
	return n.any.Lookup(ctx, q, tenant, key)
}

// Names returns the natural keys of records.
func (n *Noun[T]) Names(ctx context.Context, q db.Q, tenant int64, list []ids.ID) (map[ids.ID]string, error) {
	return n.any.Names(ctx, q, tenant, list)
}

// Count counts the records of a tenant.
func (n *Noun[T]) Count(ctx context.Context, tenant int64) (int, error) {
	return n.any.Count(ctx, tenant)
}

// List returns one page of the records that who may see within the scope, and how many there are (up to countCap).
func (n *Noun[T]) List(ctx context.Context, who access.Principal, tenant int64, f Filter) (db.Page[T], int, error) {
	some, total, err := n.any.List(ctx, who, tenant, f)
	page := db.Page[T]{Next: some.Next}
	for _, it := range some.Items {
		page.Items = append(page.Items, *it.V.(*T))
	}
	return page, total, err
}

// Each walks all matching records in pages, for exports.
func (n *Noun[T]) Each(ctx context.Context, who access.Principal, tenant int64, f Filter, fn func(*T) error) error {
	return n.any.Each(ctx, who, tenant, f, func(it Item) error { return fn(it.V.(*T)) })
}

// Create stores a new record in its first state and returns its id. key makes a double submission harmless.
func (n *Noun[T]) Create(ctx context.Context, who access.Principal, tenant int64, key string, v *T) (ids.ID, error) {
	return n.any.Create(ctx, who, tenant, key, n.item(v))
}

// CreateTx stores a new record within a transaction, in the state that it carries.
func (n *Noun[T]) CreateTx(ctx context.Context, tx *db.Tx, who access.Principal, v *T) error {
	return n.any.CreateTx(ctx, tx, who, n.item(v))
}

// Update saves changes over the version that the person saw. The state and what is Fixed stay as they were.
func (n *Noun[T]) Update(ctx context.Context, who access.Principal, tenant int64, v *T) error {
	return n.any.Update(ctx, who, tenant, n.item(v))
}

// UpdateTx is Update within a transaction.
func (n *Noun[T]) UpdateTx(ctx context.Context, tx *db.Tx, who access.Principal, v *T) error {
	return n.any.UpdateTx(ctx, tx, who, n.item(v))
}

// AmendTx is UpdateTx for a step of the work that bears a name and has a reason of its own: the history shows both.
func (n *Noun[T]) AmendTx(ctx context.Context, tx *db.Tx, who access.Principal, v *T, action, reason string) error {
	return n.any.AmendTx(ctx, tx, who, n.item(v), action, reason)
}

// Do carries out an event of the state machine on the version that the person saw.
func (n *Noun[T]) Do(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64, event, reason string) error {
	return n.any.Do(ctx, who, tenant, id, version, event, reason)
}

// DoTx carries out an event within a transaction on a record that was read in it.
func (n *Noun[T]) DoTx(ctx context.Context, tx *db.Tx, who access.Principal, v *T, event, reason string) error {
	return n.any.DoTx(ctx, tx, who, n.item(v), event, reason)
}

// Delete removes a record that is still in its first state and that nothing refers to.
func (n *Noun[T]) Delete(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64) error {
	return n.any.Delete(ctx, who, tenant, id, version)
}

// Texts returns a record's fields as canonical text by field name: links as natural keys, divisions as names,
// personal data masked.
func (n *Noun[T]) Texts(ctx context.Context, q db.Q, v *T) (map[string]string, error) {
	return n.any.Texts(ctx, q, n.item(v))
}

// SetTexts parses texts by field name into v. All mistakes are reported at once, beside their fields. Absent
// names leave the field as it is; a sealed field left at its mask stays as it is.
func (n *Noun[T]) SetTexts(ctx context.Context, q db.Q, scope string, v *T, in map[string]string) error {
	return n.any.SetTexts(ctx, q, scope, n.item(v), in)
}

// ImportTable stores a sheet's rows, all or none.
func (n *Noun[T]) ImportTable(ctx context.Context, who access.Principal, tenant int64, t *sheet.Table) (ImportResult, error) {
	return n.any.ImportTable(ctx, who, tenant, t)
}

// DeleteTx is Delete within a transaction.
func (n *Noun[T]) DeleteTx(ctx context.Context, tx *db.Tx, who access.Principal, id ids.ID, version int64) error {
	return n.any.DeleteTx(ctx, tx, who, id, version)
}
