package ledger

import (
	"cmp"
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/find"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// The legal entities that keep books, each its own: 财务制度 第三十三条 keeps collective and village committee apart.
const (
	EntityCollective = "collective"
	EntityCommittee  = "committee"
	EntityGroup      = "group"
)

// Entities are the entities with their Chinese names.
var Entities = []field.Option{
	{Code: EntityCollective, Label: "集体经济组织"}, {Code: EntityCommittee, Label: "村民委员会"}, {Code: EntityGroup, Label: "村民小组"},
}

// entityOf is the entity by the kind of party.
var entityOf = map[string]string{party.Collective: EntityCollective, party.Committee: EntityCommittee, party.Group: EntityGroup}

// How vouchers are numbered.
const (
	SeriesOne   = "one"
	SeriesThree = "three"
)

// SeriesStyles are the ways of numbering with their Chinese names.
var SeriesStyles = []field.Option{{Code: SeriesOne, Label: "记账凭证统一编号"}, {Code: SeriesThree, Label: "收、付、转分别编号"}}

// How far maker, reviewer and poster differ. That nobody reviews what he or she made always holds.
const (
	DutiesTwo   = "two"
	DutiesThree = "three"
)

// DutyRules are the rules on duties with their Chinese names.
var DutyRules = []field.Option{{Code: DutiesTwo, Label: "制单与审核分离"}, {Code: DutiesThree, Label: "制单、审核、记账三人分离"}}

// Books are the accounts of one legal entity under one accounting system. To zero means that they go on.
type Books struct {
	db.Row
	Name           string
	Party          ids.ID
	Chart          string
	From, To       date.Month
	Entity         string
	Series, Duties string
}

// last is the last month that the books may take, 0 for no end: the 2004 system ended with December 2023.
func (b *Books) last() date.Month {
	if b.Chart == Chart2004 && (b.To == 0 || b.To > lastOf2004) {
		return lastOf2004
	}
	return b.To
}

// takes says why the books cannot take a month.
func (b *Books) takes(m date.Month) error {
	last := b.last()
	switch {
	case m < b.From:
		return errs.New(errs.Invalid, "ledger.month", "账套“%s”从 %s 起记账，不能记 %s 的账", b.Name, b.From, m)
	case last != 0 && m > last && b.Chart == Chart2004 && m > lastOf2004:
		return errs.New(errs.Invalid, "ledger.month", "账套“%s”采用 2004 年制度，只到 %s；%s 的账请记在采用 2023 年制度的账套里", b.Name, lastOf2004, m)
	case last != 0 && m > last:
		return errs.New(errs.Invalid, "ledger.month", "账套“%s”到 %s 为止，不能记 %s 的账", b.Name, last, m)
	}
	return nil
}

var booksTable = &db.Table[Books]{
	Name: "ledger_books",
	Cols: []string{"name", "party_id", "chart", "from_month", "to_month", "entity", "series", "duties"},
	Row:  func(b *Books) *db.Row { return &b.Row },
	Ptrs: func(b *Books) []any {
		return []any{&b.Name, &b.Party, &b.Chart, &b.From, &b.To, &b.Entity, &b.Series, &b.Duties}
	},
}

func monthField(name, label string, p func(*Books) *date.Month) field.Field[Books] {
	f := field.NewText[Books](name, label, nil)
	f.Get = func(b *Books) string { return p(b).String() }
	f.Set = func(b *Books, s string) error {
		if s == "" {
			*p(b) = 0
			return nil
		}
		m, err := date.ParseMonth(s)
		if err != nil {
			return errs.OnField(name, "%s", errs.Message(err))
		}
		*p(b) = m
		return nil
	}
	return f
}

func newBooks(e *record.Env) *record.Noun[Books] {
	return record.Register(e, &record.Noun[Books]{
		Kind: "books", Label: "账套", Path: "/books", Icon: "book-2", Key: "name", Order: "region",
		Intro: "一个单位一本账，不得合并：集体经济组织、村民委员会、村民小组各立账套；2023 年底以前用 2004 年制度，2024 年起用 2023 年制度。",
		Table: booksTable,
		Title: func(b *Books) string { return b.Name },
		Detail: func(b *Books) string {
			return field.LabelOf(Charts, b.Chart) + " " + b.From.String()
		},
		Fields: []field.Field[Books]{
			field.NewText("name", "账套名称", func(b *Books) *string { return &b.Name }).Req().List().Eg("示例村股份经济合作社（2004 年制度）"),
			field.NewRef("party", "单位", "party", func(b *Books) *ids.ID { return &b.Party }).Req().Fix().Show().Help("村集体经济组织、村民委员会或村民小组"),
			field.NewEnum("entity", "单位性质", Entities, func(b *Books) *string { return &b.Entity }).Derived().Filter(),
			field.NewEnum("chart", "会计制度", Charts, func(b *Books) *string { return &b.Chart }).Req().Fix().List().Filter().Help("2023 年 12 月以前用 2004 年制度，2024 年 1 月起用 2023 年制度"),
			monthField("from_month", "起始月份", func(b *Books) *date.Month { return &b.From }).Req().List().Help("写成 2021-01 这样").Eg("2021-01"),
			monthField("to_month", "截止月份", func(b *Books) *date.Month { return &b.To }).List().Help("留空表示一直记下去"),
			field.NewEnum("series", "凭证编号", SeriesStyles, func(b *Books) *string { return &b.Series }).Help("不填为统一编号；已有记账凭证后不能更改"),
			field.NewEnum("duties", "岗位分离", DutyRules, func(b *Books) *string { return &b.Duties }).Help("不填为制单与审核分离；谁都不能审核自己填制的凭证"),
		},
		Prepare: prepareBooks, Check: checkBooks, CheckTx: checkBooksTx, After: afterBooks, BeforeDelete: emptyBooks,
	})
}

// prepareBooks puts the books in the division of their collective.
func prepareBooks(ctx context.Context, q db.Q, tenant int64, b *Books) error {
	if b.Party == 0 {
		return nil
	}
	p, err := party.Get(ctx, q, tenant, b.Party)
	if err != nil {
		return err
	}
	b.Entity = entityOf[p.Kind]
	if b.Entity == "" {
		return errs.OnField("party", "“%s”是%s，不在这里记账；账套只为集体经济组织、村民委员会和村民小组建立，各自分账", p.Name, field.LabelOf(party.Kinds, p.Kind))
	}
	b.Region = p.Region
	b.Series, b.Duties = cmp.Or(b.Series, SeriesOne), cmp.Or(b.Duties, DutiesTwo)
	return nil
}

func checkBooks(b *Books) error {
	var l errs.List
	switch {
	case b.Chart == Chart2004 && b.From > lastOf2004:
		l.Add("chart", "2024 年 1 月起应采用 2023 年制度（财会〔2023〕14号）；2004 年制度只到 2023 年 12 月")
	case b.Chart == Chart2004 && b.To > lastOf2004:
		l.Add("to_month", "2004 年制度的账套最晚到 2023-12；2024-01 起请另建采用 2023 年制度的账套")
	case b.Chart == Chart2023 && b.From <= lastOf2004:
		l.Add("chart", "2023 年制度自 2024 年 1 月起施行；%s 的账应采用 2004 年制度", b.From)
	}
	if b.To != 0 && b.To < b.From {
		l.Add("to_month", "截止月份不能早于起始月份（%s）", b.From)
	}
	return l.Err()
}

// checkBooksTx keeps one set of books per entity and month, and the vouchers that there are within the books.
func checkBooksTx(ctx context.Context, tx *db.Tx, old, b *Books) error {
	if err := lockParty(ctx, tx, b.Party); err != nil {
		return err
	}
	others, err := booksTable.All(ctx, tx, db.NewWhere(tx.Tenant).And("party_id = ?", b.Party).And("id <> ?", b.ID), "id")
	if err != nil {
		return err
	}
	for i := range others {
		o := &others[i]
		if (b.last() == 0 || o.From <= b.last()) && (o.last() == 0 || b.From <= o.last()) {
			return errs.OnField("from_month", "这个单位已有账套“%s”（%s 起），月份重叠；一个单位同一时期只能有一个账套", o.Name, o.From)
		}
	}
	if old == nil {
		return nil
	}
	if _, err := lockBooks(ctx, tx, b.ID); err != nil {
		return err
	}
	opened, err := hasOpening(ctx, tx, tx.Tenant, b.ID)
	if err != nil {
		return err
	}
	if opened && b.From != old.From {
		return errs.OnField("from_month", "账套已有期初余额，起始月份不能再改；请先清空期初余额")
	}
	first, last, err := usedMonths(ctx, tx, tx.Tenant, b.ID)
	if err != nil || first == 0 {
		return err
	}
	var l errs.List
	if b.Series != old.Series {
		l.Add("series", "账套里已有 %s 的账，编号方式不能再改", first)
	}
	if b.From > first {
		l.Add("from_month", "账套里已有 %s 的账，起始月份不能晚于它", first)
	}
	if b.last() != 0 && b.last() < last {
		l.Add("to_month", "账套里已有 %s 的账，截止月份不能早于它", last)
	}
	return l.Err()
}

// afterBooks gives new books the accounts of their chart, and moves all that hangs on the books when the
// collective has been put in another division.
func afterBooks(ctx context.Context, tx *db.Tx, old, b *Books) error {
	if old == nil {
		if err := insertChain(ctx, tx, b.ID); err != nil {
			return err
		}
		return insertAccounts(ctx, tx, b.ID, Chart(b.Chart))
	}
	if old.Region == b.Region {
		return nil
	}
	if err := moveRegion(ctx, tx, b.ID, b.Region); err != nil {
		return err
	}
	list, err := voucherTable.All(ctx, tx, db.NewWhere(tx.Tenant).And("books_id = ?", b.ID), "id")
	if err != nil {
		return err
	}
	moved := make([]*Voucher, len(list))
	for i := range list {
		moved[i] = &list[i]
	}
	found, err := docs(ctx, tx, moved)
	if err != nil {
		return err
	}
	for _, d := range found {
		if err := find.Put(ctx, tx, d); err != nil {
			return err
		}
	}
	return nil
}

// emptyBooks removes what came with the books; books that hold vouchers stay.
func emptyBooks(ctx context.Context, tx *db.Tx, b *Books) error {
	if _, err := lockBooks(ctx, tx, b.ID); err != nil {
		return err
	}
	n, err := voucherTable.Count(ctx, tx, db.NewWhere(tx.Tenant).And("books_id = ?", b.ID), 1)
	if err != nil {
		return err
	}
	if n > 0 {
		return errs.New(errs.Conflict, "books.used", "账套“%s”里已有凭证，不能删除", b.Name)
	}
	return deleteDependents(ctx, tx, b.ID)
}
