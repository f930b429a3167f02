package policy_test

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"huicun/internal/mechanism/mechtest"
	"huicun/internal/mechanism/policy"
	"huicun/internal/mechanism/policy/engine"
)

// paper is the form of a policy as a browser has it: what would be sent, and what is said beside each field.
type paper struct {
	s      *site
	path   string
	code   int
	to     string // where a saved form leads
	fields url.Values
	errors map[string]string // by field name
	text   string
}

// open asks for a form.
func (s *site) open(path string) *paper {
	p := &paper{s: s, path: path}
	p.ask(httptest.NewRequest("GET", path, nil))
	return p
}

// press sends what stands in the form, with a button.
func (p *paper) press(act string, changes map[string]string) *paper {
	p.s.T.Helper()
	form := maps.Clone(p.fields)
	for name, text := range changes {
		if _, ok := form[name]; !ok && text != "1" {
			p.s.T.Fatalf("the form has no field %s", name)
		}
		form.Set(name, text)
		if text == "" {
			form.Del(name)
		}
	}
	form.Set("act", act)
	r := httptest.NewRequest("POST", p.path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	next := &paper{s: p.s, path: p.path}
	next.ask(r)
	return next
}

func (p *paper) ask(r *http.Request) {
	p.s.T.Helper()
	r.AddCookie(&http.Cookie{Name: "hc_session", Value: p.s.token("town_secretary")})
	r.AddCookie(&http.Cookie{Name: "hc_year", Value: "2021"})
	w := httptest.NewRecorder()
	p.s.handler.ServeHTTP(w, r)
	p.code, p.to, p.text = w.Code, w.Header().Get("Location"), plain(w.Body.String())
	p.fields, p.errors = url.Values{}, map[string]string{}
	root, err := html.Parse(strings.NewReader(w.Body.String()))
	if err != nil {
		p.s.T.Fatal(err)
	}
	byID := map[string]string{}
	said := map[string]string{}
	p.walk(root, false, byID, said)
	for id, text := range said {
		p.errors[byID[id]] = text
	}
}

// walk reads the fields as a browser would send them.
func (p *paper) walk(n *html.Node, inside bool, byID, said map[string]string) {
	a := map[string]string{}
	has := map[string]bool{}
	for _, x := range n.Attr {
		a[x.Key], has[x.Key] = x.Val, true
	}
	inside = inside || a["id"] == "policy-form"
	if inside && a["name"] != "" && a["id"] != "" {
		byID[a["id"]] = a["name"]
	}
	if id, ok := strings.CutSuffix(a["id"], "-error"); ok && inside {
		said[id] = inner(n)
	} else if strings.Contains(a["class"], "pf-bad") {
		p.errors[strings.TrimPrefix(a["id"], "f-")] = inner(n)
	}
	switch {
	case !inside || a["name"] == "":
	case n.Data == "input" && a["type"] == "checkbox":
		if has["checked"] {
			p.fields.Add(a["name"], a["value"])
		}
	case n.Data == "input":
		p.fields.Add(a["name"], a["value"])
	case n.Data == "textarea":
		p.fields.Add(a["name"], strings.ReplaceAll(inner(n), "\n", "\r\n"))
	case n.Data == "select":
		p.fields.Add(a["name"], chosen(n))
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		p.walk(c, inside, byID, said)
	}
}

// chosen is the last selected option of a select, or the first.
func chosen(n *html.Node) string {
	first, found, value := true, false, ""
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Data != "option" {
			continue
		}
		v, selected := "", false
		for _, x := range c.Attr {
			if x.Key == "value" {
				v = x.Val
			}
			selected = selected || x.Key == "selected"
		}
		if selected || first && !found {
			value, found = v, found || selected
		}
		first = false
	}
	return value
}

func inner(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(inner(c))
	}
	return b.String()
}

