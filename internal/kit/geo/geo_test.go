package geo_test

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/geo"
)

func point(t *rapid.T, name string) geo.Point {
	return geo.OfDegrees(rapid.Float64Range(4, 53).Draw(t, name+" lat"), rapid.Float64Range(74, 135).Draw(t, name+" lon"))
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ in, want, says string }{
		{"31.99, 119.83", "31.99, 119.83", ""}, {"31.99，119.83", "31.99, 119.83", ""}, {"119.83 31.99", "31.99, 119.83", ""},
		{"北纬31.99°、东经119.83°", "31.99, 119.83", ""}, {"N31.99 E119.83 WGS-84", "31.99, 119.83", ""}, {"３１．５，１１９", "31.5, 119", ""},
		{"31.12345678,119.83", "31.1234568, 119.83", ""}, {" ", "", ""}, {"31.99", "", "不是坐标"}, {"31.99, 甲", "", "不是坐标"},
		{"31,99,119,83", "", "不是坐标"}, {"31.99, 19.83", "", "不在我国范围内"}, {"31°59′24″, 119.83", "", "不是坐标"}, {"高德", "", "不是坐标"},
		{"-31.99, 119.83", "", "不是坐标"}, {"1e1, 119.83", "", "不是坐标"},
	} {
		p, err := geo.Parse(c.in)
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(errs.Message(err), c.says) || p.String() != c.want {
			t.Errorf("%q: %q %v", c.in, p, err)
		}
	}
}

// TestText: what is written is read back.
func TestText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := point(t, "p")
		if q, err := geo.Parse(p.String()); err != nil || q != p {
			t.Fatalf("%v became %v: %v", p, q, err)
		}
	})
}

// metres is how far two near points lie apart.
func metres(a, b geo.Point) float64 {
	per := 40075016.7 / 360 / 1e7
	return math.Hypot(float64(a.Lat-b.Lat)*per, float64(a.Lon-b.Lon)*per*math.Cos(float64(a.Lat)/1e7*math.Pi/180))
}

// TestShift: the shift of GCJ-02 is some hundred metres, and is taken off to the unit; a known pair tells which way it goes.
func TestShift(t *testing.T) {
	known := geo.OfDegrees(39.9087202, 116.3974799).ToGCJ() // as the published formula gives it, to the metre
	if d := metres(known, geo.OfDegrees(39.91012, 116.40372)); d > 5 {
		t.Errorf("%v is %.1f m off", known, d)
	}
	rapid.Check(t, func(t *rapid.T) {
		p := point(t, "p")
		if d := metres(p, p.ToGCJ()); d < 20 || d > 2000 {
			t.Fatalf("shifted by %.0f m", d)
		}
		if q := p.ToGCJ().FromGCJ(); math.Abs(float64(q.Lat-p.Lat)) > 1 || math.Abs(float64(q.Lon-p.Lon)) > 1 {
			t.Fatalf("%v came back as %v", p, q)
		}
		if q, err := geo.Parse(p.ToGCJ().String() + " 高德"); err != nil || metres(p, q) > 0.1 {
			t.Fatalf("%v was read as %v: %v", p, q, err)
		}
	})
}

// TestView: what is drawn somewhere is found there, all points fit, and the bar is as long as it says.
func TestView(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var list []geo.Point
		middle := point(t, "middle")
		for range rapid.IntRange(1, 12).Draw(t, "points") {
			list = append(list, geo.Point{Lat: middle.Lat + rapid.Int64Range(-3e6, 3e6).Draw(t, "dlat"), Lon: middle.Lon + rapid.Int64Range(-3e6, 3e6).Draw(t, "dlon")})
		}
		w, h := rapid.Float64Range(200, 1200).Draw(t, "w"), rapid.Float64Range(200, 900).Draw(t, "h")
		v := geo.Fit(list, w, h, 40, rapid.Bool().Draw(t, "shift"))
		for _, p := range list {
			x, y := v.At(p)
			if x < 39 || y < 39 || x > w-39 || y > h-39 {
				t.Fatalf("%v is drawn at %.1f, %.1f of %.0f by %.0f", p, x, y, w, h)
			}
			if q := v.Point(x, y); math.Abs(float64(q.Lat-p.Lat)) > 2 || math.Abs(float64(q.Lon-p.Lon)) > 2 {
				t.Fatalf("%v at %.1f, %.1f is %v", p, x, y, q)
			}
		}
		n, px := v.ScaleBar(120)
		if px > 120.01 || px < 120/2.6 && n > 1 {
			t.Fatalf("%d m are %.1f px", n, px)
		}
		c := v.Centre()
		if d := metres(c, v.Point(w/2+px, h/2)); math.Abs(d-float64(n)) > float64(n)*0.02+1 {
			t.Fatalf("the bar of %d m is %.1f m long", n, d)
		}
		again := geo.Around(c, v.Zoom(), w, h, v.Shift)
		if x, y := again.At(list[0]); !near(x, y, v, list[0]) {
			t.Fatalf("%v moved to %.2f, %.2f", list[0], x, y)
		}
	})
}

