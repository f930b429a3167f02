// Package showcase keeps the articles (晒项目) in which a place tells what it has done. Their prose holds no
// typed-in numbers: it refers to figures, {{F03}}, that are worded from the catalogue. Publishing evaluates all
// references at once and freezes the prose, the figures and the records behind them in an immutable issue whose
// digest anybody can check; later changes of records never change what was published.
package showcase

import (
	"context"
	"strconv"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/registry/record"
)

// Showcase is an article as it is being written; what readers see are its issues.
type Showcase struct {
	db.Row
	No, Title, Kicker string
	Author, Issuer    string
	Year              int
	AsOf              date.Date
	Body              string // Markdown with references to figures
	Allowed           string // fixed phrases with numerals, that the check lets pass
	IssueNo           int    // the newest issue; 0 before the first
	PublishedOn       date.Date
	Fingerprint       string // of the newest issue
	WithdrawnIssue    int    // issues up to this one are withdrawn
	WithdrawnOn       date.Date
	WithdrawnReason   string
}

// The states.
const (
	Draft     = "draft"
	Published = "published"
	Withdrawn = "withdrawn"
)

// Machine: a draft is published, and again for each later issue; what proved wrong is withdrawn with a reason
// and may be written anew.
var Machine = &fsm.Machine{
	Name: "晒项目文章",
	States: []fsm.State{
		{Code: Draft, Label: "草稿", Tone: "grey"}, {Code: Published, Label: "已发布", Tone: "green"}, {Code: Withdrawn, Label: "已撤回", Tone: "red", Side: true},
	},
	Events: []fsm.Event{
		{Name: "publish", Label: "发布", From: []string{Draft, Published}, To: Published, Verb: "approve"},
		{Name: "withdraw", Label: "撤回", From: []string{Published}, To: Withdrawn, Verb: "approve", Reason: true},
		{Name: "reopen", Label: "重新起草", From: []string{Withdrawn}, To: Draft, Verb: "edit"},
	},
}

var table = &db.Table[Showcase]{
	Name: "showcase",
	Cols: []string{
		"no", "title", "kicker", "author", "issuer", "year", "as_of", "body", "allowed", "issue_no", "published_on", "fingerprint",
		"withdrawn_issue", "withdrawn_on", "withdrawn_reason",
	},
	Row: func(v *Showcase) *db.Row { return &v.Row },
	Ptrs: func(v *Showcase) []any {
		return []any{
			&v.No, &v.Title, &v.Kicker, &v.Author, &v.Issuer, &v.Year, &v.AsOf, &v.Body, &v.Allowed, &v.IssueNo, &v.PublishedOn, &v.Fingerprint,
			&v.WithdrawnIssue, &v.WithdrawnOn, &v.WithdrawnReason,
		}
	},
}

// maxBody is the longest article in characters, references counted as typed.
const maxBody = 40_000

