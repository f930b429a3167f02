package engine

import (
	"fmt"
	"math/big"
	"slices"
	"strings"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
)

// ofPrize is the part of an award that a prize brings.
const ofPrize = "prize"

var splitKinds = []string{"payee", "payer", "credit"}

// split compiles a split and proves that no case gives away more than there is.
func (c *checker) split(path string, s *Split) {
	out := &split{Split: s}
	c.need(path+".name", s.Name, "名称")
	c.need(path+".label", s.Label, "显示名称")
	if !slices.Contains(splitKinds, s.Kind) {
		c.add(path+".kind", "种类应为 payee（分给谁）、payer（谁出资）或 credit（算谁的）")
	}
	for _, other := range c.p.splits {
		if other.Name == s.Name {
			c.add(path+".name", "名称“%s”用了两次", s.Name)
		}
	}
	of := s.Of
	if of == "" {
		of = "award"
	}
	if of == ofPrize && c.p.Doc.Prizes != nil {
		c.p.labels[ofPrize] = "奖金（评奖）"
	} else if c.name(path+".of", of, varNum); c.p.units[of] != "元" && s.Kind != "credit" {
		c.add(path+".of", "只有金额可以分，“%s”不是金额", c.p.labels[of])
	}
	if of != "award" && s.Kind != "payee" {
		c.add(path+".of", "出资和归属按奖励合计划分，不能写 of")
	}
	if len(s.Cases) == 0 && len(s.Limits) == 0 {
		c.add(path, "请写怎样分（cases），或各人最多多少（limits）")
	}
	always := false
	for i := range s.Cases {
		at := fmt.Sprintf("%s.cases[%d]", path, i)
		if always {
			c.add(at, "前一种情形没有条件，这一种永远不会用到")
		}
		always = always || s.Cases[i].When == ""
		out.cases = append(out.cases, c.splitCase(at, &s.Cases[i], s.ByRole))
	}
	for i, l := range s.Limits {
		at := fmt.Sprintf("%s.limits[%d]", path, i)
		c.need(at+".to", l.To, "给谁")
		out.limits = append(out.limits, limit{l.To, c.share(at+".at_most", l.AtMost)})
	}
	c.p.splits = append(c.p.splits, out)
}

func (c *checker) splitCase(path string, k *Case, byRole bool) splitCase {
	out := splitCase{when: c.expr(path+".when", k.When, holds)}
	sum := new(big.Rat)
	shares, weights := 0, 0
	seen := map[string]bool{}
	for i, part := range k.Parts {
		at := fmt.Sprintf("%s.parts[%d]", path, i)
		c.need(at+".to", part.To, "给谁")
		if seen[part.To] {
			c.add(at+".to", "“%s”写了两次", part.To)
		}
		seen[part.To] = true
		var v *big.Rat
		switch {
		case (part.Share == "") == (part.Weight == ""):
			c.add(at, "每一份要么写比例（share），要么写系数（weight）")
			continue
		case part.Share != "":
			shares++
			v = c.share(at+".share", part.Share)
			sum.Add(sum, v)
		default:
			weights++
			if v = c.number(at+".weight", part.Weight); v == nil {
				continue
			}
			if v.Sign() < 0 {
				c.add(at+".weight", "系数不能是负数")
			}
			sum.Add(sum, v)
		}
		out.to, out.rats = append(out.to, part.To), append(out.rats, v)
	}
	switch {
	case len(k.Parts) == 0:
		c.add(path+".parts", "至少要有一份")
	case shares > 0 && weights > 0:
		c.add(path+".parts", "比例（share）和系数（weight）不能混用")
	case shares > 0 && byRole:
		c.add(path+".parts", "按职务分配要写系数（weight）")
	case shares > 0 && sum.Cmp(one) > 0:
		c.add(path+".parts", "各份比例合计 %s，超过 100%%", show(sum, "%"))
	case shares > 0 && sum.Cmp(one) < 0 && k.Rest == "":
		c.add(path+".rest", "各份比例合计 %s，没有写剩下的归谁（rest）", show(sum, "%"))
	case shares > 0 && sum.Cmp(one) == 0 && k.Rest != "":
		c.add(path+".rest", "各份比例合计已是 100%%，“%s”永远分不到", k.Rest)
	case weights > 0 && k.Rest != "":
		c.add(path+".rest", "按系数分配没有剩余，不写 rest")
	case weights > 0 && sum.Sign() == 0:
		c.add(path+".parts", "系数全是零，没有办法分")
	}
	if shares > 0 && k.Rest != "" {
		out.rest = true
		out.to, out.rats = append(out.to, k.Rest), append(out.rats, larger(new(big.Rat).Sub(one, sum), zero))
	}
	var err error
	if out.weights, err = integers(out.rats); err != nil {
		c.fail(path+".parts", err)
	}
	return out
}