func near(x, y float64, v geo.View, p geo.Point) bool {
	a, b := v.At(p)
	return math.Hypot(a-x, b-y) < 1
}

// TestTiles: tiles cover the whole drawing without overlapping, and a point lies on the tile that a service keeps it on.
func TestTiles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := geo.Around(point(t, "p"), rapid.Float64Range(4, 18).Draw(t, "zoom"), 700, 500, false)
		area := 0.0
		for _, x := range v.Tiles() {
			w := min(x.Left+x.Side, v.W) - max(x.Left, 0)
			h := min(x.Top+x.Side, v.H) - max(x.Top, 0)
			if w < -1e-6 || h < -1e-6 || x.Side < 180 || x.Side > 364 {
				t.Fatalf("%+v", x)
			}
			area += w * h
			n := math.Exp2(float64(x.Zoom))
			p := v.Point(x.Left+x.Side/2, x.Top+x.Side/2)
			lat, lon := float64(p.Lat)/1e7*math.Pi/180, float64(p.Lon)/1e7
			if tx, ty := int((lon+180)/360*n), int((1-math.Asinh(math.Tan(lat))/math.Pi)/2*n); tx != x.X || ty != x.Y {
				t.Fatalf("%+v should be %d/%d", x, tx, ty)
			}
		}
		if math.Abs(area-v.W*v.H) > 1 {
			t.Fatalf("%.1f of %.1f is covered", area, v.W*v.H)
		}
	})
}

// TestGrid: lines stand at round degrees within the drawing, apart, and where a point of those degrees is drawn.
func TestGrid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := geo.Around(point(t, "p"), rapid.Float64Range(6, 18).Draw(t, "zoom"), 700, 500, false)
		across, down := v.Grid(90)
		if len(across) == 0 && len(down) == 0 {
			t.Fatal("no lines")
		}
		for i, l := range across {
			if l.At < -0.1 || l.At > v.W+0.1 || i > 0 && l.At-across[i-1].At < 89 {
				t.Fatalf("%+v", across)
			}
		}
		for i, l := range down {
			if l.At < -0.1 || l.At > v.H+0.1 || i > 0 && l.At-down[i-1].At < 60 {
				t.Fatalf("%+v", down)
			}
		}
	})
}

// TestClusters: no place is lost or counted twice, and what is near the first of a cluster is in one with it or an earlier one.
func TestClusters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var places [][2]float64
		for range rapid.IntRange(0, 80).Draw(t, "places") {
			places = append(places, [2]float64{rapid.Float64Range(-50, 400).Draw(t, "x"), rapid.Float64Range(-50, 300).Draw(t, "y")})
		}
		const radius = 30
		seen := map[int]int{}
		list := geo.Clusters(places, radius)
		for i, c := range list {
			first := places[c.Members[0]]
			for _, m := range c.Members {
				seen[m]++
				if math.Hypot(places[m][0]-first[0], places[m][1]-first[1]) > radius {
					t.Fatalf("%v is not near %v", places[m], first)
				}
			}
			if math.Hypot(c.X-first[0], c.Y-first[1]) > radius {
				t.Fatalf("drawn at %.1f, %.1f", c.X, c.Y)
			}
			for _, other := range list[:i] {
				o := places[other.Members[0]]
				if math.Hypot(first[0]-o[0], first[1]-o[1]) <= radius {
					t.Fatalf("%v and %v are two clusters", o, first)
				}
			}
		}
		if len(seen) != len(places) {
			t.Fatalf("%d of %d", len(seen), len(places))
		}
		for _, n := range seen {
			if n != 1 {
				t.Fatalf("a place stands in %d clusters", n)
			}
		}
	})
}

