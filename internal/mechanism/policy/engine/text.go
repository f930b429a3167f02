package engine

import (
	"fmt"
	"regexp"
	"strings"
)

var (
	wordOrText = regexp.MustCompile(`"[^"]*"|'[^']*'|[A-Za-z_][A-Za-z0-9_]*`)
	operatorZH = strings.NewReplacer("&&", "且", "||", "或", ">=", "≥", "<=", "≤", "==", "＝", "!=", "≠", "*", "×", "/", "÷", "!", "不是")
	functionZH = map[string]string{
		"wan": "万元", "yi": "亿元", "floor": "向下取整", "least": "取小", "most": "取大", "true": "是", "false": "否",
		"step": "级数", "reach": "本级应达到", "role": "职务", "kind": "身份", "months": "任职月数", "disciplined": "受处分",
	}
)

var (
	wanCall = regexp.MustCompile(`\bwan\(\s*(-?[0-9.]+)\s*\)`)
	yiCall  = regexp.MustCompile(`\byi\(\s*(-?[0-9.]+)\s*\)`)
)

// words writes an expression with the labels of its names and the signs that people read.
func (p *Policy) words(text string) string { return Words(text, p.labels) }

// Words writes an expression with the labels of its names and the signs that people read.
func Words(text string, labels map[string]string) string {
	text = wanCall.ReplaceAllString(text, "$1 万元")
	text = yiCall.ReplaceAllString(text, "$1 亿元")
	text = operatorZH.Replace(text)
	return wordOrText.ReplaceAllStringFunc(text, func(w string) string {
		if w[0] == '"' || w[0] == '\'' {
			return "“" + w[1:len(w)-1] + "”"
		}
		if l := labels[w]; l != "" {
			return l
		}
		if l := functionZH[w]; l != "" {
			return l
		}
		return w
	})
}

// Text is the award with its trace as a person reads it: data, measures, conditions, rules, award, split, payment.
func (a *Award) Text(p *Policy) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s（第 %d 版）", p.Doc.Title, p.Doc.Version.No)
	if a.Subject != "" {
		fmt.Fprintf(&b, "：%s", a.Subject)
	}
	b.WriteString("\n")
	if p.Doc.Sample {
		b.WriteString("示例，不是正式发布的文件\n")
	}
	var last Section = -1
	n := 0
	for _, l := range a.Trace {
		if l.Section != last {
			fmt.Fprintf(&b, "\n【%s】\n", l.Section)
			last, n = l.Section, 0
		}
		n++
		fmt.Fprintf(&b, "%2d. %s：%s", n, l.Label, l.Text)
		if l.From != "" {
			fmt.Fprintf(&b, "（%s）", l.From)
		}
		b.WriteString("\n")
		for _, t := range l.Tags {
			fmt.Fprintf(&b, "      %s %s\n", t.No, t.Title)
		}
		for _, note := range l.Notes {
			fmt.Fprintf(&b, "      %s\n", note)
		}
	}
	b.WriteString("\n" + a.summary() + "\n")
	return b.String()
}

// summary is the result in one sentence.
func (a *Award) summary() string {
	text := "结果：" + show(a.Points, a.Unit)
	if a.Unit == "元" && a.Amount > 0 {
		text += "（大写：" + a.Amount.Capital() + "）"
	}
	for _, u := range a.Undecided {
		text += fmt.Sprintf("；“%s”还要由%s在 %s 至 %s之间确定", u.Label, u.By, show(u.Min, u.Unit), show(u.Max, u.Unit))
	}
	for _, why := range a.Refused {
		text += "；" + why
	}
	return text
}
