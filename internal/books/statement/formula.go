package statement

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Basis says at which time an account is read.
type Basis uint8

// The bases. What a year moved leaves closing entries (结转) out, so that a year's income can still be read after
// it has been carried to the result.
const (
	AsKind  Basis = iota // by the kind of the statement: a balance sheet reads endings, the others what the year moved
	Opening              // 年初: the balance on the first day of the year
	Ending               // 期末: the balance on the last day of the period
	Moved                // 发生: what the year moved up to the end of the period
)

var basisWords = map[string]Basis{"年初": Opening, "期末": Ending, "发生": Moved}

// Source says what a term of a formula reads.
type Source uint8

// The sources.
const (
	OfAccount   Source = iota // an account with all below it, positive on the side where it usually stands
	DebitParts                // 借明细: the debit balances among an account's details
	CreditParts               // 贷明细: the credit balances among an account's details, as a positive amount
	Uncarried                 // 未结转损益: income less expense that has not been carried to the result
	AllIncome                 // 收入合计
	AllExpense                // 支出合计
	Granted                   // 分配(…): what went from the result and its distribution to other accounts
	Received                  // 转入(…): what came to them from other accounts than income and expense
	ofRow                     // 行…: another row of the statement
)

// Atom is what one term reads. Codes are accounts: one for an account or its parts, any number for distributions;
// without any these read what no other row of the statement names. Names are words of which a sub-account's name
// must hold one.
type Atom struct {
	Source Source
	Basis  Basis
	Codes  string // separated by "|"
	Names  string // separated by "|"
}

// Term is an atom that is added (1) or taken off (-1), more often when rows meet in a total.
type Term struct {
	Times int
	Atom
}

func (a Atom) codes() []string { return split(a.Codes) }

func (a Atom) names() []string { return split(a.Names) }

func split(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "|")
}

var formulaMarks = strings.NewReplacer("＋", "+", "－", "-", "−", "-", "—", "-", "（", "(", "）", ")", "：", ":", "，", "|", "、", "|", ",", "|",
	"【", "[", "】", "]", "［", "[", "］", "]", "｜", "|", " ", "", "\u3000", "", "\t", "")

// keywords are sources without an account.
var keywords = []struct {
	word   string
	source Source
}{{"未结转损益", Uncarried}, {"收入合计", AllIncome}, {"支出合计", AllExpense}}

// rest is the word for what no other row names.
const rest = "其余"

// parseFormula reads a formula: terms joined by + and -, each a row (行9), an account (101, 113借明细, 541[报刊|订阅]), a
// word, or a distribution (分配(311), 转入(其余)); a basis may stand in front (年初:322). Rows stay unresolved.
func parseFormula(text string) ([]Term, error) {
	s := formulaMarks.Replace(text)
	if s == "" {
		return nil, nil
	}
	var out []Term
	for first := true; s != ""; first = false {
		times := 1
		switch {
		case s[0] == '+':
			s = s[1:]
		case s[0] == '-':
			times, s = -1, s[1:]
		case !first:
			return nil, fmt.Errorf("公式在“%s”处缺少加号或减号", s)
		}
		a, left, err := parseAtom(s)
		if err != nil {
			return nil, err
		}
		out = append(out, Term{times, a})
		s = left
	}
	return out, nil
}

func parseAtom(s string) (Atom, string, error) {
	var a Atom
	if word, after, ok := strings.Cut(s, ":"); ok && basisWords[word] != AsKind {
		a.Basis, s = basisWords[word], after
	}
	for _, k := range keywords {
		if after, ok := strings.CutPrefix(s, k.word); ok {
			a.Source = k.source
			return a, after, nil
		}
	}
	for word, source := range map[string]Source{"分配": Granted, "转入": Received} {
		if after, ok := strings.CutPrefix(s, word); ok {
			a.Source = source
			return a.bracketed(word, after)
		}
	}
	if after, ok := strings.CutPrefix(s, "行"); ok {
		n := strings.IndexFunc(after+"+", func(r rune) bool { return r != '.' && !isDigit(r) })
		a.Source, a.Codes = ofRow, after[:n]
		if n == 0 || a.Basis != AsKind {
			return a, "", fmt.Errorf("公式里的行应写成“行9”这样")
		}
		return a, after[n:], nil
	}
	n := strings.IndexFunc(s+"+", func(r rune) bool { return !isDigit(r) })
	if n == 0 {
		return a, "", fmt.Errorf("公式里的“%s”认不出来；可以写科目编码、行次（如 行9）、未结转损益、收入合计、支出合计、分配(科目)、转入(科目)", s)
	}
	a.Codes, s = s[:n], s[n:]
	return a.suffixed(s)
}

// suffixed reads what may follow an account.
func (a Atom) suffixed(s string) (Atom, string, error) {
	if after, ok := strings.CutPrefix(s, "借明细"); ok {
		a.Source = DebitParts
		return a, after, nil
	}
	if after, ok := strings.CutPrefix(s, "贷明细"); ok {
		a.Source = CreditParts
		return a, after, nil
	}
	if strings.HasPrefix(s, "[") {
		names, after, ok := strings.Cut(s[1:], "]")
		if !ok || strings.Trim(names, "|") == "" {
			return a, "", fmt.Errorf("科目 %s 后的方括号里应写明细科目名称中的字，如 %s[报刊]", a.Codes, a.Codes)
		}
		a.Names, s = strings.Trim(names, "|"), after
	}
	return a, s, nil
}

// bracketed reads the accounts of a distribution.
func (a Atom) bracketed(word, s string) (Atom, string, error) {
	inner, after, ok := strings.Cut(s, ")")
	inner, open := strings.CutPrefix(inner, "(")
	if !ok || !open || inner == "" || a.Basis != AsKind {
		return a, "", fmt.Errorf("“%s”后应写括号和科目，如 %s(311) 或 %s(%s)", word, word, word, rest)
	}
	if inner != rest {
		list := strings.Split(inner, "|")
		for _, c := range list {
			if c == "" || strings.ContainsFunc(c, func(r rune) bool { return !isDigit(r) }) {
				return a, "", fmt.Errorf("“%s(%s)”里的“%s”不是科目编码", word, inner, c)
			}
		}
		slices.Sort(list)
		a.Codes = strings.Join(list, "|")
	}
	return a, after, nil
}

func isDigit(r rune) bool { return r < unicode.MaxASCII && unicode.IsDigit(r) }

// equation reads a check: two formulas with an equals sign between them.
func equation(text string) (left, right []Term, err error) {
	l, r, ok := strings.Cut(strings.ReplaceAll(text, "＝", "="), "=")
	if !ok {
		return nil, nil, fmt.Errorf("核对应写成等式，如 行32=行56")
	}
	if left, err = parseFormula(l); err != nil {
		return nil, nil, err
	}
	if right, err = parseFormula(r); err != nil {
		return nil, nil, err
	}
	if len(left) == 0 || len(right) == 0 {
		return nil, nil, fmt.Errorf("核对的等式两边都要有内容")
	}
	return left, right, nil
}
