package showcase

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/net/html"
)

func texts(fs []Finding) []string {
	var out []string
	for _, f := range fs {
		out = append(out, f.Text)
	}
	return out
}

// TestCheck names what is a bare number and what is not.
func TestCheck(t *testing.T) {
	for _, c := range []struct {
		body string
		want string // findings joined by |
	}{
		{"累计发放奖励资金近1000万元。", "1000万元"},
		{"新增收入{{F03}}，其中厂房{{ F02 | 值 }}。", ""},
		{"新增收入１，１０８，６００元", "１，１０８，６００元"},
		{"增长3.5%，覆盖率100 %", "3.5%|100 %"},
		{"共投资120余万元，流转10亩土地，新建2栋连体大棚", "120余万元|10亩|2栋"},
		{"近百家企业", "近百家"},
		{"投入三百余万元", "三百余万元"},
		{"投入三百余万", "三百余万"},
		{"提高两成，降低一成", "两成|一成"},
		{"超过一半的村", "一半"},
		{"百分之三十的村、三分之二的户，收入翻一番", "百分之三十|三分之二|翻一番"},
		{"收入上亿元，数十家企业，十多个项目", "上亿元|数十家|十多个"},
		{"千亩良田、百万元项目、万元户", "千亩|百万元|万元"},
		{"带动一家企业，走出一条新路，迈上一个台阶", "一家"},
		{"统一成标准样式，各家各户进一家门", ""},
		{"实施六大工程，增强六种能力", "六大|六种"},
		{"构建三个机制，盘活五个村的厂房", "三个|五个"},
		{"用**3**00万元", "300万元"}, // emphasis hides nothing
		{"自2018年以来，2021年11月12日，2021-11-10，11月上旬，1至9月，2018—2021年", ""},
		{"二〇二一年十一月，十月三十一日，十二月", ""},
		{"近4年来，三年行动，15日内，3个月", "4年|三年|15日|3个"},
		{"## 一、强化“政策机制”\n\n（一）聚焦产业。（二）聚焦项目。一是抓招引；二是抓服务。\n\n1. 抓重点\n2. 抓难点\n\n1、第一项；2、第2项。", ""},
		{"“三园一基地”“三项机制”《八桥镇2021年100条》‘双百行动’\"百企联村\"", ""},
		{"他说“收入增加110万元”，“占比100%”", "110万元|100%"},
		{"一村一策，千方百计，千家万户，万福村，八桥镇，千禧小番茄，万众一心，三农，两新组织，十分重视，百姓，一心一意，七彩", ""},
		{"5G基站、A4纸、F03", ""},
		{"长10km，重3t，RMB100", "10|3|100"},
		{"三季度，三年级，第三方，十四五时期", ""},
		{"½的村，&frac12;的村，&#49;个", "½|&frac12;|49"},
		{"`{{F03}}`和\\{{F03}}", ""},
		{"<b>12</b>", "12"},
		{"    缩进的 12 个", "12 个"},
		{"[110万元](https://example.org/2020/11)", "110万元"},
		{"![110万元](https://example.org/a.png)", "110万元"},
		{"好](110万元)", "110万元"},
		{"110. 万元", "列表序号从过大的数开始|万元"},
		{"1.5亿元", "1.5亿元"},
		{"三点五亿元", "三点五亿元"},
		{"新增商铺(6)间", "6"},
		{"四个意识，两个确立", ""},
	} {
		if got := strings.Join(texts(CheckProse(c.body, nil)), "|"); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.body, got, c.want)
		}
	}
}

// TestCheckAllows lets a phrase of the article's own list pass, and only that.
func TestCheckAllows(t *testing.T) {
	got := texts(CheckProse("实施六大工程，增强六种能力", Phrases("六大工程、\n 三项机制")))
	if !slices.Equal(got, []string{"六种"}) {
		t.Error(got)
	}
	if got := texts(CheckTitle("“三项机制”增收110万元", nil)); !slices.Equal(got, []string{"110万元"}) {
		t.Error(got)
	}
}

// TestFindingPosition points at the number, as an editor counts.
func TestFindingPosition(t *testing.T) {
	body := "## 标题😀\n\n村里增收{{F03}}。租金\n又多了12万元，真好！后话"
	fs := CheckProse(body, nil)
	if len(fs) != 1 {
		t.Fatal(fs)
	}
	f := fs[0]
	if f.Line != 4 || f.Column != 4 {
		t.Errorf("at %d:%d", f.Line, f.Column)
	}
	if u := utf16.Encode([]rune(body)); string(utf16.Decode(u[f.At:f.End])) != "12万元" {
		t.Errorf("selects %s", string(utf16.Decode(u[f.At:f.End])))
	}
	if f.Sentence != "租金又多了12万元，真好！" {
		t.Errorf("sentence %s", f.Sentence)
	}
}

