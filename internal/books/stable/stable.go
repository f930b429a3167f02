// Package stable counts stable income (稳定性收入): what contracts promise to bring again and again. What counts is data of
// a place (Definition). It is counted three ways, as contracted, as accrued in the books and as received, and every
// difference between the three is explained to the fen (Amounts); what came and went in the year (Changes) and what is to
// come (Forecast) are read from the same contracts. Nothing is stored but the definitions and what is assumed of renewals.
package stable

import (
	"huicun/internal/registry/record"
)

// Service counts stable income.
type Service struct {
	env *record.Env
	// Definitions are the definitions of places, Renewals what places assume of contracts that run out.
	Definitions *record.Noun[Definition]
	Renewals    *record.Noun[Renewal]
}

// New registers the nouns and returns the service.
func New(e *record.Env) *Service {
	return &Service{env: e, Definitions: newDefinitions(e), Renewals: newRenewals(e)}
}
