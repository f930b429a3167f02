package letting

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// Bid is somebody's offer. Its amount, a year's rent, is sealed until the opening, which writes Offer. An envelope that
// stays closed until then is a bid without an amount.
type Bid struct {
	db.Row
	No         string
	Letting    ids.ID
	Bidder     string // tells bidders apart: the party, or the name
	Party      ids.ID
	Name       string
	Phone      string // sealed
	Amount     string // sealed
	EarnestOn  date.Date
	Received   date.Date
	ReceivedAt int64 // microseconds since 1970, UTC
	Out        string
	Draw       int
	Matches    bool
	Offer      money.Fen
	Place      int
	Won        bool
}

var bidTable = &db.Table[Bid]{
	Name: "letting_bid",
	Cols: []string{
		"no", "letting_id", "bidder", "party_id", "name", "phone_sealed", "amount_sealed", "earnest_on", "received_on", "received_at", "out_reason", "draw", "matches", "offer_fen", "place", "won",
	},
	Row: func(b *Bid) *db.Row { return &b.Row },
	Ptrs: func(b *Bid) []any {
		return []any{&b.No, &b.Letting, &b.Bidder, &b.Party, &b.Name, &b.Phone, &b.Amount, &b.EarnestOn, &b.Received, &b.ReceivedAt, &b.Out, &b.Draw, &b.Matches, &b.Offer, &b.Place, &b.Won}
	},
}

// sealedText stands for an amount that nobody may see yet.
const sealedText = "已密封"

// amountContext binds sealed amounts to their column.
const amountContext = "letting_bid.amount"

// phoneField is a sealed telephone number.
func phoneField[T any](label string, p func(*T) *string) field.Field[T] {
	f := field.NewSealed("phone", label, p).Help("加密保存，只显示首尾")
	f.Set = func(_ *T, s string) error {
		if len(s) < 7 || len(s) > 20 {
			return errs.OnField("phone", "电话应为 7 到 20 位")
		}
		return nil
	}
	return f
}

func newBids(e *record.Env) *record.Noun[Bid] {
	amount := field.NewText("amount", "报价（年租金）", func(b *Bid) *string { return &b.Amount }).In("元").Help("开标前加密保存，任何人看不到；递交纸质密封件的，开标时再填")
	amount.Column, amount.Sortable = "", false
	amount.Get = func(b *Bid) string {
		if b.Amount == "" {
			return ""
		}
		return sealedText
	}
	amount.Set = func(b *Bid, s string) error {
		switch s = strings.TrimSpace(s); s {
		case sealedText:
			return nil
		case "":
			b.Amount = ""
			return nil
		}
		m, err := money.Parse(s)
		if err != nil {
			return errs.OnField("amount", "%s", errs.Message(err))
		}
		if m <= 0 {
			return errs.OnField("amount", "报价应大于零")
		}
		b.Amount = e.Box.Seal(m.Plain(), amountContext)
		return nil
	}
	n := &record.Noun[Bid]{
		Kind: "letting_bid", Label: "竞租报价", Path: "/letting-bids", Icon: "coins", Key: "no", Order: "no",
		Intro:  "公告期内逐家登记报名人，报价密封到开标。",
		Kept:   "报价不能删除；放弃的、不合格的，请填写“取消资格的原因”",
		Table:  bidTable,
		Title:  func(b *Bid) string { return b.No + " " + b.Name },
		Detail: func(b *Bid) string { return b.Name },
		Series: func(b *Bid) string { return "ZZBJ-" + strconv.Itoa(max(b.Received.Year(), 1978)) },
		Fields: []field.Field[Bid]{
			field.NewText("no", "报价编号", func(b *Bid) *string { return &b.No }).Req().Fix().List().Help("留空自动编号"),
			field.NewRef("letting", "公开招租", "letting", func(b *Bid) *ids.ID { return &b.Letting }).Req().Fix().Show().Filter(),
			field.NewRef("party", "竞租人（已登记的单位）", "party", func(b *Bid) *ids.ID { return &b.Party }).Filter().Help("没有登记的留空，在下面写姓名或名称；成交以后再登记"),
			field.NewText("name", "竞租人", func(b *Bid) *string { return &b.Name }).List().Limit(80),
			phoneField("联系电话", func(b *Bid) *string { return &b.Phone }),
			amount,
			field.NewDay("earnest_on", "保证金到账日", func(b *Bid) *date.Date { return &b.EarnestOn }).List(),
			field.NewText("out", "取消资格的原因", func(b *Bid) *string { return &b.Out }).Col("out_reason").Help("不合格、放弃竞租的填写；填了不再参加排名"),
			field.NewInt("draw", "抽签次序", 0, 1000, func(b *Bid) *int { return &b.Draw }).Help("报价相同、按规则抽签时填写，1 为先"),
			field.NewBool("matches", "按最高价承租", func(b *Bid) *bool { return &b.Matches }).Help("原承租人同意按最高报价承租的勾选（规则允许时有效）"),
			field.NewDay("received", "登记日期", func(b *Bid) *date.Date { return &b.Received }).Col("received_on").Stamp().List(),
			field.NewMoney("offer", "开标报价", func(b *Bid) *money.Fen { return &b.Offer }).Stamp().List(),
			field.NewInt("place", "名次", 0, 10_000, func(b *Bid) *int { return &b.Place }).Stamp().List(),
			field.NewBool("won", "成交", func(b *Bid) *bool { return &b.Won }).Stamp().List(),
		},
		Prepare: prepareBid,
	}
	n.CheckTx = func(ctx context.Context, tx *db.Tx, old, b *Bid) error { return checkBid(ctx, tx, e, old, b) }
	return record.Register(e, n)
}

