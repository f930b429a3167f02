// Sets the colour theme before anything is painted; loaded blocking in <head> and therefore kept to these few lines.
// The choice is "light", "dark" or "auto" (follow the system), kept in this browser.
(function () {
  'use strict';
  var root = document.documentElement;
  var dark = window.matchMedia('(prefers-color-scheme: dark)');
  function choice() {
    try { return localStorage.getItem('huicun-theme') || 'auto'; } catch (e) { return 'auto'; }
  }
  function apply() {
    var c = choice();
    root.setAttribute('data-theme-choice', c);
    root.setAttribute('data-bs-theme', c === 'dark' || (c === 'auto' && dark.matches) ? 'dark' : 'light');
  }
  apply();
  if (dark.addEventListener) dark.addEventListener('change', apply);
  window.huicunTheme = {
    choice: choice,
    set: function (c) {
      try { localStorage.setItem('huicun-theme', c); } catch (e) { /* private window: the choice lasts for this page */ }
      root.setAttribute('data-theme-choice', c);
      root.setAttribute('data-bs-theme', c === 'dark' || (c === 'auto' && dark.matches) ? 'dark' : 'light');
    }
  };
})();
