package books

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// perTray is how many vouchers a page of the inbox lists.
const perTray = 100

func listOf(scope string) record.Filter {
	return record.Filter{Scope: scope, Page: db.Paging{Sort: "region", Limit: mostBooks}}
}

// waiting is a voucher in the inbox.
type waiting struct {
	ledger.Voucher
	Books   string
	Own     bool // made by whoever looks: others must review it
	Checked bool
	Verdict *ledger.Verdict
}

type inboxView struct {
	Tray    ledger.Tray
	Tabs    []ui.Tab
	List    []waiting
	Pager   ui.PagerView
	Results []batchResult
	Undone  bool   // nothing was done, since something was refused
	Submit  string // what the checked vouchers are for, "" when there is nothing to do for this person
	Empty   ui.EmptyView
}

// batchResult is what came of one voucher of a batch.
type batchResult struct {
	ID, No, Text string
	Done         bool
}

var trayLabels = map[ledger.Tray]string{ledger.ToReview: "待审核", ledger.ToPost: "待记账", ledger.SentBack: "已退改"}

// waitingIn reads a page of a tray within the place that is looked at.
func (p *pages) waitingIn(c *shell.Ctx, tenant int64, tray ledger.Tray) ([]waiting, string, error) {
	page, err := p.l.Waiting(c.Context(), c.Who, tenant, c.Scope, tray, c.Query("after"), perTray)
	if err != nil {
		return nil, "", err
	}
	var all, books []ids.ID
	for i := range page.Items {
		all, books = append(all, page.Items[i].ID), append(books, page.Items[i].Books)
	}
	verdicts, err := ledger.VerdictsOf(c.Context(), p.read(), tenant, all)
	if err != nil {
		return nil, "", err
	}
	names, err := p.names(c, "books", books)
	if err != nil {
		return nil, "", err
	}
	out := make([]waiting, len(page.Items))
	for i, v := range page.Items {
		out[i] = waiting{Voucher: v, Books: names[v.Books], Own: v.MadeBy(c.Who.ID, c.Who.Name)}
		if x, back := ledger.Rejected(&v, verdicts); back {
			out[i].Verdict = &x
		}
	}
	return out, page.Next, nil
}

func (p *pages) inbox(c *shell.Ctx) error {
	return p.inboxPage(c, http.StatusOK, inboxView{Tray: ledger.Tray(c.Query("tab"))}, nil)
}

// inboxPage shows a tray; checked are the ids of those that stay checked.
func (p *pages) inboxPage(c *shell.Ctx, status int, v inboxView, checked []ledger.Pick) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	if trayLabels[v.Tray] == "" {
		v.Tray = ledger.ToReview
	}
	var next string
	if v.List, next, err = p.waitingIn(c, tenant, v.Tray); err != nil {
		return err
	}
	for i := range v.List {
		v.List[i].Checked = slices.ContainsFunc(checked, func(x ledger.Pick) bool { return x.ID == v.List[i].ID })
	}
	here := &url.URL{Path: "/voucher-inbox", RawQuery: url.Values{"tab": {string(v.Tray)}}.Encode()}
	for _, t := range ledger.Trays {
		n, err := p.l.WaitingCount(c.Context(), c.Who, tenant, c.Scope, t)
		if err != nil {
			return err
		}
		count := strconv.Itoa(n)
		if n >= ledger.TrayCap {
			count += "+"
		}
		v.Tabs = append(v.Tabs, ui.Tab{Label: trayLabels[t], Href: "/voucher-inbox?tab=" + string(t), Active: t == v.Tray, Count: count})
		if t == v.Tray {
			v.Pager = ui.PagerView{Shown: len(v.List), Total: "共 " + count + " 张"}
		}
	}
	if c.Query("after") != "" {
		v.Pager.FirstHref = here.String()
	}
	if next != "" {
		v.Pager.NextHref = resource.With(here, "after", next)
	}
	v.Empty = ui.EmptyView{Icon: "circle-check", Title: "没有等着办的凭证", Text: "报账员保存的草稿会出现在“待审核”，审核后的在“待记账”。"}
	switch {
	case v.Tray == ledger.ToReview && c.Who.CanSome(voucherApprove):
		v.Submit = "批量审核"
	case v.Tray == ledger.ToPost && c.Who.CanSome(voucherPost):
		v.Submit = "批量记账"
	}
	page := c.PageOf("凭证待审", ui.Link{Label: "凭证", Href: "/vouchers"}, ui.Link{Label: "凭证待审"})
	page.Subtitle = c.ScopeName()
	if c.Who.CanSome("check_item:" + access.Edit) {
		page.Actions = ui.Buttons(ui.Button{Label: "审核要点", Icon: "list-check", Href: "/check-items"})
	}
	return c.PageStatus(status, page, inboxBody(v))
}

