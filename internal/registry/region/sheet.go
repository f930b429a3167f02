package region

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/registry/audit"
)

// kind is the divisions' kind in permissions and in the audit log.
const kind = "region"

// PermEdit allows to change the divisions below a place: whoever has it at the parent may change the child.
const PermEdit = kind + ":" + access.Edit

// The columns of a sheet of divisions. The level is not among them: it follows from the code.
const (
	colCode = "代码"
	colName = "名称"
	colKind = "类别"
	colFrom = "启用日期"
	colTo   = "停用日期"
)

// SheetHeader returns the columns that ReadRegions takes.
func SheetHeader() []sheet.Column {
	return []sheet.Column{
		{Title: colCode, Width: 16}, {Title: colName, Width: 24}, {Title: colKind, Width: 12},
		{Title: colFrom, Width: 14, Kind: sheet.Date}, {Title: colTo, Width: 14, Kind: sheet.Date},
	}
}

// SheetRow renders a division under SheetHeader.
func SheetRow(r Region) []string {
	return []string{r.Code, r.Name, r.Kind, r.ValidFrom.String(), r.ValidTo.String()}
}

// ReadRegions reads divisions from a sheet, one for each of its rows and in their order, and reports what is wrong
// with them as far as the file alone can tell; Service.CheckParents looks beyond it. What has errors is not to be
// saved: a division whose code could not be read has none.
func ReadRegions(t *sheet.Table) ([]Region, *sheet.Report) {
	rep := &sheet.Report{Rows: len(t.Rows)}
	cols := sheetColumns(t, rep)
	list := make([]Region, len(t.Rows))
	if len(rep.Errors) > 0 {
		return list, rep
	}
	first := map[string]int{} // code → the file's row that has it
	for i, cells := range t.Rows {
		row := sheetRow{rep: rep, no: t.RowNo[i], cells: cells, cols: cols}
		list[i] = row.region()
		c := list[i].Code
		if c == "" {
			continue
		}
		if no, double := first[c]; double {
			rep.Add(row.no, colCode, row.text(colCode), "和第 %d 行的代码重复", no)
			continue
		}
		first[c] = row.no
	}
	return list, rep
}

// sheetColumns finds the columns by their titles; one that is missing or unknown is an error of the title row.
func sheetColumns(t *sheet.Table, rep *sheet.Report) map[string]int {
	cols := map[string]int{}
	for i, h := range t.Header {
		title := strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(h), "*"))
		switch title {
		case "":
		case colCode, colName, colKind, colFrom, colTo:
			if _, double := cols[title]; double {
				rep.Add(t.HeaderRow, h, h, "有两列都叫“%s”，请删去一列", title)
			}
			cols[title] = i
		default:
			rep.Add(t.HeaderRow, h, h, "不认识的列；只收%s、%s、%s、%s、%s，请删去这一列或按模板改名", colCode, colName, colKind, colFrom, colTo)
		}
	}
	for _, need := range []string{colCode, colName} {
		if _, ok := cols[need]; !ok {
			rep.Add(t.HeaderRow, need, "", "缺少“%s”这一列；请下载模板，按模板的表头填写", need)
		}
	}
	return cols
}

type sheetRow struct {
	rep   *sheet.Report
	no    int
	cells []string
	cols  map[string]int
}

func (r *sheetRow) text(col string) string {
	if i, ok := r.cols[col]; ok {
		return strings.TrimSpace(r.cells[i])
	}
	return ""
}

func (r *sheetRow) wrong(col, format string, args ...any) {
	r.rep.Add(r.no, col, r.text(col), format, args...)
}

func (r *sheetRow) region() Region {
	out := Region{Name: r.text(colName), Kind: r.text(colKind), ValidFrom: r.day(colFrom), ValidTo: r.day(colTo)}
	switch c, err := code.Region(r.text(colCode)); {
	case err != nil:
		r.wrong(colCode, "%s", errs.Message(err))
	case c == Nation:
		r.wrong(colCode, "全国不用导入，请删去这一行")
	default:
		out.Code, out.Level = c, code.Level(c).String()
	}
	if n := utf8.RuneCountInString(out.Name); n == 0 || n > 50 {
		r.wrong(colName, "请填写名称，最多 50 个字")
	}
	if utf8.RuneCountInString(out.Kind) > 20 {
		r.wrong(colKind, "类别最多 20 个字，例如：镇、街道、村、社区")
	}
	if !out.ValidTo.IsZero() && out.ValidTo.Before(out.ValidFrom) {
		r.wrong(colTo, "停用日期早于启用日期 %s", out.ValidFrom)
	}
	return out
}

func (r *sheetRow) day(col string) date.Date {
	s := r.text(col)
	if s == "" {
		return date.Date{}
	}
	d, err := date.Parse(s)
	if err != nil {
		r.wrong(col, "%s", errs.Message(err))
	}
	return d
}

