package journal

import (
	"bufio"
	"io"
	"strconv"
	"strings"
	"unicode"

	"huicun/internal/books/ledger"
)

// text writes lines and keeps the first error.
type text struct {
	*bufio.Writer
}

func newText(w io.Writer) text { return text{bufio.NewWriterSize(w, 64<<10)} }

// put writes strings one after the other; a failed write shows at the end, when the buffer is flushed.
func (t text) put(parts ...string) {
	for _, p := range parts {
		_, _ = t.WriteString(p)
	}
}

// one makes a text one line without runs of spaces.
func one(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
}

// tags are the facts of a voucher under the names of a format, without those that are empty.
type tag struct{ name, value string }

func filled(list ...tag) []tag {
	out := list[:0]
	for _, t := range list {
		if t.value != "" {
			out = append(out, t)
		}
	}
	return out
}

// count gives a number as text, "" for none.
func count(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// isRed reports whether a line's amount stands on its side with a minus.
func isRed(x *ledger.Line) bool { return x.Debit < 0 || x.Credit < 0 }

// side is the side on which a line's amount stands.
func side(x *ledger.Line) string {
	if x.Debit != 0 {
		return "借"
	}
	return "贷"
}

// unique makes names different from one another by adding numbers, in the order in which they come.
type unique map[string]int

func (u unique) name(s string) string {
	u[s]++
	if n := u[s]; n > 1 {
		return u.name(s + "-" + strconv.Itoa(n))
	}
	return s
}
