package property

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"huicun/internal/books/alteration"
	"huicun/internal/books/asset"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/qty"
	"huicun/internal/registry/access"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

const (
	alterView = alteration.Kind + ":" + access.View
	alterEdit = alteration.Kind + ":" + access.Edit
)

func (p *pages) mountAlterations(s *shell.Shell, set *resource.Set) {
	resource.Mount(s, set, p.alter.List, resource.Options[alteration.Alteration]{
		NoForms: true, NewPath: "/assets", Links: []string{"asset"}, Before: []resource.Panel[alteration.Alteration]{p.alterPlan},
	})
	s.Handle(
		shell.Route{Method: "GET", Pattern: "/assets/{id}/alter", Perm: alterEdit, Fn: p.alterNew},
		shell.Route{Method: "POST", Pattern: "/assets/{id}/alter", Perm: alterEdit, Fn: p.alterCreate},
		shell.Route{Method: "GET", Pattern: "/asset-alterations/{id}/edit", Perm: alterEdit, Fn: p.alterForm},
		shell.Route{Method: "POST", Pattern: "/asset-alterations/{id}/edit", Perm: alterEdit, Fn: p.alterSave},
		shell.Route{Method: "POST", Pattern: "/asset-alterations/{id}/do/{event}", Perm: alterView, Fn: p.alterDo},
	)
}

// alterFields are by kind the fields of the form, in their order.
var alterFields = map[string][]string{
	asset.Improve: {"on", "cost", "quantity", "life", "account", "document", "reason", "resolution"},
	asset.Revalue: {"on", "cost", "accumulated", "account", "document", "reason", "resolution"},
	asset.Turn:    {"on", "class", "nature", "charge", "reason", "resolution"},
	asset.Split:   {"on", "reason", "resolution"},
	asset.Merge:   {"on", "reason", "resolution"},
}

// alterLabels say what a field is within a kind, where that is more than its own label.
var alterLabels = map[string]map[string][2]string{
	asset.Improve: {"cost": {"增加的原值", "改扩建支出中计入资产价值的部分"}, "quantity": {"增加的数量", "扩建后增加的面积等，没有的不填"}, "life": {"延长的使用年限", "按月填写，如 5 年填 60"}, "account": {"支出来源科目", "编码，不填的记在建工程（生物、无形资产记银行存款）"}, "document": {"竣工决算（验收）文件", ""}},
	asset.Revalue: {"cost": {"调整后原值", ""}, "accumulated": {"调整后累计折旧", ""}, "account": {"差额记入科目", "编码，不填记公积公益金"}, "document": {"评估（清产核资）报告", ""}},
	asset.Turn:    {"class": {"转为资产分类", "不变的不选"}, "nature": {"转为资产性质", "不变的不选"}, "charge": {"折旧改记", "不变的不选"}},
}

// partRows is how many parts a form takes.
const partRows = 6

// altering is what the form is about: the card, and the alteration as typed.
type altering struct {
	card  *asset.Asset
	x     *alteration.Alteration // nil for a new one
	kind  string
	texts map[string]string
	key   string
}

func (p *pages) alterCard(c *shell.Ctx, tenant int64, id ids.ID) (*asset.Asset, error) {
	a, err := p.assets.Get(c.Context(), c.Who, tenant, id)
	if err == nil {
		err = c.Who.Require(alterEdit, a.Region)
	}
	return a, err
}

// alterNew asks for an alteration of a card.
func (p *pages) alterNew(c *shell.Ctx) error {
	f, err := p.beginAlter(c)
	if err != nil {
		return err
	}
	f.kind, f.key = c.Query("kind"), c.FormKey()
	if alterFields[f.kind] == nil {
		f.kind = asset.Improve
	}
	f.texts = map[string]string{"on": c.AsOf.String()}
	if f.kind == asset.Revalue {
		f.texts["cost"], f.texts["accumulated"] = f.card.Cost.Plain(), f.card.Accumulated.Plain()
	}
	return p.alterPage(c, f, nil)
}

