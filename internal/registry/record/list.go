package record

import (
	"context"
	"slices"
	"strings"

	"huicun/internal/kit/code"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/find"
)

// Filter narrows a list: Text searches, Eq compares fields (an Enum's code, a link's natural key or id, 是/否) and state, From
// and To bound a date field.
type Filter struct {
	Scope string // division code
	Text  string
	Eq    map[string]string
	Page  db.Paging
}

// How far a list counts, and how far what a text finds is counted: beyond that the exact number helps nobody and costs
// time.
const (
	countCap = 20_000
	textCap  = 1000
)

// CountCap is how far the records of a filter are counted: a total of so many means so many or more.
func CountCap(f Filter) int {
	if strings.TrimSpace(f.Text) != "" {
		return textCap
	}
	return countCap
}

// fewRecords are read and put in order; more are met along the order.
const fewRecords = 3000

// A text whose terms are all frequent is tried on so many records along the order; when so many of them match, the page is
// found on the way.
const (
	sampled     = 1000
	sampledMany = sampled / 50
)

// List returns one page of the records that who may see within the scope, and how many there are (up to CountCap).
func (n *Any) List(ctx context.Context, who access.Principal, tenant int64, f Filter) (db.Page[Item], int, error) {
	w, err := n.where(ctx, who, tenant, f)
	if err != nil {
		return db.Page[Item]{}, 0, err
	}
	q := n.env.DB.Read()
	p := f.Page
	if p.Sort == "" && n.Order != "" {
		p.Sort, p.Desc = strings.TrimPrefix(n.Order, "-"), strings.HasPrefix(n.Order, "-")
	}
	var total int
	if strings.TrimSpace(f.Text) == "" {
		p.Plan = db.ByMatch
		if total, err = n.table.Count(ctx, q, w, countCap); total > fewRecords {
			p.Plan = db.ByOrder
		}
	} else {
		total, err = n.search(ctx, q, tenant, f.Text, w, &p)
	}
	if err != nil || total == 0 {
		return db.Page[Item]{}, 0, err
	}
	page, err := n.table.Page(ctx, q, w, p)
	return db.Page[Item]{Items: n.items(page.Items), Next: page.Next}, total, err
}

// search counts the records that a text finds among those of w, up to textCap, adds to w the condition of the text and
// says how a page of them is found.
func (n *Any) search(ctx context.Context, q db.Q, tenant int64, query string, w *db.Where, p *db.Paging) (int, error) {
	text, err := find.Prepare(ctx, q, tenant, query)
	if err != nil || text.None() {
		return 0, err
	}
	p.Plan = db.ByLookup
	if !text.Few() {
		met, err := n.table.Sample(ctx, q, w.Clone(), *p, sampled, func(w *db.Where) { text.Meet(w, n.table.Name) })
		if err != nil {
			return 0, err
		}
		if met >= sampledMany {
			p.Plan = db.ByOrder
		}
		if err := text.Sharpen(ctx, q); err != nil {
			return 0, err
		}
	}
	up := w.Clone()
	text.LookUp(up, n.table.Name)
	if p.Plan == db.ByLookup {
		*w = *up
	} else {
		text.Meet(w, n.table.Name)
	}
	if text.Many() {
		return n.table.Count(ctx, q, w, textCap)
	}
	return n.table.CountBy(ctx, q, up, textCap, db.ByLookup)
}

// Each walks all matching records in pages, for exports.
func (n *Any) Each(ctx context.Context, who access.Principal, tenant int64, f Filter, fn func(Item) error) error {
	for {
		w, err := n.where(ctx, who, tenant, f)
		if err != nil {
			return err
		}
		find.Matching(w, tenant, f.Text)
		f.Page.Limit = 1000
		page, err := n.table.Page(ctx, n.env.DB.Read(), w, f.Page)
		if err != nil {
			return err
		}
		for _, v := range n.items(page.Items) {
			if err := n.hooks.load(ctx, n.env.DB.Read(), v.V); err != nil {
				return err
			}
			if err := fn(v); err != nil {
				return err
			}
		}
		if page.Next == "" {
			return nil
		}
		f.Page.After = page.Next
	}
}

