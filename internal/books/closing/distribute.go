package closing

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
)

// SaveDistribution stores a new plan, or changes one that is still being drafted over the version that was seen, and
// returns its id. Lines with a rate and no amount get their amount here; the members' part is divided among the
// households given in Shares (those of the collective when none are). key makes a double submission harmless.
func (s *Service) SaveDistribution(ctx context.Context, who access.Principal, tenant int64, key string, d *Distribution) (ids.ID, error) {
	m := who.Meta(tenant)
	m.Key, m.Input = key, fmt.Sprintf("%+v", *d)
	var id ids.ID
	err := s.env.DB.InTx(ctx, m, func(ctx context.Context, tx *db.Tx) error {
		w := *d // the transaction may run again
		w.Lines, w.Shares = slices.Clone(d.Lines), slices.Clone(d.Shares)
		if err := s.save(ctx, tx, who, &w); err != nil {
			return err
		}
		id = w.ID
		tx.SetResult(id.String())
		return nil
	})
	return replayed(id, err)
}

func (s *Service) save(ctx context.Context, tx *db.Tx, who access.Principal, d *Distribution) error {
	if d.Books == 0 {
		return errs.OnField("books", "请选择账套")
	}
	b, err := ledger.LockBooks(ctx, tx, d.Books)
	if err != nil {
		return err
	}
	if d.ID != 0 {
		old, err := distTable.Get(ctx, tx, tx.Tenant, d.ID)
		switch {
		case err != nil:
			return err
		case old.State != stateDraft:
			return state("distribution.state", "方案现在是“%s”，不能修改；请先撤回", DistMachine.State(old.State).Label)
		}
		keep := *old
		keep.Version, keep.Cover, keep.CharterRate, keep.Method, keep.Lines, keep.Shares, keep.Note = d.Version, d.Cover, d.CharterRate, d.Method, d.Lines, d.Shares, d.Note
		*d = keep
	} else if other, err := s.StandingDistribution(ctx, tx, tx.Tenant, d.Books, d.Year); err != nil {
		return err
	} else if other != nil {
		return errs.OnField("year", "%d 年已有收益分配方案 %s（%s）", d.Year, other.No, DistMachine.State(other.State).Label)
	}
	basis, err := s.BasisOf(ctx, tx, tx.Tenant, b, d.Year)
	if err != nil {
		return err
	}
	d.Net, d.Opening, d.OtherIn = basis.Net, basis.Opening, basis.OtherIn
	if err := s.fill(ctx, tx, b, d); err != nil {
		return err
	}
	if err := s.check(ctx, tx, b, d, basis); err != nil {
		return err
	}
	if d.ID == 0 {
		d.State, d.Sample = stateDraft, b.Sample
		return s.Distributions.CreateTx(ctx, tx, who, d)
	}
	return s.Distributions.UpdateTx(ctx, tx, who, d)
}

// fill works out amounts, accounts and the households' parts.
func (s *Service) fill(ctx context.Context, q db.Q, b *ledger.Books, d *Distribution) error {
	c, err := s.cast(ctx, q, b.Tenant, b)
	if err != nil {
		return err
	}
	kept := d.Lines[:0]
	for _, l := range d.Lines {
		if l.Rate != 0 && l.Fen == 0 {
			of := d.Base()
			if l.Purpose != ForReserve && l.Purpose != ForWelfare {
				of = max(0, d.Distributable())
			}
			if l.Fen, err = money.MulDiv(of, int64(l.Rate), wholeRate, money.HalfUp); err != nil {
				return err
			}
		}
		if l.Fen == 0 && l.Rate == 0 {
			continue
		}
		if l.Label == "" {
			l.Label = field.LabelOf(Purposes, l.Purpose)
		}
		if l.Account == "" {
			if l.Account, err = s.accountFor(c, b, l.Purpose); err != nil {
				return err
			}
		}
		kept = append(kept, l)
	}
	d.Lines = kept
	return s.divide(ctx, q, b, d)
}

