package property

import (
	"iter"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/books/asset"
	"huicun/internal/books/contract"
	"huicun/internal/kit/date"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/qty"
	"huicun/internal/kit/sheet"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

func (p *pages) mountInventory(s *shell.Shell) {
	s.Handle(
		shell.Route{Method: "GET", Pattern: "/asset-inventory", Perm: assetView, Fn: p.inventory},
		shell.Route{Method: "GET", Pattern: "/asset-inventory/export", Perm: assetView, Fn: p.exportInventory},
		shell.Route{Method: "GET", Pattern: "/asset-idle", Perm: assetView, Fn: p.idle},
	)
}

// inventoryOf is the inventory of the place and year that are looked at, up to the day that counts.
func (p *pages) inventoryOf(c *shell.Ctx) (*asset.Inventory, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, err
	}
	ranges, err := p.ranges(c, assetView)
	if err != nil {
		return nil, err
	}
	before, err := date.New(c.Year-1, 12, 31)
	if err != nil {
		return nil, err
	}
	return asset.InventoryOf(c.Context(), p.read(), tenant, ranges, before, c.AsOf)
}

// part is one table of the pack.
type part struct {
	Sheet string // its name in the workbook
	ui.Table
}

// parts are the tables of the pack: by class, nature, source and land class, last year's figures beside this year's.
func parts(inv *asset.Inventory) ([]part, error) {
	total, err := inv.Total()
	if err != nil {
		return nil, err
	}
	classes, err := inv.By(func(a *asset.Asset) string { return a.Class })
	if err != nil {
		return nil, err
	}
	natures, err := inv.By(func(a *asset.Asset) string { return a.Nature })
	if err != nil {
		return nil, err
	}
	aided, err := inv.By(func(a *asset.Asset) string {
		if a.Aided {
			return a.Class
		}
		return "-"
	})
	if err != nil {
		return nil, err
	}
	out := []part{
		{"按资产分类", movesTable("按资产分类", "class", classes, &total, classPath)},
		{"按资产性质", movesTable("按资产性质", "nature", natures, &total, func(k string) string { return field.LabelOf(asset.Natures, k) })},
	}
	if len(aided) > 0 {
		var sum asset.Moves
		for i := range aided {
			if sum, err = sum.Plus(&aided[i].Moves); err != nil {
				return nil, err
			}
		}
		out = append(out, part{"帮扶项目资产", movesTable("其中：帮扶项目资产", "", aided, &sum, classPath)})
	}
	for _, only := range []bool{false, true} {
		by, err := inv.BySource(only)
		if err != nil {
			return nil, err
		}
		if t := sourceTable(by, only); len(t.Rows) > 0 {
			out = append(out, part{map[bool]string{false: "按资金来源", true: "帮扶资产资金来源"}[only], t})
		}
	}
	return append(out, part{"资源性资产面积", landTable(inv)}), nil
}

// inventory is the pack of the year.
func (p *pages) inventory(c *shell.Ctx) error {
	inv, err := p.inventoryOf(c)
	if err != nil {
		return err
	}
	list, err := parts(inv)
	if err != nil {
		return err
	}
	var v inventoryView
	for _, x := range list {
		v.Tables = append(v.Tables, x.Table)
	}
	title := strconv.Itoa(c.Year) + "年资产清查报表"
	view := c.PageOf(title, ui.Link{Label: "资产资源", Href: "/assets"}, ui.Link{Label: title})
	view.Subtitle = c.ScopeName() + "　" + inv.From.String() + " 至 " + inv.To.String()
	view.Actions = ui.Buttons(ui.Button{Label: "导出", Icon: "download", Href: "/asset-inventory/export"}, ui.Button{Label: "打印", Icon: "printer", Attrs: map[string]any{"data-print": true}})
	return c.Page(view, inventoryBody(v))
}

func classPath(k string) string {
	if c := asset.ClassOf(k); c != nil {
		return c.Path()
	}
	return "未填"
}