func (p *pages) beginAlter(c *shell.Ctx) (*altering, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, err
	}
	id, err := c.ID()
	if err != nil {
		return nil, err
	}
	a, err := p.alterCard(c, tenant, id)
	return &altering{card: a}, err
}

// alterOf reads the alteration of the address with its card.
func (p *pages) alterOf(c *shell.Ctx) (*altering, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, err
	}
	id, err := c.ID()
	if err != nil {
		return nil, err
	}
	x, err := p.alter.List.Get(c.Context(), c.Who, tenant, id)
	if err != nil {
		return nil, err
	}
	a, err := p.alterCard(c, tenant, x.Asset)
	return &altering{card: a, x: x, kind: x.Kind}, err
}

func (p *pages) alterForm(c *shell.Ctx) error {
	f, err := p.alterOf(c)
	if err != nil {
		return err
	}
	if f.x.State != alteration.Draft {
		return c.Redirect("/asset-alterations/" + f.x.ID.String())
	}
	if f.texts, err = p.alter.List.Texts(c.Context(), p.env.ForTenant(c.Tenant), f.x); err != nil {
		return err
	}
	for i := range f.x.Parts {
		part := &f.x.Parts[i]
		n := strconv.Itoa(i + 1)
		f.texts["name"+n], f.texts["units"+n] = part.Name, part.Units
		if part.Quantity.N > 0 {
			f.texts["quantity"+n] = part.Quantity.String()
		}
		if part.Cost > 0 {
			f.texts["cost"+n] = part.Cost.Plain()
		}
		if part.Asset != 0 {
			names, err := p.names(c.Context(), c.Tenant, "asset", []ids.ID{part.Asset})
			if err != nil {
				return err
			}
			f.texts["card"+n] = names[part.Asset]
		}
	}
	return p.alterPage(c, f, nil)
}

// typedAlter reads the posted form into an alteration.
func (p *pages) typedAlter(c *shell.Ctx, f *altering, x *alteration.Alteration) error {
	if err := c.R.ParseForm(); err != nil {
		return errs.Wrap(err, errs.Invalid, "form", "没有收到表单，请重新提交")
	}
	names := slices.Clone(alterFields[f.kind])
	in := formTexts(c, names)
	f.texts = map[string]string{}
	for k, s := range in {
		f.texts[k] = s
	}
	for i := range partRows {
		for _, name := range []string{"name", "quantity", "cost", "units", "card"} {
			f.texts[name+strconv.Itoa(i+1)] = c.Form(name + strconv.Itoa(i+1))
		}
	}
	err := p.alter.List.SetTexts(c.Context(), p.env.ForTenant(c.Tenant), c.Scope, x, in)
	if err != nil {
		return err
	}
	x.Parts, err = p.typedParts(c, f)
	return err
}

// typedParts reads the rows of a split or merger; empty rows are passed over.
func (p *pages) typedParts(c *shell.Ctx, f *altering) ([]alteration.Part, error) {
	var out []alteration.Part
	wrong := func(i int, err error) error {
		return errs.OnField("parts", "第 %d 行：%s", i, errs.Message(err))
	}
	for i := 1; i <= partRows; i++ {
		n := strconv.Itoa(i)
		var part alteration.Part
		var err error
		if f.kind == asset.Merge {
			no := f.texts["card"+n]
			if no == "" {
				continue
			}
			other, err := p.assets.ByKey(c.Context(), p.read(), c.Tenant, no)
			if err != nil || !c.Who.Can(assetView, other.Region) {
				if err != nil && !errs.Is(err, errs.NotFound) {
					return nil, err
				}
				return nil, errs.OnField("parts", "第 %d 行：没有编号为“%s”的资产", i, no)
			}
			part.Asset, part.Name, part.Quantity = other.ID, other.Name, other.Quantity
			out = append(out, part)
			continue
		}
		if f.kind != asset.Split || f.texts["name"+n]+f.texts["quantity"+n]+f.texts["cost"+n]+f.texts["units"+n] == "" {
			continue
		}
		part.Name, part.Units = field.Clean(f.texts["name"+n], false), field.Clean(f.texts["units"+n], false)
		if s := f.texts["quantity"+n]; s != "" {
			if part.Quantity, err = qty.Parse(s, f.card.Quantity.Unit); err != nil {
				return nil, wrong(i, err)
			}
		}
		if s := f.texts["cost"+n]; s != "" {
			if part.Cost, err = money.Parse(s); err != nil || part.Cost < 0 {
				return nil, wrong(i, cmp.Or(err, error(errs.New(errs.Invalid, "alter.cost", "金额不能为负数"))))
			}
		}
		out = append(out, part)
	}
	return out, nil
}

