package geo

import "math"

// Cluster is what is drawn as one mark: the indexes of the places that lie near one another, and their middle.
type Cluster struct {
	Members []int
	X, Y    float64
}

// Clusters joins places (pixels) that lie within a radius of the first of them. Every place is in one cluster, the order of
// the places is kept, and the first places of two clusters lie farther apart than the radius.
func Clusters(places [][2]float64, radius float64) []Cluster {
	type cell struct{ x, y int }
	in := func(p [2]float64) cell { return cell{int(math.Floor(p[0] / radius)), int(math.Floor(p[1] / radius))} }
	var out []Cluster
	by := map[cell][]int{} // clusters by the cell of their first place
	for i, p := range places {
		c, at := in(p), -1
		for dx := -1; dx <= 1; dx++ {
			for dy := -1; dy <= 1; dy++ {
				for _, k := range by[cell{c.x + dx, c.y + dy}] {
					first := places[out[k].Members[0]]
					if math.Hypot(p[0]-first[0], p[1]-first[1]) <= radius && (at < 0 || k < at) {
						at = k
					}
				}
			}
		}
		if at < 0 {
			by[c] = append(by[c], len(out))
			out = append(out, Cluster{})
			at = len(out) - 1
		}
		out[at].Members = append(out[at].Members, i)
	}
	for k := range out {
		c := &out[k]
		for _, i := range c.Members {
			c.X, c.Y = c.X+places[i][0], c.Y+places[i][1]
		}
		n := float64(len(c.Members))
		c.X, c.Y = c.X/n, c.Y/n
	}
	return out
}
