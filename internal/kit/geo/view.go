package geo

import (
	"math"
	"strconv"
)

// TileSize is the side of a map tile in pixels, at which a zoom level is meant.
const TileSize = 256

// The zoom levels that a view keeps to, and the narrowest stretch of land that Fit shows, as a part of the world's width:
// some 1300 m at the middle of the country.
const (
	LowestZoom  = 3
	HighestZoom = 19
	leastSpan   = 4e-5
)

// View is a rectangle of the Web Mercator projection, drawn W by H pixels large. West and North are its left upper corner in
// the square of the projection, whose side is 1; Scale is how many pixels that side would have. Shift says that the drawing
// is in GCJ-02, as the tiles of most Chinese map services are.
type View struct {
	West, North, Scale, W, H float64
	Shift                    bool
}

// project is where a point lies in the square of the projection.
func project(p Point) (x, y float64) {
	lat, lon := p.degrees()
	s := math.Sin(lat * math.Pi / 180)
	return lon/360 + 0.5, 0.5 - math.Log((1+s)/(1-s))/(4*math.Pi)
}

// unproject is the point that lies somewhere in the square.
func unproject(x, y float64) Point {
	return OfDegrees(math.Atan(math.Sinh(math.Pi*(1-2*y)))*180/math.Pi, (x-0.5)*360)
}

func scaleOf(zoom float64) float64 { return TileSize * math.Exp2(zoom) }

// Fit shows all points with a margin of some pixels around them; without any it shows the country.
func Fit(points []Point, w, h, margin float64, shift bool) View {
	v := View{W: w, H: h, Shift: shift}
	if len(points) == 0 {
		points, margin = []Point{{18 * unit, west}, {north, east}}, 0
	}
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, p := range points {
		x, y := v.project(p)
		x0, y0, x1, y1 = min(x0, x), min(y0, y), max(x1, x), max(y1, y)
	}
	v.Scale = min((w-2*margin)/max(x1-x0, leastSpan), (h-2*margin)/max(y1-y0, leastSpan))
	return v.around((x0+x1)/2, (y0+y1)/2, v.Zoom())
}

// Around shows what lies around a point at a zoom level.
func Around(p Point, zoom, w, h float64, shift bool) View {
	v := View{W: w, H: h, Shift: shift}
	x, y := v.project(p)
	return v.around(x, y, zoom)
}

func (v View) around(x, y, zoom float64) View {
	if math.IsNaN(zoom) {
		zoom = LowestZoom
	}
	v.Scale = scaleOf(min(max(zoom, LowestZoom), HighestZoom))
	v.West, v.North = x-v.W/2/v.Scale, y-v.H/2/v.Scale
	return v
}

func (v View) project(p Point) (x, y float64) {
	if v.Shift {
		p = p.ToGCJ()
	}
	return project(p)
}

// At is where a point is drawn, in pixels from the left upper corner; it may lie outside.
func (v View) At(p Point) (x, y float64) {
	x, y = v.project(p)
	return (x - v.West) * v.Scale, (y - v.North) * v.Scale
}

// Point is the point that is drawn somewhere.
func (v View) Point(x, y float64) Point {
	p := unproject(v.West+x/v.Scale, v.North+y/v.Scale)
	if v.Shift {
		p = p.FromGCJ()
	}
	return p
}

// Holds reports whether somewhere lies within the drawing.
func (v View) Holds(x, y float64) bool { return x >= 0 && y >= 0 && x <= v.W && y <= v.H }

// Centre is the point in the middle.
func (v View) Centre() Point { return v.Point(v.W/2, v.H/2) }

// Zoom is the zoom level of the view; it need not be whole.
func (v View) Zoom() float64 { return math.Log2(v.Scale / TileSize) }

// equator is its length in metres on the sphere of the projection.
const equator = 2 * math.Pi * 6378137

// MetresPerPixel is how much land a pixel in the middle covers.
func (v View) MetresPerPixel() float64 {
	lat, _ := v.Centre().degrees()
	return equator * math.Cos(lat*math.Pi/180) / v.Scale
}

// ScaleBar is the longest round length (1, 2 or 5 with zeros, in metres) that is not drawn longer than most pixels, and how
// long it is drawn.
func (v View) ScaleBar(most float64) (metres int, pixels float64) {
	per := v.MetresPerPixel()
	n := max(1, int(round125(per*most)))
	return n, float64(n) / per
}

// round125 is the largest of 1, 2 and 5 with zeros that is not above x.
func round125(x float64) float64 {
	k := math.Pow(10, math.Floor(math.Log10(x)))
	for _, f := range []float64{5, 2} {
		if x >= f*k {
			return f * k
		}
	}
	return k
}

// GridLine is a meridian or parallel across the drawing: at how many pixels, and at how many degrees.
type GridLine struct {
	At    float64
	Label string
}

// Grid are the meridians (from the left) and parallels (from above) at round degrees that are drawn at least some pixels apart.
func (v View) Grid(apart float64) (meridians, parallels []GridLine) {
	nw, se := v.corner(0, 0), v.corner(v.W, v.H)
	step := gridStep(float64(se.Lon-nw.Lon) / v.W * apart)
	for lon := ceilTo(nw.Lon, step); lon <= se.Lon; lon += step {
		x, _ := project(Point{0, lon})
		meridians = append(meridians, GridLine{(x - v.West) * v.Scale, degreesText(lon) + "°"})
	}
	step = gridStep(float64(nw.Lat-se.Lat) / v.H * apart)
	for lat := ceilTo(se.Lat, step); lat <= nw.Lat; lat += step {
		_, y := project(Point{lat, 0})
		parallels = append([]GridLine{{(y - v.North) * v.Scale, degreesText(lat) + "°"}}, parallels...)
	}
	return meridians, parallels
}

// corner is a place in the drawing's own system, whatever its shift: the grid is that of the drawing.
func (v View) corner(x, y float64) Point {
	return unproject(v.West+x/v.Scale, v.North+y/v.Scale)
}

// gridStep is the smallest round number of units that is not below one.
func gridStep(least float64) int64 {
	for k := int64(1); ; k *= 10 {
		for _, f := range []int64{1, 2, 5} {
			if float64(f*k) >= least {
				return f * k
			}
		}
	}
}

func ceilTo(n, step int64) int64 {
	r := n % step
	switch {
	case r == 0:
		return n
	case r > 0:
		return n - r + step
	}
	return n - r
}

// Tile is one picture of a map service below the drawing: its place in the service's pyramid, and where it is drawn.
type Tile struct {
	Zoom, X, Y int
	Left, Top  float64
	Side       float64
}

// Tiles cover the drawing, of the whole zoom level that comes nearest; they are drawn a little larger or smaller where the
// view's own is none.
func (v View) Tiles() []Tile {
	zoom := int(math.Round(v.Zoom()))
	n := math.Exp2(float64(zoom))
	side := v.Scale / n
	var out []Tile
	for y := int(math.Floor(v.North * n)); float64(y)*side < v.North*v.Scale+v.H; y++ {
		for x := int(math.Floor(v.West * n)); float64(x)*side < v.West*v.Scale+v.W; x++ {
			if y < 0 || y >= int(n) || x < 0 || x >= int(n) {
				continue
			}
			out = append(out, Tile{zoom, x, y, float64(x)*side - v.West*v.Scale, float64(y)*side - v.North*v.Scale, side})
		}
	}
	return out
}

// Length writes metres as people read them: 500 米, 2 公里.
func Length(metres int) string {
	if metres >= 1000 {
		return strconv.Itoa(metres/1000) + " 公里"
	}
	return strconv.Itoa(metres) + " 米"
}
