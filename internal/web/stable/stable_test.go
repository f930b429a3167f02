package stable_test

import (
	"bytes"
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

	"huicun/internal/books/asset"
	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/books/stable"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/secret"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/registry/account"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	pages "huicun/internal/web/stable"
)

const (
	town     = "321182103000"
	village  = "321182103205"
	other    = "321182103206"
	password = "Lüshan-7-Qiao"
)

// clock stands at noon on 2025-06-30.
var clock = date.Fixed(time.Date(2025, 6, 30, 12, 0, 0, 0, date.Shanghai))

// site is this group's pages over two villages: one with two contracts and books, one with a contract alone.
type site struct {
	*testing.T
	shell       *shell.Shell
	handler     http.Handler
	tenant      int64
	lease, shop ids.ID
	tokens      map[string]string
}

func add[T any](s *site, env *record.Env, n *record.Noun[T], pairs ...string) ids.ID {
	s.Helper()
	v, texts := new(T), map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		texts[pairs[i]] = pairs[i+1]
	}
	s.ok(n.SetTexts(s.Context(), env.ForTenant(s.tenant), town, v, texts))
	id, err := n.Create(s.Context(), access.System, s.tenant, "", v)
	s.ok(err)
	return id
}

func newSite(t *testing.T) *site {
	d := dbtest.SQLite(t)
	s := &site{T: t, tokens: map[string]string{}}
	box, err := secret.NewBox(make([]byte, secret.KeySize))
	s.ok(err)
	regions := region.New(d)
	s.ok(regions.Save(t.Context(), []region.Region{
		{Code: "321182000000", Name: "扬中市", Level: "county"}, {Code: town, Name: "八桥镇", Level: "town"},
		{Code: village, Name: "永胜村", Level: "village"}, {Code: other, Name: "红旗村", Level: "village"},
	}))
	tn, err := regions.TenantOf(t.Context(), town)
	s.ok(err)
	s.tenant = tn.ID
	accounts := account.New(d, box, regions)
	s.ok(accounts.EnsureDemo(t.Context(), []account.DemoAccount{
		{Login: "shuji", Name: "镇党委书记", Grants: []access.Grant{{Role: "town_secretary", Region: town}}},
		{Login: "baozhang", Name: "永胜村报账员", Grants: []access.Grant{{Role: "village_bookkeeper", Region: village}}},
		{Login: "xitong", Name: "系统管理员", Grants: []access.Grant{{Role: "sysadmin", Region: town}}},
	}, password))
	env := record.NewEnv(d, regions, box)
	parties, l := party.NewParties(env), ledger.New(env)
	assets, units, contracts := asset.NewAssets(env), asset.NewUnits(env), contract.NewContracts(env)
	svc := stable.New(env)
	s.shell = &shell.Shell{Env: env, Accounts: accounts, Regions: regions, Clock: clock}
	pages.Mount(s.shell, resource.NewSet(), svc)
	s.handler = s.shell.Handler()

	coll := add(s, env, parties, "name", "永胜村合作社", "kind", "集体经济组织", "region", "永胜村")
	add(s, env, parties, "name", "红旗村合作社", "kind", "集体经济组织", "region", "红旗村")
	tenant := add(s, env, parties, "name", "一厂", "kind", "企业", "region", "永胜村")
	for i, owner := range []string{"永胜村合作社", "红旗村合作社"} {
		add(s, env, assets, "name", owner+"厂房", "owner", owner, "kind", "厂房", "origin", "新建", "quantity", "1000平方米")
		add(s, env, units, "no", "U"+string(rune('1'+i)), "asset", "ZC-000"+string(rune('1'+i)), "name", "单元", "quantity", "100平方米")
	}
	let := func(name, owner, unit, from, to, pay string) ids.ID {
		id := add(s, env, contracts, "name", name, "kind", "租赁合同", "party_a", owner, "party_b", "一厂", "units", unit, "signed", from, "from", from, "to", to, "pay", pay, "pay_months", "12", "advance", "是", "stable", "是")
		s.ok(contracts.Do(t.Context(), access.System, s.tenant, id, 0, "sign", ""))
		return id
	}
	s.lease = let("永胜厂房", "永胜村合作社", "U1", "2024-01-01", "2026-12-31", "36500")
	s.shop = let("红旗厂房", "红旗村合作社", "U2", "2025-03-01", "2026-02-28", "7300")
	books, err := l.Books.Create(t.Context(), access.System, s.tenant, "", &ledger.Books{Name: "永胜村账套", Party: coll, Chart: ledger.Chart2023, From: 202401})
	s.ok(err)
	v := &ledger.Voucher{Books: books, Date: date.Must("2025-01-08"), Kind: ledger.Ordinary, Summary: "收租金", Lines: []ledger.Line{
		{Account: "102", Debit: 30000_00}, {Account: "501", Credit: 30000_00, Contract: s.lease, Party: tenant},
	}}
	s.ok(d.InTx(t.Context(), access.System.Meta(s.tenant), func(ctx context.Context, tx *db.Tx) error { return l.PostTx(ctx, tx, access.System, v) }))
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
	r.AddCookie(&http.Cookie{Name: "hc_year", Value: "2025"})
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return answer{w.Code, html.UnescapeString(w.Body.String()), w.Header().Get("Location")}
}

