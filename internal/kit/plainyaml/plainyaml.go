// Package plainyaml refuses YAML that could grow without end when it is read: too much text, repetitions by name (anchors,
// aliases, merges), tags, and deep nesting. What passes is read by the usual reader.
package plainyaml

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
)

// maxNesting bounds brackets and indentation.
const maxNesting = 20

// Fault is the first thing for which a text is refused: where, from 1, and a sentence in Chinese.
type Fault struct {
	Line, Col int
	Msg       string
}

// Check returns nil for a text of at most limit bytes that is plain.
func Check(text []byte, limit int) *Fault {
	if len(text) > limit {
		return &Fault{1, 1, fmt.Sprintf("文件超过 %d KB", limit>>10)}
	}
	depth := 0
	for _, t := range lexer.Tokenize(string(text)) {
		fault := func(msg string) *Fault { return &Fault{t.Position.Line, t.Position.Column, msg} }
		switch t.Type {
		case token.AliasType, token.MergeKeyType, token.AnchorType, token.TagType:
			return fault("不能用引用（&、*、<<）和标签（!），请写出全部内容")
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		}
		if depth > maxNesting || t.Position.IndentNum > 4*maxNesting {
			return fault("层次太深")
		}
	}
	return opened(text)
}

// opened refuses lines that open many levels at once ("- - - -", "? ? ?"), which need no indentation of their own.
func opened(text []byte) *Fault {
	for i, line := range strings.Split(string(text), "\n") {
		if strings.Count(line, "- ") > maxNesting && strings.Trim(strings.TrimSpace(line), "- ?:") == "" || strings.Count(line, "? ") > maxNesting {
			return &Fault{i + 1, 1, "层次太深"}
		}
	}
	return nil
}
