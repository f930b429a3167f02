package showcase

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// Service carries out what an article needs beyond a record's life: reviewing, publishing, withdrawing.
type Service struct {
	Noun    *record.Noun[Showcase]
	Book    *indicator.Book
	Persons *record.Noun[party.Person] // whose names are kept out of what is published; nil when there are none
}

// NewService returns the service.
func NewService(n *record.Noun[Showcase], book *indicator.Book, persons *record.Noun[party.Person]) *Service {
	return &Service{Noun: n, Book: book, Persons: persons}
}

func (s *Service) env() *record.Env { return s.Noun.Env() }

// Publication is the command to publish. Version is the draft's that the publisher saw; Bare confirms that bare
// numbers may stand, for Reason.
type Publication struct {
	ID      ids.ID
	Version int64
	Bare    bool
	Reason  string
}

// Publish freezes an article in its next issue and returns the issue's number. key makes a double submission
// harmless.
func (s *Service) Publish(ctx context.Context, who access.Principal, tenant int64, key string, p Publication) (int, error) {
	v, err := s.Noun.Get(ctx, who, tenant, p.ID)
	if err != nil {
		return 0, err
	}
	if err := who.Require(s.Noun.Perm(access.Approve), v.Region); err != nil {
		return 0, err
	}
	p.Reason = strings.TrimSpace(p.Reason)
	// Evaluated before the write begins, so that nobody waits for it; a changed draft is refused below.
	content, refused := s.content(ctx, tenant, v, p)
	if k := errs.KindOf(refused); refused != nil && (k == errs.Internal || k == errs.Unavailable) {
		return 0, refused
	}
	m := who.Meta(tenant)
	m.Key, m.Input = key, fmt.Sprintf("publish %s %d %t %q", p.ID, p.Version, p.Bare, p.Reason)
	no := 0
	err = s.env().DB.InTx(ctx, m, func(ctx context.Context, tx *db.Tx) error {
		now, err := table.Get(ctx, tx, tenant, p.ID)
		if err != nil {
			return err
		}
		if now.Version != v.Version || p.Version != 0 && p.Version != now.Version {
			return errs.New(errs.Stale, "stale", "这篇文章刚刚被改过或已经发布，没有再次发布；请重新核对后再发布")
		}
		if refused != nil {
			return refused
		}
		no = now.IssueNo + 1
		return s.issue(ctx, tx, who, now, content, p, no)
	})
	if first, ok := db.Replayed(err); ok {
		return strconv.Atoi(first)
	}
	return no, err
}

// issue stores the content as the article's next issue and moves the article's state; the guarded update comes
// first, so that of two publishers one is refused.
func (s *Service) issue(ctx context.Context, tx *db.Tx, who access.Principal, v *Showcase, c *Content, p Publication, no int) error {
	c.Issue, c.PublishedAt = no, tx.Now().In(date.Shanghai).Format(time.RFC3339)
	raw, err := c.Canonical()
	if err != nil {
		return err
	}
	i := &Issue{
		Showcase: v.ID, No: no, Region: v.Region, PublishedAt: tx.Now(), PublishedBy: who.ID, PublishedName: who.Name,
		Reason: c.BareReason, Raw: raw, Digest: Digest(raw),
	}
	ctx = context.WithValue(ctx, commandKey{}, command{issue: no, on: date.Of(tx.Now()), fingerprint: i.Fingerprint()})
	if err := s.Noun.DoTx(ctx, tx, who, v, "publish", p.Reason); err != nil {
		return err
	}
	if err := insertIssue(ctx, tx, i); err != nil {
		return err
	}
	tx.SetResult(strconv.Itoa(no))
	return nil
}

// content reviews an article and gathers what its next issue will hold; whatever stands against it is an error
// with a sentence.
func (s *Service) content(ctx context.Context, tenant int64, v *Showcase, p Publication) (*Content, error) {
	r, err := s.Review(ctx, tenant, v)
	if err != nil {
		return nil, err
	}
	var l errs.List
	for _, x := range r.Problems {
		l.Add("body", "%s", x.Text)
	}
	if len(r.Bare) > 0 && !p.Bare {
		l.Add("bare", "文中还有 %d 处数字没有出处（%s）；请改为引用，或勾选确认并说明理由", len(r.Bare), few(r.Bare))
	}
	if len(r.Bare) > 0 && p.Bare && p.Reason == "" {
		l.Add("reason", "请说明为什么这些数字可以不带出处")
	}
	if err := l.Err(); err != nil {
		return nil, err
	}
	c := &Content{
		Format: format, No: v.No, Title: v.Title, Kicker: v.Kicker, Author: v.Author, Issuer: v.Issuer, Place: v.Region,
		PlaceName: s.env().Regions.Name(ctx, v.Region), Year: v.Year, AsOf: v.AsOf, Body: v.Body, Figures: r.Figures,
	}
	if len(r.Bare) > 0 {
		c.BareReason = p.Reason
		for _, f := range r.Bare {
			c.Bare = append(c.Bare, f.Text)
		}
	}
	return c, s.changed(ctx, tenant, v, c)
}

