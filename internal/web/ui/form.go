package ui

import "github.com/a-h/templ"

// Hidden is a hidden form value.
type Hidden struct{ Name, Value string }

// Option is one choice of a select or radio group.
type Option struct {
	Value, Label string
	Help         string // below a radio button
	Selected     bool
	Disabled     bool
}

// FormView is the frame of a form; its fields are the children. Errors are listed on top, linked to their fields.
type FormView struct {
	ID      string
	Action  string
	Method  string // post unless "get"
	Upload  bool   // has a file field
	Errors  []FieldError
	Hidden  []Hidden
	Attrs   templ.Attributes
	NoGuard bool // do not warn about unsaved changes (searches, one-click forms)
}

// FieldError is one mistake. Name is the field's, empty for one about the whole form.
type FieldError struct{ Name, Label, Text string }

// Field is one field of a form, whatever its type; the component chosen says which. Value is what the person typed, right
// or wrong: it is always shown again.
type Field struct {
	Name        string
	ID          string // empty: "f-" + Name
	Label       string
	Value       string
	Help        string
	Error       string
	Placeholder string
	Unit        string // suffix: 元, 亩, %
	Required    bool
	ReadOnly    bool
	Disabled    bool
	Autofocus   bool
	Wide        bool // takes the whole row of the form
	MaxLength   int
	Rows        int      // of a textarea
	Options     []Option // select, radio
	Checked     bool     // checkbox
	Min, Max    string   // dates and numbers
	Step        string
	Type        string   // text field: tel, email, password, url
	Ref         string   // combo: kind of record, asked at /ref/{kind}?q=
	With        []string // combo: names of other fields whose values narrow the suggestions
	Hint        string   // combo: what the chosen key stands for, shown beside it
	Accept      string   // file
	Multiple    bool
	Attrs       templ.Attributes
}

func (f Field) id() string {
	if f.ID != "" {
		return f.ID
	}
	return fieldID(f.Name)
}

func fieldID(name string) string { return "f-" + name }

// describedBy lists the ids of the help and error texts that exist.
func (f Field) describedBy() string {
	s := ""
	if f.Error != "" {
		s = f.id() + "-error"
	}
	if f.Help != "" {
		if s != "" {
			s += " "
		}
		s += f.id() + "-help"
	}
	return s
}

// attrs are what all inputs have in common.
// autosubmit makes a choice apply at once.
func (f Field) autosubmit() Field {
	a := templ.Attributes{"data-autosubmit": true}
	for k, v := range f.Attrs {
		a[k] = v
	}
	f.Attrs = a
	return f
}

func (f Field) attrs() templ.Attributes {
	a := templ.Attributes{"id": f.id(), "name": f.Name}
	if d := f.describedBy(); d != "" {
		a["aria-describedby"] = d
	}
	if f.Error != "" {
		a["aria-invalid"] = "true"
	}
	for name, on := range map[string]bool{"required": f.Required, "readonly": f.ReadOnly, "disabled": f.Disabled, "autofocus": f.Autofocus, "multiple": f.Multiple} {
		if on {
			a[name] = true
		}
	}
	for name, v := range map[string]string{"placeholder": f.Placeholder, "min": f.Min, "max": f.Max, "step": f.Step, "accept": f.Accept} {
		if v != "" {
			a[name] = v
		}
	}
	if f.MaxLength > 0 {
		a["maxlength"] = itoa(f.MaxLength)
	}
	for k, v := range f.Attrs {
		a[k] = v
	}
	return a
}

// ActionsView are the buttons under a form.
type ActionsView struct {
	Submit     string // 保存
	More       []Button
	CancelHref string
	Note       string
}

// ConfirmView is a button that asks before it posts. It renders a form of its own and so cannot stand inside another.
type ConfirmView struct {
	ID             string
	Button         Button // opens the dialog
	Title          string
	Text           string
	Action         string
	Submit         string // 确认作废
	Danger         bool
	AskReason      bool
	ReasonName     string // reason
	ReasonLabel    string // 理由
	ReasonRequired bool
	Hidden         []Hidden
}
