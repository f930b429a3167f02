package ledger

import (
	"cmp"
	"context"
	"errors"
	"maps"
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
	"huicun/internal/registry/audit"
	"huicun/internal/registry/find"
	"huicun/internal/registry/record"
)

// importer is one import on its way: rows gathered to vouchers, and what they need from the store.
type importer struct {
	l    *Ledger
	tx   *db.Tx
	who  access.Principal
	t    *sheet.Table
	cols map[string]int // index by title, -1 for none
	res  *record.ImportResult

	books  map[string]*target
	refs   map[string]ids.ID // by kind and key, 0 for not found
	list   []*incoming
	groups map[group]*incoming
	wrong  map[cellAt]bool
}

type group struct {
	books  ids.ID
	source string
}

type cellAt struct {
	row    int
	column string
}

// target is books that the sheet names.
type target struct {
	*Books
	chart    chartOf
	byName   map[string][]string // codes by account name
	closed   date.Month
	existing map[string]*Voucher // by source number
}

// incoming is a voucher of the sheet; rows are the indexes of its lines' rows.
type incoming struct {
	Voucher
	to       *target
	rows     []int
	reverses string // source number of the voucher that it reverses
	bad      bool
	same     bool
}

var errRollback = errors.New("roll back")

// ImportVouchers posts the vouchers of a sheet, one row per line, all or none. The rows of a voucher share its
// source number; a voucher that is there already with the same content is left as it is, with other content it
// is an error, since what is posted never changes.
func (l *Ledger) ImportVouchers(ctx context.Context, who access.Principal, tenant int64, t *sheet.Table) (record.ImportResult, error) {
	if !who.CanSome(permPost) {
		return record.ImportResult{}, who.Require(permPost, "")
	}
	cols, err := planColumns(t)
	if err != nil {
		return record.ImportResult{}, err
	}
	var res record.ImportResult
	err = l.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		res = record.ImportResult{Report: sheet.Report{Rows: len(t.Rows)}}
		im := &importer{
			l: l, tx: tx, who: who, t: t, cols: cols, res: &res,
			books: map[string]*target{}, refs: map[string]ids.ID{}, groups: map[group]*incoming{}, wrong: map[cellAt]bool{},
		}
		for _, step := range []func(context.Context) error{im.loadBooks, im.readRows, im.check, im.compare, im.checkReversals} {
			if err := step(ctx); err != nil {
				return err
			}
		}
		if len(res.Report.Errors) > 0 {
			slices.SortStableFunc(res.Report.Errors, func(a, b sheet.RowError) int { return cmp.Compare(a.Row, b.Row) })
			return errRollback
		}
		return im.save(ctx)
	})
	if errors.Is(err, errRollback) {
		res.Created, res.Same = 0, 0
		return res, nil
	}
	return res, err
}

// planColumns finds the columns by title, with or without the unit.
func planColumns(t *sheet.Table) (map[string]int, error) {
	cols := map[string]int{}
	known := map[string]string{}
	for _, c := range SheetColumns() {
		cols[c.Title] = -1
		known[c.Title] = c.Title
		known[strings.TrimSuffix(c.Title, "（元）")] = c.Title
	}
	var unknown, missing []string
	for i, h := range t.Header {
		h = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(h), "*"))
		switch title, ok := known[h]; {
		case ok:
			cols[title] = i
		case h != "":
			unknown = append(unknown, "“"+h+"”")
		}
	}
	for _, title := range []string{colBooks, colSource, colDate, colSummary, colAccount, colDebit, colCredit} {
		if cols[title] < 0 {
			missing = append(missing, "“"+title+"”")
		}
	}
	if len(unknown)+len(missing) == 0 {
		return cols, nil
	}
	msg := "表头与模板不符："
	if len(missing) > 0 {
		msg += "缺少 " + strings.Join(missing, "、") + "；"
	}
	if len(unknown) > 0 {
		msg += "不认识 " + strings.Join(unknown, "、") + "；"
	}
	return nil, errs.New(errs.Invalid, "import.header", "%s请下载模板对照修改", msg)
}

func (im *importer) cell(row int, title string) string {
	if i := im.cols[title]; i >= 0 && i < len(im.t.Rows[row]) {
		return strings.TrimSpace(im.t.Rows[row][i])
	}
	return ""
}

// fail notes a wrong cell once.
func (im *importer) fail(row int, title, format string, args ...any) {
	if at := (cellAt{row, title}); title == "" || !im.wrong[at] {
		im.wrong[at] = true
		im.res.Report.Add(im.t.RowNo[row], title, im.cell(row, title), format, args...)
	}
}

