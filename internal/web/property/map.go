package property

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/a-h/templ"

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

// ringsOf reads an outline; it was read when it was saved.
func ringsOf(o *asset.Outline) [][]geo.Point {
	rings, err := geo.ParseOutline(o.Rings)
	if err != nil {
		return nil
	}
	return rings
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

// art is a drawing: everything in pixels of its own box.
func art(c *shell.Ctx, v geo.View, list []site, outlines []asset.Outline) mapArt {
	a := plainArt(c, v, outlines)
	places := make([][2]float64, len(list))
	for i, s := range list {
		x, y := v.At(s.Place)
		places[i] = [2]float64{x, y}
	}
	clusters := geo.Clusters(places, nearPixels)
	for _, k := range clusters {
		a.Marks = append(a.Marks, mark(c, v, k, list))
	}
	nameMarks(a.Marks, v)
	return a
}

// plainArt is the ground of a drawing, without marks.
func plainArt(c *shell.Ctx, v geo.View, outlines []asset.Outline) mapArt {
	a := mapArt{W: px(v.W), H: px(v.H), Box: "0 0 " + px(v.W) + " " + px(v.H)}
	if s := c.Shell.Map; s.On() {
		for _, t := range v.Tiles() {
			a.Tiles = append(a.Tiles, artTile{s.Href(t), px(t.Left), px(t.Top), px(t.Side + 0.5)}) // no gaps between them
		}
	}
	for i := range outlines {
		a.Rings = append(a.Rings, ringArt(c, v, &outlines[i])...)
	}
	const apart = 110
	across, down := v.Grid(apart)
	for _, l := range across {
		a.Across = append(a.Across, artLine{px(l.At), l.Label})
	}
	for _, l := range down {
		a.Down = append(a.Down, artLine{px(l.At), l.Label})
	}
	const longest, inset = 130, 16
	metres, wide := v.ScaleBar(longest)
	a.Bar = artBar{"M" + px(inset) + " " + px(v.H-inset-5) + "v5h" + px(wide) + "v-5", px(inset + wide/2), px(v.H - inset - 8), geo.Length(metres)}
	return a
}

// ringArt draws an outline; its name stands in the middle of its first ring.
func ringArt(c *shell.Ctx, v geo.View, o *asset.Outline) []artRing {
	var out []artRing
	for i, ring := range ringsOf(o) {
		var b strings.Builder
		x0, y0, x1, y1 := 1e9, 1e9, -1e9, -1e9
		for k, pt := range ring {
			x, y := v.At(pt)
			x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
			b.WriteString(map[bool]string{true: "M", false: "L"}[k == 0] + px(x) + " " + px(y))
		}
		r := artRing{Path: b.String() + "z"}
		if i == 0 && v.Holds((x0+x1)/2, (y0+y1)/2) {
			r.Name, r.X, r.Y = c.RegionName(o.Region), px((x0+x1)/2), px(y0+18+(y1-y0)/8)
		}
		out = append(out, r)
	}
	return out
}

// mark is what stands for one site, or for several that lie too near one another.
func mark(c *shell.Ctx, v geo.View, k geo.Cluster, list []site) artMark {
	first := &list[k.Members[0]]
	m := artMark{x: k.X, y: k.Y, X: px(k.X), Y: px(k.Y), Use: first.Use, Href: first.Href, Name: first.Name, Small: first.Unit != nil}
	m.Title = first.No + " " + first.Name + "，" + field.LabelOf(uses, first.Use)
	if len(k.Members) == 1 {
		return m
	}
	m.Count, m.Name = strconv.Itoa(len(k.Members)), ""
	by := map[string]int{}
	var points []geo.Point
	for _, i := range k.Members {
		by[list[i].Use]++
		points = append(points, list[i].Place)
		if list[i].Use != m.Use {
			m.Use = "mixed"
		}
	}
	var parts []string
	for _, u := range uses {
		if by[u.Code] > 0 {
			parts = append(parts, u.Label+" "+strconv.Itoa(by[u.Code])+" 处")
		}
	}
	m.Title = m.Count + " 处资产：" + strings.Join(parts, "，") + "；点开放大"
	near := geo.Fit(points, v.W, v.H, mapMargin*2, v.Shift)
	m.Href = mapHref(c, near.Centre(), min(max(near.Zoom(), v.Zoom()+1), geo.HighestZoom))
	if v.Zoom() >= geo.HighestZoom-0.05 { // they lie at one place
		m.Href, m.Title = "#am-list", strings.TrimSuffix(m.Title, "；点开放大")
	}
	return m
}

// The room that a label takes, in pixels: by character, and its height.
const labelChar, labelHeight, labelGap = 13.5, 18, 12

type labelBox struct{ x0, y0, x1, y1 float64 }

func (b labelBox) over(o labelBox) bool {
	return b.x0 < o.x1 && o.x0 < b.x1 && b.y0 < o.y1 && o.y0 < b.y1
}

// nameMarks writes names beside the marks where there is room for them: to the right, else to the left.
func nameMarks(marks []artMark, v geo.View) {
	var taken []labelBox
	for _, m := range marks {
		taken = append(taken, labelBox{m.x - labelGap + 2, m.y - labelGap + 2, m.x + labelGap - 2, m.y + labelGap - 2})
	}
	for i := range marks {
		m := &marks[i]
		if m.Name == "" {
			continue
		}
		wide := float64(utf8.RuneCountInString(m.Name)) * labelChar
		for _, side := range []struct {
			anchor string
			x0     float64
		}{{"start", m.x + labelGap}, {"end", m.x - labelGap - wide}} {
			b := labelBox{side.x0, m.y - labelHeight/2, side.x0 + wide, m.y + labelHeight/2}
			if b.x0 < 0 || b.x1 > v.W || slices.ContainsFunc(taken, b.over) {
				continue
			}
			m.Anchor = side.anchor
			taken = append(taken, b)
			break
		}
	}
}

// px writes pixels.
func px(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }

// toPlace reads what is to be placed, within what the person may edit.
func (p *pages) toPlace(c *shell.Ctx) (*asset.Asset, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, err
	}
	id, err := c.ID()
	if err != nil {
		return nil, err
	}
	a, err := p.assets.Get(c.Context(), c.Who, tenant, id)
	if err == nil {
		err = c.Who.Require(assetEdit, a.Region)
	}
	return a, err
}

