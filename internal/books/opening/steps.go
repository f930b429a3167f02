package opening

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"huicun/internal/books/ledger"
	"huicun/internal/books/member"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
)

// Decision settles one row of a migration: what takes it, and why.
type Decision struct {
	Line    int // counted from 1
	Targets []Target
	Reason  string
}

const maxReason = 500

// Decide settles a row while the migration is being mapped, over the version that the person saw. Parts of a row add up
// to it; a row that needs a decision of the collective needs its reason.
func (s *Service) Decide(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64, d Decision) error {
	return s.change(ctx, who, tenant, id, version, func(_ context.Context, _ *db.Tx, m *Migration) error {
		if d.Line < 1 || d.Line > len(m.Rows) {
			return errs.New(errs.NotFound, "migration.row", "没有第 %d 行", d.Line)
		}
		r := &m.Rows[d.Line-1]
		var l errs.List
		d.Reason = strings.TrimSpace(d.Reason)
		switch {
		case r.How == Record && d.Reason == "":
			l.Add("reason", "请写明决定：谁在何时决定如何处理（如“2023-12-28 成员代表大会决议，转入公积公益金”）")
		case utf8.RuneCountInString(d.Reason) > maxReason:
			l.Add("reason", "最多 %d 个字", maxReason)
		}
		if len(d.Targets) == 0 {
			l.Add("targets", "请至少选一个新科目")
		}
		for i := range d.Targets {
			t := &d.Targets[i]
			if accountName(m.Chart, t.Account) == "" {
				l.Add(fmt.Sprintf("targets[%d].account", i), "%s 年制度没有一级科目“%s”", m.Chart, t.Account)
			}
			for _, n := range t.Sub {
				if n = strings.TrimSpace(n); n == "" || utf8.RuneCountInString(n) > 50 {
					l.Add(fmt.Sprintf("targets[%d].sub", i), "明细名称应为 1 到 50 个字")
				}
			}
		}
		if err := l.Err(); err != nil {
			return err
		}
		r.Targets, r.Reason, r.Decided = d.Targets, d.Reason, true
		g, err := m.Check()
		if err != nil {
			return err
		}
		prefix := fmt.Sprintf("第 %d 行 ", d.Line)
		for _, w := range g.Wrong {
			if rest, ok := strings.CutPrefix(w, prefix); ok {
				return errs.OnField("targets", "%s", rest)
			}
		}
		return nil
	})
}

// change saves what fn makes of a migration that is still being mapped.
func (s *Service) change(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64, fn func(ctx context.Context, tx *db.Tx, m *Migration) error) error {
	return s.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		m, err := s.locked(ctx, tx, who, id, version)
		if err != nil {
			return err
		}
		if m.State != stateDraft {
			return errs.New(errs.State, "migration.state", "迁移现在是“%s”，不能修改；请先退回", Machine.State(m.State).Label)
		}
		if err := fn(ctx, tx, m); err != nil {
			return err
		}
		return s.Migrations.UpdateTx(ctx, tx, who, m)
	})
}

// locked reads a migration with its rows, at the version that the person saw (0 for any).
func (s *Service) locked(ctx context.Context, tx *db.Tx, who access.Principal, id ids.ID, version int64) (*Migration, error) {
	m, err := migrationTable.Get(ctx, tx, tx.Tenant, id)
	if err != nil {
		return nil, err
	}
	if !who.Can("migration:"+access.View, m.Region) {
		return nil, errs.New(errs.NotFound, "not_found", "没有找到这条记录，可能已被删除，或不在您的权限范围内")
	}
	if version != 0 && m.Version != version {
		return nil, errs.New(errs.Stale, "stale", "这次迁移刚刚被别人改过，请对照最新内容后再操作")
	}
	return m, loadRows(ctx, tx, m)
}

// do carries out an event on a migration; fn fills in what it settles.
func (s *Service) do(ctx context.Context, who access.Principal, tenant int64, key string, id ids.ID, version int64, event, reason string, fn func(ctx context.Context, tx *db.Tx, m *Migration) error) error {
	meta := who.Meta(tenant)
	meta.Key, meta.Input = key, fmt.Sprintf("migration %s %s", id, event)
	err := s.env.DB.InTx(ctx, meta, func(ctx context.Context, tx *db.Tx) error {
		m, err := s.locked(ctx, tx, who, id, version)
		if err != nil {
			return err
		}
		if _, err := Machine.Fire(m.State, event); err != nil {
			return err
		}
		if err := fn(ctx, tx, m); err != nil {
			return err
		}
		return s.Migrations.DoTx(ctx, tx, who, m, event, reason)
	})
	if _, done := db.Replayed(err); done {
		return nil
	}
	return err
}

