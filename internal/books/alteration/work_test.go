package alteration_test

import (
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/books/alteration"
	"huicun/internal/books/asset"
	"huicun/internal/books/ledger"
	"huicun/internal/kit/date"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/qty"
)

// drawCard draws a card that could be: what was depreciated never passes cost less salvage.
func drawCard(t *rapid.T, id ids.ID, class string) *asset.Asset {
	a := &asset.Asset{No: "ZC-" + strconv.Itoa(int(id)), Name: "物" + strconv.Itoa(int(id)), Owner: 7, Quantity: qty.Qty{N: rapid.Int64Range(2, 1e9).Draw(t, "quantity"), Unit: qty.M2}, ReadyOn: date.Must("2015-01-10")}
	a.ID, a.State, a.Class, a.Nature, a.Method, a.Charge, a.Life = id, "ready", class, asset.Operating, asset.Straight, "operating", 240
	a.Residual = rapid.IntRange(0, 1000).Draw(t, "residual")
	a.Cost = money.Fen(rapid.Int64Range(0, 1e12).Draw(t, "cost"))
	salvage, err := a.Salvage()
	if err != nil {
		t.Fatal(err)
	}
	a.Accumulated = money.Fen(rapid.Int64Range(0, int64(a.Cost-salvage)).Draw(t, "accumulated"))
	return a
}

// sums adds up what cards stand at before and after; one that left the books still says what it measured.
func sums(e *alteration.Effect) (before, after [3]int64) {
	for _, s := range e.Steps {
		for i, a := range []*asset.Asset{s.Before, &s.After} {
			if a == nil {
				continue
			}
			to := &before
			if i == 1 {
				to = &after
			}
			to[0], to[1] = to[0]+int64(a.Cost), to[1]+int64(a.Accumulated)
			if a.State != "retired" {
				to[2] += a.Quantity.N
			}
		}
	}
	return before, after
}

// TestSplit: whatever is split off, cost, what was depreciated and quantity stay what they were, to the fen and the unit, no part
// is depreciated beyond its own, and nothing moves in the ledger.
func TestSplit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawCard(t, 1, "010101")
		x := &alteration.Alteration{Kind: asset.Split, Asset: 1, On: date.Must("2024-03-05")}
		left, rest := a.Quantity.N, a.Cost
		for i := range rapid.IntRange(1, 6).Draw(t, "parts") {
			if left < 2 {
				break
			}
			p := alteration.Part{Name: "块" + strconv.Itoa(i), Quantity: qty.Qty{N: rapid.Int64Range(1, left-1).Draw(t, "part"), Unit: qty.M2}}
			left -= p.Quantity.N
			if rapid.Bool().Draw(t, "named") {
				p.Cost = money.Fen(rapid.Int64Range(0, int64(rest)).Draw(t, "part's cost"))
				rest -= p.Cost
			}
			x.Parts = append(x.Parts, p)
		}
		e, err := alteration.Work(alteration.Input{Card: a, Chart: ledger.Chart2023}, x)
		if err != nil {
			t.Fatal(err)
		}
		if len(e.Lines) != 0 || len(e.Steps) != len(x.Parts)+1 {
			t.Fatalf("%d lines, %d steps", len(e.Lines), len(e.Steps))
		}
		before, after := sums(e)
		// a card that is made has its quantity from the start, the others by their changes
		if before != after {
			t.Fatalf("%v became %v", before, after)
		}
		for i, s := range e.Steps[:len(x.Parts)] {
			if x.Parts[i].Cost > 0 && s.After.Cost != x.Parts[i].Cost || s.After.Quantity != x.Parts[i].Quantity || s.After.Accumulated > s.After.Cost || s.After.Accumulated < 0 || s.After.Entered != x.On {
				t.Fatalf("%+v of %+v", s.After, x.Parts[i])
			}
		}
	})
}

// TestMerge: the card that is left has what all had, the others have nothing.
func TestMerge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawCard(t, 1, "010101")
		in := alteration.Input{Card: a, Chart: ledger.Chart2004, Others: map[ids.ID]*asset.Asset{}}
		x := &alteration.Alteration{Kind: asset.Merge, Asset: 1, On: date.Must("2023-03-05")}
		for i := range rapid.IntRange(1, 5).Draw(t, "others") {
			b := drawCard(t, ids.ID(i+2), "010101")
			b.Residual = a.Residual
			salvage, err := b.Salvage()
			if err != nil {
				t.Fatal(err)
			}
			b.Accumulated = min(b.Accumulated, b.Cost-salvage)
			in.Others[b.ID] = b
			x.Parts = append(x.Parts, alteration.Part{Asset: b.ID})
		}
		e, err := alteration.Work(in, x)
		if err != nil {
			t.Fatal(err)
		}
		before, after := sums(e)
		if before != after || len(e.Lines) != 0 {
			t.Fatalf("%v became %v with %d lines", before, after, len(e.Lines))
		}
		for _, s := range e.Steps[:len(x.Parts)] {
			if s.After.State != "retired" || s.After.Cost != 0 || s.After.Accumulated != 0 {
				t.Fatalf("%+v", s.After)
			}
		}
	})
}

