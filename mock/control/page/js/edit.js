// The form of a connection. It is sent as a client would, so that the mock says what it says to clients.

import { h, fill, button, option, field } from './dom.js';
import * as api from './api.js';
import { follow, example } from './contract.js';
import { send } from './users.js';
import { attempt, toast } from './say.js';

const hidden = '[redacted]';

// control makes the control of a field from its schema.
function control(schema, name, value, world, user) {
  const props = { name, id: 'edit-' + name };
  const refers = schema['x-refers-to'];
  const organization = world.organizations[world.users[user]?.organization] ?? {};
  if (schema.type === 'object') return h('textarea', { ...props, rows: 8, spellcheck: 'false', value: JSON.stringify(value ?? {}, null, 2) });
  const choices = refers ? (refers.where?.kind ? organization[refers.collection]?.[refers.where.kind] : organization[refers.collection])?.map((e) => option(e.id, `${e.id} · ${e.name}`))
    : schema.enum?.map((v) => option(v));
  if (choices) {
    const select = h('select', props, h('option', { value: '' }, 'not sent'), choices);
    select.value = value ?? '';
    return select;
  }
  return h('input', { ...props, type: 'text', value: value ?? '' });
}

// restoreSecrets puts back what wasn't shown, and so couldn't be typed.
async function restoreSecrets(typed, op, item, user) {
  if (!item || !JSON.stringify(typed).includes(hidden)) return typed;
  const whole = await api.seen(user, op.path.replace(/\{[^}]+\}/, item.id), true);
  const real = JSON.parse(whole.reply_body);
  const put = (value, from) => {
    if (value === hidden) return from;
    if (value && typeof value === 'object') return Object.assign(Array.isArray(value) ? [] : {}, Object.fromEntries(Object.entries(value).map(([k, v]) => [k, put(v, from?.[k])])));
    return value;
  };
  return put(typed, real);
}

function read(controls) {
  const sent = {};
  for (const [name, { element, schema }] of Object.entries(controls)) {
    const text = element.value;
    if (text === '' && element.tagName === 'SELECT') continue;
    if (schema.type === 'object') {
      try { sent[name] = JSON.parse(text); } catch (err) { throw new Error(`${name} is not JSON: ${err.message}`, { cause: err }); }
    } else sent[name] = schema.type === 'integer' && text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
  }
  return sent;
}

export async function edit({ op, item, user, done }) {
  const [world, facts] = await Promise.all([api.world(), api.facts()]);
  const schema = follow(op.doc, follow(op.doc, op.requestBody).content['application/json'].schema);
  const initial = item ?? example(op.doc, op.requestBody) ?? {};
  const controls = Object.fromEntries(Object.entries(schema.properties).map(([name, ref]) => {
    const field = { ...follow(op.doc, ref), ...ref };
    return [name, { schema: field, element: control(field, name, initial[name], world, user) }];
  }));
  const refusal = h('div', { class: 'refusal', role: 'alert' });
  const save = () => attempt(async () => {
    let typed;
    try { typed = read(controls); } catch (err) { fill(refusal, err.message); return; }
    const body = JSON.stringify(await restoreSecrets(typed, op, item, user));
    const target = facts.base_path + op.path.replace(/\{[^}]+\}/, item?.id);
    const got = await send(user, { method: op.method, target, body, content_type: 'application/json' });
    if (got.ok) {
      dialog.close();
      toast(`${item ? 'Changed' : 'Added'} by ${op.method} ${target} as ${user}: ${got.status}.`);
      done();
      return;
    }
    fill(refusal, h('b', {}, got.error || `The mock answered ${got.status}:`), ' ', got.text);
  });
  const required = new Set(schema.required ?? []);
  const dialog = h('dialog', { class: 'edit', 'aria-labelledby': 'edit', onclose: () => dialog.remove() },
    h('form', { method: 'dialog', onsubmit: (event) => { event.preventDefault(); save(); } },
      h('h2', { id: 'edit' }, item ? `Edit ${op.collection} ${item.id}` : `Add: ${op.collection}`),
      h('p', { class: 'dim' }, `It is sent as ${user} sends it: ${op.method} ${op.path.replace(/\{[^}]+\}/, item?.id)}. What the contract refuses, the mock refuses.`),
      Object.entries(controls).map(([name, { element }]) => field(name + (required.has(name) ? '' : ' (optional)'), element)),
      item && Object.keys(controls).filter((name) => !(name in item)).map((name) => h('p', { class: 'dim' }, `${user} doesn't see ${name}: it is replaced by what stands here.`)),
      refusal,
      h('p', { class: 'actions' }, h('button', { class: 'main', id: 'save' }, 'Send'), button('Cancel', () => dialog.close()))));
  document.body.append(dialog);
  dialog.showModal();
}
