package work_test

import (
	"strings"
	"testing"

	"huicun/internal/books/asset"
	"huicun/internal/books/contract"
	"huicun/internal/books/work"
	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
	"huicun/internal/registry/file"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

const village = "321182103205"

type world struct {
	t      *testing.T
	env    *record.Env
	tenant int64
	w      *work.Service
	files  *file.Service
	deal   ids.ID
}

func texts(pairs ...string) map[string]string {
	m := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return m
}

func create[T any](w *world, who access.Principal, n *record.Noun[T], pairs ...string) (*T, ids.ID, error) {
	v := new(T)
	if err := n.SetTexts(w.t.Context(), w.env.ForTenant(w.tenant), village, v, texts(pairs...)); err != nil {
		return nil, 0, err
	}
	id, err := n.Create(w.t.Context(), who, w.tenant, "", v)
	return v, id, err
}

func make1[T any](w *world, n *record.Noun[T], pairs ...string) ids.ID {
	w.t.Helper()
	_, id, err := create(w, access.System, n, pairs...)
	w.ok(err)
	return id
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func each(t *testing.T, fn func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := &world{t: t}
		regions := region.New(d)
		w.ok(regions.Save(t.Context(), []region.Region{
			{Code: "321182000000", Name: "扬中市", Level: "county"}, {Code: "321182103000", Name: "八桥镇", Level: "town"}, {Code: village, Name: "永胜村", Level: "village"},
		}))
		tn, err := regions.TenantOf(t.Context(), village)
		w.ok(err)
		box, err := secret.NewBox([]byte("0123456789abcdef0123456789abcdef"))
		w.ok(err)
		w.tenant, w.env = tn.ID, record.NewEnv(d, regions, box)
		parties := party.NewParties(w.env)
		asset.NewAssets(w.env)
		asset.NewUnits(w.env)
		contracts := contract.NewContracts(w.env)
		w.w, w.files = work.New(w.env), file.New(w.env)
		make1(w, parties, "name", "合作社", "kind", "集体经济组织", "region", "永胜村")
		make1(w, parties, "name", "一厂", "kind", "企业", "region", "永胜村")
		w.deal = make1(w, contracts, "name", "劳务", "kind", "服务协议", "party_a", "合作社", "party_b", "一厂", "signed", "2021-01-01", "from", "2021-01-01", "to", "2022-12-31", "pay", "1000", "pay_months", "3")
		make1(w, contracts, "name", "分红", "kind", "入股分红协议", "party_a", "合作社", "party_b", "一厂", "signed", "2021-01-01", "from", "2021-01-01", "to", "2022-12-31", "pay", "1000", "pay_months", "12")
		for _, event := range []string{"sign", "start"} {
			w.ok(contracts.Do(t.Context(), access.System, w.tenant, w.deal, 0, event, ""))
		}
		fn(w)
	})
}

func person(id ids.ID) access.Principal {
	return access.Principal{ID: id, Name: "某人", Grants: []access.Grant{{Role: "system", Region: village}}}
}

var clerk, head = person(11), person(12)

func (w *world) do(who access.Principal, id ids.ID, event string) error {
	return w.w.Orders.Do(w.t.Context(), who, w.tenant, id, 0, event, "理由")
}

func (w *world) change(id ids.ID, pairs ...string) error {
	v, err := w.w.Orders.Get(w.t.Context(), clerk, w.tenant, id)
	w.ok(err)
	if err := w.w.Orders.SetTexts(w.t.Context(), w.env.ForTenant(w.tenant), village, v, texts(pairs...)); err != nil {
		return err
	}
	return w.w.Orders.Update(w.t.Context(), clerk, w.tenant, v)
}

func order(pairs ...string) []string {
	return append([]string{"contract", "HT-2021-0001", "kind", "劳务用工", "title", "搬运", "requested", "2021-10-08", "due", "2021-11-20", "worker", "张队长", "unit", "工日"}, pairs...)
}

// confirmed brings an order to where it waits for its settlement.
func (w *world) confirmed(pairs ...string) ids.ID {
	w.t.Helper()
	_, id, err := create(w, clerk, w.w.Orders, order(append([]string{"quantity", "2.5", "price", "180.01", "result", "两人", "signer", "李主任"}, pairs...)...)...)
	w.ok(err)
	w.ok(w.files.Attach(w.t.Context(), clerk, w.tenant, "work_order", id, []file.Upload{{Name: "签到.pdf", Data: []byte("%PDF-1.4 " + id.String())}}, file.Invoice{}))
	w.ok(w.do(clerk, id, "assign"))
	w.ok(w.do(clerk, id, "finish"))
	w.ok(w.do(head, id, "confirm"))
	return id
}

func (w *world) clean() {
	w.t.Helper()
	for _, check := range []func() ([]string, error){
		func() ([]string, error) { return work.Check(w.t.Context(), w.env.DB.Read(), w.tenant) },
		func() ([]string, error) { return contract.Check(w.t.Context(), w.env.DB.Read(), w.tenant) },
	} {
		if problems, err := check(); err != nil || len(problems) > 0 {
			w.t.Error(problems, err)
		}
	}
}

