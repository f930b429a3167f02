package arch

import (
	"strings"
	"testing"
)

// The tests here show, on made-up packages, that every rule can fail.

func TestCheckImport(t *testing.T) {
	for _, c := range []struct {
		from, to string
		test     bool
		ok       bool
	}{
		{from: "internal/kit/db", to: "internal/kit/errs", ok: true},
		{from: "internal/kit/db", to: "internal/registry/region"},
		{from: "internal/kit/db", to: "internal/registry/region", test: true},
		{from: "internal/kit/db", to: "internal/app"},
		{from: "internal/registry/party", to: "internal/kit/db", ok: true},
		{from: "internal/registry/party", to: "internal/registry/region", ok: true},
		{from: "internal/registry/party", to: "internal/indicator"},
		{from: "internal/indicator/calc", to: "internal/registry/region", ok: true},
		{from: "internal/indicator/calc", to: "internal/books/ledger"},
		{from: "internal/books/asset", to: "internal/books/ledger", ok: true},
		{from: "internal/books/asset/rent", to: "internal/books/asset", ok: true},
		{from: "internal/books/asset", to: "internal/books/asset/rent", ok: true},
		{from: "internal/books/ledger", to: "internal/books/asset"},
		{from: "internal/books/ledger/post", to: "internal/books/member/share"},
		{from: "internal/books/ledger", to: "internal/books/stray"},
		{from: "internal/books/member", to: "internal/mechanism/policy"},
		{from: "internal/mechanism/secretary", to: "internal/mechanism/policy", ok: true},
		{from: "internal/mechanism/policy", to: "internal/mechanism/plan"},
		{from: "internal/mechanism/plan", to: "internal/insight/risk"},
		{from: "internal/insight/risk", to: "internal/books/ledger", ok: true},
		{from: "internal/insight/overview", to: "internal/insight/risk"},
		{from: "internal/insight/risk", to: "internal/web/ui"},

		{from: "internal/web/ui", to: "internal/kit/money", ok: true},
		{from: "internal/web/ui", to: "internal/web/assets", ok: true},
		{from: "internal/web/ui", to: "internal/registry/region"},
		{from: "internal/web/assets", to: "internal/web/shell"},
		{from: "internal/web/ledgerpage", to: "internal/books/ledger", ok: true},
		{from: "internal/web/ledgerpage", to: "internal/web/ui", ok: true},
		{from: "internal/web/ledgerpage", to: "internal/web/resource", ok: true},
		{from: "internal/web/ledgerpage", to: "internal/web/assetpage"},
		{from: "internal/web/ledgerpage", to: "internal/web"},
		{from: "internal/web/shell", to: "internal/web/ledgerpage"},
		{from: "internal/web/ledgerpage", to: "internal/api"},
		{from: "internal/web/ledgerpage", to: "internal/app"},
		{from: "internal/web", to: "internal/web/ledgerpage", ok: true},
		{from: "internal/api", to: "internal/insight/risk", ok: true},
		{from: "internal/api", to: "internal/web/ui"},
		{from: "internal/api", to: "internal/app"},
		{from: "internal/app", to: "internal/web/ledgerpage", ok: true},
		{from: "internal/app", to: "internal/api", ok: true},
		{from: "internal/app", to: "cmd/huicun"},
		{from: "cmd/huicun", to: "internal/app", ok: true},
		{from: "cmd/huicun", to: "internal/kit/errs", ok: true},
		{from: "cmd/huicun", to: "internal/books/ledger"},
		{from: "internal/stray", to: "internal/kit/errs"},
		{from: "internal/arch", to: "internal/kit/errs"},

		{from: "internal/books/ledger", to: "internal/kit/db/dbtest", test: true, ok: true},
		{from: "internal/books/ledger", to: "internal/kit/db/dbtest"},
		{from: "internal/web/ledgerpage", to: "internal/app/apptest", test: true, ok: true},
		{from: "internal/app/apptest", to: "internal/kit/db/dbtest", ok: true},
		{from: "internal/kitchen", to: "internal/kit/errs"},

		{from: "migrations", to: "internal/kit/db", ok: true},
		{from: "migrations", to: "internal/registry/region"},
		{from: "internal/app", to: "migrations", ok: true},
		{from: "internal/books/ledger", to: "migrations"},
		{from: "internal/books/ledger", to: "migrations", test: true, ok: true},
		{from: "internal/kit/db/dbtest", to: "migrations", ok: true},
	} {
		msg := checkImport(c.from, c.to, c.test)
		if (msg == "") != c.ok {
			t.Errorf("checkImport(%s, %s, test %t) = %q, want allowed %t", c.from, c.to, c.test, msg, c.ok)
		}
		if msg != "" && (!strings.Contains(msg, c.from) || !strings.Contains(msg, c.to)) {
			t.Errorf("message %q does not name both packages", msg)
		}
	}
}

