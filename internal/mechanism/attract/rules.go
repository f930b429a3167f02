package attract

import (
	"context"
	"slices"
	"strings"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/search"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// foldInvestor is an investor's name as duplicates are compared: width, case, spaces and brackets do not count.
func foldInvestor(name string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" ()（）【】[]《》“”\"'·.,，。-—", r) {
			return -1
		}
		return r
	}, search.Fold(name))
}

func checkLead(l *Lead) error {
	var list errs.List
	if l.CreditCode != "" {
		c, err := code.CreditCode(l.CreditCode)
		if err != nil {
			list.Merge("credit_code", errs.OnField("credit_code", "%s", errs.Message(err)))
		} else {
			l.CreditCode = c
		}
	}
	if l.Source == Talent && l.Talent == 0 {
		list.Add("talent", "信息来源是乡贤的，请选择推介乡贤")
	}
	if l.Fixed > l.Total {
		list.Add("fixed", "固定资产投资不能大于计划总投资")
	}
	checkStages(l, &list)
	return list.Err()
}

// checkStages holds the dates and the state together: what the state has passed is dated, what it has not
// reached is not, and the main dates follow one another.
func checkStages(l *Lead, list *errs.List) {
	at := rank(l.State)
	for i, s := range path[1:] {
		d, k := *s.at(l), i+1
		label := Machine.State(s.state).Label
		switch {
		case at >= 0 && k > at && !d.IsZero():
			list.Add(s.field, "项目现在是“%s”，还没有到“%s”，不能填这个日期；请通过操作推进", Machine.State(l.State).Label, label)
		case slices.Contains([]string{"duplicate", "rejected"}, l.State) && k >= rank("effective") && !d.IsZero():
			list.Add(s.field, "“%s”的信息没有这个日期", Machine.State(l.State).Label)
		case d.IsZero() && k <= at && (k == at || s.state == "effective" || s.state == "signed"):
			list.Add(s.field, "项目现在是“%s”，请填写“%s”的日期", Machine.State(l.State).Label, label)
		case !d.IsZero() && d.Before(l.ReportedOn):
			list.Add(s.field, "不能早于报送日期 %s", l.ReportedOn)
		}
	}
	var before *step
	for _, name := range []string{"effective", "signed", "started", "completed", "producing", "at_capacity"} {
		s := &path[rank(name)]
		if d := *s.at(l); d.IsZero() {
			continue
		} else if before != nil && d.Before(*before.at(l)) {
			list.Add(s.field, "“%s”不能早于“%s”（%s）", Machine.State(s.state).Label, Machine.State(before.state).Label, *before.at(l))
		}
		before = s
	}
	if !l.SignedOn.IsZero() && l.Total == 0 {
		list.Add("total", "已签约的项目请填写计划总投资")
	}
	checkSide(l, list)
}

// checkSide is checkStages for the pause and the end.
func checkSide(l *Lead, list *errs.List) {
	if l.State == "paused" && l.EffectiveOn.IsZero() {
		list.Add("effective_on", "暂停推进的项目请填写认定有效日期")
	}
	if (l.State == "paused") != (!l.PausedOn.IsZero() && l.ResumedOn.IsZero()) && l.State != "lost" {
		list.Add("paused_on", "暂停和恢复日期与项目状态不符；暂停、恢复请通过操作办理")
	}
	if !l.ResumedOn.IsZero() && (l.PausedOn.IsZero() || l.ResumedOn.Before(l.PausedOn)) {
		list.Add("resumed_on", "恢复日期不能早于暂停日期")
	}
	switch isClosed := slices.Contains(closed, l.State); {
	case isClosed && l.ClosedOn.IsZero():
		list.Add("closed_on", "“%s”的信息请填写终结日期", Machine.State(l.State).Label)
	case !isClosed && !l.ClosedOn.IsZero():
		list.Add("closed_on", "项目还没有终结，不能填终结日期")
	case isClosed && l.ClosedOn.Before(l.ReportedOn):
		list.Add("closed_on", "不能早于报送日期 %s", l.ReportedOn)
	}
}

func checkLeadTx(ctx context.Context, tx *db.Tx, persons *record.Noun[party.Person], old, l *Lead) error {
	today := date.Of(tx.Now())
	switch {
	case old != nil && l.ReportedOn.IsZero():
		l.ReportedOn = old.ReportedOn
	case l.ReportedOn.IsZero():
		l.ReportedOn = today
	}
	var list errs.List
	for _, s := range append(slices.Clone(path), sides...) {
		if s.at(l).After(today) {
			list.Add(s.field, "不能晚于今天（%s）", today)
		}
	}
	if l.DuplicateOf != 0 && l.DuplicateOf == l.ID {
		list.Add("duplicate_of", "不能与自己重复")
	}
	if l.Talent != 0 {
		p, err := persons.Table.Get(ctx, tx, tx.Tenant, l.Talent)
		if err != nil {
			return err
		}
		if !p.Talent {
			list.Add("talent", "%s（%s）没有登记为乡贤；请先在“人员”里勾选“乡贤”", p.Name, p.No)
		}
	}
	err := list.Err()
	same := old != nil && old.InvestorFolded == l.InvestorFolded && old.CreditCode == l.CreditCode
	if err != nil || same || !UnderWay(l.State) {
		return err
	}
	return refuseDuplicate(ctx, tx, l)
}

