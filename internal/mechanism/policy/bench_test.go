package policy

import (
	"context"
	"fmt"
	"testing"

	"huicun/internal/indicator"
	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/db/dbtest"
	"huicun/internal/kit/ids"
	"huicun/internal/kit/money"
	"huicun/internal/kit/secret"
	"huicun/internal/mechanism/policy/engine"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
	"huicun/internal/registry/region"
)

const (
	benchVillages = 250 // a county
	benchPolicies = 200
)

// BenchmarkCounty applies 200 policies to the villages of a county: each figure that any of them asks for is looked up in
// the database once, and each award computed.
func BenchmarkCounty(b *testing.B) {
	e, cat, tenant := countyOf(b)
	src := NewSources(e, cat)
	policies := make([]*engine.Policy, benchPolicies)
	for i := range policies {
		policies[i] = numbered(b, i)
	}
	b.ResetTimer()
	for range b.N {
		r, err := src.Resolver(b.Context(), tenant, "321182000000", 2021, date.Must("2021-12-31"))
		if err != nil {
			b.Fatal(err)
		}
		given := 0
		for _, p := range policies {
			subjects, err := r.Subjects(b.Context(), p)
			if err != nil {
				b.Fatal(err)
			}
			for i := range subjects {
				a, err := p.Compute(subjects[i].Inputs)
				if err != nil {
					b.Fatal(err)
				}
				if a.Amount > 0 {
					given++
				}
			}
		}
		if given == 0 {
			b.Fatal("nobody gets anything")
		}
		b.ReportMetric(float64(benchVillages*benchPolicies), "awards/op")
	}
}

// numbered is one of the policies; they differ in their edges and rates, and in the figures of three years that they ask for.
func numbered(b *testing.B, i int) *engine.Policy {
	b.Helper()
	text := fmt.Sprintf(`format: 1
title: 第 %d 项
issuer: 示例县
version: {no: 1, from: 2021-01-01, state: in_force}
inputs:
  - {name: now, label: 本年, type: money, figure: policy.award_year}
  - {name: last, label: 上年, type: money, figure: policy.award_year, period: last_year}
  - {name: base, label: 基期, type: money, figure: policy.award_year, period: base_year, base: %d}
measures:
  - {name: growth, label: 增量, increase: {of: now, base: last}}
rules:
  - name: reward
    label: 奖励
    bands: {on: growth, mode: marginal, below: none, rows: [{in: "[0, %d)", at: 5%%}, {in: "[%d, +∞)", at: 3%%}]}
    cap: 20万
  - {name: long, label: 比基期, when: now > base, rate: {of: now, at: 1‰}}
`, i, 2018+i%3, 1000+i*10, 1000+i*10)
	p, err := engine.Read([]byte(text))
	if err != nil {
		b.Fatal(err)
	}
	return p
}

// countyOf is a county of many villages, each with awards in every year.
func countyOf(b *testing.B) (*record.Env, *indicator.Catalogue, int64) {
	b.Helper()
	d := dbtest.SQLite(b)
	regions := region.New(d)
	places := []region.Region{{Code: "320000000000", Name: "江苏省", Level: "province"}, {Code: "321100000000", Name: "镇江市", Level: "city"}, {Code: "321182000000", Name: "扬中市", Level: "county"}}
	for i := range benchVillages {
		if i%25 == 0 {
			places = append(places, region.Region{Code: fmt.Sprintf("321182%03d000", 104+i/25), Name: fmt.Sprintf("示例%d镇", i/25), Level: "town"})
		}
		places = append(places, region.Region{Code: fmt.Sprintf("321182%03d%03d", 104+i/25, 200+i%25), Name: fmt.Sprintf("示例%d村", i), Level: "village"})
	}
	if err := regions.Save(b.Context(), places); err != nil {
		b.Fatal(err)
	}
	tn, err := regions.TenantOf(b.Context(), "321182000000")
	if err != nil {
		b.Fatal(err)
	}
	box, err := secret.NewBox(make([]byte, secret.KeySize))
	if err != nil {
		b.Fatal(err)
	}
	e := record.NewEnv(d, regions, box)
	parties := party.NewParties(e)
	party.NewPersons(e)
	NewPolicies(e)
	NewAwards(e)
	cat := indicator.NewCatalogue(d, regions)
	cat.Add(Figures(e)...)
	payee := &party.Party{Name: "示例合作社", Kind: party.Collective}
	payee.Region = places[4].Code
	to, err := parties.Create(b.Context(), access.System, tn.ID, "", payee)
	if err != nil {
		b.Fatal(err)
	}
	err = d.InTx(b.Context(), access.System.Meta(tn.ID), func(ctx context.Context, tx *db.Tx) error {
		of := &Policy{No: "B", Title: "示例", Family: Families[0].Code, Issuer: to, InForceOn: date.Must("2018-01-01")}
		of.Region, of.State = "321182000000", "in_force"
		if err := policyTable.Insert(ctx, tx, of); err != nil {
			return err
		}
		version := &Version{No: "B-1", Policy: of.ID, VersionNo: 1, From: of.InForceOn}
		version.Region, version.State = of.Region, of.State
		if err := versionTable.Insert(ctx, tx, version); err != nil {
			return err
		}
		no := 0
		for _, p := range places {
			if p.Level != "village" {
				continue
			}
			for y := 2018; y <= 2021; y++ {
				no++
				a := &Award{No: fmt.Sprintf("B-%d", no), Policy: of.ID, Version: version.ID, Year: y, Party: to, Purpose: "attract", Amount: money.Fen(1_000_000 + no*137%900_000)}
				on := date.Must(fmt.Sprintf("%d-06-01", y))
				a.PublishedOn, a.ApprovedOn, a.PaidOn, a.State, a.Region, a.ID = on, on, on, Paid, p.Code, ids.ID(1_000_000+no)
				if err := awardTable.Insert(ctx, tx, a); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return e, cat, tn.ID
}