func TestCheckImportException(t *testing.T) {
	pair := [2]string{"internal/kit/db", "internal/app"}
	importExceptions[pair] = "made up"
	defer delete(importExceptions, pair)
	if msg := checkImport(pair[0], pair[1], false); msg != "" {
		t.Errorf("exception not heeded: %s", msg)
	}
}

func TestCheckThirdParty(t *testing.T) {
	for _, c := range []struct {
		pkg, foreign string
		test         bool
		ok           bool
	}{
		{pkg: "internal/kit/db", foreign: "modernc.org/sqlite", ok: true},
		{pkg: "internal/kit/db/postgres", foreign: "github.com/jackc/pgx/v5/pgxpool", ok: true},
		{pkg: "internal/kit/sheet", foreign: "modernc.org/sqlite"},
		{pkg: "internal/books/ledger", foreign: "github.com/jackc/pgx/v5", test: true},
		{pkg: "internal/kit/dbx", foreign: "modernc.org/sqlite"},
		{pkg: "internal/web/ui", foreign: "github.com/a-h/templ", ok: true},
		{pkg: "internal/insight/risk", foreign: "github.com/a-h/templ"},
		{pkg: "internal/web/ui", foreign: "github.com/chromedp/chromedp", test: true, ok: true},
		{pkg: "internal/web/webtest", foreign: "github.com/chromedp/chromedp", ok: true},
		{pkg: "internal/web/ui", foreign: "github.com/chromedp/chromedp"},
		{pkg: "internal/app", foreign: "github.com/alecthomas/kong"},
		{pkg: "internal/kit/errs", foreign: "github.com/pkg/errors"},
		{pkg: "internal/kit/errs", foreign: "github.com/pkg/errors", test: true},
	} {
		if msg := checkThirdParty(c.pkg, c.foreign, c.test); (msg == "") != c.ok {
			t.Errorf("checkThirdParty(%s, %s, test %t) = %q, want allowed %t", c.pkg, c.foreign, c.test, msg, c.ok)
		}
	}
}

func TestCheckPlace(t *testing.T) {
	for pkg, ok := range map[string]bool{
		"internal/kit/errs":          true,
		"internal/books/bank/import": true,
		"internal/books/tax":         false,
		"internal/books":             false,
		"internal/web/ui":            true,
		"internal/util":              false,
		"internal/kitchen":           false,
		"pkg/client":                 false,
		"cmd/huicun":                 true,
		"migrations":                 true,
	} {
		if msg := checkPlace(pkg); (msg == "") != ok {
			t.Errorf("checkPlace(%s) = %q, want placed %t", pkg, msg, ok)
		}
	}
}

