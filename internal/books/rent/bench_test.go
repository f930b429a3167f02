package rent_test

import (
	"context"
	"fmt"
	"testing"

	"huicun/internal/books/contract"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/region"
)

// The size of a county that a month is billed for.
const (
	benchVillages  = 300
	benchContracts = 40
)

// BenchmarkBillCounty bills a month of a county of 300 villages with 40 contracts each, monthly in advance.
func BenchmarkBillCounty(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			w := newWorld(b, open(b), ledger.Chart2004, 202101)
			w.rule("accrual", "2021-01-01")
			books := w.county(benchVillages, benchContracts)
			month := date.Month(202101)
			for b.Loop() {
				for _, id := range books {
					p, err := w.s.Plan(ctx, w.d.Read(), w.tenant, id, month)
					w.ok(err)
					_, err = w.s.Do(ctx, w.clerk, w.tenant, "", id, month, p.Digest)
					w.ok(err)
				}
				month = month.Next()
			}
			b.ReportMetric(float64(benchVillages*benchContracts), "items/op")
		})
	}
}

// county makes villages with contracts and returns their books.
func (w *world) county(villages, contracts int) []ids.ID {
	var places []region.Region
	for i := range villages {
		places = append(places, region.Region{Code: fmt.Sprintf("3211821%02d%03d", 10+i/100, 300+i%100), Name: fmt.Sprint("村", i), Level: "village"})
	}
	for i := range (villages + 99) / 100 {
		places = append(places, region.Region{Code: fmt.Sprintf("3211821%02d000", 10+i), Name: fmt.Sprint("镇", i), Level: "town"})
	}
	w.ok(w.env.Regions.Save(ctx, places))
	w.clerk.Grants = access.System.Grants
	var books []ids.ID
	for i := range villages {
		w.place = places[i].Code
		unit := w.party(fmt.Sprint("合作社", i), party.Collective)
		firm := w.party(fmt.Sprint("承租厂", i), party.Enterprise)
		id, err := w.l.Books.Create(ctx, access.System, w.tenant, "", &ledger.Books{Name: fmt.Sprint("账套", i), Party: unit, Chart: ledger.Chart2004, From: 202101})
		w.ok(err)
		books = append(books, id)
		w.ok(w.d.InTx(ctx, access.System.Meta(w.tenant), func(_ context.Context, tx *db.Tx) error {
			for j := range contracts {
				c := &contract.Contract{
					Name: fmt.Sprint("服务", j), Kind: contract.Service, PartyA: unit, PartyB: firm, Signed: date.Must("2021-01-01"), From: date.Must("2021-01-01"),
					To: date.Must("2025-12-31"), Pay: 1000_00, PayMonths: 1, Advance: true,
				}
				c.State = "active"
				if err := w.contracts.CreateTx(ctx, tx, access.System, c); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	return books
}
