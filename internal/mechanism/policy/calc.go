package policy

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/mechanism/policy/engine"
)

// Edit is one value of the inputs that a person entered or changed by hand.
type Edit struct{ Input, Label, Was, Now, By, Why string }

// Frozen is what a computation rested on: the document by its hash, the values with where they come from, and who changed
// which by hand.
type Frozen struct {
	Document string
	Inputs   *engine.Inputs
	Edits    []Edit
}

// Calc is one computation of a line, as it was stored.
type Calc struct {
	ID, Line      ids.ID
	Seq           int
	Inputs, Hash  string
	Result        string
	Amount        money.Fen
	Reason, Actor string
	ActorID       ids.ID
	At            int64 // microseconds
}

// When is the computation's time in China.
func (c *Calc) When() time.Time { return time.UnixMicro(c.At).In(date.Shanghai) }

// Frozen reads what the computation rested on.
func (c *Calc) Frozen() (*Frozen, error) {
	f := &Frozen{}
	if err := json.Unmarshal([]byte(c.Inputs), f); err != nil {
		return nil, fmt.Errorf("reading the inputs of computation %s: %w", c.ID, err)
	}
	if f.Inputs == nil {
		f.Inputs = &engine.Inputs{}
	}
	return f, nil
}

// Award reads what came out, with its trace.
func (c *Calc) Award() (*engine.Award, error) {
	a := &engine.Award{}
	if err := json.Unmarshal([]byte(c.Result), a); err != nil {
		return nil, fmt.Errorf("reading the result of computation %s: %w", c.ID, err)
	}
	return a, nil
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// compute works a policy out over inputs and freezes both. The JSON of equal inputs is equal: maps are written in the order
// of their keys, numbers as exact fractions.
func compute(v *Version, p *engine.Policy, in *engine.Inputs, edits []Edit) (*Calc, *engine.Award, error) {
	own := p.Known([]*engine.Inputs{in})[0]
	a, err := p.Evaluate(own)
	if err != nil {
		return nil, nil, err
	}
	inputs, err := json.Marshal(Frozen{Document: hashOf(v.Document), Inputs: own, Edits: edits})
	if err != nil {
		return nil, nil, fmt.Errorf("freezing inputs: %w", err)
	}
	result, err := json.Marshal(a)
	if err != nil {
		return nil, nil, fmt.Errorf("storing an award: %w", err)
	}
	return &Calc{Inputs: string(inputs), Hash: hashOf(string(inputs)), Result: string(result), Amount: a.Amount}, a, nil
}

// CalcChange is one value that differs between two computations.
type CalcChange struct{ Label, Before, After string }

// CompareCalcs lists what differs between two computations of a line: input by input, persons, decisions, the amount.
func CompareCalcs(p *engine.Policy, before, after *Calc) ([]CalcChange, error) {
	a, err := before.Frozen()
	if err != nil {
		return nil, err
	}
	b, err := after.Frozen()
	if err != nil {
		return nil, err
	}
	var out []CalcChange
	add := func(label, x, y string) {
		if x != y {
			out = append(out, CalcChange{label, x, y})
		}
	}
	for _, in := range p.Doc.Inputs {
		x, y := InputText(p, in, a.Inputs), InputText(p, in, b.Inputs)
		if in.Type == "accounts" && x == y && !sameEntries(a.Inputs.Values[in.Name].Entries, b.Inputs.Values[in.Name].Entries) {
			y += "（明细有变动）"
		}
		add(in.Label, x, y)
	}
	add("参加分配的人员", PersonsText(a.Inputs.Persons), PersonsText(b.Inputs.Persons))
	for _, r := range ranges(p) {
		add(r.Label, decisionText(a.Inputs.Decisions, r.Name), decisionText(b.Inputs.Decisions, r.Name))
	}
	add("名次和奖项", standingText(a.Inputs), standingText(b.Inputs))
	add("同分的先后", orderText(a.Inputs.Order), orderText(b.Inputs.Order))
	add("奖励金额", before.Amount.String()+" 元", after.Amount.String()+" 元")
	return out, nil
}

func sameEntries(a, b []engine.Entry) bool { return slices.Equal(a, b) }

// InputText is an input's value for a reader; "（没有）" where there is none.
func InputText(p *engine.Policy, in engine.Input, from *engine.Inputs) string {
	v, ok := from.Values[in.Name]
	switch {
	case !ok && in.Default != "":
		return in.Default + "（默认）"
	case !ok:
		return "（没有）"
	case in.Type == "accounts":
		var sum, got money.Fen
		for _, e := range v.Entries {
			sum, got = sum+e.Amount, got+e.Received
		}
		return fmt.Sprintf("%d 个科目，%s 元，实收 %s 元", len(v.Entries), sum, got)
	case in.Type == "money":
		return engine.Show(v.Num, "元")
	case in.Type == "number":
		return engine.Show(v.Num, cmpOr(in.Unit, "个"))
	}
	return p.ValueText(in.Name, v)
}

func cmpOr(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

// ranges are the rules that a person decides.
func ranges(p *engine.Policy) []engine.Step {
	var out []engine.Step
	for _, r := range p.Doc.Rules {
		if r.Range != nil {
			out = append(out, r)
		}
	}
	return out
}

func decisionText(all map[string]engine.Decision, rule string) string {
	d, ok := all[rule]
	if !ok || d.Amount == nil {
		return "（未确定）"
	}
	return engine.Show(d.Amount, "元") + "，" + d.Reason
}

func standingText(in *engine.Inputs) string {
	if in.Standing == nil {
		return ""
	}
	return (&Line{Place: in.Standing.Place, Prize: in.Standing.Prize}).PlaceText()
}

func orderText(d *engine.Decision) string {
	if d == nil || d.Amount == nil {
		return "（未确定）"
	}
	return "第 " + d.Amount.RatString() + "，" + d.Reason
}

// Check re-evaluates the last computation of every line from its frozen inputs, and compares hash, amount, parts and
// payments: fsck's part of awards.
func Check(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	versions := map[ids.ID]*Version{}
	policies := map[ids.ID]*engine.Policy{}
	var out []string
	lines, err := lineTable.All(ctx, q, db.NewWhere(tenant), "no")
	if err != nil {
		return nil, err
	}
	rounds := map[ids.ID]*Round{}
	for i := range lines {
		l := &lines[i]
		r := rounds[l.Round]
		if r == nil {
			if r, err = roundTable.Get(ctx, q, tenant, l.Round); err != nil {
				return nil, err
			}
			rounds[l.Round] = r
		}
		if versions[r.Version] == nil {
			v, err := versionTable.Get(ctx, q, tenant, r.Version)
			if err != nil {
				return nil, err
			}
			versions[r.Version] = v
			if policies[r.Version], err = v.Compile(); err != nil {
				out = append(out, fmt.Sprintf("核算批次 %s：政策版本 %s 的条文读不出来", r.No, v.No))
			}
		}
		c, err := lastCalc(ctx, q, tenant, l.ID)
		if err != nil {
			return nil, err
		}
		if p := policies[r.Version]; p != nil {
			out = append(out, checkCalc(l, c, versions[r.Version], p)...)
		}
	}
	for _, r := range rounds {
		if p := policies[r.Version]; p != nil && p.Ranked() {
			off, err := checkPlaces(ctx, q, r, p)
			if err != nil {
				return nil, err
			}
			out = append(out, off...)
		}
	}
	slices.Sort(out)
	sums, err := checkSums(ctx, q, tenant)
	return append(out, sums...), err
}

// checkCalc compares one computation with what its inputs give today.
func checkCalc(l *Line, c *Calc, v *Version, p *engine.Policy) []string {
	if hashOf(c.Inputs) != c.Hash {
		return []string{fmt.Sprintf("核算单 %s 第 %d 次核算的数据与其校验值不符", l.No, c.Seq)}
	}
	f, err := c.Frozen()
	if err != nil {
		return []string{fmt.Sprintf("核算单 %s 第 %d 次核算的数据读不出来", l.No, c.Seq)}
	}
	if f.Document != hashOf(v.Document) {
		return []string{fmt.Sprintf("核算单 %s 核算以后，政策版本 %s 的条文改过", l.No, v.No)}
	}
	a, err := p.Evaluate(f.Inputs)
	if err != nil {
		return []string{fmt.Sprintf("核算单 %s 按冻结的数据算不出来：%s", l.No, errs.Message(err))}
	}
	var out []string
	if a.Amount != c.Amount {
		out = append(out, fmt.Sprintf("核算单 %s 记的是 %s 元，按冻结的数据重新核算是 %s 元", l.No, c.Amount, a.Amount))
	}
	if l.Result != c.Amount {
		out = append(out, fmt.Sprintf("核算单 %s 的核算金额是 %s 元，最后一次核算是 %s 元", l.No, l.Result, c.Amount))
	}
	return out
}
