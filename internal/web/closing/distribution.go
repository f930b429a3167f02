package closing

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huicun/internal/books/closing"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/qty"
	"huicun/internal/registry/record"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// distForm is the form of a plan: the texts as typed, and what is wrong with them.
type distForm struct {
	ID                             ids.ID
	Version                        int64
	Key, Books, Year               string
	Cover, Charter, Method, Shares string
	Parts                          []distPart
	Note                           string
	Errs                           map[string]string
	Top                            []ui.FieldError
	Choices                        []ui.Option
	Name                           string
	Basis                          *closing.Basis
	Distributable                  money.Fen
	RateFloor                      int
}

// distPart is one line of the form.
type distPart struct{ Purpose, Label, Rate, Fen, Account, Hint string }

func (f *distForm) action() string {
	if f.ID == 0 {
		return "/distributions/new"
	}
	return "/distributions/" + f.ID.String() + "/edit"
}

func (f *distForm) hidden() []ui.Hidden {
	out := []ui.Hidden{{Name: "_key", Value: f.Key}}
	if f.ID != 0 || f.Books != "" {
		out = append(out, ui.Hidden{Name: "books", Value: f.Books}, ui.Hidden{Name: "year", Value: f.Year})
	}
	if f.ID != 0 {
		out = append(out, ui.Hidden{Name: "version", Value: strconv.FormatInt(f.Version, 10)})
	}
	return out
}

// field is a text of the form with what is wrong with it.
func (f *distForm) field(name, label, value, help string) ui.Field {
	return ui.Field{Name: name, Label: label, Value: value, Help: help, Error: f.Errs[name]}
}

func (f *distForm) methods() []ui.Option {
	out := []ui.Option{{Label: "请选择"}}
	for _, m := range closing.Methods {
		out = append(out, ui.Option{Value: m.Code, Label: m.Label, Selected: m.Code == f.Method})
	}
	return out
}

// emptyParts are the purposes in their legal order.
func emptyParts() []distPart {
	hints := map[string]string{
		closing.ForReserve: "比例按弥补亏损后的本年净收益计算", closing.ForWelfare: "仅 2004 年制度", closing.ForInvestor: "按投资协议", closing.ForMember: "分到户，按户记内部往来", closing.ForOther: "成员分配之后",
	}
	var out []distPart
	for _, o := range closing.Purposes {
		out = append(out, distPart{Purpose: o.Code, Label: o.Label, Hint: hints[o.Code]})
	}
	return out
}

// choices lists the collectives' books that the person may distribute from.
func (p *pages) choices(c *shell.Ctx, tenant int64) ([]ui.Option, error) {
	page, _, err := p.l.Books.List(c.Context(), c.Who, tenant, record.Filter{Scope: c.Scope, Page: db.Paging{Sort: "region", Limit: 500}})
	var out []ui.Option
	for i := range page.Items {
		if b := &page.Items[i]; b.Entity != ledger.EntityCommittee && c.Who.Can(distEdit, b.Region) {
			out = append(out, ui.Option{Value: b.ID.String(), Label: b.Name})
		}
	}
	return out, err
}

func (p *pages) newDist(c *shell.Ctx) error {
	if _, err := c.NeedTenant(); err != nil {
		return err
	}
	f := &distForm{Key: c.FormKey(), Books: c.Query("books"), Year: itoa(yearOf(c, c.Query("year"))), Parts: emptyParts(), Errs: map[string]string{}}
	return p.distPage(c, http.StatusOK, f)
}

func (p *pages) dist(c *shell.Ctx) (*closing.Distribution, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, err
	}
	id, err := c.ID()
	if err != nil {
		return nil, err
	}
	return p.s.Distributions.Get(c.Context(), c.Who, tenant, id)
}

func (p *pages) editDist(c *shell.Ctx) error {
	d, err := p.dist(c)
	if err != nil {
		return err
	}
	if d.State != "draft" {
		return c.Redirect("/distributions/" + d.ID.String())
	}
	f := &distForm{
		ID: d.ID, Version: d.Version, Key: c.FormKey(), Books: d.Books.String(), Year: itoa(d.Year), Method: d.Method, Parts: emptyParts(), Note: d.Note, Errs: map[string]string{},
		Charter: closing.RateText(d.CharterRate), Cover: plain(d.Cover),
	}
	for i := range f.Parts {
		for _, l := range d.Lines {
			if part := &f.Parts[i]; l.Purpose == part.Purpose {
				part.Fen, part.Account = l.Fen.Plain(), l.Account
				if l.Rate != 0 {
					part.Rate, part.Fen = closing.RateText(l.Rate), ""
				}
			}
		}
	}
	if d.Method == closing.ByShares {
		names, err := p.householdNames(c, d.Shares)
		if err != nil {
			return err
		}
		for _, s := range d.Shares {
			f.Shares += names[s.Member] + "\t" + weightText(s.Weight) + "\n"
		}
	}
	return p.distPage(c, http.StatusOK, f)
}

