package rent

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// The states of a run.
const (
	RunDone = "done"
	RunVoid = "void"
)

// Run is the billing of one month of books (按月计收): the payments that fell due by its end, and the income of the time up to then.
type Run struct {
	db.Row
	No     string
	Books  ids.ID
	Month  date.Month
	Basis  string
	Items  int
	Total  money.Fen
	Earned money.Fen // by which earned rent grew

	ours bool
}

// RunMachine: a run stands, or is taken back with its items and vouchers.
var RunMachine = &fsm.Machine{
	Name:   "按月计收",
	States: []fsm.State{{Code: RunDone, Label: "已计收", Tone: "green"}, {Code: RunVoid, Label: "已撤销", Tone: "grey", Side: true}},
	Events: []fsm.Event{{Name: "void", Label: "撤销", From: []string{RunDone}, To: RunVoid, Verb: access.Edit, Reason: true}},
}

var runTable = &db.Table[Run]{
	Name: KindRun,
	Cols: []string{"no", "books_id", "month", "basis", "items", "total_fen", "earned_fen"},
	Row:  func(r *Run) *db.Row { return &r.Row },
	Ptrs: func(r *Run) []any { return []any{&r.No, &r.Books, &r.Month, &r.Basis, &r.Items, &r.Total, &r.Earned} },
}

// mostItems bounds how many items one run makes.
const mostItems = 1_000_000

func (s *Service) newRuns() *record.Noun[Run] {
	month := field.NewText[Run]("month", "月份", nil).Derived().List()
	month.Get = func(r *Run) string { return r.Month.String() }
	return record.Register(s.env, &record.Noun[Run]{
		Kind: KindRun, Label: "按月计收", Path: "/rent-runs", Icon: "calculator", Key: "no", Order: "-month",
		Intro: "每月一次：把到期的租金、服务费列为应收款项，按记账基础确认收入，生成待审核的凭证；有误时整月撤销后重新计收。",
		Table: runTable, Machine: RunMachine, Kept: "计收的记录不能删除；有误请撤销，并说明理由",
		Title:  func(r *Run) string { return r.No + " " + r.Month.Chinese() + "计收" },
		Series: func(r *Run) string { return "JS-" + strconv.Itoa(r.Month.Year()) },
		Fields: []field.Field[Run]{
			field.NewText("no", "编号", func(r *Run) *string { return &r.No }).Derived().List(),
			field.NewRef("books", "账套", "books", func(r *Run) *ids.ID { return &r.Books }).Derived().Show().Filter(),
			month,
			field.NewEnum("basis", "记账基础", Bases, func(r *Run) *string { return &r.Basis }).Derived().Show(),
			field.NewInt("items", "应收款项", 0, mostItems, func(r *Run) *int { return &r.Items }).In("笔").Derived().List(),
			field.NewMoney("total", "应收金额", func(r *Run) *money.Fen { return &r.Total }).Derived().List(),
			field.NewMoney("earned", "确认收入", func(r *Run) *money.Fen { return &r.Earned }).Derived().Show(),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, r *Run) error {
			b, err := ledger.GetBooks(ctx, q, tenant, r.Books)
			if err == nil {
				r.Region = b.Region
			}
			return err
		},
		CheckTx: func(_ context.Context, _ *db.Tx, _, r *Run) error {
			if r.ours {
				return nil
			}
			return errs.New(errs.Invalid, "rent.generic", "计收请在“按月计收”页面办理")
		},
		Guards: map[string]func(context.Context, *db.Tx, *Run) error{"void": s.voidRun},
	})
}

// Do bills a month of books as it was shown (digest): items, accounts, what is held against them and the drafts of the vouchers, in
// one transaction. key makes a double submission harmless.
func (s *Service) Do(ctx context.Context, who access.Principal, tenant int64, key string, books ids.ID, m date.Month, digest string) (ids.ID, error) {
	meta := who.Meta(tenant)
	meta.Key, meta.Input = key, fmt.Sprint("rent run ", books, m, digest)
	var made ids.ID
	err := s.env.DB.InTx(ctx, meta, func(ctx context.Context, tx *db.Tx) error {
		var err error
		made, err = s.doTx(ctx, tx, who, books, m, digest)
		if err == nil {
			tx.SetResult(made.String())
		}
		return err
	})
	if first, ok := db.Replayed(err); ok {
		return ids.Parse(first)
	}
	return made, err
}

