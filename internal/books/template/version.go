package template

import (
	"context"

	"github.com/goccy/go-yaml"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// Version is a county's (or a town's) own version of a template, in force from a day on for its place and everything below.
// Body is the template as YAML; Name and Group follow from it. Off takes the template away.
type Version struct {
	db.Row
	No, Code, Group, Name string
	From, To              date.Date
	Off                   bool
	Body                  string
}

var versionTable = &db.Table[Version]{
	Name: "entry_template",
	Cols: []string{"no", "code", "group_name", "name", "from_date", "to_date", "off", "body"},
	Row:  func(v *Version) *db.Row { return &v.Row },
	Ptrs: func(v *Version) []any {
		return []any{&v.No, &v.Code, &v.Group, &v.Name, &v.From, &v.To, &v.Off, &v.Body}
	},
}

// maxBody is how long a template may be in a form or a sheet, in characters.
const maxBody = 20_000

func newVersions(e *record.Env) *record.Noun[Version] {
	return record.Register(e, &record.Noun[Version]{
		Kind: "entry_template", Label: "业务模板", Path: "/entry-templates", Icon: "list-details", Key: "no", Order: "code", Below: true,
		Intro:  "按业务填制凭证用的模板。系统自带一套；本县（镇）可在这里增加、替换或停用，按日期分版本。",
		Table:  versionTable,
		Title:  func(v *Version) string { return v.Name },
		Detail: func(v *Version) string { return v.Code + " " + v.From.String() },
		Series: func(*Version) string { return "YW" },
		Fields: []field.Field[Version]{
			field.NewText("no", "编号", func(v *Version) *string { return &v.No }).Fix().Help("不填自动编号").Eg("YW-0001"),
			field.NewText("code", "代码", func(v *Version) *string { return &v.Code }).Req().Fix().List().Help("与自带模板的代码相同就替换它").Eg("rent-received"),
			field.NewText("name", "业务", func(v *Version) *string { return &v.Name }).Derived().List(),
			field.NewText("group", "分组", func(v *Version) *string { return &v.Group }).Col("group_name").Derived().List(),
			field.NewRegion("region", "适用地区", func(v *Version) *string { return &v.Region }).Req().List(),
			field.NewDay("from", "启用日期", func(v *Version) *date.Date { return &v.From }).Col("from_date").Req().List(),
			field.NewDay("to", "停用日期", func(v *Version) *date.Date { return &v.To }).Col("to_date").List().Help("留空表示一直有效"),
			field.NewBool("off", "不再提供", func(v *Version) *bool { return &v.Off }).Help("选“是”则这个代码的模板从启用日期起不再出现"),
			field.NewLong("body", "内容", func(v *Version) *string { return &v.Body }).Limit(maxBody).Help("模板的 YAML 文本，可先导出自带的模板对照修改；不再提供的可以不填"),
		},
		Check: checkVersion, CheckTx: oneVersion,
	})
}

// checkVersion reads the body; name and group follow from it.
func checkVersion(v *Version) error {
	if v.To != (date.Date{}) && v.To.Before(v.From) {
		return errs.OnField("to", "不能早于启用日期（%s）", v.From)
	}
	if v.Body == "" && v.Off {
		if v.Name = v.Code; v.builtin() != nil {
			v.Name, v.Group = v.builtin().Name, v.builtin().Group
		}
		return nil
	}
	if v.Body == "" {
		return errs.OnField("body", "请填写模板的内容，或选“不再提供”")
	}
	t, err := parseOne(v.Body)
	switch {
	case err != nil:
		return err
	case t.Code != v.Code:
		return errs.OnField("body", "内容里的代码是“%s”，与所填的代码“%s”不一致", t.Code, v.Code)
	}
	v.Name, v.Group = t.Name, t.Group
	return nil
}

// builtin is the embedded template of the version's code, nil when it is a new one.
func (v *Version) builtin() *Template {
	for i := range builtin() {
		if builtin()[i].Code == v.Code {
			return &builtin()[i]
		}
	}
	return nil
}

func oneVersion(ctx context.Context, tx *db.Tx, _, v *Version) error {
	w := db.NewWhere(tx.Tenant).And("region = ?", v.Region).And("code = ?", v.Code).And("from_date = ?", v.From).And("id <> ?", v.ID)
	other, err := versionTable.One(ctx, tx, w)
	switch {
	case errs.Is(err, errs.NotFound):
		return nil
	case err != nil:
		return err
	}
	return errs.OnField("from", "这个地区已有模板“%s”自同一天起的版本（%s）", v.Code, other.No)
}

// Service carries out the use cases. Versions and Recurring are its nouns.
type Service struct {
	env       *record.Env
	l         *ledger.Ledger
	Versions  *record.Noun[Version]
	Recurring *record.Noun[Recurrence]
}

// New registers the nouns "entry_template" and "recurring"; the ledger's must have been registered before.
func New(e *record.Env, l *ledger.Ledger) *Service {
	return &Service{env: e, l: l, Versions: newVersions(e), Recurring: newRecurring(e)}
}

// Templates lists the templates that are offered at a place on a day, ours with the county's versions over them: those of
// the nearest place win, of one place the latest. With a chart, only those that can be used under it.
func Templates(ctx context.Context, q db.Q, tenant int64, region, chart string, day date.Date) ([]Template, error) {
	versions, err := versionTable.All(ctx, q, db.In(db.NewWhere(tenant), "region", code.Chain(region)).And("from_date <= ?", day).And("(to_date = '' OR to_date >= ?)", day), "region, from_date, id")
	if err != nil {
		return nil, err
	}
	list := Builtin()
	at := map[string]int{}
	for i := range list {
		at[list[i].Code] = i
	}
	off := map[string]bool{}
	for _, v := range versions { // from far to near, from early to late
		off[v.Code] = v.Off
		if v.Off {
			continue
		}
		t, err := parseOne(v.Body)
		if err != nil {
			continue // checked when it was saved; a chart can have changed since
		}
		t.own = true
		if i, ok := at[v.Code]; ok {
			list[i] = *t
		} else {
			at[v.Code] = len(list)
			list = append(list, *t)
		}
	}
	out := list[:0]
	for _, t := range list {
		if !off[t.Code] && (chart == "" || t.For(chart)) {
			out = append(out, t)
		}
	}
	return out, nil
}

// TemplateAt returns the template of a code that is offered in books on a day.
func TemplateAt(ctx context.Context, q db.Q, tenant int64, b *ledger.Books, name string, day date.Date) (*Template, error) {
	list, err := Templates(ctx, q, tenant, b.Region, b.Chart, day)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].Code == name {
			return &list[i], nil
		}
	}
	return nil, errs.New(errs.NotFound, "template.none", "账套“%s”没有这个业务模板，可能只用于另一套会计制度，或已停用", b.Name)
}

