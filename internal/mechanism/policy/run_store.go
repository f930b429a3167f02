package policy

import (
	"context"
	"fmt"
	"slices"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// lockRound takes the round's row until the transaction ends and reads it: amounts of its lines are judged under it.
func lockRound(ctx context.Context, tx *db.Tx, id ids.ID) (*Round, error) {
	if err := tx.Exec(ctx, `UPDATE award_round SET version = version WHERE tenant_id = $1 AND id = $2`, tx.Tenant, id); err != nil {
		return nil, fmt.Errorf("locking the round: %w", err)
	}
	return roundTable.Get(ctx, tx, tx.Tenant, id)
}

const calcCols = `id, line_id, seq, inputs, hash, result, amount_fen, reason, actor, actor_id, at`

func scanCalc(c *Calc) []any {
	return []any{&c.ID, &c.Line, &c.Seq, &c.Inputs, &c.Hash, &c.Result, &c.Amount, &c.Reason, &c.Actor, &c.ActorID, &c.At}
}

func insertCalc(ctx context.Context, tx *db.Tx, c *Calc) error {
	return tx.Exec(ctx, `INSERT INTO award_calc (tenant_id, `+calcCols+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		tx.Tenant, c.ID, c.Line, c.Seq, c.Inputs, c.Hash, c.Result, c.Amount, c.Reason, c.Actor, c.ActorID, c.At)
}

// CalcsOf lists the computations of a line, the latest first.
func CalcsOf(ctx context.Context, q db.Q, tenant int64, line ids.ID) ([]Calc, error) {
	return db.Collect(ctx, q, scanCalc, `SELECT `+calcCols+` FROM award_calc WHERE tenant_id = $1 AND line_id = $2 ORDER BY seq DESC`, tenant, line)
}

func lastCalc(ctx context.Context, q db.Q, tenant int64, line ids.ID) (*Calc, error) {
	list, err := db.Collect(ctx, q, scanCalc, `SELECT `+calcCols+` FROM award_calc WHERE tenant_id = $1 AND line_id = $2 ORDER BY seq DESC LIMIT 1`, tenant, line)
	if err != nil {
		return nil, fmt.Errorf("reading the last computation: %w", err)
	}
	if len(list) == 0 {
		return nil, errs.New(errs.NotFound, "award.no_calc", "这张核算单没有核算记录")
	}
	return &list[0], nil
}

// PayeesOf lists who gets a line, in the policy's order.
func PayeesOf(ctx context.Context, q db.Q, tenant int64, line ids.ID) ([]Payee, error) {
	return db.Collect(ctx, q, func(p *Payee) []any {
		return []any{&p.ID, &p.Line, &p.Seq, &p.To, &p.Name, &p.Amount, &p.Party, &p.Person}
	}, `SELECT id, line_id, seq, to_label, person_name, amount_fen, party_id, person_id FROM award_payee WHERE tenant_id = $1 AND line_id = $2 ORDER BY seq`, tenant, line)
}

// DuesOf lists the instalments of a line.
func DuesOf(ctx context.Context, q db.Q, tenant int64, line ids.ID) ([]Due, error) {
	return db.Collect(ctx, q, func(d *Due) []any { return []any{&d.ID, &d.Line, &d.Seq, &d.Label, &d.Amount, &d.Own, &d.Ready} },
		`SELECT id, line_id, seq, label, amount_fen, own_fen, ready FROM award_due WHERE tenant_id = $1 AND line_id = $2 ORDER BY seq`, tenant, line)
}

// PartsOf lists the parts of a line, by instalment and payee.
func PartsOf(ctx context.Context, q db.Q, tenant int64, line ids.ID) ([]Part, error) {
	return db.Collect(ctx, q, func(p *Part) []any { return []any{&p.ID, &p.Line, &p.Due, &p.Payee, &p.Amount, &p.Payment} },
		`SELECT id, line_id, due_seq, payee_id, amount_fen, payment_id FROM award_part WHERE tenant_id = $1 AND line_id = $2 ORDER BY due_seq, id`, tenant, line)
}

func insertPayee(ctx context.Context, tx *db.Tx, p *Payee) error {
	return tx.Exec(ctx, `INSERT INTO award_payee (tenant_id, id, line_id, seq, to_label, person_name, amount_fen, party_id, person_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		tx.Tenant, p.ID, p.Line, p.Seq, p.To, p.Name, p.Amount, p.Party, p.Person)
}

func insertDue(ctx context.Context, tx *db.Tx, d *Due) error {
	return tx.Exec(ctx, `INSERT INTO award_due (tenant_id, id, line_id, seq, label, amount_fen, own_fen, ready) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		tx.Tenant, d.ID, d.Line, d.Seq, d.Label, d.Amount, d.Own, d.Ready)
}

func insertPart(ctx context.Context, tx *db.Tx, p *Part) error {
	return tx.Exec(ctx, `INSERT INTO award_part (tenant_id, id, line_id, due_seq, payee_id, amount_fen, payment_id) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		tx.Tenant, p.ID, p.Line, p.Due, p.Payee, p.Amount, p.Payment)
}

// dropParts removes what a line's amount was divided into; nothing of it has been paid.
func dropParts(ctx context.Context, tx *db.Tx, line ids.ID) error {
	for _, t := range []string{"award_part", "award_share", "award_due", "award_payee"} {
		if err := tx.Exec(ctx, `DELETE FROM `+t+` WHERE tenant_id = $1 AND line_id = $2`, tx.Tenant, line); err != nil {
			return fmt.Errorf("removing parts: %w", err)
		}
	}
	return nil
}

// setReady keeps which milestones were reached.
func setReady(ctx context.Context, tx *db.Tx, line ids.ID, seq int, ready bool) error {
	return tx.Exec(ctx, `UPDATE award_due SET ready = $4 WHERE tenant_id = $1 AND line_id = $2 AND seq = $3`, tx.Tenant, line, seq, ready)
}

// namePayee keeps who a payee is.
func namePayee(ctx context.Context, tx *db.Tx, id, party, person ids.ID) error {
	return tx.Exec(ctx, `UPDATE award_payee SET party_id = $3, person_id = $4 WHERE tenant_id = $1 AND id = $2`, tx.Tenant, id, party, person)
}

// settlePart marks a part as paid, or as due again with payment 0.
func settlePart(ctx context.Context, tx *db.Tx, id, payment ids.ID) error {
	return tx.Exec(ctx, `UPDATE award_part SET payment_id = $3 WHERE tenant_id = $1 AND id = $2`, tx.Tenant, id, payment)
}

// LinesOf lists the lines of a round by division.
func LinesOf(ctx context.Context, q db.Q, tenant int64, round ids.ID) ([]Line, error) {
	return lineTable.All(ctx, q, db.NewWhere(tenant).And("round_id = ?", round), "region, no")
}

// PaymentsOf lists the payments of a line, the earliest first.
func PaymentsOf(ctx context.Context, q db.Q, tenant int64, line ids.ID) ([]Payment, error) {
	return paymentTable.All(ctx, q, db.NewWhere(tenant).And("line_id = ?", line), "paid_on, no")
}

// ObjectionsOf lists the objections to a line.
func ObjectionsOf(ctx context.Context, q db.Q, tenant int64, line ids.ID) ([]Objection, error) {
	return objectionTable.All(ctx, q, db.NewWhere(tenant).And("line_id = ?", line), "raised_on, no")
}

// openObjections counts the objections of lines that wait for an answer.
func openObjections(ctx context.Context, q db.Q, tenant int64, line ids.ID) (int, error) {
	return objectionTable.Count(ctx, q, db.NewWhere(tenant).And("line_id = ?", line).And("state = ?", ObjectionOpen), 0)
}

// RoundsOfVersion lists the rounds of a policy's version, the latest first.
func RoundsOfVersion(ctx context.Context, q db.Q, tenant int64, version ids.ID) ([]Round, error) {
	return roundTable.All(ctx, q, db.NewWhere(tenant).And("version_id = ?", version), "no DESC")
}

// approvedBesides is what the approved lines of a policy's year come to, but those of the given round.
func approvedBesides(ctx context.Context, q db.Q, tenant int64, policy ids.ID, year int, round ids.ID) (money.Fen, error) {
	var sum money.Fen
	err := q.QueryRow(ctx, `SELECT CAST(COALESCE(SUM(l.amount_fen), 0) AS BIGINT) FROM award_line l
		JOIN award_round r ON r.tenant_id = l.tenant_id AND r.id = l.round_id
		WHERE l.tenant_id = $1 AND r.tenant_id = $1 AND r.policy_id = $2 AND r.round_year = $3 AND r.id <> $4
		AND l.state IN ('approved', 'paying', 'paid', 'filed')`, tenant, policy, year, round).Scan(&sum)
	return sum, err
}

// rewardedSubjects names the lines by which records of a kind within places were awarded money by the end of a day, by record;
// besides is left out.
func rewardedSubjects(ctx context.Context, q db.Q, tenant int64, kind string, ranges [][2]string, to date.Date, besides ids.ID) (map[ids.ID][]string, error) {
	w := db.NewWhere(tenant).Ranges("region", ranges).And("subject_kind = ?", kind).And("id <> ?", besides).And("amount_fen > 0").
		And("approved_on <> ''").And("approved_on <= ?", to).And("state IN ('approved', 'paying', 'paid', 'filed')")
	type row struct {
		subject ids.ID
		no      string
	}
	list, err := db.Collect(ctx, q, func(r *row) []any { return []any{&r.subject, &r.no} }, `SELECT subject_id, no FROM award_line WHERE `+w.SQL()+` ORDER BY no`, w.Args()...)
	out := map[ids.ID][]string{}
	for _, r := range list {
		out[r.subject] = append(out[r.subject], r.no)
	}
	return out, err
}

// publicLines lists the published lines of a place, the latest first; what has not been published is nobody's to see.
func publicLines(ctx context.Context, q db.Q, w *db.Where, order string) ([]Line, error) {
	return lineTable.All(ctx, q, w.And("published_on <> ''").And("state IN ('published', 'approved', 'paying', 'paid', 'filed')"), order)
}

// PublicLines lists the published lines of a round.
func PublicLines(ctx context.Context, q db.Q, tenant int64, round ids.ID) ([]Line, error) {
	return publicLines(ctx, q, db.NewWhere(tenant).And("round_id = ?", round), "region, no")
}

// PublicRounds lists the rounds of places with published lines, the latest first.
func PublicRounds(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, limit int) ([]Round, error) {
	list, err := publicLines(ctx, q, db.NewWhere(tenant).Ranges("region", ranges), "published_on DESC, no")
	if err != nil {
		return nil, err
	}
	var out []Round
	seen := map[ids.ID]bool{}
	for i := range list {
		if seen[list[i].Round] || len(out) == limit {
			continue
		}
		seen[list[i].Round] = true
		r, err := roundTable.Get(ctx, q, tenant, list[i].Round)
		if err != nil {
			return nil, err
		}
		out = append(out, *r)
	}
	return out, nil
}

// clawback is a part of an award that was got back.
type clawback struct {
	ID, Award, Payment ids.ID
	On                 date.Date
	Fen                money.Fen
}

func insertClawback(ctx context.Context, tx *db.Tx, c *clawback) error {
	return tx.Exec(ctx, `INSERT INTO award_clawback (tenant_id, id, award_id, payment_id, on_date, fen) VALUES ($1, $2, $3, $4, $5, $6)`,
		tx.Tenant, c.ID, c.Award, c.Payment, c.On, c.Fen)
}

// gotBack sums what was got back of awards by the end of a day, by award; the zero day is for ever.
func gotBack(ctx context.Context, q db.Q, tenant int64, awards []ids.ID, to date.Date) (map[ids.ID]money.Fen, error) {
	out := map[ids.ID]money.Fen{}
	for chunk := range slices.Chunk(awards, 500) {
		w := db.In(db.NewWhere(tenant), "award_id", chunk)
		if !to.IsZero() {
			w.And("on_date <= ?", to)
		}
		list, err := db.Collect(ctx, q, func(c *clawback) []any { return []any{&c.Award, &c.Fen} },
			`SELECT award_id, CAST(COALESCE(SUM(fen), 0) AS BIGINT) FROM award_clawback WHERE `+w.SQL()+` GROUP BY award_id`, w.Args()...)
		if err != nil {
			return nil, fmt.Errorf("adding up what was got back: %w", err)
		}
		for _, c := range list {
			out[c.Award] = c.Fen
		}
	}
	return out, nil
}

// AwardsOfLine lists the awards that a line's payments made.
func AwardsOfLine(ctx context.Context, q db.Q, tenant int64, line ids.ID) ([]Award, error) {
	return awardTable.All(ctx, q, db.NewWhere(tenant).And("line_id = ?", line), "paid_on, no")
}

// forgetVoucher removes a payment's link to a voucher that is taken back.
func forgetVoucher(ctx context.Context, tx *db.Tx, payment ids.ID) error {
	return tx.Exec(ctx, `UPDATE award_payment SET voucher_id = NULL WHERE tenant_id = $1 AND id = $2`, tx.Tenant, payment)
}

// setBorneVoucher links a payer's part of a payment to the voucher in its books, or with 0 to none.
func setBorneVoucher(ctx context.Context, tx *db.Tx, id, voucher ids.ID) error {
	return tx.Exec(ctx, `UPDATE award_borne SET voucher_id = $3 WHERE tenant_id = $1 AND id = $2`, tx.Tenant, id, voucher)
}

func insertPayer(ctx context.Context, tx *db.Tx, p *Payer) error {
	return tx.Exec(ctx, `INSERT INTO award_payer (tenant_id, id, round_id, seq, to_label, party_id) VALUES ($1, $2, $3, $4, $5, $6)`,
		tx.Tenant, p.ID, p.Round, p.Seq, p.To, p.Party)
}

// PayersOf lists who bears a round besides the villages.
func PayersOf(ctx context.Context, q db.Q, tenant int64, round ids.ID) ([]Payer, error) {
	return db.Collect(ctx, q, func(p *Payer) []any { return []any{&p.ID, &p.Round, &p.Seq, &p.To, &p.Party} },
		`SELECT id, round_id, seq, to_label, party_id FROM award_payer WHERE tenant_id = $1 AND round_id = $2 ORDER BY seq`, tenant, round)
}

func insertShare(ctx context.Context, tx *db.Tx, s *Share) error {
	return tx.Exec(ctx, `INSERT INTO award_share (tenant_id, id, line_id, due_seq, payer_seq, amount_fen) VALUES ($1, $2, $3, $4, $5, $6)`,
		tx.Tenant, s.ID, s.Line, s.Due, s.Payer, s.Amount)
}

// SharesOf lists what the payers bear of a line, by instalment.
func SharesOf(ctx context.Context, q db.Q, tenant int64, line ids.ID) ([]Share, error) {
	return db.Collect(ctx, q, func(s *Share) []any { return []any{&s.ID, &s.Line, &s.Due, &s.Payer, &s.Amount} },
		`SELECT id, line_id, due_seq, payer_seq, amount_fen FROM award_share WHERE tenant_id = $1 AND line_id = $2 ORDER BY due_seq, payer_seq`, tenant, line)
}

func insertBorne(ctx context.Context, tx *db.Tx, b *Borne) error {
	return tx.Exec(ctx, `INSERT INTO award_borne (tenant_id, id, payment_id, payer_seq, party_id, amount_fen, voucher_id) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		tx.Tenant, b.ID, b.Payment, b.Payer, b.Party, b.Amount, b.Voucher)
}

// BorneOf lists what the payers bore of a payment.
func BorneOf(ctx context.Context, q db.Q, tenant int64, payment ids.ID) ([]Borne, error) {
	return db.Collect(ctx, q, func(b *Borne) []any { return []any{&b.ID, &b.Payment, &b.Payer, &b.Party, &b.Amount, &b.Voucher} },
		`SELECT id, payment_id, payer_seq, party_id, amount_fen, voucher_id FROM award_borne WHERE tenant_id = $1 AND payment_id = $2 ORDER BY payer_seq`, tenant, payment)
}

// checkSums compares lines with their parts, payments and awards.
func checkSums(ctx context.Context, q db.Q, tenant int64) ([]string, error) {
	type off struct {
		no        string
		have, sum money.Fen
	}
	var out []string
	for _, c := range []struct{ text, query string }{
		{"核算单 %s 的金额是 %s 元，各份合计 %s 元", `SELECT l.no, l.amount_fen, CAST(COALESCE(SUM(p.amount_fen), 0) AS BIGINT)
			FROM award_line l LEFT JOIN award_part p ON p.tenant_id = l.tenant_id AND p.line_id = l.id
			WHERE l.tenant_id = $1 GROUP BY l.id, l.no, l.amount_fen HAVING l.amount_fen <> COALESCE(SUM(p.amount_fen), 0) ORDER BY l.no`},
		{"核算单 %s 已发放 %s 元，各份已发放的合计 %s 元", `SELECT l.no, l.paid_fen, CAST(COALESCE(SUM(p.amount_fen), 0) AS BIGINT)
			FROM award_line l LEFT JOIN award_part p ON p.tenant_id = l.tenant_id AND p.line_id = l.id AND p.payment_id IS NOT NULL
			WHERE l.tenant_id = $1 GROUP BY l.id, l.no, l.paid_fen HAVING l.paid_fen <> COALESCE(SUM(p.amount_fen), 0) ORDER BY l.no`},
		{"发放 %s 是 %s 元，它的奖励记录合计 %s 元", `SELECT f.no, f.amount_fen, CAST(COALESCE(SUM(a.amount_fen), 0) AS BIGINT)
			FROM award_payment f LEFT JOIN award a ON a.tenant_id = f.tenant_id AND a.payment_id = f.id
			WHERE f.tenant_id = $1 AND f.kind = 'pay' GROUP BY f.id, f.no, f.amount_fen HAVING f.amount_fen <> COALESCE(SUM(a.amount_fen), 0) ORDER BY f.no`},
		{"核算单 %s 各期合计 %s 元，各方承担合计 %s 元", `SELECT l.no, d.fen, d.own + COALESCE(s.fen, 0) FROM award_line l
			JOIN (SELECT line_id, CAST(SUM(amount_fen) AS BIGINT) AS fen, CAST(SUM(own_fen) AS BIGINT) AS own FROM award_due WHERE tenant_id = $1 GROUP BY line_id) d ON d.line_id = l.id
			LEFT JOIN (SELECT line_id, CAST(SUM(amount_fen) AS BIGINT) AS fen FROM award_share WHERE tenant_id = $1 GROUP BY line_id) s ON s.line_id = l.id
			WHERE l.tenant_id = $1 AND d.fen <> d.own + COALESCE(s.fen, 0) ORDER BY l.no`},
		{"兑付 %s 是 %s 元，各方承担合计 %s 元", `SELECT f.no, f.amount_fen, f.own_fen + CAST(COALESCE(SUM(b.amount_fen), 0) AS BIGINT)
			FROM award_payment f LEFT JOIN award_borne b ON b.tenant_id = f.tenant_id AND b.payment_id = f.id
			WHERE f.tenant_id = $1 GROUP BY f.id, f.no, f.amount_fen, f.own_fen HAVING f.amount_fen <> f.own_fen + COALESCE(SUM(b.amount_fen), 0) ORDER BY f.no`},
		{"核算单 %s 已追回 %s 元，追回记录合计 %s 元", `SELECT l.no, l.clawed_fen, CAST(COALESCE(SUM(f.amount_fen), 0) AS BIGINT)
			FROM award_line l LEFT JOIN award_payment f ON f.tenant_id = l.tenant_id AND f.line_id = l.id AND f.kind = 'claw'
			WHERE l.tenant_id = $1 GROUP BY l.id, l.no, l.clawed_fen HAVING l.clawed_fen <> COALESCE(SUM(f.amount_fen), 0) ORDER BY l.no`},
	} {
		list, err := db.Collect(ctx, q, func(o *off) []any { return []any{&o.no, &o.have, &o.sum} }, c.query, tenant)
		if err != nil {
			return nil, fmt.Errorf("checking awards: %w", err)
		}
		for _, o := range list {
			out = append(out, fmt.Sprintf(c.text, o.no, o.have, o.sum))
		}
	}
	return out, nil
}

// Waiting counts the lines of an open round that wait for a step.
type Waiting struct {
	Round Round
	Event string
	Lines int
}

// WaitingIn lists what waits in open rounds for the lines of places, in the order of rounds and steps.
func WaitingIn(ctx context.Context, q db.Q, tenant int64, ranges [][2]string) ([]Waiting, error) {
	open, err := roundTable.All(ctx, q, db.NewWhere(tenant).And("state = ?", RoundOpen), "no")
	if err != nil || len(open) == 0 {
		return nil, err
	}
	of := make([]ids.ID, len(open))
	for i := range open {
		of[i] = open[i].ID
	}
	type group struct {
		Line
		n int
	}
	w := db.In(db.NewWhere(tenant).Ranges("region", ranges), "round_id", of)
	list, err := db.Collect(ctx, q, func(g *group) []any { return []any{&g.Round, &g.State, &g.Amount, &g.Points, &g.Prize, &g.n} },
		`SELECT round_id, state, CASE WHEN amount_fen > 0 THEN 1 ELSE 0 END, CASE WHEN points <> '' THEN '1' ELSE '' END, CASE WHEN prize <> '' THEN '1' ELSE '' END, COUNT(*)
		FROM award_line WHERE `+w.SQL()+` GROUP BY 1, 2, 3, 4, 5`, w.Args()...)
	if err != nil {
		return nil, fmt.Errorf("counting what waits: %w", err)
	}
	var out []Waiting
	for i := range open {
		r := &open[i]
		n := map[string]int{}
		for k := range list {
			if g := &list[k]; g.Round == r.ID {
				n[g.Next(r.Steps())] += g.n
			}
		}
		for _, event := range append(slices.Clone(manual[:6]), "pay", "file", "recompute") {
			if n[event] > 0 {
				out = append(out, Waiting{*r, event, n[event]})
			}
		}
	}
	return out, nil
}
