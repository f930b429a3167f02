package assets

import (
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
)

func TestHandler(t *testing.T) {
	h := Handler()
	get := func(path string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("GET", path, nil)
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}

	w := get(URL("app.css"))
	if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") {
		t.Fatalf("plain: %d %v", w.Code, w.Header())
	}
	plain := w.Body.String()

	w = get(URL("app.css"), "Accept-Encoding", "br, gzip")
	zr, err := gzip.NewReader(w.Body)
	if err != nil || w.Header().Get("Content-Encoding") != "gzip" {
		t.Fatalf("gzip: %v %v", err, w.Header())
	}
	if unzipped, _ := io.ReadAll(zr); string(unzipped) != plain {
		t.Error("gzip body differs from the plain one")
	}
	if w := get(URL("app.css"), "Accept-Encoding", "gzip", "If-None-Match", w.Header().Get("ETag")); w.Code != 304 {
		t.Errorf("revalidation: %d", w.Code)
	}
	if w := get(URL("app.css"), "Accept-Encoding", "gzip;q=0"); w.Header().Get("Content-Encoding") != "" {
		t.Error("gzip sent although refused")
	}
	if w := get("/assets/000000000000/app.css"); w.Code != 200 || w.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("old hash: %d %q", w.Code, w.Header().Get("Cache-Control"))
	}
	for _, p := range []string{"/assets/x/nothing.css", "/assets/", "/assets/x/../assets.go"} {
		if w := get(p); w.Code != 404 {
			t.Errorf("%s: %d", p, w.Code)
		}
	}
}

func TestURLPanicsOnUnknownName(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	URL("nothing.js")
}

// The table in VENDOR.md is what an auditor compares with the packages; it must describe what is shipped.
func TestVendorSums(t *testing.T) {
	md, err := os.ReadFile("VENDOR.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile("(?m)^\\| (\\S+) \\|.*\\| `([0-9a-f]{64})` \\|$").FindAllStringSubmatch(string(md), -1)
	if len(rows) < 4 {
		t.Fatalf("only %d sums listed", len(rows))
	}
	for _, row := range rows {
		f, ok := files()[row[1]]
		if !ok {
			t.Errorf("%s is listed but not shipped", row[1])
			continue
		}
		if sum := sha256.Sum256(f.body); hex.EncodeToString(sum[:]) != row[2] {
			t.Errorf("%s: sum differs from VENDOR.md", row[1])
		}
	}
}

func TestIcons(t *testing.T) {
	for _, name := range []string{"home", "alert-triangle", "qrcode", "dots-vertical"} {
		if !HasIcon(name) {
			t.Errorf("no icon %s", name)
		}
	}
	if HasIcon("no-such-icon") {
		t.Error("found an icon that is not there")
	}
}

// A brace that is missing, or the marks of a merge, would make everything below them count for print only, or for nothing.
func TestStyleSheetIsWhole(t *testing.T) {
	css, err := os.ReadFile("static/app.css")
	if err != nil {
		t.Fatal(err)
	}
	depth := 0
	for i, line := range strings.Split(regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllStringFunc(string(css), func(s string) string {
		return strings.Repeat("\n", strings.Count(s, "\n"))
	}), "\n") {
		if depth > 0 && strings.HasPrefix(line, "@") || strings.HasPrefix(line, "<<<<") || strings.HasPrefix(line, ">>>>") || strings.HasPrefix(line, "====") {
			t.Fatalf("line %d stands within an open block, or is of a merge: %s", i+1, line)
		}
		if depth += strings.Count(line, "{") - strings.Count(line, "}"); depth < 0 {
			t.Fatalf("line %d closes a block that was not opened", i+1)
		}
	}
	if depth != 0 {
		t.Fatalf("%d blocks are not closed", depth)
	}
}
