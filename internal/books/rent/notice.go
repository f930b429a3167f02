package rent

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/books/contract"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// Promise is what a debtor promised to pay until when (分期付款承诺).
type Promise struct {
	db.Row
	No       string
	Contract ids.ID
	Due      date.Date
	Amount   money.Fen
	Person   string
}

// PromiseMachine: a promise is kept or broken.
var PromiseMachine = &fsm.Machine{
	Name:   "付款承诺",
	States: []fsm.State{{Code: "open", Label: "待履行", Tone: "azure"}, {Code: "kept", Label: "已履行", Tone: "green"}, {Code: "broken", Label: "未履行", Tone: "red"}},
	Events: []fsm.Event{
		{Name: "keep", Label: "已履行", From: []string{"open"}, To: "kept", Verb: access.Edit},
		{Name: "break", Label: "未履行", From: []string{"open"}, To: "broken", Verb: access.Edit, Reason: true},
	},
}

var promiseTable = &db.Table[Promise]{
	Name: KindPromise,
	Cols: []string{"no", "contract_id", "due_on", "amount_fen", "person"},
	Row:  func(p *Promise) *db.Row { return &p.Row },
	Ptrs: func(p *Promise) []any { return []any{&p.No, &p.Contract, &p.Due, &p.Amount, &p.Person} },
}

func (s *Service) newPromises() *record.Noun[Promise] {
	return record.Register(s.env, &record.Noun[Promise]{
		Kind: KindPromise, Label: "付款承诺", Path: "/rent-promises", Icon: "calendar", Key: "no", Order: "-due_on",
		Intro: "欠款人答应分期付清的，把每一期的日期和金额登记在这里，到期看是否履行。",
		Table: promiseTable, Machine: PromiseMachine,
		Title:  func(p *Promise) string { return p.No + " 承诺付款" },
		Detail: func(p *Promise) string { return p.Due.String() + " 前 " + p.Amount.String() + " 元" },
		Series: func(p *Promise) string { return "CN-" + strconv.Itoa(p.Due.Year()) },
		Fields: []field.Field[Promise]{
			field.NewText("no", "编号", func(p *Promise) *string { return &p.No }).Derived().List(),
			field.NewRef("contract", "合同", "contract", func(p *Promise) *ids.ID { return &p.Contract }).Req().Fix().Show().Filter(),
			field.NewDay("due", "承诺付款日", func(p *Promise) *date.Date { return &p.Due }).Req().Col("due_on").List(),
			field.NewMoney("amount", "金额", func(p *Promise) *money.Fen { return &p.Amount }).Req().List(),
			field.NewText("person", "承诺人", func(p *Promise) *string { return &p.Person }).Req().List(),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, p *Promise) error {
			if p.Contract == 0 {
				return nil
			}
			c, err := contract.Get(ctx, q, tenant, p.Contract)
			if err == nil {
				p.Region = c.Region
			}
			return err
		},
	})
}

// Notice is a dunning letter as it was written (催款通知书): what it said never changes.
type Notice struct {
	db.Row
	No          string
	Unit, Party ids.ID
	Date        date.Date
	Days        int // within which to pay
	Items       int
	Amount      money.Fen
	Since       date.Date
	Body        string
	Served      date.Date

	ours bool
}

// NoticeMachine: a letter is served, or taken back when it was a mistake.
var NoticeMachine = &fsm.Machine{
	Name:   "催款通知书",
	States: []fsm.State{{Code: "made", Label: "已生成", Tone: "azure"}, {Code: "served", Label: "已送达", Tone: "green"}, {Code: "void", Label: "作废", Tone: "grey", Side: true}},
	Events: []fsm.Event{
		{Name: "serve", Label: "已送达", From: []string{"made"}, To: "served", Verb: access.Edit},
		{Name: "void", Label: "作废", From: []string{"made"}, To: "void", Verb: access.Edit, Reason: true},
	},
}

var noticeTable = &db.Table[Notice]{
	Name: KindNotice,
	Cols: []string{"no", "unit_id", "party_id", "on_date", "days", "items", "amount_fen", "since", "body", "served_on"},
	Row:  func(n *Notice) *db.Row { return &n.Row },
	Ptrs: func(n *Notice) []any {
		return []any{&n.No, &n.Unit, &n.Party, &n.Date, &n.Days, &n.Items, &n.Amount, &n.Since, &n.Body, &n.Served}
	},
}

