package property

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"rsc.io/qr"

	"huicun/internal/books/alteration"
	"huicun/internal/books/asset"
	"huicun/internal/books/stocktake"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

const assetView = "asset:" + access.View

func (p *pages) mountLabels(s *shell.Shell) {
	s.Handle(
		shell.Route{Method: "GET", Pattern: "/asset-labels", Perm: assetView, Fn: p.labels},
		shell.Route{Method: "GET", Pattern: "/a/{no}", Perm: assetView, Fn: p.scan},
	)
}

// label is what is stuck on an asset: who owns what, its number, and the code of its address. Path draws the code's dark
// squares, Size is its width with the quiet zone, in squares.
type label struct {
	Village, Name, No string
	Path              string
	Size              string
}

// quiet is the light margin that a code needs, in squares (ISO/IEC 18004).
const quiet = 4

// drawing turns an address into the outline of a code.
func drawing(address string) (path, size string, err error) {
	code, err := qr.Encode(address, qr.M)
	if err != nil {
		return "", "", fmt.Errorf("drawing a code: %w", err)
	}
	var b strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			n := 0
			for x+n < code.Size && code.Black(x+n, y) {
				n++
			}
			if n > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x+quiet, y+quiet, n, n)
				x += n
			}
		}
	}
	return b.String(), strconv.Itoa(code.Size + 2*quiet), nil
}

// address is where scanning the label of a number leads.
func address(c *shell.Ctx, no string) string {
	scheme := "http"
	if c.Shell.Secure || c.R.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + c.R.Host + "/a/" + url.PathEscape(no)
}

// A sheet has three labels beside and eight below one another; a page prints ten sheets.
const sheetLabels, pageLabels = 24, 240

// labels prints the labels of a place's assets, of one owner's or of one asset.
func (p *pages) labels(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	f := record.Filter{Scope: c.Scope, Text: c.Query("q"), Page: db.Paging{Sort: "no", After: c.Query("after"), Limit: pageLabels}}
	page, total, err := p.assets.List(c.Context(), c.Who, tenant, f)
	if err != nil {
		return err
	}
	var sheets [][]label
	add := func(l label) error {
		var err error
		if l.Path, l.Size, err = drawing(address(c, l.No)); err != nil {
			return err
		}
		if n := len(sheets); n == 0 || len(sheets[n-1]) == sheetLabels {
			sheets = append(sheets, nil)
		}
		sheets[len(sheets)-1] = append(sheets[len(sheets)-1], l)
		return nil
	}
	for i := range page.Items {
		a := &page.Items[i]
		if a.State == "retired" {
			continue
		}
		village := c.RegionName(a.Region)
		if err := add(label{Village: village, Name: a.Name, No: a.No}); err != nil {
			return err
		}
		units, err := asset.UnitsOf(c.Context(), p.read(), tenant, a.ID)
		if err != nil {
			return err
		}
		for _, u := range units {
			if len(units) > 1 {
				if err := add(label{Village: village, Name: u.Name, No: u.No}); err != nil {
					return err
				}
			}
		}
	}
	v := labelsView{Sheets: sheets, Q: c.Query("q"), Pager: ui.PagerView{Shown: len(page.Items), Total: "共 " + strconv.Itoa(total) + " 项资产"}}
	if page.Next != "" {
		v.Pager.NextHref = "/asset-labels?" + url.Values{"after": {page.Next}, "q": {v.Q}}.Encode()
	}
	view := c.PageOf("二维码标签", ui.Link{Label: "资产资源", Href: "/assets"}, ui.Link{Label: "二维码标签"})
	view.Subtitle, view.Actions, view.Print = c.ScopeName(), ui.PrintButton(), nil
	return c.Page(view, labelsBody(v))
}

// scan is where a label leads: during a count to the line of what it is stuck on, otherwise to the card.
func (p *pages) scan(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	no := c.R.PathValue("no")
	var card, unit ids.ID
	region, to := "", ""
	a, err := p.assets.ByKey(c.Context(), p.read(), tenant, no)
	switch {
	case err == nil:
		card, region, to = a.ID, a.Region, "/assets/"+a.ID.String()
	case !errs.Is(err, errs.NotFound):
		return err
	default:
		u, err := p.units.ByKey(c.Context(), p.read(), tenant, no)
		if err != nil {
			return err
		}
		card, unit, region, to = u.Asset, u.ID, u.Region, "/asset-units/"+u.ID.String()
	}
	if !c.Who.Can(lineEdit, region) {
		return p.lead(c, to)
	}
	l, err := stocktake.Open(c.Context(), p.read(), tenant, card, unit)
	if err != nil || l == nil {
		if err != nil {
			return err
		}
		return p.lead(c, to)
	}
	return p.lead(c, countHref(l.Count, l.ID))
}

// lead goes on to a page; what is on it is checked there.
func (p *pages) lead(c *shell.Ctx, to string) error {
	http.Redirect(c.W, c.R, to, http.StatusSeeOther)
	return nil
}

// AssetPage is what these pages add to that of a card.
func AssetPage() resource.Options[asset.Asset] {
	return resource.Options[asset.Asset]{
		Children: []resource.Child{
			{Kind: "asset_funding", Field: "asset", Title: "资金来源构成"},
			{Kind: alteration.Kind, Field: "asset", Title: "变动单", While: []string{"-"}, HideEmpty: true}, {Kind: "asset_change", Field: "asset", Title: "变动", While: []string{"-"}}, {Kind: "stocktake_line", Field: "asset", Title: "清查记录", While: []string{"-"}},
		},
		Actions: func(c *shell.Ctx, a *asset.Asset) []ui.Button {
			return append(append(alterButton(c, a), disposeButton(c, a)...), ui.Button{Label: "标签", Icon: "qrcode", Href: "/asset-labels?q=" + url.QueryEscape(a.No)})
		},
		Before: []resource.Panel[asset.Asset]{placePanel, retirePanel}, Guided: []string{"retire"},
		ListActions: func(*shell.Ctx) []ui.Button {
			return []ui.Button{{Label: "地图", Icon: "map", Href: "/asset-map"}, {Label: "清查报表", Icon: "file-spreadsheet", Href: "/asset-inventory"}, {Label: "闲置资产", Icon: "alert-circle", Href: "/asset-idle"}, {Label: "二维码标签", Icon: "qrcode", Href: "/asset-labels"}}
		},
	}
}
