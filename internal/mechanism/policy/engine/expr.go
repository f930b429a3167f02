package engine

import (
	"fmt"
	"math/big"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/parser"
)

// The bounds of an expression. There are no loops, so its cost is at most its size.
const (
	maxExpr  = 600 // characters
	maxDepth = 24
	maxNodes = 200
	maxCost  = 10_000
)

// numType is the type of every number in an expression: an exact fraction.
var numType = cel.OpaqueType("number")

// num carries a fraction through CEL.
type num struct{ r *big.Rat }

func (n num) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("a number is not a %s", t)
}

func (n num) ConvertToType(t ref.Type) ref.Val {
	if t.TypeName() == numType.TypeName() {
		return n
	}
	return types.NewErr("数不能当作其他类型使用")
}

func (n num) Equal(o ref.Val) ref.Val {
	x, ok := o.(num)
	return types.Bool(ok && n.r.Cmp(x.r) == 0)
}

func (n num) Type() ref.Type { return numType }
func (n num) Value() any     { return n.r }

// adapter makes CEL values of ours.
type adapter struct{}

func (adapter) NativeToValue(v any) ref.Val {
	if r, ok := v.(*big.Rat); ok {
		return num{r}
	}
	return types.DefaultTypeAdapter.NativeToValue(v)
}

// An exprKind is what an expression must come to.
type exprKind int

const (
	yields exprKind = iota // a number
	holds                  // a condition
)

// An expr is a compiled expression.
type expr struct {
	text string
	prog cel.Program
	uses []string
	cuts []cut
}

// A cut is where an expression may jump: where over is zero, or, for a floor, wherever it is whole.
type cut struct {
	over  string
	whole bool
}

// A varType is the type of a name in expressions and shapes.
type varType int

const (
	varNum varType = iota
	varBool
	varText
	varDate
	varAccounts
)

var varNames = [...]string{"数", "是否", "文字", "日期", "科目明细"}

// base holds the arithmetic; the standard library and all macros are left out.
var base = sync.OnceValues(func() (*cel.Env, error) {
	opts := []cel.EnvOption{
		cel.CustomTypeAdapter(adapter{}), cel.ClearMacros(),
		cel.ParserExpressionSizeLimit(maxExpr * 4), cel.ParserRecursionLimit(maxDepth * 4),
		cel.Function("num", cel.Overload("num_int", []*cel.Type{cel.IntType}, numType, cel.UnaryBinding(literal)),
			cel.Overload("num_double", []*cel.Type{cel.DoubleType}, numType, cel.UnaryBinding(literal))),
		unary("wan", func(a *big.Rat) *big.Rat { return new(big.Rat).Mul(a, big.NewRat(1e4, 1)) }),
		unary("yi", func(a *big.Rat) *big.Rat { return new(big.Rat).Mul(a, big.NewRat(1e8, 1)) }),
		unary("floor", floorOf),
		unary(operators.Negate, func(a *big.Rat) *big.Rat { return new(big.Rat).Neg(a) }),
		binary(operators.Add, func(a, b *big.Rat) *big.Rat { return new(big.Rat).Add(a, b) }),
		binary(operators.Subtract, func(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }),
		binary(operators.Multiply, func(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) }),
		binary("least", func(a, b *big.Rat) *big.Rat { return smaller(a, b) }),
		binary("most", func(a, b *big.Rat) *big.Rat { return larger(a, b) }),
		cel.Function(operators.Divide, cel.Overload("num_div", []*cel.Type{numType, numType}, numType, cel.BinaryBinding(divide))),
		compare(operators.Less, func(c int) bool { return c < 0 }),
		compare(operators.LessEquals, func(c int) bool { return c <= 0 }),
		compare(operators.Greater, func(c int) bool { return c > 0 }),
		compare(operators.GreaterEquals, func(c int) bool { return c >= 0 }),
	}
	return cel.NewCustomEnv(append(opts, logic()...)...)
})

