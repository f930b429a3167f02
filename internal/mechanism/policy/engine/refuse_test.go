package engine

import (
	"strings"
	"testing"
)

// plain is a small policy that is right; each case below breaks one place of it.
const plain = `format: 1
title: 示例奖励办法
issuer: 示例镇
version: {no: 1, from: 2021-01-01, state: in_force}
inputs:
  - {name: income, label: 收入, type: money}
  - {name: income_last, label: 上年收入, type: money, default: "0"}
  - {name: grade, label: 等次, type: text, values: [优, 良], default: 优}
  - {name: applied, label: 申报日期, type: date, default: 2021-02-01}
measures:
  - {name: growth, label: 增量, increase: {of: income, base: income_last}}
rules:
  - name: reward
    label: 奖励
    when: income > wan(1)
    bands:
      on: growth
      mode: flat
      below: none
      rows:
        - {in: "[1万, 10万)", at: 5%}
        - {in: "[10万, +∞)", at: 8%}
    floor: 500元
    cap: 8万
splits:
  - name: parts
    label: 分配
    kind: payee
    cases:
      - when: grade == "优"
        parts: [{to: 书记, share: 30%}, {to: 主任, share: 20%}]
        rest: 村集体
      - parts: [{to: 村集体, share: 100%}]
instalments:
  - {label: 首期, share: 60%}
  - {label: 末期, share: 40%}
`

func TestPlain(t *testing.T) {
	if _, err := Read([]byte(plain)); err != nil {
		t.Fatal(says(err))
	}
}

// What cannot be is refused with its line and column and a Chinese sentence.
func TestRefused(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"unknown key", "issuer:", "isuer:", "第 3 行第 1 列：不认识的项“isuer”"},
		{"unknown key within", "floor: 500元", "flor: 500元", "不认识的项“flor”"},
		{"key twice", "title: 示例奖励办法", "title: 示例奖励办法\ntitle: 又一个", "第 3 行第 1 列：同一项写了两次"},
		{"not YAML", "inputs:", "inputs: [", "第 "},
		{"wrong kind", "rows:\n        - {in: \"[1万, 10万)\", at: 5%}\n        - {in: \"[10万, +∞)\", at: 8%}", "rows: 5", "写法不对"},
		{"alias", "issuer: 示例镇", "issuer: &a 示例镇", "第 3 行第 9 列：不能用引用"},
		{"missing figure", "{of: income, base: income_last}", "{of: income, base: last}", "第 11 行第 60 列（measures[0].increase.base）：没有名为“last”的数据或步骤"},
		{"overlap", "[10万, +∞)", "[9万, +∞)", "（rules[0].bands.rows[1].in）：与上一档 [1万, 10万) 重叠"},
		{"overlap at the edge", "[1万, 10万)", "[1万, 10万]", "重叠：100,000 两档都含"},
		{"gap", "[10万, +∞)", "[11万, +∞)", "空档：从 100,000 到 110,000 没有规定"},
		{"gap at the edge", "[10万, +∞)", "(10万, +∞)", "空档：100,000 两档都不含"},
		{"empty band", "[1万, 10万)", "[10万, 1万)", "是空的，这一档永远不会用到"},
		{"outside not said", "      below: none\n", "", "没有写低于最低一档怎么办"},
		{"cap below floor", "cap: 8万", "cap: 400元", "（rules[0].cap）：封顶 400元 低于保底 500元"},
		{"split over the whole", "share: 30%", "share: 90%", "各份比例合计 110%，超过 100%"},
		{"nobody gets the rest", "        rest: 村集体\n", "", "没有写剩下的归谁"},
		{"case never reached", "      - when: grade == \"优\"\n        parts", "      - parts", "（splits[0].cases[1]）：前一种情形没有条件，这一种永远不会用到"},
		{"condition never holds", "when: income > wan(1)", "when: 1 > 2", "这个条件永远不成立"},
		{"constant division", "when: income > wan(1)", "when: income / 0 > 1", "（rules[0].when）：第 8 个字符处：除数为零"},
		{"constant division hidden", "when: income > wan(1)", "when: income / (2 - 2) > 1", "除数为零"},
		{"type error", "when: income > wan(1)", "when: income > grade", "第 8 个字符处：“>”不能用在数和文字上"},
		{"not a condition", "when: income > wan(1)", "when: income + 1", "这里要写条件"},
		{"unknown name", "when: income > wan(1)", "when: incom > wan(1)", "第 1 个字符处：没有名为“incom”的数据或步骤"},
		{"syntax", "when: income > wan(1)", "when: income > (1", "算式写得不对"},
		{"date in an expression", "when: income > wan(1)", "when: applied > 1", "“applied”是日期"},
		{"loop", "when: income > wan(1)", "when: \"[1, 2].all(x, x > 0)\"", "算式里只能有"},
		{"too long", "when: income > wan(1)", "when: income > 1" + strings.Repeat(" + 1", 200), "算式"},
		{"instalments", "share: 60%", "share: 50%", "各期比例合计是 90%，应为 100%"},
		{"two shapes", "    floor: 500元", "    fixed: 1万\n    floor: 500元", "要有而且只有一种算法"},
		{"name twice", "name: reward", "name: growth", "名称“growth”用了两次"},
		{"bad name", "name: reward", "name: 奖", "要用小写英文字母开头"},
		{"reserved", "name: reward", "name: award", "保留的名称"},
		{"unused measure", "      on: growth", "      on: income", "指标“增量”没有任何地方用到"},
		{"no number", "at: 5%", "at: 五", "“五”不是数"},
		{"zero denominator", "at: 5%", "at: 1/0", "除数是零"},
		{"bad date", "from: 2021-01-01", "from: 2021-02-30", "2021-02-30"},
		{"bad default", "default: 2021-02-01", "default: 昨天", "（inputs[3].default）"},
		{"example of what is not there", "instalments:", "examples:\n  - {name: 一, given: {x: \"1\"}}\ninstalments:", "没有名为“x”的数据"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if strings.Count(plain, c.old) != 1 {
				t.Fatalf("%q is %d times in the policy", c.old, strings.Count(plain, c.old))
			}
			_, err := Read([]byte(strings.Replace(plain, c.old, c.new, 1)))
			if err == nil {
				t.Fatal("it is accepted")
			}
			got := says(err)
			if !strings.Contains(got, c.want) {
				t.Errorf("it says\n%s\nwant\n%s", got, c.want)
			}
			for _, line := range strings.Split(got, "\n")[1:] {
				if !strings.HasPrefix(line, "第 ") {
					t.Errorf("no line and column: %s", line)
				}
			}
		})
	}
}

