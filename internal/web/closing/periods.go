package closing

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"huicun/internal/books/closing"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/record"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

func itoa(n int) string { return strconv.Itoa(n) }

// kinds are the colours of results.
var kinds = map[string]ui.Kind{closing.OK: ui.Green, closing.Warning: ui.Orange, closing.Blocking: ui.Red}

// words are the results in Chinese.
var words = map[string]string{closing.OK: "通过", closing.Warning: "提示", closing.Blocking: "不通过"}

var icons = map[string]string{closing.OK: "check", closing.Warning: "alert-triangle", closing.Blocking: "ban"}

func badge(state string) *ui.BadgeView {
	return &ui.BadgeView{Text: words[state], Kind: kinds[state], Icon: icons[state]}
}

// townPage is how many books the page of a town shows.
const townPage = 60

// overview shows for the books of a place where they stand.
func (p *pages) overview(c *shell.Ctx) error {
	return p.townPage(c, http.StatusOK, nil)
}

// upTo is the month up to which is to be closed: what is asked for, else the last that is over.
func upTo(c *shell.Ctx) date.Month {
	if m := month(c.Query("month")); m != 0 {
		return m
	}
	if c.AsOf == c.AsOf.EndOfMonth() {
		return c.AsOf.YearMonth()
	}
	return c.AsOf.YearMonth().Prev()
}

func (p *pages) townPage(c *shell.Ctx, status int, done []closing.Closed) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	page, total, err := p.l.Books.List(c.Context(), c.Who, tenant, record.Filter{Scope: c.Scope, Page: db.Paging{Sort: "region", After: c.Query("after"), Limit: townPage}})
	if err != nil {
		return err
	}
	to := upTo(c)
	if m := month(c.Form("month")); m != 0 {
		to = m
	}
	books := slices.DeleteFunc(page.Items, func(b ledger.Books) bool { return b.From > to })
	list, err := p.s.Overview(c.Context(), tenant, books, to)
	if err != nil {
		return err
	}
	v := townView{Month: to, Months: monthOptions(c, to), Done: done, Total: total}
	if page.Next != "" {
		v.NextHref = "/closing?month=" + to.String() + "&after=" + url.QueryEscape(page.Next)
	}
	for i := range list {
		g := &list[i]
		row := townRow{ID: g.Books.ID.String(), Books: g.Books, Last: "还没有结过账", May: g.Ready() && c.Who.Can(booksPost, g.Books.Region)}
		if g.Last != 0 {
			row.Last = "已结到 " + g.Last.Chinese()
		}
		switch {
		case g.Next == 0:
			row.State = ui.BadgeView{Text: "账套已止", Kind: ui.Grey}
		case g.List == nil:
			row.State = ui.BadgeView{Text: "已结清", Kind: ui.Green, Icon: "check"}
			v.Closed++
		case g.List.Blocked():
			row.State = ui.BadgeView{Text: "有 " + itoa(g.List.Count(closing.Blocking)) + " 项不通过", Kind: ui.Red, Icon: "ban"}
			v.Blocked++
		case g.List.Count(closing.Warning) > 0:
			row.State = ui.BadgeView{Text: "可以结账，" + itoa(g.List.Count(closing.Warning)) + " 项提示", Kind: ui.Orange}
			v.Ready++
		default:
			row.State = ui.BadgeView{Text: "可以结账", Kind: ui.Azure}
			v.Ready++
		}
		if g.Next != 0 {
			row.Next, row.Href = g.Next.Chinese(), checkHref(g.Books.ID, g.Next)
		}
		if g.List != nil {
			for _, r := range g.List.Results {
				if r.State != closing.OK {
					row.Why = append(row.Why, ui.BadgeView{Text: r.Label, Kind: kinds[r.State]})
				}
			}
		}
		v.May = v.May || row.May
		v.Rows = append(v.Rows, row)
	}
	if v.Ready > 0 && !v.May {
		v.Hint = "结账由镇代理会计办理；这里可以先看还差什么。"
	}
	view := c.PageOf("结账检查")
	view.Subtitle = c.ScopeName()
	view.Actions = ui.Buttons(ui.Button{Label: "结账记录", Icon: "history", Href: "/closing/log"}, ui.Button{Label: "检查规则", Icon: "list-check", Href: "/close-rules"})
	return c.PageStatus(status, view, townBody(v))
}

