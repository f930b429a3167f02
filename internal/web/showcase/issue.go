package showcase

import (
	"strconv"
	"strings"

	sc "huicun/internal/insight/showcase"
	"huicun/internal/kit/errs"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// stored reads the issue of the path, for people who may see the article.
func (p *pages) stored(c *shell.Ctx) (*sc.Showcase, *sc.Issue, error) {
	tenant, v, err := p.get(c)
	if err != nil {
		return nil, nil, err
	}
	no, err := number(c.R.PathValue("no"))
	if err != nil {
		return nil, nil, err
	}
	i, err := p.svc.Issue(c.Context(), tenant, v.ID, no)
	return v, i, err
}

func issuePath(v *sc.Showcase, no int) string { return pathOf(v) + "/issues/" + strconv.Itoa(no) }

func issueCrumbs(v *sc.Showcase, no int, more ...ui.Link) []ui.Link {
	last := ui.Link{Label: "第 " + strconv.Itoa(no) + " 版"}
	if len(more) > 0 {
		last.Href = issuePath(v, no)
	}
	return append([]ui.Link{{Label: "晒项目", Href: "/showcases"}, {Label: v.No, Href: pathOf(v)}, last}, more...)
}

func (p *pages) issue(c *shell.Ctx) error {
	v, i, err := p.stored(c)
	if err != nil {
		return err
	}
	page := c.PageOf(i.Content.Title, issueCrumbs(v, i.No)...)
	page.HideTitle = true
	buttons := []ui.Button{{Label: "公众号版", Icon: "copy", Href: issuePath(v, i.No) + "/wechat"}}
	if i.No > 1 {
		buttons = append(buttons, ui.Button{Label: "看改动", Icon: "history", Href: issuePath(v, i.No) + "/changes"})
	}
	if i.No > v.WithdrawnIssue {
		buttons = append(buttons, ui.Button{Label: "打印", Icon: "printer", Href: publicPath(c.Tenant, v.ID.String()) + "/print?issue=" + strconv.Itoa(i.No)})
	}
	page.Actions = ui.Buttons(buttons...)
	html := sc.Parse(i.Content.Body).HTML(sc.ShownOf(i.Content.Figures), frozenLinks(issuePath(v, i.No)))
	return c.Page(page, issueBody(v, i, html))
}

func (p *pages) issueFigure(c *shell.Ctx) error {
	v, i, err := p.stored(c)
	if err != nil {
		return err
	}
	f, ok := i.Content.Figure(c.R.PathValue("code"))
	if !ok {
		return noFigure()
	}
	lv := frozenView(f, &i.Content)
	if c.Partial() {
		return c.Render(ui.Lineage(lv))
	}
	return c.Page(c.PageOf(f.Name, issueCrumbs(v, i.No, ui.Link{Label: f.Name})...), lineageBody(lv, issuePath(v, i.No)))
}

func noFigure() error {
	return errs.New(errs.NotFound, "showcase.figure", "这一版文章里没有这个数字")
}

func (p *pages) issueChanges(c *shell.Ctx) error {
	v, i, err := p.stored(c)
	if err != nil {
		return err
	}
	ch, err := p.changes(c, c.Tenant, i)
	if err != nil {
		return err
	}
	page := c.PageOf("第 "+strconv.Itoa(i.No)+" 版的改动", issueCrumbs(v, i.No, ui.Link{Label: "改动"})...)
	return c.Page(page, changesBody(ch, i.No-1, i.No))
}

// changes compares an issue with the one before it.
func (p *pages) changes(c *shell.Ctx, tenant int64, i *sc.Issue) (*sc.Changes, error) {
	if i.No < 2 {
		return &sc.Changes{}, nil
	}
	before, err := p.svc.Issue(c.Context(), tenant, i.Showcase, i.No-1)
	if err != nil {
		return nil, err
	}
	return sc.Compare(&before.Content, &i.Content), nil
}

func (p *pages) wechat(c *shell.Ctx) error {
	v, i, err := p.stored(c)
	if err != nil {
		return err
	}
	scheme := "http"
	if c.Shell.Secure || c.R.TLS != nil {
		scheme = "https"
	}
	html := sc.Parse(i.Content.Body).HTML(sc.ShownOf(i.Content.Figures), sc.WeChat)
	html = wechatNote(byline(&i.Content)) + html + wechatNote("数据截至 "+i.Content.AsOf.Chinese()+"，第 "+strconv.Itoa(i.No)+" 版，校验码 "+i.Fingerprint()+
		"。加粗的数字都有出处，可在公开页逐一查看："+scheme+"://"+c.R.Host+publicPath(c.Tenant, v.ID.String()))
	page := c.PageOf("公众号版", issueCrumbs(v, i.No, ui.Link{Label: "公众号版"})...)
	return c.Page(page, wechatBody(i.Content.Title, html))
}

// frozenView shows a frozen figure as the drawer does. Its records lead nowhere: readers have no login, and what
// is behind a record today may differ from what was published.
func frozenView(f *sc.Frozen, c *sc.Content) ui.LineageView {
	v := ui.LineageView{
		Title: f.Name, Value: f.Value, Unit: f.Unit, Qualifier: f.Qualifier, Wording: f.Text, Forecast: f.Forecast,
		Definition: f.Definition, DefinitionNo: "定义第 " + strconv.Itoa(f.DefinitionVersion) + " 版", Scope: join(f.Scope), Period: f.Period, AsOf: f.AsOf.String(),
		RowLabel: "记录", AmountLabel: "数值（" + f.Unit + "）", Total: f.Total, MoreCount: f.More,
	}
	if f.Unit == "" || f.Total == "" {
		v.AmountLabel = "数值"
	}
	var note string
	if f.Ratio != "" {
		note += "按 " + f.Ratio + " 计算。"
	}
	if f.Actual != "" {
		note += "其中已实现 " + f.Actual + " " + f.Unit + "，其余为预计。"
	}
	if len(f.Missing) > 0 {
		note += "尚缺：" + join(f.Missing) + "。"
	}
	for _, p := range f.Series {
		note += p.Label + " " + p.Value + " " + f.Unit + "；"
	}
	if f.Samples() > 0 {
		note += "标有“示例”的记录为演示而设，来源未给出。"
	}
	v.Note = note + "这是第 " + strconv.Itoa(c.Issue) + " 版发布时的存档，记录以后有变动也不影响本页。"
	if f.Qualifier == "准确" {
		v.Qualifier = ""
	}
	for _, r := range f.Records {
		row := ui.LineageRow{No: r.No, Title: r.Title, Org: r.Place, Date: r.Date.String(), Amount: r.Amount}
		switch {
		case r.No == r.Title: // a record that is named by its name
			row.No = r.Label
		case r.Label != "":
			row.No = strings.TrimSpace(r.Label + " " + r.No)
		}
		switch {
		case r.Sample:
			row.Badge = &ui.BadgeView{Text: "示例", Kind: ui.Grey}
		case r.Forecast:
			row.Badge = &ui.BadgeView{Text: "预计", Kind: ui.Azure}
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

func join(list []string) string {
	out := ""
	for i, s := range list {
		if i > 0 {
			out += "、"
		}
		out += s
	}
	return out
}

// byline is who speaks, and since when: no name of a person, as in the article's fields.
func byline(c *sc.Content) string {
	out := c.Issuer
	if c.Author != "" {
		out += " · " + c.Author
	}
	return out
}
