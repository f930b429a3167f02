package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
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
	b := make([]byte, 0, 1024)
	put := func(name, value string) {
		if value != "" {
			b = append(append(b, name...), '=')
			b = append(strconv.AppendQuote(b, value), '\n')
		}
	}
	number := func(name string, n int64) {
		if n != 0 {
			b = append(append(b, name...), `="`...)
			b = append(strconv.AppendInt(b, n, 10), "\"\n"...)
		}
	}
	put("before", before)
	number("seq", v.Seq)
	number("books", int64(v.Books))
	put("no", v.FullNo)
	put("date", v.Date.String())
	put("summary", v.Summary)
	number("attachments", int64(v.Attachments))
	put("maker", v.Maker)
	put("reviewer", v.Reviewer)
	put("poster", v.Poster)
	number("reverses", int64(v.Reverses))
	number("corrects", int64(v.Corrects))
	put("origin", v.Origin)
	number("origin_id", int64(v.OriginID))
	put("source", v.Source)
	put("note", v.Note)
	put("files", v.Files)
	if v.Whole && v.Origin != originWhole { // which said so before
		put("whole", "1")
	}
	for i := range v.Lines {
		x := &v.Lines[i]
		b = append(b, "line\n"...)
		put("summary", x.Summary)
		put("account", x.Account)
		number("debit", int64(x.Debit))
		number("credit", int64(x.Credit))
		for d := range Dimensions {
			number(Dimensions[d].Name, int64(*Dimensions[d].at(x)))
		}
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
