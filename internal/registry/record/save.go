package record

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/audit"
	"huicun/internal/registry/find"
)

// Get reads a record that who may see, with its dependent values.
func (n *Any) Get(ctx context.Context, who access.Principal, tenant int64, id ids.ID) (Item, error) {
	q := n.env.DB.Read()
	v, err := n.found(n.table.Get(ctx, q, tenant, id))
	if err != nil {
		return Item{}, err
	}
	if !n.sees(who, v.Region) {
		return Item{}, notYours()
	}
	return v, n.hooks.load(ctx, q, v.V)
}

// Create stores a new record in its first state and returns its id. key makes a double submission harmless.
func (n *Any) Create(ctx context.Context, who access.Principal, tenant int64, key string, v Item) (ids.ID, error) {
	m := who.Meta(tenant)
	m.Key, m.Input = key, n.fingerprint(v)
	var id ids.ID
	err := n.env.DB.InTx(ctx, m, func(ctx context.Context, tx *db.Tx) error {
		if n.Machine != nil {
			v.State = n.Machine.Initial()
		}
		v.ID = 0
		if err := n.CreateTx(ctx, tx, who, v); err != nil {
			return err
		}
		id = v.ID
		tx.SetResult(id.String())
		return nil
	})
	if first, ok := replayed(err); ok {
		return first, nil
	}
	return id, err
}

// Try derives values and runs the rules that need no transaction, and keeps nothing: for looking at a record before it is
// saved.
func (n *Any) Try(ctx context.Context, who access.Principal, tenant int64, v Item) error {
	q := n.env.DB.Read()
	if err := n.hooks.prepare(ctx, q, tenant, v.V); err != nil {
		return err
	}
	if err := n.checkRequired(v); err != nil {
		return err
	}
	if err := who.Require(n.Perm(access.Edit), v.Region); err != nil {
		return err
	}
	return n.hooks.check(v.V)
}

// CreateTx stores a new record within a transaction, in the state that it carries.
func (n *Any) CreateTx(ctx context.Context, tx *db.Tx, who access.Principal, v Item) error {
	return n.insert(ctx, tx, who, v, "新建", nil)
}

func (n *Any) insert(ctx context.Context, tx *db.Tx, who access.Principal, v Item, action string, b *batch) error {
	if err := n.settle(ctx, tx, Item{}, v); err != nil {
		return err
	}
	if err := who.Require(n.Perm(access.Edit), v.Region); err != nil {
		return err
	}
	if err := n.number(ctx, tx, v, b); err != nil {
		return err
	}
	if err := n.table.Insert(ctx, tx, v.V); err != nil {
		return n.explain(err, v)
	}
	return n.finish(ctx, tx, Item{}, v, action, "", b)
}

// number gives a record of a series its number, or keeps the series above a number that was given.
func (n *Any) number(ctx context.Context, tx *db.Tx, v Item, b *batch) error {
	if !n.Numbered {
		return nil
	}
	f, series := n.Field(n.Key), n.hooks.series(v.V)
	given := f.Get(v.V)
	if given == "" {
		if err := b.raise(ctx, tx); err != nil {
			return err
		}
		no, err := nextNo(ctx, tx, series)
		if err != nil {
			return err
		}
		return f.Set(v.V, no)
	}
	series, no := seriesOf(given, series)
	if no == 0 {
		return nil
	}
	if b != nil {
		b.serials[series] = max(b.serials[series], no)
		return nil
	}
	return raiseSerial(ctx, tx, series, no)
}

// seriesOf is the series that a number given by hand belongs to, and its place there; 0 when it is of another form than own, the
// record's series. It may be that of another year than the record's, whose next number must not be the same.
func seriesOf(given, own string) (series string, no int64) {
	i := strings.LastIndexByte(given, '-')
	stem, _, _ := strings.Cut(own, "-")
	if i < 0 || given[:i] != own && !strings.HasPrefix(given[:i], stem+"-") {
		return "", 0
	}
	no, err := strconv.ParseInt(given[i+1:], 10, 64)
	if err != nil || no <= 0 || no >= 1_000_000 {
		return "", 0
	}
	return given[:i], no
}

// Update saves changes over the version that the person saw. The state and what is Fixed stay as they were.
func (n *Any) Update(ctx context.Context, who access.Principal, tenant int64, v Item) error {
	return n.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		return n.UpdateTx(ctx, tx, who, v)
	})
}

// UpdateTx is Update within a transaction.
func (n *Any) UpdateTx(ctx context.Context, tx *db.Tx, who access.Principal, v Item) error {
	return n.update(ctx, tx, who, v, "修改", "", nil)
}

