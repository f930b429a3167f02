package contract

import (
	"context"
	"strings"
	"testing"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/file"
	"huicun/internal/registry/record"
)

// person is somebody who may do everything in the village; people are told apart by their ids.
func person(id ids.ID, name string) access.Principal {
	return access.Principal{ID: id, Name: name, Grants: []access.Grant{{Role: "system", Region: village}}}
}

// TestTurnover: a report is confirmed by another person, charges what is beyond the guarantee, and is set right by another
// report of the same days.
func TestTurnover(t *testing.T) {
	each(t, func(w *world) {
		reports, files := NewTurnovers(w.env), file.New(w.env)
		id := signed(w, "to", "2022-12-31", "share_percent", "8", "share_days", "10")
		clerk, head := person(11, "报账员"), person(12, "会计")
		report := func(texts ...string) (*Turnover, error) {
			m := map[string]string{"contract": "HT-2021-0001", "from": "2021-07-01", "to": "2021-09-30", "reported": "2021-10-08", "turnover": "20000"}
			for i := 0; i+1 < len(texts); i += 2 {
				m[texts[i]] = texts[i+1]
			}
			v := new(Turnover)
			if err := reports.SetTexts(w.t.Context(), w.env.ForTenant(w.tenant), village, v, m); err != nil {
				return nil, err
			}
			_, err := reports.Create(w.t.Context(), clerk, w.tenant, "", v)
			return v, err
		}
		do := func(who access.Principal, v *Turnover, event string) error {
			return reports.Do(w.t.Context(), who, w.tenant, v.ID, 0, event, "不清楚")
		}
		evidence := func(v *Turnover, text string) {
			err := files.Attach(w.t.Context(), clerk, w.tenant, TurnoverKind, v.ID, []file.Upload{{Name: "报表.pdf", Data: []byte("%PDF-1.4 " + text)}}, file.Invoice{})
			if err != nil {
				w.t.Fatal(err)
			}
		}
		for _, c := range []struct {
			field string
			texts []string
		}{
			{"to", []string{"to", "2021-06-30"}},
			{"reported", []string{"reported", "2021-09-29"}},
			{"from", []string{"from", "2020-12-01"}},
			{"turnover", []string{"turnover", "-1"}},
		} {
			_, err := report(c.texts...)
			if e := errs.As(err); e == nil || len(e.Fields) != 1 || e.Fields[0].Name != c.field {
				t.Errorf("%v: %v, want a mistake beside %s", c.texts, err, c.field)
			}
		}
		first, err := report()
		if err != nil || first.Share != 1_600_00 || first.Least != 1_200_00 || first.Charged != 400_00 {
			t.Fatalf("%+v %v", first, err)
		}
		if _, err := report("from", "2021-09-01"); err == nil || !strings.Contains(err.Error(), "重叠") {
			t.Error("overlapping reports", err)
		}
		if _, err := report(); err == nil || !strings.Contains(err.Error(), first.No) {
			t.Error("two reports wait for the same days", err)
		}
		if err := do(head, first, "confirm"); err == nil || !strings.Contains(err.Error(), "凭据") {
			t.Error("confirmed without evidence", err)
		}
		evidence(first, "一")
		if err := do(clerk, first, "confirm"); !errs.Is(err, errs.Forbidden) {
			t.Error("confirmed by its own maker", err)
		}
		if err := do(head, first, "confirm"); err != nil {
			t.Fatal(err)
		}
		before := stored(w, id)
		last := before[len(before)-1]
		if last.Seq != 10_001 || last.Amount != 400_00 || last.Due != date.Must("2021-10-18") || last.Origin != TurnoverKind || !strings.Contains(last.Why, "营业额 20,000.00 × 8% = 1,600.00，保底 1,200.00") {
			t.Errorf("%+v", last)
		}
		clean(w)

		// Too much was reported: the difference is a credit, nothing is rewritten.
		second, err := report("turnover", "17500", "reported", "2021-10-20")
		if err != nil || second.Charged != -200_00 {
			t.Fatalf("%+v %v", second, err)
		}
		evidence(second, "二")
		if err := do(head, second, "confirm"); err != nil {
			t.Fatal(err)
		}
		if got := stored(w, id); len(got) != len(before)+1 || got[len(before)-1] != last || got[len(before)].Amount != -200_00 {
			t.Errorf("%v", got)
		}
		// An amendment makes the schedule anew and leaves these alone; days on both sides of it are reported apart.
		if err := change(w, id, "pay", "1500", "effective", "2022-02-01"); err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, ch := range stored(w, id) {
			if ch.Origin != "" {
				n++
			}
		}
		if n != 2 {
			t.Errorf("%d charges beyond the schedule", n)
		}
		if _, err := report("from", "2022-01-01", "to", "2022-03-31", "reported", "2022-04-02"); err == nil || !strings.Contains(err.Error(), "变更") {
			t.Error("a report across an amendment", err)
		}
		clean(w)
		v, err := reports.Get(w.t.Context(), head, w.tenant, first.ID)
		if err != nil || v.ConfirmedBy != "会计" {
			t.Fatal(v, err)
		}
		v.Turnover = 1
		if err := reports.Update(w.t.Context(), head, w.tenant, v); !errs.Is(err, errs.State) {
			t.Error("a confirmed report is changed", err)
		}
		none := make1(w, w.contracts, lease("units", "U2"))
		if _, err := report("contract", "HT-2021-0002"); err == nil {
			t.Error("a report on a draft without a share", none)
		}
	})
}

