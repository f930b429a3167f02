package journal

import (
	"io"
	"strings"
	"unicode"

	"huicun/internal/books/ledger"
)

// beancount writes a file for beancount 2 and 3. Each books ends with balance directives, which the program checks.
type beancount struct {
	text
	prefixes unique
	prefix   string
	names    map[string]string // account names by code, of the books being written
}

func newBeancount(w io.Writer) *beancount {
	return &beancount{text: newText(w), prefixes: unique{}}
}

// beanRoots are the roots of account names by class; 成本 stands on the balance sheet until it is carried over.
var beanRoots = map[string]string{
	ledger.Asset: "Assets", ledger.Cost: "Assets", ledger.Liability: "Liabilities", ledger.Equity: "Equity", ledger.Income: "Income", ledger.Expense: "Expenses",
}

func (b *beancount) begin(r *Request, list []*set) error {
	b.put("; 惠村导出的账簿，期间：", r.Period.Chinese(), "，账套：", count(len(list)), " 个\n",
		"; 借方为正，贷方为负\n\n", `option "title" `, quoted("账簿 "+r.Period.Chinese()), "\n", `option "operating_currency" "CNY"`, "\n\n",
		list[0].from.First().String(), " commodity CNY\n")
	return nil
}

// beanName makes a part of an account's name: letters and digits of any script, and hyphens for the rest.
func beanName(s string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return '-'
	}, s), "-")
}

// quoted is a string of the language.
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(one(s)) + `"`
}

func (b *beancount) open(s *set) error {
	b.prefix = ""
	if !s.alone {
		b.prefix = b.prefixes.name("B-"+beanName(s.Name)) + ":" // a name must begin with a capital or a digit
	}
	b.put("\n; ", one(s.title()), "；单位：", one(s.org.Name), "\n")
	b.names = make(map[string]string, len(s.accounts))
	first := s.from.First().String()
	for i := range s.accounts {
		a := &s.accounts[i]
		b.names[a.Code] = b.account(a)
		b.put(first, " open ", b.names[a.Code], " CNY\n", "  name: ", quoted(a.Name), "\n", "  code: ", quoted(a.Code), "\n")
	}
	if len(s.stands) == 0 {
		return nil
	}
	b.put("\n", first, " * ", quoted(s.openingText()), "\n")
	b.meta("  ", tag{"books", s.Name}, tag{"kind", "期初"})
	for i := range s.stands {
		x := &s.stands[i]
		b.posting(&x.Line, "", x.dims)
	}
	return nil
}

func (b *beancount) account(a *account) string {
	parts := make([]string, 0, len(a.above)+1)
	for _, up := range a.above {
		parts = append(parts, beanPart(up))
	}
	return beanRoots[a.Class] + ":" + b.prefix + strings.Join(append(parts, beanPart(a)), ":")
}

func beanPart(a *account) string { return strings.TrimSuffix(a.Code+"-"+beanName(a.Name), "-") }

// meta writes metadata; the language wants its keys in lower-case Latin letters.
func (b *beancount) meta(indent string, list ...tag) {
	for _, t := range filled(list...) {
		b.put(indent, t.name, ": ", quoted(t.value), "\n")
	}
}

func (b *beancount) posting(x *ledger.Line, summary string, dims []dim) {
	b.put("  ", b.names[x.Account], "  ", (x.Debit - x.Credit).Plain(), " CNY\n")
	const indent = "    "
	b.meta(indent, tag{"summary", summary})
	if isRed(x) {
		b.meta(indent, tag{"red", side(x)})
	}
	for _, d := range dims {
		b.meta(indent, tag{d.Name, d.key})
	}
}

func (b *beancount) vouchers(s *set, page []*entry) error {
	for _, v := range page {
		b.put("\n", v.Date.String(), " * ", quoted(v.Summary), "\n")
		b.meta("  ", tag{"books", s.Name}, tag{"voucher", v.FullNo}, tag{"kind", v.Kind}, tag{"source", v.Source}, tag{"attachments", count(v.Attachments)},
			tag{"maker", v.Maker}, tag{"reviewer", v.Reviewer}, tag{"poster", v.Poster}, tag{"reverses", v.reverses}, tag{"corrects", v.corrects}, tag{"note", v.Note})
		for i := range v.Lines {
			x := &v.Lines[i]
			summary := x.Summary
			if summary == v.Summary {
				summary = ""
			}
			b.posting(x, summary, v.dims[i])
		}
	}
	return b.flushed()
}

// close states what stands on the accounts on the morning after the period.
func (b *beancount) close(s *set) error {
	after := s.to.Last().AddDays(1).String()
	b.put("\n")
	sums := s.ending()
	for i := range s.accounts {
		a := &s.accounts[i]
		total, any := sums[a.Code]
		for code, fen := range sums {
			if code != a.Code && strings.HasPrefix(code, a.Code) { // a directive counts the accounts below too
				total, any = total+fen, true
			}
		}
		if any {
			b.put(after, " balance ", b.names[a.Code], "  ", total.Plain(), " CNY\n")
		}
	}
	return b.flushed()
}

func (b *beancount) end() error { return b.Flush() }
