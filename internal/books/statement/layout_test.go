package statement

import (
	"strings"
	"testing"
)

func TestBuiltInLayoutsParse(t *testing.T) {
	for _, kind := range []string{BalanceForm, IncomeForm, StatisticsForm, LedgerForm} {
		for _, chart := range []string{"2004", "2023"} {
			l, err := BuiltIn(kind, chart)
			if err != nil {
				t.Fatalf("%s %s: %v", kind, chart, err)
			}
			if l.Kind != kind || l.Chart != chart {
				t.Errorf("%s %s reads as %s %s", kind, chart, l.Kind, l.Chart)
			}
			marked := strings.Contains(l.Mark, "重构")
			if kind != LedgerForm && marked != (chart == "2023") {
				t.Errorf("%s %s: mark %q", kind, chart, l.Mark)
			}
		}
	}
}
