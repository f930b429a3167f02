package app

import (
	"context"

	"huicun/internal/books/asset"
	"huicun/internal/books/bank"
	"huicun/internal/books/cash"
	"huicun/internal/books/closing"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// closeChecks are the checks of the month-close list that other slices than the ledger answer.
func closeChecks(e *record.Env, n *Nouns) []closing.Checker {
	return []closing.Checker{
		closing.CheckFunc{
			About: closing.Info{Code: "recurring", Label: "循环凭证已生成", Why: "每月都要做的折旧、摊销、计提和应收，漏了一个月就不实", Level: closing.Warn},
			Fn: func(ctx context.Context, _ db.Q, s closing.Subject) ([]closing.Finding, error) {
				due, err := n.Templates.DueList(ctx, access.System, s.Tenant, s.Books.Region, s.Month)
				var out []closing.Finding
				for i := range due {
					if d := &due[i]; d.Books == s.Books.ID {
						out = append(out, closing.Found(n.Templates.Recurring.Path+"/"+d.ID.String(), "%s %s 还没有生成", d.Name, d.Month.Chinese()))
					}
				}
				return out, err
			},
		},
		closing.CheckFunc{
			About: closing.Info{Code: "reconciled", Label: "银行余额调节表已确认", Why: "每个账户每月与银行对账，由编制人以外的人确认；没有对账的余额不可靠", Level: closing.Block},
			Fn: func(ctx context.Context, q db.Q, s closing.Subject) ([]closing.Finding, error) {
				list, err := bank.Unreconciled(ctx, q, s.Tenant, s.Books.ID, s.Month)
				var out []closing.Finding
				for i := range list {
					a := &list[i]
					out = append(out, closing.Found(n.Bank.Accounts.Path+"/"+a.ID.String()+"/reconciliation?month="+s.Month.String(), "%s %s 的余额调节表还没有确认，或确认后账面又有变动", a.Name, s.Month.Chinese()))
				}
				return out, err
			},
		},
		closing.CheckFunc{
			About: closing.Info{Code: "depreciated", Label: "本月折旧已计提", Why: "固定资产、生产性生物资产和无形资产按月计提折旧、摊销", Level: closing.Warn},
			Fn: func(ctx context.Context, q db.Q, s closing.Subject) ([]closing.Finding, error) {
				p, err := n.Depreciation.Plan(ctx, q, s.Tenant, s.Books.ID, s.Month, nil)
				switch href := "/depreciations/new?books=" + s.Books.ID.String() + "&month=" + s.Month.String(); {
				case errs.Is(err, errs.Invalid):
					return []closing.Finding{closing.Found(href, "%s", errs.Message(err))}, nil
				case err != nil || p.Standing != nil || len(p.Lines) == 0:
					return nil, err
				default:
					return []closing.Finding{closing.Found(href, "有 %d 张卡片的 %s 折旧还没有计提，共 %s 元", len(p.Lines), s.Month.Chinese(), p.Total)}, nil
				}
			},
		},
		closing.CheckFunc{
			About: closing.Info{Code: "asset_cards", Label: "资产卡片与账相符", Why: "资产卡片的原值和累计折旧，应与账上的余额一致", Level: closing.Warn},
			Fn: func(ctx context.Context, q db.Q, s closing.Subject) ([]closing.Finding, error) {
				list, err := asset.Compare(ctx, q, s.Tenant, s.Books.ID, s.Month.Last())
				var out []closing.Finding
				for i := range list {
					if x := &list[i]; x.Off() != 0 {
						out = append(out, closing.Found("/asset-compare?books="+s.Books.ID.String()+"&day="+s.Month.Last().String(), "%s %s 账面与卡片相差 %s 元", x.Account, x.Name, x.Off().Abs()))
					}
				}
				return out, err
			},
		},
		openCash(e, "receipt_book", "收据本已缴销", "用完的收据本不缴销，收的钱就对不上", cash.OpenBook),
		openCash(e, "cash_held", "收的现金已送存", "收到的现金要在规定天数内送存银行，不得坐支", cash.OpenHeld, cash.OpenLimit),
		openCash(e, "advances", "备用金、借支已报账", "超过期限不报账的备用金和借支，支出没有入账", cash.OpenPetty, cash.OpenAdvance),
	}
}

// openCash finds what is open about a unit's cash beyond what the rules allow, at the end of the month.
func openCash(e *record.Env, code, label, why string, kinds ...string) closing.Checker {
	of := map[string]bool{}
	for _, k := range kinds {
		of[k] = true
	}
	return closing.CheckFunc{
		About: closing.Info{Code: code, Label: label, Why: why, Level: closing.Warn},
		Fn: func(ctx context.Context, q db.Q, s closing.Subject) ([]closing.Finding, error) {
			items, err := cash.Open(ctx, q, s.Tenant, s.Books.ID, s.Month.Last())
			var out []closing.Finding
			for i := range items {
				it := &items[i]
				if !of[it.Kind] || it.Over == "" {
					continue
				}
				href := s.BooksHref()
				if noun, ok := e.Noun(it.Record); ok && it.ID != 0 {
					href = noun.Info().Path + "/" + it.ID.String()
				}
				out = append(out, closing.Found(href, "%s：%s", it.Name, it.Over))
			}
			return out, err
		},
	}
}
