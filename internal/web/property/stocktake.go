package property

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huicun/internal/books/asset"
	"huicun/internal/books/stocktake"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

const (
	takeView = "stocktake:" + access.View
	lineEdit = "stocktake_line:" + access.Edit
)

func (p *pages) mountStocktakes(s *shell.Shell, set *resource.Set) {
	resource.Mount(s, set, p.takes.Counts, resource.Options[stocktake.Count]{
		Links: []string{"party"}, Before: []resource.Panel[stocktake.Count]{p.takeProgress}, Panels: []resource.Panel[stocktake.Count]{p.takeDifferences, p.takeLines},
		ListActions: func(*shell.Ctx) []ui.Button {
			return []ui.Button{{Label: "各村进度", Icon: "chart-bar", Href: "/stocktake-progress"}, {Label: "二维码标签", Icon: "qrcode", Href: "/asset-labels"}}
		},
		Actions: func(c *shell.Ctx, v *stocktake.Count) []ui.Button {
			if v.State != stocktake.Counting || !c.Who.Can(lineEdit, v.Region) {
				return nil
			}
			return []ui.Button{{Label: "逐项清点", Icon: "device-mobile", Href: countHref(v.ID, 0)}}
		},
		Locked: func(_ *shell.Ctx, v *stocktake.Count) (bool, error) { return v.State == stocktake.Void, nil },
	})
	resource.Mount(s, set, p.takes.Lines, resource.Options[stocktake.Line]{NoForms: true, NewPath: "/stocktakes"})
	s.Handle(
		shell.Route{Method: "GET", Pattern: "/stocktakes/{id}/count", Perm: takeView, Fn: p.countPage},
		shell.Route{Method: "POST", Pattern: "/stocktakes/{id}/count", Perm: lineEdit, Fn: p.countSave},
		shell.Route{Method: "GET", Pattern: "/stocktakes/{id}/found", Perm: lineEdit, Fn: p.foundPage},
		shell.Route{Method: "POST", Pattern: "/stocktakes/{id}/found", Perm: lineEdit, Fn: p.foundSave},
		shell.Route{Method: "GET", Pattern: "/stocktake-progress", Perm: takeView, Fn: p.progress},
	)
}

// countHref is the page on which a line is counted; without a line, the next that is not.
func countHref(count, line ids.ID) string {
	to := "/stocktakes/" + count.String() + "/count"
	if line != 0 {
		to += "?line=" + line.String()
	}
	return to
}

func (p *pages) linesOf(c *shell.Ctx, count ids.ID) ([]stocktake.Line, error) {
	return stocktake.LinesOf(c.Context(), p.read(), c.Tenant, count)
}

// resultKind is what a result's colour means.
func resultKind(result string) ui.Kind {
	for _, o := range stocktake.Results {
		if o.Code == result {
			return ui.Kind(o.Tone)
		}
	}
	return ui.Grey
}

func resultBadge(result string) *ui.BadgeView {
	if result == "" {
		return &ui.BadgeView{Text: "未清点", Kind: ui.Grey}
	}
	return &ui.BadgeView{Text: field.LabelOf(stocktake.Results, result), Kind: resultKind(result)}
}

// takeProgress says how far a count is, and leads on.
func (p *pages) takeProgress(c *shell.Ctx, v *stocktake.Count) (templ.Component, error) {
	list, err := p.linesOf(c, v.ID)
	if err != nil {
		return nil, err
	}
	t := progressView{Total: len(list)}
	by := map[string]int{}
	for i := range list {
		by[list[i].Result]++
	}
	t.Done = t.Total - by[""]
	t.Stats = append(t.Stats, ui.StatView{Label: "已清点", Value: strconv.Itoa(t.Done), Unit: "/ " + strconv.Itoa(t.Total) + " 项"})
	for _, o := range stocktake.Results {
		k := ui.Kind("")
		if by[o.Code] > 0 && o.Code != stocktake.Match {
			k = ui.Kind(o.Tone)
		}
		t.Stats = append(t.Stats, ui.StatView{Label: o.Label, Value: strconv.Itoa(by[o.Code]), Unit: "项", Kind: k})
	}
	if v.State == stocktake.Counting && c.Who.Can(lineEdit, v.Region) {
		t.Href, t.FoundHref = countHref(v.ID, 0), "/stocktakes/"+v.ID.String()+"/found"
	}
	return progressBody(t), nil
}

