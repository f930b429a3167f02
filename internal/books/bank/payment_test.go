package bank_test

import (
	"bytes"
	"strings"
	"testing"

	"huicun/internal/books/bank"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// payee is a payment: to whom, how many yuan, the number and what for.
type payee struct {
	name, number string
	yuan         string
}

var payees = []payee{{"张三（示例）", "6222020000000000011", "1200"}, {"李四（示例）", "6222020000000000022", "800.50"}, {"示例建材商店", "32110000987654321", "3000"}}

// batch makes a draft with payments.
func (w *world) batch(who access.Principal, list ...payee) *bank.Payment {
	w.t.Helper()
	p, err := form(w, w.s.Payments, map[string]string{"title": "误工补贴", "account": "基本户", "plan_on": "2021-11-08"})
	w.ok(err)
	id, err := w.s.Payments.Create(ctx, who, w.tenant, "", p)
	w.ok(err)
	p = w.pay(id)
	for _, x := range list {
		w.ok(w.addPayee(who, p, x, ""))
	}
	return w.pay(id)
}

func (w *world) addPayee(who access.Principal, p *bank.Payment, x payee, why string) error {
	w.t.Helper()
	l, err := form(w, w.s.PaymentLines, map[string]string{
		"batch": p.No, "payee": x.name, "number": x.number, "amount": x.yuan, "purpose": "误工补贴", "account": "541", "dup_reason": why,
	})
	if err != nil {
		return err
	}
	_, err = w.s.PaymentLines.Create(ctx, who, w.tenant, "", l)
	return err
}

// What a payment is for may stand in the books that pay, or it is refused when it is entered and not once it is paid.
func TestPaymentForAnotherVillage(t *testing.T) {
	each(t, func(w *world) {
		// Households are of a slice above; anything with a division stands in for them.
		record.Register(w.env, &record.Noun[party.Party]{
			Kind: "member", Label: "成员户", Key: "name", Order: "name", Table: w.parties.Table, Title: func(p *party.Party) string { return p.Name },
			Fields: []field.Field[party.Party]{field.NewText("name", "户名", func(p *party.Party) *string { return &p.Name })},
		})
		other := &party.Party{Name: "红旗村户", Kind: party.Collective}
		other.Region = "321182103206"
		home, err := w.parties.Create(ctx, access.System, w.tenant, "", other)
		w.ok(err)
		p := w.batch(w.maker, payees[0])
		l, err := form(w, w.s.PaymentLines, map[string]string{"batch": p.No, "payee": "红旗村户", "number": payees[1].number, "amount": "5", "purpose": "误工补贴", "account": "541"})
		w.ok(err)
		l.Member = home
		_, err = w.s.PaymentLines.Create(ctx, w.maker, w.tenant, "", l)
		e := errs.As(err)
		if e == nil || len(e.Fields) != 1 || e.Fields[0].Name != "member" || !strings.Contains(e.Fields[0].Msg, "是别的村的，不能记入“永胜村账套”") {
			w.t.Fatalf("%v", err)
		}
	})
}

func (w *world) pay(id ids.ID) *bank.Payment {
	w.t.Helper()
	p, err := w.s.Payments.Get(ctx, access.System, w.tenant, id)
	w.ok(err)
	return p
}

func (w *world) do(who access.Principal, p *bank.Payment, event string) error {
	w.t.Helper()
	return w.s.Payments.Do(ctx, who, w.tenant, p.ID, 0, event, "理由")
}

// approved makes a batch and brings it to its release.
func (w *world) approved(list ...payee) *bank.Payment {
	w.t.Helper()
	p := w.batch(w.maker, list...)
	w.ok(w.do(w.maker, p, "submit"))
	w.ok(w.do(w.checker, p, "check"))
	w.ok(w.do(w.approver, p, "approve"))
	return w.pay(p.ID)
}

// lines are the payments of a batch.
func (w *world) lines(p *bank.Payment) []bank.PaymentLine {
	w.t.Helper()
	list, err := bank.LinesOf(ctx, w.d.Read(), w.tenant, p.ID)
	w.ok(err)
	return list
}

func TestPaymentByFile(t *testing.T) {
	each(t, func(w *world) {
		t := w.t
		p := w.batch(w.maker, payees...)
		if p.No != "FK-2021-0001" || p.Total != 500050 || p.Count != 3 || p.Maker != "报账员" {
			t.Fatalf("%+v", p)
		}
		// Three persons, each in turn, each by who he or she is and not by what he or she may do.
		both := w.maker
		both.Grants = append(both.Grants, w.checker.Grants...)
		refused(t, w.do(w.checker, p, "submit"), errs.State, "由 报账员 制单，只能由本人")
		refused(t, w.do(w.checker, p, "check"), errs.State, "只有“待复核”时才可以")
		w.ok(w.do(w.maker, p, "submit"))
		refused(t, w.do(both, p, "check"), errs.State, "复核人不能是制单人")
		refused(t, w.do(access.System, p, "check"), errs.Forbidden, "登录的本人")
		w.ok(w.do(w.checker, p, "check"))
		refused(t, w.do(both, p, "approve"), errs.State, "审批人不能是制单人")
		w.ok(w.do(w.approver, p, "approve"))
		refused(t, w.addPayee(w.maker, p, payee{"王五", "6222020000000000033", "1"}, ""), errs.State, "不能再改")
		_, err := w.s.Release(ctx, both, w.tenant, p.ID, 0)
		refused(t, err, errs.State, "放款人不能是制单人")
		_, err = w.s.Release(ctx, w.checker, w.tenant, p.ID, 0)
		refused(t, err, errs.State, "放款人不能是复核人")
		_, err = w.s.Release(ctx, w.approver, w.tenant, p.ID, 0)
		refused(t, err, errs.Forbidden, "权限")
		_, _, err = w.s.PaymentFile(ctx, w.releaser, w.tenant, p.ID)
		refused(t, err, errs.State, "还没有放款")
		p, err = w.s.Release(ctx, w.releaser, w.tenant, p.ID, 0)
		w.ok(err)
		if p.State != bank.PayReleased || p.SendState != bank.SendSent || !strings.HasPrefix(p.Control, "3 笔 5,000.50 元 校验码 ") {
			t.Fatalf("%+v", p)
		}
		_, err = w.s.Release(ctx, w.releaser, w.tenant, p.ID, 0)
		refused(t, err, errs.State, "只有“待放款”时才可以")
		_, err = w.s.Resend(ctx, w.releaser, w.tenant, p.ID)
		refused(t, err, errs.State, "不能重新发送")
		name, data, err := w.s.PaymentFile(ctx, w.releaser, w.tenant, p.ID)
		w.ok(err)
		_, again, err := w.s.PaymentFile(ctx, w.releaser, w.tenant, p.ID)
		if err != nil || !bytes.Equal(data, again) || name != "付款文件 FK-2021-0001.csv" {
			t.Fatalf("%s %v", name, err)
		}
		text := string(data)
		if !strings.Contains(text, "1,张三（示例）,6222020000000000011,,1200.00,误工补贴,FKMX-0001\r\n") || !strings.Contains(text, "合计,3,5000.50,批次号,FK-2021-0001,") {
			t.Fatal(text)
		}

		// The result file: one paid, one refused, one still under way.
		results := "付款明细号,处理结果,失败原因,交易日期,银行流水号\nFKMX-0001,成功,,2021-11-10,88001\nFKMX-0002,失败,账号户名不符,,\nFKMX-0003,处理中,,,\n合计,,,,\n"
		tb, err := sheet.Read("r.csv", strings.NewReader(results), int64(len(results)), sheet.Options{})
		w.ok(err)
		done, _, err := w.s.SettleFile(ctx, w.releaser, w.tenant, p.ID, tb)
		w.ok(err)
		if done.OK != 1 || done.Failed != 1 || len(done.Vouchers) != 1 {
			t.Fatalf("%+v", done)
		}
		done, _, err = w.s.SettleFile(ctx, w.releaser, w.tenant, p.ID, tb)
		if err != nil || done.Skipped != 2 || len(done.Vouchers) != 0 {
			t.Fatalf("the same file again: %+v %v", done, err)
		}
		other := strings.Replace(results, "FKMX-0001,成功", "FKMX-0001,失败", 1)
		tb, err = sheet.Read("r.csv", strings.NewReader(other), int64(len(other)), sheet.Options{})
		w.ok(err)
		_, _, err = w.s.SettleFile(ctx, w.releaser, w.tenant, p.ID, tb)
		refused(t, err, errs.Conflict, "已登记为“成功”，这次的结果却是“失败”")
		v, err := w.l.Get(ctx, w.checker, w.tenant, w.lines(p)[0].Made)
		w.ok(err)
		if v.State != ledger.Draft || v.Total != 120000 || v.Lines[0].Account != "541" || v.Lines[1].Account != "10201" || !strings.Contains(v.Lines[1].Summary, "88001") {
			t.Fatalf("%+v", v)
		}
		if err := w.l.DeleteDraft(ctx, w.releaser, w.tenant, v.ID, v.Version); err == nil {
			t.Error("the voucher of a payment was deleted")
		}

		// The third is seen on the statement; then the batch is settled.
		w.load(9000, row{"2021-11-10", -1200, "张三（示例）", "代发", "88001"}, row{"2021-11-10", -3000, "示例建材商店", "货款", "88002"})
		done, err = w.s.SettleByStatement(ctx, w.releaser, w.tenant, p.ID)
		w.ok(err)
		if p = w.pay(p.ID); done.OK != 1 || p.State != bank.PaySettled {
			t.Fatalf("%+v %s", done, p.State)
		}
		for i, want := range []string{bank.ResultSuccess, bank.ResultFailed, bank.ResultSuccess} {
			if got := w.lines(p)[i]; got.Result != want {
				t.Errorf("payment %d is %s", i, got.Result)
			}
		}
		// What failed is paid again, once.
		retry, err := w.s.RetryFailed(ctx, w.maker, w.tenant, "", p.ID, date.Must("2021-11-10"))
		w.ok(err)
		if r := w.pay(retry); r.Total != 80050 || w.lines(r)[0].Payee != "李四（示例）" {
			t.Fatalf("%+v", r)
		}
		_, err = w.s.RetryFailed(ctx, w.maker, w.tenant, "", p.ID, date.Must("2021-11-10"))
		refused(t, err, errs.State, "没有可以重付的明细")
		w.ok(w.do(w.maker, w.pay(retry), "submit"))
	})
}

func TestDuplicatePayments(t *testing.T) {
	each(t, func(w *world) {
		t := w.t
		first := w.approved(payees[0])
		p := w.batch(w.maker, payees[1])
		w.ok(w.addPayee(w.maker, p, payee{"张三", payees[0].number, "1200"}, ""))
		err := w.do(w.maker, p, "submit")
		refused(t, err, errs.State, "可能重复付款：FKMX-0003（张三，1,200.00 元）与 2021-11-08 批次 FK-2021-0001 的 FKMX-0001 相同")
		l := w.lines(p)[1]
		l.DupReason = "上月漏发，本月补发"
		w.ok(w.s.PaymentLines.Update(ctx, w.maker, w.tenant, &l))
		w.ok(w.do(w.maker, p, "submit"))
		// Void and failed payments do not count; two in one batch do.
		w.ok(w.do(w.approver, first, "void"))
		p = w.batch(w.maker, payees[2], payees[2])
		refused(t, w.do(w.maker, p, "submit"), errs.State, "批次 FK-2021-0003 的 FKMX-0004 相同")
		empty := w.batch(w.maker)
		refused(t, w.do(w.maker, empty, "submit"), errs.State, "还没有付款明细")
	})
}

func TestPaymentLineRules(t *testing.T) {
	each(t, func(w *world) {
		t := w.t
		p := w.batch(w.maker)
		refused(t, w.addPayee(w.maker, p, payee{"", "6222020000000000011", "5"}, ""), errs.Invalid, "请填写收款人")
		refused(t, w.addPayee(w.maker, p, payee{"=cmd()", "6222020000000000011", "5"}, ""), errs.Invalid, "不能以“=”开头")
		refused(t, w.addPayee(w.maker, p, payee{"张三", "12", "5"}, ""), errs.Invalid, "8 到 32 位数字")
		refused(t, w.addPayee(w.maker, p, payee{"张三", "6222020000000000011", "0"}, ""), errs.Invalid, "请填写金额")
		refused(t, w.addPayee(w.checker, p, payees[0], ""), errs.State, "只能由本人修改")
		refused(t, w.addPayee(w.stray, p, payees[0], ""), errs.State, "只能由本人修改")
		// An imported sheet obeys the same rules, and cannot bring a batch in another state along.
		tb := &sheet.Table{Header: []string{"付款批次", "收款人", "收款账号", "金额（元）", "用途", "入账科目"}, RowNo: []int{2, 3, 4}, Rows: [][]string{
			{p.No, "甲（示例）", "6222020000000000044", "10", "补贴", "541"}, {p.No, "乙（示例）", "6222020000000000055", "20", "补贴", "541"}, {p.No, "丙（示例）", "6222020000000000066", "30", "补贴", "999"},
		}}
		res, err := w.s.PaymentLines.ImportTable(ctx, w.maker, w.tenant, tb)
		if err != nil || len(res.Report.Errors) != 1 || res.Report.Errors[0].Row != 4 {
			t.Fatalf("%+v %v", res, err)
		}
		tb.Rows[2][5] = "551"
		res, err = w.s.PaymentLines.ImportTable(ctx, w.maker, w.tenant, tb)
		if err != nil || res.Created != 3 {
			t.Fatalf("%+v %v", res, err)
		}
		if p = w.pay(p.ID); p.Total != 6000 || p.Count != 3 {
			t.Errorf("%+v", p)
		}
		batches := &sheet.Table{Header: []string{"批次号", "事由", "付款账户", "计划付款日期", "状态"}, RowNo: []int{2}, Rows: [][]string{{"FK-2021-0099", "x", "基本户", "2021-11-08", "待放款"}}}
		res, err = w.s.Payments.ImportTable(ctx, w.maker, w.tenant, batches)
		if err != nil || len(res.Report.Errors) != 1 || !strings.Contains(res.Report.Errors[0].Msg, "只能从草稿开始") {
			t.Fatalf("%+v %v", res, err)
		}
		l := w.lines(p)[0]
		w.ok(w.s.PaymentLines.Delete(ctx, w.maker, w.tenant, l.ID, 0))
		if p = w.pay(p.ID); p.Total != 5000 || p.Count != 2 {
			t.Errorf("%+v", p)
		}
		w.ok(w.s.Payments.Delete(ctx, w.maker, w.tenant, p.ID, 0))
		if n, err := w.s.PaymentLines.Count(ctx, w.tenant); err != nil || n != 0 {
			t.Errorf("%d left, %v", n, err)
		}
	})
}

// TestResultsStandWhenTheBooksRefuse: a closed month keeps no result out; the voucher follows.
func TestResultsStandWhenTheBooksRefuse(t *testing.T) {
	each(t, func(w *world) {
		p := w.approved(payees[0])
		_, err := w.s.Release(ctx, w.releaser, w.tenant, p.ID, 0)
		w.ok(err)
		w.ok(w.l.ClosePeriod(ctx, w.checker, w.tenant, w.books, 202111))
		w.load(9000, row{"2021-11-10", -1200, "张三（示例）", "代发", "88001"})
		done, err := w.s.SettleByStatement(ctx, w.releaser, w.tenant, p.ID)
		w.ok(err)
		if done.OK != 1 || !strings.Contains(done.Unbooked, "已结账") || w.pay(p.ID).State != bank.PaySettled {
			w.t.Fatalf("%+v", done)
		}
		w.ok(w.l.ReopenPeriod(ctx, w.checker, w.tenant, w.books, 202111, "补记"))
		for range 2 {
			_, err = w.s.Book(ctx, w.releaser, w.tenant, p.ID)
			w.ok(err)
		}
		if n, err := w.l.Vouchers.Count(ctx, w.tenant); err != nil || n != 1 {
			w.t.Fatalf("%d vouchers, %v", n, err)
		}
	})
}
