package property

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"huicun/internal/books/asset"
	"huicun/internal/kit/field"
	"huicun/internal/kit/geo"
	"huicun/internal/web/shell"
)

// ringsOf reads an outline; it was read when it was saved.
func ringsOf(o *asset.Outline) [][]geo.Point {
	rings, err := geo.ParseOutline(o.Rings)
	if err != nil {
		return nil
	}
	return rings
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
