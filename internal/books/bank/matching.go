package bank

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/audit"
)

// Desk is what is to be matched of an account up to a day, with suggestions.
type Desk struct {
	*Position
	Rule        *Rule
	Lines       []Line
	Entries     []Entry // those before the start stand among them while the start does not agree
	Suggestions []Group
}

// DeskAt gathers what is to be matched of an account up to a day.
func (s *Service) DeskAt(ctx context.Context, q db.Q, a *Account, until date.Date) (*Desk, error) {
	p, err := s.PositionAt(ctx, q, a, until)
	if err != nil {
		return nil, err
	}
	d := &Desk{Position: p, Lines: p.lines, Entries: p.entries}
	if p.StartGap != 0 {
		d.Entries = append(slices.Clone(p.early), p.entries...)
	}
	if d.Rule, err = RuleAt(ctx, q, a.Tenant, a.Region); err != nil {
		return nil, err
	}
	if err := s.nameParties(ctx, q, a.Tenant, d.Entries); err != nil {
		return nil, err
	}
	d.Suggestions = Suggest(d.Rule, d.Lines, d.Entries)
	return d, nil
}

// nameParties fills in the names of the entries' parties.
func (s *Service) nameParties(ctx context.Context, q db.Q, tenant int64, list []Entry) error {
	n, ok := s.env.Noun("party")
	if !ok {
		return nil
	}
	var want []ids.ID
	for i := range list {
		if id := list[i].Party; id != 0 && !slices.Contains(want, id) {
			want = append(want, id)
		}
	}
	names, err := n.Names(ctx, q, tenant, want)
	for i := range list {
		list[i].PartyName = names[list[i].Party]
	}
	return err
}

// permMatch is what matching needs.
const permMatch = "bank_line:" + access.Edit

// account locks an account that who may do something with.
func (s *Service) account(ctx context.Context, tx *db.Tx, who access.Principal, id ids.ID, perm string) (*Account, error) {
	a, err := lockAccount(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if !who.Can("bank_account:"+access.View, a.Region) {
		return nil, hidden()
	}
	return a, who.Require(perm, a.Region)
}

// AutoMatch matches, as one batch, what is certain of an account up to a day, and returns how many groups that were.
func (s *Service) AutoMatch(ctx context.Context, who access.Principal, tenant int64, account ids.ID, until date.Date) (int, error) {
	made := 0
	err := s.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		a, err := s.account(ctx, tx, who, account, permMatch)
		if err != nil {
			return err
		}
		d, err := s.DeskAt(ctx, tx, a, until)
		if err != nil {
			return err
		}
		var list []Group
		for _, g := range d.Suggestions {
			if !g.Certain || openMonth(ctx, tx, tenant, account, g.last(), "再核对") != nil {
				continue
			}
			g.Kind = MatchAuto
			list = append(list, g)
		}
		made = len(list)
		return s.keep(ctx, tx, a, list, "自动核对", "")
	})
	return made, err
}

// keep stores matches and says so in the account's history.
func (s *Service) keep(ctx context.Context, tx *db.Tx, a *Account, list []Group, action, reason string) error {
	if len(list) == 0 {
		return nil
	}
	if err := insertMatches(ctx, tx, a.ID, list); err != nil {
		return err
	}
	text := fmt.Sprintf("%d 组", len(list))
	if len(list) == 1 {
		text = list[0].text()
	}
	return audit.Write(ctx, tx, audit.Entry{
		Action: action, Kind: "bank_account", RecordID: a.ID, Title: a.Name, Region: a.Region, Reason: reason, Changes: []audit.Change{{Label: "核对", After: text}},
	})
}

// text says what a group holds.
func (g *Group) text() string {
	var parts []string
	for i := range g.Lines {
		l := &g.Lines[i]
		parts = append(parts, fmt.Sprintf("流水 %s %s %s", l.No, l.Day, inOut(l.Fen())))
	}
	for i := range g.Entries {
		e := &g.Entries[i]
		parts = append(parts, fmt.Sprintf("分录 %s 第 %d 行 %s %s", e.FullNo, e.LineNo, e.Date, e.Fen))
	}
	if len(parts) > mostNamed {
		parts = append(parts[:mostNamed], fmt.Sprintf("等 %d 笔", len(g.Lines)+len(g.Entries)))
	}
	return strings.Join(parts, "；")
}

