package opening

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/books/opening"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// rowForm is the form in which one row is settled: the texts as typed, and what is wrong with them.
type rowForm struct {
	M       *opening.Migration
	Row     *opening.Row
	Line    int
	Version int64
	Parts   []rowPart
	Reason  string
	Mid     bool // the new books begin in mid-year: what moved is divided too
	Errs    map[string]string
	Top     []ui.FieldError
	Charts  []ui.Option
	Next    string
}

// rowPart is one line of it.
type rowPart struct{ Account, Sub, Kind, Who, Debit, Credit, MovedDebit, MovedCredit string }

func (x *rowPart) empty() bool { return *x == rowPart{Kind: x.Kind} }

func (f *rowForm) action() string {
	return "/migrations/" + f.M.ID.String() + "/rows/" + strconv.Itoa(f.Line)
}

// accounts are the top accounts of the new chart, with one chosen.
func (f *rowForm) accounts(chosen string) []ui.Option {
	out := []ui.Option{{Label: "请选择"}}
	for _, a := range ledger.Chart(f.M.Chart) {
		out = append(out, ui.Option{Value: a.Code, Label: a.Code + " " + a.Name, Selected: a.Code == chosen})
	}
	return out
}

func (f *rowForm) kinds(chosen string) []ui.Option {
	return []ui.Option{{Label: "不按户核算", Selected: chosen == ""}, {Value: "party", Label: "往来单位", Selected: chosen == "party"}, {Value: "member", Label: "成员户", Selected: chosen == "member"}}
}

func partName(i int, name string) string { return fmt.Sprintf("targets[%d].%s", i, name) }

const (
	mostParts  = 20
	emptyParts = 2
)

func (f *rowForm) pad() {
	used := 0
	for i := range f.Parts {
		if !f.Parts[i].empty() {
			used = i + 1
		}
	}
	for len(f.Parts) < min(used+emptyParts, mostParts) {
		f.Parts = append(f.Parts, rowPart{})
	}
}

// row reads the migration and the row of the path.
func (p *pages) row(c *shell.Ctx) (*rowForm, error) {
	m, err := p.migration(c)
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(c.R.PathValue("line"))
	if err != nil || n < 1 || n > len(m.Rows) {
		return nil, errs.New(errs.NotFound, "migration.row", "没有这一行；请回到对照表")
	}
	if err := c.Who.Require(permEdit, m.Region); err != nil {
		return nil, err
	}
	f := &rowForm{M: m, Row: &m.Rows[n-1], Line: n, Version: m.Version, Mid: m.From.Of() != 1, Errs: map[string]string{}}
	for i := n; i < len(m.Rows); i++ { // the next that is open
		if !m.Rows[i].Settled() {
			f.Next = strconv.Itoa(i + 1)
			break
		}
	}
	return f, nil
}

func (p *pages) rowForm(c *shell.Ctx) error {
	f, err := p.row(c)
	if err != nil {
		return err
	}
	f.Reason = f.Row.Reason
	for i := range f.Row.Targets {
		t := &f.Row.Targets[i]
		x := rowPart{Account: t.Account, Sub: strings.Join(t.Sub, "/"), Kind: t.Kind, Who: t.Who}
		if len(f.Row.Targets) > 1 {
			x.Debit, x.Credit = plain(max(t.Opening, 0)), plain(max(-t.Opening, 0))
			x.MovedDebit, x.MovedCredit = plain(t.Debit), plain(t.Credit)
		}
		f.Parts = append(f.Parts, x)
	}
	return p.rowPage(c, http.StatusOK, f)
}

func (p *pages) rowPage(c *shell.Ctx, status int, f *rowForm) error {
	f.pad()
	for i := range f.Parts {
		for _, n := range [][2]string{{"account", "新科目"}, {"sub", "明细"}, {"debit", "借方"}, {"credit", "贷方"}} {
			if msg := f.Errs[partName(i, n[0])]; msg != "" {
				f.Top = append(f.Top, ui.FieldError{Name: partName(i, n[0]), Label: fmt.Sprintf("第 %d 项%s", i+1, n[1]), Text: msg})
			}
		}
	}
	if msg := f.Errs["reason"]; msg != "" {
		f.Top = append(f.Top, ui.FieldError{Name: "reason", Label: "决定", Text: msg})
	}
	if msg := f.Errs["targets"]; msg != "" {
		f.Top = append(f.Top, ui.FieldError{Text: msg})
	}
	path := "/migrations/" + f.M.ID.String()
	view := c.PageOf(fmt.Sprintf("第 %d 行 %s %s", f.Line, f.Row.Code, f.Row.Name), ui.Link{Label: "旧账迁移", Href: "/migrations"}, ui.Link{Label: f.M.No, Href: path}, ui.Link{Label: fmt.Sprintf("第 %d 行", f.Line)})
	return c.PageStatus(status, view, rowBody(f))
}

