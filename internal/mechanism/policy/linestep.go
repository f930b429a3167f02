package policy

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/mechanism/policy/engine"
	"huicun/internal/registry/access"
)

// StepIn is one step over lines of a round. Which of its values count depends on the event: a vote has numbers, an approval the
// number of its document; Text is the plan or the opinion.
type StepIn struct {
	Round               ids.ID
	Lines               []ids.ID
	Event               string
	On                  date.Date
	Text, No, Reason    string
	Due, Present, Agree int
}

type stepKey struct{}

// EventLabel is an event of a line in Chinese.
func EventLabel(event string) string {
	for _, e := range LineMachine.Events {
		if e.Name == event {
			return e.Label
		}
	}
	return event
}

// manual are the events that people carry out on lines; the others follow from payments and computations.
var manual = []string{engine.StepPlan, engine.StepVote, engine.StepReview, engine.StepRecheck, engine.StepPublish, "approve", "file", "return", "veto"}

// Step carries a step out over lines, all or none. An error names the line. key makes a double submission harmless.
func (s *Runs) Step(ctx context.Context, who access.Principal, tenant int64, key string, in StepIn) error {
	meta := who.Meta(tenant)
	meta.Key, meta.Input = key, fmt.Sprintf("award step %+v", in)
	err := s.env.DB.InTx(ctx, meta, func(ctx context.Context, tx *db.Tx) error { return s.stepTx(ctx, tx, who, in) })
	if _, ok := db.Replayed(err); ok {
		return nil
	}
	return err
}

func (s *Runs) stepTx(ctx context.Context, tx *db.Tx, who access.Principal, in StepIn) error {
	if !slices.Contains(manual, in.Event) {
		return errs.New(errs.NotFound, "award.event", "没有“%s”这个操作", in.Event)
	}
	if len(in.Lines) == 0 {
		return errs.OnField("lines", "请至少选一张核算单")
	}
	if in.On.IsZero() {
		in.On = today(tx)
	}
	in.Text, in.No, in.Reason = field.Clean(in.Text, true), field.Clean(in.No, false), field.Clean(in.Reason, true)
	r, err := lockRound(ctx, tx, in.Round)
	if err != nil {
		return err
	}
	if r.State != RoundOpen {
		return errs.New(errs.State, "award.round", "批次 %s 现在是“%s”，不能再办理", r.No, RoundMachine.State(r.State).Label)
	}
	st := &stepping{StepIn: in, round: r}
	if in.Event == engine.StepVote {
		if st.votes, err = VoteRuleOf(ctx, tx, r, in.On); err != nil {
			return err
		}
	}
	ctx = context.WithValue(ctx, stepKey{}, st)
	for _, id := range in.Lines {
		l, err := lineTable.Get(ctx, tx, tx.Tenant, id)
		if err != nil {
			return err
		}
		if l.Round != r.ID {
			return errs.New(errs.NotFound, "not_found", "核算单 %s 不在这个批次里", l.No)
		}
		if err := s.Lines.DoTx(ctx, tx, who, l, in.Event, in.Reason); err != nil {
			return named(l, err)
		}
	}
	switch in.Event {
	case "approve":
		return s.withinBudget(ctx, tx, r)
	case "return":
		return s.settleRound(ctx, tx, r, in.Reason)
	case "veto":
		return s.rankAnew(ctx, tx, who, r, in.Reason)
	}
	return nil
}

// named says which line an error is about, unless it stands beside a field of the form.
func named(l *Line, err error) error {
	e := errs.As(err)
	if e == nil || len(e.Fields) > 0 || e.Kind == errs.Internal {
		return err
	}
	return errs.Wrap(err, e.Kind, e.Code, "%s（%s）：%s", l.No, l.Name, e.Msg)
}

// stepping is a step under way, for the guards.
type stepping struct {
	StepIn
	round *Round
	votes *engine.VoteRule
	apply func(*Line) // of an event that follows from a payment or a computation: what it settles
}

