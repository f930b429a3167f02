package books_test

import (
	"strings"
	"testing"
)

func TestAttachments(t *testing.T) {
	s := newSite(t)
	draft := func() string {
		return s.Want(s.Post("baozhang", "/vouchers/new", voucher(s.books("长胜村"), "2021-11-05", rent...)...), 303).Location
	}
	path := draft()
	at := "/attach" + strings.Replace(path, "/vouchers/", "/voucher/", 1)
	s.Want(s.Get("baozhang", path), 200, `action="`+at+`"`, "把文件拖到这里", "拍照", "capture")
	const png = "\x89PNG\r\n\x1a\nrest"
	s.Want(s.Upload("baozhang", at, "发票.png", png, "to", path, "invoice_no", "12345678"), 303)
	page := s.Want(s.Get("baozhang", path), 200, "发票.png", "发票 12345678", "<img src=\"/attachments/", "附单据 <strong>1</strong>")
	_, rest, _ := strings.Cut(page.Body, `src="/attachments/`)
	file := "/attachments/" + rest[:strings.Index(rest, `"`)]
	w := s.Raw("baozhang", "GET", file, "", nil)
	if h := w.Header(); w.Body.String() != png || h.Get("Content-Type") != "image/png" || !strings.HasPrefix(h.Get("Content-Disposition"), "inline;") ||
		h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("%v", h)
	}
	s.Want(s.Upload("baozhang", at, "清单.pdf", "%PDF-1.4", "to", path), 303)
	page = s.Get("baozhang", path)
	_, rest, _ = strings.Cut(page.Body[:strings.Index(page.Body, "清单.pdf")], "发票.png")
	pdf := rest[strings.LastIndex(rest, "/attachments/"):]
	if h := s.Raw("baozhang", "GET", pdf[:strings.Index(pdf, `"`)], "", nil).Header(); !strings.HasPrefix(h.Get("Content-Disposition"), "attachment;") {
		t.Errorf("%v", h)
	}
	for _, who := range []string{"xingfu", "shenji"} {
		s.Want(s.Upload(who, at, "a.pdf", "%PDF-1.5", "to", path), map[string]int{"xingfu": 404, "shenji": 403}[who])
		s.Want(s.Post(who, file+"/remove", "to", path), map[string]int{"xingfu": 404, "shenji": 403}[who])
	}
	s.Want(s.Get("xingfu", file), 404)
	s.Want(s.Get("shenji", file), 200)
	s.Want(s.Upload("baozhang", at, "a.html", "<script>", "to", path), 422, "类型不能作附件", path)
	s.Want(s.Upload("baozhang", "/attach/nonsense/1", "a.pdf", "%PDF-1.5", "to", path), 404)
	if a := s.Upload("baozhang", at, "b.pdf", "%PDF-1.5", "to", "https://example.com/"); a.Location != "/" {
		t.Error(a.Location)
	}
	other := draft()
	s.Want(s.Upload("baozhang", "/attach"+strings.Replace(other, "/vouchers/", "/voucher/", 1), "同一张.pdf", "%PDF-1.6", "to", other, "invoice_no", "12345678"), 409, "不能重复入账")
	s.Want(s.Post("kuaiji", path+"/review", "version", s.version(path)), 303)
	s.Lacks(s.Want(s.Get("baozhang", path), 200, "附件不能再增减"), at)
	s.Want(s.Post("baozhang", file+"/remove", "to", path), 409, "已审核")
}

