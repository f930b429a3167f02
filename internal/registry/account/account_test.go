package account

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
	"huicun/internal/registry/audit"
	"huicun/internal/registry/region"
	"huicun/migrations"
)

const (
	city     = "321100000000"
	county   = "321182000000"
	county2  = "321183000000"
	town     = "321182103000"
	town2    = "321182104000"
	village  = "321182103205"
	password = "Lüshan-7-Qiao"
)

type fixture struct {
	*Service
	t   *testing.T
	ctx context.Context
	now atomic.Int64 // microseconds that the clock was moved
}

// each runs fn on both engines with a clock that fn can move.
func each(t *testing.T, fn func(f *fixture)) {
	start := func(t *testing.T, cfg db.Config) {
		f := &fixture{t: t, ctx: t.Context()}
		cfg.Migrations, cfg.Classes = migrations.FS, migrations.Classes
		cfg.Clock = func() time.Time { return dbtest.Clock().Add(time.Duration(f.now.Load())) }
		d, err := db.Open(f.ctx, cfg)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() })
		box, err := secret.NewBox(make([]byte, secret.KeySize))
		if err != nil {
			t.Fatal(err)
		}
		regions := region.New(d)
		f.ok(regions.Save(f.ctx, []region.Region{
			{Code: city, Name: "镇江市", Level: "city"},
			{Code: county, Name: "扬中市", Level: "county"},
			{Code: county2, Name: "句容市", Level: "county"},
			{Code: town, Name: "八桥镇", Level: "town"},
			{Code: town2, Name: "西来桥镇", Level: "town"},
			{Code: village, Name: "利民村", Level: "village"},
		}))
		f.Service = New(d, box, regions)
		fn(f)
	}
	t.Run("sqlite", func(t *testing.T) { start(t, db.Config{DataDir: t.TempDir()}) })
	t.Run("postgres", func(t *testing.T) { start(t, db.Config{URL: dbtest.PostgresURL(t)}) })
}

func (f *fixture) ok(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) want(k errs.Kind, err error) {
	f.t.Helper()
	if !errs.Is(err, k) {
		f.t.Fatalf("got %v, want kind %v", err, k)
	}
}

func (f *fixture) pass(d time.Duration) { f.now.Add(int64(d)) }

// demo makes an account with the usual password and returns it.
func (f *fixture) demo(login string, grants ...access.Grant) *Account {
	f.t.Helper()
	f.ok(f.EnsureDemo(f.ctx, []DemoAccount{{Login: login, Name: "某" + login, Grants: grants}}, password))
	a, err := findAccount(f.ctx, f.db.Read(), login)
	f.ok(err)
	return f.get(a.ID)
}

func (f *fixture) get(id ids.ID) *Account {
	f.t.Helper()
	a, err := f.Get(f.ctx, access.System, id)
	f.ok(err)
	return a
}

func (f *fixture) login(login string) string {
	f.t.Helper()
	token, err := f.Login(f.ctx, login, password, "203.0.113.9", "Firefox")
	f.ok(err)
	return token
}

func (f *fixture) alive(token string) bool {
	f.t.Helper()
	_, _, err := f.Session(f.ctx, token)
	if err != nil {
		f.want(errs.Unauthenticated, err)
	}
	return err == nil
}

func (f *fixture) fail(login, address string) error {
	_, err := f.Login(f.ctx, login, "wrong", address, "")
	if err == nil {
		f.t.Fatal("a wrong password logged in")
	}
	return err
}

func TestLogin(t *testing.T) {
	each(t, func(f *fixture) {
		a := f.demo("zhang.san", access.Grant{Role: "town_accountant", Region: town})
		token, err := f.Login(f.ctx, " ＺＨＡＮＧ.San ", password, "203.0.113.9", "Fire\x00fox\xff")
		f.ok(err)
		p, ses, err := f.Session(f.ctx, token)
		f.ok(err)
		if p.ID != a.ID || p.Name != a.Name || !p.Can("voucher:post", village) || p.Can("voucher:post", town2) || ses.Device != "Firefox" || !ses.Demo {
			f.t.Fatalf("principal %+v, session %+v", p, ses)
		}
		if strings.Contains(ses.ID, token) || f.alive(ses.ID) {
			f.t.Fatal("the stored form of a token opens a session")
		}
		f.ok(f.Logout(f.ctx, token))
		if f.alive(token) || f.alive("") || f.alive("nonsense") {
			f.t.Fatal("a session that is none")
		}
	})
}

