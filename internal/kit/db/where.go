package db

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
)

// Where collects conditions and their arguments; the tenant always comes first.
type Where struct {
	parts []string
	args  []any
}

// NewWhere begins with the tenant, without which no tenant table may be read.
func NewWhere(tenant int64) *Where {
	return &Where{parts: []string{"tenant_id = $1"}, args: []any{tenant}}
}

// And adds a condition; each ? in it takes the next argument. An id is compared as the number that it is: as NULL,
// a zero one would turn "id <> ?" for a record that is still to be stored into a condition that nothing meets.
func (w *Where) And(cond string, args ...any) *Where {
	var b strings.Builder
	i := 0
	for _, r := range cond {
		if r != '?' {
			b.WriteRune(r)
			continue
		}
		arg := args[i]
		if id, ok := arg.(ids.ID); ok {
			arg = int64(id)
		}
		w.args = append(w.args, arg)
		b.WriteString("$" + strconv.Itoa(len(w.args)))
		i++
	}
	w.parts = append(w.parts, b.String())
	return w
}

// In adds "col IN (…)"; an empty list matches nothing.
func In[E any](w *Where, col string, list []E) *Where {
	if len(list) == 0 {
		return w.And("1 = 0")
	}
	args := make([]any, len(list))
	for i, v := range list {
		args[i] = v
	}
	return w.And(col+" IN ("+strings.TrimSuffix(strings.Repeat("?, ", len(list)), ", ")+")", args...)
}

// Is adds "col = value".
func (w *Where) Is(col string, value any) *Where { return w.And(free+col+" = ?", value) }

// Ranges adds the half-open ranges of codes, joined by OR; none matches nothing. A range that holds a single code is
// compared with: SQLite looks many such codes up one by one, while it reads everything for as many ranges.
func (w *Where) Ranges(col string, ranges [][2]string) *Where {
	if len(ranges) == 0 {
		return w.And("1 = 0")
	}
	var conds []string
	var single, args []any
	for _, r := range ranges {
		if holdsOne(r) {
			single = append(single, r[0])
			continue
		}
		conds = append(conds, free+col+" >= ? AND "+free+col+" < ?")
		args = append(args, r[0], r[1])
	}
	switch {
	case len(single) == 1:
		conds, args = append(conds, free+col+" = ?"), append(args, single...)
	case len(single) > 1:
		conds = append(conds, free+col+" IN ("+strings.TrimSuffix(strings.Repeat("?, ", len(single)), ", ")+")")
		args = append(args, single...)
	}
	if len(conds) == 1 {
		return w.And(conds[0], args...)
	}
	return w.And("("+strings.Join(conds, " OR ")+")", args...)
}

// holdsOne reports whether of codes of one length a range holds only its first: up to the next one, or up to the first
// that is longer.
func holdsOne(r [2]string) bool {
	n := len(r[0])
	switch {
	case n == 0:
		return false
	case len(r[1]) == n+1:
		return r[1] == r[0]+"0"
	case len(r[1]) != n:
		return false
	}
	return r[0][:n-1] == r[1][:n-1] && r[0][n-1]+1 == r[1][n-1] && r[1][n-1] <= '9' && n == codeLength
}

// codeLength is the length of a full code; a shorter one stands for all that begin with it.
const codeLength = 12

// Marks in front of columns by which SQLite can be told not to look rows up, with a sign that changes nothing else: those
// that say what matches, and the one of the order.
const (
	free = "\x01"
	next = "\x02"
)

var unmarked = strings.NewReplacer(free, "", next, "")

// SQL returns the condition text.
func (w *Where) SQL() string { return unmarked.Replace(strings.Join(w.parts, " AND ")) }

// Clone returns a copy that can be added to by itself.
func (w *Where) Clone() *Where {
	return &Where{parts: slices.Clone(w.parts), args: slices.Clone(w.args)}
}

// Args returns the arguments in order.
func (w *Where) Args() []any { return w.args }

