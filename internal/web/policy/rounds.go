package policy

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/mechanism/policy"
	"huicun/internal/mechanism/policy/engine"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// The permissions of the run's routes; what a step needs beyond is checked where it is carried out.
const (
	roundView   = policy.KindRound + ":" + access.View
	roundEdit   = policy.KindRound + ":" + access.Edit
	lineView    = policy.KindLine + ":" + access.View
	lineEdit    = policy.KindLine + ":" + access.Edit
	lineApprove = policy.KindLine + ":" + access.Approve
	payApprove  = policy.KindPayment + ":" + access.Approve
)

// runPages are the pages of award runs.
type runPages struct {
	*pages
	runs *policy.Runs
}

// MountRuns adds the pages of rounds, lines, payments and objections, and those that everybody can read.
func MountRuns(s *shell.Shell, set *resource.Set, runs *policy.Runs, versions *record.Noun[policy.Version], sources *policy.Sources) {
	p := &runPages{pages: &pages{env: s.Env, sources: sources, versions: versions}, runs: runs}
	resource.Mount(s, set, runs.Rounds, resource.Options[policy.Round]{
		NoForms: true, Before: []resource.Panel[policy.Round]{p.roundNext}, Panels: []resource.Panel[policy.Round]{p.roundLines, p.roundPayers}, Actions: p.roundActions,
	})
	resource.Mount(s, set, runs.Lines, resource.Options[policy.Line]{
		NoForms: true, Before: []resource.Panel[policy.Line]{p.lineNext}, Panels: []resource.Panel[policy.Line]{p.linePayees, p.lineSheet, p.lineCalcs}, Actions: p.lineActions,
		Omits: p.lineOmits,
		Children: []resource.Child{
			{Kind: policy.KindObjection, Field: "line", Title: "公示异议", While: []string{policy.Published, policy.AwardApproved}},
			{Kind: policy.KindPayment, Field: "line", Title: "兑付记录", HideEmpty: true}, {Kind: "award", Field: "line", Title: "奖励记录", HideEmpty: true},
		},
	})
	resource.Mount(s, set, runs.Payments, resource.Options[policy.Payment]{NoForms: true, Panels: []resource.Panel[policy.Payment]{p.paymentPayers, p.paymentVoid}})
	resource.Mount(s, set, runs.Objections, resource.Options[policy.Objection]{})
	s.Handle(
		shell.Route{Method: "POST", Pattern: "/policy-versions/{id}/freeze", Perm: roundEdit, Fn: p.freeze},
		shell.Route{Method: "GET", Pattern: "/award-rounds/{id}/steps/{event}", Perm: lineView, Fn: p.stepForm},
		shell.Route{Method: "POST", Pattern: "/award-rounds/{id}/steps/{event}", Perm: lineView, Fn: p.step},
		shell.Route{Method: "POST", Pattern: "/award-rounds/{id}/end/{event}", Perm: roundView, Fn: p.endRound},
		shell.Route{Method: "GET", Pattern: "/award-rounds/{id}/table", Perm: roundView, Fn: p.table},
		shell.Route{Method: "GET", Pattern: "/award-rounds/{id}/table.xlsx", Perm: roundView, Fn: p.tableFile},
		shell.Route{Method: "GET", Pattern: "/award-lines/{id}/sheet", Perm: lineView, Fn: p.sheet},
		shell.Route{Method: "GET", Pattern: "/award-lines/{id}/recompute", Perm: lineEdit, Fn: p.recomputeForm},
		shell.Route{Method: "POST", Pattern: "/award-lines/{id}/recompute", Perm: lineEdit, Fn: p.recompute},
		shell.Route{Method: "GET", Pattern: "/award-lines/{id}/payees", Perm: lineView, Fn: p.payeesForm},
		shell.Route{Method: "POST", Pattern: "/award-lines/{id}/payees", Perm: lineView, Fn: p.payees},
		shell.Route{Method: "GET", Pattern: "/award-lines/{id}/claw-back", Perm: lineApprove, Fn: p.clawForm},
		shell.Route{Method: "POST", Pattern: "/award-lines/{id}/claw-back", Perm: lineApprove, Fn: p.claw},
		shell.Route{Method: "POST", Pattern: "/award-payments/{id}/void", Perm: payApprove, Fn: p.voidPayment},
		shell.Route{Method: "GET", Pattern: "/public/awards", Perm: shell.Public, Fn: p.publicList},
		shell.Route{Method: "GET", Pattern: "/public/awards/{tenant}/{id}", Perm: shell.Public, Fn: p.public},
	)
}

