package books

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/record"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// side is a balance with the side on which it stands.
func side(f money.Fen) string {
	switch {
	case f > 0:
		return "借 " + f.String()
	case f < 0:
		return "贷 " + f.Abs().String()
	}
	return "平"
}

// countText is the small text beside a card's title: how many there are, and how many are shown.
func countText(n, shown int, unit string) string {
	if n > shown {
		return fmt.Sprintf("共 %d %s，列出最近 %d %s", n, unit, shown, unit)
	}
	return fmt.Sprintf("%d %s", n, unit)
}

// booksButtons are the buttons at the top of the page of books.
func (p *pages) booksButtons(c *shell.Ctx, b *ledger.Books) []ui.Button {
	var out []ui.Button
	id := b.ID.String()
	if c.Who.Can(voucherEdit, b.Region) {
		out = append(out, ui.Button{Label: "填制凭证", Icon: "plus", Href: "/vouchers/new?books=" + id})
	}
	out = append(out, ui.Button{Label: "结账检查", Icon: "list-check", Href: "/closing/" + id}, ui.Button{Label: "科目表", Icon: "list-details", Href: "/books/" + id + "/accounts"},
		ui.Button{Label: "期初余额", Icon: "list-check", Href: "/books/" + id + "/openings"})
	if b.Chart == ledger.Chart2004 && c.Who.CanSome("migration:edit") {
		out = append(out, ui.Button{Label: "迁移到 2023 年制度", Icon: "versions", Href: "/migrations/new?books=" + id})
	}
	if c.Who.Can(voucherView, b.Region) {
		out = append(out, ui.Button{Label: "导出分录", Icon: "download", Href: "/vouchers/lines/export?books=" + id})
	}
	return out
}

// last is the month up to which the year is looked at.
func last(c *shell.Ctx) date.Month { return c.AsOf.YearMonth() }

func january(year int) date.Month { return date.Month(year*100 + 1) }

// periodPanel lists the months of the year with what stands in them, and lets the first open one be closed and the
// last closed one be opened again.
func (p *pages) periodPanel(c *shell.Ctx, b *ledger.Books) (templ.Component, error) {
	list, err := ledger.Periods(c.Context(), p.read(), c.Tenant, b.ID)
	if err != nil {
		return nil, err
	}
	waiting, err := p.waiting(c, b)
	if err != nil {
		return nil, err
	}
	byMonth := map[date.Month]ledger.Period{}
	var firstOpen, lastClosed date.Month
	for _, x := range list {
		byMonth[x.Month] = x
		if x.Closed {
			lastClosed = x.Month
		} else if firstOpen == 0 {
			firstOpen = x.Month
		}
	}
	next := firstOpen // a month without vouchers is closed in its turn too
	switch {
	case next == 0 && lastClosed == 0:
		next = b.From
	case next == 0:
		next = lastClosed.Next()
	}
	t := ui.Table{Caption: "会计期间", Dense: true, Columns: []ui.Column{
		{Label: "期间"}, {Label: "状态"}, {Label: "已记账", Align: ui.Right}, {Label: "待审核", Align: ui.Right}, {Label: "待记账", Align: ui.Right}, {Label: "结账"}, {Label: "办理", NoPrint: true},
	}, Empty: &ui.EmptyView{Icon: "calendar", Title: strconv.Itoa(c.Year) + " 年没有这个账套的期间", Text: "换一个年度看看；账套从 " + b.From.Chinese() + "起记账。"}}
	may := c.Who.Can(booksPost, b.Region)
	for m := january(c.Year); m <= last(c); m++ {
		if !takes(b, m) {
			continue
		}
		x, used := byMonth[m]
		t.Rows = append(t.Rows, p.periodRow(b, m, x, used, waiting[m], may && m == next, may && m == lastClosed))
	}
	card := ui.CardView{Title: "会计期间", Sub: strconv.Itoa(c.Year) + " 年", Flush: true}
	if next.Year() < c.Year {
		card.Sub = joinText(card.Sub, "须按月份先后结账")
		card.More = &ui.Link{Label: "最早未结账的是 " + next.Chinese(), Href: "/books/" + b.ID.String() + "?year=" + strconv.Itoa(next.Year())}
	}
	return resource.TableCard(card, t), nil
}

func joinText(parts ...string) string {
	out := ""
	for _, s := range parts {
		if s != "" && out != "" {
			out += " · "
		}
		out += s
	}
	return out
}

type pending struct{ draft, reviewed int }

