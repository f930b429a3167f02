package record

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
)

// Any is a noun without the type of its records: its description, and the use cases themselves. Pages, links, search and
// imports work on it, so that they too are compiled once for all nouns.
type Any struct {
	Kind, Label, Path, Icon, Intro string

	Machine  *fsm.Machine // nil: records have no states
	Fields   []field.Any
	Key      string // the field that names a record
	Order    string // default sort column; "-" in front for descending
	Below    bool   // records are seen from the places below theirs
	Kept     string // why records are never deleted; "" when first drafts can be
	Numbered bool   // a record without a number gets the next of its series

	env   *Env
	table *db.AnyTable
	hooks hooks
	typed any // the *Noun[T] itself
}

// Item is a record without its type: its common columns, and the *T of its noun.
type Item struct {
	*db.Row
	V any
}

// New returns an empty record.
func (n *Any) New() Item { return n.item(n.table.New()) }

func (n *Any) item(v any) Item { return Item{n.table.Row(v), v} }

func (n *Any) copy(v Item) Item { return n.item(n.hooks.copied(v.V)) }

// found is an item, or the error of reading it.
func (n *Any) found(v any, err error) (Item, error) {
	if err != nil {
		return Item{}, err
	}
	return n.item(v), nil
}

func (n *Any) items(list []any) []Item {
	out := make([]Item, len(list))
	for i, v := range list {
		out[i] = n.item(v)
	}
	return out
}

// Env returns the environment that the noun is registered in.
func (n *Any) Env() *Env { return n.env }

// Perm returns the noun's permission for a verb.
func (n *Any) Perm(verb string) string { return n.Kind + ":" + verb }

// Field returns a field by its name, or nil.
func (n *Any) Field(name string) *field.Any {
	for i := range n.Fields {
		if n.Fields[i].Name == name {
			return &n.Fields[i]
		}
	}
	return nil
}

// Requires reports whether people must fill a field in; a number that a series gives may stay empty.
func (n *Any) Requires(f *field.Any) bool {
	return f.Required && !(f.Name == n.Key && n.Numbered)
}

// KeyOf returns a record's natural key as text.
func (n *Any) KeyOf(v Item) string { return n.Field(n.Key).Get(v.V) }

// Title returns what a record is called.
func (n *Any) Title(v Item) string { return n.hooks.title(v.V) }

// Detail returns a record's second line in search and suggestions, or "".
func (n *Any) Detail(v Item) string { return n.hooks.detail(v.V) }

// Info is what is known of a noun without its type.
type Info struct {
	Kind, Label, Path, Icon, Intro string
	Machine                        *fsm.Machine
	Columns                        []ColumnInfo
}

// ColumnInfo describes a field for import templates and the data dictionary.
type ColumnInfo struct {
	Name, Label, Kind, Help, Example string
	Required, ReadOnly, Fixed        bool
	RefTo                            string
	Options                          []field.Option
}

// Suggestion is one choice for a link field.
type Suggestion struct{ Key, Title, Detail string }

// Info describes the noun.
func (n *Any) Info() Info {
	in := Info{Kind: n.Kind, Label: n.Label, Path: n.Path, Icon: n.Icon, Intro: n.Intro, Machine: n.Machine}
	for i := range n.Fields {
		f := &n.Fields[i]
		in.Columns = append(in.Columns, ColumnInfo{
			Name: f.Name, Label: f.Label, Kind: kindNames[f.Kind], Help: f.Note, Example: f.Example,
			Required: n.Requires(f), ReadOnly: f.ReadOnly, Fixed: f.Fixed, RefTo: f.RefTo, Options: f.Opts,
		})
	}
	return in
}

var kindNames = map[field.Kind]string{
	field.Text: "文本", field.Long: "长文本", field.Int: "整数", field.Money: "金额（元）", field.Amount: "数量", field.Day: "日期",
	field.Bool: "是/否", field.Enum: "选项", field.Ref: "关联", field.Refs: "多项关联", field.Region: "地区", field.Sealed: "加密文本",
}

