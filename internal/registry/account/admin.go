package account

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"

	"huicun/internal/kit/code"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
	"huicun/internal/registry/audit"
	"huicun/internal/registry/region"
)

var errStale = errs.New(errs.Stale, "stale", "这个账号刚刚被别人改过，您的修改没有保存；请对照最新内容后再保存")

// sees reports whether who may look at the account: some grant of it lies where who administers.
func sees(who access.Principal, a *Account) bool {
	return who.ID != 0 && who.ID == a.ID || who.Can(permView, region.Nation) ||
		slices.ContainsFunc(a.Grants, func(g access.Grant) bool { return who.Can(permView, g.Region) })
}

// editable returns an account that who may change as a whole: disabling it or setting its password touches what
// it may do everywhere, so who must administer every place of it.
func (s *Service) editable(ctx context.Context, who access.Principal, id ids.ID) (*Account, error) {
	a, err := s.load(ctx, id)
	if err != nil {
		return nil, err
	}
	if !sees(who, a) {
		return nil, errNoAccount
	}
	places := []string{region.Nation} // an account without any grant is nobody's but the top's
	if len(a.Grants) > 0 {
		places = nil
	}
	for _, g := range a.Grants {
		places = append(places, g.Region)
	}
	for _, p := range places {
		if err := who.Require(permEdit, p); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// Get returns an account: one's own, or one with a role where who administers.
func (s *Service) Get(ctx context.Context, who access.Principal, id ids.ID) (*Account, error) {
	a, err := s.load(ctx, id)
	if err != nil {
		return nil, err
	}
	if !sees(who, a) {
		return nil, errNoAccount
	}
	return a, nil
}

// List returns accounts with a role at or below scope, as far as who administers it, in the order of their login
// names, up to limit (1 to 500) after the one given; without phones. Pass the last one's login for the next page.
func (s *Service) List(ctx context.Context, who access.Principal, scope, after string, limit int) ([]Account, error) {
	scopes := who.Narrow(permView, scope)
	if len(scopes) == 0 {
		return nil, who.Require(permView, scope)
	}
	return listAccounts(ctx, s.db.Read(), scopes, after, min(max(limit, 1), 500))
}

// NewAccount is what Create needs. Phone may be empty.
type NewAccount struct {
	Login, Name, Phone string
	Grants             []access.Grant
}

// Create makes an account and returns it with its one-time password, which must be changed at the first log-in.
func (s *Service) Create(ctx context.Context, who access.Principal, n NewAccount) (*Account, string, error) {
	if !who.CanSome(permEdit) {
		return nil, "", who.Require(permEdit, region.Nation)
	}
	password := oneTime()
	a, err := s.prepare(ctx, n, password)
	if err != nil {
		return nil, "", err
	}
	a.MustChange = true
	for _, g := range a.Grants {
		if err := who.Require(permEdit, g.Region); err != nil {
			return nil, "", err
		}
	}
	if err := s.insert(ctx, who, "", a); err != nil {
		return nil, "", err
	}
	return a, password, nil
}

// prepare checks a new account and gives it an id and its password's hash.
func (s *Service) prepare(ctx context.Context, n NewAccount, password string) (*Account, error) {
	var l errs.List
	a := &Account{ID: s.db.NewID(), Login: foldLogin(n.Login)}
	if !loginForm.MatchString(a.Login) {
		l.Add("login", "登录名应为 3 到 32 个字母、数字或 . _ - 符号")
	}
	a.Name = cleanName(&l, n.Name)
	s.setPhone(&l, a, n.Phone)
	var err error
	if a.Grants, err = s.checkGrants(ctx, &l, n.Grants); err != nil {
		return nil, err
	}
	if err := l.Err(); err != nil {
		return nil, err
	}
	a.hash, err = secret.HashPassword(password)
	return a, err
}

func (s *Service) insert(ctx context.Context, who access.Principal, key string, a *Account) error {
	where, err := s.places(ctx, a.Grants)
	if err != nil {
		return err
	}
	roles := s.grantsText(ctx, a.Grants)
	meta := who.Meta(where[0].tenant)
	if key != "" {
		meta.Tenant, meta.Key = 0, key
	}
	return s.db.InTx(ctx, meta, func(ctx context.Context, tx *db.Tx) error {
		if key != "" {
			if taken, err := anyAccount(ctx, tx); err != nil {
				return err
			} else if taken {
				return errNotFirst
			}
		}
		if err := insertAccount(ctx, tx, a); err != nil {
			return err
		}
		return note(ctx, tx, where, a, "新建", "", audit.Change{Label: "登录名", After: a.Login}, audit.Change{Label: "姓名", After: a.Name},
			audit.Change{Label: "手机", After: code.MaskMobile(a.Phone)}, audit.Change{Label: "角色", After: roles})
	})
}

// Update saves name, phone and whether the account is disabled, over the version that it was read at. Disabling
// ends its sessions.
func (s *Service) Update(ctx context.Context, who access.Principal, in Account) error {
	old, err := s.editable(ctx, who, in.ID)
	if err != nil {
		return err
	}
	if who.ID == in.ID && in.Disabled {
		return errs.New(errs.Forbidden, "account.self", "不能停用自己的账号；请由另一位管理员办理")
	}
	if old.Version != in.Version {
		return errStale
	}
	a := *old
	var l errs.List
	a.Disabled = in.Disabled
	a.Name = cleanName(&l, in.Name)
	s.setPhone(&l, &a, in.Phone)
	if err := l.Err(); err != nil {
		return err
	}
	where, err := s.places(ctx, a.Grants)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, who.Meta(where[0].tenant), func(ctx context.Context, tx *db.Tx) error {
		if a.Disabled && !old.Disabled {
			if err := keepSysadmin(ctx, tx, a.ID, old.Grants, nil); err != nil {
				return err
			}
		}
		if err := saveAccount(ctx, tx, &a); err != nil {
			return err
		}
		if a.Disabled {
			if _, err := endOtherSessions(ctx, tx, a.ID, ""); err != nil {
				return err
			}
		}
		return note(ctx, tx, where, &a, "修改", "", audit.Change{Label: "姓名", Before: old.Name, After: a.Name},
			audit.Change{Label: "手机", Before: code.MaskMobile(old.Phone), After: code.MaskMobile(a.Phone)},
			audit.Change{Label: "停用", Before: yesNo(old.Disabled), After: yesNo(a.Disabled)})
	})
}

// keepSysadmin refuses a change that would leave a place which the account administered without any system
// administrator: grants before, and after the change.
func keepSysadmin(ctx context.Context, tx *db.Tx, id ids.ID, before, after []access.Grant) error {
	for _, b := range before {
		if b.Role != roleSysadmin || slices.ContainsFunc(after, func(g access.Grant) bool {
			return g.Role == roleSysadmin && code.Within(b.Region, g.Region)
		}) {
			continue
		}
		n, err := otherSysadmins(ctx, tx, id, b.Region)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Conflict, "account.last_sysadmin", "这是这里最后一位系统管理员，不能停用或收回；请先另设一位")
		}
	}
	return nil
}

