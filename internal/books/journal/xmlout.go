package journal

import (
	"bufio"
	"encoding/xml"
	"io"

	"huicun/internal/kit/charset"
)

// xmlOut writes elements; the first error stays with the buffer and shows when it is closed.
type xmlOut struct {
	*bufio.Writer
	enc io.WriteCloser
}

func newXML(w io.Writer, encoding string) (*xmlOut, error) {
	enc, err := charset.XMLWriter(w, encoding)
	if err != nil {
		return nil, err
	}
	x := &xmlOut{bufio.NewWriterSize(enc, 64<<10), enc}
	x.raw(`<?xml version="1.0" encoding="` + encoding + `"?>` + "\n")
	return x, nil
}

func (x *xmlOut) raw(s string) { _, _ = x.WriteString(s) }

// start and end write the tags of an element that holds others.
func (x *xmlOut) start(name string) { x.raw("<" + name + ">\n") }
func (x *xmlOut) end(name string)   { x.raw("</" + name + ">\n") }

// row writes an element whose children hold text each: names and values by turns. What is empty is left out.
func (x *xmlOut) row(name string, pairs ...string) {
	x.raw("<" + name + ">")
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] == "" {
			continue
		}
		x.raw("<" + pairs[i] + ">")
		_ = xml.EscapeText(x.Writer, []byte(pairs[i+1]))
		x.raw("</" + pairs[i] + ">")
	}
	x.raw("</" + name + ">\n")
}

// close writes what is pending.
func (x *xmlOut) close() error {
	if err := x.Flush(); err != nil {
		return err
	}
	return x.enc.Close()
}
