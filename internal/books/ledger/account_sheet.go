package ledger

import (
	"context"
	"errors"
	"iter"
	"strings"

	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// DimsText says in Chinese what an account's lines belong to: 成员户或往来单位（必填）、合同.
func DimsText(dims string) string {
	rules, err := ParseDims(dims)
	if err != nil {
		return dims // refused when the account was saved
	}
	var parts []string
	for _, r := range rules {
		parts = append(parts, r.Label())
	}
	return strings.Join(parts, "、")
}

// ParseDimsText reads what DimsText writes.
func ParseDimsText(text string) (string, error) {
	var out []string
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("、，, ；;", r) }) {
		part = strings.NewReplacer("(", "（", ")", "）").Replace(part)
		part, required := strings.CutSuffix(part, "（必填）")
		var names []string
		for _, label := range strings.Split(part, "或") {
			name := ""
			for i := range Dimensions {
				if Dimensions[i].Label == label || Dimensions[i].Name == label {
					name = Dimensions[i].Name
				}
			}
			if name == "" {
				return "", errs.OnField("dims", "没有辅助核算“%s”；可用：%s，必填的在后面写（必填）", label, dimensionLabels())
			}
			names = append(names, name)
		}
		rule := strings.Join(names, "/")
		if required {
			rule += "!"
		}
		out = append(out, rule)
	}
	return strings.Join(out, " "), nil
}

func dimensionLabels() string {
	var out []string
	for i := range Dimensions {
		out = append(out, Dimensions[i].Label)
	}
	return strings.Join(out, "、")
}

// The columns of a sheet of accounts.
const (
	colAccountCode = "科目编码"
	colAccountName = "科目名称"
	colAccountDims = "辅助核算"
	colAccountOff  = "停用"
)

// AccountColumns are the columns of a sheet of accounts.
func AccountColumns() []sheet.Column {
	return []sheet.Column{{Title: colAccountCode, Kind: sheet.Text}, {Title: colAccountName, Kind: sheet.Text}, {Title: colAccountDims, Kind: sheet.Text}, {Title: colAccountOff, Kind: sheet.Text}}
}

// AccountRows are the accounts of books as a sheet that ImportAccounts takes.
func AccountRows(list []Account) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for i := range list {
			a := &list[i]
			if !yield([]string{a.Code, a.Name, DimsText(a.Dims), map[bool]string{true: "", false: "是"}[a.Active]}, nil) {
				return
			}
		}
	}
}

// errWrongRows rolls an import back whose report says what is wrong.
var errWrongRows = errors.New("wrong rows")

// ImportAccounts adds sub-accounts to books and changes those that are there, by a sheet: all rows or none.
func (l *Ledger) ImportAccounts(ctx context.Context, who access.Principal, tenant int64, books ids.ID, t *sheet.Table) (record.ImportResult, error) {
	at := map[string]int{}
	for _, c := range AccountColumns() {
		at[c.Title] = t.Col(c.Title)
	}
	if at[colAccountCode] < 0 || at[colAccountName] < 0 {
		return record.ImportResult{}, errs.New(errs.Invalid, "import.header", "表头应有“%s”和“%s”；请下载现在的科目表对照", colAccountCode, colAccountName)
	}
	var res record.ImportResult
	err := l.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		res = record.ImportResult{}
		res.Report.Rows = len(t.Rows)
		b, err := editableBooks(ctx, tx, who, books)
		if err != nil {
			return err
		}
		for i, cells := range t.Rows {
			row := accountRow{}
			for title, to := range map[string]*string{colAccountCode: &row.code, colAccountName: &row.name, colAccountDims: &row.dims, colAccountOff: &row.off} {
				if n := at[title]; n >= 0 && n < len(cells) {
					*to = strings.TrimSpace(cells[n])
				}
			}
			row.hasDims, row.hasOff = at[colAccountDims] >= 0, at[colAccountOff] >= 0
			if err := row.save(ctx, tx, l, who, b, &res); err != nil && !row.report(&res.Report, t.RowNo[i], err) {
				return err
			}
		}
		if len(res.Report.Errors) > 0 {
			return errWrongRows
		}
		return nil
	})
	if errors.Is(err, errWrongRows) {
		res.Created, res.Updated, res.Same = 0, 0, 0
		return res, nil
	}
	return res, err
}

// accountRow is one row of a sheet of accounts.
type accountRow struct {
	code, name, dims, off string
	hasDims, hasOff       bool
}

func (r *accountRow) save(ctx context.Context, tx *db.Tx, l *Ledger, who access.Principal, b *Books, res *record.ImportResult) error {
	chart, err := loadChart(ctx, tx, tx.Tenant, b.ID)
	if err != nil {
		return err
	}
	old := chart[r.code]
	if old == nil {
		if err := l.AddAccountTx(ctx, tx, who, b.ID, r.code, r.name); err != nil {
			return err
		}
		res.Created++
		if chart, err = loadChart(ctx, tx, tx.Tenant, b.ID); err != nil {
			return err
		}
		old = chart[r.code]
		if r.dims == "" && r.off == "" {
			return nil
		}
	} else {
		res.Updated++
	}
	dims, active := old.Dims, old.Active
	if r.hasDims {
		if dims, err = ParseDimsText(r.dims); err != nil {
			return err
		}
	}
	switch {
	case !r.hasOff:
	case r.off == "" || r.off == "否":
		active = true
	case r.off == "是":
		active = false
	default:
		return errs.OnField("active", "应填“是”或“否”")
	}
	if r.name == old.Name && dims == old.Dims && active == old.Active {
		res.Updated--
		res.Same++
		return nil
	}
	return editAccount(ctx, tx, b, r.code, r.name, dims, active)
}

// report notes what is wrong with the row, beside its column; false when it is not for the person to mend.
func (r *accountRow) report(rep *sheet.Report, no int, err error) bool {
	e := errs.As(err)
	if e == nil || e.Kind != errs.Invalid {
		return false
	}
	columns := map[string][2]string{"code": {colAccountCode, r.code}, "name": {colAccountName, r.name}, "dims": {colAccountDims, r.dims}, "active": {colAccountOff, r.off}}
	for _, f := range e.Fields {
		c := columns[f.Name]
		rep.Add(no, c[0], c[1], "%s", f.Msg)
	}
	if len(e.Fields) == 0 {
		rep.Add(no, "", "", "%s", e.Msg)
	}
	return true
}
