package opening_test

import (
	"os"
	"strings"
	"testing"

	"huicun/internal/books/ledger"
	"huicun/internal/web/sitetest"
)

// trial is the old trial balance that the slice's own golden test uses.
func (s *site) trial() string {
	s.Helper()
	b, err := os.ReadFile("../../books/opening/testdata/trial_2004.txt")
	s.OK(err)
	return string(b)
}

func (s *site) beginForm(pairs ...string) []string {
	return append([]string{"_key", "migration-form-000001", "party", "永胜村股份经济合作社", "books_name", "永胜村（2023 年制度）", "chart", "2023", "from", "2025-01", "system", "2004"}, pairs...)
}

func TestMigrationFromPasteToBooks(t *testing.T) {
	s := newSite(t)
	s.Want(s.Get("kuaiji", "/migrations"), 200, "把旧账")
	s.Want(s.Get("baozhang", "/migrations/new"), 403)
	s.Want(s.Get("kuaiji", "/migrations/new"), 200, "旧账从哪里来", "或直接贴入", "本系统里")

	// What cannot be read stays on the screen, with what to do.
	s.Want(s.Post("kuaiji", "/migrations/new", s.beginForm("source", "甲\t乙\n1\t2")...), 422, "没有找到表头", "甲\t乙", "永胜村（2023 年制度）")
	s.Want(s.Post("kuaiji", "/migrations/new", s.beginForm("party", "")...), 422)
	path := s.Want(s.Post("kuaiji", "/migrations/new", s.beginForm("source", s.trial())...), 303).Location
	page := s.Want(s.Get("kuaiji", path), 200, "还有 2 行须您定下新科目", "资产总额", "科目对照", "编码对调", "新登记成员户", "须有决定", "5,895,096.58")
	s.Lacks(page, "提交签字</button>")
	s.Want(s.Post("kuaiji", path+"/prepare"), 409, "还有 2 行")

	wood := s.Want(s.Get("kuaiji", path+"/rows/12"), 200, "13202", "借 40,000.00 元", "按用途分", "保存，处理下一行")
	version := s.Hidden(wood, "version")
	part := func(i, account, sub, debit string) []string {
		p := "targets[" + i + "]."
		return []string{p + "account", account, p + "sub", sub, p + "kind", "", p + "who", "", p + "debit", debit, p + "credit", ""}
	}
	form := append(part("0", "131", "用材林", "15000"), part("1", "134", "护路林/村道", "")...)
	s.Want(s.Post("kuaiji", path+"/rows/12", append(append(part("0", "131", "用材林", "15000"), part("1", "134", "", "1")...), "version", version)...), 422, "拆分后余额合计", `value="15000"`)
	next := s.Want(s.Post("kuaiji", path+"/rows/12", append(form, "version", version, "reason", "按实际用途", "next", "1")...), 303)
	if next.Location != path+"/rows/24" {
		t.Fatalf("the next open row is at %s", next.Location)
	}
	s.Want(s.Get("kuaiji", next.Location), 200, "应付福利费", "须经集体决定")
	s.Want(s.Post("kuaiji", next.Location, part("0", "311", "", "")...), 422, "请写明决定")
	s.Want(s.Post("kuaiji", next.Location, append(part("0", "311", "", ""), "reason", "成员代表大会决议")...), 303)
	s.Want(s.Get("kuaiji", path), 200, "可以提交签字", "决定：成员代表大会决议", "护路林 — 村道")
	s.Want(s.Post("kuaiji", path+"/prepare"), 303)
	s.Want(s.Get("kuaiji", path+"/report"), 200, "差异与决定", "编制人：镇代理会计", "清单校验值")
	s.Want(s.Post("kuaiji", path+"/sign"), 403, "由他人复核签字")
	s.Want(s.Post("baozhang", path+"/sign"), 403)
	s.Want(s.Post("kuaiji2", path+"/return", "reason", ""), 422, "理由")
	s.Want(s.Post("kuaiji2", path+"/sign"), 303)
	s.Want(s.Post("kuaiji", path+"/make", "_key", "make-form-00000000001"), 422, "已有账套")
	s.OK(s.l.Books.Delete(t.Context(), systemPrincipal, s.Tenant, s.books, 0))
	s.Want(s.Post("kuaiji", path+"/make", "_key", "make-form-00000000002"), 303)
	s.Want(s.Post("kuaiji", path+"/make", "_key", "make-form-00000000002"), 303) // a retry
	done := s.Want(s.Get("kuaiji", path), 200, "已建账", "打开新账套", "撤销建账")
	at := strings.Index(done.Body, "/openings")
	books := done.Body[strings.LastIndex(done.Body[:at], "/books/"):at]
	s.Want(s.Get("shenji", books+"/openings"), 200, "1,186,540.18", "农商行基本户")
	s.Want(s.Post("kuaiji", path+"/undo", "reason", "重做"), 303)
	s.Want(s.Get("kuaiji", path), 200, "已撤销")
	s.Want(s.Get("kuaiji", path+"/report"), 200, "决定：成员代表大会决议")
}

