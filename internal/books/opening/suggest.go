package opening

import (
	"context"
	_ "embed" // whose names details are
	"encoding/csv"
	"fmt"
	"slices"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/books/member"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/party"
)

// suggest says what the rules make of a row.
func suggest(rules *mapper, m *Migration, r *SourceRow) Row {
	row := Row{SourceRow: *r}
	rule, clash := rules.find(r)
	if rule == nil {
		row.How, row.Hint = Choose, "没有对照规则，请选择新科目"
		return row
	}
	row.How, row.Hint = rule.How, rule.Basis
	if clash {
		row.How = Choose
		row.Hint = fmt.Sprintf("编码 %s 与名称“%s”在旧制度里不是同一个科目，请核对后选择", r.TopCode, r.Top())
	}
	t := Target{Account: rule.Target, Opening: r.Opening, Debit: r.Debit, Credit: r.Credit}
	names := slices.Clone(r.Path[1:])
	kind := ""
	if len(names) > 0 {
		kind = holderKind(m.Chart, rule.Target, names[len(names)-1])
	}
	switch {
	case rule.Under != "":
		t.Sub = []string{rule.Under}
	case r.Holder != ledger.Holder{}:
		t.Party, t.Member = r.Holder.Party, r.Holder.Member
		t.Sub = names[:len(names)-1] // the last name is the holder's
	case kind != "":
		t.Kind, t.Who = kind, names[len(names)-1]
		t.Sub = names[:len(names)-1]
	default:
		t.Sub = names
	}
	row.Targets = []Target{t}
	return row
}

// residue is the name of what an account holds beside its sub-accounts.
const residue = "本级"

//go:embed holders.csv
var holdersCSV string

// keptBy are the accounts whose details usually are parties or households: the kind, and words by which a detail is
// known to be something else.
var keptBy = func() map[[2]string][2]string {
	rows, err := csv.NewReader(strings.NewReader(holdersCSV)).ReadAll()
	if err != nil {
		panic("opening: holders: " + err.Error())
	}
	out := map[[2]string][2]string{}
	for _, r := range rows[1:] {
		out[[2]string{r[0], r[1]}] = [2]string{r[2], r[3]}
	}
	return out
}()

// holderKind says whose name a detail of an account probably is: "member" or "party", "" when it is none.
func holderKind(chart, account, name string) string {
	k, ok := keptBy[[2]string{chart, account}]
	if !ok || name == residue || words(k[1], name) {
		return ""
	}
	return k[0]
}

// ownTrial reads the trial balance of our own old books, by account and by whose name it stands to.
func (s *Service) ownTrial(ctx context.Context, tx *db.Tx, old ids.ID, m *Migration) (*Trial, error) {
	b, err := ledger.LockBooks(ctx, tx, old)
	if err != nil {
		return nil, err
	}
	last := m.From.Prev()
	if b.Party != m.Party {
		return nil, errs.OnField("party", "旧账套“%s”不是这个单位的", b.Name)
	}
	if m.From.Of() != 1 {
		return nil, errs.OnField("from", "本系统的旧账套在年末结转以后迁移，启用月份应为 1 月")
	}
	if err := b.Takes(last); err != nil {
		return nil, errs.OnField("from", "%s", errs.Message(err))
	}
	if err := closedUntil(ctx, tx, b, last); err != nil {
		return nil, err
	}
	m.System, m.Source = b.Chart, "books"
	accounts, err := ledger.Accounts(ctx, tx, tx.Tenant, old)
	if err != nil {
		return nil, err
	}
	parts, err := ledger.PartsOf(ctx, tx, tx.Tenant, []ids.ID{old}, "", last)
	if err != nil {
		return nil, err
	}
	names, err := s.holderNames(ctx, tx, tx.Tenant, parts)
	if err != nil {
		return nil, err
	}
	t := &Trial{}
	for i := range parts {
		p := &parts[i]
		if p.Ending == 0 {
			continue
		}
		row := SourceRow{Code: p.Account, TopCode: p.Account[:min(len(p.Account), topDigits)], Opening: p.Ending, Holder: p.Holder}
		for _, a := range accounts {
			if strings.HasPrefix(p.Account, a.Code) {
				row.Path, row.Name = append(row.Path, a.Name), a.Name
			}
		}
		if p.Holder != (ledger.Holder{}) {
			row.Name = names[p.Holder]
			row.Path = append(row.Path, row.Name)
		}
		t.Rows = append(t.Rows, row)
	}
	slices.SortStableFunc(t.Rows, func(a, b SourceRow) int { return strings.Compare(a.Code, b.Code) })
	return t, nil
}

func closedUntil(ctx context.Context, q *db.Tx, b *ledger.Books, last date.Month) error {
	list, err := ledger.Periods(ctx, q, q.Tenant, b.ID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(list, func(p ledger.Period) bool { return p.Month == last && p.Closed }) {
		return errs.New(errs.State, "migration.open", "旧账套“%s”的 %s 还没有结账；请先办完年终结转并结账，再迁移", b.Name, last.Chinese())
	}
	return nil
}

func (s *Service) holderNames(ctx context.Context, q db.Q, tenant int64, parts []ledger.Part) (map[ledger.Holder]string, error) {
	var parties, members []ids.ID
	for i := range parts {
		if parts[i].Party != 0 {
			parties = append(parties, parts[i].Party)
		}
		if parts[i].Member != 0 {
			members = append(members, parts[i].Member)
		}
	}
	out := map[ledger.Holder]string{}
	byParty, err := s.parties.Names(ctx, q, tenant, parties)
	if err != nil {
		return nil, err
	}
	for id, name := range byParty {
		out[ledger.Holder{Party: id}] = name
	}
	byMember, err := s.members.Names(ctx, q, tenant, members)
	for id, name := range byMember {
		out[ledger.Holder{Member: id}] = name
	}
	return out, err
}

// holder finds the party or household that a target names, within the collective; 0 when there is none yet.
func (s *Service) holder(ctx context.Context, q db.Q, tenant int64, m *Migration, t *Target) (ledger.Holder, error) {
	switch {
	case t.Party != 0 || t.Member != 0:
		return ledger.Holder{Party: t.Party, Member: t.Member}, nil
	case t.Who == "":
		return ledger.Holder{}, nil
	case t.Kind == "member":
		id, err := member.Named(ctx, q, tenant, m.Party, t.Who)
		return ledger.Holder{Member: id}, err
	}
	id, err := s.parties.Lookup(ctx, q, tenant, t.Who)
	if errs.Is(err, errs.NotFound) {
		return ledger.Holder{}, nil
	}
	return ledger.Holder{Party: id}, err
}

// kindOfName guesses what a new party is: a household unless the name is that of a firm or an office.
func kindOfName(name string) string {
	for _, w := range []struct{ kind, words string }{
		{party.Coop, "合作社|联合社"}, {party.Department, "局|所|站|中心|银行|信用社|学校|医院|办公室|委员会"}, {party.Government, "政府|街道办"},
		{party.Enterprise, "公司|厂|集团|店|场|企业|市场|码头|车间"},
	} {
		if words(w.words, name) {
			return w.kind
		}
	}
	return party.Household
}
