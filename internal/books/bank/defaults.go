package bank

import (
	_ "embed" // the layouts, titles and rule that come with the program
	"encoding/csv"
	"slices"
	"strconv"
	"strings"
)

// What comes with the program and holds until a place has its own. The layouts are patterns that statements commonly
// follow, not those of particular banks.
var (
	//go:embed layouts.csv
	layoutsCSV string
	//go:embed payment_layouts.csv
	paymentLayoutsCSV string
	//go:embed titles.csv
	titlesCSV string
	//go:embed rule.csv
	ruleCSV string

	builtinLayouts        = readLayouts(layoutsCSV)
	builtinPaymentLayouts = readPaymentLayouts(paymentLayoutsCSV)
	knownTitles           = readTitles(titlesCSV)
	defaultRule           = readRule(ruleCSV)
)

// rowsOf reads a sheet of ours by its titles; a mistake in it is a defect found at start-up.
func rowsOf(text string) []map[string]string {
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		panic("bank: " + err.Error())
	}
	out := make([]map[string]string, 0, len(rows)-1)
	for _, r := range rows[1:] {
		m := make(map[string]string, len(r))
		for i, title := range rows[0] {
			m[title] = r[i]
		}
		out = append(out, m)
	}
	return out
}

func readLayouts(text string) []Layout {
	var out []Layout
	for _, m := range rowsOf(text) {
		l := Layout{
			Name: m["name"], DateFormat: m["date_format"], SkipWords: m["skip_words"], OutWords: m["out_words"], InWords: m["in_words"],
		}
		for i := range Targets {
			*Targets[i].At(&l) = m[Targets[i].Name]
		}
		out = append(out, l)
	}
	return out
}

func readPaymentLayouts(text string) []PaymentLayout {
	var out []PaymentLayout
	for _, m := range rowsOf(text) {
		out = append(out, PaymentLayout{
			Name: m["name"], Columns: strings.ReplaceAll(m["columns"], "|", "\n"), TotalRow: m["total_row"] == "1", GBK: m["gbk"] == "1",
			ColRef: m["ref"], ColResult: m["result"], OKWords: m["ok_words"], BadWords: m["bad_words"],
			ColReason: m["reason"], ColDay: m["day"], ColSerial: m["serial"],
		})
	}
	return out
}

// readTitles reads which titles stand for which target: those that are found in a header are proposed.
func readTitles(text string) map[string]string {
	out := map[string]string{}
	for _, m := range rowsOf(text) {
		for title := range strings.SplitSeq(m["titles"], "、") {
			out[title] = m["target"]
		}
	}
	return out
}

func readRule(text string) Rule {
	m := rowsOf(text)[0]
	n := func(name string) int {
		v, err := strconv.Atoi(m[name])
		if err != nil {
			panic("bank: rule: " + err.Error())
		}
		return v
	}
	return Rule{
		Name: m["name"], OneBasic: n("one_basic") == 1, HolderMatch: n("holder_match") == 1, ApproverApart: n("approver_apart") == 1,
		DupDays: n("dup_days"), WindowDays: n("window_days"), EarlyDays: n("early_days"), AmountScore: n("amount_score"), DayScore: n("day_score"),
		SerialScore: n("serial_score"), PartyScore: n("party_score"), TextScore: n("text_score"), AutoScore: n("auto_score"), ShowScore: n("show_score"),
		GroupMost: n("group_most"), WarnDays: n("warn_days"), LateDays: n("late_days"),
	}
}

// BuiltinLayouts are the layouts of statements that come with the program.
func BuiltinLayouts() []Layout { return slices.Clone(builtinLayouts) }
