package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/testscript"

	"huicun/internal/app"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"huicun": main})
}

// loaded is a data folder with the demo in it, made once; scripts take copies.
var loaded = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "huicun-script-")
	if err != nil {
		return "", err
	}
	var errOut bytes.Buffer
	if run([]string{"demo", "--no-serve", "--data-dir", dir, "--from", "../../demo/baqiao", "--password", "Test-only-2021"}, io.Discard, &errOut) != 0 {
		return dir, os.ErrInvalid
	}
	return dir, nil
})

// TestScripts runs the command as an operator does; see testdata/script.
func TestScripts(t *testing.T) {
	dir, err := loaded()
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err != nil {
		t.Fatalf("loading the demo: %v", err)
	}
	figures, err := filepath.Abs("testdata/figures.csv")
	if err != nil {
		t.Fatal(err)
	}
	records, err := filepath.Abs("../../demo/baqiao")
	if err != nil {
		t.Fatal(err)
	}
	policies, err := filepath.Abs("../../policies/examples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("FIGURES", figures)
			e.Setenv("LC_ALL", "C.UTF-8") // for the programs that read our files
			e.Setenv("DEMO", records)
			e.Setenv("POLICIES", policies)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"loaded": func(ts *testscript.TestScript, _ bool, args []string) {
				ts.Check(os.CopyFS(ts.MkAbs(args[0]), os.DirFS(dir)))
				ts.Check(os.Chmod(ts.MkAbs(args[0]+"/huicun.key"), 0o600))
			},
			"copydir": func(ts *testscript.TestScript, _ bool, args []string) {
				ts.Check(os.CopyFS(ts.MkAbs(args[1]), os.DirFS(args[0])))
			},
			"replace": replaceText,
			"exit2":   usageError,
			"changed": changedFigures,
			"tamper":  tamper,
			"found":   found,
			"spoil":   spoil,
		},
	})
}

// usageError is "exit2 COMMAND...": the command must end with 2.
func usageError(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[0], args[1:]...)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 2 {
		ts.Fatalf("%v, want status 2", err)
	}
}

// replaceText is "replace FILE OLD NEW": OLD must be there exactly once.
func replaceText(ts *testscript.TestScript, _ bool, args []string) {
	b, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	if n := strings.Count(string(b), args[1]); n != 1 {
		ts.Fatalf("%q is %d times in %s", args[1], n, args[0])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(string(b), args[1], args[2], 1)), 0o600))
}

// changedFigures is "changed BEFORE.json AFTER.json CODE...": exactly these of the 36 figures differ.
func changedFigures(ts *testscript.TestScript, _ bool, args []string) {
	read := func(name string) map[string]app.FigureRow {
		var rows []app.FigureRow
		ts.Check(json.Unmarshal([]byte(ts.ReadFile(name)), &rows))
		out := map[string]app.FigureRow{}
		for _, r := range rows {
			out[r.Code] = r
		}
		if len(rows) != 36 || len(out) != 36 {
			ts.Fatalf("%s has %d figures", name, len(out))
		}
		return out
	}
	before, after := read(args[0]), read(args[1])
	var got []string
	for code, b := range before {
		if diff := cmp.Diff(b, after[code]); diff != "" {
			got = append(got, code)
			ts.Logf("%s: %s", code, diff)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(args[2:], got); diff != "" {
		ts.Fatalf("the figures that changed (-want +got):\n%s", diff)
	}
}

// english finds a run of English words; names of options, kinds and units are single words.
var english = regexp.MustCompile(`[A-Za-z]{2,} [a-z]{2,}`)

// commandNames are the names of commands in the list of commands.
var commandNames = regexp.MustCompile(`(?m)^  [a-z]+ [a-z]+  `)

// TestHelpIsChinese reads the help of every command.
func TestHelpIsChinese(t *testing.T) {
	for _, command := range []string{"", "serve", "demo", "migrate", "import", "export", "export records", "export journal", "verify", "verify package", "figures", "account", "alerts run", "policy", "policy test", "policy import", "policy export", "fsck", "reindex", "report", "bench", "bench pages", "bench ledger", "version"} {
		args := append(strings.Fields(command), "--help")
		var out, errOut bytes.Buffer
		if code := run(args, &out, &errOut); code != 0 || errOut.Len() > 0 {
			t.Errorf("%s: exit %d, %s", args, code, errOut.String())
		}
		text := commandNames.ReplaceAllString(strings.ReplaceAll(out.String(), "huicun "+command, "huicun"), "")
		if found := english.FindAllString(text, -1); found != nil {
			t.Errorf("%s: English in the help: %q\n%s", args, found, out.String())
		}
		if strings.Contains(text, "STRING") || !strings.Contains(text, "用法：huicun") {
			t.Errorf("%s: the parser's own words are left:\n%s", args, out.String())
		}
	}
}
