package books

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// dimCount is how many dimensions a line has.
const dimCount = 5

// entry is the form of a voucher: the texts as typed, and what is wrong with them.
type entry struct {
	ID      ids.ID
	Version int64
	Key     string
	Title   string // of the voucher that is changed

	Books, Date, Kind, Attachments string
	Lines                          []entryLine

	Errs  map[string]string // by the name of the input
	Top   []ui.FieldError
	Dirty bool
	Hint  string // what was filled in, and what to do now

	// filled for display
	BooksName string
	Choices   []ui.Option
	Debit     string
	Credit    string
	Capital   string
	Balanced  bool
	Diff      string
}

type entryLine struct {
	Summary, Account, Hint, Debit, Credit string
	Dims                                  [dimCount]string
}

func (l *entryLine) empty() bool {
	return l.Summary == "" && l.Account == "" && l.Debit == "" && l.Credit == "" && l.Dims == [dimCount]string{}
}

// tags are what the folded auxiliary cell shows of its content.
func (l *entryLine) tags() string {
	var out []string
	for _, d := range l.Dims {
		if d != "" {
			out = append(out, d)
		}
	}
	return strings.Join(out, " · ")
}

func lineName(i int, input string) string { return "lines[" + strconv.Itoa(i) + "]." + input }

func (f *entry) action() string {
	if f.ID == 0 {
		return "/vouchers/new"
	}
	return "/vouchers/" + f.ID.String() + "/edit"
}

func (f *entry) cancel() string {
	if f.ID == 0 {
		return "/vouchers"
	}
	return "/vouchers/" + f.ID.String()
}

func (f *entry) hidden() []ui.Hidden {
	out := []ui.Hidden{{Name: "_key", Value: f.Key}}
	if f.ID != 0 {
		out = append(out, ui.Hidden{Name: "version", Value: strconv.FormatInt(f.Version, 10)}, ui.Hidden{Name: "books", Value: f.Books})
	}
	return out
}

// aux reports whether the auxiliary cell of a line is to be open: something in it is wrong.
func (f *entry) aux(i int) bool {
	return slices.ContainsFunc(ledger.Dimensions, func(d ledger.Dimension) bool { return f.Errs[lineName(i, d.Name)] != "" })
}

// account describes the account's input of a line.
func (f *entry) account(i int) ui.Field {
	name := lineName(i, "account")
	return ui.Field{
		Name: name, Value: f.Lines[i].Account, Ref: "/ledger/accounts", With: []string{"books", "date"}, Hint: f.Lines[i].Hint, Error: f.Errs[name], Label: "候选科目", MaxLength: 60,
		Attrs: templ.Attributes{"aria-label": fmt.Sprintf("第 %d 行科目", i+1), "data-vaccount": true, "placeholder": " "},
	}
}

// dim describes the input of one of a line's dimensions.
func (f *entry) dim(i, d int) ui.Field {
	name := lineName(i, ledger.Dimensions[d].Name)
	return ui.Field{
		Name: name, Value: f.Lines[i].Dims[d], Ref: ledger.Dimensions[d].Kind, Error: f.Errs[name], Label: "候选" + ledger.Dimensions[d].Label, MaxLength: 100,
		Attrs: templ.Attributes{"aria-label": fmt.Sprintf("第 %d 行%s", i+1, ledger.Dimensions[d].Label), "data-vaux": true, "placeholder": " "},
	}
}

// inputAttrs are what the inputs have in common. The blank placeholder lets the style sheet know an empty one: a phone
// shows empty rows one at a time.
func inputAttrs(name, label, problem string) templ.Attributes {
	a := templ.Attributes{"id": "f-" + name, "name": name, "aria-label": label, "autocomplete": "off", "placeholder": " "}
	if problem != "" {
		a["aria-invalid"], a["aria-describedby"] = "true", "f-"+name+"-error"
	}
	return a
}

func plain(f money.Fen) string {
	if f == 0 {
		return ""
	}
	return f.Plain()
}

// pad keeps at least the first number of rows, and some empty ones at the end.
func (f *entry) pad(atLeast int) {
	used := 0
	for i := range f.Lines {
		if !f.Lines[i].empty() {
			used = i + 1
		}
	}
	for len(f.Lines) < firstRows || len(f.Lines) < used+atLeast {
		f.Lines = append(f.Lines, entryLine{})
	}
}

// typed reads the posted form.
func typed(c *shell.Ctx) entry {
	f := entry{
		Key: formKey(c), Books: c.Form("books"), Date: strings.TrimSpace(c.Form("date")), Kind: c.Form("kind"), Attachments: strings.TrimSpace(c.Form("attachments")),
		Errs: map[string]string{}, Dirty: true,
	}
	f.Version, _ = strconv.ParseInt(c.Form("version"), 10, 64)
	for i := 0; i < mostRows && c.R.PostForm.Has(lineName(i, "summary")); i++ {
		get := func(input string) string { return strings.TrimSpace(c.Form(lineName(i, input))) }
		l := entryLine{Summary: get("summary"), Account: get("account"), Debit: get("debit"), Credit: get("credit")}
		for d := range ledger.Dimensions {
			l.Dims[d] = get(ledger.Dimensions[d].Name)
		}
		f.Lines = append(f.Lines, l)
	}
	return f
}

// blame puts the ledger's sentences beside the inputs of the form.
func (f *entry) blame(e *errs.Error, rows []int) {
	if len(e.Fields) == 0 {
		f.Top = append(f.Top, ui.FieldError{Text: e.Msg})
	}
	for _, fe := range e.Fields {
		name := fe.Name
		if rest, ok := strings.CutPrefix(name, "lines["); ok {
			at, input, _ := strings.Cut(rest, "].")
			if n, err := strconv.Atoi(at); err == nil && n < len(rows) {
				name = lineName(rows[n], input)
			}
		}
		if name == "summary" {
			row := 0
			if len(rows) > 0 {
				row = rows[0]
			}
			name = lineName(row, "summary")
		}
		switch {
		case name == "lines":
			f.Top = append(f.Top, ui.FieldError{Text: fe.Msg})
		case f.Errs[name] == "":
			f.Errs[name] = fe.Msg
		}
	}
}
