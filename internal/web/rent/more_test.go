package rent_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"huicun/internal/books/rent"
	"huicun/internal/kit/date"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/jobs"
	"huicun/internal/registry/access"
	pages "huicun/internal/web/rent"
	"huicun/internal/web/sitetest"
)

// TestVoidByHand voids a receipt and a letter on their pages, by who may, with a reason.
func TestVoidByHand(t *testing.T) {
	s := newSite(t)
	all := s.Get("kuaiji", "/rent-runs/new?month=2021-07")
	s.Want(s.Post("kuaiji", "/rent-runs/all", inputs(all.Body)...), 303)
	at := s.Post("baozhang", "/rent-receipts/new", "contract", "HT-205", "kind", "rent", "date", "2021-08-01", "amount", "2000", "method", "bank", "_key", strings.Repeat("r", 22)).Location
	s.Want(s.Get("baozhang", at), 200, "作废")
	if a := s.Get("shenji", at); strings.Contains(a.Body, at+"/do/void") {
		t.Error("an auditor is offered to void")
	}
	s.Want(s.Post("shenji", at+"/do/void", "reason", "错"), 403)
	s.Want(s.Post("baozhang", at+"/do/void"), 409, "理由")
	s.Want(s.Post("baozhang", at+"/do/void", "reason", "金额记错"), 303)
	s.Want(s.Get("kuaiji", "/rent?month=2021-07"), 200, "0.0%")
	s.Want(s.Post("baozhang", at+"/do/void", "reason", "再来"), 409)
	choices := regexp.MustCompile(`name="party" value="(\d+)"`).FindAllStringSubmatch(s.Get("kuaiji", "/rent-notices/new").Body, -1)
	if len(choices) != 2 {
		t.Fatal(choices)
	}
	s.Want(s.Post("kuaiji", "/rent-notices/new", "days", "15", "_key", strings.Repeat("n", 22), "party", choices[0][1]), 303)
	letter := regexp.MustCompile(`/rent-notices/\d+`).FindString(s.Get("kuaiji", "/rent-notices").Body)
	s.Want(s.Post("kuaiji", letter+"/do/serve"), 303)
	s.Want(s.Get("kuaiji", letter), 200, "已送达")
}

// TestBillInBackground bills more books than a page does: the job is followed on its page, with what was left out.
func TestBillInBackground(t *testing.T) {
	var q *jobs.Queue
	s := newSiteWith(t, func(s *site) pages.Background {
		q = jobs.New(s.DB, jobs.Config{Tenants: func(context.Context) ([]int64, error) { return []int64{s.Tenant}, nil }})
		q.Register(s.rent.Job(s.Shell.Accounts.Acting))
		return pages.Background{Queue: q, Above: 1}
	})
	all := s.Get("kuaiji", "/rent-runs/new?month=2021-07")
	s.Want(all, 200, "永胜村账套", "红光村账套", "待计收", "转到后台逐个计收")
	if strings.Contains(all.Body, `name="seen.`) {
		t.Error("what each will do was worked out")
	}
	s.Want(s.Get("baozhang", "/rent-runs/new?month=2021-07"), 200, "3,000.00") // one village only: at once
	s.Want(s.Post("shenji", "/rent-runs/all", inputs(all.Body)...), 403)
	sent := s.Post("kuaiji", "/rent-runs/all", inputs(all.Body)...)
	if sent.Code != 303 || !strings.HasPrefix(sent.Location, "/jobs/") {
		t.Fatalf("%d %s", sent.Code, sent.Location)
	}
	if again := s.Post("kuaiji", "/rent-runs/all", inputs(all.Body)...); again.Location != sent.Location {
		t.Errorf("sent twice: %s, %s", sent.Location, again.Location)
	}
	if ran, err := q.Step(t.Context()); !ran || err != nil {
		t.Fatal(ran, err)
	}
	s.Want(s.Get("kuaiji", "/rent-runs/new?month=2021-07"), 200, "已计收", "6,000.00")
	s.Want(s.Get("kuaiji", "/rent?month=2021-07"), 200, "6,000.00")
}