// TestOrder: each step asks for what the next one rests on, and nobody confirms what they did themselves.
func TestOrder(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []struct {
			field string
			pairs []string
		}{
			{"contract", order("contract", "HT-2021-0002")},
			{"due", order("due", "2021-10-07")},
			{"requested", order("requested", "2020-12-31")},
			{"quantity", order("quantity", "1.234")},
			{"quantity", order("quantity", "-1")},
			{"price", order("quantity", "10", "price", "8000000000000")},
		} {
			_, _, err := create(w, clerk, w.w.Orders, c.pairs...)
			if e := errs.As(err); e == nil || len(e.Fields) != 1 || e.Fields[0].Name != c.field {
				t.Errorf("%v: %v, want a mistake beside %s", c.pairs, err, c.field)
			}
		}
		_, id, err := create(w, clerk, w.w.Orders, order("worker", "")...)
		w.ok(err)
		refused := func(who access.Principal, event, want string) {
			t.Helper()
			if err := w.do(who, id, event); err == nil || !strings.Contains(errs.Message(err), want) {
				t.Errorf("%s: %v, want %s", event, err, want)
			}
		}
		refused(clerk, "assign", "承办人")
		refused(clerk, "settle", "已确认")
		w.ok(w.change(id, "worker", "张队长"))
		w.ok(w.do(clerk, id, "assign"))
		refused(clerk, "finish", "数量、单价、完成情况")
		w.ok(w.change(id, "quantity", "2.5", "price", "180.01", "result", "两人"))
		refused(clerk, "finish", "凭据")
		w.ok(w.files.Attach(t.Context(), clerk, w.tenant, "work_order", id, []file.Upload{{Name: "签到.pdf", Data: []byte("%PDF-1.4")}}, file.Invoice{}))
		w.ok(w.do(clerk, id, "finish"))
		refused(clerk, "confirm", "由他人")
		refused(head, "confirm", "客户确认人")
		w.ok(w.do(head, id, "return"))
		w.ok(w.do(clerk, id, "finish"))
		w.ok(w.change(id, "signer", "李主任"))
		w.ok(w.do(head, id, "confirm"))
		if err := w.change(id, "price", "1"); !errs.Is(err, errs.State) {
			t.Error("a confirmed order is changed", err)
		}
		v, err := w.w.Orders.Get(t.Context(), clerk, w.tenant, id)
		if err != nil || v.Amount != 450_03 || v.Done != date.Must("2021-11-10") || !v.OnTime() {
			t.Errorf("%+v %v", v, err)
		}
	})
}

// TestSettlement: the month's orders become one payment; taken back, it is charged the other way and they wait again.
func TestSettlement(t *testing.T) {
	each(t, func(w *world) {
		settle := func(month string) (*work.Settlement, error) {
			v, _, err := create(w, head, w.w.Settlements, "contract", "HT-2021-0001", "month", month, "due", "2021-12-31")
			return v, err
		}
		before, err := contract.Charges(t.Context(), w.env.DB.Read(), w.tenant, w.deal)
		w.ok(err)
		if _, err := settle("2021-11"); err == nil || !strings.Contains(err.Error(), "没有已确认") {
			t.Error("nothing to settle", err)
		}
		first := w.confirmed()
		w.confirmed("quantity", "1")
		if _, err := settle("2021-10"); err == nil {
			t.Error("orders of a later month are settled")
		}
		if _, err := settle("十月"); err == nil {
			t.Error("no month")
		}
		v, err := settle("2021-11")
		if err != nil || v.Orders != 2 || v.Amount != 630_04 {
			t.Fatalf("%+v %v", v, err)
		}
		after, err := contract.Charges(t.Context(), w.env.DB.Read(), w.tenant, w.deal)
		w.ok(err)
		if last := after[len(after)-1]; len(after) != len(before)+1 || last.Amount != 630_04 || last.Due != date.Must("2021-12-31") || last.Origin != work.SettlementKind || last.Source != v.ID {
			t.Errorf("%+v", last)
		}
		if _, err := settle("2021-11"); err == nil {
			t.Error("settled twice")
		}
		w.clean()
		if list, err := work.OrdersOf(t.Context(), w.env.DB.Read(), w.tenant, v.ID); err != nil || len(list) != 2 {
			t.Error(list, err)
		}
		figure := func(i int) indicator.Result {
			r, err := work.Figures()[i].Eval(t.Context(), w.env.DB.Read(), indicator.Query{Tenant: w.tenant, Ranges: [][2]string{{village, village + "0"}}, Year: 2021, AsOf: date.Must("2021-11-10")})
			w.ok(err)
			return r
		}
		if figure(0).Value != 2 || figure(1).Value != 630_04 || figure(2).Value != 100_00 {
			t.Error(figure(0), figure(1), figure(2))
		}
		sums, err := work.ByBrand(t.Context(), w.env.DB.Read(), w.tenant, [][2]string{{village, village + "0"}}, date.Must("2021-01-01"), date.Must("2021-12-31"))
		if err != nil || len(sums) != 1 || sums[0].Done != 2 || sums[0].OnTime != 2 || sums[0].Value != 630_04 {
			t.Error(sums, err)
		}
		w.ok(w.w.Settlements.Do(t.Context(), head, w.tenant, v.ID, 0, "undo", "客户有异议"))
		if o, err := w.w.Orders.Get(t.Context(), clerk, w.tenant, first); err != nil || o.State != work.OrderConfirmed || o.Settlement != 0 {
			t.Error(o, err)
		}
		again, err := settle("2021-11")
		if err != nil || again.Amount != 630_04 {
			t.Error(again, err)
		}
		all, err := contract.Charges(t.Context(), w.env.DB.Read(), w.tenant, w.deal)
		w.ok(err)
		sum := int64(0)
		for _, ch := range all[len(before):] {
			sum += int64(ch.Amount)
		}
		if len(all) != len(before)+3 || sum != 630_04 {
			t.Errorf("%v", all)
		}
		w.clean()
	})
}
