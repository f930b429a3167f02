package journal_test

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"huicun/internal/books/journal"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
	"huicun/internal/registry/account"
	"huicun/internal/registry/audit"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
	pages "huicun/internal/web/journal"
	"huicun/internal/web/shell"
)

const (
	village  = "321182103205"
	other    = "321182103206"
	password = "Lüshan-7-Qiao"
)

// site serves the page over one village's books with one voucher.
type site struct {
	*testing.T
	d        *db.DB
	tenant   int64
	handler  http.Handler
	accounts *account.Service
}

func newSite(t *testing.T) *site {
	ctx := t.Context()
	s := &site{T: t, d: dbtest.SQLite(t)}
	regions := region.New(s.d)
	s.ok(regions.Save(ctx, []region.Region{
		{Code: "320000000000", Name: "江苏省", Level: "province"},
		{Code: "321100000000", Name: "镇江市", Level: "city"},
		{Code: "321182000000", Name: "扬中市", Level: "county"},
		{Code: "321182103000", Name: "八桥镇", Level: "town"},
		{Code: village, Name: "利民村", Level: "village"},
		{Code: other, Name: "红光村", Level: "village"},
	}))
	tn, err := regions.TenantOf(ctx, village)
	s.ok(err)
	s.tenant = tn.ID
	box, err := secret.NewBox(make([]byte, secret.KeySize))
	s.ok(err)
	s.accounts = account.New(s.d, box, regions)
	s.ok(s.accounts.EnsureDemo(ctx, []account.DemoAccount{
		{Login: "kuaiji", Name: "镇代理会计", Grants: []access.Grant{{Role: "town_accountant", Region: "321182103000"}}},
		{Login: "hong", Name: "红光村报账员", Grants: []access.Grant{{Role: "village_bookkeeper", Region: other}}},
		{Login: "guanli", Name: "系统管理员", Grants: []access.Grant{{Role: "sysadmin", Region: "321182000000"}}},
	}, password))
	env := record.NewEnv(s.d, regions, box)
	parties, l := party.NewParties(env), ledger.New(env)
	p := &party.Party{Name: "利民村股份经济合作社", Kind: party.Collective}
	p.Region = village
	of, err := parties.Create(ctx, access.System, s.tenant, "", p)
	s.ok(err)
	id, err := l.Books.Create(ctx, access.System, s.tenant, "", &ledger.Books{Name: "利民村账套", Party: of, Chart: ledger.Chart2004, From: 202101})
	s.ok(err)
	s.ok(s.d.InTx(ctx, access.System.Meta(s.tenant), func(ctx context.Context, tx *db.Tx) error {
		return l.PostTx(ctx, tx, access.System, &ledger.Voucher{Books: id, Date: date.Must("2021-03-05"), Summary: "收租金", Lines: []ledger.Line{
			{Account: "102", Debit: 123456}, {Account: "501", Credit: 123456},
		}})
	}))
	sh := &shell.Shell{Env: env, Accounts: s.accounts, Regions: regions, Clock: s.d.Clock()}
	pages.Mount(sh, journal.New(env), "1.0")
	s.handler = sh.Handler()
	return s
}

func (s *site) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// ask sends a request as somebody and returns the answer.
func (s *site) ask(login string, req *http.Request) *httptest.ResponseRecorder {
	s.Helper()
	token, err := s.accounts.Login(s.Context(), login, password, "test", "127.0.0.1")
	s.ok(err)
	req.AddCookie(&http.Cookie{Name: "hc_session", Value: token})
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, req)
	return w
}

func (s *site) get(login, path string) *httptest.ResponseRecorder {
	s.Helper()
	return s.ask(login, httptest.NewRequest("GET", path, nil))
}

func (s *site) verify(file []byte) *httptest.ResponseRecorder {
	s.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	f, err := m.CreateFormFile("file", "账簿.zip")
	s.ok(err)
	_, err = f.Write(file)
	s.ok(err)
	s.ok(m.Close())
	req := httptest.NewRequest("POST", "/journal/verify", &body)
	req.Header.Set("Content-Type", m.FormDataContentType())
	return s.ask("kuaiji", req)
}

func says(t *testing.T, w *httptest.ResponseRecorder, status int, want ...string) {
	t.Helper()
	b, err := io.ReadAll(w.Result().Body)
	if err != nil || w.Code != status {
		t.Errorf("status %d, want %d: %.300s", w.Code, status, b)
	}
	for _, x := range want {
		if !strings.Contains(string(b), x) {
			t.Errorf("the answer does not say %q", x)
		}
	}
}

func TestExportPage(t *testing.T) {
	s := newSite(t)
	books := url.QueryEscape("利民村账套")
	says(t, s.get("kuaiji", "/journal"), 200, "导出账簿", "审计凭证表", "核验数据包")
	w := s.get("kuaiji", "/journal/export?format=hledger&from=03&to=03&books="+books)
	says(t, w, 200, "2021-03-05 * (记-2021-03-0001) 收租金", "资产:102 银行存款    1234.56 CNY")
	if d := w.Header().Get("Content-Disposition"); !strings.Contains(d, url.PathEscape("利民村账套2021年3月账簿.journal")) {
		t.Errorf("the file is called %s", d)
	}
	says(t, s.get("kuaiji", "/journal/export?format=audit-csv"), 200, "102,银行存款,收租金,2021-03-05,2021-03-05,1234.56,,记,记-2021-03-0001")
	says(t, s.get("kuaiji", "/journal/export?format=hledger&from=05&to=03"), 422, "期间的起始月份不能晚于截止月份")
	says(t, s.get("kuaiji", "/journal/export?format=hledger&from=x"), 422, "月份“x”应在 1 到 12 之间")
	says(t, s.get("kuaiji", "/journal/export?format=pdf"), 422, "没有“pdf”这种格式")
	says(t, s.get("kuaiji", "/journal/export?format=hledger&books=x"), 404, "没有名为“x”的账套")
	says(t, s.get("hong", "/journal/export?format=hledger"), 404, "这里没有 2021年度 的账套")
	says(t, s.get("hong", "/journal/export?format=hledger&books="+books), 403)
	says(t, s.get("guanli", "/journal"), 403)

	log, err := audit.List(t.Context(), s.d.Read(), s.tenant, [][2]string{{village, village + "0"}}, "镇代理会计", 0, 10)
	s.ok(err)
	if len(log) != 2 || log[0].Action != "导出账簿" || log[0].Changes[1].After != "审计凭证表（CSV）" {
		t.Errorf("the log says %+v", log)
	}
}

func TestVerifyPage(t *testing.T) {
	s := newSite(t)
	w := s.get("kuaiji", "/journal/export?format=gbt24589&gbk=1")
	file := w.Body.Bytes()
	says(t, s.verify(file), 200, "账簿.zip 与清单完全相符：1 个文件，1 张凭证，2 条分录", "1234.56")
	says(t, s.verify([]byte("PK")), 422, "这不是会计核算数据包，或文件已损坏")
	says(t, s.verify(bytes.Replace(file, []byte("PK"), []byte("PX"), 1)), 200, "处不符")
	says(t, s.ask("kuaiji", httptest.NewRequest("POST", "/journal/verify", nil)), 422, "没有收到文件")
}
