package closing

import (
	"context"
	"fmt"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// What a part of the income is for, in the order of 财务制度第二十八条; covering losses comes before all of them.
const (
	ForReserve  = "reserve"  // 提取公积公益金
	ForWelfare  = "welfare"  // 提取应付福利费, of the 2004 system only
	ForInvestor = "investor" // 外来投资分利
	ForMember   = "member"   // 向成员分配
	ForOther    = "other"    // 其他
)

// Purposes are the purposes in their legal order with their Chinese names.
var Purposes = []field.Option{
	{Code: ForReserve, Label: "提取公积公益金"}, {Code: ForWelfare, Label: "提取应付福利费"}, {Code: ForInvestor, Label: "外来投资分利"},
	{Code: ForMember, Label: "向成员分配"}, {Code: ForOther, Label: "其他分配"},
}

// How the members' part is divided.
const (
	ByHousehold = "equal"
	ByPersons   = "persons"
	ByShares    = "shares"
)

// Methods are the ways of dividing with their Chinese names.
var Methods = []field.Option{{Code: ByHousehold, Label: "按户均分"}, {Code: ByPersons, Label: "按成员人数"}, {Code: ByShares, Label: "按份额（股份）"}}

// MeetingKinds are the bodies that resolve on a distribution.
var MeetingKinds = []field.Option{{Code: "members", Label: "成员大会"}, {Code: "delegates", Label: "成员代表大会"}, {Code: "villagers", Label: "村民会议或村民代表会议"}}

// Distribution is what becomes of a year's income (收益分配方案). Net, Opening and OtherIn are what the ledger said when it
// was last saved; Cover is what 公积公益金 gives to make up losses. Rates are in 1/100 of a per cent.
type Distribution struct {
	db.Row
	No                   string
	Books                ids.ID
	Year                 int
	Net, Opening         money.Fen
	OtherIn, Cover       money.Fen
	CharterRate          int
	Method               string
	Published            date.Date
	MeetingKind          string
	MeetingOn            date.Date
	ShouldAttend         int
	Attended, Agreed     int
	ResolutionNo         string
	PostOn               date.Date
	ProposedBy, PostedBy string
	Proposer             ids.ID
	Reason               string
	Vouchers             int
	Lines                []DistLine  // kept in distribution_line
	Shares               []DistShare // kept in distribution_share
}

// DistLine is one part of the income: for what, how much, and the account that takes it.
type DistLine struct {
	Purpose, Label string
	Rate           int
	Fen            money.Fen
	Account        string
	Party          ids.ID
}

// DistShare is what one household gets. Weight is 1, its persons, or its shares in 1/10000.
type DistShare struct {
	Member ids.ID
	Weight int64
	Fen    money.Fen
}

// Distributable is what may be distributed (可分配收益): 本年净收益 + 年初未分配收益 + 其他转入, with what reserves give to
// make up losses.
func (d *Distribution) Distributable() money.Fen { return d.Net + d.Opening + d.OtherIn + d.Cover }

// Base is what reserves are a part of: the year's income after past losses are made up.
func (d *Distribution) Base() money.Fen { return max(0, min(d.Net, d.Distributable())) }

// Total is what is distributed.
func (d *Distribution) Total() money.Fen {
	var sum money.Fen
	for i := range d.Lines {
		sum += d.Lines[i].Fen
	}
	return sum
}

// Of is what goes to a purpose.
func (d *Distribution) Of(purpose string) money.Fen {
	var sum money.Fen
	for i := range d.Lines {
		if d.Lines[i].Purpose == purpose {
			sum += d.Lines[i].Fen
		}
	}
	return sum
}

// The states of a distribution.
const (
	stateDraft    = "draft"
	stateProposed = "proposed"
	stateResolved = "resolved"
)

const originDistribution = "distribution"

// DistMachine: a plan is published, resolved by the members and posted; what was posted is undone as a whole.
var DistMachine = &fsm.Machine{
	Name: "收益分配",
	States: []fsm.State{
		{Code: stateDraft, Label: "拟订中", Tone: "grey"}, {Code: stateProposed, Label: "公示中", Tone: "azure"}, {Code: stateResolved, Label: "已决议", Tone: "orange"},
		{Code: statePosted, Label: "已记账", Tone: "green"}, {Code: stateReversed, Label: "已冲销", Tone: "grey", Side: true},
	},
	Events: []fsm.Event{
		{Name: "propose", Label: "提交公示", From: []string{stateDraft}, To: stateProposed, Verb: access.Edit},
		{Name: "resolve", Label: "登记决议", From: []string{stateProposed}, To: stateResolved, Verb: access.Edit},
		{Name: "withdraw", Label: "撤回修改", From: []string{stateProposed, stateResolved}, To: stateDraft, Verb: access.Edit, Reason: true},
		{Name: "post", Label: "记账", From: []string{stateResolved}, To: statePosted, Verb: access.Post},
		{Name: "reverse", Label: "冲销", From: []string{statePosted}, To: stateReversed, Verb: access.Post, Reason: true},
	},
}

var distTable = &db.Table[Distribution]{
	Name: "distribution",
	Cols: []string{
		"no", "books_id", "year", "net_fen", "opening_fen", "other_in_fen", "cover_fen", "charter_rate", "method", "published_on", "meeting_kind",
		"meeting_on", "should_attend", "attended", "agreed", "resolution_no", "post_on", "proposed_by", "proposer_id", "posted_by", "reason", "vouchers",
	},
	Row: func(d *Distribution) *db.Row { return &d.Row },
	Ptrs: func(d *Distribution) []any {
		return []any{
			&d.No, &d.Books, &d.Year, &d.Net, &d.Opening, &d.OtherIn, &d.Cover, &d.CharterRate, &d.Method, &d.Published, &d.MeetingKind,
			&d.MeetingOn, &d.ShouldAttend, &d.Attended, &d.Agreed, &d.ResolutionNo, &d.PostOn, &d.ProposedBy, &d.Proposer, &d.PostedBy, &d.Reason, &d.Vouchers,
		}
	},
}

// maxPeople bounds how many may vote.
const maxPeople = 99_999

func newDistributions(e *record.Env, s *Service) *record.Noun[Distribution] {
	count := func(name, label string, p func(*Distribution) *int) field.Field[Distribution] {
		return field.NewInt(name, label, 0, maxPeople, p).In("人").Derived().Stamp()
	}
	return record.Register(e, &record.Noun[Distribution]{
		Kind: originDistribution, Label: "收益分配", Path: "/distributions", Icon: "coin", Key: "no", Order: "-year",
		Intro: "年终结转后按法定顺序分配收益：弥补亏损、提取公积公益金、向成员分配、其他；方案公示、表决通过后一次记账。",
		Table: distTable, Machine: DistMachine,
		Title:  func(d *Distribution) string { return fmt.Sprintf("%s %d 年收益分配", d.No, d.Year) },
		Series: func(d *Distribution) string { return fmt.Sprintf("FP-%d", d.Year) },
		Fields: []field.Field[Distribution]{
			field.NewText("no", "编号", func(d *Distribution) *string { return &d.No }).Derived().List(),
			field.NewRef("books", "账套", "books", func(d *Distribution) *ids.ID { return &d.Books }).Derived().Show().Filter(),
			field.NewInt("year", "年度", minYear, maxYear, func(d *Distribution) *int { return &d.Year }).Derived().List(),
			field.NewMoney("net", "本年净收益", func(d *Distribution) *money.Fen { return &d.Net }).Col("net_fen").Derived().List(),
			field.NewMoney("opening", "年初未分配收益", func(d *Distribution) *money.Fen { return &d.Opening }).Col("opening_fen").Derived(),
			field.NewMoney("other_in", "其他转入", func(d *Distribution) *money.Fen { return &d.OtherIn }).Col("other_in_fen").Derived(),
			field.NewMoney("cover", "公积公益金弥补亏损", func(d *Distribution) *money.Fen { return &d.Cover }).Col("cover_fen").Derived(),
			RateField("charter_rate", "章程规定提取比例", func(d *Distribution) *int { return &d.CharterRate }).Derived(),
			field.NewEnum("method", "成员分配办法", Methods, func(d *Distribution) *string { return &d.Method }).Derived(),
			field.NewText("proposed_by", "提交人", func(d *Distribution) *string { return &d.ProposedBy }).Derived().Stamp(),
			field.NewDay("published", "公示日期", func(d *Distribution) *date.Date { return &d.Published }).Col("published_on").Derived().Stamp(),
			field.NewEnum("meeting_kind", "决议机构", MeetingKinds, func(d *Distribution) *string { return &d.MeetingKind }).Derived().Stamp(),
			field.NewDay("meeting", "会议日期", func(d *Distribution) *date.Date { return &d.MeetingOn }).Col("meeting_on").Derived().Stamp(),
			count("should_attend", "应到人数", func(d *Distribution) *int { return &d.ShouldAttend }),
			count("attended", "实到人数", func(d *Distribution) *int { return &d.Attended }),
			count("agreed", "同意人数", func(d *Distribution) *int { return &d.Agreed }),
			field.NewText("resolution_no", "决议文号", func(d *Distribution) *string { return &d.ResolutionNo }).Derived().Stamp(),
			field.NewDay("post_on", "记账日期", func(d *Distribution) *date.Date { return &d.PostOn }).Derived().Stamp(),
			field.NewText("posted_by", "记账人", func(d *Distribution) *string { return &d.PostedBy }).Derived().Stamp(),
			field.NewText("reason", "冲销理由", func(d *Distribution) *string { return &d.Reason }).Derived().Stamp(),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, d *Distribution) error {
			b, err := s.books(ctx, q, tenant, d.Books)
			if err != nil {
				return err
			}
			d.Region = b.Region
			return nil
		},
		Load:  loadDistribution,
		After: func(ctx context.Context, tx *db.Tx, _, d *Distribution) error { return saveDistribution(ctx, tx, d) },
	})
}

// StandingDistribution is the plan of a year that was not undone, nil when there is none.
func (s *Service) StandingDistribution(ctx context.Context, q db.Q, tenant int64, books ids.ID, year int) (*Distribution, error) {
	d, err := distTable.One(ctx, q, db.NewWhere(tenant).And("books_id = ?", books).And("year = ?", year).And("state <> ?", stateReversed))
	if errs.Is(err, errs.NotFound) {
		return nil, nil
	}
	return d, err
}

// Basis reads from the ledger what a year's distribution starts from.
type Basis struct {
	Net, Opening, OtherIn money.Fen
	Reserve               money.Fen // what stands on 公积公益金
	YearEnd               *YearEnd  // nil before the year end: Net is then what stands on income and expense
	Rule                  *DistRule
}

// BasisOf works out what there is to distribute of a year: 本年净收益, 年初未分配收益 and what else came to or went from
// 收益分配 during the year.
func (s *Service) BasisOf(ctx context.Context, q db.Q, tenant int64, b *ledger.Books, year int) (*Basis, error) {
	if err := b.Takes(december(year)); err != nil {
		return nil, err
	}
	c, err := s.cast(ctx, q, tenant, b)
	if err != nil {
		return nil, err
	}
	out := &Basis{}
	if out.YearEnd, err = StandingYearEnd(ctx, q, tenant, b.ID, year); err != nil {
		return nil, err
	}
	before, err := ledger.EndingsOf(ctx, q, tenant, b.ID, january(year)-1)
	if err != nil {
		return nil, err
	}
	after, err := ledger.EndingsOf(ctx, q, tenant, b.ID, december(year))
	if err != nil {
		return nil, err
	}
	opening, _, _ := s.equity(c, b, before)
	ending, uncarried, reserve := s.equity(c, b, after)
	out.Opening, out.Reserve = opening, reserve
	carried := money.Fen(0)
	if out.YearEnd != nil {
		carried = out.YearEnd.Net
	}
	out.Net = carried + uncarried
	out.OtherIn = ending - opening - carried
	out.Rule, err = RuleAt(ctx, q, tenant, b.Region, lastDay(year))
	return out, err
}

// equity adds up, credits positive, what stands on 本年收益 and 收益分配, on income and expense, and on 公积公益金.
func (s *Service) equity(c *cast, b *ledger.Books, list []ledger.Ending) (result, uncarried, reserve money.Fen) {
	r := roles[b.Chart]
	for _, e := range list {
		switch a := c.account(e.Account); {
		case a.Class == ledger.Income || a.Class == ledger.Expense:
			uncarried -= e.Fen
		case under(e.Account, r[roleResult].account), under(e.Account, r[roleUndistributed].account):
			result -= e.Fen
		case under(e.Account, r[roleReserve].account):
			reserve -= e.Fen
		}
	}
	return result, uncarried, reserve
}

func under(code, above string) bool { return len(code) >= len(above) && code[:len(above)] == above }