// TestPublic: everybody sees what is let and what is owed where the place's rules say so; nobody's name.
func TestPublic(t *testing.T) {
	s := newSite(t)
	open := func(path string) sitetest.Answer {
		t.Helper()
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		return sitetest.Answer{Code: w.Code, Body: w.Body.String()}
	}
	s.Want(open("/public/rents"), 200, "扬中市")
	s.Want(open("/public/rents?scope="+town), 200, "这里还没有公开")
	s.Want(open("/public/rents?scope=乱"), 200)
	r := &rent.Rule{Name: "公开", From: date.Must("2021-01-01"), Terms: rent.Terms{Disclose: rent.Yes}}
	r.Region = "321182103205"
	_, err := s.rent.Rules.Create(t.Context(), access.System, s.Tenant, "", r)
	s.OK(err)
	list := open("/public/rents?scope=" + town)
	s.Want(list, 200, "永胜村", "12,000.00", "没有按月登记")
	if strings.Contains(list.Body, "红光村") {
		t.Error("a village that does not show it is shown")
	}
	all := s.Get("kuaiji", "/rent-runs/new?month=2021-07")
	s.Want(s.Post("kuaiji", "/rent-runs/all", inputs(all.Body)...), 303)
	one := open("/public/rents?scope=321182103205")
	s.Want(one, 200, "服务协议", "2021-07-01 至 2022-06-30", "12,000.00", "3,000.00", "涉及 1 份合同")
	for _, name := range []string{"承租厂", "物业服务", "HT-205"} {
		if strings.Contains(one.Body, name) {
			t.Errorf("%q is shown to everybody", name)
		}
	}
	s.Want(open("/public/rents?scope=321182103206"), 200, "没有公开的合同")
}

// TestOldTenantPays: of a contract that changed hands the form offers who may pay, and the old tenant's arrears stay open under his name.
func TestOldTenantPays(t *testing.T) {
	s := newSite(t)
	all := s.Get("kuaiji", "/rent-runs/new?month=2021-07")
	s.Want(s.Post("kuaiji", "/rent-runs/all", inputs(all.Body)...), 303)
	c, err := s.contracts.ByKey(t.Context(), s.DB.Read(), s.Tenant, "HT-205")
	s.OK(err)
	c, err = s.contracts.Get(t.Context(), access.System, s.Tenant, c.ID)
	s.OK(err)
	n, _ := s.Env.Noun("party")
	other, err := n.Lookup(t.Context(), s.DB.Read(), s.Tenant, "红光村承租厂")
	s.OK(err)
	c.PartyB, c.Effective = ids.ID(other), date.Must("2021-10-01")
	s.OK(s.contracts.Update(t.Context(), access.System, s.Tenant, c))
	all = s.Get("kuaiji", "/rent-runs/new?month=2021-10")
	s.Want(s.Post("kuaiji", "/rent-runs/all", inputs(all.Body)...), 303)
	s.Want(s.Get("baozhang", "/rent-receipts/new?contract=HT-205"), 200, "以前的欠款由原承租人付", "HT-205-002")
	item := regexp.MustCompile(`/rent-items/(\d+)`).FindStringSubmatch(s.Get("baozhang", "/rent-items?q=HT-205-001").Body)
	if item == nil {
		t.Fatal("no item")
	}
	form := s.Get("baozhang", "/rent-receipts/new?contract=HT-205&item="+item[1])
	s.Want(form, 200, "HT-205-001", `value="永胜村承租厂" selected`)
	if strings.Contains(form.Body, "HT-205-002") {
		t.Error("the new tenant's item is offered to the old one")
	}
	s.Want(s.Post("baozhang", "/rent-receipts/new", "contract", "HT-205", "party", "永胜村股份经济合作社", "kind", "rent", "date", "2021-11-01", "amount", "5", "method", "bank"), 422, "付款方不是合同 HT-205 的承租人")
	done := s.Post("baozhang", "/rent-receipts/new", "contract", "HT-205", "party", "永胜村承租厂", "kind", "rent", "date", "2021-11-01", "amount", "3000", "method", "bank", "_key", strings.Repeat("o", 22))
	s.Want(s.Get("baozhang", done.Location), 200, "HT-205-001", "永胜村承租厂")
}