func (s *Service) doTx(ctx context.Context, tx *db.Tx, who access.Principal, books ids.ID, m date.Month, digest string) (ids.ID, error) {
	b, err := lockBooks(ctx, tx, books)
	if err != nil {
		return 0, err
	}
	if err := who.Require(KindRun+":"+access.Edit, b.Region); err != nil {
		return 0, err
	}
	if err := contract.LockTerms(ctx, tx, b.Party); err != nil {
		return 0, err
	}
	p, err := s.plan(ctx, tx, tx.Tenant, b, m)
	switch {
	case err != nil:
		return 0, err
	case p.Standing != nil:
		return 0, errs.New(errs.Conflict, "rent.done", "%s 已经计收过（%s），不能再计一次；有误请先撤销", m.Chinese(), p.Standing.No)
	case p.Stop != "":
		return 0, errs.New(errs.State, "rent.order", "%s", p.Stop)
	case !p.Any():
		return 0, errs.New(errs.State, "rent.nothing", "%s 没有到期的款项，也没有要确认的收入", m.Chinese())
	case p.Digest != digest:
		return 0, errs.New(errs.Stale, "rent.changed", "您查看之后合同或收款有变动，应收已经不同；请核对后再确认一次")
	}
	return s.keep(ctx, tx, p)
}

func (s *Service) keep(ctx context.Context, tx *db.Tx, p *Plan) (ids.ID, error) {
	w, err := s.work(ctx, tx, p.Books, p.Month.Last())
	if err != nil {
		return 0, err
	}
	run := &Run{Books: p.Books.ID, Month: p.Month, Basis: p.Terms.Basis, Items: len(p.Items), Total: p.Total, Earned: p.Earned, ours: true}
	run.State, run.Sample = RunDone, p.Books.Sample
	if err := s.Runs.CreateTx(ctx, tx, actor(tx), run); err != nil {
		return 0, err
	}
	accounts := make([]*Account, 0, len(p.Lines))
	for i := range p.Lines {
		accounts = append(accounts, p.Lines[i].account)
	}
	if err := saveAccounts(ctx, tx, accounts); err != nil { // items and receipts are of accounts
		return 0, err
	}
	touched, err := restive(ctx, tx, tx.Tenant, p.Books.ID)
	if err != nil {
		return 0, err
	}
	for i := range p.Items {
		x := &p.Items[i]
		x.ID, x.Run = tx.NewID(), run.ID
		if x.Amount < 0 {
			touched[[2]ids.ID{x.Contract, x.Party}] = true
		}
	}
	items, _ := pointers(p.Items, nil)
	if err := s.Items.InsertAll(ctx, tx, items); err != nil {
		return 0, err
	}
	if err := contract.BillUntil(ctx, tx, p.contracts(), p.since, p.Month.Last()); err != nil {
		return 0, err
	}
	var changes []*change
	for i := range p.Lines {
		l := &p.Lines[i]
		if l.adopt != nil {
			if err := w.adopt(ctx, l); err != nil {
				return 0, err
			}
			touched[[2]ids.ID{l.account.Contract, l.account.Party}] = true
		}
		changes = append(changes, &change{account: l.account, contract: l.Contract, earned: l.Earned})
	}
	for _, k := range slices.SortedFunc(maps.Keys(touched), func(a, b [2]ids.ID) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) }) {
		if err := w.spend(ctx, k[0], k[1]); err != nil {
			return 0, err
		}
	}
	return run.ID, w.book(ctx, run.ID, KindRun, p.Month.Last(), "计收"+p.Month.Chinese()+"合同款", run.Sample, changes)
}

