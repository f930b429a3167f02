package ledgerbench

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"

	"huicun/internal/app/measure"
)

// wholeRuns is how often a whole process is run.
const wholeRuns = 5

// processes measures the trial balance as a whole process, beside hledger and ledger on the same vouchers where those
// programs are installed.
func (b *bench) processes(ctx context.Context, t *town, n int) error {
	if b.Binary == "" {
		return nil
	}
	flags := []string{"--data-dir", b.place.DataDir}
	if b.place.Database != "" {
		flags = append(flags, "--database", b.place.Database)
	}
	year := strconv.Itoa(firstYear)
	with := func(args ...string) []string { return append(args, flags...) }
	ran := func(name, note, program string, args ...string) error {
		r, err := measure.Median(ctx, wholeRuns, b.Binary, program, args...)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		b.add(Row{Name: name, Tries: wholeRuns, P50: r.Wall, Peak: r.Peak, Note: note})
		return nil
	}
	size := fmt.Sprintf("，%d 张凭证，整个进程", n)
	if err := ran("huicun report trial"+size, "", b.Binary, with("report", "--scope", t.code, "--period", year, "--kind", "trial", "--format", "csv")...); err != nil {
		return err
	}
	journal := filepath.Join(b.place.DataDir, "bench-"+strconv.Itoa(n)+".journal")
	if err := ran("huicun export journal"+size, "hledger 格式", b.Binary,
		with("export", "journal", "--scope", t.code, "--period", year, "--format", "hledger", "--out", journal)...); err != nil {
		return err
	}
	for _, peer := range []string{"hledger", "ledger"} {
		path, err := exec.LookPath(peer)
		if err != nil {
			b.Progress("没有安装 " + peer + "，不作比较")
			continue
		}
		if err := ran(peer+" balance"+size, "同样的凭证", path, "-f", journal, "balance"); err != nil {
			return err
		}
	}
	return nil
}
