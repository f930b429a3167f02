package file

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"regexp"
	"strings"

	"huicun/internal/kit/errs"
)

// Invoice identifies an electronic invoice: its number, and its code where it has one (fully digital ones have none).
type Invoice struct{ Code, No string }

var goodInvoice = regexp.MustCompile(`^[0-9A-Za-z]{6,30}$`)

// check refuses what is no number of an invoice.
func (v *Invoice) check() error {
	var l errs.List
	if v.No != "" && !goodInvoice.MatchString(v.No) {
		l.Add("invoice_no", "发票号码应为 6 到 30 位数字或字母")
	}
	if v.Code != "" && !goodInvoice.MatchString(v.Code) {
		l.Add("invoice_code", "发票代码应为 6 到 30 位数字或字母")
	}
	if v.Code != "" && v.No == "" {
		l.Add("invoice_no", "填了发票代码，请同时填发票号码")
	}
	return l.Err()
}

// The names of elements that hold an invoice's number and code in the XML that tax and finance systems hand out.
var (
	numberNames = map[string]bool{"invoiceno": true, "invoicenumber": true, "einvoicenumber": true, "fphm": true, "eiid": true}
	codeNames   = map[string]bool{"invoicecode": true, "einvoicecode": true, "fpdm": true}
)

// invoiceOf reads the invoice's number out of an XML or OFD file; none when there is none to be found.
func invoiceOf(ext string, data []byte) Invoice {
	switch ext {
	case "xml":
		return invoiceInXML(bytes.NewReader(data))
	case "ofd":
		return invoiceInOFD(data)
	}
	return Invoice{}
}

// maxXML bounds what is read of an unpacked XML, in bytes; maxParts how many parts of a file are looked at.
const (
	maxXML   = 4 << 20
	maxParts = 50
)

func invoiceInOFD(data []byte) Invoice {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return Invoice{}
	}
	for _, f := range z.File[:min(len(z.File), maxParts)] {
		if !strings.HasSuffix(strings.ToLower(f.Name), ".xml") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			continue
		}
		v := invoiceInXML(io.LimitReader(r, maxXML))
		_ = r.Close()
		if v.No != "" {
			return v
		}
	}
	return Invoice{}
}

func invoiceInXML(r io.Reader) Invoice {
	d := xml.NewDecoder(r)
	d.Strict = false
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // digits are alike in all of them
	var v Invoice
	into := (*string)(nil)
	for v.No == "" || v.Code == "" {
		t, err := d.RawToken()
		if err != nil {
			break
		}
		switch t := t.(type) {
		case xml.StartElement:
			into = nil
			switch name := strings.ToLower(t.Name.Local); {
			case numberNames[name] && v.No == "":
				into = &v.No
			case codeNames[name] && v.Code == "":
				into = &v.Code
			}
		case xml.CharData:
			if s := strings.TrimSpace(string(t)); into != nil && goodInvoice.MatchString(s) {
				*into = s
			}
		case xml.EndElement:
			into = nil
		}
	}
	if v.No == "" {
		return Invoice{}
	}
	return v
}