func TestTemplatesAskInPlainWords(t *testing.T) {
	s := newSite(t)
	mine := s.books("长胜村")
	s.Want(s.Get("baozhang", "/voucher-templates"), 200, "发包与租金", "收到承租户交来的今年租金", "/voucher-templates/rent-received?books="+mine)
	s.Lacks(s.Want(s.Get("baozhang", "/voucher-templates?q=zj"), 200, "租金"), "收到存款利息")
	s.Want(s.Get("baozhang", "/voucher-templates?q=折旧"), 200, "提折旧")
	s.Want(s.Get("baozhang", "/voucher-templates?q=宇宙飞船"), 200, "没有这样的业务模板")
	s.Want(s.Get("shenji", "/voucher-templates"), 403)
	s.Lacks(s.Want(s.Get("baozhang", "/voucher-templates?books="+mine), 200), "算出应交的税") // only under the system of 2023

	path := "/voucher-templates/rent-received"
	s.Want(s.Get("baozhang", path+"?books="+mine), 200, "收到多少钱", "钱收在哪里", "银行存款", "哪份合同", `data-combo="contract"`, "生成凭证")
	s.Want(s.Get("baozhang", "/voucher-templates/nonsense?books="+mine), 404)
	s.Want(s.Post("baozhang", path, "books", mine, "day", "2021-11-05", "amount", "两千"), 422, "error-summary", `value="两千"`, "请选择：钱收在哪里")
	a := s.Want(s.Post("baozhang", path, "books", mine, "day", "2021-11-05", "amount", "1000*12+500", "pay", "102", "from", "示例机电一厂", "contract", "HT-2021-0001"), 200,
		"请核对后保存", `value="12500.00"`, `value="511"`, `value="HT-2021-0001"`, "收示例机电一厂今年租金", "✓ 借贷平衡", `action="/vouchers/new"`)
	if n := strings.Count(a.Body, `value="示例机电一厂"`); n != 1 {
		t.Errorf("the party stands %d times", n)
	}
	s.Want(s.Post("xingfu", path, "books", mine, "day", "2021-11-05", "amount", "1", "pay", "102"), 422, "请先选择账套")
}

func TestTemplatesOfACountyAsAFile(t *testing.T) {
	s := newSite(t)
	out := s.Want(s.Get("kuaiji", "/entry-templates/yaml"), 200, "code: rent-received")
	s.Want(s.Get("kuaiji", "/entry-templates"), 200, "导入 YAML", "系统自带一套")
	s.Want(s.Get("baozhang", "/entry-templates/yaml/import"), 403)
	s.Want(s.Upload("kuaiji", "/entry-templates/yaml/import", "a.yaml", "templates: [", "from", "2021-01-01"), 422, "不是正确的 YAML")
	s.Want(s.Upload("kuaiji", "/entry-templates/yaml/import", "a.yaml", out.Body, "from", ""), 422, "日期")
	mine := strings.Replace(out.Body, "收到承租户交来的今年租金", "收到门面房租金", 1)
	s.Want(s.Upload("kuaiji", "/entry-templates/yaml/import?scope="+town, "a.yaml", mine, "from", "2021-01-01"), 303)
	s.Want(s.Get("baozhang", "/voucher-templates"), 200, "收到门面房租金", "本地")
}

func TestCopiesAndSums(t *testing.T) {
	s := newSite(t)
	mine := s.books("长胜村")
	path := s.Want(s.Post("baozhang", "/vouchers/new", voucher(mine, "2021-10-31", line{"收租金", "102", "60*2+0.5", "", ""}, line{"", "501", "", "（100＋20）+.5", ""})...), 303).Location
	s.Want(s.Get("baozhang", path), 200, "120.50", "复制")
	_, id, _ := strings.Cut(path, "/vouchers/")
	s.Want(s.Get("baozhang", "/vouchers/new?copy="+id), 200, "已复制", `value="2021-11-30"`, `value="120.50"`, `action="/vouchers/new"`)
	s.Want(s.Get("baozhang", "/vouchers/new?copy="+id+"&date=2021-11-03"), 200, `value="2021-11-03"`)
	s.Want(s.Get("xingfu", "/vouchers/new?copy="+id), 404)
	s.Want(s.Get("baozhang", "/vouchers/new?copy=abc"), 404)
	s.Want(s.Post("baozhang", "/vouchers/new", voucher(mine, "2021-10-31", line{"收租金", "102", "7/0", "", ""}, line{"", "501", "", "100", ""})...), 422, "不能除以 0", `value="7/0"`)
}
