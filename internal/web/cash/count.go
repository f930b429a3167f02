package cash

import (
	"strconv"

	"github.com/a-h/templ"

	"huicun/internal/books/cash"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// countSheet is a count of cash as it is printed and signed (库存现金盘点表).
type countSheet struct {
	No, Unit, Date      string
	Notes               []noteRow
	Counted, Capital    string
	Compare             []ui.Desc
	Cause               string
	Counter, Supervisor string
	Signed, Sample      bool
}

// noteRow is how many pieces of one value there were.
type noteRow struct{ Value, Pieces, Amount string }

func (p *pages) countPanel(c *shell.Ctx, v *cash.Count) (templ.Component, error) {
	units, err := p.names(c.Context(), c.Tenant, "party", []ids.ID{v.Party})
	if err != nil {
		return nil, err
	}
	s := countSheet{
		No: v.No, Unit: units[v.Party], Date: v.Date.Chinese(), Counted: v.Counted.String(), Capital: v.Counted.Capital(), Cause: v.Cause,
		Counter: v.Counter, Supervisor: v.Supervisor, Signed: v.State == cash.CountSigned, Sample: v.Sample,
	}
	for i, n := range v.Notes {
		row := noteRow{Value: strconv.Itoa(int(cash.Notes[i])) + " 元"}
		if n != 0 {
			row.Pieces, row.Amount = strconv.Itoa(n), (money.Fen(n) * cash.Notes[i] * money.Yuan).String()
		}
		s.Notes = append(s.Notes, row)
	}
	s.Notes = append(s.Notes, noteRow{Value: "硬币和角票", Amount: yuan(v.Change)})
	s.Compare = []ui.Desc{
		{Label: "账面余额", Value: v.Book.String()}, {Label: "加：未记账收支净额", Value: v.Waiting.String()},
		{Label: "应存现金", Value: (v.Book + v.Waiting).String()}, {Label: "实点金额", Value: v.Counted.String()}, {Label: difference(v.Difference), Value: v.Difference.Abs().String()},
	}
	return countBody(s), nil
}

// difference is what a difference is called: 长款 is too much, 短款 too little.
func difference(f money.Fen) string {
	switch {
	case f > 0:
		return "长款"
	case f < 0:
		return "短款"
	}
	return "账实相符，差异"
}
