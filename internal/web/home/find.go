package home

import (
	"strings"

	"huicun/internal/kit/errs"
	"huicun/internal/registry/access"
	"huicun/internal/registry/find"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

func contains(s, sub string) bool { return strings.Contains(s, sub) }

const (
	suggestLimit = 10
	searchLimit  = 100
)

// hits searches the kinds of record that the person may see, within the scope.
func hits(c *shell.Ctx, q string, limit int) ([]ui.Suggestion, error) {
	var out []ui.Suggestion
	if strings.TrimSpace(q) == "" {
		return nil, nil
	}
	places, err := c.Shell.Regions.Search(c.Context(), q, c.Scope, 5)
	if err != nil {
		return nil, err
	}
	for _, r := range places {
		if c.MaySee(r.Code) {
			out = append(out, ui.Suggestion{Kind: "地区", Title: r.Name, Sub: r.Code, Href: ui.SwitchScope(r.Code, "/"), Icon: "map-pin"})
		}
	}
	if c.Tenant == 0 {
		return out, nil
	}
	for _, n := range c.Shell.Env.Nouns() {
		in := n.Info()
		perm := in.Kind + ":" + access.View
		if !c.Who.CanSome(perm) {
			continue
		}
		ranges, err := c.Shell.Regions.Ranges(c.Context(), c.Who.Narrow(perm, c.Scope)...)
		if err != nil {
			return nil, err
		}
		docs, err := find.Search(c.Context(), c.Shell.Env.DB.Read(), c.Tenant, ranges, q, []string{in.Kind}, max(3, limit/5))
		if err != nil {
			return nil, err
		}
		for _, d := range docs {
			out = append(out, ui.Suggestion{Kind: in.Label, Title: d.Title, Sub: d.Detail, Href: in.Path + "/" + d.ID.String(), Icon: in.Icon})
		}
		if len(out) >= limit {
			break
		}
	}
	return out[:min(len(out), limit)], nil
}

func suggest(c *shell.Ctx) error {
	q := c.Query("q")
	list, err := hits(c, q, suggestLimit)
	if err != nil {
		return err
	}
	return c.Render(ui.SearchSuggestions(q, list))
}

func searchPage(c *shell.Ctx) error {
	q := c.Query("q")
	list, err := hits(c, q, searchLimit)
	if err != nil {
		return err
	}
	t := ui.Table{Caption: "搜索结果", Columns: []ui.Column{{Label: "名称"}, {Label: "种类"}, {Label: "说明"}},
		Empty: &ui.EmptyView{Icon: "search", Title: "没有找到", Text: "试试更短的词、编号的一部分，或拼音首字母，如 csc。"}}
	if q == "" {
		t.Empty = &ui.EmptyView{Icon: "search", Title: "想找什么？", Text: "输入村名、企业、合同号、项目、凭证号，或拼音首字母。"}
	}
	for _, s := range list {
		t.Rows = append(t.Rows, ui.Row{Href: s.Href, Cells: []ui.Cell{ui.T(s.Title), ui.T(s.Kind), {Text: s.Sub, Muted: true}}})
	}
	v := c.PageOf("搜索")
	v.Query = q
	return c.Page(v, searchBody(q, t))
}

// ref answers link fields with records of a kind, as [{value, label, hint}].
func ref(c *shell.Ctx) error {
	type item struct {
		Value string `json:"value"`
		Label string `json:"label"`
		Hint  string `json:"hint,omitempty"`
	}
	out := []item{}
	kind, q := c.R.PathValue("kind"), c.Query("q")
	if kind == "region" {
		list, err := c.Shell.Regions.Search(c.Context(), q, shell.CountyOf(c.Scope), suggestLimit)
		if err != nil {
			return err
		}
		for _, r := range list {
			if c.MaySee(r.Code) {
				out = append(out, item{r.Name, r.Name, r.Code})
			}
		}
		return c.JSON(out)
	}
	n, ok := c.Shell.Env.Noun(kind)
	if !ok || !c.Who.CanSome(kind+":"+access.View) {
		return errs.New(errs.NotFound, "ref.kind", "没有这类记录")
	}
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	ranges, err := c.Shell.Regions.Ranges(c.Context(), c.Who.Narrow(kind+":"+access.View, shell.CountyOf(c.Scope))...)
	if err != nil {
		return err
	}
	list, err := n.Suggest(c.Context(), tenant, ranges, q, suggestLimit)
	if err != nil {
		return err
	}
	for _, s := range list {
		label := s.Title
		if !strings.Contains(label, s.Key) {
			label = s.Key + " " + label
		}
		out = append(out, item{s.Key, label, s.Detail})
	}
	return c.JSON(out)
}