// accountFor is the account that a part usually goes to.
func (s *Service) accountFor(c *cast, b *ledger.Books, purpose string) (string, error) {
	part := map[string]string{ForReserve: roleReserve, ForWelfare: roleWelfare, ForInvestor: rolePayable, ForMember: roleMember, ForOther: rolePayable}[purpose]
	code, err := c.of(b, part)
	if err != nil {
		return "", errs.OnField(purpose, "%s", errs.Message(err))
	}
	if purpose == ForReserve { // 公积公益金 is kept by where it came from
		for _, a := range c.list {
			if under(a.Code, code) && a.Leaf && strings.Contains(a.Name, "提取") {
				return a.Code, nil
			}
		}
	}
	return c.leaf(code), nil
}

// divide splits the members' part among the households, to the fen.
func (s *Service) divide(ctx context.Context, q db.Q, b *ledger.Books, d *Distribution) error {
	part := d.Of(ForMember)
	if part == 0 {
		d.Method, d.Shares = "", nil
		return nil
	}
	if field.LabelOf(Methods, d.Method) == d.Method {
		return errs.OnField("method", "请选择成员分配办法")
	}
	if d.Method == ByShares {
		if err := s.checkShares(ctx, q, b, d.Shares); err != nil {
			return err
		}
	} else {
		list, err := s.HouseholdsOf(ctx, q, b, d.Year)
		if err != nil {
			return err
		}
		d.Shares = nil
		for _, h := range list {
			w := int64(1)
			if d.Method == ByPersons {
				w = int64(h.Persons)
			}
			d.Shares = append(d.Shares, DistShare{Member: h.ID, Weight: w})
		}
	}
	if len(d.Shares) == 0 {
		return errs.OnField("shares", "没有可分配的成员户；请先登记成员户，或贴上各户的份额")
	}
	weights := make([]int64, len(d.Shares))
	for i := range d.Shares {
		weights[i] = d.Shares[i].Weight
	}
	parts, err := money.Split(part, weights)
	if err != nil {
		return errs.OnField("shares", "%s", errs.Message(err))
	}
	for i := range parts {
		d.Shares[i].Fen = parts[i]
	}
	return nil
}

// checkShares refuses households of another village; who is no longer a member may still hold shares.
func (s *Service) checkShares(ctx context.Context, q db.Q, b *ledger.Books, shares []DistShare) error {
	lines := make([]ledger.Line, len(shares))
	for i := range shares {
		lines[i].Member = shares[i].Member
	}
	err := s.l.CheckDimensions(ctx, q, b, lines)
	if e := errs.As(err); e != nil && len(e.Fields) > 0 {
		return errs.OnField("shares", "%s", e.Fields[0].Msg)
	}
	return err
}

// HouseholdsOf lists the member households to whom the income of a year is distributed.
func (s *Service) HouseholdsOf(ctx context.Context, q db.Q, b *ledger.Books, year int) ([]Household, error) {
	return s.households(ctx, q, b.Tenant, b.Party, lastDay(year))
}

// check holds a plan to its legal order (财务制度 第二十八条): cover past losses, keep reserves, members, others.
func (s *Service) check(ctx context.Context, q db.Q, b *ledger.Books, d *Distribution, basis *Basis) error {
	var l errs.List
	deficit := max(0, -(d.Net + d.Opening + d.OtherIn))
	switch {
	case d.Cover < 0:
		l.Add("cover", "弥补亏损的金额不能为负数")
	case d.Cover > deficit && deficit == 0:
		l.Add("cover", "没有需要弥补的亏损（可分配收益 %s 元），不能动用公积公益金", d.Distributable()-d.Cover)
	case d.Cover > deficit:
		l.Add("cover", "亏损只有 %s 元，公积公益金弥补不能超过它", deficit)
	case d.Cover > basis.Reserve:
		l.Add("cover", "公积公益金只有 %s 元，不够弥补 %s 元", basis.Reserve, d.Cover)
	}
	total := d.Total()
	switch {
	case total == 0 && d.Cover == 0:
		l.Add("lines", "方案里没有任何一项；请填写提取、分配的金额或比例")
	case total > 0 && d.Distributable() <= 0:
		l.Add("lines", "可分配收益为 %s 元，不能分配；有亏损的先弥补亏损", d.Distributable())
	case total > d.Distributable():
		l.Add("lines", "分配合计 %s 元，超过可分配收益 %s 元，多 %s 元", total, d.Distributable(), total-d.Distributable())
	}
	if err := s.checkOrder(b, d, basis, &l); err != nil {
		return err
	}
	if err := s.checkAccounts(ctx, q, b, d, &l); err != nil {
		return err
	}
	return l.Err()
}

