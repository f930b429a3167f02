package app

import (
	"context"
	"io/fs"
)

// LoadDemo loads the demo's records, then what has no sheet: an earlier issue of the board and the article.
func (a *App) LoadDemo(ctx context.Context, dir fs.FS, done func(Loaded)) error {
	return a.LoadDir(ctx, dir, done)
}
