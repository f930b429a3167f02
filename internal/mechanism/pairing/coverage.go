package pairing

import (
	"context"
	"slices"
	"strings"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

// perStatement bounds how many ids one statement names.
const perStatement = 500

// pair is an agreement in force on a day with those who take part in it on that day.
type pair struct {
	Agreement
	members  []party.Party
	villages []string // division codes of the villages that it covers, in code order
}

// pairs lists the agreements of an axis ("" for all) that bind on a day and touch the ranges: by their own
// village, or by a village that is a party.
func pairs(ctx context.Context, q db.Q, e *record.Env, tenant int64, ranges [][2]string, axis string, day date.Date) ([]pair, error) {
	w := inForce(db.NewWhere(tenant), "", day)
	switch axis {
	case "": // any
	case VillageVillage: // its second village may be anywhere in the county
		w.And("axis = ?", axis)
	default:
		w.And("axis = ?", axis).Ranges("region", ranges)
	}
	list, err := agreementTable.All(ctx, q, w, "no")
	if err != nil {
		return nil, err
	}
	out, err := withMembers(ctx, q, e, tenant, list, day)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(out, func(p pair) bool {
		return !within(p.Region, ranges) && !slices.ContainsFunc(p.villages, func(c string) bool { return within(c, ranges) })
	}), nil
}

// inForce narrows to agreements that bind on a day, as InForce tells of one.
func inForce(w *db.Where, prefix string, day date.Date) *db.Where {
	return w.And(prefix+"state NOT IN ('draft', 'signed', 'void')").And(prefix+"in_force_on <= ?", day).
		And("("+prefix+"to_date = '' OR "+prefix+"to_date >= ?)", day).And("("+prefix+"state <> 'ended' OR "+prefix+"ended_on > ?)", day)
}

func withMembers(ctx context.Context, q db.Q, e *record.Env, tenant int64, list []Agreement, day date.Date) ([]pair, error) {
	out := make([]pair, len(list))
	at := map[ids.ID]int{}
	want := make([]ids.ID, len(list))
	for i := range list {
		out[i].Agreement, want[i] = list[i], list[i].ID
		at[list[i].ID] = i
	}
	var ms []Member
	var who []ids.ID
	for chunk := range slices.Chunk(want, perStatement) {
		part, err := memberTable.All(ctx, q, db.In(db.NewWhere(tenant), "agreement_id", chunk), "no")
		if err != nil {
			return nil, err
		}
		ms = append(ms, part...)
	}
	for _, m := range ms {
		who = append(who, m.Party)
	}
	parties, err := Parties(ctx, q, e, tenant, who)
	if err != nil {
		return nil, err
	}
	for _, m := range ms {
		if p, ok := parties[m.Party]; ok && m.On(day) {
			x := &out[at[m.Agreement]]
			x.members = append(x.members, p)
		}
	}
	for i := range out {
		out[i].villages = covered(&out[i])
	}
	return out, nil
}

// covered lists the villages that an agreement covers, each once: its own, and those whose collective, committee
// or Party organisation is a party.
func covered(p *pair) []string {
	var out []string
	if code.Level(p.Region) == code.TierVillage {
		out = append(out, p.Region)
	}
	for _, m := range p.members {
		if slices.Contains(villageKinds, m.Kind) && code.Level(m.Region) == code.TierVillage {
			out = append(out, m.Region)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Parties reads parties by their ids, each once.
func Parties(ctx context.Context, q db.Q, e *record.Env, tenant int64, list []ids.ID) (map[ids.ID]party.Party, error) {
	n, ok := record.Of[party.Party](e, "party")
	if !ok {
		return nil, errs.New(errs.Internal, "pairing.party", "no noun party")
	}
	list = slices.Compact(slices.Sorted(slices.Values(list)))
	out := map[ids.ID]party.Party{}
	for chunk := range slices.Chunk(list, perStatement) {
		ps, err := n.Table.All(ctx, q, db.In(db.NewWhere(tenant), "id", chunk), "id")
		if err != nil {
			return nil, err
		}
		for _, p := range ps {
			out[p.ID] = p
		}
	}
	return out, nil
}

func within(c string, ranges [][2]string) bool {
	return slices.ContainsFunc(ranges, func(r [2]string) bool { return c >= r[0] && c < r[1] })
}

// Villages lists the villages that an agreement covers on a day, whatever its state.
func Villages(ctx context.Context, q db.Q, e *record.Env, a *Agreement, day date.Date) ([]string, error) {
	list, err := withMembers(ctx, q, e, a.Tenant, []Agreement{*a}, day)
	if err != nil {
		return nil, err
	}
	return list[0].villages, nil
}

// AxisCoverage is how many of the living villages have an agreement in force on an axis, and which have none.
type AxisCoverage struct {
	Axis, Label string
	Num, Den    int
	Missing     []region.Region
}

// Coverage tells the coverage of the three axes (村村、村企、村与部门) within the ranges on a day.
func Coverage(ctx context.Context, q db.Q, e *record.Env, tenant int64, ranges [][2]string, day date.Date) ([]AxisCoverage, error) {
	living, err := e.Regions.VillagesIn(ctx, ranges)
	if err != nil {
		return nil, err
	}
	has, err := coveredOn(ctx, q, tenant, ranges, day)
	if err != nil {
		return nil, err
	}
	var out []AxisCoverage
	for _, a := range Axes {
		if a.Code == FirmDepartment {
			continue
		}
		c := AxisCoverage{Axis: a.Code, Label: a.Label, Den: len(living)}
		for _, v := range living {
			if has[covering{a.Code, v.Code}] {
				c.Num++
			} else {
				c.Missing = append(c.Missing, v)
			}
		}
		out = append(out, c)
	}
	return out, nil
}

// Expiring lists the agreements in force on a day whose term runs out within so many days after it.
func Expiring(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date, days int) ([]Agreement, error) {
	w := inForce(db.NewWhere(tenant).Ranges("region", ranges), "", day).And("to_date <> ''").And("to_date <= ?", day.AddDays(days))
	return agreementTable.All(ctx, q, w, "to_date, no")
}

// named reports whether a party bears the name, in full or in short.
func named(p *party.Party, name string) bool {
	return p.Name == name || p.ShortName == strings.TrimSpace(name) && p.ShortName != ""
}
