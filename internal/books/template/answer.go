package template

import (
	"context"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/calc"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/record"
)

// Answers are what a person typed, by question; the day stands under "day", a sub-account under SubName of its account.
type Answers map[string]string

// SubName is the name of the question for the sub-account of a fixed account.
func SubName(code string) string { return "sub_" + code }

// Choice is an account that a person can pick; Chosen is the one that these books took last.
type Choice struct {
	Code, Label string
	Chosen      bool
}

// Pick is a question for an account with its choices in particular books. Name is a question's, or SubName.
type Pick struct {
	Name, Label string
	Choices     []Choice
}

// reader reads answers for particular books.
type reader struct {
	env      *record.Env
	q        db.Q
	tenant   int64
	chart    string
	accounts []ledger.Account
	before   map[string]string // what the books took last, by Pick.Name
}

// under lists the accounts that take entries at or below one.
func (r *reader) under(code string) []ledger.Account {
	var out []ledger.Account
	for _, a := range r.accounts {
		if a.Leaf && a.Active && strings.HasPrefix(a.Code, code) {
			out = append(out, a)
		}
	}
	return out
}

// picks are the questions for accounts: those of the template, and one for each fixed account that has sub-accounts.
func (r *reader) picks(t *Template) []Pick {
	var out []Pick
	for i := range t.Ask {
		q := &t.Ask[i]
		if !q.picksAccount() {
			continue
		}
		p := Pick{Name: q.Name, Label: q.Label}
		for _, o := range q.choices(r.chart) {
			code := codeIn(o.Account, r.chart)
			for _, a := range r.under(code) {
				label := o.Label
				if a.Code != code {
					label += " — " + a.Name
				}
				p.Choices = append(p.Choices, Choice{a.Code, label, r.before[q.Name] == a.Code})
			}
		}
		out = append(out, p)
	}
	for _, code := range t.fixed(r.chart) {
		list := r.under(code)
		if len(list) == 1 && list[0].Code == code || len(list) == 0 {
			continue
		}
		p := Pick{Name: SubName(code), Label: r.name(code) + "的明细科目"}
		for _, a := range list {
			p.Choices = append(p.Choices, Choice{a.Code, a.Code + " " + a.Name, r.before[SubName(code)] == a.Code})
		}
		out = append(out, p)
	}
	return out
}

func (r *reader) name(code string) string {
	for _, a := range r.accounts {
		if a.Code == code {
			return a.Name
		}
	}
	return code
}

// read reads all answers; every mistake is reported beside its question.
func (r *reader) read(ctx context.Context, t *Template, in Answers) (*values, error) {
	v := &values{
		chart: r.chart, amounts: map[string]money.Fen{}, days: map[string]date.Date{}, texts: map[string]string{}, accounts: map[string]string{}, dims: map[string]ids.ID{},
	}
	var wrong errs.List
	day, err := date.Parse(in["day"])
	if err != nil {
		wrong.Add("day", "%s", errs.Message(err))
	}
	v.day, v.texts["day"] = day, day.String()
	r.readAccounts(t, in, v, &wrong)
	for i := range t.Ask {
		q := &t.Ask[i]
		text := strings.TrimSpace(in[q.Name])
		switch {
		case q.picksAccount():
		case text == "" && !q.Optional:
			wrong.Add(q.Name, "请回答：%s", q.Label)
		case text == "":
			v.amounts[q.Name] = 0
		default:
			if err := r.answer(ctx, q, text, v); !wrong.Merge(q.Name, onField(q.Name, err)) {
				return nil, err
			}
		}
	}
	return v, wrong.Err()
}

// onField puts a sentence beside a question.
func onField(name string, err error) error {
	if e := errs.As(err); e != nil && len(e.Fields) == 0 && e.Kind == errs.Invalid {
		return errs.OnField(name, "%s", e.Msg)
	}
	return err
}

func (r *reader) answer(ctx context.Context, q *Question, text string, v *values) error {
	v.texts[q.Name] = text
	switch {
	case q.asksAmount():
		fen, err := calc.Amount(text)
		if err == nil && fen < 0 {
			err = errs.OnField(q.Name, "金额不能为负数")
		}
		v.amounts[q.Name], v.texts[q.Name] = fen, fen.String()
		return err
	case q.Type == Day:
		d, err := date.Parse(text)
		v.days[q.Name], v.texts[q.Name] = d, d.String()
		return err
	case q.Type == Text:
		if len([]rune(text)) > maxWords {
			return errs.OnField(q.Name, "最多 %d 个字", maxWords)
		}
		return nil
	}
	d := q.dimension()
	n, ok := r.env.Noun(d.Kind)
	if !ok {
		return errs.OnField(q.Name, "这里还没有登记%s，请留空", d.Label)
	}
	id, err := n.Lookup(ctx, r.q, r.tenant, text)
	if errs.Is(err, errs.NotFound) {
		return errs.OnField(q.Name, "没有找到%s“%s”，请从候选中选择，或先登记", n.Info().Label, text)
	}
	v.dims[q.Name] = id
	return err
}

// readAccounts settles every account that the lines use. Where there is only one to pick it need not be picked.
func (r *reader) readAccounts(t *Template, in Answers, v *values, wrong *errs.List) {
	for _, code := range t.fixed(r.chart) {
		v.accounts[code] = code
	}
	for _, p := range r.picks(t) {
		code := strings.TrimSpace(in[p.Name])
		if code == "" && len(p.Choices) == 1 {
			code = p.Choices[0].Code
		}
		label := ""
		for _, c := range p.Choices {
			if c.Code == code {
				label = c.Label
			}
		}
		switch {
		case len(p.Choices) == 0:
			wrong.Add(p.Name, "账套里没有可用的科目：%s；请先在科目表里启用或增设", p.Label)
		case label == "":
			wrong.Add(p.Name, "请选择：%s", p.Label)
		}
		if fixed, ok := strings.CutPrefix(p.Name, SubName("")); ok && t.question(p.Name) == nil {
			v.accounts[fixed] = code
		} else {
			v.accounts[p.Name], v.texts[p.Name] = code, label
		}
	}
}
