package policy

import (
	"context"
	"fmt"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/errs"
	"huicun/internal/mechanism/policy/engine"
	"huicun/internal/registry/access"
	"huicun/internal/registry/party"
	"huicun/internal/registry/record"
)

// maxDocument is the longest document that a version carries, in characters: what a cell of a sheet takes.
const maxDocument = 30_000

// Compile reads the version's document. An error is State when it has none, Invalid when it no longer can be read.
func (v *Version) Compile() (*engine.Policy, error) {
	if v.Document == "" {
		return nil, errs.New(errs.State, "policy.no_document", "第 %d 版还没有可计算的条文；请在“修改”里填写，或导入 YAML 文件", v.VersionNo)
	}
	p, err := engine.Read([]byte(v.Document))
	if err != nil {
		return nil, fmt.Errorf("reading the document of version %s: %w", v.No, err)
	}
	return p, nil
}

// checkDocument adds what is wrong with the document beside its field, each with line and column, so that what was
// typed can be mended in place. Number and days are said twice, on the version and in the document, and must agree.
func (s *Sources) checkDocument(v *Version, l *errs.List) {
	if strings.TrimSpace(v.Document) == "" {
		return
	}
	p, err := engine.Read([]byte(v.Document))
	if e := errs.As(err); e != nil && len(e.Fields) > 0 {
		for _, f := range e.Fields {
			l.Add("document", "%s", f.Msg)
		}
		return
	}
	if err != nil {
		l.Add("document", "%s", errs.Message(err))
		return
	}
	for _, k := range s.Complain(v, p.Doc) {
		l.Add("document", "%s", k.Msg)
	}
}

// Complain says what is wrong with a document, which is right by itself, as that of a version: number and days that do not
// agree, data that cannot be had.
func (s *Sources) Complain(v *Version, doc *engine.Document) engine.Complaints {
	var out engine.Complaints
	add := func(path, format string, args ...any) {
		out = append(out, engine.Complaint{Path: path, Msg: fmt.Sprintf(format, args...)})
	}
	if v.VersionNo != 0 && doc.Version.No != v.VersionNo {
		add("version.no", "条文里写的是第 %d 版（version.no），这里是第 %d 版；请改成一致", doc.Version.No, v.VersionNo)
	}
	if from, err := date.Parse(doc.Version.From); err == nil && from != v.From {
		add("version.from", "条文里的生效日期（version.from）是%s，这里是%s；请改成一致", from.Chinese(), v.From.Chinese())
	}
	for i, in := range doc.Inputs {
		if err := s.known(doc.AppliedTo().Code, in); err != nil {
			add(fmt.Sprintf("inputs[%d].figure", i), "数据“%s”：%s", in.Label, errs.Message(err))
		}
	}
	return out
}

// restate rewrites the number and the days in a document to those of the version that takes it over.
func restate(document string, no int, from, to date.Date) (string, error) {
	p, err := engine.Read([]byte(document))
	if err != nil {
		return "", err
	}
	doc := *p.Doc
	doc.Version.No, doc.Version.From, doc.Version.To, doc.Version.State = no, from.String(), to.String(), "draft"
	text, err := engine.Write(&doc)
	if err != nil {
		return "", fmt.Errorf("writing a policy's document: %w", err)
	}
	return string(text), nil
}

// Copy makes a draft of the next version out of a version, with its text and document, from the day after it ends, or
// today. An error is what creating a version gives.
func Copy(ctx context.Context, n *record.Noun[Version], who access.Principal, tenant int64, key string, v *Version, today date.Date) (*Version, error) {
	q := n.Env().DB.Read()
	all, err := VersionsOf(ctx, q, tenant, v.Policy)
	if err != nil {
		return nil, err
	}
	next := &Version{
		Policy: v.Policy, VersionNo: all[0].VersionNo + 1, From: today, Summary: v.Summary, Assessments: v.Assessments, PublicityDays: v.PublicityDays,
	}
	if !v.To.IsZero() {
		next.From = v.To.AddDays(1)
	}
	next.Sample = v.Sample
	if v.Document != "" {
		if next.Document, err = restate(v.Document, next.VersionNo, next.From, date.Date{}); err != nil {
			return nil, err
		}
	}
	next.ID, err = n.Create(ctx, who, tenant, key, next)
	return next, err
}

// Blank is the document of a version that has none yet: what the policy's record knows of it.
func Blank(ctx context.Context, e *record.Env, tenant int64, v *Version) (*engine.Document, error) {
	q := e.DB.Read()
	p, err := policyTable.Get(ctx, q, tenant, v.Policy)
	if err != nil {
		return nil, err
	}
	issuer, err := party.Get(ctx, q, tenant, p.Issuer)
	if err != nil {
		return nil, err
	}
	return &engine.Document{
		Format: engine.Format, Title: p.Title, Issuer: issuer.Name, No: p.No, Sample: v.Sample,
		Version: engine.Version{No: v.VersionNo, From: v.From.String(), To: v.To.String(), State: "draft"},
	}, nil
}
