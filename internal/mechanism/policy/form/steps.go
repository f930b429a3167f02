package form

import (
	"slices"

	"huicun/internal/kit/field"
	"huicun/internal/mechanism/policy/engine"
)

// shapeNames are the shapes in words, in the order in which they are offered.
var shapeNames = []field.Option{
	{Code: "increase", Label: "增长额：一项减另一项"}, {Code: "net", Label: "净额：依次扣除"}, {Code: "accounts", Label: "科目合计：计入与剔除"},
	{Code: "rate", Label: "按比例"}, {Code: "bands", Label: "分档"}, {Code: "steps", Label: "分级：每增加多少给多少"}, {Code: "count", Label: "按项：做到一项给多少"},
	{Code: "fixed", Label: "定额"}, {Code: "range", Label: "由人在范围内确定"}, {Code: "sum", Label: "几项相加"}, {Code: "highest", Label: "几项中取最高"},
	{Code: "grade", Label: "按等次的系数"}, {Code: "score", Label: "评分表"}, {Code: "composite", Label: "加权综合"},
}

// steps are the measures or the rules.
func (b *builder) steps(list, title string) Block {
	out := Block{Title: title, Path: list, Notes: []string{"先算出来、供后面使用的数；没有可以不写。"}, Add: []Button{{"加一个指标", "add:" + list}}}
	if list == "rules" {
		out.Notes, out.Add = []string{"每条规则算出一笔；同一单位的规则相加就是奖励。"}, []Button{{"加一条规则", "add:" + list}}
	}
	what := map[string]string{"measures": "指标", "rules": "规则"}[list]
	out.Blocks = b.rows(list, "", func(path string, k *Block) {
		k.Title = titled(b.get(path+".label"), what)
		k.Fields = []Field{b.must(path+".label", "名称")}
		b.step(path, k)
		if list == "rules" {
			k.Fields = append(k.Fields, b.check(path+".aux", "只供别的规则使用，不直接计入奖励"))
		}
		b.define(path, "")
	})
	if list == "rules" {
		k := Block{Path: "award", Title: "奖励合计", Notes: []string{"不选算法就是各条规则相加。"}, Fields: []Field{b.line("award.label", "名称")}}
		b.step("award", &k)
		out.Blocks = append(out.Blocks, k)
	}
	return out
}

// step is what every measure and rule has: its shape, a condition, limits, rounding.
func (b *builder) step(path string, k *Block) {
	shape := b.get(path + ".shape")
	if shape == "expr" {
		doc, _ := b.Document()
		k.Notes = append(k.Notes, "算式："+engine.Words(b.get(path+".expr"), labelsOf(doc))+"（算式表单改不了，照原样保留）")
	}
	none := "请选择"
	if path == "award" {
		none = "各条规则相加"
	}
	names := shapeNames
	if shape == "expr" {
		names = append(slices.Clone(names), field.Option{Code: "expr", Label: "算式"})
	}
	unit := b.line(path+".unit", "单位")
	unit.Help = "留空为元；还可以是分、%、亩等"
	k.Fields = append(k.Fields, b.choice(path+".shape", "算法", names, none), unit)
	k.Blocks = append(k.Blocks, b.shape(path, shape)...)
	k.Blocks = append(k.Blocks, b.condition(path+".when", "适用条件"))
	limits := Block{Row: true, Title: "保底、封顶、取整"}
	limits.Fields = append(limits.Fields, b.amount(path+".floor", "保底")...)
	limits.Fields = append(limits.Fields, b.amount(path+".cap", "封顶")...)
	modes := engine.RoundModes[1:]
	if b.get(path+".round.mode") == engine.RoundModes[0].Code {
		modes = engine.RoundModes
	}
	to := b.line(path+".round.to", "取整到")
	to.Eg = "1元"
	limits.Fields = append(limits.Fields, to, b.choice(path+".round.mode", "取整方式", modes, engine.RoundModes[0].Label))
	k.Blocks = append(k.Blocks, limits)
	k.Fields = append(k.Fields, b.line(path+".note", "说明"))
	k.Add = append(k.Add, Button{"换算法后更新", "show:" + path})
}

// shape is what a shape asks for.
func (b *builder) shape(path, shape string) []Block {
	at := path + "." + shape
	row := func(fields ...Field) []Block {
		return []Block{{Row: true, Path: at, Fields: fields}}
	}
	switch shape {
	case "fixed":
		f := b.must(path+".fixed", "定额")
		f.Eg = "2万"
		return row(f)
	case "rate":
		share := b.amount(at+".at", "比例")
		share[0].Eg = "12%"
		return row(append([]Field{b.pick(at+".of", "以哪一项计", "", "number")}, share...)...)
	case "increase":
		return row(b.pick(at+".of", "哪一项", "", "number"), b.pick(at+".base", "减去哪一项", "", "number"), b.check(at+".negative", "减少时记负数"))
	case "net":
		return append(row(b.pick(at+".of", "哪一项", "", "number")), b.list(at+".less", "依次扣除", "再扣一项"))
	case "sum", "highest":
		return []Block{b.list(at, map[string]string{"sum": "相加的各项", "highest": "取最高的各项"}[shape], "再加一项")}
	case "accounts":
		return b.accounts(at)
	case "bands":
		return b.bands(at)
	case "steps":
		return append(row(b.pick(at+".on", "看哪一项", "", "number"), b.line(at+".from", "从多少起"), b.line(at+".first", "达到起点给"),
			b.must(at+".every", "每增加"), b.must(at+".each", "给多少"), b.line(at+".most", "最多几级")),
			b.condition(at+".step_when", "每级的条件", field.Option{Code: "step", Label: "第几级"}, field.Option{Code: "reach", Label: "本级应达到的数"}))
	case "range":
		min, max := b.amount(at+".min", "最少"), b.amount(at+".max", "最多")
		return row(append(append(min, max...), b.must(at+".by", "由谁确定"))...)
	}
	return b.sheets(at, shape)
}