// movesTable writes sums by a key; where the key is a field that lists filter by, each leads to its cards.
func movesTable(title, by string, list []asset.Line, total *asset.Moves, name func(string) string) ui.Table {
	right := func(label string) ui.Column { return ui.Column{Label: label, Align: ui.Right} }
	t := ui.Table{Caption: title, Unit: "元", Dense: true, KeepGrid: true, Freeze: true, Columns: []ui.Column{
		{Label: "项目", Width: "12em"}, right("上年项数"), right("本年项数"), right("上年原值"), right("本年增加"), right("本年减少"), right("变动"), right("本年原值"),
		right("上年累计折旧"), right("本年计提"), right("转入转出"), right("本年累计折旧"), right("本年净值"),
	}, Empty: &ui.EmptyView{Icon: "building-factory", Title: "没有资产卡片", Text: "先登记资产卡片。", Buttons: []ui.Button{{Label: "看资产卡片", Href: "/assets"}}}}
	cells := func(first string, m *asset.Moves) []ui.Cell {
		out := []ui.Cell{ui.T(first), ui.T(some(m.CardsFrom)), ui.T(some(m.CardsTo))}
		for _, f := range []money.Fen{m.From, m.In, m.Out, m.Changed, m.To, m.AccFrom, m.Charged, m.AccMoved, m.Acc, m.Net()} {
			out = append(out, ui.T(yuan(f)))
		}
		return out
	}
	for i := range list {
		l := &list[i]
		label := "未填"
		if l.Key != "" {
			label = name(l.Key)
		}
		r := ui.Row{Cells: cells(label, &l.Moves)}
		if i := strings.LastIndex(label, "／"); i > 0 {
			r.Cells[0] = ui.Cell{Text: label[i+len("／"):], Sub: label[:i]}
		}
		if by != "" && l.Key != "" {
			r.Href = "/assets?" + by + "=" + l.Key
		}
		t.Rows = append(t.Rows, r)
	}
	if len(list) > 0 {
		t.Foot = cells("合计", total)
	}
	return t
}

func sourceTable(by map[string]money.Fen, aided bool) ui.Table {
	t := ui.Table{Caption: "按资金来源（本年原值）", Unit: "元", Dense: true, Columns: []ui.Column{{Label: "资金来源"}, {Label: "本年原值", Align: ui.Right}, {Label: "占比", Align: ui.Right}}}
	if aided {
		t.Caption = "帮扶项目资产按资金来源（本年原值）"
	}
	var sum money.Fen
	for _, f := range by {
		sum += f // parts of the total, which is in range
	}
	for _, o := range asset.Fundings {
		if f := by[o.Code]; f != 0 {
			t.Rows = append(t.Rows, ui.Row{Href: "/assets?funding=" + o.Code, Cells: []ui.Cell{ui.T(o.Label), ui.T(f.String()), ui.T(strconv.FormatFloat(float64(f)*100/float64(sum), 'f', 1, 64) + "%")}})
		}
	}
	t.Foot = []ui.Cell{ui.T("合计"), ui.T(sum.String()), ui.T("")}
	return t
}

// landTable is the area of resources by land class, last year's beside this year's.
func landTable(inv *asset.Inventory) ui.Table {
	t := ui.Table{Caption: "资源性资产面积", Unit: "亩", Dense: true, Columns: []ui.Column{{Label: "地类"}, {Label: "用途"}, {Label: "上年宗数", Align: ui.Right}, {Label: "本年宗数", Align: ui.Right}, {Label: "本年面积", Align: ui.Right}},
		Empty: &ui.EmptyView{Icon: "trees", Title: "没有填写地类的资源", Text: "在土地、水面的资产卡片上填写地类（" + asset.LandEdition + "）后列出。"}}
	type sum struct {
		from, to int
		area     int64
	}
	by := map[string]*sum{}
	for i := range inv.Cards {
		m := &inv.Cards[i]
		if m.Asset.Land == "" {
			continue
		}
		if by[m.Asset.Land] == nil {
			by[m.Asset.Land] = &sum{}
		}
		s := by[m.Asset.Land]
		s.from, s.to = s.from+m.CardsFrom, s.to+m.CardsTo
		if area, err := m.Asset.Quantity.To(qty.Mu); err == nil && m.CardsTo > 0 {
			s.area += area.N
		}
	}
	var whole int64
	for _, l := range asset.Lands {
		s := by[l.Code]
		if s == nil {
			continue
		}
		whole += s.area
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.T(l.Code + " " + l.Name), ui.T(l.Use), ui.T(some(s.from)), ui.T(some(s.to)), ui.T(qty.Qty{N: s.area, Unit: qty.Mu}.Num())}})
	}
	if len(t.Rows) > 0 {
		t.Foot = []ui.Cell{{Text: "合计", Span: 4}, ui.T(qty.Qty{N: whole, Unit: qty.Mu}.Num())}
	}
	return t
}

