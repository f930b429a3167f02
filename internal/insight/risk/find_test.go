package risk_test

import (
	"strings"
	"testing"

	"huicun/internal/books/ledger"
	"huicun/internal/insight/risk"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/money"
)

// TestDays walks day by day over the edges of every formula that counts days: each colour begins exactly at its edge.
func TestDays(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.workshop("1", "甲社", "12000", "2021-01-01", "2021-09-30")
	w.workshop("2", "甲社", "", "", "")
	w.add("fund_rule", "名称,适用地区,执行日期,库存现金限额（元）,收据缴销期限（天）,示例\n规定,八桥镇,2020-01-01,5000,60,否")
	w.book("甲账", "2021-01-10", "102", "501 租户 HT-1", "1")
	w.book("甲账", "2021-02-01", "101", "102", "5000")
	w.book("甲账", "2021-03-01", "101", "102", "0.01")
	w.book("甲账", "2021-01-05", "112 供货商", "501", "1000")
	w.book("甲账", "2021-01-05", "112 张三", "501", "999.99")
	w.book("甲账", "2021-01-20", "102", "241", "50000")
	w.book("甲账", "2021-03-20", "241", "102", "20000")
	w.add("advance", "编号,单位,借支人,用途,金额（元）,申请日期,归还日期,批准人,付款日期,状态,示例\nJZ-1,甲社,张三,差旅,2000,2021-04-01,2021-12-31,审批,2021-04-01,未结清,否")
	w.add("receipt_book", "本号,领用单位,起始号码,终止号码,领用人,领用日期,发放人,状态,示例\n2021-001,甲社,0001,0050,张三,2021-02-01,发放,使用中,否")
	w.add("asset_certificate", "证书编号,资产,证书种类,权利人,有效期至,示例\n证1,ZC-1,不动产权证,甲社,2021-12-31,否")
	w.add("bank_account", "账户名称,账套,开户银行,户名,账号,账户类别,对应科目,开户日期,对账起始日,示例\n基本户,丙账,农商行,丙社,32118200000100200301,基本存款账户,102,2021-05-01,2021-05-01,否")
	w.workshop("3", "乙社", "", "", "")
	w.lease("3", "租赁合同", "乙社", "租户", "12000", "2021-01-01", "2021-03-31", "3000")
	w.book("乙账", "2021-01-05", "102", "202 租户 HT-3", "3000")
	for _, c := range []struct {
		code, title, from string
		days              int
		want              string
	}{
		{"rent_overdue", "HT-1", "2021-01-01", 110, "blue@1 yellow@30 red@90"},
		{"contract_ending", "HT-1", "2021-06-20", 120, "blue@90 yellow@60 red@30"},
		{"cash_held", "库存现金", "2021-02-20", 20, "blue@0 yellow@3 red@7"},
		{"advance_open", "JZ-1", "2021-04-01", 70, "blue@15 yellow@30 red@60"},
		{"book_open", "2021-001", "2021-03-25", 80, "yellow@1 red@60"},
		{"cert_ending", "证1", "2021-09-25", 120, "blue@90 yellow@60 red@30"},
		{"unreconciled", "基本户", "2021-05-25", 40, "blue@30 yellow@45 red@60"},
		{"month_open", "丙账", "2021-06-05", 30, "blue@10 yellow@20 red@30"},
		{"asset_idle", "ZC-2", "2021-03-25", 120, "blue@90 yellow@180"},
		{"asset_idle", "ZC-1", "2021-09-01", 125, "blue@90"},
		{"deposit_kept", "HT-3", "2021-04-01", 100, "blue@15 yellow@30 red@90"},
		{"dormant", "供货商", "2021-07-25", 15, "blue@180"},
		{"dormant", "张三", "2021-07-25", 15, ""},
		{"grant_unspent", "甲账", "2021-07-25", 15, "blue@180"},
		{"grant_unspent", "乙账", "2021-07-25", 15, ""},
	} {
		days := c.days
		if c.code == "unreconciled" || c.code == "asset_idle" && strings.Contains(c.want, "180") {
			days = 130
		}
		if got := w.turns(c.code, c.title, c.from, days); got != c.want {
			t.Errorf("%s of %s: %q, want %q", c.code, c.title, got, c.want)
		}
	}
}