func plain(f money.Fen) string {
	if f == 0 {
		return ""
	}
	return f.Plain()
}

// weightText writes a weight in shares, which are kept in 1/10000.
func weightText(w int64) string {
	whole, part := strconv.FormatInt(w/qty.One, 10), strings.TrimRight(fmt.Sprintf("%04d", w%qty.One), "0")
	if part == "" {
		return whole
	}
	return whole + "." + part
}

func (p *pages) householdNames(c *shell.Ctx, list []closing.DistShare) (map[ids.ID]string, error) {
	n, ok := p.shell.Env.Noun("member")
	if !ok {
		return map[ids.ID]string{}, nil
	}
	var want []ids.ID
	for _, s := range list {
		want = append(want, s.Member)
	}
	return n.Names(c.Context(), p.read(), c.Tenant, want)
}

// saveDist stores the plan, or shows the form again with everything that was typed and what is wrong beside it.
func (p *pages) saveDist(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	f := &distForm{
		Key: c.Form("_key"), Books: c.Form("books"), Year: c.Form("year"), Cover: c.Form("cover"), Charter: c.Form("charter"), Method: c.Form("method"), Shares: c.Form("shares"),
		Note: c.Form("note"), Parts: emptyParts(), Errs: map[string]string{},
	}
	if c.R.PathValue("id") != "" {
		d, err := p.dist(c)
		if err != nil {
			return err
		}
		f.ID, f.Books, f.Year = d.ID, d.Books.String(), itoa(d.Year)
		f.Version, _ = strconv.ParseInt(c.Form("version"), 10, 64)
	}
	for i := range f.Parts {
		x := &f.Parts[i]
		x.Rate, x.Fen, x.Account = c.Form(x.Purpose+".rate"), c.Form(x.Purpose), c.Form(x.Purpose+".account")
	}
	d, err := p.fill(c, tenant, f)
	if err != nil {
		return err
	}
	if len(f.Errs) > 0 {
		return p.distAgain(c, f, http.StatusUnprocessableEntity)
	}
	id, err := p.s.SaveDistribution(c.Context(), c.Who, tenant, f.Key, d)
	if err != nil {
		if !mendable(err) {
			return err
		}
		f.blame(errs.As(err))
		f.Key = c.FormKey()
		return p.distAgain(c, f, shell.Status(err))
	}
	return c.Done("/distributions/"+id.String(), "方案已保存")
}

func (f *distForm) blame(e *errs.Error) {
	if len(e.Fields) == 0 {
		f.Top = append(f.Top, ui.FieldError{Text: e.Msg})
	}
	for _, x := range e.Fields {
		if x.Name == "lines" {
			f.Top = append(f.Top, ui.FieldError{Text: x.Msg})
			continue
		}
		f.Errs[x.Name] = x.Msg
	}
}

// fill reads the texts into a plan. What cannot be read is noted in f.Errs.
func (p *pages) fill(c *shell.Ctx, tenant int64, f *distForm) (*closing.Distribution, error) {
	d := &closing.Distribution{Method: f.Method}
	d.ID, d.Version, d.Note = f.ID, f.Version, f.Note
	var err error
	if d.Books, err = ids.Parse(f.Books); err != nil {
		f.Errs["books"] = "请选择账套"
	}
	if d.Year, err = strconv.Atoi(strings.TrimSpace(f.Year)); err != nil {
		f.Errs["year"] = "请填写年度，如 2024"
	}
	fen := func(name, text string) money.Fen {
		if strings.TrimSpace(text) == "" {
			return 0
		}
		v, err := money.Parse(text)
		if err != nil {
			f.Errs[name] = errs.Message(err)
		}
		return v
	}
	rate := func(name, text string) int {
		v, err := closing.ParseRate(text)
		if err != nil {
			f.Errs[name] = errs.Message(err)
		}
		return v
	}
	d.Cover, d.CharterRate = fen("cover", f.Cover), rate("charter", f.Charter)
	for _, x := range f.Parts {
		l := closing.DistLine{Purpose: x.Purpose, Label: x.Label, Rate: rate(x.Purpose, x.Rate), Fen: fen(x.Purpose, x.Fen), Account: strings.TrimSpace(x.Account)}
		if first, _, ok := strings.Cut(l.Account, " "); ok {
			l.Account = first
		}
		if l.Rate != 0 && l.Fen != 0 {
			f.Errs[x.Purpose] = "比例和金额只填一个"
		}
		if l.Rate != 0 || l.Fen != 0 {
			d.Lines = append(d.Lines, l)
		}
	}
	if d.Method == closing.ByShares {
		d.Shares, err = p.shares(c, tenant, f)
	} else {
		err = nil
	}
	return d, err
}

