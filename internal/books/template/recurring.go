package template

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/audit"
	"huicun/internal/registry/record"
)

// Recurrence is a recurring voucher (循环凭证): Pattern every Every months on a day of the month, the last one when the
// month is shorter. To zero means that it goes on. Asked says that its amounts are asked for each time.
type Recurrence struct {
	db.Row
	No, Name   string
	Books      ids.ID
	Every, Day int
	From, To   date.Month
	Asked      bool
	Summary    string
	Pattern    string // the lines as JSON
}

var recurringTable = &db.Table[Recurrence]{
	Name: "recurring",
	Cols: []string{"no", "name", "books_id", "every", "on_day", "from_month", "to_month", "asked", "summary", "lines"},
	Row:  func(r *Recurrence) *db.Row { return &r.Row },
	Ptrs: func(r *Recurrence) []any {
		return []any{&r.No, &r.Name, &r.Books, &r.Every, &r.Day, &r.From, &r.To, &r.Asked, &r.Summary, &r.Pattern}
	},
}

// Lines are the lines of the pattern.
func (r *Recurrence) Lines() ([]ledger.Line, error) {
	var out []ledger.Line
	if err := json.Unmarshal([]byte(r.Pattern), &out); err != nil {
		return nil, fmt.Errorf("reading the lines of %s: %w", r.No, err)
	}
	return out, nil
}

// SetLines makes the pattern.
func (r *Recurrence) SetLines(lines []ledger.Line) error {
	b, err := json.Marshal(lines)
	r.Pattern = string(b)
	return err
}

// On is the day of the voucher in a month.
func (r *Recurrence) On(m date.Month) date.Date {
	return m.First().AddDays(min(r.Day, m.Last().Day()) - 1)
}

// due reports whether a month is one of its months.
func (r *Recurrence) due(m date.Month) bool {
	months, _ := date.MonthsBetween(r.From.First(), m.First())
	return m >= r.From && (r.To == 0 || m <= r.To) && months%r.Every == 0
}

const (
	maxEvery = 60
	lastDay  = 31
)

func newRecurring(e *record.Env) *record.Noun[Recurrence] {
	month := func(name, label string, p func(*Recurrence) *date.Month) field.Field[Recurrence] {
		f := field.NewText[Recurrence](name, label, nil).Col(name + "_month").Eg("2024-01")
		f.Get = func(r *Recurrence) string { return p(r).String() }
		f.Set = func(r *Recurrence, s string) error {
			if s == "" {
				*p(r) = 0
				return nil
			}
			m, err := date.ParseMonth(s)
			if err != nil {
				return errs.OnField(name, "%s", errs.Message(err))
			}
			*p(r) = m
			return nil
		}
		return f
	}
	return record.Register(e, &record.Noun[Recurrence]{
		Kind: "recurring", Label: "循环凭证", Path: "/recurring", Icon: "history", Key: "no", Order: "no",
		Intro:  "每月、每季或每年都一样的凭证（折旧、摊销、固定报酬、按期租金），设一次，到期生成草稿。打开一张凭证，点“设为循环凭证”。",
		Table:  recurringTable,
		Title:  func(r *Recurrence) string { return r.Name },
		Detail: func(r *Recurrence) string { return r.No + " " + r.Rhythm() },
		Series: func(*Recurrence) string { return "XH" },
		Fields: []field.Field[Recurrence]{
			field.NewText("no", "编号", func(r *Recurrence) *string { return &r.No }).Fix().List().Help("不填自动编号"),
			field.NewText("name", "名称", func(r *Recurrence) *string { return &r.Name }).Req().List().Eg("每月折旧"),
			field.NewRef("books", "账套", "books", func(r *Recurrence) *ids.ID { return &r.Books }).Req().Fix().Show().Filter(),
			field.NewInt("every", "每几个月一次", 1, maxEvery, func(r *Recurrence) *int { return &r.Every }).In("个月").Req().List(),
			field.NewInt("day", "每次在几号", 1, lastDay, func(r *Recurrence) *int { return &r.Day }).Col("on_day").In("号").Req().List().Help("填 31 表示每月最后一天"),
			month("from", "起始月份", func(r *Recurrence) *date.Month { return &r.From }).Req().List(),
			month("to", "截止月份", func(r *Recurrence) *date.Month { return &r.To }).List().Help("留空表示一直生成"),
			field.NewBool("asked", "每次填金额", func(r *Recurrence) *bool { return &r.Asked }).Help("选“是”则生成时逐行填金额，否则用样本的金额"),
			field.NewText("summary", "摘要", func(r *Recurrence) *string { return &r.Summary }).Derived(),
		},
		Prepare: prepareRecurring, Check: checkRecurring,
	})
}