// Prepare hands a migration over for signature: nothing is open, the books balance, and the list of differences and
// decisions is frozen.
func (s *Service) Prepare(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64) error {
	return s.do(ctx, who, tenant, "", id, version, "prepare", "", func(_ context.Context, tx *db.Tx, m *Migration) error {
		g, err := m.Check()
		if err != nil {
			return err
		}
		if len(g.Open) > 0 {
			return errs.New(errs.State, "migration.open", "还有 %d 行没有定下新科目（第 %s 行），请逐行处理", len(g.Open), numbers(g.Open))
		}
		if len(g.Wrong) > 0 {
			return errs.New(errs.State, "migration.gate", "%s", strings.Join(g.Wrong, "；"))
		}
		m.Maker, m.MakerID, m.MadeOn = who.Name, who.ID, date.Of(tx.Now())
		m.Report = m.report(g)
		m.Hash = hash(m.Report)
		return nil
	})
}

// shownNumbers is how many rows a sentence names.
const shownNumbers = 10

func numbers(list []int) string {
	out := make([]string, 0, shownNumbers)
	for _, n := range list[:min(len(list), shownNumbers)] {
		out = append(out, fmt.Sprint(n))
	}
	s := strings.Join(out, "、")
	if len(list) > shownNumbers {
		s += " 等"
	}
	return s
}

func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// report is the text that is signed: what the old books were, the gate, and every difference with its reason.
func (m *Migration) report(g *Gate) string {
	var b strings.Builder
	fmt.Fprintf(&b, "旧账迁移差异清单 %s\n新账套：%s（%s 年制度），%s 起启用；旧账止于 %s\n", m.No, m.BooksName, m.Chart, m.From, m.Locked)
	fmt.Fprintf(&b, "旧账科目 %d 行\n\n一、平衡核对（元）\n", len(m.Rows))
	for _, l := range g.Lines {
		fmt.Fprintf(&b, "%s：旧账 %s，新账 %s", l.Label, l.Old, l.New)
		if l.Old != l.New {
			fmt.Fprintf(&b, "，相差 %s", l.New-l.Old)
		}
		b.WriteString("\n")
	}
	b.WriteString("\n二、差异与决定\n")
	for _, d := range m.Differences() {
		fmt.Fprintf(&b, "%d. %s %s → %s", d.Row, d.Old, side(d.Fen), strings.Join(d.New, "；"))
		if d.Why != "" {
			fmt.Fprintf(&b, "。%s", d.Why)
		}
		if d.Reason != "" {
			fmt.Fprintf(&b, "。决定：%s", d.Reason)
		}
		b.WriteString("\n")
	}
	if m.Note != "" {
		fmt.Fprintf(&b, "\n三、读表时注意到\n%s\n", strings.TrimSpace(m.Note))
	}
	return b.String()
}

// Sign signs a prepared migration; the signer is another person than the maker, and what is signed is what was frozen.
func (s *Service) Sign(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64) error {
	return s.do(ctx, who, tenant, "", id, version, "sign", "", func(_ context.Context, tx *db.Tx, m *Migration) error {
		if who.Is(m.MakerID, m.Maker) {
			return errs.New(errs.Forbidden, "migration.own", "差异清单由您编制，请由他人复核签字")
		}
		if hash(m.Report) != m.Hash {
			return errs.New(errs.Conflict, "migration.report", "差异清单与提交时不符，请退回重做")
		}
		m.Signer, m.SignedOn = who.Name, date.Of(tx.Now())
		return nil
	})
}

// Return sends a migration back to be mapped; signatures fall away.
func (s *Service) Return(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64, reason string) error {
	return s.do(ctx, who, tenant, "", id, version, "return", reason, func(_ context.Context, _ *db.Tx, m *Migration) error {
		m.Maker, m.MakerID, m.MadeOn, m.Signer, m.SignedOn, m.Report, m.Hash = "", 0, date.Date{}, "", date.Date{}, "", ""
		return nil
	})
}