func (p *pages) placePage(c *shell.Ctx) error {
	a, err := p.toPlace(c)
	if err != nil {
		return err
	}
	return p.showPlace(c, spotOf(a), a.Place.String(), nil)
}

func (p *pages) placeSave(c *shell.Ctx) error {
	a, err := p.toPlace(c)
	if err != nil {
		return err
	}
	s := spotOf(a)
	set := asset.PointField(func(a *asset.Asset) *geo.Point { return &a.Place }).Set
	if err = set(a, c.Form("point")); err == nil {
		a.Version, _ = strconv.ParseInt(c.Form("version"), 10, 64)
		err = p.assets.Update(c.Context(), c.Who, c.Tenant, a)
	}
	return p.placed(c, s, err)
}

func (p *pages) unitToPlace(c *shell.Ctx) (*asset.Unit, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, err
	}
	id, err := c.ID()
	if err != nil {
		return nil, err
	}
	u, err := p.units.Get(c.Context(), c.Who, tenant, id)
	if err == nil {
		err = c.Who.Require(unitEdit, u.Region)
	}
	return u, err
}

func (p *pages) unitPlacePage(c *shell.Ctx) error {
	u, err := p.unitToPlace(c)
	if err != nil {
		return err
	}
	s, err := p.unitSpot(c.Context(), c.Tenant, u)
	if err != nil {
		return err
	}
	return p.showPlace(c, s, u.Place.String(), nil)
}

func (p *pages) unitPlaceSave(c *shell.Ctx) error {
	u, err := p.unitToPlace(c)
	if err != nil {
		return err
	}
	s, err := p.unitSpot(c.Context(), c.Tenant, u)
	if err != nil {
		return err
	}
	set := asset.PointField(func(u *asset.Unit) *geo.Point { return &u.Place }).Set
	if err = set(u, c.Form("point")); err == nil {
		u.Version, _ = strconv.ParseInt(c.Form("version"), 10, 64)
		err = p.units.Update(c.Context(), c.Who, c.Tenant, u)
	}
	return p.placed(c, s, err)
}

// spot is what the page that sets a place is about.
type spot struct {
	label, no, name, region, back string
	list                          ui.Link
	version                       int64
	at                            geo.Point // where it lies, or what it belongs to
}

func spotOf(a *asset.Asset) spot {
	return spot{"资产资源", a.No, a.Name, a.Region, "/assets/" + a.ID.String(), ui.Link{Label: "资产资源", Href: "/assets"}, a.Version, a.Place}
}

func (p *pages) unitSpot(ctx context.Context, tenant int64, u *asset.Unit) (spot, error) {
	s := spot{"出租单元", u.No, u.Name, u.Region, "/asset-units/" + u.ID.String(), ui.Link{Label: "出租单元", Href: "/asset-units"}, u.Version, u.Place}
	if !s.at.IsZero() {
		return s, nil
	}
	a, err := asset.Get(ctx, p.read(), tenant, u.Asset)
	if err == nil {
		s.at = a.Place
	}
	return s, err
}

// placed goes back to the record, or shows what is wrong with what was typed.
func (p *pages) placed(c *shell.Ctx, s spot, err error) error {
	switch {
	case err == nil:
		return c.Done(s.back, "位置已保存")
	case mendable(err):
		return p.showPlace(c, s, c.Form("point"), err)
	}
	return err
}

// placeZoom is how near the page that sets a place begins: some 2 km across.
const placeZoom = 15

