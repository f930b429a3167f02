package journal

import (
	"archive/zip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"huicun/internal/kit/charset"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
)

// Verdict is what verifying a package came to: what it holds, and a sentence for each thing that is not as it should be.
type Verdict struct {
	Manifest               Manifest
	Files, Vouchers, Lines int
	Problems               []string
}

// The limits of what is unpacked: a package is somebody's word.
const (
	maxManifest = 16 << 20
	maxFile     = 16 << 30
	maxProblems = 200
)

// Verify recomputes everything that a package says of itself: digests, counts and sums, that each voucher balances and
// the numbers have no gaps, that every month's balances follow from the month before and the vouchers. An error is
// Invalid and means that the file is no package that can be read.
func Verify(r io.ReaderAt, size int64) (*Verdict, error) {
	zr, err := zip.NewReader(r, size)
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "package.zip", "这不是会计核算数据包，或文件已损坏")
	}
	v := &Verdict{}
	files := map[string]*zip.File{}
	for _, f := range zr.File {
		if files[f.Name] != nil {
			v.problem("%s 在包里有两份", f.Name)
		}
		files[f.Name] = f
	}
	if err := v.readManifest(files[manifestName]); err != nil {
		return nil, err
	}
	delete(files, manifestName)
	for i := range v.Manifest.Files {
		want := &v.Manifest.Files[i]
		f := files[want.Name]
		if f == nil {
			v.problem("缺少清单所列的文件 %s", want.Name)
			continue
		}
		delete(files, want.Name)
		v.file(f, want)
	}
	for name := range files {
		v.problem("%s 不在清单里", name)
	}
	slices.Sort(v.Problems)
	return v, nil
}

func (v *Verdict) problem(format string, args ...any) {
	switch n := len(v.Problems); {
	case n < maxProblems:
		v.Problems = append(v.Problems, fmt.Sprintf(format, args...))
	case n == maxProblems:
		v.Problems = append(v.Problems, "还有更多问题，没有逐一列出")
	}
}

func (v *Verdict) readManifest(f *zip.File) error {
	if f == nil {
		return errs.New(errs.Invalid, "package.manifest", "包里没有清单 %s，不是惠村导出的会计核算数据包", manifestName)
	}
	rc, err := f.Open()
	if err == nil {
		defer rc.Close()
		err = json.NewDecoder(io.LimitReader(rc, maxManifest)).Decode(&v.Manifest)
	}
	return errs.Wrap(err, errs.Invalid, "package.manifest", "清单 %s 读不出来，文件可能已损坏", manifestName)
}

// file verifies one file against the manifest.
func (v *Verdict) file(f *zip.File, want *ManifestFile) {
	rc, err := f.Open()
	if err != nil {
		v.problem("%s 打不开：%v", f.Name, err)
		return
	}
	defer rc.Close()
	sum, n := sha256.New(), &counter{}
	r := io.TeeReader(io.LimitReader(rc, maxFile), io.MultiWriter(sum, n))
	c := newRecount(v, f.Name)
	if err := c.read(r); err != nil {
		v.problem("%s 不是完整的 XML：%v", f.Name, err)
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		v.problem("%s 没有读完整：%v", f.Name, err)
	}
	v.Files++
	v.Vouchers += c.file.Vouchers
	v.Lines += c.file.Lines
	c.file.Name, c.file.Bytes, c.file.SHA256 = f.Name, n.n, hex.EncodeToString(sum.Sum(nil))
	c.finish()
	compare(v, &c.file, want)
}

func compare(v *Verdict, got, want *ManifestFile) {
	for _, x := range []struct {
		what      string
		got, want any
	}{
		{"字节数", got.Bytes, want.Bytes},
		{"SHA-256", got.SHA256, want.SHA256},
		{"电子账簿编号", got.Number, want.Number},
		{"电子账簿名称", got.Books, want.Books},
		{"会计年度", got.Year, want.Year},
		{"会计科目数", got.Accounts, want.Accounts},
		{"科目余额及发生额数", got.Balances, want.Balances},
		{"记账凭证张数", got.Vouchers, want.Vouchers},
		{"记账凭证分录数", got.Lines, want.Lines},
		{"借方发生额合计", got.Debit, want.Debit},
		{"贷方发生额合计", got.Credit, want.Credit},
		{"期初借方余额合计", got.Opening, want.Opening},
		{"期末借方余额合计", got.Ending, want.Ending},
	} {
		if x.got != x.want {
			v.problem("%s 的%s与清单不符：清单为 %v，重算为 %v", got.Name, x.what, x.want, x.got)
		}
	}
}

