package ledger_test

import (
	"fmt"
	"testing"

	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
)

func eachEngine(b *testing.B, fn func(b *testing.B, d *db.DB)) {
	b.Run("sqlite", func(b *testing.B) { fn(b, dbtest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { fn(b, dbtest.Postgres(b)) })
}

func BenchmarkPostVoucher(b *testing.B) {
	eachEngine(b, func(b *testing.B, d *db.DB) {
		w := newWorld(b, d)
		for b.Loop() {
			w.post(w.entry("2021-03-05", "501", 100))
		}
	})
}

// BenchmarkImport imports 20,000 lines a round.
func BenchmarkImport(b *testing.B) {
	eachEngine(b, func(b *testing.B, d *db.DB) {
		w := newWorld(b, d)
		for i := 0; b.Loop(); i++ {
			t := manyRows(fmt.Sprintf("R%d-", i), 20_000)
			res, err := w.l.ImportVouchers(ctx, w.poster, w.tenant, t)
			must(b, err)
			if len(res.Report.Errors) > 0 {
				b.Fatal(res.Report.Errors[0])
			}
		}
	})
}

func BenchmarkIncomeOf(b *testing.B) {
	eachEngine(b, func(b *testing.B, d *db.DB) {
		w := newWorld(b, d)
		_, err := w.l.ImportVouchers(ctx, w.poster, w.tenant, manyRows("R", 20_000))
		must(b, err)
		for b.Loop() {
			w.income(2021, "2021-11-10")
		}
	})
}
