package showcase

import (
	"strconv"
	"strings"

	sc "huicun/internal/insight/showcase"
	"huicun/internal/web/ui"
)

func span(at, end int) string { return strconv.Itoa(at) + "," + strconv.Itoa(end) }

func orText(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func figuresSub(f form) string {
	if len(f.Figures) == 0 {
		return ""
	}
	return strconv.Itoa(len(f.Figures)) + " 个，点“插入”放到光标处"
}

func longField(u ui.Field) ui.Field {
	u.Wide, u.Rows = true, 3
	if u.Name == "body" {
		u.Rows, u.Placeholder = 26, "## 实施背景\n\n从这里开始写……"
		u.Attrs = map[string]any{"spellcheck": "false"}
	}
	return u
}

func formErrors(wrong map[string]string) []ui.FieldError {
	var out []ui.FieldError
	for _, n := range []string{"bare", "reason"} {
		if wrong[n] != "" {
			out = append(out, ui.FieldError{Name: n, Text: wrong[n]})
		}
	}
	return out
}

func facts(a article) []ui.Desc {
	st := sc.Machine.State(a.V.State)
	out := []ui.Desc{
		{Label: "状态", Badge: &ui.BadgeView{Text: st.Label, Kind: ui.Kind(st.Tone)}},
		{Label: "编号", Value: a.V.No},
		{Label: "所属地区", Value: a.Place},
		{Label: "年度", Value: strconv.Itoa(a.V.Year)},
	}
	if a.V.IssueNo > 0 {
		out = append(out, ui.Desc{Label: "最新版", Value: issueText(a.V.IssueNo), Sub: a.V.PublishedOn.String()}, ui.Desc{Label: "校验码", Value: a.V.Fingerprint})
	}
	if a.V.Allowed != "" {
		out = append(out, ui.Desc{Label: "放行词", Value: join(sc.Phrases(a.V.Allowed)), Wide: true})
	}
	return out
}

func issueTable(a article) ui.Table {
	t := ui.Table{Caption: "版本", Columns: []ui.Column{{Label: "版次"}, {Label: "发布"}, {Label: "改动"}}, Dense: true}
	for _, i := range a.Issues {
		c := ui.Cell{Text: "看改动", Href: issuePath(a.V, i.No) + "/changes"}
		if i.No == 1 {
			c = ui.Cell{Text: "首版", Muted: true}
		}
		first := ui.Cell{Text: "第 " + strconv.Itoa(i.No) + " 版"}
		if i.No <= a.V.WithdrawnIssue {
			first.Badge = &ui.BadgeView{Text: "已撤回", Kind: ui.Red}
		}
		t.Rows = append(t.Rows, ui.Row{Href: issuePath(a.V, i.No), Cells: []ui.Cell{first, {Text: i.PublishedAt.Format("2006-01-02 15:04"), Sub: i.PublishedName}, c}})
	}
	t.Empty = &ui.EmptyView{Icon: "history", Title: "还没有发布过", Text: "发布后，每一版都会存档在这里。"}
	return t
}

func figureChanges(list []sc.FigureChange) ui.Table {
	t := ui.Table{Caption: "数字的改动", Columns: []ui.Column{{Label: "数字"}, {Label: "原来写作"}, {Label: "现在写作"}, {Label: "准确值", Align: ui.Right}}}
	for _, x := range list {
		r := ui.Row{Cells: []ui.Cell{ui.T(x.Name), {Text: "（文中没有）", Muted: true}, {Text: "（已去掉）", Muted: true}, {}}}
		exact := ""
		if x.Before != nil {
			r.Cells[1] = ui.T(x.Before.Text)
			exact = x.Before.Exact()
		}
		if x.After != nil {
			r.Cells[2] = ui.Cell{Text: x.After.Text, Strong: true}
			if exact != "" {
				exact += " → "
			}
			exact += x.After.Exact()
		}
		r.Cells[3] = ui.T(exact)
		t.Rows = append(t.Rows, r)
	}
	return t
}

const clauseEnds = "，。；：、！？（）\n"

// parts splits a text into what it begins and ends with like another, and what lies between. Without another
// there is nothing to set apart.
func parts(text, other string) (head, middle, tail string) {
	if other == "" {
		return text, "", ""
	}
	a, b := []rune(text), []rune(other)
	lo := 0
	for lo < len(a) && lo < len(b) && a[lo] == b[lo] {
		lo++
	}
	hi := 0
	for hi < len(a)-lo && hi < len(b)-lo && a[len(a)-1-hi] == b[len(b)-1-hi] {
		hi++
	}
	// up to the borders of clauses: half a number would mislead
	for lo > 0 && !strings.ContainsRune(clauseEnds, a[lo-1]) {
		lo--
	}
	for hi > 0 && !strings.ContainsRune(clauseEnds, a[len(a)-hi]) {
		hi--
	}
	return string(a[:lo]), string(a[lo : len(a)-hi]), string(a[len(a)-hi:])
}
