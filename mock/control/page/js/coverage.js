// The contract as a map: what clients have met, and what they haven't.

import { h, fill, icon, button, count, table, save } from './dom.js';
import * as api from './api.js';
import { attempt, toast } from './say.js';

const titles = {
  operations: 'Operations', statuses: 'Statuses', fields: 'Fields sent', parameters: 'Parameters sent', values: 'Values sent', users: 'Users', behaviours: 'Behaviours',
};
const tone = (item) => (item.count > 0 ? 'met' : item.on_demand ? 'rare' : 'unmet');

// tile is one item: whether it was met, and by which exchange first.
function tile(item, label = item.label) {
  const state = tone(item);
  const told = { met: `met ${count(item.count, 'time')}`, rare: `not met; it takes ${item.on_demand}`, unmet: 'not met' }[state];
  const inner = [icon(state === 'met' ? 'ok' : 'unmet'), label, h('span', { class: 'sr' }, `: ${told}`)];
  return item.first
    ? h('a', { class: 'tile met', href: `#/exchanges/${item.first}`, title: `${item.says}: ${told}, first by exchange ${item.first}` }, inner, h('small', { 'aria-hidden': 'true' }, item.count))
    : h('span', { class: 'tile ' + state, title: `${item.says}: ${told}${state === 'met' ? ', in sandboxes' : ''}` }, inner, item.count > 0 && h('small', { 'aria-hidden': 'true' }, item.count));
}

function overview(c) {
  const meter = (label, g, id) => h('a', { class: 'meter', href: `#/coverage/${id}` }, h('span', {}, label), h('b', {}, `${g.covered} of ${g.total}`),
    h('progress', { max: Math.max(1, g.total), value: g.covered, 'aria-label': `${label}: ${g.covered} of ${g.total}` }));
  return h('div', { class: 'meters' }, c.groups.map((g) => meter(titles[g.kind] ?? g.kind, g, g.kind)));
}

// map has a row for each operation: its statuses, then what can be sent.
function map(groups, wanted) {
  const of = (kind, operation) => (groups[kind]?.items ?? []).filter((i) => i.operation === operation && wanted(i));
  const operations = groups.operations.items;
  const statuses = [...new Set(groups.statuses.items.map((i) => i.label))].sort();
  const cell = (operation, status) => of('statuses', operation).filter((i) => i.label === status).map((i) => tile(i, ''));
  return [
    h('h3', { id: 'statuses' }, 'Operations and statuses'),
    h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Operations and statuses' },
      table('Operations by status', ['Operation', ...statuses], operations.map((o) => [tile(o), ...statuses.map((s) => cell(o.id, s))]), { class: 'matrix' })),
    h('h3', { id: 'fields' }, 'What can be sent'),
    h('div', { class: 'sent' }, operations.map((o) => {
      const parts = ['fields', 'parameters', 'values'].flatMap((kind) => of(kind, o.id));
      return parts.length ? h('section', {}, h('h4', {}, o.label), h('div', { class: 'tiles' }, parts.map((i) => tile(i)))) : null;
    })),
  ];
}

// behaviours are grouped by what they are about.
function behaviours(items) {
  const groups = Map.groupBy ? Map.groupBy(items, (i) => i.id.split('/')[0]) : new Map([['', items]]);
  return [h('h3', { id: 'behaviours' }, 'Behaviours of the contract'),
    [...groups].map(([name, list]) => h('section', { class: 'rules' }, h('h4', {}, name),
      h('ul', {}, list.map((i) => h('li', { class: tone(i) }, tile(i), h('span', {}, i.says, i.on_demand && !i.count && h('em', {}, ` (takes ${i.on_demand})`),
        i.source && h('span', { class: 'cite' }, ` ${i.source}`)))))))];
}

export default function coverage() {
  const element = h('div', { class: 'wide' });
  let missing = false;
  let known = '';

  async function load(force) {
    let c;
    try { c = await api.coverage(); } catch { return; }
    const next = JSON.stringify(c);
    if (next === known && !force) return;
    known = next;
    draw(c);
  }
  function draw(c) {
    const groups = Object.fromEntries(c.groups.map((g) => [g.kind, g]));
    const wanted = (i) => !missing || i.count === 0;
    const only = h('input', { type: 'checkbox', checked: missing, onchange: () => { missing = only.checked; load(true); } });
    const focused = document.activeElement?.name;
    fill(element,
      h('header', { class: 'lead' }, h('h2', {}, `Clients have met ${c.percent} % of the contract`),
        h('p', { class: 'dim' }, `${c.covered} of ${c.total} things that can happen. What takes a fault, a latitude or a broken request (dashed) counts only once it was met.`),
        h('div', { class: 'actions' }, h('label', { class: 'chip' }, only, 'Only what is missing'),
          button('Download the report', () => attempt(async () => save(await api.coverageReport(), 'text/html', 'coverage.html'))),
          button('Begin anew', async () => { await attempt(async () => { await api.forgetCoverage(); toast('What clients have met was forgotten.'); }); load(true); }))),
      overview(c), map(groups, wanted),
      groups.users && [h('h3', { id: 'users' }, 'Users'), h('div', { class: 'tiles' }, groups.users.items.filter(wanted).map((i) => tile(i)))],
      behaviours(groups.behaviours.items.filter(wanted)));
    only.name = 'missing';
    if (focused === 'missing') only.focus();
  }
  load(true);
  let due = 0;
  return {
    element,
    show([part]) { if (part) document.getElementById(part)?.scrollIntoView(); },
    refresh() { due ||= setTimeout(() => { due = 0; load(); }, 500); },
    leave: () => clearTimeout(due),
    restarted: () => load(true),
  };
}
