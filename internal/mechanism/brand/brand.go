// Package brand keeps the collectives' brands (品牌), their products, events and sales. What has been sold and what
// is expected are told apart: actual sales are dated no later than today, expected ones are marked and stop
// counting once they are met or given up.
package brand

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// Classes are the kinds of brand.
var Classes = []field.Option{{Code: "farm", Label: "农产品"}, {Code: "service", Label: "服务"}, {Code: "tourism", Label: "文旅"}}

// The states of a brand.
const (
	Applied   = "applied"
	Licensed  = "licensed"
	Active    = "active"
	Withdrawn = "withdrawn"
)

// Brand is one brand. A licence (registered mark, permission to use a regional mark) is not needed for use.
type Brand struct {
	db.Row
	Name         string
	Holder       ids.ID
	Class        string
	MarkNo       string
	Certificates string
	ValidTo      date.Date
	FoundedOn    date.Date
	LicensedOn   date.Date
	ActiveOn     date.Date
	WithdrawnOn  date.Date
}

// Machine: applied for, licensed, in use, withdrawn.
var Machine = &fsm.Machine{
	Name: "品牌",
	States: []fsm.State{
		{Code: Applied, Label: "申报中", Tone: "grey"}, {Code: Licensed, Label: "已授权", Tone: "azure"},
		{Code: Active, Label: "使用中", Tone: "green"}, {Code: Withdrawn, Label: "已停用", Tone: "grey"},
	},
	Events: []fsm.Event{
		{Name: "license", Label: "授权", From: []string{Applied}, To: Licensed, Verb: "approve"},
		{Name: "activate", Label: "启用", From: []string{Applied, Licensed}, To: Active, Verb: "edit"},
		{Name: "withdraw", Label: "停用", From: []string{Applied, Licensed, Active}, To: Withdrawn, Verb: "approve", Reason: true},
		{Name: "restore", Label: "恢复使用", From: []string{Withdrawn}, To: Active, Verb: "approve", Reason: true},
	},
}

var brandTable = &db.Table[Brand]{
	Name: "brand",
	Cols: []string{"name", "holder_id", "class", "mark_no", "certificates", "valid_to", "founded_on", "licensed_on", "active_on", "withdrawn_on"},
	Row:  func(b *Brand) *db.Row { return &b.Row },
	Ptrs: func(b *Brand) []any {
		return []any{&b.Name, &b.Holder, &b.Class, &b.MarkNo, &b.Certificates, &b.ValidTo, &b.FoundedOn, &b.LicensedOn, &b.ActiveOn, &b.WithdrawnOn}
	},
}

// NewBrands describes the noun.
func NewBrands(e *record.Env) *record.Noun[Brand] {
	return record.Register(e, &record.Noun[Brand]{
		Kind: "brand", Label: "品牌", Path: "/brands", Icon: "badge-tm", Key: "name", Order: "region",
		Intro: "村集体的农产品、服务和文旅品牌，商标和证书到期前在这里看到。",
		Table: brandTable, Machine: Machine,
		Title:  func(b *Brand) string { return "“" + b.Name + "”" },
		Detail: func(b *Brand) string { return field.LabelOf(Classes, b.Class) + " " + b.MarkNo + " " + b.Certificates },
		Fields: []field.Field[Brand]{
			field.NewText("name", "品牌名称", func(b *Brand) *string { return &b.Name }).Req().List().Help("不写引号"),
			field.NewRef("holder", "持有单位", "party", func(b *Brand) *ids.ID { return &b.Holder }).Req().Show(),
			field.NewEnum("class", "类别", Classes, func(b *Brand) *string { return &b.Class }).Req().List().Filter(),
			field.NewRegion("region", "所属地区", func(b *Brand) *string { return &b.Region }).Req().List().Help("留空取持有单位所在地区"),
			field.NewText("mark_no", "商标注册号（授权文号）", func(b *Brand) *string { return &b.MarkNo }).List(),
			field.NewText("certificates", "证书（认证）", func(b *Brand) *string { return &b.Certificates }).Eg("绿色食品、地理标志"),
			field.NewDay("valid_to", "证书有效期至", func(b *Brand) *date.Date { return &b.ValidTo }).List(),
			field.NewDay("founded_on", "创建日期", func(b *Brand) *date.Date { return &b.FoundedOn }),
			field.NewDay("licensed_on", "授权日期", func(b *Brand) *date.Date { return &b.LicensedOn }).Stamp(),
			field.NewDay("active_on", "启用日期", func(b *Brand) *date.Date { return &b.ActiveOn }).Stamp(),
			field.NewDay("withdrawn_on", "停用日期", func(b *Brand) *date.Date { return &b.WithdrawnOn }).Stamp(),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, b *Brand) error {
			if b.Region != "" || b.Holder == 0 {
				return nil
			}
			p, err := party.Get(ctx, q, tenant, b.Holder)
			if err == nil {
				b.Region = p.Region
			}
			return err
		},
		Check: checkBrand,
		CheckTx: func(ctx context.Context, tx *db.Tx, _, b *Brand) error {
			p, err := party.Get(ctx, tx, tx.Tenant, b.Holder)
			if err == nil && p.Kind != party.Collective && p.Kind != party.Coop {
				return errs.OnField("holder", "“%s”是%s，集体品牌应由集体经济组织或合作社持有", p.Name, field.LabelOf(party.Kinds, p.Kind))
			}
			return err
		},
		Guards: map[string]func(context.Context, *db.Tx, *Brand) error{
			"license": guardLicense,
			"activate": func(_ context.Context, tx *db.Tx, b *Brand) error {
				stamp(tx, &b.ActiveOn)
				return nil
			},
			"withdraw": func(_ context.Context, tx *db.Tx, b *Brand) error { stamp(tx, &b.WithdrawnOn); return nil },
			"restore":  func(_ context.Context, _ *db.Tx, b *Brand) error { b.WithdrawnOn = date.Date{}; return nil },
		},
	})
}

func checkBrand(b *Brand) error {
	var l errs.List
	if !b.ValidTo.IsZero() && b.MarkNo == "" && b.Certificates == "" {
		l.Add("valid_to", "请先填写商标注册号或证书")
	}
	for _, r := range []struct {
		state, name, label string
		day                date.Date
	}{
		{Licensed, "licensed_on", "授权日期", b.LicensedOn},
		{Active, "active_on", "启用日期", b.ActiveOn},
		{Withdrawn, "withdrawn_on", "停用日期", b.WithdrawnOn},
	} {
		if b.State == r.state && r.day.IsZero() {
			l.Add(r.name, "“%s”的品牌须填写%s", Machine.State(r.state).Label, r.label)
		}
	}
	if !b.WithdrawnOn.IsZero() && b.WithdrawnOn.Before(b.ActiveOn) {
		l.Add("withdrawn_on", "不能早于启用日期（%s）", b.ActiveOn.Chinese())
	}
	return l.Err()
}

func guardLicense(_ context.Context, tx *db.Tx, b *Brand) error {
	if b.MarkNo == "" {
		return errs.OnField("mark_no", "请先填写商标注册号（授权文号）")
	}
	if !b.ValidTo.IsZero() && b.ValidTo.Before(today(tx)) {
		return errs.OnField("valid_to", "证书已于%s到期，请先续展", b.ValidTo.Chinese())
	}
	stamp(tx, &b.LicensedOn)
	return nil
}

func today(tx *db.Tx) date.Date { return date.Of(tx.Now()) }

// stamp fills in the day of an act that happens in the system itself.
func stamp(tx *db.Tx, d *date.Date) {
	if d.IsZero() {
		*d = today(tx)
	}
}
