package policy

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/code"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/mechanism/policy/engine"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// The kinds of the nouns of the run; KindPayment is also the origin of its vouchers.
const (
	KindRound     = "award_round"
	KindLine      = "award_line"
	KindPayment   = "award_payment"
	KindObjection = "award_objection"
)

// The states of a round.
const (
	RoundOpen   = "open"
	RoundClosed = "closed"
	RoundVoid   = "void"
)

// Round is a policy's version worked out for a year over a place (核算批次). Budget 0 is none. Unit is what its rules give, 元 or
// points. Payee is what the policy calls who gets what no split gives
// away. Direct says that the payers pay persons themselves, else it goes through the village. Procedure are the steps before an
// approval, Count and Total its lines and what they come to, Digest seals what was frozen when it was made. Who pays is in PayersOf.
type Round struct {
	db.Row
	No              string
	Policy, Version ids.ID
	Year            int
	Purpose         string
	Budget          money.Fen
	ProRata         bool
	Unit            string
	Payee           string
	Direct          bool
	Days            int
	Procedure       string
	Count           int
	Total           money.Fen
	Digest          string

	ours bool
}

// Steps are the steps between computing and approval.
func (r *Round) Steps() []string {
	if r.Procedure == "" {
		return nil
	}
	return strings.Split(r.Procedure, ",")
}

// RoundMachine: a round is worked on until it is filed as a whole, or given up while nothing is approved.
var RoundMachine = &fsm.Machine{
	Name: "核算批次",
	States: []fsm.State{
		{Code: RoundOpen, Label: "办理中", Tone: "azure"}, {Code: RoundClosed, Label: "已归档", Tone: "green"}, {Code: RoundVoid, Label: "已作废", Tone: "grey", Side: true},
	},
	Events: []fsm.Event{
		{Name: "close", Label: "归档", From: []string{RoundOpen}, To: RoundClosed, Verb: access.Edit},
		{Name: "void", Label: "作废", From: []string{RoundOpen}, To: RoundVoid, Verb: access.Approve, Reason: true},
	},
}

var roundTable = &db.Table[Round]{
	Name: KindRound,
	Cols: []string{
		"no", "policy_id", "version_id", "round_year", "purpose", "budget_fen", "pro_rata", "unit", "payee", "direct", "publish_days", "procedure_steps", "lines", "total_fen", "digest",
	},
	Row: func(r *Round) *db.Row { return &r.Row },
	Ptrs: func(r *Round) []any {
		return []any{
			&r.No, &r.Policy, &r.Version, &r.Year, &r.Purpose, &r.Budget, &r.ProRata, &r.Unit, &r.Payee, &r.Direct, &r.Days, &r.Procedure, &r.Count, &r.Total, &r.Digest,
		}
	},
}

// Runs carries awards from their computing to the payment: rounds, their lines, payments and objections.
type Runs struct {
	env        *record.Env
	ledger     *ledger.Ledger
	awards     *record.Noun[Award]
	Rounds     *record.Noun[Round]
	Lines      *record.Noun[Line]
	Payments   *record.Noun[Payment]
	Objections *record.Noun[Objection]
}

// NewRuns registers the nouns; those of policies, versions, awards, parties, persons and the ledger must have been registered.
func NewRuns(e *record.Env, l *ledger.Ledger, awards *record.Noun[Award]) *Runs {
	s := &Runs{env: e, ledger: l, awards: awards}
	s.Rounds = s.newRounds()
	s.Lines = s.newLines()
	s.Payments = s.newPayments()
	s.Objections = newObjections(e)
	return s
}