func TestLockout(t *testing.T) {
	each(t, func(f *fixture) {
		f.demo("zhang", access.Grant{Role: "auditor", Region: town})
		// A name that exists and one that does not get the same answers.
		for _, login := range []string{"zhang", "nobody", "不是账号"} {
			addr := "192.0.2.1"
			if login == "不是账号" {
				addr = "192.0.2.2"
			}
			for left := 4; left > 0; left-- {
				err := f.fail(login, addr)
				f.want(errs.Unauthenticated, err)
				if got, want := errs.Message(err), fmt.Sprintf("账号或密码不对，还可以再试 %d 次", left); got != want {
					f.t.Fatalf("%s: %q, want %q", login, got, want)
				}
			}
			for range 2 {
				err := f.fail(login, addr)
				f.want(errs.TooMany, err)
				if got, want := errs.Message(err), "账号已暂时锁定，请 15 分钟后再试"; got != want {
					f.t.Fatalf("%s: %q, want %q", login, got, want)
				}
			}
		}
		// The right password is locked out too, from wherever, until the time is over.
		_, err := f.Login(f.ctx, "zhang", password, "192.0.2.77", "")
		f.want(errs.TooMany, err)
		f.pass(14*time.Minute + 30*time.Second)
		_, err = f.Login(f.ctx, "zhang", password, "", "")
		f.want(errs.TooMany, err)
		if got := errs.Message(err); got != "账号已暂时锁定，请 1 分钟后再试" {
			f.t.Fatal(got)
		}
		f.pass(30 * time.Second)
		// The next locks last twice as long each, up to a day.
		for _, minutes := range []int{30, 60, 120, 240, 480, 960, 1440, 1440} {
			for range 4 {
				f.want(errs.Unauthenticated, f.fail("zhang", ""))
			}
			err := f.fail("zhang", "")
			if got, want := errs.Message(err), fmt.Sprintf("账号已暂时锁定，请 %d 分钟后再试", minutes); got != want {
				f.t.Fatalf("%q, want %q", got, want)
			}
			f.pass(time.Duration(minutes) * time.Minute)
		}
		// A success clears it all.
		f.login("zhang")
		if got := errs.Message(f.fail("zhang", "")); got != "账号或密码不对，还可以再试 4 次" {
			f.t.Fatal(got)
		}
		// Failures that are far apart do not add up.
		for range 12 {
			f.pass(5 * time.Minute)
			f.want(errs.Unauthenticated, f.fail("zhang", ""))
		}
		// And the log has the locks of the known account in its county.
		tenant, err := f.regions.TenantOf(f.ctx, town)
		f.ok(err)
		log, err := audit.List(f.ctx, f.db.Read(), tenant.ID, [][2]string{{"0", "a"}}, "登录", 0, 100)
		f.ok(err)
		if len(log) != 9 || log[0].Action != "锁定" {
			f.t.Fatalf("%d entries: %+v", len(log), log)
		}
	})
}

func TestLockIsForgottenAfterAQuietDay(t *testing.T) {
	each(t, func(f *fixture) {
		for _, pause := range []time.Duration{0, 15*time.Minute + 24*time.Hour} {
			f.pass(pause)
			for range 4 {
				f.fail("nobody", "")
			}
			if got := errs.Message(f.fail("nobody", "")); got != "账号已暂时锁定，请 15 分钟后再试" {
				f.t.Fatal(got)
			}
		}
		f.pass(48 * time.Hour)
		f.ok(f.Sweep(f.ctx))
		if until, err := lockedUntil(f.ctx, f.db.Read(), f.loginCounter("nobody").subject); err != nil || until != 0 {
			f.t.Fatalf("%d, %v", until, err)
		}
	})
}

func TestAddressLockout(t *testing.T) {
	each(t, func(f *fixture) {
		f.demo("zhang", access.Grant{Role: "auditor", Region: town})
		// One /64 is one address; a right password in between neither counts nor clears.
		for i := range 19 {
			f.want(errs.Unauthenticated, f.fail(fmt.Sprint("user", i), fmt.Sprintf("[2001:db8::%x]:443", i+1)))
			if i%4 == 0 {
				_, err := f.Login(f.ctx, "zhang", password, "2001:db8::99", "")
				f.ok(err)
			}
		}
		for range 3 { // the attempt that reaches the limit is right: no lock remains
			_, err := f.Login(f.ctx, "zhang", password, "2001:db8::99", "")
			f.ok(err)
		}
		f.want(errs.TooMany, f.fail("user77", "2001:db8::ff"))
		_, err := f.Login(f.ctx, "zhang", password, "2001:db8::1", "")
		f.want(errs.TooMany, err)
		if got := errs.Message(err); got != "这个网络地址登录失败次数过多，已暂时锁定，请 15 分钟后再试" {
			f.t.Fatal(got)
		}
		_, err = f.Login(f.ctx, "zhang", password, "2001:db8:0:1::1", "")
		f.ok(err)
	})
}

