package letting

import (
	"context"
	"fmt"
	"slices"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/money"
)

// Dossier is a letting with all that belongs to it: what a page shows and what the guards judge by.
type Dossier struct {
	*Letting
	Terms      Terms
	Steps      []Step
	Bids       []Bid
	Objections []Objection
}

// LoadDossier reads what belongs to a letting, with the rules of a day.
func LoadDossier(ctx context.Context, q db.Q, l *Letting, day date.Date) (*Dossier, error) {
	d := &Dossier{Letting: l}
	rules, err := LoadRules(ctx, q, l.Tenant)
	if err != nil {
		return nil, err
	}
	d.Terms = rules.At(l.Region, day)
	if d.Steps, err = StepsOf(ctx, q, l.Tenant, l.ID); err != nil {
		return nil, err
	}
	if d.Bids, err = BidsOf(ctx, q, l.Tenant, l.ID); err != nil {
		return nil, err
	}
	d.Objections, err = ObjectionsOf(ctx, q, l.Tenant, l.ID)
	return d, err
}

// Needs are the steps that the letting needs.
func (d *Dossier) Needs() []string {
	list, _ := parseSteps(d.Letting.Steps) // written by us
	return list
}

// Step returns the record of a step, or nil.
func (d *Dossier) Step(kind string) *Step {
	i := slices.IndexFunc(d.Steps, func(s Step) bool { return s.Step == kind })
	if i < 0 {
		return nil
	}
	return &d.Steps[i]
}

// Next is the event that comes next on the main way, "" when nothing does.
func (d *Dossier) Next() string {
	switch d.State {
	case Draft:
		return "decide"
	case Decided:
		if d.Level != ByVillage {
			return "approve"
		}
		return "list"
	case Approved:
		return "list"
	case Listed:
		return "open"
	case Opened:
		return "publicise"
	case Publicised:
		return "award"
	case Awarded:
		return drafted
	}
	return ""
}

// Missing says what stands in the way of an event on a day; nothing when it may happen.
func (d *Dossier) Missing(event string, today date.Date) []string {
	switch event {
	case "decide":
		return d.undecided(today)
	case "approve":
		if d.Level == ByVillage {
			return []string{"按分级限额由村自行决定，不用镇审批，可以直接发布公告"}
		}
	case "list":
		return d.unlisted(today)
	case "open":
		return d.unopened(today)
	case "fail":
		if d.State == Listed && !today.After(d.Closes) {
			return []string{"报名 " + d.Closes.Chinese() + "才截止；要提前停止的，请撤回公告"}
		}
	case "publicise":
		return d.unjudged()
	case "award":
		return d.contested(today)
	case drafted:
		return d.unregistered()
	}
	return nil
}

func (d *Dossier) undecided(today date.Date) []string {
	var out []string
	if below(d.Reserve, d.BasisYear, d.Terms.ReservePercent) && d.ReserveReason == "" {
		out = append(out, fmt.Sprintf("底价低于参考年租金（%s 元）的 %d%%，要写明理由", d.BasisYear, d.Terms.ReservePercent))
	}
	last := date.Date{}
	for _, kind := range d.Needs() {
		name := field.LabelOf(StepKinds, kind)
		s := d.Step(kind)
		switch {
		case s == nil:
			out = append(out, "还没有登记“"+name+"”")
			continue
		case s.On.After(today):
			out = append(out, "“"+name+"”的日期在今天以后")
		case s.On.Before(last):
			out = append(out, "“"+name+"”早于它前面的步骤")
		}
		last = s.On
		if why := s.Fails(); why != "" {
			out = append(out, "“"+name+"”没有通过："+why)
		}
		if kind == Publish {
			out = append(out, publicised(s, d.Terms.NoticeDays, today)...)
		}
	}
	return out
}

// publicised says what a publication of some days lacks. Its first day does not count (Civil Code art. 201).
func publicised(s *Step, days int, today date.Date) []string {
	switch end := s.On.AddDays(days); {
	case s.Until.Before(end):
		return []string{fmt.Sprintf("决议公开不足 %d 天，应公开到 %s", days, end)}
	case !today.After(s.Until):
		return []string{"决议公开到 " + s.Until.String() + "，还没有期满"}
	}
	return nil
}

