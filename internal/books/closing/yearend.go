package closing

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

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

// YearEnd is the year end of books: the batch of closing vouchers that carried income and expense to 本年收益 and from
// there to 未分配收益. Net is what the year earned, negative for a loss.
type YearEnd struct {
	db.Row
	No                   string
	Books                ids.ID
	Year                 int
	Net                  money.Fen
	Vouchers             int
	PostedBy, ReversedBy string
	PostedOn, ReversedOn date.Date
	Reason               string
}

// The states of a batch.
const (
	statePosted   = "posted"
	stateReversed = "reversed"
)

// originYearEnd is the kind of record that the vouchers of a year end were made for.
const originYearEnd = "year_end"

// Machine: a year end stands until it is undone as a whole.
var Machine = &fsm.Machine{
	Name:   "年终结转",
	States: []fsm.State{{Code: statePosted, Label: "已结转", Tone: "green"}, {Code: stateReversed, Label: "已冲销", Tone: "grey", Side: true}},
	Events: []fsm.Event{{Name: "reverse", Label: "冲销", From: []string{statePosted}, To: stateReversed, Verb: access.Edit, Reason: true}},
}

var yearEndTable = &db.Table[YearEnd]{
	Name: "year_end",
	Cols: []string{"no", "books_id", "year", "net_fen", "vouchers", "posted_by", "posted_on", "reversed_by", "reversed_on", "reason"},
	Row:  func(y *YearEnd) *db.Row { return &y.Row },
	Ptrs: func(y *YearEnd) []any {
		return []any{&y.No, &y.Books, &y.Year, &y.Net, &y.Vouchers, &y.PostedBy, &y.PostedOn, &y.ReversedBy, &y.ReversedOn, &y.Reason}
	},
}

// minYear and maxYear bound what a person may ask for.
const (
	minYear = 1978
	maxYear = 2200
)

func newYearEnds(e *record.Env) *record.Noun[YearEnd] {
	return record.Register(e, &record.Noun[YearEnd]{
		Kind: originYearEnd, Label: "年终结转", Path: "/year-ends", Icon: "calendar", Key: "no", Order: "-year",
		Intro: "年末把收入、支出结转到本年收益，再转入未分配收益；全部凭证一次记账，需要撤销时整批红字冲销。",
		Table: yearEndTable, Machine: Machine,
		Title:  func(y *YearEnd) string { return fmt.Sprintf("%s %d 年年终结转", y.No, y.Year) },
		Series: func(y *YearEnd) string { return fmt.Sprintf("NJ-%d", y.Year) },
		Fields: []field.Field[YearEnd]{
			field.NewText("no", "批号", func(y *YearEnd) *string { return &y.No }).Derived().List(),
			field.NewRef("books", "账套", "books", func(y *YearEnd) *ids.ID { return &y.Books }).Derived().Show().Filter(),
			field.NewInt("year", "年度", minYear, maxYear, func(y *YearEnd) *int { return &y.Year }).Derived().List(),
			field.NewMoney("net", "本年净收益", func(y *YearEnd) *money.Fen { return &y.Net }).Col("net_fen").Derived().List(),
			field.NewInt("vouchers", "凭证", 0, maxVouchers, func(y *YearEnd) *int { return &y.Vouchers }).In("张").Derived().List(),
			field.NewText("posted_by", "结转人", func(y *YearEnd) *string { return &y.PostedBy }).Derived().List(),
			field.NewDay("posted_on", "结转日期", func(y *YearEnd) *date.Date { return &y.PostedOn }).Derived(),
			field.NewText("reversed_by", "冲销人", func(y *YearEnd) *string { return &y.ReversedBy }).Derived().Stamp(),
			field.NewDay("reversed_on", "冲销日期", func(y *YearEnd) *date.Date { return &y.ReversedOn }).Derived().Stamp(),
			field.NewText("reason", "冲销理由", func(y *YearEnd) *string { return &y.Reason }).Derived().Stamp(),
		},
	})
}

const maxVouchers = 9999

// automatic is who makes the closing vouchers; the person who checks and posts them stands as reviewer and poster.
const automatic = "系统（自动结转）"

// Plan is what a year end will post. Digest tells it from any other: what is posted is what was seen.
type Plan struct {
	Books    ledger.Books
	Year     int
	Checks   *List
	Vouchers []ledger.Voucher
	Made     []ledger.Account // sub-accounts that will be added
	Names    map[string]string
	Income   money.Fen
	Expense  money.Fen
	Digest   string
	Standing *YearEnd // the batch that stands already
}

