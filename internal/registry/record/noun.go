// Package record is the common life of a business record: it is described once (fields, state machine, rules)
// and then made, changed, moved between states, listed, imported, exported and searched through one set of use
// cases that check access, keep versions, write the audit log and the search index, all in one transaction.
package record

import (
	"context"
	"errors"
	"iter"
	"strconv"
	"strings"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/secret"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/registry/region"
)

// Noun describes one kind of record and carries out its use cases. Slices build one each; the hooks are
// optional and run inside the transaction.
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
	// Series gives the document number series of a record without a number ("HT-2021" → HT-2021-0007); nil
	// when people give the numbers.
	Series func(*T) string

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

	env *Env
}

// Env is what all nouns share.
type Env struct {
	DB      *db.DB
	Regions *region.Service
	Box     *secret.Box
	nouns   map[string]Any
	order   []Any
}

// NewEnv returns an empty environment; nouns join it with Register.
func NewEnv(d *db.DB, regions *region.Service, box *secret.Box) *Env {
	return &Env{DB: d, Regions: regions, Box: box, nouns: map[string]Any{}}
}

// Any is a noun whose type does not matter: for links, search, imports and navigation.
type Any interface {
	Info() Info
	// Lookup finds a record by its natural key; NotFound when there is none.
	Lookup(ctx context.Context, q db.Q, tenant int64, key string) (ids.ID, error)
	// Names returns the natural keys of records.
	Names(ctx context.Context, q db.Q, tenant int64, list []ids.ID) (map[ids.ID]string, error)
	// Suggest lists records whose key or title matches a text.
	Suggest(ctx context.Context, tenant int64, ranges [][2]string, text string, limit int) ([]Suggestion, error)
	// ImportTable stores a sheet's rows, all or none.
	ImportTable(ctx context.Context, who access.Principal, tenant int64, t *sheet.Table) (ImportResult, error)
	// Sheet returns an export's columns and rows.
	Sheet(ctx context.Context, who access.Principal, tenant int64, f Filter) ([]sheet.Column, iter.Seq2[[]string, error])
	// First returns the id of some record in exactly one division, or 0.
	First(ctx context.Context, tenant int64, region string) (ids.ID, error)
	// Count counts the records of a tenant.
	Count(ctx context.Context, tenant int64) (int, error)
}

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

// Register joins a noun to the environment and returns it; a mistake in its description is a defect found at
// start-up.
func Register[T any](e *Env, n *Noun[T]) *Noun[T] {
	n.env = e
	if n.Machine != nil {
		if err := n.Machine.Check(); err != nil {
			panic(err)
		}
	}
	if n.fieldByName(n.Key) == nil {
		panic("record: " + n.Kind + " has no key field " + n.Key)
	}
	if e.nouns[n.Kind] != nil {
		panic("record: kind " + n.Kind + " registered twice")
	}
	e.nouns[n.Kind] = n
	e.order = append(e.order, n)
	return n
}

// Noun returns a noun by its kind.
func (e *Env) Noun(kind string) (Any, bool) { n, ok := e.nouns[kind]; return n, ok }

// Nouns lists all nouns in the order of registration, parents before children.
func (e *Env) Nouns() []Any { return e.order }

// Info implements Any.
func (n *Noun[T]) Info() Info {
	in := Info{Kind: n.Kind, Label: n.Label, Path: n.Path, Icon: n.Icon, Intro: n.Intro, Machine: n.Machine}
	for i := range n.Fields {
		f := &n.Fields[i]
		in.Columns = append(in.Columns, ColumnInfo{
			Name: f.Name, Label: f.Label, Kind: kindNames[f.Kind], Help: f.Note, Example: f.Example,
			Required: f.Required && !(f.Name == n.Key && n.Series != nil), ReadOnly: f.ReadOnly, Fixed: f.Fixed, RefTo: f.RefTo, Options: f.Opts,
		})
	}
	return in
}

var kindNames = map[field.Kind]string{
	field.Text: "文本", field.Long: "长文本", field.Int: "整数", field.Money: "金额（元）", field.Amount: "数量", field.Day: "日期",
	field.Bool: "是/否", field.Enum: "选项", field.Ref: "关联", field.Refs: "多项关联", field.Region: "地区", field.Sealed: "加密文本",
}

func (n *Noun[T]) fieldByName(name string) *field.Field[T] {
	for i := range n.Fields {
		if n.Fields[i].Name == name {
			return &n.Fields[i]
		}
	}
	return nil
}

// Row returns a record's common columns.
func (n *Noun[T]) Row(v *T) *db.Row { return n.Table.Row(v) }

// Env returns the environment that the noun is registered in.
func (n *Noun[T]) Env() *Env { return n.env }

// KeyOf returns a record's natural key as text.
func (n *Noun[T]) KeyOf(v *T) string { return n.fieldByName(n.Key).Get(v) }

// DetailOf returns a record's second line, or "".
func (n *Noun[T]) DetailOf(v *T) string {
	if n.Detail == nil {
		return ""
	}
	return n.Detail(v)
}

// Perm returns the noun's permission for a verb.
func (n *Noun[T]) Perm(verb string) string { return n.Kind + ":" + verb }

// sees reports whether who may see a record of a division.
func (n *Noun[T]) sees(who access.Principal, region string) bool {
	if n.Below {
		return who.CanFromBelow(n.Perm(access.View), region)
	}
	return who.Can(n.Perm(access.View), region)
}

// Lookup implements Any.
func (n *Noun[T]) Lookup(ctx context.Context, q db.Q, tenant int64, key string) (ids.ID, error) {
	v, err := n.Table.One(ctx, q, db.NewWhere(tenant).And(n.fieldByName(n.Key).Column+" = ?", strings.TrimSpace(key)))
	if err != nil {
		return 0, err
	}
	return n.Row(v).ID, nil
}

// ByKey reads a record by its natural key.
func (n *Noun[T]) ByKey(ctx context.Context, q db.Q, tenant int64, key string) (*T, error) {
	return n.Table.One(ctx, q, db.NewWhere(tenant).And(n.fieldByName(n.Key).Column+" = ?", strings.TrimSpace(key)))
}

// nameChunk bounds how many ids one statement names.
const nameChunk = 500

// Names implements Any.
func (n *Noun[T]) Names(ctx context.Context, q db.Q, tenant int64, list []ids.ID) (map[ids.ID]string, error) {
	out := map[ids.ID]string{}
	for len(list) > 0 {
		chunk := list[:min(len(list), nameChunk)]
		list = list[len(chunk):]
		recs, err := n.Table.All(ctx, q, db.In(db.NewWhere(tenant), "id", chunk), "id")
		if err != nil {
			return nil, err
		}
		for i := range recs {
			out[n.Row(&recs[i]).ID] = n.KeyOf(&recs[i])
		}
	}
	return out, nil
}

// First implements Any.
func (n *Noun[T]) First(ctx context.Context, tenant int64, region string) (ids.ID, error) {
	v, err := n.Table.One(ctx, n.env.DB.Read(), db.NewWhere(tenant).And("region = ?", region))
	if errs.Is(err, errs.NotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return n.Row(v).ID, nil
}

// Count implements Any.
func (n *Noun[T]) Count(ctx context.Context, tenant int64) (int, error) {
	return n.Table.Count(ctx, n.env.DB.Read(), db.NewWhere(tenant), 0)
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
