package property

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/books/asset"
	"huicun/internal/kit/field"
	"huicun/internal/kit/geo"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/region"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

func (p *pages) mountMap(s *shell.Shell, set *resource.Set, n Nouns) {
	resource.Mount(s, set, n.Outlines, resource.Options[asset.Outline]{})
	s.Handle(
		shell.Route{Method: "GET", Pattern: "/asset-map", Perm: assetView, Fn: p.mapPage},
		shell.Route{Method: "GET", Pattern: "/assets/{id}/place", Perm: assetEdit, Fn: p.placePage},
		shell.Route{Method: "POST", Pattern: "/assets/{id}/place", Perm: assetEdit, Fn: p.placeSave},
		shell.Route{Method: "GET", Pattern: "/asset-units/{id}/place", Perm: unitEdit, Fn: p.unitPlacePage},
		shell.Route{Method: "POST", Pattern: "/asset-units/{id}/place", Perm: unitEdit, Fn: p.unitPlaceSave},
	)
}

const (
	assetEdit = "asset:" + access.Edit
	unitEdit  = "asset_unit:" + access.Edit
)

// Uses are what is made of an asset or a unit on a day, as the map colours it: by the contracts, and where there are none by
// the card.
var uses = []field.Option{
	{Code: useLet, Label: "出租", Tone: "green"}, {Code: useIdle, Label: "闲置", Tone: "orange"}, {Code: useOwn, Label: "自用", Tone: "azure"},
	{Code: useBuilding, Label: "建设（改造）中", Tone: "grey"}, {Code: useRetired, Label: "已处置", Tone: "grey"},
}

const (
	useLet      = "let"
	useIdle     = "idle"
	useOwn      = "own"
	useBuilding = "building"
	useRetired  = "retired"
)

// site is what has a mark on the map: an asset, or a unit that lies by itself.
type site struct {
	Asset     *asset.Asset
	Unit      *asset.Unit // nil for the asset
	Place     geo.Point
	Use       string
	Let, Of   int // how many of an asset's units are let, and how many there are
	No, Name  string
	Href      string
	Quantity  string
	PlaceHref string // where its place is set
}

// sites are what the map may show in code ranges.
func (p *pages) sites(c *shell.Ctx, tenant int64, ranges [][2]string) ([]site, error) {
	cards, err := asset.In(c.Context(), p.read(), tenant, ranges)
	if err != nil {
		return nil, err
	}
	units, err := asset.UnitsIn(c.Context(), p.read(), tenant, ranges)
	if err != nil {
		return nil, err
	}
	lets, err := p.lets(c, tenant, ranges)
	if err != nil {
		return nil, err
	}
	vacant, err := p.vacant(c, tenant, ranges, lets)
	if err != nil {
		return nil, err
	}
	empty := map[ids.ID]bool{}
	for i := range vacant {
		empty[vacant[i].Asset.ID] = true
		if u := vacant[i].Unit; u != nil {
			empty[u.ID] = true
		}
	}
	by := map[ids.ID][]*asset.Unit{}
	for i := range units {
		by[units[i].Asset] = append(by[units[i].Asset], &units[i])
	}
	isLet := func(u *asset.Unit) bool { return lets[u.ID] != nil && !lets[u.ID].Until.Before(c.AsOf) }
	var out []site
	for i := range cards {
		a := &cards[i]
		s := site{Asset: a, Place: a.Place, No: a.No, Name: a.Name, Href: "/assets/" + a.ID.String(), Quantity: a.Quantity.String(), PlaceHref: "/assets/" + a.ID.String() + "/place", Of: len(by[a.ID])}
		for _, u := range by[a.ID] {
			if isLet(u) {
				s.Let++
			}
		}
		s.Use = useOf(a, s.Let > 0, empty[a.ID])
		out = append(out, s)
		for _, u := range by[a.ID] {
			if !u.Place.IsZero() {
				out = append(out, site{Asset: a, Unit: u, Place: u.Place, Use: useOf(a, isLet(u), empty[u.ID]), No: u.No, Name: u.Name, Href: "/asset-units/" + u.ID.String(), Quantity: u.Quantity.String()})
			}
		}
	}
	return out, nil
}

// useOf is the use of an asset, or of a unit of it.
func useOf(a *asset.Asset, let, vacant bool) string {
	switch {
	case a.State == "retired":
		return useRetired
	case a.State == "building":
		return useBuilding
	case let:
		return useLet
	case vacant:
		return useIdle
	}
	return useOwn
}

// The size of the drawing on the page of the map, its margin, how near marks are drawn as one, and how many lines the list
// beside it has.
const (
	mapWidth, mapHeight = 860, 640
	mapMargin           = 56
	nearPixels          = 26
	listedSites         = 200
)