// Make makes the new books with their sub-accounts and opening balances, and the parties and households that are not
// there yet, all in one transaction. key makes a double submission harmless.
func (s *Service) Make(ctx context.Context, who access.Principal, tenant int64, key string, id ids.ID, version int64) error {
	return s.do(ctx, who, tenant, key, id, version, "make", "", func(ctx context.Context, tx *db.Tx, m *Migration) error {
		g, err := m.Check()
		if err != nil {
			return err
		}
		if !g.OK() || hash(m.Report) != m.Hash {
			return errs.New(errs.Conflict, "migration.report", "签字以后内容有变动，请退回重做")
		}
		b := &ledger.Books{Name: m.BooksName, Party: m.Party, Chart: m.Chart, From: m.From}
		b.Sample = m.Sample
		if m.SourceBooks != 0 {
			old, err := ledger.BooksByID(ctx, tx, tenant, m.SourceBooks)
			if err != nil {
				return err
			}
			m.SourceTo = old.To
			if old.To == 0 || old.To > m.Locked { // the old books end where the new begin
				old.To = m.Locked
				if err := s.l.Books.UpdateTx(ctx, tx, who, old); err != nil {
					return err
				}
			}
			b.Series, b.Duties = old.Series, old.Duties
		}
		if err := s.l.Books.CreateTx(ctx, tx, who, b); err != nil {
			return err
		}
		m.Books = b.ID
		list, err := s.openings(ctx, tx, who, m, b)
		if err != nil {
			return err
		}
		return s.l.SetOpeningsTx(ctx, tx, who, b.ID, list)
	})
}

// openings makes what the targets need and gathers their amounts.
func (s *Service) openings(ctx context.Context, tx *db.Tx, who access.Principal, m *Migration, b *ledger.Books) ([]ledger.Opening, error) {
	divided := map[string]bool{} // accounts of the chart that get sub-accounts
	for i := range m.Rows {
		for _, t := range m.Rows[i].Targets {
			divided[t.Account] = divided[t.Account] || len(t.Sub) > 0
		}
	}
	codes := &codes{s: s, tx: tx, who: who, books: b.ID, made: map[string]string{}, last: map[string]int{}, inner: map[string]bool{}}
	for i := range m.Rows {
		for _, t := range m.Rows[i].Targets {
			for n := range len(t.Sub) - 1 {
				codes.inner[t.Account+"\x00"+strings.Join(t.Sub[:n+1], "\x00")] = true
			}
		}
	}
	var out []ledger.Opening
	at := map[ledger.Line]int{}
	for i := range m.Rows {
		for j := range m.Rows[i].Targets {
			t := &m.Rows[i].Targets[j]
			sub := t.Sub
			if len(sub) == 0 && divided[t.Account] || codes.inner[t.Account+"\x00"+strings.Join(sub, "\x00")] && len(sub) > 0 {
				sub = append(slices.Clone(sub), leftOver) // what stands beside sub-accounts gets one of its own
			}
			code, err := codes.of(ctx, t.Account, sub)
			if err != nil {
				return nil, err
			}
			h, err := s.holderMade(ctx, tx, who, m, t)
			if err != nil {
				return nil, err
			}
			key := ledger.Line{Account: code, Party: h.Party, Member: h.Member}
			k, ok := at[key]
			if !ok {
				k = len(out)
				at[key] = k
				out = append(out, ledger.Opening{Line: key})
			}
			o := &out[k]
			o.Opening, o.Debit, o.Credit = o.Opening+t.Opening, o.Debit+t.Debit, o.Credit+t.Credit
		}
	}
	return slices.DeleteFunc(out, func(o ledger.Opening) bool { return o.Opening == 0 && o.Debit == 0 && o.Credit == 0 }), nil
}

// leftOver is the sub-account of what an account held beside its sub-accounts.
const leftOver = "其他"

// codes gives sub-accounts their codes: two digits a level, in the order in which they come.
type codes struct {
	s     *Service
	tx    *db.Tx
	who   access.Principal
	books ids.ID
	made  map[string]string // by the account's code and the names below it
	last  map[string]int
	inner map[string]bool
}

// perLevel is how many sub-accounts two digits can number.
const perLevel = 99

