package template

import (
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// values are answers that have been read.
type values struct {
	chart    string
	day      date.Date
	amounts  map[string]money.Fen
	days     map[string]date.Date
	texts    map[string]string // as they stand in a summary
	accounts map[string]string // by question, and by the code of a fixed account
	dims     map[string]ids.ID // by question
}

// amount is the value of a name in formulas.
func (v *values) amount(name string) (money.Fen, error) {
	fen, ok := v.amounts[name]
	if !ok {
		return 0, errs.New(errs.Internal, "template.name", "no amount %s", name)
	}
	return fen, nil
}

// work evaluates a formula.
func (v *values) work(text string) (money.Fen, error) {
	e, err := formula(text)
	if err != nil {
		return 0, err
	}
	return e.Fen(v.amount)
}

// make makes the entry from the answers, or says beside which question something is wrong.
func (t *Template) make(v *values) (*ledger.Voucher, error) {
	if err := t.derive(v); err != nil {
		return nil, err
	}
	var wrong errs.List
	for _, n := range t.Need {
		fen, err := v.work(n.Least)
		if err != nil {
			return nil, err
		}
		if fen < 0 {
			wrong.Add(n.On, "%s", n.Say)
		}
	}
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	out := &ledger.Voucher{Date: v.day, Summary: t.words(t.Summary, v)}
	for i := range t.Entries {
		lines, err := t.entry(&t.Entries[i], v)
		if err != nil {
			return nil, err
		}
		out.Lines = append(out.Lines, lines...)
	}
	if len(out.Lines) == 0 {
		return nil, errs.OnField(t.firstAmount(), "金额都是零，没有要记的账")
	}
	return out, nil
}

// firstAmount is the question beside which a mistake about all amounts is shown.
func (t *Template) firstAmount() string {
	for i := range t.Ask {
		if t.Ask[i].asksAmount() {
			return t.Ask[i].Name
		}
	}
	return "day"
}

// derive adds what is worked out of the answers: the part of a year.
func (t *Template) derive(v *values) error {
	s := t.Split
	if s == nil {
		return nil
	}
	from, to := v.days[s.From], v.days[s.To]
	if to.Before(from) {
		return errs.OnField(s.To, "结束的日子不能早于开始的日子（%s）", from)
	}
	part, err := share(v.amounts[s.Of], from, to, v.day.Year(), s.Earlier)
	if err != nil {
		return err
	}
	v.amounts[s.Name] = part
	return nil
}

// maxTerm is the longest term of a split in years; 民法典 第七百零五条 ends leases at twenty, land contracts run to seventy.
const maxTerm = 70

// share is what falls to a calendar year of an amount for a term, and to earlier years with earlier: by months when the
// term is whole calendar months, else by days; the parts of all years add up to the amount.
func share(total money.Fen, from, to date.Date, year int, earlier bool) (money.Fen, error) {
	if to.Year()-from.Year() > maxTerm {
		return 0, errs.New(errs.Invalid, "template.term", "期限最长 %d 年，请核对起止日期", maxTerm)
	}
	var weights []int64
	months := from.Day() == 1 && to == to.EndOfMonth()
	for y := from.Year(); y <= to.Year(); y++ {
		year := date.Month(y*100 + 1)
		first, last := year.First(), year.Add(11).Last()
		if first.Before(from) {
			first = from
		}
		if last.After(to) {
			last = to
		}
		if months {
			weights = append(weights, int64(last.Month()-first.Month()+1))
		} else {
			weights = append(weights, int64(last.Sub(first)+1))
		}
	}
	parts, err := money.Split(total, weights)
	if err != nil {
		return 0, err
	}
	var out money.Fen
	for i, p := range parts {
		if y := from.Year() + i; y == year || earlier && y < year {
			out += p
		}
	}
	return out, nil
}

// entry makes the lines of one entry; its rest, if it has one, takes what is lacking.
func (t *Template) entry(e *Entry, v *values) ([]ledger.Line, error) {
	fens := make([]money.Fen, len(e.Lines))
	var lacking money.Fen // debits less credits
	at := -1
	for i := range e.Lines {
		x := &e.Lines[i]
		if x.Amount == rest {
			at = i
			continue
		}
		fen, err := v.work(x.Amount)
		if err != nil {
			return nil, err
		}
		if fens[i] = fen; x.Debit != "" {
			lacking += fen
		} else {
			lacking -= fen
		}
	}
	if at >= 0 {
		if e.Lines[at].Debit != "" {
			lacking = -lacking
		}
		fens[at], lacking = lacking, 0
	}
	if lacking != 0 {
		return nil, errs.OnField(t.firstAmount(), "按所填的金额借贷不平，相差 %s 元，请核对各项金额", lacking.Abs())
	}
	var out []ledger.Line
	for i := range e.Lines {
		if fens[i] < 0 {
			return nil, errs.OnField(t.firstAmount(), "按所填的金额会出现负数（%s 元），请核对各项金额", fens[i])
		}
		if fens[i] != 0 {
			out = append(out, t.line(&e.Lines[i], fens[i], v))
		}
	}
	return out, nil
}

func (t *Template) line(x *Line, fen money.Fen, v *values) ledger.Line {
	l := ledger.Line{Summary: t.words(x.Summary, v)}
	if name, picked := x.picked(); picked {
		l.Account = v.accounts[name]
	} else {
		l.Account = v.accounts[codeIn(x.account(), v.chart)]
	}
	if x.Debit != "" {
		l.Debit = fen
	} else {
		l.Credit = fen
	}
	for _, name := range x.With {
		if q := t.question(name); q != nil && v.dims[name] != 0 {
			*q.dimension().At(&l) = v.dims[name]
		}
	}
	return l
}

// words puts the answers into a summary; what was not answered is left out.
func (t *Template) words(text string, v *values) string {
	var b strings.Builder
	for text != "" {
		before, after, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			break
		}
		name, more, _ := strings.Cut(after, "}")
		b.WriteString(v.texts[name])
		text = more
	}
	return strings.TrimSpace(b.String())
}