// mapPage is the map of a place, with the same records as a list beside it.
func (p *pages) mapPage(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	ranges, err := p.ranges(c, assetView)
	if err != nil {
		return err
	}
	all, err := p.sites(c, tenant, ranges)
	if err != nil {
		return err
	}
	villages, err := p.env.Regions.VillagesIn(c.Context(), ranges)
	if err != nil {
		return err
	}
	outlines, err := asset.Outlines(c.Context(), p.read(), tenant, ranges)
	if err != nil {
		return err
	}
	f := mapFilterOf(c)
	var placed, nowhere []site
	count := map[string]int{}
	for _, s := range all {
		if !f.takes(&s) {
			continue
		}
		count[s.Use]++
		if s.Place.IsZero() {
			if s.Use != useRetired {
				nowhere = append(nowhere, s)
			}
			continue
		}
		placed = append(placed, s)
	}
	view := p.viewOf(c, placed, outlines)
	shown := slices.DeleteFunc(slices.Clone(placed), func(s site) bool { return !view.Holds(view.At(s.Place)) })
	v := mapView{
		Art: art(c, view, shown, outlines), Bar: f.bar(villages), Legend: legend(count), Moves: moves(c, view), Tile: c.Shell.Map.Credit,
		List: p.siteTable(c, shown), Nowhere: p.nowhereTable(c, nowhere), Shown: len(shown), Placed: len(placed), Lost: len(nowhere), Sources: sources(outlines),
	}
	page := c.PageOf("资产地图", ui.Link{Label: "资产资源", Href: "/assets"}, ui.Link{Label: "资产地图"})
	page.Subtitle = c.ScopeName() + "　" + c.AsOf.String()
	page.Actions = ui.Buttons(ui.Button{Label: "村界", Icon: "map-pin", Href: "/village-outlines"}, ui.Button{Label: "打印", Icon: "printer", Attrs: map[string]any{"data-print": true}})
	return c.Page(page, mapBody(v))
}

