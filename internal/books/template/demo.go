package template

import (
	"context"

	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/access"
)

// The demo's persons: who makes a voucher does not review it.
var (
	demoMaker    = access.Principal{ID: 901, Name: "永胜村报账员（示例）", Grants: access.System.Grants}
	demoReviewer = access.Principal{ID: 902, Name: "八桥镇代理会计（示例）", Grants: access.System.Grants}
)

// demoBooks are the books that the demo's desk stands on.
const demoBooks = "八桥镇永胜村股份经济合作社（2004年制度）"

// LoadDemo puts on the desk what sheets do not hold: drafts to review, one that was sent back, one to post, and recurring
// vouchers. It does nothing without the demo's books, or where recurring vouchers are kept already.
func (s *Service) LoadDemo(ctx context.Context, tenant int64) error {
	q := s.env.DB.Read()
	books, err := s.l.Books.Lookup(ctx, q, tenant, demoBooks)
	if errs.Is(err, errs.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if n, err := recurringTable.Count(ctx, q, db.NewWhere(tenant), 1); err != nil || n > 0 {
		return err
	}
	d := &demoDesk{s: s, tenant: tenant, books: books}
	sweep := d.draft(ctx, "2021-10-03", "付 10 月保洁报酬", "541", "102", 1800_00)
	power := d.draft(ctx, "2021-10-08", "付 9 月办公用电电费", "541", "102", 412_36)
	wear := d.draft(ctx, "2021-10-31", "提 10 月办公设备折旧", "541", "152", 200_00)
	paper := d.draft(ctx, "2021-11-05", "购打印纸、文件夹", "541", "102", 268_50)
	d.draft(ctx, "2021-11-09", "收农机具短期使用费", "102", "531", 350_00)
	if d.err == nil {
		d.err = s.l.Reject(ctx, demoReviewer, tenant, paper, 0, []string{"有证明人（验收人）签字"}, "附件不全；没有经手人、证明人签字")
	}
	for _, id := range []ids.ID{power, wear} {
		if d.err == nil {
			d.err = s.l.Approve(ctx, demoReviewer, tenant, id, 0)
		}
	}
	d.repeat(ctx, wear, Recurrence{Name: "每月办公设备折旧", Every: 1, Day: lastDay, From: 202111})
	d.repeat(ctx, power, Recurrence{Name: "每月办公用电（按电费单填金额）", Every: 1, Day: 8, From: 202111, Asked: true})
	monthly := d.repeat(ctx, sweep, Recurrence{Name: "每月保洁报酬", Every: 1, Day: 3, From: 202111})
	if d.err == nil {
		_, d.err = s.Generate(ctx, demoMaker, tenant, monthly, 202111, nil)
	}
	return d.err
}

// demoDesk makes the demo's records until the first error.
type demoDesk struct {
	s      *Service
	tenant int64
	books  ids.ID
	err    error
}

func (d *demoDesk) draft(ctx context.Context, day, summary, debit, credit string, fen money.Fen) ids.ID {
	if d.err != nil {
		return 0
	}
	v := &ledger.Voucher{
		Books: d.books, Date: date.Must(day), Summary: summary, Attachments: 1,
		Lines: []ledger.Line{{Account: debit, Debit: fen}, {Account: credit, Credit: fen}},
	}
	v.Sample = true
	var id ids.ID
	id, d.err = d.s.l.SaveDraft(ctx, demoMaker, d.tenant, "", v)
	return id
}

func (d *demoDesk) repeat(ctx context.Context, voucher ids.ID, r Recurrence) ids.ID {
	if d.err != nil {
		return 0
	}
	var id ids.ID
	id, d.err = d.s.Repeat(ctx, demoReviewer, d.tenant, "", voucher, &r)
	return id
}
