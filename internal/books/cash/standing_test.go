package cash_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/books/cash"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
)

func (w *world) petty() ids.ID {
	w.t.Helper()
	id, err := w.c.Petty.Create(ctx, w.clerk, w.tenant, "", &cash.Petty{Party: w.unit, Holder: "小王", Opened: date.Must("2021-01-01")})
	w.ok(err)
	return id
}

func (w *world) entry(petty ids.ID, kind, day string, yuan int64) (ids.ID, error) {
	account := "银行存款"
	if kind == cash.Spend {
		account = "管理费用"
	}
	return w.c.PettyEntries.Create(ctx, w.keeper, w.tenant, "", &cash.PettyEntry{
		Petty: petty, Kind: kind, Date: date.Must(day), Amount: money.Fen(yuan) * money.Yuan, Summary: "办公用品", Account: account, Bills: 2,
	})
}

func TestPettyCashKeepsItsRules(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.rule(town, "2021-01-01", cash.Terms{PettyLimit: 5000 * money.Yuan, PettySingle: 1000 * money.Yuan, PettyDays: 30})
		w.rule(village, "2021-06-01", cash.Terms{PettyLimit: 3000 * money.Yuan}) // the village narrows it
		p := w.petty()
		_, err := w.c.Petty.Create(ctx, w.clerk, w.tenant, "", &cash.Petty{Party: w.unit, Holder: "小张", Opened: date.Must("2021-02-01")})
		refused(t, err, errs.Invalid, "party", "已有使用中的备用金")

		must := func(id ids.ID, err error) ids.ID { t.Helper(); w.ok(err); return id }
		top := must(w.entry(p, cash.TopUp, "2021-03-01", 4000))
		_, err = w.entry(p, cash.TopUp, "2021-03-02", 1001)
		refused(t, err, errs.Invalid, "amount", "超过备用金限额 5,000.00 元")
		must(w.entry(p, cash.Spend, "2021-03-05", 1000))
		_, err = w.entry(p, cash.Spend, "2021-03-05", 1001)
		refused(t, err, errs.Invalid, "amount", "银行转账")
		must(w.entry(p, cash.Spend, "2021-03-06", 900))
		_, err = w.entry(p, cash.TopUp, "2021-06-02", 1000) // 2,100 + 1,000 is over the village's own limit
		refused(t, err, errs.Invalid, "amount", "3,000.00")
		refused(t, w.c.Petty.Do(ctx, w.clerk, w.tenant, p, 0, "close", "离任"), errs.State, "", "余额 2,100.00")
		refused(t, w.c.PettyEntries.Do(ctx, w.keeper, w.tenant, top, 0, "void", "错"), errs.State, "", "余额只有 2,100.00")
		if got := w.kinds("2021-04-01"); got != "petty 31 over" {
			t.Errorf("open: %s", got)
		}
		last := must(w.entry(p, cash.Refund, "2021-07-01", 2100))
		_, err = w.entry(p, cash.Refund, "2021-07-01", 1)
		refused(t, err, errs.Invalid, "amount", "余额只有 0.00")
		if n := w.post(); n != 4 {
			t.Errorf("%d vouchers", n)
		}
		if w.standing("112") != 0 || w.standing("541") != 1900*money.Yuan || w.standing("102") != -1900*money.Yuan {
			t.Errorf("112 %s, 541 %s, 102 %s", w.standing("112"), w.standing("541"), w.standing("102"))
		}
		w.ok(w.c.Petty.Do(ctx, w.clerk, w.tenant, p, 0, "close", "离任"))
		refused(t, w.c.PettyEntries.Do(ctx, w.keeper, w.tenant, last, 0, "void", "错"), errs.State, "", "已收回")
		if got := w.kinds("2021-11-10"); got != "" {
			t.Errorf("still open: %s", got)
		}
		w.clean()
	})
}