// cardSheet is the inventory card by card.
func cardSheet(inv *asset.Inventory) sheet.Sheet {
	head := []sheet.Column{{Title: "资产编号"}, {Title: "名称"}, {Title: "资产分类"}, {Title: "资产性质"}, {Title: "资金来源"}, {Title: "帮扶项目资产"}, {Title: "数量"}}
	for _, s := range []string{"上年原值", "本年增加", "本年减少", "变动", "本年原值", "上年累计折旧", "本年计提", "转入转出", "本年累计折旧", "本年净值"} {
		head = append(head, sheet.Column{Title: s + "（元）", Kind: sheet.Money})
	}
	var rows iter.Seq2[[]string, error] = func(yield func([]string, error) bool) {
		for i := range inv.Cards {
			m := &inv.Cards[i]
			a := m.Asset
			row := []string{a.No, a.Name, classPath(a.Class), field.LabelOf(asset.Natures, a.Nature), field.LabelOf(asset.Fundings, a.Funding), map[bool]string{true: "是", false: "否"}[a.Aided], a.Quantity.String()}
			for _, f := range []money.Fen{m.From, m.In, m.Out, m.Changed, m.To, m.AccFrom, m.Charged, m.AccMoved, m.Acc, m.Net()} {
				row = append(row, f.Plain())
			}
			if !yield(row, nil) {
				return
			}
		}
	}
	return sheet.Sheet{Name: "逐项清单", Paper: sheet.Paper{Landscape: true}, Header: head, Rows: rows}
}

// paperSheet is a table of the pack as it is handed in: figures are numbers, the sums stand below in bold.
func paperSheet(x *part, lines []string) sheet.Sheet {
	s := sheet.Sheet{Name: x.Sheet, Paper: sheet.Paper{Title: x.Caption, Lines: lines, Landscape: len(x.Columns) > 7, Foot: []string{"单位负责人：　　　　　　　　填表人：　　　　　　　　填表日期："}}}
	if x.Unit != "" {
		s.Paper.Lines = append(slices.Clone(lines), "单位："+x.Unit)
	}
	for i, c := range x.Columns {
		col := sheet.Column{Title: c.Label, Width: 16}
		if i == 0 {
			col.Width = 30
		}
		switch {
		case strings.HasSuffix(c.Label, "数"):
			col.Kind, col.Width = sheet.Integer, 10
		case c.Align == ui.Right && c.Label == "占比":
		case c.Align == ui.Right && x.Unit == "元":
			col.Kind = sheet.Money
		case c.Align == ui.Right:
			col.Kind = sheet.Number
		}
		s.Header = append(s.Header, col)
	}
	s.Paper.Strong = func(row int) bool { return row == len(x.Rows) }
	s.Rows = func(yield func([]string, error) bool) {
		for _, r := range x.Rows {
			if !yield(plainCells(r.Cells), nil) {
				return
			}
		}
		if len(x.Foot) > 0 {
			yield(plainCells(x.Foot), nil)
		}
	}
	return s
}

// plainCells are the texts of cells, numbers without separators; a cell over several columns leaves the others empty.
func plainCells(list []ui.Cell) []string {
	var out []string
	for _, c := range list {
		text := strings.ReplaceAll(c.Text, ",", "")
		if c.Sub != "" {
			text = c.Sub + "／" + text
		}
		out = append(out, text)
		for range c.Span - 1 {
			out = append(out, "")
		}
	}
	return out
}

// exportInventory writes the pack as a workbook: its tables, then card by card; as CSV the cards alone.
func (p *pages) exportInventory(c *shell.Ctx) error {
	inv, err := p.inventoryOf(c)
	if err != nil {
		return err
	}
	name, cards := c.ScopeName()+strconv.Itoa(c.Year)+"年资产清查", cardSheet(inv)
	if c.Query("format") == "csv" {
		return resource.WriteSheet(c, name, "csv", cards.Header, cards.Rows)
	}
	list, err := parts(inv)
	if err != nil {
		return err
	}
	var book []sheet.Sheet
	for i := range list {
		book = append(book, paperSheet(&list[i], []string{"填报单位：" + c.ScopeName(), inv.From.String() + " 至 " + inv.To.String()}))
	}
	c.File(name+".xlsx", resource.XLSX)
	return sheet.WriteBook(c.W, append(book, cards))
}

// lets are by unit what let it last, of what began by the day that counts.
func (p *pages) lets(c *shell.Ctx, tenant int64, ranges [][2]string) (map[ids.ID]*contract.Let, error) {
	list, err := contract.Lets(c.Context(), p.read(), tenant, ranges, contract.LetFilter{By: c.AsOf})
	out := make(map[ids.ID]*contract.Let, len(list))
	for i := range list {
		if have := out[list[i].Unit]; have == nil || !list[i].Until.Before(have.Until) {
			out[list[i].Unit] = &list[i]
		}
	}
	return out, err
}

