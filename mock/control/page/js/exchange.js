// One exchange: why it was refused, request and reply side by side, and what was made of it.

import { h, fill, icon, badge, button, copy, count } from './dom.js';
import * as api from './api.js';
import * as journal from './journal.js';
import { attempt, toast, report } from './say.js';
import { request, reply } from './message.js';
import { steps, behaviours } from './walk.js';
import { choice, names, send } from './users.js';
import { curl } from './curl.js';
import { isProxy, self } from './here.js';

const where = (f) => `${f.in}${f.pointer ? ' ' + f.pointer : ''}`;

// reasons is the list of findings; each leads to its place.
function reasons(e, pane) {
  if (!e.findings.length) return e.status >= 400 || e.fault ? null : h('p', { class: 'fine' }, icon('ok'), `Nothing to remark: ${isProxy ? 'request and reply keep' : 'the request keeps'} to the contract.`);
  const lead = (f) => {
    const side = pane.querySelector(['reply', 'upstream', 'mock', 'proxy'].includes(f.in) ? '.message.reply' : '.message.request');
    const places = [...side.querySelectorAll('[data-pointer]')].filter((l) => l.dataset.pointer === (f.pointer ?? '') && (f.in === 'body' || f.in === 'reply' && f.pointer));
    const place = places[0] ?? side.querySelector(`.${f.severity}`);
    place?.closest('details')?.setAttribute('open', '');
    place?.scrollIntoView({ block: 'center', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
    place?.classList.remove('flash');
    requestAnimationFrame(() => place?.classList.add('flash'));
  };
  return h('ol', { class: 'reasons', 'aria-label': 'Findings' }, e.findings.map((f) => h('li', { class: f.severity },
    badge(f.severity), h('div', {},
      h('p', {}, button(where(f), () => lead(f), { class: 'place', title: 'Show the place' }), ' ', f.message),
      (f.source || f.location) && h('p', { class: 'cite' }, f.source && `The documentation says so under ${f.source}. `, f.location && ['The rule: ', h('code', {}, `${f.location} ${f.rule ?? ''}`)])))));
}

export function detail(pane, { close }) {
  let number = 0;
  let secrets = false;
  let asked = 0;

  async function again(e, user) {
    await attempt(async () => {
      const before = journal.newest();
      const got = await send(user, { again: e.number }, e);
      if (!got) return;
      toast(`Sent again as ${user || 'nobody'}: ${got.error || got.status}.`);
      journal.coming(got.number ? got.number - 1 : before, (x) => got.number ? x.number === got.number : x.target === e.target && x.method === e.method, (mine) => { location.hash = `#/exchanges/${mine.number}`; });
    });
  }

  function actions(e, users) {
    const user = choice(users, users.includes(e.user) ? e.user : '', { 'aria-label': 'Send again as' });
    const cut = e.cut?.some((part) => part.startsWith('request'));
    const copied = button('Copy as curl', async () => {
      await copy(curl(e));
      copied.textContent = 'Copied';
      setTimeout(() => { copied.textContent = 'Copy as curl'; }, 1500);
    }, { 'data-press': 'copy', disabled: cut });
    return h('div', { class: 'actions' }, copied,
      button(secrets ? 'Hide secrets' : 'Show secrets', () => { secrets = !secrets; load(); }, { 'data-press': 'secrets', 'aria-pressed': String(secrets) }),
      h('span', { class: 'joined' }, button('Send again as', () => again(e, user.value), { class: 'again', disabled: cut }), user));
  }

  function draw(e, items, all, users) {
    const told = ['outage', 'violation', 'breach'].map((s) => [s, e.findings.filter((f) => f.severity === s).length]).filter(([, n]) => n);
    fill(pane, h('article', { class: 'exchange', 'aria-labelledby': 'title' },
      h('header', {},
        button([icon('back'), 'All exchanges'], close, { class: 'quiet back' }),
        h('h2', { id: 'title', tabindex: -1 }, h('span', { class: `status s${Math.floor(e.status / 100)}` }, e.status || '–'), ' ', h('b', {}, e.method), ' ', h('span', {}, e.target)),
        h('p', { class: 'facts' }, `#${e.number} at ${journal.clock(e.time)}, ${journal.took(e.duration_ns)}, as `, h('b', {}, e.user || 'nobody'),
          e.operation && [', ', h('a', { href: `#/reference/${e.operation}` }, e.operation)],
          told.map(([s, n]) => [', ', h('b', { class: s }, count(n, s, s === 'breach' ? 'breaches' : s + 's'))])),
        actions(e, users),
        secrets && h('p', { class: 'shown' }, icon('hidden'), 'Tokens and passwords are shown.')),
      e.fault && h('p', { class: 'acted' }, icon('fault'), h('span', {}, h('b', {}, 'A fault acted: '), e.fault, '. ', h('a', { href: '#/faults' }, 'Faults'))),
      reasons(e, pane),
      h('div', { class: 'sides' }, request(e), reply(e)),
      steps(e, all), behaviours(e, items)));
  }

  async function load() {
    const turn = ++asked;
    try {
      const [e, coverage, facts, users] = await Promise.all([api.exchange(number, secrets), api.coverage(), api.facts(), names()]);
      if (turn !== asked) return;
      draw(e, new Map(coverage.groups.flatMap((g) => g.items).map((i) => [i.id, i])), facts.steps ?? [], users);
    } catch (err) {
      if (turn !== asked) return;
      report(err);
      fill(pane, h('div', { class: 'empty' }, h('h2', {}, err.status === 404 ? `Exchange ${number} isn't there` : 'It can\'t be shown'),
        h('p', {}, err.status === 404 ? `The ${self} keeps the last ones only, and has forgotten it.` : err.message), button('All exchanges', close)));
    }
  }

  return {
    show(wanted) {
      if (wanted === number) return;
      number = wanted;
      secrets = false;
      asked++;
      if (!number) { fill(pane); return; }
      pane.scrollTop = 0;
      load();
    },
    press: (name) => pane.querySelector(`[data-press=${name}]`)?.click(),
    leave: () => { asked++; },
  };
}
