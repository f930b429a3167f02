package risk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"huicun/internal/books/asset"
	"huicun/internal/books/bank"
	"huicun/internal/books/budget"
	"huicun/internal/books/cash"
	"huicun/internal/books/ledger"
	"huicun/internal/books/member"
	"huicun/internal/kit/date"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// topDigits is the length of the accounts of a chart.
const topDigits = 3

func top(account string) string { return account[:min(topDigits, len(account))] }

// booksRef names books as a record behind an explanation.
func booksRef(b *ledger.Books, value string) Ref {
	return Ref{Kind: "books", ID: b.ID, Text: b.Name, Value: value}
}

// accountRef leads to the subsidiary ledger of an account.
func accountRef(b *ledger.Books, account, name, value string) Ref {
	return Ref{Path: "/reports/ledger?books=" + b.ID.String() + "&account=" + account, Text: account + " " + name, Value: value}
}

// chartOf are the accounts of a system by their code.
func chartOf(system string) map[string]ledger.Account {
	out := map[string]ledger.Account{}
	for _, a := range ledger.Chart(system) {
		out[a.Code] = a
	}
	return out
}

// findDebt divides liabilities by assets. An account that stands on either side counts where it stands.
func findDebt(ctx context.Context, v *view) ([]Hit, error) {
	sums, err := v.balances(ctx)
	if err != nil {
		return nil, err
	}
	stands := map[ids.ID]map[string]money.Fen{}
	for i := range sums {
		s := &sums[i]
		if stands[s.Books] == nil {
			stands[s.Books] = map[string]money.Fen{}
		}
		stands[s.Books][top(s.Account)] += ending(s)
	}
	var out []Hit
	for i := range v.books {
		b := &v.books[i]
		var assets, debts money.Fen
		chart := chartOf(b.Chart)
		var refs []Ref
		for account, fen := range stands[b.ID] {
			a := chart[account]
			switch {
			case a.Class == ledger.Asset && (fen >= 0 || a.Direction != "both"):
				assets += fen
			case a.Class == ledger.Asset || a.Class == ledger.Liability:
				debts -= fen
				if fen != 0 {
					refs = append(refs, accountRef(b, account, a.Name, fen.Neg().String()+" 元"))
				}
			}
		}
		if debts <= 0 {
			continue
		}
		measure := share(debts, assets)
		if assets <= 0 {
			measure = mostShare
		}
		slices.SortFunc(refs, func(a, b Ref) int { return strings.Compare(a.Text, b.Text) })
		out = append(out, Hit{
			Subject: on("books", b.ID), Region: b.Region, Title: b.Name, Measure: measure, Amount: debts, Sample: b.Sample,
			Why:    fmt.Sprintf("%s资产 %s 元，负债 %s 元，资产负债率 %s。", v.day.YearMonth().Chinese(), assets, debts, Percent.Text(measure)),
			Detail: Detail{RefHead: "负债由哪些科目构成", Facts: []Fact{{"资产合计", assets.String() + " 元"}, {"负债合计", debts.String() + " 元"}, {"资产负债率", Percent.Text(measure)}}, Refs: refs},
		})
	}
	return out, nil
}

// monthsBack is for how many ends of months cards and ledger are compared.
const monthsBack = 3