// takeDifferences is the proposal that is approved (盘盈盘亏处理意见).
func (p *pages) takeDifferences(c *shell.Ctx, v *stocktake.Count) (templ.Component, error) {
	list, err := p.linesOf(c, v.ID)
	if err != nil {
		return nil, err
	}
	t := ui.Table{Caption: "差异和处理意见", Unit: "元", Columns: []ui.Column{
		{Label: "资产"}, {Label: "结果"}, {Label: "账面数量", Align: ui.Right}, {Label: "实有数量", Align: ui.Right}, {Label: "净损失", Align: ui.Right},
		{Label: "盘盈价值", Align: ui.Right}, {Label: "原因"}, {Label: "处理意见"}, {Label: "责任人赔偿", Align: ui.Right},
	}}
	var parties []ids.ID
	for i := range list {
		if id := list[i].Responsible; id != 0 {
			parties = append(parties, id)
		}
	}
	names, err := p.names(c.Context(), c.Tenant, "party", parties)
	if err != nil {
		return nil, err
	}
	var loss, gain, charged money.Fen
	for i := range list {
		l := &list[i]
		if l.Result == "" || l.Result == stocktake.Match || l.Result == stocktake.Idle {
			continue
		}
		cost, accumulated, err := l.Loss()
		if err != nil {
			return nil, err
		}
		net := cost - accumulated
		r := ui.Row{Href: p.lineHref(v, l), Cells: []ui.Cell{
			{Text: l.Name, Sub: l.Code}, {Badge: resultBadge(l.Result)}, ui.T(quantityOf(l, l.Quantity.N)), ui.T(quantityOf(l, l.Found.N)), ui.T(yuan(net)), ui.T(yuan(l.Value)), ui.T(l.Cause),
			ui.T(field.LabelOf(stocktake.Treatments, l.Treatment)), {Text: yuan(l.Charged), Sub: names[l.Responsible]},
		}}
		if l.Treatment == stocktake.Book {
			loss, gain, charged = loss+net, gain+l.Value, charged+l.Charged
		}
		t.Rows = append(t.Rows, r)
	}
	if len(t.Rows) == 0 {
		return nil, nil
	}
	t.Foot = []ui.Cell{{Text: "调账合计", Span: 4}, ui.T(loss.String()), ui.T(gain.String()), {}, {}, ui.T(charged.String())}
	return resource.TableCard(ui.CardView{Title: "差异和处理意见", Sub: strconv.Itoa(len(t.Rows)) + " 项；批准后调整卡片，差异先记待处理财产损溢，再按决议转入其他收入、其他支出或责任人应赔", Flush: true}, t), nil
}

// quantityOf writes a quantity of a line; what was found without a card has none in the books.
func quantityOf(l *stocktake.Line, n int64) string {
	q := l.Quantity
	if q.N = n; l.Asset == 0 && n == 0 {
		return "无卡片"
	}
	return q.String()
}

func (p *pages) lineHref(v *stocktake.Count, l *stocktake.Line) string {
	if v.State == stocktake.Counting {
		return countHref(v.ID, l.ID)
	}
	return "/stocktake-lines/" + l.ID.String()
}

