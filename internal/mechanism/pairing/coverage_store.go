package pairing

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
)

// covering says that an agreement of an axis covers a village.
type covering struct{ axis, village string }

// coveredOn finds which places in the ranges the agreements in force on a day cover, as covered does for one agreement.
// A party may be from anywhere; CROSS JOIN keeps SQLite to beginning with the agreements, which are few.
func coveredOn(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, day date.Date) (map[covering]bool, error) {
	own := inForce(db.NewWhere(tenant), "a.", day)
	on := strings.Replace(own.SQL(), "tenant_id = $1", "a.tenant_id = $1", 1)
	parties := inForce(db.NewWhere(tenant), "a.", day).And("m.joined_on <= ?", day).And("(m.left_on = '' OR m.left_on > ?)", day)
	with := strings.Replace(parties.SQL(), "tenant_id = $1", "a.tenant_id = $1 AND m.tenant_id = $1 AND p.tenant_id = $1", 1)
	type row struct {
		covering
		kind string // of the party; "" for the agreement's own village
	}
	out := map[covering]bool{}
	for _, x := range []struct {
		query string
		args  []any
	}{
		{`SELECT DISTINCT a.axis, a.region, '' FROM agreement a WHERE ` + on, own.Args()},
		{`SELECT DISTINCT a.axis, p.region, p.kind FROM agreement a CROSS JOIN agreement_party m CROSS JOIN party p
			WHERE ` + with + ` AND m.agreement_id = a.id AND p.id = m.party_id`, parties.Args()},
	} {
		found, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.axis, &r.village, &r.kind} }, x.query, x.args...)
		if err != nil {
			return nil, fmt.Errorf("finding the villages covered: %w", err)
		}
		for _, r := range found {
			if within(r.village, ranges) && (r.kind == "" || slices.Contains(villageKinds, r.kind)) {
				out[r.covering] = true
			}
		}
	}
	return out, nil
}
