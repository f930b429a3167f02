package policy

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/mechanism/policy"
	"huicun/internal/mechanism/policy/engine"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// lineOf is a line with what its pages need.
type lineOf struct {
	*policy.Line
	round   *policy.Round
	version *policy.Version
	policy  *engine.Policy
	calcs   []policy.Calc // the latest first
	payees  []policy.Payee
	dues    []policy.Due
	parts   []policy.Part
}

// line reads the line of the path with all of it.
func (p *runPages) line(c *shell.Ctx) (*lineOf, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, err
	}
	id, err := c.ID()
	if err != nil {
		return nil, err
	}
	l, err := p.runs.Lines.Get(c.Context(), c.Who, tenant, id)
	if err != nil {
		return nil, err
	}
	return p.whole(c, l)
}

// whole reads what belongs to a line.
func (p *runPages) whole(c *shell.Ctx, l *policy.Line) (*lineOf, error) {
	out := &lineOf{Line: l}
	q := p.env.DB.Read()
	var err error
	if out.round, err = policy.RoundOf(c.Context(), q, l.Tenant, l.Round); err != nil {
		return nil, err
	}
	if out.version, err = policy.VersionOf(c.Context(), q, l.Tenant, out.round.Version); err != nil {
		return nil, err
	}
	if out.policy, err = out.version.Compile(); err != nil {
		return nil, err
	}
	if out.calcs, err = policy.CalcsOf(c.Context(), q, l.Tenant, l.ID); err != nil {
		return nil, err
	}
	if len(out.calcs) == 0 {
		return nil, errs.New(errs.Internal, "award.no_calc", "line %s has no computation", l.No)
	}
	if out.payees, err = policy.PayeesOf(c.Context(), q, l.Tenant, l.ID); err != nil {
		return nil, err
	}
	if out.dues, err = policy.DuesOf(c.Context(), q, l.Tenant, l.ID); err != nil {
		return nil, err
	}
	out.parts, err = policy.PartsOf(c.Context(), q, l.Tenant, l.ID)
	return out, err
}

func (p *runPages) lineActions(_ *shell.Ctx, l *policy.Line) []ui.Button {
	return []ui.Button{{Label: "奖励核算单（打印）", Icon: "printer", Href: linePath(l) + "/sheet"}, {Label: "所在批次", Icon: "calculator", Href: "/award-rounds/" + l.Round.String()}}
}

// lineNext says what comes next for a line and what it lacks.
func (p *runPages) lineNext(c *shell.Ctx, l *policy.Line) (templ.Component, error) {
	r, err := policy.RoundOf(c.Context(), p.env.DB.Read(), l.Tenant, l.Round)
	if err != nil {
		return nil, err
	}
	v := lineNextView{Stats: lineStats(r, l)}
	if l.Clawed > 0 {
		v.Stats = append(v.Stats, ui.StatView{Label: "已追回", Value: l.Clawed.String(), Unit: "元", Kind: ui.Red})
	}
	if l.Due > 0 {
		v.Stats = append(v.Stats, ui.StatView{Label: "表决", Value: strconv.Itoa(l.Agree), Unit: "人同意", Sub: l.VoteText()})
	}
	if r.State != policy.RoundOpen {
		return lineNextBody(v), nil
	}
	next := l.Next(r.Steps())
	if next != "" {
		v.Label = policy.EventLabel(next)
		if v.Missing, err = p.runs.Missing(c.Context(), p.env.DB.Read(), r, l, next, c.Today()); err != nil {
			return nil, err
		}
	}
	for _, e := range roundEvents {
		if !mayStep(c, r, l, e) || e == next && len(v.Missing) > 0 {
			continue
		}
		b := ui.Button{Label: policy.EventLabel(e), Href: roundPath(r) + "/steps/" + e + "?line=" + l.ID.String()}
		if e == next {
			b.Style = ui.Primary
		}
		v.Buttons = append(v.Buttons, b)
	}
	if canRecompute(c, l) {
		v.Buttons = append(v.Buttons, ui.Button{Label: recomputeLabel(l), Icon: "refresh", Href: linePath(l) + "/recompute"})
	}
	if l.Paid > l.Clawed && c.Who.Can(lineApprove, l.Region) {
		v.Buttons = append(v.Buttons, ui.Button{Label: "追回", Href: linePath(l) + "/claw-back"})
	}
	return lineNextBody(v), nil
}

