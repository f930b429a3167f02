package property

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huicun/internal/books/asset"
	"huicun/internal/books/stocktake"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// countHref is the page on which a line is counted; without a line, the next that is not.
func countHref(count, line ids.ID) string {
	to := "/stocktakes/" + count.String() + "/count"
	if line != 0 {
		to += "?line=" + line.String()
	}
	return to
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
