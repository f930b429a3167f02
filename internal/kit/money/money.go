// Package money holds amounts of renminbi as whole fen, so that no amount is ever rounded by accident.
//
// Every operation that could leave the range Min..Max says so instead of wrapping round; every operation
// that must round takes the rounding as an argument.
package money

import (
	"math/bits"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/qty/decimal"
)

// Fen is an amount in 1/100 yuan (分). It is stored as an integer column; zero is a real amount, not "none".
type Fen int64

// The range of amounts accepted and produced: ±9,000,000,000,000.00 yuan (9 万亿元), far above anything
// entered in earnest and far enough below 2^63 that a sum of a few cannot wrap round.
const (
	Max Fen = 900_000_000_000_000
	Min Fen = -Max
)

// Yuan is one yuan in fen.
const Yuan Fen = 100

// inRange returns the amount with the sign, or an Invalid error when it is beyond the range.
func inRange(magnitude uint64, neg bool) (Fen, error) {
	if magnitude > uint64(Max) {
		return 0, errs.New(errs.Invalid, "money.range", "金额超出了系统能记录的范围（正负 9 万亿元）")
	}
	if neg {
		return -Fen(magnitude), nil
	}
	return Fen(magnitude), nil
}

// Abs returns the amount without its sign, in fen.
func (f Fen) Abs() Fen {
	if f < 0 {
		return -f
	}
	return f
}

// Neg returns the amount with the opposite sign, in fen.
func (f Fen) Neg() Fen { return -f }

// Add returns a+b in fen, or an Invalid error when the result is beyond Min..Max.
func Add(a, b Fen) (Fen, error) { return Sum(a, b) }

// Sum returns the total in fen, zero for none, or an Invalid error when the total is beyond Min..Max. Only
// the total counts: the order of the amounts, and what the running sum does on the way, does not matter.
func Sum(amounts ...Fen) (Fen, error) {
	// A signed 128-bit accumulator: hi carries the sign extension of every term.
	var hi, lo, carry uint64
	for _, a := range amounts {
		lo, carry = bits.Add64(lo, uint64(a), 0)
		hi += uint64(a>>63) + carry
	}
	neg := int64(hi) < 0
	if neg {
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	if hi != 0 {
		lo = 1<<64 - 1
	}
	return inRange(lo, neg)
}

// Round says what becomes of a fraction of a fen.
type Round uint8

// The roundings. They act on the magnitude, so that a refund rounds like the charge it undoes.
const (
	HalfUp Round = iota // to the nearest fen, halves away from zero (四舍五入)
	Down                // towards zero (舍去)
	Up                  // away from zero (进一)
)

// MulDiv returns a·num/den in fen, rounded once, with a 128-bit intermediate product. A zero den is a defect
// of the caller (Internal); a result beyond Min..Max is Invalid.
func MulDiv(a Fen, num, den int64, round Round) (Fen, error) {
	if den == 0 {
		return 0, errs.New(errs.Internal, "money.zero_divisor", "除数不能为零")
	}
	ma, na := decimal.Magnitude(int64(a))
	mn, nn := decimal.Magnitude(num)
	md, nd := decimal.Magnitude(den)
	hi, lo := bits.Mul64(ma, mn)
	if hi >= md {
		return inRange(1<<64-1, false) // the quotient does not even fit 64 bits
	}
	q, rem := bits.Div64(hi, lo, md)
	// rem >= md-rem is "rem is at least half" without the overflow of 2·rem.
	if rem > 0 && (round == Up || round == HalfUp && rem >= md-rem) {
		q++
	}
	return inRange(q, na != nn != nd)
}
