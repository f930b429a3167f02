package asset

import (
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/geo"
	"huicun/internal/registry/record"
)

// pointName is the name of the field that says where something lies.
const pointName = "point"

// PointField describes where something lies, entered as degrees.
func PointField[T any](p func(*T) *geo.Point) field.Field[T] {
	return field.Field[T]{
		Spec: field.Spec{
			Name: pointName, Label: "坐标", Kind: field.Text, Max: 60, Example: "32.128, 119.868",
			Note: "纬度, 经度（WGS-84，与 CGCS2000 一致）；从高德、腾讯地图抄来的在后面加上“高德”，自动换算",
		},
		Get: func(v *T) string { return p(v).String() },
		Set: func(v *T, s string) error {
			at, err := geo.Parse(s)
			if err != nil {
				return errs.OnField(pointName, "%s", errs.Message(err))
			}
			*p(v) = at
			return nil
		},
	}
}

// Outline is the outline of a place (村界), as maps draw it. Rings is its text: GeoJSON, or corners line by line.
type Outline struct {
	db.Row
	Name, Rings, Source string
}

var outlineTable = &db.Table[Outline]{
	Name: "village_outline",
	Cols: []string{"name", "rings", "source"},
	Row:  func(o *Outline) *db.Row { return &o.Row },
	Ptrs: func(o *Outline) []any { return []any{&o.Name, &o.Rings, &o.Source} },
}

// longestOutline bounds the text of an outline, in characters.
const longestOutline = 400_000

// NewOutlines describes the noun "village_outline".
func NewOutlines(e *record.Env) *record.Noun[Outline] {
	return record.Register(e, &record.Noun[Outline]{
		Kind: "village_outline", Label: "村界", Path: "/village-outlines", Icon: "map-pin", Key: "name", Order: "region",
		Intro:  "村的边界，画在资产地图上。可以粘贴 GeoJSON，或逐行填写边界点的坐标。",
		Table:  outlineTable,
		Title:  func(o *Outline) string { return o.Name },
		Detail: func(o *Outline) string { return o.Source },
		Fields: []field.Field[Outline]{
			field.NewText("name", "名称", func(o *Outline) *string { return &o.Name }).Req().List().Eg("永胜村村界"),
			field.NewRegion("region", "地区", func(o *Outline) *string { return &o.Region }).Req().List(),
			field.NewText("source", "资料来源", func(o *Outline) *string { return &o.Source }).List().Help("测绘单位或文件；不是测绘成果的写“示意”"),
			field.NewLong("rings", "边界", func(o *Outline) *string { return &o.Rings }).Req().Limit(longestOutline).NotShown().
				Help("GeoJSON；或每行一个点“纬度, 经度”，几块不相连的之间空一行").Eg("32.16, 119.84"),
		},
		Check: func(o *Outline) error {
			if _, err := geo.ParseOutline(o.Rings); err != nil {
				return errs.OnField("rings", "%s", errs.Message(err))
			}
			return nil
		},
	})
}
