// Package file attaches files to records of any kind: what a voucher, a contract or a visit rests on. Files are known by the
// SHA-256 of their content and stored with the other data, byte for byte; one that several records share is stored once.
//
// Who may see a record may see its files, who may change it may add and remove them, unless the record's kind has a
// rule against it: vouchers keep theirs once they have been reviewed. An electronic invoice is attached to one voucher.
package file

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"path"
	"slices"
	"strings"
	"time"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/audit"
	"huicun/internal/registry/record"
)

// Attachment is a file of a record. At is when it was added, in microseconds since 1970, UTC.
type Attachment struct {
	ID      ids.ID
	Kind    string
	Record  ids.ID
	Hash    string // SHA-256, lower-case hex
	Name    string
	Ext     string
	Size    int64
	Invoice Invoice
	At      int64
	By      string
}

// Time is when it was added, in Shanghai.
func (a *Attachment) Time() time.Time { return time.UnixMicro(a.At).In(date.Shanghai) }

// Inline reports whether a browser may show it in a page.
func (a *Attachment) Inline() bool {
	t, _ := TypeOf(a.Ext)
	return t.Inline
}

// Mime is its type for browsers.
func (a *Attachment) Mime() string {
	t, ok := TypeOf(a.Ext)
	if !ok {
		return "application/octet-stream"
	}
	return t.Mime
}

// Rule is what a kind of record has to say about its files; nil functions say nothing.
type Rule struct {
	// Locked gives the reason why the files can no longer change, "" when they can.
	Locked func(ctx context.Context, q db.Q, tenant int64, id ids.ID) (string, error)
	// Lock holds the record while its files change, or refuses.
	Lock func(ctx context.Context, tx *db.Tx, id ids.ID) error
	// Changed is told how many files the record has now.
	Changed func(ctx context.Context, tx *db.Tx, id ids.ID, n int) error
}

// Service carries out the use cases. Limits is its noun.
type Service struct {
	env    *record.Env
	Limits *record.Noun[Limit]
	rules  map[string]Rule
}

// New registers the noun "file_type"; records that are deleted take their files with them.
func New(e *record.Env) *Service {
	e.OnDelete(drop)
	return &Service{env: e, Limits: newLimits(e), rules: map[string]Rule{}}
}

// Rule sets the rule of a kind of record.
func (s *Service) Rule(kind string, r Rule) { s.rules[kind] = r }

// place reads where a record is and what it is called; what who may not see is not found.
func (s *Service) place(ctx context.Context, q db.Q, who access.Principal, tenant int64, kind string, id ids.ID) (region, title string, err error) {
	n, ok := s.env.Noun(kind)
	if !ok {
		return "", "", errs.New(errs.NotFound, "file.kind", "没有找到这条记录；请检查地址")
	}
	return n.Place(ctx, q, who, tenant, id)
}

// Of lists a record's files, the earliest first. Whether one may see the record is the caller's to know.
func Of(ctx context.Context, q db.Q, tenant int64, kind string, id ids.ID) ([]Attachment, error) {
	return attachments(ctx, q, db.NewWhere(tenant).And("kind = ?", kind).And("record_id = ?", id))
}

// OfAll lists the files of many records of a kind, by record, the earliest first. Whether one may see them is the caller's
// to know.
func OfAll(ctx context.Context, q db.Q, tenant int64, kind string, list []ids.ID) (map[ids.ID][]Attachment, error) {
	out := map[ids.ID][]Attachment{}
	for chunk := range slices.Chunk(list, perList) {
		found, err := attachments(ctx, q, db.In(db.NewWhere(tenant).And("kind = ?", kind), "record_id", chunk))
		if err != nil {
			return nil, err
		}
		for _, a := range found {
			out[a.Record] = append(out[a.Record], a)
		}
	}
	return out, nil
}

// perList is how many records are asked for their files at once.
const perList = 500

