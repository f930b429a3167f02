package engine

import (
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
)

// The most parts a document may have.
const maxParts = 200

// checker collects what is wrong while it compiles.
type checker struct {
	p     *Policy
	wrong Complaints
	used  map[string]bool
}

func (c *checker) add(path, format string, args ...any) {
	c.wrong = append(c.wrong, Complaint{Path: path, Msg: fmt.Sprintf(format, args...)})
}

// fail adds an error's sentence.
func (c *checker) fail(path string, err error) {
	if e := errs.As(err); e != nil {
		c.add(path, "%s", e.Msg)
		return
	}
	c.add(path, "%s", err.Error())
}

func (c *checker) need(path, value, what string) {
	if strings.TrimSpace(value) == "" {
		c.add(path, "请填写%s", what)
	}
}

// number reads a literal; the complaint is noted and nil returned when it is none.
func (c *checker) number(path, text string) *big.Rat {
	r, err := parseNumber(text)
	if err != nil {
		c.fail(path, err)
		return nil
	}
	return r
}

func (c *checker) fen(path, text string) money.Fen {
	r := c.number(path, text)
	if r == nil {
		return 0
	}
	f, err := toFen(r, money.HalfUp)
	if err != nil || fromFen(f).Cmp(r) != 0 {
		c.add(path, "“%s”不是精确到分的金额", text)
	}
	return f
}

// rate reads a share from zero to one.
func (c *checker) share(path, text string) *big.Rat {
	r := c.number(path, text)
	if r == nil {
		return zero
	}
	if r.Sign() < 0 || r.Cmp(one) > 0 {
		c.add(path, "“%s”应在 0 到 100%% 之间", text)
	}
	return r
}

// expr compiles an expression over all names known so far; an empty text gives nil.
func (c *checker) expr(path, text string, kind exprKind) *expr {
	return c.exprOver(path, text, kind, c.p.names)
}

func (c *checker) exprOver(path, text string, kind exprKind, names map[string]varType) *expr {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	e, err := compileExpr(text, kind, names)
	if err != nil {
		c.fail(path, err)
		return nil
	}
	for _, u := range e.uses {
		c.used[u] = true
	}
	if kind == holds && len(e.uses) == 0 {
		if v, err := e.holds(nil); err == nil && !v {
			c.add(path, "这个条件永远不成立，后面的内容永远不会用到")
		}
	}
	return e
}

// name checks that a name is known and of a type.
func (c *checker) name(path, name string, t varType) string {
	got, ok := c.p.names[name]
	switch {
	case name == "":
		c.add(path, "请写明用哪一项数据或步骤")
	case !ok:
		c.add(path, "没有名为“%s”的数据或步骤；请先在前面定义，或检查拼写", name)
	case got != t:
		c.add(path, "“%s”是%s，这里要%s", name, varNames[got], varNames[t])
	}
	c.used[name] = true
	return name
}

// operand reads an amount or a name.
func (c *checker) operand(path, text string) *operand {
	if text == "" {
		return nil
	}
	if identifier.MatchString(text) {
		return &operand{name: c.name(path, text, varNum)}
	}
	return &operand{lit: c.number(path, text)}
}

var (
	identifier = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)
	reserved   = []string{"true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop",
		"package", "namespace", "return", "var", "void", "while", "num", "wan", "yi", "floor", "least", "most", "step", "reach", "role", "kind", "months",
		"disciplined", "award", "bool", "int", "double", "string", "type", "dyn", "list", "map", "bytes", "uint", "null_type"}
)

// declare makes a name known to all that follows.
func (c *checker) declare(path, name, label, unit string, t varType) {
	switch {
	case !identifier.MatchString(name):
		c.add(path+".name", "名称“%s”要用小写英文字母开头，只含小写字母、数字和下划线，最多 40 个字符", name)
	case slices.Contains(reserved, name):
		c.add(path+".name", "“%s”是保留的名称，请换一个", name)
	case c.has(name):
		c.add(path+".name", "名称“%s”用了两次", name)
	}
	c.need(path+".label", label, "显示名称")
	c.p.names[name], c.p.units[name], c.p.labels[name] = t, unit, label
}

