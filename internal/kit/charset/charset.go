// Package charset writes and reads XML in the encodings that offices ask for.
package charset

import (
	"io"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"

	"huicun/internal/kit/errs"
)

// The encodings, as an XML declaration names them.
const (
	UTF8 = "UTF-8"
	GBK  = "GBK"
)

// XMLWriter returns a writer that takes UTF-8 and writes w in an encoding; a character that the encoding lacks is written
// as a numeric reference (&#134519;), which any XML reader understands. Close it to write what is pending; w stays open.
func XMLWriter(w io.Writer, name string) (io.WriteCloser, error) {
	switch strings.ToUpper(name) {
	case UTF8:
		return plainWriter{w}, nil
	case GBK:
		return closer{encoding.HTMLEscapeUnsupported(simplifiedchinese.GBK.NewEncoder()).Writer(w)}, nil
	}
	return nil, unknown(name)
}

// Reader returns UTF-8 of what r holds in an encoding, as xml.Decoder wants it (CharsetReader).
func Reader(name string, r io.Reader) (io.Reader, error) {
	switch strings.ToUpper(name) {
	case UTF8, "":
		return r, nil
	case GBK, "GB2312":
		return simplifiedchinese.GBK.NewDecoder().Reader(r), nil
	case "GB18030":
		return simplifiedchinese.GB18030.NewDecoder().Reader(r), nil
	}
	return nil, unknown(name)
}

func unknown(name string) error {
	return errs.New(errs.Invalid, "charset", "不认识的字符编码“%s”，请用 UTF-8 或 GBK", name)
}

type plainWriter struct{ io.Writer }

func (plainWriter) Close() error { return nil }

// closer flushes the encoder without closing what is underneath.
type closer struct{ io.Writer }

func (c closer) Close() error {
	if f, ok := c.Writer.(io.Closer); ok {
		return f.Close()
	}
	return nil
}
