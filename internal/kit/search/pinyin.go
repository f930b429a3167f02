package search

import (
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

// cache holds the readings of a rune: the library derives them with regular expressions, each time.
var cache sync.Map // rune -> []string

// readings returns all readings of a Han character in plain letters, ü both as v and as u; none for others.
func readings(r rune) []string {
	if !unicode.Is(unicode.Han, r) {
		return nil
	}
	if v, ok := cache.Load(r); ok {
		return v.([]string)
	}
	var out []string
	for _, p := range pinyin.SinglePinyin(r, pinyin.Args{Style: pinyin.Normal, Heteronym: true, Fallback: func(rune, pinyin.Args) []string { return nil }}) {
		p = strings.ReplaceAll(p, "ü", "v")
		for _, p := range []string{p, strings.ReplaceAll(p, "v", "u")} {
			if p != "" && strings.Trim(p, "abcdefghijklmnopqrstuvwxyz") == "" && !slices.Contains(out, p) {
				out = append(out, p)
			}
		}
	}
	cache.Store(r, out)
	return out
}

// pinyin adds the terms of the readings of each stretch of adjacent Han characters.
func (s *set) pinyin(folded string) {
	var run [][]string
	flush := func() {
		s.initials(run)
		s.letters(run)
		run = run[:0]
	}
	for _, r := range folded {
		if rd := readings(r); rd != nil {
			run = append(run, rd)
		} else {
			flush()
		}
	}
	flush()
}

// initials adds the first letters of every one to three adjacent characters, for all combinations of readings.
func (s *set) initials(run [][]string) {
	for i := range run {
		heads := []string{""}
		for _, rd := range run[i:min(i+3, len(run))] {
			var next []string
			for _, h := range heads {
				for _, p := range rd {
					if t := h + p[:1]; !slices.Contains(next, t) {
						next = append(next, t)
					}
				}
			}
			for _, t := range next {
				s.add(t)
			}
			heads = next
		}
	}
}

// letters adds the two-letter syllables and every three adjacent letters of the readings in a row. A window of
// three letters touches at most three characters, so the combinations stay few however long the run.
func (s *set) letters(run [][]string) {
	for i, rd := range run {
		for _, p := range rd {
			if len(p) == 2 {
				s.add(p)
			}
			for j := range len(p) {
				s.extend(p[j:min(j+3, len(p))], run[i+1:])
			}
		}
	}
}

// extend completes a window of letters to three with the readings that follow, and adds it.
func (s *set) extend(head string, rest [][]string) {
	if len(head) == 3 {
		s.add(head)
		return
	}
	if len(rest) == 0 {
		return
	}
	for _, p := range rest[0] {
		s.extend(head+p[:min(3-len(head), len(p))], rest[1:])
	}
}
