package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// chain is the end of books' chain of posted vouchers: how many there are, and the hash of the last one.
type chain struct {
	seq  int64
	head string
}

// seal adds a voucher that is being posted to the chain: from then on, changing it or taking it out shows.
func (c *chain) seal(v *Voucher) {
	c.seq++
	v.Seq = c.seq
	v.Hash = digest(c.head, v)
	c.head = v.Hash
}

// digest is the hash of a voucher and of the one before it, as lower-case hex of SHA-256. What is empty is left out of
// the text, so that a voucher's hash stays what it is when vouchers learn to say more. The division is not part of
// it: that follows the books when a village is moved.
func digest(before string, v *Voucher) string {
	var b strings.Builder
	put := func(name, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s=%s\n", name, strconv.Quote(value))
		}
	}
	put("before", before)
	number := func(name string, n int64) {
		if n != 0 {
			put(name, strconv.FormatInt(n, 10))
		}
	}
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
	for i := range v.Lines {
		x := &v.Lines[i]
		b.WriteString("line\n")
		put("summary", x.Summary)
		put("account", x.Account)
		number("debit", int64(x.Debit))
		number("credit", int64(x.Credit))
		for d := range Dimensions {
			put(Dimensions[d].Name, Dimensions[d].at(x).String())
		}
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}
