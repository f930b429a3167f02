package brand

import (
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/money"
	"huicun/internal/mechanism/mechtest"
)

const (
	coop = "八桥镇八桥村股份经济合作社"
	site = "永胜村农业产业园"
)

var demo = []string{"02-party", "33-brand", "34-product", "38-event", "39-sale"}

func TestBrandLife(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Load("02-party")
		_, err := mechtest.Add(w.World, w.brands, map[string]string{"name": "示例", "holder": "大方金属", "class": "服务"})
		mechtest.Refused(t, err, "holder", "应由集体经济组织或合作社持有")
		_, err = mechtest.Add(w.World, w.brands, map[string]string{"name": "示例", "holder": coop, "class": "服务", "valid_to": "2022-01-01"})
		mechtest.Refused(t, err, "valid_to", "请先填写商标注册号或证书")
		b := mechtest.MustAdd(w.World, w.brands, map[string]string{"name": "示例", "holder": coop, "class": "服务"})
		if b.Region != village {
			t.Errorf("region %s", b.Region)
		}
		mechtest.Refused(t, mechtest.Do(w.World, w.brands, "示例", "license"), "mark_no", "请先填写商标注册号")
		if err := mechtest.Set(w.World, w.brands, "示例", map[string]string{"mark_no": "第0号", "valid_to": "2021-10-01"}); err != nil {
			t.Fatal(err)
		}
		mechtest.Refused(t, mechtest.Do(w.World, w.brands, "示例", "license"), "valid_to", "已于2021年10月1日到期")
		if err := mechtest.Set(w.World, w.brands, "示例", map[string]string{"valid_to": "2021-12-01"}); err != nil {
			t.Fatal(err)
		}
		mechtest.MustDo(w.World, w.brands, "示例", "license", "activate")
		list, err := Expiring(t.Context(), d.Read(), w.Tenant, [][2]string{{"321182103", "321182104"}}, date.Must("2021-12-31"))
		if err != nil || len(list) != 1 {
			t.Errorf("%d expiring, %v", len(list), err)
		}
		mechtest.MustDo(w.World, w.brands, "示例", "withdraw")
		_, err = mechtest.Add(w.World, w.products, map[string]string{"name": "产品", "brand": "示例"})
		mechtest.Refused(t, err, "brand", "已停用")
		mechtest.Refused(t, mechtest.Do(w.World, w.brands, "示例", "license"), "", "不能授权")
	})
}

func TestSaleRules(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Load("02-party", "33-brand", "34-product", "38-event")
		in := map[string]string{"product": "永胜红菱", "on": "2021-09-20", "channel": "节庆", "quantity": "100斤", "amount": "600", "event": "HD-2021-0001"}
		with := func(more map[string]string) map[string]string {
			m := map[string]string{}
			for k, v := range in {
				m[k] = v
			}
			for k, v := range more {
				m[k] = v
			}
			return m
		}
		s := mechtest.MustAdd(w.World, w.sales, in)
		if s.No != "XS-2021-0001" || s.Region != "321182103205" {
			t.Errorf("%s in %s", s.No, s.Region)
		}
		_, err := mechtest.Add(w.World, w.sales, with(map[string]string{"on": "2021-11-11", "event": ""}))
		mechtest.Refused(t, err, "on", "这一天还没有到")
		_, err = mechtest.Add(w.World, w.sales, with(map[string]string{"on": "2021-10-20"}))
		mechtest.Refused(t, err, "on", "不在活动“红菱文化体验节”的日期")
		_, err = mechtest.Add(w.World, w.sales, with(map[string]string{"quantity": "50公斤"}))
		mechtest.Refused(t, err, "quantity", "按斤计量")
		_, err = mechtest.Add(w.World, w.sales, with(map[string]string{"quantity": "50"}))
		mechtest.Refused(t, err, "quantity", "没有写单位")
		_, err = mechtest.Add(w.World, w.sales, with(map[string]string{"share": "601"}))
		mechtest.Refused(t, err, "share", "不能超过销售金额")
		_, err = mechtest.Add(w.World, w.sales, with(map[string]string{"closed_on": "2021-09-21"}))
		mechtest.Refused(t, err, "closed_on", "只有预计的记录")
		mechtest.Refused(t, mechtest.Do(w.World, w.sales, s.No, "meet"), "", "不用兑现")
		mechtest.Refused(t, mechtest.Set(w.World, w.products, "永胜红菱", map[string]string{"unit": "公斤"}), "unit", "已有按“斤”计量的销售记录")

		hope := mechtest.MustAdd(w.World, w.sales, map[string]string{"product": "永胜红菱", "on": "2021-12-31", "channel": "批发", "amount": "1000", "forecast": "是"})
		p := map[string]string{"site": site}
		if r := w.Eval("brand.sales", 2021, day, p); r.Value != 60_000 || r.Forecast != 160_000 || r.Count != 3 {
			t.Errorf("sold %d, expected %d of %d records", r.Value, r.Forecast, r.Count)
		}
		mechtest.MustDo(w.World, w.sales, hope.No, "meet")
		if r := w.Eval("brand.sales", 2021, day, p); r.Forecast != 60_000 {
			t.Errorf("what was met is still expected: %d", r.Forecast)
		}
		if r := w.Eval("brand.sales", 2021, day.AddDays(-1), p); r.Forecast != 160_000 {
			t.Errorf("the day before %d", r.Forecast)
		}
		mechtest.Refused(t, mechtest.Set(w.World, w.sales, hope.No, map[string]string{"amount": "2000"}), "", "不能再改金额")
		mechtest.MustDo(w.World, w.sales, s.No, "void")
		if r := w.Eval("brand.sales", 2021, day, p); r.Value != 0 {
			t.Errorf("a void sale counts %d", r.Value)
		}
		_, err = mechtest.Add(w.World, w.events, map[string]string{"name": "示例节", "region": "永胜村", "from": "2021-12-01", "to": "2021-12-02", "visitors": "10"})
		mechtest.Refused(t, err, "visitor_method", "写明统计方法")
		e := mechtest.MustAdd(w.World, w.events, map[string]string{"name": "示例节", "region": "永胜村", "from": "2021-12-01", "to": "2021-12-02"})
		mechtest.Refused(t, mechtest.Do(w.World, w.events, e.No, "hold"), "", "2021年12月2日才结束")
	})
}