func (p *pages) alterCreate(c *shell.Ctx) error {
	f, err := p.beginAlter(c)
	if err != nil {
		return err
	}
	f.kind, f.key = c.Form("kind"), c.Form("_key")
	if alterFields[f.kind] == nil {
		return errs.OnField("kind", "请选择变动类型")
	}
	x := &alteration.Alteration{Kind: f.kind, Asset: f.card.ID}
	x.Sample = f.card.Sample
	err = p.typedAlter(c, f, x)
	var id ids.ID
	if err == nil {
		id, err = p.alter.List.Create(c.Context(), c.Who, c.Tenant, f.key, x)
	}
	switch {
	case err == nil:
		return c.Done("/asset-alterations/"+id.String(), "已填好变动单，请核对变动前后再办理")
	case mendable(err):
		return p.alterPage(c, f, err)
	}
	return err
}

func (p *pages) alterSave(c *shell.Ctx) error {
	f, err := p.alterOf(c)
	if err != nil {
		return err
	}
	err = p.typedAlter(c, f, f.x)
	if err == nil {
		f.x.Version, _ = strconv.ParseInt(c.Form("version"), 10, 64)
		err = p.alter.List.Update(c.Context(), c.Who, c.Tenant, f.x)
	}
	switch {
	case err == nil:
		return c.Done("/asset-alterations/"+f.x.ID.String(), "已保存")
	case mendable(err):
		return p.alterPage(c, f, err)
	}
	return err
}

// alterDo carries out an event; what is the matter is shown on the page.
func (p *pages) alterDo(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	id, err := c.ID()
	if err != nil {
		return err
	}
	version, _ := strconv.ParseInt(c.Form("version"), 10, 64) // none: whatever there is
	to := "/asset-alterations/" + id.String()
	if err := p.alter.List.Do(c.Context(), c.Who, tenant, id, version, c.R.PathValue("event"), c.Form("reason")); err != nil {
		if !mendable(err) {
			return err
		}
		title := "资产变动单"
		return c.PageStatus(statusOf(err), c.PageOf(title, ui.Link{Label: title, Href: "/asset-alterations"}, ui.Link{Label: "办理"}), problemBody(shell.Sentence(err), to))
	}
	return c.Done(to, "已办理；有价值变动的，凭证待审核")
}

