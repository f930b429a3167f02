package policy

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/mechanism/policy/engine"
)

// Payee is who gets a part of a line. To is what the policy calls him; Party or Person who that is, both zero until the
// village has said so.
type Payee struct {
	ID, Line      ids.ID
	Seq           int
	To, Name      string
	Amount        money.Fen
	Party, Person ids.ID
}

// Named reports whether it is known who is paid.
func (p *Payee) Named() bool { return p.Party != 0 || p.Person != 0 }

// Title is the payee as a list shows it.
func (p *Payee) Title() string { return strings.TrimSpace(p.To + " " + p.Name) }

// Due is one instalment of a line. Own is what the village itself bears of it; Ready that its milestone was reached when the
// line was computed last.
type Due struct {
	ID, Line    ids.ID
	Seq         int
	Label       string
	Amount, Own money.Fen
	Ready       bool
}

// Part is a payee's part of an instalment; Payment is set once it is paid.
type Part struct {
	ID, Line ids.ID
	Due      int
	Payee    ids.ID
	Amount   money.Fen
	Payment  ids.ID
}

// once is what a policy without instalments has instead.
const once = "一次兑付"

// Cross divides amounts twice: the cell of row i and column j, such that rows add up to rows and columns to cols, to the fen.
// Rows are filled in their order, each by largest remainder over what is left of the columns; so no cell is below zero. An error
// is Invalid: the sums differ, or an amount is negative.
func Cross(rows, cols []money.Fen) ([][]money.Fen, error) {
	total, err := money.Sum(rows...)
	if err != nil {
		return nil, err
	}
	if sum, err := money.Sum(cols...); err != nil || sum != total {
		return nil, errs.New(errs.Invalid, "policy.cross", "各期合计与各人合计不相等")
	}
	left := make([]int64, len(cols))
	for i, c := range cols {
		left[i] = int64(c)
	}
	out := make([][]money.Fen, len(rows))
	for i, row := range rows {
		out[i] = make([]money.Fen, len(cols))
		if row == 0 {
			continue
		}
		if out[i], err = money.Split(row, left); err != nil {
			return nil, fmt.Errorf("dividing an instalment: %w", err)
		}
		for j, f := range out[i] {
			left[j] -= int64(f)
		}
	}
	return out, nil
}

// reduce fits what the rules give (results) into a budget of which others have taken a part already: in proportion, to the fen.
func reduce(budget, taken money.Fen, results []money.Fen) ([]money.Fen, error) {
	total, err := money.Sum(results...)
	if err != nil {
		return nil, err
	}
	left := max(0, budget-taken)
	if total <= left {
		return results, nil
	}
	weights := make([]int64, len(results))
	for i, r := range results {
		weights[i] = int64(r)
	}
	return money.Split(left, weights)
}

// shares divides an amount like others, all zero when there is nothing to divide by.
func shares(amount money.Fen, like []money.Fen) ([]money.Fen, error) {
	weights, any := make([]int64, len(like)), false
	for i, f := range like {
		weights[i], any = int64(f), any || f > 0
	}
	if !any || amount == 0 {
		return make([]money.Fen, len(like)), nil
	}
	return money.Split(amount, weights)
}

// laidOut is a line's amount over payees and instalments.
type laidOut struct {
	payees []Payee
	dues   []Due
	cells  [][]money.Fen // by due and payee
	borne  [][]money.Fen // by due: the village's own part, then those of the payers
}

// layOut divides a line's amount over payees, instalments and payers as the award was divided.
func layOut(a *engine.Award, amount money.Fen, payers []Payer) (*laidOut, error) {
	out := &laidOut{}
	if amount == 0 {
		return out, nil
	}
	for _, pay := range a.Payees {
		if i := out.find(pay.To, pay.Person); i >= 0 {
			out.payees[i].Amount += pay.Amount
			continue
		}
		out.payees = append(out.payees, Payee{To: pay.To, Name: pay.Person, Amount: pay.Amount})
	}
	like := make([]money.Fen, len(out.payees))
	for i := range out.payees {
		like[i] = out.payees[i].Amount
	}
	cols, err := shares(amount, like)
	if err != nil {
		return nil, err
	}
	for i := range cols {
		out.payees[i].Amount, out.payees[i].Seq = cols[i], i+1
	}
	dues := a.Instalments
	if len(dues) == 0 {
		dues = []engine.Due{{Label: once, Amount: amount, Ready: true}}
	}
	like = make([]money.Fen, len(dues))
	for i := range dues {
		like[i] = dues[i].Amount
	}
	rows, err := shares(amount, like)
	if err != nil {
		return nil, err
	}
	if out.cells, err = Cross(rows, cols); err != nil {
		return nil, err
	}
	bear, err := bearers(a, amount, payers)
	if err != nil {
		return nil, err
	}
	borne, err := Cross(rows, bear)
	if err != nil {
		return nil, err
	}
	out.borne = borne
	for i := range dues {
		out.dues = append(out.dues, Due{Seq: i + 1, Label: dues[i].Label, Amount: rows[i], Own: borne[i][0], Ready: dues[i].Ready})
	}
	return out, nil
}