func roundPath(r *policy.Round) string { return "/award-rounds/" + r.ID.String() }

func linePath(l *policy.Line) string { return "/award-lines/" + l.ID.String() }

// round reads the round of the path.
func (p *runPages) round(c *shell.Ctx) (*policy.Round, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, err
	}
	id, err := c.ID()
	if err != nil {
		return nil, err
	}
	return p.runs.Rounds.Get(c.Context(), c.Who, tenant, id)
}

// seen are the lines of a round that the person may see.
func (p *runPages) seen(c *shell.Ctx, r *policy.Round) ([]policy.Line, error) {
	list, err := policy.LinesOf(c.Context(), p.env.DB.Read(), r.Tenant, r.ID)
	return slices.DeleteFunc(list, func(l policy.Line) bool { return !c.Who.Can(lineView, l.Region) }), err
}

func stateBadge(l *policy.Line) *ui.BadgeView {
	s := policy.LineMachine.State(l.State)
	return &ui.BadgeView{Text: s.Label, Kind: ui.Kind(s.Tone)}
}

// roundEvents are the steps that a round's page offers, in the order of the work.
var roundEvents = []string{engine.StepPlan, engine.StepVote, engine.StepReview, engine.StepRecheck, engine.StepPublish, "approve", "pay", "file", "return", "veto"}

// verbOf is the verb that an event of a line needs.
func verbOf(event string) string {
	for _, e := range policy.LineMachine.Events {
		if e.Name == event {
			return e.Verb
		}
	}
	return access.Edit
}

// able counts the lines on which a person can carry out an event now.
func able(c *shell.Ctx, r *policy.Round, lines []policy.Line, event string) int {
	n := 0
	for i := range lines {
		if mayStep(c, r, &lines[i], event) {
			n++
		}
	}
	return n
}

func mayStep(c *shell.Ctx, r *policy.Round, l *policy.Line, event string) bool {
	if r.State != policy.RoundOpen || !c.Who.Can(policy.KindLine+":"+verbOf(event), l.Region) {
		return false
	}
	if event == "return" || event == "veto" {
		_, err := policy.LineMachine.Fire(l.State, event)
		return err == nil && l.Paid == 0
	}
	return l.Next(r.Steps()) == event
}