// alterPage is the form of a kind.
func (p *pages) alterPage(c *shell.Ctx, f *altering, wrong error) error {
	n := p.alter.List.Any()
	beside, top := fieldErrors(n.Field, wrong)
	v := alterFormView{Kind: f.kind, Card: f.card, Unit: f.card.Quantity.Unit.Label(), Key: f.key, Back: "/assets/" + f.card.ID.String(), Action: "/assets/" + f.card.ID.String() + "/alter"}
	if f.x != nil {
		v.Back = "/asset-alterations/" + f.x.ID.String()
		v.Action, v.Version = v.Back+"/edit", strconv.FormatInt(f.x.Version, 10)
	}
	if e := errs.As(wrong); e != nil && len(e.Fields) > 0 && e.Fields[0].Name == "parts" {
		v.PartsError, top = e.Fields[0].Msg, ""
	}
	v.Top = top
	if msg := beside["asset"]; msg != "" {
		v.Top = msg
	}
	for _, name := range alterFields[f.kind] {
		fd := n.Field(name)
		u := ui.Field{Name: name, Label: fd.Label, Value: f.texts[name], Error: beside[name], Unit: fd.Unit, Required: fd.Required, MaxLength: fd.Max}
		if l := alterLabels[f.kind][name]; l[0] != "" {
			u.Label, u.Help = l[0], l[1]
		}
		v.Inputs = append(v.Inputs, alterInput(fd, u))
	}
	for i := 1; i <= partRows && (f.kind == asset.Split || f.kind == asset.Merge); i++ {
		s := strconv.Itoa(i)
		v.Rows = append(v.Rows, alterRow{s, f.texts["name"+s], f.texts["quantity"+s], f.texts["cost"+s], f.texts["units"+s], f.texts["card"+s]})
	}
	if f.x == nil {
		for _, k := range alteration.Kinds {
			v.Tabs = append(v.Tabs, ui.Tab{Label: k.Label, Href: v.Action + "?kind=" + k.Code, Active: k.Code == f.kind})
		}
	}
	if f.kind == asset.Split {
		units, err := asset.UnitsOf(c.Context(), p.read(), c.Tenant, f.card.ID)
		if err != nil {
			return err
		}
		for i := range units {
			v.Units = append(v.Units, units[i].No+" "+units[i].Name+" "+units[i].Quantity.String())
		}
	}
	status := http.StatusOK
	if wrong != nil {
		status = statusOf(wrong)
	}
	title := field.LabelOf(alteration.Kinds, f.kind) + "：" + f.card.Name
	return c.PageStatus(status, c.PageOf(title, ui.Link{Label: "资产资源", Href: "/assets"}, ui.Link{Label: f.card.No, Href: "/assets/" + f.card.ID.String()}, ui.Link{Label: "变动"}), alterBody(v))
}

func alterInput(fd *field.Any, u ui.Field) templ.Component {
	switch fd.Kind {
	case field.Money:
		return ui.MoneyField(u)
	case field.Day:
		return ui.DateField(u)
	case field.Int:
		if u.Value == "0" {
			u.Value = ""
		}
		return ui.NumberField(u)
	case field.Enum:
		u.Options, u.Placeholder = options(fd.Opts, u.Value)[1:], "不变"
		return ui.SelectField(u)
	}
	return ui.TextField(u)
}

