// Package casework is the service loop for firms: visits in campaigns (走听转办, 惠企温暖行), the requests (诉求) that
// they raise, and the time limits in working days by which requests are accepted, answered and closed.
//
// A request that the firm is not satisfied with cannot be closed; it goes back to be handled again, and often
// enough it becomes a problem ticket. Every rate is given with its numerator and denominator.
package casework
