package asset

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/qty"
	"huicun/internal/registry/record"
)

// Certificate is a document that proves whose an asset is, or who may use it.
type Certificate struct {
	db.Row
	No              string
	Asset           ids.ID
	Kind            string
	Holder          string
	Area            qty.Qty
	Issued, ValidTo date.Date
	Place           string
}

// CertificateKinds are the kinds of certificate.
var CertificateKinds = []field.Option{
	{Code: "realty", Label: "不动产权证"}, {Code: "land", Label: "集体土地所有权证"}, {Code: "site", Label: "集体建设用地使用权证"}, {Code: "contracted", Label: "土地承包经营权证"},
	{Code: "forest", Label: "林权证"}, {Code: "water", Label: "养殖（水域滩涂）证"}, {Code: "house", Label: "房屋所有权证"}, {Code: "other", Label: "其他证明"},
}

var certificateTable = &db.Table[Certificate]{
	Name: "asset_certificate",
	Cols: []string{"no", "asset_id", "kind", "holder", "area", "unit", "issued_on", "valid_to", "place"},
	Row:  func(c *Certificate) *db.Row { return &c.Row },
	Ptrs: func(c *Certificate) []any {
		return []any{&c.No, &c.Asset, &c.Kind, &c.Holder, &c.Area.N, &c.Area.Unit, &c.Issued, &c.ValidTo, &c.Place}
	},
}

// NewCertificates describes the noun; "asset" must have been registered before.
func NewCertificates(e *record.Env) *record.Noun[Certificate] {
	return record.Register(e, &record.Noun[Certificate]{
		Kind: "asset_certificate", Label: "权属证书", Path: "/asset-certificates", Icon: "certificate", Key: "no", Order: "no",
		Intro:  "登记资产的不动产权证、土地和林权证书，扫描件附在证书的页面上。",
		Table:  certificateTable,
		Title:  func(c *Certificate) string { return field.LabelOf(CertificateKinds, c.Kind) + " " + c.No },
		Detail: func(c *Certificate) string { return c.Holder },
		Fields: []field.Field[Certificate]{
			field.NewText("no", "证书编号", func(c *Certificate) *string { return &c.No }).Req().List().Eg("苏（2021）扬中市不动产权第0001234号"),
			field.NewRef("asset", "资产", "asset", func(c *Certificate) *ids.ID { return &c.Asset }).Req().Fix().Show().Filter(),
			field.NewEnum("kind", "证书种类", CertificateKinds, func(c *Certificate) *string { return &c.Kind }).Req().List().Filter(),
			field.NewText("holder", "权利人", func(c *Certificate) *string { return &c.Holder }).Req().List(),
			field.NewAmount("area", "证载面积", qty.M2, func(c *Certificate) *qty.Qty { return &c.Area }).List().Help("如 2400平方米、10亩"),
			field.NewDay("issued", "发证日期", func(c *Certificate) *date.Date { return &c.Issued }).Col("issued_on"),
			field.NewDay("valid_to", "有效期至", func(c *Certificate) *date.Date { return &c.ValidTo }).List().Help("长期有效的不填"),
			field.NewText("place", "坐落", func(c *Certificate) *string { return &c.Place }),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, c *Certificate) error {
			if c.Asset == 0 {
				return nil
			}
			a, err := Get(ctx, q, tenant, c.Asset)
			if err == nil {
				c.Region = a.Region
			}
			return err
		},
		Check: func(c *Certificate) error {
			if !c.ValidTo.IsZero() && !c.Issued.IsZero() && c.ValidTo.Before(c.Issued) {
				return errs.OnField("valid_to", "有效期不能早于发证日期（%s）", c.Issued)
			}
			return nil
		},
	})
}
