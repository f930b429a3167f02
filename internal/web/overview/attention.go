package overview

import (
	"strconv"
	"strings"

	"huicun/internal/insight/overview"
	"huicun/internal/web/ui"
)

func (p *page) alerts() []ui.AlertView {
	return alerts(p.visible()[:min(len(p.visible()), shownAlerts)])
}

func (p *page) visible() []overview.Item { return overview.Visible(p.who, p.o.Attention) }

// contentMax is how much of a record's text an alert shows.
const contentMax = 30

func alerts(list []overview.Item) []ui.AlertView {
	var out []ui.AlertView
	for _, it := range list {
		what := it.What
		if r := []rune(what); len(r) > contentMax {
			what = string(r[:contentMax]) + "…"
		}
		if !strings.HasPrefix(what, it.Place) {
			what = it.Place + " " + what
		}
		if it.Detail != "" {
			what += " · " + it.Detail
		}
		out = append(out, ui.AlertView{Kind: ui.Kind(it.Tone), Title: it.Title, Text: what, Remedy: "建议：" + it.Remedy, Href: it.Href})
	}
	return out
}

func attentionTabs(list []overview.Item, kind string) []ui.Tab {
	tabs := []ui.Tab{{Label: "全部", Href: "/attention", Active: kind == "", Count: strconv.Itoa(len(list))}}
	seen := map[string]int{}
	for _, it := range list {
		i, ok := seen[it.Code]
		if !ok {
			i = len(tabs)
			seen[it.Code] = i
			tabs = append(tabs, ui.Tab{Label: it.Rule, Href: "/attention?kind=" + it.Code, Active: kind == it.Code, Count: "0", Kind: ui.Kind(it.Tone)})
		}
		n, _ := strconv.Atoi(tabs[i].Count)
		tabs[i].Count = strconv.Itoa(n + 1)
	}
	return tabs
}
