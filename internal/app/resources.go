package app

import (
	"context"

	"huicun/internal/books/asset"
	"huicun/internal/books/cash"
	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/books/member"
	"huicun/internal/books/rent"
	"huicun/internal/books/statement"
	"huicun/internal/books/work"
	"huicun/internal/indicator"
	"huicun/internal/insight/board"
	"huicun/internal/insight/showcase"
	"huicun/internal/kit/db"
	"huicun/internal/mechanism/attract"
	"huicun/internal/mechanism/brand"
	"huicun/internal/mechanism/casework"
	"huicun/internal/mechanism/chamber"
	"huicun/internal/mechanism/joint"
	"huicun/internal/mechanism/pairing"
	"huicun/internal/mechanism/policy"
	"huicun/internal/mechanism/secretary"
	"huicun/internal/registry/file"
	"huicun/internal/registry/party"
	planpages "huicun/internal/web/plan"
	policypages "huicun/internal/web/policy"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
)

// children names another noun's records on a detail page: its kind, its field that points here, and the title.
func children(list ...[3]string) []resource.Child {
	var out []resource.Child
	for _, c := range list {
		out = append(out, resource.Child{Kind: c[0], Field: c[1], Title: c[2]})
	}
	return out
}

// mountNouns gives the nouns their pages.
func mountNouns(s *shell.Shell, set *resource.Set, n *Nouns) {
	resource.Mount(s, set, n.Parties, resource.Options[party.Party]{Children: children([3]string{"person_role", "party", "任职"}, [3]string{"contract", "party_b", "签订的合同"})})
	resource.Mount(s, set, n.Persons, resource.Options[party.Person]{Children: children([3]string{"person_role", "person", "任职"}, [3]string{"chamber_member", "person", "商会任职"})})
	resource.Mount(s, set, n.Roles, resource.Options[party.Role]{})
	resource.Mount(s, set, n.Files.Limits, resource.Options[file.Limit]{})
	resource.Mount(s, set, n.Households, resource.Options[member.Member]{})
	resource.Mount(s, set, n.Figures, resource.Options[indicator.Def]{})
	resource.Mount(s, set, n.Tiers, resource.Options[indicator.Tier]{})
	mountPolicy(s, set, n)
	mountJoint(s, set, n)
	mountService(s, set, n)
	mountSecretary(s, set, n)
}

func mountPolicy(s *shell.Shell, set *resource.Set, n *Nouns) {
	resource.Mount(s, set, n.Policies, resource.Options[policy.Policy]{Children: children([3]string{"policy_version", "policy", "版本"}, [3]string{"award", "policy", "奖励发放"})})
	policypages.Mount(s, set, n.Versions, n.PolicySources)
	policypages.MountRuns(s, set, n.Runs, n.Versions, n.PolicySources)
	resource.Mount(s, set, n.Awards, resource.Options[policy.Award]{})
	resource.Mount(s, set, n.Chambers, resource.Options[chamber.Chamber]{Children: children([3]string{"chamber_member", "chamber", "会员"})})
	resource.Mount(s, set, n.Members, resource.Options[chamber.Member]{})
	resource.Mount(s, set, n.Brands, resource.Options[brand.Brand]{Children: children([3]string{"product", "brand", "产品"}, [3]string{"event", "brand", "节庆活动"}, [3]string{"contract", "brand", "品牌服务协议"}, [3]string{"work_order", "brand", "工单"})})
	resource.Mount(s, set, n.Products, resource.Options[brand.Product]{Children: children([3]string{"sale", "product", "销售"})})
	resource.Mount(s, set, n.Events, resource.Options[brand.Event]{Children: children([3]string{"sale", "event", "活动销售"})})
	resource.Mount(s, set, n.Sales, resource.Options[brand.Sale]{})
}