// May says whether who may change a record's files now; when not, why, if it is not for lack of permission.
func (s *Service) May(ctx context.Context, who access.Principal, tenant int64, kind string, id ids.ID, region string) (bool, string, error) {
	if r := s.rules[kind]; r.Locked != nil {
		if reason, err := r.Locked(ctx, s.env.DB.Read(), tenant, id); reason != "" || err != nil {
			return false, reason, err
		}
	}
	return who.Can(kind+":"+access.Edit, region), "", nil
}

// Types are the types of file that are taken at a place.
func (s *Service) Types(ctx context.Context, tenant int64, region string) ([]Type, error) {
	return typesAt(ctx, s.env.DB.Read(), tenant, region)
}

// Upload is a file on its way in.
type Upload struct {
	Name string
	Data []byte
}

// The limits of attachments.
const (
	maxFiles = 200 // of one record
	maxName  = 120 // characters
)

// Attach adds files to a record, all or none. An invoice's number is read out of XML and OFD files; given overrides it
// for a single file. A file that the record has already is passed over.
func (s *Service) Attach(ctx context.Context, who access.Principal, tenant int64, kind string, id ids.ID, list []Upload, given Invoice) error {
	return s.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		return s.AttachTx(ctx, tx, who, kind, id, list, given)
	})
}

// AttachTx is Attach within a transaction.
func (s *Service) AttachTx(ctx context.Context, tx *db.Tx, who access.Principal, kind string, id ids.ID, list []Upload, given Invoice) error {
	if err := given.check(); err != nil {
		return err
	}
	if given.No != "" && len(list) > 1 {
		return errs.OnField("invoice_no", "填发票号码时一次只传一个文件")
	}
	region, title, err := s.changing(ctx, tx, who, kind, id)
	if err != nil {
		return err
	}
	have, err := Of(ctx, tx, tx.Tenant, kind, id)
	if err != nil {
		return err
	}
	allowed, err := typesAt(ctx, tx, tx.Tenant, region)
	if err != nil {
		return err
	}
	var added []string
	for _, u := range list {
		a, err := s.prepare(tx, who, allowed, u, given)
		if err != nil {
			return err
		}
		if holds(have, a.Hash) {
			continue
		}
		a.Kind, a.Record = kind, id
		if err := s.store(ctx, tx, a, u.Data); err != nil {
			return err
		}
		have, added = append(have, *a), append(added, a.Name)
	}
	if len(have) > maxFiles {
		return errs.OnField("file", "一条记录最多 %d 个附件", maxFiles)
	}
	return s.changed(ctx, tx, kind, id, region, title, len(have), "添加附件", "", strings.Join(added, "、"))
}

func holds(list []Attachment, hash string) bool {
	for i := range list {
		if list[i].Hash == hash {
			return true
		}
	}
	return false
}

// changing locks a record whose files are about to change, and refuses who may not.
func (s *Service) changing(ctx context.Context, tx *db.Tx, who access.Principal, kind string, id ids.ID) (region, title string, err error) {
	if region, title, err = s.place(ctx, tx, who, tx.Tenant, kind, id); err != nil {
		return "", "", err
	}
	if err := who.Require(kind+":"+access.Edit, region); err != nil {
		return "", "", err
	}
	if r := s.rules[kind]; r.Lock != nil {
		err = r.Lock(ctx, tx, id)
	}
	return region, title, err
}

// changed tells the record's kind and the history.
func (s *Service) changed(ctx context.Context, tx *db.Tx, kind string, id ids.ID, region, title string, n int, action, before, after string) error {
	if before+after == "" {
		return nil
	}
	if r := s.rules[kind]; r.Changed != nil {
		if err := r.Changed(ctx, tx, id, n); err != nil {
			return err
		}
	}
	return audit.Write(ctx, tx, audit.Entry{
		Action: action, Kind: kind, RecordID: id, Title: title, Region: region, Changes: []audit.Change{{Label: "附件", Before: before, After: after}},
	})
}

