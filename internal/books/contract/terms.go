package contract

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"huicun/internal/books/asset"
	"huicun/internal/books/contract/schedule"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/qty"
)

// More are the terms beyond an amount every so many months. Spans, rates and the list of payments are kept as people
// write them, a line each.
type More struct {
	Anchor                  string // start, calendar
	DueDays, DueDay         int
	Prorate                 string // days, d360, months
	Prepay                  int    // months
	Price                   money.Fen
	PricePer                string // month, year
	Quantity                qty.Qty
	RiseMonths, RiseFirst   int
	RisePercent             int64 // hundredths of a per cent
	RiseOfBase              bool
	RiseAmount              money.Fen
	RiseUnit                string // fen, yuan, ten
	FreeSpans, Rates, Fixed string
	SharePercent            int64
	ShareDays               int
}

var (
	anchors  = []field.Option{{Code: "start", Label: "从起租日起算"}, {Code: "calendar", Label: "按自然期（月、季、年）"}}
	prorates = []field.Option{{Code: "days", Label: "按实际天数"}, {Code: "d360", Label: "每月按 30 天"}, {Code: "months", Label: "整月计"}}
	pricePer = []field.Option{{Code: "month", Label: "每月"}, {Code: "year", Label: "每年"}}
	units10  = []field.Option{{Code: "fen", Label: "到分"}, {Code: "yuan", Label: "到元"}, {Code: "ten", Label: "到十元"}}
)

// roundTo are the multiples of a fen that a raised rent is rounded to.
var roundTo = map[string]int64{"fen": 1, "yuan": 100, "ten": 1000}

// monthsPer are the months that a price is for.
var monthsPer = map[string]int{"month": 1, "year": 12}

// maxMonths is the longest contract in months.
const maxMonths = 12 * longestYears

// dueRange is how many days a payment may fall due before or after its period begins or ends.
const dueRange = 366

// termGroup is the title under which forms fold the further terms.
const termGroup = "更多条款：单价、递增、免租、付款日、分段租金、分成"

func termFields() []field.Field[Contract] {
	m := func(c *Contract) *More { return &c.More }
	list := []field.Field[Contract]{
		field.NewMoney(schedule.FieldPrice, "单价", func(c *Contract) *money.Fen { return &m(c).Price }).Help("每平方米、每亩的价格；填了单价，每期金额由系统算出"),
		field.NewEnum("price_per", "单价的期间", pricePer, func(c *Contract) *string { return &m(c).PricePer }),
		field.NewAmount(schedule.FieldQuantity, "计价数量", qty.M2, func(c *Contract) *qty.Qty { return &m(c).Quantity }).Help("留空时为各出租单元之和").Eg("120 亩"),
		field.NewEnum(schedule.FieldCalendar, "计租期", anchors, func(c *Contract) *string { return &m(c).Anchor }),
		field.NewEnum("prorate", "不足一期的折算", prorates, func(c *Contract) *string { return &m(c).Prorate }),
		field.NewInt("due_days", "付款日推后", -dueRange, dueRange, func(c *Contract) *int { return &m(c).DueDays }).In("天").Help("从一期的第一天（先付）或最后一天（后付）起；提前填负数"),
		field.NewInt(schedule.FieldDueDay, "每月付款日", 0, 31, func(c *Contract) *int { return &m(c).DueDay }).In("日").Help("此后遇到的第一个该日；不约定填 0"),
		field.NewInt(schedule.FieldPrepay, "开头一次预付", 0, maxMonths, func(c *Contract) *int { return &m(c).Prepay }).In("月").Help("如 60：前五年一次付清，收入仍按月分摊"),
		field.NewInt(schedule.FieldEvery, "递增间隔", 0, maxMonths, func(c *Contract) *int { return &m(c).RiseMonths }).In("月").Help("每几个月递增一次；不递增填 0"),
		field.NewInt("rise_first", "首次递增", 0, maxMonths, func(c *Contract) *int { return &m(c).RiseFirst }).In("月").Help("从起始日期起几个月后；留空与间隔相同"),
		percentField(schedule.FieldPercent, "递增比例", func(c *Contract) *int64 { return &m(c).RisePercent }),
		field.NewBool("rise_of_base", "比例按基础租金算", func(c *Contract) *bool { return &m(c).RiseOfBase }).Help("不选则按上一次的租金递增（复利）"),
		field.NewMoney(schedule.FieldAmount, "每次递增金额", func(c *Contract) *money.Fen { return &m(c).RiseAmount }).Help("每期金额增加多少；与比例填一个"),
		field.NewEnum("rise_unit", "递增后取整", units10, func(c *Contract) *string { return &m(c).RiseUnit }),
		linesField(schedule.FieldFree, "免租时段", func(c *Contract) *string { return &m(c).FreeSpans }, spanLine).Help("每行一段，如 2020-02-10 至 2020-03-31").Eg("2020-02-10 至 2020-03-31"),
		linesField(schedule.FieldRates, "分段租金", func(c *Contract) *string { return &m(c).Rates }, rateLine).Help("每行：从哪天起 每期金额，如 2023-01-01 58000").Eg("2023-01-01 58000"),
		linesField(schedule.FieldFixed, "付款表", func(c *Contract) *string { return &m(c).Fixed }, fixedLine).Help("每行：所属期间从哪天起 付款日 金额，如 2021-06-01 2021-06-10 200000").Eg("2021-06-01 2021-06-10 200000"),
		percentField("share_percent", "营业额分成", func(c *Contract) *int64 { return &m(c).SharePercent }).Help("每期金额为保底；报来营业额后收超出保底的部分"),
		field.NewInt("share_days", "分成付款期", 0, dueRange, func(c *Contract) *int { return &m(c).ShareDays }).In("天").Help("报来营业额后几天内付"),
		field.NewRef("previous", "续签自", "contract", func(c *Contract) *ids.ID { return &c.Previous }).Filter(),
		field.NewRef("sublet", "转租自", "contract", func(c *Contract) *ids.ID { return &c.Sublet }).Fix().Filter().Help("承租人经同意转租时，填原租赁合同；甲方填承租人，租金由其收取"),
		field.NewDay("effective", "变更生效日", func(c *Contract) *date.Date { return &c.Effective }).Col("effective_on").Help("签订以后改条款、换承租人时填写：从这一天起按新条款，已到期、已收的款项不改"),
	}
	for i := range list {
		list[i] = list[i].Under(termGroup)
	}
	return list
}