func (c *checker) has(name string) bool {
	_, ok := c.p.names[name]
	return ok
}

// check compiles a document and returns all that is wrong with it.
func check(doc *Document) (*Policy, Complaints) {
	c := &checker{
		p: &Policy{
			Doc: doc, inputs: map[string]*input{}, names: map[string]varType{}, units: map[string]string{}, labels: map[string]string{},
		},
		used: map[string]bool{},
	}
	c.head(doc)
	for _, n := range []int{len(doc.Inputs), len(doc.Measures), len(doc.Rules), len(doc.Splits), len(doc.Gates), len(doc.Vetoes), len(doc.Instalments), len(doc.Examples)} {
		if n > maxParts {
			c.add("", "一个部分最多 %d 项", maxParts)
			return nil, c.wrong
		}
	}
	for i := range doc.Inputs {
		c.input(fmt.Sprintf("inputs[%d]", i), doc.Inputs[i])
	}
	for i := range doc.Measures {
		c.step(fmt.Sprintf("measures[%d]", i), &doc.Measures[i], false)
	}
	for i := range doc.Rules {
		c.step(fmt.Sprintf("rules[%d]", i), &doc.Rules[i], true)
	}
	c.gates(doc)
	c.award(doc)
	c.people(doc)
	for i := range doc.Splits {
		c.split(fmt.Sprintf("splits[%d]", i), &doc.Splits[i])
	}
	c.payment(doc)
	c.procedure(doc)
	c.ranking(doc)
	c.unused(doc)
	c.examples(doc)
	if len(c.wrong) > 0 {
		return nil, c.wrong
	}
	return c.p, nil
}

func (c *checker) head(doc *Document) {
	if doc.Format != Format {
		c.add("format", "文件格式应为 %d", Format)
	}
	c.need("title", doc.Title, "政策名称")
	c.need("issuer", doc.Issuer, "发文机关")
	c.subject(doc)
	if doc.Version.No < 1 {
		c.add("version.no", "版本号从 1 开始")
	}
	if !slices.Contains([]string{"draft", "in_force", "ended"}, doc.Version.State) {
		c.add("version.state", "状态应为 draft（草案）、in_force（有效）或 ended（已失效）")
	}
	from := c.day("version.from", doc.Version.From)
	if doc.Version.To != "" {
		if to := c.day("version.to", doc.Version.To); to.Before(from) {
			c.add("version.to", "有效期的止日早于起日")
		}
	}
}

func (c *checker) day(path, text string) date.Date {
	d, err := date.Parse(text)
	if err != nil {
		c.fail(path, err)
	}
	return d
}

var inputTypes = map[string]varType{"money": varNum, "number": varNum, "bool": varBool, "text": varText, "date": varDate, "accounts": varAccounts}

func (c *checker) input(path string, in Input) {
	t, ok := inputTypes[in.Type]
	if !ok {
		c.add(path+".type", "类型应为 money（金额）、number（数）、bool（是否）、text（文字）、date（日期）或 accounts（科目明细）")
	}
	if t == varAccounts && c.p.Doc.AppliedTo().Code != OfVillage {
		c.add(path+".type", "只有对村的政策才有科目明细")
	}
	unit := in.Unit
	if in.Type == "money" {
		unit = "元"
	} else if in.Type == "number" && unit == "" {
		unit = "个"
	}
	c.declare(path, in.Name, in.Label, unit, t)
	switch in.Period {
	case "", "this_year", "last_year", "month":
		if in.Base != 0 {
			c.add(path+".base", "只有 period 为 base_year 时才写基期年份")
		}
	case "base_year":
		if in.Base < 1978 || in.Base > 2200 {
			c.add(path+".base", "请写明基期年份，如 2020")
		}
	default:
		c.add(path+".period", "期间应为 this_year（本年）、last_year（上年）、base_year（基期年）或 month（本月）")
	}
	known := &input{Input: in, typ: t}
	if in.Default != "" {
		v, err := known.parse(in.Default)
		if err != nil {
			c.fail(path+".default", err)
		}
		known.def, known.optional = v, true
	}
	c.p.inputs[in.Name] = known
	c.p.order = append(c.p.order, known)
}

