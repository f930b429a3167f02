package record_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/secret"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/registry/audit"
	"huicun/internal/registry/find"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

var ctx = context.Background()

const town, village, other = "321182103000", "321182103205", "321182103203"

type world struct {
	env     *record.Env
	parties *record.Noun[party.Party]
	persons *record.Noun[party.Person]
	tenant  int64
}

func each(t *testing.T, fn func(t *testing.T, w world)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		regions := region.New(d)
		var list []region.Region
		for _, r := range [][3]string{
			{"320000000000", "江苏省", "province"}, {"321100000000", "镇江市", "city"}, {"321182000000", "扬中市", "county"},
			{town, "八桥镇", "town"}, {village, "永胜村", "village"}, {other, "八桥村", "village"},
		} {
			list = append(list, region.Region{Code: r[0], Name: r[1], Level: r[2]})
		}
		if err := regions.Save(ctx, list); err != nil {
			t.Fatal(err)
		}
		tn, err := regions.TenantOf(ctx, town)
		if err != nil {
			t.Fatal(err)
		}
		box, err := secret.NewBox(make([]byte, 32))
		if err != nil {
			t.Fatal(err)
		}
		w := world{env: record.NewEnv(d, regions, box), tenant: tn.ID}
		w.parties, w.persons = party.NewParties(w.env), party.NewPersons(w.env)
		fn(t, w)
	})
}

func who(role, at string) access.Principal {
	return access.Principal{ID: 5, Name: role, Grants: []access.Grant{{Role: role, Region: at}}}
}

func (w world) texts(t *testing.T, in map[string]string) *party.Party {
	t.Helper()
	p := new(party.Party)
	if err := w.parties.SetTexts(ctx, w.env.ForTenant(w.tenant), town, p, in); err != nil {
		t.Fatal(err)
	}
	return p
}

func (w world) create(t *testing.T, by access.Principal, key string, in map[string]string) (ids.ID, error) {
	t.Helper()
	return w.parties.Create(ctx, by, w.tenant, key, w.texts(t, in))
}

func TestARecordsLife(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		secretary := who("town_secretary", town)
		in := map[string]string{"name": "示例电缆厂", "kind": "企业", "region": "永胜村", "phone": "0511-88880000"}
		id, err := w.create(t, secretary, "0123456789abcdef", in)
		if err != nil {
			t.Fatal(err)
		}
		again, err := w.create(t, secretary, "0123456789abcdef", in)
		if err != nil || again != id {
			t.Fatalf("the same form sent twice gave %v, %v; want %v", again, err, id)
		}
		p, err := w.parties.Get(ctx, secretary, w.tenant, id)
		if err != nil || p.Region != village || p.State != "active" {
			t.Fatalf("%+v %v", p, err)
		}
		if strings.Contains(p.PhoneSealed, "8888") {
			t.Error("the phone is stored in clear")
		}
		texts, err := w.parties.Texts(ctx, w.env.ForTenant(w.tenant), p)
		if err != nil || texts["phone"] == in["phone"] || texts["region"] != "永胜村" {
			t.Errorf("shown as %v, %v", texts, err)
		}
		p.Industry = "桥架"
		if err := w.parties.Update(ctx, secretary, w.tenant, p); err != nil {
			t.Fatal(err)
		}
		if err := w.parties.Do(ctx, secretary, w.tenant, id, p.Version, "end", ""); errs.KindOf(err) != errs.Invalid {
			t.Errorf("an event that needs a reason went without: %v", err)
		}
		if err := w.parties.Do(ctx, secretary, w.tenant, id, p.Version, "end", "已注销"); err != nil {
			t.Fatal(err)
		}
		if err := w.parties.Do(ctx, secretary, w.tenant, id, 0, "end", "再次"); !errs.Is(err, errs.State) {
			t.Errorf("ended twice: %v", err)
		}
		h, err := audit.Of(ctx, w.env.DB.Read(), w.tenant, "party", id, 10)
		if err != nil || len(h) != 3 || h[0].Action != "注销" || h[0].Reason != "已注销" || h[1].Changes[0].After != "桥架" {
			t.Errorf("history %+v, %v", h, err)
		}
		docs, err := find.Search(ctx, w.env.DB.Read(), w.tenant, [][2]string{{town, "321182104"}}, "sldl", nil, 5)
		if err != nil || len(docs) != 1 {
			t.Errorf("search by initials: %v %v", docs, err)
		}
	})
}