// alterPlan shows what a draft will do, or what was done, with the way on.
func (p *pages) alterPlan(c *shell.Ctx, x *alteration.Alteration) (templ.Component, error) {
	v := alterPlanView{}
	ask := func(event, label, text string, reason, danger bool) ui.ConfirmView {
		return ui.ConfirmView{
			ID: "do-" + event, Button: ui.Button{Label: label}, Title: label + "：" + x.No, Text: text, Action: "/asset-alterations/" + x.ID.String() + "/do/" + event, Submit: "确认" + label,
			AskReason: reason, ReasonRequired: reason, Danger: danger, Hidden: []ui.Hidden{{Name: "version", Value: strconv.FormatInt(x.Version, 10)}},
		}
	}
	may, approves := c.Who.Can(alterEdit, x.Region), c.Who.Can(alteration.Kind+":"+access.Approve, x.Region)
	if x.State != alteration.Draft {
		list, err := asset.ChangesFor(c.Context(), p.read(), c.Tenant, alteration.Kind, x.ID)
		if err != nil || len(list) == 0 {
			return nil, err
		}
		if v.Cards, err = p.changedTable(c, list); err != nil {
			return nil, err
		}
		if approves {
			v.Acts = append(v.Acts, ask("revoke", "撤销办理", "卡片恢复到变动以前；凭证还是草稿的删除，已记账的生成红字冲销凭证待审核。", true, true))
		}
		v.Title = "变动的卡片"
		return alterPlanBody(v), nil
	}
	plan, err := p.alter.Plan(c.Context(), p.read(), c.Tenant, x)
	switch {
	case err != nil && !mendable(err):
		return nil, err
	case err != nil:
		v.Problem = "现在还不能办理：" + shell.Sentence(err)
	default:
		v.Title, v.Cards = "变动前后", effectTable(x, plan)
		if v.Lines, err = p.lineTable(c, plan); err != nil {
			return nil, err
		}
		text := "按下面的变动前后调整卡片，以后各月按变动后的卡片计提折旧。"
		if len(plan.Lines) > 0 {
			text += "同时生成一张待审核的凭证。"
		}
		switch own := c.Who.ID == x.CreatedBy; {
		case plan.Asks > 0:
			v.Notice = "按资产管理规则，涉及价值 " + plan.Asks.String() + " 元以上的变动须由他人批准后办理。"
			if approves && !own {
				v.Acts = append(v.Acts, ask(alteration.Approve, "批准办理", text, false, false))
			}
		case may:
			v.Acts = append(v.Acts, ask(alteration.Carry, "办理", text, false, false))
		}
	}
	if may {
		v.EditHref = "/asset-alterations/" + x.ID.String() + "/edit"
		v.Acts = append(v.Acts, ask("void", "撤回", "不办了；卡片不变。", true, false))
	}
	return alterPlanBody(v), nil
}

// effectTable sets every card before beside the card after, with the depreciation of the month that follows.
func effectTable(x *alteration.Alteration, p *alteration.Plan) ui.Table {
	right := func(label string) ui.Column { return ui.Column{Label: label, Align: ui.Right} }
	t := ui.Table{Caption: "变动前后", Unit: "元", Dense: true, Columns: []ui.Column{{Label: "资产"}, {Label: "前后"}, right("数量"), right("原值"), right("累计折旧"), right("净值"), right("每月折旧"), {Label: "分类、性质"}, right("使用年限（月）")}}
	chart := ledger.Chart2023
	if p.Books != nil {
		chart = p.Books.Chart
	}
	var sums [2][4]money.Fen
	add := func(at int, name, no, href, label string, a *asset.Asset) {
		fen, _, _, err := a.Due(asset.GroupOf(a.Class, chart), x.On.YearMonth().Next())
		if err != nil {
			fen = 0 // the run will say what is the matter
		}
		kind := a.Class
		if k := asset.ClassOf(a.Class); k != nil {
			kind = k.Path()
		}
		row := ui.Row{Href: href, Cells: []ui.Cell{
			{Text: name, Sub: no}, ui.T(label), ui.T(a.Quantity.String()), ui.T(a.Cost.String()), ui.T(a.Accumulated.String()), {Text: a.Net().String(), Strong: true}, ui.T(fen.String()),
			{Text: kind, Sub: field.LabelOf(asset.Natures, a.Nature)}, ui.T(strconv.Itoa(a.Life)),
		}}
		for i, f := range []money.Fen{a.Cost, a.Accumulated, a.Net(), fen} {
			sums[at][i] += f // of cards in range
		}
		t.Rows = append(t.Rows, row)
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		if s.Before == nil {
			add(1, s.After.Name, "新建卡片", "", "变动后", &s.After)
			continue
		}
		href := "/assets/" + s.Before.ID.String()
		add(0, s.Before.Name, s.Before.No, href, "变动前", s.Before)
		label := "变动后"
		if s.Change.Retired {
			label = "并入后退出账面"
		}
		add(1, s.Before.Name, s.Before.No, href, label, &s.After)
	}
	if len(p.Steps) > 1 {
		for i, label := range []string{"变动前合计", "变动后合计"} {
			r := ui.Row{Group: true, Cells: []ui.Cell{ui.T(label), {}, {}}}
			for _, f := range sums[i] {
				r.Cells = append(r.Cells, ui.T(f.String()))
			}
			t.Rows = append(t.Rows, ui.Row{Group: true, Cells: append(r.Cells, ui.Cell{}, ui.Cell{})})
		}
	}
	return t
}