func TestOutline(t *testing.T) {
	square := `{"type":"Feature","properties":{},"geometry":{"type":"Polygon","coordinates":[[[119.8,32.1],[119.9,32.1],[119.9,32.2],[119.8,32.1]]]}}`
	for _, c := range []struct {
		in    string
		rings int
		says  string
	}{
		{square, 1, ""}, {`{"type":"FeatureCollection","features":[` + square + `,` + square + `]}`, 2, ""},
		{`{"type":"MultiPolygon","coordinates":[[[[119.8,32.1],[119.9,32.1],[119.9,32.2]]],[[[119.8,32.1],[119.9,32.1],[119.9,32.2]]]]}`, 2, ""},
		{"32.1, 119.8\n32.1, 119.9\r\n32.2, 119.9\n\n32.1, 119.8\n32.1, 119.9\n32.2, 119.9\n", 2, ""},
		{"32.1, 119.8\n32.1, 119.9", 0, "至少要有三个点"}, {"32.1, 119.8\n甲", 0, "不是坐标"}, {"", 0, "没有读到"}, {"{", 0, "不是有效的 GeoJSON"},
		{`{"type":"Point","coordinates":[119.8,32.1]}`, 0, "没有读到"}, {`{"type":"Polygon","coordinates":[[[32.1,119.8],[32.1,119.9],[32.2,119.9]]]}`, 0, "应是"},
		{`{"type":"Polygon","coordinates":[[["a"]]]}`, 0, "不是“[[经度"}, {`{"type":"Polygon","coordinates":[[[10,50],[11,50],[11,51]]]}`, 0, "不在我国范围内"},
	} {
		rings, err := geo.ParseOutline(c.in)
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(errs.Message(err), c.says) || len(rings) != c.rings {
			t.Errorf("%.60q: %d %v", c.in, len(rings), err)
		}
	}
}

func FuzzOutline(f *testing.F) {
	f.Add(`{"type":"Polygon","coordinates":[[[119.8,32.1],[119.9,32.1],[119.9,32.2]]]}`)
	f.Add("32.1, 119.8\n32.1, 119.9\n32.2, 119.9")
	f.Fuzz(func(t *testing.T, s string) {
		rings, err := geo.ParseOutline(s)
		if err != nil {
			return
		}
		for _, r := range rings {
			for _, p := range r {
				if !p.InChina() {
					t.Fatalf("%v", p)
				}
			}
		}
	})
}

func TestService(t *testing.T) {
	for _, c := range []struct{ template, credit, datum, origin, says string }{
		{"", "", "", "", ""}, {"https://t0.example.cn/{z}/{x}/{y}.png?tk=1", "示例图", "wgs84", "https://t0.example.cn", ""},
		{"http://10.1.2.3:8081/tiles?x={x}&y={y}&z={z}", "内网", "gcj02", "http://10.1.2.3:8081", ""},
		{"https://t0.example.cn/{z}/{x}.png", "示例图", "wgs84", "", "{y}"}, {"https://t0.example.cn/{z}/{x}/{y}.png", "", "wgs84", "", "--map-credit"},
		{"https://t{x}.example.cn/{z}/{y}.png", "示例图", "wgs84", "", "占位符"}, {"/tiles/{z}/{x}/{y}", "示例图", "wgs84", "", "完整地址"},
		{"ftp://a/{z}/{x}/{y}", "示例图", "wgs84", "", "完整地址"}, {"https://t0.example.cn/{z}/{x}/{y}.png", "示例图", "bd09", "", "--map-datum"},
		{"https://a;script-src/{z}/{x}/{y}", "示例图", "wgs84", "", "特殊字符"},
	} {
		s, err := geo.NewService(c.template, c.credit, c.datum)
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(errs.Message(err), c.says) || s.Origin() != c.origin || s.On() != (c.origin != "") {
			t.Errorf("%s: %+v %v", c.template, s, err)
		}
	}
	s, err := geo.NewService("https://h/{z}/{x}/{y}.png", "图", "wgs84")
	if got := s.Href(geo.Tile{Zoom: 3, X: 6, Y: 2}); err != nil || got != "https://h/3/6/2.png" {
		t.Error(got, err)
	}
}
