package ledger

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
)

// reading gathers a file's rows to vouchers. Books, accounts and records that the rows name are looked up once each.
type reading struct {
	ctx      context.Context // of the one call of importRows that reads
	l        *Ledger
	q        db.R
	who      access.Principal
	tenant   int64
	progress func(ImportStage)

	cols  [columnCount]int // index of each column in the file, -1 for none
	rows  int
	notes *notes

	books  map[string]*target // by name, nil for books that there are not
	refs   [columnCount]map[string]ids.ID
	days   map[string]date.Date
	list   []*incoming
	groups map[group]*incoming
}

// group is what the rows of a voucher share.
type group struct {
	books  ids.ID
	source string
}

// target is books that the file names.
type target struct {
	*Books
	chart    chartOf
	byName   map[string][]string // codes by account name
	closed   date.Month
	existing map[string]*Voucher // by source number
}

// incoming is a voucher of the file; rows are the numbers of its lines' rows. unread means that some cell could not be
// read, bad that the voucher breaks a rule as well or instead.
type incoming struct {
	Voucher
	to        *target
	rows      []int
	reverses  string // source number of the voucher that it reverses
	unread    bool
	bad, same bool
	given     string // the kind as it was given: settling derives it
}

func newReading(ctx context.Context, l *Ledger, who access.Principal, tenant int64, progress func(ImportStage)) *reading {
	return &reading{
		ctx: ctx, l: l, q: l.env.DB.Read(), who: who, tenant: tenant, progress: progress,
		notes: newNotes(), books: map[string]*target{}, days: map[string]date.Date{}, groups: map[group]*incoming{},
	}
}

// header finds the columns by title, with or without the unit.
func (r *reading) header(t *sheet.Table) error {
	known := map[string]column{}
	for c, col := range sheetColumns {
		r.cols[c] = -1
		known[col.Title], known[strings.TrimSuffix(col.Title, "（元）")] = column(c), column(c)
	}
	var unknown, missing []string
	for i, h := range t.Header {
		h = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(h), "*"))
		switch c, ok := known[h]; {
		case ok:
			r.cols[c] = i
		case h != "":
			unknown = append(unknown, "“"+h+"”")
		}
	}
	for _, c := range []column{atBooks, atSource, atDate, atSummary, atAccount, atDebit, atCredit} {
		if r.cols[c] < 0 {
			missing = append(missing, "“"+c.title()+"”")
		}
	}
	if len(unknown)+len(missing) == 0 {
		return nil
	}
	msg := "表头与模板不符："
	if len(missing) > 0 {
		msg += "缺少 " + strings.Join(missing, "、") + "；"
	}
	if len(unknown) > 0 {
		msg += "不认识 " + strings.Join(unknown, "、") + "；"
	}
	return errs.New(errs.Invalid, "import.header", "%s请下载模板对照修改", msg)
}

// line is one row of the file.
type line struct {
	no    int
	cells []string
	r     *reading
}

func (x *line) cell(c column) string {
	if i := x.r.cols[c]; i >= 0 && i < len(x.cells) {
		return strings.TrimSpace(x.cells[i])
	}
	return ""
}

func (x *line) fail(c column, format string, args ...any) {
	x.r.notes.add(x.no, c.title(), x.cell(c), format, args...)
}

// progressEvery is how often the reading of rows is told.
const progressEvery = 5000

// row takes the next row.
func (r *reading) row(no int, cells []string) error {
	if r.rows++; r.rows%progressEvery == 0 {
		if r.progress != nil {
			r.progress(ImportStage{Done: r.rows})
		}
		if err := r.ctx.Err(); err != nil {
			return err
		}
	}
	x := &line{no, cells, r}
	name, source := x.cell(atBooks), plain(x.cell(atSource))
	to, err := r.target(name)
	if err != nil {
		return err
	}
	switch {
	case name == "":
		x.fail(atBooks, "请填写账套")
	case to == nil:
		x.fail(atBooks, "没有名为“%s”的账套，请先新建", name)
	}
	if source == "" {
		x.fail(atSource, "请填写凭证来源号；同一张凭证的各行填相同的来源号")
	}
	if to == nil || source == "" {
		return nil
	}
	g := r.groups[group{to.ID, source}]
	if g == nil {
		g = &incoming{to: to}
		g.Books, g.Source = to.ID, strings.Clone(source)
		r.groups[group{to.ID, g.Source}] = g
		r.list = append(r.list, g)
	}
	return x.join(g)
}

