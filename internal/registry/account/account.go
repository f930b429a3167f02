// Package account keeps who may log in: accounts with their passwords and roles, their sessions, and the lockout
// that makes guessing passwords pointless.
//
// Secrets leave this package once and only to the person they belong to: a session's token when it begins, a
// one-time password when it is made. What is stored are hashes, and the audit log holds neither.
package account

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"huicun/internal/kit/code"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/qty/decimal"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
	"huicun/internal/registry/audit"
	"huicun/internal/registry/region"
)

// kind is accounts' kind in permissions and in the audit log.
const kind = "account"

const (
	permView = kind + ":" + access.View
	permEdit = kind + ":" + access.Edit
)

// The roles that this package has rules for.
const (
	roleSystem   = "system"
	roleSysadmin = "sysadmin"
	roleAuditor  = "auditor"
)

// Account is somebody who may log in. Phone is in clear, and only what Get returns has it.
type Account struct {
	ID                   ids.ID
	Version              int64
	Login, Name, Phone   string
	MustChange           bool // the password was given by somebody else and must be changed before anything
	Disabled             bool
	Demo                 bool
	CreatedAt, UpdatedAt time.Time
	Grants               []access.Grant // in the order of region and role

	phoneSealed, hash string
}

// Principal returns the account as the one who asks.
func (a *Account) Principal() access.Principal {
	return access.Principal{ID: a.ID, Login: a.Login, Name: a.Name, Grants: a.Grants}
}

// Service keeps accounts and sessions. Set Idle and Absolute before it is used.
type Service struct {
	Idle     time.Duration // a session ends when it was not used for so long
	Absolute time.Duration // and so long after the log-in in any case

	db      *db.DB
	box     *secret.Box
	regions *region.Service
}

// New returns the service with timeouts of 30 minutes and 12 hours.
func New(d *db.DB, box *secret.Box, regions *region.Service) *Service {
	return &Service{Idle: 30 * time.Minute, Absolute: 12 * time.Hour, db: d, box: box, regions: regions}
}

var loginForm = regexp.MustCompile(`^[a-z0-9._-]{3,32}$`)

// foldLogin brings a login name to the form that is stored: full-width forms and capitals do not matter.
func foldLogin(s string) string { return strings.ToLower(decimal.Fold(s)) }

// cleanName checks a person's name.
func cleanName(l *errs.List, s string) string {
	s = clean(s, 0)
	if n := utf8.RuneCountInString(s); n == 0 || n > 50 {
		l.Add("name", "请填写姓名，最多 50 个字")
	}
	return s
}

// clean takes what cannot be stored or shown out of a text from outside, and cuts it to most characters if that
// is not 0.
func clean(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	s = strings.TrimSpace(s)
	if r := []rune(s); most > 0 && len(r) > most {
		return string(r[:most])
	}
	return s
}

func (a *Account) phoneContext() string { return "account.phone:" + a.ID.String() }

// setPhone checks and seals a mobile number; an empty one is none.
func (s *Service) setPhone(l *errs.List, a *Account, phone string) {
	a.Phone, a.phoneSealed = "", ""
	if strings.TrimSpace(phone) == "" {
		return
	}
	p, err := code.Mobile(phone)
	if err != nil {
		l.Merge("phone", err)
		return
	}
	a.Phone, a.phoneSealed = p, s.box.Seal(p, a.phoneContext())
}

// load reads an account with its grants and phone.
func (s *Service) load(ctx context.Context, id ids.ID) (*Account, error) {
	a, err := getAccount(ctx, s.db.Read(), id)
	if err != nil {
		return nil, err
	}
	if a.phoneSealed != "" {
		if a.Phone, err = s.box.Open(a.phoneSealed, a.phoneContext()); err != nil {
			return nil, err
		}
	}
	return a, nil
}

var errNoAccount = errs.New(errs.NotFound, "account.unknown", "没有这个账号，或它不在您的管理范围内")

// sortGrants puts grants into their order and drops doubles.
func sortGrants(grants []access.Grant) []access.Grant {
	out := slices.Clone(grants)
	slices.SortFunc(out, func(a, b access.Grant) int {
		if c := strings.Compare(a.Region, b.Region); c != 0 {
			return c
		}
		return strings.Compare(a.Role, b.Role)
	})
	return slices.Compact(out)
}

// checkGrants checks that grants may be given to anybody at all, and returns them in order.
func (s *Service) checkGrants(ctx context.Context, l *errs.List, grants []access.Grant) ([]access.Grant, error) {
	out := sortGrants(grants)
	if len(out) == 0 {
		l.Add("grants", "请至少授予一个角色；要收回全部权限，请停用账号")
	}
	has := map[string]bool{}
	for _, g := range out {
		has[g.Role] = true
		if _, ok := access.RoleOf(g.Role); !ok || g.Role == roleSystem {
			l.Add("grants", "没有可以授予的角色“%s”", decimal.Clip(g.Role))
			continue
		}
		if code.Level(g.Region) == code.TierNone {
			l.Add("grants", "“%s”不是 12 位区划代码", decimal.Clip(g.Region))
			continue
		}
		if g.Region == region.Nation {
			continue
		}
		if _, err := s.regions.Get(ctx, g.Region); err != nil && !l.Merge("grants", err) {
			return nil, err
		}
	}
	if has[roleSysadmin] && has[roleAuditor] {
		l.Add("grants", "系统管理员和审计员不能是同一个账号")
	}
	return out, nil
}

// grantsText renders grants for the audit log.
func (s *Service) grantsText(ctx context.Context, grants []access.Grant) string {
	var out []string
	for _, g := range grants {
		place := "全国"
		if g.Region != region.Nation {
			place = s.regions.Name(ctx, g.Region)
		}
		title := g.Role
		if r, ok := access.RoleOf(g.Role); ok {
			title = r.Title
		}
		out = append(out, place+" "+title)
	}
	return strings.Join(out, "、")
}

// place is where an entry of the audit log belongs.
type place struct {
	tenant int64
	region string
}

// places returns one place per tenant that the grants touch: what a county's account may do is in that county's
// log. A grant above the counties is logged in the first tenant below it; without any tenant the log of tenant 0
// keeps the entry.
func (s *Service) places(ctx context.Context, grants ...[]access.Grant) ([]place, error) {
	var out []place
	for _, g := range slices.Concat(grants...) {
		p := place{region: g.Region}
		ts, err := s.regions.Tenants(ctx, g.Region)
		if err != nil {
			return nil, err
		}
		if len(ts) > 0 {
			p.tenant = ts[0].ID
		}
		if !slices.ContainsFunc(out, func(o place) bool { return o.tenant == p.tenant }) {
			out = append(out, p)
		}
	}
	if len(out) == 0 {
		out = []place{{region: region.Nation}}
	}
	return out, nil
}

// note writes the same entry at all places.
func note(ctx context.Context, tx *db.Tx, at []place, a *Account, action, reason string, changes ...audit.Change) error {
	changes = slices.DeleteFunc(changes, func(c audit.Change) bool { return c.Before == c.After })
	home := tx.Tenant
	defer func() { tx.Tenant = home }()
	for _, p := range at {
		tx.Tenant = p.tenant
		err := audit.Write(ctx, tx, audit.Entry{
			Action: action, Kind: kind, RecordID: a.ID, Title: a.Name + "（" + a.Login + "）", Region: p.region, Changes: changes, Reason: reason,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func yesNo(b bool) string {
	if b {
		return "是"
	}
	return "否"
}