// findCards counts for how many ends of months in a row the cards have differed from the ledger.
func findCards(ctx context.Context, v *view) ([]Hit, error) {
	books, err := v.allBooks(ctx)
	if err != nil || len(books) == 0 {
		return nil, err
	}
	m := v.day.YearMonth()
	if v.day != m.Last() {
		m = m.Prev()
	}
	type tally struct {
		hit  *Hit
		off  money.Fen
		refs []Ref
	}
	last := map[ids.ID]*tally{}
	for back := range monthsBack {
		month := m.Add(-back)
		list, err := asset.Mismatches(ctx, v.q, v.tenant, v.ranges, books, month)
		if err != nil {
			return nil, err
		}
		off := map[ids.ID]bool{}
		for i := range list {
			x := &list[i]
			b := v.byBooks[x.Books]
			if b.From > month {
				continue
			}
			off[x.Books] = true
			if back > 0 {
				continue
			}
			t := last[x.Books]
			if t == nil {
				t = &tally{}
				last[x.Books] = t
			}
			t.off += x.Off().Abs()
			t.refs = append(t.refs, accountRef(b, x.Account, chartOf(b.Chart)[x.Account].Name, fmt.Sprintf("账面 %s 元，卡片 %s 元，相差 %s 元", x.Ledger, x.Cards, x.Off().Abs())))
		}
		for id, t := range last {
			if t.hit == nil && back == 0 {
				b := v.byBooks[id]
				t.hit = &Hit{Subject: on("books", id), Region: b.Region, Title: b.Name, Sample: b.Sample, Amount: t.off}
			}
			if int(t.hit.Measure) == back && off[id] {
				t.hit.Measure++
			}
		}
	}
	var out []Hit
	for id, t := range last {
		h := t.hit
		h.Why = fmt.Sprintf("%s末资产卡片与账面有 %d 个科目不符，合计相差 %s 元，到这时已连续 %d 个月末不符。", m.Chinese(), len(t.refs), t.off, h.Measure)
		if h.Measure == monthsBack {
			h.Why = strings.Replace(h.Why, "已连续", "至少连续", 1)
		}
		slices.SortFunc(t.refs, func(a, b Ref) int { return strings.Compare(a.Text, b.Text) })
		h.Facts = []Fact{{"核对到", m.Last().String()}, {"不符科目", fmt.Sprintf("%d 个", len(t.refs))}, {"相差合计", t.off.String() + " 元"}}
		h.RefHead = "不符的科目"
		h.Refs = append(t.refs, Ref{Path: "/asset-compare?books=" + id.String() + "&day=" + m.Last().String(), Text: "卡账核对表"})
		out = append(out, *h)
	}
	return out, nil
}

// fromCash makes hits of what is open about cash.
func fromCash(ctx context.Context, v *view, kinds []string, measure func(it *cash.Item) (int, bool)) ([]Hit, error) {
	items, err := cash.OpenIn(ctx, v.q, v.tenant, v.ranges, v.day)
	if err != nil || len(items) == 0 {
		return nil, err
	}
	if _, err := v.allBooks(ctx); err != nil {
		return nil, err
	}
	var out []Hit
	for i := range items {
		it := &items[i]
		if !slices.Contains(kinds, it.Kind) {
			continue
		}
		n, ok := measure(it)
		if !ok {
			continue
		}
		h := Hit{Region: it.Region, Title: it.Name, Measure: int64(n), Amount: it.Amount, Sample: it.Sample, Subject: it.Kind + "/" + on("party", it.Party)}
		if it.ID != 0 {
			h.Subject = on(it.Record, it.ID)
			h.Refs = []Ref{{Kind: it.Record, ID: it.ID, Text: it.Name}}
		} else {
			h.Refs = []Ref{{Path: "/cash", Text: "未了事项"}}
		}
		for j := range v.books {
			h.Sample = h.Sample || v.books[j].Party == it.Party && v.books[j].Sample
		}
		if it.Who != "" {
			h.Title += "（" + it.Who + "）"
			h.Facts = append(h.Facts, Fact{"经手人", it.Who})
		}
		h.Facts = append(h.Facts, Fact{"起算日", it.Since.String()})
		if !it.Due.IsZero() {
			h.Facts = append(h.Facts, Fact{"应于", it.Due.String()})
		}
		if it.Amount != 0 {
			h.Facts = append(h.Facts, Fact{"金额", it.Amount.String() + " 元"})
		}
		label := ""
		for _, l := range cash.OpenLabels {
			if l.Code == it.Kind {
				label = l.Label
			}
		}
		h.Why = fmt.Sprintf("%s：自 %s 起已 %d 天", label, it.Since, it.Age)
		if it.Over != "" {
			h.Why += "；" + it.Over
		}
		h.Why += "。"
		out = append(out, h)
	}
	return out, err
}

func findReceiptBooks(ctx context.Context, v *view) ([]Hit, error) {
	return fromCash(ctx, v, []string{cash.OpenBook}, func(it *cash.Item) (int, bool) {
		if it.Due.IsZero() {
			return it.Age, it.Over != ""
		}
		return v.day.Sub(it.Due), it.Over != ""
	})
}

func findCash(ctx context.Context, v *view) ([]Hit, error) {
	return fromCash(ctx, v, []string{cash.OpenLimit, cash.OpenHeld}, func(it *cash.Item) (int, bool) { return it.Age, it.Over != "" })
}