// integers scales fractions to whole weights in the same proportion.
func integers(rats []*big.Rat) ([]int64, error) {
	den := big.NewInt(1)
	for _, r := range rats {
		d := r.Denom()
		den.Mul(den, new(big.Int).Quo(d, new(big.Int).GCD(nil, nil, den, d)))
		if den.BitLen() > 40 {
			return nil, errs.New(errs.Invalid, "policy.weights", "比例或系数的分母太杂，请用小数或百分数")
		}
	}
	out := make([]int64, len(rats))
	for i, r := range rats {
		n := new(big.Int).Mul(r.Num(), new(big.Int).Quo(den, r.Denom()))
		if n.BitLen() > 52 {
			return nil, errs.New(errs.Invalid, "policy.weights", "比例或系数过大")
		}
		out[i] = n.Int64()
	}
	return out, nil
}

// divide works all splits out. What no payee split gives away goes to the policy's payee.
func (r *run) divide() error {
	if r.p.Counts() {
		if err := r.credits(); err != nil || r.out.Amount == 0 {
			return err
		}
	}
	r.screen()
	left := r.out.Amount
	for _, s := range r.p.splits {
		if r.p.Counts() && s.Kind == "credit" {
			continue
		}
		total, err := r.base(s)
		if err != nil {
			return err
		}
		for _, l := range s.limits {
			most, err := toFen(new(big.Rat).Mul(fromFen(total), l.most), money.Down)
			if err != nil {
				return err
			}
			r.out.Limits = append(r.out.Limits, Ceiling{s.Name, l.to, most})
			r.say(SectionSplit, s.Label, l.to+" 最多 "+show(fromFen(most), "元"), true, "不超过 "+show(fromFen(total), "元")+" 的 "+rateText(l.most)+"，由规定的程序确定")
		}
		if len(s.cases) == 0 {
			continue
		}
		parts, err := r.share(s, total)
		if err != nil {
			return err
		}
		switch s.Kind {
		case "payer":
			r.out.Payers = append(r.out.Payers, parts...)
		case "credit":
			r.out.Credits = append(r.out.Credits, parts...)
		default:
			for _, p := range parts {
				left -= p.Amount
			}
			r.out.Payees = append(r.out.Payees, parts...)
		}
	}
	if left < 0 {
		return errs.New(errs.Invalid, "policy.overpaid", "各项分配合计超过奖励合计 %s 元，请检查分配规则", (-left).String())
	}
	payee := r.p.Payee()
	if left > 0 {
		r.out.Payees = append(r.out.Payees, Payment{To: payee, Amount: left})
		r.say(SectionSplit, "归"+payee, show(fromFen(left), "元"), true)
	}
	return nil
}

// base is what a split divides: the award, or the part of it that a rule made. When the award is not the plain sum of
// its rules (a cap held it back, or it was refused), a rule's part shrinks with it.
func (r *run) base(s *split) (money.Fen, error) {
	switch s.Of {
	case "":
		return r.out.Amount, nil
	case ofPrize:
		return r.out.Amount - r.ruled, nil
	}
	part, whole := r.num(s.Of), new(big.Rat)
	if sum, ok := r.p.award.shape.(sumShape); ok {
		for _, n := range sum.of {
			whole.Add(whole, r.num(n))
		}
	} else {
		whole.Set(r.num("award"))
	}
	if whole.Sign() <= 0 || part.Sign() <= 0 {
		return 0, nil
	}
	f, err := toFen(new(big.Rat).Quo(new(big.Rat).Mul(fromFen(r.ruled), part), whole), money.Down)
	if err != nil {
		return 0, errs.Wrap(err, errs.Invalid, "policy.range", "“%s”的金额超出了能记录的范围", s.Label)
	}
	return min(f, r.ruled), nil
}

// pick finds the case that holds.
func (r *run) pick(s *split) (*splitCase, error) {
	for i := range s.cases {
		ok, err := s.cases[i].when.holds(r.vars)
		if err != nil {
			return nil, errs.Wrap(err, errs.Invalid, "policy.case", "“%s”的情形判断不了：%s", s.Label, err.Error())
		}
		if ok {
			return &s.cases[i], nil
		}
	}
	return nil, nil
}

func (r *run) share(s *split, total money.Fen) ([]Payment, error) {
	k, err := r.pick(s)
	if err != nil {
		return nil, err
	}
	if k == nil {
		r.say(SectionSplit, s.Label, "不适用", false, "没有一种情形的条件成立")
		return nil, nil
	}
	var parts []Payment
	weights := k.weights
	if s.ByRole {
		parts, weights = r.holders(s, k)
	} else {
		for _, to := range k.to {
			parts = append(parts, Payment{Split: s.Name, To: to})
		}
	}
	if total == 0 || !slices.ContainsFunc(weights, func(w int64) bool { return w > 0 }) {
		r.say(SectionSplit, s.Label, "没有可分的", false)
		return nil, nil
	}
	amounts, err := money.Split(total, weights)
	if err != nil {
		return nil, fmt.Errorf("splitting %s: %w", s.Name, err)
	}
	var whole int64
	for _, w := range weights {
		whole += w
	}
	var notes []string
	for i := range parts {
		parts[i].Amount = amounts[i]
		if r.traced {
			share := big.NewRat(weights[i], whole)
			notes = append(notes, strings.TrimSpace(parts[i].To+" "+parts[i].Person)+"：占 "+rateText(share)+"，"+show(fromFen(amounts[i]), "元"))
		}
	}
	if r.traced {
		r.say(SectionSplit, s.Label, show(fromFen(total), "元"), true, append(notes, "合计与总额相等；尾差按最大余数法依次归入，余数相同的先列先得")...)
	}
	return parts, nil
}

