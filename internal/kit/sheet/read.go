package sheet

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"strings"

	"huicun/internal/kit/errs"
)

var (
	magicZip = []byte("PK")
	magicOLE = []byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}
	// An encrypted xlsx is an OLE file that holds a stream of this name in UTF-16LE.
	olePackage = utf16le("EncryptedPackage")
)

func utf16le(s string) []byte {
	b := make([]byte, 0, 2*len(s))
	for i := range len(s) {
		b = append(b, s[i], 0)
	}
	return b
}

// Read reads one table. The format follows from the content, and the extension of name settles what the content
// leaves open. A size of 0 or less means unknown. When r is also an io.ReaderAt (an uploaded or opened file, read
// from its start) and the size is known, it is read in place; else the file is read into memory.
//
// Every error is errs.Invalid with a sentence that tells the person what to do.
func Read(name string, r io.Reader, size int64, opts Options) (*Table, error) {
	opts = opts.withDefaults()
	if err := checkName(name, size, opts); err != nil {
		return nil, err
	}
	ra, ok := r.(io.ReaderAt)
	if !ok || size <= 0 {
		data, err := io.ReadAll(io.LimitReader(r, opts.MaxBytes+1))
		switch {
		case err != nil:
			return nil, errs.Wrap(err, errs.Invalid, "sheet.read", "文件没有读完整，请重新上传")
		case int64(len(data)) > opts.MaxBytes:
			return nil, tooBig(opts.MaxBytes)
		}
		ra, size = bytes.NewReader(data), int64(len(data))
	}
	t := &Table{}
	if err := each(name, ra, size, opts, t, t.whole()); err != nil {
		return nil, err
	}
	return t, nil
}

// Each reads one table as Read does and hands its rows over one by one. Of the file it keeps what its format makes
// necessary: the shared texts of an xlsx, nothing of a CSV.
func Each(name string, r io.ReaderAt, size int64, opts Options, to Rows) error {
	opts = opts.withDefaults()
	if err := checkName(name, size, opts); err != nil {
		return err
	}
	return each(name, r, size, opts, &Table{}, to)
}

func extension(name string) string { return strings.ToLower(filepath.Ext(name)) }

func checkName(name string, size int64, opts Options) error {
	if ext := extension(name); ext == ".xls" || ext == ".et" {
		return errs.New(errs.Invalid, "sheet.xls", "不支持 %s 格式，请打开文件后另存为 .xlsx 再上传", ext)
	}
	if size > opts.MaxBytes {
		return tooBig(opts.MaxBytes)
	}
	return nil
}

func each(name string, r io.ReaderAt, size int64, opts Options, t *Table, to Rows) error {
	err := eachRow(name, r, size, opts, t, to)
	var theirs handed
	if errors.As(err, &theirs) {
		return theirs.error
	}
	return err
}

func eachRow(name string, r io.ReaderAt, size int64, opts Options, t *Table, to Rows) error {
	head := make([]byte, len(magicOLE))
	n, err := r.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return errs.Wrap(err, errs.Invalid, "sheet.read", "文件没有读完整，请重新上传")
	}
	head = head[:n]
	ext := extension(name)
	switch {
	case size <= 0:
		return errs.New(errs.Invalid, "sheet.empty", "文件是空的")
	case bytes.HasPrefix(head, magicZip):
		return readXLSX(r, size, builder{opts: opts, t: t, to: to})
	case bytes.HasPrefix(head, magicOLE):
		return oldFormat(r, size)
	case ext == ".xlsx" || ext == ".xlsm" || ext == ".xltx" || ext == ".xltm":
		return brokenf("no zip magic in %s", ext)
	case ext != ".csv" && ext != ".txt" && ext != ".tsv" && ext != "":
		return errs.New(errs.Invalid, "sheet.format", "不认识的文件格式 %s，请用 .xlsx 或 .csv", ext)
	}
	t.Name = filepath.Base(name)
	return readCSV(r, size, builder{opts: opts, t: t, to: to})
}

// oldFormat says what is wrong with an OLE file: an old .xls, or an .xlsx with a password.
func oldFormat(r io.ReaderAt, size int64) error {
	data, err := io.ReadAll(io.NewSectionReader(r, 0, size))
	if err == nil && bytes.Contains(data, olePackage) {
		return errs.New(errs.Invalid, "sheet.password", "文件设有打开密码，请取消密码后再上传")
	}
	return errs.New(errs.Invalid, "sheet.xls", "这是旧的 .xls 格式，请打开文件后另存为 .xlsx 再上传")
}

func tooBig(limit int64) error {
	if limit < 1<<20 {
		return errs.New(errs.Invalid, "sheet.size", "文件内容超过 %d 字节，请拆成几个文件", limit)
	}
	return errs.New(errs.Invalid, "sheet.size", "文件内容超过 %d MB，请拆成几个文件", limit>>20)
}

var errBudget = errors.New("unpacked content exceeds the limit")

// budgetReader counts what is unpacked, over all parts of a file, against one limit: the sizes that a zip
// declares are an attacker's word.
type budgetReader struct {
	r    io.Reader
	left *int64
}

func (b budgetReader) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if *b.left -= int64(n); *b.left < 0 {
		return 0, errBudget
	}
	return n, err
}