func (p *pages) periodRow(b *ledger.Books, m date.Month, x ledger.Period, used bool, w pending, close, reopen bool) ui.Row {
	state := ui.BadgeView{Text: "未启用", Kind: ui.Grey}
	closed := ""
	switch {
	case x.Closed:
		state = ui.BadgeView{Text: "已结账", Kind: ui.Green, Icon: "lock"}
		closed = joinText(x.ClosedBy, time.UnixMicro(x.ClosedAt).In(date.Shanghai).Format("2006-01-02"))
	case used:
		state = ui.BadgeView{Text: "未结账", Kind: ui.Azure}
	}
	r := ui.Row{Cells: []ui.Cell{ui.T(m.Chinese()), {Badge: &state}, countCell(int(x.Posted), ""), countCell(w.draft, ui.Orange), countCell(w.reviewed, ui.Orange), {Text: closed, Muted: true}, {}}}
	check := "/closing/" + b.ID.String() + "?month=" + m.String()
	switch {
	case close && !x.Closed:
		r.Cells[6] = ui.Cell{Text: "结账", Href: check, Strong: true}
	case reopen:
		r.Cells[6] = ui.Cell{Text: "反结账", Href: check, Muted: true}
	default:
		r.Cells[6] = ui.Cell{Text: "检查", Href: check, Muted: true}
	}
	return r
}

func countCell(n int, kind ui.Kind) ui.Cell {
	if n == 0 {
		return ui.Cell{Text: "—", Muted: true}
	}
	return ui.Cell{Text: strconv.Itoa(n), Kind: kind}
}

