package bank

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/a-h/templ"

	"huicun/internal/books/bank"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/secret"
	"huicun/internal/kit/sheet"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// Statements hold account numbers in clear: what was uploaded stays in memory between the two steps of an import, for the
// session that sent it, and only the latest few.
const (
	maxFiles  = 20
	maxUpload = 20 << 20
)

// file is an uploaded statement.
type file struct {
	token   string
	account ids.ID
	name    string
	hash    string
	data    []byte
}

type files struct {
	mu   sync.Mutex
	byID map[string]*file
	ids  []string
}

func (f *files) keep(x *file) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.byID == nil {
		f.byID = map[string]*file{}
	}
	id := secret.Token()[:16]
	f.byID[id] = x
	f.ids = append(f.ids, id)
	if len(f.ids) > maxFiles {
		delete(f.byID, f.ids[0])
		f.ids = f.ids[1:]
	}
	return id
}

// of returns a file of the session for an account.
func (f *files) of(c *shell.Ctx, account ids.ID) (*file, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	x := f.byID[c.R.PathValue("file")]
	if x == nil || x.token != c.Token() || x.account != account {
		return nil, errs.New(errs.NotFound, "statement.gone", "上传的对账单已过期，请重新上传")
	}
	return x, nil
}

func (f *files) drop(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.byID, id)
	f.ids = slices.DeleteFunc(f.ids, func(x string) bool { return x == id })
}

func (p *pages) uploadForm(c *shell.Ctx) error { return p.uploadPage(c, http.StatusOK, "") }

func (p *pages) uploadPage(c *shell.Ctx, status int, problem string) error {
	a, err := p.account(c)
	if err != nil {
		return err
	}
	return c.PageStatus(status, c.PageOf("导入对账单", crumbs(a, "导入对账单")...), uploadBody(accountPath(a.ID)+"/statement", accountPath(a.ID), problem))
}

// upload takes a file and goes on to its columns.
func (p *pages) upload(c *shell.Ctx) error {
	a, err := p.account(c)
	if err != nil {
		return err
	}
	c.R.Body = http.MaxBytesReader(c.W, c.R.Body, maxUpload)
	in, head, err := c.R.FormFile("file")
	if err != nil {
		return p.uploadPage(c, http.StatusUnprocessableEntity, fmt.Sprintf("没有收到文件，或文件超过 %d MB；请重新选择", maxUpload>>20))
	}
	defer in.Close()
	data, err := io.ReadAll(in)
	if err != nil {
		return p.uploadPage(c, http.StatusUnprocessableEntity, "文件没有读完整，请重新上传")
	}
	if _, _, err := p.open(c, a, head.Filename, data); err != nil {
		if !mendable(err) {
			return err
		}
		return p.uploadPage(c, http.StatusUnprocessableEntity, shell.Sentence(err))
	}
	sum := sha256.Sum256(data)
	id := p.files.keep(&file{token: c.Token(), account: a.ID, name: head.Filename, hash: hex.EncodeToString(sum[:]), data: data})
	return c.Redirect(accountPath(a.ID) + "/statement/" + id)
}

// open reads a file as a table and proposes a layout for it.
func (p *pages) open(c *shell.Ctx, a *bank.Account, name string, data []byte) (*sheet.Table, bank.Layout, error) {
	layouts, err := bank.AllLayouts(c.Context(), p.read(), c.Tenant, a.Region)
	if err != nil {
		return nil, bank.Layout{}, err
	}
	return bank.ReadFile(name, bytes.NewReader(data), int64(len(data)), layouts)
}

// mappingView is what the mapping page shows.
type mappingView struct {
	Action, Cancel    string
	File              string
	Layout            string // chosen
	Layouts           []ui.Option
	Targets           []ui.Field
	Words             []ui.Field
	Head              ui.Table
	Preview           *ui.Table
	Errors            *ui.Table
	More              int
	Notes, Warnings   []string
	Summary           []ui.Desc
	Ready             bool
	AskOpening        bool
	Opening           ui.Field
	Problem           string
	FieldErrs         []ui.FieldError
	SaveName          string
	MaySave, Accepted bool
}

