package books_test

import (
	"strings"
	"testing"

	"huicun/internal/web/sitetest"
)

// A file that is posted in batches goes through the background: its page says how far it is, what came in and what was
// wrong; nobody else sees it.
func TestImportInTheBackground(t *testing.T) {
	s := newSite(t)
	s.Want(s.Get("kuaiji", "/vouchers/import"), 200, "全部成功才入账", "按账套、月份分批入账")
	s.Want(s.upload("baozhang", "凭证.csv", "x", "way", "months"), 403)
	books := "八桥镇长胜村股份经济合作社（2004年制度）"
	file := "账套,凭证来源号,日期,摘要,科目,借方金额（元）,贷方金额（元）\n" +
		books + ",M1,2021-09-02,收租金,102,100,\n" + books + ",M1,,收租金,501,,100\n" +
		books + ",M2,2021-10-02,收租金,102,100,\n" + books + ",M2,,收租金,999,,100\n"
	at := s.Want(s.upload("kuaiji", "凭证.csv", file, "way", "months"), 303).Location
	if !strings.HasPrefix(at, "/jobs/") {
		t.Fatal(at)
	}
	waits := s.Want(s.Get("kuaiji", at), 200, "排队中", "凭证.csv", at+"/stop")
	if waits.Header.Get("Refresh") == "" {
		t.Error("the page of a waiting job does not renew itself")
	}
	s.Want(s.Get("kuaiji", "/jobs"), 200, at, "导入凭证")
	s.Lacks(s.Want(s.Get("kuaiji2", "/jobs"), 200), at)
	for _, path := range []string{at, at + "/mistakes", "/jobs/1", "/jobs/x"} {
		s.Want(s.Get("kuaiji2", path), 404)
	}
	s.Want(s.Post("kuaiji2", at+"/stop"), 404)
	s.Want(s.Post("kuaiji2", at+"/again"), 404)

	s.Want(s.Post("kuaiji", at+"/stop"), 303)
	s.Want(s.Get("kuaiji", at), 200, "已停止", at+"/again")
	s.Want(s.Post("kuaiji", at+"/stop"), 409, "不能再停止")
	s.Want(s.Post("kuaiji", at+"/again"), 303)
	ran, err := s.jobs.Step(t.Context())
	s.OK(err)
	if !ran {
		t.Fatal("nothing ran")
	}
	over := s.Want(s.Get("kuaiji", at), 200, "已完成", "记账 1 张", "共 1 处错误", "第 5 行", "没有科目 999", "2021-09", "/vouchers/search?books=", at+"/mistakes")
	if over.Header.Get("Refresh") != "" {
		t.Error("the page of a job that is over renews itself")
	}
	s.Want(s.Get("kuaiji", at+"/mistakes?format=csv"), 200, "没有科目 999")
	if x := s.Want(s.Get("kuaiji", at+"/mistakes"), 200); !strings.HasPrefix(x.Body, "PK") {
		t.Error("no workbook")
	}
	s.Want(s.Post("kuaiji", at+"/again"), 409)

	file = strings.Replace(file, "999", "501", 1)
	at = s.Want(s.upload("kuaiji", "凭证.csv", file, "way", "months"), 303).Location
	_, err = s.jobs.Step(t.Context())
	s.OK(err)
	s.Want(s.Get("kuaiji", at), 200, "记账 1 张凭证，已有 1 张未变")
}

// A large file goes through the background though it is posted as a whole: with a mistake nothing of it comes in.
func TestLargeImportIsAllOrNothing(t *testing.T) {
	s := newSite(t)
	books := "八桥镇长胜村股份经济合作社（2004年制度）"
	var b strings.Builder
	b.WriteString("账套,凭证来源号,日期,摘要,科目,借方金额（元）,贷方金额（元）\n")
	for i := range 7000 {
		no := "L" + strings.Repeat("0", 20) + string(rune('a'+i%26)) + strings.Repeat("1", i/26%50) + strings.Repeat("2", i/1300)
		b.WriteString(books + "," + no + ",2021-09-02,收租金,102,100,\n" + books + "," + no + ",,收租金,501,,100\n")
	}
	b.WriteString(books + ",最后,2021-09-02,收租金,102,100,\n")
	at := s.Want(s.upload("kuaiji", "凭证.csv", b.String(), "way", "all"), 303).Location
	_, err := s.jobs.Step(t.Context())
	s.OK(err)
	s.Want(s.Get("kuaiji", at), 200, "一张凭证也没有记账", "第 14002 行")
	s.Lacks(s.Get("kuaiji", at), "已入账")
}

// A voucher of many lines is printed on several slips: each says which it is, and carries its sums to the next.
func TestALongVoucherOnPaper(t *testing.T) {
	s := newSite(t)
	books := "八桥镇长胜村股份经济合作社（2004年制度）"
	file := "账套,凭证来源号,日期,摘要,科目,借方金额（元）,贷方金额（元）\n"
	for range 30 {
		file += books + ",长,2021-09-03,付公益事业支出,551,100,\n"
	}
	file += books + ",长,,付公益事业支出,102,,3000\n"
	s.Want(s.upload("kuaiji", "凭证.csv", file, "way", "all"), 303)
	at := "/vouchers/print?from=2021-09-03&to=2021-09-03"
	page := s.Want(s.Get("kuaiji", at), 200, "1/4", "4/4", "叁仟元整", "分录多的分页续打，共 4 页凭证")
	for what, want := range map[string]int{"过次页": 3, "承前页": 3, "叁仟元整": 1, "551 其他支出": 30} {
		if n := strings.Count(page.Body, what); n != want {
			t.Errorf("%s stands there %d times, want %d", what, n, want)
		}
	}
}

// Every noun's import goes to the background when its file is large, and says the same of the same mistakes.
func TestLargeSheetsOfRecordsGoToTheBackground(t *testing.T) {
	s := newSite(t)
	path := s.Want(s.Get("kuaiji", "/assets/import"), 200, "大文件在后台进行").Body
	if !strings.Contains(path, "全部正确才保存") {
		t.Error("the page does not say that all or nothing is saved")
	}
	send := func(file string) sitetest.Answer { return s.Upload("kuaiji", "/assets/import", "资产.csv", file) }
	small := send("编号\nx\n")
	s.Want(small, 422, "表头与模板不符")
	at := s.Want(send("编号\n"+strings.Repeat("x", 1<<20)+"\n"), 303).Location
	if !strings.HasPrefix(at, "/jobs/") {
		t.Fatal(at)
	}
	s.Want(s.Get("kuaiji", at), 200, "排队中", "资产.csv", "导入资产")
	for range 2 { // one of vouchers may stand before it
		_, err := s.jobs.Step(t.Context())
		s.OK(err)
	}
	s.Want(s.Get("kuaiji", at), 200, "失败", "表头与模板不符", at+"/again")
}