// roundNext says where a round stands: totals against the budget, what is next for how many lines, and who can do it here.
func (p *runPages) roundNext(c *shell.Ctx, r *policy.Round) (templ.Component, error) {
	lines, err := p.seen(c, r)
	if err != nil {
		return nil, err
	}
	v := roundNextView{Way: policy.StepsText(r.Steps())}
	var paid, clawed money.Fen
	waiting := map[string]int{}
	zero := 0
	for i := range lines {
		l := &lines[i]
		paid, clawed = paid+l.Paid, clawed+l.Clawed
		if n := l.Next(r.Steps()); n != "" {
			waiting[n]++
		} else if l.Amount == 0 && l.ApprovedOn.IsZero() {
			zero++
		}
	}
	v.Stats = []ui.StatView{{Label: "核算单", Value: strconv.Itoa(len(lines)), Unit: "张"}}
	if r.Unit == engine.Yuan || r.Total > 0 {
		v.Stats = append(v.Stats, ui.StatView{Label: "合计", Value: r.Total.String(), Unit: "元"}, ui.StatView{Label: "已发放", Value: paid.String(), Unit: "元"})
	}
	if clawed > 0 {
		v.Stats = append(v.Stats, ui.StatView{Label: "已追回", Value: clawed.String(), Unit: "元", Kind: ui.Red})
	}
	switch {
	case r.Unit != engine.Yuan && r.Total == 0:
	case r.Budget == 0:
		v.Stats = append(v.Stats, ui.StatView{Label: "预算", Value: "没有规定"})
	case r.Total > r.Budget:
		v.Stats = append(v.Stats, ui.StatView{Label: "超出预算", Value: (r.Total - r.Budget).String(), Unit: "元", Kind: ui.Red, Sub: "预算 " + r.Budget.String() + " 元；超出的不能批准"})
	default:
		v.Stats = append(v.Stats, ui.StatView{Label: "预算结余", Value: (r.Budget - r.Total).String(), Unit: "元", Sub: "预算 " + r.Budget.String() + " 元"})
	}
	if r.State == policy.RoundOpen {
		for _, e := range append(slices.Clone(roundEvents[:8]), "recompute") {
			if n := waiting[e]; n > 0 {
				v.Next = append(v.Next, fmt.Sprintf("%s：%d 张", policy.EventLabel(e), n))
			}
		}
		if zero > 0 {
			v.Next = append(v.Next, fmt.Sprintf("没有奖励金额：%d 张", zero))
		}
		for _, e := range roundEvents {
			if n := able(c, r, lines, e); n > 0 {
				b := ui.Button{Label: fmt.Sprintf("%s（%d）", policy.EventLabel(e), n), Href: roundPath(r) + "/steps/" + e}
				if len(v.Buttons) == 0 && e != "return" && e != "veto" {
					b.Style = ui.Primary
				}
				v.Buttons = append(v.Buttons, b)
			}
		}
		v.Ends = p.ends(c, r)
	}
	return roundNextBody(v), nil
}

// ends are the buttons that end a round.
func (p *runPages) ends(c *shell.Ctx, r *policy.Round) []ui.ConfirmView {
	var out []ui.ConfirmView
	for _, e := range policy.RoundMachine.From(r.State) {
		if c.Who.Can(policy.KindRound+":"+e.Verb, r.Region) {
			out = append(out, ui.ConfirmView{
				ID: "end-" + e.Name, Button: ui.Button{Label: "批次" + e.Label, Style: ui.Ghost}, Title: e.Label + "：" + r.No, Text: "这个批次以后不能再办理。",
				Action: roundPath(r) + "/end/" + e.Name, Submit: "确认" + e.Label, AskReason: e.Reason, ReasonRequired: e.Reason, Hidden: []ui.Hidden{{Name: "version", Value: strconv.FormatInt(r.Row.Version, 10)}},
			})
		}
	}
	return out
}

func (p *runPages) endRound(c *shell.Ctx) error {
	r, err := p.round(c)
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(c.Form("version"), 10, 64)
	event := c.R.PathValue("event")
	if err := p.runs.Rounds.Do(c.Context(), c.Who, c.Tenant, r.ID, version, event, c.Form("reason")); err != nil {
		return err
	}
	return c.Done(roundPath(r), "批次已办理")
}

func (p *runPages) roundActions(c *shell.Ctx, r *policy.Round) []ui.Button {
	return []ui.Button{
		{Label: "核算汇总表（打印）", Icon: "printer", Href: roundPath(r) + "/table"}, {Label: "下载汇总表", Icon: "download", Href: roundPath(r) + "/table.xlsx"},
		{Label: "公示页", Icon: "external-link", Href: publicAwards(r.Tenant, r.ID)},
	}
}