// sources are where the outlines came from, each once.
func sources(list []asset.Outline) string {
	var out []string
	for i := range list {
		if s := list[i].Source; s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return strings.Join(out, "；")
}

// mapFilter narrows what the map shows; "" is no condition.
type mapFilter struct{ village, kind, class, use string }

func mapFilterOf(c *shell.Ctx) mapFilter {
	return mapFilter{c.Query("village"), c.Query("kind"), c.Query("class"), c.Query("use")}
}

func (f *mapFilter) takes(s *site) bool {
	return (f.village == "" || s.Asset.Region == f.village) && (f.kind == "" || s.Asset.Kind == f.kind) && (f.use == "" || s.Use == f.use) &&
		strings.HasPrefix(s.Asset.Class, f.class)
}

// bar asks for the conditions; classes are offered on the upper two levels.
func (f *mapFilter) bar(villages []region.Region) ui.FilterView {
	sel := func(name, label, have string, list []field.Option) ui.FilterSelect {
		s := ui.FilterSelect{Name: name, Label: label, Options: []ui.Option{{Value: "", Label: "全部"}}}
		for _, o := range list {
			s.Options = append(s.Options, ui.Option{Value: o.Code, Label: o.Label, Selected: o.Code == have})
		}
		return s
	}
	var places, classes []field.Option
	for _, r := range villages {
		places = append(places, field.Option{Code: r.Code, Label: r.Name})
	}
	for i := range asset.Classes {
		if k := &asset.Classes[i]; len(k.Code) <= 4 {
			classes = append(classes, field.Option{Code: k.Code, Label: k.Path()})
		}
	}
	v := ui.FilterView{Action: "/asset-map", NoQ: true, ResetHref: "/asset-map", Active: *f != mapFilter{}}
	if len(places) > 1 {
		v.Selects = append(v.Selects, sel("village", "村", f.village, places))
	}
	v.Selects = append(v.Selects, sel("use", "状态", f.use, uses), sel("kind", "类别", f.kind, asset.Kinds), sel("class", "资产分类", f.class, classes))
	return v
}

// viewOf is what the address asks to see, else all that is to be shown: the outlines, too, when nothing narrows it.
func (p *pages) viewOf(c *shell.Ctx, placed []site, outlines []asset.Outline) geo.View {
	shift := c.Shell.Map.Shift
	at, err := geo.Parse(c.Query("at"))
	zoom, wrong := strconv.ParseFloat(c.Query("z"), 64)
	if err == nil && wrong == nil && !at.IsZero() {
		return geo.Around(at, zoom, mapWidth, mapHeight, shift)
	}
	var list []geo.Point
	for _, s := range placed {
		list = append(list, s.Place)
	}
	if f := mapFilterOf(c); f == (mapFilter{}) || len(list) == 0 {
		for i := range outlines {
			for _, r := range ringsOf(&outlines[i]) {
				list = append(list, r...)
			}
		}
	}
	return geo.Fit(list, mapWidth, mapHeight, mapMargin, shift)
}

// mapHref is the address of the map with a view, the conditions kept.
func mapHref(c *shell.Ctx, at geo.Point, zoom float64) string {
	q := c.R.URL.Query()
	out := url.Values{"at": {at.String()}, "z": {strconv.FormatFloat(zoom, 'f', 1, 64)}}
	for _, name := range []string{"village", "kind", "class", "use"} {
		if s := q.Get(name); s != "" {
			out.Set(name, s)
		}
	}
	return "/asset-map?" + out.Encode()
}

// legend counts by use, in the order of the uses.
func legend(count map[string]int) []legendItem {
	var out []legendItem
	for _, u := range uses {
		out = append(out, legendItem{u.Code, u.Label, strconv.Itoa(count[u.Code])})
	}
	return out
}

// moves lead to the map seen from nearer, farther, and moved by half its size.
func moves(c *shell.Ctx, v geo.View) []ui.Link {
	z := v.Zoom()
	return []ui.Link{
		{Label: "放大", Icon: "plus", Href: mapHref(c, v.Centre(), min(z+1, geo.HighestZoom))}, {Label: "缩小", Icon: "minus", Href: mapHref(c, v.Centre(), max(z-1, geo.LowestZoom))},
		{Label: "向北", Icon: "arrow-up", Href: mapHref(c, v.Point(v.W/2, 0), z)}, {Label: "向南", Icon: "arrow-down", Href: mapHref(c, v.Point(v.W/2, v.H), z)},
		{Label: "向西", Icon: "arrow-left", Href: mapHref(c, v.Point(0, v.H/2), z)}, {Label: "向东", Icon: "arrow-right", Href: mapHref(c, v.Point(v.W, v.H/2), z)},
		{Label: "全部", Href: wholeMap(c)},
	}
}

// wholeMap is the address of the map with its conditions and without a view.
func wholeMap(c *shell.Ctx) string {
	q := c.R.URL.Query()
	q.Del("at")
	q.Del("z")
	return (&url.URL{Path: "/asset-map", RawQuery: q.Encode()}).String()
}

func useBadge(use string) *ui.BadgeView {
	for _, u := range uses {
		if u.Code == use {
			return &ui.BadgeView{Text: u.Label, Kind: ui.Kind(u.Tone)}
		}
	}
	return nil
}

// siteTable lists what the drawing shows.
func (p *pages) siteTable(c *shell.Ctx, list []site) ui.Table {
	t := ui.Table{Caption: "图上的资产", Dense: true, Columns: []ui.Column{{Label: "资产（单元）"}, {Label: "村"}, {Label: "数量", Align: ui.Right}, {Label: "状态"}}, Empty: &ui.EmptyView{
		Icon: "map-pin", Title: "这里没有标出的资产", Text: "在资产卡片上点“标位置”，资产就会出现在图上。", Buttons: []ui.Button{{Label: "看资产卡片", Href: "/assets"}},
	}}
	for _, s := range list[:min(len(list), listedSites)] {
		state := ui.Cell{Badge: useBadge(s.Use)}
		if s.Let > 0 && s.Let < s.Of {
			state.Sub = "出租 " + strconv.Itoa(s.Let) + "/" + strconv.Itoa(s.Of) + " 个单元"
		}
		t.Rows = append(t.Rows, ui.Row{Href: s.Href, Cells: []ui.Cell{{Text: s.Name, Sub: s.No}, ui.T(c.RegionName(s.Asset.Region)), ui.T(s.Quantity), state}})
	}
	return t
}

// nowhereTable lists what has no place yet, with the way to give it one.
func (p *pages) nowhereTable(c *shell.Ctx, list []site) ui.Table {
	t := ui.Table{Caption: "没有标位置的资产", Dense: true, Columns: []ui.Column{{Label: "资产"}, {Label: "村"}, {Label: "位置"}, {Label: ""}}}
	for _, s := range list[:min(len(list), listedSites)] {
		act := ui.Cell{}
		if c.Who.Can(assetEdit, s.Asset.Region) {
			act = ui.Cell{Text: "标位置", Href: s.PlaceHref}
		}
		t.Rows = append(t.Rows, ui.Row{Href: s.Href, Cells: []ui.Cell{{Text: s.Name, Sub: s.No}, ui.T(c.RegionName(s.Asset.Region)), ui.T(s.Asset.Address), act}})
	}
	return t
}
