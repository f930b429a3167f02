package field

import (
	"strings"
	"testing"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/qty"
)

type thing struct {
	text, long, kind string
	n                int
	pay              money.Fen
	area             qty.Qty
	day              date.Date
	yes              bool
	link             ids.ID
	links            []ids.ID
	place, phone     string
}

var kinds = []Option{{Code: "lease", Label: "租赁合同"}, {Code: "service", Label: "服务协议"}}

func fields() map[string]Field[thing] {
	return map[string]Field[thing]{
		"text": NewText("text", "名称", func(v *thing) *string { return &v.text }),
		"long": NewLong("long", "内容", func(v *thing) *string { return &v.long }),
		"n":    NewInt("n", "数", -3, 60, func(v *thing) *int { return &v.n }),
		"pay":  NewMoney("pay", "金额", func(v *thing) *money.Fen { return &v.pay }),
		"area": NewAmount("area", "面积", qty.M2, func(v *thing) *qty.Qty { return &v.area }),
		"day":  NewDay("day", "日期", func(v *thing) *date.Date { return &v.day }),
		"yes":  NewBool("yes", "是否", func(v *thing) *bool { return &v.yes }),
		"kind": NewEnum("kind", "种类", kinds, func(v *thing) *string { return &v.kind }),
	}
}

// TestParse reads what people type; the text that comes out reads back as itself.
func TestParse(t *testing.T) {
	for _, c := range []struct{ field, in, want string }{
		{"text", "  永胜 村 ", "永胜 村"}, {"text", "一\n二\t三", "一 二 三"}, {"text", "\x00甲\x07乙\ufeff\x7f", "甲乙"}, {"text", "甲\xff乙", "甲乙"}, {"text", "", ""},
		{"long", "一\r\n二\r三\t四\x00", "一\n二\n三\t四"}, {"long", " \n ", ""},
		{"n", "", "0"}, {"n", " 12 ", "12"}, {"n", "-3", "-3"}, {"n", "60", "60"}, {"n", "+7", "7"},
		{"pay", "", "0.00"}, {"pay", "1234.5", "1234.50"}, {"pay", "1,234.56", "1234.56"}, {"pay", "￥１２３", "123.00"}, {"pay", "12.5万", "125000.00"}, {"pay", "66000元", "66000.00"}, {"pay", "0", "0.00"},
		{"area", "", ""}, {"area", "2400", "2,400 ㎡"}, {"area", "2400平方米", "2,400 ㎡"}, {"area", "10亩", "10 亩"}, {"area", "2 栋", "2 栋"},
		{"day", "", ""}, {"day", "2021-11-10", "2021-11-10"}, {"day", "2021年11月1日", "2021-11-01"}, {"day", "2021/1/2", "2021-01-02"}, {"day", "2020-02-29", "2020-02-29"},
		{"yes", "是", "是"}, {"yes", "√", "是"}, {"yes", "ON", "是"}, {"yes", "", "否"}, {"yes", "No", "否"}, {"yes", "×", "否"},
		{"kind", "", ""}, {"kind", "租赁合同", "租赁合同"}, {"kind", "service", "服务协议"},
	} {
		var v thing
		f := fields()[c.field]
		if err := f.Set(&v, c.in); err != nil {
			t.Errorf("%s %q: %v", c.field, c.in, err)
			continue
		}
		got := f.Get(&v)
		if got != c.want {
			t.Errorf("%s %q reads %q, want %q", c.field, c.in, got, c.want)
		}
		var again thing
		if err := f.Set(&again, got); err != nil || f.Get(&again) != got {
			t.Errorf("%s: %q reads back as %q %v", c.field, got, f.Get(&again), err)
		}
	}
}