// roundLines lists the lines with state and what they give.
func (p *runPages) roundLines(c *shell.Ctx, r *policy.Round) (templ.Component, error) {
	lines, err := p.seen(c, r)
	if err != nil {
		return nil, err
	}
	cols := resultCols(r, lines)
	t := ui.Table{Caption: "核算单", Columns: []ui.Column{{Label: "对象"}}}
	for i := range cols {
		if t.Columns = append(t.Columns, cols[i].column()); cols[i].fen != nil {
			t.Unit = "元"
		}
	}
	t.Columns = append(t.Columns, ui.Column{Label: "状态", Nowrap: true}, ui.Column{Label: "下一步"}, ui.Column{Label: "说明"})
	for i := range lines {
		l := &lines[i]
		next := ""
		if n := l.Next(r.Steps()); n != "" && r.State == policy.RoundOpen {
			next = policy.EventLabel(n)
		}
		row := ui.Row{Href: linePath(l), Cells: []ui.Cell{{Text: l.Name, Sub: l.No}}}
		for k := range cols {
			row.Cells = append(row.Cells, cols[k].cell(l))
		}
		row.Cells = append(row.Cells, ui.Cell{Badge: stateBadge(l)}, ui.T(next), ui.Cell{Text: l.Remark(), Muted: true})
		t.Rows = append(t.Rows, row)
	}
	return resource.TableCard(ui.CardView{Title: "核算单", Sub: strconv.Itoa(len(lines)) + " 张", Flush: true}, t), nil
}

// freeze makes a round of what stands on the simulation's page.
func (p *runPages) freeze(c *shell.Ctx) error {
	t, err := p.trial(c)
	if err != nil {
		return err
	}
	found := map[string]map[string]string{}
	for i := range t.subjects {
		s := &t.subjects[i]
		found[s.Key()] = map[string]string{}
		for _, in := range t.policy.Doc.Inputs {
			if v, ok := s.Inputs.Values[in.Name]; ok {
				found[s.Key()][in.Name] = t.policy.ValueText(in.Name, v)
			}
		}
	}
	t.read(c)
	in := policy.FreezeIn{
		Version: t.version.ID, Region: c.Scope, Year: t.year, Purpose: c.Form("purpose"), Budget: t.budget, Note: c.Form("freeze_note"),
	}
	why := strings.TrimSpace(c.Form("freeze_why"))
	if len(t.wrong) > 0 {
		t.problems = append(t.problems, "有的数据写错了，见表格里标红的地方")
	}
	if in.Days, err = strconv.Atoi(c.Form("days")); err != nil {
		t.problems = append(t.problems, "公示天数应是整数")
	}
	in.Direct = c.Form("flow") == "direct"
	for i := range t.policy.Payers() {
		in.Payers = append(in.Payers, 0)
		name := strings.TrimSpace(c.Form(payerField(i)))
		if name == "" {
			continue
		}
		if in.Payers[i], err = p.lookup(c, "party", name); err != nil {
			t.problems = append(t.problems, "出资单位：没有名为“"+name+"”的单位")
		}
	}
	in.Subjects = t.frozen(c, found, why)
	if why == "" && slices.ContainsFunc(in.Subjects, func(s policy.FreezeSubject) bool { return len(s.Edits) > 0 }) {
		t.problems = append(t.problems, "有手工填写或改动的数据，请在“手工数据的来源和理由”里说明")
	}
	if c.Form("only_given") != "" {
		in.Subjects = slices.DeleteFunc(in.Subjects, func(s policy.FreezeSubject) bool {
			_, err := t.policy.Compute(t.policy.Known([]*engine.Inputs{s.Inputs})[0])
			return err != nil
		})
	}
	if len(t.problems) == 0 {
		var id ids.ID
		if id, err = p.runs.Freeze(c.Context(), c.Who, c.Tenant, c.Form("_key"), in); err == nil {
			return c.Done("/award-rounds/"+id.String(), "数据已冻结，核算批次已建立")
		}
		if !mendable(err) {
			return err
		}
		t.problems = append(t.problems, complaints(err)...)
	}
	return p.simulatePage(c, t, http.StatusUnprocessableEntity)
}

