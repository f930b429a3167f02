package contract

import (
	"context"
	"fmt"
	"strings"

	"huicun/internal/books/asset"
	"huicun/internal/books/contract/schedule"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/money"
	"huicun/internal/registry/party"
)

// Placeholder is what a template may have filled in.
type Placeholder struct {
	Name, Help string
	value      func(p *paperData) string
}

// ScheduleHere is the placeholder where the schedule stands; without it the schedule is an annex.
const ScheduleHere = "收款计划"

// paperData is what a contract is printed from.
type paperData struct {
	c        *Contract
	a, b     *party.Party
	units    []asset.Unit
	payments []schedule.Payment
	total    money.Fen
}

// Placeholders are all that templates may use, in the order of the list that people see.
var Placeholders = []Placeholder{
	{"合同编号", "", func(p *paperData) string { return p.c.No }},
	{"合同名称", "", func(p *paperData) string { return p.c.Name }},
	{"备案号", "", func(p *paperData) string { return p.c.FileNo }},
	{"甲方", "集体经济组织名称", func(p *paperData) string { return p.a.Name }},
	{"甲方代码", "统一社会信用代码", func(p *paperData) string { return p.a.CreditCode }},
	{"甲方地址", "", func(p *paperData) string { return p.a.Address }},
	{"甲方联系人", "", func(p *paperData) string { return p.a.Contact }},
	{"乙方", "对方单位名称", func(p *paperData) string { return p.b.Name }},
	{"乙方代码", "统一社会信用代码", func(p *paperData) string { return p.b.CreditCode }},
	{"乙方地址", "", func(p *paperData) string { return p.b.Address }},
	{"乙方联系人", "", func(p *paperData) string { return p.b.Contact }},
	{"出租单元", "各单元的编号、名称和面积（数量）", unitsText},
	{"内容", "内容（用途）", func(p *paperData) string { return p.c.Content }},
	{"签订日期", "", func(p *paperData) string { return day(p.c.Signed) }},
	{"起始日期", "", func(p *paperData) string { return day(p.c.From) }},
	{"到期日期", "", func(p *paperData) string { return day(p.c.To) }},
	{"期限", "如 3 年、1 年 6 个月", termText},
	{"免租期", "", func(p *paperData) string { return freeText(p.c) }},
	{"每期金额", "元，数字", func(p *paperData) string { return fen(p.c.Pay) }},
	{"每期金额大写", "", func(p *paperData) string { return capital(p.c.Pay) }},
	{"年化金额", "元，数字", func(p *paperData) string { return fen(p.c.Annual) }},
	{"年化金额大写", "", func(p *paperData) string { return capital(p.c.Annual) }},
	{"合计金额", "收款计划各期之和，元", func(p *paperData) string { return fen(p.total) }},
	{"合计金额大写", "", func(p *paperData) string { return capital(p.total) }},
	{"押金", "元，数字；没有押金为“无”", func(p *paperData) string { return orNone(p.c.Deposit, fen(p.c.Deposit)+" 元") }},
	{"押金大写", "", func(p *paperData) string { return orNone(p.c.Deposit, capital(p.c.Deposit)) }},
	{"付款方式", "如：每 3 个月一付，先付后用", payText},
	{"单价", "", priceText},
	{"递增", "租金递增的约定；不递增为“不递增”", riseText},
	{"分成", "营业额分成的约定；没有为“无”", shareText},
	{ScheduleHere, "收款计划表，要单独占一行；不写时作为附件印在最后", nil},
}

// Paper is a contract as it is printed: the filled text, and its payments.
type Paper struct {
	Blocks   []Block
	Payments []schedule.Payment
	Total    money.Fen
	Annexed  bool // the schedule stands behind the text
}

