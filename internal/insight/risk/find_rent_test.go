package risk_test

import (
	"context"
	"strings"
	"testing"

	"huicun/internal/books/ledger"
	"huicun/internal/books/rent"
	"huicun/internal/insight/overview/overviewtest"
	"huicun/internal/insight/risk"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// letting records a letting of a workshop: its state, its contract ("" for none), its reserve and its price ("" while there
// is none).
func (w *world) letting(no, state, contract, reserve, price, listed string) {
	w.t.Helper()
	day := date.Must(listed)
	closes, opened, result, winner := day.AddDays(10).String(), "", "", ""
	if price != "" {
		opened, result, winner = day.AddDays(11).String(), day.AddDays(12).String(), "租户"
	}
	w.add("letting", "招租编号,名称,出租方（集体）,出租单元,用途,定价依据,参考年租金（元）,依据说明,底价（年租金）（元）,拟起租日,租期（月）,付款周期（月）,公告日期,报名截止日,开标日期,结果公示日期,成交人,成交年租金（元）,租赁合同,状态,示例\n"+
		strings.Join([]string{"ZZ-" + no, "招租" + no, "甲社", "DY-" + no, "生产", "集体自行测算", "100000", "测算", reserve, "2021-07-01", "36", "12", listed, closes, opened, result, winner, price, contract, state, "否"}, ","))
}

// TestUnlisted: contracts that were signed without a letting, by their size, and those that need none.
func TestUnlisted(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		for no, yearly := range map[string]string{"1": "49999.99", "2": "50000", "3": "200000", "4": "300000"} {
			w.workshop(no, "甲社", yearly, "2021-01-01", "2021-05-31")
		}
		w.letting("4", "已起草合同", "HT-4", "100000", "300000", "2020-12-01")
		w.add("contract", "合同编号,合同名称,种类,甲方（集体）,乙方,出租单元,签订日期,起始日期,到期日期,每期金额（元）,付款周期（月）,先付后用,续签自,状态,示例\nHT-9,续签,租赁合同,甲社,租户,DY-1,2021-06-01,2021-06-01,2022-05-31,70000,12,是,HT-1,履行中,否")
		colours := func(day string) string {
			var out []string
			for _, no := range []string{"1", "2", "3", "4", "9"} {
				for title, s := range w.look("unlisted", day) {
					if strings.HasPrefix(title, "HT-"+no) {
						out = append(out, no+s.Colour)
					}
				}
			}
			return strings.Join(out, " ")
		}
		for day, want := range map[string]string{
			"2020-12-31": "", "2021-01-01": "1blue 2yellow 3red", "2021-06-30": "1blue 2yellow 3red", "2022-01-01": "1blue 2yellow 3red", "2022-01-02": "",
		} {
			if got := colours(day); got != want {
				t.Errorf("on %s %q, want %q", day, got, want)
			}
		}
		w.add("risk_rule", "预警项目,规则名称,适用地区,启用日期,参数,红色界限,责任人,审核人,逾期上报,指标恢复正常后,示例\n未公开招租,续签也查,甲村,2021-01-01,续签=计入；回看天数=30,70000,村报账员,镇代理会计,镇党委书记,由审核人确认后销号,否")
		if got := colours("2021-06-30"); got != "9red" {
			t.Errorf("renewals count: %q", got)
		}
	})
}

