package sheet

import (
	"golang.org/x/text/encoding/simplifiedchinese"

	"huicun/internal/kit/errs"
)

// GBK encodes a text as GBK, for programs that read nothing else. A character that GBK lacks is an Invalid error that
// names what to do.
func GBK(text string) ([]byte, error) {
	out, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(text))
	return out, errs.Wrap(err, errs.Invalid, "sheet.gbk", "有生僻字不能用国标（GBK）编码写出，请改用 UTF-8 编码的格式")
}
