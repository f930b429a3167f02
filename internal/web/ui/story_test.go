package ui

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/a-h/templ"

	"huicun/internal/web/assets"
)

var storyAddr = flag.String("story", "", "serve the storybook at this address until interrupted")

const csp = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"

// TestStoryServe is the storybook: go test ./internal/web/ui -run TestStoryServe -story 127.0.0.1:8099 -timeout 0
func TestStoryServe(t *testing.T) {
	if *storyAddr == "" {
		t.Skip("only with -story")
	}
	t.Log("http://" + *storyAddr)
	t.Fatal(http.ListenAndServe(*storyAddr, storyHandler()))
}

func storyHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle(assets.Prefix, assets.Handler())
	for path, c := range storyPages() {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", csp)
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			_ = c.Render(r.Context(), w)
		})
	}
	mux.HandleFunc("GET /ref/{kind}", func(w http.ResponseWriter, r *http.Request) {
		all := []map[string]string{
			{"value": "HT-2021-0007", "label": "1 号厂房 2,400㎡", "hint": "长胜村"},
			{"value": "HT-2021-0011", "label": "2 号厂房 1,900㎡", "hint": "幸福村"},
			{"value": "HT-2020-0031", "label": "综合厂房 2,200㎡", "hint": "永胜村"},
		}
		found := []map[string]string{}
		for _, it := range all {
			if strings.Contains(it["value"]+it["label"]+it["hint"], r.FormValue("q")) {
				found = append(found, it)
			}
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(found)
	})
	mux.HandleFunc("GET /search/suggest", func(w http.ResponseWriter, r *http.Request) {
		_ = SearchSuggestions(r.FormValue("q"), storySuggestions()).Render(r.Context(), w)
	})
	mux.HandleFunc("GET /lineage/fail", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	// A frame of a phone's width, since a browser window cannot be made that narrow.
	mux.HandleFunc("GET /frame", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `<!DOCTYPE html><body style="margin:0"><iframe src="%s" style="border:0;width:%spx;height:100vh"></iframe>`, html.EscapeString(r.FormValue("to")), html.EscapeString(r.FormValue("w")))
	})
	return mux
}

func storySuggestions() []Suggestion {
	return []Suggestion{
		{Kind: "合同", Title: "HT-2021-0007 1 号厂房", Sub: "长胜村 · 华源机电(示例)", Href: "/", Icon: "file-text"},
		{Kind: "村", Title: "长胜村", Sub: "八桥镇", Href: "/", Icon: "map-pin"},
	}
}

func in(c templ.Component, children ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return c.Render(templ.WithChildren(ctx, group(children...)), w)
	})
}

func group(list ...templ.Component) templ.Component { return templ.Join(list...) }

func storyShell(title, active string) PageView {
	item := func(label, icon, badge string) MenuItem {
		return MenuItem{Label: label, Icon: icon, Href: "/", Active: label == active, Badge: badge}
	}
	return PageView{
		Title:       title,
		ScopeCrumbs: []Link{{Label: "江苏省", Href: "/"}, {Label: "镇江市", Href: "/"}, {Label: "扬中市", Href: "/"}, {Label: "八桥镇"}},
		ScopeOptions: []LinkGroup{
			{Title: "下级", Links: []Link{{Label: "长胜村", Href: SwitchScope("changsheng", "/")}, {Label: "红光村", Href: "/"}, {Label: "永胜村", Href: "/"}}},
			{Title: "同级", Links: []Link{{Label: "三茅街道", Href: "/"}, {Label: "新坝镇", Href: "/"}}},
		},
		Menu: []MenuGroup{
			{Items: []MenuItem{item("总览", "layout-dashboard", ""), item("我的待办", "checklist", "7")}},
			{Title: "政策机制", Items: []MenuItem{item("政策与奖励", "award", ""), item("资产资源", "building-factory", ""), item("合同收租", "file-text", ""), item("商会乡贤", "users-group", ""), item("农旅品牌", "plant-2", "")}},
			{Title: "联建机制", Items: []MenuItem{item("结对共建", "link", ""), item("联建项目", "crane", "")}},
			{Title: "服务机制", Items: []MenuItem{item("项目招引", "target", ""), item("走听转办", "headset", "")}},
			{Title: "账务与公开", Items: []MenuItem{item("集体账务", "book-2", ""), item("阳光公开", "speakerphone", ""), item("风险预警", "alert-triangle", ""), item("书记项目", "flag", "")}},
		},
		User:  User{Name: "王会计(示例)", Role: "八桥镇代理记账中心 · 会计", Initial: "王"},
		Years: []YearOption{{Value: "2021", Label: "2021 年", Active: true}, {Value: "2020", Label: "2020 年"}},
		Path:  "/",
	}
}

