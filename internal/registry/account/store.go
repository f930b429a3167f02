package account

import (
	"context"
	"strconv"
	"time"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
)

func at(micros int64) time.Time { return time.UnixMicro(micros).In(date.Shanghai) }

const accountCols = `a.id, a.version, a.login, a.name, a.phone_sealed, a.password_hash, a.must_change, a.disabled, a.demo, a.created_at, a.updated_at`

type accountRow struct {
	Account
	created, updated int64
}

func (r *accountRow) ptrs() []any {
	return []any{&r.ID, &r.Version, &r.Login, &r.Name, &r.phoneSealed, &r.hash, &r.MustChange, &r.Disabled, &r.Demo, &r.created, &r.updated}
}

func (r *accountRow) account() Account {
	r.CreatedAt, r.UpdatedAt = at(r.created), at(r.updated)
	return r.Account
}

// addGrants fills in the grants of accounts.
func addGrants(ctx context.Context, q db.Q, accounts ...*Account) error {
	if len(accounts) == 0 {
		return nil
	}
	byID := map[ids.ID]*Account{}
	list := make([]ids.ID, len(accounts))
	for i, a := range accounts {
		byID[a.ID], list[i] = a, a.ID
	}
	type row struct {
		id ids.ID
		g  access.Grant
	}
	w := db.In(new(db.Where), "account_id", list)
	grants, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.id, &r.g.Role, &r.g.Region} },
		`SELECT account_id, role, region FROM account_grant WHERE `+w.SQL()+` ORDER BY account_id, region, role`, w.Args()...)
	for _, r := range grants {
		byID[r.id].Grants = append(byID[r.id].Grants, r.g)
	}
	return err
}

func oneAccount(ctx context.Context, q db.Q, cond string, arg any) (*Account, error) {
	var r accountRow
	err := q.QueryRow(ctx, `SELECT `+accountCols+` FROM account a WHERE `+cond, arg).Scan(r.ptrs()...)
	if err == db.ErrNoRows {
		return nil, errNoAccount
	}
	a := r.account()
	return &a, err
}

func getAccount(ctx context.Context, q db.Q, id ids.ID) (*Account, error) {
	a, err := oneAccount(ctx, q, `a.id = $1`, int64(id))
	if err != nil {
		return nil, err
	}
	return a, addGrants(ctx, q, a)
}

// findAccount reads an account by its login name, without its grants.
func findAccount(ctx context.Context, q db.Q, login string) (*Account, error) {
	return oneAccount(ctx, q, `a.login = $1`, login)
}

func anyAccount(ctx context.Context, q db.Q) (bool, error) {
	var n int
	err := q.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM account LIMIT 1) AS x`).Scan(&n)
	return n > 0, err
}

func listAccounts(ctx context.Context, q db.Q, scopes []string, after string, limit int) ([]Account, error) {
	ranges := make([][2]string, len(scopes))
	for i, s := range scopes {
		ranges[i][0], ranges[i][1] = code.Range(s)
	}
	w := new(db.Where).And("a.login > ?", after).Ranges("g.region", ranges)
	rows, err := db.Collect(ctx, q, (*accountRow).ptrs, `SELECT `+accountCols+` FROM account a
		WHERE EXISTS (SELECT 1 FROM account_grant g WHERE g.account_id = a.id AND `+w.SQL()+`)
		ORDER BY a.login LIMIT `+strconv.Itoa(limit), w.Args()...)
	if err != nil {
		return nil, err
	}
	out := make([]Account, len(rows))
	ptrs := make([]*Account, len(rows))
	for i := range rows {
		out[i] = rows[i].account()
		ptrs[i] = &out[i]
	}
	return out, addGrants(ctx, q, ptrs...)
}

func insertAccount(ctx context.Context, tx *db.Tx, a *Account) error {
	a.Version = 1
	now := tx.Now().UnixMicro()
	a.CreatedAt, a.UpdatedAt = at(now), at(now)
	err := tx.Exec(ctx, `INSERT INTO account (id, version, login, name, phone_sealed, password_hash, must_change, disabled, demo, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		a.ID, a.Version, a.Login, a.Name, a.phoneSealed, a.hash, a.MustChange, a.Disabled, a.Demo, now, now)
	if db.Violated(err, "account_login") {
		msg := "登录名“" + a.Login + "”已有人使用，请换一个"
		return &errs.Error{Kind: errs.Conflict, Code: "account.login_taken", Msg: msg, Fields: []errs.Field{{Name: "login", Msg: msg}}, Err: err}
	}
	if err != nil {
		return err
	}
	return replaceGrants(ctx, tx, a)
}

