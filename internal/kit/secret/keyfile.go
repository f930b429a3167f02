package secret

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"huicun/internal/kit/errs"
)

// LoadOrCreateKey makes a box from the key in the file at path, base64 on one line, and creates the file with a
// new key and mode 0600 when there is none; its folder must exist. Several processes may start at once: all get
// the same key. An existing file is never written to; one that others may read or that holds no key is refused
// with an errs.Internal error that says what to do.
func LoadOrCreateKey(path string) (*Box, error) {
	box, err := loadKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return box, err
	}
	if err := createKey(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, errs.Wrap(err, errs.Internal, "secret.key", "创建密钥文件 %s 失败", path)
	}
	return loadKey(path)
}

func loadKey(path string) (*Box, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "secret.key", "打开密钥文件 %s 失败", path)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, errs.Wrap(err, errs.Internal, "secret.key", "查看密钥文件 %s 失败", path)
	case !info.Mode().IsRegular():
		return nil, errs.New(errs.Internal, "secret.key", "密钥文件 %s 不是普通文件", path)
	case info.Mode().Perm()&0o077 != 0:
		return nil, errs.New(errs.Internal, "secret.key", "密钥文件 %s 的权限是 %04o，别人也能读写；请执行 chmod 600 后再启动", path, info.Mode().Perm())
	}
	data, err := io.ReadAll(io.LimitReader(f, 1024))
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "secret.key", "读取密钥文件 %s 失败", path)
	}
	box, err := FromBase64(string(data))
	return box, errs.Wrap(err, errs.Internal, "secret.key", "密钥文件 %s 的内容不对，请从备份恢复它", path)
}

// createKey writes a whole file under another name and links it into place, so that nobody ever reads half a key
// and a key once there is never replaced.
func createKey(path string) error {
	key := make([]byte, KeySize)
	rand.Read(key)
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(b64.EncodeToString(key) + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync() // else a power cut may take the name of a key that is already in use
}