func TestWhoMayWhatWhere(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		mine := map[string]string{"name": "甲", "kind": "企业", "region": village}
		yours := map[string]string{"name": "乙", "kind": "企业", "region": other}
		keeper := who("village_bookkeeper", village)
		if _, err := w.create(t, keeper, "k1k1k1k1k1k1k1k1", mine); err != nil {
			t.Fatal(err)
		}
		if _, err := w.create(t, keeper, "k2k2k2k2k2k2k2k2", yours); !errs.Is(err, errs.Forbidden) {
			t.Errorf("made a record in another village: %v", err)
		}
		id, err := w.create(t, who("town_secretary", town), "k3k3k3k3k3k3k3k3", yours)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.parties.Get(ctx, keeper, w.tenant, id); !errs.Is(err, errs.NotFound) {
			t.Errorf("read another village's record by its id: %v", err)
		}
		if err := w.parties.Delete(ctx, keeper, w.tenant, id, 0); !errs.Is(err, errs.NotFound) {
			t.Errorf("deleted another village's record: %v", err)
		}
		page, total, err := w.parties.List(ctx, keeper, w.tenant, record.Filter{Scope: town})
		if err != nil || total != 1 || page.Items[0].Name != "甲" {
			t.Errorf("list of the town shows %d to a village: %v", total, err)
		}
		if _, err := w.create(t, who("auditor", town), "k4k4k4k4k4k4k4k4", map[string]string{"name": "丙", "kind": "企业", "region": village}); !errs.Is(err, errs.Forbidden) {
			t.Errorf("an auditor wrote: %v", err)
		}
	})
}

func TestTheSecondOfTwoIsToldWhoChangedWhat(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		id, err := w.create(t, who("town_secretary", town), "k1k1k1k1k1k1k1k1", map[string]string{"name": "甲", "kind": "企业", "region": village})
		if err != nil {
			t.Fatal(err)
		}
		results := make([]error, 6)
		var wg sync.WaitGroup
		copies := make([]*party.Party, len(results))
		for i := range copies {
			p, err := w.parties.Get(ctx, who("town_secretary", town), w.tenant, id)
			if err != nil {
				t.Fatal(err)
			}
			p.Industry = fmt.Sprint("行业", i)
			copies[i] = p
		}
		for i, p := range copies {
			wg.Go(func() { results[i] = w.parties.Update(ctx, who("town_secretary", town), w.tenant, p) })
		}
		wg.Wait()
		saved := 0
		for _, err := range results {
			switch {
			case err == nil:
				saved++
			case !errs.Is(err, errs.Stale):
				t.Errorf("got %v, want Stale", err)
			}
		}
		if saved != 1 {
			t.Errorf("%d of 6 saved over the same version, want 1", saved)
		}
	})
}

func TestImportIsAllOrNothingAndNamesEveryWrongCell(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		const rows, bad = 2000, 40
		tb := &sheet.Table{Header: []string{"名称", "类别", "所在地区", "统一社会信用代码"}}
		for i := range rows {
			code := ""
			kind := "企业"
			if i%(rows/bad) == 7 {
				code = "91350100M000100Y44" // a wrong check digit
			}
			tb.Rows = append(tb.Rows, []string{fmt.Sprintf("示例单位%04d", i), kind, "永胜村", code})
			tb.RowNo = append(tb.RowNo, i+2)
		}
		res, err := w.parties.ImportTable(ctx, who("town_accountant", town), w.tenant, tb)
		if err != nil || len(res.Report.Errors) != bad || res.Created != 0 {
			t.Fatalf("%d errors, %d created, %v; want %d and 0", len(res.Report.Errors), res.Created, err, bad)
		}
		if e := res.Report.Errors[0]; e.Row != 9 || e.Column != "统一社会信用代码" {
			t.Errorf("first error %+v, want row 9", e)
		}
		if n, _ := w.parties.Count(ctx, w.tenant); n != 0 {
			t.Fatalf("%d records after a refused import", n)
		}
		for i := range tb.Rows {
			tb.Rows[i][3] = ""
		}
		if res, err = w.parties.ImportTable(ctx, who("town_accountant", town), w.tenant, tb); err != nil || res.Created != rows {
			t.Fatalf("%+v %v", res, err)
		}
		tb.Rows[5][1] = "合作社"
		if res, err = w.parties.ImportTable(ctx, who("town_accountant", town), w.tenant, tb); err != nil || res.Created != 0 {
			t.Fatalf("a second import created %d, %v", res.Created, err)
		}
		if p, err := w.parties.ByKey(ctx, w.env.DB.Read(), w.tenant, "示例单位0005"); err != nil || p.Kind != party.Coop {
			t.Errorf("changed row %+v %v", p, err)
		}
	})
}

func TestImportRefusesAnotherVillagesRows(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		tb := &sheet.Table{Header: []string{"名称", "类别", "所在地区"}, Rows: [][]string{{"甲", "企业", "永胜村"}, {"乙", "企业", "八桥村"}}, RowNo: []int{2, 3}}
		res, err := w.parties.ImportTable(ctx, who("village_bookkeeper", village), w.tenant, tb)
		if err != nil || len(res.Report.Errors) != 1 || res.Report.Errors[0].Row != 3 {
			t.Fatalf("%+v %v", res, err)
		}
		if n, _ := w.parties.Count(ctx, w.tenant); n != 0 {
			t.Error("half was saved")
		}
	})
}

func TestUnknownColumnsAreNamed(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		tb := &sheet.Table{Header: []string{"名称", "电子邮件"}, Rows: [][]string{{"甲", "x"}}, RowNo: []int{2}}
		_, err := w.parties.ImportTable(ctx, access.System, w.tenant, tb)
		if !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), "电子邮件") || !strings.Contains(err.Error(), "类别") {
			t.Fatalf("got %v", err)
		}
	})
}