func findAdvances(ctx context.Context, v *view) ([]Hit, error) {
	return fromCash(ctx, v, []string{cash.OpenAdvance, cash.OpenPetty}, func(it *cash.Item) (int, bool) {
		r := v.rule(it.Region)
		return it.Age, r != nil && int64(it.Amount) > r.number(v.f, "最低余额")
	})
}

func findBudget(ctx context.Context, v *view) ([]Hit, error) {
	list, err := budget.SpentIn(ctx, v.q, v.tenant, v.ranges, v.day.YearMonth())
	var out []Hit
	for i := range list {
		s := &list[i]
		p := share(s.Actual, s.Amount)
		if s.Actual > s.Amount {
			p = max(p, wholeShare+1) // however little it is
		}
		out = append(out, Hit{
			Subject: on("budget_line", s.ID), Region: s.Region, Title: fmt.Sprintf("%d 年预算“%s”", s.Budget.Year, s.Name), Measure: p, Amount: s.Actual, Sample: s.Sample,
			Why: fmt.Sprintf("“%s”预算 %s 元，到 %s 已支出 %s 元，占 %s。", s.Name, s.Amount, v.day.YearMonth().Chinese(), s.Actual, Percent.Text(p)),
			Detail: Detail{
				Facts: []Fact{{"预算金额", s.Amount.String() + " 元"}, {"已支出", s.Actual.String() + " 元"}, {"科目", s.Accounts}, {"占预算", Percent.Text(p)}},
				Refs:  []Ref{{Kind: "budget", ID: s.Budget.ID, Text: s.Budget.No}, {Kind: "budget_line", ID: s.ID, Text: s.Name, Value: s.Actual.String() + " 元"}},
			},
		})
	}
	return out, err
}

// findDormant finds what stands to somebody's name on 112, 113 and the account of payables and has not moved for long.
func findDormant(ctx context.Context, v *view) ([]Hit, error) {
	if _, err := v.allBooks(ctx); err != nil {
		return nil, err
	}
	byChart := map[string][]ids.ID{}
	for i := range v.books {
		byChart[v.books[i].Chart] = append(byChart[v.books[i].Chart], v.books[i].ID)
	}
	type stand struct {
		ledger.HolderStanding
		account string
	}
	var list []stand
	var parties, members []ids.ID
	for chart, books := range byChart {
		for _, account := range []string{"112", "113", map[string]string{ledger.Chart2004: "202", ledger.Chart2023: "211"}[chart]} {
			rows, err := ledger.HoldersIn(ctx, v.q, v.tenant, books, account, v.day.YearMonth())
			if err != nil {
				return nil, err
			}
			for _, h := range rows {
				if h.Party != 0 {
					parties = append(parties, h.Party)
				}
				if h.Member != 0 {
					members = append(members, h.Member)
				}
				list = append(list, stand{h, account})
			}
		}
	}
	names, err := v.names(ctx, "party", parties)
	if err != nil {
		return nil, err
	}
	households, err := member.NamesOf(ctx, v.q, v.tenant, members)
	if err != nil {
		return nil, err
	}
	var out []Hit
	for i := range list {
		h := &list[i]
		b := v.byBooks[h.Books]
		r := v.rule(b.Region)
		days := v.day.Sub(h.Last.Last())
		if r == nil || days <= 0 || int64(h.Fen.Abs()) < r.number(v.f, "最低余额") {
			continue
		}
		who, id := names[h.Party], on("party", h.Party)
		if h.Member != 0 {
			who, id = households[h.Member], on("member", h.Member)
		}
		name := chartOf(b.Chart)[h.account].Name
		side := "应收"
		if h.Fen < 0 {
			side = "应付"
		}
		out = append(out, Hit{
			Subject: on("books", b.ID) + "/" + h.account + "/" + id, Region: b.Region, Title: fmt.Sprintf("%s %s", name, who), Measure: int64(days), Amount: h.Fen.Abs(), Sample: b.Sample,
			Why: fmt.Sprintf("“%s”%s %s %s 元，%s 以后没有变动，已 %d 天。", name, side, who, h.Fen.Abs(), h.Last.Chinese(), days),
			Detail: Detail{
				Facts: []Fact{{"科目", h.account + " " + name}, {"户名", who}, {"余额", h.Fen.Abs().String() + " 元（" + side + "）"}, {"最后变动", h.Last.Chinese()}},
				Refs:  []Ref{accountRef(b, h.account, name, h.Fen.Abs().String()+" 元"), booksRef(b, "")},
			},
		})
	}
	return out, nil
}