// NewShowcases describes the noun. Publishing and withdrawing go through Service, which freezes what is shown.
func NewShowcases(e *record.Env) *record.Noun[Showcase] {
	return record.Register(e, &record.Noun[Showcase]{
		Kind: "showcase", Label: "晒项目文章", Path: "/showcases", Icon: "speakerphone", Key: "no", Order: "-no",
		Intro: "把做成的事写成文章：文中的数字都引用数字定义，发布时连同出处一起存档，谁都可以查。",
		Table: table, Machine: Machine,
		Title:  func(v *Showcase) string { return v.Title },
		Detail: func(v *Showcase) string { return v.No + " " + v.Kicker + " " + v.Issuer },
		Series: func(v *Showcase) string { return "SZ-" + strconv.Itoa(v.Year) },
		Fields: []field.Field[Showcase]{
			field.NewText("no", "编号", func(v *Showcase) *string { return &v.No }).Req().List().Help("留空自动编号"),
			field.NewText("title", "标题", func(v *Showcase) *string { return &v.Title }).Req().List().Limit(80),
			field.NewText("kicker", "栏目", func(v *Showcase) *string { return &v.Kicker }).Limit(60).Eg("“一把手”书记“晒项目”"),
			field.NewText("author", "署名（职务）", func(v *Showcase) *string { return &v.Author }).Limit(60).Eg("八桥镇党委书记"),
			field.NewText("issuer", "发布单位", func(v *Showcase) *string { return &v.Issuer }).Req().List().Limit(60).Eg("中共扬中市八桥镇委员会"),
			field.NewRegion("region", "所属地区", func(v *Showcase) *string { return &v.Region }).Req().Show().Help("文中的数字按这个地区的数字定义取数"),
			field.NewInt("year", "年度", 1978, 2200, func(v *Showcase) *int { return &v.Year }).Req().List(),
			field.NewDay("as_of", "数据截至", func(v *Showcase) *date.Date { return &v.AsOf }).Req().List().Help("这一天以后的记录不计入文中的数字"),
			field.NewLong("body", "正文", func(v *Showcase) *string { return &v.Body }).Req().Limit(maxBody),
			field.NewLong("allowed", "放行词", func(v *Showcase) *string { return &v.Allowed }).
				Help("含有数目、但不是统计数字的固定说法，一行一个；检查时放过").Limit(2000).Eg("六大工程"),
			field.NewInt("issue_no", "版次", 0, 9999, func(v *Showcase) *int { return &v.IssueNo }).Derived().List(),
			field.NewDay("published_on", "发布日期", func(v *Showcase) *date.Date { return &v.PublishedOn }).Derived().List(),
			field.NewText("fingerprint", "校验码", func(v *Showcase) *string { return &v.Fingerprint }).Derived(),
			field.NewDay("withdrawn_on", "撤回日期", func(v *Showcase) *date.Date { return &v.WithdrawnOn }).Derived(),
			field.NewLong("withdrawn_reason", "撤回原因", func(v *Showcase) *string { return &v.WithdrawnReason }).Derived(),
		},
		Check:   check,
		CheckTx: checkTx,
		Guards: map[string]func(context.Context, *db.Tx, *Showcase) error{
			"publish": guardPublish, "withdraw": guardWithdraw,
		},
		BeforeDelete: func(_ context.Context, _ *db.Tx, v *Showcase) error {
			if v.IssueNo > 0 {
				return errs.New(errs.State, "showcase.issued", "这篇文章已经发布过，不能删除；不再需要时保持“已撤回”即可")
			}
			return nil
		},
	})
}

func check(v *Showcase) error {
	var l errs.List
	if !v.AsOf.IsZero() && v.AsOf.Year() < v.Year {
		l.Add("as_of", "数据截至日期不能早于 %d 年 1 月 1 日", v.Year)
	}
	for _, p := range Phrases(v.Allowed) {
		if len([]rune(p)) < 3 {
			l.Add("allowed", "放行词“%s”太短，会放过不该放过的数字；请写出完整的说法，至少 3 个字", p)
		}
	}
	return l.Err()
}

// checkTx refuses to import an article as published: only publishing freezes its figures.
func checkTx(_ context.Context, _ *db.Tx, old, v *Showcase) error {
	if old == nil && v.State != Draft {
		return errs.OnField("state", "新文章只能是草稿；发布要在“发布”页面进行，以便核对和存档数字")
	}
	if old == nil {
		v.IssueNo, v.PublishedOn, v.Fingerprint = 0, date.Date{}, ""
		v.WithdrawnIssue, v.WithdrawnOn, v.WithdrawnReason = 0, date.Date{}, ""
	}
	return nil
}

// command carries what the events settle from Service to the guards, and proves that they came through it.
type command struct {
	issue       int
	on          date.Date
	fingerprint string
	reason      string
}

type commandKey struct{}

func guardPublish(ctx context.Context, _ *db.Tx, v *Showcase) error {
	c, ok := ctx.Value(commandKey{}).(command)
	if !ok {
		return errs.New(errs.State, "showcase.publish", "请在文章的“发布”页面核对数字后发布")
	}
	v.IssueNo, v.PublishedOn, v.Fingerprint = c.issue, c.on, c.fingerprint
	return nil
}

func guardWithdraw(ctx context.Context, _ *db.Tx, v *Showcase) error {
	c, ok := ctx.Value(commandKey{}).(command)
	if !ok {
		return errs.New(errs.State, "showcase.withdraw", "请在文章页面撤回，并写明原因")
	}
	v.WithdrawnIssue, v.WithdrawnOn, v.WithdrawnReason = v.IssueNo, c.on, c.reason
	return nil
}
