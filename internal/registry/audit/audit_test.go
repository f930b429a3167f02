package audit_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/audit"
)

const tenant = 7

func write(t *testing.T, d *db.DB, actor string, list ...audit.Entry) {
	t.Helper()
	err := d.InTx(t.Context(), db.Meta{Tenant: tenant, ActorID: 5, ActorName: actor}, func(ctx context.Context, tx *db.Tx) error {
		return audit.Write(ctx, tx, list...)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestHistory(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		first := audit.Entry{
			Action: "新建", Kind: "contract", RecordID: 11, Title: `"合同"<b>`, Region: "321182103205", Reason: "第一\n次",
			Changes: []audit.Change{{"名称", "", "甲"}, {"金额", "", "1.00"}, {"引号", `"`, `\`}},
		}
		second := audit.Entry{Action: "修改", Kind: "contract", RecordID: 11, Title: "合同", Region: "321182103205", Changes: []audit.Change{{"名称", "甲", "乙"}}}
		write(t, d, "张三", first)
		write(t, d, "李四", second, audit.Entry{Action: "新建", Kind: "party", RecordID: 12, Region: "321182103206"})
		write(t, d, "李四") // nothing
		got, err := audit.Of(t.Context(), d.Read(), tenant, "contract", 11, 10)
		if err != nil || len(got) != 2 {
			t.Fatal(got, err)
		}
		first.ActorName, second.ActorName, first.ActorID, second.ActorID = "张三", "李四", 5, 5
		if diff := cmp.Diff([]audit.Entry{second, first}, got, cmpopts.IgnoreFields(audit.Entry{}, "ID", "At")); diff != "" {
			t.Errorf("(-written +read):\n%s", diff)
		}
		if got[0].ID <= got[1].ID || !got[0].At.Equal(dbtest.Clock()) || got[0].At.Format("15:04") != "12:00" {
			t.Errorf("ids and times: %v %v", got[0].At, got[1].At)
		}
		for _, c := range []struct {
			kind  string
			id    ids.ID
			owner int64
		}{{"party", 11, tenant}, {"contract", 12, tenant}, {"contract", 11, tenant + 1}} {
			if got, err := audit.Of(t.Context(), d.Read(), c.owner, c.kind, c.id, 10); err != nil || len(got) != 0 {
				t.Errorf("%+v: %v %v", c, got, err)
			}
		}
	})
}

func TestList(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for i := range 5 {
			write(t, d, []string{"张三", "李四"}[i%2], audit.Entry{Action: fmt.Sprint(i), Kind: "x", RecordID: ids.ID(i + 1), Region: []string{"321182103205", "321182103206"}[i%2]})
		}
		town := [][2]string{{"321182103", "321182104"}}
		all, err := audit.List(t.Context(), d.Read(), tenant, town, "", 0, 3)
		if err != nil || len(all) != 3 || all[0].Action != "4" || all[2].Action != "2" {
			t.Fatal(all, err)
		}
		rest, err := audit.List(t.Context(), d.Read(), tenant, town, "", all[2].ID, 3)
		if err != nil || len(rest) != 2 || rest[0].Action != "1" {
			t.Error(rest, err)
		}
		for _, c := range []struct {
			ranges [][2]string
			actor  string
			want   int
		}{{town, "李四", 2}, {[][2]string{{"321182103205", "321182103206"}}, "", 3}, {[][2]string{{"321182103205", "321182103206"}}, "李四", 0}, {nil, "", 0}} {
			if got, err := audit.List(t.Context(), d.Read(), tenant, c.ranges, c.actor, 0, 10); err != nil || len(got) != c.want {
				t.Errorf("%+v: %d entries, %v", c, len(got), err)
			}
		}
	})
}

// TestUndoneWithItsChange: an entry of a transaction that fails is not there.
func TestUndoneWithItsChange(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		boom := errors.New("boom")
		err := d.InTx(t.Context(), db.Meta{Tenant: tenant}, func(ctx context.Context, tx *db.Tx) error {
			if err := audit.Write(ctx, tx, audit.Entry{Kind: "x", RecordID: 1, Region: "321182103205"}); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		if got, err := audit.Of(t.Context(), d.Read(), tenant, "x", 1, 10); err != nil || len(got) != 0 {
			t.Error(got, err)
		}
	})
}
