package journal

import (
	"io"
	"strings"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/money"
)

// hledger writes a journal that hledger and ledger read alike. Each books ends with what must stand on its accounts,
// which the programs check when they read the file.
type hledger struct {
	text
	prefixes unique
	prefix   string
}

func newHLedger(w io.Writer) *hledger { return &hledger{text: newText(w), prefixes: unique{}} }

// hledgerTypes are the types of account by class; 成本 stands on the balance sheet until it is carried over.
var hledgerTypes = map[string]string{
	ledger.Asset: "A", ledger.Cost: "A", ledger.Liability: "L", ledger.Equity: "E", ledger.Income: "R", ledger.Expense: "X",
}

func (h *hledger) begin(r *Request, list []*set) error {
	h.put("; 惠村导出的账簿，期间：", r.Period.Chinese(), "，账套：", count(len(list)), " 个\n",
		"; 金额单位：元；借方为正，贷方为负；红字凭证的分录注明原来的方向\n\n",
		"commodity CNY\n    format 1,000.00 CNY\n")
	return nil
}

// hledgerNames replaces what the programs take for structure: separators, comments, brackets of virtual postings, marks.
var hledgerNames = strings.NewReplacer(":", "：", ";", "；", "(", "（", ")", "）", "[", "［", "]", "］", "{", "｛", "}", "｝", "*", "＊", "!", "！",
	"=", "＝", "@", "＠", "|", "｜", `"`, "＂", "#", "＃", "%", "％", ",", "，", "<", "＜", ">", "＞", "&", "＆", "~", "～")

// hledgerName makes a component of an account's name.
func hledgerName(s string) string { return one(hledgerNames.Replace(s)) }

// hledgerText makes a description or a tag's value: nothing in it is taken for a comment, a tag or a date.
var hledgerTexts = strings.NewReplacer(":", "：", ";", "；", "[", "［", "]", "］", ",", "，", "|", "｜")

func hledgerText(s string) string { return one(hledgerTexts.Replace(s)) }

func (h *hledger) open(s *set) error {
	h.prefix = ""
	if !s.alone {
		h.prefix = h.prefixes.name(hledgerName(s.Name)) + ":"
	}
	h.put("\n; ", hledgerText(s.title()), "；单位：", hledgerText(s.org.Name), "\n\n")
	for i := range s.accounts {
		a := &s.accounts[i]
		h.put("account ", h.account(a), "\n")
		if len(a.above) == 0 {
			h.put("    ; type: ", hledgerTypes[a.Class], "\n")
		}
	}
	if len(s.stands) == 0 {
		return nil
	}
	h.put("\n", s.from.First().String(), " * ", s.openingText(), "\n")
	h.tags("    ", tag{"账套", s.Name}, tag{"种类", "期初"})
	for i := range s.stands {
		x := &s.stands[i]
		h.posting(s, &x.Line, "", x.dims)
	}
	return nil
}

// account is the full name: class, then every account from the top with its code.
func (h *hledger) account(a *account) string {
	var b strings.Builder
	b.WriteString(h.prefix)
	b.WriteString(ledger.ClassLabels[a.Class])
	for _, up := range a.above {
		b.WriteString(":" + up.Code + " " + hledgerName(up.Name))
	}
	b.WriteString(":" + a.Code + " " + hledgerName(a.Name))
	return b.String()
}

func (h *hledger) tags(indent string, list ...tag) {
	for _, t := range filled(list...) {
		h.put(indent, "; ", t.name, ": ", hledgerText(t.value), "\n")
	}
}

func (h *hledger) posting(s *set, x *ledger.Line, summary string, dims []dim) {
	h.put("    ", h.account(s.byCode[x.Account]), "    ", (x.Debit - x.Credit).Plain(), " CNY\n")
	const indent = "        "
	h.tags(indent, tag{"摘要", summary})
	if isRed(x) {
		h.tags(indent, tag{"红字", side(x)})
	}
	for _, d := range dims {
		h.tags(indent, tag{d.Label, d.key})
	}
}

func (h *hledger) vouchers(s *set, page []*entry) error {
	for _, v := range page {
		h.put("\n", v.Date.String(), " * (", v.FullNo, ") ", hledgerText(v.Summary), "\n")
		h.tags("    ", tag{"账套", s.Name}, tag{"凭证号", v.FullNo}, tag{"种类", v.Kind}, tag{"来源号", v.Source}, tag{"附件张数", count(v.Attachments)},
			tag{"制单", v.Maker}, tag{"审核", v.Reviewer}, tag{"记账", v.Poster}, tag{"冲销", v.reverses}, tag{"订正", v.corrects}, tag{"备注", v.Note})
		for i := range v.Lines {
			x := &v.Lines[i]
			summary := x.Summary
			if summary == v.Summary {
				summary = ""
			}
			h.posting(s, x, summary, v.dims[i])
		}
	}
	return h.flushed()
}

// close states what stands at the end; a program that comes to anything else refuses the file.
func (h *hledger) close(s *set) error {
	ending := s.ending()
	h.put("\n", s.to.Last().String(), " * 期末余额核对\n")
	h.tags("    ", tag{"账套", s.Name})
	for i := range s.accounts {
		a := &s.accounts[i]
		if fen, ok := ending[a.Code]; ok {
			h.put("    ", h.account(a), "    ", money.Fen(0).Plain(), " CNY = ", fen.Plain(), " CNY\n")
		}
	}
	return h.flushed()
}

func (h *hledger) end() error { return h.Flush() }

// flushed reports a failed write without forcing one.
func (t text) flushed() error {
	_, err := t.Write(nil)
	return err
}