func (s *Runs) newRounds() *record.Noun[Round] {
	steps := field.NewText[Round]("steps", "办理程序", nil).Derived()
	steps.Get = func(r *Round) string { return StepsText(r.Steps()) }
	return record.Register(s.env, &record.Noun[Round]{
		Kind: KindRound, Below: true, Label: "核算批次", Path: "/award-rounds", Icon: "calculator", Key: "no", Order: "-no",
		Intro: "一项政策一个年度的奖励：冻结数据、逐村核算、村提方案、表决、审核、公示、批准、兑付。在政策版本的“试算”页面建立。",
		Table: roundTable, Machine: RoundMachine, Kept: "核算批次不能删除；不用了请作废，并说明理由",
		Title:  func(r *Round) string { return fmt.Sprintf("%s %d 年奖励核算", r.No, r.Year) },
		Detail: func(r *Round) string { return field.LabelOf(Purposes, r.Purpose) },
		Series: func(r *Round) string { return "HS-" + yearText(r.Year) },
		Fields: []field.Field[Round]{
			field.NewText("no", "批次编号", func(r *Round) *string { return &r.No }).Derived().List(),
			field.NewRef("policy", "政策", "policy", func(r *Round) *ids.ID { return &r.Policy }).Derived().Show().Filter(),
			field.NewRef("version", "政策版本", "policy_version", func(r *Round) *ids.ID { return &r.Version }).Derived(),
			field.NewInt("year", "奖励年度", 1978, 2200, func(r *Round) *int { return &r.Year }).Col("round_year").Derived().List().Filter(),
			field.NewRegion("region", "范围", func(r *Round) *string { return &r.Region }).Derived().List(),
			field.NewEnum("purpose", "奖励事项", Purposes, func(r *Round) *string { return &r.Purpose }).Derived(),
			field.NewInt("count", "核算单", 0, 1_000_000, func(r *Round) *int { return &r.Count }).Col("lines").In("张").Derived().List(),
			field.NewMoney("total", "合计", func(r *Round) *money.Fen { return &r.Total }).Derived().List(),
			field.NewMoney("budget", "预算", func(r *Round) *money.Fen { return &r.Budget }).Derived().Show(),
			field.NewBool("pro_rata", "超出预算时同比例调减", func(r *Round) *bool { return &r.ProRata }).Derived(),
			field.NewText("unit", "核算单位", func(r *Round) *string { return &r.Unit }).Derived(),
			field.NewBool("direct", "个人部分由出资单位直接发放", func(r *Round) *bool { return &r.Direct }).Derived(),
			field.NewInt("days", "公示天数", 0, 365, func(r *Round) *int { return &r.Days }).Col("publish_days").In("天").Derived(),
			steps,
			field.NewText("digest", "数据校验值", func(r *Round) *string { return &r.Digest }).Derived(),
		},
		CheckTx: func(_ context.Context, _ *db.Tx, _, r *Round) error {
			if r.ours {
				return nil
			}
			return errs.New(errs.Invalid, "award.generic", "核算批次请在政策版本的“试算”页面建立")
		},
		Guards: map[string]func(context.Context, *db.Tx, *Round) error{"close": closeRound, "void": voidRound},
	})
}

// stepLabels are the steps in Chinese.
var stepLabels = map[string]string{
	engine.StepPlan: "村提方案", engine.StepVote: "村民（代表）会议表决", engine.StepReview: "镇审核", engine.StepRecheck: "县复核", engine.StepPublish: "公示",
}

// StepsText lists steps in Chinese, up to the approval.
func StepsText(steps []string) string {
	var out []string
	for _, s := range steps {
		out = append(out, stepLabels[s])
	}
	return strings.Join(append(out, "批准", "兑付"), " → ")
}

// FreezeSubject is one subject of a new round with its values; Edits are those that people entered. Kind is SubjectVillage when
// left out, else the kind of the record that Subject is the id of. Party or Person is the policy's payee, where it is no village.
type FreezeSubject struct {
	Kind          string
	Subject       ids.ID
	Region, Name  string
	Party, Person ids.ID
	Inputs        *engine.Inputs
	Edits         []Edit
}

// FreezeIn is what a round is made of.
type FreezeIn struct {
	Version  ids.ID
	Region   string
	Year     int
	Purpose  string
	Budget   money.Fen // 0: that of the policy
	Payers   []ids.ID  // in the order of the policy's payers; 0 where it is not known yet
	Direct   bool
	Days     int // at least those of the version
	Note     string
	Sample   bool
	Subjects []FreezeSubject
}

// Freeze works a policy out over the subjects and keeps inputs and results as a round. An error is Invalid with a sentence for
// each subject that cannot be worked out, State when the version cannot be run. key makes a double submission harmless.
func (s *Runs) Freeze(ctx context.Context, who access.Principal, tenant int64, key string, in FreezeIn) (ids.ID, error) {
	meta := who.Meta(tenant)
	meta.Key, meta.Input = key, fmt.Sprint("award round ", in.Version, in.Region, in.Year, len(in.Subjects))
	var made ids.ID
	err := s.env.DB.InTx(ctx, meta, func(ctx context.Context, tx *db.Tx) error {
		r, err := s.freezeTx(ctx, tx, who, in)
		if err == nil {
			made = r.ID
			tx.SetResult(made.String())
		}
		return err
	})
	if first, ok := db.Replayed(err); ok {
		return ids.Parse(first)
	}
	return made, err
}

