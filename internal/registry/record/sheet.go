package record

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
)

// ImportResult says what an import did, or why it did nothing: with any error nothing is saved.
type ImportResult struct {
	Created, Updated, Same int
	Report                 sheet.Report
}

// The columns that every sheet may carry beside the noun's own.
const (
	colState  = "状态"
	colSample = "示例"
	colNote   = "备注"
)

// plan is how a sheet's columns map to fields.
type plan struct {
	field  []int // index into Fields, or -1
	common []string
}

// ImportOptions steer an import. The zero value tells nobody how far it is.
type ImportOptions struct {
	// Progress is told what is being done, and how many rows are done of how many.
	Progress func(stage string, done, total int)
	// Saved runs in the transaction once all rows are saved; its error undoes them.
	Saved func(ctx context.Context, tx *db.Tx, res *ImportResult) error
}

// ImportTable stores a sheet: every row is checked, then all are saved in one transaction or none. A row whose
// key exists changes that record; its state can then not change, since states change only by their events.
func (n *Any) ImportTable(ctx context.Context, who access.Principal, tenant int64, t *sheet.Table) (ImportResult, error) {
	return n.ImportTableWith(ctx, who, tenant, t, ImportOptions{})
}

// ImportTableWith is ImportTable for long sheets: it says how far it is, and lets the last step join the transaction.
func (n *Any) ImportTableWith(ctx context.Context, who access.Principal, tenant int64, t *sheet.Table, opt ImportOptions) (ImportResult, error) {
	if !who.CanSome(n.Perm(access.Edit)) {
		return ImportResult{}, who.Require(n.Perm(access.Edit), "")
	}
	p, err := n.planColumns(t)
	if err != nil {
		return ImportResult{}, err
	}
	var res ImportResult
	err = n.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		res = ImportResult{Report: sheet.Report{Rows: len(t.Rows)}}
		in := &incoming{t: t, plan: p, res: &res, wrong: map[string]bool{}, same: map[int]bool{}, progress: opt.Progress}
		rows, err := n.parseRows(ctx, tx, in)
		if err != nil {
			return err
		}
		if err := n.saveRows(ctx, tx, who, rows, in); err != nil {
			return err
		}
		if len(res.Report.Errors) > 0 {
			slices.SortStableFunc(res.Report.Errors, func(a, b sheet.RowError) int { return cmp.Compare(a.Row, b.Row) })
			return errRollback
		}
		if opt.Saved != nil {
			return opt.Saved(ctx, tx, &res)
		}
		return nil
	})
	if err == errRollback { //nolint:errorlint // our own sentinel, returned as it is
		res.Created, res.Updated, res.Same = 0, 0, 0
		return res, nil
	}
	return res, err
}

// incoming is a sheet on its way in. wrong are the keys of rows that cannot be saved; what links to them is not judged.
// same are the rows that say nothing new of their records.
type incoming struct {
	t     *sheet.Table
	plan  plan
	res   *ImportResult
	wrong map[string]bool
	same  map[int]bool

	progress func(stage string, done, total int) // may be nil
}

// tellEvery is how many rows are done between two tellings.
const tellEvery = 100

func (in *incoming) tell(stage string, done, total int) {
	if in.progress != nil {
		in.progress(stage, done, total)
	}
}

func (in *incoming) count(rows []parsed) {
	for i := range rows {
		switch {
		case in.same[rows[i].at]:
			in.res.Same++
		case rows[i].old.V == nil:
			in.res.Created++
		default:
			in.res.Updated++
		}
	}
}

// planColumns matches titles to fields and refuses unknown and missing ones by name.
func (n *Any) planColumns(t *sheet.Table) (plan, error) {
	p := plan{field: make([]int, len(t.Header)), common: make([]string, len(t.Header))}
	var unknown []string
	have := map[string]bool{}
	for i, h := range t.Header {
		h = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(h), "*"))
		p.field[i] = slices.IndexFunc(n.Fields, func(f field.Any) bool { return f.Label == h || f.Name == h || sheetTitle(&f) == h })
		switch {
		case p.field[i] >= 0:
			have[n.Fields[p.field[i]].Name] = true
		case h == colState || h == colSample || h == colNote:
			p.common[i] = h
		case h != "":
			unknown = append(unknown, "“"+h+"”")
		}
	}
	var missing []string
	for i := range n.Fields {
		f := &n.Fields[i]
		if n.Requires(f) && !f.ReadOnly && !have[f.Name] {
			missing = append(missing, "“"+sheetTitle(f)+"”")
		}
	}
	if len(unknown)+len(missing) == 0 {
		return p, nil
	}
	msg := "表头与模板不符："
	if len(missing) > 0 {
		msg += "缺少 " + strings.Join(missing, "、") + "；"
	}
	if len(unknown) > 0 {
		msg += "不认识 " + strings.Join(unknown, "、") + "；"
	}
	return p, errs.New(errs.Invalid, "import.header", "%s请下载模板对照修改", msg)
}

