// Package disposal takes assets out of a village's books (资产处置): the request with its valuation, the members' resolution,
// the township's review, the publication, and the disposal itself with the voucher over 固定资产清理.
package disposal

import (
	"context"
	"strconv"

	"huicun/internal/books/asset"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// The states of a disposal.
const (
	Asked     = "asked"
	Decided   = "decided"
	Reviewed  = "reviewed"
	Published = "published"
	Done      = "done"
	Void      = "void"
)

// Kind is the kind of the noun, and the origin of the voucher and of the card's change.
const Kind = "disposal"

// Reasons are why an asset leaves.
var Reasons = []field.Option{
	{Code: "scrap", Label: "报废"}, {Code: "sell", Label: "出售"}, {Code: "donate", Label: "捐赠"}, {Code: "transfer", Label: "划转"}, {Code: "exchange", Label: "置换"}, {Code: "destroyed", Label: "毁损"},
}

// Disposal is the way of one asset out of the books. The accounts are of the books; empty ones follow from the accounting
// system: 银行存款 for proceeds and costs, 其他收入 or 其他支出 for the result.
type Disposal struct {
	db.Row
	No                              string
	Asset                           ids.ID
	Reason, Cause                   string
	AskedOn                         date.Date
	Value                           money.Fen
	Valuer                          string
	Floor                           money.Fen
	Resolution                      string
	DecidedOn                       date.Date
	Votes, Opinion                  string
	PublishedOn, PublishedTo        date.Date
	DisposedOn                      date.Date
	Taker                           ids.ID
	Proceeds, Costs                 money.Fen
	ProceedsTo, CostsFrom, ResultTo string
	Voucher                         ids.ID
}

// Machine is the way of a disposal; it is reviewed by another person than who asked.
var Machine = &fsm.Machine{
	Name: "资产处置",
	States: []fsm.State{
		{Code: Asked, Label: "申请", Tone: "grey"}, {Code: Decided, Label: "已决议", Tone: "azure"}, {Code: Reviewed, Label: "镇已审核", Tone: "azure"},
		{Code: Published, Label: "公示中", Tone: "orange"}, {Code: Done, Label: "已处置", Tone: "green"}, {Code: Void, Label: "已撤回", Tone: "grey", Side: true},
	},
	Events: []fsm.Event{
		{Name: "decide", Label: "登记决议", From: []string{Asked}, To: Decided, Verb: access.Edit},
		{Name: "review", Label: "审核通过", From: []string{Decided}, To: Reviewed, Verb: access.Approve},
		{Name: "refuse", Label: "退回", From: []string{Decided, Reviewed, Published}, To: Asked, Verb: access.Approve, Reason: true},
		{Name: "publish", Label: "开始公示", From: []string{Reviewed}, To: Published, Verb: access.Edit},
		{Name: "dispose", Label: "办理处置", From: []string{Published}, To: Done, Verb: access.Edit},
		{Name: "revoke", Label: "撤销处置", From: []string{Done}, To: Published, Verb: access.Approve, Reason: true},
		{Name: "void", Label: "撤回申请", From: []string{Asked}, To: Void, Verb: access.Edit, Reason: true},
	},
}

var table = &db.Table[Disposal]{
	Name: Kind,
	Cols: []string{
		"no", "asset_id", "reason", "cause", "asked_on", "value_fen", "valuer", "floor_fen", "resolution", "decided_on", "votes", "opinion", "published_on", "published_to",
		"disposed_on", "taker_id", "proceeds_fen", "proceeds_account", "costs_fen", "costs_account", "result_account", "voucher_id",
	},
	Row: func(d *Disposal) *db.Row { return &d.Row },
	Ptrs: func(d *Disposal) []any {
		return []any{
			&d.No, &d.Asset, &d.Reason, &d.Cause, &d.AskedOn, &d.Value, &d.Valuer, &d.Floor, &d.Resolution, &d.DecidedOn, &d.Votes, &d.Opinion, &d.PublishedOn, &d.PublishedTo,
			&d.DisposedOn, &d.Taker, &d.Proceeds, &d.ProceedsTo, &d.Costs, &d.CostsFrom, &d.ResultTo, &d.Voucher,
		}
	},
}

// Service carries out disposals. Uses, when set, names in Chinese what still holds an asset on a day (a contract that runs).
type Service struct {
	env     *record.Env
	ledger  *ledger.Ledger
	changes *record.Noun[asset.Change]
	List    *record.Noun[Disposal]
	Uses    func(ctx context.Context, q db.Q, tenant int64, asset ids.ID, day date.Date) ([]string, error)
}

// New registers the noun "disposal"; those of the cards, their changes and the ledger must have been registered before.
func New(e *record.Env, l *ledger.Ledger, changes *record.Noun[asset.Change]) *Service {
	s := &Service{env: e, ledger: l, changes: changes}
	s.List = s.register()
	return s
}

func (s *Service) register() *record.Noun[Disposal] {
	day := func(name, label string, p func(*Disposal) *date.Date) field.Field[Disposal] {
		return field.NewDay(name, label, p).Col(name + "_on")
	}
	const later, settle = "决议、审核和公示", "处置结果"
	return record.Register(s.env, &record.Noun[Disposal]{
		Kind: Kind, Label: "资产处置", Path: "/disposals", Icon: "file-certificate", Key: "no", Order: "-no",
		Intro: "资产报废、出售、捐赠、划转、置换和毁损：申请、决议、镇审核、公示以后办理，自动生成凭证，资产卡片同时退出账面。",
		Table: table, Machine: Machine, Kept: "资产处置的记录不能删除；不办了请撤回，并说明理由",
		Title:  func(d *Disposal) string { return d.No + " 资产" + field.LabelOf(Reasons, d.Reason) },
		Detail: func(d *Disposal) string { return d.Cause },
		Series: func(d *Disposal) string { return "CZ-" + strconv.Itoa(d.AskedOn.Year()) },
		Fields: []field.Field[Disposal]{
			field.NewText("no", "编号", func(d *Disposal) *string { return &d.No }).Fix().List().Help("留空自动编号"),
			field.NewRef("asset", "资产", "asset", func(d *Disposal) *ids.ID { return &d.Asset }).Req().Fix().Show().Filter(),
			field.NewEnum("reason", "处置方式", Reasons, func(d *Disposal) *string { return &d.Reason }).Req().List().Filter(),
			field.NewText("cause", "处置原因", func(d *Disposal) *string { return &d.Cause }).Req(),
			day("asked", "申请日期", func(d *Disposal) *date.Date { return &d.AskedOn }).Req().List(),
			field.NewMoney("value", "评估价值", func(d *Disposal) *money.Fen { return &d.Value }).Col("value_fen"),
			field.NewText("valuer", "评估机构（人）", func(d *Disposal) *string { return &d.Valuer }),
			field.NewMoney("floor", "处置底价", func(d *Disposal) *money.Fen { return &d.Floor }).Help("出售、置换的填写；成交价不能低于底价"),
			field.NewText("resolution", "决议文号", func(d *Disposal) *string { return &d.Resolution }).Under(later).Eg("长胜村决〔2021〕12号"),
			day("decided", "决议日期", func(d *Disposal) *date.Date { return &d.DecidedOn }).Under(later),
			field.NewText("votes", "表决情况", func(d *Disposal) *string { return &d.Votes }).Under(later).Help("如 应到 45 人，实到 40 人，同意 38 人").Eg("应到 45 人，实到 40 人，同意 38 人"),
			field.NewText("opinion", "镇审核意见", func(d *Disposal) *string { return &d.Opinion }).Under(later),
			day("published", "公示起始日", func(d *Disposal) *date.Date { return &d.PublishedOn }).Under(later).Help("天数按资产管理规则"),
			field.NewDay("published_to", "公示截止日", func(d *Disposal) *date.Date { return &d.PublishedTo }).Derived(),
			day("disposed", "处置日期", func(d *Disposal) *date.Date { return &d.DisposedOn }).List().Under(settle),
			field.NewRef("taker", "受让（接收）方", "party", func(d *Disposal) *ids.ID { return &d.Taker }).Under(settle),
			field.NewMoney("proceeds", "处置收入", func(d *Disposal) *money.Fen { return &d.Proceeds }).List().Under(settle).Help("成交价、残料变价、赔款，或换入资产的价值"),
			field.NewText("proceeds_account", "收入记入科目", func(d *Disposal) *string { return &d.ProceedsTo }).Under(settle).Help("编码，不填记银行存款；没有收到的填应收款，置换的填换入资产的科目"),
			field.NewMoney("costs", "清理费用", func(d *Disposal) *money.Fen { return &d.Costs }).Under(settle),
			field.NewText("costs_account", "费用付出科目", func(d *Disposal) *string { return &d.CostsFrom }).Under(settle).Help("编码，不填记银行存款"),
			field.NewText("result_account", "差额记入科目", func(d *Disposal) *string { return &d.ResultTo }).Under(settle).Help("编码，不填的收益记其他收入、损失记其他支出；没有账面价值的资源转让收入记公积公益金"),
			field.NewRef("voucher", "凭证", "voucher", func(d *Disposal) *ids.ID { return &d.Voucher }).Derived(),
		},
		Prepare: func(ctx context.Context, q db.Q, tenant int64, d *Disposal) error {
			if d.Asset == 0 {
				return nil
			}
			a, err := asset.Get(ctx, q, tenant, d.Asset)
			if err == nil {
				d.Region = a.Region
			}
			return err
		},
		Check:   check,
		CheckTx: s.checkTx,
		Guards: map[string]func(context.Context, *db.Tx, *Disposal) error{
			"decide": s.decide, "review": review, "publish": s.publish, "dispose": s.dispose, "revoke": s.revoke,
			"refuse": func(_ context.Context, _ *db.Tx, d *Disposal) error {
				d.PublishedOn, d.PublishedTo = date.Date{}, date.Date{}
				return nil
			},
		},
	})
}

func check(d *Disposal) error {
	var l errs.List
	after := func(name string, day, since date.Date, what string) {
		if !day.IsZero() && !since.IsZero() && day.Before(since) {
			l.Add(name, "不能早于%s（%s）", what, since)
		}
	}
	after("decided", d.DecidedOn, d.AskedOn, "申请日期")
	after("published", d.PublishedOn, d.DecidedOn, "决议日期")
	after("disposed", d.DisposedOn, d.PublishedTo, "公示截止日")
	if d.Floor > 0 && d.Proceeds > 0 && d.Proceeds < d.Floor && (d.Reason == "sell" || d.Reason == "exchange") {
		l.Add("proceeds", "处置收入低于处置底价（%s 元），请重新决议", d.Floor)
	}
	return l.Err()
}

// checkTx keeps one standing disposal of an asset, and what was decided as it was decided.
func (s *Service) checkTx(ctx context.Context, tx *db.Tx, old, d *Disposal) error {
	if old == nil {
		d.Voucher, d.PublishedTo = 0, date.Date{}
		a, err := asset.Get(ctx, tx, tx.Tenant, d.Asset)
		if err != nil {
			return err
		}
		if a.State == "retired" {
			return errs.OnField("asset", "这项资产已经处置")
		}
		first, err := table.All(ctx, tx, db.NewWhere(tx.Tenant).And("asset_id = ?", d.Asset).And("state <> ?", Void), "id")
		if err == nil && len(first) > 0 {
			return errs.OnField("asset", "这项资产已经在办理处置（%s）", first[0].No)
		}
		return err
	}
	switch {
	case old.State == Done && (d.Proceeds != old.Proceeds || d.Costs != old.Costs || d.DisposedOn != old.DisposedOn || d.ProceedsTo != old.ProceedsTo || d.CostsFrom != old.CostsFrom || d.ResultTo != old.ResultTo):
		return errs.New(errs.State, "disposal.done", "处置已经办理，结果不能再改；有误请先撤销处置")
	case old.State != Asked && (d.Reason != old.Reason || d.Floor != old.Floor || d.Value != old.Value || d.Resolution != old.Resolution || d.DecidedOn != old.DecidedOn):
		return errs.New(errs.State, "disposal.decided", "决议以后处置方式、评估价值、底价和决议不能再改；需要更改的请先退回，重新决议")
	case (old.State == Published || old.State == Done) && d.PublishedOn != old.PublishedOn:
		return errs.New(errs.State, "disposal.published", "已经开始公示，公示起始日不能再改；需要更改的请先退回")
	}
	return nil
}

func (s *Service) decide(ctx context.Context, tx *db.Tx, d *Disposal) error {
	var l errs.List
	if d.Resolution == "" {
		l.Add("resolution", "请先在“修改”里填写成员（代表）会议决议的文号")
	}
	if d.DecidedOn.IsZero() {
		l.Add("decided", "请先在“修改”里填写决议日期")
	}
	if (d.Reason == "sell" || d.Reason == "exchange") && d.Floor == 0 {
		l.Add("floor", "出售、置换的请先在“修改”里填写处置底价")
	}
	a, err := asset.Get(ctx, tx, tx.Tenant, d.Asset)
	if err != nil {
		return err
	}
	t, err := asset.TermsAt(ctx, tx, tx.Tenant, d.Region, d.AskedOn)
	if err != nil {
		return err
	}
	if t.ValueFrom > 0 && a.Net() >= t.ValueFrom && (d.Value == 0 || d.Valuer == "") {
		l.Add("value", "净值 %s 元，达到 %s 元的资产处置前应当评估，请先在“修改”里填写评估价值和评估机构", a.Net(), t.ValueFrom)
	}
	return l.Err()
}

func review(_ context.Context, tx *db.Tx, d *Disposal) error {
	if tx.ActorID != 0 && tx.ActorID == d.CreatedBy {
		return errs.New(errs.State, "disposal.same", "申请人不能审核自己的申请，请由其他人审核")
	}
	return nil
}

func (s *Service) publish(ctx context.Context, tx *db.Tx, d *Disposal) error {
	if d.PublishedOn.IsZero() {
		d.PublishedOn = date.Of(tx.Now())
	}
	t, err := asset.TermsAt(ctx, tx, tx.Tenant, d.Region, d.PublishedOn)
	d.PublishedTo = d.PublishedOn.AddDays(t.PublishDays)
	return err
}
