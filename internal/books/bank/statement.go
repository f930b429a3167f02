package bank

import (
	"context"
	"fmt"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/find"
)

// Source says where a statement comes from. Opening is the balance before its first line, for files without balances.
type Source struct {
	FileName, FileHash, Layout string
	Opening                    *money.Fen
	Sample                     bool
}

// Plan is what an import would do: which lines are new, and what is to be said about how they join what is there.
type Plan struct {
	Lines            []Parsed // all of the file, with balances
	New              []int    // indexes into Lines
	Known            int
	Opening, Closing money.Fen
	In, Out          money.Fen // of the new lines
	First, Last      date.Date
	// Notes are for information; Warnings ask the person to look and confirm.
	Notes, Warnings []string

	hashes, index []string
	ords          []int // of all lines, within their days
}

// PlanImport says what importing a statement into an account would do. Errors are what makes it impossible.
func (s *Service) PlanImport(ctx context.Context, q db.Q, a *Account, src Source, st *Statement, day date.Date) (*Plan, error) {
	if err := st.Report.Err(); err != nil {
		return nil, err
	}
	if len(st.Lines) == 0 {
		return nil, errs.New(errs.Invalid, "statement.empty", "文件里没有流水；请检查表头所在行和各列的对应")
	}
	p := &Plan{Lines: st.Lines, First: st.Lines[0].Day, Last: st.Lines[len(st.Lines)-1].Day}
	if p.Last.After(day) {
		return nil, errs.New(errs.Invalid, "statement.future", "流水的日期 %s 晚于今天，请核对日期的写法", p.Last)
	}
	if err := p.balances(ctx, q, a, src); err != nil {
		return nil, err
	}
	stored, err := linesBetween(ctx, q, a.Tenant, a.ID, p.First, p.Last)
	if err != nil {
		return nil, err
	}
	s.findNew(a, p, stored)
	if len(p.New) == 0 {
		return nil, errs.New(errs.Conflict, "statement.known", "这份对账单的 %d 行都已导入过，没有新的流水", len(p.Lines))
	}
	for _, i := range p.New {
		p.In += p.Lines[i].In
		p.Out += p.Lines[i].Out
	}
	after, err := p.join(ctx, q, a, stored)
	if err != nil {
		return nil, err
	}
	p.arrange(stored, after)
	p.say(a, st)
	return p, p.confirmed(ctx, q, a)
}

// balances computes what stood on the account after each line, where the file does not say.
func (p *Plan) balances(ctx context.Context, q db.Q, a *Account, src Source) error {
	first := &p.Lines[0]
	if first.HasBalance {
		p.Opening = first.Balance - first.Fen()
		p.Closing = p.Lines[len(p.Lines)-1].Balance
		return nil
	}
	p.Lines = append([]Parsed(nil), p.Lines...)
	switch {
	case src.Opening != nil:
		p.Opening = *src.Opening
	default:
		before, err := lastBefore(ctx, q, a.Tenant, a.ID, p.First)
		if err != nil {
			return err
		}
		if before == nil {
			return errs.OnField("opening", "文件里没有余额列，请填写第一笔流水之前的账户余额")
		}
		p.Opening = before.Balance
	}
	at := p.Opening
	for i := range p.Lines {
		sum, err := money.Add(at, p.Lines[i].Fen())
		if err != nil {
			return err
		}
		at, p.Lines[i].Balance = sum, sum
	}
	p.Closing = at
	return nil
}

// findNew tells the lines that are there already from the new ones.
func (s *Service) findNew(a *Account, p *Plan, stored []Line) {
	have := make(map[string]bool, len(stored))
	for i := range stored {
		have[stored[i].Hash] = true
	}
	nth := map[string]int{}
	p.hashes, p.index = make([]string, len(p.Lines)), make([]string, len(p.Lines))
	for i := range p.Lines {
		x := &p.Lines[i]
		if x.Number != "" {
			p.index[i] = s.env.Box.Index(x.Number, numberContext)
		}
		c := content(x, p.index[i])
		nth[c]++
		p.hashes[i] = fingerprint(a.ID, x, p.index[i], nth[c])
		if have[p.hashes[i]] {
			p.Known++
		} else {
			p.New = append(p.New, i)
		}
	}
}

