package engine

import (
	"slices"
	"strings"

	"huicun/internal/kit/money"
)

// The steps that an award may have to go between its computing and its approval, in their order: the village's plan, the
// vote of its members, the township's review, the county's re-check, the publication.
const (
	StepPlan    = "plan"
	StepVote    = "vote"
	StepReview  = "review"
	StepRecheck = "recheck"
	StepPublish = "publish"
)

var (
	allSteps = []string{StepPlan, StepVote, StepReview, StepRecheck, StepPublish}
	// usualSteps hold where a document says nothing.
	usualSteps = []string{StepPlan, StepVote, StepReview, StepPublish}
)

// Budget is the most that the awards of one year come to. Over says what happens beyond it: refuse (when left out), or
// pro_rata, which reduces all awards in the same proportion.
type Budget struct {
	Most string `yaml:"most"`
	Over string `yaml:"over,omitempty"`
}

// procedure checks the steps and the budget.
func (c *checker) procedure(doc *Document) {
	last := -1
	for _, s := range doc.Procedure {
		at := slices.Index(allSteps, s)
		switch {
		case at < 0:
			c.add("procedure", "程序里没有“%s”这一步；可以写 plan（村提方案）、vote（村民（代表）会议表决）、review（镇审核）、recheck（县复核）、publish（公示）", s)
		case at <= last:
			c.add("procedure", "程序的步骤重复或次序不对，应按 plan、vote、review、recheck、publish 的先后")
		}
		last = max(last, at)
	}
	c.vote(doc.Vote)
	b := doc.Budget
	if b == nil {
		return
	}
	most := c.fen("budget.most", b.Most)
	if most <= 0 {
		c.add("budget.most", "预算应大于零")
	}
	if b.Over != "" && b.Over != "refuse" && b.Over != "pro_rata" {
		c.add("budget.over", "超出预算时应为 refuse（不予批准）或 pro_rata（同比例调减）")
	}
	if c.p.award != nil && c.p.Counts() {
		c.add("budget", "计分的政策没有预算")
	}
	c.p.budget, c.p.proRata = most, b.Over == "pro_rata"
}

// Procedure are the steps between computing and approval, in their order.
func (p *Policy) Procedure() []string {
	if p.Doc.Procedure == nil {
		return slices.Clone(usualSteps)
	}
	return slices.Clone(p.Doc.Procedure)
}

// Budget is the most that a year's awards come to, 0 where the policy does not say; proRata says that they are reduced to
// it in proportion.
func (p *Policy) Budget() (most money.Fen, proRata bool) { return p.budget, p.proRata }

// Payee is who gets what no split gives away.
func (p *Policy) Payee() string {
	if p.Doc.Payee == "" {
		return collective
	}
	return p.Doc.Payee
}

const collective = "村集体"

// Payers are those who bear the awards besides the village itself, as the document calls them; one that has no name where it
// says nothing.
func (p *Policy) Payers() []string {
	var out []string
	add := func(to string) {
		if to != "" && !IsVillage(to) && !slices.Contains(out, to) {
			out = append(out, to)
		}
	}
	named := false
	for _, s := range p.splits {
		if s.Kind != "payer" {
			continue
		}
		named = true
		for _, k := range s.cases {
			for _, to := range k.to {
				add(to)
			}
		}
	}
	if !named {
		return []string{""}
	}
	return out
}

// IsVillage reports whether a name in a split means the village's collective.
func IsVillage(to string) bool {
	return to == collective || to == "集体" || strings.HasSuffix(to, "村集体经济组织")
}

// ClawbackInputs are the inputs that the claw-back's condition asks about, in the document's order.
func (p *Policy) ClawbackInputs() []Input {
	var out []Input
	if p.clawback == nil || p.clawback.expr == nil {
		return nil
	}
	for _, in := range p.Doc.Inputs {
		if in.Type != "accounts" && slices.Contains(p.clawback.expr.uses, in.Name) {
			out = append(out, in)
		}
	}
	return out
}

// Ranked reports whether the policy gives prizes by rank among all subjects.
func (p *Policy) Ranked() bool { return p.prizes != nil }
