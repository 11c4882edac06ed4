// A list of which only the rows in sight exist, so that ten thousand cost what twenty do.

import { h } from './dom.js';

const beyond = 8; // rows before and after those in sight

// rows makes the list. draw(item) returns the row of an item; choose(item) is called when one is chosen.
export function rows({ label, draw, choose, id }) {
  const spacer = h('div', { class: 'spacer', role: 'presentation' });
  const box = h('div', { class: 'list', role: 'listbox', tabindex: 0, 'aria-label': label }, spacer);
  let items = [];
  let current = null; // the id of the chosen item
  let drawn = new Map();
  let asked = 0;

  const height = () => parseFloat(getComputedStyle(box).getPropertyValue('--row')) || 52;

  function paint() {
    asked = 0;
    const row = height();
    spacer.style.height = `${items.length * row}px`;
    const from = Math.max(0, Math.floor(box.scrollTop / row) - beyond);
    const to = Math.min(items.length, Math.ceil((box.scrollTop + box.clientHeight) / row) + beyond);
    const next = new Map();
    for (let i = from; i < to; i++) {
      const item = items[i];
      const element = drawn.get(item) ?? draw(item);
      element.style.transform = `translateY(${i * row}px)`;
      element.setAttribute('aria-setsize', items.length);
      element.setAttribute('aria-posinset', i + 1);
      element.setAttribute('aria-selected', String(id(item) === current));
      next.set(item, element);
    }
    for (const [item, element] of drawn) if (!next.has(item)) element.remove();
    for (const [item, element] of next) if (!drawn.has(item)) spacer.append(element);
    drawn = next;
    const active = items.findIndex((item) => id(item) === current);
    if (active >= from && active < to) box.setAttribute('aria-activedescendant', next.get(items[active]).id);
    else box.removeAttribute('aria-activedescendant');
  }
  const repaint = () => { asked ||= requestAnimationFrame(paint); };

  function reveal(i) {
    const row = height();
    if (i * row < box.scrollTop) box.scrollTop = i * row;
    else if ((i + 1) * row > box.scrollTop + box.clientHeight) box.scrollTop = (i + 1) * row - box.clientHeight;
  }

  // move chooses the item so many rows further.
  function move(by) {
    const at = items.findIndex((item) => id(item) === current);
    const next = items[Math.max(0, Math.min(items.length - 1, at < 0 ? 0 : at + by))];
    if (!next) return;
    reveal(items.indexOf(next));
    choose(next, false);
  }

  box.addEventListener('scroll', repaint);
  box.addEventListener('click', (event) => {
    const element = event.target.closest('[role=option]');
    for (const [item, other] of drawn) if (other === element) choose(item, true);
  });
  box.addEventListener('keydown', (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -items.length, End: items.length }[event.key];
    if (by === undefined && event.key !== 'Enter') return;
    event.preventDefault();
    if (by) move(by);
    else if (items.some((item) => id(item) === current)) choose(items.find((item) => id(item) === current), true);
  });
  const watch = new ResizeObserver(repaint);
  watch.observe(box);

  return {
    box, move, repaint,
    set(list) { items = list; repaint(); },
    mark(wanted) { current = wanted; repaint(); },
    leave: () => watch.disconnect(),
  };
}
