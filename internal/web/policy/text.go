package policy

import (
	"strconv"
	"strings"
)

// lines cuts a text into its lines.
func lines(text string) []string { return strings.Split(strings.TrimRight(text, "\n"), "\n") }

func countText(n int) string { return strconv.Itoa(n) + " 条记录" }