func TestConcurrentFailuresAreCountedExactly(t *testing.T) {
	each(t, func(f *fixture) {
		a := f.demo("zhang", access.Grant{Role: "auditor", Region: town})
		var wrong, locked atomic.Int32
		var wg sync.WaitGroup
		for i := range 24 {
			wg.Go(func() {
				_, err := f.Login(f.ctx, "zhang", "wrong", fmt.Sprintf("192.0.2.%d", i), "")
				switch errs.KindOf(err) {
				case errs.Unauthenticated:
					wrong.Add(1)
				case errs.TooMany:
					locked.Add(1)
				default:
					f.t.Error(err)
				}
			})
		}
		wg.Wait()
		if wrong.Load() != 4 || locked.Load() != 20 {
			f.t.Fatalf("%d wrong, %d locked", wrong.Load(), locked.Load())
		}
		var n int
		f.ok(f.db.Read().QueryRow(f.ctx, `SELECT failures FROM login_failure WHERE subject = $1`, f.loginCounter(a.Login).subject).Scan(&n))
		if n != 5 {
			f.t.Fatalf("%d failures", n)
		}
	})
}

func TestTimeouts(t *testing.T) {
	each(t, func(f *fixture) {
		f.demo("zhang", access.Grant{Role: "auditor", Region: town})
		seen := func(token string) int64 {
			var v int64
			f.ok(f.db.Read().QueryRow(f.ctx, `SELECT seen_at FROM session WHERE token_hash = $1`, secret.TokenHash(token)).Scan(&v))
			return v
		}
		idle := f.login("zhang")
		first := seen(idle)
		f.pass(59 * time.Second)
		if !f.alive(idle) || seen(idle) != first {
			f.t.Fatal("a read within the minute wrote")
		}
		f.pass(time.Second)
		if !f.alive(idle) || seen(idle) != first+60_000_000 {
			f.t.Fatal("the use was not noted")
		}
		f.pass(30*time.Minute - time.Second)
		if _, err := f.Sessions(f.ctx, access.System, 1); err == nil {
			f.t.Fatal("sessions of nobody")
		}
		live := f.login("zhang")
		if !f.alive(idle) { // 29:59 after the last use
			f.t.Fatal("ended too early")
		}
		f.pass(30 * time.Minute)
		if f.alive(idle) || f.alive(live) {
			f.t.Fatal("still there after half an hour")
		}
		f.ok(f.Sweep(f.ctx))
		token := f.login("zhang")
		for range 35 {
			f.pass(20 * time.Minute)
			if !f.alive(token) {
				f.t.Fatal("ended while in use")
			}
		}
		f.pass(20 * time.Minute)
		if f.alive(token) {
			f.t.Fatal("alive after twelve hours")
		}
	})
}

