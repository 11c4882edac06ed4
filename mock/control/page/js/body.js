// A body, with what is wrong with it marked where it is wrong.

import { h, icon } from './dom.js';
import { lines } from './json.js';

const parent = (pointer) => pointer.slice(0, pointer.lastIndexOf('/'));
const name = (pointer) => pointer.slice(pointer.lastIndexOf('/') + 1).replaceAll('~1', '/').replaceAll('~0', '~');

export const remark = (f, depth = 0) => {
  const element = h('div', { class: `remark ${f.severity}` }, icon(f.severity), h('b', {}, f.severity), ' ', f.message,
    f.source && h('span', { class: 'cite' }, ` see ${f.source}`));
  element.style.setProperty('--depth', depth);
  return element;
};

function line(parts, depth, tone = '', pointer) {
  const element = h('div', { class: 'line ' + tone, 'data-pointer': pointer }, parts.map(([kind, text]) => (kind ? h('span', { class: kind }, text) : text)));
  element.style.setProperty('--depth', depth);
  return element;
}

// missing is a line for a member that should be there.
const missing = (f, depth) => [line([['name', JSON.stringify(name(f.pointer))], ['', ': '], ['absent', 'missing']], depth, f.severity + ' ghost', f.pointer), remark(f, depth)];

// body draws a body with those findings.
export function body(text, findings) {
  const here = findings.map((f) => ({ ...f, pointer: f.pointer ?? '' }));
  if (!text) {
    return h('div', { class: 'code' }, h('div', { class: 'line dim' }, 'no body'), here.map((f) => remark(f)));
  }
  const read = lines(text);
  if (!read) {
    return h('div', { class: 'code' }, here.map((f) => remark(f)), h('div', { class: 'line raw' }, text));
  }
  const known = new Set(read.map((l) => l.pointer));
  const closed = new Set(read.filter((l) => l.last).map((l) => l.pointer));
  const at = new Map(); // what is wrong, by the line that it is shown at
  for (const f of here) {
    let where = f.pointer;
    const absent = !known.has(where);
    while (where && !known.has(where)) where = parent(where);
    if (!at.has(where)) at.set(where, []);
    at.get(where).push({ f, absent: absent && f.pointer !== '' });
  }
  const out = h('div', { class: 'code' });
  for (const l of read) {
    const found = at.get(l.pointer) ?? [];
    const whole = found.filter((x) => !x.absent);
    if (!l.last) {
      out.append(line(l.parts, l.depth, whole[0]?.f.severity, l.pointer), ...whole.map(({ f }) => remark(f, l.depth)));
    }
    if (l.last || !closed.has(l.pointer)) out.append(...found.filter((x) => x.absent).flatMap(({ f }) => missing(f, l.depth + 1)));
    if (l.last) out.append(line(l.parts, l.depth));
  }
  return out;
}
