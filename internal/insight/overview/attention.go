package overview

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"huicun/internal/books/asset"
	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/mechanism/brand"
	"huicun/internal/mechanism/casework"
	"huicun/internal/mechanism/chamber"
	"huicun/internal/mechanism/joint"
	"huicun/internal/mechanism/pairing"
	"huicun/internal/mechanism/secretary"
	"huicun/internal/registry/access"
)

// Item is one thing that needs attention: what is the matter, with which record, and what to do. Days is how long
// it is overdue, below zero how long until it is due. Kind and ID name the record, ID is zero for a list of them.
type Item struct {
	Code, Rule, Tone    string // Rule is what the rule is called
	Title, What, Detail string
	Remedy              string
	Kind                string
	ID                  ids.ID
	Href                string
	Region, Place       string
	On                  date.Date
	Days                int
	Amount              money.Fen
	Sample              bool
	Perm                string
}

var toneOrder = []string{toneRed, toneOrange, toneAzure}

// sortItems puts overdue things first, the longest overdue on top, then what is due soonest.
func sortItems(list []Item) {
	slices.SortStableFunc(list, func(a, b Item) int {
		return cmp.Or(
			cmp.Compare(slices.Index(toneOrder, a.Tone), slices.Index(toneOrder, b.Tone)),
			cmp.Compare(b.Days, a.Days), cmp.Compare(b.Amount, a.Amount), cmp.Compare(a.Region, b.Region), cmp.Compare(a.What, b.What),
		)
	})
}

// Attention lists what needs attention in a scope on a day and who can do something about, most urgent first: the
// to-do list of a person.
func (s *Service) Attention(ctx context.Context, who access.Principal, scope string, day date.Date) ([]Item, error) {
	scopes := narrow(who, scope)
	var out []Item
	for _, place := range scopes {
		parts, err := s.counties(ctx, place, day.Year(), day)
		if err != nil {
			return nil, err
		}
		for i := range parts {
			c, o := &parts[i], &Overview{}
			q := s.env.DB.Read()
			if err := s.addArrears(ctx, q, c, o, nil); err != nil {
				return nil, err
			}
			if err := s.addAttention(ctx, q, c, o, nil); err != nil {
				return nil, err
			}
			out = append(out, o.Attention...)
		}
	}
	out = slices.DeleteFunc(out, func(it Item) bool { return !who.Can(it.Perm, it.Region) })
	sortItems(out)
	return out, nil
}

// narrow returns the parts of a scope where somebody can do something about anything: each place once.
func narrow(who access.Principal, scope string) []string {
	var out []string
	for _, r := range attentionRules {
		for _, place := range who.Narrow(r.Perm, scope) {
			if slices.ContainsFunc(out, func(x string) bool { return code.Within(place, x) }) {
				continue
			}
			out = slices.DeleteFunc(out, func(x string) bool { return code.Within(x, place) })
			out = append(out, place)
		}
	}
	return out
}

// Visible leaves the items whose records somebody may see.
func Visible(who access.Principal, list []Item) []Item {
	var out []Item
	for _, it := range list {
		if kind, _, _ := strings.Cut(it.Perm, ":"); who.Can(kind+":"+access.View, it.Region) {
			out = append(out, it)
		}
	}
	return out
}

// finder looks for one kind of thing.
type finder func(ctx context.Context, q db.Q, f *finding) error

// finding is where finders put what they find.
type finding struct {
	s       *Service
	c       *county
	rules   map[string]Rule
	arrears []Arrear
	items   []Item
}

// addAttention looks for everything that needs attention; what is owed must have been added before.
func (s *Service) addAttention(ctx context.Context, q db.Q, c *county, o *Overview, _ *gather) error {
	f := &finding{s: s, c: c, rules: rulesAt(attentionRules, c.day), arrears: o.Arrears}
	for _, find := range []finder{findRent, findContracts, findRequests, findJoint, findMilestones, findVouchers, findIdle, findAgreements, findBrands, findTerms} {
		if err := find(ctx, q, f); err != nil {
			return err
		}
	}
	o.Attention = append(o.Attention, f.items...)
	return nil
}

