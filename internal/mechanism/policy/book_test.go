package policy

import (
	"slices"
	"strings"
	"testing"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
)

// booked are the lines of the vouchers of a payment, by books: account, debit less credit.
func (w *runWorld) booked(payment ids.ID) string {
	w.T.Helper()
	list, err := ledger.VouchersFor(w.T.Context(), w.Env.DB.Read(), w.Tenant, KindPayment, payment)
	w.must(err)
	var out []string
	for i := range list {
		v, err := w.ledger.Get(w.T.Context(), access.System, w.Tenant, list[i].ID)
		w.must(err)
		b, err := ledger.GetBooks(w.T.Context(), w.Env.DB.Read(), w.Tenant, v.Books)
		w.must(err)
		text := b.Name + ":"
		for _, l := range v.Lines {
			text += " " + l.Account + " " + (l.Debit - l.Credit).Plain()
		}
		out = append(out, text)
	}
	slices.Sort(out)
	return strings.Join(out, "; ")
}

// TestVouchers: a payment is booked in the village's books and in the payer's, undone with its payment, and turned round by a
// claw-back.
func TestVouchers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newRunWorld(t, d, runDoc)
		ctx := t.Context()
		owner, err := party.CollectiveOf(ctx, d.Read(), w.Tenant, village)
		w.must(err)
		n, _ := w.Env.Noun("party")
		payer, err := n.Lookup(ctx, d.Read(), w.Tenant, "扬中市八桥镇八桥村村民委员会") // it may keep books here, as towns do not
		w.must(err)
		for name, id := range map[string]ids.ID{"村": owner.ID, "镇": payer} {
			_, err := w.ledger.Books.Create(ctx, access.System, w.Tenant, "", &ledger.Books{Name: name, Party: id, Chart: ledger.Chart2004, From: 202101})
			w.must(err)
		}
		in := w.in(0)
		in.Payers, in.Subjects = []ids.ID{payer}, in.Subjects[:1]
		id, err := w.runs.Freeze(ctx, clerk, w.Tenant, "", in)
		w.must(err)
		r, err := RoundOf(ctx, d.Read(), w.Tenant, id)
		w.must(err)
		l := w.lines(r)[0]
		w.published(r, l)
		w.must(w.step(chief, r, "approve", "2021-10-29", nil, l))
		w.name(&l)
		pay := PayIn{Line: l.ID, Due: 1, On: date.Must("2021-11-01"), DocNo: "回单1"}
		const paid = "村: 102 12250.00 522 -12250.00 541 5250.00 102 -5250.00; 镇: 551 12250.00 102 -12250.00"
		out, err := w.runs.Pay(ctx, clerk, w.Tenant, "k", pay)
		w.must(err)
		if got := w.booked(out.Payment); got != paid {
			t.Fatalf("booked %s", got)
		}
		if again, err := w.runs.Pay(ctx, clerk, w.Tenant, "k", pay); err != nil || again.Payment != out.Payment {
			t.Fatalf("sent twice: %v %v", again, err)
		}
		w.must(w.runs.Payments.Do(ctx, chief, w.Tenant, out.Payment, 0, "void", "登记有误"))
		if got := w.booked(out.Payment); got != "" {
			t.Fatalf("vouchers of a payment that was taken back: %s", got)
		}
		out, err = w.runs.Pay(ctx, clerk, w.Tenant, "", pay)
		w.must(err)
		if got := w.booked(out.Payment); got != paid {
			t.Fatalf("booked again %s", got)
		}
		w.must(w.runs.ClawBack(ctx, chief, w.Tenant, "", ClawIn{Line: l.ID, Amount: 1_000_000, On: date.Must("2021-11-05"), DocNo: "决1", Reason: "虚报"}))
		list, err := PaymentsOf(ctx, d.Read(), w.Tenant, l.ID)
		w.must(err)
		if got := w.booked(list[len(list)-1].ID); got != "村: 102 -7000.00 522 7000.00 541 -3000.00 102 3000.00; 镇: 551 -7000.00 102 7000.00" {
			t.Fatalf("got back %s", got)
		}
		w.sound()
	})
}

// TestPayAccounts: every use has its account in both systems.
func TestPayAccounts(t *testing.T) {
	for _, chart := range []string{ledger.Chart2004, ledger.Chart2023} {
		for _, use := range []string{useBank, useGrant, usePerson, usePayer} {
			code := payAccounts()[[2]string{use, chart}]
			if !slices.ContainsFunc(ledger.Chart(chart), func(a ledger.Account) bool { return a.Code == code }) {
				t.Errorf("%s of %s is %q", use, chart, code)
			}
		}
	}
	if payAccounts()[[2]string{useGrant, ledger.Chart2023}] != "503" || payAccounts()[[2]string{useGrant, ledger.Chart2004}] != "522" {
		t.Error("补助收入 is another account")
	}
}
