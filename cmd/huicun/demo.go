package main

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"text/tabwriter"

	"huicun/internal/app"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/secret"
)

type demoCmd struct {
	data
	From     string `name:"from" help:"演示数据目录；不填时用 demo/baqiao（没有则用内置的一份）"`
	Addr     string `name:"addr" env:"HUICUN_ADDR" default:"127.0.0.1:8080" help:"监听地址"`
	NoServe  bool   `name:"no-serve" help:"只载入数据，不启动服务"`
	Password string `name:"password" env:"HUICUN_DEMO_PASSWORD" help:"演示账号的密码；不填则随机生成并打印"`
}

// localDemo is where the demo's records lie in a checkout.
const localDemo = "demo/baqiao"

// Run loads the demo's records (changed files again), sets the demo accounts and serves.
func (d *demoCmd) Run(ctx context.Context, std streams) error {
	dir, err := d.source()
	if err != nil {
		return err
	}
	cfg := d.config()
	if d.DataDir == defaultData() {
		cfg.DataDir = defaultData() + "/demo"
	}
	cfg.Log = slog.New(slog.NewTextHandler(std.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	a, err := app.Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer a.Close()
	total := 0
	err = a.LoadDemo(ctx, dir, func(l app.Loaded) { total += l.Result.Created + l.Result.Updated })
	if err != nil {
		return err
	}
	if d.Password == "" {
		d.Password = secret.Token()[:12]
	}
	if err := a.Accounts.EnsureDemo(ctx, app.DemoAccounts, d.Password); err != nil {
		return err
	}
	fmt.Fprintf(std.out, "八桥镇 2021 年演示数据已就绪（本次载入 %d 条记录）。\n", total)
	if d.NoServe {
		return nil
	}
	return serve(ctx, a, d.Addr, func(url string) { d.welcome(std, url) })
}

func defaultData() string {
	wd, err := os.Getwd()
	if err != nil {
		return "data"
	}
	return wd + "/data"
}

func (d *demoCmd) source() (fs.FS, error) {
	from := d.From
	if from == "" {
		if _, err := os.Stat(localDemo); err != nil {
			return app.EmbeddedDemo()
		}
		from = localDemo
	}
	if st, err := os.Stat(from); err != nil || !st.IsDir() {
		return nil, errs.New(errs.Invalid, "demo.from", "没有 %s 这个目录；请检查 --from", from)
	}
	return os.DirFS(from), nil
}

func (d *demoCmd) welcome(std streams, url string) {
	fmt.Fprintf(std.out, "\n打开 %s 登录；公开页面（不用登录）：%s/public\n\n演示账号，密码都是 %s\n\n", url, url, d.Password)
	w := tabwriter.NewWriter(std.out, 2, 4, 2, ' ', 0)
	for _, a := range app.DemoAccounts {
		fmt.Fprintf(w, "  %s\t%s\n", a.Login, a.Name)
	}
	_ = w.Flush()
	fmt.Fprintln(std.out, "\n按 Ctrl C 停止。")
}
