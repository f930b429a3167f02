package rent_test

import (
	"html"
	"io"
	"net/http"
	"net/http/httptest"
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
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
	"huicun/internal/registry/account"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
	pages "huicun/internal/web/rent"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
)

const (
	town     = "321182103000"
	password = "Lüshan-7-Qiao"
)

// site is this group's pages over a town of two villages with a contract each, on 10 November 2021.
type site struct {
	*testing.T
	shell   *shell.Shell
	handler http.Handler
	tenant  int64
	rent    *rent.Service
	tokens  map[string]string
}

func newSite(t *testing.T) *site {
	d := dbtest.SQLite(t)
	s := &site{T: t, tokens: map[string]string{}}
	box, err := secret.NewBox(make([]byte, secret.KeySize))
	s.ok(err)
	regions := region.New(d)
	s.ok(regions.Save(t.Context(), []region.Region{
		{Code: "321182000000", Name: "扬中市", Level: "county"}, {Code: town, Name: "八桥镇", Level: "town"},
		{Code: "321182103205", Name: "永胜村", Level: "village"}, {Code: "321182103206", Name: "红光村", Level: "village"},
	}))
	tn, err := regions.TenantOf(t.Context(), town)
	s.ok(err)
	s.tenant = tn.ID
	accounts := account.New(d, box, regions)
	s.ok(accounts.EnsureDemo(t.Context(), []account.DemoAccount{
		{Login: "kuaiji", Name: "镇代理会计", Grants: []access.Grant{{Role: "town_accountant", Region: town}}},
		{Login: "shuji", Name: "镇党委书记", Grants: []access.Grant{{Role: "town_secretary", Region: town}}},
		{Login: "baozhang", Name: "永胜村报账员", Grants: []access.Grant{{Role: "village_bookkeeper", Region: "321182103205"}}},
		{Login: "shenji", Name: "审计员", Grants: []access.Grant{{Role: "auditor", Region: town}}},
	}, password))
	env := record.NewEnv(d, regions, box)
	parties := party.NewParties(env)
	l := ledger.New(env)
	asset.NewAssets(env)
	asset.NewUnits(env)
	contracts := contract.NewContracts(env)
	bank.New(env, l)
	s.rent = rent.New(env, l)
	s.shell = &shell.Shell{Env: env, Accounts: accounts, Regions: regions, Clock: dbtest.Clock}
	pages.Mount(s.shell, resource.NewSet(), l, s.rent)
	s.handler = s.shell.Handler()
	make1 := func(name, kind, at string) ids.ID {
		p := &party.Party{Name: name, Kind: kind}
		p.Region = at
		id, err := parties.Create(t.Context(), access.System, s.tenant, "", p)
		s.ok(err)
		return id
	}
	for at, name := range map[string]string{"321182103205": "永胜村", "321182103206": "红光村"} {
		unit, firm := make1(name+"股份经济合作社", party.Collective, at), make1(name+"承租厂", party.Enterprise, at)
		_, err := l.Books.Create(t.Context(), access.System, s.tenant, "", &ledger.Books{Name: name + "账套", Party: unit, Chart: ledger.Chart2004, From: 202101})
		s.ok(err)
		c := &contract.Contract{
			No: "HT-" + at[9:], Name: name + "物业服务", Kind: contract.Service, PartyA: unit, PartyB: firm, Signed: date.Must("2021-07-01"), From: date.Must("2021-07-01"),
			To: date.Must("2022-06-30"), Pay: 3000_00, PayMonths: 3, Advance: true, More: contract.More{Prorate: "months"},
		}
		id, err := contracts.Create(t.Context(), access.System, s.tenant, "", c)
		s.ok(err)
		s.ok(contracts.Do(t.Context(), access.System, s.tenant, id, 0, "sign", ""))
	}
	return s
}

func (s *site) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

type answer struct {
	code           int
	body, location string
}

func (s *site) do(login, method, path string, body io.Reader) answer {
	s.Helper()
	if s.tokens[login] == "" {
		t, err := s.shell.Accounts.Login(s.Context(), login, password, "203.0.113.9", "Mozilla/5.0 (Windows NT 10.0) Edge")
		s.ok(err)
		s.tokens[login] = t
	}
	r := httptest.NewRequestWithContext(s.Context(), method, path, body)
	r.AddCookie(&http.Cookie{Name: "hc_session", Value: s.tokens[login]})
	r.AddCookie(&http.Cookie{Name: "hc_year", Value: "2021"})
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return answer{w.Code, html.UnescapeString(w.Body.String()), w.Header().Get("Location")}
}

func (s *site) get(login, path string) answer {
	s.Helper()
	return s.do(login, "GET", path, nil)
}

func (s *site) post(login, path string, pairs ...string) answer {
	s.Helper()
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return s.do(login, "POST", path, strings.NewReader(v.Encode()))
}

