package showcase

import (
	"html"
	"net/http"
	"strconv"

	sc "huicun/internal/insight/showcase"
	"huicun/internal/kit/code"
	"huicun/internal/kit/errs"
	"huicun/internal/registry/region"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

func publicPath(tenant int64, id string) string {
	return "/public/showcases/" + strconv.FormatInt(tenant, 10) + "/" + id
}

// place is one place's published articles.
type place struct {
	Name  string
	Items []item
}

type item struct {
	Title, Kicker, Sub, Href string
}

// manyCounties is from where the list asks to choose a county first.
const manyCounties = 20

// perCounty bounds the list of one county.
const perCounty = 200

func (p *pages) publicList(c *shell.Ctx) error {
	scope, err := code.Region(c.Query("scope"))
	if err != nil {
		scope = region.Nation
	}
	counties, err := c.Shell.Regions.Tenants(c.Context(), scope)
	if err != nil {
		return err
	}
	v := ui.PublicPageView{Title: "晒项目", Org: "晒项目", Home: "/public", FooterNav: []ui.Link{{Label: "公开招租", Href: "/public/lettings"}, {Label: "一村一策", Href: "/public/plans"}}, FooterNote: "文中的数字都能点开看出处；发布后的内容不会被改动，修改会作为新的一版发布。"}
	if scope != region.Nation {
		v.Title = c.RegionName(scope) + "晒项目"
		v.Crumbs = []ui.Link{{Label: "全部地区", Href: "/public"}, {Label: c.RegionName(scope)}}
	}
	if len(counties) > manyCounties {
		var links []ui.Link
		for _, t := range counties {
			links = append(links, ui.Link{Label: t.Name, Href: "/public?scope=" + t.Prefix + "000000"})
		}
		return c.Render(shell.Frame(ui.PublicPage(v), countiesBody(links)))
	}
	var places []place
	at := map[string]int{}
	for _, t := range counties {
		list, err := p.svc.PublicList(c.Context(), t.ID, scope, perCounty)
		if err != nil {
			return err
		}
		for i := range list {
			a := &list[i]
			n, ok := at[a.Region]
			if !ok {
				n = len(places)
				at[a.Region] = n
				places = append(places, place{Name: c.RegionName(a.Region)})
			}
			places[n].Items = append(places[n].Items, item{
				Title: a.Title, Kicker: a.Kicker, Href: publicPath(t.ID, a.ID.String()),
				Sub: a.Issuer + " · " + a.PublishedOn.String() + " 发布 · 第 " + strconv.Itoa(a.IssueNo) + " 版",
			})
		}
	}
	return c.Render(shell.Frame(ui.PublicPage(v), publicListBody(places)))
}

// open reads the article of a public address.
func (p *pages) open(c *shell.Ctx) (int64, *sc.Public, error) {
	tenant, err := strconv.ParseInt(c.R.PathValue("tenant"), 10, 64)
	if err != nil || tenant <= 0 {
		return 0, nil, errs.New(errs.NotFound, "showcase.public", "没有这篇文章；请检查地址")
	}
	id, err := c.ID()
	if err != nil {
		return 0, nil, err
	}
	no := 0
	if s := c.Query("issue"); s != "" {
		if no, err = number(s); err != nil {
			return 0, nil, err
		}
	}
	pub, err := p.svc.Public(c.Context(), tenant, id, no)
	return tenant, pub, err
}

// frame is the layout of an article's public pages.
func frame(c *shell.Ctx, pub *sc.Public, title string) ui.PublicPageView {
	name := c.RegionName(pub.Article.Region)
	return ui.PublicPageView{
		Title: title, Org: name + " · 晒项目", Home: "/public?scope=" + pub.Article.Region,
		Crumbs:    []ui.Link{{Label: "晒项目", Href: "/public?scope=" + pub.Article.Region}},
		FooterNav: []ui.Link{{Label: name + "的全部文章", Href: "/public?scope=" + pub.Article.Region}, {Label: "其他地区", Href: "/public"}},
	}
}

// issueOf is the issue to show; a withdrawn one answers with the notice instead and says so.
func (p *pages) issueOf(c *shell.Ctx) (tenant int64, pub *sc.Public, withdrawn bool, err error) {
	tenant, pub, err = p.open(c)
	if err != nil || pub.Issue != nil {
		return tenant, pub, false, err
	}
	if c.Partial() {
		return tenant, pub, true, c.Render(withdrawnBody(pub, ""))
	}
	title := "这篇文章已撤回"
	newest := ""
	if len(pub.Issues) > 0 {
		title, newest = "这一版已撤回", publicPath(tenant, pub.Article.ID.String())
	}
	return tenant, pub, true, c.RenderStatus(http.StatusGone, shell.Frame(ui.PublicPage(frame(c, pub, title)), withdrawnBody(pub, newest)))
}

func (p *pages) public(c *shell.Ctx) error {
	tenant, pub, withdrawn, err := p.issueOf(c)
	if err != nil || withdrawn {
		return err
	}
	base := publicPath(tenant, pub.Article.ID.String())
	query := "?issue=" + strconv.Itoa(pub.Issue.No)
	doc := sc.Parse(pub.Issue.Content.Body)
	html := doc.HTML(sc.ShownOf(pub.Issue.Content.Figures), sc.Style{Link: func(code string) map[string]any {
		return ui.DrawerAttrs(base + "/figures/" + code + query)
	}})
	v := frame(c, pub, pub.Issue.Content.Title)
	if k := pub.Issue.Content.Kicker; k != "" {
		v.Crumbs = append(v.Crumbs, ui.Link{Label: k})
	}
	return c.Render(shell.Frame(ui.PublicPage(v), publicBody(pub, base, html)))
}

func (p *pages) publicFigure(c *shell.Ctx) error {
	tenant, pub, withdrawn, err := p.issueOf(c)
	if err != nil || withdrawn {
		return err
	}
	f, ok := pub.Issue.Content.Figure(c.R.PathValue("code"))
	if !ok {
		return noFigure()
	}
	lv := frozenView(f, &pub.Issue.Content)
	if c.Partial() {
		return c.Render(ui.Lineage(lv))
	}
	base := publicPath(tenant, pub.Article.ID.String()) + "?issue=" + strconv.Itoa(pub.Issue.No)
	v := frame(c, pub, "数字的出处")
	v.Crumbs = append(v.Crumbs, ui.Link{Label: pub.Issue.Content.Title, Href: base})
	return c.Render(shell.Frame(ui.PublicPage(v), lineageBody(lv, base)))
}

func (p *pages) publicChanges(c *shell.Ctx) error {
	tenant, pub, withdrawn, err := p.issueOf(c)
	if err != nil || withdrawn {
		return err
	}
	// What was withdrawn is not shown as the other side of a comparison either.
	ch := &sc.Changes{}
	if pub.Issue.No-1 > pub.Article.WithdrawnIssue {
		if ch, err = p.changes(c, tenant, pub.Issue); err != nil {
			return err
		}
	}
	v := frame(c, pub, "第 "+strconv.Itoa(pub.Issue.No)+" 版的改动")
	v.Crumbs = append(v.Crumbs, ui.Link{Label: pub.Issue.Content.Title, Href: publicPath(tenant, pub.Article.ID.String())})
	return c.Render(shell.Frame(ui.PublicPage(v), changesBody(ch, pub.Issue.No-1, pub.Issue.No)))
}

func (p *pages) publicPrint(c *shell.Ctx) error {
	tenant, pub, withdrawn, err := p.issueOf(c)
	if err != nil || withdrawn {
		return err
	}
	html := sc.Parse(pub.Issue.Content.Body).HTML(sc.ShownOf(pub.Issue.Content.Figures), sc.Style{})
	v := frame(c, pub, pub.Issue.Content.Title)
	v.Crumbs, v.FooterNav = nil, nil
	return c.Render(shell.Frame(ui.PublicPage(v), printBody(pub, publicPath(tenant, pub.Article.ID.String()), html)))
}

// publicContent hands out the very bytes that the fingerprint is over.
func (p *pages) publicContent(c *shell.Ctx) error {
	_, pub, withdrawn, err := p.issueOf(c)
	if err != nil || withdrawn {
		return err
	}
	c.File(pub.Article.No+"-第"+strconv.Itoa(pub.Issue.No)+"版-存档.json", "application/json; charset=utf-8")
	_, err = c.W.Write(pub.Issue.Raw)
	return err
}

// wechatNote is a small grey paragraph of the article for WeChat.
func wechatNote(text string) string {
	return `<p style="margin:0 0 1.2em;font-size:14px;line-height:1.7;color:#888;">` + html.EscapeString(text) + `</p>`
}