// TestPettyBalance makes random movements: the balance is what was advanced less what was settled, never below nothing,
// and the ledger says the same once all is posted.
func TestPettyBalance(t *testing.T) {
	d := dbtest.SQLite(t)
	w := newWorld(t, d)
	p := w.petty()
	var want money.Fen
	var live []ids.ID
	rapid.Check(t, func(rt *rapid.T) {
		for range rapid.IntRange(1, 6).Draw(rt, "moves") {
			kind := rapid.SampledFrom([]string{cash.TopUp, cash.Spend, cash.Refund}).Draw(rt, "kind")
			yuan := rapid.Int64Range(1, 900).Draw(rt, "yuan")
			id, err := w.entry(p, kind, "2021-05-01", yuan)
			fen := money.Fen(yuan) * money.Yuan
			switch {
			case kind == cash.TopUp:
				w.ok(err)
				want += fen
			case fen > want:
				refused(t, err, errs.Invalid, "amount", "余额只有")
				continue
			default:
				w.ok(err)
				want -= fen
			}
			live = append(live, id)
		}
		if len(live) > 0 && rapid.Bool().Draw(rt, "void") {
			i := rapid.IntRange(0, len(live)-1).Draw(rt, "which")
			e, err := w.c.PettyEntries.Get(ctx, w.keeper, w.tenant, live[i])
			w.ok(err)
			err = w.c.PettyEntries.Do(ctx, w.keeper, w.tenant, e.ID, 0, "void", "错")
			switch {
			case e.Kind == cash.TopUp && e.Amount > want:
				refused(t, err, errs.State, "", "已用去一部分")
			case e.Kind == cash.TopUp:
				w.ok(err)
				want -= e.Amount
				live = append(live[:i], live[i+1:]...)
			default:
				w.ok(err)
				want += e.Amount
				live = append(live[:i], live[i+1:]...)
			}
		}
		if rapid.Bool().Draw(rt, "post") {
			w.post()
		}
		v, err := w.c.Petty.Get(ctx, w.keeper, w.tenant, p)
		w.ok(err)
		if v.Balance != want || v.Balance < 0 {
			rt.Fatalf("balance %s, want %s", v.Balance, want)
		}
	})
	w.post()
	if got := w.standing("112"); got != want {
		t.Errorf("the ledger says %s, want %s", got, want)
	}
	w.clean()
}

func TestAdvanceFromApplicationToSettlement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.rule(town, "2021-01-01", cash.Terms{AdvanceDays: 30})
		a := &cash.Advance{Party: w.unit, Borrower: "老赵", Purpose: "展销会差旅", Amount: 2000 * money.Yuan, Applied: date.Must("2021-09-01")}
		id, err := w.c.Advances.Create(ctx, w.keeper, w.tenant, "", a)
		w.ok(err)
		do := func(who access.Principal, event, reason string) error {
			return w.c.Advances.Do(ctx, who, w.tenant, id, 0, event, reason)
		}
		refused(t, do(w.keeper, "approve", ""), errs.Forbidden, "", "权限")
		w.ok(do(w.clerk, "approve", ""))
		got, err := w.c.Advances.Get(ctx, w.keeper, w.tenant, id)
		w.ok(err)
		if got.Due != date.Must("2021-10-01") || got.Approver != "会计老李" || got.Voucher != 0 {
			t.Errorf("approved %+v", got)
		}
		got.Amount++
		refused(t, w.c.Advances.Update(ctx, w.keeper, w.tenant, got), errs.Invalid, "amount", "不能再改")
		got.Amount--
		got.Paid = date.Must("2021-09-03")
		w.ok(w.c.Advances.Update(ctx, w.keeper, w.tenant, got))
		w.ok(do(w.keeper, "pay", ""))
		refused(t, do(w.keeper, "settle", ""), errs.Forbidden, "", "权限") // only entries settle
		if got := w.kinds("2021-09-30"); got != "advance 27" {
			t.Errorf("open: %s", got)
		}
		if got := w.kinds("2021-10-02"); got != "advance 29 over" {
			t.Errorf("open: %s", got)
		}
		settle := func(kind, account string, yuan int64) (ids.ID, error) {
			return w.c.AdvanceEntries.Create(ctx, w.keeper, w.tenant, "", &cash.AdvanceEntry{
				Advance: id, Kind: kind, Date: date.Must("2021-10-10"), Amount: money.Fen(yuan) * money.Yuan, Summary: "差旅费", Account: account,
			})
		}
		_, err = settle(cash.Spend, "101", 10)
		refused(t, err, errs.Invalid, "account", "支出科目")
		_, err = settle(cash.Spend, "541", 2001)
		refused(t, err, errs.Invalid, "amount", "只有 2,000.00")
		_, err = settle(cash.Spend, "541", 1700)
		w.ok(err)
		refused(t, do(w.keeper, "unpay", "退"), errs.State, "", "已有报账或退款 1,700.00")
		last, err := settle(cash.Refund, "库存现金", 300)
		refused(t, err, errs.Invalid, "account", "库存现金（101）") // it is called 现金 in the 2004 system
		last, err = settle(cash.Refund, "现金", 300)
		w.ok(err)
		state := func() string {
			v, err := w.c.Advances.Get(ctx, w.keeper, w.tenant, id)
			w.ok(err)
			return fmt.Sprintf("%s %s %s", v.State, v.Open, v.Settled)
		}
		if s := state(); s != "settled 0.00 2021-11-10" {
			t.Errorf("after the refund: %s", s)
		}
		if got := w.kinds("2021-10-11"); got != "" {
			t.Errorf("open after settling: %s", got)
		}
		w.ok(w.c.AdvanceEntries.Do(ctx, w.keeper, w.tenant, last, 0, "void", "退错"))
		if s := state(); s != "paid 300.00 " {
			t.Errorf("after voiding the refund: %s", s)
		}
		_, err = settle(cash.Refund, "101", 300)
		w.ok(err)
		w.post()
		if w.standing("112") != 0 || w.standing("541") != 1700*money.Yuan || w.standing("101") != 300*money.Yuan {
			t.Errorf("112 %s, 541 %s, 101 %s", w.standing("112"), w.standing("541"), w.standing("101"))
		}
		w.clean()
	})
}