// maxShares bounds a pasted list of shares.
const maxShares = 20_000

// shares reads a list pasted from a sheet: a household's number and its shares in each line.
func (p *pages) shares(c *shell.Ctx, tenant int64, f *distForm) ([]closing.DistShare, error) {
	n, ok := p.shell.Env.Noun("member")
	if !ok {
		f.Errs["shares"] = "这里还没有登记成员户"
		return nil, nil
	}
	var out []closing.DistShare
	seen := map[ids.ID]int{}
	for i, line := range strings.Split(f.Shares, "\n") {
		cells := strings.FieldsFunc(line, func(r rune) bool { return r == '\t' || r == ',' || r == '，' || r == ' ' || r == '\r' })
		if len(cells) == 0 {
			continue
		}
		if len(cells) < 2 || len(out) == maxShares {
			f.Errs["shares"] = fmt.Sprintf("第 %d 行应为“户编号 份额”，如 CY-103205-0001 12.5", i+1)
			return nil, nil
		}
		id, err := n.Lookup(c.Context(), p.read(), tenant, cells[0])
		if errs.Is(err, errs.NotFound) {
			f.Errs["shares"] = fmt.Sprintf("第 %d 行：没有户编号为“%s”的成员户", i+1, cells[0])
			return nil, nil
		} else if err != nil {
			return nil, err
		}
		if first, dup := seen[id]; dup {
			f.Errs["shares"] = fmt.Sprintf("第 %d 行与第 %d 行是同一户", i+1, first)
			return nil, nil
		}
		seen[id] = i + 1
		w, err := qty.Parse(cells[len(cells)-1], qty.Ge)
		if err != nil {
			f.Errs["shares"] = fmt.Sprintf("第 %d 行的份额：%s", i+1, errs.Message(err))
			return nil, nil
		}
		out = append(out, closing.DistShare{Member: id, Weight: w.N})
	}
	return out, nil
}

func (p *pages) distAgain(c *shell.Ctx, f *distForm, status int) error {
	names := [][2]string{{"books", "账套"}, {"year", "年度"}, {"charter", "章程规定提取比例"}, {"cover", "公积公益金弥补亏损"}}
	for _, x := range f.Parts {
		names = append(names, [2]string{x.Purpose, x.Label})
	}
	for _, n := range append(names, [2]string{"method", "成员分配办法"}, [2]string{"shares", "各户份额"}) {
		if msg := f.Errs[n[0]]; msg != "" {
			f.Top = append(f.Top, ui.FieldError{Name: n[0], Label: n[1], Text: msg})
		}
	}
	return p.distPage(c, status, f)
}

// distPage shows the form, with what there is to distribute above it.
func (p *pages) distPage(c *shell.Ctx, status int, f *distForm) error {
	view := c.PageOf("收益分配方案", ui.Link{Label: "收益分配", Href: "/distributions"}, ui.Link{Label: "方案"})
	id, err := ids.Parse(f.Books)
	if err != nil {
		if f.Choices, err = p.choices(c, c.Tenant); err != nil {
			return err
		}
		return c.PageStatus(status, view, chooseBody(f))
	}
	b, err := p.l.Books.Get(c.Context(), c.Who, c.Tenant, id)
	if err != nil {
		return err
	}
	if err := c.Who.Require(distEdit, b.Region); err != nil {
		return err
	}
	f.Name = b.Name
	year, _ := strconv.Atoi(f.Year) // what is no year is refused below
	if f.Basis, err = p.s.BasisOf(c.Context(), p.read(), c.Tenant, b, year); err != nil {
		return p.problem(c, err, "收益分配方案", "/distributions", ui.Link{Label: "收益分配", Href: "/distributions"})
	}
	if b.Chart != ledger.Chart2004 {
		kept := f.Parts[:0]
		for _, x := range f.Parts {
			if x.Purpose != closing.ForWelfare {
				kept = append(kept, x)
			}
		}
		f.Parts = kept
	}
	f.RateFloor = f.Basis.Rule.ReserveRate
	f.Distributable = f.Basis.Net + f.Basis.Opening + f.Basis.OtherIn
	view.Subtitle = b.Name + " " + f.Year + " 年"
	return c.PageStatus(status, view, distFormBody(f))
}