// sees reports whether who may see a record of a division.
func (n *Any) sees(who access.Principal, region string) bool {
	if n.Below {
		return who.CanFromBelow(n.Perm(access.View), region)
	}
	return who.Can(n.Perm(access.View), region)
}

// Place returns the division that a record belongs to and what it is called; one that who may not see is not found.
func (n *Any) Place(ctx context.Context, q db.Q, who access.Principal, tenant int64, id ids.ID) (region, title string, err error) {
	v, err := n.found(n.table.Get(ctx, q, tenant, id))
	if err != nil {
		return "", "", err
	}
	if !n.sees(who, v.Region) {
		return "", "", notYours()
	}
	return v.Region, n.Title(v), nil
}

// Lookup finds a record by its natural key; NotFound when there is none.
func (n *Any) Lookup(ctx context.Context, q db.Q, tenant int64, key string) (ids.ID, error) {
	v, err := n.ByKey(ctx, q, tenant, key)
	if err != nil {
		return 0, err
	}
	return v.ID, nil
}

// ByKey reads a record by its natural key.
func (n *Any) ByKey(ctx context.Context, q db.Q, tenant int64, key string) (Item, error) {
	return n.found(n.table.One(ctx, q, db.NewWhere(tenant).And(n.Field(n.Key).Column+" = ?", strings.TrimSpace(key))))
}

// nameChunk bounds how many ids one statement names.
const nameChunk = 500

// Names returns the natural keys of records.
func (n *Any) Names(ctx context.Context, q db.Q, tenant int64, list []ids.ID) (map[ids.ID]string, error) {
	out := map[ids.ID]string{}
	return out, n.some(ctx, q, tenant, list, func(it Item) { out[it.ID] = n.KeyOf(it) })
}

// Places returns the divisions that records belong to.
func (n *Any) Places(ctx context.Context, q db.Q, tenant int64, list []ids.ID) (map[ids.ID]string, error) {
	out := map[ids.ID]string{}
	return out, n.some(ctx, q, tenant, list, func(it Item) { out[it.ID] = it.Region })
}

// some reads the records of ids, as far as they exist.
func (n *Any) some(ctx context.Context, q db.Q, tenant int64, list []ids.ID, fn func(Item)) error {
	for chunk := range slices.Chunk(list, nameChunk) {
		if err := n.table.Each(ctx, q, db.In(db.NewWhere(tenant), "id", chunk), "id", func(v any) { fn(n.item(v)) }); err != nil {
			return err
		}
	}
	return nil
}

// First returns the id of some record in exactly one division, or 0.
func (n *Any) First(ctx context.Context, tenant int64, region string) (ids.ID, error) {
	v, err := n.found(n.table.One(ctx, n.env.DB.Read(), db.NewWhere(tenant).And("region = ?", region)))
	if errs.Is(err, errs.NotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return v.ID, nil
}

// Count counts the records of a tenant.
func (n *Any) Count(ctx context.Context, tenant int64) (int, error) {
	return n.table.Count(ctx, n.env.DB.Read(), db.NewWhere(tenant), 0)
}

// nextNo takes the next number of a series, gapless: it is given back when the transaction rolls back.
func nextNo(ctx context.Context, tx *db.Tx, series string) (string, error) {
	no, err := takeSerial(ctx, tx, series)
	if err != nil {
		return "", err
	}
	s := strconv.FormatInt(no, 10)
	return series + "-" + strings.Repeat("0", max(0, 4-len(s))) + s, nil
}

// notYours hides whether a record exists from somebody who may not see it.
func notYours() error {
	return errs.New(errs.NotFound, "not_found", "没有找到这条记录，可能已被删除，或不在您的权限范围内")
}

// replayed tells the use cases that a command had been carried out before.
func replayed(err error) (ids.ID, bool) {
	if r, ok := db.Replayed(err); ok {
		id, perr := ids.Parse(r)
		return id, perr == nil
	}
	return 0, false
}

var errRollback = errors.New("roll back")
