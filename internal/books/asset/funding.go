package asset

import (
	"context"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/record"
)

// Share is what one source gave for an asset, where several did (资金来源构成). The shares of an asset never sum to more than
// its cost; what they leave open is of the card's own source.
type Share struct {
	db.Row
	No       string
	Asset    ids.ID
	Source   string
	Fen      money.Fen
	Document string
}

var shareTable = &db.Table[Share]{
	Name: "asset_funding",
	Cols: []string{"no", "asset_id", "source", "fen", "document"},
	Row:  func(s *Share) *db.Row { return &s.Row },
	Ptrs: func(s *Share) []any { return []any{&s.No, &s.Asset, &s.Source, &s.Fen, &s.Document} },
}

// NewShares describes the noun "asset_funding"; "asset" must have been registered before.
func NewShares(e *record.Env) *record.Noun[Share] {
	return record.Register(e, &record.Noun[Share]{
		Kind: "asset_funding", Label: "资金来源构成", Path: "/asset-fundings", Icon: "coins", Key: "no", Order: "no",
		Intro:  "一项资产由几种资金形成的，逐笔登记金额；没有登记到的部分按资产卡片的资金来源统计。",
		Table:  shareTable,
		Title:  func(s *Share) string { return field.LabelOf(Fundings, s.Source) + " " + s.Fen.String() + " 元" },
		Detail: func(s *Share) string { return s.No + " " + s.Document },
		Series: func(*Share) string { return "ZJLY" },
		Fields: []field.Field[Share]{
			field.NewText("no", "编号", func(s *Share) *string { return &s.No }).Fix().List().Help("留空自动编号"),
			field.NewRef("asset", "资产", "asset", func(s *Share) *ids.ID { return &s.Asset }).Req().Fix().Show().Filter(),
			field.NewEnum("source", "资金来源", Fundings, func(s *Share) *string { return &s.Source }).Req().List().Filter(),
			field.NewMoney("amount", "金额", func(s *Share) *money.Fen { return &s.Fen }).Req().Col("fen").List(),
			field.NewText("document", "批文（文号）", func(s *Share) *string { return &s.Document }).List(),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, s *Share) error {
			if s.Asset == 0 {
				return nil
			}
			a, err := Get(ctx, q, tenant, s.Asset)
			if err == nil {
				s.Region = a.Region
			}
			return err
		},
		Check: func(s *Share) error {
			if s.Fen <= 0 {
				return errs.OnField("amount", "金额应大于零")
			}
			return nil
		},
		CheckTx: func(ctx context.Context, tx *db.Tx, _, s *Share) error {
			if err := lockAsset(ctx, tx, s.Asset); err != nil {
				return err
			}
			a, err := Get(ctx, tx, tx.Tenant, s.Asset)
			if err != nil {
				return err
			}
			list, err := shareTable.All(ctx, tx, db.NewWhere(tx.Tenant).And("asset_id = ?", s.Asset), "no")
			if err != nil {
				return err
			}
			sum := s.Fen
			for i := range list {
				if list[i].ID != s.ID {
					if sum, err = money.Add(sum, list[i].Fen); err != nil {
						return err
					}
				}
			}
			if sum > a.Cost {
				return errs.OnField("amount", "各来源合计 %s 元，超过了资产的原值 %s 元", sum, a.Cost)
			}
			return nil
		},
	})
}

// Sources says what each source gave of some cost of a card: in proportion to the registered shares of its cost, the rest of
// the card's own source; the parts sum to the cost.
func (a *Asset) Sources(cost money.Fen, shares []Share) (map[string]money.Fen, error) {
	own := a.Funding
	if own == "" || own == "mixed" {
		own = "unknown"
	}
	out := map[string]money.Fen{}
	rest := a.Cost
	names, weights := []string{}, []int64{}
	for i := range shares {
		if shares[i].Asset == a.ID {
			names, weights = append(names, shares[i].Source), append(weights, int64(shares[i].Fen))
			rest -= shares[i].Fen
		}
	}
	if rest > 0 || len(names) == 0 {
		names, weights = append(names, own), append(weights, max(1, int64(rest)))
	}
	parts, err := money.Split(cost, weights)
	for i, p := range parts {
		out[names[i]] += p
	}
	return out, err
}

// SharesOf reads the shares of one asset.
func SharesOf(ctx context.Context, q db.Q, tenant int64, asset ids.ID) ([]Share, error) {
	return shareTable.All(ctx, q, db.NewWhere(tenant).And("asset_id = ?", asset), "no")
}

// Shares reads the shares of assets in code ranges, or of all of a tenant.
func Shares(ctx context.Context, q db.Q, tenant int64, ranges [][2]string) ([]Share, error) {
	return shareTable.All(ctx, q, db.NewWhere(tenant).Ranges("region", ranges), "asset_id, no")
}
