package engine

import (
	"errors"
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
)

func loaded(t testing.TB, name string) *Policy {
	t.Helper()
	p, err := Read(files(t)[name])
	if err != nil {
		t.Fatal(says(err))
	}
	return p
}

func fenOf(t *rapid.T, name string) money.Fen {
	return money.Fen(rapid.Int64Range(0, 100_000_000_00).Draw(t, name))
}

// draw makes inputs that a policy accepts in kind.
func draw(t *rapid.T, p *Policy) *Inputs {
	in := &Inputs{Values: map[string]Value{}, Decisions: map[string]Decision{}}
	for _, i := range p.order {
		switch {
		case i.typ == varNum:
			in.Values[i.Name] = Money(fenOf(t, i.Name))
		case i.typ == varBool:
			in.Values[i.Name] = Value{Bool: rapid.Bool().Draw(t, i.Name)}
		case i.typ == varText && len(i.Values) > 0:
			in.Values[i.Name] = Value{Text: rapid.SampledFrom(i.Values).Draw(t, i.Name)}
		case i.typ == varAccounts:
			n := rapid.IntRange(0, 5).Draw(t, "entries")
			v := Value{}
			for range n {
				amount := fenOf(t, "amount")
				account := rapid.SampledFrom([]string{"501.租赁", "502.分红", "501.一次性", "净上缴/甲", "收入/租金", "收入/劳务"}).Draw(t, "account")
				v.Entries = append(v.Entries, Entry{Account: account, Amount: amount, Received: amount / 2})
			}
			in.Values[i.Name] = v
		default:
			v, _ := p.ParseValue(i.Name, "2021-06-30")
			in.Values[i.Name] = v
		}
	}
	roles := []string{"书记", "主任", "副书记", "会计", "副主任"}
	for i := range rapid.IntRange(0, 6).Draw(t, "persons") {
		in.Persons = append(in.Persons, Person{Name: string(rune('甲' + i)), Role: rapid.SampledFrom(roles).Draw(t, "role"), Months: 12})
	}
	return in
}

var byValue = cmp.Comparer(func(a, b *big.Rat) bool { return a == b || a != nil && b != nil && a.Cmp(b) == 0 })

// Whatever the inputs: payees, payers and instalments add up to the award to the fen; limits and caps hold; the same
// inputs give the same award, with or without the trace; a refusal is a sentence for a person.
func TestSplitsAddUp(t *testing.T) {
	for name, text := range files(t) {
		p, err := Read(text)
		if err != nil {
			t.Fatal(says(err))
		}
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			in := draw(t, p)
			a, err := p.Evaluate(in)
			if err != nil {
				if errs.KindOf(err) != errs.Invalid {
					t.Fatal(err)
				}
				return
			}
			again, err := p.Compute(in)
			if err != nil {
				t.Fatal(err)
			}
			again.Trace = a.Trace
			if d := cmp.Diff(a, again, byValue); d != "" {
				t.Fatalf("the same inputs give another award:\n%s", d)
			}
			if p.Counts() {
				return
			}
			if got := total(a.Payees); got != a.Amount {
				t.Fatalf("payees get %s of %s", got, a.Amount)
			}
			if got := total(a.Payers); len(a.Payers) > 0 && got != a.Amount {
				t.Fatalf("payers bear %s of %s", got, a.Amount)
			}
			if got := total(dues(a.Instalments)); len(a.Instalments) > 0 && got != a.Amount {
				t.Fatalf("instalments are %s of %s", got, a.Amount)
			}
			if len(a.Refused) > 0 && a.Amount != 0 {
				t.Fatalf("refused, but awarded %s", a.Amount)
			}
			for _, s := range p.steps {
				if s.cap != nil && s.cap.lit != nil && a.Values[s.Name].Cmp(s.cap.lit) > 0 {
					t.Fatalf("%s is above its cap", s.Name)
				}
			}
		}))
	}
}

func total(list []Payment) money.Fen {
	var sum money.Fen
	for _, p := range list {
		sum += p.Amount
	}
	return sum
}