func TestCashCount(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.rule(town, "2021-01-01", cash.Terms{CashLimit: 200 * money.Yuan})
		b := w.book("甲", 1, 50, "2021-01-01")
		w.write(w.receipt(b, "2021-10-01", cash.Cashed, 150))
		w.post()
		w.write(w.receipt(b, "2021-10-05", cash.Cashed, 100))
		w.post()
		w.write(w.receipt(b, "2021-10-08", cash.Cashed, 30)) // not posted yet
		if got := w.kinds("2021-11-01"); got != "book 304, held 31, limit 27 over" {
			t.Errorf("open: %s", got)
		}
		id, err := w.c.Counts.Create(ctx, w.keeper, w.tenant, "", &cash.Count{
			Party: w.unit, Date: date.Must("2021-10-31"), Notes: [6]int{2, 1, 0, 1, 1, 4}, Change: 50, Counter: "小王", Supervisor: "村监委老陈",
		})
		w.ok(err)
		v, err := w.c.Counts.Get(ctx, w.keeper, w.tenant, id)
		w.ok(err)
		if v.Counted != 26950 || v.Book != 250*money.Yuan || v.Waiting != 30*money.Yuan || v.Difference != -1050 {
			t.Errorf("count %+v", v)
		}
		refused(t, w.c.Counts.Do(ctx, w.keeper, w.tenant, id, 0, "sign", ""), errs.Forbidden, "", "权限")
		refused(t, w.c.Counts.Do(ctx, w.clerk, w.tenant, id, 0, "sign", ""), errs.Invalid, "account", "2004 年制度没有")
		v.Account = "应收款"
		w.ok(w.c.Counts.Update(ctx, w.keeper, w.tenant, v))
		refused(t, w.c.Counts.Do(ctx, w.clerk, w.tenant, id, 0, "sign", ""), errs.Invalid, "cause", "差异原因")
		v.Cause = "找零差错，由报账员赔付"
		w.ok(w.c.Counts.Update(ctx, w.keeper, w.tenant, v))
		w.ok(w.c.Counts.Do(ctx, w.clerk, w.tenant, id, 0, "sign", ""))
		v, err = w.c.Counts.Get(ctx, w.keeper, w.tenant, id)
		w.ok(err)
		draft, err := w.l.Get(ctx, w.clerk, w.tenant, v.Voucher)
		w.ok(err)
		if draft.Total != 1050 || draft.Lines[0].Account != "112" || draft.Lines[1].Credit != 1050 || !strings.Contains(draft.Summary, "现金短款") {
			t.Errorf("voucher %+v", draft)
		}
		v.Change++
		refused(t, w.c.Counts.Update(ctx, w.keeper, w.tenant, v), errs.State, "", "已签认")
		w.ok(w.l.Review(ctx, w.second, w.tenant, draft.ID, 0))
		w.ok(w.l.Post(ctx, w.clerk, w.tenant, draft.ID, 0))
		w.post()
		if got := w.standing("101"); got != v.Counted {
			t.Errorf("the ledger says %s, counted %s", got, v.Counted)
		}
		w.clean()
	})
}

func TestRulesOfPlacesAndDays(t *testing.T) {
	rs := cash.Rules{rule(town, "2021-01-01", cash.Terms{PettyLimit: 5, BankDays: 3}), rule(village, "2021-03-01", cash.Terms{PettyLimit: 4}), rule(town, "2021-06-01", cash.Terms{PettyLimit: 6, BankDays: 7})}
	for _, c := range []struct {
		at, day string
		limit   money.Fen
		days    int
	}{
		{village, "2020-12-31", 0, 0}, {village, "2021-02-28", 5, 3}, {village, "2021-03-01", 4, 3}, {village, "2021-06-01", 4, 7},
		{town, "2021-05-31", 5, 3}, {"321182103206", "2021-12-01", 6, 7}, {"321182104001", "2021-12-01", 0, 0},
	} {
		if got := rs.At(c.at, date.Must(c.day)); got.PettyLimit != c.limit || got.BankDays != c.days {
			t.Errorf("%s on %s: %+v", c.at, c.day, got)
		}
	}
	if _, err := cash.ParseBands("60、30"); err == nil {
		t.Error("falling bands pass")
	}
	bands, err := cash.ParseBands("30、60, 90")
	if err != nil || cash.Band(bands, 30) != 0 || cash.Band(bands, 31) != 1 || cash.Band(bands, 91) != 3 {
		t.Error(bands, err)
	}
}

func rule(place, from string, terms cash.Terms) cash.Rule {
	r := cash.Rule{From: date.Must(from), Terms: terms}
	r.Region = place
	return r
}
