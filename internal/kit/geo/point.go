// Package geo places things on maps: points, their Web Mercator projection, what fits a drawing of some size, scale bars,
// grids, clusters of near points and outlines. It draws nothing and knows no map service.
package geo

import (
	"math"
	"regexp"
	"strconv"
	"strings"

	"huicun/internal/kit/errs"
)

// Point is a place in WGS-84, in 1e-7 degrees; CGCS2000, in which land is surveyed, differs by some centimetres. The zero
// Point is none.
type Point struct{ Lat, Lon int64 }

// unit is how many of a Point's units a degree has.
const unit = 10_000_000

// IsZero reports whether there is no point.
func (p Point) IsZero() bool { return p == Point{} }

// degrees are the coordinates as angles.
func (p Point) degrees() (lat, lon float64) {
	return float64(p.Lat) / unit, float64(p.Lon) / unit
}

// OfDegrees is the nearest Point to an angle.
func OfDegrees(lat, lon float64) Point {
	return Point{int64(math.Round(lat * unit)), int64(math.Round(lon * unit))}
}

// String writes latitude and longitude, as Parse reads them; "" for none.
func (p Point) String() string {
	if p.IsZero() {
		return ""
	}
	return degreesText(p.Lat) + ", " + degreesText(p.Lon)
}

// degreesText writes 1e-7 degrees without trailing zeros.
func degreesText(n int64) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	s := sign + strconv.FormatInt(n/unit, 10)
	if frac := strings.TrimRight(strconv.FormatInt(unit+n%unit, 10)[1:], "0"); frac != "" {
		s += "." + frac
	}
	return s
}

// The country with its seas; what lies outside is a mistake of typing.
const (
	south, north = 3 * unit, 54 * unit
	west, east   = 73 * unit, 136 * unit
)

// InChina reports whether a point lies in the box around the country.
func (p Point) InChina() bool {
	return p.Lat >= south && p.Lat <= north && p.Lon >= west && p.Lon <= east
}

// GCJ is what marks a text as copied from a map in GCJ-02, the shifted coordinates that most maps on telephones show.
const GCJ = "GCJ-02"

var (
	shifted = regexp.MustCompile(`(?i)GCJ-?02|火星|高德|腾讯`)
	noise   = regexp.MustCompile(`(?i)WGS-?84|CGCS-?2000|北纬|东经|纬度|经度|[NE°度:：]`)
	between = regexp.MustCompile(`[\s,，、;；]+`)
	decimal = regexp.MustCompile(`^\d{1,3}(\.\d+)?$`)
)

// Parse reads “31.99, 119.83” in either order (within the country they cannot be mistaken for one another); with GCJ-02,
// 高德 or 腾讯 behind it, the shift of those maps is taken off. "" is no point.
func Parse(s string) (Point, error) {
	wide := strings.Map(func(r rune) rune {
		if r >= '０' && r <= '９' {
			return r - '０' + '0'
		}
		if r == '．' {
			return '.'
		}
		return r
	}, s)
	shift := shifted.MatchString(wide)
	rest := strings.Trim(between.ReplaceAllString(noise.ReplaceAllString(shifted.ReplaceAllString(wide, " "), " "), " "), " ")
	if rest == "" && !shift {
		return Point{}, nil
	}
	parts := strings.Split(rest, " ")
	if len(parts) != 2 || !decimal.MatchString(parts[0]) || !decimal.MatchString(parts[1]) {
		return Point{}, errs.New(errs.Invalid, "geo.form", "“%s”不是坐标，请按“纬度, 经度”填写十进制的度数，如 32.128, 119.868", s)
	}
	a, _ := strconv.ParseFloat(parts[0], 64) // the pattern holds
	b, _ := strconv.ParseFloat(parts[1], 64)
	p := OfDegrees(min(a, b), max(a, b))
	if !p.InChina() {
		return Point{}, errs.New(errs.Invalid, "geo.outside", "坐标 %s 不在我国范围内，请核对", strings.Join(parts, ", "))
	}
	if shift {
		p = p.FromGCJ()
	}
	return p, nil
}

// The ellipsoid of the shift.
const (
	shiftAxis         = 6378245.0
	shiftEccentricity = 0.00669342162296594323
)

// ToGCJ shifts a point as GCJ-02 does, some hundred metres, within the country; elsewhere it stays.
func (p Point) ToGCJ() Point {
	if !p.InChina() {
		return p
	}
	lat, lon := p.degrees()
	x, y := lon-105, lat-35
	north := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*math.Sqrt(math.Abs(x)) + waves(x, 20, 6, 20, 2) + waves(y, 20, 1, 40, 1.0/3) + waves(y, 160, 1.0/12, 320, 1.0/30)
	east := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*math.Sqrt(math.Abs(x)) + waves(x, 20, 6, 20, 2) + waves(x, 20, 1, 40, 1.0/3) + waves(x, 150, 1.0/12, 300, 1.0/30)
	rad := lat * math.Pi / 180
	m := 1 - shiftEccentricity*math.Sin(rad)*math.Sin(rad)
	lat += north * 180 / (shiftAxis * (1 - shiftEccentricity) / (m * math.Sqrt(m)) * math.Pi)
	lon += east * 180 / (shiftAxis / math.Sqrt(m) * math.Cos(rad) * math.Pi)
	return OfDegrees(lat, lon)
}

// waves is a pair of sines of the shift.
func waves(x, a, f, b, g float64) float64 {
	return (a*math.Sin(f*math.Pi*x) + b*math.Sin(g*math.Pi*x)) * 2 / 3
}

// gcjRounds is how often the shift is taken off by approximation: it changes by less than a thousandth over its own length.
const gcjRounds = 4

// FromGCJ takes the shift off again, to 1e-7 degrees.
func (p Point) FromGCJ() Point {
	w := p
	for range gcjRounds {
		g := w.ToGCJ()
		w = Point{w.Lat + p.Lat - g.Lat, w.Lon + p.Lon - g.Lon}
	}
	return w
}
