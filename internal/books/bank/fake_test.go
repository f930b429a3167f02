package bank_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/books/bank"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
)

// fakeBank takes batches as it is told to: it may refuse, lose a batch on the way to it or its answer on the way back,
// and answer the same twice. It counts every batch that it took, whatever the key.
type fakeBank struct {
	mu    sync.Mutex
	next  string // refuse, lost, silent, or "" for a plain yes
	down  bool   // queries get no answer
	took  map[string]int
	by    map[string]*bank.Batch // by key and by reference
	twice bool
}

func (f *fakeBank) Submit(_ context.Context, b *bank.Batch, key string) (bank.Ack, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch f.next {
	case "refuse":
		return bank.Ack{}, fmt.Errorf("%w: 余额不足", bank.ErrRefused)
	case "lost":
		return bank.Ack{}, context.DeadlineExceeded
	}
	f.took[b.No]++
	f.by[key], f.by["ref-"+b.No] = b, b
	if f.next == "silent" {
		return bank.Ack{}, context.DeadlineExceeded
	}
	return bank.Ack{Ref: "ref-" + b.No, Control: "ok"}, nil
}

func (f *fakeBank) Query(_ context.Context, ref string) (bank.Status, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down {
		return bank.Status{}, context.DeadlineExceeded
	}
	b := f.by[ref]
	if b == nil {
		return bank.Status{}, errs.New(errs.NotFound, "x", "没有")
	}
	var st bank.Status
	for i, l := range b.Lines {
		r := bank.Result{Line: l.No, OK: i%3 != 2, Day: date.Must("2021-11-10"), Serial: fmt.Sprint("F", i)}
		st.Results = append(st.Results, r)
		if f.twice {
			st.Results = append(st.Results, r)
		}
	}
	return st, nil
}

func (f *fakeBank) Receipt(context.Context, string, string) (bank.Receipt, error) {
	return bank.Receipt{Name: "回单.pdf"}, nil
}

func (w *world) fake() *fakeBank {
	f := &fakeBank{took: map[string]int{}, by: map[string]*bank.Batch{}}
	w.s.Transfers[bank.ChannelFile] = f
	return f
}

// histories is how many batches TestABatchGoesOutOnce lets go on each engine.
const histories = 10

func TestAnAnswerThatDoesNotCome(t *testing.T) {
	each(t, func(w *world) {
		t := w.t
		f := w.fake()
		for i, how := range []string{"silent", "lost", "refuse"} {
			f.next = how
			p := w.approved(payee{"张三" + how, fmt.Sprint("622202000000000001", i), "7"}, payee{"李四" + how, fmt.Sprint("622202000000000002", i), "8"})
			p, err := w.s.Release(ctx, w.releaser, w.tenant, p.ID, 0)
			w.ok(err)
			if how == "refuse" {
				if p.SendState != bank.SendRefused {
					t.Fatalf("%+v", p)
				}
				_, err = w.s.QuerySend(ctx, w.releaser, w.tenant, p.ID)
				refused(t, err, errs.State, "没有在银行那里")
			} else {
				if p.SendState != bank.SendUnknown {
					t.Fatalf("%+v", p)
				}
				_, err = w.s.Resend(ctx, w.releaser, w.tenant, p.ID)
				refused(t, err, errs.State, "不能重新发送")
				f.down = true
				_, err = w.s.QuerySend(ctx, w.releaser, w.tenant, p.ID)
				refused(t, err, errs.Unavailable, "没有得到银行的答复")
				f.down = false
				p, err = w.s.QuerySend(ctx, w.releaser, w.tenant, p.ID)
				w.ok(err)
			}
			if how != "silent" {
				if p.SendState != bank.SendRefused {
					t.Fatalf("%s: %+v", how, p)
				}
				f.next, f.twice = "", true
				_, err = w.s.Resend(ctx, w.maker, w.tenant, p.ID)
				refused(t, err, errs.Forbidden, "权限")
				_, err = w.s.Resend(ctx, w.releaser, w.tenant, p.ID)
				w.ok(err)
				p, err = w.s.QuerySend(ctx, w.releaser, w.tenant, p.ID)
				w.ok(err)
			}
			if p.State != bank.PaySettled || f.took[p.No] != 1 {
				t.Fatalf("%s: %s, taken %d times", how, p.State, f.took[p.No])
			}
			r, err := w.s.Receipt(ctx, w.checker, w.tenant, w.lines(p)[0].ID)
			if err != nil || r.Name != "回单.pdf" {
				t.Fatalf("%+v %v", r, err)
			}
			_, err = w.s.Receipt(ctx, w.stray, w.tenant, w.lines(p)[0].ID)
			refused(t, err, errs.NotFound, "没有找到")
		}
	})
}