func (d *Dossier) unlisted(today date.Date) []string {
	var out []string
	if d.Level != ByVillage && d.State != Approved {
		out = append(out, "达到分级限额，要先由镇审批同意")
	}
	if d.Level == ByExchange && d.ExchangeNo == "" {
		out = append(out, "达到进场交易的限额，要填写产权交易受理号")
	}
	if d.Contact == "" {
		out = append(out, "要填写报名地点和咨询方式")
	}
	switch end := today.AddDays(d.Terms.ListDays); {
	case d.Closes.IsZero():
		out = append(out, "要填写报名截止日")
	case d.Closes.Before(today):
		out = append(out, "报名截止日已经过去")
	case d.Closes.Before(end):
		out = append(out, fmt.Sprintf("公告要满 %d 天，今天发布的，报名截止日不得早于 %s", d.Terms.ListDays, end))
	}
	return out
}

// Standing are the bids that take part.
func (d *Dossier) Standing() []Bid {
	var out []Bid
	for _, b := range d.Bids {
		if b.Out == "" {
			out = append(out, b)
		}
	}
	return out
}

// Talks reports whether a single bidder may be negotiated with, since the letting failed often enough before.
func (d *Dossier) Talks() bool { return d.Terms.FailedTimes > 0 && d.Round > d.Terms.FailedTimes }

// Few reports whether there are too few bids to open.
func (d *Dossier) Few() bool {
	n := len(d.Standing())
	return n == 0 || n < d.Terms.MinBidders && !d.Talks()
}

func (d *Dossier) unopened(today date.Date) []string {
	if !today.After(d.Closes) {
		return []string{"报名到 " + d.Closes.Chinese() + "截止，次日起才能开标"}
	}
	var out []string
	if d.Few() {
		out = append(out, fmt.Sprintf("有效报名 %d 家，不足 %d 家；请作流标处理后再次招租", len(d.Standing()), max(d.Terms.MinBidders, 1)))
	}
	for _, b := range d.Standing() {
		if b.Amount == "" && b.Offer == 0 {
			out = append(out, b.Name+"的密封件还没有拆封登记报价（或填写取消资格的原因）")
		}
		if d.Earnest > 0 && b.EarnestOn.IsZero() {
			out = append(out, b.Name+"没有登记保证金到账日（或填写取消资格的原因）")
		}
	}
	return out
}

// Offers are the opened bids for the ranking.
func (d *Dossier) Offers() []Offer {
	var out []Offer
	for _, b := range d.Bids {
		out = append(out, Offer{Bid: b.ID, Amount: b.Offer, At: b.ReceivedAt, Draw: b.Draw, Sitting: d.Sitting != 0 && b.Party == d.Sitting, Matches: b.Matches, Out: b.Out != ""})
	}
	return out
}

func (d *Dossier) unjudged() []string {
	list, tied := Rank(d.Offers(), d.Terms)
	switch {
	case len(list) == 0 || list[0].Out:
		return []string{"没有有效报价；请作流标处理"}
	case len(tied) > 0:
		return []string{fmt.Sprintf("有 %d 家并列最高，按规则抽签：请在各家报价上填写抽签次序", len(tied))}
	}
	return nil
}

func (d *Dossier) contested(today date.Date) []string {
	var out []string
	if end := d.Result.AddDays(d.Terms.ResultDays); !today.After(end) && d.Terms.ResultDays > 0 {
		out = append(out, fmt.Sprintf("结果要公示 %d 天，到 %s 期满", d.Terms.ResultDays, end))
	}
	for i := range d.Objections {
		switch o := &d.Objections[i]; {
		case o.State == ObjectionOpen:
			out = append(out, "异议 "+o.No+" 还没有办结")
		case o.State == ObjectionUpheld && !o.On.Before(d.Result):
			out = append(out, "异议 "+o.No+" 成立，请重新评定")
		}
	}
	return out
}

// Won is the winning bid, or nil.
func (d *Dossier) Won() *Bid {
	i := slices.IndexFunc(d.Bids, func(b Bid) bool { return b.Won })
	if i < 0 {
		return nil
	}
	return &d.Bids[i]
}

func (d *Dossier) unregistered() []string {
	b := d.Won()
	switch {
	case b == nil:
		return []string{"没有成交的报价"}
	case b.Party == 0:
		return []string{"成交人“" + b.Name + "”还没有登记；请先在“单位”里登记，再在报价 " + b.No + " 上选定"}
	}
	return nil
}

// Under reports whether an amount of rent lies below the share of another amount that the rule sets for the price basis.
func (d *Dossier) Under(amount, basis money.Fen) bool {
	return below(amount, basis, d.Terms.ReservePercent)
}

// refused makes an error of what is missing.
func refused(missing []string) error {
	if len(missing) == 0 {
		return nil
	}
	text := missing[0]
	for _, m := range missing[1:] {
		text += "；" + m
	}
	return errs.New(errs.State, "letting.missing", "%s", text)
}
