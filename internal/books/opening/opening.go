// Package opening brings books to a start: it reads old trial balances as they come out of other software or our own books,
// finds for each of their rows the account of the new chart that takes it, holds the whole to a balance gate and a signed
// list of differences, and then makes the new books with their opening balances in one transaction.
//
// The same digits mean different accounts in different systems (153 and 154, 202, 211, 502, 511, 521), so a row is known by
// system, code and name together; where code and name disagree, or a purpose decides, a person decides.
package opening

import (
	"huicun/internal/books/ledger"
	"huicun/internal/books/member"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// Service carries out the use cases.
type Service struct {
	env        *record.Env
	l          *ledger.Ledger
	parties    *record.Noun[party.Party]
	members    *record.Noun[member.Member]
	Maps       *record.Noun[MapRule]
	Migrations *record.Noun[Migration]
}

// New registers the nouns "account_map" and "migration"; "books", "party" and "member" must have been registered before.
func New(e *record.Env, l *ledger.Ledger, parties *record.Noun[party.Party], members *record.Noun[member.Member]) *Service {
	s := &Service{env: e, l: l, parties: parties, members: members}
	s.Maps = newMaps(e)
	s.Migrations = newMigrations(e, s)
	return s
}
