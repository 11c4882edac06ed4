// What makes the mock behave unlike itself is told above every view, as long as it is on.

import { h, fill, icon, button, count } from './dom.js';
import * as api from './api.js';
import { attempt } from './say.js';
import { says } from './rule.js';
import * as journal from './journal.js';

const place = document.getElementById('banners');
let known = '';

// refresh asks what is switched on, and shows it.
export async function refresh() {
  let found;
  try {
    const [faults, latitudes] = await Promise.all([api.faults(), api.latitudes()]);
    found = { faults: faults.map((f) => f.rule), latitudes: latitudes.latitudes };
  } catch {
    return; // the state of the link tells
  }
  const next = JSON.stringify(found);
  if (next === known) return;
  known = next;
  fill(place, banner(found));
  dispatchEvent(new Event('switched'));
}

function banner({ faults, latitudes }) {
  if (!faults.length && !latitudes.length) return null;
  const off = async () => {
    await attempt(async () => {
      if (faults.length) await api.clearFaults();
      if (latitudes.length) await api.setLatitudes([]);
    });
    refresh();
  };
  const parts = [
    faults.length && h('span', {}, h('strong', {}, count(faults.length, 'fault')), ' on: ',
      faults.slice(0, 2).map((f) => says(f)).join('; '), faults.length > 2 && ' …'),
    latitudes.length && h('span', {}, h('strong', {}, count(latitudes.length, 'latitude')), ' on: ',
      latitudes.slice(0, 3).join(', '), latitudes.length > 3 && ' …'),
  ].filter(Boolean);
  return h('div', { class: 'banner' }, icon('fault'), h('p', {}, parts), h('a', { href: '#/faults' }, 'Look'), button('Switch off', off, { id: 'all-off' }));
}

// banners keeps them up to date: another page, or a test, may have switched something.
export function banners() {
  refresh();
  setInterval(() => { if (document.visibilityState === 'visible') refresh(); }, 4000);
  journal.changed((added) => { if (added.some((e) => e.fault)) refresh(); });
}