func (s *Service) checkOrder(b *ledger.Books, d *Distribution, basis *Basis, l *errs.List) error {
	floor := max(d.CharterRate, basis.Rule.ReserveRate)
	need, err := money.MulDiv(d.Base(), int64(floor), wholeRate, money.Up)
	if err != nil {
		return err
	}
	if got := d.Of(ForReserve); d.Total() > 0 && got < need {
		why := "章程"
		if basis.Rule.ReserveRate >= d.CharterRate {
			why = basis.Rule.Basis
		}
		l.Add(ForReserve, "公积公益金至少提取 %s%%，即 %s 元（依据：%s），现为 %s 元；先提足再向下分配", RateText(floor), need, why, got)
	}
	if d.Of(ForOther) > 0 && d.Of(ForMember) == 0 {
		l.Add(ForOther, "法定顺序是先向成员分配、再作其他分配；现在没有向成员分配")
	}
	if d.Of(ForWelfare) > 0 && b.Chart != ledger.Chart2004 {
		l.Add(ForWelfare, "2023 年制度不再提取应付福利费")
	}
	for i := range d.Lines {
		x := &d.Lines[i]
		if field.LabelOf(Purposes, x.Purpose) == x.Purpose {
			l.Add("lines", "不认识的分配项目“%s”", x.Purpose)
		}
		if x.Fen < 0 {
			l.Add(x.Purpose, "金额不能为负数")
		}
	}
	return nil
}

func (s *Service) checkAccounts(ctx context.Context, q db.Q, b *ledger.Books, d *Distribution, l *errs.List) error {
	c, err := s.cast(ctx, q, b.Tenant, b)
	if err != nil {
		return err
	}
	for i := range d.Lines {
		x := &d.Lines[i]
		a := c.account(x.Account)
		switch {
		case a.Name == "":
			l.Add(x.Purpose, "账套里没有科目 %s", x.Account)
		case !a.Leaf:
			l.Add(x.Purpose, "科目 %s %s 已设明细科目，请填明细", a.Code, a.Name)
		case a.Class != ledger.Asset && a.Class != ledger.Liability && a.Class != ledger.Equity:
			l.Add(x.Purpose, "科目 %s %s 不能用于收益分配", a.Code, a.Name)
		}
	}
	return nil
}

// act carries out one step on a plan: it reads the plan under the lock of its books, lets fn fill in what the step
// settles, and fires the event.
func (s *Service) act(ctx context.Context, who access.Principal, tenant int64, key string, id ids.ID, version int64, event, reason string,
	fn func(ctx context.Context, tx *db.Tx, b *ledger.Books, d *Distribution) error, then func(ctx context.Context, tx *db.Tx, b *ledger.Books, d *Distribution) error,
) error {
	m := who.Meta(tenant)
	m.Key, m.Input = key, fmt.Sprintf("distribution %s %s", id, event)
	err := s.env.DB.InTx(ctx, m, func(ctx context.Context, tx *db.Tx) error {
		d, err := distTable.Get(ctx, tx, tenant, id)
		if err != nil {
			return err
		}
		b, err := ledger.LockBooks(ctx, tx, d.Books)
		if err != nil {
			return err
		}
		if d, err = distTable.Get(ctx, tx, tenant, id); err != nil { // as it is under the lock
			return err
		}
		if !who.Can("distribution:"+access.View, d.Region) {
			return errs.New(errs.NotFound, "not_found", "没有找到这条记录，可能已被删除，或不在您的权限范围内")
		}
		if version != 0 && d.Version != version {
			return errs.New(errs.Stale, "stale", "方案刚刚被别人处理过，请看最新情况")
		}
		e, err := DistMachine.Fire(d.State, event)
		if err != nil {
			return err
		}
		if err := who.Require("distribution:"+e.Verb, d.Region); err != nil {
			return err
		}
		if err := loadDistribution(ctx, tx, d); err != nil {
			return err
		}
		if fn != nil {
			if err := fn(ctx, tx, b, d); err != nil {
				return err
			}
		}
		if err := s.Distributions.DoTx(ctx, tx, who, d, event, reason); err != nil {
			return err
		}
		if then == nil {
			return nil
		}
		return then(ctx, tx, b, d)
	})
	if _, done := db.Replayed(err); done {
		return nil
	}
	return err
}

