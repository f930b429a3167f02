package alteration

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/books/asset"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/qty"
)

// Input is what an alteration is worked out from: the card, for a merger those that are taken in, for a split its units and
// the day to which it was depreciated, and the accounting system.
type Input struct {
	Card   *asset.Asset
	Others map[ids.ID]*asset.Asset
	Units  []asset.Unit
	RanTo  date.Date
	Chart  string
}

// Step is what becomes of one card. Before is nil for a card that is made. Units are the numbers of the units that the card gets.
type Step struct {
	Before *asset.Asset
	After  asset.Asset
	Change asset.Change
	Part   int // of the alteration's parts, -1 for the card itself
	Units  []string
}

// Effect is what an alteration does to cards and, as lines on accounts of the chart, to the ledger. Size is the value that it is
// about: what moves, or what the cards stand at where only their division changes.
type Effect struct {
	Steps []Step
	Lines []ledger.Line
	Size  money.Fen
}

// Work works an alteration out. It changes none of its arguments.
func Work(in Input, x *Alteration) (*Effect, error) {
	switch x.Kind {
	case asset.Improve:
		return improve(in, x)
	case asset.Revalue:
		return revalue(in, x)
	case asset.Turn:
		return turn(in, x)
	case asset.Split:
		return split(in, x)
	case asset.Merge:
		return merge(in, x)
	}
	return nil, errs.OnField("kind", "请选择变动类型")
}

// alter adds a change to a card, and refuses what the card could not be.
func (e *Effect) alter(a *asset.Asset, c asset.Change, part int) error {
	after := *a
	if err := after.Apply(&c); err != nil {
		return err
	}
	e.Steps = append(e.Steps, Step{Before: a, After: after, Change: c, Part: part})
	return nil
}

func (e *Effect) line(l ledger.Line) {
	if l.Debit != 0 || l.Credit != 0 {
		e.Lines = append(e.Lines, l)
	}
}

// side puts a movement on the debit side, or what is negative on the credit side.
func side(l ledger.Line, fen money.Fen) ledger.Line {
	if l.Debit = fen; fen < 0 {
		l.Debit, l.Credit = 0, fen.Neg()
	}
	return l
}

// what is the summary of the lines.
func what(a *asset.Asset, x *Alteration) string {
	return field.LabelOf(Kinds, x.Kind) + "：" + a.Name + "（" + a.No + "）"
}

// groupOf is where a card stands in the ledger; a card of value without a class is refused.
func groupOf(a *asset.Asset, chart string) (*asset.Group, error) {
	g := asset.GroupOf(a.Class, chart)
	if g == nil {
		return nil, errs.OnField("asset", "资产 %s 没有填资产分类，不能确定记入哪个科目；请先在卡片上补填", a.No)
	}
	return g, nil
}

func improve(in Input, x *Alteration) (*Effect, error) {
	a := in.Card
	if x.Cost == 0 && x.Quantity.N == 0 && x.Life == 0 {
		return nil, errs.OnField("cost", "请填写增加的金额、数量或延长的年限，至少一项")
	}
	if a.Nominal && x.Cost > 0 {
		return nil, errs.OnField("cost", "按名义金额入账的资产请先办理评估调整，再记改扩建支出")
	}
	q, err := sameUnit(a, x.Quantity, "quantity")
	if err != nil {
		return nil, err
	}
	if x.Life > 0 && a.Method != asset.Straight {
		return nil, errs.OnField("life", "这项资产不计提折旧，不用填延长的年限")
	}
	e := &Effect{Size: x.Cost}
	if err := e.alter(a, asset.Change{Cost: x.Cost, Quantity: q, Life: x.Life}, -1); err != nil || x.Cost == 0 {
		return e, err
	}
	g, err := groupOf(a, in.Chart)
	if err != nil || g.Cost == "" {
		return e, err
	}
	to := asset.OutcomeOf(in.Chart)
	from := to.Bank
	if g.Code == "fixed" {
		from = to.Building
	}
	e.line(ledger.Line{Summary: what(a, x), Account: g.Cost, Debit: x.Cost, Asset: a.ID})
	e.line(ledger.Line{Summary: what(a, x), Account: cmp.Or(x.Account, from), Credit: x.Cost})
	return e, nil
}