func (s *site) get(login, path string, code int, has ...string) answer {
	s.Helper()
	return s.want(s.do(login, "GET", path, nil), code, has...)
}

func (s *site) post(login, path string, code int, pairs []string, has ...string) answer {
	s.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return s.want(s.do(login, "POST", path, strings.NewReader(form.Encode())), code, has...)
}

var tag = regexp.MustCompile(`<[^>]*>`)

func (s *site) want(a answer, code int, has ...string) answer {
	s.Helper()
	text := strings.Join(strings.Fields(tag.ReplaceAllString(a.body, " ")), " ")
	if a.code != code {
		s.Errorf("status %d, want %d: %.300s", a.code, code, text)
	}
	for _, h := range has {
		not := strings.HasPrefix(h, "!")
		if strings.Contains(text, strings.TrimPrefix(h, "!")) == not {
			s.Errorf("%q: %.1500s", h, text)
		}
	}
	return a
}

func TestPages(t *testing.T) {
	s := newSite(t)
	all := "?scope=" + town
	s.get("shuji", "/stable-income"+all, 200, "系统自带口径", "永胜村 36,500.00 36,500.00 30,000.00 30,000.00 -6,500.00 0.00", "红旗村 7,300.00 6,120.00 0.00", "合计 43,800.00 42,620.00 30,000.00", "厂房 2 份")
	s.get("shuji", "/stable-income/reconcile"+all, 200, "分毫不差", "减：年内起租的，起租以前 -1,180.00", "减：统计日以后的 -22,080.00", "减：已到付款日，尚未入账", "减：建账以前的 -2,440.00", "本年实收 30,000.00")
	s.get("shuji", "/stable-income/lines/within"+all, 200, "永胜厂房", "红旗厂房", "合计 42,620.00")
	s.get("shuji", "/stable-income/lines/within"+all+"&source=workshop", 200, "本年合同额（厂房）", "永胜厂房", "合计 42,620.00")
	s.get("shuji", "/stable-income/lines/within"+all+"&source=land", 200, "这一项没有金额", "!永胜厂房")
	s.get("shuji", "/stable-income/lines/within"+all+"&source=<b>", 404, "没有这个来源")
	s.get("shuji", "/stable-income/lines/rise"+all, 200, "这一项没有金额")
	s.get("shuji", "/stable-income/contracts/"+s.lease.String(), 200, "分毫不差", "本年合同额 36,500.00", "加：以前年度的，本年才入账 30,000.00", "减：已到付款日，尚未入账 -18,100.00")
	s.get("shuji", "/stable-income/changes"+all, 200, "红旗厂房", "新签", "7,300.00", "本年减少：没有", "!永胜厂房 HT-2024-0001 永胜村 新签")
	s.get("shuji", "/stable-income/forecast"+all, 200, "到期后不再有收入", "2025-07", "2028-06", "43,800.00", "红旗厂房")
	s.get("shuji", "/stable-income/forecast"+all+"&assume=same", 200, "全部按到期时的租金续租", "100% 续租，租金不变")
	s.get("shuji", "/stable-income/forecast"+all+"&assume=rules", 200, "没有登记续租假设")
	s.get("shuji", "/stable-income/forecast/2026-02"+all, 200, "红旗厂房", "560.00", "当月到期", "2026-02-28")
	s.get("shuji", "/stable-income?scope="+village, 200, "按合同", "永胜厂房 HT-2024-0001", "!红旗厂房")
}

