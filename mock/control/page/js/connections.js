// The connections, and what else there is, as one user sees them.

import { h, fill, icon, button, field, table, option } from './dom.js';
import * as api from './api.js';
import { follow, operations } from './contract.js';
import { edit } from './edit.js';
import { report } from './say.js';

const size = 25;
const kept = { user: '', collection: '' }; // for as long as the page is open

// columns are the properties of the listed items, as the contract has them.
function columns(op) {
  const reply = follow(op.doc, Object.entries(op.responses).find(([status]) => status < '300')[1]);
  const list = follow(op.doc, reply.content['application/json'].schema);
  const items = Object.values(list.properties).map((p) => follow(op.doc, p)).find((p) => p.type === 'array');
  return Object.entries(follow(op.doc, items.items).properties).map(([name, p]) => ({ ...follow(op.doc, p), ...p, name }));
}

function cell(item, column, user, named) {
  const value = item[column.name];
  const name = named(column, value);
  if (name) return [value, ' ', h('span', { class: 'dim' }, name)];
  if (value === undefined) {
    const why = column['x-visible-with'];
    return h('span', { class: 'unseen', title: why ? `only with the permission ${why}` : 'absent' }, icon('hidden'), ` hidden from ${user}`);
  }
  if (value && typeof value === 'object') {
    const n = Object.keys(value).length;
    return h('details', {}, h('summary', {}, `${n} ${n === 1 ? 'member' : 'members'}`), h('pre', {}, JSON.stringify(value, null, 2)));
  }
  return typeof value === 'boolean' ? (value ? 'yes' : h('span', { class: 'dim' }, 'no')) : value;
}

export function connections() {
  const who = h('div', { class: 'seen-by', role: 'radiogroup', 'aria-labelledby': 'seen-by' });
  const kinds = h('select', { id: 'collection', onchange: () => { kept.collection = kinds.value; page = 1; load(); } });
  const add = button('Add', () => change(null), { id: 'add', class: 'main' });
  const body = h('div', { id: 'connections' });
  const turn = h('div', { class: 'actions turn' });
  const says = h('p', { class: 'dim', role: 'status' });
  const element = h('div', {}, h('div', { class: 'bar' }, h('span', { class: 'label', id: 'seen-by' }, 'Seen by'), who, field('List', kinds), add), says, body, turn);
  let page = 1;
  let asked = 0;
  let all = [];
  let world = {};

  const of = (verb) => all.find((o) => o.verb === verb && o.collection === kept.collection);

  // named is the name of what an id refers to.
  function named(column, value) {
    const create = of('create');
    const schema = create && follow(create.doc, follow(create.doc, create.requestBody).content['application/json'].schema);
    const refers = schema?.properties[column.name]?.['x-refers-to'];
    if (!refers) return '';
    const found = world.organizations[world.users[kept.user]?.organization]?.[refers.collection];
    return (refers.where?.kind ? found?.[refers.where.kind] : found)?.find((e) => e.id === value)?.name ?? '';
  }

  // change opens the form of a connection, or of a new one.
  function change(item) {
    const op = of(item ? 'update' : 'create');
    if (op) edit({ op, item, user: kept.user, done: load });
  }

  async function start() {
    [all, world] = await Promise.all([operations(), api.world()]);
    const names = Object.keys(world.users);
    if (!names.includes(kept.user)) kept.user = names[0] ?? '';
    const collections = all.filter((o) => o.verb === 'list').map((o) => o.collection);
    kept.collection ||= collections[0];
    fill(kinds, all.filter((o) => o.verb === 'list').map((o) => option(o.collection, o.path.split('/').filter(Boolean).slice(2).join(' '))));
    kinds.value = kept.collection;
    fill(who, names.map((name) => h('label', { class: 'chip' },
      h('input', { type: 'radio', name: 'seen-by', value: name, checked: name === kept.user, onchange: () => { kept.user = name; page = 1; load(); } }), name)));
    await load();
  }

  async function load() {
    const mine = ++asked;
    const op = of('list');
    if (!op) return;
    add.hidden = !of('create');
    let e;
    try {
      e = await api.seen(kept.user, `${op.path}?page_size=${size}&page=${page}`);
    } catch (err) {
      fill(says, err.message);
      return;
    }
    if (mine !== asked) return;
    draw(op, e);
  }

  function draw(op, e) {
    if (e.status !== 200) {
      fill(body, h('div', { class: 'empty' }, h('h3', {}, `${kept.user} is answered ${e.status}`), h('p', {}, e.reply_body ?? '')));
      return;
    }
    if (e.cut?.length) {
      fill(body, h('div', { class: 'empty' }, h('p', {}, 'This is too large for a table.')));
      return;
    }
    const reply = JSON.parse(e.reply_body);
    const items = reply.results ?? [];
    const heads = columns(op);
    const open = new Set([...body.querySelectorAll('tr:has(details[open])')].map((row) => row.dataset.id));
    fill(says, `${reply.count ?? items.length} of them, as ${kept.user} sees them now. Looking leaves no trace in the journal.`);
    const drawn = table(`${op.summary}: seen by ${kept.user}`, [...heads.map((c) => c.name), ''], items.map((item) => [
      ...heads.map((c) => cell(item, c, kept.user, named)), of('update') && button('Edit', () => change(item), { 'aria-label': `Edit ${item.alias ?? item.id}` }),
    ]), { class: 'cards connections' });
    [...drawn.tBodies[0].rows].forEach((row, i) => {
      row.dataset.id = items[i].id;
      if (open.has(row.dataset.id)) row.querySelector('details')?.setAttribute('open', '');
    });
    fill(body, drawn);
    fill(turn, page > 1 && button('Previous page', () => { page--; load(); }), reply.next && button('Next page', () => { page++; load(); }));
  }
  start().catch((err) => { report(err); fill(says, err.message); });
  let due = 0;
  return { element, refresh() { due ||= setTimeout(() => { due = 0; load(); }, 400); }, leave: () => { clearTimeout(due); asked++; } };
}