// mostYears is how many years of weak income are looked back upon.
const mostYears = 5

// findNoIncome counts the years in a row, up to the last complete one, whose operating income stayed below what the rule
// asks for. A year in which the village began to keep books does not count.
func findNoIncome(ctx context.Context, v *view) ([]Hit, error) {
	first, err := ledger.FirstMonths(ctx, v.q, v.tenant, v.ranges)
	if err != nil {
		return nil, err
	}
	year := v.day.Year()
	if v.day != date.Month(year*100+12).Last() {
		year--
	}
	hits := map[string]*Hit{}
	var order []string
	for back := range mostYears {
		y := year - back
		list, err := ledger.OperatingIncomeOf(ctx, v.q, v.tenant, v.ranges, y, date.Month(y*100+12).Last())
		if err != nil {
			return nil, err
		}
		sums := map[string]money.Fen{}
		for i := range list {
			x := &list[i]
			if first[x.Region] > date.Month(y*100+1) {
				continue
			}
			sums[x.Region] += x.Fen
			if back == 0 && hits[x.Region] == nil {
				hits[x.Region] = &Hit{Subject: "region:" + x.Region, Region: x.Region, Title: v.env.Regions.Name(ctx, x.Region), Sample: x.Sample}
				order = append(order, x.Region)
			}
		}
		more := false
		for place, fen := range sums {
			h, r := hits[place], v.rule(place)
			if h == nil || r == nil || int(h.Measure) != back || int64(fen) >= r.number(v.f, "年经营收入标准") {
				continue
			}
			more = true
			h.Measure++
			h.Facts = append(h.Facts, Fact{fmt.Sprintf("%d 年经营收入", y), fen.String() + " 元"})
			if back == 0 {
				h.Amount = max(fen, 0)
			}
		}
		if !more {
			break
		}
	}
	var out []Hit
	for _, place := range order {
		if h := hits[place]; h.Measure > 0 {
			h.Why = fmt.Sprintf("到 %d 年，经营收入已连续 %d 年低于 %s 元。", year, h.Measure, money.Fen(v.rule(place).number(v.f, "年经营收入标准")))
			h.Refs = []Ref{{Path: "/reports?scope=" + place, Text: "报表与账簿"}}
			out = append(out, *h)
		}
	}
	return out, nil
}

func findOpenMonths(ctx context.Context, v *view) ([]Hit, error) {
	books, err := v.allBooks(ctx)
	if err != nil {
		return nil, err
	}
	closed, err := ledger.LastClosed(ctx, v.q, v.tenant, v.ranges)
	var out []Hit
	for i := range books {
		b := &books[i]
		m := b.From
		if c := closed[b.ID]; c >= m {
			m = c.Next()
		}
		days := v.day.Sub(m.Last())
		if days <= 0 || b.Takes(m) != nil {
			continue
		}
		out = append(out, Hit{
			Subject: on("books", b.ID), Region: b.Region, Title: b.Name, Measure: int64(days), Sample: b.Sample,
			Why: fmt.Sprintf("%s 已结束 %d 天，还没有结账。", m.Chinese(), days),
			Detail: Detail{
				Facts: []Fact{{"最早没有结账的月份", m.Chinese()}},
				Refs:  []Ref{{Path: "/closing/" + b.ID.String() + "?month=" + m.String(), Text: m.Chinese() + "结账检查"}, booksRef(b, "")},
			},
		})
	}
	return out, err
}

func findUnreconciled(ctx context.Context, v *view) ([]Hit, error) {
	list, err := bank.ConfirmedIn(ctx, v.q, v.tenant, v.ranges)
	var out []Hit
	for i := range list {
		a := &list[i]
		since, what := a.Opened, "开户"
		if a.Start.After(since) {
			since, what = a.Start, "开始对账"
		}
		if a.Month != 0 {
			since, what = a.Month.Last(), "已对账到"
		}
		days := v.day.Sub(since)
		if since.IsZero() || days <= 0 {
			continue
		}
		out = append(out, Hit{
			Subject: on("bank_account", a.ID), Region: a.Region, Title: a.Name, Measure: int64(days), Sample: a.Sample,
			Why: fmt.Sprintf("%s %s，到今天 %d 天没有确认过余额调节表。", what, since, days),
			Detail: Detail{
				Facts: []Fact{{what, since.String()}, {"开户行", a.Bank}},
				Refs:  []Ref{{Kind: "bank_account", ID: a.ID, Text: a.Name}},
			},
		})
	}
	return out, err
}

