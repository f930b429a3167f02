package search

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func matches(q string, texts ...string) bool {
	doc := Terms(texts...)
	for _, t := range QueryTerms(q) {
		if !slices.Contains(doc, t) {
			return false
		}
	}
	return true
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"": "",
		"  ＨＴ－２０２１　０００７ ": "ht-2021 0007",
		"长胜\t村\n": "长胜 村",
		"Ｋm²":     "km2",
		"\xff":    "\ufffd",
		"ht-1":    "ht-1",
	} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		text, query string
		want        bool
	}{
		{"长胜村", "长胜", true}, {"长胜村", "胜长", false}, {"长胜村", "csc", true}, {"长胜村", "CS", true}, {"长胜村", "zsc", true},
		{"长胜村", "changsheng", true}, {"长胜村", "chang sheng", true}, {"长胜村", "zhangshengcun", true}, {"长胜村", "cha", true},
		{"长胜村", "长sheng", true}, {"长胜村", "scc", false}, {"长胜村", "村", true}, {"长胜村", "", true}, {"长胜村", "长盛", false},
		{"HT-2021-0007", "ht-2021-0007", true}, {"HT-2021-0007", "0007", true}, {"HT-2021-0007", "２０２１", true}, {"HT-2021-0007", "1-0", true},
		{"HT-2021-0070", "0007", false}, {"HT-2021-0070", "HT-2021-0007", false}, {"HT-2021-1007", "HT-2021-0007", false},
		{"长胜村股份经济合作社", "股份经济合作社", true}, {"长胜村股份经济合作社", "csccjj", false}, {"长胜村股份经济合作社", "gfjj", true},
		{"吕绿", "lv", true}, {"吕绿", "lu", true}, {"吕绿", "lvlv", true}, {"李四", "li", true}, {"李四", "ls", true}, {"重庆", "cq", true}, {"重庆", "zhongqing", true},
		{"张三 李四", "四 张三", true}, {"张三 李四", "三李", false}, {"张三(男)", "三(男", true},
		{strings.Repeat("长胜村", 10), "cs", false}, {strings.Repeat("长胜村", 10), "长胜", true},
	} {
		if got := matches(c.query, c.text); got != c.want {
			t.Errorf("%q in %q: %v, want %v\n%q\n%q", c.query, c.text, got, c.want, QueryTerms(c.query), Terms(c.text))
		}
	}
	if !matches("csc 0007", "HT-2021-0007", "长胜村") {
		t.Error("terms of several texts")
	}
}

var alphabet = []rune("长胜村重庆单曾乐绿略呣嗯股份经济合作社王abcXYZ019-/()（）  　ＡｂéİſΣ①﷼📄")

func text(maxLen int) *rapid.Generator[string] {
	return rapid.OneOf(rapid.StringOfN(rapid.SampledFrom(alphabet), 0, maxLen, -1), rapid.StringN(0, maxLen, -1))
}

func TestFoldIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := text(30).Draw(t, "s")
		if a, b := Fold(s), Fold(Fold(s)); a != b {
			t.Fatalf("%q -> %q -> %q", s, a, b)
		}
	})
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if f := Fold(string(r)); f != Fold(f) {
			t.Errorf("%U does not settle", r)
		}
	}
}

// An index made by Index answers every query as the terms of Terms do.
func TestIndexMatchesAlike(t *testing.T) {
	holds := func(terms []string, q string) bool {
		for _, want := range QueryTerms(q) {
			if !slices.ContainsFunc(terms, func(have string) bool { return have == want || Single(want) && strings.HasPrefix(have, want) }) {
				return false
			}
		}
		return true
	}
	rapid.Check(t, func(t *rapid.T) {
		s, q := text(30).Draw(t, "s"), text(4).Draw(t, "q")
		if rs := []rune(Fold(s)); len(rs) > 0 && rapid.Bool().Draw(t, "part") {
			i := rapid.IntRange(0, len(rs)-1).Draw(t, "from")
			q = string(rs[i:rapid.IntRange(i, len(rs)).Draw(t, "to")])
		}
		if len(Terms(s)) >= MaxTerms {
			t.Skip("cut")
		}
		if want, got := matches(q, s), holds(Index(s), q); got != want {
			t.Fatalf("%q in %q: %v, want %v", q, s, got, want)
		}
	})
	if n, all := len(Index("收取门面房屋租金")), len(Terms("收取门面房屋租金")); n >= all {
		t.Errorf("%d of %d terms", n, all)
	}
	if got := IndexPlain("收租金"); !slices.Equal(got, []string{"收租", "租金", "金"}) {
		t.Errorf("plain terms %q", got)
	}
}

func TestEverySubstringIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := text(40).Draw(t, "s")
		doc := Terms("前言", s)
		if len(doc) >= MaxTerms {
			t.Skip("cut")
		}
		rs := []rune(Fold(s))
		for i := range rs {
			for j := i + 1; j <= len(rs); j++ {
				for _, q := range QueryTerms(string(rs[i:j])) {
					if !slices.Contains(doc, q) {
						t.Fatalf("%q of %q: no term %q", string(rs[i:j]), s, q)
					}
				}
			}
		}
	})
}

func TestEveryReadingIsFound(t *testing.T) {
	han := []rune("长胜村重庆单曾乐绿略呣嗯股份经济合作社王阿啊")
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SliceOfN(rapid.SampledFrom(han), 1, 10).Draw(t, "name")
		from := rapid.IntRange(0, len(name)-1).Draw(t, "from")
		to := rapid.IntRange(from+1, len(name)).Draw(t, "to")
		var initials, full string
		for _, r := range name[from:to] {
			if len(readings(r)) == 0 {
				t.Skip("no reading")
			}
			p := rapid.SampledFrom(readings(r)).Draw(t, "reading")
			initials, full = initials+p[:1], full+p
		}
		if !matches(initials, string(name)) {
			t.Fatalf("%s of %s", initials, string(name))
		}
		cut := rapid.IntRange(0, max(0, len(full)-3)).Draw(t, "cut")
		if full = full[cut:]; len(full) >= 3 && !matches(full, string(name)) {
			t.Fatalf("%s of %s", full, string(name))
		}
	})
}

func TestBounded(t *testing.T) {
	long := ""
	for r := rune(0x4e00); r < 0x4e00+5000; r++ {
		long += string(r)
	}
	if n := len(Terms(long)); n != MaxTerms {
		t.Errorf("%d terms", n)
	}
	got := Terms(long[:30], long[:30])
	if slices.Sort(got); len(slices.Compact(slices.Clone(got))) != len(got) {
		t.Error("terms repeat")
	}
}

func FuzzTerms(f *testing.F) {
	f.Add("长胜村 HT-1", "cs")
	f.Fuzz(func(t *testing.T, s, q string) {
		if len(Terms(s)) > MaxTerms {
			t.Fatal("too many")
		}
		QueryTerms(q)
	})
}

func BenchmarkTerms(b *testing.B) {
	for b.Loop() {
		Terms("HT-2021-0007", "长胜村股份经济合作社", "王重阳")
	}
}
