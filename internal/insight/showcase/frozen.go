package showcase

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
)

// Content is everything that an issue shows, as it was on the day of publication. Its canonical form is JSON in
// the order of these fields, without indentation or HTML escapes; the digest is over those bytes.
type Content struct {
	Format      int       `json:"format"`
	No          string    `json:"no"`
	Issue       int       `json:"issue"`
	Title       string    `json:"title"`
	Kicker      string    `json:"kicker"`
	Author      string    `json:"author"`
	Issuer      string    `json:"issuer"`
	Place       string    `json:"place"`
	PlaceName   string    `json:"place_name"`
	Year        int       `json:"year"`
	AsOf        date.Date `json:"as_of"`
	PublishedAt string    `json:"published_at"`
	Body        string    `json:"body"`
	Figures     []Frozen  `json:"figures"`
	// Bare are the numbers that were published without a figure, and the publisher's reason.
	Bare       []string `json:"bare,omitempty"`
	BareReason string   `json:"bare_reason,omitempty"`
}

// format is the version of the canonical form.
const format = 1

// Frozen is a figure as it was published.
type Frozen struct {
	Code              string         `json:"code"`
	Name              string         `json:"name"`
	Text              string         `json:"text"`  // 110余万元
	Value             string         `json:"value"` // 1,108,600
	Unit              string         `json:"unit"`  // 元/年
	Actual            string         `json:"actual,omitempty"`
	Qualifier         string         `json:"qualifier"` // 余
	Forecast          bool           `json:"forecast"`
	Indicator         string         `json:"indicator"`
	Params            string         `json:"params"`
	Definition        string         `json:"definition"`
	DefinitionVersion int            `json:"definition_version"`
	Scope             []string       `json:"scope"`
	Period            string         `json:"period"`
	AsOf              date.Date      `json:"as_of"`
	Total             string         `json:"total,omitempty"` // when the records' amounts add up to the value
	Ratio             string         `json:"ratio,omitempty"` // 9 ÷ 9
	Count             int            `json:"count"`
	Records           []FrozenRecord `json:"records"`
	More              int            `json:"more,omitempty"` // records beyond maxRecords
	Missing           []string       `json:"missing,omitempty"`
	Series            []FrozenPoint  `json:"series,omitempty"`
}

// FrozenRecord is one record behind a figure, without personal data.
type FrozenRecord struct {
	Kind     string    `json:"kind"`
	Label    string    `json:"label"` // the kind in Chinese
	No       string    `json:"no"`
	Title    string    `json:"title"`
	Place    string    `json:"place"`
	Date     date.Date `json:"date"`
	Amount   string    `json:"amount"`
	Forecast bool      `json:"forecast"`
	Sample   bool      `json:"sample"`
}

// FrozenPoint is one value of a trend.
type FrozenPoint struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// maxRecords bounds what one figure carries into an issue.
const maxRecords = 2000

// Exact is the exact value with its unit: 1,108,600 元/年.
func (f *Frozen) Exact() string {
	if f.Unit == "%" || f.Unit == "" {
		return f.Value + f.Unit
	}
	return f.Value + " " + f.Unit
}

// Shown is how the figure appears in prose.
func (f *Frozen) Shown() Shown { return Shown{Text: f.Text, Exact: f.Exact(), Forecast: f.Forecast} }

// Samples counts the records that were invented for a demonstration.
func (f *Frozen) Samples() int {
	n := 0
	for _, r := range f.Records {
		if r.Sample {
			n++
		}
	}
	return n
}

// ShownOf indexes figures for rendering.
func ShownOf(list []Frozen) map[string]Shown {
	out := make(map[string]Shown, len(list))
	for i := range list {
		out[list[i].Code] = list[i].Shown()
	}
	return out
}

// Figure finds a frozen figure by its code.
func (c *Content) Figure(code string) (*Frozen, bool) {
	for i := range c.Figures {
		if c.Figures[i].Code == code {
			return &c.Figures[i], true
		}
	}
	return nil, false
}