// loadBooks reads and locks the books that the sheet names, in the order of their ids, with their accounts. The
// lock keeps two imports into the same books, and the opening and closing of months, apart.
func (im *importer) loadBooks(ctx context.Context) error {
	var names []string
	for i := range im.t.Rows {
		if n := im.cell(i, colBooks); im.books[n] == nil {
			im.books[n] = &target{}
			names = append(names, n)
		}
	}
	im.books = map[string]*target{}
	var list []Books
	for chunk := range slices.Chunk(names, perStatement) {
		found, err := booksTable.All(ctx, im.tx, db.In(db.NewWhere(im.tx.Tenant), "name", chunk), "id")
		if err != nil {
			return err
		}
		list = append(list, found...)
	}
	slices.SortFunc(list, func(a, b Books) int { return cmp.Compare(a.ID, b.ID) })
	for _, found := range list {
		if err := im.who.Require(permPost, found.Region); err != nil {
			return err
		}
		b, err := lockBooks(ctx, im.tx, found.ID)
		if err != nil {
			return err
		}
		accounts, err := Accounts(ctx, im.tx, im.tx.Tenant, b.ID)
		if err != nil {
			return err
		}
		to := &target{Books: b, chart: byCode(accounts), byName: map[string][]string{}, existing: map[string]*Voucher{}}
		for _, a := range accounts {
			if a.Leaf {
				to.byName[a.Name] = append(to.byName[a.Name], a.Code)
			}
		}
		if to.closed, err = lastClosed(ctx, im.tx, b.ID); err != nil {
			return err
		}
		im.books[b.Name] = to
	}
	return nil
}

func (im *importer) readRows(ctx context.Context) error {
	for row := range im.t.Rows {
		name, source := im.cell(row, colBooks), plain(im.cell(row, colSource))
		to := im.books[name]
		switch {
		case name == "":
			im.fail(row, colBooks, "请填写账套")
		case to == nil:
			im.fail(row, colBooks, "没有名为“%s”的账套，请先新建", name)
		}
		if source == "" {
			im.fail(row, colSource, "请填写凭证来源号；同一张凭证的各行填相同的来源号")
		}
		if to == nil || source == "" {
			continue
		}
		g := im.groups[group{to.ID, source}]
		if g == nil {
			g = &incoming{to: to}
			g.Books, g.Source = to.ID, source
			im.groups[group{to.ID, source}] = g
			im.list = append(im.list, g)
		}
		if err := im.readRow(ctx, g, row); err != nil {
			return err
		}
	}
	return nil
}

// readRow reads a line and what its row says of the voucher as a whole.
func (im *importer) readRow(ctx context.Context, g *incoming, row int) error {
	before := len(im.res.Report.Errors)
	first := len(g.rows) == 0
	g.rows = append(g.rows, row)
	im.readHead(g, row, first)
	x := Line{Summary: im.cell(row, colSummary), Account: im.cell(row, colAccount)}
	if g.to.chart[x.Account] == nil {
		switch codes := g.to.byName[x.Account]; {
		case len(codes) == 1:
			x.Account = codes[0]
		case len(codes) > 1:
			im.fail(row, colAccount, "名为“%s”的科目有 %d 个（%s），请填科目编码", x.Account, len(codes), strings.Join(codes, "、"))
		}
	}
	x.Debit, x.Credit = im.money(row, colDebit), im.money(row, colCredit)
	for i := range Dimensions {
		id, err := im.ref(ctx, row, &Dimensions[i])
		if err != nil {
			return err
		}
		*Dimensions[i].at(&x) = id
	}
	g.Lines = append(g.Lines, x)
	g.bad = g.bad || len(im.res.Report.Errors) > before
	return nil
}

// readHead reads what all rows of a voucher share; later rows may leave it out.
func (im *importer) readHead(g *incoming, row int, first bool) {
	if text := im.cell(row, colDate); text != "" || first {
		d, err := date.Parse(text)
		if err != nil {
			im.fail(row, colDate, "%s", errs.Message(err))
		} else {
			shared(im, g, row, colDate, &g.Date, d)
		}
	}
	if text := im.cell(row, colAttachments); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			im.fail(row, colAttachments, "“%s”不是整数", text)
		} else {
			shared(im, g, row, colAttachments, &g.Attachments, n)
		}
	}
	for title, p := range map[string]*string{
		colMaker: &g.Maker, colReviewer: &g.Reviewer, colKind: &g.Kind, colReverses: &g.reverses, colNote: &g.Note,
	} {
		if text := plain(im.cell(row, title)); text != "" {
			shared(im, g, row, title, p, text)
		}
	}
	switch text := im.cell(row, colSample); text {
	case "是", "示例":
		g.Sample = true
	case "", "否":
	default:
		im.fail(row, colSample, "“%s”应填“是”或“否”", text)
	}
}

