package bank

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// EntryKey names an entry of the books: a line of a voucher.
type EntryKey struct {
	Voucher ids.ID
	LineNo  int
}

// Entry is an entry of the books on the account that a bank account stands behind, with the name of its party. Early says
// that it lies before the day from which the account is reconciled.
type Entry struct {
	ledger.Movement
	PartyName string
	Early     bool
}

// Key names the entry.
func (e *Entry) Key() EntryKey { return EntryKey{e.Voucher, e.LineNo} }

// The kinds of match: by the system, a suggestion that a person took, and by a person.
const (
	MatchAuto     = "auto"
	MatchAccepted = "accepted"
	MatchManual   = "manual"
)

// MatchKinds are the kinds in Chinese.
var MatchKinds = map[string]string{MatchAuto: "自动", MatchAccepted: "采纳建议", MatchManual: "人工"}

// Group is a set of statement lines and entries that are, or may be, the same movement: their sums are equal. Certain
// says that the system needs nobody to look.
type Group struct {
	ID      ids.ID
	Kind    string
	Lines   []Line
	Entries []Entry
	Score   int
	Reason  string
	Certain bool
}

// last is the last day of the group's members.
func (g *Group) last() date.Date {
	var d date.Date
	for i := range g.Lines {
		d = later(d, g.Lines[i].Day)
	}
	for i := range g.Entries {
		d = later(d, g.Entries[i].Date)
	}
	return d
}

func later(a, b date.Date) date.Date {
	if b.After(a) {
		return b
	}
	return a
}

// Sums adds up both sides; an Invalid error when a sum leaves the range of money.
func (g *Group) Sums() (bank, books money.Fen, err error) {
	for i := range g.Lines {
		if bank, err = money.Add(bank, g.Lines[i].Fen()); err != nil {
			return 0, 0, err
		}
	}
	for i := range g.Entries {
		if books, err = money.Add(books, g.Entries[i].Fen); err != nil {
			return 0, 0, err
		}
	}
	return bank, books, nil
}

// matcher pairs statement lines with entries.
type matcher struct {
	r       *Rule
	lines   []Line
	entries []Entry
	usedL   []bool
	usedE   []bool
	out     []Group
}

// Suggest finds which lines and entries belong together: no line and no entry is used twice, and the sums of each group
// are equal. Certain groups come first, then by score. The same input gives the same answer.
func Suggest(r *Rule, lines []Line, entries []Entry) []Group {
	m := &matcher{r: r, lines: lines, entries: entries, usedL: make([]bool, len(lines)), usedE: make([]bool, len(entries))}
	m.known()
	m.reversals()
	m.pairs()
	m.sums()
	m.returns()
	slices.SortStableFunc(m.out, func(a, b Group) int {
		if a.Certain != b.Certain {
			return map[bool]int{true: -1, false: 1}[a.Certain]
		}
		return cmp.Or(b.Score-a.Score, a.last().Compare(b.last()))
	})
	return m.out
}

func (m *matcher) take(ls, es []int, score int, certain bool, reason string) {
	g := Group{Score: min(score, 100), Certain: certain, Reason: reason}
	for _, i := range ls {
		m.usedL[i] = true
		g.Lines = append(g.Lines, m.lines[i])
	}
	for _, i := range es {
		m.usedE[i] = true
		g.Entries = append(g.Entries, m.entries[i])
	}
	m.out = append(m.out, g)
}

// known pairs a line with the entry of the voucher that was made for it.
func (m *matcher) known() {
	at := map[ids.ID]int{}
	for i := range m.lines {
		at[m.lines[i].ID] = i
	}
	for i := range m.entries {
		e := &m.entries[i]
		if l, ok := at[e.OriginID]; ok && e.Origin == OriginLine && !m.usedL[l] && m.lines[l].Fen() == e.Fen {
			m.take([]int{l}, []int{i}, 100, true, "凭证由这笔流水生成")
		}
	}
}

// reversals sets a red-letter voucher off against what it undid, when the bank saw neither.
func (m *matcher) reversals() {
	at := map[EntryKey]int{}
	for i := range m.entries {
		at[m.entries[i].Key()] = i
	}
	for i := range m.entries {
		e := &m.entries[i]
		if e.Reverses == 0 || m.usedE[i] {
			continue
		}
		if j, ok := at[EntryKey{e.Reverses, e.LineNo}]; ok && !m.usedE[j] && m.entries[j].Fen == e.Fen.Neg() {
			m.take(nil, []int{j, i}, 100, true, "红字冲销，互相抵销")
		}
	}
}

// pair is a line and an entry of the same amount.
type pair struct {
	l, e, score, apart int
	reason             string
}