// guard lets an event happen only within a step, a payment or a computation, and fills in what it settles.
func (s *Runs) guard(event string) func(context.Context, *db.Tx, *Line) error {
	return func(ctx context.Context, tx *db.Tx, l *Line) error {
		st, ok := ctx.Value(stepKey{}).(*stepping)
		if !ok {
			return errs.New(errs.Invalid, "award.generic", "核算单请在核算批次里办理")
		}
		l.ours = true
		if event == "return" || event == "veto" {
			return undo(l, event)
		}
		if !slices.Contains(manual, event) {
			st.apply(l)
			return nil
		}
		missing, err := s.Missing(ctx, tx, st.round, l, event, st.On)
		if err != nil {
			return err
		}
		if len(missing) > 0 {
			return errs.New(errs.State, "award.missing", "还不能%s：%s", EventLabel(event), strings.Join(missing, "；"))
		}
		if err := apart(tx, l, event); err != nil {
			return err
		}
		return st.fill(tx, l)
	}
}

// undo clears what is to be done again.
func undo(l *Line, event string) error {
	if l.Paid > 0 {
		return errs.New(errs.State, "award.paid", "已经发放过，不能%s；要收回的请办理追回", EventLabel(event))
	}
	if event == "return" {
		var none date.Date
		l.PlannedOn, l.VotedOn, l.ReviewedOn, l.RecheckedOn, l.PublishedOn, l.PublishedTo, l.ApprovedOn = none, none, none, none, none, none, none
		l.Due, l.Present, l.Agree, l.ApprovalNo, l.Review, l.Recheck = 0, 0, 0, "", "", ""
	}
	return nil
}

// apart keeps duties apart: who computed neither reviews nor approves, who reviewed does not approve.
func apart(tx *db.Tx, l *Line, event string) error {
	if tx.ActorID == 0 {
		return nil
	}
	switch {
	case (event == engine.StepReview || event == engine.StepRecheck || event == "approve") && tx.ActorID == l.Computer:
		return errs.New(errs.State, "award.same", "核算人不能%s自己核算的奖励，请由其他人办理", EventLabel(event))
	case event == engine.StepRecheck && tx.ActorID == l.Reviewer:
		return errs.New(errs.State, "award.same", "审核人不能复核自己审核的奖励，请由其他人办理")
	}
	return nil
}

// fill keeps what a step settles.
func (st *stepping) fill(tx *db.Tx, l *Line) error {
	var bad errs.List
	if st.On.After(today(tx)) {
		bad.Add("on", "日期还没有到")
	}
	if last := l.lastDay(); st.On.Before(last) {
		bad.Add("on", "不能早于前一步的日期（%s）", last.Chinese())
	}
	switch st.Event {
	case engine.StepPlan:
		if st.Text == "" {
			bad.Add("text", "请写明分配方案（给谁、多少、理由）")
		}
		l.PlannedOn, l.Plan = st.On, st.Text
	case engine.StepVote:
		st.vote(l, &bad)
	case engine.StepReview:
		l.ReviewedOn, l.Review, l.Reviewer = st.On, st.Text, tx.ActorID
	case engine.StepRecheck:
		l.RecheckedOn, l.Recheck = st.On, st.Text
	case engine.StepPublish:
		l.PublishedOn, l.PublishedTo = st.On, st.On.AddDays(st.round.Days)
	case "approve":
		if st.No == "" {
			bad.Add("no", "请填写批准文号或会议纪要号")
		}
		l.ApprovedOn, l.ApprovalNo, l.Approver = st.On, st.No, tx.ActorID
	case "file":
		l.FiledOn = st.On
	}
	return bad.Err()
}

// vote checks a vote by the policy's rule, or else the law's least.
func (st *stepping) vote(l *Line, bad *errs.List) {
	switch {
	case st.Due <= 0:
		bad.Add("due", "请填写应到人数")
	case st.Present <= 0 || st.Present > st.Due:
		bad.Add("present", "实到人数应为 1 到应到人数")
	case st.Agree < 0 || st.Agree > st.Present:
		bad.Add("agree", "同意人数应为 0 到实到人数")
	default:
		if name, why := st.votes.Fails(st.Due, st.Present, st.Agree); why != "" {
			bad.Add(name, "%s", why)
		}
	}
	l.VotedOn, l.Due, l.Present, l.Agree = st.On, st.Due, st.Present, st.Agree
}