// frozen are the subjects of a round with what was entered by hand beside what was found.
func (t *trial) frozen(c *shell.Ctx, found map[string]map[string]string, why string) []policy.FreezeSubject {
	out := make([]policy.FreezeSubject, len(t.subjects))
	for i := range t.subjects {
		s := &t.subjects[i]
		out[i] = policy.FreezeSubject{Kind: s.Kind, Subject: s.ID, Region: s.Region, Name: s.Name, Party: s.PayeeParty, Person: s.PayeePerson, Inputs: s.Inputs}
		for _, in := range t.policy.Doc.Inputs {
			v, ok := s.Inputs.Values[in.Name]
			if !ok || in.Type == "accounts" {
				continue
			}
			now, was := t.policy.ValueText(in.Name, v), found[s.Key()][in.Name]
			if now == was {
				continue
			}
			v.From = handMade(c, was)
			s.Inputs.Values[in.Name] = v
			out[i].Edits = append(out[i].Edits, policy.Edit{Input: in.Name, Label: in.Label, Was: was, Now: now, By: c.Who.Name, Why: why})
		}
	}
	return out
}

// handMade says in a trace that a value was entered, and what the records said.
func handMade(c *shell.Ctx, was string) string {
	text := c.Who.Name + "填报"
	if was != "" {
		text += "（自动取到的是 " + was + "）"
	}
	return text
}

// mendable reports whether an error is for the person to mend, with the form shown again.
func mendable(err error) bool {
	switch errs.KindOf(err) {
	case errs.Invalid, errs.State, errs.Conflict, errs.Stale:
		return true
	}
	return false
}

// lookup finds a record by its natural key.
func (p *runPages) lookup(c *shell.Ctx, kind, key string) (ids.ID, error) {
	n, ok := p.env.Noun(kind)
	if !ok {
		return 0, errs.New(errs.Internal, "kind", "no noun %s", kind)
	}
	return n.Lookup(c.Context(), p.env.ForTenant(c.Tenant), c.Tenant, key)
}

// names are the natural keys of records of a kind.
func (p *runPages) names(c *shell.Ctx, tenant int64, kind string, list ...ids.ID) (map[ids.ID]string, error) {
	n, ok := p.env.Noun(kind)
	if !ok {
		return nil, errs.New(errs.Internal, "kind", "no noun %s", kind)
	}
	return n.Names(c.Context(), p.env.ForTenant(tenant), tenant, slices.DeleteFunc(list, func(id ids.ID) bool { return id == 0 }))
}

// stepForm shows on which lines a step can be carried out, and what the others lack.
func (p *runPages) stepForm(c *shell.Ctx) error { return p.stepPage(c, nil, http.StatusOK) }

func (p *runPages) stepPage(c *shell.Ctx, problem error, status int) error {
	r, err := p.round(c)
	if err != nil {
		return err
	}
	event := c.R.PathValue("event")
	if !slices.Contains(roundEvents, event) {
		return errs.New(errs.NotFound, "award.event", "没有这个步骤")
	}
	lines, err := p.seen(c, r)
	if err != nil {
		return err
	}
	label := policy.EventLabel(event)
	v := runFormView{Action: roundPath(r) + "/steps/" + event, Back: roundPath(r), Key: c.FormKey(), Submit: "确认" + label, Problems: problemsOf(problem), Fields: stepFields(c, event, problem)}
	if event == engine.StepVote {
		rule, err := policy.VoteRuleOf(c.Context(), p.env.DB.Read(), r, c.Today())
		if err != nil {
			return err
		}
		v.Intro = rule.Words()
	}
	if event == "pay" {
		if err := p.payFields(c, r, lines, &v, problem); err != nil {
			return err
		}
	}
	only, _ := ids.Parse(c.Query("line"))
	chosen := c.R.PostForm["lines"]
	for i := range lines {
		l := &lines[i]
		if only != 0 && l.ID != only {
			continue
		}
		k := pickView{ID: l.ID.String(), Title: l.Name, Sub: l.No, Amount: outcome(r, l), State: stateBadge(l), Href: linePath(l)}
		if k.Why, err = p.why(c, r, l, event); err != nil {
			return err
		}
		k.Checked = len(k.Why) == 0 && (c.R.Method == http.MethodGet && event != "return" && event != "veto" || only != 0 || slices.Contains(chosen, k.ID))
		v.Lines = append(v.Lines, k)
	}
	page := c.PageOf(label+"："+r.No, ui.Link{Label: "核算批次", Href: "/award-rounds"}, ui.Link{Label: r.No, Href: roundPath(r)}, ui.Link{Label: label})
	return c.PageStatus(status, page, runForm(v))
}

