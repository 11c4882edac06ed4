// The keyboard. Single keys can be switched off, for those who dictate.

import { h, button } from './dom.js';
import { kinds } from './journal.js';

const setting = 'sdecontract-single-keys';
const enabled = () => localStorage.getItem(setting) !== 'off';

const views = () => [...document.querySelectorAll('nav a')];
const everywhere = () => [
  [`1 – ${views().length}`, views().map((a) => a.textContent).join(', ')], ['/', 'search, where there is something to search'],
  ['Esc', 'close what is open, or leave a field'], ['?', 'these shortcuts'],
];
const ofExchanges = [
  ['j, ↓', 'next exchange'], ['k, ↑', 'previous exchange'], ['Enter', 'open it'], ...kinds.map((k) => [k.key, `${k.name} only`]),
  ['p', 'pause, and go on'], ['c', 'copy as curl'], ['s', 'show its secrets, and hide them again'],
];

function shortcuts() {
  const rows = (list) => h('dl', { class: 'keys' }, list.map(([key, says]) => h('div', {}, h('dt', {}, h('kbd', {}, key)), h('dd', {}, says))));
  const single = h('input', { type: 'checkbox', checked: enabled(), onchange: () => localStorage.setItem(setting, single.checked ? 'on' : 'off') });
  const dialog = h('dialog', { class: 'shortcuts', 'aria-labelledby': 'shortcuts', onclose: () => dialog.remove() },
    h('h2', { id: 'shortcuts' }, 'Keyboard shortcuts'),
    h('h3', {}, 'Everywhere'), rows(everywhere()), h('h3', {}, 'Exchanges'), rows(ofExchanges),
    h('label', { class: 'check' }, single, ' Single keys work'),
    h('p', { class: 'actions' }, button('Close', () => dialog.close(), { class: 'main' })));
  document.body.append(dialog);
  dialog.showModal();
}

// listen gives keys to the view that is shown: its keys are functions by the name of the key.
export function listen(shown) {
  addEventListener('shortcuts', shortcuts);
  addEventListener('keydown', (event) => {
    const typing = event.target.closest?.('input:not([type=checkbox]), textarea, select');
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || document.querySelector('dialog[open]')) return;
    if (event.key === 'Escape') {
      if (typing) event.target.blur();
      else shown()?.keys?.Escape?.();
      return;
    }
    if (typing || !enabled()) return;
    const links = views();
    const search = document.querySelector('main input[type=search]');
    if (event.key === '?') shortcuts();
    else if (event.key === '/' && search) search.focus();
    else if (links[Number(event.key) - 1]) links[Number(event.key) - 1].click();
    else if (shown()?.keys?.[event.key]) shown().keys[event.key](event);
    else return;
    event.preventDefault();
  });
}
