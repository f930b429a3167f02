package app

import (
	"huicun/internal/books/asset"
	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/books/rent"
	"huicun/internal/registry/access"
	"huicun/internal/web/admin"
	bankpages "huicun/internal/web/bank"
	boardpages "huicun/internal/web/board"
	"huicun/internal/web/books"
	"huicun/internal/web/cash"
	closingpages "huicun/internal/web/closing"
	"huicun/internal/web/home"
	jobpages "huicun/internal/web/jobs"
	journalpages "huicun/internal/web/journal"
	"huicun/internal/web/lease"
	lettingpages "huicun/internal/web/letting"
	openingpages "huicun/internal/web/opening"
	overviewpages "huicun/internal/web/overview"
	planpages "huicun/internal/web/plan"
	policypages "huicun/internal/web/policy"
	"huicun/internal/web/property"
	rentpages "huicun/internal/web/rent"
	"huicun/internal/web/resource"
	riskpages "huicun/internal/web/risk"
	"huicun/internal/web/shell"
	showcasepages "huicun/internal/web/showcase"
	stablepages "huicun/internal/web/stable"
	reportpages "huicun/internal/web/statement"
	"huicun/internal/web/ui"
	workpages "huicun/internal/web/work"
)

// menu is grouped by the three mechanisms, then books and disclosure, as its users think of their work.
var menu = []shell.MenuGroup{
	{Items: []shell.MenuItem{
		{Label: "总览", Icon: "home", Path: "/", Perm: "overview:view"},
		{Label: "我的待办", Icon: "checklist", Path: "/todo", Perm: shell.Self},
		{Label: "预警", Icon: "bell", Path: "/alerts/board", Perm: "alert:" + access.View},
		{Label: "我的任务", Icon: "clock", Path: "/jobs", Perm: shell.Self},
	}},
	{Title: "政策机制", Items: []shell.MenuItem{
		item("政策", "award", "/policies", "policy"), item("奖励发放", "cash", "/awards", "award"),
		item("奖励核算", "calculator", "/award-rounds", "award_round"),
		item("一村一策", "target-arrow", "/plans", "plan"),
		item("村级商会", "users-group", "/chambers", "chamber"), item("乡贤与人员", "user", "/persons", "person"),
		item("品牌", "plant-2", "/brands", "brand"), item("产品", "shopping-cart", "/products", "product"), item("产品销售", "receipt", "/sales", "sale"), item("节庆活动", "calendar", "/events", "event"),
	}},
	{Title: "政策机制：资产与合同", Items: []shell.MenuItem{
		item("资产资源", "building-factory", "/assets", "asset"), item("资产地图", "map", "/asset-map", "asset"),
		item("计提折旧", "calculator", "/depreciations", "depreciation"),
		item("清查盘点", "list-check", "/stocktakes", "stocktake"),
		item("资产变动", "history", "/asset-alterations", "asset_alteration"), item("资产处置", "file-certificate", "/disposals", "disposal"),
		item("合同", "file-text", "/contracts", "contract"),
		item("稳定性收入", "trending-up", "/stable-income", "stable_income"),
		item("待招租", "building-store", "/vacancies", "letting"), item("公开招租", "speakerphone", "/lettings", "letting"),
		item("营业额申报", "report-money", "/turnovers", "turnover"),
		item("工单", "headset", "/work-orders", "work_order"), item("工单结算", "receipt", "/work-settlements", "work_settlement"),
	}},
	{Title: "联建机制", Items: []shell.MenuItem{
		item("结对共建", "link", "/agreements", "agreement"), item("联建项目", "crane", "/joint-projects", "joint"),
	}},
	{Title: "服务机制", Items: []shell.MenuItem{
		item("项目招引", "target", "/leads", "lead"), item("临时党组织", "flag", "/party-bodies", "party_body"),
		item("专项活动", "walk", "/campaigns", "campaign"), item("走访", "map-pin", "/visits", "visit"), item("诉求办理", "headset", "/requests", "request"),
	}},
	{Title: "书记项目", Items: []shell.MenuItem{
		item("三比看板", "chart-bar", "/board", "board"), item("书记项目", "list-details", "/projects", "project"),
		item("项目年度", "calendar", "/cycles", "cycle"), item("晒项目", "speakerphone", "/showcases", "showcase"),
	}},
	{Title: "账务", Items: []shell.MenuItem{
		item("凭证", "book-2", "/vouchers", "voucher"), item("凭证待审", "checklist", "/voucher-inbox", "voucher"), item("循环凭证", "history", "/recurring", "recurring"),
		item("报表与账簿", "report-money", "/reports", "statement"), item("账套", "list-details", "/books", "books"),
		item("业务模板", "list-details", "/entry-templates", "entry_template"),
		item("结账检查", "list-check", "/closing", "books"), item("年终结转", "calendar", "/year-ends", "year_end"), item("收益分配", "coin", "/distributions", "distribution"),
		item("旧账迁移", "versions", "/migrations", "migration"),
		item("单位", "building-community", "/parties", "party"), item("成员户", "users-group", "/members", "member"),
		item("导出账簿", "download", "/journal", "journal"),
	}},
	{Title: "收租", Items: []shell.MenuItem{
		item("应收看板", "chart-bar", "/rent", "rent_item"), item("按月计收", "calculator", "/rent-runs", "rent_run"), item("应收款项", "report-money", "/rent-items", "rent_item"),
		item("合同收款", "receipt", "/rent-receipts", "rent_receipt"), item("账龄", "clock", "/rent-ageing", "rent_item"), item("对账单", "file-text", "/rent-statement", "rent_item"),
		item("催款通知书", "send", "/rent-notices", "rent_notice"), item("付款承诺", "calendar", "/rent-promises", "rent_promise"), item("坏账核销", "file-text", "/rent-writeoffs", "rent_writeoff"),
	}},
	{Title: "资金", Items: []shell.MenuItem{
		item("未了事项", "alert-circle", "/cash", "cash"), item("收据", "receipt", "/receipts", "receipt"), item("收据本", "book-2", "/receipt-books", "receipt_book"),
		item("现金送存", "coins", "/cash-deposits", "cash_deposit"), item("备用金", "wallet", "/petty-cash", "petty_cash"), item("借支", "report-money", "/advances", "advance"),
		item("现金盘点", "calculator", "/cash-counts", "cash_count"), item("年度预算", "target-arrow", "/budgets", "budget"),
		item("银行对账", "scale", "/bank", "bank_account"), item("银行账户", "wallet", "/bank-accounts", "bank_account"), item("银行流水", "list-details", "/bank-lines", "bank_line"),
		item("余额调节表", "file-text", "/bank-reconciliations", "bank_reconciliation"), item("付款批次", "send", "/payments", "payment"),
	}},
	{Title: "口径与规则", Items: []shell.MenuItem{
		item("数字定义", "chart-bar", "/figures", "figure"), item("指标目录", "list-check", "/catalogue", "figure"), item("收入梯队", "list-details", "/tiers", "tier"),
		item("稳定性收入口径", "scale", "/stable-definitions", "stable_definition"), item("续租假设", "refresh", "/renewal-rules", "renewal_rule"),
		item("办理时限", "clock-hour-4", "/sla-profiles", "sla"), item("报表表式", "file-spreadsheet", "/report-layouts", "layout"), item("亮灯规则", "traffic-lights", "/light-rules", "light_rule"),
		item("结账检查规则", "list-check", "/close-rules", "close_rule"), item("收益分配规则", "scale", "/distribution-rules", "distribution_rule"), item("科目对照", "versions", "/account-maps", "account_map"),
		item("凭证审核要点", "list-check", "/check-items", "check_item"), item("附件类型", "paperclip", "/file-types", "file_type"),
		item("招租规则", "scale", "/letting-rules", "letting_rule"), item("招租分级限额", "list-check", "/letting-thresholds", "letting_threshold"),
		item("资产管理规则", "scale", "/asset-rules", "asset_rule"),
		item("合同范本", "file-text", "/contract-templates", "contract_template"),
		item("资金管理规则", "scale", "/fund-rules", "fund_rule"),
		item("应收租金规则", "scale", "/rent-rules", "rent_rule"),
		item("预警规则", "traffic-lights", "/risk-rules", "risk_rule"), item("利害关系人", "users-group", "/related-persons", "related_person"),
		item("银行与付款规则", "settings", "/bank-rules", "bank_rule"), item("对账单格式", "file-spreadsheet", "/bank-layouts", "bank_layout"), item("付款文件格式", "file-spreadsheet", "/payment-layouts", "payment_layout"),
	}},
	{Title: "管理", Items: []shell.MenuItem{
		item("账号", "key", "/accounts", "account"), item("行政区划", "map-pin", "/regions", "region"), item("操作日志", "history", "/audit", "audit"),
		item("系统", "settings", "/system", "account"),
	}},
}

