package ledger

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/audit"
	"huicun/internal/registry/find"
)

// fail notes what is wrong with a voucher of the batch, on one of its rows.
func (b *batch) fail(g *incoming, row int, c column, format string, args ...any) {
	b.report.add(row, c.title(), g.value(row, c), format, args...)
	g.bad = true
}

// lock reads and locks the batch's books, in the order of their ids, with their accounts. The lock keeps two imports into
// the same books, and the opening and closing of months, apart.
func (im *importer) lock(ctx context.Context, b *batch) error {
	for _, g := range b.list {
		b.to[g.to.ID] = nil
	}
	for _, id := range slices.Sorted(maps.Keys(b.to)) {
		books, err := lockBooks(ctx, b.tx, id)
		if err != nil {
			return err
		}
		if err := im.who.Require(permPost, books.Region); err != nil {
			return err
		}
		to := &target{Books: books}
		if err := to.load(ctx, b.tx, im.tenant); err != nil {
			return err
		}
		if to.closed, err = lastClosed(ctx, b.tx, id); err != nil {
			return err
		}
		b.to[id] = to
	}
	for _, g := range b.list {
		g.to = b.to[g.to.ID]
	}
	return nil
}

// inputs are the columns of a voucher's inputs.
var inputs = map[string]column{
	"date": atDate, "summary": atSummary, "account": atAccount, "debit": atDebit, "credit": atCredit, "attachments": atAttachments, "kind": atKind,
	"party": atParty, "contract": atContract, "asset": atAsset, "project": atProject, "member": atMember,
}

// check runs the rules over each voucher.
func (im *importer) check(_ context.Context, b *batch) error {
	for _, g := range b.list {
		g.Kind = g.given
		if g.reverses != "" {
			g.Reverses = -1 // found by checkReversals; the rules need to know that amounts are negative
		}
		err := settle(g.to.Books, g.to.chart, &g.Voucher)
		if e := errs.As(err); e != nil {
			for _, f := range e.Fields {
				im.failField(b, g, f)
			}
			g.bad = true
		} else if err != nil {
			return err
		}
		if err := g.to.closedFor(g.Month); err != nil {
			b.fail(g, g.rows[0], atDate, "%s", errs.Message(err))
		}
		if g.Maker != "" && g.Maker == g.Reviewer {
			b.fail(g, g.rows[0], atReviewer, "审核人不能是制单人（%s）", g.Maker)
		}
	}
	return nil
}

// failField puts a rule's sentence on the row and column that it is about. What could not be read has been noted; sums of a
// voucher with such amounts say nothing.
func (im *importer) failField(b *batch, g *incoming, f errs.Field) {
	row, name := g.rows[0], f.Name
	if rest, ok := strings.CutPrefix(name, "lines["); ok {
		at, input, _ := strings.Cut(rest, "].")
		if i, err := strconv.Atoi(at); err == nil && i < len(g.rows) {
			row, name = g.rows[i], input
		}
	}
	unread := func(c column) bool { return im.notes.wrong[cellAt{row, c.title()}] }
	if name == "lines" {
		if !g.unread {
			b.report.add(row, "", "", "%s", f.Msg)
		}
		return
	}
	c := inputs[name]
	if unread(c) || (c == atDebit || c == atCredit) && (unread(atDebit) || unread(atCredit)) {
		return
	}
	b.fail(g, row, c, "%s", f.Msg)
}