func TestNumbersAreGivenInOrder(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				p := &party.Person{Name: fmt.Sprint("乡贤", i)}
				p.Region = village
				if _, err := w.persons.Create(ctx, access.System, w.tenant, "", p); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		page, total, err := w.persons.List(ctx, access.System, w.tenant, record.Filter{Scope: town, Page: db.Paging{Sort: "no", Limit: 50}})
		if err != nil || total != 12 {
			t.Fatal(total, err)
		}
		for i, p := range page.Items {
			if want := fmt.Sprintf("RY-%04d", i+1); p.No != want {
				t.Errorf("number %d is %s, want %s", i, p.No, want)
			}
		}
	})
}

func TestOneCitizenNumberOnce(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		add := func(no string) error {
			p := &party.Person{}
			err := w.persons.SetTexts(ctx, w.env.ForTenant(w.tenant), town, p, map[string]string{"name": "甲", "region": village, "id_no": no})
			if err == nil {
				_, err = w.persons.Create(ctx, access.System, w.tenant, "", p)
			}
			return err
		}
		if err := add("11010519491231002X"); err != nil {
			t.Fatal(err)
		}
		if err := add("11010519491231002x"); !errs.Is(err, errs.Invalid) || !strings.Contains(err.Error(), "已登记") {
			t.Errorf("the same number again: %v", err)
		}
		if err := add("110105194912310020"); !errs.Is(err, errs.Invalid) {
			t.Errorf("a wrong check digit: %v", err)
		}
	})
}

// TestNarrowedByLink lists what links to a record, given by its natural key or its id.
func TestNarrowedByLink(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		by := who("town_secretary", town)
		roles := party.NewRoles(w.env)
		var firms []ids.ID
		for _, name := range []string{"示例电缆厂", "20210001"} { // a name that could be an id
			id, err := w.create(t, by, "", map[string]string{"name": name, "kind": "企业", "region": "永胜村"})
			if err != nil {
				t.Fatal(err)
			}
			firms = append(firms, id)
		}
		p := new(party.Person)
		if err := w.persons.SetTexts(ctx, w.env.ForTenant(w.tenant), town, p, map[string]string{"name": "张三", "region": "永胜村"}); err != nil {
			t.Fatal(err)
		}
		person, err := w.persons.Create(ctx, by, w.tenant, "", p)
		if err != nil {
			t.Fatal(err)
		}
		for _, firm := range append(firms, firms[0]) {
			if _, err := roles.Create(ctx, by, w.tenant, "", &party.Role{Person: person, Party: firm, Role: "经理", From: date.Must("2021-01-01")}); err != nil {
				t.Fatal(err)
			}
		}
		for want, n := range map[string]int{"示例电缆厂": 2, firms[0].String(): 2, "20210001": 1, firms[1].String(): 1, "": 3} {
			page, total, err := roles.List(ctx, by, w.tenant, record.Filter{Scope: town, Eq: map[string]string{"party": want}})
			if err != nil || total != n || len(page.Items) != min(n, 1) {
				t.Errorf("%q: %d of %d, %v; want %d", want, len(page.Items), total, err, n)
			}
		}
		_, _, err = roles.List(ctx, by, w.tenant, record.Filter{Scope: town, Eq: map[string]string{"party": "没有的厂"}})
		if e := errs.As(err); e == nil || e.Kind != errs.Invalid || len(e.Fields) != 1 || e.Fields[0].Name != "party" {
			t.Errorf("a party that is not there: %v", err)
		}
	})
}

// TestNounWithoutItsType does through Any what a slice does through its own type, and finds the type again.
func TestNounWithoutItsType(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		by := who("town_secretary", town)
		n, ok := w.env.Noun("party")
		if same, found := record.Of[party.Party](w.env, "party"); !ok || !found || same != w.parties || n != w.parties.Any() {
			t.Fatal("the noun is not found with its type")
		}
		if _, found := record.Of[party.Person](w.env, "party"); found {
			t.Error("found with another noun's type")
		}
		v := n.New()
		in := map[string]string{"name": "示例电缆厂", "kind": "企业", "region": "永胜村"}
		if err := n.SetTexts(ctx, w.env.ForTenant(w.tenant), town, v, in); err != nil {
			t.Fatal(err)
		}
		if p := v.V.(*party.Party); p.Name != in["name"] || n.Title(v) != w.parties.Title(p) || n.KeyOf(v) != in["name"] {
			t.Errorf("read as %+v", p)
		}
		id, err := n.Create(ctx, by, w.tenant, "", v)
		if err != nil {
			t.Fatal(err)
		}
		got, err := n.Get(ctx, by, w.tenant, id)
		if err != nil || got.ID != id || got.Region != village || got.V.(*party.Party).Name != in["name"] {
			t.Fatalf("%+v %v", got, err)
		}
		got.Note = "改"
		if err := n.Update(ctx, by, w.tenant, got); err != nil {
			t.Fatal(err)
		}
		if p, err := w.parties.Get(ctx, by, w.tenant, id); err != nil || p.Note != "改" || p.Version != 2 {
			t.Errorf("%+v %v", p, err)
		}
	})
}