// lineStats are what a line gives and what has been paid.
func lineStats(r *policy.Round, l *policy.Line) []ui.StatView {
	var out []ui.StatView
	if r.Unit != engine.Yuan {
		out = append(out, ui.StatView{Label: "得分", Value: l.PointsText(""), Unit: r.Unit})
	}
	if l.Place > 0 || l.Prize != "" {
		out = append(out, ui.StatView{Label: "名次和奖项", Value: l.PlaceText()})
	}
	if r.Unit != engine.Yuan && l.Result == 0 {
		return out
	}
	amount := ui.StatView{Label: "奖励金额", Value: l.Amount.String(), Unit: "元"}
	if l.Amount < l.Result {
		amount.Sub = "按规则 " + l.Result.String() + " 元，按预算同比例调减"
	}
	return append(out, amount, ui.StatView{Label: "已发放", Value: l.Paid.String(), Unit: "元"})
}

func canRecompute(c *shell.Ctx, l *policy.Line) bool {
	switch l.State {
	case policy.Computed, policy.Returned, policy.AwardApproved, policy.LinePaying:
		return c.Who.Can(lineEdit, l.Region)
	}
	return false
}

func recomputeLabel(l *policy.Line) string {
	if l.State == policy.AwardApproved || l.State == policy.LinePaying {
		return "更新兑付节点"
	}
	return "重新核算"
}

// payeeTables are who gets what, and what is paid when.
func (p *runPages) payeeTables(c *shell.Ctx, l *lineOf, public bool) (payees, dues ui.Table, unnamed int, err error) {
	var persons, parties []ids.ID
	for i := range l.payees {
		persons, parties = append(persons, l.payees[i].Person), append(parties, l.payees[i].Party)
	}
	personNames, err := p.personNames(c, l.Tenant, persons, public)
	if err != nil {
		return payees, dues, 0, err
	}
	partyNames, err := p.names(c, l.Tenant, "party", parties...)
	if err != nil {
		return payees, dues, 0, err
	}
	paid := map[ids.ID]money.Fen{}
	byDue := map[int]money.Fen{}
	for _, part := range l.parts {
		if part.Payment != 0 {
			paid[part.Payee] += part.Amount
			byDue[part.Due] += part.Amount
		}
	}
	payees = ui.Table{Caption: "领奖人", Unit: "元", Dense: true, Columns: []ui.Column{{Label: "政策里的名称"}, {Label: "是谁"}, {Label: "金额", Align: ui.Right}, {Label: "已发放", Align: ui.Right}}}
	for i := range l.payees {
		k := &l.payees[i]
		who := ui.Cell{Text: partyNames[k.Party] + personNames[k.Person]}
		if !k.Named() {
			unnamed++
			who = ui.Cell{Text: "还没有填写", Kind: ui.Orange}
		}
		label := k.Title()
		if public && k.Name != "" {
			label = strings.TrimSpace(k.To + " " + masked(k.Name))
		}
		payees.Rows = append(payees.Rows, ui.Row{Cells: []ui.Cell{{Text: label, Strong: true}, who, ui.T(k.Amount.String()), ui.T(paid[k.ID].String())}})
	}
	dues = ui.Table{Caption: "分期兑付", Unit: "元", Dense: true, Columns: []ui.Column{{Label: "哪一期"}, {Label: "金额", Align: ui.Right}, {Label: "其中村集体承担", Align: ui.Right}, {Label: "已发放", Align: ui.Right}, {Label: "节点"}}}
	for _, d := range l.dues {
		at := ui.Cell{Text: "还没有达到", Muted: true}
		switch {
		case byDue[d.Seq] == d.Amount:
			at = ui.Cell{Badge: &ui.BadgeView{Text: "已发放", Kind: ui.Green}}
		case byDue[d.Seq] > 0:
			at = ui.Cell{Badge: &ui.BadgeView{Text: "部分发放", Kind: ui.Azure}}
		case d.Ready:
			at = ui.Cell{Badge: &ui.BadgeView{Text: "已达到", Kind: ui.Azure}}
		}
		dues.Rows = append(dues.Rows, ui.Row{Cells: []ui.Cell{{Text: d.Label, Strong: true}, ui.T(d.Amount.String()), ui.T(d.Own.String()), ui.T(byDue[d.Seq].String()), at}})
	}
	return payees, dues, unnamed, nil
}

// personNames are persons' names with their numbers; in public only the family name is shown.
func (p *runPages) personNames(c *shell.Ctx, tenant int64, list []ids.ID, public bool) (map[ids.ID]string, error) {
	out := map[ids.ID]string{}
	for _, id := range list {
		if id == 0 {
			continue
		}
		who, err := policy.PersonName(c.Context(), p.env, tenant, id)
		if err != nil {
			return nil, err
		}
		if public {
			who = masked(who)
		}
		out[id] = who
	}
	return out, nil
}

// masked keeps the family name.
func masked(name string) string {
	r := []rune(name)
	if len(r) < 2 {
		return "某"
	}
	return string(r[:1]) + strings.Repeat("＊", len(r)-1)
}