// batch reviews or posts the checked vouchers: all of them, or those that can be when the person has asked for that.
func (p *pages) batch(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	v := inboxView{Tray: ledger.Tray(c.Form("tab"))}
	do, done := p.l.ReviewAll, "已审核"
	switch v.Tray {
	case ledger.ToReview:
	case ledger.ToPost:
		do, done = p.l.PostAll, "已记账"
	default:
		return errs.New(errs.Invalid, "tray.unknown", "没有这一栏，请从页面上的栏目进入")
	}
	list := picks(c)
	out, changed, err := do(c.Context(), c.Who, tenant, list, c.Form("rest") != "")
	if err != nil {
		if !mendable(err) {
			return err
		}
		v.Results = []batchResult{{Text: shell.Sentence(err)}}
		return p.inboxPage(c, statusOf(err), v, list)
	}
	refused := 0
	for _, x := range out {
		r := batchResult{ID: x.ID.String(), No: x.FullNo, Text: done, Done: true}
		if x.FullNo == "" {
			r.ID = ""
		}
		if x.Err != nil {
			r.Text, r.Done = shell.Sentence(x.Err), false
			refused++
		}
		if changed || x.Err != nil {
			v.Results = append(v.Results, r)
		}
	}
	if refused == 0 {
		return c.Done("/voucher-inbox?tab="+string(v.Tray), "%s %d 张", done, len(out))
	}
	v.Undone = !changed
	return p.inboxPage(c, http.StatusConflict, v, list)
}

// builtinChecks is the checklist that comes with the program as a sheet that the list's import takes.
func (p *pages) builtinChecks(c *shell.Ctx) error {
	list, err := ledger.BuiltinChecklist()
	if err != nil {
		return err
	}
	label := map[string]string{}
	for _, o := range ledger.CheckKinds {
		label[o.Code] = o.Label
	}
	cols := []sheet.Column{{Title: "种类", Kind: sheet.Text}, {Title: "内容", Kind: sheet.Text}, {Title: "顺序", Kind: sheet.Text}, {Title: "适用地区", Kind: sheet.Text}}
	return resource.WriteSheet(c, "凭证审核要点", c.Query("format"), cols, func(yield func([]string, error) bool) {
		for _, x := range list {
			if !yield([]string{label[x.Kind], x.Name, strconv.Itoa(x.Seq), c.ScopeName()}, nil) {
				return
			}
		}
	})
}

// picks are the vouchers that were checked, each at the version that was seen.
func picks(c *shell.Ctx) []ledger.Pick {
	var out []ledger.Pick
	c.Form("tab") // parses the form
	for _, text := range c.R.PostForm["v"] {
		idText, version, _ := strings.Cut(text, ":")
		id, err := ids.Parse(idText)
		n, verr := strconv.ParseInt(version, 10, 64)
		if err == nil && verr == nil {
			out = append(out, ledger.Pick{ID: id, Version: n})
		}
	}
	return out
}

// reviewView is a voucher in review: its paper and its files side by side, the checklist and the reasons.
type reviewView struct {
	Paper           paper
	Files           templ.Component
	Action, Version string
	Points, Reasons []string
	Checked         map[string]bool // points and reasons
	Reason, Problem string
	Own, May        bool
	Last            *ledger.Verdict
	Next            string
}

func (p *pages) reviewing(c *shell.Ctx) error {
	v, err := p.seen(c)
	if err != nil {
		return err
	}
	return p.reviewPage(c, http.StatusOK, v, reviewView{})
}

// seen reads the voucher of the path.
func (p *pages) seen(c *shell.Ctx) (*ledger.Voucher, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, err
	}
	id, err := c.ID()
	if err != nil {
		return nil, err
	}
	return p.l.Get(c.Context(), c.Who, tenant, id)
}

