package stable

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/registry/record"
)

// Definition says for a place and a time what counts as stable income (稳定性收入口径). There is no statutory one. It holds
// below the place too, until a place below has its own.
type Definition struct {
	db.Row
	No, Name                            string
	From, To                            date.Date
	Lease, Land, Service, Joint, Shares bool
	Marked                              bool // only contracts that are marked as stable
	Months                              int  // the shortest term
	OneOff                              bool // contracts that are paid once count too
	Accounts                            string
	Basis                               string

	by accounts
}

//go:embed definition.txt
var builtInAccounts string

// BuiltIn is the definition that holds where no place has its own: every contract marked as stable, whatever its kind, in
// amounts that recur.
func BuiltIn() *Definition {
	d := &Definition{Name: "系统自带口径", Lease: true, Land: true, Service: true, Joint: true, Shares: true, Marked: true, Accounts: strings.TrimSpace(builtInAccounts)}
	by, err := parseAccounts(d.Accounts)
	if err != nil {
		panic("stable: the built-in definition: " + errs.Message(err))
	}
	d.by = by
	return d
}

// Own reports whether a place has set the definition.
func (d *Definition) Own() bool { return d.ID != 0 }

// kinds maps the kinds of contract to whether they count.
func (d *Definition) kinds() map[string]bool {
	return map[string]bool{contract.Lease: d.Lease, contract.Land: d.Land, contract.Service: d.Service, contract.Joint: d.Joint, contract.Dividend: d.Shares}
}

// Counts reports whether a contract counts.
func (d *Definition) Counts(c *contract.Contract) bool {
	recurs := c.PayMonths > 0 || c.More.Fixed != ""
	return d.kinds()[c.Kind] && (c.Stable || !d.Marked) && (recurs || d.OneOff) && !c.To.AddDays(1).Before(c.From.AddMonths(d.Months))
}

// Words says in Chinese what counts.
func (d *Definition) Words() string {
	var kinds []string
	for _, k := range contract.Kinds {
		if d.kinds()[k.Code] {
			kinds = append(kinds, k.Label)
		}
	}
	s := strings.Join(kinds, "、")
	if d.Marked {
		s += "中标明“计入稳定性收入”的合同"
	}
	if d.Months > 0 {
		s += fmt.Sprintf("，期限不少于 %d 个月", d.Months)
	}
	if d.OneOff {
		s += "，一次付清的也计入"
	} else {
		s += "，一次付清的不计"
	}
	for _, x := range []struct {
		use   Use
		label string
	}{{UseDirect, "另按科目直接计入"}, {UseDeduct, "扣除合同名下的支出"}} {
		var list []string
		for _, chart := range ledgerCharts() {
			for _, c := range d.by.with(chart, x.use) {
				list = append(list, c+"（"+chart+"年制度）")
			}
		}
		if len(list) > 0 {
			s += "；" + x.label + "：" + strings.Join(list, "、")
		}
	}
	return s
}

var definitionTable = &db.Table[Definition]{
	Name: "stable_definition",
	Cols: []string{"no", "name", "valid_from", "valid_to", "lease", "land", "service", "joint", "shares", "marked", "months", "one_off", "accounts", "basis"},
	Row:  func(d *Definition) *db.Row { return &d.Row },
	Ptrs: func(d *Definition) []any {
		return []any{&d.No, &d.Name, &d.From, &d.To, &d.Lease, &d.Land, &d.Service, &d.Joint, &d.Shares, &d.Marked, &d.Months, &d.OneOff, &d.Accounts, &d.Basis}
	},
}

// longestTerm bounds the term that a definition may ask for, in months.
const longestTerm = 12 * 30