// Propose hands a plan over for publication: from then on its amounts stand.
func (s *Service) Propose(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64) error {
	return s.act(ctx, who, tenant, "", id, version, "propose", "", func(ctx context.Context, tx *db.Tx, b *ledger.Books, d *Distribution) error {
		basis, err := s.BasisOf(ctx, tx, tenant, b, d.Year)
		if err != nil {
			return err
		}
		if err := unchanged(d, basis); err != nil {
			return err
		}
		d.ProposedBy, d.Proposer = who.Name, who.ID
		return s.check(ctx, tx, b, d, basis)
	}, nil)
}

func unchanged(d *Distribution, b *Basis) error {
	if was, now := d.Net+d.Opening+d.OtherIn, b.Net+b.Opening+b.OtherIn; was != now || d.Net != b.Net {
		return errs.New(errs.Conflict, "distribution.changed", "方案做好后账上有变动：可分配收益（弥补亏损前）由 %s 元变为 %s 元，本年净收益由 %s 元变为 %s 元；请撤回方案，按最新数字重做", was, now, d.Net, b.Net)
	}
	return nil
}

// Resolution is what the members decided: published from, decided on, by whom and by how many.
type Resolution struct {
	Published    date.Date
	MeetingKind  string
	MeetingOn    date.Date
	ShouldAttend int
	Attended     int
	Agreed       int
	No           string
}

// Resolve records the members' decision. The plan has been published long enough before, and enough have agreed, by
// the rule in force on the day of the meeting.
func (s *Service) Resolve(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64, r Resolution) error {
	return s.act(ctx, who, tenant, "", id, version, "resolve", "", func(ctx context.Context, tx *db.Tx, b *ledger.Books, d *Distribution) error {
		rule, err := RuleAt(ctx, tx, tenant, b.Region, r.MeetingOn)
		if r.MeetingOn.IsZero() {
			rule, err = RuleAt(ctx, tx, tenant, b.Region, lastDay(d.Year))
		}
		if err != nil {
			return err
		}
		if err := r.check(rule, date.Of(tx.Now())); err != nil {
			return err
		}
		d.Published, d.MeetingKind, d.MeetingOn, d.ShouldAttend, d.Attended, d.Agreed = r.Published, r.MeetingKind, r.MeetingOn, r.ShouldAttend, r.Attended, r.Agreed
		d.ResolutionNo = strings.TrimSpace(r.No)
		return nil
	}, nil)
}

