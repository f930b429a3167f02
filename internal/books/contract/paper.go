package contract

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/registry/record"
)

// Template is a text that contracts of a kind are printed from (合同范本). Lines beginning with “# ” are its title, with
// “## ” headings, with “- ” items; every other line is a paragraph. What stands in {{…}} is filled in from the contract.
type Template struct {
	db.Row
	Name, Kind string
	Since      date.Date
	Body       string
}

// The states of a template.
const (
	templateUsed    = "used"
	templateRetired = "retired"
)

// TemplateMachine: a template is used until it is retired.
var TemplateMachine = &fsm.Machine{
	Name:   "合同范本",
	States: []fsm.State{{Code: templateUsed, Label: "使用中", Tone: "green"}, {Code: templateRetired, Label: "已停用", Tone: "grey"}},
	Events: []fsm.Event{
		{Name: "retire", Label: "停用", From: []string{templateUsed}, To: templateRetired, Verb: "edit"},
		{Name: "revive", Label: "恢复使用", From: []string{templateRetired}, To: templateUsed, Verb: "edit"},
	},
}

var templateTable = &db.Table[Template]{
	Name: "contract_template",
	Cols: []string{"name", "kind", "since", "body"},
	Row:  func(t *Template) *db.Row { return &t.Row },
	Ptrs: func(t *Template) []any { return []any{&t.Name, &t.Kind, &t.Since, &t.Body} },
}

// longestTemplate is how long a template may be, in characters.
const longestTemplate = 20_000

// NewTemplates describes the noun.
func NewTemplates(e *record.Env) *record.Noun[Template] {
	return record.Register(e, &record.Noun[Template]{
		Kind: "contract_template", Label: "合同范本", Path: "/contract-templates", Icon: "file-text", Key: "name", Order: "kind", Below: true,
		Intro: "按种类写好合同文本，用“{{甲方}}”这样的占位符标出要填的内容；打印合同时自动填好，收款计划作为附件。",
		Table: templateTable, Machine: TemplateMachine,
		Title:  func(t *Template) string { return t.Name },
		Detail: func(t *Template) string { return field.LabelOf(Kinds, t.Kind) },
		Fields: []field.Field[Template]{
			field.NewText("name", "名称", func(t *Template) *string { return &t.Name }).Req().List().Limit(80).Eg("厂房租赁合同（示范文本）"),
			field.NewEnum("kind", "合同种类", Kinds, func(t *Template) *string { return &t.Kind }).Req().List().Filter(),
			field.NewRegion("region", "适用地区", func(t *Template) *string { return &t.Region }).Req().List().Help("在这个地区和它下面都可以用"),
			field.NewDay("since", "启用日期", func(t *Template) *date.Date { return &t.Since }).Req().List(),
			field.NewLong("body", "文本", func(t *Template) *string { return &t.Body }).Req().Limit(longestTemplate).
				Help("“# ”开头为标题，“## ”开头为小标题，“- ”开头为列项；可填的占位符见范本页面的说明"),
		},
		Check: func(t *Template) error {
			_, err := ParsePaper(t.Body)
			return err
		},
	})
}

// TemplatesFor lists the templates of a kind in use at a place on a day, those of the nearest place first and of one place
// the latest.
func TemplatesFor(ctx context.Context, q db.Q, tenant int64, place, kind string, day date.Date) ([]Template, error) {
	w := db.In(db.NewWhere(tenant), "region", code.Chain(place)).And("kind = ?", kind).And("state = ?", templateUsed).And("since <= ?", day)
	list, err := templateTable.All(ctx, q, w, "region DESC, since DESC, id")
	if err != nil {
		return nil, fmt.Errorf("reading templates of contracts: %w", err)
	}
	return list, nil
}

// Block is one line of a printed contract: the parts of its text are as written and filled in, in turn.
type Block struct {
	Kind  string // title, heading, item, text, schedule
	Parts []Part
}

// Part is a piece of text; Name is the placeholder that it is to be filled from, "" for text as written.
type Part struct{ Text, Name string }

// The kinds of block.
const (
	BlockTitle    = "title"
	BlockHeading  = "heading"
	BlockItem     = "item"
	BlockText     = "text"
	BlockSchedule = "schedule"
)

// ParsePaper reads the text of a template; unknown placeholders are refused with their line.
func ParsePaper(body string) ([]Block, error) {
	var out []Block
	for i, line := range strings.Split(strings.ReplaceAll(body, "\r\n", "\n"), "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		b := Block{Kind: BlockText}
		for _, k := range []struct{ mark, kind string }{{"## ", BlockHeading}, {"# ", BlockTitle}, {"- ", BlockItem}} {
			if rest, ok := strings.CutPrefix(line, k.mark); ok {
				b.Kind, line = k.kind, rest
				break
			}
		}
		var err error
		if b.Parts, err = parts(line, i+1); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(b.Parts, func(p Part) bool { return p.Name == ScheduleHere }) {
			if len(b.Parts) != 1 {
				return nil, errs.OnField("body", "第 %d 行：{{%s}} 要单独占一行", i+1, ScheduleHere)
			}
			b.Kind = BlockSchedule
		}
		out = append(out, b)
	}
	return out, nil
}

// parts cuts a line at its placeholders.
func parts(line string, no int) ([]Part, error) {
	var out []Part
	for line != "" {
		before, rest, found := strings.Cut(line, "{{")
		if strings.Contains(before, "}}") {
			return nil, errs.OnField("body", "第 %d 行：“}}”前面缺少“{{”", no)
		}
		if before != "" {
			out = append(out, Part{Text: before})
		}
		if !found {
			break
		}
		name, after, closed := strings.Cut(rest, "}}")
		name = strings.TrimSpace(name)
		if !closed || strings.Contains(name, "{{") {
			return nil, errs.OnField("body", "第 %d 行：“{{”没有用“}}”结束", no)
		}
		if !slices.ContainsFunc(Placeholders, func(p Placeholder) bool { return p.Name == name }) {
			return nil, errs.OnField("body", "第 %d 行：没有“{{%s}}”这个占位符；可以用的有：%s", no, name, placeholderNames())
		}
		out = append(out, Part{Name: name})
		line = after
	}
	return out, nil
}

func placeholderNames() string {
	names := make([]string, len(Placeholders))
	for i, p := range Placeholders {
		names[i] = p.Name
	}
	return strings.Join(names, "、")
}

// Fill puts values into the blocks of a template; what has no value becomes a blank line to write on.
func Fill(blocks []Block, values map[string]string) []Block {
	out := make([]Block, len(blocks))
	for i, b := range blocks {
		out[i] = Block{Kind: b.Kind, Parts: slices.Clone(b.Parts)}
		for k := range out[i].Parts {
			if p := &out[i].Parts[k]; p.Name != "" {
				p.Text = values[p.Name]
				if p.Text == "" {
					p.Text = blank
				}
			}
		}
	}
	return out
}

// blank is what stands for a value that is not known: to be written by hand.
const blank = "＿＿＿＿＿＿"

// monthsText says a number of months as people do: 3 年, 1 年 6 个月.
func monthsText(n int) string {
	const year = 12
	switch y, m := n/year, n%year; {
	case y == 0:
		return strconv.Itoa(m) + " 个月"
	case m == 0:
		return strconv.Itoa(y) + " 年"
	default:
		return strconv.Itoa(y) + " 年 " + strconv.Itoa(m) + " 个月"
	}
}
