package form

import (
	"cmp"
	"strconv"
	"strings"

	"huicun/internal/kit/field"
	"huicun/internal/mechanism/policy/engine"
)

func itoa(n int) string { return strconv.Itoa(n) }

// giving is who gets the award, who pays it, and when.
func (b *builder) giving() Block {
	payee := b.line("payee", "没有分出去的归谁")
	payee.Eg = "村集体"
	head := Block{Row: true, Fields: []Field{payee}}
	splits := Block{Path: "splits", Title: "分给谁、谁出资、算谁的", Add: []Button{{"加一种划分", "add:splits"}}}
	splits.Blocks = b.rows("splits", "", b.split)
	instalments := Block{Path: "instalments", Title: "分期兑付", Notes: []string{"各期比例合计 100%；不分期就不写。"}, Add: []Button{{"加一期", "add:instalments"}}}
	instalments.Blocks = b.rows("instalments", "", func(path string, k *Block) {
		share := b.must(path+".share", "比例")
		share.Eg = "40%"
		k.Title = titled(b.get(path+".label"), "一期")
		k.Fields = []Field{b.must(path+".label", "节点"), share}
		k.Blocks = []Block{b.condition(path+".when", "可以兑付的条件")}
	})
	clawback := Block{Path: "clawback", Title: "追回", Fields: []Field{b.line("clawback.label", "事由"), b.line("clawback.share", "追回已发放的")}, Blocks: []Block{b.condition("clawback.when", "什么时候追回")}}
	over := []field.Option{{Code: "refuse", Label: "不予批准"}, {Code: "pro_rata", Label: "各笔同比例调减"}}
	if b.get("budget.over") != "refuse" {
		over = over[1:]
	}
	budget := Block{Path: "budget", Title: "年度预算", Fields: []Field{b.line("budget.most", "最多"), b.choice("budget.over", "超出时", over, "不予批准")}}
	return Block{Title: "分配与兑付", Blocks: []Block{head, budget, b.persons(), splits, instalments, clawback, b.prizes()}}
}

func (b *builder) persons() Block {
	out := Block{Path: "persons", Title: "哪些人可以参加分配", Fields: []Field{b.area("persons.exclude_kinds", "排除的身份", "每行一个，如第一书记、挂职干部"), b.line("persons.min_months", "任职至少几个月")}}
	list := Block{Path: "persons.require", Title: "其他条件", Add: []Button{{"加一个条件", "add:persons.require"}}}
	list.Blocks = b.rows("persons.require", "", func(path string, k *Block) {
		k.Row = true
		k.Fields = []Field{b.must(path+".label", "说明")}
		k.Blocks = []Block{b.condition(path+".require", "要求", field.Option{Code: "role", Label: "职务"}, field.Option{Code: "kind", Label: "身份"}, field.Option{Code: "months", Label: "任职月数"}, field.Option{Code: "disciplined", Label: "受处分"})}
	})
	out.Blocks = []Block{list}
	return out
}

func (b *builder) split(path string, k *Block) {
	var rules []field.Option
	for i := range b.Rows("rules") {
		at := At("rules", i)
		rules = append(rules, field.Option{Code: b.get(at + ".name"), Label: cmp.Or(b.get(at+".label"), "（还没有名称）")})
	}
	k.Title = titled(b.get(path+".label"), "划分")
	k.Fields = []Field{
		b.must(path+".label", "名称"), b.choice(path+".kind", "划分什么", engine.SplitKinds, ""), b.choice(path+".of", "划分哪一笔", rules, "奖励合计"),
		b.check(path+".by_role", "按在任人员的职务系数分"), b.line(path+".note", "说明"),
	}
	cases := Block{Path: path + ".cases", Title: "怎样分", Add: []Button{{"加一种情形", "add:" + path + ".cases"}}}
	cases.Blocks = b.rows(path+".cases", "情形", func(at string, c *Block) {
		c.Blocks = []Block{b.condition(at+".when", "什么情形")}
		parts := Block{Path: at + ".parts", Title: "各份", Add: []Button{{"加一份", "add:" + at + ".parts"}}}
		parts.Blocks = b.rows(at+".parts", "", func(p string, r *Block) {
			r.Row = true
			share, weight := b.line(p+".share", "比例"), b.line(p+".weight", "或系数")
			share.Eg, weight.Eg = "30%", "0.8"
			r.Fields = []Field{b.must(p+".to", "给谁"), share, weight}
		})
		c.Blocks = append(c.Blocks, parts, Block{Row: true, Fields: []Field{b.line(at+".rest", "剩下的归谁")}})
	})
	limits := Block{Path: path + ".limits", Title: "各人最多多少（由规定的程序确定）", Add: []Button{{"加一人", "add:" + path + ".limits"}}}
	limits.Blocks = b.rows(path+".limits", "", func(at string, r *Block) {
		r.Row = true
		r.Fields = []Field{b.must(at+".to", "给谁"), b.must(at+".at_most", "最多占")}
	})
	k.Blocks = []Block{cases, limits}
}

