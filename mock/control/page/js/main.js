// The frame of the page: which view is shown, whether the mock or the proxy is there, and what is switched on.

import { h, fill, field } from './dom.js';
import * as api from './api.js';
import * as journal from './journal.js';
import { follow } from './live.js';
import { isProxy, self } from './here.js';
import { say, toast } from './say.js';
import { banners } from './banners.js';
import { listen } from './keys.js';
import exchanges from './exchanges.js';
import world from './world.js';
import coverage from './coverage.js';
import faults from './faults.js';
import reference from './reference.js';

const views = isProxy ? { exchanges, coverage, reference } : { exchanges, world, coverage, faults, reference };
for (const only of document.querySelectorAll(`nav [data-only]:not([data-only=${self}])`)) only.remove();
const root = document.getElementById('view');
let shown = null; // {name, element, show, refresh, keys, leave}

// route shows what the fragment of the address says: #/view/rest.
function route() {
  if (location.hash && !location.hash.startsWith('#/')) return; // a place in the page
  const [, name = '', ...rest] = location.hash.split('/');
  const wanted = views[name] ? name : 'exchanges';
  if (shown?.name !== wanted) {
    shown?.leave?.();
    shown = { name: wanted, ...views[wanted]() };
    fill(root, shown.element);
    root.className = wanted;
    scrollTo(0, 0);
    for (const a of document.querySelectorAll('nav a')) {
      if (a.dataset.view === wanted) a.setAttribute('aria-current', 'page');
      else a.removeAttribute('aria-current');
    }
    document.title = `${wanted[0].toUpperCase()}${wanted.slice(1)} · sdecontract ${self}`;
  }
  shown.show?.(rest.map(decodeURIComponent));
}

const link = document.getElementById('link');
function state(name, text) {
  if (link.textContent !== text) link.textContent = text;
  link.dataset.state = name;
  if (name === 'live' && isProxy) watches();
}

// watches tells which server is behind the proxy.
async function watches() {
  const { upstream } = await api.facts();
  fill(document.getElementById('watches'), 'watches ', h('b', { title: upstream }, upstream));
}

// locked asks for the token of the control API.
function locked() {
  return new Promise((done) => {
    const input = h('input', { type: 'password', name: 'key', autocomplete: 'off', required: true });
    const dialog = h('dialog', { 'aria-label': 'Token of the control API' },
      h('form', { method: 'dialog', onsubmit: () => { api.unlock(input.value); setTimeout(() => { dialog.remove(); done(); }); } },
        h('h2', {}, `This ${self} is locked`),
        h('p', {}, `Its control API wants a token. Whoever started the ${self} knows it; the page keeps it until it is closed.`),
        field('Token', input), h('p', { class: 'actions' }, h('button', { class: 'main' }, 'Open'))));
    document.body.append(dialog);
    dialog.showModal();
  });
}

journal.changed((added) => {
  if (added.length) say([`${added.length} new ${added.length === 1 ? 'exchange' : 'exchanges'}`, ...journal.kinds.map((k) => `${added.filter((e) => journal.is(e, k)).length} with ${k.name}`)].join(', '));
  if (added.length) shown?.refresh?.();
});

addEventListener('hashchange', route);
route();
listen(() => shown);
if (!isProxy) banners();
follow({
  state, locked,
  exchanges: journal.add,
  restarted({ upstream }) {
    if (Boolean(upstream) !== isProxy) location.reload(); // a mock took the place of a proxy, or the other way round
    api.restarted();
    journal.clear();
    toast(`The ${self} was restarted: its journal begins anew.`);
    shown?.restarted?.();
  },
});
document.getElementById('help').addEventListener('click', () => dispatchEvent(new Event('shortcuts')));
