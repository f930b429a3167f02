package attract

import (
	"context"
	"fmt"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/field"
	"huicun/internal/kit/fsm"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// The sources of a lead.
const (
	Talent  = "talent"
	Chamber = "chamber"
)

// Sources are the sources with their Chinese names.
var Sources = []field.Option{
	{Code: Talent, Label: "乡贤"}, {Code: Chamber, Label: "商会"}, {Code: "event", Label: "招商活动"}, {Code: "visit", Label: "走访"},
	{Code: "firm", Label: "以商引商"}, {Code: "online", Label: "网络"}, {Code: "other", Label: "其他"},
}

// Lead is one piece of project information and what became of it. The dates from ScreenedOn to CapacityOn are
// the days on which it entered the stages; ClosedOn is the day it was found a duplicate, rejected or lost.
type Lead struct {
	db.Row
	No, Name, Investor, InvestorFolded string
	CreditCode, Industry, Source       string
	Talent, Reporter                   ids.ID
	ReporterRole                       string
	ReportedOn                         date.Date
	Content                            string
	Total, Fixed                       money.Fen
	Papers                             string
	Firm, DuplicateOf                  ids.ID

	ScreenedOn, EffectiveOn, TalkingOn, TermsOn, SignedOn, RegisteredOn date.Date
	StartedOn, CompletedOn, ProducingOn, CapacityOn                     date.Date
	PausedOn, ResumedOn, ClosedOn                                       date.Date
}

// Machine is the life of a lead. A paused one goes back to the stage that it was paused in.
var Machine = &fsm.Machine{
	Name: "项目信息",
	States: []fsm.State{
		{Code: "reported", Label: "已报送", Tone: "azure"}, {Code: "screened", Label: "已初审", Tone: "azure"},
		{Code: "duplicate", Label: "重复信息", Tone: "grey", Side: true}, {Code: "rejected", Label: "不予认定", Tone: "grey", Side: true},
		{Code: "effective", Label: "有效信息", Tone: "azure"}, {Code: "talking", Label: "洽谈中", Tone: "azure"},
		{Code: "terms", Label: "议定条款", Tone: "azure"}, {Code: "signed", Label: "已签约", Tone: "green"},
		{Code: "registered", Label: "已注册", Tone: "green"}, {Code: "started", Label: "已开工", Tone: "green"},
		{Code: "completed", Label: "已竣工", Tone: "green"}, {Code: "producing", Label: "已投产", Tone: "green"},
		{Code: "at_capacity", Label: "已达效", Tone: "green"}, {Code: "paused", Label: "暂停推进", Tone: "orange", Side: true},
		{Code: "lost", Label: "项目流失", Tone: "grey", Side: true},
	},
	Events: []fsm.Event{
		{Name: "screen", Label: "初审", From: []string{"reported"}, To: "screened", Verb: "edit"},
		{Name: "duplicate", Label: "认定重复", From: []string{"reported", "screened"}, To: "duplicate", Verb: "edit", Reason: true},
		{Name: "reject", Label: "不予认定", From: []string{"reported", "screened"}, To: "rejected", Verb: "approve", Reason: true},
		{Name: "effective", Label: "认定有效", From: []string{"screened"}, To: "effective", Verb: "approve"},
		{Name: "talk", Label: "开始洽谈", From: []string{"effective"}, To: "talking", Verb: "edit"},
		{Name: "terms", Label: "议定条款", From: []string{"talking"}, To: "terms", Verb: "edit"},
		{Name: "sign", Label: "签约", From: []string{"talking", "terms"}, To: "signed", Verb: "edit"},
		{Name: "register", Label: "完成注册", From: []string{"signed"}, To: "registered", Verb: "edit"},
		{Name: "start", Label: "开工", From: []string{"registered"}, To: "started", Verb: "edit"},
		{Name: "complete", Label: "竣工", From: []string{"started"}, To: "completed", Verb: "edit"},
		{Name: "produce", Label: "投产", From: []string{"completed"}, To: "producing", Verb: "edit"},
		{Name: "capacity", Label: "达效", From: []string{"producing"}, To: "at_capacity", Verb: "edit"},
		{Name: "pause", Label: "暂停推进", From: pausable, To: "paused", Verb: "edit", Reason: true},
		{Name: "resume_effective", Label: "恢复（有效信息）", From: []string{"paused"}, To: "effective", Verb: "edit"},
		{Name: "resume_talking", Label: "恢复洽谈", From: []string{"paused"}, To: "talking", Verb: "edit"},
		{Name: "resume_terms", Label: "恢复议定条款", From: []string{"paused"}, To: "terms", Verb: "edit"},
		{Name: "resume_signed", Label: "恢复（已签约）", From: []string{"paused"}, To: "signed", Verb: "edit"},
		{Name: "resume_registered", Label: "恢复（已注册）", From: []string{"paused"}, To: "registered", Verb: "edit"},
		{Name: "resume_started", Label: "恢复建设", From: []string{"paused"}, To: "started", Verb: "edit"},
		{Name: "lose", Label: "认定流失", From: append([]string{"completed", "paused"}, pausable...), To: "lost", Verb: "edit", Reason: true},
	},
}

// pausable are the stages in which a lead may be paused.
var pausable = []string{"effective", "talking", "terms", "signed", "registered", "started"}

var leadTable = &db.Table[Lead]{
	Name: "lead",
	Cols: []string{
		"no", "name", "investor", "investor_folded", "credit_code", "industry", "source", "talent_id", "reporter_id", "reporter_role",
		"reported_on", "content", "total_fen", "fixed_fen", "papers", "firm_id", "duplicate_of_id",
		"screened_on", "effective_on", "talking_on", "terms_on", "signed_on", "registered_on",
		"started_on", "completed_on", "producing_on", "capacity_on", "paused_on", "resumed_on", "closed_on",
	},
	Row: func(l *Lead) *db.Row { return &l.Row },
	Ptrs: func(l *Lead) []any {
		return []any{
			&l.No, &l.Name, &l.Investor, &l.InvestorFolded, &l.CreditCode, &l.Industry, &l.Source, &l.Talent, &l.Reporter, &l.ReporterRole,
			&l.ReportedOn, &l.Content, &l.Total, &l.Fixed, &l.Papers, &l.Firm, &l.DuplicateOf,
			&l.ScreenedOn, &l.EffectiveOn, &l.TalkingOn, &l.TermsOn, &l.SignedOn, &l.RegisteredOn,
			&l.StartedOn, &l.CompletedOn, &l.ProducingOn, &l.CapacityOn, &l.PausedOn, &l.ResumedOn, &l.ClosedOn,
		}
	},
}

// NewLeads describes the noun.
func NewLeads(e *record.Env, persons *record.Noun[party.Person]) *record.Noun[Lead] {
	return record.Register(e, &record.Noun[Lead]{
		Kind: "lead", Label: "项目信息", Path: "/leads", Icon: "target-arrow", Key: "no", Order: "-reported_on",
		Intro: "招商项目信息从报送、认定、签约到投产达效都在这里登记，先报送者优先认定。",
		Table: leadTable, Machine: Machine,
		Title:  func(l *Lead) string { return l.No + " " + l.Name },
		Detail: func(l *Lead) string { return l.Investor + " " + l.Industry + " " + l.CreditCode },
		Series: func(l *Lead) string { return fmt.Sprintf("XM-%d", l.ReportedOn.Year()) },
		Fields: leadFields(),
		Prepare: func(_ context.Context, _ db.Q, _ int64, l *Lead) error {
			l.InvestorFolded = foldInvestor(l.Investor)
			return nil
		},
		Check: checkLead,
		CheckTx: func(ctx context.Context, tx *db.Tx, old, l *Lead) error {
			return checkLeadTx(ctx, tx, persons, old, l)
		},
		Guards: leadGuards(),
	})
}

func leadFields() []field.Field[Lead] {
	const stamped = "办理时自动记录；补录历史数据时填写"
	day := func(name, label string, p func(*Lead) *date.Date) field.Field[Lead] {
		return field.NewDay(name, label, p).Stamp().Help(stamped)
	}
	return []field.Field[Lead]{
		field.NewText("no", "项目编号", func(l *Lead) *string { return &l.No }).Req().List().Help("留空自动编号"),
		field.NewText("name", "项目名称", func(l *Lead) *string { return &l.Name }).Req().List(),
		field.NewRegion("region", "拟落户地区", func(l *Lead) *string { return &l.Region }).Req().List(),
		field.NewText("investor", "投资方", func(l *Lead) *string { return &l.Investor }).Req().List(),
		field.NewText("credit_code", "投资方信用代码", func(l *Lead) *string { return &l.CreditCode }).Help("统一社会信用代码，18 位，按校验码核对；用于查重"),
		field.NewText("industry", "行业", func(l *Lead) *string { return &l.Industry }).Req().List().Filter().Eg("新材料"),
		field.NewEnum("source", "信息来源", Sources, func(l *Lead) *string { return &l.Source }).Req().List().Filter(),
		field.NewRef("talent", "推介乡贤", "person", func(l *Lead) *ids.ID { return &l.Talent }).Help("来源为乡贤的必填"),
		field.NewRef("reporter", "报送单位", "party", func(l *Lead) *ids.ID { return &l.Reporter }).Req().Fix().Show(),
		field.NewText("reporter_role", "报送人（职务）", func(l *Lead) *string { return &l.ReporterRole }).Req().Fix(),
		field.NewDay("reported_on", "报送日期", func(l *Lead) *date.Date { return &l.ReportedOn }).Fix().List().Help("留空为当天；建立后不能更改"),
		field.NewLong("content", "项目内容", func(l *Lead) *string { return &l.Content }),
		field.NewMoney("total", "计划总投资", func(l *Lead) *money.Fen { return &l.Total }).List(),
		field.NewMoney("fixed", "其中固定资产投资", func(l *Lead) *money.Fen { return &l.Fixed }),
		field.NewLong("papers", "佐证材料", func(l *Lead) *string { return &l.Papers }).Help("项目建议书、可研报告、会谈纪要等"),
		field.NewRef("firm", "落户企业", "party", func(l *Lead) *ids.ID { return &l.Firm }).Help("注册后的企业，须先在“单位”里登记"),
		field.NewRef("duplicate_of", "与哪条重复", "lead", func(l *Lead) *ids.ID { return &l.DuplicateOf }),
		day("screened_on", "初审日期", func(l *Lead) *date.Date { return &l.ScreenedOn }),
		day("effective_on", "认定有效日期", func(l *Lead) *date.Date { return &l.EffectiveOn }),
		day("talking_on", "开始洽谈日期", func(l *Lead) *date.Date { return &l.TalkingOn }),
		day("terms_on", "议定条款日期", func(l *Lead) *date.Date { return &l.TermsOn }),
		day("signed_on", "签约日期", func(l *Lead) *date.Date { return &l.SignedOn }).List(),
		day("registered_on", "注册日期", func(l *Lead) *date.Date { return &l.RegisteredOn }),
		day("started_on", "开工日期", func(l *Lead) *date.Date { return &l.StartedOn }),
		day("completed_on", "竣工日期", func(l *Lead) *date.Date { return &l.CompletedOn }),
		day("producing_on", "投产日期", func(l *Lead) *date.Date { return &l.ProducingOn }),
		day("capacity_on", "达效日期", func(l *Lead) *date.Date { return &l.CapacityOn }),
		day("paused_on", "暂停日期", func(l *Lead) *date.Date { return &l.PausedOn }),
		day("resumed_on", "恢复日期", func(l *Lead) *date.Date { return &l.ResumedOn }),
		day("closed_on", "终结日期", func(l *Lead) *date.Date { return &l.ClosedOn }).Help("认定重复、不予认定或流失的日期，办理时自动记录"),
	}
}
