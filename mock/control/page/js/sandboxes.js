// Sandboxes: isolated mocks beside this one, each with an inspector of its own.

import { h, fill, button, table } from './dom.js';
import * as api from './api.js';
import { clock } from './journal.js';

// local is the page of a sandbox, on the origin that this page came from.
const local = (url) => new URL(new URL(url).pathname.replace(/\/?$/, '/'), location.origin).href;

export function sandboxes() {
  const list = h('div', {});
  async function load() {
    let found;
    try { found = await api.sandboxes(); } catch (err) {
      fill(list, h('p', { class: 'dim' }, err.status === 404 ? 'This is a sandbox: it has none itself.' : err.message));
      return;
    }
    fill(list, found.sandboxes.length ? table('Sandboxes', ['Sandbox', 'Made at', 'Used at', ''], found.sandboxes.map((s) => [
      h('b', {}, s.id), clock(s.created), clock(s.last_used), h('a', { class: 'button', href: local(s.control_url) }, 'Inspect'),
    ]), { class: 'cards' }) : h('p', { class: 'dim' }, 'There are none. Tests that run in parallel make one each, with POST /_mock/sandboxes.'));
  }
  load();
  return { element: h('div', {}, h('p', { class: 'actions' }, button('Look again', load)), list) };
}
