// What a server may do otherwise and be right.

import { h, fill, button } from './dom.js';
import * as api from './api.js';
import { attempt } from './say.js';
import { refresh as banner } from './banners.js';

export function latitudes() {
  const list = h('ul', { class: 'latitudes' });
  const none = button('Switch all off', () => put([]), { hidden: true });
  const element = h('section', {},
    h('header', { class: 'lead' }, h('h2', {}, 'Latitude'),
      h('p', { class: 'dim' }, 'The documentation leaves these open: a server may do each of them and be right. A client that fails with one depends on this mock.'), h('p', { class: 'actions' }, none)),
    list);
  let known = '';

  async function put(names) {
    await attempt(() => api.setLatitudes(names));
    load();
    banner();
  }
  // toggle switches one, and those off that answer the same question.
  async function toggle(name, on) {
    const { latitudes: taken } = await api.latitudes();
    if (!on) return put(taken.filter((t) => t !== name));
    const { excludes = [] } = (await api.facts()).latitudes?.find((l) => l.name === name) ?? {};
    return put([...taken.filter((t) => !excludes.includes(t)), name]);
  }
  async function load() {
    let found;
    try { found = await api.latitudes(); } catch { return; }
    if (JSON.stringify(found) === known) return;
    known = JSON.stringify(found);
    none.hidden = found.latitudes.length === 0;
    const focused = document.activeElement?.name;
    fill(list, found.available.map(({ name, says }) => {
      const on = found.latitudes.includes(name);
      const box = h('input', { type: 'checkbox', name: 'latitude-' + name, role: 'switch', checked: on, onchange: () => toggle(name, box.checked) });
      return h('li', { class: on && 'on' }, h('label', {}, box, h('span', {}, h('b', {}, name), ' ', says)));
    }));
    if (focused?.startsWith('latitude-')) list.querySelector(`[name="${focused}"]`)?.focus();
  }
  load();
  return { element, load };
}
