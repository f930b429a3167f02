package property_test

import (
	"context"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"huicun/internal/books/alteration"
	"huicun/internal/books/asset"
	"huicun/internal/books/contract"
	"huicun/internal/books/disposal"
	"huicun/internal/books/ledger"
	"huicun/internal/books/stocktake"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
	"huicun/internal/registry/account"
	"huicun/internal/registry/file"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
	"huicun/internal/web/assets"
	pages "huicun/internal/web/property"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/migrations"
)

const (
	town     = "321182103000"
	village  = "321182103205"
	password = "Lüshan-7-Qiao"
)

// clock stands at noon on 2024-06-10.
var clock = date.Fixed(time.Date(2024, 6, 10, 12, 0, 0, 0, date.Shanghai))

// site is this group's pages over one village with two cards.
type site struct {
	*testing.T
	shell   *shell.Shell
	handler http.Handler
	tenant  int64
	books   ids.ID
	cards   *record.Noun[asset.Asset]
	tokens  map[string]string
}

func newSite(t *testing.T) *site {
	s := &site{T: t, tokens: map[string]string{}}
	d, err := db.Open(context.Background(), db.Config{DataDir: t.TempDir(), Migrations: migrations.FS, Classes: migrations.Classes, Clock: clock})
	s.ok(err)
	t.Cleanup(func() { _ = d.Close() })
	box, err := secret.NewBox(make([]byte, secret.KeySize))
	s.ok(err)
	regions := region.New(d)
	s.ok(regions.Save(t.Context(), []region.Region{
		{Code: "321182000000", Name: "扬中市", Level: "county"}, {Code: town, Name: "八桥镇", Level: "town"}, {Code: village, Name: "永胜村", Level: "village"},
	}))
	tn, err := regions.TenantOf(t.Context(), town)
	s.ok(err)
	s.tenant = tn.ID
	accounts := account.New(d, box, regions)
	s.ok(accounts.EnsureDemo(t.Context(), []account.DemoAccount{
		{Login: "kuaiji", Name: "镇代理会计", Grants: []access.Grant{{Role: "town_accountant", Region: town}}},
		{Login: "baozhang", Name: "永胜村报账员", Grants: []access.Grant{{Role: "village_bookkeeper", Region: village}}},
		{Login: "shuji", Name: "镇党委书记", Grants: []access.Grant{{Role: "town_secretary", Region: town}}},
		{Login: "shenji", Name: "审计员", Grants: []access.Grant{{Role: "auditor", Region: town}}},
	}, password))
	env := record.NewEnv(d, regions, box)
	parties := party.NewParties(env)
	l := ledger.New(env)
	cards := asset.NewAssets(env)
	s.cards = cards
	dep := asset.NewDepreciation(env, l)
	s.shell = &shell.Shell{Env: env, Accounts: accounts, Regions: regions, Clock: clock}
	changes := asset.NewChanges(env)
	units := asset.NewUnits(env)
	takes := stocktake.New(env, l, cards, changes)
	files := file.New(env)
	files.Rule("stocktake_line", takes.FileRule())
	set := resource.NewSet()
	set.Files(s.shell, files)
	pages.Mount(s.shell, set, pages.Nouns{Ledger: l, Assets: cards, Units: units, Depreciation: dep, Changes: changes, Stocktakes: takes,
		Disposals: disposal.New(env, l, changes), Rules: asset.NewRules(env), Shares: asset.NewShares(env), Outlines: asset.NewOutlines(env), Alterations: alteration.New(env, l, cards, changes),
	})
	resource.Mount(s.shell, set, cards, pages.AssetPage())
	resource.Mount(s.shell, set, units, resource.Options[asset.Unit]{})
	contract.NewContracts(env)
	s.shell.Handle(shell.Route{Method: "GET", Pattern: assets.Prefix, Perm: shell.Public, Fn: func(c *shell.Ctx) error {
		assets.Handler().ServeHTTP(c.W, c.R)
		return nil
	}})
	s.handler = s.shell.Handler()

	p := &party.Party{Name: "永胜村股份经济合作社", Kind: party.Collective}
	p.Region = village
	coll, err := parties.Create(t.Context(), access.System, s.tenant, "", p)
	s.ok(err)
	s.books, err = l.Books.Create(t.Context(), access.System, s.tenant, "", &ledger.Books{Name: "永胜村账套", Party: coll, Chart: ledger.Chart2023, From: 202401})
	s.ok(err)
	s.ok(l.AddAccount(t.Context(), access.System, s.tenant, s.books, "51101", "租赁支出"))
	s.ok(l.AddAccount(t.Context(), access.System, s.tenant, s.books, "51102", "厂房折旧"))
	for _, texts := range []map[string]string{
		{"name": "厂房一号", "cost": "1860000", "class": "厂房", "nature": "经营性", "ready_on": "2024-01-20"},
		{"name": "仓库", "cost": "50000", "ready_on": "2024-01-20"},
	} {
		a := &asset.Asset{}
		texts["owner"], texts["kind"], texts["origin"], texts["quantity"] = "永胜村股份经济合作社", "厂房", "新建", "1000平方米"
		s.ok(cards.SetTexts(t.Context(), env.ForTenant(s.tenant), village, a, texts))
		_, err := cards.Create(t.Context(), access.System, s.tenant, "", a)
		s.ok(err)
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
	w := s.serve(login, method, path, body)
	return answer{w.Code, html.UnescapeString(w.Body.String()), w.Header().Get("Location")}
}

// raw is the body of a file.
func (s *site) raw(login, path string) string {
	s.Helper()
	w := s.serve(login, "GET", path, nil)
	if w.Code != 200 {
		s.Fatalf("%s: status %d", path, w.Code)
	}
	return w.Body.String()
}

func (s *site) serve(login, method, path string, body io.Reader) *httptest.ResponseRecorder {
	s.Helper()
	if s.tokens[login] == "" {
		t, err := s.shell.Accounts.Login(s.Context(), login, password, "203.0.113.9", "Mozilla/5.0 (Windows NT 10.0) Edge")
		s.ok(err)
		s.tokens[login] = t
	}
	r := httptest.NewRequestWithContext(s.Context(), method, path, body)
	r.AddCookie(&http.Cookie{Name: "hc_session", Value: s.tokens[login]})
	r.AddCookie(&http.Cookie{Name: "hc_year", Value: "2024"})
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
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

var tags = regexp.MustCompile(`(?s)<head.*?</head>|<svg.*?</svg>|<[^>]*>|\s+`)

func (s *site) want(a answer, code int, has ...string) answer {
	s.Helper()
	if a.code != code {
		s.Fatalf("status %d, want %d: %s", a.code, code, tags.ReplaceAllString(a.body, " "))
	}
	for _, h := range has {
		if !strings.Contains(a.body, h) {
			s.Fatalf("no %q in: %s", h, tags.ReplaceAllString(a.body, " "))
		}
	}
	return a
}

func (s *site) hidden(a answer, name string) string {
	s.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(a.body)
	if m == nil {
		s.Fatalf("no hidden %s", name)
	}
	return m[1]
}

// TestDepreciation: a month is seen, run by who may, and taken back.
func TestDepreciation(t *testing.T) {
	s := newSite(t)
	at := "/depreciations/new?books=" + s.books.String()
	s.want(s.get("kuaiji", "/depreciations"), 200, "还没有计提折旧", "/depreciations/new")
	s.want(s.get("kuaiji", "/depreciations/new"), 200, "永胜村账套", "还没有计提过", at)
	s.want(s.get("kuaiji", at+"&month=2023-12"), 422, "起记账")
	s.want(s.get("kuaiji", at+"&month=2024-01"), 200, "没有要计提的卡片")
	page := s.want(s.get("kuaiji", at+"&month=2024-02"), 200, "厂房一号", "7,362.50", "1,852,637.50", "5.00%", "152 累计折旧", "51101 租赁支出", "51102 厂房折旧", "仓库", "卡片没有填资产分类和折旧方法", "确认计提")
	form := []string{"_key", s.hidden(page, "_key"), "books", s.books.String(), "month", "2024-02", "seen", s.hidden(page, "seen"), "account.511", "51102"}
	for _, login := range []string{"baozhang", "shenji"} {
		if a := s.want(s.get(login, at+"&month=2024-02"), 200, "7,362.50"); strings.Contains(a.body, "确认计提") {
			t.Errorf("%s is offered the run", login)
		}
		s.want(s.post(login, "/depreciations/new", form...), 403)
	}
	bad := append([]string{}, form...)
	bad[7] = "seen before"
	s.want(s.post("kuaiji", "/depreciations/new", bad...), 409, "折旧额已经不同", "确认计提")
	run := s.want(s.post("kuaiji", "/depreciations/new", form...), 303).location
	if again := s.want(s.post("kuaiji", "/depreciations/new", form...), 303); again.location != run {
		t.Fatalf("a second submission made %s beside %s", again.location, run)
	}
	s.want(s.get("shenji", run), 200, "ZJ-2024-0001", "7,362.50", "厂房一号", "511 经营支出", "152 累计折旧")
	s.want(s.get("kuaiji", at+"&month=2024-02"), 200, "已经计提过折旧（ZJ-2024-0001）", run)
	s.want(s.get("kuaiji", at), 200, "2024年3月计提折旧")
	s.want(s.get("kuaiji", at+"&month=2024-05"), 200, "2024年3月 还没有计提")
	s.want(s.get("shenji", "/asset-compare"), 200, "永胜村账套", "核对哪个账套")
	s.want(s.get("shenji", "/asset-compare?books="+s.books.String()+"&day=2024-03-31"), 200, "151 固定资产", "借 1,860,000.00", "-1,860,000.00", "贷 7,362.50", "不符", "2 个科目", "厂房一号")
	s.want(s.get("shenji", "/asset-compare?books="+s.books.String()+"&day=x"), 422, "日期")
	form[1], form[5] = "another-form-key-0001", "2024-02"
	s.want(s.post("kuaiji", "/depreciations/new", form...), 409, "已经计提过")
	s.want(s.post("shenji", run+"/void", "reason", "错"), 403)
	s.want(s.post("kuaiji", run+"/void", "reason", ""), 422, "请说明撤销的理由")
	s.want(s.get("kuaiji", run), 200, "确认撤销")
	s.want(s.post("kuaiji", run+"/void", "reason", "年限填错"), 303)
	s.want(s.get("kuaiji", run), 200, "已撤销", "年限填错")
	s.want(s.get("kuaiji", at+"&month=2024-02"), 200, "确认计提")
}