func TestRefs(t *testing.T) {
	refs := Parse("甲{{F03}}乙{{F10|值}}丙{{F11｜值}}丁{{ }}戊{{F1|多}}己{{F03 庚").Refs()
	if len(refs) != 5 || refs[0].Code != "F03" || refs[0].Exact || !refs[1].Exact || !refs[2].Exact || !refs[3].Bad || !refs[4].Bad {
		t.Errorf("%+v", refs)
	}
}

func TestHTML(t *testing.T) {
	figs := map[string]Shown{"F03": {Text: "110余万元", Exact: "1,108,600 元/年"}, "F10": {Text: "<预计>", Forecast: true}}
	doc := Parse("# 一、题\n\n增收{{F03}}（{{F03|值}}）、{{F10}}、{{F99}}。<script>x</script> [网](https://a.cn/?a=1&b=2) [坏](javascript:x) ![图](https://a.cn/x.png)\n\n- 甲")
	got := doc.HTML(figs, Style{Link: func(c string) map[string]any { return map[string]any{"href": "/x?f=" + c + "&y=1"} }})
	for _, want := range []string{
		"<h2>一、题</h2>", `<a class="figure-ref" href="/x?f=F03&amp;y=1">110余万元</a>`, ">1,108,600 元/年</a>", `<a class="figure-ref forecast"`,
		"&lt;预计&gt;", `<mark class="figure-missing">{{F99}}</mark>`, "&lt;script&gt;", `<a href="https://a.cn/?a=1&amp;b=2" rel="noopener noreferrer nofollow" target="_blank">网</a>`, "<ul>",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
	if strings.Contains(got, "javascript") || strings.Contains(got, "<img") {
		t.Error(got)
	}
	wx := doc.HTML(figs, WeChat)
	if strings.Contains(wx, "<a") || strings.Contains(wx, "class=\"figure-ref") || !strings.Contains(wx, `<strong style="`) {
		t.Error(wx)
	}
	if got := doc.Plain(figs); !strings.Contains(got, "增收110余万元（1,108,600 元/年）") {
		t.Error(got)
	}
}

// FuzzProse: whatever is typed, the check's positions lie in the text and the HTML holds only our elements.
func FuzzProse(f *testing.F) {
	for _, s := range []string{
		"增收{{F03}}，又{{F03|值}}近百家", "## 一、“三项机制”\n\n- 1. 甲\n> 乙12", "<a href=javascript:alert(1)>三百余万</a>", "[x](javascript:1)", "**{{F10}}**\\{{&#49;½",
		"110. 万\n\n　　３．５％", "{{", "}}{{}}", "一百\u0000\ufffc12", "![[a]({{F03}})",
	} {
		f.Add(s)
	}
	tags := map[string]bool{"p": true, "h2": true, "h3": true, "h4": true, "ul": true, "ol": true, "li": true, "blockquote": true, "hr": true, "strong": true, "em": true, "a": true, "mark": true, "br": true, "span": true}
	attrs := map[string]bool{"class": true, "href": true, "rel": true, "target": true, "start": true, "style": true}
	figs := map[string]Shown{"F03": {Text: `"><script>`, Exact: "'<b>"}, "F10": {Text: "200", Forecast: true}}
	f.Fuzz(func(t *testing.T, body string) {
		d := Parse(body)
		n := len(utf16.Encode([]rune(strings.ToValidUTF8(body, "\uFFFD"))))
		for _, x := range d.Check(Phrases(body)) {
			if x.At < 0 || x.End < x.At || x.End > n || x.Line < 1 || x.Column < 1 || x.Text == "" {
				t.Fatalf("%+v of %d", x, n)
			}
		}
		for _, st := range []Style{{}, WeChat, {Link: func(c string) map[string]any { return map[string]any{"href": "/f/" + c} }}} {
			z := html.NewTokenizer(strings.NewReader(d.HTML(figs, st)))
			for tt := z.Next(); tt != html.ErrorToken; tt = z.Next() {
				tok := z.Token()
				if tt == html.TextToken {
					continue
				}
				if tt == html.CommentToken || tt == html.DoctypeToken || !tags[tok.Data] {
					t.Fatalf("element %v", tok)
				}
				for _, a := range tok.Attr {
					if !attrs[a.Key] || a.Key == "href" && !strings.HasPrefix(a.Val, "http") && !strings.HasPrefix(a.Val, "/f/") {
						t.Fatalf("attribute %v", tok)
					}
				}
			}
		}
		_ = d.Plain(figs)
	})
}
