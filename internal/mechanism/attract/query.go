package attract

import (
	"context"
	"slices"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/search"
	"huicun/internal/registry/record"
)

// StageCount is how many leads are in a stage and what investment they plan.
type StageCount struct {
	Code, Label, Tone string
	Count             int
	Total             money.Fen
}

// Stages counts the leads of a scope by the stage that they were in at the end of a day, in the order of the
// funnel; stages without a lead are given with zero.
func Stages(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) ([]StageCount, error) {
	leads, err := LeadsIn(ctx, q, tenant, ranges, day)
	if err != nil {
		return nil, err
	}
	var out []StageCount
	for _, s := range path {
		st := Machine.State(s.state)
		out = append(out, StageCount{Code: st.Code, Label: st.Label, Tone: st.Tone})
	}
	for _, code := range append([]string{"paused"}, closed...) {
		st := Machine.State(code)
		out = append(out, StageCount{Code: st.Code, Label: st.Label, Tone: st.Tone})
	}
	for i := range leads {
		at := leads[i].StageOn(day)
		k := slices.IndexFunc(out, func(c StageCount) bool { return c.Code == at })
		out[k].Count++
		if out[k].Total, err = money.Add(out[k].Total, leads[i].Total); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// LeadsIn lists the leads of a scope that had been reported by a day, oldest first.
func LeadsIn(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) ([]Lead, error) {
	return leadTable.All(ctx, q, record.Where(tenant, ranges).And("reported_on <= ?", day), "reported_on, no")
}

// GetLead reads one lead.
func GetLead(ctx context.Context, q db.Q, tenant int64, id ids.ID) (*Lead, error) {
	return leadTable.Get(ctx, q, tenant, id)
}

// LeadsOfIndustry returns a tenant's leads of an industry by their ids; names are compared folded.
func LeadsOfIndustry(ctx context.Context, q db.Q, tenant int64, industry string) (map[ids.ID]Lead, error) {
	all, err := leadTable.All(ctx, q, db.NewWhere(tenant), "id")
	if err != nil {
		return nil, err
	}
	out := map[ids.ID]Lead{}
	for _, l := range all {
		if industry == "" || search.Fold(l.Industry) == search.Fold(industry) {
			out[l.ID] = l
		}
	}
	return out, nil
}

// FactsOn returns each lead's latest fact of a kind and year that had been reported by a day.
func FactsOn(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, kind string, year int, day date.Date) (map[ids.ID]Fact, error) {
	w := record.Where(tenant, ranges).And("kind = ?", kind).And("year = ?", year).And("on_date <= ?", day)
	all, err := factTable.All(ctx, q, w, "on_date, id")
	if err != nil {
		return nil, err
	}
	out := map[ids.ID]Fact{}
	for _, f := range all {
		out[f.Lead] = f
	}
	return out, nil
}

// BodiesOn lists the temporary Party bodies of a scope that were at work on a day; purpose "" means any.
func BodiesOn(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, purpose string, day date.Date) ([]Body, error) {
	w := record.Where(tenant, ranges).And("active_on <> ''").And("active_on <= ?", day)
	if purpose != "" {
		w.And("purpose = ?", purpose)
	}
	all, err := bodyTable.All(ctx, q, w, "active_on, name")
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(b Body) bool { return !b.ActiveOnDay(day) }), nil
}

// meetingsOf lists the meetings of bodies between two days.
func meetingsOf(ctx context.Context, q db.Q, tenant int64, bodies []Body, from, to date.Date) ([]Meeting, error) {
	if len(bodies) == 0 {
		return nil, nil
	}
	list := make([]ids.ID, len(bodies))
	for i := range bodies {
		list[i] = bodies[i].ID
	}
	w := db.In(db.NewWhere(tenant), "body_id", list).And("on_date >= ?", from).And("on_date <= ?", to)
	return meetingTable.All(ctx, q, w, "on_date, no")
}
