package work_test

import (
	"strings"
	"testing"

	"huicun/internal/books/asset"
	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/books/work"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/file"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/sitetest"
	pages "huicun/internal/web/work"
)

const (
	village = sitetest.Yongsheng
	other   = "321182103206"
)

// newSite serves this group's pages over a village with a service contract, on 10 November 2021.
func newSite(t *testing.T) *sitetest.Site {
	s := sitetest.New(t, dbtest.SQLite(t), "2021", append(sitetest.Places(), region.Region{Code: other, Name: "万福村", Level: "village"}),
		sitetest.Person("kuaiji", "镇会计", "town_accountant", sitetest.Town), sitetest.Person("shuji", "镇书记", "town_secretary", sitetest.Town),
		sitetest.Person("baozhang", "永胜报账员", "village_bookkeeper", village), sitetest.Person("wanfu", "万福报账员", "village_bookkeeper", other),
		sitetest.Person("lianluo", "联络员", "liaison", sitetest.Town), sitetest.Person("shenji", "审计员", "auditor", sitetest.Town))
	e := s.Env
	parties := party.NewParties(e)
	ledger.New(e)
	asset.NewAssets(e)
	asset.NewUnits(e)
	files := file.New(e)
	contracts := contract.NewContracts(e)
	svc := work.New(e)
	make1(s, parties, "name", "合作社", "kind", "集体经济组织", "region", "永胜村")
	make1(s, parties, "name", "一厂", "kind", "企业", "region", "永胜村")
	deal := make1(s, contracts, "name", "劳务", "kind", "服务协议", "party_a", "合作社", "party_b", "一厂", "signed", "2021-01-01", "from", "2021-01-01", "to", "2022-12-31", "pay", "1000", "pay_months", "3")
	for _, event := range []string{"sign", "start"} {
		s.OK(contracts.Do(t.Context(), access.System, s.Tenant, deal, 0, event, ""))
	}
	s.Menu("业务", shell.MenuItem{Label: "工单", Icon: "headset", Path: "/work-orders", Perm: "work_order:view"})
	set := resource.NewSet()
	set.Files(s.Shell, files)
	pages.Mount(s.Shell, set, svc)
	return s
}

func make1[T any](s *sitetest.Site, n *record.Noun[T], pairs ...string) ids.ID {
	s.Helper()
	m := map[string]string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	v := new(T)
	s.OK(n.SetTexts(s.Context(), s.Env.ForTenant(s.Tenant), village, v, m))
	id, err := n.Create(s.Context(), access.System, s.Tenant, "", v)
	s.OK(err)
	return id
}

// with changes fields of a form: of two of a name the first counts.
func with(form []string, pairs ...string) []string {
	return append(append([]string{}, pairs...), form...)
}

var anOrder = []string{
	"_key", "0123456789abcdef", "contract", "HT-2021-0001", "kind", "labour", "title", "车间保洁", "requested", "2021-10-08", "due", "2021-10-20", "worker", "张队长",
	"signer", "王经理", "unit", "工日", "quantity", "2.5", "price", "200", "result", "来了三个人",
}