func TestRolesAndMistakes(t *testing.T) {
	s := newSite(t)
	s.get("baozhang", "/stable-income?scope="+town, 200, "永胜村", "36,500.00", "!7,300.00")
	s.get("baozhang", "/stable-income/contracts/"+s.shop.String(), 404)
	s.get("baozhang", "/stable-income/lines/within?scope="+other, 200, "!红旗厂房")
	s.get("xitong", "/stable-income", 403)
	s.get("baozhang", "/stable-definitions/new", 403)
	s.get("baozhang", "/renewal-rules/new", 403)
	s.get("shuji", "/stable-income/lines/nothing", 404, "没有这个项目")
	s.get("shuji", "/stable-income/forecast/2019-01", 404, "没有这个月份")
	s.get("shuji", "/stable-income/forecast/'", 404)
	s.get("shuji", "/stable-income/contracts/1", 404)
	s.get("shuji", "/stable-income/forecast?scope="+town+"&assume=<b>", 200, "到期后不再有收入")

	form := []string{"name", "八桥镇口径", "region", "八桥镇", "from", "2025-01-01", "lease", "是", "marked", "是", "accounts", "2023 501 合同收入\n2023 599 合同收入"}
	s.post("shuji", "/stable-definitions", 422, form, "第 2 行", "没有科目 599", "2023 501 合同收入 2023 599 合同收入")
	form[len(form)-1] = "2023 502 合同收入\n2023 112 应收"
	s.post("shuji", "/stable-definitions", 200, append(form, "_preview", "1"), "对本年的影响", "永胜村", "30,000.00 0.00", "!红旗村 7,300.00")
	a := s.post("shuji", "/stable-definitions", 303, form)
	s.get("shuji", a.location, 200, "八桥镇口径")
	s.get("shuji", "/stable-income?scope="+town, 200, "八桥镇口径", "合计 43,800.00 42,620.00 0.00")
	s.post("shuji", "/stable-definitions", 422, form, "日期重叠", "停用日期")
	s.post("shuji", "/renewal-rules", 422, []string{"region", "八桥镇", "share", "101", "basis", "试", "from", "2025-01-01"}, "续租比例")
	s.post("shuji", "/renewal-rules", 303, []string{"region", "八桥镇", "share", "50", "vacancy", "2", "basis", "往年情况", "from", "2025-01-01"})
	s.get("shuji", "/stable-income/forecast?scope="+town+"&assume=rules", 200, "全部合同：50% 续租，空置 2 个月，租金不变", "往年情况")
}

func TestExports(t *testing.T) {
	s := newSite(t)
	for path, rows := range map[string]int{"/stable-income/export": 2, "/stable-income/forecast/export": 2, "/stable-income/forecast/export?assume=same": 4} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", path, nil)
		s.do("shuji", "GET", "/stable-income", nil)
		r.AddCookie(&http.Cookie{Name: "hc_session", Value: s.tokens["shuji"]})
		w := httptest.NewRecorder()
		s.handler.ServeHTTP(w, r)
		tab, err := sheet.Read("x.xlsx", bytes.NewReader(w.Body.Bytes()), int64(w.Body.Len()), sheet.Options{})
		if err != nil || len(tab.Rows) != rows {
			t.Errorf("%s: %d rows, %v", path, len(tab.Rows), err)
		}
	}
}
