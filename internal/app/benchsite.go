package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"time"

	"huicun/internal/books/contract"
	"huicun/internal/kit/date"
)

type contractRow = contract.Contract

// times are how long tries took.
type times []time.Duration

// timed runs fn some times before it counts, then as often as is asked for, or for as long as is patient.
func timed(runs int, fn func() error) (times, error) {
	const patient, atLeast = 30 * time.Second, 30
	var out times
	begin := date.System()
	for i := range runs + benchWarm {
		start := date.System()
		err := fn()
		end := date.System()
		if err != nil {
			return nil, err
		}
		if i >= benchWarm {
			out = append(out, end.Sub(start))
		}
		if len(out) >= atLeast && end.Sub(begin) > patient {
			break
		}
	}
	return out, nil
}

// at returns the percentile of sorted times.
func (t times) at(percent int) time.Duration {
	return t[(len(t)*percent+99)/100-1]
}

func (t times) result(name, direction, note string) BenchResult {
	slices.Sort(t)
	return BenchResult{Name: name, Tries: len(t), P50: t.at(50), P99: t.at(99), Worst: t[len(t)-1], Direction: direction, Notes: note}
}

// benchSite is a running server with people who are logged in.
type benchSite struct {
	base  string
	srv   *http.Server
	users map[string]*http.Client
}

// serveBench serves a handler over the loopback interface, or takes the server at base, and logs everybody in.
func serveBench(ctx context.Context, h http.Handler, base, pass string) (*benchSite, error) {
	s := &benchSite{base: base, users: map[string]*http.Client{}}
	if h != nil {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("listening: %w", err)
		}
		s.srv = &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
		s.base = "http://" + l.Addr().String()
		go func() { _ = s.srv.Serve(l) }()
	}
	for _, a := range benchAccounts {
		jar, err := cookiejar.New(nil)
		if err != nil {
			return nil, err
		}
		s.users[a.Login] = &http.Client{
			Jar: jar, Timeout: 5 * time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 4},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
		if _, err := s.post(ctx, a.Login, "/login", url.Values{"username": {a.Login}, "password": {pass}}); err != nil {
			s.close()
			return nil, fmt.Errorf("logging in: %w", err)
		}
	}
	return s, nil
}

func (s *benchSite) close() {
	for _, c := range s.users {
		c.CloseIdleConnections()
	}
	if s.srv != nil {
		_ = s.srv.Close()
	}
}

func (s *benchSite) do(ctx context.Context, who, method, path string, form url.Values) (int, string, string, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		return 0, "", "", err
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	res, err := s.users[who].Do(req)
	if err != nil {
		return 0, "", "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return res.StatusCode, res.Header.Get("Location"), string(body), err
}

// get fetches a page that has to be there, to its last byte.
func (s *benchSite) get(ctx context.Context, who, path string) error {
	status, _, body, err := s.do(ctx, who, http.MethodGet, path, nil)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("GET %s answers %d: %.300s", path, status, body)
	}
	if err == nil && !strings.Contains(body, "</html>") {
		err = errors.New("GET " + path + " is no page")
	}
	return err
}

// post sends a form that has to be taken and returns where it leads.
func (s *benchSite) post(ctx context.Context, who, path string, form url.Values) (string, error) {
	status, to, body, err := s.do(ctx, who, http.MethodPost, path, form)
	if err == nil && status != http.StatusSeeOther {
		err = fmt.Errorf("POST %s answers %d: %.2000s", path, status, body)
	}
	return to, err
}