func prepareBid(ctx context.Context, q db.Q, tenant int64, b *Bid) (err error) {
	if b.Region, err = placeOf(ctx, q, tenant, b.Letting, b.Region); err != nil {
		return err
	}
	if b.Party == 0 {
		b.Bidder = "name:" + strings.ToLower(strings.ReplaceAll(b.Name, " ", ""))
		return nil
	}
	p, err := party.Get(ctx, q, tenant, b.Party)
	if err != nil {
		return err
	}
	b.Name, b.Bidder = p.Name, "party:"+b.Party.String()
	return nil
}

// Reveal opens a bid's amount. Only the opening calls it.
func reveal(e *record.Env, b *Bid) (money.Fen, error) {
	if b.Amount == "" {
		return 0, nil
	}
	plain, err := e.Box.Open(b.Amount, amountContext)
	if err != nil {
		return 0, err
	}
	return money.Parse(plain)
}

func checkBid(ctx context.Context, tx *db.Tx, e *record.Env, old, b *Bid) error {
	l, err := lock(ctx, tx, b.Letting)
	if err != nil {
		return err
	}
	if b.Name == "" {
		return errs.OnField("name", "请填写竞租人")
	}
	byHand, today := tx.ActorID != 0, date.Of(tx.Now())
	if old == nil {
		if byHand || b.Received.IsZero() {
			b.Received, b.ReceivedAt = today, tx.Now().UnixMicro()
		}
	}
	if byHand {
		if err := bidAllowed(l, old, b, today); err != nil {
			return err
		}
	}
	amount, err := reveal(e, b)
	if err != nil {
		return err
	}
	if amount > 0 && amount < l.Reserve {
		return errs.OnField("amount", "报价不得低于底价 %s 元/年", l.Reserve)
	}
	return sameBidder(ctx, tx, b)
}

// bidAllowed says what people may do with bids at each stage of the letting.
func bidAllowed(l *Letting, old, b *Bid, today date.Date) error {
	over := today.After(l.Closes)
	if old == nil {
		switch {
		case l.State != Listed:
			return errs.New(errs.State, "bid.not_listed", "招租“%s”现在是“%s”，不收报价", l.Name, Machine.State(l.State).Label)
		case over:
			return errs.New(errs.State, "bid.late", "报名已于 %s 截止，不能再登记报价", l.Closes.Chinese())
		case b.Offer != 0 || b.Place != 0 || b.Won:
			return errs.OnField("offer", "开标报价、名次、成交由开标和公示自动填写")
		}
		return nil
	}
	if old.Offer != b.Offer || old.Place != b.Place || old.Won != b.Won || old.Received != b.Received {
		return errs.OnField("offer", "登记日期、开标报价、名次、成交自动填写，不能手工改")
	}
	judged := old.Out != b.Out || old.Draw != b.Draw || old.Matches != b.Matches || old.EarnestOn != b.EarnestOn
	who := old.Party != b.Party || old.Name != b.Name || old.Phone != b.Phone
	switch {
	case l.State == Listed && !over:
		return nil
	case old.Amount != b.Amount && (l.State != Listed || old.Amount != ""):
		return errs.OnField("amount", "报名已经截止，报价不能再改")
	case who && old.Party == 0 && b.Party != 0: // the winner is registered
		return nil
	case who && l.State != Listed:
		return errs.OnField("name", "开标以后不能改竞租人")
	case judged && l.State != Listed && l.State != Opened:
		return errs.OnField("out", "结果已经公示，不能再改；异议成立的，请先退回重新评定")
	}
	return nil
}

// sameBidder refuses a second bid of the same bidder, whether registered or by name.
func sameBidder(ctx context.Context, tx *db.Tx, b *Bid) error {
	others, err := BidsOf(ctx, tx, tx.Tenant, b.Letting)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(others, func(o Bid) bool { return o.ID != b.ID && (o.Bidder == b.Bidder || o.Name == b.Name) })
	if i < 0 {
		return nil
	}
	on := "name"
	if b.Party != 0 {
		on = "party"
	}
	return errs.OnField(on, "%s 已经登记过报价（%s），一家只能报一次；要改价，请在截止前修改那一条", b.Name, others[i].No)
}