// AmendTx is UpdateTx for a step of the work that bears a name and has a reason of its own: the history shows both.
func (n *Any) AmendTx(ctx context.Context, tx *db.Tx, who access.Principal, v Item, action, reason string) error {
	reason = field.Clean(reason, true)
	if utf8.RuneCountInString(reason) > maxNote {
		return errs.OnField("reason", "理由最多 %d 个字，现有 %d 个字", maxNote, utf8.RuneCountInString(reason))
	}
	return n.update(ctx, tx, who, v, action, reason, nil)
}

func (n *Any) update(ctx context.Context, tx *db.Tx, who access.Principal, v Item, action, reason string, b *batch) error {
	old, err := n.found(n.table.Get(ctx, tx, tx.Tenant, v.ID))
	if err != nil {
		return err
	}
	if err := n.hooks.load(ctx, tx, old.V); err != nil {
		return err
	}
	if err := who.Require(n.Perm(access.Edit), old.Region); err != nil {
		return err
	}
	if v.Version != old.Version {
		return n.stale(ctx, tx, old)
	}
	v.State = old.State
	if err := n.settle(ctx, tx, old, v); err != nil {
		return err
	}
	if err := who.Require(n.Perm(access.Edit), v.Region); err != nil {
		return err
	}
	if err := n.fixed(old, v); err != nil {
		return err
	}
	if err := n.table.Update(ctx, tx, v.V); err != nil {
		return n.explain(err, v)
	}
	return n.finish(ctx, tx, old, v, action, reason, b)
}

// stale says who saved in between and what, so that the second person can decide.
func (n *Any) stale(ctx context.Context, q db.Q, old Item) error {
	h, err := audit.Of(ctx, q, old.Tenant, n.Kind, old.ID, 1)
	if err != nil || len(h) == 0 {
		return errs.New(errs.Stale, "stale", "这条记录刚刚被别人改过，您的修改没有保存；请对照最新内容后再保存")
	}
	var what []string
	for _, c := range h[0].Changes {
		what = append(what, "“"+c.Label+"”改为“"+c.After+"”")
	}
	return errs.New(errs.Stale, "stale", "%s 在 %s 改过这条记录（%s），您的修改没有保存；请核对后再保存一次",
		h[0].ActorName, h[0].At.Format("1月2日 15:04"), strings.Join(what, "；"))
}

func (n *Any) fixed(old, v Item) error {
	var l errs.List
	for i := range n.Fields {
		f := &n.Fields[i]
		if !f.Fixed {
			continue
		}
		same := true
		switch {
		case f.Ref != nil:
			same = *f.Ref(old.V) == *f.Ref(v.V)
		case f.Code != nil:
			same = *f.Code(old.V) == *f.Code(v.V)
		case f.Get != nil:
			same = f.Get(old.V) == f.Get(v.V)
		}
		if !same {
			l.Add(f.Name, "建立后不能更改")
		}
	}
	return l.Err()
}

// settle derives values and runs the rules.
func (n *Any) settle(ctx context.Context, tx *db.Tx, old, v Item) error {
	if err := n.hooks.prepare(ctx, tx, tx.Tenant, v.V); err != nil {
		return err
	}
	if err := n.checkRequired(v); err != nil {
		return err
	}
	if err := n.hooks.check(v.V); err != nil {
		return err
	}
	return n.hooks.checkTx(ctx, tx, old.V, v.V)
}

// maxNote is how long a note and a reason may be, in characters.
const maxNote = 4000

func (n *Any) checkRequired(v Item) error {
	var l errs.List
	for i := range n.Fields {
		f := &n.Fields[i]
		if n.Requires(f) && !f.ReadOnly && n.empty(f, v) {
			l.Add(f.Name, "请填写%s", f.Label)
			continue
		}
		if f.Get != nil {
			l.Merge(f.Name, f.CheckText(f.Get(v.V)))
		}
	}
	if v.Note = field.Clean(v.Note, true); utf8.RuneCountInString(v.Note) > maxNote {
		l.Add("note", "备注最多 %d 个字，现有 %d 个字", maxNote, utf8.RuneCountInString(v.Note))
	}
	if len(v.Region) != 12 {
		if f := n.regionField(); f != nil {
			l.Add(f.Name, "请填写%s", f.Label)
		}
	}
	return l.Err()
}

// finish keeps what hangs on the record: dependent rows, search index, audit log. Within an import the latter two are
// gathered in b.
func (n *Any) finish(ctx context.Context, tx *db.Tx, old, v Item, action, reason string, b *batch) error {
	if err := n.hooks.after(ctx, tx, old.V, v.V); err != nil {
		return n.explain(err, v)
	}
	if b != nil && b.doomed { // nothing of it will be kept
		return nil
	}
	if old.V == nil || n.Title(old) != n.Title(v) || n.Detail(old) != n.Detail(v) || old.Region != v.Region {
		if err := b.index(ctx, tx, n.doc(v), old.V == nil); err != nil {
			return err
		}
	}
	changes, err := n.diff(ctx, tx, old, v, b.known())
	if err != nil {
		return err
	}
	if old.V != nil && len(changes) == 0 {
		return nil
	}
	return b.log(ctx, tx, audit.Entry{
		Action: action, Kind: n.Kind, RecordID: v.ID, Title: n.Title(v),
		Region: v.Region, Changes: changes, Reason: reason,
	})
}