// Policies that are monotone in an input never give less for more of it.
func TestMonotone(t *testing.T) {
	for _, c := range []struct {
		policy, input string
		fixed         map[string]Value
	}{
		{"helan-2021", "growth", nil},
		{"zhashui-2020", "income", map[string]Value{"income_last": Money(10_0000_00)}},
		{"nangang-2020", "fixed_assets", nil},
		{"county-tiers-2021", "invested", map[string]Value{"sector": {Text: "工业"}}},
		{"xiaoyue-2009", "s_dredge", nil},
	} {
		p := loaded(t, c.policy)
		t.Run(c.policy, rapid.MakeCheck(func(t *rapid.T) {
			give := func(f money.Fen) money.Fen {
				in := &Inputs{Values: map[string]Value{c.input: Money(f)}}
				for n, v := range c.fixed {
					in.Values[n] = v
				}
				a, err := p.Compute(in)
				if err != nil {
					t.Fatal(err)
				}
				return a.Amount
			}
			less := fenOf(t, "less")
			more := less + fenOf(t, "more")
			if a, b := give(less), give(more); a > b {
				t.Fatalf("%s gives %s, %s gives %s", less, a, more, b)
			}
		}))
	}
}

// What is written is read back as the same document and gives the same awards.
func TestRoundTrip(t *testing.T) {
	for name, text := range files(t) {
		t.Run(name, func(t *testing.T) {
			p, err := Read(text)
			if err != nil {
				t.Fatal(says(err))
			}
			written, err := Write(p.Doc)
			if err != nil {
				t.Fatal(err)
			}
			again, err := Read(written)
			if err != nil {
				t.Fatalf("%s\n%s", says(err), written)
			}
			if d := cmp.Diff(p.Doc, again.Doc); d != "" {
				t.Error(d)
			}
			if twice, err := Write(again.Doc); err != nil || string(twice) != string(written) {
				t.Errorf("written twice it differs: %v", err)
			}
		})
	}
}

// Any file is either refused as Invalid or can be written back and evaluated within bounds.
func FuzzRead(f *testing.F) {
	for _, text := range files(f) {
		f.Add(text)
	}
	f.Add([]byte(plain))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := Read(text)
		if err != nil {
			if errs.KindOf(err) != errs.Invalid {
				t.Fatal(err)
			}
			return
		}
		written, err := Write(p.Doc)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Read(written); err != nil {
			t.Fatalf("%s\n%s", says(err), written)
		}
		p.Test()
	})
}

// Any expression is either refused in Chinese or gives a bounded number.
func FuzzExpr(f *testing.F) {
	for _, s := range []string{"a + b * 2", "a / b", "ok ? wan(a) : 0.1", "floor(a / 3) * 2", "least(a, most(b, 1))", "-a", "1 / (1 - 1)", "t == '甲' ? 1 : 2", "((((a))))", "[a].map(x, x)", "1e300 * 1e300"} {
		f.Add(s)
	}
	vars := map[string]varType{"a": varNum, "b": varNum, "ok": varBool, "t": varText}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := compileExpr(text, yields, vars)
		if err != nil {
			return
		}
		v, err := e.number(map[string]any{"a": big.NewRat(123456789, 100), "b": zero, "ok": true, "t": "甲"})
		if err == nil {
			_, err = bounded(v)
		}
		if errors.Is(err, errBig) && v != nil {
			t.Fatalf("%q gives a number beyond the bounds", text)
		}
	})
}

// BenchmarkNation works one policy out for 600,000 villages' yearly figures.
func BenchmarkNation(b *testing.B) {
	p := loaded(b, "zhashui-2020")
	for b.Loop() {
		for i := range 600_000 {
			in := &Inputs{Values: map[string]Value{"income": Money(money.Fen(i) * 3700), "income_last": Money(money.Fen(i) * 3100)}}
			if _, err := p.Compute(in); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkTraced is one award of a policy with CEL, persons and instalments, with its trace.
func BenchmarkTraced(b *testing.B) {
	p := loaded(b, "baqiao-vitality-sample")
	in, err := p.inputsOf(&p.Doc.Examples[0])
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := p.Evaluate(in); err != nil {
			b.Fatal(err)
		}
	}
}