func TestDemoFigures(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.Load(demo...)
		for _, c := range []struct {
			name, scope string
			params      map[string]string
			least, most int64 // of the forecast, in yuan
			actual      int64 // the most that is sold by now
			wording     string
			events      int
		}{
			{"F10", "321182103202", map[string]string{"brand": "鑫惠农"}, 2_000_000, 2_060_000, 1_850_000, "预计突破200万元", 0},
			{"F12", "321182103205", map[string]string{"site": site}, 1_500_000, 1_560_000, 1_350_000, "预计突破150万元", 1},
		} {
			r := w.Eval("brand.sales", 2021, day, c.params, c.scope)
			if r.Forecast < c.least*100 || r.Forecast >= c.most*100 || r.Value > c.actual*100 || r.Value == 0 {
				t.Errorf("%s: sold %s, with what is expected %s", c.name, money.Fen(r.Value), money.Fen(r.Forecast))
			}
			if got := indicator.Forecast.Word(indicator.Yuan, r, 0); got != c.wording {
				t.Errorf("%s reads %s", c.name, got)
			}
			var sold, all int64
			events := 0
			for _, x := range r.Records {
				all += x.Amount
				if !x.Forecast {
					sold += x.Amount
				}
				if x.Kind == "event" {
					events++
				}
			}
			if sold != r.Value || all != r.Forecast || events != c.events {
				t.Errorf("%s: records give %d and %d, %d events", c.name, sold, all, events)
			}
			if end := w.Eval("brand.sales", 2021, date.Date{}, c.params, c.scope); end.Forecast != r.Forecast {
				t.Errorf("%s: at the year's end %d", c.name, end.Forecast)
			}
		}

		f11 := map[string]string{"brand": "云牵农"}
		r := w.Eval("brand.trend", 2021, day, f11, "321182103206")
		if len(r.Series) != 3 || r.Series[0].Label != "2019年1—10月" || r.Series[2].Label != "2021年1—10月" || r.Series[2].Value != r.Value {
			t.Errorf("F11: %+v", r.Series)
		}
		if indicator.Falling(r.Series) || r.Series[1].Value <= r.Series[0].Value || r.Count == 0 {
			t.Errorf("F11 falls: %+v", r.Series)
		}
		if got := indicator.TrendUp.Word(indicator.Yuan, r, 0); got != "持续畅销" {
			t.Errorf("F11 reads %s", got)
		}
		// One record changed: the last October sales void, and the trend falls.
		mechtest.MustDo(w.World, w.sales, r.Records[len(r.Records)-1].No, "void")
		mechtest.MustDo(w.World, w.sales, r.Records[len(r.Records)-2].No, "void")
		if r := w.Eval("brand.trend", 2021, day, f11); !indicator.Falling(r.Series) {
			t.Errorf("F11 does not fall: %+v", r.Series)
		}

		totals, err := Totals(t.Context(), d.Read(), w.Tenant, [][2]string{{"321182103", "321182104"}}, 2021, day)
		if err != nil || len(totals) != 3 {
			t.Fatalf("totals %+v, %v", totals, err)
		}
		for _, x := range totals {
			r := w.Eval("brand.sales", 2021, day, map[string]string{"brand": x.Name})
			if int64(x.Actual) != r.Value || int64(x.Actual+x.Expected) != r.Forecast {
				t.Errorf("%s: totals %+v, figure %d and %d", x.Name, x, r.Value, r.Forecast)
			}
		}
		if r := w.Eval("brand.sales", 2021, day, map[string]string{"brand": "没有的品牌"}); r.Count != 0 {
			t.Errorf("an unknown brand has %d records", r.Count)
		}
	})
}

func TestSpans(t *testing.T) {
	for _, c := range []struct {
		day, first, last, from, to string
	}{
		{"2021-11-10", "2020年1—10月", "2021年1—10月", "2021-01-01", "2021-10-31"},
		{"2021-12-31", "2020年", "2021年", "2021-01-01", "2021-12-31"},
		{"2021-01-30", "2019年", "2020年", "2020-01-01", "2020-12-31"},
		{"2021-01-31", "2020年1月", "2021年1月", "2021-01-01", "2021-01-31"},
		{"2020-02-29", "2019年1—2月", "2020年1—2月", "2020-01-01", "2020-02-29"},
	} {
		s := spans(date.Must(c.day), 2)
		if s[0].label != c.first || s[1].label != c.last || s[1].from.String() != c.from || s[1].to.String() != c.to {
			t.Errorf("%s: %+v", c.day, s)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		on := date.Must("2015-01-01").AddDays(rapid.IntRange(0, 5000).Draw(r, "day"))
		s := spans(on, rapid.IntRange(2, 20).Draw(r, "years"))
		for i, x := range s {
			if x.to.After(on) || x.from.After(x.to) || x.from.Day() != 1 || x.to != x.to.EndOfMonth() {
				r.Fatalf("%s: %+v", on, x)
			}
			if i > 0 && (x.from.Year() != s[i-1].from.Year()+1 || x.to.Month() != s[i-1].to.Month()) {
				r.Fatalf("%s: %+v after %+v", on, x, s[i-1])
			}
		}
	})
}
