// Package region keeps the administrative divisions: the 12-digit statistical codes with their names, dated,
// and what closed divisions became. A scope is a prefix; everything below a place is one code range, plus the
// ranges of the divisions that it took over.
package region

import (
	"context"
	"slices"
	"sync"
	"unicode/utf8"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
)

// Nation is the scope of everything.
const Nation = "000000000000"

// Region is one division. ValidTo is zero while it exists.
type Region struct {
	Code, Name, Level, Kind string
	ValidFrom, ValidTo      date.Date
}

// LevelLabels are the levels in Chinese, from the top.
var LevelLabels = map[string]string{"nation": "全国", "province": "省", "city": "市", "county": "县（市、区）", "town": "镇（街道）", "village": "村（社区）"}

// Tenant is where a county's records live.
type Tenant struct {
	ID     int64
	Prefix string // six digits
	Name   string
}

// Service answers questions about divisions; it caches what it has read.
type Service struct {
	db    *db.DB
	mu    sync.RWMutex
	cache map[string]Region
}

// New returns the service.
func New(d *db.DB) *Service { return &Service{db: d, cache: map[string]Region{}} }

// maxCached bounds the cache: a county has a few hundred divisions, the nation some 700,000.
const maxCached = 20_000

// Get returns a division; NotFound when the code is unknown.
func (s *Service) Get(ctx context.Context, c string) (Region, error) {
	s.mu.RLock()
	r, ok := s.cache[c]
	s.mu.RUnlock()
	if ok {
		return r, nil
	}
	r, err := getRegion(ctx, s.db.Read(), c)
	if err == db.ErrNoRows {
		return Region{}, errs.New(errs.NotFound, "region.unknown", "没有代码为 %s 的行政区划；请先导入区划", c)
	}
	if err != nil {
		return Region{}, err
	}
	s.mu.Lock()
	if len(s.cache) >= maxCached {
		clear(s.cache)
	}
	s.cache[c] = r
	s.mu.Unlock()
	return r, nil
}

// Name returns a division's name, or its code when it is unknown.
func (s *Service) Name(ctx context.Context, c string) string {
	if r, err := s.Get(ctx, c); err == nil {
		return r.Name
	}
	return c
}

// Path returns the division and its parents, from the province down.
func (s *Service) Path(ctx context.Context, c string) ([]Region, error) {
	var path []Region
	for c != "" && c != Nation {
		r, err := s.Get(ctx, c)
		if err != nil {
			return nil, err
		}
		path = append([]Region{r}, path...)
		c = code.Parent(c)
	}
	return path, nil
}

// Children lists the living divisions one level below.
func (s *Service) Children(ctx context.Context, c string) ([]Region, error) {
	return listChildren(ctx, s.db.Read(), c)
}

// Below lists the living divisions of a level within a scope, in code order.
func (s *Service) Below(ctx context.Context, scope, level string) ([]Region, error) {
	return listBelow(ctx, s.db.Read(), scope, level)
}

// Resolve finds a division by code or by name within a scope. A name that several divisions bear is refused,
// with the advice to give the code.
func (s *Service) Resolve(ctx context.Context, text, scope string) (Region, error) {
	if c, err := code.Region(text); err == nil {
		return s.Get(ctx, c)
	}
	found, err := findByName(ctx, s.db.Read(), text, scope)
	switch {
	case err != nil:
		return Region{}, err
	case len(found) == 0:
		return Region{}, errs.New(errs.Invalid, "region.unknown", "没有找到名为“%s”的地区；请填写完整名称或 12 位区划代码", text)
	case len(found) > 1:
		return Region{}, errs.New(errs.Invalid, "region.ambiguous", "有 %d 个地区叫“%s”；请改填 12 位区划代码", len(found), text)
	}
	return found[0], nil
}

// Ranges returns the code ranges of the scopes, with those of the divisions that they took over, and that those had
// taken over before.
func (s *Service) Ranges(ctx context.Context, scopes ...string) ([][2]string, error) {
	var out [][2]string
	todo := slices.Clone(scopes)
	for i := 0; i < len(todo); i++ {
		lo, hi := code.Range(todo[i])
		out = append(out, [2]string{lo, hi})
		old, err := predecessors(ctx, s.db.Read(), lo, hi)
		if err != nil {
			return nil, err
		}
		for _, c := range old {
			if !slices.ContainsFunc(todo, func(t string) bool { return code.Within(c, t) }) {
				todo = append(todo, c)
			}
		}
	}
	return out, nil
}

// Tenants lists the tenants whose data lie within a scope, or the one that the scope lies in.
func (s *Service) Tenants(ctx context.Context, scope string) ([]Tenant, error) {
	return listTenants(ctx, s.db.Read(), scope)
}

// TenantOf returns the tenant that a place at or below a county belongs to.
func (s *Service) TenantOf(ctx context.Context, c string) (Tenant, error) {
	ts, err := listTenants(ctx, s.db.Read(), c)
	if err != nil {
		return Tenant{}, err
	}
	if len(ts) == 0 && len(code.Prefix(c)) >= 6 {
		return Tenant{}, errs.New(errs.Invalid, "region.unknown", "没有代码为 %s 的县（市、区）；请检查代码，或先导入区划", code.Prefix(c)[:6])
	}
	if len(ts) != 1 {
		return Tenant{}, errs.New(errs.Invalid, "region.no_tenant", "请先选定一个县（市、区）或其下的镇、村")
	}
	return ts[0], nil
}

// Save stores divisions, replacing those with the same code, and makes sure that each county has its tenant.
func (s *Service) Save(ctx context.Context, list []Region) error {
	err := s.db.InTx(ctx, db.Meta{ActorName: "区划导入"}, func(ctx context.Context, tx *db.Tx) error {
		for _, r := range list {
			if err := upsertRegion(ctx, tx, r); err != nil {
				return err
			}
			if r.Level == "county" {
				if err := ensureTenant(ctx, tx, int64(tx.NewID()), code.Prefix(r.Code), r.Name); err != nil {
					return err
				}
			}
		}
		return nil
	})
	s.mu.Lock()
	clear(s.cache)
	s.mu.Unlock()
	return err
}

// Succeed records that a division was merged into or renamed to another on a date.
func (s *Service) Succeed(ctx context.Context, old, successor string, on date.Date, reason string) error {
	err := s.db.InTx(ctx, db.Meta{ActorName: "区划变更"}, func(ctx context.Context, tx *db.Tx) error {
		return closeRegion(ctx, tx, old, successor, on, reason)
	})
	s.mu.Lock()
	clear(s.cache)
	s.mu.Unlock()
	return err
}

// VillagesIn lists the living villages within code ranges, each once.
func (s *Service) VillagesIn(ctx context.Context, ranges [][2]string) ([]Region, error) {
	var out []Region
	seen := map[string]bool{}
	for _, r := range ranges {
		list, err := listRange(ctx, s.db.Read(), r[0], r[1], "village")
		if err != nil {
			return nil, err
		}
		for _, v := range list {
			if !seen[v.Code] {
				seen[v.Code] = true
				out = append(out, v)
			}
		}
	}
	return out, nil
}

// longestName is longer than any division's name; SQLite refuses to look for a pattern that is much longer.
const longestName = 100

// Search lists living divisions within a scope whose name holds the text, or whose code begins with it.
func (s *Service) Search(ctx context.Context, text, scope string, limit int) ([]Region, error) {
	if utf8.RuneCountInString(text) > longestName {
		return nil, nil
	}
	return searchRegions(ctx, s.db.Read(), text, scope, limit)
}