// takeLines is the whole list.
func (p *pages) takeLines(c *shell.Ctx, v *stocktake.Count) (templ.Component, error) {
	list, err := p.linesOf(c, v.ID)
	if err != nil {
		return nil, err
	}
	t := ui.Table{Caption: "清查清单", Dense: true, Columns: []ui.Column{
		{Label: "资产"}, {Label: "位置"}, {Label: "账面数量", Align: ui.Right}, {Label: "原值（元）", Align: ui.Right}, {Label: "净值（元）", Align: ui.Right}, {Label: "结果"}, {Label: "清点人"},
	}}
	for i := range list {
		l := &list[i]
		who := l.Counter
		if !l.Counted.IsZero() {
			who += " " + l.Counted.String()
		}
		t.Rows = append(t.Rows, ui.Row{Href: p.lineHref(v, l), Cells: []ui.Cell{
			{Text: l.Name, Sub: l.Code}, ui.T(cmp.Or(l.FoundPlace, l.Place)), ui.T(quantityOf(l, l.Quantity.N)), ui.T(yuan(l.Cost)), ui.T(yuan(l.Cost - l.Accumulated)), {Badge: resultBadge(l.Result)}, ui.T(who),
		}})
	}
	return resource.TableCard(ui.CardView{Title: "清查清单", Sub: strconv.Itoa(len(list)) + " 项，建表时固定", Flush: true}, t), nil
}

// names are the natural keys of records of a kind.
func (p *pages) names(ctx context.Context, tenant int64, kind string, list []ids.ID) (map[ids.ID]string, error) {
	n, ok := p.env.Noun(kind)
	if !ok || len(list) == 0 {
		return nil, nil
	}
	return n.Names(ctx, p.read(), tenant, list)
}

// takeOf reads the count of the address, within what the person may see.
func (p *pages) takeOf(c *shell.Ctx) (*stocktake.Count, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, err
	}
	id, err := c.ID()
	if err != nil {
		return nil, err
	}
	return p.takes.Counts.Get(c.Context(), c.Who, tenant, id)
}

// countPage shows one line to be counted, made for one hand on a telephone.
func (p *pages) countPage(c *shell.Ctx) error {
	v, err := p.takeOf(c)
	if err != nil {
		return err
	}
	list, err := p.linesOf(c, v.ID)
	if err != nil {
		return err
	}
	if q := c.Query("q"); q != "" {
		return p.countSearch(c, v, list, q)
	}
	id, _ := ids.Parse(c.Query("line")) // none: the next that is not counted
	at := -1
	for i := range list {
		if list[i].ID == id || id == 0 && list[i].Result == "" {
			at = i
			break
		}
	}
	if at < 0 {
		return c.Redirect("/stocktakes/" + v.ID.String())
	}
	return p.showLine(c, v, list, at, nil, nil)
}

// countSearch goes to the line that a number or a name means, or offers those that it may mean.
func (p *pages) countSearch(c *shell.Ctx, v *stocktake.Count, list []stocktake.Line, q string) error {
	var hits []stocktake.Line
	for i := range list {
		l := &list[i]
		if strings.EqualFold(l.Code, q) {
			return c.Redirect(countHref(v.ID, l.ID))
		}
		if strings.Contains(strings.ToLower(l.Code+" "+l.Name+" "+l.Place), strings.ToLower(q)) {
			hits = append(hits, *l)
		}
	}
	if len(hits) == 1 {
		return c.Redirect(countHref(v.ID, hits[0].ID))
	}
	t := ui.Table{Caption: "查找结果", Columns: []ui.Column{{Label: "资产"}, {Label: "位置"}, {Label: "结果"}}, Empty: &ui.EmptyView{
		Icon: "search", Title: "清单里没有“" + q + "”", Text: "如果现场确有这项资产，可以登记为盘盈。", Buttons: []ui.Button{{Label: "登记盘盈", Href: "/stocktakes/" + v.ID.String() + "/found"}, {Label: "返回清点", Href: countHref(v.ID, 0)}},
	}}
	for i := range hits {
		l := &hits[i]
		t.Rows = append(t.Rows, ui.Row{Href: countHref(v.ID, l.ID), Cells: []ui.Cell{{Text: l.Name, Sub: l.Code}, ui.T(l.Place), {Badge: resultBadge(l.Result)}}})
	}
	return c.Page(p.takePage(c, v, "查找"), searchBody(v.ID.String(), q, t))
}

