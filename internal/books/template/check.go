package template

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
)

var (
	goodCode = regexp.MustCompile(`^[a-z][a-z0-9-]{1,39}$`)
	goodName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,29}$`)
	goodSlot = regexp.MustCompile(`\{([^{}]*)\}`)
)

// The limits of a template.
const (
	maxAsk   = 20
	maxLines = 40
	maxWords = 200
)

// problems collects what is wrong with a template.
type problems struct {
	code string
	list []string
}

func (p *problems) add(format string, args ...any) {
	p.list = append(p.list, fmt.Sprintf(format, args...))
}

func (p *problems) err() error {
	if len(p.list) == 0 {
		return nil
	}
	return errs.OnField("body", "模板“%s”：%s", p.code, strings.Join(p.list, "；"))
}

// Check refuses a template that cannot be filled in, or whose entries do not balance for whatever is answered.
func (t *Template) Check() error {
	p := &problems{code: t.Code}
	if !goodCode.MatchString(t.Code) {
		p.add("代码（code）应为 2 到 40 个小写字母、数字或短横线，以字母开头")
	}
	for _, f := range [][2]string{{"名称（name）", t.Name}, {"分组（group）", t.Group}, {"摘要（summary）", t.Summary}} {
		if n := len([]rune(f[1])); n == 0 || n > maxWords {
			p.add("%s应有 1 到 %d 个字", f[0], maxWords)
		}
	}
	t.checkAsk(p)
	t.checkSplit(p)
	t.checkNeed(p)
	t.checkEntries(p)
	if len(p.list) == 0 && !t.For(ledger.Chart2004) && !t.For(ledger.Chart2023) {
		p.add("没有一套会计制度里各行都有科目")
	}
	if len(p.list) == 0 {
		t.checkBalance(p)
	}
	return p.err()
}

func (t *Template) checkAsk(p *problems) {
	if len(t.Ask) > maxAsk {
		p.add("最多 %d 个问题", maxAsk)
	}
	seen := map[string]bool{"day": true, "books": true, "again": true, rest: true}
	amounts := false
	for i := range t.Ask {
		q := &t.Ask[i]
		switch {
		case !goodName.MatchString(q.Name):
			p.add("问题名（name）“%s”应为小写字母、数字或下划线，以字母开头", q.Name)
		case seen[q.Name], strings.HasPrefix(q.Name, SubName("")):
			p.add("问题名“%s”重复，或已另有用处", q.Name)
		}
		seen[q.Name] = true
		amounts = amounts || q.asksAmount()
		if q.Label == "" {
			p.add("问题“%s”没有问法（label）", q.Name)
		}
		switch {
		case q.Type == Money, q.Type == Day, q.Type == Text, q.Type == Cash, q.dimension() != nil:
			if len(q.Options) > 0 {
				p.add("问题“%s”的类型不能带选项", q.Name)
			}
		case q.Type == Account:
			if len(q.Options) == 0 {
				p.add("问题“%s”没有选项（options）", q.Name)
			}
			for _, o := range q.Options {
				p.account(o.Account)
			}
			if q.Optional {
				p.add("问题“%s”选的是科目，不能不填", q.Name)
			}
		default:
			p.add("问题“%s”的类型“%s”不认识；可用：money、day、text、account、cash、party、contract、asset、project、member", q.Name, q.Type)
		}
	}
	if !amounts {
		p.add("至少要问一个金额（type: money）")
	}
}

// account checks a text such as "2023:211 2004:202".
func (p *problems) account(text string) {
	words := strings.Fields(text)
	if len(words) == 0 {
		p.add("有一处没有写科目")
	}
	for _, w := range words {
		system, code, _ := strings.Cut(w, ":")
		chart := ledger.Chart(system)
		if chart == nil {
			p.add("科目“%s”应写成“2023:501”或“2004:511”这样，前面是会计制度的年份", w)
			continue
		}
		if !slices.ContainsFunc(chart, func(a ledger.Account) bool { return a.Code == code }) {
			p.add("%s 年制度没有一级科目 %s", system, code)
		}
	}
}

// asks makes sure that a name is a question of a type.
func (t *Template) asks(p *problems, name, kind, where string) {
	if q := t.question(name); q == nil || q.Type != kind || q.Optional {
		p.add("%s用到的“%s”应是一个类型为 %s、必须回答的问题", where, name, kind)
	}
}

func (t *Template) checkSplit(p *problems) {
	s := t.Split
	if s == nil {
		return
	}
	if !goodName.MatchString(s.Name) || t.question(s.Name) != nil || s.Name == rest {
		p.add("按年分摊的结果名（split.name）“%s”不能用", s.Name)
	}
	t.asks(p, s.Of, Money, "按年分摊（split.of）")
	t.asks(p, s.From, Day, "按年分摊（split.from）")
	t.asks(p, s.To, Day, "按年分摊（split.to）")
}

func (t *Template) checkFormula(p *problems, text, where string) {
	e, err := formula(text)
	if err != nil {
		p.add("%s的算式“%s”：%s", where, text, errs.Message(err))
		return
	}
	for _, name := range e.Names() {
		q := t.question(name)
		if (q == nil || !q.asksAmount()) && (t.Split == nil || t.Split.Name != name) {
			p.add("%s的算式“%s”里的“%s”不是问到的金额", where, text, name)
		}
	}
}

func (t *Template) checkNeed(p *problems) {
	for _, n := range t.Need {
		t.checkFormula(p, n.Least, "条件（need）")
		if n.On != "day" && t.question(n.On) == nil {
			p.add("条件指向的问题“%s”没有", n.On)
		}
		if n.Say == "" {
			p.add("条件“%s”没有写不符合时说什么（say）", n.Least)
		}
	}
}

func (t *Template) checkEntries(p *problems) {
	lines := 0
	for _, e := range t.Entries {
		debits, credits, rests := 0, 0, 0
		for i := range e.Lines {
			x := &e.Lines[i]
			lines++
			switch {
			case (x.Debit == "") == (x.Credit == ""):
				p.add("每行应写借方（debit）或贷方（credit）科目之一")
			case x.Debit != "":
				debits++
			default:
				credits++
			}
			t.checkLine(p, x, &rests)
		}
		if debits == 0 || credits == 0 {
			p.add("每笔分录（entries）至少要有一借一贷")
		}
		if rests > 1 {
			p.add("每笔分录最多有一行写 rest")
		}
	}
	if lines == 0 || lines > maxLines {
		p.add("分录应有 2 到 %d 行", maxLines)
	}
	t.checkWords(p, t.Summary)
}

func (t *Template) checkLine(p *problems, x *Line, rests *int) {
	if name, picked := x.picked(); picked {
		if q := t.question(name); q == nil || !q.picksAccount() {
			p.add("科目“$%s”应是一个选科目的问题", name)
		}
	} else if x.account() != "" {
		p.account(x.account())
	}
	if x.Amount == rest {
		*rests++
	} else {
		t.checkFormula(p, x.Amount, "金额（amount）")
	}
	for _, name := range x.With {
		if q := t.question(name); q == nil || q.dimension() == nil {
			p.add("辅助核算（with）“%s”应是一个问单位、合同、资产、项目或成员户的问题", name)
		}
	}
	t.checkWords(p, x.Summary)
}

func (t *Template) checkWords(p *problems, text string) {
	for _, m := range goodSlot.FindAllStringSubmatch(text, -1) {
		if m[1] != "day" && t.question(m[1]) == nil {
			p.add("摘要里的“{%s}”不是一个问题", m[1])
		}
	}
	if rest := goodSlot.ReplaceAllString(text, ""); strings.ContainsAny(rest, "{}") {
		p.add("摘要“%s”的大括号不成对", text)
	}
}

// tries is how many sets of random answers a template is tried with, and enough how many of them it must take.
const (
	tries  = 300
	enough = 10
)

// checkBalance tries the template with random answers: what the conditions let through must balance.
func (t *Template) checkBalance(p *problems) {
	r := rand.New(rand.NewPCG(1, 2))
	taken := 0
	var last error
	for range tries {
		v := t.random(r)
		if _, err := t.make(v); err == nil {
			taken++
		} else if last = err; !t.refuses(v) {
			p.add("按随意填的金额试算，%s；请用 rest 或条件（need）使它平衡", sentence(err))
			return
		}
	}
	if taken < enough {
		p.add("随意填的金额几乎都不能成立（%s），请检查条件", sentence(last))
	}
}

// refuses reports whether a condition of the template, its term or nothing to enter stands against answers.
func (t *Template) refuses(v *values) bool {
	if s := t.Split; s != nil && v.days[s.To].Before(v.days[s.From]) {
		return true
	}
	for _, n := range t.Need {
		if fen, err := v.work(n.Least); err == nil && fen < 0 {
			return true
		}
	}
	return !slices.ContainsFunc(t.Ask, func(q Question) bool { return q.asksAmount() && v.amounts[q.Name] != 0 })
}

// sentence is what an error says, with what it says about a question.
func sentence(err error) string {
	if e := errs.As(err); e != nil && len(e.Fields) > 0 {
		return e.Fields[0].Msg
	}
	return errs.Message(err)
}

// random answers the questions for amounts and days at random.
func (t *Template) random(r *rand.Rand) *values {
	v := &values{chart: ledger.Chart2023, amounts: map[string]money.Fen{}, days: map[string]date.Date{}}
	start := date.Must("2024-01-01")
	v.day = start.AddDays(r.IntN(2000))
	for i := range t.Ask {
		switch q := &t.Ask[i]; {
		case q.asksAmount() && !(q.Optional && r.IntN(2) == 0):
			v.amounts[q.Name] = money.Fen(r.Int64N(1 << (4 + r.IntN(36))))
		case q.asksAmount():
			v.amounts[q.Name] = 0
		case q.Type == Day:
			v.days[q.Name] = start.AddDays(r.IntN(2000))
		}
	}
	return v
}
