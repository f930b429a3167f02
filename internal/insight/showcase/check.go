package showcase

import (
	"html"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
)

// Finding is a bare number: one that the prose claims without a figure behind it.
type Finding struct {
	Text     string // the number with its unit: 110余万元
	Sentence string // in which it stands
	Line     int    // of the source, from 1; 0 for the title
	Column   int    // in characters, from 1
	At, End  int    // in UTF-16 units of the source, as a browser selects text
}

// Phrases splits a list of allowed phrases.
func Phrases(list string) []string {
	var out []string
	for p := range strings.FieldsFuncSeq(list, func(r rune) bool { return strings.ContainsRune("\n、，,;；", r) }) {
		if p = strings.TrimSpace(p); p != "" && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

// CheckProse lists every bare number of a text. Dates, ordinals, list marks, names within quotation marks, set
// phrases and the phrases of allowed pass.
func CheckProse(body string, allowed []string) []Finding { return Parse(body).Check(allowed) }

// CheckTitle does the same for a line of plain text, which can hold no reference.
func CheckTitle(title string, allowed []string) []Finding {
	var r run
	for i, c := range title {
		r.add(c, i, string(c))
	}
	out := r.check([]byte(title), allowed)
	for i := range out {
		out[i].Line = 0
	}
	return out
}

// Check lists the bare numbers of the prose.
func (d *Doc) Check(allowed []string) []Finding {
	var out []Finding
	for _, r := range d.runs() {
		out = append(out, r.check(d.src, allowed)...)
	}
	_ = ast.Walk(d.root, func(n ast.Node, enter bool) (ast.WalkStatus, error) {
		// A list that begins at 110 shows a number that is no mark.
		if l, ok := n.(*ast.List); ok && enter && l.IsOrdered() && l.Start > 20 {
			at := l.Pos()
			out = append(out, place(d.src, Finding{Text: "列表序号从过大的数开始", Sentence: "列表序号请从 1 开始"}, max(at, 0), max(at, 0)+1))
		}
		return ast.WalkContinue, nil
	})
	slices.SortStableFunc(out, func(a, b Finding) int { return a.At - b.At })
	return out
}

func (r *run) check(src []byte, allowed []string) []Finding {
	s := scanner{text: fold(r.text), pass: make([]bool, len(r.text))}
	s.allow(allowed)
	var out []Finding
	for _, span := range s.numbers() {
		lo, hi := span[0], span[1]
		last := hi - 1
		f := Finding{Text: strings.TrimSpace(strings.Join(r.raw[lo:hi], "")), Sentence: r.sentence(lo, hi)}
		out = append(out, place(src, f, r.at[lo], r.at[last]+len(r.raw[last])))
	}
	return out
}

// place gives a finding its position from byte offsets.
func place(src []byte, f Finding, lo, hi int) Finding {
	lo = min(lo, len(src))
	hi = min(max(hi, lo), len(src))
	head := src[:lo]
	f.Line = strings.Count(string(head), "\n") + 1
	f.Column = utf8.RuneCount(head[strings.LastIndex(string(head), "\n")+1:]) + 1
	f.At = utf16Len(head)
	f.End = f.At + utf16Len(src[lo:hi])
	return f
}

// utf16Len is a text's length in UTF-16.
func utf16Len(b []byte) int {
	n := 0
	for _, c := range string(b) {
		if n++; c > 0xffff {
			n++
		}
	}
	return n
}

const sentenceEnds = "。！？；!?;\n"

func (r *run) sentence(lo, hi int) string {
	for lo > 0 && !strings.ContainsRune(sentenceEnds, r.text[lo-1]) {
		lo--
	}
	for hi < len(r.text) && !strings.ContainsRune(sentenceEnds, r.text[hi]) {
		hi++
	}
	if hi < len(r.text) && r.text[hi] != '\n' {
		hi++
	}
	return strings.TrimSpace(strings.Join(r.raw[lo:hi], ""))
}

// fold makes full-width digits, letters and signs half-width, rune for rune.
func fold(in []rune) []rune {
	out := make([]rune, len(in))
	for i, c := range in {
		switch {
		case c >= '！' && c <= '～' && !strings.ContainsRune("，；：！？（）", c):
			c -= 0xfee0
		case c == '　':
			c = ' '
		}
		out[i] = c
	}
	return out
}

// scanner finds numbers in one block's text; pass marks what is no number's business.
type scanner struct {
	text []rune
	pass []bool
}

const (
	digitsHan = "〇零○一二两三四五六七八九壹贰叁肆伍陆柒捌玖俩仨"
	scalesHan = "十百千万亿拾佰仟萬億廿卅"
	month     = `(?:1[0-2]|0?[1-9])`
	day       = `(?:3[01]|[12][0-9]|0?[1-9])`
	hanMonth  = `(?:正|十[一二]?|[一二三四五六七八九])`
	hanDay    = `(?:三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九]|廿[一二三四五六七八九]?)`
	mark      = `(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})`
	starts    = `[。！？；：!?;:\n]\s*`
	apart     = `[^0-9.,]` // what a date stands after
)

// passes are what is let through; only the group passes, so that what stands around it can be looked at. Texts
// are matched with a line break in front.
var passes = []*regexp.Regexp{
	regexp.MustCompile(`(《[^《》\n]*》)`),
	// 2021年, 2018—2021年, 2021年11月12日, 2021-11-12, 11月12日, 1至9月
	regexp.MustCompile(apart + `((?:(?:19|20)[0-9]{2}\s*年?\s*[-—–~至到]+\s*)?(?:19|20)[0-9]{2}\s*年(?:\s*` + month + `\s*月(?:\s*` + day + `\s*[日号])?)?)`),
	regexp.MustCompile(apart + `((?:19|20)[0-9]{2}[-./]` + month + `[-./]` + day + `)(?:[^0-9]|$)`),
	regexp.MustCompile(apart + `((?:` + month + `\s*月?\s*[-—–~至到]+\s*)?` + month + `\s*月(?:\s*` + day + `\s*[日号])?)`),
	regexp.MustCompile(`([一二][〇零○一二三四五六七八九]{3}年)`),
	regexp.MustCompile(`[^` + digitsHan + scalesHan + `](` + hanMonth + `月份?(?:` + hanDay + `[日号])?)`),
	regexp.MustCompile(`(第\s*(?:[0-9]+|[` + digitsHan + scalesHan + `]+))`),
	regexp.MustCompile(`(十[一二三四五六七八九]五)(?:时期|规划|期间|以来|末|初)`),
	// list marks at the beginning of a block or sentence
	regexp.MustCompile(starts + `([（(]` + mark + `[)）])`),
	regexp.MustCompile(starts + `(` + mark + `、)`),
	regexp.MustCompile(starts + `([0-9]{1,2}\.)(?:[^0-9]|$)`),
}

// quoted are names within quotation marks; a quantity of money or a share hides nowhere.
var (
	quoted   = regexp.MustCompile(`“[^“”\n]{1,24}”|‘[^‘’\n]{1,24}’|「[^「」\n]{1,24}」|"[^"\n]{1,24}"`)
	hardCash = regexp.MustCompile(`[0-9` + digitsHan + scalesHan + `][0-9.,]*[余多]?[百千万亿]*(?:元|%|‰|成|倍|亩|平方米)|[0-9]\s*[余多]?[百千万亿]|分之|[0-9]{3}`)
)

// setPhrases hold numerals that count nothing here.
var setPhrases = []string{
	"千家万户", "一成不变", "四处奔走", "三番五次", "一家人", "一家亲", "百家争鸣", "万家灯火", "两个维护", "两个确立", "两个一百年", "三个代表",
	"四个意识", "四个自信", "四个全面", "五个振兴", "千村万户", "一五一十", "一天天", "一家一户", "百年大计", "一米阳光", "一倍子",
}

// allow marks what passes.
func (s *scanner) allow(phrases []string) {
	text := "\n" + string(s.text)
	index := make([]int, len(text)+1) // byte offset to rune
	n := -1
	for i := range text {
		index[i] = n
		n++
	}
	index[len(text)] = n
	mark := func(lo, hi int) {
		for i := index[lo]; i < index[hi]; i++ {
			s.pass[i] = true
		}
	}
	for _, re := range passes {
		for from := 0; ; {
			m := re.FindStringSubmatchIndex(text[from:])
			if m == nil {
				break
			}
			mark(from+m[2], from+m[3])
			// the last character may be what the next match looks at; every group has more than one
			_, size := utf8.DecodeLastRuneInString(text[:from+m[3]])
			from += m[3] - size
		}
	}
	for _, m := range quoted.FindAllStringIndex(text, -1) {
		if !hardCash.MatchString(text[m[0]:m[1]]) {
			mark(m[0], m[1])
		}
	}
	for _, p := range append(phrases, setPhrases...) {
		p = string(fold([]rune(p)))
		for from := 0; p != ""; {
			i := strings.Index(text[from:], p)
			if i < 0 {
				break
			}
			mark(from+i, from+i+len(p))
			from += i + len(p)
		}
	}
}

// measures are the words that make a numeral a quantity, longest first.
var measures = func() []string {
	list := strings.Fields(`平方公里 平方米 立方米 平米 公里 千米 公斤 千克 小时 分钟 人次 户次 个百分点 百分点 方面 分钱 元 角 个 家 户 条 项 种 次 份 批
		场 处 间 栋 幢 亩 公顷 名 位 人 村 镇 组 年 天 日 周 米 吨 斤 件 倍 成 番 岁 台 套 座 所 支 只 头 棵 株 辆 艘 类 大 期 轮 届 笔 起 块 股 片 排 箱 袋 盒 吨位 %`)
	slices.SortStableFunc(list, func(a, b string) int { return len(b) - len(a) })
	return list
}()

// plainMeasures make even 一 and a bare 百, 千, 万 a quantity; with the others these are mostly a manner of speaking.
var plainMeasures = strings.Fields("平方公里 平方米 立方米 平米 公里 千米 公斤 千克 人次 户次 百分点 元 亩 公顷 米 吨 斤 倍 成 栋 幢 间 家 岁 辆 艘 %")

const approximators = "近约超逾过上数几达余多"

// fractions and multiples, which have no measure word.
var parts = regexp.MustCompile(`百分之[` + digitsHan + scalesHan + `点]+|百分百|[` + digitsHan + scalesHan + `]+分之[` + digitsHan + scalesHan + `]+|一半|过半|大半|半数|翻了?[` + digitsHan + `几数]?番|[数几]倍|成倍`)

var entity = regexp.MustCompile(`&[A-Za-z][A-Za-z0-9]{1,30};`)

// numbers returns the spans of bare numbers, in order and apart.
func (s *scanner) numbers() [][2]int {
	var out [][2]int
	text := string(s.text)
	for _, re := range []*regexp.Regexp{parts, entity} {
		for _, m := range re.FindAllStringIndex(text, -1) {
			lo, hi := utf8.RuneCountInString(text[:m[0]]), utf8.RuneCountInString(text[:m[1]])
			if re == entity && !strings.ContainsFunc(html.UnescapeString(text[m[0]:m[1]]), unicode.IsNumber) || slices.Contains(s.pass[lo:hi], true) {
				continue
			}
			out = append(out, [2]int{lo, hi})
			for i := lo; i < hi; i++ {
				s.pass[i] = true
			}
		}
	}
	for i := 0; i < len(s.text); {
		end := i + 1
		switch c := s.text[i]; {
		case s.pass[i]:
		case unicode.IsDigit(c):
			if end = s.arabic(i); !s.isName(i, end) {
				end = s.unit(end)
				out = append(out, [2]int{i, end})
			}
		case c >= '¼' && c <= '¾' || c >= '⅐' && c <= '⅞':
			out = append(out, [2]int{i, end})
		case isHan(c):
			var lo int
			var yes bool
			if lo, end, yes = s.han(i); yes {
				out = append(out, [2]int{lo, end})
			}
		}
		i = end
	}
	slices.SortFunc(out, func(a, b [2]int) int { return a[0] - b[0] })
	return out
}

func isHan(c rune) bool { return strings.ContainsRune(digitsHan+scalesHan, c) }

func (s *scanner) free(i int) bool { return i < len(s.text) && !s.pass[i] }

// arabic returns the end of digits with separators between them.
func (s *scanner) arabic(i int) int {
	for s.free(i) {
		c := s.text[i]
		if !unicode.IsDigit(c) && !(strings.ContainsRune(",.，/:", c) && s.free(i+1) && unicode.IsDigit(s.text[i+1])) {
			break
		}
		i++
	}
	return i
}

// measuresLatin are units written in letters; any other letter beside a number makes it a name (5G, A4).
var measuresLatin = regexp.MustCompile(`^(?i:m|km|cm|mm|kg|t|w|kw|mw|kwh|m2|m3|mu|ha|rmb|cny|usd|yuan)(?:[^A-Za-z]|$)`)

func (s *scanner) isName(lo, hi int) bool {
	letter := func(i int) bool {
		return i >= 0 && i < len(s.text) && (s.text[i] >= 'a' && s.text[i] <= 'z' || s.text[i] >= 'A' && s.text[i] <= 'Z')
	}
	switch {
	case letter(lo - 1):
		from := lo - 1
		for letter(from - 1) {
			from--
		}
		return !measuresLatin.MatchString(string(s.text[from:lo]))
	case letter(hi):
		return !measuresLatin.MatchString(string(s.text[hi:min(hi+8, len(s.text))]))
	}
	return false
}

// unit takes in what belongs to a number after it: 余, scales and a measure word.
func (s *scanner) unit(i int) int {
	i = s.scale(i)
	if m := s.measure(i, measures); m > 0 {
		return m
	}
	return i
}

func (s *scanner) scale(i int) int {
	for s.free(i) && (strings.ContainsRune("余多来几", s.text[i]) || strings.ContainsRune(scalesHan, s.text[i])) {
		i++
	}
	return i
}

// measure returns where a measure word ends that begins at i, perhaps after a space; 0 when there is none.
func (s *scanner) measure(i int, list []string) int {
	for s.free(i) && s.text[i] == ' ' {
		i++
	}
	for _, m := range list {
		w := []rune(m)
		if i+len(w) <= len(s.text) && slices.Equal(s.text[i:i+len(w)], w) && !slices.Contains(s.pass[i:i+len(w)], true) {
			return i + len(w)
		}
	}
	return 0
}

// han judges the numeral that begins at i: where it begins (with 近, 数 …), where it ends, and whether it is a
// quantity.
func (s *scanner) han(i int) (lo, end int, yes bool) {
	lo, end = i, i
	for s.free(end) && (isHan(s.text[end]) || s.text[end] == '点' && s.free(end+1) && isHan(s.text[end+1])) {
		end++
	}
	body := string(s.text[i:end])
	roughly := i > 0 && !s.pass[i-1] && strings.ContainsRune(approximators, s.text[i-1])
	if roughly {
		lo--
	}
	tail := s.scale(end)
	rest := tail > end
	first := s.text[i]
	single := end-i == 1 && !rest
	scaled := strings.ContainsAny(string(s.text[i:tail]), "百千万亿佰仟萬億")
	counted := strings.ContainsRune(digitsHan, first) || first == '十' || first == '拾' || first == '廿' || first == '卅'
	switch {
	case body == "一" && single:
		// 统一成, 进一家: the numeral belongs to the word before it
		if i > 0 && strings.ContainsRune("统唯进专单同划归万", s.text[i-1]) {
			return lo, end, false
		}
		m := s.measure(end, plainMeasures)
		return lo, max(m, end), m > 0
	case single && !counted && !roughly: // 百, 千, 万, 亿 alone
		m := s.measure(end, plainMeasures)
		return lo, max(m, end), m > 0
	case scaled && (counted && (end-i > 1 || rest) || roughly):
		return lo, s.unit(tail), true
	case scaled && !counted: // 百万, 千万
		m := s.measure(tail, measures)
		return lo, max(m, tail), m > 0
	}
	m := s.measure(tail, measures)
	if m > 0 && s.ordinal(tail) {
		return lo, m, false
	}
	return lo, max(m, tail), m > 0
}

// ordinal tells 三季度 and 四年级 from quantities.
func (s *scanner) ordinal(i int) bool {
	after := string(s.text[i:min(i+3, len(s.text))])
	return strings.HasPrefix(after, "年级") || strings.HasPrefix(after, "组团")
}
