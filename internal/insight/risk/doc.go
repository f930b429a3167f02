// Package risk raises alerts (预警): rules that are data look through the books for what should not be, and what they find
// is kept until somebody has answered for it and another person has agreed.
//
// A formula is how something is measured, a rule what a place makes of the measure: the edges of the three colours, how
// long there is to answer, and who answers, reviews and is told when nobody does. A run measures a whole county with a few
// statements per formula, compares what it finds with the alerts that stand, and raises, changes, clears or reopens them;
// running it twice does nothing more. There is at most one open alert of a rule on a subject. Nothing disappears: an alert
// is open, or closed with a reason, and each step is an event that is never changed.
package risk
