package record

import (
	"context"

	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/region"
)

// Env is what all nouns share.
type Env struct {
	DB      *db.DB
	Regions *region.Service
	Box     *secret.Box
	nouns   map[string]*Any
	order   []*Any
	deleted []func(ctx context.Context, tx *db.Tx, kind string, id ids.ID) error
}

// OnDelete has a function called within the transaction that deletes a record of any kind: for what hangs on records
// without being a noun, such as files.
func (e *Env) OnDelete(fn func(ctx context.Context, tx *db.Tx, kind string, id ids.ID) error) {
	e.deleted = append(e.deleted, fn)
}

// NewEnv returns an empty environment; nouns join it with Register.
func NewEnv(d *db.DB, regions *region.Service, box *secret.Box) *Env {
	return &Env{DB: d, Regions: regions, Box: box, nouns: map[string]*Any{}}
}

// Register joins a noun to the environment and returns it; a mistake in its description is a defect found at
// start-up.
func Register[T any](e *Env, n *Noun[T]) *Noun[T] {
	n.any = erase(n)
	e.join(n.any)
	return n
}

func (e *Env) join(n *Any) {
	n.env = e
	if n.Machine != nil {
		if err := n.Machine.Check(); err != nil {
			panic(err)
		}
	}
	if n.Field(n.Key) == nil {
		panic("record: " + n.Kind + " has no key field " + n.Key)
	}
	if e.nouns[n.Kind] != nil {
		panic("record: kind " + n.Kind + " registered twice")
	}
	e.nouns[n.Kind] = n
	e.order = append(e.order, n)
}

// Noun returns a noun by its kind.
func (e *Env) Noun(kind string) (*Any, bool) { n, ok := e.nouns[kind]; return n, ok }

// Of returns a noun with its type, for a slice that stands on another's records; false when the kind is of another type.
func Of[T any](e *Env, kind string) (*Noun[T], bool) {
	a, ok := e.Noun(kind)
	if !ok {
		return nil, false
	}
	n, ok := a.typed.(*Noun[T])
	return n, ok
}

// Nouns lists all nouns in the order of registration, parents before children.
func (e *Env) Nouns() []*Any { return e.order }

// ForTenant returns a read handle for one tenant's records.
func (e *Env) ForTenant(tenant int64) db.Q { return tenantQ{e.DB.Read(), tenant} }

// tenantOf says whose records a handle reads; a plain read handle belongs to nobody and finds nothing.
func tenantOf(q db.Q) int64 {
	switch h := q.(type) {
	case *db.Tx:
		return h.Tenant
	case tenantQ:
		return h.tenant
	}
	return 0
}

// tenantQ is a read handle that knows whose records it reads.
type tenantQ struct {
	db.Q
	tenant int64
}