// decide settles the row as typed. A single part without amounts takes all, the last of several takes the rest.
func (p *pages) decide(c *shell.Ctx) error {
	f, err := p.row(c)
	if err != nil {
		return err
	}
	f.Reason = strings.TrimSpace(c.Form("reason"))
	for i := 0; i < mostParts && c.R.PostForm.Has(partName(i, "account")); i++ {
		get := func(name string) string { return strings.TrimSpace(c.Form(partName(i, name))) }
		f.Parts = append(f.Parts, rowPart{get("account"), get("sub"), get("kind"), get("who"), get("debit"), get("credit"), get("moved_debit"), get("moved_credit")})
	}
	version, _ := strconv.ParseInt(c.Form("version"), 10, 64) // none: whatever there is
	targets, at := f.targets()
	if len(f.Errs) == 0 {
		err := p.s.Decide(c.Context(), c.Who, c.Tenant, f.M.ID, version, opening.Decision{Line: f.Line, Targets: targets, Reason: f.Reason})
		if err == nil {
			to := "/migrations/" + f.M.ID.String()
			if f.Next != "" && c.Form("next") != "" {
				to += "/rows/" + f.Next
			}
			return c.Done(to, "第 %d 行已定", f.Line)
		}
		if !mendable(err) {
			return err
		}
		f.blame(errs.As(err), at)
	}
	return p.rowPage(c, http.StatusUnprocessableEntity, f)
}

func (f *rowForm) blame(e *errs.Error, at []int) {
	if len(e.Fields) == 0 {
		f.Top = append(f.Top, ui.FieldError{Text: e.Msg})
	}
	for _, x := range e.Fields {
		name := x.Name
		if rest, ok := strings.CutPrefix(name, "targets["); ok {
			i, input, _ := strings.Cut(rest, "].")
			if n, err := strconv.Atoi(i); err == nil && n < len(at) {
				name = partName(at[n], input)
			}
		}
		f.Errs[name] = x.Msg
	}
}

// targets reads the parts; at says for each in which line of the form it stands.
func (f *rowForm) targets() (out []opening.Target, at []int) {
	rest := opening.Target{Opening: f.Row.Opening, Debit: f.Row.Debit, Credit: f.Row.Credit}
	blank := -1
	for i := range f.Parts {
		x := &f.Parts[i]
		if x.empty() {
			continue
		}
		t := opening.Target{Account: x.Account, Who: x.Who}
		if x.Who != "" {
			t.Kind = x.Kind
			if t.Kind == "" {
				t.Kind = "party"
			}
		}
		for _, s := range strings.FieldsFunc(x.Sub, func(r rune) bool { return r == '/' || r == '／' }) {
			t.Sub = append(t.Sub, strings.TrimSpace(s))
		}
		// What stood to a name in our own books stays to it.
		if len(f.Row.Targets) > 0 && x.Who == "" && f.Row.Holder == (ledger.Holder{}) && i < len(f.Row.Targets) {
			t.Party, t.Member = f.Row.Targets[i].Party, f.Row.Targets[i].Member
		}
		fen := func(name, text string) money.Fen {
			if text == "" {
				return 0
			}
			v, err := money.Parse(text)
			if err != nil {
				f.Errs[partName(i, name)] = errs.Message(err)
			}
			return v
		}
		t.Opening = fen("debit", x.Debit) - fen("credit", x.Credit)
		t.Debit, t.Credit = fen("moved_debit", x.MovedDebit), fen("moved_credit", x.MovedCredit)
		if x.Debit == "" && x.Credit == "" && x.MovedDebit == "" && x.MovedCredit == "" {
			blank = len(out)
		}
		rest.Opening, rest.Debit, rest.Credit = rest.Opening-t.Opening, rest.Debit-t.Debit, rest.Credit-t.Credit
		out, at = append(out, t), append(at, i)
	}
	if blank >= 0 { // takes what the others leave
		t := &out[blank]
		t.Opening, t.Debit, t.Credit = rest.Opening, rest.Debit, rest.Credit
	}
	return out, at
}

func pathText(r *opening.Row) string { return strings.Join(r.Path, " — ") }

func openingLabel(mid bool) string {
	if mid {
		return "年初"
	}
	return ""
}

// isHeading tells the headings of the frozen list: 一、二、三.
func isHeading(s string) bool {
	for _, n := range []string{"一、", "二、", "三、"} {
		if strings.HasPrefix(s, n) {
			return true
		}
	}
	return false
}