// mostNamed is how many members a history entry names.
const mostNamed = 6

// mostMembers is how many lines and entries one match may hold.
const mostMembers = 200

// Match records that some lines and entries, of days up to one, are the same movement. What Suggest proposes for them
// needs no reason, and neither does one line with one entry within the window; anything else does.
func (s *Service) Match(ctx context.Context, who access.Principal, tenant int64, account ids.ID, until date.Date, lines []ids.ID, entries []EntryKey, reason string) error {
	reason = clip(reason)
	if len(lines)+len(entries) > mostMembers {
		return errs.New(errs.Invalid, "bank_match.many", "一组最多 %d 笔", mostMembers)
	}
	return s.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		a, err := s.account(ctx, tx, who, account, permMatch)
		if err != nil {
			return err
		}
		d, err := s.DeskAt(ctx, tx, a, until)
		if err != nil {
			return err
		}
		g, err := d.pick(lines, entries)
		if err != nil {
			return err
		}
		if err := openMonth(ctx, tx, tenant, account, g.last(), "再核对"); err != nil {
			return err
		}
		if err := d.judge(g, reason); err != nil {
			return err
		}
		return s.keep(ctx, tx, a, []Group{*g}, "核对", reason)
	})
}

// pick gathers the chosen members from what is open.
func (d *Desk) pick(lines []ids.ID, entries []EntryKey) (*Group, error) {
	gone := errs.New(errs.Conflict, "bank_match.taken", "其中有流水或分录已被核对、还没有记账，或不属于这个账户，请刷新页面")
	g := &Group{}
	slices.Sort(lines)
	for _, id := range slices.Compact(lines) {
		i := slices.IndexFunc(d.Lines, func(l Line) bool { return l.ID == id })
		if i < 0 {
			return nil, gone
		}
		g.Lines = append(g.Lines, d.Lines[i])
	}
	all := append(slices.Clone(d.early), d.Position.entries...)
	seen := map[EntryKey]bool{}
	for _, k := range entries {
		i := slices.IndexFunc(all, func(e Entry) bool { return e.Key() == k })
		if i < 0 {
			return nil, gone
		}
		if !seen[k] {
			seen[k] = true
			g.Entries = append(g.Entries, all[i])
		}
	}
	return g, nil
}

// judge says whether a group may be matched, and as what.
func (d *Desk) judge(g *Group, reason string) error {
	if len(g.Lines)+len(g.Entries) < 2 {
		return errs.New(errs.Invalid, "bank_match.few", "请至少勾选两笔：左边的流水和右边的分录")
	}
	bank, books, err := g.Sums()
	if err != nil {
		return err
	}
	if bank != books {
		return errs.New(errs.Invalid, "bank_match.sums", "流水合计 %s，分录合计 %s，相差 %s；两边相等才能核对", bank, books, money.Fen(bank-books).Abs())
	}
	for i := range d.Suggestions {
		if x := &d.Suggestions[i]; x.same(g) {
			g.Kind, g.Score, g.Reason = MatchAccepted, x.Score, x.Reason
			return nil
		}
	}
	g.Kind, g.Reason = MatchManual, reason
	plain := len(g.Lines) == 1 && len(g.Entries) == 1 && apart(g.Lines[0].Day, g.Entries[0].Date) <= d.Rule.WindowDays
	if reason == "" && !plain {
		return errs.OnField("reason", "这一组不是系统建议的，或日期相差超过 %d 天，请说明核对的理由", d.Rule.WindowDays)
	}
	if reason == "" {
		g.Reason = "金额相同、人工核对"
	}
	return nil
}

// same reports whether two groups have the same members.
func (g *Group) same(o *Group) bool {
	if len(g.Lines) != len(o.Lines) || len(g.Entries) != len(o.Entries) {
		return false
	}
	for i := range g.Lines {
		if !slices.ContainsFunc(o.Lines, func(l Line) bool { return l.ID == g.Lines[i].ID }) {
			return false
		}
	}
	for i := range g.Entries {
		if !slices.ContainsFunc(o.Entries, func(e Entry) bool { return e.Key() == g.Entries[i].Key() }) {
			return false
		}
	}
	return true
}

