package account

import (
	"context"
	"time"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
	"huicun/internal/registry/audit"
)

// Session is a log-in that lasts. Its ID is the token's hash: it names the session, and opens nothing.
type Session struct {
	ID                           string
	AccountID                    ids.ID
	CreatedAt, SeenAt, ExpiresAt time.Time
	Device, Address              string
	MustChange                   bool // the password must be changed first; until then the principal has no grants
	Demo                         bool
}

// touchEvery is how exactly a session's last use is known; in between, requests that read write nothing.
const touchEvery = time.Minute

func errSession(code, msg string) error { return errs.New(errs.Unauthenticated, code, "%s", msg) }

// Session returns who holds a token, with the grants of this moment. The error is Unauthenticated when the token
// is unknown, revoked or timed out. Somebody who must change the password gets no grants until that is done.
func (s *Service) Session(ctx context.Context, token string) (access.Principal, Session, error) {
	none := func(err error) (access.Principal, Session, error) { return access.Principal{}, Session{}, err }
	if token == "" || len(token) > 100 {
		return none(errSession("session.none", "请先登录"))
	}
	hash := secret.TokenHash(token)
	ses, a, err := getSession(ctx, s.db.Read(), hash)
	if err != nil {
		return none(err)
	}
	if ses == nil || a.Disabled {
		return none(errSession("session.none", "请先登录"))
	}
	now := s.db.Now()
	if !now.Before(ses.ExpiresAt) || !now.Before(ses.SeenAt.Add(s.Idle)) {
		return none(errSession("session.expired", "登录已超时，请重新登录"))
	}
	if every := min(touchEvery, s.Idle/2); !now.Before(ses.SeenAt.Add(every)) {
		// A full disk must not keep people from reading: then the session just ends a little early.
		_ = s.db.InTx(ctx, a.Principal().Meta(0), func(ctx context.Context, tx *db.Tx) error {
			return touchSession(ctx, tx, hash, now.Add(-every).UnixMicro())
		})
		ses.SeenAt = now
	}
	ses.MustChange, ses.Demo = a.MustChange, a.Demo
	p := a.Principal()
	if a.MustChange {
		p.Grants = nil
	}
	return p, *ses, nil
}

// Logout ends the session of a token; an unknown token is no error.
func (s *Service) Logout(ctx context.Context, token string) error {
	return s.db.InTx(ctx, db.Meta{ActorName: "登录"}, func(ctx context.Context, tx *db.Tx) error {
		return deleteSession(ctx, tx, secret.TokenHash(token))
	})
}

// Sessions lists an account's living sessions, the last used first: one's own, or those of an account that one
// administers.
func (s *Service) Sessions(ctx context.Context, who access.Principal, id ids.ID) ([]Session, error) {
	if _, err := s.own(ctx, who, id); err != nil {
		return nil, err
	}
	now := s.db.Now()
	return listSessions(ctx, s.db.Read(), id, now.Add(-s.Idle).UnixMicro(), now.UnixMicro())
}

// Revoke ends a session by its ID, or all of an account's with "": one's own, or those of an account that one
// administers.
func (s *Service) Revoke(ctx context.Context, who access.Principal, id ids.ID, session string) error {
	a, err := s.own(ctx, who, id)
	if err != nil {
		return err
	}
	where, err := s.places(ctx, a.Grants)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, who.Meta(where[0].tenant), func(ctx context.Context, tx *db.Tx) error {
		var n int64
		var err error
		if session == "" {
			n, err = endOtherSessions(ctx, tx, id, "")
		} else {
			n, err = endSession(ctx, tx, id, session)
		}
		if err != nil || n == 0 {
			return err
		}
		return note(ctx, tx, where, a, "强制下线", "")
	})
}

// own returns the account when it is the asker's or one that the asker may edit.
func (s *Service) own(ctx context.Context, who access.Principal, id ids.ID) (*Account, error) {
	if who.ID != 0 && who.ID == id {
		return getAccount(ctx, s.db.Read(), id)
	}
	return s.editable(ctx, who, id)
}

// ChangePassword replaces one's own password and ends one's sessions but that of the token given. Wrong old
// passwords count for the lockout.
func (s *Service) ChangePassword(ctx context.Context, who access.Principal, token, old, password string) error {
	a, err := getAccount(ctx, s.db.Read(), who.ID)
	if err != nil {
		return err
	}
	var l errs.List
	if err := secret.WeakPassword(password, a.Login); err != nil {
		l.Merge("password", err)
	} else if old == password {
		l.Add("password", "新密码不能和原密码相同")
	}
	if err := l.Err(); err != nil {
		return err
	}
	c := s.loginCounter(a.Login)
	if err := s.charge(ctx, c); err != nil {
		return err
	}
	where, err := s.places(ctx, a.Grants)
	if err != nil {
		return err
	}
	if ok, _ := secret.CheckPassword(a.hash, old); !ok {
		err := s.failed("原密码不对", c)
		if errs.Is(err, errs.TooMany) {
			return err
		}
		return errs.OnField("old", "%s", errs.Message(err))
	}
	hash, err := secret.HashPassword(password)
	if err != nil {
		return err
	}
	return s.db.InTx(ctx, who.Meta(where[0].tenant), func(ctx context.Context, tx *db.Tx) error {
		if same, err := changePassword(ctx, tx, a, hash); err != nil {
			return err
		} else if !same {
			return errStale
		}
		if err := forgive(ctx, tx, nil, c); err != nil {
			return err
		}
		if _, err := endOtherSessions(ctx, tx, a.ID, secret.TokenHash(token)); err != nil {
			return err
		}
		return note(ctx, tx, where, a, "修改密码", "", audit.Change{Label: "须改密码", Before: yesNo(a.MustChange), After: yesNo(false)})
	})
}

// Sweep removes sessions that ended and failures that no longer count; run it once a day.
func (s *Service) Sweep(ctx context.Context) error {
	return s.db.InTx(ctx, db.Meta{ActorName: access.System.Name}, func(ctx context.Context, tx *db.Tx) error {
		return sweep(ctx, tx, tx.Now().Add(-s.Idle).UnixMicro(), tx.Now().Add(-longestLock).UnixMicro())
	})
}

// Acting returns who an account is at this moment, for work that goes on when the session has ended. The error is
// Forbidden when the account has been disabled.
func (s *Service) Acting(ctx context.Context, id ids.ID) (access.Principal, error) {
	if id == access.System.ID {
		return access.System, nil
	}
	a, err := getAccount(ctx, s.db.Read(), id)
	if err != nil {
		return access.Principal{}, err
	}
	if a.Disabled || a.MustChange {
		return access.Principal{}, errs.New(errs.Forbidden, "account.disabled", "账号“%s”已停用或密码已重置，任务没有进行", a.Name)
	}
	return a.Principal(), nil
}
