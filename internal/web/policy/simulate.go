package policy

import (
	"cmp"
	"fmt"
	"iter"
	"math/big"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/sheet"
	"huicun/internal/mechanism/policy"
	"huicun/internal/mechanism/policy/engine"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// trial is one simulation as the page has it: a version, maybe another beside it, a year, and the villages' values with
// what people have changed.
type trial struct {
	version, other *policy.Version
	policy, beside *engine.Policy // beside is nil without another version
	year           int
	within         *big.Rat
	budget         money.Fen
	inputs         []engine.Input
	subjects       []policy.Subject
	texts          map[string]string // by field name, as typed
	wrong          map[string]string // by field name
	problems       []string
	withinText     string
	budgetText     string
	simulation     *engine.Simulation // nil until tried
	comparison     *engine.Comparison
	below          []engine.Below
	cliffs         map[string][]engine.Cliff // by axis
}

// fieldName is the name of a value's field.
func fieldName(subject, input string) string { return "v." + subject + "." + input }

// simulate shows the form with the villages' values and, once tried, what the policy would give.
func (p *pages) simulate(c *shell.Ctx) error {
	t, err := p.trial(c)
	if err != nil {
		return err
	}
	status := http.StatusOK
	switch act := c.Form("act"); {
	case c.R.Method == http.MethodGet, act == "reload":
		t.fill()
	case act == "import":
		t.fill()
		if err := t.importSheet(c); err != nil {
			t.problems, status = append(t.problems, complaints(err)...), http.StatusUnprocessableEntity
		}
	default:
		t.read(c)
	}
	if c.R.Method != http.MethodGet && (len(t.wrong) > 0 || len(t.problems) > 0) {
		status = http.StatusUnprocessableEntity
	}
	return p.simulatePage(c, t, status)
}

// simulatePage tries the policy on the values as they stand and shows what comes out.
func (p *pages) simulatePage(c *shell.Ctx, t *trial, status int) error {
	if err := t.run(); err != nil {
		return err
	}
	view, err := p.simulateView(c, t)
	if err != nil {
		return err
	}
	title := "试算"
	page := c.PageOf(title, ui.Link{Label: "政策版本", Href: "/policy-versions"}, ui.Link{Label: t.version.No, Href: pathOf(t.version)}, ui.Link{Label: title})
	page.Subtitle = fmt.Sprintf("%s（第 %d 版）%s", t.policy.Doc.Title, t.version.VersionNo, c.ScopeName())
	page.Actions = ui.PrintButton()
	return c.PageStatus(status, page, simulateBody(view))
}

// trial reads the conditions and finds the villages' values.
func (p *pages) trial(c *shell.Ctx) (*trial, error) {
	v, err := p.version(c)
	if err != nil {
		return nil, err
	}
	t := &trial{version: v, texts: map[string]string{}, wrong: map[string]string{}, withinText: cmp.Or(value(c, "within"), "10"), budgetText: value(c, "budget")}
	if t.policy, err = v.Compile(); err != nil {
		return nil, err
	}
	if t.year, err = strconv.Atoi(cmp.Or(value(c, "year"), strconv.Itoa(c.Year))); err != nil || t.year < 1978 || t.year > 2200 {
		t.year = c.Year
	}
	if id, err := ids.Parse(value(c, "with")); err == nil {
		if t.other, err = p.versions.Get(c.Context(), c.Who, c.Tenant, id); err != nil {
			return nil, err
		}
		if t.beside, err = t.other.Compile(); err != nil {
			return nil, err
		}
		if a, b := t.policy.Doc.AppliedTo(), t.beside.Doc.AppliedTo(); a != b {
			return nil, errs.New(errs.State, "policy.other_subject", "第 %d 版对%s，第 %d 版对%s，不能比较", t.version.VersionNo, a.Label, t.other.VersionNo, b.Label)
		}
	}
	t.conditions()
	return t, p.resolve(c, t)
}

// value is a condition from the form or the address.
func value(c *shell.Ctx, name string) string {
	if v := c.Form(name); v != "" {
		return strings.TrimSpace(v)
	}
	return c.Query(name)
}

func (t *trial) conditions() {
	percent, err := strconv.Atoi(t.withinText)
	if err != nil || percent < 1 || percent > 99 {
		t.problems = append(t.problems, "“只差一点”的范围应为 1 到 99 的整数")
		percent = 10
	}
	t.within = big.NewRat(int64(percent), 100)
	if t.budgetText == "" {
		return
	}
	if t.budget, err = money.Parse(t.budgetText); err != nil {
		t.problems = append(t.problems, "预算："+errs.Message(err))
	}
}

// resolve finds the values of both versions' inputs; an input that both have is the first's.
func (p *pages) resolve(c *shell.Ctx, t *trial) error {
	asOf := date.Date{}
	if t.year == c.Year {
		asOf = c.AsOf
	}
	var err error
	if t.subjects, err = p.sources.Subjects(c.Context(), c.Tenant, t.policy, c.Scope, t.year, asOf); err != nil {
		return err
	}
	t.inputs = slices.Clone(t.policy.Doc.Inputs)
	if t.beside == nil {
		return nil
	}
	others, err := p.sources.Subjects(c.Context(), c.Tenant, t.beside, c.Scope, t.year, asOf)
	if err != nil {
		return err
	}
	for _, in := range t.beside.Doc.Inputs {
		if !slices.ContainsFunc(t.inputs, func(x engine.Input) bool { return x.Name == in.Name }) {
			t.inputs = append(t.inputs, in)
		}
	}
	for i := range t.subjects {
		for name, v := range others[i].Inputs.Values {
			if _, ok := t.subjects[i].Inputs.Values[name]; !ok {
				t.subjects[i].Inputs.Values[name] = v
			}
		}
	}
	return nil
}

// noun is what the policy is applied to.
func (t *trial) noun() engine.SubjectKind { return t.policy.Doc.AppliedTo() }

// knows is the policy that has an input of the name.
func (t *trial) knows(name string) *engine.Policy {
	if slices.ContainsFunc(t.policy.Doc.Inputs, func(x engine.Input) bool { return x.Name == name }) {
		return t.policy
	}
	return t.beside
}

// fill writes the values found into the fields.
func (t *trial) fill() {
	for _, s := range t.subjects {
		for _, in := range t.inputs {
			if v, ok := s.Inputs.Values[in.Name]; ok {
				t.texts[fieldName(s.Key(), in.Name)] = t.knows(in.Name).ValueText(in.Name, v)
			} else {
				t.texts[fieldName(s.Key(), in.Name)] = in.Default
			}
		}
	}
}

// read takes what people typed; what they left as it was keeps its origin.
func (t *trial) read(c *shell.Ctx) {
	for i := range t.subjects {
		for _, in := range t.inputs {
			t.set(&t.subjects[i], in, strings.TrimSpace(c.Form(fieldName(t.subjects[i].Key(), in.Name))))
		}
	}
}

func (t *trial) set(s *policy.Subject, in engine.Input, text string) {
	if in.Type == "accounts" {
		return
	}
	name := fieldName(s.Key(), in.Name)
	t.texts[name] = text
	p := t.knows(in.Name)
	if v, ok := s.Inputs.Values[in.Name]; ok && p.ValueText(in.Name, v) == text {
		return
	}
	if text == "" {
		delete(s.Inputs.Values, in.Name)
		return
	}
	v, err := p.ParseValue(in.Name, text)
	if err != nil {
		t.wrong[name] = errs.Message(err)
		return
	}
	v.From = "填报"
	s.Inputs.Values[in.Name] = v
}

// run tries the policy, unless a value is wrong.
func (t *trial) run() error {
	if len(t.wrong) > 0 || len(t.subjects) == 0 {
		return nil
	}
	all := make([]*engine.Inputs, len(t.subjects))
	for i := range t.subjects {
		all[i] = t.subjects[i].Inputs
	}
	var err error
	if t.beside != nil {
		if t.comparison, err = engine.Compare(t.beside, t.policy, all); err != nil {
			return err
		}
		t.simulation = t.comparison.B
	} else if t.simulation, err = t.policy.Simulate(all); err != nil {
		return err
	}
	own := t.policy.Known(all)
	if t.below, err = t.policy.JustBelow(own, t.within); err != nil {
		return err
	}
	t.cliffs = cliffsOf(t.policy, own)
	return nil
}

// The villages whose other values cliffs are looked for with, and how far an axis is followed at least.
const cliffVillages = 5

var (
	leastMoney  = big.NewRat(1_000_000, 1)
	leastNumber = big.NewRat(100, 1)
)

// cliffsOf follows every axis to twice the largest value that a village has; of the first few villages whose award can
// be worked out, the one that meets the most cliffs stands for all.
func cliffsOf(p *engine.Policy, all []*engine.Inputs) map[string][]engine.Cliff {
	out := map[string][]engine.Cliff{}
	tried := 0
	for _, in := range all {
		if tried == cliffVillages {
			break
		}
		if _, err := p.Compute(in); err != nil {
			continue
		}
		tried++
		for _, a := range p.Axes() {
			found, err := p.Cliffs(in, a.Name, new(big.Rat), reach(all, a))
			if err == nil && len(found) > len(out[a.Name]) {
				out[a.Name] = found
			}
		}
	}
	return out
}

// reach is how far an axis is followed.
func reach(all []*engine.Inputs, a engine.Axis) *big.Rat {
	top := leastMoney
	if a.Unit != "元" {
		top = leastNumber
	}
	for _, in := range all {
		if v := in.Values[a.Name].Num; v != nil {
			if twice := new(big.Rat).Add(v, v); twice.Cmp(top) > 0 {
				top = twice
			}
		}
	}
	return top
}

func (p *pages) simulateView(c *shell.Ctx, t *trial) (simulateView, error) {
	v := simulateView{
		Action: pathOf(t.version) + "/simulate", Export: pathOf(t.version) + "/simulate/export",
		Within: t.withinText, Budget: t.budgetText, Problems: t.problems, Note: fmt.Sprintf("%d 年；自动取到的可以改，只影响这次试算", t.year),
	}
	for y := c.Year; y > c.Year-6; y-- {
		v.Years = append(v.Years, ui.Option{Value: strconv.Itoa(y), Label: strconv.Itoa(y) + " 年", Selected: y == t.year})
	}
	v.Versions = []ui.Option{{Value: "none", Label: "不比较", Selected: t.other == nil}} // a value of its own: browsers send no form whose required choice is empty
	all, err := policy.VersionsOf(c.Context(), p.env.DB.Read(), c.Tenant, t.version.Policy)
	if err != nil {
		return v, err
	}
	for i := range all {
		o := &all[i]
		if o.Document != "" && o.ID != t.version.ID {
			v.Versions = append(v.Versions, ui.Option{Value: o.ID.String(), Label: fmt.Sprintf("第 %d 版", o.VersionNo), Selected: t.other != nil && t.other.ID == o.ID})
		}
	}
	noun := t.noun()
	v.Noun = noun.Label
	t.grid(&v)
	v.Freeze = p.freezeOf(c, t)
	switch {
	case t.simulation != nil && t.simulation.Failed < len(t.subjects):
		t.results(&v)
	case t.simulation != nil:
		v.Hint = "还没有一" + noun.Counter + "能算出来：" + whyText(t.simulation.Trials[0]) + "。请在下面填好空着的数据，再点“试算”。"
	case len(t.subjects) == 0:
		v.Hint = "这里没有" + noun.Label + "；请在上方选定一个镇或县，或换一个年度。"
	}
	return v, nil
}

// grid is the table of values.
func (t *trial) grid(v *simulateView) {
	for _, in := range t.inputs {
		unit := in.Unit
		if in.Type == "money" {
			unit = "元"
		}
		v.Inputs = append(v.Inputs, inputView{in.Label, unit})
	}
	for _, s := range t.subjects {
		row := villageView{Name: s.Name}
		for _, in := range t.inputs {
			name := fieldName(s.Key(), in.Name)
			k := cellView{Name: name, Value: t.texts[name], Label: s.Name + " " + in.Label, Wrong: t.wrong[name], From: s.Inputs.Values[in.Name].From, Options: in.Values}
			switch in.Type {
			case "bool":
				k.Options = []string{"是", "否"}
			case "accounts":
				k.Fixed = entriesText(s.Inputs.Values[in.Name].Entries)
			}
			row.Cells = append(row.Cells, k)
		}
		v.Villages = append(v.Villages, row)
	}
}

func entriesText(list []engine.Entry) string {
	var sum money.Fen
	for _, e := range list {
		sum += e.Amount
	}
	return fmt.Sprintf("%d 个科目，%s", len(list), sum.String())
}

// results are the outcome by village, the totals, and the edges.
func (t *trial) results(v *simulateView) {
	total := t.simulation.Total.String() + " 元"
	if unit := t.unit(); unit != engine.Yuan {
		total = engine.Show(t.simulation.Points, unit)
		if t.simulation.Total > 0 {
			total += "，奖金 " + t.simulation.Total.String() + " 元"
		}
	}
	noun := t.noun()
	unit := strings.TrimSuffix(noun.Counter, noun.Label)
	v.Stats = []ui.StatView{
		{Label: "合计", Value: total, Kind: t.overKind()}, {Label: "得奖的" + noun.Label, Value: strconv.Itoa(t.simulation.Given), Unit: unit},
		{Label: "算不出来的" + noun.Label, Value: strconv.Itoa(t.simulation.Failed), Unit: unit, Kind: warnIf(t.simulation.Failed > 0)},
	}
	if t.budget > 0 && (!t.policy.Counts() || t.simulation.Total > 0) {
		label, left := "预算结余", t.budget-t.simulation.Total
		if left < 0 {
			label, left = "超出预算", -left
		}
		v.Stats = append(v.Stats, ui.StatView{Label: label, Value: left.String(), Unit: "元", Kind: t.overKind()})
	}
	v.Results = ui.Table{Caption: "结果", Columns: t.resultColumns()}
	if t.comparison != nil {
		v.Stats = append(v.Stats, ui.StatView{Label: "增加／减少／不变", Value: fmt.Sprintf("%d／%d／%d", t.comparison.More, t.comparison.Less, t.comparison.Same), Unit: noun.Counter})
	}
	for i, o := range t.simulation.Trials {
		cells := []ui.Cell{ui.T(o.Subject)}
		if t.comparison != nil {
			pair := t.comparison.Pairs[i]
			cells = append(cells, ui.T(trialText(pair.A)), ui.T(trialText(pair.B)), changeCell(pair))
		} else {
			cells = append(cells, ui.Cell{Text: trialText(o), Strong: true})
		}
		if t.policy.Ranked() {
			cells = append(cells, ui.T(placeText(o)))
		}
		v.Results.Rows = append(v.Results.Rows, ui.Row{Cells: append(cells, ui.Cell{Text: whyText(o), Muted: true})})
	}
	t.edges(v)
}

// resultColumns are the columns of the outcome; two versions stand beside each other.
func (t *trial) resultColumns() []ui.Column {
	out := []ui.Column{{Label: t.noun().Label}}
	if t.comparison == nil {
		out = append(out, ui.Column{Label: "奖励", Align: ui.Right})
	} else {
		for _, v := range []*policy.Version{t.other, t.version} {
			out = append(out, ui.Column{Label: fmt.Sprintf("第 %d 版", v.VersionNo), Align: ui.Right})
		}
		out = append(out, ui.Column{Label: "增减", Align: ui.Right})
	}
	if t.policy.Ranked() {
		out = append(out, ui.Column{Label: "名次和奖项", Nowrap: true})
	}
	return append(out, ui.Column{Label: "说明"})
}

// placeText is the place and the prize of a trial.
func placeText(o engine.Trial) string {
	if o.Award == nil || o.Award.Standing == nil {
		return ""
	}
	s := o.Award.Standing
	return (&policy.Line{Place: s.Place, Prize: s.Prize}).PlaceText()
}

func (t *trial) unit() string {
	for _, o := range t.simulation.Trials {
		if o.Award != nil {
			return o.Award.Unit
		}
	}
	return "元"
}

func (t *trial) overKind() ui.Kind { return warnIf(t.budget > 0 && t.simulation.Total > t.budget) }

func warnIf(bad bool) ui.Kind {
	if bad {
		return ui.Red
	}
	return ""
}

func trialText(o engine.Trial) string {
	if o.Award == nil {
		return "—"
	}
	if o.Award.Unit == engine.Yuan {
		return o.Award.Amount.String() + " 元"
	}
	text := engine.Show(o.Award.Points, o.Award.Unit)
	if o.Award.Amount > 0 {
		text += "，奖金 " + o.Award.Amount.String() + " 元"
	}
	return text
}

func changeCell(p engine.Pair) ui.Cell {
	if p.A.Award == nil || p.B.Award == nil {
		return ui.Cell{Text: "不能比较", Muted: true}
	}
	d := new(big.Rat).Sub(p.B.Award.Points, p.A.Award.Points)
	if p.B.Award.Unit == engine.Yuan && p.A.Award.Unit == engine.Yuan {
		d = big.NewRat(int64(p.Change), 100)
	}
	switch {
	case d.Sign() > 0:
		return ui.Cell{Text: "+" + engine.Show(d, p.B.Award.Unit), Kind: ui.Green}
	case d.Sign() < 0:
		return ui.Cell{Text: "−" + engine.Show(d.Neg(d), p.B.Award.Unit), Kind: ui.Red}
	}
	return ui.Cell{Text: "不变", Muted: true}
}

func whyText(o engine.Trial) string {
	if o.Err != nil {
		return strings.Join(complaints(o.Err), "；")
	}
	list := slices.Clone(o.Award.Refused)
	for _, u := range o.Award.Undecided {
		list = append(list, fmt.Sprintf("“%s”待%s确定", u.Label, u.By))
	}
	return strings.Join(list, "；")
}

// edges are the tables of who is just below an edge, and where the edges lie.
func (t *trial) edges(v *simulateView) {
	v.Below = ui.Table{Caption: "只差一点的" + t.noun().Label, Columns: []ui.Column{{Label: t.noun().Label}, {Label: "哪一项"}, {Label: "现在", Align: ui.Right}, {Label: "到", Align: ui.Right}, {Label: "还差", Align: ui.Right}, {Label: "能多得", Align: ui.Right}, {Label: "因为"}},
		Empty: &ui.EmptyView{Icon: "check", Title: "没有正好差一点的", Text: "在设定的范围内，没有再多一点就能跳到更高奖励的。"}}
	unit := t.unit()
	for _, b := range t.below {
		missing := engine.Show(b.Missing, b.Cliff.Unit)
		if !b.Cliff.Reached {
			missing += "以上"
		}
		v.Below.Rows = append(v.Below.Rows, ui.Row{Cells: []ui.Cell{
			ui.T(b.Subject), ui.T(b.Cliff.Label), ui.T(engine.Show(b.Now, b.Cliff.Unit)), ui.T(engine.Show(b.Cliff.At, b.Cliff.Unit)), {Text: missing, Strong: true},
			{Text: engine.Show(b.Gain, unit), Kind: ui.Green}, {Text: strings.Join(b.Cliff.Where, "、"), Muted: true},
		}})
	}
	v.Cliffs = ui.Table{Caption: "断崖", Columns: []ui.Column{{Label: "哪一项"}, {Label: "到", Align: ui.Right}, {Label: "之前", Align: ui.Right}, {Label: "之后", Align: ui.Right}, {Label: "跳变", Align: ui.Right}, {Label: "因为"}},
		Empty: &ui.EmptyView{Icon: "check", Title: "没有断崖", Text: "各项数据变动时，奖励都是连续变化的。"}}
	for _, a := range t.policy.Axes() {
		for _, k := range t.cliffs[a.Name] {
			jump := k.Jump()
			cell := ui.Cell{Text: "+" + engine.Show(jump, unit), Kind: ui.Green}
			if jump.Sign() < 0 {
				cell = ui.Cell{Text: "−" + engine.Show(jump.Neg(jump), unit), Kind: ui.Red}
			}
			v.Cliffs.Rows = append(v.Cliffs.Rows, ui.Row{Cells: []ui.Cell{
				ui.T(k.Label), ui.T(engine.Show(k.At, k.Unit)), ui.T(engine.Show(k.Before, unit)), ui.T(engine.Show(k.After, unit)), cell, {Text: strings.Join(k.Where, "、"), Muted: true},
			}})
		}
	}
}

// sheetColumns are the columns of the sheet of values: the village, then what can be entered.
func (t *trial) sheetColumns() ([]sheet.Column, []engine.Input) {
	cols := []sheet.Column{{Title: t.noun().Label, Width: 16}}
	var inputs []engine.Input
	for _, in := range t.inputs {
		if in.Type != "accounts" {
			cols, inputs = append(cols, sheet.Column{Title: in.Label, Width: 18}), append(inputs, in)
		}
	}
	return cols, inputs
}

// exportInputs gives the values as a sheet, as they stand on the page.
func (p *pages) exportInputs(c *shell.Ctx) error {
	t, err := p.trial(c)
	if err != nil {
		return err
	}
	t.read(c)
	cols, inputs := t.sheetColumns()
	var rows iter.Seq2[[]string, error] = func(yield func([]string, error) bool) {
		for _, s := range t.subjects {
			row := []string{s.Name}
			for _, in := range inputs {
				row = append(row, t.texts[fieldName(s.Key(), in.Name)])
			}
			if !yield(row, nil) {
				return
			}
		}
	}
	return resource.WriteSheet(c, fmt.Sprintf("%s 试算数据 %d", t.version.No, t.year), "xlsx", cols, rows)
}

// importSheet fills the fields from a sheet; villages and columns are known by name. Nothing is taken when something is wrong.
func (t *trial) importSheet(c *shell.Ctx) error {
	table, err := resource.ReadUpload(c, "file")
	if err != nil {
		return err
	}
	_, inputs := t.sheetColumns()
	noun := t.noun().Label
	name := table.Col(noun)
	if name < 0 {
		return errs.New(errs.Invalid, "policy.sheet", "表格里没有“%s”这一列；请先导出数据，在导出的表格里修改", noun)
	}
	byName := map[string]*policy.Subject{}
	for i := range t.subjects {
		byName[t.subjects[i].Name] = &t.subjects[i]
	}
	var l errs.List
	for n, row := range table.Rows {
		s := byName[cellOf(row, name)]
		if s == nil {
			l.Add("file", "第 %d 行：这里没有名为“%s”的%s", table.RowNo[n], cellOf(row, name), noun)
			continue
		}
		for _, in := range inputs {
			if i := table.Col(in.Label); i >= 0 {
				t.set(s, in, cellOf(row, i))
			}
		}
	}
	return l.Err()
}

func cellOf(row []string, i int) string {
	if i < len(row) {
		return strings.TrimSpace(row[i])
	}
	return ""
}