// pairs matches one line with one entry.
func (m *matcher) pairs() {
	byFen := map[money.Fen][]int{}
	for i := range m.entries {
		if !m.usedE[i] {
			byFen[m.entries[i].Fen] = append(byFen[m.entries[i].Fen], i)
		}
	}
	var all []pair
	goodL, goodE := map[int]int{}, map[int]int{} // how many certain-looking partners each has
	for i := range m.lines {
		if m.usedL[i] {
			continue
		}
		for _, j := range byFen[m.lines[i].Fen()] {
			p, ok := m.score(i, j)
			if !ok {
				continue
			}
			all = append(all, p)
			if p.score >= m.r.AutoScore {
				goodL[i]++
				goodE[j]++
			}
		}
	}
	slices.SortFunc(all, func(a, b pair) int {
		return cmp.Or(b.score-a.score, a.apart-b.apart, a.l-b.l, a.e-b.e)
	})
	for _, p := range all {
		if m.usedL[p.l] || m.usedE[p.e] || p.score < m.r.ShowScore {
			continue
		}
		certain := p.score >= m.r.AutoScore && goodL[p.l] == 1 && goodE[p.e] == 1 && !m.entries[p.e].Early
		m.take([]int{p.l}, []int{p.e}, p.score, certain, p.reason)
	}
}

// apart is how many days two days lie apart.
func apart(a, b date.Date) int { return max(a.Sub(b), b.Sub(a)) }

// window is how many days a line and an entry may lie apart.
func (m *matcher) window(e *Entry) int {
	if e.Early {
		return m.r.EarlyDays
	}
	return m.r.WindowDays
}

// score says how well a line and an entry of the same amount go together.
func (m *matcher) score(i, j int) (pair, bool) {
	l, e := &m.lines[i], &m.entries[j]
	p := pair{l: i, e: j, apart: apart(l.Day, e.Date)}
	if p.apart > m.window(e) {
		return p, false
	}
	p.score = m.r.AmountScore
	why := []string{"金额相同"}
	p.score += m.r.DayScore * (m.window(e) + 1 - p.apart) / (m.window(e) + 1)
	if p.apart == 0 {
		why = append(why, "日期相同")
	} else {
		why = append(why, fmt.Sprintf("日期相差 %d 天", p.apart))
	}
	more, points := m.likeness(l, e)
	p.score += points
	p.reason = strings.Join(append(why, more...), "、")
	return p, true
}

// leastSerial is how long a serial number must be to be looked for in texts.
const leastSerial = 4

// likeness compares what is said on both sides.
func (m *matcher) likeness(l *Line, e *Entry) (why []string, points int) {
	if utf8.RuneCountInString(l.Serial) >= leastSerial && (strings.Contains(e.Summary, l.Serial) || strings.Contains(e.Note, l.Serial)) {
		why, points = append(why, "流水号相符"), points+m.r.SerialScore
	}
	if sameParty(l.Counterparty, e) {
		why, points = append(why, "对方户名相符"), points+m.r.PartyScore
	}
	if similar(l.Description, e.Summary) {
		why, points = append(why, "摘要相近"), points+m.r.TextScore
	}
	return why, points
}

// leastName is how long a name must be to be found within another or in a summary.
const leastName = 4

// sameParty reports whether the bank's counterparty is the entry's party, or is named in its summary.
func sameParty(counterparty string, e *Entry) bool {
	c := foldName(counterparty)
	if c == "" {
		return false
	}
	p := foldName(e.PartyName)
	if c == p {
		return true
	}
	if short := min(utf8.RuneCountInString(c), utf8.RuneCountInString(p)); short >= leastName && (strings.Contains(c, p) || strings.Contains(p, c)) {
		return true
	}
	return utf8.RuneCountInString(c) >= leastName && strings.Contains(foldName(e.Summary), c)
}

// foldName leaves of a name what two writers agree on.
func foldName(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			r -= '！' - '!'
		}
		if unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsSymbol(r) {
			return -1
		}
		return unicode.ToUpper(r)
	}, s)
}

// similar reports whether two texts share much: at least two fifths of their pairs of characters.
func similar(a, b string) bool {
	x, y := bigrams(foldName(a)), bigrams(foldName(b))
	if len(x) == 0 || len(y) == 0 {
		return false
	}
	both := 0
	for k, n := range x {
		both += min(n, y[k])
	}
	return 5*2*both >= 2*(total(x)+total(y))
}

func bigrams(s string) map[string]int {
	out := map[string]int{}
	r := []rune(s)
	for i := 1; i < len(r); i++ {
		out[string(r[i-1:i+1])]++
	}
	return out
}

func total(m map[string]int) int {
	n := 0
	for _, v := range m {
		n += v
	}
	return n
}

// returns sets a payment off against the same amount that the bank gave back (退票).
func (m *matcher) returns() {
	for i := range m.lines {
		a := &m.lines[i]
		if m.usedL[i] || a.Fen() >= 0 {
			continue
		}
		for j := range m.lines {
			b := &m.lines[j]
			if m.usedL[j] || b.Fen() != a.Fen().Neg() || b.Day.Before(a.Day) || b.Day.Sub(a.Day) > m.r.WindowDays {
				continue
			}
			if a.Counterparty != "" && foldName(a.Counterparty) == foldName(b.Counterparty) || strings.Contains(b.Description, "退") {
				m.take([]int{i, j}, nil, m.r.AmountScore+m.r.PartyScore, false, "支出后又退回，互相抵销")
				break
			}
		}
	}
}