// The accounts of the year's result and of its distribution, the same in both systems.
const (
	accountResult       = "321"
	accountDistribution = "322"
)

// findUncovered finds books that have distributed in the year while result and distribution together stand below nothing.
func findUncovered(ctx context.Context, v *view) ([]Hit, error) {
	sums, err := v.balances(ctx)
	if err != nil {
		return nil, err
	}
	lack, given := map[ids.ID]money.Fen{}, map[ids.ID]money.Fen{}
	for i := range sums {
		s := &sums[i]
		switch top(s.Account) {
		case accountDistribution:
			given[s.Books] += s.Before.Debit - s.Before.ClosingDebit + s.Period.Debit - s.Period.ClosingDebit
			lack[s.Books] += ending(s)
		case accountResult:
			lack[s.Books] += ending(s)
		}
	}
	var out []Hit
	for i := range v.books {
		b := &v.books[i]
		over := min(lack[b.ID], given[b.ID])
		if over <= 0 {
			continue
		}
		out = append(out, Hit{
			Subject: fmt.Sprintf("%s/%d", on("books", b.ID), v.day.Year()), Region: b.Region, Title: fmt.Sprintf("%s %d 年", b.Name, v.day.Year()), Measure: int64(over), Amount: over, Sample: b.Sample,
			Why: fmt.Sprintf("%d 年已分配 %s 元，而本年收益和收益分配合计为借方 %s 元，没有可分配的收益。", v.day.Year(), given[b.ID], lack[b.ID]),
			Detail: Detail{
				Facts: []Fact{{"本年分配", given[b.ID].String() + " 元"}, {"未弥补亏损", lack[b.ID].String() + " 元"}},
				Refs:  []Ref{accountRef(b, accountDistribution, "收益分配", ""), accountRef(b, accountResult, "本年收益", ""), booksRef(b, "")},
			},
		})
	}
	return out, nil
}

// accountGrants is 专项应付款 in both systems.
const accountGrants = "241"

// findGrants finds what is left of earmarked money, the oldest being spent first, and for how long it has lain there.
func findGrants(ctx context.Context, v *view) ([]Hit, error) {
	books, err := v.booksIDs(ctx)
	if err != nil || len(books) == 0 {
		return nil, err
	}
	moves, err := ledger.MovesIn(ctx, v.q, v.tenant, books, accountGrants, v.day.YearMonth())
	of := map[ids.ID][]ledger.AccountMoves{}
	for _, m := range moves {
		of[m.Books] = append(of[m.Books], m)
	}
	var out []Hit
	for i := range v.books {
		b := &v.books[i]
		r := v.rule(b.Region)
		left, since := unspent(of[b.ID])
		if r == nil || left <= 0 || int64(left) < r.number(v.f, "最低余额") {
			continue
		}
		days := v.day.Sub(since.Last())
		if days <= 0 {
			continue
		}
		out = append(out, Hit{
			Subject: on("books", b.ID), Region: b.Region, Title: b.Name, Measure: int64(days), Amount: left, Sample: b.Sample,
			Why: fmt.Sprintf("专项应付款结存 %s 元，其中最早的一笔 %s 到账，已 %d 天没有用完。", left, since.Chinese(), days),
			Detail: Detail{
				Facts: []Fact{{"结存", left.String() + " 元"}, {"最早一笔到账", since.Chinese()}},
				Refs:  []Ref{accountRef(b, accountGrants, "专项应付款", left.String()+" 元"), booksRef(b, "")},
			},
		})
	}
	return out, err
}

// unspent is what is left of what came in, and the month in which the oldest of it came.
func unspent(moves []ledger.AccountMoves) (left money.Fen, since date.Month) {
	var out money.Fen
	for _, m := range moves {
		left += m.Credit - m.Debit
		out += m.Debit
	}
	for _, m := range moves {
		if m.Credit > out {
			since = m.Month
			if !since.Valid() { // openings stand before the first month of their year
				since = date.Month(m.Month.Year()*100 + 1).Prev()
			}
			return left, since
		}
		out -= m.Credit
	}
	return left, since
}
