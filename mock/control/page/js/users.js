// The users of the world, and requests in their name. A token is asked for when somebody clicks, and kept for
// that request only.

import * as api from './api.js';
import { h, option } from './dom.js';

export const nobody = '';

export async function names() {
  return Object.keys((await api.world()).users ?? {});
}

// choice is a select of users, with one for nobody.
export function choice(list, wanted, props = {}) {
  return h('select', { ...props, value: undefined }, list.map((name) => {
    const one = option(name);
    one.selected = name === wanted;
    return one;
  }), props.required ? null : option(nobody, 'nobody, without a token'));
}

// send asks the mock itself, as a client would.
export async function send(user, { method, target, body, type, more = {} }) {
  const header = { Accept: 'application/json', ...more };
  if (user !== nobody) {
    const token = (await api.world(true)).users?.[user]?.token;
    if (!token) throw new api.Refused(404, `the world has no user ${user} any more`);
    header.Authorization = 'Token ' + token;
  }
  if (body) header['Content-Type'] = type ?? 'application/json';
  try {
    const reply = await fetch(target, { method, headers: header, body: body || undefined, cache: 'no-store', credentials: 'omit', redirect: 'manual' });
    return { status: reply.status, ok: reply.ok, text: await reply.text() };
  } catch (err) { // a fault may want it so
    throw new api.Unreachable(`${method} ${target} got no reply: ${err.message}`, { cause: err });
  }
}
