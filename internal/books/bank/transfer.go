package bank

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/money"
)

// Batch is a payment batch as a bank is told of it, with account numbers in clear: it never leaves memory but for the bank.
type Batch struct {
	No, Holder, Number, Bank string
	Day                      date.Date
	Lines                    []BatchLine
	Total                    money.Fen
	Layout                   *PaymentLayout
}

// BatchLine is one payment.
type BatchLine struct {
	No, Payee, Number, Bank string
	Amount                  money.Fen
	Purpose                 string
}

// Check is a short code over what is paid to whom, by which people compare a file with the batch.
func (b *Batch) Check() string {
	var s strings.Builder
	for i := range b.Lines {
		l := &b.Lines[i]
		fmt.Fprintf(&s, "%s\x00%s\x00%s\x00%d\n", l.No, l.Payee, l.Number, l.Amount)
	}
	sum := sha256.Sum256([]byte(s.String()))
	return strings.ToUpper(hex.EncodeToString(sum[:4]))
}

// Ack is what a bank answers to a batch that it took: its reference, and a control text for people.
type Ack struct{ Ref, Control string }

// Status is what a bank knows of a batch that it has: the results that there are so far.
type Status struct{ Results []Result }

// Result is what became of one payment, by its number. No Day means today.
type Result struct {
	Line   string
	OK     bool
	Day    date.Date
	Serial string
	Text   string

	bankLine *Line // the statement line that shows it
}

// Receipt is a bank's receipt (回单) for a payment.
type Receipt struct {
	Name, Type string
	Data       []byte
}

// Transfer is a way in which payments reach a bank.
//
// Submit hands a batch over under a key, which the bank's side keeps: the same key again has no further effect. An error
// that is ErrRefused says that the batch was certainly not taken; after any other error it is not known whether it was.
//
// Query asks what the bank knows, by the reference that Submit gave, or by the key when it gave none. An error of kind
// NotFound says that the bank has no such batch.
//
// Receipt fetches the receipt of one payment of a batch.
type Transfer interface {
	Submit(ctx context.Context, b *Batch, key string) (Ack, error)
	Query(ctx context.Context, ref string) (Status, error)
	Receipt(ctx context.Context, ref, line string) (Receipt, error)
}

// ErrRefused says that a bank has certainly not taken a batch.
var ErrRefused = errors.New("the batch was not taken")

// FileTransfer hands over by a file that a person carries to the bank. The file follows from the batch, so that there is
// nothing to keep; its results come back as a file, or are seen on the statement.
type FileTransfer struct{}

// fileRef begins the references of files.
const fileRef = "file-"

// Submit implements Transfer: it proves that the file can be written.
func (FileTransfer) Submit(_ context.Context, b *Batch, _ string) (Ack, error) {
	data, control, err := b.Layout.Write(b)
	if err != nil {
		return Ack{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	sum := sha256.Sum256(data)
	return Ack{Ref: fileRef + hex.EncodeToString(sum[:16]), Control: control}, nil
}

// Query implements Transfer: nobody answers for a file; one that was never made is not there.
func (FileTransfer) Query(_ context.Context, ref string) (Status, error) {
	if !strings.HasPrefix(ref, fileRef) {
		return Status{}, errs.New(errs.NotFound, "transfer.none", "付款文件还没有生成")
	}
	return Status{}, nil
}

// Receipt implements Transfer.
func (FileTransfer) Receipt(context.Context, string, string) (Receipt, error) {
	return Receipt{}, errs.New(errs.NotFound, "transfer.receipt", "用付款文件付款的，请在网银或柜面下载回单")
}