// The elements that are read back.
type (
	xmlBooks struct {
		Number string `xml:"电子账簿编号"`
		Name   string `xml:"电子账簿名称"`
		Year   int    `xml:"会计年度"`
	}
	xmlAccount struct {
		Code string `xml:"科目编号"`
		Up   string `xml:"上级科目编号"`
	}
	xmlBalance struct {
		Account  string `xml:"科目编号"`
		Period   string `xml:"会计期间号"`
		OpenSide string `xml:"期初余额方向"`
		Open     string `xml:"期初本币余额"`
		Debit    string `xml:"借方本币发生额"`
		Credit   string `xml:"贷方本币发生额"`
		EndSide  string `xml:"期末余额方向"`
		End      string `xml:"期末本币余额"`
	}
	xmlLine struct {
		Date    string `xml:"记账凭证日期"`
		Period  string `xml:"会计期间号"`
		Kind    string `xml:"记账凭证类型编号"`
		No      string `xml:"记账凭证编号"`
		Row     int    `xml:"记账凭证行号"`
		Account string `xml:"科目编号"`
		Debit   string `xml:"借方本币金额"`
		Credit  string `xml:"贷方本币金额"`
	}
)

// recount reads one file and adds up what it finds.
type recount struct {
	v    *Verdict
	name string
	file ManifestFile

	up            map[string]string // account above, by account
	balances      []balance
	moved         map[slot]*moved
	last          map[slot]string // number of the last voucher, by kind and period
	voucher       xmlLine         // the line read last
	open          money.Fen       // debits less credits of the voucher being read
	debit, credit money.Fen
}

// slot is an account, or a kind of voucher, in a period.
type slot struct{ what, period string }

type moved struct{ debit, credit money.Fen }

type balance struct {
	slot
	opening, ending money.Fen
	moved
}

func newRecount(v *Verdict, name string) *recount {
	return &recount{v: v, name: name, up: map[string]string{}, moved: map[slot]*moved{}, last: map[slot]string{}}
}

func (c *recount) problem(format string, args ...any) {
	c.v.problem("%s：%s", c.name, fmt.Sprintf(format, args...))
}

func (c *recount) read(r io.Reader) error {
	d := xml.NewDecoder(r)
	d.CharsetReader = charset.Reader
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		el, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		if err := c.element(d, &el); err != nil {
			return err
		}
	}
}

func (c *recount) element(d *xml.Decoder, el *xml.StartElement) error {
	switch el.Name.Local {
	case "电子账簿":
		var x xmlBooks
		err := d.DecodeElement(&x, el)
		c.file.Number, c.file.Books, c.file.Year = x.Number, x.Name, x.Year
		return err
	case "会计科目":
		var x xmlAccount
		err := d.DecodeElement(&x, el)
		if _, dup := c.up[x.Code]; dup {
			c.problem("科目 %s 有两个", x.Code)
		}
		if _, ok := c.up[x.Up]; x.Up != "" && (!ok || x.Up == x.Code || !strings.HasPrefix(x.Code, x.Up)) {
			c.problem("科目 %s 的上级科目 %s 不对", x.Code, x.Up)
			x.Up = "" // so that no account comes to stand above itself
		}
		c.up[x.Code] = x.Up
		c.file.Accounts++
		return err
	case "科目余额及发生额":
		var x xmlBalance
		err := d.DecodeElement(&x, el)
		c.balance(&x)
		return err
	case "记账凭证":
		var x xmlLine
		err := d.DecodeElement(&x, el)
		c.line(&x)
		return err
	}
	return nil
}

// fen reads an amount as packages write them.
func (c *recount) fen(s, where string) money.Fen {
	f, err := money.Parse(s)
	if err != nil {
		c.problem("%s的金额“%s”无法识别", where, s)
	}
	return f
}

func (c *recount) signed(side, s, where string) money.Fen {
	f := c.fen(s, where)
	switch {
	case side == "贷":
		return -f
	case side == "平" && f != 0 || side != "借" && side != "平":
		c.problem("%s的余额方向“%s”与余额 %s 不符", where, side, s)
	}
	return f
}