func (c *codes) of(ctx context.Context, account string, sub []string) (string, error) {
	code := account
	for n := range sub {
		key := account + "\x00" + strings.Join(sub[:n+1], "\x00")
		if have, ok := c.made[key]; ok {
			code = have
			continue
		}
		c.last[code]++
		no, width := c.last[code], 2
		if no > perLevel {
			return "", errs.New(errs.Invalid, "migration.subs", "科目 %s 的明细超过 %d 个；按单位或成员户核算的请改用往来单位、成员户", code, perLevel)
		}
		next := fmt.Sprintf("%s%0*d", code, width, no)
		if err := c.s.l.AddAccountTx(ctx, c.tx, c.who, c.books, next, sub[n]); err != nil {
			return "", err
		}
		c.made[key] = next
		code = next
	}
	return code, nil
}

// holderMade is holder, making the party or household when there is none.
func (s *Service) holderMade(ctx context.Context, tx *db.Tx, who access.Principal, m *Migration, t *Target) (ledger.Holder, error) {
	h, err := s.holder(ctx, tx, tx.Tenant, m, t)
	if err != nil || h != (ledger.Holder{}) || t.Who == "" {
		return h, err
	}
	if t.Kind == "member" {
		x := &member.Member{Name: t.Who, Collective: m.Party}
		x.Sample, x.Note = m.Sample, "迁移旧账 "+m.No+" 时登记，请补全成员人数"
		err := s.members.CreateTx(ctx, tx, who, x)
		return ledger.Holder{Member: x.ID}, err
	}
	x := &party.Party{Name: t.Who, Kind: kindOfName(t.Who)}
	x.Region, x.State, x.Sample, x.Note = m.Region, party.Machine.Initial(), m.Sample, "迁移旧账 "+m.No+" 时登记，请补全"
	err = s.parties.CreateTx(ctx, tx, who, x)
	return ledger.Holder{Party: x.ID}, err
}

// Undo takes the new books back as long as nothing happened in them: no voucher, no month closed. The old books go on as
// they did before. The signed list stays.
func (s *Service) Undo(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64, reason string) error {
	return s.do(ctx, who, tenant, "", id, version, "undo", reason, func(ctx context.Context, tx *db.Tx, m *Migration) error {
		if strings.TrimSpace(reason) == "" {
			return errs.OnField("reason", "请说明撤销建账的理由")
		}
		if _, err := ledger.LockBooks(ctx, tx, m.Books); err != nil {
			return err
		}
		periods, err := ledger.Periods(ctx, tx, tenant, m.Books)
		if err != nil {
			return err
		}
		for _, p := range periods {
			if p.Closed {
				return errs.New(errs.State, "migration.closed", "新账套的 %s 已结账，不能撤销建账", p.Month.Chinese())
			}
		}
		if err := s.l.Books.DeleteTx(ctx, tx, who, m.Books, 0); err != nil { // refused while there are vouchers
			return err
		}
		m.Books = 0
		return s.goOn(ctx, tx, who, m)
	})
}

// goOn gives the old books back the end that they had before the new ones were made, unless somebody has set another since.
func (s *Service) goOn(ctx context.Context, tx *db.Tx, who access.Principal, m *Migration) error {
	if m.SourceBooks == 0 || m.SourceTo == m.Locked {
		return nil
	}
	old, err := ledger.BooksByID(ctx, tx, tx.Tenant, m.SourceBooks)
	if err != nil || old.To != m.Locked {
		return err
	}
	old.To = m.SourceTo
	return s.l.Books.UpdateTx(ctx, tx, who, old)
}

// Holds reports for the rows of a migration which parties and households will be made, by name.
func (s *Service) Holds(ctx context.Context, q db.Q, tenant int64, m *Migration) (map[string]bool, error) {
	out := map[string]bool{}
	for i := range m.Rows {
		for j := range m.Rows[i].Targets {
			t := &m.Rows[i].Targets[j]
			if t.Who == "" {
				continue
			}
			h, err := s.holder(ctx, q, tenant, m, t)
			if err != nil {
				return nil, err
			}
			out[t.Kind+"\x00"+t.Who] = h != (ledger.Holder{})
		}
	}
	return out, nil
}

// Check looks for books that a migration made and that no longer begin with what was signed.
func (s *Service) Check(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	list, err := madeBooks(ctx, q, tenant)
	if err != nil {
		return nil, err
	}
	var out []string
	for i := range list {
		m := &list[i]
		if hash(m.Report) != m.Hash {
			out = append(out, fmt.Sprintf("旧账迁移 %s 的差异清单签字后被改动过：校验值不符", m.No))
		}
	}
	return out, nil
}
