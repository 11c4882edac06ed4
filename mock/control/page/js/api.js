// The control API, relative to the page: the only place that knows its addresses.

import { self } from './here.js';

let key = ''; // the bearer token of the control API, if it wants one; it is kept nowhere else

export class Refused extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

// Unreachable tells that there was no answer.
export class Unreachable extends Error {}

export const unlock = (token) => { key = token; };
export const headers = (more = {}) => (key ? { ...more, Authorization: 'Bearer ' + key } : more);

// ask calls the control API and returns what it says: JSON, or text.
export async function ask(path, { method = 'GET', json, text, type = 'application/json', accept = 'application/json' } = {}) {
  const init = { method, headers: headers({ Accept: accept }), cache: 'no-store' };
  if (method !== 'GET') {
    init.headers['Content-Type'] = type;
    init.body = text ?? (json === undefined ? undefined : JSON.stringify(json));
  }
  let reply, body;
  try {
    reply = await fetch(path, init);
    body = await reply.text();
  } catch (err) {
    throw new Unreachable(`the ${self} can't be reached: ${err.message}`, { cause: err });
  }
  if (!reply.ok) throw new Refused(reply.status, reason(body) || `${method} ${path} was answered ${reply.status}`);
  return reply.headers.get('Content-Type')?.includes('json') ? JSON.parse(body) : body;
}

function reason(body) {
  try {
    const { detail, errors = [] } = JSON.parse(body);
    return [detail, ...errors.map((e) => `${e.pointer ?? e.parameter ?? ''} ${e.detail}`.trim())].join('\n');
  } catch {
    return body.slice(0, 300);
  }
}

const query = (found) => {
  const q = new URLSearchParams(Object.entries(found).filter(([, v]) => v !== undefined && v !== ''));
  return q.size ? '?' + q : '';
};

export const about = () => ask('about');
export const exchanges = async (after, limit) => (await ask('requests' + query({ after, limit }))).requests;
export async function exchange(number, secrets) {
  const e = await ask(`requests/${number}` + query({ secrets: secrets ? 'show' : '' }));
  return { findings: [], behaviours: [], request_header: {}, request_body: '', reply_header: {}, reply_body: '', ...e };
}
export const forget = () => ask('requests', { method: 'DELETE' });
export const reset = () => ask('reset', { method: 'POST' });
export const worldText = () => ask('world?secrets=show', { accept: 'application/yaml' });
export const world = (secrets) => ask('world' + query({ bare: 'true', secrets: secrets ? 'show' : '' }));
export const putWorld = (text, keep) => ask('world' + query({ keep: keep ? 'true' : '' }), { method: 'PUT', text, type: 'application/yaml' });
export const snapshots = async () => (await ask('snapshots')).snapshots;
export const saveSnapshot = (name) => ask('snapshots', { method: 'POST', json: name ? { name } : {} });
export const removeSnapshot = (name) => ask('snapshots/' + encodeURIComponent(name), { method: 'DELETE' });
export const restore = (name) => ask('restore', { method: 'POST', json: { name } });
export const coverage = () => ask('coverage');
export const coverageReport = () => ask('coverage?format=html', { accept: 'text/html' });
export const har = async () => JSON.stringify(await ask('requests.har'), null, 2);
export const forgetCoverage = () => ask('coverage', { method: 'DELETE' });
export const faults = async () => (await ask('faults')).faults;
export const addFault = (rule) => ask('faults', { method: 'POST', json: rule });
export const removeFault = (id) => ask('faults/' + encodeURIComponent(id), { method: 'DELETE' });
export const clearFaults = () => ask('faults', { method: 'DELETE' });
export const latitudes = () => ask('latitudes');
export const setLatitudes = (names) => ask('latitudes', { method: 'PUT', json: { latitudes: names } });
export const seen = (user, target, secrets) => ask('seen' + query({ user, target, secrets: secrets ? 'show' : '' }));
export const send = (request) => ask('send', { method: 'POST', json: request });
export const sandboxes = () => ask('sandboxes');

// What never changes while a mock runs is asked for once.
const once = new Map();
function remembered(path) {
  if (!once.has(path)) {
    once.set(path, ask(path).catch((err) => { once.delete(path); throw err; }));
  }
  return once.get(path);
}
export const facts = () => remembered('about');
export const contract = () => remembered('contract');
export const rulings = () => remembered('rulings');
export const restarted = () => once.clear();
