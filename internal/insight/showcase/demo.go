package showcase

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/field"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
)

// ReadArticle reads an article's file: lines "标题：…" under the labels of the noun's fields, a line of dashes, the
// body. It returns texts by field name.
func (s *Service) ReadArticle(text string) (map[string]string, error) {
	head, body, ok := strings.Cut(strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n"), "\n---\n")
	if !ok {
		return nil, errs.New(errs.Invalid, "showcase.file", "文章文件应先写标题等各项，一行一项，然后用一行“---”与正文隔开")
	}
	out := map[string]string{"body": strings.TrimSpace(body)}
	for line := range strings.Lines(head) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		label, value, ok := strings.Cut(line, "：")
		if !ok {
			label, value, ok = strings.Cut(line, ":")
		}
		i := slices.IndexFunc(s.Noun.Fields, func(f field.Field[Showcase]) bool { return f.Label == strings.TrimSpace(label) && !f.ReadOnly })
		if !ok || i < 0 {
			return nil, errs.New(errs.Invalid, "showcase.file", "文章文件里的“%s”看不懂；每行应为“项目：内容”", line)
		}
		out[s.Noun.Fields[i].Name] = strings.TrimSpace(value)
	}
	return out, nil
}

// LoadDemo makes drafts of the articles in a folder (*-showcase.md) and returns their ids. An article whose
// number is there already is left as it is.
func LoadDemo(ctx context.Context, s *Service, who access.Principal, tenant int64, fsys fs.FS) ([]ids.ID, error) {
	files, err := fs.Glob(fsys, "*-showcase.md")
	if err != nil {
		return nil, fmt.Errorf("looking for articles: %w", err)
	}
	var out []ids.ID
	for _, name := range files {
		b, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", name, err)
		}
		id, err := s.load(ctx, who, tenant, string(b))
		if err != nil {
			return nil, fmt.Errorf("loading %s: %w", name, err)
		}
		out = append(out, id)
	}
	return out, nil
}

func (s *Service) load(ctx context.Context, who access.Principal, tenant int64, text string) (ids.ID, error) {
	texts, err := s.ReadArticle(text)
	if err != nil {
		return 0, err
	}
	q := s.env().ForTenant(tenant)
	if no := texts["no"]; no != "" {
		id, err := s.Noun.Lookup(ctx, q, tenant, no)
		if err == nil || !errs.Is(err, errs.NotFound) {
			return id, err
		}
	}
	v := &Showcase{}
	scope, err := s.home(ctx, tenant)
	if err != nil {
		return 0, err
	}
	if err := s.Noun.SetTexts(ctx, q, scope, v, texts); err != nil {
		return 0, err
	}
	return s.Noun.Create(ctx, who, tenant, "", v)
}

// home is the county of a tenant, in which places are looked for by name.
func (s *Service) home(ctx context.Context, tenant int64) (string, error) {
	ts, err := s.env().Regions.Tenants(ctx, "000000000000")
	if err != nil {
		return "", err
	}
	for _, t := range ts {
		if t.ID == tenant {
			return t.Prefix + "000000", nil
		}
	}
	return "", errs.New(errs.NotFound, "showcase.tenant", "没有这个县（市、区）的数据")
}

// PublishDemo publishes the draft of a demo article; it must hold no bare number. An article that is published
// already stays as it is.
func PublishDemo(ctx context.Context, s *Service, who access.Principal, tenant int64, id ids.ID) error {
	v, err := table.Get(ctx, s.env().DB.Read(), tenant, id)
	if err != nil || v.State != Draft {
		return err
	}
	issues, err := s.Issues(ctx, tenant, id)
	if err != nil || len(issues) > 0 { // somebody is working on the next issue
		return err
	}
	_, err = s.Publish(ctx, who, tenant, "demo-showcase-"+id.String(), Publication{ID: id, Version: v.Version})
	return err
}