func (r *Resolution) check(rule *DistRule, today date.Date) error {
	var l errs.List
	if r.Published.IsZero() {
		l.Add("published", "请填写方案公示的日期")
	}
	switch {
	case r.MeetingOn.IsZero():
		l.Add("meeting", "请填写会议日期")
	case r.MeetingOn.After(today):
		l.Add("meeting", "会议还没有开（今天是 %s）；开会表决后再登记", today)
	case !r.Published.IsZero() && r.MeetingOn.Sub(r.Published) < rule.PublishDays:
		l.Add("published", "方案应在会前公示满 %d 天（依据：%s）；%s 开会，最迟应在 %s 公示", rule.PublishDays, rule.Basis, r.MeetingOn, r.MeetingOn.AddDays(-rule.PublishDays))
	}
	if field.LabelOf(MeetingKinds, r.MeetingKind) == r.MeetingKind {
		l.Add("meeting_kind", "请选择作出决议的机构")
	}
	if strings.TrimSpace(r.No) == "" {
		l.Add("resolution_no", "请填写决议文号或会议记录编号")
	}
	switch {
	case r.ShouldAttend <= 0:
		l.Add("should_attend", "请填写应到人数")
	case r.Attended > r.ShouldAttend || r.Attended <= 0:
		l.Add("attended", "实到人数应在 1 到 %d 之间", r.ShouldAttend)
	case r.Agreed > r.Attended || r.Agreed < 0:
		l.Add("agreed", "同意人数不能多于实到人数（%d）", r.Attended)
	case r.Agreed*rule.AgreeOf < r.ShouldAttend*rule.AgreeNum:
		need := (r.ShouldAttend*rule.AgreeNum + rule.AgreeOf - 1) / rule.AgreeOf
		l.Add("agreed", "应到 %d 人，至少 %d 人同意才算通过（%d/%d，依据：%s），现为 %d 人", r.ShouldAttend, need, rule.AgreeNum, rule.AgreeOf, rule.Basis, r.Agreed)
	}
	return l.Err()
}

// Withdraw takes a plan back to be changed.
func (s *Service) Withdraw(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64, reason string) error {
	return s.act(ctx, who, tenant, "", id, version, "withdraw", reason, func(_ context.Context, _ *db.Tx, _ *ledger.Books, d *Distribution) error {
		d.ProposedBy, d.Proposer = "", 0
		d.Published, d.MeetingKind, d.MeetingOn, d.ShouldAttend, d.Attended, d.Agreed, d.ResolutionNo = date.Date{}, "", date.Date{}, 0, 0, 0, ""
		return nil
	}, nil)
}

