// Package secret keeps sensitive text safe at rest: it seals values under a key that lives outside the database,
// indexes them for equality without opening them, and stores passwords and tokens as hashes only.
//
// What is sealed is lost without the key: the key file belongs in the backup, but not next to the database's.
package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"strings"

	"huicun/internal/kit/errs"
)

// KeySize is the length of a key in bytes.
const KeySize = 32

// prefix names the form of a sealed value, so that a later form can be told from this one.
const prefix = "v1."

var b64 = base64.RawURLEncoding

// Box seals and indexes under one key. It is safe for concurrent use.
type Box struct {
	aead  cipher.AEAD
	index []byte
}

// NewBox makes a box from KeySize random bytes. Sealing and indexing use keys of their own derived from it, so
// that neither tells anything about the other.
func NewBox(key []byte) (*Box, error) {
	if len(key) != KeySize {
		return nil, errs.New(errs.Internal, "secret.key", "the key has %d bytes, not %d", len(key), KeySize)
	}
	seal, err := hkdf.Key(sha256.New, key, nil, "seal v1", KeySize)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "secret.key", "derive the sealing key")
	}
	index, err := hkdf.Key(sha256.New, key, nil, "index v1", KeySize)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "secret.key", "derive the index key")
	}
	block, err := aes.NewCipher(seal)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "secret.key", "set up AES")
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, errs.Wrap(err, errs.Internal, "secret.key", "set up GCM")
	}
	return &Box{aead, index}, nil
}

// FromBase64 makes a box from a key in base64, standard or URL alphabet, with or without padding.
func FromBase64(s string) (*Box, error) {
	s = strings.NewReplacer("+", "-", "/", "_").Replace(strings.TrimRight(strings.TrimSpace(s), "="))
	key, err := b64.DecodeString(s)
	if err != nil {
		return nil, errs.New(errs.Internal, "secret.key", "the key is not base64") // without the cause: it quotes
	}
	return NewBox(key)
}

// Seal encrypts plain with AES-256-GCM under a random nonce and returns "v1." and base64url text, so sealing twice
// gives two different values. The context (table, column and record, say) is authenticated: Open needs the same
// one, so a value copied into another record does not open there.
func (b *Box) Seal(plain, context string) string {
	return prefix + b64.EncodeToString(b.aead.Seal(nil, nil, []byte(plain), aad(context)))
}

// Open decrypts what Seal returned for the same context. A value that is damaged, moved, or sealed under another
// key gives an errs.Internal error with the code "secret.open", which never holds the value.
func (b *Box) Open(sealed, context string) (string, error) {
	body, ok := strings.CutPrefix(sealed, prefix)
	if !ok {
		return "", errs.New(errs.Internal, "secret.open", "not a sealed value of a known form")
	}
	data, err := b64.Strict().DecodeString(body)
	if err != nil {
		return "", errs.New(errs.Internal, "secret.open", "a sealed value is damaged")
	}
	plain, err := b.aead.Open(nil, nil, data, aad(context))
	if err != nil {
		return "", errs.Wrap(errors.New("authentication failed"), errs.Internal, "secret.open", "a sealed value does not open in %q", context)
	}
	return string(plain), nil
}

func aad(context string) []byte { return []byte(prefix + context) }

// Index returns a keyed fingerprint (HMAC-SHA256, 43 characters of base64url) of plain, equal for equal values in
// one context (a table and column, say) and unrelated across contexts. Bring plain to one form first: only what
// is equal byte for byte is found. It does tell whoever sees the store which records share a value.
func (b *Box) Index(plain, context string) string {
	h := hmac.New(sha256.New, b.index)
	writePart(h, context)
	writePart(h, plain)
	return b64.EncodeToString(h.Sum(nil))
}

// writePart writes the length first, so that ("ab", "c") and ("a", "bc") differ.
func writePart(h hash.Hash, s string) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(s)))
	h.Write(n[:])
	h.Write([]byte(s))
}

// Token returns 256 random bits as 43 characters of base64url, for sessions and links.
func Token() string {
	var b [32]byte
	rand.Read(b[:]) // never fails: the runtime stops the program instead
	return b64.EncodeToString(b[:])
}

// TokenHash returns the SHA-256 of a token in base64url, which is what to store: a token is random enough that
// its hash needs neither salt nor cost.
func TokenHash(token string) string {
	h := sha256.Sum256([]byte(token))
	return b64.EncodeToString(h[:])
}

// Format keeps a key out of logs whatever the verb.
func (b *Box) Format(f fmt.State, _ rune) { fmt.Fprint(f, "secret.Box") }
