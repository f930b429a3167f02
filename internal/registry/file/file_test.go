package file_test

import (
	"archive/zip"
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"

	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
	"huicun/internal/registry/file"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

const village = "321182103205"

var ctx = context.Background()

type world struct {
	testing.TB
	d       *db.DB
	s       *file.Service
	parties *record.Noun[party.Party]
	tenant  int64
	mine    access.Principal
	stray   access.Principal
	reader  access.Principal
}

func newWorld(t testing.TB, d *db.DB) *world {
	w := &world{TB: t, d: d}
	regions := region.New(d)
	w.must(regions.Save(ctx, []region.Region{
		{Code: "320000000000", Name: "江苏省", Level: "province"}, {Code: "321100000000", Name: "镇江市", Level: "city"}, {Code: "321182000000", Name: "扬中市", Level: "county"},
		{Code: "321182103000", Name: "八桥镇", Level: "town"}, {Code: village, Name: "永胜村", Level: "village"}, {Code: "321182103206", Name: "红旗村", Level: "village"},
	}))
	tn, err := regions.TenantOf(ctx, village)
	w.must(err)
	w.tenant = tn.ID
	box, err := secret.NewBox(make([]byte, secret.KeySize))
	w.must(err)
	env := record.NewEnv(d, regions, box)
	w.parties = party.NewParties(env)
	w.s = file.New(env)
	grant := func(id ids.ID, name, role, at string) access.Principal {
		return access.Principal{ID: id, Name: name, Grants: []access.Grant{{Role: role, Region: at}}}
	}
	w.mine, w.stray, w.reader = grant(11, "报账员", "village_bookkeeper", village), grant(12, "外村报账员", "village_bookkeeper", "321182103206"), grant(13, "审计员", "auditor", village)
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) party(name string) ids.ID {
	w.Helper()
	p := &party.Party{Name: name, Kind: party.Enterprise}
	p.Region = village
	id, err := w.parties.Create(ctx, access.System, w.tenant, "", p)
	w.must(err)
	return id
}

func (w *world) clean() {
	w.Helper()
	found, err := file.Check(ctx, w.d.Read(), w.tenant)
	w.must(err)
	if len(found) > 0 {
		w.Fatal(strings.Join(found, "\n"))
	}
}

func (w *world) content(hash string) []byte {
	w.Helper()
	var out []byte
	w.must(file.Pieces(ctx, w.d.Read(), w.tenant, hash, func(b []byte) error { out = append(out, b...); return nil }))
	return out
}

func pdf(n int) []byte { return append([]byte("%PDF-1.7\n"), bytes.Repeat([]byte{'x'}, n)...) }

func TestAttachAndRemove(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		a, b := w.party("甲厂"), w.party("乙厂")
		big := pdf(600 << 10)
		add := func(who access.Principal, id ids.ID, name string, data []byte) error {
			return w.s.Attach(ctx, who, w.tenant, "party", id, []file.Upload{{Name: name, Data: data}}, file.Invoice{})
		}
		w.must(add(w.mine, a, `C:\扫描\合同.PDF`, big))
		w.must(add(w.mine, a, "合同.pdf", big)) // the same again changes nothing
		w.must(add(w.mine, b, "合同副本.pdf", big))
		list, err := file.Of(ctx, d.Read(), w.tenant, "party", a)
		w.must(err)
		if len(list) != 1 || list[0].Name != "合同.PDF" || list[0].Size != int64(len(big)) || list[0].By != "报账员" || list[0].Inline() {
			t.Fatalf("%+v", list)
		}
		if !bytes.Equal(w.content(list[0].Hash), big) {
			t.Fatal("the content changed on its way")
		}
		w.clean()

		if err := add(w.stray, a, "合同.pdf", pdf(1)); !errs.Is(err, errs.NotFound) && !errs.Is(err, errs.Forbidden) {
			t.Error(err)
		}
		if err := add(w.reader, a, "合同.pdf", pdf(1)); !errs.Is(err, errs.Forbidden) {
			t.Error(err)
		}
		if _, err := w.s.Get(ctx, w.reader, w.tenant, list[0].ID); err != nil {
			t.Error(err)
		}
		if _, err := w.s.Remove(ctx, w.reader, w.tenant, list[0].ID); !errs.Is(err, errs.Forbidden) {
			t.Error(err)
		}
		if err := w.s.Attach(ctx, w.mine, w.tenant, "nonsense", a, []file.Upload{{Name: "a.pdf", Data: pdf(1)}}, file.Invoice{}); !errs.Is(err, errs.NotFound) {
			t.Error(err)
		}

		// The content stays until the last attachment is gone; a record that is deleted takes its own with it.
		_, err = w.s.Remove(ctx, w.mine, w.tenant, list[0].ID)
		w.must(err)
		if !bytes.Equal(w.content(list[0].Hash), big) {
			t.Error("the other party's file is gone")
		}
		w.clean()
		w.must(w.parties.Delete(ctx, w.mine, w.tenant, b, 0))
		if w.content(list[0].Hash) != nil {
			t.Error("a file of nobody is left")
		}
		w.clean()
	})
}