// TestSublet: what a tenant sublets is no income of the collective, lies within the lease, and holds no unit against it.
func TestSublet(t *testing.T) {
	each(t, func(w *world) {
		signed(w, "to", "2022-12-31")
		make1(w, w.parties, map[string]string{"name": "二厂", "kind": "企业", "region": "永胜村"})
		sub := []string{"sublet", "HT-2021-0001", "party_a", "一厂", "party_b", "二厂", "from", "2021-06-01", "to", "2021-12-31", "stable", "否"}
		with := func(more ...string) map[string]string { return lease(append(append([]string{}, sub...), more...)...) }
		for _, c := range []struct {
			field string
			texts []string
		}{
			{"stable", []string{"stable", "是"}},
			{"party_a", []string{"party_a", "合作社"}},
			{"sublet", []string{"to", "2023-01-01"}},
		} {
			_, err := create(w, w.contracts, with(c.texts...))
			if e := errs.As(err); e == nil || len(e.Fields) != 1 || e.Fields[0].Name != c.field {
				t.Errorf("%v: %v, want a mistake beside %s", c.texts, err, c.field)
			}
		}
		id := make1(w, w.contracts, with())
		if list := stored(w, id); len(list) != 0 {
			t.Errorf("the collective is to be paid: %v", list)
		}
		if _, err := create(w, w.contracts, with("from", "2021-12-01")); err == nil || !strings.Contains(err.Error(), "重叠") {
			t.Error("the same unit sublet twice", err)
		}
		if _, err := create(w, w.contracts, with("sublet", "HT-2021-0002", "party_a", "二厂", "party_b", "一厂")); err == nil {
			t.Error("sublet from a sublet")
		}
		for _, event := range []string{"sign", "start"} {
			if err := w.contracts.Do(t.Context(), access.System, w.tenant, id, 0, event, ""); err != nil {
				t.Fatal(err)
			}
		}
		n := 0
		err := w.contracts.Each(t.Context(), access.System, w.tenant, record.Filter{Scope: village}, func(*Contract) error { n++; return nil })
		if err != nil || n != 2 {
			t.Fatal(n, err)
		}
		sums, err := AnnualByRegion(t.Context(), w.env.DB.Read(), w.tenant, [][2]string{{village, village + "0"}}, date.Must("2021-07-01"))
		if err != nil || sums[village] != 4_800_00 {
			t.Error(sums, err)
		}
		clean(w)
	})
}