// Print fills a template from a contract, which must have its units.
func Print(ctx context.Context, q db.Q, tenant int64, c *Contract, t *Template) (*Paper, error) {
	blocks, err := ParsePaper(t.Body)
	if err != nil {
		return nil, fmt.Errorf("reading template %s: %w", t.Name, err)
	}
	d := &paperData{c: c}
	if d.a, err = party.Get(ctx, q, tenant, c.PartyA); err != nil {
		return nil, err
	}
	if d.b, err = party.Get(ctx, q, tenant, c.PartyB); err != nil {
		return nil, err
	}
	if len(c.Units) > 0 {
		if d.units, err = asset.GetUnits(ctx, q, tenant, c.Units); err != nil {
			return nil, err
		}
	}
	versions, err := Versions(ctx, q, tenant, c.ID)
	if err != nil {
		return nil, err
	}
	if d.payments, err = Payments(c, versions); err != nil {
		return nil, err
	}
	if d.total, err = schedule.Sum(d.payments); err != nil {
		return nil, err
	}
	values := map[string]string{}
	for _, p := range Placeholders {
		if p.value != nil {
			values[p.Name] = p.value(d)
		}
	}
	out := &Paper{Blocks: Fill(blocks, values), Payments: d.payments, Total: d.total, Annexed: true}
	for _, b := range blocks {
		if b.Kind == BlockSchedule {
			out.Annexed = false
		}
	}
	return out, nil
}

func day(d date.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.Chinese()
}

func fen(f money.Fen) string {
	if f == 0 {
		return ""
	}
	return f.String()
}

func capital(f money.Fen) string {
	if f == 0 {
		return ""
	}
	return f.Capital()
}

func orNone(f money.Fen, text string) string {
	if f == 0 {
		return "无"
	}
	return text
}

func unitsText(p *paperData) string {
	out := make([]string, len(p.units))
	for i, u := range p.units {
		out[i] = fmt.Sprintf("%s %s（%s）", u.No, u.Name, u.Quantity)
	}
	return strings.Join(out, "、")
}

func termText(p *paperData) string {
	months, days := date.MonthsBetween(p.c.From, p.c.To.AddDays(1))
	if days == 0 {
		return monthsText(months)
	}
	return fmt.Sprintf("%d 天", p.c.To.Sub(p.c.From)+1)
}

func freeText(c *Contract) string {
	var out []string
	if c.FreeMonths > 0 {
		out = append(out, fmt.Sprintf("自起始日期起 %s", monthsText(c.FreeMonths)))
	}
	if c.More.FreeSpans != "" {
		out = append(out, strings.ReplaceAll(c.More.FreeSpans, "\n", "、"))
	}
	if len(out) == 0 {
		return "无"
	}
	return strings.Join(out, "；")
}

func payText(p *paperData) string {
	c := p.c
	when := "后付"
	if c.Advance {
		when = "先付后用"
	}
	switch {
	case c.More.Fixed != "":
		return "按收款计划所列日期和金额付款"
	case c.PayMonths == 0:
		return "一次付清，" + when
	}
	text := fmt.Sprintf("每 %s一付，%s", monthsText(c.PayMonths), when)
	if c.More.DueDay > 0 {
		text += fmt.Sprintf("，%d 日前付清", c.More.DueDay)
	}
	if c.More.Prepay > 0 {
		text += "，开头 " + monthsText(c.More.Prepay) + "一次预付"
	}
	return text
}

func priceText(p *paperData) string {
	m := &p.c.More
	if m.Price == 0 {
		return ""
	}
	per := map[string]string{"month": "每月", "year": "每年"}[m.PricePer]
	return fmt.Sprintf("%s每单位 %s 元，计价数量 %s", per, m.Price, m.Quantity)
}

func riseText(p *paperData) string {
	m := &p.c.More
	switch {
	case m.Rates != "":
		return "分段租金：" + strings.ReplaceAll(m.Rates, "\n", " 元、") + " 元"
	case m.RiseMonths == 0:
		return "不递增"
	case m.RiseAmount != 0:
		return fmt.Sprintf("每 %s递增 %s 元", monthsText(m.RiseMonths), m.RiseAmount)
	case m.RiseOfBase:
		return fmt.Sprintf("每 %s按基础租金的 %s%% 递增", monthsText(m.RiseMonths), schedule.Percent(m.RisePercent))
	}
	return fmt.Sprintf("每 %s在上一次租金上递增 %s%%", monthsText(m.RiseMonths), schedule.Percent(m.RisePercent))
}

func shareText(p *paperData) string {
	m := &p.c.More
	if m.SharePercent == 0 {
		return "无"
	}
	return fmt.Sprintf("按营业额的 %s%% 计收，每期金额为保底；营业额报来后 %d 天内付清超出部分", schedule.Percent(m.SharePercent), m.ShareDays)
}