func (p *pages) reviewPage(c *shell.Ctx, status int, v *ledger.Voucher, x reviewView) error {
	pv, err := p.paper(c, v)
	if err != nil {
		return err
	}
	x.Paper = pv.still()
	x.Action, x.Version = "/voucher-inbox/"+v.ID.String(), strconv.FormatInt(v.Version, 10)
	x.Own = v.MadeBy(c.Who.ID, c.Who.Name)
	x.May = v.State == ledger.Draft && c.Who.Can(voucherApprove, v.Region)
	if x.Points, x.Reasons, err = ledger.Checklist(c.Context(), p.read(), c.Tenant, v.Region); err != nil {
		return err
	}
	verdicts, err := ledger.VerdictsOf(c.Context(), p.read(), c.Tenant, []ids.ID{v.ID})
	if err != nil {
		return err
	}
	if len(verdicts) > 0 && !verdicts[0].Passed {
		x.Last = &verdicts[0]
	}
	if x.Files, err = p.set.FilesCard(c, "voucher", v.ID, v.Region, x.Action); err != nil {
		return err
	}
	if x.Next, err = p.nextWaiting(c, v); err != nil {
		return err
	}
	page := c.PageOf("审核 "+v.FullNo, ui.Link{Label: "凭证待审", Href: "/voucher-inbox"}, ui.Link{Label: v.FullNo})
	page.Actions = ui.Buttons(ui.Button{Label: "打开凭证", Icon: "external-link", Href: "/vouchers/" + v.ID.String()})
	return c.PageStatus(status, page, reviewBody(x))
}

// nextWaiting is the address of another voucher that this person can review, "" when there is none.
func (p *pages) nextWaiting(c *shell.Ctx, but *ledger.Voucher) (string, error) {
	id, err := p.l.NextToReview(c.Context(), c.Who, c.Tenant, c.Scope, but)
	if id == 0 || err != nil {
		return "", err
	}
	return "/voucher-inbox/" + id.String(), nil
}

// verdict passes the voucher, or sends it back; then the next one is shown.
func (p *pages) verdict(c *shell.Ctx) error {
	v, err := p.seen(c)
	if err != nil {
		return err
	}
	x := reviewView{Checked: map[string]bool{}, Reason: c.Form("reason")}
	for _, name := range slices.Concat(c.R.PostForm["point"], c.R.PostForm["because"]) {
		x.Checked[name] = true
	}
	version, _ := strconv.ParseInt(c.Form("version"), 10, 64)
	points, known, err := ledger.Checklist(c.Context(), p.read(), c.Tenant, v.Region)
	if err != nil {
		return err
	}
	failed := slices.DeleteFunc(slices.Clone(points), func(s string) bool { return x.Checked[s] })
	next, err := p.nextWaiting(c, v)
	if err != nil {
		return err
	}
	done := "已审核 " + v.FullNo
	if c.Form("do") == "reject" {
		done = "已退改 " + v.FullNo
		reasons := append(slices.DeleteFunc(slices.Clone(known), func(s string) bool { return !x.Checked[s] }), x.Reason)
		reasons = slices.DeleteFunc(reasons, func(s string) bool { return strings.TrimSpace(s) == "" })
		err = p.l.Reject(c.Context(), c.Who, c.Tenant, v.ID, version, failed, strings.Join(reasons, "；"))
	} else if len(failed) > 0 {
		err = errs.New(errs.Invalid, "review.points", "还有 %d 项没有勾选；逐项核对后再通过，不符合的请选择理由退改", len(failed))
	} else {
		err = p.l.Approve(c.Context(), c.Who, c.Tenant, v.ID, version)
	}
	if err != nil {
		if !mendable(err) {
			return err
		}
		x.Problem = shell.Sentence(err)
		return p.reviewPage(c, statusOf(err), v, x)
	}
	return c.Done(cmp.Or(next, "/voucher-inbox"), "%s", done)
}

// checkedName is the value of a checkbox of the inbox: the voucher at the version that is seen.
func (w *waiting) checkedName() string {
	return w.ID.String() + ":" + strconv.FormatInt(w.Version, 10)
}

// sub is the second line of a voucher in the inbox.
func (w *waiting) sub() string {
	return strings.Join([]string{w.FullNo, w.Date.String(), w.Books, "制单 " + w.Maker, "附件 " + strconv.Itoa(w.Attachments) + " 张"}, "　")
}
