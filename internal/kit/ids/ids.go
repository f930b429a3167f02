// Package ids makes and carries record ids: 63-bit integers that rise in time and are made by the application,
// never by a database sequence, so that the same rows can live on SQLite, PostgreSQL or a distributed cluster.
package ids

import (
	"database/sql/driver"
	"fmt"
	"strconv"
	"sync"
)

// ID is a record's id, or a reference to one; zero means "none" and is stored as NULL.
type ID int64

// Value stores zero as NULL, so that a foreign key can be optional.
func (id ID) Value() (driver.Value, error) {
	if id == 0 {
		return nil, nil
	}
	return int64(id), nil
}

// Scan reads a BIGINT or NULL.
func (id *ID) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*id = 0
	case int64:
		*id = ID(v)
	default:
		return fmt.Errorf("ids: cannot read %T as an id", src)
	}
	return nil
}

// String returns the decimal form; zero gives "".
func (id ID) String() string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(int64(id), 10)
}

// MarshalText writes ids as strings, since JavaScript cannot hold 63 bits.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the decimal form; "" is none.
func (id *ID) UnmarshalText(b []byte) error {
	v, err := Parse(string(b))
	if err != nil && len(b) > 0 {
		return err
	}
	*id = v
	return nil
}

// Parse reads an id from a URL or a form; anything but a positive integer is an error.
func Parse(s string) (ID, error) {
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil || v <= 0 {
		return 0, fmt.Errorf("ids: %q is not an id", s)
	}
	return ID(v), nil
}

const (
	nodeBits = 10
	seqBits  = 12
	// Nodes is how many processes may make ids for one database at once.
	Nodes = 1 << nodeBits
	// epochMs is 2020-01-01 UTC: 41 bits of milliseconds last until 2089.
	epochMs = 1577836800000
)

// Maker makes ids for one process. Its node number must not be in use by another live process on the same
// database; the clock may stand still or step back, ids still rise.
type Maker struct {
	mu     sync.Mutex
	node   int64
	lastMs int64
	seq    int64
	nowMs  func() int64
}

// NewMaker returns a maker for a node in [0, Nodes) reading milliseconds since the Unix epoch from nowMs.
func NewMaker(node int64, nowMs func() int64) *Maker {
	return &Maker{node: node % Nodes, nowMs: nowMs}
}

// Next returns an id greater than every id that this maker has returned before.
func (m *Maker) Next() ID {
	m.mu.Lock()
	defer m.mu.Unlock()
	ms := m.nowMs() - epochMs
	if ms <= m.lastMs {
		ms = m.lastMs
		m.seq++
		if m.seq == 1<<seqBits {
			ms++ // borrow from the next millisecond rather than wait for it
			m.seq = 0
		}
	} else {
		m.seq = 0
	}
	m.lastMs = ms
	return ID(ms<<(nodeBits+seqBits) | m.node<<seqBits | m.seq)
}
