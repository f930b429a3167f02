package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"huicun/internal/app"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
)

const demoPassword = "Test-only-2021"

// village is where the test's vouchers are made.
const village = "321182103205"

// server is a huicun process that can be killed and started again on the same data.
type server struct {
	t    *testing.T
	cfg  app.Config
	wrap []string // a command to run it under
	cmd  *exec.Cmd
	base atomic.Value // where it answers
}

// flags name the server's data on the command line.
func (s *server) flags() []string {
	out := []string{"--data-dir", s.cfg.DataDir}
	if s.cfg.Database != "" {
		out = append(out, "--database", s.cfg.Database)
	}
	return out
}

func (s *server) start() {
	s.t.Helper()
	self, err := exec.LookPath("huicun") // the test binary itself, put on the path by testscript.Main
	if err != nil {
		self = command(s.t)
	}
	args := append(append(append([]string{}, s.wrap...), self, "serve", "--addr", "127.0.0.1:0"), s.flags()...)
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.cmd = cmd
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		s.t.Fatalf("the server did not start: %v", err)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	s.base.Store("http://" + line[strings.Index(line, "http://")+len("http://"):len(line)-1])
}

func (s *server) kill() {
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait()
}

// command makes a link to the test binary by the name under which it is huicun.
func command(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "huicun")
	if err := os.Symlink(self, link); err != nil {
		t.Fatal(err)
	}
	return link
}

