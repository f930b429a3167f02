package party_test

import (
	"strings"
	"testing"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

const village = "321182103205"

type world struct {
	env     *record.Env
	tenant  int64
	parties *record.Noun[party.Party]
	persons *record.Noun[party.Person]
	roles   *record.Noun[party.Role]
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		regions := region.New(d)
		err := regions.Save(t.Context(), []region.Region{
			{Code: "321182000000", Name: "扬中市", Level: "county"}, {Code: "321182103000", Name: "八桥镇", Level: "town"}, {Code: village, Name: "永胜村", Level: "village"},
		})
		if err != nil {
			t.Fatal(err)
		}
		tn, err := regions.TenantOf(t.Context(), village)
		if err != nil {
			t.Fatal(err)
		}
		box, err := secret.NewBox([]byte("0123456789abcdef0123456789abcdef"))
		if err != nil {
			t.Fatal(err)
		}
		e := record.NewEnv(d, regions, box)
		fn(t, &world{e, tn.ID, party.NewParties(e), party.NewPersons(e), party.NewRoles(e)})
	})
}

// make stores a party from texts as a form gives them.
func (w *world) make(t *testing.T, texts map[string]string) (ids.ID, error) {
	t.Helper()
	p := new(party.Party)
	if texts["region"] == "" {
		texts["region"] = "永胜村"
	}
	if err := w.parties.SetTexts(t.Context(), w.env.ForTenant(w.tenant), village, p, texts); err != nil {
		return 0, err
	}
	return w.parties.Create(t.Context(), access.System, w.tenant, "", p)
}

func fieldOf(err error) string {
	e := errs.As(err)
	if e == nil || len(e.Fields) != 1 {
		return ""
	}
	return e.Fields[0].Name
}

func TestParties(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, c := range []struct {
			texts map[string]string
			field string
		}{
			{map[string]string{"name": "一厂", "kind": "企业", "credit_code": "9132 1182 MA1W 2E3R 71"}, ""}, // as it is printed, in groups
			{map[string]string{"name": "二厂", "kind": "企业", "credit_code": "91321182MA1W2E3R72"}, "credit_code"},
			{map[string]string{"name": "二厂", "kind": "企业", "credit_code": "91321182MA1W2E3R71"}, "credit_code"}, // 一厂's
			{map[string]string{"name": "合作社", "kind": "集体经济组织", "credit_code": "54321182MA1W2E3R7U"}, "credit_code"},
			{map[string]string{"name": "村委会", "kind": "村（居）民委员会", "credit_code": "54321182MA1W2E3R7U"}, ""},
			{map[string]string{"name": "老厂", "kind": "企业", "founded": "2010-01-01", "ended": "2009-12-31"}, "ended"},
			{map[string]string{"name": "一厂", "kind": "企业"}, "name"},
			{map[string]string{"name": "电话厂", "kind": "企业", "phone": "123"}, "phone"},
			{map[string]string{"name": "子厂", "kind": "企业", "parent": "没有的厂"}, "parent"},
			{map[string]string{"name": "子厂", "kind": "企业", "parent": "一厂", "phone": "0511-88888888"}, ""},
		} {
			_, err := w.make(t, c.texts)
			if fieldOf(err) != c.field || (err == nil) != (c.field == "") {
				t.Errorf("%v: %v, want a mistake in %q", c.texts, err, c.field)
			}
		}
		p, err := w.parties.ByKey(t.Context(), w.env.DB.Read(), w.tenant, "一厂")
		if err != nil || p.CreditCode != "91321182MA1W2E3R71" || p.State != "active" || p.Short() != "一厂" {
			t.Errorf("%+v %v", p, err)
		}
		son, err := w.parties.ByKey(t.Context(), w.env.DB.Read(), w.tenant, "子厂")
		if err != nil || son.Parent != p.ID || strings.Contains(son.PhoneSealed, "8888") {
			t.Errorf("%+v %v", son, err)
		}
		texts, err := w.parties.Texts(t.Context(), w.env.ForTenant(w.tenant), son)
		if err != nil || texts["phone"] != "051****8888" || texts["parent"] != "一厂" {
			t.Errorf("%v %v", texts, err)
		}
		// The mask typed back leaves the number as it is.
		before := son.PhoneSealed
		if err := w.parties.SetTexts(t.Context(), w.env.ForTenant(w.tenant), village, son, map[string]string{"phone": "051****8888"}); err != nil || son.PhoneSealed != before {
			t.Errorf("the mask changed the number: %v", err)
		}
		if err := w.parties.Delete(t.Context(), access.System, w.tenant, p.ID, p.Version); !errs.Is(err, errs.Conflict) {
			t.Errorf("deleting what another party belongs to: %v", err)
		}
	})
}