func (p *pages) takePage(c *shell.Ctx, v *stocktake.Count, title string) ui.PageView {
	return c.PageOf(title, ui.Link{Label: "清查盘点", Href: "/stocktakes"}, ui.Link{Label: v.No, Href: "/stocktakes/" + v.ID.String()}, ui.Link{Label: title})
}

// showLine shows the form of a line; typed and wrong are what was entered and what is the matter with it.
func (p *pages) showLine(c *shell.Ctx, v *stocktake.Count, list []stocktake.Line, at int, typed map[string]string, wrong error) error {
	l := &list[at]
	texts, err := p.takes.Lines.Texts(c.Context(), p.env.ForTenant(c.Tenant), l)
	if err != nil {
		return err
	}
	for k, s := range typed {
		texts[k] = s
	}
	mistakes, top := fieldErrors(p.takes.Lines.Any().Field, wrong)
	x := countView{
		ID: v.ID.String(), Line: l.ID.String(), Version: strconv.FormatInt(l.Version, 10), At: at + 1, Total: len(list), Top: top,
		Name: l.Name, Code: l.Code, Place: l.Place, Quantity: quantityOf(l, l.Quantity.N), Counted: resultBadge(l.Result), IsUnit: l.Unit != 0, Kind: field.LabelOf(asset.Kinds, l.Kind),
		May: v.State == stocktake.Counting && c.Who.Can(lineEdit, v.Region), Open: wrong != nil || l.Result != "" && l.Result != stocktake.Match,
	}
	if l.Asset != 0 {
		x.CardHref = "/assets/" + l.Asset.String()
	}
	if l.Cost > 0 {
		x.Value = "原值 " + l.Cost.String() + " 元，净值 " + (l.Cost - l.Accumulated).String() + " 元"
	}
	for i := range list {
		if list[i].Result != "" {
			x.Done++
		}
	}
	if at > 0 {
		x.Prev = countHref(v.ID, list[at-1].ID)
	}
	if at+1 < len(list) {
		x.Next = countHref(v.ID, list[at+1].ID)
	}
	for _, o := range stocktake.Results {
		if l.Asset == 0 && o.Code != stocktake.Surplus {
			continue
		}
		x.Results = append(x.Results, ui.Option{Value: o.Code, Label: o.Label, Selected: texts["result"] == o.Code || texts["result"] == o.Label})
	}
	x.ResultError = mistakes["result"]
	in := func(name, label, help string) ui.Field {
		return ui.Field{Name: name, Label: label, Value: texts[name], Help: help, Error: mistakes[name]}
	}
	x.Found = in("found", "实有数量", "账面 "+x.Quantity)
	x.Found.Attrs = templ.Attributes{"inputmode": "decimal"}
	if l.Quantity.N == 0 {
		x.Found.Help = "带单位，如 3台、2间"
		x.Found.Attrs = nil
	}
	x.Spot, x.Cause = in("found_place", "实际位置", "和登记的不一样时填写"), in("cause", "差异原因", "")
	if l.Unit == 0 {
		x.Treatment = in("treatment", "处理意见", "盘亏、盘盈一般调账；损毁的能修好的不调账")
		x.Treatment.Options = options(stocktake.Treatments, texts["treatment"])
		x.Worth, x.Charged = in("value", "盘盈入账价值", ""), in("charged", "应由责任人赔偿", "")
		x.Responsible = in("responsible", "责任人（单位）", "")
		x.Responsible.Ref = "party"
	}
	if l.Asset == 0 {
		x.Inputs = p.foundInputs(texts, mistakes)
	}
	files, err := p.set.FilesCard(c, "stocktake_line", l.ID, l.Region, countHref(v.ID, l.ID))
	if err != nil {
		return err
	}
	x.Files = files
	status := http.StatusOK
	if wrong != nil {
		status = statusOf(wrong)
	}
	view := p.takePage(c, v, "清点 "+l.Code)
	view.HideTitle = true
	return c.PageStatus(status, view, countBody(x))
}