// sheetTitle is a field's column title, with its unit.
func sheetTitle(f *field.Any) string {
	if f.Unit != "" {
		return f.Label + "（" + f.Unit + "）"
	}
	return f.Label
}

// parsed is one row on its way in.
type parsed struct {
	at  int  // index into the table's rows
	old Item // empty for a new record
	new Item
	// before are the keys of this row and those above it; late are links to such rows, by field, which can only
	// be found once those rows are saved.
	before map[string]int
	late   map[int]string
}

func (n *Any) parseRows(ctx context.Context, tx *db.Tx, in *incoming) ([]parsed, error) {
	names := nameCache{}
	t, p := in.t, in.plan
	existing, err := n.existing(ctx, tx, t, p)
	if err != nil {
		return nil, err
	}
	seen := map[string]int{}
	rows := make([]parsed, 0, len(t.Rows))
	for i, cells := range t.Rows {
		if i%tellEvery == 0 {
			in.tell("正在检查", i, len(t.Rows))
		}
		key := n.cell(cells, p, n.Key)
		if first, dup := seen[key]; dup && key != "" {
			in.res.fail(t, i, n.Field(n.Key).Label, key, fmt.Sprintf("与第 %d 行重复", t.RowNo[first]))
			continue
		}
		seen[key] = i
		r := parsed{at: i, new: n.New(), before: seen}
		if old, ok := existing[key]; ok && key != "" {
			if err := n.hooks.load(ctx, tx, old.V); err != nil {
				return nil, err
			}
			r.old, r.new = old, n.copy(old)
		}
		bad, err := n.parseRow(ctx, tx, t, i, p, &r, names, in.res)
		if err != nil {
			return nil, err
		}
		if bad {
			in.wrong[key] = true
			continue
		}
		rows = append(rows, r)
	}
	return rows, nil
}

func (n *Any) cell(cells []string, p plan, name string) string {
	for i, f := range p.field {
		if f >= 0 && n.Fields[f].Name == name && i < len(cells) {
			return strings.TrimSpace(cells[i])
		}
	}
	return ""
}

