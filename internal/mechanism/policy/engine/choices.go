package engine

import "huicun/internal/kit/field"

// What the parts of a document may be, with the words that people read.
var (
	InputTypes = []field.Option{
		{Code: "money", Label: "金额"}, {Code: "number", Label: "数"}, {Code: "bool", Label: "是否"}, {Code: "text", Label: "文字"},
		{Code: "date", Label: "日期"}, {Code: "accounts", Label: "收入科目明细"},
	}
	Periods = []field.Option{
		{Code: "this_year", Label: "本年"}, {Code: "last_year", Label: "上年"}, {Code: "base_year", Label: "基期年"}, {Code: "month", Label: "本月"},
	}
	BandModes  = []field.Option{{Code: "flat", Label: "按所在档全额"}, {Code: "marginal", Label: "超额累进"}}
	Outsides   = []field.Option{{Code: "none", Label: "不奖"}, {Code: "cut", Label: "原文缺失，不计算"}}
	RoundModes = []field.Option{{Code: "half_up", Label: "四舍五入"}, {Code: "down", Label: "舍去"}, {Code: "up", Label: "进一"}}
	SplitKinds = []field.Option{{Code: "payee", Label: "分给谁"}, {Code: "payer", Label: "谁出资"}, {Code: "credit", Label: "业绩算谁的"}}
)
