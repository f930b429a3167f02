// Package journal takes books out of Huicun in forms that other programs read: plain-text journals for hledger and
// beancount, the table that auditors work with, and an XML package after GB/T 24589 with a manifest of checksums.
//
// An export reads one state of the database and writes as it reads, so that it needs the memory of one page of vouchers
// however long the books are. What it says of a balance is computed from the lines and compared with the stored balances
// first: books that do not agree with themselves are not exported.
package journal

import (
	"context"
	"io"

	"huicun/internal/books/ledger"
	"huicun/internal/books/statement"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/audit"
	"huicun/internal/registry/record"
)

// Perm is the permission to take books out.
const Perm = "journal:" + access.View

// The formats.
const (
	HLedger   = "hledger"
	Beancount = "beancount"
	AuditCSV  = "audit-csv"
	GBT24589  = "gbt24589"
)

// Formats are the formats with their Chinese names.
var Formats = []field.Option{
	{Code: GBT24589, Label: "会计核算数据包（参照 GB/T 24589，XML）"},
	{Code: AuditCSV, Label: "审计凭证表（CSV）"},
	{Code: HLedger, Label: "hledger 账簿（文本）"},
	{Code: Beancount, Label: "beancount 账簿（文本）"},
}

// Ext is the extension of a format's files.
func Ext(format string) string {
	return map[string]string{HLedger: ".journal", Beancount: ".beancount", AuditCSV: ".csv", GBT24589: ".zip"}[format]
}

// Request says what to take out: the books of a place, or one by its name, in a period.
type Request struct {
	Scope  string // division code
	Books  string // the name of books; "" for all of the scope
	Period statement.Period
	Format string
	// GBK writes the XML package in GBK instead of UTF-8.
	GBK bool
	// Maker is the program's version, as the XML package names it.
	Maker string
}

// Result says what was written.
type Result struct {
	Books, Vouchers, Lines int
	Debit                  money.Fen // the sum of all debits, openings apart
}

// Service takes books out.
type Service struct {
	env *record.Env
}

// New returns the service; the nouns that lines belong to must be registered in the environment.
func New(e *record.Env) *Service { return &Service{e} }

// output writes one format. open, vouchers and close are called for each books in turn.
type output interface {
	begin(r *Request, list []*set) error
	open(s *set) error
	vouchers(s *set, page []*entry) error
	close(s *set) error
	end() error
}

func (s *Service) output(format string, w io.Writer) (output, error) {
	switch format {
	case HLedger:
		return newHLedger(w), nil
	case Beancount:
		return newBeancount(w), nil
	case AuditCSV:
		return newAudit(w), nil
	case GBT24589:
		return newPackage(w, s.env.DB.Now()), nil
	}
	return nil, errs.OnField("format", "没有“%s”这种格式；可用的有：hledger、beancount、audit-csv、gbt24589", format)
}

// Export writes books to w. Nothing has been written when the error is about the request (Invalid, NotFound, Forbidden);
// after another error what was written is not whole. That it was done is written to the log first.
func (s *Service) Export(ctx context.Context, who access.Principal, tenant int64, r Request, w io.Writer) (Result, error) {
	var res Result
	if err := r.Period.Check(); err != nil {
		return res, err
	}
	out, err := s.output(r.Format, w)
	if err != nil {
		return res, err
	}
	err = s.env.DB.Snapshot(ctx, func(ctx context.Context, q db.Q) error {
		ex := &export{env: s.env, q: q, tenant: tenant, who: who, r: &r, out: out, names: newNames(s.env, q, tenant)}
		list, err := ex.choose(ctx)
		if err != nil {
			return err
		}
		if err := s.log(ctx, who, tenant, &r, list); err != nil {
			return err
		}
		err = ex.write(ctx, list)
		res = ex.res
		return err
	})
	return res, err
}

// log notes who took which books out: they leave with every name in them.
func (s *Service) log(ctx context.Context, who access.Principal, tenant int64, r *Request, list []*set) error {
	entries := make([]audit.Entry, len(list))
	for i, b := range list {
		entries[i] = audit.Entry{
			Action: "导出账簿", Kind: "books", RecordID: b.ID, Title: b.Name, Region: b.Region,
			Changes: []audit.Change{{Label: "期间", After: r.Period.Chinese()}, {Label: "格式", After: field.LabelOf(Formats, r.Format)}},
		}
	}
	return s.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error { return audit.Write(ctx, tx, entries...) })
}

