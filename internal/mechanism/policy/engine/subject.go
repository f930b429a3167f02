package engine

import (
	"cmp"
	"slices"
	"strings"
)

// What a policy is applied to: a village's year, one piece of project information, or whoever reported such in a year.
const (
	OfVillage   = "village"
	OfLead      = "lead"
	OfInformant = "informant"
)

// A SubjectKind is one kind of subject: its Chinese name and the word that it is counted with.
type SubjectKind struct{ Code, Label, Counter string }

// SubjectKinds are all kinds of subject, the usual one first.
var SubjectKinds = []SubjectKind{{OfVillage, "村", "个村"}, {OfLead, "项目信息", "条项目信息"}, {OfInformant, "信息报送人", "个信息报送人"}}

// AppliedTo is the kind of subject that the policy is applied to.
func (d *Document) AppliedTo() SubjectKind {
	i := slices.IndexFunc(SubjectKinds, func(k SubjectKind) bool { return k.Code == cmp.Or(d.Subject, OfVillage) })
	return SubjectKinds[max(i, 0)]
}

// subject checks the kind of subject. Accounts are a village's: a lead has no ledger.
func (c *checker) subject(doc *Document) {
	if doc.Subject != "" && !slices.ContainsFunc(SubjectKinds, func(k SubjectKind) bool { return k.Code == doc.Subject }) {
		c.add("subject", "对象应为 village（村）、lead（项目信息）或 informant（信息报送人）")
	}
}

// LabelOfSubject is the Chinese name of a kind of subject.
func LabelOfSubject(code string) string { return (&Document{Subject: code}).AppliedTo().Label }

// sourceOf is what a figure is taken from: a record of the subject's kind, or an indicator.
func sourceOf(figure string) string {
	for _, k := range SubjectKinds {
		if strings.HasPrefix(figure, k.Code+".") {
			return k.Label
		}
	}
	return "指标"
}
