package party

import (
	"context"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/secret"
)

// CitizenIndex is the keyed hash by which equal citizen numbers are found.
func CitizenIndex(box *secret.Box, number string) string { return box.Index(number, "person.id_no") }

// Held is a role that a person holds in a party. Own says that the party is a collective, a committee or a Party
// organisation: the person is an officer there.
type Held struct {
	Person  ids.ID
	Name    string
	IDIndex string
	Party   ids.ID
	Region  string // of the party
	Role    string
	Own     bool
}

// RolesOn lists the roles that persons hold in parties on a day, throughout a tenant.
func RolesOn(ctx context.Context, q db.Q, tenant int64, day date.Date) ([]Held, error) {
	return db.Collect(ctx, q, func(h *Held) []any {
		return []any{&h.Person, &h.Name, &h.IDIndex, &h.Party, &h.Region, &h.Role, &h.Own}
	},
		`SELECT p.id, p.name, p.id_no_index, o.id, o.region, r.role, o.kind IN ('collective', 'committee', 'party_org')
		FROM person_role r JOIN person p ON p.tenant_id = r.tenant_id AND p.id = r.person_id JOIN party o ON o.tenant_id = r.tenant_id AND o.id = r.party_id
		WHERE r.tenant_id = $1 AND p.tenant_id = $1 AND o.tenant_id = $1 AND r.from_date <= $2 AND (r.to_date = '' OR r.to_date >= $2) ORDER BY r.id`, tenant, day)
}