func newDefinitions(e *record.Env) *record.Noun[Definition] {
	kind := func(name, label string, p func(*Definition) *bool) field.Field[Definition] {
		return field.NewBool(name, label, p).List()
	}
	return record.Register(e, &record.Noun[Definition]{
		Kind: "stable_definition", Below: true, Label: "稳定性收入口径", Path: "/stable-definitions", Icon: "scale", Key: "no", Order: "-valid_from",
		Intro: "法规没有规定什么是稳定性收入，各地自定。这里按地区和日期登记口径：哪些合同、哪些科目计入。没有登记的，用系统自带口径。",
		Table: definitionTable,
		Title: func(d *Definition) string { return d.Name },
		Series: func(*Definition) string {
			return "WDKJ"
		},
		Fields: []field.Field[Definition]{
			field.NewText("no", "编号", func(d *Definition) *string { return &d.No }).Fix().List().Help("不填自动编号"),
			field.NewText("name", "名称", func(d *Definition) *string { return &d.Name }).Req().List().Eg("八桥镇稳定性收入口径"),
			field.NewRegion("region", "适用地区", func(d *Definition) *string { return &d.Region }).Req().Show(),
			field.NewDay("from", "启用日期", func(d *Definition) *date.Date { return &d.From }).Req().Col("valid_from").List(),
			field.NewDay("to", "停用日期", func(d *Definition) *date.Date { return &d.To }).Col("valid_to").List().Help("口径要改时，给旧口径填停用日期，新口径从次日起启用"),
			kind("lease", "租赁合同", func(d *Definition) *bool { return &d.Lease }), kind("land", "土地流转合同", func(d *Definition) *bool { return &d.Land }),
			kind("service", "服务协议", func(d *Definition) *bool { return &d.Service }), kind("joint", "联合经营协议", func(d *Definition) *bool { return &d.Joint }),
			kind("shares", "入股分红协议", func(d *Definition) *bool { return &d.Shares }),
			field.NewBool("marked", "只计标明的合同", func(d *Definition) *bool { return &d.Marked }).Help("只计合同上标明“计入稳定性收入”的；不选则上列种类都计"),
			field.NewInt("months", "合同期限至少", 0, longestTerm, func(d *Definition) *int { return &d.Months }).In("月").Help("短于这个期限的合同不计；不限填 0"),
			field.NewBool("one_off", "一次付清的也计入", func(d *Definition) *bool { return &d.OneOff }),
			accountsField(),
			field.NewText("basis", "依据", func(d *Definition) *string { return &d.Basis }).List(),
		},
		Check: func(d *Definition) error {
			var l errs.List
			if !d.To.IsZero() && d.To.Before(d.From) {
				l.Add("to", "停用日期不能早于启用日期（%s）", d.From)
			}
			if !d.Lease && !d.Land && !d.Service && !d.Joint && !d.Shares {
				l.Add("lease", "至少选一类合同")
			}
			return l.Err()
		},
		CheckTx: func(ctx context.Context, tx *db.Tx, _, d *Definition) error {
			if err := checkAccounts(ctx, tx, tx.Tenant, d); err != nil {
				return err
			}
			return checkDates(ctx, tx, tx.Tenant, d)
		},
	})
}

func accountsField() field.Field[Definition] {
	f := field.NewLong("accounts", "科目", func(d *Definition) *string { return &d.Accounts }).Req().Limit(4000).
		Help("每行一个：会计制度、科目、用途。用途有合同收入（记了合同的才计）、直接计入（没有合同，如利息、分红）、不计（上级科目计入、本科目除外）、扣除、应收、预收。押金等暂收款所在的明细科目不要写作预收").
		Eg("2023 501 合同收入")
	f.Set = func(d *Definition, s string) error {
		d.Accounts, d.by = "", nil
		if strings.TrimSpace(s) == "" {
			return nil // the field says that it is required
		}
		by, err := parseAccounts(field.Clean(strings.NewReplacer(";", "\n", "；", "\n").Replace(s), true))
		if err != nil {
			return err
		}
		d.Accounts, d.by = by.text(), by
		return nil
	}
	return f
}

