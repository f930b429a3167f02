package app_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"huicun/internal/app"
)

// TestTwoPeopleEditOneRecord lets two people open one form: the second to save sees what the first did beside what was
// typed, and can save over it.
func TestTwoPeopleEditOneRecord(t *testing.T) {
	_, srv := town(t)
	first, second := visit(t, srv, "kuaiji"), visit(t, srv, "shuji")
	code, at := first.post("/parties", with(aParty))
	if code != http.StatusSeeOther {
		t.Fatal(code)
	}
	if _, body := second.get(at + "/edit"); !strings.Contains(body, `name="version" value="1"`) {
		t.Fatal("the form does not know the version")
	}
	if code, _ := first.post(at, with(aParty, "version", "1", "industry", "先改的行业", "contact", "张三")); code != http.StatusSeeOther {
		t.Fatal(code)
	}
	mine := with(aParty, "version", "1", "industry", "后改的行业", "address", "后填的地址", "note", "后写的备注")
	code, body := second.post(at, mine)
	if code != http.StatusConflict {
		t.Fatalf("status %d, want 409", code)
	}
	for _, text := range []string{"先改的行业", "张三", "后改的行业", "后填的地址", "后写的备注", "八桥镇代理会计（示例）"} {
		shows(t, "the second's form", body, text)
	}
	if !strings.Contains(body, `name="version" value="2"`) {
		t.Error("the form does not take the new version, so that it cannot be saved again")
	}
	for _, step := range []string{"/do/end", "/delete"} {
		if code, body := second.post(at+step, url.Values{"version": {"1"}, "reason": {"测试"}}); code != http.StatusConflict {
			t.Errorf("%s on the old version: %d %.200s", step, code, body)
		}
	}
	mine.Set("version", "2")
	if code, body := second.post(at, mine); code != http.StatusSeeOther {
		t.Fatalf("saving again: %d %.300s", code, body)
	}
	_, body = first.get(at)
	shows(t, "the record", body, "后改的行业")
	shows(t, "the record", body, "后填的地址")
	for _, version := range []string{"", "x", "0", "-1", "99", "99999999999999999999"} {
		if code, _ := second.post(at, with(aParty, "version", version)); code != http.StatusConflict {
			t.Errorf("version %q: %d, want 409", version, code)
		}
	}
}

// TestDoubleSubmit sends a form twice: one record comes of it.
func TestDoubleSubmit(t *testing.T) {
	a, srv := town(t)
	b := visit(t, srv, "kuaiji")
	form := with(aLease)
	var wg sync.WaitGroup
	ends := make([]string, 4)
	for i := range ends {
		wg.Go(func() {
			if code, to := b.post("/contracts", form); code == http.StatusSeeOther {
				ends[i] = to
			} else {
				t.Errorf("status %d: %.200s", code, to)
			}
		})
	}
	wg.Wait()
	for _, to := range ends {
		if to != ends[0] || !strings.HasPrefix(to, "/contracts/") {
			t.Errorf("the submissions lead to %q", ends)
		}
	}
	before := counts(t, a)
	form.Set("name", "换了内容的合同")
	code, body := b.post("/contracts", form)
	if code != http.StatusConflict {
		t.Errorf("the same key with other content: %d, want 409", code)
	}
	shows(t, "the same key with other content", body, "换了内容的合同")
	if after := counts(t, a); after != before {
		t.Errorf("something was stored: %s, before %s", after, before)
	}
}

func TestBrokenText(t *testing.T) {
	a, srv := town(t)
	brokenText(t, a, srv)
}