// sheets are the shapes that are lists of lines.
func (b *builder) sheets(at, shape string) []Block {
	switch shape {
	case "count":
		each := b.must(at+".each", "每项给多少")
		list := Block{Path: at + ".items", Title: "事项", Add: []Button{{"加一项", "add:" + at + ".items"}}}
		list.Blocks = b.rows(at+".items", "", func(path string, k *Block) {
			k.Row = true
			k.Fields = []Field{b.must(path+".label", "事项"), b.pick(path+".times", "次数取自", "算一次", "number")}
			k.Blocks = []Block{b.condition(path+".when", "做到的条件")}
		})
		return []Block{{Row: true, Path: at, Fields: []Field{each}}, list}
	case "grade":
		list := Block{Path: at + ".rows", Title: "各等次", Add: []Button{{"加一个等次", "add:" + at + ".rows"}}}
		list.Blocks = b.rows(at+".rows", "", func(path string, k *Block) {
			k.Row = true
			k.Fields = []Field{b.must(path+".is", "等次"), b.must(path+".at", "系数")}
		})
		return []Block{{Row: true, Path: at, Fields: []Field{b.pick(at+".on", "看哪一项", "", "text"), b.pick(at+".of", "乘哪一项", "不乘，直接取系数", "number")}}, list}
	case "score":
		return []Block{b.scores(at+".lines", "得分", "加一行"), {Row: true, Path: at, Fields: []Field{b.line(at+".base", "扣分的基础分")}}, b.scores(at+".deduct", "扣分", "加一行扣分")}
	case "composite":
		list := Block{Path: at + ".parts", Title: "各部分", Add: []Button{{"加一部分", "add:" + at + ".parts"}}}
		list.Blocks = b.rows(at+".parts", "", func(path string, k *Block) {
			k.Row = true
			k.Fields = []Field{b.pick(path+".of", "哪一项", "", "number"), b.must(path+".weight", "权重")}
		})
		return []Block{list, b.list(at+".plus", "另加（减）", "加一项")}
	}
	return nil
}

func (b *builder) scores(list, title, add string) Block {
	out := Block{Path: list, Title: title, Add: []Button{{add, "add:" + list}}}
	out.Blocks = b.rows(list, "", func(path string, k *Block) {
		k.Row = true
		k.Fields = []Field{b.must(path+".label", "评分项"), b.pick(path+".of", "取自", "按条件给分", "number"), b.line(path+".most", "最多几分"), b.line(path+".each", "满足条件时的分值")}
		k.Blocks = []Block{b.condition(path+".when", "条件")}
	})
	return out
}

// list is a list of values by name.
func (b *builder) list(list, title, add string) Block {
	out := Block{Path: list, Title: title, Row: true, Add: []Button{{add, "add:" + list}}}
	n := b.Rows(list)
	for i := range n {
		row := At(list, i)
		out.Blocks = append(out.Blocks, Block{Row: true, Fields: []Field{b.pick(row, "第 "+itoa(i+1)+" 项", "", "number")}, Tools: b.tools(row, i, n)})
	}
	return out
}

func (b *builder) accounts(at string) []Block {
	k := Block{Path: at, Row: true, Fields: []Field{
		b.pick(at+".of", "取自哪份科目明细", "", "accounts"), b.area(at+".include", "计入的科目", "每行一个科目编码；写上级科目就包括它的明细"),
		b.area(at+".exclude", "剔除的科目", "每行一个"), b.check(at+".received", "只计实际收到的"),
	}}
	text := ""
	for _, a := range b.choices.Accounts {
		text += mark(text == "", "", "、") + a.Code + " " + a.Label
	}
	if text != "" {
		k.Notes = []string{"收入类科目：" + text}
	}
	return []Block{k}
}

func (b *builder) bands(at string) []Block {
	head := Block{Row: true, Path: at, Fields: []Field{
		b.pick(at+".on", "按哪一项分档", "", "number"), b.choice(at+".mode", "方式", engine.BandModes, ""),
		b.pick(at+".of", "比例乘哪一项", "就是分档的那一项", "number"),
		b.choice(at+".below", "低于最低一档", engine.Outsides, "没有更低的"), b.choice(at+".above", "高于最高一档", engine.Outsides, "没有更高的"),
		b.check(at+".silent", "原文没有写明含不含档边"),
	}}
	list := Block{Path: at + ".rows", Title: "各档", Add: []Button{{"加一档", "add:" + at + ".rows"}}}
	list.Blocks = b.rows(at+".rows", "", func(path string, k *Block) {
		k.Row = true
		in := path + ".in"
		if b.get(in) != "" {
			k.Fields = []Field{b.line(in, "范围")}
		} else {
			from, to := b.line(in+".from", "从"), b.line(in+".to", "到")
			from.Eg, to.Eg, from.Help, to.Help = "3万", "10万", "留空为没有下限", "留空为没有上限"
			k.Fields = []Field{from, b.check(in+".from_in", "含本数"), to, b.check(in+".to_in", "含本数")}
		}
		rate, give := b.line(path+".at", "比例"), b.line(path+".give", "或定额")
		rate.Eg, give.Eg = "5%", "2万"
		k.Fields = append(k.Fields, rate, give)
	})
	return []Block{head, list}
}