// why says what a line lacks for an event, and that somebody else has to do it.
func (p *runPages) why(c *shell.Ctx, r *policy.Round, l *policy.Line, event string) ([]string, error) {
	if !c.Who.Can(policy.KindLine+":"+verbOf(event), l.Region) {
		return []string{"您没有这项权限"}, nil
	}
	if event == "return" || event == "veto" || event == "pay" {
		if mayStep(c, r, l, event) {
			return nil, nil
		}
		return []string{"现在是“" + policy.LineMachine.State(l.State).Label + "”"}, nil
	}
	return p.runs.Missing(c.Context(), p.env.DB.Read(), r, l, event, c.Today())
}

// stepFields are what a step asks for.
func stepFields(c *shell.Ctx, event string, problem error) []formField {
	wrong := fieldErrors(problem)
	get := func(name, usual string) string {
		if c.R.Method == http.MethodPost {
			return c.Form(name)
		}
		return usual
	}
	day := formField{Kind: "day", Field: ui.Field{Name: "on", Label: "日期", Required: true, Value: get("on", c.Today().String()), Error: wrong["on"]}}
	long := func(label, help string, need bool) formField {
		return formField{Kind: "long", Field: ui.Field{Name: "text", Label: label, Help: help, Required: need, Value: get("text", ""), Error: wrong["text"], Wide: true, Rows: 4}}
	}
	text := func(name, label, help string) formField {
		return formField{Kind: "text", Field: ui.Field{Name: name, Label: label, Help: help, Required: true, Value: get(name, ""), Error: wrong[name]}}
	}
	number := func(name, label string) formField {
		return formField{Kind: "number", Field: ui.Field{Name: name, Label: label, Unit: "人", Required: true, Value: get(name, ""), Error: wrong[name], Min: "0"}}
	}
	switch event {
	case engine.StepPlan:
		return []formField{day, long("分配方案", "给谁、各多少、理由；具体领奖人在核算单里填写", true)}
	case engine.StepVote:
		return []formField{day, number("due", "应到"), number("present", "实到"), number("agree", "同意")} // the rule stands above
	case engine.StepReview, engine.StepRecheck:
		return []formField{day, long("意见", "", false)}
	case "approve":
		return []formField{day, text("no", "批准文号", "会议纪要号、批复文号")}
	case "pay":
		return []formField{day, text("doc", "付款单据号", "银行回单号、拨款文号")}
	case "return", "veto":
		return []formField{{Kind: "long", Field: ui.Field{Name: "reason", Label: "理由", Required: true, Value: get("reason", ""), Error: wrong["reason"], Wide: true, Rows: 3}}}
	}
	return []formField{day}
}

// payFields asks which instalment is paid: those of the round that are still due and reached.
func (p *runPages) payFields(c *shell.Ctx, r *policy.Round, lines []policy.Line, v *runFormView, problem error) error {
	var options []ui.Option
	for i := range lines {
		if !mayStep(c, r, &lines[i], "pay") {
			continue
		}
		dues, err := policy.DuesOf(c.Context(), p.env.DB.Read(), r.Tenant, lines[i].ID)
		if err != nil {
			return err
		}
		for _, d := range dues {
			value := strconv.Itoa(d.Seq)
			if !slices.ContainsFunc(options, func(o ui.Option) bool { return o.Value == value }) {
				label := d.Label
				if !d.Ready {
					label += "（节点还没有达到）"
				}
				options = append(options, ui.Option{Value: value, Label: label, Selected: c.Form("due") == value})
			}
		}
	}
	v.Fields = append([]formField{{Kind: "select", Field: ui.Field{Name: "due", Label: "哪一期", Required: true, Options: options, Error: fieldErrors(problem)["due"]}}}, v.Fields...)
	return nil
}