// target finds the books of a name, nil when there are none; whoever may not post there is told so at once.
func (r *reading) target(name string) (*target, error) {
	if to, seen := r.books[name]; seen || name == "" {
		return to, nil
	}
	name = strings.Clone(name)
	b, err := BooksByName(r.ctx, r.q, r.tenant, name)
	if errs.Is(err, errs.NotFound) {
		r.books[name] = nil
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := r.who.Require(permPost, b.Region); err != nil {
		return nil, err
	}
	to := &target{Books: b}
	if err := to.load(r.ctx, r.q, r.tenant); err != nil {
		return nil, err
	}
	r.books[name] = to
	return to, nil
}

// load reads the accounts of the books.
func (t *target) load(ctx context.Context, q db.Q, tenant int64) error {
	accounts, err := Accounts(ctx, q, tenant, t.ID)
	if err != nil {
		return err
	}
	t.chart, t.byName, t.existing = byCode(accounts), map[string][]string{}, map[string]*Voucher{}
	for _, a := range accounts {
		if a.Leaf {
			t.byName[a.Name] = append(t.byName[a.Name], a.Code)
		}
	}
	return nil
}

// join adds the row to its voucher: a line, and what the row says of the voucher as a whole.
func (x *line) join(g *incoming) error {
	before := len(x.r.notes.list) + x.r.notes.more
	first := len(g.rows) == 0
	g.rows = append(g.rows, x.no)
	x.readHead(g, first)
	l := Line{Summary: x.cell(atSummary), Account: x.account(g.to)}
	l.Debit, l.Credit = x.money(atDebit), x.money(atCredit)
	for i := range Dimensions {
		id, err := x.ref(&Dimensions[i], atParty+column(i))
		if err != nil {
			return err
		}
		if id != 0 {
			*Dimensions[i].at(&l) = id
		}
	}
	if n := len(g.Lines); n > 0 && g.Lines[n-1].Summary == l.Summary {
		l.Summary = g.Lines[n-1].Summary // the same text once in memory
	} else {
		l.Summary = strings.Clone(l.Summary)
	}
	if g.Lines == nil {
		g.Lines = make([]Line, 0, 3)
	}
	g.Lines = append(g.Lines, l)
	g.unread = g.unread || len(x.r.notes.list)+x.r.notes.more > before
	return nil
}

// account is the code that a cell means: the code itself, or the name of one account.
func (x *line) account(to *target) string {
	text := x.cell(atAccount)
	if a := to.chart[text]; a != nil {
		return a.Code
	}
	switch codes := to.byName[text]; {
	case len(codes) == 1:
		return codes[0]
	case len(codes) > 1:
		x.fail(atAccount, "名为“%s”的科目有 %d 个（%s），请填科目编码", text, len(codes), strings.Join(codes, "、"))
	}
	return strings.Clone(text)
}

// readHead reads what all rows of a voucher share; later rows may leave it out.
func (x *line) readHead(g *incoming, first bool) {
	if text := x.cell(atDate); text != "" || first {
		d, err := x.r.day(text)
		if err != nil {
			x.fail(atDate, "%s", errs.Message(err))
		} else {
			shared(x, g, atDate, &g.Date, d)
		}
	}
	if text := x.cell(atAttachments); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			x.fail(atAttachments, "“%s”不是整数", text)
		} else {
			shared(x, g, atAttachments, &g.Attachments, n)
		}
	}
	x.sharedText(g, atMaker, &g.Maker)
	x.sharedText(g, atReviewer, &g.Reviewer)
	x.sharedText(g, atKind, &g.given)
	x.sharedText(g, atReverses, &g.reverses)
	x.sharedText(g, atNote, &g.Note)
	switch text := x.cell(atSample); text {
	case "是", "示例":
		g.Sample = true
	case "", "否":
	default:
		x.fail(atSample, "“%s”应填“是”或“否”", text)
	}
}

// day reads a date; a file holds few different ones.
func (r *reading) day(text string) (date.Date, error) {
	if d, ok := r.days[text]; ok {
		return d, nil
	}
	d, err := date.Parse(text)
	if err == nil {
		r.days[strings.Clone(text)] = d
	}
	return d, err
}

func (x *line) sharedText(g *incoming, c column, p *string) {
	text := x.cell(c)
	if text == "" || text == *p {
		return
	}
	if text = plain(text); text != "" {
		shared(x, g, c, p, strings.Clone(text))
	}
}

// shared sets a value of the voucher, which must be the same in all its rows.
func shared[V comparable](x *line, g *incoming, c column, p *V, v V) {
	var none V
	if *p != none && *p != v {
		x.fail(c, "与同一张凭证的第 %d 行不一致", g.rows[0])
		return
	}
	*p = v
}

func (x *line) money(c column) money.Fen {
	text := x.cell(c)
	if text == "" {
		return 0
	}
	fen, err := money.Parse(text)
	if err != nil {
		x.fail(c, "%s", errs.Message(err))
	}
	return fen
}

// ref finds the record that a cell names; each name is looked up once.
func (x *line) ref(d *Dimension, c column) (ids.ID, error) {
	key := x.cell(c)
	if key == "" {
		return 0, nil
	}
	n, ok := x.r.l.env.Noun(d.Kind)
	if !ok {
		x.fail(c, "这里还没有登记%s，请清空", strings.TrimSuffix(c.title(), "编号"))
		return 0, nil
	}
	id, seen := x.r.refs[c][key]
	if !seen {
		var err error
		if id, err = n.Lookup(x.r.ctx, x.r.q, x.r.tenant, key); err != nil && !errs.Is(err, errs.NotFound) {
			return 0, err
		}
		if x.r.refs[c] == nil {
			x.r.refs[c] = map[string]ids.ID{}
		}
		x.r.refs[c][strings.Clone(key)] = id
	}
	if id == 0 {
		x.fail(c, "没有找到%s“%s”，请先登记", n.Info().Label, key)
	}
	return id, nil
}

// value is what stands in a cell of a voucher's row, as far as it is kept.
func (g *incoming) value(row int, c column) string {
	i := slices.Index(g.rows, row)
	if i < 0 || i >= len(g.Lines) {
		return ""
	}
	x := &g.Lines[i]
	switch c {
	case atBooks:
		return g.to.Name
	case atSource:
		return g.Source
	case atDate:
		return g.Date.String()
	case atSummary:
		return x.Summary
	case atAccount:
		return x.Account
	case atDebit:
		return amount(x.Debit)
	case atCredit:
		return amount(x.Credit)
	case atKind:
		return g.given
	case atReviewer:
		return g.Reviewer
	case atReverses:
		return g.reverses
	case atAttachments:
		return strconv.Itoa(g.Attachments)
	}
	return ""
}
