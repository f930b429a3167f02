package showcase

import (
	"bufio"
	"bytes"
	"fmt"
	"html"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	mdhtml "github.com/yuin/goldmark/renderer/html"
)

// Shown is how a figure appears in prose.
type Shown struct {
	Text     string // 110余万元
	Exact    string // 1,108,600 元/年
	Forecast bool
}

// Style says how prose becomes HTML.
type Style struct {
	// Link gives the attributes of a figure's link (href, hx-get …); nil writes figures without links.
	Link func(code string) map[string]any
	// inline writes the tags' styles into them and leaves out classes and links, as WeChat's editor wants.
	inline bool
}

// WeChat is the style of an article pasted into a WeChat public account.
var WeChat = Style{inline: true}

// HTML renders the prose with the figures by code; a reference without one is shown as it is written, marked.
// The result is safe: text is escaped and only http and https links are kept.
func (d *Doc) HTML(figures map[string]Shown, st Style) string {
	var b bytes.Buffer
	w := &writer{doc: d, figures: figures, st: st, out: bufio.NewWriter(&b)}
	_ = ast.Walk(d.root, w.node)
	_ = w.out.Flush()
	return b.String()
}

// Plain renders the prose as plain text, one line a block.
func (d *Doc) Plain(figures map[string]Shown) string {
	var lines []string
	for _, r := range d.runs() {
		lines = append(lines, r.plain(figures))
	}
	return strings.Join(lines, "\n")
}

func (r *run) plain(figures map[string]Shown) string {
	var b strings.Builder
	for i, c := range r.text {
		if c != object {
			b.WriteRune(c)
			continue
		}
		for _, ref := range Parse(r.raw[i]).Refs() {
			b.WriteString(wording(ref, figures))
		}
	}
	return b.String()
}

func wording(r Ref, figures map[string]Shown) string {
	f, ok := figures[r.Code]
	switch {
	case !ok || r.Bad:
		return r.Raw
	case r.Exact:
		return f.Exact
	}
	return f.Text
}

type writer struct {
	doc     *Doc
	figures map[string]Shown
	st      Style
	out     *bufio.Writer
}

// styles are what WeChat's editor is given inline, since it drops classes.
var styles = map[string]string{
	"p": "margin:0 0 1em;text-indent:2em;line-height:1.9;font-size:16px;color:#222;", "h2": "margin:1.6em 0 .6em;font-size:18px;font-weight:bold;color:#b3261e;",
	"h3": "margin:1.2em 0 .5em;font-size:16px;font-weight:bold;color:#222;", "li": "margin:0 0 .5em;line-height:1.9;font-size:16px;color:#222;",
	"blockquote": "margin:0 0 1em;padding:.2em 1em;border-left:3px solid #ddd;color:#555;", "figure": "font-weight:bold;color:#b3261e;",
}

func (w *writer) raw(s string) { _, _ = w.out.WriteString(s) }

// tag opens or closes an element.
func (w *writer) tag(name string, enter bool, attrs string) {
	if !enter {
		w.raw("</" + name + ">")
		return
	}
	if w.st.inline && styles[name] != "" {
		attrs += ` style="` + styles[name] + `"`
	}
	w.raw("<" + name + attrs + ">")
}

func (w *writer) node(n ast.Node, enter bool) (ast.WalkStatus, error) {
	switch x := n.(type) {
	case *ast.Paragraph:
		w.tag("p", enter, "")
	case *ast.Heading:
		w.tag("h"+strconv.Itoa(min(max(x.Level, 2), 4)), enter, "") // h1 is the title
	case *ast.List:
		w.list(x, enter)
	case *ast.ListItem:
		w.tag("li", enter, "")
	case *ast.Blockquote:
		w.tag("blockquote", enter, "")
	case *ast.ThematicBreak:
		if enter {
			w.raw("<hr>")
		}
	case *ast.Emphasis:
		w.tag(map[bool]string{true: "strong", false: "em"}[x.Level > 1], enter, "")
	case *ast.Link:
		w.link(string(x.Destination), enter)
	case *ast.Text:
		if enter {
			mdhtml.DefaultWriter.Write(w.out, x.Segment.Value(w.doc.src))
			if x.HardLineBreak() {
				w.raw("<br>")
			}
		}
	case *ast.String:
		if enter {
			mdhtml.DefaultWriter.Write(w.out, x.Value)
		}
	case *refNode:
		if enter {
			w.ref(x.Ref)
		}
	}
	return ast.WalkContinue, nil
}

func (w *writer) list(l *ast.List, enter bool) {
	switch {
	case !l.IsOrdered():
		w.tag("ul", enter, "")
	case l.Start > 1:
		w.tag("ol", enter, fmt.Sprintf(` start="%d"`, l.Start))
	default:
		w.tag("ol", enter, "")
	}
}

// link keeps links to other sites; anything else is only its words.
func (w *writer) link(to string, enter bool) {
	u, err := url.Parse(to)
	if w.st.inline || err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return
	}
	w.tag("a", enter, ` href="`+html.EscapeString(u.String())+`" rel="noopener noreferrer nofollow" target="_blank"`)
}

func (w *writer) ref(r Ref) {
	f, ok := w.figures[r.Code]
	text := html.EscapeString(wording(r, w.figures))
	class := "figure-ref"
	if f.Forecast {
		class += " forecast"
	}
	switch {
	case !ok || r.Bad:
		w.raw(`<mark class="figure-missing">` + text + `</mark>`)
	case w.st.inline:
		w.raw(`<strong style="` + styles["figure"] + `">` + text + `</strong>`)
	case w.st.Link == nil:
		w.raw(`<span class="` + class + `">` + text + `</span>`)
	default:
		w.raw(`<a class="` + class + `"`)
		attrs := w.st.Link(r.Code)
		for _, k := range slices.Sorted(maps.Keys(attrs)) {
			w.raw(" " + k + `="` + html.EscapeString(fmt.Sprint(attrs[k])) + `"`)
		}
		w.raw(">" + text + "</a>")
	}
}