// Canonical is the bytes that the digest is over.
func (c *Content) Canonical() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(c); err != nil {
		return nil, fmt.Errorf("freezing an article: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// substance is what makes two issues differ: everything but the number and the time.
func (c Content) substance() ([]byte, error) {
	c.Issue, c.PublishedAt = 0, ""
	return c.Canonical()
}

// Digest is the SHA-256 of an issue's canonical content in hex.
func Digest(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// Fingerprint is what people compare: the digest's first 16 digits in groups of four.
func Fingerprint(digest string) string {
	if len(digest) < 16 {
		return digest
	}
	return digest[:4] + " " + digest[4:8] + " " + digest[8:12] + " " + digest[12:16]
}

// frozen turns an evaluated figure into what is published. names gives places and kinds their Chinese names,
// mask hides persons.
func frozen(f *indicator.Figure, scope []string, place, kind func(string) string, mask func(string) string) Frozen {
	q := indicator.Qualifier(f.Def.Qualifier)
	u := f.In.Unit
	out := Frozen{
		Code: f.Def.Code, Name: f.Def.Name, Text: f.Text(), Value: number(u, f.Shown()), Unit: u.Label(), Qualifier: q.Label(), Forecast: q.Forecasts(),
		Indicator: f.In.Code, Params: f.Def.Params, Definition: f.In.Definition, DefinitionVersion: f.In.Version,
		Scope: scope, Period: fmt.Sprintf("%d年", f.Year), AsOf: f.AsOf, Count: max(f.Result.Count, len(f.Result.Records)), Records: []FrozenRecord{},
	}
	switch q {
	case indicator.Exist:
		out.Value, out.Unit = fmt.Sprint(f.Result.Count), "项记录"
	case indicator.TrendUp:
		if n := len(f.Result.Series); n > 0 {
			out.Value = number(u, f.Result.Series[n-1].Value)
		}
	}
	if out.Forecast && f.Result.Value != f.Result.Forecast {
		out.Actual = number(u, f.Result.Value)
	}
	switch {
	case f.In.Aggregate == indicator.Ratio:
		out.Ratio = fmt.Sprintf("%d ÷ %d", f.Result.Num, f.Result.Den)
	case f.In.Aggregate == indicator.Sum && q != indicator.Exist && q != indicator.TrendUp:
		out.Total = out.Value
	}
	for i, r := range f.Result.Records {
		if i == maxRecords {
			out.More = len(f.Result.Records) - maxRecords
			break
		}
		out.Records = append(out.Records, frozenRecord(r, u, q, place, kind, mask))
	}
	for _, m := range f.Result.Missing {
		out.Missing = append(out.Missing, m.Title)
	}
	for _, p := range f.Result.Series {
		out.Series = append(out.Series, FrozenPoint{p.Label, number(u, p.Value)})
	}
	return out
}

// personNo is a person's number in this system, which leads to the person for whoever has access.
var personNo = regexp.MustCompile(`RY-[0-9]{3,}`)

func frozenRecord(r indicator.Record, u indicator.Unit, q indicator.Qualifier, place, kind, mask func(string) string) FrozenRecord {
	out := FrozenRecord{
		Kind: r.Kind, Label: kind(r.Kind), No: r.No, Title: personNo.ReplaceAllString(mask(r.Title), "个人"),
		Place: place(r.Region), Date: r.Date, Forecast: r.Forecast, Sample: r.Sample,
	}
	if r.Kind == "person" {
		out.No, out.Title = "", "个人（姓名不公开）"
	}
	if q != indicator.Exist && u != indicator.Ratio100 && r.Amount != 0 {
		out.Amount = number(u, r.Amount)
	}
	return out
}

// number writes a value exactly and without idle decimals: 1,108,600 or 1,108,600.50.
func number(u indicator.Unit, v int64) string { return strings.TrimSuffix(u.Exact(v), ".00") }
