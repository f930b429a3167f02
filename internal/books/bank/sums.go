package bank

import (
	"fmt"
	"slices"

	"huicun/internal/kit/date"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// The search for sums is bounded: how many candidates are looked at, and how many combinations tried.
const (
	mostCandidates = 24
	mostTries      = 20_000
)

// sums matches one line with several entries, and one entry with several lines, where the amounts add up.
func (m *matcher) sums() {
	for i := range m.lines {
		if !m.usedL[i] {
			m.oneLine(i)
		}
	}
	for j := range m.entries {
		if !m.usedE[j] {
			m.oneEntry(j)
		}
	}
}

// oneLine looks for entries that add up to a line: first of one voucher, then to one party, then any.
func (m *matcher) oneLine(i int) {
	l := &m.lines[i]
	var near []int
	for j := range m.entries {
		e := &m.entries[j]
		if !m.usedE[j] && !e.Early && sameSign(e.Fen, l.Fen()) && apart(l.Day, e.Date) <= m.r.WindowDays {
			near = append(near, j)
		}
	}
	fen := func(j int) money.Fen { return m.entries[j].Fen }
	byVoucher := split(near, func(j int) ids.ID { return m.entries[j].Voucher })
	byParty := split(near, func(j int) ids.ID { return m.entries[j].Party })
	delete(byParty, 0)
	for _, try := range []struct {
		lists [][]int
		word  string
	}{{ordered(byVoucher, near, func(j int) ids.ID { return m.entries[j].Voucher }), "同一凭证的"}, {ordered(byParty, near, func(j int) ids.ID { return m.entries[j].Party }), "同一往来单位的"}} {
		for _, list := range try.lists {
			if len(list) >= 2 && len(list) <= m.r.GroupMost && adds(list, fen, l.Fen()) {
				m.propose([]int{i}, list, try.word)
				return
			}
		}
	}
	if list := m.subset(near, fen, l.Fen(), func(j int) date.Date { return m.entries[j].Date }, l.Day); list != nil {
		m.propose([]int{i}, list, "")
	}
}

// oneEntry looks for lines that add up to an entry: first with one counterparty, then any.
func (m *matcher) oneEntry(j int) {
	e := &m.entries[j]
	if e.Early {
		return
	}
	var near []int
	for i := range m.lines {
		l := &m.lines[i]
		if !m.usedL[i] && sameSign(e.Fen, l.Fen()) && apart(l.Day, e.Date) <= m.r.WindowDays {
			near = append(near, i)
		}
	}
	fen := func(i int) money.Fen { return m.lines[i].Fen() }
	who := func(i int) string { return foldName(m.lines[i].Counterparty) }
	by := split(near, who)
	delete(by, "")
	for _, list := range ordered(by, near, who) {
		if len(list) >= 2 && len(list) <= m.r.GroupMost && adds(list, fen, e.Fen) {
			m.propose(list, []int{j}, "同一对方的")
			return
		}
	}
	if list := m.subset(near, fen, e.Fen, func(i int) date.Date { return m.lines[i].Day }, e.Date); list != nil {
		m.propose(list, []int{j}, "")
	}
}

func sameSign(a, b money.Fen) bool { return a > 0 == (b > 0) }

// split groups a list by a key.
func split[K comparable](list []int, key func(int) K) map[K][]int {
	out := map[K][]int{}
	for _, i := range list {
		out[key(i)] = append(out[key(i)], i)
	}
	return out
}

// ordered lists groups in the order in which their first members stand, so that the answer is always the same.
func ordered[K comparable](groups map[K][]int, list []int, key func(int) K) [][]int {
	var out [][]int
	for _, i := range list {
		if g := groups[key(i)]; len(g) > 0 && g[0] == i {
			out = append(out, g)
		}
	}
	return out
}

// adds reports whether amounts add up to another.
func adds(list []int, fen func(int) money.Fen, want money.Fen) bool {
	all := make([]money.Fen, len(list))
	for n, i := range list {
		all[n] = fen(i)
	}
	sum, err := money.Sum(all...)
	return err == nil && sum == want
}

// subset finds the smallest few of the nearest candidates that add up to an amount; all have its sign. nil when there
// are none, or more than one choice of the same size, which would be guessing.
func (m *matcher) subset(near []int, fen func(int) money.Fen, want money.Fen, day func(int) date.Date, from date.Date) []int {
	near = slices.DeleteFunc(slices.Clone(near), func(i int) bool { return fen(i).Abs() >= want.Abs() })
	slices.SortStableFunc(near, func(a, b int) int { return apart(day(a), from) - apart(day(b), from) })
	near = near[:min(len(near), mostCandidates)]
	tries := 0
	for size := 2; size <= m.r.GroupMost && size <= len(near); size++ {
		var found []int
		n := 0
		var pick func(at, left int, rest money.Fen, have []int) bool
		pick = func(at, left int, rest money.Fen, have []int) bool {
			if tries++; tries > mostTries {
				return false
			}
			if left == 0 {
				if rest == 0 {
					n++
					found = slices.Clone(have)
				}
				return n < 2
			}
			for i := at; i <= len(near)-left; i++ {
				if f := fen(near[i]); f.Abs() <= rest.Abs() {
					if !pick(i+1, left-1, rest-f, append(have, near[i])) {
						return false
					}
				}
			}
			return true
		}
		done := pick(0, size, want, nil)
		switch {
		case n == 1 && done:
			slices.Sort(found)
			return found
		case n > 0 || !done:
			return nil
		}
	}
	return nil
}

// propose takes a sum as a suggestion, when its score is high enough.
func (m *matcher) propose(ls, es []int, word string) {
	score, far, likes := m.r.AmountScore, 0, 0
	for _, i := range ls {
		for _, j := range es {
			far = max(far, apart(m.lines[i].Day, m.entries[j].Date))
			if _, points := m.likeness(&m.lines[i], &m.entries[j]); points > 0 {
				likes++
			}
		}
	}
	score += m.r.DayScore * (m.r.WindowDays + 1 - far) / (m.r.WindowDays + 1)
	if likes > 0 {
		score += m.r.TextScore
	}
	if word != "" {
		score += m.r.TextScore
	}
	if score < m.r.ShowScore {
		return
	}
	what, n := "分录", len(es)
	if len(ls) > 1 {
		what, n = "流水", len(ls)
	}
	m.take(ls, es, score, false, fmt.Sprintf("%s%d 笔%s合计相等、日期相差最多 %d 天", word, n, what, far))
}
