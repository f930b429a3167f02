package rent_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"huicun/internal/books/asset"
	"huicun/internal/books/bank"
	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/books/rent"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
	pages "huicun/internal/web/rent"
	"huicun/internal/web/resource"
	"huicun/internal/web/sitetest"
)

const town = sitetest.Town

// site is this group's pages over a town of two villages with a contract each, on 10 November 2021.
type site struct {
	*sitetest.Site
	rent      *rent.Service
	ledger    *ledger.Ledger
	contracts *record.Noun[contract.Contract]
	bank      *bank.Service
}

func newSite(t *testing.T) *site { return newSiteWith(t, nil) }

// newSiteWith bills in the background what bg says, when it is given.
func newSiteWith(t *testing.T, bg func(s *site) pages.Background) *site {
	s := &site{Site: sitetest.New(t, dbtest.SQLite(t), "2021", append(sitetest.Places(), region.Region{Code: "321182103206", Name: "红光村", Level: "village"}),
		sitetest.Person("kuaiji", "镇代理会计", "town_accountant", town), sitetest.Person("shuji", "镇党委书记", "town_secretary", town),
		sitetest.Person("baozhang", "永胜村报账员", "village_bookkeeper", sitetest.Yongsheng), sitetest.Person("shenji", "审计员", "auditor", town))}
	env := s.Env
	parties := party.NewParties(env)
	l := ledger.New(env)
	asset.NewAssets(env)
	asset.NewUnits(env)
	contracts := contract.NewContracts(env)
	s.bank = bank.New(env, l)
	s.rent, s.ledger, s.contracts = rent.New(env, l), l, contracts
	s.rent.Connect(s.bank)
	var back pages.Background
	if bg != nil {
		back = bg(s)
	}
	pages.Mount(s.Shell, resource.NewSet(), l, s.rent, back)
	make1 := func(name, kind, at string) ids.ID {
		p := &party.Party{Name: name, Kind: kind}
		p.Region = at
		id, err := parties.Create(t.Context(), access.System, s.Tenant, "", p)
		s.OK(err)
		return id
	}
	for at, name := range map[string]string{"321182103205": "永胜村", "321182103206": "红光村"} {
		unit, firm := make1(name+"股份经济合作社", party.Collective, at), make1(name+"承租厂", party.Enterprise, at)
		_, err := l.Books.Create(t.Context(), access.System, s.Tenant, "", &ledger.Books{Name: name + "账套", Party: unit, Chart: ledger.Chart2004, From: 202101})
		s.OK(err)
		c := &contract.Contract{
			No: "HT-" + at[9:], Name: name + "物业服务", Kind: contract.Service, PartyA: unit, PartyB: firm, Signed: date.Must("2021-07-01"), From: date.Must("2021-07-01"),
			To: date.Must("2022-06-30"), Pay: 3000_00, PayMonths: 3, Advance: true, More: contract.More{Prorate: "months"},
		}
		id, err := contracts.Create(t.Context(), access.System, s.Tenant, "", c)
		s.OK(err)
		s.OK(contracts.Do(t.Context(), access.System, s.Tenant, id, 0, "sign", ""))
	}
	return s
}

// inputs are the hidden inputs of a page by name.
func inputs(body string) []string {
	var out []string
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		out = append(out, m[1], m[2])
	}
	return out
}