// screen finds out who may not receive.
func (r *run) screen() {
	for _, p := range r.in.Persons {
		if why := r.barred(p); why != "" {
			r.out.Excluded = append(r.out.Excluded, Exclusion{p.Name, why})
			r.say(SectionSplit, strings.TrimSpace(p.Role+" "+p.Name), "不参加分配", false, why)
		}
	}
}

// barred says why a person may not receive, "" when he may.
func (r *run) barred(p Person) string {
	rules := r.p.persons
	if rules.Persons == nil {
		return ""
	}
	switch {
	case slices.Contains(rules.ExcludeKinds, p.Kind):
		return p.Kind + "不在奖励范围"
	case p.Months < rules.MinMonths:
		return fmt.Sprintf("任职 %d 个月，不满 %d 个月", p.Months, rules.MinMonths)
	}
	vars := map[string]any{"role": p.Role, "kind": p.Kind, "months": big.NewRat(int64(p.Months), 1), "disciplined": p.Disciplined}
	for n, v := range r.vars {
		vars[n] = v
	}
	for _, c := range rules.require {
		if ok, err := c.expr.holds(vars); err != nil || !ok {
			return "不符合条件：“" + c.label + "”"
		}
	}
	return ""
}

// holders are the persons who may receive, with the weights of their roles.
func (r *run) holders(s *split, k *splitCase) ([]Payment, []int64) {
	var parts []Payment
	var weights []int64
	for i, to := range k.to {
		for _, p := range r.in.Persons {
			if p.Role == to && !slices.ContainsFunc(r.out.Excluded, func(e Exclusion) bool { return e.Person == p.Name }) {
				parts, weights = append(parts, Payment{Split: s.Name, To: to, Person: p.Name}), append(weights, k.weights[i])
			}
		}
	}
	return parts, weights
}

// credits notes how points are shared; points are not divided to the fen.
func (r *run) credits() error {
	for _, s := range r.p.splits {
		if s.Kind != "credit" {
			continue
		}
		k, err := r.pick(s)
		if err != nil {
			return err
		}
		if k == nil {
			continue
		}
		var whole int64
		for _, w := range k.weights {
			whole += w
		}
		var notes []string
		for i, to := range k.to {
			notes = append(notes, to+"："+show(new(big.Rat).Mul(r.out.Points, big.NewRat(k.weights[i], whole)), r.out.Unit))
		}
		r.say(SectionSplit, s.Label, show(r.out.Points, r.out.Unit), true, notes...)
	}
	return nil
}

// pay lays the award out in instalments and works the claw-back out.
func (r *run) pay() error {
	if len(r.p.parts) > 0 && r.out.Amount > 0 {
		var rats []*big.Rat
		for _, in := range r.p.parts {
			rats = append(rats, in.share)
		}
		weights, err := integers(rats)
		if err != nil {
			return err
		}
		amounts, err := money.Split(r.out.Amount, weights)
		if err != nil {
			return fmt.Errorf("splitting into instalments: %w", err)
		}
		for i, in := range r.p.parts {
			ready, err := in.when.holds(r.vars)
			if err != nil {
				return errs.Wrap(err, errs.Invalid, "policy.instalment", "兑付节点“%s”判断不了：%s", in.label, err.Error())
			}
			r.out.Instalments = append(r.out.Instalments, Due{in.label, amounts[i], ready})
			r.say(SectionPayment, in.label, show(fromFen(amounts[i]), "元"), ready, "占 "+rateText(in.share)+map[bool]string{true: "，节点已达到，可以兑付", false: "，节点还没有达到"}[ready])
		}
	}
	if b := r.p.clawback; b != nil {
		hit, err := b.expr.holds(r.vars)
		if err != nil {
			return errs.Wrap(err, errs.Invalid, "policy.clawback", "追回条件判断不了：%s", err.Error())
		}
		if hit && r.in.Paid > 0 {
			f, err := toFen(new(big.Rat).Mul(fromFen(r.in.Paid), b.share), money.HalfUp)
			if err != nil {
				return err
			}
			r.out.Clawback = f
			r.say(SectionPayment, "追回："+b.label, show(fromFen(f), "元"), true, "已发放 "+show(fromFen(r.in.Paid), "元")+" × "+rateText(b.share))
		}
	}
	return nil
}
