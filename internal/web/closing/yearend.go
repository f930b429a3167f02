package closing

import (
	"fmt"
	"strconv"

	"github.com/a-h/templ"

	"huicun/internal/books/closing"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/ids"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// yearOf is the year that is asked for, else the one that is looked at.
func yearOf(c *shell.Ctx, text string) int {
	if y, err := strconv.Atoi(text); err == nil {
		return y
	}
	return c.Year
}

// yearEnd shows every voucher that the year end will make, and what stands in its way.
func (p *pages) yearEnd(c *shell.Ctx) error {
	b, err := p.books(c)
	if err != nil {
		return err
	}
	year := yearOf(c, c.Query("year"))
	crumbs := []ui.Link{{Label: "年终结转", Href: "/year-ends"}, {Label: b.Name, Href: "/books/" + b.ID.String()}}
	plan, err := p.s.PlanYearEnd(c.Context(), p.read(), c.Tenant, b.ID, year)
	if err != nil {
		return p.problem(c, err, "年终结转", "/books/"+b.ID.String(), crumbs...)
	}
	v := yearPlanView{Plan: plan}
	if plan.Standing != nil {
		v.StandingHref = "/year-ends/" + plan.Standing.ID.String()
	} else {
		v.Vouchers = vouchers("将要生成的凭证", fmt.Sprintf("%d 张，日期 %d-12-31", len(plan.Vouchers), year), plan.Vouchers, func(code string) string { return plan.Names[code] }, nil)
		if c.Who.Can(yearEndEdit, b.Region) && c.Who.Can(booksPost, b.Region) && !plan.Checks.Blocked() {
			v.Post = &ui.ConfirmView{
				ID: "post", Button: ui.Button{Label: "确认结转", Icon: "check", Style: ui.Primary}, Title: fmt.Sprintf("%s %d 年年终结转", b.Name, year),
				Text:   fmt.Sprintf("将一次记账 %d 张结转凭证，本年净收益 %s 元转入未分配收益。需要撤销时可以整批冲销。", len(plan.Vouchers), plan.Net()),
				Action: "/closing/" + b.ID.String() + "/year-end", Submit: "确认结转",
				Hidden: []ui.Hidden{{Name: "_key", Value: c.FormKey()}, {Name: "year", Value: itoa(year)}, {Name: "seen", Value: plan.Digest}},
			}
		}
	}
	title := fmt.Sprintf("%d 年年终结转", year)
	view := c.PageOf(title, append(crumbs, ui.Link{Label: title})...)
	view.Subtitle = b.Name
	view.Actions = ui.PrintButton()
	return c.Page(view, yearEndBody(v))
}

func (p *pages) postYearEnd(c *shell.Ctx) error {
	b, err := p.books(c)
	if err != nil {
		return err
	}
	year := yearOf(c, c.Form("year"))
	back := "/closing/" + b.ID.String() + "/year-end?year=" + itoa(year)
	id, err := p.s.PostYearEnd(c.Context(), c.Who, c.Tenant, c.Form("_key"), b.ID, year, c.Form("seen"))
	if err != nil {
		return p.problem(c, err, "年终结转", back, ui.Link{Label: "年终结转", Href: "/year-ends"}, ui.Link{Label: b.Name, Href: "/books/" + b.ID.String()})
	}
	return c.Done("/year-ends/"+id.String(), "%d 年年终结转完成", year)
}

func (p *pages) reverseYearEnd(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	id, err := c.ID()
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(c.Form("version"), 10, 64) // none: whatever there is
	if err := p.s.ReverseYearEnd(c.Context(), c.Who, tenant, id, version, c.Form("reason")); err != nil {
		return p.problem(c, err, "冲销年终结转", "/year-ends/"+id.String(), ui.Link{Label: "年终结转", Href: "/year-ends"})
	}
	return c.Done("/year-ends/"+id.String(), "已整批冲销，各科目余额恢复到结转以前")
}

// yearEndTools lets a standing year end be undone, and leads on to the distribution.
func (p *pages) yearEndTools(c *shell.Ctx, y *closing.YearEnd) (templ.Component, error) {
	if y.State != "posted" {
		return nil, nil
	}
	v := toolsView{Text: "结转已经记账。12 月结账前如需改账，请整批冲销后再结转一次。"}
	d, err := p.s.StandingDistribution(c.Context(), p.read(), c.Tenant, y.Books, y.Year)
	if err != nil {
		return nil, err
	}
	if d != nil {
		v.Next = &ui.Button{Label: "收益分配 " + d.No, Icon: "coin", Href: "/distributions/" + d.ID.String()}
	} else if c.Who.Can(distEdit, y.Region) {
		v.Next = &ui.Button{Label: "办理收益分配", Icon: "coin", Style: ui.Primary, Href: "/distributions/new?books=" + y.Books.String() + "&year=" + itoa(y.Year)}
	}
	if c.Who.Can(yearEndEdit, y.Region) && c.Who.Can(booksPost, y.Region) {
		v.Undo = &ui.ConfirmView{
			ID: "reverse", Button: ui.Button{Label: "整批冲销", Icon: "arrow-back-up"}, Title: "冲销 " + y.No, Text: "将为每张结转凭证生成红字凭证，一次记账；12 月须未结账。", Danger: true,
			Action: "/year-ends/" + y.ID.String() + "/reverse", Submit: "确认冲销", AskReason: true, ReasonRequired: true, Hidden: []ui.Hidden{{Name: "version", Value: strconv.FormatInt(y.Version, 10)}},
		}
	}
	return toolsBody(v), nil
}

func (p *pages) yearEndVouchers(c *shell.Ctx, y *closing.YearEnd) (templ.Component, error) {
	return p.made(c, "year_end", y.ID, y.Books)
}

// accountsOf reads the accounts of books by code.
func (p *pages) accountsOf(c *shell.Ctx, books ids.ID) (map[string]ledger.Account, error) {
	list, err := ledger.Accounts(c.Context(), p.read(), c.Tenant, books)
	out := make(map[string]ledger.Account, len(list))
	for _, a := range list {
		out[a.Code] = a
	}
	return out, err
}
