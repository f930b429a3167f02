package property

import (
	"net/url"

	"github.com/a-h/templ"

	"huicun/internal/books/asset"
	"huicun/internal/books/disposal"
	"huicun/internal/books/ledger"
	"huicun/internal/registry/access"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

func (p *pages) mountDisposals(s *shell.Shell, set *resource.Set, n Nouns) {
	resource.Mount(s, set, n.Rules, resource.Options[asset.Rule]{})
	resource.Mount(s, set, n.Shares, resource.Options[asset.Share]{Links: []string{"asset"}})
	resource.Mount(s, set, n.Disposals.List, resource.Options[disposal.Disposal]{
		Links: []string{"asset"}, Before: []resource.Panel[disposal.Disposal]{p.disposalSums},
		Locked: func(_ *shell.Ctx, d *disposal.Disposal) (bool, error) { return d.State == disposal.Void, nil },
	})
}

// disposalSums shows what a disposal comes to and what it will book, or booked.
func (p *pages) disposalSums(c *shell.Ctx, d *disposal.Disposal) (templ.Component, error) {
	a, err := asset.Get(c.Context(), p.read(), c.Tenant, d.Asset)
	if err != nil || d.State == disposal.Void {
		return nil, err
	}
	s, err := disposal.SumsOf(a, d)
	if err != nil {
		return nil, err
	}
	result := ui.StatView{Label: "处置净收益", Value: s.Result.String(), Unit: "元"}
	if s.Result < 0 {
		result.Label, result.Value, result.Kind = "处置净损失", s.Result.Neg().String(), ui.Red
	}
	stats := []ui.StatView{
		{Label: "原值", Value: s.Cost.String(), Unit: "元", Href: "/assets/" + a.ID.String()}, {Label: "净值", Value: s.Net.String(), Unit: "元"},
		{Label: "处置收入", Value: s.Proceeds.String(), Unit: "元"}, {Label: "清理费用", Value: s.Costs.String(), Unit: "元"}, result,
	}
	chart := ledger.Chart2023
	day := d.DisposedOn
	if day.IsZero() {
		day = c.AsOf
	}
	names := map[string]string{}
	if b, err := ledger.BooksAt(c.Context(), p.read(), c.Tenant, a.Owner, day.YearMonth()); err == nil {
		chart = b.Chart
		if names, err = p.accountNames(c, b.ID); err != nil {
			return nil, err
		}
	}
	t := ui.Table{Caption: "会计分录", Unit: "元", Dense: true, Columns: []ui.Column{{Label: "摘要"}, {Label: "科目"}, {Label: "借方", Align: ui.Right}, {Label: "贷方", Align: ui.Right}}}
	lines, err := disposal.Lines(a, d, chart)
	if err != nil {
		if !mendable(err) {
			return nil, err
		}
		return disposalBody(stats, t, shell.Sentence(err)), nil
	}
	for _, l := range lines {
		name := names[l.Account]
		if name == "" {
			name = l.Account
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(l.Summary), ui.T(name), ui.T(yuan(l.Debit)), ui.T(yuan(l.Credit))}})
	}
	return disposalBody(stats, t, ""), nil
}

// disposeButton leads from a card to its disposal.
func disposeButton(c *shell.Ctx, a *asset.Asset) []ui.Button {
	if a.State == "retired" || a.State == "building" || !c.Who.Can("disposal:"+access.Edit, a.Region) {
		return nil
	}
	return []ui.Button{{Label: "处置", Icon: "file-certificate", Href: "/disposals/new?asset=" + url.QueryEscape(a.No)}}
}
