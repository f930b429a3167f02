package bank

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/money"
	"huicun/internal/kit/sheet"
)

// Parsed is a line of a statement file, as the bank says it. In and Out are the two columns; at most one is not nothing. Balance
// counts only when HasBalance.
type Parsed struct {
	Row                                       int // in the file, from 1
	Day                                       date.Date
	In, Out, Balance                          money.Fen
	HasBalance                                bool
	Serial, Counterparty, Number, Description string
}

// Fen is what the line moved: money in is positive.
func (p *Parsed) Fen() money.Fen { return p.In - p.Out }

// Statement is a file that was read by a layout, in the order of time.
type Statement struct {
	Lines    []Parsed
	Skipped  int  // rows that are no movements
	Reversed bool // the file had the newest line first
	Report   sheet.Report
}

// mostLines is how many lines one statement file may have.
const mostLines = 50_000

// maxText is how long texts of a statement line are kept.
const maxText = 200

// ReadFile reads a statement file as a table: the header is where a layout says, or the row whose titles say the most.
// It returns the table and the layout that is proposed for it. Errors are Invalid with what to do.
func ReadFile(name string, r io.ReaderAt, size int64, layouts []Layout) (*sheet.Table, Layout, error) {
	var best *sheet.Table
	var first error
	most := -1
	for row := range mostHeader {
		t, err := sheet.Read(name, io.NewSectionReader(r, 0, size), size, sheet.Options{MaxRows: mostLines, HeaderRow: row})
		if err != nil {
			if first == nil {
				first = err
			}
			if row == 0 && !headerTrouble(err) {
				return nil, Layout{}, err
			}
			continue
		}
		if n := telling(t.Header, layouts); n > most {
			best, most = t, n
		}
		if row == 0 && most >= enoughTitles {
			break
		}
		if row > 0 && row >= best.HeaderRow+3 && most >= enoughTitles {
			break
		}
	}
	if best == nil {
		return nil, Layout{}, first
	}
	l := Propose(layouts, best.Header)
	if l.HeaderRow != 0 && l.HeaderRow != best.HeaderRow {
		if t, err := sheet.Read(name, io.NewSectionReader(r, 0, size), size, sheet.Options{MaxRows: mostLines, HeaderRow: l.HeaderRow}); err == nil && l.fits(t.Header) >= 0 {
			best = t
		}
	}
	return best, l, nil
}

// enoughTitles is how many known titles make a row a header beyond doubt.
const enoughTitles = 4

// headerTrouble reports whether a file may be readable with its header elsewhere.
func headerTrouble(err error) bool {
	e := errs.As(err)
	return e != nil && slices.Contains([]string{"sheet.untitled", "sheet.duplicate", "sheet.header", "sheet.empty"}, e.Code)
}

// telling counts the titles of a header that mean something.
func telling(header []string, layouts []Layout) int {
	n := 0
	for i := range layouts {
		n = max(n, layouts[i].fits(header))
	}
	known := 0
	for _, h := range header {
		if _, ok := knownTitles[h]; ok {
			known++
		}
	}
	return max(n, known)
}

// ParseStatement reads the rows of a table by a layout. What is wrong stands in the report, row by row; the lines that
// could be read are there all the same, for a preview.
func ParseStatement(t *sheet.Table, l *Layout) (*Statement, error) {
	if err := l.Check(); err != nil {
		return nil, err
	}
	p, err := newParser(t, l)
	if err != nil {
		return nil, err
	}
	for i := range t.Rows {
		p.row(i)
	}
	p.out.Report.Rows = len(t.Rows)
	p.order()
	p.chain()
	if len(p.out.Lines) == 0 && len(p.out.Report.Errors) == 0 {
		return nil, errs.New(errs.Invalid, "statement.empty", "文件里没有流水；请检查表头所在行和各列的对应")
	}
	return p.out, nil
}

// parser reads one table.
type parser struct {
	t          *sheet.Table
	l          *Layout
	col        map[string]int
	dates      *dateFormat
	skip, out1 []string
	inWords    []string
	out        *Statement
}

func newParser(t *sheet.Table, l *Layout) (*parser, error) {
	p := &parser{t: t, l: l, col: map[string]int{}, skip: words(l.SkipWords), out1: words(l.OutWords), inWords: words(l.InWords), out: &Statement{}}
	var wrong errs.List
	for i := range Targets {
		title := *Targets[i].at(l)
		if title == "" {
			p.col[Targets[i].Name] = -1
			continue
		}
		c := t.Col(title)
		if c < 0 {
			wrong.Add("col_"+Targets[i].Name, "文件里没有列“%s”", title)
		}
		p.col[Targets[i].Name] = c
	}
	if l.DateFormat != "" {
		f, err := compileDate(l.DateFormat)
		if err != nil {
			return nil, err
		}
		p.dates = f
	}
	return p, wrong.Err()
}

func (p *parser) cell(i int, target string) string {
	c := p.col[target]
	if c < 0 || c >= len(p.t.Rows[i]) {
		return ""
	}
	return strings.TrimSpace(p.t.Rows[i][c])
}

