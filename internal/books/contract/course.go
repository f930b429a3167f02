package contract

import (
	"fmt"

	"huicun/internal/books/contract/schedule"
	"huicun/internal/kit/date"
	"huicun/internal/kit/money"
)

// Chain are the terms of a contract as its versions put them one after the other; those that stand when it was never
// amended.
func (c *Contract) Chain(versions []Version) ([]schedule.Version, error) {
	if len(versions) == 0 {
		t, err := c.Terms()
		if err != nil {
			return nil, err
		}
		return []schedule.Version{{Terms: *t, Effective: c.From}}, nil
	}
	return chainOf(versions)
}

func chainOf(list []Version) ([]schedule.Version, error) {
	out := make([]schedule.Version, len(list))
	for i := range list {
		t, err := list[i].terms()
		if err != nil {
			return nil, err
		}
		out[i] = schedule.Version{Terms: *t, Effective: list[i].Effective, Made: list[i].Made, Kept: list[i].Kept}
	}
	return out, nil
}

// At is the place in a chain of the terms that hold on a day: the last that began by then, else the first.
func At(chain []schedule.Version, day date.Date) int {
	at := 0
	for i := range chain {
		if !chain[i].Effective.After(day) {
			at = i
		}
	}
	return at
}

// AnnualOf is what a year comes to under one of a contract's versions, as Annual is under the terms that stand.
func (c *Contract) AnnualOf(versions []Version, at int) (money.Fen, error) {
	if at >= len(versions) {
		return c.Annual, nil
	}
	var x Contract
	for name, s := range versions[at].Texts {
		f, ok := byName[name]
		if !ok {
			continue
		}
		if err := f.Set(&x, s); err != nil {
			return 0, fmt.Errorf("reading version %d of %s: %w", versions[at].Seq, c.No, err)
		}
	}
	if err := deriveAnnual(&x); err != nil {
		return 0, fmt.Errorf("working out a year of %s: %w", c.No, err)
	}
	return x.Annual, nil
}