// step carries a step out over the chosen lines.
func (p *runPages) step(c *shell.Ctx) error {
	r, err := p.round(c)
	if err != nil {
		return err
	}
	event := c.R.PathValue("event")
	in := policy.StepIn{Round: r.ID, Event: event, Text: c.Form("text"), No: c.Form("no"), Reason: c.Form("reason")}
	for _, id := range c.R.PostForm["lines"] {
		if n, err := ids.Parse(id); err == nil {
			in.Lines = append(in.Lines, n)
		}
	}
	var bad errs.List
	if text := strings.TrimSpace(c.Form("on")); text != "" {
		if in.On, err = date.Parse(text); err != nil {
			bad.Add("on", "%s", errs.Message(err))
		}
	}
	for name, to := range map[string]*int{"due": &in.Due, "present": &in.Present, "agree": &in.Agree} {
		if text := strings.TrimSpace(c.Form(name)); text != "" {
			if *to, err = strconv.Atoi(text); err != nil {
				bad.Add(name, "应是整数")
			}
		}
	}
	if err = bad.Err(); err == nil && event == "pay" {
		return p.pay(c, r, &in)
	}
	if err == nil {
		err = p.runs.Step(c.Context(), c.Who, c.Tenant, c.Form("_key"), in)
	}
	if err == nil {
		return c.Done(roundPath(r), "%s已办理，%d 张", policy.EventLabel(event), len(in.Lines))
	}
	if !mendable(err) {
		return err
	}
	return p.stepPage(c, err, http.StatusUnprocessableEntity)
}

// pay pays an instalment of the chosen lines.
func (p *runPages) pay(c *shell.Ctx, r *policy.Round, in *policy.StepIn) error {
	var list []policy.PayIn
	for _, l := range in.Lines {
		list = append(list, policy.PayIn{Line: l, Due: in.Due, On: in.On, DocNo: c.Form("doc")})
	}
	var err error
	var out []*policy.Payout
	if len(list) == 0 {
		err = errs.OnField("lines", "请至少选一张核算单")
	} else {
		out, err = p.runs.PayAll(c.Context(), c.Who, c.Tenant, c.Form("_key"), list)
	}
	if err != nil {
		if !mendable(err) {
			return err
		}
		return p.stepPage(c, err, http.StatusUnprocessableEntity)
	}
	var sum money.Fen
	left := 0
	for _, o := range out {
		sum, left = sum+o.Amount, left+len(o.Left)
	}
	if left > 0 {
		return c.Done(roundPath(r), "已发放 %s 元；另有 %d 份没有填写领奖人，没有发放", sum, left)
	}
	return c.Done(roundPath(r), "已发放 %s 元", sum)
}

// problemsOf are the sentences of an error that stand above a form.
func problemsOf(err error) []string {
	if err == nil {
		return nil
	}
	return complaints(err)
}

// fieldErrors are the sentences of an error by field.
func fieldErrors(err error) map[string]string {
	out := map[string]string{}
	if e := errs.As(err); e != nil {
		for _, f := range e.Fields {
			out[f.Name] = f.Msg
		}
	}
	return out
}

// lineOmits are the states of steps that the round's procedure does not have.
func (p *runPages) lineOmits(c *shell.Ctx, l *policy.Line) ([]string, error) {
	r, err := p.runs.Rounds.Get(c.Context(), c.Who, c.Tenant, l.Round)
	if err != nil {
		return nil, err
	}
	return l.Omits(r.Steps()), nil
}
