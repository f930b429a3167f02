package plan

import (
	"slices"
	"strconv"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/mechanism/plan"
	"huicun/internal/registry/region"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

var errNotPublic = errs.New(errs.NotFound, "plan.public", "没有这份方案；请检查地址")

// public shows an approved plan to everybody.
func (p *pages) public(c *shell.Ctx) error {
	tenant, err := strconv.ParseInt(c.R.PathValue("tenant"), 10, 64)
	if err != nil || tenant <= 0 {
		return errNotPublic
	}
	id, err := ids.Parse(c.R.PathValue("id"))
	if err != nil {
		return errNotPublic
	}
	v, err := plan.Get(c.Context(), p.env.DB.Read(), tenant, id)
	if err != nil || !public(v) {
		return errNotPublic
	}
	day, err := publicDay(c, tenant, v.Year)
	if err != nil {
		return err
	}
	doc, err := p.document(c, v, day, "")
	if err != nil {
		return err
	}
	name := c.RegionName(v.Region)
	return c.Render(shell.Frame(ui.PublicPage(ui.PublicPageView{
		Title: v.Name, Org: name + " · 一村一策", Home: "/public/plans?scope=" + v.Region, Updated: "数字截至 " + day.String(),
		Crumbs: []ui.Link{{Label: "一村一策", Href: "/public/plans?scope=" + v.Region}, {Label: v.No}},
	}), publicBody(doc)))
}

// public reports whether everybody may read a plan: once the town approved it.
func public(v *plan.Plan) bool {
	return slices.Contains([]string{plan.Approved, plan.Running, plan.Reviewed}, v.State)
}

// publicDay is the day up to which the public sees figures of a year: today, or how far the books of a past year reach.
func publicDay(c *shell.Ctx, tenant int64, year int) (date.Date, error) {
	if c.Today().Year() > year && c.Shell.LatestDay != nil {
		latest, err := c.Shell.LatestDay(c.Context(), tenant)
		if err != nil || latest.Year() == year {
			return latest, err
		}
	}
	return dayOf(year, c.Today()), nil
}

// The bounds of the public list: from how many counties on it asks to choose one, and how many years back it shows.
const (
	manyCounties = 20
	yearsBack    = 6
)

func (p *pages) publicList(c *shell.Ctx) error {
	scope, err := code.Region(c.Query("scope"))
	if err != nil {
		scope = region.Nation
	}
	counties, err := c.Shell.Regions.Tenants(c.Context(), scope)
	if err != nil {
		return err
	}
	v := ui.PublicPageView{Title: "一村一策", Org: "一村一策", Home: "/public/plans", FooterNav: []ui.Link{{Label: "晒项目", Href: "/public"}, {Label: "公开招租", Href: "/public/lettings"}}}
	if scope != region.Nation {
		v.Title = c.RegionName(scope) + "一村一策"
		v.Crumbs = []ui.Link{{Label: "全部地区", Href: "/public/plans"}, {Label: c.RegionName(scope)}}
	}
	if len(counties) > manyCounties {
		t := ui.Table{Caption: "县（市、区）", Columns: []ui.Column{{Label: "县（市、区）"}}}
		for _, tn := range counties {
			t.Rows = append(t.Rows, ui.Row{Href: "/public/plans?scope=" + tn.Prefix + "000000", Cells: []ui.Cell{ui.T(tn.Name)}})
		}
		return c.Render(shell.Frame(ui.PublicPage(v), publicListBody(t)))
	}
	ranges, err := c.Shell.Regions.Ranges(c.Context(), scope)
	if err != nil {
		return err
	}
	t := ui.Table{Caption: "方案", Columns: []ui.Column{{Label: "方案"}, {Label: "地区"}, {Label: "年度"}, {Label: "状态"}}}
	t.Empty = &ui.EmptyView{Icon: "target-arrow", Title: "还没有公开的方案", Text: "方案经镇批准后列在这里。"}
	for _, tn := range counties {
		for year := c.Today().Year(); year > c.Today().Year()-yearsBack; year-- {
			list, err := plan.PlansOf(c.Context(), p.env.DB.Read(), tn.ID, ranges, year)
			if err != nil {
				return err
			}
			for i := range list {
				x := &list[i]
				if !public(x) {
					continue
				}
				st := plan.Machine.State(x.State)
				t.Rows = append(t.Rows, ui.Row{Href: publicPath(tn.ID, x.ID), Cells: []ui.Cell{
					{Text: x.Name, Sub: x.No}, ui.T(c.RegionName(x.Region)), ui.T(strconv.Itoa(x.Year)), {Badge: &ui.BadgeView{Text: st.Label, Kind: ui.Kind(st.Tone)}},
				}})
			}
		}
	}
	return c.Render(shell.Frame(ui.PublicPage(v), publicListBody(t)))
}