// put adds an item of a rule; on is the day that it is or was due.
func (f *finding) put(ctx context.Context, rule, kind string, row *db.Row, on date.Date, it Item) {
	r := f.rules[rule]
	it.Code, it.Rule, it.Remedy, it.Perm, it.Kind = r.Code, r.Name, r.Remedy, r.Perm, kind
	if it.Tone == "" {
		it.Tone = r.Tone
	}
	it.ID, it.Region, it.Sample = row.ID, row.Region, row.Sample
	it.Place = f.s.env.Regions.Name(ctx, row.Region)
	it.On = on
	if it.Title == "" {
		it.Title = r.Name
		if !on.IsZero() {
			it.Days = f.c.day.Sub(on)
			it.Title += untilOrSince(it.Days)
		}
	}
	if n, ok := f.s.env.Noun(kind); ok && it.Href == "" {
		it.Href = n.Info().Path + "/" + row.ID.String()
	}
	f.items = append(f.items, it)
}

func untilOrSince(days int) string {
	switch {
	case days > 0:
		return fmt.Sprintf(" %d 天", days)
	case days == 0:
		return "（今天）"
	}
	return fmt.Sprintf("（还有 %d 天）", -days)
}

// has returns the days of a rule, when it is in force.
func (f *finding) has(rule string) (days int, ok bool) {
	r, ok := f.rules[rule]
	return r.Days, ok
}

func findRent(ctx context.Context, _ db.Q, f *finding) error {
	grace, ok := f.has("rent_overdue")
	for i := range f.arrears {
		a := &f.arrears[i]
		if !ok || a.Days <= grace || !inRanges(a.Region, f.c.ranges) {
			continue
		}
		f.put(ctx, "rent_overdue", "contract", &db.Row{ID: a.Contract, Region: a.Region, Sample: a.Sample}, a.Since, Item{
			What: a.Name, Detail: a.Debtor + "欠 " + a.Owed.String() + " 元", Amount: a.Owed,
		})
	}
	return nil
}

func inRanges(c string, ranges [][2]string) bool {
	return slices.ContainsFunc(ranges, func(r [2]string) bool { return c >= r[0] && c < r[1] })
}

func findContracts(ctx context.Context, q db.Q, f *finding) error {
	ahead, soon := f.has("contract_ending")
	grace, over := f.has("contract_overrun")
	from, to := f.c.day, f.c.day.AddDays(-grace-1)
	if over {
		from = date.Must("1978-01-01")
	}
	if soon {
		to = f.c.day.AddDays(ahead)
	}
	list, err := contract.Ending(ctx, q, f.c.tenant, f.c.ranges, from, to)
	if err != nil {
		return err
	}
	for i := range list {
		c := &list[i]
		last := c.LastDay()
		it := Item{What: c.Name, Detail: "期限到 " + last.String() + "，每年 " + c.Annual.String() + " 元", Amount: c.Annual}
		switch {
		case last.Before(f.c.day.AddDays(-grace)) && over:
			f.put(ctx, "contract_overrun", "contract", &c.Row, last, it)
		case !last.Before(f.c.day) && soon:
			f.put(ctx, "contract_ending", "contract", &c.Row, last, it)
		}
	}
	return nil
}

func findRequests(ctx context.Context, q db.Q, f *finding) error {
	ahead, soon := f.has("request_due")
	grace, over := f.has("request_overdue")
	// Whoever is still open on the day and will be overdue then is due by ahead days from now, or overdue already.
	t, err := casework.Timeliness(ctx, q, f.c.tenant, f.c.ranges, firstOf(f.c.year), f.c.day.AddDays(ahead+1))
	if err != nil {
		return err
	}
	for i := range t.Overdue {
		r := &t.Overdue[i]
		it := Item{What: field.LabelOf(casework.Classes, r.Class) + "：" + r.Content, Detail: r.No + "，应于 " + r.DueOn.String() + " 办结"}
		switch {
		case !r.OpenOn(f.c.day):
		case r.DueOn.Before(f.c.day.AddDays(-grace)) && over:
			f.put(ctx, "request_overdue", "request", &r.Row, r.DueOn, it)
		case !r.DueOn.Before(f.c.day) && soon:
			f.put(ctx, "request_due", "request", &r.Row, r.DueOn, it)
		}
	}
	return nil
}

func findJoint(ctx context.Context, q db.Q, f *finding) error {
	grace, ok := f.has("joint_late")
	if !ok {
		return nil
	}
	list, err := joint.Late(ctx, q, f.c.tenant, f.c.ranges, f.c.day.AddDays(-grace))
	if err != nil {
		return err
	}
	for i := range list {
		m := &list[i]
		f.put(ctx, "joint_late", "joint_milestone", &m.Row, m.Due, Item{What: m.Title, Detail: m.ProjectName})
	}
	return nil
}