func (b *builder) prizes() Block {
	out := Block{Path: "prizes", Title: "评奖", Fields: []Field{b.pick("prizes.on", "按哪一项排名", "不评奖", "number"), b.line("prizes.unmet", "都没有评上的称为")}}
	list := Block{Path: "prizes.rows", Title: "等次，从高到低", Add: []Button{{"加一个等次", "add:prizes.rows"}}}
	list.Blocks = b.rows("prizes.rows", "", func(path string, k *Block) {
		k.Row = true
		quota := b.line(path+".quota", "名额")
		quota.Help = "留空为不限"
		k.Fields = []Field{b.must(path+".label", "等次"), quota, b.must(path+".min", "最低分"), b.line(path+".give", "奖金")}
	})
	out.Blocks = []Block{list}
	return out
}

// examples are worked examples: what is given, and what must come out.
func (b *builder) examples() Block {
	out := Block{Title: "算例", Path: "examples", Notes: []string{"用手算好的例子核对条文：填上数据和应得的奖励，保存时逐个核对到分。"}, Add: []Button{{"加一个算例", "add:examples"}}}
	out.Blocks = b.rows("examples", "", func(path string, k *Block) {
		k.Title = titled(b.get(path+".name"), "算例")
		k.Fields = []Field{b.must(path+".name", "名称")}
		if b.Rows(path+".group") > 0 {
			k.Notes = append(k.Notes, "几个村一起评奖的算例，照原样保留。")
			return
		}
		k.Blocks = append(k.Blocks, b.given(path))
		if b.byRole() {
			persons := Block{Path: path + ".persons", Title: "在任人员", Add: []Button{{"加一人", "add:" + path + ".persons"}}}
			persons.Blocks = b.rows(path+".persons", "", func(at string, r *Block) {
				r.Row = true
				r.Fields = []Field{b.must(at+".name", "姓名"), b.must(at+".role", "职务"), b.line(at+".kind", "身份"), b.line(at+".months", "任职月数"), b.check(at+".disciplined", "受处分")}
			})
			k.Blocks = append(k.Blocks, persons)
		}
		k.Blocks = append(k.Blocks, b.decided(path)...)
		award, refused := b.line(path+".expect.award", "应得奖励"), b.line(path+".expect.refused", "或不予奖励，因为")
		award.Eg, refused.Help = "2.5万", "填理由里的几个字"
		expect := Block{Row: true, Title: "应当得出", Fields: []Field{award, refused}}
		if b.get("clawback.label") != "" {
			expect.Fields = append(expect.Fields, b.line(path+".paid", "已发放"), b.line(path+".expect.clawback", "应追回"))
		}
		k.Blocks = append(k.Blocks, expect, b.expected(path+".expect.payees", "各人应得（写了就全部核对）"))
		if b.keptExpectations(path + ".expect") {
			k.Notes = append(k.Notes, "另有核对项，照原样保留。")
		}
		k.Add = []Button{{"算这个例子", "try:" + path}}
	})
	return out
}

