package ledger

import (
	"context"
	"iter"
	"strconv"

	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// SheetColumns are the columns of the import template and of exports.
func SheetColumns() []sheet.Column { return sheetColumns[:] }

// column is a column of voucher sheets.
type column int

// The columns in their order; the dimensions stand in theirs.
const (
	atBooks column = iota
	atSource
	atDate
	atSummary
	atAccount
	atDebit
	atCredit
	atParty
	atContract
	atAsset
	atProject
	atMember
	atAttachments
	atMaker
	atReviewer
	atKind
	atReverses
	atSample
	atNote
	columnCount
)

// title is the column's heading.
func (c column) title() string { return sheetColumns[c].Title }

// A voucher is known by its books and source number.
var sheetColumns = [columnCount]sheet.Column{
	atBooks:       {Title: "账套"},
	atSource:      {Title: "凭证来源号"},
	atDate:        {Title: "日期", Kind: sheet.Date},
	atSummary:     {Title: "摘要"},
	atAccount:     {Title: "科目"},
	atDebit:       {Title: "借方金额（元）", Kind: sheet.Money},
	atCredit:      {Title: "贷方金额（元）", Kind: sheet.Money},
	atParty:       {Title: "往来单位"},
	atContract:    {Title: "合同编号"},
	atAsset:       {Title: "资产编号"},
	atProject:     {Title: "项目编号"},
	atMember:      {Title: "成员户编号"},
	atAttachments: {Title: "附件张数", Kind: sheet.Integer},
	atMaker:       {Title: "制单人"},
	atReviewer:    {Title: "审核人"},
	atKind:        {Title: "种类"},
	atReverses:    {Title: "冲销来源号"},
	atSample:      {Title: "示例"},
	atNote:        {Title: "备注"},
}

// ExportRows gives the posted vouchers of a list, one row per line under SheetColumns, oldest first; importing
// them elsewhere gives the same vouchers. A voucher that was not imported has its number as its source number.
func (l *Ledger) ExportRows(ctx context.Context, who access.Principal, tenant int64, f record.Filter) iter.Seq2[[]string, error] {
	eq := map[string]string{"state": Posted}
	for k, v := range f.Eq {
		if k != "state" {
			eq[k] = v
		}
	}
	f.Eq, f.Page = eq, db.Paging{Sort: "on_date"}
	return func(yield func([]string, error) bool) {
		var batch []*Voucher
		flush := func() error {
			rows, err := l.exportBatch(ctx, tenant, batch)
			batch = nil
			if err != nil {
				return err
			}
			for _, r := range rows {
				if !yield(r, nil) {
					return errStop
				}
			}
			return nil
		}
		err := l.Vouchers.Each(ctx, who, tenant, f, func(v *Voucher) error {
			cp := *v
			if batch = append(batch, &cp); len(batch) < exportBatch {
				return nil
			}
			return flush()
		})
		if err == nil {
			err = flush()
		}
		if err != nil && err != errStop { //nolint:errorlint // our own sentinel, returned as it is
			yield(nil, err)
		}
	}
}

const exportBatch = 500

type stopped struct{}

func (stopped) Error() string { return "the reader stopped" }

var errStop error = stopped{}

func (l *Ledger) exportBatch(ctx context.Context, tenant int64, list []*Voucher) ([][]string, error) {
	q := l.env.DB.Read()
	if err := loadLines(ctx, q, tenant, list); err != nil {
		return nil, err
	}
	var books, reversed []ids.ID
	named := make([][]ids.ID, len(Dimensions))
	for _, v := range list {
		books = append(books, v.Books)
		if v.Reverses != 0 {
			reversed = append(reversed, v.Reverses)
		}
		for i := range v.Lines {
			for d := range Dimensions {
				if id := *Dimensions[d].at(&v.Lines[i]); id != 0 {
					named[d] = append(named[d], id)
				}
			}
		}
	}
	names := map[ids.ID]string{}
	kinds := []string{"books"}
	wanted := [][]ids.ID{books}
	for d := range Dimensions {
		kinds, wanted = append(kinds, Dimensions[d].Kind), append(wanted, named[d])
	}
	for i, kind := range kinds {
		n, ok := l.env.Noun(kind)
		if !ok {
			continue
		}
		found, err := n.Names(ctx, q, tenant, distinct(wanted[i]))
		if err != nil {
			return nil, err
		}
		for id, name := range found {
			names[id] = name
		}
	}
	if len(reversed) > 0 {
		found, err := voucherTable.All(ctx, q, db.In(db.NewWhere(tenant), "id", distinct(reversed)), "id")
		if err != nil {
			return nil, err
		}
		for i := range found {
			names[found[i].ID] = found[i].sourceNo()
		}
	}
	var out [][]string
	for _, v := range list {
		for i := range v.Lines {
			out = append(out, sheetRow(v, &v.Lines[i], names))
		}
	}
	return out, nil
}

// sourceNo is what a voucher is known by outside: the number that it was imported with, or its own.
func (v *Voucher) sourceNo() string {
	if v.Source != "" {
		return v.Source
	}
	return v.FullNo
}

func sheetRow(v *Voucher, x *Line, names map[ids.ID]string) []string {
	sample := ""
	if v.Sample {
		sample = "是"
	}
	return []string{
		names[v.Books], v.sourceNo(), v.Date.String(), x.Summary, x.Account, amount(x.Debit), amount(x.Credit),
		names[x.Party], names[x.Contract], names[x.Asset], names[x.Project], names[x.Member],
		strconv.Itoa(v.Attachments), v.Maker, v.Reviewer, v.Kind, names[v.Reverses], sample, v.Note,
	}
}

func amount(f money.Fen) string {
	if f == 0 {
		return ""
	}
	return f.Plain()
}

func distinct(list []ids.ID) []ids.ID {
	seen := map[ids.ID]bool{}
	var out []ids.ID
	for _, id := range list {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}
