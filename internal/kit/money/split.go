package money

import (
	"math/bits"
	"slices"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/qty/decimal"
)

// Split divides total among the weights by largest remainder (Hamilton): everyone gets the exact share
// rounded down to a fen, and the fen left over go one each to the largest fractions, the earlier first on a
// tie. The parts, in fen and in the order of the weights, always sum to total; a weight of zero gets nothing;
// a negative total is divided like the positive one and negated. It returns an Invalid error when there are
// no weights, one is negative, all are zero, or their sum overflows.
func Split(total Fen, weights []int64) ([]Fen, error) {
	var whole uint64
	for _, w := range weights {
		if w < 0 {
			return nil, errs.New(errs.Invalid, "money.split_negative", "分摊的份额不能是负数")
		}
		whole += uint64(w)
		if whole > 1<<63-1 {
			return nil, errs.New(errs.Invalid, "money.split_range", "分摊的份额合计过大")
		}
	}
	if whole == 0 {
		return nil, errs.New(errs.Invalid, "money.split_empty", "没有可分摊的份额，请至少填写一份")
	}
	magnitude, neg := decimal.Magnitude(int64(total))
	parts := make([]Fen, len(weights))
	rems := make([]uint64, len(weights))
	order := make([]int, len(weights))
	left := magnitude
	for i, w := range weights {
		// w <= whole, so the quotient is at most magnitude and the division cannot overflow.
		hi, lo := bits.Mul64(magnitude, uint64(w))
		q, rem := bits.Div64(hi, lo, whole)
		parts[i], rems[i], order[i] = Fen(q), rem, i
		left -= q
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case rems[a] > rems[b]:
			return -1
		case rems[a] < rems[b]:
			return 1
		}
		return 0
	})
	// left < number of non-zero remainders, so nobody gets two and no zero weight gets any.
	for _, i := range order[:left] {
		parts[i]++
	}
	if neg {
		for i := range parts {
			parts[i] = -parts[i]
		}
	}
	return parts, nil
}