func (s *Service) newNotices() *record.Noun[Notice] {
	return record.Register(s.env, &record.Noun[Notice]{
		Kind: KindNotice, Label: "催款通知书", Path: "/rent-notices", Icon: "send", Key: "no", Order: "-on_date",
		Intro: "向逾期的付款方发出的书面催款，编号留存；送达以后登记送达，作为催收的证据（诉讼时效自送达起重新计算，民法典第一百九十五条）。",
		Table: noticeTable, Machine: NoticeMachine, Kept: "催款通知书不能删除；写错了请作废重发",
		Title:  func(n *Notice) string { return n.No + " 催款通知书" },
		Detail: func(n *Notice) string { return n.Amount.String() + " 元" },
		Series: func(n *Notice) string { return "CK-" + strconv.Itoa(n.Date.Year()) },
		Fields: []field.Field[Notice]{
			field.NewText("no", "编号", func(n *Notice) *string { return &n.No }).Derived().List(),
			field.NewDay("date", "日期", func(n *Notice) *date.Date { return &n.Date }).Derived().Col("on_date").List(),
			field.NewRef("unit", "发出单位", "party", func(n *Notice) *ids.ID { return &n.Unit }).Derived(),
			field.NewRef("party", "付款方", "party", func(n *Notice) *ids.ID { return &n.Party }).Derived().Show().Filter(),
			field.NewInt("items", "款项", 0, mostItems, func(n *Notice) *int { return &n.Items }).In("笔").Derived(),
			field.NewMoney("amount", "金额", func(n *Notice) *money.Fen { return &n.Amount }).Derived().List(),
			field.NewDay("since", "最早到期", func(n *Notice) *date.Date { return &n.Since }).Derived().Show(),
			field.NewInt("days", "限期", 0, mostDays, func(n *Notice) *int { return &n.Days }).In("天").Derived(),
			field.NewDay("served", "送达日期", func(n *Notice) *date.Date { return &n.Served }).Derived().Stamp().Col("served_on"),
		},
		CheckTx: func(_ context.Context, _ *db.Tx, _, n *Notice) error {
			if n.ours {
				return nil
			}
			return errs.New(errs.Invalid, "rent.generic", "催款通知书请在“账龄”里选择付款方生成")
		},
		Guards: map[string]func(context.Context, *db.Tx, *Notice) error{
			"serve": func(_ context.Context, tx *db.Tx, n *Notice) error {
				n.Served, n.ours = date.Of(tx.Now()), true
				return nil
			},
			"void": func(_ context.Context, _ *db.Tx, n *Notice) error {
				n.ours = true
				return nil
			},
		},
	})
}

// mostNoticeDays bounds the time that a letter gives.
const mostNoticeDays = 90

// Dun writes letters to tenants about what is overdue on a day within ranges of divisions: one per tenant and village. It returns how many.
func (s *Service) Dun(ctx context.Context, who access.Principal, tenant int64, key string, ranges [][2]string, parties []ids.ID, day date.Date, days int) (int, error) {
	if days < 1 || days > mostNoticeDays {
		return 0, errs.OnField("days", "限期应在 1 到 %d 天之间", mostNoticeDays)
	}
	if len(parties) == 0 {
		return 0, errs.OnField("party", "请选择要催款的付款方")
	}
	meta := who.Meta(tenant)
	meta.Key, meta.Input = key, fmt.Sprint("rent dun ", parties, day, days)
	made := 0
	err := s.env.DB.InTx(ctx, meta, func(ctx context.Context, tx *db.Tx) error {
		made = 0
		open, err := OpenOn(ctx, tx, tenant, ranges, day)
		if err != nil {
			return err
		}
		type to struct {
			region string
			party  ids.ID
		}
		lists := map[to][]OpenItem{}
		var order []to
		for _, o := range open {
			if o.Days(day) <= 0 || !slices.Contains(parties, o.Party) {
				continue
			}
			k := to{o.Region, o.Party}
			if lists[k] == nil {
				order = append(order, k)
			}
			lists[k] = append(lists[k], o)
		}
		for _, k := range order {
			if err := who.Require(KindNotice+":"+access.Edit, k.region); err != nil {
				return err
			}
			if err := s.write(ctx, tx, lists[k], day, days); err != nil {
				return err
			}
			made++
		}
		if made == 0 {
			return errs.New(errs.State, "rent.nothing_overdue", "所选的付款方没有逾期的款项")
		}
		tx.SetResult(strconv.Itoa(made))
		return nil
	})
	if first, ok := db.Replayed(err); ok {
		return strconv.Atoi(first)
	}
	return made, err
}

// write keeps a letter about items of one tenant in one village.
func (s *Service) write(ctx context.Context, tx *db.Tx, list []OpenItem, day date.Date, days int) error {
	c, err := contract.Get(ctx, tx, tx.Tenant, list[0].Contract)
	if err != nil {
		return err
	}
	unit, err := party.Get(ctx, tx, tx.Tenant, c.PartyA)
	if err != nil {
		return err
	}
	b, err := booksOn(ctx, tx, tx.Tenant, c.PartyA, day)
	if err != nil {
		return err
	}
	rules, err := LoadRules(ctx, tx, tx.Tenant)
	if err != nil {
		return err
	}
	n := &Notice{Unit: unit.ID, Party: list[0].Party, Date: day, Days: days, Items: len(list), Since: list[0].Due, ours: true}
	n.Region, n.State, n.Sample = list[0].Region, "made", list[0].Sample
	var lines strings.Builder
	for i := range list {
		o := &list[i]
		n.Amount += o.Open
		fmt.Fprintf(&lines, "%d. 合同 %s（%s），%s 至 %s，%s 到期，应付 %s 元，未付 %s 元，逾期 %d 天\n", i+1, o.ContractNo, o.Name, o.From, o.To, o.Due, o.Amount, o.Open, o.Days(day))
	}
	if n.Amount <= 0 {
		return errs.New(errs.State, "rent.credit", "“%s”的应退款项不少于欠款，不需要催款", list[0].Debtor)
	}
	n.Body = strings.NewReplacer(
		"{对方}", list[0].Debtor, "{单位}", unit.Name, "{日期}", day.Chinese(), "{金额}", n.Amount.String(), "{大写}", n.Amount.Capital(), "{笔数}", strconv.Itoa(n.Items),
		"{最早到期}", n.Since.Chinese(), "{期限}", strconv.Itoa(days), "{明细}", strings.TrimRight(lines.String(), "\n"),
	).Replace(rules.At(n.Region, b.Chart, day).Letter)
	return s.Notices.CreateTx(ctx, tx, actor(tx), n)
}
