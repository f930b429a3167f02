package showcase

import "strings"

// Changes is what an issue says otherwise than the one before it.
type Changes struct {
	Facts      []TextChange // title, issuer, as-of day …
	Paragraphs []TextChange
	Figures    []FigureChange
}

// Empty reports whether nothing changed.
func (c *Changes) Empty() bool { return len(c.Facts)+len(c.Paragraphs)+len(c.Figures) == 0 }

// TextChange is a text before and after; an empty side means that it was added or taken out.
type TextChange struct{ Label, Before, After string }

// FigureChange is a figure whose wording or value changed, or that came or went.
type FigureChange struct {
	Code, Name    string
	Before, After *Frozen
}

// Compare lists what changed from one issue to a later one.
func Compare(before, after *Content) *Changes {
	out := &Changes{}
	for _, f := range []TextChange{
		{"标题", before.Title, after.Title},
		{"栏目", before.Kicker, after.Kicker},
		{"署名", before.Author, after.Author},
		{"发布单位", before.Issuer, after.Issuer},
		{"所属地区", before.PlaceName, after.PlaceName},
		{"数据截至", before.AsOf.String(), after.AsOf.String()},
		{"没有出处的数字", strings.Join(before.Bare, "、"), strings.Join(after.Bare, "、")},
	} {
		if f.Before != f.After {
			out.Facts = append(out.Facts, f)
		}
	}
	out.Paragraphs = paragraphChanges(before, after)
	for i := range before.Figures {
		b := &before.Figures[i]
		a, ok := after.Figure(b.Code)
		if !ok {
			a = nil
		}
		if a == nil || a.Text != b.Text || a.Value != b.Value || a.Unit != b.Unit {
			out.Figures = append(out.Figures, FigureChange{b.Code, b.Name, b, a})
		}
	}
	for i := range after.Figures {
		if a := &after.Figures[i]; !has(before, a.Code) {
			out.Figures = append(out.Figures, FigureChange{a.Code, a.Name, nil, a})
		}
	}
	return out
}

func has(c *Content, code string) bool { _, ok := c.Figure(code); return ok }

// paragraphs returns a body's blocks: how each was written (references as such, so that a figure's new value is
// no change of the prose) and how it reads.
func (c *Content) paragraphs() (keys, texts []string) {
	shown := ShownOf(c.Figures)
	for _, r := range Parse(c.Body).runs() {
		keys = append(keys, strings.Join(r.raw, ""))
		texts = append(texts, r.plain(shown))
	}
	return keys, texts
}

func paragraphChanges(before, after *Content) []TextChange {
	a, at := before.paragraphs()
	b, bt := after.paragraphs()
	var out []TextChange
	var gone, come []string
	flush := func() {
		for i := range max(len(gone), len(come)) {
			var ch TextChange
			if i < len(gone) {
				ch.Before = gone[i]
			}
			if i < len(come) {
				ch.After = come[i]
			}
			out = append(out, ch)
		}
		gone, come = nil, nil
	}
	i, j := 0, 0
	for _, m := range common(a, b) {
		for ; i < m[0]; i++ {
			gone = append(gone, at[i])
		}
		for ; j < m[1]; j++ {
			come = append(come, bt[j])
		}
		flush()
		i, j = m[0]+1, m[1]+1
	}
	gone, come = append(gone, at[i:]...), append(come, bt[j:]...)
	flush()
	return out
}

// maxTable bounds the work of comparing two very long articles.
const maxTable = 4_000_000

// common returns the index pairs of a longest common subsequence.
func common(a, b []string) [][2]int {
	n, m := len(a), len(b)
	if n*m > maxTable {
		return nil
	}
	best := make([][]int32, n+1)
	for i := range best {
		best[i] = make([]int32, m+1)
	}
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if a[i] == b[j] {
				best[i][j] = best[i+1][j+1] + 1
			} else {
				best[i][j] = max(best[i+1][j], best[i][j+1])
			}
		}
	}
	var out [][2]int
	for i, j := 0, 0; i < n && j < m; {
		switch {
		case a[i] == b[j]:
			out = append(out, [2]int{i, j})
			i, j = i+1, j+1
		case best[i+1][j] >= best[i][j+1]:
			i++
		default:
			j++
		}
	}
	return out
}