// Void takes the last run of books back, with its items and vouchers; what covered the items is held again.
func (s *Service) Void(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64, reason string) error {
	return s.Runs.Do(ctx, who, tenant, id, version, "void", reason)
}

func (s *Service) voidRun(ctx context.Context, tx *db.Tx, r *Run) error {
	b, err := lockBooks(ctx, tx, r.Books)
	if err != nil {
		return err
	}
	runs, err := standing(ctx, tx, tx.Tenant, r.Books)
	if err != nil {
		return err
	}
	if n := len(runs); n > 0 && runs[n-1].Month > r.Month {
		return errs.New(errs.State, "rent.later", "以后各月是接着这个月算的，请先撤销 %s 的计收（%s）", runs[n-1].Month.Chinese(), runs[n-1].No)
	}
	if n, err := dependents(ctx, tx, tx.Tenant, r.ID); err != nil {
		return err
	} else if n > 0 {
		return errs.New(errs.State, "rent.fees", "这次计收的款项已加收滞纳金，不能撤销；请改用合同变更调整")
	}
	w, err := s.work(ctx, tx, b, r.Month.Last())
	if err != nil {
		return err
	}
	items, err := itemsOfRun(ctx, tx, tx.Tenant, r.ID)
	if err != nil {
		return err
	}
	if err := w.unbill(ctx, items); err != nil {
		return err
	}
	list, err := postingsOf(ctx, tx, tx.Tenant, r.ID)
	if err != nil {
		return err
	}
	var accounts []*Account
	var changes []*change
	for _, x := range list {
		a, err := w.account(ctx, x.contract, x.party, r.Region)
		if err != nil {
			return err
		}
		c, err := contract.Get(ctx, tx, tx.Tenant, x.contract)
		if err != nil {
			return err
		}
		accounts = append(accounts, a)
		changes = append(changes, &change{account: a, contract: c})
	}
	r.ours = true
	reason := "撤销" + r.Month.Chinese() + "计收：" + record.Reason(ctx)
	if err := w.takeBack(ctx, r.ID, accounts, reason); err != nil {
		return err
	}
	return w.book(ctx, r.ID, KindRun, w.dayFor(r.Month.Last()), reason, r.Sample, changes)
}

// unbill removes items; what covered them is held by its receipts again.
func (w *work) unbill(ctx context.Context, items []*Item) error {
	seqs := map[ids.ID][]int{}
	for _, i := range items {
		if i.Lost != 0 {
			return errs.New(errs.State, "rent.lost", "应收 %s 已核销坏账，不能撤销", i.No)
		}
		list, err := allocationsOf(ctx, w.tx, w.tx.Tenant, i.ID)
		if err != nil {
			return err
		}
		for _, x := range list {
			if err := w.release(ctx, i, x); err != nil {
				return err
			}
		}
		if err := deleteAllocations(ctx, w.tx, "item_id", i.ID); err != nil {
			return err
		}
		if err := deleteAllocations(ctx, w.tx, "source_id", i.ID); err != nil {
			return err
		}
		if i.Kind == ItemRent {
			seqs[i.Contract] = append(seqs[i.Contract], i.Seq)
		}
		if err := deleteItem(ctx, w.tx, i); err != nil {
			return err
		}
	}
	for _, c := range slices.Sorted(maps.Keys(seqs)) {
		if err := contract.SetBilled(ctx, w.tx, false, c, seqs[c]); err != nil {
			return err
		}
	}
	return nil
}

// release gives a part of what covers an item back to its source: a receipt holds it again, a credit is open again.
func (w *work) release(ctx context.Context, i *Item, x Allocation) error {
	others, err := itemsByID(ctx, w.tx, w.tx.Tenant, []ids.ID{x.Source})
	if err != nil {
		return err
	}
	other := others[x.Source]
	if other == nil {
		return addAllocated(ctx, w.tx, x.Source, -x.Fen)
	}
	other.put(x.Fen, date.Date{}) // a pair of credit and item: what one gained, the other lost
	return saveItem(ctx, w.tx, other)
}
