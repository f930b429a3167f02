package journal

import (
	"io"
	"strconv"

	"huicun/internal/kit/money"
	"huicun/internal/kit/sheet"
)

// auditCSV writes one row per line under the columns by which auditors read vouchers (审计凭证表). What Huicun does not
// keep with a voucher (财务主管, 出纳, foreign currency, 票据号) stays empty.
type auditCSV struct {
	*sheet.CSV
}

func newAudit(w io.Writer) *auditCSV { return &auditCSV{CSV: sheet.NewCSV(w, AuditColumns)} }

// AuditColumns are the columns of the table for auditors.
var AuditColumns = []sheet.Column{
	{Title: "科目编号"},
	{Title: "科目名称"},
	{Title: "摘要"},
	{Title: "日期", Kind: sheet.Date},
	{Title: "业务日期", Kind: sheet.Date},
	{Title: "借方发生额", Kind: sheet.Money},
	{Title: "贷方发生额", Kind: sheet.Money},
	{Title: "凭证种类"},
	{Title: "凭证编号"},
	{Title: "附件数", Kind: sheet.Integer},
	{Title: "年度", Kind: sheet.Integer},
	{Title: "月份", Kind: sheet.Integer},
	{Title: "财务主管"},
	{Title: "记账人员"},
	{Title: "出纳人员"},
	{Title: "审核人员"},
	{Title: "制单人员"},
	{Title: "源凭证号"},
	{Title: "外币"},
	{Title: "票据号"},
	{Title: "行号", Kind: sheet.Integer},
	{Title: "记账标志"},
	{Title: "电子账簿编号"},
	{Title: "行政区划"},
}

func (a *auditCSV) begin(*Request, []*set) error { return nil }

func (a *auditCSV) open(*set) error { return nil }

func (a *auditCSV) vouchers(s *set, page []*entry) error {
	for _, v := range page {
		year, month := strconv.Itoa(v.Month.Year()), strconv.Itoa(int(v.Month.Of()))
		attachments := strconv.Itoa(v.Attachments)
		for i := range v.Lines {
			x := &v.Lines[i]
			err := a.Row([]string{
				x.Account, s.byCode[x.Account].Name, x.Summary, v.Date.String(), v.Date.String(), amount(x.Debit), amount(x.Credit),
				v.Kind, v.FullNo, attachments, year, month, "", v.Poster, "", v.Reviewer, v.Maker, v.Source, "", "",
				strconv.Itoa(i + 1), "已记账", s.number(), s.Region,
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *auditCSV) close(*set) error { return nil }

func (a *auditCSV) end() error { return a.Flush() }

// amount is a plain amount, "" for none.
func amount(f money.Fen) string {
	if f == 0 {
		return ""
	}
	return f.Plain()
}

// number is what books are known by outside (电子账簿编号): it stays the same when they are renamed.
func (s *set) number() string { return s.ID.String() }