// TestAmounts tries the formulas that compare amounts: on the edge, a fen beside it, and far off.
func TestAmounts(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	for no, yearly := range map[string]string{"1": "100000", "2": "100000", "3": "100000", "4": "79000", "5": "80000", "6": "90000"} {
		w.workshop(no, map[bool]string{true: "甲社", false: "乙社"}[no < "4"], yearly, "2021-01-01", "2024-12-31")
	}
	low := w.look("low_rent", "2021-06-30")
	if a, b := low["HT-4 合同4"], low["HT-5 合同5"]; len(low) != 2 || a.Colour != risk.Yellow || a.Measure != 7900 || b.Colour != risk.Blue || b.Measure != 8000 {
		t.Errorf("low rents %+v", low)
	}
	if refs := low["HT-4 合同4"].Refs; len(refs) != 6 || !strings.Contains(refs[0].Text, "本合同") {
		t.Errorf("a low rent lists what it was compared with: %+v", refs)
	}

	w.book("甲账", "2021-01-05", "102", "301 租户", "600000")
	w.book("甲账", "2021-01-05", "102", "221 租户", "400000")
	w.book("乙账", "2021-01-05", "102", "301 租户", "600000")
	w.book("乙账", "2021-01-05", "102", "221 租户", "399900")
	debt := w.look("debt_ratio", "2021-01-31")
	if s := debt["甲账"]; len(debt) != 1 || s.Colour != risk.Blue || s.Measure != 4000 {
		t.Errorf("debt %+v", debt)
	}

	w.add("budget", "编号,账套,年度,决议日期,决议会议,决议文号,执行预警线（%）,状态,示例\nYS-1,甲账,2021,2021-01-20,成员代表会议,一号,80,执行中,否")
	w.add("budget_line", "预算,收支,项目,会计科目,全年预算（元）,示例\nYS-1,支出,管理费用,541,10000,否")
	for _, c := range []struct{ day, yuan, colour string }{
		{"2021-02-01", "7999.99", ""}, {"2021-03-01", "0.01", risk.Blue}, {"2021-04-01", "2000", risk.Yellow}, {"2021-05-01", "0.01", risk.Red},
	} {
		w.book("甲账", c.day, "541", "102", c.yuan)
		if got := w.look("budget_over", c.day)["2021 年预算“管理费用”"].Colour; got != c.colour {
			t.Errorf("the budget on %s is %q, want %q", c.day, got, c.colour)
		}
	}

	w.book("乙账", "2018-06-01", "102", "501", "50000")
	w.book("乙账", "2019-06-01", "102", "501", "49999.99")
	w.book("甲账", "2020-06-01", "102", "501", "50000")
	if weak := w.look("no_income", "2021-06-30"); len(weak) != 1 || weak["乙村"].Measure != 2 || weak["乙村"].Colour != risk.Yellow {
		t.Errorf("weak income %+v", weak)
	}

	w.book("乙账", "2021-05-01", "322", "202 租户", "1000")
	over := w.look("uncovered", "2021-05-31")
	if s := over["乙账 2021 年"]; len(over) != 0 && s.Measure > 1000_00 {
		t.Errorf("distribution without cover %+v", over)
	}
}

// TestUncovered: a distribution needs something to distribute.
func TestUncovered(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.book("甲账", "2021-03-01", "102", "321", "1000")
	w.book("甲账", "2021-03-05", "322", "202 租户", "1000")
	if s := w.look("uncovered", "2021-03-31"); len(s) != 0 {
		t.Errorf("all was covered: %+v", s)
	}
	w.book("甲账", "2021-04-05", "322", "202 租户", "0.01")
	if s := w.look("uncovered", "2021-04-30")["甲账 2021 年"]; s.Colour != risk.Red || s.Measure != 1 {
		t.Errorf("a fen too much: %+v", s)
	}
}

// TestCards: cards and ledger are compared at ends of months.
func TestCards(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.add("asset", "资产编号,资产名称,所有者,类别,来源,数量,原值（投入）（元）,取得日期,资产分类,折旧方法,状态,示例\nZC-1,厂房,甲社,厂房,新建,1000㎡,10000,2021-01-10,厂房,不计提,可用,否")
	for day, want := range map[string]int64{"2021-01-20": 0, "2021-01-31": 1, "2021-02-05": 1, "2021-03-05": 2, "2021-06-05": 3} {
		if got := w.look("cards_off", day)["甲账"].Measure; got != want {
			t.Errorf("on %s %d months, want %d", day, got, want)
		}
	}
	w.book("甲账", "2021-04-10", "151", "102", "10000")
	if s := w.look("cards_off", "2021-05-05"); len(s) != 0 {
		t.Errorf("booked, and still off: %+v", s)
	}
}

