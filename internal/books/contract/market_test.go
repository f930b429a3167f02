package contract

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/kit/date"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/qty"
)

const (
	marketVillage = "321182103205"
	marketNext    = "321182103206"
	marketOther   = "321182104201" // another town
)

// letOf is a contract over one unit of a workshop.
func letOf(n int, region string, annual money.Fen, m2 int64) Let {
	q, _ := qty.New(m2, qty.M2)
	return Let{Contract: ids.ID(n), No: fmt.Sprintf("HT-%04d", n), Region: region, Kind: Lease, Unit: ids.ID(n), AssetKind: "workshop", Quantity: q, Annual: annual,
		From: date.Must("2020-01-01"), Until: date.Must("2022-12-31")}
}

func TestRents(t *testing.T) {
	two := letOf(1, marketVillage, 120_000_00, 1000)
	two.Unit = 90
	mu, _ := qty.New(3, qty.Mu)
	field := letOf(2, marketVillage, 2_400_00, 2000)
	field.AssetKind = "land"
	shed := letOf(3, marketVillage, 3_000_00, 1)
	shed.AssetKind, shed.Quantity = "greenhouse", mu
	mixed := letOf(4, marketVillage, 100, 1000)
	shop := mixed
	shop.AssetKind, shop.Unit = "shop", 91
	free := letOf(5, marketVillage, 0, 1000)
	got := Rents([]Let{letOf(1, marketVillage, 120_000_00, 1000), two, field, shed, mixed, shop, free})
	var list []string
	for i := range got {
		list = append(list, got[i].No+" "+got[i].Sum.String()+" "+got[i].Price.String())
	}
	if want := "HT-0001 2,000 ㎡ 60.00、HT-0002 3 亩 800.00、HT-0003 3 亩 1,000.00"; strings.Join(list, "、") != want {
		t.Errorf("rents %v, want %s", list, want)
	}
	if !got[0].Holds([]ids.ID{90}) || got[0].Holds([]ids.ID{91}) {
		t.Errorf("holds %v", got[0].Units)
	}
}

// TestMarket: who is a neighbour, by place, kind, unit and day.
func TestMarket(t *testing.T) {
	lets := []Let{letOf(1, marketVillage, 100_00, 10), letOf(2, marketNext, 200_00, 10), letOf(3, marketOther, 900_00, 10), letOf(4, marketVillage, 300_00, 10), letOf(5, marketVillage, 1_00, 10)}
	lets[4].Until = date.Must("2021-03-31")
	later := letOf(6, marketVillage, 5_00, 10)
	later.From = date.Must("2021-07-01")
	shop := letOf(7, marketVillage, 7_00, 10)
	shop.AssetKind = "shop"
	rents := Rents(append(lets, later, shop))
	day := date.Must("2021-06-30")
	for _, c := range []struct {
		months int
		place  string
		want   string
		median money.Fen
	}{
		{0, marketVillage, "HT-0004", 30_00},
		{0, "321182103000", "HT-0002 HT-0004", 25_00},
		{0, "321182000000", "HT-0002 HT-0004 HT-0003", 30_00},
		{3, marketVillage, "HT-0005 HT-0004", 15_05},
		{2, marketVillage, "HT-0004", 30_00},
	} {
		n := NewMarket(rents, day, c.months).Near(c.place, []string{"workshop"}, qty.M2, &rents[0])
		var nos []string
		for _, r := range n.All() {
			nos = append(nos, r.No)
		}
		if strings.Join(nos, " ") != c.want || n.Median() != c.median || n.Len() != len(nos) {
			t.Errorf("%d months in %s: %v, median %s", c.months, c.place, nos, n.Median())
		}
	}
	m := NewMarket(rents, day, 0)
	both := m.Near(marketVillage, []string{"workshop", "shop"}, qty.M2)
	if both.Len() != 3 || both.At(0).No != "HT-0007" {
		t.Errorf("both kinds: %+v", both.All())
	}
	if n := m.Near(marketVillage, []string{"workshop"}, qty.Mu); n.Len() != 0 || n.Median() != 0 {
		t.Error("another unit has neighbours")
	}
	if how := both.How("永胜村", "本合同"); !strings.Contains(how, "永胜村范围内、类别为厂房、商铺、2021年6月30日履行中") || !strings.Contains(how, "3 份（不含本合同）") {
		t.Error(how)
	}
}

// TestMedian: the median without some is the median of the others, however many and whichever they are.
func TestMedian(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var lets []Let
		for i := range rapid.IntRange(1, 30).Draw(t, "contracts") {
			lets = append(lets, letOf(i+1, marketVillage, money.Fen(rapid.Int64Range(1, 50).Draw(t, "price"))*10, 10))
		}
		rents := Rents(lets)
		var own []*Rent
		var others []money.Fen
		for i := range rents {
			if rapid.IntRange(0, 3).Draw(t, "own") == 0 {
				own = append(own, &rents[i])
			} else {
				others = append(others, rents[i].Price)
			}
		}
		n := NewMarket(rents, date.Must("2021-06-30"), 0).Near("321182103000", []string{"workshop"}, qty.M2, own...)
		slices.Sort(others)
		want := money.Fen(0)
		if k := len(others); k > 0 {
			want = (others[(k-1)/2] + others[k/2]) / 2
		}
		if n.Len() != len(others) || n.Median() != want {
			t.Fatalf("median %s of %d, want %s of %d", n.Median(), n.Len(), want, len(others))
		}
		for i, r := range n.All() {
			if r.Price != others[i] || slices.Contains(own, r) {
				t.Fatalf("the %d-th is %s, want %s", i, r.Price, others[i])
			}
		}
	})
}