// export is one export on its way.
type export struct {
	env    *record.Env
	q      db.Q
	tenant int64
	who    access.Principal
	r      *Request
	out    output
	names  *names
	res    Result
}

// choose finds the books that the request names and that the person may take out.
func (x *export) choose(ctx context.Context) ([]*set, error) {
	var list []ledger.Books
	from, to := x.r.Period.From, x.r.Period.To
	if x.r.Books != "" {
		b, err := ledger.BooksByName(ctx, x.q, x.tenant, x.r.Books)
		if err != nil {
			return nil, errs.Wrap(err, errs.KindOf(err), "books.unknown", "没有名为“%s”的账套；请照“账套”页面上的名称填写", x.r.Books)
		}
		if err := x.who.Require(Perm, b.Region); err != nil {
			return nil, err
		}
		list = []ledger.Books{*b}
	} else {
		ranges, err := x.env.Regions.Ranges(ctx, x.who.Narrow(Perm, x.r.Scope)...)
		if err != nil {
			return nil, err
		}
		if list, err = ledger.BooksIn(ctx, x.q, x.tenant, ranges, from, to); err != nil {
			return nil, err
		}
	}
	var out []*set
	for i := range list {
		b := &set{Books: list[i], no: len(out) + 1, alone: x.r.Books != ""}
		if b.from, b.to = list[i].Months(from, to); b.from <= b.to {
			out = append(out, b)
		}
	}
	if len(out) == 0 {
		return nil, errs.New(errs.NotFound, "journal.empty", "这里没有 %s 的账套；请换一个期间或范围", x.r.Period.Chinese())
	}
	return out, nil
}

func (x *export) write(ctx context.Context, list []*set) error {
	if err := x.out.begin(x.r, list); err != nil {
		return err
	}
	for i, b := range list {
		if err := x.writeBooks(ctx, b); err != nil {
			return err
		}
		x.res.Books++
		list[i] = nil // what was read of the books is needed no more
	}
	return x.out.end()
}

func (x *export) writeBooks(ctx context.Context, b *set) error {
	if err := b.load(ctx, x); err != nil {
		return err
	}
	if err := x.out.open(b); err != nil {
		return err
	}
	err := ledger.EachPosted(ctx, x.q, x.tenant, b.ID, b.from, b.to, func(page []*ledger.Voucher) error {
		entries, err := x.entries(ctx, page)
		if err != nil {
			return err
		}
		x.count(page)
		return x.out.vouchers(b, entries)
	})
	if err != nil {
		return err
	}
	return x.out.close(b)
}

func (x *export) count(page []*ledger.Voucher) {
	for _, v := range page {
		x.res.Vouchers++
		x.res.Lines += len(v.Lines)
		x.res.Debit += v.Total
	}
}

// entry is a voucher with the names of what it refers to.
type entry struct {
	*ledger.Voucher
	reverses, corrects string // numbers of vouchers
	dims               [][]dim
}

// dim is what a line belongs to.
type dim struct {
	*ledger.Dimension
	id  ids.ID
	key string // the record's number or name
}

func (x *export) entries(ctx context.Context, page []*ledger.Voucher) ([]*entry, error) {
	var vouchers []ids.ID
	var lines []*ledger.Line
	for _, v := range page {
		for _, id := range []ids.ID{v.Reverses, v.Corrects} {
			if id != 0 {
				vouchers = append(vouchers, id)
			}
		}
		for i := range v.Lines {
			lines = append(lines, &v.Lines[i])
		}
	}
	if err := x.names.load(ctx, "voucher", vouchers); err != nil {
		return nil, err
	}
	dims, err := x.names.dims(ctx, lines)
	if err != nil {
		return nil, err
	}
	out := make([]*entry, len(page))
	for i, v := range page {
		n := len(v.Lines)
		out[i] = &entry{v, x.names.of("voucher", v.Reverses), x.names.of("voucher", v.Corrects), dims[:n]}
		dims = dims[n:]
	}
	return out, nil
}
