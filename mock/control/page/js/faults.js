// Trouble on request: faults, and what the documentation leaves open.

import { h, fill, button, field, option, table } from './dom.js';
import * as api from './api.js';
import { attempt, toast } from './say.js';
import { refresh as banner } from './banners.js';
import { does, often, effects } from './rule.js';
import { operations } from './contract.js';
import { names } from './users.js';
import { latitudes } from './latitudes.js';

const oftens = { always: {}, once: { times: 1 }, twice: { times: 2 }, 'every 2nd time': { every: 2 }, 'every 10th time': { every: 10 }, 'with a chance of 10 %': { probability: 0.1 }, 'with a chance of 50 %': { probability: 0.5 } };
const delays = ['250ms', '1s', '5s', '30s'];

// form is one sentence: make an operation, for a user, do something, so often.
function form(list, users, done) {
  const select = (name, options) => h('select', { name, id: 'fault-' + name }, options);
  const operation = select('operation', [option('', 'every operation'), ...list.map((o) => option(o.id))]);
  const user = select('user', [option('', 'anybody'), ...users.map((u) => option(u))]);
  const what = select('what', []);
  const often = select('often', Object.keys(oftens).map((o) => option(o)));
  const offer = () => {
    const documented = list.filter((o) => !operation.value || o.id === operation.value).flatMap((o) => o.statuses).filter((s) => s >= 400);
    const kept = what.value;
    fill(what, h('optgroup', { label: 'answer' }, [...new Set(documented)].sort().map((s) => option('status ' + s, `answers ${s}`))),
      h('optgroup', { label: 'break' }, Object.entries(effects).map(([name, says]) => option('effect ' + name, says))),
      h('optgroup', { label: 'be late' }, delays.map((d) => option('delay ' + d, `waits ${d}`))));
    what.value = [...what.options].some((o) => o.value === kept) ? kept : 'status 503';
  };
  operation.addEventListener('change', offer);
  offer();
  const set = (event) => {
    event.preventDefault();
    const [kind, value] = what.value.split(' ');
    const rule = { ...(operation.value && { operation: operation.value }), ...(user.value && { user: user.value }), [kind]: kind === 'status' ? Number(value) : value, ...oftens[often.value] };
    attempt(async () => { await api.addFault(rule); done(); });
  };
  return h('form', { class: 'sentence', onsubmit: set }, field('When', user), field('calls', operation), field('the mock', what), field('how often', often),
    h('button', { class: 'main', id: 'fault-on' }, 'Switch on'));
}

function active(list, done) {
  if (!list.length) return h('p', { class: 'dim' }, 'No fault is on: the mock answers as the contract says.');
  const off = (id) => attempt(async () => { await api.removeFault(id); done(); });
  return table('Faults that are on', ['Operation', 'User', 'What happens', 'How often', 'Acted', ''], list.map(({ rule, matched, acted }) => [
    rule.operation || 'every one', rule.user || 'anybody', does(rule), often(rule), h('b', { class: 'acted-count' }, `${acted} of ${matched}`),
    button('Switch off', () => off(rule.id), { class: 'off', 'aria-label': `Switch off ${does(rule)}` }),
  ]), { class: 'cards' });
}

export default function faults() {
  const now = h('div', { id: 'faults-on' });
  const sentence = h('div', {});
  const liberties = latitudes();
  const element = h('div', { class: 'wide' },
    h('header', { class: 'lead' }, h('h2', {}, 'Faults'), h('p', { class: 'dim' }, 'How does the client bear it when things go wrong? What is switched on acts on every client of this mock, until it is switched off.')),
    sentence, now, liberties.element);
  let known = '';

  async function load() {
    try {
      const list = await api.faults();
      if (JSON.stringify(list) === known) return;
      known = JSON.stringify(list);
      fill(now, active(list, changed));
    } catch { /* the state of the link tells */ }
  }
  function changed() {
    load();
    banner();
  }
  async function start() {
    const [list, users] = await Promise.all([operations(), names()]);
    fill(sentence, form(list, users, () => { toast('The fault acts from the next request on.'); changed(); }));
  }
  attempt(start);
  load();
  const again = () => { load(); liberties.load(); };
  addEventListener('switched', again);
  let due = 0;
  return {
    element,
    refresh() { due ||= setTimeout(() => { due = 0; load(); }, 300); },
    leave: () => { removeEventListener('switched', again); clearTimeout(due); },
    restarted: () => { attempt(start); again(); },
  };
}