// Paging asks for one page in keyset order.
type Paging struct {
	Sort  string // a column of the table; "" means id
	Desc  bool
	After string // the cursor given with the page before; "" means the first page
	Limit int    // 1 to 1000
	Plan  Plan
}

// Plan says how to find a page, for a caller who knows how many records match: neither engine does.
type Plan uint8

// The plans. ByOrder walks along the order until the page is full, which is quick where many match; ByMatch looks up
// what matches and puts it in order, which is quick where few do; ByLookup does so and looks up by conditions that were
// added with And alone. By default the engine guesses.
const (
	AnyPlan Plan = iota
	ByOrder
	ByMatch
	ByLookup
)

func (r R) engine() Dialect { return r.d.dialect }

func (tx *Tx) engine() Dialect { return tx.d.dialect }

// planned returns the condition and the column of the order as the plan wants them.
func (w *Where) planned(q Q, plan Plan, sort string) (cond, order string) {
	if q.engine() != SQLite {
		return w.SQL(), sort
	}
	text := strings.Join(w.parts, " AND ")
	switch {
	case plan == ByOrder && !strings.Contains(text, free+sort+" "):
		return unmarked.Replace(strings.ReplaceAll(text, free, "+")), sort
	case plan == ByMatch:
		return unmarked.Replace(strings.ReplaceAll(text, next, "+")), "+" + sort
	case plan == ByLookup:
		return strings.NewReplacer(free, "+", next, "+").Replace(text), "+" + sort
	}
	return w.SQL(), sort
}

// pageIDs is the statement that finds the ids of a page: of the table it reads the columns that it compares, which an
// index may hold.
func pageIDs(q Q, table string, w *Where, sort, dir string, plan Plan, limit int) string {
	cond, order := w.planned(q, plan, sort)
	from := table
	if q.engine() == Postgres && (plan == ByMatch || plan == ByLookup) { // OFFSET is a fence to its planner
		from, cond = fmt.Sprintf("(SELECT * FROM %s WHERE %s OFFSET 0) AS %s", table, cond, table), "TRUE"
	}
	return fmt.Sprintf("SELECT id FROM %s WHERE %s ORDER BY %s %s, id %s LIMIT %d", from, cond, order, dir, dir, limit)
}

// Page is one page of records; Next is "" on the last.
type Page[T any] struct {
	Items []T
	Next  string
}

// cursor is a page's last key: a text, an integer or a bool, and the id that breaks ties.
type cursor struct {
	S *string `json:"s,omitempty"`
	N *int64  `json:"n,omitempty"`
	B *bool   `json:"b,omitempty"`
	I int64   `json:"i"`
}

func cursorOf(ptr any, id ids.ID) cursor {
	c := cursor{I: int64(id)}
	v := reflect.Indirect(reflect.ValueOf(ptr))
	switch {
	case v.Kind() == reflect.Bool:
		b := v.Bool()
		c.B = &b
	case v.CanInt():
		n := v.Int()
		c.N = &n
	default:
		s := fmt.Sprint(v.Interface())
		c.S = &s
	}
	return c
}

func encodeCursor(ptr any, id ids.ID) string {
	c := cursorOf(ptr, id)
	b, _ := json.Marshal(c) //nolint:errcheck // plain values
	return base64.RawURLEncoding.EncodeToString(b)
}

// decodeCursor reads a cursor whose key must be of the sorted column's type, given by a pointer to it.
func decodeCursor(s string, ptr any) (any, int64, error) {
	var c cursor
	want := cursorOf(ptr, 0)
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	switch {
	case err != nil:
	case c.S != nil && want.S != nil && utf8.ValidString(*c.S) && !strings.Contains(*c.S, "\x00"):
		return *c.S, c.I, nil
	case c.N != nil && want.N != nil:
		return *c.N, c.I, nil
	case c.B != nil && want.B != nil:
		return *c.B, c.I, nil
	}
	return nil, 0, errs.New(errs.Invalid, "page.cursor", "翻页标记无效，请回到第一页")
}
