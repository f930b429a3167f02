package engine

import (
	"fmt"
	"math/big"
	"strings"

	"huicun/internal/kit/errs"
)

// Vote says when the village's vote on an award carries: how many of those who should come must be there, and how many must
// agree, of those present (when Of is left out) or of all who should come (due). Thresholds are written ">1/2" (过半数) or
// "≥2/3" (三分之二以上).
type Vote struct {
	Present string `yaml:"present"`
	Agree   string `yaml:"agree"`
	Of      string `yaml:"of,omitempty"` // present, due
	Basis   string `yaml:"basis,omitempty"`
}

// VoteRule is a Vote that has been read.
type VoteRule struct {
	Basis          string
	present, agree threshold
	ofDue          bool
}

type threshold struct {
	part *big.Rat
	more bool // more than the part, else at least
}

// met reports whether n of all reach the threshold.
func (t threshold) met(n, all int) bool {
	d := new(big.Rat).SetInt64(int64(n)).Cmp(new(big.Rat).Mul(t.part, new(big.Rat).SetInt64(int64(all))))
	return d > 0 || d == 0 && !t.more
}

// String is the threshold in Chinese.
func (t threshold) String() string {
	if t.more {
		if t.part.Cmp(big.NewRat(1, 2)) == 0 {
			return "过半数"
		}
		return "超过 " + t.part.RatString()
	}
	return t.part.RatString() + " 以上"
}

func readThreshold(text string) (threshold, error) {
	wrong := errs.New(errs.Invalid, "policy.threshold", "“%s”应写成 >1/2（过半数）或 ≥2/3（三分之二以上）这样的形式", text)
	t := threshold{}
	rest := strings.TrimSpace(text)
	switch {
	case strings.HasPrefix(rest, ">="):
		rest = rest[2:]
	case strings.HasPrefix(rest, "≥"):
		rest = strings.TrimPrefix(rest, "≥")
	case strings.HasPrefix(rest, ">"):
		rest, t.more = rest[1:], true
	default:
		return t, wrong
	}
	v, err := parseNumber(strings.TrimSpace(rest))
	if err != nil || v.Sign() < 0 || v.Cmp(one) > 0 || t.more && v.Cmp(one) == 0 {
		return t, wrong
	}
	t.part = v
	return t, nil
}

// Read reads the thresholds. An error is Invalid and names the field.
func (v *Vote) Read() (*VoteRule, error) {
	out := &VoteRule{Basis: v.Basis, ofDue: v.Of == "due"}
	var l errs.List
	for _, f := range []struct {
		name, text string
		to         *threshold
	}{{"present", v.Present, &out.present}, {"agree", v.Agree, &out.agree}} {
		t, err := readThreshold(f.text)
		if err != nil {
			l.Add(f.name, "%s", errs.Message(err))
		}
		*f.to = t
	}
	if v.Of != "" && v.Of != "present" && v.Of != "due" {
		l.Add("of", "应为 present（到会的）或 due（应到的）")
	}
	return out, l.Err()
}

// Words says the rule in Chinese.
func (v *VoteRule) Words() string {
	of := "到会人数的"
	if v.ofDue {
		of = "应到人数的"
	}
	text := fmt.Sprintf("到会应为应到人数的%s，同意应为%s%s", v.present, of, v.agree)
	if v.Basis != "" {
		text += "（" + v.Basis + "）"
	}
	return text
}

// Fails names what of a vote does not carry, present or agree, and why in Chinese; both are "" when it does.
func (v *VoteRule) Fails(due, present, agree int) (field, why string) {
	all, of := present, "到会"
	if v.ofDue {
		all, of = due, "应到"
	}
	switch {
	case !v.present.met(present, due):
		return "present", fmt.Sprintf("应到 %d 人，实到 %d 人，没有达到%s，表决无效", due, present, v.present)
	case !v.agree.met(agree, all):
		return "agree", fmt.Sprintf("%s %d 人，同意 %d 人，没有达到%s，没有通过；请由镇退回重核，或否决", of, all, agree, v.agree)
	}
	return "", ""
}

// Vote is when the village's vote carries, nil where the document does not say.
func (p *Policy) Vote() *VoteRule { return p.vote }

func (c *checker) vote(v *Vote) {
	if v == nil {
		return
	}
	var err error
	if c.p.vote, err = v.Read(); err == nil {
		return
	}
	for _, f := range errs.As(err).Fields {
		c.add("vote."+f.Name, "%s", f.Msg)
	}
}
