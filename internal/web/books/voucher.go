package books

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// paper is a voucher as it is printed.
type paper struct {
	Problem                 string
	Word, No, Date          string
	Part                    string // of the slips of a long voucher: 2/3
	Brought, Carried        *slipSums
	Attachments             int
	Lines                   []paperLine
	Capital, Debit, Credit  string
	Maker, Reviewer, Poster string
	State                   ui.BadgeView
	Sample, Draft           bool
	Books                   ui.Link
	Links                   []paperLink // what it reverses or corrects, and what reversed or corrects it
	Confirms                []ui.ConfirmView
	Corrects                []correctView
	Difference              string // where the difference is asked for
	Hint                    string
	Back                    *ledger.Verdict // what stands against the draft
	NoteText, Period        string
}

type paperLine struct {
	Summary, Account string
	Tags             []ui.BadgeView
	Debit, Credit    string
	RedDebit         bool
	RedCredit        bool
	debit, credit    money.Fen
}

// paperLink leads to a voucher that this one has to do with; what is not posted yet is pending.
type paperLink struct {
	ui.Link
	Pending bool
}

// still is a voucher without anything to do: on paper, or beside a checklist.
func (v paper) still() paper {
	v.Confirms, v.Corrects, v.Difference, v.Hint, v.Back = nil, nil, "", "", nil
	return v
}

func (p *pages) paperPanel(c *shell.Ctx, v *ledger.Voucher) (templ.Component, error) {
	pv, err := p.paper(c, v)
	if err != nil {
		return nil, err
	}
	return paperBody(pv), nil
}

// paper gathers what the printed voucher shows, and what the person may do with it now.
func (p *pages) paper(c *shell.Ctx, v *ledger.Voucher) (paper, error) {
	whole, err := p.l.Get(c.Context(), c.Who, c.Tenant, v.ID) // lists and panels read no lines
	if err != nil {
		return paper{}, err
	}
	list, err := p.papers(c, []ledger.Voucher{*whole})
	if err != nil {
		return paper{}, err
	}
	out := list[0]
	by, err := ledger.ReversalOf(c.Context(), p.read(), c.Tenant, v.ID)
	if err != nil {
		return paper{}, err
	}
	if err := p.paperLinks(c, v, by, &out); err != nil {
		return paper{}, err
	}
	verdicts, err := ledger.VerdictsOf(c.Context(), p.read(), c.Tenant, []ids.ID{v.ID})
	if err != nil {
		return paper{}, err
	}
	if x, back := ledger.Rejected(v, verdicts); back {
		out.Back = &x
	}
	p.paperActions(c, v, by, &out)
	return out, nil
}

// papers are vouchers, read with their lines, as they are printed.
func (p *pages) papers(c *shell.Ctx, list []ledger.Voucher) ([]paper, error) {
	var lines []ledger.Line
	charts := map[ids.ID]*chart{}
	for i := range list {
		lines = append(lines, list[i].Lines...)
		charts[list[i].Books] = nil
	}
	tags, err := p.tags(c, lines)
	if err != nil {
		return nil, err
	}
	names, err := p.names(c, "books", slices.Collect(maps.Keys(charts)))
	if err != nil {
		return nil, err
	}
	for id := range charts {
		if charts[id], err = p.chart(c, id, 0); err != nil {
			return nil, err
		}
	}
	out := make([]paper, len(list))
	for i := range list {
		v := &list[i]
		out[i] = paperOf(v, charts[v.Books], tags[:len(v.Lines)])
		out[i].Books = ui.Link{Label: names[v.Books], Href: p.href("books", v.Books)}
		tags = tags[len(v.Lines):]
	}
	return out, nil
}

func paperOf(v *ledger.Voucher, ch *chart, tags [][]ui.BadgeView) paper {
	s := ledger.Machine.State(v.State)
	out := paper{
		Word: v.Kind, Date: v.Date.String(), Attachments: v.Attachments, Capital: v.Total.Capital(), Maker: v.Maker, Reviewer: v.Reviewer, Poster: v.Poster,
		State: ui.BadgeView{Text: s.Label, Kind: ui.Kind(s.Tone)}, Sample: v.Sample, Draft: v.State != ledger.Posted, NoteText: v.Note, Period: v.Month.Chinese(),
	}
	if v.Number > 0 {
		out.No = fmt.Sprintf("%04d", v.Number)
	}
	var debit, credit money.Fen
	for i, e := range v.Lines {
		debit, credit = debit+e.Debit, credit+e.Credit
		out.Lines = append(out.Lines, paperLine{
			Summary: e.Summary, Account: e.Account + " " + ch.path(e.Account), Tags: tags[i], Debit: amount(e.Debit), Credit: amount(e.Credit), RedDebit: e.Debit < 0, RedCredit: e.Credit < 0,
			debit: e.Debit, credit: e.Credit,
		})
	}
	out.Debit, out.Credit = debit.String(), credit.String()
	return out
}

