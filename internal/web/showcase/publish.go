package showcase

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	sc "huicun/internal/insight/showcase"
	"huicun/internal/kit/errs"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// publication is the page on which an article is looked over and published.
type publication struct {
	V       *sc.Showcase
	Next    int
	Review  *sc.Review
	Key     string
	Bare    bool
	Reason  string
	Errs    map[string]string
	Problem string
	HTML    string
}

func (p *pages) publishForm(c *shell.Ctx) error {
	_, v, err := p.get(c)
	if err != nil {
		return err
	}
	return p.publishPage(c, http.StatusOK, publication{V: v, Key: c.FormKey()})
}

func (p *pages) publishPage(c *shell.Ctx, status int, f publication) error {
	if err := c.Who.Require(approve, f.V.Region); err != nil {
		return err
	}
	r, err := p.svc.Review(c.Context(), c.Tenant, f.V)
	if err != nil {
		return err
	}
	f.Review, f.Next = r, f.V.IssueNo+1
	f.HTML = r.Doc.HTML(r.Shown(), live(f.V))
	v := c.PageOf("核对并发布", ui.Link{Label: "晒项目", Href: "/showcases"}, ui.Link{Label: f.V.No, Href: pathOf(f.V)}, ui.Link{Label: "发布"})
	v.Subtitle = f.V.Title
	return c.PageStatus(status, v, publishBody(f))
}

func (p *pages) publish(c *shell.Ctx) error {
	tenant, v, err := p.get(c)
	if err != nil {
		return err
	}
	f := publication{V: v, Key: c.Form("_key"), Bare: c.Form("bare") != "", Reason: c.Form("reason"), Errs: map[string]string{}}
	if len(f.Key) < 16 || len(f.Key) > 64 {
		f.Key = c.FormKey()
	}
	no, err := p.svc.Publish(c.Context(), c.Who, tenant, f.Key, sc.Publication{ID: v.ID, Version: versionOf(c), Bare: f.Bare, Reason: f.Reason})
	if err == nil {
		return c.Done(pathOf(v), "第 %d 版已发布，数字和出处已存档", no)
	}
	e := errs.As(err)
	if e == nil || e.Kind == errs.Internal || e.Kind == errs.NotFound || e.Kind == errs.Forbidden {
		return err
	}
	f.Key, f.Problem = c.FormKey(), e.Msg
	for _, x := range e.Fields {
		f.Errs[x.Name] = x.Msg
	}
	if len(e.Fields) > 0 {
		f.Problem = ""
	}
	return p.publishPage(c, shell.Status(err), f)
}

func (p *pages) withdraw(c *shell.Ctx) error {
	tenant, v, err := p.get(c)
	if err != nil {
		return err
	}
	if err := p.svc.Withdraw(c.Context(), c.Who, tenant, v.ID, versionOf(c), c.Form("reason")); err != nil {
		return p.showError(c, tenant, v, err)
	}
	return c.Done(pathOf(v), "已撤回，公开页已改为撤回说明")
}

// figureTable lists an article's figures with their exact values and what they rest on.
func figureTable(list []sc.Frozen, href func(code string) string, codes bool) ui.Table {
	t := ui.Table{Caption: "文中数字", Columns: []ui.Column{{Label: "数字"}, {Label: "文中写作"}, {Label: "准确值", Align: ui.Right}, {Label: "记录", Align: ui.Right}}}
	for i := range list {
		f := &list[i]
		r := ui.Row{Cells: []ui.Cell{{Text: f.Name}, {Text: f.Text}, {Text: f.Exact()}, {Text: strconv.Itoa(f.Count) + " 条"}}}
		if codes {
			r.Cells[0].Sub = f.Code
		}
		if href != nil {
			r.Cells[1].Lineage = href(f.Code)
		}
		if n := f.Samples(); n > 0 {
			r.Cells[3].Sub = "其中示例 " + strconv.Itoa(n)
		}
		t.Rows = append(t.Rows, r)
	}
	t.Empty = &ui.EmptyView{Icon: "chart-bar", Title: "文中没有引用数字", Text: "在正文里插入数字引用，读者就能点开看出处。"}
	return t
}

func bareTable(list []sc.Finding) ui.Table {
	t := ui.Table{Caption: "没有出处的数字", Columns: []ui.Column{{Label: "数字"}, {Label: "所在的句子"}, {Label: "位置"}}}
	for _, f := range list {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: f.Text, Strong: true}, ui.T(f.Sentence), {Text: where(f), Muted: true}}})
	}
	return t
}

func where(f sc.Finding) string {
	if f.Line == 0 {
		return "标题"
	}
	return "第 " + strconv.Itoa(f.Line) + " 行第 " + strconv.Itoa(f.Column) + " 字"
}

// raw is HTML that the slice rendered from prose; it is safe by construction.
func raw(html string) templ.Component { return templ.Raw(html) }