func item(label, icon, path, kind string) shell.MenuItem {
	return shell.MenuItem{Label: label, Icon: icon, Path: path, Perm: kind + ":" + access.View}
}

// mount adds every page.
func (a *App) mount() {
	set := resource.NewSet()
	a.Shell.LatestDay = a.latestDay
	n := a.Nouns
	a.Shell.Todo = sum(overviewpages.TodoCount(a.Overview), riskpages.TodoCount(n.Risk), policypages.TodoCount(a.Env))
	set.Files(a.Shell, n.Files)
	set.Background(a.Jobs, a.largeFile)
	mountNouns(a.Shell, set, n)
	books.Mount(a.Shell, set, n.Ledger, books.Nouns{Assets: n.Assets, AssetPage: assetPage(), Units: n.Units, Certs: n.Certificates, Contracts: n.Contracts, Templates: n.Templates,
		ContractActions: lease.Buttons(a.Env), ContractListActions: lease.ListButtons,
		ContractPanels:   []resource.Panel[contract.Contract]{rentpages.ContractPanel(a.Env), lettingpages.RentPanel(a.Env)},
		ContractChildren: append([]resource.Child{{Kind: "letting", Field: "contract", Title: "公开招租"}}, workpages.OfContract...)})
	workpages.Mount(a.Shell, set, n.Work)
	lease.Mount(a.Shell, set, lease.Nouns{Contracts: n.Contracts, Turnovers: n.Turnovers, Papers: n.PaperTexts, Life: contract.NewLife(a.Env, n.Contracts, n.Files)})
	property.Mount(a.Shell, set, propertyNouns(n))
	stablepages.Mount(a.Shell, set, n.Stable)
	lettingpages.Mount(a.Shell, set, n.Letting, n.Parties)
	planpages.Mount(a.Shell, set, n.Plans, a.Shell.Figures.Cat)
	reportpages.Mount(a.Shell, set, a.Reports, n.Layouts)
	closingpages.Mount(a.Shell, set, n.Ledger, n.Closing)
	openingpages.Mount(a.Shell, set, n.Ledger, n.Opening)
	cash.Mount(a.Shell, set, n.Cash, n.Budgets)
	rentpages.Mount(a.Shell, set, n.Ledger, n.Rent, rentpages.Background{Queue: a.Jobs, Above: a.largeBilling})
	bankpages.Mount(a.Shell, set, n.Bank)
	riskpages.Mount(a.Shell, set, n.Risk, a.Jobs)
	overviewpages.Mount(a.Shell, a.Overview, a.Board, riskpages.OverviewCard(n.Risk))
	boardpages.Mount(a.Shell, a.Board)
	home.Mount(a.Shell, books.NewChildren(a.Shell, n.Ledger), todo(riskpages.Todo(n.Risk), policypages.Todo(a.Env), overviewpages.Todo(a.Overview)))
	jobpages.Mount(a.Shell, a.Jobs, map[string]jobpages.Detail{ledger.ImportKind: books.ImportDetail(a.Shell), rent.JobKind: rentpages.JobDetail})
	journalpages.Mount(a.Shell, a.Journal, a.version)
	showcasepages.Mount(a.Shell, a.Showcase)
	admin.Mount(a.Shell)
}

// assetPage is what other groups add to an asset's page.
func assetPage() resource.Options[asset.Asset] {
	o := property.AssetPage()
	o.Children = append(o.Children, planpages.OfAsset)
	return o
}

// todo joins the lists of what waits for a person.
func todo(lists ...home.TodoList) home.TodoList {
	return func(c *shell.Ctx) ([]ui.AlertView, error) {
		var out []ui.AlertView
		for _, list := range lists {
			some, err := list(c)
			if err != nil {
				return nil, err
			}
			out = append(out, some...)
		}
		return out, nil
	}
}

// sum adds up counts of what waits for a person.
func sum(counts ...func(c *shell.Ctx) (int, error)) func(c *shell.Ctx) (int, error) {
	return func(c *shell.Ctx) (int, error) {
		total := 0
		for _, count := range counts {
			n, err := count(c)
			if err != nil {
				return 0, err
			}
			total += n
		}
		return total, nil
	}
}