func TestCollectiveOf(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		if _, err := party.CollectiveOf(t.Context(), w.env.DB.Read(), w.tenant, village); !errs.Is(err, errs.NotFound) || !strings.Contains(errs.Message(err), "还没有登记集体经济组织") {
			t.Error(err)
		}
		if _, err := w.make(t, map[string]string{"name": "村委会", "kind": "村（居）民委员会"}); err != nil {
			t.Fatal(err)
		}
		id, err := w.make(t, map[string]string{"name": "经济合作社", "kind": "集体经济组织", "short_name": " 合作社 "})
		if err != nil {
			t.Fatal(err)
		}
		p, err := party.CollectiveOf(t.Context(), w.env.DB.Read(), w.tenant, village)
		if err != nil || p.ID != id || p.Short() != "合作社" {
			t.Errorf("%+v %v", p, err)
		}
		if err := w.parties.Do(t.Context(), access.System, w.tenant, id, 1, "end", ""); fieldOf(err) != "reason" {
			t.Errorf("ending without a reason: %v", err)
		}
		if err := w.parties.Do(t.Context(), access.System, w.tenant, id, 1, "end", strings.Repeat("长", 4001)); fieldOf(err) != "reason" {
			t.Errorf("ending with too long a reason: %v", err)
		}
		if err := w.parties.Do(t.Context(), access.System, w.tenant, id, 1, "end", "改制"); err != nil {
			t.Fatal(err)
		}
		if _, err := party.CollectiveOf(t.Context(), w.env.DB.Read(), w.tenant, village); !errs.Is(err, errs.NotFound) {
			t.Errorf("an ended one is still the village's: %v", err)
		}
	})
}

func TestPersonsAndRoles(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		set := func(texts map[string]string) (*party.Person, error) {
			p := new(party.Person)
			texts["region"] = "永胜村"
			if err := w.persons.SetTexts(t.Context(), w.env.ForTenant(w.tenant), village, p, texts); err != nil {
				return p, err
			}
			_, err := w.persons.Create(t.Context(), access.System, w.tenant, "", p)
			return p, err
		}
		for _, c := range []struct {
			texts map[string]string
			field string
		}{
			{map[string]string{"name": "张某", "id_no": "11010519491231002X", "phone": "13800000000"}, ""},
			{map[string]string{"name": "李某", "id_no": "11010519491231002x"}, "id_no"}, // 张某's, as a small x
			{map[string]string{"name": "王某", "id_no": "110105194912310021"}, "id_no"},
			{map[string]string{"name": "赵某", "phone": "12345678901"}, "phone"},
			{map[string]string{"name": "钱某", "gender": "其他"}, "gender"},
			{map[string]string{"name": "孙某"}, ""}, {map[string]string{"name": "周某"}, ""}, // without numbers, which are then not equal
		} {
			_, err := set(c.texts)
			if fieldOf(err) != c.field || (err == nil) != (c.field == "") {
				t.Errorf("%v: %v, want a mistake in %q", c.texts, err, c.field)
			}
		}
		p, err := w.persons.ByKey(t.Context(), w.env.DB.Read(), w.tenant, "RY-0001")
		if err != nil || p.Name != "张某" || strings.Contains(p.IDNoSealed+p.IDNoIndex, "19491231") {
			t.Errorf("%+v %v", p, err)
		}
		texts, err := w.persons.Texts(t.Context(), w.env.ForTenant(w.tenant), p)
		if err != nil || texts["id_no"] != "110105********002X" || texts["phone"] != "138****0000" {
			t.Errorf("%v %v", texts, err)
		}
		org, err := w.make(t, map[string]string{"name": "经济合作社", "kind": "集体经济组织"})
		if err != nil {
			t.Fatal(err)
		}
		r := &party.Role{Person: p.ID, Party: org, Role: "理事长", From: date.Must("2021-02-01"), To: date.Must("2021-01-31")}
		if _, err := w.roles.Create(t.Context(), access.System, w.tenant, "", r); fieldOf(err) != "to" {
			t.Errorf("a role that ends before it begins: %v", err)
		}
		r.To = date.Date{}
		if _, err := w.roles.Create(t.Context(), access.System, w.tenant, "", r); err != nil || r.Region != village || r.No != "RZ-0001" {
			t.Errorf("%+v %v", r, err)
		}
	})
}