// percentField describes a rate, entered in per cent with two decimals.
func percentField(name, label string, p func(*Contract) *int64) field.Field[Contract] {
	f := field.NewText(name, label, func(*Contract) *string { return new(string) }).In("%").Eg("5")
	f.Get = func(c *Contract) string {
		if *p(c) == 0 {
			return ""
		}
		return schedule.Percent(*p(c))
	}
	f.Set = func(c *Contract, s string) error {
		s = strings.TrimSpace(strings.TrimRight(strings.TrimSpace(s), "%％"))
		if s == "" {
			*p(c) = 0
			return nil
		}
		n, err := money.Parse(s) // two decimals, exactly
		if err != nil || n <= -100_00 || n > 1000_00 {
			return errs.OnField(name, "“%s”不是 -100 到 1000 之间、最多两位小数的百分数", s)
		}
		*p(c) = int64(n)
		return nil
	}
	return f
}

// linesField describes a list written a line each; line returns a line as it is to be kept.
func linesField(name, label string, p func(*Contract) *string, line func(string) (string, error)) field.Field[Contract] {
	f := field.NewLong(name, label, p)
	f.Set = func(c *Contract, s string) error {
		var out []string
		for _, text := range strings.FieldsFunc(field.Clean(s, true), func(r rune) bool { return r == '\n' || r == ';' || r == '；' }) {
			if text = strings.TrimSpace(text); text == "" {
				continue
			}
			kept, err := line(text)
			if err != nil {
				return errs.OnField(name, "“%s”：%s", text, errs.Message(err))
			}
			out = append(out, kept)
		}
		*p(c) = strings.Join(out, "\n")
		return nil
	}
	return f
}

func splitLine(s string, want int, form string) ([]string, error) {
	parts := strings.Fields(strings.NewReplacer("至", " ", "到", " ", "~", " ", "～", " ", "，", " ", "元", " ").Replace(s))
	if len(parts) != want {
		return nil, errs.New(errs.Invalid, "contract.line", "应写成“%s”", form)
	}
	return parts, nil
}

func parseSpan(s string) (schedule.Span, error) {
	parts, err := splitLine(s, 2, "2020-02-10 至 2020-03-31")
	if err != nil {
		return schedule.Span{}, err
	}
	from, err1 := date.Parse(parts[0])
	to, err2 := date.Parse(parts[1])
	return schedule.Span{From: from, To: to}, cmp.Or(err1, err2)
}

func parseRate(s string) (schedule.Rate, error) {
	parts, err := splitLine(s, 2, "2023-01-01 58000")
	if err != nil {
		return schedule.Rate{}, err
	}
	from, err1 := date.Parse(parts[0])
	pay, err2 := money.Parse(parts[1])
	return schedule.Rate{From: from, Pay: pay}, cmp.Or(err1, err2)
}

func parseFixed(s string) (schedule.Fixed, error) {
	parts, err := splitLine(s, 3, "2021-06-01 2021-06-10 200000")
	if err != nil {
		return schedule.Fixed{}, err
	}
	from, err1 := date.Parse(parts[0])
	due, err2 := date.Parse(parts[1])
	fen, err3 := money.Parse(parts[2])
	return schedule.Fixed{From: from, Due: due, Amount: fen}, cmp.Or(err1, err2, err3)
}

