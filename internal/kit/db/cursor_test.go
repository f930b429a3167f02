package db

import (
	"encoding/base64"
	"testing"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
)

// TestCursorsKeepTheirType: a cursor reads back for a column of its own type and is refused for any other.
func TestCursorsKeepTheirType(t *testing.T) {
	text, number, flag, day := "永胜村", int64(-5), true, date.Must("2021-11-10")
	ptrs := []any{&text, &number, &flag, &day}
	for i, from := range ptrs {
		cursor := encodeCursor(from, 42)
		for k, to := range ptrs {
			key, id, err := decodeCursor(cursor, to)
			same := i == k || i == 0 && k == 3 || i == 3 && k == 0 // a day is kept as text
			if (err == nil) != same || err == nil && id != 42 {
				t.Errorf("%T for %T: %v %d %v", from, to, key, id, err)
			}
		}
	}
	for _, s := range []string{"", "!", `{}`, `{"i":1}`, `{"s":"a\u0000b","i":1}`, `{"n":1,"i":1}`, `{"n":1.5,"i":1}`, `{"s":5,"i":1}`, `[]`, `{"s":"x","i":"1"}`} {
		if _, _, err := decodeCursor(base64.RawURLEncoding.EncodeToString([]byte(s)), &text); !errs.Is(err, errs.Invalid) {
			t.Errorf("%s: %v", s, err)
		}
	}
}