// chosen is the layout as the form says, with a layout picked from the list taken over whole.
func (p *pages) chosen(c *shell.Ctx, a *bank.Account, proposed bank.Layout) (bank.Layout, error) {
	pick := c.Form("layout")
	if pick != "" && pick != c.Form("was") {
		layouts, err := bank.AllLayouts(c.Context(), p.read(), c.Tenant, a.Region)
		if err != nil {
			return bank.Layout{}, err
		}
		for _, l := range layouts {
			if l.Name == pick {
				return l, nil
			}
		}
	}
	l := bank.Layout{Name: pick, DateFormat: c.Form("date_format"), SkipWords: c.Form("skip_words"), OutWords: c.Form("out_words"), InWords: c.Form("in_words")}
	l.HeaderRow = proposed.HeaderRow
	for i := range bank.Targets {
		*bank.Targets[i].At(&l) = c.Form("col_" + bank.Targets[i].Name)
	}
	return l, nil
}

// mapping shows an uploaded file with the columns as they are proposed.
func (p *pages) mapping(c *shell.Ctx) error {
	a, err := p.account(c)
	if err != nil {
		return err
	}
	f, err := p.files.of(c, a.ID)
	if err != nil {
		return problem(c, gone(err), "导入对账单", accountPath(a.ID)+"/statement", crumbs(a, "导入对账单")...)
	}
	t, l, err := p.open(c, a, f.name, f.data)
	if err != nil {
		return err
	}
	return p.mappingPage(c, http.StatusOK, a, f, t, l, nil)
}

// gone makes a file that is no longer there something to mend.
func gone(err error) error {
	return errs.Wrap(err, errs.State, "statement.gone", "上传的对账单已过期，请重新上传")
}

// take shows the preview again, saves the layout, or imports.
func (p *pages) take(c *shell.Ctx) error {
	a, err := p.account(c)
	if err != nil {
		return err
	}
	f, err := p.files.of(c, a.ID)
	if err != nil {
		return problem(c, gone(err), "导入对账单", accountPath(a.ID)+"/statement", crumbs(a, "导入对账单")...)
	}
	t, proposed, err := p.open(c, a, f.name, f.data)
	if err != nil {
		return err
	}
	l, err := p.chosen(c, a, proposed)
	if err != nil {
		return err
	}
	switch c.Form("do") {
	case "save":
		return p.saveLayout(c, a, f, t, l)
	case "import":
		return p.importNow(c, a, f, t, l)
	}
	return p.mappingPage(c, http.StatusOK, a, f, t, l, nil)
}

// source says where the statement comes from, with the opening balance that was typed.
func source(c *shell.Ctx, f *file, l *bank.Layout) (bank.Source, error) {
	src := bank.Source{FileName: f.name, FileHash: f.hash, Layout: l.Name}
	if s := strings.TrimSpace(c.Form("opening")); s != "" {
		fen, err := money.Parse(s)
		if err != nil {
			return src, errs.OnField("opening", "%s", errs.Message(err))
		}
		src.Opening = &fen
	}
	return src, nil
}

func (p *pages) importNow(c *shell.Ctx, a *bank.Account, f *file, t *sheet.Table, l bank.Layout) error {
	st, err := bank.ParseStatement(t, &l)
	if err != nil {
		return p.mappingPage(c, http.StatusUnprocessableEntity, a, f, t, l, err)
	}
	src, err := source(c, f, &l)
	if err != nil {
		return p.mappingPage(c, http.StatusUnprocessableEntity, a, f, t, l, err)
	}
	made, err := p.s.ImportStatement(c.Context(), c.Who, c.Tenant, a.ID, src, st, c.Form("accept") == "1")
	if err != nil {
		if !mendable(err) {
			return err
		}
		return p.mappingPage(c, shell.Status(err), a, f, t, l, err)
	}
	p.files.drop(c.R.PathValue("file"))
	return c.Done(accountPath(a.ID)+"/match?month="+made.Last.YearMonth().String(), "已导入 %d 行流水（%s 至 %s），接着核对", made.Count, made.First, made.Last)
}

// saveLayout keeps the columns for the next time.
func (p *pages) saveLayout(c *shell.Ctx, a *bank.Account, f *file, t *sheet.Table, l bank.Layout) error {
	keep := l
	keep.Name = strings.TrimSpace(c.Form("save_name"))
	keep.Region = a.Region
	if err := c.Who.Require(layoutEdit, keep.Region); err != nil {
		return err
	}
	if _, err := p.s.Layouts.Create(c.Context(), c.Who, c.Tenant, "", &keep); err != nil {
		if !mendable(err) {
			return err
		}
		return p.mappingPage(c, shell.Status(err), a, f, t, l, err)
	}
	return p.mappingPage(c, http.StatusOK, a, f, t, keep, nil)
}

const (
	shownRows  = 8   // of the file
	shownLines = 20  // of the preview
	shownWrong = 200 // mistakes
)