// runnable reads the version of a round that is to be made, with its document.
func runnable(ctx context.Context, tx *db.Tx, in *FreezeIn) (*Version, *engine.Policy, error) {
	v, err := versionTable.Get(ctx, tx, tx.Tenant, in.Version)
	if err != nil {
		return nil, nil, err
	}
	pol, err := lockPolicy(ctx, tx, v.Policy)
	if err != nil {
		return nil, nil, err
	}
	p, err := v.Compile()
	switch {
	case err != nil:
		return nil, nil, err
	case !slices.Contains(enacted, pol.State):
		return nil, nil, errs.New(errs.State, "award.policy", "《%s》现在是“%s”，施行后才能据此核算奖励", pol.Title, Machine.State(pol.State).Label)
	case v.State == VersionDraft:
		return nil, nil, errs.New(errs.State, "award.draft", "第 %d 版还是草案，使其有效以后才能核算奖励；现在可以试算", v.VersionNo)
	case !v.holdsIn(in.Year):
		return nil, nil, errs.New(errs.State, "award.year", "第 %d 版（%s）在 %d 年没有效力，请选有效的年度或版本", v.VersionNo, v.span(), in.Year)
	case !code.Within(in.Region, pol.Region):
		return nil, nil, errs.New(errs.State, "award.place", "这里不在《%s》的适用范围内", pol.Title)
	}
	return v, p, nil
}

func (s *Runs) freezeTx(ctx context.Context, tx *db.Tx, who access.Principal, in FreezeIn) (*Round, error) {
	v, p, err := runnable(ctx, tx, &in)
	if err != nil {
		return nil, err
	}
	most, proRata := p.Budget()
	var l errs.List
	switch {
	case len(in.Subjects) == 0:
		l.Add("subjects", "没有可以核算的村")
	case in.Budget < 0:
		l.Add("budget", "预算不能是负数")
	case most > 0 && in.Budget > most:
		l.Add("budget", "超过政策规定的年度预算 %s 元", most)
	}
	if in.Days < v.PublicityDays || in.Days > 365 {
		l.Add("days", "公示天数应为 %d（政策规定）到 365 天", v.PublicityDays)
	}
	if err := l.Err(); err != nil {
		return nil, err
	}
	if in.Budget == 0 {
		in.Budget = most
	}
	steps := p.Procedure()
	if v.PublicityDays > 0 && !slices.Contains(steps, engine.StepPublish) {
		steps = append(steps, engine.StepPublish)
	}
	r := &Round{
		Policy: v.Policy, Version: v.ID, Year: in.Year, Purpose: cmpOr(in.Purpose, "other"), Budget: in.Budget, ProRata: proRata, Unit: p.Unit(), Payee: p.Payee(), Direct: in.Direct, Days: in.Days,
		Procedure: strings.Join(steps, ","), ours: true,
	}
	r.Region, r.State, r.Note, r.Sample = in.Region, RoundOpen, field.Clean(in.Note, true), in.Sample || v.Sample
	calcs, digest, err := computeAll(tx, who, v, p, in.Subjects)
	if err != nil {
		return nil, err
	}
	r.Digest, r.Count = digest, len(calcs)
	if err := s.Rounds.CreateTx(ctx, tx, who, r); err != nil {
		return nil, err
	}
	if err := keepPayers(ctx, tx, r, p, in.Payers); err != nil {
		return nil, err
	}
	for i := range calcs {
		if err := s.newLine(ctx, tx, who, r, &in.Subjects[i], calcs[i], i+1); err != nil {
			return nil, err
		}
	}
	return r, s.settleRound(ctx, tx, r, "")
}

// worked is a computation with the award that it gave.
type worked struct {
	*Calc
	award *engine.Award
}

