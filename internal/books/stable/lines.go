package stable

import (
	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
)

// Line is one line of a reconciliation of the three ways of counting.
type Line int

// The lines, in their order. Annual begins; Within, Accrued and Received are what the lines before them come to.
const (
	Annual    Line = iota // 年化合同额
	Gone                  // 统计日前已到期、终止的合同在本年的部分
	Coming                // 统计日后才起租的合同在本年的部分
	NotYet                // 年内起租：起租以前
	Expired               // 年内到期：到期以后
	Free                  // 免租
	Rise                  // 递增、分段租金
	Amended               // 年内变更
	Spread                // 折算
	Within                // 本年合同额
	Later                 // 统计日以后
	NoBooks               // 建账以前
	PriorDue              // 以前年度的，本年入账
	PriorPaid             // 本年的，以前年度已入账
	Advance               // 先付后用，以后的，本年入账
	Ahead                 // 未到付款日先入账
	Arrears               // 先用后付，未到付款日
	Unposted              // 已到付款日，尚未入账
	Deducted              // 按口径扣除
	Direct                // 不挂合同
	Accrued               // 本年应计入账
	OldPaid               // 收回以前年度欠款
	NewOwed               // 本年应收未收
	NewHeld               // 本年预收
	HeldUsed              // 以前预收本年转收入
	Other                 // 收到的不计入口径的款项
	NonCash               // 不经现金的结算
	Received              // 本年实收
	lineCount
)

// Info says what a line is. Code stands in addresses; Total marks the three ways themselves.
type Info struct {
	Line             Line
	Code, Label, Why string
	Total            bool
}

// Lines are all lines in their order.
var Lines = []Info{
	{Annual, "annual", "年化合同额", "统计日正在履行、符合口径的合同，按一年计的金额", true},
	{Gone, "gone", "加：统计日前已到期、终止的合同", "统计日已不在履行期，但本年履行过一段，按条款归属本年的金额", false},
	{Coming, "coming", "加：统计日后才起租的合同", "已签订、年内才起租，按条款归属本年的金额", false},
	{NotYet, "not-yet", "减：年内起租的，起租以前", "年化按全年计，起租以前没有收入", false},
	{Expired, "expired", "减：年内到期、终止的，到期以后", "年化按全年计，到期以后合同不再约定收入", false},
	{Free, "free", "减：免租", "约定的免租期、免租时段少收的金额", false},
	{Rise, "rise", "加：递增、分段租金", "年化按起始价格计，本年实行的价格高出（低于）的部分", false},
	{Amended, "amended", "加减：年内变更", "年化按变更后的条款计，变更以前按原条款的差额", false},
	{Spread, "spread", "加减：折算", "按付款期分摊到日与按年平均的差额：闰年、不足一期的折算、付款表各期金额不同、取整", false},
	{Within, "within", "本年合同额", "按条款逐日分摊，归属本年一月一日至十二月三十一日的金额", true},
	{Later, "later", "减：统计日以后的", "归属统计日以后至年末的金额", false},
	{NoBooks, "no-books", "减：建账以前的", "账套起用以前（或没有账套）的金额，和起用以前已到付款日的期间的金额，不在账上", false},
	{PriorDue, "prior-due", "加：以前年度的，本年才入账", "以前年度应计、当时没有入账，本年补记或收到时入账", false},
	{PriorPaid, "prior-paid", "减：本年的，以前年度已入账", "先付后用，收款时已计入以前年度的收入", false},
	{Advance, "advance", "加：以后的，按付款日本年已入账", "先付后用，已到付款日，归属统计日以后，收款时计入了本年收入", false},
	{Ahead, "ahead", "加：合同约定以外先入账的", "未到付款日先入账，或入账多于约定（分成、补差）", false},
	{Arrears, "arrears", "减：先用后付，未到付款日", "已经履行，还没有到付款日，没有入账", false},
	{Unposted, "unposted", "减：已到付款日，尚未入账", "按条款已到付款日，账上还没有这笔收入：多为拖欠或漏记", false},
	{Deducted, "deducted", "减：按口径扣除的支出", "口径规定应扣除的、记在合同名下的支出", false},
	{Direct, "direct", "加：不挂合同、按口径计入的收入", "利息、分红等按科目计入的收入", false},
	{Accrued, "accrued", "本年应计（已入账）", "本年至统计日记账凭证上、符合口径的收入", true},
	{OldPaid, "old-paid", "加：收回以前年度欠款", "本年收到的、年初应收的款项", false},
	{NewOwed, "new-owed", "减：本年应收未收", "本年计入收入，统计日还没有收到", false},
	{NewHeld, "new-held", "加：本年预收", "本年收到、记作预收（应付款）的款项", false},
	{HeldUsed, "held-used", "减：以前预收，本年转收入", "以前年度收到的预收款，本年转作收入", false},
	{Other, "other", "加：收到的不计入口径的款项", "记在合同名下、科目不在口径内的收入，如滞纳金", false},
	{NonCash, "non-cash", "减：不经现金、银行的结算", "核销坏账、押金抵租、转账对冲等，没有收到钱", false},
	{Received, "received", "本年实收", "本年至统计日，现金、银行收到的金额", true},
}

// LineNamed finds a line by its code.
func LineNamed(code string) (Info, bool) {
	for _, l := range Lines {
		if l.Code == code {
			return l, true
		}
	}
	return Info{}, false
}

// Amounts are the lines' amounts in fen, with the sign with which they count.
type Amounts [lineCount]money.Fen

// Add adds up two reconciliations.
func (a *Amounts) Add(b *Amounts) error {
	for i := range a {
		var err error
		if a[i], err = money.Add(a[i], b[i]); err != nil {
			return errs.Wrap(err, errs.Invalid, "stable.sum", "稳定性收入合计超出了系统能记录的范围")
		}
	}
	return nil
}

// Off is by how much the lines do not explain what they lead to, step by step; all zero when the reconciliation closes.
func (a *Amounts) Off() (within, accrued, received money.Fen) {
	sum := func(from, to Line) money.Fen {
		s := money.Fen(0)
		for i := from; i < to; i++ {
			s += a[i]
		}
		return s
	}
	return sum(Annual, Within) - a[Within], sum(Within, Accrued) - a[Accrued], sum(Accrued, Received) - a[Received]
}

// Closes reports whether every difference is explained to the fen.
func (a *Amounts) Closes() bool {
	w, x, r := a.Off()
	return w == 0 && x == 0 && r == 0
}