// logic is the part of CEL's own operators that is kept.
func logic() []cel.EnvOption {
	b, t := cel.BoolType, cel.TypeParamType("T")
	return []cel.EnvOption{
		cel.Function(operators.LogicalAnd, cel.Overload("logical_and", []*cel.Type{b, b}, b)),
		cel.Function(operators.LogicalOr, cel.Overload("logical_or", []*cel.Type{b, b}, b)),
		cel.Function(operators.LogicalNot, cel.Overload("logical_not", []*cel.Type{b}, b, cel.UnaryBinding(func(v ref.Val) ref.Val {
			return !v.(types.Bool)
		}))),
		cel.Function(operators.Conditional, cel.Overload("conditional", []*cel.Type{b, t, t}, t)),
		cel.Function(operators.Equals, cel.Overload("equals", []*cel.Type{t, t}, b)),
		cel.Function(operators.NotEquals, cel.Overload("not_equals", []*cel.Type{t, t}, b)),
	}
}

func unary(name string, f func(a *big.Rat) *big.Rat) cel.EnvOption {
	return cel.Function(name, cel.Overload("num_"+strings.Trim(name, "_"), []*cel.Type{numType}, numType, cel.UnaryBinding(func(a ref.Val) ref.Val {
		return limited(f(a.(num).r))
	})))
}

func binary(name string, f func(a, b *big.Rat) *big.Rat) cel.EnvOption {
	return cel.Function(name, cel.Overload("num2_"+strings.Trim(name, "_"), []*cel.Type{numType, numType}, numType, cel.BinaryBinding(func(a, b ref.Val) ref.Val {
		return limited(f(a.(num).r, b.(num).r))
	})))
}

func compare(name string, f func(c int) bool) cel.EnvOption {
	return cel.Function(name, cel.Overload("num_"+strings.Trim(name, "_"), []*cel.Type{numType, numType}, cel.BoolType, cel.BinaryBinding(func(a, b ref.Val) ref.Val {
		return types.Bool(f(a.(num).r.Cmp(b.(num).r)))
	})))
}

func limited(r *big.Rat) ref.Val {
	if _, err := bounded(r); err != nil {
		return types.WrapErr(err)
	}
	return num{r}
}

func divide(a, b ref.Val) ref.Val {
	if b.(num).r.Sign() == 0 {
		return types.NewErr("除数为零")
	}
	return limited(new(big.Rat).Quo(a.(num).r, b.(num).r))
}

// literal makes an exact number of a literal: the shortest decimal of a binary fraction is the text that was typed.
func literal(v ref.Val) ref.Val {
	switch v := v.(type) {
	case types.Int:
		return num{new(big.Rat).SetInt64(int64(v))}
	case types.Double:
		if r, ok := new(big.Rat).SetString(strconv.FormatFloat(float64(v), 'f', -1, 64)); ok {
			return limited(r)
		}
	}
	return types.NewErr("不是数")
}

func floorOf(a *big.Rat) *big.Rat {
	return new(big.Rat).SetInt(new(big.Int).Div(a.Num(), a.Denom())) // Euclidean: downwards, since the denominator is positive
}

func smaller(a, b *big.Rat) *big.Rat {
	if a.Cmp(b) <= 0 {
		return a
	}
	return b
}

func larger(a, b *big.Rat) *big.Rat {
	if a.Cmp(b) >= 0 {
		return a
	}
	return b
}

// compileExpr checks an expression over typed names. The error says in Chinese what is wrong and at which character.
func compileExpr(text string, kind exprKind, vars map[string]varType) (*expr, error) {
	if len([]rune(text)) > maxExpr {
		return nil, fmt.Errorf("算式超过 %d 个字符，请拆成几步", maxExpr)
	}
	env, err := base()
	if err != nil {
		return nil, fmt.Errorf("preparing expressions: %w", err)
	}
	var opts []cel.EnvOption
	for name, t := range vars {
		switch t {
		case varNum:
			opts = append(opts, cel.Variable(name, numType))
		case varBool:
			opts = append(opts, cel.Variable(name, cel.BoolType))
		case varText:
			opts = append(opts, cel.Variable(name, cel.StringType))
		}
	}
	if env, err = env.Extend(opts...); err != nil {
		return nil, fmt.Errorf("declaring the names of an expression: %w", err)
	}
	parsed, iss := env.Parse(text)
	if iss.Err() != nil {
		return nil, inChinese(iss, vars)
	}
	tree := parsed.NativeRep()
	uses, cuts, err := prepare(tree)
	if err != nil {
		return nil, err
	}
	checked, iss := env.Check(parsed)
	if iss.Err() != nil {
		return nil, inChinese(iss, vars)
	}
	switch out := checked.OutputType(); {
	case kind == holds && !out.IsExactType(cel.BoolType):
		return nil, fmt.Errorf("这里要写条件（成立或不成立），写的是%s", typeName(out.String()))
	case kind == yields && !out.IsExactType(numType):
		return nil, fmt.Errorf("这里要写数，写的是%s", typeName(out.String()))
	}
	prog, err := env.Program(checked, cel.CostLimit(maxCost))
	if err != nil {
		return nil, fmt.Errorf("planning an expression: %w", err)
	}
	return &expr{text: text, prog: prog, uses: uses, cuts: cuts}, nil
}