func (b *builder) given(path string) Block {
	out := Block{Row: true, Title: "数据"}
	for i := range b.Rows("inputs") {
		in := At("inputs", i)
		name := b.get(in + ".name")
		label := cmp.Or(b.get(in+".label"), "（还没有名称）")
		at := path + ".given." + name
		none := "没有填"
		if d := b.get(in + ".default"); d != "" {
			none = "没有填，取" + d
		}
		switch b.get(in + ".type") {
		case "accounts":
			list := path + ".accounts." + name
			k := Block{Path: list, Title: label, Fields: []Field{b.check(list, "给出这份明细（没有科目也算给出）")}, Add: []Button{{"加一个科目", "add:" + list}}}
			k.Blocks = b.rows(list, "", func(at string, r *Block) {
				r.Row = true
				received := b.line(at+".received", "其中实收")
				received.Help = "留空为全部"
				r.Fields = []Field{b.must(at+".account", "科目"), b.line(at+".label", "名称"), b.must(at+".amount", "金额"), received}
			})
			out.Blocks = append(out.Blocks, k)
		case "bool":
			out.Fields = append(out.Fields, b.choice(at, label, texts("是\n否"), none))
		case "text":
			if values := b.get(in + ".values"); values != "" {
				out.Fields = append(out.Fields, b.choice(at, label, texts(values), none))
				continue
			}
			out.Fields = append(out.Fields, b.line(at, label))
		case "date":
			out.Fields = append(out.Fields, b.day(at, label))
		default:
			f := b.line(at, label)
			f.Unit, f.Eg = b.get(in+".unit"), b.get(in+".default")
			out.Fields = append(out.Fields, f)
		}
	}
	return out
}

// byRole reports whether some split gives to persons by their role.
func (b *builder) byRole() bool {
	for i := range b.Rows("splits") {
		if b.get(At("splits", i)+".by_role") != "" {
			return true
		}
	}
	return false
}

// decided are the sums that a person fixes within the ranges of the rules.
func (b *builder) decided(path string) []Block {
	var rules []field.Option
	for i := range b.Rows("rules") {
		if at := At("rules", i); b.get(at+".shape") == "range" {
			rules = append(rules, field.Option{Code: b.get(at + ".name"), Label: b.get(at + ".label")})
		}
	}
	if len(rules) == 0 && b.Rows(path+".decide") == 0 {
		return nil
	}
	list := Block{Path: path + ".decide", Title: "由人确定的", Add: []Button{{"加一项", "add:" + path + ".decide"}}}
	list.Blocks = b.rows(path+".decide", "", func(at string, r *Block) {
		r.Row = true
		r.Fields = []Field{b.choice(at+".rule", "哪一条", rules, ""), b.must(at+".amount", "定为"), b.must(at+".reason", "理由")}
	})
	open := Block{Path: path + ".expect.open", Title: "还没有确定的，应有的范围", Add: []Button{{"加一项", "add:" + path + ".expect.open"}}}
	open.Blocks = b.rows(path+".expect.open", "", func(at string, r *Block) {
		r.Row = true
		r.Fields = []Field{b.choice(at+".rule", "哪一条", rules, ""), b.line(at+".min", "最少"), b.line(at+".max", "最多")}
	})
	return []Block{list, open}
}

func (b *builder) expected(list, title string) Block {
	out := Block{Path: list, Title: title, Add: []Button{{"加一人", "add:" + list}}}
	out.Blocks = b.rows(list, "", func(at string, r *Block) {
		r.Row = true
		r.Fields = []Field{b.must(at+".to", "给谁"), b.must(at+".amount", "金额")}
	})
	return out
}

// keptExpectations reports whether an example expects more than the form shows.
func (b *builder) keptExpectations(path string) bool {
	for name, text := range b.Values {
		rest, ok := strings.CutPrefix(name, path+".")
		if ok && text != "" {
			switch head, _, _ := strings.Cut(strings.ReplaceAll(rest, "[", "."), "."); head {
			case "award", "refused", "payees", "open", "clawback":
			default:
				return true
			}
		}
	}
	return false
}