func storyPages() map[string]templ.Component {
	bars := BarListView{
		Label: "各村年度总收入", Unit: "万元",
		Boundaries: []Boundary{{150, "150 万"}, {300, "300 万"}, {500, "500 万"}},
		Legend:     []LegendItem{{"稳定性收入", 1}, {"其他收入", 2}},
	}
	for _, v := range []struct {
		n    string
		a, b float64
	}{{"八桥村", 371, 160}, {"红光村", 260, 112}, {"永胜村", 226, 110}, {"红旗村", 203, 115}, {"利民村", 190, 122}, {"长胜村", 150, 64}, {"永兴村", 127, 62}, {"幸福村", 130, 46}, {"万福村", 121, 47}} {
		bars.Bars = append(bars.Bars, Bar{
			Label: v.n, Href: "/record", Text: fmt.Sprintf("%.0f", v.a+v.b), Lineage: "/lineage/1",
			Segments: []BarSegment{
				{Value: v.a, Shade: 1, Title: fmt.Sprintf("稳定性收入 %.0f 万元", v.a), Lineage: "/lineage/1"},
				{Value: v.b, Shade: 2, Title: fmt.Sprintf("其他收入 %.0f 万元", v.b), Lineage: "/lineage/1"},
			},
		})
	}
	pie := ChartView{
		ID: "sources", Label: "稳定性收入来源", Height: 310,
		Option: json.RawMessage(`{"hc":{"unit":"万元"},"tooltip":{},"legend":{"bottom":0},"series":[{"name":"来源","type":"pie","radius":["38%","62%"],"center":["50%","44%"],"label":{"formatter":"{b}\n{c} 万"},"data":[
			{"name":"厂房租金","value":640,"href":"/lineage/1"},{"name":"商铺租金","value":320,"href":"/lineage/1"},{"name":"服务协议","value":286},{"name":"土地发包","value":248},{"name":"联建分红","value":118},{"name":"农旅经营","value":90}]}]}`),
		Fallback: DataTable(Table{Caption: "稳定性收入来源", Dense: true, Columns: []Column{{Label: "来源"}, {Label: "万元", Align: Right}}, Rows: []Row{{Cells: []Cell{T("厂房租金"), T("640")}}, {Cells: []Cell{T("商铺租金"), T("320")}}}}),
	}
	line := ChartView{
		ID: "months", Label: "逐月收入", Height: 240,
		Option: map[string]any{
			"hc": map[string]any{"unit": "万元"}, "tooltip": map[string]any{"trigger": "axis"},
			"grid": map[string]any{"left": 46, "right": 16, "top": 20, "bottom": 30}, "xAxis": map[string]any{"type": "category", "data": []string{"1 月", "2 月", "3 月", "4 月", "5 月", "6 月"}},
			"yAxis": map[string]any{"type": "value"}, "series": []any{map[string]any{"name": "收入", "type": "bar", "data": []float64{120, 180, 210, 190, 240, 260}}, map[string]any{"name": "上年", "type": "line", "data": []float64{100, 140, 190, 200, 210, 220}}},
		},
	}
	dashboard := in(Page(func() PageView {
		p := storyShell("总览", "总览")
		p.HideTitle = true
		p.Flash = &FlashView{Kind: Green, Text: "已保存凭证 记-2021-06-0012。", Href: "/record", Link: "查看凭证"}
		return p
	}()),
		Stats(
			StatView{Label: "村级总收入", Value: "2,486", Unit: "万元", Delta: "12.4% 同比", DeltaUp: true, DeltaKind: Green, Lineage: "/lineage/1"},
			StatView{Label: "稳定性收入", Value: "1,702", Unit: "万元", Sub: "占比 68.5%", Lineage: "/lineage/1"},
			StatView{Label: "新增稳定性收入", Value: "250", Unit: "万元", Qualifier: "预计", Forecast: true, Sub: "厂房 110 · 商铺 50 · 服务 90", Lineage: "/lineage/1"},
			StatView{Label: "应收未收", Value: "37.6", Unit: "万元", Kind: Orange, Sub: "5 份合同逾期", Href: "/list"},
			StatView{Label: "结对共建覆盖", Value: "100", Unit: "%", Qualifier: "准确", Sub: "村村 9 · 村企 14 · 部门 9"},
			StatView{Label: "诉求按时办结", Value: "96.2", Unit: "%", Sub: "在办 4 · 超时 1"},
		),
		in(Columns(),
			in(Card(CardView{Title: "村级收入梯队", Tools: group(Badge(BadgeView{Text: "≥500 万 1 个"}), Badge(BadgeView{Text: "≥300 万 4 个"}), Badge(BadgeView{Text: "≥150 万 4 个"}))}), BarList(bars)),
			in(Card(CardView{Title: "稳定性收入来源"}), Chart(pie)),
		),
		in(Columns(),
			in(Card(CardView{Title: "书记项目", Sub: "比进度 比举措 比成效", Flush: true, More: &Link{Label: "全部 3", Href: "/list"}}), DataTable(Table{
				Caption: "书记项目",
				Columns: []Column{{Label: "项目"}, {Label: "单位", Nowrap: true}, {Label: "进度"}, {Label: "举措", Align: Right, HidePhone: true}, {Label: "成效达成"}},
				Rows: []Row{
					{Href: "/record", Cells: []Cell{T("“三项机制”助力村级集体经济提质增效"), T("八桥镇"), {Content: Progress(ProgressView{Percent: 92, Kind: Green, Text: "92%"})}, T("11/12"), {Badge: &BadgeView{Text: "108%", Kind: Green}}}},
					{Href: "/record", Cells: []Cell{T("千禧番茄连体大棚(永胜村 × 经发局)"), T("永胜村"), {Content: Progress(ProgressView{Percent: 63, Kind: Orange, Text: "63%"})}, T("5/8"), {Badge: &BadgeView{Text: "71%", Kind: Orange}}}},
					{Href: "/record", Kind: Red, Cells: []Cell{T("电商培训平台(永兴村 × 金利电气)"), T("永兴村"), {Content: Progress(ProgressView{Percent: 31, Kind: Red, Text: "31%"})}, T("2/6"), {Badge: &BadgeView{Text: "滞后 18 天", Kind: Red}}}},
				},
			})),
			in(Card(CardView{Title: "风险预警", Flush: true, More: &Link{Label: "全部 12", Href: "/list"}}), Alerts(
				AlertView{Kind: Red, Title: "租金逾期 94 天", Text: "幸福村 3 号厂房 · 欠 82,500 元", Sub: "经办 村会计", Remedy: "发催缴函", RemedyHref: "/record", Href: "/record"},
				AlertView{Kind: Orange, Title: "租期超过 20 年", Text: "红光村 岸线场地合同", Sub: "民法典第 705 条", Href: "/record"},
				AlertView{Kind: Azure, Title: "未经“四议两公开”", Text: "利民村 民宿改造支出 18.6 万元", Href: "/record"},
			)),
		),
		in(Card(CardView{Title: "逐月收入"}), Chart(line)),
	)

	list := in(Page(func() PageView {
		p := storyShell("合同", "合同收租")
		p.Subtitle = "数据截至 2021-11-10"
		p.Crumbs = []Link{{Label: "合同收租", Href: "/"}, {Label: "合同"}}
		p.Actions = group(Btn(Button{Label: "新增合同", Icon: "plus", Href: "/form", Style: Primary}), Btn(Button{Label: "导出", Icon: "download", Href: "/"}), PrintButton())
		return p
	}()),
		Tabs(Tab{Label: "执行中", Href: "/", Active: true, Count: "64"}, Tab{Label: "逾期", Href: "/", Count: "5", Kind: Red}, Tab{Label: "已到期", Href: "/"}, Tab{Label: "全部", Href: "/"}),
		FilterBar(FilterView{
			Action: "/list", Q: "厂房", QLabel: "合同号、承租人、标的", Active: true, ResetHref: "/list",
			Selects: []FilterSelect{{Name: "village", Label: "村", Options: []Option{{Value: "", Label: "全部"}, {Value: "cs", Label: "长胜村"}}}, {Name: "kind", Label: "类型", Options: []Option{{Value: "", Label: "全部"}, {Value: "1", Label: "厂房", Selected: true}}}},
			Range:   &FilterRange{Label: "到期", FromName: "from", From: "2021-01-01", ToName: "to"},
		}),
		DataTable(Table{
			Caption: "合同", Unit: "元",
			Columns: []Column{{Label: "合同", SortHref: "/", Sorted: "asc"}, {Label: "承租人"}, {Label: "起止", Nowrap: true}, {Label: "年租金", Align: Right, SortHref: "/"}, {Label: "已收", Align: Right}, {Label: "状态"}},
			Rows: []Row{
				{Href: "/record", Kind: Red, Cells: []Cell{{Text: "HT-2021-0011", Sub: "2 号厂房 1,900㎡ · 幸福村"}, T("江苏华源机电有限公司(示例)"), T("2021-01-01 至 2023-12-31"), {Text: "199,500.00", Lineage: "/lineage/1"}, T("117,000.00"), {Badge: &BadgeView{Text: "逾期 94 天", Kind: Red}}}},
				{Href: "/record", Cells: []Cell{{Text: "HT-2021-0007", Sub: "1 号厂房 2,400㎡ · 长胜村"}, T("扬中市金利电气(示例)"), T("2021-04-01 至 2026-03-31"), {Text: "264,000.00", Lineage: "/lineage/1"}, T("132,000.00"), {Badge: &BadgeView{Text: "正常", Kind: Green}}}},
				{Href: "/record", Kind: Orange, Cells: []Cell{{Text: "HT-2020-0031", Sub: "综合厂房 2,200㎡ · 永胜村"}, T("永胜服饰(示例)"), T("2020-01-01 至 2021-12-31"), {Text: "231,100.00", Lineage: "/lineage/1"}, T("231,100.00"), {Badge: &BadgeView{Text: "51 天后到期", Kind: Orange}}}},
				{Href: "/record", Cells: []Cell{{Text: "HT-2021-0023", Sub: "电商车间 1,800㎡ · 永兴村"}, {Text: "待签", Muted: true}, T(""), T("172,500.00"), T(""), {Badge: &BadgeView{Text: "草稿"}}}},
			},
			Foot: []Cell{{Text: "合计", Span: 3}, T("867,100.00"), T("480,100.00"), T("")},
		}),
		Pager(PagerView{Shown: 50, Total: "共 64 条", FirstHref: "/", NextHref: "/"}),
		in(Card(CardView{Title: "资产负债表", Sub: "横向滚动的账簿", Flush: true}), DataTable(Table{
			Caption: "明细账", KeepGrid: true, Freeze: true, Dense: true, Unit: "元",
			Columns: []Column{{Label: "科目", Nowrap: true}, {Label: "期初借方", Align: Right}, {Label: "期初贷方", Align: Right}, {Label: "本期借方", Align: Right}, {Label: "本期贷方", Align: Right}, {Label: "期末借方", Align: Right}, {Label: "期末贷方", Align: Right}},
			Rows: []Row{
				{Group: true, Cells: []Cell{{Text: "资产类", Span: 7}}},
				{Cells: []Cell{T("102 银行存款"), T("1,382,140.55"), T(""), T("66,000.00"), T("12,800.00"), T("1,435,340.55"), T("")}},
				{Cells: []Cell{T("112 应收款"), T("82,500.00"), T(""), T(""), T("6,000.00"), T("76,500.00"), T("")}},
			},
		})),
		in(Card(CardView{Title: "农旅品牌"}), EmptyState(EmptyView{Icon: "plant-2", Title: "还没有登记品牌", Text: "先登记一个品牌,之后的销售台账和订单就能归到它名下。", Buttons: []Button{{Label: "登记第一个品牌", Icon: "plus", Href: "/form", Style: Primary}, {Label: "从表格导入", Icon: "upload", Href: "/form"}}})),
	)

	record := in(Page(func() PageView {
		p := storyShell("HT-2021-0007 1 号厂房租赁合同", "合同收租")
		p.Crumbs = []Link{{Label: "合同收租", Href: "/"}, {Label: "合同", Href: "/list"}, {Label: "HT-2021-0007"}}
		p.Flash = &FlashView{Kind: Red, Text: "没能提交:第三季度收款还没有附银行回单。"}
		p.Actions = group(Btn(Button{Label: "修改", Icon: "edit", Href: "/form"}), Confirm(ConfirmView{
			ID: "void", Button: Button{Label: "终止合同", Icon: "ban", Style: Danger}, Title: "终止这份合同?", Text: "终止后不再生成应收,已收的租金和凭证不受影响。", Action: "/", Submit: "确认终止", Danger: true,
			AskReason: true, ReasonRequired: true, ReasonLabel: "终止理由",
		}))
		return p
	}()),
		in(Card(CardView{}), Steps(Step{Label: "起草", State: StepDone, Sub: "村会计 03-02"}, Step{Label: "四议两公开", State: StepDone, Sub: "03-18"}, Step{Label: "镇级审核", State: StepCurrent, Sub: "已 2 天"}, Step{Label: "签订", State: StepTodo}, Step{Label: "执行", State: StepTodo})),
		Notice(Orange, "租期 5 年,租金应按年递增;合同没有写明递增比例。"),
		in(Columns(),
			in(Card(CardView{Title: "合同内容"}), DescList(
				Desc{Label: "承租人", Value: "扬中市金利电气(示例)", Href: "/"}, Desc{Label: "标的", Value: "1 号厂房", Sub: "建筑面积 2,400㎡"}, Desc{Label: "年租金", Value: "264,000.00 元", Lineage: "/lineage/1", Strong: true},
				Desc{Label: "租期", Value: "2021-04-01 至 2026-03-31"}, Desc{Label: "状态", Badge: &BadgeView{Text: "执行中", Kind: Green}}, Desc{Label: "押金", Value: "20,000.00 元"}, Desc{Label: "欠租", Value: "0.00 元"}, Desc{Label: "备注"},
				Desc{Label: "用途", Value: "电气成套设备装配,不得转租;消防由承租人按规定配置并接受村、镇两级检查。", Wide: true},
			)),
			in(Card(CardView{Title: "历史"}), Timeline(
				Event{Who: "王会计(示例)", When: "2021-06-30 10:21", What: "修改", Kind: Azure, Icon: "edit", Reason: "承租人来函变更付款日", Changes: []Change{{Field: "付款日", Before: "季末 30 日", After: "季初 5 日"}, {Field: "年租金", Before: "252,000.00", After: "264,000.00"}}},
				Event{Who: "李镇审(示例)", When: "2021-03-20 09:02", What: "审核通过", Kind: Green, Icon: "check"},
				Event{Who: "村会计(示例)", When: "2021-03-02 15:40", What: "起草"},
			)),
		),
		in(Card(CardView{Title: "本年收租"}), Progress(ProgressView{Percent: 50, Show: true, Label: "已收 132,000 元", Text: "应收 264,000 元"})),
	)

	form := in(Page(func() PageView {
		p := storyShell("新增合同", "合同收租")
		p.Crumbs = []Link{{Label: "合同收租", Href: "/"}, {Label: "合同", Href: "/list"}, {Label: "新增"}}
		return p
	}()),
		in(Card(CardView{}), in(Form(FormView{Action: "/", Upload: true, Errors: []FieldError{{Name: "rent", Label: "年租金", Text: "应大于 0"}, {Name: "end", Label: "到期日", Text: "不能早于起始日 2021-04-01"}}}),
			in(FieldSet("标的与承租人"),
				ComboField(Field{Name: "asset", Label: "标的", Ref: "asset", Required: true, Value: "ZC-0001", Hint: "1 号厂房 2,400㎡", Help: "输入编号、名称或拼音首字母"}),
				TextField(Field{Name: "tenant", Label: "承租人", Value: "扬中市金利电气(示例)", Required: true}),
				TextField(Field{Name: "phone", Label: "联系电话", Type: "tel", Placeholder: "手机或座机"}),
				SelectField(Field{Name: "kind", Label: "类型", Required: true, Options: []Option{{Value: "1", Label: "厂房"}, {Value: "2", Label: "商铺"}}}),
			),
			in(FieldSet("租金与租期"),
				MoneyField(Field{Name: "rent", Label: "年租金", Value: "-264000", Required: true, Error: "应大于 0", Help: "不含押金"}),
				NumberField(Field{Name: "area", Label: "面积", Value: "2400", Unit: "平方米"}),
				DateField(Field{Name: "start", Label: "起始日", Value: "2021-04-01", Required: true}),
				DateField(Field{Name: "end", Label: "到期日", Value: "2020-03-31", Required: true, Error: "不能早于起始日 2021-04-01"}),
				RadioGroup(Field{Name: "pay", Label: "付款方式", Value: "q", Required: true, Options: []Option{{Value: "y", Label: "按年"}, {Value: "q", Label: "按季", Help: "季初 5 日前"}, {Value: "m", Label: "按月"}}}),
				CheckboxField(Field{Name: "deposit", Label: "已收押金", Checked: true, Help: "勾选后在账务中生成押金收据"}),
				FileField(Field{Name: "scan", Label: "合同扫描件", Accept: ".pdf,image/*", Multiple: true, Help: "PDF 或照片,每个不超过 20 MB", Wide: true}),
				TextArea(Field{Name: "note", Label: "备注", Value: "消防由承租人负责。", Wide: true}),
			),
			FormActions(ActionsView{Submit: "保存合同", More: []Button{{Label: "保存为草稿", Name: "draft", Value: "1"}}, CancelHref: "/list", Note: "保存后进入四议两公开"}),
		)),
	)

	lineage := LineageView{
		Title: "新增稳定性收入(厂房)", Value: "1,108,600", Unit: "元/年", Qualifier: "余", Wording: "110 余万元", Definition: "年化租金 − 原有收入", DefinitionNo: "定义第 2 版", DefHref: "/",
		Scope: "八桥镇 5 个村", Period: "2018-01-01 至 2021-11-10", RowLabel: "合同", AmountLabel: "年化(元)", Total: "1,108,600", MoreCount: 2, ExportHref: "/", VerifyHref: "/",
		Rows: []LineageRow{
			{No: "HT-2021-0007", Title: "1 号厂房 2,400㎡", Org: "长胜村", Date: "2021-04-01", Amount: "264,000", Href: "/record", ChildHref: "/lineage/1/children"},
			{No: "HT-2021-0011", Title: "2 号厂房 1,900㎡", Org: "幸福村", Date: "2021-01-01", Amount: "199,500", Href: "/record", ChildHref: "/lineage/1/children", Badge: &BadgeView{Text: "逾期", Kind: Red}},
			{No: "HT-2020-0031", Title: "综合厂房 2,200㎡", Org: "永胜村", Date: "2020-01-01", Amount: "231,100"},
		},
	}
	children := LineageChildren(
		LineageChild{Date: "2021-06-30", Title: "第二季度", Amount: "66,000", Badge: &BadgeView{Text: "已收", Kind: Green}, No: "记-2021-06-0012", Href: "/record"},
		LineageChild{Date: "2021-09-30", Title: "第三季度", Amount: "66,000", Badge: &BadgeView{Text: "已收", Kind: Green}, No: "记-2021-09-0009", Href: "/record"},
		LineageChild{Date: "2021-12-31", Title: "第四季度", Amount: "66,000", Badge: &BadgeView{Text: "未到期", Kind: Azure}},
	)
	public := in(PublicPage(PublicPageView{
		Title: "2021 年第三季度财务公开", Org: "长胜村股份经济合作社", Home: "/", Updated: "数据截至 2021-09-30 · 2021-10-12 公开", Phone: "0511-88000000",
		Nav:        []Link{{Label: "财务公开", Href: "/", Active: true}, {Label: "资产资源", Href: "/"}, {Label: "合同", Href: "/"}, {Label: "项目", Href: "/"}, {Label: "分红", Href: "/"}, {Label: "意见", Href: "/"}},
		FooterNote: "公示期 10 天,有异议可在公示期内提出。", FooterNav: []Link{{Label: "往期公开", Href: "/"}, {Label: "核验本页", Href: "/"}},
	}),
		Stats(StatView{Label: "本季收入", Value: "198,600.00", Unit: "元", Lineage: "/lineage/1"}, StatView{Label: "本季支出", Value: "42,310.50", Unit: "元", Lineage: "/lineage/1"}),
		in(Card(CardView{Title: "怎么来的"}), templ.Raw(`<div class="prose"><p>四年来,镇里按《关于激发村级活力助推乡村振兴的意见》发放奖励资金`), Figure(FigureView{Text: "近 1000 万元", Href: "/lineage/1"}), templ.Raw(`。利民村全年农产品收入`), Figure(FigureView{Text: "预计突破 200 万元", Href: "/lineage/1", Forecast: true}), templ.Raw(`。</p></div>`), FigureLegend()),
		in(Card(CardView{Title: "收支明细", Flush: true}), DataTable(Table{
			Caption: "收支明细", Unit: "元", Columns: []Column{{Label: "项目"}, {Label: "日期"}, {Label: "收入", Align: Right}, {Label: "支出", Align: Right}},
			Rows: []Row{{Cells: []Cell{T("1 号厂房租金"), T("2021-09-30"), T("66,000.00"), T("")}}, {Cells: []Cell{T("路灯维修"), T("2021-08-11"), T(""), T("3,260.00")}}},
			Foot: []Cell{{Text: "合计", Span: 2}, T("198,600.00"), T("42,310.50")},
		})),
	)

	return map[string]templ.Component{
		"/{$}": dashboard, "/list": list, "/record": record, "/form": form, "/public": public,
		"/lineage/1": Lineage(lineage), "/lineage/1/children": children,
		"/drawer":    in(Page(storyShell("抽屉", "")), in(Card(CardView{Title: "抽屉里的内容"}), Lineage(lineage), children)),
		"/login":     Login(LoginView{Username: "wang", Error: "账号或密码不对,还可以再试 4 次。", To: "/"}),
		"/forbidden": ErrorPage(ErrorView{Status: 403}),
		"/broken":    ErrorPage(ErrorView{Status: 500, RequestID: "20211110-7f3a"}),
		"/missing":   in(Page(storyShell("没有找到", "")), ErrorBody(ErrorView{Status: 404})),
	}
}