// TestRefuse reads what is no such thing: the sentence is on the field, and the value stays as it was.
func TestRefuse(t *testing.T) {
	for _, c := range []struct{ field, in, want string }{
		{"n", "一", "“一”不是整数"}, {"n", "1.5", "“1.5”不是整数"}, {"n", "61", "应在 -3 到 60 之间"}, {"n", "-4", "应在 -3 到 60 之间"}, {"n", "99999999999999999999", "不是整数"},
		{"pay", "-0.01", "金额不能为负数"}, {"pay", "很多", "很多"}, {"pay", "1.234", ""}, {"pay", "99999999999999999999", "9 万亿"}, {"pay", "=1+1", ""}, {"pay", "NaN", ""}, {"pay", "1e5", ""},
		{"area", "-1", "不能"}, {"area", "大", "大"}, {"area", "1吨半", ""},
		{"day", "2021-02-29", "2021-02-29 这一天不存在"}, {"day", "2021-13-01", "不存在"}, {"day", "明天", "明天"}, {"day", "0001-01-01", "年份"}, {"day", "44440", ""},
		{"yes", "也许", "“也许”应填“是”或“否”"},
		{"kind", "赠与", "“赠与”不在可选范围内，可填：租赁合同、服务协议"},
	} {
		v := thing{n: 7, pay: 7, area: qty.Qty{N: 7, Unit: qty.M2}, day: date.Must("2021-01-01"), yes: true, kind: "lease"}
		was := v
		f := fields()[c.field]
		err := f.Set(&v, c.in)
		e := errs.As(err)
		if e == nil || e.Kind != errs.Invalid || len(e.Fields) != 1 || e.Fields[0].Name != c.field || !strings.Contains(e.Fields[0].Msg, c.want) {
			t.Errorf("%s %q: %v", c.field, c.in, err)
		}
		if f.Get(&v) != f.Get(&was) {
			t.Errorf("%s %q changed the value to %q", c.field, c.in, f.Get(&v))
		}
	}
}

func TestSettings(t *testing.T) {
	f := NewText("name", "名称", func(v *thing) *string { return &v.text }).Req().Fix().Derived().Stamp().List().Filter().Help("说明").In("个").Col("the_name").Eg("例").Limit(3)
	if !f.Required || !f.Fixed || !f.ReadOnly || !f.Stamped || !f.InList || !f.Sortable || !f.Filters || f.Note != "说明" || f.Unit != "个" || f.Column != "the_name" || f.Example != "例" {
		t.Errorf("%+v", f)
	}
	if err := f.CheckText("一二三"); err != nil {
		t.Error(err)
	}
	if err := f.CheckText("一二三四"); err == nil || !strings.Contains(err.Error(), "最多 3 个字，现有 4 个字") {
		t.Error(err)
	}
	for name, f := range map[string]Field[thing]{
		"a link":  NewRef("link", "关联", "party", func(v *thing) *ids.ID { return &v.link }),
		"links":   NewRefs("links", "关联", "party", func(v *thing) *[]ids.ID { return &v.links }),
		"a phone": NewSealed("phone", "电话", func(v *thing) *string { return &v.phone }),
		"a text":  NewLong("long", "内容", func(v *thing) *string { return &v.long }),
	} {
		if f.List().Sortable {
			t.Errorf("a list can be sorted by %s", name)
		}
	}
	if f := NewRegion("region", "地区", func(v *thing) *string { return &v.place }); f.Show().Sortable || !f.Show().InList {
		t.Errorf("%+v", f)
	}
	if LabelOf(kinds, "lease") != "租赁合同" || LabelOf(kinds, "gone") != "gone" {
		t.Error(LabelOf(kinds, "gone"))
	}
}

func TestManyOptionsAreNotNamed(t *testing.T) {
	many := make([]Option, fewOptions+1)
	var s string
	f := NewEnum("x", "选", many, func(*thing) *string { return &s })
	if err := f.Set(nil, "没有"); err == nil || !strings.Contains(err.Error(), "请从列表中选择") {
		t.Error(err)
	}
}
