package engine

import (
	"strings"
	"testing"
)

// Who may not receive gets nothing and is named with the reason; the others share the whole.
func TestPersons(t *testing.T) {
	text := strings.Replace(string(files(t)["jiangsu-a-town"]), "splits:\n", `persons:
  exclude_kinds: [第一书记]
  min_months: 6
  require: [{label: 没有受处分, require: "!disciplined"}]
splits:
`, 1)
	p, err := Read([]byte(text))
	if err != nil {
		t.Fatal(says(err))
	}
	in, err := p.inputsOf(&p.Doc.Examples[0])
	if err != nil {
		t.Fatal(err)
	}
	in.Persons = []Person{
		{Name: "甲", Role: "书记", Kind: "第一书记", Months: 20},
		{Name: "乙", Role: "主任", Months: 6},
		{Name: "丙", Role: "副书记", Months: 5},
		{Name: "丁", Role: "会计", Months: 12},
		{Name: "戊", Role: "副主任", Months: 12, Disciplined: true},
	}
	a, err := p.Evaluate(in)
	if err != nil {
		t.Fatal(says(err))
	}
	if len(a.Excluded) != 3 || a.Excluded[0].Why != "第一书记不在奖励范围" || a.Excluded[1].Why != "任职 5 个月，不满 6 个月" || a.Excluded[2].Why != "不符合条件：“没有受处分”" {
		t.Errorf("excluded: %+v", a.Excluded)
	}
	// 18,000.00 at 0.5 : 0.4
	if len(a.Payees) != 2 || a.Payees[0].Amount != 1_000_000 || a.Payees[1].Amount != 800_000 {
		t.Errorf("payees: %+v", a.Payees)
	}
}

// A prize that more deserve equally than its quota has room for is left to people, and what follows keeps its place.
func TestTies(t *testing.T) {
	p := loaded(t, "xisongji-2017")
	var all []*Inputs
	for _, score := range []string{"95", "92", "92", "91", "65"} {
		in := &Inputs{Subject: score, Values: map[string]Value{}}
		if err := p.given(in, map[string]string{"adjust": score}); err != nil {
			t.Fatal(err)
		}
		all = append(all, in)
	}
	ranked, err := p.Rank(all)
	if err != nil {
		t.Fatal(says(err))
	}
	for i, want := range []string{"一等奖", "并列，待定（一等奖）", "并列，待定（一等奖）", "二等奖", "达标"} {
		if ranked[i].Prize != want {
			t.Errorf("%s gets %s, want %s", ranked[i].Award.Subject, ranked[i].Prize, want)
		}
	}
	if ranked[2].Place != 2 || ranked[3].Place != 4 || !ranked[1].Tied {
		t.Errorf("places %d, %d", ranked[2].Place, ranked[3].Place)
	}
}