// TestPayees tries payments to related persons and split ones.
func TestPayees(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.add("related_person", "编号,姓名（名称）,所在村,村干部,关系,单位,起始日期,示例\nGX-1,李四,甲村,王某村主任,配偶,关系企业,2020-01-01,否\nGX-2,张三,甲村,王某村主任,子女及其配偶,,2020-01-01,否\nGX-3,赵六,乙村,孙某书记,配偶,,2020-01-01,否")
	w.book("甲账", "2021-06-01", "541 关系企业", "102", "6000")
	w.book("乙账", "2021-06-01", "541 关系企业", "102", "6000") // another village's
	w.workshop("1", "甲社", "", "", "")
	w.lease("1", "租赁合同", "甲社", "张三", "1000", "2021-01-01", "2022-12-31", "0")
	hits := w.look("related_party", "2021-06-30")
	if len(hits) != 2 || hits["李四"].Measure != 1 || hits["张三"].Measure != 1 || hits["李四"].Region != villageA {
		t.Errorf("related %+v", hits)
	}
	if s := w.look("related_party", "2022-06-03"); s["李四"].Measure != 0 || s["张三"].Measure != 1 {
		t.Errorf("after a year only the contract counts: %+v", s)
	}

	for _, x := range []struct{ books, day, yuan string }{
		{"甲账", "2021-03-01", "2500"}, {"甲账", "2021-03-10", "2500"}, // together the tier exactly
		{"乙账", "2021-03-01", "3000"}, {"乙账", "2021-03-31", "3000"}, // thirty days apart
	} {
		w.book(x.books, x.day, "541 供货商", "102", x.yuan)
	}
	if s := w.look("split_purchase", "2021-04-01"); len(s) != 0 {
		t.Errorf("neither is split: %+v", s)
	}
	w.book("甲账", "2021-03-11", "541 供货商", "102", "1000")
	if s := w.look("split_purchase", "2021-04-01")["供货商"]; s.Colour != risk.Yellow || s.Measure != 12000 || len(s.Refs) != 3 {
		t.Errorf("three small ones: %+v", s)
	}
	w.book("甲账", "2021-03-12", "541 供货商", "102", "4000")
	if s := w.look("split_purchase", "2021-04-01")["供货商"]; s.Colour != risk.Red || s.Measure != 20000 {
		t.Errorf("twice the tier: %+v", s)
	}
	if s := w.look("split_purchase", "2021-07-01"); len(s) != 0 {
		t.Errorf("long ago: %+v", s)
	}
}

// TestTerms: what is too long depends on rules, and so do places.
func TestTerms(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	w.workshop("1", "甲社", "12000", "2021-01-01", "2023-12-31")
	w.workshop("2", "乙社", "12000", "2021-01-01", "2023-12-31")
	w.workshop("3", "甲社", "", "", "")
	w.lease("3", "土地流转合同", "甲社", "租户", "12000", "2021-01-01", "2028-06-30", "0")
	if s := w.look("over_term", "2021-06-30"); len(s) != 0 {
		t.Errorf("nothing is too long: %+v", s)
	}
	w.add("risk_rule", "预警项目,规则名称,适用地区,启用日期,参数,红色界限,责任人,审核人,逾期上报,指标恢复正常后,示例\n合同超期限,甲村,甲村,2021-01-01,租期上限=3；土地剩余期限至=2028-06-30,1,镇代理会计,镇党委书记,县级监管员,由审核人确认后销号,否")
	if s := w.look("over_term", "2021-06-30"); len(s) != 0 {
		t.Errorf("three years are three years: %+v", s)
	}
	w.add("risk_rule", "预警项目,规则名称,适用地区,启用日期,参数,红色界限,责任人,审核人,逾期上报,指标恢复正常后,示例\n合同超期限,八桥镇,八桥镇,2021-01-01,租期上限=2；土地剩余期限至=2028-06-29,1,镇代理会计,镇党委书记,县级监管员,由审核人确认后销号,否")
	s := w.look("over_term", "2021-06-30")
	if len(s) != 1 || s["HT-2 合同2"].Measure != 365 {
		t.Errorf("the town's rule holds where the village has none: %+v", s)
	}
}

func TestUnspent(t *testing.T) {
	m := func(month int, debit, credit money.Fen) ledger.AccountMoves {
		return ledger.AccountMoves{Month: monthOf(month), Debit: debit, Credit: credit}
	}
	for _, c := range []struct {
		moves []ledger.AccountMoves
		left  money.Fen
		since int
	}{
		{nil, 0, 0},
		{[]ledger.AccountMoves{m(202101, 0, 100)}, 100, 202101},
		{[]ledger.AccountMoves{m(202101, 0, 100), m(202103, 100, 50)}, 50, 202103},
		{[]ledger.AccountMoves{m(202101, 0, 100), m(202103, 99, 50)}, 51, 202101},
		{[]ledger.AccountMoves{m(202100, 0, 100)}, 100, 202012},
	} {
		left, since := risk.Unspent(c.moves)
		if left != c.left || left > 0 && since != monthOf(c.since) {
			t.Errorf("%v: %d since %d", c.moves, left, since)
		}
	}
}

func monthOf(m int) date.Month { return date.Month(m) }