// What only shows while computing is refused too, as a sentence about the input or the step.
func TestRefusedInputs(t *testing.T) {
	p, err := Read([]byte(plain))
	if err != nil {
		t.Fatal(says(err))
	}
	if _, err := p.Evaluate(&Inputs{}); !strings.Contains(says(err), "缺少“收入”") {
		t.Error(says(err))
	}
	if _, err := p.Evaluate(&Inputs{Values: map[string]Value{"income": {}}}); !strings.Contains(says(err), "“收入”应当是数") {
		t.Error(says(err))
	}
	if _, err := p.Evaluate(&Inputs{Values: map[string]Value{"income": Money(1), "other": Money(1)}}); !strings.Contains(says(err), "没有名为“other”") {
		t.Error(says(err))
	}
	divides := strings.Replace(plain, "when: income > wan(1)", "when: 1 / income_last > 0", 1)
	if p, err = Read([]byte(divides)); err != nil {
		t.Fatal(says(err))
	}
	if _, err := p.Evaluate(&Inputs{Values: map[string]Value{"income": Money(100)}}); !strings.Contains(says(err), "“奖励”算不出来") || !strings.Contains(says(err), "除数为零") {
		t.Error(says(err))
	}
}

// A chain of products is stopped before it grows beyond any amount of money.
func TestBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("format: 1\ntitle: 甲\nissuer: 乙\nversion: {no: 1, from: 2021-01-01, state: draft}\ninputs: [{name: x, label: 数, type: number}]\nmeasures:\n")
	b.WriteString("  - {name: m_0, label: 指标, expr: x * x}\n")
	for i := range 40 {
		a, c := string(rune('a'+i/26))+string(rune('a'+i%26)), "m_0"
		if i > 0 {
			c = "m_" + string(rune('a'+(i-1)/26)) + string(rune('a'+(i-1)%26))
		}
		b.WriteString("  - {name: m_" + a + ", label: 指标, expr: " + c + strings.Repeat(" * "+c, 40) + "}\n")
	}
	b.WriteString("rules: [{name: r, label: 奖励, rate: {of: m_bn, at: 1%}}]\n")
	p, err := Read([]byte(b.String()))
	if err != nil {
		t.Fatal(says(err))
	}
	v, _ := parseNumber("999999999.999999999")
	if _, err := p.Evaluate(&Inputs{Values: map[string]Value{"x": {Num: v}}}); !strings.Contains(says(err), "数值过大") {
		t.Error(says(err))
	}
}
