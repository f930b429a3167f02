package money

import (
	"strings"

	"huicun/internal/kit/qty/decimal"
)

var (
	capitalDigits = [...]string{"零", "壹", "贰", "叁", "肆", "伍", "陆", "柒", "捌", "玖"}
	capitalPlaces = [...]string{"仟", "佰", "拾", ""}
)

// Capital returns the amount in banker's capitals without the leading 人民币: "陆万陆仟元整",
// "壹佰零伍元叁角", "负…", "零元整".
//
// It follows 《正确填写票据和结算凭证的基本规定》 (annex 1 to 《支付结算办法》, 银发〔1997〕393号): 整 after
// whole yuan, none after jiao or fen; one 零 for any run of zeros inside. Where the rule leaves a choice, the
// first of its examples is taken: 壹仟陆佰捌拾元零叁角贰分, 壹拾万柒仟元零伍角叁分.
func (f Fen) Capital() string {
	m, neg := decimal.Magnitude(int64(f))
	yuan, jiao, fen := m/100, m/10%10, m%10
	var b strings.Builder
	if neg {
		b.WriteString("负")
	}
	if yuan > 0 || m == 0 {
		b.WriteString(capitalWhole(yuan))
		b.WriteString("元")
	}
	if jiao == 0 && fen == 0 {
		b.WriteString("整")
		return b.String()
	}
	// 零 marks the gap before jiao when the yuan end in 0, and before fen when there are no jiao.
	if yuan > 0 && (jiao == 0 || yuan%10 == 0) {
		b.WriteString("零")
	}
	if jiao > 0 {
		b.WriteString(capitalDigits[jiao] + "角")
	}
	if fen > 0 {
		b.WriteString(capitalDigits[fen] + "分")
	}
	return b.String()
}

// capitalWhole writes a whole number. Numbers are read in groups of four digits (万, 亿), and a group that
// does not reach its thousands place is joined to the one before it by 零.
func capitalWhole(n uint64) string {
	for _, g := range [...]struct {
		size uint64
		name string
	}{{1_0000_0000, "亿"}, {1_0000, "万"}} {
		if n < g.size {
			continue
		}
		high, low := capitalWhole(n/g.size)+g.name, n%g.size
		switch {
		case low == 0:
			return high
		case low < g.size/10:
			return high + "零" + capitalWhole(low)
		}
		return high + capitalWhole(low)
	}
	if n == 0 {
		return capitalDigits[0]
	}
	var b strings.Builder
	gap := false
	for i, unit := range [...]uint64{1000, 100, 10, 1} {
		d := n / unit % 10
		if d == 0 {
			// Leading zeros are the caller's concern; trailing ones are never written.
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteString(capitalDigits[0])
			gap = false
		}
		b.WriteString(capitalDigits[d] + capitalPlaces[i])
	}
	return b.String()
}
