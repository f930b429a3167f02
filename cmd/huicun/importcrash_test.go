package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"huicun/internal/kit/date"
)

// upload sends a file of vouchers to be posted in batches and returns its job's page.
func (p *person) upload(data []byte) string {
	p.s.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.WriteField("way", "months"); err != nil {
		p.s.t.Fatal(err)
	}
	f, err := w.CreateFormFile("file", "凭证.csv")
	if err != nil {
		p.s.t.Fatal(err)
	}
	if _, err := f.Write(data); err != nil {
		p.s.t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		p.s.t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodPost, p.s.base.Load().(string)+"/vouchers/import", &b)
	if err != nil {
		p.s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := p.c.Do(req)
	if err != nil {
		p.s.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		p.s.t.Fatalf("uploading answers %d", res.StatusCode)
	}
	return res.Header.Get("Location")
}

// page reads a page, "" when no answer comes.
func (p *person) page(path string) string {
	res, err := p.c.Get(p.s.base.Load().(string) + path)
	if err != nil {
		return ""
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return ""
	}
	return string(body)
}

// TestKilledWhileImporting kills the server in the middle of an import that runs in the background. The next server takes
// it over and ends it: each voucher is there once, and the books are whole.
func TestKilledWhileImporting(t *testing.T) {
	const perMonth, kills = 150, 2
	demoOn(t, func(t *testing.T, s *server) {
		const books = "八桥镇利民村股份经济合作社（2004年制度）"
		var b bytes.Buffer
		b.WriteString("账套,凭证来源号,日期,摘要,科目,借方金额（元）,贷方金额（元）\n")
		want := map[string]bool{}
		for m := date.Month(202201); m <= 202212; m++ {
			for i := range perMonth {
				name := fmt.Sprintf("崩溃试验-导入-%s-%d", m, i)
				want[name] = true
				day := m.First().AddDays(i % 28)
				fmt.Fprintf(&b, "%s,%s,%s,%s,101,10,\n%s,%s,,%s,531,,10\n", books, name, day, name, books, name, name)
			}
		}
		s.start()
		p := s.person(poster)
		at := p.upload(b.Bytes())
		for range kills {
			waitFor(t, p, at, "进行中", "已完成")
			time.Sleep(time.Duration(rand.IntN(700)) * time.Millisecond)
			s.kill()
			s.start()
		}
		if got := waitFor(t, p, at, "已完成", "失败"); got != "已完成" {
			t.Errorf("the job %s: %s", got, p.page(at))
		}
		s.kill()
		problems, states := ledgerDamage(t, s.cfg)
		if len(problems) > 0 {
			t.Error(strings.Join(problems, "\n"))
		}
		if len(states) != len(want) {
			t.Errorf("%d vouchers, want %d", len(states), len(want))
		}
		for summary, got := range states {
			if !want[summary] || len(got) != 1 || got[0] != "posted" {
				t.Errorf("%s is there as %v", summary, got)
			}
		}
	})
}

// waitFor waits until a page shows one of some words, and returns it.
func waitFor(t *testing.T, p *person, path string, words ...string) string {
	t.Helper()
	for range 3000 {
		body := p.page(path)
		for _, w := range words {
			if strings.Contains(body, w) {
				return w
			}
		}
		time.Sleep(40 * time.Millisecond)
	}
	t.Fatalf("%s never shows %v", path, words)
	return ""
}
