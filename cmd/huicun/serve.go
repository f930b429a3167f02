package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"huicun/internal/app"
	"huicun/internal/kit/errs"
)

type serveCmd struct {
	data
	Addr      string `name:"addr" env:"HUICUN_ADDR" default:"127.0.0.1:8080" help:"监听地址"`
	Large     int64  `name:"large-file" env:"HUICUN_LARGE_FILE" default:"1024" help:"导入的文件超过多少 KB 就转到后台进行"`
	Bill      int    `name:"large-billing" env:"HUICUN_LARGE_BILLING" default:"30" help:"一次计收的账套超过多少个就转到后台进行"`
	Secure    bool   `name:"secure" env:"HUICUN_SECURE" help:"只经 https 访问（反向代理之后）时打开"`
	MapTiles  string `name:"map-tiles" env:"HUICUN_MAP_TILES" help:"资产地图的底图地址，含 {z}、{x}、{y}；不填则不用外部地图"`
	MapCredit string `name:"map-credit" env:"HUICUN_MAP_CREDIT" help:"底图的来源和审图号，显示在地图上"`
	MapDatum  string `name:"map-datum" env:"HUICUN_MAP_DATUM" default:"wgs84" enum:"wgs84,gcj02" help:"底图的坐标系：wgs84（天地图）或 gcj02（高德、腾讯）"`
}

// Run serves until the process is asked to stop.
func (s *serveCmd) Run(ctx context.Context, std streams) error {
	cfg := s.config()
	cfg.Secure = s.Secure
	cfg.LargeFile = s.Large << 10
	cfg.MapTiles, cfg.MapCredit, cfg.MapDatum = s.MapTiles, s.MapCredit, s.MapDatum
	cfg.LargeBilling = s.Bill
	cfg.Log = slog.New(slog.NewTextHandler(std.err, nil))
	a, err := app.Open(ctx, cfg)
	if err != nil {
		return err
	}
	defer a.Close()
	a.AlertsAtNight()
	return serve(ctx, a, s.Addr, func(url string) { fmt.Fprintln(std.out, "惠村已启动：", url) })
}

// The limits of a connection; uploads of large sheets need minutes on a slow line.
const (
	headerTimeout = 10 * time.Second
	bodyTimeout   = 10 * time.Minute
	idleTimeout   = 2 * time.Minute
	drainTimeout  = 15 * time.Second
)

// serve listens, tells the address, and drains running requests when it is asked to stop.
func serve(ctx context.Context, a *app.App, addr string, ready func(url string)) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return errs.Wrap(err, errs.Unavailable, "serve.listen", "不能监听 %s，可能已被占用；请用 --addr 换一个端口", addr)
	}
	srv := &http.Server{Handler: a.Handler(), ReadHeaderTimeout: headerTimeout, ReadTimeout: bodyTimeout, WriteTimeout: bodyTimeout, IdleTimeout: idleTimeout}
	stop := a.Background(ctx)
	defer stop()
	go func() {
		<-ctx.Done()
		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
		defer cancel()
		_ = srv.Shutdown(drain)
	}()
	ready("http://" + l.Addr().String())
	if err := srv.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving: %w", err)
	}
	return nil
}

type migrateCmd struct{ data }

// Run brings the schema up to date; doing it again does nothing.
func (m *migrateCmd) Run(ctx context.Context, std streams) error {
	a, err := app.Open(ctx, m.config())
	if err != nil {
		return err
	}
	defer a.Close()
	v, err := a.DB.SchemaVersion(ctx)
	if err == nil {
		fmt.Fprintf(std.out, "数据库结构已是第 %d 版\n", v)
	}
	return err
}

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(std streams) error {
	_, err := fmt.Fprintln(std.out, "huicun", version)
	return err
}

type accountCmd struct {
	data
	Login  string `arg:"" help:"账号"`
	Name   string `name:"name" required:"" help:"姓名"`
	Region string `name:"region" default:"000000000000" help:"管理范围的 12 位区划代码"`
}

// Run makes the first system administrator; the password is read from the environment, never from the arguments.
func (c *accountCmd) Run(ctx context.Context, std streams) error {
	pw := os.Getenv("HUICUN_ADMIN_PASSWORD")
	if pw == "" {
		return errs.New(errs.Invalid, "account.password", "请用环境变量 HUICUN_ADMIN_PASSWORD 给出密码")
	}
	a, err := app.Open(ctx, c.config())
	if err != nil {
		return err
	}
	defer a.Close()
	if err := a.Accounts.Bootstrap(ctx, c.Login, c.Name, pw, c.Region); err != nil {
		return err
	}
	fmt.Fprintln(std.out, "已建立系统管理员", c.Login)
	return nil
}
