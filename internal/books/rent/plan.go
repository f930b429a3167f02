package rent

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// Plan is what the billing of a month will do.
type Plan struct {
	Books    *ledger.Books
	Month    date.Month
	Terms    Terms
	Items    []Item
	Lines    []Line
	Left     []Left
	Total    money.Fen // of the items
	Earned   money.Fen // by which earned rent grows
	Adopted  money.Fen // found on the ledger
	Sums     Position  // what will be booked
	Standing *Run      // the run of the month that there is
	Stop     string    // why the month cannot be run now
	Digest   string    // of what was shown

	since date.Date
}

// Line is what a run does to a tenant's account.
type Line struct {
	Contract *contract.Contract
	Party    ids.ID
	Billed   money.Fen
	Earned   money.Fen
	Delta    Position

	account *Account
	adopt   *adoption
}

// Left is a contract that a run leaves out, and why.
type Left struct {
	Contract *contract.Contract
	Why      string
}

// adoption is what others booked on a contract since the last run: money by day, and money taken back.
type adoption struct {
	days               []dayFen
	less               money.Fen
	income, receivable money.Fen
}

type dayFen struct {
	day date.Date
	fen money.Fen
}

// Any reports whether there is something to do.
func (p *Plan) Any() bool { return len(p.Items) > 0 || len(p.Lines) > 0 }

