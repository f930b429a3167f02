package stable

import (
	"fmt"
	"slices"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/errs"
)

// Use is what lines on an account are to stable income.
type Use string

// The uses of accounts.
const (
	UseIncome     Use = "合同收入" // counts when the line names a contract that counts
	UseDirect     Use = "直接计入" // counts when the line names no contract: interest, dividends
	UseExcept     Use = "不计"   // an account below one that counts
	UseDeduct     Use = "扣除"   // an expense that is taken off when the line names a contract that counts
	UseReceivable Use = "应收"   // what tenants owe
	UseHeld       Use = "预收"   // what tenants paid ahead
)

// classOf is the class of account that each use is for.
var classOf = map[Use]string{
	UseIncome: ledger.Income, UseDirect: ledger.Income, UseExcept: ledger.Income, UseDeduct: ledger.Expense,
	UseReceivable: ledger.Asset, UseHeld: ledger.Liability,
}

// uses lists them as people write them.
var uses = []string{string(UseIncome), string(UseDirect), string(UseExcept), string(UseDeduct), string(UseReceivable), string(UseHeld)}

// accounts says by system and account what its lines are; the longest account that begins a line's account decides.
type accounts map[string]map[string]Use

// topDigits is how long an account of the first level is.
const topDigits = 3

// parseAccounts reads a list, a line each: system, account, use ("2023 501 合同收入"). It is told beside the field accounts
// what is wrong with each line.
func parseAccounts(text string) (accounts, error) {
	out := accounts{}
	var l errs.List
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		n++
		if strings.TrimSpace(line) == "" {
			continue
		}
		if err := out.line(line); err != nil {
			l.Add("accounts", "第 %d 行“%s”：%s", n, strings.TrimSpace(line), errs.Message(err))
		}
	}
	if err := l.Err(); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(ledgerCharts(), func(chart string) bool { return len(out.with(chart, UseIncome)) > 0 }) {
		return nil, errs.OnField("accounts", "至少要有一个“合同收入”科目，如 2023 501 合同收入")
	}
	return out, nil
}

func ledgerCharts() []string { return []string{ledger.Chart2004, ledger.Chart2023} }

// partsOfLine are the system, the account and the use.
const partsOfLine = 3

func (a accounts) line(line string) error {
	parts := strings.Fields(strings.NewReplacer("，", " ", ",", " ", "\t", " ", "　", " ").Replace(line))
	if len(parts) != partsOfLine {
		return errs.New(errs.Invalid, "stable.line", "应写成“2023 501 合同收入”：会计制度、科目、用途，以空格分开")
	}
	chart, code, use := parts[0], parts[1], Use(parts[2])
	if !slices.Contains(ledgerCharts(), chart) {
		return errs.New(errs.Invalid, "stable.chart", "会计制度应写 2004 或 2023")
	}
	class, ok := classOf[use]
	if !ok {
		return errs.New(errs.Invalid, "stable.use", "用途应是%s之一", strings.Join(uses, "、"))
	}
	top := ""
	if len(code) >= topDigits {
		top = code[:topDigits]
	}
	i := slices.IndexFunc(ledger.Chart(chart), func(x ledger.Account) bool { return x.Code == top })
	switch {
	case i < 0 || strings.Trim(code, "0123456789") != "":
		return errs.New(errs.Invalid, "stable.account", "%s 年会计制度没有科目 %s", chart, code)
	case ledger.Chart(chart)[i].Class != class:
		return errs.New(errs.Invalid, "stable.class", "%s %s不是%s科目，不能作“%s”", top, ledger.Chart(chart)[i].Name, classNames[class], use)
	case a[chart][code] != "":
		return errs.New(errs.Invalid, "stable.twice", "科目 %s 已写过（%s）", code, a[chart][code])
	}
	if a[chart] == nil {
		a[chart] = map[string]Use{}
	}
	a[chart][code] = use
	return nil
}

var classNames = map[string]string{ledger.Income: "收入类", ledger.Expense: "支出（费用）类", ledger.Asset: "资产类", ledger.Liability: "负债类"}

// of is what an account's lines are; "" for nothing.
func (a accounts) of(chart, code string) Use {
	for n := len(code); n >= topDigits; n-- {
		if u, ok := a[chart][code[:n]]; ok {
			return u
		}
	}
	return ""
}

// isIncome reports whether an account is one of income.
func isIncome(chart, code string) bool {
	return len(code) >= topDigits && slices.ContainsFunc(ledger.Chart(chart), func(x ledger.Account) bool { return x.Code == code[:topDigits] && x.Class == ledger.Income })
}

// with lists the accounts of a use in their order.
func (a accounts) with(chart string, use Use) []string {
	var out []string
	for code, u := range a[chart] {
		if u == use {
			out = append(out, code)
		}
	}
	slices.Sort(out)
	return out
}

// tops lists the accounts of the first level that lines of income are read from, by system.
func (a accounts) tops() map[string][]string {
	out := map[string][]string{}
	for _, chart := range ledgerCharts() {
		for _, use := range []Use{UseIncome, UseDirect} {
			for _, code := range a.with(chart, use) {
				out[chart] = append(out[chart], code[:topDigits])
			}
		}
		slices.Sort(out[chart])
		out[chart] = slices.Compact(out[chart])
	}
	return out
}

// below lists the accounts that are finer than the first level: those exist only where books keep them.
func (a accounts) below() []string {
	var out []string
	for chart, list := range a {
		for code := range list {
			if len(code) > topDigits {
				out = append(out, chart+" "+code)
			}
		}
	}
	slices.Sort(out)
	return out
}

// text writes a list in its order, as it is kept.
func (a accounts) text() string {
	var b strings.Builder
	for _, chart := range ledgerCharts() {
		for _, use := range uses {
			for _, code := range a.with(chart, Use(use)) {
				fmt.Fprintf(&b, "%s %s %s\n", chart, code, use)
			}
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}
