package policy

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/mechanism/policy/engine"
	"huicun/internal/registry/access"
)

// placeAll gives the subjects of a new round their places where the policy gives prizes. An error names all whose score cannot
// be worked out: without them nobody has a place.
func placeAll(p *engine.Policy, list []FreezeSubject) ([]*engine.Inputs, error) {
	all := make([]*engine.Inputs, len(list))
	for i := range list {
		all[i] = list[i].Inputs
	}
	if !p.Ranked() {
		return all, nil
	}
	all = p.Known(all)
	var l errs.List
	for i, in := range all {
		if _, err := p.Compute(in); err != nil {
			if errs.KindOf(err) != errs.Invalid {
				return nil, err
			}
			l.Add("subjects", "%s：%s", list[i].Name, sentenceOf(err))
		}
	}
	if err := l.Err(); err != nil {
		return nil, err
	}
	places, err := p.Standings(all)
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Standing = places[i] // Known made copies
	}
	return all, nil
}

// rival is a line that takes part in a round's ranking, with what its last computation rested on.
type rival struct {
	*Line
	frozen *Frozen
}

// rivalsOf are the lines of a round that are ranked: all but those that people vetoed.
func rivalsOf(ctx context.Context, q db.Q, tenant int64, round ids.ID) ([]rival, error) {
	lines, err := LinesOf(ctx, q, tenant, round)
	if err != nil {
		return nil, err
	}
	var out []rival
	for i := range lines {
		l := &lines[i]
		if l.State == Vetoed {
			continue
		}
		c, err := lastCalc(ctx, q, tenant, l.ID)
		if err != nil {
			return nil, err
		}
		f, err := c.Frozen()
		if err != nil {
			return nil, err
		}
		out = append(out, rival{l, f})
	}
	return out, nil
}

// placesOf ranks rivals among each other.
func placesOf(p *engine.Policy, list []rival) ([]*engine.Standing, error) {
	all := make([]*engine.Inputs, len(list))
	for i := range list {
		all[i] = list[i].frozen.Inputs
	}
	return p.Standings(all)
}

// documentOf is the version that a round was made of, compiled.
func documentOf(ctx context.Context, q db.Q, r *Round) (*Version, *engine.Policy, error) {
	v, err := versionTable.Get(ctx, q, r.Tenant, r.Version)
	if err != nil {
		return nil, nil, err
	}
	p, err := v.Compile()
	return v, p, err
}

// placeAmong gives inputs that are to replace a line's the place that they have among the round's other lines.
func placeAmong(ctx context.Context, tx *db.Tx, r *Round, p *engine.Policy, l *Line, in *engine.Inputs) error {
	list, err := rivalsOf(ctx, tx, tx.Tenant, r.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(x rival) bool { return x.ID == l.ID })
	if i < 0 {
		return errs.New(errs.State, "award.vetoed", "核算单 %s 已否决，不能重新核算", l.No)
	}
	own := p.Known([]*engine.Inputs{in})[0]
	list[i].frozen = &Frozen{Inputs: own}
	if _, err := p.Compute(own); err != nil {
		return err
	}
	places, err := placesOf(p, list)
	if err != nil {
		return err
	}
	in.Standing = places[i]
	return nil
}

// rankAnew gives out a round's prizes anew after a line changed or left, and settles the amounts. Whose prize has been
// published or approved keeps it: an error of kind State names them, to be returned first.
func (s *Runs) rankAnew(ctx context.Context, tx *db.Tx, who access.Principal, r *Round, reason string, changed ...ids.ID) error {
	v, p, err := documentOf(ctx, tx, r)
	if err != nil {
		return err
	}
	if p.Ranked() {
		list, err := rivalsOf(ctx, tx, tx.Tenant, r.ID)
		if err != nil {
			return err
		}
		places, err := placesOf(p, list)
		if err != nil {
			return err
		}
		moved, err := moving(list, places)
		if err != nil {
			return err
		}
		for _, i := range moved {
			list[i].frozen.Inputs.Standing = places[i]
			c, a, err := compute(v, p, list[i].frozen.Inputs, list[i].frozen.Edits)
			if err != nil {
				return fmt.Errorf("moving line %s: %w", list[i].No, err)
			}
			if err := s.move(ctx, tx, who, list[i].Line, worked{c, a}, "名次变动："+reason); err != nil {
				return err
			}
			changed = append(changed, list[i].ID)
		}
	}
	return s.settleRound(ctx, tx, r, reason, changed...)
}

// moving are the rivals whose place is another now.
func moving(list []rival, places []*engine.Standing) ([]int, error) {
	var out []int
	var told []string
	for i := range list {
		was := list[i].frozen.Inputs.Standing
		switch {
		case was != nil && was.Matches(places[i]):
		case !slices.Contains(fixedStates, list[i].State):
			out = append(out, i)
		case was == nil || !was.Same(places[i]):
			told = append(told, list[i].Name+"（"+LineMachine.State(list[i].State).Label+"，将由“"+list[i].Prize+"”变为“"+places[i].Prize+"”）")
		}
	}
	if len(told) > 0 {
		return nil, errs.New(errs.State, "award.prize_told", "名次会变，影响已经公示或批准的：%s；请先把它们退回重核", strings.Join(told, "、"))
	}
	return out, nil
}

// move takes a new place over into a line. Who has gone steps already goes them again when the prize is another.
func (s *Runs) move(ctx context.Context, tx *db.Tx, who access.Principal, l *Line, c worked, reason string) error {
	c.ID, c.Line, c.Seq, c.Reason, c.Actor, c.ActorID, c.At = tx.NewID(), l.ID, l.Calcs+1, reason, who.Name, who.ID, tx.Now().UnixMicro()
	prize := l.Prize
	apply := func(l *Line) { l.take(c, who) }
	switch {
	case l.State != Computed && l.State != Returned && prize == c.award.Standing.Prize:
		l.ours = true
		apply(l)
		if err := s.Lines.AmendTx(ctx, tx, actor(tx), l, "名次变动", reason); err != nil {
			return err
		}
		return insertCalc(ctx, tx, c.Calc)
	case l.State != Computed && l.State != Returned:
		if err := s.follow(ctx, tx, actor(tx), l, "return", reason, nil); err != nil {
			return err
		}
	}
	if err := s.follow(ctx, tx, actor(tx), l, "recompute", reason, apply); err != nil {
		return err
	}
	return insertCalc(ctx, tx, c.Calc)
}

// checkPlaces ranks the lines of a round anew by what was frozen: fsck's part of prizes.
func checkPlaces(ctx context.Context, q db.Q, r *Round, p *engine.Policy) ([]string, error) {
	list, err := rivalsOf(ctx, q, r.Tenant, r.ID)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	places, err := placesOf(p, list)
	if err != nil {
		return []string{fmt.Sprintf("核算批次 %s 按冻结的数据排不出名次：%s", r.No, errs.Message(err))}, nil
	}
	var out []string
	for i := range list {
		if was := list[i].frozen.Inputs.Standing; was == nil || !was.Same(places[i]) {
			out = append(out, fmt.Sprintf("核算单 %s 记的奖项是“%s”，按冻结的数据排名是“%s”", list[i].No, list[i].Prize, places[i].Prize))
		}
	}
	return out, nil
}