// saveAccount stores an account over the version that it was read at. The row stays locked until the end of the
// transaction.
func saveAccount(ctx context.Context, tx *db.Tx, a *Account) error {
	now := tx.Now().UnixMicro()
	n, err := tx.ExecN(ctx, `UPDATE account SET version = version + 1, name = $3, phone_sealed = $4, password_hash = $5, must_change = $6,
		disabled = $7, demo = $8, updated_at = $9 WHERE id = $1 AND version = $2`,
		a.ID, a.Version, a.Name, a.phoneSealed, a.hash, a.MustChange, a.Disabled, a.Demo, now)
	if err != nil {
		return err
	}
	if n == 0 {
		return errStale
	}
	return nil
}

func replaceGrants(ctx context.Context, tx *db.Tx, a *Account) error {
	if err := tx.Exec(ctx, `DELETE FROM account_grant WHERE account_id = $1`, a.ID); err != nil {
		return err
	}
	for _, g := range a.Grants {
		if err := tx.Exec(ctx, `INSERT INTO account_grant (account_id, role, region) VALUES ($1, $2, $3)`, a.ID, g.Role, g.Region); err != nil {
			return err
		}
	}
	return nil
}

// ancestors lists a division and all above it.
func ancestors(c string) []string {
	var out []string
	for ; c != ""; c = code.Parent(c) {
		out = append(out, c)
	}
	return out
}

// otherSysadmins counts the accounts besides one that may administer a place, and locks all that may, so that
// two administrators cannot remove each other at the same moment.
func otherSysadmins(ctx context.Context, tx *db.Tx, id ids.ID, place string) (int, error) {
	w := db.In(new(db.Where).And("role = ?", roleSysadmin), "region", ancestors(place))
	who := `IN (SELECT account_id FROM account_grant WHERE ` + w.SQL() + `)`
	if err := tx.Exec(ctx, `UPDATE account SET version = version WHERE id `+who, w.Args()...); err != nil {
		return 0, err
	}
	args := append(w.Args(), id)
	var n int
	err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM account WHERE NOT disabled AND id `+who+` AND id <> $`+strconv.Itoa(len(args)), args...).Scan(&n)
	return n, err
}

// enter locks the account and replaces its hash when neither the password nor the account's right to log in has
// changed since it was checked. A password change or a disabling at the same moment waits and then finds the
// session that is about to be made.
func enter(ctx context.Context, tx *db.Tx, a *Account, hash string) (bool, error) {
	n, err := tx.ExecN(ctx, `UPDATE account SET password_hash = $3 WHERE id = $1 AND password_hash = $2 AND NOT disabled`, a.ID, a.hash, hash)
	return n == 1, err
}

// changePassword replaces a hash that is still the one that was checked.
func changePassword(ctx context.Context, tx *db.Tx, a *Account, hash string) (bool, error) {
	n, err := tx.ExecN(ctx, `UPDATE account SET version = version + 1, password_hash = $3, must_change = FALSE, updated_at = $4
		WHERE id = $1 AND password_hash = $2 AND NOT disabled`, a.ID, a.hash, hash, tx.Now().UnixMicro())
	return n == 1, err
}

const sessionCols = `s.token_hash, s.account_id, s.created_at, s.seen_at, s.expires_at, s.device, s.address`

type sessionRow struct {
	Session
	created, seen, expires int64
}

func (r *sessionRow) ptrs() []any {
	return []any{&r.ID, &r.AccountID, &r.created, &r.seen, &r.expires, &r.Device, &r.Address}
}

func (r *sessionRow) session() Session {
	r.CreatedAt, r.SeenAt, r.ExpiresAt = at(r.created), at(r.seen), at(r.expires)
	return r.Session
}

func insertSession(ctx context.Context, tx *db.Tx, s *Session) error {
	return tx.Exec(ctx, `INSERT INTO session (token_hash, account_id, created_at, seen_at, expires_at, device, address) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		s.ID, s.AccountID, s.CreatedAt.UnixMicro(), s.SeenAt.UnixMicro(), s.ExpiresAt.UnixMicro(), s.Device, s.Address)
}

// getSession reads a session, its account and the account's grants in one statement, so that they belong together.
func getSession(ctx context.Context, q db.Q, hash string) (*Session, *Account, error) {
	type row struct {
		sessionRow
		a Account
		g access.Grant
	}
	rows, err := db.Collect(ctx, q, func(r *row) []any {
		return append(r.ptrs(), &r.a.Login, &r.a.Name, &r.a.MustChange, &r.a.Disabled, &r.a.Demo, &r.g.Role, &r.g.Region)
	}, `SELECT `+sessionCols+`, a.login, a.name, a.must_change, a.disabled, a.demo, COALESCE(g.role, ''), COALESCE(g.region, '')
		FROM session s JOIN account a ON a.id = s.account_id LEFT JOIN account_grant g ON g.account_id = a.id
		WHERE s.token_hash = $1 ORDER BY g.region, g.role`, hash)
	if err != nil || len(rows) == 0 {
		return nil, nil, err
	}
	s, a := rows[0].session(), rows[0].a
	a.ID = s.AccountID
	for _, r := range rows {
		if r.g.Role != "" {
			a.Grants = append(a.Grants, r.g)
		}
	}
	return &s, &a, nil
}

