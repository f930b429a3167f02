package home

import (
	"huicun/internal/web/shell"
	"huicun/internal/web/ui"
)

// TodoList gives what waits for the person: each with its remedy.
type TodoList func(c *shell.Ctx) ([]ui.AlertView, error)

func (h *handlers) todoPage(c *shell.Ctx) error {
	list, err := h.todo(c)
	if err != nil {
		return err
	}
	v := c.PageOf("我的待办")
	v.Subtitle = c.ScopeName() + " · 截至 " + c.AsOf.String()
	return c.Page(v, todoBody(list))
}
