package policy

import (
	"context"
	"slices"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/mechanism/policy/engine"
	"huicun/internal/registry/access"
	"huicun/internal/registry/record"
)

// DraftTx makes a draft version of a policy out of a policy file. Without no the policy is the one whose number the file
// bears. A version number that the policy has already is replaced by the next. An error is Invalid: the file is wrong
// (its fields name line and column), or there is no such policy.
func DraftTx(ctx context.Context, tx *db.Tx, policies *record.Noun[Policy], versions *record.Noun[Version], who access.Principal, no, text string) (*Version, error) {
	p, err := engine.Read([]byte(text))
	if err != nil {
		return nil, err
	}
	if no == "" {
		no = p.Doc.No
	}
	if no == "" {
		return nil, errs.New(errs.Invalid, "policy.no", "文件里没有文号（no），不知道是哪一项政策的版本；请用 --policy 给出政策的编号")
	}
	of, err := policies.ByKey(ctx, tx, tx.Tenant, no)
	if errs.Is(err, errs.NotFound) {
		return nil, errs.New(errs.Invalid, "policy.no", "没有编号为“%s”的政策；请先在“政策”里新建，或检查编号", no)
	}
	if err != nil {
		return nil, err
	}
	v, err := draftOf(ctx, tx, of, p.Doc, text)
	if err != nil {
		return nil, err
	}
	return v, versions.CreateTx(ctx, tx, who, v)
}

// draftOf is the draft that a file makes.
func draftOf(ctx context.Context, tx *db.Tx, of *Policy, doc *engine.Document, text string) (*Version, error) {
	all, err := VersionsOf(ctx, tx, tx.Tenant, of.ID)
	if err != nil {
		return nil, err
	}
	v := &Version{Policy: of.ID, VersionNo: doc.Version.No, Summary: doc.Title + "（由政策文件导入）", Document: text}
	v.Sample, v.State = doc.Sample, VersionDraft
	if v.From, err = date.Parse(doc.Version.From); err != nil {
		return nil, err
	}
	if doc.Version.To != "" {
		if v.To, err = date.Parse(doc.Version.To); err != nil {
			return nil, err
		}
	}
	if slices.ContainsFunc(all, func(o Version) bool { return o.VersionNo == v.VersionNo }) {
		v.VersionNo = all[0].VersionNo + 1
		if v.Document, err = restate(text, v.VersionNo, v.From, v.To); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// DocumentOf is the document of a version of a policy: of the number, or of the latest that has one when number is 0.
func DocumentOf(ctx context.Context, q db.Q, tenant int64, policies *record.Noun[Policy], no string, number int) (string, error) {
	of, err := policies.ByKey(ctx, q, tenant, no)
	if errs.Is(err, errs.NotFound) {
		return "", errs.New(errs.Invalid, "policy.no", "没有编号为“%s”的政策；请检查编号", no)
	}
	if err != nil {
		return "", err
	}
	all, err := VersionsOf(ctx, q, tenant, of.ID)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(all, func(v Version) bool {
		return number == 0 && v.Document != "" || number != 0 && v.VersionNo == number
	})
	switch {
	case i < 0 && number == 0:
		return "", errs.New(errs.Invalid, "policy.no_document", "《%s》没有一个版本有可计算的条文", of.Title)
	case i < 0:
		return "", errs.New(errs.Invalid, "policy.version", "《%s》没有第 %d 版", of.Title, number)
	case all[i].Document == "":
		return "", errs.New(errs.Invalid, "policy.no_document", "《%s》第 %d 版没有可计算的条文", of.Title, number)
	}
	return all[i].Document + "\n", nil
}