func (p *parser) fail(i int, target, format string, args ...any) {
	title := ""
	if c := p.col[target]; c >= 0 {
		title = p.t.Header[c]
	}
	p.out.Report.Add(p.t.RowNo[i], title, p.cell(i, target), format, args...)
}

// row reads one row, or passes over one that is no movement.
func (p *parser) row(i int) {
	if p.skipped(i) {
		p.out.Skipped++
		return
	}
	before := len(p.out.Report.Errors)
	x := Parsed{Row: p.t.RowNo[i]}
	var err error
	if x.Day, err = p.day(p.cell(i, "day")); err != nil {
		p.fail(i, "day", "%s", errs.Message(err))
	}
	p.amounts(i, &x)
	if s := p.cell(i, "balance"); p.col["balance"] >= 0 {
		if x.Balance, err = amount(s); err != nil {
			p.fail(i, "balance", "%s", errs.Message(err))
		}
		x.HasBalance = err == nil && !blankAmount(s)
		if err == nil && !x.HasBalance {
			p.fail(i, "balance", "余额是空的")
		}
	}
	x.Serial, x.Counterparty, x.Description = clip(p.cell(i, "serial")), clip(p.cell(i, "counterparty")), clip(p.cell(i, "text"))
	if x.Number = cleanNumber(p.cell(i, "number")); len(x.Number) > mostDigits {
		p.fail(i, "number", "账号超过 %d 位", mostDigits)
	}
	if len(p.out.Report.Errors) > before {
		return
	}
	if x.Fen() == 0 { // a remark of the bank, such as a fee that was waived
		p.out.Skipped++
		return
	}
	p.out.Lines = append(p.out.Lines, x)
}

// skipped reports whether a row is a total or a remark: its first filled cell says so.
func (p *parser) skipped(i int) bool {
	for _, c := range p.t.Rows[i] {
		if c = strings.TrimSpace(c); c != "" {
			return slices.ContainsFunc(p.skip, func(w string) bool { return strings.Contains(c, w) })
		}
	}
	return true
}

// amounts reads what a row moved.
func (p *parser) amounts(i int, x *Parsed) {
	if p.l.Amount == "" {
		var errIn, errOut error
		if x.In, errIn = amount(p.cell(i, "in")); errIn != nil {
			p.fail(i, "in", "%s", errs.Message(errIn))
		}
		if x.Out, errOut = amount(p.cell(i, "out")); errOut != nil {
			p.fail(i, "out", "%s", errs.Message(errOut))
		}
		if x.In != 0 && x.Out != 0 {
			p.fail(i, "in", "同一行既有收入又有支出，请核对列的对应")
		}
		return
	}
	fen, err := amount(p.cell(i, "amount"))
	if err != nil {
		p.fail(i, "amount", "%s", errs.Message(err))
		return
	}
	out := fen < 0
	if p.l.Flag != "" {
		flag := p.cell(i, "flag")
		isOut, isIn := among(flag, p.out1), among(flag, p.inWords)
		if isOut == isIn {
			p.fail(i, "flag", "看不出是收入还是支出；请在“支出标志”“收入标志”里写上这里的字")
			return
		}
		if isOut { // a reversal (冲正) keeps its sign on its side
			x.Out = fen
		} else {
			x.In = fen
		}
		return
	}
	if out {
		x.Out = fen.Neg()
	} else {
		x.In = fen
	}
}

// among reports whether a flag is one of some words, or begins with one.
func among(flag string, list []string) bool {
	return slices.ContainsFunc(list, func(w string) bool { return strings.EqualFold(flag, w) }) ||
		slices.ContainsFunc(list, func(w string) bool { return utf8.RuneCountInString(w) > 1 && strings.HasPrefix(flag, w) })
}

func blankAmount(s string) bool {
	return strings.Trim(strings.TrimSpace(s), "-—－/") == ""
}

// amount reads an amount; nothing, and the dashes that banks print for nothing, are zero.
func amount(s string) (money.Fen, error) {
	if blankAmount(s) {
		return 0, nil
	}
	s = strings.TrimSpace(s)
	// A plus, and a minus behind the number, as some hosts print them.
	s = strings.TrimPrefix(s, "+")
	if t, ok := strings.CutSuffix(s, "-"); ok {
		s = "-" + t
	}
	return money.Parse(s)
}

// day reads a day, with or without a time behind it.
func (p *parser) day(s string) (date.Date, error) {
	if p.dates != nil {
		return p.dates.parse(s)
	}
	if i := strings.IndexFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == 'T' }); i > 0 {
		s = s[:i]
	}
	if len(s) > 8 && strings.Trim(s, "0123456789") == "" { // 20211110102233
		s = s[:8]
	}
	return date.Parse(s)
}

// order puts the lines in the order of time: most banks print them so, some the newest first.
func (p *parser) order() {
	lines := p.out.Lines
	if len(lines) < 2 {
		return
	}
	down, up := 0, 0
	for i := 1; i < len(lines); i++ {
		switch c := lines[i].Day.Compare(lines[i-1].Day); {
		case c < 0:
			down++
		case c > 0:
			up++
		}
	}
	if down > up || down == up && !chained(lines) && chainedBack(lines) {
		slices.Reverse(lines)
		p.out.Reversed = true
	}
	slices.SortStableFunc(lines, func(a, b Parsed) int { return a.Day.Compare(b.Day) })
}

