package secret

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/kit/errs"
)

func testBox(t testing.TB, fill byte) *Box {
	t.Helper()
	b, err := NewBox(bytes.Repeat([]byte{fill}, KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSealOpen(t *testing.T) {
	b, b2 := testBox(t, 1), testBox(t, 2)
	rapid.Check(t, func(t *rapid.T) {
		plain, ctx := rapid.String().Draw(t, "plain"), rapid.String().Draw(t, "ctx")
		s := b.Seal(plain, ctx)
		if got, err := b.Open(s, ctx); err != nil || got != plain {
			t.Fatalf("%q %v", got, err)
		}
		if s == b.Seal(plain, ctx) {
			t.Fatal("the nonce repeats")
		}
		if _, err := b.Open(s, ctx+"x"); errs.As(err) == nil {
			t.Fatal("opens in another context")
		}
		if _, err := b2.Open(s, ctx); err == nil {
			t.Fatal("opens under another key")
		}
		i := rapid.IntRange(0, len(s)-1).Draw(t, "i")
		bad := []byte(s)
		if bad[i]++; bad[i] > 'z' {
			bad[i] = 'A'
		}
		if _, err := b.Open(string(bad), ctx); err == nil {
			t.Fatalf("opens damaged at %d", i)
		}
	})
}

func TestOpenKeepsItsForm(t *testing.T) {
	// A value sealed by the first release must open for ever.
	const sealed = "v1.ht0K4IMg4maw0mDDzcC9_BEcJFdsCoqfkhsq5Xg1IAfc82yOZGFUFoMgG-9Qug"
	got, err := testBox(t, 7).Open(sealed, "people/1")
	if err != nil || got != "412721197901011234" {
		t.Fatalf("%q %v", got, err)
	}
	if got, want := testBox(t, 7).Index("412721197901011234", "people"), "lsFdj0Syc-KKOeQy1bH0ISL2E9ObsKukfiH_nTMKmcw"; got != want {
		t.Fatal(got)
	}
}

func TestIndex(t *testing.T) {
	b := testBox(t, 1)
	seen := map[string]string{}
	for _, c := range [][2]string{{"a", "b"}, {"ab", ""}, {"", "ab"}, {"a", "c"}, {"c", "b"}} {
		ix := b.Index(c[0], c[1])
		if ix != b.Index(c[0], c[1]) || len(ix) != 43 || seen[ix] != "" || ix == testBox(t, 2).Index(c[0], c[1]) {
			t.Error(c, ix)
		}
		seen[ix] = c[0] + "|" + c[1]
	}
}

func TestBoxIsNotPrinted(t *testing.T) {
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		if s := fmt.Sprintf(verb, testBox(t, 1)); s != "secret.Box" {
			t.Error(s)
		}
	}
}

func TestFromBase64(t *testing.T) {
	for s, ok := range map[string]bool{
		strings.Repeat("A", 43): true, strings.Repeat("A", 43) + "=\n": true, strings.Repeat("/+", 21) + "8=": true,
		strings.Repeat("A", 42): false, strings.Repeat("A", 44): false, "": false, "钥": false,
	} {
		if _, err := FromBase64(s); (err == nil) != ok {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestLoadOrCreateKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "key")
	var wg sync.WaitGroup
	index := make([]string, 8)
	for i := range index {
		wg.Go(func() {
			if b, err := LoadOrCreateKey(path); err != nil {
				t.Error(err)
			} else {
				index[i] = b.Index("x", "y")
			}
		})
	}
	wg.Wait()
	for _, ix := range index {
		if ix == "" || ix != index[0] {
			t.Fatal("two keys")
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatal(info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".key-*")); len(left) > 0 {
		t.Error("left behind", left)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := LoadOrCreateKey(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
			t.Error(mode, err)
		}
	}
	empty := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadOrCreateKey(empty); err == nil {
		t.Error("an empty key file was accepted")
	}
	if _, err := LoadOrCreateKey(filepath.Join(t.TempDir(), "no", "key")); err == nil {
		t.Error("no folder")
	}
}

func TestToken(t *testing.T) {
	a, b := Token(), Token()
	if a == b || len(a) != 43 || TokenHash(a) == TokenHash(b) || TokenHash(a) != TokenHash(a) || len(TokenHash(a)) != 43 {
		t.Error(a, b)
	}
}

func FuzzOpen(f *testing.F) {
	b := testBox(f, 1)
	f.Add(b.Seal("x", "c"), "d")
	f.Add("v1.", "")
	f.Fuzz(func(t *testing.T, s, ctx string) {
		if _, err := b.Open(s, ctx); err != nil && errs.As(err) == nil {
			t.Fatal(err)
		}
	})
}