func (s *Service) reader(ctx context.Context, q db.Q, tenant int64, b *ledger.Books, template string) (*reader, error) {
	accounts, err := ledger.Accounts(ctx, q, tenant, b.ID)
	if err != nil {
		return nil, err
	}
	before, err := picksOf(ctx, q, tenant, b.ID, template)
	return &reader{env: s.env, q: q, tenant: tenant, chart: b.Chart, accounts: accounts, before: before}, err
}

// Picks are the questions for accounts that a template asks in books, with the choices of those books.
func (s *Service) Picks(ctx context.Context, tenant int64, b *ledger.Books, t *Template) ([]Pick, error) {
	r, err := s.reader(ctx, s.env.DB.Read(), tenant, b, t.Code)
	if err != nil {
		return nil, err
	}
	return r.picks(t), nil
}

// Fill makes a voucher out of answers, for the person to see and save; it remembers the accounts that were picked. A
// mistake is reported beside its question, as an error's field.
func (s *Service) Fill(ctx context.Context, who access.Principal, tenant int64, b *ledger.Books, t *Template, in Answers) (*ledger.Voucher, error) {
	if err := who.Require("voucher:"+access.Edit, b.Region); err != nil {
		return nil, err
	}
	r, err := s.reader(ctx, s.env.DB.Read(), tenant, b, t.Code)
	if err != nil {
		return nil, err
	}
	values, err := r.read(ctx, t, in)
	if err != nil {
		return nil, err
	}
	v, err := t.make(values)
	if err != nil {
		return nil, err
	}
	v.Books = b.ID
	return v, s.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		return savePicks(ctx, tx, b.ID, t.Code, picked(r.picks(t), values))
	})
}

// picked are the accounts that were chosen, by question.
func picked(list []Pick, v *values) map[string]string {
	out := map[string]string{}
	for _, p := range list {
		code := v.accounts[p.Name]
		if code == "" {
			code = v.accounts[p.Name[len(SubName("")):]]
		}
		out[p.Name] = code
	}
	return out
}

// ImportYAML stores the templates of a file as versions for a place from a day on, all or none; one that is there for that
// very day is replaced. It returns how many were new and how many replaced.
func (s *Service) ImportYAML(ctx context.Context, who access.Principal, tenant int64, region string, from date.Date, text []byte) (created, replaced int, err error) {
	list, err := Parse(text)
	switch {
	case err != nil:
		return 0, 0, err
	case len(list) == 0:
		return 0, 0, errs.New(errs.Invalid, "template.empty", "文件里没有模板（templates）")
	case from.IsZero():
		return 0, 0, errs.OnField("from", "请填写启用日期")
	}
	err = s.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		created, replaced = 0, 0
		for i := range list {
			body, err := yaml.Marshal(list[i])
			if err != nil {
				return err
			}
			v, err := versionTable.One(ctx, tx, db.NewWhere(tenant).And("region = ?", region).And("code = ?", list[i].Code).And("from_date = ?", from))
			if errs.Is(err, errs.NotFound) {
				v = &Version{Code: list[i].Code, From: from, Body: string(body)}
				v.Region = region
				created++
				if err := s.Versions.CreateTx(ctx, tx, who, v); err != nil {
					return err
				}
				continue
			}
			if err != nil {
				return err
			}
			v.Body, v.Off = string(body), false
			replaced++
			if err := s.Versions.UpdateTx(ctx, tx, who, v); err != nil {
				return err
			}
		}
		return nil
	})
	return created, replaced, err
}
