package bank_test

import (
	"fmt"
	"regexp"
	"testing"

	"huicun/internal/books/asset"
	"huicun/internal/books/bank"
	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/books/member"
	"huicun/internal/kit/db"
	"huicun/internal/mechanism/brand"
	"huicun/internal/mechanism/joint"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	bankpages "huicun/internal/web/bank"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/sitetest"
)

const (
	town    = sitetest.Town
	village = sitetest.Yongsheng
	other   = sitetest.Xingfu
)

// site is this group's pages over the demo's books of one village.
type site struct {
	*sitetest.Site
	s *bank.Service
	l *ledger.Ledger
}

func newSite(t *testing.T, d *db.DB) *site {
	s := &site{Site: sitetest.New(t, d, "2021", nil,
		sitetest.Person("kuaiji", "镇代理会计", "town_accountant", town), sitetest.Person("shuji", "镇书记", "town_secretary", town), sitetest.Person("chuna", "镇出纳", "town_cashier", town),
		sitetest.Person("baozhang", "永胜村报账员", "village_bookkeeper", village), sitetest.Person("xingfu", "幸福村报账员", "village_bookkeeper", other),
		sitetest.Person("shenji", "审计员", "auditor", town), sitetest.Person("lianluo", "联络员", "liaison", town),
	)}
	party.NewParties(s.Env)
	party.NewPersons(s.Env)
	s.l = ledger.New(s.Env)
	asset.NewAssets(s.Env)
	asset.NewUnits(s.Env)
	contract.NewContracts(s.Env)
	member.New(s.Env)
	s.s = bank.New(s.Env, s.l)
	brand.NewBrands(s.Env)
	joint.NewProjects(s.Env)
	s.Menu("资金", shell.MenuItem{Label: "银行对账", Icon: "scale", Path: "/bank", Perm: "bank_account:view"},
		shell.MenuItem{Label: "付款批次", Icon: "send", Path: "/payments", Perm: "payment:view"})
	bankpages.Mount(s.Shell, resource.NewSet(), s.s)
	s.Load("02-party", "10-asset", "11-asset_unit", "33-brand", "70-contract", "75-books")
	vouchers := s.Table("80-voucher.csv")
	for i := range vouchers.Rows { // joint projects are not loaded here
		vouchers.Rows[i][vouchers.Col("项目编号")] = ""
	}
	s.Whole(s.l.ImportVouchers(t.Context(), access.System, s.Tenant, vouchers))
	s.Load("76-bank_account")
	return s
}

// statements imports the demo's statement lines.
func (s *site) statements() {
	s.Helper()
	for range 2 { // the second time changes nothing
		res, err := s.s.ImportLines(s.Context(), access.System, s.Tenant, s.Table("81-bank_line.csv"))
		s.Whole(res, err)
		if res.Created+res.Same != 56 {
			s.Fatalf("%+v", res)
		}
	}
}

// path is where the page of the demo's account is.
func (s *site) path() string {
	s.Helper()
	return "/bank-accounts/" + s.ID("bank_account", "永胜村基本户（示例）").String()
}

// inputs reads the values that a form would send as it stands, by a marker within the form.
func inputs(body string) []string {
	var out []string
	for _, m := range regexp.MustCompile(`<select[^>]*name="([^"]+)"[^>]*>(?s:(.*?))</select>`).FindAllStringSubmatch(body, -1) {
		if v := regexp.MustCompile(`value="([^"]*)" selected`).FindStringSubmatch(m[2]); v != nil {
			out = append(out, m[1], v[1])
		}
	}
	for _, name := range []string{"was", "skip_words", "out_words", "in_words", "date_format"} {
		for _, re := range []string{`value="([^"]*)"[^>]*name="` + name + `"`, `name="` + name + `" value="([^"]*)"`} {
			if v := regexp.MustCompile(re).FindStringSubmatch(body); v != nil {
				out = append(out, name, v[1])
				break
			}
		}
	}
	return out
}

func sprint(v ...any) string { return fmt.Sprint(v...) }