func (p *runPages) linePayees(c *shell.Ctx, line *policy.Line) (templ.Component, error) {
	if line.Amount == 0 {
		return nil, nil
	}
	l, err := p.whole(c, line)
	if err != nil {
		return nil, err
	}
	payees, dues, unnamed, err := p.payeeTables(c, l, false)
	if err != nil {
		return nil, err
	}
	edit := ""
	if c.Who.Can(policy.KindLine+":plan", l.Region) || c.Who.Can(lineEdit, l.Region) {
		edit = linePath(line) + "/payees"
	}
	return payeesBody(payees, dues, p.payers(l), unnamed, edit), nil
}

// payers says in one line who bears the award.
func (p *runPages) payers(l *lineOf) string {
	a, err := l.calcs[0].Award()
	if err != nil || len(a.Payers) == 0 {
		return ""
	}
	var out []string
	for _, pay := range a.Payers {
		out = append(out, pay.To+" "+pay.Amount.String()+" 元")
	}
	return "资金来源（按规则）：" + strings.Join(out, "，")
}

// lineSheet is the calculation that stands.
func (p *runPages) lineSheet(c *shell.Ctx, line *policy.Line) (templ.Component, error) {
	last, err := p.lastAward(c, line)
	if err != nil {
		return nil, err
	}
	return sheetBody(sheetOf(last, nil)), nil
}

func (p *runPages) lastAward(c *shell.Ctx, line *policy.Line) (*engine.Award, error) {
	calcs, err := policy.CalcsOf(c.Context(), p.env.DB.Read(), line.Tenant, line.ID)
	if err != nil {
		return nil, err
	}
	if len(calcs) == 0 {
		return nil, errs.New(errs.Internal, "award.no_calc", "line %s has no computation", line.No)
	}
	return calcs[0].Award()
}

// lineCalcs lists the computations with what each changed.
func (p *runPages) lineCalcs(c *shell.Ctx, line *policy.Line) (templ.Component, error) {
	l, err := p.whole(c, line)
	if err != nil {
		return nil, err
	}
	var list []calcView
	for i := range l.calcs {
		k := &l.calcs[i]
		v := calcView{Title: fmt.Sprintf("第 %d 次：%s，%s 核算", k.Seq, k.When().Format("2006-01-02 15:04"), k.Actor), Reason: k.Reason, Hash: k.Hash}
		if k.Amount > 0 || l.round.Unit == engine.Yuan {
			v.Title += "，" + k.Amount.String() + " 元"
		}
		f, err := k.Frozen()
		if err != nil {
			return nil, err
		}
		v.Edits = editTable(f.Edits)
		if i+1 < len(l.calcs) {
			changes, err := policy.CompareCalcs(l.policy, &l.calcs[i+1], k)
			if err != nil {
				return nil, err
			}
			v.Changes = ui.Table{Caption: "与上一次的差别", Dense: true, Columns: []ui.Column{{Label: "与上一次的差别"}, {Label: "上一次"}, {Label: "这一次"}}}
			for _, x := range changes {
				v.Changes.Rows = append(v.Changes.Rows, ui.Row{Cells: []ui.Cell{{Text: x.Label, Strong: true}, ui.T(x.Before), ui.T(x.After)}})
			}
		}
		list = append(list, v)
	}
	return calcsBody(list), nil
}

func editTable(edits []policy.Edit) ui.Table {
	t := ui.Table{Caption: "手工填报的数据", Dense: true, Columns: []ui.Column{{Label: "手工填报的数据"}, {Label: "自动取到的"}, {Label: "填报的"}, {Label: "填报人"}, {Label: "来源和理由"}}}
	for _, e := range edits {
		was := e.Was
		if was == "" {
			was = "（没有）"
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: e.Label, Strong: true}, {Text: was, Muted: true}, ui.T(e.Now), ui.T(e.By), ui.T(e.Why)}})
	}
	return t
}

