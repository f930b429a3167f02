package opening

import (
	"fmt"
	"slices"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
	"huicun/internal/kit/search"
)

// SourceRow is a row of an old trial balance that has nothing below it. Opening is what stood at the beginning of the year,
// debits less credits; Debit and Credit are what moved in the year until the old books ended.
type SourceRow struct {
	Code, Name    string
	Path          []string // the names from the top account down to this one
	TopCode       string
	Opening       money.Fen
	Debit, Credit money.Fen
	Holder        ledger.Holder // to whose name it stands, in our own books
}

// Ending is what stands when the old books end, debits less credits.
func (r *SourceRow) Ending() money.Fen { return r.Opening + r.Debit - r.Credit }

// Top is the name of the top account.
func (r *SourceRow) Top() string { return r.Path[0] }

// Trial is an old trial balance: its rows, how its codes are made (3-2-2), and what was noticed while reading.
type Trial struct {
	Rows   []SourceRow
	Levels string
	Notes  []string
}

// limits of what is read.
const (
	maxTrialRows = 5000
	headerWithin = 20 // rows in which the titles are looked for
)

// columns are where a trial balance has what, -1 for nowhere.
type columns struct {
	code, name, dir                        int
	endDebit, endCredit, end               int
	openDebit, openCredit, open            int
	moveDebit, moveCredit                  int
	yearDebit, yearCredit                  int
	yearStartDebit, yearStartCredit, start int
}

// line is a row of the sheet as read: amounts as debits less credits.
type line struct {
	row          int
	code, name   string
	ending       money.Fen
	yearD, yearC money.Fen
	detail       bool // without a code of its own: belongs to the row with a code before it
	children     bool
}

// ReadTrial reads an old trial balance from the cells of a sheet or of a pasted text. moved says that what moved in the year
// is needed: the new books begin in mid-year. Columns are recognised by their titles, in one row or two; totals and titles
// are passed over; amounts may stand in debit and credit columns, in one column with the side in another, or signed.
func ReadTrial(cells [][]string, rowNo []int, moved bool) (*Trial, error) {
	if len(cells) > maxTrialRows {
		return nil, errs.OnField("source", "科目余额表超过 %d 行，请核对是不是贴错了表", maxTrialRows)
	}
	c, first, err := recognise(cells)
	if err != nil {
		return nil, err
	}
	if moved && (c.yearDebit < 0 || c.yearCredit < 0) {
		return nil, errs.OnField("source", "年中启用需要“本年累计”借方和贷方两列，表里没有找到；请导出带本年累计发生额的科目余额表")
	}
	r := reader{c: c}
	for i := first; i < len(cells); i++ {
		no := i + 1
		if i < len(rowNo) {
			no = rowNo[i]
		}
		r.read(cells[i], no)
	}
	if err := r.wrong.Err(); err != nil {
		return nil, err
	}
	if len(r.lines) == 0 {
		return nil, errs.OnField("source", "没有读到任何科目；请确认表里有科目编码、名称和余额")
	}
	r.signs()
	return r.trial(moved), nil
}

type reader struct {
	c     columns
	lines []line
	dirs  bool // sides were given beside the amounts
	wrong errs.List
	bad   int
}

// maxWrong is how many wrong cells are named.
const maxWrong = 10

func (r *reader) fail(row int, format string, args ...any) {
	if r.bad++; r.bad <= maxWrong {
		r.wrong.Add("source", "第 %d 行：%s", row, fmt.Sprintf(format, args...))
	}
}

func cell(row []string, at int) string {
	if at < 0 || at >= len(row) {
		return ""
	}
	return strings.TrimSpace(row[at])
}

func (r *reader) read(row []string, no int) {
	code, name := cell(row, r.c.code), cell(row, r.c.name)
	if r.c.code == r.c.name { // one column for both: 101 现金
		code, name = cut(code)
	}
	code = digits(code)
	if name == "" && code == "" || total(name) || code == "" && total(cell(row, r.c.code)) {
		return
	}
	amount := func(at int) money.Fen {
		text := cell(row, at)
		if text == "" || strings.Trim(text, "-—–− 0.") == "" {
			return 0
		}
		f, err := money.Parse(text)
		if err != nil {
			r.fail(no, "%s", errs.Message(err))
		}
		return f
	}
	l := line{row: no, code: code, name: name, detail: code == ""}
	if l.detail && len(r.lines) == 0 {
		r.fail(no, "“%s”没有科目编码", name)
		return
	}
	side := func(debit, credit, single int) money.Fen {
		if debit >= 0 {
			return amount(debit) - amount(credit)
		}
		f := amount(single)
		switch d := cell(row, r.c.dir); {
		case strings.HasPrefix(d, "贷"):
			r.dirs = true
			return -f
		case strings.HasPrefix(d, "借") || strings.HasPrefix(d, "平"):
			r.dirs = true
		}
		return f
	}
	l.yearD, l.yearC = amount(r.c.yearDebit), amount(r.c.yearCredit)
	switch {
	case r.c.endDebit >= 0 || r.c.end >= 0:
		l.ending = side(r.c.endDebit, r.c.endCredit, r.c.end)
	case r.c.startDebit() >= 0 || r.c.start >= 0:
		l.ending = side(r.c.yearStartDebit, r.c.yearStartCredit, r.c.start) + l.yearD - l.yearC
	default:
		l.ending = side(r.c.openDebit, r.c.openCredit, r.c.open) + amount(r.c.moveDebit) - amount(r.c.moveCredit)
	}
	r.lines = append(r.lines, l)
}

func (c *columns) startDebit() int { return c.yearStartDebit }

