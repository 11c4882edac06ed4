// What the mock did with a request: the steps that it took, and the behaviours of the contract that it met.

import { h, icon, words } from './dom.js';

// steps draws those that ran; the last of them answered.
export function steps(e, all) {
  const at = all.indexOf(e.step);
  if (at < 0) return null;
  const good = e.status > 0 && e.status < 400;
  return h('section', { class: 'walk' }, h('h3', {}, 'Steps'),
    h('p', { class: 'dim' }, 'The first step that has an answer ends the walk.'),
    h('ol', { class: 'steps' }, all.map((name, i) => {
      const state = i < at ? 'ran' : i > at ? 'not' : good ? 'answered' : 'stopped';
      const told = { ran: 'passed', not: 'not reached', answered: `answered ${e.status}`, stopped: `answered ${e.status || 'nothing'}` }[state];
      return h('li', { class: state }, state === 'not' ? null : icon(state === 'stopped' ? 'violation' : 'ok'), words(name), h('span', { class: state === 'ran' || state === 'not' ? 'sr' : '' }, ` ${told}`));
    })));
}

// behaviours tells in sentences what the contract made of it.
export function behaviours(e, items) {
  const told = (e.behaviours ?? []).map((id) => items.get(id)).filter(Boolean);
  if (!told.length) return null;
  return h('section', { class: 'walk' }, h('h3', {}, 'Behaviours of the contract'),
    h('ul', { class: 'behaviours' }, told.map((i) => h('li', {}, icon(i.label === 'hidden' ? 'hidden' : i.label === 'refused' ? 'refusal' : 'ok'), h('span', {}, i.says,
      h('span', { class: 'cite' }, i.source && ` see ${i.source}`, i.location && `; ${i.location}`))))));
}