// waiting counts the vouchers of books that are not posted, by month.
func (p *pages) waiting(c *shell.Ctx, b *ledger.Books) (map[date.Month]pending, error) {
	out := map[date.Month]pending{}
	for _, state := range []string{ledger.Draft, ledger.Reviewed} {
		f := record.Filter{Scope: b.Region, Eq: map[string]string{"books": b.ID.String(), "state": state}}
		err := p.l.Vouchers.Each(c.Context(), c.Who, c.Tenant, f, func(v *ledger.Voucher) error {
			w := out[v.Month]
			if state == ledger.Draft {
				w.draft++
			} else {
				w.reviewed++
			}
			out[v.Month] = w
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// trialPanel shows every account with an amount, and the three equalities that must hold.
func (p *pages) trialPanel(c *shell.Ctx, b *ledger.Books) (templ.Component, error) {
	rows, err := ledger.TrialBalance(c.Context(), p.read(), c.Tenant, b.ID, january(c.Year), last(c))
	if err != nil {
		return nil, err
	}
	t := ui.Table{Caption: "科目余额", KeepGrid: true, Freeze: true, Dense: true, Unit: "元", Columns: []ui.Column{
		{Label: "科目"},
		{Label: "期初借方", Align: ui.Right},
		{Label: "期初贷方", Align: ui.Right},
		{Label: "本期借方", Align: ui.Right},
		{Label: "本期贷方", Align: ui.Right},
		{Label: "期末借方", Align: ui.Right},
		{Label: "期末贷方", Align: ui.Right},
	}, Empty: &ui.EmptyView{Icon: "scale", Title: strconv.Itoa(c.Year) + " 年还没有余额", Text: "凭证记账后，科目余额就在这里。"}}
	var sum [6]money.Fen
	for _, r := range rows {
		var six [6]money.Fen
		six[0], six[1] = split(r.Opening)
		six[2], six[3] = r.Debit, r.Credit
		six[4], six[5] = split(r.Ending)
		cells := []ui.Cell{{Text: r.Code + " " + r.Name, Content: levelCell(r.Code, r.Name, r.Level)}}
		for i, f := range six {
			cells = append(cells, ui.T(amount(f)))
			if r.Level == 1 {
				sum[i] += f
			}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: cells})
	}
	v := trialView{Table: t, Sub: strconv.Itoa(c.Year) + " 年 1 月至 " + strconv.Itoa(int(last(c).Of())) + " 月"}
	if len(rows) > 0 {
		v.Table.Foot = []ui.Cell{{Text: "合计"}}
		for _, f := range sum {
			v.Table.Foot = append(v.Table.Foot, ui.T(f.String()))
		}
		v.Checks = []ui.BadgeView{equality("期初", sum[0], sum[1]), equality("本期发生", sum[2], sum[3]), equality("期末", sum[4], sum[5])}
	}
	if c.Who.Can(booksEdit, b.Region) {
		v.Tools = ui.Btn(ui.Button{Label: "增设明细科目", Icon: "plus", Href: "/books/" + b.ID.String() + "/accounts"})
	}
	return trialBody(v), nil
}

func split(f money.Fen) (debit, credit money.Fen) {
	if f < 0 {
		return 0, -f
	}
	return f, 0
}

func equality(what string, debit, credit money.Fen) ui.BadgeView {
	if debit == credit {
		return ui.BadgeView{Text: what + "借贷相等", Kind: ui.Green, Icon: "check"}
	}
	return ui.BadgeView{Text: what + "借贷不等，相差 " + (debit - credit).Abs().String() + " 元，请联系管理员", Kind: ui.Red, Icon: "alert-triangle"}
}

// incomePanel shows the year's income by account, without what closing entries carried away.
func (p *pages) incomePanel(c *shell.Ctx, b *ledger.Books) (templ.Component, error) {
	rows, err := ledger.TrialBalance(c.Context(), p.read(), c.Tenant, b.ID, january(c.Year), last(c))
	if err != nil {
		return nil, err
	}
	closed, err := p.closingIncome(c, b)
	if err != nil {
		return nil, err
	}
	t := ui.Table{
		Caption: "本年收入", Unit: "元", Columns: []ui.Column{{Label: "科目"}, {Label: "金额", Align: ui.Right}, {Label: "占比", Align: ui.Right}},
		Empty: &ui.EmptyView{Icon: "coin", Title: "本年还没有收入", Text: "收入类凭证记账后，按科目列在这里。"},
	}
	total := money.Fen(0)
	type line struct {
		r   ledger.TrialRow
		fen money.Fen
	}
	var lines []line
	for _, r := range rows {
		if r.Class != ledger.Income {
			continue
		}
		fen := r.Credit - r.Debit
		for code, x := range closed {
			if len(code) >= len(r.Code) && code[:len(r.Code)] == r.Code {
				fen += x
			}
		}
		lines = append(lines, line{r, fen})
		if r.Level == 1 {
			total += fen
		}
	}
	for _, x := range lines {
		share := ""
		if total > 0 {
			share = fmt.Sprintf("%.1f%%", float64(x.fen)/float64(total)*100)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{{Text: x.r.Code + " " + x.r.Name, Content: levelCell(x.r.Code, x.r.Name, x.r.Level)}, ui.T(x.fen.String()), {Text: share, Muted: true}}})
	}
	if len(lines) > 0 {
		q := url.Values{"in": {"ledger.village_income"}, "scope": {b.Region}, "year": {strconv.Itoa(c.Year)}}
		t.Foot = []ui.Cell{{Text: "合计"}, {Text: total.String(), Lineage: "/lineage?" + q.Encode()}, {}}
	}
	return resource.TableCard(ui.CardView{Title: "本年收入", Sub: joinText(strconv.Itoa(c.Year)+" 年", "期末结转不计"), Flush: true}, t), nil
}

// closingIncome is, by account, what closing entries of the year took from income (debits less credits).
func (p *pages) closingIncome(c *shell.Ctx, b *ledger.Books) (map[string]money.Fen, error) {
	out := map[string]money.Fen{}
	f := record.Filter{Scope: b.Region, Eq: map[string]string{"books": b.ID.String(), "kind": ledger.Closing, "state": ledger.Posted}}
	err := p.l.Vouchers.Each(c.Context(), c.Who, c.Tenant, f, func(v *ledger.Voucher) error {
		if v.Month < january(c.Year) || v.Month > last(c) {
			return nil
		}
		lines, err := ledger.LinesOfVoucher(c.Context(), p.read(), c.Tenant, v.ID)
		for _, e := range lines {
			out[e.Account] += e.Debit - e.Credit
		}
		return err
	})
	return out, err
}

// latestVouchers is how many vouchers the page of books lists.
const latestVouchers = 10

func (p *pages) latestPanel(c *shell.Ctx, b *ledger.Books) (templ.Component, error) {
	if !c.Who.Can(voucherView, b.Region) {
		return nil, nil
	}
	id := b.ID.String()
	page, total, err := p.l.Vouchers.List(c.Context(), c.Who, c.Tenant, record.Filter{
		Scope: b.Region, Eq: map[string]string{"books": id}, Page: db.Paging{Sort: "on_date", Desc: true, Limit: latestVouchers},
	})
	if err != nil {
		return nil, err
	}
	t := ui.Table{Caption: "最近的凭证", Unit: "元", Columns: []ui.Column{{Label: "凭证号", Nowrap: true}, {Label: "日期", Nowrap: true}, {Label: "摘要"}, {Label: "金额", Align: ui.Right}, {Label: "制单"}, {Label: "状态"}}}
	t.Empty = &ui.EmptyView{Icon: "book-2", Title: "还没有凭证", Text: "先填一张凭证，或把原来的凭证从表格导入。"}
	if c.Who.Can(voucherEdit, b.Region) {
		t.Empty.Buttons = []ui.Button{{Label: "填制凭证", Icon: "plus", Href: "/vouchers/new?books=" + id, Style: ui.Primary}}
	}
	for i := range page.Items {
		v := &page.Items[i]
		s := ledger.Machine.State(v.State)
		t.Rows = append(t.Rows, ui.Row{Href: "/vouchers/" + v.ID.String(), Cells: []ui.Cell{
			ui.T(v.FullNo), ui.T(v.Date.String()), ui.T(v.Summary), ui.T(v.Total.String()), ui.T(v.Maker), {Badge: &ui.BadgeView{Text: s.Label, Kind: ui.Kind(s.Tone)}},
		}})
	}
	card := ui.CardView{Title: "最近的凭证", Sub: "共 " + strconv.Itoa(total) + " 张", Flush: true, More: &ui.Link{Label: "全部", Href: "/vouchers?books=" + id}}
	return resource.TableCard(card, t), nil
}

func distinct(list []ids.ID) []ids.ID {
	slices.Sort(list)
	return slices.Compact(list)
}