// prepare makes every literal number exact, and refuses what is beyond the bounds and division by a constant zero. It
// returns the names that the expression reads and where it may jump.
func prepare(tree *ast.AST) ([]string, []cut, error) {
	var wrong error
	var uses []string
	var cuts []cut
	nodes := 0
	next := ast.MaxID(tree)
	fac := ast.NewExprFactory()
	var literals []ast.Expr
	ast.PreOrderVisit(tree.Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		nodes++
		switch e.Kind() {
		case ast.LiteralKind:
			switch e.AsLiteral().(type) {
			case types.Int, types.Double:
				literals = append(literals, e)
			case types.String, types.Bool:
			default:
				wrong = fmt.Errorf("算式里不能有 %v 这样的值", e.AsLiteral())
			}
		case ast.IdentKind:
			uses = append(uses, e.AsIdent())
		case ast.CallKind:
			c := e.AsCall()
			if c.FunctionName() == operators.Divide && len(c.Args()) == 2 && constantZero(c.Args()[1]) {
				wrong = fmt.Errorf("第 %d 个字符处：除数为零", column(tree, e))
			}
			if k, ok := cutOf(tree, c); ok {
				cuts = append(cuts, k)
			}
		case ast.SelectKind, ast.ListKind, ast.MapKind, ast.StructKind, ast.ComprehensionKind:
			wrong = fmt.Errorf("第 %d 个字符处：算式里只能有名称、数、文字、四则运算、比较和条件", column(tree, e))
		}
	}))
	if nodes > maxNodes {
		return nil, nil, fmt.Errorf("算式太复杂，请拆成几步")
	}
	if wrong != nil {
		return nil, nil, wrong
	}
	for _, e := range literals {
		next++
		inner := fac.NewLiteral(next, e.AsLiteral())
		if at, ok := tree.SourceInfo().GetOffsetRange(e.ID()); ok {
			tree.SourceInfo().SetOffsetRange(next, at)
		}
		e.SetKindCase(fac.NewCall(e.ID(), "num", inner))
	}
	return uses, cuts, nil
}

// comparisons are the operators by which an expression may jump.
var comparisons = map[string]bool{
	operators.Less: true, operators.LessEquals: true, operators.Greater: true, operators.GreaterEquals: true, operators.Equals: true, operators.NotEquals: true,
}

// cutOf writes down where a call may jump; it is asked before literals are made exact, so the text is as it was typed.
func cutOf(tree *ast.AST, c ast.CallExpr) (cut, bool) {
	var sides []string
	for _, a := range c.Args() {
		text, err := parser.Unparse(a, tree.SourceInfo())
		if err != nil {
			return cut{}, false
		}
		sides = append(sides, text)
	}
	switch {
	case c.FunctionName() == "floor" && len(sides) == 1:
		return cut{over: sides[0], whole: true}, true
	case comparisons[c.FunctionName()] && len(sides) == 2:
		return cut{over: "(" + sides[0] + ") - (" + sides[1] + ")"}, true
	}
	return cut{}, false
}

func constantZero(e ast.Expr) bool {
	if e.Kind() != ast.LiteralKind {
		v, ok := constant(e)
		return ok && v.Sign() == 0
	}
	switch v := e.AsLiteral().(type) {
	case types.Int:
		return v == 0
	case types.Double:
		return v == 0
	}
	return false
}

