package ledger

import (
	"context"
	"strconv"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/find"
)

// Search says which vouchers are looked for; what is empty or zero does not narrow. Account stands for itself and all below
// it. Account, Least, Most, Dim and Of speak of one and the same line. Text is words of a summary, Number is a number as
// printed or its digits alone.
type Search struct {
	Scope       string // division code
	Books       ids.ID
	From, To    date.Date
	Number      string
	Text        string
	Account     string
	Least, Most money.Fen // of a line, without its sign
	Dim         string    // a dimension's name
	Of          ids.ID
	Maker       string
	State       string
}

// Found is what a search comes to: how many vouchers, their sum, and the sums of the lines that were asked for. More says
// that there are more than FoundCap, which are not added up.
type Found struct {
	Vouchers      int
	More          bool
	Total         money.Fen
	Debit, Credit money.Fen
}

// FoundCap is how far the vouchers of a search are counted and added up.
const FoundCap = 20_000

// walked is from how many vouchers on a page is met along its order rather than sorted.
const walked = 3000

// ByLine reports whether the search speaks of lines.
func (s *Search) ByLine() bool { return s.Account != "" || s.Least != 0 || s.Most != 0 || s.Of != 0 }

// conditions are conditions with a ? for each argument.
type conditions struct {
	list []string
	args []any
}

func (c *conditions) add(cond string, args ...any) {
	c.list, c.args = append(c.list, cond), append(c.args, args...)
}

func (c *conditions) text() string { return strings.Join(c.list, " AND ") }

// lines are the conditions on voucher_line as l. The books and months of the vouchers bound them, so that an account is
// found in the index of its books; books are those within the scope.
func (s *Search) lines(books []ids.ID) (*conditions, error) {
	var c conditions
	if s.Account != "" {
		if len(books) == 0 {
			c.add("1 = 0")
			return &c, nil
		}
		args := make([]any, len(books))
		for i, id := range books {
			args[i] = int64(id)
		}
		c.add("l.books_id IN ("+strings.TrimSuffix(strings.Repeat("?, ", len(books)), ", ")+")", args...)
		c.add("l.account >= ? AND l.account < ?", s.Account, s.Account+":")
		if !s.From.IsZero() {
			c.add("l.month >= ?", s.From.YearMonth())
		}
		if !s.To.IsZero() {
			c.add("l.month <= ?", s.To.YearMonth())
		}
	}
	if s.Least != 0 {
		c.add("abs(l.debit_fen + l.credit_fen) >= ?", s.Least)
	}
	if s.Most != 0 {
		c.add("abs(l.debit_fen + l.credit_fen) <= ?", s.Most)
	}
	if s.Of != 0 {
		d := DimensionNamed(s.Dim)
		if d == nil {
			return nil, errs.New(errs.Invalid, "search.dimension", "不能按这种辅助核算查找")
		}
		c.add("l."+d.column+" = ?", s.Of)
	}
	return &c, nil
}

// headings adds the conditions on the vouchers themselves to w.
func (s *Search) headings(w *db.Where) {
	if s.Books != 0 {
		w.Is("voucher.books_id", int64(s.Books))
	}
	if !s.From.IsZero() {
		w.And("voucher.on_date >= ?", s.From)
	}
	if !s.To.IsZero() {
		w.And("voucher.on_date <= ?", s.To)
	}
	if s.Number != "" {
		w.And("voucher.full_no LIKE ? ESCAPE '!'", "%"+likeEscape.Replace(s.number()))
	}
	if s.Maker != "" {
		w.And("voucher.maker LIKE ? ESCAPE '!'", "%"+likeEscape.Replace(s.Maker)+"%")
	}
	if s.State != "" {
		w.Is("voucher.state", s.State)
	}
}