// shared sets a value of the voucher, which must be the same in all its rows.
func shared[V comparable](im *importer, g *incoming, row int, title string, p *V, v V) {
	var none V
	if *p != none && *p != v {
		im.fail(row, title, "与同一张凭证的第 %d 行不一致", im.t.RowNo[g.rows[0]])
		return
	}
	*p = v
}

func (im *importer) money(row int, title string) money.Fen {
	text := im.cell(row, title)
	if text == "" {
		return 0
	}
	fen, err := money.Parse(text)
	if err != nil {
		im.fail(row, title, "%s", errs.Message(err))
	}
	return fen
}

// ref finds the record that a cell names; each name is looked up once.
func (im *importer) ref(ctx context.Context, row int, d *Dimension) (ids.ID, error) {
	key := im.cell(row, d.title)
	if key == "" {
		return 0, nil
	}
	n, ok := im.l.env.Noun(d.Kind)
	if !ok {
		im.fail(row, d.title, "这里还没有登记%s，请清空", strings.TrimSuffix(d.title, "编号"))
		return 0, nil
	}
	id, seen := im.refs[d.Kind+"="+key]
	if !seen {
		var err error
		if id, err = n.Lookup(ctx, im.tx, im.tx.Tenant, key); err != nil && !errs.Is(err, errs.NotFound) {
			return 0, err
		}
		im.refs[d.Kind+"="+key] = id
	}
	if id == 0 {
		im.fail(row, d.title, "没有找到%s“%s”，请先登记", n.Info().Label, key)
	}
	return id, nil
}

// titles are the columns of a voucher's inputs.
var titles = map[string]string{
	"date": colDate, "summary": colSummary, "account": colAccount, "debit": colDebit, "credit": colCredit,
	"attachments": colAttachments, "kind": colKind,
	"party": colParty, "contract": colContract, "asset": colAsset, "project": colProject, "member": colMember,
}

// check runs the rules over each voucher.
func (im *importer) check(context.Context) error {
	for _, g := range im.list {
		if g.reverses != "" {
			g.Reverses = -1 // found by checkReversals; the rules need to know that amounts are negative
		}
		err := settle(g.to.Books, g.to.chart, &g.Voucher)
		if e := errs.As(err); e != nil {
			for _, f := range e.Fields {
				im.failField(g, f)
			}
		} else if err != nil {
			return err
		}
		g.bad = g.bad || err != nil
		if g.Month != 0 && g.Month <= g.to.closed && g.to.takes(g.Month) == nil {
			im.fail(g.rows[0], colDate, "%s", errs.Message(closedMonth(g.Month, g.to.closed)))
		}
		if g.Maker != "" && g.Maker == g.Reviewer {
			im.fail(g.rows[0], colReviewer, "审核人不能是制单人（%s）", g.Maker)
		}
	}
	return nil
}

// failField puts a rule's sentence on the row and column that it is about. Sums of a voucher with unreadable
// amounts say nothing.
func (im *importer) failField(g *incoming, f errs.Field) {
	row, name := g.rows[0], f.Name
	if rest, ok := strings.CutPrefix(name, "lines["); ok {
		at, input, _ := strings.Cut(rest, "].")
		if i, err := strconv.Atoi(at); err == nil && i < len(g.rows) {
			row, name = g.rows[i], input
		}
	}
	if name == "lines" && g.bad || (name == "debit" || name == "credit") && (im.wrong[cellAt{row, colDebit}] || im.wrong[cellAt{row, colCredit}]) {
		return
	}
	im.fail(row, titles[name], "%s", f.Msg)
}

// compare finds the vouchers that are there already.
func (im *importer) compare(ctx context.Context) error {
	for _, name := range slices.Sorted(maps.Keys(im.books)) {
		to := im.books[name]
		var sources []string
		for _, g := range im.list {
			if g.to == to {
				sources = append(sources, g.Source)
			}
			if g.to == to && g.reverses != "" {
				sources = append(sources, g.reverses)
			}
		}
		found, err := bySource(ctx, im.tx, to.ID, sources)
		if err != nil {
			return err
		}
		for _, v := range found {
			to.existing[v.sourceNo()] = v
		}
	}
	for _, g := range im.list {
		old := g.to.existing[g.Source]
		if g.bad || old == nil {
			continue
		}
		if g.reverses != "" {
			if v := im.reversed(g); v != nil {
				g.Reverses = v.ID
			}
		}
		if g.same = sameContent(old, &g.Voucher); !g.same {
			im.fail(g.rows[0], colSource, "这个来源号的凭证已有（%s，%s），内容不同；已记账的凭证不能改，请冲销后用新的来源号导入",
				old.FullNo, Machine.State(old.State).Label)
		}
	}
	return nil
}

