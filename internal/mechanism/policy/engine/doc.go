// Package engine works incentive policies out: a policy is data, an award is the data applied to a village's year, and
// every award carries the trace by which it can be followed to the fen.
//
// It knows neither database nor clock. A Document is the policy as it is written (YAML); Compile checks it and gives a
// Policy; Policy.Evaluate turns Inputs into an Award. Numbers are exact fractions until a step says how to round; what
// is paid is whole fen. Conditions and unusual sums are CEL over typed variables with its own arithmetic, so that no
// binary fraction ever touches an amount; the common shapes (bands, steps, counts, shares) need no CEL.
//
// Whatever a document says, evaluating it is bounded: steps run once each in their order, expressions have no loops, a
// limited length and cost, and a number that grows beyond any amount of money is refused.
package engine
