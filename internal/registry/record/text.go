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
func (n *Any) Texts(ctx context.Context, q db.Q, v Item) (map[string]string, error) {
	return n.texts(ctx, q, v, nameCache{})
}

func (n *Any) texts(ctx context.Context, q db.Q, v Item, names nameCache) (map[string]string, error) {
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

func (n *Any) text(ctx context.Context, q db.Q, f *field.Any, v Item, names nameCache) (string, error) {
	switch f.Kind {
	case field.Ref:
		return n.refName(ctx, q, f.RefTo, *f.Ref(v.V), names)
	case field.Refs:
		var parts []string
		for _, id := range *f.Refs(v.V) {
			s, err := n.refName(ctx, q, f.RefTo, id, names)
			if err != nil {
				return "", err
			}
			parts = append(parts, s)
		}
		return strings.Join(parts, "、"), nil
	case field.Region:
		if *f.Code(v.V) == "" {
			return "", nil
		}
		return n.env.Regions.Name(ctx, *f.Code(v.V)), nil
	case field.Sealed:
		return n.mask(f, *f.Code(v.V)), nil
	}
	return f.Get(v.V), nil
}

// mask shows enough of a sealed text to recognise it.
func (n *Any) mask(f *field.Any, sealed string) string {
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

func (n *Any) refName(ctx context.Context, q db.Q, kind string, id ids.ID, names nameCache) (string, error) {
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

// SetTexts parses texts by field name into v. All mistakes are reported at once, beside their fields. Absent
// names leave the field as it is; a sealed field left at its mask stays as it is.
func (n *Any) SetTexts(ctx context.Context, q db.Q, scope string, v Item, in map[string]string) error {
	return n.setTexts(ctx, q, scope, v, in, nameCache{})
}

func (n *Any) setTexts(ctx context.Context, q db.Q, scope string, v Item, in map[string]string, names nameCache) error {
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

func (n *Any) setText(ctx context.Context, q db.Q, scope string, f *field.Any, v Item, s string, names nameCache) error {
	switch f.Kind {
	case field.Ref:
		id, err := n.resolve(ctx, q, f, s, names)
		if err != nil {
			return err
		}
		*f.Ref(v.V) = id
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
		*f.Refs(v.V) = list
	case field.Region:
		c, err := n.regionCode(ctx, s, scope, names)
		if err != nil {
			return err
		}
		*f.Code(v.V) = c
	case field.Sealed:
		return n.seal(f, v, s)
	default:
		return f.Set(v.V, s)
	}
	return nil
}

func (n *Any) resolve(ctx context.Context, q db.Q, f *field.Any, s string, names nameCache) (ids.ID, error) {
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

func (n *Any) regionCode(ctx context.Context, s, scope string, names nameCache) (string, error) {
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

func (n *Any) seal(f *field.Any, v Item, s string) error {
	s = strings.TrimSpace(s)
	p := f.Code(v.V)
	if s == n.mask(f, *p) && s != "" {
		return nil
	}
	if s == "" {
		*p = ""
		return nil
	}
	if f.Set != nil { // a check of the plain text, such as a check digit
		if err := f.Set(v.V, s); err != nil {
			return err
		}
	}
	*p = n.env.Box.Seal(s, n.Kind+"."+f.Name)
	return nil
}

func (n *Any) empty(f *field.Any, v Item) bool {
	switch f.Kind {
	case field.Ref:
		return *f.Ref(v.V) == 0
	case field.Refs:
		return len(*f.Refs(v.V)) == 0
	case field.Region, field.Sealed:
		return *f.Code(v.V) == ""
	case field.Money:
		return *f.Fen(v.V) == 0
	case field.Int, field.Bool:
		return false
	}
	return f.Get(v.V) == ""
}

func (n *Any) regionField() *field.Any {
	for i := range n.Fields {
		if n.Fields[i].Kind == field.Region {
			return &n.Fields[i]
		}
	}
	return nil
}

// diff lists what changed, in the words that people see; a new record lists all that is filled in.
func (n *Any) diff(ctx context.Context, q db.Q, old, v Item, names nameCache) ([]audit.Change, error) {
	if names == nil {
		names = nameCache{}
	}
	before := map[string]string{}
	if old.V != nil {
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
		if old.V != nil {
			b = n.Machine.State(old.State).Label
		}
		if a := n.Machine.State(v.State).Label; a != b {
			out = append(out, audit.Change{Label: "状态", Before: b, After: a})
		}
	}
	if old.V != nil && old.Note != v.Note {
		out = append(out, audit.Change{Label: "备注", Before: old.Note, After: v.Note})
	}
	return out, nil
}

// fingerprint is the input of a create command, to tell a repeated submission from another one under its key.
func (n *Any) fingerprint(v Item) string {
	var b strings.Builder
	for i := range n.Fields {
		f := &n.Fields[i]
		switch {
		case f.Kind == field.Sealed:
		case f.Ref != nil:
			b.WriteString(f.Ref(v.V).String())
		case f.Refs != nil:
			for _, id := range *f.Refs(v.V) {
				b.WriteString(id.String() + ",")
			}
		case f.Code != nil:
			b.WriteString(*f.Code(v.V))
		default:
			b.WriteString(f.Get(v.V))
		}
		b.WriteByte(0)
	}
	return b.String()
}
