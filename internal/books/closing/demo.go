package closing

import (
	"context"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
)

// The demo's persons: who proposes a distribution does not post it.
var (
	demoFirst  = access.Principal{ID: 902, Name: "八桥镇代理会计（示例）", Grants: access.System.Grants}
	demoSecond = access.Principal{ID: 904, Name: "八桥镇主管会计（示例）", Grants: access.System.Grants}
)

// demoOpenings is what the demo's books begin with, in yuan, debits less credits.
var demoOpenings = []struct {
	account string
	yuan    money.Fen
}{{"101", 1_200}, {"102", 386_500}, {"151", 1_860_000}, {"152", -430_000}, {"301", -1_200_000}, {"311", -600_000}, {"322", -17_700}}

// demoClosed is for how many months after its first year a demo village has closed its books.
const demoClosed = 6

// LoadDemo ends the first year of the sample villages that have a charter of their own, as people would: opening
// balances, month after month closed, the year end, the distribution through all its steps, and the half year that
// follows. Books in which a month was closed before are left alone.
func (s *Service) LoadDemo(ctx context.Context, tenant int64) error {
	charters, err := distRuleTable.All(ctx, s.env.DB.Read(), db.NewWhere(tenant).And("sample"), "id")
	if err != nil {
		return err
	}
	for i := range charters {
		if code.Level(charters[i].Region) != code.TierVillage {
			continue
		}
		list, err := s.l.Books.Table.All(ctx, s.env.DB.Read(), db.NewWhere(tenant).And("sample").And("region = ?", charters[i].Region), "id")
		if err != nil {
			return err
		}
		for j := range list {
			if err := s.demoYear(ctx, &list[j]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) demoYear(ctx context.Context, b *ledger.Books) error {
	next, err := nextToClose(ctx, s.env.DB.Read(), b.Tenant, b)
	if err != nil || next != b.From || b.From.Of() != 1 {
		return err
	}
	var openings []ledger.Opening
	for _, o := range demoOpenings {
		openings = append(openings, ledger.Opening{Line: ledger.Line{Account: o.account}, Opening: o.yuan * money.Yuan})
	}
	if err := s.l.SetOpenings(ctx, demoFirst, b.Tenant, b.ID, openings); err != nil {
		return err
	}
	year := b.From.Year()
	if err := s.demoClose(ctx, b, december(year).Prev()); err != nil {
		return err
	}
	p, err := s.PlanYearEnd(ctx, s.env.DB.Read(), b.Tenant, b.ID, year)
	if err != nil {
		return err
	}
	if _, err := s.PostYearEnd(ctx, demoFirst, b.Tenant, "", b.ID, year, p.Digest); err != nil {
		return err
	}
	if err := s.demoDistribution(ctx, b, year); err != nil {
		return err
	}
	return s.demoClose(ctx, b, december(year).Add(demoClosed))
}

// demoClose closes months up to one; the first that does not pass is the error.
func (s *Service) demoClose(ctx context.Context, b *ledger.Books, upTo date.Month) error {
	done, err := s.CloseAll(ctx, demoFirst, b.Tenant, []ids.ID{b.ID}, upTo)
	if err != nil {
		return err
	}
	return done[0].Err
}

// demoDistribution keeps what the charter asks for and gives the members a part by heads.
func (s *Service) demoDistribution(ctx context.Context, b *ledger.Books, year int) error {
	rule, err := RuleAt(ctx, s.env.DB.Read(), b.Tenant, b.Region, lastDay(year))
	if err != nil {
		return err
	}
	meeting := lastDay(year).AddDays(-3)
	id, err := s.SaveDistribution(ctx, demoFirst, b.Tenant, "", &Distribution{
		Books: b.ID, Year: year, CharterRate: rule.ReserveRate, Method: ByPersons,
		Lines: []DistLine{{Purpose: ForReserve, Rate: rule.ReserveRate}, {Purpose: ForMember, Fen: 300_000 * money.Yuan}},
	})
	if err != nil {
		return err
	}
	if err := s.Propose(ctx, demoFirst, b.Tenant, id, 0); err != nil {
		return err
	}
	if err := s.Resolve(ctx, demoFirst, b.Tenant, id, 0, Resolution{
		Published: meeting.AddDays(-rule.PublishDays - 2), MeetingKind: "delegates", MeetingOn: meeting, ShouldAttend: 42, Attended: 39, Agreed: 37, No: "长胜村会〔2020〕6 号（示例）",
	}); err != nil {
		return err
	}
	return s.PostDistribution(ctx, demoSecond, b.Tenant, "", id, 0, lastDay(year))
}