func (p *pages) mappingPage(c *shell.Ctx, status int, a *bank.Account, f *file, t *sheet.Table, l bank.Layout, err error) error {
	v := mappingView{
		Action: accountPath(a.ID) + "/statement/" + c.R.PathValue("file"), Cancel: accountPath(a.ID), File: f.name, Layout: l.Name, Head: headTable(t, l.Number),
		MaySave: c.Who.Can(layoutEdit, a.Region), SaveName: c.Form("save_name"), Accepted: c.Form("accept") == "1",
	}
	layouts, lerr := bank.AllLayouts(c.Context(), p.read(), c.Tenant, a.Region)
	if lerr != nil {
		return lerr
	}
	v.Layouts = []ui.Option{{Value: "", Label: "按列名自动对应", Selected: l.Name == ""}}
	for _, x := range layouts {
		v.Layouts = append(v.Layouts, ui.Option{Value: x.Name, Label: x.Name, Selected: x.Name == l.Name})
	}
	p.preview(c, a, f, t, &l, &v, &err)
	byName := map[string]string{}
	if err != nil {
		if !mendable(err) {
			return err
		}
		known := func(name string) bool {
			return strings.HasPrefix(name, "col_") || strings.HasSuffix(name, "_words") || name == "date_format" || name == "opening" || name == "name"
		}
		byName, v.FieldErrs = fieldErrors(err, known)
	}
	v.fields(t, &l, byName)
	v.Opening = ui.Field{Name: "opening", Label: "期初余额", Value: c.Form("opening"), Error: byName["opening"], Help: "第一笔流水之前的账户余额；接着上次的对账单时可不填"}
	v.AskOpening = l.Balance == ""
	return c.PageStatus(status, c.PageOf("导入对账单", crumbs(a, "导入对账单")...), mappingBody(v))
}

// fields are the inputs for the columns and the words.
func (v *mappingView) fields(t *sheet.Table, l *bank.Layout, wrong map[string]string) {
	for i := range bank.Targets {
		x := &bank.Targets[i]
		f := ui.Field{Name: "col_" + x.Name, Label: x.Label, Help: x.Help, Error: wrong["col_"+x.Name], Required: x.Name == "day", Options: []ui.Option{{Value: "", Label: "（没有）"}}}
		for _, h := range t.Header {
			if h != "" {
				f.Options = append(f.Options, ui.Option{Value: h, Label: h, Selected: h == *x.At(l)})
			}
		}
		v.Targets = append(v.Targets, f)
	}
	v.Words = []ui.Field{
		{Name: "out_words", Label: "表示支出的字", Value: l.OutWords, Error: wrong["out_words"], Help: "收支标志列用，顿号分隔"},
		{Name: "in_words", Label: "表示收入的字", Value: l.InWords, Error: wrong["in_words"], Help: "收支标志列用，顿号分隔"},
		{Name: "skip_words", Label: "不是流水的行", Value: l.SkipWords, Error: wrong["skip_words"], Help: "第一格有这些字的行不读"},
		{Name: "date_format", Label: "日期写法", Value: l.DateFormat, Error: wrong["date_format"], Help: "一般不用填；特殊写法如 日日/月月/年年年年"},
	}
}

// leastSecret is how many digits in a row may be somebody's account number.
const leastSecret = 15

// headTable shows the first rows of the file as they are, but for account numbers.
func headTable(t *sheet.Table, number string) ui.Table {
	out := ui.Table{Caption: "文件的前几行", KeepGrid: true, Dense: true, Columns: []ui.Column{{Label: "行号", Align: ui.Right}}}
	for _, h := range t.Header {
		out.Columns = append(out.Columns, ui.Column{Label: h, Nowrap: true})
	}
	for i := range t.Rows[:min(len(t.Rows), shownRows)] {
		r := ui.Row{Cells: []ui.Cell{{Text: strconv.Itoa(t.RowNo[i]), Muted: true}}}
		for j, s := range t.Rows[i] {
			if t.Header[j] == number && number != "" || len(s) >= leastSecret && strings.Trim(s, "0123456789 -") == "" {
				s = tail(s)
			}
			r.Cells = append(r.Cells, ui.T(cut(s, 30)))
		}
		out.Rows = append(out.Rows, r)
	}
	return out
}

func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

