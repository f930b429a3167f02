package rent

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/jobs"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
)

// JobKind is the kind of the jobs that bill a month of many books.
const JobKind = "rent_bill"

// JobParams say of which place which month is billed.
type JobParams struct {
	Scope string     `json:"scope"`
	Month date.Month `json:"month"`
}

// JobState is what such a job has done; its checkpoint.
type JobState struct {
	Next    ids.ID    `json:"next"` // the books that were looked at last
	Place   string    `json:"place"`
	Billed  int       `json:"billed"`
	Before  int       `json:"before"` // billed before
	Nothing int       `json:"nothing"`
	Items   int       `json:"items"`
	Total   money.Fen `json:"total"`
	Left    []JobLeft `json:"left"`
	More    int       `json:"more"` // left out beyond those listed
}

// JobLeft are books, or a contract of theirs, that were left out, and why.
type JobLeft struct {
	Books    ids.ID `json:"books"`
	Name     string `json:"name"`
	Contract ids.ID `json:"contract,omitempty"`
	Text     string `json:"text,omitempty"` // the contract's number and name
	Why      string `json:"why"`
}

// mostLeft bounds how many of those left out a job lists.
const mostLeft = 500

func (s *JobState) leave(l JobLeft) {
	if len(s.Left) == mostLeft {
		s.More++
		return
	}
	s.Left = append(s.Left, l)
}

// String says what came of the job.
func (s *JobState) String() string {
	text := fmt.Sprintf("%d 个账套已计收，应收款项 %d 笔、%s 元，凭证待审核", s.Billed, s.Items, s.Total)
	for _, x := range []struct {
		n    int
		what string
	}{{s.Before, "%d 个以前已计收"}, {s.Nothing, "%d 个没有到期款项"}, {len(s.Left) + s.More, "%d 处没有计收，见下表"}} {
		if x.n > 0 {
			text += "；" + fmt.Sprintf(x.what, x.n)
		}
	}
	return text
}

// BooksOf lists the books in which who may bill a month of a place, by place.
func (s *Service) BooksOf(ctx context.Context, q db.Q, who access.Principal, tenant int64, scope, verb string, m date.Month) ([]ledger.Books, error) {
	ranges, err := s.env.Regions.Ranges(ctx, who.Narrow(KindRun+":"+verb, scope)...)
	if err != nil {
		return nil, err
	}
	return ledger.BooksIn(ctx, q, tenant, ranges, m, m)
}

// RunsOf are by books the runs of a month that stand.
func RunsOf(ctx context.Context, q db.Q, tenant int64, m date.Month) (map[ids.ID]*Run, error) {
	list, err := runTable.All(ctx, q, db.NewWhere(tenant).And("month = ?", m).And("state = 'done'"), "id")
	out := make(map[ids.ID]*Run, len(list))
	for i := range list {
		out[list[i].Books] = &list[i]
	}
	return out, err
}

// Job bills a month of all books of a place in the background, each books all or nothing. It bills what is due when it comes to them; what cannot be
// billed is left out and named. who says who somebody is when the job runs.
func (s *Service) Job(who func(ctx context.Context, id ids.ID) (access.Principal, error)) jobs.Kind {
	return jobs.Kind{Name: JobKind, Run: func(ctx context.Context, r *jobs.Run) error {
		p, err := who(ctx, r.ActorID)
		if err != nil {
			return err
		}
		return s.runJob(ctx, p, r)
	}}
}

func (s *Service) runJob(ctx context.Context, who access.Principal, r *jobs.Run) error {
	var in JobParams
	if err := r.Read(&in); err != nil {
		return err
	}
	var state JobState
	if err := r.Before(&state); err != nil {
		return err
	}
	list, err := s.BooksOf(ctx, s.env.DB.Read(), who, r.Tenant, in.Scope, access.Edit, in.Month)
	if err != nil {
		return err
	}
	slices.SortFunc(list, func(a, b ledger.Books) int { return cmp.Or(cmp.Compare(a.Region, b.Region), cmp.Compare(a.ID, b.ID)) })
	for i := range list {
		b := &list[i]
		if b.Region < state.Place || b.Region == state.Place && b.ID <= state.Next {
			continue
		}
		r.Progress("正在计收："+b.Name, i, len(list))
		if err := s.billOne(ctx, who, r, b, in.Month, &state); err != nil {
			return err
		}
	}
	r.Finish("/rent-runs/new?month="+in.Month.String(), "%s：%s", in.Month.Chinese(), &state)
	return nil
}

// billOne bills one books in a transaction of its own, with the checkpoint; what a person has to mend leaves them out.
func (s *Service) billOne(ctx context.Context, who access.Principal, r *jobs.Run, b *ledger.Books, m date.Month, state *JobState) error {
	var next JobState
	begin := func() {
		next = *state
		next.Left = state.Left[:len(state.Left):len(state.Left)]
		next.Place, next.Next = b.Region, b.ID
	}
	err := s.env.DB.InTx(ctx, who.Meta(r.Tenant), func(ctx context.Context, tx *db.Tx) error {
		begin()
		if err := s.billNow(ctx, tx, who, b, m, &next); err != nil {
			return err
		}
		return r.Checkpoint(ctx, tx, &next)
	})
	switch errs.KindOf(err) {
	case errs.Invalid, errs.State, errs.Conflict, errs.Stale, errs.Forbidden:
		begin()
		next.leave(JobLeft{Books: b.ID, Name: b.Name, Why: sentence(err)})
		err = s.env.DB.InTx(ctx, who.Meta(r.Tenant), func(ctx context.Context, tx *db.Tx) error { return r.Checkpoint(ctx, tx, &next) })
	}
	if err == nil {
		*state = next
	}
	return err
}

// sentence is what an error says to people; what is wrong with a field says it best.
func sentence(err error) string {
	if e := errs.As(err); e != nil && len(e.Fields) > 0 {
		return e.Fields[0].Msg
	}
	return errs.Message(err)
}

// billNow bills what there is of books.
func (s *Service) billNow(ctx context.Context, tx *db.Tx, who access.Principal, b *ledger.Books, m date.Month, state *JobState) error {
	locked, err := lockBooks(ctx, tx, b.ID)
	if err != nil {
		return err
	}
	if err := who.Require(KindRun+":"+access.Edit, locked.Region); err != nil {
		return err
	}
	if err := contract.LockTerms(ctx, tx, locked.Party); err != nil {
		return err
	}
	p, err := s.plan(ctx, tx, tx.Tenant, locked, m)
	if err != nil {
		return err
	}
	for _, l := range p.Left {
		state.leave(JobLeft{Books: b.ID, Name: b.Name, Contract: l.Contract.ID, Text: l.Contract.No + " " + l.Contract.Name, Why: l.Why})
	}
	switch {
	case p.Standing != nil:
		state.Before++
		return nil
	case p.Stop != "":
		return errs.New(errs.State, "rent.order", "%s", p.Stop)
	case !p.Any():
		state.Nothing++
		return nil
	}
	state.Billed++
	state.Items += len(p.Items)
	state.Total += p.Total
	_, err = s.keep(ctx, tx, p)
	return err
}
