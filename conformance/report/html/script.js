'use strict';
(() => {
  const byId = (id) => document.getElementById(id);
  const form = byId('filter');
  const checks = [...document.querySelectorAll('[data-verdict]')];
  const groups = [...document.querySelectorAll('.group')];
  const evidence = JSON.parse(byId('evidence').textContent);

  // Exchanges are drawn when their check is first opened.
  function draw(number) {
    const item = document.createElement('li');
    const row = evidence.exchanges[number];
    if (!row) {
      item.textContent = `Exchange ${number} is in the JSON report only.`;
      return item;
    }
    item.append(byId('exchange').content.cloneNode(true));
    evidence.slots.forEach((slot, i) => {
      item.querySelector(`[data-slot=${slot}]`).textContent = evidence.texts[row[i]];
    });
    return item;
  }

  function fill(check) {
    const list = check.querySelector('.exchanges');
    if (!list || list.dataset.drawn) return;
    list.dataset.drawn = 'true';
    const numbers = list.dataset.exchanges.split(' ');
    list.replaceChildren(...numbers.map(draw));
    const decisive = list.children[numbers.indexOf(list.dataset.decisive)]?.querySelector('details');
    if (decisive) decisive.open = true;
    for (const button of list.querySelectorAll('.copy')) button.hidden = false;
  }

  async function copy(button) {
    const text = (slot) => button.parentElement.querySelector(`[data-slot=${slot}]`).textContent;
    const command = text('exact') || text('curl');
    try {
      await navigator.clipboard.writeText(command);
    } catch { // not allowed for a page that came over plain HTTP
      const area = document.createElement('textarea');
      area.value = command;
      document.body.append(area);
      area.select();
      document.execCommand('copy');
      area.remove();
      button.focus();
    }
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy curl'; }, 1500);
  }

  // The filter is kept in the fragment of the page's address, so that a view can be linked.
  function query() {
    const found = new URLSearchParams(new FormData(form));
    for (const [name, value] of [...found]) if (!value) found.delete(name);
    return found;
  }

  const texts = new Map(); // of a check, without its exchanges
  function matches(check, found, words) {
    if (!texts.has(check)) {
      const copied = check.cloneNode(true);
      copied.querySelector('.exchanges')?.remove();
      texts.set(check, copied.textContent.toLowerCase());
    }
    const { verdict, level, kind } = check.dataset;
    return (!found.has('verdict') || found.getAll('verdict').includes(verdict)) &&
      (!found.has('level') || found.get('level') === level) && (!found.has('kind') || found.get('kind') === kind) &&
      (!found.has('heading') || found.get('heading') === check.parentElement.id) && words.every((w) => texts.get(check).includes(w));
  }

  function apply() {
    const found = query();
    const words = (found.get('q') || '').toLowerCase().split(/\s+/).filter(Boolean);
    for (const check of checks) check.hidden = !matches(check, found, words);
    for (const group of groups) {
      group.hidden = !group.querySelector(':scope > .check:not([hidden])');
      if (!group.hidden && found.size) group.open = true;
    }
    byId('shown').textContent = `${checks.filter((c) => !c.hidden).length} of ${checks.length} checks shown`;
  }

  function restore(found) {
    for (const field of form.elements) {
      if (field.type === 'checkbox') field.checked = found.getAll(field.name).includes(field.value);
      else if (field.name) field.value = found.get(field.name) || '';
    }
    apply();
  }

  function remember() {
    apply();
    history.replaceState(null, '', `#${query()}`);
  }

  function reveal(target) {
    if (target.matches('.check') && target.hidden) restore(new URLSearchParams());
    for (let e = target; e; e = e.parentElement) if (e.matches('details')) e.open = true;
    (target.querySelector(':scope > summary') || target).focus({ preventScroll: true });
    target.scrollIntoView();
  }

  function follow() {
    const hash = location.hash.slice(1);
    if (hash.includes('=')) {
      restore(new URLSearchParams(hash));
      reveal(byId('checks'));
      return;
    }
    let target = null;
    try { target = byId(decodeURIComponent(hash)); } catch { /* not a fragment of ours */ }
    if (target) reveal(target);
  }

  const openAll = (open) => {
    for (const e of [...groups, ...checks]) if (!e.hidden) e.open = open;
  };

  form.addEventListener('input', remember);
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('reset', () => setTimeout(remember));
  byId('expand').addEventListener('click', () => openAll(true));
  byId('collapse').addEventListener('click', () => openAll(false));
  document.addEventListener('toggle', (event) => {
    if (event.target.matches('.check') && event.target.open) fill(event.target);
  }, true);
  document.addEventListener('click', (event) => {
    if (event.target.matches('.copy')) copy(event.target);
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || event.target.matches('input, select, textarea')) return;
    event.preventDefault();
    form.elements.q.focus();
  });
  for (const link of document.querySelectorAll('[data-filter]')) link.hash = link.dataset.filter;
  for (const check of checks) if (check.open) fill(check);
  window.addEventListener('hashchange', follow);
  form.hidden = false;
  apply();
  follow();
})();
