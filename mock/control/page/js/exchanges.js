// The exchanges, newest first, as they happen.

import { h, fill, badge, button, option, count, save } from './dom.js';
import * as journal from './journal.js';
import * as api from './api.js';
import { attempt } from './say.js';
import { rows } from './list.js';
import { detail } from './exchange.js';
import { isProxy, self } from './here.js';

const kept = { q: '', operation: '', user: '', status: '', kinds: new Set() }; // filters, for as long as the page is open
const nobody = '(nobody)';

const passes = (e) => (!kept.operation || e.operation === kept.operation) &&
  (!kept.user || (e.user || nobody) === kept.user) && (!kept.status || journal.statusWord(e.status) === kept.status) &&
  (!kept.kinds.size || journal.kinds.some((k) => kept.kinds.has(k.name) && journal.is(e, k))) &&
  kept.q.toLowerCase().split(/\s+/).every((word) => journal.text(e).includes(word));

function draw(e) {
  const first = e.findings.find((f) => f.severity === e.worst);
  return h('div', { class: `row ${e.worst || 'ok'}`, role: 'option', id: `e${e.number}` },
    h('span', { class: `status s${Math.floor(e.status / 100)}` }, e.status || '–'),
    h('span', { class: 'what' }, h('b', {}, e.method), ' ', e.target),
    h('span', { class: 'who' }, e.user || 'nobody'),
    h('span', { class: 'when' }, journal.clock(e.time)),
    h('span', { class: 'why' }, e.fault && badge('fault', e.fault),
      journal.kinds.filter((k) => journal.is(e, k) && !k.severities.includes(e.worst)).map((k) => [badge(k.tone), ' ']),
      first ? [badge(e.worst), ` ${[first.in, first.pointer].filter(Boolean).join(' ')}: ${first.message}`] : e.operation),
    h('span', { class: 'more' }, e.findings.length > 1 ? `+${e.findings.length - 1}` : ''));
}

