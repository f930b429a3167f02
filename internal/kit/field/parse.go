package field

import (
	"strconv"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
	"huicun/internal/kit/qty"
)

// blank empties what p points to when the text is empty, and says so.
func blank[V any](p *V, s string) bool {
	if strings.TrimSpace(s) != "" {
		return false
	}
	var zero V
	*p = zero
	return true
}

func setInt(p *int, name, s string, lo, hi int) error {
	if blank(p, s) {
		return nil
	}
	s = strings.TrimSpace(s)
	n, err := strconv.Atoi(strings.ReplaceAll(s, ",", ""))
	if err != nil {
		return errs.OnField(name, "“%s”不是整数", s)
	}
	if n < lo || n > hi {
		return errs.OnField(name, "应在 %d 到 %d 之间", lo, hi)
	}
	*p = n
	return nil
}

func setMoney(p *money.Fen, name, s string) error {
	if blank(p, s) {
		return nil
	}
	m, err := money.Parse(s)
	if err != nil {
		return errs.OnField(name, "%s", errs.Message(err))
	}
	if m < 0 {
		return errs.OnField(name, "金额不能为负数")
	}
	*p = m
	return nil
}

func amountText(q qty.Qty) string {
	if q == (qty.Qty{}) {
		return ""
	}
	return q.String()
}

func setAmount(p *qty.Qty, name, s string, unit qty.Unit) error {
	if blank(p, s) {
		return nil
	}
	q, err := qty.Parse(s, unit)
	if err != nil {
		return errs.OnField(name, "%s", errs.Message(err))
	}
	if q.N < 0 {
		return errs.OnField(name, "数量不能为负数")
	}
	*p = q
	return nil
}

func setDay(p *date.Date, name, s string) error {
	if blank(p, s) {
		return nil
	}
	d, err := date.Parse(s)
	if err != nil {
		return errs.OnField(name, "%s", errs.Message(err))
	}
	*p = d
	return nil
}

func setBool(p *bool, name, s string) error {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "是", "true", "1", "y", "yes", "√", "on":
		*p = true
	case "", "否", "false", "0", "n", "no", "×":
		*p = false
	default:
		return errs.OnField(name, "“%s”应填“是”或“否”", s)
	}
	return nil
}

func setEnum(p *string, name, s string, opts []Option) error {
	s = strings.TrimSpace(s)
	if s == "" {
		*p = ""
		return nil
	}
	for _, o := range opts {
		if o.Label == s || o.Code == s {
			*p = o.Code
			return nil
		}
	}
	return errs.OnField(name, "“%s”不在可选范围内%s", s, labels(opts))
}

// fewOptions is how many choices a message can name.
const fewOptions = 12

// labels names the choices of an Enum when they are few.
func labels(opts []Option) string {
	if len(opts) > fewOptions {
		return "，请从列表中选择"
	}
	var out []string
	for _, o := range opts {
		out = append(out, o.Label)
	}
	return "，可填：" + strings.Join(out, "、")
}

func yesNo(b bool) string {
	if b {
		return "是"
	}
	return "否"
}