// PostDistribution posts a resolved plan on a day, all its vouchers in one transaction: reserves that make up losses,
// the parts, and 各项分配 back to 未分配收益. The poster is another person than who proposed it. key makes a double
// submission harmless.
func (s *Service) PostDistribution(ctx context.Context, who access.Principal, tenant int64, key string, id ids.ID, version int64, on date.Date) error {
	return s.act(ctx, who, tenant, key, id, version, "post", "", func(ctx context.Context, tx *db.Tx, b *ledger.Books, d *Distribution) error {
		basis, err := s.BasisOf(ctx, tx, tenant, b, d.Year)
		if err != nil {
			return err
		}
		switch {
		case basis.YearEnd == nil:
			return state("distribution.year_end", "%d 年还没有年终结转，请先结转再分配", d.Year)
		case who.Is(d.Proposer, d.ProposedBy):
			return errs.New(errs.Forbidden, "distribution.own", "方案由您提交，请由他人记账")
		case on.IsZero():
			return errs.OnField("post_on", "请填写记账日期")
		case on.Before(lastDay(d.Year)):
			return errs.OnField("post_on", "记账日期不能早于 %s", lastDay(d.Year))
		}
		if err := unchanged(d, basis); err != nil {
			return err
		}
		if err := s.check(ctx, tx, b, d, basis); err != nil {
			return err
		}
		if err := s.covered(ctx, tx, b, d, on); err != nil {
			return err
		}
		d.PostOn, d.PostedBy = on, who.Name
		list, c, err := s.distVouchers(ctx, tx, b, d)
		if err != nil {
			return err
		}
		d.Vouchers = len(list)
		return s.settle(ctx, tx, who, b, c)
	}, func(ctx context.Context, tx *db.Tx, b *ledger.Books, d *Distribution) error {
		list, _, err := s.distVouchers(ctx, tx, b, d)
		if err != nil {
			return err
		}
		for i := range list {
			if err := s.l.PostTx(ctx, tx, who, &list[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// covered makes sure that what is distributed is still there in the month of posting, and that none of the later months
// that have been kept already has used it.
func (s *Service) covered(ctx context.Context, q db.Q, b *ledger.Books, d *Distribution, on date.Date) error {
	c, err := s.cast(ctx, q, b.Tenant, b)
	if err != nil {
		return err
	}
	kept, err := ledger.Periods(ctx, q, b.Tenant, b.ID)
	if err != nil {
		return err
	}
	months := []date.Month{on.YearMonth()}
	for _, p := range kept {
		if p.Month > months[0] {
			months = append(months, p.Month)
		}
	}
	for _, m := range months {
		list, err := ledger.EndingsOf(ctx, q, b.Tenant, b.ID, m)
		if err != nil {
			return err
		}
		if there, _, _ := s.equity(c, b, list); there+d.Cover < d.Total() {
			return errs.OnField("post_on", "到 %s 未分配收益只有 %s 元，不够分配 %s 元", m.Chinese(), there+d.Cover, d.Total())
		}
	}
	return nil
}

// distVouchers makes the vouchers of a plan.
func (s *Service) distVouchers(ctx context.Context, q db.Q, b *ledger.Books, d *Distribution) ([]ledger.Voucher, *cast, error) {
	c, err := s.cast(ctx, q, b.Tenant, b)
	if err != nil {
		return nil, nil, err
	}
	undistributed, err := c.of(b, roleUndistributed)
	if err != nil {
		return nil, nil, err
	}
	var out []ledger.Voucher
	add := func(kind, summary string, lines []ledger.Line) {
		v := ledger.Voucher{Books: b.ID, Kind: kind, Date: d.PostOn, Summary: fmt.Sprintf("%s（%d 年收益分配 %s）", summary, d.Year, d.No), Lines: lines}
		v.Maker, v.MakerID, v.Reviewer, v.Origin, v.OriginID, v.Sample = d.ProposedBy, d.Proposer, d.PostedBy, originDistribution, d.ID, d.Sample
		out = append(out, v)
	}
	if d.Cover != 0 {
		reserve, err := s.accountFor(c, b, ForReserve)
		if err != nil {
			return nil, nil, err
		}
		add("", "公积公益金弥补亏损", []ledger.Line{{Account: reserve, Debit: d.Cover}, {Account: undistributed, Credit: d.Cover}})
	}
	if d.Total() == 0 {
		return out, c, nil
	}
	distributed, err := c.of(b, roleDistributed)
	if err != nil {
		return nil, nil, err
	}
	parts := func(summary string, lines []ledger.Line) {
		for chunk := range slices.Chunk(lines, perVoucher) {
			var sum money.Fen
			for i := range chunk {
				sum += chunk[i].Credit
			}
			add("", summary, append([]ledger.Line{{Account: distributed, Debit: sum}}, chunk...))
		}
	}
	var lines, members []ledger.Line
	for i := range d.Lines {
		x := &d.Lines[i]
		if x.Purpose == ForMember {
			for _, h := range d.Shares {
				if h.Fen != 0 {
					members = append(members, ledger.Line{Account: x.Account, Credit: h.Fen, Member: h.Member, Summary: "成员分配"})
				}
			}
			continue
		}
		lines = append(lines, ledger.Line{Account: x.Account, Credit: x.Fen, Party: x.Party, Summary: x.Label})
	}
	parts("提取和分配", lines)
	parts("向成员分配", members)
	add(ledger.Closing, "结转各项分配", []ledger.Line{{Account: undistributed, Debit: d.Total()}, {Account: distributed, Credit: d.Total()}})
	return out, c, nil
}

// ReverseDistribution undoes a posted distribution by red-letter vouchers, all in one transaction.
func (s *Service) ReverseDistribution(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64, reason string) error {
	return s.act(ctx, who, tenant, "", id, version, "reverse", reason, func(_ context.Context, _ *db.Tx, _ *ledger.Books, d *Distribution) error {
		d.Reason = clip(strings.TrimSpace(reason), maxNote)
		return nil
	}, func(ctx context.Context, tx *db.Tx, _ *ledger.Books, d *Distribution) error {
		return s.reverseAll(ctx, tx, who, originDistribution, d.ID, reason)
	})
}
