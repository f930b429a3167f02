// Package party keeps who takes part: organisations of every kind and persons with their dated roles. A village
// collective and its village committee are two parties with two codes and are never merged in one.
package party

import (
	"context"
	"slices"
	"strings"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
)

// The kinds of party.
const (
	Collective = "collective"
	Committee  = "committee"
	Government = "government"
	Department = "department"
	Enterprise = "enterprise"
	Chamber    = "chamber"
	PartyOrg   = "party_org"
	Coop       = "coop"
	Household  = "household"
	Group      = "group"
)

// Kinds are the kinds with their Chinese names.
var Kinds = []field.Option{
	{Code: Collective, Label: "集体经济组织"}, {Code: Committee, Label: "村（居）民委员会"}, {Code: Government, Label: "镇（街道）"},
	{Code: Department, Label: "部门单位"}, {Code: Enterprise, Label: "企业"}, {Code: Chamber, Label: "商会（企业联合会）"},
	{Code: PartyOrg, Label: "党组织"}, {Code: Coop, Label: "合作社"}, {Code: Household, Label: "农户（个体）"}, {Code: Group, Label: "村民小组（组级集体）"},
}

// Party is one organisation.
type Party struct {
	db.Row
	Name, ShortName, Kind, CreditCode string
	Parent                            ids.ID
	Industry, Contact, PhoneSealed    string
	Address                           string
	Founded, Ended                    date.Date
}

// Machine: an organisation is active until it is wound up.
var Machine = &fsm.Machine{
	Name:   "单位",
	States: []fsm.State{{Code: "active", Label: "存续", Tone: "green"}, {Code: "ended", Label: "已注销", Tone: "grey"}},
	Events: []fsm.Event{
		{Name: "end", Label: "注销", From: []string{"active"}, To: "ended", Verb: "edit", Reason: true},
		{Name: "revive", Label: "恢复", From: []string{"ended"}, To: "active", Verb: "edit", Reason: true},
	},
}

var partyTable = &db.Table[Party]{
	Name: "party",
	Cols: []string{"name", "short_name", "kind", "credit_code", "parent_id", "industry", "contact", "phone_sealed", "address", "founded", "ended"},
	Row:  func(p *Party) *db.Row { return &p.Row },
	Ptrs: func(p *Party) []any {
		return []any{&p.Name, &p.ShortName, &p.Kind, &p.CreditCode, &p.Parent, &p.Industry, &p.Contact, &p.PhoneSealed, &p.Address, &p.Founded, &p.Ended}
	},
}

// NewParties describes the noun.
func NewParties(e *record.Env) *record.Noun[Party] {
	phone := field.NewSealed("phone", "联系电话", func(p *Party) *string { return &p.PhoneSealed })
	phone.Set = func(_ *Party, s string) error {
		if len(s) < 7 || len(s) > 20 {
			return errs.OnField("phone", "电话应为 7 到 20 位")
		}
		return nil
	}
	return record.Register(e, &record.Noun[Party]{
		Kind: "party", Label: "单位", Path: "/parties", Icon: "building-community", Key: "name", Order: "region",
		Intro: "村集体经济组织、村民委员会、企业、部门、商会和党组织都在这里登记。",
		Table: partyTable, Machine: Machine,
		Title:  func(p *Party) string { return p.Name },
		Detail: func(p *Party) string { return field.LabelOf(Kinds, p.Kind) + " " + p.ShortName + " " + p.CreditCode },
		Fields: []field.Field[Party]{
			field.NewText("name", "名称", func(p *Party) *string { return &p.Name }).Req().List().Eg("示例村股份经济合作社"),
			field.NewText("short_name", "简称", func(p *Party) *string { return &p.ShortName }),
			field.NewEnum("kind", "类别", Kinds, func(p *Party) *string { return &p.Kind }).Req().List().Filter(),
			field.NewRegion("region", "所在地区", func(p *Party) *string { return &p.Region }).Req().List(),
			field.NewText("credit_code", "统一社会信用代码", func(p *Party) *string { return &p.CreditCode }).List().Help("18 位，按校验码核对"),
			field.NewRef("parent", "上级（主管）单位", "party", func(p *Party) *ids.ID { return &p.Parent }),
			field.NewText("industry", "行业", func(p *Party) *string { return &p.Industry }),
			field.NewText("contact", "联系人（职务）", func(p *Party) *string { return &p.Contact }),
			phone,
			field.NewText("address", "地址", func(p *Party) *string { return &p.Address }),
			field.NewDay("founded", "成立日期", func(p *Party) *date.Date { return &p.Founded }),
			field.NewDay("ended", "注销日期", func(p *Party) *date.Date { return &p.Ended }),
		},
		Check:   checkParty,
		CheckTx: uniqueCode,
	})
}

func checkParty(p *Party) error {
	var l errs.List
	if p.CreditCode != "" {
		c, err := code.CreditCode(p.CreditCode)
		if err != nil {
			l.Merge("credit_code", errs.OnField("credit_code", "%s", errs.Message(err)))
		}
		p.CreditCode = c
		switch {
		case err != nil:
		case p.Kind == Collective && !code.IsCollective(c):
			l.Add("credit_code", "集体经济组织的代码以 N 开头，这个代码不是（村民委员会的代码以 5 开头）")
		case p.Kind != Collective && p.Kind != Group && code.IsCollective(c):
			l.Add("credit_code", "以 N 开头的是集体经济组织的代码，请核对类别")
		}
	}
	if !p.Ended.IsZero() && p.Ended.Before(p.Founded) {
		l.Add("ended", "注销日期不能早于成立日期")
	}
	return l.Err()
}

func uniqueCode(ctx context.Context, tx *db.Tx, _, p *Party) error {
	if p.CreditCode == "" {
		return nil
	}
	other, err := partyTable.One(ctx, tx, db.NewWhere(tx.Tenant).And("credit_code = ?", p.CreditCode).And("id <> ?", p.ID))
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return errs.OnField("credit_code", "这个代码已登记为“%s”", other.Name)
}

// CollectiveOf returns the collective of a village, or NotFound with what to do.
func CollectiveOf(ctx context.Context, q db.Q, tenant int64, region string) (*Party, error) {
	p, err := partyTable.One(ctx, q, db.NewWhere(tenant).And("region = ?", region).And("kind = ?", Collective).And("state = ?", "active"))
	if errs.Is(err, errs.NotFound) {
		return nil, errs.New(errs.NotFound, "party.no_collective", "这个村还没有登记集体经济组织，请先在“单位”里新建")
	}
	return p, err
}

// Get reads one party.
func Get(ctx context.Context, q db.Q, tenant int64, id ids.ID) (*Party, error) {
	return partyTable.Get(ctx, q, tenant, id)
}

// ByID reads parties by their ids, some hundred with a statement; one that is not there is left out.
func ByID(ctx context.Context, q db.Q, tenant int64, list []ids.ID) (map[ids.ID]Party, error) {
	out := make(map[ids.ID]Party, len(list))
	for part := range slices.Chunk(list, 400) {
		found, err := partyTable.All(ctx, q, db.In(db.NewWhere(tenant), "id", part), "id")
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			out[p.ID] = p
		}
	}
	return out, nil
}

// Short returns the short name, or the name.
func (p *Party) Short() string {
	if s := strings.TrimSpace(p.ShortName); s != "" {
		return s
	}
	return p.Name
}
