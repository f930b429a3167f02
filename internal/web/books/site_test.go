package books_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"huicun/internal/books/asset"
	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/books/template"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/jobs"
	"huicun/internal/kit/secret"
	"huicun/internal/mechanism/brand"
	"huicun/internal/mechanism/joint"
	"huicun/internal/registry/access"
	"huicun/internal/registry/file"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/web/books"
	jobpages "huicun/internal/web/jobs"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/sitetest"
)

const (
	town    = sitetest.Town
	village = sitetest.Changsheng
	other   = sitetest.Xingfu
)

// site is this group's pages over the demo's records.
type site struct {
	*sitetest.Site
	l        *ledger.Ledger
	nouns    books.Nouns
	jobs     *jobs.Queue
	children *books.Children
}

func newSite(t *testing.T) *site {
	s := &site{Site: sitetest.New(t, dbtest.SQLite(t), "2021", nil,
		sitetest.Person("kuaiji", "镇代理会计", "town_accountant", town), sitetest.Person("kuaiji2", "镇复核会计", "town_accountant", town),
		sitetest.Person("baozhang", "长胜村报账员", "village_bookkeeper", village), sitetest.Person("xingfu", "幸福村报账员", "village_bookkeeper", other),
		sitetest.Person("shenji", "审计员", "auditor", town),
	)}
	party.NewParties(s.Env)
	party.NewPersons(s.Env)
	s.l = ledger.New(s.Env)
	s.nouns = books.Nouns{Templates: template.New(s.Env, s.l), Assets: asset.NewAssets(s.Env), Units: asset.NewUnits(s.Env), Certs: asset.NewCertificates(s.Env), Contracts: contract.NewContracts(s.Env)}
	s.jobs = jobs.New(s.DB, jobs.Config{Dir: t.TempDir(), Tenants: func(context.Context) ([]int64, error) { return []int64{s.Tenant}, nil }})
	s.jobs.Register(s.l.ImportJob(s.Shell.Accounts.Acting))
	brand.NewBrands(s.Env)
	joint.NewProjects(s.Env)
	s.Menu("账务",
		shell.MenuItem{Label: "凭证", Icon: "book-2", Path: "/vouchers", Perm: "voucher:view"},
		shell.MenuItem{Label: "账套", Icon: "list-details", Path: "/books", Perm: "books:view"},
		shell.MenuItem{Label: "合同", Icon: "file-text", Path: "/contracts", Perm: "contract:view"},
		shell.MenuItem{Label: "资产资源", Icon: "building-factory", Path: "/assets", Perm: "asset:view"})
	s.Shell.Handle(shell.Route{Method: "GET", Pattern: "/behind/{kind}/{id}", Perm: shell.Self, Fn: s.behind})
	set, files := resource.NewSet(), file.New(s.Env)
	files.Rule("voucher", ledger.FileRule())
	set.Files(s.Shell, files)
	s.jobs.Register(s.Env.ImportJob(s.Shell.Accounts.Acting))
	set.Background(s.jobs, 0)
	books.Mount(s.Shell, set, s.l, s.nouns)
	jobpages.Mount(s.Shell, s.jobs, map[string]jobpages.Detail{ledger.ImportKind: books.ImportDetail(s.Shell)})
	s.children = books.NewChildren(s.Shell, s.l)
	s.Load("02-party", "10-asset", "11-asset_unit", "33-brand", "70-contract", "75-books")
	vouchers := s.Table("80-voucher.csv")
	for i := range vouchers.Rows { // joint projects are not loaded here
		vouchers.Rows[i][vouchers.Col("项目编号")] = ""
	}
	s.Whole(s.l.ImportVouchers(t.Context(), access.System, s.Tenant, vouchers))
	return s
}

// behind answers as the lineage drawer would.
func (s *site) behind(c *shell.Ctx) error {
	id, err := c.ID()
	if err != nil {
		return err
	}
	list, err := s.children.Of(c, c.R.PathValue("kind"), id)
	if err != nil {
		return err
	}
	return c.JSON(list)
}

// books is the id of a village's books.
func (s *site) books(village string) string {
	return s.ID("books", "八桥镇"+village+"股份经济合作社（2004年制度）").String()
}

// upload sends a file to the import of vouchers.
func (s *site) upload(login, name, text string, fields ...string) sitetest.Answer {
	s.Helper()
	return s.Upload(login, "/vouchers/import", name, text, fields...)
}

// line is one line of a posted voucher: summary, account, debit, credit, contract.
type line [5]string

// voucher makes the values of the entry form.
func voucher(books, day string, lines ...line) []string {
	out := []string{"_key", secret.Token()[:22], "books", books, "date", day, "kind", "记", "attachments", "2"}
	for i, l := range lines {
		for j, name := range []string{"summary", "account", "debit", "credit", "contract"} {
			out = append(out, fmt.Sprintf("lines[%d].%s", i, name), l[j])
		}
	}
	return out
}

// version reads a voucher's version, as the buttons of its page would send it.
func (s *site) version(path string) string {
	s.Helper()
	id, err := ids.Parse(path[strings.LastIndex(path, "/")+1:])
	s.OK(err)
	v, err := s.l.Get(s.Context(), access.System, s.Tenant, id)
	s.OK(err)
	return fmt.Sprint(v.Version)
}

func filterTown() record.Filter {
	return record.Filter{Scope: town, Page: db.Paging{Limit: 100}}
}
