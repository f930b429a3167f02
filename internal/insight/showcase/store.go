package showcase

import (
	"context"
	"time"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
)

// Issue is one published version of an article. It is never changed.
type Issue struct {
	ID, Showcase  ids.ID
	No            int
	Region        string
	PublishedAt   time.Time
	PublishedBy   ids.ID
	PublishedName string // the account's name; never shown to the public
	Reason        string // why bare numbers were let pass
	Digest        string
	Raw           []byte // canonical content
	Content       Content
}

// Fingerprint is the digest as people compare it.
func (i *Issue) Fingerprint() string { return Fingerprint(i.Digest) }

type issueRow struct {
	Issue
	at      int64
	by      int64
	content string
}

const headCols = `id, showcase_id, issue_no, region, published_at, published_by, published_name, reason, sha256`

func (r *issueRow) head() []any {
	return []any{&r.ID, &r.Showcase, &r.No, &r.Region, &r.at, &r.by, &r.PublishedName, &r.Reason, &r.Digest}
}

func (r *issueRow) issue() Issue {
	r.PublishedAt, r.PublishedBy, r.Raw = time.UnixMicro(r.at).In(date.Shanghai), ids.ID(r.by), []byte(r.content)
	return r.Issue
}

func insertIssue(ctx context.Context, tx *db.Tx, i *Issue) error {
	return tx.Exec(ctx, `INSERT INTO showcase_issue (tenant_id, id, showcase_id, issue_no, region, published_at, published_by, published_name, reason, content, sha256)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		tx.Tenant, tx.NewID(), i.Showcase, i.No, i.Region, i.PublishedAt.UnixMicro(), int64(i.PublishedBy), i.PublishedName, i.Reason, string(i.Raw), i.Digest)
}

// listIssues returns the issues of an article without their content, newest first.
func listIssues(ctx context.Context, q db.Q, tenant int64, showcase ids.ID) ([]Issue, error) {
	rows, err := db.Collect(ctx, q, (*issueRow).head, `SELECT `+headCols+` FROM showcase_issue
		WHERE tenant_id = $1 AND showcase_id = $2 ORDER BY issue_no DESC`, tenant, showcase)
	if err != nil {
		return nil, err
	}
	out := make([]Issue, len(rows))
	for i := range rows {
		out[i] = rows[i].issue()
	}
	return out, nil
}

func getIssue(ctx context.Context, q db.Q, tenant int64, showcase ids.ID, no int) (*Issue, error) {
	var r issueRow
	err := q.QueryRow(ctx, `SELECT `+headCols+`, content FROM showcase_issue
		WHERE tenant_id = $1 AND showcase_id = $2 AND issue_no = $3`, tenant, showcase, no).Scan(append(r.head(), &r.content)...)
	if err == db.ErrNoRows {
		return nil, errs.New(errs.NotFound, "showcase.no_issue", "这篇文章没有第 %d 版", no)
	}
	if err != nil {
		return nil, err
	}
	i := r.issue()
	return &i, nil
}

// listKeys lists the issues of a tenant by article and number, after a given id, for checking them all.
func listKeys(ctx context.Context, q db.Q, tenant int64, after ids.ID, limit int) ([]Issue, error) {
	rows, err := db.Collect(ctx, q, (*issueRow).head, `SELECT `+headCols+` FROM showcase_issue
		WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3`, tenant, int64(after), limit)
	if err != nil {
		return nil, err
	}
	out := make([]Issue, len(rows))
	for i := range rows {
		out[i] = rows[i].issue()
	}
	return out, nil
}

// publicOnes lists published articles within code ranges, newest first.
func publicOnes(ctx context.Context, q db.Q, tenant int64, ranges [][2]string, limit int) ([]Showcase, error) {
	page, err := table.Page(ctx, q, db.NewWhere(tenant).Ranges("region", ranges).And("state = ?", Published), db.Paging{Sort: "published_on", Desc: true, Limit: limit})
	return page.Items, err
}