// meaning is a document in one way of writing.
func meaning(t *testing.T, text string) string {
	t.Helper()
	p, err := engine.Read([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	out, err := engine.Write(p.Doc)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// A document that is opened in the form and saved, with or without going through its buttons, says the same as before.
func TestFormKeepsTheDocument(t *testing.T) {
	s := newSite(t)
	for _, no := range []string{"BB-2021-0001", "BB-2021-0002"} {
		_, _, to := s.send("town_secretary", s.path(no)+"/copy", url.Values{"_key": {"k" + no}}, "")
		path := strings.TrimSuffix(to, "/edit")
		id := strings.TrimPrefix(path, "/policy-versions/")
		before := s.document(id)
		p := s.open(path + "/form")
		if p.code != http.StatusOK {
			t.Fatalf("%s: %d %.500s", no, p.code, p.text)
		}
		for _, raw := range []string{"wan(", "&&", "income_reward", "informant_kind"} {
			if strings.Contains(p.text, raw) {
				t.Errorf("%s: %q is on the page", no, raw)
			}
		}
		p = p.press("add:rules", nil).press("up:rules[2]", nil).press("down:rules[1]", nil)
		p = p.press("remove:rules["+itoa(count(p, "rules"))+"]", nil).press("check", nil)
		if p.code != http.StatusOK || !strings.Contains(p.text, "读作：") || !strings.Contains(p.text, "与应得相符") {
			t.Errorf("%s: %d, %v", no, p.code, p.errors)
		}
		if p = p.press("save", nil); p.code != http.StatusSeeOther {
			t.Fatalf("%s: %d %v %.2000s", no, p.code, p.errors, p.text)
		}
		if after := s.document(id); meaning(t, before) != meaning(t, after) {
			t.Errorf("%s was\n%s\nis\n%s", no, meaning(t, before), meaning(t, after))
		}
	}
}

func itoa(n int) string { return string(rune('0' + n)) }

// count is the number of the last row of a list.
func count(p *paper, list string) int {
	n := -1
	for i := range 10 {
		if p.fields.Has(list + "[" + itoa(i) + "]") {
			n = i
		}
	}
	return n
}

func (s *site) document(id string) string {
	for _, no := range []string{"BB-2021-0003", "BB-2021-0004", "BB-2021-0005"} {
		if v, err := s.versions.ByKey(s.T.Context(), s.Env.DB.Read(), s.Tenant, no); err == nil && v.ID.String() == id {
			return v.Document
		}
	}
	s.T.Fatalf("no version %s", id)
	return ""
}

// draftOf makes a version without a document.
func (s *site) draftOf(no, number string) string {
	mechtest.MustAdd(s.World, s.versions, map[string]string{"no": no, "policy": "ZC-2021-0001", "version_no": number, "from": "2022-01-01", "summary": "示例"})
	return s.path(no) + "/form"
}

// A clerk writes a policy by the form alone, works its example out, and tries it on the villages.
func TestFormMakesAPolicy(t *testing.T) {
	s := newSite(t)
	path := s.draftOf("BB-NEW", "5")
	p := s.open(path)
	if p.code != http.StatusOK || p.fields.Get("title") != "八桥镇项目招引信息考核奖励办法" || len(p.errors) > 0 {
		t.Fatalf("%d %v %v", p.code, p.fields, p.errors)
	}
	p = p.press("add:inputs", nil).press("add:inputs", map[string]string{"inputs[0].label": "本年经营收入"})
	p = p.press("add:measures", map[string]string{"inputs[1].label": "上年经营收入", "inputs[1].period": "last_year"})
	p = p.press("add:inputs", map[string]string{"measures[0].label": "增量", "measures[0].increase.of": p.fields.Get("inputs[0].name"), "measures[0].increase.base": p.fields.Get("inputs[1].name")})
	p = p.press("show:inputs[2]", map[string]string{"inputs[2].label": "发生事故", "inputs[2].type": "bool"})
	p = p.press("add:vetoes", map[string]string{"inputs[2].default": "否"})
	p = p.press("add:rules", map[string]string{"vetoes[0].label": "发生责任事故", "vetoes[0].when[0].left": p.fields.Get("inputs[2].name"), "vetoes[0].when[0].op": "yes"})
	p = p.press("add:rules[0].bands.rows", map[string]string{
		"rules[0].label": "增收奖励", "rules[0].bands.on": p.fields.Get("measures[0].name"), "rules[0].bands.rows[0].in.from": "3万", "rules[0].bands.rows[0].in.to": "10万", "rules[0].bands.rows[0].at": "8%", "rules[0].cap": "8万",
	})
	if p.fields.Get("rules[0].bands.rows[1].in.from") != "10万" {
		t.Errorf("the next band begins at %q", p.fields.Get("rules[0].bands.rows[1].in.from"))
	}
	p = p.press("add:examples", map[string]string{"rules[0].bands.rows[1].at": "9%"})
	p = p.press("check", map[string]string{"examples[0].name": "增收 25 万元", "examples[0].given." + p.fields.Get("inputs[0].name"): "85万", "examples[0].given." + p.fields.Get("inputs[1].name"): "60万", "examples[0].expect.award": "2.5万"})
	if p.code != http.StatusOK {
		t.Fatalf("%d %v", p.code, p.errors)
	}
	s.has(p.text, "读作：增量 按所在档全额：[3万, 10万) 8%；[10万, +∞) 9%；封顶 8万", "不符：奖励：期望 25,000.00 元，算出 22,500.00 元")
	p = p.press("try:examples[0]", map[string]string{"examples[0].expect.award": "2.25万"})
	s.has(p.text, "算例“增收 25 万元”的计算过程", "250,000.00 元 × 9% = 22,500.00 元", "贰万贰仟伍佰元整", "与应得相符")
	if p = p.press("save", nil); p.code != http.StatusSeeOther {
		t.Fatalf("%d %v", p.code, p.errors)
	}
	code, body, _ := s.send("town_secretary", p.to, nil, "")
	s.has(body, "增收 25 万元", "相符", "一票否决：发生责任事故")
	if code != http.StatusOK {
		t.Error(code)
	}
	if code, body, _ = s.send("town_secretary", p.to+"/simulate", nil, ""); code != http.StatusOK {
		t.Errorf("%d %s", code, body)
	}
	s.has(body, "本年经营收入", "永兴村")
	if v := mechtest.ByKey(s.World, s.versions, "BB-NEW"); v.State != policy.VersionDraft || !strings.Contains(v.Document, "8%") {
		t.Errorf("%s: %s", v.State, v.Document)
	}
}

// What cannot be is refused beside the field that causes it, in words without the words of the file; nothing is saved and
// everything typed stays.
func TestFormRefuses(t *testing.T) {
	s := newSite(t)
	_, _, to := s.send("town_secretary", s.path("BB-2021-0001")+"/copy", url.Values{"_key": {"k1"}}, "")
	path := strings.TrimSuffix(to, "/edit") + "/form"
	before := mechtest.ByKey(s.World, s.versions, "BB-2021-0003").Document
	for name, c := range map[string]struct{ field, text, beside, want string }{
		"overlap":        {"rules[0].bands.rows[1].in.from", "5万", "rules[0].bands.rows[1].in.from", "重叠"},
		"gap":            {"rules[0].bands.rows[1].in.from", "15万", "rules[0].bands.rows[1].in.from", "空档"},
		"both ends in":   {"rules[0].bands.rows[1].in.from_in", "1", "rules[0].bands.rows[1].in.from", "两档都含"},
		"no number":      {"rules[0].bands.rows[0].at", "许多", "rules[0].bands.rows[0].at", "“许多”不是数"},
		"divide by zero": {"rules[0].bands.rows[0].at", "1/0", "rules[0].bands.rows[0].at", "除数是零"},
		"cap and name":   {"rules[0].cap", "growth", "rules[0].cap", "不是数"},
		"cap below":      {"rules[0].floor", "99万", "rules[0].cap", "低于保底"},
		"missing value":  {"measures[2].increase.of", "", "measures[2].increase.of", "请写明用哪一项"},
		"bad day":        {"version.from", "2021-02-30", "version.from", "2021-02-30"},
		"no label":       {"rules[0].label", "", "rules[0].label", "请填写显示名称"},
		"whole number":   {"persons.min_months", "半年", "persons.min_months", "不是整数"},
		"instalments":    {"instalments[0].share", "90%", "instalments", "合计是 120%"},
		"bad default":    {"inputs[2].default", "很多", "inputs[2].default", "不是数"},
		"bad example":    {"examples[0].given.landed", "很多", "examples[0].given.landed", "不是数"},
	} {
		t.Run(name, func(t *testing.T) {
			p := s.open(path).press("save", map[string]string{c.field: c.text})
			if p.code != http.StatusUnprocessableEntity {
				t.Fatalf("%d", p.code)
			}
			if got := p.errors[c.beside]; !strings.Contains(got, c.want) {
				for f, e := range p.errors {
					t.Logf("%s: %s", f, e)
				}
				t.Errorf("beside %s: %q, want %q; page %.1500s", c.beside, got, c.want, p.text)
			}
			if c.text != "" && p.fields.Get(c.field) != c.text {
				t.Errorf("typed %q, the form has %q", c.text, p.fields.Get(c.field))
			}
			for _, e := range p.errors {
				if strings.ContainsAny(strings.ReplaceAll(e, "growth", ""), "abcdefghijklmnopqrstuvwxyz") {
					t.Errorf("raw words: %s", e)
				}
			}
		})
	}
	if mechtest.ByKey(s.World, s.versions, "BB-2021-0003").Document != before {
		t.Error("something was saved")
	}
	p := s.open(path)
	for name := range p.fields {
		if strings.HasSuffix(name, ".figure") && p.fields.Get(name) != "" {
			p.fields.Set(name, "nothing.at_all")
			if got := p.press("save", nil); got.code != http.StatusUnprocessableEntity || !strings.Contains(got.errors[name], "指标目录里没有") {
				t.Errorf("a figure that is not there: %d %v", got.code, got.errors)
			}
		}
	}
	// Shares over the whole, and two people at once.
	_, _, to = s.send("town_secretary", s.path("BB-2021-0002")+"/copy", url.Values{"_key": {"k2"}}, "")
	p = s.open(strings.TrimSuffix(to, "/edit") + "/form")
	if got := p.press("save", map[string]string{"splits[0].cases[0].parts[0].share": "80%"}); got.code != http.StatusUnprocessableEntity || !strings.Contains(got.text, "各份比例合计 130%，超过 100%") {
		t.Errorf("%d %v", got.code, got.errors)
	}
	if got := p.press("save", map[string]string{"scope": "全镇"}); got.code != http.StatusSeeOther {
		t.Errorf("%d", got.code)
	}
	if got := p.press("save", map[string]string{"scope": "各村"}); got.code != http.StatusConflict || got.fields.Get("scope") != "各村" {
		t.Errorf("the second of two: %d, %s", got.code, got.fields.Get("scope"))
	}
	if code, _, _ := s.send("auditor", path, nil, ""); code != http.StatusForbidden {
		t.Errorf("an auditor gets %d", code)
	}
	if code, _, _ := s.send("town_secretary", s.path("BB-2021-0001")+"/form", nil, ""); code != http.StatusConflict {
		t.Errorf("a version in force opens with %d", code)
	}
}