func TestOpeningsByHandAndByPaste(t *testing.T) {
	s := newSite(t)
	path := "/books/" + s.books.String() + "/openings"
	line := func(i, account, debit, credit string) []string {
		p := "lines[" + i + "]."
		return []string{p + "account", account, p + "debit", debit, p + "credit", credit, p + "party", "", p + "contract", "", p + "asset", "", p + "project", "", p + "member", ""}
	}
	post := func(login string, lists ...[]string) sitetest.Answer {
		var all []string
		for _, l := range lists {
			all = append(all, l...)
		}
		return s.Post(login, path, all...)
	}
	s.Want(s.Get("kuaiji", path), 200, "2024 年初借方", "从科目余额表读入", "保存期初余额")
	s.Lacks(s.Get("shenji", path), "保存期初余额</button>")
	s.Want(post("shenji", line("0", "102", "5", "")), 403)
	s.Want(post("kuaiji", line("0", "102", "500", ""), line("1", "301", "", "400")), 422, "相差 100.00 元", `value="500"`, "差额：贷方少 100.00")
	s.Want(post("kuaiji", line("0", "109", "500", ""), line("1", "301", "", "500")), 422, `id="f-lines[0].account-error"`, "没有科目 109")
	s.Want(post("kuaiji", line("0", "102", "12x", ""), line("1", "301", "5", "5")), 422, `id="f-lines[0].debit-error"`, "一行只填借方或贷方")
	s.Want(post("kuaiji", line("0", "102", "1", ""), line("1", "", "", ""), line("2", "", "", ""), []string{"more", "1"}), 200, "lines[8].account", `value="1"`)
	s.Want(post("kuaiji", line("0", "102 银行存款", "500", ""), line("1", "", "", ""), line("2", "301", "", "500")), 303)
	s.Want(s.Get("kuaiji", path), 200, `value="500.00"`, "借贷平衡", "银行存款")

	// Pasted balances are shown first and saved after.
	s.Want(post("kuaiji", []string{"paste", "1", "source", "乱写"}), 422, "没有找到表头", "乱写")
	s.Want(post("kuaiji", []string{"paste", "1", "source", "科目编码\t科目名称\t借方\t贷方\n101\t库存现金\t7\t\n301\t资本\t\t7\n"}), 200, "已读入 2 行，还没有保存", `value="7.00"`)
	list, err := ledger.OpeningsOf(t.Context(), s.DB.Read(), s.Tenant, s.books)
	s.OK(err)
	if len(list) != 2 || list[0].Opening != 50000 {
		t.Errorf("pasting saved %+v", list)
	}
	s.OK(s.l.ClosePeriod(t.Context(), systemPrincipal, s.Tenant, s.books, 202401))
	page := s.Want(s.Get("kuaiji", path), 200, "已结账，期初余额不能再改")
	s.Lacks(page, "保存期初余额</button>")
	s.Want(post("kuaiji", line("0", "102", "5", ""), line("1", "301", "", "5")), 409, "已结账")
}
