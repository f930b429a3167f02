// Package calc works out sums exactly: what people type into an amount ("1200*12+300") and the formulas of entry
// templates ("total - part"). Values are fractions without rounding; only the result is rounded, once, to a fen.
package calc

import (
	"math/big"
	"slices"
	"strings"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
)

// The limits of a text: beyond them it is a mistake or an attack.
const (
	maxText  = 200
	maxDepth = 50
)

// Expr is a formula over names: + - * / ( ), min(…) and max(…). It is safe to use from several goroutines.
type Expr struct {
	text  string
	root  node
	names []string
}

// Parse reads a formula; errors are Invalid with a Chinese sentence. Full-width signs, × and ÷ are read as well.
func Parse(text string) (*Expr, error) {
	p := &parser{text: fold(text)}
	if len(p.text) > maxText {
		return nil, wrong("算式太长（最多 %d 个字符）", maxText)
	}
	root, err := p.sum(0)
	if err == nil && p.at < len(p.text) {
		err = p.unexpected()
	}
	if err != nil {
		return nil, err
	}
	return &Expr{text: text, root: root, names: p.names}, nil
}

// String returns the formula as it was written.
func (e *Expr) String() string { return e.text }

// Names returns the names that the formula uses, each once, in the order of the text.
func (e *Expr) Names() []string { return slices.Clone(e.names) }

// Value works the formula out; of gives the value of a name.
func (e *Expr) Value(of func(name string) (*big.Rat, error)) (*big.Rat, error) {
	return e.root.value(of)
}

// Fen works the formula out over amounts and rounds the result to a fen, halves away from zero.
func (e *Expr) Fen(of func(name string) (money.Fen, error)) (money.Fen, error) {
	v, err := e.root.value(func(name string) (*big.Rat, error) {
		f, err := of(name)
		return big.NewRat(int64(f), int64(money.Yuan)), err
	})
	if err != nil {
		return 0, err
	}
	return toFen(v)
}

// Amount reads an amount in yuan as a person types it: what money.Parse takes, or a sum such as "1200*12+300".
func Amount(text string) (money.Fen, error) {
	fen, plain := money.Parse(text)
	if plain == nil || !strings.ContainsAny(fold(text), "+-*/()") {
		return fen, plain
	}
	e, err := Parse(strings.ReplaceAll(fold(text), ",", ""))
	if err != nil {
		return 0, err
	}
	return e.Fen(func(name string) (money.Fen, error) { return 0, wrong("算式里不能有“%s”", name) })
}

func toFen(v *big.Rat) (money.Fen, error) {
	scaled := new(big.Rat).Mul(v, big.NewRat(int64(money.Yuan), 1))
	num, den := new(big.Int).Abs(scaled.Num()), scaled.Denom()
	num.Mul(num, big.NewInt(2)).Add(num, den) // halves up: floor((2n + d) / 2d)
	num.Quo(num, new(big.Int).Mul(den, big.NewInt(2)))
	if !num.IsInt64() || num.Int64() > int64(money.Max) {
		return 0, wrong("金额超出了系统能记录的范围（正负 9 万亿元）")
	}
	if scaled.Sign() < 0 {
		return money.Fen(-num.Int64()), nil
	}
	return money.Fen(num.Int64()), nil
}

func wrong(format string, args ...any) error {
	return errs.New(errs.Invalid, "calc.wrong", format, args...)
}

// fold makes signs half-width and drops spaces.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '　' || r == '\t' || r == '￥' || r == '¥':
			return -1
		case r == '×':
			return '*'
		case r == '÷':
			return '/'
		case r >= 0xff01 && r <= 0xff5e:
			return r - 0xfee0
		}
		return r
	}, s)
}
