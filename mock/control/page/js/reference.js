// The API, as its contract tells it: samples, evidence, and a way to try each operation.

import { h, fill, option, field } from './dom.js';
import * as api from './api.js';
import { operations, follow, example, evidence, schemaName } from './contract.js';
import { attempt } from './say.js';
import { attempts } from './try.js';
import { markdown, spans } from './markdown.js';
import { names } from './users.js';
import { isProxy } from './here.js';

const type = (s) => [s.type === 'array' ? 'list' : s.type, s.enum && s.enum.join(' | '), s.default !== undefined && `default ${s.default}`,
  s.minLength && 'not empty', s.minimum !== undefined && `from ${s.minimum}`].filter(Boolean).join(', ');

// rules are the x- keys that say what plain OpenAPI can't.
function rules(s) {
  const from = s['x-default-from'], refers = s['x-refers-to'], feature = s['x-feature'], inherits = s['x-inherits'];
  return [
    s['x-visible-with'] && `only shown with the permission “${s['x-visible-with']}”`,
    from && (s.readOnly ? `always ${from}` : `left out, it is ${from}`),
    refers && `the id of one of the ${refers.collection}${refers.where ? ` where ${Object.entries(refers.where).map(([k, v]) => `${k} is ${v}`).join(' and ')}` : ''}`,
    feature && `${feature.gates.join(', ')} need the feature ${feature.name}`,
    inherits && `members that aren't sent: ${Object.entries(inherits).map(([k, v]) => `${k === '*' ? 'all others' : k} from ${v}`).join(', ')}`,
    s['x-filters'] && `lets pass whose ${s['x-filters']} equals it`, s.readOnly && 'set by the server',
  ].filter(Boolean);
}

const row = (name, s, required, source) => h('li', {}, h('p', {}, h('code', {}, name), ' ', required && h('b', { class: 'tag' }, 'required'), ' ', h('span', { class: 'dim' }, type(s))),
  s.description && h('p', {}, spans(s.description)), rules(s).map((r) => h('p', { class: 'rule' }, r)), source && h('p', { class: 'cite' }, evidence(source)));

function fields(doc, ref) {
  const schema = follow(doc, ref);
  if (!schema.properties) return null;
  return h('ul', { class: 'fields' }, Object.entries(schema.properties).map(([name, p]) => {
    const s = { ...follow(doc, p), ...p };
    return row(name, s, schema.required?.includes(name), s['x-source']);
  }));
}

function sample(title, value) {
  return value === undefined ? null : h('figure', {}, h('figcaption', {}, title), h('pre', { tabindex: 0 }, JSON.stringify(value, null, 2)));
}

function operation(op, users) {
  const good = op.statuses.find((s) => s < 300);
  const media = follow(op.doc, op.requestBody)?.content?.['application/json']?.schema;
  return h('article', { class: 'operation', id: op.id },
    h('h3', {}, h('span', { class: 'method' }, op.method), ' ', h('span', {}, op.path)),
    h('p', { class: 'summary' }, op.summary, ' ', h('code', {}, op.id)), op.description && h('p', {}, spans(op.description)),
    op['x-requires'] && h('p', { class: 'rule' }, `needs the permission “${op['x-requires']}”`),
    h('p', { class: 'cite' }, 'Documented under ', evidence(op['x-source'])),
    h('div', { class: 'sides' },
      h('div', {}, op.parameters.length > 0 && [h('h4', {}, 'Parameters'), h('ul', { class: 'fields' }, op.parameters.map((p) => row(p.name, { ...p.schema, description: p.description, 'x-filters': p['x-filters'] }, p.required, p['x-source'])))],
        media && [h('h4', {}, 'Body ', h('code', {}, schemaName(media))), fields(op.doc, media)],
        h('h4', {}, 'Statuses'), h('ul', { class: 'fields statuses' }, Object.entries(op.responses).map(([status, r]) => h('li', {}, h('code', {}, status), ' ', spans(follow(op.doc, r).description))))),
      h('div', {}, sample('Request', example(op.doc, op.requestBody)), sample(`Reply ${good}`, example(op.doc, op.responses[good])))),
    attempts(op, users));
}

export default function reference() {
  const content = h('div', { class: 'chapters' });
  const search = h('input', { type: 'search', placeholder: 'Search', 'aria-label': 'Search the reference', oninput: () => sift() });
  const jump = h('select', { onchange: () => { location.hash = `#/reference/${jump.value}`; } });
  const element = h('div', { class: 'wide' }, h('header', { class: 'lead' }, h('h2', {}, 'Reference'),
    h('p', { class: 'dim' }, 'Read from ', h('code', {}, 'openapi.yaml'), isProxy ? ', to which both sides are held.' : ', which the mock interprets.', ' Headings and lines are those of the vendor\'s documentation.'),
    h('div', { class: 'bar' }, search, field('Go to', jump))), content);
  let wanted = '';

  function sift() {
    const words = search.value.toLowerCase().split(/\s+/);
    for (const a of content.children) a.hidden = !words.every((w) => a.textContent.toLowerCase().includes(w));
  }
  async function start() {
    const [ops, users, text] = await Promise.all([operations(), names(), api.rulings()]);
    fill(content, ops.map((op) => operation(op, users)), h('article', { class: 'rulings', id: 'rulings' }, markdown(text)));
    fill(jump, ops.map((o) => option(o.id, `${o.method} ${o.path}`)), option('rulings', 'Rulings: where the documentation is silent'));
    go();
  }
  function go() {
    if (!wanted) return;
    jump.value = wanted;
    document.getElementById(wanted)?.scrollIntoView();
  }
  attempt(start);
  return { element, show([id = '']) { wanted = id; go(); }, restarted: () => attempt(start) };
}