func TestFileChecks(t *testing.T) {
	for _, c := range []struct {
		name  string
		path  string
		src   string
		check func(source) []string
		want  string // in the only message; none if empty
	}{
		{"upward import", "internal/kit/a/a.go", `package a; import "huicun/internal/app"`, checkImports, "internal/kit/a/a.go:1: internal/kit/a may not import internal/app"},
		{"driver", "internal/books/bank/a.go", `package bank; import _ "modernc.org/sqlite"`, checkImports, "internal/kit/db"},
		{"cgo", "internal/kit/a/a.go", `package a; import "C"`, checkImports, "no cgo"},
		{"standard library", "internal/kit/a/a.go", `package a; import "net/http"`, checkImports, ""},
		{"external test", "internal/kit/a/a_test.go", `package a_test; import "huicun/internal/kit/a"`, checkImports, ""},

		{"SQL", "internal/books/bank/bank.go", "package bank\nconst q = `\n\tSELECT 1`", checkSQL, "bank.go:2: SQL"},
		{"small SQL", "internal/books/bank/bank.go", `package bank; const q = "select id from bank_line where id = ?"`, checkSQL, "store.go"},
		{"SQL piece", "internal/books/bank/bank.go", `package bank; func f(t string) string { return "UPDATE " + t }`, checkSQL, "store.go"},
		{"update set", "internal/books/bank/bank.go", `package bank; const q = "update bank_line set a = 1"`, checkSQL, "store.go"},
		{"with", "internal/books/bank/bank.go", `package bank; const q = "with recursive t(a) as (values (1)) table t"`, checkSQL, "store.go"},
		{"error message", "internal/books/bank/bank.go", `package bank; const q = "update the balance: %w"`, checkSQL, ""},
		{"English", "internal/books/bank/bank.go", `package bank; const q = "with all due respect"`, checkSQL, ""},
		{"store.go", "internal/books/bank/store.go", `package bank; const q = "SELECT 1"`, checkSQL, ""},
		{"line_store.go", "internal/books/bank/line_store.go", `package bank; const q = "SELECT 1"`, checkSQL, ""},
		{"restore.go", "internal/books/bank/restore.go", `package bank; const q = "SELECT 1"`, checkSQL, "store.go"},
		{"kit/db", "internal/kit/db/lock.go", `package db; const q = "SELECT 1"`, checkSQL, ""},
		{"migrations", "internal/app/migrations/m.go", `package migrations; const q = "UPDATE a SET b = 1"`, checkSQL, ""},
		{"SQL in a test", "internal/books/bank/a_test.go", `package bank; const q = "SELECT 1"`, checkSQL, ""},

		{"clock", "internal/books/bank/a.go", `package bank; import "time"; var t = time.Now()`, checkClock, "internal/kit/date"},
		{"renamed clock", "internal/books/bank/a.go", `package bank; import tt "time"; var now = tt.Now`, checkClock, "internal/kit/date"},
		{"dot clock", "internal/books/bank/a.go", `package bank; import . "time"; var t = Now()`, checkClock, "dot-import"},
		{"own clock", "internal/books/bank/a.go", `package bank; import "time"; func f(clock interface{ Now() time.Time }) { clock.Now() }`, checkClock, ""},
		{"kit/date", "internal/kit/date/a.go", `package date; import "time"; var t = time.Now()`, checkClock, ""},
		{"clock in a test", "internal/books/bank/a_test.go", `package bank; import "time"; var t = time.Now()`, checkClock, ""},

		{"long", "internal/kit/a/a.go", "package a\n" + strings.Repeat("//\n", maxLines), checkLength, "801 lines"},
		{"just short enough", "internal/kit/a/a.go", "package a\n" + strings.Repeat("//\n", maxLines-1), checkLength, ""},
		{"generated", "internal/kit/a/a.go", "// Code generated by templ - DO NOT EDIT.\n\npackage a\n" + strings.Repeat("//\n", maxLines), checkLength, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := parse(c.path, []byte(c.src))
			if err != nil {
				t.Fatal(err)
			}
			got := c.check(s)
			if c.want == "" && len(got) > 0 {
				t.Errorf("got %q, want nothing", got)
			}
			if c.want != "" && (len(got) != 1 || !strings.Contains(got[0], c.want)) {
				t.Errorf("got %q, want one message with %q", got, c.want)
			}
		})
	}
}

func TestCheckDoc(t *testing.T) {
	for _, c := range []struct {
		src string
		ok  bool
	}{
		{"// Package a adds.\npackage a", true},
		{"package a", false},
		{"// Copyright someone.\npackage a", false},
		{"// Package a adds.\n\npackage a", false},
		{"// Package a_test tests.\npackage a_test", false},
		{"// Command huicun serves.\npackage main", true},
		{"package main", false},
	} {
		s, err := parse("internal/kit/a/a.go", []byte(c.src))
		if err != nil {
			t.Fatal(err)
		}
		if got := checkDoc("internal/kit/a", []source{s}); (len(got) == 0) != c.ok {
			t.Errorf("checkDoc(%q) = %q, want documented %t", c.src, got, c.ok)
		}
	}
}
