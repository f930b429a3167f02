package books

import (
	"fmt"
	"math"
	"unicode/utf8"

	"huicun/internal/kit/money"
)

// What a slip holds, as it is printed two on a sheet of A4, in points: the paper's rows between the heading and the total.
// The widths are those of the printed columns, in characters of 汉字; .print-two of the style sheet sets the type.
const (
	slipHeight   = 240
	rowPadding   = 8
	rowText      = 14
	summaryWidth = 10
	accountWidth = 18
)

// slipSums is what stands on a slip's last or first row instead of entries: 过次页, 承前页.
type slipSums struct {
	Debit, Credit string
}

// slips lays a voucher out on slips of half a sheet. A long one goes on over several, which bear its number and their own
// (2/3), each ending with the sums so far and beginning with them; the total stands on the last. Bookkeepers number the
// slips of a long voucher like this (分数编号), so that a missing one is noticed.
func slips(v paper) []paper {
	var out []paper
	var debit, credit money.Fen
	brought := (*slipSums)(nil)
	for rest := v.Lines; len(rest) > 0 || len(out) == 0; {
		n := fits(rest, brought != nil, v.Capital)
		s := v
		s.Lines, s.Brought, s.Carried = rest[:n], brought, nil
		for _, l := range rest[:n] {
			debit, credit = debit+l.debit, credit+l.credit
		}
		if rest = rest[n:]; len(rest) > 0 {
			s.Carried = &slipSums{amount(debit), amount(credit)}
		}
		brought = s.Carried
		out = append(out, s)
	}
	if len(out) > 1 {
		for i := range out {
			out[i].Part = fmt.Sprintf("%d/%d", i+1, len(out))
		}
	}
	return out
}

// fits is how many of the lines the next slip takes: all with the total below them, or some with their sums carried on.
// It takes one at least, and leaves one at least for the slip with the total.
func fits(lines []paperLine, brought bool, capital string) int {
	room := slipHeight
	if brought {
		room -= rowPadding + rowText
	}
	all := room - height(capital, summaryWidth+accountWidth)
	some := room - rowPadding - rowText
	n := 0
	for n < len(lines) {
		h := rowPadding + rowText*max(rows(lines[n].Summary, summaryWidth), rows(lines[n].text(), accountWidth))
		if all -= h; all >= 0 && n == len(lines)-1 {
			return len(lines)
		}
		if some -= h; some < 0 && n > 0 {
			return n
		}
		n++
	}
	return min(len(lines), max(1, n-1))
}

// text is the account with what its line belongs to, as they are printed one after the other.
func (l *paperLine) text() string {
	out := l.Account
	for _, t := range l.Tags {
		out += "  " + t.Text
	}
	return out
}

func height(text string, width int) int { return rowPadding + rowText*rows(text, width) }

// rows is how many rows a text takes in a column; what is not 汉字 is half as wide.
func rows(text string, width int) int {
	w := 0.0
	for _, r := range text {
		if utf8.RuneLen(r) > 1 {
			w++
		} else {
			w += 0.55
		}
	}
	return max(1, int(math.Ceil(w/float64(width))))
}