// SetGrants replaces an account's roles, over the version that it was read at. Every role that is added or taken
// away must be at a place that who administers; nobody changes his own. It holds from the next request on.
func (s *Service) SetGrants(ctx context.Context, who access.Principal, id ids.ID, version int64, grants []access.Grant) error {
	old, err := s.Get(ctx, who, id)
	if err != nil {
		return err
	}
	if who.ID == id {
		return errs.New(errs.Forbidden, "account.self", "不能改动自己的角色；请由另一位管理员办理")
	}
	if old.Version != version {
		return errStale
	}
	a := *old
	var l errs.List
	if a.Grants, err = s.checkGrants(ctx, &l, grants); err != nil {
		return err
	}
	if err := l.Err(); err != nil {
		return err
	}
	changed := difference(old.Grants, a.Grants)
	if len(changed) == 0 {
		return nil
	}
	for _, g := range changed {
		if err := who.Require(permEdit, g.Region); err != nil {
			return err
		}
	}
	where, err := s.places(ctx, old.Grants, a.Grants)
	if err != nil {
		return err
	}
	before, after := s.grantsText(ctx, old.Grants), s.grantsText(ctx, a.Grants)
	return s.db.InTx(ctx, who.Meta(where[0].tenant), func(ctx context.Context, tx *db.Tx) error {
		if !old.Disabled {
			if err := keepSysadmin(ctx, tx, id, old.Grants, a.Grants); err != nil {
				return err
			}
		}
		if err := saveAccount(ctx, tx, &a); err != nil {
			return err
		}
		if err := replaceGrants(ctx, tx, &a); err != nil {
			return err
		}
		return note(ctx, tx, where, &a, "授权", "", audit.Change{Label: "角色", Before: before, After: after})
	})
}

// difference lists what is in one list and not in the other.
func difference(a, b []access.Grant) []access.Grant {
	var out []access.Grant
	for _, g := range a {
		if !slices.Contains(b, g) {
			out = append(out, g)
		}
	}
	for _, g := range b {
		if !slices.Contains(a, g) {
			out = append(out, g)
		}
	}
	return out
}

// ResetPassword gives an account a random one-time password, which it returns, ends its sessions and its lockout.
func (s *Service) ResetPassword(ctx context.Context, who access.Principal, id ids.ID) (string, error) {
	a, err := s.editable(ctx, who, id)
	if err != nil {
		return "", err
	}
	if who.ID == id {
		return "", errs.New(errs.Forbidden, "account.self", "自己的密码请在“修改密码”里修改")
	}
	must := a.MustChange
	password := oneTime()
	if a.hash, err = secret.HashPassword(password); err != nil {
		return "", err
	}
	a.MustChange = true
	where, err := s.places(ctx, a.Grants)
	if err != nil {
		return "", err
	}
	err = s.db.InTx(ctx, who.Meta(where[0].tenant), func(ctx context.Context, tx *db.Tx) error {
		if err := saveAccount(ctx, tx, a); err != nil {
			return err
		}
		if err := clearFailures(ctx, tx, s.loginCounter(a.Login).subject); err != nil {
			return err
		}
		if _, err := endOtherSessions(ctx, tx, id, ""); err != nil {
			return err
		}
		return note(ctx, tx, where, a, "重置密码", "", audit.Change{Label: "须改密码", Before: yesNo(must), After: yesNo(true)})
	})
	if err != nil {
		return "", err
	}
	return password, nil
}

// oneTimeAlphabet leaves out what is easily misread: i, l, o, 0, 1.
const oneTimeAlphabet = "23456789abcdefghjkmnpqrstuvwxyz"

// oneTime makes a password to be read out and typed once: four groups of four, 79 bits.
func oneTime() string {
	var b strings.Builder
	var buf [1]byte
	for n := 0; n < 16; {
		rand.Read(buf[:])
		if int(buf[0]) >= 256/len(oneTimeAlphabet)*len(oneTimeAlphabet) {
			continue // else the first letters would be more likely
		}
		if n > 0 && n%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(oneTimeAlphabet[int(buf[0])%len(oneTimeAlphabet)])
		n++
	}
	return b.String()
}
