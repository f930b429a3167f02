package overview

import (
	"context"

	"huicun/internal/registry/access"
)

// Begin is one of the first things to enter, in the order that the later ones need the earlier.
type Begin struct {
	Kind, Label, Why string
	Path             string // where it is entered
	Done             bool
	Allowed          bool // whether the person may enter it
}

var begins = []Begin{
	{Kind: "region", Label: "行政区划", Why: "镇、村的名称和代码，其他记录都归到村", Path: "/regions"},
	{Kind: "party", Label: "单位", Why: "各村集体经济组织、党组织，以及承租的企业"},
	{Kind: "books", Label: "账套", Why: "一个集体经济组织一本账"},
	{Kind: "asset", Label: "资产资源", Why: "厂房、商铺、土地、岸线，并划分出租单元"},
	{Kind: "contract", Label: "合同", Why: "租赁合同和服务协议，系统自动排出收款计划和稳定性收入"},
	{Kind: "voucher", Label: "凭证", Why: "收支入账后，村级总收入和梯队自动算出"},
	{Kind: "agreement", Label: "结对协议", Why: "村村、村企、村与部门结对，覆盖率自动算出"},
	{Kind: "project", Label: "书记项目", Why: "领题立项，三比看板自动排名"},
}

// Begins says what of the first things to enter is there already in a scope. It asks for one record of each kind.
func (s *Service) Begins(ctx context.Context, who access.Principal, tenant int64, scope string) ([]Begin, error) {
	ranges, err := s.env.Regions.Ranges(ctx, scope)
	if err != nil {
		return nil, err
	}
	out := make([]Begin, 0, len(begins))
	for _, b := range begins {
		b.Allowed = who.Can(b.Kind+":"+access.Edit, scope)
		if b.Kind == "region" {
			list, err := s.env.Regions.VillagesIn(ctx, ranges)
			if err != nil {
				return nil, err
			}
			b.Done = len(list) > 0
			out = append(out, b)
			continue
		}
		n, ok := s.env.Noun(b.Kind)
		if !ok {
			continue
		}
		b.Path = n.Info().Path
		found, err := n.Suggest(ctx, tenant, ranges, "", 1)
		if err != nil {
			return nil, err
		}
		b.Done = len(found) > 0
		out = append(out, b)
	}
	return out, nil
}
