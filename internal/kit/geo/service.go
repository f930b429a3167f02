package geo

import (
	"net/url"
	"strconv"
	"strings"

	"huicun/internal/kit/errs"
)

// Service is a map service whose pictures are laid below drawings: the address of a picture with {z}, {x} and {y} in it, who is
// to be named for it, and whether it shows GCJ-02. The zero Service is none.
type Service struct {
	template, origin, Credit string
	Shift                    bool
}

// Datums are the names of the systems that a service may show.
const (
	datumWGS = "wgs84"
	datumGCJ = "gcj02"
)

// NewService checks a configured service; an empty address is none.
func NewService(template, credit, datum string) (Service, error) {
	if template == "" {
		return Service{}, nil
	}
	wrong := func(format string, args ...any) (Service, error) {
		return Service{}, errs.New(errs.Invalid, "geo.service", "底图地址 --map-tiles "+format, args...)
	}
	for _, mark := range []string{"{z}", "{x}", "{y}"} {
		if strings.Count(template, mark) != 1 {
			return wrong("里要有一个 %s，如 https://map.example.cn/tile/{z}/{x}/{y}.png", mark)
		}
	}
	u, err := url.Parse(strings.NewReplacer("{z}", "1", "{x}", "1", "{y}", "1").Replace(template))
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
		return wrong("应是 http 或 https 开头的完整地址")
	}
	origin := u.Scheme + "://" + u.Host
	if strings.ContainsAny(origin, " ;,'\"") || !strings.HasPrefix(template, origin+"/") {
		return wrong("的主机名里不能有占位符或特殊字符")
	}
	if credit == "" {
		return wrong("要同时用 --map-credit 写明地图的来源和审图号")
	}
	if datum != "" && datum != datumWGS && datum != datumGCJ {
		return wrong("的坐标系 --map-datum 应是 %s 或 %s", datumWGS, datumGCJ)
	}
	return Service{template: template, origin: origin, Credit: credit, Shift: datum == datumGCJ}, nil
}

// On reports whether there is a service.
func (s Service) On() bool { return s.template != "" }

// Origin is the one place that pictures come from (https://host), "" without a service; a page's security policy names it.
func (s Service) Origin() string { return s.origin }

// Href is the address of a tile's picture.
func (s Service) Href(t Tile) string {
	return strings.NewReplacer("{z}", strconv.Itoa(t.Zoom), "{x}", strconv.Itoa(t.X), "{y}", strconv.Itoa(t.Y)).Replace(s.template)
}
