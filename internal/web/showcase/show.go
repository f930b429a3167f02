package showcase

import (
	"net/http"
	"strconv"
	"unicode/utf8"

	sc "huicun/internal/insight/showcase"
	"huicun/internal/kit/errs"
	"huicun/internal/registry/audit"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// article is an article's own page.
type article struct {
	V        *sc.Showcase
	Place    string
	Problem  string
	Byline   string
	HTML     string
	Live     bool // figures as of today's records, not frozen
	Changed  bool // the working text differs from what is published
	Review   *sc.Review
	Issues   []sc.Issue
	History  []ui.Event
	Confirms []ui.ConfirmView
	Public   string
	Withdraw string
}

func (p *pages) show(c *shell.Ctx) error {
	tenant, v, err := p.get(c)
	if err != nil {
		return err
	}
	return p.showPage(c, tenant, v, http.StatusOK, "")
}

// showError shows the article again with what went wrong on top.
func (p *pages) showError(c *shell.Ctx, tenant int64, v *sc.Showcase, err error) error {
	switch errs.KindOf(err) {
	case errs.Invalid, errs.State, errs.Conflict, errs.Stale:
		return p.showPage(c, tenant, v, http.StatusConflict, shell.Sentence(err))
	}
	return err
}

func (p *pages) showPage(c *shell.Ctx, tenant int64, v *sc.Showcase, status int, problem string) error {
	a := article{V: v, Place: c.RegionName(v.Region), Problem: problem, Public: publicPath(tenant, v.ID.String())}
	a.Byline = v.Issuer
	if v.Author != "" {
		a.Byline += " · " + v.Author
	}
	a.Byline += " · 数据截至 " + v.AsOf.String()
	if err := p.text(c, tenant, &a); err != nil {
		return err
	}
	var err error
	if a.Issues, err = p.svc.Issues(c.Context(), tenant, v.ID); err != nil {
		return err
	}
	history, err := audit.Of(c.Context(), p.svc.Noun.Env().DB.Read(), tenant, "showcase", v.ID, 50)
	if err != nil {
		return err
	}
	a.History = events(history)
	a.Confirms = confirms(c, v)
	page := c.PageOf(v.Title, ui.Link{Label: "晒项目", Href: "/showcases"}, ui.Link{Label: v.No})
	page.HideTitle = true
	page.Actions = ui.Buttons(actions(c, v, a.Public)...)
	return c.PageStatus(status, page, showBody(a))
}

// text renders what is to be read: the newest issue when the working text is the same, else the working text
// with today's figures.
func (p *pages) text(c *shell.Ctx, tenant int64, a *article) error {
	if a.V.State == sc.Published {
		i, err := p.svc.Issue(c.Context(), tenant, a.V.ID, a.V.IssueNo)
		if err != nil {
			return err
		}
		if same(a.V, &i.Content) {
			a.HTML = sc.Parse(i.Content.Body).HTML(sc.ShownOf(i.Content.Figures), frozenLinks(pathOf(a.V)+"/issues/"+strconv.Itoa(i.No)))
			return nil
		}
		a.Changed = true
	}
	r, err := p.svc.Review(c.Context(), tenant, a.V)
	if err != nil {
		return err
	}
	a.Live, a.Review, a.HTML = true, r, r.Doc.HTML(r.Shown(), live(a.V))
	return nil
}

func same(v *sc.Showcase, i *sc.Content) bool {
	return v.Body == i.Body && v.Title == i.Title && v.Kicker == i.Kicker && v.Author == i.Author && v.Issuer == i.Issuer && v.AsOf == i.AsOf && v.Region == i.Place
}

// frozenLinks links figures to their frozen records below a path.
func frozenLinks(base string) sc.Style {
	return sc.Style{Link: func(code string) map[string]any { return ui.DrawerAttrs(base + "/figures/" + code) }}
}

func actions(c *shell.Ctx, v *sc.Showcase, public string) []ui.Button {
	var out []ui.Button
	if c.Who.Can(approve, v.Region) && v.State != sc.Withdrawn {
		label := "核对并发布"
		if v.State == sc.Published {
			label = "发布新一版"
		}
		out = append(out, ui.Button{Label: label, Icon: "send", Href: pathOf(v) + "/publish", Style: ui.Primary})
	}
	if c.Who.Can(edit, v.Region) && v.State != sc.Withdrawn {
		out = append(out, ui.Button{Label: "修改", Icon: "edit", Href: pathOf(v) + "/edit"})
	}
	if v.IssueNo > 0 {
		out = append(out, ui.Button{Label: "公开页", Icon: "external-link", Href: public})
	}
	if v.State == sc.Published {
		out = append(out, ui.Button{Label: "公众号版", Icon: "copy", Href: pathOf(v) + "/issues/" + strconv.Itoa(v.IssueNo) + "/wechat"})
	}
	return out
}

func confirms(c *shell.Ctx, v *sc.Showcase) []ui.ConfirmView {
	version := []ui.Hidden{{Name: "version", Value: strconv.FormatInt(v.Version, 10)}}
	var out []ui.ConfirmView
	add := func(ok bool, cv ui.ConfirmView) {
		if ok {
			cv.Hidden = version
			out = append(out, cv)
		}
	}
	add(v.State == sc.Published && c.Who.Can(approve, v.Region), ui.ConfirmView{
		ID: "do-withdraw", Button: ui.Button{Label: "撤回", Icon: "arrow-back-up", Style: ui.Danger}, Title: "撤回这篇文章", Action: pathOf(v) + "/withdraw",
		Text: "公开页将不再显示正文，改为显示撤回日期和下面的原因。已存档的各版不会删除。", Submit: "确认撤回", Danger: true, AskReason: true, ReasonRequired: true, ReasonLabel: "撤回原因（读者会看到）",
	})
	add(v.State == sc.Withdrawn && c.Who.Can(edit, v.Region), ui.ConfirmView{
		ID: "do-reopen", Button: ui.Button{Label: "重新起草", Icon: "edit", Style: ui.Primary}, Title: "重新起草", Action: pathOf(v) + "/reopen",
		Text: "文章转为草稿，修改后可以发布新的一版；在那之前公开页仍显示撤回说明。", Submit: "转为草稿",
	})
	add(v.State == sc.Draft && v.IssueNo == 0 && c.Who.Can(edit, v.Region), ui.ConfirmView{
		ID: "do-delete", Button: ui.Button{Label: "删除草稿", Icon: "trash", Style: ui.Ghost}, Title: "删除草稿", Action: pathOf(v) + "/delete",
		Text: "删除后不能恢复，历史记录中仍可查到。", Submit: "确认删除", Danger: true,
	})
	return out
}

// events shows the history; a long text is told by its length, since what changed between issues has its own page.
func events(list []audit.Entry) []ui.Event {
	out := resource.Events(list)
	for i := range out {
		for j := range out[i].Changes {
			ch := &out[i].Changes[j]
			ch.Before, ch.After = brief(ch.Before), brief(ch.After)
		}
	}
	return out
}

const briefLength = 80

func brief(s string) string {
	if n := utf8.RuneCountInString(s); n > briefLength {
		return string([]rune(s)[:24]) + "……（共 " + strconv.Itoa(n) + " 字）"
	}
	return s
}
