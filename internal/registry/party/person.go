package party

import (
	"context"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/registry/record"
)

// Person is somebody with a part in the village's economy: an officer, or a native-place talent (乡贤). The
// citizen number and the phone are sealed; IDIndex finds an equal number without opening it.
type Person struct {
	db.Row
	No, Name, Gender        string
	Talent                  bool
	WorksAt, LivesAt, Trade string
	IDNoSealed, IDNoIndex   string
	PhoneSealed             string
	ConsentOn               date.Date
}

var personTable = &db.Table[Person]{
	Name: "person",
	Cols: []string{"no", "name", "gender", "talent", "works_at", "lives_at", "trade", "id_no_sealed", "id_no_index", "phone_sealed", "consent_on"},
	Row:  func(p *Person) *db.Row { return &p.Row },
	Ptrs: func(p *Person) []any {
		return []any{&p.No, &p.Name, &p.Gender, &p.Talent, &p.WorksAt, &p.LivesAt, &p.Trade, &p.IDNoSealed, &p.IDNoIndex, &p.PhoneSealed, &p.ConsentOn}
	},
}

var genders = []field.Option{{Code: "m", Label: "男"}, {Code: "f", Label: "女"}}

// NewPersons describes the noun.
func NewPersons(e *record.Env) *record.Noun[Person] {
	idNo := field.NewSealed("id_no", "公民身份号码", func(p *Person) *string { return &p.IDNoSealed }).Help("加密保存，只显示首尾")
	idNo.Set = func(p *Person, s string) error {
		c, err := code.Citizen(s)
		if err != nil {
			return errs.OnField("id_no", "%s", errs.Message(err))
		}
		p.IDNoIndex = CitizenIndex(e.Box, c)
		return nil
	}
	phone := field.NewSealed("phone", "手机号码", func(p *Person) *string { return &p.PhoneSealed }).Help("加密保存，只显示首尾")
	phone.Set = func(_ *Person, s string) error {
		if _, err := code.Mobile(s); err != nil {
			return errs.OnField("phone", "%s", errs.Message(err))
		}
		return nil
	}
	return record.Register(e, &record.Noun[Person]{
		Kind: "person", Label: "人员", Path: "/persons", Icon: "user", Key: "no", Order: "no",
		Intro:  "登记乡贤、村干部、联络员等人员，身份证号和手机号加密保存。",
		Table:  personTable,
		Title:  func(p *Person) string { return p.Name },
		Detail: func(p *Person) string { return p.No + " " + p.Trade + " " + p.WorksAt },
		Series: func(*Person) string { return "RY" },
		Fields: []field.Field[Person]{
			field.NewText("no", "人员编号", func(p *Person) *string { return &p.No }).Req().List().Help("留空自动编号"),
			field.NewText("name", "姓名（称谓）", func(p *Person) *string { return &p.Name }).Req().List(),
			field.NewEnum("gender", "性别", genders, func(p *Person) *string { return &p.Gender }),
			field.NewRegion("region", "籍贯（所属）村", func(p *Person) *string { return &p.Region }).Req().List(),
			field.NewBool("talent", "乡贤", func(p *Person) *bool { return &p.Talent }).List().Filter(),
			field.NewText("works_at", "工作单位", func(p *Person) *string { return &p.WorksAt }).List(),
			field.NewText("lives_at", "现居地", func(p *Person) *string { return &p.LivesAt }),
			field.NewText("trade", "行业（专长）", func(p *Person) *string { return &p.Trade }),
			idNo, phone,
			field.NewDay("consent_on", "同意登记日期", func(p *Person) *date.Date { return &p.ConsentOn }).Help("个人信息登记须经本人同意"),
		},
		CheckTx: func(ctx context.Context, tx *db.Tx, _, p *Person) error {
			if p.IDNoSealed == "" {
				p.IDNoIndex = ""
				return nil
			}
			other, err := personTable.One(ctx, tx, db.NewWhere(tx.Tenant).And("id_no_index = ?", p.IDNoIndex).And("id <> ?", p.ID))
			if errs.Is(err, errs.NotFound) {
				return nil
			}
			if err != nil {
				return err
			}
			return errs.OnField("id_no", "这个身份号码已登记在人员 %s 名下", other.No)
		},
	})
}