// distDo carries out a step on a plan and comes back to it.
func (p *pages) distDo(c *shell.Ctx, done string, fn func(tenant int64, id ids.ID, version int64) error) error {
	d, err := p.dist(c)
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(c.Form("version"), 10, 64) // none: whatever there is
	back := "/distributions/" + d.ID.String()
	if err := fn(c.Tenant, d.ID, version); err != nil {
		return p.problem(c, err, "收益分配", back, ui.Link{Label: "收益分配", Href: "/distributions"}, ui.Link{Label: d.No, Href: back})
	}
	return c.Done(back, "%s", done)
}

func (p *pages) propose(c *shell.Ctx) error {
	return p.distDo(c, "方案已提交，请按规定公示", func(tenant int64, id ids.ID, version int64) error {
		return p.s.Propose(c.Context(), c.Who, tenant, id, version)
	})
}

func (p *pages) withdraw(c *shell.Ctx) error {
	return p.distDo(c, "方案已撤回，可以修改", func(tenant int64, id ids.ID, version int64) error {
		return p.s.Withdraw(c.Context(), c.Who, tenant, id, version, c.Form("reason"))
	})
}

func (p *pages) reverseDist(c *shell.Ctx) error {
	return p.distDo(c, "已整批冲销", func(tenant int64, id ids.ID, version int64) error {
		return p.s.ReverseDistribution(c.Context(), c.Who, tenant, id, version, c.Form("reason"))
	})
}

func (p *pages) postDist(c *shell.Ctx) error {
	return p.distDo(c, "收益分配已记账", func(tenant int64, id ids.ID, version int64) error {
		on, err := date.Parse(c.Form("post_on"))
		if err != nil {
			return errs.OnField("post_on", "%s", errs.Message(err))
		}
		return p.s.PostDistribution(c.Context(), c.Who, tenant, c.Form("_key"), id, version, on)
	})
}

func (p *pages) deleteDist(c *shell.Ctx) error {
	d, err := p.dist(c)
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(c.Form("version"), 10, 64)
	if err := p.s.Distributions.Delete(c.Context(), c.Who, c.Tenant, d.ID, version); err != nil {
		return p.problem(c, err, "收益分配", "/distributions/"+d.ID.String())
	}
	return c.Done("/distributions", "已删除方案 %s", d.No)
}

// distSteps shows what is to be done next with a plan.
func (p *pages) distSteps(c *shell.Ctx, d *closing.Distribution) (templ.Component, error) {
	path := "/distributions/" + d.ID.String()
	version := []ui.Hidden{{Name: "version", Value: strconv.FormatInt(d.Version, 10)}}
	v := toolsView{Print: true}
	edit, post := c.Who.Can(distEdit, d.Region), c.Who.Can(distPost, d.Region)
	again := &ui.ConfirmView{ID: "withdraw", Button: ui.Button{Label: "撤回修改", Icon: "arrow-back-up"}, Title: "撤回方案 " + d.No, Text: "撤回后重新修改，须再次公示、表决。", Action: path + "/withdraw", Submit: "确认撤回", AskReason: true, ReasonRequired: true, Hidden: version}
	switch {
	case d.State == "draft" && edit:
		v.Text = "方案还在拟订。核对无误后提交公示；提交后金额不再变动。"
		v.Links = []ui.Button{{Label: "修改方案", Icon: "edit", Href: path + "/edit"}}
		v.Do = &ui.ConfirmView{ID: "propose", Button: ui.Button{Label: "提交公示", Icon: "send", Style: ui.Primary}, Title: "提交方案 " + d.No, Text: "提交后请在村务公开栏公示，公示期满再开会表决。", Action: path + "/propose", Submit: "确认提交", Hidden: version}
		v.Undo = &ui.ConfirmView{ID: "delete", Button: ui.Button{Label: "删除", Style: ui.Ghost}, Title: "删除方案 " + d.No, Action: path + "/delete", Submit: "确认删除", Danger: true, Hidden: version}
	case d.State == "proposed" && edit:
		v.Text = "方案公示中。表决以后在这里登记决议。"
		v.Next = &ui.Button{Label: "登记决议", Icon: "checklist", Href: path + "/resolve", Style: ui.Primary}
		v.Undo = again
	case d.State == "resolved" && post:
		v.Text = "决议已登记。由提交人以外的会计记账：提取、分配和结转各项分配的凭证一次生成。"
		v.Post = &postView{Action: path + "/post", Key: c.FormKey(), Version: version[0].Value, On: fmt.Sprintf("%d-12-31", d.Year)}
		v.Undo = again
	case d.State == "posted" && post:
		v.Text = "已经记账。12 月（或记账的月份）没有结账前可以整批冲销。"
		v.Undo = &ui.ConfirmView{ID: "reverse", Button: ui.Button{Label: "整批冲销", Icon: "arrow-back-up"}, Title: "冲销 " + d.No, Text: "将为每张凭证生成红字凭证，一次记账。", Danger: true, Action: path + "/reverse", Submit: "确认冲销", AskReason: true, ReasonRequired: true, Hidden: version}
	default:
		v.Text = map[string]string{
			"draft": "方案还在拟订，由会计修改、提交公示。", "proposed": "方案公示中；公示期满、表决以后由会计登记决议。", "resolved": "决议已登记，等待提交人以外的会计记账。",
			"posted": "已经记账。", "reversed": "已整批冲销，不再有效。",
		}[d.State]
	}
	return toolsBody(v), nil
}