// TestABatchGoesOutOnce: whatever many people do at once with released batches, and whatever the bank's side does, no
// batch is taken twice, each payment has one result, and there is one voucher for what succeeded.
func TestABatchGoesOutOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		f := w.fake()
		second := w.releaser
		second.ID, second.Name = 24, "另一出纳"
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			if n == histories {
				return // each is dozens of transactions
			}
			n++
			p := w.approved(payee{fmt.Sprint("甲", n), fmt.Sprint("62220200000", 1000+n), "7"}, payee{fmt.Sprint("乙", n), fmt.Sprint("62220200000", 5000+n), "8"})
			steps := rapid.SliceOfN(rapid.SampledFrom([]string{"release", "resend", "query"}), 3, 8).Draw(rt, "steps")
			for _, how := range []string{rapid.SampledFrom([]string{"", "refuse", "lost", "silent"}).Draw(rt, "first"), rapid.SampledFrom([]string{"", "refuse", "lost", "silent"}).Draw(rt, "then")} {
				f.mu.Lock()
				f.next, f.twice, f.down = how, rapid.Bool().Draw(rt, "twice"), rapid.Bool().Draw(rt, "down")
				f.mu.Unlock()
				var wg sync.WaitGroup
				for i, step := range steps {
					who := w.releaser
					if i%2 == 1 {
						who = second
					}
					wg.Go(func() {
						var err error
						switch step {
						case "release":
							_, err = w.s.Release(ctx, who, w.tenant, p.ID, 0)
						case "resend":
							_, err = w.s.Resend(ctx, who, w.tenant, p.ID)
						default:
							_, err = w.s.QuerySend(ctx, who, w.tenant, p.ID)
						}
						if err != nil && !errs.Is(err, errs.State) && !errs.Is(err, errs.Unavailable) && !errs.Is(err, errs.Stale) {
							t.Errorf("%s: %v", step, err)
						}
					})
				}
				wg.Wait()
			}
			f.mu.Lock()
			f.next, f.down = "", false
			took := f.took[p.No]
			f.mu.Unlock()
			if took > 1 {
				t.Fatalf("%s was taken %d times after %v", p.No, took, steps)
			}
			// Brought to its end, it was taken once.
			for range 4 {
				_, _ = w.s.Release(ctx, w.releaser, w.tenant, p.ID, 0)
				_, _ = w.s.Resend(ctx, w.releaser, w.tenant, p.ID)
				_, _ = w.s.QuerySend(ctx, w.releaser, w.tenant, p.ID)
			}
			done := w.pay(p.ID)
			if done.State != bank.PaySettled || f.took[p.No] != 1 {
				t.Fatalf("%s is %s (%s), taken %d times after %v", p.No, done.State, done.SendState, f.took[p.No], steps)
			}
			made := map[ids.ID]bool{}
			for _, l := range w.lines(done) {
				made[l.Made] = true
			}
			if len(made) != 1 || made[0] {
				t.Fatalf("vouchers %v", made)
			}
		})
		if v, err := w.l.Vouchers.Count(ctx, w.tenant); err != nil || v != n {
			t.Errorf("%d vouchers for %d batches, %v", v, n, err)
		}
		w.clean()
	})
}