func sameContent(old, v *Voucher) bool {
	return old.State == Posted && old.Date == v.Date && old.Kind == v.Kind && old.Attachments == v.Attachments &&
		old.Reverses == v.Reverses && slices.Equal(old.Lines, v.Lines)
}

// reversed finds the voucher that g reverses: one that is there, or another of the sheet.
func (im *importer) reversed(g *incoming) *Voucher {
	if v := g.to.existing[g.reverses]; v != nil {
		return v
	}
	if o := im.groups[group{g.to.ID, g.reverses}]; o != nil {
		return &o.Voucher
	}
	return nil
}

// checkReversals puts the new vouchers in the order of posting, gives them their ids and ties reversals to what
// they reverse.
func (im *importer) checkReversals(ctx context.Context) error {
	slices.SortStableFunc(im.list, func(a, b *incoming) int {
		return cmp.Or(cmp.Compare(a.Books, b.Books), a.Date.Compare(b.Date), cmp.Compare(b.Reverses, a.Reverses))
	})
	for _, g := range im.list {
		if !g.same {
			g.ID, g.State = im.tx.NewID(), Posted
		}
	}
	taken := map[ids.ID]bool{}
	for _, g := range im.list {
		if g.reverses == "" || g.same || g.bad {
			continue
		}
		v := im.reversed(g)
		if v == nil {
			im.fail(g.rows[0], colReverses, "账套里和表中都没有来源号为“%s”的凭证", g.reverses)
			continue
		}
		by, err := ReversalOf(ctx, im.tx, im.tx.Tenant, v.ID)
		if err != nil {
			return err
		}
		switch {
		case by != 0 || taken[v.ID]:
			im.fail(g.rows[0], colReverses, "凭证“%s”已经冲销过了", g.reverses)
		case v.State != Posted || v.Reverses != 0:
			im.fail(g.rows[0], colReverses, "凭证“%s”没有记账，或本身是冲销凭证，不能冲销", g.reverses)
		case g.Date.Before(v.Date):
			im.fail(g.rows[0], colDate, "冲销日期不能早于原凭证的日期（%s）", v.Date)
		case !undoes(&g.Voucher, v):
			im.fail(g.rows[0], colReverses, "分录应与原凭证“%s”相同、金额相反", g.reverses)
		}
		taken[v.ID] = true
		g.Reverses = v.ID
	}
	return nil
}

// numberAll gives vouchers of sorted books and days their numbers and their places in the chains; the numbers of a
// month and kind are taken at once.
func numberAll(ctx context.Context, tx *db.Tx, list []*Voucher) error {
	for len(list) > 0 {
		n := slices.IndexFunc(list, func(v *Voucher) bool { return v.Books != list[0].Books || v.Month != list[0].Month })
		if n < 0 {
			n = len(list)
		}
		month := list[:n]
		list = list[n:]
		c, err := enter(ctx, tx, month[0].Books, month[0].Month)
		if err != nil {
			return err
		}
		perKind := map[string]int{}
		for _, v := range month {
			perKind[v.Kind]++
		}
		next := map[string]int64{}
		for _, kind := range slices.Sorted(maps.Keys(perKind)) {
			last, err := takeNumbers(ctx, tx, month[0].Books, month[0].Month, kind, perKind[kind])
			if err != nil {
				return err
			}
			next[kind] = last - int64(perKind[kind])
		}
		for _, v := range month {
			next[v.Kind]++
			v.number(next[v.Kind])
			c.seal(v)
		}
		if err := saveChain(ctx, tx, month[0].Books, c); err != nil {
			return err
		}
	}
	return nil
}

// save takes the numbers of each month at once and writes everything with statements of many rows.
func (im *importer) save(ctx context.Context) error {
	var list []*Voucher
	for _, g := range im.list {
		if g.same {
			im.res.Same++
			continue
		}
		if g.Maker == "" {
			g.Maker, g.MakerID = im.who.Name, im.who.ID
		}
		g.Poster = im.who.Name
		list = append(list, &g.Voucher)
	}
	if err := numberAll(ctx, im.tx, list); err != nil {
		return err
	}
	if err := insertVouchers(ctx, im.tx, list); err != nil {
		return err
	}
	if err := addBalances(ctx, im.tx, list); err != nil {
		return err
	}
	docs, log := make([]find.Doc, len(list)), make([]audit.Entry, len(list))
	for i, v := range list {
		docs[i] = doc(v)
		log[i] = audit.Entry{Action: "导入", Kind: "voucher", RecordID: v.ID, Title: title(v), Region: v.Region}
	}
	if err := find.Add(ctx, im.tx, docs); err != nil {
		return err
	}
	if err := audit.Write(ctx, im.tx, log...); err != nil {
		return err
	}
	im.res.Created = len(list)
	return nil
}