// foundInputs are the inputs of what was found without a card.
func (p *pages) foundInputs(texts, mistakes map[string]string) []ui.Field {
	n := p.takes.Lines.Any()
	var out []ui.Field
	for _, name := range []string{"name", "kind", "class"} {
		f := n.Field(name)
		u := ui.Field{Name: name, Label: f.Label, Value: texts[name], Error: mistakes[name], Required: name != "class"}
		if len(f.Opts) > 0 {
			u.Options = options(f.Opts, texts[name])
		}
		out = append(out, u)
	}
	return out
}

func options(list []field.Option, value string) []ui.Option {
	out := []ui.Option{{Value: "", Label: "请选择"}}
	for _, o := range list {
		out = append(out, ui.Option{Value: o.Code, Label: o.Label, Selected: value == o.Code || value == o.Label})
	}
	return out
}

// fieldErrors divides an error into sentences beside known fields and what stands on top.
func fieldErrors[F any](known func(string) *F, err error) (beside map[string]string, top string) {
	beside = map[string]string{}
	if err == nil {
		return beside, ""
	}
	e := errs.As(err)
	if e == nil || len(e.Fields) == 0 {
		return beside, shell.Sentence(err)
	}
	for _, f := range e.Fields {
		if known(f.Name) == nil {
			top = f.Msg
			continue
		}
		beside[f.Name] = f.Msg
	}
	return beside, top
}

// what a form of a line may give.
var lineFields = []string{"result", "found", "found_place", "cause", "treatment", "value", "responsible", "charged", "name", "kind", "class"}

func formTexts(c *shell.Ctx, names []string) map[string]string {
	in := map[string]string{}
	for _, n := range names {
		if c.R.PostForm.Has(n) {
			in[n] = strings.TrimSpace(c.Form(n))
		}
	}
	return in
}

// countSave keeps what was found and goes to the next line that is not counted.
func (p *pages) countSave(c *shell.Ctx) error {
	v, err := p.takeOf(c)
	if err != nil {
		return err
	}
	if err := c.R.ParseForm(); err != nil {
		return errs.Wrap(err, errs.Invalid, "form", "没有收到表单，请重新提交")
	}
	list, err := p.linesOf(c, v.ID)
	if err != nil {
		return err
	}
	id, err := ids.Parse(c.Form("line"))
	at := -1
	for i := range list {
		if err == nil && list[i].ID == id {
			at = i
		}
	}
	if at < 0 {
		return errs.New(errs.NotFound, "stocktake.line", "清单里没有这一项")
	}
	in := formTexts(c, lineFields)
	if c.Form("quick") != "" { // 相符, whatever else the form still says
		in = map[string]string{"result": stocktake.Match, "found_place": in["found_place"]}
	}
	version, _ := strconv.ParseInt(c.Form("version"), 10, 64)
	typed := map[string]string{}
	for k, s := range in {
		typed[k] = s
	}
	if err := p.takes.Record(c.Context(), c.Who, c.Tenant, id, version, in); err != nil {
		if !mendable(err) {
			return err
		}
		return p.showLine(c, v, list, at, typed, err)
	}
	for i := 1; i < len(list); i++ {
		if next := &list[(at+i)%len(list)]; next.Result == "" {
			return c.Done(countHref(v.ID, next.ID), "%s 已登记", list[at].Name)
		}
	}
	return c.Done("/stocktakes/"+v.ID.String(), "全部清点完毕，核对差异后提交审批")
}