// Net is what the year earned.
func (p *Plan) Net() money.Fen { return p.Income - p.Expense }

// PlanYearEnd works out the year end of books without posting anything.
func (s *Service) PlanYearEnd(ctx context.Context, q db.Q, tenant int64, books ids.ID, year int) (*Plan, error) {
	b, err := s.books(ctx, q, tenant, books)
	if err != nil {
		return nil, err
	}
	return s.plan(ctx, q, tenant, b, year)
}

func (s *Service) plan(ctx context.Context, q db.Q, tenant int64, b *ledger.Books, year int) (*Plan, error) {
	if year < minYear || year > maxYear {
		return nil, errs.OnField("year", "请填写年度")
	}
	if err := b.Takes(december(year)); err != nil {
		return nil, err
	}
	p := &Plan{Books: *b, Year: year, Names: map[string]string{}}
	var err error
	if p.Standing, err = StandingYearEnd(ctx, q, tenant, b.ID, year); err != nil {
		return nil, err
	}
	checks := slices.DeleteFunc(slices.Clone(s.checks), func(c Checker) bool {
		code := c.Info().Code
		return code == yearEndCode || code == "waiting"
	})
	if p.Checks, err = s.run(ctx, q, tenant, b, december(year), append([]Checker{wholeYear}, checks...)); err != nil {
		return nil, err
	}
	c, err := s.cast(ctx, q, tenant, b)
	if err != nil {
		return nil, err
	}
	standing, err := ledger.EndingsOf(ctx, q, tenant, b.ID, december(year))
	if err != nil {
		return nil, err
	}
	if err := p.work(c, standing); err != nil {
		return nil, err
	}
	p.Made = c.made
	for i := range p.Vouchers {
		for _, x := range p.Vouchers[i].Lines {
			p.Names[x.Account] = c.path(x.Account)
		}
	}
	p.Digest = digest(p.Vouchers)
	return p, nil
}

// wholeYear finds what waits in any month of the year; no rule can leave it out.
var wholeYear = CheckFunc{
	Info{"year_waiting", "全年凭证全部记账", "结转以后再记的收支不在结转数里", Block},
	func(ctx context.Context, q db.Q, s Subject) ([]Finding, error) {
		list, err := ledger.Unposted(ctx, q, s.Tenant, s.Books.ID, january(s.Month.Year()), s.Month)
		return waiting(list), err
	},
}

// work makes the vouchers from what stands on the accounts at the end of December.
func (p *Plan) work(c *cast, standing []ledger.Ending) error {
	result, err := c.of(&p.Books, roleResult)
	if err != nil {
		return err
	}
	result = c.leaf(result)
	var income, expense, carried, spread []ledger.Ending
	undistributed, err := c.of(&p.Books, roleUndistributed)
	if err != nil {
		return err
	}
	above := roles[p.Books.Chart][roleUndistributed].account
	own := money.Fen(0) // what stands on 收益分配 itself, from before it was divided
	onResult := map[string]money.Fen{}
	for _, e := range standing {
		switch a := c.account(e.Account); {
		case a.Class == ledger.Income:
			income = append(income, e)
			p.Income -= e.Fen
		case a.Class == ledger.Expense:
			expense = append(expense, e)
			p.Expense += e.Fen
		case strings.HasPrefix(e.Account, roles[p.Books.Chart][roleResult].account):
			onResult[e.Account] += e.Fen
		case e.Account == above:
			own = e.Fen
		case strings.HasPrefix(e.Account, above) && e.Account != undistributed:
			spread = append(spread, e)
		}
	}
	if net := p.Net(); net != 0 {
		onResult[result] -= net
	}
	for _, code := range slices.Sorted(keys(onResult)) {
		if onResult[code] != 0 {
			carried = append(carried, ledger.Ending{Account: code, Fen: onResult[code]})
		}
	}
	p.carry("结转本年收入", income, result)
	p.carry("结转本年支出", expense, result)
	p.carry("结转本年收益", carried, undistributed)
	p.carry("结转各项分配", spread, undistributed)
	if own != 0 {
		p.carry("归并未分配收益", []ledger.Ending{{Account: above, Fen: own}}, undistributed)
	}
	if len(p.Vouchers) == 0 {
		c.made = nil
	}
	return nil
}

// keys yields the keys of a map.
func keys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// perVoucher is how many accounts one closing voucher empties.
const perVoucher = 400