// sameUnit refuses a quantity that is not given in the card's unit, since nothing is lost by converting only then.
func sameUnit(a *asset.Asset, q qty.Qty, name string) (qty.Qty, error) {
	if q.N != 0 && q.Unit != a.Quantity.Unit {
		return q, errs.OnField(name, "资产 %s 以%s计量，请用同一单位填写", a.No, a.Quantity.Unit.Label())
	}
	q.Unit = a.Quantity.Unit
	return q, nil
}

func revalue(in Input, x *Alteration) (*Effect, error) {
	a := in.Card
	c := asset.Change{Kind: asset.Revalue, Cost: x.Cost - a.Cost, Accumulated: x.Accumulated - a.Accumulated}
	if c.Cost == 0 && c.Accumulated == 0 {
		return nil, errs.OnField("cost", "调整后的原值和累计折旧与现在相同，没有变动")
	}
	net := c.Cost - c.Accumulated
	e := &Effect{Size: net.Abs()}
	if err := e.alter(a, c, -1); err != nil {
		return nil, err
	}
	g, err := groupOf(a, in.Chart)
	if err != nil || g.Cost == "" {
		return e, err
	}
	if g.Accumulated == "" || g.Accumulated == g.Cost { // written off directly
		e.line(side(ledger.Line{Summary: what(a, x), Account: g.Cost, Asset: a.ID}, net))
	} else {
		e.line(side(ledger.Line{Summary: what(a, x), Account: g.Cost, Asset: a.ID}, c.Cost))
		e.line(side(ledger.Line{Summary: what(a, x), Account: g.Accumulated, Asset: a.ID}, c.Accumulated.Neg()))
	}
	e.line(side(ledger.Line{Summary: what(a, x), Account: cmp.Or(x.Account, asset.OutcomeOf(in.Chart).Reserve)}, net.Neg()))
	return e, nil
}

func turn(in Input, x *Alteration) (*Effect, error) {
	a := in.Card
	keep := func(to, is string) string { // "" for what stays
		if to == is {
			return ""
		}
		return to
	}
	c := asset.Change{Class: keep(x.Class, a.Class), Nature: keep(x.Nature, a.Nature), Charge: keep(x.Charge, a.Charge)}
	if c.Class == "" && c.Nature == "" && c.Charge == "" {
		return nil, errs.OnField("class", "请选择要转成的资产分类、资产性质或折旧记入，与现在不同的至少一项")
	}
	if c.Class != "" && a.Method == asset.Straight && !asset.Depreciated(c.Class) {
		c.Method = asset.NoMethod
	}
	e := &Effect{Size: a.Net()}
	if err := e.alter(a, c, -1); err != nil {
		return nil, err
	}
	if err := e.Steps[0].After.Valid(); err != nil {
		return nil, err
	}
	if c.Class == "" || a.Class == "" || a.Cost == 0 {
		return e, nil
	}
	was, is := asset.GroupOf(a.Class, in.Chart), asset.GroupOf(c.Class, in.Chart)
	switch {
	case was == nil || is == nil || was.Cost == is.Cost && was.Accumulated == is.Accumulated:
		return e, nil
	case was.Cost == "" || is.Cost == "":
		return nil, errs.OnField("class", "“%s”和“%s”之间价值进出账面，不能直接转换；请按资产处置或盘盈办理", asset.ClassOf(a.Class).Path(), asset.ClassOf(c.Class).Path())
	}
	e.stand(a, is, what(a, x), 1)
	e.stand(a, was, what(a, x), -1)
	return e, nil
}