func (c *recount) balance(x *xmlBalance) {
	where := "科目 " + x.Account + " 第 " + x.Period + " 期"
	if _, ok := c.up[x.Account]; !ok {
		c.problem("%s：没有这个科目", where)
	}
	c.balances = append(c.balances, balance{
		slot{x.Account, x.Period},
		c.signed(x.OpenSide, x.Open, where), c.signed(x.EndSide, x.End, where),
		moved{c.fen(x.Debit, where), c.fen(x.Credit, where)},
	})
	c.file.Balances++
}

func (c *recount) line(x *xmlLine) {
	where := "凭证 " + x.No
	if x.No != c.voucher.No || x.Period != c.voucher.Period || x.Kind != c.voucher.Kind {
		c.endVoucher()
		c.file.Vouchers++
		c.number(x)
	} else if x.Row != c.voucher.Row+1 || x.Date != c.voucher.Date {
		c.problem("%s 的行号或日期不连贯", where)
	}
	c.file.Lines++
	c.voucher = *x
	debit, credit := c.fen(x.Debit, where), c.fen(x.Credit, where)
	c.debit += debit
	c.credit += credit
	c.open += debit - credit
	if _, ok := c.up[x.Account]; !ok {
		c.problem("%s 用了没有的科目 %s", where, x.Account)
		return
	}
	for a := x.Account; a != ""; a = c.up[a] {
		m := c.moved[slot{a, x.Period}]
		if m == nil {
			m = &moved{}
			c.moved[slot{a, x.Period}] = m
		}
		m.debit += debit
		m.credit += credit
	}
}

// number makes sure that numbers follow one another without gaps within a kind and period.
func (c *recount) number(x *xmlLine) {
	if x.Row != 1 {
		c.problem("凭证 %s 没有第 1 行", x.No)
	}
	at := slot{x.Kind, x.Period}
	want := fmt.Sprintf("%s-%04d-%s-%04d", x.Kind, c.file.Year, x.Period, serial(c.last[at])+1)
	if x.No != want {
		c.problem("凭证 %s 的编号不连续，应为 %s", x.No, want)
	}
	c.last[at] = x.No
}

// serial is the last part of a voucher's number.
func serial(no string) int {
	var n int
	_, _ = fmt.Sscanf(no[strings.LastIndex(no, "-")+1:], "%d", &n) // 0 for none
	return n
}

func (c *recount) endVoucher() {
	if c.open != 0 {
		c.problem("凭证 %s 借贷不平，相差 %s 元", c.voucher.No, c.open.Abs())
	}
	c.open = 0
}

// finish compares balances with one another and with the vouchers.
func (c *recount) finish() {
	c.endVoucher()
	var opening, ending money.Fen
	for i, b := range c.balances {
		where := "科目 " + b.what + " 第 " + b.period + " 期"
		m := moved{}
		if got := c.moved[b.slot]; got != nil {
			m = *got
		}
		delete(c.moved, b.slot)
		if m != b.moved {
			c.problem("%s的发生额（借 %s、贷 %s）与凭证（借 %s、贷 %s）不符", where, b.debit, b.credit, m.debit, m.credit)
		}
		if b.opening+b.debit-b.credit != b.ending {
			c.problem("%s的期末余额不等于期初余额加发生额", where)
		}
		first := i == 0 || c.balances[i-1].what != b.what
		final := i == len(c.balances)-1 || c.balances[i+1].what != b.what
		if !first && c.balances[i-1].ending != b.opening {
			c.problem("%s的期初余额不等于上期期末余额", where)
		}
		if c.up[b.what] == "" && first {
			opening += max(b.opening, 0)
		}
		if c.up[b.what] == "" && final {
			ending += max(b.ending, 0)
		}
	}
	for at, m := range c.moved {
		c.problem("科目 %s 第 %s 期有凭证（借 %s、贷 %s）而没有发生额", at.what, at.period, m.debit, m.credit)
	}
	c.file.Debit, c.file.Credit, c.file.Opening, c.file.Ending = c.debit.Plain(), c.credit.Plain(), opening.Plain(), ending.Plain()
	if c.debit != c.credit {
		c.problem("全部凭证的借方合计与贷方合计不等")
	}
}