// Rhythm says how often: 每月最后一天, 每 3 个月 5 号.
func (r *Recurrence) Rhythm() string {
	on := fmt.Sprintf("%d 号", r.Day)
	if r.Day == lastDay {
		on = "最后一天"
	}
	if r.Every == 1 {
		return "每月 " + on
	}
	return fmt.Sprintf("每 %d 个月 %s", r.Every, on)
}

func prepareRecurring(ctx context.Context, q db.Q, tenant int64, r *Recurrence) error {
	if r.Books == 0 {
		return nil
	}
	b, err := ledger.GetBooks(ctx, q, tenant, r.Books)
	if err != nil {
		return err
	}
	r.Region = b.Region
	return nil
}

func checkRecurring(r *Recurrence) error {
	var l errs.List
	if r.To != 0 && r.To < r.From {
		l.Add("to", "截止月份不能早于起始月份（%s）", r.From)
	}
	if r.Every < 1 {
		l.Add("every", "应在 1 到 %d 之间", maxEvery)
	}
	if r.Day < 1 {
		l.Add("day", "应在 1 到 %d 之间", lastDay)
	}
	if lines, err := r.Lines(); err != nil || len(lines) < 2 {
		l.Add("name", "循环凭证请从一张凭证设立：打开凭证，点“设为循环凭证”")
	}
	return l.Err()
}

// Repeat makes a recurring voucher out of a voucher's lines; key makes a double submission harmless.
func (s *Service) Repeat(ctx context.Context, who access.Principal, tenant int64, key string, voucher ids.ID, r *Recurrence) (ids.ID, error) {
	v, err := s.l.Get(ctx, who, tenant, voucher)
	if err != nil {
		return 0, err
	}
	if v.Reverses != 0 || v.Kind == ledger.Closing {
		return 0, errs.New(errs.State, "recurring.pattern", "冲销凭证和结转凭证不能设为循环凭证")
	}
	r.Books, r.Summary = v.Books, v.Summary
	r.Sample = v.Sample
	if err := r.SetLines(v.Lines); err != nil {
		return 0, err
	}
	return s.Recurring.Create(ctx, who, tenant, key, r)
}

// Due is a month of a recurring voucher for which nothing has been done.
type Due struct {
	Recurrence
	Month date.Month
}

// maxDue bounds how many months are looked back.
const maxDue = 240

// DueList lists what is due up to a month among recurring vouchers that who may make vouchers for, the earliest first.
func (s *Service) DueList(ctx context.Context, who access.Principal, tenant int64, scope string, upto date.Month) ([]Due, error) {
	page, _, err := s.Recurring.List(ctx, who, tenant, record.Filter{Scope: scope, Page: db.Paging{Limit: 1000}})
	if err != nil {
		return nil, err
	}
	done, err := s.done(ctx, tenant, page.Items)
	if err != nil {
		return nil, err
	}
	var out []Due
	for _, r := range page.Items {
		if !who.Can("voucher:"+access.Edit, r.Region) {
			continue
		}
		for m, n := r.From, 0; m <= upto && (r.To == 0 || m <= r.To) && n < maxDue; m, n = m.Add(r.Every), n+1 {
			if !done[Run{Recurring: r.ID, Month: m}] {
				out = append(out, Due{r, m})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Due) int {
		if a.Month != b.Month {
			return int(a.Month - b.Month)
		}
		return strings.Compare(a.No, b.No)
	})
	return out, nil
}

// done are the months that are dealt with; one whose draft was deleted is not.
func (s *Service) done(ctx context.Context, tenant int64, list []Recurrence) (map[Run]bool, error) {
	all := make([]ids.ID, len(list))
	for i := range list {
		all[i] = list[i].ID
	}
	runs, err := s.runs(ctx, tenant, all)
	if err != nil {
		return nil, err
	}
	out := map[Run]bool{}
	for _, r := range runs {
		out[Run{Recurring: r.Recurring, Month: r.Month}] = true
	}
	return out, nil
}

// runs reads what became of recurring vouchers, without the months whose draft was deleted.
func (s *Service) runs(ctx context.Context, tenant int64, list []ids.ID) ([]Run, error) {
	q := s.env.DB.Read()
	runs, err := runsOf(ctx, q, tenant, list)
	if err != nil {
		return nil, err
	}
	var made []ids.ID
	for _, r := range runs {
		if r.Voucher != 0 {
			made = append(made, r.Voucher)
		}
	}
	there, err := s.l.Vouchers.Names(ctx, q, tenant, made)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(runs, func(r Run) bool {
		_, ok := there[r.Voucher]
		return r.Voucher != 0 && !ok
	}), nil
}

// Runs lists what became of one recurring voucher, by month.
func (s *Service) Runs(ctx context.Context, tenant int64, id ids.ID) ([]Run, error) {
	return s.runs(ctx, tenant, []ids.ID{id})
}

// Generate drafts the voucher of a month and returns its id; asked again it returns the same one. amounts, by line, replace
// those of the pattern when they are asked for each time.
func (s *Service) Generate(ctx context.Context, who access.Principal, tenant int64, id ids.ID, month date.Month, amounts []money.Fen) (ids.ID, error) {
	var made ids.ID
	err := s.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		r, err := s.claim(ctx, tx, who, id, month)
		if err != nil {
			return err
		}
		run, err := s.take(ctx, tx, r, month)
		if err != nil {
			return err
		}
		if run.Voucher != 0 {
			made = run.Voucher
			return nil
		}
		v, err := r.voucher(month, amounts)
		if err != nil {
			return err
		}
		if err := s.l.DraftTx(ctx, tx, who, v); err != nil {
			return err
		}
		made = v.ID
		return saveRun(ctx, tx, Run{Recurring: id, Month: month, Voucher: v.ID})
	})
	return made, err
}