// TestBelowBasis: a price below the share of the basis that the place's rule sets.
func TestBelowBasis(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	for no, x := range map[string][2]string{"1": {"90000", ""}, "2": {"89999.99", ""}, "3": {"79999", ""}, "4": {"95000", "70000"}, "5": {"95000", "69999"}, "6": {"50000", ""}} {
		w.workshop(no, "甲社", "", "", "")
		state := "公告中"
		switch {
		case no == "6":
			state = "流标"
		case x[1] != "":
			state = "结果公示"
		}
		w.letting(no, state, "", x[0], x[1], "2021-06-01")
	}
	if s := w.look("below_basis", "2021-06-30"); len(s) != 0 {
		t.Errorf("no rule says what is too low: %+v", s)
	}
	w.add("letting_rule", "名称,适用地区,执行日期,底价不低于参考价的（%）,示例\n办法,八桥镇,2020-01-01,90,否")
	s := w.look("below_basis", "2021-06-30")
	for no, want := range map[string]string{"1": "", "2": risk.Blue, "3": risk.Yellow, "4": risk.Yellow, "5": risk.Red, "6": ""} {
		if got := s["ZZ-"+no+" 招租"+no]; got.Colour != want {
			t.Errorf("letting %s: %q, want %q (%s)", no, got.Colour, want, got.Why)
		}
	}
	if why := s["ZZ-5 招租5"].Why; !strings.Contains(why, "成交价 69,999.00 元/年") {
		t.Error(why)
	}
	if s := w.look("below_basis", "2022-06-02"); len(s) != 0 {
		t.Errorf("long ago: %+v", s)
	}
}

// TestBilled: where rent is billed by month, what is overdue is an open item, and a deposit is told from rent paid ahead.
func TestBilled(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		w := newWorld(t, d)
		w.workshop("1", "甲社", "", "", "")
		w.lease("1", "租赁合同", "甲社", "租户", "12000", "2021-01-01", "2021-03-31", "500")
		who := access.Principal{ID: 21, Name: "会计", Grants: []access.Grant{{Role: "town_accountant", Region: overviewtest.Town}}}
		other := who
		other.ID, other.Name = 22, "复核"
		books, err := w.Ledger.Books.Lookup(ctx, d.Read(), w.Tenant, "甲账")
		w.ok(err)
		contracts, _ := w.Env.Noun("contract")
		lease, err := contracts.Lookup(ctx, d.Read(), w.Tenant, "HT-1")
		w.ok(err)
		bill := func(m date.Month) {
			p, err := w.rent.Plan(ctx, d.Read(), w.Tenant, books, m)
			w.ok(err)
			_, err = w.rent.Do(ctx, who, w.Tenant, "", books, m, p.Digest)
			w.ok(err)
		}
		receive := func(kind, day string, fen money.Fen) {
			_, err := w.rent.Receive(ctx, who, w.Tenant, "", rent.Input{Contract: lease, Kind: kind, Date: date.Must(day), Method: rent.ByBank, Amount: fen})
			w.ok(err)
		}
		post := func() {
			page, _, err := w.Ledger.Vouchers.List(ctx, access.System, w.Tenant, record.Filter{Scope: overviewtest.Town, Page: db.Paging{Limit: 500}})
			w.ok(err)
			for _, v := range page.Items {
				if v.State == ledger.Draft {
					w.ok(w.Ledger.Review(ctx, other, w.Tenant, v.ID, 0))
					w.ok(w.Ledger.Post(ctx, who, w.Tenant, v.ID, 0))
				}
			}
		}
		bill(202101)
		receive(rent.Deposit, "2021-01-04", 500_00)
		receive(rent.Rent, "2021-01-05", 1000_00)
		post()
		late := w.look("rent_overdue", "2021-02-05")
		s := late["HT-1 合同1"]
		if len(late) != 1 || s.Measure != 35 || len(s.Refs) != 2 || s.Refs[1].Kind != "rent_item" || s.Refs[1].Value != "未收 1,958.90 元" {
			t.Errorf("overdue %+v", late)
		}
		if w.look("rent_overdue", "2021-01-01")["HT-1 合同1"].Measure != 0 {
			t.Error("due today is not overdue")
		}
		receive(rent.Rent, "2021-02-06", 20_000_00)
		post()
		if late := w.look("rent_overdue", "2021-02-07"); len(late) != 0 {
			t.Errorf("paid, and overdue: %+v", late)
		}
		kept := w.look("deposit_kept", "2021-04-15")["HT-1 合同1"]
		if kept.Measure != 15 || !strings.Contains(kept.Why, "押金 500.00 元") {
			t.Errorf("what was paid ahead is no deposit: %+v", kept)
		}
		receive(rent.Return, "2021-04-16", 500_00)
		post()
		if kept := w.look("deposit_kept", "2021-05-15"); len(kept) != 0 {
			t.Errorf("returned, and kept: %+v", kept)
		}
	})
}
