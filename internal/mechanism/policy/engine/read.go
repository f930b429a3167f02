package engine

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/plainyaml"
)

// maxFile bounds a file, in bytes.
const maxFile = 256 << 10

// A Complaint is one thing that is wrong with a document: where (Line and Col from 1, 0 when the document was not read
// from a file), in which part, and what to do.
type Complaint struct {
	Path      string
	Line, Col int
	Msg       string
}

// String is the complaint as a person reads it.
func (c Complaint) String() string {
	if c.Line == 0 {
		return fmt.Sprintf("%s：%s", c.Path, c.Msg)
	}
	if c.Path == "" {
		return fmt.Sprintf("第 %d 行第 %d 列：%s", c.Line, c.Col, c.Msg)
	}
	return fmt.Sprintf("第 %d 行第 %d 列（%s）：%s", c.Line, c.Col, c.Path, c.Msg)
}

// Complaints is all that is wrong with a document. It is an Invalid error of errs through AsError.
type Complaints []Complaint

// AsError returns nil without complaints, else an Invalid error with one field per complaint.
func (c Complaints) AsError() error {
	if len(c) == 0 {
		return nil
	}
	e := &errs.Error{Kind: errs.Invalid, Code: "policy.document", Msg: fmt.Sprintf("政策文件有 %d 处需要修改", len(c))}
	for _, one := range c {
		e.Fields = append(e.Fields, errs.Field{Name: one.Path, Msg: one.String()})
	}
	return e
}

// Read reads a policy file and compiles it. An error is Invalid; its fields name line, column and part.
func Read(text []byte) (*Policy, error) {
	doc, at, complaints := decode(text)
	if len(complaints) > 0 {
		return nil, complaints.AsError()
	}
	p, complaints := check(doc)
	for i := range complaints {
		complaints[i].Line, complaints[i].Col = at.find(complaints[i].Path)
	}
	slices.SortStableFunc(complaints, func(a, b Complaint) int { return a.Line - b.Line })
	if len(complaints) > 0 {
		return nil, complaints.AsError()
	}
	return p, nil
}

// Check compiles a document that was not read from a file, and says what is wrong with which part.
func Check(doc *Document) (*Policy, Complaints) { return check(doc) }

// Compile checks a document that was not read from a file. An error is Invalid; its fields name the parts.
func Compile(doc *Document) (*Policy, error) {
	p, complaints := check(doc)
	if len(complaints) > 0 {
		return nil, complaints.AsError()
	}
	return p, nil
}

// Write writes a document as a file that Read reads back to the same document.
func Write(doc *Document) ([]byte, error) {
	return yaml.MarshalWithOptions(doc, yaml.UseLiteralStyleIfMultiline(true), yaml.IndentSequence(true))
}

// decode reads the text strictly.
func decode(text []byte) (doc *Document, at places, complaints Complaints) {
	if f := plainyaml.Check(text, maxFile); f != nil {
		return nil, nil, Complaints{{Line: f.Line, Col: f.Col, Msg: f.Msg}}
	}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, nil, Complaints{yamlComplaint(err)}
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		return nil, nil, Complaints{{Line: 1, Col: 1, Msg: "文件应当只有一项政策，而且不能是空的"}}
	}
	if _, ok := file.Docs[0].Body.(*ast.MappingNode); !ok {
		return nil, nil, Complaints{{Line: 1, Col: 1, Msg: "文件应当由“名称: 内容”组成，请对照示例"}}
	}
	doc = &Document{}
	if err := yaml.NodeToValue(file.Docs[0].Body, doc, yaml.Strict()); err != nil {
		return nil, nil, Complaints{yamlComplaint(err)}
	}
	at = places{}
	at.walk("", file.Docs[0].Body)
	return doc, at, nil
}

var unknownField = regexp.MustCompile(`unknown field "([^"]*)"`)

// yamlComplaint says in Chinese what the YAML reader found.
func yamlComplaint(err error) Complaint {
	c := Complaint{Line: 1, Col: 1, Msg: "不是正确的 YAML，请检查缩进、冒号和引号"}
	var found yaml.Error
	if errors.As(err, &found) {
		if t := found.GetToken(); t != nil && t.Position != nil {
			c.Line, c.Col = t.Position.Line, t.Position.Column
		}
	}
	var unknown *yaml.UnknownFieldError
	var twice *yaml.DuplicateKeyError
	var typ *yaml.TypeError
	var node *yaml.UnexpectedNodeTypeError
	switch {
	case errors.As(err, &unknown):
		c.Msg = "有不认识的项，请检查拼写或删去"
		if m := unknownField.FindStringSubmatch(unknown.Message); m != nil {
			c.Msg = fmt.Sprintf("不认识的项“%s”，请检查拼写或删去", m[1])
		}
	case errors.As(err, &twice), strings.Contains(err.Error(), "already defined"):
		c.Msg = "同一项写了两次，请删去一个"
	case errors.As(err, &typ), errors.As(err, &node):
		c.Msg = "这一项的写法不对（该写一个值、一组值还是一个列表），请对照说明"
	}
	return c
}

// places knows where each part of a document stands: "rules[2].bands.rows[0].in".
type places map[string]*token.Position

func (p places) walk(path string, n ast.Node) {
	if t := n.GetToken(); t != nil && p[path] == nil {
		p[path] = t.Position
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		for _, v := range n.Values {
			p.pair(path, v)
		}
	case *ast.MappingValueNode:
		p.pair(path, n)
	case *ast.SequenceNode:
		for i, v := range n.Values {
			p.walk(fmt.Sprintf("%s[%d]", path, i), v)
		}
	}
}

func (p places) pair(path string, v *ast.MappingValueNode) {
	key := v.Key.GetToken().Value
	if path != "" {
		key = path + "." + key
	}
	if _, seen := p[path]; !seen || path == "" {
		p[path] = v.Key.GetToken().Position
	}
	switch v.Value.(type) {
	case *ast.MappingNode, *ast.SequenceNode, *ast.MappingValueNode:
		p[key] = v.Key.GetToken().Position
	}
	p.walk(key, v.Value)
}

// find returns the place of a part, or of the nearest one around it.
func (p places) find(path string) (line, col int) {
	for {
		if at, ok := p[path]; ok && at != nil {
			return at.Line, at.Column
		}
		cut := strings.LastIndexAny(path, ".[")
		if cut < 0 {
			return 1, 1
		}
		path = path[:cut]
	}
}