// compare finds the vouchers that are there already.
func (im *importer) compare(ctx context.Context, b *batch) error {
	sources := map[ids.ID][]string{}
	for _, g := range b.list {
		sources[g.to.ID] = append(sources[g.to.ID], g.Source)
		if g.reverses != "" {
			sources[g.to.ID] = append(sources[g.to.ID], g.reverses)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(sources)) {
		found, err := bySource(ctx, b.tx, id, sources[id])
		if err != nil {
			return err
		}
		for _, v := range found {
			b.to[id].existing[v.sourceNo()] = v
		}
	}
	for _, g := range b.list {
		old := g.to.existing[g.Source]
		if g.bad || old == nil {
			continue
		}
		if g.reverses != "" {
			if v := b.reversed(g); v != nil {
				g.Reverses = v.ID
			}
		}
		if g.same = sameContent(old, &g.Voucher); !g.same {
			b.fail(g, g.rows[0], atSource, "这个来源号的凭证已有（%s，%s），内容不同；已记账的凭证不能改，请冲销后用新的来源号导入",
				old.FullNo, Machine.State(old.State).Label)
		}
	}
	return nil
}

func sameContent(old, v *Voucher) bool {
	return old.State == Posted && old.Date == v.Date && old.Kind == v.Kind && old.Attachments == v.Attachments &&
		old.Reverses == v.Reverses && slices.Equal(old.Lines, v.Lines)
}

// reversed finds the voucher that g reverses: one that is there, or another of the batch.
func (b *batch) reversed(g *incoming) *Voucher {
	if v := g.to.existing[g.reverses]; v != nil {
		return v
	}
	if o := b.groups[group{g.to.ID, g.reverses}]; o != nil {
		return &o.Voucher
	}
	return nil
}

// checkReversals puts the new vouchers in the order of posting, gives them their ids and ties reversals to what
// they reverse.
func (im *importer) checkReversals(ctx context.Context, b *batch) error {
	slices.SortStableFunc(b.list, func(x, y *incoming) int {
		return cmp.Or(cmp.Compare(x.Books, y.Books), x.Date.Compare(y.Date), cmp.Compare(y.Reverses, x.Reverses))
	})
	for _, g := range b.list {
		if !g.same {
			g.ID, g.State = b.tx.NewID(), Posted
		}
	}
	taken := map[ids.ID]bool{}
	for _, g := range b.list {
		if g.reverses == "" || g.same || g.bad {
			continue
		}
		v := b.reversed(g)
		if v == nil {
			b.fail(g, g.rows[0], atReverses, "账套里和%s中都没有来源号为“%s”的凭证", im.within(), g.reverses)
			continue
		}
		by, err := ReversalOf(ctx, b.tx, b.tx.Tenant, v.ID)
		if err != nil {
			return err
		}
		switch {
		case by != 0 || taken[v.ID]:
			b.fail(g, g.rows[0], atReverses, "凭证“%s”已经冲销过了", g.reverses)
		case v.State != Posted || v.Reverses != 0:
			b.fail(g, g.rows[0], atReverses, "凭证“%s”没有记账，或本身是冲销凭证，不能冲销", g.reverses)
		case g.Date.Before(v.Date):
			b.fail(g, g.rows[0], atDate, "冲销日期不能早于原凭证的日期（%s）", v.Date)
		case !undoes(&g.Voucher, v):
			b.fail(g, g.rows[0], atReverses, "分录应与原凭证“%s”相同、金额相反", g.reverses)
		}
		taken[v.ID] = true
		g.Reverses = v.ID
	}
	return nil
}

// within is where a voucher of the file is looked for.
func (im *importer) within() string {
	if im.opt.Batches {
		return "表中这个月"
	}
	return "表"
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
func (im *importer) save(ctx context.Context, b *batch) error {
	var list []*Voucher
	for _, g := range b.list {
		if g.same {
			continue
		}
		if g.Maker == "" {
			g.Maker, g.MakerID = im.who.Name, im.who.ID
		}
		g.Poster = im.who.Name
		list = append(list, &g.Voucher)
	}
	if err := numberAll(ctx, b.tx, list); err != nil {
		return err
	}
	entries := make([]find.Doc, len(list))
	for i, v := range list {
		entries[i] = doc(v)
	}
	found := find.Start(b.tx.Tenant, entries)
	defer found.Stop()
	if err := insertVouchers(ctx, b.tx, list); err != nil {
		return err
	}
	if err := addBalances(ctx, b.tx, list); err != nil {
		return err
	}
	if err := found.Store(ctx, b.tx); err != nil {
		return err
	}
	return im.log(ctx, b, list)
}

// log writes one entry for each month of books: which numbers came in, how many and how much. An entry for each voucher
// would say no more, since its number is within these and its seal in the chain.
func (im *importer) log(ctx context.Context, b *batch, list []*Voucher) error {
	type sum struct {
		n     int
		total money.Fen
		first map[string]int64
		last  map[string]int64
	}
	sums := map[bookMonth]*sum{}
	var order []bookMonth
	for _, v := range list {
		k := bookMonth{v.Books, v.Month}
		x := sums[k]
		if x == nil {
			x = &sum{first: map[string]int64{}, last: map[string]int64{}}
			sums[k] = x
			order = append(order, k)
		}
		x.n++
		x.total += v.Total
		if _, ok := x.first[v.Kind]; !ok {
			x.first[v.Kind] = v.Number
		}
		x.last[v.Kind] = v.Number
	}
	log := make([]audit.Entry, len(order))
	for i, k := range order {
		x, books := sums[k], b.to[k.books]
		var numbers []string
		for _, kind := range slices.Sorted(maps.Keys(x.first)) {
			numbers = append(numbers, fmt.Sprintf("%s-%s-%04d 至 %04d", kind, k.month, x.first[kind], x.last[kind]))
		}
		log[i] = audit.Entry{
			Action: "导入凭证", Kind: "books", RecordID: books.ID, Title: books.Name, Region: books.Region, Changes: []audit.Change{
				{Label: "凭证", After: strings.Join(numbers, "；")},
				{Label: "张数", After: strconv.Itoa(x.n)},
				{Label: "金额", After: x.total.String()},
				{Label: "文件", After: im.opt.File},
			},
		}
	}
	return audit.Write(ctx, b.tx, log...)
}

// ownNumber is what a voucher that was not imported is known by outside: its own number.
var ownNumber = regexp.MustCompile(`^(记|收|付|转|结转)-\d{4}-\d{2}-\d{4,}$`)