// CheckParents adds to the report of ReadRegions the rows whose parent is neither in the sheet nor known already.
func (s *Service) CheckParents(ctx context.Context, t *sheet.Table, list []Region, rep *sheet.Report) error {
	known := map[string]bool{Nation: true}
	for _, r := range list {
		known[r.Code] = true
	}
	for i, r := range list {
		parent := code.Parent(r.Code)
		if r.Code == "" || known[parent] {
			continue
		}
		_, err := s.Get(ctx, parent)
		switch {
		case err == nil:
			known[parent] = true
		case errs.Is(err, errs.NotFound):
			rep.Add(t.RowNo[i], colCode, r.Code, "上级区划 %s 既不在文件里，也没有导入过；请把它一并写进文件", parent)
		default:
			return err
		}
	}
	return nil
}

// Imported counts what an import did.
type Imported struct{ Created, Updated, Same int }

// Import saves the divisions of a sheet, all or none, with entries in the audit log. What differs from what is
// stored needs PermEdit at its parent; a row that changes nothing needs no permission, so that a county's file
// may name the city and the province it lies in. The report says what is wrong; then nothing was saved.
func (s *Service) Import(ctx context.Context, who access.Principal, t *sheet.Table) (Imported, *sheet.Report, error) {
	if !who.CanSome(PermEdit) {
		return Imported{}, nil, who.Require(PermEdit, Nation)
	}
	var res Imported
	list, rep := ReadRegions(t)
	if err := s.CheckParents(ctx, t, list, rep); err != nil {
		return res, nil, err
	}
	var saves []replaced
	for i, r := range list {
		if r.Code == "" {
			continue
		}
		old, err := s.Get(ctx, r.Code)
		switch {
		case errs.Is(err, errs.NotFound):
			res.Created++
		case err != nil:
			return Imported{}, nil, err
		case old == r:
			res.Same++
			continue
		default:
			res.Updated++
		}
		if err := who.Require(PermEdit, code.Parent(r.Code)); err != nil {
			rep.Add(t.RowNo[i], colCode, r.Code, "“%s”不在您的管理范围内，请删去这一行，或请上级管理员导入", r.Name)
			continue
		}
		saves = append(saves, replaced{old: old, now: r})
	}
	if len(rep.Errors) > 0 {
		return Imported{}, rep, nil
	}
	err := s.db.InTx(ctx, who.Meta(0), func(ctx context.Context, tx *db.Tx) error { return saveSheet(ctx, tx, saves) })
	s.forget()
	if err != nil {
		return Imported{}, nil, err
	}
	return res, rep, nil
}

func (s *Service) forget() {
	s.mu.Lock()
	clear(s.cache)
	s.mu.Unlock()
}

// replaced is a division before and after an import; old is empty for a new one.
type replaced struct{ old, now Region }

// maxLogged bounds how many divisions one entry of the audit log lists.
const maxLogged = 100

func saveSheet(ctx context.Context, tx *db.Tx, saves []replaced) error {
	for _, p := range saves {
		if err := upsertRegion(ctx, tx, p.now); err != nil {
			return err
		}
		if p.now.Level == "county" {
			if err := ensureTenant(ctx, tx, int64(tx.NewID()), code.Prefix(p.now.Code), p.now.Name); err != nil {
				return err
			}
		}
	}
	byTenant := map[int64][]replaced{}
	var order []int64
	cache := map[string]int64{}
	for _, p := range saves {
		id, err := logTenant(ctx, tx, p.now.Code, cache)
		if err != nil {
			return err
		}
		if byTenant[id] == nil {
			order = append(order, id)
		}
		byTenant[id] = append(byTenant[id], p)
	}
	for _, id := range order {
		tx.Tenant = id
		if err := audit.Write(ctx, tx, importEntry(byTenant[id])); err != nil {
			return err
		}
	}
	return nil
}

// logTenant returns the tenant whose log keeps a division's changes: its county's, or for one above the counties
// the first below it; 0 while there is none.
func logTenant(ctx context.Context, q db.Q, c string, cache map[string]int64) (int64, error) {
	p := c[:6]
	if id, ok := cache[p]; ok {
		return id, nil
	}
	ts, err := listTenants(ctx, q, c)
	if err != nil {
		return 0, err
	}
	var id int64
	if len(ts) > 0 {
		id = ts[0].ID
	}
	cache[p] = id
	return id, nil
}

func importEntry(list []replaced) audit.Entry {
	e := audit.Entry{Action: "导入", Kind: kind, Title: fmt.Sprintf("行政区划 %d 条", len(list)), Region: list[0].now.Code}
	for i, p := range list {
		for !code.Within(p.now.Code, e.Region) {
			e.Region = code.Parent(e.Region)
		}
		if i < maxLogged {
			e.Changes = append(e.Changes, audit.Change{Label: p.now.Code, Before: p.old.logText(), After: p.now.logText()})
		}
	}
	if more := len(list) - maxLogged; more > 0 {
		e.Changes = append(e.Changes, audit.Change{Label: "其余", After: fmt.Sprintf("%d 条", more)})
	}
	return e
}

