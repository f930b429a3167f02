package contract

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"huicun/internal/books/contract/schedule"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/party"
)

// Version is a contract's terms as they were agreed, the first, or as an amendment (变更) put them from a day on. Kept is how
// many payments had been billed then; Texts are the terms by field, as people read them.
type Version struct {
	Seq             int
	Effective, Made date.Date
	Kept            int
	Party           ids.ID // who was party B; 0 for versions kept before this was
	Texts           map[string]string
}

// tenantName is the name under which a version keeps who party B was.
const tenantName = "party_b"

// byName are the fields that terms are kept by.
var byName = func() map[string]field.Field[Contract] {
	out := map[string]field.Field[Contract]{}
	for _, f := range contractFields() {
		if slices.Contains(termNames, f.Name) {
			out[f.Name] = f
		}
	}
	return out
}()

// binds reports whether the contract was signed, so that its terms change by amendments only.
func binds(c *Contract) bool { return c.State != "draft" && c.State != "void" }

// texts are the contract's terms as they are kept.
func texts(c *Contract) map[string]string {
	out := map[string]string{}
	for name, f := range byName {
		if s := f.Get(c); s != "" {
			out[name] = s
		}
	}
	return out
}

// terms reads a version's terms back.
func (v *Version) terms() (*schedule.Terms, error) {
	var c Contract
	for name, s := range v.Texts {
		f, ok := byName[name]
		if !ok {
			continue
		}
		if err := f.Set(&c, s); err != nil {
			return nil, fmt.Errorf("reading version %d: %w", v.Seq, err)
		}
	}
	return c.Terms()
}

func sameTerms(a, b *Contract) bool {
	return a.PartyB == b.PartyB && sameMoney(a, b)
}

func sameMoney(a, b *Contract) bool {
	for _, f := range byName {
		if f.Get(a) != f.Get(b) {
			return false
		}
	}
	return true
}

// checkTx checks what needs other records.
func checkTx(ctx context.Context, tx *db.Tx, old, c *Contract) error {
	if err := checkLinks(ctx, tx, c); err != nil {
		return err
	}
	if err := checkEffective(old, c); err != nil {
		return err
	}
	return checkUnits(ctx, tx, old, c)
}

// checkLinks looks at the contracts that this one renews or sublets from.
func checkLinks(ctx context.Context, tx *db.Tx, c *Contract) error {
	for _, l := range []struct {
		name string
		id   int64
	}{{"previous", int64(c.Previous)}, {"sublet", int64(c.Sublet)}} {
		if l.id != 0 && l.id == int64(c.ID) {
			return errs.OnField(l.name, "不能填合同自己")
		}
	}
	if c.Previous != 0 {
		p, err := Get(ctx, tx, tx.Tenant, c.Previous)
		if err != nil {
			return err
		}
		if !c.From.After(p.last()) {
			return errs.OnField("previous", "续签的合同应在原合同 %s（%s 到期）之后开始", p.No, p.last())
		}
	}
	if c.Sublet != 0 {
		p, err := Get(ctx, tx, tx.Tenant, c.Sublet)
		if err != nil {
			return err
		}
		if p.Sublet != 0 {
			return errs.OnField("sublet", "合同 %s 本身是转租；请填写与集体签订的原租赁合同", p.No)
		}
		if c.PartyA != p.PartyB {
			return errs.OnField("party_a", "转租合同的甲方应是原合同 %s 的承租人", p.No)
		}
		if c.From.Before(p.From) || c.To.After(p.last()) {
			return errs.OnField("sublet", "转租期限应在原合同 %s 的期限（%s 至 %s）之内（民法典第七百一十七条）", p.No, p.From, p.last())
		}
	}
	return nil
}

// checkEffective asks from which day changed terms hold. For an early end, or one taken back, that follows by itself.
func checkEffective(old, c *Contract) error {
	if old == nil || !binds(old) {
		c.Effective = date.Date{}
		return nil
	}
	if sameTerms(old, c) {
		c.Effective = old.Effective
		return nil
	}
	same := *c
	same.Ended = old.Ended
	if sameTerms(old, &same) {
		c.Effective = old.last().AddDays(1)
		if c.last().Before(old.last()) {
			c.Effective = c.last().AddDays(1)
		}
		if c.Effective.Before(old.Effective) {
			return errs.OnField("ended", "提前终止日期不能早于上一次变更的生效日（%s）", old.Effective)
		}
		return nil
	}
	switch {
	case c.Effective.IsZero():
		return errs.OnField("effective", "合同已签订：改条款、换承租人要填变更生效日，从这一天起按新条款")
	case c.Effective.Before(old.Effective):
		return errs.OnField("effective", "变更生效日不能早于上一次变更的生效日（%s）", old.Effective)
	case c.Effective.Before(old.From) && c.Effective.Before(c.From) || c.Effective.After(c.To.AddDays(1)) && c.Effective.After(old.To.AddDays(1)):
		return errs.OnField("effective", "变更生效日应在合同期限（%s 至 %s）之内", c.From, c.To)
	}
	return nil
}

// amendment is what an amendment does: the versions with the new ones, of which added are not stored yet, and the payments.
type amendment struct {
	versions []Version
	added    []Version
	payments []schedule.Payment
	kept     int // of the payments, those that stay
}

