package ledgerbench_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"huicun/internal/app/ledgerbench"
)

// Every measurement is made on either engine, gives a time, and leaves nothing behind.
func TestMeasuresAndCleansUp(t *testing.T) {
	for engine, database := range map[string]string{"sqlite": "", "postgres": os.Getenv("HUICUN_TEST_POSTGRES")} {
		t.Run(engine, func(t *testing.T) {
			if engine == "postgres" && database == "" {
				t.Fatal("HUICUN_TEST_POSTGRES is not set: run the tests through `make test`")
			}
			tmp := t.TempDir()
			t.Setenv("TMPDIR", tmp)
			list, err := ledgerbench.Run(context.Background(), ledgerbench.Config{
				Database: database, Vouchers: []int{120, 3001}, Clients: []int{1, 2}, Posts: 6, Runs: 2, Progress: func(string) {},
			})
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, r := range list {
				names = append(names, r.Name)
				if r.P50 <= 0 || r.Tries == 0 {
					t.Errorf("%s was not measured: %+v", r.Name, r)
				}
			}
			all := strings.Join(names, "|")
			for _, want := range []string{"导入 3001 张", "只插入同样的凭证和分录", "只插入导入写下的全部行", "记账（HTTP），2 人", "批量记账，500 张", "填制（HTTP），2 人", "查凭证，3001 张：制单人（没有）", "科目余额表", "资产负债表", "存有 6 年"} {
				if !strings.Contains(all, want) {
					t.Errorf("nothing measures %s: %s", want, all)
				}
			}
			if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
				t.Errorf("left behind: %v %v", left, err)
			}
		})
	}
}

func TestRefusesSizes(t *testing.T) {
	if _, err := ledgerbench.Run(context.Background(), ledgerbench.Config{Vouchers: []int{5}}); err == nil {
		t.Error("five vouchers are no measurement")
	}
}
