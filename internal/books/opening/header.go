package opening

import (
	"slices"
	"strings"

	"huicun/internal/kit/errs"
)

// recognise finds the titles of a trial balance and returns its columns and the first row after the titles. Groups such as
// 期末余额 may stand in a row above 借方 and 贷方, over the first of the columns that they are the title of.
func recognise(cells [][]string) (columns, int, error) {
	for i := range cells[:min(len(cells), headerWithin)] {
		at := slices.IndexFunc(cells[i], isAccountTitle)
		if at < 0 {
			continue
		}
		titles, next := slices.Clone(cells[i]), i+1
		if next < len(cells) && isSecondRow(cells[next]) {
			titles, next = joined(cells[i], cells[next]), next+1
		}
		c := place(titles)
		if c.code < 0 && c.name < 0 {
			continue
		}
		if c.code < 0 {
			c.code = c.name // one column for both
		}
		if c.name < 0 {
			c.name = c.code
		}
		if c.end < 0 && c.endDebit < 0 && c.open < 0 && c.openDebit < 0 && c.yearStartDebit < 0 && c.start < 0 {
			return c, 0, errs.OnField("source", "表头里没有找到余额列（期末余额，或借方、贷方）；请连同表头一起贴入")
		}
		return c, next, nil
	}
	return columns{}, 0, errs.OnField("source", "没有找到表头：前 %d 行里应有“科目编码”和“科目名称”；请连同表头一起贴入", headerWithin)
}

func isAccountTitle(s string) bool {
	s = strings.ReplaceAll(strings.TrimSpace(s), " ", "")
	return slices.Contains([]string{"科目编码", "科目代码", "科目编号", "科目号", "编码", "代码", "科目名称", "会计科目", "科目"}, s)
}

// isSecondRow tells a row of 借方 and 贷方 below the groups: it has such words and no numbers.
func isSecondRow(row []string) bool {
	sides := 0
	for _, s := range row {
		s = strings.TrimSpace(s)
		if strings.Contains(s, "借") || strings.Contains(s, "贷") || s == "方向" || s == "金额" || s == "余额" {
			sides++
		} else if s != "" && !isAccountTitle(s) {
			return false
		}
	}
	return sides > 1
}

// joined puts the groups before the titles below them.
func joined(groups, sides []string) []string {
	out := make([]string, max(len(groups), len(sides)))
	group := ""
	for i := range out {
		if s := cell(groups, i); s != "" {
			group = s
		}
		side := cell(sides, i)
		if isAccountTitle(group) || side == "" {
			out[i] = cell(groups, i) + side
			continue
		}
		out[i] = group + side
	}
	return out
}

// place finds the columns by their titles.
func place(titles []string) columns {
	c := columns{-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}
	set := func(to *int, i int) {
		if *to < 0 {
			*to = i
		}
	}
	for i, t := range titles {
		t = strings.NewReplacer(" ", "", "　", "", "（元）", "", "(元)", "", "金额", "").Replace(strings.TrimSpace(t))
		if t == "" && strings.TrimSpace(titles[i]) != "" {
			t = "余额"
		}
		debit, credit := strings.Contains(t, "借"), strings.Contains(t, "贷")
		if debit && credit { // 借或贷, 借/贷: the side of a single amount
			set(&c.dir, i)
			continue
		}
		switch {
		case t == "方向" || strings.HasSuffix(t, "方向"):
			set(&c.dir, i)
		case isAccountTitle(t) && (strings.Contains(t, "编") || strings.Contains(t, "代码") || strings.HasSuffix(t, "号")):
			set(&c.code, i)
		case isAccountTitle(t):
			set(&c.name, i)
		case strings.Contains(t, "本年累计") || strings.Contains(t, "累计发生"):
			pick(&c.yearDebit, &c.yearCredit, nil, debit, credit, i)
		case strings.Contains(t, "年初"):
			pick(&c.yearStartDebit, &c.yearStartCredit, &c.start, debit, credit, i)
		case strings.Contains(t, "期初") || strings.Contains(t, "上期") || strings.Contains(t, "月初"):
			pick(&c.openDebit, &c.openCredit, &c.open, debit, credit, i)
		case strings.Contains(t, "本期") || strings.Contains(t, "本月") || strings.Contains(t, "发生"):
			pick(&c.moveDebit, &c.moveCredit, nil, debit, credit, i)
		case strings.Contains(t, "期末") || strings.Contains(t, "余额") || strings.Contains(t, "年末") || strings.Contains(t, "月末"):
			pick(&c.endDebit, &c.endCredit, &c.end, debit, credit, i)
		case debit || credit: // a pair without a group is the balance
			pick(&c.endDebit, &c.endCredit, nil, debit, credit, i)
		}
	}
	return c
}

func pick(debitAt, creditAt, single *int, debit, credit bool, i int) {
	switch {
	case debit && *debitAt < 0:
		*debitAt = i
	case credit && *creditAt < 0:
		*creditAt = i
	case !debit && !credit && single != nil && *single < 0:
		*single = i
	}
}

// Cells splits a text pasted from a spreadsheet into cells: tabs between columns; without tabs, commas or runs of spaces.
func Cells(text string) [][]string {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	tabs := strings.Contains(text, "\t")
	var out [][]string
	for _, l := range strings.Split(text, "\n") {
		if strings.TrimSpace(l) == "" {
			out = append(out, nil)
			continue
		}
		var row []string
		switch {
		case tabs:
			row = strings.Split(l, "\t")
		case strings.Contains(l, "|"):
			row = strings.Split(strings.Trim(l, "|"), "|")
		default:
			row = strings.Fields(l)
		}
		for i := range row {
			row[i] = strings.TrimSpace(strings.Trim(row[i], "\"　"))
		}
		out = append(out, row)
	}
	return out
}