// TestBillAndReceive bills a town's month on one page and receives money, by who may.
func TestBillAndReceive(t *testing.T) {
	s := newSite(t)
	all := s.Get("kuaiji", "/rent-runs/new?month=2021-07")
	s.Want(all, 200, "永胜村账套", "红光村账套", "6,000.00", "2 个账套全部计收")
	s.Want(s.Get("shenji", "/rent-runs/new?month=2021-07"), 200, "永胜村账套")
	if a := s.Post("shenji", "/rent-runs/all", inputs(all.Body)...); a.Code != 403 {
		t.Errorf("an auditor bills: %d", a.Code)
	}
	if a := s.Post("kuaiji", "/rent-runs/all", inputs(all.Body)...); a.Code != 303 {
		t.Fatalf("billing the town: %d %.800s", a.Code, a.Body)
	}
	s.Want(s.Post("kuaiji", "/rent-runs/all", inputs(all.Body)...), 303) // sent twice: done once
	s.Want(s.Get("kuaiji", "/rent-runs/new?month=2021-07"), 200, "已计收")
	s.Want(s.Get("kuaiji", "/rent-runs/new?month=乱"), 200)
	s.Want(s.Get("shuji", "/rent?month=2021-07"), 200, "6,000.00", "永胜村", "0.0%")
	s.Want(s.Get("shuji", "/rent-ageing"), 200, "永胜村承租厂", "132")

	form := s.Get("baozhang", "/rent-receipts/new?contract=HT-205")
	s.Want(form, 200, "3,000.00", "HT-205-001", "永胜村承租厂")
	bad := s.Post("baozhang", "/rent-receipts/new", "contract", "没有", "kind", "rent", "date", "2021-13-01", "amount", "三千", "method", "bank", "_key", strings.Repeat("k", 22))
	s.Want(bad, 422, "没有找到“没有”", "三千")
	s.Want(s.Post("baozhang", "/rent-receipts/new", "contract", "HT-205", "kind", "rent", "date", "2021-08-01", "amount", "0", "method", "bank"), 422, "大于零")
	s.Want(s.Post("baozhang", "/rent-receipts/new", "contract", "HT-205", "kind", "return", "date", "2021-08-01", "amount", "5", "method", "bank"), 422, "押金只有")
	if a := s.Post("baozhang", "/rent-receipts/new", "contract", "HT-206", "kind", "rent", "date", "2021-08-01", "amount", "5", "method", "bank"); a.Code < 400 {
		t.Errorf("another village's bookkeeper receives: %d", a.Code)
	}
	done := s.Post("baozhang", "/rent-receipts/new", "contract", "HT-205", "kind", "rent", "date", "2021-08-01", "amount", "2000", "method", "bank", "payer", "承租厂", "_key", strings.Repeat("r", 22))
	s.Want(done, 303)
	s.Want(s.Get("baozhang", done.Location), 200, "HT-205-001", "2,000.00", "草稿")
	s.Want(s.Get("kuaiji", "/rent?month=2021-07"), 200, "33.3%", "4,000.00")
	s.Want(s.Get("kuaiji", "/rent-statement?party="+url.QueryEscape("永胜村承租厂")), 200, "期末应付", "1,000.00", "HT-205-001")
	s.Want(s.Get("kuaiji", "/rent-statement?party="+url.QueryEscape("查无此人")), 422, "没有找到")
	s.Want(s.Get("kuaiji", "/rent-statement"), 200, "对谁的账")
	s.Want(s.Get("kuaiji", "/rent-items"), 200, "HT-205-001")
	s.Want(s.Get("kuaiji", "/rent-receipts/new?contract=HT-205&item=1"), 200)

	s.Want(s.Get("kuaiji", "/rent-notices/new"), 200, "永胜村承租厂", "红光村承租厂")
	s.Want(s.Post("kuaiji", "/rent-notices/new", "days", "x"), 422, "整数")
	s.Want(s.Post("kuaiji", "/rent-notices/new", "days", "15"), 422, "请选择")
	if a := s.Post("shenji", "/rent-notices/new", "days", "15"); a.Code != 403 {
		t.Errorf("an auditor writes letters: %d", a.Code)
	}
	choices := regexp.MustCompile(`name="party" value="(\d+)"`).FindAllStringSubmatch(s.Get("kuaiji", "/rent-notices/new").Body, -1)
	letters := []string{"days", "15", "_key", strings.Repeat("n", 22)}
	for _, m := range choices {
		letters = append(letters, "party", m[1])
	}
	s.Want(s.Post("kuaiji", "/rent-notices/new", letters...), 303)
	list := s.Get("kuaiji", "/rent-notices")
	s.Want(list, 200, "CK-2021-0001", "CK-2021-0002")
	if m := regexp.MustCompile(`/rent-notices/\d+`).FindString(list.Body); m == "" {
		t.Error("no letter to open")
	} else {
		s.Want(s.Get("shuji", m), 200, "催款通知书", "回执")
	}
}
