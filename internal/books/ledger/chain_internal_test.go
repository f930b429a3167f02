package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huicun/internal/kit/date"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
)

// spelled is the digest as it is described: what vouchers were sealed with must be found again by every later version.
func spelled(before string, v *Voucher) string {
	var b strings.Builder
	put := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s=%s\n", name, strconv.Quote(value))
		}
	}
	number := func(name string, n int64) {
		if n != 0 {
			put(name, strconv.FormatInt(n, 10))
		}
	}
	put("before", before)
	number("seq", v.Seq)
	put("books", v.Books.String())
	put("no", v.FullNo)
	put("date", v.Date.String())
	put("summary", v.Summary)
	number("attachments", int64(v.Attachments))
	put("maker", v.Maker)
	put("reviewer", v.Reviewer)
	put("poster", v.Poster)
	put("reverses", v.Reverses.String())
	put("corrects", v.Corrects.String())
	put("origin", v.Origin)
	put("origin_id", v.OriginID.String())
	put("source", v.Source)
	put("note", v.Note)
	put("files", v.Files)
	for _, x := range v.Lines {
		b.WriteString("line\n")
		put("summary", x.Summary)
		put("account", x.Account)
		number("debit", int64(x.Debit))
		number("credit", int64(x.Credit))
		put("party", x.Party.String())
		put("contract", x.Contract.String())
		put("asset", x.Asset.String())
		put("project", x.Project.String())
		put("member", x.Member.String())
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}

func TestDigestStays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringN(1, 20, -1)
		id := func(name string) ids.ID { return ids.ID(rapid.Int64Range(0, 3).Draw(t, name)) * 1234567 }
		v := &Voucher{
			Books: 5, FullNo: text.Draw(t, "no"), Date: date.Must("2021-03-05"), Summary: text.Draw(t, "summary"), Attachments: rapid.IntRange(0, 2).Draw(t, "n"),
			Maker: text.Draw(t, "maker"), Poster: "丙", Reverses: id("reverses"), Corrects: id("corrects"), OriginID: id("origin"), Source: text.Draw(t, "source"), Seq: 7,
		}
		v.Note, v.Files = text.Draw(t, "note"), rapid.StringN(0, 5, -1).Draw(t, "files")
		for range rapid.IntRange(1, 3).Draw(t, "lines") {
			v.Lines = append(v.Lines, Line{
				Summary: text.Draw(t, "line"), Account: "101", Debit: money.Fen(rapid.Int64Range(-5, 5).Draw(t, "debit")), Party: id("party"), Member: id("member"), Asset: id("asset"),
			})
		}
		if before := text.Draw(t, "before"); digest(before, v) != spelled(before, v) {
			t.Fatal("the digest is another")
		}
	})
	v := &Voucher{Books: 1, FullNo: "记-2021-03-0001", Summary: "收租金", Seq: 1, Lines: []Line{{Summary: "收租金", Account: "101", Debit: 5}}}
	const sealed = "344a5547d4a3574b8ffae298e56faaf6e01b105fc263989804c9d45d1e30d804"
	if got := digest("", v); got != sealed {
		t.Errorf("digest %s, was %s", got, sealed)
	}
}
