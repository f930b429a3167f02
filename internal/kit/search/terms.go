package search

import (
	"unicode/utf8"
)

// MaxTerms is the most terms that Terms returns; further ones are left out, so put the texts that matter first.
const MaxTerms = 400

// MaxPinyin is the length in runes up to which a text gets terms for its readings.
const MaxPinyin = 20

// Terms returns the distinct terms of texts, in a stable order and at most MaxTerms of them: those of the first
// text first. Words of different texts do not join.
func Terms(texts ...string) []string {
	s := set{seen: map[string]bool{}}
	for _, t := range texts {
		f := Fold(t)
		runs(f, func(run []rune, ascii bool) {
			for n := 1; n <= window(ascii); n++ {
				s.grams(run, n)
			}
		})
		if utf8.RuneCountInString(f) <= MaxPinyin {
			s.pinyin(f)
		}
	}
	return s.list
}

// Index returns the terms of texts for an index that can be asked for the beginnings of its terms. It leaves out every
// single character that is not ASCII but the last of its run, since each other one begins a pair: half as many terms,
// which match the same queries as those of Terms when a query's single character (see Single) is looked for as a
// beginning.
func Index(texts ...string) []string { return index(true, texts) }

// IndexPlain is Index without the readings of Han characters: for texts of which there are very many.
func IndexPlain(texts ...string) []string { return index(false, texts) }

func index(read bool, texts []string) []string {
	s := set{seen: map[string]bool{}}
	for _, t := range texts {
		f := Fold(t)
		runs(f, func(run []rune, ascii bool) {
			if !ascii {
				s.grams(run, window(ascii))
				s.add(string(run[len(run)-1:]))
				return
			}
			for n := 1; n <= window(ascii); n++ {
				s.grams(run, n)
			}
		})
		if read && utf8.RuneCountInString(f) <= MaxPinyin {
			s.pinyin(f)
		}
	}
	return s.list
}

// Single reports whether a query's term is one character other than ASCII: in an index made by Index it is the beginning
// of a term.
func Single(term string) bool {
	r, n := utf8.DecodeRuneInString(term)
	return n == len(term) && r >= utf8.RuneSelf
}

// QueryTerms returns the distinct terms that a text must all have to match the query; none for a query of
// nothing but spaces, which every text matches.
func QueryTerms(q string) []string {
	s := set{seen: map[string]bool{}}
	runs(Fold(q), func(run []rune, ascii bool) {
		s.grams(run, min(len(run), window(ascii)))
	})
	return s.list
}

func window(ascii bool) int {
	if ascii {
		return 3
	}
	return 2
}

// set collects distinct terms in order, up to MaxTerms.
type set struct {
	seen map[string]bool
	list []string
}

func (s *set) add(term string) {
	if !s.seen[term] && len(s.list) < MaxTerms {
		s.seen[term] = true
		s.list = append(s.list, term)
	}
}

// grams adds every n adjacent runes.
func (s *set) grams(run []rune, n int) {
	for i := 0; i+n <= len(run); i++ {
		s.add(string(run[i : i+n]))
	}
}
