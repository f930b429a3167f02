package db

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
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

// Ranges adds the half-open code ranges, joined by OR; none matches nothing.
func (w *Where) Ranges(col string, ranges [][2]string) *Where {
	if len(ranges) == 0 {
		return w.And("1 = 0")
	}
	conds := make([]string, len(ranges))
	var args []any
	for i, r := range ranges {
		conds[i] = col + " >= ? AND " + col + " < ?"
		args = append(args, r[0], r[1])
	}
	if len(conds) == 1 {
		return w.And(conds[0], args...)
	}
	return w.And("("+strings.Join(conds, " OR ")+")", args...)
}

// SQL returns the condition text.
func (w *Where) SQL() string { return strings.Join(w.parts, " AND ") }

// Args returns the arguments in order.
func (w *Where) Args() []any { return w.args }

// Paging asks for one page in keyset order.
type Paging struct {
	Sort  string // a column of the table; "" means id
	Desc  bool
	After string // the cursor given with the page before; "" means the first page
	Limit int    // 1 to 1000
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