// join compares the file's ends with the lines before and after it, and its days with what is stored of them. It returns
// the line that follows the file, if any.
func (p *Plan) join(ctx context.Context, q db.Q, a *Account, stored []Line) (*Line, error) {
	in := map[string]bool{}
	for _, h := range p.hashes {
		in[h] = true
	}
	strange := 0
	for i := range stored {
		if !in[stored[i].Hash] {
			strange++
		}
	}
	// Lines of the file's first and last day that it does not hold may stand before and after it.
	before, err := lastBefore(ctx, q, a.Tenant, a.ID, p.First)
	if err != nil {
		return nil, err
	}
	after, err := firstAfter(ctx, q, a.Tenant, a.ID, p.Last)
	if err != nil {
		return nil, err
	}
	for i := range stored {
		switch l := &stored[i]; {
		case in[l.Hash]:
		case l.Day == p.First && p.New[0] == 0 && l.Balance == p.Opening:
			before = l
			strange--
		case l.Day == p.Last && l.Balance-l.Fen() == p.Closing:
			after = l
			strange--
		}
	}
	if p.New[0] == 0 && before != nil && before.Balance != p.Opening {
		p.Warnings = append(p.Warnings, fmt.Sprintf("与已导入的最后一笔接不上：%s 的余额是 %s，本文件期初是 %s，相差 %s；中间可能缺了一段对账单",
			before.Day, before.Balance, p.Opening, (p.Opening-before.Balance).Abs()))
	}
	if last := len(p.Lines) - 1; p.New[len(p.New)-1] == last && after != nil && after.Balance-after.Fen() != p.Closing {
		p.Warnings = append(p.Warnings, fmt.Sprintf("与后面已导入的流水接不上：%s 那一笔之前的余额是 %s，本文件期末是 %s；中间可能缺了一段对账单",
			after.Day, after.Balance-after.Fen(), p.Closing))
	}
	if strange > 0 {
		p.Warnings = append(p.Warnings, fmt.Sprintf("%s 至 %s 已有 %d 笔流水不在这个文件里，请核对是不是同一个账户、是不是完整的对账单", p.First, p.Last, strange))
	}
	return after, nil
}

// arrange puts the new lines of each day behind those that are stored of it, or before them on the file's last day when
// the file ends where they begin.
func (p *Plan) arrange(stored []Line, after *Line) {
	most, least := map[date.Date]int{}, map[date.Date]int{}
	for i := range stored {
		l := &stored[i]
		most[l.Day], least[l.Day] = max(most[l.Day], l.Ord), min(least[l.Day], l.Ord)
	}
	p.ords = make([]int, len(p.Lines))
	for _, i := range p.New {
		d := p.Lines[i].Day
		most[d]++
		p.ords[i] = most[d]
	}
	if after == nil || after.Day != p.Last {
		return
	}
	for n := len(p.New) - 1; n >= 0 && p.Lines[p.New[n]].Day == p.Last; n-- {
		least[p.Last]--
		p.ords[p.New[n]] = least[p.Last]
	}
}

// say adds what is good to know.
func (p *Plan) say(a *Account, st *Statement) {
	if p.Known > 0 {
		p.Notes = append(p.Notes, fmt.Sprintf("其中 %d 行以前导入过，不会重复", p.Known))
	}
	if st.Skipped > 0 {
		p.Notes = append(p.Notes, fmt.Sprintf("有 %d 行是合计、空行或没有金额，没有读", st.Skipped))
	}
	if st.Reversed {
		p.Notes = append(p.Notes, "文件里最新的在前，已按时间先后排好")
	}
	if p.First.Before(a.Opened) {
		p.Warnings = append(p.Warnings, fmt.Sprintf("有 %s 的流水，早于账户的开户日期 %s，请核对是不是这个账户", p.First, a.Opened))
	}
	if !a.Closed.IsZero() && p.Last.After(a.Closed) {
		p.Warnings = append(p.Warnings, fmt.Sprintf("有 %s 的流水，晚于账户的销户日期 %s，请核对是不是这个账户", p.Last, a.Closed))
	}
}

// confirmed refuses new lines in a month whose reconciliation was confirmed.
func (p *Plan) confirmed(ctx context.Context, q db.Q, a *Account) error {
	return openMonth(ctx, q, a.Tenant, a.ID, p.Lines[p.New[0]].Day, "再导入")
}

// ImportStatement stores the new lines of a statement, all or none. accept says that the person has read the warnings of
// the plan and goes on; without it they are returned as an error with the code "statement.warn".
func (s *Service) ImportStatement(ctx context.Context, who access.Principal, tenant int64, account ids.ID, src Source, st *Statement, accept bool) (*Import, error) {
	var made *Import
	err := s.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) (err error) {
		made, _, err = s.importTx(ctx, tx, who, account, src, st, accept)
		return err
	})
	return made, err
}

