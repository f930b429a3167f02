package journal

import (
	"archive/zip"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"slices"
	"strconv"
	"time"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/charset"
	"huicun/internal/kit/date"
	"huicun/internal/kit/field"
	"huicun/internal/kit/money"
	"huicun/internal/registry/party"
)

// The parts of a package, and the standard that its elements are named after. Collectives are not among the entities of
// the standard's parts; the part for enterprises is the nearest. What Huicun does not keep is left out.
const (
	manifestName = "manifest.json"
	standardName = "参照 GB/T 24589.1《财经信息技术 会计核算软件数据接口 第1部分：企业》"
)

// Manifest is the list of a package's files with what must come out when they are read.
type Manifest struct {
	Standard string         `json:"标准"`
	Producer string         `json:"开发单位"`
	Version  string         `json:"版本号"`
	Encoding string         `json:"字符编码"`
	Period   string         `json:"期间"`
	Made     string         `json:"导出时间"`
	Files    []ManifestFile `json:"文件"`
}

// ManifestFile is one file: its digest, and counts and sums over it. Amounts are in yuan. Opening and Ending are the
// debits that stand on accounts of the first level before and after the period.
type ManifestFile struct {
	Name     string `json:"文件名"`
	Bytes    int64  `json:"字节数"`
	SHA256   string `json:"SHA-256"`
	Number   string `json:"电子账簿编号"`
	Books    string `json:"电子账簿名称"`
	Year     int    `json:"会计年度"`
	Accounts int    `json:"会计科目数"`
	Balances int    `json:"科目余额及发生额数"`
	Vouchers int    `json:"记账凭证张数"`
	Lines    int    `json:"记账凭证分录数"`
	Debit    string `json:"借方发生额合计"`
	Credit   string `json:"贷方发生额合计"`
	Opening  string `json:"期初借方余额合计"`
	Ending   string `json:"期末借方余额合计"`
}

// pack writes a zip with one XML file for each books, and the manifest last.
type pack struct {
	zip      *zip.Writer
	now      time.Time
	manifest Manifest

	x             *xmlOut
	file          *ManifestFile
	sum           hash.Hash
	bytes         *counter
	debit, credit money.Fen
}

func newPackage(w io.Writer, now time.Time) *pack {
	return &pack{zip: zip.NewWriter(w), now: now.In(date.Shanghai)}
}

func (p *pack) begin(r *Request, _ []*set) error {
	p.manifest = Manifest{
		Standard: standardName, Producer: "惠村", Version: r.Maker, Encoding: charset.UTF8, Period: r.Period.String(), Made: p.now.Format(time.RFC3339),
	}
	if r.GBK {
		p.manifest.Encoding = charset.GBK
	}
	return nil
}

type counter struct{ n int64 }

// Write counts.
func (c *counter) Write(b []byte) (int, error) {
	c.n += int64(len(b))
	return len(b), nil
}

// Names in a zip are kept to ASCII: some programs show others as rubbish.
func (s *set) fileName() string { return fmt.Sprintf("books-%s-%d.xml", s.number(), s.from.Year()) }

func (p *pack) create(name string) (io.Writer, error) {
	return p.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: p.now})
}

func (p *pack) open(s *set) error {
	w, err := p.create(s.fileName())
	if err != nil {
		return err
	}
	p.file = &ManifestFile{Name: s.fileName(), Number: s.number(), Books: s.Name, Year: s.from.Year(), Accounts: len(s.accounts)}
	p.sum, p.bytes, p.debit, p.credit = sha256.New(), &counter{}, 0, 0
	if p.x, err = newXML(io.MultiWriter(w, p.sum, p.bytes), p.manifest.Encoding); err != nil {
		return err
	}
	p.x.start("会计核算数据")
	p.common(s)
	p.x.start("总账")
	p.x.row("总账基础信息", "会计科目编号规则", "一级 3 位，其下各级加 2 至 3 位")
	p.accounts(s)
	p.balances(s)
	return nil
}

// common writes 公共档案: the books, their periods and kinds of voucher, and what lines can belong to.
func (p *pack) common(s *set) {
	x := p.x
	x.start("公共档案")
	x.row("电子账簿", "电子账簿编号", s.number(), "电子账簿名称", s.Name, "会计核算单位", s.org.Name, "组织机构代码", s.org.CreditCode,
		"单位性质", field.LabelOf(party.Kinds, s.org.Kind), "行业", s.org.Industry, "开发单位", p.manifest.Producer, "版本号", p.manifest.Version,
		"本位币", "人民币", "会计年度", strconv.Itoa(s.from.Year()), "标准版本号", p.manifest.Standard, "会计制度", field.LabelOf(ledger.Charts, s.Chart), "行政区划", s.Region)
	for m := s.from; m <= s.to; m++ {
		x.row("会计期间", "会计年度", strconv.Itoa(m.Year()), "会计期间号", periodNo(m), "会计期间起始日期", m.First().String(), "会计期间结束日期", m.Last().String())
	}
	for _, k := range ledger.Kinds {
		x.row("记账凭证类型", "记账凭证类型编号", k.Code, "记账凭证类型名称", k.Label, "记账凭证类型简称", k.Code)
	}
	x.row("币种", "币种编码", "CNY", "币种名称", "人民币")
	for i := range ledger.Dimensions {
		d := &ledger.Dimensions[i]
		x.row("自定义档案项", "档案编码", d.Name, "档案名称", d.Label)
	}
	x.end("公共档案")
}

func periodNo(m date.Month) string { return fmt.Sprintf("%02d", m.Of()) }

var directions = map[string]string{"debit": "借", "credit": "贷", "both": "双向"}

