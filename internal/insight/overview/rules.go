package overview

import (
	_ "embed" // the rules
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/registry/access"
)

// The tones of what needs attention.
const (
	toneRed    = "red"
	toneOrange = "orange"
	toneAzure  = "azure"
)

// Rule says when a kind of thing needs attention, how urgent it is, what to do and who can.
type Rule struct {
	Code, Name   string
	From         date.Date
	Days         int
	Tone, Remedy string
	Perm         string
}

//go:embed attention.csv
var attentionCSV string

var attentionRules = mustRules(attentionCSV)

func mustRules(text string) []Rule {
	list, err := readRules(text)
	if err != nil {
		panic("overview: attention.csv: " + err.Error())
	}
	return list
}

func readRules(text string) ([]Rule, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		return nil, err
	}
	var out []Rule
	for _, row := range rows[1:] {
		from, err := date.Parse(row[1])
		if err != nil {
			return nil, err
		}
		days, err := strconv.Atoi(row[3])
		if err != nil || days < 0 {
			return nil, fmt.Errorf("%s: days %q", row[0], row[3])
		}
		switch row[4] {
		case toneRed, toneOrange, toneAzure:
		default:
			return nil, fmt.Errorf("%s: tone %q", row[0], row[4])
		}
		if _, verb, ok := strings.Cut(row[6], ":"); !ok || verb != access.Edit && verb != access.Approve && verb != access.Post {
			return nil, fmt.Errorf("%s: perm %q", row[0], row[6])
		}
		out = append(out, Rule{Code: row[0], From: from, Name: row[2], Days: days, Tone: row[4], Remedy: row[5], Perm: row[6]})
	}
	return out, nil
}

// rulesAt returns the rules in force on a day by their code.
func rulesAt(list []Rule, day date.Date) map[string]Rule {
	out := map[string]Rule{}
	for _, r := range list {
		if old, ok := out[r.Code]; !r.From.After(day) && (!ok || old.From.Before(r.From)) {
			out[r.Code] = r
		}
	}
	return out
}

func dayOfYear(year int, day string) string { return fmt.Sprintf("%04d-%s", year, day) }