// stand puts what a card stands at on the accounts of a group (sign 1), or takes it off (-1).
func (e *Effect) stand(a *asset.Asset, g *asset.Group, summary string, sign money.Fen) {
	if g.Accumulated == "" || g.Accumulated == g.Cost {
		e.line(side(ledger.Line{Summary: summary, Account: g.Cost, Asset: a.ID}, sign*a.Net()))
		return
	}
	e.line(side(ledger.Line{Summary: summary, Account: g.Cost, Asset: a.ID}, sign*a.Cost))
	e.line(side(ledger.Line{Summary: summary, Account: g.Accumulated, Asset: a.ID}, -sign*a.Accumulated))
}

// row names a part of the form in an error.
func row(i int, format string, args ...any) error {
	return errs.OnField("parts", "第 "+strconv.Itoa(i+1)+" 行："+format, args...)
}

// split divides a card: each part becomes a card of its own, the first card keeps what is left.
func split(in Input, x *Alteration) (*Effect, error) {
	a := in.Card
	if len(x.Parts) == 0 {
		return nil, errs.OnField("parts", "请至少填写一块要拆出的资产")
	}
	if a.Nominal {
		return nil, errs.OnField("asset", "按名义金额入账的资产不能拆分；请先办理评估调整")
	}
	left := a.Quantity.N
	weights := []int64{0}
	for i := range x.Parts {
		p := &x.Parts[i]
		switch {
		case p.Name == "":
			return nil, row(i, "请填写名称")
		case p.Quantity.N <= 0:
			return nil, row(i, "请填写数量")
		case p.Quantity.Unit != a.Quantity.Unit:
			return nil, row(i, "这项资产以%s计量，请用同一单位填写", a.Quantity.Unit.Label())
		case p.Quantity.N >= left:
			return nil, row(i, "拆出的数量加起来应少于 %s，原来的卡片要留下一部分", a.Quantity)
		}
		left -= p.Quantity.N
		weights = append(weights, p.Quantity.N)
	}
	weights[0] = left
	costs, err := costsOf(a, x, weights)
	if err != nil {
		return nil, err
	}
	taken, err := writtenOff(a, costs, weights)
	if err != nil {
		return nil, err
	}
	units, err := unitsOf(in.Units, x)
	if err != nil {
		return nil, err
	}
	e := &Effect{Size: a.Net()}
	for i := range x.Parts {
		fresh := copyOf(a, x, &x.Parts[i], in.RanTo)
		after, c := fresh, asset.Change{Cost: costs[i+1], Accumulated: taken[i+1]}
		if err := after.Apply(&c); err != nil {
			return nil, err
		}
		e.Steps = append(e.Steps, Step{After: after, Change: c, Part: i, Units: units[i]})
	}
	off := asset.Change{Cost: costs[0] - a.Cost, Accumulated: taken[0] - a.Accumulated, Quantity: qty.Qty{N: left - a.Quantity.N, Unit: a.Quantity.Unit}}
	return e, e.alter(a, off, -1)
}

// costsOf divides the cost: what the parts name, the rest by quantity, to the fen; the first is what stays.
func costsOf(a *asset.Asset, x *Alteration, weights []int64) ([]money.Fen, error) {
	rest, open := a.Cost, slices.Clone(weights)
	for i := range x.Parts {
		if c := x.Parts[i].Cost; c > 0 {
			if rest -= c; rest < 0 {
				return nil, row(i, "拆出的原值加起来超过了资产的原值 %s 元", a.Cost)
			}
			open[i+1] = 0
		}
	}
	out, err := money.Split(rest, open)
	if err != nil {
		return nil, err
	}
	for i := range x.Parts {
		if c := x.Parts[i].Cost; c > 0 {
			out[i+1] = c
		}
	}
	return out, nil
}

// writtenOff divides what was depreciated in proportion to the costs, to the fen.
func writtenOff(a *asset.Asset, costs []money.Fen, weights []int64) ([]money.Fen, error) {
	by := make([]int64, len(costs))
	whole := false
	for i, c := range costs {
		by[i] = int64(c)
		whole = whole || c > 0
	}
	if !whole {
		by = weights
	}
	return money.Split(a.Accumulated, by)
}

