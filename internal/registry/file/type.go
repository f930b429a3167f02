package file

import (
	"bytes"
	"context"
	_ "embed" // the types
	"encoding/csv"
	"encoding/hex"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"huicun/internal/kit/code"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/registry/record"
)

// Type is a type of file that may be attached, known by the extension of its name. Inline says that browsers show it
// safely: pictures only.
type Type struct {
	Ext, Label, Mime string
	MaxKB            int
	Inline           bool
	magic            []byte // what the content has at a place
	at               int
}

//go:embed types.csv
var typesCSV string

var types = readTypes()

func readTypes() []Type {
	rows, err := csv.NewReader(strings.NewReader(typesCSV)).ReadAll()
	if err != nil {
		panic("file: types: " + err.Error())
	}
	var out []Type
	for _, r := range rows[1:] {
		magic, err1 := hex.DecodeString(r[3])
		at, err2 := strconv.Atoi(r[4])
		most, err3 := strconv.Atoi(r[5])
		if err1 != nil || err2 != nil || err3 != nil {
			panic("file: types: " + r[0])
		}
		out = append(out, Type{Ext: r[0], Label: r[1], Mime: r[2], MaxKB: most, Inline: r[6] == "yes", magic: magic, at: at})
	}
	return out
}

// TypeOf returns the type of an extension.
func TypeOf(ext string) (Type, bool) {
	for _, t := range types {
		if t.Ext == ext {
			return t, true
		}
	}
	return Type{}, false
}

// fits reports whether the content is what the extension says.
func (t *Type) fits(data []byte) bool {
	if len(t.magic) == 0 { // XML: text that begins with an element or a declaration
		head := bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), " \t\r\n")
		return bytes.HasPrefix(head, []byte("<")) && !bytes.ContainsRune(head[:min(len(head), 4096)], 0) && (utf8.Valid(data) || bytes.Contains(head[:min(len(head), 200)], []byte("encoding")))
	}
	return len(data) >= t.at+len(t.magic) && bytes.Equal(data[t.at:t.at+len(t.magic)], t.magic)
}

// Limit is a county's own limit for an extension (附件类型): the largest size in KB, or that it is not taken.
type Limit struct {
	db.Row
	No, Ext string
	MaxKB   int
	Off     bool
}

var limitTable = &db.Table[Limit]{
	Name: "file_type",
	Cols: []string{"no", "ext", "max_kb", "off"},
	Row:  func(l *Limit) *db.Row { return &l.Row },
	Ptrs: func(l *Limit) []any { return []any{&l.No, &l.Ext, &l.MaxKB, &l.Off} },
}

// mostKB is the largest file that can be allowed: it is held in memory while it is checked.
const mostKB = 50 << 10

func newLimits(e *record.Env) *record.Noun[Limit] {
	var exts []field.Option
	for _, t := range types {
		exts = append(exts, field.Option{Code: t.Ext, Label: t.Ext})
	}
	return record.Register(e, &record.Noun[Limit]{
		Kind: "file_type", Label: "附件类型", Path: "/file-types", Icon: "paperclip", Key: "no", Order: "ext", Below: true,
		Intro: "哪些类型的文件可以作附件、最大多少，系统自带一套；本县（镇）可在这里改上限或停用。",
		Table: limitTable,
		Title: func(l *Limit) string { return l.Ext }, Series: func(*Limit) string { return "FJ" },
		Fields: []field.Field[Limit]{
			field.NewText("no", "编号", func(l *Limit) *string { return &l.No }).Fix().Help("不填自动编号"),
			field.NewEnum("ext", "扩展名", exts, func(l *Limit) *string { return &l.Ext }).Req().Fix().List(),
			field.NewRegion("region", "适用地区", func(l *Limit) *string { return &l.Region }).Req().List(),
			field.NewInt("max_kb", "最大", 1, mostKB, func(l *Limit) *int { return &l.MaxKB }).In("KB").Req().List(),
			field.NewBool("off", "不接收", func(l *Limit) *bool { return &l.Off }).List(),
		},
	})
}

// typesAt are the types that are taken at a place: ours, with the limits of the places above it, the nearest last.
func typesAt(ctx context.Context, q db.Q, tenant int64, region string) ([]Type, error) {
	limits, err := limitTable.All(ctx, q, db.In(db.NewWhere(tenant), "region", code.Chain(region)), "region, id")
	if err != nil {
		return nil, err
	}
	last := map[string]Limit{}
	for _, l := range limits {
		last[l.Ext] = l
	}
	var out []Type
	for _, t := range types {
		l, own := last[t.Ext]
		if own && l.Off {
			continue
		}
		if own {
			t.MaxKB = l.MaxKB
		}
		out = append(out, t)
	}
	return out, nil
}

// check finds the type of a file and refuses what is not taken, too large or not what its name says.
func check(list []Type, name string, data []byte) (Type, error) {
	ext := strings.TrimPrefix(strings.ToLower(path.Ext(name)), ".")
	var have []string
	for _, t := range list {
		have = append(have, t.Ext)
		switch {
		case t.Ext != ext:
		case len(data) == 0:
			return t, errs.OnField("file", "文件“%s”是空的，请重新选择", name)
		case len(data) > t.MaxKB<<10:
			return t, errs.OnField("file", "文件“%s”有 %s，超过这类文件的上限 %s；请压缩后再传", name, Size(int64(len(data))), Size(int64(t.MaxKB)<<10))
		case !t.fits(data):
			return t, errs.OnField("file", "文件“%s”的内容不是%s（%s），可能改过扩展名；请上传原文件", name, t.Label, t.Ext)
		default:
			return t, nil
		}
	}
	return Type{}, errs.OnField("file", "文件“%s”的类型不能作附件；可用：%s", name, strings.Join(have, "、"))
}

// Size says how large a file is: 35 KB, 1.2 MB.
func Size(n int64) string {
	switch {
	case n < 1<<10:
		return strconv.FormatInt(n, 10) + " 字节"
	case n < 1<<20:
		return strconv.FormatInt((n+1<<9)>>10, 10) + " KB"
	}
	tenths := (n*10 + 1<<19) >> 20
	return strconv.FormatInt(tenths/10, 10) + "." + strconv.FormatInt(tenths%10, 10) + " MB"
}
