package brand

import (
	"context"
	"fmt"
	"strconv"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
)

// Figures are the brand slice's indicators.
func Figures(*record.Env) []indicator.Indicator {
	which := []indicator.Param{{Name: "brand", Label: "品牌"}, {Name: "site", Label: "基地（园区）"}}
	return []indicator.Indicator{
		{
			Code: "brand.sales", Name: "品牌（园区）销售额", Unit: indicator.Yuan, Mechanism: "policy",
			Definition: "统计年度内到统计日为止的实际销售额；预计全年为实际销售额加本年预计销售额。预计的从兑现日期起不再计入，作废的都不计。" +
				"可限定品牌或基地（园区）。记录中同时列出当年到统计日已举办的活动，活动现场销售以销售记录为准，不重复相加。",
			Params: which,
			Eval:   sales,
		},
		{
			Code: "brand.trend", Name: "品牌销售走势", Unit: indicator.Yuan, Mechanism: "policy", Aggregate: indicator.Trend,
			Definition: "近几年（years，默认 3 年）同一时段的实际销售额：时段为 1 月到统计日之前（含当日）最后一个完整月份，各年取相同的月份，" +
				"因此不满的月份和季度不会被看成下滑；统计日在 1 月底之前的，比较此前各个全年。数值为最近一年的时段销售额。最早有销售之前的年份不列，但至少列两年。预计和作废的不计。",
			Params: append(which, indicator.Param{Name: "years", Label: "年数", Default: "3"}),
			Eval:   trend,
		},
	}
}

func narrow(q indicator.Query) *db.Where {
	return ofProducts(record.Where(q.Tenant, q.Ranges), q.Tenant, q.Param("brand", ""), q.Param("site", ""))
}

func sales(ctx context.Context, h db.Q, q indicator.Query) (indicator.Result, error) {
	sold, err := records(ctx, h, q.Tenant, actual(narrow(q), q.From(), q.To()))
	if err != nil {
		return indicator.Result{}, err
	}
	yearEnd := q.From().AddMonths(12).AddDays(-1)
	hoped, err := records(ctx, h, q.Tenant, expected(narrow(q), q.From(), yearEnd, q.To()))
	if err != nil {
		return indicator.Result{}, err
	}
	var out indicator.Result
	for _, r := range sold {
		out.Value += r.Amount
	}
	out.Forecast = out.Value
	for i := range hoped {
		out.Forecast += hoped[i].Amount
		if !hoped[i].Date.After(q.To()) {
			hoped[i].Note = "预计的日期已过，请登记实际销售后点“兑现”"
		}
	}
	events, err := eventRecords(ctx, h, q)
	if err != nil {
		return indicator.Result{}, err
	}
	out.Records = append(append(sold, hoped...), events...)
	out.Count = len(out.Records)
	return out, nil
}

// records names sales in a figure's lineage.
func records(ctx context.Context, h db.Q, tenant int64, w *db.Where) ([]indicator.Record, error) {
	found, err := saleTable.All(ctx, h, w, "on_date, no")
	if err != nil {
		return nil, err
	}
	var want []ids.ID
	seen := map[ids.ID]string{}
	for i := range found {
		if _, ok := seen[found[i].Product]; !ok {
			seen[found[i].Product] = ""
			want = append(want, found[i].Product)
		}
	}
	for len(want) > 0 {
		chunk := want[:min(len(want), 500)]
		want = want[len(chunk):]
		products, err := productTable.All(ctx, h, db.In(db.NewWhere(tenant), "id", chunk), "id")
		if err != nil {
			return nil, err
		}
		for i := range products {
			seen[products[i].ID] = products[i].Name
		}
	}
	out := make([]indicator.Record, len(found))
	for i := range found {
		s := &found[i]
		out[i] = indicator.Record{
			Kind: "sale", ID: s.ID, No: s.No, Title: seen[s.Product] + " " + field.LabelOf(Channels, s.Channel), Region: s.Region,
			Date: s.On, Amount: int64(s.Amount), Forecast: s.Forecast, Sample: s.Sample, Note: s.Quantity.String(),
		}
	}
	return out, nil
}

// eventRecords lists the events of the brand or site in the year, as part of the lineage without an amount.
func eventRecords(ctx context.Context, h db.Q, q indicator.Query) ([]indicator.Record, error) {
	brand, site := q.Param("brand", ""), q.Param("site", "")
	w := record.Where(q.Tenant, q.Ranges).And("state = ?", Held).And("from_date >= ?", q.From()).And("to_date <= ?", q.To())
	if brand != "" {
		ofBrand(w, q.Tenant, brand)
	}
	if site != "" {
		w.And("site = ?", site)
	}
	found, err := eventTable.All(ctx, h, w, "from_date, no")
	if err != nil {
		return nil, err
	}
	out := make([]indicator.Record, len(found))
	for i := range found {
		v := &found[i]
		out[i] = indicator.Record{
			Kind: "event", ID: v.ID, No: v.No, Title: v.Name, Region: v.Region, Date: v.From, Sample: v.Sample,
			Note: fmt.Sprintf("活动，游客 %d 人次，现场销售 %s 元（不另计）", v.Visitors, v.Sales),
		}
	}
	return out, nil
}

// span is one year's part of a trend.
type span struct {
	label    string
	from, to date.Date
}

// spans are the same months of each of the last years up to a day, oldest first. Only whole months are compared;
// before the end of January these are the whole years before.
func spans(day date.Date, years int) []span {
	last := day.YearMonth()
	if day != last.Last() {
		last = last.Prev()
	}
	out := make([]span, years)
	for i := range out {
		to := last.Add(-12 * (years - 1 - i))
		from := date.Month(to.Year()*100 + 1)
		label := fmt.Sprintf("%d年1—%d月", to.Year(), to.Of())
		switch to.Of() {
		case 1:
			label = fmt.Sprintf("%d年1月", to.Year())
		case 12:
			label = fmt.Sprintf("%d年", to.Year())
		}
		out[i] = span{label, from.First(), to.Last()}
	}
	return out
}

func trend(ctx context.Context, h db.Q, q indicator.Query) (indicator.Result, error) {
	years, err := strconv.Atoi(q.Param("years", "3"))
	if err != nil || years < 2 || years > 20 {
		return indicator.Result{}, errs.New(errs.Invalid, "brand.years", "参数 years 应为 2 到 20 的整数")
	}
	var out indicator.Result
	all := spans(q.To(), years)
	for i, s := range all {
		found, err := records(ctx, h, q.Tenant, actual(narrow(q), s.from, s.to))
		if err != nil {
			return indicator.Result{}, err
		}
		if len(found) == 0 && len(out.Series) == 0 && i < years-2 {
			continue // nothing had been sold yet
		}
		p := indicator.Point{Label: s.label}
		for _, r := range found {
			p.Value += r.Amount
		}
		out.Series = append(out.Series, p)
		out.Records = append(out.Records, found...)
		out.Value = p.Value
	}
	out.Forecast, out.Count = out.Value, len(out.Records)
	return out, nil
}