func mountJoint(s *shell.Shell, set *resource.Set, n *Nouns) {
	resource.Mount(s, set, n.Agreements, resource.Options[pairing.Agreement]{Children: children(
		[3]string{"agreement_party", "agreement", "结对各方"}, [3]string{"agreement_item", "agreement", "共建内容"}, [3]string{"joint", "agreement", "联建项目"})})
	resource.Mount(s, set, n.AgreeParts, resource.Options[pairing.Member]{})
	resource.Mount(s, set, n.AgreeItems, resource.Options[pairing.Item]{})
	resource.Mount(s, set, n.Joints, resource.Options[joint.Project]{Children: append(children(
		[3]string{"joint_party", "project", "参与各方"}, [3]string{"joint_input", "project", "投入"}, [3]string{"joint_item", "project", "设施、资源与需求"},
		[3]string{"joint_milestone", "project", "节点"}, [3]string{"joint_income", "project", "收入预期与实现"}), planpages.OfJoint)})
	resource.Mount(s, set, n.JointParties, resource.Options[joint.Member]{})
	resource.Mount(s, set, n.JointInputs, resource.Options[joint.Input]{})
	resource.Mount(s, set, n.JointItems, resource.Options[joint.Item]{})
	resource.Mount(s, set, n.JointMilestones, resource.Options[joint.Milestone]{})
	resource.Mount(s, set, n.JointIncomes, resource.Options[joint.Income]{})
}

func mountService(s *shell.Shell, set *resource.Set, n *Nouns) {
	resource.Mount(s, set, n.Leads, resource.Options[attract.Lead]{Children: children(
		[3]string{"lead_fact", "lead", "落地实绩"}, [3]string{"party_body", "lead", "帮办临时党组织"}, [3]string{"request", "lead", "项目诉求"})})
	resource.Mount(s, set, n.Facts, resource.Options[attract.Fact]{})
	resource.Mount(s, set, n.Bodies, resource.Options[attract.Body]{Children: children([3]string{"body_meeting", "body", "会议"})})
	resource.Mount(s, set, n.Meetings, resource.Options[attract.Meeting]{})
	resource.Mount(s, set, n.SLAs, resource.Options[casework.SLA]{})
	resource.Mount(s, set, n.Campaigns, resource.Options[casework.Campaign]{Children: children([3]string{"visit", "campaign", "走访"})})
	resource.Mount(s, set, n.Visits, resource.Options[casework.Visit]{Children: children([3]string{"request", "visit", "走访中提出的诉求"})})
	resource.Mount(s, set, n.Requests, resource.Options[casework.Request]{})
}

func mountSecretary(s *shell.Shell, set *resource.Set, n *Nouns) {
	resource.Mount(s, set, n.Cycles, resource.Options[secretary.Cycle]{Children: children([3]string{"criterion", "cycle", "选题原则与比较维度"}, [3]string{"project", "cycle", "书记项目"})})
	resource.Mount(s, set, n.Criteria, resource.Options[secretary.Criterion]{})
	resource.Mount(s, set, n.Projects, resource.Options[secretary.Project]{Children: children(
		[3]string{"measure", "project", "举措"}, [3]string{"milestone", "project", "节点"}, [3]string{"target", "project", "目标"}, [3]string{"next_step", "project", "下一步打算"})})
	resource.Mount(s, set, n.Measures, resource.Options[secretary.Measure]{})
	resource.Mount(s, set, n.Milestones, resource.Options[secretary.Milestone]{})
	resource.Mount(s, set, n.Targets, resource.Options[secretary.Target]{})
	resource.Mount(s, set, n.NextSteps, resource.Options[secretary.NextStep]{})
	resource.Mount(s, set, n.LightRules, resource.Options[board.LightRule]{})
}

// check verifies one kind of thing that must hold in a tenant and returns what does not, in Chinese.
type check func(ctx context.Context, q db.Q, tenant int64) ([]string, error)

// checks are what fsck runs.
func (a *App) checks() []check {
	return []check{ledger.Check, file.Check, statement.Check, cash.Check, rent.Check, asset.Check, a.Nouns.Bank.Check, contract.Check, work.Check, a.Nouns.Closing.Check, a.Nouns.Opening.Check, policy.Check, showcase.Check}
}
