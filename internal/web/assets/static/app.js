// What plain links and forms cannot do. Everything is delegated from document, so fragments that htmx swaps in need no
// set-up; only charts are initialised, after load and after each swap.
(function () {
  'use strict';
  var doc = document;
  function $(sel, root) { return (root || doc).querySelector(sel); }
  function $$(sel, root) { return Array.prototype.slice.call((root || doc).querySelectorAll(sel)); }
  function up(el, sel) { return el && el.closest ? el.closest(sel) : null; }
  function make(tag, cls, text) {
    var el = doc.createElement(tag);
    if (cls) el.className = cls;
    if (text != null) el.textContent = text;
    return el;
  }

  // ── toasts ────────────────────────────────────────────────────────────────
  function toast(text, kind) {
    var box = $('#toasts');
    if (!box) return;
    var t = make('div', 'toast-hc toast-is-' + (kind || 'grey'));
    t.appendChild(make('span', 'flash-text', text));
    var x = make('button', 'icon-btn', '×');
    x.type = 'button';
    x.setAttribute('aria-label', '关闭提示');
    x.setAttribute('data-close', '.toast-hc');
    t.appendChild(x);
    box.replaceChildren(t); // one at a time: five copies of "network is down" help nobody
    if (kind !== 'red') fade(t);
  }
  function fade(el) {
    setTimeout(function () {
      el.style.opacity = '0';
      setTimeout(function () { el.remove(); }, 350);
    }, 6000);
  }

  // ── theme: light → dark → auto ────────────────────────────────────────────
  var themes = ['light', 'dark', 'auto'], themeNames = { light: '浅色', dark: '深色', auto: '跟随系统' };
  function nameTheme() {
    var c = window.huicunTheme.choice();
    $$('[data-theme-toggle]').forEach(function (b) {
      b.title = '明暗:' + themeNames[c];
      b.setAttribute('aria-label', '切换明暗,当前' + themeNames[c]);
    });
  }

  // ── side menu on narrow screens ───────────────────────────────────────────
  function sidebar(on) {
    doc.body.classList.toggle('sidebar-on', on);
    var opener = $('[data-sidebar="open"]');
    if (opener) opener.setAttribute('aria-expanded', String(on));
    var first = on ? $('.sidebar .menu-item') : opener;
    if (first) first.focus({ preventScroll: true });
  }

  // ── drawer ────────────────────────────────────────────────────────────────
  // On wide screens it stands beside the text, which stays usable: one figure after another can be looked up. On narrow
  // ones it covers the page and is modal.
  var drawerFrom = null;
  function openDrawer(from) {
    var d = $('#drawer');
    if (!d) return;
    if (!d.open) {
      drawerFrom = from || doc.activeElement;
      if (window.innerWidth < 1280) d.showModal(); else { d.show(); doc.body.classList.add('drawer-open'); }
      $('#drawer-body').replaceChildren(make('p', 'drawer-wait', '正在取数…'));
    } else if (from && !d.contains(from)) {
      drawerFrom = from;
    }
    $$('.figure-ref.current').forEach(function (a) { a.classList.remove('current'); });
    if (from && from.classList && from.classList.contains('figure-ref')) from.classList.add('current');
    $('#drawer-body').classList.add('loading');
  }
  function closeDrawer() {
    var d = $('#drawer');
    if (d && d.open) d.close();
  }
  function drawerClosed() {
    doc.body.classList.remove('drawer-open');
    $$('.figure-ref.current').forEach(function (a) { a.classList.remove('current'); });
    $('#drawer-body').replaceChildren();
    if (drawerFrom && drawerFrom.isConnected) drawerFrom.focus();
    drawerFrom = null;
  }
  function openHref(href, from) {
    if (/^\/lineage(\/|\?|$)/.test(href) && window.htmx && $('#drawer-body')) {
      openDrawer(from);
      window.htmx.ajax('GET', href, { target: '#drawer-body', swap: 'innerHTML' });
    } else if (/^\/(?!\/)/.test(href)) {
      location.assign(href); // own pages only: a chart's data is no place for a foreign address
    }
  }

  // ── htmx ──────────────────────────────────────────────────────────────────
  function inDrawer(e) { var c = e.detail && e.detail.ctx; return c && c.target && c.target.id === 'drawer-body' ? c : null; }
  doc.addEventListener('htmx:before:request', function (e) {
    var c = inDrawer(e);
    if (c) openDrawer(c.sourceElement === doc.body ? null : c.sourceElement);
  });
  doc.addEventListener('htmx:after:swap', function (e) {
    if (inDrawer(e)) {
      var body = $('#drawer-body');
      body.classList.remove('loading');
      $('#drawer').scrollTop = 0;
      body.focus({ preventScroll: true });
    }
    charts();
  });
  function failed(e, text) {
    if (inDrawer(e)) {
      var body = $('#drawer-body');
      body.classList.remove('loading');
      body.replaceChildren(make('p', 'drawer-wait', text));
    } else {
      toast(text, 'red');
    }
  }
  doc.addEventListener('htmx:response:error', function (e) {
    var status = e.detail.ctx.response.status;
    if (status === 401) { guard.off = true; location.reload(); return; }
    if (status >= 500) failed(e, '系统出了点问题,刚才的操作没有完成,请再试一次。');
  });
  doc.addEventListener('htmx:error', function (e) {
    if (e.detail && e.detail.error && e.detail.error.name === 'AbortError' && !(e.detail.ctx && e.detail.ctx.request.signal.reason === 'timeout')) return;
    failed(e, '网络不通或太慢,请检查网络后再试。');
  });
  // hx-confirm asks with our dialog instead of the browser's box.
  doc.addEventListener('htmx:confirm', function (e) {
    var d = $('#confirm-shared');
    if (!d || !e.detail.ctx.confirm) return;
    e.preventDefault();
    $('[data-confirm-text]', d).textContent = e.detail.ctx.confirm;
    d.returnValue = '';
    d.addEventListener('close', function () {
      if (d.returnValue === 'ok') e.detail.issueRequest(); else e.detail.dropRequest();
    }, { once: true });
    d.showModal();
  });

  // ── clicks ────────────────────────────────────────────────────────────────
  doc.addEventListener('click', function (e) {
    var t = e.target, el;
    if ((el = up(t, '[data-theme-toggle]'))) {
      window.huicunTheme.set(themes[(themes.indexOf(window.huicunTheme.choice()) + 1) % 3]);
      nameTheme();
    } else if ((el = up(t, '[data-sidebar]'))) {
      sidebar(el.getAttribute('data-sidebar') === 'open');
    } else if (up(t, '[data-drawer-close]')) {
      closeDrawer();
    } else if ((el = up(t, '[data-dialog]'))) {
      var d = $(el.getAttribute('data-dialog'));
      if (d) d.showModal();
    } else if ((el = up(t, '[data-close]'))) {
      var what = up(el, el.getAttribute('data-close'));
      if (what && what.close) what.close(); else if (what) what.remove();
    } else if ((el = up(t, '[data-expand]'))) {
      var row = $(el.getAttribute('data-expand'));
      if (row) { row.hidden = !row.hidden; el.setAttribute('aria-expanded', String(!row.hidden)); }
    } else if ((el = up(t, '[data-reveal]'))) {
      var input = $(el.getAttribute('data-reveal')), show = input.type === 'password';
      input.type = show ? 'text' : 'password';
      el.setAttribute('aria-pressed', String(show));
      input.focus();
    } else if (up(t, '[data-print]')) {
      window.print();
    } else if (up(t, '[data-back]')) {
      if (history.length > 1) history.back(); else location.assign('/');
    } else if ((el = up(t, '[data-copy]'))) {
      if (navigator.clipboard) navigator.clipboard.writeText(el.getAttribute('data-copy')).then(function () { toast('已复制', 'green'); });
    } else if ((el = up(t, '.error-summary a[href^="#"]'))) {
      // the linked field may be a group: focus its first input
      var f = doc.getElementById(el.getAttribute('href').slice(1));
      if (f) { e.preventDefault(); (f.matches('fieldset') ? $('input', f) || f : f).focus(); f.scrollIntoView({ block: 'center' }); }
    }
    // a click on a dialog's backdrop lands on the dialog itself
    if (t.tagName === 'DIALOG' && t.open) {
      var r = t.getBoundingClientRect();
      if (e.clientX < r.left || e.clientX > r.right || e.clientY < r.top || e.clientY > r.bottom) t.close();
    }
  });

  // ── keys ──────────────────────────────────────────────────────────────────
  doc.addEventListener('keydown', function (e) {
    if ((e.ctrlKey || e.metaKey) && !e.altKey && e.key.toLowerCase() === 'k') {
      var q = $('#q');
      if (q) {
        e.preventDefault();
        if (q.offsetParent) { q.focus(); q.select(); } else location.assign('/search');
      }
      return;
    }
    if (e.key === 'Escape' && !e.defaultPrevented) {
      if (doc.body.classList.contains('sidebar-on')) { sidebar(false); return; }
      if (up(doc.activeElement, '.search')) { doc.activeElement.blur(); return; }
      if (!$('dialog:modal')) closeDrawer(); // a modal one closes by itself
      return;
    }
    var search = up(e.target, '.search');
    if (search && (e.key === 'ArrowDown' || e.key === 'ArrowUp')) {
      var items = [$('#q')].concat($$('.search-item', search)), i = items.indexOf(doc.activeElement);
      var next = items[i + (e.key === 'ArrowDown' ? 1 : -1)];
      if (next) { e.preventDefault(); next.focus(); }
    }
  });

  // ── forms ─────────────────────────────────────────────────────────────────
  var guard = { off: false };
  function dirty(form) { return form && form.hasAttribute('data-guard') && form.hasAttribute('data-dirty'); }
  doc.addEventListener('input', function (e) {
    var form = e.target.form;
    if (form && form.hasAttribute('data-guard')) form.setAttribute('data-dirty', '');
    if (e.target.classList && e.target.classList.contains('is-invalid')) clearError(e.target);
  });
  window.addEventListener('beforeunload', function (e) {
    if (!guard.off && $$('form[data-guard]').some(dirty)) { e.preventDefault(); e.returnValue = ''; }
  });
  doc.addEventListener('change', function (e) {
    if (e.target.hasAttribute && e.target.hasAttribute('data-autosubmit') && e.target.form) e.target.form.requestSubmit();
  });
  doc.addEventListener('submit', function (e) {
    var form = e.target;
    if (form.method === 'dialog') return;
    if (form.hasAttribute('data-prune')) prune(form);
    if (e.defaultPrevented) return; // htmx has taken it
    if (form.method === 'get') return;
    if (form.hasAttribute('data-busy')) { e.preventDefault(); return; }
    form.setAttribute('data-busy', '');
    form.removeAttribute('data-dirty');
    // only after the browser has read the form: a disabled button would not be sent
    setTimeout(function () {
      $$('button:not([type="button"])', form).forEach(function (b) { b.disabled = true; });
    }, 0);
    // a download leaves the page standing, and a lost connection too
    setTimeout(function () { free(form); }, 15000);
  });
  function free(form) {
    form.removeAttribute('data-busy');
    $$('button:not([type="button"])', form).forEach(function (b) { b.disabled = false; });
  }
  window.addEventListener('pageshow', function (e) { if (e.persisted) $$('form[data-busy]').forEach(free); });
  // empty filters stay out of the address
  function prune(form) {
    var off = $$('input[name],select[name]', form).filter(function (el) { return el.value === '' && !el.disabled; });
    off.forEach(function (el) { el.disabled = true; });
    setTimeout(function () { off.forEach(function (el) { el.disabled = false; }); }, 0);
  }
  // What is missing is said beside the field, in the words the server would use.
  doc.addEventListener('invalid', function (e) {
    var el = e.target, field = up(el, '.field');
    if (!field) return;
    e.preventDefault();
    var v = el.validity, text = v.valueMissing ? (el.tagName === 'SELECT' || el.type === 'radio' || el.type === 'date' || el.type === 'file' ? '请选择' : el.type === 'checkbox' ? '请勾选' : '请填写') : v.typeMismatch ? '格式不对' : v.tooLong ? '太长了' : v.rangeUnderflow ? '不能早于或小于 ' + el.min : v.rangeOverflow ? '不能晚于或大于 ' + el.max : '填写得不对';
    el.classList.add('is-invalid');
    el.setAttribute('aria-invalid', 'true');
    if (!$('.field-error', field)) {
      var p = make('div', 'field-error', text);
      p.id = (el.id || el.name) + '-error';
      p.setAttribute('data-client', '');
      field.appendChild(p);
      if (!el.hasAttribute('aria-describedby')) el.setAttribute('aria-describedby', p.id);
    }
    if (el.form && $('.is-invalid:invalid', el.form) === el) el.focus();
  }, true);
  function clearError(el) {
    el.classList.remove('is-invalid');
    el.removeAttribute('aria-invalid');
    var p = $('.field-error[data-client]', up(el, '.field') || doc.createElement('i'));
    if (p) p.remove();
  }

  // ── amounts ───────────────────────────────────────────────────────────────
  // 1,234,567.00 when looked at, plain when typed and when sent. Full-width digits come from Chinese input methods.
  function plain(s) {
    return s.replace(/[\uff10-\uff19\uff0c\uff0d\uff0e]/g, function (c) { return String.fromCharCode(c.charCodeAt(0) - 0xfee0); }).replace(/\u3002/g, '.').replace(/[,\s]/g, '');
  }
  function grouped(s, money) {
    var m = /^(-?)(\d+)(\.\d*)?$/.exec(plain(s));
    if (!m) return s; // not a number: leave it as typed, the server will say so
    var frac = m[3] && m[3].length > 1 ? m[3] : '';
    if (money) frac = frac === '' ? '.00' : frac.length === 2 ? frac + '0' : frac;
    return m[1] + m[2].replace(/^0+(?=\d)/, '').replace(/\B(?=(\d{3})+$)/g, ',') + frac;
  }
  function isAmount(el) { return el.hasAttribute && (el.hasAttribute('data-money') || el.hasAttribute('data-number')); }
  doc.addEventListener('focusin', function (e) {
    if (!isAmount(e.target) || e.target.readOnly) return;
    var p = plain(e.target.value);
    if (/^-?\d*\.?\d*$/.test(p)) e.target.value = p.replace(/\.00$/, '');
    e.target.select();
  });
  doc.addEventListener('focusout', function (e) {
    if (isAmount(e.target) && e.target.value.trim() !== '') e.target.value = grouped(e.target.value, e.target.hasAttribute('data-money'));
  });
  doc.addEventListener('formdata', function (e) {
    var names = {};
    $$('[data-money],[data-number]', e.target).forEach(function (el) { if (el.name && !el.disabled) names[el.name] = true; });
    Object.keys(names).forEach(function (n) {
      var all = e.formData.getAll(n);
      e.formData.delete(n);
      all.forEach(function (v) { e.formData.append(n, typeof v === 'string' && /^-?[\d.]+$/.test(plain(v)) ? plain(v) : v); });
    });
  });

  // ── combo box ─────────────────────────────────────────────────────────────
  // Any text may be typed: the server resolves or rejects the key. Suggestions only save typing.
  var comboTimer = null, comboSeq = 0;
  function comboOf(input) { return up(input, '[data-combo]'); }
  function comboList(box) { return $('.combo-list', box); }
  function comboClose(box) {
    var list = comboList(box), input = $('input', box);
    list.hidden = true;
    list.replaceChildren();
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  }
  function comboShow(box, items, note) {
    var list = comboList(box), input = $('input', box);
    list.replaceChildren();
    if (note) list.appendChild(make('div', 'combo-none', note));
    items.forEach(function (it, i) {
      var o = make('div', 'combo-opt');
      o.id = list.id + '-' + i;
      o.setAttribute('role', 'option');
      o.setAttribute('aria-selected', 'false');
      o.setAttribute('data-value', it.value);
      o.setAttribute('data-label', it.label || '');
      o.appendChild(make('span', '', it.label && it.label !== it.value ? it.value + ' ' + it.label : it.value));
      if (it.hint) o.appendChild(make('small', '', it.hint));
      list.appendChild(o);
    });
    list.hidden = false;
    input.setAttribute('aria-expanded', 'true');
    input.removeAttribute('aria-activedescendant');
  }
  // data-combo names a kind of record, or the address that answers
  function comboAsked(box, p) {
    var kind = box.getAttribute('data-combo'), at = kind.charAt(0) === '/' ? kind : '/ref/' + encodeURIComponent(kind);
    return fetch(at + '?' + p, { headers: { Accept: 'application/json' }, credentials: 'same-origin' })
      .then(function (r) { if (!r.ok) throw new Error(String(r.status)); return r.json(); });
  }
  function comboFetch(input) {
    var box = comboOf(input), seq = ++comboSeq, p = new URLSearchParams({ q: input.value });
    (box.getAttribute('data-combo-with') || '').split(',').forEach(function (n) {
      var el = n && input.form && input.form.elements[n];
      if (el && el.value) p.set(n, el.value);
    });
    comboAsked(box, p)
      .then(function (items) {
        if (seq !== comboSeq || doc.activeElement !== input) return;
        comboShow(box, items, items.length ? '' : '没有匹配的记录');
      })
      .catch(function () { if (seq === comboSeq && doc.activeElement === input) comboShow(box, [], '查不到候选,可直接填写'); });
  }
  function comboPick(box, opt) {
    var input = $('input', box), hint = $('[data-combo-hint]', box);
    comboSeq++;
    input.value = opt.getAttribute('data-value');
    if (hint) hint.textContent = opt.getAttribute('data-label');
    comboClose(box);
    input.dispatchEvent(new Event('input', { bubbles: true }));
    input.dispatchEvent(new Event('change', { bubbles: true }));
    clearTimeout(comboTimer);
  }
  function comboMove(box, step) {
    var opts = $$('.combo-opt', box), on = $('.combo-opt.on', box);
    if (!opts.length) return;
    var i = (opts.indexOf(on) + step + opts.length + (on || step > 0 ? 0 : 1)) % opts.length;
    if (on) { on.classList.remove('on'); on.setAttribute('aria-selected', 'false'); }
    opts[i].classList.add('on');
    opts[i].setAttribute('aria-selected', 'true');
    opts[i].scrollIntoView({ block: 'nearest' });
    $('input', box).setAttribute('aria-activedescendant', opts[i].id);
  }
  function comboAsk(e) {
    var box = comboOf(e.target);
    if (!box || !e.isTrusted || e.isComposing) return; // not while a pinyin word is being composed
    var hint = $('[data-combo-hint]', box);
    if (hint && e.type !== 'focusin') hint.textContent = '';
    clearTimeout(comboTimer);
    comboTimer = setTimeout(function () { comboFetch(e.target); }, 200);
  }
  doc.addEventListener('input', comboAsk);
  doc.addEventListener('compositionend', comboAsk);
  doc.addEventListener('focusin', function (e) { if (comboOf(e.target) && e.target.value === '' && !e.target.readOnly) comboAsk(e); });
  doc.addEventListener('focusout', function (e) {
    var box = comboOf(e.target);
    if (box) { clearTimeout(comboTimer); comboSeq++; comboClose(box); }
  });
  doc.addEventListener('mousedown', function (e) {
    var opt = up(e.target, '.combo-opt');
    if (opt) { e.preventDefault(); comboPick(comboOf(opt), opt); } // before the input loses focus
    else if (up(e.target, '.combo-list')) e.preventDefault();
  });
  doc.addEventListener('keydown', function (e) {
    var box = comboOf(e.target);
    if (!box || e.isComposing) return;
    var open = !comboList(box).hidden;
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault();
      if (open) comboMove(box, e.key === 'ArrowDown' ? 1 : -1); else comboFetch(e.target);
    } else if (e.key === 'Enter' && open && $('.combo-opt.on', box)) {
      e.preventDefault();
      comboPick(box, $('.combo-opt.on', box));
    } else if (e.key === 'Escape' && open) {
      e.preventDefault();
      e.stopPropagation();
      comboClose(box);
    }
  }, true);

  // ── voucher grid ──────────────────────────────────────────────────────────
  // Enter moves on, = balances the line, // repeats the summary above, space swaps debit and credit, F7 opens what a line belongs to, Ctrl+S saves,
  // 1200*3+50 is worked out. The server checks everything again; without script the form is a plain one.
  function vgrid(el) { return up(el, '[data-vgrid]'); }
  function vrows(g) { return $$('tbody tr', g); }
  function vcell(row, name) { return $('[name$=".' + name + '"]', row); }
  function vdirty(g) { var f = up(g, 'form'); if (f) f.setAttribute('data-dirty', ''); }
  // half-width, as sums are typed with a Chinese input method on
  function vfold(s) {
    return plain(s).replace(/[\uff01-\uff5e]/g, function (c) { return String.fromCharCode(c.charCodeAt(0) - 0xfee0); }).replace(/\u00d7/g, '*').replace(/\u00f7/g, '/');
  }
  // the value of a sum, in fen, exact; null when it is none. A browser without whole numbers of any length leaves sums to
  // the server.
  function vcalc(text) {
    var s = vfold(text), i = 0, depth = 0, bad = {}, B = window.BigInt, plainSum = /^(-?)(\d{1,14})(?:\.(\d{0,2}))?$/.exec(s);
    if (plainSum) {
      var cents = parseInt(plainSum[2], 10) * 100 + parseInt(((plainSum[3] || '') + '00').slice(0, 2), 10);
      return cents > 9e14 ? null : plainSum[1] ? -cents : cents;
    }
    if (!B || s.length > 200) return null;
    function fraction(n, d) { return d < B(0) ? [-n, -d] : [n, d]; }
    function atom() {
      if (++depth > 50) throw bad;
      var v, m;
      if (s.charAt(i) === '-') { i++; v = atom(); v = [-v[0], v[1]]; }
      else if (s.charAt(i) === '(') { i++; v = sum(); if (s.charAt(i++) !== ')') throw bad; }
      else {
        m = /^(\d+(\.\d*)?|\.\d+)/.exec(s.slice(i));
        if (!m) throw bad;
        i += m[0].length;
        var p = m[0].split('.'), places = (p[1] || '').length;
        v = [B((p[0] || '0') + (p[1] || '')), B('1' + '0'.repeat(places))];
      }
      depth--;
      return v;
    }
    function product() {
      var v = atom(), op;
      while ((op = s.charAt(i)) === '*' || op === '/') {
        i++;
        var r = atom();
        if (op === '*') v = [v[0] * r[0], v[1] * r[1]];
        else if (r[0] === B(0)) throw bad;
        else v = fraction(v[0] * r[1], v[1] * r[0]);
      }
      return v;
    }
    function sum() {
      var v = product(), op;
      while ((op = s.charAt(i)) === '+' || op === '-') {
        i++;
        var r = product(), right = r[0] * v[1];
        v = [op === '+' ? v[0] * r[1] + right : v[0] * r[1] - right, v[1] * r[1]];
      }
      return v;
    }
    try {
      var v = sum(), minus = v[0] < B(0), n = minus ? -v[0] : v[0], fen = Number((n * B(200) + v[1]) / (v[1] * B(2))); // halves up
      return i === s.length && fen <= 9e14 ? (minus ? -fen : fen) : null;
    } catch (err) {
      if (err !== bad) throw err;
      return null;
    }
  }
  function vyuan(fen) {
    var a = Math.abs(fen), c = a % 100;
    return (fen < 0 ? '-' : '') + (a - c) / 100 + '.' + (c < 10 ? '0' : '') + c;
  }
  function vfen(input) { return input.value.trim() === '' ? 0 : vcalc(input.value) || 0; }
  // a sum becomes its result when the cell is left
  function vcommit(input) {
    if (!/[+*/()]|.-/.test(vfold(input.value))) return;
    var fen = vcalc(input.value);
    if (fen !== null) { input.value = grouped(vyuan(fen), true); vtotals(vgrid(input)); }
  }
  function vset(input, fen) { input.value = fen ? vyuan(fen).replace(/\.00$/, '') : ''; if (input.value && input !== doc.activeElement) input.value = grouped(input.value, true); }
  function vsums(g, except) {
    var d = 0, c = 0;
    vrows(g).forEach(function (r) { if (r !== except) { d += vfen(vcell(r, 'debit')); c += vfen(vcell(r, 'credit')); } });
    return { d: d, c: c };
  }
  function vtotals(g) {
    var s = vsums(g), state = $('[data-vstate]', g), text = '', cls = 'tx-green';
    $('[data-vdebit]', g).textContent = grouped(vyuan(s.d), true);
    $('[data-vcredit]', g).textContent = grouped(vyuan(s.c), true);
    $('[data-vcapital]', g).textContent = s.d && s.d === s.c ? capital(s.d) : '';
    if (s.d !== s.c) { cls = 'tx-red'; text = '差额：' + (s.d > s.c ? '贷方少 ' : '借方少 ') + grouped(vyuan(Math.abs(s.d - s.c)), true); } else if (s.d) text = '✓ 借贷平衡';
    if (state.textContent.trim() !== text) state.replaceChildren(make('span', cls, text));
  }
  // 大写, as money.Capital writes it
  var capitalDigits = '零壹贰叁肆伍陆柒捌玖';
  function capital(fen) {
    var m = Math.abs(fen), f = m % 10, j = (m - f) / 10 % 10, y = (m - f - j * 10) / 100, out = fen < 0 ? '负' : '';
    if (y > 0 || m === 0) out += capitalWhole(y) + '元';
    if (!j && !f) return out + '整';
    if (y > 0 && (!j || y % 10 === 0)) out += '零';
    return out + (j ? capitalDigits[j] + '角' : '') + (f ? capitalDigits[f] + '分' : '');
  }
  function capitalWhole(n) {
    var big = n >= 1e8 ? [1e8, '亿'] : n >= 1e4 ? [1e4, '万'] : null, out = '', gap = false;
    if (big) {
      var low = n % big[0], high = capitalWhole((n - low) / big[0]) + big[1];
      return low === 0 ? high : high + (low < big[0] / 10 ? '零' : '') + capitalWhole(low);
    }
    if (n === 0) return capitalDigits[0];
    [[1000, '仟'], [100, '佰'], [10, '拾'], [1, '']].forEach(function (p) {
      var d = Math.floor(n / p[0]) % 10;
      if (d === 0) { gap = out !== ''; return; }
      out += (gap ? capitalDigits[0] : '') + capitalDigits[d] + p[1];
      gap = false;
    });
    return out;
  }
  function vadd(g) {
    var rows = vrows(g), n = rows.length, row = rows[n - 1].cloneNode(true);
    $$('*', row).forEach(function (el) {
      Array.prototype.slice.call(el.attributes).forEach(function (a) {
        var v = a.value.replace(/lines\[\d+\]/g, 'lines[' + n + ']').replace(/第 \d+ 行/g, '第 ' + (n + 1) + ' 行');
        if (v !== a.value) el.setAttribute(a.name, v);
      });
    });
    $$('input', row).forEach(function (el) { el.value = ''; el.removeAttribute('value'); el.removeAttribute('aria-invalid'); el.removeAttribute('aria-describedby'); el.classList.remove('is-invalid'); });
    $$('.field-error', row).forEach(function (el) { el.remove(); });
    $$('.combo-list', row).forEach(function (el) { el.hidden = true; el.replaceChildren(); });
    $$('[data-combo-hint],[data-vtags]', row).forEach(function (el) { el.textContent = ''; });
    $('details', row).open = false;
    $('tbody', g).appendChild(row);
    return row;
  }
  // the name and balance of an account, and its code when a name or pinyin was typed
  function vaccount(input) {
    var box = comboOf(input), q = input.value.trim(), hint = $('[data-combo-hint]', box), p = new URLSearchParams({ q: q });
    if (!q) { hint.textContent = ''; return; }
    box.getAttribute('data-combo-with').split(',').forEach(function (n) { var el = input.form.elements[n]; if (el && el.value) p.set(n, el.value); });
    comboAsked(box, p).then(function (items) {
      if (input.value.trim() !== q) return;
      var it = items.filter(function (x) { return x.value === q; })[0] || (/\D/.test(q) ? items[0] : null);
      if (it && it.value !== q) input.value = it.value;
      hint.textContent = it ? it.label + '　' + it.hint : '';
    }).catch(function () { hint.textContent = ''; });
  }
  function vopen(el) { return !up(el, 'details:not([open])'); }
  // The cell after one, over the folded auxiliary cell and over the credit of a line that has a debit.
  function vfirst(row) { return vcell(row, 'summary') || $('input', row); }
  function vnext(input) {
    var g = vgrid(input), row = up(input, 'tr'), list = $$('input', row).filter(vopen), next = list[list.indexOf(input) + 1];
    if (next && /\.credit$/.test(next.name) && vfen(vcell(row, 'debit'))) next = null;
    if (/\.summary$/.test(input.name) && !list.some(function (el) { return el.value.trim() !== ''; })) {
      var s = vsums(g);
      if (s.d && s.d === s.c) return $('[data-vsave]', up(g, 'form')); // nothing more to enter
    }
    return next || vfirst(row.nextElementSibling || vadd(g));
  }
  function vprevious(input) {
    var all = $$('tbody input', vgrid(input)).filter(vopen);
    return all[all.indexOf(input) - 1];
  }
  function vgo(el) { if (el) { el.focus(); if (el.select) el.select(); } }
  doc.addEventListener('keydown', function (e) {
    if ((e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey && e.key.toLowerCase() === 's' && $('[data-vgrid]')) {
      var form = up($('[data-vgrid]'), 'form');
      e.preventDefault();
      $$('[data-vamount]', form).forEach(vcommit);
      form.requestSubmit($('[data-vsave]', form));
      return;
    }
    var t = e.target, g = vgrid(t), row = g && up(t, 'tbody tr');
    if (!row || t.tagName !== 'INPUT' || e.isComposing || e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.key === 'F7') {
      var aux = $('details', row);
      e.preventDefault();
      aux.open = !aux.open;
      vgo(aux.open ? $('input', aux) : vcell(row, 'account'));
    } else if (e.key === 'Enter') {
      e.preventDefault();
      vheld = true;
      if (t.hasAttribute('data-vamount')) vcommit(t);
      var box = comboOf(t), opts = box && t.value.trim() ? $$('.combo-opt', comboList(box)) : [];
      if (opts.length && !opts.some(function (o) { return o.getAttribute('data-value') === t.value.trim(); })) comboPick(box, opts[0]);
      vgo(e.shiftKey ? vprevious(t) : vnext(t));
    } else if ((e.key === 'ArrowDown' || e.key === 'ArrowUp') && !comboOf(t)) {
      var to = e.key === 'ArrowDown' ? row.nextElementSibling : row.previousElementSibling;
      e.preventDefault();
      if (to) vgo(vcell(to, t.name.slice(t.name.lastIndexOf('.') + 1)));
    } else if (t.hasAttribute('data-vamount') && (e.key === '=' || e.key === '＝')) {
      var s = vsums(g, row), need = /\.debit$/.test(t.name) ? s.c - s.d : s.d - s.c, other = vcell(row, /\.debit$/.test(t.name) ? 'credit' : 'debit');
      e.preventDefault();
      vheld = true;
      if (need < 0) { vset(t, 0); vset(other, -need); vgo(other); } else { vset(other, 0); vset(t, need); }
      vdirty(g);
      vtotals(g);
    } else if (t.hasAttribute('data-vamount') && (e.key === ' ' || e.key === '　')) {
      var d = vcell(row, 'debit'), c = vcell(row, 'credit'), v;
      e.preventDefault();
      vheld = true;
      vcommit(t);
      v = d.value; d.value = c.value; c.value = v;
      vgo(t === d ? c : d);
      vdirty(g);
      vtotals(g);
    }
  });
  // A key that was taken types nothing and presses nothing where the focus has gone, until it is let go.
  var vheld = false;
  doc.addEventListener('keypress', function (e) { if (vheld) e.preventDefault(); });
  doc.addEventListener('keyup', function () { vheld = false; });
  doc.addEventListener('input', function (e) {
    var g = vgrid(e.target);
    if (!g) return;
    if (e.target.hasAttribute('data-vamount')) vtotals(g);
    if (e.target.hasAttribute('data-vsummary') && !e.isComposing && /^(\/\/|／／|、、)$/.test(e.target.value)) {
      var above = up(e.target, 'tr').previousElementSibling;
      e.target.value = above ? vcell(above, 'summary').value : '';
    }
  });
  doc.addEventListener('focusout', function (e) { if (e.target.hasAttribute && e.target.hasAttribute('data-vamount')) vcommit(e.target); });
  doc.addEventListener('change', function (e) {
    var t = e.target, g = vgrid(t);
    if (!g) return;
    if (t.hasAttribute('data-vaccount')) vaccount(t);
    else if (t.hasAttribute('data-vaux')) {
      var box = up(t, 'details');
      $('[data-vtags]', box).textContent = $$('input', box).map(function (el) { return el.value.trim(); }).filter(Boolean).join(' · ');
    } else if (t.hasAttribute('data-vbooks')) {
      $$('[data-vaccount]', g).forEach(vaccount); // other books, other accounts and balances
    }
  });
  doc.addEventListener('click', function (e) {
    var more = up(e.target, '[data-vmore]');
    if (!more) return;
    e.preventDefault();
    var g = vgrid(more), first = vadd(g);
    for (var i = 0; i < 3; i++) vadd(g);
    vfirst(first).focus();
  });
  doc.addEventListener('DOMContentLoaded', function () { $$('[data-vgrid]').forEach(function (g) { vtotals(g); var at = $('.error-summary') || vfirst(vrows(g)[0]); if (at) at.focus(); }); });

  // ── review: numbers tick the points, A all, Ctrl+Enter passes, N goes on ──
  doc.addEventListener('keydown', function (e) {
    var form = $('[data-review]'), t = e.target;
    if (!form || t.isContentEditable || /^(TEXTAREA|SELECT)$/.test(t.tagName) || t.tagName === 'INPUT' && t.type !== 'checkbox' || $('dialog[open]')) return;
    if (e.key === 'Enter' && (e.ctrlKey || e.metaKey)) { e.preventDefault(); form.requestSubmit($('[data-review-pass]', form)); return; }
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    var box = /^\d$/.test(e.key) ? $('[data-point="' + e.key + '"]', form) : null, next = $('[data-review-next]', form);
    if (box) { e.preventDefault(); box.checked = !box.checked; box.focus(); }
    else if (e.key.toLowerCase() === 'a') { e.preventDefault(); reviewAll(form); }
    else if (e.key.toLowerCase() === 'n' && next) { e.preventDefault(); next.click(); }
  });
  function reviewAll(form) {
    var boxes = $$('[data-point]', form), on = boxes.some(function (b) { return !b.checked; });
    boxes.forEach(function (b) { b.checked = on; });
    var pass = $('[data-review-pass]', form);
    if (on && pass) pass.focus();
  }
  doc.addEventListener('click', function (e) { var b = up(e.target, '[data-review-all]'); if (b) reviewAll(up(b, 'form')); });

  // ── batches: arrows move, space ticks, Enter opens ──
  doc.addEventListener('keydown', function (e) {
    var row = e.target, form = row.hasAttribute && row.hasAttribute('data-batch-row') ? up(row, '[data-batch]') : null;
    if (!form) return;
    var rows = $$('[data-batch-row]', form), to = rows[rows.indexOf(row) + (e.key === 'ArrowDown' ? 1 : -1)];
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') { e.preventDefault(); if (to) to.focus(); }
    else if (e.key === 'Enter') { e.preventDefault(); $('a', up(row, 'li')).click(); }
  });
  doc.addEventListener('keypress', function (e) { // Enter opens the row: it never sends the batch
    if (e.key === 'Enter' && e.target.hasAttribute && e.target.hasAttribute('data-batch-row')) e.preventDefault();
  });
  doc.addEventListener('change', function (e) {
    if (!e.target.hasAttribute || !e.target.hasAttribute('data-batch-all')) return;
    $$('[data-batch-row]', up(e.target, '[data-batch]')).forEach(function (b) { b.checked = e.target.checked; });
  });
  doc.addEventListener('DOMContentLoaded', function () { var b = $('[data-batch-row]'); if (b) b.focus(); });

  // ── attachments: drop files on the card, or choose them; either sends them ──
  function dropOf(e) { return e.dataTransfer && Array.prototype.indexOf.call(e.dataTransfer.types, 'Files') >= 0 ? up(e.target, '[data-drop]') : null; }
  doc.addEventListener('dragover', function (e) { var d = dropOf(e); if (d) { e.preventDefault(); d.classList.add('over'); } });
  doc.addEventListener('dragleave', function (e) { var d = up(e.target, '[data-drop]'); if (d && !d.contains(e.relatedTarget)) d.classList.remove('over'); });
  doc.addEventListener('drop', function (e) {
    var d = dropOf(e);
    if (!d) return;
    e.preventDefault();
    d.classList.remove('over');
    $('[data-drop-input]', d).files = e.dataTransfer.files;
    d.requestSubmit();
  });
  doc.addEventListener('change', function (e) {
    var input = e.target, d = input.hasAttribute && input.hasAttribute('data-drop-input') && up(input, '[data-drop]');
    if (d && input.files.length) d.requestSubmit();
  });
  doc.addEventListener('DOMContentLoaded', function () { $$('[data-drop-send]').forEach(function (b) { b.hidden = true; }); });

  // ── charts ────────────────────────────────────────────────────────────────
  var palette = ['#b3261e', '#d9694f', '#e8a33d', '#5b8c5a', '#3a7ca5', '#8d6cb0', '#7d8590', '#c08a6a'];
  var paletteDark = ['#d2483d', '#e08a72', '#e0a64e', '#7bb07a', '#5fa3cd', '#a98ccb', '#9aa1ab', '#d0a386'];
  var live = []; // charts on the page
  var printing = false; // then sizes are the paper's and must stay
  function css(name) { return getComputedStyle(doc.documentElement).getPropertyValue(name).trim(); }
  function theme(paper) {
    var dark = !paper && doc.documentElement.getAttribute('data-bs-theme') === 'dark';
    var ink = paper ? '#000' : css('--hc-ink-2'), muted = paper ? '#444' : css('--hc-muted'), line = paper ? '#bbb' : css('--hc-line');
    var axis = { axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, axisLabel: { color: muted }, splitLine: { lineStyle: { color: line } }, nameTextStyle: { color: muted } };
    return {
      color: dark ? paletteDark : palette, backgroundColor: 'transparent',
      textStyle: { fontFamily: css('--hc-font'), color: ink },
      title: { textStyle: { color: ink, fontSize: 14 } },
      legend: { textStyle: { color: muted }, itemWidth: 12, itemHeight: 12, icon: 'roundRect' },
      tooltip: { backgroundColor: css('--hc-surface'), borderColor: line, textStyle: { color: css('--hc-ink'), fontSize: 13 } },
      categoryAxis: axis, valueAxis: axis, timeAxis: axis,
      pie: { label: { color: ink }, itemStyle: { borderColor: paper ? '#fff' : css('--hc-surface'), borderWidth: 1 } },
      line: { symbolSize: 6 }, bar: { barMaxWidth: 28 }
    };
  }
  function number(v) { return typeof v === 'number' ? v.toLocaleString('zh-CN', { maximumFractionDigits: 2 }) : v; }
  function draw(box, paper, width) {
    var raw = doc.getElementById(box.getAttribute('data-chart')), opt;
    try { opt = JSON.parse(raw.textContent); } catch (err) { return; }
    var unit = opt.hc && opt.hc.unit ? ' ' + opt.hc.unit : '';
    delete opt.hc;
    if (opt.tooltip && !opt.tooltip.valueFormatter) opt.tooltip.valueFormatter = function (v) { return number(v) + unit; };
    if (opt.tooltip && opt.tooltip.confine == null) opt.tooltip.confine = true;
    opt.aria = opt.aria || { enabled: false };
    if ((width || box.clientWidth) < 420) [].concat(opt.series || []).forEach(function (se) {
      // a phone: a smaller ring leaves the labels room, which would otherwise end in dots
      if (se.type === 'pie' && !(se.label && se.label.show === false)) { se.radius = ['28%', '46%']; se.label = Object.assign({ overflow: 'none', fontSize: 11 }, se.label); se.labelLine = { length: 6, length2: 6 }; }
    });
    if (paper) opt.animation = false;
    var old = window.echarts.getInstanceByDom(box);
    if (old) old.dispose();
    var chart = window.echarts.init(box, theme(paper), { renderer: 'svg', locale: 'ZH', width: width });
    chart.setOption(opt);
    chart.on('click', function (p) { if (p.data && p.data.href) openHref(p.data.href, null); });
    if (live.indexOf(box) < 0) { live.push(box); if (sizes) sizes.observe(box); }
  }
  function charts() {
    live = live.filter(function (b) { return b.isConnected; });
    var boxes = $$('[data-chart]').filter(function (b) { return live.indexOf(b) < 0; });
    if (!boxes.length) return;
    if (window.echarts) { boxes.forEach(function (b) { draw(b); }); return; }
    var script = $('script[data-echarts]');
    if (script) script.addEventListener('load', charts, { once: true });
  }
  function each(fn) { live.forEach(function (b) { var c = window.echarts.getInstanceByDom(b); if (c && b.isConnected) fn(c, b); }); }
  function narrow(box) { return box.clientWidth < 420; }
  var sizes = window.ResizeObserver && new ResizeObserver(function (entries) {
    if (printing) return;
    entries.forEach(function (en) {
      var b = en.target, c = window.echarts && window.echarts.getInstanceByDom(b);
      if (!c || !b.clientWidth || b.clientWidth === c.getWidth()) return;
      if (narrow(b) !== (c.getWidth() < 420)) draw(b); else c.resize();
    });
  });
  // A4 is 186 mm wide inside its margins, about 700 px; colours go back to those made for white paper.
  window.addEventListener('beforeprint', function () { printing = true; each(function (c, b) { draw(b, true, Math.min(700, Math.max(b.clientWidth, 320))); }); });
  window.addEventListener('afterprint', function () { printing = false; each(function (c, b) { draw(b); }); });

  // ── article editor ────────────────────────────────────────────────────────
  // Puts a figure's reference at the caret, selects what the check complains about, copies an article with its looks.
  doc.addEventListener('click', function (e) {
    var el, into;
    if ((el = up(e.target, '[data-insert]')) && (into = $(el.getAttribute('data-into')))) {
      into.focus();
      into.setRangeText(el.getAttribute('data-insert'), into.selectionStart, into.selectionEnd, 'end');
      into.dispatchEvent(new Event('input', { bubbles: true }));
    } else if ((el = up(e.target, '[data-select]')) && (into = $(el.getAttribute('data-into')))) {
      var at = el.getAttribute('data-select').split(',');
      into.focus();
      into.setSelectionRange(+at[0], +at[0]); // a caret alone is scrolled into sight where a selection is not
      into.blur();
      into.focus();
      into.setSelectionRange(+at[0], +at[1]);
      into.scrollIntoView({ block: 'nearest' });
    } else if ((el = up(e.target, '[data-copy-rich]'))) {
      var range = doc.createRange(), sel = window.getSelection();
      range.selectNodeContents($(el.getAttribute('data-copy-rich')));
      sel.removeAllRanges();
      sel.addRange(range);
      var done = doc.execCommand('copy'); // the one way that keeps the looks and works without https
      sel.removeAllRanges();
      toast(done ? '已复制' : '浏览器不让复制,请选中文章后按 Ctrl+C', done ? 'green' : 'red');
    }
  });

  // ── matching desk ─────────────────────────────────────────────────────────
  // Adds up what is ticked on both sides; arrows move between the boxes and across, space ticks, Enter sends when both agree.
  function deskSums(f) {
    var sums = { line: 0, entry: 0 }, n = 0;
    $$('[data-fen]', f).forEach(function (el) {
      if (!el.checked) return;
      n++;
      sums[el.name] += Math.round(parseFloat(el.getAttribute('data-fen')) * 100);
    });
    var diff = sums.line - sums.entry;
    [['line', sums.line], ['entry', sums.entry], ['diff', diff]].forEach(function (x) {
      var out = $('[data-sum="' + x[0] + '"]', f);
      if (out) out.textContent = grouped((x[1] / 100).toFixed(2), true);
      if (out && x[0] === 'diff') out.classList.toggle('tx-red', diff !== 0);
    });
    return n > 1 && diff === 0;
  }
  doc.addEventListener('change', function (e) {
    var f = up(e.target, '[data-desk]');
    if (f) deskSums(f);
  });
  // Enter in a tick box would send the form by itself, whatever the sums
  doc.addEventListener('keypress', function (e) {
    if (e.key === 'Enter' && e.target.matches && e.target.matches('[data-desk] [data-fen]')) e.preventDefault();
  });
  doc.addEventListener('keydown', function (e) {
    var el = e.target, f = el.matches && el.matches('[data-desk] [data-fen]') && up(el, '[data-desk]');
    if (!f || e.ctrlKey || e.altKey || e.metaKey) return;
    var side = $$('[data-fen]', up(el, '[data-side]')), at = side.indexOf(el), to = null;
    if (e.key === 'ArrowDown') to = side[at + 1];
    else if (e.key === 'ArrowUp') to = side[at - 1];
    else if (e.key === 'ArrowLeft' || e.key === 'ArrowRight') {
      var other = $$('[data-side="' + (e.key === 'ArrowLeft' ? 'line' : 'entry') + '"] [data-fen]', f);
      if (other.indexOf(el) < 0) to = other[Math.min(at, other.length - 1)];
    } else if (e.key === 'Enter') {
      e.preventDefault();
      if (deskSums(f)) f.requestSubmit(); else toast('两边合计相等才能核对', 'red');
      return;
    } else return;
    e.preventDefault();
    if (to) { to.focus(); to.scrollIntoView({ block: 'nearest' }); }
  });

  // ── start ─────────────────────────────────────────────────────────────────
  function start() {
    nameTheme();
    charts();
    $$('.flash[data-fade]').forEach(fade);
    var d = $('#drawer');
    if (d) d.addEventListener('close', drawerClosed);
    $$('[data-desk]').forEach(deskSums);
    var focus = $('[data-focus]');
    if (focus) focus.focus();
    var active = $('.sidebar .menu-item.active');
    // scrollIntoView would scroll the page as well
    for (var bar = active; bar; bar = bar.parentElement) {
      if (bar.scrollHeight > bar.clientHeight + 1 && /auto|scroll/.test(getComputedStyle(bar).overflowY)) {
        bar.scrollTop += active.getBoundingClientRect().top - bar.getBoundingClientRect().top - bar.clientHeight / 2;
        break;
      }
    }
    $$('[data-money],[data-number]').forEach(function (el) {
      if (el.value && el !== doc.activeElement) el.value = grouped(el.value, el.hasAttribute('data-money'));
    });
    new MutationObserver(function () { if (window.echarts) each(function (c, b) { draw(b); }); })
      .observe(doc.documentElement, { attributes: true, attributeFilter: ['data-bs-theme'] });
  }
  // deferred scripts run before this event, so htmx and the chart library are there
  if (doc.readyState === 'complete') start(); else doc.addEventListener('DOMContentLoaded', start);
  window.huicun = { toast: toast, openDrawer: openHref, charts: charts };
})();
