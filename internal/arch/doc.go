// Package arch holds no code, only the tests that keep the shape of the
// code base: which package may import which, where SQL may be written, who may
// read the clock, which modules may be used where.
//
// The rules are tables in rules_test.go. Whoever needs an exception adds it to
// the table there, with its reason, where a reviewer sees it.
package arch
