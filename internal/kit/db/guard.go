package db

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Class says where a table's rows live: on every node, or with their tenant.
type Class uint8

// The classes. A directory table is small and read-mostly; a tenant table is distributed by tenant_id.
const (
	Directory Class = iota + 1
	Tenant
)

// guard refuses, in test builds, a statement on a tenant table that does not name its tenant as a parameter:
// such a statement would visit every node of a cluster and read another county's rows.
type guard struct {
	tables *regexp.Regexp
	seen   sync.Map
}

var tenantParam = regexp.MustCompile(`(?i)tenant_id\s*=\s*\$\d+|insert\s+into\s+\w+\s*\(\s*tenant_id\b`)

func newGuard(classes map[string]Class) *guard {
	var names []string
	for _, n := range slices.Sorted(maps.Keys(classes)) {
		if classes[n] == Tenant {
			names = append(names, n)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return &guard{tables: regexp.MustCompile(`(?i)\b(?:from|join|into|update)\s+(` + strings.Join(names, "|") + `)\b`)}
}

func (g *guard) check(query string) error {
	if g == nil {
		return nil
	}
	if _, ok := g.seen.Load(query); ok {
		return nil
	}
	n := len(g.tables.FindAllString(query, -1))
	if n > 0 && len(tenantParam.FindAllString(query, -1)) == 0 {
		return fmt.Errorf("db: statement on a tenant table without its tenant parameter: %s", query)
	}
	g.seen.Store(query, true)
	return nil
}
