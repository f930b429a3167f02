package account

import (
	"context"
	"net/netip"
	"time"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/secret"
)

// Lockout: so many failures within failWindow lock a login name or an address for firstLock, then for twice as
// long each time, up to longestLock. A quiet time of longestLock after that forgets it all.
const (
	loginLimit   = 5
	addressLimit = 20
	failWindow   = 15 * time.Minute
	firstLock    = 15 * time.Minute
	longestLock  = 24 * time.Hour
)

// A counter counts failures of one login name or from one address.
type counter struct {
	subject, what string
	limit         int
	left          int   // attempts left after this one
	until         int64 // when this attempt's lock ends, 0 when it locked nothing
}

// loginCounter counts under a fingerprint: people type passwords into the wrong field.
func (s *Service) loginCounter(login string) *counter {
	return &counter{subject: "login:" + s.box.Index(login, "login_failure"), what: "账号已暂时锁定", limit: loginLimit}
}

// addressCounter returns nil without an address. Whoever has one IPv6 address has its whole /64.
func addressCounter(address string) *counter {
	if ap, err := netip.ParseAddrPort(address); err == nil {
		address = ap.Addr().String()
	}
	if ip, err := netip.ParseAddr(address); err == nil {
		ip = ip.Unmap().WithZone("")
		address = ip.String()
		if ip.Is6() {
			if p, err := ip.Prefix(64); err == nil {
				address = p.String()
			}
		}
	}
	if address = clean(address, 64); address == "" {
		return nil
	}
	return &counter{subject: "address:" + address, what: "这个网络地址登录失败次数过多，已暂时锁定", limit: addressLimit}
}

func lockedErr(what string, left time.Duration) *errs.Error {
	minutes := max(1, int((left+time.Minute-1)/time.Minute))
	return errs.New(errs.TooMany, "login.locked", "%s，请 %d 分钟后再试", what, minutes)
}

// lockFor returns how long the n-th lock lasts.
func lockFor(n int) time.Duration {
	if n > 7 {
		return longestLock
	}
	return min(firstLock<<(n-1), longestLock)
}

// charge counts an attempt as a failure before the password is looked at; it is taken back when the password is
// right. Thus no number of attempts at the same moment gets more guesses than the limit. The error is TooMany
// when one of the counters is locked already; then none has counted.
func (s *Service) charge(ctx context.Context, counters ...*counter) error {
	return s.db.InTx(ctx, db.Meta{ActorName: "登录"}, func(ctx context.Context, tx *db.Tx) error {
		now := tx.Now()
		for _, c := range counters {
			if c == nil {
				continue
			}
			c.until = 0
			n, err := addFailure(ctx, tx, c.subject, c.limit, now.Add(-failWindow).UnixMicro(), now.Add(-longestLock).UnixMicro())
			if err != nil {
				return err
			}
			if n == 0 {
				until, err := lockedUntil(ctx, tx, c.subject)
				if err != nil {
					return err
				}
				return lockedErr(c.what, at(until).Sub(now))
			}
			c.left = (c.limit - n%c.limit) % c.limit
			if c.left == 0 {
				c.until = now.Add(lockFor(n / c.limit)).UnixMicro()
				if err := lockSubject(ctx, tx, c.subject, c.until); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// failed returns what to tell somebody whose password was wrong.
func (s *Service) failed(what string, counters ...*counter) error {
	left := loginLimit
	for _, c := range counters {
		if c == nil {
			continue
		}
		if c.until != 0 {
			return lockedErr(c.what, at(c.until).Sub(s.db.Now()))
		}
		left = min(left, c.left)
	}
	return errs.New(errs.Unauthenticated, "login.failed", "%s，还可以再试 %d 次", what, left)
}

// forgive takes a right password's attempt back: the login name's failures are over, the address keeps its others.
func forgive(ctx context.Context, tx *db.Tx, byAddress, byLogin *counter) error {
	if byAddress != nil {
		if err := takeBack(ctx, tx, byAddress.subject, byAddress.limit, byAddress.until); err != nil {
			return err
		}
	}
	return clearFailures(ctx, tx, byLogin.subject)
}

const wrongPair = "账号或密码不对"

// Login checks a password and begins a session, whose token it returns. Errors are Unauthenticated for a wrong
// name or password, TooMany when the name or the address is locked, and Forbidden for a disabled account. None
// tells, by its text or by the time it takes, whether the name exists to somebody who does not know the password.
func (s *Service) Login(ctx context.Context, login, password, address, device string) (string, error) {
	login = foldLogin(login)
	byAddress, byLogin := addressCounter(address), s.loginCounter(login)
	if err := s.charge(ctx, byAddress, byLogin); err != nil {
		return "", err
	}
	a := &Account{Name: "未知账号", Login: "—"}
	if loginForm.MatchString(login) {
		found, err := findAccount(ctx, s.db.Read(), login)
		switch {
		case err == nil:
			a = found
		case !errs.Is(err, errs.NotFound):
			return "", err
		}
	}
	ok, rehash := secret.CheckPassword(a.hash, password) // the empty hash takes as long as any
	if !ok {
		return "", s.refuse(ctx, a, byAddress, byLogin)
	}
	if a.Disabled {
		return "", errs.New(errs.Forbidden, "login.disabled", "这个账号已停用；如需使用，请联系管理员")
	}
	where, err := s.home(ctx, a)
	if err != nil {
		return "", err
	}
	hash := a.hash
	if rehash {
		if hash, err = secret.HashPassword(password); err != nil {
			return "", err
		}
	}
	token := secret.Token()
	meta := a.Principal().Meta(where[0].tenant)
	err = s.db.InTx(ctx, meta, func(ctx context.Context, tx *db.Tx) error {
		if same, err := enter(ctx, tx, a, hash); err != nil {
			return err
		} else if !same {
			return errs.New(errs.Unauthenticated, "login.failed", "账号刚刚有改动，请重新登录")
		}
		if err := forgive(ctx, tx, byAddress, byLogin); err != nil {
			return err
		}
		now := tx.Now()
		err := insertSession(ctx, tx, &Session{
			ID: secret.TokenHash(token), AccountID: a.ID, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(s.Absolute),
			Device: clean(device, 200), Address: clean(address, 64),
		})
		if err != nil {
			return err
		}
		return note(ctx, tx, where, a, "登录", "")
	})
	if err != nil {
		return "", err
	}
	return token, nil
}

// home reads an account's grants and returns the one place where its log-ins are logged.
func (s *Service) home(ctx context.Context, a *Account) ([]place, error) {
	if err := addGrants(ctx, s.db.Read(), a); err != nil {
		return nil, err
	}
	where, err := s.places(ctx, a.Grants)
	if err != nil {
		return nil, err
	}
	return where[:1], nil
}

// refuse answers a wrong name or password, and logs the attempt that locked something: for known and unknown
// names alike, since writing takes time that can be measured.
func (s *Service) refuse(ctx context.Context, a *Account, counters ...*counter) error {
	refusal := s.failed(wrongPair, counters...)
	if !errs.Is(refusal, errs.TooMany) {
		return refusal
	}
	where, err := s.home(ctx, a)
	if err != nil {
		return err
	}
	err = s.db.InTx(ctx, db.Meta{ActorName: "登录"}, func(ctx context.Context, tx *db.Tx) error {
		return note(ctx, tx, where, a, "锁定", "连续输错密码")
	})
	if err != nil {
		return err
	}
	return refusal
}
