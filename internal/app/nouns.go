package app

import (
	"context"

	"huicun/internal/books/asset"
	"huicun/internal/books/bank"
	"huicun/internal/books/budget"
	"huicun/internal/books/cash"
	"huicun/internal/books/closing"
	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/books/letting"
	"huicun/internal/books/member"
	"huicun/internal/books/opening"
	"huicun/internal/books/rent"
	"huicun/internal/books/stable"
	"huicun/internal/books/statement"
	"huicun/internal/books/template"
	"huicun/internal/books/work"
	"huicun/internal/indicator"
	"huicun/internal/insight/board"
	"huicun/internal/insight/risk"
	"huicun/internal/insight/showcase"
	"huicun/internal/kit/sheet"
	"huicun/internal/mechanism/attract"
	"huicun/internal/mechanism/brand"
	"huicun/internal/mechanism/casework"
	"huicun/internal/mechanism/chamber"
	"huicun/internal/mechanism/joint"
	"huicun/internal/mechanism/pairing"
	"huicun/internal/mechanism/plan"
	"huicun/internal/mechanism/policy"
	"huicun/internal/mechanism/secretary"
	"huicun/internal/registry/access"
	"huicun/internal/registry/file"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// Importer stores a sheet whose rows are not one record each.
type Importer func(ctx context.Context, who access.Principal, tenant int64, t *sheet.Table) (record.ImportResult, error)

// Nouns are all kinds of record, and the services of those with use cases of their own.
type Nouns struct {
	Parties *record.Noun[party.Party]
	Persons *record.Noun[party.Person]
	Roles   *record.Noun[party.Role]
	Figures *record.Noun[indicator.Def]
	Tiers   *record.Noun[indicator.Tier]
	Ledger  *ledger.Ledger
	Layouts *record.Noun[statement.Stored]
	Assets  *record.Noun[asset.Asset]
	Units   *record.Noun[asset.Unit]
	// Certificates are the documents that prove whose assets are.
	Certificates *record.Noun[asset.Certificate]
	Depreciation *asset.Depreciation
	propertyParts
	Contracts *record.Noun[contract.Contract]
	// Stable counts stable income.
	Stable *stable.Service
	// Letting is letting in the open.
	Letting *letting.Service
	Bank    *bank.Service
	// Turnovers are what tenants report of their sales, PaperTexts what contracts are printed from.
	Turnovers  *record.Noun[contract.Turnover]
	PaperTexts *record.Noun[contract.Template]
	// Work is work orders under service contracts.
	Work *work.Service
	// Households are the members (成员户) of collectives.
	Households *record.Noun[member.Member]
	// Templates are event templates and recurring vouchers.
	Templates *template.Service
	Cash      *cash.Cash
	// Rent bills and receives what contracts owe.
	Rent    *rent.Service
	Budgets *budget.Budgets
	Closing *closing.Service
	Opening *opening.Service
	// Files are what is attached to records.
	Files *file.Service

	Policies *record.Noun[policy.Policy]
	Versions *record.Noun[policy.Version]
	Awards   *record.Noun[policy.Award]
	// Runs carry awards from computing to payment.
	Runs *policy.Runs
	// Plans are one village, one plan.
	Plans         *plan.Nouns
	PolicySources *policy.Sources
	Chambers      *record.Noun[chamber.Chamber]
	Members       *record.Noun[chamber.Member]
	Brands        *record.Noun[brand.Brand]
	Products      *record.Noun[brand.Product]
	Sales         *record.Noun[brand.Sale]
	Events        *record.Noun[brand.Event]
	Agreements    *record.Noun[pairing.Agreement]
	AgreeParts    *record.Noun[pairing.Member]
	AgreeItems    *record.Noun[pairing.Item]

	Joints          *record.Noun[joint.Project]
	JointParties    *record.Noun[joint.Member]
	JointInputs     *record.Noun[joint.Input]
	JointItems      *record.Noun[joint.Item]
	JointMilestones *record.Noun[joint.Milestone]
	JointIncomes    *record.Noun[joint.Income]

	Leads     *record.Noun[attract.Lead]
	Facts     *record.Noun[attract.Fact]
	Bodies    *record.Noun[attract.Body]
	Meetings  *record.Noun[attract.Meeting]
	SLAs      *record.Noun[casework.SLA]
	Campaigns *record.Noun[casework.Campaign]
	Visits    *record.Noun[casework.Visit]
	Requests  *record.Noun[casework.Request]

	Cycles     *record.Noun[secretary.Cycle]
	Criteria   *record.Noun[secretary.Criterion]
	Projects   *record.Noun[secretary.Project]
	Measures   *record.Noun[secretary.Measure]
	Milestones *record.Noun[secretary.Milestone]
	Targets    *record.Noun[secretary.Target]
	NextSteps  *record.Noun[secretary.NextStep]
	LightRules *record.Noun[board.LightRule]
	Snapshots  *record.Noun[board.Snapshot]
	Showcases  *record.Noun[showcase.Showcase]
	// Risk are the alerts with their rules.
	Risk *risk.Service

	Importers map[string]Importer
}

// register describes every noun, floor by floor, parents before children, and fills the catalogue.
func register(e *record.Env, cat *indicator.Catalogue) *Nouns {
	n := &Nouns{Importers: map[string]Importer{}, Files: file.New(e)}
	n.Files.Rule("voucher", ledger.FileRule())
	n.Parties, n.Persons, n.Roles = party.NewParties(e), party.NewPersons(e), party.NewRoles(e)
	registerBooks(e, n)
	cat.Add(n.Stable.Figures()...)
	addFigures(e, cat) // before the nouns that offer indicators to choose from
	registerMechanisms(e, n, cat)
	n.LightRules, n.Snapshots = board.NewLightRules(e), board.NewSnapshots(e)
	n.Showcases = showcase.NewShowcases(e)
	n.Risk = risk.New(e)
	n.Files.Rule(risk.Kind, risk.FileRule())
	n.Figures, n.Tiers = indicator.NewDefs(e, cat), indicator.NewTiers(e)
	return n
}

// addFigures fills the catalogue with every slice's indicators.
func addFigures(e *record.Env, cat *indicator.Catalogue) {
	cat.Add(asset.Figures()...)
	cat.Add(contract.Figures(e)...)
	cat.Add(work.Figures()...)
	cat.Add(letting.Figures()...)
	cat.Add(rent.Figures()...)
	cat.Add(ledger.Figures(e, e.Regions)...)
	cat.Add(policy.Figures(e)...)
	cat.Add(plan.Figures(e, cat)...)
	cat.Add(chamber.Figures(e)...)
	cat.Add(brand.Figures(e)...)
	cat.Add(pairing.Figures(e)...)
	cat.Add(joint.Figures(e)...)
	cat.Add(attract.Figures()...)
	cat.Add(casework.Figures(departmentAgreements(cat))...)
	cat.Add(secretary.Figures()...)
}

func registerBooks(e *record.Env, n *Nouns) {
	n.Ledger = ledger.New(e)
	n.Importers["voucher"] = n.Ledger.ImportVouchers
	n.Layouts = statement.NewLayouts(e)
	n.Assets, n.Units = asset.NewAssets(e), asset.NewUnits(e)
	n.Certificates = asset.NewCertificates(e)
	n.Depreciation = asset.NewDepreciation(e, n.Ledger)
	registerProperty(e, n)
	n.Contracts = contract.NewContracts(e)
	n.Stable = stable.New(e)
	n.Letting = letting.New(e, n.Contracts)
	n.Turnovers, n.PaperTexts = contract.NewTurnovers(e), contract.NewTemplates(e)
	n.Work = work.New(e)
	n.Households = member.New(e)
	n.Bank = bank.New(e, n.Ledger)
	n.Importers["bank_line"] = n.Bank.ImportLines
	n.Templates = template.New(e, n.Ledger)
	n.Budgets = budget.New(e)
	n.Cash = cash.New(e, n.Ledger)
	n.Rent = rent.New(e, n.Ledger)
	n.Rent.Connect(n.Bank)
	n.Closing = closing.New(e, n.Ledger, households, closeChecks(e, n)...)
	n.Opening = opening.New(e, n.Ledger, n.Parties, n.Households)
}

func registerMechanisms(e *record.Env, n *Nouns, cat *indicator.Catalogue) {
	n.PolicySources = policy.NewSources(e, cat)
	n.Policies, n.Versions, n.Awards = policy.NewPolicies(e), policy.NewVersions(e, n.PolicySources), policy.NewAwards(e)
	n.Runs = policy.NewRuns(e, n.Ledger, n.Awards)
	n.Chambers, n.Members = chamber.NewChambers(e), chamber.NewMembers(e)
	n.Brands, n.Products, n.Events, n.Sales = brand.NewBrands(e), brand.NewProducts(e), brand.NewEvents(e), brand.NewSales(e)
	n.Agreements, n.AgreeParts, n.AgreeItems = pairing.NewAgreements(e), pairing.NewParties(e), pairing.NewItems(e)
	n.Joints, n.JointParties = joint.NewProjects(e), joint.NewParties(e)
	n.JointInputs, n.JointItems = joint.NewInputs(e), joint.NewItems(e)
	n.JointMilestones, n.JointIncomes = joint.NewMilestones(e), joint.NewIncomes(e)
	n.Leads = attract.NewLeads(e, n.Persons)
	n.Facts = attract.NewFacts(e, n.Leads)
	n.Bodies = attract.NewBodies(e)
	n.Meetings = attract.NewMeetings(e, n.Bodies)
	for _, k := range attract.Subjects(e) {
		n.PolicySources.Add(k)
	}
	n.SLAs, n.Campaigns, n.Visits, n.Requests = casework.NewSLAs(e), casework.NewCampaigns(e), casework.NewVisits(e), casework.NewRequests(e)
	n.Plans = plan.New(e, cat) // its items link to joint projects
	n.Cycles, n.Criteria, n.Projects = secretary.NewCycles(e), secretary.NewCriteria(e), secretary.NewProjects(e)
	n.Measures, n.Milestones = secretary.NewMeasures(e), secretary.NewMilestones(e)
	n.Targets, n.NextSteps = secretary.NewTargets(e, cat), secretary.NewNextSteps(e, cat)
}