func TestRefusesByTypeAndSize(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	id := w.party("甲厂")
	add := func(name string, data []byte) error {
		return w.s.Attach(ctx, w.mine, w.tenant, "party", id, []file.Upload{{Name: name, Data: data}}, file.Invoice{})
	}
	for name, c := range map[string]struct {
		data string
		say  string
	}{
		"脚本.html": {"<script>", "类型不能作附件"}, "图.svg": {"<svg>", "类型不能作附件"}, "无扩展名": {"x", "类型不能作附件"},
		"假图.jpg": {"<script>alert(1)</script>", "不是图片"}, "假.pdf": {"PK\x03\x04", "不是PDF"}, "空.pdf": {"", "是空的"}, "假.xml": {"PK\x03\x04", "不是电子凭证"},
	} {
		if err := add(name, []byte(c.data)); err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := add("大.pdf", pdf(21<<20)); err == nil || !strings.Contains(err.Error(), "超过") {
		t.Error(err)
	}
	limit := &file.Limit{Ext: "pdf", MaxKB: 1}
	limit.Region = "321182103000"
	_, err := w.s.Limits.Create(ctx, access.System, w.tenant, "", limit)
	w.must(err)
	if err := add("大.pdf", pdf(2000)); err == nil || !strings.Contains(err.Error(), "上限 1 KB") {
		t.Error(err)
	}
	w.must(add("小.pdf", pdf(100)))
	if err := w.s.Attach(ctx, w.mine, w.tenant, "party", id, []file.Upload{{Name: "好.pdf", Data: pdf(7)}, {Name: "坏.exe", Data: pdf(8)}}, file.Invoice{}); err == nil {
		t.Error("a program was taken")
	}
	list, err := file.Of(ctx, w.d.Read(), w.tenant, "party", id)
	w.must(err)
	if len(list) != 1 {
		t.Errorf("half of an upload was kept: %d files", len(list))
	}
}

func TestDamageShows(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		w.must(w.s.Attach(ctx, w.mine, w.tenant, "party", w.party("甲厂"), []file.Upload{{Name: "a.pdf", Data: pdf(9)}}, file.Invoice{}))
		w.clean()
		w.damage()
		found, err := file.Check(ctx, d.Read(), w.tenant)
		w.must(err)
		if len(found) != 1 || !strings.Contains(found[0], "校验值不符") {
			t.Fatal(found)
		}
	})
}

// Attaching and removing one content at once, by many, leaves what is counted right.
func TestManyAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		var parties []ids.ID
		for _, n := range []string{"甲厂", "乙厂", "丙厂", "丁厂"} {
			parties = append(parties, w.party(n))
		}
		var wg sync.WaitGroup
		for _, id := range parties {
			wg.Go(func() {
				for range 10 {
					if err := w.s.Attach(ctx, w.mine, w.tenant, "party", id, []file.Upload{{Name: "同.pdf", Data: pdf(300 << 10)}}, file.Invoice{}); err != nil {
						t.Error(err)
						return
					}
					list, err := file.Of(ctx, d.Read(), w.tenant, "party", id)
					if err != nil || len(list) != 1 {
						t.Error(len(list), err)
						return
					}
					if _, err := w.s.Remove(ctx, w.mine, w.tenant, list[0].ID); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		w.clean()
	})
}

func ofd(t testing.TB, xml string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range map[string]string{"OFD.xml": "<ofd:OFD/>", "Doc_0/Attachs/original_invoice.xml": xml} {
		f, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestInvoiceNumbersAreRead(t *testing.T) {
	w := newWorld(t, dbtest.SQLite(t))
	for i, c := range []struct{ name, xml, code, no string }{
		{"数电票.xml", "<?xml version=\"1.0\" encoding=\"GBK\"?><EInvoice><Header><EIid>24322000000012345678</EIid></Header></EInvoice>", "", "24322000000012345678"},
		{"税控.ofd", `<fp:eInvoice xmlns:fp="x"><fp:InvoiceCode>032001900111</fp:InvoiceCode><fp:InvoiceNo>12345678</fp:InvoiceNo></fp:eInvoice>`, "032001900111", "12345678"},
		{"别的.xml", "<Receipt><No>1</No></Receipt>", "", ""},
		{"坏的.xml", "<Receipt><EIid>2432200000001234", "", "2432200000001234"},
	} {
		id := w.party(c.name)
		data := []byte(c.xml)
		if strings.HasSuffix(c.name, ".ofd") {
			data = ofd(t, c.xml)
		}
		w.must(w.s.Attach(ctx, w.mine, w.tenant, "party", id, []file.Upload{{Name: c.name, Data: data}}, file.Invoice{}))
		list, err := file.Of(ctx, w.d.Read(), w.tenant, "party", id)
		w.must(err)
		if list[0].Invoice != (file.Invoice{Code: c.code, No: c.no}) {
			t.Errorf("%d: %+v", i, list[0].Invoice)
		}
	}
	if err := w.s.Attach(ctx, w.mine, w.tenant, "party", w.party("甲"), []file.Upload{{Name: "a.pdf", Data: pdf(1)}}, file.Invoice{No: "<b>"}); err == nil || !strings.Contains(err.Error(), "发票号码应为") {
		t.Error(err)
	}
}

func FuzzInvoice(f *testing.F) {
	f.Add([]byte("<a><EIid>24322000000012345678</EIid></a>"))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		file.InvoiceOf("xml", b)
		file.InvoiceOf("ofd", b)
	})
}
