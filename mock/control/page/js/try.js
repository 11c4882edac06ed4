// Tries an operation of the reference as a user.

import { h, fill, field, button } from './dom.js';
import * as api from './api.js';
import { follow, example } from './contract.js';
import { choice, send } from './users.js';
import { body } from './body.js';
import { attempt } from './say.js';
import * as journal from './journal.js';

export function attempts(op, users) {
  const user = choice(users, users[0], { 'aria-label': 'User' });
  const inputs = op.parameters.map((p) => ({ p, input: h('input', { type: 'text', name: p.name, value: p.in === 'path' ? String(p.example ?? p.schema?.example ?? '1') : '' }) }));
  const text = op.requestBody && h('textarea', { rows: 8, spellcheck: 'false', value: JSON.stringify(example(op.doc, op.requestBody) ?? {}, null, 2) });
  const answer = h('div', { class: 'answer', role: 'status' });
  const media = Object.keys(follow(op.doc, op.requestBody)?.content ?? {})[0];

  const go = (event) => {
    event.preventDefault();
    attempt(async () => {
      const facts = await api.facts();
      let path = op.path;
      const query = new URLSearchParams();
      for (const { p, input } of inputs) {
        if (p.in === 'path') path = path.replace(`{${p.name}}`, encodeURIComponent(input.value));
        else if (input.value) query.set(p.name, input.value);
      }
      const target = facts.base_path + path + (query.size ? '?' + query : '');
      const before = journal.newest();
      const place = h('span', {});
      const got = await send(user.value, { method: op.method, target, ...(text && { body: text.value, content_type: media }) });
      if (!got) return;
      fill(answer, h('p', {}, h('span', { class: `status s${Math.floor(got.status / 100)}` }, got.status || '–'), ' ', h('code', {}, `${op.method} ${target}`), ' ', got.error, ' ', place), body(got.text, []));
      journal.coming(got.number ? got.number - 1 : before, (e) => got.number ? e.number === got.number : e.target === target && e.method === op.method, (e) => fill(place, h('a', { href: `#/exchanges/${e.number}` }, `Why? See exchange ${e.number}`)));
    });
  };
  return h('details', { class: 'try' }, h('summary', {}, 'Try it'),
    h('form', { onsubmit: go }, h('div', { class: 'sentence' }, field('As', user), inputs.map(({ p, input }) => field(p.name, input)), h('button', { class: 'main' }, 'Send')),
      text && field('Body', text), answer, button('Clear', () => fill(answer), { class: 'quiet' })));
}
