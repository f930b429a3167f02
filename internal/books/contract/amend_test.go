package contract

import (
	"slices"
	"strings"
	"testing"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
)

// signed makes a lease that is in force; the clock of the tests stands on 2021-11-10.
func signed(w *world, changes ...string) ids.ID {
	w.t.Helper()
	id := make1(w, w.contracts, lease(changes...))
	for _, event := range []string{"sign", "start"} {
		if err := w.contracts.Do(w.t.Context(), access.System, w.tenant, id, 0, event, ""); err != nil {
			w.t.Fatal(err)
		}
	}
	return id
}

// change edits a contract as its form does.
func change(w *world, id ids.ID, texts ...string) error {
	w.t.Helper()
	v, err := w.contracts.Get(w.t.Context(), access.System, w.tenant, id)
	if err != nil {
		w.t.Fatal(err)
	}
	m := map[string]string{}
	for i := 0; i+1 < len(texts); i += 2 {
		m[texts[i]] = texts[i+1]
	}
	if err := w.contracts.SetTexts(w.t.Context(), w.env.ForTenant(w.tenant), village, v, m); err != nil {
		return err
	}
	return w.contracts.Update(w.t.Context(), access.System, w.tenant, v)
}

func stored(w *world, id ids.ID) []Charge {
	w.t.Helper()
	list, err := Charges(w.t.Context(), w.env.DB.Read(), w.tenant, id)
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

func total(list []Charge) money.Fen {
	s := money.Fen(0)
	for _, ch := range list {
		s += ch.Amount
	}
	return s
}

func clean(w *world) {
	w.t.Helper()
	if problems, err := Check(w.t.Context(), w.env.DB.Read(), w.tenant); err != nil || len(problems) > 0 {
		w.t.Error(problems, err)
	}
}

// TestAmendmentsKeepWhatWasBilled: after the signing new terms need a day, what fell due stays, and the versions say what
// changed.
func TestAmendmentsKeepWhatWasBilled(t *testing.T) {
	each(t, func(w *world) {
		id := signed(w, "to", "2022-12-31", "advance", "是")
		before := stored(w, id)
		if err := change(w, id, "pay", "900"); err == nil || !strings.Contains(err.Error(), "变更生效日") {
			t.Errorf("amended without a day: %v", err)
		}
		if err := change(w, id, "content", "仓储"); err != nil || !slices.Equal(before, stored(w, id)) {
			t.Errorf("what is no term: %v", err)
		}
		// From December the rent is 900 a quarter; the quarter that began in October was billed: 31 of its 92 days get cheaper.
		if err := change(w, id, "pay", "900", "effective", "2021-12-01"); err != nil {
			t.Fatal(err)
		}
		after := stored(w, id)
		credit := Charge{Seq: 5, From: date.Must("2021-12-01"), To: date.Must("2021-12-31"), Due: date.Must("2021-12-01"), Amount: -101_09}
		if len(after) != 9 || !slices.Equal(after[:4], before[:4]) || after[4] != credit || after[5].Amount != 900_00 || after[5].From.String() != "2022-01-01" {
			t.Errorf("%v", after)
		}
		clean(w)
		if err := change(w, id, "pay", "950", "effective", "2021-11-30"); err == nil {
			t.Error("amended from before the last amendment")
		}
		make1(w, w.parties, map[string]string{"name": "二厂", "kind": "企业", "region": "永胜村"})
		if err := change(w, id, "party_b", "二厂", "effective", "2022-01-01"); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(after, stored(w, id)) {
			t.Error("another tenant, other payments")
		}
		if err := w.contracts.Do(t.Context(), access.System, w.tenant, id, 0, "end", "搬迁"); err == nil {
			t.Error("ended before an amendment that is to come")
		}
		if err := change(w, id, "ended", "2022-03-31"); err != nil {
			t.Fatal(err)
		}
		if got := stored(w, id); total(got) != total(after[:6]) {
			t.Errorf("ended after the first quarter: %v", got)
		}
		clean(w)
		versions, err := Versions(t.Context(), w.env.DB.Read(), w.tenant, id)
		if err != nil || len(versions) != 4 {
			t.Fatal(versions, err)
		}
		for i, want := range []string{"每期金额 1200.00 900.00", "乙方 一厂 二厂", "提前终止日期  2022-03-31"} {
			d := Differences(&versions[i], &versions[i+1])
			if len(d) != 1 || d[0].Label+" "+d[0].Before+" "+d[0].After != want {
				t.Errorf("%v, want %s", d, want)
			}
		}
	})
}

// TestEarlyEndCreditsWhatWasBilled: ended today, what was billed beyond is credited in a payment of its own.
func TestEarlyEndCreditsWhatWasBilled(t *testing.T) {
	each(t, func(w *world) {
		id := signed(w, "advance", "是", "to", "2022-12-31")
		before := stored(w, id)
		if err := w.contracts.Do(t.Context(), access.System, w.tenant, id, 0, "end", "企业搬迁"); err != nil {
			t.Fatal(err)
		}
		// 51 of 92 days of the last quarter are left.
		got := stored(w, id)
		if len(got) != 5 || !slices.Equal(got[:4], before[:4]) || got[4].Amount != -665_22 || got[4].From.String() != "2021-11-11" {
			t.Errorf("%v", got)
		}
		clean(w)
	})
}

// TestTermsOfMoney: the terms reach the schedule through the texts of forms and sheets.
func TestTermsOfMoney(t *testing.T) {
	each(t, func(w *world) {
		id := make1(w, w.contracts, lease("pay", "", "price", "12.5", "units", "U1、U2", "to", "2023-12-31", "rise_months", "12", "rise_percent", "5", "rise_unit", "到十元",
			"free_spans", "2021-03-01～2021-03-31"))
		v, err := w.contracts.Get(t.Context(), access.System, w.tenant, id)
		if err != nil || v.Pay != 7_500_00 || v.Annual != 30_000_00 || v.More.Quantity.String() != "200 ㎡" || v.More.FreeSpans != "2021-03-01 至 2021-03-31" {
			t.Fatalf("%+v %v", v, err)
		}
		list := stored(w, id)
		if len(list) != 12 || list[0].Amount != 4_916_67 || list[4].Amount != 7_880_00 || list[8].Amount != 8_270_00 {
			t.Errorf("%v", list)
		}
		clean(w)
		id = make1(w, w.contracts, lease("kind", "入股分红协议", "units", "", "pay", "", "fixed", "2021-01-01 2021-06-30 10000\n2021-07-01，2021-12-31，15000.5"))
		if list := stored(w, id); len(list) != 2 || list[1].Amount != 15_000_50 {
			t.Errorf("%v", list)
		}
		for _, c := range []struct {
			field string
			texts []string
		}{
			{"free_spans", []string{"free_spans", "三月"}},
			{"free_spans", []string{"free_spans", "2021-02-01 至 2021-03-01；2021-03-01 至 2021-03-02"}},
			{"rates", []string{"rates", "2021-02-01"}},
			{"fixed", []string{"fixed", "2021-01-01 2021-01-32 5"}},
			{"rise_percent", []string{"rise_months", "1", "rise_percent", "-50", "rise_of_base", "是"}},
			{"rise_percent", []string{"rise_percent", "五"}},
			{"rise_months", []string{"rise_percent", "5"}},
			{"price_quantity", []string{"kind", "土地流转合同", "units", "", "pay", "", "price", "800"}},
			{"pay", []string{"pay", ""}},
			{"pay", []string{"pay", "8999999999999"}},
			{"to", []string{"to", "2020-01-01"}},
			{"previous", []string{"previous", "HT-2021-0001"}},
		} {
			_, err := create(w, w.contracts, lease(append([]string{"units", "U3"}, c.texts...)...))
			if e := errs.As(err); e == nil || len(e.Fields) != 1 || e.Fields[0].Name != c.field {
				t.Errorf("%v: %v, want a mistake beside %s", c.texts, err, c.field)
			}
		}
		old := id
		id = make1(w, w.contracts, lease("units", "U3", "from", "2022-01-01", "to", "2022-12-31", "kind", "土地流转合同"))
		if old == id {
			t.Fatal(id)
		}
	})
}
