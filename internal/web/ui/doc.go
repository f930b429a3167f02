// Package ui holds the components every screen is built of and the plain view models they take. It knows nothing about the
// domain: a page's handler turns domain values into text, links and kinds, and calls a component.
//
// Rules the components keep, so that pages need not think of them:
//   - everything works by plain links and forms; htmx and app.js only make it quicker;
//   - no inline script and no on* attribute, as the content security policy forbids them;
//   - htmx 4 inherits no attributes, so each element carries its own hx-target and hx-swap;
//   - a red, orange, green or azure mark always comes with words, since one in twelve men cannot tell red from green.
package ui
