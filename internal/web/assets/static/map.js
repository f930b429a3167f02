// Sets a place: a click on a drawn map, or where the telephone is, goes into the field; without it the field is typed.
(function () {
  'use strict';
  var doc = document;
  function $(sel) { return doc.querySelector(sel); }
  function put(field, text) {
    if (!field) return;
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
  // From pixels to degrees and back, by the Web Mercator projection in which the map is drawn.
  function degrees(svg, x, y) {
    var s = +svg.dataset.scale, mx = +svg.dataset.west + x / s, my = +svg.dataset.north + y / s;
    return [Math.atan(Math.sinh(Math.PI * (1 - 2 * my))) * 180 / Math.PI, (mx - 0.5) * 360];
  }
  function pixels(svg, lat, lon) {
    var s = +svg.dataset.scale, sin = Math.sin(lat * Math.PI / 180);
    return [(lon / 360 + 0.5 - svg.dataset.west) * s, (0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI) - svg.dataset.north) * s];
  }
  function mark(svg, x, y) {
    var m = svg.querySelector('[data-map-mark]');
    m.setAttribute('transform', 'translate(' + x.toFixed(1) + ' ' + y.toFixed(1) + ')');
    m.setAttribute('visibility', 'visible');
  }
  function text(lat, lon) { return lat.toFixed(6) + ', ' + lon.toFixed(6); }
  doc.addEventListener('click', function (e) {
    var svg = e.target.closest && e.target.closest('[data-map-pick]');
    if (svg) {
      var p = new DOMPoint(e.clientX, e.clientY).matrixTransform(svg.getScreenCTM().inverse()), d = degrees(svg, p.x, p.y);
      mark(svg, p.x, p.y);
      put($(svg.dataset.mapPick), text(d[0], d[1]) + svg.dataset.suffix);
      return;
    }
    var b = e.target.closest && e.target.closest('[data-locate]');
    if (!b) return;
    var note = $('[data-locate-note]');
    b.disabled = true;
    note.textContent = '正在定位…';
    navigator.geolocation.getCurrentPosition(function (at) {
      b.disabled = false;
      put($(b.dataset.locate), text(at.coords.latitude, at.coords.longitude));
      note.textContent = '已填入，误差约 ' + Math.round(at.coords.accuracy) + ' 米；请看地图核对后保存。';
      var map = $('[data-map-pick]');
      if (map && !map.dataset.suffix) mark.apply(null, [map].concat(pixels(map, at.coords.latitude, at.coords.longitude)));
    }, function (err) {
      b.disabled = false;
      note.textContent = err.code === 1 ? '没有允许读取位置；请在浏览器设置里允许，或在地图上点。' : '没有定到位置；请到室外再试，或在地图上点。';
    }, { enableHighAccuracy: true, timeout: 20000 });
  });
  function start() {
    var b = $('[data-locate]');
    if (b && window.isSecureContext && navigator.geolocation) b.hidden = false;
  }
  if (doc.readyState === 'loading') doc.addEventListener('DOMContentLoaded', start); else start();
})();
