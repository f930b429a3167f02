package risk

import (
	"context"
	"strings"

	"huicun/internal/kit/date"
	"huicun/internal/kit/db"
	"huicun/internal/kit/errs"
	"huicun/internal/kit/ids"
	"huicun/internal/registry/access"
	"huicun/internal/registry/file"
)

// act carries out what a person does with an alert on the version that was seen.
func (s *Service) act(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64, event, kind, text string, set func(a *Alert, today date.Date) error) error {
	if text = strings.TrimSpace(text); text == "" {
		return errs.OnField("reason", "请填写%s", map[string]string{"reply": "答复", "return": "退回的理由", "close": "审核意见", "reopen": "重新打开的理由"}[event])
	}
	return s.env.DB.InTx(ctx, who.Meta(tenant), func(ctx context.Context, tx *db.Tx) error {
		a, err := alertTable.Get(ctx, tx, tenant, id)
		if err != nil {
			return err
		}
		if !who.Can(s.Alerts.Perm(access.View), a.Region) {
			return errs.New(errs.NotFound, "alert.unknown", "没有找到这条预警；请检查地址")
		}
		if version != 0 && a.Version != version {
			return errs.New(errs.Stale, "stale", "这条预警刚刚有了变化，您提交的内容没有保存；请核对后再提交一次")
		}
		today := date.Of(tx.Now())
		if _, err := Machine.Fire(a.State, event); err != nil {
			return err
		}
		if err := set(a, today); err != nil {
			return err
		}
		if err := s.Alerts.DoTx(ctx, tx, who, a, event, text); err != nil {
			return err
		}
		return note(ctx, tx, a, kind, today, text)
	})
}

// Answer keeps what was done about an alert, for another person to review.
func (s *Service) Answer(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64, text string) error {
	return s.act(ctx, who, tenant, id, version, "reply", EventReplied, text, func(a *Alert, today date.Date) error {
		a.Reply, a.Replier, a.ReplierID, a.Replied = text, who.Name, who.ID, today
		return nil
	})
}

// other refuses that somebody reviews their own answer.
func other(who access.Principal, a *Alert) error {
	if a.Replier != "" && who.Is(a.ReplierID, a.Replier) {
		return errs.New(errs.Forbidden, "alert.own", "答复和审核不能是同一个人，请由另一位审核人处理")
	}
	return nil
}

// Return sends an answer back; the term begins anew.
func (s *Service) Return(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64, text string) error {
	return s.act(ctx, who, tenant, id, version, "return", EventReturned, text, func(a *Alert, today date.Date) error {
		rules, err := LoadRules(ctx, s.env.ForTenant(tenant), tenant, today)
		if err != nil {
			return err
		}
		if r := rules.At(a.Region, a.Code); r != nil {
			a.Due, a.Escalated = r.due(a.Colour, today), date.Date{}
		}
		return other(who, a)
	})
}

// Close agrees with an answer, or that the cause is gone.
func (s *Service) Close(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64, text string) error {
	return s.act(ctx, who, tenant, id, version, "close", EventClosed, text, func(a *Alert, today date.Date) error {
		a.ClosedOn, a.ClosedColour, a.Outcome = today, a.Colour, text
		return other(who, a)
	})
}

// Reopen opens a closed alert again, since there is more to it than was found.
func (s *Service) Reopen(ctx context.Context, who access.Principal, tenant int64, id ids.ID, version int64, text string) error {
	return s.act(ctx, who, tenant, id, version, "reopen", EventReopened, text, func(a *Alert, today date.Date) error {
		rules, err := LoadRules(ctx, s.env.ForTenant(tenant), tenant, today)
		if err != nil {
			return err
		}
		a.Due = today
		if r := rules.At(a.Region, a.Code); r != nil {
			a.Due = r.due(a.Colour, today)
		}
		a.Escalated, a.Reopened = date.Date{}, a.Reopened+1
		a.forget()
		return nil
	})
}

// FileRule keeps the evidence as it was when it was handed in for review.
func FileRule() file.Rule {
	why := func(state string) string {
		switch state {
		case Answered:
			return "答复已提交审核，附件不能再改；退回后可以补充"
		case Closed:
			return "预警已销号，附件不能再改"
		}
		return ""
	}
	return file.Rule{
		Locked: func(ctx context.Context, q db.Q, tenant int64, id ids.ID) (string, error) {
			a, err := alertTable.Get(ctx, q, tenant, id)
			if err != nil {
				return "", err
			}
			return why(a.State), nil
		},
		Lock: func(ctx context.Context, tx *db.Tx, id ids.ID) error {
			a, err := lockAlert(ctx, tx, id)
			if err != nil {
				return err
			}
			if reason := why(a.State); reason != "" {
				return errs.New(errs.State, "alert.files", "%s", reason)
			}
			return nil
		},
	}
}