// existing reads the records that the sheet's keys name, in bulk.
func (n *Any) existing(ctx context.Context, tx *db.Tx, t *sheet.Table, p plan) (map[string]Item, error) {
	var keys []string
	for _, cells := range t.Rows {
		if k := n.cell(cells, p, n.Key); k != "" {
			keys = append(keys, k)
		}
	}
	out := map[string]Item{}
	for chunk := range slices.Chunk(keys, nameChunk) {
		err := n.table.Each(ctx, tx, db.In(db.NewWhere(tx.Tenant), n.Field(n.Key).Column, chunk), "id", func(v any) {
			it := n.item(v)
			out[n.KeyOf(it)] = it
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (n *Any) parseRow(ctx context.Context, tx *db.Tx, t *sheet.Table, i int, p plan, r *parsed, names nameCache, res *ImportResult) (bad bool, err error) {
	cells := t.Rows[i]
	before := len(res.Report.Errors)
	row := r.new
	for c, fi := range p.field {
		value := ""
		if c < len(cells) {
			value = cells[c]
		}
		if fi < 0 {
			n.setCommon(t, i, p.common[c], value, r, res)
			continue
		}
		f := &n.Fields[fi]
		if f.ReadOnly {
			continue
		}
		if _, above := r.before[strings.TrimSpace(value)]; above && f.Kind == field.Ref && f.RefTo == n.Kind && value != "" {
			if r.late == nil {
				r.late = map[int]string{}
			}
			r.late[fi] = value
			continue
		}
		if err := n.setText(ctx, tx, row.Region, f, r.new, value, names); err != nil {
			if e := errs.As(err); e == nil || e.Kind == errs.Internal || e.Kind == errs.Unavailable {
				return true, err
			}
			res.fail(t, i, f.Label, value, fieldMessage(err))
		}
	}
	if r.old.V == nil && row.State == "" && n.Machine != nil {
		row.State = n.Machine.Initial()
	}
	return len(res.Report.Errors) > before, nil
}

func fieldMessage(err error) string {
	if e := errs.As(err); e != nil && len(e.Fields) > 0 {
		return e.Fields[0].Msg
	}
	return errs.Message(err)
}

func (n *Any) setCommon(t *sheet.Table, i int, col, value string, r *parsed, res *ImportResult) {
	row := r.new
	switch col {
	case colSample:
		row.Sample = value == "是" || value == "示例"
	case colNote:
		row.Note = value
	case colState:
		if value == "" || n.Machine == nil {
			return
		}
		s, ok := n.Machine.StateByLabel(value)
		switch {
		case !ok:
			res.fail(t, i, colState, value, "没有这个状态")
		case r.old.V != nil && s.Code != r.old.State:
			res.fail(t, i, colState, value, "已有记录的状态只能在页面上通过操作改变，不能导入")
		default:
			row.State = s.Code
		}
	}
}

func (r *ImportResult) fail(t *sheet.Table, i int, column, value, msg string) {
	r.Report.Add(t.RowNo[i], column, value, "%s", msg)
}

// refusal tells an error that is about the row from one that ends the import.
func refusal(err error) bool {
	e := errs.As(err)
	return e != nil && e.Kind != errs.Internal && e.Kind != errs.Unavailable
}

// report puts a refused row's sentences on its row and columns.
func (n *Any) report(in *incoming, r parsed, err error) {
	cells := in.t.Rows[r.at]
	in.wrong[n.cell(cells, in.plan, n.Key)] = true
	e := errs.As(err)
	for _, f := range e.Fields {
		label := f.Name
		if fd := n.Field(f.Name); fd != nil {
			label = fd.Label
		}
		in.res.fail(in.t, r.at, label, n.cell(cells, in.plan, f.Name), f.Msg)
	}
	if len(e.Fields) == 0 {
		in.res.fail(in.t, r.at, "", "", e.Msg)
	}
}

// hangs reports whether a row links to one that was refused: that row's own error says enough.
func (in *incoming) hangs(r parsed) bool {
	for _, text := range r.late {
		if in.wrong[strings.TrimSpace(text)] {
			return true
		}
	}
	return false
}

// same reports whether a row says nothing new of its record.
func (n *Any) same(old, v Item) bool {
	if old.Sample != v.Sample || old.Note != v.Note {
		return false
	}
	for i := range n.Fields {
		f := &n.Fields[i]
		if f.ReadOnly {
			continue
		}
		equal := true
		switch {
		case f.Ref != nil:
			equal = *f.Ref(old.V) == *f.Ref(v.V)
		case f.Refs != nil:
			x, y := slices.Sorted(slices.Values(*f.Refs(old.V))), slices.Sorted(slices.Values(*f.Refs(v.V)))
			equal = slices.Equal(x, y)
		case f.Code != nil:
			equal = *f.Code(old.V) == *f.Code(v.V)
		case f.Get != nil:
			equal = f.Get(old.V) == f.Get(v.V)
		}
		if !equal {
			return false
		}
	}
	return true
}

// setLate fills in a row's links to rows above it.
func (n *Any) setLate(ctx context.Context, tx *db.Tx, r parsed, v Item) error {
	for fi, text := range r.late {
		f := &n.Fields[fi]
		if err := n.setText(ctx, tx, v.Region, f, v, text, nameCache{}); err != nil {
			return onField(f.Name, err)
		}
	}
	return nil
}

// sheetKinds are the cell kinds of exports; quantities carry their unit and so are text.
var sheetKinds = map[field.Kind]sheet.Kind{field.Money: sheet.Money, field.Int: sheet.Integer, field.Day: sheet.Date}

// SheetHeader returns the columns of an export: the fields, then state, sample mark and note.
func (n *Any) SheetHeader() []sheet.Column {
	var out []sheet.Column
	for i := range n.Fields {
		out = append(out, sheet.Column{Title: sheetTitle(&n.Fields[i]), Kind: sheetKinds[n.Fields[i].Kind]})
	}
	if n.Machine != nil {
		out = append(out, sheet.Column{Title: colState})
	}
	return append(out, sheet.Column{Title: colSample}, sheet.Column{Title: colNote})
}

// sheetRow returns a record's cells under SheetHeader; links and masks as on screen.
func (n *Any) sheetRow(ctx context.Context, tenant int64, v Item, names nameCache) ([]string, error) {
	q := n.env.ForTenant(tenant)
	texts, err := n.texts(ctx, q, v, names)
	if err != nil {
		return nil, err
	}
	var out []string
	for i := range n.Fields {
		out = append(out, texts[n.Fields[i].Name])
	}
	if n.Machine != nil {
		out = append(out, n.Machine.State(v.State).Label)
	}
	sample := ""
	if v.Sample {
		sample = "是"
	}
	return append(out, sample, v.Note), nil
}

// Sheet returns the columns and rows of an export: all records of the filter that who may see, links and masks as
// on screen. An error ends the rows and is yielded last.
func (n *Any) Sheet(ctx context.Context, who access.Principal, tenant int64, f Filter) ([]sheet.Column, iter.Seq2[[]string, error]) {
	names := nameCache{}
	return n.SheetHeader(), func(yield func([]string, error) bool) {
		stopped := false
		err := n.Each(ctx, who, tenant, f, func(v Item) error {
			cells, err := n.sheetRow(ctx, tenant, v, names)
			if err == nil && !yield(cells, nil) {
				stopped = true
				return errRollback
			}
			return err
		})
		if err != nil && !stopped {
			yield(nil, err)
		}
	}
}