// carry empties accounts into another one.
func (p *Plan) carry(summary string, from []ledger.Ending, to string) {
	for chunk := range slices.Chunk(from, perVoucher) {
		v := ledger.Voucher{Books: p.Books.ID, Kind: ledger.Closing, Date: lastDay(p.Year), Summary: fmt.Sprintf("%s（%d 年）", summary, p.Year)}
		v.Sample = p.Books.Sample
		net := money.Fen(0)
		for _, e := range chunk {
			v.Lines = append(v.Lines, ledger.Line{Account: e.Account, Debit: max(-e.Fen, 0), Credit: max(e.Fen, 0)})
			net += e.Fen
		}
		if net != 0 {
			v.Lines = append(v.Lines, ledger.Line{Account: to, Debit: max(net, 0), Credit: max(-net, 0)})
		}
		p.Vouchers = append(p.Vouchers, v)
	}
}

// digest tells one plan from another by its vouchers.
func digest(list []ledger.Voucher) string {
	h := sha256.New()
	for i := range list {
		v := &list[i]
		fmt.Fprintf(h, "%s %s %q\n", v.Kind, v.Date, v.Summary)
		for _, x := range v.Lines {
			fmt.Fprintf(h, "%s %d %d %d %d\n", x.Account, x.Debit, x.Credit, x.Party, x.Member)
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:32]
}

// StandingYearEnd is the year end of books that stands, nil when there is none.
func StandingYearEnd(ctx context.Context, q db.Q, tenant int64, books ids.ID, year int) (*YearEnd, error) {
	y, err := yearEndTable.One(ctx, q, db.NewWhere(tenant).And("books_id = ?", books).And("year = ?", year).And("state = ?", statePosted))
	if errs.Is(err, errs.NotFound) {
		return nil, nil
	}
	return y, err
}

// PostYearEnd posts the year end as it was previewed: all its vouchers in one transaction. seen is the digest of the
// plan that the person looked at; when the books have changed since, nothing is posted. key makes a double
// submission harmless.
func (s *Service) PostYearEnd(ctx context.Context, who access.Principal, tenant int64, key string, books ids.ID, year int, seen string) (ids.ID, error) {
	m := who.Meta(tenant)
	m.Key, m.Input = key, fmt.Sprintf("year end %s %d %s", books, year, seen)
	var made ids.ID
	err := s.env.DB.InTx(ctx, m, func(ctx context.Context, tx *db.Tx) error {
		b, err := ledger.LockBooks(ctx, tx, books)
		if err != nil {
			return err
		}
		if err := who.Require("books:"+access.Post, b.Region); err != nil {
			return err
		}
		p, err := s.plan(ctx, tx, tenant, b, year)
		if err != nil {
			return err
		}
		switch {
		case p.Standing != nil:
			return errs.New(errs.Conflict, "year_end.done", "%d 年已由 %s 年终结转（%s），不能再做一次", year, p.Standing.PostedBy, p.Standing.No)
		case p.Checks.Blocked():
			return refuse(p.Checks)
		case p.Digest != seen:
			return errs.New(errs.Stale, "year_end.changed", "您查看之后账上又有变动，结转凭证已经不同；请重新查看预览再结转")
		}
		made, err = s.postPlan(ctx, tx, who, p)
		if err == nil {
			tx.SetResult(made.String())
		}
		return err
	})
	return replayed(made, err)
}

// replayed answers a repeated command with its first result.
func replayed(id ids.ID, err error) (ids.ID, error) {
	if first, ok := db.Replayed(err); ok {
		return ids.Parse(first)
	}
	return id, err
}

func (s *Service) postPlan(ctx context.Context, tx *db.Tx, who access.Principal, p *Plan) (ids.ID, error) {
	c := cast{made: p.Made}
	if err := s.settle(ctx, tx, who, &p.Books, &c); err != nil {
		return 0, err
	}
	y := &YearEnd{
		Books: p.Books.ID, Year: p.Year, Net: p.Net(), Vouchers: len(p.Vouchers), PostedBy: who.Name, PostedOn: date.Of(tx.Now()),
	}
	y.Region, y.State, y.Sample = p.Books.Region, statePosted, p.Books.Sample
	if err := s.YearEnds.CreateTx(ctx, tx, who, y); err != nil {
		return 0, err
	}
	for i := range p.Vouchers {
		v := p.Vouchers[i]
		v.Lines = slices.Clone(v.Lines)
		v.Maker, v.Reviewer, v.Origin, v.OriginID = automatic, who.Name, originYearEnd, y.ID
		if err := s.l.PostTx(ctx, tx, who, &v); err != nil {
			return 0, err
		}
	}
	return y.ID, nil
}

// ReverseYearEnd undoes a year end: a red-letter voucher for each of its vouchers, all in one transaction, dated as
// they were, so that its December must be open. A distribution of the year is undone before.
func (s *Service) ReverseYearEnd(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64, reason string) error {
	return s.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		y, err := yearEndTable.Get(ctx, tx, tenant, id)
		if err != nil {
			return err
		}
		b, err := ledger.LockBooks(ctx, tx, y.Books)
		if err != nil {
			return err
		}
		if err := who.Require("books:"+access.Post, b.Region); err != nil {
			return err
		}
		if y, err = yearEndTable.Get(ctx, tx, tenant, id); err != nil { // as it is under the lock
			return err
		}
		if version != 0 && y.Version != version {
			return errs.New(errs.Stale, "stale", "这批结转刚刚被别人处理过，请看最新情况")
		}
		if d, err := s.StandingDistribution(ctx, tx, tenant, y.Books, y.Year); err != nil {
			return err
		} else if d != nil && d.State == statePosted {
			return state("year_end.distributed", "%d 年的收益分配 %s 已经记账，请先冲销收益分配", y.Year, d.No)
		}
		y.ReversedBy, y.ReversedOn, y.Reason = who.Name, date.Of(tx.Now()), clip(strings.TrimSpace(reason), maxNote)
		if err := s.YearEnds.DoTx(ctx, tx, who, y, "reverse", reason); err != nil {
			return err
		}
		return s.reverseAll(ctx, tx, who, originYearEnd, id, reason)
	})
}

