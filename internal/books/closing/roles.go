package closing

import (
	"context"
	_ "embed" // the accounts of the year end
	"encoding/csv"
	"fmt"
	"slices"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/registry/access"
)

// The parts that accounts play at the year end and in distributions.
const (
	roleResult        = "result"        // 本年收益
	roleUndistributed = "undistributed" // 收益分配—未分配收益
	roleDistributed   = "distributed"   // 收益分配—各项分配
	roleReserve       = "reserve"       // 公积公益金
	roleWelfare       = "welfare"       // 应付福利费, of the 2004 system only
	rolePayable       = "payable"       // 应付款
	roleMember        = "member"        // 内部往来
)

// role says which account of a system plays a part: the account of the chart, and the name of the sub-account below it
// that is made when there is none with one of the words in its name.
type role struct{ account, name, words string }

//go:embed accounts.csv
var rolesCSV string

var roles = readRoles(rolesCSV)

func readRoles(text string) map[string]map[string]role {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		panic("closing: accounts: " + err.Error())
	}
	out := map[string]map[string]role{}
	for _, r := range rows[1:] {
		if out[r[0]] == nil {
			out[r[0]] = map[string]role{}
		}
		out[r[0]][r[1]] = role{r[2], r[3], r[4]}
	}
	return out
}

// cast finds which accounts of books play the parts. What is missing is noted in made, to be added before posting.
type cast struct {
	list []ledger.Account
	made []ledger.Account
}

func (s *Service) cast(ctx context.Context, q db.Q, tenant int64, b *ledger.Books) (*cast, error) {
	list, err := ledger.Accounts(ctx, q, tenant, b.ID)
	return &cast{list: list}, err
}

// of is the code of the account that plays a part.
func (c *cast) of(b *ledger.Books, part string) (string, error) {
	r, ok := roles[b.Chart][part]
	if !ok {
		return "", errs.New(errs.Invalid, "closing.role", "%s 年制度没有这一项对应的科目", b.Chart)
	}
	if r.name == "" {
		return r.account, nil
	}
	for _, a := range c.list {
		if a.Code != r.account && strings.HasPrefix(a.Code, r.account) && a.Leaf && strings.Contains(a.Name, r.words) {
			return a.Code, nil
		}
	}
	a := ledger.Account{Code: c.free(r.account), Name: r.name, Leaf: true, Active: true}
	c.list, c.made = append(c.list, a), append(c.made, a)
	return a.Code, nil
}

// free is the first code of a sub-account that is not taken, as long as its siblings' codes.
func (c *cast) free(above string) string {
	digits, taken := 0, map[string]bool{}
	for _, a := range c.list {
		if rest, ok := strings.CutPrefix(a.Code, above); ok && rest != "" {
			if digits == 0 || len(rest) < digits {
				digits = len(rest)
			}
		}
	}
	if digits == 0 {
		digits = 2
	}
	for _, a := range c.list {
		if rest, ok := strings.CutPrefix(a.Code, above); ok && rest != "" {
			taken[rest[:digits]] = true
		}
	}
	for n := 1; ; n++ {
		if rest := fmt.Sprintf("%0*d", digits, n); !taken[rest] {
			return above + rest
		}
	}
}

func (c *cast) account(code string) ledger.Account {
	i := slices.IndexFunc(c.list, func(a ledger.Account) bool { return a.Code == code })
	if i < 0 {
		return ledger.Account{Code: code}
	}
	return c.list[i]
}

// leaf is an account itself, or its first sub-account when it was divided.
func (c *cast) leaf(code string) string {
	if c.account(code).Leaf {
		return code
	}
	codes := []string{}
	for _, a := range c.list {
		if strings.HasPrefix(a.Code, code) && a.Leaf && a.Active {
			codes = append(codes, a.Code)
		}
	}
	if len(codes) == 0 {
		return code
	}
	return slices.Min(codes)
}

// path is an account's name with those above it: 收益分配 — 未分配收益.
func (c *cast) path(code string) string {
	var list []ledger.Account
	for _, a := range c.list {
		if strings.HasPrefix(code, a.Code) {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b ledger.Account) int { return len(a.Code) - len(b.Code) })
	parts := make([]string, len(list))
	for i, a := range list {
		parts[i] = a.Name
	}
	return strings.Join(parts, " — ")
}

// settle adds the accounts that were found missing.
func (s *Service) settle(ctx context.Context, tx *db.Tx, who access.Principal, b *ledger.Books, c *cast) error {
	for _, a := range c.made {
		if err := s.l.AddAccountTx(ctx, tx, who, b.ID, a.Code, a.Name); err != nil {
			return fmt.Errorf("adding account %s: %w", a.Code, err)
		}
	}
	return nil
}
