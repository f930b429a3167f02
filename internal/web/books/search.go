package books

import (
	"net/url"
	"strconv"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/calc"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// searchForm is a search for vouchers as typed; Errs are by input.
type searchForm struct {
	Texts map[string]string
	Books []ui.Option
	Dims  []ui.Option
	State []ui.Option
	Errs  map[string]string
	Open  bool // the further conditions are used
}

type searchView struct {
	Form  *searchForm
	Sub   string
	Sums  []ui.Desc
	Table ui.Table
	Pager ui.PagerView
}

// searchInputs are the inputs of a search beside the books.
var searchInputs = []string{"books", "from", "to", "no", "text", "account", "least", "most", "dim", "of", "maker", "state"}

// searchOf reads a search from the address; what cannot be read is noted beside its input.
func (p *pages) searchOf(c *shell.Ctx) (ledger.Search, *searchForm, error) {
	f := &searchForm{Texts: map[string]string{}, Errs: map[string]string{}}
	for _, name := range searchInputs {
		f.Texts[name] = c.Query(name)
	}
	s := ledger.Search{Scope: c.Scope, Number: f.Texts["no"], Text: f.Texts["text"], Maker: f.Texts["maker"], State: f.Texts["state"]}
	s.From, s.To = f.day("from"), f.day("to")
	s.Least, s.Most = f.amount("least"), f.amount("most")
	if id, err := ids.Parse(f.Texts["books"]); err == nil {
		s.Books = id
	}
	s.Account, _, _ = strings.Cut(f.Texts["account"], " ")
	if s.Account != "" && strings.Trim(s.Account, "0123456789") != "" {
		f.Errs["account"] = "请填科目编码，如 501"
		s.Account = ""
	}
	if err := p.searchDim(c, f, &s); err != nil {
		return s, nil, err
	}
	for _, name := range []string{"no", "account", "least", "most", "of", "maker", "state"} {
		f.Open = f.Open || f.Texts[name] != ""
	}
	list, _, err := p.l.Books.List(c.Context(), c.Who, c.Tenant, listOf(c.Scope))
	f.Books = append(f.Books, ui.Option{Label: "全部账套"})
	for i := range list.Items {
		b := &list.Items[i]
		f.Books = append(f.Books, ui.Option{Value: b.ID.String(), Label: b.Name, Selected: b.ID == s.Books})
	}
	f.State = append(f.State, ui.Option{Label: "全部"})
	for _, st := range ledger.Machine.States {
		f.State = append(f.State, ui.Option{Value: st.Code, Label: st.Label, Selected: st.Code == s.State})
	}
	for _, d := range ledger.Dimensions {
		f.Dims = append(f.Dims, ui.Option{Value: d.Name, Label: d.Label, Selected: d.Name == f.Texts["dim"]})
	}
	return s, f, err
}

// searchDim finds the record that lines are to belong to.
func (p *pages) searchDim(c *shell.Ctx, f *searchForm, s *ledger.Search) error {
	if f.Texts["dim"] == "" {
		f.Texts["dim"] = ledger.Dimensions[0].Name
	}
	d, text := ledger.DimensionNamed(f.Texts["dim"]), f.Texts["of"]
	if d == nil || text == "" {
		return nil
	}
	n, ok := p.env.Noun(d.Kind)
	if !ok {
		return nil
	}
	id, err := n.Lookup(c.Context(), p.read(), c.Tenant, text)
	switch {
	case errs.Is(err, errs.NotFound):
		f.Errs["of"] = "没有找到" + d.Label + "“" + text + "”"
	case err != nil:
		return err
	}
	s.Dim, s.Of = d.Name, id
	return nil
}

func (f *searchForm) day(name string) date.Date {
	if f.Texts[name] == "" {
		return date.Date{}
	}
	d, err := date.Parse(f.Texts[name])
	if err != nil {
		f.Errs[name] = errs.Message(err)
	}
	return d
}

func (f *searchForm) amount(name string) money.Fen {
	if f.Texts[name] == "" {
		return 0
	}
	fen, err := calc.Amount(f.Texts[name])
	if err != nil {
		f.Errs[name] = errs.Message(err)
	}
	return fen
}

// field describes an input of the search.
func (f *searchForm) field(name, label string) ui.Field {
	return ui.Field{Name: name, Label: label, Value: f.Texts[name], Error: f.Errs[name]}
}

// printHref is the address that prints what is found.
func (f *searchForm) printHref() string {
	q := url.Values{}
	for name, text := range f.Texts {
		if text != "" {
			q.Set(name, text)
		}
	}
	return "/vouchers/print?" + q.Encode()
}

// searchPage is how many vouchers a page of a search lists.
const searchPage = 50

func (p *pages) search(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	s, f, err := p.searchOf(c)
	if err != nil {
		return err
	}
	v := searchView{Form: f}
	if len(f.Errs) == 0 {
		if err := p.searched(c, tenant, s, &v); err != nil {
			return err
		}
	}
	page := c.PageOf("查凭证", ui.Link{Label: "凭证", Href: "/vouchers"}, ui.Link{Label: "查凭证"})
	page.Subtitle = c.ScopeName()
	page.Actions = ui.Buttons(ui.Button{Label: "打印查到的凭证", Icon: "printer", Href: f.printHref()})
	return c.Page(page, searchBody(v))
}

func (p *pages) searched(c *shell.Ctx, tenant int64, s ledger.Search, v *searchView) error {
	page, found, err := p.l.Find(c.Context(), c.Who, tenant, s, db.Paging{After: c.Query("after"), Limit: searchPage})
	if err != nil {
		return err
	}
	v.Sub = "共 " + strconv.Itoa(found.Vouchers) + " 张"
	if found.More {
		v.Sub = "超过 " + strconv.Itoa(found.Vouchers) + " 张，合计请加条件再查"
	} else {
		v.Sums = []ui.Desc{{Label: "凭证金额合计", Value: found.Total.String() + " 元"}}
	}
	if s.ByLine() && !found.More {
		v.Sums = append(v.Sums, ui.Desc{Label: "符合条件的分录借方", Value: found.Debit.String() + " 元"}, ui.Desc{Label: "贷方", Value: found.Credit.String() + " 元"})
	}
	v.Table = p.voucherTable(c, page.Items)
	v.Table.Empty = &ui.EmptyView{Icon: "search", Title: "没有查到凭证", Text: "放宽条件再查，如去掉金额或扩大日期范围。"}
	v.Pager = ui.PagerView{Shown: len(page.Items), Total: v.Sub}
	if c.Query("after") != "" {
		v.Pager.FirstHref = resource.With(c.R.URL, "after", "")
	}
	if page.Next != "" {
		v.Pager.NextHref = resource.With(c.R.URL, "after", page.Next)
	}
	return nil
}

// voucherTable lists vouchers; whoever may make vouchers can copy each.
func (p *pages) voucherTable(c *shell.Ctx, list []ledger.Voucher) ui.Table {
	t := ui.Table{Caption: "凭证", Unit: "元", Columns: []ui.Column{
		{Label: "凭证号", Nowrap: true},
		{Label: "日期", Nowrap: true},
		{Label: "摘要"},
		{Label: "金额", Align: ui.Right},
		{Label: "附件", Align: ui.Right},
		{Label: "制单", HidePhone: true},
		{Label: "状态"},
		{Label: "", NoPrint: true},
	}}
	for i := range list {
		v := &list[i]
		s := ledger.Machine.State(v.State)
		row := ui.Row{Href: "/vouchers/" + v.ID.String(), Cells: []ui.Cell{
			ui.T(v.FullNo), ui.T(v.Date.String()), ui.T(v.Summary), red(v.Total), ui.T(strconv.Itoa(v.Attachments)), ui.T(v.Maker),
			{Badge: &ui.BadgeView{Text: s.Label, Kind: ui.Kind(s.Tone)}},
			{},
		}}
		if c.Who.Can(voucherEdit, v.Region) && v.Kind != ledger.Closing {
			row.Cells[7] = ui.Cell{Text: "复制", Href: "/vouchers/new?copy=" + v.ID.String()}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// red is an amount in a list; what takes off is red.
func red(f money.Fen) ui.Cell {
	if f < 0 {
		return ui.Cell{Text: f.String(), Kind: ui.Red}
	}
	return ui.T(f.String())
}

// perPrint is how many vouchers are printed at once.
const perPrint = 200

// print shows the vouchers of a search as they are printed, two slips on a sheet of A4.
func (p *pages) print(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	s, f, err := p.searchOf(c)
	if err != nil {
		return err
	}
	q := c.R.URL.Query()
	q.Del("after")
	back := "/vouchers/search?" + q.Encode()
	if len(f.Errs) > 0 {
		return c.Redirect(back)
	}
	found, total, err := p.l.FindWhole(c.Context(), c.Who, tenant, s, c.Query("after"), perPrint)
	if err != nil {
		return err
	}
	v := printView{}
	papers, err := p.papers(c, found.Items)
	if err != nil {
		return err
	}
	for i := range papers {
		v.Papers = append(v.Papers, slips(papers[i])...)
	}
	v.Pager = ui.PagerView{Shown: len(papers), Total: "共 " + strconv.Itoa(total.Vouchers) + " 张，一次最多打印 " + strconv.Itoa(perPrint) + " 张"}
	if c.Query("after") != "" {
		v.Pager.FirstHref = resource.With(c.R.URL, "after", "")
	}
	if found.Next != "" {
		v.Pager.NextHref = resource.With(c.R.URL, "after", found.Next)
	}
	page := c.PageOf("打印凭证", ui.Link{Label: "凭证", Href: "/vouchers"}, ui.Link{Label: "查凭证", Href: back}, ui.Link{Label: "打印"})
	page.Subtitle = strconv.Itoa(len(papers)) + " 张，每页两张"
	if more := len(v.Papers) - len(papers); more > 0 {
		page.Subtitle += "；分录多的分页续打，共 " + strconv.Itoa(len(v.Papers)) + " 页凭证"
	}
	page.Actions = ui.PrintButton()
	return c.Page(page, printBody(v))
}

type printView struct {
	Papers []paper
	Pager  ui.PagerView
}
