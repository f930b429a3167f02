package secret

import (
	"strings"
	"sync"
	"testing"

	"golang.org/x/crypto/argon2"

	"huicun/internal/kit/errs"
)

func TestPassword(t *testing.T) {
	h, err := HashPassword("Ｃorrect马 123")
	if err != nil || !strings.HasPrefix(h, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatal(h, err)
	}
	for pw, want := range map[string]bool{"Ｃorrect马 123": true, "Correct马 123": true, "correct马 123": false, "": false} {
		if ok, rehash := CheckPassword(h, pw); ok != want || rehash {
			t.Error(pw, ok, rehash)
		}
	}
	if again, _ := HashPassword("Ｃorrect马 123"); again == h {
		t.Error("the salt repeats")
	}
	if _, err := HashPassword(strings.Repeat("x", MaxPassword+1)); !errs.Is(err, errs.Invalid) {
		t.Error(err)
	}
	if ok, _ := CheckPassword(h, strings.Repeat("x", MaxPassword+1)); ok {
		t.Error("too long")
	}
}

func TestOldCostsAskForANewHash(t *testing.T) {
	salt := []byte("0123456789abcdef")
	sum := argon2.IDKey([]byte("pw"), salt, 1, 64, 1, 32)
	h := "$argon2id$v=19$m=64,t=1,p=1$" + phc64.EncodeToString(salt) + "$" + phc64.EncodeToString(sum)
	if ok, rehash := CheckPassword(h, "pw"); !ok || !rehash {
		t.Error(ok, rehash)
	}
	if ok, rehash := CheckPassword(h, "pv"); ok || rehash {
		t.Error(ok, rehash)
	}
}

const goodPHC = "$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY"

func TestParsePHC(t *testing.T) {
	if _, _, _, ok := parsePHC(goodPHC); !ok {
		t.Fatal("the good one")
	}
	for _, r := range []string{
		"argon2id|argon2i", "v=19|v=16", "m=64|m=4000000000", "m=64|m=4", "m=64|m=-1", "t=1|t=0", "t=1|t=17", "p=1|p=0", "p=1|p=300",
		",p=1|", "$MDEyMzQ1Njc4OWFiY2RlZg$|$$", "$MDEyMzQ1Njc4OWFiY2RlZg$|$***$", "$argon|argon", "m=64,t=1|t=1,m=64",
	} {
		from, to, _ := strings.Cut(r, "|")
		if _, _, _, ok := parsePHC(strings.Replace(goodPHC, from, to, 1)); ok {
			t.Error(r)
		}
	}
	for _, h := range []string{"", "$", "x"} {
		if ok, _ := CheckPassword(h, ""); ok {
			t.Error(h)
		}
	}
}

func FuzzParsePHC(f *testing.F) {
	f.Add(goodPHC)
	f.Fuzz(func(t *testing.T, s string) {
		if p, salt, sum, ok := parsePHC(s); ok && (p.memory > highest.memory || p.passes > highest.passes || p.lanes > highest.lanes || len(salt) > 64 || len(sum) > 64) {
			t.Fatal(p)
		}
	})
}

func TestHashesWaitTheirTurn(t *testing.T) {
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			if _, err := HashPassword("x"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(slots) != 0 {
		t.Error("a slot is not given back")
	}
}

func TestWeakPassword(t *testing.T) {
	for _, c := range []struct{ pw, user, want string }{
		{"短Pw1", "u", "至少"}, {"1357924680", "u", "一类"}, {"qazplmwsxokn", "u", "一类"}, {"aaaaaaaaa1", "u", "重复"},
		{"xZhangsan2024", "ZhangSan", "用户名"}, {"我是张三呀2024年好", "张三", "用户名"}, {"Password123!", "u", "常见"}, {"Admin@123456", "u", "常见"},
		{"abcd123456", "u", "常见"}, {"1qaz2wsx!!", "u", "常见"}, {"ｐａｓｓｗｏｒｄ１２３", "u", "常见"}, {strings.Repeat("长a1", 600), "u", "太长"},
		{"tian8Liang!q", "u", ""}, {"秋收以后去镇上赶集1", "", ""}, {"kite-river-59", "zhangsan", ""}, {"a-long-kite-8", "a", ""},
	} {
		err := WeakPassword(c.pw, c.user)
		if (err == nil) != (c.want == "") || err != nil && (!strings.Contains(errs.Message(err), c.want) || !errs.Is(err, errs.Invalid)) {
			t.Errorf("%q: %v, want %q", c.pw, err, c.want)
		}
	}
}

func BenchmarkHashPassword(b *testing.B) {
	for b.Loop() {
		if _, err := HashPassword("kite-river-59"); err != nil {
			b.Fatal(err)
		}
	}
}
