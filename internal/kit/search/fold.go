// Package search turns names and numbers into terms such that a text matches a query when all the query's terms
// are among the text's: the test that an inverted index or an array column can answer.
//
// # Terms
//
// Text is folded (see Fold) and split at spaces into words, and words into runs of ASCII and runs of everything
// else. The terms of a text are
//
//   - every rune, and every two adjacent runes of a run;
//   - every three adjacent runes of an ASCII run, so that 0007 is not found in 0070;
//   - for texts of up to 20 runes, for every reading of each Han character: the first letters of every one,
//     two and three adjacent characters; the syllables of two letters; and every three adjacent letters of the
//     readings written one after the other.
//
// The terms of a query are, for each run, the longest of these windows: three runes for an ASCII run of three or
// more, else two, else the single rune.
//
// # Guarantees
//
// As long as Terms returned fewer than MaxTerms terms, these queries match a text:
//
//   - every substring of the folded text, whatever spaces it spans, and several such in any order, separated by
//     spaces ("合同 长胜", "0007", "2021-0");
//   - for a text of up to 20 runes, the initials of any adjacent Han characters, in any of their readings
//     ("csc" and "zsc" for 长胜村);
//   - for such a text, any three or more adjacent letters of the full readings of adjacent Han characters
//     ("changsheng", "zhangshen"), ü being v or u;
//   - any of these put together with spaces, or a Han part next to a Latin one ("长sheng").
//
// The other way round, a match means that all windows of the query occur, not that they occur in one place: a
// query of one window (长胜, 007) is exact, a longer one may now and then match a text that has its windows
// scattered. Upper case, full-width forms and compatibility characters are equal to their plain forms.
package search

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold brings a text to the one form in which texts are compared: NFKC (which makes full-width letters and
// digits half-width), lower case, every run of white space one space, none at the ends. Folding twice changes
// nothing. Broken UTF-8 becomes U+FFFD.
func Fold(s string) string {
	if plain(s) {
		return s
	}
	s = strings.ToValidUTF8(s, string(utf8.RuneError))
	// Lowering can give characters that decompose again; it settles after two rounds in all of Unicode.
	for range 4 {
		t := norm.NFKC.String(strings.ToLower(norm.NFKC.String(s)))
		if t == s {
			break
		}
		s = t
	}
	return strings.Join(strings.Fields(s), " ")
}

// plain tells text that folds to itself at a glance: lower-case ASCII without spaces.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || c >= 'A' && c <= 'Z' {
			return false
		}
	}
	return true
}

// runs calls fn with each run of a folded text: a stretch without spaces that is wholly ASCII or wholly not.
func runs(folded string, fn func(run []rune, ascii bool)) {
	for word := range strings.FieldsSeq(folded) {
		rs := []rune(word)
		for start := 0; start < len(rs); {
			end := start + 1
			for end < len(rs) && (rs[end] < utf8.RuneSelf) == (rs[start] < utf8.RuneSelf) {
				end++
			}
			fn(rs[start:end], rs[start] < utf8.RuneSelf)
			start = end
		}
	}
}