func (c *checker) gates(doc *Document) {
	for i, g := range doc.Gates {
		path := fmt.Sprintf("gates[%d]", i)
		c.need(path+".label", g.Label, "条件的说明")
		out := gate{condition: condition{label: g.Label}}
		switch {
		case (g.Require == "") == (g.Window == nil):
			c.add(path, "要么写条件（require），要么写期限（window），不能都写或都不写")
		case g.Window != nil:
			out.window = c.window(path+".window", g.Window)
		default:
			out.expr = c.expr(path+".require", g.Require, holds)
		}
		c.p.gates = append(c.p.gates, out)
	}
	for i, v := range doc.Vetoes {
		path := fmt.Sprintf("vetoes[%d]", i)
		c.need(path+".label", v.Label, "否决事项")
		c.need(path+".when", v.When, "否决条件")
		c.p.vetoes = append(c.p.vetoes, condition{v.Label, c.expr(path+".when", v.When, holds)})
	}
}

func (c *checker) window(path string, w *Window) *window {
	out := &window{date: c.name(path+".date", w.Date, varDate), months: w.Months}
	if w.From != "" {
		out.hasFrom = true
		out.from, out.fromDay = c.dayOrName(path+".from", w.From)
	}
	if w.Until != "" {
		out.hasStop = true
		out.until, out.untilDay = c.dayOrName(path+".until", w.Until)
	}
	switch {
	case w.Months != 0 && w.From == "":
		c.add(path+".months", "写了月数就要写从哪天算起（from）")
	case w.Months < 0 || w.Months > 1200:
		c.add(path+".months", "月数应在 1 到 1200 之间")
	case w.From == "" && w.Until == "":
		c.add(path, "请写明从哪天起（from）或到哪天止（until）")
	case out.from == "" && out.until == "" && out.hasFrom && out.hasStop && out.untilDay.Before(out.fromDay):
		c.add(path+".until", "止日早于起日，期限永远不满足")
	}
	return out
}

func (c *checker) dayOrName(path, text string) (string, date.Date) {
	if identifier.MatchString(text) {
		return c.name(path, text, varDate), date.Date{}
	}
	return "", c.day(path, text)
}

// award compiles how the rules make the award: their sum when nothing else is said.
func (c *checker) award(doc *Document) {
	a := Step{Name: "award", Label: "奖励合计"}
	if doc.Award != nil {
		a = *doc.Award
		if a.Name != "" && a.Name != "award" {
			c.add("award.name", "这里不用写名称")
		}
		a.Name = "award"
		if a.Label == "" {
			a.Label = "奖励合计"
		}
	}
	counted := countedRules(doc, a.Unit)
	if a.shapes() == 0 {
		if len(counted) == 0 {
			c.add("rules", "没有计入奖励的规则，至少要有一条")
		}
		a.Sum = counted
	}
	if c.p.award = c.compileStep("award", &a, true); c.p.award == nil {
		return
	}
	c.p.names["award"], c.p.units["award"], c.p.labels["award"] = varNum, c.p.award.unit, a.Label
}

// countedRules are the rules that a plain award adds up: those of its unit that are not auxiliary.
func countedRules(doc *Document, unit string) []string {
	var out []string
	for i := range doc.Rules {
		r := &doc.Rules[i]
		if !r.Aux && unitOf(r.Unit) == unitOf(unit) {
			out = append(out, r.Name)
		}
	}
	return out
}

