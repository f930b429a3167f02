package books

import (
	"net/url"

	"huicun/internal/books/ledger"
	"huicun/internal/registry/access"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

const (
	recurringView = "recurring:" + access.View
	recurringEdit = "recurring:" + access.Edit
)

// mountDesk adds the desk of the accountants: finding, correcting, reviewing and printing vouchers.
func (p *pages) mountDesk(s *shell.Shell, set *resource.Set) {
	p.mountRecurring(s, set)
	p.mountChart(s)
	resource.Mount(s, set, p.l.Checks, resource.Options[ledger.CheckItem]{ListActions: func(*shell.Ctx) []ui.Button {
		return []ui.Button{{Label: "下载自带的一套", Icon: "download", Href: "/check-items/builtin"}}
	}})
	s.Handle(
		shell.Route{Method: "GET", Pattern: "/vouchers/search", Perm: voucherView, Fn: p.search},
		shell.Route{Method: "GET", Pattern: "/vouchers/print", Perm: voucherView, Fn: p.print},
		shell.Route{Method: "POST", Pattern: "/vouchers/{id}/correct", Perm: voucherEdit, Fn: p.correct},
		shell.Route{Method: "GET", Pattern: "/vouchers/{id}/difference", Perm: voucherEdit, Fn: p.differencePage},
		shell.Route{Method: "POST", Pattern: "/vouchers/{id}/difference", Perm: voucherEdit, Fn: p.saveDifference},
		shell.Route{Method: "GET", Pattern: "/check-items/builtin", Perm: "check_item:" + access.View, Fn: p.builtinChecks},
		shell.Route{Method: "GET", Pattern: "/voucher-inbox", Perm: voucherView, Fn: p.inbox},
		shell.Route{Method: "POST", Pattern: "/voucher-inbox", Perm: voucherApprove, Fn: p.batch},
		shell.Route{Method: "GET", Pattern: "/voucher-inbox/{id}", Perm: voucherView, Fn: p.reviewing},
		shell.Route{Method: "POST", Pattern: "/voucher-inbox/{id}", Perm: voucherApprove, Fn: p.verdict},
	)
}

// badge is a link to another voucher: red for what has been undone or put right, orange for what waits.
func (l paperLink) badge() ui.BadgeView {
	b := ui.BadgeView{Text: l.Label, Kind: ui.Red, Href: l.Href, Icon: "arrow-back-up"}
	if l.Pending {
		b.Kind = ui.Orange
	}
	return b
}

// voucherListButtons are the further buttons above the list of vouchers; lines are exported for what the list is narrowed to.
func voucherListButtons(c *shell.Ctx) []ui.Button {
	out := []ui.Button{{Label: "查凭证", Icon: "search", Href: "/vouchers/search"}}
	if c.Who.CanSome(voucherApprove) {
		out = append(out, ui.Button{Label: "凭证待审", Icon: "checklist", Href: "/voucher-inbox"})
	}
	if c.Who.CanSome(voucherEdit) {
		out = append(out, ui.Button{Label: "用模板填制", Icon: "list-details", Href: "/voucher-templates"})
	}
	if c.Who.CanSome(voucherPost) {
		out = append(out, ui.Button{Label: "导入", Icon: "upload", Href: "/vouchers/import"})
	}
	q := url.Values{}
	for _, name := range []string{"q", "books", "kind"} {
		if v := c.Query(name); v != "" {
			q.Set(name, v)
		}
	}
	return append(out, ui.Button{Label: "导出分录", Icon: "download", Href: (&url.URL{Path: "/vouchers/lines/export", RawQuery: q.Encode()}).String()})
}
