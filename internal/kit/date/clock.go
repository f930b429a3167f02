package date

import "time"

// Shanghai is China Standard Time as a fixed UTC+8: the country has one zone and has kept no summer time
// since 1991, and a fixed zone works on machines without time zone data.
var Shanghai = time.FixedZone("CST", 8*60*60)

// Clock tells the time; everything that depends on the time is given one, so that tests and the demo can
// stand still on a chosen day.
type Clock func() time.Time

// System is the Clock of the machine, in Shanghai time. It is the only place that asks for the real time.
func System() time.Time { return time.Now().In(Shanghai) }

// Fixed returns a Clock that always tells t.
func Fixed(t time.Time) Clock { return func() time.Time { return t } }

// Today returns the day it is in China by the clock.
func Today(c Clock) Date { return Of(c()) }
