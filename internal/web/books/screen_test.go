package books_test

import (
	"context"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

var shots = flag.String("shots", "", "write pictures of the pages to this directory")

// The sizes that pages are looked at in, and what has the focus.
var (
	wide  = chromedp.EmulateViewport(1440, 900)
	phone = chromedp.EmulateViewport(375, 812, chromedp.EmulateMobile)
)

const focus = `document.activeElement.name`

func typed(text string) chromedp.Action[chromedp.Void] { return chromedp.KeyEvent(text) }

// value is the script that reads an input.
func value(name string) string { return `document.querySelector('[name="` + name + `"]').value` }

// screen is a real browser on a site. What a page writes to its console as an error fails the test.
type screen struct {
	t   *testing.T
	s   *site
	ctx context.Context //nolint:containedctx // of the browser
	at  string
}

func newScreen(t *testing.T, s *site) *screen {
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(srv.Close)
	bin := os.Getenv("HUICUN_TEST_CHROMIUM")
	if bin == "" {
		bin = "/usr/bin/chromium"
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(bin), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("lang", "zh-CN"))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), opts...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	ctx, cancel = context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(cancel)
	x := &screen{t, s, ctx, srv.URL}
	x.run("start", chromedp.Navigate("about:blank"))
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			// links to other records are answered by another page group, and a refused form is one of the tests
			if (m.IsException() || m.Type == chromedp.ConsoleError) && !strings.Contains(m.URL, "/ref/") && !strings.Contains(m.URL, "favicon") &&
				!strings.Contains(m.Text, "422") && !strings.Contains(m.Text, "409") && !strings.Contains(m.Text, "beforeunload") {
				t.Errorf("console: %s %s", m.Text, m.URL)
			}
		}
	}()
	return x
}

func (x *screen) run(what string, actions ...chromedp.Action[chromedp.Void]) {
	x.t.Helper()
	if err := chromedp.Do(x.ctx, actions...); err != nil {
		x.t.Fatalf("%s: %v", what, err)
	}
}

func (x *screen) eval(js string) string {
	x.t.Helper()
	got, err := chromedp.Run(x.ctx, chromedp.Evaluate[string]("String("+js+")"))
	if err != nil {
		x.t.Fatalf("%s: %v", js, err)
	}
	return got
}

// is waits until a script gives what is wanted: suggestions take a moment.
func (x *screen) is(what, js string, want any) {
	x.t.Helper()
	var got string
	for range 60 {
		if got = x.eval(js); got == fmt.Sprint(want) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	x.t.Errorf("%s: %q, want %q", what, got, want)
}

// until waits for an element of the page that is on its way.
func (x *screen) until(css string) {
	x.t.Helper()
	for range 200 {
		got, err := chromedp.Run(x.ctx, chromedp.Evaluate[bool](fmt.Sprintf("!!document.querySelector(%q)", css)))
		if err == nil && got { // between two pages there is none to ask
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	x.t.Fatalf("%s does not come at %s, focus on %.200s", css, x.eval(`location.href + " " + document.title`), x.eval(`document.activeElement.outerHTML`))
}

// shot checks that the page does not scroll sideways, and takes its picture when pictures are asked for.
func (x *screen) shot(name string) {
	x.t.Helper()
	x.is(name+" does not scroll sideways", `document.documentElement.scrollWidth <= innerWidth`, true)
	if *shots == "" {
		return
	}
	time.Sleep(200 * time.Millisecond)
	png, err := chromedp.Run(x.ctx, chromedp.FullScreenshot(100))
	x.s.OK(err)
	x.s.OK(os.WriteFile(filepath.Join(*shots, name+".png"), png, 0o600))
}

// as goes on as another person.
func (x *screen) as(login string) {
	x.t.Helper()
	for name, value := range map[string]string{"hc_session": x.s.Token(login), "hc_year": "2021"} {
		if _, err := chromedp.Call(x.ctx, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: x.at}); err != nil {
			x.t.Fatal(err)
		}
	}
}

// open goes to a page.
func (x *screen) open(path string) {
	x.t.Helper()
	x.run(path, chromedp.Navigate(x.at+path))
}
