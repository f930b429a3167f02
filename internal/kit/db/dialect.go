package db

import (
	"io"
	"io/fs"
	"regexp"
	"strings"
	"time"
)

// Dialect is the engine underneath. Only kit/db may look at it.
type Dialect string

// The engines; Citus is PostgreSQL with one more DSN.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// recordColumns is what every business record carries; migrations write {{record}} for it.
const recordColumns = `tenant_id BIGINT NOT NULL,
  id BIGINT NOT NULL,
  version BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  updated_by BIGINT NOT NULL,
  region TEXT NOT NULL CHECK (length(region) = 12),
  state TEXT NOT NULL,
  sample BOOLEAN NOT NULL,
  note TEXT NOT NULL`

// recordKey ends such a table: SQLite takes no columns after a constraint.
const recordKey = `
  , PRIMARY KEY (tenant_id, id)
);`

var (
	createTable = regexp.MustCompile(`(?is)\bCREATE TABLE\b.*?\n\);`)
	alterTable  = regexp.MustCompile(`(?is)\bALTER TABLE\b.*?;`)
	wordBigint  = regexp.MustCompile(`\bBIGINT\b`)
	wordBool    = regexp.MustCompile(`\bBOOLEAN\b`)
	wordBytea   = regexp.MustCompile(`\bBYTEA\b`)
	wordText    = regexp.MustCompile(`\bTEXT\b`)
	wordTrue    = regexp.MustCompile(`\bDEFAULT TRUE\b`)
	wordFalse   = regexp.MustCompile(`\bDEFAULT FALSE\b`)
	clustered   = regexp.MustCompile(`\s*\{\{clustered\}\}`)
)

// ddl turns the one migration text into the engine's words. SQLite gets STRICT tables, so that a text in a
// number column is an error there too; PostgreSQL gets byte order for text, so that both engines sort alike.
// {{clustered}} marks a table that SQLite keeps in the order of its key, once, and not as a table and an index: one that is
// nothing but its key, or whose rows are read by its beginning.
func (d Dialect) ddl(text string) string {
	text = alterTable.ReplaceAllStringFunc(text, d.words)
	return createTable.ReplaceAllStringFunc(text, func(s string) string {
		if strings.Contains(s, "{{record}}") {
			s = strings.ReplaceAll(strings.TrimSuffix(s, "\n);"), "{{record}}", recordColumns) + recordKey
		}
		options := ") STRICT;"
		if clustered.MatchString(s) {
			s, options = clustered.ReplaceAllString(s, ""), ") STRICT, WITHOUT ROWID;"
		}
		s = d.words(s)
		if d == Postgres {
			return s
		}
		return strings.TrimSuffix(s, ");") + options
	})
}

// words puts the engine's names of types into a statement.
func (d Dialect) words(s string) string {
	if d == Postgres {
		return wordText.ReplaceAllString(s, `TEXT COLLATE "C"`)
	}
	s = wordBigint.ReplaceAllString(s, "INTEGER")
	s = wordTrue.ReplaceAllString(s, "DEFAULT 1")
	s = wordFalse.ReplaceAllString(s, "DEFAULT 0")
	s = wordBool.ReplaceAllString(s, "INTEGER")
	return wordBytea.ReplaceAllString(s, "BLOB")
}

// dialectFS shows the migrations to the runner in the engine's words.
type dialectFS struct {
	fs.FS
	d Dialect
}

// Open returns a migration rewritten for the engine; folders pass through.
func (f dialectFS) Open(name string) (fs.File, error) {
	if !strings.HasSuffix(name, ".sql") {
		return f.FS.Open(name)
	}
	b, err := fs.ReadFile(f.FS, name)
	if err != nil {
		return nil, err
	}
	text := f.d.ddl(string(b))
	return &textFile{name: name, Reader: strings.NewReader(text), size: int64(len(text))}, nil
}

// textFile is an fs.File over a string.
type textFile struct {
	io.Reader
	name string
	size int64
}

func (f *textFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f *textFile) Close() error               { return nil }
func (f *textFile) Name() string               { return f.name }
func (f *textFile) Size() int64                { return f.size }
func (f *textFile) Mode() fs.FileMode          { return 0o444 }
func (f *textFile) ModTime() (t time.Time)     { return t }
func (f *textFile) IsDir() bool                { return false }
func (f *textFile) Sys() any                   { return nil }