// lineTable is the voucher that will be drafted.
func (p *pages) lineTable(c *shell.Ctx, plan *alteration.Plan) (ui.Table, error) {
	t := ui.Table{Caption: "会计分录", Unit: "元", Dense: true, Columns: []ui.Column{{Label: "摘要"}, {Label: "科目"}, {Label: "借方", Align: ui.Right}, {Label: "贷方", Align: ui.Right}}}
	if plan.Books == nil {
		return t, nil
	}
	names, err := p.accountNames(c, plan.Books.ID)
	for _, l := range plan.Lines {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(l.Summary), ui.T(cmp.Or(names[l.Account], l.Account)), ui.T(yuan(l.Debit)), ui.T(yuan(l.Credit))}})
	}
	return t, err
}

// changedTable lists what was done to cards.
func (p *pages) changedTable(c *shell.Ctx, list []asset.Change) (ui.Table, error) {
	right := func(label string) ui.Column { return ui.Column{Label: label, Align: ui.Right} }
	t := ui.Table{Caption: "变动的卡片", Unit: "元", Dense: true, Columns: []ui.Column{{Label: "资产"}, {Label: "变动记录"}, right("数量增减"), right("原值增减"), right("累计折旧增减"), {Label: "其他"}}}
	var cards []ids.ID
	for i := range list {
		cards = append(cards, list[i].Asset)
	}
	by, err := asset.Named(c.Context(), p.read(), c.Tenant, cards)
	if err != nil {
		return t, err
	}
	for i := range list {
		x := &list[i]
		a := by[x.Asset]
		other := ""
		if x.Retired {
			other = "退出账面"
		} else if k := asset.ClassOf(x.Class); k != nil {
			other = "转为 " + k.Path()
		}
		number := ""
		if x.Quantity.N != 0 {
			number = x.Quantity.String()
		}
		t.Rows = append(t.Rows, ui.Row{Href: "/assets/" + a.ID.String(), Cells: []ui.Cell{{Text: a.Name, Sub: a.No}, {Text: x.No, Href: "/asset-changes/" + x.ID.String()}, ui.T(number), ui.T(yuan(x.Cost)), ui.T(yuan(x.Accumulated)), ui.T(other)}})
	}
	return t, nil
}

// alterButton leads from a card to its alteration.
func alterButton(c *shell.Ctx, a *asset.Asset) []ui.Button {
	if a.State == "retired" || !c.Who.Can(alterEdit, a.Region) {
		return nil
	}
	return []ui.Button{{Label: "变动", Icon: "history", Href: "/assets/" + a.ID.String() + "/alter"}}
}

// retirePanel lets a card without value leave; one with value goes by a disposal.
func retirePanel(c *shell.Ctx, a *asset.Asset) (templ.Component, error) {
	if !a.Plain() || a.State != "idle" && a.State != "ready" || !c.Who.Can("asset:"+access.Approve, a.Region) {
		return nil, nil
	}
	return retireBody(ui.ConfirmView{
		ID: "do-retire", Button: ui.Button{Label: "注销卡片", Icon: "file-certificate"}, Title: "注销：" + a.Name, Danger: true, AskReason: true, ReasonRequired: true,
		Text: "这项资产没有账面价值（或按名义金额 1 元入账），注销后退出清单，不生成凭证。", Action: "/assets/" + a.ID.String() + "/do/retire", Submit: "确认注销",
		Hidden: []ui.Hidden{{Name: "version", Value: strconv.FormatInt(a.Version, 10)}},
	}), nil
}
