// Package jobs gives background jobs (任务) their pages: a list of one's own, and how far each is, which renews itself until it
// has ended, with what came of it and what was wrong.
package jobs

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"huicun/internal/kit/errs"
	"huicun/internal/kit/jobs"
	"huicun/internal/kit/sheet"
	"huicun/internal/web/resource"
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// Detail shows what only a kind of job knows, below the rest; nil shows nothing.
type Detail func(c *shell.Ctx, j *jobs.Job) (templ.Component, error)

// Mount adds the routes. Everybody sees their own jobs; details are by kind.
func Mount(s *shell.Shell, q *jobs.Queue, details map[string]Detail) {
	h := &handlers{q, details}
	s.Handle(
		shell.Route{Method: "GET", Pattern: "/jobs", Perm: shell.Self, Fn: h.list},
		shell.Route{Method: "GET", Pattern: "/jobs/{id}", Perm: shell.Self, Fn: h.show},
		shell.Route{Method: "GET", Pattern: "/jobs/{id}/mistakes", Perm: shell.Self, Fn: h.mistakes},
		shell.Route{Method: "POST", Pattern: "/jobs/{id}/stop", Perm: shell.Self, Fn: h.stop},
		shell.Route{Method: "POST", Pattern: "/jobs/{id}/again", Perm: shell.Self, Fn: h.again},
	)
}

type handlers struct {
	q       *jobs.Queue
	details map[string]Detail
}

const (
	shownJobs     = 100
	shownMistakes = 200
	// everyMistake is more than an import lists.
	everyMistake = 1 << 20
	// refreshSeconds is how often the page of a job that has not ended renews itself.
	refreshSeconds = "2"
)

// Href is a job's page.
func Href(j *jobs.Job) string { return "/jobs/" + j.ID.String() }

func (h *handlers) list(c *shell.Ctx) error {
	t := ui.Table{
		Caption: "我的任务", Columns: []ui.Column{{Label: "任务"}, {Label: "文件"}, {Label: "状态", Nowrap: true}, {Label: "结果"}, {Label: "提交", Nowrap: true}},
		Empty: &ui.EmptyView{Icon: "checklist", Title: "没有任务", Text: "导入大文件会在这里排队进行，关掉页面也会继续；任务的结果保留三个月。"},
	}
	if c.Tenant != 0 {
		list, err := h.q.Of(c.Context(), c.Tenant, c.Who.ID, shownJobs)
		if err != nil {
			return err
		}
		for i := range list {
			j := &list[i]
			if !j.Over() {
				c.W.Header().Set("Refresh", refreshSeconds)
			}
			t.Rows = append(t.Rows, ui.Row{Href: Href(j), Cells: []ui.Cell{
				{Text: j.Title, Href: Href(j)}, ui.T(j.FileName), {Badge: badge(j)}, ui.T(outcome(j)), ui.T(jobs.At(j.Created).Format("2006-01-02 15:04")),
			}})
		}
	}
	return c.Page(c.PageOf("我的任务"), listBody(t))
}

func badge(j *jobs.Job) *ui.BadgeView {
	s := jobs.StateOf(j.State)
	return &ui.BadgeView{Text: s.Label, Kind: ui.Kind(s.Tone)}
}

// outcome is a sentence on what came of a job, or how far it is.
func outcome(j *jobs.Job) string {
	switch j.State {
	case jobs.Running:
		return progress(j).Text
	case jobs.Failed:
		return j.Problem
	}
	return j.Result
}

func progress(j *jobs.Job) ui.ProgressView {
	p := ui.ProgressView{Label: j.Stage, Show: true}
	unit := ""
	if j.FileName != "" {
		unit = " 行"
	}
	switch {
	case j.Total > 0:
		p.Percent = float64(j.Done) / float64(j.Total) * 100
		p.Text = fmt.Sprintf("%d / %d%s", j.Done, j.Total, unit)
	case j.Done > 0:
		p.Text = fmt.Sprintf("%d%s", j.Done, unit)
	}
	return p
}

// view is the page of one job.
type view struct {
	*jobs.Job
	Facts    []ui.Desc
	Problem  string
	Mistakes *ui.Table
	More     int // mistakes that are not shown
	Detail   templ.Component
}

