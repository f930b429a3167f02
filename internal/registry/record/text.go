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
	"huicun/internal/registry/audit"
	"huicun/internal/registry/region"
)

// nameCache keeps names and keys that were looked up within one request or import.
type nameCache map[string]string

// Texts returns a record's fields as canonical text by field name: links as natural keys, divisions as names,
// personal data masked.
func (n *Noun[T]) Texts(ctx context.Context, q db.Q, v *T) (map[string]string, error) {
	return n.texts(ctx, q, v, nameCache{})
}

func (n *Noun[T]) texts(ctx context.Context, q db.Q, v *T, names nameCache) (map[string]string, error) {
	out := make(map[string]string, len(n.Fields))
	for i := range n.Fields {
		f := &n.Fields[i]
		s, err := n.text(ctx, q, f, v, names)
		if err != nil {
			return nil, err
		}
		out[f.Name] = s
	}
	return out, nil
}

func (n *Noun[T]) text(ctx context.Context, q db.Q, f *field.Field[T], v *T, names nameCache) (string, error) {
	switch f.Kind {
	case field.Ref:
		return n.refName(ctx, q, f.RefTo, *f.RefPtr(v), names)
	case field.Refs:
		var parts []string
		for _, id := range *f.RefsPtr(v) {
			s, err := n.refName(ctx, q, f.RefTo, id, names)
			if err != nil {
				return "", err
			}
			parts = append(parts, s)
		}
		return strings.Join(parts, "、"), nil
	case field.Region:
		if *f.CodePtr(v) == "" {
			return "", nil
		}
		return n.env.Regions.Name(ctx, *f.CodePtr(v)), nil
	case field.Sealed:
		return n.mask(f, *f.CodePtr(v)), nil
	}
	return f.Get(v), nil
}

// mask shows enough of a sealed text to recognise it.
func (n *Noun[T]) mask(f *field.Field[T], sealed string) string {
	if sealed == "" {
		return ""
	}
	plain, err := n.env.Box.Open(sealed, n.Kind+"."+f.Name)
	if err != nil {
		return "（无法解密）"
	}
	r := []rune(plain)
	switch {
	case len(r) >= 15:
		return string(r[:6]) + "********" + string(r[len(r)-4:])
	case len(r) >= 8:
		return string(r[:3]) + "****" + string(r[len(r)-4:])
	}
	return "****"
}

func (n *Noun[T]) refName(ctx context.Context, q db.Q, kind string, id ids.ID, names nameCache) (string, error) {
	if id == 0 {
		return "", nil
	}
	k := kind + "#" + id.String()
	if s, ok := names[k]; ok {
		return s, nil
	}
	to, ok := n.env.Noun(kind)
	if !ok {
		return "", errs.New(errs.Internal, "record.kind", "unknown kind %s", kind)
	}
	m, err := to.Names(ctx, q, tenantOf(q), []ids.ID{id})
	if err != nil {
		return "", err
	}
	names[k] = m[id]
	return m[id], nil
}

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

// ForTenant returns a read handle for one tenant's records.
func (e *Env) ForTenant(tenant int64) db.Q { return tenantQ{e.DB.Read(), tenant} }

// SetTexts parses texts by field name into v. All mistakes are reported at once, beside their fields. Absent
// names leave the field as it is; a sealed field left at its mask stays as it is.
func (n *Noun[T]) SetTexts(ctx context.Context, q db.Q, scope string, v *T, in map[string]string) error {
	return n.setTexts(ctx, q, scope, v, in, nameCache{})
}

func (n *Noun[T]) setTexts(ctx context.Context, q db.Q, scope string, v *T, in map[string]string, names nameCache) error {
	var l errs.List
	for i := range n.Fields {
		f := &n.Fields[i]
		s, ok := in[f.Name]
		if !ok || f.ReadOnly {
			continue
		}
		if err := n.setText(ctx, q, scope, f, v, s, names); err != nil && !l.Merge(f.Name, onField(f.Name, err)) {
			return err
		}
	}
	return l.Err()
}

// onField moves a sentence about a link or division beside its field.
func onField(name string, err error) error {
	if e := errs.As(err); e != nil && e.Kind != errs.Internal && e.Kind != errs.Unavailable {
		if len(e.Fields) == 0 {
			return errs.OnField(name, "%s", e.Msg)
		}
	}
	return err
}

func (n *Noun[T]) setText(ctx context.Context, q db.Q, scope string, f *field.Field[T], v *T, s string, names nameCache) error {
	switch f.Kind {
	case field.Ref:
		id, err := n.resolve(ctx, q, f, s, names)
		if err != nil {
			return err
		}
		*f.RefPtr(v) = id
	case field.Refs:
		var list []ids.ID
		for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、,，;；\n", r) }) {
			id, err := n.resolve(ctx, q, f, part, names)
			if err != nil {
				return err
			}
			if id != 0 && !slices.Contains(list, id) {
				list = append(list, id)
			}
		}
		*f.RefsPtr(v) = list
	case field.Region:
		c, err := n.regionCode(ctx, s, scope, names)
		if err != nil {
			return err
		}
		*f.CodePtr(v) = c
	case field.Sealed:
		return n.seal(f, v, s)
	default:
		return f.Set(v, s)
	}
	return nil
}

