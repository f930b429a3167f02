package app

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
)

const (
	coldStarts   = 20
	startWithin  = 30 * time.Second
	settle       = 10 * time.Second
	benchVisits  = 1000
	stopPatience = 20 * time.Second
)

// processes starts this program on the data that were made, as an operator does.
func (b *bench) processes(ctx context.Context) error {
	var cold times
	for range coldStarts {
		p, took, err := b.start(ctx)
		if err != nil {
			return err
		}
		cold = append(cold, took)
		p.stop()
	}
	b.add(cold.result("冷启动，到 /healthz 应答", "< "+underCold.String(), ""))
	b.cfg.Progress("冷启动")

	p, _, err := b.start(ctx)
	if err != nil {
		return err
	}
	defer p.stop()
	p.memory(b, "内存：启动后")
	wait(ctx, settle)
	p.memory(b, "内存：静置 10 秒")
	site, err := serveBench(ctx, nil, p.base, b.pass)
	if err != nil {
		return err
	}
	defer site.close()
	var paths []string
	for _, t := range b.county.Towns {
		paths = append(paths, "/?year=2021&scope="+t.Code)
	}
	in := "scope=" + demoCounty + "&year=2021"
	paths = append(paths, "/contracts?"+in, "/parties?"+in, "/vouchers?"+in, "/assets?"+in, "/contracts?q=%E6%B0%B4%E4%BA%A7&"+in)
	for i := range benchVisits {
		if err := site.get(ctx, "bench-look", paths[i%len(paths)]); err != nil {
			return err
		}
	}
	p.memory(b, fmt.Sprintf("内存：%d 次请求后", benchVisits))
	wait(ctx, settle)
	p.memory(b, "内存：再静置 10 秒")
	return nil
}

func wait(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// process is a server that was started.
type process struct {
	cmd  *exec.Cmd
	base string
	done chan struct{}
}

// start runs "serve" and returns when it answers, and how long that took.
func (b *bench) start(ctx context.Context) (*process, time.Duration, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, 0, fmt.Errorf("choosing a port: %w", err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	args := []string{"serve", "--addr", addr, "--data-dir", b.place.where.DataDir}
	if b.place.where.Database != "" {
		args = append(args, "--database", b.place.where.Database)
	}
	p := &process{cmd: exec.Command(b.cfg.Binary, args...), base: "http://" + addr, done: make(chan struct{})} //nolint:noctx // ended by stop
	begin := date.System()
	if err := p.cmd.Start(); err != nil {
		return nil, 0, errs.Wrap(err, errs.Internal, "bench.start", "starting %s", b.cfg.Binary)
	}
	go func() { _ = p.cmd.Wait(); close(p.done) }()
	for {
		if alive(ctx, p.base) {
			return p, date.System().Sub(begin), nil
		}
		select {
		case <-p.done:
			return nil, 0, errs.New(errs.Internal, "bench.start", "the server ended at once")
		case <-time.After(time.Millisecond):
		}
		if date.System().Sub(begin) > startWithin {
			p.stop()
			return nil, 0, errs.New(errs.Internal, "bench.start", "the server did not answer")
		}
	}
}

func alive(ctx context.Context, base string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/healthz", nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// stop ends the server and waits for it.
func (p *process) stop() {
	http.DefaultClient.CloseIdleConnections()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(stopPatience):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// memory adds what the server holds in memory; the note says what of it is its own and not pages of files.
func (p *process) memory(b *bench, name string) {
	pid := strconv.Itoa(p.cmd.Process.Pid)
	rss, own := procMemory(pid, "VmRSS:"), procMemory(pid, "RssAnon:")
	b.add(BenchResult{Name: name, Tries: 1, Bytes: rss, Direction: fmt.Sprintf("< %d MB", underIdle>>20), Notes: fmt.Sprintf("其中堆和栈 %.1f MB", float64(own)/(1<<20))})
}

// procMemory reads a line of /proc/…/status, 0 where there is none.
func procMemory(pid, line string) int64 {
	text, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), line)
	f := strings.Fields(rest)
	if len(f) == 0 {
		return 0
	}
	kb, _ := strconv.ParseInt(f[0], 10, 64)
	return kb << 10
}