func (r Region) logText() string {
	s := strings.TrimSpace(r.Name + " " + r.Kind)
	if !r.ValidFrom.IsZero() {
		s += "，" + r.ValidFrom.String() + " 启用"
	}
	if !r.ValidTo.IsZero() {
		s += "，" + r.ValidTo.String() + " 停用"
	}
	return s
}

// Change is a division that was merged into another, or that goes on under another code.
type Change struct {
	Old, Successor string // codes
	On             date.Date
	Reason         string
}

// Record closes a division and notes its successor, as Succeed does, after checking that it may be done: both
// exist and are of one level, lie in one county (the records stay where they are), and who may change both. It
// leaves an entry in the audit log. Fields of the error are named old, successor, on and reason.
func (s *Service) Record(ctx context.Context, who access.Principal, ch Change) error {
	var l errs.List
	old, err := s.living(ctx, &l, "old", ch.Old)
	if err != nil {
		return err
	}
	next, err := s.living(ctx, &l, "successor", ch.Successor)
	if err != nil {
		return err
	}
	ch.Reason = strings.TrimSpace(ch.Reason)
	if n := utf8.RuneCountInString(ch.Reason); n == 0 || n > 200 {
		l.Add("reason", "请写明依据，例如批复的文号，最多 200 个字")
	}
	switch today := date.Today(s.db.Clock()); {
	case ch.On.IsZero():
		l.Add("on", "请填写变更日期")
	case ch.On.After(today):
		l.Add("on", "变更日期不能晚于今天；请在生效后登记")
	case ch.On.Before(old.ValidFrom):
		l.Add("on", "变更日期早于原区划的启用日期 %s", old.ValidFrom)
	}
	if old.Code != "" && next.Code != "" {
		checkPair(&l, old, next)
	}
	if err := l.Err(); err != nil {
		return err
	}
	for _, c := range []string{old.Code, next.Code} {
		if err := who.Require(PermEdit, code.Parent(c)); err != nil {
			return err
		}
	}
	err = s.db.InTx(ctx, who.Meta(0), func(ctx context.Context, tx *db.Tx) error {
		if err := closeRegion(ctx, tx, old.Code, next.Code, ch.On, ch.Reason); err != nil {
			return err
		}
		var err error
		if tx.Tenant, err = logTenant(ctx, tx, old.Code, map[string]int64{}); err != nil {
			return err
		}
		return audit.Write(ctx, tx, audit.Entry{
			Action: "区划变更", Kind: kind, Title: old.Name + "（" + old.Code + "）", Region: old.Code, Reason: ch.Reason,
			Changes: []audit.Change{{Label: colTo, After: ch.On.String()}, {Label: "并入或改为", After: next.Name + "（" + next.Code + "）"}},
		})
	})
	s.forget()
	return err
}

// living returns a division that has not been closed; else it notes at the field what is wrong.
func (s *Service) living(ctx context.Context, l *errs.List, name, c string) (Region, error) {
	if c == "" {
		l.Add(name, "请填写区划的名称或 12 位代码")
		return Region{}, nil
	}
	r, err := s.Get(ctx, c)
	switch {
	case errs.Is(err, errs.NotFound):
		l.Add(name, "%s", errs.Message(err))
		return Region{}, nil
	case err != nil:
		return Region{}, err
	case !r.ValidTo.IsZero():
		l.Add(name, "“%s”已于 %s 停用", r.Name, r.ValidTo)
		return Region{}, nil
	}
	return r, nil
}

func checkPair(l *errs.List, old, next Region) {
	switch {
	case old.Code == next.Code:
		l.Add("successor", "原区划和新区划是同一个；名称改了而代码没变的，请用“导入”更新名称")
	case old.Level != next.Level:
		l.Add("successor", "“%s”是%s，“%s”是%s，级别不同，不能互相承接", old.Name, LevelLabels[old.Level], next.Name, LevelLabels[next.Level])
	case old.Level != "town" && old.Level != "village":
		l.Add("old", "这里只登记镇（街道）和村（社区）的变更；县级以上的调整要迁移整县的数据，请由系统维护人员办理")
	case old.Code[:6] != next.Code[:6]:
		l.Add("successor", "两个区划不在同一个县（市、区），数据要跨县迁移，请由系统维护人员办理")
	}
}

// TakenOver lists the closed divisions whose successors lie within a scope.
func (s *Service) TakenOver(ctx context.Context, scope string) ([]Region, error) {
	lo, hi := code.Range(scope)
	return s.takenOver(ctx, lo, hi)
}

// Predecessors lists the closed divisions that a division itself took over.
func (s *Service) Predecessors(ctx context.Context, c string) ([]Region, error) {
	return s.takenOver(ctx, c, c+"0") // no code lies between
}

func (s *Service) takenOver(ctx context.Context, lo, hi string) ([]Region, error) {
	codes, err := predecessors(ctx, s.db.Read(), lo, hi)
	if err != nil {
		return nil, err
	}
	var out []Region
	for _, c := range codes {
		r, err := s.Get(ctx, c)
		if errs.Is(err, errs.NotFound) {
			continue // recorded before the division itself was imported
		}
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}
