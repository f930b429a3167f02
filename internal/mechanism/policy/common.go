package policy

import (
	"slices"
	"strconv"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
)

// today is the civil day of the transaction.
func today(tx *db.Tx) date.Date { return date.Of(tx.Now()) }

// stamp fills in the day of an act that happens in the system itself.
func stamp(tx *db.Tx, d *date.Date) {
	if d.IsZero() {
		*d = today(tx)
	}
}

// need asks for a day that the state rests on.
func need(l *errs.List, state string, states []string, name, label string, d date.Date) {
	if d.IsZero() && slices.Contains(states, state) {
		l.Add(name, "请填写%s", label)
	}
}

// notBefore keeps days in their order; days that are not given do not count.
func notBefore(l *errs.List, name string, d date.Date, label string, earlier date.Date) {
	if !d.IsZero() && d.Before(earlier) {
		l.Add(name, "不能早于%s（%s）", label, earlier.Chinese())
	}
}

// bare takes the title marks off a title.
func bare(title string) string {
	return strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(title), "《"), "》"))
}

func yearText(y int) string {
	s := strconv.Itoa(y)
	return strings.Repeat("0", max(0, 4-len(s))) + s
}