func findMilestones(ctx context.Context, q db.Q, f *finding) error {
	grace, ok := f.has("milestone_late")
	if !ok {
		return nil
	}
	projects, err := secretary.ProjectsBegun(ctx, q, f.c.tenant, f.c.ranges, f.c.year, f.c.day)
	if err != nil {
		return err
	}
	running := map[ids.ID]string{}
	var list []ids.ID
	for i := range projects {
		if p := &projects[i]; p.Closed.IsZero() || p.Closed.After(f.c.day) {
			running[p.ID] = p.Name
			list = append(list, p.ID)
		}
	}
	ms, err := secretary.MilestonesOf(ctx, q, f.c.tenant, list)
	if err != nil {
		return err
	}
	for i := range ms {
		if m := &ms[i]; m.Late(f.c.day) && m.Due.Before(f.c.day.AddDays(-grace)) {
			f.put(ctx, "milestone_late", "milestone", &m.Row, m.Due, Item{What: m.Title, Detail: running[m.Project]})
		}
	}
	return nil
}

func findVouchers(ctx context.Context, q db.Q, f *finding) error {
	list, err := ledger.WaitingOn(ctx, q, f.c.tenant, f.c.ranges, f.c.day)
	if err != nil {
		return err
	}
	for _, w := range list {
		rule := "voucher_review"
		if w.State == ledger.Reviewed {
			rule = "voucher_post"
		}
		if _, ok := f.has(rule); !ok {
			continue
		}
		f.put(ctx, rule, "voucher", &db.Row{Region: w.Region}, date.Date{}, Item{
			Title: fmt.Sprintf("%s %d 张", f.rules[rule].Name, w.Count), What: f.s.env.Regions.Name(ctx, w.Region),
			Detail: "最早的是 " + w.Oldest.String(), Href: "/vouchers?state=" + w.State + "&scope=" + w.Region, Days: f.c.day.Sub(w.Oldest),
		})
	}
	return nil
}

func findIdle(ctx context.Context, q db.Q, f *finding) error {
	if _, ok := f.has("asset_idle"); !ok {
		return nil
	}
	list, err := asset.ByIDs(ctx, q, db.NewWhere(f.c.tenant).Ranges("region", f.c.ranges).And("state = ?", "idle"))
	if err != nil {
		return err
	}
	for i := range list {
		a := &list[i]
		f.put(ctx, "asset_idle", "asset", &a.Row, date.Date{}, Item{What: a.Name, Detail: field.LabelOf(asset.Kinds, a.Kind) + " " + a.Quantity.String()})
	}
	return nil
}

func findAgreements(ctx context.Context, q db.Q, f *finding) error {
	ahead, ok := f.has("agreement_ending")
	if !ok {
		return nil
	}
	list, err := pairing.Expiring(ctx, q, f.c.tenant, f.c.ranges, f.c.day, ahead)
	if err != nil {
		return err
	}
	for i := range list {
		a := &list[i]
		f.put(ctx, "agreement_ending", "agreement", &a.Row, a.To, Item{What: a.Name, Detail: field.LabelOf(pairing.Axes, a.Axis)})
	}
	return nil
}

func findBrands(ctx context.Context, q db.Q, f *finding) error {
	ahead, ok := f.has("brand_ending")
	if !ok {
		return nil
	}
	list, err := brand.Expiring(ctx, q, f.c.tenant, f.c.ranges, f.c.day.AddDays(ahead))
	if err != nil {
		return err
	}
	for i := range list {
		b := &list[i]
		it := Item{What: "“" + b.Name + "”", Detail: strings.TrimSpace(b.Certificates + " " + b.MarkNo)}
		if it.Days = f.c.day.Sub(b.ValidTo); it.Days > 0 {
			it.Title, it.Tone = fmt.Sprintf("品牌证书已过期 %d 天", it.Days), toneRed
		}
		f.put(ctx, "brand_ending", "brand", &b.Row, b.ValidTo, it)
	}
	return nil
}

func findTerms(ctx context.Context, q db.Q, f *finding) error {
	ahead, ok := f.has("chamber_term")
	if !ok {
		return nil
	}
	list, err := chamber.WorkingOn(ctx, q, f.c.tenant, f.c.ranges, f.c.day)
	if err != nil {
		return err
	}
	for i := range list {
		c := &list[i]
		if c.TermTo.IsZero() || c.TermTo.After(f.c.day.AddDays(ahead)) {
			continue
		}
		it := Item{What: c.Name, Detail: "本届到 " + c.TermTo.String()}
		if it.Days = f.c.day.Sub(c.TermTo); it.Days > 0 {
			it.Title, it.Tone = fmt.Sprintf("商会逾期未换届 %d 天", it.Days), toneRed
		}
		f.put(ctx, "chamber_term", "chamber", &c.Row, c.TermTo, it)
	}
	return nil
}