func (h *handlers) job(c *shell.Ctx) (*jobs.Job, error) {
	tenant, err := c.NeedTenant()
	if err != nil {
		return nil, err
	}
	id, err := c.ID()
	if err != nil {
		return nil, err
	}
	return h.q.Get(c.Context(), tenant, c.Who.ID, id)
}

func (h *handlers) show(c *shell.Ctx) error {
	j, err := h.job(c)
	if err != nil {
		return err
	}
	return h.page(c, http.StatusOK, j, "")
}

func (h *handlers) page(c *shell.Ctx, status int, j *jobs.Job, problem string) error {
	if !j.Over() {
		c.W.Header().Set("Refresh", refreshSeconds) // without a script
	}
	v := view{Job: j, Problem: problem, Facts: facts(j)}
	if err := h.wrong(c, &v); err != nil {
		return err
	}
	if detail := h.details[j.Kind]; detail != nil {
		var err error
		if v.Detail, err = detail(c, j); err != nil {
			return err
		}
	}
	page := c.PageOf(j.Title, ui.Link{Label: "我的任务", Href: "/jobs"}, ui.Link{Label: j.Title})
	page.Subtitle = jobs.StateOf(j.State).Label
	return c.PageStatus(status, page, jobBody(v))
}

func facts(j *jobs.Job) []ui.Desc {
	out := []ui.Desc{{Label: "状态", Badge: badge(j)}, {Label: "提交", Value: when(j.Created), Sub: j.ActorName}}
	if j.FileName != "" {
		out = append(out, ui.Desc{Label: "文件", Value: j.FileName, Sub: size(j.FileSize)})
	}
	if j.Started > 0 {
		out = append(out, ui.Desc{Label: "开始", Value: when(j.Started)})
	}
	if j.Ended > 0 {
		out = append(out, ui.Desc{Label: "结束", Value: when(j.Ended)})
	}
	if j.Result != "" {
		out = append(out, ui.Desc{Label: "结果", Value: j.Result, Href: j.Link, Wide: true})
	}
	if j.Problem != "" {
		out = append(out, ui.Desc{Label: "原因", Value: j.Problem, Kind: ui.Red, Wide: true})
	}
	return out
}

func when(micros int64) string { return jobs.At(micros).Format("2006-01-02 15:04:05") }

func size(bytes int64) string {
	if bytes < 1<<20 {
		return strconv.FormatInt((bytes+1023)>>10, 10) + " KB"
	}
	return fmt.Sprintf("%.1f MB", float64(bytes)/(1<<20))
}

// wrong lists the first mistakes of the file.
func (h *handlers) wrong(c *shell.Ctx, v *view) error {
	if v.Job.Mistakes == 0 {
		return nil
	}
	rep, err := h.q.MistakesOf(c.Context(), v.Tenant, v.ID, shownMistakes)
	if errs.Is(err, errs.NotFound) { // cleared after its time
		return nil
	}
	if err != nil {
		return err
	}
	t := resource.MistakeTable(rep.Errors)
	v.Mistakes, v.More = &t, int(v.Job.Mistakes)-len(rep.Errors)
	return nil
}

func (h *handlers) mistakes(c *shell.Ctx) error {
	j, err := h.job(c)
	if err != nil {
		return err
	}
	rep, err := h.q.MistakesOf(c.Context(), j.Tenant, j.ID, everyMistake)
	if err != nil {
		return err
	}
	rep.More = int(j.Mistakes) - len(rep.Errors)
	header, rows := sheet.ErrorRows(rep)
	return resource.WriteSheet(c, j.Title+"错误", c.Query("format"), header, rows)
}

func (h *handlers) stop(c *shell.Ctx) error {
	return h.act(c, func(j *jobs.Job) error { return h.q.Stop(c.Context(), c.Who.Meta(j.Tenant), j.ID) }, "已请求停止；已经保存的部分会保留")
}

func (h *handlers) again(c *shell.Ctx) error {
	return h.act(c, func(j *jobs.Job) error { return h.q.Again(c.Context(), c.Who.Meta(j.Tenant), j.ID) }, "任务已重新排队，从中断的地方继续")
}

func (h *handlers) act(c *shell.Ctx, fn func(j *jobs.Job) error, said string) error {
	j, err := h.job(c)
	if err != nil {
		return err
	}
	if err := fn(j); err != nil {
		if errs.Is(err, errs.State) {
			return h.page(c, http.StatusConflict, j, shell.Sentence(err))
		}
		return err
	}
	return c.Done(Href(j), "%s", said)
}
