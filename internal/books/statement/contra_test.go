package statement

import (
	"testing"

	"huicun/internal/books/ledger"
)

func TestContraNamesTheOtherSide(t *testing.T) {
	bank, cash := ledger.VoucherAccount{Account: "102", Name: "银行存款"}, ledger.VoucherAccount{Account: "101", Name: "现金"}
	rent, fee, other := ledger.VoucherAccount{Account: "501", Name: "经营收入"}, ledger.VoucherAccount{Account: "541", Name: "管理费用"}, ledger.VoucherAccount{Account: "551", Name: "其他支出"}
	debit := func(a ledger.VoucherAccount) ledger.VoucherAccount { a.Debit = true; return a }
	for want, list := range map[string][]ledger.VoucherAccount{
		"501 经营收入":        {debit(bank), rent, rent},
		"101 现金、501 经营收入": {debit(bank), cash, rent},
		"101 现金 等 3 个科目":  {debit(bank), cash, rent, other},
		"":                {debit(bank), debit(cash)},
	} {
		if got := contra(list, true); got != want {
			t.Errorf("a debit: %q, want %q", got, want)
		}
	}
	if got := contra([]ledger.VoucherAccount{bank, debit(fee), debit(fee)}, false); got != "541 管理费用" {
		t.Errorf("a credit: %q", got)
	}
}
