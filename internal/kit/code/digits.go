// Package code checks, normalises and masks the numbers that Chinese authorities, carriers and banks give to
// organisations, people and places. Nothing here looks anything up: a valid number may still belong to nobody.
//
// The sentences of errors name positions, never the whole number of a person, so that they may be logged.
package code

import (
	"strings"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/qty/decimal"
)

// normal makes full-width characters half-width and capital and drops spaces, as numbers are often copied in
// groups of four.
func normal(s string) string { return strings.ToUpper(decimal.Fold(s)) }

func digits(s string) bool {
	return strings.Trim(s, "0123456789") == ""
}

func invalid(code, format string, args ...any) error {
	return errs.New(errs.Invalid, code, format, args...)
}

// needLength returns an Invalid error unless s has from least to most characters.
func needLength(code, what, s string, least, most int) error {
	n := len([]rune(s))
	switch {
	case n == 0:
		return invalid(code, "请填写%s", what)
	case n >= least && n <= most:
		return nil
	case least == most:
		return invalid(code, "%s应为 %d 位，现在是 %d 位", what, least, n)
	}
	return invalid(code, "%s应为 %d 至 %d 位，现在是 %d 位", what, least, most, n)
}

// keep replaces all but the first and last characters by stars. Text that is not of the expected kind is
// hidden whole: what it is, is not known.
func keep(s string, ok bool, first, last int) string {
	if !ok {
		return strings.Repeat("*", len([]rune(s)))
	}
	return s[:first] + strings.Repeat("*", len(s)-first-last) + s[len(s)-last:]
}