// explain puts a duplicate natural key beside its field.
func (n *Any) explain(err error, v Item) error {
	f := n.Field(n.Key)
	if db.Violated(err, n.table.Name+"_"+f.Column) {
		e := errs.OnField(f.Name, "%s“%s”已经有了，请换一个", f.Label, f.Get(v.V))
		e.Kind, e.Err = errs.Conflict, err
		return e
	}
	return err
}

// Do carries out an event of the state machine on the version that the person saw.
func (n *Any) Do(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64, event, reason string) error {
	return n.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		v, err := n.found(n.table.Get(ctx, tx, tenant, id))
		if err != nil {
			return err
		}
		if !n.sees(who, v.Region) {
			return notYours()
		}
		if err := n.hooks.load(ctx, tx, v.V); err != nil {
			return err
		}
		if version != 0 && v.Version != version {
			return n.stale(ctx, tx, v)
		}
		return n.DoTx(ctx, tx, who, v, event, reason)
	})
}

// DoTx carries out an event within a transaction on a record that was read in it.
func (n *Any) DoTx(ctx context.Context, tx *db.Tx, who access.Principal, v Item, event, reason string) error {
	if n.Machine == nil {
		return errs.New(errs.State, "state.none", "%s没有状态可以变更", n.Label)
	}
	e, err := n.Machine.Fire(v.State, event)
	if err != nil {
		return err
	}
	if err := who.Require(n.Perm(e.Verb), v.Region); err != nil {
		return err
	}
	switch reason = field.Clean(reason, true); {
	case e.Reason && reason == "":
		return errs.OnField("reason", "请说明%s的理由", e.Label)
	case utf8.RuneCountInString(reason) > maxNote:
		return errs.OnField("reason", "理由最多 %d 个字，现有 %d 个字", maxNote, utf8.RuneCountInString(reason))
	}
	// A guard may fill in what the event itself settles (the day of publication); the history shows that too.
	old := n.copy(v)
	if err := n.hooks.guard(context.WithValue(ctx, reasonKey{}, reason), tx, event, v.V); err != nil {
		return err
	}
	v.State = e.To
	if err := n.table.Update(ctx, tx, v.V); err != nil {
		return err
	}
	return n.finish(ctx, tx, old, v, e.Label, reason, nil)
}

type reasonKey struct{}

// Reason returns the reason that the person gave for the event that a guard decides on, "" when none was given: for
// records that must show it themselves.
func Reason(ctx context.Context) string {
	s, _ := ctx.Value(reasonKey{}).(string)
	return s
}

// Delete removes a record that is still in its first state and that nothing refers to.
func (n *Any) Delete(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64) error {
	return n.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		return n.DeleteTx(ctx, tx, who, id, version)
	})
}

// DeleteTx is Delete within a transaction.
func (n *Any) DeleteTx(ctx context.Context, tx *db.Tx, who access.Principal, id ids.ID, version int64) error {
	v, err := n.found(n.table.Get(ctx, tx, tx.Tenant, id))
	if err != nil {
		return err
	}
	if !n.sees(who, v.Region) {
		return notYours()
	}
	if err := who.Require(n.Perm(access.Edit), v.Region); err != nil {
		return err
	}
	if version != 0 && v.Version != version {
		return n.stale(ctx, tx, v)
	}
	if n.Kept != "" {
		return errs.New(errs.State, "delete.kept", "%s", n.Kept)
	}
	if n.Machine != nil && v.State != n.Machine.Initial() {
		return errs.New(errs.State, "delete.state", "只有“%s”状态的%s才能删除", n.Machine.State(n.Machine.Initial()).Label, n.Label)
	}
	if err := n.hooks.beforeDelete(ctx, tx, v.V); err != nil {
		return err
	}
	if err := n.table.Delete(ctx, tx, v.V); err != nil {
		if errs.Is(err, errs.Invalid) {
			return errs.Wrap(err, errs.Conflict, "delete.used", "还有别的记录用到这条%s，不能删除", n.Label)
		}
		return err
	}
	for _, fn := range n.env.deleted {
		if err := fn(ctx, tx, n.Kind, id); err != nil {
			return err
		}
	}
	if err := find.Remove(ctx, tx, id); err != nil {
		return err
	}
	return audit.Write(ctx, tx, audit.Entry{Action: "删除", Kind: n.Kind, RecordID: id, Title: n.Title(v), Region: v.Region})
}