// importTx is ImportStatement within a transaction; it also says how many lines were there already.
func (s *Service) importTx(ctx context.Context, tx *db.Tx, who access.Principal, account ids.ID, src Source, st *Statement, accept bool) (*Import, int, error) {
	a, err := s.account(ctx, tx, who, account, "bank_import:"+access.Edit)
	if err != nil {
		return nil, 0, err
	}
	p, err := s.PlanImport(ctx, tx, a, src, st, today(tx))
	if err != nil {
		return nil, 0, err
	}
	if len(p.Warnings) > 0 && !accept {
		return nil, 0, errs.New(errs.Invalid, "statement.warn", "%s。核对无误请勾选“已核对，仍要导入”", strings.Join(p.Warnings, "；"))
	}
	made, err := s.store(ctx, tx, who, a, src, p)
	return made, p.Known, err
}

func (s *Service) store(ctx context.Context, tx *db.Tx, who access.Principal, a *Account, src Source, p *Plan) (*Import, error) {
	i := &Import{
		Account: a.ID, FileName: clip(src.FileName), FileHash: src.FileHash, Layout: src.Layout, Importer: who.Name,
		First: p.Lines[p.New[0]].Day, Last: p.Lines[p.New[len(p.New)-1]].Day,
		Opening: p.Lines[p.New[0]].Balance - p.Lines[p.New[0]].Fen(), Closing: p.Lines[p.New[len(p.New)-1]].Balance,
		In: p.In, Out: p.Out, Count: len(p.New), Known: p.Known, Remark: clip(strings.Join(p.Warnings, "；")), ours: true,
	}
	i.Region, i.State, i.Sample = a.Region, ImportDone, src.Sample
	if err := s.Imports.CreateTx(ctx, tx, who, i); err != nil {
		return nil, err
	}
	lines := make([]Line, len(p.New))
	docs := make([]find.Doc, len(p.New))
	for n, at := range p.New {
		x := &p.Lines[at]
		l := &lines[n]
		*l = Line{
			No: fmt.Sprintf("%s-%04d", i.No, n+1), Account: a.ID, Import: i.ID, Ord: p.ords[at], Day: x.Day, In: x.In, Out: x.Out, Balance: x.Balance,
			Serial: x.Serial, Counterparty: x.Counterparty, Description: x.Description, Hash: p.hashes[at], NumberIndex: p.index[at],
		}
		if x.Number != "" {
			l.NumberSealed = s.env.Box.Seal(x.Number, "bank_line.number")
		}
		l.ID, l.Region, l.Sample = tx.NewID(), a.Region, src.Sample
		docs[n] = find.Doc{ID: l.ID, Kind: "bank_line", Title: s.Lines.Title(l), Detail: s.Lines.Detail(l), Region: l.Region}
	}
	if err := insertStatementLines(ctx, tx, lines); err != nil {
		return nil, err
	}
	return i, find.Add(ctx, tx, docs)
}

// withdraw removes the lines of an import that was a mistake.
func withdraw(ctx context.Context, tx *db.Tx, i *Import) error {
	if _, err := lockAccount(ctx, tx, i.Account); err != nil {
		return err
	}
	if err := openMonth(ctx, tx, tx.Tenant, i.Account, i.First, "再撤销导入"); err != nil {
		return err
	}
	lines, err := lineTable.All(ctx, tx, db.NewWhere(tx.Tenant).And("import_id = ?", i.ID), "id")
	if err != nil {
		return err
	}
	list := make([]ids.ID, len(lines))
	for n := range lines {
		list[n] = lines[n].ID
	}
	matched, err := matchedLines(ctx, tx, tx.Tenant, list)
	if err != nil {
		return err
	}
	if len(matched) > 0 {
		return errs.New(errs.State, "bank_import.matched", "其中 %d 笔流水已经核对，请先在对账页面取消核对", len(matched))
	}
	used, err := usedLines(ctx, tx, tx.Tenant, i.Account)
	if err != nil {
		return err
	}
	for _, id := range list {
		if used[id] {
			return errs.New(errs.State, "bank_import.paid", "其中有流水是付款结果的依据，不能撤销这次导入")
		}
	}
	if err := deleteStatementLines(ctx, tx, i.ID); err != nil {
		return err
	}
	for _, id := range list {
		if err := find.Remove(ctx, tx, id); err != nil {
			return err
		}
	}
	return nil
}