// signs decides how single amounts without a side are meant: signed, or each on the usual side of its account. The one
// that balances is it; where both do, signed.
func (r *reader) signs() {
	if r.c.endDebit >= 0 || r.dirs || r.c.end < 0 {
		return
	}
	var signed, usual money.Fen
	for i := range r.lines {
		l := &r.lines[i]
		if r.below(i) {
			continue
		}
		signed += l.ending
		usual += l.ending * money.Fen(usualSide(l.name, l.code))
	}
	if signed != 0 && usual == 0 {
		for i := range r.lines {
			r.lines[i].ending *= money.Fen(usualSide(r.topName(i), r.lines[i].code))
		}
	}
}

// below reports whether a line has another above it.
func (r *reader) below(i int) bool {
	return r.lines[i].detail || slices.ContainsFunc(r.lines, func(o line) bool {
		return o.code != "" && o.code != r.lines[i].code && strings.HasPrefix(r.lines[i].code, o.code)
	})
}

func (r *reader) topName(i int) string {
	name, short := r.lines[i].name, len(r.lines[i].code)+1
	for _, o := range r.lines {
		if o.code != "" && strings.HasPrefix(r.lines[i].code, o.code) && len(o.code) < short {
			name, short = o.name, len(o.code)
		}
	}
	return name
}

// usualSide is 1 for accounts that usually stand on the debit side, -1 for the others, by name in either chart.
func usualSide(name, _ string) int {
	for _, chart := range []string{ledger.Chart2023, ledger.Chart2004} {
		for _, a := range ledger.Chart(chart) {
			if sameName(a.Name, name) {
				if a.Direction == "credit" || a.Class == ledger.Equity {
					return -1
				}
				return 1
			}
		}
	}
	return 1
}

// trial gathers the lines that have nothing below them, with what their parents hold themselves.
func (r *reader) trial(moved bool) *Trial {
	t := &Trial{}
	parent := make([]int, len(r.lines))
	for i := range r.lines {
		parent[i] = r.parentOf(i)
		if parent[i] >= 0 {
			r.lines[parent[i]].children = true
		}
	}
	sums := make([][3]money.Fen, len(r.lines)) // of the children
	for i := range r.lines {
		if p := parent[i]; p >= 0 {
			sums[p][0] += r.lines[i].ending
			sums[p][1] += r.lines[i].yearD
			sums[p][2] += r.lines[i].yearC
		}
	}
	lengths := map[int]bool{}
	for i := range r.lines {
		l := &r.lines[i]
		if !l.detail {
			lengths[len(l.code)] = true
		}
		own := [3]money.Fen{l.ending - sums[i][0], l.yearD - sums[i][1], l.yearC - sums[i][2]}
		if own == ([3]money.Fen{}) {
			continue
		}
		row := SourceRow{Code: l.code, Name: l.name, Opening: own[0]}
		for at := i; at >= 0; at = parent[at] {
			row.Path = append([]string{r.lines[at].name}, row.Path...)
			row.TopCode = r.lines[at].code
			if row.Code == "" {
				row.Code = r.lines[at].code
			}
		}
		if moved {
			row.Opening, row.Debit, row.Credit = own[0]-own[1]+own[2], own[1], own[2]
		}
		if l.children {
			t.Notes = append(t.Notes, fmt.Sprintf("%s %s 与下级合计相差 %s 元，差额作为本级余额单列", l.code, l.name, own[0].Abs()))
			row.Path = append(row.Path, "本级")
			row.Name += "（本级）"
		}
		t.Rows = append(t.Rows, row)
	}
	t.Levels = levels(lengths)
	return t
}

// parentOf is the line above: the longest other code that this one begins with, or for a detail the last code before it.
func (r *reader) parentOf(i int) int {
	best := -1
	for j := range r.lines {
		o := &r.lines[j]
		switch {
		case o.detail || j == i:
		case r.lines[i].detail && j < i:
			best = j
		case !r.lines[i].detail && o.code != r.lines[i].code && strings.HasPrefix(r.lines[i].code, o.code) && (best < 0 || len(o.code) > len(r.lines[best].code)):
			best = j
		}
	}
	return best
}

// levels writes how codes are made: {3, 5, 7} is 3-2-2.
func levels(lengths map[int]bool) string {
	var all []int
	for n := range lengths {
		all = append(all, n)
	}
	slices.Sort(all)
	out, before := "", 0
	for _, n := range all {
		if out != "" {
			out += "-"
		}
		out += fmt.Sprint(n - before)
		before = n
	}
	return out
}

// digits drops what separates the levels of a code: 113.01 is 11301. What holds no digit is no code.
func digits(s string) string {
	out := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case strings.ContainsRune(".-_ 　\\/", r):
			return -1
		}
		return '?'
	}, s)
	if strings.Contains(out, "?") {
		return ""
	}
	return out
}

// cut takes the code off a text such as “101 现金”.
func cut(s string) (code, name string) {
	i := strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune("0123456789.- ", r) })
	if i < 0 {
		return s, ""
	}
	return s[:i], strings.TrimSpace(s[i:])
}

// total tells the rows of sums.
func total(s string) bool {
	s = strings.Map(func(r rune) rune {
		if r == ' ' || r == '　' || r == ':' || r == '：' {
			return -1
		}
		return r
	}, s)
	for _, w := range []string{"合计", "总计", "小计", "借方合计", "贷方合计"} {
		if s == w || strings.HasSuffix(s, w) {
			return true
		}
	}
	return strings.HasPrefix(s, "合计") || strings.HasPrefix(s, "制表") || strings.HasPrefix(s, "编制")
}

// sameName compares the names of accounts without brackets and spaces.
func sameName(a, b string) bool { return plainName(a) == plainName(b) && plainName(a) != "" }

func plainName(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("（）() 　、-—_", r) {
			return -1
		}
		return r
	}, search.Fold(s))
}
