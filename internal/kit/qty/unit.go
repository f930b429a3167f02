package qty

import (
	"strings"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/qty/decimal"
)

// Unit is a unit of measure by its stored code; Label is what people see. The empty unit is none.
type Unit string

// The units. Codes are ASCII and never change, because they are stored.
const (
	None   Unit = ""
	M2     Unit = "m2"     // ㎡
	Mu     Unit = "mu"     // 亩, 2000/3 ㎡
	M      Unit = "m"      // 米
	Km     Unit = "km"     // 公里
	Ge     Unit = "ge"     // 个
	Jian   Unit = "jian"   // 间
	Dong   Unit = "dong"   // 栋
	Tao    Unit = "tao"    // 套
	Tai    Unit = "tai"    // 台
	Liang  Unit = "liang"  // 辆
	Zhu    Unit = "zhu"    // 株
	Tou    Unit = "tou"    // 头
	Person Unit = "person" // 人
	Hu     Unit = "hu"     // 户
	Ton    Unit = "ton"    // 吨
	Kg     Unit = "kg"     // 公斤
	Jin    Unit = "jin"    // 斤, half a kilogram
)

// units lists each unit with its label first and then the other ways people write it, folded and lower case.
var units = []struct {
	unit  Unit
	names []string
}{
	{M2, []string{"㎡", "平方米", "平米", "m²", "m2", "平方"}},
	{Mu, []string{"亩", "市亩"}},
	{M, []string{"米", "m"}},
	{Km, []string{"公里", "千米", "km"}},
	{Ge, []string{"个"}},
	{Jian, []string{"间"}},
	{Dong, []string{"栋", "幢"}},
	{Tao, []string{"套"}},
	{Tai, []string{"台"}},
	{Liang, []string{"辆"}},
	{Zhu, []string{"株", "棵"}},
	{Tou, []string{"头"}},
	{Person, []string{"人"}},
	{Hu, []string{"户"}},
	{Ton, []string{"吨", "t"}},
	{Kg, []string{"公斤", "千克", "kg"}},
	{Jin, []string{"斤", "市斤"}},
}

var byName = func() map[string]Unit {
	m := map[string]Unit{}
	for _, u := range units {
		m[string(u.unit)] = u.unit
		for _, n := range u.names {
			m[n] = u.unit
		}
	}
	return m
}()

// Units returns all units in the order in which a form should offer them.
func Units() []Unit {
	all := make([]Unit, len(units))
	for i, u := range units {
		all[i] = u.unit
	}
	return all
}

// ParseUnit reads a unit's code, label or another usual name ("平方米", "M2"); an unknown one is an Invalid
// error with a Chinese sentence.
func ParseUnit(s string) (Unit, error) {
	if u, ok := byName[strings.ToLower(decimal.Fold(s))]; ok {
		return u, nil
	}
	return None, errs.New(errs.Invalid, "qty.unit", "不认识单位“%s”，可用的单位有：%s", decimal.Clip(s), labels())
}

func labels() string {
	var all []string
	for _, u := range units {
		all = append(all, u.names[0])
	}
	return strings.Join(all, "、")
}

// Valid reports whether the unit is one of those above, other than None.
func (u Unit) Valid() bool { return u != None && byName[string(u)] == u }

// Label returns the unit as people see it, "㎡"; an unknown code is its own label.
func (u Unit) Label() string {
	for _, x := range units {
		if x.unit == u {
			return x.names[0]
		}
	}
	return string(u)
}
