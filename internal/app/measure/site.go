package measure

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"
)

// Site is a running server with people who are logged in.
type Site struct {
	base  string
	srv   *http.Server
	users map[string]*http.Client
}

// perHost is how many connections a person keeps open.
const perHost = 64

// Serve serves a handler over the loopback interface, or takes the server at base, and logs everybody in.
func Serve(ctx context.Context, h http.Handler, base, password string, logins ...string) (*Site, error) {
	s := &Site{base: base, users: map[string]*http.Client{}}
	if h != nil {
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("listening: %w", err)
		}
		s.srv = &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
		s.base = "http://" + l.Addr().String()
		go func() { _ = s.srv.Serve(l) }()
	}
	for _, login := range logins {
		jar, err := cookiejar.New(nil)
		if err != nil {
			return nil, err
		}
		s.users[login] = &http.Client{
			Jar: jar, Timeout: 5 * time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: perHost},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
		if _, err := s.Post(ctx, login, "/login", url.Values{"username": {login}, "password": {password}}); err != nil {
			s.Close()
			return nil, fmt.Errorf("logging in: %w", err)
		}
	}
	return s, nil
}

// Close ends the server.
func (s *Site) Close() {
	for _, c := range s.users {
		c.CloseIdleConnections()
	}
	if s.srv != nil {
		_ = s.srv.Close()
	}
}

func (s *Site) do(ctx context.Context, who, method, path string, form url.Values) (int, string, string, error) {
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

// Get fetches a page that has to be there, to its last byte.
func (s *Site) Get(ctx context.Context, who, path string) error {
	status, _, body, err := s.do(ctx, who, http.MethodGet, path, nil)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("GET %s answers %d: %.300s", path, status, body)
	}
	if err == nil && !strings.Contains(body, "</html>") {
		err = errors.New("GET " + path + " is no page")
	}
	return err
}

// Post sends a form that has to be taken and returns where it leads.
func (s *Site) Post(ctx context.Context, who, path string, form url.Values) (string, error) {
	status, to, body, err := s.do(ctx, who, http.MethodPost, path, form)
	if err == nil && status != http.StatusSeeOther {
		err = fmt.Errorf("POST %s answers %d: %.2000s", path, status, body)
	}
	return to, err
}