// Unmatch takes a match apart again.
func (s *Service) Unmatch(ctx context.Context, who access.Principal, tenant int64, match ids.ID, reason string) error {
	reason = clip(reason)
	if reason == "" {
		return errs.OnField("reason", "请说明取消核对的理由")
	}
	return s.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		m, err := matchByID(ctx, tx, tenant, match)
		if err != nil {
			return err
		}
		a, err := s.account(ctx, tx, who, m.Account, permMatch)
		if err != nil {
			return err
		}
		if err := openMonth(ctx, tx, tenant, a.ID, m.Last, "再取消核对"); err != nil {
			return err
		}
		g, err := s.members(ctx, tx, a, []matchRow{*m})
		if err != nil {
			return err
		}
		done, err := deleteMatch(ctx, tx, match)
		if err != nil {
			return err
		}
		if !done {
			return errs.New(errs.NotFound, "bank_match.gone", "这组核对已被取消，请刷新页面")
		}
		return audit.Write(ctx, tx, audit.Entry{
			Action: "取消核对", Kind: "bank_account", RecordID: a.ID, Title: a.Name, Region: a.Region, Reason: reason, Changes: []audit.Change{{Label: "核对", Before: g[0].text()}},
		})
	})
}

// Matched is a group that was matched, by whom and when (microseconds since the Unix epoch).
type Matched struct {
	Group
	By string
	At int64
}

// MatchesOf lists the matches of an account whose last member lies in a range of days, the newest first.
func (s *Service) MatchesOf(ctx context.Context, q db.Q, a *Account, from, to date.Date) ([]Matched, error) {
	rows, err := matchRows(ctx, q, a.Tenant, a.ID, from, to)
	if err != nil {
		return nil, err
	}
	groups, err := s.members(ctx, q, a, rows)
	if err != nil {
		return nil, err
	}
	out := make([]Matched, len(rows))
	for i := range rows {
		out[i] = Matched{groups[i], rows[i].By, rows[i].At}
	}
	return out, nil
}

// members reads what is in matches.
func (s *Service) members(ctx context.Context, q db.Q, a *Account, rows []matchRow) ([]Group, error) {
	out := make([]Group, len(rows))
	at := map[ids.ID]int{}
	for i, m := range rows {
		out[i] = Group{ID: m.ID, Kind: m.Kind, Score: m.Score, Reason: m.Reason}
		at[m.ID] = i
	}
	linked, err := links(ctx, q, a.Tenant, a.ID)
	if err != nil {
		return nil, err
	}
	var want []ids.ID
	for line, match := range linked.lines {
		if _, ok := at[match]; ok {
			want = append(want, line)
		}
	}
	lines, err := linesByID(ctx, q, a.Tenant, a.ID, want)
	if err != nil {
		return nil, err
	}
	for _, l := range lines {
		g := &out[at[linked.lines[l.ID]]]
		g.Lines = append(g.Lines, l)
	}
	entries, err := s.linkedEntries(ctx, q, a, linked, func(match ids.ID) bool { _, ok := at[match]; return ok })
	for _, e := range entries {
		g := &out[at[linked.entries[e.Key()].match]]
		g.Entries = append(g.Entries, e)
	}
	return out, err
}

// linkedEntries reads the entries of the matches that a function chooses.
func (s *Service) linkedEntries(ctx context.Context, q db.Q, a *Account, linked linked, of func(match ids.ID) bool) ([]Entry, error) {
	var from, to date.Date
	for _, x := range linked.entries {
		if !of(x.match) {
			continue
		}
		if from.IsZero() || x.day.Before(from) {
			from = x.day
		}
		to = later(to, x.day)
	}
	if from.IsZero() {
		return nil, nil
	}
	moves, err := ledger.MovementsOf(ctx, q, a.Tenant, a.Books, a.Ledger, from, to)
	if err != nil {
		return nil, err
	}
	var out []Entry
	for _, m := range moves {
		e := Entry{Movement: m}
		if x, ok := linked.entries[e.Key()]; ok && of(x.match) {
			out = append(out, e)
		}
	}
	return out, s.nameParties(ctx, q, a.Tenant, out)
}