// Every page must be well formed, speak Chinese, obey the content security policy and use only icons that exist.
func TestStory(t *testing.T) {
	srv := httptest.NewServer(storyHandler())
	defer srv.Close()
	for path := range storyPages() {
		path = strings.TrimSuffix(path, "{$}")
		t.Run(path, func(t *testing.T) {
			res, err := http.Get(srv.URL + path)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			if err != nil || res.StatusCode != 200 {
				t.Fatalf("%d %v", res.StatusCode, err)
			}
			checkBalanced(t, body)
			doc, err := html.Parse(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			checkTree(t, srv.URL, doc)
		})
	}
}

var voidElements = map[string]bool{"area": true, "base": true, "br": true, "col": true, "embed": true, "hr": true, "img": true, "input": true, "link": true, "meta": true, "source": true, "track": true, "wbr": true}

// checkBalanced finds what the parser would silently repair.
func checkBalanced(t *testing.T, body []byte) {
	z := html.NewTokenizer(bytes.NewReader(body))
	var stack []string
	for {
		switch z.Next() {
		case html.ErrorToken:
			if len(stack) > 0 {
				t.Errorf("not closed: %v", stack)
			}
			return
		case html.StartTagToken:
			if name, _ := z.TagName(); !voidElements[string(name)] {
				stack = append(stack, string(name))
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if len(stack) == 0 || stack[len(stack)-1] != string(name) {
				t.Fatalf("</%s> closes %v", name, stack)
			}
			stack = stack[:len(stack)-1]
		}
	}
}

var (
	latin = regexp.MustCompile(`[A-Za-z]{2,}`)
	// What may be Latin on screen: key names, file formats, identifiers of records.
	latinAllowed = map[string]bool{"ctrl": true, "pdf": true, "mb": true, "ht": true, "zc": true}
	shown        = map[string]bool{"aria-label": true, "title": true, "placeholder": true, "alt": true}
)

func checkTree(t *testing.T, base string, doc *html.Node) {
	ids := map[string]bool{}
	var refs []string
	interactive := func(n *html.Node) bool {
		return n.Type == html.ElementNode && (n.Data == "a" || n.Data == "button" || n.Data == "form")
	}
	english := func(where, text string) {
		for _, w := range latin.FindAllString(text, -1) {
			if !latinAllowed[strings.ToLower(w)] {
				t.Errorf("English on screen in %s: %q", where, w)
			}
		}
	}
	var walk func(n *html.Node, nested map[string]bool)
	walk = func(n *html.Node, nested map[string]bool) {
		if n.Type == html.TextNode && n.Parent.Data != "script" && n.Parent.Data != "code" && n.Parent.Data != "noscript" {
			english(n.Parent.Data, n.Data)
		}
		if n.Type == html.ElementNode {
			attr := map[string]string{}
			for _, a := range n.Attr {
				attr[a.Key] = a.Val
				switch {
				case strings.HasPrefix(a.Key, "on"):
					t.Errorf("<%s %s>: the policy forbids it", n.Data, a.Key)
				case shown[a.Key]:
					english(a.Key, a.Val)
				case a.Key == "id":
					if ids[a.Val] {
						t.Errorf("id %q twice", a.Val)
					}
					ids[a.Val] = true
				case a.Key == "for" || a.Key == "aria-labelledby" || a.Key == "aria-describedby" || a.Key == "aria-controls":
					refs = append(refs, strings.Fields(a.Val)...)
				}
			}
			if attr["hx-get"] != "" && (attr["hx-target"] == "" || attr["hx-swap"] == "") {
				t.Errorf("<%s hx-get=%q> without its own hx-target and hx-swap", n.Data, attr["hx-get"])
			}
			if strings.ContainsAny(attr["hx-trigger"], "[]") {
				t.Errorf("hx-trigger %q has a filter, which needs eval", attr["hx-trigger"])
			}
			if n.Data == "script" && attr["src"] == "" && attr["type"] != "application/json" {
				t.Error("inline script")
			}
			if n.Data == "use" {
				if _, name, _ := strings.Cut(attr["href"], "#"); !assets.HasIcon(name) {
					t.Errorf("no icon %q", name)
				}
			}
			for _, key := range []string{"src", "href"} {
				if strings.HasPrefix(attr[key], assets.Prefix) {
					u, _, _ := strings.Cut(attr[key], "#")
					if res, err := http.Head(base + u); err != nil || res.StatusCode != 200 {
						t.Errorf("%s is not served", u)
					}
				}
			}
			if interactive(n) {
				if nested[n.Data] || (n.Data == "a" && nested["button"]) || (n.Data == "button" && nested["a"]) {
					t.Errorf("<%s> inside another", n.Data)
				}
				inner := map[string]bool{n.Data: true}
				for k := range nested {
					inner[k] = true
				}
				nested = inner
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, nested)
		}
	}
	walk(doc, map[string]bool{})
	for _, r := range refs {
		if !ids[r] {
			t.Errorf("nothing has the id %q referred to", r)
		}
	}
}