// Missing says in Chinese what a line lacks for an event on a day: the same for the page and for the guard.
func (s *Runs) Missing(ctx context.Context, q db.Q, r *Round, l *Line, event string, on date.Date) ([]string, error) {
	var out []string
	if r.State != RoundOpen {
		out = append(out, "批次已"+strings.TrimPrefix(RoundMachine.State(r.State).Label, "已"))
	}
	if event == "pay" || event == "recompute" {
		return out, nil
	}
	if l.nothing() && event != "file" {
		return append(out, "没有奖励金额（"+cmpOr(l.Remark(), "按规则算出来是零")+"）"), nil
	}
	if l.Undecided != "" {
		out = append(out, l.Undecided+"；请重新核算时填写")
	}
	if next := l.Next(r.Steps()); next != event {
		out = append(out, "先要"+EventLabel(next))
	}
	if event != "approve" {
		return out, nil
	}
	return s.missingApproval(ctx, q, r, l, on, out)
}

func (s *Runs) missingApproval(ctx context.Context, q db.Q, r *Round, l *Line, on date.Date, out []string) ([]string, error) {
	if !l.PublishedTo.IsZero() && on.Before(l.PublishedTo) {
		out = append(out, fmt.Sprintf("公示到%s为止，满 %d 天才能批准", l.PublishedTo.Chinese(), r.Days))
	}
	n, err := openObjections(ctx, q, r.Tenant, l.ID)
	if n > 0 {
		out = append(out, fmt.Sprintf("有 %d 件异议还没有答复", n))
	}
	return out, err
}

// withinBudget refuses an approval that takes the approved lines beyond the round's or the policy's budget.
func (s *Runs) withinBudget(ctx context.Context, tx *db.Tx, r *Round) error {
	lines, err := LinesOf(ctx, tx, tx.Tenant, r.ID)
	if err != nil {
		return err
	}
	var sum money.Fen
	for i := range lines {
		if slices.Contains([]string{AwardApproved, LinePaying, Paid, Filed}, lines[i].State) {
			if sum, err = money.Sum(sum, lines[i].Amount); err != nil {
				return err
			}
		}
	}
	if r.Budget > 0 && sum > r.Budget {
		return errs.New(errs.State, "award.budget", "批准以后本批合计 %s 元，超过预算 %s 元，多出 %s 元；请少批几张，或退回重核", sum, r.Budget, sum-r.Budget)
	}
	if _, err := lockPolicy(ctx, tx, r.Policy); err != nil {
		return err
	}
	_, p, err := documentOf(ctx, tx, r)
	if err != nil {
		return err
	}
	most, _ := p.Budget()
	if most == 0 {
		return nil
	}
	others, err := approvedBesides(ctx, tx, tx.Tenant, r.Policy, r.Year, r.ID)
	if err != nil {
		return err
	}
	if all := sum + others; all > most {
		return errs.New(errs.State, "award.budget", "批准以后这项政策 %d 年合计 %s 元（其他批次 %s 元），超过政策规定的预算 %s 元，多出 %s 元", r.Year, all, others, most, all-most)
	}
	return nil
}

// RecomputeIn is a new computation of a line; Version is the version of the line that the person saw.
type RecomputeIn struct {
	Line    ids.ID
	Version int64
	Inputs  *engine.Inputs
	Edits   []Edit
	Reason  string
}

// Recompute works a line out anew. Before an approval, or when it was returned, everything may change; later only whether
// milestones were reached: an amount or payees that come out otherwise are refused.
func (s *Runs) Recompute(ctx context.Context, who access.Principal, tenant int64, in RecomputeIn) error {
	return s.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		l, err := lineTable.Get(ctx, tx, tx.Tenant, in.Line)
		if err != nil {
			return err
		}
		if err := who.Require(KindLine+":"+access.Edit, l.Region); err != nil {
			return err
		}
		r, err := lockRound(ctx, tx, l.Round)
		if err != nil {
			return err
		}
		if l, err = lineTable.Get(ctx, tx, tx.Tenant, in.Line); err != nil {
			return err
		}
		if in.Version != 0 && in.Version != l.Version {
			return errs.New(errs.Stale, "stale", "这张核算单刚刚被别人办理过，您的核算没有保存；请看最新内容后再做一次")
		}
		if r.State != RoundOpen {
			return errs.New(errs.State, "award.round", "批次 %s 现在是“%s”，不能再核算", r.No, RoundMachine.State(r.State).Label)
		}
		if in.Reason = field.Clean(in.Reason, true); in.Reason == "" {
			return errs.OnField("reason", "请说明重新核算的理由")
		}
		return s.recomputeTx(ctx, tx, who, r, l, &in)
	})
}

