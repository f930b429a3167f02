package stocktake

import (
	"context"

	"huicun/internal/books/asset"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/qty"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// actor is who acts in a transaction, with leave to draft the vouchers of what he or she may approve.
func actor(tx *db.Tx) access.Principal {
	return access.Principal{ID: tx.ActorID, Name: tx.ActorName, Grants: access.System.Grants}
}

// submit asks that everything is counted and every difference explained.
func (s *Service) submit(ctx context.Context, tx *db.Tx, c *Count) error {
	if err := lock(ctx, tx, c.ID); err != nil {
		return err
	}
	list, err := LinesOf(ctx, tx, tx.Tenant, c.ID)
	if err != nil {
		return err
	}
	left := 0
	var first string
	for i := range list {
		if list[i].Result == "" {
			if left++; first == "" {
				first = list[i].Code + " " + list[i].Name
			}
		}
	}
	if left > 0 {
		return errs.New(errs.State, "stocktake.left", "还有 %d 项没有清点（如 %s），清点完再提交", left, first)
	}
	for i := range list {
		l := &list[i]
		switch {
		case l.Result != Match && l.Result != Idle && l.Cause == "":
			return errs.New(errs.State, "stocktake.cause", "%s %s 是“%s”，请写明差异原因", l.Code, l.Name, labelOf(l.Result))
		case l.Result == Surplus && l.Differs() && l.Value == 0 && booked(l.Class):
			return errs.New(errs.State, "stocktake.value", "盘盈的 %s 请填写入账价值；无法取得价值的按名义金额 1 元", l.Name)
		}
	}
	c.SubmittedID, c.SubmittedBy = tx.ActorID, tx.ActorName
	return nil
}

// booked reports whether assets of a class stand in the ledger at all; land does not.
func booked(class string) bool {
	g := asset.GroupOf(class, ledger.Chart2023)
	return g == nil || g.Cost != ""
}

func labelOf(result string) string {
	for _, o := range Results {
		if o.Code == result {
			return o.Label
		}
	}
	return result
}

// approve carries the differences out, once: cards are changed, the vouchers drafted.
func (s *Service) approve(ctx context.Context, tx *db.Tx, c *Count) error {
	if (access.Principal{ID: tx.ActorID, Name: tx.ActorName}).Is(c.SubmittedID, c.SubmittedBy) {
		return errs.New(errs.State, "stocktake.same", "提交人不能审批自己提交的清查结果，请由其他人审批")
	}
	if err := lock(ctx, tx, c.ID); err != nil {
		return err
	}
	list, err := LinesOf(ctx, tx, tx.Tenant, c.ID)
	if err != nil {
		return err
	}
	if c.Booked.IsZero() {
		c.Booked = c.Base
	}
	if err := asset.LockCards(ctx, tx, c.Party); err != nil {
		return err
	}
	w := &work{s: s, c: c}
	for i := range list {
		l := &list[i]
		switch {
		case l.Differs():
			err = w.differ(ctx, tx, l)
		case l.Result == Idle && l.Unit == 0 && l.Asset != 0:
			err = w.vacate(ctx, tx, l)
		}
		if err != nil {
			return err
		}
	}
	return w.draft(ctx, tx)
}

// work gathers what an approval books.
type work struct {
	s        *Service
	c        *Count
	books    *ledger.Books
	accounts []ledger.Account
	to       asset.Outcome
	raise    []ledger.Line // differences against 待处理财产损溢
	clear    []ledger.Line // 待处理财产损溢 as was resolved
	wrong    error
}

// open reads the books when the first difference needs them.
func (w *work) open(ctx context.Context, tx *db.Tx) error {
	if w.c.Resolution == "" {
		return errs.OnField("resolution", "有差异需要调账，请先在“修改”里填写成员（代表）会议决议的文号")
	}
	if w.books != nil {
		return nil
	}
	b, err := ledger.BooksAt(ctx, tx, tx.Tenant, w.c.Party, w.c.Booked.YearMonth())
	if errs.Is(err, errs.NotFound) {
		return errs.OnField("booked", "%s", errs.Message(err))
	}
	if err != nil {
		return err
	}
	w.books, w.to = b, asset.OutcomeOf(b.Chart)
	w.accounts, err = ledger.Accounts(ctx, tx, tx.Tenant, b.ID)
	return err
}

// account finds the account of the books; the first that is missing is kept as what is wrong.
func (w *work) account(top string) string {
	code, err := asset.Leaf(w.accounts, top)
	if err != nil && w.wrong == nil {
		w.wrong = err
	}
	return code
}

func (w *work) differ(ctx context.Context, tx *db.Tx, l *Line) error {
	if err := w.open(ctx, tx); err != nil {
		return err
	}
	g := asset.GroupOf(l.Class, w.books.Chart)
	if g == nil && (l.Cost > 0 || l.Value > 0) {
		return errs.New(errs.State, "stocktake.class", "资产 %s %s 没有填资产分类，不能确定记入哪个科目；请先在资产卡片上补填，再作废这次清查重新建表", l.Code, l.Name)
	}
	var err error
	switch {
	case l.Asset == 0:
		err = w.enter(ctx, tx, l, g)
	case l.Result == Surplus:
		err = w.add(ctx, tx, l, g)
	default:
		err = w.lose(ctx, tx, l, g)
	}
	if err == nil {
		err = w.wrong
	}
	return err
}

// same reads a line's card, which must still be as it was counted.
func (w *work) same(ctx context.Context, tx *db.Tx, l *Line) (*asset.Asset, error) {
	a, err := asset.Get(ctx, tx, tx.Tenant, l.Asset)
	if err == nil && (a.Cost != l.Cost || a.Quantity != l.Quantity || a.State == "retired") {
		return nil, errs.New(errs.State, "stocktake.moved", "资产 %s %s 在建表以后变动过，账面数已经不同；请作废这次清查，重新建表", l.Code, l.Name)
	}
	return a, err
}

func (w *work) change(l *Line, c asset.Change) *asset.Change {
	c.Kind, c.Date, c.Reason, c.Resolution, c.Origin, c.OriginID = asset.Counted, w.c.Booked, labelOf(l.Result)+"："+l.Cause, w.c.Resolution, Kind, w.c.ID
	c.Sample = w.c.Sample
	return &c
}

// lose takes what is missing off a card, or the whole card out of the books.
func (w *work) lose(ctx context.Context, tx *db.Tx, l *Line, g *asset.Group) error {
	a, err := w.same(ctx, tx, l)
	if err != nil {
		return err
	}
	missing := l.Quantity.N - l.Found.N
	c := asset.Change{Retired: l.Found.N == 0}
	cost, accumulated := a.Cost, a.Accumulated
	if c.Retired {
		if err := asset.MayLeave(ctx, tx, w.books, a, w.c.Booked); err != nil {
			return err
		}
	} else {
		if cost, err = asset.Part(a.Cost, missing, l.Quantity.N); err != nil {
			return err
		}
		if accumulated, err = asset.Part(a.Accumulated, missing, l.Quantity.N); err != nil {
			return err
		}
		c.Cost, c.Accumulated, c.Quantity = -cost, -accumulated, qty.Qty{N: -missing, Unit: l.Quantity.Unit}
	}
	if err := asset.ChangeTx(ctx, tx, w.s.changes, a, w.change(l, c)); err != nil {
		return err
	}
	if g == nil || g.Cost == "" || cost == 0 {
		return nil
	}
	net := cost - accumulated
	charged := min(l.Charged, net)
	what := labelOf(l.Result) + "（" + l.Code + "）：" + l.Cause
	if g.Accumulated == "" || g.Accumulated == g.Cost { // written off directly
		w.line(&w.raise, ledger.Line{Summary: what, Account: w.account(g.Cost), Credit: net, Asset: a.ID})
	} else {
		w.line(&w.raise, ledger.Line{Summary: what, Account: w.account(g.Accumulated), Debit: accumulated, Asset: a.ID})
		w.line(&w.raise, ledger.Line{Summary: what, Account: w.account(g.Cost), Credit: cost, Asset: a.ID})
	}
	then := w.pending(what, net, 0, a.ID)
	if charged > 0 {
		p, err := party.Get(ctx, tx, tx.Tenant, l.Responsible)
		if err != nil {
			return err
		}
		owed := w.to.Outsider
		if p.Kind == party.Household {
			owed = w.to.Member
		}
		w.line(then, ledger.Line{Summary: what + "，应由" + p.Name + "赔偿", Account: w.account(owed), Debit: charged, Party: p.ID})
	}
	w.line(then, ledger.Line{Summary: what, Account: w.account(w.to.Loss), Debit: net - charged})
	return nil
}

// pending moves a difference over 待处理财产损溢, where there is one, and returns the entry that clears it.
func (w *work) pending(what string, debit, credit money.Fen, a ids.ID) *[]ledger.Line {
	if w.to.Pending == "" {
		return &w.raise
	}
	account := w.account(w.to.Pending)
	w.line(&w.raise, ledger.Line{Summary: what, Account: account, Debit: debit, Credit: credit, Asset: a})
	w.line(&w.clear, ledger.Line{Summary: what, Account: account, Debit: credit, Credit: debit, Asset: a})
	return &w.clear
}

// line adds a line that moves something.
func (w *work) line(to *[]ledger.Line, l ledger.Line) {
	if l.Debit != 0 || l.Credit != 0 {
		*to = append(*to, l)
	}
}

func (w *work) gain(l *Line, g *asset.Group, a ids.ID) {
	if g == nil || g.Cost == "" {
		return
	}
	what := labelOf(l.Result) + "（" + l.Name + "）：" + l.Cause
	w.line(&w.raise, ledger.Line{Summary: what, Account: w.account(g.Cost), Debit: l.Value, Asset: a})
	then := w.pending(what, 0, l.Value, a)
	w.line(then, ledger.Line{Summary: what, Account: w.account(w.to.Gain), Credit: l.Value})
}

// add puts what there is more of on its card.
func (w *work) add(ctx context.Context, tx *db.Tx, l *Line, g *asset.Group) error {
	a, err := w.same(ctx, tx, l)
	if err != nil {
		return err
	}
	if err := asset.ChangeTx(ctx, tx, w.s.changes, a, w.change(l, asset.Change{Cost: l.Value, Quantity: l.Off()})); err != nil {
		return err
	}
	w.gain(l, g, a.ID)
	return nil
}

// enter makes the card of what was found without one.
func (w *work) enter(ctx context.Context, tx *db.Tx, l *Line, g *asset.Group) error {
	a := &asset.Asset{Name: l.Name, Owner: w.c.Party, Kind: l.Kind, Origin: "existing", Quantity: l.Found, Cost: l.Value, ReadyOn: w.c.Booked, Address: l.FoundPlace}
	a.Class, a.Acquired, a.Way, a.Nominal = l.Class, w.c.Booked, "surplus", l.Value == asset.Nominal
	a.State, a.Sample, a.Note = "ready", w.c.Sample, "清查盘点 "+w.c.No+" 盘盈"
	if err := w.s.assets.CreateTx(ctx, tx, actor(tx), a); err != nil {
		return err
	}
	l.Made = a.ID
	if err := setMade(ctx, tx, l.ID, a.ID); err != nil {
		return err
	}
	w.gain(l, g, a.ID)
	return nil
}

// vacate marks a card idle that was found so.
func (w *work) vacate(ctx context.Context, tx *db.Tx, l *Line) error {
	a, err := asset.Get(ctx, tx, tx.Tenant, l.Asset)
	if err != nil || a.State != "ready" {
		return err
	}
	return w.s.assets.DoTx(ctx, tx, actor(tx), a, "vacate", "清查盘点 "+w.c.No+" 发现闲置")
}

// draft makes the vouchers of what was gathered.
func (w *work) draft(ctx context.Context, tx *db.Tx) error {
	for _, x := range []struct {
		lines   []ledger.Line
		summary string
		to      *ids.ID
	}{
		{w.raise, "清查盘点差异（" + w.c.No + "）", &w.c.Voucher}, {w.clear, "处理清查盘点差异（" + w.c.No + "，" + w.c.Resolution + "）", &w.c.Settling},
	} {
		*x.to = 0
		if len(x.lines) == 0 {
			continue
		}
		v := &ledger.Voucher{Books: w.books.ID, Date: w.c.Booked, Summary: x.summary, Origin: Kind, OriginID: w.c.ID, Lines: x.lines}
		v.Sample = w.c.Sample
		if err := w.s.ledger.DraftTx(ctx, tx, actor(tx), v); err != nil {
			return err
		}
		*x.to = v.ID
	}
	return nil
}

// revoke takes an approval back: the vouchers, the changes of cards, and the cards that it made.
func (s *Service) revoke(ctx context.Context, tx *db.Tx, c *Count) error {
	if err := asset.LockCards(ctx, tx, c.Party); err != nil {
		return err
	}
	reason := "撤销清查盘点 " + c.No + " 的批准：" + record.Reason(ctx)
	on := c.Booked
	if b, err := ledger.BooksAt(ctx, tx, tx.Tenant, c.Party, date.Of(tx.Now()).YearMonth()); err == nil && b.Takes(date.Of(tx.Now()).YearMonth()) == nil {
		on = date.Of(tx.Now())
	}
	for _, at := range []*ids.ID{&c.Settling, &c.Voucher} {
		if *at == 0 {
			continue
		}
		id := *at
		if _, err := s.ledger.WithdrawTx(ctx, tx, actor(tx), id, on, reason, func() error { return forget(ctx, tx, c.ID, id) }); err != nil {
			return err
		}
		*at = 0
	}
	list, err := asset.ChangesFor(ctx, tx, tx.Tenant, Kind, c.ID)
	if err != nil {
		return err
	}
	for i := range list {
		if err := asset.UnchangeTx(ctx, tx, s.changes, &list[i], reason); err != nil {
			return err
		}
	}
	lines, err := LinesOf(ctx, tx, tx.Tenant, c.ID)
	if err != nil {
		return err
	}
	for i := range lines {
		if lines[i].Made == 0 {
			continue
		}
		a, err := asset.Get(ctx, tx, tx.Tenant, lines[i].Made)
		if err != nil {
			return err
		}
		if a.State != "retired" {
			err = asset.ChangeTx(ctx, tx, s.changes, a, &asset.Change{Kind: asset.Counted, Date: c.Booked, Retired: true, Reason: reason})
		}
		if err != nil {
			return err
		}
		if err := setMade(ctx, tx, lines[i].ID, 0); err != nil {
			return err
		}
	}
	c.SubmittedID, c.SubmittedBy = 0, ""
	return nil
}