// TestPaper: templates are read line by line, refuse what they do not know, and fill in from the contract.
func TestPaper(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		{"# 合同\n甲方：{{甲方}}\n租金 {{租金}} 元", "第 3 行：没有“{{租金}}”这个占位符"},
		{"甲方：{{甲方", "第 1 行：“{{”没有用“}}”结束"},
		{"\n甲方：甲方}}", "第 2 行：“}}”前面缺少“{{”"},
		{"{{甲方{{乙方}}", "第 1 行：“{{”没有用“}}”结束"},
		{"见 {{收款计划}}", "第 1 行：{{收款计划}} 要单独占一行"},
	} {
		if _, err := ParsePaper(c.body); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %s", c.body, err, c.want)
		}
	}
	each(t, func(w *world) {
		templates := NewTemplates(w.env)
		make1(w, templates, map[string]string{"name": "县范本", "kind": "租赁合同", "region": "扬中市", "since": "2020-01-01", "body": "# 租赁合同\n{{甲方}} 与 {{乙方}}"})
		make1(w, templates, map[string]string{"name": "镇范本", "kind": "租赁合同", "region": "八桥镇", "since": "2021-01-01",
			"body": "# 租赁合同\n\n## 第一条\n甲方{{甲方}}，乙方{{ 乙方 }}，备案号{{备案号}}。\n- 租金人民币{{每期金额大写}}（{{每期金额}} 元），{{付款方式}}\n{{收款计划}}"})
		make1(w, templates, map[string]string{"name": "明年的", "kind": "租赁合同", "region": "永胜村", "since": "2022-01-01", "body": "{{甲方}}"})
		id := make1(w, w.contracts, lease("advance", "是", "content", "# 不是标题"))
		q := w.env.DB.Read()
		list, err := TemplatesFor(t.Context(), q, w.tenant, village, Lease, date.Must("2021-11-10"))
		if err != nil || len(list) != 2 || list[0].Name != "镇范本" {
			t.Fatal(list, err)
		}
		v, err := w.contracts.Get(t.Context(), access.System, w.tenant, id)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Print(t.Context(), q, w.tenant, v, &list[0])
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, x := range p.Blocks {
			b.WriteString(x.Kind + "：")
			for _, part := range x.Parts {
				b.WriteString(part.Text)
			}
			b.WriteString("\n")
		}
		const want = "title：租赁合同\nheading：第一条\ntext：甲方合作社，乙方一厂，备案号＿＿＿＿＿＿。\nitem：租金人民币壹仟贰佰元整（1,200.00 元），每 3 个月一付，先付后用\nschedule：＿＿＿＿＿＿\n"
		if b.String() != want || p.Annexed || len(p.Payments) != 4 || p.Total != 4_800_00 {
			t.Errorf("%s%+v", b.String(), p)
		}
		if p, err = Print(t.Context(), q, w.tenant, v, &list[1]); err != nil || !p.Annexed {
			t.Error(p, err)
		}
	})
}

// TestChargeBeyondSchedule: only what binds can be charged, and a record calls for one payment.
func TestChargeBeyondSchedule(t *testing.T) {
	each(t, func(w *world) {
		draft, id := make1(w, w.contracts, lease("units", "U2")), signed(w)
		add := func(contract ids.ID, source ids.ID) error {
			return w.env.DB.InTx(t.Context(), access.System.Meta(w.tenant), func(ctx context.Context, tx *db.Tx) error {
				day := date.Must("2021-12-31")
				return AddCharge(ctx, tx, contract, &Charge{From: day, To: day, Due: day, Amount: 5, Origin: "work", Source: source, Why: "试"})
			})
		}
		if err := add(draft, 1); !errs.Is(err, errs.State) {
			t.Error("a draft is charged", err)
		}
		if err := add(id, 7); err != nil {
			t.Fatal(err)
		}
		if err := add(id, 7); err == nil {
			t.Error("charged twice")
		}
		if err := add(id, 0); err == nil {
			t.Error("charged for nothing")
		}
		c, ch, err := ChargeOf(t.Context(), w.env.DB.Read(), w.tenant, "work", 7)
		if err != nil || c != id || ch.Amount != 5 || ch.Seq != 10_001 {
			t.Error(c, ch, err)
		}
		if _, _, err := ChargeOf(t.Context(), w.env.DB.Read(), w.tenant, "work", 8); !errs.Is(err, errs.NotFound) {
			t.Error(err)
		}
	})
}