// number is how the number that is looked for ends: digits alone are filled up as they are printed.
func (s *Search) number() string {
	n := strings.TrimSpace(s.Number)
	if strings.Trim(n, "0123456789") != "" || n == "" {
		return n
	}
	if n = strings.TrimLeft(n, "0"); len(n) < 4 {
		n = "0000"[len(n):] + n
	}
	return "-" + n
}

// searching is a search made ready: the condition on voucher by its own name, how a page of it is found, and the
// conditions on lines.
type searching struct {
	w     *db.Where
	plan  db.Plan
	lines *conditions // nil when the search does not speak of lines
}

// prepare finds out by what a search is best answered: by words or lines that few vouchers have, these are looked up;
// else the vouchers are met in their order.
func (l *Ledger) prepare(ctx context.Context, who access.Principal, tenant int64, s Search) (*searching, error) {
	ranges, err := l.env.Regions.Ranges(ctx, who.Narrow(permView, s.Scope)...)
	if err != nil {
		return nil, err
	}
	x := &searching{w: db.NewWhere(tenant).Ranges("voucher.region", ranges)}
	s.headings(x.w)
	q := l.env.DB.Read()
	words := s.Text
	if n := s.number(); find.IsTail(n) { // other pieces of numbers are not in the index
		words += " " + n
	}
	if strings.TrimSpace(words) != "" {
		if err := x.words(ctx, q, tenant, words); err != nil {
			return nil, err
		}
	}
	if !s.ByLine() {
		return x, nil
	}
	return x, x.narrow(ctx, q, tenant, &s, ranges)
}

// words adds that the voucher's document has all words.
func (x *searching) words(ctx context.Context, q db.Q, tenant int64, words string) error {
	text, err := find.Prepare(ctx, q, tenant, words)
	switch {
	case err != nil:
		return err
	case text.None():
		x.w.And("1 = 0")
	case text.Few():
		text.LookUp(x.w, "voucher")
		x.plan = db.ByLookup
	default:
		text.Meet(x.w, "voucher")
		x.plan = db.ByOrder
	}
	return nil
}

// narrow adds that the voucher has a line as it is looked for.
func (x *searching) narrow(ctx context.Context, q db.Q, tenant int64, s *Search, ranges [][2]string) error {
	books := []ids.ID{s.Books}
	if s.Books == 0 && s.Account != "" {
		w := db.NewWhere(tenant).Ranges("region", ranges)
		list, err := db.Collect(ctx, q, func(id *ids.ID) []any { return []any{id} }, `SELECT id FROM ledger_books WHERE `+w.SQL(), w.Args()...)
		if err != nil {
			return err
		}
		books = list
	}
	var err error
	if x.lines, err = s.lines(books); err != nil {
		return err
	}
	w := db.NewWhere(tenant).And(x.lines.text(), x.lines.args...)
	var n int
	err = q.QueryRow(ctx, `SELECT COUNT(*) FROM (SELECT 1 FROM voucher_line l WHERE `+condition(w, "l")+` LIMIT `+strconv.Itoa(FoundCap+1)+`) AS few`, w.Args()...).Scan(&n)
	if err != nil {
		return err
	}
	args := append([]any{tenant}, x.lines.args...)
	if n <= FoundCap {
		x.w.And(`voucher.id IN (SELECT l.voucher_id FROM voucher_line l WHERE l.tenant_id = ? AND `+x.lines.text()+`)`, args...)
		x.plan = db.ByLookup
		return nil
	}
	x.w.And(`EXISTS (SELECT 1 FROM voucher_line l WHERE l.tenant_id = ? AND l.voucher_id = voucher.id AND `+x.lines.text()+`)`, args...)
	if x.plan == db.AnyPlan {
		x.plan = db.ByOrder
	}
	return nil
}