// showPlace shows where something lies; a click on the map, the telephone's position or the keyboard gives the point.
func (p *pages) showPlace(c *shell.Ctx, s spot, typed string, wrong error) error {
	ranges, err := p.env.Regions.Ranges(c.Context(), s.region)
	if err != nil {
		return err
	}
	outlines, err := asset.Outlines(c.Context(), p.read(), c.Tenant, ranges)
	if err != nil {
		return err
	}
	others, err := asset.In(c.Context(), p.read(), c.Tenant, ranges)
	if err != nil {
		return err
	}
	v := p.placeView(c, s, others, outlines)
	a := plainArt(c, v, outlines)
	for i := range others {
		if o := &others[i]; !o.Place.IsZero() && o.No != s.no {
			x, y := v.At(o.Place)
			if v.Holds(x, y) {
				a.Marks = append(a.Marks, artMark{x: x, y: y, X: px(x), Y: px(y), Use: "other", Name: o.Name, Title: o.No + " " + o.Name})
			}
		}
	}
	nameMarks(a.Marks, v)
	a.Pick = &artPick{West: full(v.West), North: full(v.North), Scale: full(v.Scale)}
	if v.Shift {
		a.Pick.Suffix = " " + geo.GCJ
	}
	if at, err := geo.Parse(typed); err == nil && !at.IsZero() {
		x, y := v.At(at)
		a.Pick.X, a.Pick.Y, a.Pick.Set = px(x), px(y), true
	}
	beside, top := fieldErrors(p.assets.Any().Field, wrong)
	f := ui.Field{Name: "point", Label: "坐标", Value: typed, Error: beside["point"], Help: p.assets.Any().Field("point").Note, Placeholder: "32.128, 119.868", MaxLength: 60}
	status := 200
	if wrong != nil {
		status = statusOf(wrong)
		if beside["point"] == "" && top == "" {
			top = shell.Sentence(wrong)
		}
	}
	title := "标位置：" + s.name
	page := c.PageOf(title, s.list, ui.Link{Label: s.no, Href: s.back}, ui.Link{Label: "标位置"})
	here := func(zoom float64) string {
		return c.R.URL.Path + "?" + url.Values{"at": {v.Centre().String()}, "z": {px(zoom)}}.Encode()
	}
	return c.PageStatus(status, page, placeBody(placeView{
		Art: a, Top: top, Point: f, Action: s.back + "/place", Back: s.back, Version: strconv.FormatInt(s.version, 10), Tile: c.Shell.Map.Credit,
		In: here(min(v.Zoom()+1, geo.HighestZoom)), Out: here(max(v.Zoom()-1, geo.LowestZoom)),
	}))
}

// placeView is what the address asks to see; else what lies around the place, else the village, as far as it is known.
func (p *pages) placeView(c *shell.Ctx, s spot, others []asset.Asset, outlines []asset.Outline) geo.View {
	shift := c.Shell.Map.Shift
	at, err := geo.Parse(c.Query("at"))
	zoom, wrong := strconv.ParseFloat(c.Query("z"), 64)
	switch {
	case err == nil && wrong == nil && !at.IsZero():
		return geo.Around(at, zoom, mapWidth, mapHeight, shift)
	case !s.at.IsZero():
		return geo.Around(s.at, placeZoom, mapWidth, mapHeight, shift)
	}
	var list []geo.Point
	for i := range outlines {
		for _, r := range ringsOf(&outlines[i]) {
			list = append(list, r...)
		}
	}
	for i := range others {
		if !others[i].Place.IsZero() {
			list = append(list, others[i].Place)
		}
	}
	return geo.Fit(list, mapWidth, mapHeight, mapMargin, shift)
}

// full writes a number with all its digits, for the script.
func full(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// The map on a card: how near it is, and its size.
const (
	cardZoom              = 14.5
	cardWidth, cardHeight = 860, 300
)

// placePanel shows where an asset lies, on its card.
func placePanel(c *shell.Ctx, a *asset.Asset) (templ.Component, error) {
	v := cardMap{May: c.Who.Can(assetEdit, a.Region) && a.State != "retired", Place: "/assets/" + a.ID.String() + "/place"}
	if a.Place.IsZero() {
		if !v.May {
			return nil, nil
		}
		return cardMapBody(v), nil
	}
	ranges, err := c.Shell.Regions.Ranges(c.Context(), a.Region)
	if err != nil {
		return nil, err
	}
	outlines, err := asset.Outlines(c.Context(), c.Shell.Env.DB.Read(), c.Tenant, ranges)
	if err != nil {
		return nil, err
	}
	view := geo.Around(a.Place, cardZoom, cardWidth, cardHeight, c.Shell.Map.Shift)
	x, y := view.At(a.Place)
	drawn := plainArt(c, view, outlines)
	drawn.Marks = []artMark{{x: x, y: y, X: px(x), Y: px(y), Use: "this", Name: a.Name, Title: a.No + " " + a.Name}}
	nameMarks(drawn.Marks, view)
	v.Art, v.Point, v.Tile = &drawn, a.Place.String(), c.Shell.Map.Credit
	v.Map = "/asset-map?" + url.Values{"at": {a.Place.String()}, "z": {px(cardZoom)}}.Encode()
	return cardMapBody(v), nil
}
