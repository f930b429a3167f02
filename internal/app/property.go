package app

import (
	"context"

	"huicun/internal/books/alteration"
	"huicun/internal/books/asset"
	"huicun/internal/books/contract"
	"huicun/internal/books/disposal"
	"huicun/internal/books/stocktake"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
	"huicun/internal/web/property"
)

// propertyParts are what becomes of property after its card is made.
type propertyParts struct {
	Changes    *record.Noun[asset.Change]
	Stocktakes *stocktake.Service
	Disposals  *disposal.Service
	AssetRules *record.Noun[asset.Rule]
	Shares     *record.Noun[asset.Share]
	Outlines   *record.Noun[asset.Outline]
	// Alterations alter cards: improved, revalued, turned, split, merged.
	Alterations *alteration.Service
}

// registerProperty describes the nouns; the cards and the ledger must have been registered before.
func registerProperty(e *record.Env, n *Nouns) {
	n.Changes = asset.NewChanges(e)
	n.Stocktakes = stocktake.New(e, n.Ledger, n.Assets, n.Changes)
	n.Files.Rule("stocktake_line", n.Stocktakes.FileRule())
	n.AssetRules, n.Shares = asset.NewRules(e), asset.NewShares(e)
	n.Outlines = asset.NewOutlines(e)
	n.Alterations = alteration.New(e, n.Ledger, n.Assets, n.Changes)
	n.Disposals = disposal.New(e, n.Ledger, n.Changes)
	n.Disposals.Uses = contractsOn
}

func propertyNouns(n *Nouns) property.Nouns {
	return property.Nouns{
		Ledger: n.Ledger, Assets: n.Assets, Units: n.Units, Depreciation: n.Depreciation, Changes: n.Changes, Stocktakes: n.Stocktakes,
		Disposals: n.Disposals, Rules: n.AssetRules, Shares: n.Shares, Outlines: n.Outlines, Alterations: n.Alterations,
	}
}

// contractsOn names the contracts that still hold an asset on a day.
func contractsOn(ctx context.Context, q db.Q, tenant int64, a ids.ID, day date.Date) ([]string, error) {
	units, err := asset.UnitsOf(ctx, q, tenant, a)
	if err != nil {
		return nil, err
	}
	list := make([]ids.ID, len(units))
	for i := range units {
		list[i] = units[i].ID
	}
	held, err := contract.Holding(ctx, q, tenant, list, day)
	var out []string
	for _, c := range held {
		out = append(out, "合同 "+c.No)
	}
	return out, err
}