// vacant lists what stands empty on the day that counts.
func (p *pages) vacant(c *shell.Ctx, tenant int64, ranges [][2]string, lets map[ids.ID]*contract.Let) ([]asset.Vacancy, error) {
	return asset.Vacant(c.Context(), p.read(), tenant, ranges, c.AsOf, func(unit ids.ID) (from, to date.Date) {
		if x := lets[unit]; x != nil {
			return x.From, x.Until
		}
		return date.Date{}, date.Date{}
	})
}

// idle lists what stands empty and for how long, and the certificates that end.
func (p *pages) idle(c *shell.Ctx) error {
	tenant, err := c.NeedTenant()
	if err != nil {
		return err
	}
	ranges, err := p.ranges(c, assetView)
	if err != nil {
		return err
	}
	last, err := p.lets(c, tenant, ranges)
	if err != nil {
		return err
	}
	terms, err := asset.TermsAt(c.Context(), p.read(), tenant, c.Scope, c.AsOf)
	if err != nil {
		return err
	}
	list, err := p.vacant(c, tenant, ranges, last)
	if err != nil {
		return err
	}
	certs, err := asset.Ending(c.Context(), p.read(), tenant, ranges, c.AsOf.AddDays(terms.CertificateDays))
	if err != nil {
		return err
	}
	v := idleView{Vacant: vacantTable(list, last, terms.IdleDays), Certs: certTable(certs, c.AsOf), Days: terms.IdleDays}
	for i := range list {
		if terms.IdleDays > 0 && list[i].Days >= terms.IdleDays {
			v.Long++
		}
	}
	v.Count = len(list)
	view := c.PageOf("闲置资产", ui.Link{Label: "资产资源", Href: "/assets"}, ui.Link{Label: "闲置资产"})
	view.Subtitle, view.Actions = c.ScopeName()+"　"+c.AsOf.String(), ui.PrintButton()
	return c.Page(view, idleBody(v))
}

func vacantTable(list []asset.Vacancy, last map[ids.ID]*contract.Let, most int) ui.Table {
	t := ui.Table{Caption: "闲置清单", Columns: []ui.Column{{Label: "资产（单元）"}, {Label: "数量", Align: ui.Right}, {Label: "空置起"}, {Label: "空置天数", Align: ui.Right}, {Label: "上一份合同"}, {Label: "上次年租金（元）", Align: ui.Right}},
		Empty: &ui.EmptyView{Icon: "circle-check", Title: "没有闲置的资产", Text: "经营性资产都在出租、建设或自用。"}}
	for i := range list {
		x := &list[i]
		r := ui.Row{Href: "/assets/" + x.Asset.ID.String(), Cells: []ui.Cell{{Text: x.Asset.Name, Sub: x.Asset.No}, ui.T(x.Asset.Quantity.String()), ui.T(x.Since.String()), ui.T(strconv.Itoa(x.Days)), {Text: "没有出租过", Muted: true}, ui.T("")}}
		if x.Unit != nil {
			r.Href = "/asset-units/" + x.Unit.ID.String()
			r.Cells[0], r.Cells[1] = ui.Cell{Text: x.Unit.Name, Sub: x.Unit.No}, ui.T(x.Unit.Quantity.String())
			if k := last[x.Unit.ID]; k != nil {
				r.Cells[4], r.Cells[5] = ui.Cell{Text: k.No, Href: "/contracts/" + k.Contract.String()}, ui.T(yuan(k.Annual))
			}
		}
		if x.Since.IsZero() {
			r.Cells[2], r.Cells[3] = ui.Cell{Text: "不详", Muted: true}, ui.T("")
		}
		if most > 0 && x.Days >= most {
			r.Kind = ui.Orange
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}

func certTable(list []asset.Certificate, day date.Date) ui.Table {
	t := ui.Table{Caption: "到期的权属证书", Columns: []ui.Column{{Label: "证书编号"}, {Label: "种类"}, {Label: "权利人"}, {Label: "有效期至"}, {Label: "状态"}}}
	for i := range list {
		x := &list[i]
		b := ui.BadgeView{Text: "还有 " + strconv.Itoa(x.ValidTo.Sub(day)) + " 天", Kind: ui.Orange}
		if x.ValidTo.Before(day) {
			b = ui.BadgeView{Text: "已过期", Kind: ui.Red}
		}
		t.Rows = append(t.Rows, ui.Row{Href: "/asset-certificates/" + x.ID.String(), Cells: []ui.Cell{ui.T(x.No), ui.T(field.LabelOf(asset.CertificateKinds, x.Kind)), ui.T(x.Holder), ui.T(x.ValidTo.String()), {Badge: &b}}})
	}
	return t
}
