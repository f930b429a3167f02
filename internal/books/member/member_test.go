package member_test

import (
	"bytes"
	"context"
	"testing"

	"huicun/internal/books/member"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/secret"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

func TestMembers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		regions := region.New(d)
		must(regions.Save(ctx, []region.Region{
			{Code: "321182000000", Name: "扬中市", Level: "county"}, {Code: "321182103000", Name: "八桥镇", Level: "town"},
			{Code: "321182103205", Name: "永胜村", Level: "village"},
		}))
		tn, err := regions.TenantOf(ctx, "321182103205")
		must(err)
		box, err := secret.NewBox(bytes.Repeat([]byte{7}, secret.KeySize))
		must(err)
		e := record.NewEnv(d, regions, box)
		parties, members := party.NewParties(e), member.New(e)
		add := func(kind, name string) *party.Party {
			p := &party.Party{Name: name, Kind: kind}
			p.Region = "321182103205"
			_, err := parties.Create(ctx, access.System, tn.ID, "", p)
			must(err)
			return p
		}
		coll, firm := add(party.Collective, "永胜村股份经济合作社"), add(party.Enterprise, "某公司")

		m := &member.Member{Name: "示例一户", Collective: coll.ID, Persons: 4, Joined: date.Must("2018-05-01")}
		id, err := members.Create(ctx, access.System, tn.ID, "", m)
		must(err)
		m, err = members.Get(ctx, access.System, tn.ID, id)
		must(err)
		if m.No != "CY-103205-0001" || m.Region != "321182103205" {
			t.Errorf("member %+v", m)
		}
		m.Left = date.Must("2018-04-30")
		if err := members.Update(ctx, access.System, tn.ID, m); !errs.Is(err, errs.Invalid) {
			t.Errorf("left before joining: %v", err)
		}
		_, err = members.Create(ctx, access.System, tn.ID, "", &member.Member{Name: "二", Collective: firm.ID})
		if !errs.Is(err, errs.Invalid) {
			t.Errorf("a member of a firm: %v", err)
		}
	})
}
