package main

import "context"

type benchCmd struct{ data }

func (b *benchCmd) Run(ctx context.Context, std streams) error { return nil }
