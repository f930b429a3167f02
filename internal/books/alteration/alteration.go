// Package alteration alters asset cards after they were made (资产变动): improvement, revaluation, another use or class, split and
// merger. What a draft will do to cards and ledger is worked out by one pure function, shown, and carried out in one
// transaction.
package alteration

import (
	"context"
	"strconv"

	"huicun/internal/books/asset"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/qty"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// Kind is the kind of the noun, and the origin of the vouchers and of the cards' changes.
const Kind = "asset_alteration"

// The states of an alteration.
const (
	Draft = "draft"
	Done  = "done"
	Void  = "void"
)

// The events that carry an alteration out: by who made it where the rules of the place allow, or by another person.
const (
	Carry   = "carry"
	Approve = "approve"
)

// Kinds are the kinds of alteration; they are those of the changes that it makes.
var Kinds = []field.Option{
	{Code: asset.Improve, Label: "改扩建（改良）"}, {Code: asset.Revalue, Label: "评估调整"}, {Code: asset.Turn, Label: "转变用途、分类"},
	{Code: asset.Split, Label: "拆分"}, {Code: asset.Merge, Label: "合并"},
}

// Alteration is one alteration of a card (资产变动单). Cost is what an improvement adds, or to what a revaluation sets the cost;
// Accumulated to what it sets what was depreciated; Quantity and Life (months) are by how much an improvement adds. Class,
// Nature and Charge are what a card is turned to, "" for what stays. Account (of the books) takes the other side of what
// moves; empty it follows from the accounting system.
type Alteration struct {
	db.Row
	No, Kind                       string
	Asset                          ids.ID
	On                             date.Date
	Cost, Accumulated              money.Fen
	Quantity                       qty.Qty
	Life                           int
	Class, Nature, Charge, Account string
	Document, Reason, Resolution   string
	Voucher                        ids.ID
	Parts                          []Part // kept in asset_alteration_part
}

// Part is what a split makes, or a merger takes in. Asset is the card that was made or is taken in; Cost 0 in a split takes
// what falls to the quantity; Units are the numbers of the units that go with it, separated by 、.
type Part struct {
	Asset    ids.ID
	Name     string
	Quantity qty.Qty
	Cost     money.Fen
	Units    string
}

// Machine is the life of an alteration.
var Machine = &fsm.Machine{
	Name: "资产变动单",
	States: []fsm.State{
		{Code: Draft, Label: "待办理", Tone: "orange"}, {Code: Done, Label: "已办理", Tone: "green"}, {Code: Void, Label: "已撤回", Tone: "grey", Side: true},
	},
	Events: []fsm.Event{
		{Name: Carry, Label: "办理", From: []string{Draft}, To: Done, Verb: access.Edit},
		{Name: Approve, Label: "批准办理", From: []string{Draft}, To: Done, Verb: access.Approve},
		{Name: "revoke", Label: "撤销办理", From: []string{Done}, To: Draft, Verb: access.Approve, Reason: true},
		{Name: "void", Label: "撤回", From: []string{Draft}, To: Void, Verb: access.Edit, Reason: true},
	},
}

var table = &db.Table[Alteration]{
	Name: Kind,
	Cols: []string{
		"no", "kind", "asset_id", "on_date", "cost_fen", "accumulated_fen", "quantity", "unit", "life_months", "class", "nature", "charge", "account",
		"document", "reason", "resolution", "voucher_id",
	},
	Row: func(x *Alteration) *db.Row { return &x.Row },
	Ptrs: func(x *Alteration) []any {
		return []any{
			&x.No, &x.Kind, &x.Asset, &x.On, &x.Cost, &x.Accumulated, &x.Quantity.N, &x.Quantity.Unit, &x.Life, &x.Class, &x.Nature, &x.Charge, &x.Account,
			&x.Document, &x.Reason, &x.Resolution, &x.Voucher,
		}
	},
}

// Service carries out alterations.
type Service struct {
	env     *record.Env
	ledger  *ledger.Ledger
	assets  *record.Noun[asset.Asset]
	changes *record.Noun[asset.Change]
	List    *record.Noun[Alteration]
}

// New registers the noun "asset_alteration"; those of the cards, their units and changes and the ledger must have been
// registered before.
func New(e *record.Env, l *ledger.Ledger, assets *record.Noun[asset.Asset], changes *record.Noun[asset.Change]) *Service {
	s := &Service{env: e, ledger: l, assets: assets, changes: changes}
	s.List = s.register()
	return s
}

// mostLife bounds by how many months a life is made longer.
const mostLife = 600

func (s *Service) register() *record.Noun[Alteration] {
	return record.Register(s.env, &record.Noun[Alteration]{
		Kind: Kind, Label: "资产变动单", Path: "/asset-alterations", Icon: "history", Key: "no", Order: "-no",
		Intro: "资产卡片的改扩建、评估调整、转变用途、拆分和合并：填单后先看变动前后的价值、折旧和分录，再办理或由他人批准。",
		Table: table, Machine: Machine, Kept: "资产变动单不能删除；不办了请撤回，并说明理由",
		Title:  func(x *Alteration) string { return x.No + " " + field.LabelOf(Kinds, x.Kind) },
		Detail: func(x *Alteration) string { return x.Reason },
		Series: func(x *Alteration) string { return "BDD-" + strconv.Itoa(x.On.Year()) },
		Fields: []field.Field[Alteration]{
			field.NewText("no", "编号", func(x *Alteration) *string { return &x.No }).Fix().List().Help("留空自动编号"),
			field.NewEnum("kind", "变动类型", Kinds, func(x *Alteration) *string { return &x.Kind }).Req().Fix().List().Filter(),
			field.NewRef("asset", "资产", "asset", func(x *Alteration) *ids.ID { return &x.Asset }).Req().Fix().Show().Filter(),
			field.NewDay("on", "变动日期", func(x *Alteration) *date.Date { return &x.On }).Req().Col("on_date").List(),
			field.NewMoney("cost", "金额", func(x *Alteration) *money.Fen { return &x.Cost }).Col("cost_fen").List().Help("改扩建的是增加的原值，评估调整的是调整后的原值").Under("价值和数量"),
			field.NewMoney("accumulated", "调整后累计折旧", func(x *Alteration) *money.Fen { return &x.Accumulated }).Under("价值和数量"),
			field.NewAmount("quantity", "增加数量", qty.M2, func(x *Alteration) *qty.Qty { return &x.Quantity }).Under("价值和数量"),
			field.NewInt("life", "延长年限", 0, mostLife, func(x *Alteration) *int { return &x.Life }).Col("life_months").In("月").Under("价值和数量"),
			asset.ClassField(func(x *Alteration) *string { return &x.Class }).Under("转为"),
			field.NewEnum("nature", "资产性质", asset.Natures, func(x *Alteration) *string { return &x.Nature }).Under("转为"),
			field.NewEnum("charge", "折旧记入", asset.Charges, func(x *Alteration) *string { return &x.Charge }).Under("转为"),
			field.NewText("account", "对方科目", func(x *Alteration) *string { return &x.Account }).Under("价值和数量").Help("编码，不填的改扩建记在建工程（生物、无形资产记银行存款），评估调整记公积公益金"),
			field.NewText("document", "依据文件", func(x *Alteration) *string { return &x.Document }).Help("竣工决算、评估报告等的名称和文号"),
			field.NewText("reason", "变动原因", func(x *Alteration) *string { return &x.Reason }).Req(),
			field.NewText("resolution", "决议文号", func(x *Alteration) *string { return &x.Resolution }),
			field.NewRef("voucher", "凭证", "voucher", func(x *Alteration) *ids.ID { return &x.Voucher }).Derived(),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, x *Alteration) error {
			if x.Asset == 0 {
				return nil
			}
			a, err := asset.Get(ctx, q, tenant, x.Asset)
			if err == nil {
				x.Region = a.Region
			}
			return err
		},
		CheckTx: s.checkTx,
		Load:    load,
		After: func(ctx context.Context, tx *db.Tx, _, x *Alteration) error {
			return keepParts(ctx, tx, x)
		},
		Guards: map[string]func(context.Context, *db.Tx, *Alteration) error{Carry: s.carry, Approve: s.approve, "revoke": s.revoke},
	})
}

// checkTx refuses a draft that could not be carried out as things stand, with what is wrong beside the field.
func (s *Service) checkTx(ctx context.Context, tx *db.Tx, old, x *Alteration) error {
	if old == nil {
		x.Voucher = 0
		first, err := table.All(ctx, tx, db.NewWhere(tx.Tenant).And("asset_id = ?", x.Asset).And("state = ?", Draft), "id")
		if err != nil {
			return err
		}
		if len(first) > 0 {
			return errs.OnField("asset", "这项资产已经有一张待办理的变动单（%s），请先办理或撤回", first[0].No)
		}
	} else if old.State != Draft {
		return errs.New(errs.State, "alteration.done", "变动单已经办理或撤回，不能再改；办错的请先撤销办理")
	}
	_, err := s.Plan(ctx, tx, tx.Tenant, x)
	return err
}

// Plan is what an alteration will do, with the books that take its voucher.
type Plan struct {
	Effect
	Books    *ledger.Books // nil when nothing moves in the ledger
	Accounts []ledger.Account
	// Asks is the value from which on another person approves, when this one reaches it; 0 for none.
	Asks money.Fen
}

// Plan works an alteration out against the cards as they stand.
func (s *Service) Plan(ctx context.Context, q db.Q, tenant int64, x *Alteration) (*Plan, error) {
	switch today := date.Of(s.env.DB.Now()); {
	case x.On.IsZero():
		return nil, errs.OnField("on", "请填写变动日期")
	case x.On.After(today):
		return nil, errs.OnField("on", "变动日期不能晚于今天（%s）", today)
	}
	a, err := s.card(ctx, q, tenant, x, x.Asset)
	if err != nil {
		return nil, err
	}
	in := Input{Card: a, Others: map[ids.ID]*asset.Asset{}}
	if x.Kind == asset.Split {
		if in.Units, err = asset.UnitsOf(ctx, q, tenant, a.ID); err != nil {
			return nil, err
		}
		last, err := asset.RanUntil(ctx, q, tenant, a.ID)
		if err != nil {
			return nil, err
		}
		if last != 0 {
			in.RanTo = last.Last()
		}
	}
	for i := range x.Parts {
		if id := x.Parts[i].Asset; x.Kind == asset.Merge && id != 0 {
			if in.Others[id], err = s.card(ctx, q, tenant, x, id); err != nil {
				return nil, err
			}
		}
	}
	books, err := ledger.BooksAt(ctx, q, tenant, a.Owner, x.On.YearMonth())
	if err != nil && !errs.Is(err, errs.NotFound) {
		return nil, err
	}
	in.Chart = ledger.Chart2023
	if books != nil {
		in.Chart = books.Chart
	}
	e, err := Work(in, x)
	if err != nil {
		return nil, err
	}
	p := &Plan{Effect: *e}
	if len(p.Lines) > 0 {
		if books == nil {
			return nil, errs.OnField("on", "这个单位没有 %s 的账套，价值变动不能入账；请先在“账套”里新建，或改日期", x.On.YearMonth().Chinese())
		}
		if err := p.book(ctx, q, tenant, books); err != nil {
			return nil, err
		}
	}
	t, err := asset.TermsAt(ctx, q, tenant, a.Region, x.On)
	if t.ApproveFrom > 0 && p.Size >= t.ApproveFrom {
		p.Asks = t.ApproveFrom
	}
	return p, err
}

// book finds the accounts of the books that take the lines.
func (p *Plan) book(ctx context.Context, q db.Q, tenant int64, b *ledger.Books) error {
	p.Books = b
	var err error
	if p.Accounts, err = ledger.Accounts(ctx, q, tenant, b.ID); err != nil {
		return err
	}
	for i := range p.Lines {
		l := &p.Lines[i]
		if l.Account, err = asset.Leaf(p.Accounts, l.Account); err != nil {
			return errs.OnField("account", "%s", errs.Message(err))
		}
	}
	return nil
}

// card reads a card that may be altered on the day.
func (s *Service) card(ctx context.Context, q db.Q, tenant int64, x *Alteration, id ids.ID) (*asset.Asset, error) {
	a, err := asset.Get(ctx, q, tenant, id)
	if err != nil {
		return nil, err
	}
	name := "asset"
	if id != x.Asset {
		name = "parts"
	}
	switch {
	case a.State == "retired":
		return nil, errs.OnField(name, "资产 %s 已经处置，不能再变动", a.No)
	case a.State == "building" && x.Kind != asset.Revalue:
		return nil, errs.OnField(name, "资产 %s 还在建设（改造）中，请完工投用以后再办理变动", a.No)
	case a.From().IsZero():
		return nil, errs.OnField(name, "资产 %s 没有取得日期或投用日期，请先在卡片上补填", a.No)
	case x.On.Before(a.From()):
		return nil, errs.OnField("on", "资产 %s 从 %s 起才在账上，变动日期不能更早", a.No, a.From())
	}
	last, err := asset.RanUntil(ctx, q, tenant, id)
	if err == nil && last > x.On.YearMonth() {
		return nil, errs.OnField("on", "资产 %s 已经计提到 %s，变动日期不能早于这个月；请改日期，或先撤销以后各月的计提", a.No, last.Chinese())
	}
	if err == nil && (x.Kind == asset.Split || x.Kind == asset.Merge) {
		shares, err := asset.SharesOf(ctx, q, tenant, id)
		if err != nil {
			return nil, err
		}
		if len(shares) > 0 {
			return nil, errs.OnField(name, "资产 %s 登记了资金来源构成，拆分、合并后对不上原值；请先删除，办理后在各张卡片上重新登记", a.No)
		}
	}
	return a, err
}

// Get reads one alteration with its parts.
func Get(ctx context.Context, q db.Q, tenant int64, id ids.ID) (*Alteration, error) {
	x, err := table.Get(ctx, q, tenant, id)
	if err == nil {
		err = load(ctx, q, x)
	}
	return x, err
}
