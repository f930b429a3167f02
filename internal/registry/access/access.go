// Package access says who may do what, where. A role is granted at a place (a division code) and holds below
// it. Permissions are "kind:verb"; roles list them with * for any.
package access

import (
	"slices"
	"strings"

	"huicun/internal/kit/code"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
)

// The verbs that permissions end in. Transitions of state machines name theirs among these.
const (
	View    = "view"    // see, list, export
	Edit    = "edit"    // make and change, import
	Approve = "approve" // decide on another's work: review, sign, publish
	Post    = "post"    // post vouchers, close periods
	Release = "release" // let money go: hand a payment to the bank
)

// Role is a bundle of permissions; Title is in Chinese.
type Role struct {
	Code, Title string
	Perms       []string // "kind:verb", with * for any kind or any verb
}

// Grant is a role at a place.
type Grant struct{ Role, Region string }

// Principal is who asks: an account with its grants. The zero Principal may do nothing.
type Principal struct {
	ID     ids.ID
	Login  string
	Name   string
	Grants []Grant
}

// System is the actor of migrations, the demo loader and operators' commands.
var System = Principal{Name: "系统", Grants: []Grant{{Role: "system", Region: "000000000000"}}}

// RoleOf returns a role by its code.
func RoleOf(c string) (Role, bool) {
	i := slices.IndexFunc(Roles, func(r Role) bool { return r.Code == c })
	if i < 0 {
		return Role{}, false
	}
	return Roles[i], true
}

// allows reports whether the role has the permission.
func (r Role) allows(perm string) bool {
	kind, verb, _ := strings.Cut(perm, ":")
	for _, p := range r.Perms {
		pk, pv, _ := strings.Cut(p, ":")
		if (pk == "*" || pk == kind) && (pv == "*" || pv == verb) {
			return true
		}
	}
	return false
}

// Can reports whether p has the permission at a division.
func (p Principal) Can(perm, region string) bool {
	for _, g := range p.Grants {
		if r, ok := RoleOf(g.Role); ok && r.allows(perm) && code.Within(region, g.Region) {
			return true
		}
	}
	return false
}

// CanFromBelow reports whether p has the permission at a division or anywhere below it: for rules and calendars of a
// county that its towns and villages work by.
func (p Principal) CanFromBelow(perm, region string) bool {
	if p.Can(perm, region) {
		return true
	}
	return slices.ContainsFunc(p.Grants, func(g Grant) bool {
		r, ok := RoleOf(g.Role)
		return ok && r.allows(perm) && code.Within(g.Region, region)
	})
}

// CanSome reports whether p has the permission anywhere.
func (p Principal) CanSome(perm string) bool {
	return slices.ContainsFunc(p.Grants, func(g Grant) bool {
		r, ok := RoleOf(g.Role)
		return ok && r.allows(perm)
	})
}

// Is reports whether p is the person on record under an id, or under a name where the record has no id: people are told
// apart by their ids, since a name can be changed and two can bear the same.
func (p Principal) Is(id ids.ID, name string) bool {
	if id == 0 || p.ID == 0 {
		return name != "" && name == p.Name
	}
	return id == p.ID
}

// Require returns a Forbidden error unless p has the permission at the division.
func (p Principal) Require(perm, region string) error {
	if p.Can(perm, region) {
		return nil
	}
	return errs.New(errs.Forbidden, "forbidden", "您在这里没有这项权限；如确需办理，请联系镇管理员授权")
}

// Narrow returns the scopes within which p may use the permission when it looks at scope: scope itself when a
// grant covers it, else the granted places below it; none means nothing may be seen.
func (p Principal) Narrow(perm, scope string) []string {
	var below []string
	for _, g := range p.Grants {
		r, ok := RoleOf(g.Role)
		switch {
		case !ok || !r.allows(perm):
		case code.Within(scope, g.Region):
			return []string{scope}
		case code.Within(g.Region, scope) && !slices.Contains(below, g.Region):
			below = append(below, g.Region)
		}
	}
	return below
}

// Meta makes a transaction's meta data for p.
func (p Principal) Meta(tenant int64) db.Meta {
	return db.Meta{Tenant: tenant, ActorID: p.ID, ActorName: p.Name}
}

// Titles lists the Chinese titles of p's roles.
func (p Principal) Titles() string {
	var out []string
	for _, g := range p.Grants {
		if r, ok := RoleOf(g.Role); ok && !slices.Contains(out, r.Title) {
			out = append(out, r.Title)
		}
	}
	return strings.Join(out, "、")
}