// TestValues: improvements, revaluations and turns book what the card changes by, on both sides, in both systems.
func TestValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		chart := rapid.SampledFrom([]string{ledger.Chart2004, ledger.Chart2023}).Draw(t, "chart")
		class := rapid.SampledFrom([]string{"010101", "020101", "050201"}).Draw(t, "class")
		a := drawCard(t, 1, class)
		x := &alteration.Alteration{Asset: 1, On: date.Must("2024-03-05"), Kind: rapid.SampledFrom([]string{asset.Improve, asset.Revalue, asset.Turn}).Draw(t, "kind")}
		switch x.Kind {
		case asset.Improve:
			x.Cost, x.Life = money.Fen(rapid.Int64Range(1, 1e12).Draw(t, "added")), rapid.IntRange(0, 120).Draw(t, "life")
		case asset.Revalue:
			x.Cost = money.Fen(rapid.Int64Range(0, 1e12).Draw(t, "to"))
			x.Accumulated = money.Fen(rapid.Int64Range(0, int64(x.Cost)*9/10).Draw(t, "accumulated to"))
		case asset.Turn:
			x.Class = rapid.SampledFrom([]string{"010102", "020101", "050201", "010101"}).Draw(t, "to class")
		}
		e, err := alteration.Work(alteration.Input{Card: a, Chart: chart}, x)
		if err != nil {
			return // refused with a sentence: nothing changes
		}
		by := map[string]money.Fen{}
		var sum money.Fen
		for _, l := range e.Lines {
			if (l.Debit == 0) == (l.Credit == 0) || l.Debit < 0 || l.Credit < 0 {
				t.Fatalf("%+v", l)
			}
			by[l.Account] += l.Debit - l.Credit
			sum += l.Debit - l.Credit
		}
		if sum != 0 {
			t.Fatalf("unbalanced by %s: %+v", sum, e.Lines)
		}
		// what cards and ledger change by is the same on every account that keeps assets
		want := map[string]money.Fen{}
		for sign, card := range map[money.Fen]*asset.Asset{1: &e.Steps[0].After, -1: a} {
			g := asset.GroupOf(card.Class, chart)
			want[g.Cost] += sign * card.Cost
			want[g.Accumulated] -= sign * card.Accumulated
		}
		for account, fen := range want {
			if by[account] != fen {
				t.Fatalf("%s moves by %s, the cards by %s", account, by[account], fen)
			}
		}
	})
}