// distPlan shows where the income comes from and where it goes, in the legal order.
func (p *pages) distPlan(c *shell.Ctx, d *closing.Distribution) (templ.Component, error) {
	accounts, err := p.accountsOf(c, d.Books)
	if err != nil {
		return nil, err
	}
	t := ui.Table{Caption: "收益分配方案", Unit: "元", Columns: []ui.Column{{Label: "项目"}, {Label: "说明"}, {Label: "金额", Align: ui.Right}}}
	row := func(group bool, label, sub string, fen money.Fen) {
		t.Rows = append(t.Rows, ui.Row{Group: group, Cells: []ui.Cell{ui.T(label), {Text: sub, Muted: true}, ui.T(fen.String())}})
	}
	row(false, "本年净收益", "", d.Net)
	row(false, "加：年初未分配收益", "", d.Opening)
	row(false, "加：其他转入", "", d.OtherIn)
	if d.Cover != 0 {
		row(false, "加：公积公益金弥补亏损", "", d.Cover)
	}
	row(true, "可分配收益", "", d.Distributable())
	for _, l := range d.Lines {
		sub := l.Account + " " + accounts[l.Account].Name
		if l.Rate != 0 {
			sub = closing.RateText(l.Rate) + "%，记入 " + sub
		}
		row(false, "减："+l.Label, sub, l.Fen)
	}
	row(true, "年末未分配收益", "", d.Distributable()-d.Total())
	return resource.TableCard(ui.CardView{Title: "分配方案", Sub: itoa(d.Year) + " 年", Flush: true}, t), nil
}

// shownShares is how many households the page lists.
const shownShares = 500

func (p *pages) distShares(c *shell.Ctx, d *closing.Distribution) (templ.Component, error) {
	if len(d.Shares) == 0 {
		return nil, nil
	}
	nos, err := p.householdNames(c, d.Shares)
	if err != nil {
		return nil, err
	}
	b, err := p.l.Books.Get(c.Context(), c.Who, c.Tenant, d.Books)
	if err != nil {
		return nil, err
	}
	list, err := p.s.HouseholdsOf(c.Context(), p.read(), b, d.Year)
	if err != nil {
		return nil, err
	}
	called := map[ids.ID]string{} // who has left has a number only
	for _, h := range list {
		called[h.ID] = h.Name
	}
	label := map[string]string{closing.ByHousehold: "户", closing.ByPersons: "人数", closing.ByShares: "份额"}[d.Method]
	t := ui.Table{Caption: "分配到户", Dense: true, Unit: "元", Columns: []ui.Column{{Label: "成员户"}, {Label: label, Align: ui.Right}, {Label: "金额", Align: ui.Right}, {Label: "领款签字", HidePhone: true}}}
	var sum money.Fen
	for i, s := range d.Shares {
		sum += s.Fen
		if i >= shownShares {
			continue
		}
		w := strconv.FormatInt(s.Weight, 10)
		if d.Method == closing.ByShares {
			w = weightText(s.Weight)
		}
		t.Rows = append(t.Rows, ui.Row{Href: "/members/" + s.Member.String(), Cells: []ui.Cell{{Text: cmp.Or(called[s.Member], nos[s.Member]), Sub: nos[s.Member]}, ui.T(w), ui.T(s.Fen.String()), {}}})
	}
	t.Foot = []ui.Cell{{Text: "合计"}, {}, ui.T(sum.String()), {}}
	return resource.TableCard(ui.CardView{Title: "分配到户", Sub: itoa(len(d.Shares)) + " 户", Flush: true}, t), nil
}

func (p *pages) distVouchers(c *shell.Ctx, d *closing.Distribution) (templ.Component, error) {
	return p.made(c, "distribution", d.ID, d.Books)
}
