package calc

import (
	"math/big"
	"slices"
	"strings"
)

type node interface {
	value(of func(string) (*big.Rat, error)) (*big.Rat, error)
}

type number struct{ v *big.Rat }

func (n number) value(func(string) (*big.Rat, error)) (*big.Rat, error) { return n.v, nil }

type name string

func (n name) value(of func(string) (*big.Rat, error)) (*big.Rat, error) { return of(string(n)) }

// operation is two values and what is done with them: + - * / < (the lesser) > (the greater).
type operation struct {
	op   byte
	a, b node
}

func (o operation) value(of func(string) (*big.Rat, error)) (*big.Rat, error) {
	a, err := o.a.value(of)
	if err != nil {
		return nil, err
	}
	b, err := o.b.value(of)
	if err != nil {
		return nil, err
	}
	out := new(big.Rat)
	switch o.op {
	case '+':
		return out.Add(a, b), nil
	case '-':
		return out.Sub(a, b), nil
	case '*':
		return out.Mul(a, b), nil
	case '/':
		if b.Sign() == 0 {
			return nil, wrong("算式里不能除以 0")
		}
		return out.Quo(a, b), nil
	case '<':
		if a.Cmp(b) <= 0 {
			return a, nil
		}
		return b, nil
	}
	if a.Cmp(b) >= 0 {
		return a, nil
	}
	return b, nil
}

type parser struct {
	text  string
	at    int
	names []string
}

func (p *parser) peek() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *parser) unexpected() error {
	if p.at >= len(p.text) {
		return wrong("算式没有写完")
	}
	rest := []rune(p.text[p.at:])
	return wrong("算式里的“%s”看不懂；可用数字和 + - * / ( )", string(rest[:1]))
}

// chain reads operands between operators of one rank.
func (p *parser) chain(depth int, ops string, operand func(int) (node, error)) (node, error) {
	left, err := operand(depth)
	for err == nil && p.peek() != 0 && strings.IndexByte(ops, p.peek()) >= 0 {
		op := p.peek()
		p.at++
		var right node
		right, err = operand(depth)
		left = operation{op, left, right}
	}
	return left, err
}

func (p *parser) sum(depth int) (node, error) { return p.chain(depth, "+-", p.product) }

func (p *parser) product(depth int) (node, error) { return p.chain(depth, "*/", p.atom) }

func (p *parser) atom(depth int) (node, error) {
	if depth >= maxDepth {
		return nil, wrong("算式的括号太多")
	}
	switch c := p.peek(); {
	case c == '-':
		p.at++
		n, err := p.atom(depth + 1)
		return operation{'-', number{new(big.Rat)}, n}, err
	case c == '(':
		p.at++
		n, err := p.sum(depth + 1)
		if err == nil {
			err = p.take(')')
		}
		return n, err
	case digit(c) || c == '.':
		return p.number()
	case letter(c):
		return p.word(depth)
	}
	return nil, p.unexpected()
}

func (p *parser) take(c byte) error {
	if p.peek() != c {
		return p.unexpected()
	}
	p.at++
	return nil
}

func (p *parser) number() (node, error) {
	from := p.at
	for digit(p.peek()) || p.peek() == '.' {
		p.at++
	}
	v, ok := new(big.Rat).SetString(p.text[from:p.at])
	if !ok {
		return nil, wrong("“%s”不是数字", p.text[from:p.at])
	}
	return number{v}, nil
}

// word is a name, or min(…) or max(…).
func (p *parser) word(depth int) (node, error) {
	from := p.at
	for letter(p.peek()) || digit(p.peek()) {
		p.at++
	}
	w := p.text[from:p.at]
	if p.peek() != '(' {
		if !slices.Contains(p.names, w) {
			p.names = append(p.names, w)
		}
		return name(w), nil
	}
	op, known := map[string]byte{"min": '<', "max": '>'}[w]
	if !known {
		return nil, wrong("算式里没有“%s”这种算法；可用 min 和 max", w)
	}
	p.at++
	out, err := p.sum(depth + 1)
	for err == nil && p.peek() == ',' {
		p.at++
		var next node
		next, err = p.sum(depth + 1)
		out = operation{op, out, next}
	}
	if err == nil {
		err = p.take(')')
	}
	return out, err
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' }
