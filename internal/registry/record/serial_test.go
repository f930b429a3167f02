package record

import "testing"

// A number given by hand raises the series that it belongs to, which may be another year's.
func TestSeriesOf(t *testing.T) {
	for _, x := range []struct {
		given, own, series string
		no                 int64
	}{
		{"BB-2021-0004", "BB-2021", "BB-2021", 4}, {"BB-2021-0004", "BB-2022", "BB-2021", 4}, {"RY-0012", "RY", "RY", 12}, {"BB-2021-1000000", "BB-2021", "", 0},
		{"BB-2021-附件", "BB-2021", "", 0}, {"ZC-2021-0001", "BB-2021", "", 0}, {"旧编号", "BB-2021", "", 0}, {"BB-2021-0", "BB-2021", "", 0}, {"BBX-7", "BB", "", 0},
	} {
		if s, no := seriesOf(x.given, x.own); s != x.series || no != x.no {
			t.Errorf("%s in %s: %s %d", x.given, x.own, s, no)
		}
	}
}