// claim reads a recurring voucher that who may make vouchers for, and refuses a month that is none of its months.
func (s *Service) claim(ctx context.Context, tx *db.Tx, who access.Principal, id ids.ID, month date.Month) (*Recurrence, error) {
	r, err := recurringTable.Get(ctx, tx, tx.Tenant, id)
	if err != nil {
		return nil, err
	}
	if err := who.Require("voucher:"+access.Edit, r.Region); err != nil {
		return nil, err
	}
	if !month.Valid() || !r.due(month) {
		return nil, errs.New(errs.Invalid, "recurring.month", "循环凭证“%s”在 %s 没有要生成的凭证", r.Name, month)
	}
	return r, nil
}

// take claims a month; the voucher of the run is the one that is there already.
func (s *Service) take(ctx context.Context, tx *db.Tx, r *Recurrence, month date.Month) (Run, error) {
	fresh, run, err := takeRun(ctx, tx, r.ID, month)
	if err != nil || fresh {
		return Run{}, err
	}
	if run.Voucher == 0 {
		return Run{}, errs.New(errs.Conflict, "recurring.skipped", "循环凭证“%s”的 %s 已由 %s 跳过（%s），不再生成", r.Name, month, run.By, run.Reason)
	}
	there, err := s.l.Vouchers.Names(ctx, tx, tx.Tenant, []ids.ID{run.Voucher})
	if _, ok := there[run.Voucher]; ok || err != nil {
		return run, err
	}
	return Run{}, nil // its draft was deleted: a new one takes its place
}

// voucher is the draft of a month.
func (r *Recurrence) voucher(month date.Month, amounts []money.Fen) (*ledger.Voucher, error) {
	lines, err := r.Lines()
	if err != nil {
		return nil, err
	}
	if r.Asked {
		if len(amounts) != len(lines) {
			return nil, errs.New(errs.Invalid, "recurring.amounts", "请逐行填写金额")
		}
		for i := range lines {
			if lines[i].Debit != 0 {
				lines[i].Debit = amounts[i]
			} else {
				lines[i].Credit = amounts[i]
			}
		}
	}
	v := &ledger.Voucher{Books: r.Books, Date: r.On(month), Summary: r.Summary, Lines: lines, Origin: "recurring", OriginID: r.ID}
	v.Sample = r.Sample
	return v, nil
}

// Skip passes over a month with a reason.
func (s *Service) Skip(ctx context.Context, who access.Principal, tenant int64, id ids.ID, month date.Month, reason string) error {
	reason = field.Clean(reason, false)
	if reason == "" || len([]rune(reason)) > maxWords {
		return errs.OnField("reason", "请说明跳过的理由（最多 %d 个字）", maxWords)
	}
	return s.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		r, err := s.claim(ctx, tx, who, id, month)
		if err != nil {
			return err
		}
		run, err := s.take(ctx, tx, r, month)
		switch {
		case err != nil:
			return err
		case run.Voucher != 0:
			return errs.New(errs.Conflict, "recurring.made", "%s 的凭证已经生成，不能跳过；不需要的话请删除那张草稿", month)
		}
		if err := saveRun(ctx, tx, Run{Recurring: id, Month: month, Reason: reason}); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{
			Action: "跳过一期", Kind: "recurring", RecordID: id, Title: r.Name, Region: r.Region, Reason: reason,
			Changes: []audit.Change{{Label: "月份", After: month.String()}},
		})
	})
}