// plan works an amendment out.
func plan(ctx context.Context, q db.Q, tenant int64, old, c *Contract, today date.Date) (*amendment, error) {
	list, err := Versions(ctx, q, tenant, c.ID)
	if err != nil {
		return nil, err
	}
	var a amendment
	if len(list) == 0 {
		first := Version{Seq: 1, Effective: old.From, Made: today, Party: old.PartyB}
		if first.Texts, err = withTenant(ctx, q, tenant, old); err != nil {
			return nil, err
		}
		a.added = append(a.added, first)
	}
	stored, err := scheduled(ctx, q, tenant, c.ID)
	if err != nil {
		return nil, err
	}
	v := Version{Seq: len(list) + len(a.added) + 1, Effective: c.Effective, Made: today, Party: c.PartyB}
	if v.Kept, err = billed(ctx, q, tenant, old, stored, today); err != nil {
		return nil, err
	}
	if v.Texts, err = withTenant(ctx, q, tenant, c); err != nil {
		return nil, err
	}
	a.added, a.kept = append(a.added, v), v.Kept
	a.versions = append(list, a.added...)
	if a.payments, err = Payments(c, a.versions); err != nil {
		return nil, err
	}
	if now := charges(a.payments); len(now) < a.kept || !slices.Equal(now[:a.kept], stored[:a.kept]) {
		return nil, errs.New(errs.Internal, "contract.billed", "contract %s: payments that were billed would change", c.No)
	}
	return &a, nil
}

// amend keeps the new terms as a version and makes the payments anew that are not billed yet.
func amend(ctx context.Context, tx *db.Tx, old, c *Contract) error {
	a, err := plan(ctx, tx, tx.Tenant, old, c, date.Of(tx.Now()))
	if err != nil {
		return err
	}
	for i := range a.added {
		if err := insertVersion(ctx, tx, c.ID, &a.added[i]); err != nil {
			return err
		}
	}
	if err := deleteCharges(ctx, tx, c.ID, a.kept); err != nil {
		return err
	}
	return insertCharges(ctx, tx, c.ID, charges(a.payments)[a.kept:])
}

// Preview lays out the payments of a contract that is not saved yet; kept are those of them that were billed and stay.
func Preview(ctx context.Context, q db.Q, tenant int64, c *Contract, today date.Date) (list []schedule.Payment, kept int, err error) {
	if c.ID != 0 {
		old, err := Get(ctx, q, tenant, c.ID)
		if err != nil {
			return nil, 0, err
		}
		if err := checkEffective(old, c); err != nil {
			return nil, 0, err
		}
		if binds(old) && !sameTerms(old, c) {
			a, err := plan(ctx, q, tenant, old, c, today)
			if err != nil {
				return nil, 0, err
			}
			return a.payments, a.kept, nil
		}
	}
	versions, err := Versions(ctx, q, tenant, c.ID)
	if err != nil {
		return nil, 0, err
	}
	list, err = Payments(c, versions)
	return list, 0, err
}

// billed counts the payments that are not to be rewritten: those that fell due, those that were billed and those that were
// received before.
func billed(ctx context.Context, q db.Q, tenant int64, c *Contract, list []Charge, today date.Date) (int, error) {
	kept := 0
	for i := range list {
		if !list[i].Due.After(today) {
			kept = i + 1
		}
	}
	last, err := lastBilled(ctx, q, tenant, c.ID)
	if err != nil {
		return 0, err
	}
	kept = max(kept, last)
	here := [][2]string{{c.Region, c.Region + "0"}}
	received, err := ledger.ReceivedByContract(ctx, q, tenant, here, today)
	if err != nil || received[c.ID] == 0 {
		return kept, err
	}
	first, err := ledger.FirstMonths(ctx, q, tenant, here)
	if err != nil {
		return 0, err
	}
	left := received[c.ID]
	for i := range list {
		if list[i].Due.Before(first[c.Region].First()) {
			continue
		}
		if left <= 0 {
			break
		}
		left -= list[i].Amount
		kept = max(kept, i+1)
	}
	return kept, nil
}

func withTenant(ctx context.Context, q db.Q, tenant int64, c *Contract) (map[string]string, error) {
	out := texts(c)
	p, err := party.Get(ctx, q, tenant, c.PartyB)
	if err != nil {
		return nil, err
	}
	out[tenantName] = p.Name
	return out, nil
}

// payments lays out the schedule under versions.
func payments(list []Version) ([]schedule.Payment, error) {
	chain, err := chainOf(list)
	if err != nil {
		return nil, err
	}
	return schedule.Chain(chain)
}

// Payments are a contract's payments with their reasons, under its versions if it was amended.
func Payments(c *Contract, versions []Version) ([]schedule.Payment, error) {
	if !c.billable() {
		return nil, nil
	}
	if len(versions) > 0 {
		return payments(versions)
	}
	t, err := c.Terms()
	if err != nil {
		return nil, err
	}
	p, err := schedule.Build(t)
	if err != nil {
		return nil, err
	}
	return p.Payments, nil
}

// Difference is a term that an amendment changed.
type Difference struct{ Label, Before, After string }

// Differences lists what a version changed of the one before, in the order of the form.
func Differences(before, after *Version) []Difference {
	var out []Difference
	for _, f := range contractFields() {
		if a, b := before.Texts[f.Name], after.Texts[f.Name]; a != b && (f.Name == tenantName || slices.Contains(termNames, f.Name)) {
			out = append(out, Difference{f.Label, a, b})
		}
	}
	return out
}

func encode(texts map[string]string) (string, error) {
	b, err := json.Marshal(texts)
	return string(b), err
}
