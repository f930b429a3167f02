package ledger_test

import (
	"strings"
	"testing"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/file"
)

// TestFilesOfVouchers: files change while the voucher is a draft and count as its attachments; a posted voucher seals them,
// and an invoice is posted once.
func TestFilesOfVouchers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		w := newWorld(t, d)
		files := file.New(w.env)
		files.Rule("voucher", ledger.FileRule())
		draft := func() ids.ID {
			id, err := w.l.SaveDraft(ctx, w.maker, w.tenant, "", w.entry("2021-03-05", "501", 100))
			must(t, err)
			return id
		}
		attach := func(id ids.ID, name, text string) error {
			return files.Attach(ctx, w.maker, w.tenant, "voucher", id, []file.Upload{{Name: name, Data: []byte(text)}}, file.Invoice{})
		}
		a := draft()
		must(t, attach(a, "发票.xml", "<a><EIid>24322000000012345678</EIid></a>"))
		must(t, attach(a, "清单.pdf", "%PDF-1.4 1"))
		v, err := w.l.Get(ctx, w.maker, w.tenant, a)
		must(t, err)
		if v.Attachments != 2 || v.Version != 3 {
			t.Fatalf("%d attachments, version %d", v.Attachments, v.Version)
		}
		if err := w.l.Review(ctx, w.poster, w.tenant, a, 1); !errs.Is(err, errs.Stale) {
			t.Errorf("reviewed without having seen the files: %v", err)
		}
		v.Attachments = 9 // typed, but the files are there
		_, err = w.l.SaveDraft(ctx, w.maker, w.tenant, "", v)
		must(t, err)
		v, err = w.l.Get(ctx, w.maker, w.tenant, a)
		must(t, err)
		if v.Attachments != 2 {
			t.Errorf("%d attachments", v.Attachments)
		}

		b := draft()
		if err := attach(b, "又是.xml", "<b><EIid>24322000000012345678</EIid></b>"); !errs.Is(err, errs.Conflict) || !strings.Contains(err.Error(), "重复入账") || !strings.Contains(err.Error(), v.FullNo) {
			t.Fatal(err)
		}
		must(t, w.l.Review(ctx, w.poster, w.tenant, a, 0))
		if err := attach(a, "晚了.pdf", "%PDF-1.4 2"); !errs.Is(err, errs.State) || !strings.Contains(err.Error(), "已审核") {
			t.Error(err)
		}
		must(t, w.l.Post(ctx, w.poster, w.tenant, a, 0))
		list, err := file.Of(ctx, d.Read(), w.tenant, "voucher", a)
		must(t, err)
		if _, err := files.Remove(ctx, w.poster, w.tenant, list[0].ID); !errs.Is(err, errs.State) || !strings.Contains(err.Error(), "已记账") {
			t.Error(err)
		}
		w.clean()
		w.loseFile(list[0].ID)
		found, err := ledger.Check(ctx, d.Read(), w.tenant)
		must(t, err)
		if len(found) != 1 || !strings.Contains(found[0], "附件与记账时不符") {
			t.Error(found)
		}
		must(t, w.l.DeleteDraft(ctx, w.maker, w.tenant, b, 0))
	})
}
