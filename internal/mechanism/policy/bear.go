package policy

import (
	"context"
	"slices"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/mechanism/policy/engine"
)

// Payer is an organisation that bears awards of a round besides the villages themselves. To is what the policy calls it, "" where
// the policy names none; Party is 0 while nobody has said which it is.
type Payer struct {
	ID, Round ids.ID
	Seq       int // from 1
	To        string
	Party     ids.ID
}

// Title is the payer as a list shows it.
func (p *Payer) Title() string { return cmpOr(p.To, "出资单位") }

// Share is what a payer bears of an instalment.
type Share struct {
	ID, Line   ids.ID
	Due, Payer int
	Amount     money.Fen
}

// Borne is what a payer bore of a payment, or got back.
type Borne struct {
	ID, Payment ids.ID
	Payer       int
	Party       ids.ID
	Amount      money.Fen
	Voucher     ids.ID
}

// keepPayers stores who bears a new round. named are the parties in the order of the policy's payers, or fewer.
func keepPayers(ctx context.Context, tx *db.Tx, r *Round, p *engine.Policy, named []ids.ID) error {
	labels := p.Payers()
	if len(named) > len(labels) {
		return errs.OnField("payer", "这项政策的出资单位只有 %d 个", len(labels))
	}
	for i, to := range labels {
		payer := &Payer{ID: tx.NewID(), Round: r.ID, Seq: i + 1, To: to}
		if i < len(named) {
			payer.Party = named[i]
		}
		if err := insertPayer(ctx, tx, payer); err != nil {
			return err
		}
	}
	return nil
}

// bearers is what of an amount the village bears itself, then what each payer does, as the award was borne. Where the award does
// not say, the first payer bears all of it.
func bearers(a *engine.Award, amount money.Fen, payers []Payer) ([]money.Fen, error) {
	like := make([]money.Fen, len(payers)+1)
	for _, pay := range a.Payers {
		at := 0
		if !engine.IsVillage(pay.To) {
			at = 1 + slices.IndexFunc(payers, func(p Payer) bool { return p.To == pay.To })
		}
		if at == 0 && !engine.IsVillage(pay.To) {
			at = len(payers) // a round from before payers were named apart
		}
		like[at] += pay.Amount
	}
	if len(a.Payers) == 0 {
		like[min(1, len(payers))] = amount
	}
	return shares(amount, like)
}

// bear divides a payment of an instalment over the village (first) and the payers, in proportion to what each has still to bear:
// so that with the last part of it everybody has borne his share to the fen.
func bear(ctx context.Context, tx *db.Tx, w *paying) ([]money.Fen, error) {
	left, err := sharesLeft(ctx, tx, w)
	if err != nil {
		return nil, err
	}
	return shares(w.amount, left)
}

// sharesLeft is what of an instalment the village and the payers have still to bear.
func sharesLeft(ctx context.Context, tx *db.Tx, w *paying) ([]money.Fen, error) {
	left := make([]money.Fen, len(w.payers)+1)
	left[0] = w.due.Own
	list, err := SharesOf(ctx, tx, tx.Tenant, w.line.ID)
	if err != nil {
		return nil, err
	}
	for _, s := range list {
		if s.Due == w.due.Seq {
			left[s.Payer] += s.Amount
		}
	}
	return left, addBorne(ctx, tx, w.line.ID, left, func(p *Payment) int {
		if p.Kind == PayOut && p.Due == w.due.Seq {
			return -1
		}
		return 0
	})
}

// borneBy is what the village and the payers have borne of a line, less what they got back.
func borneBy(ctx context.Context, tx *db.Tx, line ids.ID, payers []Payer) ([]money.Fen, error) {
	out := make([]money.Fen, len(payers)+1)
	return out, addBorne(ctx, tx, line, out, func(p *Payment) int {
		if p.Kind == PayOut {
			return 1
		}
		return -1
	})
}

// addBorne adds to sums what was borne of each payment that stands, times sign.
func addBorne(ctx context.Context, tx *db.Tx, line ids.ID, sums []money.Fen, sign func(*Payment) int) error {
	list, err := PaymentsOf(ctx, tx, tx.Tenant, line)
	if err != nil {
		return err
	}
	for i := range list {
		p := &list[i]
		n := sign(p)
		if n == 0 || p.State != PaymentDone {
			continue
		}
		sums[0] += money.Fen(n) * p.Own
		borne, err := BorneOf(ctx, tx, tx.Tenant, p.ID)
		if err != nil {
			return err
		}
		for _, b := range borne {
			sums[b.Payer] += money.Fen(n) * b.Amount
		}
	}
	return nil
}

// keepBorne stores what each payer bore of a payment.
func keepBorne(ctx context.Context, tx *db.Tx, pay *Payment, payers []Payer, amounts []money.Fen) ([]Borne, error) {
	var out []Borne
	for i := range payers {
		if amounts[i+1] == 0 {
			continue
		}
		b := Borne{ID: tx.NewID(), Payment: pay.ID, Payer: payers[i].Seq, Party: payers[i].Party, Amount: amounts[i+1]}
		if err := insertBorne(ctx, tx, &b); err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}