// touchSession notes a session's use, unless that was done since the time given.
func touchSession(ctx context.Context, tx *db.Tx, hash string, since int64) error {
	return tx.Exec(ctx, `UPDATE session SET seen_at = $2 WHERE token_hash = $1 AND seen_at <= $3`, hash, tx.Now().UnixMicro(), since)
}

func listSessions(ctx context.Context, q db.Q, id ids.ID, seenSince, now int64) ([]Session, error) {
	rows, err := db.Collect(ctx, q, (*sessionRow).ptrs, `SELECT `+sessionCols+` FROM session s
		WHERE s.account_id = $1 AND s.seen_at > $2 AND s.expires_at > $3 ORDER BY s.seen_at DESC, s.token_hash`, int64(id), seenSince, now)
	out := make([]Session, len(rows))
	for i := range rows {
		out[i] = rows[i].session()
	}
	return out, err
}

func deleteSession(ctx context.Context, tx *db.Tx, hash string) error {
	return tx.Exec(ctx, `DELETE FROM session WHERE token_hash = $1`, hash)
}

// endSession ends one of an account's sessions.
func endSession(ctx context.Context, tx *db.Tx, id ids.ID, hash string) (int64, error) {
	return tx.ExecN(ctx, `DELETE FROM session WHERE account_id = $1 AND token_hash = $2`, id, hash)
}

// endOtherSessions ends an account's sessions but the one given.
func endOtherSessions(ctx context.Context, tx *db.Tx, id ids.ID, keep string) (int64, error) {
	return tx.ExecN(ctx, `DELETE FROM session WHERE account_id = $1 AND token_hash <> $2`, id, keep)
}

// sweep removes sessions that ended and failures that no longer count.
func sweep(ctx context.Context, tx *db.Tx, seenSince, failedSince int64) error {
	now := tx.Now().UnixMicro()
	if err := tx.Exec(ctx, `DELETE FROM session WHERE expires_at <= $1 OR seen_at <= $2`, now, seenSince); err != nil {
		return err
	}
	return tx.Exec(ctx, `DELETE FROM login_failure WHERE first_at <= $1 AND locked_until <= $1`, failedSince)
}

// addFailure counts an attempt and returns the count, 0 when the subject is locked. A count older than the window
// starts again, but keeps the whole multiples of the limit, which say how often it was locked; all is forgotten
// when nothing has happened since the time forget.
func addFailure(ctx context.Context, tx *db.Tx, subject string, limit int, window, forget int64) (int, error) {
	var n int
	err := tx.QueryRow(ctx, `INSERT INTO login_failure AS f (subject, failures, first_at, locked_until) VALUES ($1, 1, $2, 0)
		ON CONFLICT (subject) DO UPDATE SET
			failures = CASE WHEN f.first_at <= $5 AND f.locked_until <= $5 THEN 1
				WHEN f.first_at <= $4 OR f.failures % $3 = 0 THEN f.failures / $3 * $3 + 1
				ELSE f.failures + 1 END,
			first_at = CASE WHEN f.first_at <= $4 OR f.failures % $3 = 0 THEN $2 ELSE f.first_at END
		WHERE f.locked_until <= $2 RETURNING failures`,
		subject, tx.Now().UnixMicro(), limit, window, forget).Scan(&n)
	if err == db.ErrNoRows {
		return 0, nil
	}
	return n, err
}

func lockSubject(ctx context.Context, tx *db.Tx, subject string, until int64) error {
	return tx.Exec(ctx, `UPDATE login_failure SET locked_until = $2 WHERE subject = $1`, subject, until)
}

func lockedUntil(ctx context.Context, q db.Q, subject string) (int64, error) {
	var until int64
	err := q.QueryRow(ctx, `SELECT locked_until FROM login_failure WHERE subject = $1`, subject).Scan(&until)
	if err == db.ErrNoRows {
		return 0, nil
	}
	return until, err
}

func clearFailures(ctx context.Context, tx *db.Tx, subject string) error {
	return tx.Exec(ctx, `DELETE FROM login_failure WHERE subject = $1`, subject)
}

// takeBack undoes one attempt that turned out right, and the lock when it was this attempt's.
func takeBack(ctx context.Context, tx *db.Tx, subject string, limit int, until int64) error {
	return tx.Exec(ctx, `UPDATE login_failure SET failures = failures - 1, locked_until = 0
		WHERE subject = $1 AND ((failures % $2 <> 0 AND locked_until < $4) OR (locked_until = $3 AND $3 > 0))`, subject, limit, until, tx.Now().UnixMicro())
}
