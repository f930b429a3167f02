package closing

import (
	"net/http"
	"strconv"
	"strings"

	"huicun/internal/books/closing"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// resolveView is the form in which the members' decision is recorded.
type resolveView struct {
	Action, Version string
	Fields          []ui.Field
	Top             []ui.FieldError
	Rule            *closing.DistRule
	Cancel          string
}

// resolveInputs are its inputs: name, label, help.
var resolveInputs = [][3]string{
	{"published", "公示日期", "方案开始公示的那一天"}, {"meeting_kind", "决议机构", ""}, {"meeting", "会议日期", ""}, {"should_attend", "应到人数", "全体成员（代表）人数"},
	{"attended", "实到人数", ""}, {"agreed", "同意人数", ""}, {"resolution_no", "决议文号", "或会议记录编号"},
}

func (p *pages) resolveForm(c *shell.Ctx) error {
	return p.resolvePage(c, http.StatusOK, nil, nil)
}

func (p *pages) resolvePage(c *shell.Ctx, status int, typed map[string]string, e *errs.Error) error {
	d, err := p.dist(c)
	if err != nil {
		return err
	}
	path := "/distributions/" + d.ID.String()
	rule, err := closing.RuleAt(c.Context(), p.read(), c.Tenant, d.Region, c.Today())
	if err != nil {
		return err
	}
	wrong := map[string]string{}
	v := resolveView{Action: path + "/resolve", Version: strconv.FormatInt(d.Version, 10), Rule: rule, Cancel: path}
	if e != nil {
		for _, x := range e.Fields {
			wrong[x.Name] = x.Msg
		}
		if len(e.Fields) == 0 {
			v.Top = append(v.Top, ui.FieldError{Text: e.Msg})
		}
	}
	for _, in := range resolveInputs {
		f := ui.Field{Name: in[0], Label: in[1], Help: in[2], Required: true, Value: typed[in[0]], Error: wrong[in[0]]}
		if in[0] == "meeting_kind" {
			f.Options = []ui.Option{{Label: "请选择"}}
			for _, o := range closing.MeetingKinds {
				f.Options = append(f.Options, ui.Option{Value: o.Code, Label: o.Label, Selected: o.Code == f.Value})
			}
		}
		if f.Error != "" {
			v.Top = append(v.Top, ui.FieldError{Name: f.Name, Label: f.Label, Text: f.Error})
		}
		v.Fields = append(v.Fields, f)
	}
	view := c.PageOf("登记决议", ui.Link{Label: "收益分配", Href: "/distributions"}, ui.Link{Label: d.No, Href: path}, ui.Link{Label: "登记决议"})
	return c.PageStatus(status, view, resolveBody(v))
}

func (p *pages) resolve(c *shell.Ctx) error {
	d, err := p.dist(c)
	if err != nil {
		return err
	}
	typed := map[string]string{}
	for _, in := range resolveInputs {
		typed[in[0]] = strings.TrimSpace(c.Form(in[0]))
	}
	var wrong errs.List
	day := func(name string) date.Date {
		v, err := date.Parse(typed[name])
		if err != nil {
			wrong.Add(name, "%s", errs.Message(err))
		}
		return v
	}
	number := func(name string) int {
		n, err := strconv.Atoi(typed[name])
		if err != nil {
			wrong.Add(name, "请填写人数")
		}
		return n
	}
	r := closing.Resolution{
		Published: day("published"), MeetingOn: day("meeting"), MeetingKind: typed["meeting_kind"], ShouldAttend: number("should_attend"),
		Attended: number("attended"), Agreed: number("agreed"), No: typed["resolution_no"],
	}
	err = wrong.Err()
	if err == nil {
		version, _ := strconv.ParseInt(c.Form("version"), 10, 64) // none: whatever there is
		err = p.s.Resolve(c.Context(), c.Who, c.Tenant, d.ID, version, r)
	}
	if err != nil {
		if !mendable(err) {
			return err
		}
		return p.resolvePage(c, shell.Status(err), typed, errs.As(err))
	}
	return c.Done("/distributions/"+d.ID.String(), "决议已登记，请由他人记账")
}
