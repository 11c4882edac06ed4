// The world: what each user sees of it, and how to change it by hand.

import { h, fill, button, table, words } from './dom.js';
import * as api from './api.js';
import { attempt, toast, report } from './say.js';
import { connections } from './connections.js';
import { snapshots } from './snapshots.js';
import { sandboxes } from './sandboxes.js';
import { worldFile } from './worldfile.js';

const yes = (value) => (value ? 'yes' : '');

function users(world, shown) {
  const list = Object.entries(world.users);
  return table('Users', ['User', 'Organization', 'Permissions', ...(shown ? ['Token'] : [])], list.map(([name, u]) => [
    h('b', {}, name), u.organization, u.permissions?.length ? h('ul', { class: 'tiles' }, u.permissions.map((p) => h('li', { class: 'tag' }, p))) : h('span', { class: 'dim' }, 'none'),
    ...(shown ? [h('code', {}, u.token)] : []),
  ]), { class: 'cards' });
}

function organizations(world) {
  return Object.entries(world.organizations).map(([name, o]) => h('section', {},
    h('h3', {}, name, ' ', (o.features ?? []).map((f) => h('span', { class: 'tag' }, f))),
    h('h4', {}, 'Projects'),
    table(`Projects of ${name}`, ['Id', 'Name', 'Application', 'Business unit'], (o.projects ?? []).map((p) => [p.id, p.name, p.application ?? '', p.business_unit ?? '']), { class: 'cards' }),
    Object.entries(o.connectors ?? {}).map(([kind, list]) => [h('h4', {}, `Connectors: ${kind}`),
      table(`Connectors of ${name}: ${kind}`, ['Id', 'Name', 'System', 'Command', 'Remote', 'Inaccessible', 'Params'], list.map((c) => [
        c.id, c.name, c.system, h('code', {}, c.command ?? ''), yes(c.remote), yes(c.inaccessible),
        Object.keys(c.params ?? {}).length ? h('details', {}, h('summary', {}, `${Object.keys(c.params).length} members`), h('pre', {}, JSON.stringify(c.params, null, 2))) : '',
      ]), { class: 'cards' })])));
}

// people is the table of users; their tokens are shown to who asks, and hidden again.
function people(world) {
  const place = h('div', {}, users(world));
  let shown = false;
  const toggle = button('Show tokens', () => attempt(async () => {
    const found = await api.world(!shown);
    shown = !shown;
    fill(place, users(found, shown));
    toggle.textContent = shown ? 'Hide tokens' : 'Show tokens';
    toggle.setAttribute('aria-pressed', String(shown));
  }), { id: 'tokens', 'aria-pressed': 'false' });
  return { element: h('div', {}, place, h('p', { class: 'actions' }, toggle)) };
}

const parts = {
  connections: () => connections(),
  users: people,
  organizations: (world) => ({ element: h('div', {}, organizations(world)) }),
  snapshots, sandboxes, file: worldFile,
};
const titles = { connections: 'Connections', users: 'Users', organizations: 'Projects and connectors', snapshots: 'Snapshots', sandboxes: 'Sandboxes', file: 'world.yaml' };

export default function world() {
  const place = h('div', { class: 'chapter' });
  const tabs = h('nav', { class: 'tabs', 'aria-label': 'Parts of the world' },
    Object.entries(titles).map(([name, title]) => h('a', { href: `#/world/${name}`, 'data-part': name }, title)));
  const reset = button('Reset', () => attempt(async () => {
    await api.reset();
    toast('The connections are what the world says again.');
    load();
  }), { id: 'reset', title: 'Forget what clients created and changed' });
  const element = h('div', { class: 'wide' }, h('header', { class: 'lead row' }, h('h2', {}, 'World'), tabs, reset), place);
  let name = 'connections';
  let part = null;

  async function load() {
    const wanted = name;
    try {
      const found = wanted === 'users' || wanted === 'organizations' ? await api.world() : null;
      if (wanted !== name) return;
      part?.leave?.();
      part = parts[wanted](found);
      fill(place, part.element);
    } catch (err) {
      report(err);
      fill(place, h('div', { class: 'empty' }, h('h3', {}, `The ${words(wanted)} can't be shown`), h('p', {}, err.message), button('Again', load)));
    }
  }
  return {
    element,
    show([wanted]) {
      name = titles[wanted] ? wanted : 'connections';
      for (const a of tabs.children) {
        if (a.dataset.part === name) a.setAttribute('aria-current', 'page');
        else a.removeAttribute('aria-current');
      }
      load();
    },
    refresh: () => part?.refresh?.(),
    restarted: load,
    leave: () => part?.leave?.(),
  };
}
