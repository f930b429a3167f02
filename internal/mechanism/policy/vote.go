package policy

import (
	"context"
	_ "embed" // the law's rules
	"encoding/csv"
	"fmt"
	"strings"
	"sync"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/mechanism/policy/engine"
)

//go:embed vote_rules.csv
var voteRulesCSV string

// lawVote is a rule that the law gave from one day to another; the zero days are open.
type lawVote struct {
	from, to date.Date
	rule     *engine.VoteRule
}

var lawVotes = sync.OnceValue(func() []lawVote {
	rows, err := csv.NewReader(strings.NewReader(voteRulesCSV)).ReadAll()
	if err != nil {
		panic(err) // comes with the program
	}
	var out []lawVote
	for _, r := range rows[1:] {
		rule, err := (&engine.Vote{Present: r[2], Agree: r[3], Of: r[4], Basis: r[5]}).Read()
		if err != nil {
			panic(fmt.Errorf("vote_rules.csv: %w", err))
		}
		v := lawVote{rule: rule}
		if r[0] != "" {
			v.from = date.Must(r[0])
		}
		if r[1] != "" {
			v.to = date.Must(r[1])
		}
		out = append(out, v)
	}
	return out
})

// VoteRuleOf is the rule by which a village's vote on a day carries in a round: the policy's own, or the law's.
func VoteRuleOf(ctx context.Context, q db.Q, r *Round, on date.Date) (*engine.VoteRule, error) {
	_, p, err := documentOf(ctx, q, r)
	if err != nil {
		return nil, err
	}
	if v := p.Vote(); v != nil {
		return v, nil
	}
	for _, v := range lawVotes() {
		if !on.Before(v.from) && (v.to.IsZero() || !on.After(v.to)) {
			return v.rule, nil
		}
	}
	return nil, errs.New(errs.Internal, "award.vote_rule", "no rule for a vote on %s", on)
}