var sides = []step{
	{"paused", "paused_on", func(l *Lead) *date.Date { return &l.PausedOn }},
	{"paused", "resumed_on", func(l *Lead) *date.Date { return &l.ResumedOn }},
	{"lost", "closed_on", func(l *Lead) *date.Date { return &l.ClosedOn }},
}

// rivalOf finds the lead that has this one's investor: one under way, or one reported earlier and not yet
// decided. nil when there is none.
func rivalOf(ctx context.Context, tx *db.Tx, l *Lead) (*Lead, error) {
	w := db.NewWhere(tx.Tenant).And("id <> ?", l.ID)
	if l.CreditCode != "" {
		w.And("(credit_code = ? OR investor_folded = ?)", l.CreditCode, l.InvestorFolded)
	} else {
		w.And("investor_folded = ?", l.InvestorFolded)
	}
	found, err := leadTable.All(ctx, tx, db.In(w, "state", append([]string{"reported", "screened"}, underWay...)), "reported_on, id")
	if err != nil {
		return nil, err
	}
	for i := range found {
		o := &found[i]
		if UnderWay(o.State) || o.ReportedOn.Before(l.ReportedOn) || o.ReportedOn == l.ReportedOn && l.ID != 0 && o.ID < l.ID {
			return o, nil
		}
	}
	return nil, nil //nolint:nilnil // no rival is an answer
}

func refuseDuplicate(ctx context.Context, tx *db.Tx, l *Lead) error {
	o, err := rivalOf(ctx, tx, l)
	if err != nil || o == nil {
		return err
	}
	e := errs.OnField("investor", "与 %s（%s，%s 报送，%s）是同一投资方，先报送者优先；请认定为重复，或先了结那一条",
		o.No, o.Name, o.ReportedOn, Machine.State(o.State).Label)
	e.Kind, e.Code, e.Msg = errs.Conflict, "lead.duplicate", e.Fields[0].Msg
	return e
}

type guard = func(context.Context, *db.Tx, *Lead) error

// leadGuards refuses what may not be done and stamps the date of what is.
func leadGuards() map[string]guard {
	g := map[string]guard{
		"duplicate": guardDuplicate, "reject": stampSide(func(l *Lead) *date.Date { return &l.ClosedOn }),
		"lose": stampSide(func(l *Lead) *date.Date { return &l.ClosedOn }), "pause": guardPause,
	}
	for event, state := range map[string]string{
		"screen": "screened", "effective": "effective", "talk": "talking", "terms": "terms", "sign": "signed", "register": "registered",
		"start": "started", "complete": "completed", "produce": "producing", "capacity": "at_capacity",
	} {
		g[event] = enter(path[rank(state)], map[string]guard{
			"effective": guardEffective, "sign": guardSign, "register": guardRegister,
		}[event])
	}
	for _, state := range pausable {
		g["resume_"+state] = guardResume(state)
	}
	return g
}

func enter(s step, check guard) guard {
	return func(ctx context.Context, tx *db.Tx, l *Lead) error {
		if check != nil {
			if err := check(ctx, tx, l); err != nil {
				return err
			}
		}
		*s.at(l) = date.Of(tx.Now())
		return nil
	}
}

func stampSide(at func(*Lead) *date.Date) guard {
	return func(_ context.Context, tx *db.Tx, l *Lead) error {
		*at(l) = date.Of(tx.Now())
		return nil
	}
}

func guardEffective(ctx context.Context, tx *db.Tx, l *Lead) error {
	if l.Content == "" && l.Papers == "" {
		return errs.OnField("papers", "认定有效前，请先填写项目内容或佐证材料")
	}
	return refuseDuplicate(ctx, tx, l)
}

func guardSign(_ context.Context, _ *db.Tx, l *Lead) error {
	if l.Total == 0 {
		return errs.OnField("total", "签约前，请先填写计划总投资")
	}
	return nil
}

func guardRegister(_ context.Context, _ *db.Tx, l *Lead) error {
	if l.Firm == 0 {
		return errs.OnField("firm", "注册后的企业请先在“单位”里登记，再填到“落户企业”")
	}
	return nil
}

func guardDuplicate(ctx context.Context, tx *db.Tx, l *Lead) error {
	if l.DuplicateOf == 0 {
		o, err := rivalOf(ctx, tx, l)
		if err != nil {
			return err
		}
		if o != nil {
			l.DuplicateOf = o.ID
		}
	}
	l.ClosedOn = date.Of(tx.Now())
	return nil
}

func guardPause(_ context.Context, tx *db.Tx, l *Lead) error {
	l.PausedOn, l.ResumedOn = date.Of(tx.Now()), date.Date{}
	return nil
}

func guardResume(state string) guard {
	return func(_ context.Context, tx *db.Tx, l *Lead) error {
		today := date.Of(tx.Now())
		if from := l.reached(today); from != state {
			return errs.New(errs.State, "lead.resume", "项目是在“%s”阶段暂停的，请恢复到“%s”", Machine.State(from).Label, Machine.State(from).Label)
		}
		l.ResumedOn = today
		return nil
	}
}