// TestOrderByRole takes an order from the request to the settlement and back: by who may, with what each step asks for.
func TestOrderByRole(t *testing.T) {
	s := newSite(t)
	s.Want(s.Get("shenji", "/work-orders"), 200)
	s.Lacks(s.Get("shenji", "/work-orders"), "/work-orders/new")
	s.Want(s.Get("shenji", "/work-orders/new"), 403)
	s.Want(s.Post("shenji", "/work-orders", anOrder...), 403)
	if a := s.Post("wanfu", "/work-orders", anOrder...); a.Code == 303 {
		t.Fatal("another village's bookkeeper made an order")
	}
	at := s.Want(s.Post("baozhang", "/work-orders", anOrder...), 303).Location
	if again := s.Want(s.Post("baozhang", "/work-orders", anOrder...), 303).Location; again != at {
		t.Errorf("sent twice: %s and %s", at, again)
	}
	s.Want(s.Get("wanfu", at), 404)
	s.Want(s.Get("shenji", at), 200, "车间保洁", "500.00", "待派单")
	s.Lacks(s.Get("shenji", at), at+"/edit", "do-assign")
	s.Want(s.Post("shenji", at+"/do/assign"), 403)
	s.Want(s.Post("baozhang", at+"/do/assign"), 303)
	s.Want(s.Post("baozhang", at+"/do/finish"), 409, "请先附上凭据")
	s.Want(s.Upload("baozhang", "/attach/work_order/"+strings.TrimPrefix(at, "/work-orders/"), "签到表.pdf", "%PDF-1.4 signed", "to", at), 303)
	s.Want(s.Post("baozhang", at+"/do/finish"), 303)
	s.Want(s.Post("lianluo", at+"/do/confirm", "reason", "客户签字"), 403)
	s.Want(s.Post("kuaiji", at+"/do/confirm"), 303)
	s.Want(s.Get("baozhang", at), 200, "王经理", "已确认")
	s.Lacks(s.Get("baozhang", at), at+"/edit", "do-delete")
	s.Want(s.Post("baozhang", at, with(anOrder, "signer", "别人")...), 409)
	s.Lacks(s.Get("baozhang", at), "别人")

	settle := []string{"_key", "fedcba9876543210", "contract", "HT-2021-0001", "month", "2021-11", "due", "2021-11-30"}
	s.Want(s.Post("shenji", "/work-settlements", settle...), 403)
	s.Want(s.Post("kuaiji", "/work-settlements", with(settle, "_key", "x123456789012345", "month", "十月")...), 422, "不是月份", "十月")
	s.Want(s.Post("kuaiji", "/work-settlements", with(settle, "_key", "x123456789012346", "month", "2021-09")...), 422, "没有已确认、待结算的工单")
	paper := s.Want(s.Post("kuaiji", "/work-settlements", settle...), 303).Location
	s.Want(s.Get("shenji", paper), 200, "工单结算单", "伍佰元整", "王经理", "车间保洁")
	s.Want(s.Get("wanfu", paper), 404)
	s.Want(s.Post("baozhang", paper+"/do/undo", "reason", "错"), 403)
	s.Want(s.Post("kuaiji", paper+"/do/undo"), 409, "请说明撤销的理由")
	s.Want(s.Post("kuaiji", paper+"/do/undo", "reason", "单价有误"), 303)
	s.Want(s.Get("kuaiji", paper), 200, "已撤销")
	s.Want(s.Get("kuaiji", at), 200, "已确认")
	s.Want(s.Get("shuji", "/work-brands"), 200, "没有品牌", "0.00%", "500.00")
	s.Want(s.Get("wanfu", "/work-brands"), 200)
}

// TestOrderMistakes: all mistakes are told at once, beside what was typed.
func TestOrderMistakes(t *testing.T) {
	s := newSite(t)
	for _, c := range []struct {
		pairs []string
		texts []string
	}{
		{[]string{"contract", "没有这份", "due", "2021-13-01"}, []string{"没有这份", "2021-13-01"}},
		{[]string{"due", "2021-10-01"}, []string{"要求完成日期不能早于提出日期"}},
		{[]string{"requested", "2020-10-08"}, []string{"提出日期应在协议 HT-2021-0001 的期限"}},
		{[]string{"quantity", "两天半"}, []string{"两天半"}},
		{[]string{"price", "-1"}, []string{"-1"}},
		{[]string{"price", "90000000000000", "quantity", "999999"}, nil},
		{[]string{"kind", "<script>"}, []string{"不在可选范围内"}},
		{[]string{"title", ""}, []string{"事项"}},
		{[]string{"title", strings.Repeat("长", 101)}, []string{"100"}},
	} {
		s.Want(s.Post("baozhang", "/work-orders", with(anOrder, c.pairs...)...), 422, append(c.texts, "张队长")...)
	}
	s.Want(s.Get("baozhang", "/work-orders/1"), 404)
	s.Want(s.Get("baozhang", "/work-orders/x"), 404)
	s.Want(s.Post("baozhang", "/work-orders/1/do/assign"), 404)
	at := s.Want(s.Post("baozhang", "/work-orders", with(anOrder, "title", "<b>粗</b>", "worker", "")...), 303).Location
	raw := s.Get("baozhang", at)
	if raw.Code != 200 {
		t.Fatal(raw.Code)
	}
	s.Want(s.Post("baozhang", at+"/do/assign"), 409, "填写承办人")
	if a := s.Post("baozhang", at+"/do/nonsense"); a.Code < 400 || a.Code >= 500 {
		t.Errorf("an unknown event: %d", a.Code)
	}
	if a := s.Post("baozhang", at+"/do/settle"); a.Code < 400 || a.Code >= 500 {
		t.Errorf("settled by hand: %d", a.Code)
	}
}
