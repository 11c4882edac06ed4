// Snapshots: the world as it was, to go back to.

import { h, fill, button, field, table } from './dom.js';
import * as api from './api.js';
import { attempt, toast } from './say.js';

export function snapshots() {
  const list = h('div', {});
  const name = h('input', { name: 'snapshot', pattern: '[A-Za-z0-9_\\-]{1,64}', title: 'letters, digits, - and _', placeholder: 'a name of its own' });
  const form = h('form', { class: 'sentence', onsubmit: (event) => {
    event.preventDefault();
    attempt(async () => {
      const made = await api.saveSnapshot(name.value);
      toast(`The world is kept as ${made.name}.`);
      name.value = '';
      load();
    });
  } }, field('Keep the world as it is now, as', name), h('button', { class: 'main' }, 'Keep'));

  async function load() {
    const found = await attempt(api.snapshots);
    if (!found) return;
    fill(list, found.length ? table('Snapshots', ['Name', 'Kept at', ''], found.map((s) => [
      h('b', {}, s.name), new Date(s.time).toLocaleString('en-GB'),
      h('span', { class: 'actions' }, button('Restore', () => attempt(async () => { await api.restore(s.name); toast(`The world is that of ${s.name} again.`); }), { 'aria-label': `Restore ${s.name}` }),
        button('Forget', () => attempt(async () => { await api.removeSnapshot(s.name); load(); }), { class: 'quiet', 'aria-label': `Forget ${s.name}` })),
    ]), { class: 'cards' }) : h('p', { class: 'dim' }, 'There are none yet. A test does the same with POST /_mock/snapshots and POST /_mock/restore.'));
  }
  load();
  return { element: h('div', {}, form, list), refresh() {} };
}
