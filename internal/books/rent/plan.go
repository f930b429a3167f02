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
	billed    map[ids.ID]map[ids.ID]money.Fen // by contract and tenant
	items     map[ids.ID][]Item               // of contracts that had more than one tenant
	moved     map[ids.ID][]ledger.ContractMoved
	known     map[ids.ID]map[ids.ID]known // what was taken over, by contract and tenant
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
	if sh.items, err = itemsOfSeveral(ctx, q, tenant, sh); err != nil {
		return nil, err
	}
	if sh.known, err = takenOver(ctx, q, tenant, list); err != nil {
		return nil, err
	}
	moved, err := ledger.MovedByContract(ctx, q, tenant, p.Books.Region, day)
	if err != nil {
		return nil, err
	}
	return sh, sh.outside(ctx, q, tenant, moved)
}

// add works out what the month does to one contract: for each of its tenants, what the time of his tenancy calls for.
func (p *Plan) add(sh *sheet, c *contract.Contract) error {
	t := sh.bearers(c)
	billed, err := p.bill(sh, c, t)
	if err != nil {
		return err
	}
	earned, err := p.earned(sh, c, t, billed)
	if err != nil {
		return err
	}
	now := contract.TenantOn(t, p.Month.Last())
	for _, a := range sh.accountsFor(c, t) {
		l := Line{Contract: c, Party: a.Party, Billed: billed[a.Party], account: a}
		if fen, ok := earned[a.Party]; ok {
			l.Earned, a.Earned = fen-a.Earned, fen
		}
		if a.Party == now {
			p.takeOver(sh, &l)
		}
		l.Delta = a.Target(p.Terms.Basis).minus(a.Booked) // also when only the basis has changed
		if l.Billed == 0 && l.Earned == 0 && l.adopt == nil && l.Delta == (Position{}) {
			continue
		}
		if p.Total, err = money.Add(p.Total, l.Billed); err != nil {
			return err
		}
		p.line(l)
	}
	return nil
}

// bill makes the items of what fell due, and adds them up by tenant.
func (p *Plan) bill(sh *sheet, c *contract.Contract, t []contract.Tenancy) (map[ids.ID]money.Fen, error) {
	billed := map[ids.ID]money.Fen{}
	for _, ch := range sh.unbilled[c.ID] {
		shares, err := contract.SplitCharge(&ch, t)
		if err != nil {
			return nil, err
		}
		for k, x := range shares {
			if x.Amount == 0 {
				continue
			}
			item := Item{
				No: itemNo(c.No, &ch, k), Books: p.Books.ID, Contract: c.ID, Party: x.Party, Kind: ItemRent, Seq: ch.Seq,
				From: x.From, To: x.To, Due: x.Due, Amount: x.Amount,
			}
			item.Region, item.State, item.Sample = c.Region, ItemOpen, c.Sample
			p.Items = append(p.Items, item)
			if billed[x.Party], err = money.Add(billed[x.Party], x.Amount); err != nil {
				return nil, err
			}
		}
	}
	return billed, nil
}

func (p *Plan) line(l Line) {
	p.Lines = append(p.Lines, l)
	p.Earned += l.Earned // parts of contracts' sums, which are in range
	p.Sums = p.Sums.plus(l.Delta)
}

// earned is by tenant the rent of a contract that may be income by the end of the month, since the books began: by accrual, and for who pays far
// ahead, what is for the time up to then; on receipt, what was billed.
func (p *Plan) earned(sh *sheet, c *contract.Contract, t []contract.Tenancy, now map[ids.ID]money.Fen) (map[ids.ID]money.Fen, error) {
	list := sh.schedules[c.ID]
	out := map[ids.ID]money.Fen{}
	for _, x := range t {
		out[x.Party] = 0
	}
	before, spread := money.Fen(0), p.Terms.Basis == Accrual
	for i := range list {
		switch x := &list[i]; {
		case x.Beyond() > 0:
		case x.Due.Before(p.since):
			before += x.Amount
		case p.Terms.SpreadMonths > 0 && x.To.After(x.From.AddMonths(p.Terms.SpreadMonths)):
			spread = true
		}
	}
	if !spread {
		for who, fen := range sh.billed[c.ID] {
			out[who] += fen
		}
		for who, fen := range now {
			out[who] += fen
		}
		return out, nil
	}
	if err := p.accrued(sh, c, t, before, out); err != nil {
		return nil, err
	}
	for i := range list { // what is beyond the schedule is earned when it falls due
		x := &list[i]
		if x.Beyond() == 0 || x.Due.Before(p.since) || x.Due.After(p.Month.Last()) {
			continue
		}
		shares, err := contract.SplitCharge(x, t)
		if err != nil {
			return nil, err
		}
		for _, s := range shares {
			out[s.Party] += s.Amount
		}
	}
	return out, nil
}

// accrued adds what the time up to the end of the month comes to, less what fell due before the books began: to each earlier tenant no more than his
// shares of the payments, the rest to the one of the month.
func (p *Plan) accrued(sh *sheet, c *contract.Contract, t []contract.Tenancy, before money.Fen, out map[ids.ID]money.Fen) error {
	left, err := contract.EarnedUntil(c, sh.versions[c.ID], p.Month)
	if err != nil {
		return err
	}
	for _, a := range sh.accounts[c.ID] {
		if _, ok := out[a.Party]; !ok { // a tenant of whom no version tells
			left -= a.Earned
		}
	}
	left = max(0, left-before)
	sums, err := p.shares(sh, c, t)
	if err != nil {
		return err
	}
	for i := range t {
		part := left
		if i+1 < len(t) && !t[i+1].From.After(p.Month.Last()) {
			part = min(left, sums[i])
		}
		out[t[i].Party] += part
		left -= part
	}
	return nil
}

// shares add up the schedule's payments since the books began by tenancy.
func (p *Plan) shares(sh *sheet, c *contract.Contract, t []contract.Tenancy) ([]money.Fen, error) {
	sums := make([]money.Fen, len(t))
	if len(t) == 1 {
		return sums, nil
	}
	list := sh.schedules[c.ID]
	for i := range list {
		if list[i].Beyond() > 0 || list[i].Due.Before(p.since) {
			continue
		}
		parts, err := contract.SplitCharge(&list[i], t)
		if err != nil {
			return nil, err
		}
		for _, x := range parts {
			at := 0
			for k := range t[1:] {
				if !t[k+1].From.After(x.From) {
					at = k + 1
				}
			}
			sums[at] += x.Amount
		}
	}
	return sums, nil
}

func earlier(a, b date.Date) date.Date {
	if b.Before(a) {
		return b
	}
	return a
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