func (o *laidOut) find(to, name string) int {
	for i := range o.payees {
		if o.payees[i].To == to && o.payees[i].Name == name {
			return i
		}
	}
	return -1
}

// keepParts stores payees, instalments and parts of a line anew; who was named for a role stays named.
func keepParts(ctx context.Context, tx *db.Tx, r *Round, l *Line, o *laidOut) error {
	old, err := PayeesOf(ctx, tx, tx.Tenant, l.ID)
	if err != nil {
		return err
	}
	if err := dropParts(ctx, tx, l.ID); err != nil {
		return err
	}
	for i := range o.payees {
		p := &o.payees[i]
		p.ID, p.Line = tx.NewID(), l.ID
		switch {
		case engine.IsVillage(p.To):
			p.Party = l.Party
		case p.To == r.Payee && p.Name == "":
			p.Party, p.Person = l.PayeeParty, l.PayeePerson
		}
		for _, was := range old {
			if was.To == p.To && was.Name == p.Name && was.Named() {
				p.Party, p.Person = was.Party, was.Person
			}
		}
		if err := insertPayee(ctx, tx, p); err != nil {
			return err
		}
	}
	for i := range o.dues {
		d := &o.dues[i]
		d.ID, d.Line = tx.NewID(), l.ID
		if err := insertDue(ctx, tx, d); err != nil {
			return err
		}
		for j, f := range o.borne[i][1:] {
			if err := insertShare(ctx, tx, &Share{ID: tx.NewID(), Line: l.ID, Due: d.Seq, Payer: j + 1, Amount: f}); err != nil {
				return err
			}
		}
		for j := range o.payees {
			if f := o.cells[i][j]; f > 0 {
				if err := insertPart(ctx, tx, &Part{ID: tx.NewID(), Line: l.ID, Due: d.Seq, Payee: o.payees[j].ID, Amount: f}); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// PersonsText writes persons one a line, as ReadPersons reads them.
func PersonsText(list []engine.Person) string {
	var b strings.Builder
	for _, p := range list {
		punished := ""
		if p.Disciplined {
			punished = "，受处分"
		}
		fmt.Fprintf(&b, "%s，%s，%s，%d%s\n", p.Role, p.Name, p.Kind, p.Months, punished)
	}
	return strings.TrimRight(b.String(), "\n")
}

// ReadPersons reads persons one a line: 职务，姓名，身份，任职月数，受处分. The last three may be left out. An error is Invalid and
// names the line.
func ReadPersons(text string) ([]engine.Person, error) {
	var out []engine.Person
	var l errs.List
	for n, line := range strings.Split(strings.ReplaceAll(text, ",", "，"), "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		cells := strings.Split(line, "，")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if len(cells) < 2 || cells[0] == "" || cells[1] == "" || len(cells) > 5 {
			l.Add("persons", "第 %d 行要写成“职务，姓名，身份，任职月数，受处分”，后三项可以不写", n+1)
			continue
		}
		p := engine.Person{Role: cells[0], Name: cells[1]}
		if len(cells) > 2 {
			p.Kind = cells[2]
		}
		if len(cells) > 3 && cells[3] != "" {
			months, err := strconv.Atoi(cells[3])
			if err != nil || months < 0 || months > 1200 {
				l.Add("persons", "第 %d 行的任职月数应是 0 到 1200 的整数", n+1)
				continue
			}
			p.Months = months
		}
		if len(cells) > 4 && cells[4] != "" {
			if cells[4] != "受处分" && cells[4] != "否" && cells[4] != "是" {
				l.Add("persons", "第 %d 行最后一项只写“受处分”，没有受处分的不写", n+1)
				continue
			}
			p.Disciplined = cells[4] != "否"
		}
		out = append(out, p)
	}
	return out, l.Err()
}
