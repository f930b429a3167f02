package asset

import (
	"cmp"
	"context"
	"slices"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
)

// Vacancy is an asset, or a unit of one, that stands empty: since which day (none: nobody knows) and for how many days. Unit
// is nil for an asset without units.
type Vacancy struct {
	Asset *Asset
	Unit  *Unit
	Since date.Date
	Days  int
}

// Vacant lists what of the operating assets in code ranges stands empty on a day, the longest first. let says from when to
// when a unit was let last. What is marked idle is listed whatever it is for; what is being built, and land or buildings that
// the village uses itself, are not.
func Vacant(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date, let func(unit ids.ID) (from, to date.Date)) ([]Vacancy, error) {
	cards, err := assetTable.All(ctx, q, db.NewWhere(tenant).Ranges("region", ranges).And("state IN ('idle', 'ready')"), "no")
	if err != nil {
		return nil, err
	}
	all, err := unitTable.All(ctx, q, db.NewWhere(tenant).Ranges("region", ranges), "no")
	if err != nil {
		return nil, err
	}
	units := map[ids.ID][]*Unit{}
	for i := range all {
		units[all[i].Asset] = append(units[all[i].Asset], &all[i])
	}
	var out []Vacancy
	for i := range cards {
		a := &cards[i]
		if a.State == "ready" && (a.Nature == NonOperating || a.Nature == Welfare || len(units[a.ID]) == 0) {
			continue
		}
		since := a.ReadyOn
		if since.IsZero() {
			since = a.Acquired
		}
		if since.After(day) {
			continue
		}
		if len(units[a.ID]) == 0 {
			out = append(out, vacancy(a, nil, since, day))
		}
		for _, u := range units[a.ID] {
			from, to := let(u.ID)
			switch {
			case !from.IsZero() && !from.After(day) && !to.Before(day):
				continue
			case !to.IsZero() && to.Before(day):
				out = append(out, vacancy(a, u, to.AddDays(1), day))
			default:
				out = append(out, vacancy(a, u, since, day))
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Vacancy) int { return cmp.Compare(b.Days, a.Days) })
	return out, nil
}

func vacancy(a *Asset, u *Unit, since, day date.Date) Vacancy {
	v := Vacancy{Asset: a, Unit: u, Since: since}
	if !since.IsZero() {
		v.Days = day.Sub(since)
	}
	return v
}

// Ending lists the certificates in code ranges that end up to a day, the earliest first.
func Ending(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, to date.Date) ([]Certificate, error) {
	return certificateTable.All(ctx, q, db.NewWhere(tenant).Ranges("region", ranges).And("valid_to <> ''").And("valid_to <= ?", to), "valid_to, no")
}