// monthOptions are the months that one may look at: of this year and the last one.
func monthOptions(c *shell.Ctx, chosen date.Month) []ui.Option {
	var out []ui.Option
	for m := c.AsOf.YearMonth(); m >= date.Month((c.Year-1)*100+1); m = m.Prev() {
		out = append(out, ui.Option{Value: m.String(), Label: m.Chinese(), Selected: m == chosen})
	}
	return out
}

// maxBatch bounds how many books one form closes.
const maxBatch = 500

// closeMany closes the chosen books up to a month, one by one, and says what came of each.
func (p *pages) closeMany(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	to := month(c.Form("month"))
	var chosen []ids.ID
	for _, text := range c.R.PostForm["books"] {
		if id, err := ids.Parse(text); err == nil && len(chosen) < maxBatch {
			chosen = append(chosen, id)
		}
	}
	if to == 0 || len(chosen) == 0 {
		return c.Done("/closing", "没有选账套，什么都没有结")
	}
	done, err := p.s.CloseAll(c.Context(), c.Who, tenant, chosen, to)
	if err != nil {
		return err
	}
	return p.townPage(c, http.StatusOK, done)
}

func checkHref(books ids.ID, m date.Month) string {
	return "/closing/" + books.String() + "?month=" + m.String()
}

// checklist shows the checks of one month of books.
func (p *pages) checklist(c *shell.Ctx) error {
	b, err := p.books(c)
	if err != nil {
		return err
	}
	periods, err := ledger.Periods(c.Context(), p.read(), c.Tenant, b.ID)
	if err != nil {
		return err
	}
	var last date.Month
	closed := map[date.Month]ledger.Period{}
	for _, x := range periods {
		if x.Closed {
			last, closed[x.Month] = x.Month, x
		}
	}
	next := b.From
	if last != 0 {
		next = last.Next()
	}
	m := month(c.Query("month"))
	if m == 0 {
		m = next
		if b.Takes(m) != nil {
			m = last
		}
	}
	list, err := p.s.Checklist(c.Context(), p.read(), c.Tenant, b.ID, m)
	if err != nil {
		return p.problem(c, err, "结账检查", "/closing", ui.Link{Label: "账套", Href: "/books"})
	}
	v := checkView{List: list, Base: "/closing/" + b.ID.String(), Month: m}
	may := c.Who.Can(booksPost, b.Region)
	if x, ok := closed[m]; ok {
		v.Closed = x.ClosedBy + " 于 " + moment(x.ClosedAt) + " 结账"
		if may && m == last {
			v.Reopen = &ui.ConfirmView{
				ID: "reopen", Button: ui.Button{Label: "反结账", Icon: "arrow-back-up"}, Title: m.Chinese() + "反结账", Text: "反结账后可以再记这个月的账；谁在何时为何反结账会留下记录。",
				Action: v.Base + "/reopen", Submit: "确认反结账", AskReason: true, ReasonRequired: true, Hidden: []ui.Hidden{{Name: "month", Value: m.String()}},
			}
		}
	} else if m == next && may && !list.Blocked() {
		text := "结账后这个月不能再填制、记账或冲销凭证。"
		if n := list.Count(closing.Warning); n > 0 {
			text += fmt.Sprintf("有 %d 项提示，结账表示已经核实；提示内容会留在结账记录里。", n)
		}
		v.Close = &ui.ConfirmView{
			ID: "close", Button: ui.Button{Label: m.Chinese() + "结账", Icon: "lock", Style: ui.Primary}, Title: b.Name + " " + m.Chinese() + "结账", Text: text,
			Action: v.Base + "/close", Submit: "确认结账", Hidden: []ui.Hidden{{Name: "month", Value: m.String()}},
		}
	} else if m > next {
		v.Wait = &ui.Link{Label: "请先结 " + next.Chinese(), Href: checkHref(b.ID, next)}
	}
	for x := m.Add(-1); x >= b.From && x >= m.Add(-1); x = x.Prev() {
		v.Prev = &ui.Link{Label: x.Chinese(), Href: checkHref(b.ID, x)}
	}
	if x := m.Next(); b.Takes(x) == nil {
		v.Next = &ui.Link{Label: x.Chinese(), Href: checkHref(b.ID, x)}
	}
	view := c.PageOf(m.Chinese()+"结账检查", ui.Link{Label: "结账检查", Href: "/closing"}, ui.Link{Label: b.Name, Href: "/books/" + b.ID.String()}, ui.Link{Label: m.Chinese()})
	view.Subtitle = b.Name
	view.Actions = ui.Buttons(
		ui.Button{Label: itoa(m.Year()) + " 年年终结转", Icon: "calendar", Href: "/closing/" + b.ID.String() + "/year-end?year=" + itoa(m.Year())},
		ui.Button{Label: "结账记录", Icon: "history", Href: "/closing/log?books=" + b.ID.String()})
	return c.Page(view, checkBody(v))
}