// chained reports whether each balance follows from the one before.
func chained(lines []Parsed) bool {
	for i := 1; i < len(lines); i++ {
		if !lines[i].HasBalance || lines[i-1].Balance+lines[i].Fen() != lines[i].Balance {
			return false
		}
	}
	return true
}

func chainedBack(lines []Parsed) bool {
	back := slices.Clone(lines)
	slices.Reverse(back)
	return chained(back)
}

// chain reports where a balance does not follow from the one before: a line is missing, out of order or misread.
func (p *parser) chain() {
	if p.col["balance"] < 0 || len(p.out.Report.Errors) > 0 {
		return
	}
	title := p.t.Header[p.col["balance"]]
	for i := 1; i < len(p.out.Lines); i++ {
		a, b := &p.out.Lines[i-1], &p.out.Lines[i]
		want, err := money.Add(a.Balance, b.Fen())
		if err == nil && want == b.Balance {
			continue
		}
		if len(p.out.Report.Errors) == 0 && wrongSides(p.out.Lines) {
			p.out.Report.Add(b.Row, title, b.Balance.String(), "余额逐行都对不上，像是收入和支出两列对反了；请交换后再看")
			return
		}
		p.out.Report.Add(b.Row, title, b.Balance.String(), "上一行余额 %s，本行%s，应为 %s；中间可能缺了流水，或列对错了", a.Balance, inOut(b.Fen()), want)
	}
}

// wrongSides reports whether all balances would follow with in and out exchanged.
func wrongSides(lines []Parsed) bool {
	for i := 1; i < len(lines); i++ {
		if lines[i-1].Balance-lines[i].Fen() != lines[i].Balance {
			return false
		}
	}
	return true
}

func inOut(f money.Fen) string {
	if f < 0 {
		return "支出 " + f.Abs().String()
	}
	return "收入 " + f.String()
}

func clip(s string) string {
	s = field.Clean(s, false)
	if r := []rune(s); len(r) > maxText {
		return string(r[:maxText])
	}
	return s
}

// dateFormat is a way of writing days, as people describe it: 日日/月月/年年年年.
type dateFormat struct{ parts []datePart }

type datePart struct {
	unit rune // 年, 月, 日, or 0 for text
	wide int
	text string
}

// most is how many digits the part may have.
func (p datePart) most() int {
	if p.unit == '年' && p.wide == 1 {
		return 4
	}
	return max(p.wide, 2)
}

func badFormat() error {
	return errs.New(errs.Invalid, "date.format", "日期写法里应有年、月、日各一处，写成 日日/月月/年年年年 这样")
}

// compileDate reads a description of how days are written.
func compileDate(s string) (*dateFormat, error) {
	f := &dateFormat{}
	seen := map[rune]bool{}
	for s != "" {
		r, n := utf8.DecodeRuneInString(s)
		unit := r
		switch r {
		case 'Y', 'y':
			unit = '年'
		case 'M', 'm':
			unit = '月'
		case 'D', 'd':
			unit = '日'
		}
		if unit != '年' && unit != '月' && unit != '日' {
			f.parts = append(f.parts, datePart{text: s[:n]})
			s = s[n:]
			continue
		}
		wide := 0
		for rest, m := r, n; rest == r && s != ""; rest, m = utf8.DecodeRuneInString(s) {
			s = s[m:]
			wide++
			if s == "" {
				break
			}
			if next, _ := utf8.DecodeRuneInString(s); next != r {
				break
			}
		}
		if seen[unit] || wide > 4 {
			return nil, badFormat()
		}
		seen[unit] = true
		f.parts = append(f.parts, datePart{unit: unit, wide: wide})
	}
	if len(seen) != 3 {
		return nil, badFormat()
	}
	return f, nil
}

// parse reads a day; what follows it (a time) is left alone.
func (f *dateFormat) parse(s string) (date.Date, error) {
	bad := func() (date.Date, error) {
		return date.Date{}, errs.New(errs.Invalid, "date.syntax", "“%s”与日期写法不符", clip(s))
	}
	rest := strings.TrimSpace(s)
	var y, m, d int
	for _, p := range f.parts {
		if p.unit == 0 {
			var ok bool
			if rest, ok = strings.CutPrefix(rest, p.text); !ok {
				return bad()
			}
			continue
		}
		n := 0
		for n < len(rest) && n < p.most() && rest[n] >= '0' && rest[n] <= '9' {
			n++
		}
		if n == 0 {
			return bad()
		}
		v := 0
		for _, c := range rest[:n] {
			v = v*10 + int(c-'0')
		}
		rest = rest[n:]
		switch p.unit {
		case '年':
			if y = v; n <= 2 {
				y += 2000
			}
		case '月':
			m = v
		default:
			d = v
		}
	}
	out, err := date.New(y, time.Month(m), d)
	if err != nil {
		return date.Date{}, fmt.Errorf("reading a day: %w", err)
	}
	return out, nil
}