func (n *Noun[T]) resolve(ctx context.Context, q db.Q, f *field.Field[T], s string, names nameCache) (ids.ID, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return 0, nil
	}
	k := f.RefTo + "=" + s
	if c, ok := names[k]; ok {
		if c == "" {
			return 0, unknownRef(n.env, f.RefTo, s)
		}
		return ids.Parse(c)
	}
	to, ok := n.env.Noun(f.RefTo)
	if !ok {
		return 0, errs.New(errs.Internal, "record.kind", "unknown kind %s", f.RefTo)
	}
	id, err := to.Lookup(ctx, q, tenantOf(q), s)
	if errs.Is(err, errs.NotFound) {
		names[k] = ""
		return 0, unknownRef(n.env, f.RefTo, s)
	}
	if err != nil {
		return 0, err
	}
	names[k] = id.String()
	return id, nil
}

func unknownRef(e *Env, kind, key string) error {
	to, _ := e.Noun(kind)
	return errs.New(errs.Invalid, "ref.unknown", "没有找到%s“%s”；请从提示中选择，或先新建它", to.Info().Label, key)
}

func (n *Noun[T]) regionCode(ctx context.Context, s, scope string, names nameCache) (string, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", nil
	}
	if c, ok := names["region="+s]; ok {
		return c, nil
	}
	if scope == "" {
		scope = region.Nation
	}
	// Names are looked for in the whole county, so that a person working in one village can name another.
	if len(code.Prefix(scope)) > 6 {
		scope, _ = code.Region(code.Prefix(scope)[:6])
	}
	r, err := n.env.Regions.Resolve(ctx, s, scope)
	if errs.Is(err, errs.NotFound) {
		return "", errs.New(errs.Invalid, "region.unknown", "%s", errs.Message(err))
	}
	if err != nil {
		return "", err
	}
	names["region="+s] = r.Code
	return r.Code, nil
}

func (n *Noun[T]) seal(f *field.Field[T], v *T, s string) error {
	s = strings.TrimSpace(s)
	p := f.CodePtr(v)
	if s == n.mask(f, *p) && s != "" {
		return nil
	}
	if s == "" {
		*p = ""
		return nil
	}
	if f.Set != nil { // a check of the plain text, such as a check digit
		if err := f.Set(v, s); err != nil {
			return err
		}
	}
	*p = n.env.Box.Seal(s, n.Kind+"."+f.Name)
	return nil
}

func (n *Noun[T]) empty(f *field.Field[T], v *T) bool {
	switch f.Kind {
	case field.Ref:
		return *f.RefPtr(v) == 0
	case field.Refs:
		return len(*f.RefsPtr(v)) == 0
	case field.Region, field.Sealed:
		return *f.CodePtr(v) == ""
	case field.Money:
		return *f.FenPtr(v) == 0
	case field.Int, field.Bool:
		return false
	}
	return f.Get(v) == ""
}

func (n *Noun[T]) regionField() *field.Field[T] {
	for i := range n.Fields {
		if n.Fields[i].Kind == field.Region {
			return &n.Fields[i]
		}
	}
	return nil
}

// diff lists what changed, in the words that people see; a new record lists all that is filled in.
func (n *Noun[T]) diff(ctx context.Context, q db.Q, old, v *T, names nameCache) ([]audit.Change, error) {
	if names == nil {
		names = nameCache{}
	}
	before := map[string]string{}
	if old != nil {
		var err error
		if before, err = n.texts(ctx, q, old, names); err != nil {
			return nil, err
		}
	}
	after, err := n.texts(ctx, q, v, names)
	if err != nil {
		return nil, err
	}
	var out []audit.Change
	for i := range n.Fields {
		f := &n.Fields[i]
		if before[f.Name] != after[f.Name] {
			out = append(out, audit.Change{Label: f.Label, Before: before[f.Name], After: after[f.Name]})
		}
	}
	if n.Machine != nil {
		var b string
		if old != nil {
			b = n.Machine.State(n.Row(old).State).Label
		}
		if a := n.Machine.State(n.Row(v).State).Label; a != b {
			out = append(out, audit.Change{Label: "状态", Before: b, After: a})
		}
	}
	if old != nil && n.Row(old).Note != n.Row(v).Note {
		out = append(out, audit.Change{Label: "备注", Before: n.Row(old).Note, After: n.Row(v).Note})
	}
	return out, nil
}

// fingerprint is the input of a create command, to tell a repeated submission from another one under its key.
func (n *Noun[T]) fingerprint(v *T) string {
	var b strings.Builder
	for i := range n.Fields {
		f := &n.Fields[i]
		switch {
		case f.Kind == field.Sealed:
		case f.RefPtr != nil:
			b.WriteString(f.RefPtr(v).String())
		case f.RefsPtr != nil:
			for _, id := range *f.RefsPtr(v) {
				b.WriteString(id.String() + ",")
			}
		case f.CodePtr != nil:
			b.WriteString(*f.CodePtr(v))
		default:
			b.WriteString(f.Get(v))
		}
		b.WriteByte(0)
	}
	return b.String()
}
