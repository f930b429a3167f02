package policy

import (
	"huicun/internal/books/ledger"
	"huicun/internal/kit/field"
	"huicun/internal/mechanism/policy/engine"
	"huicun/internal/mechanism/policy/form"
)

// Offers are what the data of a policy can be taken from, by kind of subject, for the form: the catalogue's indicators with
// their parameters, the values of the kinds that were added, and the ends of the year. Accounts are the income accounts of
// both accounting systems.
func (s *Sources) Offers() form.Choices {
	days := []form.Source{{Code: yearStart, Name: "年度第一天", Type: "date"}, {Code: yearEnd, Name: "年度最后一天", Type: "date"}}
	out := form.Choices{Sources: map[string][]form.Source{}}
	for _, in := range s.cat.All() {
		o := form.Source{Code: in.Code, Name: in.Name, Help: in.Definition}
		for _, p := range in.Params {
			o.Params = append(o.Params, field.Option{Code: p.Name, Label: p.Label})
		}
		out.Sources[engine.OfVillage] = append(out.Sources[engine.OfVillage], o)
	}
	for code, k := range s.kinds {
		for _, v := range k.Values {
			out.Sources[code] = append(out.Sources[code], form.Source{Code: v.Code, Name: v.Name, Type: v.Type, Texts: v.Texts, Help: v.Definition})
		}
	}
	for _, k := range engine.SubjectKinds {
		out.Sources[k.Code] = append(out.Sources[k.Code], days...)
	}
	for _, system := range []string{ledger.Chart2004, ledger.Chart2023} {
		label := field.LabelOf(ledger.Charts, system)
		for _, a := range ledger.Chart(system) {
			if a.Class == ledger.Income {
				out.Accounts = append(out.Accounts, field.Option{Code: a.Code, Label: a.Name + "（" + label + "）"})
			}
		}
	}
	return out
}