// changed refuses an issue that would say exactly what the one before says.
func (s *Service) changed(ctx context.Context, tenant int64, v *Showcase, c *Content) error {
	if v.IssueNo == 0 || v.State != Published {
		return nil
	}
	last, err := s.Issue(ctx, tenant, v.ID, v.IssueNo)
	if err != nil {
		return err
	}
	a, err := last.Content.substance()
	if err != nil {
		return err
	}
	b, err := c.substance()
	if err == nil && bytes.Equal(a, b) {
		return errs.New(errs.State, "showcase.same", "内容和数字与第 %d 版完全相同，不必重新发布", v.IssueNo)
	}
	return err
}

func few(list []Finding) string {
	var out []string
	for _, f := range list {
		if len(out) == 3 {
			return strings.Join(out, "、") + " 等"
		}
		out = append(out, "“"+f.Text+"”")
	}
	return strings.Join(out, "、")
}

// Withdraw takes an article back: readers see the reason and the day instead of the text.
func (s *Service) Withdraw(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64, reason string) error {
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return errs.OnField("reason", "请说明撤回的原因，读者会看到它")
	}
	if len([]rune(reason)) > 500 {
		return errs.OnField("reason", "撤回的原因最多 500 个字")
	}
	ctx = context.WithValue(ctx, commandKey{}, command{on: date.Today(s.env().DB.Clock()), reason: reason})
	return s.Noun.Do(ctx, who, tenant, id, version, "withdraw", reason)
}

// Issues lists an article's issues, newest first, without their content.
func (s *Service) Issues(ctx context.Context, tenant int64, id ids.ID) ([]Issue, error) {
	return listIssues(ctx, s.env().DB.Read(), tenant, id)
}

// Issue reads one issue and checks it against its digest.
func (s *Service) Issue(ctx context.Context, tenant int64, id ids.ID, no int) (*Issue, error) {
	i, err := getIssue(ctx, s.env().DB.Read(), tenant, id, no)
	if err != nil {
		return nil, err
	}
	if Digest(i.Raw) != i.Digest {
		return nil, errs.New(errs.Conflict, "showcase.tampered", "第 %d 版的存档与它的校验码不一致，可能被改动过，因此不再显示；请联系发布单位", no)
	}
	if err := json.Unmarshal(i.Raw, &i.Content); err != nil {
		return nil, fmt.Errorf("reading issue %d of %s: %w", no, id, err)
	}
	return i, nil
}

// Public is an article as the public may see it: Issue is nil when it was withdrawn.
type Public struct {
	Article Showcase
	Issue   *Issue
	Issues  []Issue // that may be seen, newest first
}

// Public reads an article for anybody: its newest issue, or the one asked for. What was never published is not
// found.
func (s *Service) Public(ctx context.Context, tenant int64, id ids.ID, no int) (*Public, error) {
	v, err := table.Get(ctx, s.env().DB.Read(), tenant, id)
	if err != nil || v.IssueNo == 0 {
		if err == nil || errs.Is(err, errs.NotFound) {
			return nil, errs.New(errs.NotFound, "showcase.public", "没有这篇文章，或者它还没有公开发布")
		}
		return nil, err
	}
	p := &Public{Article: *v}
	all, err := s.Issues(ctx, tenant, id)
	if err != nil {
		return nil, err
	}
	for _, i := range all {
		if i.No > v.WithdrawnIssue {
			p.Issues = append(p.Issues, i)
		}
	}
	if no == 0 {
		no = v.IssueNo
	}
	if no > v.IssueNo || no < 0 {
		return nil, errs.New(errs.NotFound, "showcase.no_issue", "这篇文章没有第 %d 版", no)
	}
	if no <= v.WithdrawnIssue {
		return p, nil
	}
	p.Issue, err = s.Issue(ctx, tenant, id, no)
	return p, err
}

// PublicList lists published articles of one tenant within a scope, newest first.
func (s *Service) PublicList(ctx context.Context, tenant int64, scope string, limit int) ([]Showcase, error) {
	ranges, err := s.env().Regions.Ranges(ctx, scope)
	if err != nil {
		return nil, err
	}
	return publicOnes(ctx, s.env().DB.Read(), tenant, ranges, limit)
}

// Check verifies every issue of a tenant against its digest and returns what does not hold, in Chinese.
func Check(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	var out []string
	for after := ids.ID(0); ; {
		list, err := listKeys(ctx, q, tenant, after, 200)
		if err != nil {
			return nil, err
		}
		for _, h := range list {
			after = h.ID
			i, err := getIssue(ctx, q, tenant, h.Showcase, h.No)
			if err != nil {
				return nil, err
			}
			if Digest(i.Raw) != i.Digest {
				out = append(out, fmt.Sprintf("晒项目文章 %s 第 %d 版的存档与校验码不一致", h.Showcase, h.No))
			}
		}
		if len(list) == 0 {
			return out, nil
		}
	}
}