func (p *pages) paperLinks(c *shell.Ctx, v *ledger.Voucher, by ids.ID, out *paper) error {
	for _, x := range []struct {
		id            ids.ID
		posted, draft string
	}{
		{v.Reverses, "冲销 %s", "冲销 %s"},
		{v.Corrects, "订正 %s", "订正 %s"},
		{by, "已由 %s 冲销", "待审核记账的冲销凭证 %s"},
	} {
		if err := p.paperLink(c, x.id, x.posted, x.draft, out); err != nil {
			return err
		}
	}
	corrections, err := ledger.CorrectionsOf(c.Context(), p.read(), c.Tenant, v.ID)
	if err != nil {
		return err
	}
	for i := range corrections {
		if err := p.paperLink(c, corrections[i].ID, "已由 %s 订正", "待审核记账的订正凭证 %s", out); err != nil {
			return err
		}
	}
	return nil
}

// paperLink adds a link to another voucher, worded by whether that one is posted.
func (p *pages) paperLink(c *shell.Ctx, id ids.ID, posted, draft string, out *paper) error {
	if id == 0 {
		return nil
	}
	v, err := ledger.GetVoucher(c.Context(), p.read(), c.Tenant, id)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	l := paperLink{ui.Link{Label: fmt.Sprintf(posted, v.FullNo), Href: p.href("voucher", id)}, v.State != ledger.Posted}
	if l.Pending {
		l.Label = fmt.Sprintf(draft, v.FullNo)
	}
	out.Links = append(out.Links, l)
	return nil
}

// tags are the records that each line belongs to, as links.
func (p *pages) tags(c *shell.Ctx, lines []ledger.Line) ([][]ui.BadgeView, error) {
	out := make([][]ui.BadgeView, len(lines))
	for _, d := range ledger.Dimensions {
		var want []ids.ID
		for i := range lines {
			if id := *d.At(&lines[i]); id != 0 {
				want = append(want, id)
			}
		}
		names, err := p.names(c, d.Kind, want)
		if err != nil {
			return nil, err
		}
		for i := range lines {
			if id := *d.At(&lines[i]); id != 0 {
				out[i] = append(out[i], ui.BadgeView{Text: names[id], Kind: ui.Green, Href: p.href(d.Kind, id)})
			}
		}
	}
	return out, nil
}

// paperActions are the steps that this person may take now. Whoever made a voucher does not review it.
func (p *pages) paperActions(c *shell.Ctx, v *ledger.Voucher, by ids.ID, out *paper) {
	base := "/vouchers/" + v.ID.String()
	version := []ui.Hidden{{Name: "version", Value: strconv.FormatInt(v.Version, 10)}}
	can := func(perm string) bool { return c.Who.Can(perm, v.Region) }
	add := func(id, label, icon string, style ui.ButtonStyle, text string, reason, danger bool) {
		out.Confirms = append(out.Confirms, ui.ConfirmView{
			ID: "do-" + id, Button: ui.Button{Label: label, Icon: icon, Style: style}, Title: label + "：" + v.FullNo, Text: text, Action: base + "/" + id,
			Submit: "确认" + label, AskReason: reason, ReasonRequired: reason, Danger: danger, Hidden: version,
		})
	}
	switch v.State {
	case ledger.Draft:
		switch {
		case out.Back != nil && can(voucherEdit):
			out.Hint = "这张草稿已退改，请修改后重新保存，再由他人审核。"
		case !can(voucherApprove):
			out.Hint = waitingText(v)
		case v.MadeBy(c.Who.ID, c.Who.Name):
			out.Hint = "您是制单人，请由他人审核。"
		default:
			add("review", "审核", "check", ui.Primary, "已核对原始凭据、科目和金额，同意记账。", false, false)
		}
		if can(voucherEdit) {
			add("delete", "删除草稿", "trash", ui.Ghost, "删除后不能恢复，历史记录中仍可查到；草稿没有占用凭证号。", false, true)
		}
	case ledger.Reviewed:
		if can(voucherPost) {
			add("post", "记账", "book-2", ui.Primary, "记账时编号并计入余额。记账后不能修改，有误只能用红字冲销。", false, false)
		}
		if can(voucherApprove) {
			add("return", "退回", "arrow-back-up", ui.Plain, "退回后由制单人修改，再重新审核。", true, false)
		}
	case ledger.Posted:
		if can(voucherEdit) && v.Reverses == 0 {
			p.corrections(c, v, by, out)
		}
	}
}

// waitingText says what a draft waits for.
func waitingText(v *ledger.Voucher) string {
	switch {
	case v.Reverses != 0:
		return "红字冲销凭证还是草稿，由他人审核、记账后才冲销原凭证。"
	case v.Corrects != 0:
		return "订正凭证还是草稿，改正后由他人审核、记账。"
	}
	return "草稿还没有入账，请镇代理会计审核后记账。"
}

