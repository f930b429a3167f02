package geo

import (
	"encoding/json"
	"math"
	"strings"

	"huicun/internal/kit/errs"
)

// mostCorners bounds an outline, so that a page stays a page.
const mostCorners = 20_000

// ParseOutline reads the rings of an area: GeoJSON (a Polygon, MultiPolygon, Feature or FeatureCollection of them), or the
// corners as “纬度, 经度” line by line with an empty line between rings.
func ParseOutline(s string) ([][]Point, error) {
	s = strings.TrimSpace(s)
	rings, err := lines(s)
	if strings.HasPrefix(s, "{") {
		rings, err = geoJSON([]byte(s))
	}
	if err != nil {
		return nil, err
	}
	n := 0
	for _, r := range rings {
		if len(r) < 3 {
			return nil, errs.New(errs.Invalid, "geo.ring", "一圈边界至少要有三个点")
		}
		n += len(r)
	}
	switch {
	case n == 0:
		return nil, errs.New(errs.Invalid, "geo.empty", "没有读到边界的点")
	case n > mostCorners:
		return nil, errs.New(errs.Invalid, "geo.long", "边界有 %d 个点，最多 %d 个；请先简化", n, mostCorners)
	}
	return rings, nil
}

func lines(s string) ([][]Point, error) {
	if s == "" || strings.HasPrefix(s, "{") {
		return nil, nil
	}
	rings := [][]Point{nil}
	for line := range strings.SplitSeq(s, "\n") {
		p, err := Parse(line)
		if err != nil {
			return nil, err
		}
		if last := len(rings) - 1; !p.IsZero() {
			rings[last] = append(rings[last], p)
		} else if len(rings[last]) > 0 {
			rings = append(rings, nil)
		}
	}
	if last := len(rings) - 1; len(rings[last]) == 0 {
		rings = rings[:last]
	}
	return rings, nil
}

// shape is what of GeoJSON (RFC 7946) an outline can be.
type shape struct {
	Type        string          `json:"type"`
	Coordinates json.RawMessage `json:"coordinates"`
	Geometry    *shape          `json:"geometry"`
	Geometries  []shape         `json:"geometries"`
	Features    []shape         `json:"features"`
}

func geoJSON(data []byte) ([][]Point, error) {
	var g shape
	if err := json.Unmarshal(data, &g); err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "geo.json", "不是有效的 GeoJSON，请检查是否复制完整")
	}
	return g.rings(0)
}

// deepest bounds how deep features may be nested.
const deepest = 8

func (g *shape) rings(depth int) ([][]Point, error) {
	var out [][]Point
	var polygons [][][][]float64
	var err error
	switch {
	case depth > deepest:
		return nil, errs.New(errs.Invalid, "geo.deep", "GeoJSON 嵌套太深")
	case g.Geometry != nil:
		return g.Geometry.rings(depth + 1)
	case g.Type == "Polygon":
		polygons = [][][][]float64{nil}
		err = json.Unmarshal(g.Coordinates, &polygons[0])
	case g.Type == "MultiPolygon":
		err = json.Unmarshal(g.Coordinates, &polygons)
	}
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "geo.coordinates", "GeoJSON 里的坐标不是“[[经度, 纬度], …]”的形式")
	}
	for _, p := range polygons {
		for _, ring := range p {
			points, err := ringOf(ring)
			if err != nil {
				return nil, err
			}
			out = append(out, points)
		}
	}
	for _, list := range [][]shape{g.Features, g.Geometries} {
		for i := range list {
			some, err := list[i].rings(depth + 1)
			if err != nil {
				return nil, err
			}
			out = append(out, some...)
		}
	}
	return out, nil
}

func ringOf(ring [][]float64) ([]Point, error) {
	var out []Point
	for _, c := range ring {
		if len(c) < 2 || math.Abs(c[0]) > 180 || math.Abs(c[1]) > 90 {
			return nil, errs.New(errs.Invalid, "geo.corner", "GeoJSON 里的每个点应是“[经度, 纬度]”")
		}
		p := OfDegrees(c[1], c[0])
		if !p.InChina() {
			return nil, errs.New(errs.Invalid, "geo.outside", "坐标 %s 不在我国范围内，请核对（GeoJSON 里经度在前）", p)
		}
		out = append(out, p)
	}
	return out, nil
}
