package board

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// Snapshot is an issue of a place's board (一期榜单), frozen: it is never changed or deleted.
type Snapshot struct {
	db.Row
	No       string // SB-2021-321182103-0002
	Year     int
	Day      date.Date
	By       string
	Projects int
	Content  string // the rows as JSON
	Digest   string // SHA-256 of Content
}

var snapshotTable = &db.Table[Snapshot]{
	Name: "board_snapshot",
	Cols: []string{"no", "year", "on_date", "issued_by", "projects", "content", "digest"},
	Row:  func(s *Snapshot) *db.Row { return &s.Row },
	Ptrs: func(s *Snapshot) []any {
		return []any{&s.No, &s.Year, &s.Day, &s.By, &s.Projects, &s.Content, &s.Digest}
	},
}

// NewSnapshots describes the noun; issues are made by Service.Snapshot alone.
func NewSnapshots(e *record.Env) *record.Noun[Snapshot] {
	return record.Register(e, &record.Noun[Snapshot]{
		Kind: "board", Label: "榜单期次", Path: "/board-issues", Icon: "trophy", Key: "no", Order: "-on_date",
		Intro: "在晾晒榜页面点“发布本期”，当时的榜单就原样存为一期，之后不能更改。",
		Table: snapshotTable,
		Title: func(s *Snapshot) string { return fmt.Sprintf("%d年书记项目晾晒榜第%d期", s.Year, s.Issue()) },
		Detail: func(s *Snapshot) string {
			return s.No + " 截至" + s.Day.Chinese()
		},
		Series: func(s *Snapshot) string { return fmt.Sprintf("SB-%d-%s", s.Year, code.Prefix(s.Region)) },
		Fields: []field.Field[Snapshot]{
			field.NewText("no", "期次编号", func(s *Snapshot) *string { return &s.No }).Fix().List(),
			field.NewRegion("region", "地区", func(s *Snapshot) *string { return &s.Region }).Fix().Show(),
			field.NewInt("year", "年度", 0, 2200, func(s *Snapshot) *int { return &s.Year }).Derived().List(),
			field.NewDay("on", "截至日期", func(s *Snapshot) *date.Date { return &s.Day }).Derived().Col("on_date").List(),
			field.NewText("by", "发布人", func(s *Snapshot) *string { return &s.By }).Derived().Col("issued_by").List(),
			field.NewInt("projects", "项目数", 0, 1_000_000, func(s *Snapshot) *int { return &s.Projects }).Derived().List(),
			field.NewText("digest", "内容摘要（SHA-256）", func(s *Snapshot) *string { return &s.Digest }).Derived(),
		},
		CheckTx: func(_ context.Context, _ *db.Tx, old, s *Snapshot) error {
			switch {
			case old != nil:
				return errs.New(errs.State, "board.frozen", "已发布的榜单不能更改；有出入的，请改正台账后发布新的一期")
			case s.Content == "":
				return errs.New(errs.Invalid, "board.made_by_hand", "榜单由系统按台账计算，不能手工新建或导入；请在晾晒榜页面点“发布本期”")
			}
			return nil
		},
		BeforeDelete: func(context.Context, *db.Tx, *Snapshot) error {
			return errs.New(errs.State, "board.frozen", "已发布的榜单不能删除")
		},
	})
}

// Issue is the running number of the issue within its place and year.
func (s *Snapshot) Issue() int {
	n, _ := strconv.Atoi(s.No[strings.LastIndexByte(s.No, '-')+1:])
	return n
}

// Rows returns the frozen rows; a content that is not what was issued is an Internal error.
func (s *Snapshot) Rows() ([]Row, error) {
	if digest(s.Content) != s.Digest {
		return nil, errs.New(errs.Internal, "board.tampered", "榜单 %s 的内容与发布时的摘要不符", s.No)
	}
	var rows []Row
	if err := json.Unmarshal([]byte(s.Content), &rows); err != nil {
		return nil, fmt.Errorf("reading board issue %s: %w", s.No, err)
	}
	return rows, nil
}

func digest(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

// Snapshot computes the board of a place as of a day, freezes it as the next issue and returns its number. The
// same board issued twice for the same day is one issue.
func (s *Service) Snapshot(ctx context.Context, who access.Principal, tenant int64, scope string, year int, day date.Date) (string, error) {
	if !who.Can(s.issues.Perm(access.Approve), scope) {
		if err := who.Require(s.issues.Perm(access.Edit), scope); err != nil {
			return "", err
		}
	}
	if today := date.Today(s.env.DB.Clock()); day.IsZero() || day.After(today) {
		return "", errs.OnField("day", "截至日期不能晚于今天（%s）", today)
	}
	rows, err := s.Rows(ctx, tenant, scope, year, day)
	if err != nil {
		return "", err
	}
	if len(rows) == 0 {
		return "", errs.New(errs.State, "board.empty", "%s在 %s 没有已启动的 %d 年度书记项目，不能发布榜单", s.env.Regions.Name(ctx, scope), day, year)
	}
	content, err := json.Marshal(rows)
	if err != nil {
		return "", fmt.Errorf("freezing the board: %w", err)
	}
	v := &Snapshot{Year: year, Day: day, By: who.Name, Projects: len(rows), Content: string(content), Digest: digest(string(content))}
	v.Region = scope
	for i := range rows {
		v.Sample = v.Sample || rows[i].Sample
	}
	return s.freeze(ctx, who, tenant, v)
}

func (s *Service) freeze(ctx context.Context, who access.Principal, tenant int64, v *Snapshot) (string, error) {
	m := who.Meta(tenant)
	m.Key = fmt.Sprintf("board:%s:%d:%s:%s", v.Region, v.Year, v.Day, v.Digest)
	m.Input = m.Key
	err := s.env.DB.InTx(ctx, m, func(ctx context.Context, tx *db.Tx) error {
		v.ID, v.No = 0, ""
		later, err := lastAfter(ctx, tx, tenant, v)
		if err != nil {
			return err
		}
		if later != nil {
			return errs.OnField("day", "第%d期已截至 %s，新的一期不能比它早", later.Issue(), later.Day)
		}
		// The permission was checked above: one who may approve a board need not be allowed to edit.
		if err := s.issues.CreateTx(ctx, tx, access.System, v); err != nil {
			return err
		}
		tx.SetResult(v.No)
		return nil
	})
	if first, ok := db.Replayed(err); ok {
		return first, nil
	}
	return v.No, err
}

// Snapshots lists the issues of a place's board for a year, newest first, without their content.
func (s *Service) Snapshots(ctx context.Context, who access.Principal, tenant int64, scope string, year int) ([]Snapshot, error) {
	if err := who.Require(s.issues.Perm(access.View), scope); err != nil {
		return nil, err
	}
	return issuesOf(ctx, s.env.DB.Read(), tenant, scope, year)
}

// Issue returns an issue with its frozen rows.
func (s *Service) Issue(ctx context.Context, who access.Principal, tenant int64, id ids.ID) (*Snapshot, []Row, error) {
	v, err := s.issues.Get(ctx, who, tenant, id)
	if err != nil {
		return nil, nil, err
	}
	rows, err := v.Rows()
	return v, rows, err
}