// totals adds up what is found, up to FoundCap vouchers.
func (x *searching) totals(ctx context.Context, q db.Q) (Found, error) {
	var f Found
	n, err := voucherTable.CountBy(ctx, q, x.w, FoundCap+1, x.plan)
	if f.Vouchers, f.More = min(n, FoundCap), n > FoundCap; err != nil || n == 0 || f.More {
		return f, err
	}
	err = q.QueryRow(ctx, `SELECT CAST(COALESCE(SUM(total_fen), 0) AS BIGINT) FROM voucher WHERE `+x.w.SQL(), x.w.Args()...).Scan(&f.Total)
	if err != nil || x.lines == nil {
		return f, err
	}
	w := x.w.Clone().And(x.lines.text(), x.lines.args...)
	err = q.QueryRow(ctx, `SELECT CAST(COALESCE(SUM(l.debit_fen), 0) AS BIGINT), CAST(COALESCE(SUM(l.credit_fen), 0) AS BIGINT)
		FROM voucher JOIN voucher_line l ON l.tenant_id = voucher.tenant_id AND l.voucher_id = voucher.id WHERE `+condition(w, "voucher", "l"), w.Args()...).Scan(&f.Debit, &f.Credit)
	return f, err
}

// Find returns one page of the vouchers that who may see, the newest first unless p says otherwise, and what all of them come
// to.
func (l *Ledger) Find(ctx context.Context, who access.Principal, tenant int64, s Search, p db.Paging) (db.Page[Voucher], Found, error) {
	x, err := l.prepare(ctx, who, tenant, s)
	if err != nil {
		return db.Page[Voucher]{}, Found{}, err
	}
	q := l.env.DB.Read()
	f, err := x.totals(ctx, q)
	if err != nil || f.Vouchers == 0 {
		return db.Page[Voucher]{}, f, err
	}
	if p.Sort == "" {
		p.Sort, p.Desc = "on_date", true
	}
	if p.Plan = x.plan; x.plan == db.AnyPlan {
		if p.Plan = db.ByMatch; f.Vouchers > walked {
			p.Plan = db.ByOrder
		}
	}
	page, err := voucherTable.Page(ctx, q, x.w, p)
	return page, f, err
}

// FindWhole is Find with the vouchers' lines, in the order of their days: for printing.
func (l *Ledger) FindWhole(ctx context.Context, who access.Principal, tenant int64, s Search, after string, limit int) (db.Page[Voucher], Found, error) {
	page, f, err := l.Find(ctx, who, tenant, s, db.Paging{Sort: "on_date", After: after, Limit: limit})
	if err != nil {
		return page, f, err
	}
	list := make([]*Voucher, len(page.Items))
	for i := range page.Items {
		list[i] = &page.Items[i]
	}
	return page, f, loadLines(ctx, l.env.DB.Read(), tenant, list)
}

// CorrectionsOf lists the vouchers that put one right, drafts among them, the earliest first.
func CorrectionsOf(ctx context.Context, q db.Q, tenant int64, id ids.ID) ([]Voucher, error) {
	return voucherTable.All(ctx, q, db.NewWhere(tenant).And("corrects_id = ?", id), "id")
}

// correctionsThatHold lists the corrections of a voucher that hold, with their lines: those that were reversed do not.
func correctionsThatHold(ctx context.Context, q db.Q, tenant int64, id ids.ID) ([]*Voucher, error) {
	list, err := voucherTable.All(ctx, q, db.NewWhere(tenant).And("corrects_id = ?", id).And(`NOT EXISTS
		(SELECT 1 FROM voucher r WHERE r.tenant_id = ? AND r.reverses_id = voucher.id AND r.state = 'posted')`, tenant), "id")
	if err != nil {
		return nil, err
	}
	out := make([]*Voucher, len(list))
	for i := range list {
		out[i] = &list[i]
	}
	return out, loadLines(ctx, q, tenant, out)
}

// GetVoucher reads a voucher without its lines; whether one may see it is the caller's to know.
func GetVoucher(ctx context.Context, q db.Q, tenant int64, id ids.ID) (*Voucher, error) {
	return voucherTable.Get(ctx, q, tenant, id)
}