func (p *pages) close(c *shell.Ctx) error {
	return p.period(c, "已结账", func(b ids.ID, m date.Month) error { return p.s.Close(c.Context(), c.Who, c.Tenant, b, m) })
}

func (p *pages) reopen(c *shell.Ctx) error {
	return p.period(c, "已反结账", func(b ids.ID, m date.Month) error {
		return p.s.Reopen(c.Context(), c.Who, c.Tenant, b, m, c.Form("reason"))
	})
}

func (p *pages) period(c *shell.Ctx, done string, fn func(ids.ID, date.Month) error) error {
	b, err := p.books(c)
	if err != nil {
		return err
	}
	m, err := date.ParseMonth(c.Form("month"))
	back := "/closing/" + b.ID.String()
	if err == nil {
		back = checkHref(b.ID, m)
		err = fn(b.ID, m)
	}
	if err != nil {
		return p.problem(c, err, "结账", back, ui.Link{Label: "结账检查", Href: "/closing"}, ui.Link{Label: b.Name, Href: "/books/" + b.ID.String()})
	}
	return c.Done("/closing/"+b.ID.String(), "%s %s%s", b.Name, m.Chinese(), done)
}

// logPage is how many events the log shows at once.
const logPage = 50

// log lists all closings and re-openings of a place, or of some books, newest first.
func (p *pages) log(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	ranges, err := p.shell.Regions.Ranges(c.Context(), c.Who.Narrow(booksView, c.Scope)...)
	if err != nil {
		return err
	}
	books, _ := ids.Parse(c.Query("books")) // none: those of the whole place
	before, _ := ids.Parse(c.Query("after"))
	list, err := ledger.PeriodLog(c.Context(), p.read(), tenant, ranges, books, before, logPage+1)
	if err != nil {
		return err
	}
	t := ui.Table{Caption: "结账记录", Columns: []ui.Column{{Label: "时间", Nowrap: true}, {Label: "账套"}, {Label: "期间", Nowrap: true}, {Label: "事项"}, {Label: "办理人"}, {Label: "理由、提示"}},
		Empty: &ui.EmptyView{Icon: "history", Title: "还没有结账记录", Text: "结账和反结账都记在这里：谁、何时、为何。", Buttons: []ui.Button{{Label: "去结账", Href: "/closing", Style: ui.Primary}}}}
	next := ""
	for i := range list {
		e := &list[i]
		if i == logPage {
			next = "/closing/log?books=" + url.QueryEscape(c.Query("books")) + "&after=" + list[i-1].ID.String()
			break
		}
		b := ui.BadgeView{Text: "结账", Kind: ui.Green, Icon: "lock"}
		if e.Action == ledger.PeriodReopened {
			b = ui.BadgeView{Text: "反结账", Kind: ui.Orange, Icon: "arrow-back-up"}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			ui.T(moment(e.At)), {Text: e.Name, Href: "/books/" + e.Books.String()}, {Text: e.Month.Chinese(), Href: checkHref(e.Books, e.Month)}, {Badge: &b}, ui.T(e.Actor), {Text: e.Note, Muted: true},
		}})
	}
	view := c.PageOf("结账记录", ui.Link{Label: "结账检查", Href: "/closing"}, ui.Link{Label: "结账记录"})
	view.Subtitle = c.ScopeName()
	return c.Page(view, logBody(resource.TableCard(ui.CardView{Flush: true}, t), ui.PagerView{Shown: len(t.Rows), NextHref: next}))
}
