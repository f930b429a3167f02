package form

import (
	"regexp"
	"strings"

	"huicun/internal/mechanism/policy/engine"
)

// The engine speaks to people who write files. Whoever fills in a form knows neither the words of the file nor the names in
// it: explanations of words are taken for the words, mentions of words left out, and labels put for names.
var (
	explained = regexp.MustCompile(`[a-z_]+（([^（）]*)）`)
	mentioned = regexp.MustCompile(`（(?:[a-z_.]+(?:、| 或 )?)+）`)
	unknown   = regexp.MustCompile(`没有名为“[a-z0-9_]+”的数据或步骤；请先在前面定义，或检查拼写`)
	quoted    = regexp.MustCompile(`“([a-z][a-z0-9_]*)”`)
	keyWords  = strings.NewReplacer("写了 of 就不写 each", "得分取自一项数据时不写分值", "不写 rest", "不填剩下的归谁", "不能写 of", "不能选单独一条规则", "写进 award", "计入奖励合计")
)

func (v *View) plain(msg string) string {
	msg = unknown.ReplaceAllString(msg, "所选的一项已经删去，或排在这一项后面，请重选")
	msg = keyWords.Replace(explained.ReplaceAllString(mentioned.ReplaceAllString(msg, ""), "$1"))
	return quoted.ReplaceAllStringFunc(msg, func(q string) string {
		if l := v.labels[quoted.FindStringSubmatch(q)[1]]; l != "" {
			return "“" + l + "”"
		}
		return q
	})
}

// labelsOf are the labels of a document's names.
func labelsOf(doc *engine.Document) map[string]string {
	out := map[string]string{"award": "奖励合计"}
	for _, in := range doc.Inputs {
		out[in.Name] = in.Label
	}
	for _, list := range [][]engine.Step{doc.Measures, doc.Rules} {
		for i := range list {
			out[list[i].Name] = list[i].Label
		}
	}
	return out
}