// preview reads the file by the layout and says what importing it would do.
func (p *pages) preview(c *shell.Ctx, a *bank.Account, f *file, t *sheet.Table, l *bank.Layout, v *mappingView, wrong *error) {
	st, err := bank.ParseStatement(t, l)
	if err != nil {
		*wrong = orElse(*wrong, err)
		return
	}
	if n := len(st.Report.Errors); n > 0 {
		v.Errors = &ui.Table{Caption: "错在哪里", Columns: []ui.Column{{Label: "行号"}, {Label: "列"}, {Label: "内容"}, {Label: "问题"}}}
		for _, e := range st.Report.Errors[:min(n, shownWrong)] {
			v.Errors.Rows = append(v.Errors.Rows, ui.Row{Cells: []ui.Cell{ui.T("第 " + strconv.Itoa(e.Row) + " 行"), ui.T(e.Column), ui.T(cut(e.Value, 40)), ui.T(e.Msg)}})
		}
		v.More = n - len(v.Errors.Rows)
		v.Problem = fmt.Sprintf("%d 行里有 %d 处读不出来，全部读通才能导入；请调整各列的对应，或改好文件重新上传", st.Report.Rows, n)
	}
	v.Preview = previewTable(st)
	src, err := source(c, f, l)
	if err != nil || len(st.Report.Errors) > 0 {
		*wrong = orElse(*wrong, err)
		return
	}
	plan, err := p.s.PlanImport(c.Context(), p.read(), a, src, st, c.Today())
	if err != nil {
		*wrong = orElse(*wrong, err)
		return
	}
	v.Ready, v.Notes, v.Warnings = true, plan.Notes, plan.Warnings
	v.Summary = []ui.Desc{
		{Label: "起止日期", Value: plan.First.String() + " 至 " + plan.Last.String()}, {Label: "新流水", Value: count(len(plan.New), "行"), Strong: true},
		{Label: "期初余额", Value: plan.Opening.String() + " 元"}, {Label: "新增收入", Value: plan.In.String() + " 元"}, {Label: "新增支出", Value: plan.Out.String() + " 元"}, {Label: "期末余额", Value: plan.Closing.String() + " 元"},
	}
}

func orElse(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

func previewTable(st *bank.Statement) *ui.Table {
	t := &ui.Table{Caption: "读出来的流水", Unit: "元", Dense: true, Columns: []ui.Column{
		{Label: "交易日期", Nowrap: true}, {Label: "收入", Align: ui.Right}, {Label: "支出", Align: ui.Right}, {Label: "余额", Align: ui.Right}, {Label: "对方户名"}, {Label: "对方账号", Nowrap: true}, {Label: "摘要"}, {Label: "流水号", Nowrap: true},
	}}
	for i := range st.Lines[:min(len(st.Lines), shownLines)] {
		x := &st.Lines[i]
		balance := ""
		if x.HasBalance {
			balance = x.Balance.String()
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(x.Day.String()), ui.T(amountText(x.In)), ui.T(amountText(x.Out)), ui.T(balance), ui.T(x.Counterparty), ui.T(tail(x.Number)), ui.T(x.Description), ui.T(x.Serial)}})
	}
	if n := len(st.Lines) - len(t.Rows); n > 0 {
		t.Foot = []ui.Cell{{Text: fmt.Sprintf("还有 %d 行", n), Span: 8}}
	}
	return t
}

// tail masks an account number.
func tail(n string) string {
	if len(n) <= 4 {
		return strings.Repeat("*", len(n))
	}
	return "****" + n[len(n)-4:]
}

// withdrawPanel lets an import be taken back.
func (p *pages) withdrawPanel(c *shell.Ctx, i *bank.Import) (templ.Component, error) {
	if i.State != bank.ImportDone || !c.Who.Can(importEdit, i.Region) {
		return nil, nil
	}
	return confirmBody(ui.ConfirmView{
		ID: "withdraw", Button: ui.Button{Label: "撤销导入", Icon: "arrow-back-up", Style: ui.Danger}, Title: "撤销导入 " + i.No, Text: fmt.Sprintf("这次导入的 %d 行流水将被删去；已核对的须先取消核对。", i.Count),
		Action: "/bank-imports/" + i.ID.String() + "/withdraw", Submit: "确认撤销", Danger: true, AskReason: true, ReasonRequired: true,
	}, ui.Button{Label: "看这次的流水", Icon: "list-details", Href: "/bank-lines?import=" + i.ID.String()}), nil
}

func (p *pages) withdraw(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	id, err := c.ID()
	if err != nil {
		return err
	}
	back := "/bank-imports/" + id.String()
	if err := p.s.Imports.Do(c.Context(), c.Who, tenant, id, 0, "withdraw", c.Form("reason")); err != nil {
		return problem(c, err, "撤销导入", back)
	}
	return c.Done(back, "已撤销")
}