// reverseAll undoes the posted vouchers that were made for a record, the last first, each on its own day.
func (s *Service) reverseAll(ctx context.Context, tx *db.Tx, who access.Principal, origin string, id ids.ID, reason string) error {
	list, err := ledger.VouchersFor(ctx, tx, tx.Tenant, origin, id)
	if err != nil {
		return err
	}
	for _, v := range slices.Backward(list) {
		if v.Reverses != 0 {
			continue
		}
		as := ledger.Voucher{Maker: automatic, Reviewer: who.Name, Origin: origin, OriginID: id}
		if _, err := s.l.ReverseTx(ctx, tx, who, v.ID, v.Date, reason, as); err != nil {
			return err
		}
	}
	return nil
}

const yearEndCode = "year_end"

// yearEndCheck asks in December that the year was carried to 未分配收益.
type yearEndCheck struct{ s *Service }

// Info implements Checker.
func (yearEndCheck) Info() Info {
	return Info{yearEndCode, "年终已结转", "12 月结账前，收入、支出和本年收益应已转入未分配收益，各项分配应已结平", Block}
}

// Check implements Checker.
func (y yearEndCheck) Check(ctx context.Context, q db.Q, s Subject) ([]Finding, error) {
	if s.Month.Of() != time.December {
		return nil, nil
	}
	left, err := y.s.uncarried(ctx, q, s.Tenant, s.Books, s.Month.Year())
	if err != nil || len(left) == 0 {
		return nil, err
	}
	href := fmt.Sprintf("/closing/%s/year-end?year=%d", s.Books.ID, s.Month.Year())
	out := make([]Finding, len(left))
	for i, e := range left {
		out[i] = Found(href, "%s %s 还有%s，请办理年终结转", e.Account, e.name, balance(e.Fen))
	}
	return out, nil
}

type leftOver struct {
	ledger.Ending
	name string
}

// uncarried lists what a finished year leaves at nothing and yet has a balance: income, expense, 本年收益 and the parts
// of 收益分配 other than 未分配收益.
func (s *Service) uncarried(ctx context.Context, q db.Q, tenant int64, b *ledger.Books, year int) ([]leftOver, error) {
	c, err := s.cast(ctx, q, tenant, b)
	if err != nil {
		return nil, err
	}
	standing, err := ledger.EndingsOf(ctx, q, tenant, b.ID, december(year))
	if err != nil {
		return nil, err
	}
	r := roles[b.Chart]
	keep, err := c.of(b, roleUndistributed)
	if err != nil {
		return nil, err
	}
	var out []leftOver
	for _, e := range standing {
		a := c.account(e.Account)
		above := r[roleUndistributed].account
		part := strings.HasPrefix(e.Account, above) && e.Account != above && e.Account != keep
		if a.Class == ledger.Income || a.Class == ledger.Expense || strings.HasPrefix(e.Account, r[roleResult].account) || part {
			out = append(out, leftOver{e, c.path(e.Account)})
		}
	}
	return out, nil
}
