// Package assets carries every file a browser needs beside the pages: the vendored style sheet and scripts, our own, and the
// icons. They are embedded, addressed by the hash of their content and therefore cacheable for ever; a new release changes
// the address, so no village computer ever runs last month's script against this month's page.
package assets

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

//go:embed static
var static embed.FS

// Prefix is the path below which Handler serves.
const Prefix = "/assets/"

// file is one embedded file with what is needed to answer for it.
type file struct {
	body  []byte
	hash  string
	ctype string
	// gz compresses on first use: start-up stays quick and a file nobody asks for costs nothing.
	gz func() []byte
}

// files are read when the first is asked for: a command that shows no pages does without.
var files = sync.OnceValue(load)

func load() map[string]*file {
	out := map[string]*file{}
	err := fs.WalkDir(static, "static", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := static.ReadFile(p)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		f := &file{body: body, hash: hex.EncodeToString(sum[:])[:12], ctype: contentType(p)}
		f.gz = sync.OnceValue(func() []byte { return compress(body) })
		out[strings.TrimPrefix(p, "static/")] = f
		return nil
	})
	if err != nil {
		panic("assets: " + err.Error()) // the files are inside the binary; failing to read them is a build fault
	}
	return out
}

// contentType does not ask the operating system: its MIME tables differ, and a script served as text/plain does not run.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// compress returns nil when compressing does not pay.
func compress(body []byte) []byte {
	var buf bytes.Buffer
	zw, _ := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if _, err := zw.Write(body); err != nil {
		return nil
	}
	if err := zw.Close(); err != nil || buf.Len() >= len(body)*9/10 {
		return nil
	}
	return buf.Bytes()
}

// URL is the address of an embedded file, with the hash of its content. A name that does not exist is a mistake in the
// program and panics, so that a test finds it rather than a user.
func URL(name string) string {
	f, ok := files()[name]
	if !ok {
		panic(fmt.Sprintf("assets: no file %q", name))
	}
	return Prefix + f.hash + "/" + name
}

// IconURL is the address of one icon in the sprite, for <use href>.
func IconURL(name string) string { return URL("icons.svg") + "#" + name }

var icons = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for _, part := range strings.Split(string(files()["icons.svg"].body), `<symbol id="`)[1:] {
		id, _, _ := strings.Cut(part, `"`)
		out[id] = true
	}
	return out
})

// HasIcon tells whether the sprite holds an icon of that name.
func HasIcon(name string) bool { return icons()[name] }

// Handler serves Prefix{hash}/{name}. An address with the current hash may be cached for ever. One with another hash comes
// from a page rendered by an earlier release: it gets the current file, uncached, since an old page with new styles is
// better than one with none.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "只能读取", http.StatusMethodNotAllowed)
			return
		}
		hash, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, Prefix), "/")
		f, ok := files()[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", f.ctype)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Vary", "Accept-Encoding")
		if hash == f.hash {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		} else {
			h.Set("Cache-Control", "no-cache")
		}
		body, etag := f.body, `"`+f.hash+`"`
		if acceptsGzip(r.Header.Get("Accept-Encoding")) {
			if gz := f.gz(); gz != nil {
				body, etag = gz, `"`+f.hash+`-gz"`
				h.Set("Content-Encoding", "gzip")
			}
		}
		h.Set("ETag", etag)
		if matches(r.Header.Get("If-None-Match"), etag) {
			h.Del("Content-Encoding")
			w.WriteHeader(http.StatusNotModified)
			return
		}
		h.Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(http.StatusOK)
		if r.Method == http.MethodGet {
			_, _ = w.Write(body) // the client went away; there is nobody to tell
		}
	})
}

// acceptsGzip reads Accept-Encoding well enough to respect "gzip;q=0".
func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, params, _ := strings.Cut(strings.TrimSpace(part), ";")
		if coding = strings.TrimSpace(coding); !strings.EqualFold(coding, "gzip") && coding != "*" {
			continue
		}
		q, found := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
		if !found {
			return true
		}
		v, err := strconv.ParseFloat(q, 64)
		return err == nil && v > 0
	}
	return false
}

func matches(header, etag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		part = strings.TrimPrefix(strings.TrimSpace(part), "W/")
		if part == etag || part == "*" {
			return true
		}
	}
	return false
}