export default function exchanges() {
  let paused = false;
  let upTo = Infinity; // while paused: the number of the last exchange that is shown
  let open = 0;
  let held = null; // keeps the view while it is scrolled
  const list = rows({ label: 'Exchanges, newest first', draw, id: (e) => e.number, choose: (e, enter) => {
    if (enter || open) location.hash = `#/exchanges/${e.number}`;
    list.mark(e.number);
  } });
  const pill = button('', () => { resume(); list.box.scrollTop = 0; }, { class: 'pill', hidden: true });
  const pane = h('div', { class: 'pane' });
  const output = h('output', {});
  const selects = Object.fromEntries(['operation', 'user', 'status'].map((name) => [name, h('select', { name, 'aria-label': name, onchange: (event) => { kept[name] = event.target.value; update(); } })]));
  const search = h('input', { type: 'search', name: 'q', placeholder: 'Search', value: kept.q, 'aria-label': 'Search', oninput: () => { kept.q = search.value; update(); } });
  const chips = Object.fromEntries(journal.kinds.map((k) => [k.key, h('input', { type: 'checkbox', name: k.name, checked: kept.kinds.has(k.name), onchange: (event) => {
    kept.kinds[event.target.checked ? 'add' : 'delete'](k.name);
    update();
  } })]));
  const pause = button('Pause', () => (paused ? resume() : stop(true)), { id: 'pause', 'aria-pressed': 'false' });
  const har = button('Download', () => attempt(async () => save(await api.har(), 'application/json', 'requests.har')), { class: 'plain', title: 'as HAR, for a browser\'s developer tools' });
  const clear = button('Forget', () => attempt(async () => { await api.forget(); journal.clear(); location.hash = '#/exchanges'; }), { class: 'plain', id: 'forget', title: 'Forget all exchanges' });
  const filters = h('form', { class: 'filters', role: 'search', 'aria-label': 'Filter exchanges', onsubmit: (event) => event.preventDefault() },
    search, h('span', { class: 'chips', role: 'group', 'aria-label': 'Only those with' },
      journal.kinds.map((k) => h('label', { class: 'chip ' + k.tone }, chips[k.key], isProxy ? k.name[0].toUpperCase() + k.name.slice(1) : 'Violations only'))),
    selects.operation, selects.user, selects.status, pause, h('p', { class: 'told' }, output, har, clear));
  const empty = h('div', { class: 'empty' });
  const place = h('code', {});
  api.facts().then(({ url }) => fill(place, url)).catch(() => fill(place, `the ${self}`));
  const side = h('section', { class: 'side', 'aria-label': 'Exchanges' }, filters, h('div', { class: 'stack' }, pill, list.box, empty));
  const element = h('div', { class: 'split' }, side, pane);

  function stop(byHand) {
    paused ||= byHand;
    if (upTo === Infinity) upTo = journal.newest();
    update();
  }
  function resume() {
    paused = false;
    upTo = Infinity;
    update();
  }
  list.box.addEventListener('scroll', () => {
    const away = list.box.scrollTop > 4;
    if (away === held) return;
    held = away;
    if (away) stop(false);
    else if (!paused) resume();
  });

  function offer(name, values) {
    const select = selects[name];
    const wanted = ['', ...new Set([...values, kept[name]].filter(Boolean))];
    if (wanted.join('\n') !== [...select.options].map((o) => o.value).join('\n')) {
      fill(select, wanted.map((v) => option(v, v || name[0].toUpperCase() + name.slice(1))));
    }
    select.value = kept[name];
  }

  function update() {
    const every = journal.all();
    offer('operation', every.map((e) => e.operation).sort());
    offer('user', every.map((e) => e.user || nobody).sort());
    offer('status', every.map((e) => journal.statusWord(e.status)).sort());
    const found = every.filter(passes);
    const visible = found.filter((e) => e.number <= upTo).reverse();
    list.set(visible);
    const held = found.length - visible.length;
    pill.hidden = held === 0;
    fill(pill, `↑ ${held.toLocaleString('en')} new`);
    pause.textContent = paused ? 'Go on' : 'Pause';
    pause.setAttribute('aria-pressed', String(paused));
    const bad = journal.kinds.map((k) => [k, every.filter((e) => journal.is(e, k)).length]);
    fill(output, `${visible.length.toLocaleString('en')} of ${count(every.length, 'exchange')}, `, bad.map(([k, n], i) => [i > 0 && ', ', h('b', { class: n ? k.tone : 'ok' }, `${n} with ${k.name}`)]),
      journal.lost > 0 && `; ${journal.lost} were forgotten before they could be shown`);
    empty.hidden = visible.length > 0;
    fill(empty, every.length ? 'No exchange passes the filter.' : [h('h2', {}, 'Waiting for a client'),
      h('p', {}, 'Whatever it asks of ', place, ' appears here at once.'),
      h('p', {}, h('a', { href: '#/reference' }, 'Send a first request from the reference'))]);
  }
  const unfollow = journal.changed(() => { if (!pending) pending = requestAnimationFrame(() => { pending = 0; update(); }); });
  let pending = 0;
  update();

  const shown = detail(pane, { close: () => { location.hash = '#/exchanges'; } });
  return {
    element,
    show([number]) {
      open = Number(number) || 0;
      element.classList.toggle('open', open > 0);
      if (open) list.mark(open);
      shown.show(open);
      list.repaint();
    },
    restarted: () => { upTo = Infinity; update(); },
    leave: () => { unfollow(); list.leave(); shown.leave(); },
    keys: {
      j: () => list.move(1), k: () => list.move(-1), ArrowDown: () => list.move(1), ArrowUp: () => list.move(-1),
      ...Object.fromEntries(Object.entries(chips).map(([key, chip]) => [key, () => chip.click()])), p: () => pause.click(), c: () => shown.press('copy'), s: () => shown.press('secrets'),
      Escape() { if (open) location.hash = '#/exchanges'; list.box.focus(); },
    },
  };
}
