package opening

import (
	"context"
	"fmt"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// Migration is the taking over of old books (旧账迁移): the old trial balance, what becomes of each row, who stands for it,
// and the books that were made. Report is the frozen list of differences and decisions.
type Migration struct {
	db.Row
	No           string
	Party        ids.ID
	System       string
	Source       string
	SourceBooks  ids.ID
	SourceTo     date.Month // the last month of the old books before the new ones were made, 0 for none
	Chart        string
	From         date.Month
	BooksName    string
	Locked       date.Month
	Maker        string
	MakerID      ids.ID
	MadeOn       date.Date
	Signer       string
	SignedOn     date.Date
	Books        ids.ID
	Report, Hash string
	Rows         []Row // kept in migration_row
}

// Row is a row of the old trial balance and what becomes of it. Decided says that a person settled it.
type Row struct {
	SourceRow
	How     string
	Hint    string
	Decided bool
	Reason  string
	Targets []Target
}

// Target is what takes a part of a row: an account of the chart, the names of sub-accounts below it, and to whose name it
// stands there. A party or member household without an id is found by its name, or made, when the books are.
type Target struct {
	Account string    `json:"account"`
	Sub     []string  `json:"sub,omitempty"`
	Party   ids.ID    `json:"party,omitempty"`
	Member  ids.ID    `json:"member,omitempty"`
	Who     string    `json:"who,omitempty"`  // the name of the party or household
	Kind    string    `json:"kind,omitempty"` // "party" or "member" when Who is given
	Opening money.Fen `json:"opening"`
	Debit   money.Fen `json:"debit,omitempty"`
	Credit  money.Fen `json:"credit,omitempty"`
}

// Ending is what the target begins with, debits less credits.
func (t *Target) Ending() money.Fen { return t.Opening + t.Debit - t.Credit }

// Settled reports whether nothing about the row is open.
func (r *Row) Settled() bool {
	if len(r.Targets) == 0 {
		return false
	}
	return r.Decided || r.How == Direct
}

// The states of a migration.
const (
	stateDraft    = "draft"
	statePrepared = "prepared"
	stateSigned   = "signed"
	stateDone     = "done"
	stateUndone   = "undone"
)

// Machine: a migration is mapped, handed over with its frozen list, signed by another person and carried out.
var Machine = &fsm.Machine{
	Name: "旧账迁移",
	States: []fsm.State{
		{Code: stateDraft, Label: "对照中", Tone: "grey"}, {Code: statePrepared, Label: "待复核签字", Tone: "azure"}, {Code: stateSigned, Label: "已签字", Tone: "orange"},
		{Code: stateDone, Label: "已建账", Tone: "green"}, {Code: stateUndone, Label: "已撤销", Tone: "grey", Side: true},
	},
	Events: []fsm.Event{
		{Name: "prepare", Label: "提交签字", From: []string{stateDraft}, To: statePrepared, Verb: access.Edit},
		{Name: "sign", Label: "复核签字", From: []string{statePrepared}, To: stateSigned, Verb: access.Approve},
		{Name: "return", Label: "退回", From: []string{statePrepared, stateSigned}, To: stateDraft, Verb: access.Edit, Reason: true},
		{Name: "make", Label: "建账", From: []string{stateSigned}, To: stateDone, Verb: access.Edit},
		{Name: "undo", Label: "撤销建账", From: []string{stateDone}, To: stateUndone, Verb: access.Edit, Reason: true},
	},
}

var migrationTable = &db.Table[Migration]{
	Name: "migration",
	Cols: []string{
		"no", "party_id", "system", "source", "source_books_id", "chart", "from_month", "books_name", "locked_month", "maker", "maker_id", "made_on",
		"signer", "signed_on", "books_id", "report", "report_hash", "source_to",
	},
	Row: func(m *Migration) *db.Row { return &m.Row },
	Ptrs: func(m *Migration) []any {
		return []any{
			&m.No, &m.Party, &m.System, &m.Source, &m.SourceBooks, &m.Chart, &m.From, &m.BooksName, &m.Locked, &m.Maker, &m.MakerID, &m.MadeOn,
			&m.Signer, &m.SignedOn, &m.Books, &m.Report, &m.Hash, &m.SourceTo,
		}
	},
}

// From where the old trial balance came.
var sources = []field.Option{{Code: "books", Label: "本系统的旧账套"}, {Code: "sheet", Label: "表格文件"}, {Code: "text", Label: "贴入的文字"}}

func newMigrations(e *record.Env, s *Service) *record.Noun[Migration] {
	month := func(name, label string, p func(*Migration) *date.Month) field.Field[Migration] {
		f := field.NewText[Migration](name, label, nil)
		f.Get = func(m *Migration) string { return p(m).String() }
		f.Set = func(m *Migration, text string) error {
			v, err := date.ParseMonth(text)
			*p(m) = v
			return err
		}
		return f.Derived()
	}
	return record.Register(e, &record.Noun[Migration]{
		Kind: "migration", Label: "旧账迁移", Path: "/migrations", Icon: "versions", Key: "no", Order: "-no",
		Intro: "把旧账（原软件或 2004 年制度的账）的科目余额带入新账套：逐行对照科目、平衡校验、双人签字，再一次建账。",
		Table: migrationTable, Machine: Machine,
		Title:  func(m *Migration) string { return m.No + " " + m.BooksName },
		Series: func(m *Migration) string { return fmt.Sprintf("QY-%d", m.From.Year()) },
		Fields: []field.Field[Migration]{
			field.NewText("no", "编号", func(m *Migration) *string { return &m.No }).Derived().List(),
			field.NewRef("party", "单位", "party", func(m *Migration) *ids.ID { return &m.Party }).Derived().Show(),
			field.NewEnum("system", "旧账制度", Systems, func(m *Migration) *string { return &m.System }).Derived().List(),
			field.NewEnum("source", "旧账来源", sources, func(m *Migration) *string { return &m.Source }).Derived(),
			field.NewRef("source_books", "旧账套", "books", func(m *Migration) *ids.ID { return &m.SourceBooks }).Derived().Stamp(),
			month("locked", "旧账止于", func(m *Migration) *date.Month { return &m.Locked }),
			field.NewText("books_name", "新账套名称", func(m *Migration) *string { return &m.BooksName }).Derived().List(),
			field.NewEnum("chart", "新账制度", ledger.Charts, func(m *Migration) *string { return &m.Chart }).Derived(),
			month("from", "启用月份", func(m *Migration) *date.Month { return &m.From }).Show(),
			field.NewText("maker", "编制人", func(m *Migration) *string { return &m.Maker }).Derived().Stamp(),
			field.NewDay("made_on", "编制日期", func(m *Migration) *date.Date { return &m.MadeOn }).Derived().Stamp(),
			field.NewText("signer", "复核人", func(m *Migration) *string { return &m.Signer }).Derived().Stamp(),
			field.NewDay("signed_on", "签字日期", func(m *Migration) *date.Date { return &m.SignedOn }).Derived().Stamp(),
			field.NewRef("books", "新账套", "books", func(m *Migration) *ids.ID { return &m.Books }).Derived().Stamp(),
			field.NewText("hash", "清单校验值", func(m *Migration) *string { return &m.Hash }).Col("report_hash").Derived().Stamp(),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, m *Migration) error {
			p, err := party.Get(ctx, q, tenant, m.Party)
			if err != nil {
				return err
			}
			m.Region = p.Region
			return nil
		},
		Load:  loadRows,
		After: func(ctx context.Context, tx *db.Tx, _, m *Migration) error { return saveRows(ctx, tx, m) },
	})
}

// Start is what a migration begins with.
type Start struct {
	Party     ids.ID
	System    string
	Chart     string
	From      date.Month
	BooksName string
	Source    string
	Trial     *Trial
	OldBooks  ids.ID // for our own old books: Trial is read from them
}

// MaxName is how long the name of books may be, in characters.
const MaxName = 100

// Begin stores a migration with what the rules suggest for every row, and returns its id.
func (s *Service) Begin(ctx context.Context, who access.Principal, tenant int64, key string, st Start) (ids.ID, error) {
	meta := who.Meta(tenant)
	meta.Key, meta.Input = key, fmt.Sprintf("migration %s %s %s %s %s %v", st.Party, st.System, st.Chart, st.From, st.OldBooks, st.Trial)
	var id ids.ID
	err := s.env.DB.InTx(ctx, meta, func(ctx context.Context, tx *db.Tx) error {
		m, err := s.begin(ctx, tx, who, st)
		if err != nil {
			return err
		}
		id = m.ID
		tx.SetResult(id.String())
		return nil
	})
	if first, ok := db.Replayed(err); ok {
		return ids.Parse(first)
	}
	return id, err
}

func (s *Service) begin(ctx context.Context, tx *db.Tx, who access.Principal, st Start) (*Migration, error) {
	var l errs.List
	if st.Party == 0 {
		l.Add("party", "请选择单位")
	}
	if !st.From.Valid() {
		l.Add("from", "请填写新账套的启用月份，如 2024-01")
	}
	if n := len([]rune(st.BooksName)); n == 0 || n > MaxName {
		l.Add("books_name", "请填写新账套名称，最多 %d 个字", MaxName)
	}
	if field.LabelOf(ledger.Charts, st.Chart) == st.Chart {
		l.Add("chart", "请选择新账制度")
	}
	if field.LabelOf(Systems, st.System) == st.System {
		l.Add("system", "请选择旧账制度")
	}
	if err := l.Err(); err != nil {
		return nil, err
	}
	p, err := party.Get(ctx, tx, tx.Tenant, st.Party)
	if err != nil {
		return nil, err
	}
	m := &Migration{Party: st.Party, System: st.System, Source: st.Source, SourceBooks: st.OldBooks, Chart: st.Chart, From: st.From, BooksName: st.BooksName, Locked: st.From.Prev()}
	m.State, m.Sample = stateDraft, p.Sample
	if st.OldBooks != 0 {
		if st.Trial, err = s.ownTrial(ctx, tx, st.OldBooks, m); err != nil {
			return nil, err
		}
	}
	if st.Trial == nil || len(st.Trial.Rows) == 0 {
		return nil, errs.OnField("source", "旧账没有任何余额；请直接新建账套")
	}
	rules, err := mapperFor(ctx, tx, tx.Tenant, p.Region, st.From.First(), m.System, m.Chart)
	if err != nil {
		return nil, err
	}
	for i := range st.Trial.Rows {
		m.Rows = append(m.Rows, suggest(rules, m, &st.Trial.Rows[i]))
	}
	if len(st.Trial.Notes) > 0 {
		for _, n := range st.Trial.Notes {
			m.Note += n + "\n"
		}
	}
	return m, s.Migrations.CreateTx(ctx, tx, who, m)
}
