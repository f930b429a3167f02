package record_test

import (
	"fmt"
	"slices"
	"testing"

	"huicun/internal/kit/sheet"
	"huicun/internal/registry/access"
	"huicun/internal/registry/audit"
	"huicun/internal/registry/find"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

func parties(rows ...[]string) *sheet.Table {
	t := &sheet.Table{Header: []string{"名称", "类别", "所在地区", "统一社会信用代码", "上级（主管）单位"}, Rows: rows}
	for i := range rows {
		t.RowNo = append(t.RowNo, i+2)
	}
	return t
}

// TestImportReportsAllKindsOfErrorAtOnce mixes wrong cells, broken rules, duplicates and links to wrong rows: each mistake is
// named once, in the order of the rows, and what only hangs on a wrong row is not.
func TestImportReportsAllKindsOfErrorAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		tb := parties(
			[]string{"甲公司", "企业", "永胜村", "", ""},
			[]string{"乙公司", "不存在的类别", "永胜村", "", ""},
			[]string{"丙公司", "企业", "永胜村", "91350100M000100Y44", ""},
			[]string{"丁公司", "企业", "永胜村", "", "丙公司"},
			[]string{"戊公司", "企业", "永胜村", "", "丁公司"},
			[]string{"己公司", "企业", "永胜村", "", "没有的单位"},
			[]string{"甲公司", "企业", "永胜村", "", ""},
			[]string{"庚公司", "企业", "没有的村", "", "甲公司"},
		)
		res, err := w.parties.ImportTable(ctx, access.System, w.tenant, tb)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range res.Report.Errors {
			got = append(got, fmt.Sprintf("%d %s %s", e.Row, e.Column, e.Value))
		}
		want := []string{"3 类别 不存在的类别", "4 统一社会信用代码 91350100M000100Y44", "7 上级（主管）单位 没有的单位", "8 名称 甲公司", "9 所在地区 没有的村"}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("reported %q, want %q", got, want)
		}
		if n, _ := w.parties.Count(ctx, w.tenant); n != 0 || res.Created != 0 {
			t.Errorf("%d saved, %d reported as created", n, res.Created)
		}
	})
}

// TestImportLeavesWhatCreatingDoes imports more rows than a batch holds: each can be found, has its history and its place in
// the numbers; importing a change moves the search terms along.
func TestImportLeavesWhatCreatingDoes(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		const rows = 1500
		var list [][]string
		for i := range rows {
			parent := ""
			if i > 0 && i%100 == 0 {
				parent = fmt.Sprintf("示例单位%04d", i-1)
			}
			list = append(list, []string{fmt.Sprintf("示例单位%04d", i), "企业", "永胜村", "", parent})
		}
		res, err := w.parties.ImportTable(ctx, access.System, w.tenant, parties(list...))
		if err != nil || res.Created != rows {
			t.Fatal(res, err)
		}
		for _, i := range []int{0, 999, 1000, 1400, rows - 1} {
			name := fmt.Sprintf("示例单位%04d", i)
			p, err := w.parties.ByKey(ctx, w.env.DB.Read(), w.tenant, name)
			if err != nil || p.State != "active" || (p.Parent != 0) != (i > 0 && i%100 == 0) {
				t.Fatalf("%+v %v", p, err)
			}
			docs, err := find.Search(ctx, w.env.DB.Read(), w.tenant, [][2]string{{town, "321182104"}}, name, nil, rows)
			if err != nil || !slices.ContainsFunc(docs, func(d find.Doc) bool { return d.ID == p.ID }) {
				t.Errorf("searching %s gives %d others, %v", name, len(docs), err)
			}
			h, err := audit.Of(ctx, w.env.DB.Read(), w.tenant, "party", p.ID, 5)
			if err != nil || len(h) != 1 || h[0].Action != "导入" || len(h[0].Changes) == 0 || h[0].Changes[0].After != name {
				t.Errorf("history of %s: %+v %v", name, h, err)
			}
		}

		tb := &sheet.Table{Header: []string{"名称", "简称", "类别", "所在地区"}, RowNo: []int{2, 3}, Rows: [][]string{{"示例单位0001", "旺角", "企业", "永胜村"}, {"示例单位0002", "", "企业", "永胜村"}}}
		for _, short := range []string{"旺角", "尖沙"} {
			tb.Rows[0][1] = short
			if res, err := w.parties.ImportTable(ctx, access.System, w.tenant, tb); err != nil || res.Updated != 1 || res.Same != 1 {
				t.Fatal(res, err)
			}
			for text, want := range map[string]int{short: 1, "旺角尖沙": 0, "旺角": map[bool]int{true: 1}[short == "旺角"]} {
				docs, err := find.Search(ctx, w.env.DB.Read(), w.tenant, [][2]string{{town, "321182104"}}, text, nil, 5)
				if err != nil || len(docs) != want {
					t.Errorf("after %s, searching %s gives %v %v", short, text, docs, err)
				}
			}
		}
	})
}

// TestImportNumbers gives some rows of a series their number and leaves others to it.
func TestImportNumbers(t *testing.T) {
	each(t, func(t *testing.T, w world) {
		tb := &sheet.Table{Header: []string{"", "", ""}}
		in := w.persons.Info()
		tb.Header[0], tb.Header[1], tb.Header[2] = column(in.Columns, "no"), column(in.Columns, "name"), column(in.Columns, "region")
		for i, no := range []string{"", "RY-0007", "", "RY-0003", ""} {
			tb.Rows = append(tb.Rows, []string{no, fmt.Sprint("某", i), "永胜村"})
			tb.RowNo = append(tb.RowNo, i+2)
		}
		res, err := w.persons.ImportTable(ctx, access.System, w.tenant, tb)
		if err != nil || res.Created != 5 {
			t.Fatal(res, err)
		}
		p := &party.Person{Name: "后来"}
		p.Region = village
		if _, err := w.persons.Create(ctx, access.System, w.tenant, "", p); err != nil {
			t.Fatal(err)
		}
		for no, name := range map[string]string{"RY-0001": "某0", "RY-0007": "某1", "RY-0008": "某2", "RY-0003": "某3", "RY-0009": "某4", "RY-0010": "后来"} {
			if p, err := w.persons.ByKey(ctx, w.env.DB.Read(), w.tenant, no); err != nil || p.Name != name {
				t.Errorf("%s is %+v %v, want %s", no, p, err, name)
			}
		}
	})
}

func column(list []record.ColumnInfo, name string) string {
	for _, c := range list {
		if c.Name == name {
			return c.Label
		}
	}
	return ""
}
