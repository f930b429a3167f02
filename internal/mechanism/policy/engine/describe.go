package engine

import (
	"fmt"
	"math/big"
	"strings"
)

// Described is one line of a policy as an office clerk reads it: its name and how it is worked out.
type Described struct{ Name, Label, Unit, Text string }

// Describe says in words how each measure and rule and the award itself are worked out.
func (p *Policy) Describe() (measures, rules []Described) {
	for _, s := range p.steps {
		d := p.describe(s)
		if s.rule {
			rules = append(rules, d)
		} else {
			measures = append(measures, d)
		}
	}
	return measures, append(rules, p.describe(p.award))
}

// Conditions are the gates and vetoes in words.
func (p *Policy) Conditions() (gates, vetoes []Described) {
	for _, g := range p.gates {
		text := ""
		if g.expr != nil {
			text = p.words(g.expr.text)
		} else if g.window.months > 0 {
			text = fmt.Sprintf("%s在期限内（%d 个月）", p.labels[g.window.date], g.window.months)
		} else {
			text = p.labels[g.window.date] + "在期限内"
		}
		gates = append(gates, Described{Label: g.label, Text: text})
	}
	for _, v := range p.vetoes {
		vetoes = append(vetoes, Described{Label: v.label, Text: p.words(v.expr.text)})
	}
	return gates, vetoes
}

func (p *Policy) describe(s *step) Described {
	parts := []string{p.shapeWords(s.Step)}
	if s.When != "" {
		parts = append([]string{"当" + p.words(s.When) + "时"}, parts...)
	}
	if s.Floor != "" {
		parts = append(parts, "保底 "+p.nameOr(s.Floor))
	}
	if s.Cap != "" {
		parts = append(parts, "封顶 "+p.nameOr(s.Cap))
	}
	if s.Round != nil {
		parts = append(parts, "按 "+s.Round.To+" "+roundingNames[s.roundHow])
	}
	if s.Note != "" {
		parts = append(parts, s.Note)
	}
	return Described{s.Name, s.Label, s.unit, strings.Join(parts, "；")}
}

// nameOr is the label of a name, or the text itself.
func (p *Policy) nameOr(text string) string {
	if l := p.labels[text]; l != "" {
		return l
	}
	return text
}

func (p *Policy) list(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = p.nameOr(n)
	}
	return strings.Join(out, "、")
}

func (p *Policy) shapeWords(s *Step) string {
	switch {
	case s.Fixed != "":
		return "定额 " + s.Fixed
	case s.Rate != nil:
		return p.nameOr(s.Rate.Of) + " × " + p.nameOr(s.Rate.At)
	case s.Bands != nil:
		return p.bandWords(s.Bands)
	case s.Steps != nil:
		text := p.nameOr(s.Steps.On)
		if s.Steps.First != "" {
			text += "达到 " + s.Steps.From + " 给 " + s.Steps.First + "，"
		}
		text += "每增加 " + s.Steps.Every + " 给 " + s.Steps.Each
		if s.Steps.Most > 0 {
			text += fmt.Sprintf("，最多 %d 级", s.Steps.Most)
		}
		return text
	case s.Count != nil:
		var items []string
		for _, it := range s.Count.Items {
			items = append(items, it.Label)
		}
		return "每项 " + s.Count.Each + "：" + strings.Join(items, "、")
	case s.Range != nil:
		return "由" + s.Range.By + "在 " + p.nameOr(s.Range.Min) + " 至 " + p.nameOr(s.Range.Max) + " 之间确定，写明理由"
	case s.Increase != nil:
		return p.nameOr(s.Increase.Of) + " − " + p.nameOr(s.Increase.Base)
	case s.Net != nil:
		return p.nameOr(s.Net.Of) + " 减去 " + p.list(s.Net.Less)
	}
	return p.otherWords(s)
}

func (p *Policy) otherWords(s *Step) string {
	switch {
	case s.Accounts != nil:
		text := p.nameOr(s.Accounts.Of) + "中科目 " + strings.Join(s.Accounts.Include, "、")
		if len(s.Accounts.Exclude) > 0 {
			text += "，剔除 " + strings.Join(s.Accounts.Exclude, "、")
		}
		if s.Accounts.Received {
			text += "，只计实收"
		}
		return text
	case s.Grade != nil:
		var rows []string
		for _, r := range s.Grade.Rows {
			rows = append(rows, r.Is+" "+r.At)
		}
		return strings.TrimSpace(p.nameOr(s.Grade.Of) + " 按" + p.nameOr(s.Grade.On) + "：" + strings.Join(rows, "，"))
	case s.Score != nil:
		var lines []string
		for _, l := range s.Score.Lines {
			lines = append(lines, l.Label)
		}
		for _, l := range s.Score.Deduct {
			lines = append(lines, "扣"+l.Label)
		}
		return "评分：" + strings.Join(lines, "、")
	case s.Composite != nil:
		var parts []string
		for _, w := range s.Composite.Parts {
			parts = append(parts, p.nameOr(w.Of)+" × "+w.Weight)
		}
		for _, n := range s.Composite.Plus {
			parts = append(parts, p.nameOr(n))
		}
		return strings.Join(parts, " ＋ ")
	case len(s.Sum) > 0:
		return p.list(s.Sum) + "之和"
	case len(s.Highest) > 0:
		return p.list(s.Highest) + "中最高的一项"
	}
	return p.words(s.Expr)
}

func (p *Policy) bandWords(b *Bands) string {
	how := "按所在档全额"
	if b.Mode == "marginal" {
		how = "超额累进"
	}
	var rows []string
	for _, r := range b.Rows {
		rows = append(rows, r.In+" "+r.At+r.Give)
	}
	text := p.nameOr(b.On)
	if b.Of != "" && b.Of != b.On {
		text += "分档，以" + p.nameOr(b.Of) + "计"
	}
	return text + " " + how + "：" + strings.Join(rows, "；")
}

// ValueText writes a value of an input as ParseValue reads it; entries of accounts have no such text.
func (p *Policy) ValueText(name string, v Value) string {
	in := p.inputs[name]
	if in == nil {
		return ""
	}
	switch in.typ {
	case varNum:
		if v.Num == nil {
			return ""
		}
		if text := strings.ReplaceAll(decimalText(v.Num, 0), ",", ""); !strings.HasSuffix(text, "…") {
			return text
		}
		return v.Num.RatString()
	case varBool:
		if v.Bool {
			return "是"
		}
		return "否"
	case varText:
		return v.Text
	case varDate:
		if v.Date.IsZero() {
			return ""
		}
		return v.Date.String()
	}
	return ""
}

// Show writes a number with its unit for a reader: yuan to the fen, rates in per cent.
func Show(v *big.Rat, unit string) string { return show(v, unit) }

// ParseNumber reads an amount, a rate or a plain number exactly, as documents write them. An error is Invalid.
func ParseNumber(text string) (*big.Rat, error) { return parseNumber(text) }
