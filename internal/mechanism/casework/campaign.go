package casework

import (
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/registry/record"
)

// CampaignKinds are the kinds of campaign with their Chinese names.
var CampaignKinds = []field.Option{
	{Code: "listen", Label: "走听转办专项活动"}, {Code: "warm", Label: "惠企温暖行"}, {Code: "other", Label: "其他走访活动"},
}

// Campaign is a round of visits to firms.
type Campaign struct {
	db.Row
	Name, Kind string
	From, To   date.Date
	Content    string
}

var campaignTable = &db.Table[Campaign]{
	Name: "campaign",
	Cols: []string{"name", "kind", "from_date", "to_date", "content"},
	Row:  func(c *Campaign) *db.Row { return &c.Row },
	Ptrs: func(c *Campaign) []any { return []any{&c.Name, &c.Kind, &c.From, &c.To, &c.Content} },
}

// NewCampaigns describes the noun.
func NewCampaigns(e *record.Env) *record.Noun[Campaign] {
	return record.Register(e, &record.Noun[Campaign]{
		Kind: "campaign", Label: "走访活动", Path: "/campaigns", Icon: "speakerphone", Key: "name", Order: "-from_date",
		Intro: "“走听转办”“惠企温暖行”等走访活动在这里登记，走访和诉求归到活动下。",
		Table: campaignTable,
		Title: func(c *Campaign) string { return c.Name },
		Fields: []field.Field[Campaign]{
			field.NewText("name", "活动名称", func(c *Campaign) *string { return &c.Name }).Req().List(),
			field.NewEnum("kind", "活动类别", CampaignKinds, func(c *Campaign) *string { return &c.Kind }).Req().List().Filter(),
			field.NewRegion("region", "开展地区", func(c *Campaign) *string { return &c.Region }).Req().List(),
			field.NewDay("from", "开始日期", func(c *Campaign) *date.Date { return &c.From }).Req().Col("from_date").List(),
			field.NewDay("to", "结束日期", func(c *Campaign) *date.Date { return &c.To }).Col("to_date").List(),
			field.NewLong("content", "活动内容", func(c *Campaign) *string { return &c.Content }),
		},
		Check: func(c *Campaign) error {
			if !c.To.IsZero() && c.To.Before(c.From) {
				return errs.OnField("to", "结束日期不能早于开始日期")
			}
			return nil
		},
	})
}