// corrections are the ways to put a posted voucher right.
func (p *pages) corrections(c *shell.Ctx, v *ledger.Voucher, by ids.ID, out *paper) {
	if by != 0 {
		return
	}
	base := "/vouchers/" + v.ID.String()
	on := notBefore(c.AsOf, v.Date).String()
	out.Corrects = append(out.Corrects, correctView{
		ID: "do-reverse", Action: base + "/reverse", Key: c.FormKey(), Date: on, Min: v.Date.String(), No: v.FullNo, Title: "冲销", Submit: "生成冲销草稿",
		Text: "系统填一张分录相同、金额相反的红字凭证草稿，由他人审核、记账后生效；原凭证保留。",
	})
	if v.Kind == ledger.Closing {
		return
	}
	out.Corrects = append(out.Corrects, correctView{
		ID: "do-correct", Action: base + "/correct", Key: c.FormKey(), Date: on, Min: v.Date.String(), No: v.FullNo, Title: "订正", Submit: "生成两张草稿",
		Text: "科目或摘要写错时用：系统填一张红字注销凭证，再填一张蓝字订正凭证供您改正，都由他人审核、记账。",
	})
	out.Difference = base + "/difference"
}

// voucherButtons are the buttons at the top of a voucher's page.
func (p *pages) voucherButtons(c *shell.Ctx, v *ledger.Voucher) []ui.Button {
	var out []ui.Button
	if v.State == ledger.Draft && c.Who.Can(voucherEdit, v.Region) {
		out = append(out, ui.Button{Label: "修改", Icon: "edit", Href: "/vouchers/" + v.ID.String() + "/edit"})
	}
	if c.Who.Can(voucherEdit, v.Region) {
		out = append(out, ui.Button{Label: "再填一张", Icon: "plus", Href: "/vouchers/new?books=" + v.Books.String() + "&date=" + v.Date.String()},
			ui.Button{Label: "复制", Icon: "copy", Href: "/vouchers/new?copy=" + v.ID.String()})
	}
	if c.Who.Can(recurringEdit, v.Region) && v.Reverses == 0 && v.Kind != ledger.Closing {
		out = append(out, ui.Button{Label: "设为循环凭证", Icon: "history", Href: "/vouchers/" + v.ID.String() + "/repeat"})
	}
	return append(out, ui.Button{Label: "打印", Icon: "printer", Attrs: templ.Attributes{"data-print": true, "type": "button"}})
}

// act carries out one step on the voucher of the path, and shows the voucher with what stood against it.
func (p *pages) act(c *shell.Ctx, done string, fn func(tenant int64, id ids.ID, version int64) error) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	id, err := c.ID()
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(c.Form("version"), 10, 64)
	if err := fn(tenant, id, version); err != nil {
		return p.refused(c, tenant, id, err)
	}
	return c.Done("/vouchers/"+id.String(), "%s", done)
}

func (p *pages) refused(c *shell.Ctx, tenant int64, id ids.ID, err error) error {
	if !mendable(err) {
		return err
	}
	v, gerr := p.l.Get(c.Context(), c.Who, tenant, id)
	if gerr != nil {
		return err
	}
	pv, gerr := p.paper(c, v)
	if gerr != nil {
		return gerr
	}
	pv.Problem = shell.Sentence(err)
	view := c.PageOf(p.l.Vouchers.Title(v), ui.Link{Label: "凭证", Href: "/vouchers"}, ui.Link{Label: v.FullNo})
	view.Actions = ui.Buttons(p.voucherButtons(c, v)...)
	return c.PageStatus(statusOf(err), view, paperBody(pv))
}

func (p *pages) review(c *shell.Ctx) error {
	return p.act(c, "已审核，可以记账", func(t int64, id ids.ID, version int64) error {
		return p.l.Review(c.Context(), c.Who, t, id, version)
	})
}

func (p *pages) sendBack(c *shell.Ctx) error {
	return p.act(c, "已退回给制单人", func(t int64, id ids.ID, version int64) error {
		return p.l.Return(c.Context(), c.Who, t, id, version, c.Form("reason"))
	})
}

func (p *pages) post(c *shell.Ctx) error {
	return p.act(c, "已记账", func(t int64, id ids.ID, version int64) error {
		return p.l.Post(c.Context(), c.Who, t, id, version)
	})
}

func (p *pages) remove(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	id, err := c.ID()
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(c.Form("version"), 10, 64)
	if err := p.l.DeleteDraft(c.Context(), c.Who, tenant, id, version); err != nil {
		return p.refused(c, tenant, id, err)
	}
	return c.Done("/vouchers", "已删除草稿")
}

func (p *pages) reverse(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	id, err := c.ID()
	if err != nil {
		return err
	}
	on, err := date.Parse(c.Form("date"))
	var made ids.ID
	if err == nil {
		made, err = p.l.Reverse(c.Context(), c.Who, tenant, formKey(c), id, on, c.Form("reason"))
	}
	if err != nil {
		return p.refused(c, tenant, id, err)
	}
	return c.Done("/vouchers/"+made.String(), "已填制红字冲销凭证，待他人审核后记账；原凭证保留")
}

// formKey is the key of a posted form; a form without one gets its own.
func formKey(c *shell.Ctx) string {
	if k := c.Form("_key"); len(k) >= 16 && len(k) <= 64 {
		return k
	}
	return c.FormKey()
}
