package form

import (
	"cmp"
	"slices"
	"strings"

	"huicun/internal/kit/field"
	"huicun/internal/mechanism/policy/engine"
)

// head is what the document is.
func (b *builder) head() Block {
	var subjects []field.Option
	for _, k := range engine.SubjectKinds[1:] {
		subjects = append(subjects, field.Option{Code: k.Code, Label: k.Label})
	}
	sample := b.check("sample", "示例，不是正式发布的文件")
	return Block{Title: "文件", Path: "head", Fields: []Field{
		b.must("title", "政策名称"), b.must("issuer", "发文机关"), b.line("no", "文号"),
		b.choice("subject", "对什么计算", subjects, engine.SubjectKinds[0].Label),
		b.day("version.from", "生效日期"), b.day("version.to", "截止日期"),
		b.line("scope", "适用范围（文字）"), sample,
		b.area("source", "依据", ""), b.area("open", "原文没有写明的地方，这里怎样理解", "每行一条，会显示给看的人"),
	}}
}

// kindOf is the kind of subject that is chosen.
func (b *builder) kindOf() string { return cmp.Or(b.get("subject"), engine.OfVillage) }

// inputs are the data that a subject's year brings along.
func (b *builder) inputs() Block {
	out := Block{Title: "数据", Path: "inputs", Notes: []string{"每个" + engine.LabelOfSubject(b.kindOf()) + "要有哪些数据：从系统里取，或由人填报。"}, Add: []Button{{"加一项数据", "add:inputs"}}}
	out.Blocks = b.rows("inputs", "", func(path string, k *Block) {
		kind := b.get(path + ".type")
		k.Title = titled(b.get(path+".label"), "数据")
		k.Fields = []Field{b.must(path+".label", "名称"), b.choice(path+".type", "类型", b.types(), "")}
		k.Fields[1].Must = true
		if kind == "number" {
			k.Fields = append(k.Fields, b.line(path+".unit", "单位"))
		}
		b.source(path, kind, k)
		switch kind {
		case "text":
			k.Fields = append(k.Fields, b.area(path+".values", "可选的值", "每行一个"))
			k.Fields = append(k.Fields, b.choice(path+".default", "没有填时", texts(b.get(path+".values")), "不能计算"))
		case "bool":
			k.Fields = append(k.Fields, b.choice(path+".default", "没有填时", texts("是\n否"), "不能计算"))
		case "accounts":
		default:
			f := b.line(path+".default", "没有填时取")
			f.Help = "留空为不能计算"
			k.Fields = append(k.Fields, f)
		}
		k.Add = []Button{{"按类型和来源更新这一项", "show:" + path}}
		b.define(path, kind)
	})
	return out
}

func (b *builder) types() []field.Option {
	if b.kindOf() == engine.OfVillage {
		return engine.InputTypes
	}
	return slices.DeleteFunc(slices.Clone(engine.InputTypes), func(o field.Option) bool { return o.Code == "accounts" })
}

// define makes an input or step known to what follows.
func (b *builder) define(path, kind string) {
	if kind == "money" || kind == "" {
		kind = "number"
	}
	name := b.get(path + ".name")
	if name == "" {
		return
	}
	b.refs = append(b.refs, ref{name: name, label: cmp.Or(b.get(path+".label"), "（还没有名称）"), kind: kind})
}

// source says where an input comes from, and of which year.
func (b *builder) source(path, kind string, k *Block) {
	if kind == "accounts" {
		k.Notes = append(k.Notes, "取自各村总账的收入类科目；计入哪些科目，在“指标”里写。")
	} else if opts := b.sources(kind); len(opts) > 0 || b.get(path+".figure") != "" {
		if b.get(path+".figure"+rawMark) != "" {
			k.Notes = append(k.Notes, "取数的写法这张表单不认识，照原样保留。")
		} else {
			k.Fields = append(k.Fields, b.choice(path+".figure", "取自", opts, "由人填报"))
			for _, s := range b.choices.Sources[b.kindOf()] {
				if s.Code == b.get(path+".figure") {
					for _, p := range s.Params {
						k.Fields = append(k.Fields, b.line(path+".figure."+p.Code, p.Label))
					}
					if s.Help != "" {
						k.Notes = append(k.Notes, s.Name+"："+s.Help)
					}
				}
			}
		}
	}
	if kind == "text" || kind == "bool" && b.get(path+".figure") == "" {
		return
	}
	k.Fields = append(k.Fields, b.choice(path+".period", "期间", engine.Periods[1:], "本年"))
	if b.get(path+".period") == "base_year" {
		k.Fields = append(k.Fields, b.line(path+".base", "基期年份"))
	}
	if b.get(path+".period") == "this_year" {
		k.Fields[len(k.Fields)-1].Options = engine.Periods
	}
}