// checkAccounts refuses an account below the first level that no books in the place have.
func checkAccounts(ctx context.Context, q db.Q, tenant int64, d *Definition) error {
	if d.by == nil {
		by, err := parseAccounts(d.Accounts)
		if err != nil {
			return err
		}
		d.by = by
	}
	below := d.by.below()
	if len(below) == 0 {
		return nil
	}
	known, err := ledger.AccountsKept(ctx, q, tenant, rangesBelow(d.Region))
	if err != nil {
		return err
	}
	var l errs.List
	for _, x := range below {
		if !known[x] {
			l.Add("accounts", "适用地区的账套里没有明细科目 %s", x)
		}
	}
	return l.Err()
}

func rangesBelow(place string) [][2]string {
	lo, hi := code.Range(place)
	return [][2]string{{lo, hi}}
}

// checkDates refuses a time that overlaps another definition of the place, or leaves days between two of them without one.
func checkDates(ctx context.Context, q db.Q, tenant int64, d *Definition) error {
	list, err := definitionTable.All(ctx, q, db.NewWhere(tenant).And("region = ?", d.Region).And("id <> ?", d.ID), "valid_from")
	if err != nil {
		return err
	}
	var before *Definition
	for i := range list {
		x := &list[i]
		if (d.To.IsZero() || !x.From.After(d.To)) && (x.To.IsZero() || !x.To.Before(d.From)) {
			return errs.OnField("from", "这个地区已有口径 %s（%s），日期重叠；请先给它填停用日期", x.No, times(x))
		}
		if x.From.Before(d.From) {
			before = x
			continue
		}
		if next := d.To.AddDays(1); next != x.From {
			return errs.OnField("to", "停用日期之后到口径 %s 启用（%s）之间没有口径；停用日期应为 %s", x.No, x.From, x.From.AddDays(-1))
		}
		break
	}
	if before != nil && before.To.AddDays(1) != d.From {
		return errs.OnField("from", "上一个口径 %s 到 %s 为止，其后几天没有口径；启用日期应为 %s", before.No, before.To, before.To.AddDays(1))
	}
	return nil
}

func times(d *Definition) string {
	if d.To.IsZero() {
		return d.From.String() + " 起"
	}
	return d.From.String() + " 至 " + d.To.String()
}

// definitions finds the definition of each village on a day.
type definitions struct {
	byPlace map[string]*Definition
	found   map[string]*Definition
	builtIn *Definition
}

// definitionsOn reads the definitions of a tenant that hold on a day.
func definitionsOn(ctx context.Context, q db.Q, tenant int64, day date.Date) (*definitions, error) {
	list, err := definitionTable.All(ctx, q, db.NewWhere(tenant).And("valid_from <= ?", day).And("(valid_to = '' OR valid_to >= ?)", day), "id")
	if err != nil {
		return nil, fmt.Errorf("reading definitions of stable income: %w", err)
	}
	out := &definitions{byPlace: map[string]*Definition{}, found: map[string]*Definition{}, builtIn: BuiltIn()}
	for i := range list {
		d := &list[i]
		if d.by, err = parseAccounts(d.Accounts); err != nil {
			return nil, fmt.Errorf("reading the accounts of definition %s: %w", d.No, err)
		}
		out.byPlace[d.Region] = d
	}
	return out, nil
}

// at is the definition of a place: its own, else that of the nearest place above, else the built-in one.
func (x *definitions) at(place string) *Definition {
	if d := x.found[place]; d != nil {
		return d
	}
	d := x.builtIn
	for at := place; len(code.Prefix(at)) >= countyDigits; at = code.Parent(at) {
		if own := x.byPlace[at]; own != nil {
			d = own
			break
		}
	}
	x.found[place] = d
	return d
}

// countyDigits is how long the code of a county is: rules of larger places belong to no county's data.
const countyDigits = 6

// all lists the definitions that were used, the built-in one last.
func (x *definitions) all() []*Definition {
	var out []*Definition
	for _, d := range x.found {
		if !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	slices.SortFunc(out, func(a, b *Definition) int { return strings.Compare(b.No, a.No) })
	return out
}
