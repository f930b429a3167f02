package db

import (
	"context"
	"database/sql/driver"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/stdlib"
)

// copyFrom is how many rows are worth a COPY, which costs a second round trip.
const copyFrom = 100

// copyRows sends rows with COPY: PostgreSQL then stores a page of them at once, and writes it to its log at once. Foreign
// keys, checks and indexes are what they are for an INSERT. into is the table with its columns in brackets.
func (tx *Tx) copyRows(ctx context.Context, into string, rows [][]any) error {
	var n int64
	err := tx.conn.Raw(func(c any) error {
		tag, err := c.(*stdlib.Conn).Conn().PgConn().CopyFrom(ctx, &copyText{rows: rows}, "COPY "+into+" FROM STDIN")
		n = tag.RowsAffected()
		return err
	})
	if err != nil {
		return mapErr(fmt.Errorf("copying %d rows: %w", len(rows), err))
	}
	table, _, _ := strings.Cut(into, " ")
	return tx.grow(ctx, table, n)
}

// copyText is rows in COPY's text format, made as they are read: while the server takes some, the next are made.
type copyText struct {
	rows [][]any
	buf  []byte
	sent int // of buf
}

// Read gives the next bytes.
func (c *copyText) Read(p []byte) (int, error) {
	if c.sent == len(c.buf) {
		c.buf, c.sent = c.buf[:0], 0
		for len(c.rows) > 0 && len(c.buf) < len(p) {
			for i, v := range c.rows[0] {
				if i > 0 {
					c.buf = append(c.buf, '\t')
				}
				var err error
				if c.buf, err = appendCopy(c.buf, v); err != nil {
					return 0, err
				}
			}
			c.buf = append(c.buf, '\n')
			c.rows = c.rows[1:]
		}
		if len(c.buf) == 0 {
			return 0, io.EOF
		}
	}
	n := copy(p, c.buf[c.sent:])
	c.sent += n
	return n, nil
}

// appendCopy adds one value.
func appendCopy(b []byte, v any) ([]byte, error) {
	switch x := v.(type) { // most of them, without asking further
	case string:
		return appendEscaped(b, x), nil
	case int64:
		return strconv.AppendInt(b, x, 10), nil
	}
	plain, err := driver.DefaultParameterConverter.ConvertValue(v)
	if err != nil {
		return b, err
	}
	switch x := plain.(type) {
	case nil:
		return append(b, `\N`...), nil
	case string:
		return appendEscaped(b, x), nil
	case int64:
		return strconv.AppendInt(b, x, 10), nil
	case bool:
		if x {
			return append(b, 't'), nil
		}
		return append(b, 'f'), nil
	case []byte:
		return hex.AppendEncode(append(b, `\\x`...), x), nil
	case float64:
		return strconv.AppendFloat(b, x, 'g', -1, 64), nil
	case time.Time:
		return append(b, x.Format(time.RFC3339Nano)...), nil
	}
	return b, fmt.Errorf("db: a %T cannot be copied", plain)
}

// appendEscaped adds a text; what has a meaning in COPY is escaped.
func appendEscaped(b []byte, s string) []byte {
	if !strings.ContainsAny(s, "\\\t\n\r") {
		return append(b, s...)
	}
	for i := range len(s) {
		switch s[i] {
		case '\\':
			b = append(b, `\\`...)
		case '\t':
			b = append(b, `\t`...)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		default:
			b = append(b, s[i])
		}
	}
	return b
}
