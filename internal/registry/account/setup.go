package account

import (
	"context"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
)

var errNotFirst = errs.New(errs.Conflict, "account.not_first", "系统里已经有账号；请由现有的系统管理员新建账号")

// Bootstrap makes the first system administrator, at a place that exists or for the whole nation. Conflict when
// there is an account already.
func (s *Service) Bootstrap(ctx context.Context, login, name, password, region string) error {
	if taken, err := anyAccount(ctx, s.db.Read()); err != nil {
		return err
	} else if taken {
		return errNotFirst
	}
	if err := secret.WeakPassword(password, foldLogin(login)); err != nil {
		var l errs.List
		l.Merge("password", err)
		return l.Err()
	}
	a, err := s.prepare(ctx, NewAccount{Login: login, Name: name, Grants: []access.Grant{{Role: roleSysadmin, Region: region}}}, password)
	if err != nil {
		return err
	}
	// The key makes the second of two at the same moment wait for the first.
	err = s.insert(ctx, access.System, "account.bootstrap", a)
	if _, again := db.Replayed(err); again {
		return errNotFirst
	}
	return err
}

// DemoAccount is an account of the demo.
type DemoAccount struct {
	Login, Name string
	Grants      []access.Grant
}

// EnsureDemo makes the demo's accounts, or puts them back as they should be, all with one password. Their sessions
// go on unless the password is another. A real account of the same login name is never taken over: Conflict.
func (s *Service) EnsureDemo(ctx context.Context, accounts []DemoAccount, password string) error {
	for _, d := range accounts {
		if err := s.ensureDemo(ctx, d, password); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) ensureDemo(ctx context.Context, d DemoAccount, password string) error {
	a, err := s.prepare(ctx, NewAccount{Login: d.Login, Name: d.Name, Grants: d.Grants}, password)
	if err != nil {
		return err
	}
	a.Demo = true
	old, err := findAccount(ctx, s.db.Read(), a.Login)
	switch {
	case errs.Is(err, errs.NotFound):
		return s.insert(ctx, access.System, "", a)
	case err != nil:
		return err
	case !old.Demo:
		return errs.New(errs.Conflict, "account.not_demo", "登录名“%s”是正式账号，没有改动它；演示数据请放在另一个数据目录", a.Login)
	}
	if err := addGrants(ctx, s.db.Read(), old); err != nil {
		return err
	}
	a.ID, a.Version = old.ID, old.Version
	ok, rehash := secret.CheckPassword(old.hash, password)
	if ok && !rehash {
		a.hash = old.hash
	}
	where, err := s.places(ctx, old.Grants, a.Grants)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, access.System.Meta(where[0].tenant), func(ctx context.Context, tx *db.Tx) error {
		if err := saveAccount(ctx, tx, a); err != nil {
			return err
		}
		if err := replaceGrants(ctx, tx, a); err != nil {
			return err
		}
		if err := clearFailures(ctx, tx, s.loginCounter(a.Login).subject); err != nil {
			return err
		}
		if !ok {
			if _, err := endOtherSessions(ctx, tx, a.ID, ""); err != nil {
				return err
			}
		}
		return note(ctx, tx, where, a, "重置演示账号", "")
	})
}