// foundPage is the form for what was found without a card.
func (p *pages) foundPage(c *shell.Ctx) error {
	v, err := p.takeOf(c)
	if err != nil {
		return err
	}
	return p.showFound(c, v, map[string]string{}, nil)
}

func (p *pages) showFound(c *shell.Ctx, v *stocktake.Count, texts map[string]string, wrong error) error {
	mistakes, top := fieldErrors(p.takes.Lines.Any().Field, wrong)
	x := foundView{ID: v.ID.String(), Key: cmp.Or(texts["_key"], c.FormKey()), Top: top, Inputs: p.foundInputs(texts, mistakes)}
	for _, f := range []ui.Field{
		{Name: "found", Label: "实有数量", Help: "带单位，如 3台、120平方米", Required: true}, {Name: "found_place", Label: "实际位置"}, {Name: "cause", Label: "没有卡片的原因", Required: true},
	} {
		f.Value, f.Error = texts[f.Name], mistakes[f.Name]
		x.More = append(x.More, f)
	}
	x.Worth = ui.Field{Name: "value", Label: "入账价值", Value: texts["value"], Error: mistakes["value"], Help: "同类资产的市场价格或评估价值，提交审批前补填也可以；无法取得的按名义金额 1 元"}
	status := http.StatusOK
	if wrong != nil {
		status = statusOf(wrong)
	}
	return c.PageStatus(status, p.takePage(c, v, "登记盘盈"), foundBody(x))
}

func (p *pages) foundSave(c *shell.Ctx) error {
	v, err := p.takeOf(c)
	if err != nil {
		return err
	}
	if err := c.R.ParseForm(); err != nil {
		return errs.Wrap(err, errs.Invalid, "form", "没有收到表单，请重新提交")
	}
	in := formTexts(c, lineFields)
	typed := map[string]string{"_key": c.Form("_key")}
	for k, s := range in {
		typed[k] = s
	}
	id, err := p.takes.Add(c.Context(), c.Who, c.Tenant, c.Form("_key"), v.ID, in)
	if err != nil {
		if !mendable(err) {
			return err
		}
		return p.showFound(c, v, typed, err)
	}
	return c.Done(countHref(v.ID, id), "已登记盘盈，可以接着拍照")
}

// progress is how far the units of a place are with the count of the year.
func (p *pages) progress(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	ranges, err := p.ranges(c, takeView)
	if err != nil {
		return err
	}
	counts, err := stocktake.OfYear(c.Context(), p.read(), tenant, ranges, c.Year)
	if err != nil {
		return err
	}
	tallies, err := stocktake.Tallies(c.Context(), p.read(), tenant, ranges, c.Year)
	if err != nil {
		return err
	}
	owners, err := asset.Owners(c.Context(), p.read(), tenant, ranges)
	if err != nil {
		return err
	}
	title := strconv.Itoa(c.Year) + "年清查进度"
	t, stats, err := p.progressTable(c, counts, tallies, owners)
	if err != nil {
		return err
	}
	view := c.PageOf(title, ui.Link{Label: "清查盘点", Href: "/stocktakes"}, ui.Link{Label: title})
	view.Subtitle, view.Actions = c.ScopeName(), ui.PrintButton()
	return c.Page(view, townBody(stats, t))
}

// ranges are the code ranges of the place that is looked at, as far as the person may see them.
func (p *pages) ranges(c *shell.Ctx, perm string) ([][2]string, error) {
	var out [][2]string
	for _, scope := range c.Who.Narrow(perm, c.Scope) {
		r, err := p.env.Regions.Ranges(c.Context(), scope)
		if err != nil {
			return nil, err
		}
		out = append(out, r...)
	}
	return out, nil
}