func TestSessionsEnd(t *testing.T) {
	each(t, func(f *fixture) {
		boss := f.demo("boss", access.Grant{Role: "sysadmin", Region: county}).Principal()
		a := f.demo("zhang", access.Grant{Role: "auditor", Region: town})
		other := f.demo("other", access.Grant{Role: "auditor", Region: town}).Principal()
		me := a.Principal()

		one, two, three := f.login("zhang"), f.login("zhang"), f.login("zhang")
		list, err := f.Sessions(f.ctx, me, a.ID)
		f.ok(err)
		if len(list) != 3 {
			f.t.Fatalf("%d sessions", len(list))
		}
		_, err = f.Sessions(f.ctx, other, a.ID)
		f.want(errs.NotFound, err)
		f.want(errs.NotFound, f.Revoke(f.ctx, other, a.ID, secret.TokenHash(one)))
		f.ok(f.Revoke(f.ctx, other, other.ID, secret.TokenHash(one))) // not one of his: nothing happens
		if !f.alive(one) {
			f.t.Fatal("revoked by a stranger")
		}
		f.ok(f.Revoke(f.ctx, me, a.ID, secret.TokenHash(one)))
		if f.alive(one) || !f.alive(two) {
			f.t.Fatal("revoked the wrong one")
		}

		// A new password ends the others, and wrong old ones count.
		const next = "Another-9-word"
		f.want(errs.Invalid, f.ChangePassword(f.ctx, me, two, password, "short"))
		f.want(errs.Invalid, f.ChangePassword(f.ctx, me, two, password, password))
		f.want(errs.Invalid, f.ChangePassword(f.ctx, me, two, "wrong", next))
		f.ok(f.ChangePassword(f.ctx, me, two, password, next))
		if !f.alive(two) || f.alive(three) {
			f.t.Fatal("the wrong sessions ended")
		}
		f.want(errs.Unauthenticated, f.fail("zhang", ""))
		token, err := f.Login(f.ctx, "zhang", next, "", "")
		f.ok(err)

		// Roles hold from the next request on.
		a = f.get(a.ID)
		f.ok(f.SetGrants(f.ctx, boss, a.ID, a.Version, []access.Grant{{Role: "liaison", Region: town}}))
		if p, _, err := f.Session(f.ctx, token); err != nil || !p.Can("lead:edit", town) || p.Can("audit:view", town) {
			f.t.Fatal("old roles", p, err)
		}

		// A reset ends all, and its password opens nothing but its own change.
		given, err := f.ResetPassword(f.ctx, boss, a.ID)
		f.ok(err)
		if f.alive(token) || f.alive(two) {
			f.t.Fatal("alive after a reset")
		}
		token, err = f.Login(f.ctx, "zhang", given, "", "")
		f.ok(err)
		p, ses, err := f.Session(f.ctx, token)
		f.ok(err)
		if !ses.MustChange || p.CanSome("lead:view") {
			f.t.Fatal("rights before the change")
		}
		f.ok(f.ChangePassword(f.ctx, p, token, given, next))
		if p, ses, _ := f.Session(f.ctx, token); ses.MustChange || !p.CanSome("lead:view") {
			f.t.Fatal("no rights after the change")
		}

		// Disabling ends all and lets nobody in.
		a = f.get(a.ID)
		a.Disabled = true
		f.ok(f.Update(f.ctx, boss, *a))
		if f.alive(token) {
			f.t.Fatal("alive while disabled")
		}
		_, err = f.Login(f.ctx, "zhang", next, "", "")
		f.want(errs.Forbidden, err)
		f.want(errs.Unauthenticated, f.fail("zhang", ""))
	})
}