func spanLine(s string) (string, error) {
	x, err := parseSpan(s)
	return fmt.Sprintf("%s 至 %s", x.From, x.To), err
}

func rateLine(s string) (string, error) {
	x, err := parseRate(s)
	return fmt.Sprintf("%s %s", x.From, x.Pay.Plain()), err
}

func fixedLine(s string) (string, error) {
	x, err := parseFixed(s)
	return fmt.Sprintf("%s %s %s", x.From, x.Due, x.Amount.Plain()), err
}

// eachLine reads a stored list.
func eachLine[V any](text string, parse func(string) (V, error)) ([]V, error) {
	if text == "" {
		return nil, nil
	}
	var out []V
	for line := range strings.SplitSeq(text, "\n") {
		v, err := parse(line)
		if err != nil {
			return nil, fmt.Errorf("reading terms %q: %w", line, err)
		}
		out = append(out, v)
	}
	return out, nil
}

// Terms are the contract's terms as schedules are laid out from them.
func (c *Contract) Terms() (*schedule.Terms, error) {
	m := &c.More
	t := &schedule.Terms{
		From: c.From, To: c.To, Ended: c.Ended, Step: c.PayMonths, Calendar: m.Anchor == "calendar", Advance: c.Advance, DueDays: m.DueDays, DueDay: m.DueDay,
		Prepay: m.Prepay, FreeHead: c.FreeMonths, Pay: c.Pay, Deposit: c.Deposit, Guarantee: schedule.Share{Percent: m.SharePercent, Days: m.ShareDays},
		Escalate: schedule.Escalation{First: m.RiseFirst, Every: m.RiseMonths, Percent: m.RisePercent, OfBase: m.RiseOfBase, Amount: m.RiseAmount, Unit: roundTo[m.RiseUnit]},
	}
	if m.Prorate != "days" {
		t.Prorate = schedule.Prorate(m.Prorate)
	}
	if m.Price != 0 {
		t.Price = schedule.Price{Fen: m.Price, Months: monthsPer[m.PricePer], Quantity: m.Quantity}
	}
	var err1, err2, err3 error
	t.Free, err1 = eachLine(m.FreeSpans, parseSpan)
	t.Rates, err2 = eachLine(m.Rates, parseRate)
	t.Fixed, err3 = eachLine(m.Fixed, parseFixed)
	return t, cmp.Or(err1, err2, err3)
}

// settleTerms fills in what follows from other terms.
func settleTerms(ctx context.Context, q db.Q, tenant int64, c *Contract) error {
	m := &c.More
	m.Anchor, m.Prorate = cmp.Or(m.Anchor, "start"), cmp.Or(m.Prorate, "days")
	m.PricePer, m.RiseUnit = cmp.Or(m.PricePer, "month"), cmp.Or(m.RiseUnit, "fen")
	if m.Fixed != "" {
		c.Pay, c.PayMonths = 0, 0
		return nil
	}
	if m.Price != 0 && m.Quantity.N == 0 && len(c.Units) > 0 {
		units, err := asset.GetUnits(ctx, q, tenant, c.Units)
		if err != nil {
			return err
		}
		for _, u := range units {
			if m.Quantity.N == 0 {
				m.Quantity = u.Quantity
				continue
			}
			if m.Quantity, err = qty.Add(m.Quantity, u.Quantity); err != nil {
				return errs.OnField(schedule.FieldQuantity, "各出租单元的计量单位不同，请填写计价数量")
			}
		}
	}
	t, err := c.Terms()
	if err != nil {
		return err
	}
	switch {
	case m.Price != 0:
		c.Pay, err = t.PeriodPrice()
	case c.Pay == 0 && len(t.Rates) > 0 && t.Rates[0].From == c.From:
		c.Pay = t.Rates[0].Pay
	}
	return err
}

const daysAYear = 365

// annualOfList spreads what a list of payments comes to over its days and takes a year of them.
func annualOfList(c *Contract) error {
	t, err := c.Terms()
	if err != nil {
		return err
	}
	sum := money.Fen(0)
	for _, f := range t.Fixed {
		if sum, err = money.Add(sum, f.Amount); err != nil {
			return errs.OnField(schedule.FieldFixed, "%s", errs.Message(err))
		}
	}
	if days := c.To.Sub(c.From) + 1; days >= daysAYear {
		c.Annual, err = money.MulDiv(sum, daysAYear, int64(days), money.HalfUp)
	}
	return err
}

// termNames are the fields whose change after the signing is an amendment.
var termNames = func() []string {
	out := []string{"from", "to", "ended", "free_months", "pay", "pay_months", "advance", "deposit"}
	for _, f := range termFields() {
		if !slices.Contains([]string{"previous", "sublet", "effective"}, f.Name) {
			out = append(out, f.Name)
		}
	}
	return out
}()
