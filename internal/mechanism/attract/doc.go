// Package attract keeps the leads of investment projects (项目信息) from the first report to full capacity, what
// they came to by year, and the temporary Party bodies that attract and help projects.
//
// Every arrow of a lead's state machine stamps its own date, so the stage on any day is computed from the row
// and figures honour the day that they are asked for. One lead per investor may be under way: the first one
// reported has it.
package attract