func (s *Runs) recomputeTx(ctx context.Context, tx *db.Tx, who access.Principal, r *Round, l *Line, in *RecomputeIn) error {
	v, p, err := documentOf(ctx, tx, r)
	if err != nil {
		return err
	}
	before, err := lastCalc(ctx, tx, tx.Tenant, l.ID)
	if err != nil {
		return err
	}
	approved := l.State == AwardApproved || l.State == LinePaying
	if err := place(ctx, tx, r, p, l, in.Inputs, before, approved); err != nil {
		return err
	}
	c, a, err := compute(v, p, in.Inputs, in.Edits)
	if err != nil {
		return err
	}
	if c.Hash == before.Hash {
		return errs.New(errs.State, "award.unchanged", "数据没有变化，不用重新核算")
	}
	c.ID, c.Line, c.Seq, c.Reason, c.Actor, c.ActorID, c.At = tx.NewID(), l.ID, l.Calcs+1, in.Reason, who.Name, who.ID, tx.Now().UnixMicro()
	if approved {
		return s.milestone(ctx, tx, l, c, a, before)
	}
	if err := s.follow(ctx, tx, who, l, "recompute", in.Reason, func(l *Line) {
		l.take(worked{c, a}, who)
	}); err != nil {
		return err
	}
	if err := insertCalc(ctx, tx, c); err != nil {
		return err
	}
	return s.rankAnew(ctx, tx, who, r, in.Reason, l.ID)
}

// place fills a line's standing in for a new computation: that among the others, or once it is approved the one it was approved
// with.
func place(ctx context.Context, tx *db.Tx, r *Round, p *engine.Policy, l *Line, in *engine.Inputs, before *Calc, approved bool) error {
	switch {
	case !p.Ranked():
		return nil
	case !approved:
		return placeAmong(ctx, tx, r, p, l, in)
	}
	f, err := before.Frozen()
	if err == nil {
		in.Standing, in.Order = f.Inputs.Standing, f.Inputs.Order
	}
	return err
}

// follow carries out an event that follows from a payment or a computation, with what it settles.
func (s *Runs) follow(ctx context.Context, tx *db.Tx, who access.Principal, l *Line, event, reason string, apply func(*Line)) error {
	return s.Lines.DoTx(context.WithValue(ctx, stepKey{}, &stepping{apply: apply}), tx, who, l, event, reason)
}

// milestone takes over which instalments may be paid now; the award itself must come out as it was approved.
func (s *Runs) milestone(ctx context.Context, tx *db.Tx, l *Line, c *Calc, a *engine.Award, before *Calc) error {
	was, err := before.Award()
	if err != nil {
		return err
	}
	if a.Amount != was.Amount || !slices.Equal(a.Payees, was.Payees) || !slices.Equal(a.Payers, was.Payers) || len(a.Instalments) != len(was.Instalments) {
		return errs.New(errs.State, "award.approved", "已经批准的奖励只能更新兑付节点；这样改奖励会变成 %s 元（批准的是 %s 元）或换了领奖人，请先退回重核", a.Amount, was.Amount)
	}
	if err := insertCalc(ctx, tx, c); err != nil {
		return err
	}
	for i := range a.Instalments {
		if err := setReady(ctx, tx, l.ID, i+1, a.Instalments[i].Ready); err != nil {
			return err
		}
	}
	l.Calcs, l.ours = c.Seq, true
	return s.Lines.AmendTx(ctx, tx, actor(tx), l, "更新兑付节点", c.Reason)
}
