// Package stocktake is the yearly count of what a village owns (资产清查盘点, 农村集体经济组织财务制度 第二十九条): a list frozen
// when the count begins, what people found on the spot, and the differences that another person approves, once, with the
// vouchers and the changes of cards that follow from them.
package stocktake

import (
	"context"
	"fmt"
	"strconv"

	"huicun/internal/books/asset"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/qty"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// The states of a count.
const (
	Counting  = "counting"
	Submitted = "submitted"
	Approved  = "approved"
	Void      = "void"
)

// Kind is the kind of the noun, and the origin of the vouchers and changes that an approval makes.
const Kind = "stocktake"

// Count is the yearly count of what one unit owns. Base is the day as of which it counts, Booked the day of its vouchers.
// Voucher moves differences to 待处理财产损溢, Settling clears them as was resolved; where an accounting system has no such
// account, Voucher does both.
type Count struct {
	db.Row
	No                 string
	Party              ids.ID
	Year               int
	Base               date.Date
	Leader, Supervisor string
	Resolution         string
	Booked             date.Date
	SubmittedID        ids.ID
	SubmittedBy        string
	Voucher, Settling  ids.ID
}

// Machine: what was counted is submitted, and approved by another person.
var Machine = &fsm.Machine{
	Name: "清查盘点",
	States: []fsm.State{
		{Code: Counting, Label: "清查中", Tone: "azure"}, {Code: Submitted, Label: "待审批", Tone: "orange"}, {Code: Approved, Label: "已批准", Tone: "green"},
		{Code: Void, Label: "已作废", Tone: "grey", Side: true},
	},
	Events: []fsm.Event{
		{Name: "submit", Label: "提交审批", From: []string{Counting}, To: Submitted, Verb: access.Edit},
		{Name: "return", Label: "退回", From: []string{Submitted}, To: Counting, Verb: access.Approve, Reason: true},
		{Name: "approve", Label: "批准", From: []string{Submitted}, To: Approved, Verb: access.Approve},
		{Name: "revoke", Label: "撤销批准", From: []string{Approved}, To: Counting, Verb: access.Approve, Reason: true},
		{Name: "void", Label: "作废", From: []string{Counting}, To: Void, Verb: access.Edit, Reason: true},
	},
}

var countTable = &db.Table[Count]{
	Name: Kind,
	Cols: []string{"no", "party_id", "year", "base_on", "leader", "supervisor", "resolution", "booked_on", "submitted_id", "submitted_by", "voucher_id", "settling_id"},
	Row:  func(c *Count) *db.Row { return &c.Row },
	Ptrs: func(c *Count) []any {
		return []any{&c.No, &c.Party, &c.Year, &c.Base, &c.Leader, &c.Supervisor, &c.Resolution, &c.Booked, &c.SubmittedID, &c.SubmittedBy, &c.Voucher, &c.Settling}
	},
}

// Service carries out the counts.
type Service struct {
	env     *record.Env
	ledger  *ledger.Ledger
	assets  *record.Noun[asset.Asset]
	changes *record.Noun[asset.Change]
	Counts  *record.Noun[Count]
	Lines   *record.Noun[Line]
}

// New registers the nouns "stocktake" and "stocktake_line"; those of the cards, their changes and the ledger must have been
// registered before.
func New(e *record.Env, l *ledger.Ledger, assets *record.Noun[asset.Asset], changes *record.Noun[asset.Change]) *Service {
	s := &Service{env: e, ledger: l, assets: assets, changes: changes}
	s.Counts = s.newCounts()
	s.Lines = s.newLines()
	return s
}

// The years that a count may be of.
const firstYear, lastYear = 1950, 2200

func (s *Service) newCounts() *record.Noun[Count] {
	return record.Register(s.env, &record.Noun[Count]{
		Kind: Kind, Label: "清查盘点", Path: "/stocktakes", Icon: "list-check", Key: "no", Order: "-no",
		Intro: "每年年末清查一次。新建后自动列出这个单位的全部资产卡片和出租单元，到现场用手机逐项登记；差异经他人审批后自动调整卡片、生成凭证。",
		Table: countTable, Machine: Machine, Kept: "清查盘点的记录不能删除；有误请作废，并说明理由",
		Title:  func(c *Count) string { return c.No + " " + strconv.Itoa(c.Year) + "年清查盘点" },
		Detail: func(c *Count) string { return c.Leader },
		Series: func(c *Count) string { return "QC-" + strconv.Itoa(c.Year) },
		Fields: []field.Field[Count]{
			field.NewText("no", "编号", func(c *Count) *string { return &c.No }).Fix().List().Help("留空自动编号"),
			field.NewRef("party", "单位", "party", func(c *Count) *ids.ID { return &c.Party }).Req().Fix().Show().Filter(),
			field.NewInt("year", "年度", firstYear, lastYear, func(c *Count) *int { return &c.Year }).Req().Fix().List().Filter(),
			field.NewDay("base", "清查基准日", func(c *Count) *date.Date { return &c.Base }).Fix().Col("base_on").List().Help("留空为年末；清单按这一天已有的资产列出"),
			field.NewText("leader", "清查负责人", func(c *Count) *string { return &c.Leader }).Req().List(),
			field.NewText("supervisor", "监盘人", func(c *Count) *string { return &c.Supervisor }).Req().Help("村务监督委员会或民主理财小组成员，不能是清查负责人"),
			field.NewText("resolution", "决议文号", func(c *Count) *string { return &c.Resolution }).List().Help("有差异需要调账的，批准以前填写成员（代表）会议决议的文号").Eg("长胜村决〔2021〕12号"),
			field.NewDay("booked", "入账日期", func(c *Count) *date.Date { return &c.Booked }).Col("booked_on").Help("差异凭证的日期，留空为清查基准日"),
			field.NewText("submitted_by", "提交人", func(c *Count) *string { return &c.SubmittedBy }).Derived(),
			field.NewRef("voucher", "差异凭证", "voucher", func(c *Count) *ids.ID { return &c.Voucher }).Derived(),
			field.NewRef("settling", "处理凭证", "voucher", func(c *Count) *ids.ID { return &c.Settling }).Derived(),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, c *Count) error {
			if c.Base.IsZero() && c.Year >= firstYear && c.Year <= lastYear {
				c.Base = date.Must(fmt.Sprintf("%04d-12-31", c.Year))
			}
			if c.Party == 0 {
				return nil
			}
			p, err := party.Get(ctx, q, tenant, c.Party)
			if err == nil {
				c.Region = p.Region
			}
			return err
		},
		Check: func(c *Count) error {
			var l errs.List
			if c.Leader == c.Supervisor {
				l.Add("supervisor", "监盘人不能是清查负责人")
			}
			if c.Base.Year() != c.Year {
				l.Add("base", "清查基准日应在 %d 年以内", c.Year)
			}
			if !c.Booked.IsZero() && c.Booked.Before(c.Base) {
				l.Add("booked", "入账日期不能早于清查基准日（%s）", c.Base)
			}
			return l.Err()
		},
		CheckTx: func(ctx context.Context, tx *db.Tx, old, c *Count) error {
			if old != nil && old.State == Approved && (c.Resolution != old.Resolution || c.Booked != old.Booked) {
				return errs.New(errs.State, "stocktake.approved", "清查结果已经批准，决议文号和入账日期不能再改；有误请先撤销批准")
			}
			if old != nil {
				return nil
			}
			c.SubmittedID, c.SubmittedBy, c.Voucher, c.Settling = 0, "", 0, 0
			first, err := countTable.All(ctx, tx, db.NewWhere(tx.Tenant).And("party_id = ?", c.Party).And("year = ?", c.Year).And("state <> ?", Void), "id")
			if err == nil && len(first) > 0 {
				return errs.OnField("year", "这个单位 %d 年已经有清查盘点（%s），一年一次；要重新清查请先作废", c.Year, first[0].No)
			}
			return err
		},
		After: func(ctx context.Context, tx *db.Tx, old, c *Count) error {
			if old != nil {
				return nil
			}
			return s.freeze(ctx, tx, c)
		},
		Guards: map[string]func(context.Context, *db.Tx, *Count) error{
			"submit": s.submit, "approve": s.approve, "revoke": s.revoke,
			"return": func(_ context.Context, _ *db.Tx, c *Count) error {
				c.SubmittedID, c.SubmittedBy = 0, ""
				return nil
			},
		},
	})
}

// freeze writes the list of what is to be counted: every card of the unit with what can be let of it, as they are now.
func (s *Service) freeze(ctx context.Context, tx *db.Tx, c *Count) error {
	cards, err := asset.OwnedBy(ctx, tx, tx.Tenant, c.Party, c.Base)
	if err != nil {
		return err
	}
	var list []*Line
	add := func(l *Line) {
		l.ID, l.Region, l.Sample, l.Count = tx.NewID(), c.Region, c.Sample, c.ID
		l.No = lineNo(c.No, len(list)+1)
		list = append(list, l)
	}
	for i := range cards {
		a := &cards[i]
		add(&Line{
			Asset: a.ID, Code: a.No, Name: a.Name, Kind: a.Kind, Class: a.Class, Place: a.Address, Quantity: a.Quantity, Found: qty.Qty{Unit: a.Quantity.Unit},
			Cost: a.Cost, Accumulated: a.Accumulated,
		})
		units, err := asset.UnitsOf(ctx, tx, tx.Tenant, a.ID)
		if err != nil {
			return err
		}
		if len(units) < 2 { // an asset that is let as a whole is counted as its card
			continue
		}
		for _, u := range units {
			add(&Line{Asset: a.ID, Unit: u.ID, Code: u.No, Name: u.Name, Kind: a.Kind, Place: a.Address, Quantity: u.Quantity, Found: qty.Qty{Unit: u.Quantity.Unit}})
		}
	}
	if len(list) == 0 {
		return errs.OnField("party", "这个单位到 %s 还没有资产卡片，请先登记资产", c.Base)
	}
	return s.Lines.InsertAll(ctx, tx, list)
}

func lineNo(count string, n int) string { return fmt.Sprintf("%s-%03d", count, n) }

// Get reads one count.
func Get(ctx context.Context, q db.Q, tenant int64, id ids.ID) (*Count, error) {
	return countTable.Get(ctx, q, tenant, id)
}

// OfYear lists the counts of a year in code ranges that are not void.
func OfYear(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, year int) ([]Count, error) {
	return countTable.All(ctx, q, db.NewWhere(tenant).Ranges("region", ranges).And("year = ?", year).And("state <> ?", Void), "region, no")
}

// Open finds the line of an asset, or of a unit of it, in a count that goes on; nil when there is none.
func Open(ctx context.Context, q db.Q, tenant int64, a, unit ids.ID) (*Line, error) {
	w := db.NewWhere(tenant).And("asset_id = ?", a)
	if unit != 0 {
		w.And("unit_id = ?", unit)
	} else {
		w.And("unit_id IS NULL")
	}
	list, err := lineTable.All(ctx, q, w, "id DESC")
	if err != nil {
		return nil, err
	}
	for i := range list {
		c, err := Get(ctx, q, tenant, list[i].Count)
		if err != nil {
			return nil, err
		}
		if c.State == Counting {
			return &list[i], nil
		}
	}
	return nil, nil
}
