package journal

import (
	"context"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
	"huicun/internal/registry/party"
)

// set is one books within an export: what is known of it before its vouchers are read. from and to are the months that
// are taken out.
type set struct {
	ledger.Books
	no       int  // its place in the export, from 1
	alone    bool // it alone was asked for
	from, to date.Month

	org      *party.Party
	accounts []account
	byCode   map[string]*account
	stands   []stand
	moved    []ledger.Moved
}

// account is an account with those above it, from the top.
type account struct {
	ledger.Account
	above []*account
}

// stand is what stands on an account before the period, with the names of what it belongs to.
type stand struct {
	ledger.Stand
	dims []dim
}

// load reads the books' accounts, openings and balances, and makes sure that lines and balances agree.
func (s *set) load(ctx context.Context, x *export) error {
	var err error
	if s.org, err = party.Get(ctx, x.q, x.tenant, s.Party); err != nil {
		return err
	}
	list, err := ledger.Accounts(ctx, x.q, x.tenant, s.ID)
	if err != nil {
		return err
	}
	s.setAccounts(list)
	stands, err := ledger.StandsBefore(ctx, x.q, x.tenant, s.ID, s.from)
	if err != nil {
		return err
	}
	lines := make([]*ledger.Line, len(stands))
	for i := range stands {
		lines[i] = &stands[i].Line
	}
	dims, err := x.names.dims(ctx, lines)
	if err != nil {
		return err
	}
	s.stands = make([]stand, len(stands))
	for i := range stands {
		s.stands[i] = stand{stands[i], dims[i]}
	}
	if s.moved, err = ledger.MonthlyMoves(ctx, x.q, x.tenant, s.ID, s.to); err != nil {
		return err
	}
	return s.agree()
}

func (s *set) setAccounts(list []ledger.Account) {
	s.accounts = make([]account, len(list))
	s.byCode = make(map[string]*account, len(list))
	var path []*account
	for i := range list {
		a := &s.accounts[i]
		a.Account = list[i]
		for len(path) > 0 && !strings.HasPrefix(a.Code, path[len(path)-1].Code) {
			path = path[:len(path)-1]
		}
		a.above = append([]*account(nil), path...)
		path = append(path, a)
		s.byCode[a.Code] = a
	}
}

// agree refuses books whose balances before the period are not what openings and lines come to.
func (s *set) agree() error {
	diff := map[string]money.Fen{}
	for i := range s.stands {
		diff[s.stands[i].Account] += s.stands[i].Fen()
	}
	for _, m := range s.moved {
		if m.Month < s.from {
			diff[m.Account] -= m.Debit - m.Credit
		}
	}
	for code, fen := range diff {
		if fen != 0 {
			return errs.New(errs.Conflict, "journal.damaged", "账套“%s”科目 %s 的余额与分录相差 %s 元，没有导出；请先运行 huicun fsck 核验", s.Name, code, fen.Abs())
		}
	}
	return nil
}

// ending is what stands on each account itself at the end of the period, by code.
func (s *set) ending() map[string]money.Fen {
	out := map[string]money.Fen{}
	for _, m := range s.moved {
		out[m.Account] += m.Debit - m.Credit
	}
	return out
}

// title says which books and months these are.
func (s *set) title() string {
	t := s.Name + " " + s.from.Chinese()
	if s.to != s.from {
		t += "至" + s.to.Chinese()
	}
	return t
}

// openingText is the summary of the opening entry.
func (s *set) openingText() string {
	if s.from == s.From && s.from%100 != 1 {
		return "期初余额（含启用前本年累计发生额）"
	}
	return "期初余额"
}