func TestRoleRules(t *testing.T) {
	each(t, func(f *fixture) {
		f.ok(f.Bootstrap(f.ctx, "Root.1", "张管理", password, county))
		f.want(errs.Conflict, f.Bootstrap(f.ctx, "root2", "李管理", password, county))
		list, err := f.List(f.ctx, access.System, region.Nation, "", 10)
		f.ok(err)
		root := f.get(list[0].ID)
		top := root.Principal()
		if root.Login != "root.1" || root.MustChange || !top.Can(permEdit, village) {
			f.t.Fatalf("%+v", root)
		}

		in := NewAccount{Login: "Wang_2", Name: "王镇管", Phone: "138 0013 8000", Grants: []access.Grant{{Role: "sysadmin", Region: town}}}
		a, given, err := f.Create(f.ctx, top, in)
		f.ok(err)
		if a.Login != "wang_2" || !a.MustChange || len(given) != 19 || secret.WeakPassword(given, a.Login) != nil {
			f.t.Fatalf("%+v %q", a, given)
		}
		if a = f.get(a.ID); a.Phone != "13800138000" || strings.Contains(a.phoneSealed, a.Phone) {
			f.t.Fatalf("phone %q", a.Phone)
		}
		_, _, err = f.Create(f.ctx, top, in)
		f.want(errs.Conflict, err)
		for _, login := range []string{"ab", strings.Repeat("a", 33), "a b!", "王二小"} {
			_, _, err = f.Create(f.ctx, top, NewAccount{Login: login, Name: "某", Grants: in.Grants})
			f.want(errs.Invalid, err)
		}

		mayor := a.Principal()
		create := func(who access.Principal, login string, g ...access.Grant) (*Account, error) {
			a, _, err := f.Create(f.ctx, who, NewAccount{Login: login, Name: "某人", Grants: g})
			return a, err
		}
		for _, g := range []access.Grant{{Role: "auditor", Region: county}, {Role: "auditor", Region: town2}, {Role: "auditor", Region: region.Nation}} {
			_, err = create(mayor, "elsewhere", g)
			f.want(errs.Forbidden, err)
		}
		for _, g := range []access.Grant{{Role: "system", Region: town}, {Role: "king", Region: town}, {Role: "auditor", Region: "321182103999"}, {Role: "auditor", Region: "x"}} {
			_, err = create(mayor, "odd.one", g)
			f.want(errs.Invalid, err)
			_, err = create(access.System, "odd.one", g)
			f.want(errs.Invalid, err)
		}
		_, err = create(top, "both", access.Grant{Role: "auditor", Region: town}, access.Grant{Role: "sysadmin", Region: town})
		f.want(errs.Invalid, err)
		_, err = create(top, "none")
		f.want(errs.Invalid, err)
		clerk, err := create(mayor, "clerk", access.Grant{Role: "village_bookkeeper", Region: village})
		f.ok(err)
		_, err = create(clerk.Principal(), "mine", access.Grant{Role: "village_bookkeeper", Region: village})
		f.want(errs.Forbidden, err)
		_, err = create(access.Principal{}, "mine", access.Grant{Role: "village_bookkeeper", Region: village})
		f.want(errs.Forbidden, err)

		// The town's administrator does not see who is above, and changes only what lies in the town.
		_, err = f.Get(f.ctx, mayor, root.ID)
		f.want(errs.NotFound, err)
		_, err = f.ResetPassword(f.ctx, mayor, root.ID)
		f.want(errs.NotFound, err)
		f.want(errs.NotFound, f.SetGrants(f.ctx, mayor, root.ID, root.Version, clerk.Grants))
		both := []access.Grant{{Role: "liaison", Region: town}, {Role: "liaison", Region: town2}}
		wide, err := create(top, "wide", both...)
		f.ok(err)
		_, err = f.ResetPassword(f.ctx, mayor, wide.ID)
		f.want(errs.Forbidden, err)
		f.want(errs.Forbidden, f.Update(f.ctx, mayor, *wide))
		f.want(errs.Forbidden, f.SetGrants(f.ctx, mayor, wide.ID, wide.Version, both[:1]))
		f.ok(f.SetGrants(f.ctx, mayor, wide.ID, wide.Version, []access.Grant{both[1], {Role: "auditor", Region: town}}))
		f.want(errs.Stale, f.SetGrants(f.ctx, mayor, wide.ID, wide.Version, both))
		list, err = f.List(f.ctx, mayor, county, "", 10)
		f.ok(err)
		if len(list) != 3 || list[0].Login != "clerk" || len(list[2].Grants) != 2 {
			f.t.Fatalf("%+v", list)
		}
		if list, err = f.List(f.ctx, mayor, county, "clerk", 1); err != nil || len(list) != 1 || list[0].Login != "wang_2" {
			f.t.Fatalf("%+v %v", list, err)
		}
		_, err = f.List(f.ctx, clerk.Principal(), village, "", 10)
		f.want(errs.Forbidden, err)

		// Nobody changes his own, and the last one at the top stays.
		f.want(errs.Forbidden, f.SetGrants(f.ctx, top, root.ID, root.Version, append(root.Grants, access.Grant{Role: "town_secretary", Region: town})))
		off := *root
		off.Disabled = true
		f.want(errs.Forbidden, f.Update(f.ctx, top, off))
		f.want(errs.Conflict, f.Update(f.ctx, access.System, off))
		f.want(errs.Conflict, f.SetGrants(f.ctx, access.System, root.ID, root.Version, []access.Grant{{Role: "sysadmin", Region: town}}))
		a.Disabled = true
		f.ok(f.Update(f.ctx, top, *a)) // the town's goes: the county's is above
		f.ok(f.SetGrants(f.ctx, access.System, root.ID, root.Version, []access.Grant{{Role: "sysadmin", Region: city}}))

		// The log has before and after, in the county, without secrets.
		tenant, err := f.regions.TenantOf(f.ctx, town)
		f.ok(err)
		log, err := audit.Of(f.ctx, f.db.Read(), tenant.ID, kind, wide.ID, 10)
		f.ok(err)
		if len(log) != 2 || log[0].Action != "授权" || log[0].ActorName != "王镇管" ||
			log[0].Changes[0].Before != "八桥镇 助企联络员、西来桥镇 助企联络员" || log[0].Changes[0].After != "八桥镇 审计员（只读）、西来桥镇 助企联络员" {
			f.t.Fatalf("%+v", log)
		}
		log, err = audit.Of(f.ctx, f.db.Read(), tenant.ID, kind, a.ID, 10)
		f.ok(err)
		if text := fmt.Sprintf("%+v", log); strings.Contains(text, "13800138000") || strings.Contains(text, given) || strings.Contains(text, "argon2id") {
			f.t.Fatal(text)
		}
	})
}