// unitsOf are by part the numbers of the units that go with it.
func unitsOf(have []asset.Unit, x *Alteration) ([][]string, error) {
	taken := map[string]bool{}
	out := make([][]string, len(x.Parts))
	for i := range x.Parts {
		for _, no := range Numbers(x.Parts[i].Units) {
			switch {
			case taken[no]:
				return nil, row(i, "出租单元 %s 填了两次", no)
			case !slices.ContainsFunc(have, func(u asset.Unit) bool { return u.No == no }):
				return nil, row(i, "出租单元 %s 不是这项资产的", no)
			}
			taken[no] = true
			out[i] = append(out[i], no)
		}
	}
	return out, nil
}

// Numbers reads numbers that are separated by 、, commas or spaces.
func Numbers(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、,，;； \t\n", r) })
}

// copyOf is the card of a part before it gets its value: what the whole is, from the day of the split on.
func copyOf(a *asset.Asset, x *Alteration, p *Part, ranTo date.Date) asset.Asset {
	n := asset.Asset{Name: p.Name, Owner: a.Owner, Kind: a.Kind, Origin: a.Origin, Quantity: p.Quantity, ReadyOn: a.ReadyOn, Address: a.Address, Place: a.Place, Entered: x.On}
	n.Card = a.Card
	n.Prior, n.Accumulated = 0, 0
	if n.PriorTo.Before(ranTo) {
		n.PriorTo = ranTo
	}
	n.Region, n.State, n.Sample = a.Region, a.State, a.Sample || x.Sample
	n.Note = "由 " + a.No + " 拆出"
	return n
}

// merge takes cards into one: value, what was depreciated, quantity and units go over, the others leave the books.
func merge(in Input, x *Alteration) (*Effect, error) {
	a := in.Card
	if len(x.Parts) == 0 {
		return nil, errs.OnField("parts", "请至少填写一张要并入的卡片")
	}
	e := &Effect{Size: a.Net()}
	sum := asset.Change{Quantity: qty.Qty{Unit: a.Quantity.Unit}}
	seen := map[ids.ID]bool{a.ID: true}
	for i := range x.Parts {
		b := in.Others[x.Parts[i].Asset]
		if b == nil {
			return nil, row(i, "请填写要并入的卡片")
		}
		if err := alike(a, b, i); err != nil {
			return nil, err
		}
		if seen[b.ID] {
			return nil, row(i, "资产 %s 填了两次，或就是并入的那张", b.No)
		}
		seen[b.ID] = true
		var err error
		if sum.Cost, err = money.Add(sum.Cost, b.Cost); err == nil {
			sum.Accumulated, err = money.Add(sum.Accumulated, b.Accumulated)
		}
		if err == nil {
			e.Size, err = money.Add(e.Size, b.Net())
		}
		if err != nil {
			return nil, err
		}
		sum.Quantity.N += b.Quantity.N
		off := asset.Change{Cost: -b.Cost, Accumulated: -b.Accumulated, Retired: true, Date: x.On} // what it measured stays on the card
		if err := e.alter(b, off, i); err != nil {
			return nil, err
		}
	}
	return e, e.alter(a, sum, -1)
}

// alike refuses cards that cannot be one.
func alike(a, b *asset.Asset, i int) error {
	switch {
	case a.Owner != b.Owner:
		return row(i, "资产 %s 是另一个单位的，不能合并", b.No)
	case a.Class != b.Class:
		return row(i, "资产 %s 的资产分类不同，不能合并；请先转变分类", b.No)
	case a.Nature != b.Nature:
		return row(i, "资产 %s 的资产性质不同，不能合并；请先转变用途", b.No)
	case a.Quantity.Unit != b.Quantity.Unit:
		return row(i, "资产 %s 以%s计量，不能与以%s计量的合并", b.No, b.Quantity.Unit.Label(), a.Quantity.Unit.Label())
	case a.Nominal || b.Nominal:
		return row(i, "按名义金额入账的资产不能合并；请先办理评估调整")
	case a.Method != b.Method:
		return row(i, "资产 %s 的折旧方法不同，不能合并", b.No)
	}
	return nil
}
