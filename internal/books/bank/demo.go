package bank

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
)

// The demo's persons: each step of a payment and of a reconciliation needs another.
var (
	demoMaker    = access.Principal{ID: 901, Name: "永胜村报账员（示例）", Grants: access.System.Grants}
	demoChecker  = access.Principal{ID: 902, Name: "八桥镇代理会计（示例）", Grants: access.System.Grants}
	demoApprover = access.Principal{ID: 903, Name: "八桥镇书记（示例）", Grants: access.System.Grants}
)

// LoadDemo goes on from the demo's statements as people would: what is certain is matched, suggestions are taken up to the
// last month, the months before it are reconciled, and two payments are under way. An account that somebody has worked on
// is left alone.
func (s *Service) LoadDemo(ctx context.Context, tenant int64) error {
	list, err := accountTable.All(ctx, s.env.DB.Read(), db.NewWhere(tenant).And("sample"), "id")
	if err != nil {
		return err
	}
	for i := range list {
		used, err := s.worked(ctx, &list[i])
		if err != nil {
			return err
		}
		if used {
			continue
		}
		if err := s.demoMatches(ctx, &list[i]); err != nil {
			return err
		}
		if err := s.demoPayments(ctx, &list[i]); err != nil {
			return err
		}
	}
	return nil
}

// worked reports whether an account has no statement, or has been matched or paid from.
func (s *Service) worked(ctx context.Context, a *Account) (bool, error) {
	q := s.env.DB.Read()
	last, err := lastBefore(ctx, q, a.Tenant, a.ID, date.Must("9999-12-31"))
	if err != nil || last == nil {
		return true, err
	}
	linked, err := links(ctx, q, a.Tenant, a.ID)
	if err != nil || len(linked.lines) > 0 {
		return true, err
	}
	n, err := paymentTable.Count(ctx, q, db.NewWhere(a.Tenant).And("account_id = ?", a.ID), 1)
	return n > 0, err
}

// demoMatches matches and reconciles all but the statement's last two months.
func (s *Service) demoMatches(ctx context.Context, a *Account) error {
	q := s.env.DB.Read()
	start, err := startOf(ctx, q, a)
	if err != nil {
		return err
	}
	last, err := lastBefore(ctx, q, a.Tenant, a.ID, date.Must("9999-12-31"))
	if err != nil {
		return err
	}
	end := last.Day.YearMonth().Prev()
	if _, err := s.AutoMatch(ctx, demoMaker, a.Tenant, a.ID, end.Last()); err != nil {
		return err
	}
	d, err := s.DeskAt(ctx, q, a, end.Prev().Last())
	if err != nil {
		return err
	}
	for _, g := range d.Suggestions {
		var lines []ids.ID
		var entries []EntryKey
		for i := range g.Lines {
			lines = append(lines, g.Lines[i].ID)
		}
		for i := range g.Entries {
			entries = append(entries, g.Entries[i].Key())
		}
		if err := s.Match(ctx, demoMaker, a.Tenant, a.ID, end.Prev().Last(), lines, entries, "金额相同、日期相近"); err != nil {
			return err
		}
	}
	for m := start.YearMonth(); m < end; m = m.Next() {
		r, err := s.Prepare(ctx, demoMaker, a.Tenant, a.ID, m)
		if err != nil {
			return err
		}
		if r.Difference() != 0 {
			return nil
		}
		if err := s.Reconciliations.Do(ctx, demoChecker, a.Tenant, r.ID, 0, "confirm", ""); err != nil {
			return err
		}
	}
	_, err = s.Prepare(ctx, demoMaker, a.Tenant, a.ID, end)
	return err
}

// demoPayments makes a batch that waits to be checked, and one that waits to be released.
func (s *Service) demoPayments(ctx context.Context, a *Account) error {
	for _, b := range []struct {
		title string
		far   bool
		lines [][4]string // payee, number, yuan, purpose
	}{
		{"11 月误工补贴", false, [][4]string{{"村民代表甲（示例）", "6230520000000000011", "300", "会议误工补贴"}, {"村民代表乙（示例）", "6230520000000000029", "300", "会议误工补贴"}, {"保洁员甲（示例）", "6230520000000000037", "1800", "11 月保洁报酬"}}},
		{"道路维修材料款", true, [][4]string{{"示例建材商店", "32118200000200300402", "8600", "村道维修水泥款"}}},
	} {
		p := &Payment{Title: b.title, Account: a.ID, PlanOn: date.Must("2021-11-12")}
		p.State, p.Sample = PayDraft, true
		id, err := s.Payments.Create(ctx, demoMaker, a.Tenant, "", p)
		if err != nil {
			return err
		}
		for _, x := range b.lines {
			l := &PaymentLine{Batch: id}
			l.Sample = true
			in := map[string]string{"payee": x[0], "number": x[1], "bank": "示例农村商业银行八桥支行", "amount": x[2], "purpose": x[3], "account": "541"}
			if err := s.PaymentLines.SetTexts(ctx, s.env.ForTenant(a.Tenant), a.Region, l, in); err != nil {
				return err
			}
			if _, err := s.PaymentLines.Create(ctx, demoMaker, a.Tenant, "", l); err != nil {
				return err
			}
		}
		steps := []struct {
			who   access.Principal
			event string
		}{{demoMaker, "submit"}, {demoChecker, "check"}, {demoApprover, "approve"}}
		if !b.far {
			steps = steps[:1]
		}
		for _, x := range steps {
			if err := s.Payments.Do(ctx, x.who, a.Tenant, id, 0, x.event, ""); err != nil {
				return err
			}
		}
	}
	return nil
}
