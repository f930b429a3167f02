package main

import (
	"context"
	"fmt"
	"time"

	"huicun/internal/app"
	"huicun/internal/kit/code"
	"huicun/internal/kit/date"
)

type alertsCmd struct {
	Run alertsRunCmd `cmd:"" help:"检查一个地方，发出、更新和销去预警"`
}

type alertsRunCmd struct {
	data
	Scope string `name:"scope" required:"" help:"区划代码，如 321182"`
	AsOf  string `name:"as-of" help:"按哪一天检查，如 2021-11-10；不填为今天"`
}

// Run looks for alerts and says what came of it.
func (r *alertsRunCmd) Run(ctx context.Context, std streams) error {
	place, err := code.Region(r.Scope)
	if err != nil {
		return err
	}
	day := date.Today(date.System)
	if r.AsOf != "" {
		if day, err = date.Parse(r.AsOf); err != nil {
			return err
		}
	}
	a, err := app.Open(ctx, r.config())
	if err != nil {
		return err
	}
	defer a.Close()
	begun := date.System()
	o, err := a.RunAlerts(ctx, place, day)
	if err != nil {
		return err
	}
	fmt.Fprintln(std.out, o.Text())
	fmt.Fprintf(std.err, "用时 %s\n", date.System().Sub(begun).Round(time.Millisecond))
	return nil
}