func (p *Plan) contracts() []ids.ID {
	var out []ids.ID
	for i := range p.Items {
		if n := len(out); n == 0 || out[n-1] != p.Items[i].Contract {
			out = append(out, p.Items[i].Contract)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Plan works out the billing of a month of books.
func (s *Service) Plan(ctx context.Context, q db.Q, tenant int64, books ids.ID, m date.Month) (*Plan, error) {
	b, err := ledger.GetBooks(ctx, q, tenant, books)
	if err != nil {
		return nil, err
	}
	return s.plan(ctx, q, tenant, b, m)
}

// sheet is what a plan is worked out from.
type sheet struct {
	contracts []contract.Contract
	schedules map[ids.ID][]contract.Charge
	unbilled  map[ids.ID][]contract.Charge
	versions  map[ids.ID][]contract.Version
	accounts  map[ids.ID][]*Account
	billed    map[[2]ids.ID]money.Fen
	moved     map[ids.ID][]ledger.ContractMoved
}

func (s *Service) plan(ctx context.Context, q db.Q, tenant int64, b *ledger.Books, m date.Month) (*Plan, error) {
	if err := b.Takes(m); err != nil {
		return nil, err
	}
	p := &Plan{Books: b, Month: m}
	rules, err := LoadRules(ctx, q, tenant)
	if err != nil {
		return nil, err
	}
	p.Terms = rules.At(b.Region, b.Chart, m.Last())
	runs, err := standing(ctx, q, tenant, b.ID)
	if err != nil {
		return nil, err
	}
	for i := range runs {
		switch {
		case runs[i].Month == m:
			p.Standing = &runs[i]
			return p, nil
		case runs[i].Month > m:
			p.Stop = fmt.Sprintf("已经计收到 %s，不能再计收以前的月份；漏计的款项会在下次计收里补上", runs[len(runs)-1].Month.Chinese())
		}
	}
	first, err := ledger.BooksOf(ctx, q, tenant, b.Party)
	if err != nil {
		return nil, err
	}
	p.since = b.From.First()
	for i := range first {
		if d := first[i].From.First(); d.Before(p.since) {
			p.since = d
		}
	}
	sh, err := p.read(ctx, q, tenant)
	if err != nil {
		return nil, err
	}
	for i := range sh.contracts {
		if err := p.add(sh, &sh.contracts[i]); err != nil {
			return nil, err
		}
	}
	return p, p.leave(ctx, q, tenant)
}

func (p *Plan) read(ctx context.Context, q db.Q, tenant int64) (*sheet, error) {
	sh := &sheet{accounts: map[ids.ID][]*Account{}, moved: map[ids.ID][]ledger.ContractMoved{}}
	var err error
	day := p.Month.Last()
	if sh.contracts, err = contract.Binding(ctx, q, tenant, p.Books.Party, day); err != nil {
		return nil, err
	}
	list := make([]ids.ID, len(sh.contracts))
	for i := range sh.contracts {
		list[i] = sh.contracts[i].ID
	}
	if sh.schedules, err = contract.ChargesOf(ctx, q, tenant, list); err != nil {
		return nil, err
	}
	if sh.unbilled, err = contract.UnbilledUntil(ctx, q, tenant, list, p.since, day); err != nil {
		return nil, err
	}
	if sh.versions, err = contract.VersionsOf(ctx, q, tenant, list); err != nil {
		return nil, err
	}
	if sh.billed, err = billedSums(ctx, q, tenant, list); err != nil {
		return nil, err
	}
	for some := range slices.Chunk(list, perStatement) {
		accounts, err := accountsWhere(ctx, q, db.In(db.NewWhere(tenant), "contract_id", some))
		if err != nil {
			return nil, err
		}
		for _, a := range accounts {
			sh.accounts[a.Contract] = append(sh.accounts[a.Contract], a)
		}
	}
	moved, err := ledger.MovedByContract(ctx, q, tenant, p.Books.Region, day)
	for _, x := range moved {
		if !ownOrigin(x.Origin) {
			sh.moved[x.Contract] = append(sh.moved[x.Contract], x)
		}
	}
	return sh, err
}

// ownOrigin reports whether a voucher is one of this package's.
func ownOrigin(origin string) bool { return len(origin) > 5 && origin[:5] == "rent_" }

// add works out what the month does to one contract.
func (p *Plan) add(sh *sheet, c *contract.Contract) error {
	a := &Account{Contract: c.ID, Party: c.PartyB, Region: c.Region, fresh: true}
	others := money.Fen(0)
	for _, x := range sh.accounts[c.ID] {
		if x.Party == c.PartyB {
			a = x
			continue
		}
		others += x.Earned
		if d := x.Target(p.Terms.Basis).minus(x.Booked); d != (Position{}) { // the basis has changed
			p.line(Line{Contract: c, Party: x.Party, Delta: d, account: x})
		}
	}
	l := Line{Contract: c, Party: a.Party, account: a}
	for _, ch := range sh.unbilled[c.ID] {
		item := Item{
			No: itemNo(c.No, &ch), Books: p.Books.ID, Contract: c.ID, Party: a.Party, Kind: ItemRent, Seq: ch.Seq,
			From: ch.From, To: ch.To, Due: ch.Due, Amount: ch.Amount,
		}
		item.Region, item.State, item.Sample = c.Region, ItemOpen, c.Sample
		p.Items = append(p.Items, item)
		var err error
		if l.Billed, err = money.Add(l.Billed, ch.Amount); err != nil {
			return err
		}
	}
	earned, err := p.earned(sh, c, l.Billed)
	if err != nil {
		return err
	}
	earned -= others
	l.Earned = earned - a.Earned
	a.Earned = earned
	l.adopt = adopted(sh, c.ID)
	if x := l.adopt; x != nil {
		a.Received += x.income - x.receivable
		a.OutIncome += x.income
		a.OutReceivable += x.receivable
		a.Booked.Income += x.income
		a.Booked.Receivable += x.receivable
		p.Adopted += x.income - x.receivable
	}
	l.Delta = a.Target(p.Terms.Basis).minus(a.Booked)
	if l.Billed != 0 || l.Earned != 0 || l.adopt != nil || l.Delta != (Position{}) {
		if p.Total, err = money.Add(p.Total, l.Billed); err != nil {
			return err
		}
		p.line(l)
	}
	return nil
}

func (p *Plan) line(l Line) {
	p.Lines = append(p.Lines, l)
	p.Earned += l.Earned // parts of contracts' sums, which are in range
	p.Sums = p.Sums.plus(l.Delta)
}

// earned is the rent of a contract that may be income by the end of the month, since the books began: by accrual, and for who pays far ahead,
// what is for the time up to then; on receipt, what was billed.
func (p *Plan) earned(sh *sheet, c *contract.Contract, now money.Fen) (money.Fen, error) {
	list := sh.schedules[c.ID]
	before, beyond, spread := money.Fen(0), money.Fen(0), p.Terms.Basis == Accrual
	for i := range list {
		switch x := &list[i]; {
		case x.Beyond() > 0: // earned when it falls due
			if !x.Due.Before(p.since) && !x.Due.After(p.Month.Last()) {
				beyond += x.Amount
			}
		case x.Due.Before(p.since):
			before += x.Amount
		case p.Terms.SpreadMonths > 0 && x.To.After(x.From.AddMonths(p.Terms.SpreadMonths)):
			spread = true
		}
	}
	if spread {
		sum, err := contract.EarnedUntil(c, sh.versions[c.ID], p.Month)
		return max(0, sum-before) + beyond, err
	}
	for key, fen := range sh.billed {
		if key[0] == c.ID {
			now += fen
		}
	}
	return now, nil
}

// adopted is what others booked on a contract beyond what was taken over before; nil for nothing.
func adopted(sh *sheet, c ids.ID) *adoption {
	var x adoption
	known := money.Fen(0)
	for _, a := range sh.accounts[c] {
		x.income -= a.OutIncome
		x.receivable -= a.OutReceivable
		known += a.OutIncome - a.OutReceivable
	}
	var days []dayFen
	for _, m := range sh.moved[c] {
		x.income += m.Income
		x.receivable += m.Receivable
		fen := m.Income - m.Receivable
		for fen < 0 && len(days) > 0 { // what was taken back is taken off the latest
			last := &days[len(days)-1]
			part := min(-fen, last.fen)
			last.fen, fen = last.fen-part, fen+part
			if last.fen == 0 {
				days = days[:len(days)-1]
			}
		}
		if fen > 0 {
			days = append(days, dayFen{m.Date, fen})
		}
	}
	if x.income == 0 && x.receivable == 0 {
		return nil
	}
	for _, d := range days {
		part := min(known, d.fen)
		if part > 0 {
			known -= part
			d.fen -= part
		}
		if d.fen > 0 {
			x.days = append(x.days, d)
		}
	}
	x.less = max(0, known)
	return &x
}

// leave lists what is not billed and why, and seals what was shown.
func (p *Plan) leave(ctx context.Context, q db.Q, tenant int64) error {
	drafts, err := contract.Unsigned(ctx, q, tenant, p.Books.Party, p.Month.Last())
	if err != nil {
		return err
	}
	for i := range drafts {
		p.Left = append(p.Left, Left{&drafts[i], "合同已到起始日期，但还没有签订"})
	}
	hash := sha256.New()
	fmt.Fprintln(hash, p.Books.ID, p.Month, p.Terms.Basis)
	for i := range p.Items {
		x := &p.Items[i]
		fmt.Fprintln(hash, x.Contract, x.Party, x.Seq, x.Due, x.Amount)
	}
	for i := range p.Lines {
		l := &p.Lines[i]
		fmt.Fprintln(hash, l.Contract.ID, l.Party, l.Earned, l.Delta)
	}
	p.Digest = hex.EncodeToString(hash.Sum(nil))
	return nil
}