// prepare checks a file and describes it.
func (s *Service) prepare(tx *db.Tx, who access.Principal, allowed []Type, u Upload, given Invoice) (*Attachment, error) {
	name := field.Clean(path.Base(strings.ReplaceAll(u.Name, `\`, "/")), false)
	if r := []rune(name); len(r) > maxName {
		name = string(r[len(r)-maxName:])
	}
	t, err := check(allowed, name, u.Data)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(u.Data)
	a := &Attachment{
		ID: tx.NewID(), Hash: hex.EncodeToString(sum[:]), Name: name, Ext: t.Ext, Size: int64(len(u.Data)), Invoice: given, At: tx.Now().UnixMicro(), By: who.Name,
	}
	if given.No == "" {
		a.Invoice = invoiceOf(t.Ext, u.Data)
	}
	return a, nil
}

// store keeps the content and the attachment; an invoice that another voucher has is refused with where it is.
func (s *Service) store(ctx context.Context, tx *db.Tx, a *Attachment, data []byte) error {
	if a.Kind == voucherKind && a.Invoice.No != "" {
		if err := s.onlyOnce(ctx, tx, a); err != nil {
			return err
		}
	}
	if err := keep(ctx, tx, a.Hash, data); err != nil {
		return err
	}
	err := insert(ctx, tx, a)
	if db.Violated(err, "attachment_invoice_code_invoice_no") { // two at once
		return errs.Wrap(err, errs.Conflict, "file.invoice", "发票 %s 刚刚已附在另一张凭证上，同一张发票不能重复入账", a.Invoice.No)
	}
	return err
}

// voucherKind is the kind of record that an invoice is posted with, once.
const voucherKind = "voucher"

func (s *Service) onlyOnce(ctx context.Context, tx *db.Tx, a *Attachment) error {
	w := db.NewWhere(tx.Tenant).And("kind = ?", voucherKind).And("invoice_code = ?", a.Invoice.Code).And("invoice_no = ?", a.Invoice.No)
	list, err := attachments(ctx, tx, w)
	if err != nil || len(list) == 0 {
		return err
	}
	_, title, err := s.place(ctx, tx, access.System, tx.Tenant, voucherKind, list[0].Record)
	if err != nil {
		return err
	}
	e := errs.OnField("file", "发票 %s 已附在凭证“%s”上，同一张发票不能重复入账；订正凭证不必再附原始凭证", a.Invoice.No, title)
	e.Kind = errs.Conflict
	return e
}

// Get reads an attachment of a record that who may see.
func (s *Service) Get(ctx context.Context, who access.Principal, tenant int64, id ids.ID) (*Attachment, error) {
	q := s.env.DB.Read()
	a, err := one(ctx, q, tenant, id)
	if err != nil {
		return nil, err
	}
	_, _, err = s.place(ctx, q, who, tenant, a.Kind, a.Record)
	return a, err
}

// Remove takes a file off a record; the content goes with the last record that had it.
func (s *Service) Remove(ctx context.Context, who access.Principal, tenant int64, id ids.ID) (*Attachment, error) {
	var a *Attachment
	err := s.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		var err error
		if a, err = one(ctx, tx, tenant, id); err != nil {
			return err
		}
		region, title, err := s.changing(ctx, tx, who, a.Kind, a.Record)
		if err != nil {
			return err
		}
		if err := remove(ctx, tx, a); err != nil {
			return err
		}
		left, err := Of(ctx, tx, tenant, a.Kind, a.Record)
		if err != nil {
			return err
		}
		return s.changed(ctx, tx, a.Kind, a.Record, region, title, len(left), "移除附件", a.Name, "")
	})
	return a, err
}

// drop removes the files of a record that is deleted.
func drop(ctx context.Context, tx *db.Tx, kind string, id ids.ID) error {
	list, err := Of(ctx, tx, tx.Tenant, kind, id)
	if err != nil {
		return err
	}
	for i := range list {
		if err := remove(ctx, tx, &list[i]); err != nil {
			return err
		}
	}
	return nil
}

// Digest is the SHA-256 over the hashes of a record's files in order, as hex, "" for none: what a posted voucher seals.
func Digest(list []Attachment) string {
	if len(list) == 0 {
		return ""
	}
	hashes := make([]string, len(list))
	for i := range list {
		hashes[i] = list[i].Hash
	}
	return digest(hashes)
}
