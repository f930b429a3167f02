package books

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/kit/money"
	"huicun/internal/web/ui"
)

// However long a voucher is, every line stands on one slip, in its order; each slip ends with the sums of all before it, and
// the next begins with them; the total is on the last alone.
func TestSlips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := paper{No: "0012", Capital: "壹拾贰万叁仟肆佰伍拾陆元柒角捌分"}
		for i := range rapid.IntRange(0, 80).Draw(t, "lines") {
			l := paperLine{Summary: strings.Repeat("摘", rapid.IntRange(1, 40).Draw(t, "summary")), Account: fmt.Sprint(i)}
			if rapid.Bool().Draw(t, "tagged") {
				l.Tags = []ui.BadgeView{{Text: strings.Repeat("户", rapid.IntRange(1, 30).Draw(t, "tag"))}}
			}
			if amount := money.Fen(rapid.Int64Range(-9999, 9999).Draw(t, "amount")); rapid.Bool().Draw(t, "debit") {
				l.debit = amount
			} else {
				l.credit = amount
			}
			v.Lines = append(v.Lines, l)
		}
		list := slips(v)
		var debit, credit money.Fen
		line := 0
		for i, s := range list {
			if (s.Brought != nil) != (i > 0) || (s.Carried != nil) != (i < len(list)-1) {
				t.Fatalf("slip %d of %d: brought %v, carried %v", i+1, len(list), s.Brought, s.Carried)
			}
			if i > 0 && *s.Brought != *list[i-1].Carried {
				t.Fatalf("slip %d begins with %v, the one before ended with %v", i+1, *s.Brought, *list[i-1].Carried)
			}
			if want := fmt.Sprintf("%d/%d", i+1, len(list)); len(list) > 1 && s.Part != want || len(list) == 1 && s.Part != "" || s.No != "0012" {
				t.Fatalf("slip %d of %d: %s %s", i+1, len(list), s.No, s.Part)
			}
			if len(s.Lines) == 0 && len(v.Lines) > 0 {
				t.Fatalf("slip %d is empty", i+1)
			}
			room := slipHeight - height(v.Capital, summaryWidth+accountWidth)
			for _, l := range s.Lines {
				if l.Account != fmt.Sprint(line) {
					t.Fatalf("line %s where %d should be", l.Account, line)
				}
				line++
				debit, credit = debit+l.debit, credit+l.credit
				room -= rowPadding + rowText*max(rows(l.Summary, summaryWidth), rows(l.text(), accountWidth))
			}
			if i > 0 {
				room -= rowPadding + rowText
			}
			if room < 0 && len(s.Lines) > 1 {
				t.Fatalf("slip %d holds %d lines, %d points too many", i+1, len(s.Lines), -room)
			}
			if s.Carried != nil && *s.Carried != (slipSums{amount(debit), amount(credit)}) {
				t.Fatalf("slip %d carries %v, the lines so far are %v and %v", i+1, *s.Carried, debit, credit)
			}
		}
		if line != len(v.Lines) {
			t.Fatalf("%d of %d lines", line, len(v.Lines))
		}
	})
}

// A voucher of some lines is one slip, as it always was.
func TestAShortVoucherIsOneSlip(t *testing.T) {
	v := paper{Capital: "壹佰元整"}
	for range 6 {
		v.Lines = append(v.Lines, paperLine{Summary: "收一号厂房租金", Account: "102 银行存款"})
	}
	if list := slips(v); len(list) != 1 || len(list[0].Lines) != 6 {
		t.Errorf("%d slips", len(list))
	}
}