func TestTwoAdministratorsCannotRemoveEachOther(t *testing.T) {
	each(t, func(f *fixture) {
		g := access.Grant{Role: "sysadmin", Region: county}
		for round := range 4 {
			a := f.demo(fmt.Sprint("admin.a", round), g)
			b := f.demo(fmt.Sprint("admin.b", round), g)
			var done atomic.Int32
			var wg sync.WaitGroup
			for _, pair := range [][2]*Account{{a, b}, {b, a}} {
				wg.Go(func() {
					off := *pair[1]
					off.Disabled = true
					switch err := f.Update(f.ctx, pair[0].Principal(), off); {
					case err == nil:
						done.Add(1)
					case !errs.Is(err, errs.Conflict):
						f.t.Error(err)
					}
				})
			}
			wg.Wait()
			if done.Load() != 1 {
				f.t.Fatalf("%d were removed", done.Load())
			}
			// The one that is left must not save the next pair.
			for _, x := range []*Account{a, b} {
				f.ok(f.EnsureDemo(f.ctx, []DemoAccount{{Login: x.Login, Name: x.Name, Grants: []access.Grant{{Role: "auditor", Region: town}}}}, password))
			}
		}
	})
}

func TestBootstrapOnce(t *testing.T) {
	each(t, func(f *fixture) {
		f.want(errs.Invalid, f.Bootstrap(f.ctx, "root", "张三", "1234567890", county))
		f.want(errs.Invalid, f.Bootstrap(f.ctx, "root", "张三", password, "999999999999"))
		var done atomic.Int32
		var wg sync.WaitGroup
		for i := range 6 {
			wg.Go(func() {
				switch err := f.Bootstrap(f.ctx, fmt.Sprint("root", i), "张三", password, region.Nation); {
				case err == nil:
					done.Add(1)
				case !errs.Is(err, errs.Conflict):
					f.t.Error(err)
				}
			})
		}
		wg.Wait()
		if done.Load() != 1 {
			f.t.Fatalf("%d first administrators", done.Load())
		}
	})
}

func TestEnsureDemo(t *testing.T) {
	each(t, func(f *fixture) {
		g := access.Grant{Role: "auditor", Region: town}
		a := f.demo("show", g)
		token := f.login("show")
		if again := f.demo("show", access.Grant{Role: "liaison", Region: town}); again.ID != a.ID || again.Grants[0].Role != "liaison" || !again.Demo || again.MustChange || !f.alive(token) {
			f.t.Fatalf("%+v", again)
		}
		f.ok(f.EnsureDemo(f.ctx, []DemoAccount{{Login: "show", Name: "某", Grants: []access.Grant{g}}}, "demo"))
		if f.alive(token) {
			f.t.Fatal("alive under another password")
		}
		person, given, err := f.Create(f.ctx, access.System, NewAccount{Login: "real", Name: "真人", Grants: []access.Grant{g}})
		f.ok(err)
		f.want(errs.Conflict, f.EnsureDemo(f.ctx, []DemoAccount{{Login: "Real", Name: "某", Grants: []access.Grant{g}}}, "demo"))
		if ok, _ := secret.CheckPassword(f.get(person.ID).hash, given); !ok {
			f.t.Fatal("a real account was taken over")
		}
	})
}

func TestOldHashesAreReplaced(t *testing.T) {
	each(t, func(f *fixture) {
		a := f.demo("zhang", access.Grant{Role: "auditor", Region: town})
		// "password" with a salt of 8 bytes and smaller costs, made by the reference implementation.
		const old = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
		f.ok(f.db.InTx(f.ctx, db.Meta{}, func(ctx context.Context, tx *db.Tx) error {
			return tx.Exec(ctx, `UPDATE account SET password_hash = $2 WHERE id = $1`, a.ID, old)
		}))
		_, err := f.Login(f.ctx, "zhang", "password", "", "")
		f.ok(err)
		got := f.get(a.ID).hash
		if ok, rehash := secret.CheckPassword(got, "password"); got == old || !ok || rehash {
			f.t.Fatal("not replaced")
		}
	})
}