// computeAll works all subjects out, with their places where prizes are given; those that cannot be are named, all at once. The
// digest is over the subjects' hashes.
func computeAll(tx *db.Tx, who access.Principal, v *Version, p *engine.Policy, list []FreezeSubject) ([]worked, string, error) {
	inputs, err := placeAll(p, list)
	if err != nil {
		return nil, "", err
	}
	var l errs.List
	out := make([]worked, len(list))
	hashes := make([]string, len(list))
	for i := range list {
		c, a, err := compute(v, p, inputs[i], list[i].Edits)
		if err != nil {
			if errs.KindOf(err) != errs.Invalid {
				return nil, "", err
			}
			l.Add("subjects", "%s：%s", list[i].Name, sentenceOf(err))
			continue
		}
		c.Seq, c.Actor, c.ActorID, c.At = 1, who.Name, who.ID, tx.Now().UnixMicro()
		out[i], hashes[i] = worked{c, a}, c.Hash
	}
	return out, hashOf(strings.Join(hashes, "\n")), l.Err()
}

// sentenceOf is an error's first sentence.
func sentenceOf(err error) string {
	if e := errs.As(err); e != nil && len(e.Fields) > 0 {
		return e.Fields[0].Msg
	}
	return errs.Message(err)
}

// newLine stores a line with its first computation.
func (s *Runs) newLine(ctx context.Context, tx *db.Tx, who access.Principal, r *Round, sub *FreezeSubject, c worked, n int) error {
	l := &Line{Round: r.ID, No: fmt.Sprintf("%s-%s", r.No, padded(n)), Kind: cmpOr(sub.Kind, SubjectVillage), Subject: sub.Subject, Name: sub.Name, PayeeParty: sub.Party, PayeePerson: sub.Person, ours: true}
	l.Region, l.State, l.Sample = sub.Region, Computed, r.Sample
	l.take(c, who)
	if owner, err := party.CollectiveOf(ctx, tx, tx.Tenant, sub.Region); err == nil {
		l.Party = owner.ID
	} else if !errs.Is(err, errs.NotFound) {
		return err
	}
	if err := s.Lines.CreateTx(ctx, tx, who, l); err != nil {
		return err
	}
	c.ID, c.Line = tx.NewID(), l.ID
	return insertCalc(ctx, tx, c.Calc)
}

// take takes a computation's result over; the amount is settled with the round's.
func (l *Line) take(c worked, who access.Principal) {
	a := c.award
	l.Result, l.Calcs, l.Computer = c.Amount, c.Seq, who.ID
	l.Amount = min(l.Amount, l.Result)
	l.Why, l.Undecided = strings.Join(a.Refused, "；"), undecided(a)
	l.Points, l.Place, l.Prize = "", 0, ""
	if a.Unit != engine.Yuan {
		l.Points = a.Points.RatString()
	}
	if a.Standing != nil {
		l.Place, l.Prize = a.Standing.Place, a.Standing.Prize
	}
}

func padded(n int) string {
	t := strconv.Itoa(n)
	return strings.Repeat("0", max(0, 3-len(t))) + t
}

// undecided says what people have yet to decide, "" when nothing is left to them.
func undecided(a *engine.Award) string {
	var list []string
	for _, u := range a.Undecided {
		list = append(list, fmt.Sprintf("“%s”还要由%s在 %s 至 %s 之间确定", u.Label, u.By, engine.Show(u.Min, u.Unit), engine.Show(u.Max, u.Unit)))
	}
	if a.Standing != nil && a.Standing.Tied {
		list = append(list, "同分的超过名额，还要确定先后")
	}
	return strings.Join(list, "；")
}

// settled lines no longer change their amount: the village has been told.
var fixedStates = []string{Published, AwardApproved, LinePaying, Paid, Filed, ClawedBack}