// sheet is the award sheet on paper.
func (p *runPages) sheet(c *shell.Ctx) error {
	l, err := p.line(c)
	if err != nil {
		return err
	}
	a, err := l.calcs[0].Award()
	if err != nil {
		return err
	}
	v := awardSheetView{Title: l.policy.Doc.Title + "奖励核算单", No: l.No, Sample: l.Sample, Sheet: sheetOf(a, nil), Hash: l.calcs[0].Hash}
	v.Heads = []ui.Desc{
		{Label: "对象", Value: l.Name}, {Label: "奖励年度", Value: strconv.Itoa(l.round.Year) + " 年"}, {Label: "核定结果", Value: outcome(l.round, l.Line), Strong: true},
	}
	if l.Amount > 0 {
		v.Heads = append(v.Heads, ui.Desc{Label: "大写", Value: l.Amount.Capital()})
	}
	v.Heads = append(v.Heads, ui.Desc{Label: "状态", Value: stateOf(l.Line)}, ui.Desc{Label: "程序", Value: policy.StepsText(l.round.Steps())})
	for _, d := range []struct {
		label string
		on    date.Date
		more  string
	}{
		{"村提方案", l.PlannedOn, l.Plan}, {"表决", l.VotedOn, l.VoteText()}, {"镇审核", l.ReviewedOn, l.Review}, {"县复核", l.RecheckedOn, l.Recheck},
		{"公示", l.PublishedOn, until(l.PublishedTo)}, {"批准", l.ApprovedOn, l.ApprovalNo},
	} {
		if !d.on.IsZero() {
			v.Heads = append(v.Heads, ui.Desc{Label: d.label, Value: strings.TrimSpace(d.on.String() + " " + d.more)})
		}
	}
	if v.Payees, v.Dues, _, err = p.payeeTables(c, l, false); err != nil {
		return err
	}
	page := c.PageOf("奖励核算单", ui.Link{Label: "核算批次", Href: "/award-rounds"}, ui.Link{Label: l.round.No, Href: roundPath(l.round)}, ui.Link{Label: l.No, Href: linePath(l.Line)}, ui.Link{Label: "核算单"})
	page.Subtitle = l.Name
	page.Actions = ui.PrintButton()
	return c.Page(page, awardSheet(v))
}

func until(d date.Date) string {
	if d.IsZero() {
		return ""
	}
	return "至 " + d.String()
}

// payeesForm asks who holds each role.
func (p *runPages) payeesForm(c *shell.Ctx) error { return p.payeesPage(c, nil, http.StatusOK) }

func (p *runPages) payeesPage(c *shell.Ctx, problem error, status int) error {
	l, err := p.line(c)
	if err != nil {
		return err
	}
	wrong := fieldErrors(problem)
	v := runFormView{
		Action: linePath(l.Line) + "/payees", Back: linePath(l.Line), Key: c.FormKey(), Submit: "保存", Problems: problemsOf(problem), Intro: "村集体的一份自动归村集体经济组织；其他的填人员，或填单位",
	}
	for i := range l.payees {
		k := &l.payees[i]
		name := "payee." + k.ID.String()
		for _, kind := range []struct{ kind, label string }{{"person", "人员"}, {"party", "单位"}} {
			id := k.Person
			if kind.kind == "party" {
				id = k.Party
			}
			names, err := p.names(c, l.Tenant, kind.kind, id)
			if err != nil {
				return err
			}
			f := ui.Field{Name: name + "." + kind.kind, Label: k.Title() + "（" + kind.label + "）", Ref: kind.kind, Value: names[id], Help: k.Amount.String() + " 元", Error: wrong[name+"."+kind.kind]}
			if c.R.Method == http.MethodPost {
				f.Value = c.Form(f.Name)
			}
			if k.To == "村集体" {
				if kind.kind == "person" {
					continue
				}
				f.ReadOnly = true
			}
			v.Fields = append(v.Fields, formField{Kind: "combo", Field: f})
		}
	}
	page := c.PageOf("填写领奖人："+l.Name, ui.Link{Label: "核算批次", Href: "/award-rounds"}, ui.Link{Label: l.round.No, Href: roundPath(l.round)}, ui.Link{Label: l.No, Href: linePath(l.Line)}, ui.Link{Label: "领奖人"})
	return c.PageStatus(status, page, runForm(v))
}

func (p *runPages) payees(c *shell.Ctx) error {
	l, err := p.line(c)
	if err != nil {
		return err
	}
	found := map[string]map[ids.ID]ids.ID{"person": {}, "party": {}}
	var bad errs.List
	for i := range l.payees {
		k := &l.payees[i]
		for kind, to := range found {
			name := "payee." + k.ID.String() + "." + kind
			text := strings.TrimSpace(c.Form(name))
			if text == "" {
				continue
			}
			id, err := p.lookup(c, kind, text)
			if err != nil {
				bad.Add(name, "没有找到“%s”；请从候选里选，或先登记", text)
				continue
			}
			to[k.ID] = id
		}
	}
	if err = bad.Err(); err == nil {
		if err = p.runs.NamePayees(c.Context(), c.Who, c.Tenant, l.ID, found["person"], found["party"]); err == nil {
			return c.Done(linePath(l.Line), "领奖人已保存")
		}
	}
	if !mendable(err) {
		return err
	}
	return p.payeesPage(c, err, http.StatusUnprocessableEntity)
}