// where is the condition of a filter but for its text.
func (n *Any) where(ctx context.Context, who access.Principal, tenant int64, f Filter) (*db.Where, error) {
	scopes := who.Narrow(n.Perm(access.View), f.Scope)
	ranges, err := n.env.Regions.Ranges(ctx, scopes...)
	if err != nil {
		return nil, err
	}
	if n.Below && len(scopes) > 0 {
		ranges = append(ranges, above(f.Scope)...)
	}
	w := db.NewWhere(tenant).Ranges("region", ranges)
	for name, want := range f.Eq {
		if want == "" {
			continue
		}
		if err := n.eq(ctx, w, tenant, name, want); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// above returns the places above a scope, each as a range of one code, down to the county.
func above(scope string) [][2]string {
	var out [][2]string
	for c := code.Parent(scope); len(code.Prefix(c)) >= 6; c = code.Parent(c) {
		out = append(out, [2]string{c, c + "0"})
	}
	return out
}

func (n *Any) eq(ctx context.Context, w *db.Where, tenant int64, name, want string) error {
	if name == "state" {
		w.Is("state", want)
		return nil
	}
	fd := n.Field(name)
	if fd == nil || fd.Column == "" {
		return errs.New(errs.Invalid, "filter.unknown", "不能按“%s”筛选", name)
	}
	switch fd.Kind {
	case field.Ref:
		id, err := n.linked(ctx, tenant, fd, want)
		if err != nil {
			return err
		}
		w.Is(fd.Column, id)
	case field.Bool:
		w.Is(fd.Column, want == "是")
	default:
		w.Is(fd.Column, want)
	}
	return nil
}

// linked finds the record that a list is narrowed to: by its natural key, as people type it, or by its id, as addresses
// carry it. The key comes first, since a number that people gave may look like an id.
func (n *Any) linked(ctx context.Context, tenant int64, f *field.Any, want string) (ids.ID, error) {
	to, ok := n.env.Noun(f.RefTo)
	if !ok {
		return 0, errs.New(errs.Internal, "record.kind", "unknown kind %s", f.RefTo)
	}
	id, err := to.Lookup(ctx, n.env.ForTenant(tenant), tenant, want)
	if !errs.Is(err, errs.NotFound) {
		return id, err
	}
	if id, err := ids.Parse(want); err == nil {
		return id, nil
	}
	return 0, errs.OnField(f.Name, "没有找到%s“%s”；请从提示中选择，或清空这一项", to.Label, want)
}

// Where returns a condition over a tenant's records in code ranges, for a slice's own queries and figures.
func Where(tenant int64, ranges [][2]string) *db.Where {
	return db.NewWhere(tenant).Ranges("region", ranges)
}

// Suggest lists records whose key or title matches a text. A text that is no search finds the newest records.
func (n *Any) Suggest(ctx context.Context, tenant int64, ranges [][2]string, text string, limit int) ([]Suggestion, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges)
	find.Matching(w, tenant, text)
	page, err := n.table.Page(ctx, n.env.DB.Read(), w, db.Paging{Desc: true, Limit: limit})
	if err != nil {
		return nil, err
	}
	var out []Suggestion
	for _, v := range n.items(page.Items) {
		out = append(out, Suggestion{Key: n.KeyOf(v), Title: n.Title(v), Detail: n.Detail(v)})
	}
	return out, nil
}

// ListTexts returns the texts of many records at once, with links resolved in bulk.
func (n *Any) ListTexts(ctx context.Context, tenant int64, items []Item) ([]map[string]string, error) {
	names := nameCache{}
	q := n.env.ForTenant(tenant)
	if err := n.prefetch(ctx, q, tenant, items, names); err != nil {
		return nil, err
	}
	out := make([]map[string]string, len(items))
	for i := range items {
		t, err := n.texts(ctx, q, items[i], names)
		if err != nil {
			return nil, err
		}
		out[i] = t
	}
	return out, nil
}

// prefetch reads the names of all linked records with one statement per kind.
func (n *Any) prefetch(ctx context.Context, q db.Q, tenant int64, items []Item, names nameCache) error {
	want := map[string][]ids.ID{}
	for i := range n.Fields {
		f := &n.Fields[i]
		if f.Kind != field.Ref {
			continue
		}
		for j := range items {
			if id := *f.Ref(items[j].V); id != 0 && !slices.Contains(want[f.RefTo], id) {
				want[f.RefTo] = append(want[f.RefTo], id)
			}
		}
	}
	for kind, list := range want {
		to, ok := n.env.Noun(kind)
		if !ok {
			continue
		}
		m, err := to.Names(ctx, q, tenant, list)
		if err != nil {
			return err
		}
		for id, name := range m {
			names[kind+"#"+id.String()] = name
		}
	}
	return nil
}
