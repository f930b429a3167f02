package sheet

import (
	"math"
	"strconv"
	"strings"
	"time"
)

// numFmt is what a number format says about the value, stripped of how it looks.
type numFmt struct {
	date, clock bool // shows a day; shows a time of day
	percent     bool
	decimals    int // digits that are always shown after the point
	pad         int // leading zeros up to this width, for codes kept as numbers
}

// builtin gives the format codes that files name by number only (ECMA-376, 18.8.30).
var builtin = map[int]string{
	1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 7: "#,##0.00", 8: "#,##0.00", 9: "0%", 10: "0.00%",
	14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm", 19: "h:mm:ss", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy-m-d h:mm",
	39: "#,##0.00", 40: "#,##0.00", 43: "#,##0.00", 44: "#,##0.00", 45: "mm:ss", 47: "mm:ss",
}

// Chinese editions use 27-36 and 50-58 for days, except these, which are times of day.
var chineseClock = map[int]bool{32: true, 33: true, 34: true, 35: true, 55: true, 56: true}

func parseNumFmt(id int, code string) numFmt {
	if code == "" {
		switch {
		case chineseClock[id]:
			code = "h:mm"
		case id >= 27 && id <= 36, id >= 50 && id <= 58:
			code = "yyyy-mm-dd"
		default:
			code = builtin[id]
		}
	}
	code, elapsed := bareCode(code)
	if strings.Contains(code, "general") || elapsed {
		return numFmt{}
	}
	f := numFmt{percent: strings.Contains(code, "%")}
	digits := strings.ContainsAny(code, "0#?")
	letters := strings.NewReplacer("am/pm", "h", "a/p", "h").Replace(code)
	f.clock = strings.ContainsAny(letters, "hs")
	f.date = strings.ContainsAny(letters, "yd") || strings.Contains(letters, "m") && !f.clock || strings.Contains(letters, "e") && !digits
	if f.date || f.clock {
		return f
	}
	if _, frac, ok := strings.Cut(code, "."); ok {
		f.decimals = len(frac) - len(strings.TrimLeft(frac, "0"))
	}
	if len(code) > 1 && strings.Trim(code, "0") == "" {
		f.pad = len(code)
	}
	return f
}

// bareCode returns the first section of a format in lower case without literals, colours and locales; elapsed
// tells of [h], [m] or [s], which measure a span and are no moment.
func bareCode(code string) (bare string, elapsed bool) {
	var b strings.Builder
	rs := []rune(strings.ToLower(code))
	for i := 0; i < len(rs); i++ {
		switch r := rs[i]; r {
		case ';':
			return b.String(), elapsed
		case '"':
			for i++; i < len(rs) && rs[i] != '"'; i++ {
			}
		case '\\', '_', '*':
			i++
		case '[':
			start := i + 1
			for i++; i < len(rs) && rs[i] != ']'; i++ {
			}
			in := string(rs[start:min(i, len(rs))])
			elapsed = elapsed || in != "" && (strings.Trim(in, "h") == "" || strings.Trim(in, "m") == "" || strings.Trim(in, "s") == "")
		default:
			b.WriteRune(r)
		}
	}
	return b.String(), elapsed
}

// text renders a stored number: a moment as 2006-01-02 with or without 15:04:05, else plain decimal digits, at
// most 15 of them significant, as a spreadsheet holds them.
func (f numFmt) text(raw string, date1904 bool) string {
	if raw == "" {
		return ""
	}
	isInt := strings.Trim(raw, "0123456789") == ""
	if isInt && f == (numFmt{}) {
		return raw // also keeps more digits than a float has
	}
	v, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.Abs(v) >= 1e21 || math.IsNaN(v) {
		return raw
	}
	if f.date || f.clock {
		if s, ok := f.moment(v, date1904); ok {
			return s
		}
		f = numFmt{}
	}
	if isInt && len(raw) > 15 {
		return raw
	}
	if f.percent {
		v *= 100
	}
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'e', 14, 64), 64)
	if v == 0 {
		v = 0 // no minus zero
	}
	s := strconv.FormatFloat(v, 'f', -1, 64)
	_, frac, _ := strings.Cut(s, ".")
	if len(frac) < f.decimals {
		s = strconv.FormatFloat(v, 'f', f.decimals, 64)
	}
	if n := f.pad - len(s); n > 0 && v >= 0 && frac == "" {
		s = strings.Repeat("0", n) + s
	}
	if f.percent {
		s += "%"
	}
	return s
}

func (f numFmt) moment(v float64, date1904 bool) (string, bool) {
	if date1904 {
		v += 1462
	}
	secs := int64(math.Round(v * 86400))
	days, clock := secs/86400, secs%86400
	if secs < 0 || days > 2958465 { // 9999-12-31
		return "", false
	}
	if days == 0 {
		return time.Unix(clock, 0).UTC().Format("15:04:05"), !f.date
	}
	if days == 60 {
		return "1900-02-29", true // a day that only spreadsheets know; whoever reads it will say so
	}
	if days < 60 {
		days++
	}
	at := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).AddDate(0, 0, int(days)).Add(time.Duration(clock) * time.Second)
	if clock == 0 {
		return at.Format(time.DateOnly), true
	}
	return at.Format(time.DateTime), true
}
