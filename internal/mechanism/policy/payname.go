package policy

import (
	"context"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/mechanism/policy/engine"
	"huicun/internal/registry/access"
	"huicun/internal/registry/audit"
)

// NamePayees says who holds a role, by the payees' ids: a person of the register, or an organisation; zero takes it back. Those
// who have been paid stay.
func (s *Runs) NamePayees(ctx context.Context, who access.Principal, tenant int64, line ids.ID, persons, parties map[ids.ID]ids.ID) error {
	return s.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		l, err := lineTable.Get(ctx, tx, tx.Tenant, line)
		if err != nil {
			return err
		}
		if !who.Can(KindLine+":"+verbPlan, l.Region) {
			if err := who.Require(KindLine+":"+access.Edit, l.Region); err != nil {
				return err
			}
		}
		if _, err := lockRound(ctx, tx, l.Round); err != nil {
			return err
		}
		payees, err := PayeesOf(ctx, tx, tx.Tenant, l.ID)
		if err != nil {
			return err
		}
		paid, err := paidPayees(ctx, tx, l.ID)
		if err != nil {
			return err
		}
		var changes []audit.Change
		for i := range payees {
			p := &payees[i]
			person, party := persons[p.ID], parties[p.ID]
			if engine.IsVillage(p.To) || person == p.Person && party == p.Party {
				continue
			}
			if paid[p.ID] {
				return errs.New(errs.State, "award.payee_paid", "“%s”已经发放，不能再改领奖人", p.Title())
			}
			if person != 0 && party != 0 {
				return errs.OnField("payee."+p.ID.String(), "人员和单位只能填一个")
			}
			if err := namePayee(ctx, tx, p.ID, party, person); err != nil {
				return err
			}
			before, err := s.payeeName(ctx, tx, p.Party, p.Person)
			if err != nil {
				return err
			}
			after, err := s.payeeName(ctx, tx, party, person)
			if err != nil {
				return err
			}
			changes = append(changes, audit.Change{Label: p.Title(), Before: before, After: after})
		}
		if len(changes) == 0 {
			return nil
		}
		return audit.Write(ctx, tx, audit.Entry{Action: "填写领奖人", Kind: KindLine, RecordID: l.ID, Title: s.Lines.Title(l), Region: l.Region, Changes: changes})
	})
}

// payeeName is the natural key of a payee, "" of none.
func (s *Runs) payeeName(ctx context.Context, q db.Q, party, person ids.ID) (string, error) {
	kind, id := "party", party
	if person != 0 {
		kind, id = "person", person
	}
	n, ok := s.env.Noun(kind)
	if id == 0 || !ok {
		return "", nil
	}
	names, err := n.Names(ctx, q, tenantOf(q), []ids.ID{id})
	return names[id], err
}

func tenantOf(q db.Q) int64 {
	if tx, ok := q.(*db.Tx); ok {
		return tx.Tenant
	}
	return 0
}

func paidPayees(ctx context.Context, q db.Q, line ids.ID) (map[ids.ID]bool, error) {
	parts, err := PartsOf(ctx, q, tenantOf(q), line)
	out := map[ids.ID]bool{}
	for _, p := range parts {
		if p.Payment != 0 {
			out[p.Payee] = true
		}
	}
	return out, err
}