func (c *checker) people(doc *Document) {
	if doc.Persons == nil {
		return
	}
	c.p.persons.Persons = doc.Persons
	if doc.Persons.MinMonths < 0 {
		c.add("persons.min_months", "任职月数不能是负数")
	}
	names := map[string]varType{"role": varText, "kind": varText, "months": varNum, "disciplined": varBool}
	for n, t := range c.p.names {
		names[n] = t
	}
	for i, r := range doc.Persons.Require {
		path := fmt.Sprintf("persons.require[%d]", i)
		c.need(path+".label", r.Label, "条件的说明")
		c.need(path+".require", r.Require, "条件")
		c.p.persons.require = append(c.p.persons.require, condition{r.Label, c.exprOver(path+".require", r.Require, holds, names)})
	}
}

func (c *checker) payment(doc *Document) {
	sum := new(big.Rat)
	for i, in := range doc.Instalments {
		path := fmt.Sprintf("instalments[%d]", i)
		c.need(path+".label", in.Label, "节点名称")
		share := c.share(path+".share", in.Share)
		sum.Add(sum, share)
		c.p.parts = append(c.p.parts, instalment{in.Label, share, c.expr(path+".when", in.When, holds)})
	}
	if len(doc.Instalments) > 0 && sum.Cmp(one) != 0 {
		c.add("instalments", "各期比例合计是 %s，应为 100%%", show(sum, "%"))
	}
	if len(doc.Instalments) > 0 && c.p.award != nil && c.p.Counts() {
		c.add("instalments", "计分的政策不能分期兑付")
	}
	if b := doc.Clawback; b != nil {
		c.need("clawback.label", b.Label, "追回事由")
		c.need("clawback.when", b.When, "追回条件")
		c.p.clawback = &clawback{condition{b.Label, c.expr("clawback.when", b.When, holds)}, c.share("clawback.share", b.Share)}
	}
}

func (c *checker) ranking(doc *Document) {
	if doc.Prizes == nil {
		return
	}
	out := &prizes{Prizes: doc.Prizes}
	c.name("prizes.on", doc.Prizes.On, varNum)
	if len(doc.Prizes.Rows) == 0 {
		c.add("prizes.rows", "至少要有一个等次")
	}
	var last *big.Rat
	for i, row := range doc.Prizes.Rows {
		path := fmt.Sprintf("prizes.rows[%d]", i)
		c.need(path+".label", row.Label, "等次名称")
		least := c.number(path+".min", row.Min)
		if least != nil && last != nil && least.Cmp(last) > 0 {
			c.add(path+".min", "等次要从高到低排列：这里的最低分比上一等次高")
		}
		last = least
		if row.Quota < 0 {
			c.add(path+".quota", "名额不能是负数")
		}
		if i > 0 && doc.Prizes.Rows[i-1].Quota == 0 && least != nil {
			if prev, err := parseNumber(doc.Prizes.Rows[i-1].Min); err == nil && prev.Cmp(least) <= 0 {
				c.add(path, "上一等次不限名额而且最低分不高于这里，这一等次永远评不上")
			}
		}
		pr := prize{label: row.Label, quota: row.Quota, min: least}
		if row.Give != "" {
			if pr.give = c.fen(path+".give", row.Give); pr.give < 0 {
				c.add(path+".give", "奖金不能是负数")
			}
		}
		out.rows = append(out.rows, pr)
	}
	c.p.prizes = out
}

// unused refuses rules that nothing reads: they would look as if they did something.
func (c *checker) unused(doc *Document) {
	for i := range doc.Rules {
		if n := doc.Rules[i].Name; n != "" && !c.used[n] {
			c.add(fmt.Sprintf("rules[%d]", i), "规则“%s”没有计入奖励，也没有别的地方用到它；请删去，或写进 award", doc.Rules[i].Label)
		}
	}
	for i := range doc.Measures {
		if n := doc.Measures[i].Name; n != "" && !c.used[n] {
			c.add(fmt.Sprintf("measures[%d]", i), "指标“%s”没有任何地方用到，请删去", doc.Measures[i].Label)
		}
	}
}
