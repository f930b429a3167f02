package property

import (
	"context"
	"net/url"
	"strconv"

	"github.com/a-h/templ"

	"huicun/internal/books/asset"
	"huicun/internal/kit/geo"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

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