func (p *pages) progressTable(c *shell.Ctx, counts []stocktake.Count, tallies []stocktake.Tally, owners []asset.Owner) (ui.Table, []ui.StatView, error) {
	list := make([]ids.ID, len(owners))
	for i := range owners {
		list[i] = owners[i].Party
	}
	for i := range counts {
		list = append(list, counts[i].Party)
	}
	names, err := p.names(c.Context(), c.Tenant, "party", list)
	if err != nil {
		return ui.Table{}, nil, err
	}
	by := map[ids.ID]map[string]int{}
	for _, t := range tallies {
		if by[t.Count] == nil {
			by[t.Count] = map[string]int{}
		}
		by[t.Count][t.Result] = t.N
	}
	t := ui.Table{Caption: "各单位清查进度", Columns: []ui.Column{
		{Label: "单位"}, {Label: "状态"}, {Label: "进度"}, {Label: "相符", Align: ui.Right}, {Label: "闲置", Align: ui.Right}, {Label: "盘亏", Align: ui.Right}, {Label: "损毁", Align: ui.Right}, {Label: "盘盈", Align: ui.Right},
	}, Empty: &ui.EmptyView{Icon: "list-check", Title: "这里还没有资产卡片", Text: "先登记资产，再清查。", Buttons: []ui.Button{{Label: "看资产卡片", Href: "/assets"}}}}
	begun, done := map[ids.ID]bool{}, 0
	for i := range counts {
		v := &counts[i]
		begun[v.Party] = true
		n := by[v.ID]
		total := 0
		for _, x := range n {
			total += x
		}
		counted := total - n[""]
		if v.State == stocktake.Approved {
			done++
		}
		s := stocktake.Machine.State(v.State)
		r := ui.Row{Href: "/stocktakes/" + v.ID.String(), Cells: []ui.Cell{
			{Text: names[v.Party], Sub: v.No}, {Badge: &ui.BadgeView{Text: s.Label, Kind: ui.Kind(s.Tone)}},
			{Content: ui.Progress(ui.ProgressView{Percent: percent(counted, total), Label: "已清点", Text: strconv.Itoa(counted) + "/" + strconv.Itoa(total)})},
		}}
		for _, code := range []string{stocktake.Match, stocktake.Idle, stocktake.Short, stocktake.Damaged, stocktake.Surplus} {
			r.Cells = append(r.Cells, ui.T(some(n[code])))
		}
		t.Rows = append(t.Rows, r)
	}
	missing := 0
	for _, o := range owners {
		if begun[o.Party] {
			continue
		}
		missing++
		r := ui.Row{Kind: ui.Orange, Cells: []ui.Cell{{Text: names[o.Party], Sub: strconv.Itoa(o.Cards) + " 张卡片", Href: "/parties/" + o.Party.String()}, {Badge: &ui.BadgeView{Text: "未开始", Kind: ui.Orange}}}}
		if c.Who.CanSome("stocktake:" + access.Edit) {
			r.Cells = append(r.Cells, ui.Cell{Text: "开始清查", Href: "/stocktakes/new?" + url.Values{"party": {names[o.Party]}, "year": {strconv.Itoa(c.Year)}}.Encode()})
		} else {
			r.Cells = append(r.Cells, ui.Cell{})
		}
		t.Rows = append(t.Rows, ui.Row{Kind: r.Kind, Cells: append(r.Cells, ui.Cell{}, ui.Cell{}, ui.Cell{}, ui.Cell{}, ui.Cell{})})
	}
	stats := []ui.StatView{
		{Label: "应清查单位", Value: strconv.Itoa(len(counts) + missing), Unit: "个"}, {Label: "已开始", Value: strconv.Itoa(len(counts)), Unit: "个"},
		{Label: "已批准", Value: strconv.Itoa(done), Unit: "个", Kind: ui.Green}, {Label: "未开始", Value: strconv.Itoa(missing), Unit: "个", Kind: map[bool]ui.Kind{true: ui.Orange}[missing > 0]},
	}
	return t, stats, nil
}

func percent(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return float64(n) * 100 / float64(of)
}

// some writes a count, nothing for none.
func some(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