// brokenText sends what no keyboard types: control characters, broken UTF-8, addresses that lead nowhere. The answer
// is never a failure of ours.
func brokenText(t *testing.T, a *app.App, srv *httptest.Server) {
	t.Helper()
	b := visit(t, srv, "kuaiji")
	code, at := b.post("/parties", with(aParty, "name", "\u0000甲\x01\x02乙\x7f\u200b丙\t丁\r\n戊", "note", "备\x00注\xff", "address", "\xff\xfe地址\xc3"))
	if code != http.StatusSeeOther {
		t.Fatalf("control characters: %d %.300s", code, at)
	}
	if _, body := b.get(at); !strings.Contains(body, "地址") || strings.ContainsAny(body, "\x00\x01\xff") {
		t.Error("control characters are kept")
	}
	bad := []string{"\x00", "\xff", "甲\x00", "\xed\xa0\x80", "\ufeff", "%", "\\", "'", `"`, "_", "\u202e", strings.Repeat("长", 20_000)}
	for _, s := range bad {
		for _, name := range []string{"name", "kind", "region", "credit_code", "parent", "phone", "founded", "note", "_key"} {
			if code, body := b.post("/parties", with(aParty, "name", "坏字"+fmt.Sprintf("%x", s)[:min(2*len(s), 40)]+name, name, s)); code >= 500 {
				t.Errorf("%s=%.20q in a form: %d %.200s", name, s, code, body)
			}
		}
		for _, name := range []string{"q", "kind", "state", "sort", "after", "scope", "year", "format"} {
			if code, body := b.get("/parties?" + url.Values{name: {s}}.Encode()); code >= 500 {
				t.Errorf("%s=%.20q in an address: %d %.200s", name, s, code, body)
			}
		}
		for _, path := range []string{"/search?q=", "/search/suggest?q=", "/suggest/party?q=", "/parties/new?name=", "/login?to="} {
			if code, body := b.get(path + url.QueryEscape(s)); code >= 500 {
				t.Errorf("%s%.20q: %d %.200s", path, s, code, body)
			}
		}
		if code, body := b.post(at+"/do/end", url.Values{"version": {"99"}, "reason": {s}}); code >= 500 {
			t.Errorf("reason %.20q: %d %.200s", s, code, body)
		}
		if code, body := visit(t, srv, "").post("/login", url.Values{"username": {s}, "password": {s}}); code >= 500 || code == http.StatusSeeOther {
			t.Errorf("login as %.20q: %d %.200s", s, code, body)
		}
	}
	if code, body := b.post(at+"/do/end", url.Values{"version": {"1"}, "reason": {"注\x00销\xff"}}); code != http.StatusSeeOther {
		t.Errorf("a reason with control characters: %d %.200s", code, body)
	}
	forgedAddresses(t, b)
	if problems, _, err := a.Fsck(ctx); err != nil || len(problems) > 0 {
		t.Errorf("afterwards: %v %v", problems, err)
	}
}

func forgedAddresses(t *testing.T, b *browser) {
	t.Helper()
	for _, id := range []string{"0", "-1", "1.5", "abc", "%2e%2e", "..%2f..%2fetc%2fpasswd", "99999999999999999999999", "9223372036854775807", "%00", "%ff", "1%27%20OR%201=1"} {
		for _, path := range []string{"/parties/" + id, "/parties/" + id + "/edit", "/contracts/" + id, "/vouchers/" + id, "/vouchers/" + id + "/edit", "/books/" + id + "/accounts"} {
			if code, _ := b.get(path); code != http.StatusNotFound {
				t.Errorf("GET %s: %d, want 404", path, code)
			}
		}
		for _, path := range []string{"/parties/" + id, "/parties/" + id + "/delete", "/contracts/" + id + "/do/sign"} {
			if code, _ := b.post(path, with(aParty, "version", "1")); code != http.StatusNotFound {
				t.Errorf("POST %s: %d, want 404", path, code)
			}
		}
	}
	cursor := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	for _, q := range []url.Values{
		{"sort": {"nonsense"}}, {"sort": {"password"}}, {"sort": {"name; DROP TABLE party"}}, {"sort": {"-"}}, {"sort": {"tenant_id"}}, {"sort": {"phone_sealed"}}, {"sort": {"parent_id"}},
		{"after": {"nonsense"}}, {"after": {"!!"}}, {"after": {cursor("{}")}}, {"after": {cursor(`{"s":"x"`)}}, {"after": {cursor(`{"n":1e99,"i":1}`)}},
		{"after": {cursor(`{"n":5,"i":1}`)}, "sort": {"name"}}, {"after": {cursor(`{"b":true,"i":1}`)}, "sort": {"name"}}, {"after": {cursor(`{"s":"\u0000","i":1}`)}, "sort": {"name"}},
	} {
		code, body := b.get("/parties?" + q.Encode())
		if code != http.StatusUnprocessableEntity {
			t.Errorf("/parties?%s: %d, want 422: %.200s", q.Encode(), code, body)
		}
	}
	for _, q := range []string{
		"sort=pay&after=" + cursor(`{"s":"x","i":1}`), "sort=stable&after=" + cursor(`{"n":7,"i":1}`), "sort=stable&after=" + cursor(`{"s":"x","i":1}`),
		"stable=nonsense\x00", "state=nonsense", "party_b=nonsense",
	} {
		if code, body := b.get("/contracts?" + strings.ReplaceAll(q, "\x00", "%00")); code >= 500 {
			t.Errorf("/contracts?%s: %d %.200s", q, code, body)
		}
	}
}