// demoOn loads the demo on either engine and runs fn with a server that has not been started.
func demoOn(t *testing.T, fn func(t *testing.T, s *server)) {
	t.Run("sqlite", func(t *testing.T) {
		dir, err := loaded()
		if err != nil {
			t.Fatal(err)
		}
		own := filepath.Join(t.TempDir(), "data")
		if err := os.CopyFS(own, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(filepath.Join(own, "huicun.key"), 0o600); err != nil {
			t.Fatal(err)
		}
		fn(t, &server{t: t, cfg: app.Config{DataDir: own}})
	})
	t.Run("postgres", func(t *testing.T) {
		s := &server{t: t, cfg: app.Config{DataDir: t.TempDir(), Database: dbtest.PostgresURL(t)}}
		args := append([]string{"demo", "--no-serve", "--from", "../../demo/baqiao", "--password", demoPassword}, s.flags()...)
		if run(args, io.Discard, os.Stderr) != 0 {
			t.Fatal("loading the demo")
		}
		fn(t, s)
	})
}

// person is somebody logged in, whose requests outlive the server's.
type person struct {
	s *server
	c *http.Client
}

func (s *server) person(login string) *person {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	p := &person{s: s, c: &http.Client{Jar: jar, Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	// All ports of the loopback interface share their cookies.
	if code, _, body := p.try("/login", url.Values{"username": {login}, "password": {demoPassword}}); code != http.StatusSeeOther {
		s.t.Fatalf("logging in as %s: %d %.200s", login, code, body)
	}
	return p
}

// try posts a form once; code 0 says that no answer came.
func (p *person) try(path string, form url.Values) (code int, location, body string) {
	req, err := http.NewRequest(http.MethodPost, p.s.base.Load().(string)+path, strings.NewReader(form.Encode()))
	if err != nil {
		p.s.t.Error(err)
		return 0, "", ""
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	res, err := p.c.Do(req)
	if err != nil {
		return 0, "", ""
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, "", ""
	}
	return res.StatusCode, res.Header.Get("Location"), string(text)
}

// insist repeats a form until it is answered with one of the codes; "" when until ends first.
func (p *person) insist(until context.Context, path string, form url.Values, codes ...int) (location string, ok bool) {
	for until.Err() == nil {
		code, to, body := p.try(path, form)
		for _, c := range codes {
			if code == c {
				return to, true
			}
		}
		if code != 0 && code < 500 {
			p.s.t.Errorf("POST %s answers %d: %.300s", path, code, body)
			return "", false
		}
		time.Sleep(10 * time.Millisecond)
	}
	return "", false
}

// ledgerDamage lists what fsck finds, and the vouchers of the test by their summary.
func ledgerDamage(t *testing.T, cfg app.Config) (problems []string, states map[string][]string) {
	t.Helper()
	ctx := context.Background()
	a, err := app.Open(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	problems, n, err := a.Fsck(ctx)
	if err != nil || n == 0 {
		t.Fatalf("%d checks: %v", n, err)
	}
	tn, err := a.Regions.TenantOf(ctx, village)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := db.Collect(ctx, a.DB.Read(), func(r *[2]string) []any { return []any{&r[0], &r[1]} },
		`SELECT summary, state FROM voucher WHERE tenant_id = $1 AND summary LIKE '崩溃试验%' ORDER BY id`, tn.ID)
	if err != nil {
		t.Fatal(err)
	}
	states = map[string][]string{}
	for _, r := range rows {
		states[r[0]] = append(states[r[0]], r[1])
	}
	return problems, states
}

// booksID is the id of one village's books.
func booksID(t *testing.T, cfg app.Config) string {
	t.Helper()
	ctx := context.Background()
	a, err := app.Open(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	tn, err := a.Regions.TenantOf(ctx, village)
	if err != nil {
		t.Fatal(err)
	}
	id, err := a.AnyRecordIn(ctx, "books", tn.ID, village)
	if err != nil || id == 0 {
		t.Fatalf("books of %s: %v", village, err)
	}
	return id.String()
}

func crashForm(books, summary string, fen int) url.Values {
	amount := fmt.Sprintf("%d.%02d", fen/100, fen%100)
	return url.Values{
		"books": {books}, "date": {"2021-11-09"}, "attachments": {"0"},
		"lines[0].summary": {summary}, "lines[0].account": {"101"}, "lines[0].debit": {amount},
		"lines[1].summary": {summary}, "lines[1].account": {"531"}, "lines[1].credit": {amount},
	}
}

// maker and poster keep books in the town: the bookkeeper of the village, and the town's accountant.
const (
	poster = "kuaiji"
	maker  = "baozhang"
)

// TestKilledWhilePosting kills the server again and again while vouchers are made, reviewed and posted. Whatever was
// acknowledged is there, once; nothing is there by half; the books are whole.
func TestKilledWhilePosting(t *testing.T) {
	const kills, workers = 8, 4
	demoOn(t, func(t *testing.T, s *server) {
		books := booksID(t, s.cfg)
		s.start()
		people := map[string]*person{maker: s.person(maker), poster: s.person(poster)}
		work, stop := context.WithCancel(context.Background())
		defer stop()
		var wg sync.WaitGroup
		var mu sync.Mutex
		posted, begun := map[string]bool{}, map[string]bool{}
		for w := range workers {
			wg.Go(func() {
				for n := 0; work.Err() == nil; n++ {
					summary := fmt.Sprintf("崩溃试验-%d-%d", w, n)
					mu.Lock()
					begun[summary] = true
					mu.Unlock()
					form := crashForm(books, summary, 100+n)
					form.Set("_key", fmt.Sprintf("crash-%s-%06d-%06d", "0123456", w, n))
					at, ok := people[maker].insist(work, "/vouchers/new", form, http.StatusSeeOther)
					// What was done before an answer got lost is refused the second time: that is an answer too.
					if ok {
						_, ok = people[poster].insist(work, at+"/review", nil, http.StatusSeeOther, http.StatusConflict)
					}
					if ok {
						_, ok = people[poster].insist(work, at+"/post", nil, http.StatusSeeOther, http.StatusConflict)
					}
					if ok {
						mu.Lock()
						posted[summary] = true
						mu.Unlock()
					}
				}
			})
		}
		for range kills {
			time.Sleep(time.Duration(100+rand.IntN(400)) * time.Millisecond)
			s.kill()
			s.start()
		}
		time.Sleep(300 * time.Millisecond)
		stop()
		wg.Wait()
		s.kill()
		problems, states := ledgerDamage(t, s.cfg)
		if len(problems) > 0 {
			t.Errorf("after %d kills: %s", kills, strings.Join(problems, "\n"))
		}
		if len(posted) < kills {
			t.Errorf("only %d vouchers were posted: the test tries nothing", len(posted))
		}
		for summary := range posted {
			if got := states[summary]; len(got) != 1 || got[0] != "posted" {
				t.Errorf("%s was acknowledged and is %v", summary, got)
			}
		}
		for summary, got := range states {
			if !begun[summary] || len(got) != 1 {
				t.Errorf("%s is there as %v", summary, got)
			}
		}
		t.Logf("%d posted and acknowledged, %d begun", len(posted), len(begun))
	})
}

// TestStorageFails cuts the server off from PostgreSQL while it posts, and fills its disk on SQLite: it says so, keeps what
// it acknowledged, and goes on by itself.
func TestStorageFails(t *testing.T) {
	demoOn(t, func(t *testing.T, s *server) {
		if s.cfg.Database == "" {
			fullDisk(t, s)
			return
		}
		books := booksID(t, s.cfg)
		s.start()
		defer s.kill()
		p := s.person(poster)
		d, err := db.Open(context.Background(), db.Config{URL: s.cfg.Database, NoMigrate: true})
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		var cut atomic.Bool
		var wg sync.WaitGroup
		wg.Go(func() {
			for range 10 {
				time.Sleep(30 * time.Millisecond)
				var n int
				err := d.Read().QueryRow(context.Background(), `SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity
					WHERE datname = current_database() AND pid <> pg_backend_pid()`).Scan(&n)
				if err != nil {
					t.Error(err)
				}
			}
			cut.Store(true)
		})
		made := 0
		for n := 0; !cut.Load() || made < 3; n++ {
			form := crashForm(books, fmt.Sprintf("崩溃试验-断线-%d", n), 100+n)
			code, _, body := p.try("/vouchers/new", form)
			switch {
			case code == http.StatusSeeOther:
				if cut.Load() {
					made++
				}
			case code < 500 || !strings.Contains(body, "数据库"):
				t.Fatalf("cut off while posting: %d %.500s", code, body)
			}
			if n > 5000 {
				t.Fatal("the server does not recover")
			}
		}
		wg.Wait()
		s.kill()
		if problems, _ := ledgerDamage(t, s.cfg); len(problems) > 0 {
			t.Error(strings.Join(problems, "\n"))
		}
	})
}

// fullDisk gives the server hardly more room than its data take: it says so, keeps what it acknowledged, and goes on
// once there is room.
func fullDisk(t *testing.T, s *server) {
	books := booksID(t, s.cfg)
	s.start()
	p := s.person(poster)
	s.kill()
	file, err := os.Stat(filepath.Join(s.cfg.DataDir, "huicun.db"))
	if err != nil {
		t.Fatal(err)
	}
	s.wrap = []string{"bash", "-c", fmt.Sprintf(`ulimit -f %d; exec "$@"`, file.Size()>>10+100), "huicun"}
	s.start()
	posted, full := 0, false
	for n := 0; n < 2000 && !full; n++ {
		code, _, body := p.try("/vouchers/new", crashForm(books, fmt.Sprintf("崩溃试验-磁盘-%d", n), 100+n))
		switch {
		case code == http.StatusSeeOther:
			posted++
		case code >= 500 && strings.Contains(body, "磁盘"):
			full = true
		default:
			t.Fatalf("with a full disk: %d %.500s", code, body)
		}
	}
	s.kill()
	if !full || posted == 0 {
		t.Fatalf("%d drafts were saved, and the disk never filled up", posted)
	}
	problems, states := ledgerDamage(t, s.cfg)
	if len(problems) > 0 || len(states) != posted {
		t.Errorf("%d acknowledged, %d there; %s", posted, len(states), strings.Join(problems, "\n"))
	}
	s.wrap = nil
	s.start()
	defer s.kill()
	if code, _, body := p.try("/vouchers/new", crashForm(books, "崩溃试验-磁盘-又有地方了", 100)); code != http.StatusSeeOther {
		t.Errorf("with room again: %d %.300s", code, body)
	}
}
