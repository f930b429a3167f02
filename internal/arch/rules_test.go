package arch

// module is this module's path; package paths below are relative to it.
const module = "huicun"

// A floor is a part of the tree whose packages may import the floors below it.
type floor struct {
	path string // below the module's root
	// order, if set, lists the floor's units from the bottom up: a unit
	// (a directory with all below it) may import those listed before it.
	// Without it the floor's packages may import one another as they like.
	order []string
}

// floors from the bottom up.
var floors = []floor{
	{path: "internal/kit"},
	{path: "internal/registry"},
	{path: "internal/indicator"},
	{path: "internal/books", order: []string{"ledger", "statement", "journal", "template", "budget", "closing", "asset", "stocktake", "disposal", "alteration", "contract", "work", "letting", "bank", "cash", "rent", "stable", "member", "opening"}},
	{path: "internal/mechanism", order: []string{
		"mechtest",
		"policy", "plan", "chamber", "brand", "pairing", "joint", "attract", "casework", "secretary",
	}},
	{path: "internal/insight", order: []string{"board", "overview", "showcase", "disclosure", "risk"}},
}

// Above the floors stand the ways in. Their rules are in checkImport.
const (
	kitPath  = "internal/kit"
	webPath  = "internal/web"
	apiPath  = "internal/api"
	appPath  = "internal/app"
	cmdPath  = "cmd/huicun"
	archPath = "internal/arch"

	// migrationsPath holds the schema. It knows kit alone, and only internal/app
	// and tests apply it.
	migrationsPath = "migrations"

	// demoPath holds records as data, and imports nothing of ours.
	demoPath = "demo"
)

// webBase are the parts of the web that know nothing of the domain: they import
// only kit and one another.
var webBase = []string{"assets", "ui"}

// webShared are the parts of the web every page group may import.
var webShared = []string{"assets", "ui", "shell", "resource", "jobs", "sitetest"} // jobs: whoever hands work to the background leads to its page; sitetest is for tests

// importExceptions lists single imports allowed against the floors:
// {importing package, imported package}: reason.
var importExceptions = map[[2]string]string{}

// A thirdParty entry says where a module may be imported. A module without an
// entry may be imported nowhere.
type thirdParty struct {
	module  string
	in      []string // package trees
	inTests bool     // besides, in test code anywhere
}

var thirdParties = []thirdParty{
	// Only internal/kit/db talks to a database driver, in tests too.
	{module: "modernc.org/sqlite", in: []string{"internal/kit/db"}},
	{module: "github.com/jackc/pgx/v5", in: []string{"internal/kit/db"}},
	{module: "github.com/pressly/goose/v3", in: []string{"internal/kit/db"}},
	{module: "github.com/gofrs/flock", in: []string{"internal/kit/db"}},

	{module: "golang.org/x/crypto", in: []string{"internal/kit/secret"}},
	{module: "golang.org/x/sync", in: []string{"internal/kit", "internal/app"}},
	{module: "golang.org/x/sys", in: []string{"internal/kit"}},
	{module: "golang.org/x/text", in: []string{"internal/kit"}, inTests: true},
	{module: "golang.org/x/time", in: []string{"internal/kit", "internal/web", "internal/api", "internal/app"}},
	{module: "github.com/mozillazg/go-pinyin", in: []string{"internal/kit/search"}},
	// Tests read back the workbooks that pages hand out.
	{module: "github.com/xuri/excelize/v2", in: []string{"internal/kit/sheet"}, inTests: true},
	{module: "github.com/goccy/go-yaml", in: []string{"internal/kit", "internal/mechanism/policy", "internal/books/template", "internal/app"}},
	// Conditions and sums of incentive policies.
	{module: "cel.dev/cel-go", in: []string{"internal/mechanism/policy/engine"}},
	{module: "github.com/a-h/templ", in: []string{"internal/web"}},
	{module: "github.com/andybalholm/brotli", in: []string{"internal/web/assets"}},
	// Labels of assets.
	{module: "rsc.io/qr", in: []string{"internal/web/property"}},
	{module: "github.com/yuin/goldmark", in: []string{"internal/insight/showcase", "internal/web"}},
	{module: "github.com/alecthomas/kong", in: []string{"cmd/huicun"}},

	{module: "github.com/chromedp/chromedp", inTests: true},
	{module: "github.com/chromedp/cdproto", inTests: true},
	{module: "github.com/google/go-cmp", inTests: true},
	{module: "github.com/rogpeppe/go-internal", inTests: true},
	{module: "golang.org/x/net", inTests: true},
	{module: "pgregory.net/rapid", inTests: true},
}

// sqlFreely are the package trees that may hold SQL in any file. Elsewhere it
// belongs in store.go or *_store.go, or in a directory named migrations.
var sqlFreely = []string{"internal/kit/db"}

// sqlExceptions lists further files: path: reason.
var sqlExceptions = map[string]string{}

// clockPackages may call time.Now. All others take a clock of internal/kit/date,
// so that tests and the demo can choose the day.
var clockPackages = []string{"internal/kit/date"}

// clockExceptions lists further files: path: reason.
var clockExceptions = map[string]string{}

// maxLines is how long a file written by hand may be.
const maxLines = 800

// lengthExceptions lists longer files: path: reason.
var lengthExceptions = map[string]string{}
