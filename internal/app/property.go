package app

import (
	"huicun/internal/books/asset"
	"huicun/internal/books/stocktake"
	"huicun/internal/registry/record"
	"huicun/internal/web/property"
)

// propertyParts are what becomes of property after its card is made.
type propertyParts struct {
	Changes    *record.Noun[asset.Change]
	Stocktakes *stocktake.Service
}

// registerProperty describes the nouns; the cards and the ledger must have been registered before.
func registerProperty(e *record.Env, n *Nouns) {
	n.Changes = asset.NewChanges(e)
	n.Stocktakes = stocktake.New(e, n.Ledger, n.Assets, n.Changes)
	n.Files.Rule("stocktake_line", n.Stocktakes.FileRule())
}

func propertyNouns(n *Nouns) property.Nouns {
	return property.Nouns{
		Ledger: n.Ledger, Assets: n.Assets, Units: n.Units, Depreciation: n.Depreciation, Changes: n.Changes, Stocktakes: n.Stocktakes,
	}
}
