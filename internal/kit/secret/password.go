package secret

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"huicun/internal/kit/errs"
)

// params are the costs of argon2id.
type params struct {
	memory, passes uint32 // memory in KiB
	lanes          uint8
}

// The recommended minimum for a server: 19 MiB, 2 passes, 1 lane. What is stored with other costs still checks,
// and CheckPassword asks for a new hash.
var current = params{19 * 1024, 2, 1}

// Bounds for costs read from a stored hash: a bad row must not take the machine's memory.
var highest = params{256 * 1024, 16, 8}

const saltSize, sumSize = 16, 32

// MaxPassword is the longest password in bytes.
const MaxPassword = 1024

// slots allows two hashes at a time in the whole process: a flood of log-ins waits instead of taking the memory.
var slots = make(chan struct{}, 2)

var phc64 = base64.RawStdEncoding.Strict()

func derive(pw string, salt []byte, p params, size uint32) []byte {
	slots <- struct{}{}
	defer func() { <-slots }()
	// NFKC: an input method may give full-width or decomposed forms of what was typed on another day.
	return argon2.IDKey([]byte(norm.NFKC.String(pw)), salt, p.passes, p.memory, p.lanes, size)
}

// HashPassword returns the argon2id hash of a password as a PHC string. The only error is errs.Invalid, for a
// password over MaxPassword bytes. It waits while two other hashes are being computed.
func HashPassword(pw string) (string, error) {
	if len(pw) > MaxPassword {
		return "", errs.New(errs.Invalid, "password.long", "密码太长，最多 %d 个字节", MaxPassword)
	}
	salt := make([]byte, saltSize)
	rand.Read(salt)
	sum := derive(pw, salt, current, sumSize)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, current.memory, current.passes, current.lanes,
		phc64.EncodeToString(salt), phc64.EncodeToString(sum)), nil
}

// CheckPassword tells whether a password belongs to a hash, and when it does, whether the hash should be replaced
// by a new one because its costs are not today's. A hash that is empty or broken gives false after the same time
// as a real one, so check an unknown user's password against "" and nobody learns who exists.
func CheckPassword(hash, pw string) (ok, rehash bool) {
	if len(pw) > MaxPassword {
		return false, false
	}
	p, salt, sum, valid := parsePHC(hash)
	if !valid {
		derive(pw, make([]byte, saltSize), current, sumSize)
		return false, false
	}
	got := derive(pw, salt, p, uint32(len(sum)))
	ok = subtle.ConstantTimeCompare(got, sum) == 1
	return ok, ok && (p != current || len(salt) != saltSize || len(sum) != sumSize)
}

// parsePHC takes a hash apart: $argon2id$v=19$m=19456,t=2,p=1$salt$sum.
func parsePHC(s string) (p params, salt, sum []byte, ok bool) {
	f := strings.Split(s, "$")
	if len(f) != 6 || f[0] != "" || f[1] != "argon2id" || f[2] != "v="+strconv.Itoa(argon2.Version) {
		return p, nil, nil, false
	}
	costs := strings.Split(f[3], ",")
	if len(costs) != 3 {
		return p, nil, nil, false
	}
	m, okM := cost(costs[0], "m=", highest.memory)
	t, okT := cost(costs[1], "t=", highest.passes)
	l, okL := cost(costs[2], "p=", uint32(highest.lanes))
	salt, errSalt := phc64.DecodeString(f[4])
	sum, errSum := phc64.DecodeString(f[5])
	ok = okM && okT && okL && m >= 8*l && errSalt == nil && errSum == nil &&
		len(salt) >= 8 && len(salt) <= 64 && len(sum) >= 16 && len(sum) <= 64
	return params{m, t, uint8(l)}, salt, sum, ok
}

func cost(s, name string, most uint32) (uint32, bool) {
	v, found := strings.CutPrefix(s, name)
	n, err := strconv.ParseUint(v, 10, 32)
	return uint32(n), found && err == nil && n >= 1 && n <= uint64(most)
}