// sources are what an input of a type can be taken from.
func (b *builder) sources(kind string) []field.Option {
	var out []field.Option
	for _, s := range b.choices.Sources[b.kindOf()] {
		if s.Type == kind || s.Type == "" && (kind == "money" || kind == "number" || kind == "bool") {
			out = append(out, field.Option{Code: s.Code, Label: s.Name})
		}
	}
	return out
}

func texts(lines string) []field.Option {
	var out []field.Option
	for line := range strings.Lines(lines) {
		if line = strings.TrimSpace(line); line != "" {
			out = append(out, field.Option{Code: line, Label: line})
		}
	}
	return out
}

// gates are conditions without which there is no award, and what takes it away.
func (b *builder) gates() Block {
	gates := Block{Title: "条件", Path: "gates", Notes: []string{"有一条不满足就不奖励。"}, Add: []Button{{"加一个条件", "add:gates"}}}
	gates.Blocks = b.rows("gates", "", func(path string, k *Block) {
		k.Title = titled(b.get(path+".label"), "条件")
		k.Fields = []Field{b.must(path+".label", "说明"), b.choice(path+".as", "种类", []field.Option{{Code: "require", Label: "数据满足要求"}, {Code: "window", Label: "在期限内"}}, "")}
		k.Fields[1].Value = cmp.Or(k.Fields[1].Value, "require")
		if k.Fields[1].Value == "window" {
			w := path + ".window"
			days := b.options("date")
			from, until := b.line(w+".from", "从哪天起"), b.line(w+".until", "到哪天止")
			from.Eg, until.Eg = "2021-01-01", "2021-12-31"
			k.Fields = append(k.Fields, b.pick(w+".date", "看哪个日期", "", "date"), from, b.choice(w+".from.name", "或从这个日期起", days, "不取"),
				b.line(w+".months", "几个月内"), until, b.choice(w+".until.name", "或到这个日期止", days, "不取"))
		} else {
			k.Blocks = append(k.Blocks, b.condition(path+".require", "要求"))
		}
		k.Add = []Button{{"换种类后更新", "show:" + path}}
	})
	vetoes := Block{Title: "一票否决", Path: "vetoes", Notes: []string{"有一条成立就不奖励，不论算出多少。"}, Add: []Button{{"加一个否决事项", "add:vetoes"}}}
	vetoes.Blocks = b.rows("vetoes", "", func(path string, k *Block) {
		k.Title = titled(b.get(path+".label"), "否决事项")
		k.Fields = []Field{b.must(path+".label", "事项")}
		k.Blocks = append(k.Blocks, b.condition(path+".when", "什么时候否决"))
	})
	return Block{Title: "条件与否决", Blocks: []Block{gates, vetoes}}
}

var comparisons = []field.Option{
	{Code: opYes, Label: "是"}, {Code: opNo, Label: "不是"}, {Code: ">=", Label: "≥（达到）"}, {Code: ">", Label: "＞（超过）"}, {Code: "<=", Label: "≤（不超过）"},
	{Code: "<", Label: "＜（不到）"}, {Code: "==", Label: "＝（等于）"}, {Code: "!=", Label: "≠（不等于）"},
}

// condition is a list of comparisons; one that the form does not know is shown in words and kept.
func (b *builder) condition(path, title string, more ...field.Option) Block {
	out := Block{Path: path, Title: title, Row: true}
	if raw := b.get(path); raw != "" {
		doc, _ := b.Document()
		out.Notes = []string{engine.Words(raw, labelsOf(doc)) + "（这样的条件表单改不了，照原样保留）"}
		out.Add = []Button{{"改用表单重写", "anew:" + path}}
		return out
	}
	lefts := append(b.options("number", "bool", "text"), more...)
	n := b.Rows(path)
	for i := range max(n, 1) {
		row := At(path, i)
		b.marks[row] = termMarker
		k := Block{Path: row, Row: true, Fields: []Field{
			b.choice(row+".left", "哪一项", lefts, "（没有条件）"), b.choice(row+".op", "比较", comparisons, ""), b.line(row+".right", "数或文字"),
			b.choice(row+".other", "或另一项", b.options("number"), "不取"),
		}}
		if n > 1 {
			k.Tools = []Button{{"删去", "remove:" + row}}
		}
		out.Blocks = append(out.Blocks, k)
	}
	if n > 1 {
		out.Fields = []Field{b.choice(path+".join", "这几条", []field.Option{{Code: joinAny, Label: "满足一条就行"}}, "都要满足")}
	}
	out.Add = []Button{{"再加一条", "add:" + path}}
	return out
}
