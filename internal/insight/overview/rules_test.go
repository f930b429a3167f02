package overview

import (
	"strings"
	"testing"

	"huicun/internal/books/contract"
	"huicun/internal/kit/date"
	"huicun/internal/kit/money"
)

func TestRulesAreDated(t *testing.T) {
	const head = "code,from,name,days,tone,remedy,perm\n"
	list, err := readRules(head + "a,2018-01-01,甲,30,orange,办,contract:edit\na,2022-01-01,甲,60,red,办,contract:edit\n")
	if err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]int{"2021-12-31": 30, "2022-01-01": 60} {
		if got := rulesAt(list, date.Must(day))["a"].Days; got != want {
			t.Errorf("on %s %d days, want %d", day, got, want)
		}
	}
	if got := rulesAt(list, date.Must("2017-01-01")); len(got) != 0 {
		t.Errorf("before its day: %v", got)
	}
	for _, bad := range []string{"a,x,甲,30,red,办,contract:edit", "a,2018-01-01,甲,-1,red,办,contract:edit", "a,2018-01-01,甲,1,pink,办,contract:edit", "a,2018-01-01,甲,1,red,办,contract:view"} {
		if _, err := readRules(head + bad + "\n"); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	if strings.Count(attentionCSV, "\n") < len(attentionRules) || len(attentionRules) < 10 {
		t.Errorf("%d rules", len(attentionRules))
	}
}

func TestOldestUnpaid(t *testing.T) {
	day := date.Must
	list := []contract.Charge{
		{Due: day("2019-07-01"), Amount: 100}, {Due: day("2020-01-01"), Amount: 100}, {Due: day("2020-07-01"), Amount: 100}, {Due: day("2021-01-01"), Amount: 50},
	}
	since := day("2020-01-01") // what fell due before the books is not counted
	for received, want := range map[money.Fen]string{0: "2020-01-01", 99: "2020-01-01", 100: "2020-07-01", 200: "2021-01-01", 249: "2021-01-01", 250: "", -5: "2020-01-01"} {
		if got := oldestUnpaid(list, since, received).String(); got != want {
			t.Errorf("received %d: %q, want %q", received, got, want)
		}
	}
	list = append(list, contract.Charge{Due: day("2021-02-01"), Amount: -120}) // a credit covers the oldest, too
	for received, want := range map[money.Fen]string{0: "2020-07-01", 79: "2020-07-01", 80: "2021-01-01", 130: ""} {
		if got := oldestUnpaid(list, since, received).String(); got != want {
			t.Errorf("received %d beside a credit: %q, want %q", received, got, want)
		}
	}
}