// settleRound fits the lines into the budget where the policy says so, lays out anew those whose amount or computation
// changed, and adds up. The caller holds the round's lock, or has just made it. changed names a line whose computation is new.
func (s *Runs) settleRound(ctx context.Context, tx *db.Tx, r *Round, reason string, changed ...ids.ID) error {
	lines, err := LinesOf(ctx, tx, tx.Tenant, r.ID)
	if err != nil {
		return err
	}
	var taken money.Fen
	var free []*Line
	var results []money.Fen
	for i := range lines {
		l := &lines[i]
		switch {
		case l.State == Vetoed:
		case slices.Contains(fixedStates, l.State):
			taken += l.Amount
		default:
			free, results = append(free, l), append(results, l.Result)
		}
	}
	amounts := results
	if r.ProRata && r.Budget > 0 {
		if amounts, err = reduce(r.Budget, taken, results); err != nil {
			return err
		}
	}
	sums := []money.Fen{taken}
	for i, l := range free {
		if err := s.setAmount(ctx, tx, r, l, amounts[i], reason, slices.Contains(changed, l.ID)); err != nil {
			return err
		}
		sums = append(sums, l.Amount)
	}
	total, err := money.Sum(sums...)
	if err != nil {
		return err
	}
	r, err = roundTable.Get(ctx, tx, tx.Tenant, r.ID)
	if err != nil || r.Total == total {
		return err
	}
	r.Total, r.ours = total, true
	return s.Rounds.AmendTx(ctx, tx, actor(tx), r, "合计", reason)
}

// setAmount gives a line its amount and lays it out over payees and instalments.
func (s *Runs) setAmount(ctx context.Context, tx *db.Tx, r *Round, l *Line, amount money.Fen, reason string, changed bool) error {
	payees, err := PayeesOf(ctx, tx, tx.Tenant, l.ID)
	if err != nil {
		return err
	}
	if l.Amount == amount && !changed && (amount == 0 || len(payees) > 0) {
		return nil
	}
	if l.Amount != amount {
		l.Amount, l.ours = amount, true
		action := "核定金额"
		if amount < l.Result {
			action = "按预算同比例调减"
		}
		if err := s.Lines.AmendTx(ctx, tx, actor(tx), l, action, reason); err != nil {
			return err
		}
	}
	c, err := lastCalc(ctx, tx, tx.Tenant, l.ID)
	if err != nil {
		return err
	}
	a, err := c.Award()
	if err != nil {
		return err
	}
	payers, err := PayersOf(ctx, tx, tx.Tenant, r.ID)
	if err != nil {
		return err
	}
	laid, err := layOut(a, amount, payers)
	if err != nil {
		return err
	}
	return keepParts(ctx, tx, r, l, laid)
}

// actor is who acts, with leave to write what follows from what he or she may do.
func actor(tx *db.Tx) access.Principal {
	return access.Principal{ID: tx.ActorID, Name: tx.ActorName, Grants: access.System.Grants}
}

// closeRound wants every line at its end.
func closeRound(ctx context.Context, tx *db.Tx, r *Round) error {
	lines, err := LinesOf(ctx, tx, tx.Tenant, r.ID)
	if err != nil {
		return err
	}
	for i := range lines {
		l := &lines[i]
		if !l.nothing() && !slices.Contains([]string{Filed, Vetoed, ClawedBack}, l.State) {
			return errs.New(errs.State, "award.open", "核算单 %s（%s）现在是“%s”，各单归档或否决以后才能把批次归档", l.No, l.Name, LineMachine.State(l.State).Label)
		}
	}
	r.ours = true
	return nil
}

// voidRound gives a round up of which nothing is approved.
func voidRound(ctx context.Context, tx *db.Tx, r *Round) error {
	lines, err := LinesOf(ctx, tx, tx.Tenant, r.ID)
	if err != nil {
		return err
	}
	for i := range lines {
		if l := &lines[i]; slices.Contains(fixedStates[1:], l.State) {
			return errs.New(errs.State, "award.approved", "核算单 %s（%s）已批准，批次不能作废；请逐单处理", l.No, l.Name)
		}
	}
	r.ours = true
	return nil
}

// RoundOf reads a round.
func RoundOf(ctx context.Context, q db.Q, tenant int64, id ids.ID) (*Round, error) {
	return roundTable.Get(ctx, q, tenant, id)
}

// VersionOf reads a version.
func VersionOf(ctx context.Context, q db.Q, tenant int64, id ids.ID) (*Version, error) {
	return versionTable.Get(ctx, q, tenant, id)
}

// PersonName is what a person of the register is called.
func PersonName(ctx context.Context, e *record.Env, tenant int64, id ids.ID) (string, error) {
	n, ok := record.Of[party.Person](e, "person")
	if !ok {
		return "", errs.New(errs.Internal, "award.kind", "no noun person")
	}
	v, err := n.Table.Get(ctx, e.DB.Read(), tenant, id)
	if err != nil {
		return "", err
	}
	return v.Name, nil
}