// inputs are the hidden inputs of a page by name.
func inputs(body string) []string {
	var out []string
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`).FindAllStringSubmatch(body, -1) {
		out = append(out, m[1], m[2])
	}
	return out
}

func (s *site) expect(a answer, code int, texts ...string) {
	s.Helper()
	if a.code != code {
		s.Errorf("status %d, want %d: %.600s", a.code, code, a.body)
	}
	for _, t := range texts {
		if !strings.Contains(a.body, t) {
			s.Errorf("the page lacks %q", t)
		}
	}
}

// TestBillAndReceive bills a town's month on one page and receives money, by who may.
func TestBillAndReceive(t *testing.T) {
	s := newSite(t)
	all := s.get("kuaiji", "/rent-runs/new?month=2021-07")
	s.expect(all, 200, "永胜村账套", "红光村账套", "6,000.00", "2 个账套全部计收")
	s.expect(s.get("shenji", "/rent-runs/new?month=2021-07"), 200, "永胜村账套")
	if a := s.post("shenji", "/rent-runs/all", inputs(all.body)...); a.code != 403 {
		t.Errorf("an auditor bills: %d", a.code)
	}
	if a := s.post("kuaiji", "/rent-runs/all", inputs(all.body)...); a.code != 303 {
		t.Fatalf("billing the town: %d %.800s", a.code, a.body)
	}
	s.expect(s.post("kuaiji", "/rent-runs/all", inputs(all.body)...), 303) // sent twice: done once
	s.expect(s.get("kuaiji", "/rent-runs/new?month=2021-07"), 200, "已计收")
	s.expect(s.get("kuaiji", "/rent-runs/new?month=乱"), 200)
	s.expect(s.get("shuji", "/rent?month=2021-07"), 200, "6,000.00", "永胜村", "0.0%")
	s.expect(s.get("shuji", "/rent-ageing"), 200, "永胜村承租厂", "132")

	form := s.get("baozhang", "/rent-receipts/new?contract=HT-205")
	s.expect(form, 200, "3,000.00", "HT-205-001", "永胜村承租厂")
	bad := s.post("baozhang", "/rent-receipts/new", "contract", "没有", "kind", "rent", "date", "2021-13-01", "amount", "三千", "method", "bank", "_key", strings.Repeat("k", 22))
	s.expect(bad, 422, "没有找到“没有”", "三千")
	s.expect(s.post("baozhang", "/rent-receipts/new", "contract", "HT-205", "kind", "rent", "date", "2021-08-01", "amount", "0", "method", "bank"), 422, "大于零")
	s.expect(s.post("baozhang", "/rent-receipts/new", "contract", "HT-205", "kind", "return", "date", "2021-08-01", "amount", "5", "method", "bank"), 422, "押金只有")
	if a := s.post("baozhang", "/rent-receipts/new", "contract", "HT-206", "kind", "rent", "date", "2021-08-01", "amount", "5", "method", "bank"); a.code < 400 {
		t.Errorf("another village's bookkeeper receives: %d", a.code)
	}
	done := s.post("baozhang", "/rent-receipts/new", "contract", "HT-205", "kind", "rent", "date", "2021-08-01", "amount", "2000", "method", "bank", "payer", "承租厂", "_key", strings.Repeat("r", 22))
	s.expect(done, 303)
	s.expect(s.get("baozhang", done.location), 200, "HT-205-001", "2,000.00", "草稿")
	s.expect(s.get("kuaiji", "/rent?month=2021-07"), 200, "33.3%", "4,000.00")
	s.expect(s.get("kuaiji", "/rent-statement?party="+url.QueryEscape("永胜村承租厂")), 200, "期末应付", "1,000.00", "HT-205-001")
	s.expect(s.get("kuaiji", "/rent-statement?party="+url.QueryEscape("查无此人")), 422, "没有找到")
	s.expect(s.get("kuaiji", "/rent-statement"), 200, "对谁的账")
	s.expect(s.get("kuaiji", "/rent-items"), 200, "HT-205-001")
	s.expect(s.get("kuaiji", "/rent-receipts/new?contract=HT-205&item=1"), 200)

	s.expect(s.get("kuaiji", "/rent-notices/new"), 200, "永胜村承租厂", "红光村承租厂")
	s.expect(s.post("kuaiji", "/rent-notices/new", "days", "x"), 422, "整数")
	s.expect(s.post("kuaiji", "/rent-notices/new", "days", "15"), 422, "请选择")
	if a := s.post("shenji", "/rent-notices/new", "days", "15"); a.code != 403 {
		t.Errorf("an auditor writes letters: %d", a.code)
	}
	choices := regexp.MustCompile(`name="party" value="(\d+)"`).FindAllStringSubmatch(s.get("kuaiji", "/rent-notices/new").body, -1)
	letters := []string{"days", "15", "_key", strings.Repeat("n", 22)}
	for _, m := range choices {
		letters = append(letters, "party", m[1])
	}
	s.expect(s.post("kuaiji", "/rent-notices/new", letters...), 303)
	list := s.get("kuaiji", "/rent-notices")
	s.expect(list, 200, "CK-2021-0001", "CK-2021-0002")
	if m := regexp.MustCompile(`/rent-notices/\d+`).FindString(list.body); m == "" {
		t.Error("no letter to open")
	} else {
		s.expect(s.get("shuji", m), 200, "催款通知书", "回执")
	}
}