// TestRefused: what cannot be is refused beside its field.
func TestRefused(t *testing.T) {
	card := func(change func(a *asset.Asset)) *asset.Asset {
		a := &asset.Asset{No: "ZC-1", Name: "物", Owner: 7, Quantity: qty.Qty{N: 100000, Unit: qty.M2}, Cost: 10000000, ReadyOn: date.Must("2015-01-10")}
		a.ID, a.State, a.Class, a.Nature, a.Method, a.Charge, a.Life = 1, "ready", "010101", asset.Operating, asset.Straight, "operating", 240
		if change != nil {
			change(a)
		}
		return a
	}
	m2 := func(n int64) qty.Qty { return qty.Qty{N: n, Unit: qty.M2} }
	nominal := func(a *asset.Asset) { a.Nominal, a.Cost, a.Method = true, asset.Nominal, asset.NoMethod }
	others := func(change func(a *asset.Asset)) map[ids.ID]*asset.Asset {
		b := card(change)
		b.ID, b.No = 2, "ZC-2"
		return map[ids.ID]*asset.Asset{2: b, 1: card(nil)}
	}
	with2 := []alteration.Part{{Asset: 2}}
	for name, c := range map[string]struct {
		x    alteration.Alteration
		card *asset.Asset
		oth  map[ids.ID]*asset.Asset
		want string
	}{
		"nothing":          {x: alteration.Alteration{Kind: asset.Improve}, want: "cost"},
		"nominal improved": {x: alteration.Alteration{Kind: asset.Improve, Cost: 1}, card: card(nominal), want: "cost"},
		"another unit":     {x: alteration.Alteration{Kind: asset.Improve, Quantity: qty.Qty{N: 1, Unit: qty.Mu}}, want: "quantity"},
		"a life for land":  {x: alteration.Alteration{Kind: asset.Improve, Life: 12}, card: card(func(a *asset.Asset) { a.Method = asset.NoMethod }), want: "life"},
		"no class":         {x: alteration.Alteration{Kind: asset.Improve, Cost: 5}, card: card(func(a *asset.Asset) { a.Class = "" }), want: "asset"},
		"the same value":   {x: alteration.Alteration{Kind: asset.Revalue, Cost: 10000000}, want: "cost"},
		"turned to itself": {x: alteration.Alteration{Kind: asset.Turn, Class: "010101"}, want: "class"},
		"turned to land":   {x: alteration.Alteration{Kind: asset.Turn, Class: "060101", Nature: asset.Resource}, want: "class"},
		"land by nature":   {x: alteration.Alteration{Kind: asset.Turn, Nature: asset.Resource}, want: "nature"},
		"no parts":         {x: alteration.Alteration{Kind: asset.Split}, want: "parts"},
		"the whole":        {x: alteration.Alteration{Kind: asset.Split, Parts: []alteration.Part{{Name: "甲", Quantity: m2(100000)}}}, want: "parts"},
		"more than all":    {x: alteration.Alteration{Kind: asset.Split, Parts: []alteration.Part{{Name: "甲", Quantity: m2(60000)}, {Name: "乙", Quantity: m2(60000)}}}, want: "parts"},
		"more than cost":   {x: alteration.Alteration{Kind: asset.Split, Parts: []alteration.Part{{Name: "甲", Quantity: m2(6), Cost: 10000001}}}, want: "parts"},
		"no name":          {x: alteration.Alteration{Kind: asset.Split, Parts: []alteration.Part{{Quantity: m2(6)}}}, want: "parts"},
		"a strange unit":   {x: alteration.Alteration{Kind: asset.Split, Parts: []alteration.Part{{Name: "甲", Quantity: m2(6), Units: "DY-9"}}}, want: "parts"},
		"nominal split":    {x: alteration.Alteration{Kind: asset.Split, Parts: []alteration.Part{{Name: "甲", Quantity: m2(6)}}}, card: card(nominal), want: "asset"},
		"no others":        {x: alteration.Alteration{Kind: asset.Merge}, want: "parts"},
		"itself":           {x: alteration.Alteration{Kind: asset.Merge, Parts: []alteration.Part{{Asset: 1}}}, oth: others(nil), want: "parts"},
		"twice":            {x: alteration.Alteration{Kind: asset.Merge, Parts: []alteration.Part{{Asset: 2}, {Asset: 2}}}, oth: others(nil), want: "parts"},
		"another owner":    {x: alteration.Alteration{Kind: asset.Merge, Parts: with2}, oth: others(func(a *asset.Asset) { a.Owner = 8 }), want: "parts"},
		"another class":    {x: alteration.Alteration{Kind: asset.Merge, Parts: with2}, oth: others(func(a *asset.Asset) { a.Class = "010102" }), want: "parts"},
		"another measure":  {x: alteration.Alteration{Kind: asset.Merge, Parts: with2}, oth: others(func(a *asset.Asset) { a.Quantity.Unit = qty.Mu }), want: "parts"},
		"another method":   {x: alteration.Alteration{Kind: asset.Merge, Parts: with2}, oth: others(func(a *asset.Asset) { a.Method = asset.NoMethod }), want: "parts"},
		"no kind":          {x: alteration.Alteration{}, want: "kind"},
	} {
		if c.card == nil {
			c.card = card(nil)
		}
		c.x.Asset, c.x.On = 1, date.Must("2024-03-05")
		_, err := alteration.Work(alteration.Input{Card: c.card, Others: c.oth, Chart: ledger.Chart2023}, &c.x)
		if got := fieldsOf(err); got != c.want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	// the value of a card of 1 yuan becomes known
	e, err := alteration.Work(alteration.Input{Card: card(nominal), Chart: ledger.Chart2023}, &alteration.Alteration{Kind: asset.Revalue, Asset: 1, On: date.Must("2024-03-05"), Cost: 500000})
	if err != nil || e.Steps[0].After.Nominal || len(e.Lines) != 2 {
		t.Errorf("%+v %v", e, err)
	}
}
