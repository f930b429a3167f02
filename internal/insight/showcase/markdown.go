package showcase

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Doc is parsed prose. The dialect is small: headings, paragraphs, lists, quotations, emphasis, links and
// references; raw HTML and code are plain text.
type Doc struct {
	src  []byte
	root ast.Node
}

// Ref is one reference to a figure: {{F03}} for its wording, {{F03|值}} for its exact value.
type Ref struct {
	Code  string
	Exact bool
	Raw   string // as written
	Bad   bool   // written in a way that means nothing
	At    int    // byte offset in the source
}

var kindRef = ast.NewNodeKind("FigureRef")

// refNode is a reference in the tree.
type refNode struct {
	ast.BaseInline
	Ref
}

func (*refNode) Kind() ast.NodeKind { return kindRef }

func (n *refNode) Dump(src []byte, level int) {
	ast.DumpHelper(n, src, level, map[string]string{"Code": n.Code}, nil)
}

// refParser finds {{…}} before emphasis is looked for.
type refParser struct{}

func (refParser) Trigger() []byte { return []byte{'{'} }

var refCode = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

func (refParser) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, seg := block.PeekLine()
	if !bytes.HasPrefix(line, []byte("{{")) {
		return nil
	}
	end := bytes.Index(line, []byte("}}"))
	if end < 0 {
		return nil
	}
	n := &refNode{Ref: Ref{Raw: string(line[:end+2]), At: seg.Start}}
	code, mode, has := strings.Cut(strings.ReplaceAll(string(line[2:end]), "｜", "|"), "|")
	n.Code, mode = strings.TrimSpace(code), strings.TrimSpace(mode)
	n.Exact = mode == "值"
	n.Bad = !refCode.MatchString(n.Code) || has && !n.Exact
	block.Advance(end + 2)
	return n
}

// paragraphs also begin with four spaces, which mean code elsewhere and would be lost here.
type paragraphs struct{ parser.BlockParser }

func (paragraphs) CanAcceptIndentedLine() bool { return true }

var markdown = parser.NewParser(
	parser.WithBlockParsers(
		util.Prioritized(parser.NewThematicBreakParser(), 200),
		util.Prioritized(parser.NewListParser(), 300),
		util.Prioritized(parser.NewListItemParser(), 400),
		util.Prioritized(parser.NewATXHeadingParser(), 600),
		util.Prioritized(parser.NewBlockquoteParser(), 800),
		util.Prioritized(paragraphs{parser.NewParagraphParser()}, 1000),
	),
	parser.WithInlineParsers(
		util.Prioritized(refParser{}, 50),
		util.Prioritized(parser.NewLinkParser(), 200),
		util.Prioritized(parser.NewEmphasisParser(), 500),
	),
)

// Parse reads prose; every text is some prose.
func Parse(body string) *Doc {
	src := []byte(strings.ToValidUTF8(body, "\uFFFD"))
	return &Doc{src: src, root: markdown.Parse(text.NewReader(src))}
}

// Refs lists the references in their order.
func (d *Doc) Refs() []Ref {
	var out []Ref
	_ = ast.Walk(d.root, func(n ast.Node, enter bool) (ast.WalkStatus, error) {
		if r, ok := n.(*refNode); ok && enter {
			out = append(out, r.Ref)
		}
		return ast.WalkContinue, nil
	})
	return out
}

// run is the visible text of one block, rune by rune, with where each stands in the source and how it was
// written there (a reference is one object character).
type run struct {
	text []rune
	at   []int
	raw  []string
}

// object stands for a reference within visible text.
const object = '\uFFFC'

func (r *run) add(c rune, at int, raw string) {
	r.text, r.at, r.raw = append(r.text, c), append(r.at, at), append(r.raw, raw)
}

// runs returns the visible text of all blocks that hold text.
func (d *Doc) runs() []run {
	var out []run
	_ = ast.Walk(d.root, func(n ast.Node, enter bool) (ast.WalkStatus, error) {
		if !enter || n.Type() != ast.TypeBlock || n.FirstChild() == nil || n.FirstChild().Type() != ast.TypeInline {
			return ast.WalkContinue, nil
		}
		var r run
		d.visible(n, &r)
		out = append(out, r)
		return ast.WalkSkipChildren, nil
	})
	return out
}

func (d *Doc) visible(parent ast.Node, r *run) {
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		switch x := n.(type) {
		case *ast.Text:
			d.segment(x.Segment, r)
			if x.HardLineBreak() {
				r.add('\n', x.Segment.Stop, "\n")
			}
		case *refNode:
			r.add(object, x.At, x.Raw)
		default:
			d.visible(n, r)
		}
	}
}

func (d *Doc) segment(seg text.Segment, r *run) {
	s := string(d.src[seg.Start:seg.Stop])
	for i, c := range s {
		if c == '\\' && i+1 < len(s) && util.IsPunct(s[i+1]) {
			continue // an escape: the next character stands for itself
		}
		r.add(c, seg.Start+i, string(c))
	}
}