// constant works out an expression of literals alone.
func constant(e ast.Expr) (*big.Rat, bool) {
	switch e.Kind() {
	case ast.LiteralKind:
		n, ok := literal(e.AsLiteral()).(num)
		return n.r, ok
	case ast.CallKind:
		args := e.AsCall().Args()
		var v []*big.Rat
		for _, a := range args {
			r, ok := constant(a)
			if !ok {
				return nil, false
			}
			v = append(v, r)
		}
		switch name := e.AsCall().FunctionName(); {
		case name == operators.Negate && len(v) == 1:
			return new(big.Rat).Neg(v[0]), true
		case name == operators.Add && len(v) == 2:
			return new(big.Rat).Add(v[0], v[1]), true
		case name == operators.Subtract && len(v) == 2:
			return new(big.Rat).Sub(v[0], v[1]), true
		case name == operators.Multiply && len(v) == 2:
			return new(big.Rat).Mul(v[0], v[1]), true
		}
	}
	return nil, false
}

func column(tree *ast.AST, e ast.Expr) int {
	return tree.SourceInfo().GetStartLocation(e.ID()).Column() + 1
}

var (
	undeclared = regexp.MustCompile(`undeclared reference to '([^']*)'`)
	noOverload = regexp.MustCompile(`found no matching overload for '([^']*)' applied to '\(([^)]*)\)'`)
)

// inChinese says what CEL complains of first.
func inChinese(iss *cel.Issues, vars map[string]varType) error {
	list := iss.Errors()
	if len(list) == 0 {
		return fmt.Errorf("算式写得不对，请对照说明检查")
	}
	first := list[0]
	at := fmt.Sprintf("第 %d 个字符处：", first.Location.Column()+1)
	if m := undeclared.FindStringSubmatch(first.Message); m != nil {
		if t, ok := vars[m[1]]; ok {
			return fmt.Errorf("%s“%s”是%s，不能写在算式里；请用期限（window）或科目合计（accounts）", at, m[1], varNames[t])
		}
		return fmt.Errorf("%s没有名为“%s”的数据或步骤；请先在前面定义，或检查拼写", at, m[1])
	}
	if m := noOverload.FindStringSubmatch(first.Message); m != nil {
		var kinds []string
		for _, k := range strings.Split(m[2], ", ") {
			kinds = append(kinds, typeName(k))
		}
		return fmt.Errorf("%s“%s”不能用在%s上", at, strings.Trim(m[1], "_@?:"), strings.Join(kinds, "和"))
	}
	if strings.Contains(first.Message, "Syntax error") {
		return fmt.Errorf("%s算式写得不对，请检查括号、引号和运算符（条件用 && || ! == >=）", at)
	}
	return fmt.Errorf("%s算式的类型不对，请检查条件和数是否混用", at)
}

func typeName(t string) string {
	switch t {
	case "number", "int", "double", "uint":
		return "数"
	case "bool":
		return "条件"
	case "string":
		return "文字"
	}
	return "别的类型"
}

// run evaluates over the values of names.
func (e *expr) run(vars map[string]any) (ref.Val, error) {
	v, _, err := e.prog.Eval(vars)
	if err != nil {
		return nil, fmt.Errorf("“%s”：%s", e.text, evalError(err))
	}
	return v, nil
}

// evalError keeps our own Chinese sentences and replaces CEL's.
func evalError(err error) string {
	for _, known := range []string{"除数为零", errBig.Error()} {
		if strings.Contains(err.Error(), known) {
			return known
		}
	}
	return "算不出结果"
}

func (e *expr) number(vars map[string]any) (*big.Rat, error) {
	v, err := e.run(vars)
	if err != nil {
		return nil, err
	}
	n, ok := v.(num)
	if !ok {
		return nil, fmt.Errorf("“%s”算出的不是数", e.text)
	}
	return n.r, nil
}

func (e *expr) holds(vars map[string]any) (bool, error) {
	if e == nil {
		return true, nil
	}
	v, err := e.run(vars)
	if err != nil {
		return false, err
	}
	return v == types.True, nil
}