func (p *pack) accounts(s *set) {
	for i := range s.accounts {
		a := &s.accounts[i]
		up := ""
		if n := len(a.above); n > 0 {
			up = a.above[n-1].Code
		}
		p.x.row("会计科目", "科目编号", a.Code, "科目名称", a.Name, "科目级次", strconv.Itoa(len(a.above)+1), "科目类型", ledger.ClassLabels[a.Class],
			"余额方向", directions[a.Direction], "上级科目编号", up)
	}
	for i := range s.accounts {
		a := &s.accounts[i]
		rules, err := ledger.ParseDims(a.Dims)
		if err != nil {
			continue // refused when the account was saved
		}
		for _, r := range rules {
			for _, name := range r.AnyOf {
				p.x.row("科目辅助核算", "科目编号", a.Code, "辅助项编号", name, "辅助项名称", ledger.DimensionNamed(name).Label, "对应档案", name)
			}
		}
	}
	for i := range s.stands {
		x := &s.stands[i]
		if len(x.dims) == 0 {
			continue
		}
		pairs := []string{"科目编号", x.Account, "期初余额", x.Fen().Plain()}
		p.x.row("科目辅助核算期初余额", append(pairs, dimPairs(x.dims)...)...)
	}
}

// dimPairs are the elements that say what an amount belongs to.
func dimPairs(dims []dim) []string {
	var out []string
	for _, d := range dims {
		out = append(out, d.Label, d.key)
	}
	return out
}

// monthSums are an account's sums over the months of a period, with all accounts below it.
type monthSums struct {
	opening       money.Fen
	debit, credit []money.Fen // by month from the first
}

func (s *set) monthly() map[string]*monthSums {
	out := map[string]*monthSums{}
	add := func(code string, m *ledger.Moved) {
		x := out[code]
		if x == nil {
			n := int(s.to-s.from) + 1
			x = &monthSums{debit: make([]money.Fen, n), credit: make([]money.Fen, n)}
			out[code] = x
		}
		if m.Month < s.from {
			x.opening += m.Debit - m.Credit
			return
		}
		x.debit[m.Month-s.from] += m.Debit
		x.credit[m.Month-s.from] += m.Credit
	}
	for i := range s.moved {
		m := &s.moved[i]
		a := s.byCode[m.Account]
		for _, up := range a.above {
			add(up.Code, m)
		}
		add(a.Code, m)
	}
	return out
}

// balances writes 科目余额及发生额: a row for each account and month, accounts above with all below them.
func (p *pack) balances(s *set) {
	sums := s.monthly()
	var opening, ending money.Fen
	for i := range s.accounts {
		a := &s.accounts[i]
		x := sums[a.Code]
		if x == nil {
			continue
		}
		stood := x.opening
		for k := range x.debit {
			m := s.from + date.Month(k)
			ends := stood + x.debit[k] - x.credit[k]
			p.x.row("科目余额及发生额", "科目编号", a.Code, "会计年度", strconv.Itoa(m.Year()), "会计期间号", periodNo(m), "币种编码", "CNY",
				"期初余额方向", direction(stood), "期初本币余额", stood.Abs().Plain(), "借方本币发生额", x.debit[k].Plain(), "贷方本币发生额", x.credit[k].Plain(),
				"期末余额方向", direction(ends), "期末本币余额", ends.Abs().Plain())
			p.file.Balances++
			stood = ends
		}
		if len(a.above) == 0 {
			opening += max(x.opening, 0)
			ending += max(stood, 0)
		}
	}
	p.file.Opening, p.file.Ending = opening.Plain(), ending.Plain()
}

func direction(f money.Fen) string {
	switch {
	case f > 0:
		return "借"
	case f < 0:
		return "贷"
	}
	return "平"
}

func (p *pack) vouchers(_ *set, page []*entry) error {
	for _, v := range page {
		p.file.Vouchers++
		year, no := strconv.Itoa(v.Month.Year()), periodNo(v.Month)
		for i := range v.Lines {
			x := &v.Lines[i]
			p.file.Lines++
			p.debit += x.Debit
			p.credit += x.Credit
			pairs := []string{
				"记账凭证日期", v.Date.String(), "会计年度", year, "会计期间号", no, "记账凭证类型编号", v.Kind, "记账凭证编号", v.FullNo,
				"记账凭证行号", strconv.Itoa(i + 1), "记账凭证摘要", x.Summary, "科目编号", x.Account, "币种编码", "CNY",
				"借方本币金额", x.Debit.Plain(), "贷方本币金额", x.Credit.Plain(), "附件数", strconv.Itoa(v.Attachments),
				"制单人", v.Maker, "审核人", v.Reviewer, "记账人", v.Poster, "记账标志", "1", "作废标志", "0",
				"源凭证号", v.Source, "冲销凭证编号", v.reverses, "订正凭证编号", v.corrects, "备注", v.Note,
			}
			p.x.row("记账凭证", append(pairs, dimPairs(v.dims[i])...)...)
		}
	}
	_, err := p.x.Write(nil)
	return err
}

func (p *pack) close(*set) error {
	p.x.end("总账")
	p.x.end("会计核算数据")
	if err := p.x.close(); err != nil {
		return err
	}
	p.file.Bytes, p.file.SHA256 = p.bytes.n, hex.EncodeToString(p.sum.Sum(nil))
	p.file.Debit, p.file.Credit = p.debit.Plain(), p.credit.Plain()
	p.manifest.Files = append(p.manifest.Files, *p.file)
	return nil
}

func (p *pack) end() error {
	slices.SortFunc(p.manifest.Files, func(a, b ManifestFile) int { return cmp.Compare(a.Name, b.Name) })
	w, err := p.create(manifestName)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(&p.manifest); err != nil {
		return err
	}
	return p.zip.Close()
}
